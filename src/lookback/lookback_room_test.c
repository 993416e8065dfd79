/*
 * lookback_room_test.c - on both engines, with the clock in hand: rules and draws plan look-backs once and only once,
 * what is missed shows, the drawn are those anybody draws again, a chain of rebounds.
 */
#include "lookback/lookback_store.h"
#include "loop/loop_ground.h"
#include "round/draw_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct stage s;

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static void does(const struct actor *who, const char *name, struct uuid problem, struct problem_act act)
{
    char command[80];
    snprintf(command, sizeof command, "%s %s", name, problem_event_names[act.event]);
    ground_expect(&s.g, stage_act(&s, who, command, problem, act), RC_OK, NULL);
    ground_commit(&s.g);
}

/* From registration to strike-off. */
static void drive(const char *name, struct uuid id)
{
    does(&s.office, name, id, (struct problem_act){.event = PROBLEM_EV_DISPATCH, .unit_id = s.unit});
    does(&s.contact, name, id, (struct problem_act){.event = PROBLEM_EV_ACCEPT});
    does(&s.contact, name, id, (struct problem_act){.event = PROBLEM_EV_RECTIFY, .photos = &s.after, .nphotos = 1});
    does(&s.office, name, id, (struct problem_act){.event = PROBLEM_EV_STRIKE_OFF});
}

static struct uuid struck_off(const char *name, const char *severity)
{
    struct op *op = stage_begin(&s, &s.office, "problem.report", name);
    struct problem_new p = {.id = stage_id(name),
                            .source = PROBLEM_BY_REPORT,
                            .state = PROBLEM_REGISTERED,
                            .area_code = STR("990101001"),
                            .site_id = s.site,
                            .site_name = STR("SC-001"),
                            .category_code = STR("SC"),
                            .severity = severity,
                            .limit_kind = LIMIT_WORKING_DAYS,
                            .limit_amount = 3,
                            .description = str_of(name)};
    ground_expect(&s.g, problem_prepare_new(op, &p, STR("")), RC_OK, NULL);
    ground_commit(&s.g);
    drive(name, p.id);
    return p.id;
}

static struct uuid add_rule(const char *name, struct lookback_rule r)
{
    struct op *op = stage_begin(&s, &s.office, "lookback.rule_add", name);
    r.id = stage_id(name);
    r.name = str_of(name);
    r.active = true;
    ground_expect(&s.g, lookback_prepare_rule(op, &r), RC_OK, NULL);
    ground_commit(&s.g);
    return r.id;
}

/* As the minder does: until nothing asks for more. Answers how often it was asked. */
static int run_chore(void)
{
    int rounds = 0;
    for (bool more = true; more; rounds++) {
        more = false;
        ground_expect(&s.g, lookback_chore(ground_op(&s.g), &more), RC_OK, NULL);
        assert_true(rounds < 40);
    }
    return rounds;
}

static struct lookback_list_row *planned(size_t *n, struct lookback_list_in in)
{
    struct lookback_list_row *rows;
    struct op *op = ground_op(&s.g);
    in.hq = op->hq;
    in.row_limit = 100;
    ground_expect(&s.g, q_lookback_list(&op->rd, &in, &rows, n), RC_OK, NULL);
    return rows;
}

static size_t count(void)
{
    size_t n;
    planned(&n, (struct lookback_list_in){.state = STR("planned")});
    return n;
}

static void a_rule_plans_once(void **state)
{
    (void)state;
    size_t n;
    struck_off("before the rule", "key");
    ground_pass(&s.g, HOUR_MS);
    add_rule("key", (struct lookback_rule){
                        .severity = STR("key"), .days_after = 7, .span_days = 3, .share_permille = 1000});
    run_chore();
    assert_int_equal(count(), 0);
    struct uuid key = struck_off("key case", "key");
    struck_off("plain case", "general");
    run_chore();
    assert_int_equal(count(), 0); /* not settled yet */
    ground_pass(&s.g, 10 * MINUTE_MS);
    run_chore();
    struct lookback_list_row *rows = planned(&n, (struct lookback_list_in){0});
    assert_int_equal(n, 1);
    assert_true(uuid_eq(rows[0].problem_id, key) && str_is(rows[0].origin, "rule") && uuid_eq(rows[0].unit_id, s.unit));
    assert_true(rows[0].due_ms - rows[0].from_ms == 3 * (int64_t)DAY_MS - 1);
    assert_true(rows[0].from_ms == civil_midnight(clock_now(&s.g.clock), 480) + 7 * (int64_t)DAY_MS);
    for (int i = 0; i < 3; i++)
        run_chore();
    assert_int_equal(count(), 1);
    /* A second process that had read the same strike-offs meets the first one's command. */
    struck_off("second key case", "key");
    ground_pass(&s.g, 10 * MINUTE_MS);
    struct arena arena;
    struct fault fault;
    struct op late;
    bool more = false;
    arena_init(&arena);
    fault_init(&fault, &arena);
    op_init(&late, &s.g.env, s.g.db, &arena, &fault);
    run_chore();
    assert_int_equal(count(), 2);
    assert_int_equal(lookback_chore(&late, &more), RC_OK);
    assert_int_equal(count(), 2);
    arena_free(&arena);
}

static enum rc assign(struct uuid id, struct uuid person)
{
    struct op *op = stage_begin(&s, &s.office, "lookback.assign", "assign");
    return lookback_prepare_assign(op, &(struct lookback_assign){.id = id, .people = &person, .npeople = 1});
}

static void what_is_missed_shows(void **state)
{
    (void)state;
    size_t n;
    add_rule("all", (struct lookback_rule){.days_after = 1, .span_days = 1, .share_permille = 1000});
    struck_off("case", "general");
    ground_pass(&s.g, 10 * MINUTE_MS);
    run_chore();
    struct uuid id = planned(&n, (struct lookback_list_in){0})[0].id;
    ground_expect(&s.g, assign(id, s.office.person_id), RC_INVALID,
                  "person_missing"); /* holds no account's role here */
    ground_expect(&s.g, assign(id, s.inspector.person_id), RC_OK, NULL);
    ground_commit(&s.g);
    planned(&n, (struct lookback_list_in){.missed_at = SOME(clock_now(&s.g.clock))});
    assert_int_equal(n, 0);
    ground_pass(&s.g, 3 * (int64_t)DAY_MS);
    planned(&n, (struct lookback_list_in){.missed_at = SOME(clock_now(&s.g.clock))});
    assert_int_equal(n, 1);
    struct op *op = stage_begin(&s, &s.inspector, "lookback.judge", "judge");
    ground_expect(&s.g, lookback_prepare_judge(op, &(struct lookback_verdict){.id = id}), RC_OK, NULL);
    ground_commit(&s.g);
    struct lookback_list_row *rows = planned(&n, (struct lookback_list_in){0});
    assert_true(rows[0].late && str_is(rows[0].state, "holds"));
    planned(&n, (struct lookback_list_in){.missed_at = SOME(clock_now(&s.g.clock))});
    assert_int_equal(n, 0);
}

static void a_draw_anybody_repeats(void **state)
{
    (void)state;
    size_t n, ndraws, nlist;
    char name[20];
    add_rule("a third", (struct lookback_rule){.days_after = 2, .span_days = 2, .share_permille = 334});
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "case %d", i);
        struck_off(name, "general");
    }
    run_chore();
    assert_int_equal(count(), 0); /* the day is not over */
    ground_pass(&s.g, DAY_MS);
    run_chore();
    struct lookback_list_row *rows = planned(&n, (struct lookback_list_in){0});
    assert_int_equal(n, 3); /* 334 of 6,000, rounded up */
    struct op *op = ground_op(&s.g);
    struct lookback_draw_list_row *draws;
    struct draw_record *records;
    rows = planned(&n, (struct lookback_list_in){0});
    ground_expect(&s.g,
                  q_lookback_draw_list(&op->rd, &(struct lookback_draw_list_in){.hq = op->hq, .row_limit = 9},
                                       &draws, &ndraws),
                  RC_OK, NULL);
    assert_int_equal(ndraws, 1);
    assert_true(draws[0].candidates == 6 && draws[0].taken == 3);
    ground_expect(&s.g, draw_records(op, "lookback", draws[0].id, true, &records, &nlist), RC_OK, NULL);
    assert_int_equal(nlist, 1);
    assert_null(draw_repeat(OP_ARENA(op), &records[0]));
    size_t same = 0;
    for (size_t h = 0; h < records[0].drawn.nstrata; h++)
        for (size_t k = 0; k < records[0].drawn.strata[h].quota; k++)
            for (size_t i = 0; i < n; i++)
                same += uuid_eq(records[0].drawn.strata[h].drawn[k], rows[i].problem_id);
    assert_int_equal(same, 3);
    for (int i = 0; i < 3; i++)
        run_chore();
    assert_int_equal(count(), 3);
    ground_pass(&s.g, 2 * (int64_t)DAY_MS); /* days without strike-offs are drawn from too, and take nothing */
    run_chore();
    assert_int_equal(count(), 3);
}

static void rebounds_are_linked_and_counted(void **state)
{
    (void)state;
    size_t n;
    struct uuid problem = struck_off("first", "general"), again;
    for (int turn = 1; turn <= 3; turn++) {
        char name[20];
        bool found;
        snprintf(name, sizeof name, "turn %d", turn);
        struct uuid id = stage_id(name);
        struct lookback_new plan = {.id = id,
                                    .problem_id = problem,
                                    .due_ms = clock_now(&s.g.clock) + DAY_MS,
                                    .people = &s.inspector.person_id,
                                    .npeople = 1};
        ground_expect(&s.g, lookback_prepare_new(stage_begin(&s, &s.office, "lookback.plan", name), &plan), RC_OK,
                      NULL);
        ground_commit(&s.g);
        snprintf(name, sizeof name, "again %d", turn);
        again = stage_id(name);
        struct lookback_verdict v = {.id = id,
                                     .rebounds = true,
                                     .note = STR("又有垃圾"),
                                     .rebound_id = again,
                                     .photos = &s.before,
                                     .nphotos = 1};
        ground_expect(&s.g, lookback_prepare_judge(stage_begin(&s, &s.inspector, "lookback.judge", name), &v),
                      RC_OK, NULL);
        ground_commit(&s.g);
        struct op *op = ground_op(&s.g);
        struct problem_by_id_row p;
        ground_expect(&s.g,
                      q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = again}, &p, &found),
                      RC_OK, NULL);
        assert_true(found && uuid_eq(p.rebound_of, problem) && str_is(p.state, "registered") &&
                    str_is(p.source, "lookback"));
        ground_expect(&s.g,
                      q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = problem}, &p, &found),
                      RC_OK, NULL);
        assert_true(p.rebounded && str_is(p.state, "struck_off"));
        struct lookback_list_row *rows = planned(&n, (struct lookback_list_in){.problem_id = problem});
        assert_int_equal(rows[0].chain, turn);
        snprintf(name, sizeof name, "drive %d", turn);
        drive(name, again);
        problem = again;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_plans_once, begin, end),
        cmocka_unit_test_setup_teardown(what_is_missed_shows, begin, end),
        cmocka_unit_test_setup_teardown(a_draw_anybody_repeats, begin, end),
        cmocka_unit_test_setup_teardown(rebounds_are_linked_and_counted, begin, end),
    };
    return GROUND_RUN(tests);
}
