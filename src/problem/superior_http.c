/* superior_http.c - problems from above over HTTP: taking in, what is due upward, reports back. */
#include "problem/superior_http.h"

#include "problem/problem_http.h"
#include "problem/problem_json.h"
#include "problem/superior_store.h"

enum { REPORT_TEXT_MAX = 20000 };

/* ---- JSON ---- */

/* The members into the open object. */
static void put_superior(struct json_out *j, const struct op *op, const struct superior *s, struct opt_i64 sent_ms)
{
    jo_str(j, "name", s->name);
    jo_str(j, "number", s->number);
    jo_str(j, "item", s->item);
    jo_time(j, "received_at", s->received_ms);
    jo_opt_time(j, "due_at", s->due_ms);
    jo_str(j, "note", s->note);
    jo_opt_time(j, "report_sent_at", sent_ms);
    jo_z(j, "light", problem_light_names[superior_light(s, sent_ms, op->now)]);
    jo_bool(j, "late", superior_is_late(s, sent_ms, op->now));
}

static enum rc put_reports(struct json_out *j, struct op *op, struct uuid problem_id)
{
    struct report_of_problem_row *rows = NULL;
    size_t n = 0;
    if (policy_scope(&op->actor, ACT_PROBLEM_READ).all)
        RETURN_IF(q_report_of_problem(&op->rd, &(struct report_of_problem_in){op->hq, problem_id}, &rows, &n));
    jo_arr(j, "reports");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].id);
        jo_str(j, "state", rows[i].state);
        jo_bool(j, "final", rows[i].final);
        jo_str(j, "title", rows[i].title);
        jo_time(j, "composed_at", rows[i].at_ms);
        jo_opt_time(j, "sent_at", rows[i].sent_ms);
        jo_str(j, "sent_number", rows[i].sent_number);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

enum rc superior_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    struct superior_newest_row row;
    bool found;
    RETURN_IF(q_superior_newest(&op->rd, &(struct superior_newest_in){op->hq, p->id}, &row, &found));
    if (!found) {
        jo_null(j, "superior");
        return RC_OK;
    }
    struct superior s = superior_of(&row);
    jo_obj(j, "superior");
    put_superior(j, op, &s, row.sent_ms);
    RETURN_IF(put_reports(j, op, p->id));
    jo_end(j);
    return RC_OK;
}

static void put_item(struct request *rq, const struct superior_list_row *r)
{
    struct json_out *j = &rq->json;
    struct superior s = {.name = r->name, .number = r->doc_number, .item = r->item, .received_ms = r->received_ms,
                         .due_ms = r->due_ms, .note = r->note};
    bool desk = policy_scope(&rq->op.actor, ACT_PROBLEM_READ).all;
    jo_obj(j, NULL);
    jo_uuid(j, "problem_id", r->problem_id);
    jo_str(j, "problem_number", str_fmt(OP_ARENA(&rq->op), "%lld-%06lld", (long long)r->year, (long long)r->number));
    jo_str(j, "state", r->state);
    jo_str(j, "description", r->description);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_opt_time(j, "own_due_at", r->own_left_ms.has ? NONE_I64 : r->own_due_ms);
    put_superior(j, &rq->op, &s, r->sent_ms);
    jo_uuid(j, "report_id", desk ? r->report_id : UUID_NONE);
    jo_str(j, "report_state", desk ? r->report_state : STR_NONE);
    jo_end(j);
}

static void put_report(struct json_out *j, const struct report_by_id_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_uuid(j, "problem_id", r->problem_id);
    jo_str(j, "state", r->state);
    jo_bool(j, "final", r->final);
    jo_str(j, "title", r->title);
    jo_str(j, "found", r->found);
    jo_str(j, "measures", r->measures);
    jo_str(j, "result", r->result);
    jo_raw(j, "facts", r->facts);
    jo_named(j, "by", r->by_id, r->by_name);
    jo_time(j, "composed_at", r->at_ms);
    jo_opt_time(j, "edited_at", r->edited_ms);
    jo_named(j, "approved_by", r->approved_by, r->approved_name);
    jo_opt_time(j, "approved_at", r->approved_ms);
    jo_opt_time(j, "sent_at", r->sent_ms);
    jo_str(j, "sent_number", r->sent_number);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

/* ---- reading ---- */

static enum rc read_filters(struct request *rq, struct superior_list_in *in, bool *nothing)
{
    struct scope scope = policy_scope(&rq->op.actor, ACT_PROBLEM_READ);
    struct opt_bool sent;
    RETURN_IF(query_bool(rq, "sent", &sent));
    RETURN_IF(query_time(rq, "due_before", &in->due_before));
    in->doc_number = query_text(rq, "number");
    if (sent.has)
        *(sent.v ? &in->sent : &in->unsent) = SOME_BOOL(true);
    if (!scope.all)
        in->scope_unit = scope.unit_id;
    *nothing = !scope.all && uuid_is_none(scope.unit_id);
    return RC_OK;
}

static enum rc superior_list(struct request *rq)
{
    struct superior_list_in in = {.hq = rq->op.hq};
    struct superior_list_row *rows = NULL;
    struct page page;
    bool nothing;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_filters(rq, &in, &nothing));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (!nothing)
        RETURN_IF(q_superior_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_item(rq, &rows[i]);
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].received_ms : 0, shown ? rows[shown - 1].problem_id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static enum rc send_report(struct request *rq, struct uuid id, int status)
{
    struct report_by_id_row row;
    struct problem_by_id_row problem;
    RETURN_IF(report_load(&rq->op, id, &row, &problem));
    put_report(&rq->json, &row);
    return reply_versioned(rq, status, row.version);
}

static enum rc report_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_report(rq, id, 200);
}

/* ---- writing ---- */

static void read_superior(struct jin *in, struct superior *s)
{
    jin_str(in, "name", JIN_REQUIRED, 100, &s->name);
    jin_str(in, "number", JIN_REQUIRED, 100, &s->number);
    jin_str(in, "item", JIN_OPTIONAL, 40, &s->item);
    jin_time(in, "received_at", JIN_REQUIRED, &s->received_ms);
    s->due_ms.has = !jin_is_null(in, "due_at") && jin_time(in, "due_at", JIN_OPTIONAL, &s->due_ms.v);
    jin_str(in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &s->note);
}

static enum rc send_problem(struct request *rq, int status)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(&rq->op, rq->op.plan.command.subject_id, &row));
    RETURN_IF(problem_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, status, row.version);
}

static enum rc taken_in(struct request *rq)
{
    return send_problem(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc superior_take_in(struct request *rq)
{
    struct problem_new p = {0};
    struct superior s = {0};
    struct uuid area = UUID_NONE;
    struct command command;
    struct jin in, above;
    RETURN_IF(request_json(rq, &in));
    problem_read_new(rq, &in, &p, &area);
    p.source = PROBLEM_BY_SUPERIOR;
    p.state = PROBLEM_REGISTERED;
    if (jin_obj(&in, "superior", JIN_REQUIRED, &above))
        read_superior(&above, &s);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "problem.take_in", "problem", p.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        RETURN_IF(problem_complete_new(rq, &p, area));
        RETURN_IF(superior_prepare_take_in(&rq->op, &p, &s));
    }
    return http_commit(rq, taken_in);
}

static enum rc recorded(struct request *rq)
{
    return send_problem(rq, 200);
}

static enum rc superior_record(struct request *rq)
{
    struct superior s = {0};
    struct command command;
    struct uuid id, ignored;
    struct jin in, above;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    if (jin_obj(&in, "superior", JIN_REQUIRED, &above))
        read_superior(&above, &s);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "problem.superior", "problem", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(superior_prepare_record(&rq->op, id, &s));
    return http_commit(rq, recorded);
}

static enum rc composed(struct request *rq)
{
    return send_report(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc report_post(struct request *rq)
{
    struct command command;
    struct uuid problem, id = UUID_NONE;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &problem));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "report.compose", "report", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(report_prepare_compose(&rq->op, problem, id));
    return http_commit(rq, composed);
}

static enum rc report_changed(struct request *rq)
{
    return send_report(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc change_report(struct request *rq, struct jin *in, const char *kind, struct report_change *c)
{
    struct command command;
    RETURN_IF(jin_done(in));
    RETURN_IF(request_command(rq, in, kind, "report", c->id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(report_prepare_change(&rq->op, c));
    return http_commit(rq, report_changed);
}

static enum rc report_patch(struct request *rq)
{
    struct report_change c = {.event = REPORT_EV_EDIT};
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.version));
    RETURN_IF(request_json(rq, &in));
    jin_str(&in, "title", JIN_OPTIONAL, 200, &c.text.title);
    jin_str(&in, "found", JIN_OPTIONAL, REPORT_TEXT_MAX, &c.text.found);
    jin_str(&in, "measures", JIN_OPTIONAL, REPORT_TEXT_MAX, &c.text.measures);
    jin_str(&in, "result", JIN_OPTIONAL, REPORT_TEXT_MAX, &c.text.result);
    return change_report(rq, &in, "report.edit", &c);
}

static enum rc report_act(struct request *rq)
{
    static const char *const events[] = {"approve", "send", "drop", NULL};
    static const char *const kinds[] = {"report.approve", "report.send", "report.drop"};
    struct report_change c = {0};
    struct uuid ignored;
    struct jin in;
    int event = 0;
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "action", JIN_REQUIRED, events, &event);
    jin_str(&in, "number", JIN_OPTIONAL, 100, &c.sent_number);
    c.sent_ms.has = jin_time(&in, "at", JIN_OPTIONAL, &c.sent_ms.v);
    c.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &c.version.v);
    c.event = (enum report_event)(REPORT_EV_APPROVE + event);
    return change_report(rq, &in, kinds[event], &c);
}

const struct route superior_routes[] = {
    {HTTP_GET, "/api/v1/superior-problems", ACT_PROBLEM_READ, superior_list, 0, 0},
    {HTTP_POST, "/api/v1/superior-problems", ACT_PROBLEM_REGISTER, superior_take_in, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/superior", ACT_PROBLEM_REGISTER, superior_record, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/reports", ACT_PROBLEM_REGISTER, report_post, 0, 0},
    {HTTP_GET, "/api/v1/reports/{id}", ACT_PROBLEM_READ, report_get, 0, 0},
    {HTTP_PATCH, "/api/v1/reports/{id}", ACT_PROBLEM_REGISTER, report_patch, 0, 0},
    {HTTP_POST, "/api/v1/reports/{id}/actions", ACT_PROBLEM_READ, report_act, 0, 0},
    {0},
};
