/* superior_store.h - problems from above and reports on an operation: loading. */
#ifndef XH_PROBLEM_SUPERIOR_STORE_H
#define XH_PROBLEM_SUPERIOR_STORE_H

#include "problem/problem_store.h"
#include "problem/superior.h"
#include "superior_sql.h"

struct superior superior_of(const struct superior_newest_row *row);
/* RC_NOT_FOUND also when the actor may not see it: reports are the desk's. */
enum rc report_load(struct op *op, struct uuid id, struct report_by_id_row *row, struct problem_by_id_row *problem) MUST_CHECK;

#endif
