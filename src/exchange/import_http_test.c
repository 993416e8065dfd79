/*
 * import_http_test.c - the routes of imports asked over sockets, on both engines. Who asks is said
 * in a header of the test's own instead of a session. Ports 22700 and on.
 */
#include "auth/auth_ground.h"
#include "exchange/import_http.h"
#include "http/test_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { PORT = 22700, PORTS = 100 };

static struct ground g;
static struct http_server *server;
static struct buf reply;
static int port;

#define AREAS "/api/v1/imports?kind=areas&mode="
static const char csv[] = "代码,名称,类别\n350299,演示区,市辖区\n350299001,东街道,街道\n";

static enum rc refuse(struct request *rq, enum rc rc, const char *code)
{
    return fault_set(rq->op.rd.fault, rc, code, __FILE__, __LINE__, "不可以", "You may not");
}

static enum rc who(struct request *rq)
{
    struct str role = request_header(rq, "X-Test-Role");
    if (!role.p)
        return refuse(rq, RC_UNAUTHORIZED, "sign_in");
    rq->op.actor.roles = policy_role_by_name(role);
    rq->op.actor.person_id = uuid_named(UUID_NONE, role);
    return RC_OK;
}

static enum rc may(struct request *rq, int action)
{
    return policy_may(&rq->op.actor, (enum action)action) ? RC_OK
                                                          : refuse(rq, RC_FORBIDDEN, "not_allowed");
}

static int start(void **state)
{
    static const struct route *const tables[] = {import_routes, NULL};
    (void)state;
    ground_open(&g);
    buf_init(&reply, 4 << 20);
    struct http_config cfg = {.listen = STR("127.0.0.1"),
                              .env = &g.env,
                              .tables = tables,
                              .authenticate = who,
                              .authorize = may,
                              .timeout_s = 5};
    enum rc rc = RC_INTERNAL;
    for (int p = PORT; p < PORT + PORTS && rc != RC_OK; p++) {
        cfg.port = p;
        rc = http_start(&server, &cfg, &g.fault);
    }
    assert_int_equal(rc, RC_OK);
    port = http_port(server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    ground_close(&g);
    buf_free(&reply);
    return 0;
}

/* One request; fails unless it is answered with `status` and a body that has `text`. */
struct ask {
    const char *method, *path, *role, *key, *body;
    int status;
    const char *text;
};

static void ask(const struct ask *a)
{
    char extra[128] = "";
    const char *body = a->body ? a->body : "";
    if (a->key)
        snprintf(extra, sizeof extra, "Idempotency-Key: %s\r\n", a->key);
    buf_clear(&reply);
    int status =
        client_ask(port, &reply,
                   "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Test-Role: %s\r\n%s"
                   "Content-Type: text/csv\r\nContent-Length: %zu\r\n\r\n%s",
                   a->method, a->path, a->role ? a->role : "office", extra, strlen(body), body);
    if (status == a->status && client_has(&reply, a->text))
        return;
    struct str got = client_body(&reply);
    fail_msg("%s %s: %d %.*s (wanted %d %s)", a->method, a->path, status,
             (int)(got.n < 900 ? got.n : 900), got.p ? got.p : "", a->status, a->text);
}

static void imports(void **state)
{
    (void)state;
    static const char key[] = "0192f0c5-7b1e-7cc3-8a55-000000000001";
    const struct ask list[] = {
        {"POST", AREAS "dry_run", NULL, NULL, csv, 200,
         "\"written\":false,\"read\":2,\"created\":2"},
        {"POST", AREAS "all_or_nothing", NULL, key, csv, 200,
         "\"written\":true,\"read\":2,\"created\":2"},
        {"POST", AREAS "all_or_nothing", NULL, key, csv, 200,
         "\"written\":true,\"read\":2,\"created\":2"},
        {"POST", AREAS "all_or_nothing", NULL, NULL, csv, 200, "\"unchanged\":2"},
        {"POST", AREAS "good_rows", NULL, key, csv, 409, "command_id_reused"},
        {"POST", AREAS "good_rows", NULL, NULL, "代码,名称\n1,甲\n350299002,西街道\n", 200,
         "\"created\":1"},
        {"POST", AREAS "all_or_nothing", NULL, NULL, "代码,名称\n1,甲\n350299003,北街道\n", 200,
         "\"written\":false"},
        {"POST", AREAS "dry_run&as_of=2020-01-01&mapping=%7B%22name%22%3A%22B%22%7D", NULL, NULL,
         "代码,什么\n350298,别区\n", 200, "\"created\":1"},
        {"POST", AREAS "dry_run&mapping=%7B%22name%22", NULL, NULL, csv, 400, "\"code\""},
        {"POST", AREAS "dry_run&mapping=%7B%22nome%22%3A%22B%22%7D", NULL, NULL, csv, 422, "/nome"},
        {"POST", AREAS "sometimes", NULL, NULL, csv, 400, "bad_parameter"},
        {"POST", AREAS "dry_run&as_of=soon", NULL, NULL, csv, 400, "as_of"},
        {"POST", AREAS "dry_run&more=1", NULL, NULL, csv, 400, "unknown_parameter"},
        {"POST", "/api/v1/imports?kind=weather&mode=dry_run", NULL, NULL, csv, 400, "unknown_kind"},
        {"POST", AREAS "dry_run", NULL, NULL, "x\n", 422, "\"code\""},
        {"POST", AREAS "dry_run", "inspector", NULL, csv, 403, "not_allowed"},
        {"POST", AREAS "dry_run", NULL, "no-uuid", csv, 400, "bad_idempotency_key"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        ask(&list[i]);
}

static void templates(void **state)
{
    (void)state;
    static const char *const kinds[] = {"areas", "units", "people", "sites", "standard"};
    char path[64];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(path, sizeof path, "/api/v1/imports/%s/template.xlsx", kinds[i]);
        ask(&(struct ask){"GET", path, NULL, NULL, NULL, 200, "spreadsheetml.sheet"});
        struct str body = client_body(&reply);
        assert_true(body.n > 1000 && str_starts(body, STR("PK")));
    }
    ask(&(struct ask){"GET", "/api/v1/imports/weather/template.xlsx", NULL, NULL, NULL, 404,
                      "not_found"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(imports, start, stop),
        cmocka_unit_test_setup_teardown(templates, start, stop),
    };
    return GROUND_RUN(tests);
}
