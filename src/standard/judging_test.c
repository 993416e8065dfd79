/*
 * judging_test.c - each judging mode against a table worked by hand, edges included, and the
 * parameters a catalogue may and may not carry.
 */
#include "standard/judging.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char *const PARAMS_GRADE = "{\"steps\":[100,66,33,0]}";
static const char *const PARAMS_LIT = "{\"unit\":\"%\",\"better\":\"higher\",\"steps\":[{\"at\":99,"
                                      "\"pct\":100},{\"at\":95.5,\"pct\":50}]}";
static const char *const PARAMS_WAIT =
    "{\"unit\":\"分钟\",\"unit_en\":\"min\",\"better\":\"lower\",\"steps\":[{\"at\":10,\"pct\":100}"
    ",{\"at\":20.25,\"pct\":40}]}";

struct score_case {
    const char *params;
    enum judging_mode mode;
    int64_t weight;
    struct finding finding;
    int64_t earned_e4;
    int64_t possible_e4;
    bool counts;
    bool failed;
    const char *code; /* a refusal */
};

#define MET                                                                                        \
    {                                                                                              \
        .result = RESULT_MET                                                                       \
    }
#define NOT_MET                                                                                    \
    {                                                                                              \
        .result = RESULT_NOT_MET                                                                   \
    }
#define NA                                                                                         \
    {                                                                                              \
        .result = RESULT_NOT_APPLICABLE                                                            \
    }
#define GRADE(g)                                                                                   \
    {                                                                                              \
        .result = RESULT_GRADE, .grade = (g)                                                       \
    }
#define COUNT(n)                                                                                   \
    {                                                                                              \
        .result = RESULT_COUNT, .count = (n)                                                       \
    }
#define VALUE(e2)                                                                                  \
    {                                                                                              \
        .result = RESULT_VALUE, .value_e2 = (e2)                                                   \
    }
#define REFUSED 0, 0, false, false

static const struct score_case score_cases[] = {
    /* binary: 6 points */
    {"{}", JUDGING_BINARY, 6, MET, 60000, 60000, true, false, NULL},
    {"{}", JUDGING_BINARY, 6, NOT_MET, 0, 60000, true, true, NULL},
    {"{}", JUDGING_BINARY, 6, NA, 0, 0, false, false, NULL},
    {"{}", JUDGING_BINARY, 0, NOT_MET, 0, 0, true, true, NULL},
    {"{}", JUDGING_BINARY, 6, COUNT(1), REFUSED, "result_not_allowed"},
    {"{}", JUDGING_BINARY, 6, GRADE(0), REFUSED, "result_not_allowed"},
    {"{}", JUDGING_BINARY, 6, VALUE(100), REFUSED, "result_not_allowed"},
    {"{}", JUDGING_BINARY, -1, MET, REFUSED, "weight_out_of_range"},
    {"{}", JUDGING_BINARY, 100001, MET, REFUSED, "weight_out_of_range"},
    {"{}", JUDGING_BINARY, 100000, MET, 1000000000, 1000000000, true, false, NULL},
    {"{}", JUDGING_BINARY, 6, {.result = (enum result)99}, REFUSED, "result_not_allowed"},
    /* grade: 5 points, A/B/C/C# = 5, 3.3, 1.65, 0 */
    {PARAMS_GRADE, JUDGING_GRADE, 5, MET, 50000, 50000, true, false, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(0), 50000, 50000, true, false, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(1), 33000, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(2), 16500, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(3), 0, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(4), REFUSED, "grade_out_of_range"},
    {PARAMS_GRADE, JUDGING_GRADE, 5, GRADE(-1), REFUSED, "grade_out_of_range"},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(0), 50000, 50000, true, false, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(2), 16500, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(3), 0, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(1000000), 0, 50000, true, true, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(-1), REFUSED, "count_out_of_range"},
    {PARAMS_GRADE, JUDGING_GRADE, 5, COUNT(1000001), REFUSED, "count_out_of_range"},
    {PARAMS_GRADE, JUDGING_GRADE, 5, NA, 0, 0, false, false, NULL},
    {PARAMS_GRADE, JUDGING_GRADE, 5, NOT_MET, REFUSED, "result_not_allowed"},
    {PARAMS_GRADE, JUDGING_GRADE, 5, VALUE(0), REFUSED, "result_not_allowed"},
    /* a last step above nothing: five cases still earn it */
    {"{\"steps\":[100,40]}", JUDGING_GRADE, 5, COUNT(5), 20000, 50000, true, true, NULL},
    /* deduction: 4 points, a quarter for each case */
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, MET, 40000, 40000, true, false, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(0), 40000, 40000, true, false, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(1), 30000, 40000, true, true, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(4), 0, 40000, true, true, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(5), 0, 40000, true, true, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(1000000), 0, 40000, true, true, NULL},
    {"{\"per_case\":30}", JUDGING_DEDUCTION, 3, COUNT(3), 3000, 30000, true, true, NULL},
    {"{\"per_case\":100}", JUDGING_DEDUCTION, 3, COUNT(1), 0, 30000, true, true, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, COUNT(-1), REFUSED, "count_out_of_range"},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, NA, 0, 0, false, false, NULL},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, NOT_MET, REFUSED, "result_not_allowed"},
    {"{\"per_case\":25}", JUDGING_DEDUCTION, 4, GRADE(1), REFUSED, "result_not_allowed"},
    /* threshold, higher is better: 99 % full, 95.5 % half */
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(10000), 80000, 80000, true, false, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(9900), 80000, 80000, true, false, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(9899), 40000, 80000, true, true, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(9550), 40000, 80000, true, true, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(9549), 0, 80000, true, true, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(0), 0, 80000, true, true, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(-1), REFUSED, "value_out_of_range"},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, VALUE(INT64_MAX), REFUSED, "value_out_of_range"},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, NA, 0, 0, false, false, NULL},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, MET, REFUSED, "result_not_allowed"},
    {PARAMS_LIT, JUDGING_THRESHOLD, 8, COUNT(99), REFUSED, "result_not_allowed"},
    /* threshold, lower is better: 10 minutes full, 20.25 two fifths */
    {PARAMS_WAIT, JUDGING_THRESHOLD, 5, VALUE(0), 50000, 50000, true, false, NULL},
    {PARAMS_WAIT, JUDGING_THRESHOLD, 5, VALUE(1000), 50000, 50000, true, false, NULL},
    {PARAMS_WAIT, JUDGING_THRESHOLD, 5, VALUE(1001), 20000, 50000, true, true, NULL},
    {PARAMS_WAIT, JUDGING_THRESHOLD, 5, VALUE(2025), 20000, 50000, true, true, NULL},
    {PARAMS_WAIT, JUDGING_THRESHOLD, 5, VALUE(2026), 0, 50000, true, true, NULL},
    /* count: nothing over nothing, whatever the weight */
    {"{}", JUDGING_COUNT, 0, COUNT(0), 0, 0, false, false, NULL},
    {"{}", JUDGING_COUNT, 7, COUNT(12), 0, 0, false, false, NULL},
    {"{}", JUDGING_COUNT, 0, NA, 0, 0, false, false, NULL},
    {"{}", JUDGING_COUNT, 0, COUNT(-1), REFUSED, "count_out_of_range"},
    {"{}", JUDGING_COUNT, 0, MET, REFUSED, "result_not_allowed"},
    {"{}", JUDGING_COUNT, 0, NOT_MET, REFUSED, "result_not_allowed"},
};

static void findings_become_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof score_cases / sizeof *score_cases; i++) {
        const struct score_case *c = &score_cases[i];
        struct arena arena;
        struct fault fault;
        struct judging judging;
        struct points got;
        arena_init(&arena);
        fault_init(&fault, &arena);
        assert_int_equal(judging_parse(&arena, &fault, c->mode, str_of(c->params), &judging),
                         RC_OK);
        enum rc rc = judging_score(&fault, &judging, c->weight, &c->finding, &got);
        if (rc != (c->code ? RC_INVALID : RC_OK) || (c->code && !str_is(fault.code, c->code)) ||
            got.earned_e4 != c->earned_e4 || got.possible_e4 != c->possible_e4 ||
            got.counts != c->counts || got.failed != c->failed)
            fail_msg("case %zu: rc %d code %.*s earned %lld of %lld", i, rc, STR_ARG(fault.code),
                     (long long)got.earned_e4, (long long)got.possible_e4);
        arena_free(&arena);
    }
}

static void parameters_are_checked(void **state)
{
    (void)state;
    static const struct {
        enum judging_mode mode;
        const char *params;
        const char *pointer; /* of the first field error; NULL: accepted; "": not a field error */
        const char *code;
    } cases[] = {
        {JUDGING_BINARY, "{}", NULL, NULL},
        {JUDGING_BINARY, "", "", "json_malformed"},
        {JUDGING_BINARY, "[]", "", "json_not_object"},
        {JUDGING_BINARY, "{\"steps\":[100,0]}", "/steps", "unknown_member"},
        {JUDGING_COUNT, "{}", NULL, NULL},
        {JUDGING_COUNT, "{\"unit\":\"处\"}", "/unit", "unknown_member"},
        {JUDGING_MODES, "{}", "", "judging_mode_unknown"},
        {JUDGING_GRADE, "{\"steps\":[100,0]}", NULL, NULL},
        {JUDGING_GRADE, "{\"steps\":[100,90,80,70,60,50,40,30,20,10]}", NULL, NULL},
        {JUDGING_GRADE, "{\"steps\":[100,90,80,70,60,50,40,30,20,10,0]}", "/steps", "too_many"},
        {JUDGING_GRADE, "{}", "/steps", "required"},
        {JUDGING_GRADE, "{\"steps\":[]}", "/steps", "too_few"},
        {JUDGING_GRADE, "{\"steps\":[100]}", "/steps", "too_few"},
        {JUDGING_GRADE, "{\"steps\":[90,0]}", "/steps", "steps_start"},
        {JUDGING_GRADE, "{\"steps\":[100,50,50]}", "/steps", "steps_order"},
        {JUDGING_GRADE, "{\"steps\":[100,33,66,0]}", "/steps", "steps_order"},
        {JUDGING_GRADE, "{\"steps\":[100,-1]}", "/steps/1", "out_of_range"},
        {JUDGING_GRADE, "{\"steps\":[101,0]}", "/steps/0", "out_of_range"},
        {JUDGING_GRADE, "{\"steps\":[100,66.5]}", "/steps/1", "wrong_type"},
        {JUDGING_GRADE, "{\"steps\":[100,\"66\"]}", "/steps/1", "wrong_type"},
        {JUDGING_GRADE, "{\"steps\":100}", "/steps", "wrong_type"},
        {JUDGING_DEDUCTION, "{\"per_case\":1}", NULL, NULL},
        {JUDGING_DEDUCTION, "{\"per_case\":100}", NULL, NULL},
        {JUDGING_DEDUCTION, "{\"per_case\":0}", "/per_case", "out_of_range"},
        {JUDGING_DEDUCTION, "{\"per_case\":101}", "/per_case", "out_of_range"},
        {JUDGING_DEDUCTION, "{}", "/per_case", "required"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"m\",\"better\":\"higher\",\"steps\":[{\"at\":0.01,\"pct\":100}]}", NULL,
         NULL},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"m\",\"better\":\"higher\",\"steps\":[{\"at\":-1,\"pct\":100}]}",
         "/steps/0/at", "out_of_range"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"m\",\"better\":\"more\",\"steps\":[{\"at\":1,\"pct\":100}]}", "/better",
         NULL},
        {JUDGING_THRESHOLD, "{\"better\":\"higher\",\"steps\":[{\"at\":1,\"pct\":100}]}", "/unit",
         "required"},
        {JUDGING_THRESHOLD, "{\"unit\":\"m\",\"better\":\"lower\",\"steps\":[]}", "/steps",
         "too_few"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"m\",\"better\":\"lower\",\"steps\":[{\"at\":1,\"pct\":90}]}", "/steps",
         "steps_start"},
        {JUDGING_THRESHOLD, "{\"unit\":\"m\",\"better\":\"lower\",\"steps\":[{\"at\":1}]}",
         "/steps/0/pct", "required"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"m\",\"better\":\"lower\",\"steps\":[{\"at\":1,\"pct\":100,\"x\":1}]}",
         "/steps/0/x", "unknown_member"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"%\",\"better\":\"higher\",\"steps\":[{\"at\":80,\"pct\":100},{\"at\":95,"
         "\"pct\":50}]}",
         "/steps", "steps_order"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"%\",\"better\":\"lower\",\"steps\":[{\"at\":80,\"pct\":100},{\"at\":80,"
         "\"pct\":50}]}",
         "/steps", "steps_order"},
        {JUDGING_THRESHOLD,
         "{\"unit\":\"%\",\"better\":\"higher\",\"steps\":[{\"at\":95,\"pct\":100},{\"at\":80,"
         "\"pct\":100}]}",
         "/steps", "steps_order"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct fault fault;
        struct judging judging;
        arena_init(&arena);
        fault_init(&fault, &arena);
        enum rc rc =
            judging_parse(&arena, &fault, cases[i].mode, str_of(cases[i].params), &judging);
        bool refused = cases[i].pointer != NULL;
        if ((rc != RC_OK) != refused)
            fail_msg("case %zu: rc %d", i, rc);
        bool field = refused && *cases[i].pointer;
        if (field && (fault.nfields == 0 || !str_is(fault.fields[0].pointer, cases[i].pointer)))
            fail_msg("case %zu: wrong pointer", i);
        struct str code = field ? fault.fields[0].code : fault.code;
        if (refused && cases[i].code && !str_is(code, cases[i].code))
            fail_msg("case %zu: code %.*s", i, STR_ARG(code));
        arena_free(&arena);
    }
}

static void units_speak_both_languages(void **state)
{
    (void)state;
    struct arena arena;
    struct fault fault;
    struct judging judging;
    arena_init(&arena);
    fault_init(&fault, &arena);
    assert_int_equal(
        judging_parse(&arena, &fault, JUDGING_THRESHOLD, str_of(PARAMS_WAIT), &judging), RC_OK);
    assert_true(str_is(judging.unit, "分钟") && str_is(judging.unit_en, "min"));
    assert_true(judging.lower_is_better && judging.nsteps == 2 && judging.steps[1].at_e2 == 2025);
    assert_int_equal(judging_parse(&arena, &fault, JUDGING_THRESHOLD, str_of(PARAMS_LIT), &judging),
                     RC_OK);
    assert_true(str_is(judging.unit, "%") && str_is(judging.unit_en, "%") &&
                !judging.lower_is_better);
    arena_free(&arena);
}

static void every_mode_accepts_not_applicable(void **state)
{
    (void)state;
    for (int mode = 0; mode < JUDGING_MODES; mode++)
        assert_true(judging_accepts((enum judging_mode)mode, RESULT_NOT_APPLICABLE));
    assert_false(judging_accepts((enum judging_mode) - 1, RESULT_MET));
    assert_false(judging_accepts(JUDGING_MODES, RESULT_MET));
    assert_false(judging_accepts(JUDGING_BINARY, RESULTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_become_points),
        cmocka_unit_test(parameters_are_checked),
        cmocka_unit_test(units_speak_both_languages),
        cmocka_unit_test(every_mode_accepts_not_applicable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
