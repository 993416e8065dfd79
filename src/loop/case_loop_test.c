/*
 * case_loop_test.c - the case's clocks and requests with a store, on both engines, through months of injected time:
 * returns, disputes, extension, postponement that runs on by itself, the stop at law enforcement, appeals, rules of
 * limits, the headquarters' own calendar, and what a covert round holds back until it is disclosed.
 */
#include "limits/limit_rule.h"
#include "limits_sql.h"
#include "loop/loop_ground.h"
#include "problem/request_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct stage s;
static struct actor leader, clerk;
static struct uuid id;
static int serial;

static const char *next_name(void)
{
    static char name[32];
    snprintf(name, sizeof name, "case %d", ++serial);
    return name;
}

/* The next Monday after now, 09:00: what follows is worked out from there. */
static void go_to_monday(void)
{
    int64_t midnight = civil_midnight(clock_now(&s.g.clock), ZONE_SHANGHAI_MIN);
    int weekday = civil_from_ms(midnight, ZONE_SHANGHAI_MIN).weekday;
    ground_pass(&s.g, midnight + (8 - weekday) * (int64_t)DAY_MS + 9 * (int64_t)HOUR_MS - clock_now(&s.g.clock));
}

static struct uuid record(const char *name, bool held)
{
    struct op *op = stage_begin(&s, &s.office, "problem.report", name);
    struct problem_new p = {.id = stage_id(name), .source = PROBLEM_BY_INSPECTION, .state = PROBLEM_REGISTERED, .held = held,
                            .reporter_id = s.inspector.person_id, .area_code = STR("990101001"), .category_code = STR("SC"),
                            .severity = "general", .limit_kind = LIMIT_WORKING_HOURS, .limit_amount = 8,
                            .description = str_of(name)};
    ground_expect(&s.g, problem_prepare_new(op, &p, STR("")), RC_OK, NULL);
    ground_commit(&s.g);
    return p.id;
}

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    leader = (struct actor){.person_id = ground_person(&s.g, "总指挥"), .unit_id = s.g.unit_id, .roles = ROLE_COMMANDER};
    clerk = s.office;
    clerk.person_id = ground_person(&s.g, "科员");
    go_to_monday();
    id = record("the case", false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    limits_forget();
    stage_close(&s);
    return 0;
}

static enum rc prepare(const struct actor *who, struct problem_act act)
{
    return stage_act(&s, who, next_name(), id, act);
}

static void does(const struct actor *who, enum problem_event event, struct uuid unit)
{
    struct problem_act act = {.event = event, .unit_id = unit, .note = STR("说明"), .photos = &s.after, .nphotos = 1};
    ground_expect(&s.g, prepare(who, act), RC_OK, NULL);
    ground_commit(&s.g);
}

static void refused(const struct actor *who, enum problem_event event, enum rc rc, const char *code)
{
    struct problem_act act = {.event = event, .unit_id = s.unit, .note = STR("说明"), .photos = &s.after, .nphotos = 1};
    ground_expect(&s.g, prepare(who, act), rc, code);
}

static struct problem_by_id_row load(void)
{
    struct problem_by_id_row row;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, problem_load(op, id, &row), RC_OK, NULL);
    return row;
}

static int64_t clock_time(int64_t days, int64_t minutes)
{
    return civil_midnight(load().reported_ms, ZONE_SHANGHAI_MIN) + days * DAY_MS + minutes * MINUTE_MS;
}

static struct uuid asks(const struct actor *who, enum request_kind kind, struct opt_i64 until, const char *code)
{
    const char *name = next_name();
    struct op *op = stage_begin(&s, who, "request.ask", name);
    struct request_ask ask = {.id = stage_id(name), .problem_id = id, .kind = kind, .note = STR("材料未到"), .until_ms = until};
    enum rc rc = request_prepare_ask(op, &ask);
    ground_expect(&s.g, rc, !code ? RC_OK : rc == RC_INVALID ? RC_INVALID : RC_CONFLICT, code);
    if (!code)
        ground_commit(&s.g);
    return ask.id;
}

static enum rc decide(const struct actor *who, struct uuid request, bool grant)
{
    struct op *op = stage_begin(&s, who, "request.decide", next_name());
    return request_prepare_decision(op, id, request, grant, STR("同意"));
}

static void decides(const struct actor *who, struct uuid request, bool grant)
{
    ground_expect(&s.g, decide(who, request, grant), RC_OK, NULL);
    ground_commit(&s.g);
}

static void expect_stage(int64_t seq, const char *event, const char *stage, bool late)
{
    struct problem_events_row *rows;
    size_t n;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, q_problem_events(&op->rd, &(struct problem_events_in){op->hq, id}, &rows, &n), RC_OK, NULL);
    assert_true((size_t)seq <= n);
    assert_string_equal(str_z(&s.g.arena, rows[seq - 1].event), event);
    assert_true(str_is(rows[seq - 1].stage, stage));
    assert_true(rows[seq - 1].late.has && rows[seq - 1].late.v == late);
}

static void returned_disputed_settled(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    assert_true(load().due_ms.v == clock_time(1, 10 * 60 + 30));
    refused(&s.contact, PROBLEM_EV_DISPUTE, RC_CONFLICT, "never_sent_back");
    ground_pass(&s.g, 2 * HOUR_MS);
    does(&s.contact, PROBLEM_EV_SEND_BACK, UUID_NONE);
    struct problem_by_id_row row = load();
    assert_true(row.left_ms.v == 6 * HOUR_MS && !row.due_ms.has && row.sent_back_count == 1);
    assert_true(str_is(row.stage, "dispatch") && row.stage_due_ms.v == clock_time(0, 11 * 60 + 15));
    ground_pass(&s.g, 16 * MINUTE_MS);
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    expect_stage(4, "dispatch", "dispatch", true);
    refused(&s.contact, PROBLEM_EV_SEND_BACK, RC_CONFLICT, "sent_back_before");
    does(&s.contact, PROBLEM_EV_DISPUTE, UUID_NONE);
    row = load();
    assert_true(str_is(row.state, "disputed") && row.left_ms.has && uuid_eq(row.unit_id, s.unit));
    refused(&s.office, PROBLEM_EV_SETTLE, RC_FORBIDDEN, "not_allowed");
    does(&leader, PROBLEM_EV_SETTLE, s.other_unit);
    row = load();
    assert_true(str_is(row.state, "dispatched") && row.settled && uuid_eq(row.unit_id, s.other_unit) && !row.left_ms.has);
    refused(&s.neighbour, PROBLEM_EV_SEND_BACK, RC_CONFLICT, "settled");
    refused(&s.neighbour, PROBLEM_EV_DISPUTE, RC_CONFLICT, "settled");
    does(&s.neighbour, PROBLEM_EV_ACCEPT, UUID_NONE);
}

static void extended_twice_at_most(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    refused(&s.office, PROBLEM_EV_EXTEND, RC_CONFLICT, "not_direct");
    struct uuid refused_one = asks(&s.contact, REQUEST_EXTENSION, NONE_I64, NULL);
    asks(&s.contact, REQUEST_EXTENSION, NONE_I64, "request_waits");
    ground_expect(&s.g, decide(&s.contact, refused_one, true), RC_FORBIDDEN, "not_allowed");
    decides(&s.office, refused_one, false);
    int64_t due = load().due_ms.v;
    for (int i = 0; i < 2; i++) {
        struct uuid one = asks(&s.contact, REQUEST_EXTENSION, NONE_I64, NULL);
        decides(&s.office, one, true);
        ground_expect(&s.g, decide(&s.office, one, true), RC_CONFLICT, "request_ended");
        struct problem_by_id_row row = load();
        assert_int_equal(row.extension_count, i + 1);
        assert_true(row.clock_ms.v == (i + 2) * 8 * (int64_t)HOUR_MS && row.due_ms.v > due);
        due = row.due_ms.v;
    }
    asks(&s.contact, REQUEST_EXTENSION, NONE_I64, "extended_twice");
    /* 24 working hours from Monday 09:00. */
    assert_true(due == clock_time(3, 16 * 60));
}

static void not_extended_after_it_is_overdue(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    struct uuid in_time = asks(&s.contact, REQUEST_EXTENSION, NONE_I64, NULL);
    ground_pass(&s.g, 3 * (int64_t)DAY_MS);
    ground_expect(&s.g, decide(&s.office, in_time, true), RC_CONFLICT, "overdue");
    struct op *op = stage_begin(&s, &s.contact, "request.withdraw", next_name());
    ground_expect(&s.g, request_prepare_withdrawal(op, id, in_time, STR("已逾期")), RC_OK, NULL);
    ground_commit(&s.g);
    asks(&s.contact, REQUEST_EXTENSION, NONE_I64, "overdue");
}

static void postponed_by_two_and_running_on_by_itself(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    int64_t now = clock_now(&s.g.clock), until = now + 180 * (int64_t)DAY_MS;
    asks(&s.contact, REQUEST_POSTPONEMENT, SOME(now + 400 * (int64_t)DAY_MS), "out_of_range");
    struct uuid one = asks(&s.contact, REQUEST_POSTPONEMENT, SOME(until), NULL);
    ground_expect(&s.g, decide(&leader, one, true), RC_FORBIDDEN, "not_allowed"); /* the first is the office's */
    decides(&s.office, one, true);
    assert_false(load().postponed_until_ms.has);
    struct actor both = s.office;
    both.roles |= ROLE_COMMANDER;
    ground_expect(&s.g, decide(&both, one, true), RC_FORBIDDEN, "decided_before");
    ground_expect(&s.g, decide(&clerk, one, true), RC_FORBIDDEN, "not_allowed");
    decides(&leader, one, true);
    struct problem_by_id_row row = load();
    assert_true(row.postponed_until_ms.v == until && row.due_ms.v > until && !row.left_ms.has);
    struct problem_case c = problem_case_of(&row);
    int64_t left = 0;
    assert_true(problem_clock_left(&s.calendar, &c, &c.handling, now + 90 * (int64_t)DAY_MS, &left) && left == 8 * HOUR_MS);
    /* Months pass; nobody does anything; the clock runs. */
    ground_pass(&s.g, 200 * (int64_t)DAY_MS);
    row = load();
    c = problem_case_of(&row);
    assert_int_equal(problem_light(&s.calendar, &c, clock_now(&s.g.clock)), PROBLEM_LIGHT_RED);
    asks(&s.contact, REQUEST_POSTPONEMENT, SOME(clock_now(&s.g.clock) + DAY_MS), "postponed_before");
    does(&s.contact, PROBLEM_EV_RECTIFY, UUID_NONE);
    assert_true(load().overdue);
}

static void resumed_before_the_day(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    struct uuid one = asks(&s.contact, REQUEST_POSTPONEMENT, SOME(clock_now(&s.g.clock) + 60 * (int64_t)DAY_MS), NULL);
    decides(&s.office, one, true);
    decides(&leader, one, true);
    ground_pass(&s.g, 7 * (int64_t)DAY_MS);
    refused(&s.neighbour, PROBLEM_EV_RESUME, RC_NOT_FOUND, "problem_not_found");
    does(&s.contact, PROBLEM_EV_RESUME, UUID_NONE);
    struct problem_by_id_row row = load();
    assert_true(!row.postponed_until_ms.has && row.due_ms.v == clock_time(8, 10 * 60 + 30));
    refused(&s.contact, PROBLEM_EV_RESUME, RC_CONFLICT, "not_postponed");
}

static void stands_while_with_law_enforcement(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    refused(&s.contact, PROBLEM_EV_STOP, RC_FORBIDDEN, "not_allowed");
    does(&s.office, PROBLEM_EV_STOP, UUID_NONE);
    struct problem_by_id_row row = load();
    assert_true(row.stopped_ms.has && row.left_ms.v == 8 * HOUR_MS && !row.due_ms.has && row.case_left_ms.has);
    ground_pass(&s.g, 70 * (int64_t)DAY_MS);
    asks(&s.contact, REQUEST_EXTENSION, NONE_I64, "clock_stopped");
    does(&s.office, PROBLEM_EV_RESTART, UUID_NONE);
    row = load();
    assert_true(!row.stopped_ms.has && row.due_ms.v == clock_time(71, 10 * 60 + 30) && !row.overdue && !row.case_left_ms.has);
}

static void late_appealed_once_exempt_only(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    ground_pass(&s.g, 5 * (int64_t)DAY_MS);
    does(&s.contact, PROBLEM_EV_RECTIFY, UUID_NONE);
    expect_stage(4, "rectify", "handle", true);
    asks(&s.contact, REQUEST_APPEAL, NONE_I64, "state_forbids");
    does(&s.office, PROBLEM_EV_STRIKE_OFF, UUID_NONE);
    expect_stage(5, "strike_off", "recheck", false);
    assert_true(uuid_eq(load().striker_id, s.office.person_id));
    struct uuid one = asks(&s.contact, REQUEST_APPEAL, NONE_I64, NULL);
    decides(&s.office, one, true);
    assert_false(load().exempt);
    decides(&leader, one, true);
    struct problem_by_id_row row = load();
    assert_true(row.exempt && row.overdue && str_is(row.state, "struck_off"));
    asks(&s.contact, REQUEST_APPEAL, NONE_I64, "not_overdue");
}

static void a_refused_appeal_is_not_repeated(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    does(&s.contact, PROBLEM_EV_ACCEPT, UUID_NONE);
    ground_pass(&s.g, 5 * (int64_t)DAY_MS);
    does(&s.contact, PROBLEM_EV_RECTIFY, UUID_NONE);
    does(&s.office, PROBLEM_EV_STRIKE_OFF, UUID_NONE);
    struct uuid one = asks(&s.contact, REQUEST_APPEAL, NONE_I64, NULL);
    decides(&s.office, one, true);
    decides(&leader, one, false);
    assert_false(load().exempt);
    asks(&s.contact, REQUEST_APPEAL, NONE_I64, "appealed_before");
}

/* Numbers of a covert round's problems are their own until each is disclosed; public ones have no gap. */
static void held_until_disclosed(void **state)
{
    (void)state;
    struct uuid first = record("held one", true), second = record("held two", true), open = record("open", false);
    struct problem_by_id_row row;
    id = first;
    assert_true(load().held && load().number == -1);
    id = second;
    assert_true(load().number == -2);
    id = open;
    assert_true(load().number == 2 && !load().held);
    struct actor by_area = s.contact;
    by_area.roles = ROLE_GRID_WORKER;
    by_area.area_code = STR("990101");
    struct op *op = ground_op(&s.g);
    op->actor = by_area;
    ground_expect(&s.g, problem_load(op, second, &row), RC_NOT_FOUND, "problem_not_found");
    id = second;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    row = load();
    assert_true(!row.held && row.covert && row.number == 3);
    op = ground_op(&s.g);
    op->actor = by_area;
    ground_expect(&s.g, problem_load(op, second, &row), RC_OK, NULL);
    /* As at the publication of its round. */
    id = first;
    row = load();
    op = stage_begin(&s, &leader, "round.publish", next_name());
    problem_disclose(op, &row);
    ground_commit(&s.g);
    assert_true(!load().held && load().number == 4);
    row = load();
    op = stage_begin(&s, &leader, "round.publish", next_name());
    size_t before = op->plan.fx.n;
    problem_disclose(op, &row);
    assert_int_equal(op->plan.fx.n, before);
}

static void add_rule(const char *name, struct limit_rule_add_in in)
{
    struct op *op = stage_begin(&s, &s.office, "limit_rule.add", next_name());
    in.hq = op->hq;
    in.id = stage_id(name);
    in.name = str_of(name);
    in.limit_kind = STR("working_days");
    in.valid_from_ms = in.created_ms = op->now;
    fx_limit_rule_add(&op->plan.fx, &in);
    ground_commit(&s.g);
}

static void rules_give_the_limit_at_dispatch(void **state)
{
    (void)state;
    add_rule("markets", (struct limit_rule_add_in){.category_code = STR("SC"), .limit_amount = 2});
    ground_pass(&s.g, MINUTE_MS);
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    struct problem_by_id_row row = load();
    assert_true(str_is(row.limit_kind, "working_days") && row.limit_amount == 2 && !row.limit_stated);
    assert_true(uuid_eq(row.limit_rule_id, stage_id("markets")) && row.due_ms.v == clock_time(2, 17 * 60 + 30));
    /* A newer rule does not touch a clock that runs, nor one that resumes. */
    add_rule("markets, newer", (struct limit_rule_add_in){.category_code = STR("SC"), .limit_amount = 9});
    does(&s.contact, PROBLEM_EV_SEND_BACK, UUID_NONE);
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    assert_true(uuid_eq(load().limit_rule_id, stage_id("markets")));
    /* At another unit it starts anew, with the rule of the day. */
    id = record("the next", false);
    assert_true(load().limit_amount == 9);
    /* The dispatcher may state another. */
    struct problem_act act = {.event = PROBLEM_EV_DISPATCH, .unit_id = s.unit, .has_limit = true,
                              .limit_kind = LIMIT_URGENT_HOURS, .limit_amount = 2};
    ground_expect(&s.g, prepare(&s.office, act), RC_OK, NULL);
    ground_commit(&s.g);
    row = load();
    assert_true(row.limit_stated && uuid_is_none(row.limit_rule_id) && row.due_ms.v == clock_now(&s.g.clock) + 2 * HOUR_MS);
}

/* A holiday of the headquarters' own moves what comes due, in the next operation; what was set before stays set. */
static void the_own_calendar_holds_at_once(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    struct op *op = ground_op(&s.g);
    assert_int_equal(limits_load(op), RC_OK);
    assert_ptr_equal(limits_calendar(op), &s.calendar);
    op = stage_begin(&s, &s.office, "limits.calendar_days", next_name());
    int64_t tuesday = clock_time(1, 8 * 60) / DAY_MS;
    fx_limit_state_set(&op->plan.fx, &(struct limit_state_set_in){op->hq, op->plan.command.id});
    fx_calendar_day_set(&op->plan.fx, &(struct calendar_day_set_in){op->hq, tuesday, STR("holiday"), STR("本区活动"), STR("")});
    fx_stage_limit_set(&op->plan.fx, &(struct stage_limit_set_in){op->hq, STR("redispatch"), true, STR("urgent_hours"), 5 * MINUTE_MS});
    ground_commit(&s.g);
    op = ground_op(&s.g);
    assert_int_equal(limits_load(op), RC_OK);
    assert_false(calendar_works_on(limits_calendar(op), clock_time(1, 9 * 60)));
    does(&s.contact, PROBLEM_EV_SEND_BACK, UUID_NONE);
    assert_true(load().stage_due_ms.v == clock_time(0, 9 * 60 + 5) && str_is(load().stage_kind, "urgent_hours"));
    does(&s.office, PROBLEM_EV_DISPATCH, s.other_unit);
    assert_true(load().due_ms.v == clock_time(2, 10 * 60 + 30)); /* Wednesday */
}

/* Rows beside the line of states count and keep their order. */
static void marks_on_the_timeline(void **state)
{
    (void)state;
    struct problem_by_id_row row = load(), after;
    struct op *op = stage_begin(&s, &s.office, "problem.urge", next_name());
    ground_expect(&s.g, problem_prepare_mark(op, &row, &(struct problem_mark){.event = "urge", .note = STR("请抓紧")}), RC_OK, NULL);
    after = problem_row_after(&row);
    ground_expect(&s.g, problem_prepare_mark(op, &after, &(struct problem_mark){.event = "supervise", .unit_id = s.unit}), RC_OK, NULL);
    ground_commit(&s.g);
    after = load();
    assert_int_equal(after.event_count, row.event_count + 2);
    assert_int_equal(after.version, row.version + 2);
    assert_true(str_eq(after.state, row.state));
}

/* Whom a case was handed on to does not answer for the unit it is with. */
static void what_the_unit_answers_itself(void **state)
{
    (void)state;
    does(&s.office, PROBLEM_EV_DISPATCH, s.unit);
    struct problem_by_id_row row = load();
    row.handler_unit_id = s.other_unit;
    struct op *op = &s.g.op; /* the row's texts are its */
    op->actor = s.neighbour;
    assert_false(problem_may(op, &row, PROBLEM_EV_ACCEPT) || problem_may(op, &row, PROBLEM_EV_SEND_BACK));
    assert_false(request_may_ask(op, &row, REQUEST_EXTENSION));
    op->actor = s.contact;
    assert_true(problem_may(op, &row, PROBLEM_EV_ACCEPT) && request_may_ask(op, &row, REQUEST_EXTENSION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(returned_disputed_settled, begin, end),
        cmocka_unit_test_setup_teardown(extended_twice_at_most, begin, end),
        cmocka_unit_test_setup_teardown(not_extended_after_it_is_overdue, begin, end),
        cmocka_unit_test_setup_teardown(postponed_by_two_and_running_on_by_itself, begin, end),
        cmocka_unit_test_setup_teardown(resumed_before_the_day, begin, end),
        cmocka_unit_test_setup_teardown(stands_while_with_law_enforcement, begin, end),
        cmocka_unit_test_setup_teardown(late_appealed_once_exempt_only, begin, end),
        cmocka_unit_test_setup_teardown(a_refused_appeal_is_not_repeated, begin, end),
        cmocka_unit_test_setup_teardown(held_until_disclosed, begin, end),
        cmocka_unit_test_setup_teardown(rules_give_the_limit_at_dispatch, begin, end),
        cmocka_unit_test_setup_teardown(the_own_calendar_holds_at_once, begin, end),
        cmocka_unit_test_setup_teardown(marks_on_the_timeline, begin, end),
        cmocka_unit_test_setup_teardown(what_the_unit_answers_itself, begin, end),
    };
    return GROUND_RUN(tests);
}
