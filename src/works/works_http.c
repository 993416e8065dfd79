/* works_http.c - improvement works over HTTP. */
#include "works/works_http.h"

#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_http.h"
#include "problem/problem_store.h"
#include "works/works_store.h"

static bool is_overdue(const struct op *op, const struct works_by_id_row *r)
{
    return works_is_open(r) && ((r->next_due_ms.has && r->next_due_ms.v < op->now) || r->end_ms < op->now);
}

static void put_row(struct json_out *j, const struct op *op, const struct works_by_id_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_str(j, "title", r->title);
    jo_str(j, "content", r->content);
    jo_str(j, "kind", r->kind);
    jo_str(j, "area_code", r->area_code);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_named(j, "lead_unit", r->lead_unit_id, r->lead_unit_name);
    jo_i64(j, "plan_fen", r->plan_fen);
    jo_i64(j, "paid_fen", r->paid_fen);
    jo_opt_time(j, "start_at", r->start_ms);
    jo_time(j, "end_at", r->end_ms);
    jo_str(j, "state", r->state);
    jo_bool(j, "overdue", is_overdue(op, r));
    parts_rate(j, "progress", r->milestones_done, r->milestones);
    jo_opt_time(j, "next_due_at", r->next_due_ms);
    jo_i64(j, "problems", r->linked);
    jo_i64(j, "problems_open", r->linked_open);
    jo_opt_time(j, "completed_at", r->completed_ms);
    jo_str(j, "complete_note", r->complete_note);
    jo_opt_time(j, "ended_at", r->ended_ms);
    jo_str(j, "end_note", r->end_note);
    jo_i64(j, "version", r->version);
}

_Static_assert(sizeof(struct works_list_row) == sizeof(struct works_by_id_row), "the same columns");

static enum rc read_query(struct request *rq, struct page *page, struct works_list_in *in, bool *foreign)
{
    struct opt_bool overdue;
    struct scope reach = policy_scope(&rq->op.actor, ACT_WORKS_READ);
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_name(rq, "state", works_state_names, &in->state));
    RETURN_IF(query_name(rq, "kind", works_kind_names, &in->kind));
    RETURN_IF(query_uuid(rq, "unit_id", &in->lead_unit_id));
    in->area_from = text_or_none(query_text(rq, "area_code"));
    if (in->area_from.p)
        in->area_to = str_prefix_end(OP_ARENA(&rq->op), in->area_from);
    RETURN_IF(query_bool(rq, "overdue", &overdue));
    RETURN_IF(query_done(rq));
    if (overdue.has && overdue.v)
        in->overdue_at = SOME(rq->op.now);
    *foreign = !reach.all &&
               (reach.none || (!uuid_is_none(in->lead_unit_id) && !uuid_eq(in->lead_unit_id, reach.unit_id)));
    if (!reach.all)
        in->lead_unit_id = reach.unit_id;
    in->row_limit = page->limit + 1;
    if (page->has_cursor) {
        in->key_ms = SOME(page->key_i64);
        in->key_id = page->key_id;
    }
    return RC_OK;
}

static enum rc list(struct request *rq)
{
    struct works_list_in in = {.hq = rq->op.hq};
    struct works_list_row *rows = NULL;
    struct page page;
    size_t n = 0;
    bool foreign;
    RETURN_IF(read_query(rq, &page, &in, &foreign));
    if (!foreign)
        RETURN_IF(q_works_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_row(&rq->json, &rq->op, (const struct works_by_id_row *)&rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].end_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static void put_milestones(struct json_out *j, const struct op *op, const struct works_milestones_row *m, size_t n)
{
    jo_arr(j, "milestones");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "seq", m[i].seq);
        jo_str(j, "title", m[i].title);
        jo_time(j, "due_at", m[i].due_ms);
        jo_opt_time(j, "done_at", m[i].done_ms);
        jo_bool(j, "late", m[i].late || (!m[i].done_ms.has && m[i].due_ms < op->now));
        jo_str(j, "note", m[i].note);
        jo_end(j);
    }
    jo_end(j);
}

static enum rc put_parts(struct request *rq, struct uuid id)
{
    struct json_out *j = &rq->json;
    struct works_milestones_row *milestones;
    struct works_payments_row *payments;
    struct works_photos_row *photos;
    size_t n;
    RETURN_IF(q_works_milestones(&rq->op.rd, &(struct works_milestones_in){rq->op.hq, id}, &milestones, &n));
    put_milestones(j, &rq->op, milestones, n);
    RETURN_IF(q_works_payments(&rq->op.rd, &(struct works_payments_in){rq->op.hq, id}, &payments, &n));
    jo_arr(j, "payments");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", payments[i].id);
        jo_i64(j, "fen", payments[i].fen);
        jo_str(j, "note", payments[i].note);
        jo_time(j, "at", payments[i].at_ms);
        jo_end(j);
    }
    jo_end(j);
    RETURN_IF(q_works_photos(&rq->op.rd, &(struct works_photos_in){rq->op.hq, id}, &photos, &n));
    jo_arr(j, "photos");
    for (size_t i = 0; i < n; i++)
        jo_sha256(j, NULL, photos[i].sha256);
    jo_end(j);
    return RC_OK;
}

static enum rc send_works(struct request *rq, struct uuid id, int status)
{
    struct works_by_id_row row;
    RETURN_IF(works_load(&rq->op, id, &row));
    jo_obj(&rq->json, NULL);
    put_row(&rq->json, &rq->op, &row);
    RETURN_IF(put_parts(rq, id));
    jo_end(&rq->json);
    return reply_versioned(rq, status, row.version);
}

static enum rc get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_works(rq, id, 200);
}

static enum rc after_create(struct request *rq)
{
    return send_works(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_step(struct request *rq)
{
    return send_works(rq, rq->op.plan.command.subject_id, 200);
}

/* ---- the plan ---- */

static void read_milestones(struct arena *a, struct jin *in, struct works_new *w)
{
    if (!jin_arr(in, "milestones", JIN_OPTIONAL, WORKS_MILESTONES_MAX, &w->nmilestones) || w->nmilestones == 0)
        return;
    struct works_milestone *list = ARENA_MANY(a, struct works_milestone, w->nmilestones);
    for (size_t i = 0; i < w->nmilestones; i++) {
        struct jin one;
        if (!jin_arr_obj(in, "milestones", i, &one))
            continue;
        jin_str(&one, "title", JIN_REQUIRED, NAME_MAX_CHARS, &list[i].title);
        jin_time(&one, "due_at", JIN_REQUIRED, &list[i].due_ms);
        (void)!jin_done(&one); /* its faults are the whole body's */
    }
    w->milestones = list;
}

static enum rc create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct works_new w = {0};
    int kind = 0;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &w.id);
    jin_str(&in, "title", JIN_REQUIRED, NAME_MAX_CHARS, &w.title);
    jin_str(&in, "content", JIN_OPTIONAL, WORKS_TEXT_MAX, &w.content);
    jin_enum(&in, "kind", JIN_REQUIRED, works_kind_names, &kind);
    jin_uuid(&in, "area_id", JIN_OPTIONAL, &w.area_id);
    jin_uuid(&in, "site_id", JIN_OPTIONAL, &w.site_id);
    jin_uuid(&in, "lead_unit_id", JIN_REQUIRED, &w.lead_unit_id);
    jin_i64(&in, "plan_fen", JIN_REQUIRED, 0, WORKS_FEN_MAX, &w.plan_fen);
    w.start_ms.has = jin_time(&in, "start_at", JIN_OPTIONAL, &w.start_ms.v);
    jin_time(&in, "end_at", JIN_REQUIRED, &w.end_ms);
    read_milestones(OP_ARENA(&rq->op), &in, &w);
    w.kind = works_kind_names[kind];
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.add", "works", w.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_new(&rq->op, &w));
    return http_commit(rq, after_create);
}

static enum rc change(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct works_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set |= change_str(&in, "title", NAME_MAX_CHARS, &c.to.title) ? WORKS_TITLE : 0;
    c.set |= change_str(&in, "content", WORKS_TEXT_MAX, &c.to.content) ? WORKS_CONTENT : 0;
    c.set |= jin_i64(&in, "plan_fen", JIN_OPTIONAL, 0, WORKS_FEN_MAX, &c.to.plan_fen) ? WORKS_PLAN : 0;
    c.to.start_ms.has = jin_time(&in, "start_at", JIN_OPTIONAL, &c.to.start_ms.v);
    c.set |= c.to.start_ms.has ? WORKS_START : 0;
    c.set |= jin_time(&in, "end_at", JIN_OPTIONAL, &c.to.end_ms) ? WORKS_END : 0;
    c.set |= jin_uuid(&in, "lead_unit_id", JIN_OPTIONAL, &c.to.lead_unit_id) ? WORKS_LEAD : 0;
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.change", "works", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_change(&rq->op, &c));
    return http_commit(rq, after_step);
}

static enum rc add_milestone(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct works_milestone m = {0};
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "title", JIN_REQUIRED, NAME_MAX_CHARS, &m.title);
    jin_time(&in, "due_at", JIN_REQUIRED, &m.due_ms);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.milestone_add", "works", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_milestone_add(&rq->op, id, &m));
    return http_commit(rq, after_step);
}

static enum rc milestone_done(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct str note = STR_NONE;
    int64_t seq = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_i64(&in, "seq", JIN_REQUIRED, 1, WORKS_MILESTONES_MAX, &seq);
    jin_str(&in, "note", JIN_OPTIONAL, WORKS_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.milestone_done", "works", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_milestone_done(&rq->op, id, seq, note));
    return http_commit(rq, after_step);
}

static enum rc pay(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, payment_id = UUID_NONE;
    struct str note = STR_NONE;
    int64_t fen = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &payment_id);
    jin_i64(&in, "fen", JIN_REQUIRED, -WORKS_FEN_MAX, WORKS_FEN_MAX, &fen);
    jin_str(&in, "note", JIN_OPTIONAL, WORKS_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.pay", "works", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_payment(&rq->op, id, payment_id, fen, note));
    return http_commit(rq, after_step);
}

/* ---- problems ---- */

static void put_problem(struct json_out *j, struct arena *a, const struct works_problems_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    parts_number(j, "number", a, r->year, r->number);
    jo_str(j, "state", r->state);
    jo_str(j, "description", r->description);
    jo_str(j, "site_name", r->site_name);
    jo_str(j, "place_text", r->place);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_opt_time(j, "due_at", r->due_ms);
    jo_opt_time(j, "postponed_until", r->postponed_until_ms);
    jo_opt_time(j, "rectified_at", r->rectified_ms);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_end(j);
}

static enum rc list_problems(struct request *rq)
{
    struct works_by_id_row works;
    struct works_problems_row *rows;
    struct works_problems_in in = {.hq = rq->op.hq};
    struct opt_bool open;
    struct page page;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &in.works_id));
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_name(rq, "state", problem_state_names, &in.state));
    RETURN_IF(query_done(rq));
    RETURN_IF(works_load(&rq->op, in.works_id, &works));
    if (open.has && open.v)
        in.is_open = open;
    in.row_limit = page.limit + 1;
    if (page.has_cursor)
        in.key_id = page.key_id;
    RETURN_IF(q_works_problems(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_problem(&rq->json, OP_ARENA(&rq->op), &rows[i]);
    page_end(rq, &page, n > shown, 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc link_problems(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    struct works_link l = {0};
    RETURN_IF(path_uuid(rq, "id", &l.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    parts_ids(&in, "problem_ids", JIN_REQUIRED, WORKS_BATCH, &l.problems, &l.n);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &l.reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.link", "works", l.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_link(&rq->op, &l));
    return http_commit(rq, after_step);
}

static enum rc unlink_problem(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id, problem_id = UUID_NONE;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_uuid(&in, "problem_id", JIN_REQUIRED, &problem_id);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.unlink", "works", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_unlink(&rq->op, id, problem_id, reason));
    return http_commit(rq, after_step);
}

static void read_proof(struct request *rq, struct jin *in, struct works_proof *p)
{
    struct uuid command_id;
    jin_uuid(in, "id", JIN_REQUIRED, &command_id);
    jin_str(in, "note", JIN_OPTIONAL, WORKS_TEXT_MAX, &p->note);
    problem_read_photos(OP_ARENA(&rq->op), in, "photos", &p->photos, &p->nphotos);
}

static enum rc complete(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct works_proof p = {0};
    RETURN_IF(path_uuid(rq, "id", &p.id));
    RETURN_IF(request_json(rq, &in));
    read_proof(rq, &in, &p);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.complete", "works", p.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_complete(&rq->op, &p));
    return http_commit(rq, after_step);
}

static enum rc file(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.file", "works", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_file(&rq->op, id));
    return http_commit(rq, after_step);
}

/* A re-checker need not be one who may read works. */
static enum rc after_recheck(struct request *rq)
{
    jo_obj(&rq->json, NULL);
    jo_i64(&rq->json, "struck_off", *(int64_t *)rq->state);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc recheck(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct works_recheck r = {0};
    int64_t *count = ARENA_NEW(OP_ARENA(&rq->op), int64_t);
    RETURN_IF(path_uuid(rq, "id", &r.id));
    RETURN_IF(request_json(rq, &in));
    parts_ids(&in, "problem_ids", JIN_REQUIRED, WORKS_BATCH, &r.problems, &r.n);
    read_proof(rq, &in, &r.proof);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "works.recheck", "works", r.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(works_prepare_recheck(&rq->op, &r));
    *count = (int64_t)r.n;
    rq->state = count;
    return http_commit(rq, after_recheck);
}

static enum rc accept(struct request *rq)
{
    return parts_reasoned(rq, "works.accept", "works", works_prepare_accept, after_step);
}

static enum rc give_back(struct request *rq)
{
    return parts_reasoned(rq, "works.return", "works", works_prepare_return, after_step);
}

static enum rc stop(struct request *rq)
{
    return parts_reasoned(rq, "works.stop", "works", works_prepare_stop, after_step);
}

const struct route works_routes[] = {
    {HTTP_GET, "/api/v1/works", ACT_WORKS_READ, list, 0, 0},
    {HTTP_POST, "/api/v1/works", ACT_WORKS_WRITE, create, 0, 0},
    {HTTP_GET, "/api/v1/works/{id}", ACT_WORKS_READ, get, 0, 0},
    {HTTP_PATCH, "/api/v1/works/{id}", ACT_WORKS_WRITE, change, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/milestones", ACT_WORKS_WRITE, add_milestone, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/milestone-done", ACT_WORKS_WRITE, milestone_done, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/payments", ACT_WORKS_WRITE, pay, 0, 0},
    {HTTP_GET, "/api/v1/works/{id}/problems", ACT_WORKS_READ, list_problems, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/problems", ACT_PROBLEM_DISPATCH, link_problems, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/unlink", ACT_PROBLEM_DISPATCH, unlink_problem, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/complete", ACT_PROBLEM_RECTIFY, complete, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/file", ACT_PROBLEM_RECTIFY, file, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/recheck", ACT_PROBLEM_STRIKE, recheck, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/accept", ACT_WORKS_WRITE, accept, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/return", ACT_WORKS_WRITE, give_back, 0, 0},
    {HTTP_POST, "/api/v1/works/{id}/stop", ACT_WORKS_WRITE, stop, 0, 0},
    {0},
};
