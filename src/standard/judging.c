/*
 * judging.c - the judging modes' parameters and arithmetic. See judging.h.
 *
 * Two tables carry the rules: which results a mode accepts, and which function reads and which
 * values a mode. Adding a mode means adding a row to each.
 */
#include "standard/judging.h"

#include "base/arena.h"
#include "base/json_in.h"

const char *const judging_mode_names[JUDGING_MODES + 1] = {"binary",    "grade", "deduction",
                                                           "threshold", "count", NULL};
const char *const result_names[RESULTS + 1] = {
    "met", "not_met", "not_applicable", "grade", "count", "value", NULL};

static const char *const better_names[] = {"higher", "lower", NULL};

/* A grade or a deduction has no plain "not met": without the number of cases it could not be
 * valued. */
static const bool accepted[JUDGING_MODES][RESULTS] = {
    [JUDGING_BINARY] =
        {[RESULT_MET] = true, [RESULT_NOT_MET] = true, [RESULT_NOT_APPLICABLE] = true},
    [JUDGING_GRADE] = {[RESULT_MET] = true,
                       [RESULT_GRADE] = true,
                       [RESULT_COUNT] = true,
                       [RESULT_NOT_APPLICABLE] = true},
    [JUDGING_DEDUCTION] =
        {[RESULT_MET] = true, [RESULT_COUNT] = true, [RESULT_NOT_APPLICABLE] = true},
    [JUDGING_THRESHOLD] = {[RESULT_VALUE] = true, [RESULT_NOT_APPLICABLE] = true},
    [JUDGING_COUNT] = {[RESULT_COUNT] = true, [RESULT_NOT_APPLICABLE] = true},
};

bool judging_accepts(enum judging_mode mode, enum result result)
{
    return (unsigned)mode < JUDGING_MODES && (unsigned)result < RESULTS && accepted[mode][result];
}

/* ---- parameters ---- */

static void steps_fault(struct jin *in, const char *code, const char *zh, const char *en)
{
    fail_field(in->fault, jin_pointer(in, "steps"), code, zh, en);
}

/* Both kinds of steps begin with full marks, since "failed" means below full marks, and never rise
 * again. */
static void check_percents(struct jin *in, const struct judging *j)
{
    if (j->steps[0].pct != 100)
        steps_fault(in, "steps_start", "第一档应为 100%%", "The first step must be 100 %%");
    for (size_t i = 1; i < j->nsteps; i++)
        if (j->steps[i].pct >= j->steps[i - 1].pct) {
            steps_fault(in, "steps_order", "各档百分比应逐档递减",
                        "The percentages of the steps must fall from step to step");
            return;
        }
}

static void read_nothing(struct jin *in, struct judging *j)
{
    (void)in;
    (void)j;
}

static void read_grade(struct jin *in, struct judging *j)
{
    if (!jin_arr(in, "steps", JIN_REQUIRED, JUDGING_STEPS_MAX, &j->nsteps))
        return;
    if (j->nsteps < 2) {
        steps_fault(in, "too_few", "至少两档", "At least two steps are needed");
        return;
    }
    bool ok = true;
    for (size_t i = 0; i < j->nsteps; i++)
        ok = jin_arr_i64(in, "steps", i, 0, 100, &j->steps[i].pct) && ok;
    if (ok)
        check_percents(in, j);
}

static void read_deduction(struct jin *in, struct judging *j)
{
    jin_i64(in, "per_case", JIN_REQUIRED, 1, 100, &j->per_case_pct);
}

static bool read_step(struct jin *in, size_t i, struct judging_step *step)
{
    struct jin one;
    if (!jin_arr_obj(in, "steps", i, &one))
        return false;
    bool ok = jin_scaled(&one, "at", JIN_REQUIRED, 2, 0, JUDGING_VALUE_MAX_E2, &step->at_e2);
    ok = jin_i64(&one, "pct", JIN_REQUIRED, 1, 100, &step->pct) && ok;
    return jin_done(&one) == RC_OK && ok;
}

static void check_order(struct jin *in, const struct judging *j)
{
    for (size_t i = 1; i < j->nsteps; i++) {
        int64_t before = j->steps[i - 1].at_e2, here = j->steps[i].at_e2;
        if (j->lower_is_better ? here <= before : here >= before) {
            steps_fault(in, "steps_order", "各档界值应由好到差排列",
                        "The limits of the steps must run from better to worse");
            return;
        }
    }
}

static void read_threshold(struct jin *in, struct judging *j)
{
    int better = 0;
    jin_str(in, "unit", JIN_REQUIRED, 16, &j->unit);
    j->unit_en = j->unit;
    jin_str(in, "unit_en", JIN_OPTIONAL, 24, &j->unit_en);
    bool ok = jin_enum(in, "better", JIN_REQUIRED, better_names, &better);
    j->lower_is_better = better == 1;
    if (!jin_arr(in, "steps", JIN_REQUIRED, JUDGING_STEPS_MAX, &j->nsteps))
        return;
    if (j->nsteps < 1)
        steps_fault(in, "too_few", "至少一档", "At least one step is needed");
    ok = ok && j->nsteps > 0;
    for (size_t i = 0; i < j->nsteps; i++)
        ok = read_step(in, i, &j->steps[i]) && ok;
    if (!ok)
        return;
    check_order(in, j);
    check_percents(in, j);
}

enum rc judging_parse(struct arena *a, struct fault *f, enum judging_mode mode, struct str params,
                      struct judging *out)
{
    static void (*const readers[JUDGING_MODES])(struct jin *, struct judging *) = {
        [JUDGING_BINARY] = read_nothing,      [JUDGING_GRADE] = read_grade,
        [JUDGING_DEDUCTION] = read_deduction, [JUDGING_THRESHOLD] = read_threshold,
        [JUDGING_COUNT] = read_nothing,
    };
    *out = (struct judging){.mode = mode};
    if ((unsigned)mode >= JUDGING_MODES)
        return fail(f, RC_INVALID, "judging_mode_unknown", "没有这种评判方式",
                    "There is no such judging mode");
    struct jin in;
    RETURN_IF(jin_parse(&in, a, f, params));
    readers[mode](&in, out);
    enum rc rc = jin_done(&in);
    jin_free(&in);
    return rc;
}

/* ---- values ---- */

static int64_t met_pct(const struct finding *finding)
{
    return finding->result == RESULT_MET ? 100 : 0;
}

static int64_t cases_of(const struct finding *finding)
{
    return finding->result == RESULT_COUNT ? finding->count : 0;
}

static int64_t grade_pct(const struct judging *j, const struct finding *finding)
{
    int64_t step = finding->result == RESULT_GRADE ? finding->grade : cases_of(finding);
    int64_t last = (int64_t)j->nsteps - 1;
    return j->steps[step < last ? step : last].pct;
}

static int64_t deduction_pct(const struct judging *j, const struct finding *finding)
{
    int64_t left = 100 - cases_of(finding) * j->per_case_pct;
    return left > 0 ? left : 0;
}

static int64_t threshold_pct(const struct judging *j, const struct finding *finding)
{
    for (size_t i = 0; i < j->nsteps; i++) {
        int64_t at = j->steps[i].at_e2;
        if (j->lower_is_better ? finding->value_e2 <= at : finding->value_e2 >= at)
            return j->steps[i].pct;
    }
    return 0;
}

static int64_t finding_pct(const struct judging *j, const struct finding *finding)
{
    switch (j->mode) {
    case JUDGING_GRADE:
        return grade_pct(j, finding);
    case JUDGING_DEDUCTION:
        return deduction_pct(j, finding);
    case JUDGING_THRESHOLD:
        return threshold_pct(j, finding);
    default:
        return met_pct(finding);
    }
}

static enum rc check_finding(struct fault *f, const struct judging *j,
                             const struct finding *finding)
{
    if (!judging_accepts(j->mode, finding->result))
        return fail(f, RC_INVALID, "result_not_allowed", "评判方式“%s”不接受结果“%s”",
                    "Judging mode \"%s\" does not accept the result \"%s\"",
                    (unsigned)j->mode < JUDGING_MODES ? judging_mode_names[j->mode] : "?",
                    (unsigned)finding->result < RESULTS ? result_names[finding->result] : "?");
    if (finding->result == RESULT_GRADE &&
        (finding->grade < 0 || (size_t)finding->grade >= j->nsteps))
        return fail(f, RC_INVALID, "grade_out_of_range", "档次应在 0 与 %zu 之间",
                    "The grade must lie between 0 and %zu", j->nsteps - 1);
    if (finding->result == RESULT_COUNT &&
        (finding->count < 0 || finding->count > JUDGING_COUNT_MAX))
        return fail(f, RC_INVALID, "count_out_of_range", "数量应在 0 与 %lld 之间",
                    "The count must lie between 0 and %lld", (long long)JUDGING_COUNT_MAX);
    if (finding->result == RESULT_VALUE &&
        (finding->value_e2 < 0 || finding->value_e2 > JUDGING_VALUE_MAX_E2))
        return fail(f, RC_INVALID, "value_out_of_range", "实测值应在 0 与 %lld 之间",
                    "The value must lie between 0 and %lld",
                    (long long)(JUDGING_VALUE_MAX_E2 / 100));
    return RC_OK;
}

enum rc judging_score(struct fault *f, const struct judging *j, int64_t weight,
                      const struct finding *finding, struct points *out)
{
    *out = (struct points){0};
    if (weight < 0 || weight > JUDGING_WEIGHT_MAX)
        return fail(f, RC_INVALID, "weight_out_of_range", "分值应在 0 与 %lld 之间",
                    "The weight must lie between 0 and %lld", (long long)JUDGING_WEIGHT_MAX);
    RETURN_IF(check_finding(f, j, finding));
    if (finding->result == RESULT_NOT_APPLICABLE || j->mode == JUDGING_COUNT)
        return RC_OK;
    int64_t pct = finding_pct(j, finding);
    *out = (struct points){
        .earned_e4 = weight * pct * 100, /* 1 % of a point is 100 ten-thousandths */
        .possible_e4 = weight * 10000,
        .counts = true,
        .failed = pct < 100,
    };
    return RC_OK;
}
