/*
 * matrix_report.c - where the matrix leaves gaps (无人牵头) and where it contradicts itself (重叠).
 *
 * Looked at is every criterion in force × every town that has sites of its category: elsewhere nothing can be found
 * that would have to be given to somebody.
 */
#include "matrix_internal.h"

#include "standard/catalogue.h"

#include <stdlib.h>

struct work {
    struct op *op;
    struct matrix_row *rows;
    size_t nrows;
    struct matrix_criteria_row *criteria;
    size_t ncriteria;
    struct matrix_row *some;   /* of these, what may speak about the ground in hand: each criterion asks only them */
    size_t *origin, nsome;     /* and where in `rows` each stands */
    struct matrix_gap *gaps;
    struct matrix_report *out;
};

/* Stands for "every site there has a unit in this role". */
static const struct matrix_unit somebody = {{{1}}, {"", 0}, false};

static enum rc load(struct work *w)
{
    struct matrix_get_row *rows;
    struct uuid version;
    bool found;
    struct op *op = w->op;
    RETURN_IF(q_matrix_in_force(&op->rd, &(struct matrix_in_force_in){op->hq, op->now}, &rows, &w->nrows));
    w->rows = ARENA_MANY(OP_ARENA(op), struct matrix_row, w->nrows);
    for (size_t i = 0; i < w->nrows; i++)
        w->rows[i] = matrix_of_row(&rows[i]);
    RETURN_IF(standard_current_version(op, &version, &found));
    if (found)
        RETURN_IF(q_matrix_criteria(&op->rd, &(struct matrix_criteria_in){op->hq, version}, &w->criteria, &w->ncriteria));
    return RC_OK;
}

static void narrow(struct work *w, const struct matrix_ground_row *g)
{
    w->nsome = 0;
    for (size_t i = 0; i < w->nrows; i++) {
        const struct matrix_row *r = &w->rows[i];
        if (!str_starts(g->area_code, r->area_code) ||
            (!str_empty(r->category_code) && !str_eq(r->category_code, g->category_code)))
            continue;
        w->origin[w->nsome] = i;
        w->some[w->nsome++] = *r;
    }
}

static bool same_gap(const struct matrix_gap *a, const struct matrix_gap *b)
{
    return a->no_row == b->no_row && a->doubt == b->doubt && a->row == b->row;
}

static int64_t lacking(const struct matrix_ground_row *g, enum matrix_role role)
{
    const int64_t n[MATRIX_ROLES] = {[MATRIX_TERRITORY] = g->without_territory, [MATRIX_SUBJECT] = g->without_subject,
                                     [MATRIX_SUPERVISING] = g->without_supervising};
    return n[role];
}

static bool look_at(const struct work *w, const struct matrix_ground_row *g, const struct matrix_question *q,
                    struct matrix_gap *gap)
{
    struct matrix_answer answer;
    matrix_resolve(w->some, w->nsome, q, &answer);
    w->out->pairs++;
    if (answer.source == MATRIX_BY_ROW) {
        w->out->covered++;
        return false;
    }
    *gap = (struct matrix_gap){.area_code = g->area_code, .category_code = g->category_code, .criteria = 1,
                               .criterion_code = q->criterion_code, .sites = g->sites, .no_row = answer.npassed == 0};
    if (answer.npassed > 0) {
        gap->row = &w->rows[w->origin[answer.passed[0].row - w->some]];
        gap->doubt = answer.passed[0].doubt;
        gap->sites_without = gap->doubt == MATRIX_NO_UNIT ? lacking(g, gap->row->lead) : 0;
    }
    return true;
}

static void keep(struct matrix_report *out, const struct matrix_gap *gap)
{
    if (out->ngaps < MATRIX_REPORT_MAX)
        out->gaps[out->ngaps++] = *gap;
    else
        out->truncated = true;
}

/* One category in one town. Where all its criteria are alike, that is one gap. */
static void look_at_ground(struct work *w, const struct matrix_ground_row *g)
{
    struct matrix_gap *gaps = w->gaps;
    size_t ngaps = 0, asked = 0;
    struct matrix_question q = {.category_code = g->category_code, .area_code = g->area_code, .at_ms = w->op->now};
    for (int r = 0; r < MATRIX_ROLES; r++)
        if (lacking(g, (enum matrix_role)r) == 0)
            q.site_units[r] = somebody;
    narrow(w, g);
    for (size_t i = 0; i < w->ncriteria; i++) {
        if (!str_eq(w->criteria[i].category_code, g->category_code))
            continue;
        q.criterion_code = w->criteria[i].code;
        asked++;
        ngaps += look_at(w, g, &q, &gaps[ngaps]);
    }
    bool alike = ngaps > 1 && ngaps == asked;
    for (size_t i = 1; alike && i < ngaps; i++)
        alike = same_gap(&gaps[0], &gaps[i]);
    if (alike) {
        gaps[0].criteria = (int64_t)ngaps;
        gaps[0].criterion_code = STR_NONE;
        ngaps = 1;
    }
    for (size_t i = 0; i < ngaps; i++)
        keep(w->out, &gaps[i]);
}

static int by_key(const void *a, const void *b)
{
    const struct matrix_row *const *x = a, *const *y = b;
    int c = str_cmp((*x)->area_code, (*y)->area_code);
    c = c ? c : str_cmp((*x)->category_code, (*y)->category_code);
    c = c ? c : str_cmp((*x)->criterion_code, (*y)->criterion_code);
    return c ? c : ((*x)->valid_from_ms > (*y)->valid_from_ms) - ((*x)->valid_from_ms < (*y)->valid_from_ms);
}

static void find_overlaps(const struct work *w)
{
    struct matrix_report *out = w->out;
    const struct matrix_row **sorted = ARENA_MANY(OP_ARENA(w->op), const struct matrix_row *, w->nrows);
    for (size_t i = 0; i < w->nrows; i++)
        sorted[i] = &w->rows[i];
    if (w->nrows > 1)
        qsort(sorted, w->nrows, sizeof *sorted, by_key);
    for (size_t i = 1; i < w->nrows; i++)
        if (matrix_disagree(sorted[i - 1], sorted[i]) && out->noverlaps < MATRIX_REPORT_MAX)
            out->overlaps[out->noverlaps++] = (struct matrix_overlap){sorted[i - 1], sorted[i]};
}

enum rc matrix_report_make(struct op *op, struct str area_prefix, struct matrix_report *out)
{
    struct work w = {.op = op, .out = out};
    struct matrix_ground_row *ground;
    size_t n;
    *out = (struct matrix_report){0};
    RETURN_IF(load(&w));
    RETURN_IF(q_matrix_ground(&op->rd, &(struct matrix_ground_in){op->hq}, &ground, &n));
    out->rows = (int64_t)w.nrows;
    out->gaps = ARENA_MANY(OP_ARENA(op), struct matrix_gap, MATRIX_REPORT_MAX);
    out->overlaps = ARENA_MANY(OP_ARENA(op), struct matrix_overlap, MATRIX_REPORT_MAX);
    w.some = ARENA_MANY(OP_ARENA(op), struct matrix_row, w.nrows);
    w.origin = ARENA_MANY(OP_ARENA(op), size_t, w.nrows);
    w.gaps = ARENA_MANY(OP_ARENA(op), struct matrix_gap, w.ncriteria + 1);
    for (size_t i = 0; i < n; i++)
        if (str_starts(ground[i].area_code, area_prefix))
            look_at_ground(&w, &ground[i]);
    find_overlaps(&w);
    return RC_OK;
}
