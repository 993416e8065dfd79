/*
 * publish.h - publishing a round (发布): its visits, scores and problems join the others, its draws may be repeated.
 */
#ifndef XH_LOOP_PUBLISH_H
#define XH_LOOP_PUBLISH_H

#include "round/round_store.h"

/* Fills the plan of an operation (change_begin() first, then commit); signed by the actor in the journal. */
enum rc publish_prepare(struct op *op, struct uuid round_id) MUST_CHECK;

#endif
