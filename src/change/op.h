/*
 * op.h - one operation in flight: who asks, when, with which memory and connection, and what it will change.
 *
 * Every room function takes `struct op *`. Reads go through op->rd and the generated q_ wrappers. A write is
 * prepared by filling op->plan (generated fx_ wrappers) and then committed by change_commit() (command line,
 * demonstration) or http_commit() (server). Owned by one thread at a time.
 */
#ifndef XH_CHANGE_OP_H
#define XH_CHANGE_OP_H

#include "store/store.h"

struct clock;
struct keys;       /* privacy/ */
struct auth;       /* auth/auth.h: sessions of this process; NULL outside the server */
struct decoder;    /* media/ */
struct media_store;
struct calendar;
struct limits;     /* limits/: the headquarters' calendar and stage limits */
struct hub;        /* http/events.h */
struct import_runner; /* exchange/import_job.h */
struct evidence;   /* evidence/evidence.h */

struct op;
struct duty_move; /* org/org.h */

/* What the process has one of. Pointers are set once at start. */
struct env {
    struct store *store;
    struct clock *clock;
    struct keys *keys;
    struct auth *auth;
    struct decoder *decoder;
    struct media_store *media;
    struct hub *hub;
    struct import_runner *imports; /* NULL outside the server */
    struct evidence *evidence;       /* NULL outside the server */
    const struct calendar *calendar; /* the shipped one; a headquarters' own is read on top of it */
    struct str data_dir;
    struct uuid process_id;          /* who holds leases */
    int64_t hq;                      /* the headquarters this process serves */
    int zone_min;
    /* What rooms above org/ bind to people (loop/hand_over.h); NULL where there are none. */
    enum rc (*still_bound)(struct op *op, struct uuid person_id, bool leaves, int64_t *n);
    enum rc (*duty_moved)(struct op *op, const struct duty_move *move);
};

/* Who acts. Filled by auth/ from the session; the bits are those of auth/policy.h. All zero: nobody (public). */
struct actor {
    struct uuid person_id;
    struct uuid unit_id;
    struct uuid session_id;
    struct str name;
    uint32_t roles;
    uint32_t grants;
    struct str area_code;      /* the area this person answers for (prefix of codes); absent: none */
    bool must_change_password;
    bool by_token;             /* bearer token: no CSRF value needed */
};

/* The command in hand, kept under its id: sending it twice changes nothing twice. */
struct command {
    struct uuid id;
    const char *kind;          /* "problem.dispatch" */
    struct sha256 content;     /* hash of what was asked, to tell a repeat from a reuse */
    const char *subject_kind;  /* "problem" */
    struct uuid subject_id;
    struct str detail;         /* JSON object for the journal: what changed. Never personal data in clear */
};

struct plan {
    struct effects fx;
    struct command command;
    bool replayed;             /* this very command was already carried out */
};

struct op {
    struct reader rd;
    const struct env *env;
    int64_t hq;
    int zone_min;
    int64_t now;               /* milliseconds UTC, from the injected clock, fixed for the operation */
    enum lang lang;
    struct actor actor;
    struct str origin;         /* where from, for the journal: address or "cli", "demo", "import" */
    const struct limits *limits; /* read once per operation by limits_load(); NULL before */
    struct plan plan;
};

/* For the shortest spelling of the common calls. */
#define OP_FAIL(op, ...) fail((op)->rd.fault, __VA_ARGS__)
#define OP_ARENA(op) ((op)->rd.arena)

#endif
