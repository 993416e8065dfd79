/*
 * store.c - opening and closing a database, and reading through whichever engine is behind it.
 */
#include "store/store_engine.h"

#include "store_sql.h"

#include <stdlib.h>

static const struct {
    struct str prefix;
    const struct engine_ops *ops;
    bool keep_prefix; /* libpq reads the URL itself */
} engines[] = {
    {STR_INIT("sqlite:"), &sqlite_ops, false},
    {STR_INIT("postgresql:"), &postgresql_ops, true},
    {STR_INIT("postgres:"), &postgresql_ops, true},
};

enum rc fail_database(struct fault *f)
{
    return fail(f, RC_INTERNAL, "database_error", "数据库出错，操作没有完成，请与管理员联系",
                "The database failed and the operation was not completed; tell the administrator");
}

enum rc fail_away(struct fault *f)
{
    enum rc rc = fail(f, RC_BUSY, "database_away", "暂时无法使用数据库，请稍后再试",
                      "The database cannot be used at the moment; try again shortly");
    f->retry_s = 2;
    return rc;
}

static enum rc pick_engine(struct store *s, struct str url, struct fault *f)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        if (!str_starts(url, engines[i].prefix))
            continue;
        struct str target = engines[i].keep_prefix ? url : str_sub(url, engines[i].prefix.n, url.n);
        if (str_empty(target))
            break;
        s->ops = engines[i].ops;
        s->target = xmalloc(target.n + 1);
        memcpy(s->target, target.p, target.n);
        s->target[target.n] = '\0';
        return RC_OK;
    }
    return fail(f, RC_INVALID, "database_url", "数据库地址应为 sqlite:路径 或 postgresql://…",
                "The database address must be sqlite:PATH or postgresql://…");
}

enum rc store_open(struct store **out, const struct store_config *cfg, struct fault *f)
{
    struct store *s = xcalloc(1, sizeof *s);
    enum rc rc = pick_engine(s, cfg->url, f);
    s->queue_max = cfg->queue_max > 0 ? cfg->queue_max : 4096;
    s->batch_max = cfg->batch_max > 0 ? cfg->batch_max : 256;
    s->relaxed = cfg->relaxed;
    if (rc == RC_OK)
        rc = s->ops->open(&s->writer,
                          &(struct conn_options){s->target, CONN_WRITER, cfg->create, cfg->relaxed},
                          f);
    if (rc != RC_OK) {
        free(s->target);
        free(s);
        return rc;
    }
    pthread_mutex_init(&s->probe_lock, NULL);
    queue_start(s);
    *out = s;
    return RC_OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    queue_stop(s);
    if (s->probe)
        db_close(s->probe);
    s->ops->close(s->writer);
    pthread_mutex_destroy(&s->probe_lock);
    free(s->target);
    free(s);
}

enum engine store_engine(const struct store *s)
{
    return s->ops->engine;
}

bool store_alive(struct store *s)
{
    struct arena arena;
    struct fault fault;
    struct store_ping_row row;
    bool found = false;
    arena_init(&arena);
    fault_init(&fault, &arena);
    pthread_mutex_lock(&s->probe_lock);
    bool ok = s->probe || db_open(s, &s->probe, &fault) == RC_OK;
    ok = ok && q_store_ping(&(struct reader){s->probe, &arena, &fault}, &row, &found) == RC_OK &&
         found;
    pthread_mutex_unlock(&s->probe_lock);
    arena_free(&arena);
    return ok && s->writer_usable;
}

/* ---- reading ---- */

enum rc db_open(struct store *s, struct db **out, struct fault *f)
{
    struct conn *conn;
    RETURN_IF(s->ops->open(&conn, &(struct conn_options){s->target, CONN_READER, false, false}, f));
    struct db *d = xcalloc(1, sizeof *d);
    d->store = s;
    d->conn = conn;
    *out = d;
    return RC_OK;
}

void db_close(struct db *d)
{
    if (!d)
        return;
    d->conn->ops->close(d->conn);
    free(d->scratch);
    free(d);
}

enum engine db_engine(const struct db *d)
{
    return d->conn->ops->engine;
}

/* A long list must not keep its memory for ever. */
enum { SCRATCH_KEPT_BYTES = 1 << 20 };

static void keep_scratch(struct db *d, const struct sink *sink)
{
    d->scratch = sink->rows;
    d->scratch_bytes = sink->room * sink->q->row_bytes;
    if (d->scratch_bytes > SCRATCH_KEPT_BYTES) {
        free(d->scratch);
        d->scratch = NULL;
        d->scratch_bytes = 0;
    }
}

static enum rc read_rows(struct reader *r, const struct query *q, const void *in, struct sink *sink)
{
    struct db *d = r->db;
    *sink = (struct sink){.q = q, .arena = r->arena, .fault = r->fault, .rows = d->scratch};
    sink->room = d->scratch_bytes / q->row_bytes;
    return d->conn->ops->select(d->conn, sink, in);
}

enum rc db_many(struct reader *r, const struct query *q, const void *in, void **rows, size_t *n)
{
    struct sink sink;
    enum rc rc = read_rows(r, q, in, &sink);
    *rows = NULL;
    *n = 0;
    if (rc == RC_OK && sink.n) {
        *rows = arena_dup(r->arena, sink.rows, sink.n * q->row_bytes);
        *n = sink.n;
    }
    keep_scratch(r->db, &sink);
    return rc;
}

enum rc db_one(struct reader *r, const struct query *q, const void *in, void *row, bool *found)
{
    struct sink sink;
    enum rc rc = read_rows(r, q, in, &sink);
    *found = false;
    if (rc == RC_OK && sink.n > 1)
        rc = fail(r->fault, RC_INTERNAL, "too_many_rows", "查询 %s 应至多返回一行",
                  "query %s must answer one row at most", q->name);
    if (rc == RC_OK && sink.n == 1) {
        memcpy(row, sink.rows, q->row_bytes);
        *found = true;
    }
    keep_scratch(r->db, &sink);
    return rc;
}

enum rc db_snapshot_begin(struct reader *r)
{
    return r->db->conn->ops->snapshot_begin(r->db->conn, r->fault);
}

void db_snapshot_end(struct reader *r)
{
    r->db->conn->ops->snapshot_end(r->db->conn);
}

static enum rc check_query(struct reader *r, const struct query *q)
{
    struct conn *c = r->db->conn;
    uint64_t guards = variant_guards(q);
    RETURN_IF(c->ops->check(c, q, 0, r->fault));
    if (guards)
        RETURN_IF(c->ops->check(c, q, guards, r->fault));
    for (unsigned i = 0; i < q->nin; i++)
        if (guards >> i & 1)
            RETURN_IF(c->ops->check(c, q, UINT64_C(1) << i, r->fault));
    return RC_OK;
}

enum rc db_check_queries(struct reader *r, const struct query_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        RETURN_IF(check_query(r, set->queries[i]));
    return RC_OK;
}

enum rc db_copy_to(struct store *s, struct fault *f, const char *path)
{
    if (!s->ops->copy_to)
        return fail(f, RC_INVALID, "copy_not_here", "PostgreSQL 数据库请用 pg_dump 备份",
                    "Use pg_dump to copy a PostgreSQL database");
    return s->ops->copy_to(s->target, path, f);
}
