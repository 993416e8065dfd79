/*
 * store_engine.h - inside of the store: what an engine (store_sqlite.c, store_pg.c) offers to the rest, and
 * what the rest (values, variants, queue) offers to an engine. Nobody outside src/store includes this.
 *
 * A connection belongs to one thread at a time. The writer connection belongs to the writer thread.
 */
#ifndef XH_STORE_STORE_ENGINE_H
#define XH_STORE_STORE_ENGINE_H

#include "store/store.h"

#include "base/buf.h"

#include <pthread.h>

/* ---- values: parameters and cells on their way between structs and drivers ---- */

struct value {
    bool null;
    int64_t i; /* i64, bool */
    double d;
    const void *p; /* text, blob, uuid, sha256 */
    size_t n;
};

/* Parameter `c` of a struct <name>_in. Texts point into that struct's memory. */
struct value value_read(const struct column *c, const void *in);
bool value_is_null(const struct column *c, const void *in);

/* Collects rows. The bytes of the rows lie in a scratch buffer of the connection until sink_finish(). */
struct sink {
    const struct query *q;
    struct arena *arena;
    struct fault *fault;
    char *rows;
    size_t n, room;
    char *row; /* the one being filled */
};

/* Starts the next row. */
void sink_row(struct sink *s);
/* Stores a cell of the row; texts are copied into the arena. Refuses NULL where not declared, wrong sizes. */
enum rc sink_cell(struct sink *s, unsigned column, const struct value *v) MUST_CHECK;
enum rc sink_wrong_type(struct sink *s, unsigned column, const char *found) MUST_CHECK;

/* The contract check: what a prepared statement answers against what its query declares. */
enum rc check_column_count(const struct query *q, int n, struct fault *f) MUST_CHECK;
enum rc check_column(const struct query *q, int i, const char *name, struct fault *f) MUST_CHECK;
enum rc check_type_failed(const struct query *q, int i, const char *found, struct fault *f) MUST_CHECK;

/* ---- variants: the text of a query depends on which guarding parameters are NULL ---- */

/* Bit i: parameter i guards a piece and is set. */
uint64_t variant_mask(const struct query *q, const void *in);
/* Bits of all guarding parameters. */
uint64_t variant_guards(const struct query *q);
void variant_text(const struct query *q, uint64_t mask, enum engine e, struct buf *out);
enum { VARIANT_TEXT_MAX = 1 << 20 };

/* Prepared statements of one connection by (query, mask). `stmt` is the engine's; 0 means not prepared yet. */
struct cache_entry {
    const struct query *q;
    uint64_t mask;
    uintptr_t stmt;
};
struct stmt_cache {
    struct cache_entry *slots;
    size_t room, n;
};
enum { STATEMENTS_MAX = 2048 };
struct cache_entry *cache_find(struct stmt_cache *c, const struct query *q, uint64_t mask);
bool cache_is_full(const struct stmt_cache *c);
void cache_free(struct stmt_cache *c);

/* ---- engines ---- */

enum conn_role { CONN_READER, CONN_WRITER, CONN_MIGRATOR };

struct conn {
    const struct engine_ops *ops;
};

struct conn_options {
    const char *target; /* path or URL, NUL-terminated, lives as long as the store */
    enum conn_role role;
    bool create;
    bool relaxed;
};

struct engine_ops {
    enum engine engine;
    enum rc (*open)(struct conn **out, const struct conn_options *o, struct fault *f);
    void (*close)(struct conn *c);
    enum rc (*select)(struct conn *c, struct sink *sink, const void *in);
    /* Prepares one variant, compares its columns with the declaration. */
    enum rc (*check)(struct conn *c, const struct query *q, uint64_t mask, struct fault *f);
    enum rc (*snapshot_begin)(struct conn *c, struct fault *f);
    void (*snapshot_end)(struct conn *c);
    /* Runs jobs in as few durable commits as it takes and gives each its end. */
    void (*write)(struct conn *c, struct job **jobs, size_t n);
    /* Between batches; `quiet` when nothing has come for a second. */
    void (*idle)(struct conn *c, bool quiet);
    /* True when the writer connection is (as far as is known) usable. */
    bool (*usable)(const struct conn *c);
    enum rc (*flush)(struct conn *c, struct fault *f);
    /* Migrations: one transaction that excludes other migrators. */
    enum rc (*migration_begin)(struct conn *c, struct fault *f);
    enum rc (*migration_script)(struct conn *c, const char *sql, struct fault *f);
    enum rc (*migration_exec)(struct conn *c, const struct query *q, const void *in, struct fault *f);
    enum rc (*migration_commit)(struct conn *c, struct fault *f);
    void (*migration_rollback)(struct conn *c);
    enum rc (*copy_to)(const char *target, const char *path, struct fault *f);
};

extern const struct engine_ops sqlite_ops, postgresql_ops;

/* An empty file with mode 0600; an existing one is left alone, or refused when `must_be_new`. */
enum rc store_make_file(const char *path, bool must_be_new, struct fault *f) MUST_CHECK;

/* Nothing of these jobs was stored. */
void jobs_end_all(struct job **jobs, size_t n, enum job_end end);
static inline bool effect_misses(const struct effect *e, int64_t touched)
{
    return touched < e->min || touched > e->max;
}

/* The sentence for people; the details went to the log. */
enum rc fail_database(struct fault *f);
enum rc fail_away(struct fault *f);

/* ---- the store ---- */

/* Jobs on their way to the writer. Everything below `lock` is guarded by it. */
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *head, **tail;
    bool closing;
    bool flush_wanted, flush_failed;
    struct store_stats stats;
};

struct store {
    const struct engine_ops *ops;
    char *target;
    int queue_max, batch_max;
    bool relaxed;
    struct conn *writer;
    pthread_t writer_thread;
    struct queue queue;
    /* The connection of store_alive(), under probe_lock. */
    pthread_mutex_t probe_lock;
    struct db *probe;
    _Atomic bool writer_usable;
};

struct db {
    struct store *store;
    struct conn *conn;
    char *scratch;
    size_t scratch_bytes;
};

void queue_start(struct store *s);
void queue_stop(struct store *s);
/* As store_run(), past the limit of the queue. */
void queue_run_always(struct store *s, struct job *job);

#endif
