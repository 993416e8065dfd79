/* sealer.c - see audit.h: seals in turn by a fenced lease, and the thread that does it every
 * second. */
#include "audit/audit.h"

#include "audit/internal.h"
#include "audit_sql.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"

#include <stdlib.h>
#include <time.h>

enum { ROUND_S = 1, TRIES = 30 };

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

/* `last`: the end of the chain (seq 0: none yet). */
static enum rc write_seal(struct op *op, const struct lease *lease, const struct seal_last_row *last,
                          const struct journal_unsealed_row *rows, size_t n)
{
    struct effects fx;
    struct seal s = {.hq = op->hq,
                     .seq = last->seq + 1,
                     .entries = (int64_t)n,
                     .previous = last->hash,
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

enum rc seal_round(struct op *op, struct lease *lease, int64_t before_ms, int64_t *sealed)
{
    struct journal_unsealed_row *rows;
    struct seal_last_row last = {0};
    size_t n;
    bool ours, found;
    *sealed = 0;
    struct journal_unsealed_in in = {.hq = op->hq, .before = before_ms, .n = SEAL_ENTRIES_MAX};
    /* The end of the chain first: a rival's seal in between takes the number this one would have. The other way
     * round its rows could be read here as unsealed, and as many late ones be marked in their place. */
    RETURN_IF(q_seal_last(&op->rd, &(struct seal_last_in){.hq = op->hq}, &last, &found));
    RETURN_IF(q_journal_unsealed(&op->rd, &in, &rows, &n));
    if (n == 0)
        return RC_OK; /* an idle headquarters writes nothing, not even a lease */
    RETURN_IF(lease_take(op, lease, &ours));
    if (!ours)
        return RC_OK;
    enum rc rc = write_seal(op, lease, &last, rows, n);
    if (rc == RC_OK)
        *sealed = (int64_t)n;
    else
        lease->epoch = 0; /* whatever it was, look at the lease again */
    return rc;
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
    struct lease lease = {.name = SEAL_LEASE};
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
        rc = fail(&f, RC_BUSY, "lease_held", "日志封存正由另一进程进行", "Another process is sealing the journal");
    if (rc == RC_OK && *sealed > 0)
        rc = lease_leave(&round, &lease);
    if (rc != RC_OK)
        pass_on(op, &round);
    arena_free(&a);
    return rc;
}

/* ---- the thread ---- */

struct sealer {
    const struct env *env;
    struct db *db;
    struct arena arena;
    struct ticker ticker;
    struct lease lease;
};

static void report(const struct op *op, enum rc rc)
{
    /* Meeting another's row or seal is everyday; anything else an operator should hear of. */
    if (rc != RC_STALE && rc != RC_CONFLICT)
        log_warn("sealing the journal: %.*s", STR_ARG(op->rd.fault->en));
}

static void begin(struct sealer *s, struct op *op, struct fault *f)
{
    arena_reset(&s->arena);
    fault_init(f, &s->arena);
    op_init(op, s->env, s->db, &s->arena, f);
}

/* Batches until one is not full. */
static void seal_what_is_due(struct sealer *s, int64_t after_ms)
{
    for (int64_t sealed = SEAL_ENTRIES_MAX; sealed == SEAL_ENTRIES_MAX;) {
        struct fault f;
        struct op op;
        begin(s, &op, &f);
        enum rc rc = seal_round(&op, &s->lease, op.now - after_ms, &sealed);
        if (rc != RC_OK)
            report(&op, rc);
    }
}

static void seal_tick(void *arg)
{
    seal_what_is_due(arg, SEAL_AFTER_MS);
}

static void give_lease_back(struct sealer *s)
{
    struct fault f;
    struct op op;
    if (s->lease.epoch == 0)
        return;
    begin(s, &op, &f);
    if (lease_leave(&op, &s->lease) != RC_OK)
        report(&op, f.rc);
}

static void destroy(struct sealer *s)
{
    db_close(s->db);
    arena_free(&s->arena);
    free(s);
}

enum rc sealer_start(struct sealer **out, const struct env *env, struct fault *f)
{
    struct db *db = NULL;
    RETURN_IF(db_open(env->store, &db, f));
    struct sealer *s = xcalloc(1, sizeof *s);
    s->env = env;
    s->db = db;
    s->lease.name = SEAL_LEASE;
    arena_init(&s->arena);
    enum rc rc = ticker_start(&s->ticker, ROUND_S, seal_tick, s, f);
    if (rc == RC_OK)
        *out = s;
    else
        destroy(s);
    return rc;
}

void sealer_stop(struct sealer *s)
{
    if (!s)
        return;
    ticker_stop(&s->ticker);
    seal_what_is_due(s, -1);
    give_lease_back(s);
    destroy(s);
}
