/*
 * exchange.c - one request from its headers to its reply: guard, route, who is it, may they, body,
 * handler, and what the handler asked to happen later. Knows nothing of the library that carries
 * the bytes.
 */
#include "http/internal.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum { SPARES_MAX = 64, KEEP_BUF_BYTES = 64 * 1024 };

/* ---- opening and closing ---- */

static struct http_exchange *take_spare(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct http_exchange *ex = s->spare;
    if (ex) {
        s->spare = ex->link;
        s->nspare--;
    }
    pthread_mutex_unlock(&s->lock);
    return ex;
}

struct http_exchange *exchange_open(struct http_server *s, void *wire, struct str target)
{
    struct http_exchange *ex = take_spare(s);
    struct arena arena;
    struct buf out, body;
    if (ex) {
        arena = ex->arena;
        out = ex->rq.out;
        body = ex->body;
    } else {
        ex = xmalloc(sizeof *ex);
        arena_init(&arena);
        buf_init(&out, OUT_MAX);
        buf_init(&body, 0);
    }
    /* The tables of headers and parameters are as large as all else together and need no clearing.
     */
    ex->nheaders = ex->nquery = 0;
    ex->rq = (struct request){.out = out, .ex = ex};
    ex->server = s;
    ex->wire = wire;
    ex->arena = arena;
    ex->body = body;
    fault_init(&ex->fault, &ex->arena);
    ex->target = str_copy(&ex->arena, target);
    ex->facts = (struct guard_facts){0};
    ex->match = (struct route_match){0};
    ex->seen_headers = ex->query_bad = ex->refused = ex->through_proxy = ex->awaiting_commit =
        ex->resumed = false;
    ex->docs = NULL;
    ex->body_seen = 0;
    ex->upload_fd = -1;
    ex->reply.kind = REPLY_NONE;
    ex->reply.status = 0;
    ex->reply.fd = -1;
    ex->reply.nheaders = 0;
    ex->reply.close = false;
    ex->next = NEXT_REPLY;
    ex->after = NULL;
    ex->work = NULL;
    ex->tries = 0;
    ex->link = NULL;
    ex->started_us = clock_ticks_us();
    op_init(&ex->rq.op, s->cfg.env, NULL, &ex->arena, &ex->fault);
    ex->id = uuid_make(ex->rq.op.now);
    jo_begin(&ex->rq.json, &ex->rq.out, ex->rq.op.zone_min);
    atomic_fetch_add(&s->active, 1);
    return ex;
}

static void free_docs(struct http_exchange *ex)
{
    for (struct doc *d = ex->docs; d; d = d->older)
        jin_free(&d->top);
    ex->docs = NULL;
}

static void count(struct http_exchange *ex)
{
    size_t route = ex->match.entry ? ex->match.entry->index : router_count(ex->server->router);
    bool stream = ex->rq.route && (ex->rq.route->flags & ROUTE_STREAM);
    metrics_count(ex->server->metrics, route, ex->reply.status,
                  stream ? 0 : clock_ticks_us() - ex->started_us);
}

static void recycle(struct buf *b)
{
    if (b->room > KEEP_BUF_BYTES)
        buf_free(b);
    else
        buf_clear(b);
}

void exchange_close(struct http_exchange *ex)
{
    struct http_server *s = ex->server;
    count(ex);
    free_docs(ex);
    upload_drop(ex);
    respond_clear(ex);
    atomic_fetch_sub(&s->body_bytes, (int64_t)ex->body.n);
    recycle(&ex->body);
    recycle(&ex->rq.out);
    arena_reset(&ex->arena);
    pthread_mutex_lock(&s->lock);
    bool keep = s->nspare < SPARES_MAX;
    if (keep) {
        ex->link = s->spare;
        s->spare = ex;
        s->nspare++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!keep) {
        arena_free(&ex->arena);
        buf_free(&ex->body);
        buf_free(&ex->rq.out);
        free(ex);
    }
    atomic_fetch_sub(&s->active, 1);
}

void exchange_restart(struct http_exchange *ex)
{
    struct request *rq = &ex->rq;
    struct op before = rq->op;
    free_docs(ex);
    respond_clear(ex);
    fault_clear(&ex->fault);
    buf_clear(&rq->out);
    jo_begin(&rq->json, &rq->out, before.zone_min);
    for (size_t i = 0; i < ex->nquery; i++)
        ex->query[i].asked = false;
    op_init(&rq->op, before.env, before.rd.db, &ex->arena, &ex->fault);
    rq->op.lang = before.lang;
    rq->op.actor = before.actor;
    rq->op.origin = before.origin;
    rq->state = NULL;
}

/* ---- headers ---- */

/* With a proxy in front the caller is the last address it wrote; anything before that is hearsay.
 */
static struct str caller_address(struct http_exchange *ex, struct str peer)
{
    struct str list = request_header(&ex->rq, "X-Forwarded-For"), part, last = STR_NONE;
    unsigned char raw[sizeof(struct in6_addr)];
    if (!ex->server->cfg.behind_proxy || !list.p)
        return str_copy(&ex->arena, peer);
    ex->through_proxy = true;
    while (str_next(&list, ',', &part))
        last = str_trim(part);
    const char *z = str_z(&ex->arena, last);
    bool address = inet_pton(AF_INET, z, raw) == 1 || inet_pton(AF_INET6, z, raw) == 1;
    return str_copy(&ex->arena, address ? last : peer);
}

static bool unsafe(const struct http_exchange *ex)
{
    return !ex->facts.options && ex->facts.method != HTTP_GET;
}

/* A browser says where a request comes from; a cookie must not be spent on another site's behalf.
 */
static enum rc check_origin(struct http_exchange *ex)
{
    struct str site = request_header(&ex->rq, "Sec-Fetch-Site");
    struct str origin = request_header(&ex->rq, "Origin");
    struct str host = request_header(&ex->rq, "Host");
    if (!unsafe(ex) || request_header(&ex->rq, "Authorization").p)
        return RC_OK;
    bool foreign = site.p && !ascii_same(site, "same-origin") && !ascii_same(site, "none");
    if (origin.p) {
        ptrdiff_t at = str_find(origin, STR("://"), 0);
        struct str named =
            at < 0 ? STR_NONE : str_sub(origin, (size_t)at + 3, origin.n - (size_t)at - 3);
        foreign = foreign || !named.p || !ascii_same(named, str_z(&ex->arena, host));
    }
    if (foreign)
        return fail(&ex->fault, RC_FORBIDDEN, "cross_site", "拒绝来自其他网站的请求",
                    "Requests from other sites are refused");
    return RC_OK;
}

static enum rc check_who(struct http_exchange *ex)
{
    struct request *rq = &ex->rq;
    const struct http_config *cfg = &ex->server->cfg;
    unsigned flags = rq->route->flags;
    RETURN_IF(check_origin(ex));
    rq->op.rd.db = thread_db(ex->server, &ex->fault);
    if (!rq->op.rd.db)
        return ex->fault.rc;
    if (cfg->authenticate)
        RETURN_IF(cfg->authenticate(rq));
    if (flags & ROUTE_PUBLIC)
        return RC_OK;
    if (rq->op.actor.must_change_password && !(flags & ROUTE_FIRST_PASSWORD))
        return fail(&ex->fault, RC_FORBIDDEN, "password_change_required", "请先修改初始密码",
                    "The first password must be changed before anything else");
    return cfg->authorize ? cfg->authorize(rq, rq->route->action) : RC_OK;
}

static size_t body_limit(const struct route *r)
{
    if (r->body_max)
        return r->body_max;
    return r->flags & ROUTE_UPLOAD ? UPLOAD_MAX : BODY_MAX_DEFAULT;
}

static enum rc too_large(struct http_exchange *ex)
{
    return fail(&ex->fault, RC_TOO_LARGE, "body_too_large", "内容超过 %zu 字节的上限",
                "The body is larger than the limit of %zu bytes", body_limit(ex->rq.route));
}

static enum rc check_body(struct http_exchange *ex)
{
    struct str coding = request_header(&ex->rq, "Content-Encoding");
    if (coding.p && !ascii_same(coding, "identity"))
        return fail(&ex->fault, RC_MEDIA_TYPE, "content_encoding", "不接受压缩的请求正文",
                    "Compressed bodies are not accepted");
    if (ex->facts.body_bytes > 0 && (uint64_t)ex->facts.body_bytes > body_limit(ex->rq.route))
        return too_large(ex);
    if (ex->rq.route->flags & ROUTE_UPLOAD)
        return upload_begin(ex);
    ex->body.cap = body_limit(ex->rq.route);
    return RC_OK;
}

/* Health answers even when the database does not: nobody is asked who they are. */
bool exchange_is_health(const struct http_exchange *ex)
{
    for (const struct route *r = health_routes; r->handler; r++)
        if (ex->rq.route == r)
            return true;
    return false;
}

static struct str allowed_methods(struct http_exchange *ex)
{
    struct str list = STR_NONE;
    for (int m = 0; m < METHODS; m++)
        if (ex->match.allow >> m & 1)
            list = list.p
                       ? str_fmt(&ex->arena, "%.*s, %s", STR_ARG(list), method_word(m))
                       : str_fmt(&ex->arena, "%s%s", method_word(m), m == HTTP_GET ? ", HEAD" : "");
    return list.p ? str_fmt(&ex->arena, "%.*s, OPTIONS", STR_ARG(list)) : STR("GET, HEAD, OPTIONS");
}

/* True when there is a route; else the reply is made. */
static bool find_route(struct http_exchange *ex)
{
    router_match(ex->server->router, ex->facts.method, ex->facts.path, &ex->arena, &ex->match);
    if (ex->facts.options) {
        ex->match.entry = NULL;
        reply_header(&ex->rq, "Allow", allowed_methods(ex));
        ex->reply.status = 204;
        ex->reply.kind = REPLY_BYTES;
        ex->reply.bytes = STR("");
        return false;
    }
    if (ex->match.entry) {
        ex->rq.route = ex->match.entry->route;
        return true;
    }
    if (ex->match.allow) {
        fail(&ex->fault, RC_BAD, "method_not_allowed", "不允许该请求方法",
             "This request method is not allowed here");
        respond_fault(ex, 405);
        reply_header(&ex->rq, "Allow", allowed_methods(ex));
        return false;
    }
    if (assets_answer(ex))
        return false;
    fail(&ex->fault, RC_NOT_FOUND, "not_found", "没有这个地址", "There is nothing at this address");
    respond_fault(ex, 0);
    return false;
}

/* The reply stands before the body is read: read it away if it is small, else close after the
 * reply. */
static enum step refuse(struct http_exchange *ex)
{
    ex->refused = true;
    if (ex->reply.close)
        return STEP_REPLY;
    if (ex->facts.body_bytes == 0)
        return STEP_REPLY;
    if (ex->facts.body_bytes > 0 && ex->facts.body_bytes <= DRAIN_MAX &&
        !ex->facts.expects_continue)
        return STEP_BODY;
    ex->reply.close = true;
    return STEP_REPLY;
}

enum step exchange_headers(struct http_exchange *ex, struct str method, struct str version,
                           struct str peer)
{
    struct request *rq = &ex->rq;
    struct guard_request in = {method, version, ex->target, ex->headers, ex->nheaders};
    const struct guard_fault *g = guard_check(&in, &ex->facts);
    if (g) {
        respond_guard(ex, g);
        return refuse(ex);
    }
    rq->path = ex->facts.path;
    rq->content_type = request_header(rq, "Content-Type");
    rq->op.origin = caller_address(ex, peer);
    query_parse(ex);
    rq->op.lang = request_language(ex);
    if (atomic_load(&ex->server->stopping)) {
        fail(&ex->fault, RC_BUSY, "stopping", "服务正在停止，请稍后重试",
             "The server is stopping; try again shortly");
        ex->reply.close = true;
        respond_fault(ex, 0);
        return refuse(ex);
    }
    if (!find_route(ex))
        return refuse(ex);
    enum rc rc = ex->query_bad ? ex->fault.rc : RC_OK;
    if (rc == RC_OK && !exchange_is_health(ex))
        rc = check_who(ex);
    if (rc == RC_OK)
        rc = check_body(ex);
    if (rc != RC_OK) {
        respond_fault(ex, 0);
        return refuse(ex);
    }
    return STEP_BODY;
}

/* ---- body ---- */

static enum rc take_piece(struct http_exchange *ex, struct str piece)
{
    if ((uint64_t)ex->body_seen > body_limit(ex->rq.route))
        return too_large(ex);
    if (ex->rq.route->flags & ROUTE_UPLOAD)
        return upload_piece(ex, piece);
    if (atomic_fetch_add(&ex->server->body_bytes, (int64_t)piece.n) > BODIES_MAX) {
        atomic_fetch_sub(&ex->server->body_bytes, (int64_t)piece.n);
        ex->fault.retry_s = 5;
        return fail(&ex->fault, RC_BUSY, "busy", "系统正忙，请稍后重试", "Busy; try again shortly");
    }
    buf_str(&ex->body, piece);
    return RC_OK;
}

enum step exchange_body(struct http_exchange *ex, struct str piece)
{
    ex->body_seen += (int64_t)piece.n;
    if (clock_ticks_us() - ex->started_us > BODY_TIME_MAX_S * INT64_C(1000000))
        return STEP_ABORT;
    if (ex->refused) {
        /* Chunks have no announced end: a client that goes on and on after a refusal is cut off. */
        int64_t limit = (ex->rq.route ? (int64_t)body_limit(ex->rq.route) : 0) + DRAIN_MAX;
        return ex->body_seen > limit ? STEP_ABORT : STEP_BODY;
    }
    if (take_piece(ex, piece) != RC_OK) {
        upload_drop(ex);
        respond_fault(ex, 0);
        ex->refused = true;
    }
    return STEP_BODY;
}

/* ---- handler and continuations ---- */

/* The end of a commit: the continuation, another try, or the fault. */
static handler_fn *after_commit(struct http_exchange *ex, enum rc *rc)
{
    struct op *op = &ex->rq.op;
    ex->awaiting_commit = false;
    *rc = change_outcome(op, &ex->job);
    if (*rc == RC_OK)
        return ex->after;
    if (!change_should_retry(op) || ++ex->tries >= CHANGE_TRIES)
        return NULL;
    exchange_restart(ex);
    *rc = RC_OK;
    return ex->rq.route->handler;
}

static enum rc begin_handler(struct http_exchange *ex)
{
    /* A body may have taken minutes: the operation happens now. */
    ex->rq.op.now = clock_now(ex->server->cfg.env->clock);
    if (ex->rq.route->flags & ROUTE_UPLOAD)
        return upload_end(ex);
    ex->rq.body = buf_view(&ex->body);
    return RC_OK;
}

/* Runs one function; false when the exchange is suspended and no longer ours. */
static bool run(struct http_exchange *ex, handler_fn *fn, handler_fn **then)
{
    enum rc rc = fn(&ex->rq);
    enum next next = ex->next;
    *then = NULL;
    ex->next = NEXT_REPLY;
    if (rc != RC_OK) {
        respond_fault(ex, 0);
        return true;
    }
    if (next == NEXT_AFTER) {
        *then = ex->after;
        return true;
    }
    if (next == NEXT_COMMIT || next == NEXT_WORK) {
        if (next == NEXT_COMMIT ? commit_submit(ex) : workers_submit(ex))
            return false;
        respond_fault(ex, 0);
        return true;
    }
    if (ex->reply.kind == REPLY_NONE) {
        fail(&ex->fault, RC_INTERNAL, "no_reply", "服务器未给出结果", "The server made no reply");
        respond_fault(ex, 0);
    }
    return true;
}

enum step exchange_go_on(struct http_exchange *ex)
{
    enum rc rc = RC_OK;
    handler_fn *fn;
    if (ex->refused)
        return STEP_REPLY;
    if (!ex->resumed) {
        rc = begin_handler(ex);
        fn = ex->rq.route->handler;
    } else {
        rc = ex->fault.rc;
        fn = ex->after;
        if (!exchange_is_health(ex))
            ex->rq.op.rd.db = thread_db(ex->server, &ex->fault);
        if (rc == RC_OK && ex->awaiting_commit)
            fn = after_commit(ex, &rc);
    }
    if (rc != RC_OK) {
        respond_fault(ex, 0);
        return STEP_REPLY;
    }
    while (fn)
        if (!run(ex, fn, &fn))
            return STEP_SUSPENDED;
    return STEP_REPLY;
}

/* ---- each pool thread's read connection ---- */

struct db *thread_db(struct http_server *s, struct fault *f)
{
    struct db *db = pthread_getspecific(s->thread_key);
    if (db)
        return db;
    if (db_open(s->cfg.env->store, &db, f) != RC_OK) {
        f->retry_s = 2;
        fail(f, RC_BUSY, "database_away", "暂时无法读取数据库，请稍后重试",
             "The database cannot be read just now; try again shortly");
        return NULL;
    }
    pthread_setspecific(s->thread_key, db);
    return db;
}

void thread_db_close(void *p)
{
    db_close(p);
}
