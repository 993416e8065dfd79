/*
 * calendar_test.c - tables of limits on a hand-made calendar, the real Spring Festivals of 2018 to
 * 2026, and the properties that hold for every calendar: a limit is spent exactly when due, and
 * standing still moves it by exactly as long.
 */
#include "calendar/calendar.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* 2026 around the Spring Festival, and some half-days of our own. */
static const char own_list[] =
    "date,kind,name_zh,name_en\n"
    "# a comment\n"
    "2026-01-01,holiday,元旦,New Year\n2026-01-02,holiday,元旦,New Year\r\n"
    "2026-01-03,holiday,元旦,New Year\n2026-01-04,makeup,元旦,New Year\n"
    "2026-02-14,makeup,春节,Spring Festival\n2026-02-15,holiday,春节,\n"
    "2026-02-16,holiday,,\n2026-02-17,holiday,,\n2026-02-18,holiday,,\n"
    "2026-02-19,holiday\n2026-02-20,holiday,,\n2026-02-21,holiday,,\n"
    "2026-02-22,holiday,,\n2026-02-23,holiday,,\n2026-02-28,makeup,,\n\n"
    "2026-03-10,half_pm,半天,half day\n2026-03-11,half_am,半天,half day\n";

struct fixture {
    struct arena arena;
    struct fault fault;
    struct calendar cal;
};

static int set_up(void **state)
{
    struct fixture *x = xcalloc(1, sizeof *x);
    arena_init(&x->arena);
    fault_init(&x->fault, &x->arena);
    calendar_init(&x->cal);
    assert_int_equal(calendar_load(&x->cal, &x->arena, &x->fault, str_of(own_list)), RC_OK);
    assert_int_equal(calendar_check(&x->cal, &x->fault), RC_OK);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_free(&x->arena);
    free(x);
    return 0;
}

/* "2026-02-13 10:00" in Shanghai. */
static int64_t at(const char *text)
{
    struct civil c = {0};
    assert_int_equal(sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day, &c.hour,
                            &c.minute, &c.second) >= 5,
                     1);
    return civil_to_ms(&c, ZONE_SHANGHAI_MIN);
}

static void assert_at(struct arena *a, int64_t got, const char *want)
{
    if (got != at(want))
        fail_msg("wanted %s, got %.*s", want, STR_ARG(civil_rfc3339(a, got, ZONE_SHANGHAI_MIN)));
}

static void limits_fall_due(void **state)
{
    struct fixture *x = *state;
    static const struct {
        enum limit_kind kind;
        int64_t amount;
        const char *from, *due;
    } cases[] = {
        /* hours on an ordinary Wednesday */
        {LIMIT_WORKING_HOURS, 2, "2026-03-04 08:30", "2026-03-04 10:30"},
        {LIMIT_WORKING_HOURS, 2, "2026-03-04 11:00", "2026-03-04 15:30"},
        {LIMIT_WORKING_HOURS, 2, "2026-03-04 12:30", "2026-03-04 16:30"},
        {LIMIT_WORKING_HOURS, 2, "2026-03-04 16:30", "2026-03-05 09:30"},
        {LIMIT_WORKING_HOURS, 13, "2026-03-04 08:30", "2026-03-05 17:30"},
        {LIMIT_WORKING_HOURS, 4, "2026-03-04 23:59:59", "2026-03-05 15:00"},
        {LIMIT_WORKING_HOURS, 4, "2026-03-05 00:00", "2026-03-05 15:00"},
        {LIMIT_WORKING_HOURS, 1, "2026-03-06 17:30", "2026-03-09 09:30"},
        {LIMIT_WORKING_HOURS, 0, "2026-03-07 10:00", "2026-03-07 10:00"},
        /* over the Spring Festival: Saturday the 14th works, the 15th to the 23rd does not */
        {LIMIT_WORKING_HOURS, 4, "2026-02-13 16:30", "2026-02-14 11:30"},
        {LIMIT_WORKING_HOURS, 4, "2026-02-14 16:30", "2026-02-24 11:30"},
        {LIMIT_WORKING_HOURS, 4, "2026-02-18 03:00", "2026-02-24 15:00"},
        {LIMIT_URGENT_HOURS, 4, "2026-02-16 22:00", "2026-02-17 02:00"},
        {LIMIT_URGENT_HOURS, 24, "2025-12-31 12:00", "2026-01-01 12:00"},
        /* half-days: the 10th works the morning, the 11th the afternoon */
        {LIMIT_WORKING_HOURS, 4, "2026-03-10 08:30", "2026-03-11 15:00"},
        {LIMIT_WORKING_HOURS, 4, "2026-03-10 13:00", "2026-03-12 09:30"},
        {LIMIT_WORKING_DAYS, 1, "2026-03-09 10:00", "2026-03-10 12:00"},
        {LIMIT_WORKING_DAYS, 2, "2026-03-09 10:00", "2026-03-11 17:30"},
        /* working days */
        {LIMIT_WORKING_DAYS, 1, "2026-03-04 08:30", "2026-03-05 17:30"},
        {LIMIT_WORKING_DAYS, 1, "2026-03-04 23:30", "2026-03-05 17:30"},
        {LIMIT_WORKING_DAYS, 5, "2026-03-04 08:30", "2026-03-11 17:30"},
        {LIMIT_WORKING_DAYS, 1, "2026-03-07 10:00", "2026-03-09 17:30"},
        {LIMIT_WORKING_DAYS, 1, "2026-02-13 10:00", "2026-02-14 17:30"},
        {LIMIT_WORKING_DAYS, 1, "2026-02-14 10:00", "2026-02-24 17:30"},
        {LIMIT_WORKING_DAYS, 5, "2026-02-16 10:00", "2026-02-28 17:30"},
        {LIMIT_WORKING_DAYS, 3, "2025-12-30 10:00", "2026-01-05 17:30"},
        {LIMIT_CALENDAR_DAYS, 1, "2026-03-04 08:30", "2026-03-06 00:00"},
        {LIMIT_CALENDAR_DAYS, 3, "2026-02-14 23:59:59", "2026-02-18 00:00"},
        {LIMIT_CALENDAR_DAYS, 30, "2025-12-15 00:00", "2026-01-15 00:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t due = 0;
        assert_true(calendar_due(&x->cal, cases[i].kind, cases[i].amount, at(cases[i].from), &due));
        assert_at(&x->arena, due, cases[i].due);
    }
}

static void time_is_spent(void **state)
{
    struct fixture *x = *state;
    static const struct {
        enum limit_kind kind;
        const char *from, *to;
        int64_t minutes;
    } cases[] = {
        {LIMIT_WORKING_HOURS, "2026-03-04 08:00", "2026-03-04 12:30", 210},
        {LIMIT_WORKING_HOURS, "2026-03-04 08:00", "2026-03-05 08:30", 390},
        {LIMIT_WORKING_HOURS, "2026-03-06 17:00", "2026-03-09 08:45", 45},
        {LIMIT_WORKING_HOURS, "2026-02-14 17:30", "2026-02-24 08:30", 0},
        {LIMIT_WORKING_HOURS, "2026-03-05 08:00", "2026-03-04 08:30", 0},
        {LIMIT_URGENT_HOURS, "2026-02-14 17:30", "2026-02-15 17:30", 1440},
        {LIMIT_WORKING_DAYS, "2026-03-04 08:30", "2026-03-04 17:30", 0},
        {LIMIT_WORKING_DAYS, "2026-03-04 08:30", "2026-03-05 12:00", 1440 * 210 / 390},
        {LIMIT_WORKING_DAYS, "2026-03-04 08:30", "2026-03-06 03:00", 1440},
        {LIMIT_CALENDAR_DAYS, "2026-03-04 08:30", "2026-03-05 12:00", 720},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t spent = calendar_spent(&x->cal, cases[i].kind, at(cases[i].from), at(cases[i].to));
        assert_int_equal(spent / MINUTE_MS, cases[i].minutes);
    }
    assert_true(calendar_is_open(&x->cal, at("2026-02-14 09:00")));
    assert_false(calendar_is_open(&x->cal, at("2026-02-14 12:00")));
    assert_false(calendar_is_open(&x->cal, at("2026-02-17 09:00")));
    assert_true(calendar_works_on(&x->cal, at("2026-03-10 20:00")));
    assert_false(calendar_works_on(&x->cal, at("2026-03-08 20:00")));
    assert_true(calendar_covers(&x->cal, at("2026-12-31 23:00")));
    assert_false(calendar_covers(&x->cal, at("2027-01-01 00:00")));
    assert_true(str_is(calendar_exception_at(&x->cal, at("2026-01-01 05:00"))->zh, "元旦"));
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Spent from start to due is the amount; one millisecond earlier it is not yet; what is left at any
 * moment put back gives the same due moment, and resumed later moves it on by exactly the time
 * between. */
static void limits_keep_their_amount(void **state)
{
    struct fixture *x = *state;
    uint64_t seed = 20261121;
    const int64_t begin = at("2025-12-01 00:00");
    for (int i = 0; i < 40000; i++) {
        enum limit_kind kind = (enum limit_kind)(i % LIMIT_KINDS);
        int64_t amount = 1 + (int64_t)(next_random(&seed) % 60), amount_ms, due, again;
        int64_t from = begin + (int64_t)(next_random(&seed) % (200ull * DAY_MS));
        assert_true(calendar_amount(kind, amount, &amount_ms));
        assert_true(calendar_due(&x->cal, kind, amount, from, &due));
        assert_true(due > from);
        assert_true(calendar_spent(&x->cal, kind, from, due) == amount_ms);
        assert_true(calendar_spent(&x->cal, kind, from, due - 1) < amount_ms);
        int64_t pause = from + (int64_t)(next_random(&seed) % (uint64_t)(due - from));
        int64_t left = calendar_left(&x->cal, kind, pause, due);
        assert_true(calendar_add(&x->cal, kind, left, pause, &again));
        assert_true(left == 0 || again == due);
        int64_t resume = pause + (int64_t)(next_random(&seed) % (30ull * DAY_MS));
        assert_true(calendar_add(&x->cal, kind, left, resume, &again));
        int64_t stood = calendar_left(&x->cal, kind, pause, resume);
        int64_t moved = calendar_left(&x->cal, kind, due, again);
        /* A fraction of a short day is rounded to a whole millisecond of work: 8 units of a
         * three-hour day. */
        assert_true(left == 0 || llabs(moved - stood) <= (kind == LIMIT_WORKING_DAYS ? 8 : 0));
        assert_true(calendar_left(&x->cal, kind, due, pause) == -left);
    }
}

static void lamps_light(void **state)
{
    (void)state;
    static const struct {
        int64_t spent, amount;
        enum light want;
    } cases[] = {
        {0, 100, LIGHT_GREEN},   {79, 100, LIGHT_GREEN},
        {80, 100, LIGHT_YELLOW}, {99, 100, LIGHT_YELLOW},
        {100, 100, LIGHT_RED},   {101, 100, LIGHT_RED},
        {0, 0, LIGHT_RED},       {INT64_MAX, INT64_MAX, LIGHT_RED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(calendar_light(cases[i].spent, cases[i].amount), cases[i].want);
}

static void bad_lists_are_refused(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"2026-02-30,holiday,,", "calendar_date"},
        {"2026-2-03,holiday,,", "calendar_date"},
        {"2026-02-03T00:00:00Z,holiday,,", "calendar_date"},
        {"holiday", "calendar_date"},
        {"2026-02-03,party,,", "calendar_kind"},
        {"2026-02-03", "calendar_date"},
        {"2026-02-03,holiday,a,b,c", "calendar_columns"},
        {"2026-02-03,holiday\n2026-02-03,makeup", "calendar_duplicate"},
        {"2026-02-03,holiday,\xff,", "calendar_not_utf8"},
    };
    size_t before = x->cal.nexceptions;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_clear(&x->fault);
        assert_int_not_equal(calendar_load(&x->cal, &x->arena, &x->fault, str_of(cases[i].text)),
                             RC_OK);
        if (!str_is(x->fault.code, cases[i].code))
            fail_msg("%s gave %.*s", cases[i].text, STR_ARG(x->fault.code));
        assert_true(x->fault.zh.n && x->fault.en.n);
        assert_int_equal(x->cal.nexceptions, before);
    }
    /* A headquarters' own list goes over the national one. */
    fault_clear(&x->fault);
    assert_int_equal(calendar_load(&x->cal, &x->arena, &x->fault,
                                   STR("2026-02-14,holiday,,\n2026-02-24,half_pm,,")),
                     RC_OK);
    assert_int_equal(x->cal.nexceptions, before + 1);
    int64_t due;
    assert_true(calendar_due(&x->cal, LIMIT_WORKING_DAYS, 1, at("2026-02-13 09:00"), &due));
    assert_at(&x->arena, due, "2026-02-24 12:00");
}

static void hostile_amounts_are_bounded(void **state)
{
    struct fixture *x = *state;
    int64_t due = 7;
    for (int k = 0; k < LIMIT_KINDS; k++) {
        enum limit_kind kind = (enum limit_kind)k;
        assert_false(calendar_due(&x->cal, kind, -1, at("2026-03-04 08:30"), &due));
        assert_false(calendar_due(&x->cal, kind, INT64_MAX, at("2026-03-04 08:30"), &due));
        assert_false(calendar_add(&x->cal, kind, INT64_MAX, INT64_MAX, &due));
        assert_true(calendar_spent(&x->cal, kind, INT64_MIN, INT64_MAX) > 0);
        assert_true(calendar_left(&x->cal, kind, INT64_MAX, INT64_MIN) < 0);
        assert_true(due == 7);
    }
    struct calendar idle = x->cal;
    idle.week = 0;
    idle.nexceptions = 0;
    assert_false(calendar_due(&idle, LIMIT_WORKING_DAYS, 1, at("2026-03-04 08:30"), &due));
    assert_int_equal(calendar_check(&idle, &x->fault), RC_INVALID);
    fault_clear(&x->fault);
    idle = x->cal;
    idle.afternoon.from_min = 11 * 60;
    assert_int_equal(calendar_check(&idle, &x->fault), RC_INVALID);

    int64_t began = clock_ticks_us();
    for (int i = 0; i < 1000; i++)
        assert_true(calendar_due(&x->cal, LIMIT_WORKING_DAYS, LIMIT_DAYS_MAX,
                                 at("2026-03-04 08:30"), &due));
    print_message("ten years of working days: %.2f us\n",
                  (double)(clock_ticks_us() - began) / 1000.0);
}

/* ---- the real holidays ---- */

static void add_rows(struct buf *b, json_t *days, const char *kind)
{
    const char *date;
    json_t *name;
    json_object_foreach(days, date, name) buf_fmt(b, "%s,%s,,\n", date, kind);
}

static bool load_years(struct fixture *x)
{
    const char *shared = getenv("XIAOHAO_SHARED"), *root = getenv("XIAOHAO_ROOT");
    struct buf b;
    buf_init(&b, 1 << 20);
    calendar_init(&x->cal);
    for (int year = 2018; year <= 2026; year++) {
        struct str path =
            shared ? str_fmt(&x->arena, "%s/data/7_calendar/cn_holidays_%d.json", shared, year)
                   : str_fmt(&x->arena, "%s/../shared/data/7_calendar/cn_holidays_%d.json",
                             root ? root : ".", year);
        json_t *doc = json_load_file(path.p, 0, NULL);
        if (!doc) {
            buf_free(&b);
            return false;
        }
        add_rows(&b, json_object_get(doc, "holidays"), "holiday");
        add_rows(&b, json_object_get(doc, "workdays"), "makeup");
        json_decref(doc);
    }
    assert_int_equal(calendar_load(&x->cal, &x->arena, &x->fault, buf_view(&b)), RC_OK);
    buf_free(&b);
    return true;
}

static void real_holidays_count(void **state)
{
    struct fixture *x = *state;
    if (!load_years(x)) {
        print_message("skipped: no shared data\n");
        skip();
    }
    /* Working days per year, counted outside this program; then three working days over each Spring
     * Festival. */
    static const struct {
        const char *before, *due, *hours_due;
        int year, working_days;
    } years[] = {
        {"2018-02-14 16:30", "2018-02-24 17:30", "2018-02-22 11:30", 2018, 250},
        {"2019-02-03 16:30", "2019-02-13 17:30", "2019-02-11 11:30", 2019, 250},
        {"2020-01-23 16:30", "2020-02-05 17:30", "2020-02-03 11:30", 2020, 249},
        {"2021-02-10 16:30", "2021-02-20 17:30", "2021-02-18 11:30", 2021, 250},
        {"2022-01-30 16:30", "2022-02-09 17:30", "2022-02-07 11:30", 2022, 249},
        {"2023-01-20 16:30", "2023-01-30 17:30", "2023-01-28 11:30", 2023, 249},
        {"2024-02-09 16:30", "2024-02-20 17:30", "2024-02-18 11:30", 2024, 251},
        {"2025-01-27 16:30", "2025-02-07 17:30", "2025-02-05 11:30", 2025, 248},
        {"2026-02-14 16:30", "2026-02-26 17:30", "2026-02-24 11:30", 2026, 248},
    };
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        int n = 0;
        for (int64_t d = civil_days(years[i].year, 1, 1); d < civil_days(years[i].year + 1, 1, 1);
             d++)
            n += calendar_works_on(&x->cal, d * DAY_MS);
        assert_int_equal(n, years[i].working_days);
        int64_t due;
        assert_true(calendar_due(&x->cal, LIMIT_WORKING_DAYS, 3, at(years[i].before), &due));
        assert_at(&x->arena, due, years[i].due);
        assert_true(calendar_due(&x->cal, LIMIT_WORKING_HOURS, 4, at(years[i].before), &due));
        assert_at(&x->arena, due, years[i].hours_due);
    }
    limits_keep_their_amount(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_fall_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_is_spent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_keep_their_amount, set_up, tear_down),
        cmocka_unit_test(lamps_light),
        cmocka_unit_test_setup_teardown(bad_lists_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_amounts_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(real_holidays_count, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
