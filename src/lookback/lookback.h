/*
 * lookback.h - look-back (回头看): after strike-off somebody who neither rectified nor struck off looks again
 * whether it holds (保持) or has rebounded (反弹).
 *
 * Planned by rules (data: severity, category, criterion, unit, rework; days after), by a random draw of a share of
 * each day's strike-offs that anyone can repeat (round/draw.h), and by hand. The functions down to
 * lookback_take() are pure; the rest prepare plans on an operation (change_begin() first, then commit).
 */
#ifndef XH_LOOKBACK_LOOKBACK_H
#define XH_LOOKBACK_LOOKBACK_H

#include "auth/policy.h"

enum { LOOKBACK_PEOPLE_MAX = 10, LOOKBACK_DAYS_MAX = 730, LOOKBACK_SHARE_ALL = 1000, LOOKBACK_NOTE_MAX = 2000 };

/* 回头看规则. Absent conditions match everything. */
struct lookback_rule {
    struct uuid id;
    struct str name;
    int64_t order_no;
    bool active;
    struct str severity, category_code;
    struct uuid criterion_id;
    struct uuid unit_id;         /* who rectified */
    int64_t rework_min;
    int64_t days_after, span_days;
    int64_t share_permille;      /* LOOKBACK_SHARE_ALL: every one; less: a draw */
    bool joint;
    int64_t from_ms;             /* strike-offs from then on */
    int64_t version;
};

/* What a rule looks at. */
struct lookback_case {
    struct str severity, category_code;
    struct uuid criterion_id;
    struct uuid unit_id;
    int64_t rework_count;
    int64_t closed_ms;
};

bool lookback_rule_matches(const struct lookback_rule *r, const struct lookback_case *c);
/* The first active rule without a draw that matches; `rules` in their order. NULL: none. */
const struct lookback_rule *lookback_choose(const struct lookback_rule *rules, size_t n, const struct lookback_case *c);
/* From when, and until when: local days, due at the end of the last. */
void lookback_dates(const struct lookback_rule *r, int64_t closed_ms, int zone_min, int64_t *from_ms, int64_t *due_ms);
/* How many of `n` a share takes: rounded up, so that a small day is looked at too. */
size_t lookback_take(size_t n, int64_t share_permille);
/* Field errors of a rule, pointers as in its JSON body. */
enum rc lookback_rule_check(struct fault *f, const struct lookback_rule *r) MUST_CHECK;

/* ---- on an operation ---- */

enum lookback_member {
    LOOKBACK_NAME = 1,
    LOOKBACK_ORDER = 2,
    LOOKBACK_ACTIVE = 4,
    LOOKBACK_SEVERITY = 8,
    LOOKBACK_CATEGORY = 16,
    LOOKBACK_CRITERION = 32,
    LOOKBACK_UNIT = 64,
    LOOKBACK_REWORK = 128,
    LOOKBACK_AFTER = 256,
    LOOKBACK_SPAN = 512,
    LOOKBACK_SHARE = 1024,
    LOOKBACK_JOINT = 2048,
};
struct lookback_rule_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set; /* of enum lookback_member */
    struct lookback_rule to;
};
enum rc lookback_prepare_rule(struct op *op, const struct lookback_rule *r) MUST_CHECK;
enum rc lookback_prepare_rule_change(struct op *op, const struct lookback_rule_change *c) MUST_CHECK;

/* By hand. RC_CONFLICT "not_struck_off", "lookback_planned_already", "problem_held". */
struct lookback_new {
    struct uuid id, problem_id;
    int64_t due_ms;
    bool joint;
    const struct uuid *people;
    size_t npeople;
    struct str note;
};
enum rc lookback_prepare_new(struct op *op, const struct lookback_new *n) MUST_CHECK;

/* Replaces who it is assigned to, and its date when one is given. Nobody who rectified it or struck it off, nor
 * anybody of the unit that rectified it; a joint one needs a member of the discipline inspection or efficiency
 * offices (role joint_inspector) and one more. */
struct lookback_assign {
    struct uuid id;
    struct opt_i64 due_ms;
    const struct uuid *people;
    size_t npeople;
};
enum rc lookback_prepare_assign(struct op *op, const struct lookback_assign *a) MUST_CHECK;

/* By one it is assigned to. A rebound makes the new, linked case `rebound_id` in the same command. */
struct lookback_verdict {
    struct uuid id;
    bool rebounds;
    struct str note;              /* rebounds: what was found, becomes the new case's description; required */
    struct uuid rebound_id;
    const struct sha256 *photos;  /* rebounds: required */
    size_t nphotos;
};
enum rc lookback_prepare_judge(struct op *op, const struct lookback_verdict *v) MUST_CHECK;
enum rc lookback_prepare_cancel(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

/* Plans what is due by rule and by draw, a bounded amount; *more: come again at once. Commits by itself. */
enum rc lookback_chore(struct op *op, bool *more) MUST_CHECK;

#endif
