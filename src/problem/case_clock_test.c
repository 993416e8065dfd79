/*
 * case_clock_test.c - FACTS.md §3.2 line by line on the machine: what each step does to the three clocks, in tables of
 * steps with the due moments worked out by hand. Working hours are 08:30-12:00 and 14:30-17:30, Monday to Friday.
 */
#include "problem/clock_json.h"
#include "problem/problem.h"
#include "problem/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct sha256 photo = {{9}};
static struct arena arena;
static struct fault fault;
static struct calendar calendar;
static struct limits limits;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    fault_init(&fault, &arena);
    calendar_init(&calendar);
    limits = limits_shipped(&calendar);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* "24 09:00" is 24 November 2025, a Monday; days count on past the month's end: "31" is 1 December. */
static int64_t at(const char *text)
{
    int day = atoi(text), hour = atoi(text + 3), minute = atoi(text + 6);
    return civil_days(2025, 11, 1) * DAY_MS + (int64_t)(day - 1) * DAY_MS + hour * (int64_t)HOUR_MS + minute * (int64_t)MINUTE_MS -
           8 * (int64_t)HOUR_MS;
}

static const char *text_of(struct opt_i64 ms)
{
    static char text[2][40];
    static int turn;
    turn ^= 1;
    if (!ms.has)
        snprintf(text[turn], sizeof text[turn], "-");
    else {
        int64_t local = ms.v + 8 * (int64_t)HOUR_MS - civil_days(2025, 11, 1) * DAY_MS;
        snprintf(text[turn], sizeof text[turn], "%02d %02d:%02d", (int)(local / DAY_MS) + 1, (int)(local % DAY_MS / HOUR_MS),
                 (int)(local % HOUR_MS / MINUTE_MS));
    }
    return text[turn];
}

static struct uuid unit(char c)
{
    return (struct uuid){{(unsigned char)c}};
}

/* "dispatch A 24 09:00; accept 24 10:00": event, unit where one is given, time. "postpone" is until "until". */
static enum rc play(struct problem_case *c, const char *script, const char *until)
{
    struct str rest = str_of(script), one;
    enum rc rc = RC_OK;
    while (rc == RC_OK && str_next(&rest, ';', &one)) {
        struct problem_case after;
        struct str words = str_trim(one), name;
        struct problem_act act = {.note = STR("n"), .photos = &photo, .nphotos = 1, .via_room = true, .target_id = unit('T')};
        assert_true(str_next(&words, ' ', &name));
        int event = -1;
        for (int e = 0; e < PROBLEM_EVENTS; e++)
            if (str_is(name, problem_event_names[e]))
                event = e;
        assert_true(event >= 0);
        act.event = (enum problem_event)event;
        if (words.p[0] >= 'A') {
            act.unit_id = unit(words.p[0]);
            words = str_sub(words, 2, words.n);
        }
        act.at_ms = at(str_z(&arena, words));
        if (until)
            act.until_ms = SOME(at(until));
        fault_clear(&fault);
        rc = problem_decide(&fault, &limits, c, &act, &after);
        if (rc == RC_OK)
            *c = after;
    }
    return rc;
}

static struct problem_case fresh(enum limit_kind kind, int64_t amount, const char *registered)
{
    struct problem_case c = {.state = PROBLEM_REGISTERED, .limit_amount = amount, .handling = {.kind = kind}};
    assert_int_equal(problem_begin_clocks(&fault, &limits, at(registered), &c), RC_OK);
    return c;
}

enum { H = LIMIT_WORKING_HOURS, U = LIMIT_URGENT_HOURS, W = LIMIT_WORKING_DAYS, N = LIMIT_CALENDAR_DAYS };

/* The handling clock after a script: due, left in minutes of its kind (-1: it runs), overdue. */
static const struct {
    const char *what;
    int kind, amount;
    const char *script, *until, *due;
    int left_min;
    bool overdue;
} handling[] = {
    {"starts at dispatch", H, 8, "dispatch A 24 09:00", 0, "25 10:30", -1, 0},
    {"urgent hours run on through the night", U, 24, "dispatch A 24 09:00", 0, "25 09:00", -1, 0},
    {"the day of dispatch does not count", W, 3, "dispatch A 24 09:00", 0, "27 17:30", -1, 0},
    {"calendar days end at midnight", N, 3, "dispatch A 24 09:00", 0, "28 00:00", -1, 0},
    {"signing for it changes nothing", H, 8, "dispatch A 24 09:00; accept 24 15:00", 0, "25 10:30", -1, 0},
    /* 回退: the return pauses; the same department resumes, another starts anew. */
    {"sent back it stands", H, 8, "dispatch A 24 09:00; send_back 24 11:00", 0, "-", 6 * 60, 0},
    {"the same unit resumes", H, 8, "dispatch A 24 09:00; send_back 24 11:00; dispatch A 25 09:00", 0, "25 17:30", -1, 0},
    {"another starts anew", H, 8, "dispatch A 24 09:00; send_back 24 11:00; dispatch B 25 09:00", 0, "26 10:30", -1, 0},
    {"urgent: the same resumes", U, 24, "dispatch A 24 09:00; send_back 24 19:00; dispatch A 26 09:00", 0, "26 23:00", -1, 0},
    {"urgent: another anew", U, 24, "dispatch A 24 09:00; send_back 24 19:00; dispatch B 26 09:00", 0, "27 09:00", -1, 0},
    {"late when sent back", H, 2, "dispatch A 24 09:00; send_back 24 15:00", 0, "-", -90, 1},
    {"late at the same unit is due at once", H, 2, "dispatch A 24 09:00; send_back 24 15:00; dispatch A 25 09:00", 0, "25 09:00", -1, 1},
    {"late before, anew at another, the fact stays", H, 2, "dispatch A 24 09:00; send_back 24 15:00; dispatch B 25 09:00", 0, "25 11:00", -1, 1},
    /* 争议裁定. */
    {"in dispute it stands", H, 8, "dispatch A 24 09:00; send_back 24 10:00; dispatch A 24 11:00; dispute 24 15:00", 0, "-", 5 * 60 + 30, 0},
    {"settled with the same it resumes", H, 8, "dispatch A 24 09:00; send_back 24 10:00; dispatch A 24 11:00; dispute 24 15:00; settle A 25 09:00", 0, "25 17:00", -1, 0},
    {"settled with another it starts anew", H, 8, "dispatch A 24 09:00; send_back 24 10:00; dispatch A 24 11:00; dispute 24 15:00; settle B 25 09:00", 0, "26 10:30", -1, 0},
    /* 核查: while the re-check runs the clock of whoever mends stands; rework resumes it. */
    {"stands while it is re-checked", H, 8, "dispatch A 24 09:00; accept 24 09:30; rectify 24 11:00", 0, "25 10:30", 6 * 60, 0},
    {"returned for rework it resumes", H, 8, "dispatch A 24 09:00; accept 24 09:30; rectify 24 11:00; return 27 09:00", 0, "27 17:30", -1, 0},
    {"however long the re-check took", W, 2, "dispatch A 24 09:00; accept 24 09:30; rectify 24 17:30; return 31 08:30", 0, "32 17:30", -1, 0},
    {"mended at the last minute is in time", H, 8, "dispatch A 24 09:00; accept 24 09:30; rectify 25 10:30", 0, "25 10:30", 0, 0},
    {"two minutes later is not", H, 8, "dispatch A 24 09:00; accept 24 09:30; rectify 25 10:32", 0, "25 10:30", -2, 1},
    /* 延期: one original limit more, twice. */
    {"extended once", H, 8, "dispatch A 24 09:00; accept 24 09:30; extend 24 10:00", 0, "26 12:00", -1, 0},
    {"extended twice", H, 8, "dispatch A 24 09:00; accept 24 09:30; extend 24 10:00; extend 24 11:00", 0, "27 16:00", -1, 0},
    {"extended before it is signed for", W, 3, "dispatch A 24 09:00; extend 24 10:00", 0, "32 17:30", -1, 0},
    {"extended urgent hours", U, 2, "dispatch A 24 09:00; accept 24 09:10; extend 24 10:00", 0, "24 13:00", -1, 0},
    {"extended calendar days", N, 3, "dispatch A 24 09:00; accept 24 09:10; extend 25 10:00", 0, "31 00:00", -1, 0},
    /* 挂账: stands until the day and runs on by itself. */
    {"postponed", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00", "38 08:30", "38 17:00", -1, 0},
    {"postponed working days", W, 3, "dispatch A 24 09:00; accept 24 09:30; postpone 25 17:30", "38 00:00", "39 17:30", -1, 0},
    {"resumed before the day", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00; resume 26 09:00", "38 08:30", "26 17:30", -1, 0},
    {"mended while postponed", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00; rectify 27 11:00", "38 08:30", "38 17:00", 6 * 60, 0},
    {"and returned", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00; rectify 27 11:00; return 28 09:00", "38 08:30", "28 17:30", -1, 0},
    {"extended while postponed", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00; extend 25 11:00", "38 08:30", "40 09:30", -1, 0},
    {"overdue when postponed", H, 2, "dispatch A 24 09:00; accept 24 09:30; postpone 24 15:00", "38 08:30", "38 08:30", -1, 1},
    /* 移送执法: the clock stands (行政强制法 art. 44). */
    {"stopped", H, 8, "dispatch A 24 09:00; accept 24 09:30; stop 24 11:00", 0, "-", 6 * 60, 0},
    {"restarted after months", H, 8, "dispatch A 24 09:00; accept 24 09:30; stop 24 11:00; restart 66 08:30", 0, "66 17:00", -1, 0},
    {"stopped before it is signed for", W, 20, "dispatch A 24 09:00; stop 25 08:30; accept 25 09:00; restart 38 08:30", 0, "63 17:30", -1, 0},
    {"mended while stopped", H, 8, "dispatch A 24 09:00; accept 24 09:30; stop 24 11:00; rectify 30 11:00", 0, "-", 6 * 60, 0},
    {"a postponement ends where the clock is stopped", H, 8, "dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00; stop 25 09:00; restart 26 08:30", "38 08:30", "26 17:00", -1, 0},
    /* Merged by mistake: what was left waits for the unit. */
    {"merged and taken apart, the same unit", H, 8, "dispatch A 24 09:00; merge 24 11:00; unmerge 25 08:30; dispatch A 26 08:30", 0, "26 17:00", -1, 0},
    {"merged and taken apart, another unit", H, 8, "dispatch A 24 09:00; merge 24 11:00; unmerge 25 08:30; dispatch B 26 08:30", 0, "27 10:00", -1, 0},
};

static void the_handling_clock(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof handling / sizeof *handling; i++) {
        struct problem_case c = fresh((enum limit_kind)handling[i].kind, handling[i].amount, "24 08:30");
        if (play(&c, handling[i].script, handling[i].until) != RC_OK)
            fail_msg("%s: %.*s", handling[i].what, STR_ARG(fault.en));
        if (strcmp(text_of(c.handling.due_ms), handling[i].due) != 0)
            fail_msg("%s: due %s, not %s", handling[i].what, text_of(c.handling.due_ms), handling[i].due);
        if (c.overdue != handling[i].overdue)
            fail_msg("%s: overdue %d", handling[i].what, c.overdue);
        if (c.handling.left_ms.has ? c.handling.left_ms.v / MINUTE_MS != handling[i].left_min : handling[i].left_min != -1)
            fail_msg("%s: left %lld minutes", handling[i].what, (long long)(c.handling.left_ms.v / MINUTE_MS));
    }
}

/* The stage's clock after a script: which, due; and what the last step said about the one it ended. */
static const struct {
    const char *what, *script, *stage, *due, *ended;
    bool late;
} stages[] = {
    {"verification: 30 minutes", "", "verify", "24 09:00", "", 0},
    {"verified in time; registration runs", "verify 24 08:50", "register", "24 10:50", "verify", 0},
    {"verified late", "verify 24 09:01", "register", "24 11:01", "verify", 1},
    {"over noon", "verify 24 11:59; register 24 14:40", "dispatch", "25 09:40", "register", 0},
    {"registered late", "verify 24 08:50; register 24 10:51", "dispatch", "24 17:21", "register", 1},
    {"rejected", "reject 24 08:40", "", "-", "verify", 0},
    {"dispatched in time", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00", "accept", "24 16:30", "dispatch", 0},
    {"dispatched late", "verify 24 08:50; register 24 09:00; dispatch A 25 10:00", "accept", "25 16:30", "dispatch", 1},
    {"signed for", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 16:00", "", "-", "accept", 0},
    {"signed for late", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 16:31", "", "-", "accept", 1},
    {"sent back: 15 minutes to dispatch it again", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; send_back 24 10:30", "dispatch", "24 10:45", "accept", 0},
    {"dispatched again late", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; send_back 24 10:30; dispatch B 24 10:46", "accept", "24 17:16", "dispatch", 1},
    {"dispatched again in time", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; send_back 24 10:30; dispatch B 24 10:45", "accept", "24 17:15", "dispatch", 0},
    {"mended: 30 minutes to re-check", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 10:10; rectify 24 11:00", "recheck", "24 11:30", "handle", 0},
    {"mended late", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 10:10; rectify 28 11:00", "recheck", "28 11:30", "handle", 1},
    {"re-checked in time", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 10:10; rectify 24 11:00; strike_off 24 11:20", "", "-", "recheck", 0},
    {"re-checked late", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; accept 24 10:10; rectify 24 11:00; return 24 11:40", "", "-", "recheck", 1},
    {"in dispute no stage runs", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; send_back 24 10:30; dispatch A 24 10:40; dispute 24 11:00", "", "-", "accept", 0},
    {"settled: to be signed for", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; send_back 24 10:30; dispatch A 24 10:40; dispute 24 11:00; settle B 25 08:30", "accept", "25 15:00", "", 0},
    {"stopped it stands, and ends no stage", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; stop 24 10:30", "accept", "-", "", 0},
    {"restarted it runs on", "verify 24 08:50; register 24 09:00; dispatch A 24 10:00; stop 24 10:30; restart 25 08:30", "accept", "25 12:00", "", 0},
};

static void the_stage_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        struct problem_case c = {.state = PROBLEM_REPORTED, .limit_amount = 8, .handling = {.kind = LIMIT_WORKING_HOURS}};
        assert_int_equal(problem_begin_clocks(&fault, &limits, at("24 08:30"), &c), RC_OK);
        if (stages[i].script[0] && play(&c, stages[i].script, NULL) != RC_OK)
            fail_msg("%s: %.*s", stages[i].what, STR_ARG(fault.en));
        assert_string_equal(problem_stage_names[c.stage], stages[i].stage);
        if (strcmp(text_of(c.stage_clock.due_ms), stages[i].due) != 0)
            fail_msg("%s: due %s, not %s", stages[i].what, text_of(c.stage_clock.due_ms), stages[i].due);
        assert_string_equal(problem_stage_names[c.ended_stage], stages[i].ended);
        if (c.ended_late != stages[i].late)
            fail_msg("%s: late %d", stages[i].what, c.ended_late);
    }
}

/* The whole case: fifteen working days from registration, here on Monday the 24th: to Monday 15 December ("45"). */
static const struct {
    const char *what;
    int kind, amount;
    const char *script, *until, *due;
    bool overdue;
} whole[] = {
    {"runs from registration", W, 3, "dispatch A 24 09:00", 0, "45 17:30", 0},
    {"never less than the handling limit", W, 20, "dispatch A 24 09:00", 0, "52 17:30", 0},
    {"counted from registration", W, 20, "dispatch A 26 09:00", 0, "52 17:30", 0},
    {"an extension moves it as well", W, 3, "dispatch A 24 09:00; extend 24 10:00", 0, "48 17:30", 0},
    {"sending back does not stop it", W, 3, "dispatch A 24 09:00; send_back 24 10:00; dispatch B 25 10:00", 0, "45 17:30", 0},
    {"nor does the re-check", W, 3, "dispatch A 24 09:00; accept 24 09:10; rectify 25 10:00", 0, "45 17:30", 0},
    {"postponed it stands too", W, 3, "dispatch A 24 09:00; accept 24 09:10; postpone 24 17:30", "38 08:30", "56 17:30", 0},
    {"stopped it stands too", W, 3, "dispatch A 24 09:00; accept 24 09:10; stop 24 17:30; restart 31 08:30", 0, "49 17:30", 0},
    {"ended in time", W, 3, "dispatch A 24 09:00; accept 24 09:10; rectify 25 10:00; strike_off 45 17:30", 0, "45 17:30", 0},
    {"ended late", W, 3, "dispatch A 24 09:00; accept 24 09:10; rectify 25 10:00; strike_off 45 17:31", 0, "45 17:30", 1},
    {"ended late without being late to mend", W, 3, "dispatch A 24 09:00; accept 24 09:10; rectify 27 17:30; strike_off 60 09:00", 0, "45 17:30", 1},
};

static void the_whole_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct problem_case c = fresh((enum limit_kind)whole[i].kind, whole[i].amount, "24 08:30");
        if (play(&c, whole[i].script, whole[i].until) != RC_OK)
            fail_msg("%s: %.*s", whole[i].what, STR_ARG(fault.en));
        if (strcmp(text_of(c.whole.due_ms), whole[i].due) != 0)
            fail_msg("%s: due %s, not %s", whole[i].what, text_of(c.whole.due_ms), whole[i].due);
        assert_int_equal(c.case_overdue, whole[i].overdue);
    }
}

/* Eight working hours from 24 09:00, due 25 10:30: 80 % after 6 h 24 min, at 25 08:54. */
static void lights_of_a_case(void **state)
{
    (void)state;
    static const struct {
        const char *script, *until, *at, *light;
    } cases[] = {
        {"dispatch A 24 09:00", 0, "24 09:00", "green"},
        {"dispatch A 24 09:00", 0, "24 17:30", "green"},
        {"dispatch A 24 09:00", 0, "25 08:53", "green"},
        {"dispatch A 24 09:00", 0, "25 08:54", "yellow"},
        {"dispatch A 24 09:00", 0, "25 10:29", "yellow"},
        {"dispatch A 24 09:00", 0, "25 10:30", "red"},
        {"dispatch A 24 09:00; accept 24 09:30; extend 24 10:00", 0, "25 09:30", "green"},
        {"dispatch A 24 09:00; accept 24 09:30; extend 24 10:00", 0, "26 11:59", "yellow"},
        {"dispatch A 24 09:00; accept 24 09:30; rectify 24 11:00", 0, "58 11:00", "green"},
        {"dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00", "38 08:30", "37 11:00", "green"},
        {"dispatch A 24 09:00; accept 24 09:30; postpone 24 11:00", "38 08:30", "38 17:31", "red"},
        {"dispatch A 24 09:00; accept 24 09:30; stop 24 11:00", 0, "90 11:00", "green"},
        {"dispatch A 24 09:00; void 24 11:00", 0, "24 12:00", "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = fresh(LIMIT_WORKING_HOURS, 8, "24 08:30");
        assert_int_equal(play(&c, cases[i].script, cases[i].until), RC_OK);
        if (strcmp(problem_light_names[problem_light(&calendar, &c, at(cases[i].at))], cases[i].light) != 0)
            fail_msg("%s at %s: %s", cases[i].script, cases[i].at, problem_light_names[problem_light(&calendar, &c, at(cases[i].at))]);
    }
}

static void what_rules_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *script, *until, *code;
    } cases[] = {
        {"dispatch A 24 09:00; accept 24 09:10; extend 24 09:20; extend 24 09:30; extend 24 09:40", 0, "extended_twice"},
        {"dispatch A 24 09:00; accept 24 09:10; extend 25 10:31", 0, "overdue"},
        {"dispatch A 24 09:00; accept 24 09:10; postpone 24 10:00; resume 24 11:00; postpone 24 11:10", "38 08:30", "postponed_before"},
        {"dispatch A 24 09:00; send_back 24 10:00; dispatch A 24 10:10; send_back 24 10:20", 0, "sent_back_before"},
        {"dispatch A 24 09:00; dispute 24 10:00", 0, "never_sent_back"},
        {"dispatch A 24 09:00; send_back 24 10:00; dispatch B 24 10:10; dispute 24 10:20; settle B 24 11:00; send_back 24 11:10", 0, "settled"},
        {"dispatch A 24 09:00; send_back 24 10:00; dispatch B 24 10:10; dispute 24 10:20; settle A 24 11:00; dispute 24 11:10", 0, "settled"},
        {"dispatch A 24 09:00; stop 24 10:00; send_back 24 10:10", 0, "clock_stopped"},
        {"dispatch A 24 09:00; stop 24 10:00; stop 24 10:10", 0, "clock_stopped"},
        {"dispatch A 24 09:00; restart 24 10:10", 0, "clock_not_stopped"},
        {"dispatch A 24 09:00; accept 24 09:10; postpone 24 10:00; resume 39 09:00", "38 08:30", "not_postponed"},
        {"dispatch A 24 09:00; accept 24 09:10; rectify 24 10:00; strike_off 24 10:10; exempt 24 11:00", 0, "not_overdue"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = fresh(LIMIT_WORKING_HOURS, 8, "24 08:30");
        assert_int_equal(play(&c, cases[i].script, cases[i].until), RC_CONFLICT);
        assert_string_equal(fault.code.p, cases[i].code);
    }
}

/* 申诉: after the end, once; the fact stays, the statistic is exempted. */
static void an_upheld_appeal_exempts_only(void **state)
{
    (void)state;
    struct problem_case c = fresh(LIMIT_WORKING_HOURS, 2, "24 08:30");
    assert_int_equal(play(&c, "dispatch A 24 09:00; accept 24 09:10; rectify 24 16:00; strike_off 24 16:10; exempt 25 09:00", NULL), RC_OK);
    assert_true(c.overdue && c.exempt && c.state == PROBLEM_STRUCK_OFF);
    assert_int_equal(play(&c, "exempt 25 10:00", NULL), RC_CONFLICT);
}

static void words_of_what_is_left(void **state)
{
    (void)state;
    static const struct {
        int kind;
        int64_t left_ms;
        const char *zh, *en;
    } cases[] = {
        {H, 2 * HOUR_MS, "还剩 2 个工作时", "2 working hours left"},
        {H, 2 * HOUR_MS + 31 * MINUTE_MS, "还剩 2.5 个工作时", "2.5 working hours left"},
        {H, 20 * MINUTE_MS, "还剩 20 分钟（工作时）", "20 minutes left (working hours)"},
        {H, -20 * MINUTE_MS, "已超 20 分钟（工作时）", "20 minutes over (working hours)"},
        {U, -3 * HOUR_MS, "已超 3 个紧急工作时", "3 urgent hours over"},
        {W, 3 * (int64_t)DAY_MS - 1, "还剩 2.9 个工作日", "2.9 working days left"},
        {N, 12 * HOUR_MS, "还剩 0.5 个自然日", "0.5 calendar days left"},
        {W, 0, "还剩 0 个工作日", "0 working days left"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str zh = problem_left_text(&arena, LANG_ZH, (enum limit_kind)cases[i].kind, cases[i].left_ms);
        struct str en = problem_left_text(&arena, LANG_EN, (enum limit_kind)cases[i].kind, cases[i].left_ms);
        assert_string_equal(str_z(&arena, zh), cases[i].zh);
        assert_string_equal(str_z(&arena, en), cases[i].en);
    }
}

/* Who decides on a request, in which order; never the asker, never the same person twice. */
static void who_decides_on_requests(void **state)
{
    (void)state;
    static const struct {
        enum request_kind kind;
        enum request_state now;
        char decider; /* 'a' asked, '1' decided first, 'x' somebody else */
        bool grant;
        enum request_state after;
        const char *code;
    } cases[] = {
        {REQUEST_EXTENSION, REQUEST_ASKED, 'x', true, REQUEST_GRANTED, NULL},
        {REQUEST_EXTENSION, REQUEST_ASKED, 'x', false, REQUEST_REFUSED, NULL},
        {REQUEST_EXTENSION, REQUEST_ASKED, 'a', true, 0, "own_request"},
        {REQUEST_EXTENSION, REQUEST_GRANTED, 'x', true, 0, "request_ended"},
        {REQUEST_EXTENSION, REQUEST_REFUSED, 'x', true, 0, "request_ended"},
        {REQUEST_EXTENSION, REQUEST_WITHDRAWN, 'x', true, 0, "request_ended"},
        {REQUEST_POSTPONEMENT, REQUEST_ASKED, 'x', true, REQUEST_FIRST, NULL},
        {REQUEST_POSTPONEMENT, REQUEST_ASKED, 'x', false, REQUEST_REFUSED, NULL},
        {REQUEST_POSTPONEMENT, REQUEST_FIRST, 'x', true, REQUEST_GRANTED, NULL},
        {REQUEST_POSTPONEMENT, REQUEST_FIRST, 'x', false, REQUEST_REFUSED, NULL},
        {REQUEST_POSTPONEMENT, REQUEST_FIRST, '1', true, 0, "decided_before"},
        {REQUEST_POSTPONEMENT, REQUEST_FIRST, 'a', true, 0, "own_request"},
        {REQUEST_APPEAL, REQUEST_ASKED, 'x', true, REQUEST_FIRST, NULL},
        {REQUEST_APPEAL, REQUEST_FIRST, '1', false, 0, "decided_before"},
        {REQUEST_APPEAL, REQUEST_FIRST, 'x', true, REQUEST_GRANTED, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request_case r = {.kind = cases[i].kind, .state = cases[i].now, .asker_id = unit('a'), .first_id = unit('1')};
        enum request_state after;
        fault_clear(&fault);
        enum rc rc = request_decide(&fault, &r, unit(cases[i].decider), cases[i].grant, &after);
        assert_int_equal(rc == RC_OK, cases[i].code == NULL);
        if (cases[i].code)
            assert_string_equal(fault.code.p, cases[i].code);
        else
            assert_int_equal(after, cases[i].after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handling_clock), cmocka_unit_test(the_stage_clocks),
        cmocka_unit_test(the_whole_case),     cmocka_unit_test(lights_of_a_case),
        cmocka_unit_test(what_rules_refuse),  cmocka_unit_test(an_upheld_appeal_exempts_only),
        cmocka_unit_test(words_of_what_is_left), cmocka_unit_test(who_decides_on_requests),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
