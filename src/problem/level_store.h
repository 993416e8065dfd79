/* level_store.h - levels on an operation: what the room's own files share about loaded levels. */
#ifndef XH_PROBLEM_LEVEL_STORE_H
#define XH_PROBLEM_LEVEL_STORE_H

#include "level_sql.h"
#include "problem/level.h"
#include "problem/problem_store.h"

struct level_case level_case_of(const struct level_by_id_row *row);
struct level_pace level_pace_of(const struct problem_case *c);
/* On whose side of the level the actor stands. Within one unit the person it rests with is below, all others above. */
enum level_side level_side_of(const struct actor *actor, const struct level_by_id_row *row);
/* RC_NOT_FOUND also when the actor may not see its case. */
enum rc level_load(struct op *op, struct uuid id, struct level_by_id_row *row, struct problem_by_id_row *problem) MUST_CHECK;
/* Whether the actor may do this to it now: state, side and permission. */
bool level_may(struct op *op, const struct level_by_id_row *row, enum level_event event);
/* Is this unit or was it part of the chain of levels? Then its people read the case. */
enum rc level_unit_involved(struct op *op, struct uuid problem_id, struct uuid unit_id, bool *yes) MUST_CHECK;
/* The photographs of the answer confirmed last beneath `depth` since `since_ms`; none: *n is 0. */
enum rc level_confirmed_proof(struct op *op, struct uuid problem_id, int64_t depth, int64_t since_ms,
                              const struct sha256 **photos, size_t *n) MUST_CHECK;
/* Ends all open levels with the case, each with its row in the timeline. `row`: the case as the plan leaves it. */
enum rc level_prepare_cease(struct op *op, const struct problem_by_id_row *row) MUST_CHECK;

#endif
