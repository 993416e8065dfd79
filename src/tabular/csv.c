/* csv.c - see csv.h. */
#include "tabular/csv.h"

#include "base/arena.h"

static size_t or_default(size_t wish, size_t standard)
{
    return wish ? wish : standard;
}

/* ---- formula guard ---- */

/* What spreadsheets begin a formula with, the full-width forms that a Chinese one folds included.
 */
static bool begins_formula(struct str s)
{
    static const struct str starts[] = {
        STR_INIT("="),  STR_INIT("+"),  STR_INIT("-"),  STR_INIT("@"),  STR_INIT("\t"),
        STR_INIT("\r"), STR_INIT("＝"), STR_INIT("＋"), STR_INIT("－"), STR_INIT("＠"),
    };
    int64_t number;
    if (s.n && s.p[0] == '-' && str_to_scaled(s, 0, &number))
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (str_starts(s, starts[i]))
            return true;
    return false;
}

/* A cell that already has apostrophes in front gets one more, so that taking one away always
 * restores it. */
static bool needs_guard(struct str s)
{
    while (s.n && s.p[0] == '\'')
        s = str_sub(s, 1, s.n);
    return begins_formula(s);
}

/* ---- separator ---- */

enum { SNIFF_ROWS = 20, SNIFF_WIDTH = 64 };

/* How well `sep` divides the first rows: rows of the commonest width above one, then that width. */
static size_t score_separator(struct str text, char sep)
{
    size_t widths[SNIFF_WIDTH] = {0}, width = 1, rows = 0, best = 0;
    bool quoted = false;
    for (size_t i = 0; i <= text.n && rows < SNIFF_ROWS; i++) {
        char c = i < text.n ? text.p[i] : '\n';
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == sep)
            width++;
        else if (!quoted && (c == '\n' || c == '\r')) {
            widths[width < SNIFF_WIDTH ? width : SNIFF_WIDTH - 1]++;
            width = 1;
            rows++;
        }
    }
    for (size_t w = 2; w < SNIFF_WIDTH; w++)
        if (widths[w] && widths[w] * SNIFF_WIDTH + w > best)
            best = widths[w] * SNIFF_WIDTH + w;
    return best;
}

static char find_separator(struct str text)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    size_t most = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t score = score_separator(text, candidates[i]);
        if (score > most) {
            most = score;
            best = candidates[i];
        }
    }
    return best;
}

/* ---- reading ---- */

static size_t line_end_at(const struct csv_reader *r, size_t i)
{
    char c = r->text.p[i];
    if (c == '\r')
        return i + 1 < r->text.n && r->text.p[i + 1] == '\n' ? 2 : 1;
    return c == '\n';
}

void csv_open(struct csv_reader *r, struct arena *a, struct fault *f, struct str text,
              const struct csv_options *opt)
{
    *r = (struct csv_reader){.arena = a, .fault = f, .text = text, .opt = *opt, .line = 1};
    r->opt.max_rows = or_default(opt->max_rows, CSV_ROWS_MAX);
    r->opt.max_columns = or_default(opt->max_columns, CSV_COLUMNS_MAX);
    r->opt.max_cell_bytes = or_default(opt->max_cell_bytes, CSV_CELL_BYTES_MAX);
    if (str_starts(text, STR("sep=")) && text.n > 5 && line_end_at(r, 5)) {
        if (!r->opt.separator)
            r->opt.separator = text.p[4];
        r->at = 5 + line_end_at(r, 5);
        r->line = 2;
    }
    if (!r->opt.separator)
        r->opt.separator = find_separator(str_sub(text, r->at, text.n));
}

static enum rc too_large(const struct csv_reader *r, const char *zh, const char *en, size_t limit)
{
    fail(r->fault, RC_TOO_LARGE, "csv_too_large", zh, "", r->line, limit);
    struct str in_chinese = r->fault->zh;
    fail(r->fault, RC_TOO_LARGE, "csv_too_large", "", en, r->line, limit);
    r->fault->zh = in_chinese;
    return RC_TOO_LARGE;
}

static enum rc keep_cell(struct csv_reader *r, struct csv_row *row, struct str cell)
{
    if (row->ncells == r->opt.max_columns)
        return too_large(r, "第 %zu 行的列数超过 %zu", "Line %zu has more than %zu columns",
                         r->opt.max_columns);
    if (cell.n > r->opt.max_cell_bytes)
        return too_large(r, "第 %zu 行有单元格超过 %zu 字节",
                         "Line %zu has a cell of more than %zu bytes", r->opt.max_cell_bytes);
    if (row->ncells == r->room) {
        size_t room = r->room ? r->room * 2 : 32;
        struct str *grown = ARENA_MANY(r->arena, struct str, room);
        if (r->room)
            memcpy(grown, r->cells, r->room * sizeof *grown);
        r->cells = grown;
        r->room = room;
    }
    if (r->opt.unguard && cell.n && cell.p[0] == '\'' && needs_guard(cell))
        cell = str_sub(cell, 1, cell.n);
    r->cells[row->ncells++] = cell;
    return RC_OK;
}

static bool at_cell_end(const struct csv_reader *r)
{
    return r->at == r->text.n || r->text.p[r->at] == r->opt.separator || line_end_at(r, r->at);
}

static struct str plain_cell(struct csv_reader *r)
{
    size_t from = r->at;
    while (!at_cell_end(r))
        r->at++;
    return str_sub(r->text, from, r->at - from);
}

static struct str undouble(struct arena *a, struct str s, size_t doubled)
{
    if (!doubled)
        return s;
    char *p = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        p[n++] = s.p[i];
        i += s.p[i] == '"';
    }
    return (struct str){p, n};
}

/* r->at is on the opening quote. */
static enum rc quoted_cell(struct csv_reader *r, struct csv_row *row, struct str *cell)
{
    size_t from = ++r->at, doubled = 0, opened = r->line;
    for (;; r->at++) {
        if (r->at == r->text.n)
            return fail(r->fault, RC_INVALID, "csv_quote_open",
                        "第 %zu 行的引号没有闭合，其后的内容无法读取",
                        "The quote on line %zu is never closed; nothing after it can be read",
                        opened);
        char c = r->text.p[r->at];
        if (c == '\n' || (c == '\r' && line_end_at(r, r->at) == 1))
            r->line++;
        if (c != '"')
            continue;
        if (r->at + 1 == r->text.n || r->text.p[r->at + 1] != '"')
            break;
        doubled++;
        r->at++;
    }
    *cell = undouble(r->arena, str_sub(r->text, from, r->at - from), doubled);
    r->at++;
    if (at_cell_end(r))
        return RC_OK;
    if (!row->broken)
        row->broken = row->ncells + 1;
    while (!at_cell_end(r))
        r->at++;
    return RC_OK;
}

static enum rc read_row(struct csv_reader *r, struct csv_row *row)
{
    for (;;) {
        struct str cell;
        if (r->at < r->text.n && r->text.p[r->at] == '"')
            RETURN_IF(quoted_cell(r, row, &cell));
        else
            cell = plain_cell(r);
        RETURN_IF(keep_cell(r, row, cell));
        if (r->at == r->text.n)
            return RC_OK;
        size_t end = line_end_at(r, r->at);
        if (end && r->text.p[r->at] != r->opt.separator) {
            r->at += end;
            r->line++;
            return RC_OK;
        }
        r->at++;
    }
}

enum rc csv_next(struct csv_reader *r, struct csv_row *row, bool *more)
{
    *row = (struct csv_row){.number = r->number + 1, .line = r->line};
    *more = r->at < r->text.n;
    if (!*more)
        return RC_OK;
    if (r->number == r->opt.max_rows)
        return too_large(r, "第 %zu 行：总行数超过 %zu", "Line %zu: more than %zu rows",
                         r->opt.max_rows);
    r->number++;
    size_t end = line_end_at(r, r->at);
    if (end) {
        r->at += end;
        r->line++;
        return RC_OK;
    }
    RETURN_IF(read_row(r, row));
    row->cells = r->cells;
    return RC_OK;
}

/* ---- writing ---- */

void csv_write_mark(struct buf *b)
{
    buf_z(b, "\xEF\xBB\xBF");
}

static bool needs_quotes(struct str s, char separator)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == separator || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    /* A first cell "sep=;" would be taken for the line that names the separator. */
    if (str_starts(s, STR("sep=")))
        return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void write_cell(struct buf *b, struct str s, const struct csv_style *style, char separator)
{
    bool guard = style->guard && needs_guard(s), quotes = needs_quotes(s, separator);
    if (quotes)
        buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    while (s.n) {
        const char *q = quotes ? memchr(s.p, '"', s.n) : NULL;
        size_t n = q ? (size_t)(q - s.p) + 1 : s.n;
        buf_add(b, s.p, n);
        if (q)
            buf_char(b, '"');
        s = str_sub(s, n, s.n);
    }
    if (quotes)
        buf_char(b, '"');
}

void csv_write_row(struct buf *b, const struct csv_style *style, const struct str *cells, size_t n)
{
    char separator = style->separator ? style->separator : ',';
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, separator);
        write_cell(b, cells[i], style, separator);
    }
    /* A lone empty cell would read back as an empty line. */
    if (n == 1 && cells[0].n == 0)
        buf_z(b, "\"\"");
    buf_z(b, "\r\n");
}
