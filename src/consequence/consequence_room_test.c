/*
 * consequence_room_test.c - on both engines, with the clock in hand: rules propose once, climb step by step, cool down,
 * leave alone what was dismissed, what stands still and what is held back; units as a whole; late replies.
 */
#include "consequence/consequence_store.h"
#include "loop/loop_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct stage s;
static struct actor leader;

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    leader = (struct actor){.person_id = ground_person(&s.g, "总指挥"),
                            .unit_id = s.g.unit_id,
                            .name = STR("总指挥"),
                            .roles = ROLE_COMMANDER};
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void does(const struct actor *who, struct uuid problem, struct problem_act act)
{
    static int serial;
    char name[40];
    snprintf(name, sizeof name, "step %d", ++serial);
    ground_expect(&s.g, stage_act(&s, who, name, problem, act), RC_OK, NULL);
    ground_commit(&s.g);
}

static struct uuid report(const char *name, bool held)
{
    struct op *op = stage_begin(&s, &s.office, "problem.report", name);
    struct problem_new p = {.id = stage_id(name),
                            .source = PROBLEM_BY_REPORT,
                            .state = PROBLEM_REGISTERED,
                            .area_code = STR("990101001"),
                            .site_id = s.site,
                            .site_name = STR("SC-001"),
                            .category_code = STR("SC"),
                            .severity = "general",
                            .held = held,
                            .limit_kind = LIMIT_CALENDAR_DAYS,
                            .limit_amount = 2,
                            .limit_stated = true,
                            .description = str_of(name)};
    ground_expect(&s.g, problem_prepare_new(op, &p, STR("")), RC_OK, NULL);
    ground_commit(&s.g);
    return p.id;
}

static struct uuid with_unit(const char *name)
{
    struct uuid id = report(name, false);
    does(&s.office, id,
         (struct problem_act){.event = PROBLEM_EV_DISPATCH,
                              .unit_id = s.unit,
                              .has_limit = true,
                              .limit_kind = LIMIT_CALENDAR_DAYS,
                              .limit_amount = 2});
    does(&s.contact, id, (struct problem_act){.event = PROBLEM_EV_ACCEPT});
    return id;
}

static void add_rule(const char *name, struct consequence_rule r)
{
    r.id = stage_id(name);
    r.name = str_of(name);
    r.active = true;
    r.count_min = r.count_min ? r.count_min : 1;
    r.period_days = r.period_days ? r.period_days : 30;
    ground_expect(&s.g, consequence_prepare_rule(stage_begin(&s, &s.office, "consequence.rule_add", name), &r),
                  RC_OK, NULL);
    ground_commit(&s.g);
}

static void run_chore(void)
{
    bool more = true;
    for (int i = 0; more; i++) {
        ground_expect(&s.g, consequence_chore(ground_op(&s.g), &more), RC_OK, NULL);
        assert_true(i < 20);
    }
}

static size_t listed(struct consequence_list_in in, struct consequence_list_row **rows)
{
    size_t n;
    struct op *op = ground_op(&s.g);
    in.hq = op->hq;
    in.row_limit = 100;
    ground_expect(&s.g, q_consequence_list(&op->rd, &in, rows, &n), RC_OK, NULL);
    return n;
}

static size_t count(const char *state, const char *step)
{
    struct consequence_list_row *rows;
    return listed((struct consequence_list_in){.state = str_of(state), .step = str_of(step)}, &rows);
}

static void decide_all(bool approve)
{
    static int serial;
    struct consequence_list_row *rows;
    struct uuid ids[100];
    size_t n = listed((struct consequence_list_in){.state = STR("proposed")}, &rows);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    for (size_t i = 0; i < n; i++) {
        char name[40];
        snprintf(name, sizeof name, "decide %d", ++serial);
        struct consequence_decision d = {.id = ids[i], .approve = approve, .note = STR("同意")};
        ground_expect(&s.g, consequence_prepare_decide(stage_begin(&s, &leader, "consequence.decide", name), &d),
                      RC_OK, NULL);
        ground_commit(&s.g);
    }
}

static void the_ladder_by_itself(void **state)
{
    (void)state;
    struct consequence_list_row *rows;
    add_rule("urge", (struct consequence_rule){.cause = CAUSE_OVERDUE, .step = CONSEQUENCE_URGE, .cooldown_days = 2});
    add_rule(
        "order",
        (struct consequence_rule){
            .cause = CAUSE_OVERDUE, .days = 3, .step = CONSEQUENCE_SUPERVISE, .cooldown_days = 1, .reply_days = 3});
    with_unit("late one");
    run_chore();
    assert_int_equal(count("proposed", "urge"), 0); /* in time yet */
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    for (int i = 0; i < 3; i++)
        run_chore();
    assert_int_equal(count("proposed", "urge"), 1); /* once, however often it is asked */
    assert_int_equal(count("proposed", "supervise"), 0);
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
    assert_true(uuid_is_none(rows[0].proposed_by) && rows[0].why_zh.n > 0 && uuid_eq(rows[0].unit_id, s.unit));
    decide_all(true);
    run_chore();
    assert_int_equal(count("proposed", "supervise"), 0); /* cooling down */
    ground_pass(&s.g, 3 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(count("proposed", "supervise"), 1); /* the higher of the two that hold */
    assert_int_equal(count("proposed", "urge"), 0);
    decide_all(true);
    assert_int_equal(listed((struct consequence_list_in){.step = STR("supervise")}, &rows), 1);
    assert_true(rows[0].number.has && rows[0].number.v == 1 && str_is(rows[0].form, "order") &&
                rows[0].reply_due_ms.has);
    ground_pass(&s.g, 20 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 2); /* no rule higher up; never down */
    assert_int_equal(listed((struct consequence_list_in){.waiting_at = SOME(clock_now(&s.g.clock))}, &rows), 1);
    struct consequence_answer a = {.id = rows[0].id, .text = STR("已整改")};
    ground_expect(&s.g, consequence_prepare_answer(stage_begin(&s, &s.contact, "consequence.answer", "answer"), &a),
                  RC_OK, NULL);
    ground_commit(&s.g);
    listed((struct consequence_list_in){.step = STR("supervise")}, &rows);
    assert_true(rows[0].answer_late && str_is(rows[0].state, "answered"));
}

static void dismissed_is_left_alone(void **state)
{
    (void)state;
    struct consequence_list_row *rows;
    add_rule("urge", (struct consequence_rule){.cause = CAUSE_OVERDUE, .step = CONSEQUENCE_URGE});
    with_unit("late one");
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    run_chore();
    decide_all(false);
    ground_pass(&s.g, 30 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
    assert_true(str_is(rows[0].state, "dismissed"));
}

static void what_is_answered_held_or_still_is_not_asked_about(void **state)
{
    (void)state;
    struct consequence_list_row *rows;
    add_rule("urge", (struct consequence_rule){.cause = CAUSE_OVERDUE, .step = CONSEQUENCE_URGE});
    struct uuid answered = with_unit("answered"), stopped = with_unit("stopped"), held = report("held", true);
    does(&s.contact, answered, (struct problem_act){.event = PROBLEM_EV_RECTIFY, .photos = &s.after, .nphotos = 1});
    does(&s.office, stopped, (struct problem_act){.event = PROBLEM_EV_STOP, .note = STR("移送执法")});
    ground_pass(&s.g, 30 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 0);
    struct consequence_new n = {
        .id = stage_id("by hand"), .problem_id = held, .step = CONSEQUENCE_URGE, .why = STR("催办")};
    ground_expect(&s.g, consequence_prepare_new(stage_begin(&s, &s.office, "consequence.new", "by hand"), &n),
                  RC_CONFLICT, "problem_held");
    does(&s.office, stopped, (struct problem_act){.event = PROBLEM_EV_RESTART, .note = STR("执法终结")});
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
}

static void units_as_a_whole(void **state)
{
    (void)state;
    struct consequence_list_row *rows;
    char name[20];
    add_rule("circular", (struct consequence_rule){.cause = CAUSE_UNIT_OVERDUE,
                                                   .step = CONSEQUENCE_CIRCULATE,
                                                   .count_min = 3,
                                                   .period_days = 10,
                                                   .may_skip = true,
                                                   .cooldown_days = 5});
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "late %d", i);
        struct uuid id = with_unit(name);
        if (i == 0) { /* answered late: the fact stays */
            ground_pass(&s.g, 4 * (int64_t)DAY_MS);
            does(&s.contact, id, (struct problem_act){.event = PROBLEM_EV_RECTIFY, .photos = &s.after, .nphotos = 1});
        }
    }
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 0);
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    for (int i = 0; i < 2; i++)
        run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
    assert_true(uuid_eq(rows[0].unit_id, s.unit) && uuid_is_none(rows[0].problem_id) &&
                str_is(rows[0].step, "circulate"));
    decide_all(true);
    ground_pass(&s.g, DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
    /* Months later three more: another matter. */
    ground_pass(&s.g, 90 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 1);
    for (int i = 3; i < 6; i++) {
        snprintf(name, sizeof name, "late %d", i);
        with_unit(name);
    }
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 2);
}

static void many_are_proposed_in_steps(void **state)
{
    (void)state;
    struct consequence_list_row *rows;
    char name[20];
    bool more = false;
    add_rule("urge", (struct consequence_rule){.cause = CAUSE_OVERDUE, .step = CONSEQUENCE_URGE, .cooldown_days = 30});
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "late %d", i);
        with_unit(name);
    }
    ground_pass(&s.g, 4 * (int64_t)DAY_MS);
    ground_expect(&s.g, consequence_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_true(more);
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 50);
    run_chore();
    assert_int_equal(listed((struct consequence_list_in){0}, &rows), 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_ladder_by_itself, begin, end),
        cmocka_unit_test_setup_teardown(dismissed_is_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(what_is_answered_held_or_still_is_not_asked_about, begin, end),
        cmocka_unit_test_setup_teardown(units_as_a_whole, begin, end),
        cmocka_unit_test_setup_teardown(many_are_proposed_in_steps, begin, end),
    };
    return GROUND_RUN(tests);
}
