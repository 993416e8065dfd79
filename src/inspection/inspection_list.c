/*
 * inspection_list.c - lists cut by what the actor may read.
 *
 * Own unit, own visits (as inspector, as partner) and own area are asked one by one and merged, each by its index.
 */
#include "inspection/inspection_store.h"

#include <stdlib.h>

enum { SCOPES = 4 };

static size_t questions(struct op *op, const struct inspection_list_in *in, struct inspection_list_in ask[SCOPES])
{
    struct scope s = policy_scope(&op->actor, ACT_INSPECTION_READ);
    size_t n = 0;
    if (s.all) {
        ask[n++] = *in;
        return n;
    }
    /* Who made a visit is not for the inspected to find out by asking. */
    struct inspection_list_in disclosed = *in;
    disclosed.disclosed = SOME_BOOL(true);
    bool names_nobody = uuid_is_none(in->inspector_id);
    if (!uuid_is_none(s.unit_id) && names_nobody) {
        ask[n] = disclosed;
        ask[n++].scope_unit = s.unit_id;
    }
    if (!uuid_is_none(s.person_id)) {
        ask[n] = *in;
        ask[n++].scope_inspector = s.person_id;
        ask[n] = *in;
        ask[n++].scope_partner = s.person_id;
    }
    if (s.area_code.p && names_nobody) {
        ask[n] = disclosed;
        ask[n].scope_area_from = s.area_code;
        ask[n++].scope_area_to = str_prefix_end(OP_ARENA(op), s.area_code);
    }
    return n;
}

static int newest_first(const void *a, const void *b)
{
    const struct inspection_by_id_row *x = a, *y = b;
    if (x->visit_ms != y->visit_ms)
        return x->visit_ms > y->visit_ms ? -1 : 1;
    return uuid_cmp(y->id, x->id);
}

/* Sorts, drops what came twice, keeps the first `most`. */
static size_t merge(struct inspection_by_id_row *rows, size_t n, size_t most)
{
    size_t kept = 0;
    if (n > 1)
        qsort(rows, n, sizeof *rows, newest_first);
    for (size_t i = 0; i < n && kept < most; i++)
        if (kept == 0 || !uuid_eq(rows[i].id, rows[kept - 1].id))
            rows[kept++] = rows[i];
    return kept;
}

enum rc inspection_list_readable(struct op *op, const struct inspection_list_in *in, struct inspection_by_id_row **rows,
                                 size_t *n)
{
    struct inspection_list_in ask[SCOPES];
    size_t asked = questions(op, in, ask);
    *rows = NULL;
    *n = 0;
    if (asked == 0)
        return RC_OK;
    if (asked == 1)
        return q_inspection_list(&op->rd, &ask[0], rows, n);
    *rows = ARENA_MANY(OP_ARENA(op), struct inspection_by_id_row, SCOPES * (size_t)in->row_limit);
    for (size_t i = 0; i < asked; i++) {
        struct inspection_by_id_row *some;
        size_t k;
        RETURN_IF(q_inspection_list(&op->rd, &ask[i], &some, &k));
        if (k)
            memcpy(*rows + *n, some, k * sizeof *some);
        *n += k;
    }
    *n = merge(*rows, *n, (size_t)in->row_limit);
    return RC_OK;
}
