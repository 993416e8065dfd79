/*
 * lookback_chore.c - what plans look-backs by itself: the rules read the strike-offs in their order and remember how
 * far they came; each drawing rule draws once from each day's strike-offs, the day after.
 *
 * Each step is a command whose id is made of what it does, so that a second process or a restart never doubles it.
 */
#include "lookback/lookback_store.h"

#include "base/civil.h"
#include "round/draw_store.h"

enum {
    PER_STEP = 200,             /* strike-offs read by the rules at once */
    DRAW_DAYS = 7,              /* a server that was away so long still draws for each day */
    SETTLED_MS = 5 * MINUTE_MS, /* by then nothing older is still on its way to the disk */
};

/* A namespace of this room's commands. */
static struct command command_of(struct op *op, const char *kind, struct str name)
{
    struct str full = str_fmt(OP_ARENA(op), "%s/%lld/%.*s", kind, (long long)op->hq, STR_ARG(name));
    return (struct command){.id = uuid_named(UUID_NONE, full), .kind = kind, .content = sha256_of(full),
                            .subject_kind = "lookback"};
}

static enum rc load_rules(struct op *op, struct lookback_rule **rules, size_t *n)
{
    struct lookback_rules_row *rows;
    struct lookback_rules_in in = {.hq = op->hq, .active_only = SOME_BOOL(true)};
    RETURN_IF(q_lookback_rules(&op->rd, &in, &rows, n));
    *rules = ARENA_MANY(OP_ARENA(op), struct lookback_rule, *n);
    for (size_t i = 0; i < *n; i++)
        (*rules)[i] = lookback_rule_of(&rows[i]);
    return RC_OK;
}

static struct lookback_case case_of(const struct lookback_struck_off_row *r)
{
    return (struct lookback_case){.severity = r->severity,
                                  .category_code = r->category_code,
                                  .criterion_id = r->criterion_id,
                                  .unit_id = r->unit_id,
                                  .rework_count = r->rework_count,
                                  .closed_ms = r->closed_ms};
}

/* ---- by rule ---- */

/* From the first rule's beginning on; what was struck off before any rule was made stays out. */
static int64_t beginning(const struct lookback_rule *rules, size_t n)
{
    int64_t from_ms = INT64_MAX;
    for (size_t i = 0; i < n; i++)
        if (rules[i].from_ms < from_ms)
            from_ms = rules[i].from_ms;
    return from_ms;
}

static void move_on(struct op *op, const struct lookback_progress_get_row *was, bool found,
                    const struct lookback_struck_off_row *last)
{
    if (found)
        fx_lookback_progress_set(&op->plan.fx, &(struct lookback_progress_set_in){
            .hq = op->hq, .closed_ms = last->closed_ms, .problem_id = last->id, .version = was->version});
    else
        fx_lookback_progress_add(&op->plan.fx, &(struct lookback_progress_add_in){
            .hq = op->hq, .closed_ms = last->closed_ms, .problem_id = last->id});
}

static enum rc plan_by_rule(struct op *op, const struct lookback_rule *rules, size_t n, bool *more)
{
    struct lookback_progress_get_row at = {.closed_ms = beginning(rules, n)};
    struct lookback_struck_off_row *cases;
    size_t ncases;
    bool found;
    RETURN_IF(q_lookback_progress_get(&op->rd, &(struct lookback_progress_get_in){op->hq}, &at, &found));
    struct lookback_struck_off_in in = {.hq = op->hq, .key_ms = at.closed_ms, .key_id = at.problem_id,
                                        .before_ms = op->now - SETTLED_MS, .row_limit = PER_STEP};
    RETURN_IF(q_lookback_struck_off(&op->rd, &in, &cases, &ncases));
    if (ncases == 0)
        return RC_OK;
    const struct lookback_struck_off_row *last = &cases[ncases - 1];
    struct command c = command_of(op, "lookback.plan_by_rule",
                                  str_fmt(OP_ARENA(op), "%lld/%.*s", (long long)last->closed_ms,
                                          STR_ARG(uuid_str(OP_ARENA(op), last->id))));
    RETURN_IF(change_begin(op, &c));
    *more = ncases == PER_STEP;
    if (op->plan.replayed)
        return RC_OK;
    for (size_t i = 0; i < ncases; i++) {
        struct lookback_case one = case_of(&cases[i]);
        const struct lookback_rule *rule = cases[i].planned ? NULL : lookback_choose(rules, n, &one);
        if (rule)
            lookback_add_planned(op, &(struct lookback_plan){.rule = rule, .of = &cases[i]});
    }
    move_on(op, &at, found, last);
    return change_commit(op);
}

/* ---- by draw ---- */

struct pool {
    const struct lookback_rule *rule;
    struct lookback_struck_off_row *cases;
    size_t n;
};

/* The day's strike-offs that match and are not planned already. */
static enum rc gather(struct op *op, const struct lookback_rule *rule, int64_t day_ms, struct pool *out)
{
    struct lookback_struck_off_in in = {.hq = op->hq, .key_ms = day_ms, .before_ms = day_ms + DAY_MS,
                                        .row_limit = DRAW_CANDIDATES_MAX};
    struct lookback_struck_off_row *rows;
    size_t n;
    RETURN_IF(q_lookback_struck_off(&op->rd, &in, &rows, &n));
    *out = (struct pool){.rule = rule, .cases = rows};
    for (size_t i = 0; i < n; i++) {
        struct lookback_case one = case_of(&rows[i]);
        if (!rows[i].planned && lookback_rule_matches(rule, &one))
            rows[out->n++] = rows[i];
    }
    return RC_OK;
}

static struct draw_stratum *stratum_of(struct op *op, struct draw *d, const struct pool *p, struct uuid unit_id)
{
    struct str key = uuid_is_none(unit_id) ? STR("-") : uuid_str(OP_ARENA(op), unit_id);
    for (size_t i = 0; i < d->nstrata; i++)
        if (str_eq(d->strata[i].key, key))
            return &d->strata[i];
    d->strata[d->nstrata] = (struct draw_stratum){.key = key, .ids = ARENA_MANY(OP_ARENA(op), struct uuid, p->n)};
    return &d->strata[d->nstrata++];
}

/* In proportion to what each unit had struck off. */
static void stratify(struct op *op, const struct pool *p, struct draw *d)
{
    d->strata = ARENA_MANY(OP_ARENA(op), struct draw_stratum, p->n);
    for (size_t i = 0; i < p->n; i++) {
        struct draw_stratum *s = stratum_of(op, d, p, p->cases[i].unit_id);
        s->ids[s->n++] = p->cases[i].id;
    }
}

static void plan_drawn(struct op *op, const struct pool *p, const struct draw *d)
{
    for (size_t h = 0; h < d->nstrata; h++)
        for (size_t k = 0; k < d->strata[h].quota; k++)
            for (size_t i = 0; i < p->n; i++)
                if (uuid_eq(p->cases[i].id, d->strata[h].drawn[k]))
                    lookback_add_planned(
                        op, &(struct lookback_plan){.rule = p->rule, .of = &p->cases[i], .draw_id = d->subject_id});
}

static enum rc draw_day(struct op *op, const struct lookback_rule *rule, int64_t day_ms)
{
    struct pool p;
    struct str day = civil_date(OP_ARENA(op), day_ms, op->zone_min);
    struct command c =
        command_of(op, "lookback.draw",
                   str_fmt(OP_ARENA(op), "%.*s/%.*s", STR_ARG(uuid_str(OP_ARENA(op), rule->id)), STR_ARG(day)));
    RETURN_IF(gather(op, rule, day_ms, &p));
    RETURN_IF(change_begin(op, &c));
    if (op->plan.replayed)
        return RC_OK;
    struct draw d = {
        .subject_kind = "lookback", .subject_id = c.id, .no = 1, .take = lookback_take(p.n, rule->share_permille)};
    fx_lookback_draw_add(&op->plan.fx, &(struct lookback_draw_add_in){
        .hq = op->hq, .id = c.id, .rule_id = rule->id, .closed_day = day, .candidates = (int64_t)p.n,
        .taken = (int64_t)d.take, .at_ms = op->now});
    if (p.n) {
        stratify(op, &p, &d);
        RETURN_IF(draw_prepare(op, &d));
        draw_release(op, "lookback", c.id);
        plan_drawn(op, &p, &d);
    }
    return change_commit(op);
}

/* The first day without a draw, if any; one draw a step. */
static enum rc plan_by_draw(struct op *op, const struct lookback_rule *rule, bool *more)
{
    struct lookback_draws_since_row *drawn;
    size_t n, at = 0;
    int64_t today = civil_midnight(op->now - SETTLED_MS, op->zone_min), day = today - DRAW_DAYS * DAY_MS;
    int64_t first = civil_midnight(rule->from_ms, op->zone_min);
    if (day < first)
        day = first;
    struct lookback_draws_since_in in = {
        .hq = op->hq, .rule_id = rule->id, .closed_day = civil_date(OP_ARENA(op), day, op->zone_min)};
    RETURN_IF(q_lookback_draws_since(&op->rd, &in, &drawn, &n));
    for (; day < today; day += DAY_MS) {
        if (at < n && str_eq(drawn[at].closed_day, civil_date(OP_ARENA(op), day, op->zone_min))) {
            at++;
            continue;
        }
        *more = true;
        return draw_day(op, rule, day);
    }
    return RC_OK;
}

enum rc lookback_chore(struct op *op, bool *more)
{
    struct lookback_rule *rules;
    size_t n;
    *more = false;
    RETURN_IF(load_rules(op, &rules, &n));
    if (n == 0)
        return RC_OK;
    RETURN_IF(plan_by_rule(op, rules, n, more));
    for (size_t i = 0; i < n && !*more; i++)
        if (rules[i].share_permille < LOOKBACK_SHARE_ALL)
            RETURN_IF(plan_by_draw(op, &rules[i], more));
    return RC_OK;
}
