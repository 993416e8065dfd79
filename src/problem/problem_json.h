/* problem_json.h - problems as JSON: brief in lists, full with timeline and photographs. */
#ifndef XH_PROBLEM_PROBLEM_JSON_H
#define XH_PROBLEM_PROBLEM_JSON_H

#include "base/json_out.h"
#include "problem/problem_store.h"

/* Three working days (project default), as limits.c ships it; the headquarters' own is limit_default(). */
enum { PROBLEM_DEFAULT_LIMIT_DAYS = 3 };

/* "2026-000123"; held ones, which have no public number yet, "2026-H000005". */
struct str problem_number_text(struct arena *a, int64_t year, int64_t number);
/* Members into the object that is open. */
void problem_json_brief(struct json_out *j, const struct op *op, const struct problem_list_row *row);
/* A whole object, of a problem loaded for this actor. */
enum rc problem_json_full(struct json_out *j, struct op *op, const struct problem_by_id_row *p) MUST_CHECK;

#endif
