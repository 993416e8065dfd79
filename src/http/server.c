/*
 * server.c - the adapter to libmicrohttpd, the only file that includes its header. An epoll loop
 * per pool thread; a connection stays with its thread. The library splits bytes into requests and
 * times slow clients out; everything else is decided in exchange.c.
 *
 * Traps known of it: a handler suspends only its own connection, before the job is published;
 * nobody may be suspended when the daemon stops; a suspended connection is neither watched nor
 * timed out. New connections are turned away by the accept policy while draining (quiescing an
 * epoll daemon races with its threads).
 */
#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/hub.h"

#if MHD_VERSION >= 0x00097701
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL
#else
#define STRICTNESS MHD_OPTION_STRICT_FOR_CLIENT
#endif

enum { BACKLOG = 1024, STREAM_BLOCK = 16 * 1024, DRAIN_ACTIVE_MS = 5000 };

void wire_suspend(void *wire)
{
    MHD_suspend_connection(wire);
}

void wire_resume(void *wire)
{
    MHD_resume_connection(wire);
}

int64_t wire_connections(struct http_server *s)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

/* ---- a request arrives ---- */

/* Called first for each request, with the target as sent; what it answers is the request's own
 * pointer. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *c)
{
    return exchange_open(cls, c, str_of(target));
}

static void on_completed(void *cls, struct MHD_Connection *c, void **own,
                         enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)c;
    (void)why;
    if (*own)
        exchange_close(*own);
    *own = NULL;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
                                 const char *value, size_t value_n)
{
    struct http_exchange *ex = cls;
    (void)kind;
    if (ex->nheaders < GUARD_HEADERS_MAX)
        ex->headers[ex->nheaders] =
            (struct header){{key, key_n}, {value ? value : "", value ? value_n : 0}};
    ex->nheaders++;
    return MHD_YES;
}

static struct str peer_address(struct MHD_Connection *c, char *text, size_t room)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info ? info->client_addr : NULL;
    const void *raw = NULL;
    if (a && a->sa_family == AF_INET)
        raw = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
    else if (a && a->sa_family == AF_INET6)
        raw = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
    if (!raw || !inet_ntop(a->sa_family, raw, text, (socklen_t)room))
        return STR("");
    return str_of(text);
}

/* ---- the reply leaves ---- */

static ssize_t on_stream_read(void *cls, uint64_t pos, char *p, size_t max)
{
    const struct stream_source *source = cls;
    (void)pos;
    ptrdiff_t n = source->read(source->user, p, max);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void on_stream_close(void *cls)
{
    struct stream_source *source = cls;
    source->close(source->user);
    free(source);
}

static struct MHD_Response *make_stream(struct reply *r)
{
    struct stream_source *source = xmalloc(sizeof *source);
    *source = r->source;
    struct MHD_Response *m = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_stream_read, source, on_stream_close);
    if (m)
        r->source.close = NULL;
    else
        free(source);
    return m;
}

/* Bytes stay in the exchange, which outlives the reply. A file's descriptor goes over to the
 * library. */
static struct MHD_Response *make_response(struct http_exchange *ex)
{
    struct reply *r = &ex->reply;
    struct MHD_Response *m = NULL;
    struct str b = r->kind == REPLY_OUT ? buf_view(&ex->rq.out) : r->bytes;
    switch (r->kind) {
    case REPLY_FILE:
        m = MHD_create_response_from_fd_at_offset64(r->fd_bytes, r->fd, 0);
        r->fd = m ? -1 : r->fd;
        return m;
    case REPLY_STREAM:
        return make_stream(r);
    case REPLY_NONE:
    case REPLY_OUT:
    case REPLY_BYTES:
        break;
    }
    union {
        const char *in;
        void *out;
    } bytes = {b.p};
    return MHD_create_response_from_buffer(b.n, bytes.out, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct http_exchange *ex)
{
    respond_finish(ex);
    struct MHD_Response *m = make_response(ex);
    if (!m)
        return MHD_NO;
    for (size_t i = 0; i < ex->reply.nheaders; i++) {
        const struct header *h = &ex->reply.headers[i];
        if (MHD_add_response_header(m, str_z(&ex->arena, h->name), str_z(&ex->arena, h->value)) !=
            MHD_YES)
            log_warn("reply: the library refuses the header %.*s", STR_ARG(h->name));
    }
    enum MHD_Result ok = MHD_queue_response(ex->wire, (unsigned)ex->reply.status, m);
    MHD_destroy_response(m);
    return ok;
}

static enum MHD_Result act(struct http_exchange *ex, enum step step)
{
    switch (step) {
    case STEP_REPLY:
        return send_reply(ex);
    case STEP_BODY:
    case STEP_SUSPENDED:
        return MHD_YES;
    case STEP_ABORT:
        break;
    }
    return MHD_NO;
}

/* The library watches for edges only: an end that came together with the last bytes it read is no
 * new edge, and the connection would stay until its time-out. Asked while a body of known length is
 * still incomplete. */
static bool gave_up(struct MHD_Connection *c, const struct http_exchange *ex)
{
    char byte;
    if (ex->body_seen >= ex->facts.body_bytes)
        return false;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Called with the headers, with each piece of the body, at its end, and after each resume. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_n, void **own)
{
    struct http_exchange *ex = *own;
    char peer[INET6_ADDRSTRLEN];
    (void)cls;
    (void)url;
    if (!ex)
        return MHD_NO;
    if (!ex->seen_headers) {
        ex->seen_headers = true;
        MHD_get_connection_values_n(c, MHD_HEADER_KIND, on_header, ex);
        return act(ex, exchange_headers(ex, str_of(method), str_of(version),
                                        peer_address(c, peer, sizeof peer)));
    }
    if (*upload_n) {
        struct str piece = {upload, *upload_n};
        *upload_n = 0;
        enum step step = exchange_body(ex, piece);
        return act(ex, step == STEP_BODY && gave_up(c, ex) ? STEP_ABORT : step);
    }
    return act(ex, exchange_go_on(ex));
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *a, socklen_t n)
{
    struct http_server *s = cls;
    (void)a;
    (void)n;
    return atomic_load(&s->stopping) ? MHD_NO : MHD_YES;
}

static void on_library_log(void *cls, const char *fmt, va_list ap)
{
    char line[256];
    (void)cls;
    vsnprintf(line, sizeof line, fmt, ap);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("http library: %s", line);
}

/* ---- start and stop ---- */

static bool fill_address(const char *text, int port, struct sockaddr_storage *out, socklen_t *n)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        *n = sizeof v4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        *n = sizeof v6;
        return true;
    }
    return false;
}

static enum rc open_socket(struct http_server *s, struct fault *f)
{
    struct sockaddr_storage a;
    socklen_t n;
    int on = 1;
    const char *text = str_z(&s->arena, s->cfg.listen.p ? s->cfg.listen : STR("127.0.0.1"));
    if (s->cfg.port < 0 || s->cfg.port > 65535 || !fill_address(text, s->cfg.port, &a, &n))
        return fail(f, RC_INVALID, "bad_listen_address", "监听地址不正确：%s 端口 %d",
                    "Not an address to listen on: %s port %d", text, s->cfg.port);
    s->listen_fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->listen_fd < 0 ||
        setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(s->listen_fd, (struct sockaddr *)&a, n) != 0 || listen(s->listen_fd, BACKLOG) != 0)
        return fail(f, RC_INTERNAL, "cannot_listen", "无法监听 %s 端口 %d：%s",
                    "Cannot listen on %s port %d: %s", text, s->cfg.port, strerror(errno));
    if (getsockname(s->listen_fd, (struct sockaddr *)&a, &n) != 0)
        return fail(f, RC_INTERNAL, "cannot_listen", "无法监听：%s", "Cannot listen: %s",
                    strerror(errno));
    s->port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&a)->sin_port
                                           : ((struct sockaddr_in6 *)(void *)&a)->sin6_port);
    return RC_OK;
}

static unsigned pool_size(const struct http_config *cfg)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cfg->threads > 1)
        return (unsigned)cfg->threads;
    return cores > 2 ? (unsigned)cores * 2 : 4;
}

static enum rc start_daemon(struct http_server *s, struct fault *f)
{
    unsigned per_address = s->cfg.behind_proxy ? 0 : CONNECTIONS_PER_ADDRESS;
    unsigned timeout_s = s->cfg.timeout_s > 0 ? (unsigned)s->cfg.timeout_s : CONNECTION_TIMEOUT_S;
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, on_accept,
        s, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, s->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, pool_size(&s->cfg),
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        per_address, MHD_OPTION_CONNECTION_TIMEOUT, timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, STRICTNESS, 1, MHD_OPTION_END);
    if (!s->daemon)
        return fail(f, RC_INTERNAL, "cannot_serve", "无法启动网络服务",
                    "The server cannot be started");
    return RC_OK;
}

static enum rc make_router(struct http_server *s, struct fault *f)
{
    const struct route *tables[66] = {health_routes};
    size_t n = 0;
    for (; s->cfg.tables && s->cfg.tables[n]; n++) {
        if (n + 2 == sizeof tables / sizeof *tables)
            return fail(f, RC_INTERNAL, "too_many_tables", "路由表过多",
                        "There are too many route tables");
        tables[n + 1] = s->cfg.tables[n];
    }
    RETURN_IF(router_new(&s->router, tables, f));
    s->metrics = metrics_new(router_count(s->router));
    return RC_OK;
}

static void server_free(struct http_server *s)
{
    while (s->spare) {
        struct http_exchange *ex = s->spare;
        s->spare = ex->link;
        arena_free(&ex->arena);
        buf_free(&ex->body);
        buf_free(&ex->rq.out);
        free(ex);
    }
    if (s->listen_fd >= 0)
        close(s->listen_fd);
    router_free(s->router);
    metrics_free(s->metrics);
    pthread_key_delete(s->thread_key);
    pthread_mutex_destroy(&s->lock);
    arena_free(&s->arena);
    free(s);
}

static enum rc start(struct http_server *s, struct fault *f)
{
    RETURN_IF(make_router(s, f));
    RETURN_IF(upload_folder(s, f));
    RETURN_IF(open_socket(s, f));
    if (s->cfg.env->hub)
        RETURN_IF(hub_attach(s->cfg.env->hub, s->cfg.env, f));
    s->workers = workers_start(s);
    return start_daemon(s, f);
}

enum rc http_start(struct http_server **out, const struct http_config *cfg, struct fault *f)
{
    struct http_server *s = xcalloc(1, sizeof *s);
    s->cfg = *cfg;
    s->listen_fd = -1;
    arena_init(&s->arena);
    pthread_mutex_init(&s->lock, NULL);
    if (pthread_key_create(&s->thread_key, thread_db_close) != 0)
        abort();
    enum rc rc = start(s, f);
    if (rc != RC_OK) {
        workers_stop(s->workers);
        if (cfg->env->hub)
            hub_detach(cfg->env->hub);
        server_free(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

static void wait_until_zero(_Atomic int64_t *n, int64_t at_most_ms)
{
    int64_t start_us = clock_ticks_us();
    while (atomic_load(n) > 0 &&
           (at_most_ms < 0 || clock_ticks_us() - start_us < at_most_ms * 1000))
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Requests that came before are answered; clients that dawdle are cut off after a few seconds. */
void http_stop(struct http_server *s)
{
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    if (s->cfg.env->hub)
        hub_detach(s->cfg.env->hub);
    wait_until_zero(&s->active, DRAIN_ACTIVE_MS);
    atomic_store(&s->no_more_away, true);
    wait_until_zero(&s->away, -1);
    MHD_stop_daemon(s->daemon);
    workers_stop(s->workers);
    server_free(s);
}

int http_port(const struct http_server *s)
{
    return s->port;
}
