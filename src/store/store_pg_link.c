/*
 * store_pg_link.c - one connection to PostgreSQL: making it, finding out what an error means,
 * making it again with growing pauses, and the statements prepared on it (binary parameters, once
 * per connection).
 */
#include "store/store_pg.h"

#include "base/clock.h"
#include "base/log.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

enum { BACKOFF_MIN_MS = 50, BACKOFF_MAX_MS = 2000 };
enum { BOOLOID = 16, BYTEAOID = 17, INT8OID = 20, TEXTOID = 25, FLOAT8OID = 701 };

/* What a parameter is sent as. */
static const Oid sent_as[] = {
    [COL_I64] = INT8OID,   [COL_F64] = FLOAT8OID, [COL_BOOL] = BOOLOID,    [COL_TEXT] = TEXTOID,
    [COL_BLOB] = BYTEAOID, [COL_UUID] = BYTEAOID, [COL_SHA256] = BYTEAOID,
};

/* ---- errors ---- */

static const struct {
    const char *prefix; /* of the SQLSTATE */
    enum pg_outcome outcome;
    enum job_end end;
} states[] = {
    {"23505", VERDICT, JOB_CLASH}, {"23503", VERDICT, JOB_REFERENCE}, {"23", VERDICT, JOB_CHECK},
    {"22", VERDICT, JOB_CHECK},    {"40001", AGAIN, JOB_BUSY},        {"40P01", AGAIN, JOB_BUSY},
    {"55P03", VERDICT, JOB_BUSY},  {"57014", VERDICT, JOB_BUSY},      {"57P0", AWAY, JOB_BUSY},
    {"08", AWAY, JOB_BUSY},        {"25006", AWAY, JOB_BUSY},         {"53300", AWAY, JOB_BUSY},
    {"25P0", AWAY, JOB_BUSY},      {"", VERDICT, JOB_BROKEN},
};

bool pg_is_up(const struct pg *p)
{
    return p->conn && PQstatus(p->conn) == CONNECTION_OK;
}

enum pg_outcome pg_classify(const struct pg *p, const PGresult *r, enum job_end *end)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    size_t i = 0;
    *end = JOB_BUSY;
    /* No SQLSTATE: libpq itself speaks, and it has lost the server (which PQstatus may not show
     * yet). */
    if (!state)
        return AWAY;
    /* A reader's session is read-only by our own wish; elsewhere it means that this server is a
     * standby. */
    if (p->role == CONN_READER && strcmp(state, "25006") == 0)
        return *end = JOB_BROKEN, VERDICT;
    while (strncmp(state, states[i].prefix, strlen(states[i].prefix)) != 0)
        i++;
    *end = states[i].end;
    return states[i].outcome;
}

/* Only the primary message: the detail may quote what people wrote. */
void pg_log_result(const char *what, const struct pg *p, const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *message = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    log_error("postgresql: %s: %s %s", what, state ? state : "-",
              message ? message : PQerrorMessage(p->conn));
}

enum rc pg_result_fault(struct pg *p, const char *what, const PGresult *r, struct fault *f)
{
    enum job_end end;
    enum pg_outcome o = pg_classify(p, r, &end);
    if (o == AWAY || o == AGAIN || end == JOB_BUSY)
        return fail_away(f);
    pg_log_result(what, p, r);
    return fail_database(f);
}

/* ---- connecting ---- */

static void ignore_notice(void *arg, const PGresult *r)
{
    (void)arg;
    (void)r;
}

/* A server set to lose commits is not what "acknowledged" means; remote_apply, local … are left
 * alone. */
#define KEEP_COMMITS                                                                               \
    "SELECT set_config('synchronous_commit', 'on', false) WHERE "                                  \
    "current_setting('synchronous_commit') = 'off'"

bool pg_control(struct pg *p, const char *text)
{
    PGresult *r = PQexec(p->conn, text);
    ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool configure(struct pg *p)
{
    static const char *const by_role[] = {
        [CONN_READER] = "SET default_transaction_read_only = on",
        [CONN_WRITER] = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'",
        [CONN_MIGRATOR] = KEEP_COMMITS,
    };
    return pg_control(p, "SET jit = off; SET default_transaction_isolation = 'read committed'") &&
           pg_control(p, by_role[p->role]) &&
           (p->role != CONN_WRITER ||
            pg_control(p, p->relaxed ? "SET synchronous_commit = off" : KEEP_COMMITS));
}

void pg_disconnect(struct pg *p)
{
    PQfinish(p->conn);
    p->conn = NULL;
    cache_free(&p->cache);
    p->in_snapshot = false;
    if (!p->away_since_us)
        p->away_since_us = clock_ticks_us();
}

static bool connect_once(struct pg *p)
{
    /* What stands before dbname is a default that the URL may override. */
    static const char *const keys[] = {"connect_timeout",           "target_session_attrs",
                                       "fallback_application_name", "dbname",
                                       "client_encoding",           NULL};
    const char *values[] = {"5", "read-write", "xiaohao", p->target, "UTF8", NULL};
    if (p->conn)
        pg_disconnect(p);
    p->conn = PQconnectdbParams(keys, values, 1);
    PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
    if (pg_is_up(p) && configure(p)) {
        if (p->away_since_us)
            log_info("postgresql: connected again");
        p->away_since_us = 0;
        p->backoff_ms = 0;
        return true;
    }
    if (p->backoff_ms == 0)
        log_warn("postgresql: %s", PQerrorMessage(p->conn));
    pg_disconnect(p);
    p->backoff_ms = p->backoff_ms ? p->backoff_ms * 2 : BACKOFF_MIN_MS;
    if (p->backoff_ms > BACKOFF_MAX_MS)
        p->backoff_ms = BACKOFF_MAX_MS;
    p->retry_at_us = clock_ticks_us() + p->backoff_ms * INT64_C(1000);
    return false;
}

bool pg_ensure_up(struct pg *p)
{
    if (pg_is_up(p))
        return true;
    if (p->conn)
        pg_disconnect(p);
    return clock_ticks_us() >= p->retry_at_us && connect_once(p);
}

void pg_close(struct conn *c)
{
    struct pg *p = pg_of(c);
    PQfinish(p->conn);
    cache_free(&p->cache);
    free(p);
}

static enum rc check_encoding(struct pg *p, struct fault *f)
{
    const char *encoding = PQparameterStatus(p->conn, "server_encoding");
    if (encoding && strcmp(encoding, "UTF8") == 0)
        return RC_OK;
    return fail(f, RC_INVALID, "database_encoding", "PostgreSQL 数据库的编码应为 UTF8，现为 %s",
                "the PostgreSQL database must be encoded in UTF8, it is %s",
                encoding ? encoding : "?");
}

enum rc pg_open(struct conn **out, const struct conn_options *o, struct fault *f)
{
    struct pg *p = xcalloc(1, sizeof *p);
    p->base.ops = &postgresql_ops;
    p->target = o->target;
    p->role = o->role;
    p->relaxed = o->relaxed;
    enum rc rc = connect_once(p) ? check_encoding(p, f) : fail_away(f);
    if (rc != RC_OK) {
        pg_close(&p->base);
        return rc;
    }
    *out = &p->base;
    return RC_OK;
}

/* ---- statements ---- */

void pg_encode(struct pg_params *out, const struct query *q, const void *in)
{
    for (unsigned i = 0; i < q->nin; i++) {
        struct value v = value_read(&q->in[i], in);
        out->formats[i] = 1;
        out->values[i] = NULL;
        out->lengths[i] = 0;
        if (v.null)
            continue;
        if (v.p) {
            out->values[i] = v.p;
            out->lengths[i] = (int)v.n;
            continue;
        }
        uint64_t bits = (uint64_t)v.i;
        if (q->in[i].type == COL_F64)
            memcpy(&bits, &v.d, sizeof bits);
        out->number[i] = q->in[i].type == COL_BOOL ? 0 : htobe64(bits);
        if (q->in[i].type == COL_BOOL)
            memcpy(&out->number[i], &(char){v.i != 0}, 1);
        out->values[i] = (const char *)&out->number[i];
        out->lengths[i] = q->in[i].type == COL_BOOL ? 1 : 8;
    }
}

PGresult *pg_prepare(struct pg *p, const struct query *q, uint64_t mask, const char *name)
{
    Oid oids[PARAMS_MAX];
    struct buf text;
    buf_init(&text, VARIANT_TEXT_MAX);
    variant_text(q, mask, ENGINE_POSTGRESQL, &text);
    buf_char(&text, '\0');
    for (unsigned i = 0; i < q->nin; i++)
        oids[i] = sent_as[q->in[i].type];
    PGresult *r = PQprepare(p->conn, name, text.p, q->nin, oids);
    buf_free(&text);
    return r;
}

static struct pg_name name_of(uintptr_t number)
{
    struct pg_name name;
    snprintf(name.z, sizeof name.z, "s%u", (unsigned)number);
    return name;
}

PGresult *pg_need(struct pg *p, const struct query *q, const void *in)
{
    struct cache_entry *e = cache_find(&p->cache, q, variant_mask(q, in));
    if (e->stmt)
        return NULL;
    uintptr_t number = ++p->statements;
    PGresult *r = pg_prepare(p, q, e->mask, name_of(number).z);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        return r;
    PQclear(r);
    e->stmt = number;
    return NULL;
}

struct pg_name pg_prepared_name(struct pg *p, const struct query *q, const void *in)
{
    return name_of(cache_find(&p->cache, q, variant_mask(q, in))->stmt);
}

void pg_limit_statements(struct pg *p)
{
    if (!cache_is_full(&p->cache))
        return;
    pg_control(p, "DEALLOCATE ALL");
    cache_free(&p->cache);
}
