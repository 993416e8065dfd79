/* alike_test.c - tables of cases: what answers must carry, what they count; the order of nodes. Pure. */
#include "alike/alike.h"
#include "alike/self_check.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct uuid site_a = {{1}}, site_b = {{2}}, problem = {{3}};
static const struct sha256 photo = {{9}};

static void answers_carry_what_they_must(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    const struct {
        struct alike_reply r;
        const char *pointer; /* NULL: nothing is missing */
    } cases[] = {
        {{.site_id = site_a, .result = ALIKE_NONE_FOUND}, NULL},
        {{.site_id = site_a, .result = ALIKE_FOUND, .note = STR("垃圾"), .problem_id = problem}, NULL},
        {{.site_id = site_a, .result = ALIKE_FOUND, .note = STR("垃圾")}, "/answers/0/problem_id"},
        {{.site_id = site_a, .result = ALIKE_FOUND, .problem_id = problem}, "/answers/0/note"},
        {{.site_id = site_a, .result = ALIKE_MENDED, .note = STR("已清"), .after = &photo, .nafter = 1}, NULL},
        {{.site_id = site_a, .result = ALIKE_MENDED, .note = STR("已清")}, "/answers/0/after_photos"},
        {{.site_id = site_a, .result = ALIKE_NOT_APPLICABLE, .note = STR("已拆除")}, NULL},
        {{.site_id = site_a, .result = ALIKE_NOT_APPLICABLE, .note = STR("  ")}, "/answers/0/note"},
    };
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_init(&f, &arena);
        enum rc rc = alike_check_replies(&arena, &f, &cases[i].r, 1);
        assert_int_equal(rc, cases[i].pointer ? RC_INVALID : RC_OK);
        if (cases[i].pointer)
            assert_true(f.nfields == 1 && str_is(f.fields[0].pointer, cases[i].pointer));
    }
    fault_init(&f, &arena);
    assert_int_equal(alike_check_replies(&arena, &f, NULL, 0), RC_INVALID);
    fault_init(&f, &arena);
    const struct alike_reply twice[] = {{.site_id = site_a}, {.site_id = site_b}, {.site_id = site_a}};
    assert_int_equal(alike_check_replies(&arena, &f, twice, 3), RC_INVALID);
    assert_true(f.nfields == 1 && str_is(f.fields[0].pointer, "/answers/2/site_id"));
    arena_free(&arena);
}

static void a_tally_counts_what_was_mended_as_found(void **state)
{
    (void)state;
    const struct alike_reply r[] = {{.result = ALIKE_NONE_FOUND}, {.result = ALIKE_FOUND}, {.result = ALIKE_MENDED},
                                    {.result = ALIKE_MENDED}, {.result = ALIKE_NOT_APPLICABLE}};
    struct alike_tally t = alike_count(r, 5);
    assert_int_equal(t.answered, 5);
    assert_int_equal(t.found, 3);
    assert_int_equal(t.mended, 2);
    assert_int_equal(t.not_applicable, 1);
    assert_int_equal(alike_count(NULL, 0).answered, 0);
}

static void nodes_follow_one_another(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    const struct self_check_node good[] = {{STR("围挡"), 10}, {STR("清运"), 10}, {STR("复绿"), 20}},
                                 bad[] = {{STR("围挡"), 10}, {STR(" "), 9}};
    arena_init(&arena);
    fault_init(&f, &arena);
    assert_int_equal(self_check_nodes_check(&arena, &f, good, 3), RC_OK);
    assert_int_equal(self_check_nodes_check(&arena, &f, NULL, 0), RC_OK);
    assert_int_equal(self_check_nodes_check(&arena, &f, bad, 2), RC_INVALID);
    assert_int_equal(f.nfields, 2);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_carry_what_they_must),
        cmocka_unit_test(a_tally_counts_what_was_mended_as_found),
        cmocka_unit_test(nodes_follow_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
