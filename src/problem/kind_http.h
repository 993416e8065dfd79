/* kind_http.h - the routes of kinds, and their part of a problem's JSON. */
#ifndef XH_PROBLEM_KIND_HTTP_H
#define XH_PROBLEM_KIND_HTTP_H

#include "http/http.h"
#include "problem/problem_store.h"

extern const struct route kind_routes[];

/* "stages" and "outputs" of a problem. */
enum rc kind_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p) MUST_CHECK;

#endif
