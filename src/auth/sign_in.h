/*
 * sign_in.h - signing in and out, changing a password, taking up an invitation (登录、改密、受邀).
 *
 * Each goes in steps, because hashing is slow and the commit comes later:
 *     x_load(op, &x)     reads; on a pool thread
 *     x_work(op, &x)     hashes; on a worker thread, about 20 ms and more; touches no database
 *     x_decide(op, &x)   fills op->plan; then commit
 *     x_answer(op, &x)   after the commit: RC_OK, or the refusal
 * A refused sign-in is a change too: it is counted and written to the journal, without login and
 * password. Every refusal of a sign-in has the same answer and takes the same time: unknown, wrong,
 * locked, closed.
 */
#ifndef XH_AUTH_SIGN_IN_H
#define XH_AUTH_SIGN_IN_H

#include "auth/account.h"

enum refusal {
    REFUSED_NOT,
    REFUSED_UNKNOWN,
    REFUSED_CLOSED,
    REFUSED_LOCKED,
    REFUSED_UNSET,
    REFUSED_PASSWORD
};

struct sign_in {
    struct str login; /* as typed */
    struct str password;
    bool bearer; /* a token for machines instead of a cookie */

    enum refusal refused;
    struct uuid person_id;
    struct str hash;
    int64_t account_epoch;

    struct str token; /* shown once */
    int64_t expires_ms;
};
enum rc sign_in_load(struct op *op, struct sign_in *s) MUST_CHECK;
void sign_in_work(struct op *op, struct sign_in *s);
enum rc sign_in_decide(struct op *op, struct sign_in *s) MUST_CHECK;
/* RC_UNAUTHORIZED sign_in_refused; sign_in_load() also answers RC_LIMITED too_many_failures (limiter.h). */
enum rc sign_in_answer(struct op *op, const struct sign_in *s) MUST_CHECK;

/* Ends op->actor's own session. */
enum rc sign_out(struct op *op) MUST_CHECK;

/* Of one's own password; other sessions end, this one goes on. Codes: those of password_check()
 * under /new, password_reused, current_password_wrong (counted as a failure), changed_meanwhile. */
struct password_change {
    struct uuid id; /* of the command */
    struct str current;
    struct str fresh;

    struct str hash, history, login;
    int64_t version, epoch;
    bool right, locked, reused;
    struct str fresh_hash;
    enum rc hashed;
    bool done_before; /* this very command was carried out already */
};
enum rc password_change_load(struct op *op, struct password_change *p) MUST_CHECK;
void password_change_work(struct op *op, struct password_change *p);
enum rc password_change_decide(struct op *op, struct password_change *p) MUST_CHECK;
enum rc password_change_answer(struct op *op, const struct password_change *p) MUST_CHECK;

/* Sets the first or a new password with an invitation's token. Codes: invitation_invalid, those of
 * password_check() under /password, password_reused. */
struct invitation_accept {
    struct uuid id; /* of the command */
    struct str token;
    struct str password;

    struct uuid invitation_id, person_id;
    struct str history, login;
    int64_t version, epoch;
    bool reused;
    struct str hash;
    enum rc hashed;
    bool done_before;
};
enum rc invitation_accept_load(struct op *op, struct invitation_accept *i) MUST_CHECK;
void invitation_accept_work(struct op *op, struct invitation_accept *i);
enum rc invitation_accept_decide(struct op *op, struct invitation_accept *i) MUST_CHECK;

#endif
