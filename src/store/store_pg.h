/*
 * store_pg.h - inside of the PostgreSQL engine: the connection that store_pg.c (reading, migrations) and
 * store_pg_write.c (batches) share and store_pg_link.c keeps up. Only these include libpq-fe.h.
 */
#ifndef XH_STORE_STORE_PG_H
#define XH_STORE_STORE_PG_H

#include "store/store_engine.h"

#include <libpq-fe.h>

enum { PARAMS_MAX = 64 };

struct pg {
    struct conn base;
    const char *target;
    enum conn_role role;
    bool relaxed;
    bool in_snapshot;
    PGconn *conn;
    struct stmt_cache cache; /* values are numbers of statements, from 1 */
    unsigned statements;
    int64_t away_since_us; /* 0: connected */
    int64_t retry_at_us;
    int backoff_ms;
};

static inline struct pg *pg_of(struct conn *c)
{
    return (struct pg *)c;
}

/* ---- what an error means ---- */

enum pg_outcome {
    ALL_DONE,
    VERDICT, /* one effect failed for a reason of its own */
    AGAIN,   /* serialization failure or deadlock */
    AWAY,    /* no connection; nothing was committed */
    LOST     /* no connection, and COMMIT was under way */
};

/* `r` may be NULL. *end is what to tell the job when the outcome is VERDICT. */
enum pg_outcome pg_classify(const struct pg *p, const PGresult *r, enum job_end *end);
void pg_log_result(const char *what, const struct pg *p, const PGresult *r);
enum rc pg_result_fault(struct pg *p, const char *what, const PGresult *r, struct fault *f);

/* ---- the connection ---- */

enum rc pg_open(struct conn **out, const struct conn_options *o, struct fault *f);
void pg_close(struct conn *c);
bool pg_is_up(const struct pg *p);
/* Connected, now or after one attempt; attempts are spaced so that an outage does not become a storm. */
bool pg_ensure_up(struct pg *p);
void pg_disconnect(struct pg *p);
/* BEGIN, SET and the like; several at once are allowed. */
bool pg_control(struct pg *p, const char *text);

/* ---- statements ---- */

struct pg_name {
    char z[16];
};

/* Parameters as libpq wants them; numbers lie in `number`, the rest where the struct has it. */
struct pg_params {
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    int formats[PARAMS_MAX];
    uint64_t number[PARAMS_MAX];
};

void pg_encode(struct pg_params *out, const struct query *q, const void *in);
PGresult *pg_prepare(struct pg *p, const struct query *q, uint64_t mask, const char *name);
/* Prepares the query's variant unless it is. NULL, or the result that says why not (to be cleared). */
PGresult *pg_need(struct pg *p, const struct query *q, const void *in);
struct pg_name pg_prepared_name(struct pg *p, const struct query *q, const void *in);
/* Forgets all when there are too many. Not between pg_need() and the use of what it prepared. */
void pg_limit_statements(struct pg *p);

void pg_write(struct conn *c, struct job **jobs, size_t n);

#endif
