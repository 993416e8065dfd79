/*
 * beside_test.c - rules beside the line of states as tables of cases: merging, parents and children, kinds and their
 * stages, a superior's limit and the report back. Pure.
 */
#include "problem/kind.h"
#include "problem/link.h"
#include "problem/superior.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;
static struct fault fault;
static struct calendar cal;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    calendar_init(&cal);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void expect(enum rc rc, const char *code)
{
    if (!code) {
        assert_int_equal(rc, RC_OK);
        return;
    }
    assert_true(rc != RC_OK && fault.zh.n && fault.en.n);
    if (!str_is(fault.nfields ? fault.fields[0].code : fault.code, code))
        fail_msg("%.*s instead of %s", STR_ARG(fault.nfields ? fault.fields[0].code : fault.code), code);
}

/* ---- merging ---- */

#define ID(n) ((struct uuid){{n}})

static void what_may_be_merged(void **state)
{
    (void)state;
    static const struct {
        struct link_case source, target;
        const char *code;
    } cases[] = {
        {{.id = {{1}}, .state = PROBLEM_REGISTERED}, {.id = {{2}}, .state = PROBLEM_ACCEPTED}, NULL},
        {{.id = {{1}}, .state = PROBLEM_REPORTED}, {.id = {{2}}, .state = PROBLEM_REPORTED}, NULL},
        {{.id = {{1}}}, {.id = {{1}}}, "merge_self"},
        {{.id = {{1}}}, {.id = {{2}}, .state = PROBLEM_MERGED}, "target_merged"},
        {{.id = {{1}}}, {.id = {{2}}, .state = PROBLEM_VOIDED}, "target_closed"},
        {{.id = {{1}}}, {.id = {{2}}, .state = PROBLEM_REJECTED}, "target_closed"},
        {{.id = {{1}}, .reported_ms = 10}, {.id = {{2}}, .state = PROBLEM_STRUCK_OFF, .closed_ms = SOME(10)}, NULL},
        {{.id = {{1}}, .reported_ms = 11}, {.id = {{2}}, .state = PROBLEM_STRUCK_OFF, .closed_ms = SOME(10)}, "reported_after"},
        {{.id = {{1}}, .reported_ms = 11}, {.id = {{2}}, .state = PROBLEM_MENDED_ON_SPOT, .closed_ms = SOME(10)}, "reported_after"},
        {{.id = {{1}}, .children = 1}, {.id = {{2}}}, "has_children"},
        {{.id = {{1}}, .parent_id = {{2}}}, {.id = {{2}}, .children = 1}, "merge_into_parent"},
        {{.id = {{1}}, .parent_id = {{3}}}, {.id = {{2}}}, NULL},
        {{.id = {{1}}, .open_levels = 1}, {.id = {{2}}}, "level_open"},
        /* What a covert round holds back is tied to nothing outside it. */
        {{.id = {{1}}, .held = true, .round_id = {{7}}}, {.id = {{2}}}, "held_apart"},
        {{.id = {{1}}}, {.id = {{2}}, .held = true, .round_id = {{7}}}, "held_apart"},
        {{.id = {{1}}, .held = true, .round_id = {{7}}}, {.id = {{2}}, .held = true, .round_id = {{8}}}, "held_apart"},
        {{.id = {{1}}, .held = true, .round_id = {{7}}}, {.id = {{2}}, .held = true, .round_id = {{7}}}, NULL},
        {{.id = {{1}}, .round_id = {{7}}}, {.id = {{2}}, .round_id = {{8}}}, NULL},
        /* Held and closed: nothing is said of why. */
        {{.id = {{1}}}, {.id = {{2}}, .held = true, .round_id = {{7}}, .state = PROBLEM_VOIDED}, "held_apart"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_init(&fault, &arena);
        expect(link_check_merge(&fault, &cases[i].source, &cases[i].target), cases[i].code);
    }
}

static void parents_and_children(void **state)
{
    (void)state;
    struct link_case parent = {.id = ID(1)}, child = {.id = ID(2)};
    for (int s = 0; s < PROBLEM_STATES; s++) {
        bool may = s == PROBLEM_REGISTERED || s == PROBLEM_DISPATCHED || s == PROBLEM_ACCEPTED;
        parent.state = (enum problem_state)s;
        fault_init(&fault, &arena);
        expect(link_check_parent(&fault, &parent), may ? NULL : "parent_state");
    }
    parent.state = PROBLEM_REGISTERED;
    for (int s = 0; s < PROBLEM_STATES; s++) {
        child.state = (enum problem_state)s;
        fault_init(&fault, &arena);
        expect(link_check_child(&fault, &parent, &child), problem_is_closed(child.state) ? "child_closed" : NULL);
    }
    static const struct {
        struct link_case parent, child;
        const char *code;
    } cases[] = {
        {{.id = {{1}}, .state = PROBLEM_REGISTERED}, {.id = {{1}}}, "parent_self"},
        {{.id = {{1}}, .state = PROBLEM_REGISTERED, .parent_id = {{3}}}, {.id = {{2}}}, "parent_is_child"},
        {{.id = {{1}}, .state = PROBLEM_REGISTERED}, {.id = {{2}}, .children = 1}, "has_children"},
        {{.id = {{1}}, .state = PROBLEM_REGISTERED}, {.id = {{2}}, .parent_id = {{3}}}, "has_parent"},
        {{.id = {{1}}, .state = PROBLEM_REGISTERED}, {.id = {{2}}, .held = true, .round_id = {{7}}}, "held_apart"},
        {{.id = {{1}}, .state = PROBLEM_REGISTERED, .held = true, .round_id = {{7}}}, {.id = {{2}}, .held = true, .round_id = {{7}}}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_init(&fault, &arena);
        expect(link_check_child(&fault, &cases[i].parent, &cases[i].child), cases[i].code);
    }
}

/* Every event against what hangs on the case. */
static void what_ties_forbid(void **state)
{
    (void)state;
    for (int e = 0; e < PROBLEM_EVENTS; e++) {
        enum problem_event event = (enum problem_event)e;
        bool mends = event == PROBLEM_EV_RECTIFY, nothing = event == PROBLEM_EV_VOID || event == PROBLEM_EV_REJECT;
        bool ends = mends || nothing || event == PROBLEM_EV_STRIKE_OFF || event == PROBLEM_EV_MEND_ON_SPOT || event == PROBLEM_EV_MERGE;
        struct link_case none = {0}, children = {.open_children = 2}, merged = {.merged = 1}, levels = {.open_levels = 1};
        fault_init(&fault, &arena);
        expect(link_check_event(&fault, &none, event), NULL);
        fault_init(&fault, &arena);
        expect(link_check_event(&fault, &children, event), ends ? "children_open" : NULL);
        fault_init(&fault, &arena);
        expect(link_check_event(&fault, &merged, event), nothing ? "has_merged" : NULL);
        fault_init(&fault, &arena);
        expect(link_check_event(&fault, &levels, event), mends ? "level_open" : NULL);
    }
}

/* ---- kinds ---- */

static void shipped_kinds_are_sound(void **state)
{
    (void)state;
    size_t n;
    const struct kind *list = kind_shipped(&n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        fault_init(&fault, &arena);
        expect(kind_check(&fault, &arena, &cal, &list[i]), NULL);
    }
    assert_true(str_is(list[1].stages[0].code, "persuade") && list[1].stages[0].compulsory); /* persuasion first */
    assert_false(kind_shipped_by_code(STR("street_vendor"))->enabled);
    assert_null(kind_shipped_by_code(STR("nothing")));
}

/* Walks of illegal_structure; w waiting, o open, d done per stage: persuade notice stop enforce clear verify. */
static struct kind_walk walk_of(const char *stands)
{
    struct kind_walk w = {.kind = kind_shipped_by_code(STR("illegal_structure"))};
    for (size_t i = 0; stands[i]; i++)
        w.stands[i] = stands[i] == 'o' ? KIND_OPEN : stands[i] == 'd' ? KIND_DONE : KIND_WAITING;
    return w;
}

static void stages_are_walked_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *stands;
        enum kind_step step;
        const char *stage;
        size_t photos;
        const char *code;
    } cases[] = {
        {"wwwwww", KIND_BEGIN, "persuade", 0, NULL},        {"wwwwww", KIND_BEGIN, "clear", 0, "stage_before"},
        {"wwwwww", KIND_BEGIN, "notice", 0, "stage_before"}, {"owwwww", KIND_BEGIN, "notice", 0, "stage_open_already"},
        {"dwwwww", KIND_BEGIN, "persuade", 0, "stage_done"}, {"dwwwww", KIND_BEGIN, "notice", 0, NULL},
        {"dwwwww", KIND_BEGIN, "clear", 0, NULL},            {"dwwwww", KIND_BEGIN, "verify", 0, "stage_before"},
        {"dwdwww", KIND_BEGIN, "notice", 0, "stage_past"},   {"dwwdow", KIND_FINISH, "clear", 0, "evidence_required"},
        {"dwwdow", KIND_FINISH, "clear", 1, NULL},           {"dwwwww", KIND_FINISH, "clear", 1, "stage_not_open"},
        {"owwwww", KIND_FINISH, "persuade", 0, NULL},        {"wwwwww", KIND_BEGIN, "nothing", 0, "stage_unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kind_walk w = walk_of(cases[i].stands);
        struct kind_act act = {.step = cases[i].step, .stage = str_of(cases[i].stage), .nphotos = cases[i].photos};
        struct kind_move move;
        fault_init(&fault, &arena);
        expect(kind_decide(&fault, &cal, &w, &act, 1000, &move), cases[i].code);
    }
    static const struct {
        const char *stands, *code;
    } ends[] = {{"wwwwww", "stages_left"}, {"dwwwdd", NULL}, {"ddddww", "stages_left"}, {"dwwodd", "stage_open"}, {"dddddd", NULL}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct kind_walk w = walk_of(ends[i].stands);
        fault_init(&fault, &arena);
        expect(kind_check_walked(&fault, &w), ends[i].code);
    }
}

/* Every walk there is: whatever is accepted step by step ends only with the compulsory stages done. */
static void all_walks(void **state)
{
    (void)state;
    const struct kind *k = kind_shipped_by_code(STR("illegal_structure"));
    int accepted = 0, refused = 0;
    for (int code = 0; code < 729; code++) {
        char stands[7] = {0};
        for (int i = 0, c = code; i < 6; i++, c /= 3)
            stands[i] = "wod"[c % 3];
        struct kind_walk w = walk_of(stands);
        fault_init(&fault, &arena);
        bool left = false;
        for (int i = 0; i < 6; i++)
            left = left || stands[i] == 'o' || (k->stages[i].compulsory && stands[i] != 'd');
        assert_int_equal(kind_check_walked(&fault, &w) == RC_OK, !left);
        left ? refused++ : accepted++;
    }
    assert_int_equal(accepted, 8); /* three compulsory done, three others each waiting or done */
    assert_int_equal(refused, 729 - 8);
}

static void lateness_of_a_stage(void **state)
{
    (void)state;
    struct kind_walk w = walk_of("dwwwww");
    struct kind_act act = {.step = KIND_BEGIN, .stage = STR("stop"), .nphotos = 1};
    struct kind_move move;
    int64_t monday;
    assert_true(civil_parse_rfc3339(STR("2026-11-23T08:30:00+08:00"), &monday));
    fault_init(&fault, &arena);
    expect(kind_decide(&fault, &cal, &w, &act, monday, &move), NULL);
    assert_true(move.due_ms.v == monday + 3 * HOUR_MS + HOUR_MS / 2 + 3 * HOUR_MS); /* 4 working hours, over noon */
    w = walk_of("dwowww");
    w.due_ms[2] = move.due_ms;
    act.step = KIND_FINISH;
    expect(kind_decide(&fault, &cal, &w, &act, w.due_ms[2].v, &move), NULL);
    assert_false(move.late);
    expect(kind_decide(&fault, &cal, &w, &act, w.due_ms[2].v + 1, &move), NULL);
    assert_true(move.late);
}

static void figures(void **state)
{
    (void)state;
    const struct kind *k = kind_shipped_by_code(STR("illegal_structure"));
    static const struct {
        const char *output, *stage;
        int64_t amount_e2;
        const char *code;
    } cases[] = {
        {"persuaded", "persuade", 1200, NULL}, {"persuaded", "persuade", 1250, "whole_number"}, {"persuaded", "clear", 1200, "output_elsewhere"},
        {"cleared", "clear", 8650, NULL},      {"people", "clear", 2000, NULL},                 {"person_times", "persuade", 4500, NULL},
        {"person_times", "persuade", 4550, "whole_number"}, {"nothing", "clear", 100, "output_unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kind_figure g = {.output = str_of(cases[i].output), .amount_e2 = cases[i].amount_e2};
        fault_init(&fault, &arena);
        expect(kind_check_figure(&fault, &arena, k, str_of(cases[i].stage), &g, STR("/outputs/0")), cases[i].code);
    }
}

/* ---- from above ---- */

static void the_superiors_lamp(void **state)
{
    (void)state;
    struct superior s = {.received_ms = 1000, .due_ms = SOME(2000)};
    assert_int_equal(superior_light(&s, NONE_I64, 1000), PROBLEM_LIGHT_GREEN);
    assert_int_equal(superior_light(&s, NONE_I64, 1799), PROBLEM_LIGHT_GREEN);
    assert_int_equal(superior_light(&s, NONE_I64, 1800), PROBLEM_LIGHT_YELLOW);
    assert_int_equal(superior_light(&s, NONE_I64, 2001), PROBLEM_LIGHT_RED);
    assert_int_equal(superior_light(&s, SOME(1500), 9000), PROBLEM_LIGHT_NONE);
    assert_false(superior_is_late(&s, SOME(2000), 9000));
    assert_true(superior_is_late(&s, SOME(2001), 9000));
    assert_true(superior_is_late(&s, NONE_I64, 2001));
    s.due_ms = NONE_I64;
    assert_int_equal(superior_light(&s, NONE_I64, 9000), PROBLEM_LIGHT_NONE);
    assert_false(superior_is_late(&s, NONE_I64, 9000));
}

static void states_of_a_report(void **state)
{
    (void)state;
    /* "" refused; edit, approve, send, drop. */
    static const char *const expected[REPORT_STATES][REPORT_EVENTS] = {
        [REPORT_DRAFT] = {"draft", "approved", "", "dropped"},
        [REPORT_APPROVED] = {"draft", "", "sent", "dropped"},
        [REPORT_SENT] = {"", "", "", ""},
        [REPORT_DROPPED] = {"", "", "", ""},
    };
    for (int s = 0; s < REPORT_STATES; s++)
        for (int e = 0; e < REPORT_EVENTS; e++) {
            enum report_state after = REPORT_DRAFT;
            fault_init(&fault, &arena);
            enum rc rc = report_decide(&fault, (enum report_state)s, (enum report_event)e, &after);
            expect(rc, expected[s][e][0] ? NULL : "report_state_forbids");
            if (rc == RC_OK)
                assert_string_equal(report_state_names[after], expected[s][e]);
        }
}

static void the_text_of_a_report(void **state)
{
    (void)state;
    struct superior s = {.name = STR("市文明办"), .number = STR("市文明办〔2026〕18号"), .item = STR("3")};
    struct report_line lines[] = {{.unit = STR("城市管理局"), .words = STR("已施划停车位。")}};
    int64_t day;
    assert_true(civil_parse_rfc3339(STR("2026-11-23T00:00:00+08:00"), &day));
    s.received_ms = day;
    s.due_ms = SOME(day + 10 * (int64_t)DAY_MS);
    lines[0].at_ms = day + 2 * (int64_t)DAY_MS;
    struct report_facts f = {.superior = &s, .number = STR("2026-000007"), .description = STR("乱停放"), .place = STR("东一社区"),
                             .unit = STR("城市管理局"), .dispatched_ms = SOME(day + DAY_MS), .lines = lines, .nlines = 1,
                             .before = 1, .after = 2, .rework_count = 1, .zone_min = 480,
                             .ended = true, .closed_ms = SOME(day + 3 * (int64_t)DAY_MS)};
    struct report_text t;
    report_compose(&arena, &f, &t);
    assert_true(str_is(t.title, "关于市文明办市文明办〔2026〕18号交办问题整改情况的报告"));
    assert_true(str_is(t.found, "2026年11月23日收到市文明办市文明办〔2026〕18号（清单第3项）交办的问题“乱停放”，地点：东一社区，要求于2026年12月3日前完成整改。"
                                "我单位编号2026-000007，于2026年11月24日交办城市管理局办理。"));
    assert_true(str_is(t.measures, "1. 2026年11月25日，城市管理局：已施划停车位。"));
    assert_true(str_is(t.result, "该问题已整改到位，经复核于2026年11月26日销号，期间经复核退回重改1次。整改前照片1张、整改后照片2张。"));
    f.ended = false;
    f.closed_ms = NONE_I64;
    f.nlines = 0;
    f.due_ms = SOME(day + 5 * (int64_t)DAY_MS);
    f.rework_count = 0;
    report_compose(&arena, &f, &t);
    assert_true(str_is(t.measures, "暂无整改措施记录。"));
    assert_true(str_is(t.result, "该问题正在整改，计划于2026年11月28日前完成。整改前照片1张、整改后照片2张。"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_merged),      cmocka_unit_test(parents_and_children),
        cmocka_unit_test(what_ties_forbid),        cmocka_unit_test(shipped_kinds_are_sound),
        cmocka_unit_test(stages_are_walked_in_order), cmocka_unit_test(all_walks),
        cmocka_unit_test(lateness_of_a_stage),     cmocka_unit_test(figures),
        cmocka_unit_test(the_superiors_lamp),      cmocka_unit_test(states_of_a_report),
        cmocka_unit_test(the_text_of_a_report),
    };
    return cmocka_run_group_tests_name("beside", tests, begin, end);
}
