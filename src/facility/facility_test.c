/*
 * facility_test.c - rules of facilities: the state of editions, the shop's own time, the kinds that ship.
 */
#include "facility/facility.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void editions(void **state)
{
    (void)state;
    /* from, superseded, replace by, withdrawn (0: not), now -> state, outdated */
    static const struct {
        int64_t from, superseded, replace_by, withdrawn, now;
        enum edition_state is;
        bool outdated;
    } cases[] = {
        {100, 0, 0, 0, 99, EDITION_UPCOMING, false},
        {100, 0, 0, 0, 100, EDITION_CURRENT, false},
        {100, 0, 0, 0, 1000000, EDITION_CURRENT, false},
        {100, 200, 300, 0, 99, EDITION_UPCOMING, false},
        {100, 200, 300, 0, 199, EDITION_CURRENT, false},
        {100, 200, 300, 0, 200, EDITION_SUPERSEDED, false},
        {100, 200, 300, 0, 299, EDITION_SUPERSEDED, false},
        {100, 200, 300, 0, 300, EDITION_SUPERSEDED, true},
        {100, 200, 300, 0, 301, EDITION_SUPERSEDED, true},
        {100, 200, 200, 0, 199, EDITION_CURRENT, false},
        {100, 200, 200, 0, 200, EDITION_SUPERSEDED, true},
        {100, 0, 0, 50, 60, EDITION_WITHDRAWN, true},
        {100, 0, 0, 150, 160, EDITION_WITHDRAWN, true},
        {100, 200, 300, 150, 160, EDITION_WITHDRAWN, true},
        {100, 200, 300, 250, 260, EDITION_WITHDRAWN, true},
        {100, 200, 300, 350, 360, EDITION_WITHDRAWN, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct edition_times e = {cases[i].from, {cases[i].superseded != 0, cases[i].superseded},
                                  {cases[i].replace_by != 0, cases[i].replace_by},
                                  {cases[i].withdrawn != 0, cases[i].withdrawn}};
        if (edition_state_at(&e, cases[i].now) != cases[i].is || edition_outdated(&e, cases[i].now) != cases[i].outdated)
            fail_msg("case %zu: %s", i, edition_state_names[edition_state_at(&e, cases[i].now)]);
    }
}

static void self_mending(void **state)
{
    (void)state;
    enum { BY = 1000 };
    static const struct {
        enum frontage_state now;
        enum frontage_act act;
        size_t photos;
        int64_t at;
        const char *code; /* NULL: allowed */
        enum frontage_state after;
    } cases[] = {
        {FRONTAGE_WAITING, FRONTAGE_MEND, 1, 0, NULL, FRONTAGE_MENDED},
        {FRONTAGE_WAITING, FRONTAGE_MEND, 3, BY - 1, NULL, FRONTAGE_MENDED},
        {FRONTAGE_WAITING, FRONTAGE_MEND, 1, BY, NULL, FRONTAGE_MENDED},
        {FRONTAGE_WAITING, FRONTAGE_MEND, 1, BY + 1, "self_mend_over", 0},
        {FRONTAGE_WAITING, FRONTAGE_MEND, 0, BY + 1, "self_mend_over", 0},
        {FRONTAGE_WAITING, FRONTAGE_MEND, 0, BY, "invalid_content", 0},
        {FRONTAGE_WAITING, FRONTAGE_RAISE, 0, 0, "self_mend_running", 0},
        {FRONTAGE_WAITING, FRONTAGE_RAISE, 0, BY, "self_mend_running", 0},
        {FRONTAGE_WAITING, FRONTAGE_RAISE, 0, BY + 1, NULL, FRONTAGE_RAISED},
        {FRONTAGE_WAITING, FRONTAGE_RAISE, 2, BY + 1, NULL, FRONTAGE_RAISED},
        {FRONTAGE_MENDED, FRONTAGE_MEND, 1, 0, "finding_settled", 0},
        {FRONTAGE_MENDED, FRONTAGE_RAISE, 0, BY + 1, "finding_settled", 0},
        {FRONTAGE_RAISED, FRONTAGE_MEND, 1, 0, "finding_settled", 0},
        {FRONTAGE_RAISED, FRONTAGE_RAISE, 0, BY + 1, "finding_settled", 0},
        {FRONTAGE_ADVISED, FRONTAGE_MEND, 1, 0, "finding_settled", 0},
        {FRONTAGE_ADVISED, FRONTAGE_RAISE, 0, BY + 1, "finding_settled", 0},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault f;
        enum frontage_state after = FRONTAGE_STATES;
        fault_init(&f, &arena);
        enum rc rc = frontage_decide(&f, cases[i].now, BY, cases[i].act, cases[i].photos, cases[i].at, &after);
        if (cases[i].code ? rc == RC_OK || !str_is(f.code, cases[i].code) : rc != RC_OK || after != cases[i].after)
            fail_msg("case %zu: %.*s", i, STR_ARG(f.code));
    }
    arena_free(&arena);
    assert_true(frontage_mend_by(1000, 24) == 1000 + 24LL * 3600 * 1000);
    assert_true(frontage_mend_by(1000, 0) == 1000);
}

static void how_findings_begin(void **state)
{
    (void)state;
    assert_int_equal(frontage_first(&(struct facility_kind){.mend_hours = 24}), FRONTAGE_WAITING);
    assert_int_equal(frontage_first(&(struct facility_kind){.mend_hours = 0}), FRONTAGE_RAISED);
    assert_int_equal(frontage_first(&(struct facility_kind){.mend_hours = 24, .guidance = true}), FRONTAGE_ADVISED);
    assert_int_equal(frontage_first(&(struct facility_kind){.mend_hours = 0, .guidance = true}), FRONTAGE_ADVISED);
}

static void kinds_that_ship(void **state)
{
    (void)state;
    size_t n, classes[FACILITY_CLASSES] = {0};
    const struct facility_kind *k = facility_shipped_kinds(&n);
    for (size_t i = 0; i < n; i++) {
        int64_t ignored;
        classes[k[i].class]++;
        assert_true(k[i].code.n && k[i].name_zh.n && k[i].name_en.n && k[i].version == 0);
        assert_true(calendar_amount(k[i].limit_kind, k[i].limit_amount, &ignored) && k[i].limit_amount > 0);
        /* street vending: switched off, and advice */
        bool vendors = str_is(k[i].code, "vendors");
        assert_true(k[i].active == !vendors && k[i].guidance == vendors);
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(k[i].code, k[j].code));
        assert_true(i == 0 || k[i].order_no > k[i - 1].order_no);
    }
    for (int c = 0; c < FACILITY_CLASSES; c++)
        assert_true(classes[c] >= 4);
}

static void whose_it_is(void **state)
{
    (void)state;
    const struct uuid a = {{1}}, b = {{2}}, c = {{3}}, none = {{0}};
    const struct uuid units[] = {a, none, b};
    struct actor who = {.unit_id = b, .roles = ROLE_UNIT_CONTACT};
    assert_true(uuid_eq(facility_subject(&who, units, 3, STR("9901")).unit_id, b));
    who.unit_id = c;
    assert_true(uuid_eq(facility_subject(&who, units, 3, STR("9901")).unit_id, a));
    who.unit_id = none;
    assert_true(uuid_eq(facility_subject(&who, units, 3, STR("9901")).unit_id, a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(editions), cmocka_unit_test(self_mending),
                                       cmocka_unit_test(how_findings_begin), cmocka_unit_test(kinds_that_ship),
                                       cmocka_unit_test(whose_it_is)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
