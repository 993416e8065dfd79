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
#include "base/log.h"

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

static void keep(void *arg)
{
    struct auth *a = arg;
    struct fault f;
    struct op op;
    arena_reset(&a->arena);
    fault_init(&f, &a->arena);
    op_init(&op, a->env, NULL, &a->arena, &f); /* it only writes */
    if (auth_keeper_round(a, &op) != RC_OK)
        log_warn("keeping sessions: %.*s", STR_ARG(f.en));
}

enum rc auth_keeper_start(struct auth *a, const struct env *env, struct fault *f)
{
    a->env = env;
    arena_init(&a->arena);
    return ticker_start(&a->ticker, ROUND_S, keep, a, f);
}

void auth_keeper_stop(struct auth *a)
{
    if (!a || !a->ticker.running)
        return;
    ticker_stop(&a->ticker);
    arena_free(&a->arena);
}
