/* auth_test.c - accounts, sign-in, grants and sessions through a real store. */
#include "auth/auth_ground.h"

#include "auth/internal.h"
#include "auth/limiter.h"
#include "auth/password.h"
#include "auth/sign_in.h"
#include "auth_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static int begin(void **state)
{
    struct ground *g = calloc(1, sizeof *g);
    *state = g;
    ground_open(g);
    return 0;
}

static int end(void **state)
{
    ground_close(*state);
    free(*state);
    return 0;
}

/* ---- helpers ---- */

/* Signs in as the server does; the token lives in the test's arena. */
static enum rc enter(struct ground *g, const char *login, const char *password, bool bearer,
                     struct str *token)
{
    struct op *op = ground_op(g);
    struct sign_in s = {.login = str_of(login), .password = str_of(password), .bearer = bearer};
    RETURN_IF(sign_in_load(op, &s));
    sign_in_work(op, &s);
    RETURN_IF(sign_in_decide(op, &s));
    RETURN_IF(change_commit(op));
    RETURN_IF(sign_in_answer(op, &s));
    if (token)
        *token = str_copy(&g->arena, s.token);
    return RC_OK;
}

static struct actor who_is(struct ground *g, struct str token, bool fresh)
{
    struct actor a;
    struct op *op = ground_op(g);
    ground_expect(g, auth_actor_of_token(op, token, fresh, &a), RC_OK, NULL);
    return a;
}

static bool alive(struct ground *g, struct str token)
{
    return !uuid_is_none(who_is(g, token, true).person_id);
}

static struct op *as(struct ground *g, struct uuid person_id)
{
    struct op *op = ground_op(g);
    struct actor a;
    ground_expect(g, auth_actor_of_person(op, person_id, &a), RC_OK, NULL);
    op->actor = a;
    return op;
}

static enum rc grant(struct op *op, struct uuid to, const char *role, struct uuid *id)
{
    struct command c = auth_command(op, "role.grant", to);
    struct role_grant g = {.id = c.id, .person_id = to, .role = str_of(role), .from_ms = op->now};
    if (id)
        *id = c.id;
    return role_grant_new(op, &c, &g);
}

static enum rc change_password(struct op *op, const char *current, const char *fresh)
{
    struct password_change p = {
        .id = change_new_id(op), .current = str_of(current), .fresh = str_of(fresh)};
    RETURN_IF(password_change_load(op, &p));
    password_change_work(op, &p);
    RETURN_IF(password_change_decide(op, &p));
    RETURN_IF(change_commit(op));
    return password_change_answer(op, &p);
}

static enum rc accept(struct op *op, struct uuid id, struct str token, const char *password,
                      struct str *login)
{
    struct invitation_accept i = {.id = id, .token = token, .password = str_of(password)};
    RETURN_IF(invitation_accept_load(op, &i));
    invitation_accept_work(op, &i);
    RETURN_IF(invitation_accept_decide(op, &i));
    RETURN_IF(change_commit(op));
    *login = i.login;
    return RC_OK;
}

/* ---- tests ---- */

static void the_first_administrator(void **state)
{
    struct ground *g = *state;
    struct uuid admin, again;
    struct op *op = ground_op(g);
    struct bootstrap in = {.unit_code = STR("HQ"),
                           .unit_name = STR("指挥部办公室"),
                           .person_name = STR("系统管理员"),
                           .login = STR("Admin")};
    struct str password = str_copy(&g->arena, password_random(OP_ARENA(op))), token;
    const char *secret = str_z(&g->arena, password);
    assert_int_equal(password_hash(&g->arena, &g->fault, PASSWORD_GENERATED, password, &in.hash),
                     RC_OK);
    ground_expect(g, auth_bootstrap(op, &in, &admin), RC_OK, NULL);
    ground_commit(g);
    op = ground_op(g);
    ground_expect(g, auth_bootstrap(op, &in, &again), RC_CONFLICT, "already_set_up");

    ground_expect(g, enter(g, " ADMIN ", secret, false, &token), RC_OK, NULL);
    struct actor a = who_is(g, token, false);
    assert_true(uuid_eq(a.person_id, admin) && a.must_change_password && !a.by_token);
    assert_int_equal(a.roles, ROLE_SYSTEM_ADMIN);
    assert_true(str_is(a.name, "系统管理员"));

    /* The first sign-in sets a password of one's own. */
    op = ground_op(g);
    op->actor = who_is(g, token, false);
    ground_expect(g, change_password(op, secret, "Wenming-2026"), RC_OK, NULL);
    auth_forget(&g->env);
    assert_false(who_is(g, token, false).must_change_password);
    ground_expect(g, enter(g, "admin", secret, false, NULL), RC_UNAUTHORIZED, "sign_in_refused");
    ground_expect(g, enter(g, "admin", "Wenming-2026", false, NULL), RC_OK, NULL);
}

static void an_invitation_is_good_once(void **state)
{
    struct ground *g = *state;
    struct uuid admin = ground_account(g, "root1", "system_admin"), li = ground_person(g, "李四");
    struct invitation inv, same;
    struct str login;
    struct op *op = as(g, admin);
    struct command c = auth_command(op, "account.create", li);
    ground_expect(g, account_create(op, &c, li, STR("李四"), &inv), RC_INVALID, "login_invalid");
    op = as(g, admin);
    ground_expect(g, account_create(op, &c, li, STR("root1"), &inv), RC_OK, NULL);
    ground_expect(g, change_commit(op), RC_CONFLICT, "login_taken");
    op = as(g, admin);
    c = auth_command(op, "account.create", li);
    ground_expect(g, account_create(op, &c, li, STR("LiSi"), &inv), RC_OK, NULL);
    ground_commit(g);
    struct str token = str_copy(&g->arena, inv.token);
    assert_int_equal(token.n, TOKEN_CHARS);

    /* The same command once more: the same answer, nothing new. */
    op = as(g, admin);
    ground_expect(g, account_create(op, &c, li, STR("LiSi"), &same), RC_OK, NULL);
    assert_true(op->plan.replayed && str_eq(same.token, token) && str_is(same.login, "lisi"));
    op = as(g, admin);
    struct command other = auth_command(op, "account.create", li);
    ground_expect(g, account_create(op, &other, li, STR("lisi2"), &same), RC_CONFLICT,
                  "account_exists");

    ground_expect(g, enter(g, "lisi", "", false, NULL), RC_UNAUTHORIZED, "sign_in_refused");
    struct uuid id = uuid_make(GROUND_NOW), second = uuid_make(GROUND_NOW);
    op = ground_op(g);
    ground_expect(g, accept(op, id, STR("wrong"), "Wenming-2026", &login), RC_NOT_FOUND,
                  "invitation_invalid");
    op = ground_op(g);
    ground_expect(g, accept(op, id, token, "short", &login), RC_INVALID, "password_too_short");
    op = ground_op(g);
    ground_expect(g, accept(op, id, token, "Wenming-2026", &login), RC_OK, NULL);
    assert_true(str_is(login, "lisi"));
    op = ground_op(g);
    ground_expect(g, accept(op, id, token, "Wenming-2026", &login), RC_OK, NULL);
    assert_true(op->plan.replayed && str_is(login, "lisi"));
    op = ground_op(g);
    ground_expect(g, accept(op, second, token, "Wenming-2027", &login), RC_NOT_FOUND,
                  "invitation_invalid");
    ground_expect(g, enter(g, "lisi", "Wenming-2026", false, NULL), RC_OK, NULL);

    /* Reset: the old password is void, the new token runs out after a week. */
    op = as(g, admin);
    c = auth_command(op, "account.reset", li);
    ground_expect(g, account_reset(op, &c, li, &inv), RC_OK, NULL);
    ground_commit(g);
    token = str_copy(&g->arena, inv.token);
    ground_expect(g, enter(g, "lisi", "Wenming-2026", false, NULL), RC_UNAUTHORIZED,
                  "sign_in_refused");
    op = ground_op(g);
    ground_expect(g, accept(op, second, token, "Wenming-2026", &login), RC_INVALID,
                  "password_reused");
    ground_pass(g, INVITATION_MS);
    op = ground_op(g);
    ground_expect(g, accept(op, second, token, "Wenming-2027", &login), RC_NOT_FOUND,
                  "invitation_invalid");
}

static void five_failures_lock(void **state)
{
    struct ground *g = *state;
    ground_account(g, "wang", NULL);
    for (int i = 0; i < LOCK_AFTER_FAILURES - 1; i++)
        ground_expect(g, enter(g, "wang", "guess", false, NULL), RC_UNAUTHORIZED,
                      "sign_in_refused");
    ground_expect(g, enter(g, "wang", "wang Passw0rd!", false, NULL), RC_OK, NULL);
    for (int i = 0; i < LOCK_AFTER_FAILURES; i++)
        ground_expect(g, enter(g, "wang", "guess", false, NULL), RC_UNAUTHORIZED,
                      "sign_in_refused");
    struct str wrong = str_copy(&g->arena, g->fault.zh);
    ground_expect(g, enter(g, "wang", "wang Passw0rd!", false, NULL), RC_UNAUTHORIZED,
                  "sign_in_refused");
    assert_true(str_eq(wrong, g->fault.zh));
    ground_expect(g, enter(g, "nobody", "guess", false, NULL), RC_UNAUTHORIZED, "sign_in_refused");
    assert_true(str_eq(wrong, g->fault.zh));
    ground_expect(g, enter(g, "' OR 1=1 --", "guess", false, NULL), RC_UNAUTHORIZED,
                  "sign_in_refused");
    ground_pass(g, LOCK_MS - 1);
    ground_expect(g, enter(g, "wang", "wang Passw0rd!", false, NULL), RC_UNAUTHORIZED,
                  "sign_in_refused");
    ground_pass(g, 1);
    ground_expect(g, enter(g, "wang", "wang Passw0rd!", false, NULL), RC_OK, NULL);
}

/* One password tried at many logins locks no account; the address is made to wait. */
static void an_address_is_made_to_wait(void **state)
{
    struct ground *g = *state;
    struct str far = STR("192.0.2.7"), near = STR("127.0.0.1"), other = STR("192.0.2.8");
    struct limiter *l = g->env.auth->limiter;
    for (int i = 0; i < LIMIT_FAILURES; i++) {
        assert_int_equal(limiter_wait_s(l, far, GROUND_NOW + i), 0);
        limiter_failed(l, far, GROUND_NOW + i);
        limiter_failed(l, near, GROUND_NOW + i);
    }
    assert_int_equal(limiter_wait_s(l, near, GROUND_NOW + 200), 0);
    assert_int_equal(limiter_wait_s(l, other, GROUND_NOW + 200), 0);
    assert_int_equal(limiter_wait_s(l, far, GROUND_NOW), LIMIT_WINDOW_MS / 1000);
    struct op *op = ground_op(g);
    struct sign_in s = {.login = STR("wang"), .password = STR("x")};
    op->origin = far;
    ground_expect(g, sign_in_load(op, &s), RC_LIMITED, "too_many_failures");
    assert_int_equal(g->fault.retry_s, LIMIT_WINDOW_MS / 1000);
    assert_int_equal(limiter_wait_s(l, far, GROUND_NOW + LIMIT_WINDOW_MS), 0);
    limiter_failed(l, far, GROUND_NOW + LIMIT_WINDOW_MS);
    assert_int_equal(limiter_wait_s(l, far, GROUND_NOW + LIMIT_WINDOW_MS), 0);
}

/* Guesses sent all at once are all verified before any is counted; the right one among them still
 * gains nothing. */
static void guesses_at_once_gain_nothing(void **state)
{
    struct ground *g = *state;
    ground_account(g, "wang", NULL);
    struct op *op = ground_op(g);
    struct sign_in right = {.login = STR("wang"), .password = STR("wang Passw0rd!")};
    ground_expect(g, sign_in_load(op, &right), RC_OK, NULL);
    sign_in_work(op, &right);
    assert_int_equal(right.refused, REFUSED_NOT);
    for (int i = 0; i < LOCK_AFTER_FAILURES; i++)
        ground_expect(g, enter(g, "wang", "guess", false, NULL), RC_UNAUTHORIZED,
                      "sign_in_refused");
    op = ground_op(g);
    ground_expect(g, sign_in_decide(op, &right), RC_OK, NULL);
    ground_expect(g, change_commit(op), RC_UNAUTHORIZED, "sign_in_refused");
}

static void ones_own_password(void **state)
{
    struct ground *g = *state;
    struct str here, there, machine;
    ground_account(g, "zhao", "office");
    ground_expect(g, enter(g, "zhao", "zhao Passw0rd!", false, &here), RC_OK, NULL);
    ground_expect(g, enter(g, "zhao", "zhao Passw0rd!", false, &there), RC_OK, NULL);
    ground_expect(g, enter(g, "zhao", "zhao Passw0rd!", true, &machine), RC_OK, NULL);
    assert_true(who_is(g, machine, true).by_token);
    static const struct {
        const char *current, *fresh, *refused;
    } rows[] = {
        {"wrong", "Wenming-2026", "current_password_wrong"},
        {"zhao Passw0rd!", "short", "password_too_short"},
        {"zhao Passw0rd!", "I am Zhao 2026", "password_has_login"},
        {"zhao Passw0rd!", "zhap Passw0rd!", NULL},
        {"zhap Passw0rd!", "zhap Passw0rd!", "password_reused"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op *op = ground_op(g);
        struct actor me = who_is(g, here, true);
        op = ground_op(g);
        op->actor = me;
        enum rc rc = change_password(op, rows[i].current, rows[i].fresh);
        struct str got = rc == RC_OK        ? STR("taken")
                         : g->fault.nfields ? g->fault.fields[0].code
                                            : g->fault.code;
        if (!str_is(got, rows[i].refused ? rows[i].refused : "taken"))
            fail_msg("row %zu: %.*s", i, STR_ARG(got));
    }
    assert_true(alive(g, here));
    assert_false(alive(g, there));
    assert_false(alive(g, machine));
}

static void rights_are_granted_by_another(void **state)
{
    struct ground *g = *state;
    struct uuid admin = ground_account(g, "root1", "system_admin"),
                sun = ground_account(g, "sun", NULL);
    struct uuid qian = ground_account(g, "qian", NULL), id;
    /* A system administrator appoints the first security administrator and nobody else ever after.
     */
    ground_expect(g, grant(as(g, admin), sun, "office", NULL), RC_FORBIDDEN, "not_allowed");
    ground_expect(g, grant(as(g, admin), admin, "security_admin", NULL), RC_FORBIDDEN,
                  "not_allowed");
    ground_expect(g, grant(as(g, admin), sun, "security_admin", NULL), RC_OK, NULL);
    ground_commit(g);
    ground_expect(g, grant(as(g, admin), qian, "security_admin", NULL), RC_FORBIDDEN,
                  "not_allowed");

    ground_expect(g, grant(as(g, sun), qian, "king", NULL), RC_INVALID, "role_unknown");
    ground_expect(g, grant(as(g, sun), sun, "office", NULL), RC_FORBIDDEN, "grant_to_self");
    ground_expect(g, grant(as(g, sun), admin, "audit_admin", NULL), RC_CONFLICT, "role_clash");
    ground_expect(g, grant(as(g, sun), admin, "office", NULL), RC_CONFLICT, "role_clash");
    ground_expect(g, grant(as(g, sun), qian, "office", NULL), RC_OK, NULL);
    ground_commit(g);
    ground_expect(g, grant(as(g, sun), qian, "office", NULL), RC_CONFLICT, "role_held");
    ground_expect(g, grant(as(g, sun), qian, "audit_admin", NULL), RC_CONFLICT, "role_clash");
    ground_expect(g, grant(as(g, sun), qian, "recheck", &id), RC_OK, NULL);
    ground_commit(g);
    struct op *op = as(g, qian);
    assert_true(op->actor.roles == ROLE_OFFICE && op->actor.grants == GRANT_RECHECK);

    struct role_grant ended;
    struct command c = auth_command(op, "role.end", qian);
    ground_expect(g, role_grant_finish(op, &c, id, &ended), RC_FORBIDDEN, "not_allowed");
    ground_pass(g, HOUR);
    op = as(g, sun);
    ground_expect(g, role_grant_finish(op, &c, id, &ended), RC_OK, NULL);
    ground_commit(g);
    assert_int_equal(as(g, qian)->actor.grants, 0);
    op = as(g, sun);
    c = auth_command(op, "role.end", qian);
    ground_expect(g, role_grant_finish(op, &c, id, &ended), RC_CONFLICT, "grant_ended");
}

static void rights_last_from_to(void **state)
{
    struct ground *g = *state;
    struct uuid wu = ground_account(g, "wu", NULL);
    struct op *op = ground_operator(g);
    struct command c = auth_command(op, "role.grant", wu);
    struct role_grant rg = {.id = c.id,
                            .person_id = wu,
                            .role = STR("grid_worker"),
                            .area_code = STR("990101001001"),
                            .from_ms = op->now + HOUR,
                            .to_ms = SOME(op->now + 2 * HOUR)};
    ground_expect(g, role_grant_new(op, &c, &rg), RC_OK, NULL);
    ground_commit(g);
    for (int hour = 0; hour < 4; hour++) {
        op = as(g, wu);
        assert_int_equal(op->actor.roles, hour == 1 ? ROLE_GRID_WORKER : 0);
        assert_int_equal(str_is(op->actor.area_code, "990101001001"), hour == 1);
        ground_pass(g, HOUR);
    }
    static const struct {
        const char *role, *area;
        int64_t for_ms;
        const char *refused;
    } rows[] = {
        {"office", "990101", HOUR, "area_not_for_role"},
        {"leader", "99x", HOUR, "area_code_invalid"},
        {"leader", "990101", 0, "bad_range"},
        {"leader", "990101", HOUR, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        op = ground_operator(g);
        c = auth_command(op, "role.grant", wu);
        rg = (struct role_grant){.id = c.id,
                                 .person_id = wu,
                                 .role = str_of(rows[i].role),
                                 .area_code = str_of(rows[i].area),
                                 .from_ms = op->now,
                                 .to_ms = SOME(op->now + rows[i].for_ms)};
        ground_expect(g, role_grant_new(op, &c, &rg), rows[i].refused ? RC_INVALID : RC_OK,
                      rows[i].refused);
    }
}

static void leaving_ends_everything(void **state)
{
    struct ground *g = *state;
    struct uuid admin = ground_account(g, "root1", "system_admin"),
                zhou = ground_account(g, "zhou", "office");
    struct str token;
    struct invitation inv;
    ground_expect(g, enter(g, "zhou", "zhou Passw0rd!", false, &token), RC_OK, NULL);
    assert_true(who_is(g, token, false).roles == ROLE_OFFICE);
    struct op *op = as(g, admin);
    struct command c = auth_command(op, "account.close", admin);
    ground_expect(g, account_close(op, &c, admin), RC_FORBIDDEN, "close_self");
    op = as(g, zhou);
    ground_expect(g, account_close(op, &c, admin), RC_FORBIDDEN, "not_allowed");
    ground_pass(g, MINUTE);
    op = as(g, admin);
    c = auth_command(op, "account.close", zhou);
    ground_expect(g, account_close(op, &c, zhou), RC_OK, NULL);
    ground_commit(g);
    assert_true(uuid_is_none(who_is(g, token, false).person_id));
    ground_expect(g, enter(g, "zhou", "zhou Passw0rd!", false, NULL), RC_UNAUTHORIZED,
                  "sign_in_refused");
    assert_int_equal(as(g, zhou)->actor.roles, 0);
    op = as(g, admin);
    c = auth_command(op, "account.reset", zhou);
    ground_expect(g, account_reset(op, &c, zhou, &inv), RC_CONFLICT, "account_closed");
    op = as(g, admin);
    c = auth_command(op, "account.create", zhou);
    ground_expect(g, account_create(op, &c, zhou, STR("zhou"), &inv), RC_OK, NULL);
    ground_commit(g);
    assert_false(alive(g, token));
}

static void sessions_run_out(void **state)
{
    struct ground *g = *state;
    struct str cookie, machine;
    ground_account(g, "zheng", "office");
    ground_expect(g, enter(g, "zheng", "zheng Passw0rd!", false, &cookie), RC_OK, NULL);
    ground_expect(g, enter(g, "zheng", "zheng Passw0rd!", true, &machine), RC_OK, NULL);
    /* In use: it lives on, past the idle time, up to twelve hours. */
    for (int i = 0; i < 35; i++) {
        ground_pass(g, 20 * MINUTE);
        assert_true(alive(g, cookie));
    }
    ground_pass(g, 20 * MINUTE);
    assert_false(alive(g, cookie));
    ground_pass(g, 29LL * 24 * HOUR);
    assert_true(alive(g, machine));
    ground_pass(g, 24LL * HOUR);
    assert_false(alive(g, machine));
    /* Not in use: over after half an hour, give or take how coarsely the store knows. */
    ground_expect(g, enter(g, "zheng", "zheng Passw0rd!", false, &cookie), RC_OK, NULL);
    ground_pass(g, SESSION_IDLE_MS);
    assert_true(alive(g, cookie));
    ground_pass(g, SESSION_IDLE_MS + SESSION_SEEN_MS + 1);
    assert_false(alive(g, cookie));
    assert_true(uuid_is_none(who_is(g, cookie, false).person_id));
    assert_true(uuid_is_none(who_is(g, STR("nonsense"), false).person_id));
    assert_true(uuid_is_none(who_is(g, auth_token_make(&g->arena), false).person_id));
}

/* A process that only answers from memory must not let a session sleep: the keeper tells the store.
 */
static void the_keeper_writes_the_last_use(void **state)
{
    struct ground *g = *state;
    struct str token;
    struct session_by_token_row row;
    bool found;
    ground_account(g, "feng", "office");
    ground_expect(g, enter(g, "feng", "feng Passw0rd!", false, &token), RC_OK, NULL);
    (void)who_is(g, token, false);
    ground_pass(g, SESSION_SEEN_MS);
    (void)who_is(g, token, false);
    struct op *op = ground_op(g);
    ground_expect(g, auth_keeper_round(g->env.auth, op), RC_OK, NULL);
    op = ground_op(g);
    struct session_by_token_in in = {.hq = op->hq, .token_hash = auth_token_hash(token)};
    ground_expect(g, q_session_by_token(&op->rd, &in, &row, &found), RC_OK, NULL);
    assert_true(found && row.seen_ms == GROUND_NOW + SESSION_SEEN_MS);
    /* Long over: removed. */
    ground_pass(g, 40LL * 24 * HOUR);
    g->env.auth->rounds = 0;
    op = ground_op(g);
    ground_expect(g, auth_keeper_round(g->env.auth, op), RC_OK, NULL);
    op = ground_op(g);
    ground_expect(g, q_session_by_token(&op->rd, &in, &row, &found), RC_OK, NULL);
    assert_false(found);
}

/* What this process revokes is gone at once, memory or not. */
static void signing_out_holds_at_once(void **state)
{
    struct ground *g = *state;
    struct str token;
    ground_account(g, "chen", "office");
    ground_expect(g, enter(g, "chen", "chen Passw0rd!", false, &token), RC_OK, NULL);
    struct actor me = who_is(g, token, false);
    struct op *op = ground_op(g);
    op->actor = me;
    ground_expect(g, sign_out(op), RC_OK, NULL);
    ground_commit(g);
    assert_true(uuid_is_none(who_is(g, token, false).person_id));
    struct arena a;
    arena_init(&a);
    assert_int_equal(auth_csrf(&a, token).n, 32);
    assert_false(str_eq(auth_csrf(&a, token), auth_csrf(&a, STR("x"))));
    arena_free(&a);
}

/* Every variant of every query is understood by this engine and gives the columns it says. */
static void queries_are_understood(void **state)
{
    struct ground *g = *state;
    struct op *op = ground_op(g);
    ground_expect(g, db_check_queries(&op->rd, &auth_queries), RC_OK, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(queries_are_understood, begin, end),
        cmocka_unit_test_setup_teardown(the_first_administrator, begin, end),
        cmocka_unit_test_setup_teardown(an_invitation_is_good_once, begin, end),
        cmocka_unit_test_setup_teardown(five_failures_lock, begin, end),
        cmocka_unit_test_setup_teardown(an_address_is_made_to_wait, begin, end),
        cmocka_unit_test_setup_teardown(guesses_at_once_gain_nothing, begin, end),
        cmocka_unit_test_setup_teardown(ones_own_password, begin, end),
        cmocka_unit_test_setup_teardown(rights_are_granted_by_another, begin, end),
        cmocka_unit_test_setup_teardown(rights_last_from_to, begin, end),
        cmocka_unit_test_setup_teardown(leaving_ends_everything, begin, end),
        cmocka_unit_test_setup_teardown(sessions_run_out, begin, end),
        cmocka_unit_test_setup_teardown(the_keeper_writes_the_last_use, begin, end),
        cmocka_unit_test_setup_teardown(signing_out_holds_at_once, begin, end),
    };
    return GROUND_RUN(tests);
}
