// clang-format off
/*
 * judging.h - the five judging modes (评判方式): how one finding on one criterion becomes points.
 *
 * Owns the parameters of a mode, as the catalogue carries them in JSON, and the arithmetic from a
 * finding to points. Pure: no database, no clock. Points are exact integers in 1/10000 of a point;
 * percentages in parameters are whole, so nothing here ever rounds. Vetoes and what a round shows
 * its inspectors are the caller's business.
 *
 *   binary     {}                            met or not met
 *   grade      {"steps":[100,66,33,0]}       percent for 0, 1, 2, 3 and more cases
 *   deduction  {"per_case":25}               percent taken off for each case, floor 0
 *   threshold  {"unit":"%","better":"higher","steps":[{"at":95,"pct":100},{"at":80,"pct":50}]}
 *              the best step reached, none reached: 0; `at` is read to 0.01; "unit_en" where the
 *              English word for the unit differs; "better":"lower": reached at or below `at`
 *   count      {}                            a number for the record, never points
 */
// clang-format on
#ifndef XH_STANDARD_JUDGING_H
#define XH_STANDARD_JUDGING_H

#include "base/fault.h"

/* 评判方式 */
enum judging_mode {
    JUDGING_BINARY,    /* 符合/不符合 */
    JUDGING_GRADE,     /* 按处数分档 */
    JUDGING_DEDUCTION, /* 逐处扣分 */
    JUDGING_THRESHOLD, /* 数值达标 */
    JUDGING_COUNT,     /* 只计数 */
    JUDGING_MODES,
};
/* As stored and sent; NULL-ended, index = enum judging_mode. */
extern const char *const judging_mode_names[JUDGING_MODES + 1];

enum { JUDGING_STEPS_MAX = 10 };
/* The largest weight of one criterion and the largest count or value one finding may carry. */
#define JUDGING_WEIGHT_MAX INT64_C(100000)
#define JUDGING_COUNT_MAX INT64_C(1000000)
#define JUDGING_VALUE_MAX_E2 INT64_C(100000000000)

struct judging_step {
    int64_t at_e2; /* hundredths of the unit; grade mode: unused */
    int64_t pct;   /* 0..100 of the criterion's weight */
};

/* A mode with its parameters. Texts live in the arena given to judging_parse(). */
struct judging {
    enum judging_mode mode;
    struct judging_step steps[JUDGING_STEPS_MAX]; /* grade: by cases; threshold: best first */
    size_t nsteps;
    int64_t per_case_pct; /* deduction */
    struct str unit;      /* threshold */
    struct str unit_en;   /* threshold; same as `unit` when the parameters give none */
    bool lower_is_better; /* threshold */
};

/* 评判结果: what the inspector recorded. */
enum result {
    RESULT_MET,            /* 符合; in grade and deduction modes "no case seen" */
    RESULT_NOT_MET,        /* 不符合 */
    RESULT_NOT_APPLICABLE, /* 不适用: leaves the denominator */
    RESULT_GRADE,          /* 档: the step itself, 0 = best */
    RESULT_COUNT,          /* 处数 */
    RESULT_VALUE,          /* 实测值 */
    RESULTS,
};
extern const char *const result_names[RESULTS + 1];

/* One finding; only the member its result names is read. */
struct finding {
    enum result result;
    int64_t count;    /* cases */
    int64_t value_e2; /* hundredths of the mode's unit */
    int grade;        /* index of a step of the grade mode */
};

/* What a finding is worth, in 1/10000 point. */
struct points {
    int64_t earned_e4;
    int64_t possible_e4;
    bool counts; /* it enters the denominator */
    bool failed; /* below full marks: a problem may be raised */
};

/* Reads and checks a mode's parameters. Faults are field errors with pointers into `params`
 * ("/steps/1/pct"). */
enum rc judging_parse(struct arena *a, struct fault *f, enum judging_mode mode, struct str params,
                      struct judging *out) MUST_CHECK;

bool judging_accepts(enum judging_mode mode, enum result result);

/* `weight` in whole points. RC_INVALID with the code result_not_allowed, grade_out_of_range,
 * count_out_of_range, value_out_of_range or weight_out_of_range; `*out` is then zero. */
enum rc judging_score(struct fault *f, const struct judging *j, int64_t weight,
                      const struct finding *finding, struct points *out) MUST_CHECK;

#endif
