/* session_suite.c - signing in and out: cookies with CSRF, bearer tokens, lock-out, invitations,
 * resets, leaving. */
#include "world.h"

static void call(const struct call *c, struct reply *r)
{
    call_make(api_port(), c, r);
}

static void cookie_value(const struct reply *r, char out[TOKEN_BYTES])
{
    assert_int_equal(sscanf(r->cookie, "xiaohao_session=%120[^;]", out), 1);
}

static void sign_in_cookie(const char *login, const char *password, char cookie[TOKEN_BYTES],
                           char csrf[TOKEN_BYTES])
{
    char body[256];
    struct reply r;
    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\"}", login, password);
    call(
        &(struct call){
            .method = "POST", .path = "/api/v1/session", .body = body, .bytes = strlen(body)},
        &r);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.cookie, "HttpOnly"));
    assert_non_null(strstr(r.cookie, "SameSite="));
    cookie_value(&r, cookie);
    json_t *j = keep(json_loads(r.body, 0, NULL));
    snprintf(csrf, TOKEN_BYTES, "%s", text_at(j, "csrf"));
    reply_free(&r);
}

static int with_cookie(const char *cookie, const char *csrf, const char *origin, const char *body)
{
    struct reply r;
    call(&(struct call){.method = "POST",
                        .path = "/api/v1/units",
                        .body = body,
                        .bytes = strlen(body),
                        .cookie = cookie,
                        .csrf = csrf,
                        .origin = origin},
         &r);
    int status = r.status;
    reply_free(&r);
    return status;
}

static void cookies_need_csrf(void **state)
{
    (void)state;
    char cookie[TOKEN_BYTES], csrf[TOKEN_BYTES], body[256];
    sign_in_cookie("desk", world.desk.password, cookie, csrf);
    snprintf(body, sizeof body,
             "{\"id\":\"%s\",\"code\":\"CSRF\",\"name\":\"单位\",\"kind\":\"other\"}", new_id());
    assert_int_equal(with_cookie(cookie, NULL, NULL, body), 403);
    assert_int_equal(with_cookie(cookie, "wrong", NULL, body), 403);
    assert_int_equal(with_cookie(cookie, csrf, "https://elsewhere.example", body), 403);
    assert_int_equal(with_cookie(cookie, csrf, NULL, body), 201);
    assert_int_equal(with_cookie("no-such-token", csrf, NULL, body), 401);
}

static void sign_out_ends_the_session(void **state)
{
    (void)state;
    char cookie[TOKEN_BYTES], csrf[TOKEN_BYTES];
    struct reply r;
    sign_in_cookie("desk", world.desk.password, cookie, csrf);
    call(&(struct call){.method = "GET", .path = "/api/v1/session", .cookie = cookie}, &r);
    assert_int_equal(r.status, 200);
    reply_free(&r);
    call(
        &(struct call){
            .method = "DELETE", .path = "/api/v1/session", .cookie = cookie, .csrf = csrf},
        &r);
    assert_int_equal(r.status, 204);
    reply_free(&r);
    call(&(struct call){.method = "GET", .path = "/api/v1/session", .cookie = cookie}, &r);
    assert_int_equal(r.status, 401);
    reply_free(&r);
}

static void who_am_i(void **state)
{
    (void)state;
    json_t *me = at(GET(&world.desk, "/session"), "me");
    expect_text(me, "person_id", world.desk.person);
    expect_text(me, "unit.id", world.office_unit);
    assert_true(has_text(at(me, "roles"), "office"));
    assert_true(has_text(at(me, "grants"), "dispatch"));
    assert_false(has_text(at(me, "grants"), "recheck"));
    expect_true(me, "must_change_password", false);
}

static void nobody_gets_nothing(void **state)
{
    static const char *const paths[] = {
        "/units",    "/people",  "/sites",    "/inspections", "/problems",
        "/overview", "/journal", "/accounts", "/standards",   "/scores?group_by=town"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        api_fault(NULL, 401, NULL, "GET", NULL, "%s", paths[i]);
    struct account forged = {.login = "forged",
                             .token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    api_fault(&forged, 401, NULL, "GET", NULL, "/units");
}

static json_t *credentials(const char *login, const char *password)
{
    return packed("{s:s,s:s}", "login", login, "password", password);
}

/* The answer must not tell whether there is such a login, nor that it is locked. */
static void lock_out(void **state)
{
    (void)state;
    struct account a = {0};
    static const char *const roles[] = {"inspector", NULL};
    world_person(&a, "locked", world.office_unit, roles, NULL);
    json_t *unknown =
        api_fault(NULL, 401, "sign_in_refused", "POST", credentials("nobody-here", "x"), "/tokens");
    for (int i = 0; i < 5; i++) {
        json_t *wrong = api_fault(NULL, 401, "sign_in_refused", "POST",
                                  credentials("locked", "wrong"), "/tokens");
        expect_text(wrong, "title", text_at(unknown, "title"));
    }
    api_fault(NULL, 401, "sign_in_refused", "POST", credentials("locked", a.password), "/tokens");
    json_t *list = GET(&world.admin, "/accounts?q=locked");
    expect_text(list, "items.0.state", "locked");
}

static void password_rules(void **state)
{
    static const char *const weak[] = {"short1A!", "aaaaaaaaaaaa", "12345678901",
                                       "inspector-rules"};
    (void)state;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        api_fault(&world.second, 422, "invalid_content", "POST",
                  packed("{s:s,s:s,s:s}", "id", new_id(), "current", world.second.password, "new",
                         weak[i]),
                  "/me/password");
    api_fault(
        &world.second, 403, "current_password_wrong", "POST",
        packed("{s:s,s:s,s:s}", "id", new_id(), "current", "not it", "new", "Willow-5512-brook"),
        "/me/password");
}

static void change_ends_other_sessions(void **state)
{
    (void)state;
    struct account a = {0}, other;
    static const char *const roles[] = {"inspector", NULL};
    world_person(&a, "changer", world.office_unit, roles, NULL);
    account_sign_in(&other, "changer", a.password);
    POST(&a, 204,
         packed("{s:s,s:s,s:s}", "id", new_id(), "current", a.password, "new", "Willow-5512-brook"),
         "/me/password");
    api_fault(&other, 401, NULL, "GET", NULL, "/session");
    api_fault(NULL, 401, "sign_in_refused", "POST", credentials("changer", a.password), "/tokens");
    account_sign_in(&a, "changer", "Willow-5512-brook");
}

static void invitation_once(void **state)
{
    (void)state;
    const char *person = new_id(), *command = new_id();
    POST(&world.admin, 201,
         packed("{s:s,s:s,s:s}", "id", person, "unit_id", world.unit, "name", "新人"), "/people");
    json_t *inv =
        POST(&world.admin, 201,
             packed("{s:s,s:s,s:s}", "id", command, "person_id", person, "login", "newcomer"),
             "/accounts");
    /* the same again answers the same */
    json_t *again =
        POST(&world.admin, 200,
             packed("{s:s,s:s,s:s}", "id", command, "person_id", person, "login", "newcomer"),
             "/accounts");
    expect_text(again, "token", text_at(inv, "token"));
    api_fault(&world.admin, 409, NULL, "POST",
              packed("{s:s,s:s,s:s}", "id", command, "person_id", person, "login", "other"),
              "/accounts");
    const char *token = text_at(inv, "token");
    api_fault(NULL, 422, NULL, "POST",
              packed("{s:s,s:s,s:s}", "id", new_id(), "token", token, "password", "weak"),
              "/invitations/accept");
    POST(NULL, 200,
         packed("{s:s,s:s,s:s}", "id", new_id(), "token", token, "password", "Meadow-8127-cloud"),
         "/invitations/accept");
    api_fault(
        NULL, 404, NULL, "POST",
        packed("{s:s,s:s,s:s}", "id", new_id(), "token", token, "password", "Meadow-8127-clouds"),
        "/invitations/accept");
}

static void reset_and_leaving(void **state)
{
    (void)state;
    struct account a = {0};
    static const char *const roles[] = {"inspector", NULL};
    world_person(&a, "leaver", world.office_unit, roles, NULL);
    json_t *inv =
        POST(&world.admin, 201, packed("{s:s}", "id", new_id()), "/accounts/%s/reset", a.person);
    api_fault(&a, 401, NULL, "GET", NULL, "/session");
    api_fault(NULL, 401, "sign_in_refused", "POST", credentials("leaver", a.password), "/tokens");
    POST(NULL, 200,
         packed("{s:s,s:s,s:s}", "id", new_id(), "token", text_at(inv, "token"), "password",
                "Meadow-8127-cloud"),
         "/invitations/accept");
    account_sign_in(&a, "leaver", "Meadow-8127-cloud");
    POST(&world.admin, 204, packed("{s:s}", "id", new_id()), "/accounts/%s/close", a.person);
    api_fault(&a, 401, NULL, "GET", NULL, "/session");
    api_fault(NULL, 401, "sign_in_refused", "POST", credentials("leaver", a.password), "/tokens");
    json_t *grants = GET(&world.security, "/people/%s/roles", a.person);
    assert_true(json_is_string(at(grants, "items.0.to")));
}

static void administrators_stay_apart(void **state)
{
    (void)state;
    json_t *to_self = packed("{s:s,s:s,s:s}", "id", new_id(), "person_id", world.security.person,
                             "role", "office");
    api_fault(&world.security, 403, "grant_to_self", "POST", to_self, "/roles");
    json_t *both =
        packed("{s:s,s:s,s:s}", "id", new_id(), "person_id", world.admin.person, "role", "office");
    api_fault(&world.security, 409, "role_clash", "POST", both, "/roles");
    json_t *by_admin =
        packed("{s:s,s:s,s:s}", "id", new_id(), "person_id", world.desk.person, "role", "strike");
    api_fault(&world.admin, 403, NULL, "POST", by_admin, "/roles");
    json_t *unknown =
        packed("{s:s,s:s,s:s}", "id", new_id(), "person_id", world.desk.person, "role", "emperor");
    expect_field(api_fault(&world.security, 422, NULL, "POST", unknown, "/roles"), "/role",
                 "role_unknown");
    api_fault(&world.desk, 403, NULL, "GET", NULL, "/journal");
    api_fault(&world.admin, 403, NULL, "GET", NULL, "/sites");
    GET(&world.auditor, "/journal");
}

static void a_grant_ends(void **state)
{
    (void)state;
    struct account a = {0};
    static const char *const none[] = {NULL};
    world_person(&a, "temporary", world.office_unit, none, NULL);
    api_fault(&a, 403, NULL, "GET", NULL, "/sites");
    const char *id = new_id();
    POST(&world.security, 201,
         packed("{s:s,s:s,s:s}", "id", id, "person_id", a.person, "role", "inspector"), "/roles");
    GET(&a, "/sites");
    POST(&world.security, 200, packed("{s:s}", "id", new_id()), "/roles/%s/end", id);
    api_fault(&a, 403, NULL, "GET", NULL, "/sites");
    api_fault(&world.security, 409, "grant_ended", "POST", packed("{s:s}", "id", new_id()),
              "/roles/%s/end", id);
}

static void messages_in_two_languages(void **state)
{
    (void)state;
    static const char *const langs[] = {"zh-CN", "en"}, *const texts[] = {"没有", "no such"};
    for (int i = 0; i < 2; i++) {
        char path[80];
        struct reply r;
        snprintf(path, sizeof path, "/api/v1/problems/%s", new_id());
        call(
            &(struct call){
                .method = "GET", .path = path, .bearer = world.desk.token, .lang = langs[i]},
            &r);
        assert_int_equal(r.status, 404);
        if (!strstr(r.body, texts[i]))
            fail_msg("in %s: %s", langs[i], r.body);
        reply_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cookies_need_csrf),
        CASE(sign_out_ends_the_session),
        CASE(who_am_i),
        CASE(nobody_gets_nothing),
        CASE(lock_out),
        CASE(password_rules),
        CASE(change_ends_other_sessions),
        CASE(invitation_once),
        CASE(reset_and_leaving),
        CASE(administrators_stay_apart),
        CASE(a_grant_ends),
        CASE(messages_in_two_languages),
    };
    return SUITE(tests);
}
