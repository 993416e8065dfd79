/*
 * inspect.h - recording an inspection: it counts, raises problems and scores in one change.
 *
 * Each function fills the plan of an operation (change_begin() first, then commit).
 */
#ifndef XH_LOOP_INSPECT_H
#define XH_LOOP_INSPECT_H

#include "inspection/inspection_store.h"

/* A new inspection, staged or, with `complete`, counted at once (or quarantined). */
enum rc inspect_prepare_new(struct op *op, struct inspection_new *in) MUST_CHECK;
/* A further part of a staged one, by its sender. `content` is the JSON {"observations":[…]}. */
enum rc inspect_prepare_part(struct op *op, struct uuid id, struct uuid part_id, struct str content) MUST_CHECK;
/* Everything staged is checked at once and counts, or every fault is named, or it waits in quarantine. */
enum rc inspect_prepare_complete(struct op *op, struct uuid id) MUST_CHECK;
/* A wrong inspection stops counting; it stays on record. */
enum rc inspect_prepare_withdraw(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
/* A person's word on a quarantined one; not by who made it. */
enum rc inspect_prepare_judge(struct op *op, struct uuid id, bool accept, struct str reason) MUST_CHECK;

#endif
