/*
 * clock.c - the three clocks of a case (时限): what each step does to them, what is left, which light they show. Pure.
 *
 * Sources: FACTS.md §3.2 and DESIGN.md §3. Postponement needs no job: the due moments are computed beyond it at once,
 * and until then a clock is read as it will stand on that day.
 */
#include "problem/problem.h"

const char *const problem_light_names[] = {"none", "green", "yellow", "red", NULL};
const char *const problem_stage_names[] = {"", "verify", "register", "dispatch", "accept", "handle", "recheck", NULL};

/* The stage a case is in by its state, and the limit of it. */
static const struct {
    enum problem_stage stage;
    enum limit_stage limit;
} stage_of[PROBLEM_STATES] = {
    [PROBLEM_REPORTED] = {PROBLEM_STAGE_VERIFY, STAGE_VERIFY},
    [PROBLEM_VERIFIED] = {PROBLEM_STAGE_REGISTER, STAGE_REGISTER},
    [PROBLEM_REGISTERED] = {PROBLEM_STAGE_DISPATCH, STAGE_DISPATCH},
    [PROBLEM_DISPATCHED] = {PROBLEM_STAGE_ACCEPT, STAGE_ACCEPT},
    [PROBLEM_RECTIFIED] = {PROBLEM_STAGE_RECHECK, STAGE_RECHECK},
};

bool problem_is_postponed(const struct problem_case *c, int64_t now_ms)
{
    return c->postponed_until_ms.has && c->postponed_until_ms.v > now_ms;
}

/* While it is postponed a clock is read as of the day it runs on. */
static int64_t read_at(const struct problem_case *c, int64_t now_ms)
{
    return problem_is_postponed(c, now_ms) ? c->postponed_until_ms.v : now_ms;
}

bool problem_clock_left(const struct calendar *cal, const struct problem_case *c, const struct problem_clock *k,
                        int64_t now_ms, int64_t *left_ms)
{
    if (!k->left_ms.has && !k->due_ms.has)
        return false;
    *left_ms = k->left_ms.has ? k->left_ms.v : calendar_left(cal, k->kind, read_at(c, now_ms), k->due_ms.v);
    return true;
}

bool problem_clock_runs(const struct problem_clock *k)
{
    return k->due_ms.has && !k->left_ms.has;
}

bool problem_clock_late(const struct problem_case *c, const struct problem_clock *k, int64_t at_ms)
{
    return k->left_ms.has ? k->left_ms.v < 0 : k->due_ms.has && read_at(c, at_ms) > k->due_ms.v;
}

/* What is left is measured and kept; the due moment stays as the record of what was set. */
static void pause(const struct calendar *cal, const struct problem_case *c, struct problem_clock *k, int64_t at_ms)
{
    if (problem_clock_runs(k))
        k->left_ms = SOME(calendar_left(cal, k->kind, read_at(c, at_ms), k->due_ms.v));
}

static enum rc impossible(struct fault *f)
{
    return fail(f, RC_CONFLICT, "limit_impossible", "按工作日历无法恢复计时", "The working calendar cannot bear this limit");
}

static enum rc run_on(struct fault *f, const struct calendar *cal, struct problem_clock *k, int64_t from_ms)
{
    int64_t due;
    if (!k->left_ms.has)
        return RC_OK;
    if (!calendar_add(cal, k->kind, k->left_ms.v, from_ms, &due))
        return impossible(f);
    k->due_ms = SOME(due);
    k->left_ms = NONE_I64;
    return RC_OK;
}

static enum rc start(struct fault *f, const struct calendar *cal, struct problem_clock *k, int64_t at_ms)
{
    int64_t due;
    if (!calendar_due_ms(cal, k->kind, k->total_ms, at_ms, &due))
        return fail_field(f, STR("/limit"), "limit_impossible", "按工作日历无法算出这一时限",
                          "The working calendar cannot bear this limit");
    k->due_ms = SOME(due);
    k->left_ms = NONE_I64;
    return RC_OK;
}

/* ---- the handling clock ---- */

/* The raw fact: once past its limit, a case has been overdue for ever. */
static void pause_handling(const struct calendar *cal, struct problem_case *c, int64_t at_ms)
{
    c->overdue = c->overdue || problem_clock_late(c, &c->handling, at_ms);
    pause(cal, c, &c->handling, at_ms);
}

static enum rc start_handling(struct fault *f, const struct limits *l, const struct problem_act *act, struct problem_case *c)
{
    struct problem_clock *k = &c->handling;
    /* A limit of the rules does not set aside what a unit still has left; one that somebody states does. */
    bool stated = act->has_limit && uuid_is_none(act->limit_rule_id);
    bool same = uuid_eq(act->unit_id, c->last_unit_id);
    c->dispatched_ms = SOME(act->at_ms);
    c->unit_id = act->unit_id;
    if (k->left_ms.has && same && !stated)
        return run_on(f, l->calendar, k, act->at_ms);
    if (act->has_limit) {
        k->kind = act->limit_kind;
        c->limit_amount = act->limit_amount;
        c->limit_stated = stated;
        c->limit_rule_id = act->limit_rule_id;
    }
    if (!calendar_amount(k->kind, c->limit_amount, &k->total_ms))
        return fail_field(f, STR("/limit"), "limit_impossible", "时限超出范围", "The limit is out of range");
    return start(f, l->calendar, k, act->at_ms);
}

/* The whole case never has less than its handling limit, counted from registration. */
static void raise_whole(const struct limits *l, struct problem_case *c)
{
    int64_t from = c->registered_ms.has ? c->registered_ms.v : c->dispatched_ms.v, due;
    if (problem_clock_runs(&c->whole) && calendar_due_ms(l->calendar, c->handling.kind, c->handling.total_ms, from, &due) &&
        due > c->whole.due_ms.v)
        c->whole.due_ms = SOME(due);
}

static enum rc extend(struct fault *f, const struct calendar *cal, struct problem_case *c)
{
    struct problem_clock *k = &c->handling;
    int64_t more, due;
    if (!calendar_amount(k->kind, c->limit_amount, &more) || !calendar_add(cal, k->kind, more, k->due_ms.v, &due))
        return impossible(f);
    k->due_ms = SOME(due);
    k->total_ms += more;
    if (problem_clock_runs(&c->whole) && calendar_add(cal, k->kind, more, c->whole.due_ms.v, &due))
        c->whole.due_ms = SOME(due);
    c->extension_count++;
    return RC_OK;
}

/* ---- all of them at once ---- */

static struct problem_clock *const *each(struct problem_case *c, struct problem_clock *list[3])
{
    list[0] = &c->handling;
    list[1] = &c->whole;
    list[2] = &c->stage_clock;
    return list;
}

static enum rc run_all_on(struct fault *f, const struct calendar *cal, struct problem_case *c, int64_t from_ms)
{
    struct problem_clock *list[3];
    each(c, list);
    for (size_t i = 0; i < 3; i++)
        RETURN_IF(run_on(f, cal, list[i], from_ms));
    return RC_OK;
}

static void pause_all(const struct calendar *cal, struct problem_case *c, int64_t at_ms)
{
    pause_handling(cal, c, at_ms);
    c->case_overdue = c->case_overdue || problem_clock_late(c, &c->whole, at_ms);
    pause(cal, c, &c->whole, at_ms);
    pause(cal, c, &c->stage_clock, at_ms);
    c->postponed_until_ms = NONE_I64;
}

static enum rc postpone(struct fault *f, const struct calendar *cal, const struct problem_act *act, struct problem_case *c)
{
    pause_all(cal, c, act->at_ms);
    RETURN_IF(run_all_on(f, cal, c, act->until_ms.v));
    c->postponed_until_ms = act->until_ms;
    c->postponed_count++;
    return RC_OK;
}

static void stop(const struct calendar *cal, const struct problem_act *act, struct problem_case *c)
{
    pause_all(cal, c, act->at_ms);
    /* No due moment: nothing counts as late that stands with law enforcement. */
    c->handling.due_ms = c->whole.due_ms = c->stage_clock.due_ms = NONE_I64;
    c->stopped_ms = SOME(act->at_ms);
}

static void end_case(const struct calendar *cal, const struct problem_act *act, struct problem_case *c)
{
    pause_handling(cal, c, act->at_ms);
    c->case_overdue = c->case_overdue || problem_clock_late(c, &c->whole, act->at_ms);
    pause(cal, c, &c->whole, act->at_ms);
    c->postponed_until_ms = c->stopped_ms = NONE_I64;
    c->closed_ms = SOME(act->at_ms);
}

/* ---- stages ---- */

static void end_stage(struct problem_case *c, int64_t at_ms)
{
    if (c->stage == PROBLEM_STAGE_NONE)
        return;
    c->ended_stage = c->stage;
    c->ended_late = problem_clock_late(c, &c->stage_clock, at_ms);
    c->stage = PROBLEM_STAGE_NONE;
    c->stage_clock = (struct problem_clock){0};
}

static enum rc begin_stage(struct fault *f, const struct limits *l, enum problem_event event, int64_t at_ms,
                           struct problem_case *c)
{
    const struct stage_limit *limit = &l->stages[event == PROBLEM_EV_SEND_BACK ? STAGE_REDISPATCH : stage_of[c->state].limit];
    if (stage_of[c->state].stage == PROBLEM_STAGE_NONE || !limit->on)
        return RC_OK;
    c->stage = stage_of[c->state].stage;
    c->stage_clock = (struct problem_clock){.kind = limit->kind, .total_ms = limit->ms};
    return start(f, l->calendar, &c->stage_clock, at_ms);
}

static enum rc begin_whole(struct fault *f, const struct limits *l, int64_t at_ms, struct problem_case *c)
{
    const struct stage_limit *limit = &l->stages[STAGE_CASE];
    if (!limit->on || c->whole.total_ms)
        return RC_OK;
    c->whole = (struct problem_clock){.kind = limit->kind, .total_ms = limit->ms};
    return start(f, l->calendar, &c->whole, at_ms);
}

enum rc problem_begin_clocks(struct fault *f, const struct limits *l, int64_t at_ms, struct problem_case *c)
{
    if (c->state == PROBLEM_REGISTERED) {
        c->registered_ms = SOME(at_ms);
        RETURN_IF(begin_whole(f, l, at_ms, c));
    }
    return begin_stage(f, l, PROBLEM_EVENTS, at_ms, c);
}

/* ---- a step ---- */

static enum rc move_handling(struct fault *f, const struct limits *l, const struct problem_transition *t,
                             const struct problem_act *act, struct problem_case *c)
{
    switch (t->clock) {
    case CLOCK_STARTS:
        RETURN_IF(start_handling(f, l, act, c));
        raise_whole(l, c);
        break;
    case CLOCK_PAUSES:
        pause_handling(l->calendar, c, act->at_ms);
        break;
    case CLOCK_RESUMES:
        return run_on(f, l->calendar, &c->handling, act->at_ms);
    case CLOCK_EXTENDS:
        return extend(f, l->calendar, c);
    case CLOCK_POSTPONES:
        return postpone(f, l->calendar, act, c);
    case CLOCK_RUNS_ON:
        pause_all(l->calendar, c, act->at_ms);
        return run_all_on(f, l->calendar, c, act->at_ms);
    case CLOCK_STOPS:
        stop(l->calendar, act, c);
        break;
    case CLOCK_RESTARTS:
        c->stopped_ms = NONE_I64;
        return run_all_on(f, l->calendar, c, act->at_ms);
    case CLOCK_ENDS:
        end_case(l->calendar, act, c);
        break;
    case CLOCK_REOPENS:
        c->closed_ms = NONE_I64;
        c->registered_ms = c->registered_ms.has ? c->registered_ms : SOME(act->at_ms);
        RETURN_IF(run_on(f, l->calendar, &c->whole, act->at_ms));
        return begin_whole(f, l, act->at_ms, c);
    case CLOCK_KEEPS:
        break;
    }
    return RC_OK;
}

/* Mended while it was stopped or postponed: what stood still runs on for the case, the handling clock waits. */
static enum rc after_rectify(struct fault *f, const struct limits *l, const struct problem_act *act, struct problem_case *c)
{
    if (c->stopped_ms.has || c->postponed_until_ms.has)
        pause(l->calendar, c, &c->whole, act->at_ms);
    c->stopped_ms = c->postponed_until_ms = NONE_I64;
    return run_on(f, l->calendar, &c->whole, act->at_ms);
}

enum rc problem_move_clocks(struct fault *f, const struct limits *l, const struct problem_transition *t,
                            const struct problem_act *act, struct problem_case *c)
{
    bool leaves = t->from != t->to;
    c->ended_stage = PROBLEM_STAGE_NONE;
    c->ended_late = false;
    if (leaves)
        end_stage(c, act->at_ms);
    if (act->event == PROBLEM_EV_RECTIFY) {
        c->ended_stage = PROBLEM_STAGE_HANDLE;
        c->ended_late = problem_clock_late(c, &c->handling, act->at_ms);
    }
    if (act->event == PROBLEM_EV_REGISTER) {
        c->registered_ms = SOME(act->at_ms);
        RETURN_IF(begin_whole(f, l, act->at_ms, c));
    }
    RETURN_IF(move_handling(f, l, t, act, c));
    if (act->event == PROBLEM_EV_RECTIFY)
        RETURN_IF(after_rectify(f, l, act, c));
    return leaves ? begin_stage(f, l, act->event, act->at_ms, c) : RC_OK;
}

/* ---- lights ---- */

enum problem_light problem_clock_light(const struct calendar *cal, const struct problem_case *c,
                                       const struct problem_clock *k, int64_t now_ms)
{
    static const enum problem_light lights[] = {
        [LIGHT_GREEN] = PROBLEM_LIGHT_GREEN, [LIGHT_YELLOW] = PROBLEM_LIGHT_YELLOW, [LIGHT_RED] = PROBLEM_LIGHT_RED};
    int64_t left;
    if (problem_is_closed(c->state) || k->total_ms <= 0 || !problem_clock_left(cal, c, k, now_ms, &left))
        return PROBLEM_LIGHT_NONE;
    if (problem_clock_late(c, k, now_ms))
        return PROBLEM_LIGHT_RED;
    return lights[calendar_light(k->total_ms - left, k->total_ms)];
}

enum problem_light problem_light(const struct calendar *cal, const struct problem_case *c, int64_t now_ms)
{
    return problem_clock_light(cal, c, &c->handling, now_ms);
}
