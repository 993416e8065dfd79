/*
 * standard.h - standards (测评标准) on an operation: which version is in force, and its checklists.
 *
 * A published version never changes, so its checklists are kept in the process once read.
 */
#ifndef XH_STANDARD_STANDARD_H
#define XH_STANDARD_STANDARD_H

#include "calendar/calendar.h"
#include "change/op.h"
#include "standard/judging.h"

/* A criterion as the inspection judges by it (测评标准条目). */
struct criterion {
    struct uuid id;
    struct str code;
    struct str text_zh, text_en;
    struct judging judging;
    int64_t weight;
    bool veto; /* 一票否决 */
    bool key;  /* severity: key (重点) rather than general */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    bool active;
};

/* All criteria of one category in one published version, in order. Lives as long as the process. */
struct checklist {
    struct uuid version_id;
    struct str category_code;
    struct criterion *criteria;
    size_t n;
};

/* RC_NOT_FOUND "checklist_missing" when the version is not published or has no such category.
 * Thread-safe. */
enum rc standard_checklist(struct op *op, struct uuid version_id, struct str category_code,
                           const struct checklist **out) MUST_CHECK;
/* The newest version published at or before `at_ms` of the first standard (by order); found =
 * false: none. */
enum rc standard_version_at(struct op *op, int64_t at_ms, struct uuid *version_id,
                            bool *found) MUST_CHECK;

#endif
