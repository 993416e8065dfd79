/* problem_store.h - what the room's own files share about loaded problems. */
#ifndef XH_PROBLEM_PROBLEM_STORE_H
#define XH_PROBLEM_PROBLEM_STORE_H

#include "limits/limits_http.h"
#include "problem/problem.h"
#include "problem/problem_list.h"
#include "problem_sql.h"

/* RC_NOT_FOUND also when the actor may not see it. */
enum rc problem_load(struct op *op, struct uuid id, struct problem_by_id_row *row) MUST_CHECK;
/* For the reply to one's own step: who has sent a problem back is still shown it as they left it. */
enum rc problem_load_acted(struct op *op, struct uuid id, struct problem_by_id_row *row) MUST_CHECK;
struct problem_case problem_case_of(const struct problem_by_id_row *row);
/* Its clocks alone: what lights and words of what is left need. */
struct problem_case problem_case_of_list(const struct problem_list_row *row);
struct subject problem_subject(const struct problem_by_id_row *row);
/* Whether the actor may take this step on it now: state, guards on the case and permission. */
bool problem_may(struct op *op, const struct problem_by_id_row *row, enum problem_event event);
/* The same for an event that comes from a room of its own (merge, hold, …). */
bool problem_may_via(struct op *op, const struct problem_by_id_row *row, enum problem_event event);
/* What the rules of limits say of it now, and the limit where none applies (limits_http.h shows both). */
enum rc problem_find_limit(struct op *op, const struct problem_by_id_row *row, struct limit_answer *answer,
                           struct limit_fallback *own) MUST_CHECK;
/* Index of a stored word; the database holds none other (0 when it does). */
int problem_name_index(const char *const *names, struct str name);

#endif
