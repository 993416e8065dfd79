/*
 * problem_loop_test.c - a problem through the loop on both engines: evidence, independence, sending back, stale
 * versions, two at once, replays, what lists show to whom.
 */
#include "loop/loop_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct stage s;
static struct uuid id;

static int begin(void **state)
{
    (void)state;
    char text[UUID_TEXT + 1] = "", more[200];
    stage_open(&s);
    id = stage_id("problem");
    uuid_format(id, text);
    snprintf(more, sizeof more, ",\"problem\":{\"id\":\"%s\",\"description\":\"地面积水\"}", text);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "visit", stage_body(&s, "visit", s.site, "not_met", more)), RC_OK, NULL);
    ground_commit(&s.g);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

/* Each act its own command. */
static enum rc prepare(const struct actor *who, struct problem_act act)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "act %d", ++serial);
    return stage_act(&s, who, name, id, act);
}

static void does(const struct actor *who, struct problem_act act)
{
    ground_expect(&s.g, prepare(who, act), RC_OK, NULL);
    ground_commit(&s.g);
    ground_pass(&s.g, HOUR_MS);
}

static void refused(const struct actor *who, struct problem_act act, enum rc rc, const char *code)
{
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

static void expect_state(const char *state)
{
    struct problem_by_id_row row = load();
    if (!str_is(row.state, state))
        fail_msg("the problem is %.*s, not %s", STR_ARG(row.state), state);
}

static const struct problem_act accept_it = {.event = PROBLEM_EV_ACCEPT}, strike = {.event = PROBLEM_EV_STRIKE_OFF};

static struct problem_act dispatch_to(struct uuid unit)
{
    return (struct problem_act){.event = PROBLEM_EV_DISPATCH, .unit_id = unit};
}

static struct problem_act mended(void)
{
    return (struct problem_act){.event = PROBLEM_EV_RECTIFY, .photos = &s.after, .nphotos = 1};
}

static void to_the_end(void **state)
{
    (void)state;
    struct sha256 unknown = sha256_of(STR("never sent"));
    struct problem_events_row *events;
    size_t n;
    expect_state("registered");
    assert_int_equal(load().number, 1);
    refused(&s.office, (struct problem_act){.event = PROBLEM_EV_DISPATCH}, RC_INVALID, "required");
    refused(&s.office, dispatch_to(stage_id("nowhere")), RC_INVALID, "unit_missing");
    does(&s.office, dispatch_to(s.unit));
    refused(&s.neighbour, accept_it, RC_NOT_FOUND, "problem_not_found");
    does(&s.contact, accept_it);
    refused(&s.contact, (struct problem_act){.event = PROBLEM_EV_RECTIFY}, RC_INVALID, "evidence_required");
    refused(&s.contact, (struct problem_act){.event = PROBLEM_EV_RECTIFY, .photos = &unknown, .nphotos = 1}, RC_INVALID, "photo_missing");
    does(&s.contact, mended());
    refused(&s.contact, strike, RC_FORBIDDEN, "not_allowed");
    refused(&s.office, (struct problem_act){.event = PROBLEM_EV_RETURN}, RC_INVALID, "required");
    does(&s.office, (struct problem_act){.event = PROBLEM_EV_RETURN, .note = STR("仍有积水")});
    expect_state("accepted");
    does(&s.contact, mended());
    does(&s.office, strike);
    struct problem_by_id_row row = load();
    assert_true(str_is(row.state, "struck_off") && row.closed_ms.has && !row.overdue);
    assert_int_equal(row.rework_count, 1);
    refused(&s.office, strike, RC_CONFLICT, "state_forbids");
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, q_problem_events(&op->rd, &(struct problem_events_in){op->hq, id}, &events, &n), RC_OK, NULL);
    assert_int_equal(n, row.event_count);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(events[i].seq, (int64_t)i + 1);
    /* Closing a problem alters no score. */
    assert_int_equal(stage_score(&s).not_met, 1);
}

static void nobody_rechecks_their_own(void **state)
{
    (void)state;
    struct actor colleague = s.office, same = s.contact;
    colleague.unit_id = s.unit;
    same.roles |= ROLE_OFFICE;
    same.grants = GRANT_RECHECK | GRANT_STRIKE;
    same.unit_id = s.other_unit; /* moved meanwhile */
    does(&s.office, dispatch_to(s.unit));
    does(&s.contact, accept_it);
    does(&s.contact, mended());
    struct problem_act back = {.event = PROBLEM_EV_RETURN, .note = STR("不行")};
    refused(&colleague, strike, RC_FORBIDDEN, "recheck_own_unit");
    refused(&colleague, back, RC_FORBIDDEN, "recheck_own_unit");
    refused(&same, strike, RC_FORBIDDEN, "recheck_self");
    refused(&same, back, RC_FORBIDDEN, "recheck_self");
    expect_state("rectified");
}

static void sent_back_and_handed_on(void **state)
{
    (void)state;
    does(&s.office, dispatch_to(s.unit));
    struct opt_i64 due = load().due_ms;
    refused(&s.contact, (struct problem_act){.event = PROBLEM_EV_SEND_BACK, .note = STR("  ")}, RC_INVALID, "required");
    does(&s.contact, (struct problem_act){.event = PROBLEM_EV_SEND_BACK, .note = STR("不属本单位")});
    struct problem_by_id_row row = load();
    assert_true(str_is(row.state, "registered") && uuid_is_none(row.unit_id) && !row.due_ms.has && row.left_ms.has);
    refused(&s.contact, accept_it, RC_NOT_FOUND, "problem_not_found");
    /* To another unit the clock starts anew, so it ends later than the first would have. */
    does(&s.office, dispatch_to(s.other_unit));
    row = load();
    assert_true(row.due_ms.has && row.due_ms.v >= due.v && !row.left_ms.has);
    does(&s.neighbour, accept_it);
    refused(&s.contact, mended(), RC_NOT_FOUND, "problem_not_found");
    expect_state("accepted");
}

static void late_is_kept_for_ever(void **state)
{
    (void)state;
    does(&s.office, (struct problem_act){.event = PROBLEM_EV_DISPATCH, .unit_id = s.unit, .has_limit = true,
                                         .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 1});
    does(&s.contact, accept_it);
    ground_pass(&s.g, 10 * (int64_t)DAY_MS);
    does(&s.contact, mended());
    assert_true(load().overdue);
    does(&s.office, (struct problem_act){.event = PROBLEM_EV_RETURN, .note = STR("不行")});
    does(&s.contact, mended());
    does(&s.office, strike);
    assert_true(load().overdue);
}

static void stale_and_at_once(void **state)
{
    (void)state;
    struct arena arena;
    struct fault fault;
    struct op first;
    struct problem_act act = dispatch_to(s.unit);
    does(&s.office, act);
    struct problem_act old = accept_it;
    old.version = SOME(1);
    refused(&s.contact, old, RC_STALE, "version_conflict");
    /* Decided on the same state, carried out one after the other: the second is told. */
    arena_init(&arena);
    fault_init(&fault, &arena);
    op_init(&first, &s.g.env, s.g.db, &arena, &fault);
    first.actor = s.contact;
    struct command c = {.id = stage_id("first"), .kind = "problem.accept", .content = sha256_of(STR("x")), .subject_kind = "test"};
    struct problem_act one = accept_it;
    assert_int_equal(change_begin(&first, &c), RC_OK);
    assert_int_equal(problem_prepare_act(&first, id, &one), RC_OK);
    ground_expect(&s.g, prepare(&s.contact, (struct problem_act){.event = PROBLEM_EV_SEND_BACK, .note = STR("不属本单位")}), RC_OK, NULL);
    assert_int_equal(change_commit(&first), RC_OK);
    ground_expect(&s.g, change_commit(&s.g.op), RC_STALE, "changed_meanwhile");
    expect_state("accepted");
    assert_int_equal(load().event_count, 3);
    /* The first again under its id: done already. */
    assert_int_equal(change_begin(&first, &c), RC_OK);
    assert_true(first.plan.replayed);
    arena_free(&arena);
}

static size_t listed(const struct actor *who, struct problem_filter filter)
{
    struct problem_page page;
    struct op *op = ground_op(&s.g);
    op->actor = *who;
    ground_expect(&s.g, problem_list_readable(op, &filter, &page), RC_OK, NULL);
    for (size_t i = 0; i + 1 < page.n; i++)
        assert_true(page.rows[i].reported_ms > page.rows[i + 1].reported_ms ||
                    (page.rows[i].reported_ms == page.rows[i + 1].reported_ms &&
                     uuid_cmp(page.rows[i].id, page.rows[i + 1].id) > 0));
    return page.n;
}

static void report(const char *name, const struct actor *who, const char *area)
{
    struct op *op = stage_begin(&s, who, "problem.report", name);
    struct problem_new p = {.id = stage_id(name), .source = PROBLEM_BY_REPORT, .state = PROBLEM_REPORTED, .area_code = str_of(area),
                            .severity = "general", .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 3, .description = str_of(name)};
    ground_expect(&s.g, problem_prepare_new(op, &p, STR("")), RC_OK, NULL);
    ground_commit(&s.g);
}

static void lists_by_reach(void **state)
{
    (void)state;
    struct actor grid = s.neighbour;
    grid.person_id = ground_person(&s.g, "网格员");
    grid.roles = ROLE_GRID_WORKER;
    grid.area_code = STR("990101002");
    does(&s.office, dispatch_to(s.unit));
    report("here", &s.contact, "990101001");
    report("there", &grid, "990101002");
    struct problem_filter all = {0}, open = {.open = true}, one = {.limit = 1};
    assert_int_equal(listed(&s.office, all), 3);
    assert_int_equal(listed(&s.office, open), 3);
    assert_int_equal(listed(&s.contact, all), 2);
    assert_int_equal(listed(&s.contact, one), 1);
    assert_int_equal(listed(&s.neighbour, all), 0);
    assert_int_equal(listed(&s.inspector, all), 1);
    /* Own area and own report, the same problem by both: once. */
    assert_int_equal(listed(&grid, all), 1);
    struct problem_filter foreign = {.unit_id = s.unit};
    assert_int_equal(listed(&s.neighbour, foreign), 0);
}

static void allowed_is_what_succeeds(void **state)
{
    (void)state;
    const struct actor *who[] = {&s.office, &s.inspector, &s.contact, &s.neighbour};
    struct problem_act steps[] = {dispatch_to(s.unit), accept_it, mended(), strike};
    const struct actor *doer[] = {&s.office, &s.contact, &s.contact, &s.office};
    for (size_t at = 0; at < 4; at++) {
        for (size_t w = 0; w < 4; w++) {
            for (int e = 0; e < PROBLEM_EVENTS; e++) {
                struct problem_by_id_row row = load();
                s.g.op.actor = *who[w];
                bool may = problem_may(&s.g.op, &row, (enum problem_event)e);
                struct problem_act act = {.event = (enum problem_event)e, .note = STR("因为"), .unit_id = s.unit,
                                          .photos = &s.after, .nphotos = 1};
                assert_int_equal(prepare(who[w], act) == RC_OK, may);
            }
        }
        does(doer[at], steps[at]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(to_the_end, begin, end),
        cmocka_unit_test_setup_teardown(nobody_rechecks_their_own, begin, end),
        cmocka_unit_test_setup_teardown(sent_back_and_handed_on, begin, end),
        cmocka_unit_test_setup_teardown(late_is_kept_for_ever, begin, end),
        cmocka_unit_test_setup_teardown(stale_and_at_once, begin, end),
        cmocka_unit_test_setup_teardown(lists_by_reach, begin, end),
        cmocka_unit_test_setup_teardown(allowed_is_what_succeeds, begin, end),
    };
    return GROUND_RUN(tests);
}
