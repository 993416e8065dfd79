/*
 * cli.h - the command line: options, the opened process, and the commands.
 *
 * Exit codes everywhere: 0 done, 1 failed, 2 wrong usage. Errors go to stderr, in Chinese and English.
 */
#ifndef XH_CLI_CLI_H
#define XH_CLI_CLI_H

#include "base/clock.h"
#include "calendar/calendar.h"
#include "change/change.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { HQ_DEFAULT = 1, PORT_DEFAULT = 8330 };

/* All options of all commands; a command names those it takes. */
enum option_bit {
    OPT_DATA = 1 << 0,
    OPT_DB = 1 << 1,
    OPT_MEDIA = 1 << 2,
    OPT_PORT = 1 << 3,
    OPT_LISTEN = 1 << 4,
    OPT_PROXY = 1 << 5,
    OPT_EXPOSED = 1 << 6,
    OPT_CONFIG = 1 << 7,
    OPT_CODE = 1 << 8,
    OPT_NAME = 1 << 9,
    OPT_LOGIN = 1 << 10,
    OPT_KIND = 1 << 11,
    OPT_MODE = 1 << 12,
    OPT_MAPPING = 1 << 13,
    OPT_SHEET = 1 << 14,
    OPT_AS_OF = 1 << 15,
    OPT_OUT = 1 << 16,
    OPT_FROM = 1 << 17,
    OPT_FORCE = 1 << 18,
    OPT_WITH_KEYS = 1 << 19,
    OPT_VERIFY = 1 << 20,
    OPT_LANG = 1 << 21,
    OPT_THREADS = 1 << 22,
    OPT_TO = 1 << 23,
    OPT_GROUP = 1 << 24,
    OPT_JSON = 1 << 25,
    OPT_ANCHOR = 1 << 26,
    OPT_PLACE = OPT_DATA | OPT_DB | OPT_MEDIA | OPT_CONFIG | OPT_LANG,
};

struct options {
    const char *data, *db, *media, *listen, *config;
    const char *code, *name, *login, *kind, *mode, *mapping, *sheet, *as_of, *out, *from, *to, *group, *lang, *anchor;
    const char *port, *threads;
    bool proxy, exposed, force, with_keys, verify, json;
    char **args;      /* what is left */
    int nargs;
};

struct command_line {
    const char *name;
    const char *args;           /* "FILE", for the usage line */
    unsigned takes;
    int min_args, max_args;
    int (*run)(struct options *o);
    const char *zh;
    const char *en;
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
enum rc process_open(struct process *p, const struct options *o, unsigned needs) MUST_CHECK;
void process_close(struct process *p);
/* A fresh operation in the same memory: the arena is reset, the clock read anew. */
void process_next(struct process *p);
/* Prints the fault with its field errors; answers EXIT_FAILED. */
int process_failed(const struct process *p);
/* The example catalogue inside the executable becomes a published standard, marked as not official. */
enum rc process_load_shipped(struct process *p) MUST_CHECK;
/* The migrations inside the executable, in order. */
const struct migration *process_migrations(size_t *n);

/* Options from argv, environment and config file into `o`; false after printing the fault. */
bool options_read(struct options *o, unsigned takes, int argc, char **argv);
void options_usage(const struct command_line *c);

int cmd_serve(struct options *o);
int cmd_init(struct options *o);
int cmd_migrate(struct options *o);
int cmd_demo(struct options *o);
int cmd_import(struct options *o);
int cmd_user(struct options *o);
int cmd_score(struct options *o);
int cmd_backup(struct options *o);
int cmd_restore(struct options *o);
int cmd_audit(struct options *o);
int cmd_routes(struct options *o);

#endif
