/*
 * export_http.c - exports over HTTP: written by a worker into a temporary file that has no name any more when it is sent.
 */
#include "exchange/export_http.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/policy.h"
#include "base/civil.h"
#include "base/log.h"
#include "exchange/export.h"

struct exporting {
    struct export_request in;
    struct export_result result;
    int fd;
    int64_t bytes;
};

static enum rc read_word(struct request *rq, const char *name, const char *const *words, int *out)
{
    struct str word;
    RETURN_IF(query_name(rq, name, words, &word));
    if (word.p)
        (void)!export_word(words, word, out);
    return RC_OK;
}

static enum rc read_query(struct request *rq, struct export_request *in)
{
    static const char *const words[] = {"own", "gbt", NULL};
    struct opt_bool pictures;
    int format = EXPORT_CSV, encoding = EXPORT_UTF8, word = 0;
    in->kind = path_text(rq, "kind");
    RETURN_IF(read_word(rq, "format", export_format_names, &format));
    RETURN_IF(read_word(rq, "encoding", export_encoding_names, &encoding));
    RETURN_IF(read_word(rq, "words", words, &word));
    RETURN_IF(query_time(rq, "from", &in->from_ms));
    RETURN_IF(query_time(rq, "to", &in->to_ms));
    RETURN_IF(query_bool(rq, "pictures", &pictures));
    in->unmask_reason = query_text(rq, "unmask_reason");
    RETURN_IF(query_done(rq));
    in->format = (enum export_format)format;
    in->encoding = (enum export_encoding)encoding;
    in->gbt_words = word == 1;
    in->no_pictures = pictures.has && !pictures.v;
    return RC_OK;
}

static enum rc no_file(struct request *rq)
{
    log_error("export: no temporary file: %s", strerror(errno));
    return OP_FAIL(&rq->op, RC_BUSY, "export_failed", "暂时无法写出文件，请稍后重试", "The file cannot be written just now; try again later");
}

/* On a worker's thread. The name is of the kind that is swept at the next start, should this process be killed. */
static void write_it(struct request *rq)
{
    struct exporting *x = rq->state;
    struct op *op = &rq->op;
    struct stat st;
    struct str path = str_fmt(OP_ARENA(op), "%.*s/tmp/upload-%ld-export-%.*s", STR_ARG(op->env->data_dir), (long)getpid(),
                              STR_ARG(uuid_str(OP_ARENA(op), change_new_id(op))));
    enum rc rc = export_write(op, &x->in, path.p, &x->result);
    x->fd = rc == RC_OK ? open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    unlink(path.p);
    if (rc == RC_OK && (x->fd < 0 || fstat(x->fd, &st) != 0))
        (void)!no_file(rq);
    x->bytes = x->fd >= 0 ? st.st_size : 0;
}

static enum rc send_it(struct request *rq)
{
    struct exporting *x = rq->state;
    struct arena *a = OP_ARENA(&rq->op);
    struct str day = civil_date(a, rq->op.now, rq->op.zone_min);
    reply_header(rq, "Content-Disposition", str_fmt(a, "attachment; filename=\"xiaohao-%.*s-%.*s.%s\"", STR_ARG(x->in.kind),
                                                    STR_ARG(day), x->result.extension));
    reply_header(rq, "X-Rows", str_fmt(a, "%lld", (long long)x->result.rows));
    return reply_opened(rq, x->fd, x->bytes, x->result.mime, 0);
}

static enum rc export_get(struct request *rq)
{
    struct exporting *x = ARENA_NEW(OP_ARENA(&rq->op), struct exporting);
    RETURN_IF(read_query(rq, &x->in));
    rq->state = x;
    return http_work(rq, write_it, send_it);
}

const struct route export_routes[] = {
    {HTTP_GET, "/api/v1/exports/{kind}", ACT_EXPORT, export_get, 0, 0},
    {0},
};
