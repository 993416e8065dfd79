/*
 * consequence_test.c - tables of cases: when each cause holds, now and in the past; the ladder; units as a whole. Pure,
 * worked by hand on the default calendar (08:30-12:00, 14:30-17:30, Monday to Friday).
 */
#include "consequence/consequence.h"

#include "base/arena.h"
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MONDAY_0900 INT64_C(1763946000000) /* 2025-11-24 09:00 +08:00, a Monday */
#define AT(days, hours) (MONDAY_0900 + (days) * (int64_t)DAY_MS + (hours) * (int64_t)HOUR_MS)
#define HALF (30 * (int64_t)MINUTE_MS)

static struct calendar calendar;
static const struct uuid rule_a = {{1}}, rule_b = {{2}};

/* A case of ten working hours, given Monday 09:00, due Tuesday 11:00 + …: 6 hours on Monday, 3.5 on Tuesday
 * morning, the last half from 14:30: due Tuesday 15:00. */
static struct consequence_span span(void)
{
    return (struct consequence_span){.from_ms = AT(0, 0), .to_ms = INT64_MAX, .due_ms = AT(1, 6), .given_ms = AT(0, 0)};
}

static struct consequence_facts facts(const struct consequence_span *s, size_t n)
{
    return (struct consequence_facts){.severity = STR("general"),
                                      .category_code = STR("SQ"),
                                      .kind = LIMIT_WORKING_HOURS,
                                      .total_ms = 10 * HOUR_MS,
                                      .spans = s,
                                      .nspans = n};
}

static void each_cause_holds_from_its_moment_on(void **state)
{
    (void)state;
    struct consequence_span open = span(), unsigned_ = span();
    unsigned_.unsigned_ = true;
    const int64_t thrice[] = {AT(0, 1), AT(0, 4), AT(1, 2)};
    const struct {
        const char *what;
        struct consequence_rule rule;
        bool unsigned_;
        int64_t chain;
        struct opt_i64 reply_due;
        int64_t at; /* 0: never within the week */
    } cases[] = {
        /* eight of ten hours: 6 on Monday, two on Tuesday: 10:30 */
        {"yellow", {.cause = CAUSE_YELLOW}, false, 0, NONE_I64, AT(1, 1) + HALF},
        {"overdue at once", {.cause = CAUSE_OVERDUE}, false, 0, NONE_I64, AT(1, 6)},
        /* four working hours after Tuesday 15:00: 2.5 that day, 1.5 on Wednesday: 10:00 */
        {"overdue four hours", {.cause = CAUSE_OVERDUE, .hours = 4}, false, 0, NONE_I64, AT(2, 1)},
        {"days are not asked of a limit in hours",
         {.cause = CAUSE_OVERDUE, .hours = 4, .days = 30},
         false,
         0,
         NONE_I64,
         AT(2, 1)},
        {"signed", {.cause = CAUSE_UNSIGNED, .hours = 4}, false, 0, NONE_I64, 0},
        /* four working hours from Monday 09:00: 3 till noon, one from 14:30: 15:30 */
        {"unsigned", {.cause = CAUSE_UNSIGNED, .hours = 4}, true, 0, NONE_I64, AT(0, 6) + HALF},
        {"first rework", {.cause = CAUSE_REWORK, .count_min = 1}, false, 0, NONE_I64, AT(0, 1)},
        {"third rework", {.cause = CAUSE_REWORK, .count_min = 3}, false, 0, NONE_I64, AT(1, 2)},
        {"no fourth", {.cause = CAUSE_REWORK, .count_min = 4}, false, 0, NONE_I64, 0},
        {"second sent back", {.cause = CAUSE_SENT_BACK, .count_min = 2}, false, 0, NONE_I64, AT(0, 4)},
        {"no rebound", {.cause = CAUSE_REBOUND, .count_min = 1}, false, 0, NONE_I64, 0},
        {"rebound", {.cause = CAUSE_REBOUND, .count_min = 2}, false, 2, NONE_I64, AT(0, 0)},
        {"one rebound too few", {.cause = CAUSE_REBOUND, .count_min = 2}, false, 1, NONE_I64, 0},
        {"no rebound to answer", {.cause = CAUSE_REBOUND_UNANSWERED, .days = 1}, false, 0, NONE_I64, 0},
        /* one working day after Monday: Tuesday's close */
        {"rebound unanswered", {.cause = CAUSE_REBOUND_UNANSWERED, .days = 1}, false, 1, NONE_I64, AT(1, 8) + HALF},
        {"no reply asked", {.cause = CAUSE_REPLY_OVERDUE, .days = 1}, false, 0, NONE_I64, 0},
        {"reply overdue", {.cause = CAUSE_REPLY_OVERDUE, .days = 1}, false, 0, SOME(AT(0, 8)), AT(1, 8) + HALF},
        {"of another severity", {.cause = CAUSE_OVERDUE, .severity = STR("key")}, false, 0, NONE_I64, 0},
        {"of another category", {.cause = CAUSE_OVERDUE, .category_code = STR("XQ")}, false, 0, NONE_I64, 0},
        {"of its category", {.cause = CAUSE_OVERDUE, .category_code = STR("SQ")}, false, 0, NONE_I64, AT(1, 6)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct consequence_facts f = facts(cases[i].unsigned_ ? &unsigned_ : &open, 1);
        f.chain = cases[i].chain;
        f.reply_due_ms = cases[i].reply_due;
        f.reworks = f.sent_backs = (struct consequence_times){thrice, 3};
        int64_t at = 0;
        bool holds = consequence_first(&calendar, &cases[i].rule, &f, AT(0, 0), AT(7, 0), &at);
        if (holds != (cases[i].at != 0) || (holds && (at < cases[i].at || at > cases[i].at + MINUTE_MS)))
            fail_msg("%s: %d, %lld ms off", cases[i].what, holds, (long long)(at - cases[i].at));
        if (!holds)
            continue;
        /* Asked about one moment: not before, and from then on. */
        assert_true(consequence_first(&calendar, &cases[i].rule, &f, at, at, &at));
        int64_t before = cases[i].at - MINUTE_MS;
        assert_false(before >= AT(0, 0) && consequence_first(&calendar, &cases[i].rule, &f, before, before, &at));
    }
}

/* Mended on Monday afternoon, returned on Thursday with a new due moment: only the second stretch runs over. */
static void only_running_time_counts(void **state)
{
    (void)state;
    const struct consequence_span spans[] = {
        {.from_ms = AT(0, 0), .to_ms = AT(0, 6), .due_ms = AT(1, 6), .given_ms = AT(0, 0)},
        {.from_ms = AT(3, 0), .to_ms = AT(8, 0), .due_ms = AT(4, 0), .given_ms = AT(0, 0)}};
    struct consequence_facts f = facts(spans, 2), first = facts(spans, 1);
    struct consequence_rule over = {.cause = CAUSE_OVERDUE};
    int64_t at;
    assert_true(consequence_first(&calendar, &over, &f, AT(0, 0), AT(30, 0), &at));
    assert_true(at >= AT(4, 0) && at <= AT(4, 0) + MINUTE_MS);
    assert_false(consequence_first(&calendar, &over, &first, AT(0, 0), AT(30, 0), &at));
    assert_false(consequence_first(&calendar, &over, &f, AT(9, 0), AT(30, 0), &at)); /* answered by then */
    assert_true(consequence_first(&calendar, &over, &f, AT(6, 0), AT(30, 0),
                                  &at)); /* held already at the date asked from */
    assert_true(at == AT(6, 0));
}

static void limits_in_days_run_over_by_days(void **state)
{
    (void)state;
    struct consequence_span s = {
        .from_ms = AT(0, 0), .to_ms = INT64_MAX, .due_ms = AT(3, 8) + HALF, .given_ms = AT(0, 0)};
    struct consequence_facts f = facts(&s, 1);
    struct consequence_rule over = {.cause = CAUSE_OVERDUE, .days = 2, .hours = 1};
    int64_t at;
    f.kind = LIMIT_WORKING_DAYS; /* due Thursday at close: two working days over on Monday at close */
    f.total_ms = 3 * (int64_t)DAY_MS;
    assert_true(consequence_first(&calendar, &over, &f, AT(0, 0), AT(30, 0), &at));
    assert_true(at >= AT(7, 8) + HALF - MINUTE_MS && at <= AT(7, 8) + HALF + MINUTE_MS);
}

static void the_ladder_goes_upward_step_by_step(void **state)
{
    (void)state;
    const int64_t now = AT(0, 0);
    const struct {
        const char *what;
        enum consequence_step step;
        bool may_skip;
        int64_t cooldown;
        struct consequence_past past[3];
        size_t n;
        bool allowed;
    } cases[] = {
        {"the first step", CONSEQUENCE_URGE, false, 3, {{0}}, 0, true},
        {"not the second at once", CONSEQUENCE_SUPERVISE, false, 3, {{0}}, 0, false},
        {"unless it is stated", CONSEQUENCE_SUPERVISE, true, 3, {{0}}, 0, true},
        {"far up, stated", CONSEQUENCE_REFER, true, 0, {{.step = CONSEQUENCE_URGE, .at_ms = AT(-5, 0)}}, 1, true},
        {"pending",
         CONSEQUENCE_SUPERVISE,
         false,
         0,
         {{.step = CONSEQUENCE_URGE, .proposed = true, .at_ms = AT(-9, 0)}},
         1,
         false},
        {"dismissed under this rule",
         CONSEQUENCE_URGE,
         false,
         0,
         {{.step = CONSEQUENCE_URGE, .dismissed = true, .rule_id = rule_a}},
         1,
         false},
        {"dismissed under another",
         CONSEQUENCE_URGE,
         false,
         9,
         {{.step = CONSEQUENCE_URGE, .dismissed = true, .rule_id = rule_b, .at_ms = now}},
         1,
         true},
        {"dismissed does not lift",
         CONSEQUENCE_SUPERVISE,
         false,
         0,
         {{.step = CONSEQUENCE_URGE, .dismissed = true, .rule_id = rule_b}},
         1,
         false},
        {"cooling down",
         CONSEQUENCE_SUPERVISE,
         false,
         3,
         {{.step = CONSEQUENCE_URGE, .at_ms = AT(-2, 0)}},
         1,
         false},
        {"cooled down", CONSEQUENCE_SUPERVISE, false, 3, {{.step = CONSEQUENCE_URGE, .at_ms = AT(-3, 0)}}, 1, true},
        {"urged again", CONSEQUENCE_URGE, false, 3, {{.step = CONSEQUENCE_URGE, .at_ms = AT(-4, 0)}}, 1, true},
        {"no second order",
         CONSEQUENCE_SUPERVISE,
         true,
         0,
         {{.step = CONSEQUENCE_URGE, .at_ms = AT(-9, 0)}, {.step = CONSEQUENCE_SUPERVISE, .at_ms = AT(-8, 0)}},
         2,
         false},
        {"never down", CONSEQUENCE_URGE, true, 0, {{.step = CONSEQUENCE_SUPERVISE, .at_ms = AT(-8, 0)}}, 1, false},
        {"third step",
         CONSEQUENCE_CIRCULATE,
         false,
         0,
         {{.step = CONSEQUENCE_SUPERVISE, .at_ms = AT(-8, 0)}, {.step = CONSEQUENCE_URGE, .at_ms = AT(-9, 0)}},
         2,
         true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct consequence_rule r = {
            .id = rule_a, .step = cases[i].step, .may_skip = cases[i].may_skip, .cooldown_days = cases[i].cooldown};
        if (consequence_allowed(&r, cases[i].past, cases[i].n, now) != cases[i].allowed)
            fail_msg("%s", cases[i].what);
    }
}

static void units_by_how_many_ran_over(void **state)
{
    (void)state;
    const int64_t at[] = {AT(0, 0), AT(10, 0), AT(12, 0), AT(13, 0), AT(40, 0)};
    const struct {
        int64_t count, days, from, to, expect; /* 0: never */
    } cases[] = {
        {3, 5, AT(0, 0), AT(60, 0), AT(13, 0)},  {3, 13, AT(0, 0), AT(60, 0), AT(12, 0)},
        {2, 5, AT(0, 0), AT(60, 0), AT(12, 0)},  {4, 5, AT(0, 0), AT(60, 0), 0},
        {4, 14, AT(0, 0), AT(60, 0), AT(13, 0)}, {1, 5, AT(0, 0), AT(60, 0), AT(0, 0)},
        {3, 5, AT(14, 0), AT(14, 0), AT(14, 0)}, {3, 5, AT(16, 0), AT(16, 0), 0},
        {3, 5, AT(11, 0), AT(12, 0), 0},         {1, 5, AT(20, 0), AT(60, 0), AT(40, 0)},
        {6, 366, AT(0, 0), AT(60, 0), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct consequence_rule r = {.count_min = cases[i].count, .period_days = cases[i].days};
        int64_t got = 0;
        bool holds = consequence_first_of_unit(&r, at, 5, cases[i].from, cases[i].to, &got);
        if (holds != (cases[i].expect != 0) || (holds && got != cases[i].expect))
            fail_msg("case %zu", i);
    }
}

static void every_fault_of_a_rule_is_named(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    struct consequence_rule good = {.name = STR("超时三日督办"),
                                    .cause = CAUSE_OVERDUE,
                                    .step = CONSEQUENCE_SUPERVISE,
                                    .count_min = 1,
                                    .days = 3,
                                    .period_days = 30},
                            bad = {.name = STR(""),
                                   .severity = STR("x"),
                                   .cause = CAUSE_UNSIGNED,
                                   .reply_days = 999,
                                   .cooldown_days = -1};
    arena_init(&arena);
    fault_init(&f, &arena);
    assert_int_equal(consequence_rule_check(&f, &good), RC_OK);
    assert_int_equal(consequence_rule_check(&f, &bad), RC_INVALID);
    assert_int_equal(f.nfields, 7);
    for (int c = 0; c < CAUSES; c++) {
        struct consequence_facts facts_ = {.kind = LIMIT_WORKING_DAYS};
        good.cause = (enum consequence_cause)c;
        assert_true(consequence_why(&arena, &good, &facts_, LANG_ZH).n > 10 &&
                    consequence_why(&arena, &good, &facts_, LANG_EN).n > 10);
    }
    for (size_t i = 0; i < consequence_shipped_count; i++) {
        fault_init(&f, &arena);
        assert_int_equal(consequence_rule_check(&f, &consequence_shipped_rules[i]), RC_OK);
        assert_false(consequence_shipped_rules[i].active);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_holds_from_its_moment_on), cmocka_unit_test(only_running_time_counts),
        cmocka_unit_test(limits_in_days_run_over_by_days),     cmocka_unit_test(the_ladder_goes_upward_step_by_step),
        cmocka_unit_test(units_by_how_many_ran_over),          cmocka_unit_test(every_fault_of_a_rule_is_named),
    };
    calendar_init(&calendar);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
