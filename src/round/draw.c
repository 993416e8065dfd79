/* draw.c - see draw.h. Pure. */
#include "round/draw.h"

#include "base/arena.h"
#include "base/buf.h"

#include <stdlib.h>

enum { TEXT_MAX_BYTES = 16 * 1024 * 1024 };

static struct str bytes_of(const struct sha256 *key)
{
    return (struct str){(const char *)key->b, sizeof key->b};
}

/* ---- numbers ---- */

void draw_stream_begin(struct draw_stream *s, struct sha256 seed, uint32_t lane)
{
    *s = (struct draw_stream){.seed = seed, .lane = lane, .used = 4};
}

static void put_be32(char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> (24 - 8 * i));
}

static void refill(struct draw_stream *s)
{
    char place[8];
    put_be32(place, s->lane);
    put_be32(place + 4, s->block++);
    struct sha256 block = hmac_of(bytes_of(&s->seed), (struct str){place, sizeof place});
    for (int i = 0; i < 4; i++) {
        s->numbers[i] = 0;
        for (int k = 0; k < 8; k++)
            s->numbers[i] = s->numbers[i] << 8 | block.b[8 * i + k];
    }
    s->used = 0;
}

uint64_t draw_u64(struct draw_stream *s)
{
    if (s->used == 4)
        refill(s);
    return s->numbers[s->used++];
}

uint64_t draw_below(struct draw_stream *s, uint64_t m)
{
    uint64_t over = (UINT64_MAX % m + 1) % m; /* 2^64 mod m */
    uint64_t v;
    do
        v = draw_u64(s);
    while (over && v >= UINT64_MAX - over + 1);
    return v % m;
}

/* ---- order and quotas ---- */

static int by_key(const void *a, const void *b)
{
    const struct draw_stratum *x = a, *y = b;
    return str_cmp(x->key, y->key);
}

static int by_id(const void *a, const void *b)
{
    return uuid_cmp(*(const struct uuid *)a, *(const struct uuid *)b);
}

static void put_in_order(struct draw *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->nstrata; i++) {
        struct draw_stratum *s = &d->strata[i];
        size_t n = 0;
        if (s->n > 1)
            qsort(s->ids, s->n, sizeof *s->ids, by_id);
        for (size_t k = 0; k < s->n; k++)
            if (n == 0 || !uuid_eq(s->ids[n - 1], s->ids[k]))
                s->ids[n++] = s->ids[k];
        s->n = n;
        if (n)
            d->strata[kept++] = *s;
    }
    d->nstrata = kept;
    if (kept > 1)
        qsort(d->strata, kept, sizeof *d->strata, by_key);
}

/* A stratum's claim to one of the places the whole parts left over. */
struct claim {
    size_t stratum, left;
    uint64_t remainder;
};

static int by_claim(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    if (x->left != y->left)
        return x->left > y->left ? -1 : 1;
    return x->stratum < y->stratum ? -1 : 1;
}

/* Shares `rest` among the strata in proportion to what each still has. */
static void share(struct arena *a, struct draw *d, size_t rest, size_t left_in_all)
{
    struct claim *claims = ARENA_MANY(a, struct claim, d->nstrata + 1);
    size_t given = 0;
    for (size_t i = 0; i < d->nstrata; i++) {
        struct draw_stratum *s = &d->strata[i];
        size_t left = s->n - s->quota;
        uint64_t part = (uint64_t)rest * left;
        claims[i] = (struct claim){i, left, part % left_in_all};
        s->quota += (size_t)(part / left_in_all);
        given += (size_t)(part / left_in_all);
    }
    if (d->nstrata > 1)
        qsort(claims, d->nstrata, sizeof *claims, by_claim);
    for (size_t i = 0; i < rest - given; i++)
        d->strata[claims[i].stratum].quota++;
}

enum rc draw_settle(struct fault *f, struct draw *d)
{
    size_t all = 0, first = 0;
    put_in_order(d);
    for (size_t i = 0; i < d->nstrata; i++) {
        struct draw_stratum *s = &d->strata[i];
        s->quota = d->least < s->n ? d->least : s->n;
        all += s->n;
        first += s->quota;
    }
    if (d->take == 0 || d->take > all)
        return fail_field(f, STR("/take"), "draw_too_many", "候选点位共 %zu 个，不能抽取 %zu 个",
                          "There are %zu candidates; %zu cannot be drawn", all, d->take);
    if (d->take < first)
        return fail_field(f, STR("/take"), "draw_too_few", "各层至少应抽 %zu 个，共抽 %zu 个不够",
                          "The strata need %zu at least; %zu are too few", first, d->take);
    if (d->take > first)
        share(f->arena, d, d->take - first, all - first);
    return RC_OK;
}

/* ---- the text ---- */

static void put_key(struct buf *b, struct str key)
{
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        if (c <= ' ' || c == '%' || c == 0x7f)
            buf_fmt(b, "%%%02X", c);
        else
            buf_char(b, (char)c);
    }
    if (key.n == 0)
        buf_char(b, '-');
}

static void put_id(struct buf *b, struct uuid id)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    buf_add(b, text, sizeof text);
    buf_char(b, '\n');
}

struct str draw_text(struct arena *a, const struct draw *d)
{
    struct buf b;
    buf_init(&b, TEXT_MAX_BYTES);
    buf_fmt(&b, "xiaohao-draw-1\nday %.*s\nsubject %s ", STR_ARG(d->day), d->subject_kind);
    put_id(&b, d->subject_id);
    buf_fmt(&b, "no %lld\ntake %zu least %zu\n", (long long)d->no, d->take, d->least);
    for (size_t i = 0; i < d->nstrata; i++) {
        const struct draw_stratum *s = &d->strata[i];
        buf_z(&b, "stratum ");
        put_key(&b, s->key);
        buf_fmt(&b, " %zu %zu\n", s->n, s->quota);
        for (size_t k = 0; k < s->n; k++)
            put_id(&b, s->ids[k]);
    }
    struct str text = str_copy(a, buf_view(&b));
    buf_free(&b);
    return text;
}

struct sha256 draw_seed(struct sha256 key, struct str text)
{
    return hmac_of(bytes_of(&key), text);
}

void draw_run(struct arena *a, struct draw *d, struct sha256 seed)
{
    for (size_t h = 0; h < d->nstrata; h++) {
        struct draw_stratum *s = &d->strata[h];
        struct draw_stream numbers;
        draw_stream_begin(&numbers, seed, (uint32_t)h);
        for (size_t i = 0; i < s->quota; i++) {
            size_t k = i + (size_t)draw_below(&numbers, s->n - i);
            struct uuid held = s->ids[i];
            s->ids[i] = s->ids[k];
            s->ids[k] = held;
        }
        s->drawn = arena_dup(a, s->ids, s->quota * sizeof *s->ids);
    }
}

/* ---- reading a text back ---- */

/* The next word of a line. */
static bool word(struct str *line, struct str *out)
{
    return str_next(line, ' ', out) && out->n > 0;
}

static bool number(struct str *line, size_t max, size_t *out)
{
    struct str w;
    int64_t v;
    if (!word(line, &w) || !str_to_i64(w, 0, (int64_t)max, &v))
        return false;
    *out = (size_t)v;
    return true;
}

static bool says(struct str *line, const char *what)
{
    struct str w;
    return word(line, &w) && str_is(w, what);
}

static bool next_line(struct str *text, struct str *line)
{
    return str_next(text, '\n', line);
}

static bool read_head(struct arena *a, struct str *text, struct draw *d)
{
    struct str line, w;
    size_t no;
    if (!next_line(text, &line) || !str_is(line, "xiaohao-draw-1"))
        return false;
    if (!next_line(text, &line) || !says(&line, "day") || !word(&line, &d->day))
        return false;
    if (!next_line(text, &line) || !says(&line, "subject") || !word(&line, &w))
        return false;
    d->subject_kind = str_z(a, w);
    if (!word(&line, &w) || !uuid_parse(w, &d->subject_id))
        return false;
    if (!next_line(text, &line) || !says(&line, "no") || !number(&line, 1000000, &no))
        return false;
    d->no = (int64_t)no;
    return next_line(text, &line) && says(&line, "take") && number(&line, DRAW_CANDIDATES_MAX, &d->take) &&
           says(&line, "least") && number(&line, DRAW_CANDIDATES_MAX, &d->least);
}

static bool read_stratum(struct arena *a, struct str *text, struct str line, struct draw_stratum *s)
{
    if (!says(&line, "stratum") || !word(&line, &s->key) || !number(&line, DRAW_CANDIDATES_MAX, &s->n) ||
        !number(&line, s->n, &s->quota) || s->n * (UUID_TEXT + 1) > text->n)
        return false;
    s->ids = ARENA_MANY(a, struct uuid, s->n + 1);
    for (size_t i = 0; i < s->n; i++)
        if (!next_line(text, &line) || !uuid_parse(line, &s->ids[i]) ||
            (i > 0 && uuid_cmp(s->ids[i - 1], s->ids[i]) >= 0))
            return false;
    return true;
}

bool draw_read(struct arena *a, struct str text, struct draw *out)
{
    struct str line;
    *out = (struct draw){.strata = ARENA_MANY(a, struct draw_stratum, DRAW_STRATA_MAX)};
    if (!read_head(a, &text, out))
        return false;
    while (text.n) {
        if (out->nstrata == DRAW_STRATA_MAX || !next_line(&text, &line) ||
            !read_stratum(a, &text, line, &out->strata[out->nstrata]))
            return false;
        out->nstrata++;
    }
    return out->nstrata > 0;
}
