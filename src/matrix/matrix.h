/*
 * matrix.h - the responsibility matrix (责任矩阵): for a criterion (or its category, or everything) in a territory, which
 * unit leads (牵头) and which support (协同).
 *
 * Every row names three roles, as the work is divided everywhere: territory 属地, subject 主体, supervising 行业监管. A role is
 * a unit, or "the site's own unit of that role". The district chooses per row which of the three leads; the other two support,
 * with whom else the row names. Which row decides: criterion before category before everything, then the deeper area, then
 * the newer row. Rows are never rewritten: a new one ends the one before it, which stays with its validity.
 */
#ifndef XH_MATRIX_MATRIX_H
#define XH_MATRIX_MATRIX_H

#include "auth/policy.h"
#include "change/change.h"

enum matrix_role { MATRIX_TERRITORY, MATRIX_SUBJECT, MATRIX_SUPERVISING, MATRIX_ROLES };
extern const char *const matrix_role_names[]; /* territory subject supervising */

enum { MATRIX_SUPPORT_MAX = 20, MATRIX_PASSED_MAX = 8 };

/* Absent: id is UUID_NONE. */
struct matrix_unit {
    struct uuid id;
    struct str name;
    bool closed;
};

struct matrix_row {
    struct uuid id;
    struct str criterion_code; /* absent: all of the category */
    struct str category_code;  /* absent: everything; of a criterion's row, the criterion's */
    struct str area_code;      /* prefix; empty: everywhere */
    enum matrix_role lead;
    struct matrix_unit units[MATRIX_ROLES]; /* absent: the site's own */
    const struct matrix_unit *support;
    size_t nsupport;
    struct str work_standard, deadline, measures; /* 工作标准、完成时限、措施要求; may be absent */
    struct opt_i64 due_ms;
    struct uuid person_id; /* 责任人员 */
    struct str person_name;
    int64_t valid_from_ms;
    struct opt_i64 valid_to_ms;
    struct str end_reason;
    int64_t created_ms;
    int64_t version;
};

/* ---- which row decides (pure) ---- */

struct matrix_question {
    struct str criterion_code; /* absent: about the category as a whole */
    struct str category_code;
    struct str area_code;
    int64_t at_ms;
    struct matrix_unit site_units[MATRIX_ROLES];
    struct matrix_unit named_units[MATRIX_ROLES]; /* found by the names the criterion gives its departments */
};

enum matrix_source {
    MATRIX_BY_ROW,
    MATRIX_BY_CRITERION, /* no row: a department the criterion names */
    MATRIX_BY_SITE,      /* nor that: the site's own unit */
    MATRIX_BY_NOBODY,
};
extern const char *const matrix_source_names[]; /* row criterion site none */

enum matrix_doubt { MATRIX_NO_UNIT, MATRIX_UNIT_CLOSED };
extern const char *const matrix_doubt_names[]; /* no_unit unit_closed */

/* A row that would have decided but names nobody who can. */
struct matrix_passed {
    const struct matrix_row *row;
    enum matrix_doubt doubt;
};

struct matrix_answer {
    enum matrix_source source;
    const struct matrix_row *row; /* source MATRIX_BY_ROW */
    enum matrix_role role;        /* in which the lead leads */
    struct matrix_unit lead;
    struct matrix_unit support[MATRIX_SUPPORT_MAX + MATRIX_ROLES];
    size_t nsupport;
    struct matrix_passed passed[MATRIX_PASSED_MAX];
    size_t npassed;
};

/* How precisely a row speaks about the question; -1: not at all. */
int matrix_rank(const struct matrix_row *row, const struct matrix_question *q);
void matrix_resolve(const struct matrix_row *rows, size_t n, const struct matrix_question *q, struct matrix_answer *out);
/* In force together on one key and naming another lead. */
bool matrix_disagree(const struct matrix_row *a, const struct matrix_row *b);
/* One sentence for people. */
struct str matrix_why(struct arena *a, const struct matrix_answer *answer, enum lang lang);

/* ---- on an operation ---- */

struct matrix_new {
    struct uuid id;
    struct str criterion_code, category_code; /* one of them, or neither */
    struct str area_code;                     /* empty or absent: everywhere */
    enum matrix_role lead;
    struct uuid unit_ids[MATRIX_ROLES];
    const struct uuid *support_ids;
    size_t nsupport;
    struct str work_standard, deadline, measures;
    struct opt_i64 due_ms;
    struct uuid person_id;
    struct opt_i64 valid_from_ms; /* not set: now */
    struct opt_i64 valid_to_ms;
    bool beside; /* leaves the row that is in force on this key as it is: an overlap, shown in the report */
};
/* A new row; the one before it on the same key ends when it begins. Field errors with pointers ("/area_code"). */
enum rc matrix_prepare_put(struct op *op, const struct matrix_new *in) MUST_CHECK;
enum rc matrix_prepare_end(struct op *op, struct uuid id, struct opt_i64 version, struct str reason) MUST_CHECK;
enum rc matrix_load(struct op *op, struct uuid id, struct matrix_row *out) MUST_CHECK;

/* What a problem (or a site's criterion) is about. Absent members are allowed. */
struct matrix_matter {
    struct uuid site_id;
    struct uuid criterion_id;
    struct str category_code;
    struct str area_code;
    struct opt_i64 at_ms; /* not set: now */
};
/* Who should get it, and why. Asks no policy. The answer's texts lie in the arena. */
enum rc matrix_propose(struct op *op, const struct matrix_matter *m, struct matrix_answer *out) MUST_CHECK;

#endif
