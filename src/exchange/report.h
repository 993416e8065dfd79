/*
 * report.h - what became of an import, row by row: counts, faults and remarks by row, column and code.
 *
 * An importer counts each row it read exactly once (created, updated, unchanged or refused) and adds a line for
 * every fault. Messages must not repeat personal data: name the column, not the telephone number.
 */
#ifndef XH_EXCHANGE_REPORT_H
#define XH_EXCHANGE_REPORT_H

#include "base/json_out.h"
#include "tabular/table.h"

enum import_mode { IMPORT_DRY_RUN, IMPORT_ALL_OR_NOTHING, IMPORT_GOOD_ROWS };
/* "dry_run", "all_or_nothing", "good_rows", NULL. */
extern const char *const import_mode_names[];

enum report_outcome { REPORT_CREATED, REPORT_UPDATED, REPORT_UNCHANGED, REPORT_REFUSED };
enum { REPORT_OUTCOMES = 4, REPORT_LINES_MAX = 5000 };

struct report_line {
    size_t row, column; /* in the source, from 1; column 0: the whole row */
    bool warning;
    struct str code, zh, en;
};

struct report {
    struct arena *arena;
    const struct table_map *map; /* for headings; may be NULL */
    const char *kind;            /* "sites" … */
    enum import_mode mode;
    bool written;
    size_t read;
    size_t counts[REPORT_OUTCOMES];
    struct report_line *lines; /* the first REPORT_LINES_MAX */
    size_t nlines, lines_room, nerrors, nwarnings;
};

void report_begin(struct report *r, struct arena *a, const struct table_map *map, const char *kind,
                  enum import_mode mode);
/* One row read, with its end. */
void report_count(struct report *r, enum report_outcome outcome);
/* `zh` and `en` are formats that take the same arguments in the same order. */
void report_error(struct report *r, size_t row, size_t column, const char *code, const char *zh,
                  const char *en, ...);
void report_warning(struct report *r, size_t row, size_t column, const char *code, const char *zh,
                    const char *en, ...);
/* The usual faults of one value; false when it may not be used. An empty required value, no value in the mapping,
 * more than `max` characters, control characters. */
bool report_check(struct report *r, const struct table_value *v, bool required, size_t max);
/* Adds what the reader noticed in this row (index in grid.rows); false when there was something. */
bool report_notes(struct report *r, size_t row);
/* Whether what was read may be written: not in a dry run, and without refused rows where all or nothing counts. */
bool report_may_write(const struct report *r);

/* ImportReport of openapi.yaml, as a member (or at the top with key NULL). Lines are in order of rows. */
void report_write(struct report *r, struct json_out *j, const char *key, enum lang lang);
/* "读取 12 行：新增 10，更新 0，未变 1，拒绝 1" */
struct str report_summary(const struct report *r, enum lang lang);

#endif
