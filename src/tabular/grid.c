/* grid.c - see grid.h. */
#include "tabular/grid.h"

#include "base/arena.h"

static const struct {
    const char *code, *text[2];
} troubles[GRID_TROUBLES] = {
    {"text_damaged",
     {"文字已损坏，请核对原文", "The text is damaged; check it against the source"}},
    {"csv_quote", {"引号后面还有文字，请检查引号", "There is text after a closing quote"}},
    {"cell_error", {"单元格为公式错误值", "The cell holds a formula error"}},
    {"number_precision",
     {"数字超过 15 位，末位已被电子表格改变，请将该列设为文本后重新填写",
      "The number has more than 15 digits and the spreadsheet has changed its end; format the "
      "column as text"}},
};

const char *grid_trouble_code(enum grid_trouble t)
{
    return troubles[t].code;
}

const char *grid_trouble_text(enum grid_trouble t, enum lang lang)
{
    return troubles[t].text[lang];
}

void grid_init(struct grid *g, struct arena *a, struct fault *f)
{
    *g = (struct grid){.arena = a, .fault = f};
}

void *grid_grown(struct arena *a, void *old, size_t n, size_t *room, size_t each)
{
    if (n < *room)
        return old;
    *room = *room ? *room * 2 : 64;
    void *p = arena_array(a, *room, each);
    if (n)
        memcpy(p, old, n * each);
    return p;
}

/* U+00A0, U+200B and U+FEFF: what copying out of web pages and chats leaves at the ends of a cell.
 */
static size_t invisible(struct str s, bool at_end)
{
    static const struct str marks[] = {STR_INIT("\xC2\xA0"), STR_INIT("\xE2\x80\x8B"),
                                       STR_INIT("\xEF\xBB\xBF")};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (at_end ? str_ends(s, marks[i]) : str_starts(s, marks[i]))
            return marks[i].n;
    return 0;
}

static struct str trim(struct str s)
{
    size_t before;
    do {
        before = s.n;
        s = str_trim(s);
        s = str_sub(s, invisible(s, false), s.n);
        s.n -= invisible(s, true);
    } while (s.n != before);
    return s;
}

static enum rc too_large(const struct grid *g, size_t row)
{
    return fail(g->fault, RC_TOO_LARGE, "grid_too_large",
                "表格过大（第 %zu 行）：最多 %d 行、%d 列、共 %d 个单元格，请拆分后导入",
                "The table is too large (row %zu): at most %d rows, %d columns, %d cells; split it",
                row, GRID_ROWS_MAX, GRID_COLUMNS_MAX, GRID_CELLS_MAX);
}

enum rc grid_add(struct grid *g, size_t number, const struct str *cells, size_t n)
{
    while (n && str_empty(trim(cells[n - 1])))
        n--;
    if (n == 0)
        return RC_OK;
    if (g->nrows == GRID_ROWS_MAX || n > GRID_COLUMNS_MAX || g->ncells + n > GRID_CELLS_MAX)
        return too_large(g, number);
    g->rows = grid_grown(g->arena, g->rows, g->nrows, &g->rows_room, sizeof *g->rows);
    struct grid_row *row = &g->rows[g->nrows++];
    *row = (struct grid_row){
        .number = number, .ncells = n, .cells = ARENA_MANY(g->arena, struct str, n)};
    for (size_t i = 0; i < n; i++) {
        struct str s = trim(cells[i]);
        g->text_bytes += s.n;
        if (s.n > GRID_CELL_BYTES_MAX || g->text_bytes > GRID_TEXT_BYTES_MAX)
            return too_large(g, number);
        row->cells[i] = s.n ? utf8_nfc(g->arena, s) : STR("");
    }
    g->ncells += n;
    if (n > g->ncolumns)
        g->ncolumns = n;
    return RC_OK;
}

void grid_note(struct grid *g, size_t row, size_t column, enum grid_trouble trouble)
{
    if (g->nnotes == GRID_NOTES_MAX)
        return;
    g->notes = grid_grown(g->arena, g->notes, g->nnotes, &g->notes_room, sizeof *g->notes);
    g->notes[g->nnotes++] = (struct grid_note){row, column, trouble};
}

enum rc grid_merge(struct grid *g, struct grid_merge m)
{
    if (g->nmerges == GRID_MERGES_MAX)
        return too_large(g, m.top);
    g->merges = grid_grown(g->arena, g->merges, g->nmerges, &g->merges_room, sizeof *g->merges);
    g->merges[g->nmerges++] = m;
    return RC_OK;
}

static size_t row_from(const struct grid *g, size_t number)
{
    size_t lo = 0, hi = g->nrows;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (g->rows[mid].number < number)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void put(struct grid *g, struct grid_row *row, size_t column, struct str text)
{
    if (column > row->ncells) {
        struct str *wider = ARENA_MANY(g->arena, struct str, column);
        memcpy(wider, row->cells, row->ncells * sizeof *wider);
        for (size_t i = row->ncells; i < column; i++)
            wider[i] = STR("");
        row->cells = wider;
        g->ncells += column - row->ncells;
        row->ncells = column;
    }
    if (str_empty(row->cells[column - 1]))
        row->cells[column - 1] = text;
}

enum rc grid_fill_merged(struct grid *g)
{
    /* Merged blocks do not overlap in an honest file, so they cover no more cells than there are.
     */
    size_t budget = GRID_CELLS_MAX;
    for (size_t i = 0; i < g->nmerges; i++) {
        struct grid_merge m = g->merges[i];
        size_t r = row_from(g, m.top);
        if (r == g->nrows || g->rows[r].number != m.top || m.left > g->rows[r].ncells)
            continue;
        struct str text = g->rows[r].cells[m.left - 1];
        for (r++; r < g->nrows && g->rows[r].number <= m.bottom; r++) {
            if (budget-- == 0 || g->ncells > GRID_CELLS_MAX)
                return too_large(g, m.top);
            put(g, &g->rows[r], m.left, text);
        }
    }
    return RC_OK;
}

struct str grid_column_name(struct arena *a, size_t column)
{
    char text[8];
    size_t at = sizeof text;
    while (column && at) {
        column--;
        text[--at] = (char)('A' + column % 26);
        column /= 26;
    }
    return str_copy(a, (struct str){text + at, sizeof text - at});
}

size_t grid_column_number(struct str name)
{
    size_t n = 0;
    if (name.n == 0 || name.n > 3)
        return 0;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] < 'A' || name.p[i] > 'Z')
            return 0;
        n = n * 26 + (size_t)(name.p[i] - 'A') + 1;
    }
    return n;
}
