/*
 * walk.h - a walking order (步行路线) for places to visit: nearest neighbour, then 2-opt, on WGS 84. Pure.
 *
 * The way is open (nobody must return) and begins at `start` when one is given, else where the shortest way found
 * begins. Places without coordinates keep their order at the end. Lengths are great circles, not streets: an order to
 * begin from, which people may change.
 */
#ifndef XH_ROUND_WALK_H
#define XH_ROUND_WALK_H

#include "base/opt.h"

#include <stddef.h>

struct arena;

struct walk_place {
    struct opt_i64 lon_e7, lat_e7;
};

/* Above these numbers of places the improvement is left out, then the order altogether (they stay as given). */
enum { WALK_IMPROVE_MAX = 400, WALK_ORDER_MAX = 3000 };

/* `order` gets the indexes of `places` (n of them) in walking order; answers the length in metres of the part that
 * has coordinates. `start` may be NULL. */
int64_t walk_order(struct arena *a, const struct walk_place *places, size_t n, const struct walk_place *start,
                   size_t *order);
/* The length of an order, without a start. */
int64_t walk_length_m(const struct walk_place *places, const size_t *order, size_t n);

#endif
