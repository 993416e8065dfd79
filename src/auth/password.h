/*
 * password.h - what a password (口令) must be, and its Argon2id hash. Pure but for randomness; slow
 * functions say so and belong on a worker thread (about 20 ms of one core, 19 MiB for that time).
 */
#ifndef XH_AUTH_PASSWORD_H
#define XH_AUTH_PASSWORD_H

#include "base/fault.h"

enum {
    PASSWORD_MIN_CHARS = 10,
    PASSWORD_LONG_CHARS = 16, /* from here on the kinds of characters are not counted */
    PASSWORD_KINDS = 3,       /* of lower case, upper case, digits, others */
    PASSWORD_MAX_BYTES = 256,
    PASSWORD_REMEMBERED = 5, /* the last ones no new one may equal */
};

/* RC_INVALID with field errors under `pointer`: password_too_short, password_too_simple,
 * password_has_login, password_too_long, password_characters. */
enum rc password_check(struct fault *f, struct str pointer, struct str login,
                       struct str password) MUST_CHECK;

/* What a password came from decides what its hash must withstand. */
enum password_source {
    PASSWORD_CHOSEN,    /* by a person: 19 MiB, two passes */
    PASSWORD_GENERATED, /* password_random() of ours: nobody can try 10^35 of them, so the least
                           cost will do */
};
/* Slow for chosen ones. RC_BUSY when there is no memory for it now. */
enum rc password_hash(struct arena *a, struct fault *f, enum password_source from,
                      struct str password, struct str *hash) MUST_CHECK;
/* Slow. Takes as long for a missing hash (nobody, nothing set yet) as for a real one, and answers
 * false. */
bool password_verify(struct str hash, struct str password);
/* 20 characters without look-alikes, every kind among them. */
struct str password_random(struct arena *a);

/* The remembered hashes as a JSON array, newest first, at most PASSWORD_REMEMBERED. */
struct str password_history_add(struct arena *a, struct str history, struct str hash);
/* Slow: was `password` one of them? */
bool password_history_has(struct arena *a, struct str history, struct str password);

/* A login (登录名) folded to the form it is stored in; false unless it is 2-64 of a-z 0-9 . _ - @.
 */
bool login_normal(struct arena *a, struct str typed, struct str *login);

#endif
