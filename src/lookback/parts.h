/*
 * parts.h - small readers and writers the rooms that follow a case up (look-back, 举一反三, works, consequences) share.
 */
#ifndef XH_LOOKBACK_PARTS_H
#define XH_LOOKBACK_PARTS_H

#include "http/http.h"

/* An array of ids. */
void parts_ids(struct jin *in, const char *key, int required, size_t max, const struct uuid **out, size_t *n);
/* "2026-000123"; a held case has no public number yet. */
void parts_number(struct json_out *j, const char *key, struct arena *a, int64_t year, int64_t number);
/* {"part":…,"of":…,"percent":…}: nothing over nothing is null. */
void parts_rate(struct json_out *j, const char *key, int64_t part, int64_t of);
/* A command whose body is {"id", "reason"} on the record named in the path. */
enum rc parts_reasoned(struct request *rq, const char *kind, const char *subject_kind,
                       enum rc (*prepare)(struct op *op, struct uuid id, struct str reason),
                       handler_fn *after) MUST_CHECK;

#endif
