/*
 * draw.h - draws (随机抽取) anyone can repeat: a seeded generator, unbiased selection within strata, quotas by
 * largest remainder. Pure; of SHA-256 and HMAC-SHA256 alone, so that forty lines in any language repeat it.
 *
 * The text of a draw (draw_text) is its public parameters, lines ended by '\n':
 *
 *     xiaohao-draw-1
 *     day 2026-11-21              the headquarters' day whose commitment covers it
 *     subject round 0190…         what it is for: a word and an id
 *     no 1                        1, 2 … : how often this subject has drawn
 *     take 12 least 1             how many in all; how many at least of each stratum
 *     stratum SQ 40 5             key (percent-escaped), candidates, its quota
 *     0190…                       the candidates' ids, ascending
 *
 * seed = HMAC-SHA256(K, text) with the key K of the draw (commitment.h). Stratum h (0, 1 … in the order of the
 * text) draws from the stream of 64-bit numbers of
 *
 *     block(h, b) = HMAC-SHA256(seed, be32(h) || be32(b)), b = 0, 1 …: four big-endian numbers each.
 *
 * below(m): take numbers until one is less than 2^64 - (2^64 mod m); its remainder by m. Selection is a partial
 * shuffle: for i = 0 … quota-1 exchange candidates i and i + below(n - i); the first `quota` are drawn, in that order.
 *
 * Quotas: every stratum first gets min(least, n); what is left of `take` is shared in proportion to the candidates
 * a stratum still has, whole parts first, then one each to the largest remainders (Hamilton); equal remainders go to
 * the stratum with more candidates, then to the lesser key.
 */
#ifndef XH_ROUND_DRAW_H
#define XH_ROUND_DRAW_H

#include "base/fault.h"
#include "base/hash.h"

enum { DRAW_CANDIDATES_MAX = 100000, DRAW_STRATA_MAX = 4096 };

/* One stream of numbers. */
struct draw_stream {
    struct sha256 seed;
    uint32_t lane, block;
    unsigned used;
    uint64_t numbers[4];
};
void draw_stream_begin(struct draw_stream *s, struct sha256 seed, uint32_t lane);
uint64_t draw_u64(struct draw_stream *s);
/* Uniform in [0, m); m at least 1. */
uint64_t draw_below(struct draw_stream *s, uint64_t m);

/* A stratum (层): its candidates and, afterwards, those drawn. Memory is the caller's arena. */
struct draw_stratum {
    struct str key;
    struct uuid *ids;
    size_t n;
    size_t quota;            /* by draw_settle() */
    struct uuid *drawn;      /* `quota` of them in the order drawn, by draw_run() */
};

struct draw {
    struct str day;          /* "2026-11-21" */
    const char *subject_kind;/* "round", "lookback" */
    struct uuid subject_id;
    int64_t no;              /* 1, 2 … */
    size_t take, least;
    struct draw_stratum *strata;
    size_t nstrata;
};

/* Orders strata by key and candidates by id, drops empty strata and candidates named twice, sets the quotas.
 * RC_INVALID with "/take": more than there are ("draw_too_many"), fewer than the strata need ("draw_too_few"). */
enum rc draw_settle(struct fault *f, struct draw *d) MUST_CHECK;
/* The public parameters; after draw_settle(). */
struct str draw_text(struct arena *a, const struct draw *d);
struct sha256 draw_seed(struct sha256 key, struct str text);
/* Fills `drawn` of every stratum; `ids` are shuffled. */
void draw_run(struct arena *a, struct draw *d, struct sha256 seed);
/* Reads a text back: the draw before draw_run(), quotas as written. False: no such text. */
bool draw_read(struct arena *a, struct str text, struct draw *out);

#endif
