/* contest_test.c - who may decide on a contested finding: every state × event × who stands where. Pure. */
#include "loop/contest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct uuid asking_unit = {{1}}, office_unit = {{2}}, inspector = {{3}}, partner = {{4}}, first = {{5}}, other = {{6}};

enum who { OF_THE_UNIT, THE_INSPECTOR, THE_PARTNER, THE_FIRST, SOMEBODY, WHOS };

static struct actor actor_of(enum who who)
{
    static const struct uuid *const people[WHOS] = {&other, &inspector, &partner, &first, &other};
    return (struct actor){.person_id = *people[who], .unit_id = who == OF_THE_UNIT ? asking_unit : office_unit};
}

/* What must come out, said another way than the code does. */
static const char *expected(enum contest_state s, bool two, enum contest_event e, enum who who)
{
    bool open = s == CONTEST_ASKED || s == CONTEST_FIRST;
    if (!open)
        return "contest_decided";
    if (e == CONTEST_EV_WITHDRAW)
        return who == OF_THE_UNIT ? "withdrawn" : "contest_not_own";
    if (who == THE_INSPECTOR || who == THE_PARTNER)
        return "contest_own_visit";
    if (who == OF_THE_UNIT)
        return "contest_own_unit";
    if (who == THE_FIRST && s == CONTEST_FIRST)
        return "contest_same_decider";
    if (e == CONTEST_EV_REFUSE)
        return "refused";
    return two && s == CONTEST_ASKED ? "first" : "upheld";
}

static void every_cell(void **state)
{
    (void)state;
    struct arena arena;
    int cells = 0;
    arena_init(&arena);
    for (int i = 0; i < CONTEST_STATES * 2 * CONTEST_EVENTS * WHOS; i++, cells++) {
        enum who who = (enum who)(i % WHOS);
        enum contest_event e = (enum contest_event)(i / WHOS % CONTEST_EVENTS);
        bool two = i / WHOS / CONTEST_EVENTS % 2;
        enum contest_state s = (enum contest_state)(i / WHOS / CONTEST_EVENTS / 2), after = s;
        struct contest_case c = {.state = s, .two = two, .unit_id = asking_unit, .first_by = s == CONTEST_ASKED ? UUID_NONE : first,
                                 .inspector_id = inspector, .partner_id = partner};
        struct actor a = actor_of(who);
        struct fault f;
        fault_init(&f, &arena);
        enum rc rc = contest_decide(&f, &c, e, &a, &after);
        const char *want = expected(s, two, e, who);
        if (rc == RC_OK)
            assert_string_equal(contest_state_names[after], want);
        else
            assert_true(str_is(f.code, want));
    }
    assert_int_equal(cells, 5 * 2 * 3 * 5);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_cell)};
    return cmocka_run_group_tests_name("contest", tests, NULL, NULL);
}
