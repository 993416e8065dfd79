/*
 * xlsx_stream.h - writes one sheet of an Excel workbook row by row, with little memory however many rows: exports, and
 * ledgers with pictures (libxlsxwriter's constant-memory mode: rows go to disk as they come).
 *
 * Texts are texts (a 12-digit code stays one, "=…" is never a formula), numbers are numbers. Headings are bold and stay
 * in view.
 */
#ifndef XH_TABULAR_XLSX_STREAM_H
#define XH_TABULAR_XLSX_STREAM_H

#include "base/fault.h"

struct xlsx_stream;

struct xlsx_stream_column {
    struct str heading;
    int width;    /* of the column, in characters; 0: by its heading */
    bool picture; /* rows are made tall enough */
};
struct xlsx_stream_start {
    const char *path;  /* made or written over */
    struct str sheet;
    struct str title;  /* absent, or a merged line above */
    struct str remark; /* absent, or a second line below the title */
    const struct xlsx_stream_column *columns;
    size_t ncolumns;
    int64_t created_ms;
};
struct xlsx_stream_cell {
    struct str text;
    bool number;         /* the text is a plain number */
    struct str jpeg;     /* a picture instead; copied */
    int width, height;   /* of the picture, in pixels */
};

enum { XLSX_STREAM_ROWS_MAX = 1000000, XLSX_PICTURE_PX = 120 };

enum rc xlsx_stream_open(struct xlsx_stream **out, struct arena *a, struct fault *f,
                         const struct xlsx_stream_start *start) MUST_CHECK;
/* Texts may go when it has returned. */
enum rc xlsx_stream_row(struct xlsx_stream *x, struct fault *f, const struct xlsx_stream_cell *cells) MUST_CHECK;
/* Ends and frees it; the file is complete when it answers RC_OK. */
enum rc xlsx_stream_close(struct xlsx_stream *x, struct fault *f) MUST_CHECK;

#endif
