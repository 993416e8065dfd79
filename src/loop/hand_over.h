/*
 * hand_over.h - duties change hands (职责交接): what is with a person, and moving it to a successor in one command.
 *
 * Bound to a person are: duties, shares of rounds not walked yet, rounds they belong to, planned look-backs, levels that
 * rest with them, plans of sites they answer for. Whoever leaves is not let go while anything is bound to them, so that
 * nothing hangs on people who are gone. What the successor may not take (a look-back on what they rectified or struck
 * off, a level of another unit) is left to nobody in particular, and said so.
 */
#ifndef XH_LOOP_HAND_OVER_H
#define XH_LOOP_HAND_OVER_H

#include "hand_over_sql.h"
#include "org/org.h"

/* As much as one command moves. */
enum { HAND_OVER_MAX = 500 };

struct holdings {
    struct holding_duties_row *duties;
    size_t nduties;
    struct holding_walks_row *walks;
    size_t nwalks;
    struct holding_rounds_row *rounds;
    size_t nrounds;
    struct holding_lookbacks_row *lookbacks;
    size_t nlookbacks;
    struct holding_levels_row *levels;
    size_t nlevels;
    struct holding_plans_row *plans;
    size_t nplans;
};
/* Where: a place's part of it, for a single duty. All absent: everything. */
struct hand_over_place {
    struct str area_code;
    struct uuid site_id, unit_id;
};
enum rc holdings_load(struct op *op, struct uuid person_id, const struct hand_over_place *where, struct holdings *out) MUST_CHECK;
size_t holdings_count(const struct holdings *h);

struct hand_over {
    struct uuid person_id;
    struct uuid to_person_id;  /* UUID_NONE: to nobody; then duties end */
    struct str note;
    bool leaves;               /* and the person leaves (离任) … */
    struct uuid to_unit_id;    /* … or goes to another unit */
};
enum rc hand_over_prepare(struct op *op, const struct hand_over *in) MUST_CHECK;

/* For env.still_bound: how much is bound to somebody who leaves, or who goes to another unit. */
enum rc hand_over_still_bound(struct op *op, struct uuid person_id, bool leaves, int64_t *n) MUST_CHECK;
/* For env.duty_moved: what goes along with one duty, as effects on the plan in hand. */
enum rc hand_over_with_duty(struct op *op, const struct duty_move *move) MUST_CHECK;

#endif
