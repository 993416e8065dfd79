/*
 * table_test.c - lists as an office has them: title rows, synonyms, merged towns, mappings, five
 * encodings of one file, the 3,206 real sites through a mapping file, and the report's counts and
 * lines.
 */
#include "exchange/columns.h"
#include "tabular/fixture.h"
#include "exchange/report.h"
#include "tabular/xlsx_out.h"

static enum rc bind(struct fixture *x, struct str bytes, const char *kind, const char *mapping,
                    struct table_map *m)
{
    struct table *t = ARENA_NEW(&x->arena, struct table);
    const struct column_set *set = columns_of(str_of(kind));
    struct table_source src = {.bytes = bytes};
    fault_clear(&x->fault);
    RETURN_IF(table_mapping_sheet(&x->arena, &x->fault, str_of(mapping), &src.sheet));
    RETURN_IF(table_read(&x->arena, &x->fault, &src, t));
    return table_bind(t, set->specs, set->n, str_of(mapping), m);
}

static struct str value(const struct table_map *m, size_t row, const char *key)
{
    return table_value(m, m->first + row, (size_t)table_spec(m, key)).text;
}

static void headings_are_found(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *text;
        size_t header_row;
    } cases[] = {
        {"点位名称,点位类型,地址\n城南公园,GY,环城路\n", 1},
        {"2026年点位台账,,\n填报单位：创建办,,\n\n序号,点位名称*,点位类别（27类）,详细地址\n1,"
         "城南公园,GY,环城路\n",
         4},
        {"名录；说明,,\n\" ※点 位\n名称 \",点位类型：,地 址\n城南公园,GY,环城路\n", 2},
        {"name,category,address\n城南公园,GY,环城路\n", 1},
        {"ＮＡＭＥ,TYPE_CODE,Address\n城南公园,GY,环城路\n", 1},
        {"点位名称,点位类型,地址\n点位名称,点位类型,地址\n城南公园,GY,环城路\n", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table_map m;
        enum rc rc = bind(x, str_of(cases[i].text), "sites", NULL, &m);
        assert_int_equal(rc, RC_OK);
        assert_int_equal(m.header_row, cases[i].header_row);
        size_t row = i == 5 ? 1 : 0;
        assert_str(value(&m, row, "name"), "城南公园");
        assert_str(value(&m, row, "category"), "GY");
        assert_str(value(&m, row, "address"), "环城路");
        assert_str(value(&m, row, "phone"), "");
        assert_int_equal(table_wants(&m, m.first), i != 5);
    }
}

static void binding_faults_are_named(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *text, *mapping, *code, *field;
    } cases[] = {
        {"a,b\n1,2\n", NULL, "header_not_found", NULL},
        {"", NULL, "table_empty", NULL},
        {"\n , \n", NULL, "table_empty", NULL},
        {"点位名称,地址\nx,y\n", NULL, "invalid_content", "column_missing"},
        {"点位名称,点位,类型\nx,y,z\n", NULL, "invalid_content", "heading_duplicate"},
        {"点位名称,类型\nx,y\n", "{\"address\":\"街址\"}", "invalid_content", "heading_unknown"},
        {"点位名称,类型\nx,y\n", "{\"address\":\"ZZ\"}", "invalid_content", "heading_unknown"},
        {"点位名称,类型\nx,y\n", "{\"colour\":\"B\"}", "invalid_content", "unknown_member"},
        {"点位名称,类型\nx,y\n",
         "{\"category\":{\"column\":\"类型\",\"rules\":[{\"value\":\"GY\"}]}}", "invalid_content",
         "bad_rule"},
        {"点位名称,类型\nx,y\n", "{\"category\":{\"column\":\"类型\",\"values\":{\"y\":3}}}",
         "invalid_content", "wrong_type"},
        {"点位名称,类型\nx,y\n", "{\"$only\":[{\"is\":\"y\"}]}", "invalid_content", "required"},
        {"点位名称,类型\nx,y\n", "[]", "json_not_object", NULL},
        {"点位名称,类型\nx,y\n", "{", "json_malformed", NULL},
        {"点位名称,类型\n\"x,y\n", NULL, "csv_quote_open", NULL},
        {"\xD0\xCF\x11\xE0\xA1\xB1", NULL, "xls_not_supported", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table_map m;
        enum rc rc = bind(x, str_of(cases[i].text), "sites", cases[i].mapping, &m);
        if (rc == RC_OK)
            fail_msg("case %zu passed", i);
        assert_fault(&x->fault, rc, cases[i].code);
        if (cases[i].field)
            assert_str(x->fault.fields[0].code, cases[i].field);
    }
}

static void mappings_translate(void **state)
{
    struct fixture *x = *state;
    static const char text[] =
        "编号,甲,乙,电话,丁\n1,城南公园,公园,1,060400|120302\n2,西门公厕,公园,2,x\n"
        "3,某处,别的,3,x\n4,小区,,4,1|120300\n5,外区,公园,5,x\n";
    struct table_map m;
    assert_int_equal(
        bind(x, str_of(text), "sites",
             "{\"name\":\"甲\",\"code\":\"A\",\"phone\":null,\"town\":{\"value\":\"城南街道\"},"
             "\"category\":{\"column\":\"乙\",\"rules\":[{\"column\":\"甲\",\"ends\":\"公厕\","
             "\"value\":\"GC2\"},"
             "{\"column\":\"丁\",\"split\":\"|\",\"starts\":\"1203\",\"value\":\"XQ\"}],"
             "\"values\":{\"公园\":\"GY\"}},"
             "\"note\":{\"column\":\"乙\",\"default\":\"无\"},"
             "\"$only\":[{\"column\":\"甲\",\"contains\":\"区\"}]}",
             &m),
        RC_OK);
    static const char *const want[] = {"XQ", "GC2", "别的", "XQ", "GY"};
    for (size_t i = 0; i < 5; i++) {
        struct table_value v = table_value(&m, m.first + i, (size_t)table_spec(&m, "category"));
        assert_str(v.text, want[i]);
        assert_int_equal(v.unmapped, i == 2);
        assert_int_equal(v.row, i + 2);
        assert_int_equal(table_wants(&m, m.first + i), i >= 3);
        assert_str(value(&m, i, "town"), "城南街道");
        assert_str(value(&m, i, "phone"), "");
    }
    assert_str(value(&m, 3, "note"), "无");
    assert_str(value(&m, 2, "note"), "别的");
    assert_str(value(&m, 4, "code"), "5");
    /* Without headings, by letter. */
    assert_int_equal(bind(x, STR("城南公园,GY\n西门,GC\n"), "sites",
                          "{\"$header_row\":0,\"name\":\"A\",\"category\":\"B\"}", &m),
                     RC_OK);
    assert_str(value(&m, 0, "name"), "城南公园");
    assert_str(value(&m, 1, "category"), "GC");
}

static void office_workbook_is_read(void **state)
{
    struct fixture *x = *state;
    /* Title, then headings, towns merged down over their sites. */
    struct grid g;
    struct str rows[][3] = {
        {STR("某区测评点位台账"), STR(""), STR("")},
        {STR("所属街道"), STR("点位名称"), STR("点位类型")},
        {STR("城南街道"), STR("甲"), STR("GY")},
        {STR(""), STR("乙"), STR("XQ")},
        {STR(""), STR("丙"), STR("SC")},
        {STR("城北街道"), STR("丁\xC2\xA0"), STR("\xE3\x80\x80SC")},
    };
    grid_init(&g, &x->arena, &x->fault);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(grid_add(&g, i + 1, rows[i], 3), RC_OK);
    assert_int_equal(grid_merge(&g, (struct grid_merge){1, 1, 1, 3}), RC_OK);
    assert_int_equal(grid_merge(&g, (struct grid_merge){3, 1, 5, 1}), RC_OK);
    assert_int_equal(grid_merge(&g, (struct grid_merge){900, 1, 1048576, 9}), RC_OK);
    assert_int_equal(grid_fill_merged(&g), RC_OK);
    struct table t = {.grid = g, .format = TABLE_XLSX};
    struct table_map m;
    const struct column_set *set = columns_of(STR("sites"));
    assert_int_equal(table_bind(&t, set->specs, set->n, STR_NONE, &m), RC_OK);
    assert_int_equal(m.header_row, 2);
    static const char *const towns[] = {"城南街道", "城南街道", "城南街道", "城北街道"};
    for (size_t i = 0; i < 4; i++)
        assert_str(value(&m, i, "town"), towns[i]);
    assert_str(value(&m, 3, "name"), "丁");
    assert_str(value(&m, 3, "category"), "SC");

    /* Every template can be read back by the import it is for. */
    static const char *const kinds[] = {"areas", "units", "people", "sites"};
    for (size_t k = 0; k < 4; k++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        set = columns_of(str_of(kinds[k]));
        assert_int_equal(xlsx_write_template(&x->arena, &x->fault, set->specs, set->n, &b), RC_OK);
        assert_int_equal(bind(x, buf_view(&b), kinds[k], NULL, &m), RC_OK);
        for (size_t s = 0; s < set->n; s++)
            assert_int_equal(m.bindings[s].column, s);
        buf_free(&b);
    }
    assert_null(columns_of(STR("cats")));
}

static void columns_are_named(void **state)
{
    struct fixture *x = *state;
    static const struct {
        size_t number;
        const char *name;
    } cases[] = {{1, "A"}, {26, "Z"}, {27, "AA"}, {702, "ZZ"}, {703, "AAA"}, {16384, "XFD"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_str(grid_column_name(&x->arena, cases[i].number), cases[i].name);
        assert_int_equal(grid_column_number(str_of(cases[i].name)), cases[i].number);
    }
    assert_int_equal(grid_column_number(STR("a")), 0);
    assert_int_equal(grid_column_number(STR("AAAA")), 0);
}

static void five_files_are_one(void **state)
{
    struct fixture *x = *state;
    static const struct {
        const char *path;
        enum text_encoding encoding;
    } files[] = {
        {"jingjiang_villages_utf8.csv", TEXT_UTF8},
        {"jingjiang_villages_utf8_bom_crlf.csv", TEXT_UTF8},
        {"jingjiang_villages_gbk_crlf.csv", TEXT_GB18030},
        {"jingjiang_villages_semicolon.csv", TEXT_UTF8},
        {"jingjiang_villages_text_codes.xlsx", TEXT_DETECT},
    };
    struct table_map first;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct table_map m;
        struct str bytes =
            shared_or_skip(&x->arena, str_fmt(&x->arena, "6_forms/encodings/%s", files[i].path).p);
        assert_int_equal(bind(x, bytes, "areas", NULL, &m), RC_OK);
        assert_int_equal(m.table->encoding, files[i].encoding);
        assert_int_equal(m.table->grid.nrows, 258);
        assert_int_equal(m.table->grid.nnotes, 0);
        assert_str(value(&m, 0, "code"), "321282001001");
        assert_str(value(&m, 0, "name"), "团结路居委会");
        assert_str(value(&m, 0, "parent_code"), "321282001");
        if (i == 0)
            first = m;
        for (size_t r = 0; r < 258; r++) {
            const struct grid_row *a = &first.table->grid.rows[r], *b = &m.table->grid.rows[r];
            assert_int_equal(a->ncells, b->ncells);
            for (size_t c = 0; c < a->ncells; c++)
                assert_true(str_eq(a->cells[c], b->cells[c]));
        }
    }
}

static void real_sites_are_mapped(void **state)
{
    struct fixture *x = *state;
    struct str bytes = shared_or_skip(&x->arena, "3_sites/xiamen_sites.csv");
    struct table_map m;
    assert_int_equal(
        bind(x, bytes, "sites",
             "{\"$only\":[{\"column\":\"district_code\",\"is\":\"350212\"}],\"code\":\"id\","
             "\"external_id\":null,"
             "\"area_code\":\"district_code\",\"category\":{\"column\":\"type_mid\",\"rules\":["
             "{\"column\":\"name\",\"contains\":\"广场\",\"value\":\"GC\"},"
             "{\"column\":\"typecode\",\"split\":\"|\",\"starts\":\"1203\",\"value\":\"XQ\"}],"
             "\"values\":{\"公园广场\":\"GY\",\"政府机关\":\"ZW\",\"公检法机构\":\"ZW\"},"
             "\"default\":\"SQ\"}}",
             &m),
        RC_OK);
    size_t rows = 0, homes = 0;
    for (size_t r = m.first; r < m.table->grid.nrows; r++) {
        if (!table_wants(&m, r))
            continue;
        rows++;
        struct table_value v = table_value(&m, r, (size_t)table_spec(&m, "category"));
        assert_true(!v.unmapped && v.text.n >= 2 && v.text.n <= 3);
        homes += str_is(v.text, "XQ");
        assert_true(value(&m, r - m.first, "name").n > 0);
        assert_true(value(&m, r - m.first, "lon").n > 0);
    }
    assert_int_equal(rows, 924);
    assert_true(homes > 300);
}

static void report_counts(void **state)
{
    struct fixture *x = *state;
    static const char text[] = "点位名称,点位类型,联系电话\n甲,GY,1\n,GY,2\n丙\x01,GY,"
                               "3\n丁\xEF\xBF\xBD,GY,4\n\"戊\"x,GY,5\n";
    struct table_map m;
    struct report r;
    assert_int_equal(bind(x, str_of(text), "sites", NULL, &m), RC_OK);
    report_begin(&r, &x->arena, &m, "sites", IMPORT_ALL_OR_NOTHING);
    for (size_t row = m.first; row < m.table->grid.nrows; row++) {
        struct table_value v = table_value(&m, row, (size_t)table_spec(&m, "name"));
        bool ok = report_notes(&r, row);
        ok = report_check(&r, &v, true, 100) && ok;
        report_count(&r, ok ? REPORT_CREATED : REPORT_REFUSED);
    }
    report_warning(&r, 2, 0, "remark", "第 %d 行留意", "Note row %d", 2);
    assert_int_equal(r.read, 5);
    assert_int_equal(r.counts[REPORT_REFUSED], 4);
    assert_false(report_may_write(&r));
    assert_str(report_summary(&r, LANG_ZH), "读取 5 行：新增 1，更新 0，未变 0，拒绝 4");
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    jo_begin(&j, &b, 480);
    report_write(&r, &j, NULL, LANG_EN);
    assert_str(buf_view(&b),
               "{\"kind\":\"sites\",\"mode\":\"all_or_nothing\",\"written\":false,\"read\":5,"
               "\"created\":1,\"updated\":0,"
               "\"unchanged\":0,\"refused\":4,\"encoding\":\"utf-8\",\"header_row\":1,\"columns\":["
               "{\"heading\":\"点位名称\",\"field\":\"name\"},{\"heading\":\"点位类型\",\"field\":"
               "\"category\"},"
               "{\"heading\":\"联系电话\",\"field\":\"phone\"}],\"rows\":["
               "{\"row\":2,\"column\":null,\"code\":\"remark\",\"message\":\"Note row "
               "2\",\"level\":\"warning\"},"
               "{\"row\":3,\"column\":\"点位名称\",\"code\":\"required\",\"message\":\"This is "
               "required\",\"level\":\"error\"},"
               "{\"row\":4,\"column\":\"点位名称\",\"code\":\"control_character\",\"message\":"
               "\"There are control characters\","
               "\"level\":\"error\"},"
               "{\"row\":5,\"column\":\"点位名称\",\"code\":\"text_damaged\",\"message\":"
               "\"The text is damaged; check it against the source\",\"level\":\"error\"},"
               "{\"row\":6,\"column\":\"点位名称\",\"code\":\"csv_quote\",\"message\":"
               "\"There is text after a closing quote\",\"level\":\"error\"}]}");
    buf_free(&b);
    for (int i = 0; i < REPORT_LINES_MAX + 10; i++)
        report_error(&r, 9, 1, "x", "某", "x");
    assert_int_equal(r.nlines, REPORT_LINES_MAX);
    assert_int_equal(r.nerrors, REPORT_LINES_MAX + 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(headings_are_found),    TEST(binding_faults_are_named),
        TEST(mappings_translate),    TEST(office_workbook_is_read),
        TEST(columns_are_named),     TEST(five_files_are_one),
        TEST(real_sites_are_mapped), TEST(report_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
