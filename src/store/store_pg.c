/*
 * store_pg.c - the PostgreSQL engine: reading (binary results of statements prepared once per
 * connection), the contract check, migrations. Its writer is store_pg_write.c, its connection
 * store_pg_link.c. Control statements (BEGIN, SET …) live in these files; all else comes from .sql
 * files.
 */
#include "store/store_pg.h"

#include "base/log.h"

#include <endian.h>
#include <stdio.h>

/* Migrators of one database take turns on this advisory lock. */
#define MIGRATION_TURN "SELECT pg_advisory_xact_lock(7309453126211)"

enum oid {
    BOOLOID = 16,
    BYTEAOID = 17,
    NAMEOID = 19,
    INT8OID = 20,
    INT2OID = 21,
    INT4OID = 23,
    TEXTOID = 25,
    JSONOID = 114,
    FLOAT4OID = 700,
    FLOAT8OID = 701,
    BPCHAROID = 1042,
    VARCHAROID = 1043,
    NUMERICOID = 1700
};

/* What a result column may come as. */
static const Oid taken_as[][6] = {
    [COL_I64] = {INT8OID, INT4OID, INT2OID},
    [COL_F64] = {FLOAT8OID, FLOAT4OID},
    [COL_BOOL] = {BOOLOID},
    [COL_TEXT] = {TEXTOID, VARCHAROID, BPCHAROID, NAMEOID, JSONOID},
    [COL_BLOB] = {BYTEAOID},
    [COL_UUID] = {BYTEAOID},
    [COL_SHA256] = {BYTEAOID},
};

/* Runs one query and waits. NULL or a failed result when it did not work. */
static PGresult *execute(struct pg *p, const struct query *q, const void *in)
{
    struct pg_params params;
    pg_limit_statements(p);
    PGresult *failed = pg_need(p, q, in);
    if (failed)
        return failed;
    pg_encode(&params, q, in);
    return PQexecPrepared(p->conn, pg_prepared_name(p, q, in).z, q->nin, params.values,
                          params.lengths, params.formats, 1);
}

/* ---- reading ---- */

static bool type_taken(enum col_type type, Oid oid)
{
    for (int i = 0; taken_as[type][i]; i++)
        if (taken_as[type][i] == oid)
            return true;
    return false;
}

static struct value decode(const PGresult *r, int row, int column)
{
    struct value v = {.null = PQgetisnull(r, row, column)};
    const char *p = PQgetvalue(r, row, column);
    uint64_t bits = 0;
    float f4;
    v.n = (size_t)PQgetlength(r, row, column);
    v.p = p;
    if (v.null)
        return v;
    switch ((enum oid)PQftype(r, column)) {
    case INT8OID:
    case FLOAT8OID:
        memcpy(&bits, p, 8);
        bits = be64toh(bits);
        v.i = (int64_t)bits;
        memcpy(&v.d, &bits, sizeof v.d);
        break;
    case INT4OID:
    case FLOAT4OID: {
        uint32_t half;
        memcpy(&half, p, 4);
        half = be32toh(half);
        memcpy(&f4, &half, sizeof f4);
        v.i = (int32_t)half;
        v.d = (double)f4;
        break;
    }
    case INT2OID:
        v.i = (int16_t)((uint8_t)p[0] << 8 | (uint8_t)p[1]);
        break;
    case BOOLOID:
        v.i = p[0] != 0;
        break;
    default:
        break;
    }
    return v;
}

static enum rc read_result(struct sink *sink, const PGresult *r)
{
    const struct query *q = sink->q;
    if (PQnfields(r) != q->nout)
        return sink_wrong_type(sink, 0, "number of columns");
    for (int i = 0; i < q->nout; i++)
        if (!type_taken(q->out[i].type, PQftype(r, i)))
            return sink_wrong_type(sink, (unsigned)i,
                                   PQftype(r, i) == NUMERICOID ? "NUMERIC: CAST it" : "type");
    for (int row = 0; row < PQntuples(r); row++) {
        sink_row(sink);
        for (int i = 0; i < q->nout; i++) {
            struct value v = decode(r, row, i);
            RETURN_IF(sink_cell(sink, (unsigned)i, &v));
        }
    }
    return RC_OK;
}

static enum rc pg_select(struct conn *c, struct sink *sink, const void *in)
{
    struct pg *p = pg_of(c);
    bool may_reconnect = !p->in_snapshot;
    if (may_reconnect ? !pg_ensure_up(p) : !pg_is_up(p))
        return fail_away(sink->fault);
    PGresult *r = execute(p, sink->q, in);
    enum job_end end;
    /* A connection that died unnoticed: a read may simply be asked again. */
    if (PQresultStatus(r) != PGRES_TUPLES_OK && may_reconnect && pg_classify(p, r, &end) == AWAY) {
        PQclear(r);
        pg_disconnect(p);
        if (!pg_ensure_up(p))
            return fail_away(sink->fault);
        r = execute(p, sink->q, in);
    }
    enum rc rc = PQresultStatus(r) == PGRES_TUPLES_OK
                     ? read_result(sink, r)
                     : pg_result_fault(p, sink->q->name, r, sink->fault);
    PQclear(r);
    return rc;
}

static enum rc pg_snapshot_begin(struct conn *c, struct fault *f)
{
    struct pg *p = pg_of(c);
    static const char *const text = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
    /* The second try is for a connection that died unnoticed. */
    for (int i = 0; i < 2 && !p->in_snapshot; i++) {
        if (!pg_ensure_up(p))
            return fail_away(f);
        p->in_snapshot = pg_control(p, text);
    }
    return p->in_snapshot ? RC_OK : fail_away(f);
}

static void pg_snapshot_end(struct conn *c)
{
    struct pg *p = pg_of(c);
    if (pg_is_up(p) && PQtransactionStatus(p->conn) != PQTRANS_IDLE)
        pg_control(p, "ROLLBACK");
    p->in_snapshot = false;
}

static enum rc check_columns(const PGresult *r, const struct query *q, struct fault *f)
{
    char found[32];
    if (q->kind == QUERY_EXEC)
        return RC_OK;
    RETURN_IF(check_column_count(q, PQnfields(r), f));
    for (int i = 0; i < q->nout; i++) {
        RETURN_IF(check_column(q, i, PQfname(r, i), f));
        snprintf(found, sizeof found, "type %u", PQftype(r, i));
        if (!type_taken(q->out[i].type, PQftype(r, i)))
            return check_type_failed(q, i, PQftype(r, i) == NUMERICOID ? "NUMERIC" : found, f);
    }
    return RC_OK;
}

static enum rc pg_check(struct conn *c, const struct query *q, uint64_t mask, struct fault *f)
{
    struct pg *p = pg_of(c);
    if (!pg_ensure_up(p))
        return fail_away(f);
    PGresult *r = pg_prepare(p, q, mask, "");
    enum rc rc = RC_OK;
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        rc = fail(f, RC_INTERNAL, "query_prepare", "查询 %s（变体 %llx）不能准备：%s",
                  "query %s (variant %llx) cannot be prepared: %s", q->name,
                  (unsigned long long)mask, PQerrorMessage(p->conn));
    PQclear(r);
    if (rc != RC_OK)
        return rc;
    r = PQdescribePrepared(p->conn, "");
    rc = check_columns(r, q, f);
    PQclear(r);
    return rc;
}

/* ---- upkeep of the writer's connection ---- */

static void pg_idle(struct conn *c, bool quiet)
{
    struct pg *p = pg_of(c);
    /* Notices a server that went away, so that the next job need not. */
    if (quiet && pg_is_up(p) && !PQconsumeInput(p->conn))
        log_warn("postgresql: the connection was closed by the server");
    pg_ensure_up(p);
}

static bool pg_usable(const struct conn *c)
{
    return pg_is_up((const struct pg *)c);
}

static enum rc pg_flush(struct conn *c, struct fault *f)
{
    struct pg *p = pg_of(c);
    p->relaxed = false;
    /* A record of our own, flushed with its commit, takes all earlier ones to the disk. */
    bool ok = pg_ensure_up(p) && pg_control(p, "SET synchronous_commit = on") &&
              pg_control(p, "SELECT pg_logical_emit_message(true, 'xiaohao', 'flush')");
    return ok ? RC_OK : fail_away(f);
}

/* ---- migrations ---- */

static enum rc migration_fault(struct pg *p, struct fault *f)
{
    return fail(f, RC_INTERNAL, "migration_failed", "数据库升级失败：%s", "a migration failed: %s",
                PQerrorMessage(p->conn));
}

static enum rc pg_migration_begin(struct conn *c, struct fault *f)
{
    struct pg *p = pg_of(c);
    if (!pg_ensure_up(p))
        return fail_away(f);
    return pg_control(p, "BEGIN") && pg_control(p, MIGRATION_TURN) ? RC_OK : migration_fault(p, f);
}

static enum rc pg_migration_script(struct conn *c, const char *sql, struct fault *f)
{
    struct pg *p = pg_of(c);
    if (!pg_control(p, sql))
        return migration_fault(p, f);
    if (PQtransactionStatus(p->conn) != PQTRANS_INTRANS)
        return fail(f, RC_INTERNAL, "migration_failed", "升级脚本不得自行提交",
                    "a migration must not commit by itself");
    return RC_OK;
}

static enum rc pg_migration_exec(struct conn *c, const struct query *q, const void *in,
                                 struct fault *f)
{
    struct pg *p = pg_of(c);
    PGresult *r = execute(p, q, in);
    enum rc rc = PQresultStatus(r) == PGRES_COMMAND_OK ? RC_OK : migration_fault(p, f);
    PQclear(r);
    return rc;
}

static enum rc pg_migration_commit(struct conn *c, struct fault *f)
{
    struct pg *p = pg_of(c);
    return pg_control(p, "COMMIT") ? RC_OK : migration_fault(p, f);
}

static void pg_migration_rollback(struct conn *c)
{
    pg_snapshot_end(c);
}

const struct engine_ops postgresql_ops = {
    .engine = ENGINE_POSTGRESQL,
    .open = pg_open,
    .close = pg_close,
    .select = pg_select,
    .check = pg_check,
    .snapshot_begin = pg_snapshot_begin,
    .snapshot_end = pg_snapshot_end,
    .write = pg_write,
    .idle = pg_idle,
    .usable = pg_usable,
    .flush = pg_flush,
    .migration_begin = pg_migration_begin,
    .migration_script = pg_migration_script,
    .migration_exec = pg_migration_exec,
    .migration_commit = pg_migration_commit,
    .migration_rollback = pg_migration_rollback,
};
