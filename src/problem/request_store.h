/* request_store.h - loaded requests, and what the actor may do with them. */
#ifndef XH_PROBLEM_REQUEST_STORE_H
#define XH_PROBLEM_REQUEST_STORE_H

#include "base/json_out.h"
#include "problem/problem_store.h"
#include "problem/request.h"
#include "request_sql.h"

struct request_case request_case_of(const struct request_by_id_row *r);
bool request_may_decide(struct op *op, const struct request_by_id_row *r);
bool request_may_withdraw(struct op *op, const struct request_by_id_row *r);
/* State, guards and permission; not whether one waits already. */
bool request_may_ask(struct op *op, const struct problem_by_id_row *p, enum request_kind kind);
/* Tells those who hold `role` (a role or a grant) that a decision waits for them; not whoever acts now. `zh` and `en` are
 * what waits. */
struct request_notice {
    const char *role, *subject_kind;
    struct uuid subject_id;
    const char *zh, *en;
};
enum rc request_tell_deciders(struct op *op, const struct request_notice *n) MUST_CHECK;
/* One request as an object. */
void request_put(struct json_out *j, const char *key, struct op *op, const struct request_by_id_row *r);
/* All of a problem, newest first, as member `key`. */
enum rc request_put_all(struct json_out *j, const char *key, struct op *op, struct uuid problem_id) MUST_CHECK;

#endif
