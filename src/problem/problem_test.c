/* problem_test.c - the state table and the clock of a case, worked by hand. Pure. */
#include "problem/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MONDAY_0900 INT64_C(1763946000000) /* 2025-11-24 09:00 +08:00, a Monday */
#define AT(days, hours) (MONDAY_0900 + (days) * (int64_t)DAY_MS + (hours) * (int64_t)HOUR_MS)

static const struct uuid unit_a = {{1}}, unit_b = {{2}}, mender = {{3}}, office = {{4}};
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

static enum rc act(struct problem_case *c, enum problem_event event, struct uuid unit, int64_t at_ms)
{
    struct problem_act a = {.event = event, .unit_id = unit, .note = STR("理由"), .photos = &photo, .nphotos = 1,
                            .actor_id = event == PROBLEM_EV_RECTIFY ? mender : office, .actor_unit_id = unit_a, .via_room = true,
                            .target_id = office, .until_ms = SOME(at_ms + DAY_MS), .at_ms = at_ms};
    struct problem_case after;
    fault_clear(&fault);
    enum rc rc = problem_decide(&fault, &limits, c, &a, &after);
    if (rc == RC_OK)
        *c = after;
    return rc;
}

static struct problem_case registered(void)
{
    return (struct problem_case){.state = PROBLEM_REGISTERED, .limit_amount = 8,
                                 .handling = {.kind = LIMIT_WORKING_HOURS, .total_ms = 8 * HOUR_MS}};
}

static void reasons_units_and_proof_are_asked_for(void **state)
{
    (void)state;
    static const struct {
        enum problem_state from;
        enum problem_event event;
        const char *pointer;
    } cases[] = {
        {PROBLEM_REPORTED, PROBLEM_EV_REJECT, "/note"},     {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, "/note"},
        {PROBLEM_RECTIFIED, PROBLEM_EV_RETURN, "/note"},    {PROBLEM_ACCEPTED, PROBLEM_EV_RECTIFY, "/photos"},
        {PROBLEM_REGISTERED, PROBLEM_EV_MEND_ON_SPOT, "/photos"}, {PROBLEM_REGISTERED, PROBLEM_EV_DISPATCH, "/unit_id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = registered(), after;
        struct problem_act bare = {.event = cases[i].event, .note = STR("  "), .at_ms = AT(0, 0)};
        c.state = cases[i].from;
        fault_clear(&fault);
        assert_int_equal(problem_decide(&fault, &limits, &c, &bare, &after), RC_INVALID);
        assert_int_equal(fault.nfields, 1);
        assert_string_equal(fault.fields[0].pointer.p, cases[i].pointer);
    }
}

/* Eight working hours from Monday 09:00, windows 08:30-12:00 and 14:30-17:30: 3 + 3 on Monday, 2 on Tuesday. */
static void the_clock_runs_in_working_time(void **state)
{
    (void)state;
    struct problem_case c = registered();
    assert_int_equal(act(&c, PROBLEM_EV_DISPATCH, unit_a, AT(0, 0)), RC_OK);
    assert_true(c.handling.due_ms.v == AT(1, 1) + 30 * MINUTE_MS);
    assert_int_equal(problem_light(&calendar, &c, AT(0, 0)), PROBLEM_LIGHT_GREEN);
    assert_int_equal(problem_light(&calendar, &c, AT(1, 0) + 0), PROBLEM_LIGHT_YELLOW); /* 6.5 of 8 */
    assert_int_equal(problem_light(&calendar, &c, AT(1, 2)), PROBLEM_LIGHT_RED);
    assert_int_equal(act(&c, PROBLEM_EV_ACCEPT, unit_a, AT(0, 1)), RC_OK);
    assert_int_equal(act(&c, PROBLEM_EV_RECTIFY, unit_a, AT(0, 2)), RC_OK);
    assert_true(c.handling.left_ms.v == 6 * HOUR_MS && !c.overdue);
    assert_int_equal(problem_light(&calendar, &c, AT(9, 0)), PROBLEM_LIGHT_GREEN); /* stands still */
    assert_int_equal(act(&c, PROBLEM_EV_RETURN, unit_a, AT(2, 0)), RC_OK);         /* resumes with six hours */
    assert_int_equal(c.rework_count, 1);
    assert_true(c.handling.due_ms.v == AT(2, 0) + 8 * HOUR_MS + 30 * MINUTE_MS);
    assert_true(uuid_eq(c.rectifier_id, mender) && uuid_eq(c.rectifier_unit_id, unit_a));
    assert_int_equal(act(&c, PROBLEM_EV_RECTIFY, unit_a, AT(3, 0)), RC_OK);
    assert_true(c.overdue); /* for ever */
    assert_int_equal(act(&c, PROBLEM_EV_STRIKE_OFF, unit_a, AT(3, 1)), RC_OK);
    assert_true(c.closed_ms.v == AT(3, 1) && c.overdue);
    assert_int_equal(problem_light(&calendar, &c, AT(3, 1)), PROBLEM_LIGHT_NONE);
}

static void sent_back_resumes_at_the_same_unit_and_starts_anew_at_another(void **state)
{
    (void)state;
    struct problem_case first = registered(), same, other;
    assert_int_equal(act(&first, PROBLEM_EV_DISPATCH, unit_a, AT(0, 0)), RC_OK);
    assert_int_equal(act(&first, PROBLEM_EV_SEND_BACK, unit_a, AT(0, 2)), RC_OK);
    assert_true(uuid_is_none(first.unit_id) && !first.handling.due_ms.has && first.handling.left_ms.v == 6 * HOUR_MS);
    same = other = first;
    assert_int_equal(act(&same, PROBLEM_EV_DISPATCH, unit_a, AT(1, 0)), RC_OK);
    assert_int_equal(act(&other, PROBLEM_EV_DISPATCH, unit_b, AT(1, 0)), RC_OK);
    assert_true(same.handling.due_ms.v == AT(1, 8) + 30 * MINUTE_MS);  /* six hours: to Tuesday 17:30 */
    assert_true(other.handling.due_ms.v == AT(2, 1) + 30 * MINUTE_MS); /* eight */
    assert_true(uuid_eq(other.unit_id, unit_b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reasons_units_and_proof_are_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(the_clock_runs_in_working_time, begin, end),
        cmocka_unit_test_setup_teardown(sent_back_resumes_at_the_same_unit_and_starts_anew_at_another, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
