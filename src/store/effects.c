/*
 * effects.c - the list of effects an operation wants to happen together; see store.h. Plain memory:
 * nothing here touches a database.
 */
#include "store/store.h"

enum { FIRST_ROOM = 16 };

void effects_init(struct effects *fx, struct arena *a)
{
    *fx = (struct effects){.arena = a};
}

struct effect *effects_add(struct effects *fx, const struct query *q, const void *in)
{
    if (fx->n == fx->room) {
        size_t room = fx->room ? fx->room * 2 : FIRST_ROOM;
        struct effect *grown = ARENA_MANY(fx->arena, struct effect, room);
        if (fx->n)
            memcpy(grown, fx->list, fx->n * sizeof *grown);
        fx->list = grown;
        fx->room = room;
    }
    struct effect *e = &fx->list[fx->n++];
    *e = (struct effect){.q = q, .min = 1, .max = 1};
    if (q->in_bytes)
        e->in = arena_dup(fx->arena, in, q->in_bytes);
    return e;
}
