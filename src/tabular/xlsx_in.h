/*
 * xlsx_in.h - reads the sheets of an Excel workbook (.xlsx, .xlsm) as texts. Pure.
 *
 * Numbers come as an office typed them (a 12-digit code never as 1.2E11), dates as ISO text by their cell's number
 * format, formulas as their kept results, booleans as TRUE and FALSE. Parts are inflated and read as a stream under
 * limits on size, compression and cells: an archive made to explode is refused with `xlsx_too_large`.
 */
#ifndef XH_TABULAR_XLSX_IN_H
#define XH_TABULAR_XLSX_IN_H

#include "base/fault.h"
#include "tabular/grid.h"

enum {
    XLSX_BYTES_MAX = 32 * 1024 * 1024,  /* the file */
    XLSX_PART_MAX = 96 * 1024 * 1024,   /* one part, inflated */
    XLSX_TOTAL_MAX = 160 * 1024 * 1024, /* all parts read, inflated */
    XLSX_RATIO_MAX = 250,               /* inflated to stored, for parts above XLSX_RATIO_FROM */
    XLSX_RATIO_FROM = 8 * 1024 * 1024,
    XLSX_ENTRIES_MAX = 4096,
    XLSX_SHEETS_MAX = 256,
    XLSX_STRINGS_MAX = 1000000,
    XLSX_STYLES_MAX = 65536,
};

struct xlsx_book;

/* `bytes` must stay. The book's memory is the arena's; close it once when opened. Faults: `xlsx_invalid` (no
 * workbook, damaged), `xlsx_encrypted`, `xlsx_too_large`. */
enum rc xlsx_open(struct arena *a, struct fault *f, struct str bytes,
                  struct xlsx_book **book) MUST_CHECK;
void xlsx_close(struct xlsx_book *book);
size_t xlsx_sheets(const struct xlsx_book *book);
struct str xlsx_sheet_name(const struct xlsx_book *book, size_t sheet);
/* Index of the sheet of that name, or -1. */
ptrdiff_t xlsx_find_sheet(const struct xlsx_book *book, struct str name);
/* Adds the sheet's rows, merged blocks and notes to an initialised grid. */
enum rc xlsx_read(struct xlsx_book *book, size_t sheet, struct grid *g) MUST_CHECK;

#endif
