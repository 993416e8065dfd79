/*
 * process.h - what a running xiaohao works with: memory, keys, calendar, store, media, and one operation in hand.
 *
 * The command line and the demonstration stand on it. Opened in one order, closed in the other.
 */
#ifndef XH_APP_PROCESS_H
#define XH_APP_PROCESS_H

#include "base/clock.h"
#include "calendar/calendar.h"
#include "change/change.h"

enum { HQ_DEFAULT = 1 };
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Where things are. NULL: the default. */
struct places {
    const char *data;   /* folder; "var" */
    const char *db;     /* URL; sqlite:DATA/xiaohao.db */
    const char *media;  /* URL; file:DATA/media */
    const char *lang;   /* "zh" or "en" */
};

/* What a command works with: memory, store, keys, one operation. Lives on the stack of the command. */
struct process {
    struct arena arena;
    struct fault fault;
    struct clock clock;
    struct calendar calendar;
    struct env env;
    struct db *db;
    struct op op;
    enum lang lang;
};

enum process_need {
    NEED_HEADQUARTERS = 1,  /* set up already */
    NEED_MIGRATED = 2,      /* brings the schema up to date */
    NEED_CREATE = 4,        /* may make data folder, database and keys */
    NEED_MEDIA = 8,
    NEED_DECODER = 16,
    NEED_RELAXED = 32,      /* a database nobody has been promised: no flush per commit */
};

/* Opens what `needs` asks for; on failure has printed why and closed everything. The operation acts as the
 * operator (origin "cli"). */
enum rc process_open(struct process *p, const struct places *at, unsigned needs) MUST_CHECK;
void process_close(struct process *p);
/* A fresh operation in the same memory: the arena is reset, the clock read anew. */
void process_next(struct process *p);
/* Prints the fault with its field errors; answers EXIT_FAILED. */
int process_failed(const struct process *p);
/* The example catalogue inside the executable becomes a published standard, marked as not official. */
enum rc process_load_shipped(struct process *p) MUST_CHECK;
/* The migrations inside the executable, in order. */
const struct migration *process_migrations(size_t *n);

#endif
