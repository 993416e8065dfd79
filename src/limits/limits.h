/*
 * limits.h - how long things may take in this headquarters (时限): its working calendar, the limits of the desk's
 * stages, the whole case's, and the rules that give a problem its limit.
 *
 * The shipped calendar and stage limits hold until the headquarters states its own; they lie in the database, are kept
 * in memory and read anew as soon as their version has moved, in every process. Sources: FACTS.md §3.2 for the
 * 30 minutes of verification and re-check (核实、核查) and the 15 minutes of a case sent back; the rest is this
 * project's default and data.
 */
#ifndef XH_LIMITS_LIMITS_H
#define XH_LIMITS_LIMITS_H

#include "calendar/calendar.h"
#include "change/op.h"

/* 环节时限. */
enum limit_stage {
    STAGE_VERIFY,     /* 核实 */
    STAGE_REGISTER,   /* 登记 */
    STAGE_DISPATCH,   /* 交办 */
    STAGE_REDISPATCH, /* 退回后重新交办 */
    STAGE_ACCEPT,     /* 签收 */
    STAGE_HANDLE,     /* 处置: of problems neither rule nor criterion gives a limit */
    STAGE_RECHECK,    /* 复核（核查） */
    STAGE_CASE,       /* 全流程: from registration to the end */
    LIMIT_STAGES,
};
extern const char *const limit_stage_names[LIMIT_STAGES + 1];

/* One limit: `ms` milliseconds of its own kind, as calendar_amount() makes them. */
struct stage_limit {
    bool on; /* without: no clock for this stage */
    enum limit_kind kind;
    int64_t ms;
};

struct limits {
    const struct calendar *calendar;
    struct stage_limit stages[LIMIT_STAGES];
};

/* The shipped ones over `cal`. Pure. */
struct limits limits_shipped(const struct calendar *cal);

/* Puts what holds for the headquarters into op->limits, in the operation's memory; once per operation. */
enum rc limits_load(struct op *op) MUST_CHECK;
/* Forgets what the process keeps of it; before its database is closed and for tests. */
void limits_forget(void);
/* One day of the headquarters' own (休息日、调休), or one taken away. */
struct limits_day {
    int64_t day; /* since 1970-01-01 */
    bool off;    /* taken away: as shipped again */
    enum day_kind kind;
    struct str zh, en;
};
/* All days of its own, by date. */
enum rc limits_own_days(struct op *op, struct limits_day **out, size_t *n) MUST_CHECK;
/* Notes in the plan that something of the room changes: every process reads anew. */
void limits_touch(struct op *op);
/* Asks the policy; limits_touch() once besides. */
enum rc limits_prepare_day(struct op *op, const struct limits_day *d) MUST_CHECK;

/* The calendar that holds: the headquarters' own after limits_load(), else the shipped one. */
const struct calendar *limits_calendar(const struct op *op);

#endif
