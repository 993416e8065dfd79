/* walk.c - see walk.h. Pure. */
#include "round/walk.h"

#include "base/arena.h"
#include "base/geo.h"

#include <stdbool.h>
#include <string.h>

static bool placed(const struct walk_place *p)
{
    return p->lon_e7.has && p->lat_e7.has;
}

static int64_t apart_m(const struct walk_place *a, const struct walk_place *b)
{
    return geo_distance_m(a->lon_e7.v, a->lat_e7.v, b->lon_e7.v, b->lat_e7.v);
}

int64_t walk_length_m(const struct walk_place *places, const size_t *order, size_t n)
{
    int64_t m = 0;
    for (size_t i = 1; i < n && placed(&places[order[i]]); i++)
        m += apart_m(&places[order[i - 1]], &places[order[i]]);
    return m;
}

/* The way from `order[0]` by the nearest that is left; the lesser index where two are as near. */
static void go_nearest(const struct walk_place *places, size_t *order, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        size_t best = i;
        int64_t best_m = apart_m(&places[order[i - 1]], &places[order[i]]);
        for (size_t k = i + 1; k < n; k++) {
            int64_t m = apart_m(&places[order[i - 1]], &places[order[k]]);
            if (m < best_m || (m == best_m && order[k] < order[best])) {
                best = k;
                best_m = m;
            }
        }
        size_t next = order[best];
        order[best] = order[i];
        order[i] = next;
    }
}

static void reverse(size_t *order, size_t from, size_t to)
{
    for (; from < to; from++, to--) {
        size_t kept = order[from];
        order[from] = order[to];
        order[to] = kept;
    }
}

/* What reversing [i, k] saves; the ends of an open way have one neighbour only. */
static int64_t saved_m(const struct walk_place *p, const size_t *o, size_t n, size_t i, size_t k)
{
    int64_t before = 0, after = 0;
    if (i > 0) {
        before += apart_m(&p[o[i - 1]], &p[o[i]]);
        after += apart_m(&p[o[i - 1]], &p[o[k]]);
    }
    if (k + 1 < n) {
        before += apart_m(&p[o[k]], &p[o[k + 1]]);
        after += apart_m(&p[o[i]], &p[o[k + 1]]);
    }
    return before - after;
}

static bool improve_once(const struct walk_place *places, size_t *order, size_t n, size_t fixed)
{
    bool better = false;
    for (size_t i = fixed; i + 1 < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (saved_m(places, order, n, i, k) > 0) {
                reverse(order, i, k);
                better = true;
            }
    return better;
}

/* Every step shortens the way by a metre at least, so it ends. */
static void improve(const struct walk_place *places, size_t *order, size_t n, size_t fixed)
{
    if (n <= WALK_IMPROVE_MAX)
        while (improve_once(places, order, n, fixed)) {
        }
}

/* Without a start every place of a small set is tried as the first; of a large one the westernmost. */
enum { TRY_EVERY_START_MAX = 30 };

static size_t westernmost(const struct walk_place *places, const size_t *order, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (places[order[i]].lon_e7.v < places[order[best]].lon_e7.v)
            best = i;
    return best;
}

static void order_from(const struct walk_place *places, const size_t *set, size_t n, size_t first, size_t *out)
{
    memcpy(out, set, n * sizeof *out);
    out[0] = set[first];
    out[first] = set[0];
    go_nearest(places, out, n);
    improve(places, out, n, 0);
}

static void order_freely(struct arena *a, const struct walk_place *places, size_t *order, size_t n)
{
    size_t *set = arena_dup(a, order, n * sizeof *order), *try = ARENA_MANY(a, size_t, n);
    int64_t best = -1;
    bool every = n <= TRY_EVERY_START_MAX;
    for (size_t s = 0; s < (every ? n : 1); s++) {
        order_from(places, set, n, every ? s : westernmost(places, set, n), try);
        int64_t m = walk_length_m(places, try, n);
        if (best < 0 || m < best) {
            best = m;
            memcpy(order, try, n * sizeof *order);
        }
    }
}

/* The start is put before the places as one of them, ordered, and taken out again. */
static int64_t order_from_start(struct arena *a, const struct walk_place *places, size_t n,
                                const struct walk_place *start, size_t *order)
{
    struct walk_place *all = ARENA_MANY(a, struct walk_place, n + 1);
    size_t *o = ARENA_MANY(a, size_t, n + 1);
    all[0] = *start;
    for (size_t i = 0; i < n; i++) {
        all[i + 1] = places[order[i]];
        o[i + 1] = i + 1;
    }
    o[0] = 0;
    go_nearest(all, o, n + 1);
    improve(all, o, n + 1, 1);
    size_t *was = arena_dup(a, order, n * sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = was[o[i + 1] - 1];
    return walk_length_m(all, o, n + 1);
}

int64_t walk_order(struct arena *a, const struct walk_place *places, size_t n, const struct walk_place *start,
                   size_t *order)
{
    size_t m = 0, end;
    for (size_t i = 0; i < n; i++)
        if (placed(&places[i]))
            order[m++] = i;
    end = m;
    for (size_t i = 0; i < n; i++)
        if (!placed(&places[i]))
            order[end++] = i;
    if (m == 0)
        return 0;
    if (m > WALK_ORDER_MAX)
        return walk_length_m(places, order, m);
    if (start && placed(start))
        return order_from_start(a, places, m, start, order);
    order_freely(a, places, order, m);
    return walk_length_m(places, order, m);
}
