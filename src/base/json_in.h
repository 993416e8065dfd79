/*
 * json_in.h - reading JSON that strangers wrote. Parsing is jansson's (strict UTF-8, no duplicate keys,
 * nesting bounded); this adds readers that name every fault by JSON pointer instead of stopping at the first.
 *
 *   struct jin in;
 *   RETURN_IF(jin_parse(&in, arena, fault, body));
 *   jin_uuid(&in, "id", JIN_REQUIRED, &cmd.id);
 *   jin_str(&in, "note", 0, 2000, &cmd.note);
 *   RETURN_IF(jin_done(&in));          // unknown members are faults too
 */
#ifndef XH_BASE_JSON_IN_H
#define XH_BASE_JSON_IN_H

#include "base/fault.h"
#include "base/hash.h"
#include "base/uuid.h"

struct json_t;
struct jin_doc;

enum { JIN_OPTIONAL = 0, JIN_REQUIRED = 1 };
enum { JIN_DEPTH_MAX = 64, JIN_KEYS_MAX = 64 };

/* A reader over one JSON object. Texts it hands out are NFC, in the arena, free of control characters
 * other than newline and tab. Absent optional members leave *out as it was. */
struct jin {
    struct arena *arena;
    struct fault *fault;
    struct json_t *obj;
    struct str at;                 /* pointer of this object: "" or "/observations/3" */
    const char *seen[JIN_KEYS_MAX];
    size_t nseen;
};

/* The document is freed with jin_free(), once per successful parse of the top. */
enum rc jin_parse(struct jin *in, struct arena *a, struct fault *f, struct str body) MUST_CHECK;
void jin_free(struct jin *top);
/* Every member was asked for, and nothing failed. */
enum rc jin_done(struct jin *in) MUST_CHECK;

bool jin_has(struct jin *in, const char *key);
/* The member is there and is null: "take this value away" in a change. */
bool jin_is_null(struct jin *in, const char *key);
/* `max` in code points; `min` 1 for required texts (trimmed emptiness counts as missing), 0 otherwise. */
bool jin_str(struct jin *in, const char *key, int required, size_t max, struct str *out);
/* Kept as sent, not trimmed or normalised (passwords). */
bool jin_secret(struct jin *in, const char *key, int required, size_t max_bytes, struct str *out);
bool jin_i64(struct jin *in, const char *key, int required, int64_t min, int64_t max, int64_t *out);
bool jin_bool(struct jin *in, const char *key, int required, bool *out);
bool jin_uuid(struct jin *in, const char *key, int required, struct uuid *out);
bool jin_time(struct jin *in, const char *key, int required, int64_t *ms);
/* A JSON number scaled by 10^digits (coordinates: 7). */
bool jin_scaled(struct jin *in, const char *key, int required, int digits, int64_t min, int64_t max, int64_t *out);
/* One of `names` (NULL-ended); *out is its index. */
bool jin_enum(struct jin *in, const char *key, int required, const char *const *names, int *out);
bool jin_sha256(struct jin *in, const char *key, int required, struct sha256 *out);
/* A member object as a reader of its own (same faults). */
bool jin_obj(struct jin *in, const char *key, int required, struct jin *out);
/* A member array: its length, then its members by index. */
bool jin_arr(struct jin *in, const char *key, int required, size_t max, size_t *n);
bool jin_arr_obj(struct jin *in, const char *key, size_t i, struct jin *out);
bool jin_arr_str(struct jin *in, const char *key, size_t i, size_t max, struct str *out);
bool jin_arr_i64(struct jin *in, const char *key, size_t i, int64_t min, int64_t max, int64_t *out);
bool jin_arr_uuid(struct jin *in, const char *key, size_t i, struct uuid *out);
bool jin_arr_sha256(struct jin *in, const char *key, size_t i, struct sha256 *out);
/* A member of any shape, as compact JSON text. */
bool jin_raw(struct jin *in, const char *key, int required, size_t max_bytes, struct str *out);
/* The whole object as compact JSON with sorted keys: the same for every spelling of the same content. */
struct str jin_canonical(struct jin *in);
/* The pointer of a member, for faults a rule finds. */
struct str jin_pointer(struct jin *in, const char *key);

#endif
