/*
 * session.c - see auth.h: from token to actor, and the two questions the server asks before every
 * handler.
 */
#include "auth/auth.h"

#include "auth_sql.h"
#include "auth/internal.h"
#include "auth/limiter.h"
#include "auth/session_cache.h"
#include "base/arena.h"
#include "base/clock.h"

#include <sodium.h>
#include <stdlib.h>

enum { TOKEN_BYTES = 32 };

void auth_open(struct auth **out, const struct auth_config *cfg)
{
    struct auth *a = xcalloc(1, sizeof *a);
    a->cfg = cfg ? *cfg : (struct auth_config){0};
    if (a->cfg.idle_ms <= 0)
        a->cfg.idle_ms = SESSION_IDLE_MS;
    if (a->cfg.cookie_ms <= 0)
        a->cfg.cookie_ms = SESSION_COOKIE_MS;
    if (a->cfg.bearer_ms <= 0)
        a->cfg.bearer_ms = SESSION_BEARER_MS;
    a->cache = cache_open();
    a->limiter = limiter_open();
    *out = a;
}

void auth_close(struct auth *a)
{
    if (!a)
        return;
    cache_close(a->cache);
    limiter_close(a->limiter);
    free(a);
}

const struct auth_config *auth_settings(const struct auth *a)
{
    static const struct auth_config usual = {SESSION_IDLE_MS, SESSION_COOKIE_MS, SESSION_BEARER_MS};
    return a ? &a->cfg : &usual;
}

void auth_forget(const struct env *env)
{
    if (env->auth)
        cache_clear(env->auth->cache);
}

/* ---- tokens ---- */

struct str auth_token_text(struct arena *a, const uint8_t bytes[32])
{
    size_t room = sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(a, room);
    sodium_bin2base64(text, room, bytes, TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(text);
}

struct str auth_token_make(struct arena *a)
{
    uint8_t bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    return auth_token_text(a, bytes);
}

struct sha256 auth_token_hash(struct str token)
{
    return sha256_of(token);
}

/* The token itself is the key: 32 random bytes nobody else holds. */
struct str auth_csrf(struct arena *a, struct str token)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, STR("xiaohao.csrf"));
    hash_field(&h, token);
    struct sha256 v = hash_end(&h);
    return str_hex(a, v.b, sizeof v.b / 2);
}

static bool token_shaped(struct str t)
{
    if (t.n != TOKEN_CHARS)
        return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
        if (!ok)
            return false;
    }
    return true;
}

static struct str bearer_token(struct request *rq)
{
    struct str value = request_header(rq, "Authorization"), scheme;
    if (!value.p || !str_next(&value, ' ', &scheme) || scheme.n != 6)
        return STR_NONE;
    static const char want[] = "bearer";
    for (size_t i = 0; i < 6; i++)
        if ((scheme.p[i] | 0x20) != want[i])
            return STR_NONE;
    return value.p ? str_trim(value) : STR("");
}

struct str auth_request_token(struct request *rq, bool *bearer)
{
    struct str token = bearer_token(rq);
    *bearer = token.p != NULL;
    return token.p ? token : request_cookie(rq, SESSION_COOKIE);
}

/* ---- from token to actor ---- */

static bool too_idle(const struct auth *a, int64_t now, int64_t seen_ms, bool bearer)
{
    /* The store may lag behind another process's knowledge by as much as it is coarse. */
    return !bearer && now - seen_ms > auth_settings(a)->idle_ms + SESSION_SEEN_MS;
}

enum rc auth_rights_of(struct op *op, struct uuid person_id, struct str unit_area,
                       struct actor *out)
{
    struct grants_in_force_row *g;
    size_t n;
    RETURN_IF(q_grants_in_force(
        &op->rd, &(struct grants_in_force_in){.hq = op->hq, .person_id = person_id, .now = op->now},
        &g, &n));
    struct str area = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        out->roles |= policy_role_by_name(g[i].role);
        out->grants |= policy_grant_by_name(g[i].role);
        if (!area.p && !str_empty(g[i].area_code))
            area = g[i].area_code; /* the latest granted */
    }
    /* Who looks after an area and was given none looks after their unit's own. */
    if (!area.p && (out->roles & (ROLE_GRID_WORKER | ROLE_LEADER)))
        area = unit_area;
    out->area_code = area;
    return RC_OK;
}

/* Reads the session and whoever is behind it; `alive` false when it is over. */
static enum rc load(struct op *op, struct sha256 token_hash, struct cached *e, struct actor *who,
                    bool *alive)
{
    struct session_by_token_row s;
    RETURN_IF(q_session_by_token(
        &op->rd, &(struct session_by_token_in){.hq = op->hq, .token_hash = token_hash}, &s, alive));
    if (!*alive)
        return RC_OK;
    bool bearer = str_is(s.kind, "bearer");
    int64_t seen = op->env->auth ? cache_seen(op->env->auth->cache, token_hash) : 0;
    if (s.seen_ms > seen)
        seen = s.seen_ms;
    *alive = !s.ended_ms.has && s.epoch == s.account_epoch && !s.closed_ms.has && !s.left_ms.has &&
             s.expires_ms > op->now && !too_idle(op->env->auth, op->now, seen, bearer);
    if (!*alive)
        return RC_OK;
    *who = (struct actor){.person_id = s.person_id,
                          .unit_id = s.unit_id,
                          .session_id = s.id,
                          .name = s.name,
                          .must_change_password = s.must_change,
                          .by_token = bearer};
    *e = (struct cached){.token_hash = token_hash,
                         .session_id = s.id,
                         .person_id = s.person_id,
                         .unit_id = s.unit_id,
                         .must_change = s.must_change,
                         .bearer = bearer,
                         .expires_ms = s.expires_ms,
                         .seen_ms = seen,
                         .written_ms = s.seen_ms};
    return auth_rights_of(op, s.person_id, s.unit_area, who);
}

/* Unusually long names are simply read each time. */
static void keep(struct auth *a, struct cached *e, const struct actor *who, int64_t now,
                 uint64_t generation)
{
    if (who->name.n > CACHE_NAME_BYTES || who->area_code.n > CACHE_AREA_BYTES)
        return;
    if (who->name.n)
        memcpy(e->name, who->name.p, who->name.n);
    if (who->area_code.n)
        memcpy(e->area, who->area_code.p, who->area_code.n);
    e->name_bytes = (uint8_t)who->name.n;
    e->area_bytes = (uint8_t)who->area_code.n;
    e->roles = who->roles;
    e->grants = who->grants;
    e->seen_ms = now;
    cache_put(a->cache, e, generation);
}

static struct actor actor_of_cached(struct arena *a, const struct cached *e)
{
    struct str area = {e->area, e->area_bytes};
    return (struct actor){.person_id = e->person_id,
                          .unit_id = e->unit_id,
                          .session_id = e->session_id,
                          .name = str_copy(a, (struct str){e->name, e->name_bytes}),
                          .roles = e->roles,
                          .grants = e->grants,
                          .area_code = area.n ? str_copy(a, area) : STR_NONE,
                          .must_change_password = e->must_change,
                          .by_token = e->bearer};
}

enum rc auth_actor_of_token(struct op *op, struct str token, bool fresh, struct actor *out)
{
    struct auth *a = op->env->auth;
    struct cached e;
    *out = (struct actor){0};
    if (!token_shaped(token))
        return RC_OK;
    struct sha256 h = auth_token_hash(token);
    if (a && !fresh && cache_get(a->cache, h, op->now, &e)) {
        if (e.expires_ms > op->now && !too_idle(a, op->now, e.seen_ms, e.bearer))
            *out = actor_of_cached(OP_ARENA(op), &e);
        return RC_OK;
    }
    uint64_t generation = a ? cache_generation(a->cache) : 0;
    struct actor who = {0};
    bool alive;
    RETURN_IF(load(op, h, &e, &who, &alive));
    if (!alive)
        return RC_OK;
    *out = who;
    if (a)
        keep(a, &e, &who, op->now, generation);
    return RC_OK;
}

enum rc auth_actor_of_person(struct op *op, struct uuid person_id, struct actor *out)
{
    struct auth_person_row p;
    struct auth_unit_area_row u = {0};
    bool found, unit_found;
    *out = (struct actor){0};
    RETURN_IF(q_auth_person(&op->rd, &(struct auth_person_in){.hq = op->hq, .id = person_id}, &p,
                            &found));
    if (!found || p.left_ms.has)
        return OP_FAIL(op, RC_NOT_FOUND, "person_not_found", "没有这位人员",
                       "There is no such person");
    RETURN_IF(q_auth_unit_area(&op->rd, &(struct auth_unit_area_in){.hq = op->hq, .id = p.unit_id},
                               &u, &unit_found));
    *out = (struct actor){.person_id = person_id, .unit_id = p.unit_id, .name = p.name};
    return auth_rights_of(op, person_id, u.area_code, out);
}

struct actor auth_operator(void)
{
    return (struct actor){
        .name = STR("operator"),
        .roles = ROLE_SYSTEM_ADMIN | ROLE_SECURITY_ADMIN | ROLE_AUDIT_ADMIN | ROLE_OFFICE,
        .grants = GRANT_VERIFY | GRANT_REGISTER | GRANT_DISPATCH | GRANT_RECHECK | GRANT_STRIKE};
}

/* ---- the two questions ---- */

/* A cookie is sent by browsers on their own; the value of the page's own proves that the page meant
 * it. */
static enum rc check_csrf(struct request *rq, struct str token)
{
    if (rq->route->method == HTTP_GET || (rq->route->flags & ROUTE_NO_CSRF))
        return RC_OK;
    struct str sent = request_header(rq, "X-CSRF-Token"),
               want = auth_csrf(OP_ARENA(&rq->op), token);
    if (sent.p && sent.n == want.n && sodium_memcmp(sent.p, want.p, want.n) == 0)
        return RC_OK;
    return OP_FAIL(&rq->op, RC_FORBIDDEN, "csrf", "缺少或不符的 X-CSRF-Token，请刷新页面后重试",
                   "X-CSRF-Token is missing or wrong; reload the page and try again");
}

enum rc auth_authenticate(struct request *rq)
{
    bool bearer, public = (rq->route->flags & ROUTE_PUBLIC) != 0;
    struct str token = auth_request_token(rq, &bearer);
    rq->op.actor = (struct actor){0};
    if (!token.p)
        return public ? RC_OK
                      : OP_FAIL(&rq->op, RC_UNAUTHORIZED, "sign_in_required", "请先登录",
                                "Sign in first");
    struct actor who;
    RETURN_IF(auth_actor_of_token(&rq->op, token, false, &who));
    /* A bearer token in a cookie, or the other way round, is somebody's mistake or attack. */
    bool fits = !uuid_is_none(who.person_id) && who.by_token == bearer;
    if (!fits)
        return public ? RC_OK
                      : OP_FAIL(&rq->op, RC_UNAUTHORIZED, "session_ended", "登录已失效，请重新登录",
                                "The session has ended; sign in again");
    if (!bearer)
        RETURN_IF(check_csrf(rq, token));
    rq->op.actor = who;
    return RC_OK;
}

enum rc auth_authorize(struct request *rq, int action)
{
    if (policy_may(&rq->op.actor, (enum action)action))
        return RC_OK;
    if (uuid_is_none(rq->op.actor.person_id))
        return OP_FAIL(&rq->op, RC_UNAUTHORIZED, "sign_in_required", "请先登录", "Sign in first");
    return policy_check(rq->op.rd.fault, &rq->op.actor, (enum action)action, NULL);
}
