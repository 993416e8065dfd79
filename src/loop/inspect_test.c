/*
 * inspect_test.c - recording inspections on both engines: counted, refused whole, corrected, withdrawn, quarantined
 * and judged, staged in parts; the scores follow each time and are proved.
 */
#include "loop/loop_ground.h"

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

static struct inspection_by_id_row load(const char *name)
{
    struct inspection_by_id_row row;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, inspection_load(op, stage_id(name), &row), RC_OK, NULL);
    return row;
}

static void expect_state(const char *name, const char *state)
{
    struct inspection_by_id_row row = load(name);
    if (!str_is(row.state, state))
        fail_msg("%s is %.*s, not %s", name, STR_ARG(row.state), state);
}

static void record(const char *name, struct uuid site, const char *result)
{
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, name, stage_body(&s, name, site, result, "")), RC_OK, NULL);
    ground_commit(&s.g);
}

static void counts_at_once(void **state)
{
    (void)state;
    record("met", s.site, "met");
    expect_state("met", "complete");
    struct score after = stage_score(&s);
    assert_int_equal(after.sum.earned_e4, after.sum.possible_e4);
    assert_true(after.sum.possible_e4 > 0);
    record("bad", s.site, "not_met");
    struct score both = stage_score(&s);
    assert_int_equal(both.sum.earned_e4, after.sum.earned_e4);
    assert_int_equal(both.sum.possible_e4, 2 * after.sum.possible_e4);
    assert_int_equal(both.inspections, 2);
    assert_int_equal(both.not_met, 1);
}

static void same_command_changes_nothing_twice(void **state)
{
    (void)state;
    record("met", s.site, "met");
    struct op *op = stage_begin(&s, &s.inspector, "inspection.record", "met");
    assert_true(op->plan.replayed);
    ground_expect(&s.g, change_commit(op), RC_OK, NULL);
    assert_int_equal(stage_score(&s).inspections, 1);
    op = ground_op(&s.g);
    op->actor = s.inspector;
    struct command other = {.id = stage_id("met"), .kind = "inspection.record", .content = sha256_of(STR("other")),
                            .subject_kind = "test"};
    ground_expect(&s.g, change_begin(op, &other), RC_CONFLICT, "command_id_reused");
}

static void whole_list_asked(void **state)
{
    (void)state;
    struct str body = stage_body(&s, "weekly", s.site, "met", "");
    char *at = strstr(body.p, "\"patrol\"");
    memcpy(at, "\"weekly\"", 8);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "weekly", body), RC_INVALID, "criterion_left_out");
    assert_int_equal(s.g.fault.nfields, s.list->n - 1);
}

static void nothing_half_stored(void **state)
{
    (void)state;
    const char *more = ",\"photos\":[\"0000000000000000000000000000000000000000000000000000000000000000\"]";
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "no-photo", stage_body(&s, "no-photo", s.site, "met", more)),
                  RC_INVALID, "photo_missing");
    char problem[200];
    char id[UUID_TEXT + 1] = "";
    uuid_format(stage_id("raised"), id);
    snprintf(problem, sizeof problem, ",\"problem\":{\"id\":\"%s\",\"description\":\"积水\"}", id);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "wrong", stage_body(&s, "wrong", s.site, "met", problem)),
                  RC_INVALID, "nothing_wrong");
    /* The second problem under one id undoes its whole inspection. */
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "first", stage_body(&s, "first", s.site, "not_met", problem)), RC_OK, NULL);
    ground_commit(&s.g);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "second", stage_body(&s, "second", s.site, "not_met", problem)), RC_OK, NULL);
    ground_expect(&s.g, change_commit(&s.g.op), RC_CONFLICT, "problem_exists");
    struct inspection_by_id_row row;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, inspection_load(op, stage_id("second"), &row), RC_NOT_FOUND, "inspection_not_found");
    assert_int_equal(stage_score(&s).inspections, 1);
}

static struct str correction(const char *name, const char *of)
{
    char id[UUID_TEXT + 1] = "";
    uuid_format(stage_id(of), id);
    struct str body = stage_body(&s, name, s.site, "met", "");
    return str_fmt(&s.g.arena, "%.*s,\"corrects_id\":\"%s\"}", (int)body.n - 1, body.p, id);
}

static void corrected_then_withdrawn(void **state)
{
    (void)state;
    record("bad", s.site, "not_met");
    ground_expect(&s.g, stage_inspect(&s, &s.other_inspector, "theft", correction("theft", "bad")), RC_NOT_FOUND, NULL);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "better", correction("better", "bad")), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state("bad", "corrected");
    expect_state("better", "complete");
    assert_true(uuid_eq(load("bad").superseded_by, stage_id("better")));
    struct score once = stage_score(&s);
    assert_int_equal(once.inspections, 1);
    assert_int_equal(once.not_met, 0);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "again", correction("again", "bad")), RC_INVALID, "cannot_correct");
    struct op *op = stage_begin(&s, &s.inspector, "inspection.withdraw", "take back");
    ground_expect(&s.g, inspect_prepare_withdraw(op, stage_id("better"), STR("去错了地方")), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state("better", "withdrawn");
    assert_true(str_is(load("better").verdict_reason, "去错了地方"));
    struct score none = stage_score(&s);
    assert_int_equal(none.inspections, 0);
    assert_int_equal(none.sum.possible_e4, 0);
    op = stage_begin(&s, &s.inspector, "inspection.withdraw", "take back again");
    ground_expect(&s.g, inspect_prepare_withdraw(op, stage_id("better"), STR("再撤")), RC_CONFLICT, "state_forbids");
}

/* Recorded while the phone's clock was a day ahead. */
static void quarantine(const char *name)
{
    ground_pass(&s.g, DAY_MS);
    struct str body = stage_body(&s, name, s.site, "met", "");
    ground_pass(&s.g, -DAY_MS);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, name, body), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state(name, "quarantined");
    assert_true(str_is(load(name).quarantine, "clock_ahead"));
}

static void quarantined_and_judged(void **state)
{
    (void)state;
    struct actor both = s.inspector;
    both.roles |= ROLE_OFFICE;
    quarantine("early");
    assert_int_equal(stage_score(&s).inspections, 0);
    struct op *op = stage_begin(&s, &both, "inspection.judge", "own word");
    ground_expect(&s.g, inspect_prepare_judge(op, stage_id("early"), true, STR("属实")), RC_FORBIDDEN, "judge_self");
    op = stage_begin(&s, &s.office, "inspection.judge", "accept");
    ground_expect(&s.g, inspect_prepare_judge(op, stage_id("early"), true, STR("手机时间有误")), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state("early", "complete");
    assert_int_equal(stage_score(&s).inspections, 1);
    op = stage_begin(&s, &s.office, "inspection.judge", "accept twice");
    ground_expect(&s.g, inspect_prepare_judge(op, stage_id("early"), true, STR("又")), RC_CONFLICT, "state_forbids");
    quarantine("refused");
    op = stage_begin(&s, &s.office, "inspection.judge", "reject");
    ground_expect(&s.g, inspect_prepare_judge(op, stage_id("refused"), false, STR("无法核实")), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state("refused", "rejected");
    assert_int_equal(stage_score(&s).inspections, 1);
}

static void add_part(const char *name, struct str content, enum rc want, const char *code)
{
    struct op *op = stage_begin(&s, &s.inspector, "inspection.part", name);
    ground_expect(&s.g, inspect_prepare_part(op, stage_id("staged"), stage_id(name), content), want, code);
    if (want == RC_OK)
        ground_commit(&s.g);
}

static void staged_in_parts(void **state)
{
    (void)state;
    struct inspection_by_id_row row;
    char id[UUID_TEXT + 1] = "";
    uuid_format(s.binary->id, id);
    struct str part = str_fmt(&s.g.arena, "{\"observations\":[{\"criterion_id\":\"%s\",\"result\":\"met\"}]}", id);
    struct str body = stage_body(&s, "staged", s.site, "met", "");
    size_t head = (size_t)(strstr(body.p, ",\"complete\"") - body.p);
    body = str_fmt(&s.g.arena, "%.*s}", (int)head, body.p);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "staged", body), RC_OK, NULL);
    ground_commit(&s.g);
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, inspection_load(op, stage_id("staged"), &row), RC_NOT_FOUND, NULL);
    op = stage_begin(&s, &s.inspector, "inspection.complete", "too early");
    ground_expect(&s.g, inspect_prepare_complete(op, stage_id("staged")), RC_INVALID, "required");
    add_part("part 1", part, RC_OK, NULL);
    add_part("part 2", part, RC_OK, NULL);
    op = stage_begin(&s, &s.inspector, "inspection.complete", "twice the same");
    ground_expect(&s.g, inspect_prepare_complete(op, stage_id("staged")), RC_INVALID, "criterion_twice");
    op = stage_begin(&s, &s.other_inspector, "inspection.complete", "not mine");
    ground_expect(&s.g, inspect_prepare_complete(op, stage_id("staged")), RC_NOT_FOUND, NULL);
    assert_int_equal(stage_score(&s).inspections, 0);
    op = stage_begin(&s, &s.inspector, "inspection.withdraw", "give up");
    ground_expect(&s.g, inspect_prepare_withdraw(op, stage_id("staged"), STR("重做")), RC_OK, NULL);
    ground_commit(&s.g);
    add_part("part 3", part, RC_CONFLICT, "state_forbids");
    assert_int_equal(stage_score(&s).inspections, 0);
}

static void units_check_themselves_only(void **state)
{
    (void)state;
    struct str body = stage_body(&s, "mine", s.site, "not_met", "");
    ground_expect(&s.g, stage_inspect(&s, &s.contact, "mine", body), RC_FORBIDDEN, "not_allowed");
    char *kind = strstr(body.p, "\"kind\":\"patrol\"");
    struct str self = str_fmt(&s.g.arena, "%.*s\"kind\":\"self_check\"%s", (int)(kind - body.p), body.p, kind + strlen("\"kind\":\"patrol\""));
    ground_expect(&s.g, stage_inspect(&s, &s.neighbour, "mine", self), RC_FORBIDDEN, "out_of_reach");
    ground_expect(&s.g, stage_inspect(&s, &s.contact, "mine", self), RC_OK, NULL);
    ground_commit(&s.g);
    expect_state("mine", "complete");
    assert_int_equal(stage_score(&s).inspections, 0);
}

static void lists_merge_what_is_ones_own(void **state)
{
    (void)state;
    record("one", s.site, "met");
    record("two", s.other_site, "met");
    char id[UUID_TEXT + 1] = "";
    uuid_format(s.inspector.person_id, id);
    struct str body = stage_body(&s, "together", s.site, "met", "");
    body = str_fmt(&s.g.arena, "%.*s,\"partner_id\":\"%s\"}", (int)body.n - 1, body.p, id);
    ground_expect(&s.g, stage_inspect(&s, &s.other_inspector, "together", body), RC_OK, NULL);
    ground_commit(&s.g);
    const struct {
        const struct actor *who;
        size_t n;
    } sees[] = {{&s.office, 3}, {&s.inspector, 3}, {&s.other_inspector, 1},
                {&s.contact, 2}}; /* official visits to the unit's own place */
    for (size_t i = 0; i < sizeof sees / sizeof *sees; i++) {
        struct inspection_by_id_row *rows;
        size_t n;
        struct op *op = ground_op(&s.g);
        op->actor = *sees[i].who;
        struct inspection_list_in in = {.hq = op->hq, .me = op->actor.person_id, .row_limit = 10};
        ground_expect(&s.g, inspection_list_readable(op, &in, &rows, &n), RC_OK, NULL);
        assert_int_equal(n, sees[i].n);
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(counts_at_once),         CASE(same_command_changes_nothing_twice), CASE(whole_list_asked),
        CASE(nothing_half_stored),    CASE(corrected_then_withdrawn),           CASE(quarantined_and_judged),
        CASE(staged_in_parts),        CASE(units_check_themselves_only),        CASE(lists_merge_what_is_ones_own),
    };
    return GROUND_RUN(tests);
}
