/* internal.h - what the files of this room share and nobody else sees. */
#ifndef XH_AUTH_INTERNAL_H
#define XH_AUTH_INTERNAL_H

#include "auth/auth.h"

#include "base/arena.h"
#include "base/ticker.h"

struct session_cache;
struct limiter;

struct auth {
    struct auth_config cfg;
    struct session_cache *cache;
    struct limiter *limiter;
    const struct env *env; /* of the keeper */
    struct arena arena;
    struct ticker ticker;
    int64_t rounds;
};

/* Roles, grants and area of a person now, into `out`. */
enum rc auth_rights_of(struct op *op, struct uuid person_id, struct str unit_area,
                       struct actor *out) MUST_CHECK;
/* The account of a person, open; account_not_found or account_closed. */
struct account_by_login_row;
enum rc auth_account_open(struct op *op, struct uuid person_id,
                          struct account_by_login_row *acc) MUST_CHECK;
struct str auth_token_text(struct arena *a, const uint8_t bytes[32]);

#endif
