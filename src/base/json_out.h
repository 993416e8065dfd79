/*
 * json_out.h - the one JSON writer: streams into a buf, keeps commas and nesting by itself.
 *
 *   jo_begin(&j, &buf, zone_min);
 *   jo_obj(&j, NULL); jo_str(&j, "name", s); jo_arr(&j, "items"); … jo_end(&j); jo_end(&j);
 *
 * `key` is NULL inside arrays and at the top. Keys are our own literals and are not escaped.
 */
#ifndef XH_BASE_JSON_OUT_H
#define XH_BASE_JSON_OUT_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/opt.h"
#include "base/uuid.h"

enum { JSON_OUT_DEPTH = 32 };

struct json_out {
    struct buf *b;
    int zone_min;
    int depth;
    bool first[JSON_OUT_DEPTH];
    char close[JSON_OUT_DEPTH];
};

void jo_begin(struct json_out *j, struct buf *b, int zone_min);
void jo_obj(struct json_out *j, const char *key);
void jo_arr(struct json_out *j, const char *key);
void jo_end(struct json_out *j);
/* An absent str writes null. */
void jo_str(struct json_out *j, const char *key, struct str s);
void jo_z(struct json_out *j, const char *key, const char *z);
void jo_i64(struct json_out *j, const char *key, int64_t v);
void jo_bool(struct json_out *j, const char *key, bool v);
void jo_null(struct json_out *j, const char *key);
/* v / 10^digits, without trailing zeros. */
void jo_scaled(struct json_out *j, const char *key, int64_t v, int digits);
/* RFC 3339 in the writer's zone. */
void jo_time(struct json_out *j, const char *key, int64_t ms);
/* UUID_NONE writes null. */
void jo_uuid(struct json_out *j, const char *key, struct uuid u);
void jo_sha256(struct json_out *j, const char *key, struct sha256 h);
/* Text that already is JSON. */
void jo_raw(struct json_out *j, const char *key, struct str json);
/* null when absent. */
void jo_opt_time(struct json_out *j, const char *key, struct opt_i64 ms);
void jo_opt_i64(struct json_out *j, const char *key, struct opt_i64 v);
/* {"id":…,"name":…}; null when there is no id. */
void jo_named(struct json_out *j, const char *key, struct uuid id, struct str name);
/* {"lon":…,"lat":…} from ten-millionths of a degree; null unless both are there. */
void jo_place(struct json_out *j, const char *key, struct opt_i64 lon_e7, struct opt_i64 lat_e7);

#endif
