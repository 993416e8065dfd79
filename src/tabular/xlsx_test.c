/*
 * xlsx_test.c - workbooks made by hand, by our own writer and by other programs; and archives made
 * to hurt: bombs of data and of entities, truncation at every length, foreign paths, wrong places.
 */
#include "tabular/fixture.h"
#include "tabular/xlsx_in.h"
#include "tabular/xlsx_out.h"
#include "tabular/xlsx_part.h"

#include <jansson.h>
#include <zip.h>

/* ---- making workbooks ---- */

struct entry {
    const char *name;
    struct str content;
};

static struct str make_zip(struct arena *a, const struct entry *entries, size_t n)
{
    zip_error_t err;
    zip_error_init(&err);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &err);
    zip_source_keep(target);
    zip_t *zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &err);
    assert_non_null(zip);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *s = zip_source_buffer(zip, entries[i].content.p, entries[i].content.n, 0);
        assert_true(zip_file_add(zip, entries[i].name, s, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(target, &st), 0);
    char *bytes = arena_alloc(a, st.size + 1);
    zip_source_open(target);
    assert_int_equal(zip_source_read(target, bytes, st.size), (zip_int64_t)st.size);
    zip_source_close(target);
    zip_source_free(target);
    return (struct str){bytes, st.size};
}

#define RELS(type, target)                                                                         \
    "<Relationships><Relationship Id='r1' Type='http://x/" type "' Target='" target                \
    "'/></Relationships>"
#define WORKBOOK "<workbook xmlns:r='r'><sheets><sheet name='点位' r:id='r1'/></sheets></workbook>"

static struct str make_book(struct arena *a, struct str sheet, struct str strings,
                            struct str styles)
{
    struct entry entries[] = {
        {"_rels/.rels", STR(RELS("officeDocument", "xl/workbook.xml"))},
        {"xl/workbook.xml", STR(WORKBOOK)},
        {"xl/_rels/workbook.xml.rels", STR(RELS("worksheet", "worksheets/sheet1.xml"))},
        {"xl/worksheets/sheet1.xml", sheet},
        {"xl/sharedStrings.xml", strings.p ? strings : STR("<sst/>")},
        {"xl/styles.xml", styles.p ? styles : STR("<styleSheet/>")},
        {"../../etc/passwd", STR("root::0:0::/:/bin/sh")},
    };
    return make_zip(a, entries, sizeof entries / sizeof *entries);
}

static enum rc read_first(struct fixture *x, struct str bytes, struct grid *g)
{
    struct xlsx_book *book;
    grid_init(g, &x->arena, &x->fault);
    RETURN_IF(xlsx_open(&x->arena, &x->fault, bytes, &book));
    enum rc rc = xlsx_read(book, 0, g);
    xlsx_close(book);
    return rc;
}

/* ---- cells ---- */

static const struct str cells_styles =
    STR_INIT("<styleSheet><numFmts><numFmt numFmtId='170' "
             "formatCode='yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;'/>"
             "<numFmt numFmtId='171' formatCode='0.00&quot;days&quot;'/><numFmt "
             "numFmtId='172' formatCode='[h]:mm'/></numFmts>"
             "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
             "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='170'/><xf "
             "numFmtId='171'/><xf numFmtId='172'/>"
             "<xf numFmtId='22'/></cellXfs></styleSheet>");
static const struct str cells_strings = STR_INIT(
    "<sst><si><t>城南公园</t></si><si><r><t>环</t></r><r><t xml:space='preserve'>城 </t></r>"
    "<rPh><t>huan</t></rPh></si><si><t>a&amp;b&lt;_x000D_c</t></si></sst>");
static const struct str cells_sheet = STR_INIT(
    "<worksheet><sheetData>"
    "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c><c r='D2' "
    "t='s'><v>2</v></c></row>"
    "<row "
    "r='4'><c><v>350212001001</v></c><c><v>3.50212001001E11</v></c><c><v>118.08747900000001</"
    "v></c>"
    "<c><v>0.1</v></c><c><v>1E-3</v></c><c><v>-7</v></c></row>"
    "<row><c s='1'><v>46052</v></c><c s='2'><v>43831</v></c><c s='3'><v>3</v></c><c "
    "s='4'><v>1.5</v></c>"
    "<c s='5'><v>46052.395833333336</v></c></row>"
    "<row><c t='b'><v>1</v></c><c t='str'><f>A1&amp;B1</f><v>拼接</v></c><c "
    "t='inlineStr'><is><t>内联</t></is></c>"
    "<c t='e'><v>#N/A</v></c><c><v>3.5021219800101102E17</v></c><c t='s'><v>99</v></c></row>"
    "<row/><row><c/></row>"
    "</sheetData><mergeCells><mergeCell ref='A2:B2'/></mergeCells></worksheet>");

static void cells_are_read(void **state)
{
    struct fixture *x = *state;
    struct grid g;
    assert_int_equal(
        read_first(x, make_book(&x->arena, cells_sheet, cells_strings, cells_styles), &g), RC_OK);
    static const struct {
        size_t row, column;
        const char *want;
    } cases[] = {
        {0, 0, "城南公园"},
        {0, 1, ""},
        {0, 2, "环城"},
        {0, 3, "a&b<\rc"},
        {1, 0, "350212001001"},
        {1, 1, "350212001001"},
        {1, 2, "118.087479"},
        {1, 3, "0.1"},
        {1, 4, "0.001"},
        {1, 5, "-7"},
        {2, 0, "2026-01-30"},
        {2, 1, "2020-01-01"},
        {2, 2, "3"},
        {2, 3, "36:00:00"},
        {2, 4, "2026-01-30T09:30:00"},
        {3, 0, "TRUE"},
        {3, 1, "拼接"},
        {3, 2, "内联"},
        {3, 3, "#N/A"},
        {3, 4, "350212198001011008"},
    };
    assert_int_equal(g.nrows, 4);
    assert_int_equal(g.rows[0].number, 2);
    assert_int_equal(g.rows[3].number, 6);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(g.rows[cases[i].row].cells[cases[i].column], cases[i].want);
    assert_int_equal(g.nnotes, 3);
    assert_int_equal(g.notes[0].trouble, GRID_ERROR);
    assert_int_equal(g.notes[1].trouble, GRID_PRECISION);
    assert_int_equal(g.notes[2].trouble, GRID_DAMAGED);
    assert_int_equal(g.nmerges, 1);
}

static void formats_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        struct str code;
        enum xlsx_format want;
    } cases[] = {
        {STR_INIT("General"), XLSX_PLAIN},
        {STR_INIT("0.00"), XLSX_PLAIN},
        {STR_INIT("yyyy-mm-dd"), XLSX_DATE},
        {STR_INIT("yyyy\"年\"m\"月\""), XLSX_DATE},
        {STR_INIT("h:mm:ss"), XLSX_TIME},
        {STR_INIT("[h]:mm"), XLSX_TIME},
        {STR_INIT("[Red]0"), XLSX_PLAIN},
        {STR_INIT("0\"day\""), XLSX_PLAIN},
        {STR_INIT("[$-804]m\"月\""), XLSX_DATE},
        {STR_INIT("@"), XLSX_PLAIN},
        {STR_INIT("[DBNum1][$-804]yyyy"), XLSX_DATE},
        {STR_INIT("\""), XLSX_PLAIN},
        {STR_INIT("["), XLSX_PLAIN},
        {STR_INIT("\\"), XLSX_PLAIN},
        {STR_INIT("G/通用格式"), XLSX_PLAIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(xlsx_format_of(cases[i].code), cases[i].want);
}

static void what_is_written_is_read(void **state)
{
    struct fixture *x = *state;
    struct str json = shared_file(&x->arena, "6_forms/strings/blns.json");
    json_t *all = json.p ? json_loadb(json.p, json.n, 0, NULL)
                         : json_pack("[s,s,s]", "=1+1", "_x000D_", "城南公园");
    size_t n = json_array_size(all);
    struct str *cells = ARENA_MANY(&x->arena, struct str, n * 2);
    for (size_t i = 0; i < n; i++) {
        cells[2 * i] = STR("350212001001");
        cells[2 * i + 1] = str_of(json_string_value(json_array_get(all, i)));
    }
    struct xlsx_out out = {
        .sheet = STR("点位"), .title = STR("点位台账"), .ncolumns = 2, .cells = cells, .nrows = n};
    struct str headings[] = {STR("编号"), STR("点位名称")};
    bool required[] = {false, true};
    out.headings = headings;
    out.required = required;
    struct buf b, again;
    buf_init(&b, 1 << 20);
    buf_init(&again, 1 << 20);
    assert_int_equal(xlsx_write(&x->arena, &x->fault, &out, &b), RC_OK);
    assert_int_equal(xlsx_write(&x->arena, &x->fault, &out, &again), RC_OK);
    assert_true(str_eq(buf_view(&b), buf_view(&again)));
    struct grid g;
    assert_int_equal(read_first(x, buf_view(&b), &g), RC_OK);
    assert_str(g.rows[0].cells[0], "点位台账");
    assert_str(g.rows[1].cells[1], "点位名称*");
    assert_int_equal(g.nrows, n + 2);
    for (size_t i = 0; i < n; i++) {
        struct grid one;
        grid_init(&one, &x->arena, &x->fault);
        assert_int_equal(grid_add(&one, 1, &cells[2 * i], 2), RC_OK);
        const struct grid_row *got = &g.rows[i + 2], *want = &one.rows[0];
        assert_str(got->cells[0], "350212001001");
        assert_int_equal(got->ncells, want->ncells);
        /* XML turns a lone CR into LF unless it is escaped, and knows no U+FFFE. */
        if (want->ncells == 2 && str_find(want->cells[1], STR("\xEF\xBF\xBE"), 0) < 0)
            assert_true(str_eq(got->cells[1], want->cells[1]));
    }
    json_decref(all);
    buf_free(&b);
    buf_free(&again);
}

static void real_workbooks_are_read(void **state)
{
    struct fixture *x = *state;
    static const char *const names[] = {"choice_filter_test",
                                        "flat_xlsform_test",
                                        "group",
                                        "include_json",
                                        "loop",
                                        "or_other",
                                        "pull_data",
                                        "specify_other",
                                        "text_and_integer",
                                        "yes_or_no_question"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str bytes = shared_or_skip(
            &x->arena, str_fmt(&x->arena, "6_forms/xlsform/good__%s.xlsx", names[i]).p);
        struct xlsx_book *book;
        assert_int_equal(xlsx_open(&x->arena, &x->fault, bytes, &book), RC_OK);
        ptrdiff_t survey = xlsx_find_sheet(book, STR("survey"));
        assert_true(survey >= 0);
        struct grid g;
        grid_init(&g, &x->arena, &x->fault);
        assert_int_equal(xlsx_read(book, (size_t)survey, &g), RC_OK);
        assert_str(g.rows[0].cells[0], "type");
        assert_true(xlsx_find_sheet(book, STR("nowhere")) < 0);
        xlsx_close(book);
    }
}

/* ---- hostile ---- */

static void refuse(struct fixture *x, struct str bytes, const char *code)
{
    struct grid g;
    fault_clear(&x->fault);
    enum rc rc = read_first(x, bytes, &g);
    assert_fault(&x->fault, rc, code);
}

static struct str repeated(struct arena *a, const char *front, const char *unit, size_t times,
                           const char *back)
{
    size_t n = strlen(unit), at = strlen(front);
    char *p = arena_alloc(a, at + n * times + strlen(back) + 1);
    memcpy(p, front, at);
    for (size_t i = 0; i < times; i++, at += n)
        memcpy(p + at, unit, n);
    memcpy(p + at, back, strlen(back));
    return (struct str){p, at + strlen(back)};
}

/* Each with a number of its own, so that it is no bomb to whoever inflates it. */
static struct str counted_rows(struct arena *a, size_t n)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    buf_fmt(&b, "<worksheet><sheetData>");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "<row><c><v>%zu</v></c></row>", i * 7919);
    buf_fmt(&b, "</sheetData></worksheet>");
    struct str s = str_copy(a, buf_view(&b));
    buf_free(&b);
    return s;
}

static void bombs_are_refused(void **state)
{
    struct fixture *x = *state;
    struct arena *a = &x->arena;
    /* 100 MB of zeros in 100 KB; the same as one text; more rows than a grid takes; a text in very many cells. */
    struct str blanks = repeated(a, "<worksheet>", "          ", 10 * 1024 * 1024, "</worksheet>");
    refuse(x, make_book(a, blanks, STR_NONE, STR_NONE), "xlsx_too_large");
    struct str text =
        repeated(a, "<worksheet><sheetData><row><c t='inlineStr'><is><t>", "aaaaaaaaaa", 500 * 1024,
                 "</t></is></c></row></sheetData></worksheet>");
    refuse(x, make_book(a, text, STR_NONE, STR_NONE), "xlsx_too_large");
    struct str rows = counted_rows(a, GRID_ROWS_MAX + 1);
    refuse(x, make_book(a, rows, STR_NONE, STR_NONE), "grid_too_large");
    struct str wide = repeated(a, "<worksheet><sheetData><row>", "<c><v>1</v></c>", 600,
                               "</row></sheetData></worksheet>");
    refuse(x, make_book(a, wide, STR_NONE, STR_NONE), "xlsx_too_large");
    struct str deep = repeated(a, "", "<a>", 100000, "");
    refuse(x, make_book(a, deep, STR_NONE, STR_NONE), "xlsx_invalid");
    /* One long shared text in a great many cells. */
    struct str one = repeated(a, "<sst><si><t>", "城南公园", 8000, "</t></si></sst>");
    struct str many = repeated(a, "<worksheet><sheetData>", "<row><c t='s'><v>0</v></c></row>",
                               100000, "</sheetData></worksheet>");
    refuse(x, make_book(a, many, one, STR_NONE), "grid_too_large");
}

static void entities_are_not_expanded(void **state)
{
    struct fixture *x = *state;
    static const char *const sheets[] = {
        "<!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]>"
        "<worksheet><sheetData><row><c "
        "t='inlineStr'><is><t>&c;&c;&c;</t></is></c></row></sheetData></worksheet>",
        "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><worksheet><sheetData><row>"
        "<c t='inlineStr'><is><t>&x;</t></is></c></row></sheetData></worksheet>",
        "<!DOCTYPE w SYSTEM 'http://127.0.0.1:1/x.dtd'><worksheet/>",
        "<!DOCTYPE w [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]><worksheet/>",
        "<worksheet><sheetData><row><c "
        "t='inlineStr'><is><t>&undeclared;</t></is></c></row></sheetData></worksheet>",
    };
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        refuse(x, make_book(&x->arena, str_of(sheets[i]), STR_NONE, STR_NONE), "xlsx_invalid");
}

static void damaged_archives_are_refused(void **state)
{
    struct fixture *x = *state;
    static const char *const sheets[] = {
        "",
        "<worksheet>",
        "not xml",
        "<worksheet><sheetData><row r='5'/><row r='5'/></sheetData></worksheet>",
        "<worksheet><sheetData><row r='0'/></sheetData></worksheet>",
        "<worksheet><sheetData><row r='99999999999999999999'/></sheetData></worksheet>",
        "<worksheet><sheetData><row><c r='ZZZZ1'/></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c r='B1'/><c r='A1'/></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c r='A1' r='A2'/></row></sheetData></worksheet>",
    };
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        refuse(x, make_book(&x->arena, str_of(sheets[i]), STR_NONE, STR_NONE), "xlsx_invalid");
    refuse(x, STR(""), "xlsx_invalid");
    refuse(x, STR("PK\x03\x04"), "xlsx_invalid");
    struct entry stray = {"hello.txt", STR("hello")};
    refuse(x, make_zip(&x->arena, &stray, 1), "xlsx_invalid");

    struct str whole = make_book(
        &x->arena, STR("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"),
        STR_NONE, STR_NONE);
    for (size_t n = 0; n < whole.n; n++) {
        struct grid g;
        char *copy = arena_dup(&x->arena, whole.p, n);
        fault_clear(&x->fault);
        enum rc rc = read_first(x, (struct str){copy, n}, &g);
        assert_int_not_equal(rc, RC_OK);
    }
    /* Each byte changed in turn: a fault or a grid, never a crash. */
    for (size_t n = 0; n < whole.n; n++) {
        struct grid g;
        char *copy = arena_dup(&x->arena, whole.p, whole.n);
        copy[n] ^= 0x55;
        fault_clear(&x->fault);
        enum rc rc = read_first(x, (struct str){copy, whole.n}, &g);
        assert_true(rc == RC_OK || x->fault.code.n > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cells_are_read),
        TEST(formats_are_told_apart),
        TEST(what_is_written_is_read),
        TEST(real_workbooks_are_read),
        TEST(bombs_are_refused),
        TEST(entities_are_not_expanded),
        TEST(damaged_archives_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
