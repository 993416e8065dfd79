/*
 * civil.h - calendar dates and RFC 3339 text, pure arithmetic on the proleptic Gregorian calendar.
 *
 * A headquarters' zone is a fixed offset in minutes (Asia/Shanghai is +480; China keeps no summer time).
 */
#ifndef XH_BASE_CIVIL_H
#define XH_BASE_CIVIL_H

#include "base/str.h"

enum { ZONE_SHANGHAI_MIN = 480, DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

struct civil {
    int year, month, day;          /* month and day from 1 */
    int hour, minute, second, ms;
    int weekday;                   /* 1 = Monday … 7 = Sunday */
};

/* Days since 1970-01-01. */
int64_t civil_days(int year, int month, int day);
struct civil civil_from_ms(int64_t ms, int zone_min);
int64_t civil_to_ms(const struct civil *c, int zone_min);
bool civil_date_ok(int year, int month, int day);
/* Local midnight at or before `ms`. */
int64_t civil_midnight(int64_t ms, int zone_min);

/* "2026-11-21T09:30:00.123+08:00"; years 1970-9999, offset or Z required. */
bool civil_parse_rfc3339(struct str s, int64_t *ms);
/* "2026-11-21" at local midnight. */
bool civil_parse_date(struct str s, int zone_min, int64_t *ms);
enum { RFC3339_MAX = 32 };
/* Writes "2026-11-21T09:30:00.123+08:00" (milliseconds only when not zero); answers the length. */
size_t civil_format(int64_t ms, int zone_min, char out[RFC3339_MAX]);
struct str civil_rfc3339(struct arena *a, int64_t ms, int zone_min);
struct str civil_date(struct arena *a, int64_t ms, int zone_min);

#endif
