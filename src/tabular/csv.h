/*
 * csv.h - comma-separated text (RFC 4180) row by row, and writing it so that Excel opens it and runs nothing.
 *
 * The reader takes what offices have: comma, semicolon, tab or bar; CRLF, LF or CR; line ends inside quotes; a
 * "sep=;" line in front; a quote inside an unquoted cell is an ordinary character. Text after a closing quote
 * breaks its row, a quote never closed breaks the file. The writer puts an apostrophe before a cell that a
 * spreadsheet would run as a formula; the reader can take it away again.
 */
#ifndef XH_TABULAR_CSV_H
#define XH_TABULAR_CSV_H

#include "base/buf.h"
#include "base/fault.h"

struct csv_options {
    char separator;                               /* 0: found out from the first rows */
    bool unguard;                                 /* take the writer's apostrophes away */
    size_t max_rows, max_columns, max_cell_bytes; /* 0: the defaults below */
};

enum { CSV_ROWS_MAX = 400000, CSV_COLUMNS_MAX = 512, CSV_CELL_BYTES_MAX = 128 * 1024 };

/* Cells are views into the text or the arena. A line with nothing on it has no cells. */
struct csv_row {
    size_t number; /* of the record, from 1 */
    size_t line;   /* of the text on which it begins, from 1 */
    size_t ncells;
    const struct str *cells;
    size_t broken; /* 0, or the column (from 1) of a cell with text after its closing quote */
};

/* Belongs to one operation; read on with csv_next(). */
struct csv_reader {
    struct arena *arena;
    struct fault *fault;
    struct str text;
    struct csv_options opt;
    size_t at, line, number;
    struct str *cells;
    size_t room;
};

/* `text` is valid UTF-8 without mark. */
void csv_open(struct csv_reader *r, struct arena *a, struct fault *f, struct str text,
              const struct csv_options *opt);
/* *more false at the end. The row's cell array is used again by the next call. Faults: `csv_quote_open`,
 * `csv_too_large`. */
enum rc csv_next(struct csv_reader *r, struct csv_row *row, bool *more) MUST_CHECK;

struct csv_style {
    char separator; /* 0: comma */
    bool guard;     /* apostrophe before formulas; plain negative numbers need none */
};
/* The mark by which Excel knows UTF-8; once, before the first row. */
void csv_write_mark(struct buf *b);
/* One row, ended by CRLF. */
void csv_write_row(struct buf *b, const struct csv_style *style, const struct str *cells, size_t n);

#endif
