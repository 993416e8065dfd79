/*
 * import_rows_http.c - the rows of older lists a problem came from (原始行). What they say word for word may name people: it
 * is opened for who may open personal data, with a reason, and that goes to the journal.
 */
#include "exchange/import_http.h"

#include "auth/policy.h"
#include "org/text.h"
#include "privacy/privacy.h"
#include "problem_import_sql.h"

struct revealing {
    struct uuid problem_id;
    bool open;
};

static enum rc write_row(struct request *rq, const struct revealing *r, const struct problem_imports_of_row *row)
{
    struct op *op = &rq->op;
    struct json_out *j = &rq->json;
    const struct privacy_place at = {op->hq, "problem.import", r->problem_id};
    struct str raw = STR_NONE;
    if (r->open)
        RETURN_IF(privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &at, row->raw_sealed, &raw));
    jo_obj(j, NULL);
    jo_i64(j, "seq", row->seq);
    jo_bool(j, "again", row->again);
    jo_uuid(j, "import_id", row->import_id);
    jo_str(j, "source", row->source);
    jo_i64(j, "row", row->row_no);
    jo_str(j, "number_there", row->number_there);
    jo_str(j, "status_there", row->status_there);
    jo_str(j, "kind_there", row->kind_there);
    jo_str(j, "unit_there", row->unit_there);
    jo_time(j, "imported", row->at_ms);
    if (r->open)
        jo_raw(j, "cells", raw);
    jo_end(j);
    return RC_OK;
}

static enum rc reply_rows(struct request *rq)
{
    const struct revealing *r = rq->state;
    struct op *op = &rq->op;
    struct problem_imports_of_row *rows;
    size_t n;
    RETURN_IF(q_problem_imports_of(&op->rd, &(struct problem_imports_of_in){op->hq, r->problem_id}, &rows, &n));
    if (n == 0)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "该问题不是导入的", "This problem was not imported");
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        RETURN_IF(write_row(rq, r, &rows[i]));
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc rows_get(struct request *rq)
{
    struct revealing *r = ARENA_NEW(OP_ARENA(&rq->op), struct revealing);
    RETURN_IF(path_uuid(rq, "id", &r->problem_id));
    RETURN_IF(query_done(rq));
    rq->state = r;
    return reply_rows(rq);
}

static enum rc rows_reveal(struct request *rq)
{
    struct op *op = &rq->op;
    struct revealing *r = ARENA_NEW(OP_ARENA(op), struct revealing);
    struct command command;
    struct jin in;
    struct detail d;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &r->problem_id));
    RETURN_IF(query_done(rq));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(request_command(rq, &in, "import.reveal", "problem", r->problem_id, &command));
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &(struct subject){0}));
    RETURN_IF(change_begin(op, &command));
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "reason", reason);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    r->open = true;
    rq->state = r;
    return http_commit(rq, reply_rows);
}

const struct route import_row_routes[] = {
    {HTTP_GET, "/api/v1/problems/{id}/imported", ACT_IMPORT, rows_get, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/imported/reveal", ACT_IMPORT, rows_reveal, 0, 0},
    {0},
};
