/* problem_json.c - see problem_json.h. */
#include "problem/problem_json.h"

#include "base/geo.h"
#include "matrix/matrix_http.h"
#include "problem/beside.h"
#include "problem/clock_json.h"
#include "problem/request_store.h"
#include "standard/standard_http.h"

struct str problem_number_text(struct arena *a, int64_t year, int64_t number)
{
    return number < 0 ? str_fmt(a, "%lld-H%06lld", (long long)year, (long long)-number)
                      : str_fmt(a, "%lld-%06lld", (long long)year, (long long)number);
}

static void put_limit(struct json_out *j, const struct problem_list_row *r)
{
    jo_obj(j, "limit");
    jo_str(j, "kind", r->limit_kind);
    jo_i64(j, "amount", r->limit_amount);
    jo_end(j);
}

static void put_times(struct json_out *j, const struct problem_list_row *r)
{
    jo_time(j, "reported_at", r->reported_ms);
    jo_opt_time(j, "dispatched_at", r->dispatched_ms);
    jo_opt_time(j, "due_at", r->due_ms);
    jo_opt_time(j, "rectified_at", r->rectified_ms);
    jo_opt_time(j, "closed_at", r->closed_ms);
}

static void put_lights(struct json_out *j, const struct op *op, const struct problem_list_row *r)
{
    const struct calendar *cal = limits_calendar(op);
    struct problem_case c = problem_case_of_list(r);
    jo_z(j, "light", problem_light_names[problem_light(cal, &c, op->now)]);
    jo_z(j, "stage", c.stage ? problem_stage_names[c.stage] : NULL);
    jo_z(j, "stage_light", problem_light_names[problem_clock_light(cal, &c, &c.stage_clock, op->now)]);
    jo_z(j, "case_light", problem_light_names[problem_clock_light(cal, &c, &c.whole, op->now)]);
    jo_bool(j, "overdue", r->overdue);
    jo_bool(j, "exempt", r->exempt);
    jo_bool(j, "postponed", problem_is_postponed(&c, op->now));
    jo_bool(j, "stopped", r->stopped_ms.has);
}

void problem_json_brief(struct json_out *j, const struct op *op, const struct problem_list_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_str(j, "number", problem_number_text(OP_ARENA(op), r->year, r->number));
    jo_str(j, "state", r->state);
    jo_str(j, "source", r->source);
    jo_str(j, "kind", r->kind);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_str(j, "area_code", r->area_code);
    jo_str(j, "category_code", r->category_code);
    jo_uuid(j, "criterion_id", r->criterion_id);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_str(j, "description", r->description);
    jo_str(j, "severity", r->severity);
    jo_bool(j, "typical", r->typical);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    put_limit(j, r);
    put_times(j, r);
    put_lights(j, op, r);
    jo_i64(j, "rework_count", r->rework_count);
    jo_i64(j, "version", r->version);
}

/* The list's row is the beginning of the record's. */
static struct problem_list_row brief_of(const struct problem_by_id_row *r)
{
    return (struct problem_list_row){
        .id = r->id, .year = r->year, .number = r->number, .state = r->state, .source = r->source,
        .site_id = r->site_id, .site_name = r->site_name, .area_code = r->area_code,
        .category_code = r->category_code, .criterion_id = r->criterion_id, .criterion_code = r->criterion_code,
        .description = r->description, .severity = r->severity, .typical = r->typical, .unit_id = r->unit_id,
        .unit_name = r->unit_name, .limit_kind = r->limit_kind, .limit_amount = r->limit_amount,
        .reported_ms = r->reported_ms, .dispatched_ms = r->dispatched_ms, .due_ms = r->due_ms,
        .left_ms = r->left_ms, .rectified_ms = r->rectified_ms, .closed_ms = r->closed_ms, .overdue = r->overdue,
        .rework_count = r->rework_count, .version = r->version, .kind = r->kind, .held = r->held,
        .clock_ms = r->clock_ms, .extension_count = r->extension_count, .postponed_until_ms = r->postponed_until_ms,
        .stopped_ms = r->stopped_ms, .exempt = r->exempt, .handler_unit_id = r->handler_unit_id, .stage = r->stage,
        .stage_kind = r->stage_kind, .stage_ms = r->stage_ms, .stage_due_ms = r->stage_due_ms,
        .stage_left_ms = r->stage_left_ms, .case_limit_kind = r->case_limit_kind,
        .case_limit_amount = r->case_limit_amount, .case_due_ms = r->case_due_ms, .case_left_ms = r->case_left_ms,
        .case_overdue = r->case_overdue};
}

static void put_photo(struct json_out *j, const struct problem_by_id_row *p, const struct problem_photos_row *ph)
{
    jo_obj(j, NULL);
    jo_sha256(j, "sha256", ph->sha256);
    jo_str(j, "role", ph->role);
    jo_opt_time(j, "taken_at", ph->taken_ms);
    if (ph->lon_e7.has && ph->lat_e7.has && p->site_lon_e7.has && p->site_lat_e7.has)
        jo_i64(j, "distance_m", geo_distance_m(ph->lon_e7.v, ph->lat_e7.v, p->site_lon_e7.v, p->site_lat_e7.v));
    else
        jo_null(j, "distance_m");
    jo_end(j);
}

/* A problem that is disclosed discloses itself, not the covert visit it was found on, nor who found it. */
static bool knows_origin(const struct op *op, const struct problem_by_id_row *p)
{
    struct fault ignored;
    struct subject visit = {.area_code = p->area_code, .owner_id = p->reporter_id, .held = true};
    fault_init(&ignored, OP_ARENA(op));
    return !p->covert || policy_check(&ignored, &op->actor, ACT_INSPECTION_READ, &visit) == RC_OK;
}

/* To the inspected nobody but themselves and their own unit's people is named: others are their unit. */
static bool may_be_named(const struct op *op, struct uuid person_id, struct uuid unit_id)
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    return s.all || s.open || policy_may(&op->actor, ACT_INSPECT_OFFICIAL) ||
           uuid_eq(person_id, op->actor.person_id) ||
           (!uuid_is_none(unit_id) && uuid_eq(unit_id, op->actor.unit_id));
}

static void put_actor(struct json_out *j, const struct op *op, const struct problem_by_id_row *p,
                      const struct problem_events_row *e, bool shown)
{
    bool inspector = uuid_eq(e->actor_id, p->reporter_id) && !uuid_is_none(p->inspection_id);
    bool named = shown && may_be_named(op, e->actor_id, inspector ? UUID_NONE : e->actor_unit_id);
    jo_named(j, "actor", named ? e->actor_id : UUID_NONE, e->actor_name);
    jo_named(j, "actor_unit", shown ? e->actor_unit_id : UUID_NONE, e->actor_unit_name);
}

static enum rc put_timeline(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    bool origin = knows_origin(op, p);
    struct problem_events_row *events;
    struct problem_photos_row *photos;
    size_t n, nphotos, at = 0;
    RETURN_IF(q_problem_events(&op->rd, &(struct problem_events_in){op->hq, p->id}, &events, &n));
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, p->id}, &photos, &nphotos));
    jo_arr(j, "timeline");
    for (size_t i = 0; i < n; i++) {
        const struct problem_events_row *e = &events[i];
        jo_obj(j, NULL);
        jo_i64(j, "seq", e->seq);
        jo_str(j, "event", e->event);
        jo_str(j, "from_state", e->from_state);
        jo_str(j, "to_state", e->to_state);
        jo_time(j, "at", e->at_ms);
        put_actor(j, op, p, e, origin || !uuid_eq(e->actor_id, p->reporter_id));
        jo_named(j, "unit", e->unit_id, e->unit_name);
        jo_opt_time(j, "due_at", e->due_ms);
        jo_str(j, "note", e->note);
        jo_str(j, "stage", e->stage);
        if (e->late.has)
            jo_bool(j, "late", e->late.v);
        else
            jo_null(j, "late");
        jo_uuid(j, "request_id", e->request_id);
        jo_arr(j, "photos");
        for (; at < nphotos && photos[at].seq == e->seq; at++)
            put_photo(j, p, &photos[at]);
        jo_end(j);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

/* Of use to whoever dispatches, before it is dispatched. */
static enum rc put_proposal(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    return matrix_json_proposal(op, j, &(struct matrix_matter){.site_id = p->site_id, .criterion_id = p->criterion_id,
                                                               .category_code = p->category_code, .area_code = p->area_code});
}

static void put_origin(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    struct fault ignored;
    bool known = knows_origin(op, p);
    struct subject visit = {.area_code = p->area_code, .owner_id = p->reporter_id, .held = p->covert};
    fault_init(&ignored, OP_ARENA(op));
    bool may = known && policy_check(&ignored, &op->actor, ACT_INSPECTION_READ, &visit) == RC_OK;
    jo_uuid(j, "inspection_id", may ? p->inspection_id : UUID_NONE);
    jo_uuid(j, "round_id", known && policy_scope(&op->actor, ACT_ROUND_READ).all ? p->round_id : UUID_NONE);
    bool named = known && may_be_named(op, p->reporter_id, UUID_NONE);
    jo_named(j, "reporter", named ? p->reporter_id : UUID_NONE, p->reporter_name);
}

static void put_flags(struct json_out *j, const struct problem_by_id_row *p)
{
    jo_named(j, "handler_unit", p->handler_unit_id, p->handler_unit_name);
    jo_bool(j, "held", p->held);
    jo_i64(j, "sent_back_count", p->sent_back_count);
    jo_bool(j, "settled", p->settled);
    jo_i64(j, "extension_count", p->extension_count);
    jo_i64(j, "postponed_count", p->postponed_count);
    jo_opt_time(j, "postponed_until", p->postponed_until_ms);
    jo_opt_time(j, "stopped_at", p->stopped_ms);
    jo_bool(j, "case_overdue", p->case_overdue);
    jo_bool(j, "rebounded", p->rebounded);
    jo_uuid(j, "rebound_of", p->rebound_of);
    jo_uuid(j, "alike_id", p->alike_id);
    jo_uuid(j, "asset_id", p->asset_id);
    jo_uuid(j, "works_id", p->works_id);
    jo_str(j, "external_id", p->external_id);
    jo_uuid(j, "limit_rule_id", p->limit_rule_id);
    jo_bool(j, "limit_stated", p->limit_stated);
    jo_opt_time(j, "verified_at", p->verified_ms);
    jo_opt_time(j, "registered_at", p->registered_ms);
}

static void put_allowed(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    jo_arr(j, "allowed_actions");
    for (int e = 0; e < PROBLEM_EVENTS; e++)
        if (problem_may(op, p, (enum problem_event)e))
            jo_z(j, NULL, problem_event_names[e]);
    jo_end(j);
    jo_arr(j, "allowed_requests");
    for (int k = 0; k < REQUEST_KINDS; k++)
        if (request_may_ask(op, p, (enum request_kind)k))
            jo_z(j, NULL, request_kind_names[k]);
    jo_end(j);
}

enum rc problem_json_full(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    struct problem_list_row brief = brief_of(p);
    struct problem_case c = problem_case_of(p);
    jo_obj(j, NULL);
    problem_json_brief(j, op, &brief);
    put_origin(j, op, p);
    jo_str(j, "place_text", p->place);
    jo_place(j, "place", p->lon_e7, p->lat_e7);
    put_flags(j, p);
    problem_put_clocks(j, op, &c);
    RETURN_IF(put_timeline(j, op, p));
    RETURN_IF(request_put_all(j, "requests", op, p->id));
    put_allowed(j, op, p);
    RETURN_IF(put_proposal(j, op, p));
    RETURN_IF(beside_json(j, op, p));
    jo_end(j);
    return RC_OK;
}
