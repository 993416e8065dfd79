/* contest_http.c - contested findings over HTTP. */
#include "contest_sql.h"
#include "loop/contest.h"
#include "loop/loop_http.h"
#include "problem/problem_http.h"

/* The visit is told only to whom may read it: a problem of a covert round may be contested before its round is known. */
static bool may_read_visit(struct op *op, struct uuid id)
{
    struct inspection_by_id_row visit;
    struct fault mine, *theirs = op->rd.fault;
    if (uuid_is_none(id))
        return false;
    fault_init(&mine, OP_ARENA(op));
    op->rd.fault = &mine;
    bool may = inspection_load(op, id, &visit) == RC_OK;
    op->rd.fault = theirs;
    return may;
}

static bool may_step(const struct op *op, const struct contest_by_id_row *c, enum contest_event event)
{
    struct contest_case now = {.two = c->two, .unit_id = c->unit_id, .first_by = c->first_by, .inspector_id = c->inspector_id,
                               .partner_id = c->partner_id,
                               .state = (enum contest_state)problem_name_index(contest_state_names, c->state)};
    enum contest_state after;
    struct fault ignored;
    fault_init(&ignored, OP_ARENA(op));
    return policy_check(&ignored, &op->actor, event == CONTEST_EV_WITHDRAW ? ACT_PROBLEM_ASK : ACT_INSPECTION_JUDGE,
                        &(struct subject){.unit_id = c->unit_id}) == RC_OK &&
           contest_decide(&ignored, &now, event, &op->actor, &after) == RC_OK;
}

static const char *const steps[] = {"uphold", "refuse", "withdraw", NULL};

static void put_decisions(struct json_out *j, const struct op *op, const struct contest_by_id_row *c)
{
    bool desk = policy_scope(&op->actor, ACT_PROBLEM_READ).all;
    jo_named(j, "first_by", desk ? c->first_by : UUID_NONE, c->first_name);
    jo_opt_time(j, "first_at", c->first_ms);
    jo_str(j, "first_note", desk ? c->first_note : STR_NONE);
    jo_named(j, "decided_by", desk ? c->decided_by : UUID_NONE, c->decided_name);
    jo_opt_time(j, "decided_at", c->decided_ms);
    jo_str(j, "decided_note", c->decided_note);
    jo_str(j, "result", c->result);
}

static enum rc put_contest(struct request *rq, const struct contest_by_id_row *c)
{
    struct json_out *j = &rq->json;
    struct contest_photos_row *photos;
    size_t n;
    bool visit = may_read_visit(&rq->op, c->inspection_id);
    RETURN_IF(q_contest_photos(&rq->op.rd, &(struct contest_photos_in){rq->op.hq, c->id}, &photos, &n));
    jo_obj(j, NULL);
    jo_uuid(j, "id", c->id);
    jo_uuid(j, "inspection_id", visit ? c->inspection_id : UUID_NONE);
    jo_uuid(j, "criterion_id", c->criterion_id);
    jo_str(j, "criterion_code", c->criterion_code);
    jo_str(j, "criterion", rq->op.lang == LANG_EN ? c->criterion_en : c->criterion_zh);
    jo_uuid(j, "problem_id", c->problem_id);
    jo_named(j, "unit", c->unit_id, c->unit_name);
    jo_str(j, "reason", c->reason);
    jo_str(j, "state", c->state);
    jo_bool(j, "two", c->two);
    jo_named(j, "asked_by", c->asked_by, c->asked_name);
    jo_time(j, "asked_at", c->asked_ms);
    put_decisions(j, &rq->op, c);
    jo_uuid(j, "correction_id", visit ? c->correction_id : UUID_NONE);
    jo_arr(j, "photos");
    for (size_t i = 0; i < n; i++)
        jo_sha256(j, NULL, photos[i].sha256);
    jo_end(j);
    jo_i64(j, "version", c->version);
    jo_arr(j, "allowed_actions");
    for (int e = 0; e < CONTEST_EVENTS; e++)
        if (may_step(&rq->op, c, (enum contest_event)e))
            jo_z(j, NULL, steps[e]);
    jo_end(j);
    jo_end(j);
    return RC_OK;
}

static bool readable(const struct op *op, const struct contest_by_id_row *c)
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    return s.all || (!uuid_is_none(s.unit_id) && uuid_eq(s.unit_id, c->unit_id));
}

static enum rc send_contest(struct request *rq, struct uuid id, int status)
{
    struct contest_by_id_row row;
    bool found;
    RETURN_IF(q_contest_by_id(&rq->op.rd, &(struct contest_by_id_in){rq->op.hq, id}, &row, &found));
    if (!found || !readable(&rq->op, &row))
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "contest_not_found", "没有这项申辩", "There is no such contest");
    RETURN_IF(put_contest(rq, &row));
    return reply_versioned(rq, status, row.version);
}

static enum rc contest_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_contest(rq, id, 200);
}

static enum rc contest_list(struct request *rq)
{
    struct contest_list_in in = {.hq = rq->op.hq};
    struct contest_by_id_row *rows = NULL;
    struct scope scope = policy_scope(&rq->op.actor, ACT_PROBLEM_READ);
    struct opt_bool open;
    struct page page;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_name(rq, "state", contest_state_names, &in.state));
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_uuid(rq, "problem_id", &in.problem_id));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_done(rq));
    if (open.has && open.v)
        in.open = open;
    bool nothing = !scope.all && (uuid_is_none(scope.unit_id) || (!uuid_is_none(in.unit_id) && !uuid_eq(in.unit_id, scope.unit_id)));
    if (!scope.all)
        in.unit_id = scope.unit_id;
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (!nothing)
        RETURN_IF(q_contest_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        RETURN_IF(put_contest(rq, &rows[i]));
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].asked_ms : 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static enum rc asked(struct request *rq)
{
    return send_contest(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc contest_post(struct request *rq)
{
    struct contest_new c = {0};
    struct command command;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &c.id);
    jin_uuid(&in, "inspection_id", JIN_OPTIONAL, &c.inspection_id);
    jin_uuid(&in, "criterion_id", JIN_OPTIONAL, &c.criterion_id);
    jin_uuid(&in, "problem_id", JIN_OPTIONAL, &c.problem_id);
    jin_str(&in, "reason", JIN_REQUIRED, PROBLEM_TEXT_MAX, &c.reason);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &c.photos, &c.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "contest.ask", "contest", c.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(contest_prepare_ask(&rq->op, &c));
    return http_commit(rq, asked);
}

static enum rc stepped(struct request *rq)
{
    return send_contest(rq, rq->op.plan.command.subject_id, 200);
}

static void read_finding(struct jin *in, struct finding *f)
{
    int result = 0;
    int64_t n;
    if (jin_enum(in, "result", JIN_REQUIRED, result_names, &result))
        f->result = (enum result)result;
    if (jin_i64(in, "count", f->result == RESULT_COUNT || f->result == RESULT_GRADE, 0, JUDGING_COUNT_MAX, &n)) {
        f->count = n;
        f->grade = n > JUDGING_STEPS_MAX ? JUDGING_STEPS_MAX : (int)n;
    }
    jin_scaled(in, "value", f->result == RESULT_VALUE, 2, -JUDGING_VALUE_MAX_E2, JUDGING_VALUE_MAX_E2, &f->value_e2);
}

static enum rc contest_act(struct request *rq)
{
    static const char *const kinds[] = {"contest.uphold", "contest.refuse", "contest.withdraw"};
    struct contest_step s = {0};
    struct command command;
    struct uuid ignored;
    struct jin in, set;
    int event = 0;
    RETURN_IF(path_uuid(rq, "id", &s.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "action", JIN_REQUIRED, steps, &event);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX - 20, &s.note);
    s.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &s.version.v);
    s.has_finding = jin_obj(&in, "set", JIN_OPTIONAL, &set);
    if (s.has_finding)
        read_finding(&set, &s.finding);
    RETURN_IF(jin_done(&in));
    s.event = (enum contest_event)event;
    RETURN_IF(request_command(rq, &in, kinds[event], "contest", s.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(contest_prepare_step(&rq->op, &s));
    return http_commit(rq, stepped);
}

const struct route contest_routes[] = {
    {HTTP_GET, "/api/v1/contests", ACT_PROBLEM_READ, contest_list, 0, 0},
    {HTTP_POST, "/api/v1/contests", ACT_PROBLEM_ASK, contest_post, 0, 0},
    {HTTP_GET, "/api/v1/contests/{id}", ACT_PROBLEM_READ, contest_get, 0, 0},
    {HTTP_POST, "/api/v1/contests/{id}/actions", ACT_PROBLEM_READ, contest_act, 0, 0},
    {0},
};
