/*
 * fuzz_xlsx.c - any archive, or (first byte odd) any XML as the one sheet of a workbook made around
 * it, so that the fuzzer need not learn to compress.
 */
#include "base/arena.h"
#include "tabular/xlsx_in.h"

#include <stdlib.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void add(zip_t *zip, const char *name, struct str s)
{
    zip_int64_t at = zip_file_add(zip, name, zip_source_buffer(zip, s.p, s.n, 0), 0);
    if (at >= 0)
        zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

/* The part the fuzzer's text stands in is chosen by `which`; the others are fixed. */
static struct str wrap(struct arena *a, unsigned which, struct str text)
{
    struct {
        const char *name;
        struct str content;
    } parts[] = {
        {"xl/worksheets/sheet1.xml",
         STR("<worksheet><sheetData><row><c t='s' s='1'><v>0</v></c><c s='1'><v>46052.5"
             "</v></c></row></sheetData></worksheet>")},
        {"xl/sharedStrings.xml", STR("<sst><si><t>a</t></si></sst>")},
        {"xl/styles.xml",
         STR("<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>")},
        {"xl/workbook.xml",
         STR("<workbook xmlns:r='r'><sheets><sheet name='a' r:id='r1'/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels", STR("<Relationships><Relationship Id='r1' "
                                           "Target='worksheets/sheet1.xml'/></Relationships>")},
    };
    zip_error_t err;
    zip_error_init(&err);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &err);
    zip_source_keep(target);
    zip_t *zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &err);
    parts[which % 5].content = text;
    for (size_t i = 0; i < 5; i++)
        add(zip, parts[i].name, parts[i].content);
    struct str whole = STR("");
    zip_stat_t st;
    if (zip_close(zip) == 0 && zip_source_stat(target, &st) == 0 && zip_source_open(target) == 0) {
        char *p = arena_alloc(a, st.size + 1);
        zip_source_read(target, p, st.size);
        zip_source_close(target);
        whole = (struct str){p, st.size};
    }
    zip_source_free(target);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct fault f;
    struct grid g;
    struct xlsx_book *book;
    if (n < 2)
        return 0;
    arena_init(&a);
    fault_init(&f, &a);
    struct str bytes = {(const char *)data + 1, n - 1};
    if (data[0] & 1)
        bytes = wrap(&a, data[0] >> 1, bytes);
    if (xlsx_open(&a, &f, bytes, &book) == RC_OK) {
        for (size_t i = 0; i < xlsx_sheets(book) && i < 4; i++) {
            grid_init(&g, &a, &f);
            if (xlsx_read(book, i, &g) == RC_OK && grid_fill_merged(&g) == RC_OK &&
                g.nrows > GRID_ROWS_MAX)
                abort();
        }
        xlsx_close(book);
    } else if (f.code.n == 0) {
        abort();
    }
    arena_free(&a);
    return 0;
}
