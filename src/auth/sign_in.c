/* sign_in.c - see sign_in.h: sessions begun and ended. */
#include "auth/sign_in.h"

#include "auth/auth.h"
#include "auth/internal.h"
#include "auth/limiter.h"
#include "auth/password.h"
#include "auth_sql.h"
#include "base/arena.h"

/* Same sentence for all, so that nobody learns which logins there are. */
static const struct miss refused = {
    RC_UNAUTHORIZED, "sign_in_refused", "登录名或口令不正确，或账户暂时锁定",
    "Wrong login or password, or the account is locked for a while"};

/* For the journal alone. */
static const char *const reasons[] = {
    [REFUSED_NOT] = "none",      [REFUSED_UNKNOWN] = "unknown", [REFUSED_CLOSED] = "closed",
    [REFUSED_LOCKED] = "locked", [REFUSED_UNSET] = "unset",     [REFUSED_PASSWORD] = "password",
};

static enum rc check_address(struct op *op)
{
    struct auth *a = op->env->auth;
    int wait_s = a ? limiter_wait_s(a->limiter, op->origin, op->now) : 0;
    if (wait_s == 0)
        return RC_OK;
    OP_FAIL(op, RC_LIMITED, "too_many_failures", "此地址登录失败次数过多，请 %d 秒后再试",
            "Too many failed sign-ins from this address; try again in %d seconds", wait_s);
    op->rd.fault->retry_s = wait_s;
    return RC_LIMITED;
}

enum rc sign_in_load(struct op *op, struct sign_in *s)
{
    struct account_by_login_row acc;
    struct str login;
    bool found = false;
    RETURN_IF(check_address(op));
    op->actor = (struct actor){0};
    s->refused = REFUSED_UNKNOWN;
    s->hash = STR_NONE;
    if (!login_normal(OP_ARENA(op), s->login, &login))
        login = STR(" "); /* nobody's: asked all the same */
    RETURN_IF(q_account_by_login(
        &op->rd, &(struct account_by_login_in){.hq = op->hq, .login = login}, &acc, &found));
    if (!found)
        return RC_OK;
    s->person_id = acc.person_id;
    s->hash = acc.password_hash;
    s->account_epoch = acc.session_epoch;
    if (acc.closed_ms.has || acc.left_ms.has)
        s->refused = REFUSED_CLOSED;
    else if (!acc.password_hash.p)
        s->refused = REFUSED_UNSET;
    else if (acc.locked_until_ms.has && acc.locked_until_ms.v > op->now)
        s->refused = REFUSED_LOCKED;
    else
        s->refused = REFUSED_NOT;
    return RC_OK;
}

void sign_in_work(struct op *op, struct sign_in *s)
{
    (void)op;
    bool right = password_verify(s->hash, s->password);
    if (s->refused == REFUSED_NOT && !right)
        s->refused = REFUSED_PASSWORD;
}

/* One more failure; nobody's when the reason was another, for the same work. */
static void count_failure(struct op *op, struct uuid person_id)
{
    struct effect *e =
        fx_account_failed(&op->plan.fx, &(struct account_failed_in){.hq = op->hq,
                                                                    .person_id = person_id,
                                                                    .now = op->now,
                                                                    .most = LOCK_AFTER_FAILURES,
                                                                    .until = op->now + LOCK_MS});
    e->min = 0;
}

static enum rc decide_refusal(struct op *op, struct sign_in *s)
{
    struct command c = auth_command(op, "session.refused", s->person_id);
    c.detail = str_fmt(OP_ARENA(op), "{\"reason\":\"%s\"}", reasons[s->refused]);
    RETURN_IF(change_begin(op, &c));
    count_failure(op, s->refused == REFUSED_PASSWORD ? s->person_id : UUID_NONE);
    return RC_OK;
}

enum rc sign_in_decide(struct op *op, struct sign_in *s)
{
    if (s->refused != REFUSED_NOT)
        return decide_refusal(op, s);
    const struct auth_config *cfg = auth_settings(op->env->auth);
    struct uuid session_id = change_new_id(op);
    op->actor.person_id = s->person_id;
    struct command c = auth_command(op, "session.start", s->person_id);
    c.detail = s->bearer ? STR("{\"kind\":\"bearer\"}") : STR("{\"kind\":\"cookie\"}");
    RETURN_IF(change_begin(op, &c));
    struct effect *e = fx_account_signed_in(
        &op->plan.fx,
        &(struct account_signed_in_in){
            .hq = op->hq, .person_id = s->person_id, .now = op->now, .epoch = s->account_epoch});
    e->on_miss = &refused;
    s->token = auth_token_make(OP_ARENA(op));
    s->expires_ms = op->now + (s->bearer ? cfg->bearer_ms : cfg->cookie_ms);
    fx_session_add(&op->plan.fx,
                   &(struct session_add_in){.hq = op->hq,
                                            .id = session_id,
                                            .token_hash = auth_token_hash(s->token),
                                            .person_id = s->person_id,
                                            .kind = s->bearer ? STR("bearer") : STR("cookie"),
                                            .epoch = s->account_epoch,
                                            .now = op->now,
                                            .expires_ms = s->expires_ms});
    return RC_OK;
}

enum rc sign_in_answer(struct op *op, const struct sign_in *s)
{
    if (s->refused == REFUSED_NOT)
        return RC_OK;
    if (op->env->auth)
        limiter_failed(op->env->auth->limiter, op->origin, op->now);
    return OP_FAIL(op, refused.rc, refused.code, refused.zh, refused.en);
}

enum rc sign_out(struct op *op)
{
    struct command c = auth_command(op, "session.end", op->actor.person_id);
    RETURN_IF(change_begin(op, &c));
    struct effect *e = fx_session_end(
        &op->plan.fx,
        &(struct session_end_in){.hq = op->hq, .id = op->actor.session_id, .now = op->now});
    e->min = 0; /* ended elsewhere in the same moment: just as well */
    return RC_OK;
}
