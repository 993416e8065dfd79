/*
 * import.h - an office's list into the register (导入): areas, units, people, sites, a catalogue,
 * from CSV or XLSX.
 *
 * One import is one command: everything it writes happens together or not at all, under one id. It
 * writes nothing of its own: rows become the rooms' own operations. A row that is there already and
 * says nothing new is "unchanged"; an empty cell leaves what is there; what is not in a list stays
 * (areas with `as_of` excepted).
 *
 * The mapping (table.h) may say besides: "$create_units": true (units named by people or sites that
 * nobody knows are made), "$datum": "gcj02" (the coordinates of sites are those of a Chinese map
 * provider).
 *
 * The same command id again: nothing is written; the counts are those kept in the journal, the
 * lines are found out anew against what is there now.
 */
#ifndef XH_EXCHANGE_IMPORT_H
#define XH_EXCHANGE_IMPORT_H

#include "change/change.h"
#include "exchange/report.h"

enum { IMPORT_ROWS_MAX = 20000 };

struct import_request {
    struct uuid id;  /* of the command; none: made */
    struct str kind; /* areas units people sites standard */
    enum import_mode mode;
    struct str bytes;        /* the file; must stay while the operation lasts */
    struct str mapping;      /* JSON, or absent */
    struct str sheet;        /* XLSX, or absent */
    struct opt_i64 as_of_ms; /* areas: the list is complete for this day; local midnight */
};

/* Reads, checks, and fills op->plan where report_may_write(); the caller then commits (or leaves
 * it). Faults are those of the whole file (table.h, `unknown_kind`, `as_of_areas_only`,
 * `snapshot_all_rows`, `too_many_rows`); those of rows are in the report. */
enum rc import_prepare(struct op *op, const struct import_request *in,
                       struct report *report) MUST_CHECK;
/* The same, committed, tried again when something else was written meanwhile; sets report->written.
 */
enum rc import_run(struct op *op, const struct import_request *in,
                   struct report *report) MUST_CHECK;

/* "all_or_nothing" …; false for any other word. */
bool import_mode_by_name(struct str name, enum import_mode *out);

#endif
