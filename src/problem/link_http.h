/* link_http.h - the routes of merging and of parents and children, and their part of a problem's JSON. */
#ifndef XH_PROBLEM_LINK_HTTP_H
#define XH_PROBLEM_LINK_HTTP_H

#include "http/http.h"
#include "problem/problem_store.h"

extern const struct route link_routes[];

/* "merged_into", "merged", "parent", "children", "progress" of a problem. */
enum rc link_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p) MUST_CHECK;

#endif
