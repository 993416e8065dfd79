/* auth_http.c - signing in and out, tokens, one's own password, invitations taken up. */
#include "auth/auth.h"

#include "auth/auth_json.h"
#include "auth/password.h"
#include "auth/sign_in.h"
#include "base/arena.h"

/* ---- /session and /tokens ---- */

static void sign_in_slow(struct request *rq)
{
    sign_in_work(&rq->op, rq->state);
}

static void set_cookie(struct request *rq, struct str token, int64_t max_age_s)
{
    bool https = str_starts(request_base_url(rq), STR("https://"));
    reply_header(rq, "Set-Cookie",
                 str_fmt(OP_ARENA(&rq->op),
                         "%s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", SESSION_COOKIE,
                         STR_ARG(token), (long long)max_age_s, https ? "; Secure" : ""));
}

static enum rc reply_session(struct request *rq, struct str token)
{
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "csrf", auth_csrf(OP_ARENA(&rq->op), token));
    RETURN_IF(auth_write_me(rq, "me"));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc sign_in_done(struct request *rq)
{
    struct sign_in *s = rq->state;
    RETURN_IF(sign_in_answer(&rq->op, s));
    RETURN_IF(auth_actor_of_token(&rq->op, s->token, true, &rq->op.actor));
    reply_header(rq, "Cache-Control", STR("no-store"));
    if (!s->bearer) {
        set_cookie(rq, s->token, (s->expires_ms - rq->op.now) / 1000);
        return reply_session(rq, s->token);
    }
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "token", s->token);
    jo_time(&rq->json, "expires_at", s->expires_ms);
    RETURN_IF(auth_write_me(rq, "me"));
    jo_end(&rq->json);
    return reply_json(rq, 201);
}

static enum rc sign_in_commit(struct request *rq)
{
    RETURN_IF(sign_in_decide(&rq->op, rq->state));
    return http_commit(rq, sign_in_done);
}

static enum rc sign_in(struct request *rq, bool bearer)
{
    struct sign_in *s = ARENA_NEW(OP_ARENA(&rq->op), struct sign_in);
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_str(&in, "login", 1, 200, &s->login);
    jin_secret(&in, "password", JIN_REQUIRED, PASSWORD_MAX_BYTES, &s->password);
    RETURN_IF(jin_done(&in));
    s->bearer = bearer;
    RETURN_IF(sign_in_load(&rq->op, s));
    rq->state = s;
    return http_work(rq, sign_in_slow, sign_in_commit);
}

static enum rc session_post(struct request *rq)
{
    return sign_in(rq, false);
}

static enum rc token_post(struct request *rq)
{
    return sign_in(rq, true);
}

static enum rc session_get(struct request *rq)
{
    bool bearer;
    RETURN_IF(query_done(rq));
    return reply_session(rq, auth_request_token(rq, &bearer));
}

static enum rc sign_out_done(struct request *rq)
{
    auth_forget(rq->op.env);
    if (!rq->op.actor.by_token)
        set_cookie(rq, STR(""), 0);
    return reply_empty(rq, 204);
}

static enum rc session_delete(struct request *rq)
{
    RETURN_IF(sign_out(&rq->op));
    return http_commit(rq, sign_out_done);
}

/* ---- /me/password ---- */

static void password_slow(struct request *rq)
{
    password_change_work(&rq->op, rq->state);
}

static enum rc password_done(struct request *rq)
{
    auth_forget(rq->op.env);
    RETURN_IF(password_change_answer(&rq->op, rq->state));
    return reply_empty(rq, 204);
}

static enum rc password_commit(struct request *rq)
{
    RETURN_IF(password_change_decide(&rq->op, rq->state));
    return http_commit(rq, password_done);
}

static enum rc password_post(struct request *rq)
{
    struct password_change *p = ARENA_NEW(OP_ARENA(&rq->op), struct password_change);
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &p->id);
    jin_secret(&in, "current", JIN_REQUIRED, PASSWORD_MAX_BYTES, &p->current);
    jin_secret(&in, "new", JIN_REQUIRED, PASSWORD_MAX_BYTES, &p->fresh);
    RETURN_IF(jin_done(&in));
    RETURN_IF(password_change_load(&rq->op, p));
    rq->state = p;
    return http_work(rq, password_slow, password_commit);
}

/* ---- /invitations/accept ---- */

static void accept_slow(struct request *rq)
{
    invitation_accept_work(&rq->op, rq->state);
}

static enum rc accept_done(struct request *rq)
{
    const struct invitation_accept *i = rq->state;
    auth_forget(rq->op.env);
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "login", i->login);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc accept_commit(struct request *rq)
{
    RETURN_IF(invitation_accept_decide(&rq->op, rq->state));
    return http_commit(rq, accept_done);
}

static enum rc invitation_accept_post(struct request *rq)
{
    struct invitation_accept *i = ARENA_NEW(OP_ARENA(&rq->op), struct invitation_accept);
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &i->id);
    jin_str(&in, "token", 1, 200, &i->token);
    jin_secret(&in, "password", JIN_REQUIRED, PASSWORD_MAX_BYTES, &i->password);
    RETURN_IF(jin_done(&in));
    RETURN_IF(invitation_accept_load(&rq->op, i));
    rq->state = i;
    return http_work(rq, accept_slow, accept_commit);
}

enum { BODY_SMALL = 4096 };

const struct route auth_routes[] = {
    {HTTP_POST, "/api/v1/session", ACT_NONE, session_post, ROUTE_PUBLIC | ROUTE_NO_CSRF,
     BODY_SMALL},
    {HTTP_GET, "/api/v1/session", ACT_SELF, session_get, ROUTE_FIRST_PASSWORD, 0},
    {HTTP_DELETE, "/api/v1/session", ACT_SELF, session_delete, ROUTE_FIRST_PASSWORD, BODY_SMALL},
    {HTTP_POST, "/api/v1/tokens", ACT_NONE, token_post, ROUTE_PUBLIC | ROUTE_NO_CSRF, BODY_SMALL},
    {HTTP_POST, "/api/v1/me/password", ACT_SELF, password_post, ROUTE_FIRST_PASSWORD, BODY_SMALL},
    {HTTP_POST, "/api/v1/invitations/accept", ACT_NONE, invitation_accept_post,
     ROUTE_PUBLIC | ROUTE_NO_CSRF, BODY_SMALL},
    {0},
};
