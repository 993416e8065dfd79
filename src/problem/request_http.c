/* request_http.c - requests over HTTP: asked and withdrawn by units, decided at the desk. */
#include "problem/problem_http.h"
#include "problem/problem_json.h"
#include "problem/request_store.h"

static void put_decision(struct json_out *j, const char *rank, struct uuid id, struct str name)
{
    jo_obj(j, NULL);
    jo_z(j, "rank", rank);
    jo_named(j, "by", id, name);
}

static void put_decisions(struct json_out *j, const struct request_by_id_row *r)
{
    jo_arr(j, "decisions");
    if (!uuid_is_none(r->first_id)) {
        put_decision(j, "first", r->first_id, r->first_name);
        jo_opt_time(j, "at", r->first_ms);
        jo_str(j, "note", r->first_note);
        jo_end(j);
    }
    if (!uuid_is_none(r->second_id)) {
        put_decision(j, "second", r->second_id, r->second_name);
        jo_opt_time(j, "at", r->second_ms);
        jo_str(j, "note", r->second_note);
        jo_end(j);
    }
    jo_end(j);
}

void request_put(struct json_out *j, const char *key, struct op *op, const struct request_by_id_row *r)
{
    struct request_case c = request_case_of(r);
    jo_obj(j, key);
    jo_uuid(j, "id", r->id);
    jo_obj(j, "problem");
    jo_uuid(j, "id", r->problem_id);
    jo_str(j, "number", problem_number_text(OP_ARENA(op), r->year, r->number));
    jo_str(j, "description", r->description);
    jo_str(j, "state", r->problem_state);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_end(j);
    jo_str(j, "kind", r->kind);
    jo_str(j, "state", r->state);
    jo_bool(j, "needs_two", request_needs_two(c.kind));
    jo_named(j, "asker", r->asker_id, r->asker_name);
    jo_named(j, "asker_unit", r->asker_unit_id, r->asker_unit_name);
    jo_str(j, "note", r->note);
    jo_opt_time(j, "until", r->until_ms);
    jo_time(j, "asked_at", r->asked_ms);
    jo_opt_time(j, "ended_at", r->ended_ms);
    put_decisions(j, r);
    jo_arr(j, "can");
    if (request_may_decide(op, r)) {
        jo_z(j, NULL, "grant");
        jo_z(j, NULL, "refuse");
    }
    if (request_may_withdraw(op, r))
        jo_z(j, NULL, "withdraw");
    jo_end(j);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

enum rc request_put_all(struct json_out *j, const char *key, struct op *op, struct uuid problem_id)
{
    struct request_by_id_row *rows;
    size_t n;
    struct request_list_in in = {.hq = op->hq, .row_limit = 100, .problem_id = problem_id};
    RETURN_IF(q_request_list(&op->rd, &in, &rows, &n));
    jo_arr(j, key);
    for (size_t i = 0; i < n; i++)
        request_put(j, NULL, op, &rows[i]);
    jo_end(j);
    return RC_OK;
}

/* ---- lists ---- */

/* Everybody at the desk; a unit its own; who answers for an area what lies in it. */
static bool apply_scope(struct op *op, struct request_list_in *in)
{
    struct scope sc = policy_scope(&op->actor, ACT_PROBLEM_READ);
    if (sc.open)
        in->not_held = SOME_BOOL(true);
    if (sc.all || sc.open)
        return true;
    if (!uuid_is_none(sc.unit_id)) {
        in->scope_unit = sc.unit_id;
        return true;
    }
    if (!sc.area_code.p)
        return false;
    in->scope_area_from = sc.area_code;
    in->scope_area_to = str_prefix_end(OP_ARENA(op), sc.area_code);
    return true;
}

static enum rc request_list_all(struct request *rq)
{
    struct request_list_in in = {.hq = rq->op.hq};
    struct request_by_id_row *rows = NULL;
    struct opt_bool waiting;
    struct page page;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_name(rq, "state", request_state_names, &in.state));
    RETURN_IF(query_name(rq, "kind", request_kind_names, &in.kind));
    RETURN_IF(query_bool(rq, "waiting", &waiting));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (waiting.has && waiting.v)
        in.waiting = waiting;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (apply_scope(&rq->op, &in))
        RETURN_IF(q_request_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    n = more ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        request_put(&rq->json, NULL, &rq->op, &rows[i]);
    page_end(rq, &page, more, n ? rows[n - 1].asked_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc problem_requests(struct request *rq)
{
    struct uuid id;
    struct problem_by_id_row p;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(problem_load(&rq->op, id, &p));
    jo_obj(&rq->json, NULL);
    RETURN_IF(request_put_all(&rq->json, "items", &rq->op, id));
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- changes ---- */

static enum rc send_request(struct request *rq, struct uuid id, int status)
{
    struct request_by_id_row r;
    struct problem_by_id_row p;
    bool found;
    RETURN_IF(q_request_by_id(&rq->op.rd, &(struct request_by_id_in){rq->op.hq, id}, &r, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "request_not_found", "没有这项申请", "There is no such request");
    RETURN_IF(problem_load(&rq->op, r.problem_id, &p));
    request_put(&rq->json, NULL, &rq->op, &r);
    return reply_json(rq, status);
}

static enum rc request_asked(struct request *rq)
{
    return send_request(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc request_moved(struct request *rq)
{
    return send_request(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc request_create(struct request *rq)
{
    struct request_ask ask = {0};
    struct command command;
    struct jin in;
    int kind = 0;
    RETURN_IF(path_uuid(rq, "id", &ask.problem_id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ask.id);
    jin_enum(&in, "kind", JIN_REQUIRED, request_kind_names, &kind);
    ask.kind = (enum request_kind)kind;
    jin_str(&in, "note", JIN_REQUIRED, PROBLEM_TEXT_MAX, &ask.note);
    ask.until_ms.has = jin_time(&in, "until", JIN_OPTIONAL, &ask.until_ms.v);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &ask.photos, &ask.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "request.ask", "problem_request", ask.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(request_prepare_ask(&rq->op, &ask));
    return http_commit(rq, request_asked);
}

static enum rc request_judge(struct request *rq)
{
    static const char *const decisions[] = {"grant", "refuse", NULL};
    struct uuid problem_id, id, ignored;
    struct command command;
    struct str note = STR_NONE;
    struct jin in;
    int decision = 0;
    RETURN_IF(path_uuid(rq, "id", &problem_id));
    RETURN_IF(path_uuid(rq, "rid", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "decision", JIN_REQUIRED, decisions, &decision);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, decision == 0 ? "request.grant" : "request.refuse", "problem_request", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(request_prepare_decision(&rq->op, problem_id, id, decision == 0, note));
    return http_commit(rq, request_moved);
}

static enum rc request_withdraw(struct request *rq)
{
    struct uuid problem_id, id, ignored;
    struct command command;
    struct str note = STR_NONE;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &problem_id));
    RETURN_IF(path_uuid(rq, "rid", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "request.withdraw", "problem_request", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(request_prepare_withdrawal(&rq->op, problem_id, id, note));
    return http_commit(rq, request_moved);
}

const struct route request_routes[] = {
    {HTTP_GET, "/api/v1/requests", ACT_PROBLEM_READ, request_list_all, 0, 0},
    {HTTP_GET, "/api/v1/problems/{id}/requests", ACT_PROBLEM_READ, problem_requests, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/requests", ACT_PROBLEM_ASK, request_create, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/requests/{rid}/decision", ACT_PROBLEM_READ, request_judge, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/requests/{rid}/withdrawal", ACT_PROBLEM_ASK, request_withdraw, 0, 0},
    {0},
};
