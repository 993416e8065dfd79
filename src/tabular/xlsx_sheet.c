/* xlsx_sheet.c - the cells of one sheet into a grid, a row at a time. See xlsx_in.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "tabular/xlsx_in.h"
#include "tabular/xlsx_part.h"

enum { SHEET_ROWS = 1048576, SHEET_COLUMNS = 16384 };

struct sheet_reader {
    struct grid *grid;
    struct buf text;   /* of the cell being read */
    struct str *cells; /* of the row being read */
    size_t ncells;     /* up to the last one with text */
    size_t row, column;
    char type; /* first letter that tells cell types apart, see type_of() */
    size_t style;
    bool collecting;
    int phonetic;
};

enum { CELL_NUMBER = 'n', CELL_SHARED = 's', CELL_BOOL = 'b', CELL_ERROR = 'e', CELL_TEXT = 't' };

static char type_of(struct str t)
{
    static const struct {
        struct str name;
        char type;
    } types[] = {
        {STR_INIT("s"), CELL_SHARED},       {STR_INIT("b"), CELL_BOOL},
        {STR_INIT("e"), CELL_ERROR},        {STR_INIT("str"), CELL_TEXT},
        {STR_INIT("inlineStr"), CELL_TEXT}, {STR_INIT("d"), CELL_TEXT},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(t, types[i].name))
            return types[i].type;
    return CELL_NUMBER;
}

static enum rc bad_reference(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    return fail(p->book->fault, RC_INVALID, "xlsx_invalid", "工作表第 %zu 行附近的单元格位置不对",
                "A cell near row %zu of the sheet has a wrong place", r->row);
}

/* "AB12" -> column 28, row 12; either part may be missing (0). */
static bool split_reference(struct str ref, size_t *column, size_t *row)
{
    size_t letters = 0;
    int64_t n = 0;
    while (letters < ref.n && ref.p[letters] >= 'A' && ref.p[letters] <= 'Z')
        letters++;
    struct str digits = str_sub(ref, letters, ref.n);
    *column = grid_column_number(str_sub(ref, 0, letters));
    if ((letters && !*column) || *column > SHEET_COLUMNS)
        return false;
    if (digits.n && !str_to_i64(digits, 1, SHEET_ROWS, &n))
        return false;
    *row = (size_t)n;
    return true;
}

static void row_start(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    struct str ref = part_attribute(p, "r");
    int64_t row = (int64_t)r->row + 1;
    if (ref.p && !str_to_i64(ref, (int64_t)r->row + 1, SHEET_ROWS, &row)) {
        part_stop(p, bad_reference(p));
        return;
    }
    r->row = (size_t)row;
    r->column = 0;
    r->ncells = 0;
}

static void cell_start(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    struct str ref = part_attribute(p, "r");
    size_t column = r->column + 1, row = 0;
    int64_t style = 0;
    if (ref.p && (!split_reference(ref, &column, &row) || column <= r->column)) {
        part_stop(p, bad_reference(p));
        return;
    }
    str_to_i64(part_attribute(p, "s"), 0, INT32_MAX, &style);
    r->column = column;
    r->style = (size_t)style;
    r->type = type_of(part_attribute(p, "t"));
    buf_clear(&r->text);
}

static void merge_start(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    struct str rest = part_attribute(p, "ref"), from;
    struct grid_merge m;
    if (!str_next(&rest, ':', &from) || !rest.p)
        return;
    if (!split_reference(from, &m.left, &m.top) || !split_reference(rest, &m.right, &m.bottom) ||
        !m.left || !m.top || m.right < m.left || m.bottom < m.top)
        return;
    enum rc rc = grid_merge(r->grid, m);
    if (rc != RC_OK)
        part_stop(p, rc);
}

static void sheet_start(struct part *p, const char *name)
{
    struct sheet_reader *r = p->ctx;
    if (strcmp(name, "row") == 0)
        row_start(p);
    else if (strcmp(name, "c") == 0)
        cell_start(p);
    else if (strcmp(name, "mergeCell") == 0)
        merge_start(p);
    else if (strcmp(name, "rPh") == 0)
        r->phonetic++;
    r->collecting = strcmp(name, "v") == 0 || (strcmp(name, "t") == 0 && !r->phonetic);
}

static void sheet_text(struct part *p, struct str s)
{
    struct sheet_reader *r = p->ctx;
    if (r->collecting)
        buf_str(&r->text, s);
}

static struct str cell_text(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    struct xlsx_book *book = p->book;
    struct str raw = buf_view(&r->text);
    int64_t index;
    bool precise = true;
    enum xlsx_format format =
        r->style < book->nformats ? (enum xlsx_format)book->formats[r->style] : XLSX_PLAIN;
    switch (r->type) {
    case CELL_SHARED:
        if (!str_to_i64(str_trim(raw), 0, (int64_t)book->nstrings - 1, &index)) {
            grid_note(r->grid, r->row, r->column, GRID_DAMAGED);
            return STR("");
        }
        return book->strings[index];
    case CELL_BOOL:
        return str_is(str_trim(raw), "1") ? STR("TRUE") : STR("FALSE");
    case CELL_ERROR:
        grid_note(r->grid, r->row, r->column, GRID_ERROR);
        return str_copy(book->arena, raw);
    case CELL_TEXT:
        return xlsx_unescape(book->arena, str_copy(book->arena, raw));
    default:
        raw = xlsx_number(book, str_copy(book->arena, raw), format, &precise);
        if (!precise)
            grid_note(r->grid, r->row, r->column, GRID_PRECISION);
        return raw;
    }
}

static void cell_end(struct part *p)
{
    struct sheet_reader *r = p->ctx;
    if (r->text.n == 0 && r->type != CELL_ERROR)
        return;
    if (r->text.full || r->column > GRID_COLUMNS_MAX) {
        part_stop(p, fail(p->book->fault, RC_TOO_LARGE, "xlsx_too_large",
                          "第 %zu 行的列数超过 %d 或单元格文字过长",
                          "Row %zu has more than %d columns or a cell too long", r->row,
                          GRID_COLUMNS_MAX));
        return;
    }
    while (r->ncells < r->column)
        r->cells[r->ncells++] = STR("");
    r->cells[r->column - 1] = cell_text(p);
}

static void sheet_end(struct part *p, const char *name)
{
    struct sheet_reader *r = p->ctx;
    r->collecting = false;
    if (strcmp(name, "rPh") == 0)
        r->phonetic--;
    if (strcmp(name, "c") == 0)
        cell_end(p);
    if (strcmp(name, "row") != 0 || r->ncells == 0)
        return;
    enum rc rc = grid_add(r->grid, r->row, r->cells, r->ncells);
    if (rc != RC_OK)
        part_stop(p, rc);
}

enum rc xlsx_read(struct xlsx_book *book, size_t sheet, struct grid *g)
{
    static const struct part_events events = {sheet_start, sheet_end, sheet_text};
    struct sheet_reader r = {.grid = g,
                             .cells = ARENA_MANY(book->arena, struct str, GRID_COLUMNS_MAX)};
    if (sheet >= book->nsheets)
        return fail(book->fault, RC_NOT_FOUND, "sheet_not_found", "工作簿中没有这个工作表",
                    "The workbook has no such sheet");
    buf_init(&r.text, GRID_CELL_BYTES_MAX);
    enum rc rc = part_read(book, book->sheets[sheet].part, &events, &r, NULL);
    buf_free(&r.text);
    return rc;
}
