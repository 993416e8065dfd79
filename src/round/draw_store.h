/*
 * draw_store.h - draws on an operation: the day's commitment, what was drawn, and giving out what repeats it.
 *
 * The secret of a day lies sealed in the store (privacy/) and is never shown; what is shown of a released draw is the
 * key of its one slot. lookback/ draws by the same functions.
 */
#ifndef XH_ROUND_DRAW_STORE_H
#define XH_ROUND_DRAW_STORE_H

#include "base/json_out.h"
#include "change/change.h"
#include "round/commitment.h"
#include "round/draw.h"

/* Makes and publishes today's commitment unless it is there. Every few minutes, and before the first draw of a day:
 * a change of its own, so that the commitment always stands before what it covers. */
enum rc draw_commitment_chore(struct op *op, bool *more) MUST_CHECK;
/* The same from a secret that is stated: in a demonstration district alone (RC_FORBIDDEN elsewhere), whose draws must be
 * the same whenever it is made. A change of its own. */
enum rc draw_commitment_demo(struct op *op, struct sha256 secret) MUST_CHECK;

/* Settles the draw, seeds it from today's secret, runs it and adds the effect that keeps it. The caller sets
 * subject_kind, subject_id, no, take, least and the strata; `day` is set here. */
enum rc draw_prepare(struct op *op, struct draw *d) MUST_CHECK;
/* From now on, once its day is over, the draw's key may be given out. */
void draw_release(struct op *op, const char *subject_kind, struct uuid subject_id);

/* Everything an outsider needs to repeat one draw. */
struct draw_record {
    int64_t no, at_ms, committed_ms;
    struct str day, text;
    struct sha256 commitment;
    struct opt_i64 released_ms;
    bool open;                          /* the key is given out */
    struct commitment_opening opening;  /* when `open` */
    struct draw drawn;                  /* read from the text and, when the key was at hand, run */
};
/* All draws of a subject by number. `force` opens what is not released yet: for the command line, beside the keys. */
enum rc draw_records(struct op *op, const char *subject_kind, struct uuid subject_id, bool force,
                     struct draw_record **out, size_t *n) MUST_CHECK;
/* The member "draws" (openapi.yaml: DrawRecord). */
void draw_json(struct json_out *j, const char *key, const struct draw_record *list, size_t n);

/* Repeats a draw from what is given out: NULL, or what does not agree ("commitment", "slot", "text", "quota").
 * Fills r->drawn. Pure. */
const char *draw_repeat(struct arena *a, struct draw_record *r);

/* One line of a file as GET /rounds/{id}/draws answers it (draw_file.c), and what repeating it gave. */
struct draw_claim {
    struct draw_record record;
    const struct uuid *drawn;   /* as the file says */
    size_t ndrawn;
    const char *wrong;          /* NULL: all agrees; else what does not, also "drawn" and "sealed" (no key yet) */
};
/* Reads and repeats every draw of the file, without a database. RC_BAD or RC_INVALID when it is no such file. */
enum rc draw_file_check(struct arena *a, struct fault *f, struct str json, struct draw_claim **out, size_t *n) MUST_CHECK;

#endif
