/* score.c - see score.h. Rows come summed from the store; names, weights and order are put to them here. */
#include "score/score.h"

#include "inspection/inspection.h"
#include "score_sql.h"

#include <stdlib.h>

const char *const score_group_names[SCORE_GROUPS + 1] = {"site", "category", "unit", "town", "district", NULL};

/* The categories of all versions, to find names and weights. */
struct names {
    struct score_category_names_row *rows;
    size_t n;
};

static const struct score_category_names_row *category_of(const struct names *c, struct uuid version, struct str code)
{
    for (size_t i = 0; i < c->n; i++)
        if (uuid_eq(c->rows[i].version_id, version) && str_eq(c->rows[i].code, code))
            return &c->rows[i];
    return NULL;
}

static enum rc load_names(struct op *op, struct names *out)
{
    return q_score_category_names(&op->rd, &(struct score_category_names_in){.hq = op->hq}, &out->rows, &out->n);
}

static int by_rate(const void *a, const void *b)
{
    const struct score *x = a, *y = b;
    bool has_x = x->sum.possible_e4 > 0, has_y = y->sum.possible_e4 > 0;
    if (has_x != has_y)
        return has_x ? -1 : 1;
    if (has_x) {
        __int128 l = (__int128)x->sum.earned_e4 * y->sum.possible_e4;
        __int128 r = (__int128)y->sum.earned_e4 * x->sum.possible_e4;
        if (l != r)
            return l < r ? -1 : 1;
    }
    return str_cmp(x->key, y->key);
}

static void add_up(struct score *total, const struct score *s)
{
    score_sum_add(&total->sum, s->sum);
    total->inspections += s->inspections;
    total->observations += s->observations;
    total->not_met += s->not_met;
    total->vetoes += s->vetoes;
}

/* The query inputs of all groupings have one shape; sqlgen names each anew. */
#define FILTER(op, f)                                                                                                 \
    .hq = (op)->hq, .from_ms = (f)->from_ms, .to_ms = (f)->to_ms, .area_from = (f)->area_code,                        \
    .area_to = str_prefix_end(OP_ARENA(op), (f)->area_code), .category = (f)->category, .unit_id = (f)->unit_id,     \
    .site_id = (f)->site_id
#define FIGURES(r)                                                                                                    \
    .sum = {(r)->earned_e4, (r)->possible_e4}, .inspections = (r)->inspections, .observations = (r)->observations,   \
    .not_met = (r)->not_met, .vetoes = (r)->vetoes

static enum rc by_site(struct op *op, const struct score_filter *f, struct score **out, size_t *n)
{
    struct score_by_site_row *rows;
    RETURN_IF(q_score_by_site(&op->rd, &(struct score_by_site_in){FILTER(op, f)}, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct score, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct score){.key = uuid_str(OP_ARENA(op), rows[i].site_id), .name = rows[i].name, FIGURES(&rows[i])};
    return RC_OK;
}

static enum rc by_unit(struct op *op, const struct score_filter *f, struct score **out, size_t *n)
{
    struct score_by_unit_row *rows;
    RETURN_IF(q_score_by_unit(&op->rd, &(struct score_by_unit_in){FILTER(op, f)}, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct score, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct score){.key = uuid_str(OP_ARENA(op), rows[i].unit_id), .name = rows[i].name, FIGURES(&rows[i])};
    return RC_OK;
}

/* One line per category, over the versions it appears in. */
static enum rc by_category(struct op *op, const struct score_filter *f, struct score **out, size_t *n)
{
    struct score_by_category_row *rows;
    struct names names;
    size_t nrows;
    RETURN_IF(load_names(op, &names));
    RETURN_IF(q_score_by_category(&op->rd, &(struct score_by_category_in){FILTER(op, f)}, &rows, &nrows));
    *out = ARENA_MANY(OP_ARENA(op), struct score, nrows + 1);
    *n = 0;
    for (size_t i = 0; i < nrows; i++) {
        const struct score_category_names_row *c = category_of(&names, rows[i].version_id, rows[i].category_code);
        struct score s = {.key = rows[i].category_code, .name = c ? c->name_zh : rows[i].category_code,
                          .name_en = c ? c->name_en : STR_NONE, FIGURES(&rows[i])};
        if (*n && str_eq((*out)[*n - 1].key, s.key))
            add_up(&(*out)[*n - 1], &s);
        else
            (*out)[(*n)++] = s;
    }
    return RC_OK;
}

/* Sums categories of a place; the weighted figure from the same rows. */
static void finish_place(struct score *s, const struct score_part *parts, size_t nparts)
{
    struct score_total t = score_roll_up(ROLL_UP_WEIGHTED, parts, nparts);
    s->has_weighted = true;
    s->weighted = score_rate(t.sum);
}

static enum rc area_name(struct op *op, struct str code, struct str *name)
{
    struct score_area_name_row row;
    bool found;
    RETURN_IF(q_score_area_name(&op->rd, &(struct score_area_name_in){.hq = op->hq, .code = code}, &row, &found));
    *name = found ? row.name : code;
    return RC_OK;
}

static enum rc by_town(struct op *op, const struct score_filter *f, struct score **out, size_t *n)
{
    struct score_by_town_row *rows;
    struct names names;
    size_t nrows, nparts = 0;
    RETURN_IF(load_names(op, &names));
    RETURN_IF(q_score_by_town(&op->rd, &(struct score_by_town_in){FILTER(op, f)}, &rows, &nrows));
    *out = ARENA_MANY(OP_ARENA(op), struct score, nrows + 1);
    struct score_part *parts = ARENA_MANY(OP_ARENA(op), struct score_part, nrows + 1);
    *n = 0;
    for (size_t i = 0; i < nrows; i++) {
        struct score s = {.key = rows[i].town_code, FIGURES(&rows[i])};
        const struct score_category_names_row *c = category_of(&names, rows[i].version_id, rows[i].category_code);
        if (*n == 0 || !str_eq((*out)[*n - 1].key, s.key)) {
            RETURN_IF(area_name(op, s.key, &s.name));
            (*out)[(*n)++] = s;
            nparts = 0;
        } else {
            add_up(&(*out)[*n - 1], &s);
        }
        parts[nparts++] = (struct score_part){.sum = s.sum, .weight = c ? c->weight : 0};
        finish_place(&(*out)[*n - 1], parts, nparts);
    }
    return RC_OK;
}

static enum rc by_district(struct op *op, const struct score_filter *f, struct score **out, size_t *n)
{
    struct score_by_category_row *rows;
    struct score_headquarters_row hq;
    struct names names;
    bool found;
    size_t nrows;
    RETURN_IF(load_names(op, &names));
    RETURN_IF(q_score_headquarters(&op->rd, &(struct score_headquarters_in){.hq = op->hq}, &hq, &found));
    RETURN_IF(q_score_by_category(&op->rd, &(struct score_by_category_in){FILTER(op, f)}, &rows, &nrows));
    struct score_part *parts = ARENA_MANY(OP_ARENA(op), struct score_part, nrows + 1);
    *out = ARENA_MANY(OP_ARENA(op), struct score, 1);
    **out = (struct score){.key = found ? hq.code : STR(""), .name = found ? hq.name : STR("")};
    for (size_t i = 0; i < nrows; i++) {
        struct score s = {FIGURES(&rows[i])};
        const struct score_category_names_row *c = category_of(&names, rows[i].version_id, rows[i].category_code);
        add_up(*out, &s);
        parts[i] = (struct score_part){.sum = s.sum, .weight = c ? c->weight : 0};
    }
    finish_place(*out, parts, nrows);
    *n = 1;
    return RC_OK;
}

enum rc score_list(struct op *op, enum score_group group, const struct score_filter *f, struct score **out, size_t *n,
                   struct score *total)
{
    static enum rc (*const lists[SCORE_GROUPS])(struct op *, const struct score_filter *, struct score **, size_t *) = {
        by_site, by_category, by_unit, by_town, by_district};
    RETURN_IF(lists[group](op, f, out, n));
    *total = (struct score){.key = STR("total"), .name = STR("")};
    for (size_t i = 0; i < *n; i++)
        add_up(total, &(*out)[i]);
    if (*n > 1)
        qsort(*out, *n, sizeof **out, by_rate);
    return RC_OK;
}

static void add_held(struct op *op, const struct score_new *s)
{
    fx_score_held_add(&op->plan.fx, &(struct score_held_add_in){
        .hq = op->hq, .id = change_row_id(op), .round_id = s->round_id, .inspection_id = s->inspection_id,
        .site_id = s->site_id, .version_id = s->version_id, .category_code = s->category_code,
        .area_code = s->area_code, .subject_unit_id = s->subject_unit_id, .visit_ms = s->visit_ms,
        .earned_e4 = s->earned_e4, .possible_e4 = s->possible_e4, .observations = s->observations,
        .not_met = s->not_met, .vetoes = s->vetoes});
}

void score_prepare_add(struct op *op, const struct score_new *s)
{
    if (s->held) {
        add_held(op, s);
        return;
    }
    fx_score_entry_add(&op->plan.fx, &(struct score_entry_add_in){
        .hq = op->hq, .id = change_row_id(op), .inspection_id = s->inspection_id, .site_id = s->site_id,
        .version_id = s->version_id, .category_code = s->category_code, .area_code = s->area_code,
        .subject_unit_id = s->subject_unit_id, .visit_ms = s->visit_ms, .earned_e4 = s->earned_e4,
        .possible_e4 = s->possible_e4, .observations = s->observations, .not_met = s->not_met, .vetoes = s->vetoes});
}

void score_prepare_take_back(struct op *op, struct uuid inspection_id, bool held)
{
    if (held)
        fx_score_held_take_back(&op->plan.fx, &(struct score_held_take_back_in){
            .hq = op->hq, .id = change_row_id(op), .inspection_id = inspection_id});
    else
        fx_score_entry_take_back(&op->plan.fx, &(struct score_entry_take_back_in){
            .hq = op->hq, .id = change_row_id(op), .inspection_id = inspection_id});
}

void score_prepare_join(struct op *op, struct uuid round_id)
{
    struct effect *e = fx_score_held_join(&op->plan.fx, &(struct score_held_join_in){op->hq, round_id});
    e->min = 0;
    e->max = INT64_MAX;
    e = fx_score_held_clear(&op->plan.fx, &(struct score_held_clear_in){op->hq, round_id});
    e->min = 0;
    e->max = INT64_MAX;
}

/* An inspection that counts has exactly its observations' points; any other adds up to nothing. */
static bool entry_right(const struct score_recount_row *r)
{
    bool counts = str_is(r->state, "complete") && inspection_kind_scores(r->kind);
    int64_t earned = counts && !r->vetoed && r->obs_earned_e4.has ? r->obs_earned_e4.v : 0;
    int64_t possible = counts && r->obs_possible_e4.has ? r->obs_possible_e4.v : 0;
    return r->astray == 0 && r->signs == (counts ? 1 : 0) && r->entry_earned_e4 == earned && r->entry_possible_e4 == possible;
}

enum rc score_verify(struct op *op, struct score_proof *out)
{
    struct score_recount_in in = {.hq = op->hq, .row_limit = 1000};
    struct score_recount_row *rows;
    size_t n;
    *out = (struct score_proof){0};
    do {
        RETURN_IF(q_score_recount(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            out->inspections++;
            if (!entry_right(&rows[i]) && out->wrong++ == 0)
                out->first_wrong = rows[i].inspection_id;
        }
        if (n)
            in.after_id = rows[n - 1].inspection_id;
    } while (n == (size_t)in.row_limit);
    return RC_OK;
}
