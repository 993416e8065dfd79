/*
 * import_past.h - problems of older systems while they are imported: what is loaded once, a row read, a batch settled.
 *
 * import_problems.c reads rows; import_past.c compares a batch of them with what is here and stages it.
 */
#ifndef XH_EXCHANGE_IMPORT_PAST_H
#define XH_EXCHANGE_IMPORT_PAST_H

#include "base/arena.h"
#include "exchange/past_time.h"
#include "import_internal.h"
#include "problem/problem_import.h"

enum { PAST_BATCH = 1000, PAST_YEARS_MAX = 256, PAST_WORDS_MAX = 400 };
enum past_when { PAST_REPORTED, PAST_REGISTERED, PAST_DISPATCHED, PAST_DUE, PAST_RECTIFIED, PAST_CLOSED, PAST_WHENS };

/* A row's key in this file, and what became of it. */
struct past_seen {
    uint64_t key; /* 0: free */
    size_t row;
    struct uuid id;
    uint8_t index[PROBLEM_PAST_INDEX_BYTES];
    int64_t last_seq, version;
};
struct past_site {
    struct uuid id;
    struct str code, name, area_code, category_code;
    bool twin; /* another has this name */
};
struct past_criterion {
    struct str code, category_code;
    struct uuid id;
};
/* How a column of times is written. */
struct past_column {
    enum past_time_order order;
    enum past_time_form usual;
};

struct past {
    struct import *im;
    struct arena batch_arena;
    struct problem_past *batch;
    struct str *keys; /* of the batch: what tells rows apart */
    size_t n;
    struct past_seen *seen;
    size_t seen_room;
    struct past_site *sites; /* by code, and by name through `by_name` */
    const struct past_site **by_name;
    size_t nsites;
    struct past_criterion *criteria;
    size_t ncriteria;
    struct str root; /* code of the district */
    struct past_column whens[PAST_WHENS];
    struct str words[PAST_WORDS_MAX]; /* said once already */
    size_t nwords;
    struct problem_past_year years[PAST_YEARS_MAX];
    int64_t ordinals[PAST_YEARS_MAX];
    struct problem_past_totals totals;
    struct buf raw;
    bool stores; /* staged as it is read; false in a dry run */
    bool refused; /* nothing of it will be written: rows are only checked from here on */
};

/* The columns of times, in the order of enum past_when. */
extern const char *const past_when_keys[PAST_WHENS];

/* One row into *p, texts in the batch's arena; *ok false: refused, and said so. `key` tells it from others. */
enum rc past_read_row(struct past *x, size_t row, struct problem_past *p, struct str *key, bool *ok) MUST_CHECK;
/* True the first time this text of this column is asked about. */
bool past_first_word(struct past *x, const char *column, struct str text);
/* The word of problem/problem.h for what a list calls a state; absent when nobody knows it. Pure. */
struct str past_state_of_word(struct arena *a, struct str word);

/* What stands in the batch is compared, counted, staged, and forgotten. */
enum rc past_settle(struct past *x) MUST_CHECK;

#endif
