/*
 * limits_store.c - what holds for a headquarters, read once per operation.
 *
 * What was read last is kept per process under the token of its state; each operation asks for the token (one row by
 * key) and takes a copy into its own memory, so that a change takes effect everywhere at once and nothing is shared.
 */
#include "limits/limits_inside.h"

#include "auth/policy.h"
#include "change/change.h"

#include <pthread.h>

static struct {
    pthread_mutex_t lock;
    struct arena memory;
    bool filled;
    const struct store *store;
    int64_t hq;
    struct uuid token;
    struct calendar calendar;
    struct stage_limit stages[LIMIT_STAGES];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

int limit_name_index(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return -1;
}

enum rc limits_own_days(struct op *op, struct limits_day **out, size_t *n)
{
    struct calendar_day_list_row *rows;
    struct calendar_day_list_in all = {op->hq, INT32_MIN, INT32_MAX};
    RETURN_IF(q_calendar_day_list(&op->rd, &all, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct limits_day, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        int kind = limit_name_index(day_kind_names, rows[i].kind);
        (*out)[i] = (struct limits_day){.day = rows[i].day, .kind = kind < 0 ? DAY_HOLIDAY : (enum day_kind)kind,
                                        .zh = rows[i].name_zh, .en = rows[i].name_en};
    }
    return RC_OK;
}

static enum rc overlay_days(struct op *op, struct calendar *cal)
{
    struct limits_day *days;
    size_t n;
    RETURN_IF(limits_own_days(op, &days, &n));
    struct calendar_exception *own = ARENA_MANY(OP_ARENA(op), struct calendar_exception, n + 1);
    for (size_t i = 0; i < n; i++)
        own[i] = (struct calendar_exception){.day = days[i].day, .kind = days[i].kind};
    return calendar_overlay(cal, OP_ARENA(op), op->rd.fault, &(struct calendar_days){own, n});
}

enum rc limits_read_windows(struct op *op, struct calendar *cal, bool *own)
{
    struct working_time_get_row w;
    RETURN_IF(q_working_time_get(&op->rd, &(struct working_time_get_in){op->hq}, &w, own));
    if (!*own)
        return RC_OK;
    cal->morning = (struct day_window){(int)w.morning_from, (int)w.morning_to};
    cal->afternoon = (struct day_window){(int)w.afternoon_from, (int)w.afternoon_to};
    cal->week = (unsigned)w.week;
    return RC_OK;
}

static enum rc read_stages(struct op *op, struct stage_limit *stages)
{
    struct stage_limit_list_row *rows;
    size_t n;
    RETURN_IF(q_stage_limit_list(&op->rd, &(struct stage_limit_list_in){op->hq}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        int stage = limit_name_index(limit_stage_names, rows[i].stage), kind = limit_name_index(limit_kind_names, rows[i].kind);
        if (stage >= 0 && kind >= 0)
            stages[stage] = (struct stage_limit){rows[i].is_on, (enum limit_kind)kind, rows[i].ms};
    }
    return RC_OK;
}

/* Names of days are for people who look at the calendar, not for limits: they are left out. */
static struct calendar copied(const struct calendar *cal, struct arena *a)
{
    struct calendar c = *cal;
    struct calendar_exception *list = ARENA_MANY(a, struct calendar_exception, cal->nexceptions);
    for (size_t i = 0; i < cal->nexceptions; i++)
        list[i] = (struct calendar_exception){.day = cal->exceptions[i].day, .kind = cal->exceptions[i].kind};
    c.exceptions = list;
    return c;
}

static bool take_kept(struct op *op, struct uuid token, struct limits *out)
{
    pthread_mutex_lock(&kept.lock);
    bool same = kept.filled && kept.store == op->env->store && kept.hq == op->hq && uuid_eq(kept.token, token);
    if (same) {
        struct calendar *cal = ARENA_NEW(OP_ARENA(op), struct calendar);
        *cal = copied(&kept.calendar, OP_ARENA(op));
        cal->zone_min = op->env->calendar->zone_min;
        out->calendar = cal;
        memcpy(out->stages, kept.stages, sizeof kept.stages);
    }
    pthread_mutex_unlock(&kept.lock);
    return same;
}

static void keep(struct op *op, struct uuid token, const struct limits *l)
{
    pthread_mutex_lock(&kept.lock);
    if (kept.filled)
        arena_free(&kept.memory);
    arena_init(&kept.memory);
    kept.filled = true;
    kept.store = op->env->store;
    kept.hq = op->hq;
    kept.token = token;
    kept.calendar = copied(l->calendar, &kept.memory);
    memcpy(kept.stages, l->stages, sizeof kept.stages);
    pthread_mutex_unlock(&kept.lock);
}

void limits_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    if (kept.filled)
        arena_free(&kept.memory);
    kept.filled = false;
    pthread_mutex_unlock(&kept.lock);
}

static enum rc read_own(struct op *op, struct uuid token, struct limits *l)
{
    bool own;
    struct calendar *cal = ARENA_NEW(OP_ARENA(op), struct calendar);
    *cal = *op->env->calendar;
    RETURN_IF(limits_read_windows(op, cal, &own));
    RETURN_IF(overlay_days(op, cal));
    RETURN_IF(read_stages(op, l->stages));
    l->calendar = cal;
    keep(op, token, l);
    return RC_OK;
}

enum rc limits_load(struct op *op)
{
    struct limit_state_get_row state;
    bool found;
    if (op->limits)
        return RC_OK;
    struct limits *own = ARENA_NEW(OP_ARENA(op), struct limits);
    *own = limits_shipped(op->env->calendar);
    RETURN_IF(q_limit_state_get(&op->rd, &(struct limit_state_get_in){op->hq}, &state, &found));
    if (found && !take_kept(op, state.token, own))
        RETURN_IF(read_own(op, state.token, own));
    op->limits = own;
    return RC_OK;
}

const struct calendar *limits_calendar(const struct op *op)
{
    return op->limits ? op->limits->calendar : op->env->calendar;
}

void limits_touch(struct op *op)
{
    fx_limit_state_set(&op->plan.fx, &(struct limit_state_set_in){op->hq, op->plan.command.id});
}

enum rc limits_prepare_day(struct op *op, const struct limits_day *d)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LIMIT_WRITE, NULL));
    if (d->off)
        fx_calendar_day_remove(&op->plan.fx, &(struct calendar_day_remove_in){op->hq, d->day})->min = 0;
    else
        fx_calendar_day_set(&op->plan.fx, &(struct calendar_day_set_in){
            .hq = op->hq, .day = d->day, .kind = str_of(day_kind_names[d->kind]), .name_zh = d->zh, .name_en = d->en});
    return RC_OK;
}
