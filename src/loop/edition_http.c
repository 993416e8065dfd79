/* edition_http.c - over HTTP: what may raise problems of facilities and frontages, and the matrix asked about a problem. */
#include "loop/edition_http.h"

#include "edition_sql.h"
#include "facility/facility_http.h"
#include "loop/edition.h"
#include "matrix/matrix_http.h"
#include "org/text.h"
#include "problem/problem_json.h"

#include <stdlib.h>

/* ---- assets ---- */

static enum rc after_asset(struct request *rq)
{
    return asset_reply(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc create_asset(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct asset_new a = {0};
    struct asset_look look = {.at_ms = rq->op.now};
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(asset_read_new(&in, &a, &look));
    look.id = a.id; /* its first look */
    RETURN_IF(request_command(rq, &in, "asset.create", "asset", a.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(edition_prepare_asset(&rq->op, &a, &look));
    return http_commit(rq, after_asset);
}

static enum rc check_asset(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id;
    struct asset_look look = {.at_ms = rq->op.now};
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &look.id);
    jin_str(&in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &look.note);
    asset_read_look(&in, &look);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "asset.check", "asset", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(edition_prepare_look(&rq->op, id, &look));
    return http_commit(rq, after_asset);
}

/* Those the actor may read. */
static enum rc put_problems(struct request *rq, struct uuid asset)
{
    struct edition_asset_problems_row *rows;
    size_t n;
    struct op *op = &rq->op;
    struct json_out *j = &rq->json;
    RETURN_IF(q_edition_asset_problems(&op->rd, &(struct edition_asset_problems_in){op->hq, asset}, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        struct problem_by_id_row p;
        if (problem_load(op, rows[i].id, &p) != RC_OK) {
            if (op->rd.fault->rc != RC_NOT_FOUND)
                return op->rd.fault->rc;
            fault_clear(op->rd.fault);
            continue;
        }
        jo_obj(j, NULL);
        jo_uuid(j, "id", p.id);
        jo_str(j, "cause", rows[i].cause);
        jo_str(j, "state", p.state);
        jo_str(j, "description", p.description);
        jo_named(j, "unit", p.unit_id, p.unit_name);
        jo_time(j, "reported_at", p.reported_ms);
        jo_opt_time(j, "due_at", p.due_ms);
        jo_opt_time(j, "closed_at", p.closed_ms);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

static enum rc asset_problems(struct request *rq)
{
    struct uuid id;
    struct asset a;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(asset_read(&rq->op, id, &a));
    return put_problems(rq, id);
}

static enum rc frontage_problems(struct request *rq)
{
    struct uuid id;
    struct frontage f;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(frontage_read(&rq->op, id, &f));
    return put_problems(rq, id);
}

/* ---- recall, frontages ---- */

/* An action with nothing but its id. */
struct bare {
    const char *kind, *subject;
    enum rc (*prepare)(struct op *op, struct uuid id);
    handler_fn *after;
};

static enum rc act(struct request *rq, const struct bare *what)
{
    struct jin in;
    struct command cmd;
    struct uuid id, ignored;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, what->kind, what->subject, id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(what->prepare(&rq->op, id));
    return http_commit(rq, what->after);
}

static enum rc after_recall(struct request *rq)
{
    return edition_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc recall(struct request *rq)
{
    return act(rq, &(struct bare){"edition.recall_by_hand", "edition", edition_prepare_recall, after_recall});
}

static enum rc after_frontage(struct request *rq)
{
    return frontage_reply(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc check_frontage(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct frontage_look look = {.at_ms = rq->op.now};
    RETURN_IF(path_uuid(rq, "id", &look.frontage_id));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(frontage_read_look(&in, &look));
    RETURN_IF(request_command(rq, &in, "frontage.check", "frontage", look.frontage_id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(edition_prepare_frontage_look(&rq->op, &look));
    return http_commit(rq, after_frontage);
}

static enum rc after_raise(struct request *rq)
{
    return finding_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc raise_finding(struct request *rq)
{
    return act(rq, &(struct bare){"frontage.raise_by_hand", "finding", edition_prepare_raise, after_raise});
}

/* ---- the matrix asked about problems ---- */

static enum rc proposal(struct request *rq)
{
    struct uuid id;
    struct problem_by_id_row p;
    struct matrix_answer answer;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(problem_load(&rq->op, id, &p));
    const struct matrix_matter m = {.site_id = p.site_id, .criterion_id = p.criterion_id, .category_code = p.category_code,
                                    .area_code = p.area_code};
    RETURN_IF(matrix_propose(&rq->op, &m, &answer));
    matrix_json_answer(&rq->op, &rq->json, NULL, &answer, true);
    return reply_json(rq, 200);
}

/* A row of the matrix, or (row_id none) what it leaves open, and what was sent back because of it. */
struct dispute {
    struct uuid row_id;
    size_t times;
    struct uuid problems[10]; /* the latest */
    struct str last_note, last_unit;
    int64_t last_ms;
};
enum { DISPUTES_LOOKED_AT = 1000 };

static void count(struct dispute *list, size_t *n, struct uuid row_id, const struct edition_sent_back_row *e)
{
    size_t i = 0;
    while (i < *n && !uuid_eq(list[i].row_id, row_id))
        i++;
    struct dispute *d = &list[i];
    if (i == *n) {
        (*n)++;
        *d = (struct dispute){.row_id = row_id, .last_note = e->note, .last_unit = e->unit_name, .last_ms = e->at_ms};
    }
    if (d->times < sizeof d->problems / sizeof *d->problems)
        d->problems[d->times] = e->problem_id;
    d->times++;
}

static int by_times(const void *a, const void *b)
{
    const struct dispute *x = a, *y = b;
    return x->times != y->times ? (x->times < y->times) - (x->times > y->times) : (x->last_ms < y->last_ms) - (x->last_ms > y->last_ms);
}

static void put_dispute(struct json_out *j, const struct dispute *d)
{
    size_t shown = d->times < sizeof d->problems / sizeof *d->problems ? d->times : sizeof d->problems / sizeof *d->problems;
    jo_obj(j, NULL);
    jo_uuid(j, "row_id", d->row_id);
    jo_i64(j, "times", (int64_t)d->times);
    jo_str(j, "last_unit", d->last_unit);
    jo_str(j, "last_reason", d->last_note);
    jo_time(j, "last_at", d->last_ms);
    jo_arr(j, "problem_ids");
    for (size_t i = 0; i < shown; i++)
        jo_uuid(j, NULL, d->problems[i]);
    jo_end(j);
    jo_end(j);
}

/* Which rows led to send-backs (争议事项): what the matrix said at the dispatch is asked again, rows being kept with their
 * validity; one that was given to another unit than it said is the dispatcher's choice, not the row's. */
static enum rc disputed(struct request *rq)
{
    struct op *op = &rq->op;
    struct json_out *j = &rq->json;
    struct edition_sent_back_row *rows;
    struct opt_i64 from = NONE_I64;
    size_t n, ndisputes = 0;
    int64_t by_choice = 0;
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_done(rq));
    struct edition_sent_back_in in = {op->hq, from.has ? from.v : op->now - 366LL * DAY_MS, DISPUTES_LOOKED_AT};
    RETURN_IF(q_edition_sent_back(&op->rd, &in, &rows, &n));
    struct dispute *list = ARENA_MANY(OP_ARENA(op), struct dispute, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct matrix_answer answer;
        const struct matrix_matter m = {.site_id = rows[i].site_id, .criterion_id = rows[i].criterion_id,
                                        .category_code = rows[i].category_code, .area_code = rows[i].area_code,
                                        .at_ms = rows[i].dispatched_ms};
        RETURN_IF(matrix_propose(op, &m, &answer));
        if (uuid_eq(answer.lead.id, rows[i].unit_id))
            count(list, &ndisputes, answer.row ? answer.row->id : UUID_NONE, &rows[i]);
        else
            by_choice++;
    }
    if (ndisputes > 1)
        qsort(list, ndisputes, sizeof *list, by_times);
    jo_obj(j, NULL);
    jo_i64(j, "sent_back", (int64_t)n);
    jo_i64(j, "by_choice", by_choice);
    jo_bool(j, "truncated", n == DISPUTES_LOOKED_AT);
    jo_arr(j, "items");
    for (size_t i = 0; i < ndisputes; i++)
        put_dispute(j, &list[i]);
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

const struct route facility_loop_routes[] = {
    {HTTP_POST, "/api/v1/assets", ACT_FACILITY_WRITE, create_asset, 0, 0},
    {HTTP_POST, "/api/v1/assets/{id}/checks", ACT_FACILITY_CHECK, check_asset, 0, 0},
    {HTTP_GET, "/api/v1/assets/{id}/problems", ACT_FACILITY_READ, asset_problems, 0, 0},
    {HTTP_POST, "/api/v1/editions/{id}/recall", ACT_EDITION_WRITE, recall, 0, 0},
    {HTTP_POST, "/api/v1/frontages/{id}/checks", ACT_FACILITY_CHECK, check_frontage, 0, 0},
    {HTTP_GET, "/api/v1/frontages/{id}/problems", ACT_FACILITY_READ, frontage_problems, 0, 0},
    {HTTP_POST, "/api/v1/frontage-findings/{id}/raise", ACT_FACILITY_CHECK, raise_finding, 0, 0},
    {HTTP_GET, "/api/v1/problems/{id}/proposal", ACT_PROBLEM_READ, proposal, 0, 0},
    {HTTP_GET, "/api/v1/matrix/disputed", ACT_MATRIX_WRITE, disputed, 0, 0},
    {0},
};
