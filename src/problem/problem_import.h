/*
 * problem_import.h - cases of older systems (历史案件) taken over with their history: what exchange/ reads, the room keeps.
 *
 * Rows are staged as they are checked, outside of any command, and become problems in one transaction when
 * problem_past_apply() has been added to the importing command's plan. Until then nobody sees them, and
 * problem_past_drop() leaves nothing. An imported case enters in the state its status says, with one step `import` on its
 * timeline; its own steps of old stay what its times say, for nobody here took them. The rows themselves are kept sealed.
 */
#ifndef XH_PROBLEM_PROBLEM_IMPORT_H
#define XH_PROBLEM_PROBLEM_IMPORT_H

#include "calendar/calendar.h"
#include "change/change.h"

enum problem_past_action { PROBLEM_PAST_NEW, PROBLEM_PAST_CHANGE, PROBLEM_PAST_AGAIN };

/* One row of a list. Texts must stay until it is staged. */
struct problem_past {
    enum problem_past_action action;
    struct uuid id;
    int64_t row_no;                       /* in the file */
    struct str state;                     /* a word of problem_state_names */
    const char *source;                   /* of problem_source_names */
    struct uuid site_id, criterion_id, unit_id;
    struct str area_code, category_code, description, place, kind, site_name;
    struct opt_i64 lon_e7, lat_e7;        /* WGS 84 */
    const char *severity;                 /* "general" | "key" */
    bool typical, overdue, exempt;
    enum limit_kind limit_kind;
    int64_t limit_amount, rework_count, reported_ms;
    struct opt_i64 registered_ms, dispatched_ms, due_ms, rectified_ms, closed_ms;
    struct str external_id;               /* empty: none */
    struct opt_i64 own_number;            /* of the year of `year`; absent: the next */
    int64_t year, ordinal;                /* ordinal: from 1 among those of the year without a number of their own */
    struct str list_source, number_there, status_there, kind_there, unit_there;
    struct str note;                      /* of the step */
    struct str raw;                       /* JSON; sealed here */
    struct str raw_index;                 /* of problem_past_index() */
    int64_t seq, event_seq, was_version;  /* 1, 1, 1 for a new one; else behind what problem_past_known() answers */
};

/* A problem that is here already under an id or an external id of a batch, and what was imported to it. */
struct problem_past_known {
    struct uuid id;
    struct str external_id;
    int64_t version, event_count;
    int64_t last_seq;                     /* 0: it was not imported */
    bool as_imported;                     /* nobody has worked on it since */
    struct str main_index;                /* of the row it follows; absent: none */
    struct str indexes;                   /* all, one after another */
};

/* How many rows problem_past_known() is asked about at once. */
enum { PROBLEM_PAST_BATCH = 16, PROBLEM_PAST_INDEX_BYTES = 64 };
/* By id where `ids` has one, else by external id (empty: neither). `n` up to any number. */
enum rc problem_past_known(struct op *op, const struct problem_past *rows, size_t n, struct problem_past_known **out,
                           size_t *nout) MUST_CHECK;
/* Whether another problem has this number. */
enum rc problem_past_number_taken(struct op *op, int64_t year, int64_t number, bool *taken) MUST_CHECK;
/* Keyed hash of a row's content, to know it again. */
struct str problem_past_index(const struct op *op, struct str content);
bool problem_past_has(const struct problem_past_known *k, struct str index);

/* An effect that stages one row; `fx` is run by the caller (change_run_effects), in batches. */
void problem_past_stage(struct op *op, struct effects *fx, struct uuid job, const struct problem_past *p);
/* Everything of the job that was staged is forgotten. */
void problem_past_drop(const struct op *op, struct effects *fx, struct uuid job);
/* The same of whatever was staged before: a killed process left it. */
void problem_past_sweep(const struct op *op, struct effects *fx, int64_t before_ms);

struct problem_past_year {
    int64_t year, numbered, highest;      /* how many take the next numbers; the highest own number (0: none) */
};
struct problem_past_totals {
    int64_t new_rows, changes, agains;
    const struct problem_past_year *years;
    size_t nyears;
};
/* Adds to the plan in hand what makes problems of the staged rows; the counts are checked. */
void problem_past_apply(struct op *op, struct uuid job, const struct problem_past_totals *t);

#endif
