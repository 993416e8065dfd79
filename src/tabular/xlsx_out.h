/*
 * xlsx_out.h - writes one sheet of texts as an Excel workbook: templates for imports, plain lists.
 *
 * Every cell is text (a 12-digit code stays one, "=…" is never a formula), the headings are bold and stay in view,
 * columns are as wide as their text, a Chinese character counting two. The same input gives the same bytes.
 */
#ifndef XH_TABULAR_XLSX_OUT_H
#define XH_TABULAR_XLSX_OUT_H

#include "base/buf.h"
#include "base/fault.h"
#include "tabular/table.h"

struct xlsx_out {
    struct str sheet; /* name of the sheet, at most 31 characters, none of []:*?/\ */
    struct str title; /* absent, or a merged line over the headings */
    const struct str *headings;
    const bool *required;    /* absent, or by column: marked by * and colour */
    const struct str *notes; /* absent, or by column: a remark shown on the heading */
    size_t ncolumns;
    const struct str *cells; /* nrows × ncolumns, row by row */
    size_t nrows;
    int64_t created_ms; /* written into the document's properties */
};

enum { XLSX_OUT_CELL_MAX = 32767 };

/* Appends the workbook to `out`, whose cap bounds it. Faults: `xlsx_out_failed`, `xlsx_too_large`. */
enum rc xlsx_write(struct arena *a, struct fault *f, const struct xlsx_out *x,
                   struct buf *out) MUST_CHECK;
/* An empty table with the headings of an import. */
enum rc xlsx_write_template(struct arena *a, struct fault *f, const struct column_spec *specs,
                            size_t nspecs, struct buf *out) MUST_CHECK;

#endif
