/*
 * variant.c - a query has one text for each set of its optional pieces; this picks the text that
 * fits the parameters, and keeps the statements a connection has prepared under (query, set).
 */
#include "store/store_engine.h"

#include <stdlib.h>

uint64_t variant_guards(const struct query *q)
{
    uint64_t guards = 0;
    for (unsigned i = 0; i < q->npieces; i++)
        if (q->pieces[i].guard >= 0)
            guards |= UINT64_C(1) << q->pieces[i].guard;
    return guards;
}

uint64_t variant_mask(const struct query *q, const void *in)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < q->npieces; i++) {
        int guard = q->pieces[i].guard;
        if (guard >= 0 && !value_is_null(&q->in[guard], in))
            mask |= UINT64_C(1) << guard;
    }
    return mask;
}

void variant_text(const struct query *q, uint64_t mask, enum engine e, struct buf *out)
{
    for (unsigned i = 0; i < q->npieces; i++) {
        const struct sql_piece *piece = &q->pieces[i];
        const char *text = e == ENGINE_SQLITE ? piece->sqlite : piece->postgresql;
        bool set = piece->guard >= 0 && (mask >> piece->guard & 1);
        if (text && (piece->guard < 0 || set != piece->when_null))
            buf_z(out, text);
    }
}

static size_t slot_of(const struct stmt_cache *c, const struct query *q, uint64_t mask)
{
    uint64_t h =
        ((uintptr_t)q >> 4 ^ mask * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    size_t i = (size_t)(h >> 32) & (c->room - 1);
    while (c->slots[i].q && (c->slots[i].q != q || c->slots[i].mask != mask))
        i = (i + 1) & (c->room - 1);
    return i;
}

static void cache_grow(struct stmt_cache *c)
{
    struct stmt_cache old = *c;
    c->room = old.room ? old.room * 2 : 128;
    c->slots = xcalloc(c->room, sizeof *c->slots);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].q)
            c->slots[slot_of(c, old.slots[i].q, old.slots[i].mask)] = old.slots[i];
    free(old.slots);
}

struct cache_entry *cache_find(struct stmt_cache *c, const struct query *q, uint64_t mask)
{
    if (c->n * 2 >= c->room)
        cache_grow(c);
    struct cache_entry *e = &c->slots[slot_of(c, q, mask)];
    if (!e->q) {
        *e = (struct cache_entry){.q = q, .mask = mask};
        c->n++;
    }
    return e;
}

bool cache_is_full(const struct stmt_cache *c)
{
    return c->n >= STATEMENTS_MAX;
}

void cache_free(struct stmt_cache *c)
{
    free(c->slots);
    *c = (struct stmt_cache){0};
}
