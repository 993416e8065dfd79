/*
 * level_http.c - levels over HTTP: handing on, the steps of a level, what is with one's unit, whom one may hand on to.
 */
#include "problem/level_http.h"

#include "problem/problem_http.h"
enum { UNITS_MAX = 500 };

static void put_limit(struct json_out *j, const struct level_case *l)
{
    bool hours = l->limit_kind == LIMIT_URGENT_HOURS || l->limit_kind == LIMIT_WORKING_HOURS;
    jo_obj(j, "limit");
    jo_z(j, "kind", limit_kind_names[l->limit_kind]);
    jo_scaled(j, "amount", l->whole_ms * 100 / (hours ? HOUR_MS : DAY_MS), 2);
    jo_end(j);
}

static void put_actions(struct json_out *j, struct op *op, const struct level_by_id_row *r)
{
    jo_arr(j, "allowed_actions");
    for (int e = 0; e < LEVEL_EVENTS; e++)
        if (e != LEVEL_EV_CEASE && level_may(op, r, (enum level_event)e))
            jo_z(j, NULL, level_event_names[e]);
    jo_end(j);
}

/* The members into the open object. */
static void put_level(struct json_out *j, struct op *op, const struct level_by_id_row *r)
{
    struct level_case l = level_case_of(r);
    jo_uuid(j, "id", r->id);
    jo_uuid(j, "problem_id", r->problem_id);
    jo_i64(j, "depth", r->depth);
    jo_named(j, "from", r->from_unit_id, r->from_unit_name);
    jo_named(j, "to", r->to_unit_id, r->to_unit_name);
    jo_named(j, "person", r->to_person_id, r->to_person_name);
    jo_str(j, "state", r->state);
    jo_str(j, "note", r->note);
    put_limit(j, &l);
    jo_time(j, "handed_at", r->handed_ms);
    jo_opt_time(j, "due_at", r->left_ms.has ? NONE_I64 : r->due_ms);
    jo_bool(j, "beyond", r->beyond);
    jo_z(j, "light", problem_light_names[level_light(limits_calendar(op), &l, op->now)]);
    jo_bool(j, "late", level_is_late(&l, op->now));
    jo_i64(j, "return_count", r->return_count);
    jo_opt_time(j, "accepted_at", r->accepted_ms);
    jo_opt_time(j, "answered_at", r->answered_ms);
    jo_str(j, "answer", r->answer);
    jo_opt_time(j, "ended_at", r->ended_ms);
    jo_i64(j, "version", r->version);
    put_actions(j, op, r);
}

static void put_photos(struct json_out *j, const struct problem_photos_row *photos, size_t n, struct opt_i64 seq)
{
    jo_arr(j, "photos");
    for (size_t i = 0; i < n; i++)
        if (seq.has && photos[i].seq == seq.v)
            jo_sha256(j, NULL, photos[i].sha256);
    jo_end(j);
}

enum rc level_json_of_problem(struct json_out *j, struct op *op, struct uuid problem_id)
{
    struct level_by_id_row *rows;
    struct problem_photos_row *photos = NULL;
    size_t n, nphotos = 0;
    RETURN_IF(q_level_of_problem(&op->rd, &(struct level_of_problem_in){op->hq, problem_id, {0}}, &rows, &n));
    if (n)
        RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, problem_id}, &photos, &nphotos));
    jo_arr(j, "levels");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        put_level(j, op, &rows[i]);
        put_photos(j, photos, nphotos, rows[i].answer_seq);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

/* ---- reading ---- */

static enum rc send_level(struct request *rq, struct uuid id, int status)
{
    struct level_by_id_row row;
    struct problem_by_id_row problem;
    struct problem_photos_row *photos;
    size_t n;
    RETURN_IF(level_load(&rq->op, id, &row, &problem));
    RETURN_IF(q_problem_photos(&rq->op.rd, &(struct problem_photos_in){rq->op.hq, row.problem_id}, &photos, &n));
    jo_obj(&rq->json, NULL);
    put_level(&rq->json, &rq->op, &row);
    put_photos(&rq->json, photos, n, row.answer_seq);
    jo_end(&rq->json);
    return reply_versioned(rq, status, row.version);
}

static enum rc level_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_level(rq, id, 200);
}

/* What was handed to a unit ("below", its own view) or by it ("above"). Who reads all may ask about any unit. */
static enum rc read_side(struct request *rq, struct level_list_in *in, bool *nothing)
{
    static const char *const sides[] = {"below", "above", NULL};
    struct scope scope = policy_scope(&rq->op.actor, ACT_PROBLEM_READ);
    struct str side;
    struct uuid unit;
    RETURN_IF(query_name(rq, "side", sides, &side));
    RETURN_IF(query_uuid(rq, "unit_id", &unit));
    if (!scope.all && !scope.open)
        unit = uuid_is_none(unit) || uuid_eq(unit, scope.unit_id) ? scope.unit_id : UUID_NONE;
    *nothing = !scope.all && !scope.open && uuid_is_none(unit);
    if (side.p && str_is(side, "above"))
        in->from_unit = unit;
    else
        in->to_unit = unit;
    return RC_OK;
}

static void put_item(struct request *rq, const struct level_list_row *r)
{
    struct json_out *j = &rq->json;
    struct level_by_id_row row;
    memcpy(&row, r, sizeof row); /* the list's row begins as the record's: checked below */
    jo_obj(j, NULL);
    put_level(j, &rq->op, &row);
    jo_obj(j, "problem");
    jo_uuid(j, "id", r->problem_id);
    jo_str(j, "number", str_fmt(OP_ARENA(&rq->op), "%lld-%06lld", (long long)r->year, (long long)r->number));
    jo_str(j, "state", r->problem_state);
    jo_str(j, "description", r->description);
    jo_str(j, "area_code", r->area_code);
    jo_str(j, "site_name", r->site_name);
    jo_str(j, "severity", r->severity);
    jo_end(j);
    jo_end(j);
}
_Static_assert(offsetof(struct level_list_row, version) == offsetof(struct level_by_id_row, version) &&
               offsetof(struct level_list_row, answer) == offsetof(struct level_by_id_row, answer), "one shape");

static enum rc read_filters(struct request *rq, struct level_list_in *in)
{
    struct opt_bool open, mine;
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_bool(rq, "mine", &mine));
    RETURN_IF(query_name(rq, "state", level_state_names, &in->state));
    if (open.has)
        *(open.v ? &in->open : &in->ended) = SOME_BOOL(true);
    if (mine.has && mine.v)
        in->to_person = rq->op.actor.person_id;
    return RC_OK;
}

static enum rc level_list(struct request *rq)
{
    struct level_list_in in = {.hq = rq->op.hq};
    struct level_list_row *rows = NULL;
    struct page page;
    bool nothing;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_side(rq, &in, &nothing));
    RETURN_IF(read_filters(rq, &in));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (!nothing)
        RETURN_IF(q_level_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_item(rq, &rows[i]);
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].handed_ms : 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

/* Whom the caller's unit may hand a case on to: units beneath it, units within its territory. */
static enum rc level_units(struct request *rq)
{
    struct op *op = &rq->op;
    struct level_units_below_in in = {.hq = op->hq, .id = op->actor.unit_id, .row_limit = UNITS_MAX};
    struct level_units_below_row *rows;
    struct level_unit_row own;
    bool found;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_level_unit(&op->rd, &(struct level_unit_in){op->hq, op->actor.unit_id}, &own, &found));
    if (found && !str_empty(own.area_code)) {
        in.area_from = own.area_code;
        in.area_to = str_prefix_end(OP_ARENA(op), own.area_code);
    }
    RETURN_IF(q_level_units_below(&op->rd, &in, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        jo_uuid(&rq->json, "id", rows[i].id);
        jo_str(&rq->json, "name", rows[i].name);
        jo_str(&rq->json, "area_code", rows[i].area_code);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static enum rc handed_on(struct request *rq)
{
    return send_level(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc level_hand_on(struct request *rq)
{
    struct level_new l = {0};
    struct command command;
    struct uuid problem;
    struct jin in, limit;
    int kind = 0;
    RETURN_IF(path_uuid(rq, "id", &problem));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &l.id);
    jin_uuid(&in, "to_unit_id", JIN_REQUIRED, &l.to_unit_id);
    jin_uuid(&in, "to_person_id", JIN_OPTIONAL, &l.to_person_id);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &l.note);
    jin_bool(&in, "beyond", JIN_OPTIONAL, &l.beyond);
    l.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &l.version.v);
    if (jin_obj(&in, "limit", JIN_OPTIONAL, &limit)) {
        jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
        jin_i64(&limit, "amount", JIN_REQUIRED, 1, LIMIT_DAYS_MAX, &l.limit_amount);
        l.limit_kind = (enum limit_kind)kind;
        l.has_limit = true;
    }
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "problem.hand_on", "level", l.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(level_prepare_hand_on(&rq->op, problem, &l));
    return http_commit(rq, handed_on);
}

static enum rc stepped(struct request *rq)
{
    return send_level(rq, rq->op.plan.command.subject_id, 200);
}

/* Ceasing is nobody's step: it comes with the case. */
static const char *const steps[] = {"accept", "hand_back", "answer", "confirm", "return", "take_back", NULL};

static enum rc level_act(struct request *rq)
{
    static const char *const kinds[] = {"level.accept", "level.hand_back", "level.answer",
                                        "level.confirm", "level.return",    "level.take_back"};
    struct level_step step = {0};
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    int event = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "action", JIN_REQUIRED, steps, &event);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &step.note);
    jin_bool(&in, "take_over", JIN_OPTIONAL, &step.take_over);
    step.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &step.version.v);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &step.photos, &step.nphotos);
    RETURN_IF(jin_done(&in));
    step.event = (enum level_event)event;
    RETURN_IF(request_command(rq, &in, kinds[event], "level", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(level_prepare_step(&rq->op, id, &step));
    return http_commit(rq, stepped);
}

const struct route level_routes[] = {
    {HTTP_POST, "/api/v1/problems/{id}/levels", ACT_PROBLEM_HAND_ON, level_hand_on, 0, 0},
    {HTTP_GET, "/api/v1/levels", ACT_PROBLEM_READ, level_list, 0, 0},
    {HTTP_GET, "/api/v1/levels/units", ACT_PROBLEM_HAND_ON, level_units, 0, 0},
    {HTTP_GET, "/api/v1/levels/{id}", ACT_PROBLEM_READ, level_get, 0, 0},
    {HTTP_POST, "/api/v1/levels/{id}/actions", ACT_PROBLEM_READ, level_act, 0, 0},
    {0},
};
