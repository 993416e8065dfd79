/* level_http.h - the routes of levels, and their part of a problem's JSON. */
#ifndef XH_PROBLEM_LEVEL_HTTP_H
#define XH_PROBLEM_LEVEL_HTTP_H

#include "http/http.h"
#include "problem/level_store.h"

extern const struct route level_routes[];

/* "levels": […] of a problem, oldest first. */
enum rc level_json_of_problem(struct json_out *j, struct op *op, struct uuid problem_id) MUST_CHECK;

#endif
