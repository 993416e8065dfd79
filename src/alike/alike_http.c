/* alike_http.c - 举一反三 over HTTP: drives, the units' tasks, their answers per site. */
#include "alike/alike_http.h"

#include "alike/alike_store.h"
#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_http.h"
#include "problem/problem_store.h"

static const char *const states[] = {"open", "closed", NULL};

static void put_drive(struct json_out *j, const struct op *op, const struct alike_by_id_row *r)
{
    bool desk = policy_scope(&op->actor, ACT_ALIKE_READ).all;
    jo_uuid(j, "id", r->id);
    /* The case it springs from is another unit's. */
    if (desk) {
        jo_uuid(j, "problem_id", r->problem_id);
        parts_number(j, "problem_number", OP_ARENA(op), r->problem_year, r->problem_number);
    }
    jo_str(j, "title", r->title);
    jo_str(j, "work_standard", r->work_standard);
    jo_str(j, "category_code", r->category_code);
    jo_uuid(j, "criterion_id", r->criterion_id);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_str(j, "area_code", r->area_code);
    jo_time(j, "due_at", r->due_ms);
    jo_str(j, "state", r->state);
    jo_time(j, "started_at", r->started_ms);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_str(j, "close_note", r->close_note);
    if (desk) {
        jo_i64(j, "tasks", r->tasks);
        jo_i64(j, "tasks_done", r->tasks_done);
        jo_i64(j, "late_tasks", r->overdue_tasks);
        jo_i64(j, "sites", r->sites);
        jo_i64(j, "uncovered", r->uncovered);
        jo_i64(j, "checked", r->checked);
        jo_i64(j, "found", r->found);
        jo_i64(j, "mended", r->mended);
        jo_i64(j, "not_applicable", r->not_applicable);
        jo_i64(j, "problems", r->raised);
        jo_i64(j, "problems_closed", r->raised_closed);
    }
    jo_i64(j, "version", r->version);
}

static void put_task(struct json_out *j, const struct op *op, const struct alike_task_by_id_row *t)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", t->id);
    jo_uuid(j, "alike_id", t->alike_id);
    jo_str(j, "title", t->title);
    jo_str(j, "work_standard", t->work_standard);
    jo_uuid(j, "criterion_id", t->criterion_id);
    jo_str(j, "category_code", t->category_code);
    jo_named(j, "unit", t->unit_id, t->unit_name);
    jo_time(j, "due_at", t->due_ms);
    jo_str(j, "state", t->state);
    jo_bool(j, "overdue", str_is(t->state, "open") && str_is(t->drive_state, "open") && t->due_ms < op->now);
    jo_bool(j, "late", t->late);
    jo_i64(j, "sites", t->sites);
    jo_i64(j, "answered", t->answered);
    jo_i64(j, "found", t->found);
    jo_i64(j, "mended", t->mended);
    jo_i64(j, "not_applicable", t->not_applicable);
    jo_opt_time(j, "done_at", t->done_ms);
    jo_i64(j, "version", t->version);
    jo_end(j);
}

_Static_assert(sizeof(struct alike_list_row) == sizeof(struct alike_by_id_row), "the same columns");
_Static_assert(sizeof(struct alike_task_list_row) == sizeof(struct alike_task_by_id_row), "the same columns");

static enum rc list_drives(struct request *rq)
{
    struct alike_list_in in = {.hq = rq->op.hq, .now_ms = rq->op.now};
    struct alike_list_row *rows = NULL;
    struct scope reach = policy_scope(&rq->op.actor, ACT_ALIKE_READ);
    struct page page;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_name(rq, "state", states, &in.state));
    RETURN_IF(query_uuid(rq, "problem_id", &in.problem_id));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (!reach.all) {
        in.scope_unit = reach.unit_id;
        in.problem_id = UUID_NONE;
    }
    if (!reach.none)
        RETURN_IF(q_alike_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_drive(&rq->json, &rq->op, (const struct alike_by_id_row *)&rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].started_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static enum rc send_drive(struct request *rq, struct uuid id, int status)
{
    struct alike_by_id_row row;
    RETURN_IF(alike_load(&rq->op, id, &row));
    jo_obj(&rq->json, NULL);
    put_drive(&rq->json, &rq->op, &row);
    jo_end(&rq->json);
    return reply_versioned(rq, status, row.version);
}

static enum rc get_drive(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_drive(rq, id, 200);
}

static enum rc after_start(struct request *rq)
{
    return send_drive(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_close(struct request *rq)
{
    return send_drive(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc start(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct alike_new n = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &n.id);
    jin_uuid(&in, "problem_id", JIN_REQUIRED, &n.problem_id);
    jin_str(&in, "title", JIN_OPTIONAL, NAME_MAX_CHARS, &n.title);
    jin_str(&in, "work_standard", JIN_REQUIRED, ALIKE_TEXT_MAX, &n.work_standard);
    jin_str(&in, "category_code", JIN_OPTIONAL, CODE_MAX_CHARS, &n.category_code);
    jin_str(&in, "area_code", JIN_OPTIONAL, 15, &n.area_code);
    jin_time(&in, "due_at", JIN_REQUIRED, &n.due_ms);
    parts_ids(&in, "unit_ids", JIN_OPTIONAL, ALIKE_UNITS_MAX, &n.units, &n.nunits);
    n.area_code = text_or_none(n.area_code);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "alike.start", "alike", n.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(alike_prepare_start(&rq->op, &n));
    return http_commit(rq, after_start);
}

static enum rc close_drive(struct request *rq)
{
    return parts_reasoned(rq, "alike.close", "alike", alike_prepare_close, after_close);
}

/* ---- tasks ---- */

static enum rc list_tasks(struct request *rq)
{
    struct alike_task_list_in in = {.hq = rq->op.hq};
    struct alike_task_list_row *rows = NULL;
    struct scope reach = policy_scope(&rq->op.actor, ACT_ALIKE_READ);
    struct opt_bool open, overdue;
    struct page page;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "alike_id", &in.alike_id));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_bool(rq, "overdue", &overdue));
    RETURN_IF(query_done(rq));
    bool foreign = !reach.all && !uuid_is_none(in.unit_id) && !uuid_eq(in.unit_id, reach.unit_id);
    if (!reach.all)
        in.unit_id = reach.unit_id;
    if (open.has && open.v)
        in.is_open = open;
    if (overdue.has && overdue.v)
        in.overdue_at = SOME(rq->op.now);
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (!reach.none && !foreign)
        RETURN_IF(q_alike_task_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_task(&rq->json, &rq->op, (const struct alike_task_by_id_row *)&rows[i]);
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].due_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static enum rc send_task(struct request *rq, struct uuid id)
{
    struct alike_task_by_id_row row;
    RETURN_IF(alike_load_task(&rq->op, id, &row));
    put_task(&rq->json, &rq->op, &row);
    return reply_versioned(rq, 200, row.version);
}

static enum rc get_task(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_task(rq, id);
}

static void put_site(struct json_out *j, struct arena *a, const struct alike_answers_row *r,
                     const struct alike_photos_row *photos, size_t nphotos)
{
    jo_obj(j, NULL);
    jo_obj(j, "site");
    jo_uuid(j, "id", r->site_id);
    jo_str(j, "code", r->site_code);
    jo_str(j, "name", r->site_name);
    jo_str(j, "area_code", r->area_code);
    jo_end(j);
    jo_str(j, "result", r->result);
    jo_str(j, "note", r->note);
    jo_uuid(j, "problem_id", r->problem_id);
    if (r->problem_year.has)
        parts_number(j, "problem_number", a, r->problem_year.v, r->problem_number.v);
    else
        jo_null(j, "problem_number");
    jo_str(j, "problem_state", r->problem_state);
    jo_opt_time(j, "answered_at", r->answered_ms);
    jo_arr(j, "photos");
    for (size_t i = 0; i < nphotos; i++) {
        if (!uuid_eq(photos[i].site_id, r->site_id))
            continue;
        jo_obj(j, NULL);
        jo_sha256(j, "sha256", photos[i].sha256);
        jo_str(j, "role", photos[i].role);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
}

static enum rc list_sites(struct request *rq)
{
    struct alike_task_by_id_row task;
    struct alike_answers_row *rows;
    struct alike_photos_row *photos = NULL;
    struct alike_answers_in in = {.hq = rq->op.hq};
    struct opt_bool waiting;
    struct page page;
    size_t n, nphotos = 0;
    RETURN_IF(path_uuid(rq, "id", &in.task_id));
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_bool(rq, "waiting", &waiting));
    RETURN_IF(query_done(rq));
    RETURN_IF(alike_load_task(&rq->op, in.task_id, &task));
    if (waiting.has && waiting.v)
        in.waiting = waiting;
    in.row_limit = page.limit + 1;
    if (page.has_cursor)
        in.key_id = page.key_id;
    RETURN_IF(q_alike_answers(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    if (shown)
        RETURN_IF(q_alike_photos(
            &rq->op.rd, &(struct alike_photos_in){rq->op.hq, in.task_id, rows[0].site_id, rows[shown - 1].site_id},
            &photos, &nphotos));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_site(&rq->json, OP_ARENA(&rq->op), &rows[i], photos, nphotos);
    page_end(rq, &page, n > shown, 0, shown ? rows[shown - 1].site_id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static void read_reply(struct arena *a, struct jin *in, struct alike_reply *r)
{
    int result = 0;
    jin_uuid(in, "site_id", JIN_REQUIRED, &r->site_id);
    jin_enum(in, "result", JIN_REQUIRED, alike_result_names, &result);
    jin_str(in, "note", JIN_OPTIONAL, ALIKE_TEXT_MAX, &r->note);
    jin_uuid(in, "problem_id", JIN_OPTIONAL, &r->problem_id);
    problem_read_photos(a, in, "photos", &r->photos, &r->nphotos);
    problem_read_photos(a, in, "after_photos", &r->after, &r->nafter);
    r->result = (enum alike_result)result;
    (void)!jin_done(in); /* its faults are the whole body's */
}

static enum rc after_answer(struct request *rq)
{
    return send_task(rq, rq->op.plan.command.subject_id);
}

static enum rc answer(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct alike_reply replies[ALIKE_REPLIES_MAX] = {0};
    size_t n = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_arr(&in, "answers", JIN_REQUIRED, ALIKE_REPLIES_MAX, &n);
    for (size_t i = 0; i < n && i < ALIKE_REPLIES_MAX; i++) {
        struct jin one;
        if (jin_arr_obj(&in, "answers", i, &one))
            read_reply(OP_ARENA(&rq->op), &one, &replies[i]);
    }
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "alike.answer", "alike_task", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(alike_prepare_answer(&rq->op, id, replies, n));
    return http_commit(rq, after_answer);
}

const struct route alike_routes[] = {
    {HTTP_GET, "/api/v1/alike", ACT_ALIKE_READ, list_drives, 0, 0},
    {HTTP_POST, "/api/v1/alike", ACT_ALIKE_START, start, 0, 0},
    {HTTP_GET, "/api/v1/alike/{id}", ACT_ALIKE_READ, get_drive, 0, 0},
    {HTTP_POST, "/api/v1/alike/{id}/close", ACT_ALIKE_START, close_drive, 0, 0},
    {HTTP_GET, "/api/v1/alike-tasks", ACT_ALIKE_READ, list_tasks, 0, 0},
    {HTTP_GET, "/api/v1/alike-tasks/{id}", ACT_ALIKE_READ, get_task, 0, 0},
    {HTTP_GET, "/api/v1/alike-tasks/{id}/sites", ACT_ALIKE_READ, list_sites, 0, 0},
    {HTTP_POST, "/api/v1/alike-tasks/{id}/answers", ACT_ALIKE_ANSWER, answer, 0, 0},
    {0},
};
