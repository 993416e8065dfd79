/*
 * works.h - improvement works (改造工程) that end many problems: old compounds, roads, parking, drainage. They have a
 * lead unit, milestones, money in fen and an end date; linked problems wait for them, with the reason in their
 * timeline. When the lead unit reports the works completed with proof, each linked problem is filed as rectified the
 * normal way, in batches; each is re-checked before it is struck off, many at a time.
 *
 * works_plan_check() is pure; the rest prepare plans on an operation.
 */
#ifndef XH_WORKS_WORKS_H
#define XH_WORKS_WORKS_H

#include "auth/policy.h"

enum { WORKS_MILESTONES_MAX = 30, WORKS_BATCH = 50, WORKS_TEXT_MAX = 2000 };
#define WORKS_FEN_MAX INT64_C(100000000000000) /* a million million yuan */

extern const char *const works_kind_names[];
extern const char *const works_state_names[];

struct works_milestone {
    struct str title;
    int64_t due_ms;
};
struct works_new {
    struct uuid id, area_id, site_id, lead_unit_id;
    struct str title, content;
    const char *kind;
    int64_t plan_fen, end_ms;
    struct opt_i64 start_ms;
    const struct works_milestone *milestones; /* ascending by date */
    size_t nmilestones;
};
/* Field errors: dates in order, milestones before the end. */
enum rc works_plan_check(struct arena *a, struct fault *f, const struct works_new *w) MUST_CHECK;

enum rc works_prepare_new(struct op *op, const struct works_new *w) MUST_CHECK;

enum works_member {
    WORKS_TITLE = 1,
    WORKS_CONTENT = 2,
    WORKS_PLAN = 4,
    WORKS_START = 8,
    WORKS_END = 16,
    WORKS_LEAD = 32
};
struct works_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set; /* of enum works_member */
    struct works_new to;
};
enum rc works_prepare_change(struct op *op, const struct works_change *c) MUST_CHECK;
enum rc works_prepare_milestone_add(struct op *op, struct uuid id, const struct works_milestone *m) MUST_CHECK;
/* The next milestone is reached. */
enum rc works_prepare_milestone_done(struct op *op, struct uuid id, int64_t seq, struct str note) MUST_CHECK;
enum rc works_prepare_payment(struct op *op, struct uuid id, struct uuid payment_id, int64_t fen,
                              struct str note) MUST_CHECK;

/* Problems it will end: each waits with the reason; postponing (暂缓整改) is asked for in the case itself. */
struct works_link {
    struct uuid id;
    const struct uuid *problems;
    size_t n;
    struct str reason;
};
enum rc works_prepare_link(struct op *op, const struct works_link *l) MUST_CHECK;
enum rc works_prepare_unlink(struct op *op, struct uuid id, struct uuid problem_id, struct str reason) MUST_CHECK;

struct works_proof {
    struct uuid id;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
};
/* By the lead unit. Files the first batch of linked problems as rectified with this proof. */
enum rc works_prepare_complete(struct op *op, const struct works_proof *p) MUST_CHECK;
/* The next batch, with the proof given at completion. RC_CONFLICT "nothing_to_file". */
enum rc works_prepare_file(struct op *op, struct uuid id) MUST_CHECK;
/* Strikes off those named, each by the rules of a re-check. */
struct works_recheck {
    struct uuid id;
    const struct uuid *problems;
    size_t n;
    struct works_proof proof;
};
enum rc works_prepare_recheck(struct op *op, const struct works_recheck *r) MUST_CHECK;
/* By the office: accepted when every linked problem has ended; not accepted goes back to being under way. */
enum rc works_prepare_accept(struct op *op, struct uuid id, struct str note) MUST_CHECK;
enum rc works_prepare_return(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc works_prepare_stop(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

#endif
