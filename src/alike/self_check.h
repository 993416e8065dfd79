/*
 * self_check.h - the units' self-check ledger (自查自改台账): what a unit found itself it lists, mends by set nodes (节点)
 * and closes itself with proof. The office draws a sample of what was closed and confirms or notes. Never counted
 * against the unit; counted as self-found. What needs others can be turned into a problem, on the unit's own asking.
 */
#ifndef XH_ALIKE_SELF_CHECK_H
#define XH_ALIKE_SELF_CHECK_H

#include "alike_sql.h"
#include "auth/policy.h"
#include "self_check_sql.h"

enum { SELF_CHECK_NODES_MAX = 12, SELF_CHECK_TEXT_MAX = 2000, SELF_CHECK_SAMPLE_MAX = 200 };

struct self_check_node {
    struct str title;
    int64_t due_ms;
};
struct self_check_new {
    struct uuid id, site_id, area_id, criterion_id; /* a site, or an area and a place in words */
    struct str place, description;
    const struct self_check_node *nodes;            /* ascending by date */
    size_t nnodes;
    const struct sha256 *photos;
    size_t nphotos;
};
/* Pure: field errors under "/nodes/2/due_at". */
enum rc self_check_nodes_check(struct arena *a, struct fault *f, const struct self_check_node *nodes,
                               size_t n) MUST_CHECK;

enum rc self_check_load(struct op *op, struct uuid id, struct self_check_by_id_row *row) MUST_CHECK;
enum rc self_check_prepare_new(struct op *op, const struct self_check_new *n) MUST_CHECK;
/* The next node is done. */
enum rc self_check_prepare_node(struct op *op, struct uuid id, int64_t seq, struct str note) MUST_CHECK;
/* With proof; all that is left of its nodes is done by it. */
struct self_check_proof {
    struct uuid id;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
};
enum rc self_check_prepare_close(struct op *op, const struct self_check_proof *p) MUST_CHECK;
/* Becomes the case `problem_id`, reported, source "self_check". */
enum rc self_check_prepare_raise(struct op *op, struct uuid id, struct uuid problem_id, struct str note) MUST_CHECK;

struct self_check_sample_new {
    struct uuid id, unit_id;  /* none: all units, in proportion */
    int64_t from_ms, to_ms;   /* closed in */
    int64_t take;
};
enum rc self_check_prepare_sample(struct op *op, const struct self_check_sample_new *n) MUST_CHECK;
enum rc self_check_prepare_verdict(struct op *op, const struct self_check_proof *p, bool confirmed) MUST_CHECK;

#endif
