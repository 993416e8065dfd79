/*
 * problem_list.h - pages of problems (问题清单), cut by what the actor may read, whose cost does not grow with the
 * number of problems there ever were.
 *
 * A page is read through one index in the order asked for. What the index does not answer is looked at row by row, for
 * PROBLEM_WALK rows at most: then the page ends early, perhaps empty, and says where to go on.
 */
#ifndef XH_PROBLEM_PROBLEM_LIST_H
#define XH_PROBLEM_PROBLEM_LIST_H

#include "change/op.h"
#include "problem_list_sql.h"

/* Rows looked at for one page at most. */
enum { PROBLEM_WALK = 4000, PROBLEM_WALK_SHORT = 500 };

/* 排序. */
enum problem_sort {
    PROBLEM_NEWEST, /* reported last first */
    PROBLEM_OLDEST,
    PROBLEM_DUE,    /* open ones with a limit running, soonest due first */
    PROBLEM_CLOSED, /* closed ones, latest first */
    PROBLEM_NUMBER, /* highest number first */
    PROBLEM_SORTS
};
extern const char *const problem_sort_names[PROBLEM_SORTS + 1];

/* Where a page ends: time (number: year), then number, then id. */
struct problem_key {
    int64_t a, b;
    struct uuid id;
};

/* All that is set must hold. Of parent, alike, works and asset one at most (RC_BAD otherwise). */
struct problem_filter {
    enum problem_sort sort;
    int64_t limit;               /* rows of a page; 0: 50 */
    int64_t walk;                /* rows looked at for it at most; 0: PROBLEM_WALK */
    bool has_after;
    struct problem_key after;
    struct str state, area_code, category, severity, source, kind;
    bool open, closed;
    struct opt_i64 overdue_at;   /* past its limit then, the clock running */
    struct opt_i64 from_ms, to_ms; /* reported in [from, to) */
    struct opt_i64 year, number;
    struct uuid unit_id, handler_id, site_id, round_id, parent_id, alike_id, works_id, asset_id;
    struct str like;             /* str_like() of what is searched for */
};

struct problem_page {
    struct problem_list_row *rows;
    size_t n;
    bool more;
    struct problem_key next;
};

enum rc problem_list_readable(struct op *op, const struct problem_filter *filter, struct problem_page *out) MUST_CHECK;
struct problem_key problem_key_of(enum problem_sort sort, const struct problem_list_row *row);

/* How many problems are in each state (PROBLEM_STATES of them) as far as `action` reaches. Not one row per problem is
 * read for the whole headquarters and for a unit: both are counted from indexes that hold the state. */
enum rc problem_count_states(struct op *op, int action, bool only_open, int64_t *out) MUST_CHECK;

struct request;
/* GET /problems. */
enum rc problem_list_get(struct request *rq) MUST_CHECK;

#endif
