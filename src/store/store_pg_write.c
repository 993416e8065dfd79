/*
 * store_pg_write.c - the writer's half of the PostgreSQL engine.
 *
 * A batch goes out as one pipeline: BEGIN and all effects, then (when every effect touched what it
 * must) COMMIT, so it costs two round trips and one flush however many jobs it holds. An error
 * spoils a whole PostgreSQL transaction; after one, the jobs before the culprit run again, and the
 * culprit is then judged as the first of the next transaction, where nothing that may be undone
 * came before it.
 */
#include "store/store_pg.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <time.h>

enum {
    TRIES_MAX = 10, /* serialization failures, deadlocks or lost connections in a row */
    RETRY_MS = 5,
    AWAY_WAIT_MS = 10000 /* how long a batch waits for a database that went away */
};

/* How running some jobs in one transaction went, and through whom. */
struct attempt {
    enum pg_outcome outcome;
    enum job_end end;
    size_t job, effect;
};

static void blame(struct attempt *a, const struct pg *p, const PGresult *r)
{
    a->outcome = pg_classify(p, r, &a->end);
}

/* Statements are prepared outside of the transaction: one that cannot be does not spoil the others.
 */
static bool prepare_all(struct pg *p, struct job **jobs, size_t n, struct attempt *a)
{
    pg_limit_statements(p);
    for (a->job = 0; a->job < n; a->job++)
        for (a->effect = 0; a->effect < jobs[a->job]->n; a->effect++) {
            const struct effect *e = &jobs[a->job]->fx[a->effect];
            PGresult *failed = pg_need(p, e->q, e->in);
            if (!failed)
                continue;
            pg_log_result(e->q->name, p, failed);
            blame(a, p, failed);
            PQclear(failed);
            return false;
        }
    return true;
}

static bool send_text(struct pg *p, const char *text)
{
    return PQsendQueryParams(p->conn, text, 0, NULL, NULL, NULL, NULL, 1);
}

static bool send_all(struct pg *p, struct job **jobs, size_t n)
{
    struct pg_params params;
    if (!PQenterPipelineMode(p->conn) || !send_text(p, "BEGIN"))
        return false;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < jobs[j]->n; i++) {
            const struct effect *e = &jobs[j]->fx[i];
            pg_encode(&params, e->q, e->in);
            if (!PQsendQueryPrepared(p->conn, pg_prepared_name(p, e->q, e->in).z, e->q->nin,
                                     params.values, params.lengths, params.formats, 1))
                return false;
        }
    return PQsendFlushRequest(p->conn) && PQflush(p->conn) == 0;
}

/* The result of the next command in the pipeline, past the NULL that ends it. */
static PGresult *next_result(struct pg *p)
{
    PGresult *r = PQgetResult(p->conn);
    if (r && PQresultStatus(r) != PGRES_PIPELINE_SYNC)
        PQclear(PQgetResult(p->conn));
    return r;
}

static bool is_done(const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool judge_effect(struct pg *p, const struct effect *e, struct attempt *a)
{
    PGresult *r = next_result(p);
    if (!is_done(r)) {
        blame(a, p, r);
        if (a->end == JOB_BROKEN)
            pg_log_result(e->q->name, p, r);
    } else if (effect_misses(e, strtoll(PQcmdTuples(r), NULL, 10))) {
        a->outcome = VERDICT;
        a->end = JOB_MISS;
    }
    PQclear(r);
    return a->outcome == ALL_DONE;
}

static void judge_all(struct pg *p, struct job **jobs, size_t n, struct attempt *a)
{
    PGresult *begun = next_result(p);
    if (!is_done(begun))
        blame(a, p, begun);
    PQclear(begun);
    if (a->outcome != ALL_DONE)
        return;
    for (a->job = 0; a->job < n; a->job++)
        for (a->effect = 0; a->effect < jobs[a->job]->n; a->effect++)
            if (!judge_effect(p, &jobs[a->job]->fx[a->effect], a))
                return;
}

/* Ends the pipeline; false when the connection is of no more use. */
static bool drain(struct pg *p)
{
    for (;;) {
        PGresult *r = next_result(p);
        bool synced = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        PQclear(r);
        if (synced)
            return PQexitPipelineMode(p->conn);
        if (!r || !pg_is_up(p))
            return false;
    }
}

static void undo(struct pg *p, struct attempt *a)
{
    bool clean = pg_is_up(p) && PQpipelineSync(p->conn) && drain(p) && pg_control(p, "ROLLBACK");
    if (!clean) {
        /* Closing the session rolls back as well. What was an effect's own fault stays so. */
        pg_disconnect(p);
        if (a->outcome != VERDICT)
            a->outcome = AWAY;
    }
}

static void commit(struct pg *p, size_t n, struct attempt *a)
{
    bool sent = send_text(p, "COMMIT") && PQpipelineSync(p->conn);
    PGresult *r = sent ? next_result(p) : NULL;
    if (PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0) {
        PQclear(r);
        if (!drain(p))
            pg_disconnect(p);
        return;
    }
    enum pg_outcome o = pg_classify(p, r, &a->end);
    pg_log_result("commit", p, r);
    PQclear(r);
    a->job = a->effect = 0;
    if (o == AWAY) {
        a->outcome = LOST;
        pg_disconnect(p);
        return;
    }
    /* Refused at COMMIT, so nobody knows through whom: smaller batches will show. */
    a->outcome = n == 1 && o == VERDICT ? VERDICT : AGAIN;
    if (!drain(p) || !pg_control(p, "ROLLBACK"))
        pg_disconnect(p);
}

static void run_together(struct pg *p, struct job **jobs, size_t n, struct attempt *a)
{
    *a = (struct attempt){.outcome = ALL_DONE, .end = JOB_DONE};
    if (!prepare_all(p, jobs, n, a)) {
        if (a->outcome == AWAY)
            pg_disconnect(p);
        return;
    }
    if (!send_all(p, jobs, n)) {
        a->outcome = AWAY;
        pg_disconnect(p);
        return;
    }
    judge_all(p, jobs, n, a);
    if (a->outcome == ALL_DONE)
        commit(p, n, a);
    else
        undo(p, a);
}

static void sleep_ms(int64_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Waits for the database as long as a batch may; one that has been away for longer gets a single
 * try. */
static bool wait_up(struct pg *p)
{
    while (!pg_ensure_up(p)) {
        int64_t now = clock_ticks_us();
        if (now - p->away_since_us >= AWAY_WAIT_MS * INT64_C(1000))
            return false;
        int64_t wait_ms = (p->retry_at_us - now) / 1000 + 1;
        if (wait_ms > 0)
            sleep_ms(wait_ms);
    }
    return true;
}

/* The jobs from `at` on still wait; `count` of them run together next. */
struct progress {
    struct job **jobs;
    size_t n, at, count;
    int tries;
};

static void settle(struct progress *g, size_t count, enum job_end end, size_t effect)
{
    jobs_end_all(g->jobs + g->at, count, end);
    g->jobs[g->at]->at = effect;
    g->at += count;
    g->count = g->n - g->at;
    g->tries = 0;
}

static void advance(struct progress *g, const struct attempt *a)
{
    switch (a->outcome) {
    case ALL_DONE:
        settle(g, g->count, JOB_DONE, 0);
        break;
    case VERDICT:
        /* Only the first job of a transaction can be judged: what came before others will be
         * undone. */
        if (a->job == 0)
            settle(g, 1, a->end, a->effect);
        else
            g->count = a->job;
        break;
    case AGAIN:
        if (++g->tries >= TRIES_MAX && g->count == 1)
            settle(g, 1, JOB_BUSY, a->effect);
        else
            sleep_ms(RETRY_MS * (g->tries + clock_ticks_us() % 8));
        g->count = g->count > 1 ? g->count / 2 : g->count;
        break;
    case LOST:
        settle(g, g->count, JOB_LOST, 0);
        break;
    case AWAY:
        if (++g->tries >= TRIES_MAX)
            settle(g, g->count, JOB_BUSY, 0);
        break;
    }
}

void pg_write(struct conn *c, struct job **jobs, size_t n)
{
    struct pg *p = pg_of(c);
    struct progress g = {.jobs = jobs, .n = n, .count = n};
    while (g.at < n) {
        struct attempt a;
        if (!wait_up(p)) {
            jobs_end_all(jobs + g.at, n - g.at, JOB_BUSY);
            return;
        }
        run_together(p, jobs + g.at, g.count, &a);
        advance(&g, &a);
    }
}
