/*
 * export_test.c - exports on both engines: what was imported goes out, into an empty database, and out again, and is the
 * same; encodings, guarded formulas, reach, masking, the journal, JSON and GeoJSON, the ledger's workbook.
 */
#include "base/civil.h"
#include "base/json_in.h"
#include "exchange/export.h"
#include "exchange/import_fixture.h"
#include "past_test_sql.h"
#include "tabular/table.h"

#include <jansson.h>
#include <unistd.h>

static struct arena kept; /* outlives a database */

static struct str file_of(const char *path)
{
    struct buf b;
    char piece[8192];
    size_t n;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    buf_init(&b, 64 << 20);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&b, piece, n);
    fclose(f);
    struct str s = str_copy(&kept, b.n ? buf_view(&b) : STR(""));
    buf_free(&b);
    return s;
}

static struct export_result result;

static struct str export_as(const struct export_request *in)
{
    struct op *op = ground_operator(&g);
    const char *path = str_z(&g.arena, str_fmt(&g.arena, "%s/out", g.folder));
    ground_expect(&g, export_write(op, in, path, &result), RC_OK, NULL);
    struct str s = file_of(path);
    unlink(path);
    return s;
}

static struct str export_csv(const char *kind)
{
    return export_as(&(struct export_request){.kind = str_of(kind), .unmask_reason = STR("往返核对")});
}

static void import_all(const char *kind, struct str bytes)
{
    struct import_request in = request(kind, bytes);
    run(&in);
    if (report.counts[REPORT_REFUSED]) {
        show_lines();
        fail_msg("%s: refused %zu", kind, report.counts[REPORT_REFUSED]);
    }
}

/* ---- round trips ---- */

static const char areas[] = "代码,名称,类别,排序号\n350299,演示区,市辖区,1\n350299001,东街道,街道,3\n350299002,西镇,镇,2\n"
                            "350299001001,甲社区居委会,居委会,1\n350299001002,乙社区居委会,居委会,2\n350299002201,丙村委会,村委会,\n";
static const char units[] = "单位代码,单位名称,简称,单位类别,上级单位,行政区划代码,排序号\nCG,演示区城市管理局,城管局,部门,,,5\n"
                            "HW,环卫中心,,部门,演示区城市管理局,,6\nDJ,东街道办事处,,属地,,350299001,7\n"
                            "ZX1,便民服务中心,,部门,,,8\nZX2,便民服务中心,,部门,,,9\n";
static const char people[] = "姓名,单位,职务,手机,人员编号,排序号\n张三,演示区城市管理局,局长,13800138000,P1,1\n"
                             "李四,东街道办事处,,,P2,2\n\"王,五\",ZX1,=1+1,,P3,3\n";
static const char sites[] =
    "点位编号,点位名称,点位类型,地址,行政区划代码,主体单位,属地单位,监管单位,联系人,联系电话,经度,纬度,外部编号,备注\n"
    "SQ-001,甲社区,社区,\"东街1号,\"\"南\"\"门\",350299001001,ZX1,东街道办事处,演示区城市管理局,赵六,13900139000,118.1234567,24.7,E1,@备注\n"
    "SQ-002,乙社区,社区,,350299001002,,,,,,,,,\n";
static const char duties[] = "责任类别,姓名,单位,人员编号,负责区域,点位编号,包保单位,开始时间,结束时间,备注\n"
                             "包保领导,张三,,P1,东街道,,,2026-01-01,,包保\n联络员,李四,,P2,,,演示区城市管理局,2026-02-01 08:30,2027-01-01,\n"
                             "站长,张三,,P1,,SQ-001,,2026-03-01,,\n";
static const char problems[] =
    "外部编号,状态,发现时间,交办时间,整改时限,完成时间,销号时间,责任单位,点位编号,所属街道,类别,标准项,问题描述,地址,经度,纬度,重要程度,典型问题,重改次数\n"
    "A1,已结案,2025-03-01 09:00:01.5,2025-03-01 10:00,2025-03-03,2025-03-02 11:00,2025-03-02 18:00,HW,SQ-001,,,,\"=危险,的\"\"公式\"\"\",,,,重点,是,2\n"
    "A2,处理中,2025-03-02 09:00,,,,,便民局,,东街道,暴露垃圾,,\"两\n行\",东街2号,118.2,24.8,,,\n"
    "A3,作废,2024-12-31 23:59:59,,2025-01-03,,2025-01-01 00:00,,,,社区,,没有单位,,,,,,\n"
    "A2,处理中,2025-03-02 09:00,,,,,便民局,,东街道,暴露垃圾,,同号另文,,,,,,\n"
    "A4,立行立改,2025-03-04 09:00,,,,2025-03-04 09:30,HW,SQ-002,,,,当场改,,,,,,\n";

static const char matrix_list[] =
    "条目编号,类别代码,行政区划代码,牵头方,属地单位,主体单位,监管单位,协同单位,工作标准,完成时限,责任人员\n"
    ",SQ,350299001,属地,东街道办事处,,演示区城市管理局,HW、ZX1,标准甲,每月,李四\n,,,监管,,,演示区城市管理局,,,,\n";

static const char facilities[] =
    "点位编号,设施类别,名称,位置,宽（毫米）,高（毫米）,完好状况,检查时间,使用状态,备注,外部编号\n"
    "SQ-001,宣传栏,东门宣传栏,\"东门,内侧\",2400,1200,褪色,2025-01-02 10:00,在用,,F1\n"
    "SQ-001,bin,果皮箱,,,,,,,=备注,\nSQ-002,健身器材,漫步机,广场,,,已损,,,,F3\n"
    "SQ-002,母婴室,母婴室,一层,,,未开放使用,2024-05-06,已拆除,旧楼,F4\n";
static const char frontages[] =
    "门店编号,店招,业态,行政区划代码,点位编号,管理单位,地址,经度,纬度,负责人,联系电话,签订时间,检查时间,使用状态,备注,外部编号\n"
    "M1,\"好,再来\",餐饮,350299001001,SQ-001,HW,东街3号,118.1,24.71,钱七,13700137000,2025-03-01,2026-01-01 09:00,在用,,W1\n"
    ",无号小店,零售,350299001002,,,东街4号,,,,,,,,,\nM3,旧店,,350299001002,,,,,,,,2023-01-01,,歇业,,\n";
static const char limit_rules[] =
    "规则名称,依据,条目编号,类别代码,办理类别,区域类别,重要程度,季节起,季节止,时限类别,整改时限,开始时间,结束时间\n"
    "集贸市场,创建办〔2025〕1号,,SC,,A类,重点,,,工作日,2,2025-01-01 00:00,2025-06-01 00:00\n"
    "集贸市场,创建办〔2025〕2号,,SC,,A类,重点,,,工作小时,6,2025-06-01 00:00,\n汛期,,,,,,,05-01,09-30,紧急工作时,4,2025-02-01,\n";
static const char days[] = "日期,类别,名称,英文名称\n2026-11-26,放假,区运动会,District games\n2026/11/28,调休上班,补班,\n2026年12月1日,上午休息,,\n";

static void fill_registers(void)
{
    struct import_request in = request("facilities", str_of(facilities));
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    expect(3, 0, 0, 1);
    assert_int_equal(line_with("word_unknown")->row, 4);
    assert_int_equal(lines_with("condition_bad"), 1);
    import_all("frontages", str_of(frontages));
    expect(3, 0, 0, 0);
    import_all("limit_rules", str_of(limit_rules));
    expect(3, 0, 0, 0);
    import_all("calendar_days", str_of(days));
    expect(3, 0, 0, 0);
}

static void fill(void)
{
    static const char create[] = "{\"$create_units\": true, \"$source\": \"旧系统\"}";
    import_all("areas", str_of(areas));
    import_all("units", str_of(units));
    import_all("people", str_of(people));
    load_standard();
    import_all("sites", str_of(sites));
    import_all("duties", str_of(duties));
    import_all("matrix", str_of(matrix_list));
    expect(2, 0, 0, 0);
    fill_registers();
    struct import_request in = request("problems", str_of(problems));
    in.mapping = str_of(create);
    run(&in);
    expect(4, 1, 0, 0);
}

static const char *const kinds[] = {"areas", "units", "people", "sites", "duties", "problems", "matrix", "facilities", "frontages",
                                    "limit_rules", "calendar_days"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void round_trip(void **state)
{
    struct str first[KINDS], standard, standard_again;
    (void)state;
    fill();
    for (size_t i = 0; i < KINDS; i++)
        first[i] = export_csv(kinds[i]);
    standard = export_csv("standard");
    assert_int_equal(result.rows, 330);
    import_all("standard", standard);
    expect(0, 0, 330, 0);
    assert_true(str_find(first[5], STR("旧系统/A1"), 0) > 0);
    assert_true(str_find(first[5], STR("'=危险"), 0) > 0);
    assert_true(str_find(first[8], STR("13700137000"), 0) > 0);
    ground_close(&g);
    ground_open(&g);
    load_standard();
    for (size_t i = 0; i < KINDS; i++)
        import_all(kinds[i], first[i]);
    for (size_t i = 0; i < KINDS; i++) {
        struct str again = export_csv(kinds[i]);
        if (!str_eq(first[i], again))
            fail_msg("%s:\n%.*s\nbecame\n%.*s", kinds[i], STR_ARG(first[i]), STR_ARG(again));
    }
    standard_again = export_csv("standard");
    assert_true(str_eq(standard, standard_again));
    for (size_t i = 0; i < KINDS; i++) { /* and again changes nothing */
        import_all(kinds[i], first[i]);
        assert_int_equal(report.counts[REPORT_CREATED] + report.counts[REPORT_UPDATED], 0);
    }
}

/* The same through a workbook. */
static void round_trip_xlsx(void **state)
{
    struct str first[KINDS], books[KINDS];
    (void)state;
    fill();
    for (size_t i = 0; i < KINDS; i++) {
        first[i] = export_csv(kinds[i]);
        books[i] = export_as(&(struct export_request){.kind = str_of(kinds[i]), .format = EXPORT_XLSX, .unmask_reason = STR("核对")});
    }
    ground_close(&g);
    ground_open(&g);
    load_standard();
    for (size_t i = 0; i < KINDS; i++)
        import_all(kinds[i], books[i]);
    for (size_t i = 0; i < KINDS; i++) {
        struct str again = export_csv(kinds[i]);
        if (!str_eq(first[i], again))
            fail_msg("%s:\n%.*s\nbecame\n%.*s", kinds[i], STR_ARG(first[i]), STR_ARG(again));
    }
}

static void round_trip_baltimore(void **state)
{
    (void)state;
    struct import_request in = request("problems", shared_or_skip(&kept, "4_cases/baltimore311_sample.csv"));
    in.mapping = STR("{\"$create_units\": true, \"external_id\": \"SRRecordID\"}");
    run(&in);
    struct str unit_list = export_csv("units"), list = export_csv("problems");
    assert_int_equal(result.rows, 6040);
    ground_close(&g);
    ground_open(&g);
    import_all("units", unit_list);
    import_all("problems", list);
    expect(6040, 0, 0, 0);
    assert_true(str_eq(export_csv("problems"), list));
}

/* A list over what is there: what it says anew is taken, what the register knows better stays. */
static void registers_again(void **state)
{
    (void)state;
    fill();
    import_all("facilities", STR("点位编号,设施类别,名称,位置,完好状况,外部编号,使用状态\nSQ-001,宣传栏,东门宣传栏,南门,完好,F1,\n"
                                 "SQ-001,bin,果皮箱,,,,已拆除\n"));
    expect(0, 2, 0, 0);
    assert_int_equal(lines_with("condition_kept"), 1);
    struct str list = export_csv("facilities");
    assert_true(str_find(list, STR("南门"), 0) > 0);
    assert_true(str_find(list, STR("褪色"), 0) > 0);
    import_all("frontages", STR("门店编号,店招,区划代码,联系电话,状态\nM1,\"好,再来\",350299001001,13700137001,\nM3,旧店,350299001002,,营业\n"));
    expect(0, 1, 1, 0);
    assert_int_equal(lines_with("frontage_closed"), 1);
    list = export_csv("frontages");
    assert_true(str_find(list, STR("钱七,13700137001"), 0) > 0);
    struct str masked = export_as(&(struct export_request){.kind = STR("frontages")});
    assert_int_equal(str_find(masked, STR("13700137001"), 0), -1);
    assert_int_equal(str_find(masked, STR("钱七"), 0), -1);
    import_all("limit_rules", STR("规则名称,类别代码,区域类别,重要程度,时限类别,时限\n集贸市场,SC,A,重点,工作日,3\n"));
    expect(1, 0, 0, 0);
    list = export_csv("limit_rules"); /* the one that held has ended */
    assert_int_equal(result.rows, 4);
    import_all("limit_rules", list);
    expect(0, 0, 4, 0);
    import_all("calendar_days", STR("日期,类别,名称\n2026-11-28,放假,改放假\n2026-11-26,放假,区运动会\n"));
    expect(0, 2, 0, 0);
    struct import_request bad = request("limit_rules", STR("规则名称,条目编号,时限类别,时限,季节起\n甲,NO-1,工作日,2,\n乙,,工作日,0,13-01\n丙,,,2,\n丁,,工作日,2,05-01\n"));
    run(&bad);
    expect(0, 0, 0, 4);
    assert_int_equal(line_with("criterion_missing")->column, 2);
    assert_int_equal(lines_with("bad_date") + lines_with("bad_number") + lines_with("required") + lines_with("season_half"), 4);
}

/* ---- forms ---- */

static void encodings(void **state)
{
    (void)state;
    import_all("areas", str_of(areas));
    struct str plain = export_csv("areas");
    struct str marked = export_as(&(struct export_request){.kind = STR("areas"), .encoding = EXPORT_UTF8_MARK});
    struct str national = export_as(&(struct export_request){.kind = STR("areas"), .encoding = EXPORT_GB18030});
    assert_true(str_starts(marked, STR("\xEF\xBB\xBF")));
    assert_true(str_eq(str_sub(marked, 3, marked.n), plain));
    assert_false(utf8_valid(national));
    struct table t;
    assert_int_equal(table_read(&kept, &g.fault, &(struct table_source){.bytes = national}, &t), RC_OK);
    assert_int_equal(t.encoding, TEXT_GB18030);
    assert_int_equal(t.grid.nrows, 7);
    import_all("areas", national);
    expect(0, 0, 6, 0);
}

static json_t *json_of(struct str s)
{
    json_error_t e;
    json_t *j = json_loadb(s.p, s.n, 0, &e);
    if (!j)
        fail_msg("no JSON: %s at %d in %.*s", e.text, e.position, (int)(s.n < 300 ? s.n : 300), s.p);
    return j;
}

static void json_and_geojson(void **state)
{
    (void)state;
    fill();
    json_t *j = json_of(export_as(&(struct export_request){.kind = STR("problems"), .format = EXPORT_JSON}));
    json_t *items = json_object_get(j, "items");
    assert_int_equal(json_array_size(items), 4);
    json_t *first = json_array_get(items, 1);
    assert_string_equal(json_string_value(json_object_get(first, "external_id")), "旧系统/A1");
    assert_string_equal(json_string_value(json_object_get(first, "reported")), "2025-03-01T09:00:01.500+08:00");
    assert_true(json_is_true(json_object_get(first, "typical")));
    assert_int_equal(json_integer_value(json_object_get(first, "rework_count")), 2);
    json_decref(j);
    j = json_of(export_as(&(struct export_request){.kind = STR("sites"), .format = EXPORT_GEOJSON}));
    assert_string_equal(json_string_value(json_object_get(j, "type")), "FeatureCollection");
    json_t *features = json_object_get(j, "features"), *one = json_array_get(features, 0), *two = json_array_get(features, 1);
    json_t *at = json_object_get(json_object_get(one, "geometry"), "coordinates");
    assert_true(json_number_value(json_array_get(at, 0)) > 118.12345669 && json_number_value(json_array_get(at, 0)) < 118.12345671);
    assert_true(json_is_null(json_object_get(two, "geometry")));
    assert_null(json_object_get(json_object_get(one, "properties"), "lon"));
    assert_string_equal(json_string_value(json_object_get(json_object_get(one, "properties"), "code")), "SQ-001");
    json_decref(j);
    struct op *op = ground_operator(&g);
    struct export_request areas_map = {.kind = STR("areas"), .format = EXPORT_GEOJSON};
    ground_expect(&g, export_write(op, &areas_map, "/tmp/none", &result), RC_BAD, "format_not_possible");
    op = ground_operator(&g);
    struct export_request nothing = {.kind = STR("secrets")};
    ground_expect(&g, export_write(op, &nothing, "/tmp/none", &result), RC_NOT_FOUND, "unknown_kind");
}

static void ledger(void **state)
{
    (void)state;
    fill();
    struct str book = export_as(&(struct export_request){.kind = STR("ledger"), .format = EXPORT_XLSX, .gbt_words = true});
    struct table t;
    assert_int_equal(table_read(&kept, &g.fault, &(struct table_source){.bytes = book}, &t), RC_OK);
    assert_str(t.sheet, "整改台账");
    assert_str(t.grid.rows[0].cells[0], "整改台账");
    assert_str(t.grid.rows[2].cells[0], "序号");
    assert_str(t.grid.rows[2].cells[8], "整改前照片");
    assert_int_equal(t.grid.nrows, 3 + 4);
    assert_str(t.grid.rows[4].cells[15], "结案");
    assert_str(t.grid.rows[4].cells[7], "=危险,的\"公式\"");
    assert_str(t.grid.rows[3].cells[1], "2024-000001");
    static const char *const rest[] = {"inspections", "observations", "scores", "events", "matrix", "facilities", "frontages"};
    static const int64_t counts[] = {0, 0, 0, 4, 2, 3, 3};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        struct str csv = export_csv(rest[i]);
        assert_true(csv.n > 20);
        assert_int_equal(result.rows, counts[i]);
    }
}

/* ---- who takes what ---- */

static void reach(void **state)
{
    (void)state;
    fill();
    struct str masked = export_as(&(struct export_request){.kind = STR("people")});
    assert_int_equal(str_find(masked, STR("13800138000"), 0), -1);
    assert_true(str_find(masked, STR("138****8000"), 0) > 0);
    masked = export_as(&(struct export_request){.kind = STR("sites")});
    assert_int_equal(str_find(masked, STR("13900139000"), 0), -1);
    assert_int_equal(str_find(masked, STR("赵六"), 0), -1);
    struct op *op = ground_operator(&g);
    struct import_unit_named_row unit;
    bool found;
    ground_expect(&g, q_import_unit_named(&op->rd, &(struct import_unit_named_in){op->hq, STR("HW")}, &unit, &found), RC_OK, NULL);
    const char *path = str_z(&g.arena, str_fmt(&g.arena, "%s/out", g.folder));
    static const struct {
        const char *kind;
        uint32_t role;
        int64_t rows; /* -1: refused */
    } cases[] = {{"problems", ROLE_UNIT_CONTACT, 2}, {"events", ROLE_UNIT_CONTACT, 2}, {"ledger", ROLE_UNIT_CONTACT, 2},
                 {"people", ROLE_UNIT_CONTACT, 0},   {"sites", ROLE_UNIT_CONTACT, 0},  {"areas", ROLE_UNIT_CONTACT, 6},
                 {"problems", ROLE_COMMANDER, 4},    {"problems", ROLE_INSPECTOR, -1}, {"problems", ROLE_GRID_WORKER, -1},
                 {"people", ROLE_SYSTEM_ADMIN, -1},  {"problems", ROLE_AUDIT_ADMIN, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        op = ground_op(&g);
        op->actor = (struct actor){.unit_id = unit.id, .roles = cases[i].role};
        enum rc rc = export_write(op, &(struct export_request){.kind = str_of(cases[i].kind)}, path, &result);
        if (rc != (cases[i].rows < 0 ? RC_FORBIDDEN : RC_OK) || (rc == RC_OK && result.rows != cases[i].rows))
            fail_msg("%s by role %x: rc %d, %lld rows", cases[i].kind, cases[i].role, rc, (long long)result.rows);
    }
    op = ground_op(&g);
    op->actor = (struct actor){.unit_id = unit.id, .roles = ROLE_UNIT_CONTACT};
    struct export_request clear = {.kind = STR("people"), .unmask_reason = STR("想看")};
    ground_expect(&g, export_write(op, &clear, path, &result), RC_FORBIDDEN, "not_allowed");
    clear.unmask_reason = STR(" ");
    op = ground_operator(&g);
    ground_expect(&g, export_write(op, &clear, path, &result), RC_INVALID, "required");
    unlink(path);
}

static int begin_kept(void **state)
{
    arena_init(&kept);
    return begin(state);
}

static int end_kept(void **state)
{
    arena_free(&kept);
    return end(state);
}

int main(void)
{
#define GROUND(f) cmocka_unit_test_setup_teardown(f, begin_kept, end_kept)
    const struct CMUnitTest tests[] = {GROUND(round_trip), GROUND(round_trip_xlsx), GROUND(registers_again), GROUND(round_trip_baltimore), GROUND(encodings),
                                       GROUND(json_and_geojson), GROUND(ledger), GROUND(reach)};
    return GROUND_RUN(tests);
}
