/* limits_test.c - rules of limits in tables: which apply, which wins, seasons over the turn of the year. Pure. */
#include "limits/limit_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define T(day) ((day) * (int64_t)DAY_MS)

enum { GENERAL, MARKETS, MARKET_A, CRITERION, CRITERION_C, WINTER, KEY, STRUCTURES, NEWER_MARKETS, LATER, RULES };

static struct limit_rule rules[RULES] = {
    [GENERAL] = {.name = STR_INIT("general"), .limit_amount = 1},
    [MARKETS] = {.name = STR_INIT("markets"), .category_code = STR_INIT("SC"), .limit_amount = 2},
    [MARKET_A] = {.name = STR_INIT("markets, class A"), .category_code = STR_INIT("SC"), .area_class = STR_INIT("A"), .limit_amount = 3},
    [CRITERION] = {.name = STR_INIT("criterion"), .criterion_code = STR_INIT("SC-01"), .limit_amount = 4},
    [CRITERION_C] = {.name = STR_INIT("criterion, class C"), .criterion_code = STR_INIT("SC-01"), .area_class = STR_INIT("C"), .limit_amount = 5},
    [WINTER] = {.name = STR_INIT("winter"), .season_from = {true, 1115}, .season_to = {true, 315}, .limit_amount = 6},
    [KEY] = {.name = STR_INIT("key"), .severity = STR_INIT("key"), .limit_amount = 7},
    [STRUCTURES] = {.name = STR_INIT("structures"), .kind = STR_INIT("illegal_structure"), .limit_amount = 8},
    [NEWER_MARKETS] = {.name = STR_INIT("markets, newer"), .category_code = STR_INIT("SC"), .limit_amount = 9},
    [LATER] = {.name = STR_INIT("general, later"), .limit_amount = 10},
};

static int begin(void **state)
{
    (void)state;
    for (int i = 0; i < RULES; i++) {
        rules[i].id.b[0] = (unsigned char)(i + 1);
        rules[i].valid_from_ms = T(i);
    }
    return 0;
}

static int64_t local(int year, int month, int day)
{
    return T(civil_days(year, month, day)) + 2 * (int64_t)HOUR_MS;
}

/* The rules at hand, as bits; the matter; the winner. */
static void the_most_specific_wins_and_among_equals_the_newest(void **state)
{
    (void)state;
    static const struct {
        unsigned at_hand;
        const char *criterion, *category, *kind, *class, *severity;
        int month, day, wins;
    } cases[] = {
        {1 << GENERAL, "SC-01", "SC", "general", "A", "key", 6, 1, GENERAL},
        {1 << GENERAL, NULL, NULL, NULL, NULL, NULL, 6, 1, GENERAL},
        {1 << MARKETS, "SC-01", "SC", "general", NULL, "general", 6, 1, MARKETS},
        {1 << MARKETS, "SQ-01", "SQ", "general", NULL, "general", 6, 1, -1},
        {1 << MARKETS, NULL, NULL, NULL, NULL, NULL, 6, 1, -1},
        {1 << GENERAL | 1 << MARKETS, NULL, "SC", NULL, NULL, NULL, 6, 1, MARKETS},
        {1 << GENERAL | 1 << MARKETS, NULL, "SQ", NULL, NULL, NULL, 6, 1, GENERAL},
        {1 << MARKETS | 1 << MARKET_A, NULL, "SC", NULL, "A", NULL, 6, 1, MARKET_A},
        {1 << MARKETS | 1 << MARKET_A, NULL, "SC", NULL, "B", NULL, 6, 1, MARKETS},
        {1 << MARKETS | 1 << MARKET_A, NULL, "SC", NULL, NULL, NULL, 6, 1, MARKETS},
        {1 << MARKETS | 1 << CRITERION, "SC-01", "SC", NULL, NULL, NULL, 6, 1, CRITERION},
        {1 << MARKETS | 1 << CRITERION, "SC-02", "SC", NULL, NULL, NULL, 6, 1, MARKETS},
        {1 << MARKET_A | 1 << CRITERION, "SC-01", "SC", NULL, "A", NULL, 6, 1, CRITERION},
        {1 << CRITERION | 1 << CRITERION_C, "SC-01", "SC", NULL, "C", NULL, 6, 1, CRITERION_C},
        {1 << CRITERION | 1 << CRITERION_C, "SC-01", "SC", NULL, "B", NULL, 6, 1, CRITERION},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 11, 15, WINTER},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 12, 31, WINTER},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 1, 1, WINTER},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 3, 15, WINTER},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 3, 16, GENERAL},
        {1 << GENERAL | 1 << WINTER, NULL, NULL, NULL, NULL, NULL, 11, 14, GENERAL},
        {1 << WINTER | 1 << KEY, NULL, NULL, NULL, NULL, "key", 12, 1, WINTER},
        {1 << WINTER | 1 << KEY, NULL, NULL, NULL, NULL, "key", 6, 1, KEY},
        {1 << GENERAL | 1 << KEY, NULL, NULL, NULL, NULL, "general", 6, 1, GENERAL},
        {1 << STRUCTURES | 1 << MARKETS, NULL, "SC", "illegal_structure", NULL, NULL, 6, 1, MARKETS},
        {1 << STRUCTURES | 1 << MARKETS, NULL, "SQ", "illegal_structure", NULL, NULL, 6, 1, STRUCTURES},
        {1 << STRUCTURES, NULL, "SQ", "general", NULL, NULL, 6, 1, -1},
        {1 << MARKETS | 1 << NEWER_MARKETS, NULL, "SC", NULL, NULL, NULL, 6, 1, NEWER_MARKETS},
        {1 << MARKET_A | 1 << NEWER_MARKETS, NULL, "SC", NULL, "A", NULL, 6, 1, MARKET_A},
        {1 << GENERAL | 1 << LATER, NULL, "SC", NULL, "A", NULL, 6, 1, LATER},
        {(1 << RULES) - 1, "SC-01", "SC", "illegal_structure", "C", "key", 12, 24, CRITERION_C},
        {(1 << RULES) - 1, "XX", "XX", "XX", "B", "general", 7, 1, LATER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct limit_rule list[RULES];
        struct limit_matter m = {
            .criterion_code = str_of(cases[i].criterion), .category_code = str_of(cases[i].category), .kind = str_of(cases[i].kind),
            .area_class = str_of(cases[i].class), .severity = str_of(cases[i].severity), .at_ms = local(2026, cases[i].month, cases[i].day)};
        size_t n = 0;
        for (int r = 0; r < RULES; r++)
            if (cases[i].at_hand >> r & 1)
                list[n++] = rules[r];
        int chosen = limit_rule_choose(list, n, &m, ZONE_SHANGHAI_MIN);
        int64_t got = chosen < 0 ? 0 : list[chosen].limit_amount, wanted = cases[i].wins < 0 ? 0 : rules[cases[i].wins].limit_amount;
        if (got != wanted)
            fail_msg("case %zu: rule %lld, not %lld", i, (long long)got, (long long)wanted);
    }
}

/* What speaks against a rule is named. */
static void what_speaks_against_a_rule(void **state)
{
    (void)state;
    struct limit_matter m = {.category_code = STR("SQ"), .area_class = STR("B"), .severity = STR("general"), .at_ms = local(2026, 6, 1)};
    assert_int_equal(limit_rule_against(&rules[GENERAL], &m, ZONE_SHANGHAI_MIN), 0);
    assert_int_equal(limit_rule_against(&rules[MARKET_A], &m, ZONE_SHANGHAI_MIN), LIMIT_BY_CATEGORY | LIMIT_BY_AREA);
    assert_int_equal(limit_rule_against(&rules[CRITERION_C], &m, ZONE_SHANGHAI_MIN), LIMIT_BY_CRITERION | LIMIT_BY_AREA);
    assert_int_equal(limit_rule_against(&rules[WINTER], &m, ZONE_SHANGHAI_MIN), LIMIT_BY_SEASON);
    assert_int_equal(limit_rule_against(&rules[KEY], &m, ZONE_SHANGHAI_MIN), LIMIT_BY_SEVERITY);
    assert_int_equal(limit_rule_against(&rules[STRUCTURES], &m, ZONE_SHANGHAI_MIN), LIMIT_BY_KIND);
}

/* The day of a season is the headquarters' day. */
static void seasons(void **state)
{
    (void)state;
    static const struct {
        int64_t from, to;
        int month, day;
        bool holds;
    } cases[] = {
        {501, 930, 5, 1, true},   {501, 930, 9, 30, true},  {501, 930, 4, 30, false}, {501, 930, 10, 1, false},
        {1115, 315, 11, 15, true}, {1115, 315, 3, 15, true}, {1115, 315, 7, 1, false}, {229, 229, 2, 29, true},
        {229, 229, 2, 28, false}, {101, 1231, 6, 30, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(limit_season_holds(cases[i].from, cases[i].to, cases[i].month, cases[i].day), cases[i].holds);
    struct limit_matter midnight = {.at_ms = T(civil_days(2026, 11, 14)) + 16 * (int64_t)HOUR_MS}; /* 15 November 00:00 +08:00 */
    assert_int_equal(limit_rule_against(&rules[WINTER], &midnight, ZONE_SHANGHAI_MIN), 0);
    assert_int_equal(limit_rule_against(&rules[WINTER], &midnight, 0), LIMIT_BY_SEASON);
}

static void shipped_stages(void **state)
{
    (void)state;
    struct calendar cal;
    enum limit_kind kind;
    int64_t amount;
    calendar_init(&cal);
    struct limits l = limits_shipped(&cal);
    assert_int_equal(l.stages[STAGE_VERIFY].ms, 30 * MINUTE_MS);
    assert_int_equal(l.stages[STAGE_RECHECK].ms, 30 * MINUTE_MS);
    assert_int_equal(l.stages[STAGE_REDISPATCH].ms, 15 * MINUTE_MS);
    limit_default(&l, &kind, &amount);
    assert_int_equal(kind, LIMIT_WORKING_DAYS);
    assert_int_equal(amount, 3);
    for (int s = 0; s < LIMIT_STAGES; s++)
        assert_true(l.stages[s].on && l.stages[s].ms > 0 && limit_stage_names[s]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_specific_wins_and_among_equals_the_newest),
        cmocka_unit_test(what_speaks_against_a_rule),
        cmocka_unit_test(seasons),
        cmocka_unit_test(shipped_stages),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
