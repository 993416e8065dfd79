/*
 * alike.h - from one case to all alike (举一反三): a typical problem (典型) is turned in one step into self-check tasks
 * for all sites alike; each unit answers per site; it closes itself when the last has answered and counts what it
 * brought. Beside it the units' own self-check ledger (自查自改台账, self_check.h).
 *
 * The functions down to alike_check_replies() are pure; the rest prepare plans on an operation.
 */
#ifndef XH_ALIKE_ALIKE_H
#define XH_ALIKE_ALIKE_H

#include "auth/policy.h"

enum { ALIKE_UNITS_MAX = 200, ALIKE_REPLIES_MAX = 50, ALIKE_TEXT_MAX = 2000 };

enum alike_result {
    ALIKE_NONE_FOUND,     /* 未发现 */
    ALIKE_FOUND,          /* 发现问题，已上报 */
    ALIKE_MENDED,         /* 发现并当即整改 */
    ALIKE_NOT_APPLICABLE, /* 不涉及 */
    ALIKE_RESULTS,
};
extern const char *const alike_result_names[ALIKE_RESULTS + 1];

/* A unit's answer about one site. */
struct alike_reply {
    struct uuid site_id;
    enum alike_result result;
    struct str note;              /* found, mended: what; not applicable: why. Required there */
    struct uuid problem_id;       /* found: the id the new case will have */
    const struct sha256 *photos;  /* of the finding */
    size_t nphotos;
    const struct sha256 *after;   /* mended: proof, required */
    size_t nafter;
};
struct alike_tally {
    int64_t answered, found, mended, not_applicable;
};
/* Found counts what was mended at once too. */
struct alike_tally alike_count(const struct alike_reply *replies, size_t n);
/* Field errors under "/answers/3/…". */
enum rc alike_check_replies(struct arena *a, struct fault *f, const struct alike_reply *replies, size_t n) MUST_CHECK;

/* ---- on an operation ---- */

struct alike_new {
    struct uuid id, problem_id;
    struct str title;             /* absent: made of the problem's description */
    struct str work_standard;     /* 工作标准 */
    struct str category_code;     /* absent: the problem's */
    struct str area_code;         /* absent: everywhere */
    int64_t due_ms;
    const struct uuid *units;     /* none: all who have such sites */
    size_t nunits;
};
/* Marks the problem typical if it was not. RC_CONFLICT "problem_held" before disclosure, "nothing_alike". */
enum rc alike_prepare_start(struct op *op, const struct alike_new *n) MUST_CHECK;
/* By the unit whose task it is. What was found becomes a case (source "alike"); what was mended at once stays with the
 * answer and its photographs. */
enum rc alike_prepare_answer(struct op *op, struct uuid task_id, const struct alike_reply *replies,
                             size_t n) MUST_CHECK;
/* Before its end, with the reason. */
enum rc alike_prepare_close(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

#endif
