/*
 * auth_http_test.c - sign-in, cookies, CSRF values, tokens, accounts and the journal, asked over
 * sockets. Ports 21200 and on.
 */
#include "audit/audit.h"
#include "auth/auth_ground.h"
#include "auth_test_sql.h"
#include "http/test_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PORT = 21200, PORTS = 100, TEXT = 256 };

static struct ground g;
static struct http_server *server;
static struct buf reply;
static int port;

/* What a browser or a machine keeps. */
struct client {
    char cookie[TEXT];
    char csrf[TEXT];
    char bearer[TEXT];
};

static enum rc site_get(struct request *rq)
{
    return reply_empty(rq, 204);
}

static const struct route content_routes[] = {
    {HTTP_GET, "/api/v1/sites", ACT_SITE_READ, site_get, 0, 0},
    {0},
};

static int start(void **state)
{
    static const struct route *const tables[] = {auth_routes, account_routes, audit_routes,
                                                 content_routes, NULL};
    (void)state;
    ground_open(&g);
    buf_init(&reply, 1 << 20);
    struct http_config cfg = {.listen = STR("127.0.0.1"),
                              .env = &g.env,
                              .tables = tables,
                              .behind_proxy = true,
                              .authenticate = auth_authenticate,
                              .authorize = auth_authorize,
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

/* ---- helpers ---- */

static int ask(const struct client *c, const char *method, const char *path, const char *json)
{
    struct arena a;
    arena_init(&a);
    struct str who = STR("");
    if (c && c->bearer[0])
        who = str_fmt(&a, "Authorization: Bearer %s\r\n", c->bearer);
    else if (c && c->cookie[0])
        who = str_fmt(&a, "Cookie: a=b; xiaohao_session=%s; lang=en\r\n", c->cookie);
    if (c && c->csrf[0] && str_cmp(str_of(method), STR("GET")) != 0)
        who = str_fmt(&a, "%.*sX-CSRF-Token: %s\r\n", STR_ARG(who), c->csrf);
    struct str body = str_of(json ? json : "");
    buf_clear(&reply);
    int status = client_ask(port, &reply,
                            "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%.*s"
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                            method, path, STR_ARG(who), body.n, STR_ARG(body));
    arena_free(&a);
    return status;
}

/* The text after `"key":"` up to the next quotation mark. */
static void take(const char *key, char out[TEXT])
{
    char mark[64];
    snprintf(mark, sizeof mark, "\"%s\":\"", key);
    struct str body = client_body(&reply);
    ptrdiff_t at = str_find(body, str_of(mark), 0);
    out[0] = '\0';
    if (at < 0)
        return;
    struct str rest = str_sub(body, (size_t)at + strlen(mark), body.n), value;
    assert_true(str_next(&rest, '"', &value) && value.n < TEXT);
    memcpy(out, value.p, value.n);
    out[value.n] = '\0';
}

static void take_cookie(char out[TEXT])
{
    struct str set = client_header(&reply, "Set-Cookie"), value;
    assert_true(str_starts(set, STR("xiaohao_session=")));
    set = str_sub(set, 16, set.n);
    assert_true(str_next(&set, ';', &value) && value.n < TEXT);
    memcpy(out, value.p, value.n);
    out[value.n] = '\0';
}

static int enter(struct client *c, const char *path, const char *login, const char *password)
{
    char json[4 * TEXT];
    snprintf(json, sizeof json, "{\"login\":\"%s\",\"password\":\"%s\"}", login, password);
    *c = (struct client){0};
    return ask(NULL, "POST", path, json);
}

static struct client browser(const char *login)
{
    struct client c;
    char password[TEXT];
    snprintf(password, sizeof password, "%s Passw0rd!", login);
    assert_int_equal(enter(&c, "/api/v1/session", login, password), 200);
    take_cookie(c.cookie);
    take("csrf", c.csrf);
    return c;
}

/* An id of its own for every command. */
static const char *fresh_id(void)
{
    static char text[UUID_TEXT + 1];
    uuid_format(uuid_make(GROUND_NOW), text);
    return text;
}

static void expect(int status, int want, const char *code)
{
    if (status != want || (code && !client_has(&reply, code)))
        fail_msg("%d instead of %d %s: %.*s", status, want, code ? code : "",
                 STR_ARG(buf_view(&reply)));
}

/* ---- tests ---- */

static void a_browser_signs_in_and_out(void **state)
{
    (void)state;
    struct client c, bad;
    ground_account(&g, "office1", "office");
    expect(enter(&bad, "/api/v1/session", "office1", "wrong"), 401, "sign_in_refused");
    assert_false(client_header(&reply, "Set-Cookie").p);
    expect(ask(NULL, "POST", "/api/v1/session", "{\"login\":\"office1\"}"), 422, "required");
    expect(ask(NULL, "POST", "/api/v1/session", "nonsense"), 400, NULL);
    expect(ask(NULL, "GET", "/api/v1/session", NULL), 401, "sign_in_required");
    expect(enter(&c, "/api/v1/session", "office1", "office1 Passw0rd!"), 200,
           "\"roles\":[\"office\"]");
    struct str cookie = client_header(&reply, "Set-Cookie");
    assert_true(str_find(cookie, STR("HttpOnly"), 0) > 0 &&
                str_find(cookie, STR("SameSite=Lax"), 0) > 0);
    assert_true(str_find(cookie, STR("Secure"), 0) < 0);
    take_cookie(c.cookie);
    take("csrf", c.csrf);
    assert_true(client_has(&reply, "\"problem.report\"") && client_has(&reply, "创建办"));
    expect(ask(&c, "GET", "/api/v1/session", NULL), 200, c.csrf);
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 204, NULL);
    expect(ask(&c, "GET", "/api/v1/journal", NULL), 403, "not_allowed");
    bad = c;
    bad.csrf[0] = bad.csrf[0] == 'a' ? 'b' : 'a';
    expect(ask(&bad, "DELETE", "/api/v1/session", NULL), 403, "csrf");
    bad.csrf[0] = '\0';
    expect(ask(&bad, "DELETE", "/api/v1/session", NULL), 403, "csrf");
    expect(ask(&c, "DELETE", "/api/v1/session", NULL), 204, NULL);
    assert_true(str_find(client_header(&reply, "Set-Cookie"), STR("Max-Age=0"), 0) > 0);
    expect(ask(&c, "GET", "/api/v1/session", NULL), 401, "session_ended");
}

static void behind_tls_the_cookie_is_secure(void **state)
{
    (void)state;
    ground_account(&g, "office2", NULL);
    static const char json[] = "{\"login\":\"office2\",\"password\":\"office2 Passw0rd!\"}";
    buf_clear(&reply);
    int status =
        client_ask(port, &reply,
                   "POST /api/v1/session HTTP/1.1\r\nHost: wm.example\r\nConnection: close\r\n"
                   "X-Forwarded-For: 10.0.0.9\r\nX-Forwarded-Proto: https\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   sizeof json - 1, json);
    expect(status, 200, NULL);
    assert_true(str_find(client_header(&reply, "Set-Cookie"), STR("; Secure"), 0) > 0);
}

static void a_machine_uses_a_token(void **state)
{
    (void)state;
    struct client c, crossed = {0};
    ground_account(&g, "machine", "office");
    expect(enter(&c, "/api/v1/tokens", "machine", "machine Passw0rd!"), 201, "expires_at");
    assert_false(client_header(&reply, "Set-Cookie").p);
    take("token", c.bearer);
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 204, NULL);
    /* A token for machines is none for browsers. */
    memcpy(crossed.cookie, c.bearer, sizeof c.bearer);
    expect(ask(&crossed, "GET", "/api/v1/sites", NULL), 401, "session_ended");
    struct client b = browser("machine");
    memcpy(crossed.bearer, b.cookie, sizeof b.cookie);
    expect(ask(&crossed, "GET", "/api/v1/sites", NULL), 401, "session_ended");
    expect(ask(&c, "DELETE", "/api/v1/session", NULL), 204, NULL);
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 401, NULL);
}

static void from_invitation_to_rights_to_leaving(void **state)
{
    (void)state;
    char json[4 * TEXT], id[TEXT], person[TEXT] = {0}, token[TEXT], grant[TEXT];
    struct client fresh;
    ground_account(&g, "sysadm", "system_admin");
    ground_account(&g, "secadm", "security_admin");
    uuid_format(ground_person(&g, "王五"), person);
    struct client sys = browser("sysadm"), sec = browser("secadm");

    snprintf(id, sizeof id, "%s", fresh_id());
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"person_id\":\"%s\",\"login\":\"wangwu\"}", id,
             person);
    expect(ask(&sec, "POST", "/api/v1/accounts", json), 403, "not_allowed");
    expect(ask(&sys, "POST", "/api/v1/accounts", json), 201, "\"state\":\"invited\"");
    take("token", token);
    expect(ask(&sys, "POST", "/api/v1/accounts", json), 200, token);
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"person_id\":\"%s\",\"login\":\"other\"}", id,
             person);
    expect(ask(&sys, "POST", "/api/v1/accounts", json), 409, "command_id_reused");
    expect(ask(&sys, "GET", "/api/v1/accounts?q=wangw", NULL), 200, "王五");
    assert_false(client_has(&reply, "sysadm"));

    snprintf(json, sizeof json, "{\"id\":\"%s\",\"token\":\"%s\",\"password\":\"Wenming-2026\"}",
             fresh_id(), token);
    expect(ask(NULL, "POST", "/api/v1/invitations/accept", json), 200, "wangwu");
    expect(ask(NULL, "POST", "/api/v1/invitations/accept", json), 200, "wangwu");
    expect(enter(&fresh, "/api/v1/session", "wangwu", "Wenming-2026"), 200, "\"roles\":[]");
    take_cookie(fresh.cookie);
    take("csrf", fresh.csrf);
    expect(ask(&fresh, "GET", "/api/v1/sites", NULL), 403, "not_allowed");

    snprintf(grant, sizeof grant, "%s", fresh_id());
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"person_id\":\"%s\",\"role\":\"inspector\"}",
             grant, person);
    expect(ask(&sys, "POST", "/api/v1/roles", json), 403, "not_allowed");
    expect(ask(&sec, "POST", "/api/v1/roles", json), 201, "inspector");
    expect(ask(&sec, "POST", "/api/v1/roles", json), 200, "inspector");
    expect(ask(&fresh, "GET", "/api/v1/sites", NULL), 204, NULL); /* at once */
    snprintf(json, sizeof json, "/api/v1/people/%s/roles", person);
    expect(ask(&sec, "GET", json, NULL), 200, grant);
    char path[4 * TEXT];
    snprintf(path, sizeof path, "/api/v1/roles/%s/end", grant);
    snprintf(json, sizeof json, "{\"id\":\"%s\"}", fresh_id());
    expect(ask(&sec, "POST", path, json), 200, grant);
    expect(ask(&fresh, "GET", "/api/v1/sites", NULL), 403, "not_allowed");

    snprintf(path, sizeof path, "/api/v1/accounts/%s/close", person);
    snprintf(json, sizeof json, "{\"id\":\"%s\"}", fresh_id());
    expect(ask(&sys, "POST", path, json), 204, NULL);
    expect(ask(&fresh, "GET", "/api/v1/session", NULL), 401, "session_ended");
    expect(ask(&sys, "GET", "/api/v1/accounts?limit=1", NULL), 200, "\"next\":\"");
}

/* The first password opens nothing but the door to the second. */
static void the_first_password_is_changed_first(void **state)
{
    (void)state;
    struct uuid id = ground_account(&g, "newman", "office");
    struct effects fx;
    struct op *op = ground_op(&g);
    effects_init(&fx, OP_ARENA(op));
    fx_account_test_must_change(
        &fx, &(struct account_test_must_change_in){.hq = op->hq, .person_id = id});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    struct client c = browser("newman");
    assert_true(client_has(&reply, "\"must_change_password\":true"));
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 403, "password_change_required");
    expect(ask(&c, "GET", "/api/v1/session", NULL), 200, NULL);
    char json[4 * TEXT];
    snprintf(json, sizeof json, "{\"id\":\"%s\",\"current\":\"nonsense\",\"new\":\"Wenming-2026\"}",
             fresh_id());
    expect(ask(&c, "POST", "/api/v1/me/password", json), 403, "current_password_wrong");
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"current\":\"newman Passw0rd!\",\"new\":\"short\"}", fresh_id());
    expect(ask(&c, "POST", "/api/v1/me/password", json), 422, "password_too_short");
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"current\":\"newman Passw0rd!\",\"new\":\"Wenming-2026\"}",
             fresh_id());
    expect(ask(&c, "POST", "/api/v1/me/password", json), 204, NULL);
    expect(ask(&c, "POST", "/api/v1/me/password", json), 204, NULL);
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 204, NULL);
}

static void the_journal_is_for_the_audit_administrator(void **state)
{
    (void)state;
    ground_account(&g, "auditor", "audit_admin");
    struct client c = browser("auditor");
    expect(ask(&c, "GET", "/api/v1/journal?kind=session.start&limit=2", NULL), 200,
           "\"sealed\":false");
    assert_true(client_has(&reply, "auditor") && client_has(&reply, "127.0.0.1"));
    char next[TEXT], path[4 * TEXT];
    take("next", next);
    snprintf(path, sizeof path, "/api/v1/journal?kind=session.start&limit=2&cursor=%s", next);
    expect(ask(&c, "GET", path, NULL), 200, "session.start");
    expect(ask(&c, "GET", "/api/v1/journal?colour=red", NULL), 400, "unknown_parameter");
    expect(ask(&c, "GET", "/api/v1/sites", NULL), 403, "not_allowed");
    /* Neither passwords nor tokens nor what was typed as a login are anywhere in it. */
    expect(ask(&c, "GET", "/api/v1/journal?limit=200", NULL), 200, NULL);
    assert_false(client_has(&reply, "Passw0rd") || client_has(&reply, "Wenming") ||
                 client_has(&reply, "wrong"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browser_signs_in_and_out),
        cmocka_unit_test(behind_tls_the_cookie_is_secure),
        cmocka_unit_test(a_machine_uses_a_token),
        cmocka_unit_test(from_invitation_to_rights_to_leaving),
        cmocka_unit_test(the_first_password_is_changed_first),
        cmocka_unit_test(the_journal_is_for_the_audit_administrator),
    };
    int failed = 0;
    for (int e = ENGINE_SQLITE; e <= ENGINE_POSTGRESQL; e++)
        if (ground_begin((enum engine)e))
            failed += cmocka_run_group_tests_name(e == ENGINE_SQLITE ? "sqlite" : "postgresql",
                                                  tests, start, stop);
    return failed;
}
