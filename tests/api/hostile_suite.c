/*
 * hostile_suite.c - the table of hostile requests, and requests hostile to this program's own
 * routes: each answered as it must be, on the real server, which still answers afterwards.
 */
#include "world.h"

#include <sys/socket.h>

#include "hostile_requests.h"
#include "http/test_client.h"

static bool is_right(const struct hostile *h, int status)
{
    for (int i = 0; i < HOSTILE_STATUSES && h->status[i] >= 0; i++)
        if (h->status[i] == status)
            return true;
    return false;
}

static void table(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < HOSTILE_REQUESTS; i++) {
        const struct hostile *h = &hostile_requests[i];
        int status = client_talk(api_port(), h->bytes, h->n, &out);
        if (!is_right(h, status))
            fail_msg("%s: %d\n%.*s", h->name, status, (int)(out.n < 600 ? out.n : 600), out.p);
        if (!server_answers(&world.server))
            fail_msg("%s: the server no longer answers", h->name);
    }
    buf_free(&out);
    print_message("%d hostile requests\n", HOSTILE_REQUESTS);
}

static int ask(const char *method, const char *path, const char *headers, const char *body)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    int status = client_ask(api_port(), &out,
                            "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n%s",
                            method, path, headers, body);
    if (status >= 500 && status != 501 && status != 505)
        fail_msg("%s %s: %d\n%.*s", method, path, status, (int)out.n, out.p);
    buf_free(&out);
    return status;
}

static void own_routes(void **state)
{
    (void)state;
    char auth[300], line[400];
    snprintf(auth, sizeof auth, "Authorization: Bearer %s\r\n", world.desk.token);
    assert_int_equal(ask("GET", "/api/v1/sites", auth, ""), 200);
    assert_int_equal(ask("GET", "/api/v1/sites/not-a-uuid", auth, ""), 404);
    assert_int_equal(ask("GET", "/api/v1/sites/00000000-0000-0000-0000-000000000000", auth, ""),
                     404);
    assert_int_equal(ask("GET", "/api/v1/sites/%27%20OR%201=1--", auth, ""), 404);
    assert_int_equal(ask("GET", "/api/v1/sites?q=%27%20OR%201=1--", auth, ""), 200);
    assert_int_equal(ask("GET", "/api/v1/sites?cursor=%ff", auth, ""), 400);
    assert_int_equal(ask("GET", "/api/v1/sites?unit_id=x", auth, ""), 400);
    assert_int_equal(ask("DELETE", "/api/v1/sites", auth, ""), 405);
    assert_int_equal(ask("GET", "/api/v1/nothing", auth, ""), 404);
    assert_int_equal(ask("GET", "/api/v2/sites", auth, ""), 404);
    assert_int_equal(ask("GET", "/../../etc/passwd", auth, ""), 400);
    assert_int_equal(ask("POST", "/api/v1/units", auth, ""), 415);
    snprintf(line, sizeof line, "%sContent-Type: text/plain\r\nContent-Length: 2\r\n", auth);
    assert_int_equal(ask("POST", "/api/v1/units", line, "{}"), 415);
    snprintf(line, sizeof line,
             "%sContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n",
             auth);
    assert_int_equal(ask("POST", "/api/v1/units", line, "{}"), 415);
    snprintf(line, sizeof line, "%sContent-Type: application/json\r\nContent-Length: 99999999\r\n",
             auth);
    assert_int_equal(ask("POST", "/api/v1/units", line, "{}"), 413);
    assert_int_equal(ask("GET", "/api/v1/sites", "Authorization: Bearer\r\n", ""), 401);
    assert_int_equal(ask("GET", "/api/v1/sites", "Authorization: Basic YWRtaW46eA==\r\n", ""), 401);
    assert_int_equal(ask("GET", "/api/v1/sites", "Cookie: xiaohao_session=\r\n", ""), 401);
}

/* Connections that stay open and say nothing, or little, keep nobody else waiting. */
static void silent_connections(void **state)
{
    (void)state;
    enum { MANY = 300 };
    static const char begun[] = "POST /api/v1/units HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = client_connect(api_port());
        assert_true(fds[i] >= 0);
        if (i % 2)
            client_send(fds[i], begun, sizeof begun - 1);
    }
    for (int i = 0; i < 20; i++)
        GET(&world.desk, "/sites");
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    assert_true(server_answers(&world.server));
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(table), CASE(own_routes), CASE(silent_connections)};
    return SUITE(tests);
}
