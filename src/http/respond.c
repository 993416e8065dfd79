/*
 * respond.c - the one place where a fault becomes a status and problem+json (RFC 9457), and where
 * every reply gets the headers all replies bear.
 */
#include "http/html.h"
#include "http/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

struct status_word {
    int status;
    struct str zh, en;
};

static const struct status_word words[] = {
    {400, STR_INIT("请求有误"), STR_INIT("Bad request")},
    {401, STR_INIT("需要登录"), STR_INIT("Sign-in needed")},
    {403, STR_INIT("无权执行"), STR_INIT("Not allowed")},
    {404, STR_INIT("未找到"), STR_INIT("Not found")},
    {405, STR_INIT("方法不允许"), STR_INIT("Method not allowed")},
    {409, STR_INIT("与现有记录冲突"), STR_INIT("Conflict")},
    {412, STR_INIT("记录已变更"), STR_INIT("Changed meanwhile")},
    {413, STR_INIT("内容过大"), STR_INIT("Content too large")},
    {414, STR_INIT("地址过长"), STR_INIT("Target too long")},
    {415, STR_INIT("内容类型不支持"), STR_INIT("Unsupported media type")},
    {417, STR_INIT("无法满足要求"), STR_INIT("Expectation failed")},
    {422, STR_INIT("内容不符合要求"), STR_INIT("Content breaks a rule")},
    {428, STR_INIT("须指明版本"), STR_INIT("Precondition required")},
    {429, STR_INIT("尝试过于频繁"), STR_INIT("Too many tries")},
    {431, STR_INIT("请求头过多"), STR_INIT("Headers too large")},
    {500, STR_INIT("服务器内部错误"), STR_INIT("Internal error")},
    {501, STR_INIT("不支持"), STR_INIT("Not implemented")},
    {503, STR_INIT("暂不可用"), STR_INIT("Unavailable")},
    {505, STR_INIT("协议版本不支持"), STR_INIT("HTTP version not supported")},
};

static const int status_of_rc[] = {
    [RC_OK] = 200,        [RC_INVALID] = 422,    [RC_BAD] = 400,      [RC_UNAUTHORIZED] = 401,
    [RC_FORBIDDEN] = 403, [RC_NOT_FOUND] = 404,  [RC_CONFLICT] = 409, [RC_STALE] = 412,
    [RC_TOO_LARGE] = 413, [RC_MEDIA_TYPE] = 415, [RC_LIMITED] = 429,  [RC_BUSY] = 503,
    [RC_INTERNAL] = 500,
};

/* Codes whose status says more than their rc can. */
static const struct {
    const char *code;
    int status;
} by_code[] = {{"if_match_required", 428}};

/* What a browser may do with our pages. Styles: the table and chart components set them inline. */
static const struct header page_headers[] = {
    {STR_INIT("Content-Security-Policy"),
     STR_INIT("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
              "object-src 'none'; "
              "base-uri 'self'; form-action 'self'; frame-ancestors 'none'")},
    {STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff")},
    {STR_INIT("X-Frame-Options"), STR_INIT("DENY")},
    {STR_INIT("Referrer-Policy"), STR_INIT("same-origin")},
    {STR_INIT("Permissions-Policy"), STR_INIT("camera=(self), geolocation=(self), microphone=()")},
    {STR_INIT("Cross-Origin-Opener-Policy"), STR_INIT("same-origin")},
    {STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin")},
};

/* ---- headers ---- */

void respond_set(struct http_exchange *ex, const char *name, struct str value)
{
    struct reply *r = &ex->reply;
    for (size_t i = 0; i < r->nheaders; i++)
        if (ascii_same(r->headers[i].name, name)) {
            r->headers[i].value = value;
            return;
        }
    if (r->nheaders < REPLY_HEADERS_MAX)
        r->headers[r->nheaders++] = (struct header){str_of(name), value};
    else
        log_error("reply: no room for the header %s", name);
}

/* Line ends in a value would split the reply; Set-Cookie may stand several times. */
void reply_header(struct request *rq, const char *name, struct str value)
{
    struct http_exchange *ex = rq->ex;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return;
    value = str_copy(&ex->arena, value);
    if (strcmp(name, "Set-Cookie") == 0 && ex->reply.nheaders < REPLY_HEADERS_MAX)
        ex->reply.headers[ex->reply.nheaders++] = (struct header){str_of(name), value};
    else
        respond_set(ex, name, value);
}

static bool has_header(const struct http_exchange *ex, const char *name)
{
    return header_find(ex->reply.headers, ex->reply.nheaders, name).p != NULL;
}

static void set_default(struct http_exchange *ex, const char *name, struct str value)
{
    if (!has_header(ex, name))
        respond_set(ex, name, value);
}

void respond_clear(struct http_exchange *ex)
{
    struct reply *r = &ex->reply;
    if (r->kind == REPLY_FILE && r->fd >= 0)
        close(r->fd);
    if (r->kind == REPLY_STREAM && r->source.close)
        r->source.close(r->source.user);
    r->kind = REPLY_NONE;
    r->source.close = NULL;
    r->fd = -1;
    r->status = 0;
    r->nheaders = 0;
}

void respond_finish(struct http_exchange *ex)
{
    struct reply *r = &ex->reply;
    if (r->kind == REPLY_OUT && ex->rq.out.full) {
        fail(&ex->fault, RC_INTERNAL, "reply_too_large", "结果过大，请缩小范围",
             "The result is too large; ask for less");
        respond_fault(ex, 0);
    }
    for (size_t i = 0; i < sizeof page_headers / sizeof *page_headers; i++)
        set_default(ex, page_headers[i].name.p, page_headers[i].value);
    char text[UUID_TEXT];
    uuid_format(ex->id, text);
    respond_set(ex, "X-Request-Id", str_copy(&ex->arena, (struct str){text, sizeof text}));
    set_default(ex, "Cache-Control", STR("no-store"));
    if (r->close)
        respond_set(ex, "Connection", STR("close"));
}

/* ---- problems ---- */

static int status_for(const struct fault *f)
{
    for (size_t i = 0; i < sizeof by_code / sizeof *by_code; i++)
        if (str_is(f->code, by_code[i].code))
            return by_code[i].status;
    return f->rc < sizeof status_of_rc / sizeof *status_of_rc ? status_of_rc[f->rc] : 500;
}

static struct str title_for(int status, enum lang lang)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].status == status)
            return lang == LANG_EN ? words[i].en : words[i].zh;
    return STR("");
}

static void write_fields(struct json_out *j, const struct fault *f, enum lang lang)
{
    jo_arr(j, "errors");
    for (size_t i = 0; i < f->nfields; i++) {
        const struct field_error *e = &f->fields[i];
        jo_obj(j, NULL);
        jo_str(j, "pointer", e->pointer);
        jo_str(j, "code", e->code);
        jo_str(j, "message", lang == LANG_EN ? e->en : e->zh);
        jo_end(j);
    }
    jo_end(j);
}

static void write_problem(struct http_exchange *ex, int status)
{
    struct request *rq = &ex->rq;
    const struct fault *f = &ex->fault;
    char id[UUID_TEXT];
    uuid_format(ex->id, id);
    buf_clear(&rq->out);
    jo_begin(&rq->json, &rq->out, rq->op.zone_min);
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "type", str_fmt(&ex->arena, "urn:xiaohao:problem:%.*s", STR_ARG(f->code)));
    jo_str(&rq->json, "title", title_for(status, rq->op.lang));
    jo_i64(&rq->json, "status", status);
    jo_str(&rq->json, "detail", fault_text(f, rq->op.lang));
    jo_str(&rq->json, "code", f->code);
    jo_str(&rq->json, "instance", str_fmt(&ex->arena, "urn:uuid:%.*s", UUID_TEXT, id));
    if (fault_has_fields(f))
        write_fields(&rq->json, f, rq->op.lang);
    jo_end(&rq->json);
}

/* For whoever came by a link: words, and no JSON. */
static void write_page(struct http_exchange *ex, int status)
{
    struct request *rq = &ex->rq;
    const struct fault *f = &ex->fault;
    struct html h;
    buf_clear(&rq->out);
    html_page(&h, &rq->out, rq->op.lang, title_for(status, rq->op.lang));
    html_line(&h, "h1", NULL, title_for(status, rq->op.lang));
    html_line(&h, "p", "fault", fault_text(f, rq->op.lang));
    for (size_t i = 0; i < f->nfields; i++)
        html_line(&h, "p", NULL, rq->op.lang == LANG_EN ? f->fields[i].en : f->fields[i].zh);
    html_line(&h, "p", "hint", rq->op.lang == LANG_EN ? STR("Go back and try again.") : STR("请返回上一页重试。"));
    html_page_end(&h);
}

static void log_failure(const struct fault *f, int status)
{
    const char *file = f->file ? strrchr(f->file, '/') : NULL;
    log_write(status == 500 ? LOG_ERROR : LOG_WARN,
              "request failed: status=%d code=%.*s at=%s:%d detail=\"%.*s\"", status,
              STR_ARG(f->code), file ? file + 1 : "", f->line, STR_ARG(f->en));
}

void respond_fault(struct http_exchange *ex, int status)
{
    struct fault *f = &ex->fault;
    if (f->rc == RC_OK)
        fail(f, RC_INTERNAL, "internal", "服务器内部错误", "Internal error");
    if (!status)
        status = status_for(f);
    if (status == 500 || status == 503)
        log_failure(f, status);
    bool page = ex->rq.route && (ex->rq.route->flags & ROUTE_PAGE);
    respond_clear(ex);
    if (page)
        write_page(ex, status);
    else
        write_problem(ex, status);
    ex->reply.kind = REPLY_OUT;
    ex->reply.status = status;
    respond_set(ex, "Content-Type", page ? STR("text/html; charset=utf-8") : STR("application/problem+json; charset=utf-8"));
    respond_set(ex, "Content-Language", ex->rq.op.lang == LANG_EN ? STR("en") : STR("zh-CN"));
    if (status == 401)
        respond_set(ex, "WWW-Authenticate", STR("Bearer realm=\"xiaohao\""));
    if (f->retry_s > 0 || status == 503)
        respond_set(ex, "Retry-After", str_fmt(&ex->arena, "%d", f->retry_s > 0 ? f->retry_s : 1));
}

void respond_guard(struct http_exchange *ex, const struct guard_fault *g)
{
    if (ex->nheaders > GUARD_HEADERS_MAX)
        ex->nheaders = GUARD_HEADERS_MAX;
    ex->rq.op.lang = request_language(ex);
    fail(&ex->fault, RC_BAD, g->code, g->zh, g->en);
    if (g->framing)
        ex->reply.close = true;
    respond_fault(ex, g->status);
}

/* ---- replies of handlers ---- */

/* If-None-Match is a list of tags, or "*". Weak comparison, as RFC 9110 asks here. */
bool respond_tag_known(struct http_exchange *ex, struct str etag)
{
    struct str list = request_header(&ex->rq, "If-None-Match"), tag;
    while (str_next(&list, ',', &tag)) {
        tag = str_trim(tag);
        if (str_starts(tag, STR("W/")))
            tag = str_sub(tag, 2, tag.n - 2);
        if (str_eq(tag, etag) || str_is(tag, "*"))
            return true;
    }
    return false;
}

static enum rc with_tag(struct request *rq, int status, struct str etag)
{
    struct http_exchange *ex = rq->ex;
    respond_set(ex, "ETag", etag);
    if (ex->facts.method == HTTP_GET && status == 200 && respond_tag_known(ex, etag)) {
        ex->reply.kind = REPLY_BYTES;
        ex->reply.bytes = STR("");
        ex->reply.status = 304;
    }
    return RC_OK;
}

static void json_body(struct request *rq, int status)
{
    struct http_exchange *ex = rq->ex;
    ex->reply.kind = REPLY_OUT;
    ex->reply.status = status;
    respond_set(ex, "Content-Type", STR("application/json; charset=utf-8"));
}

enum rc reply_json(struct request *rq, int status)
{
    struct http_exchange *ex = rq->ex;
    unsigned char hash[16];
    json_body(rq, status);
    if (ex->facts.method != HTTP_GET || status != 200 || rq->out.full)
        return RC_OK;
    struct str body = buf_view(&rq->out);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    struct str hex = str_hex(&ex->arena, hash, sizeof hash);
    return with_tag(rq, status, str_fmt(&ex->arena, "\"%.*s\"", STR_ARG(hex)));
}

enum rc reply_versioned(struct request *rq, int status, int64_t version)
{
    json_body(rq, status);
    return with_tag(rq, status, str_fmt(&rq->ex->arena, "\"%lld\"", (long long)version));
}

enum rc reply_empty(struct request *rq, int status)
{
    return reply_bytes(rq, status, NULL, STR(""));
}

enum rc reply_bytes(struct request *rq, int status, const char *content_type, struct str bytes)
{
    struct http_exchange *ex = rq->ex;
    ex->reply.kind = REPLY_BYTES;
    ex->reply.status = status;
    ex->reply.bytes = bytes;
    if (content_type)
        respond_set(ex, "Content-Type", str_of(content_type));
    return RC_OK;
}

enum rc reply_opened(struct request *rq, int fd, int64_t bytes, const char *content_type, int cache_s)
{
    struct http_exchange *ex = rq->ex;
    ex->reply.kind = REPLY_FILE;
    ex->reply.status = 200;
    ex->reply.fd = fd;
    ex->reply.fd_bytes = (uint64_t)bytes;
    respond_set(ex, "Content-Type", str_of(content_type));
    if (cache_s)
        respond_set(ex, "Cache-Control",
                    cache_s < 0 ? STR("private, max-age=31536000, immutable")
                                : str_fmt(&ex->arena, "private, max-age=%d", cache_s));
    return RC_OK;
}

enum rc reply_file(struct request *rq, const char *path, const char *content_type, int cache_s)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        bool gone = fd < 0 && errno == ENOENT;
        if (fd >= 0)
            close(fd);
        if (!gone)
            log_error("reply: cannot open a file to send: %s", strerror(errno));
        return OP_FAIL(&rq->op, gone ? RC_NOT_FOUND : RC_INTERNAL, "file_missing", "文件不存在",
                       "The file is not there");
    }
    return reply_opened(rq, fd, st.st_size, content_type, cache_s);
}

enum rc reply_redirect(struct request *rq, const char *to)
{
    reply_header(rq, "Location", str_of(to));
    return reply_empty(rq, 303);
}
