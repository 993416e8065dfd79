/*
 * import.h - an office's list into the register (导入): areas, units, people, duties, sites, a catalogue,
 * problems of older systems with their history, from CSV or XLSX.
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

/* A list is planned in memory; problems pass through problem/'s staging table, so there may be many. */
enum { IMPORT_ROWS_MAX = 20000, IMPORT_PROBLEM_ROWS_MAX = 400000 };

/* How far an import is, for whoever waits. */
enum import_phase { IMPORT_READING, IMPORT_CHECKING, IMPORT_WRITING };
struct import_watch {
    /* Every few hundred rows, on the import's own thread; false: stop, and leave nothing. */
    bool (*tell)(void *user, enum import_phase phase, const struct report *r);
    void *user;
    size_t rows_total; /* known once the file is read */
};

struct import_request {
    struct uuid id;  /* of the command; none: made */
    struct str kind; /* areas units people sites standard problems duties matrix facilities frontages limit_rules calendar_days */
    enum import_mode mode;
    struct str bytes;        /* the file; must stay while the operation lasts */
    struct str mapping;      /* JSON, or absent */
    struct str sheet;        /* XLSX, or absent */
    struct opt_i64 as_of_ms; /* areas: the list is complete for this day; local midnight */
    struct import_watch *watch; /* NULL: nobody waits */
    bool forget;                /* no mapping remembered is used, none is kept */
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
