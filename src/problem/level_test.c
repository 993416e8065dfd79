/*
 * level_test.c - levels handed on: the table walked exhaustively (state × event × side), clocks through answering,
 * returning, stopping and postponing, and a million random events against a plain model that only adds up time.
 */
#include "problem/level.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static struct calendar cal;
static struct arena arena;

static int begin(void **state)
{
    (void)state;
    calendar_init(&cal);
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* 2026-11-23 is a Monday. */
static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(civil_parse_rfc3339(str_of(text), &ms));
    return ms;
}

/* ---- the table ---- */

/* Written down once more, in words: where an event leads, "" nowhere. Columns: the events of level_event_names. */
static const char *const expected[LEVEL_STATES][LEVEL_EVENTS] = {
    [LEVEL_HANDED] = {"accepted", "handed_back", "", "", "", "taken_back", "ceased"},
    [LEVEL_ACCEPTED] = {"", "", "answered", "", "", "taken_back", "ceased"},
    [LEVEL_ANSWERED] = {"", "", "", "confirmed", "accepted", "taken_back", "ceased"},
    [LEVEL_CONFIRMED] = {"", "", "", "", "", "", ""},
    [LEVEL_HANDED_BACK] = {"", "", "", "", "", "", ""},
    [LEVEL_TAKEN_BACK] = {"", "", "", "", "", "", ""},
    [LEVEL_CEASED] = {"", "", "", "", "", "", ""},
};
static const enum level_side side_of_event[LEVEL_EVENTS] = {LEVEL_LOWER, LEVEL_LOWER, LEVEL_LOWER, LEVEL_UPPER,
                                                            LEVEL_UPPER, LEVEL_UPPER, LEVEL_SYSTEM};

static void check_cell(enum level_state from, enum level_event event, enum level_side side)
{
    struct fault f;
    struct level_case now = {.state = from, .limit_kind = LIMIT_URGENT_HOURS, .whole_ms = HOUR_MS, .due_ms = SOME(HOUR_MS)}, after;
    struct level_act act = {.event = event, .side = side, .note = STR("说明"), .nphotos = 1};
    fault_init(&f, &arena);
    enum rc rc = level_decide(&f, &cal, &now, &act, 1000, &after);
    bool leads = expected[from][event][0] != '\0';
    assert_int_equal(level_event_possible(from, event), leads);
    if (side != side_of_event[event]) {
        assert_int_equal(rc, RC_FORBIDDEN);
        assert_true(str_is(f.code, "wrong_side"));
    } else if (!leads) {
        assert_int_equal(rc, RC_CONFLICT);
        assert_true(str_is(f.code, "level_state_forbids") && f.zh.n && f.en.n);
    } else {
        assert_int_equal(rc, RC_OK);
        assert_string_equal(level_state_names[after.state], expected[from][event]);
        assert_int_equal(after.ended_ms.has, !level_is_open(after.state));
    }
}

static void every_cell(void **state)
{
    (void)state;
    int cells = 0;
    for (int s = 0; s < LEVEL_STATES; s++)
        for (int e = 0; e < LEVEL_EVENTS; e++)
            for (int side = 0; side < LEVEL_SIDES; side++, cells++)
                check_cell((enum level_state)s, (enum level_event)e, (enum level_side)side);
    assert_int_equal(cells, 7 * 7 * 4);
}

static enum rc decide(const struct level_case *now, struct level_act act, int64_t at_ms, struct level_case *after, struct fault *f)
{
    fault_init(f, &arena);
    act.side = level_event_side(act.event);
    return level_decide(f, &cal, now, &act, at_ms, after);
}

static void what_an_act_must_carry(void **state)
{
    (void)state;
    static const struct {
        enum level_state from;
        struct level_act act;
        const char *code;
    } cases[] = {
        {LEVEL_HANDED, {.event = LEVEL_EV_HAND_BACK}, "required"},
        {LEVEL_HANDED, {.event = LEVEL_EV_TAKE_BACK, .note = STR_INIT("  ")}, "required"},
        {LEVEL_ACCEPTED, {.event = LEVEL_EV_ANSWER, .nphotos = 1}, "required"},
        {LEVEL_ACCEPTED, {.event = LEVEL_EV_ANSWER, .note = STR_INIT("已清理")}, "evidence_required"},
        {LEVEL_ACCEPTED, {.event = LEVEL_EV_ANSWER, .note = STR_INIT("已清理"), .nphotos = 1, .open_below = true}, "level_open_below"},
        {LEVEL_ANSWERED, {.event = LEVEL_EV_RETURN}, "required"},
        {LEVEL_HANDED, {.event = LEVEL_EV_ACCEPT}, NULL},
        {LEVEL_ACCEPTED, {.event = LEVEL_EV_ANSWER, .note = STR_INIT("已清理"), .nphotos = 1}, NULL},
        {LEVEL_ANSWERED, {.event = LEVEL_EV_CONFIRM}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault f;
        struct level_case now = {.state = cases[i].from}, after;
        enum rc rc = decide(&now, cases[i].act, 5, &after, &f);
        if (!cases[i].code)
            assert_int_equal(rc, RC_OK);
        else
            assert_true(rc != RC_OK && str_is(f.nfields ? f.fields[0].code : f.code, cases[i].code));
    }
}

/* ---- clocks ---- */

static struct level_case opened(struct level_opening in, const char *when, const char *code)
{
    struct fault f;
    struct level_case l = {0};
    fault_init(&f, &arena);
    enum rc rc = level_open(&f, &cal, &in, at(when), &l);
    if (code)
        assert_true(rc != RC_OK && str_is(f.nfields ? f.fields[0].code : f.code, code));
    else
        assert_int_equal(rc, RC_OK);
    return l;
}

static void opens_within_the_level_above(void **state)
{
    (void)state;
    struct opt_i64 above = SOME(at("2026-11-25T17:30:00+08:00"));
    struct level_opening own = {.has_limit = true, .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 1, .above_due_ms = above};
    struct level_case l = opened(own, "2026-11-23T10:00:00+08:00", NULL);
    assert_true(l.due_ms.v == at("2026-11-24T17:30:00+08:00") && l.whole_ms == DAY_MS);
    own.limit_amount = 2;
    assert_true(opened(own, "2026-11-23T10:00:00+08:00", NULL).due_ms.v == above.v); /* as late, not later */
    own.limit_amount = 3;
    opened(own, "2026-11-23T10:00:00+08:00", "later_than_above");
    own.beyond = true;
    l = opened(own, "2026-11-23T10:00:00+08:00", NULL);
    assert_true(l.due_ms.v == at("2026-11-26T17:30:00+08:00") && l.beyond);
    /* Without a limit: what is left above. */
    struct level_opening rest = {.limit_kind = LIMIT_WORKING_HOURS, .above_due_ms = above};
    l = opened(rest, "2026-11-24T14:30:00+08:00", NULL);
    assert_true(l.due_ms.v == above.v && l.whole_ms == (3 * 2 + 3) * (int64_t)HOUR_MS + HOUR_MS / 2);
    opened((struct level_opening){.limit_kind = LIMIT_WORKING_DAYS}, "2026-11-23T10:00:00+08:00", "required");
    rest.pace.stopped = true;
    opened(rest, "2026-11-24T14:30:00+08:00", "clock_stands");
    /* A postponed case: time counts from when it runs on. */
    own = (struct level_opening){.has_limit = true, .limit_kind = LIMIT_URGENT_HOURS, .limit_amount = 5,
                                 .pace.until_ms = SOME(at("2026-12-01T00:00:00+08:00"))};
    assert_true(opened(own, "2026-11-23T10:00:00+08:00", NULL).due_ms.v == at("2026-12-01T05:00:00+08:00"));
}

static struct level_case after(struct level_case l, enum level_event event, const char *when)
{
    struct fault f;
    struct level_case out;
    assert_int_equal(decide(&l, (struct level_act){.event = event, .note = STR("x"), .nphotos = 1}, at(when), &out, &f), RC_OK);
    return out;
}

static void stands_while_its_answer_is_checked(void **state)
{
    (void)state;
    struct level_opening in = {.has_limit = true, .limit_kind = LIMIT_WORKING_HOURS, .limit_amount = 4};
    struct level_case l = opened(in, "2026-11-23T08:30:00+08:00", NULL);
    assert_true(l.due_ms.v == at("2026-11-23T15:00:00+08:00"));
    l = after(l, LEVEL_EV_ACCEPT, "2026-11-23T08:40:00+08:00");
    l = after(l, LEVEL_EV_ANSWER, "2026-11-23T10:30:00+08:00");
    assert_true(l.left_ms.has && l.left_ms.v == 2 * HOUR_MS && !l.overdue);
    assert_int_equal(level_light(&cal, &l, at("2026-11-25T10:30:00+08:00")), PROBLEM_LIGHT_GREEN);
    l = after(l, LEVEL_EV_RETURN, "2026-11-24T16:30:00+08:00");
    assert_true(l.due_ms.v == at("2026-11-25T09:30:00+08:00") && l.return_count == 1 && !l.left_ms.has);
    assert_int_equal(level_light(&cal, &l, at("2026-11-25T08:45:00+08:00")), PROBLEM_LIGHT_YELLOW);
    assert_int_equal(level_light(&cal, &l, at("2026-11-25T09:31:00+08:00")), PROBLEM_LIGHT_RED);
    assert_true(level_is_late(&l, at("2026-11-25T09:31:00+08:00")) && !l.overdue);
    l = after(l, LEVEL_EV_ANSWER, "2026-11-25T09:40:00+08:00");
    assert_true(l.overdue && l.left_ms.v < 0);
    l = after(l, LEVEL_EV_CONFIRM, "2026-11-25T09:50:00+08:00");
    assert_true(l.overdue && l.ended_ms.has);
    assert_int_equal(level_light(&cal, &l, at("2026-12-25T09:31:00+08:00")), PROBLEM_LIGHT_NONE);
}

static void follows_the_case(void **state)
{
    (void)state;
    struct level_pace runs = {0}, stopped = {.stopped = true}, until = {.until_ms = SOME(at("2026-12-01T00:00:00+08:00"))};
    struct level_opening in = {.has_limit = true, .limit_kind = LIMIT_URGENT_HOURS, .limit_amount = 10};
    struct level_case l = opened(in, "2026-11-23T08:00:00+08:00", NULL);
    assert_true(level_follow(&cal, &l, &runs, &stopped, at("2026-11-23T12:00:00+08:00"), NONE_I64));
    assert_true(l.left_ms.v == 6 * HOUR_MS);
    assert_true(level_follow(&cal, &l, &stopped, &runs, at("2026-11-24T12:00:00+08:00"), NONE_I64));
    assert_true(l.due_ms.v == at("2026-11-24T18:00:00+08:00") && !l.left_ms.has);
    assert_true(level_follow(&cal, &l, &runs, &until, at("2026-11-24T13:00:00+08:00"), NONE_I64));
    assert_true(l.due_ms.v == at("2026-12-01T05:00:00+08:00") && !l.left_ms.has);
    /* Resumed before its date. */
    assert_true(level_follow(&cal, &l, &until, &runs, at("2026-11-26T00:00:00+08:00"), NONE_I64));
    assert_true(l.due_ms.v == at("2026-11-26T05:00:00+08:00"));
    /* What starts again never ends later than the level above, unless stated. */
    assert_true(level_follow(&cal, &l, &runs, &until, at("2026-11-26T01:00:00+08:00"), SOME(at("2026-12-01T02:00:00+08:00"))));
    assert_true(l.due_ms.v == at("2026-12-01T02:00:00+08:00"));
    /* Answered: stands by itself. */
    l.state = LEVEL_ANSWERED;
    assert_false(level_follow(&cal, &l, &until, &runs, at("2026-11-26T02:00:00+08:00"), NONE_I64));
}

/* ---- below ---- */

static struct uuid unit(uint8_t n)
{
    return (struct uuid){{n}};
}

static void downward_only(void **state)
{
    (void)state;
    struct uuid chain[] = {unit(2), unit(1)};
    struct level_unit street = {.id = unit(1), .area_code = STR("350212001")}, office = {.id = unit(3)};
    struct level_unit village = {.id = unit(4), .area_code = STR("350212001002")}, other = {.id = unit(5), .area_code = STR("350212002001")};
    struct level_unit same_area = {.id = unit(6), .area_code = STR("350212001")}, closed = {.id = unit(7), .area_code = STR("350212001003"), .closed = true};
    assert_true(level_is_below(&street, &village, NULL, 0));
    assert_true(level_is_below(&street, &office, chain, 2));
    assert_false(level_is_below(&street, &other, NULL, 0));
    assert_false(level_is_below(&street, &same_area, NULL, 0));
    assert_false(level_is_below(&street, &closed, NULL, 0));
    assert_false(level_is_below(&street, &street, chain, 2));
    assert_false(level_is_below(&village, &street, NULL, 0));
    assert_false(level_is_below(&office, &village, NULL, 0)); /* no area of its own */
}

/* ---- random sequences ---- */

static uint64_t seed = 20261121;
static uint64_t draw(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % n;
}

/* The plain model: time that ran, added up stretch by stretch. */
struct model {
    int state;
    int64_t ran, whole;
    bool late, stopped;
    int64_t until;
    int64_t returns;
};

static void model_pass(struct model *m, int64_t from, int64_t to)
{
    bool ticks = (m->state == LEVEL_HANDED || m->state == LEVEL_ACCEPTED) && !m->stopped;
    int64_t start = m->until > from ? m->until : from;
    if (ticks && to > start) {
        m->ran += to - start;
        m->late = m->late || m->ran > m->whole;
    }
}

/* A clock that starts again owes nothing less than nothing. */
static void model_starts(struct model *m)
{
    if (m->ran > m->whole)
        m->ran = m->whole;
}

static void model_event(struct model *m, enum level_event e)
{
    static const int to[LEVEL_EVENTS] = {LEVEL_ACCEPTED, LEVEL_HANDED_BACK, LEVEL_ANSWERED, LEVEL_CONFIRMED,
                                         LEVEL_ACCEPTED, LEVEL_TAKEN_BACK,  LEVEL_CEASED};
    m->state = to[e];
    if (e == LEVEL_EV_RETURN) {
        m->returns++;
        if (!m->stopped)
            model_starts(m);
    }
}

static void agree(const struct model *m, const struct level_case *l, int64_t now)
{
    assert_int_equal(l->state, m->state);
    assert_int_equal(l->return_count, m->returns);
    assert_int_equal(level_is_late(l, now), m->late);
    if (!level_is_open(l->state))
        return;
    int64_t from = m->until > now ? m->until : now;
    bool running = !l->left_ms.has;
    assert_int_equal(running, (m->state == LEVEL_HANDED || m->state == LEVEL_ACCEPTED) && !m->stopped);
    int64_t left = running ? l->due_ms.v - from : l->left_ms.v;
    assert_int_equal(left, m->whole - m->ran);
}

static void change_pace(struct model *m, struct level_case *l, int64_t now)
{
    struct level_pace from = {.stopped = m->stopped, .until_ms = {m->until > 0, m->until}}, to = from;
    if (draw(2)) {
        to.stopped = !from.stopped;
    } else if (from.until_ms.has && from.until_ms.v > now) {
        to.until_ms = NONE_I64;
    } else {
        to.until_ms = SOME(now + 1 + (int64_t)draw(20 * HOUR_MS));
    }
    level_follow(&cal, l, &from, &to, now, NONE_I64);
    bool stood = from.stopped || (from.until_ms.has && from.until_ms.v > now);
    bool stands = to.stopped || (to.until_ms.has && to.until_ms.v > now);
    m->stopped = to.stopped;
    m->until = to.until_ms.has ? to.until_ms.v : 0;
    if ((stood || stands) && !to.stopped && (m->state == LEVEL_HANDED || m->state == LEVEL_ACCEPTED))
        model_starts(m);
}

static void start(struct model *m, struct level_case *l, int64_t now)
{
    int64_t hours = 1 + (int64_t)draw(30);
    *m = (struct model){.state = LEVEL_HANDED, .whole = hours * HOUR_MS};
    *l = (struct level_case){.state = LEVEL_HANDED, .limit_kind = LIMIT_URGENT_HOURS, .whole_ms = hours * HOUR_MS,
                             .due_ms = SOME(now + hours * HOUR_MS)};
}

static void a_million_random_events(void **state)
{
    (void)state;
    int64_t now = at("2026-01-01T00:00:00+08:00"), happened = 0, refused = 0;
    struct level_case l;
    struct model m;
    start(&m, &l, now);
    for (int i = 0; i < 1000000; i++) {
        int64_t then = now + (int64_t)draw(3 * HOUR_MS);
        model_pass(&m, now, then);
        now = then;
        if (draw(4) == 0) {
            change_pace(&m, &l, now);
        } else {
            struct level_act act = {.event = (enum level_event)draw(LEVEL_EVENTS), .note = STR("x"), .nphotos = 1,
                                    .pace = {m.stopped, {m.until > 0, m.until}}};
            struct level_case out;
            struct fault f;
            bool may = expected[l.state][act.event][0] != '\0';
            assert_int_equal(decide(&l, act, now, &out, &f) == RC_OK, may);
            if (may) {
                l = out;
                model_event(&m, act.event);
                happened++;
            } else {
                refused++;
            }
        }
        agree(&m, &l, now);
        if (!level_is_open(l.state))
            start(&m, &l, now);
        if (i % 1000 == 0)
            arena_reset(&arena);
    }
    assert_true(happened > 100000 && refused > 100000);
    print_message("happened %lld, refused %lld\n", (long long)happened, (long long)refused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(what_an_act_must_carry),
        cmocka_unit_test(opens_within_the_level_above),
        cmocka_unit_test(stands_while_its_answer_is_checked),
        cmocka_unit_test(follows_the_case),
        cmocka_unit_test(downward_only),
        cmocka_unit_test(a_million_random_events),
    };
    return cmocka_run_group_tests_name("level", tests, begin, end);
}
