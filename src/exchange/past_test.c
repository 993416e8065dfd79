/*
 * past_test.c - problems of older systems: words for states, ways of writing times, and whole lists on both engines: what
 * was read, what was refused and why; Baltimore's cases against known answers (skipped where the shared data are missing).
 */
#include "base/civil.h"
#include "exchange/import_fixture.h"
#include "exchange/import_past.h"
#include "past_test_sql.h"

/* ---- pure ---- */

static void times(void **state)
{
    static const struct {
        const char *text;
        enum past_time_form form;
        const char *is; /* NULL: none */
        bool whole_day;
    } cases[] = {
        {"2018-04-12 11:11:26", PAST_TIME_ISO, "2018-04-12T11:11:26+08:00", false},
        {"2018-04-12T11:11:26", PAST_TIME_ISO, "2018-04-12T11:11:26+08:00", false},
        {"2018-04-12T03:11:26Z", PAST_TIME_ISO, "2018-04-12T11:11:26+08:00", false},
        {"2018-04-12 11:11:26.5", PAST_TIME_ISO, "2018-04-12T11:11:26.500+08:00", false},
        {"2018-04-12", PAST_TIME_ISO, "2018-04-12T00:00:00+08:00", true},
        {"2018-4-2 9:05", PAST_TIME_ISO, "2018-04-02T09:05:00+08:00", false},
        {"2018/4/12 11:11", PAST_TIME_SLASH, "2018-04-12T11:11:00+08:00", false},
        {"2018.4.12", PAST_TIME_DOT, "2018-04-12T00:00:00+08:00", true},
        {"2018年4月12日", PAST_TIME_CHINESE, "2018-04-12T00:00:00+08:00", true},
        {"2018年4月12日 11时05分", PAST_TIME_CHINESE, "2018-04-12T11:05:00+08:00", false},
        {"2018年4月12日下午3点", PAST_TIME_CHINESE, "2018-04-12T15:00:00+08:00", false},
        {"2018/4/12 24:00", PAST_TIME_SLASH, "2018-04-13T00:00:00+08:00", false},
        {"04/12/2018 11:11:26 AM", PAST_TIME_SHORT, "2018-04-12T11:11:26+08:00", false},
        {"04/12/2018 12:00:00 AM", PAST_TIME_SHORT, "2018-04-12T00:00:00+08:00", false},
        {"04/12/2018 12:30:00 PM", PAST_TIME_SHORT, "2018-04-12T12:30:00+08:00", false},
        {"04/12/2018 01:07:39 PM", PAST_TIME_SHORT, "2018-04-12T13:07:39+08:00", false},
        {"25/12/2018", PAST_TIME_SHORT, "2018-12-25T00:00:00+08:00", true},
        {"20180412", PAST_TIME_DIGITS, "2018-04-12T00:00:00+08:00", true},
        {"20180412111126", PAST_TIME_DIGITS, "2018-04-12T11:11:26+08:00", false},
        {"43202", PAST_TIME_SERIAL, "2018-04-12T00:00:00+08:00", true},
        {"43202.466273148", PAST_TIME_SERIAL, "2018-04-12T11:11:26+08:00", false},
        {"2018-02-30", PAST_TIME_NONE, NULL, false},
        {"2018-13-01", PAST_TIME_NONE, NULL, false},
        {"2018-04-12 25:00", PAST_TIME_NONE, NULL, false},
        {"2018-04-12 11:61", PAST_TIME_NONE, NULL, false},
        {"04/12/2018 13:00:00 PM", PAST_TIME_NONE, NULL, false},
        {"13/13/2018", PAST_TIME_NONE, NULL, false},
        {"昨天", PAST_TIME_NONE, NULL, false},
        {"", PAST_TIME_NONE, NULL, false},
        {"1", PAST_TIME_NONE, NULL, false},
        {"2018", PAST_TIME_NONE, NULL, false},
        {"99999", PAST_TIME_SERIAL, "2173-10-13T00:00:00+08:00", true},
        {"1,2,3,4,5,6,7,8,9", PAST_TIME_NONE, NULL, false},
        {"999999999999999999999999", PAST_TIME_NONE, NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct past_time t;
        int64_t want = 0;
        bool read = past_time_read(str_of(cases[i].text), &(struct past_time_how){480, PAST_TIME_MDY}, &t);
        if (cases[i].is)
            assert_true(civil_parse_rfc3339(str_of(cases[i].is), &want));
        if (read != (cases[i].is != NULL) || t.form != cases[i].form || (read && (t.ms != want || t.whole_day != cases[i].whole_day)))
            fail_msg("\"%s\": %d form %d %lld, wanted %lld", cases[i].text, read, t.form, (long long)t.ms, (long long)want);
    }
    struct past_time t;
    assert_true(past_time_read(STR("03/04/2018"), &(struct past_time_how){480, PAST_TIME_DMY}, &t));
    int64_t want;
    assert_true(civil_parse_date(STR("2018-04-03"), 480, &want));
    assert_int_equal(t.ms, want);
    struct past_time_guess guess = {0};
    past_time_look(&guess, STR("13/04/2018"));
    past_time_look(&guess, STR("04/13/2018 10:00"));
    past_time_look(&guess, STR("04/03/2018"));
    past_time_look(&guess, STR("2018-04-03"));
    assert_int_equal(guess.dmy, 1);
    assert_int_equal(guess.mdy, 1);
    assert_int_equal(guess.either, 1);
}

static void words(void **state)
{
    static const struct {
        const char *word, *is;
    } cases[] = {
        {"Closed", "struck_off"}, {"Closed (Duplicate)", "struck_off"}, {"Closed (Transferred)", "struck_off"},
        {"Open", "dispatched"}, {"Open (Duplicate)", "dispatched"}, {"New", "dispatched"}, {"Pending", "accepted"},
        {"已结案", "struck_off"}, {"已办结", "struck_off"}, {"处理中", "accepted"}, {"已派遣", "dispatched"}, {"立案", "registered"},
        {"待核实", "reported"}, {"待复核", "rectified"}, {"不予受理", "rejected"}, {"重复件", "voided"}, {"作废", "voided"},
        {"立行立改", "mended_on_spot"}, {"挂账", "accepted"}, {"Ｃｌｏｓｅｄ", "struck_off"}, {"struck_off", "struck_off"},
        {"已合并（重复）", "merged"}, {"不知道", NULL}, {"", NULL}, {"(closed)", NULL},
    };
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = past_state_of_word(&a, str_of(cases[i].word));
        if (cases[i].is ? !str_is(got, cases[i].is) : got.p != NULL)
            fail_msg("\"%s\" is \"%.*s\"", cases[i].word, STR_ARG(got));
    }
    arena_free(&a);
}

/* ---- lists ---- */

static struct past_test_totals_row totals(void)
{
    struct op *op = ground_op(&g);
    struct past_test_totals_row t;
    bool found;
    ground_expect(&g, q_past_test_totals(&op->rd, &(struct past_test_totals_in){op->hq}, &t, &found), RC_OK, NULL);
    return t;
}

static struct past_test_problem_row problem(const char *external_id)
{
    struct op *op = ground_op(&g);
    struct past_test_problem_row p;
    bool found;
    ground_expect(&g, q_past_test_problem(&op->rd, &(struct past_test_problem_in){op->hq, str_of(external_id)}, &p, &found),
                  RC_OK, NULL);
    if (!found)
        fail_msg("no problem %s", external_id);
    return p;
}

static void import_with(const char *csv, const char *mapping, enum import_mode mode)
{
    struct import_request in = request("problems", str_of(csv));
    in.mapping = mapping ? str_of(mapping) : STR_NONE;
    in.mode = mode;
    run(&in);
}

static const char baltimore_mapping[] = "{\"$create_units\": true, \"external_id\": \"SRRecordID\"}";

static void baltimore(void **state)
{
    static const struct {
        const char *unit;
        int64_t in_time, closed;
    } answers[] = {{"Solid Waste", 2488, 2833}, {"Transportation", 720, 922}, {"Housing", 622, 696}, {"Water Wastewater", 289, 468},
                   {"BGE", 211, 245}, {"Finance", 163, 188}, {"Health", 141, 162}, {"Recreation & Parks", 27, 90},
                   {"Call Center", 72, 89}, {"Fire Department", 60, 73}, {"Parking Authority", 9, 10}, {"Liquor Board", 2, 2},
                   {"Mayor's Office", 0, 1}, {"Police Department", 1, 1}, {"Public Works", 1, 1}};
    /* 547 at 39, -77 and three at 39, -76. */
    enum { AGENCIES = sizeof answers / sizeof *answers, PLACEHOLDERS = 547 + 3 };
    (void)state;
    struct import_request in = request("problems", shared_or_skip(&g.arena, "4_cases/baltimore311_sample.csv"));
    in.mapping = str_of(baltimore_mapping);
    run(&in);
    expect(6040, 0, 0, 0);
    assert_int_equal(lines_with("place_placeholder"), PLACEHOLDERS);
    assert_int_equal(lines_with("unit_created"), 16);
    struct past_test_totals_row t = totals();
    assert_int_equal(t.problems, 6040);
    assert_int_equal(t.closed, 5922);
    assert_int_equal(t.struck_off, 5922);
    assert_int_equal(t.placed, 6040 - PLACEHOLDERS - 382);
    assert_int_equal(t.no_due, 167);
    assert_int_equal(t.events, 6040);
    assert_int_equal(t.rows, 6040);
    assert_int_equal(t.staged, 0);
    struct op *op = ground_op(&g);
    struct past_test_rates_row *rates;
    size_t n;
    int64_t closed = 0, in_time = 0;
    ground_expect(&g, q_past_test_rates(&op->rd, &(struct past_test_rates_in){op->hq}, &rates, &n), RC_OK, NULL);
    assert_int_equal(n, AGENCIES);
    for (size_t i = 0; i < n; i++) {
        closed += rates[i].closed;
        in_time += rates[i].in_time;
        size_t k = 0;
        while (k < AGENCIES && !str_is(rates[i].unit, answers[k].unit))
            k++;
        assert_true(k < AGENCIES);
        assert_int_equal(rates[i].closed, answers[k].closed);
        assert_int_equal(rates[i].in_time, answers[k].in_time);
    }
    assert_int_equal(closed, 5781);
    assert_int_equal(in_time, 4806);
    run(&in); /* another command, the same file */
    expect(0, 0, 6040, 0);
    t = totals();
    assert_int_equal(t.rows, 6040);
    assert_int_equal(t.events, 6040);
}

static const char mixed[] =
    "某区城管案件台账,,,,,,,,,\n"
    "案卷号,办理状态,上报时间,截止时间,结案时间,处置单位,案件类型,问题描述,地点,经度,纬度\n"
    "A1,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-02 18:00,创建办,社区,垃圾满溢,东街1号,118.1,24.7\n"
    "A2,处理中,2025/3/1 9:00,2025-03-03,,创建办,暴露垃圾,路面不洁,东街2号,39,-77\n"
    "A3,已结案,2025-03-05 09:00,2025-03-08 09:00,2025-03-04 09:00,创建办,社区,改在前发现在后,东街3号,,\n"
    "A1,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-02 18:00,创建办,社区,垃圾满溢,东街1号,118.1,24.7\n"
    "A1,处理中,2025-03-01 09:00,2025-03-03 09:00,,创建办,社区,同号不同文,东街1号,,\n"
    "A4,飞走了,2025-03-01 09:00,不日,,创建办,社区,状态与时限都怪,东街4号,118.1,\n"
    "A5,已办结,2025-03-01 09:00,2025-03-03 09:00,,创建办,社区,没有办结时间,,,\n"
    "A6,已派遣,,2025-03-03 09:00,,创建办,社区,没有发现时间,,,\n"
    "A7,已派遣,2025-03-01 09:00,,,火星局,社区,没有这个单位,,,\n"
    "A8,已派遣,2025-03-01 09:00,,,,社区,没有单位,,,\n";

static void what_was_said(void **state)
{
    static const struct {
        const char *code;
        size_t row;
    } said[] = {{"time_form_mixed", 4}, {"place_placeholder", 4}, {"category_unknown", 4}, {"closed_before_reported", 5},
                {"duplicate_row", 6}, {"duplicate_differs", 7}, {"status_unknown", 8}, {"time_unreadable", 8},
                {"place_half", 8}, {"closed_time_missing", 9}, {"required", 10}, {"unit_unknown", 11}};
    (void)state;
    load_standard();
    import_with(mixed, NULL, IMPORT_ALL_OR_NOTHING);
    expect(6, 1, 1, 2);
    assert_false(report.written);
    assert_int_equal(totals().problems, 0);
    assert_int_equal(totals().staged, 0);
    import_with(mixed, NULL, IMPORT_DRY_RUN);
    expect(6, 1, 1, 2);
    assert_int_equal(totals().staged, 0);
    import_with(mixed, NULL, IMPORT_GOOD_ROWS);
    expect(6, 1, 1, 2);
    assert_true(report.written);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (line_with(said[i].code)->row != said[i].row)
            fail_msg("%s is said of row %zu, not %zu", said[i].code, line_with(said[i].code)->row, said[i].row);
    struct past_test_totals_row t = totals();
    assert_int_equal(t.problems, 6);
    assert_int_equal(t.rows, 7);
    assert_int_equal(t.agains, 1);
    struct past_test_problem_row p = problem("A1");
    assert_str(p.state, "struck_off");
    assert_false(p.overdue);
    assert_int_equal(p.lon_e7.v, 1181000000);
    p = problem("A2");
    assert_str(p.state, "accepted");
    assert_false(p.lon_e7.has);
    int64_t due;
    assert_true(civil_parse_date(STR("2025-03-04"), 480, &due)); /* a whole day ends at 24:00 */
    assert_int_equal(p.due_ms.v, due);
    p = problem("A3");
    assert_true(p.closed_ms.v < p.reported_ms);
    p = problem("A4");
    assert_str(p.state, "dispatched");
    p = problem("A5");
    assert_true(p.closed_ms.has && !p.due_ms.has);
    p = problem("A8");
    assert_str(p.state, "registered");
    assert_int_equal(p.year, 2025);
}

static void changed_rows(void **state)
{
    static const char first[] = "编号,状态,发现时间,整改时限,销号时间,责任单位,问题描述\n"
                                "K1,处理中,2025-03-01 09:00,2025-03-03 09:00,,创建办,甲\n"
                                "K2,处理中,2025-03-01 09:00,2025-03-03 09:00,,创建办,乙\n"
                                "K3,处理中,2025-03-01 09:00,2025-03-03 09:00,,创建办,丙\n";
    static const char second[] = "编号,状态,发现时间,整改时限,销号时间,责任单位,问题描述\n"
                                 "K1,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-04 09:00,创建办,甲\n"
                                 "K2,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-02 09:00,创建办,乙\n"
                                 "K3,处理中,2025-03-01 09:00,2025-03-03 09:00,,创建办,丙\n"
                                 "K4,处理中,2025-03-02 09:00,,,创建办,丁\n";
    (void)state;
    import_with(first, NULL, IMPORT_ALL_OR_NOTHING);
    expect(3, 0, 0, 0);
    struct op *op = ground_op(&g);
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    fx_past_test_touch(&fx, &(struct past_test_touch_in){op->hq, STR("K2")}); /* somebody has worked on it */
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    import_with(second, NULL, IMPORT_ALL_OR_NOTHING);
    expect(1, 1, 2, 0);
    assert_int_equal(line_with("worked_on_here")->row, 3);
    struct past_test_problem_row p = problem("K1");
    assert_str(p.state, "struck_off");
    assert_true(p.overdue);
    assert_int_equal(p.version, 2);
    assert_int_equal(p.event_count, 2);
    p = problem("K2");
    assert_str(p.state, "accepted");
    p = problem("K4");
    assert_int_equal(p.number, 4);
    import_with(second, NULL, IMPORT_ALL_OR_NOTHING);
    expect(0, 0, 4, 0);
}

static void other_systems(void **state)
{
    static const char csv[] = "工单号,状态,创建时间,诉求内容,高德经度,高德纬度\n9,待处理,03/04/2025,甲,118.1,24.7\n"
                              "10,待处理,05/04/2025,乙,118.1,24.7\n";
    (void)state;
    import_with(csv, "{\"$source\": \"热线\", \"lon\": \"高德经度\", \"lat\": \"高德纬度\"}", IMPORT_ALL_OR_NOTHING);
    expect(2, 0, 0, 0);
    line_with("date_order_unknown");
    struct past_test_problem_row p = problem("热线/9");
    assert_true(p.lon_e7.v < 1181000000 && p.lon_e7.v > 1180000000); /* shifted back */
    int64_t day;
    assert_true(civil_parse_date(STR("2025-03-04"), 480, &day));
    assert_int_equal(p.reported_ms, day);
    import_with(csv, "{\"$source\": \"热线\", \"$date_order\": \"dmy\"}", IMPORT_ALL_OR_NOTHING);
    expect(0, 2, 0, 0);
    assert_int_equal(lines_with("date_order_unknown"), 0);
    import_with(csv, "{\"$source\": \"另一系统\"}", IMPORT_ALL_OR_NOTHING);
    expect(2, 0, 0, 0);
}

static void duties(void **state)
{
    (void)state;
    import_text_of("areas", "代码,名称,类别\n350299,演示区,市辖区\n350299001,东街道,街道\n350299001001,甲社区居委会,居委会\n");
    import_text_of("people", "姓名,单位,人员编号\n张三,创建办,P1\n李四,创建办,P2\n张三,创建办,P3\n");
    static const char csv[] = "责任类别,姓名,单位,人员编号,负责区域,包保单位,开始时间\n"
                              "包保领导,张三,创建办,P1,东街道,,2026-01-01\n"
                              "网格员,李四,创建办,,甲社区,,\n"
                              "联络员,李四,,,,创建办,2026年1月1日\n"
                              "包保领导,张三,创建办,,东街道,,\n"
                              "领头人,李四,,,东街道,,\n"
                              "网格员,王五,,,东街道,,\n"
                              "网格员,李四,,,西街道,,\n"
                              "网格员,李四,,,,,\n"
                              "联络员,李四,,,,创建办,2026年1月1日\n";
    struct import_request in = request("duties", str_of(csv));
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    expect(3, 0, 0, 6);
    assert_int_equal(line_with("person_ambiguous")->row, 5);
    assert_int_equal(line_with("duty_kind_unknown")->row, 6);
    assert_int_equal(line_with("person_unknown")->row, 7);
    assert_int_equal(line_with("area_unknown")->row, 8);
    assert_int_equal(line_with("required")->row, 9);
    assert_int_equal(line_with("duplicate_row")->row, 10);
    run(&in);
    expect(0, 0, 3, 6);
}

int main(void)
{
#define GROUND(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest pure[] = {cmocka_unit_test(times), cmocka_unit_test(words)};
    const struct CMUnitTest tests[] = {GROUND(baltimore),     GROUND(what_was_said), GROUND(changed_rows),
                                       GROUND(other_systems), GROUND(duties)};
    return cmocka_run_group_tests(pure, NULL, NULL) + GROUND_RUN(tests);
}
