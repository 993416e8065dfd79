/*
 * problem_list.c - lists cut by what the actor may read.
 *
 * Own unit, own records and own area are asked one by one and merged: each question has its index, where one with
 * OR between them would walk all problems there ever were to fill a small unit's page.
 */
#include "problem/problem_store.h"

#include <stdlib.h>

enum { SCOPES = 3 };

static size_t questions(struct op *op, const struct problem_list_in *in, struct problem_list_in ask[SCOPES])
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    size_t n = 0;
    if (s.all)
        ask[n++] = *in;
    if (!s.all && !uuid_is_none(s.unit_id)) {
        ask[n] = *in;
        ask[n++].scope_unit = s.unit_id;
    }
    if (!s.all && !uuid_is_none(s.person_id)) {
        ask[n] = *in;
        ask[n++].scope_person = s.person_id;
    }
    if (!s.all && s.area_code.p) {
        ask[n] = *in;
        ask[n].scope_area_from = s.area_code;
        ask[n++].scope_area_to = str_prefix_end(OP_ARENA(op), s.area_code);
    }
    return n;
}

static int newest_first(const void *a, const void *b)
{
    const struct problem_list_row *x = a, *y = b;
    if (x->reported_ms != y->reported_ms)
        return x->reported_ms > y->reported_ms ? -1 : 1;
    return uuid_cmp(y->id, x->id);
}

/* Sorts, drops what came twice, keeps the first `most`. */
static size_t merge(struct problem_list_row *rows, size_t n, size_t most)
{
    size_t kept = 0;
    if (n > 1)
        qsort(rows, n, sizeof *rows, newest_first);
    for (size_t i = 0; i < n && kept < most; i++)
        if (kept == 0 || !uuid_eq(rows[i].id, rows[kept - 1].id))
            rows[kept++] = rows[i];
    return kept;
}

enum rc problem_list_readable(struct op *op, const struct problem_list_in *in, struct problem_list_row **rows, size_t *n)
{
    struct problem_list_in ask[SCOPES];
    size_t asked = questions(op, in, ask);
    *rows = NULL;
    *n = 0;
    if (asked == 1)
        return q_problem_list(&op->rd, &ask[0], rows, n);
    *rows = ARENA_MANY(OP_ARENA(op), struct problem_list_row, SCOPES * (size_t)in->row_limit);
    for (size_t i = 0; i < asked; i++) {
        struct problem_list_row *some;
        size_t k;
        RETURN_IF(q_problem_list(&op->rd, &ask[i], &some, &k));
        if (k)
            memcpy(*rows + *n, some, k * sizeof *some);
        *n += k;
    }
    *n = merge(*rows, *n, (size_t)in->row_limit);
    return RC_OK;
}
