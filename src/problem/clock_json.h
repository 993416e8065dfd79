/* clock_json.h - the clocks of a case in JSON and in words (还剩多少、已超多少). */
#ifndef XH_PROBLEM_CLOCK_JSON_H
#define XH_PROBLEM_CLOCK_JSON_H

#include "base/json_out.h"
#include "problem/problem.h"

/* "还剩 2 个工作时", "已超 1.5 个工作日", "还剩 20 分钟（工作时）"; in English "2 working hours left". Pure. */
struct str problem_left_text(struct arena *a, enum lang lang, enum limit_kind kind, int64_t left_ms);

/* Array `clocks`: those of the case that run or stand, with light, due moment, what is left and its words. */
void problem_put_clocks(struct json_out *j, const struct op *op, const struct problem_case *c);

#endif
