/* lookback_test.c - tables of cases: which rule takes which case, when it is due, how many a share takes. Pure. */
#include "lookback/lookback.h"

#include "base/arena.h"
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MONDAY_0900 INT64_C(1763946000000) /* 2025-11-24 09:00 +08:00 */

static const struct uuid unit_a = {{1}}, unit_b = {{2}}, item = {{3}}, other = {{4}};

static struct lookback_rule rule(void)
{
    return (struct lookback_rule){.name = STR("规则"), .active = true, .days_after = 7, .span_days = 3,
                                  .share_permille = LOOKBACK_SHARE_ALL};
}

static struct lookback_case of_a(void)
{
    return (struct lookback_case){.severity = STR("key"),
                                  .category_code = STR("SQ"),
                                  .criterion_id = item,
                                  .unit_id = unit_a,
                                  .rework_count = 2,
                                  .closed_ms = MONDAY_0900};
}

static void conditions_match_or_stand_open(void **state)
{
    (void)state;
    struct lookback_rule any = rule(), r;
    struct lookback_case c = of_a();
    assert_true(lookback_rule_matches(&any, &c));
    const struct {
        struct lookback_rule r;
        bool matches;
    } cases[] = {
        {{.active = true, .severity = STR("key")}, true},
        {{.active = true, .severity = STR("general")}, false},
        {{.active = false, .severity = STR("key")}, false},
        {{.active = true, .category_code = STR("SQ")}, true},
        {{.active = true, .category_code = STR("XQ")}, false},
        {{.active = true, .criterion_id = item}, true},
        {{.active = true, .criterion_id = other}, false},
        {{.active = true, .unit_id = unit_a}, true},
        {{.active = true, .unit_id = unit_b}, false},
        {{.active = true, .rework_min = 2}, true},
        {{.active = true, .rework_min = 3}, false},
        {{.active = true, .from_ms = MONDAY_0900}, true},
        {{.active = true, .from_ms = MONDAY_0900 + 1}, false},
        {{.active = true, .severity = STR("key"), .unit_id = unit_b}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r = cases[i].r;
        if (lookback_rule_matches(&r, &c) != cases[i].matches)
            fail_msg("case %zu", i);
    }
}

static void the_first_rule_that_matches_takes_it(void **state)
{
    (void)state;
    struct lookback_rule rules[4] = {rule(), rule(), rule(), rule()};
    struct lookback_case c = of_a();
    rules[0].share_permille = 100;         /* draws: takes nothing by itself */
    rules[1].category_code = STR("XQ");
    assert_ptr_equal(lookback_choose(rules, 4, &c), &rules[2]);
    rules[2].active = false;
    assert_ptr_equal(lookback_choose(rules, 4, &c), &rules[3]);
    assert_null(lookback_choose(rules, 2, &c));
    assert_null(lookback_choose(NULL, 0, &c));
}

/* Struck off Monday: seven days after is the next Monday 00:00; three days of time: till Wednesday 24:00. */
static void dates_are_local_days(void **state)
{
    (void)state;
    struct lookback_rule r = rule();
    int64_t from, due, midnight = MONDAY_0900 - 9 * HOUR_MS;
    const int64_t closed[] = {MONDAY_0900, midnight, midnight + DAY_MS - 1};
    for (size_t i = 0; i < 3; i++) {
        lookback_dates(&r, closed[i], 480, &from, &due);
        assert_true(from == midnight + 7 * (int64_t)DAY_MS);
        assert_true(due == midnight + 10 * (int64_t)DAY_MS - 1);
    }
}

static void a_share_is_rounded_up(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        int64_t permille;
        size_t take;
    } cases[] = {{0, 100, 0},  {1, 100, 1},  {9, 100, 1},  {10, 100, 1}, {11, 100, 2},
                 {100, 50, 5}, {101, 50, 6}, {7, 1000, 7}, {1000, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lookback_take(cases[i].n, cases[i].permille), cases[i].take);
}

static void every_fault_of_a_rule_is_named(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    struct lookback_rule good = rule(),
                         bad = {
                             .name = STR(" "), .severity = STR("grave"), .rework_min = -1, .share_permille = 1001};
    arena_init(&arena);
    fault_init(&f, &arena);
    assert_int_equal(lookback_rule_check(&f, &good), RC_OK);
    assert_int_equal(lookback_rule_check(&f, &bad), RC_INVALID);
    assert_int_equal(f.nfields, 6);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_match_or_stand_open), cmocka_unit_test(the_first_rule_that_matches_takes_it),
        cmocka_unit_test(dates_are_local_days),           cmocka_unit_test(a_share_is_rounded_up),
        cmocka_unit_test(every_fault_of_a_rule_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
