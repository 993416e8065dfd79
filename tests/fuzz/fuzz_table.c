/* fuzz_table.c - a mapping (up to the first NUL) and a text file: bound, every value read, a report
 * written. */
#include "base/arena.h"
#include "exchange/columns.h"
#include "exchange/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_all(struct arena *a, const struct table_map *m)
{
    struct report r;
    struct json_out j;
    struct buf b;
    report_begin(&r, a, m, "sites", IMPORT_DRY_RUN);
    for (size_t row = m->first; row < m->table->grid.nrows; row++) {
        bool ok = report_notes(&r, row);
        for (size_t s = 0; table_wants(m, row) && s < m->nspecs; s++) {
            struct table_value v = table_value(m, row, s);
            if (!utf8_valid(v.text))
                abort();
            ok = report_check(&r, &v, m->specs[s].required, 100) && ok;
        }
        report_count(&r, ok ? REPORT_CREATED : REPORT_REFUSED);
    }
    buf_init(&b, 64 << 20);
    jo_begin(&j, &b, 480);
    report_write(&r, &j, NULL, LANG_ZH);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct fault f;
    struct table t;
    struct table_map m;
    const uint8_t *cut = n ? memchr(data, 0, n) : NULL;
    size_t nmapping = cut ? (size_t)(cut - data) : 0;
    struct str mapping = nmapping ? (struct str){(const char *)data, nmapping} : STR_NONE;
    size_t skip = cut ? nmapping + 1 : 0;
    struct table_source src = {.bytes = {(const char *)data + skip, n - skip}};
    const struct column_set *set = columns_of(STR("sites"));
    arena_init(&a);
    fault_init(&f, &a);
    if (table_read(&a, &f, &src, &t) == RC_OK &&
        table_bind(&t, set->specs, set->n, mapping, &m) == RC_OK)
        read_all(&a, &m);
    else if (f.code.n == 0)
        abort();
    arena_free(&a);
    return 0;
}
