/* xlsx_out.c - see xlsx_out.h. libxlsxwriter writes to a file, so the workbook passes through a
 * temporary one. */
#include "tabular/xlsx_out.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    WIDTH_LEAST = 8,
    WIDTH_MOST = 60,
    WIDTH_ROWS = 2000,
    XLSX_OUT_COLUMNS = 512,
    XLSX_OUT_ROWS = 1000000
};

struct sheet_writer {
    const struct xlsx_out *x;
    struct arena *arena;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *heading, *required, *text;
    bool failed;
};

/* Columns of a screen: what is not Latin takes two. */
static int width_of(struct str s)
{
    int width = 0, widest = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        width += c < 0x80 ? 1 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
        if (c == '\n')
            width = 0;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int column_width(const struct xlsx_out *x, size_t column)
{
    int width = width_of(x->headings[column]) + (x->required && x->required[column] ? 2 : 0);
    for (size_t r = 0; r < x->nrows && r < WIDTH_ROWS; r++) {
        int w = width_of(x->cells[r * x->ncolumns + column]);
        width = w > width ? w : width;
    }
    width += 2;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

static void make_formats(struct sheet_writer *w)
{
    w->title = workbook_add_format(w->book);
    format_set_bold(w->title);
    format_set_font_size(w->title, 16);
    format_set_align(w->title, LXW_ALIGN_CENTER);
    w->heading = workbook_add_format(w->book);
    w->required = workbook_add_format(w->book);
    lxw_format *headings[] = {w->heading, w->required};
    for (size_t i = 0; i < 2; i++) {
        format_set_bold(headings[i]);
        format_set_border(headings[i], LXW_BORDER_THIN);
        format_set_align(headings[i], LXW_ALIGN_CENTER);
        format_set_bg_color(headings[i], i ? 0xFCE4D6 : 0xEDEDED);
        format_set_num_format(headings[i], "@");
    }
    w->text = workbook_add_format(w->book);
    format_set_num_format(w->text, "@");
}

static void write_cell(struct sheet_writer *w, size_t row, size_t column, struct str s,
                       lxw_format *format)
{
    char *z = str_z(w->arena, s.p ? s : STR(""));
    if (worksheet_write_string(w->sheet, (lxw_row_t)row, (lxw_col_t)column, z, format) !=
        LXW_NO_ERROR)
        w->failed = true;
}

static void write_sheet(struct sheet_writer *w)
{
    const struct xlsx_out *x = w->x;
    size_t row = x->title.p ? 1 : 0;
    if (x->title.p && x->ncolumns > 1)
        worksheet_merge_range(w->sheet, 0, 0, 0, (lxw_col_t)(x->ncolumns - 1),
                              str_z(w->arena, x->title), w->title);
    else if (x->title.p)
        write_cell(w, 0, 0, x->title, w->title);
    for (size_t c = 0; c < x->ncolumns; c++) {
        bool must = x->required && x->required[c];
        worksheet_set_column(w->sheet, (lxw_col_t)c, (lxw_col_t)c, column_width(x, c), w->text);
        struct str heading =
            must ? str_fmt(w->arena, "%.*s*", STR_ARG(x->headings[c])) : x->headings[c];
        write_cell(w, row, c, heading, must ? w->required : w->heading);
        if (x->notes && x->notes[c].n)
            worksheet_write_comment(w->sheet, (lxw_row_t)row, (lxw_col_t)c,
                                    str_z(w->arena, x->notes[c]));
    }
    worksheet_freeze_panes(w->sheet, (lxw_row_t)(row + 1), 0);
    for (size_t i = 0; i < x->nrows * x->ncolumns; i++)
        if (x->cells[i].n)
            write_cell(w, row + 1 + i / x->ncolumns, i % x->ncolumns, x->cells[i], w->text);
}

static bool write_file(struct arena *a, const struct xlsx_out *x, const char *path)
{
    struct sheet_writer w = {.x = x, .arena = a, .book = workbook_new(path)};
    if (!w.book)
        return false;
    /* Without a date of ours the library asks the system for one. */
    lxw_doc_properties properties = {.created = x->created_ms > 0 ? x->created_ms / 1000 : 1};
    workbook_set_properties(w.book, &properties);
    w.sheet = workbook_add_worksheet(w.book, str_z(a, x->sheet));
    if (w.sheet) {
        make_formats(&w);
        write_sheet(&w);
    }
    return workbook_close(w.book) == LXW_NO_ERROR && w.sheet && !w.failed;
}

static bool read_back(int fd, struct buf *out)
{
    char chunk[16 * 1024];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        buf_add(out, chunk, (size_t)n);
    return n == 0;
}

enum rc xlsx_write(struct arena *a, struct fault *f, const struct xlsx_out *x, struct buf *out)
{
    if (x->ncolumns == 0 || x->ncolumns > XLSX_OUT_COLUMNS || x->nrows > XLSX_OUT_ROWS)
        return fail(f, RC_TOO_LARGE, "xlsx_too_large", "表格过大，无法写成工作簿",
                    "The table is too large for a workbook");
    char path[] = "/tmp/xiaohao-XXXXXX.xlsx";
    int fd = mkstemps(path, 5);
    if (fd < 0)
        return fail(f, RC_INTERNAL, "xlsx_out_failed", "无法写出工作簿",
                    "The workbook cannot be written");
    bool ok = write_file(a, x, path);
    /* The library opens the file anew under its name; what we hold is still the same file. */
    ok = ok && read_back(fd, out);
    close(fd);
    unlink(path);
    if (!ok)
        return fail(f, RC_INTERNAL, "xlsx_out_failed", "无法写出工作簿",
                    "The workbook cannot be written");
    if (out->full)
        return fail(f, RC_TOO_LARGE, "xlsx_too_large", "工作簿过大", "The workbook is too large");
    return RC_OK;
}

enum rc xlsx_write_template(struct arena *a, struct fault *f, const struct column_spec *specs,
                            size_t nspecs, struct buf *out)
{
    struct str *headings = ARENA_MANY(a, struct str, nspecs);
    bool *required = ARENA_MANY(a, bool, nspecs);
    for (size_t i = 0; i < nspecs; i++) {
        headings[i] = str_of(specs[i].zh);
        required[i] = specs[i].required;
    }
    struct xlsx_out x = {.sheet = STR("导入"),
                         .headings = headings,
                         .required = required,
                         .ncolumns = nspecs,
                         .created_ms = 0};
    return xlsx_write(a, f, &x, out);
}
