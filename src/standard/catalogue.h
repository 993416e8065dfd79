/*
 * catalogue.h - making and changing standards (测评标准): drafts, copies, publication, and what
 * other rooms ask of the catalogue as a whole. What inspections judge by is in standard.h, the
 * judging modes in judging.h.
 *
 * The prepare functions work as those of org.h: change_begin() first, commit afterwards. A
 * published version never changes: every effect on a version is refused by the database itself
 * unless it is a draft.
 */
#ifndef XH_STANDARD_CATALOGUE_H
#define XH_STANDARD_CATALOGUE_H

#include "standard/standard.h"

extern const char *const severity_names[];  /* general key */
extern const char *const dimension_names[]; /* order hygiene service facility practice */

/* What every version that is not official carries, on screen and in print. */
#define STANDARD_NOTICE_ZH "示范目录，非官方，以当年文件为准"
#define STANDARD_NOTICE_EN "Example catalogue, not official; the current year's documents decide"

struct standard_new {
    struct uuid id;
    struct str code;
    struct str name_zh;
    struct str name_en;
    int64_t order_no;
};
struct version_new {
    struct uuid id;
    struct uuid standard_id;
    struct str label;    /* "2026" */
    struct uuid copy_of; /* none: empty */
    bool official;
};
/* 测评类别（点位类型） */
struct category_new {
    struct str code;
    struct str name_zh, name_en;
    int64_t order_no;
    int64_t weight; /* thousandths of the whole */
    struct str hint_zh, hint_en;
};
/* A criterion in all its members, as stored (测评条目). Absent texts are allowed where the database
 * has NULL. */
struct criterion_full {
    struct uuid id;
    struct uuid version_id;
    struct str category_code, code;
    int64_t order_no;
    struct str text_zh, text_en;
    struct str how_zh, how_en;
    struct str method;
    struct str mode, mode_params;
    int64_t weight;
    struct str severity;
    bool veto;
    struct str limit_kind;
    int64_t limit_amount;
    struct str close_zh, close_en;
    struct str territory_dept, subject_dept, supervising_dept;
    struct str dimension;
    struct str sources, field_sources;
    bool active;
};
enum criterion_member {
    CRITERION_TEXT_ZH = 1,
    CRITERION_TEXT_EN = 2,
    CRITERION_HOW_ZH = 4,
    CRITERION_HOW_EN = 8,
    CRITERION_MODE = 16,
    CRITERION_PARAMS = 32,
    CRITERION_WEIGHT = 64,
    CRITERION_SEVERITY = 128,
    CRITERION_VETO = 256,
    CRITERION_LIMIT = 512,
    CRITERION_CLOSE_ZH = 1024,
    CRITERION_CLOSE_EN = 2048,
    CRITERION_ACTIVE = 4096,
};
struct criterion_change {
    struct uuid id;
    unsigned set;
    struct criterion_full to;
};

/* A whole catalogue at once (import, the shipped example). Ids of criteria are made from version id
 * and code. */
struct catalogue_new {
    struct version_new version; /* copy_of is not read */
    const struct category_new *categories;
    size_t ncategories;
    const struct criterion_full *criteria; /* id and version_id are not read */
    size_t ncriteria;
    bool publish;
};
enum { CATEGORIES_MAX = 200, CRITERIA_MAX = 5000 };

/* Pure: names every fault with pointers below `at` ("" or "/criteria/12"). */
void criterion_check(struct fault *f, struct str at, const struct criterion_full *c);
/* Pure: categories by code, criteria by code, every member of each. */
struct sha256 catalogue_hash(struct arena *a, const struct category_new *categories,
                             size_t ncategories, const struct criterion_full *criteria,
                             size_t ncriteria);
/* Pure: field_sources after a change: what was changed now comes from the headquarters itself. */
struct str criterion_sources_after(struct arena *a, struct str field_sources, unsigned set);

enum rc standard_prepare_create(struct op *op, const struct standard_new *in) MUST_CHECK;
enum rc standard_prepare_version(struct op *op, const struct version_new *in) MUST_CHECK;
/* Fault pointers are "/categories/3/…" and "/criteria/12/…". */
enum rc standard_prepare_catalogue(struct op *op, const struct catalogue_new *in) MUST_CHECK;
enum rc standard_prepare_publish(struct op *op, struct uuid version_id) MUST_CHECK;
enum rc standard_prepare_criterion_change(struct op *op,
                                          const struct criterion_change *in) MUST_CHECK;

enum rc standard_by_code(struct op *op, struct str code, struct uuid *id, bool *found) MUST_CHECK;
enum rc standard_version_there(struct op *op, struct uuid id, bool *found) MUST_CHECK;
/* The newest published version of the first standard, now. */
enum rc standard_current_version(struct op *op, struct uuid *version_id, bool *found) MUST_CHECK;
/* Whether any published version has a category of this code: what a site may be of. */
enum rc standard_category_published(struct op *op, struct str code, bool *is) MUST_CHECK;

/* The shipped example (data/standard), read from the texts of its two files; without effect when it
 * is there already. Commits by itself: a standard, its version with all rows, published. */
struct standard_shipped {
    struct str categories_csv;
    struct str criteria_csv;
    struct str label; /* "2026" */
};
enum rc standard_load_shipped(struct op *op, const struct standard_shipped *in) MUST_CHECK;
/* Its ids, the same in every headquarters. */
struct uuid standard_shipped_id(void);
struct uuid standard_shipped_version_id(struct str label);

/* Drops the checklists kept in the process (tests that open another database). No reader may still
 * use one. */
void standard_forget_checklists(void);

#endif
