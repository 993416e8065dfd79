/* auth_json.h - people who sign in, accounts and grants as the API shows them. Inside auth/ only.
 */
#ifndef XH_AUTH_AUTH_JSON_H
#define XH_AUTH_AUTH_JSON_H

#include "auth/account.h"
#include "http/http.h"

/* rq->op.actor as a member `key`; reads the unit's name. */
enum rc auth_write_me(struct request *rq, const char *key) MUST_CHECK;
void auth_write_grant(struct json_out *j, const struct role_grant *g);

#endif
