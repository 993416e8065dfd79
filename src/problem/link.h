/*
 * link.h - cases that belong together: merged duplicates (合并), parent and children (父子案).
 *
 * A merged case loses nothing: its evidence, reporter, observations and timeline stay its own and are shown at the
 * target; whoever reported it may follow the target. What was observed is never altered. Merging is one deep: the target
 * is never itself merged, and what had been merged into the source before goes along to the target.
 * A parent ends only when all its children have ended. Parents have no parents.
 */
#ifndef XH_PROBLEM_LINK_H
#define XH_PROBLEM_LINK_H

#include "problem/problem.h"

/* What the rules look at of one case. */
struct link_case {
    struct uuid id;
    enum problem_state state;
    bool held;                 /* of a covert round, not disclosed */
    struct uuid round_id;
    struct uuid parent_id;
    int64_t reported_ms;
    struct opt_i64 closed_ms;
    int64_t children, open_children, merged, open_levels;
};

/* May `source` be merged into `target`? A closed target takes only what was reported before it closed: what comes later
 * is a new occurrence (a rebound), no duplicate. Held cases are merged within their own round only. Pure. */
enum rc link_check_merge(struct fault *f, const struct link_case *source, const struct link_case *target) MUST_CHECK;
/* May `child` be hung under `parent`? */
enum rc link_check_child(struct fault *f, const struct link_case *parent, const struct link_case *child) MUST_CHECK;
/* May it be split? */
enum rc link_check_parent(struct fault *f, const struct link_case *parent) MUST_CHECK;
/* What its children and duplicates forbid. */
enum rc link_check_event(struct fault *f, const struct link_case *c, enum problem_event event) MUST_CHECK;

/* ---- on an operation ---- */

enum { LINK_CHILDREN_MAX = 20, LINK_MERGED_MAX = 200 };

struct link_merge {
    struct uuid id, into_id;
    struct str note;
    struct opt_i64 version;
};
enum rc link_prepare_merge(struct op *op, const struct link_merge *in) MUST_CHECK;
enum rc link_prepare_unmerge(struct op *op, struct uuid id, struct str note) MUST_CHECK;

/* A part of a case split off for a unit of its own. */
struct link_child {
    struct uuid id;
    struct str description;
    struct uuid site_id;        /* NONE: the parent's place */
    struct str place;
    bool has_limit;             /* else the parent's */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    const struct sha256 *photos; /* none: the parent's first ones */
    size_t nphotos;
};
enum rc link_prepare_split(struct op *op, struct uuid parent_id, const struct link_child *children, size_t n,
                           struct str note) MUST_CHECK;
/* Hangs a case under a parent, or takes it off (UUID_NONE). */
enum rc link_prepare_parent(struct op *op, struct uuid child_id, struct uuid parent_id, struct str note) MUST_CHECK;

enum rc link_case_load(struct op *op, struct uuid id, struct link_case *out) MUST_CHECK;
/* Did this person report something that was merged into it? */
enum rc link_person_follows(struct op *op, struct uuid problem_id, struct uuid person_id, bool *yes) MUST_CHECK;

#endif
