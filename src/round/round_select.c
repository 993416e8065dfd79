/* round_select.c - which sites a round visits: by name, by rule, by draw; and taking them out again. */
#include "round/draw_store.h"
#include "round/round_store.h"

/* Numbers in walking order go on behind those there are. */
struct adding {
    struct uuid round_id;
    int64_t next_no;
    size_t added;
};

static void add_site(struct op *op, struct adding *a, struct uuid site_id, const char *origin, struct opt_i64 draw_no,
                     struct str stratum)
{
    static const struct miss twice = {RC_CONFLICT, "site_in_round", "点位已在本轮次内", "A site is in the round already"};
    struct effect *e = fx_round_site_add(&op->plan.fx, &(struct round_site_add_in){
        .hq = op->hq, .round_id = a->round_id, .site_id = site_id, .origin = str_of(origin), .draw_no = draw_no,
        .stratum = stratum, .order_no = a->next_no++});
    e->on_clash = &twice;
    a->added++;
}

static enum rc add_named(struct op *op, const struct round_selection *s, struct adding *a)
{
    for (size_t i = 0; i < s->nsites; i++) {
        struct round_site_named_row row;
        struct round_site_get_row there;
        bool found, in_it;
        struct str at = str_fmt(OP_ARENA(op), "/site_ids/%zu", i);
        struct round_site_named_in in = {op->hq, s->site_ids[i]};
        struct round_site_get_in of = {op->hq, s->round_id, s->site_ids[i]};
        RETURN_IF(q_round_site_named(&op->rd, &in, &row, &found));
        RETURN_IF(q_round_site_get(&op->rd, &of, &there, &in_it));
        if (!found || !str_is(row.state, "active"))
            fail_field(op->rd.fault, at, "site_missing", "没有这个点位，或已停用", "There is no such site in service");
        else if (in_it)
            fail_field(op->rd.fault, at, "site_in_round", "点位已在本轮次内", "The site is in the round already");
        else
            add_site(op, a, s->site_ids[i], "name", NONE_I64, STR_NONE);
    }
    return op->rd.fault->rc;
}

/* ---- by rule ---- */

static bool one_of_texts(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s))
            return true;
    return n == 0;
}

static bool in_areas(const struct round_rule *r, struct str code)
{
    for (size_t i = 0; i < r->nareas; i++)
        if (str_starts(code, r->area_codes[i]))
            return true;
    return r->nareas == 0;
}

static bool of_units(const struct round_rule *r, const struct round_candidates_row *c)
{
    for (size_t i = 0; i < r->nunits; i++)
        if (uuid_eq(c->subject_unit_id, r->unit_ids[i]) || uuid_eq(c->territory_unit_id, r->unit_ids[i]) ||
            uuid_eq(c->supervising_unit_id, r->unit_ids[i]))
            return true;
    return r->nunits == 0;
}

static bool is_named(const struct round_selection *s, struct uuid id)
{
    for (size_t i = 0; i < s->nsites; i++)
        if (uuid_eq(s->site_ids[i], id))
            return true;
    return false;
}

static enum rc candidates(struct op *op, const struct round_selection *s, struct round_candidates_row **out, size_t *n)
{
    const struct round_rule *r = &s->rule;
    struct round_candidates_row *rows;
    size_t all;
    struct round_candidates_in in = {
        .hq = op->hq, .round_id = s->round_id, .not_since_ms = r->not_since_ms, .min_problems = r->min_problems,
        .problems_since_ms = r->problems_since_ms.has ? r->problems_since_ms.v : 0, .key_only = r->key_only};
    RETURN_IF(q_round_candidates(&op->rd, &in, &rows, &all));
    *n = 0;
    for (size_t i = 0; i < all; i++)
        if (one_of_texts(r->categories, r->ncategories, rows[i].category_code) && in_areas(r, rows[i].area_code) &&
            of_units(r, &rows[i]) && !is_named(s, rows[i].id))
            rows[(*n)++] = rows[i];
    *out = rows;
    return RC_OK;
}

/* ---- by draw ---- */

static struct str stratum_of(struct op *op, enum round_strata by, const struct round_candidates_row *c)
{
    switch (by) {
    case ROUND_BY_CATEGORY:
        return c->category_code;
    case ROUND_BY_TOWN:
        return str_sub(c->area_code, 0, 9);
    case ROUND_BY_UNIT:
        return uuid_is_none(c->subject_unit_id) ? STR("-") : uuid_str(OP_ARENA(op), c->subject_unit_id);
    case ROUND_BY_NOTHING:
    case ROUND_STRATA:
        break;
    }
    return STR("all");
}

static enum rc into_strata(struct op *op, const struct round_selection *s, const struct round_candidates_row *rows,
                           size_t n, struct draw *d)
{
    struct str *keys = ARENA_MANY(OP_ARENA(op), struct str, n + 1);
    d->strata = ARENA_MANY(OP_ARENA(op), struct draw_stratum, DRAW_STRATA_MAX);
    for (size_t i = 0; i < n; i++) {
        size_t h = 0;
        keys[i] = stratum_of(op, s->by, &rows[i]);
        while (h < d->nstrata && !str_eq(d->strata[h].key, keys[i]))
            h++;
        if (h == DRAW_STRATA_MAX)
            return OP_FAIL(op, RC_INVALID, "too_many", "分层过多", "There are too many strata");
        if (h == d->nstrata)
            d->strata[d->nstrata++].key = keys[i];
        d->strata[h].n++;
    }
    for (size_t h = 0; h < d->nstrata; h++) {
        d->strata[h].ids = ARENA_MANY(OP_ARENA(op), struct uuid, d->strata[h].n);
        size_t k = 0;
        for (size_t i = 0; i < n; i++)
            if (str_eq(keys[i], d->strata[h].key))
                d->strata[h].ids[k++] = rows[i].id;
    }
    return RC_OK;
}

static enum rc add_drawn(struct op *op, const struct round_selection *s, const struct round_candidates_row *rows,
                         size_t n, int64_t no, struct adding *a)
{
    struct draw d = {.subject_kind = "round", .subject_id = s->round_id, .no = no, .take = (size_t)s->take,
                     .least = (size_t)s->least};
    RETURN_IF(into_strata(op, s, rows, n, &d));
    RETURN_IF(draw_prepare(op, &d));
    for (size_t h = 0; h < d.nstrata; h++)
        for (size_t k = 0; k < d.strata[h].quota; k++)
            add_site(op, a, d.strata[h].drawn[k], "draw", SOME(no), d.strata[h].key);
    return RC_OK;
}

/* ---- together ---- */

static enum rc count_sites(struct op *op, struct uuid id, int64_t *n)
{
    struct round_counts_row *rows;
    size_t nrows;
    *n = 0;
    RETURN_IF(q_round_counts(&op->rd, &(struct round_counts_in){op->hq, id}, &rows, &nrows));
    for (size_t i = 0; i < nrows; i++)
        *n += rows[i].n;
    return RC_OK;
}

static enum rc add_all(struct op *op, const struct round_selection *s, const struct round_by_id_row *row,
                       struct adding *a)
{
    struct round_candidates_row *rows;
    size_t n;
    RETURN_IF(add_named(op, s, a));
    if (s->has_rule || s->has_draw)
        RETURN_IF(candidates(op, s, &rows, &n));
    if (s->has_draw)
        return add_drawn(op, s, rows, n, row->draw_count + 1, a);
    if (s->has_rule) {
        if ((int64_t)n + a->next_no > ROUND_SITES_MAX)
            return OP_FAIL(op, RC_INVALID, "too_many", "一个轮次最多 %d 个点位", "A round has %d sites at most",
                           ROUND_SITES_MAX);
        for (size_t i = 0; i < n; i++)
            add_site(op, a, rows[i].id, "rule", NONE_I64, STR_NONE);
    }
    return RC_OK;
}

enum rc round_prepare_select(struct op *op, const struct round_selection *s)
{
    struct round_by_id_row row;
    struct adding a = {.round_id = s->round_id};
    RETURN_IF(round_load_to(op, s->round_id, ACT_ROUND_WRITE, &row));
    struct round_step step = {.event = ROUND_EV_SELECT, .drew = s->has_draw};
    RETURN_IF(round_move(op, &row, &step));
    RETURN_IF(count_sites(op, s->round_id, &a.next_no));
    a.next_no++;
    RETURN_IF(add_all(op, s, &row, &a));
    if (a.added == 0)
        return OP_FAIL(op, RC_INVALID, "nothing_selected", "没有符合条件的点位", "No site fits");
    op->plan.command.detail = str_fmt(OP_ARENA(op), "{\"added\":%zu,\"draw\":%s}", a.added,
                                      s->has_draw ? "true" : "false");
    round_event_out(op, &row, "round.changed");
    return RC_OK;
}

enum rc round_prepare_remove(struct op *op, struct uuid id, const struct uuid *sites, size_t n)
{
    static const struct miss fixed = {RC_CONFLICT, "drawn_stays", "抽取的点位不能移出，只能说明原因后跳过；已检查的也不能移出",
                                      "What was drawn stays and can only be skipped; so does what was visited"};
    struct round_by_id_row row;
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    enum round_state state = round_state_of(&row), to;
    RETURN_IF(round_decide(op->rd.fault, state, ROUND_EV_START, &to)); /* before it runs */
    fx_round_touch(&op->plan.fx, &(struct round_touch_in){op->hq, id, row.version});
    for (size_t i = 0; i < n; i++)
        fx_round_site_remove(&op->plan.fx, &(struct round_site_remove_in){op->hq, id, sites[i]})->on_miss = &fixed;
    round_event_out(op, &row, "round.changed");
    return RC_OK;
}
