/*
 * import_internal.h - what the importers share: the import in hand, cells by column, rows seen,
 * faults of rooms as faults of rows, and finding areas, units and categories by what an office
 * writes.
 */
#ifndef XH_EXCHANGE_IMPORT_INTERNAL_H
#define XH_EXCHANGE_IMPORT_INTERNAL_H

#include "exchange/columns.h"
#include "exchange/import.h"
#include "import_sql.h"
#include "org/org.h"
#include "org/text.h"

/* A key of the file and the row that had it first. */
struct import_seen {
    struct str key;
    size_t row; /* source number; 0: free */
};
/* A unit as somebody wrote it. */
struct import_unit {
    struct import_unit *next;
    struct str name, short_name, code;
    struct uuid id;
};
struct import_area {
    struct uuid id;
    struct str code, name;
    struct str base; /* without 街道, 居委会 … */
    struct str parent_code;
};
struct import_category {
    struct str code, name;
    struct str base; /* what stands before the bracket */
};

/* A unit found before, by what was written. */
struct import_unit_met {
    struct import_unit_met *next;
    struct str text;
    struct uuid id;
};
enum { IMPORT_UNIT_BUCKETS = 256 };

struct import {
    struct op *op;
    struct arena *arena; /* of the whole import: a row's own may be another */
    const struct import_request *in;
    struct report *report;
    struct table table;
    struct table_map map;
    bool create_units, gcj02;
    bool order_said, day_first; /* "$date_order": how 03/04/2018 is read */
    struct str list_source;     /* "$source": the older system */
    struct str mapping;         /* as asked for, or remembered */
    bool recalled;
    const struct importer *importer;
    struct import_seen *seen;
    size_t nseen_room;
    struct import_unit *units; /* made by this import */
    struct import_unit_met *met[IMPORT_UNIT_BUCKETS];
    struct import_area *areas;
    size_t nareas;
    struct import_category *categories;
    size_t ncategories;
    void *state; /* the importer's own */
};

/* One kind of list. `row` plans one row (index in the grid) and says what becomes of it; a fault of
 * the row is added to the report and answered as REPORT_REFUSED. Where `row` is NULL, `whole`
 * counts the rows itself. */
struct importer {
    const char *kind;
    enum rc (*begin)(struct import *im);
    enum rc (*row)(struct import *im, size_t row, enum report_outcome *outcome);
    enum rc (*whole)(struct import *im);
};
extern const struct importer import_areas, import_units, import_people, import_sites,
    import_standard, import_problems, import_duties, import_matrix,
    import_facilities, import_frontages, import_limit_rules, import_calendar_days;

/* After every few rows: tells whoever watches; RC_CONFLICT "import_cancelled" when they want no more. */
enum rc import_pulse(struct import *im) MUST_CHECK;

/* ---- cells ---- */
struct table_value import_cell(const struct import *im, size_t row, const char *key);
/* The file or the mapping has this column. */
bool import_has(const struct import *im, const char *key);
/* A checked text; "" where the cell is empty. False: refused, and said so. */
bool import_text(struct import *im, size_t row, const char *key, bool required, size_t max,
                 struct str *out);
/* A time in any of past_time.h's forms; absent where the cell is empty. False: refused, and said so. */
bool import_time(struct import *im, size_t row, const char *key, struct opt_i64 *out);
/* A whole number in [range[0], range[1]]; absent where the cell is empty. */
bool import_number(struct import *im, size_t row, const char *key, const int64_t range[2], struct opt_i64 *out);
/* What a cell means: a code or one of its words (',' between), the list ended by {0}; -1 where the cell is empty. */
struct import_word {
    const char *code, *words;
};
bool import_pick(struct import *im, size_t row, const char *key, const struct import_word *words, int *out);
/* A whole number in [0, ORDER_NO_MAX]; absent where the cell is empty. */
bool import_order(struct import *im, size_t row, struct opt_i64 *out);
size_t import_row_number(const struct import *im, size_t row);
/* Refused when an earlier row had this key; names it. */
bool import_first(struct import *im, size_t row, const char *column, struct str key);
/* After a room's operation: RC_OK goes on; a fault of content becomes lines of this row (*ok false,
 * RC_OK), any other is passed on. */
enum rc import_outcome(struct import *im, size_t row, enum rc rc, bool *ok) MUST_CHECK;
/* An id of this import's own for its n-th record. */
struct uuid import_id(const struct import *im, const char *kind, struct str key);

/* ---- mappings remembered (import_mapping.c) ---- */
/* Without a mapping in the request: the one kept for a row of headings this file has. */
enum rc import_mapping_recall(struct import *im) MUST_CHECK;
/* Adds to the plan: the mapping in use is kept for these headings. */
void import_mapping_remember(struct import *im);

/* ---- finding ---- */
enum rc import_load_areas(struct import *im) MUST_CHECK;
/* Of the published standards. */
enum rc import_load_categories(struct import *im) MUST_CHECK;
/* Where to look: below this code prefix (absent: anywhere), names only at the level of so many
 * digits (0: any). */
struct area_where {
    struct str within;
    size_t digits;
};
enum { TOWN_DIGITS = 9, VILLAGE_DIGITS = 12 };
/* In force, by code or by name (大同街道, 大同街道办事处, 大同). Answers how many match, *out the
 * first. */
size_t import_find_area(const struct import *im, struct str text, const struct area_where *where,
                        const struct import_area **out);
/* What a unit is called: by code, name or short name; made where "$create_units" says so. *ok
 * false: refused. */
enum rc import_find_unit(struct import *im, size_t row, const char *key, struct uuid *out,
                         bool *ok) MUST_CHECK;
/* The site in use with the code or name in a cell that is not empty; *ok false: refused. */
enum rc import_find_site(struct import *im, size_t row, const char *key, struct uuid *out, bool *ok) MUST_CHECK;
/* The area in force a cell that is not empty speaks of, or NULL: refused, and said so. */
const struct import_area *import_area_of(struct import *im, size_t row, const char *key);
/* The same of a text that is only part of a cell. */
enum rc import_find_unit_text(struct import *im, const struct table_value *v, size_t row, struct uuid *out,
                              bool *ok) MUST_CHECK;
/* A place in columns "lon" and "lat", or "lon_gcj02" and "lat_gcj02", as WGS 84; both absent where there is none, only
 * one, or a placeholder (said). `strict`: what is no coordinate refuses the row (answers false); else it is a remark. */
bool import_place(struct import *im, size_t row, bool strict, struct opt_i64 place[2]);

/* A stable code for a unit that came without one. */
struct str import_unit_code(struct arena *a, struct str name);
/* territory for 街道办事处, 镇人民政府 …; else department. */
struct str import_unit_kind(struct str name);
void import_unit_made(struct import *im, const struct unit_new *u);

#endif
