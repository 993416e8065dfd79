/*
 * clock_test.c - limits in tables: due moments, pauses and lights over the shipped holidays with days of a headquarters'
 * own laid over them, the limits of FACTS.md §6a, and what holds for every pause.
 */
#include "calendar/calendar.h"
#include "calendar/clock_cases.h"

#include "base/arena.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct arena arena;
static struct fault fault;
static struct calendar cal;

static int64_t day_of(const char *date)
{
    int64_t ms = 0;
    assert_true(civil_parse_date(str_of(date), 0, &ms));
    return ms / DAY_MS;
}

static struct str read_whole(const char *path)
{
    static char text[200000];
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot read %s", path);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return (struct str){text, n};
}

static int begin(void **state)
{
    char path[1000];
    (void)state;
    const char *root = getenv("XIAOHAO_ROOT");
    arena_init(&arena);
    fault_init(&fault, &arena);
    calendar_init(&cal);
    snprintf(path, sizeof path, "%s/data/holidays/cn.csv", root ? root : ".");
    assert_int_equal(calendar_load(&cal, &arena, &fault, read_whole(path)), RC_OK);
    const struct calendar_exception own[] = {
        {.day = day_of("2026-03-09"), .kind = DAY_HALF_PM}, {.day = day_of("2026-04-03"), .kind = DAY_HALF_AM},
        {.day = day_of("2026-07-01"), .kind = DAY_HOLIDAY}, {.day = day_of("2026-07-04"), .kind = DAY_MAKEUP},
        {.day = day_of("2026-12-24"), .kind = DAY_HALF_PM}};
    size_t shipped = cal.nexceptions;
    assert_int_equal(calendar_overlay(&cal, &arena, &fault, &(struct calendar_days){own, 5}), RC_OK);
    assert_int_equal(cal.nexceptions, shipped + 5);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* "2026-02-13 16:00" in Shanghai. */
static int64_t at(const char *text)
{
    char rfc[40];
    int64_t ms = 0;
    snprintf(rfc, sizeof rfc, "%.10sT%.5s:00+08:00", text, text + 11);
    assert_true(civil_parse_rfc3339(str_of(rfc), &ms));
    return ms;
}

static enum limit_kind kind_of(const char *name)
{
    for (int k = 0; k < LIMIT_KINDS; k++)
        if (strcmp(limit_kind_names[k], name) == 0)
            return (enum limit_kind)k;
    fail_msg("no kind %s", name);
    return LIMIT_URGENT_HOURS;
}

static void expect_due(const char *what, const char *from, const char *kind, int amount, const char *due)
{
    int64_t got = 0, whole = 0;
    assert_true(calendar_due(&cal, kind_of(kind), amount, at(from), &got));
    if (got != at(due))
        fail_msg("%s: %d %s from %s are due %.*s, not %s", what, amount, kind, from,
                 STR_ARG(civil_rfc3339(&arena, got, ZONE_SHANGHAI_MIN)), due);
    assert_true(calendar_amount(kind_of(kind), amount, &whole));
    assert_true(calendar_due_ms(&cal, kind_of(kind), whole, at(from), &got) && got == at(due));
}

static void due_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof due_cases / sizeof *due_cases; i++)
        expect_due("due", due_cases[i].from, due_cases[i].kind, due_cases[i].amount, due_cases[i].due);
}

static void limits_of_the_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof facts_cases / sizeof *facts_cases; i++)
        expect_due(facts_cases[i].what, facts_cases[i].from, facts_cases[i].kind, facts_cases[i].amount, facts_cases[i].due);
}

static void pauses_and_resumptions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pause_cases / sizeof *pause_cases; i++) {
        const struct pause_case *c = &pause_cases[i];
        int64_t due = 0, left, then = 0;
        assert_true(calendar_due(&cal, kind_of(c->kind), c->amount, at(c->from), &due));
        left = calendar_left(&cal, kind_of(c->kind), at(c->paused), due);
        assert_true(calendar_add(&cal, kind_of(c->kind), left, at(c->resumed), &then));
        /* Parts of a day are kept in whole milliseconds. */
        if (llabs(then - at(c->due)) > 1000)
            fail_msg("%d %s from %s, paused %s, resumed %s: due %.*s, not %s", c->amount, c->kind, c->from, c->paused,
                     c->resumed, STR_ARG(civil_rfc3339(&arena, then, ZONE_SHANGHAI_MIN)), c->due);
    }
}

static void lights(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof light_cases / sizeof *light_cases; i++) {
        const struct light_case *c = &light_cases[i];
        int64_t amount = 0, spent = calendar_spent(&cal, kind_of(c->kind), at(c->from), at(c->at));
        assert_true(calendar_amount(kind_of(c->kind), c->amount, &amount));
        assert_string_equal(light_names[calendar_light(spent, amount)], c->light);
    }
}

/* Yellow from 80 % exactly, red from 100 % exactly. */
static void lights_at_their_edges(void **state)
{
    (void)state;
    const int64_t whole = 10 * HOUR_MS;
    static const struct {
        int64_t spent;
        enum light light;
    } cases[] = {{0, LIGHT_GREEN}, {8 * HOUR_MS - 1, LIGHT_GREEN}, {8 * HOUR_MS, LIGHT_YELLOW},
                 {10 * HOUR_MS - 1, LIGHT_YELLOW}, {10 * HOUR_MS, LIGHT_RED}, {99 * HOUR_MS, LIGHT_RED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(calendar_light(cases[i].spent, whole), cases[i].light);
}

/* Own days stand over the shipped ones; minutes of a desk's stages run like hours. */
static void overlays_and_minutes(void **state)
{
    (void)state;
    struct calendar own = cal;
    int64_t due = 0;
    const struct calendar_exception works[] = {{.day = day_of("2026-10-01"), .kind = DAY_MAKEUP}};
    assert_false(calendar_works_on(&cal, at("2026-10-01 10:00")));
    assert_int_equal(calendar_overlay(&own, &arena, &fault, &(struct calendar_days){works, 1}), RC_OK);
    assert_int_equal(own.nexceptions, cal.nexceptions);
    assert_true(calendar_works_on(&own, at("2026-10-01 10:00")));
    assert_true(calendar_due_ms(&own, LIMIT_WORKING_HOURS, 15 * MINUTE_MS, at("2026-09-30 17:25"), &due));
    assert_true(due == at("2026-10-01 08:40"));
    assert_true(calendar_due_ms(&cal, LIMIT_WORKING_HOURS, 15 * MINUTE_MS, at("2026-09-30 17:25"), &due));
    assert_true(due == at("2026-10-08 08:40"));
    assert_true(calendar_due_ms(&cal, LIMIT_WORKING_HOURS, 30 * MINUTE_MS, at("2026-11-23 11:45"), &due));
    assert_true(due == at("2026-11-23 14:45"));
    assert_false(calendar_due_ms(&cal, LIMIT_WORKING_HOURS, -1, at("2026-11-23 11:45"), &due));
}

/* Resuming undoes pausing at once, and never makes a clock shorter the longer it stands. */
static void pausing_is_undone_by_resuming(void **state)
{
    (void)state;
    uint64_t x = 42;
    for (int i = 0; i < 20000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        enum limit_kind kind = (enum limit_kind)(x >> 62);
        int64_t from = at("2026-01-01 00:00") + (int64_t)(x >> 20 & 0x3ffff) * 2 * MINUTE_MS, due = 0, again = 0, later = 0;
        int64_t amount = 1 + (int64_t)(x >> 40 & 15);
        assert_true(calendar_due(&cal, kind, amount, from, &due));
        int64_t pause = from + (int64_t)(x >> 8 & 0xfff) * MINUTE_MS;
        if (pause >= due)
            continue;
        int64_t left = calendar_left(&cal, kind, pause, due);
        assert_true(calendar_add(&cal, kind, left, pause, &again));
        assert_true(llabs(again - due) <= 1);
        assert_true(calendar_add(&cal, kind, left, pause + 3 * HOUR_MS, &later));
        assert_true(later >= again - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_moments),      cmocka_unit_test(limits_of_the_field),
        cmocka_unit_test(pauses_and_resumptions), cmocka_unit_test(lights),
        cmocka_unit_test(lights_at_their_edges), cmocka_unit_test(overlays_and_minutes),
        cmocka_unit_test(pausing_is_undone_by_resuming),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
