/*
 * auth.h - who is asking: sessions (会话) in cookies, bearer tokens for machines, and the two
 * questions the server asks before every handler.
 *
 * A token is 32 random bytes; the store keeps its SHA-256. What a token stands for is kept in
 * memory for SESSION_FRESH_MS, so that a request usually costs no query: a revocation made by this
 * process holds at once, one made by another process within those two seconds. When a session was
 * last used is kept in memory and written every few minutes, outside the journal (nobody's
 * movements are recorded).
 *
 * main.c: auth_open(), env.auth = it, http_config.authenticate/.authorize = the functions below,
 * tables auth_routes and account_routes, auth_keeper_start() after http_start(); stop and close in
 * the other order.
 */
#ifndef XH_AUTH_AUTH_H
#define XH_AUTH_AUTH_H

#include "auth/policy.h"
#include "http/http.h"

enum {
    SESSION_FRESH_MS = 2000,
    SESSION_IDLE_MS = 30 * 60 * 1000,
    SESSION_COOKIE_MS = 12 * 60 * 60 * 1000,
    SESSION_SEEN_MS = 5 * 60 * 1000, /* how coarsely the store knows when a session was last used */
    TOKEN_CHARS = 43,                /* 32 bytes in URL-safe base64 */
};
#define SESSION_BEARER_MS (30LL * 24 * 60 * 60 * 1000)
#define SESSION_COOKIE "xiaohao_session"

struct auth;

/* Times a session lasts, in milliseconds; 0: the defaults above. */
struct auth_config {
    int64_t idle_ms;
    int64_t cookie_ms;
    int64_t bearer_ms;
};

void auth_open(struct auth **out, const struct auth_config *cfg);
void auth_close(struct auth *a);
const struct auth_config *auth_settings(const struct auth *a);

/* Fills rq->op.actor from the bearer token or cookie. Asks for the CSRF value where a cookie would
 * change something. RC_UNAUTHORIZED only where the route needs somebody. */
enum rc auth_authenticate(struct request *rq);
/* May this actor do `action` at all? */
enum rc auth_authorize(struct request *rq, int action);

/* Whoever stands behind a token; actor stays nobody when it stands for no living session. For the
 * server's own use and for tests; `fresh` skips the memory. */
enum rc auth_actor_of_token(struct op *op, struct str token, bool fresh,
                            struct actor *out) MUST_CHECK;
/* The actor a person is at this moment, for the demonstration and imports; RC_NOT_FOUND when there
 * is none. */
enum rc auth_actor_of_person(struct op *op, struct uuid person_id, struct actor *out) MUST_CHECK;
/* The operator at the command line, who owns the machine: the office and all administrators, no
 * person. The journal shows the origin ("cli") in place of a name. */
struct actor auth_operator(void);

/* Forgets what is in memory, after rights or sessions were changed. */
void auth_forget(const struct env *env);
/* The value a page sends as X-CSRF-Token; follows from the session's token and does not betray it.
 */
struct str auth_csrf(struct arena *a, struct str token);
/* Random token in URL-safe base64, and what the store keeps of it. */
struct str auth_token_make(struct arena *a);
struct sha256 auth_token_hash(struct str token);
/* The session token the request came with; absent: STR_NONE. */
struct str auth_request_token(struct request *rq, bool *bearer);

/* A thread that writes when sessions were last used, and removes those long expired (30 days). */
enum rc auth_keeper_start(struct auth *a, const struct env *env, struct fault *f) MUST_CHECK;
void auth_keeper_stop(struct auth *a);
/* One round of it; for tests. */
enum rc auth_keeper_round(struct auth *a, struct op *op) MUST_CHECK;

extern const struct route auth_routes[];
extern const struct route account_routes[];

#endif
