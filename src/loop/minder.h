/*
 * minder.h - work nobody asks for (后台值守): drafts of draws, plans of look-backs, proposals, notices.
 *
 * Each chore does its own change_begin()/change_commit(), with command ids derived from what it does, so that doing
 * it twice changes nothing twice. One process of those on a database does the chores at a time, by a fenced lease;
 * a process that lost it in the middle of a chore is harmless for the same reason.
 */
#ifndef XH_LOOP_MINDER_H
#define XH_LOOP_MINDER_H

#include "change/change.h"

/* `run` does a bounded amount and comes again after `every_ms`; *more asks to come again at once. The operation has
 * a fresh arena, no actor and the origin "system". */
struct chore {
    const char *name;
    int64_t every_ms;
    enum rc (*run)(struct op *op, bool *more);
    bool (*waits)(struct op *op); /* is there anything to do? Asked without the lease; NULL: there may be */
};

struct minder;
/* A thread with a read connection of its own. `chores` ends with name == NULL and outlives the minder. */
enum rc minder_start(struct minder **out, const struct env *env, const struct chore *chores, struct fault *f) MUST_CHECK;
/* After the chore in hand; gives the lease back. NULL is allowed. */
void minder_stop(struct minder *m);
/* All chores once, whatever is due, until none asks for more: for the command line and tests. */
enum rc minder_run_all(struct op *op, const struct chore *chores) MUST_CHECK;

#endif
