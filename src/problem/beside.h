/*
 * beside.h - what stands beside the line of states and has a word in its steps: levels handed on, duplicates and
 * children, the stages of the case's kind, the superior's number. The step asks; nobody else calls these.
 */
#ifndef XH_PROBLEM_BESIDE_H
#define XH_PROBLEM_BESIDE_H

#include "base/json_out.h"
#include "problem/problem_store.h"

/* Before a step is decided: RC_CONFLICT "level_open", "children_open", "has_merged", "stages_left" …, RC_FORBIDDEN
 * "recheck_own_unit" for whom a level's answer makes a party. A unit that reports a case mended without photographs
 * of its own takes over those it confirmed from below (`act->photos`). */
enum rc beside_check(struct op *op, const struct problem_by_id_row *row, struct problem_act *act) MUST_CHECK;
/* After the step's effects: the levels' clocks follow the case's; what ends or leaves the unit ends its levels.
 * `row` is the row the step was decided on. */
enum rc beside_follow(struct op *op, const struct problem_by_id_row *row, const struct problem_case *from,
                      const struct problem_case *to) MUST_CHECK;
/* Does something beside the line let the actor read it: a level of their unit's, a report of theirs merged into it? */
enum rc beside_may_read(struct op *op, const struct problem_by_id_row *row, bool *may) MUST_CHECK;
/* The members "levels", "merged_into", "merged", "parent", "children", "progress", "superior", "stages", "outputs". */
enum rc beside_json(struct json_out *j, struct op *op, const struct problem_by_id_row *row) MUST_CHECK;

#endif
