/*
 * table.h - an office's list as named columns, out of CSV or XLSX. Pure.
 *
 * table_read() finds out what the file is and decodes it. table_bind() finds the row of headings under any title
 * rows (the one of the first TABLE_HEADER_ROWS that knows most headings; or two rows, groups over parts, that know more
 * together), passes over a row of units or remarks below it, and ties each wanted column to one of the
 * file's, by synonyms or by the caller's mapping. table_value() then answers texts row by row.
 *
 * The mapping is JSON, keyed by column:
 *
 *   {"name": "点位名称",                       a heading of the file
 *    "address": "D",                           or a column's letter
 *    "town": {"value": "350212001"},           the same for every row
 *    "category": {"column": "type_mid",
 *                 "rules": [{"column": "name", "contains": "公厕", "value": "GC2"},
 *                           {"column": "typecode", "split": "|", "starts": "1203", "value": "XQ"}],
 *                 "values": {"公园广场": "GY"},
 *                 "default": "SQ"},            rules in order, then values, then default; none of them: the row
 *                                              is refused for it. Without values and rules the cell itself
 *    "$sheet": "点位", "$header_row": 3,       0: the file has no headings; letters only
 *    "$only": [{"column": "district_code", "is": "350212"}]}
 *
 * A condition holds one of is, starts, ends, contains. Columns not named are tied by synonyms as without a mapping;
 * null leaves a column out.
 */
#ifndef XH_TABULAR_TABLE_H
#define XH_TABULAR_TABLE_H

#include "tabular/grid.h"
#include "tabular/text_decode.h"

enum table_format { TABLE_CSV, TABLE_XLSX };

struct table_source {
    struct str bytes;
    struct str sheet; /* XLSX: by name; absent: the first with rows */
    enum text_encoding encoding;
    bool unguard; /* CSV of our own: take the formula guard away */
};

struct table {
    struct grid grid;
    enum table_format format;
    struct str sheet; /* XLSX */
    enum text_encoding encoding;
    int confidence;
};

/* A fault of the whole file: those of text_decode.h, csv.h, xlsx_in.h, grid.h, and `xls_not_supported`,
 * `sheet_not_found`, `table_empty`. Damaged characters are notes of their cells. */
enum rc table_read(struct arena *a, struct fault *f, const struct table_source *src,
                   struct table *t) MUST_CHECK;

/* A column an importer wants. */
struct column_spec {
    const char *key;
    bool required; /* the file must have it; whether a cell may be empty is the importer's rule */
    const char *zh, *en; /* heading in templates */
    /* Synonyms, NULL at the end; compared without case, width, blanks, stars and brackets. */
    const char *const *headings;
};

enum { TABLE_HEADER_ROWS = 20, TABLE_SPECS_MAX = 48, TABLE_RULES_MAX = 2000 };

enum table_test { TABLE_IS, TABLE_STARTS, TABLE_ENDS, TABLE_CONTAINS };

struct table_rule {
    size_t column; /* index in the file, from 0 */
    enum table_test test;
    char split; /* 0, or what parts a cell of several values */
    struct str text, value;
};

/* One wanted column and where it comes from. */
struct table_binding {
    ptrdiff_t column; /* index in the file from 0; -1: none */
    struct str heading;
    struct str constant;            /* present: the same for every row */
    struct str otherwise;           /* present: the default */
    const struct table_rule *rules; /* rules, then values */
    size_t nrules;
};

struct table_map {
    const struct table *table;
    const struct column_spec *specs;
    size_t nspecs;
    struct table_binding *bindings; /* by spec */
    size_t header_row;              /* source number; 0: none */
    size_t first;                   /* index of the first row of data in grid.rows */
    struct grid_row header[2];      /* as they stand in the file; two where headings lie over two rows */
    size_t nheader;
    struct str *headings;           /* of the file, by column */
    ptrdiff_t *spec_of;             /* by file column: the spec it is tied to, or -1 */
    size_t nheadings;
    const struct table_rule *only;
    size_t nonly;
};

/* `mapping` may be absent. Faults: `header_not_found`; `invalid_content` with field errors `column_missing` (a
 * required one), `heading_unknown`, `heading_duplicate`, `bad_rule` … by JSON pointer into the mapping. */
enum rc table_bind(struct table *t, const struct column_spec *specs, size_t nspecs,
                   struct str mapping, struct table_map *out) MUST_CHECK;

/* The sheet a mapping asks for, to be put into table_source; absent where it names none. */
enum rc table_mapping_sheet(struct arena *a, struct fault *f, struct str mapping,
                            struct str *sheet) MUST_CHECK;

/* Whether the row (index in grid.rows, from map->first on) is asked for by "$only" and no repeated heading row. */
bool table_wants(const struct table_map *m, size_t row);

struct table_value {
    struct str text;    /* "" where the file has no such column or the cell is empty */
    size_t row, column; /* in the source, from 1; column 0: not from a cell */
    bool unmapped;      /* a text for which the mapping has no value */
};

/* spec: index in the specs. */
struct table_value table_value(const struct table_map *m, size_t row, size_t spec);
/* Index of the spec with this key; -1 when there is none. */
ptrdiff_t table_spec(const struct table_map *m, const char *key);

#endif
