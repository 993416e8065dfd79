/*
 * export_internal.h - what the exporters share: kinds and their columns, a row on its way, the files it goes to.
 */
#ifndef XH_EXCHANGE_EXPORT_INTERNAL_H
#define XH_EXCHANGE_EXPORT_INTERNAL_H

#include "auth/policy.h"
#include "base/arena.h"
#include "exchange/export.h"
#include "export_sql.h"

#include <stdio.h>

enum export_type {
    EX_TEXT,
    EX_INT,
    EX_BOOL,
    EX_TIME,
    EX_E7,      /* degrees */
    EX_E4,      /* points */
    EX_PICTURE, /* a stored photograph, its SHA-256 as hex in the text; XLSX shows it, others name it */
};
struct export_column {
    const char *key, *zh;
    enum export_type type;
    int width; /* XLSX; 0: by the heading */
};
/* Absent: empty text, or a number that is not there. */
struct export_cell {
    struct str s;
    struct opt_i64 i;
};

struct export;
struct exporter {
    const char *kind;
    enum action action; /* whose reach cuts it */
    const char *title;  /* a line above in XLSX; NULL: none, so that it can be imported again as it is */
    const struct export_column *columns;
    size_t ncolumns;
    enum rc (*rows)(struct export *ex);
    int lon, lat; /* indexes of columns for GeoJSON; 0: it has no places */
};
extern const struct exporter *const exporters[];

/* A unit as a list names it: by its name, or its code where two have that name. */
struct export_unit {
    struct uuid id;
    struct str label;
};

struct export_file;
struct export {
    struct op *op;
    const struct export_request *in;
    const struct exporter *kind;
    struct export_result *out;
    struct export_file *file;
    struct arena page; /* texts of one page of rows */
    struct arena *kept;
    struct export_unit *units;
    size_t nunits;
    /* The reader's reach. */
    bool scoped;
    struct uuid scope_unit, scope_person;
    struct str scope_area_from, scope_area_to;
};

enum { EXPORT_PAGE = 500, EXPORT_COLUMNS_MAX = 48, EXPORT_PICTURES_MAX = 2000 };

/* Reads a page: op's memory is the page's until export_page_end(). */
void export_page_begin(struct export *ex);
void export_page_end(struct export *ex);
enum rc export_row(struct export *ex, const struct export_cell *cells) MUST_CHECK;
struct str export_unit_label(const struct export *ex, struct uuid id);
static inline struct opt_bool export_scoped(const struct export *ex)
{
    return ex->scoped ? SOME_BOOL(true) : (struct opt_bool){0};
}

/* ---- files ---- */
enum rc export_file_open(struct export *ex, const char *path) MUST_CHECK;
enum rc export_file_row(struct export *ex, const struct export_cell *cells) MUST_CHECK;
enum rc export_file_close(struct export *ex) MUST_CHECK;
/* After a fault: the file is closed, what is in it is not to be used. */
void export_file_drop(struct export *ex);
/* The cell as people read it; times local, booleans 是 and 否. */
struct str export_cell_text(struct arena *a, const struct export *ex, const struct export_column *c,
                            const struct export_cell *cell);

/* ---- words (数据字典) ---- */
struct str export_state_word(const struct export *ex, struct str state);
struct str export_event_word(struct str event);
struct str export_source_word(struct str source);

#define EXPORT_TEXT(t) ((struct export_cell){.s = (t)})
#define EXPORT_I64(v) ((struct export_cell){.i = SOME(v)})
#define EXPORT_OPT(v) ((struct export_cell){.i = (v)})
#define EXPORT_BOOL(v) ((struct export_cell){.i = SOME((v) ? 1 : 0)})

extern const struct exporter export_areas, export_units, export_people, export_duties, export_sites, export_standard,
    export_inspections, export_observations, export_scores, export_problems, export_events, export_ledger, export_matrix,
    export_facilities, export_frontages, export_limit_rules, export_calendar_days;

#endif
