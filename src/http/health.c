/*
 * health.c - is the process there (/healthz), can it serve (/readyz), what did it do (/metrics),
 * and the interface's description. None asks who calls; figures are refused to whoever comes
 * through the proxy.
 */
#include "http/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "http/hub.h"

static enum rc health_get(struct request *rq)
{
    RETURN_IF(query_done(rq));
    jo_obj(&rq->json, NULL);
    jo_z(&rq->json, "status", "ok");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

struct readiness {
    bool database, folder;
};

static void look(struct request *rq)
{
    struct readiness *r = rq->state;
    const struct env *env = rq->op.env;
    const char *media = str_fmt(OP_ARENA(&rq->op), "%.*s/media", STR_ARG(env->data_dir)).p;
    r->database = store_alive(env->store);
    r->folder = access(rq->ex->server->tmp_dir.p, W_OK) == 0 &&
                (access(media, F_OK) != 0 || access(media, W_OK) == 0);
}

static enum rc tell(struct request *rq)
{
    const struct readiness *r = rq->state;
    bool ready = r->database && r->folder;
    jo_obj(&rq->json, NULL);
    jo_z(&rq->json, "status", ready ? "ready" : "not_ready");
    jo_bool(&rq->json, "database", r->database);
    jo_bool(&rq->json, "media", r->folder);
    jo_end(&rq->json);
    if (!ready)
        reply_header(rq, "Retry-After", STR("5"));
    return reply_json(rq, ready ? 200 : 503);
}

/* A database that hangs must not hold a thread of the pool: asked on a worker. */
static enum rc ready_get(struct request *rq)
{
    RETURN_IF(query_done(rq));
    rq->state = ARENA_NEW(OP_ARENA(&rq->op), struct readiness);
    return http_work(rq, look, tell);
}

static int64_t resident_bytes(void)
{
    char line[128] = "", *second;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    const char *pages = fgets(line, sizeof line, f);
    fclose(f);
    second = pages ? strchr(pages, ' ') : NULL;
    return second ? strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static void gauge(struct buf *b, const char *name, const char *kind, int64_t v)
{
    buf_fmt(b, "# TYPE xiaohao_%s %s\nxiaohao_%s %lld\n", name, kind, name, (long long)v);
}

static enum rc metrics_get(struct request *rq)
{
    struct http_server *s = rq->ex->server;
    struct store_stats st = {0};
    if (rq->ex->through_proxy)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这个地址",
                       "There is nothing at this address");
    RETURN_IF(query_done(rq));
    store_stats_get(s->cfg.env->store, &st);
    metrics_write(s->metrics, s->router, &rq->out);
    gauge(&rq->out, "http_requests_open", "gauge", atomic_load(&s->active));
    gauge(&rq->out, "http_requests_suspended", "gauge", atomic_load(&s->away));
    gauge(&rq->out, "http_connections", "gauge", wire_connections(s));
    gauge(&rq->out, "event_streams", "gauge", s->cfg.env->hub ? hub_streams(s->cfg.env->hub) : 0);
    gauge(&rq->out, "store_jobs_total", "counter", st.jobs);
    gauge(&rq->out, "store_commits_total", "counter", st.commits);
    gauge(&rq->out, "store_failed_total", "counter", st.failed);
    gauge(&rq->out, "store_queue", "gauge", st.queue_now);
    gauge(&rq->out, "store_queue_high", "gauge", st.queue_high);
    gauge(&rq->out, "store_commit_microseconds_total", "counter", st.commit_us_total);
    gauge(&rq->out, "resident_bytes", "gauge", resident_bytes());
    rq->ex->reply.kind = REPLY_OUT;
    rq->ex->reply.status = 200;
    reply_header(rq, "Content-Type", STR("text/plain; version=0.0.4; charset=utf-8"));
    return RC_OK;
}

const struct route health_routes[] = {
    {HTTP_GET, "/healthz", 0, health_get, ROUTE_PUBLIC, 0},
    {HTTP_GET, "/readyz", 0, ready_get, ROUTE_PUBLIC, 0},
    {HTTP_GET, "/metrics", 0, metrics_get, ROUTE_PUBLIC, 0},
    {HTTP_GET, "/api/v1/openapi.json", 0, openapi_get, ROUTE_PUBLIC, 0},
    {0},
};
