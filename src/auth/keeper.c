/*
 * keeper.c - the thread that looks after sessions: writes when they were last used, removes what is
 * long over.
 *
 * None of it is a command: nobody asked for it, and the journal is not to become a record of who
 * was on line.
 */
#include "auth/internal.h"

#include "auth/session_cache.h"
#include "auth_sql.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <time.h>

enum { ROUND_S = 60, SEEN_PER_ROUND = 500, CLEAN_EVERY_ROUNDS = 60 };
#define FORGET_AFTER_MS (30LL * 24 * 60 * 60 * 1000)

static enum rc write_seen(struct auth *a, struct op *op)
{
    struct seen *list = ARENA_MANY(OP_ARENA(op), struct seen, SEEN_PER_ROUND);
    size_t n = cache_take_seen(a->cache, SESSION_SEEN_MS, list, SEEN_PER_ROUND);
    struct effects fx;
    if (n == 0)
        return RC_OK;
    effects_init(&fx, OP_ARENA(op));
    for (size_t i = 0; i < n; i++) {
        struct effect *e = fx_session_seen(
            &fx, &(struct session_seen_in){
                     .hq = op->hq, .id = list[i].session_id, .seen_ms = list[i].seen_ms});
        e->min = 0; /* another process saw it later, or it is gone */
    }
    return change_run_effects(op, &fx);
}

static enum rc clean(struct op *op)
{
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    int64_t before = op->now - FORGET_AFTER_MS;
    struct effect *e =
        fx_session_forget_old(&fx, &(struct session_forget_old_in){.hq = op->hq, .before = before});
    e->min = 0;
    e->max = INT64_MAX;
    e = fx_invitation_forget_old(
        &fx, &(struct invitation_forget_old_in){.hq = op->hq, .before = before});
    e->min = 0;
    e->max = INT64_MAX;
    return change_run_effects(op, &fx);
}

enum rc auth_keeper_round(struct auth *a, struct op *op)
{
    RETURN_IF(write_seen(a, op));
    if (a->rounds++ % CLEAN_EVERY_ROUNDS != 0)
        return RC_OK;
    return clean(op);
}

/* True when it is time for another round, false when the process stops. */
static bool wait_round(struct auth *a)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the wait's own measure; no rule reads it */
    until.tv_sec += ROUND_S;
    pthread_mutex_lock(&a->lock);
    while (!a->stopping && pthread_cond_timedwait(&a->wake, &a->lock, &until) == 0)
        ;
    bool go_on = !a->stopping;
    pthread_mutex_unlock(&a->lock);
    return go_on;
}

static void *keep(void *arg)
{
    struct auth *a = arg;
    struct arena arena;
    arena_init(&arena);
    while (wait_round(a)) {
        struct fault f;
        struct op op;
        arena_reset(&arena);
        fault_init(&f, &arena);
        op_init(&op, a->env, NULL, &arena, &f); /* it only writes */
        if (auth_keeper_round(a, &op) != RC_OK)
            log_warn("keeping sessions: %.*s", STR_ARG(f.en));
    }
    arena_free(&arena);
    return NULL;
}

enum rc auth_keeper_start(struct auth *a, const struct env *env, struct fault *f)
{
    pthread_condattr_t attr;
    a->env = env;
    a->stopping = false;
    pthread_mutex_init(&a->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&a->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&a->keeper, NULL, keep, a) != 0)
        return fail(f, RC_INTERNAL, "no_thread", "无法启动线程", "a thread cannot be started");
    a->running = true;
    return RC_OK;
}

void auth_keeper_stop(struct auth *a)
{
    if (!a || !a->running)
        return;
    pthread_mutex_lock(&a->lock);
    a->stopping = true;
    pthread_cond_signal(&a->wake);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->keeper, NULL);
    a->running = false;
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->wake);
}
