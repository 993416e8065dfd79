/*
 * indicator_test.c - formulas on figures worked out by hand (a rate upside down, one count passed twice or one rate used
 * for another shows here), the composite's bands, the calendar of periods, frozen figures compared.
 */
#include "indicator/indicator.h"
#include "indicator/period.h"

#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* One month of one district, worked out by hand; no two counts are equal. */
static const struct indicator_group month = {.m = {
    [M_REPORTED] = 400, [M_VALID] = 350, [M_DECIDED] = 390, [M_FILED] = 320, [M_KEPT] = 312, [M_MISSED] = 16, [M_PUBLIC] = 64,
    [M_REGISTER_ENDED] = 300, [M_REGISTER_IN_TIME] = 285, [M_VERIFY_ENDED] = 250, [M_VERIFY_IN_TIME] = 240,
    [M_RECHECK_ENDED] = 220, [M_RECHECK_IN_TIME] = 198, [M_DISPATCH_ENDED] = 310, [M_DISPATCH_IN_TIME] = 279,
    [M_ACCEPT_ENDED] = 60, [M_ACCEPT_IN_TIME] = 57, [M_DISPATCHED] = 305, [M_ACCURATE] = 296,
    [M_HANDLE_DUE] = 290, [M_HANDLE_JUDGED] = 288, [M_HANDLED] = 261, [M_HANDLED_IN_TIME] = 252, [M_HANDLED_AGAIN] = 18,
    [M_CLOSE_DUE] = 280, [M_CLOSE_JUDGED] = 275, [M_CLOSED] = 266, [M_CLOSED_IN_TIME] = 242, [M_DUE_AGAIN] = 21,
    [M_ENDED] = 270, [M_ENDED_IN_TIME] = 243, [M_RAW_OVERDUE] = 31, [M_EXEMPT] = 2, [M_CARRIED_IN] = 44, [M_CARRIED_OUT] = 55}};

static void formulas_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *indicator, *choice;
        int64_t num, den;
        const char *text;
    } expected[] = {
        {"accurate_filing", "filed", 312, 320, "97.50%"},    {"timely_filing", "timed", 285, 300, "95.00%"},
        {"timely_filing", "filed", 285, 320, "89.06%"},      {"valid_report", "reported", 350, 400, "87.50%"},
        {"valid_report", "decided", 350, 390, "89.74%"},     {"missed_report", "filed", 16, 320, "5.00%"},
        {"timely_verify", "ended", 240, 250, "96.00%"},      {"timely_recheck", "ended", 198, 220, "90.00%"},
        {"public_report", "filed", 64, 320, "20.00%"},       {"timely_dispatch", "ended", 279, 310, "90.00%"},
        {"accurate_dispatch", "dispatched", 296, 305, "97.05%"}, {"handling", "due", 261, 290, "90.00%"},
        {"timely_handling", "due", 252, 288, "87.50%"},      {"closing", "due", 266, 280, "95.00%"},
        {"timely_closing", "due", 242, 275, "88.00%"},       {"timely_closing", "closed", 243, 270, "90.00%"},
        {"rework", "handled", 18, 261, "6.90%"},             {"rework", "due", 21, 280, "7.50%"},
        {"response", "accepted", 57, 60, "95.00%"},          {"solved", "called_back", 0, 0, "—"},
        {"satisfied", "called_back", 0, 0, "—"},
    };
    size_t formulas = 0;
    for (int i = 0; i < INDICATORS; i++)
        for (const struct formula *f = indicator_defs[i].formulas; f->choice; f++)
            formulas++;
    assert_int_equal(formulas, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < formulas; i++) {
        int which = indicator_by_code(str_of(expected[i].indicator));
        assert_true(which >= 0);
        const struct formula *f = indicator_formula((enum indicator)which, str_of(expected[i].choice));
        assert_non_null(f);
        struct rate r = indicator_rate(&month, f);
        struct str text = rate_text(&arena, r);
        if (r.num != expected[i].num || r.den != expected[i].den || !str_is(text, expected[i].text))
            fail_msg("%s (%s): %lld/%lld = %.*s", expected[i].indicator, expected[i].choice, (long long)r.num, (long long)r.den, STR_ARG(text));
    }
    assert_int_equal(indicator_by_code(STR("nothing")), -1);
    assert_null(indicator_formula(IND_REWORK, STR("closed")));
}

/* Whole and part: no rate over anything but what holds it. */
static void nothing_over_nothing(void **state)
{
    (void)state;
    static const struct indicator_group nothing;
    for (int i = 0; i < INDICATORS; i++)
        for (const struct formula *f = indicator_defs[i].formulas; f->choice; f++) {
            assert_true(str_is(rate_text(&arena, indicator_rate(&nothing, f)), "—"));
            assert_true(f->num == M_NONE || f->num != f->den);
            assert_true(month.m[f->num] <= month.m[f->den]);
        }
}

static void lianyungang(void **state)
{
    (void)state;
    struct indicator_group g = {.m = {[M_CLOSE_DUE] = 24932, [M_CLOSE_JUDGED] = 24932, [M_CLOSED] = 23974, [M_CLOSED_IN_TIME] = 22345}};
    assert_true(str_is(rate_text(&arena, indicator_rate(&g, indicator_formula(IND_CLOSING, STR("due")))), "96.16%"));
    assert_true(str_is(rate_text(&arena, indicator_rate(&g, indicator_formula(IND_TIMELY_CLOSING, STR("due")))), "89.62%"));
}

static void composite_by_hand(void **state)
{
    (void)state;
    static const struct {
        int64_t filed;
        struct rate closing, timely, rework;
        int64_t num, den;
    } expected[] = {
        /* 10 + 30×1 + 30×1 + 30×(1−0) */
        {50, {10, 10}, {10, 10}, {0, 10}, 10000, 10000},
        {0, {10, 10}, {10, 10}, {0, 10}, 10000, 10000},
        {51, {10, 10}, {10, 10}, {0, 10}, 9900, 10000},
        {100, {10, 10}, {10, 10}, {0, 10}, 9900, 10000},
        {101, {10, 10}, {10, 10}, {0, 10}, 9750, 10000},
        {200, {10, 10}, {10, 10}, {0, 10}, 9750, 10000},
        {201, {10, 10}, {10, 10}, {0, 10}, 9600, 10000},
        {500, {10, 10}, {10, 10}, {0, 10}, 9600, 10000},
        {501, {10, 10}, {10, 10}, {0, 10}, 9400, 10000},
        {1000, {10, 10}, {10, 10}, {0, 10}, 9400, 10000},
        {1001, {10, 10}, {10, 10}, {0, 10}, 9000, 10000},
        /* 9 + 30×0.95 + 30×0.875 + 30×(1−0.2) = 9 + 28.5 + 26.25 + 24 */
        {80, {95, 100}, {7, 8}, {2, 10}, 8775, 10000},
        /* rework counts against, not for */
        {10, {10, 10}, {10, 10}, {10, 10}, 7000, 10000},
        /* nothing handled yet: the part leaves the denominator */
        {10, {10, 10}, {0, 0}, {0, 0}, 4000, 4000},
        {10, {0, 0}, {0, 0}, {0, 0}, 0, 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct rate r = composite_points(&composite_default, expected[i].filed, expected[i].closing, expected[i].timely, expected[i].rework);
        if (r.num != expected[i].num || r.den != expected[i].den)
            fail_msg("composite %zu: %lld/%lld", i, (long long)r.num, (long long)r.den);
    }
}

static void composite_as_data(void **state)
{
    (void)state;
    struct fault f;
    struct composite c;
    fault_init(&f, &arena);
    struct str good = STR("{\"closing\":40,\"timely_handling\":40,\"rework\":20,\"beyond\":1.5,\"bands\":[{\"most\":3,\"points\":7.25}]}");
    assert_int_equal(composite_parse(&arena, &f, good, &c), RC_OK);
    assert_int_equal(c.bands[0].points_e2, 725);
    assert_int_equal(c.beyond_e2, 150);
    assert_int_equal(composite_points(&c, 4, (struct rate){1, 2}, (struct rate){1, 1}, (struct rate){1, 4}).num, 2000 + 4000 + 1500 + 150);
    static const struct str bad[] = {
        STR_INIT("{\"closing\":0,\"timely_handling\":0,\"rework\":0,\"beyond\":0,\"bands\":[]}"),
        STR_INIT("{\"closing\":101,\"timely_handling\":0,\"rework\":0,\"beyond\":0,\"bands\":[]}"),
        STR_INIT("{\"closing\":1,\"timely_handling\":0,\"rework\":0,\"beyond\":0,\"bands\":[{\"most\":5,\"points\":1},{\"most\":5,\"points\":2}]}"),
        STR_INIT("{\"closing\":1}"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fault_init(&f, &arena);
        assert_int_equal(composite_parse(&arena, &f, bad[i], &c), RC_INVALID);
    }
}

static void calendar_of_periods(void **state)
{
    (void)state;
    static const struct {
        enum period_kind kind;
        int year, ordinal;
        const char *from, *to, *name;
    } expected[] = {
        {PERIOD_MONTH, 2026, 1, "2026-01-01", "2026-02-01", "2026年1月"},
        {PERIOD_MONTH, 2028, 2, "2028-02-01", "2028-03-01", "2028年2月"},
        {PERIOD_MONTH, 2026, 12, "2026-12-01", "2027-01-01", "2026年12月"},
        {PERIOD_QUARTER, 2026, 1, "2026-01-01", "2026-04-01", "2026年第1季度"},
        {PERIOD_QUARTER, 2026, 4, "2026-10-01", "2027-01-01", "2026年第4季度"},
        {PERIOD_YEAR, 2026, 1, "2026-01-01", "2027-01-01", "2026年"},
    };
    struct period_span span;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(period_span(expected[i].kind, expected[i].year, expected[i].ordinal, 480, &span));
        assert_true(str_is(civil_date(&arena, span.from_ms, 480), expected[i].from));
        assert_true(str_is(civil_date(&arena, span.to_ms, 480), expected[i].to));
        assert_string_equal(span.name, expected[i].name);
        assert_int_equal(span.from_ms, civil_midnight(span.from_ms, 480));
    }
    /* No moment is in two months, none in no month. */
    int64_t before = 0;
    for (int m = 1; m <= 12; m++) {
        assert_true(period_span(PERIOD_MONTH, 2026, m, 480, &span));
        assert_true(m == 1 || span.from_ms == before);
        before = span.to_ms;
    }
    assert_false(period_span(PERIOD_MONTH, 2026, 13, 480, &span));
    assert_false(period_span(PERIOD_MONTH, 2026, 0, 480, &span));
    assert_false(period_span(PERIOD_QUARTER, 2026, 5, 480, &span));
    assert_false(period_span(PERIOD_YEAR, 2026, 2, 480, &span));
    assert_false(period_span(PERIOD_CUSTOM, 2026, 1, 480, &span));
}

static struct figure figure(const char *part, const char *item, const char *key, int64_t num, int64_t den)
{
    return (struct figure){str_of(part), str_of(item), str_of(key), STR("名"), num, den, STR_NONE};
}

static void frozen_against_recounted(void **state)
{
    (void)state;
    struct figure a[] = {figure("unit", "closing", "b", 1, 2), figure("total", "closing", "", 3, 4), figure("unit", "closing", "a", 5, 6)};
    struct figure b[] = {figure("unit", "closing", "c", 9, 9), figure("total", "closing", "", 3, 4), figure("unit", "closing", "a", 5, 7)};
    struct figures before = {a, 3, 3}, after = {b, 3, 3};
    struct figure_change *list;
    figures_sort(&before);
    figures_sort(&after);
    assert_true(str_is(before.list[0].part, "total") && str_is(before.list[1].key, "a"));
    assert_int_equal(figures_compare(&arena, &before, &before, &list), 0);
    assert_int_equal(figures_compare(&arena, &before, &after, &list), 3);
    assert_true(list[0].has_before && list[0].has_after && list[0].before.den == 6 && list[0].after.den == 7);
    assert_true(list[1].has_before && !list[1].has_after && str_is(list[1].before.key, "b"));
    assert_true(!list[2].has_before && list[2].has_after && str_is(list[2].after.key, "c"));
    struct sha256 h = figures_hash(&arena, &before, 1, 2, 0);
    assert_true(sha256_eq(h, figures_hash(&arena, &before, 1, 2, 0)));
    assert_false(sha256_eq(h, figures_hash(&arena, &before, 1, 2, 1)));
    assert_false(sha256_eq(h, figures_hash(&arena, &before, 1, 3, 0)));
    a[2].num++;
    assert_false(sha256_eq(h, figures_hash(&arena, &before, 1, 2, 0)));
    struct figures one = {a, 1, 1};
    a[0] = figure("total", "closing", "", 3, 4);
    struct str line = STR("1\t2\t0\ntotal\tclosing\t\t名\t3\t4\t\n");
    assert_true(sha256_eq(figures_hash(&arena, &one, 1, 2, 0), sha256_of(line)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(formulas_by_hand, begin, end),
        cmocka_unit_test_setup_teardown(nothing_over_nothing, begin, end),
        cmocka_unit_test_setup_teardown(lianyungang, begin, end),
        cmocka_unit_test_setup_teardown(composite_by_hand, begin, end),
        cmocka_unit_test_setup_teardown(composite_as_data, begin, end),
        cmocka_unit_test_setup_teardown(calendar_of_periods, begin, end),
        cmocka_unit_test_setup_teardown(frozen_against_recounted, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
