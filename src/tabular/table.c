/* table.c - reading a file into a grid, and the values of its rows. See table.h; headings are
 * table_bind.c's. */
#include "tabular/table.h"

#include "base/arena.h"
#include "tabular/csv.h"
#include "tabular/xlsx_in.h"

static enum rc read_csv_rows(struct table *t, struct csv_reader *r)
{
    struct grid *g = &t->grid;
    struct csv_row row;
    bool more;
    for (;;) {
        RETURN_IF(csv_next(r, &row, &more));
        if (!more)
            return RC_OK;
        RETURN_IF(grid_add(g, row.line, row.cells, row.ncells));
        if (row.broken)
            grid_note(g, row.line, row.broken, GRID_QUOTE);
        for (size_t i = 0; i < row.ncells; i++)
            if (str_find(row.cells[i], STR("\xEF\xBF\xBD"), 0) >= 0)
                grid_note(g, row.line, i + 1, GRID_DAMAGED);
    }
}

static enum rc read_text(struct arena *a, struct fault *f, const struct table_source *src,
                         struct table *t)
{
    struct text_decoded text;
    struct text_options how = {.encoding = src->encoding, .replace_damaged = true};
    RETURN_IF(text_decode(a, f, src->bytes, &how, &text));
    t->encoding = text.encoding;
    t->confidence = text.confidence;
    struct csv_options opt = {.unguard = src->unguard, .max_columns = GRID_COLUMNS_MAX};
    struct csv_reader r;
    csv_open(&r, a, f, text.text, &opt);
    return read_csv_rows(t, &r);
}

static enum rc read_sheet(struct fault *f, struct xlsx_book *book, const struct table_source *src,
                          struct table *t)
{
    size_t sheet = 0;
    if (src->sheet.n) {
        ptrdiff_t at = xlsx_find_sheet(book, src->sheet);
        if (at < 0)
            return fail(f, RC_INVALID, "sheet_not_found", "工作簿中没有名为“%.*s”的工作表",
                        "The workbook has no sheet named \"%.*s\"", STR_ARG(src->sheet));
        sheet = (size_t)at;
    }
    /* Without a name the first sheet that has rows: covers and notes are often empty ones. */
    for (; sheet < xlsx_sheets(book); sheet++) {
        RETURN_IF(xlsx_read(book, sheet, &t->grid));
        t->sheet = xlsx_sheet_name(book, sheet);
        if (t->grid.nrows || src->sheet.n)
            break;
        grid_init(&t->grid, t->grid.arena, f);
    }
    return grid_fill_merged(&t->grid);
}

static enum rc read_workbook(struct arena *a, struct fault *f, const struct table_source *src,
                             struct table *t)
{
    struct xlsx_book *book;
    RETURN_IF(xlsx_open(a, f, src->bytes, &book));
    t->format = TABLE_XLSX;
    t->confidence = 100;
    enum rc rc = read_sheet(f, book, src, t);
    xlsx_close(book);
    return rc;
}

enum rc table_read(struct arena *a, struct fault *f, const struct table_source *src,
                   struct table *t)
{
    *t = (struct table){.format = TABLE_CSV};
    grid_init(&t->grid, a, f);
    if (str_starts(src->bytes, STR("\xD0\xCF\x11\xE0")))
        return fail(
            f, RC_MEDIA_TYPE, "xls_not_supported",
            "这是旧版 xls 或加了密码的工作簿，请在 Excel/WPS 中去除密码并另存为 xlsx",
            "This is an old xls file or a workbook with a password; save it as xlsx without one");
    bool workbook = str_starts(src->bytes, STR("PK\x03\x04"));
    RETURN_IF(workbook ? read_workbook(a, f, src, t) : read_text(a, f, src, t));
    if (t->grid.nrows == 0)
        return fail(f, RC_INVALID, "table_empty", "文件中没有内容", "The file is empty");
    if (t->grid.nnotes == GRID_NOTES_MAX)
        return fail(f, RC_INVALID, "table_damaged", "损坏或出错的单元格过多，请检查文件",
                    "Too many cells are damaged or hold errors; check the file");
    return RC_OK;
}

/* ---- values ---- */

static struct str cell_at(const struct table_map *m, size_t row, size_t column)
{
    const struct grid_row *r = &m->table->grid.rows[row];
    return column < r->ncells ? r->cells[column] : STR("");
}

static bool test_holds(const struct table_rule *rule, struct str s)
{
    switch (rule->test) {
    case TABLE_IS:
        return str_eq(s, rule->text);
    case TABLE_STARTS:
        return str_starts(s, rule->text);
    case TABLE_ENDS:
        return str_ends(s, rule->text);
    default:
        return str_find(s, rule->text, 0) >= 0;
    }
}

static bool rule_holds(const struct table_map *m, const struct table_rule *rule, size_t row)
{
    struct str rest = cell_at(m, row, rule->column), part;
    if (!rule->split)
        return test_holds(rule, rest);
    while (str_next(&rest, rule->split, &part))
        if (test_holds(rule, str_trim(part)))
            return true;
    return false;
}

static bool repeats_header(const struct table_map *m, size_t row)
{
    const struct grid_row *r = &m->table->grid.rows[row];
    if (!m->header_row || r->ncells != m->nheadings)
        return false;
    for (size_t i = 0; i < r->ncells; i++)
        if (!str_eq(r->cells[i], m->headings[i]))
            return false;
    return true;
}

bool table_wants(const struct table_map *m, size_t row)
{
    for (size_t i = 0; i < m->nonly; i++)
        if (!rule_holds(m, &m->only[i], row))
            return false;
    return !repeats_header(m, row);
}

struct table_value table_value(const struct table_map *m, size_t row, size_t spec)
{
    const struct table_binding *b = &m->bindings[spec];
    struct table_value v = {.text = STR(""), .row = m->table->grid.rows[row].number};
    if (b->constant.p) {
        v.text = b->constant;
        return v;
    }
    if (b->column >= 0) {
        v.column = (size_t)b->column + 1;
        v.text = cell_at(m, row, (size_t)b->column);
    }
    for (size_t i = 0; i < b->nrules; i++) {
        if (rule_holds(m, &b->rules[i], row)) {
            v.text = b->rules[i].value;
            return v;
        }
    }
    bool translated = b->nrules > 0;
    if (b->otherwise.p && (translated || str_empty(v.text)))
        v.text = b->otherwise;
    else
        v.unmapped = translated && !str_empty(v.text);
    return v;
}

ptrdiff_t table_spec(const struct table_map *m, const char *key)
{
    for (size_t i = 0; i < m->nspecs; i++)
        if (strcmp(m->specs[i].key, key) == 0)
            return (ptrdiff_t)i;
    return -1;
}
