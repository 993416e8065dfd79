/* inspection_test.c - what a visit is worth, and what keeps one from counting, worked by hand. Pure. */
#include "inspection/inspection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;
static struct fault fault;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    fault_init(&fault, &arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Four in use and one asleep: binary 4 points, deduction 2 points (25 % a case), veto 4 points, count. */
static struct criterion rows[] = {
    {.id = {{1}}, .code = STR_INIT("A-01"), .judging = {.mode = JUDGING_BINARY}, .weight = 4, .active = true},
    {.id = {{2}}, .code = STR_INIT("A-02"), .judging = {.mode = JUDGING_DEDUCTION, .per_case_pct = 25}, .weight = 2, .active = true},
    {.id = {{3}}, .code = STR_INIT("A-03"), .judging = {.mode = JUDGING_BINARY}, .weight = 4, .veto = true, .active = true},
    {.id = {{4}}, .code = STR_INIT("A-04"), .judging = {.mode = JUDGING_COUNT}, .weight = 0, .active = true},
    {.id = {{5}}, .code = STR_INIT("A-05"), .judging = {.mode = JUDGING_BINARY}, .weight = 9, .active = false},
};
static const struct checklist list = {.criteria = rows, .n = 5};

static struct observation_new saw(uint8_t criterion, enum result result, int64_t count)
{
    return (struct observation_new){.at = STR("/observations/0"), .criterion_id = {{criterion}},
                                    .finding = {.result = result, .count = count}};
}

static void points_add_up(void **state)
{
    (void)state;
    static const struct {
        enum result first, veto;
        int64_t cases;
        int64_t earned_e4, possible_e4, not_met;
        bool vetoed;
    } cases[] = {
        {RESULT_MET, RESULT_MET, 0, 100000, 100000, 0, false},
        {RESULT_MET, RESULT_MET, 1, 95000, 100000, 1, false},
        {RESULT_NOT_MET, RESULT_MET, 9, 40000, 100000, 2, false},
        {RESULT_NOT_APPLICABLE, RESULT_MET, 0, 60000, 60000, 0, false},
        {RESULT_MET, RESULT_NOT_MET, 0, 0, 100000, 1, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct inspection_result r;
        struct observation_new obs[] = {saw(1, cases[i].first, 0), saw(2, RESULT_COUNT, cases[i].cases),
                                        saw(3, cases[i].veto, 0), saw(4, RESULT_COUNT, 17)};
        assert_int_equal(inspection_judge(&fault, &list, INSPECTION_WEEKLY, obs, 4, &r), RC_OK);
        assert_true(r.earned_e4 == cases[i].earned_e4 && r.possible_e4 == cases[i].possible_e4);
        assert_true(r.not_met == cases[i].not_met && r.vetoed == cases[i].vetoed);
    }
}

static void every_fault_is_named(void **state)
{
    (void)state;
    struct inspection_result r;
    struct observation_new obs[] = {saw(1, RESULT_MET, 0), saw(1, RESULT_MET, 0), saw(9, RESULT_MET, 0),
                                    saw(5, RESULT_MET, 0), saw(3, RESULT_VALUE, 0)};
    static const char *const want[] = {"criterion_twice", "criterion_foreign", "criterion_inactive",
                                       "result_not_allowed", "criterion_left_out", "criterion_left_out"};
    assert_int_equal(inspection_judge(&fault, &list, INSPECTION_MONTHLY, obs, 5, &r), RC_INVALID);
    assert_int_equal(fault.nfields, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(fault.fields[i].code.p, want[i]);
}

static void a_patrol_may_look_at_a_part(void **state)
{
    (void)state;
    struct inspection_result r;
    struct observation_new one = saw(1, RESULT_NOT_MET, 0);
    assert_int_equal(inspection_judge(&fault, &list, INSPECTION_PATROL, &one, 1, &r), RC_OK);
    assert_true(r.possible_e4 == 40000 && r.earned_e4 == 0 && r.observations == 1);
    assert_int_equal(inspection_judge(&fault, &list, INSPECTION_PATROL, &one, 0, &r), RC_INVALID);
}

static void doubts_lead_to_quarantine(void **state)
{
    (void)state;
    const int64_t now = INT64_C(1763946000000);
    const struct {
        struct visit_facts facts;
        const char *want;
    } cases[] = {
        {{now, now, NONE_I64, true, true, false, false}, ""},
        {{now + 10 * MINUTE_MS, now, NONE_I64, true, true, false, false}, ""},
        {{now + 10 * MINUTE_MS + 1, now, NONE_I64, true, true, false, false}, "clock_ahead"},
        {{now - (int64_t)31 * DAY_MS, now, NONE_I64, true, true, false, false}, "clock_behind"},
        {{now, now, SOME(now), true, true, false, false}, "site_retired"},
        {{now, now, SOME(now + 1), true, true, false, false}, ""},
        {{now, now, NONE_I64, false, false, false, false}, "inspector_reassigned,version_superseded"},
        {{now, now, NONE_I64, true, true, true, false}, "round_over"},
        {{now, now, NONE_I64, true, true, true, true}, "round_over,round_reassigned"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(str_is(inspection_quarantine(&arena, &cases[i].facts), cases[i].want));
}

static void an_inspection_is_read_with_every_fault(void **state)
{
    (void)state;
    struct inspection_new got;
    struct jin in;
    assert_int_equal(jin_parse(&in, &arena, &fault, STR(
        "{\"id\":\"01932f4e-0000-7000-8000-000000000001\",\"site_id\":\"01932f4e-0000-7000-8000-000000000002\","
        "\"kind\":\"weekly\",\"visit_at\":\"2025-11-24T09:00:00+08:00\",\"complete\":true,\"observations\":["
        "{\"criterion_id\":\"01932f4e-0000-7000-8000-000000000003\",\"result\":\"value\"},"
        "{\"criterion_id\":\"x\",\"result\":\"met\"},"
        "{\"criterion_id\":\"01932f4e-0000-7000-8000-000000000003\",\"result\":\"count\",\"count\":2,"
        "\"problem\":{\"id\":\"01932f4e-0000-7000-8000-000000000004\",\"description\":\"垃圾满溢\",\"colour\":1}}]}")), RC_OK);
    assert_int_equal(inspection_read(&in, &got), RC_INVALID);
    assert_int_equal(fault.nfields, 3);
    assert_string_equal(fault.fields[0].pointer.p, "/observations/0/value");
    assert_string_equal(fault.fields[1].pointer.p, "/observations/1/criterion_id");
    assert_string_equal(fault.fields[2].pointer.p, "/observations/2/problem/colour");
    assert_int_equal(got.n, 3);
    assert_true(got.complete && got.observations[2].finding.count == 2 && got.observations[2].has_problem);
    jin_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(points_add_up, begin, end),
        cmocka_unit_test_setup_teardown(every_fault_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_patrol_may_look_at_a_part, begin, end),
        cmocka_unit_test_setup_teardown(doubts_lead_to_quarantine, begin, end),
        cmocka_unit_test_setup_teardown(an_inspection_is_read_with_every_fault, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
