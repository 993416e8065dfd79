/* test_app.c - see test_app.h. */
#include "http/test_app.h"

#include <time.h>
#include <unistd.h>

#include "base/arena.h"

enum { ACT_SEE = 1, ACT_NEVER = 2 };

static enum rc echo_get(struct request *rq)
{
    struct str q = query_text(rq, "q");
    struct opt_i64 n;
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_i64(rq, "n", 0, 9, &n));
    RETURN_IF(query_done(rq));
    jo_obj(&rq->json, NULL);
    jo_uuid(&rq->json, "id", id);
    jo_str(&rq->json, "q", q);
    jo_opt_i64(&rq->json, "n", n);
    jo_str(&rq->json, "origin", rq->op.origin);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc list_get(struct request *rq)
{
    struct page p;
    RETURN_IF(request_page(rq, &p));
    RETURN_IF(query_done(rq));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    int64_t at = p.has_cursor ? p.key_i64 : 0;
    for (int64_t i = 1; i <= p.limit; i++)
        jo_i64(&rq->json, NULL, at + i);
    page_end(rq, &p, at < 20, at + p.limit, UUID_NONE, STR("字"));
    return reply_json(rq, 200);
}

static enum rc thing_made(struct request *rq)
{
    struct str *name = rq->state;
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "name", *name);
    jo_end(&rq->json);
    return reply_versioned(rq, 201, 3);
}

static enum rc thing_post(struct request *rq)
{
    struct jin in;
    struct command c;
    struct str *name = ARENA_NEW(OP_ARENA(&rq->op), struct str);
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(request_command(rq, &in, "thing.make", "thing", UUID_NONE, &c));
    jin_str(&in, "name", 1, 20, name);
    RETURN_IF(jin_done(&in));
    rq->op.plan.command = c;
    rq->state = name;
    return http_commit(rq, thing_made);
}

static enum rc thing_put(struct request *rq)
{
    struct opt_i64 version;
    RETURN_IF(request_if_match(rq, true, &version));
    return version.v == 3 ? reply_empty(rq, 204) : OP_FAIL(&rq->op, RC_STALE, "stale", "旧", "old");
}

static enum rc upload_put(struct request *rq)
{
    jo_obj(&rq->json, NULL);
    jo_i64(&rq->json, "bytes", rq->upload_bytes);
    jo_sha256(&rq->json, "sha256", rq->upload_sha256);
    jo_bool(&rq->json, "there", access(rq->upload_path.p, R_OK) == 0);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static void slow(struct request *rq)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    rq->state = rq;
}

static enum rc worked(struct request *rq)
{
    return rq->state == rq ? http_commit(rq, thing_put) : RC_INTERNAL;
}

static enum rc work_post(struct request *rq)
{
    return http_work(rq, slow, worked);
}

static enum rc file_get(struct request *rq)
{
    return reply_file(rq, "/proc/self/cmdline", "text/plain", -1);
}

static enum rc no_reply(struct request *rq)
{
    (void)rq;
    return RC_OK;
}

const struct route app_routes[] = {
    {HTTP_GET, "/api/v1/echo/{id}", ACT_SEE, echo_get, ROUTE_PUBLIC, 0},
    {HTTP_GET, "/api/v1/list", ACT_SEE, list_get, 0, 0},
    {HTTP_POST, "/api/v1/things", ACT_SEE, thing_post, 0, 1000},
    {HTTP_PUT, "/api/v1/things", ACT_SEE, thing_put, 0, 0},
    {HTTP_PUT, "/api/v1/upload", ACT_SEE, upload_put, ROUTE_UPLOAD, 5 * 1024 * 1024},
    {HTTP_POST, "/api/v1/work", ACT_SEE, work_post, 0, 0},
    {HTTP_GET, "/api/v1/file", ACT_SEE, file_get, 0, 0},
    {HTTP_GET, "/api/v1/never", ACT_NEVER, file_get, 0, 0},
    {HTTP_GET, "/api/v1/silent", ACT_SEE, no_reply, 0, 0},
    {HTTP_GET, "/api/v1/events", ACT_SEE, events_stream, ROUTE_STREAM, 0},
    {0},
};

enum rc app_authenticate(struct request *rq)
{
    struct str token = request_cookie(rq, "session");
    if (!token.p)
        token = request_header(rq, "Authorization");
    if (str_is(token, "good") || str_is(token, "first")) {
        rq->op.actor.name = STR("someone");
        rq->op.actor.must_change_password = str_is(token, "first");
        return RC_OK;
    }
    if (rq->route->flags & ROUTE_PUBLIC)
        return RC_OK;
    return OP_FAIL(&rq->op, RC_UNAUTHORIZED, "sign_in", "请先登录", "Sign in first");
}

enum rc app_authorize(struct request *rq, int action)
{
    return action == ACT_NEVER
               ? OP_FAIL(&rq->op, RC_FORBIDDEN, "not_allowed", "无权", "Not allowed")
               : RC_OK;
}

bool app_visible(const struct actor *who, const struct event *e)
{
    return who->name.n && strcmp(e->topic, "covert") != 0;
}
