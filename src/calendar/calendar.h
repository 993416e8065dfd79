/*
 * calendar.h - working time (工作时间) and time limits (时限). Pure: knows dates and plain structs only.
 *
 * A calendar is two daily windows, a week, and exceptions by date. On it run the limits' four kinds:
 *
 *   urgent hours   紧急工作时  run through nights and holidays
 *   working hours  工作时      run inside the windows of working days
 *   working days   工作日      the day a limit starts on does not count; due when the last window of the Nth
 *                              working day after it closes
 *   calendar days  自然日      the same with every day; due at 24:00 of the Nth day, which as an instant is
 *                              the following midnight
 *
 * Day limits follow the Civil Code (民法典), articles 201 and 203: the day of the event is not counted, and a
 * period ends at 24:00 of its last day or, where there are business hours, when business closes. A day that
 * works only half counts as one working day.
 *
 * Amounts are milliseconds of the limit's own kind: an hour is HOUR_MS, a day DAY_MS whatever its length in
 * hours. To pause a limit keep what calendar_left() answers; to resume it calendar_add() that amount to the
 * moment of resuming: the due moment moves by exactly the time the limit stood still.
 */
#ifndef XH_CALENDAR_CALENDAR_H
#define XH_CALENDAR_CALENDAR_H

#include "base/civil.h"
#include "base/fault.h"

enum limit_kind {
    LIMIT_URGENT_HOURS,
    LIMIT_WORKING_HOURS,
    LIMIT_WORKING_DAYS,
    LIMIT_CALENDAR_DAYS
};
enum { LIMIT_KINDS = 4 };
/* "urgent_hours", "working_hours", "working_days", "calendar_days", NULL: as stored and in JSON. */
extern const char *const limit_kind_names[];
/* 紧急工作时 / urgent hours and so on, for people. */
struct str limit_kind_word(enum limit_kind kind, enum lang lang);

/* What a date is when it is not an ordinary day of its week. The names are those of the files' second column. */
enum day_kind {
    DAY_HOLIDAY, /* holiday: no work (放假) */
    DAY_MAKEUP,  /* makeup: works in full, whatever its weekday (调休上班) */
    DAY_HALF_AM, /* half_am: the morning is off, the afternoon works */
    DAY_HALF_PM, /* half_pm: the afternoon is off, the morning works */
};
extern const char *const day_kind_names[];

struct calendar_exception {
    int64_t day; /* days since 1970-01-01 of the local date */
    enum day_kind kind;
    struct str zh, en; /* the holiday's name; may be empty */
};

/* Minutes from local midnight, from <= to <= 1440; from == to: no such window. */
struct day_window {
    int from_min, to_min;
};

/* Working calendar (工作日历). Read-only once filled, then safe for any thread. The exceptions' memory is the
 * arena's they were loaded with. */
struct calendar {
    int zone_min;
    struct day_window morning, afternoon;
    unsigned week; /* bit 0 Monday … bit 6 Sunday; a set bit is a working day */
    const struct calendar_exception *exceptions; /* ascending by day, no day twice */
    size_t nexceptions;
};

enum {
    CALENDAR_EXCEPTIONS_MAX = 20000,
    CALENDAR_REACH_DAYS = 40 * 366,  /* no limit and no measured span reaches further */
    LIMIT_HOURS_MAX = 20 * 366 * 24, /* the largest amounts calendar_due() takes */
    LIMIT_DAYS_MAX = 10 * 366,
};

/* 08:30-12:00 and 14:30-17:30, Monday to Friday, Asia/Shanghai, no exceptions. */
void calendar_init(struct calendar *cal);
/* Windows in order, zone and week sensible, some working time in the week. Field errors under "/morning"… */
enum rc calendar_check(const struct calendar *cal, struct fault *f) MUST_CHECK;
/* Adds rows "date,kind,name_zh,name_en" (the first line may be that heading; empty lines and lines that begin
 * with # are passed over; no quotes). A date loaded before is replaced, so that a headquarters' own list goes
 * over the national one; a date twice in one text is a fault. Faults name the line; nothing is added then. */
enum rc calendar_load(struct calendar *cal, struct arena *a, struct fault *f,
                      struct str text) MUST_CHECK;

/* The same with days given: ascending, none twice, each over what was there for its date. */
struct calendar_days {
    const struct calendar_exception *list;
    size_t n;
};
enum rc calendar_overlay(struct calendar *cal, struct arena *a, struct fault *f, const struct calendar_days *days) MUST_CHECK;

/* The exception of the local date of `ms`, or NULL. */
const struct calendar_exception *calendar_exception_at(const struct calendar *cal, int64_t ms);
/* Whether any work is done on the local date of `ms`; whether `ms` is inside a window. */
bool calendar_works_on(const struct calendar *cal, int64_t ms);
bool calendar_is_open(const struct calendar *cal, int64_t ms);
/* Whether exceptions are known for the year of `ms`: the holidays of a year are announced the autumn before,
 * so a due moment beyond is provisional. */
bool calendar_covers(const struct calendar *cal, int64_t ms);

/* `amount` hours or days as milliseconds of the kind. False when negative or above the largest. */
bool calendar_amount(enum limit_kind kind, int64_t amount, int64_t *amount_ms);
/* When a limit of `amount` hours or days that starts at `from_ms` is due. Met at or before *due_ms. False, with
 * *due_ms untouched, when the amount is out of range or the calendar has too little working time. */
bool calendar_due(const struct calendar *cal, enum limit_kind kind, int64_t amount, int64_t from_ms,
                  int64_t *due_ms) MUST_CHECK;
/* The same for an amount in milliseconds of the kind: the 15 and 30 minutes of a desk's stages. */
bool calendar_due_ms(const struct calendar *cal, enum limit_kind kind, int64_t amount_ms, int64_t from_ms,
                     int64_t *due_ms) MUST_CHECK;
/* How much of a limit that started at `from_ms` is spent at `to_ms` (0 when earlier). At the due moment it is
 * the whole amount. Bounded by CALENDAR_REACH_DAYS. */
int64_t calendar_spent(const struct calendar *cal, enum limit_kind kind, int64_t from_ms,
                       int64_t to_ms);
/* What is left at `now_ms` until `due_ms`; negative when overdue. */
int64_t calendar_left(const struct calendar *cal, enum limit_kind kind, int64_t now_ms,
                      int64_t due_ms);
/* The due moment when `left_ms` remain at `now_ms`: what calendar_left() measured, put back. A limit that is
 * already overdue (left_ms <= 0) is due now. False as calendar_due(). */
bool calendar_add(const struct calendar *cal, enum limit_kind kind, int64_t left_ms, int64_t now_ms,
                  int64_t *due_ms) MUST_CHECK;

/* The lamp beside a case: yellow from 80 % of the limit, red from 100 %. */
enum light { LIGHT_GREEN, LIGHT_YELLOW, LIGHT_RED };
extern const char *const light_names[];
enum light calendar_light(int64_t spent_ms, int64_t amount_ms);

#endif
