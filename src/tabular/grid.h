/*
 * grid.h - a sheet as rows of texts, whatever file it came from; made by the CSV and XLSX readers, read by table.h.
 *
 * Rows without any text are left out; each keeps its number in the source, so that reports name what people see.
 * Everything lives in one arena. Rows, cells and bytes are bounded, so a small file cannot ask for a large memory.
 */
#ifndef XH_TABULAR_GRID_H
#define XH_TABULAR_GRID_H

#include "base/fault.h"

enum {
    GRID_ROWS_MAX = 400000,
    GRID_COLUMNS_MAX = 512,
    GRID_CELLS_MAX = 8000000,
    GRID_CELL_BYTES_MAX = 128 * 1024,
    GRID_TEXT_BYTES_MAX =
        128 * 1024 * 1024, /* all cells: one shared text may stand in a million of them */
    GRID_NOTES_MAX = 100000,
    GRID_MERGES_MAX = 100000,
};

/* What a reader noticed about a cell; the row is refused for it. */
enum grid_trouble {
    GRID_DAMAGED,   /* characters that could not be decoded */
    GRID_QUOTE,     /* text after a closing quote */
    GRID_ERROR,     /* the cell shows an error such as #N/A */
    GRID_PRECISION, /* a number of more than 15 digits: the spreadsheet has already changed its end */
};
enum { GRID_TROUBLES = 4 };

struct grid_note {
    size_t row, column; /* source numbers, from 1; column 0: the whole row */
    enum grid_trouble trouble;
};
/* "text_damaged", "csv_quote", "cell_error", "number_precision", and the sentence. */
const char *grid_trouble_code(enum grid_trouble t);
const char *grid_trouble_text(enum grid_trouble t, enum lang lang);

struct grid_row {
    size_t number; /* row (XLSX) or first text line (CSV), from 1 */
    size_t ncells; /* up to the last cell with text */
    struct str *cells;
};

/* Merged cells (合并单元格), source numbers from 1, both ends included. */
struct grid_merge {
    size_t top, left, bottom, right;
};

struct grid {
    struct arena *arena;
    struct fault *fault;
    struct grid_row *rows;
    size_t nrows, rows_room, ncells, text_bytes;
    size_t ncolumns; /* the widest row */
    struct grid_note *notes;
    size_t nnotes, notes_room;
    struct grid_merge *merges;
    size_t nmerges, merges_room;
};

/* The readers' growing arrays: room in an arena for one more element of `each` bytes. */
void *grid_grown(struct arena *a, void *old, size_t n, size_t *room, size_t each);

void grid_init(struct grid *g, struct arena *a, struct fault *f);
/* Copies the array, not the texts. Cells are made NFC and trimmed (also of no-break and zero-width space). Rows
 * come in ascending order. Fault `grid_too_large`. */
enum rc grid_add(struct grid *g, size_t number, const struct str *cells, size_t n) MUST_CHECK;
/* Kept up to GRID_NOTES_MAX; a grid with that many is refused by table_read(). */
void grid_note(struct grid *g, size_t row, size_t column, enum grid_trouble trouble);
enum rc grid_merge(struct grid *g, struct grid_merge m) MUST_CHECK;
/* Writes the text of each merged block into the first column of the rows below it: an office merges the town's
 * name over all its sites, and a heading over two heading rows. */
enum rc grid_fill_merged(struct grid *g) MUST_CHECK;
/* "A", "AB"; and back, 0 when it is no column's name. */
struct str grid_column_name(struct arena *a, size_t column);
size_t grid_column_number(struct str name);

#endif
