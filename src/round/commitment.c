/* commitment.c - see commitment.h. Pure. */
#include "round/commitment.h"

#include "base/arena.h"
static void put_be32(char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> (24 - 8 * i));
}

struct sha256 commitment_key(struct sha256 secret, uint32_t slot)
{
    char text[16] = "xiaohao-slot";
    put_be32(text + 12, slot);
    return hmac_of((struct str){(const char *)secret.b, sizeof secret.b},
                       (struct str){text, sizeof text});
}

static struct sha256 leaf(uint32_t slot, struct sha256 key)
{
    struct hasher h;
    char head[5] = {0};
    put_be32(head + 1, slot);
    hash_begin(&h);
    hash_raw(&h, head, sizeof head);
    hash_raw(&h, key.b, sizeof key.b);
    return hash_end(&h);
}

static struct sha256 node(struct sha256 left, struct sha256 right)
{
    struct hasher h;
    char head = 1;
    hash_begin(&h);
    hash_raw(&h, &head, 1);
    hash_raw(&h, left.b, sizeof left.b);
    hash_raw(&h, right.b, sizeof right.b);
    return hash_end(&h);
}

/* All levels, leaves first: level l begins at 2·(SLOTS - SLOTS/2^l). */
static struct sha256 *tree(struct arena *a, struct sha256 secret)
{
    struct sha256 *all = ARENA_MANY(a, struct sha256, 2 * COMMITMENT_SLOTS);
    for (uint32_t i = 0; i < COMMITMENT_SLOTS; i++)
        all[i] = leaf(i, commitment_key(secret, i));
    size_t from = 0, to = COMMITMENT_SLOTS;
    for (size_t width = COMMITMENT_SLOTS; width > 1; width /= 2) {
        for (size_t i = 0; i < width / 2; i++)
            all[to + i] = node(all[from + 2 * i], all[from + 2 * i + 1]);
        from = to;
        to += width / 2;
    }
    return all;
}

struct sha256 commitment_root(struct arena *a, struct sha256 secret)
{
    return tree(a, secret)[2 * COMMITMENT_SLOTS - 2];
}

uint32_t commitment_slot(const char *subject_kind, struct uuid subject_id, int64_t no)
{
    struct arena a;
    uint32_t v = 0;
    arena_init(&a);
    struct str text = str_fmt(&a, "xiaohao-slot-of\n%s %.*s\n%lld\n", subject_kind, STR_ARG(uuid_str(&a, subject_id)),
                              (long long)no);
    struct sha256 h = sha256_of(text);
    arena_free(&a);
    for (int i = 0; i < 4; i++)
        v = v << 8 | h.b[i];
    return v % COMMITMENT_SLOTS;
}

void commitment_open(struct arena *a, struct sha256 secret, uint32_t slot, struct commitment_opening *out)
{
    const struct sha256 *all = tree(a, secret);
    size_t from = 0, at = slot;
    *out = (struct commitment_opening){.slot = slot, .key = commitment_key(secret, slot)};
    for (int l = 0; l < COMMITMENT_LEVELS; l++) {
        out->path[l] = all[from + (at ^ 1)];
        from += (size_t)COMMITMENT_SLOTS >> l;
        at /= 2;
    }
}

bool commitment_holds(struct sha256 root, const struct commitment_opening *o)
{
    struct sha256 h = leaf(o->slot, o->key);
    if (o->slot >= COMMITMENT_SLOTS)
        return false;
    for (int l = 0; l < COMMITMENT_LEVELS; l++)
        h = (o->slot >> l) & 1 ? node(o->path[l], h) : node(h, o->path[l]);
    return sha256_eq(h, root);
}
