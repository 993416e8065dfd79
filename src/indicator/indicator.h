/*
 * indicator.h - the rates by which the work is judged (考核指标): 立案、核实、派遣、处置、结案、返工 and the three rates of
 * 接诉即办, each with numerator, denominator and the cases behind both.
 *
 * Formulas follow CJ/T 292 and GB/T 30428.4 as practice has them; where practice differs on a denominator, an indicator
 * has several formulas and the headquarters chooses one from a time on (indicator_rule; the first is the default).
 * Nothing over nothing is "—". A period is [from, to): a case is counted in the period in which it was reported,
 * filed, due or closed, as the formula says, and as it stood when the period ended. What is held back of a covert
 * round is counted when it is disclosed. An upheld appeal takes a case out of the rates of punctuality only; the raw
 * number of overdue cases stays beside them. Rates are of units, places and categories, never of persons.
 */
#ifndef XH_INDICATOR_INDICATOR_H
#define XH_INDICATOR_INDICATOR_H

#include "change/op.h"
#include "standard/rate.h"

/* Sets of cases, counted. */
enum measure {
    M_REPORTED,         /* 上报: reported in the period */
    M_VALID,            /* of these filed and not voided (有效上报) */
    M_DECIDED,          /* of these decided: no longer waiting to be verified or filed */
    M_FILED,            /* 立案: filed in the period and not merged (并案) */
    M_KEPT,             /* of these not voided (未作废) */
    M_MISSED,           /* of these found by the superior, missed by one's own (漏报) */
    M_PUBLIC,           /* of these reported by others and verified (监督举报核实) */
    M_REGISTER_ENDED,   /* filing decided in the period, with a clock */
    M_REGISTER_IN_TIME,
    M_VERIFY_ENDED,     /* 核实 ended in the period */
    M_VERIFY_IN_TIME,
    M_RECHECK_ENDED,    /* 核查 */
    M_RECHECK_IN_TIME,
    M_DISPATCH_ENDED,   /* 派遣 */
    M_DISPATCH_IN_TIME,
    M_ACCEPT_ENDED,     /* 签收, of cases reported by the public */
    M_ACCEPT_IN_TIME,
    M_DISPATCHED,       /* dispatched in the period */
    M_ACCURATE,         /* of these not sent back in it */
    M_HANDLE_DUE,       /* 应处置: handling due in the period */
    M_HANDLE_JUDGED,    /* of these without those exempted by an upheld appeal */
    M_HANDLED,          /* 处置: of the due ones, answered by the end of the period */
    M_HANDLED_IN_TIME,  /* of the judged ones */
    M_HANDLED_AGAIN,    /* 返工: of the handled ones, returned at least once */
    M_CLOSE_DUE,        /* 应结案: the whole case due in the period */
    M_CLOSE_JUDGED,
    M_CLOSED,           /* 结案: of the due ones, closed by the end of the period */
    M_CLOSED_IN_TIME,   /* of the judged ones */
    M_DUE_AGAIN,        /* 返工: of those due to be closed */
    M_ENDED,            /* closed in the period, having had a limit; without exempted ones */
    M_ENDED_IN_TIME,
    M_RAW_OVERDUE,      /* of those due to be handled: overdue as a raw fact, exempted or not */
    M_EXEMPT,           /* of these exempted */
    M_CARRIED_IN,       /* 上年（期）结转: filed before the period, not closed before it */
    M_CARRIED_OUT,      /* 结转下期: filed before its end, not closed before it */
    M_NONE,             /* not recorded */
    MEASURES
};

enum indicator {
    IND_ACCURATE_FILING,   /* 准确立案率 */
    IND_TIMELY_FILING,     /* 按时立案率 */
    IND_VALID_REPORT,      /* 有效上报率 */
    IND_MISSED_REPORT,     /* 漏报率 */
    IND_TIMELY_VERIFY,     /* 按时核实率 */
    IND_TIMELY_RECHECK,    /* 按时核查率 */
    IND_PUBLIC_REPORT,     /* 监督举报率 */
    IND_TIMELY_DISPATCH,   /* 按时派遣率 */
    IND_ACCURATE_DISPATCH, /* 准确派遣率 */
    IND_HANDLING,          /* 处置率 */
    IND_TIMELY_HANDLING,   /* 按期处置率 */
    IND_CLOSING,           /* 结案率 */
    IND_TIMELY_CLOSING,    /* 按期结案率 */
    IND_REWORK,            /* 返工率 */
    IND_RESPONSE,          /* 响应率 */
    IND_SOLVED,            /* 解决率 */
    IND_SATISFIED,         /* 满意率 */
    INDICATORS
};

struct formula {
    const char *choice;    /* what a rule names; NULL ends the list */
    enum measure num, den;
    const char *zh, *en;
};
enum { FORMULAS_MAX = 3 };
struct indicator_def {
    const char *code;
    const char *zh, *en;
    struct formula formulas[FORMULAS_MAX + 1];
};
extern const struct indicator_def indicator_defs[INDICATORS];
/* -1 when there is none of that name. */
int indicator_by_code(struct str code);
/* NULL when the indicator has no such formula. */
const struct formula *indicator_formula(enum indicator i, struct str choice);

/* Counts beside the rates. */
struct indicator_count_def {
    const char *code;
    enum measure measure;
    const char *zh, *en;
};
extern const struct indicator_count_def indicator_counts[];
enum { INDICATOR_COUNTS = 5 };

/* One line of a table: the whole, a unit, a town, a category. */
struct indicator_group {
    struct str key;        /* unit id, area code, category code; "-" where the case has none; "" the whole */
    struct str name, name_en;
    int64_t order_no;
    int64_t m[MEASURES];
};
struct rate indicator_rate(const struct indicator_group *g, const struct formula *f);

/* ---- the composite of units (综合得分) ---- */

enum { COMPOSITE_BANDS_MAX = 16 };
/* Weights in points, bands in hundredths of a point; the number filed earns points by bands (at most `most` cases: `points`), the rest by rates. */
struct composite {
    struct {
        int64_t most, points_e2;
    } bands[COMPOSITE_BANDS_MAX];
    size_t nbands;
    int64_t beyond_e2;     /* above the last band */
    int64_t closing, timely_handling, rework;
};
/* FACTS: 立案数 10, 结案率 30, 按期处置率 30, 100 − 返工率 30. */
extern const struct composite composite_default;
struct jin;
/* Faults are noted on the reader. */
void composite_read(struct jin *in, struct composite *out);
void composite_json(struct json_out *j, const char *key, const struct composite *c);
enum rc composite_parse(struct arena *a, struct fault *f, struct str json, struct composite *out) MUST_CHECK;
/* Points × 100 earned and possible: a rate over nothing leaves both. */
struct rate composite_points(const struct composite *c, int64_t filed, struct rate closing, struct rate timely_handling,
                             struct rate rework);

/* ---- on an operation ---- */

enum indicator_group_by { GROUP_TOTAL, GROUP_UNIT, GROUP_AREA, GROUP_CATEGORY, GROUP_BYS };
extern const char *const indicator_group_names[GROUP_BYS + 1];

struct indicator_filter {
    int64_t from_ms, to_ms;
    struct uuid unit_id;
    struct str area_code, category;
};

/* The formulas in force for a period that ends at `to_ms`. */
struct indicator_rules {
    const struct formula *formulas[INDICATORS];
    struct composite composite;
};
enum rc indicator_rules_at(struct op *op, int64_t to_ms, struct indicator_rules *out) MUST_CHECK;

/* Ordered as every list of units, areas and categories is; what has no key comes last. */
enum rc indicator_count(struct op *op, enum indicator_group_by by, const struct indicator_filter *f,
                        struct indicator_group **out, size_t *n) MUST_CHECK;

#endif
