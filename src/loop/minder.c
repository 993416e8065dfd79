/* minder.c - see minder.h. */
#include "loop/minder.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "change/lease.h"

#include <stdlib.h>

/* A chore that keeps asking for more lets the others have their turn after this many. */
enum { ROUND_S = 1, CHORES_MAX = 32, TURNS_MAX = 20, RUN_ALL_MAX = 10000 };

struct minder {
    const struct env *env;
    struct db *db;
    const struct chore *chores;
    struct arena arena;
    struct ticker ticker;
    struct lease lease;
    int64_t next_ms[CHORES_MAX];
};

static void begin(struct minder *m, struct op *op, struct fault *f)
{
    arena_reset(&m->arena);
    fault_init(f, &m->arena);
    op_init(op, m->env, m->db, &m->arena, f);
}

static bool is_ours(struct minder *m)
{
    struct fault f;
    struct op op;
    bool ours = false;
    begin(m, &op, &f);
    if (lease_take(&op, &m->lease, &ours) != RC_OK)
        log_warn("background work: %.*s", STR_ARG(f.en));
    return ours;
}

/* Another change came between, or another process did it: the next turn sees what is left. */
static void report(const struct chore *c, const struct fault *f)
{
    if (f->rc != RC_STALE && f->rc != RC_BUSY)
        log_warn("background work %s: %.*s [%.*s]", c->name, STR_ARG(f->en), STR_ARG(f->code));
}

/* Reading needs no lease: where nothing waits, nothing is written, not even that. */
static bool anything_waits(struct minder *m, const struct chore *c)
{
    struct fault f;
    struct op op;
    if (!c->waits)
        return true;
    begin(m, &op, &f);
    return c->waits(&op);
}

static void take_turn(struct minder *m, size_t i)
{
    const struct chore *c = &m->chores[i];
    bool more = anything_waits(m, c) && is_ours(m); /* else another process is at it */
    for (int turn = 0; more && turn < TURNS_MAX && !m->ticker.stopping && is_ours(m); turn++) {
        struct fault f;
        struct op op;
        more = false;
        begin(m, &op, &f);
        if (c->run(&op, &more) != RC_OK) {
            more = false;
            report(c, &f);
        }
    }
    if (!more)
        m->next_ms[i] = clock_now(m->env->clock) + c->every_ms;
}

static void tick(void *arg)
{
    struct minder *m = arg;
    int64_t now = clock_now(m->env->clock);
    for (size_t i = 0; i < CHORES_MAX && m->chores[i].name; i++)
        if (m->next_ms[i] <= now)
            take_turn(m, i);
}

static void destroy(struct minder *m)
{
    db_close(m->db);
    arena_free(&m->arena);
    free(m);
}

enum rc minder_start(struct minder **out, const struct env *env, const struct chore *chores, struct fault *f)
{
    struct db *db = NULL;
    RETURN_IF(db_open(env->store, &db, f));
    struct minder *m = xcalloc(1, sizeof *m);
    m->env = env;
    m->db = db;
    m->chores = chores;
    m->lease.name = "minder";
    arena_init(&m->arena);
    enum rc rc = ticker_start(&m->ticker, ROUND_S, tick, m, f);
    if (rc == RC_OK)
        *out = m;
    else
        destroy(m);
    return rc;
}

void minder_stop(struct minder *m)
{
    struct fault f;
    struct op op;
    if (!m)
        return;
    ticker_stop(&m->ticker);
    if (m->lease.epoch > 0) {
        begin(m, &op, &f);
        if (lease_leave(&op, &m->lease) != RC_OK)
            log_warn("background work: %.*s", STR_ARG(f.en));
    }
    destroy(m);
}

enum rc minder_run_all(struct op *op, const struct chore *chores)
{
    for (const struct chore *c = chores; c->name; c++) {
        bool more = true;
        for (int turn = 0; more && turn < RUN_ALL_MAX; turn++) {
            more = false;
            op->origin = STR("system");
            RETURN_IF(c->run(op, &more));
        }
    }
    return RC_OK;
}
