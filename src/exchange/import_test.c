/*
 * import_test.c - importers on both engines: lists made here, the XLSX an office has, and real
 * input from ../shared (XIAOHAO_SHARED; skipped where it is missing): the yearly lists of districts
 * against their known counts, 同安's 924 sites through the mapping file.
 */
#include "base/civil.h"
#include "base/datum.h"
#include "base/geo.h"
#include "tabular/csv.h"
#include "exchange/import_fixture.h"
#include "tabular/xlsx_out.h"
#include "import_sql.h"
#include "org/org.h"
#include "site/site.h"

static int64_t day(const char *date)
{
    int64_t ms;
    assert_true(civil_parse_date(str_of(date), ZONE_SHANGHAI_MIN, &ms));
    return ms;
}

/* ---- queries ---- */

static void queries_fit(void **state)
{
    (void)state;
    struct op *op = ground_op(&g);
    ground_expect(&g, db_check_queries(&op->rd, &import_queries), RC_OK, NULL);
}

/* ---- areas ---- */

static const char areas_csv[] =
    "村居代码,行政区划代码,名称,类别,所属街道代码,所属街道,区县代码,区县名称,排序号\n"
    "1,350299001001,甲社区居委会,居委会,350299001,东街道,350299,演示区,2\n"
    "2,350299001002,乙社区居委会,居委会,350299001,东街道,350299,演示区,1\n"
    "3,350299101201,丙村委会,村委会,350299101,西镇,350299,演示区,\n";

static void areas_by_list(void **state)
{
    (void)state;
    import_text_of("areas", areas_csv);
    expect(3, 0, 0, 0);
    assert_true(report.written);
    assert_int_equal(lines_with("area_made_above"), 3); /* the district and two towns */
    struct area a;
    bool found;
    struct op *op = ground_op(&g);
    ground_expect(&g, area_by_code(op, STR("350299001002"), &a, &found), RC_OK, NULL);
    assert_true(found && a.order_no == 1 && !uuid_is_none(a.parent_id));
    import_text_of("areas", areas_csv);
    expect(0, 0, 3, 0);
    import_text_of(
        "areas",
        "区划代码,名称,排序号\n350299001001,甲东社区居委会,2\n350299001002,乙社区居委会,7\n");
    expect(0, 2, 0, 0);
    import_text_of(
        "areas",
        "区划代码,名称,排序号\n350299001001,甲东社区居委会,2\n350299001002,乙社区居委会,7\n");
    expect(0, 0, 2, 0);
}

static void areas_with_faults(void **state)
{
    (void)state;
    static const char csv[] =
        "代码,名称,类别\n350299,演示区,市辖区\n350299001,东街道,街道\n35029,短,街道\n"
        "350299001,又一个,街道\n350299555001,没有上级,居委会\n350299002,,街道\n";
    struct import_request in = request("areas", str_of(csv));
    run(&in);
    expect(2, 0, 0, 4);
    assert_false(report.written);
    assert_int_equal(line_with("area_code")->row, 4);
    assert_int_equal(line_with("duplicate_row")->row, 5);
    assert_int_equal(line_with("parent_missing")->row, 6);
    assert_int_equal(line_with("required")->column, 2);
    in.mode = IMPORT_DRY_RUN;
    run(&in);
    expect(2, 0, 0, 4);
    assert_false(report.written);
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    expect(2, 0, 0, 4);
    assert_true(report.written);
    run(&in);
    expect(0, 0, 2, 4);
}

/* One file of the shared set, the rows of one day and district. */
static void import_day(struct str file, const char *as_of, const char *district, bool has_day)
{
    struct import_request in = request("areas", file);
    in.as_of_ms = SOME(day(as_of));
    in.mapping =
        has_day ? str_fmt(&g.arena,
                          "{\"$only\":[{\"column\":\"as_of\",\"is\":\"%s\"},"
                          "{\"column\":\"district_code\",\"is\":\"%s\"}]}",
                          as_of, district)
                : str_fmt(&g.arena, "{\"$only\":[{\"column\":\"district_code\",\"is\":\"%s\"}]}",
                          district);
    run(&in);
    assert_int_equal(report.counts[REPORT_REFUSED], 0);
    assert_true(report.written);
}

static void expect_counts(const char *as_of, const char *district, const struct csv_row *want)
{
    struct area_counts c;
    struct op *op = ground_op(&g);
    int64_t towns, villages, kinds[2];
    ground_expect(&g, area_count(op, day(as_of), str_of(district), &c), RC_OK, NULL);
    assert_true(str_to_i64(want->cells[5], 0, 10000, &towns) &&
                str_to_i64(want->cells[6], 0, 10000, &villages));
    assert_true(str_to_i64(want->cells[7], 0, 10000, &kinds[0]) &&
                str_to_i64(want->cells[8], 0, 10000, &kinds[1]));
    if (c.towns != towns || c.villages != villages)
        fail_msg("%s %s: %lld towns, %lld villages", as_of, district, (long long)c.towns,
                 (long long)c.villages);
    for (size_t i = 0; i < c.nkinds; i++) {
        if (str_is(c.kinds[i].kind, "居委会"))
            assert_int_equal(c.kinds[i].count, kinds[0]);
        if (str_is(c.kinds[i].kind, "村委会"))
            assert_int_equal(c.kinds[i].count, kinds[1]);
    }
}

/* 同安 2021 -> 2022, from ANSWERS.md. */
static void expect_changes_of_2022(void)
{
    static const char *const gone[] = {"新民镇", "西柯镇"};
    static const char *const come[] = {"新民街道", "新美街道", "祥和街道", "美林街道", "西柯街道"};
    size_t found = 0;
    for (size_t i = 0; i < report.nlines; i++)
        for (size_t k = 0; k < 2; k++)
            found += str_is(report.lines[i].code, "area_closed") &&
                     str_find(report.lines[i].zh, str_of(gone[k]), 0) > 0;
    size_t changed = report.counts[REPORT_CREATED] + report.counts[REPORT_UPDATED];
    if (changed != sizeof come / sizeof *come || found != 2)
        show_lines();
    assert_int_equal(changed, sizeof come / sizeof *come);
    assert_int_equal(found, 2);
}

static void years_of_districts(void **state)
{
    (void)state;
    struct arena *a = &g.arena;
    struct str counts = shared_or_skip(a, "1_divisions/district_counts_by_year.csv");
    struct str towns = shared_or_skip(a, "1_divisions/towns_history_2016_2023.csv");
    struct str villages = shared_or_skip(a, "1_divisions/villages_history_2016_2022.csv");
    struct str villages_2023 = shared_or_skip(a, "1_divisions/villages_2023.csv");
    struct csv_reader csv;
    struct csv_row row;
    struct arena kept;
    bool more;
    size_t days = 0;
    arena_init(&kept);
    csv_open(&csv, &kept, &g.fault, counts, &(struct csv_options){0});
    assert_int_equal(csv_next(&csv, &row, &more), RC_OK);
    while (csv_next(&csv, &row, &more) == RC_OK && more) {
        const char *as_of = str_z(&kept, row.cells[0]), *district = str_z(&kept, row.cells[3]);
        bool last = strncmp(as_of, "2023", 4) == 0;
        import_day(towns, as_of, district, true);
        if (strncmp(as_of, "2022", 4) == 0 && strcmp(district, "350212") == 0)
            expect_changes_of_2022();
        import_day(last ? villages_2023 : villages, as_of, district, !last);
        expect_counts(as_of, district, &row);
        import_day(last ? villages_2023 : villages, as_of, district, !last);
        assert_int_equal(report.counts[REPORT_UNCHANGED], report.read);
        days++;
    }
    assert_int_equal(days, 24);
    arena_free(&kept);
}

/* ---- units and people ---- */

static const char units_csv[] = "单位名称,单位编码,简称,类别,主管单位,所属街道,联系人\n"
                                "大队,CG-2,,部门,城管局,,张三\n"
                                "演示区城市管理局,CG-1,城管局,部门,,,\n"
                                "东街道办事处,,,,,东街道,\n";

static void units(void **state)
{
    (void)state;
    struct unit u;
    bool found;
    import_text_of("areas", areas_csv);
    import_text_of("units", units_csv);
    expect(3, 0, 0, 0);
    ground_expect(&g, unit_by_code(ground_op(&g), STR("CG-2"), &u, &found), RC_OK, NULL);
    assert_true(found && !uuid_is_none(u.parent_id));
    size_t n;
    ground_expect(&g, unit_by_name(ground_op(&g), STR("东街道办事处"), &u, &n), RC_OK, NULL);
    assert_true(n == 1 && str_is(u.kind, "territory") && str_is(u.area_code, "350299001"));
    import_text_of("units", units_csv);
    expect(0, 0, 3, 0);
    import_text_of("units", "单位名称,单位编码,主管单位\n城市管理局,CG-1,CG-2\n");
    expect(0, 0, 0, 1);
    import_text_of("units",
                   "单位名称,单位编码,主管单位\n甲,A1,乙\n乙,B1,甲\n丙,C1,无此单位\n丁,D9,\n");
    expect(1, 0, 0, 3);
    assert_int_equal(line_with("parent_circle")->column, 3);
    assert_int_equal(line_with("unit_unknown")->row, 4 - (lines_with("unit_unknown") > 1 ? 2 : 0));
}

static void people(void **state)
{
    (void)state;
    static const char csv[] =
        "姓名,单位,职务,手机\n王一,城管局,科员,13800000001\n李二,城管局,科长,0592-1234567\n"
        "王一,城管局,科员,13800000001\n赵四,没有的局,,\n钱五,城管局,,abc\n";
    import_text_of("areas", areas_csv);
    import_text_of("units", units_csv);
    struct import_request in = request("people", str_of(csv));
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    expect(2, 0, 0, 3);
    assert_int_equal(line_with("duplicate_row")->row, 4);
    assert_int_equal(line_with("unit_unknown")->row, 5);
    assert_int_equal(line_with("phone")->column, 4);
    for (size_t i = 0; i < report.nlines; i++)
        assert_true(str_find(report.lines[i].zh, STR("1380000"), 0) < 0);
    run(&in);
    expect(0, 0, 2, 3);
    import_text_of("people",
                   "姓名,单位,职务,手机\n王一,城管局,主任,138 0000 0001\n李二,城管局,,\n");
    expect(0, 1, 1, 0);
    struct import_request made = request("people", STR("姓名,单位\n孙六,新单位\n周七,新单位\n"));
    made.mapping = STR("{\"$create_units\":true}");
    run(&made);
    expect(2, 0, 0, 0);
    assert_int_equal(lines_with("unit_created"), 1);
    run(&made);
    expect(0, 0, 2, 0);
}

/* ---- sites ---- */

static void sites(void **state)
{
    (void)state;
    static const char csv[] =
        "点位名称,点位类型,地址,所属街道,所属社区,责任单位,联系人,联系电话,经度,纬度\n"
        "中山公园,公园,一路1号,东街道办事处,甲社区,城管局,王一,13800000001,118.1,24.7\n"
        "和平小区,居民小区,二路2号,东街道,乙社区居委会,,,,0,0\n"
        "人民广场,GC,三路3号,西镇,,城管局,,,118.2,\n"
        "中山公园,公园,一路1号,东街道,甲社区,,,,,\n"
        "某处,没有的类型,四路,东街道,,,,,,\n"
        "某处,公园,四路,北街道,,没有的局,,,999,1\n";
    load_standard();
    import_text_of("areas", areas_csv);
    import_text_of("units", units_csv);
    struct import_request in = request("sites", str_of(csv));
    run(&in);
    expect(3, 0, 0, 3);
    assert_false(report.written);
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    expect(3, 0, 0, 3);
    assert_int_equal(line_with("place_placeholder")->row, 3);
    assert_int_equal(line_with("place_half")->row, 4);
    assert_int_equal(line_with("duplicate_row")->row, 5);
    assert_int_equal(line_with("category_unknown")->row, 6);
    assert_int_equal(line_with("area_unknown")->row, 7);
    assert_int_equal(line_with("bad_coordinate")->column, 9);
    assert_int_equal(line_with("unit_unknown")->column, 6);
    run(&in);
    expect(0, 0, 3, 3);
    struct site s;
    struct site_contact c;
    bool found;
    struct op *op = ground_operator(&g);
    ground_expect(&g, site_by_code(op, STR("GY-001"), &s, &found), RC_OK, NULL);
    assert_true(found && s.lon_e7.v == 1181000000 && str_is(s.area_code, "350299001001"));
    ground_expect(&g, site_open_contact(op, &s, &c), RC_OK, NULL);
    assert_true(str_is(c.phone, "13800000001"));
    import_text_of(
        "sites",
        "点位编号,点位名称,点位类型,所属社区,联系电话\nGY-001,中山公园,公园,乙社区,13800000002\n");
    expect(0, 1, 0, 0);
    import_text_of(
        "sites",
        "点位编号,点位名称,点位类型,所属社区,联系电话\nGY-001,中山公园,公园,乙社区,13800000002\n");
    expect(0, 0, 1, 0);
}

/* What offices send round: a title over the table, a remark, then the headings. */
static struct str office_xlsx(void)
{
    const struct str headings[] = {STR("序号"),   STR("点位名称"), STR("点位类型"),
                                   STR("地址"),   STR("所属社区"), STR("责任单位"),
                                   STR("联系人"), STR("联系电话")};
    const struct str cells[] = {
        STR("1"),      STR("中山公园"), STR("公园"),     STR("一路1号"),
        STR("甲社区"), STR("城管局"),   STR("王一"),     STR("13800000001"),
        STR("2"),      STR("和平小区"), STR("居民小区"), STR("二路2号"),
        STR("乙社区"), STR("阳光物业"), STR("李二"),     STR("13800000002"),
    };
    struct xlsx_out x = {.sheet = STR("点位"),
                         .title = STR("演示区文明城市创建实地测评点位一览表"),
                         .headings = headings,
                         .ncolumns = 8,
                         .cells = cells,
                         .nrows = 2,
                         .created_ms = GROUND_NOW};
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_int_equal(xlsx_write(&g.arena, &g.fault, &x, &b), RC_OK);
    struct str bytes = str_copy(&g.arena, buf_view(&b));
    buf_free(&b);
    return bytes;
}

static void office_list(void **state)
{
    (void)state;
    load_standard();
    import_text_of("areas", areas_csv);
    import_text_of("units", units_csv);
    struct import_request in = request("sites", office_xlsx());
    run(&in);
    expect(1, 0, 0, 1);
    assert_int_equal(line_with("unit_unknown")->column, 6);
    assert_int_equal(report.map->header_row, 2);
    in.mapping = STR("{\"$create_units\":true}");
    run(&in);
    expect(2, 0, 0, 0);
    run(&in);
    expect(0, 0, 2, 0);
}

static void repeated_command(void **state)
{
    (void)state;
    struct import_request in = request("areas", str_of(areas_csv));
    in.id = uuid_named(UUID_NONE, STR("the import"));
    run(&in);
    expect(3, 0, 0, 0);
    run(&in);
    expect(3, 0, 0, 0); /* as the first time */
    assert_true(report.written);
    in.bytes = STR("代码,名称\n350299,别的\n");
    ground_expect(&g, import_run(ground_operator(&g), &in, &report), RC_CONFLICT,
                  "command_id_reused");
}

static void faults_of_the_whole(void **state)
{
    (void)state;
    struct import_request in = request("sites", STR("点位名称,地址\n甲,乙\n"));
    ground_expect(&g, import_run(ground_operator(&g), &in, &report), RC_INVALID, "column_missing");
    in = request("weather", STR("a,b\n1,2\n"));
    ground_expect(&g, import_run(ground_operator(&g), &in, &report), RC_BAD, "unknown_kind");
    in = request("units", str_of(units_csv));
    in.as_of_ms = SOME(GROUND_NOW);
    ground_expect(&g, import_run(ground_operator(&g), &in, &report), RC_BAD, "as_of_areas_only");
    in = request("units", str_of(units_csv));
    ground_expect(&g, import_run(ground_op(&g), &in, &report), RC_FORBIDDEN, "not_allowed");
}

/* ---- 同安 ---- */

static struct str own_file(struct arena *a, const char *path)
{
    const char *root = getenv("XIAOHAO_ROOT");
    char bytes[64 * 1024];
    FILE *f = fopen(str_z(a, str_fmt(a, "%s/%s", root ? root : ".", path)), "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return str_copy(a, (struct str){bytes, n});
}

static void tongan(void **state)
{
    (void)state;
    struct arena *a = &g.arena;
    struct str towns = shared_or_skip(a, "1_divisions/towns_2023.csv");
    struct str villages = shared_or_skip(a, "1_divisions/villages_2023.csv");
    struct str list = shared_or_skip(a, "3_sites/xiamen_sites.csv");
    const struct str mapping = own_file(a, "tests/data/tongan_sites.mapping.json");
    load_standard();
    import_day(towns, "2023-06-30", "350212", false);
    import_day(villages, "2023-06-30", "350212", false);
    struct import_request in = request("sites", list);
    in.mapping = mapping;
    in.mode = IMPORT_GOOD_ROWS;
    run(&in);
    assert_int_equal(report.read, 924);
    print_message("sites of 同安: %zu created, %zu refused, %zu remarks\n",
                  report.counts[REPORT_CREATED], report.counts[REPORT_REFUSED], report.nwarnings);
    show_lines();
    assert_int_equal(report.counts[REPORT_CREATED] + report.counts[REPORT_REFUSED], 924);
    size_t refused = report.counts[REPORT_REFUSED];
    assert_true(refused == 0 || report.nerrors >= refused);
    run(&in);
    expect(0, 0, 924 - refused, refused);
}

/* ---- the catalogue ---- */

static void catalogue(void **state)
{
    (void)state;
    const struct asset *criteria = asset_find("data/standard/criteria.csv");
    assert_non_null(criteria);
    load_standard();
    struct import_request in = request("standard", criteria->bytes);
    run(&in);
    expect(0, 0, 330, 0);
    assert_int_equal(lines_with("draft_made"), 0);
    import_text_of("standard", "条目编号,条目内容,分值,类别名称\nSQ-01,社区有宣传。,7,\nXQ-99,"
                               "小区新的一条。,,\nZZ-01,新类别的一条。,2,新类别\n");
    expect(2, 1, 0, 0);
    assert_int_equal(lines_with("draft_made"), 1);
    assert_int_equal(lines_with("category_made"), 1);
    import_text_of("standard", "条目编号,条目内容,分值,类别名称\nSQ-01,社区有宣传。,7,\nXQ-99,"
                               "小区新的一条。,,\nZZ-01,新类别的一条。,2,新类别\n");
    expect(0, 0, 3, 0);
    import_text_of(
        "standard",
        "条目编号,条目内容,分值,计分方式\nSQ-02,甲,-3,\nSQ-03,乙,,guess\nQQ-01,没有的类别,,\n");
    expect(0, 0, 0, 3);
    assert_int_equal(line_with("bad_number")->column, 3);
    assert_int_equal(line_with("category_unknown")->row, 4);
}

static void catalogue_as_received(void **state)
{
    (void)state;
    struct str list = shared_or_skip(&g.arena, "standard_27x330.csv");
    load_standard();
    struct import_request in = request("standard", list);
    in.mode = IMPORT_DRY_RUN;
    run(&in);
    assert_int_equal(report.read, 330);
    assert_int_equal(report.counts[REPORT_REFUSED], 0);
    assert_false(report.written);
}

/* ---- datum ---- */

/* The 3,206 rows that carry both: metres between ours and theirs. */
static void datum_of_real_sites(void **state)
{
    (void)state;
    struct str list = shared_or_skip(&g.arena, "3_sites/xiamen_sites.csv");
    struct csv_reader csv;
    struct csv_row row;
    bool more;
    size_t n = 0, far = 0;
    int64_t worst = 0;
    csv_open(&csv, &g.arena, &g.fault, list, &(struct csv_options){0});
    assert_int_equal(csv_next(&csv, &row, &more), RC_OK);
    while (csv_next(&csv, &row, &more) == RC_OK && more) {
        struct place_e7 wgs, gcj;
        assert_true(str_to_scaled(row.cells[11], 7, &wgs.lon) &&
                    str_to_scaled(row.cells[12], 7, &wgs.lat));
        assert_true(str_to_scaled(row.cells[13], 7, &gcj.lon) &&
                    str_to_scaled(row.cells[14], 7, &gcj.lat));
        struct place_e7 ours = datum_to_wgs84(gcj), theirs = datum_to_gcj02(wgs);
        int64_t back = geo_distance_m(ours.lon, ours.lat, wgs.lon, wgs.lat);
        int64_t forth = geo_distance_m(theirs.lon, theirs.lat, gcj.lon, gcj.lat);
        worst = back > worst ? back : forth > worst ? forth : worst;
        far += back > 1 || forth > 1;
        n++;
    }
    print_message("datum: %zu places, worst %lld m, %zu beyond 1 m\n", n, (long long)worst, far);
    assert_int_equal(n, 3206);
    assert_int_equal(far, 0);
}

int main(void)
{
#define GROUND(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        GROUND(queries_fit),
        GROUND(areas_by_list),
        GROUND(areas_with_faults),
        GROUND(years_of_districts),
        GROUND(units),
        GROUND(people),
        GROUND(sites),
        GROUND(office_list),
        GROUND(repeated_command),
        GROUND(faults_of_the_whole),
        GROUND(tongan),
        GROUND(catalogue),
        GROUND(catalogue_as_received),
        GROUND(datum_of_real_sites),
    };
    return GROUND_RUN(tests);
}
