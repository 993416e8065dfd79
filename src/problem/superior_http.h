/* superior_http.h - the routes of problems from above, and their part of a problem's JSON. */
#ifndef XH_PROBLEM_SUPERIOR_HTTP_H
#define XH_PROBLEM_SUPERIOR_HTTP_H

#include "http/http.h"
#include "problem/problem_store.h"

extern const struct route superior_routes[];

/* "superior": null or what the superior said, with the lamp of their limit and, for the desk, the reports. */
enum rc superior_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p) MUST_CHECK;

#endif
