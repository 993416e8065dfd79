/* sealer.c - see audit.h: seals in turn by a fenced lease, and the thread that does it every
 * second. */
#include "audit/audit.h"

#include "audit/internal.h"
#include "audit_sql.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { ROUND_S = 1, LEASE_RENEW_MS = LEASE_MS / 2, TRIES = 30 };

static const struct miss lease_held = {RC_BUSY, "lease_held", "日志封存正由另一进程进行",
                                       "Another process is sealing the journal"};

struct journal_entry journal_entry_of(int64_t hq, const struct journal_unsealed_row *r)
{
    return (struct journal_entry){.hq = hq,
                                  .id = r->id,
                                  .at_ms = r->at_ms,
                                  .actor_id = r->actor_id,
                                  .origin = r->origin,
                                  .kind = r->kind,
                                  .content = r->content,
                                  .subject_kind = r->subject_kind,
                                  .subject_id = r->subject_id,
                                  .detail = r->detail};
}

/* ---- the lease ---- */

static bool is_held_by_another(const struct op *op)
{
    return op->rd.fault->rc == RC_BUSY && str_is(op->rd.fault->code, lease_held.code);
}

/* Ours for at least the time a batch takes; *ours false while it is another's. */
static enum rc take_lease(struct op *op, struct seal_lease *lease, bool *ours)
{
    struct effects fx;
    struct lease_by_name_row row;
    *ours = lease->epoch > 0 && lease->until_ms - op->now > LEASE_RENEW_MS;
    if (*ours)
        return RC_OK;
    effects_init(&fx, OP_ARENA(op));
    struct effect *e = fx_lease_take(&fx, &(struct lease_take_in){.hq = op->hq,
                                                                  .name = STR(SEAL_LEASE),
                                                                  .holder = op->env->process_id,
                                                                  .now = op->now,
                                                                  .until = op->now + LEASE_MS});
    e->on_miss = &lease_held;
    enum rc rc = change_run_effects(op, &fx);
    if (rc != RC_OK && is_held_by_another(op)) {
        lease->epoch = 0;
        fault_clear(op->rd.fault);
        return RC_OK;
    }
    RETURN_IF(rc);
    RETURN_IF(q_lease_by_name(
        &op->rd, &(struct lease_by_name_in){.hq = op->hq, .name = STR(SEAL_LEASE)}, &row, ours));
    *ours = *ours && uuid_eq(row.holder, op->env->process_id);
    lease->epoch = *ours ? row.epoch : 0;
    lease->until_ms = row.until_ms;
    return RC_OK;
}

/* ---- one batch ---- */

static struct str leaves_of(struct op *op, const struct journal_unsealed_row *rows, size_t n)
{
    char *p = arena_alloc(OP_ARENA(op), n * LEAF_BYTES);
    for (size_t i = 0; i < n; i++) {
        struct journal_entry e = journal_entry_of(op->hq, &rows[i]);
        struct sha256 h = journal_hash(&e);
        memcpy(p + i * LEAF_BYTES, rows[i].id.b, sizeof rows[i].id.b);
        memcpy(p + i * LEAF_BYTES + sizeof rows[i].id.b, h.b, sizeof h.b);
    }
    return (struct str){p, n * LEAF_BYTES};
}

static enum rc write_seal(struct op *op, const struct seal_lease *lease,
                          const struct journal_unsealed_row *rows, size_t n)
{
    struct seal_last_row last = {0};
    struct effects fx;
    bool found;
    RETURN_IF(q_seal_last(&op->rd, &(struct seal_last_in){.hq = op->hq}, &last, &found));
    struct seal s = {.hq = op->hq,
                     .seq = found ? last.seq + 1 : 1,
                     .entries = (int64_t)n,
                     .previous = last.hash,
                     .leaves = leaves_of(op, rows, n),
                     .epoch = lease->epoch,
                     .at_ms = op->now};
    effects_init(&fx, OP_ARENA(op));
    fx_seal_add(&fx, &(struct seal_add_in){.hq = op->hq,
                                           .seq = s.seq,
                                           .entries = s.entries,
                                           .previous = s.previous,
                                           .hash = seal_hash(&s),
                                           .leaves = s.leaves,
                                           .at_ms = s.at_ms,
                                           .lease = STR(SEAL_LEASE),
                                           .holder = op->env->process_id,
                                           .epoch = s.epoch});
    struct effect *e = fx_journal_mark_sealed(
        &fx, &(struct journal_mark_sealed_in){
                 .hq = op->hq, .seq = s.seq, .at_ms = rows[n - 1].at_ms, .id = rows[n - 1].id});
    e->min = e->max = s.entries; /* a row that came in between undoes all */
    return change_run_effects(op, &fx);
}

enum rc seal_round(struct op *op, struct seal_lease *lease, int64_t before_ms, int64_t *sealed)
{
    struct journal_unsealed_row *rows;
    size_t n;
    bool ours;
    *sealed = 0;
    struct journal_unsealed_in in = {.hq = op->hq, .before = before_ms, .n = SEAL_ENTRIES_MAX};
    RETURN_IF(q_journal_unsealed(&op->rd, &in, &rows, &n));
    if (n == 0)
        return RC_OK; /* an idle headquarters writes nothing, not even a lease */
    RETURN_IF(take_lease(op, lease, &ours));
    if (!ours)
        return RC_OK;
    enum rc rc = write_seal(op, lease, rows, n);
    if (rc == RC_OK)
        *sealed = (int64_t)n;
    else
        lease->epoch = 0; /* whatever it was, look at the lease again */
    return rc;
}

static enum rc leave_lease(struct op *op)
{
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    struct effect *e = fx_lease_leave(&fx, &(struct lease_leave_in){.hq = op->hq,
                                                                    .name = STR(SEAL_LEASE),
                                                                    .holder = op->env->process_id});
    e->min = 0;
    return change_run_effects(op, &fx);
}

/* An operation of its own for each batch, so that a long tail does not gather in memory. */
static void begin_round(struct op *round, const struct op *op, struct arena *a, struct fault *f)
{
    arena_reset(a);
    fault_init(f, a);
    op_init(round, op->env, op->rd.db, a, f);
}

/* The fault of a round outlives the round's memory. */
static void pass_on(struct op *op, const struct op *round)
{
    struct fault *to = op->rd.fault, from = *round->rd.fault;
    to->rc = from.rc;
    to->code = str_copy(to->arena, from.code);
    to->zh = str_copy(to->arena, from.zh);
    to->en = str_copy(to->arena, from.en);
    to->retry_s = from.retry_s;
    to->file = from.file;
    to->line = from.line;
}

static enum rc tail_of(struct op *op, int64_t *n)
{
    struct journal_tail_row tail;
    bool found;
    RETURN_IF(q_journal_tail(&op->rd, &(struct journal_tail_in){.hq = op->hq}, &tail, &found));
    *n = tail.n;
    return RC_OK;
}

/* Until nothing is left, however often another process or a late row comes between. */
enum rc seal_all(struct op *op, int64_t *sealed)
{
    struct seal_lease lease = {0};
    struct arena a;
    struct fault f;
    struct op round;
    enum rc rc = RC_OK;
    int64_t n = 0, left = 1;
    *sealed = 0;
    arena_init(&a);
    for (int idle = 0; left > 0 && idle<TRIES; idle = n> 0 ? 0 : idle + 1) {
        if (idle > 0)
            nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        begin_round(&round, op, &a, &f);
        rc = seal_round(&round, &lease, INT64_MAX, &n);
        *sealed += n;
        if (rc == RC_OK && n == 0)
            rc = tail_of(&round, &left);
        if (rc != RC_OK && rc != RC_STALE && rc != RC_CONFLICT && rc != RC_BUSY)
            break;
    }
    if (rc == RC_OK && left > 0)
        rc = fail(&f, lease_held.rc, lease_held.code, lease_held.zh, lease_held.en);
    if (rc == RC_OK && *sealed > 0)
        rc = leave_lease(&round);
    if (rc != RC_OK)
        pass_on(op, &round);
    arena_free(&a);
    return rc;
}

/* ---- the thread ---- */

struct sealer {
    const struct env *env;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    struct seal_lease lease;
};

static void report(const struct op *op, enum rc rc)
{
    /* Meeting another's row or seal is everyday; anything else an operator should hear of. */
    if (rc != RC_STALE && rc != RC_CONFLICT)
        log_warn("sealing the journal: %.*s", STR_ARG(op->rd.fault->en));
}

/* Batches until one is not full. */
static void seal_what_is_due(struct sealer *s, struct arena *a, int64_t after_ms)
{
    for (int64_t sealed = SEAL_ENTRIES_MAX; sealed == SEAL_ENTRIES_MAX;) {
        struct fault f;
        struct op op;
        arena_reset(a);
        fault_init(&f, a);
        op_init(&op, s->env, s->db, a, &f);
        enum rc rc = seal_round(&op, &s->lease, op.now - after_ms, &sealed);
        if (rc != RC_OK)
            report(&op, rc);
    }
}

static void give_lease_back(struct sealer *s, struct arena *a)
{
    struct fault f;
    struct op op;
    if (s->lease.epoch == 0)
        return;
    arena_reset(a);
    fault_init(&f, a);
    op_init(&op, s->env, s->db, a, &f);
    if (leave_lease(&op) != RC_OK)
        report(&op, f.rc);
}

static bool wait_round(struct sealer *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the wait's own measure; no rule reads it */
    until.tv_sec += ROUND_S;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping && pthread_cond_timedwait(&s->wake, &s->lock, &until) != ETIMEDOUT)
        ;
    bool go_on = !s->stopping;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static void *seal_loop(void *arg)
{
    struct sealer *s = arg;
    struct arena a;
    arena_init(&a);
    while (wait_round(s))
        seal_what_is_due(s, &a, SEAL_AFTER_MS);
    seal_what_is_due(s, &a, -1);
    give_lease_back(s, &a);
    arena_free(&a);
    return NULL;
}

static void destroy(struct sealer *s)
{
    db_close(s->db);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    free(s);
}

enum rc sealer_start(struct sealer **out, const struct env *env, struct fault *f)
{
    pthread_condattr_t attr;
    struct db *db = NULL;
    RETURN_IF(db_open(env->store, &db, f));
    struct sealer *s = xcalloc(1, sizeof *s);
    s->env = env;
    s->db = db;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&s->thread, NULL, seal_loop, s) != 0) {
        destroy(s);
        return fail(f, RC_INTERNAL, "no_thread", "无法启动线程", "a thread cannot be started");
    }
    *out = s;
    return RC_OK;
}

void sealer_stop(struct sealer *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    destroy(s);
}
