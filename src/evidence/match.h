/*
 * match.h - is one photograph made of another (疑似重复使用)? Two prints laid over each other.
 *
 * Marks with like bits vote for how one picture lies on the other: turned, mirrored, larger, moved. The
 * movement most pairs agree on is fitted to them, then the small grey pictures are compared where they
 * overlap. Pure.
 */
#ifndef XH_EVIDENCE_MATCH_H
#define XH_EVIDENCE_MATCH_H

#include "media/print.h"

/* How `one` lies on `other`. */
struct match {
    int pairs;     /* marks that agree on it */
    bool mirrored; /* left and right exchanged, before it is turned */
    float turn_deg; /* clockwise, 0 to 360 */
    float scale;   /* of one's pixel on other */
    float shift_x, shift_y; /* where one's corner (mirrored already) falls */
    float of_one, of_other; /* part of either picture that the other shows, 0 to 1 */
    float likeness; /* correlation of the fine greys where they overlap, -1 to 1 */
    int cells;      /* of the grid compared */
};

/* False: nothing to lay one on the other by. */
bool match_prints(const struct print *one, const struct print *other, struct match *out);
/* Whether a match is to be shown to a person: see docs/evidence.md for what it was measured by. */
bool match_is_doubt(const struct match *m);

/* 翻拍、裁剪 … : what was done to `one` or to `other`, as words of the API; several may hold. */
enum match_kind {
    MATCH_COPY = 1 << 0,     /* the same picture: recompressed, resized, recoloured */
    MATCH_CROPPED = 1 << 1,  /* one is part of the other */
    MATCH_TURNED = 1 << 2,
    MATCH_MIRRORED = 1 << 3,
};
unsigned match_kinds(const struct match *m);

#endif
