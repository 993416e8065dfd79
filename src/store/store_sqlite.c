/*
 * store_sqlite.c - the SQLite engine; the only file that includes sqlite3.h.
 *
 * WAL with synchronous=FULL: readers never block the writer, and a job is acknowledged only when
 * its commit is on disk. The one writer connection joins jobs into a transaction; checkpoints run
 * when the queue is empty, so that their cost stays out of a commit. Control statements (BEGIN,
 * PRAGMA …) live here, because they exist on this engine alone; everything else comes from .sql
 * files.
 */
#include "store/store_engine.h"

#include "base/log.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BUSY_WAIT_MS = 10000,
    MIGRATOR_WAIT_MS = 60000,
    CHECKPOINT_PAGES = 1000,      /* when the queue is empty */
    CHECKPOINT_MUST_PAGES = 16000 /* even when it is not */
};

enum control { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, UNDO, NCONTROLS };
static const char *const control_text[NCONTROLS] = {
    "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT job", "RELEASE job", "ROLLBACK TO job",
};

struct lite {
    struct conn base;
    sqlite3 *db;
    sqlite3_stmt *controls[NCONTROLS];
    struct stmt_cache cache;
    int wal_pages;
};

static struct lite *lite_of(struct conn *c)
{
    return (struct lite *)c;
}

/* ---- errors ---- */

static enum rc lite_fail(struct lite *l, int code, const char *what, struct fault *f)
{
    int primary = code & 0xff;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        return fail_away(f);
    log_error("sqlite: %s: %s (%d)", what, l->db ? sqlite3_errmsg(l->db) : sqlite3_errstr(code),
              code);
    return fail_database(f);
}

static enum job_end end_of(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return JOB_CLASH;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return JOB_REFERENCE;
    default:
        break;
    }
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return JOB_CHECK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return JOB_BUSY;
    default:
        return JOB_BROKEN;
    }
}

/* ---- opening ---- */

static int pragma(struct lite *l, const char *text)
{
    return sqlite3_exec(l->db, text, NULL, NULL, NULL);
}

/* busy_timeout first: opening while the last other connection closes may be told to wait. LIKE
 * compares case as PostgreSQL does, and "x" is a column name, never a text. */
static int configure(struct lite *l, enum conn_role role, bool relaxed)
{
    int rc = sqlite3_busy_timeout(l->db, role == CONN_MIGRATOR ? MIGRATOR_WAIT_MS : BUSY_WAIT_MS);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (rc == SQLITE_OK && role != CONN_READER)
        rc = pragma(l, "PRAGMA journal_mode=WAL");
    if (rc == SQLITE_OK)
        rc = pragma(l, relaxed ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL");
    /* A migration may rebuild tables; it checks all references before it commits. */
    if (rc == SQLITE_OK)
        rc =
            pragma(l, role == CONN_MIGRATOR ? "PRAGMA foreign_keys=OFF" : "PRAGMA foreign_keys=ON");
    if (rc == SQLITE_OK)
        rc = pragma(
            l, "PRAGMA case_sensitive_like=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000");
    if (rc == SQLITE_OK && role == CONN_READER)
        rc = pragma(l, "PRAGMA query_only=ON");
    return rc;
}

static int note_wal_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((struct lite *)arg)->wal_pages = pages;
    return SQLITE_OK;
}

static void forget_statements(struct lite *l)
{
    for (size_t i = 0; i < l->cache.room; i++)
        sqlite3_finalize((sqlite3_stmt *)l->cache.slots[i].stmt);
    cache_free(&l->cache);
}

static void lite_close(struct conn *c)
{
    struct lite *l = lite_of(c);
    for (int i = 0; i < NCONTROLS; i++)
        sqlite3_finalize(l->controls[i]);
    forget_statements(l);
    sqlite3_close(l->db);
    free(l);
}

static int prepare_controls(struct lite *l)
{
    int rc = SQLITE_OK;
    for (int i = 0; i < NCONTROLS && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(l->db, control_text[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &l->controls[i], NULL);
    /* Replaces the automatic checkpoint of this connection. */
    sqlite3_wal_hook(l->db, note_wal_pages, l);
    return rc;
}

static enum rc lite_open(struct conn **out, const struct conn_options *o, struct fault *f)
{
    if (o->create)
        RETURN_IF(store_make_file(o->target, false, f));
    if (access(o->target, R_OK | W_OK) != 0)
        return fail(f, RC_NOT_FOUND, "database_missing",
                    "找不到数据库文件 %s，或没有读写权限（新建请用 init）",
                    "the database file %s is missing or not readable and writable (init makes one)",
                    o->target);
    struct lite *l = xcalloc(1, sizeof *l);
    l->base.ops = &sqlite_ops;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(o->target, &l->db, flags, NULL);
    if (rc == SQLITE_OK)
        rc = configure(l, o->role, o->relaxed);
    if (rc == SQLITE_OK && o->role != CONN_READER)
        rc = prepare_controls(l);
    if (rc != SQLITE_OK) {
        enum rc failed = lite_fail(l, rc, "open", f);
        lite_close(&l->base);
        return failed;
    }
    *out = &l->base;
    return RC_OK;
}

/* ---- statements ---- */

static int prepare(struct lite *l, const struct query *q, uint64_t mask, sqlite3_stmt **out)
{
    struct buf text;
    buf_init(&text, VARIANT_TEXT_MAX);
    variant_text(q, mask, ENGINE_SQLITE, &text);
    int rc = sqlite3_prepare_v3(l->db, text.p, (int)text.n, SQLITE_PREPARE_PERSISTENT, out, NULL);
    buf_free(&text);
    return rc;
}

static void bind(sqlite3_stmt *stmt, const struct query *q, const void *in)
{
    /* A variant may end before the last parameter. Pointers live until the statement is reset. */
    int n = sqlite3_bind_parameter_count(stmt);
    for (int i = 0; i < n; i++) {
        struct value v = value_read(&q->in[i], in);
        if (v.null)
            sqlite3_bind_null(stmt, i + 1);
        else if (q->in[i].type == COL_F64)
            sqlite3_bind_double(stmt, i + 1, v.d);
        else if (q->in[i].type == COL_TEXT)
            sqlite3_bind_text64(stmt, i + 1, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
        else if (!v.p)
            sqlite3_bind_int64(stmt, i + 1, v.i);
        else
            sqlite3_bind_blob64(stmt, i + 1, v.p, v.n, SQLITE_STATIC);
    }
}

/* The prepared statement with its parameters; reset with done_with(). */
static int statement(struct lite *l, const struct query *q, const void *in, sqlite3_stmt **out)
{
    if (cache_is_full(&l->cache))
        forget_statements(l);
    struct cache_entry *e = cache_find(&l->cache, q, variant_mask(q, in));
    *out = (sqlite3_stmt *)e->stmt;
    if (!*out) {
        int rc = prepare(l, q, e->mask, out);
        if (rc != SQLITE_OK)
            return rc;
        e->stmt = (uintptr_t)*out;
    }
    bind(*out, q, in);
    return SQLITE_OK;
}

static void done_with(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

/* ---- reading ---- */

static const char *const class_names[] = {"?", "INTEGER", "FLOAT", "TEXT", "BLOB", "NULL"};

static enum rc read_cell(struct sink *sink, sqlite3_stmt *stmt, unsigned i)
{
    static const int wanted[] = {
        [COL_I64] = SQLITE_INTEGER, [COL_F64] = SQLITE_FLOAT, [COL_BOOL] = SQLITE_INTEGER,
        [COL_TEXT] = SQLITE_TEXT,   [COL_BLOB] = SQLITE_BLOB, [COL_UUID] = SQLITE_BLOB,
        [COL_SHA256] = SQLITE_BLOB,
    };
    int at = (int)i, class = sqlite3_column_type(stmt, at);
    enum col_type type = sink->q->out[i].type;
    bool fits = class == SQLITE_NULL || class == wanted[type] ||
                (type == COL_F64 && class == SQLITE_INTEGER);
    struct value v = {.null = class == SQLITE_NULL};
    if (!fits)
        return sink_wrong_type(sink, i, class_names[class]);
    if (class == SQLITE_TEXT)
        v.p = sqlite3_column_text(stmt, at);
    else if (class == SQLITE_BLOB)
        v.p = sqlite3_column_blob(stmt, at);
    else if (type == COL_F64)
        v.d = sqlite3_column_double(stmt, at);
    else
        v.i = sqlite3_column_int64(stmt, at);
    if (class == SQLITE_TEXT || class == SQLITE_BLOB)
        v.n = (size_t)sqlite3_column_bytes(stmt, at);
    return sink_cell(sink, i, &v);
}

static enum rc lite_select(struct conn *c, struct sink *sink, const void *in)
{
    struct lite *l = lite_of(c);
    const struct query *q = sink->q;
    sqlite3_stmt *stmt = NULL;
    enum rc rc = RC_OK;
    int code = statement(l, q, in, &stmt);
    if (code != SQLITE_OK)
        return lite_fail(l, code, q->name, sink->fault);
    if (sqlite3_column_count(stmt) != q->nout)
        rc = sink_wrong_type(sink, 0, "number of columns");
    while (rc == RC_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        sink_row(sink);
        for (unsigned i = 0; i < q->nout && rc == RC_OK; i++)
            rc = read_cell(sink, stmt, i);
    }
    if (rc == RC_OK && code != SQLITE_DONE)
        rc = lite_fail(l, code, q->name, sink->fault);
    done_with(stmt);
    return rc;
}

static enum rc lite_snapshot_begin(struct conn *c, struct fault *f)
{
    struct lite *l = lite_of(c);
    /* BEGIN alone does not read; the snapshot is the one of the first read. */
    int code = pragma(l, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1");
    if (code == SQLITE_OK)
        return RC_OK;
    enum rc rc = lite_fail(l, code, "snapshot", f);
    pragma(l, "ROLLBACK");
    return rc;
}

static void lite_snapshot_end(struct conn *c)
{
    pragma(lite_of(c), "ROLLBACK");
}

/* ---- checking declarations ---- */

static bool class_fits(enum col_type type, const char *declared)
{
    static const char *const fits[] = {
        [COL_I64] = "BIGINT INTEGER INT", [COL_F64] = "DOUBLE PRECISION REAL",
        [COL_BOOL] = "BOOLEAN",           [COL_TEXT] = "TEXT",
        [COL_BLOB] = "BYTEA BLOB",        [COL_UUID] = "BYTEA BLOB",
        [COL_SHA256] = "BYTEA BLOB",
    };
    /* Expressions have no declared type here; PostgreSQL's check covers them. */
    return !declared || strcasestr(fits[type], declared) != NULL;
}

static enum rc check_columns(sqlite3_stmt *stmt, const struct query *q, struct fault *f)
{
    if (q->kind == QUERY_EXEC)
        return RC_OK;
    RETURN_IF(check_column_count(q, sqlite3_column_count(stmt), f));
    for (int i = 0; i < q->nout; i++) {
        const char *type = sqlite3_column_decltype(stmt, i);
        RETURN_IF(check_column(q, i, sqlite3_column_name(stmt, i), f));
        if (!class_fits(q->out[i].type, type))
            return check_type_failed(q, i, type, f);
    }
    return RC_OK;
}

static enum rc lite_check(struct conn *c, const struct query *q, uint64_t mask, struct fault *f)
{
    struct lite *l = lite_of(c);
    sqlite3_stmt *stmt = NULL;
    int code = prepare(l, q, mask, &stmt);
    if (code != SQLITE_OK || !stmt)
        return fail(f, RC_INTERNAL, "query_prepare", "查询 %s（变体 %llx）不能准备：%s",
                    "query %s (variant %llx) cannot be prepared: %s", q->name,
                    (unsigned long long)mask, sqlite3_errmsg(l->db));
    enum rc rc = check_columns(stmt, q, f);
    sqlite3_finalize(stmt);
    return rc;
}

/* ---- writing ---- */

static int control(struct lite *l, enum control which)
{
    int rc = sqlite3_step(l->controls[which]);
    sqlite3_reset(l->controls[which]);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* How many rows an effect touched; a SELECT as effect counts what it finds. */
static int execute(struct lite *l, const struct query *q, const void *in, int64_t *touched)
{
    sqlite3_stmt *stmt;
    int64_t seen = 0;
    int rc = statement(l, q, in, &stmt);
    if (rc != SQLITE_OK)
        return rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        seen++;
    *touched = sqlite3_stmt_readonly(stmt) ? seen : sqlite3_changes64(l->db);
    done_with(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void run_effects(struct lite *l, struct job *job, int64_t *touched)
{
    for (size_t i = 0; i < job->n; i++) {
        const struct effect *e = &job->fx[i];
        int code = execute(l, e->q, e->in, touched);
        job->end = code != SQLITE_OK            ? end_of(code)
                   : effect_misses(e, *touched) ? JOB_MISS
                                                : JOB_DONE;
        job->at = i;
        if (job->end == JOB_BROKEN)
            log_error("sqlite: effect %s: %s (%d)", e->q->name, sqlite3_errmsg(l->db), code);
        if (job->end != JOB_DONE)
            return;
    }
    job->at = 0;
}

enum verdict { GO_ON, AGAIN_CAREFULLY, ALL_BROKEN };

/* A single statement that fails undoes itself, so only jobs of several need a savepoint. The
 * exception, one statement that touched more rows than it may, is met by running the batch again
 * with savepoints for all. */
static enum verdict run_job(struct lite *l, struct job *job, bool careful)
{
    bool save = job->n > 1 || careful;
    int64_t touched = 0;
    if (job->n == 0)
        return GO_ON;
    if (save && control(l, SAVEPOINT) != SQLITE_OK)
        return ALL_BROKEN;
    run_effects(l, job, &touched);
    if (sqlite3_get_autocommit(l->db)) /* SQLite itself rolled back: disk full or worse */
        return ALL_BROKEN;
    if (!save)
        return job->end == JOB_MISS && touched > 0 ? AGAIN_CAREFULLY : GO_ON;
    if (job->end != JOB_DONE && control(l, UNDO) != SQLITE_OK)
        return ALL_BROKEN;
    return control(l, RELEASE) == SQLITE_OK ? GO_ON : ALL_BROKEN;
}

static void roll_back(struct lite *l)
{
    if (!sqlite3_get_autocommit(l->db))
        control(l, ROLLBACK);
}

/* When the flush at COMMIT fails, the commit may or may not survive a crash: nobody can know. */
static enum job_end end_of_commit(int code)
{
    return (code & 0xff) == SQLITE_IOERR ? JOB_LOST : end_of(code);
}

static bool write_batch(struct lite *l, struct job **jobs, size_t n, bool careful)
{
    int code = control(l, BEGIN);
    if (code != SQLITE_OK) {
        log_error("sqlite: begin: %s (%d)", sqlite3_errmsg(l->db), code);
        jobs_end_all(jobs, n, end_of(code));
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        jobs[i]->end = JOB_DONE;
        enum verdict v = run_job(l, jobs[i], careful);
        if (v == GO_ON)
            continue;
        roll_back(l);
        if (v == ALL_BROKEN)
            jobs_end_all(jobs, n, JOB_BROKEN);
        return v == ALL_BROKEN;
    }
    code = control(l, COMMIT);
    if (code != SQLITE_OK) {
        log_error("sqlite: commit: %s (%d)", sqlite3_errmsg(l->db), code);
        roll_back(l);
        jobs_end_all(jobs, n, end_of_commit(code));
    }
    return true;
}

static void lite_idle(struct conn *c, bool quiet)
{
    struct lite *l = lite_of(c);
    if (l->wal_pages < (quiet ? 1 : CHECKPOINT_PAGES))
        return;
    sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    l->wal_pages = 0; /* the next commit tells how much there is */
}

static void lite_write(struct conn *c, struct job **jobs, size_t n)
{
    struct lite *l = lite_of(c);
    if (!write_batch(l, jobs, n, false) && !write_batch(l, jobs, n, true))
        jobs_end_all(jobs, n, JOB_BROKEN);
    if (l->wal_pages >= CHECKPOINT_MUST_PAGES)
        lite_idle(c, true);
}

static bool lite_usable(const struct conn *c)
{
    (void)c;
    return true;
}

static enum rc lite_flush(struct conn *c, struct fault *f)
{
    struct lite *l = lite_of(c);
    int code = pragma(l, "PRAGMA synchronous=FULL");
    if (code == SQLITE_OK)
        code = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code == SQLITE_OK ? RC_OK : lite_fail(l, code, "flush", f);
}

/* ---- migrations ---- */

static enum rc lite_migration_begin(struct conn *c, struct fault *f)
{
    int code = control(lite_of(c), BEGIN);
    return code == SQLITE_OK ? RC_OK : lite_fail(lite_of(c), code, "migration", f);
}

static enum rc migration_fault(struct lite *l, struct fault *f)
{
    return fail(f, RC_INTERNAL, "migration_failed", "数据库升级失败：%s", "a migration failed: %s",
                sqlite3_errmsg(l->db));
}

static enum rc lite_migration_script(struct conn *c, const char *sql, struct fault *f)
{
    struct lite *l = lite_of(c);
    if (pragma(l, sql) != SQLITE_OK)
        return migration_fault(l, f);
    if (sqlite3_get_autocommit(l->db))
        return fail(f, RC_INTERNAL, "migration_failed", "升级脚本不得自行提交",
                    "a migration must not commit by itself");
    return RC_OK;
}

static enum rc lite_migration_exec(struct conn *c, const struct query *q, const void *in,
                                   struct fault *f)
{
    int64_t touched;
    return execute(lite_of(c), q, in, &touched) == SQLITE_OK ? RC_OK
                                                             : migration_fault(lite_of(c), f);
}

static enum rc lite_migration_commit(struct conn *c, struct fault *f)
{
    struct lite *l = lite_of(c);
    sqlite3_stmt *check;
    int code = sqlite3_prepare_v2(l->db, "PRAGMA foreign_key_check", -1, &check, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(check);
    bool dangling = code == SQLITE_ROW;
    sqlite3_finalize(check);
    if (dangling)
        return fail(f, RC_INTERNAL, "migration_failed", "升级后存在无效引用",
                    "the migration left dangling references");
    if (code == SQLITE_DONE)
        code = control(l, COMMIT);
    return code == SQLITE_OK ? RC_OK : migration_fault(l, f);
}

static void lite_migration_rollback(struct conn *c)
{
    roll_back(lite_of(c));
}

/* ---- copying ---- */

/* One step over all pages is one read transaction: a consistent state, and the writer is not held
 * up. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return sqlite3_errcode(to);
    sqlite3_backup_step(b, -1);
    int code = sqlite3_backup_finish(b);
    /* A single file, without a log beside it. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    return code;
}

static enum rc lite_copy_to(const char *target, const char *path, struct fault *f)
{
    struct conn *c;
    sqlite3 *to = NULL;
    RETURN_IF(store_make_file(path, true, f));
    RETURN_IF(lite_open(&c, &(struct conn_options){.target = target, .role = CONN_READER}, f));
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(lite_of(c)->db, to);
    enum rc rc = RC_OK;
    if (code != SQLITE_OK)
        rc = fail(f, RC_INTERNAL, "copy_failed", "数据库复制失败：%s",
                  "copying the database failed: %s", sqlite3_errstr(code));
    sqlite3_close(to);
    lite_close(c);
    if (rc != RC_OK)
        unlink(path);
    return rc;
}

const struct engine_ops sqlite_ops = {
    .engine = ENGINE_SQLITE,
    .open = lite_open,
    .close = lite_close,
    .select = lite_select,
    .check = lite_check,
    .snapshot_begin = lite_snapshot_begin,
    .snapshot_end = lite_snapshot_end,
    .write = lite_write,
    .idle = lite_idle,
    .usable = lite_usable,
    .flush = lite_flush,
    .migration_begin = lite_migration_begin,
    .migration_script = lite_migration_script,
    .migration_exec = lite_migration_exec,
    .migration_commit = lite_migration_commit,
    .migration_rollback = lite_migration_rollback,
    .copy_to = lite_copy_to,
};
