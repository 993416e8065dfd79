/* overview_http.c - GET /overview: where the loop stands now and what waits for the caller, within what the caller
 * may read. */
#include "loop/loop_http.h"

#include "overview_sql.h"
#include "problem/problem_store.h"
#include "score/score.h"

enum { OVERVIEW_DAYS = 30 };

/* The steps people wait for, in the order of the loop. */
static const struct {
    enum problem_state state;
    enum problem_event event;
} steps[] = {
    {PROBLEM_REPORTED, PROBLEM_EV_VERIFY},     {PROBLEM_VERIFIED, PROBLEM_EV_REGISTER},
    {PROBLEM_REGISTERED, PROBLEM_EV_DISPATCH}, {PROBLEM_DISPATCHED, PROBLEM_EV_ACCEPT},
    {PROBLEM_ACCEPTED, PROBLEM_EV_RECTIFY},    {PROBLEM_RECTIFIED, PROBLEM_EV_RETURN},
    {PROBLEM_RECTIFIED, PROBLEM_EV_STRIKE_OFF},
};

/* One scope for all the questions. */
struct view {
    struct opt_bool scoped;
    bool open;
    struct uuid unit_id, person_id;
    struct str area_from, area_to;
};

static struct view view_of(struct op *op, enum action action)
{
    struct scope s = policy_scope(&op->actor, action);
    if (s.all)
        return (struct view){0};
    return (struct view){.scoped = SOME_BOOL(true), .open = s.open, .unit_id = s.unit_id, .person_id = s.person_id,
                         .area_from = s.area_code, .area_to = str_prefix_end(OP_ARENA(op), s.area_code)};
}

#define SCOPE(v)                                                                                                  \
    .scoped = (v)->scoped, .scope_open = (v)->open, .scope_unit = (v)->unit_id, .scope_person = (v)->person_id,   \
    .scope_area_from = (v)->area_from, .scope_area_to = (v)->area_to
#define SCOPE_OF_PLACES(v)                                                                                        \
    .scoped = (v)->scoped, .scope_unit = (v)->unit_id, .scope_area_from = (v)->area_from,                         \
    .scope_area_to = (v)->area_to

static enum rc put_states(struct request *rq)
{
    int64_t counts[PROBLEM_STATES], open = 0;
    RETURN_IF(problem_count_states(&rq->op, ACT_PROBLEM_READ, false, counts));
    jo_arr(&rq->json, "states");
    for (int i = 0; i < PROBLEM_STATES; i++) {
        if (counts[i] == 0)
            continue;
        jo_obj(&rq->json, NULL);
        jo_z(&rq->json, "state", problem_state_names[i]);
        jo_i64(&rq->json, "count", counts[i]);
        jo_end(&rq->json);
        open += problem_is_closed((enum problem_state)i) ? 0 : counts[i];
    }
    jo_end(&rq->json);
    jo_i64(&rq->json, "open", open);
    return RC_OK;
}

static bool same_scope(struct scope a, struct scope b)
{
    return a.all == b.all && a.none == b.none && a.open == b.open && uuid_eq(a.unit_id, b.unit_id) &&
           uuid_eq(a.person_id, b.person_id) && str_eq(a.area_code, b.area_code);
}

/* One may read more than one may act on: each step is counted as far as its own permission reaches. */
static enum rc put_waiting(struct request *rq)
{
    struct op *op = &rq->op;
    struct scope counted = {.none = true};
    int64_t counts[PROBLEM_STATES] = {0};
    jo_arr(&rq->json, "waiting");
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        enum action action = problem_event_action(steps[s].event);
        struct scope scope = policy_scope(&op->actor, action);
        bool said_below = steps[s].event == PROBLEM_EV_RETURN && policy_may(&op->actor, ACT_PROBLEM_STRIKE);
        if (!policy_may(&op->actor, action) || said_below)
            continue;
        if (!same_scope(scope, counted))
            RETURN_IF(problem_count_states(op, action, true, counts));
        counted = scope;
        if (counts[steps[s].state] == 0)
            continue;
        jo_obj(&rq->json, NULL);
        jo_z(&rq->json, "action", problem_event_names[steps[s].event]);
        jo_i64(&rq->json, "count", counts[steps[s].state]);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    return RC_OK;
}

static enum rc put_lights(struct request *rq, const struct view *v)
{
    struct problem_open_clocks_row *rows;
    int64_t red = 0, yellow = 0;
    size_t n;
    struct problem_open_clocks_in in = {.hq = rq->op.hq, SCOPE(v)};
    RETURN_IF(limits_load(&rq->op));
    RETURN_IF(q_problem_open_clocks(&rq->op.rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct problem_case c = {
            .state = (enum problem_state)problem_name_index(problem_state_names, rows[i].state),
            .postponed_until_ms = rows[i].postponed_until_ms,
            .handling = {.kind = (enum limit_kind)problem_name_index(limit_kind_names, rows[i].limit_kind),
                         .due_ms = SOME(rows[i].due_ms), .left_ms = rows[i].left_ms, .total_ms = rows[i].clock_ms.v}};
        if (!rows[i].clock_ms.has && !calendar_amount(c.handling.kind, rows[i].limit_amount, &c.handling.total_ms))
            continue;
        enum problem_light light = problem_light(limits_calendar(&rq->op), &c, rq->op.now);
        bool running = !rows[i].left_ms.has;
        red += running && light == PROBLEM_LIGHT_RED;
        yellow += running && light == PROBLEM_LIGHT_YELLOW;
    }
    jo_i64(&rq->json, "overdue", red);
    jo_i64(&rq->json, "yellow", yellow);
    return RC_OK;
}

static enum rc put_days(struct request *rq, const struct view *v)
{
    struct op *op = &rq->op;
    int64_t reported[OVERVIEW_DAYS] = {0}, closed[OVERVIEW_DAYS] = {0};
    int64_t since = civil_midnight(op->now, op->zone_min) - (int64_t)(OVERVIEW_DAYS - 1) * DAY_MS;
    struct problem_reported_since_row *came;
    struct problem_closed_since_row *went;
    size_t ncame, nwent;
    struct problem_reported_since_in r = {.hq = op->hq, .since_ms = since, SCOPE(v)};
    struct problem_closed_since_in c = {.hq = op->hq, .since_ms = since, SCOPE(v)};
    RETURN_IF(q_problem_reported_since(&op->rd, &r, &came, &ncame));
    RETURN_IF(q_problem_closed_since(&op->rd, &c, &went, &nwent));
    for (size_t i = 0; i < ncame; i++)
        if (came[i].day < OVERVIEW_DAYS)
            reported[came[i].day] = came[i].n;
    for (size_t i = 0; i < nwent; i++)
        if (went[i].day < OVERVIEW_DAYS)
            closed[went[i].day] = went[i].n;
    jo_arr(&rq->json, "days");
    for (int d = 0; d < OVERVIEW_DAYS; d++) {
        jo_obj(&rq->json, NULL);
        jo_str(&rq->json, "date", civil_date(OP_ARENA(op), since + (int64_t)d * DAY_MS, op->zone_min));
        jo_i64(&rq->json, "reported", reported[d]);
        jo_i64(&rq->json, "closed", closed[d]);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    return RC_OK;
}

static enum rc put_places(struct request *rq)
{
    struct op *op = &rq->op;
    struct view v = view_of(op, ACT_SITE_READ), w = view_of(op, ACT_INSPECTION_READ);
    struct overview_sites_row sites;
    struct overview_inspections_row visits;
    bool found;
    struct overview_sites_in s = {.hq = op->hq, SCOPE_OF_PLACES(&v)};
    struct overview_inspections_in i = {.hq = op->hq, .since_ms = op->now - 7 * (int64_t)DAY_MS, SCOPE(&w)};
    RETURN_IF(q_overview_sites(&op->rd, &s, &sites, &found));
    RETURN_IF(q_overview_inspections(&op->rd, &i, &visits, &found));
    jo_i64(&rq->json, "sites", sites.n);
    jo_i64(&rq->json, "inspections_week", visits.n);
    return RC_OK;
}

/* Inspectors see no totals: what they give next must not follow what was given before. */
static enum rc put_score(struct request *rq)
{
    struct scope s = policy_scope(&rq->op.actor, ACT_SCORE_READ);
    struct score_filter f = {.from_ms = rq->op.now - (int64_t)OVERVIEW_DAYS * DAY_MS, .to_ms = rq->op.now + 1,
                             .area_code = s.area_code, .unit_id = s.area_code.p ? UUID_NONE : s.unit_id};
    struct score *list, total = {0};
    size_t n;
    if (s.all || s.area_code.p || !uuid_is_none(s.unit_id))
        RETURN_IF(score_list(&rq->op, SCORE_BY_DISTRICT, &f, &list, &n, &total));
    rate_json(&rq->json, "score", total.sum.earned_e4, total.sum.possible_e4);
    return RC_OK;
}

static enum rc overview_get(struct request *rq)
{
    struct view v = view_of(&rq->op, ACT_PROBLEM_READ);
    RETURN_IF(query_done(rq));
    jo_obj(&rq->json, NULL);
    RETURN_IF(put_states(rq));
    RETURN_IF(put_waiting(rq));
    RETURN_IF(put_lights(rq, &v));
    RETURN_IF(put_places(rq));
    RETURN_IF(put_score(rq));
    RETURN_IF(put_days(rq, &v));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

const struct route overview_routes[] = {
    {HTTP_GET, "/api/v1/overview", ACT_OVERVIEW, overview_get, 0, 0},
    {0},
};
