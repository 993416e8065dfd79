/*
 * import_http.c - imports over HTTP: a file as raw body, read and checked on a worker, written as
 * one command; and the empty tables to fill in.
 */
#include "exchange/import_http.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "auth/policy.h"
#include "base/civil.h"
#include "base/log.h"
#include "exchange/columns.h"
#include "exchange/import.h"
#include "tabular/xlsx_out.h"

#define XLSX_MIME "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
enum { TEMPLATE_BYTES_MAX = 1024 * 1024 };

/* From the handler to the worker to the reply. */
struct importing {
    struct import_request in;
    struct report report;
};

static enum rc bad_parameter(struct request *rq, const char *name)
{
    return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 %s 不正确", "The parameter %s is wrong",
                   name);
}

enum rc import_read_query(struct request *rq, struct import_request *in)
{
    struct opt_i64 as_of;
    struct opt_bool remembered;
    struct command command;
    struct str mode = query_text(rq, "mode");
    in->kind = query_text(rq, "kind");
    in->mapping = query_text(rq, "mapping");
    in->sheet = query_text(rq, "sheet");
    RETURN_IF(query_time(rq, "as_of", &as_of));
    RETURN_IF(query_bool(rq, "remembered", &remembered));
    in->forget = remembered.has && !remembered.v;
    RETURN_IF(query_done(rq));
    in->mapping = str_empty(in->mapping) ? STR_NONE : in->mapping;
    in->sheet = str_empty(in->sheet) ? STR_NONE : in->sheet;
    if (!import_mode_by_name(mode, &in->mode))
        return bad_parameter(rq, "mode");
    if (as_of.has)
        in->as_of_ms = SOME(civil_midnight(as_of.v, rq->op.zone_min));
    RETURN_IF(request_command(rq, NULL, "import", "import", UUID_NONE, &command));
    in->id = command.id;
    return RC_OK;
}

static enum rc read_upload(struct request *rq, struct str *out)
{
    char *bytes = arena_alloc(OP_ARENA(&rq->op), (size_t)rq->upload_bytes + 1);
    size_t at = 0, size = (size_t)rq->upload_bytes;
    int fd = open(rq->upload_path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && at < size) {
        n = read(fd, bytes + at, size - at);
        if (n > 0)
            at += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    if (fd >= 0)
        close(fd);
    *out = (struct str){bytes, at};
    if (at == size)
        return RC_OK;
    log_error("import: cannot read an upload: %s", strerror(errno));
    return OP_FAIL(&rq->op, RC_INTERNAL, "upload_failed", "上传内容无法读取",
                   "The upload could not be read");
}

/* On a worker's thread: reading a large workbook takes seconds. A fault left is the reply. */
static void prepare(struct request *rq)
{
    struct importing *i = rq->state;
    if (read_upload(rq, &i->in.bytes) == RC_OK)
        (void)!import_prepare(&rq->op, &i->in, &i->report);
}

static enum rc reply_report(struct request *rq)
{
    struct importing *i = rq->state;
    report_write(&i->report, &rq->json, NULL, rq->op.lang);
    return reply_json(rq, 200);
}

static enum rc written(struct request *rq)
{
    struct importing *i = rq->state;
    i->report.written = true;
    return reply_report(rq);
}

static enum rc prepared(struct request *rq)
{
    struct importing *i = rq->state;
    if (rq->op.plan.replayed || !report_may_write(&i->report))
        return reply_report(rq);
    return http_commit(rq, written);
}

static enum rc import_post(struct request *rq)
{
    struct importing *i = ARENA_NEW(OP_ARENA(&rq->op), struct importing);
    RETURN_IF(import_read_query(rq, &i->in));
    rq->state = i;
    return http_work(rq, prepare, prepared);
}

static enum rc template_get(struct request *rq)
{
    struct op *op = &rq->op;
    struct str kind = path_text(rq, "kind");
    const struct column_set *set = columns_of(kind);
    struct buf b;
    RETURN_IF(query_done(rq));
    if (!set)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这种导入模板",
                       "There is no such template");
    buf_init(&b, TEMPLATE_BYTES_MAX);
    enum rc rc = xlsx_write_template(OP_ARENA(op), op->rd.fault, set->specs, set->n, &b);
    struct str bytes = str_copy(OP_ARENA(op), b.n ? buf_view(&b) : STR(""));
    buf_free(&b);
    RETURN_IF(rc);
    reply_header(rq, "Content-Disposition",
                 str_fmt(OP_ARENA(op), "attachment; filename=\"xiaohao-%s.xlsx\"", set->kind));
    return reply_bytes(rq, 200, XLSX_MIME, bytes);
}

const struct route import_routes[] = {
    {HTTP_POST, "/api/v1/imports", ACT_IMPORT, import_post, ROUTE_UPLOAD, UPLOAD_MAX},
    {HTTP_GET, "/api/v1/imports/{kind}/template.xlsx", ACT_IMPORT, template_get, 0, 0},
    {0},
};
