/* problem_plan.h - the effects the room's plans are made of: rows of the timeline, photographs, columns of clocks. */
#ifndef XH_PROBLEM_PROBLEM_PLAN_H
#define XH_PROBLEM_PROBLEM_PLAN_H

#include "problem/problem_store.h"

/* A row of the timeline. `from` NULL: the first. */
struct problem_step {
    const char *event;
    const struct problem_case *from, *to;
    struct str note;
    struct uuid unit_id;    /* NONE: the unit it is with afterwards */
    struct uuid request_id;
};
void problem_add_event(struct op *op, struct uuid id, int64_t seq, const struct problem_step *step);

struct problem_photo_list {
    const char *role; /* before | after | recheck */
    const struct sha256 *list;
    size_t n;
};
void problem_add_photos(struct op *op, struct uuid id, int64_t seq, const struct problem_photo_list *photos);

/* {"event":…,"seq":…}, what listeners get with "problem.reported" and "problem.moved". */
struct str problem_payload(struct op *op, const char *event, int64_t seq);
/* Absent instead of empty. */
struct str problem_optional(struct str s);
/* Hours or days of a clock's total, as stored beside its kind. */
int64_t problem_units(enum limit_kind kind, int64_t ms);

/* Members of the generated structs of problem_add and problem_move, from a case. */
#define PROBLEM_STAGE_COLUMNS(c)                                                                                       \
    .stage = (c)->stage ? str_of(problem_stage_names[(c)->stage]) : STR_NONE,                                          \
    .stage_kind = (c)->stage ? str_of(limit_kind_names[(c)->stage_clock.kind]) : STR_NONE,                             \
    .stage_ms = (c)->stage ? SOME((c)->stage_clock.total_ms) : NONE_I64, .stage_due_ms = (c)->stage_clock.due_ms
#define PROBLEM_CASE_COLUMNS(c)                                                                                        \
    .case_limit_kind = (c)->whole.total_ms ? str_of(limit_kind_names[(c)->whole.kind]) : STR_NONE,                     \
    .case_limit_amount = (c)->whole.total_ms ? SOME(problem_units((c)->whole.kind, (c)->whole.total_ms)) : NONE_I64,   \
    .case_due_ms = (c)->whole.due_ms

#endif
