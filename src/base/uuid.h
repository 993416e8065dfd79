/*
 * uuid.h - record ids: UUIDv7 (RFC 9562), made by whoever creates the record, phones included.
 *
 * 16 bytes in memory and in the database; the 36-character text form only at the edges.
 */
#ifndef XH_BASE_UUID_H
#define XH_BASE_UUID_H

#include "base/str.h"

struct uuid {
    uint8_t b[16];
};

/* All zero: "none". */
#define UUID_NONE ((struct uuid){{0}})
enum { UUID_TEXT = 36 };

/* Version 7 with `now_ms` in front and random bits behind; ordered within one process and millisecond. */
struct uuid uuid_make(int64_t now_ms);
/* The same every time for the same name under the same space: version 8, from SHA-256. For imports and the
 * demonstration, where playing a file twice must give the same ids. */
struct uuid uuid_named(struct uuid space, struct str name);
bool uuid_is_none(struct uuid u);
bool uuid_eq(struct uuid a, struct uuid b);
int uuid_cmp(struct uuid a, struct uuid b);
/* Accepts exactly 36 characters, any version, either case. */
bool uuid_parse(struct str s, struct uuid *out);
void uuid_format(struct uuid u, char out[UUID_TEXT]);
struct str uuid_str(struct arena *a, struct uuid u);

#endif
