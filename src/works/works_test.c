/* works_test.c - table of cases: what a plan of works must satisfy. Pure. */
#include "works/works.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void plans_are_in_order(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    const struct works_milestone good[] = {{STR("招标"), 10}, {STR("开工"), 10}, {STR("竣工"), 100}},
                                 late[] = {{STR("竣工"), 101}}, back[] = {{STR("开工"), 20}, {STR("招标"), 10}},
                                 bare[] = {{STR(""), 10}};
    const struct {
        struct works_new w;
        const char *pointer; /* NULL: nothing is wrong */
    } cases[] = {
        {{.title = STR("老旧小区改造"), .end_ms = 100}, NULL},
        {{.title = STR("老旧小区改造"),
          .end_ms = 100,
          .milestones = good,
          .nmilestones = 3,
          .plan_fen = WORKS_FEN_MAX},
         NULL},
        {{.title = STR(" "), .end_ms = 100}, "/title"},
        {{.title = STR("道路"), .end_ms = 100, .start_ms = SOME(100)}, "/end_at"},
        {{.title = STR("道路"), .end_ms = 100, .start_ms = SOME(99)}, NULL},
        {{.title = STR("道路"), .end_ms = 100, .plan_fen = -1}, "/plan_fen"},
        {{.title = STR("道路"), .end_ms = 100, .plan_fen = WORKS_FEN_MAX + 1}, "/plan_fen"},
        {{.title = STR("道路"), .end_ms = 100, .milestones = late, .nmilestones = 1}, "/milestones/0/due_at"},
        {{.title = STR("道路"), .end_ms = 100, .milestones = back, .nmilestones = 2}, "/milestones/1/due_at"},
        {{.title = STR("道路"), .end_ms = 100, .milestones = bare, .nmilestones = 1}, "/milestones/0/title"},
    };
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_init(&f, &arena);
        assert_int_equal(works_plan_check(&arena, &f, &cases[i].w), cases[i].pointer ? RC_INVALID : RC_OK);
        if (cases[i].pointer && (f.nfields != 1 || !str_is(f.fields[0].pointer, cases[i].pointer)))
            fail_msg("case %zu", i);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plans_are_in_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
