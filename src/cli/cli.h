/*
 * cli.h - the command line: options, the opened process, and the commands.
 *
 * Exit codes everywhere: 0 done, 1 failed, 2 wrong usage. Errors go to stderr, in Chinese and English.
 */
#ifndef XH_CLI_CLI_H
#define XH_CLI_CLI_H

#include "app/process.h"

enum { PORT_DEFAULT = 8330 };

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
    OPT_EXPORT = 1 << 27, /* what only exports take */
    OPT_PLACE = OPT_DATA | OPT_DB | OPT_MEDIA | OPT_CONFIG | OPT_LANG,
};

struct options {
    struct places at;           /* data, db, media, lang */
    const char *listen, *config;
    const char *code, *name, *login, *kind, *mode, *mapping, *sheet, *as_of, *out, *from, *to, *group, *anchor;
    const char *port, *threads;
    const char *format, *encoding, *reason;
    bool proxy, exposed, force, with_keys, verify, json, gbt, no_pictures;
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

/* Options from argv, environment and config file into `o`; false after printing the fault. */
bool options_read(struct options *o, unsigned takes, int argc, char **argv);
void options_usage(const struct command_line *c);

int cmd_serve(struct options *o);
int cmd_init(struct options *o);
int cmd_migrate(struct options *o);
int cmd_demo(struct options *o);
int cmd_import(struct options *o);
int cmd_export(struct options *o);
int cmd_user(struct options *o);
int cmd_score(struct options *o);
int cmd_round(struct options *o);
int cmd_backup(struct options *o);
int cmd_restore(struct options *o);
int cmd_audit(struct options *o);
int cmd_routes(struct options *o);

#endif
