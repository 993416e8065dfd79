/* xlsx_stream.c - see xlsx_stream.h. */
#include "tabular/xlsx_stream.h"

#include "base/arena.h"

#include <stdlib.h>
#include <xlsxwriter.h>

enum { CELL_BYTES_MAX = 32767, WIDTH_LEAST = 8, PICTURE_ROW_POINTS = 92, PICTURE_COLUMN_WIDTH = 18 };

struct xlsx_stream {
    struct arena arena; /* of one row */
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *text, *wrapped;
    const struct xlsx_stream_column *columns;
    size_t ncolumns;
    lxw_row_t row;
    bool pictures;
};

static enum rc failed(struct fault *f)
{
    return fail(f, RC_INTERNAL, "xlsx_out_failed", "无法写出工作簿", "The workbook cannot be written");
}

static lxw_format *format_of(lxw_workbook *book, bool bold, double size)
{
    lxw_format *f = workbook_add_format(book);
    format_set_num_format(f, "@");
    if (bold)
        format_set_bold(f);
    if (size > 0)
        format_set_font_size(f, size);
    return f;
}

/* Two of a screen's columns for what is not Latin. */
static int width_of(struct str s)
{
    int width = 0;
    for (size_t i = 0; i < s.n; i++)
        width += (unsigned char)s.p[i] < 0x80 ? 1 : (unsigned char)s.p[i] >= 0xc0 ? 2 : 0;
    return width;
}

static void write_lines_above(struct xlsx_stream *x, const struct xlsx_stream_start *s)
{
    lxw_col_t last = (lxw_col_t)(s->ncolumns - 1);
    struct str lines[] = {s->title, s->remark};
    for (int i = 0; i < 2; i++) {
        lxw_format *f = format_of(x->book, i == 0, i == 0 ? 16 : 10);
        format_set_align(f, i == 0 ? LXW_ALIGN_CENTER : LXW_ALIGN_LEFT);
        if (str_empty(lines[i]))
            continue;
        if (last > 0)
            worksheet_merge_range(x->sheet, x->row, 0, x->row, last, str_z(&x->arena, lines[i]), f);
        else
            worksheet_write_string(x->sheet, x->row, 0, str_z(&x->arena, lines[i]), f);
        x->row++;
    }
}

static void write_headings(struct xlsx_stream *x)
{
    lxw_format *f = format_of(x->book, true, 0);
    format_set_border(f, LXW_BORDER_THIN);
    format_set_align(f, LXW_ALIGN_CENTER);
    format_set_bg_color(f, 0xEDEDED);
    for (size_t c = 0; c < x->ncolumns; c++) {
        const struct xlsx_stream_column *col = &x->columns[c];
        int width = col->picture ? PICTURE_COLUMN_WIDTH : col->width ? col->width : width_of(col->heading) + 2;
        worksheet_set_column(x->sheet, (lxw_col_t)c, (lxw_col_t)c, width < WIDTH_LEAST ? WIDTH_LEAST : width, x->text);
        x->pictures |= col->picture;
    }
    for (size_t c = 0; c < x->ncolumns; c++)
        worksheet_write_string(x->sheet, x->row, (lxw_col_t)c, str_z(&x->arena, x->columns[c].heading), f);
    worksheet_freeze_panes(x->sheet, ++x->row, 0);
}

enum rc xlsx_stream_open(struct xlsx_stream **out, struct arena *a, struct fault *f, const struct xlsx_stream_start *s)
{
    struct xlsx_stream *x = ARENA_NEW(a, struct xlsx_stream);
    lxw_workbook_options how = {.constant_memory = LXW_TRUE};
    arena_init(&x->arena);
    x->columns = s->columns;
    x->ncolumns = s->ncolumns;
    x->book = workbook_new_opt(s->path, &how);
    x->sheet = x->book ? workbook_add_worksheet(x->book, str_z(&x->arena, s->sheet)) : NULL;
    if (!x->sheet) {
        if (x->book)
            (void)workbook_close(x->book);
        arena_free(&x->arena);
        return failed(f);
    }
    /* Without a date of ours the library asks the system for one. */
    lxw_doc_properties properties = {.created = s->created_ms > 0 ? s->created_ms / 1000 : 1};
    workbook_set_properties(x->book, &properties);
    x->text = format_of(x->book, false, 0);
    x->wrapped = format_of(x->book, false, 0);
    format_set_text_wrap(x->wrapped);
    format_set_align(x->wrapped, LXW_ALIGN_VERTICAL_TOP);
    write_lines_above(x, s);
    write_headings(x);
    *out = x;
    return RC_OK;
}

static bool write_number(struct xlsx_stream *x, size_t column, struct str text)
{
    char *end, *z = str_z(&x->arena, text);
    double v = strtod(z, &end);
    return *z && !*end && worksheet_write_number(x->sheet, x->row, (lxw_col_t)column, v, NULL) == LXW_NO_ERROR;
}

/* Cut at a character, where a cell holds no more. */
static struct str fitting(struct str s)
{
    if (s.n <= CELL_BYTES_MAX)
        return s;
    size_t n = CELL_BYTES_MAX;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

static bool write_picture(struct xlsx_stream *x, size_t column, const struct xlsx_stream_cell *cell)
{
    int longest = cell->width > cell->height ? cell->width : cell->height;
    double scale = longest > XLSX_PICTURE_PX ? (double)XLSX_PICTURE_PX / longest : 1;
    lxw_image_options how = {.x_scale = scale, .y_scale = scale, .x_offset = 2, .y_offset = 2,
                             .object_position = LXW_OBJECT_MOVE_AND_SIZE};
    return worksheet_insert_image_buffer_opt(x->sheet, x->row, (lxw_col_t)column, (const unsigned char *)cell->jpeg.p,
                                             cell->jpeg.n, &how) == LXW_NO_ERROR;
}

enum rc xlsx_stream_row(struct xlsx_stream *x, struct fault *f, const struct xlsx_stream_cell *cells)
{
    bool ok = true;
    if (x->row >= XLSX_STREAM_ROWS_MAX)
        return fail(f, RC_TOO_LARGE, "xlsx_too_large", "超过%d行，请改用CSV或缩小范围",
                    "More than %d rows: take CSV or a narrower range", XLSX_STREAM_ROWS_MAX);
    if (x->pictures)
        worksheet_set_row(x->sheet, x->row, PICTURE_ROW_POINTS, NULL);
    for (size_t c = 0; c < x->ncolumns && ok; c++) {
        const struct xlsx_stream_cell *cell = &cells[c];
        if (cell->jpeg.n)
            ok = write_picture(x, c, cell);
        else if (cell->text.n && !(cell->number && write_number(x, c, cell->text)))
            ok = worksheet_write_string(x->sheet, x->row, (lxw_col_t)c, str_z(&x->arena, fitting(cell->text)),
                                        x->pictures ? x->wrapped : x->text) == LXW_NO_ERROR;
    }
    x->row++;
    arena_reset(&x->arena);
    return ok ? RC_OK : failed(f);
}

enum rc xlsx_stream_close(struct xlsx_stream *x, struct fault *f)
{
    bool ok = workbook_close(x->book) == LXW_NO_ERROR;
    arena_free(&x->arena);
    return ok ? RC_OK : failed(f);
}
