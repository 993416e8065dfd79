/*
 * commitment.h - the daily commitment (每日承诺): a hash published every day, drawn or not, that binds all draws of
 * the day and betrays none. Pure.
 *
 * Each day of the headquarters has a secret S of 32 random bytes and 4,096 slots. Of S follow
 *
 *     K(i)    = HMAC-SHA256(S, "xiaohao-slot" || be32(i))           the key of slot i, i = 0 … 4095
 *     leaf(i) = SHA-256(0x00 || be32(i) || K(i))
 *     node    = SHA-256(0x01 || left || right)                      twelve levels up to the root
 *
 * and the root is the commitment. A draw takes the slot its subject and number name (nobody chooses it):
 *
 *     slot    = first four bytes of SHA-256("xiaohao-slot-of\n" kind " " id "\n" no "\n"), big-endian, mod 4096
 *
 * Revealed are, of a published draw, K(slot) and the twelve hashes beside its way to the root: enough to see that K
 * was fixed when the root was published, and nothing of S or of any other slot. All 4,096 leaves are there every day,
 * so neither the root nor a revealed way tells how many draws there were. Two draws of a day that meet in one
 * slot share K; the other's result still hangs on its own text (its id, its candidates), which stays unknown.
 * A key is given out when its round is published and its day is over: on the day itself whoever knew K(i) could look
 * for ids that lead to slot i and to the wished-for sites.
 */
#ifndef XH_ROUND_COMMITMENT_H
#define XH_ROUND_COMMITMENT_H

#include "base/hash.h"

enum { COMMITMENT_LEVELS = 12, COMMITMENT_SLOTS = 1 << COMMITMENT_LEVELS };

/* What is given out of one slot. */
struct commitment_opening {
    uint32_t slot;
    struct sha256 key;
    struct sha256 path[COMMITMENT_LEVELS]; /* siblings, from the leaf upward */
};

struct sha256 commitment_root(struct arena *a, struct sha256 secret);
struct sha256 commitment_key(struct sha256 secret, uint32_t slot);
uint32_t commitment_slot(const char *subject_kind, struct uuid subject_id, int64_t no);
void commitment_open(struct arena *a, struct sha256 secret, uint32_t slot, struct commitment_opening *out);
/* Was this key in that slot when the root was made? */
bool commitment_holds(struct sha256 root, const struct commitment_opening *o);

#endif
