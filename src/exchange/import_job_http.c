/*
 * import_job_http.c - imports of large files over HTTP: started with an upload, looked at while they run, cancelled; and the
 * mappings remembered.
 */
#include "exchange/import_http.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "auth/policy.h"
#include "base/log.h"
#include "exchange/columns.h"
#include "exchange/import_job.h"
#include "import_sql.h"
#include "org/org.h"
#include "org/text.h"
#include "tabular/table.h"

enum { JOB_UPLOAD_MAX = 128 * 1024 * 1024, MAPPING_BYTES_MAX = 256 * 1024 };

static enum rc not_found(struct request *rq)
{
    return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这项导入任务", "There is no such import");
}

/* ---- as JSON ---- */

static void write_counts(struct json_out *j, const struct import_jobs_row *r)
{
    jo_i64(j, "rows_total", r->rows_total);
    jo_i64(j, "read", r->rows_read);
    jo_i64(j, "created", r->rows_created);
    jo_i64(j, "updated", r->rows_updated);
    jo_i64(j, "unchanged", r->rows_unchanged);
    jo_i64(j, "refused", r->rows_refused);
}

static void write_job(struct json_out *j, const struct import_jobs_row *r, struct str report)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "kind", r->kind);
    jo_str(j, "mode", r->mode);
    jo_str(j, "file_name", r->file_name);
    jo_str(j, "state", r->cancelled && !r->ended_ms.has ? STR("cancelling") : r->state);
    write_counts(j, r);
    jo_time(j, "started", r->created_ms);
    jo_opt_time(j, "ended", r->ended_ms);
    if (report.n)
        jo_raw(j, "report", report);
    jo_end(j);
}

static enum rc reply_job(struct request *rq, struct uuid id, int status)
{
    struct op *op = &rq->op;
    struct import_job_get_row g;
    bool found;
    RETURN_IF(q_import_job_get(&op->rd, &(struct import_job_get_in){op->hq, id}, &g, &found));
    if (!found)
        return not_found(rq);
    struct import_jobs_row r = {g.id, g.kind, g.mode, g.file_name, g.state, g.cancelled, g.rows_total, g.rows_read, g.rows_created,
                                g.rows_updated, g.rows_unchanged, g.rows_refused, g.created_ms, g.ended_ms};
    write_job(&rq->json, &r, op->lang == LANG_ZH ? g.report_zh : g.report_en);
    return reply_json(rq, status);
}

/* ---- starting ---- */

struct starting {
    struct import_job_new job;
};

/* On a worker's thread: a commit is waited for. The file's new name is of the kind that is swept at the next start. */
static void start_job(struct request *rq)
{
    struct starting *s = rq->state;
    struct op *op = &rq->op;
    bool again = false;
    s->job.bytes_hash = rq->upload_sha256;
    s->job.path = str_fmt(OP_ARENA(op), "%.*s/tmp/upload-%ld-job-%.*s", STR_ARG(op->env->data_dir), (long)getpid(),
                          STR_ARG(uuid_str(OP_ARENA(op), change_new_id(op))));
    if (rename(rq->upload_path.p, s->job.path.p) != 0) {
        log_error("import: cannot keep an upload: %s", strerror(errno));
        (void)!OP_FAIL(op, RC_INTERNAL, "upload_failed", "上传内容无法保存", "The upload could not be kept");
        return;
    }
    if (import_job_start(op, &s->job, &again) != RC_OK || again)
        unlink(s->job.path.p);
}

static enum rc started(struct request *rq)
{
    const struct starting *s = rq->state;
    return reply_job(rq, s->job.in.id, 202);
}

static enum rc job_post(struct request *rq)
{
    struct starting *s = ARENA_NEW(OP_ARENA(&rq->op), struct starting);
    s->job.file_name = query_text(rq, "file_name");
    RETURN_IF(import_read_query(rq, &s->job.in));
    if (!columns_of(s->job.in.kind))
        return OP_FAIL(&rq->op, RC_BAD, "unknown_kind", "没有这种导入类别", "There is no such kind of import");
    s->job.file_name = str_empty(s->job.file_name) ? STR_NONE : str_sub(s->job.file_name, 0, 300);
    if (!utf8_valid(s->job.file_name))
        s->job.file_name = STR_NONE;
    rq->state = s;
    return http_work(rq, start_job, started);
}

/* ---- looking, cancelling ---- */

static enum rc job_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return reply_job(rq, id, 200);
}

static enum rc job_list(struct request *rq)
{
    struct op *op = &rq->op;
    struct page page;
    struct import_jobs_row *rows;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_done(rq));
    struct import_jobs_in in = {.hq = op->hq, .max_rows = page.limit + 1};
    if (page.has_cursor) {
        in.after_ms = SOME(page.key_i64);
        in.after_id = page.key_id;
    }
    RETURN_IF(q_import_jobs(&op->rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    n = more ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        write_job(&rq->json, &rows[i], STR_NONE);
    page_end(rq, &page, more, n ? rows[n - 1].created_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static void cancel_job(struct request *rq)
{
    const struct uuid *id = rq->state;
    (void)!import_job_cancel(&rq->op, *id);
}

static enum rc cancelling(struct request *rq)
{
    const struct uuid *id = rq->state;
    jo_obj(&rq->json, NULL);
    jo_uuid(&rq->json, "id", *id);
    jo_z(&rq->json, "state", "cancelling");
    jo_end(&rq->json);
    return reply_json(rq, 202);
}

static enum rc job_cancel(struct request *rq)
{
    struct op *op = &rq->op;
    struct uuid *id = ARENA_NEW(OP_ARENA(op), struct uuid);
    struct import_job_get_row row;
    bool found;
    RETURN_IF(path_uuid(rq, "id", id));
    RETURN_IF(query_done(rq));
    RETURN_IF(q_import_job_get(&op->rd, &(struct import_job_get_in){op->hq, *id}, &row, &found));
    if (!found)
        return not_found(rq);
    rq->state = id;
    return http_work(rq, cancel_job, cancelling);
}

/* ---- mappings ---- */

static void write_mapping(struct json_out *j, const struct import_mappings_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "kind", r->kind);
    jo_str(j, "name", r->name);
    jo_raw(j, "headings", r->headings);
    jo_raw(j, "mapping", r->mapping);
    jo_time(j, "used", r->used_ms);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

static enum rc mapping_list(struct request *rq)
{
    struct op *op = &rq->op;
    struct page page;
    struct import_mappings_row *rows;
    size_t n;
    struct import_mappings_in in = {.hq = op->hq};
    struct str kind = query_text(rq, "kind");
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_done(rq));
    in.kind = str_empty(kind) ? STR_NONE : kind;
    in.max_rows = page.limit + 1;
    if (page.has_cursor) {
        in.after_ms = SOME(page.key_i64);
        in.after_id = page.key_id;
    }
    RETURN_IF(q_import_mappings(&op->rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    n = more ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        write_mapping(&rq->json, &rows[i]);
    page_end(rq, &page, more, n ? rows[n - 1].used_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc load_mapping(struct request *rq, struct import_mappings_row *row)
{
    struct op *op = &rq->op;
    struct uuid id;
    bool found;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(q_import_mapping_get(&op->rd, &(struct import_mapping_get_in){op->hq, id}, row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这项列对应关系", "There is no such mapping");
    return RC_OK;
}

static enum rc reply_mapping(struct request *rq)
{
    struct import_mappings_row row;
    RETURN_IF(load_mapping(rq, &row));
    write_mapping(&rq->json, &row);
    return reply_versioned(rq, 200, row.version);
}

static enum rc mapping_patch(struct request *rq)
{
    struct op *op = &rq->op;
    struct import_mappings_row row;
    struct opt_i64 version;
    struct command command;
    struct jin in, mapping;
    RETURN_IF(query_done(rq));
    RETURN_IF(load_mapping(rq, &row));
    RETURN_IF(request_if_match(rq, true, &version));
    RETURN_IF(request_json(rq, &in));
    jin_str(&in, "name", JIN_OPTIONAL, NAME_MAX_CHARS, &row.name);
    if (jin_has(&in, "mapping") && jin_obj(&in, "mapping", JIN_OPTIONAL, &mapping))
        jin_raw(&in, "mapping", JIN_OPTIONAL, MAPPING_BYTES_MAX, &row.mapping);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "import.mapping", "import_mapping", row.id, &command));
    RETURN_IF(change_begin(op, &command));
    if (op->plan.replayed)
        return http_commit(rq, reply_mapping);
    RETURN_IF(version_check(op->rd.fault, version, row.version));
    fx_import_mapping_set(&op->plan.fx, &(struct import_mapping_set_in){op->hq, row.id, row.version, text_or_none(row.name), row.mapping});
    return http_commit(rq, reply_mapping);
}

static enum rc removed(struct request *rq)
{
    return reply_empty(rq, 204);
}

static enum rc mapping_delete(struct request *rq)
{
    struct op *op = &rq->op;
    struct import_mappings_row row;
    struct command command;
    RETURN_IF(query_done(rq));
    RETURN_IF(load_mapping(rq, &row));
    RETURN_IF(request_command(rq, NULL, "import.mapping_remove", "import_mapping", row.id, &command));
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed)
        fx_import_mapping_remove(&op->plan.fx, &(struct import_mapping_remove_in){op->hq, row.id});
    return http_commit(rq, removed);
}

const struct route import_job_routes[] = {
    {HTTP_POST, "/api/v1/import-jobs", ACT_IMPORT, job_post, ROUTE_UPLOAD, JOB_UPLOAD_MAX},
    {HTTP_GET, "/api/v1/import-jobs", ACT_IMPORT, job_list, 0, 0},
    {HTTP_GET, "/api/v1/import-jobs/{id}", ACT_IMPORT, job_get, 0, 0},
    {HTTP_POST, "/api/v1/import-jobs/{id}/cancel", ACT_IMPORT, job_cancel, 0, 0},
    {HTTP_GET, "/api/v1/import-mappings", ACT_IMPORT, mapping_list, 0, 0},
    {HTTP_PATCH, "/api/v1/import-mappings/{id}", ACT_IMPORT, mapping_patch, 0, 0},
    {HTTP_DELETE, "/api/v1/import-mappings/{id}", ACT_IMPORT, mapping_delete, 0, 0},
    {0},
};
