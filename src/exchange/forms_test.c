/*
 * forms_test.c - files as offices make them, for each kind of list: titles above, headings over two rows, merged cells, rows
 * of units, headings repeated, damage; each as CSV in four encodings and as a workbook. A table of what was read, what was
 * refused and why is printed and compared.
 */
#include "exchange/import_fixture.h"

#include <iconv.h>
#include <unistd.h>
#include <xlsxwriter.h>

struct merge {
    int top, left, bottom, right; /* from 0 */
};
struct form {
    const char *name, *kind;
    const char *rows; /* lines; cells parted by | */
    struct merge merges[6];
    size_t created, refused;
    const char *code; /* of the first fault or remark; NULL: none */
    const char *fault; /* of the whole file; NULL: it is read */
    bool book_only;   /* only merged cells tell */
};

static const struct form forms[] = {
    {.name = "plain", .kind = "units", .rows = "单位代码|单位名称|单位类别\nU1|甲单位|部门\nU2|乙单位|部门\n", .created = 2},
    {.name = "titles above", .kind = "units",
     .rows = "某区责任单位一览表||\n填报单位：创建办||2026年3月\n\n单位代码|单位名称|单位类别\nU1|甲单位|部门\n",
     .merges = {{0, 0, 0, 2}}, .created = 1},
    {.name = "two rows of headings", .kind = "units",
     .rows = "单位代码|单位名称|联系方式|\n||联系人|联系电话\nU1|甲单位|张三|13800138000\nU2|乙单位||\n",
     .merges = {{0, 0, 1, 0}, {0, 1, 1, 1}, {0, 2, 0, 3}}, .created = 2},
    {.name = "groups give the meaning", .kind = "units",
     .rows = "单位||排序号\n代码|名称|\nU1|甲单位|1\n", .merges = {{0, 0, 0, 1}, {0, 2, 1, 2}}, .created = 1},
    {.name = "a row of units", .kind = "sites",
     .rows = "点位编号|点位名称|点位类型|所属街道|经度|纬度\n||（见标准）||（度）|（度）\nS1|甲|社区|东街道|118.1|24.7\n", .created = 1},
    {.name = "towns merged over sites", .kind = "sites",
     .rows = "点位名称|点位类型|所属街道\n甲|社区|东街道\n乙|社区|\n丙|社区|\n", .merges = {{1, 2, 3, 2}}, .created = 3, .book_only = true},
    {.name = "headings again on each page", .kind = "sites",
     .rows = "点位名称|点位类型|所属街道\n甲|社区|东街道\n点位名称|点位类型|所属街道\n乙|社区|东街道\n", .created = 2},
    {.name = "two rows, a title, units", .kind = "problems",
     .rows = "问题整改台账||||\n案卷号|时间||责任|\n|上报时间|截止时间|处置单位|问题描述\n||（yyyy-mm-dd）||\nA1|2025-03-01|2025-03-04|创建办|甲\n",
     .merges = {{0, 0, 0, 4}, {1, 0, 2, 0}, {1, 1, 1, 2}, {1, 3, 1, 4}}, .created = 1},
    {.name = "a time nobody can read", .kind = "problems", .rows = "编号|发现时间|问题描述\nA1|去年|甲\nA2|2025-03-01|乙\n", .created = 1,
     .refused = 1, .code = "bad_time"},
    {.name = "no such unit", .kind = "people", .rows = "姓名|单位\n张三|火星局\n李四|创建办\n", .created = 1, .refused = 1,
     .code = "unit_unknown"},
    {.name = "a wrong telephone", .kind = "people", .rows = "姓名|单位|手机\n张三|创建办|12\n", .refused = 1, .code = "phone"},
    {.name = "same row twice", .kind = "areas", .rows = "代码|名称\n350299002|西街道\n350299002|西街道\n", .created = 1, .refused = 1,
     .code = "duplicate_row"},
    {.name = "a wrong code", .kind = "areas", .rows = "代码|名称\n35029|西街道\n", .refused = 1, .code = "area_code"},
    {.name = "no such duty", .kind = "duties", .rows = "责任类别|姓名|负责区域\n保安|张三|东街道\n", .refused = 1, .code = "duty_kind_unknown"},
    {.name = "a criterion without category", .kind = "standard", .rows = "条目编号|条目内容\nZZ-001|新条目\n", .refused = 1,
     .code = "category_unknown"},
    {.name = "no headings at all", .kind = "sites", .rows = "1|2|3\n4|5|6\n", .fault = "header_not_found"},
    {.name = "a required column missing", .kind = "sites", .rows = "点位编号|所属街道\nS1|东街道\n", .fault = "column_missing"},
    {.name = "two columns for one", .kind = "units", .rows = "单位名称|单位\n甲|乙\n", .fault = "heading_duplicate"},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* ---- making files ---- */

static struct str as_csv(const char *rows)
{
    struct buf b;
    struct str rest = str_of(rows), line, cell;
    buf_init(&b, 1 << 20);
    while (str_next(&rest, '\n', &line)) {
        bool first = true;
        while (str_next(&line, '|', &cell)) {
            if (!first)
                buf_char(&b, ',');
            buf_str(&b, cell);
            first = false;
        }
        buf_z(&b, "\r\n");
    }
    struct str s = str_copy(&g.arena, buf_view(&b));
    buf_free(&b);
    return s;
}

static struct str encoded(struct str text, const char *encoding)
{
    size_t in = text.n, room = in * 4 + 8, whole = room;
    char *out = arena_alloc(&g.arena, room), *to = out, *from = (char *)(uintptr_t)text.p;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    assert_true(cd != (iconv_t)-1 && iconv(cd, &from, &in, &to, &room) != (size_t)-1);
    iconv_close(cd);
    return (struct str){out, whole - room};
}

static struct str as_book(const struct form *f)
{
    const char *path = str_z(&g.arena, str_fmt(&g.arena, "%s/form.xlsx", g.folder));
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "表");
    struct str rest = str_of(f->rows), line, cell;
    for (lxw_row_t row = 0; str_next(&rest, '\n', &line); row++)
        for (lxw_col_t col = 0; str_next(&line, '|', &cell); col++)
            if (cell.n)
                worksheet_write_string(sheet, row, col, str_z(&g.arena, cell), NULL);
    for (size_t i = 0; i < 6; i++) {
        const struct merge *m = &f->merges[i];
        if (m->bottom == 0 && m->right == 0)
            continue;
        struct str r = str_of(f->rows), l = STR(""), c = STR("");
        for (int k = 0; k <= m->top; k++)
            str_next(&r, '\n', &l);
        for (int k = 0; k <= m->left; k++)
            str_next(&l, '|', &c);
        worksheet_merge_range(sheet, (lxw_row_t)m->top, (lxw_col_t)m->left, (lxw_row_t)m->bottom, (lxw_col_t)m->right,
                              str_z(&g.arena, c), NULL);
    }
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    struct buf b;
    char piece[8192];
    size_t n;
    buf_init(&b, 1 << 20);
    FILE *file = fopen(path, "rb");
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&b, piece, n);
    fclose(file);
    unlink(path);
    struct str s = str_copy(&g.arena, buf_view(&b));
    buf_free(&b);
    return s;
}

/* ---- trying them ---- */

static void try_one(const struct form *f, const char *shape, struct str bytes)
{
    struct import_request in = request(f->kind, bytes);
    in.mode = IMPORT_DRY_RUN;
    in.mapping = str_is(str_of(f->kind), "problems") ? STR("{\"$create_units\": true}") : STR_NONE;
    struct op *op = ground_operator(&g);
    enum rc rc = import_run(op, &in, &report);
    if (rc != RC_OK) {
        struct str code = g.fault.nfields ? g.fault.fields[0].code : g.fault.code;
        print_message("%-28s %-9s %-8s refused as a whole: %.*s\n", f->name, f->kind, shape, STR_ARG(code));
        if (!f->fault || !str_is(code, f->fault))
            fail_msg("%s as %s: %.*s %.*s", f->name, shape, STR_ARG(code), STR_ARG(g.fault.en));
        return;
    }
    struct str first = STR("");
    for (size_t i = 0; i < report.nlines && !first.n; i++)
        first = report.lines[i].warning ? STR("") : report.lines[i].code;
    print_message("%-28s %-9s %-8s read %zu, new %zu, refused %zu %.*s\n", f->name, f->kind, shape, report.read,
                  report.counts[REPORT_CREATED], report.counts[REPORT_REFUSED], STR_ARG(first));
    if (f->fault || report.counts[REPORT_CREATED] != f->created || report.counts[REPORT_REFUSED] != f->refused ||
        (f->code ? !str_is(first, f->code) : first.n > 0)) {
        show_lines();
        fail_msg("%s as %s", f->name, shape);
    }
}

static void forms_of_offices(void **state)
{
    static const char *const encodings[] = {"UTF-8", "GB18030", "UTF-16"};
    (void)state;
    import_text_of("areas", "代码,名称\n350299,演示区\n350299001,东街道\n");
    load_standard();
    for (size_t i = 0; i < FORMS; i++) {
        const struct form *f = &forms[i];
        try_one(f, "xlsx", as_book(f));
        if (f->book_only)
            continue;
        struct str csv = as_csv(f->rows);
        for (size_t e = 0; e < sizeof encodings / sizeof *encodings; e++)
            try_one(f, encodings[e], encoded(csv, encodings[e]));
        try_one(f, "mark", str_fmt(&g.arena, "\xEF\xBB\xBF%.*s", STR_ARG(csv)));
    }
}

/* Cut and turned over at many places: read, or refused with a reason; never anything else. */
static void damaged(void **state)
{
    (void)state;
    size_t read = 0, refused = 0;
    for (size_t i = 0; i < FORMS; i++) {
        struct str whole = as_book(&forms[i]);
        for (size_t k = 1; k < 60; k++) {
            char *bad = arena_alloc(&g.arena, whole.n);
            memcpy(bad, whole.p, whole.n);
            bad[k * 7919 % whole.n] = (char)(bad[k * 7919 % whole.n] ^ 0x55);
            struct import_request in = request(forms[i].kind, (struct str){bad, k % 3 ? whole.n : whole.n * k / 60});
            in.mode = IMPORT_DRY_RUN;
            enum rc rc = import_run(ground_operator(&g), &in, &report);
            read += rc == RC_OK;
            refused += rc != RC_OK;
            if (rc != RC_OK && (rc == RC_INTERNAL || !g.fault.code.n || !g.fault.zh.n))
                fail_msg("%s, %zu: rc %d %.*s", forms[i].name, k, rc, STR_ARG(g.fault.en));
        }
    }
    print_message("damaged workbooks: %zu still read, %zu refused with a reason\n", read, refused);
    assert_true(read > 0 && refused > read);
}

/* Headings over two rows nobody knows: said once, read the next time; another lower row is another file. */
static void two_rows_remembered(void **state)
{
    (void)state;
    static const char file[] = "部门台账,,\n甲栏,乙组,\n,丙,丁\n城管局,13800138000,CG\n", other[] = "甲栏,乙组,\n,丙,戊\n环卫处,,HW\n";
    struct import_request in = request("units", str_of(file));
    assert_int_equal(import_run(ground_operator(&g), &in, &report), RC_INVALID);
    in.mapping = STR("{\"name\": \"甲栏\", \"phone\": \"乙组丙\", \"code\": \"乙组丁\", \"contact\": null}");
    run(&in);
    expect(1, 0, 0, 0);
    in.mapping = STR_NONE;
    run(&in);
    expect(0, 0, 1, 0);
    assert_int_equal(lines_with("mapping_recalled"), 1);
    in.forget = true;
    assert_int_equal(import_run(ground_operator(&g), &in, &report), RC_INVALID);
    in = request("units", str_of(other));
    assert_int_equal(import_run(ground_operator(&g), &in, &report), RC_INVALID);
}

int main(void)
{
#define GROUND(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {GROUND(forms_of_offices), GROUND(damaged), GROUND(two_rows_remembered)};
    return GROUND_RUN(tests);
}
