/*
 * model_test.c - a million random events against a plain model of the case that shares nothing with it: no table, no
 * calendar, no due moments. The model counts down working time with one formula and decides with plain conditions.
 *
 * No declared state is left, no clock lost, no count broken: after each event both agree on all of it.
 */
#include "problem/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

enum { EVENTS_IN_ALL = 1000000, EVENTS_PER_CASE = 60, UNITS = 3 };

static const struct sha256 photo = {{9}};
static struct arena arena;
static struct fault fault;
static struct calendar calendar;
static struct limits limits;

static uint64_t seed = 20261121;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* Working milliseconds since 1970 of Monday to Friday, 08:30-12:00 and 14:30-17:30 at +08:00: the model's only clock. */
static int64_t worked(int64_t t)
{
    int64_t local = t + 8 * HOUR_MS, day = local / DAY_MS, in_day = local % DAY_MS;
    int64_t days = (day + 3) / 7 * 5 + ((day + 3) % 7 < 5 ? (day + 3) % 7 : 5); /* day 0 was a Thursday */
    int64_t am = in_day < 510 * MINUTE_MS ? 0 : in_day < 720 * MINUTE_MS ? in_day - 510 * MINUTE_MS : 210 * MINUTE_MS;
    int64_t pm = in_day < 870 * MINUTE_MS ? 0 : in_day < 1050 * MINUTE_MS ? in_day - 870 * MINUTE_MS : 180 * MINUTE_MS;
    return days * 390 * MINUTE_MS + ((day + 3) % 7 < 5 ? am + pm : 0);
}

/* The first moment by which `ms` more have been worked (or have passed). */
static int64_t moment(int64_t from, int64_t ms, bool urgent)
{
    int64_t lo = from, hi = from + 400 * (int64_t)DAY_MS, target = worked(from) + ms;
    if (urgent || ms <= 0)
        return from + (urgent ? ms : 0);
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (worked(mid) >= target)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* A countdown: `left` at `since` while it runs, `left` for good while it does not. Urgent hours run through. */
struct countdown {
    bool there, running, urgent;
    int64_t left, since, total;
};

struct model {
    char state;
    int unit, last; /* -1: none */
    struct countdown unit_clock, case_clock;
    char stage; /* letter of the state whose stage runs; 0: none */
    struct countdown stage_clock;
    int sent_back, rework, extended, postponed;
    bool settled, late, case_late, exempt, rebounded;
    int64_t registered;
    int64_t until; /* postponed until; 0: not */
    bool stopped;
    int64_t limit;
    bool urgent;
};

static int64_t elapsed(const struct countdown *c, int64_t from, int64_t to)
{
    return c->urgent ? to - from : worked(to) - worked(from);
}

static int64_t left(const struct model *m, const struct countdown *c, int64_t now)
{
    if (!c->running)
        return c->left;
    int64_t at = m->until > now ? m->until : now;
    return c->left - (at > c->since ? elapsed(c, c->since, at) : 0);
}

/* Late is what comes after the moment at which nothing was left, also in a night in which no working time passes. */
static bool is_late(const struct model *m, const struct countdown *c, int64_t now)
{
    if (!c->there || !c->running)
        return c->there && c->left < 0;
    return (m->until > now ? m->until : now) > moment(c->since, c->left, c->urgent);
}

static void halt(const struct model *m, struct countdown *c, int64_t now)
{
    if (!c->running)
        return;
    c->left = left(m, c, now);
    c->running = false;
}

/* What is below nothing starts again at nothing. */
static void go(struct countdown *c, int64_t from)
{
    if (!c->there || c->running)
        return;
    c->running = true;
    c->left = c->left < 0 ? 0 : c->left;
    c->since = from;
}

static struct countdown fresh(int64_t total, bool urgent, int64_t now)
{
    return (struct countdown){true, true, urgent, total, now, total};
}

static const char letters[] = "rvgdafsjmMVD";

/* 0: refused. */
static char target(const struct model *m, enum problem_event e, int64_t now, int unit)
{
    char s = m->state;
    bool running = m->unit_clock.there && m->unit_clock.running, in_hand = s == 'd' || s == 'a';
    switch (e) {
    case PROBLEM_EV_VERIFY: return s == 'r' ? 'v' : 0;
    case PROBLEM_EV_REGISTER: return s == 'v' ? 'g' : 0;
    case PROBLEM_EV_REJECT: return s == 'r' || s == 'v' ? 'j' : 0;
    case PROBLEM_EV_DISPATCH: return s == 'g' ? 'd' : 0;
    case PROBLEM_EV_MEND_ON_SPOT: return s == 'g' ? 'm' : 0;
    case PROBLEM_EV_ACCEPT: return s == 'd' ? 'a' : 0;
    case PROBLEM_EV_SEND_BACK: return s == 'd' && !m->settled && !m->stopped && !(m->sent_back && m->unit == m->last) ? 'g' : 0;
    case PROBLEM_EV_DISPUTE: return s == 'd' && !m->settled && !m->stopped && m->sent_back ? 'D' : 0;
    case PROBLEM_EV_SETTLE: return s == 'D' && unit >= 0 ? 'd' : 0;
    case PROBLEM_EV_RECTIFY: return s == 'a' ? 'f' : 0;
    case PROBLEM_EV_RETURN: return s == 'f' ? 'a' : 0;
    case PROBLEM_EV_STRIKE_OFF: return s == 'f' ? 's' : 0;
    case PROBLEM_EV_VOID: return s == 'g' || in_hand ? 'V' : 0;
    case PROBLEM_EV_MERGE: return s == 'r' || s == 'v' || s == 'g' || in_hand ? 'M' : 0;
    case PROBLEM_EV_UNMERGE: return s == 'M' ? 'g' : 0;
    case PROBLEM_EV_EXTEND:
        return in_hand && running && !m->stopped && m->extended < 2 && !m->late && !is_late(m, &m->unit_clock, now) ? s : 0;
    case PROBLEM_EV_POSTPONE: return s == 'a' && running && !m->stopped && m->postponed < 1 ? s : 0;
    case PROBLEM_EV_RESUME: return s == 'a' && m->until > now ? s : 0;
    case PROBLEM_EV_STOP: return in_hand && !m->stopped ? s : 0;
    case PROBLEM_EV_RESTART: return in_hand && m->stopped ? s : 0;
    case PROBLEM_EV_EXEMPT: return s == 's' && (m->late || m->case_late) && !m->exempt ? s : 0;
    case PROBLEM_EV_HOLD:
    case PROBLEM_EV_REBOUND: return (s == 's' || s == 'm') && !m->rebounded ? s : 0;
    case PROBLEM_EVENTS: break;
    }
    return 0;
}

static int64_t stage_total(char state, enum problem_event e)
{
    switch (state) {
    case 'r': return 30 * MINUTE_MS;
    case 'v': return 2 * HOUR_MS;
    case 'g': return e == PROBLEM_EV_SEND_BACK ? 15 * MINUTE_MS : 4 * HOUR_MS;
    case 'd': return 4 * HOUR_MS;
    case 'f': return 30 * MINUTE_MS;
    default: return 0;
    }
}

static void note_lateness(struct model *m, int64_t now, bool whole)
{
    m->late = m->late || (m->unit_clock.running && is_late(m, &m->unit_clock, now));
    if (whole)
        m->case_late = m->case_late || (m->case_clock.running && is_late(m, &m->case_clock, now));
}

static void halt_all(struct model *m, int64_t now)
{
    note_lateness(m, now, true);
    halt(m, &m->unit_clock, now);
    halt(m, &m->case_clock, now);
    halt(m, &m->stage_clock, now);
    m->until = 0;
}

static void go_all(struct model *m, int64_t from)
{
    go(&m->unit_clock, from);
    go(&m->case_clock, from);
    go(&m->stage_clock, from);
}

/* Given to a unit: what was left runs on at the unit that had it, else all of it anew. */
static void give(struct model *m, int unit, int64_t now)
{
    if (m->unit_clock.there && unit == m->last)
        go(&m->unit_clock, now);
    else
        m->unit_clock = fresh(m->limit, m->urgent, now);
    m->unit = unit;
    /* The whole case, here in urgent hours, never has less than the unit's limit from registration on. */
    int64_t least = moment(m->registered, m->unit_clock.total, m->urgent);
    if (m->case_clock.running && least > m->case_clock.since + m->case_clock.left)
        m->case_clock.left = least - m->case_clock.since;
}

static void extend(struct model *m)
{
    struct countdown *c = &m->case_clock;
    m->unit_clock.left += m->limit;
    m->unit_clock.total += m->limit;
    if (c->running)
        c->left = moment(c->since + c->left, m->limit, m->urgent) - c->since;
}

static void on_clocks(struct model *m, enum problem_event e, int64_t now, int unit)
{
    switch (e) {
    case PROBLEM_EV_DISPATCH:
    case PROBLEM_EV_SETTLE:
        give(m, unit, now);
        break;
    case PROBLEM_EV_SEND_BACK:
    case PROBLEM_EV_DISPUTE:
        note_lateness(m, now, false);
        halt(m, &m->unit_clock, now);
        break;
    case PROBLEM_EV_RECTIFY:
        note_lateness(m, now, false);
        halt(m, &m->unit_clock, now);
        if (m->until > 0)
            halt(m, &m->case_clock, now);
        go(&m->case_clock, now);
        m->until = 0;
        m->stopped = false;
        break;
    case PROBLEM_EV_RETURN:
        go(&m->unit_clock, now);
        break;
    case PROBLEM_EV_EXTEND:
        extend(m);
        break;
    case PROBLEM_EV_POSTPONE:
        halt_all(m, now);
        m->until = now + 20 * (int64_t)DAY_MS;
        go_all(m, m->until);
        break;
    case PROBLEM_EV_RESUME:
        halt_all(m, now);
        go_all(m, now);
        break;
    case PROBLEM_EV_STOP:
        halt_all(m, now);
        m->stopped = true;
        break;
    case PROBLEM_EV_RESTART:
        m->stopped = false;
        go_all(m, now);
        break;
    case PROBLEM_EV_REJECT:
    case PROBLEM_EV_MEND_ON_SPOT:
    case PROBLEM_EV_STRIKE_OFF:
    case PROBLEM_EV_VOID:
    case PROBLEM_EV_MERGE:
        note_lateness(m, now, true);
        halt(m, &m->unit_clock, now);
        halt(m, &m->case_clock, now);
        m->until = 0;
        m->stopped = false;
        break;
    case PROBLEM_EV_UNMERGE:
        go(&m->case_clock, now);
        break;
    default:
        break;
    }
}

static void on_counts(struct model *m, enum problem_event e)
{
    m->sent_back += e == PROBLEM_EV_SEND_BACK;
    m->rework += e == PROBLEM_EV_RETURN;
    m->extended += e == PROBLEM_EV_EXTEND;
    m->postponed += e == PROBLEM_EV_POSTPONE;
    m->settled = m->settled || e == PROBLEM_EV_SETTLE;
    m->exempt = m->exempt || e == PROBLEM_EV_EXEMPT;
    m->rebounded = m->rebounded || e == PROBLEM_EV_REBOUND;
    if (e == PROBLEM_EV_SEND_BACK || e == PROBLEM_EV_DISPUTE || (e == PROBLEM_EV_UNMERGE && m->unit >= 0))
        m->last = m->unit;
    if (e == PROBLEM_EV_SEND_BACK || e == PROBLEM_EV_UNMERGE)
        m->unit = -1;
}

static void apply(struct model *m, enum problem_event e, char to, int64_t now, int unit)
{
    bool leaves = to != m->state;
    if (leaves) {
        m->stage = 0;
        m->stage_clock = (struct countdown){0};
    }
    on_clocks(m, e, now, unit);
    if ((e == PROBLEM_EV_REGISTER || e == PROBLEM_EV_UNMERGE) && !m->case_clock.there) {
        m->case_clock = fresh(100 * HOUR_MS, true, now);
        m->registered = now;
    }
    on_counts(m, e);
    m->state = to;
    if (leaves && stage_total(to, e)) {
        m->stage = to;
        m->stage_clock = fresh(stage_total(to, e), false, now);
    }
}

/* ---- the two side by side ---- */

static struct uuid unit_id(int n)
{
    struct uuid u = {{0}};
    if (n >= 0)
        u.b[0] = (unsigned char)(n + 1);
    return u;
}

static void same_clock(const struct model *m, const struct countdown *c, const struct problem_case *p,
                       const struct problem_clock *k, int64_t now)
{
    int64_t got = 0;
    assert_int_equal(problem_clock_left(&calendar, p, k, now, &got), c->there);
    if (!c->there)
        return;
    assert_int_equal(problem_clock_runs(k), c->running);
    assert_int_equal(got, left(m, c, now));
    assert_true(k->kind == (c->urgent ? LIMIT_URGENT_HOURS : LIMIT_WORKING_HOURS));
    assert_int_equal(k->total_ms, c->total);
}

static void same(const struct model *m, const struct problem_case *p, int64_t now)
{
    assert_true(p->state >= 0 && p->state < PROBLEM_STATES);
    assert_int_equal(letters[p->state], m->state);
    assert_true(uuid_eq(p->unit_id, unit_id(m->unit)) && uuid_eq(p->last_unit_id, unit_id(m->last)));
    assert_int_equal(p->sent_back_count, m->sent_back);
    assert_int_equal(p->rework_count, m->rework);
    assert_int_equal(p->extension_count, m->extended);
    assert_int_equal(p->postponed_count, m->postponed);
    assert_true(p->extension_count <= 2 && p->postponed_count <= 1);
    assert_int_equal(p->settled, m->settled);
    assert_int_equal(p->exempt, m->exempt);
    assert_int_equal(p->rebounded, m->rebounded);
    assert_int_equal(p->overdue, m->late);
    assert_int_equal(p->case_overdue, m->case_late);
    assert_int_equal(p->stopped_ms.has, m->stopped);
    assert_int_equal(problem_is_postponed(p, now), m->until > now);
    assert_int_equal(p->closed_ms.has, strchr("sjmMV", m->state) != NULL);
    same_clock(m, &m->unit_clock, p, &p->handling, now);
    same_clock(m, &m->stage_clock, p, &p->stage_clock, now);
    same_clock(m, &m->case_clock, p, &p->whole, now);
}

static void start(struct model *m, struct problem_case *p, int64_t now)
{
    bool found = below(2);
    *m = (struct model){.state = found ? 'g' : 'r', .unit = -1, .last = -1, .urgent = below(2)};
    m->limit = (int64_t)(4 + below(20)) * HOUR_MS;
    m->stage = m->state;
    m->stage_clock = fresh(stage_total(m->state, PROBLEM_EVENTS), false, now);
    if (found) {
        m->case_clock = fresh(100 * HOUR_MS, true, now);
        m->registered = now;
    }
    *p = (struct problem_case){.state = found ? PROBLEM_REGISTERED : PROBLEM_REPORTED, .limit_amount = m->limit / HOUR_MS,
                               .handling = {.kind = m->urgent ? LIMIT_URGENT_HOURS : LIMIT_WORKING_HOURS}};
    assert_int_equal(problem_begin_clocks(&fault, &limits, now, p), RC_OK);
}

/* Both are asked; both must say the same. */
static bool step(struct model *m, struct problem_case *p, int64_t now)
{
    enum problem_event e = (enum problem_event)below(PROBLEM_EVENTS);
    int unit = (int)below(UNITS);
    struct problem_case after;
    struct problem_act act = {.event = e, .note = STR("n"), .photos = &photo, .nphotos = 1, .unit_id = unit_id(unit),
                              .target_id = unit_id(9), .until_ms = SOME(now + 20 * (int64_t)DAY_MS), .via_room = true,
                              .actor_id = unit_id(5), .actor_unit_id = unit_id(6), .at_ms = now};
    char to = target(m, e, now, unit);
    fault_clear(&fault);
    bool done = problem_decide(&fault, &limits, p, &act, &after) == RC_OK;
    if (done != (to != 0))
        fail_msg("%s in %s: the machine says %d, the model %d", problem_event_names[e], problem_state_names[p->state], done, to);
    if (!done)
        return false;
    apply(m, e, to, now, unit);
    *p = after;
    return true;
}

static void a_million_events(void **state)
{
    (void)state;
    static long reached[PROBLEM_STATES];
    int64_t now = INT64_C(1763946000000);
    long done = 0;
    struct model m;
    struct problem_case p;
    for (long i = 0; i < EVENTS_IN_ALL; i++) {
        if (i % EVENTS_PER_CASE == 0) {
            now = INT64_C(1763946000000) + (int64_t)below(1u << 20) * MINUTE_MS;
            start(&m, &p, now);
            arena_free(&arena);
            arena_init(&arena);
            fault_init(&fault, &arena);
        }
        now += below(4) == 0 ? (int64_t)below(3 * DAY_MS) : (int64_t)below(3 * HOUR_MS);
        done += step(&m, &p, now);
        same(&m, &p, now);
        same(&m, &p, now + below(2 * DAY_MS)); /* also when nothing happens */
        reached[p.state]++;
    }
    for (int s = 0; s < PROBLEM_STATES; s++)
        assert_true(reached[s] > 0);
    assert_true(done > EVENTS_IN_ALL / 20);
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    fault_init(&fault, &arena);
    calendar_init(&calendar);
    limits = limits_shipped(&calendar);
    limits.stages[STAGE_CASE] = (struct stage_limit){true, LIMIT_URGENT_HOURS, 100 * HOUR_MS};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_million_events)};
    return cmocka_run_group_tests(tests, begin, end);
}
