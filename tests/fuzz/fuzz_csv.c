/* fuzz_csv.c - any text: it is read within its limits, and what is written from it reads back the
 * same. */
#include "base/arena.h"
#include "tabular/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void compare(struct arena *a, struct fault *f, struct str written,
                    struct csv_reader *original)
{
    struct csv_reader again;
    struct csv_row x, y;
    bool more_x, more_y;
    csv_open(&again, a, f, written, &(struct csv_options){.separator = ',', .unguard = true});
    for (;;) {
        do { /* lines with nothing on them were not written */
            if (csv_next(original, &x, &more_x) != RC_OK)
                abort();
        } while (more_x && x.ncells == 0);
        if (csv_next(&again, &y, &more_y) != RC_OK || more_x != more_y)
            abort();
        if (!more_x)
            return;
        if (x.ncells != y.ncells || y.broken)
            abort();
        for (size_t i = 0; i < x.ncells; i++)
            if (!str_eq(x.cells[i], y.cells[i]))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct fault f;
    struct csv_reader r;
    struct csv_row row;
    struct buf b;
    bool more = true;
    struct str text = {(const char *)data, n};
    const struct csv_options opt = {.max_rows = 1000, .max_columns = 64, .max_cell_bytes = 4096};
    arena_init(&a);
    fault_init(&f, &a);
    buf_init(&b, 16 << 20);
    csv_open(&r, &a, &f, text, &opt);
    while (more && csv_next(&r, &row, &more) == RC_OK)
        if (row.ncells)
            csv_write_row(&b, &(struct csv_style){.guard = true}, row.cells, row.ncells);
    if (f.rc == RC_OK) {
        csv_open(&r, &a, &f, text, &opt);
        compare(&a, &f, b.n ? buf_view(&b) : STR(""), &r);
    }
    buf_free(&b);
    arena_free(&a);
    return 0;
}
