/* facility_internal.h - what the files of this room share. */
#ifndef XH_FACILITY_FACILITY_INTERNAL_H
#define XH_FACILITY_FACILITY_INTERNAL_H

#include "base/json_out.h"
#include "facility/facility.h"
#include "facility_sql.h"
#include "org/text.h"

enum { LOOK_FUTURE_MS = 5 * MINUTE_MS }; /* a phone's clock may be ahead by so much */

struct asset asset_of_row(const struct asset_get_row *r);
struct frontage frontage_of_row(const struct frontage_get_row *r);
struct frontage_finding finding_of_row(const struct finding_get_row *r);
struct edition_times edition_times_of(const struct edition_get_row *r);

/* Evidence is stored bytes: faults under `at`, one per photograph. */
enum rc facility_check_photos(struct op *op, const struct sha256 *photos, size_t n, struct str at) MUST_CHECK;
void facility_add_photos(struct op *op, struct uuid owner, const char *role, const struct sha256 *photos, size_t n);
/* The time something was seen, bounded by the server's: at most five minutes ahead, ninety days back. */
void facility_check_time(struct op *op, const char *pointer, int64_t at_ms);
/* The shop as it is after a check; its version serialises checks of one shop. */
void frontage_fx_checked(struct op *op, struct frontage *f, int64_t at_ms);
struct history {
    struct uuid subject_id;
    const char *kind;   /* "asset": of the event that is announced */
    int64_t version;
    const char *change; /* created changed … */
    struct str content;
};
void facility_fx_history(struct op *op, const struct history *h);

#endif
