/*
 * account.h - accounts (账户) and what people may do: operations of the system and the security
 * administrator.
 *
 * Each operation checks policy, fills op->plan and leaves the commit to the caller: change_commit()
 * at the command line and in the demonstration, http_commit() in the server; call auth_forget()
 * afterwards where rights or sessions changed. `c` says under which id (auth_command() makes one).
 * A command carried out before leaves op->plan.replayed and answers the same result.
 *
 * The first administrator holds system_admin alone. As long as nobody has ever been security
 * administrator, a system administrator may appoint the first one, another person; from then on
 * only they grant rights.
 */
#ifndef XH_AUTH_ACCOUNT_H
#define XH_AUTH_ACCOUNT_H

#include "auth/policy.h"
#include "change/change.h"

enum { LOCK_AFTER_FAILURES = 5, LOCK_MS = 15 * 60 * 1000, INVITATION_MS = 7 * 24 * 60 * 60 * 1000 };

/* A command of the process itself, with an id of its own. */
struct command auth_command(const struct op *op, const char *kind, struct uuid person_id);

/* The one-time token by which a person sets their password (邀请); the store keeps its hash. A
 * repeat of the same command answers the same token. */
struct invitation {
    struct uuid person_id;
    struct str login;
    struct str token;
    int64_t expires_ms;
};

/* Codes: person_not_found, person_left, login_invalid (field /login), login_taken, account_exists.
 * A closed account is opened again. */
enum rc account_create(struct op *op, const struct command *c, struct uuid person_id,
                       struct str login, struct invitation *out) MUST_CHECK;
/* Voids password and sessions. Codes: account_not_found, account_closed, reset_self. */
enum rc account_reset(struct op *op, const struct command *c, struct uuid person_id,
                      struct invitation *out) MUST_CHECK;
/* Leaving (离任): sessions, invitations and all rights end now. Codes: as above, close_self. */
enum rc account_close(struct op *op, const struct command *c, struct uuid person_id) MUST_CHECK;

/* An account with its password set, for the command line and the demonstration. `hash` from
 * password_hash(). */
struct account_install {
    struct uuid person_id;
    struct str login;
    struct str hash;
    bool must_change;
};
enum rc account_install(struct op *op, const struct command *c,
                        const struct account_install *in) MUST_CHECK;

/* The first administrator of an empty headquarters; refused with already_set_up when there is any
 * account. */
struct bootstrap {
    struct uuid unit_id; /* UUID_NONE: a unit is made from the two below */
    struct str unit_code;
    struct str unit_name;
    struct str person_name;
    struct str login;
    struct str hash; /* of a random password, to be changed at the first sign-in */
};
enum rc auth_bootstrap(struct op *op, const struct bootstrap *in,
                       struct uuid *person_id) MUST_CHECK;

/* A role or an office permission, from–to. */
struct role_grant {
    struct uuid id;
    struct uuid person_id;
    struct str role;      /* a name of policy.h */
    struct str area_code; /* for grid_worker and leader only */
    int64_t from_ms;
    struct opt_i64 to_ms;
};
/* `g->id` is c->id. Codes: grant_to_self, account_not_found, role_unknown, role_clash (三员分立),
 * area_not_for_role, bad_range, role_held. */
enum rc role_grant_new(struct op *op, const struct command *c,
                       const struct role_grant *g) MUST_CHECK;
/* Ends it now. Codes: grant_not_found, grant_ended, grant_to_self. */
enum rc role_grant_finish(struct op *op, const struct command *c, struct uuid id,
                          struct role_grant *out) MUST_CHECK;
enum rc role_grant_load(struct op *op, struct uuid id, struct role_grant *out) MUST_CHECK;

#endif
