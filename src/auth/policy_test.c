/* policy_test.c - who may do what, as a table of cases; lists are cut by the same rule. */
#include "auth/policy.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PERSON_ME                                                                                  \
    {                                                                                              \
        {                                                                                          \
            1                                                                                      \
        }                                                                                          \
    }
#define PERSON_OTHER                                                                               \
    {                                                                                              \
        {                                                                                          \
            2                                                                                      \
        }                                                                                          \
    }
#define UNIT_MINE                                                                                  \
    {                                                                                              \
        {                                                                                          \
            10                                                                                     \
        }                                                                                          \
    }
#define UNIT_OTHER                                                                                 \
    {                                                                                              \
        {                                                                                          \
            20                                                                                     \
        }                                                                                          \
    }
#define AREA_MINE "990101"
#define ALL_GRANTS 31u

/* What is acted on: mine or not by person, unit and area. */
enum what { NOTHING, OWN, IN_UNIT, IN_AREA, ELSEWHERE };

static struct subject subject_of(enum what w)
{
    struct subject s = {
        .unit_id = UNIT_OTHER, .area_code = STR("990202001"), .owner_id = PERSON_OTHER};
    if (w == NOTHING)
        return (struct subject){0};
    if (w == OWN)
        s.owner_id = (struct uuid)PERSON_ME;
    if (w == IN_UNIT)
        s.unit_id = (struct uuid)UNIT_MINE;
    if (w == IN_AREA)
        s.area_code = STR(AREA_MINE "001");
    return s;
}

static struct actor actor_of(uint32_t roles, uint32_t grants)
{
    return (struct actor){.person_id = PERSON_ME,
                          .unit_id = UNIT_MINE,
                          .area_code = STR(AREA_MINE),
                          .roles = roles,
                          .grants = grants};
}

static const struct {
    uint32_t role;
    uint32_t grants;
    enum action action;
    enum what what;
    const char *refused; /* NULL: allowed */
} cases[] = {
    /* The commander reads everything and writes nothing here. */
    {ROLE_COMMANDER, 0, ACT_PROBLEM_READ, ELSEWHERE, NULL},
    {ROLE_COMMANDER, 0, ACT_INSPECTION_READ, ELSEWHERE, NULL},
    {ROLE_COMMANDER, 0, ACT_SCORE_READ, ELSEWHERE, NULL},
    {ROLE_COMMANDER, 0, ACT_SITE_WRITE, ELSEWHERE, "not_allowed"},
    {ROLE_COMMANDER, ALL_GRANTS, ACT_PROBLEM_STRIKE, ELSEWHERE, "not_allowed"},
    {ROLE_COMMANDER, 0, ACT_PROBLEM_REPORT, ELSEWHERE, "not_allowed"},
    {ROLE_COMMANDER, 0, ACT_JOURNAL_READ, NOTHING, "not_allowed"},
    /* The office; its five permissions are granted one by one. */
    {ROLE_OFFICE, 0, ACT_ORG_WRITE, NOTHING, NULL},
    {ROLE_OFFICE, 0, ACT_IMPORT, NOTHING, NULL},
    {ROLE_OFFICE, 0, ACT_STANDARD_WRITE, NOTHING, NULL},
    {ROLE_OFFICE, 0, ACT_INSPECTION_JUDGE, ELSEWHERE, NULL},
    {ROLE_OFFICE, 0, ACT_PROBLEM_VERIFY, ELSEWHERE, "not_allowed"},
    {ROLE_OFFICE, GRANT_VERIFY, ACT_PROBLEM_VERIFY, ELSEWHERE, NULL},
    {ROLE_OFFICE, GRANT_VERIFY, ACT_PROBLEM_REGISTER, ELSEWHERE, "not_allowed"},
    {ROLE_OFFICE, GRANT_REGISTER, ACT_PROBLEM_REGISTER, ELSEWHERE, NULL},
    {ROLE_OFFICE, GRANT_DISPATCH, ACT_PROBLEM_DISPATCH, ELSEWHERE, NULL},
    {ROLE_OFFICE, GRANT_RECHECK, ACT_PROBLEM_RECHECK, ELSEWHERE, NULL},
    {ROLE_OFFICE, GRANT_RECHECK, ACT_PROBLEM_STRIKE, ELSEWHERE, "not_allowed"},
    {ROLE_OFFICE, GRANT_STRIKE, ACT_PROBLEM_STRIKE, ELSEWHERE, NULL},
    {ROLE_OFFICE, ALL_GRANTS, ACT_PROBLEM_RECTIFY, IN_UNIT, "not_allowed"},
    {ROLE_OFFICE, ALL_GRANTS, ACT_ACCOUNT_WRITE, NOTHING, "not_allowed"},
    {ROLE_OFFICE, ALL_GRANTS, ACT_ROLE_GRANT, NOTHING, "not_allowed"},
    {0, ALL_GRANTS, ACT_PROBLEM_DISPATCH, ELSEWHERE, "not_allowed"},
    /* Inspectors see their own; a re-checker among them sees what is to be re-checked. */
    {ROLE_INSPECTOR, 0, ACT_INSPECT, ELSEWHERE, NULL},
    {ROLE_INSPECTOR, 0, ACT_INSPECTION_READ, OWN, NULL},
    {ROLE_INSPECTOR, 0, ACT_INSPECTION_READ, ELSEWHERE, "out_of_reach"},
    {ROLE_UNIT_CONTACT, 0, ACT_INSPECTION_READ, IN_UNIT, NULL},
    {ROLE_UNIT_CONTACT, 0, ACT_INSPECTION_READ, ELSEWHERE, "out_of_reach"},
    {ROLE_LEADER, 0, ACT_INSPECTION_READ, IN_AREA, NULL},
    {ROLE_LEADER, 0, ACT_INSPECTION_READ, ELSEWHERE, "out_of_reach"},
    {ROLE_INSPECTOR, 0, ACT_PROBLEM_READ, OWN, NULL},
    {ROLE_INSPECTOR, 0, ACT_PROBLEM_READ, IN_UNIT, "out_of_reach"},
    {ROLE_INSPECTOR, GRANT_RECHECK, ACT_PROBLEM_READ, ELSEWHERE, NULL},
    {ROLE_INSPECTOR, GRANT_RECHECK, ACT_PROBLEM_RECHECK, ELSEWHERE, NULL},
    {ROLE_JOINT_INSPECTOR, GRANT_STRIKE, ACT_PROBLEM_STRIKE, ELSEWHERE, NULL},
    {ROLE_INSPECTOR, GRANT_DISPATCH, ACT_PROBLEM_DISPATCH, ELSEWHERE, "not_allowed"},
    {ROLE_INSPECTOR, 0, ACT_SCORE_READ, OWN, "not_allowed"},
    {ROLE_INSPECTOR, 0, ACT_PROBLEM_REPORT, ELSEWHERE, NULL},
    /* A unit's contact acts for the unit. */
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_READ, IN_UNIT, NULL},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_READ, IN_AREA, "out_of_reach"},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_READ, NOTHING, "out_of_reach"},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_ACCEPT, IN_UNIT, NULL},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_ACCEPT, OWN, "out_of_reach"},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_RECTIFY, IN_UNIT, NULL},
    {ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_RECTIFY, ELSEWHERE, "out_of_reach"},
    {ROLE_UNIT_CONTACT, ALL_GRANTS, ACT_PROBLEM_STRIKE, IN_UNIT, "not_allowed"},
    {ROLE_UNIT_CONTACT, 0, ACT_INSPECT, IN_UNIT, NULL},
    {ROLE_UNIT_CONTACT, 0, ACT_INSPECT, ELSEWHERE, "out_of_reach"},
    {ROLE_UNIT_CONTACT, 0, ACT_INSPECT_OFFICIAL, IN_UNIT, "not_allowed"},
    {ROLE_INSPECTOR, 0, ACT_INSPECT_OFFICIAL, ELSEWHERE, NULL},
    {ROLE_STATION_MANAGER, 0, ACT_PROBLEM_ACCEPT, IN_UNIT, NULL},
    {ROLE_STATION_MANAGER, 0, ACT_SITE_WRITE, IN_UNIT, "not_allowed"},
    /* A grid worker looks after an area. */
    {ROLE_GRID_WORKER, 0, ACT_PROBLEM_READ, IN_AREA, NULL},
    {ROLE_GRID_WORKER, 0, ACT_SITE_READ, IN_AREA, NULL},
    {ROLE_GRID_WORKER, 0, ACT_SITE_READ, ELSEWHERE, "out_of_reach"},
    {ROLE_GRID_WORKER, 0, ACT_PROBLEM_REPORT, IN_AREA, NULL},
    {ROLE_GRID_WORKER, 0, ACT_PROBLEM_RECTIFY, IN_UNIT, NULL},
    {ROLE_GRID_WORKER, 0, ACT_PROBLEM_RECTIFY, IN_AREA, "out_of_reach"},
    {ROLE_GRID_WORKER, 0, ACT_PROBLEM_ACCEPT, IN_UNIT, "not_allowed"},
    /* A leader reads. */
    {ROLE_LEADER, 0, ACT_PROBLEM_READ, IN_AREA, NULL},
    {ROLE_LEADER, 0, ACT_SCORE_READ, IN_UNIT, NULL},
    {ROLE_LEADER, 0, ACT_SCORE_READ, ELSEWHERE, "out_of_reach"},
    {ROLE_LEADER, 0, ACT_PROBLEM_REPORT, IN_AREA, "not_allowed"},
    /* Three administrators, none of whom touches content. */
    {ROLE_SYSTEM_ADMIN, 0, ACT_ACCOUNT_WRITE, NOTHING, NULL},
    {ROLE_SYSTEM_ADMIN, 0, ACT_ORG_READ, NOTHING, NULL},
    {ROLE_SYSTEM_ADMIN, 0, ACT_ROLE_GRANT, NOTHING, "not_allowed"},
    {ROLE_SYSTEM_ADMIN, 0, ACT_PROBLEM_READ, OWN, "not_allowed"},
    {ROLE_SYSTEM_ADMIN, 0, ACT_SITE_READ, IN_UNIT, "not_allowed"},
    {ROLE_SYSTEM_ADMIN, 0, ACT_JOURNAL_READ, NOTHING, "not_allowed"},
    {ROLE_SYSTEM_ADMIN, 0, ACT_PERSON_UNMASK, OWN, "not_allowed"},
    {ROLE_SECURITY_ADMIN, 0, ACT_ROLE_GRANT, ELSEWHERE, NULL},
    {ROLE_SECURITY_ADMIN, 0, ACT_ROLE_GRANT, OWN, "grant_to_self"},
    {ROLE_SECURITY_ADMIN, 0, ACT_ACCOUNT_WRITE, NOTHING, "not_allowed"},
    {ROLE_SECURITY_ADMIN, 0, ACT_PROBLEM_READ, OWN, "not_allowed"},
    {ROLE_AUDIT_ADMIN, 0, ACT_JOURNAL_READ, NOTHING, NULL},
    {ROLE_AUDIT_ADMIN, 0, ACT_ROLE_GRANT, NOTHING, "not_allowed"},
    {ROLE_AUDIT_ADMIN, 0, ACT_OVERVIEW, NOTHING, "not_allowed"},
    /* Roles add up. */
    {ROLE_INSPECTOR | ROLE_UNIT_CONTACT, 0, ACT_PROBLEM_READ, IN_UNIT, NULL},
    {ROLE_GRID_WORKER | ROLE_OFFICE, 0, ACT_SITE_READ, ELSEWHERE, NULL},
    {ROLE_AUDIT_ADMIN, 0, ACT_SELF, NOTHING, NULL},
};

static void the_table_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault f;
        fault_init(&f, &a);
        struct actor actor = actor_of(cases[i].role, cases[i].grants);
        struct subject s = subject_of(cases[i].what);
        enum rc rc = policy_check(&f, &actor, cases[i].action, &s);
        struct str got = rc == RC_OK ? STR("allowed") : f.code;
        const char *want = cases[i].refused ? cases[i].refused : "allowed";
        if (!str_is(got, want))
            fail_msg("case %zu (%s): %.*s instead of %s", i, policy_action_name(cases[i].action),
                     STR_ARG(got), want);
        if (rc == RC_OK)
            assert_true(policy_may(&actor, cases[i].action));
    }
    arena_free(&a);
}

static void who_rectifies_never_rechecks(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    static const struct {
        struct subject s;
        const char *refused;
    } rows[] = {
        {{.rectifier_id = PERSON_ME, .rectifier_unit_id = UNIT_OTHER}, "recheck_self"},
        {{.rectifier_id = PERSON_OTHER, .rectifier_unit_id = UNIT_MINE}, "recheck_own_unit"},
        {{.rectifier_id = PERSON_ME, .rectifier_unit_id = UNIT_MINE}, "recheck_self"},
        {{.rectifier_id = PERSON_OTHER, .rectifier_unit_id = UNIT_OTHER}, NULL},
        {{.unit_id = UNIT_MINE, .rectifier_id = PERSON_OTHER, .rectifier_unit_id = UNIT_OTHER},
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int strike = 0; strike < 2; strike++) {
            struct fault f;
            fault_init(&f, &a);
            struct actor actor = actor_of(ROLE_OFFICE | ROLE_UNIT_CONTACT, ALL_GRANTS);
            enum rc rc = policy_check(&f, &actor, strike ? ACT_PROBLEM_STRIKE : ACT_PROBLEM_RECHECK,
                                      &rows[i].s);
            assert_int_equal(rc, rows[i].refused ? RC_FORBIDDEN : RC_OK);
            if (rc != RC_OK)
                assert_true(str_is(f.code, rows[i].refused));
        }
    arena_free(&a);
}

/* Nobody at all may do nothing but what is public. */
static void strangers_have_the_public_only(void **state)
{
    (void)state;
    struct actor nobody = {0};
    for (int i = 0; i < ACT_COUNT_; i++) {
        assert_int_equal(policy_may(&nobody, (enum action)i), i == ACT_NONE);
        assert_int_equal(policy_scope(&nobody, (enum action)i).none, i != ACT_NONE);
        assert_non_null(policy_action_name((enum action)i));
    }
}

/* Whatever the filters of policy_scope() let through, policy_check() allows, and the other way
 * round. */
static void lists_are_cut_by_the_same_rule(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (uint32_t role = 1; role <= ROLE_AUDIT_ADMIN; role <<= 1)
        for (int act = ACT_ORG_READ; act < ACT_COUNT_; act++)
            for (int w = OWN; w <= 2 * ELSEWHERE; w++) { /* and each once more, held */
                struct fault f;
                fault_init(&f, &a);
                struct actor actor = actor_of(role, ALL_GRANTS);
                struct subject s = subject_of((enum what)(w > ELSEWHERE ? w - ELSEWHERE : w));
                s.held = w > ELSEWHERE;
                struct scope sc = policy_scope(&actor, (enum action)act);
                bool cut = sc.open ||
                           (!uuid_is_none(sc.unit_id) && uuid_eq(sc.unit_id, s.unit_id)) ||
                           (sc.area_code.p && str_starts(s.area_code, sc.area_code));
                bool listed = sc.all || (cut && !s.held) ||
                              (!uuid_is_none(sc.person_id) && uuid_eq(sc.person_id, s.owner_id));
                bool allowed = policy_check(&f, &actor, (enum action)act, &s) == RC_OK;
                if (listed != allowed && act != ACT_ROLE_GRANT)
                    fail_msg("role %u, %s, what %d: listed %d, allowed %d", role,
                             policy_action_name((enum action)act), w, listed, allowed);
            }
    arena_free(&a);
}

static void administrators_stay_apart(void **state)
{
    (void)state;
    static const struct {
        uint32_t roles;
        bool clash;
    } rows[] = {
        {0, false},
        {ROLE_SYSTEM_ADMIN, false},
        {ROLE_SYSTEM_ADMIN | ROLE_SECURITY_ADMIN, true},
        {ROLE_SECURITY_ADMIN | ROLE_AUDIT_ADMIN, true},
        {ROLE_AUDIT_ADMIN | ROLE_OFFICE, true},
        {ROLE_OFFICE | ROLE_INSPECTOR | ROLE_LEADER, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(policy_roles_clash(rows[i].roles), rows[i].clash);
}

static void names_and_bits_agree(void **state)
{
    (void)state;
    int n = 0;
    for (; policy_role_name(n); n++)
        assert_int_equal(policy_role_by_name(str_of(policy_role_name(n))), 1u << n);
    assert_int_equal(1u << (n - 1), ROLE_AUDIT_ADMIN);
    for (n = 0; policy_grant_name(n); n++)
        assert_int_equal(policy_grant_by_name(str_of(policy_grant_name(n))), 1u << n);
    assert_int_equal(1u << (n - 1), GRANT_STRIKE);
    assert_int_equal(policy_role_by_name(STR("root")), 0);
    assert_int_equal(policy_grant_by_name(STR("")), 0);
    assert_null(policy_role_name(-1));
    assert_null(policy_role_name(99));
}

/* Whom a case was handed on to reads it and mends it; what else is done stays with the unit it is with. */
static void handed_on_reaches_so_far(void **state)
{
    (void)state;
    struct arena arena;
    struct fault f;
    struct actor contact = actor_of(ROLE_UNIT_CONTACT, 0);
    struct subject s = subject_of(ELSEWHERE);
    s.handler_unit_id = (struct uuid)UNIT_MINE;
    arena_init(&arena);
    for (int a = ACT_PROBLEM_READ; a < ACT_COUNT_; a++) {
        if (!policy_may(&contact, (enum action)a) || policy_scope(&contact, (enum action)a).all)
            continue;
        fault_init(&f, &arena);
        bool may = policy_check(&f, &contact, (enum action)a, &s) == RC_OK;
        assert_int_equal(may, a == ACT_PROBLEM_READ || a == ACT_PROBLEM_RECTIFY);
    }
    s.held = true;
    fault_init(&f, &arena);
    assert_int_equal(policy_check(&f, &contact, ACT_PROBLEM_READ, &s), RC_FORBIDDEN);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds),
        cmocka_unit_test(who_rectifies_never_rechecks),
        cmocka_unit_test(strangers_have_the_public_only),
        cmocka_unit_test(lists_are_cut_by_the_same_rule),
        cmocka_unit_test(handed_on_reaches_so_far),
        cmocka_unit_test(administrators_stay_apart),
        cmocka_unit_test(names_and_bits_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
