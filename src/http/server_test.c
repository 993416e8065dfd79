/*
 * server_test.c - the whole server on a port of its own, asked over raw sockets; what lies below it
 * is test_ground.c. Ports 21000 and on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka has a macro of this name */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hostile_requests.h"
#include "http/test_app.h"
#include "http/test_client.h"
#include "http/test_ground.h"

enum { PORT = 21000, PORTS = 100, ABORTS = 1000 };

static struct http_server *server;
static struct buf reply;
static int port;

static int start(void **state)
{
    static const struct route *const tables[] = {app_routes, NULL};
    struct arena a;
    struct fault f;
    (void)state;
    arena_init(&a);
    fault_init(&f, &a);
    if (!reply.cap) {
        buf_init(&reply, 16 * 1024 * 1024);
        ground_start();
        hub_set_filter(ground.env.hub, app_visible);
    }
    struct http_config cfg = {.listen = STR("127.0.0.1"),
                              .env = &ground.env,
                              .tables = tables,
                              .authenticate = app_authenticate,
                              .authorize = app_authorize,
                              .behind_proxy = true,
                              .timeout_s = 3};
    enum rc rc = RC_INTERNAL;
    for (port = PORT; port < PORT + PORTS && rc != RC_OK; port++) {
        cfg.port = port;
        rc = http_start(&server, &cfg, &f);
    }
    if (rc == RC_OK)
        port = http_port(server);
    else
        print_error("%.*s\n", STR_ARG(f.en));
    arena_free(&a);
    return rc == RC_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    ground_stop();
    buf_free(&reply);
    return atomic_load(&ground.open_dbs) == 0 ? 0 : -1;
}

#define GOOD "Host: localhost\r\nConnection: close\r\nCookie: lang=en; session=good\r\n"
#define ID "0197a000-0000-7000-8000-000000000001"

static int get(const char *path)
{
    return client_ask(port, &reply, "GET %s HTTP/1.1\r\n" GOOD "\r\n", path);
}

static int send_json(const char *method, const char *path, const char *json)
{
    return client_ask(port, &reply,
                      "%s %s HTTP/1.1\r\n" GOOD
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      method, path, strlen(json), json);
}

/* ---- tests ---- */

static void test_hostile(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < HOSTILE_REQUESTS; i++) {
        const struct hostile *h = &hostile_requests[i];
        int got = client_talk(port, h->bytes, h->n, &reply), right = 0;
        for (int k = 0; k < HOSTILE_STATUSES && h->status[k] != -1; k++)
            right |= h->status[k] == got;
        if (!right)
            print_error("hostile \"%s\": got %d, expected %d\n", h->name, got, h->status[0]);
        wrong += !right;
        assert_int_equal(get("/healthz"), 200);
    }
    assert_int_equal(wrong, 0);
}

static void test_replies(void **state)
{
    (void)state;
    assert_int_equal(get("/api/v1/echo/" ID "?q=%E5%AD%97+a&n=4"), 200);
    assert_true(client_has(&reply, "\"q\":\"字 a\",\"n\":4,\"origin\":\"127.0.0.1\""));
    assert_true(client_has(&reply, "frame-ancestors 'none'") && client_has(&reply, "nosniff"));
    assert_true(client_header(&reply, "X-Request-Id").n == UUID_TEXT);
    assert_true(str_is(client_header(&reply, "Cache-Control"), "no-store"));
    assert_null(client_header(&reply, "Server").p);
    assert_int_equal(get("/api/v1/echo/nonsense"), 404);
    assert_true(client_has(&reply, "\"code\":\"not_found\"") &&
                client_has(&reply, "\"status\":404"));
    assert_true(str_starts(client_header(&reply, "Content-Type"), STR("application/problem+json")));
    assert_int_equal(get("/api/v1/echo/" ID "?n=10"), 400);
    assert_int_equal(get("/api/v1/echo/" ID "?odd=10"), 400);
    assert_true(client_has(&reply, "The parameter \\\"odd\\\" is not known here"));
    assert_int_equal(get("/api/v1/echo/" ID "?odd=10&lang=zh"), 400);
    assert_true(client_has(&reply, "不认识参数“odd”"));
    assert_int_equal(get("/api/v1/nowhere"), 404);
    assert_int_equal(get("/api/v1/silent"), 500);
    assert_int_equal(client_ask(port, &reply, "DELETE /api/v1/things HTTP/1.1\r\n" GOOD "\r\n"),
                     405);
    assert_true(str_is(client_header(&reply, "Allow"), "POST, PUT, OPTIONS"));
    assert_int_equal(client_ask(port, &reply,
                                "GET /api/v1/echo/" ID " HTTP/1.1\r\n" GOOD
                                "X-Forwarded-For: 10.0.0.1, 192.0.2.7\r\n\r\n"),
                     200);
    assert_true(client_has(&reply, "\"origin\":\"192.0.2.7\""));
}

static void test_etag(void **state)
{
    char tag[128];
    (void)state;
    assert_int_equal(get("/api/v1/list"), 200);
    snprintf(tag, sizeof tag, "%.*s", STR_ARG(client_header(&reply, "ETag")));
    assert_int_equal(
        client_ask(port, &reply,
                   "GET /api/v1/list HTTP/1.1\r\n" GOOD "If-None-Match: \"x\", W/%s\r\n\r\n", tag),
        304);
    assert_int_equal(client_body(&reply).n, 0);
    assert_int_equal(client_ask(port, &reply, "PUT /api/v1/things HTTP/1.1\r\n" GOOD "\r\n"), 428);
    assert_int_equal(
        client_ask(port, &reply, "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n\r\n"),
        204);
    assert_int_equal(
        client_ask(port, &reply, "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: \"2\"\r\n\r\n"),
        412);
    assert_int_equal(
        client_ask(port, &reply, "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: 2\r\n\r\n"),
        400);
}

static void test_pages(void **state)
{
    char path[512];
    (void)state;
    assert_int_equal(get("/api/v1/list?limit=10"), 200);
    struct str body = client_body(&reply);
    ptrdiff_t at = str_find(body, STR("\"next\":\""), 0);
    assert_true(at > 0);
    struct str cursor = str_sub(body, (size_t)at + 8, body.n), text;
    assert_true(str_next(&cursor, '"', &text));
    snprintf(path, sizeof path, "/api/v1/list?limit=10&cursor=%.*s", STR_ARG(text));
    assert_int_equal(get(path), 200);
    assert_true(client_has(&reply, "[11,12,"));
    assert_int_equal(get("/api/v1/list?cursor=AAAA"), 400);
    assert_true(client_has(&reply, "bad_cursor"));
    assert_int_equal(get("/api/v1/list?limit=0"), 400);
    assert_int_equal(get("/api/v1/list?limit=201"), 400);
}

static void test_who(void **state)
{
    (void)state;
    assert_int_equal(
        client_ask(port, &reply,
                   "GET /api/v1/list HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        401);
    assert_non_null(client_header(&reply, "WWW-Authenticate").p);
    assert_int_equal(get("/api/v1/never"), 403);
    assert_int_equal(client_ask(port, &reply,
                                "GET /api/v1/list HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                "Cookie: session=first\r\n\r\n"),
                     403);
    assert_true(client_has(&reply, "password_change_required"));
    assert_int_equal(client_ask(port, &reply,
                                "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n"
                                "Origin: http://evil.example\r\n\r\n"),
                     403);
    assert_int_equal(client_ask(port, &reply,
                                "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n"
                                "Sec-Fetch-Site: cross-site\r\n\r\n"),
                     403);
    assert_int_equal(client_ask(port, &reply,
                                "PUT /api/v1/things HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n"
                                "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n\r\n"),
                     204);
}

static void test_commit(void **state)
{
    (void)state;
    int64_t before = atomic_load(&ground.jobs);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"id\":\"" ID "\",\"name\":\"灯\"}"),
                     201);
    assert_true(client_has(&reply, "{\"name\":\"灯\"}"));
    assert_true(str_is(client_header(&reply, "ETag"), "\"3\""));
    assert_int_equal(atomic_load(&ground.jobs), before + 1);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\":\"\",\"odd\":1}"), 422);
    assert_true(client_has(&reply, "\"pointer\":\"/name\"") &&
                client_has(&reply, "\"pointer\":\"/odd\""));
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\""), 400);
    assert_int_equal(client_ask(port, &reply,
                                "POST /api/v1/things HTTP/1.1\r\n" GOOD
                                "Content-Length: 2\r\n\r\n{}"),
                     415);
    atomic_store(&ground.stale, CHANGE_TRIES - 1);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\":\"a\"}"), 201);
    atomic_store(&ground.stale, CHANGE_TRIES);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\":\"a\"}"), 412);
    atomic_store(&ground.refuse, true);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\":\"a\"}"), 503);
    assert_true(str_is(client_header(&reply, "Retry-After"), "1"));
    atomic_store(&ground.refuse, false);
    assert_int_equal(
        client_ask(port, &reply, "POST /api/v1/work HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n\r\n"),
        204);
}

static void test_body_limits(void **state)
{
    static char big[4 * 1024 * 1024];
    (void)state;
    assert_int_equal(
        client_ask(port, &reply,
                   "POST /api/v1/things HTTP/1.1\r\n" GOOD
                   "Content-Type: application/json\r\nContent-Length: 1001\r\n\r\n%1001s",
                   "x"),
        413);
    int n = snprintf(big, sizeof big,
                     "POST /api/v1/things HTTP/1.1\r\n" GOOD "Content-Type: application/json\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n1000\r\n%4096s\r\n0\r\n\r\n",
                     "x");
    assert_int_equal(client_talk(port, big, (size_t)n, &reply), 413);
    /* Refused before the body, whatever the method: the refusal must arrive. */
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", "GET"};
    for (size_t i = 0; i < 5; i++) {
        n = snprintf(big, sizeof big,
                     "%s /api/v1/nowhere HTTP/1.1\r\nHost: a\r\nConnection: "
                     "close\r\nContent-Length: 100000\r\n\r\n%100000s",
                     methods[i], "x");
        assert_int_equal(client_talk(port, big, (size_t)n, &reply), 404);
        n = snprintf(big, sizeof big,
                     "%s /api/v1/nowhere HTTP/1.1\r\nHost: a\r\nConnection: "
                     "close\r\nContent-Length: 99000000\r\n\r\n",
                     methods[i]);
        assert_int_equal(client_talk(port, big, (size_t)n, &reply), 404);
        n = snprintf(big, sizeof big,
                     "%s /api/v1/nowhere HTTP/1.1\r\nHost: a\r\nExpect: "
                     "100-continue\r\nContent-Length: 9\r\n\r\n",
                     methods[i]);
        assert_int_equal(client_talk(port, big, (size_t)n, &reply), 404);
    }
}

static int files_in_tmp(void)
{
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/tmp", ground.dir);
    DIR *d = opendir(path);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

static int open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static void wait_for(int (*count)(void), int most)
{
    for (int i = 0; i < 1000 && count() > most; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    if (count() > most)
        print_error("%d open or left, at most %d expected\n", count(), most);
    assert_true(count() <= most);
}

static void test_upload(void **state)
{
    static char big[3 * 1024 * 1024];
    (void)state;
    assert_int_equal(client_ask(port, &reply,
                                "PUT /api/v1/upload HTTP/1.1\r\n" GOOD
                                "Content-Length: 3\r\n\r\nabc"),
                     200);
    assert_true(client_has(
        &reply,
        "{\"bytes\":3,\"sha256\":"
        "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"there\":true}"));
    int n = snprintf(
        big, sizeof big,
        "PUT /api/v1/upload HTTP/1.1\r\n" GOOD "Content-Length: 3000000\r\n\r\n%3000000s", "x");
    assert_int_equal(client_talk(port, big, (size_t)n, &reply), 200);
    assert_true(client_has(&reply, "\"bytes\":3000000"));
    assert_int_equal(client_ask(port, &reply,
                                "PUT /api/v1/upload HTTP/1.1\r\n" GOOD
                                "Content-Length: 5242881\r\n\r\n"),
                     413);
    wait_for(files_in_tmp, 0);
}

static void test_aborted_uploads(void **state)
{
    char part[2048];
    struct linger hard = {1, 0};
    int n = snprintf(part, sizeof part,
                     "PUT /api/v1/upload HTTP/1.1\r\n" GOOD "Content-Length: 100000\r\n\r\n%1000s",
                     "x");
    (void)state;
    assert_int_equal(get("/healthz"), 200);
    int before = open_files();
    for (int i = 0; i < ABORTS; i++) {
        int fd = client_connect(port);
        assert_true(fd >= 0);
        client_send(fd, part, (size_t)(i % 3 == 2 ? 60 : n));
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    assert_int_equal(get("/healthz"), 200);
    wait_for(files_in_tmp, 0);
    wait_for(open_files, before);
    assert_int_equal(get("/metrics"), 200);
    assert_true(client_has(&reply, "\nxiaohao_http_requests_open 1\n"));
}

/* Clients that leave while their change waits for the writer. */
static void test_leaving_while_suspended(void **state)
{
    static const char ask[] =
        "POST /api/v1/things HTTP/1.1\r\n" GOOD
        "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}";
    struct linger hard = {1, 0};
    (void)state;
    assert_int_equal(get("/healthz"), 200);
    int before = open_files();
    atomic_store(&ground.hold_ms, 2);
    for (int i = 0; i < 200; i++) {
        int fd = client_connect(port);
        client_send(fd, ask, sizeof ask - 1);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    wait_for(open_files, before);
    atomic_store(&ground.hold_ms, 0);
    assert_int_equal(send_json("POST", "/api/v1/things", "{\"name\":\"a\"}"), 201);
}

static void test_pages_inside(void **state)
{
    (void)state;
    assert_int_equal(get("/"), 200);
    assert_true(client_has(&reply, "console page"));
    assert_int_equal(get("/problems/12"), 200);
    assert_true(client_has(&reply, "console page"));
    assert_int_equal(get("/m/tasks"), 200);
    assert_true(client_has(&reply, "phone page"));
    assert_int_equal(get("/mm"), 200);
    assert_true(client_has(&reply, "console page"));
    assert_int_equal(get("/missing.js"), 404);
    assert_int_equal(get("/api"), 404);
    assert_int_equal(get("/assets/app-1234.js"), 200);
    assert_true(client_has(&reply, "immutable") && client_has(&reply, "plain text of a script"));
    assert_int_equal(client_ask(port, &reply,
                                "GET /assets/app-1234.js HTTP/1.1\r\n" GOOD
                                "Accept-Encoding: br, gzip;q=0.5\r\n\r\n"),
                     200);
    assert_true(client_has(&reply, "packed") &&
                str_is(client_header(&reply, "Content-Encoding"), "gzip"));
    assert_int_equal(client_ask(port, &reply,
                                "GET /assets/app-1234.js HTTP/1.1\r\n" GOOD
                                "Accept-Encoding: gzip;q=0\r\n\r\n"),
                     200);
    assert_null(client_header(&reply, "Content-Encoding").p);
    assert_int_equal(
        client_ask(port, &reply, "GET / HTTP/1.1\r\n" GOOD "If-None-Match: \"i\"\r\n\r\n"), 304);
    assert_int_equal(
        client_ask(port, &reply, "POST / HTTP/1.1\r\n" GOOD "Content-Length: 0\r\n\r\n"), 404);
    assert_int_equal(get("/api/v1/file"), 200);
    assert_int_equal(get("/api/v1/openapi.json"), 200);
}

static void test_health(void **state)
{
    (void)state;
    assert_int_equal(get("/readyz"), 200);
    atomic_store(&ground.away, true);
    assert_int_equal(get("/readyz"), 503);
    assert_int_equal(get("/healthz"), 200);
    atomic_store(&ground.away, false);
    assert_int_equal(get("/metrics"), 200);
    assert_true(client_has(
        &reply, "xiaohao_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"}"));
    assert_true(client_has(&reply, "xiaohao_resident_bytes "));
    assert_int_equal(client_ask(port, &reply,
                                "GET /metrics HTTP/1.1\r\n" GOOD
                                "X-Forwarded-For: 192.0.2.1\r\n\r\n"),
                     404);
}

static void test_keepalive(void **state)
{
    static const char two[] =
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        "POST /api/v1/things HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        "GET /readyz HTTP/1.1\r\n" GOOD "\r\n";
    (void)state;
    assert_int_equal(client_talk(port, two, sizeof two - 1, &reply), 200);
    assert_true(client_has(&reply, "401 ") && client_has(&reply, "\"status\":\"ready\""));
}

static void test_events(void **state)
{
    static const char ask[] = "GET /api/v1/events HTTP/1.1\r\n" GOOD "\r\n";
    char again[512], id[UUID_TEXT];
    struct uuid first = uuid_make(clock_now(&ground.clock));
    (void)state;
    int fd = client_connect(port);
    buf_clear(&reply);
    assert_true(client_send(fd, ask, sizeof ask - 1));
    assert_true(client_read(fd, &reply, "retry: 3000"));
    assert_true(client_has(&reply, "text/event-stream"));
    ground_event("thing.made", first);
    ground_event("covert", uuid_make(clock_now(&ground.clock)));
    hub_wake(ground.env.hub);
    assert_true(client_read(fd, &reply, "event: thing.made"));
    /* Without being woken: the once-a-second look. */
    ground_event("thing.later", uuid_make(clock_now(&ground.clock)));
    assert_true(client_read(fd, &reply, "event: thing.later"));
    assert_false(client_has(&reply, "covert"));
    close(fd);
    uuid_format(first, id);
    int n = snprintf(again, sizeof again,
                     "GET /api/v1/events HTTP/1.1\r\n" GOOD "Last-Event-ID: %.*s\r\n\r\n",
                     UUID_TEXT, id);
    fd = client_connect(port);
    buf_clear(&reply);
    assert_true(client_send(fd, again, (size_t)n));
    assert_true(client_read(fd, &reply, "event: thing.later"));
    assert_false(client_has(&reply, "event: thing.made"));
    close(fd);
}

static int streams_open(void)
{
    return (int)hub_streams(ground.env.hub);
}

/* A listener that never reads costs its queue and no more, and is cut off
 */
static void test_deaf_listener(void **state)
{
    static const char ask[] = "GET /api/v1/events HTTP/1.1\r\n" GOOD "\r\n";
    enum { EVENTS = 60000 };
    (void)state;
    /* Listeners of the test before, gone unnoticed until the next write. */
    int before = streams_open();
    int deaf = client_connect(port);
    assert_true(client_send(deaf, ask, sizeof ask - 1));
    for (int i = 0; i < 500 && streams_open() == before; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(streams_open(), before + 1);
    for (int i = 0; i < EVENTS; i++) {
        struct event e = {.id = uuid_make(i),
                          .topic = "noise",
                          .subject_kind = "thing",
                          .payload = STR("[\"noise\"]")};
        hub_publish(ground.env.hub, &e);
    }
    wait_for(streams_open, 0);
    close(deaf);
}

/* Streams open, changes waiting, bodies half sent: the stop ends all and answers what it can. */
static void test_stop_busy(void **state)
{
    static const char stream[] = "GET /api/v1/events HTTP/1.1\r\n" GOOD "\r\n";
    static const char write[] =
        "POST /api/v1/things HTTP/1.1\r\n" GOOD
        "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}";
    static const char work[] = "POST /api/v1/work HTTP/1.1\r\n" GOOD "If-Match: \"3\"\r\n\r\n";
    enum { N = 20 };
    int fds[3 * N];
    int answered = 0;
    (void)state;
    atomic_store(&ground.hold_ms, 5);
    for (int i = 0; i < N; i++) {
        fds[i] = client_connect(port);
        client_send(fds[i], stream, sizeof stream - 1);
        buf_clear(&reply);
        assert_true(client_read(fds[i], &reply, "retry: 3000"));
    }
    for (int i = 0; i < N; i++) {
        fds[N + i] = client_connect(port);
        client_send(fds[N + i], write, sizeof write - 1);
        fds[2 * N + i] = client_connect(port);
        client_send(fds[2 * N + i], work, sizeof work - 1);
    }
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
    http_stop(server);
    server = NULL;
    atomic_store(&ground.hold_ms, 0);
    for (int i = 0; i < 3 * N; i++) {
        buf_clear(&reply);
        client_read(fds[i], &reply, NULL);
        answered +=
            i >= N && (client_has(&reply, "HTTP/1.1 201") || client_has(&reply, "HTTP/1.1 204"));
        close(fds[i]);
    }
    assert_int_equal(answered, 2 * N);
    assert_int_equal(atomic_load(&ground.open_dbs), 0);
    assert_int_equal(start(state), 0);
    assert_int_equal(get("/healthz"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_who),
        cmocka_unit_test(test_commit),
        cmocka_unit_test(test_body_limits),
        cmocka_unit_test(test_upload),
        cmocka_unit_test(test_aborted_uploads),
        cmocka_unit_test(test_leaving_while_suspended),
        cmocka_unit_test(test_pages_inside),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_keepalive),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_deaf_listener),
        cmocka_unit_test(test_stop_busy),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
