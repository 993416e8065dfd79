/* draw_repeat.c - repeating a draw from what is given out of it. Pure. */
#include "base/arena.h"
#include "round/draw_store.h"

const char *draw_repeat(struct arena *a, struct draw_record *r)
{
    struct fault f;
    struct draw d;
    fault_init(&f, a);
    if (!commitment_holds(r->commitment, &r->opening))
        return "commitment";
    if (!draw_read(a, r->text, &d) || !str_eq(d.day, r->day) || d.no != r->no)
        return "text";
    if (commitment_slot(d.subject_kind, d.subject_id, d.no) != r->opening.slot)
        return "slot";
    size_t *quotas = ARENA_MANY(a, size_t, d.nstrata), n = d.nstrata;
    for (size_t h = 0; h < n; h++)
        quotas[h] = d.strata[h].quota;
    if (draw_settle(&f, &d) != RC_OK || d.nstrata != n)
        return "quota";
    for (size_t h = 0; h < n; h++)
        if (d.strata[h].quota != quotas[h])
            return "quota";
    draw_run(a, &d, draw_seed(r->opening.key, r->text));
    r->drawn = d;
    return NULL;
}
