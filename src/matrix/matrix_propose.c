/* matrix_propose.c - the matrix asked about one matter: gathers the rows and units that may speak, lets the rules decide. */
#include "matrix_internal.h"

#include "org/org.h"

static enum rc load_site(struct op *op, struct uuid id, struct matrix_question *q)
{
    struct matrix_site_row s;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(q_matrix_site(&op->rd, &(struct matrix_site_in){op->hq, id}, &s, &found));
    if (!found)
        return RC_OK;
    q->site_units[MATRIX_TERRITORY] = (struct matrix_unit){s.territory_unit_id, s.territory_name, s.territory_closed.has};
    q->site_units[MATRIX_SUBJECT] = (struct matrix_unit){s.subject_unit_id, s.subject_name, s.subject_closed.has};
    q->site_units[MATRIX_SUPERVISING] =
        (struct matrix_unit){s.supervising_unit_id, s.supervising_name, s.supervising_closed.has};
    if (str_empty(q->area_code))
        q->area_code = s.area_code;
    if (str_empty(q->category_code))
        q->category_code = s.category_code;
    return RC_OK;
}

/* "城市管理局;市场监督管理局": the first that an open unit is called. */
static enum rc find_named(struct op *op, struct str names, struct matrix_unit *out)
{
    struct str rest = names, part;
    while (uuid_is_none(out->id) && str_next(&rest, ';', &part)) {
        struct unit u;
        size_t n = 0;
        if (!str_empty(str_trim(part)))
            RETURN_IF(unit_by_name(op, str_trim(part), &u, &n));
        if (n > 0)
            *out = (struct matrix_unit){u.id, u.name, false};
    }
    return RC_OK;
}

static enum rc find_all_named(struct op *op, const struct matrix_criterion_row *c, struct matrix_question *q)
{
    RETURN_IF(find_named(op, c->territory_dept, &q->named_units[MATRIX_TERRITORY]));
    RETURN_IF(find_named(op, c->subject_dept, &q->named_units[MATRIX_SUBJECT]));
    return find_named(op, c->supervising_dept, &q->named_units[MATRIX_SUPERVISING]);
}

enum rc matrix_propose(struct op *op, const struct matrix_matter *m, struct matrix_answer *out)
{
    struct matrix_question q = {.category_code = m->category_code, .area_code = m->area_code,
                                .at_ms = m->at_ms.has ? m->at_ms.v : op->now};
    struct matrix_criterion_row criterion = {0};
    struct matrix_get_row *found;
    size_t n;
    bool has = false;
    if (!uuid_is_none(m->criterion_id))
        RETURN_IF(q_matrix_criterion(&op->rd, &(struct matrix_criterion_in){op->hq, m->criterion_id}, &criterion, &has));
    if (has) {
        q.criterion_code = criterion.code;
        q.category_code = criterion.category_code;
    }
    RETURN_IF(load_site(op, m->site_id, &q));
    struct matrix_candidates_in in = {op->hq, q.at_ms, str_empty(q.criterion_code) ? STR_NONE : q.criterion_code,
                                      str_empty(q.category_code) ? STR_NONE : q.category_code};
    RETURN_IF(q_matrix_candidates(&op->rd, &in, &found, &n));
    struct matrix_row *rows = ARENA_MANY(OP_ARENA(op), struct matrix_row, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = matrix_of_row(&found[i]);
    matrix_resolve(rows, n, &q, out);
    if (out->source == MATRIX_BY_ROW)
        RETURN_IF(matrix_read_supports(op, &rows[out->row - rows], 1));
    else if (has)
        RETURN_IF(find_all_named(op, &criterion, &q));
    matrix_resolve(rows, n, &q, out);
    return RC_OK;
}
