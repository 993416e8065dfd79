/* import_fixture.h - for tests of imports: a database of their own, one import, what its report says, the shipped standard. */
#ifndef XH_EXCHANGE_IMPORT_FIXTURE_H
#define XH_EXCHANGE_IMPORT_FIXTURE_H

#include "auth/auth_ground.h"
#include "base/asset.h"
#include "exchange/import.h"
#include "standard/catalogue.h"
#include "tabular/fixture.h"

static struct ground g;
static struct report report;

static inline int begin(void **state)
{
    (void)state;
    ground_open(&g);
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    ground_close(&g);
    return 0;
}

/* ---- one import ---- */

static inline struct import_request request(const char *kind, struct str bytes)
{
    return (struct import_request){
        .kind = str_of(kind), .mode = IMPORT_ALL_OR_NOTHING, .bytes = bytes};
}

static inline void show_lines(void)
{
    for (size_t i = 0; i < report.nlines && i < 20; i++)
        print_message("  row %zu column %zu %.*s: %.*s\n", report.lines[i].row,
                      report.lines[i].column, STR_ARG(report.lines[i].code),
                      STR_ARG(report.lines[i].en));
}

static inline void run(const struct import_request *in)
{
    struct op *op = ground_operator(&g);
    if (import_run(op, in, &report) != RC_OK) {
        for (size_t i = 0; i < g.fault.nfields; i++)
            print_message("  %.*s %.*s\n", STR_ARG(g.fault.fields[i].pointer),
                          STR_ARG(g.fault.fields[i].en));
        fail_msg("import: %.*s %.*s", STR_ARG(g.fault.code), STR_ARG(g.fault.en));
    }
    size_t sum = 0;
    for (int i = 0; i < REPORT_OUTCOMES; i++)
        sum += report.counts[i];
    assert_int_equal(sum, report.read);
}

static inline void expect(size_t created, size_t updated, size_t unchanged, size_t refused)
{
    const size_t want[REPORT_OUTCOMES] = {created, updated, unchanged, refused};
    if (memcmp(want, report.counts, sizeof want) == 0)
        return;
    show_lines();
    fail_msg("created %zu updated %zu unchanged %zu refused %zu", report.counts[0],
             report.counts[1], report.counts[2], report.counts[3]);
}

static inline size_t lines_with(const char *code)
{
    size_t n = 0;
    for (size_t i = 0; i < report.nlines; i++)
        n += str_is(report.lines[i].code, code);
    return n;
}

static inline const struct report_line *line_with(const char *code)
{
    for (size_t i = 0; i < report.nlines; i++)
        if (str_is(report.lines[i].code, code))
            return &report.lines[i];
    show_lines();
    fail_msg("no line %s", code);
    return NULL;
}

static inline void import_text_of(const char *kind, const char *csv)
{
    struct import_request in = request(kind, str_of(csv));
    run(&in);
}

static inline void load_standard(void)
{
    const struct asset *categories = asset_find("data/standard/categories.csv");
    const struct asset *criteria = asset_find("data/standard/criteria.csv");
    assert_non_null(categories);
    assert_non_null(criteria);
    struct standard_shipped in = {categories->bytes, criteria->bytes, STR("2026")};
    ground_expect(&g, standard_load_shipped(ground_operator(&g), &in), RC_OK, NULL);
}

#endif
