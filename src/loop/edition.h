/*
 * edition.h - facilities, publicity and frontages become problems: what a check finds, every board that still shows a
 * withdrawn edition (撤换), and what a shop has not mended in its own time (自改期满).
 *
 * Never two open problems for one asset and one cause. Found by the office's people or inspectors it is registered at
 * once; found by a unit's own people it is reported and waits to be verified. The prepare functions fill the plan of an
 * operation (change_begin() first, then commit).
 */
#ifndef XH_LOOP_EDITION_H
#define XH_LOOP_EDITION_H

#include "facility/facility.h"

/* Boards per command of a recall. */
enum { RECALL_BATCH = 100 };

enum rc edition_prepare_asset(struct op *op, const struct asset_new *in, const struct asset_look *look) MUST_CHECK;
enum rc edition_prepare_look(struct op *op, struct uuid asset_id, const struct asset_look *look) MUST_CHECK;
enum rc edition_prepare_frontage_look(struct op *op, const struct frontage_look *look) MUST_CHECK;
/* By hand, once the shop's own time is over; the policy is asked. */
enum rc edition_prepare_raise(struct op *op, struct uuid finding_id) MUST_CHECK;
/* The next batch of a recall; RC_CONFLICT "recall_done" after the last. Asks the policy. */
enum rc edition_prepare_recall(struct op *op, struct uuid edition_id) MUST_CHECK;

/* Chores (loop/minder.h): one batch of the oldest recall that is not done; findings whose time is over. Each command's id
 * follows from what it does, so that a kill or a second process changes nothing twice. They act for the person who
 * withdrew the edition, or who made the finding. */
enum rc edition_recall_chore(struct op *op, bool *more) MUST_CHECK;
enum rc edition_frontage_chore(struct op *op, bool *more) MUST_CHECK;

#endif
