/*
 * store.h - the database behind one interface: SQLite in a file, or PostgreSQL.
 *
 * Reading: every thread has a read connection (`struct db`) of its own; named queries are prepared once per
 * connection and kept. Writing: one queue per process. A job is a list of effects (named statements with the
 * number of rows each must touch) that happen together or not at all; the writer joins the jobs that wait
 * into one durable commit (group commit) and tells each afterwards. Nobody outside change/ makes jobs.
 *
 * Queries live in `<room>.sql`; tools/sqlgen turns each into a `struct query`, typed `struct <name>_in` and
 * `struct <name>_row`, and the wrappers q_<name>() (read) or fx_<name>() (effect). The format:
 *
 *   -- name: site_by_id :one            :one 0 or 1 row | :many all rows | :exec an effect
 *   -- in: hq i64, id uuid, q text?     i64 f64 bool text blob uuid sha256; `?` may be NULL
 *   -- out: id uuid, name text, unit_id uuid?, due_ms i64?
 *   SELECT … WHERE hq_id = :hq AND id = :id [[q: AND search_text LIKE :q]];
 *
 * `[[param: text]]` is part of the statement only when that nullable parameter is not NULL (a bare
 * `[[param! text]]` only when it is NULL), so that each combination of filters gets a plan of its own.
 * NULL is `p == NULL` for text and blob, UUID_NONE for uuid, `has == false` for struct opt_i64 and opt_bool.
 */
#ifndef XH_STORE_STORE_H
#define XH_STORE_STORE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"
#include "base/opt.h"
#include "base/uuid.h"

enum engine { ENGINE_SQLITE, ENGINE_POSTGRESQL };

/* ---- what sqlgen makes ---- */

enum col_type { COL_I64, COL_F64, COL_BOOL, COL_TEXT, COL_BLOB, COL_UUID, COL_SHA256 };

/* One parameter or column: where it lies in the generated struct. */
struct column {
    const char *name;
    enum col_type type;
    bool nullable;
    uint16_t offset;
};

/* A stretch of statement text, taken when `guard` < 0, or parameter `guard` is set (`when_null`: is NULL). */
struct sql_piece {
    const char *sqlite;
    const char *postgresql;
    int16_t guard;
    bool when_null;
};

enum query_kind { QUERY_ONE, QUERY_MANY, QUERY_EXEC };

struct query {
    const char *name;
    enum query_kind kind;
    const struct sql_piece *pieces;
    uint16_t npieces;
    const struct column *in;
    uint16_t nin;
    uint16_t in_bytes;
    const struct column *out;
    uint16_t nout;
    uint16_t row_bytes;
};

/* All queries of a room, for the contract test. */
struct query_set {
    const char *room;
    const struct query *const *queries;
    size_t n;
};

/* ---- opening ---- */

struct store;
struct db;

struct store_config {
    struct str url;        /* "sqlite:PATH" or "postgresql://…" */
    int queue_max;         /* jobs waiting; beyond it RC_BUSY. 0: 4096 */
    int batch_max;         /* jobs per commit. 0: 256 */
    bool relaxed;          /* no flush per commit: only while building a database nobody has been promised */
    bool create;           /* make the SQLite file when absent */
};

enum rc store_open(struct store **out, const struct store_config *cfg, struct fault *f) MUST_CHECK;
/* Finishes the queued jobs, then closes. All read connections must be closed before. */
void store_close(struct store *s);
enum engine store_engine(const struct store *s);
/* Ends relaxed mode: everything written so far is on disk when this returns. */
enum rc store_flush(struct store *s, struct fault *f) MUST_CHECK;
/* Both databases answer a trivial query (readiness). */
bool store_alive(struct store *s);

struct store_stats {
    int64_t jobs, commits, failed, queue_now, queue_high;
    int64_t commit_us_total;
};
void store_stats_get(struct store *s, struct store_stats *out);

/* ---- migrations ---- */

struct migration {
    int number;
    const char *name;
    struct str sql;        /* statements for both engines; the file's SHA-256 is kept in schema_migration */
};

/* Brings the schema up to date, each file in a transaction; refuses unknown or altered history. `list` is
 * ordered by number. Several processes may call it at once. Answers how many were applied. */
enum rc store_migrate(struct store *s, struct fault *f, const struct migration *list, size_t n, int *applied) MUST_CHECK;
/* 0 when the schema is what `list` makes, else how many are missing (or RC_CONFLICT when it is newer). */
enum rc store_pending(struct store *s, struct fault *f, const struct migration *list, size_t n, int *pending) MUST_CHECK;

/* ---- reading ---- */

/* One thread at a time. */
enum rc db_open(struct store *s, struct db **out, struct fault *f) MUST_CHECK;
void db_close(struct db *d);
enum engine db_engine(const struct db *d);

/* Where a read takes its connection, memory and fault from. */
struct reader {
    struct db *db;
    struct arena *arena;
    struct fault *fault;
};

/* What the generated q_ wrappers call. Texts and blobs are copied into the arena. */
enum rc db_one(struct reader *r, const struct query *q, const void *in, void *row, bool *found) MUST_CHECK;
enum rc db_many(struct reader *r, const struct query *q, const void *in, void **rows, size_t *n) MUST_CHECK;
/* Several reads that must see one state (backup, verify, closing a period). */
enum rc db_snapshot_begin(struct reader *r) MUST_CHECK;
void db_snapshot_end(struct reader *r);
/* Prepares every variant of every query and compares declared with real columns; for the contract test. */
enum rc db_check_queries(struct reader *r, const struct query_set *set) MUST_CHECK;
/* A consistent copy of the whole database into a new SQLite file (SQLite only; PostgreSQL uses pg_dump). */
enum rc db_copy_to(struct store *s, struct fault *f, const char *path) MUST_CHECK;

/* ---- writing (for change/ only) ---- */

/* What to tell the caller when an effect touches another number of rows than it must, or clashes. */
struct miss {
    enum rc rc;
    const char *code;
    const char *zh;
    const char *en;
};

struct effect {
    const struct query *q;
    const void *in;             /* struct <name>_in, in the operation's arena */
    int64_t min, max;           /* rows it must touch; 1, 1 by default */
    const struct miss *on_miss; /* NULL: RC_STALE "changed_meanwhile" */
    const struct miss *on_clash;/* unique key taken. NULL: RC_CONFLICT "already_exists" */
};

/* The effects of one operation, in the order they happen. */
struct effects {
    struct arena *arena;
    struct effect *list;
    size_t n, room;
};

void effects_init(struct effects *fx, struct arena *a);
/* Copies `in` (shallow). What the generated fx_ wrappers call; the answer may be adjusted until the next call. */
struct effect *effects_add(struct effects *fx, const struct query *q, const void *in);

enum job_end {
    JOB_DONE,
    JOB_MISS,      /* effect `at` touched another number of rows than it must */
    JOB_CLASH,     /* effect `at` met a taken unique key */
    JOB_REFERENCE, /* effect `at` names a record that does not exist */
    JOB_CHECK,     /* effect `at` breaks a CHECK or NOT NULL */
    JOB_BUSY,      /* not run: queue full, shutting down, or the database is away */
    JOB_LOST,      /* connection lost at COMMIT: may or may not have happened; look the command's id up */
    JOB_BROKEN,    /* disk full, corrupt, bug: nothing was stored */
};

/* Handed over with store_submit(): the writer owns it until it calls `done` (on the writer's thread, after
 * the commit; must be short and must not submit). The memory behind it must live until then. */
struct job {
    const struct effect *fx;
    size_t n;
    void (*done)(struct job *job);
    void *user;
    enum job_end end;
    size_t at;
    struct job *next;
};

/* False: not taken (queue full or closing); `done` will not be called. */
bool store_submit(struct store *s, struct job *job);
/* Submits and waits. */
void store_run(struct store *s, struct job *job);

#endif
