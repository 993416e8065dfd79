/*
 * standard_test.c - rules of catalogues without a database: what a criterion must satisfy, the hash
 * of a version, sources after a change.
 */
#include "standard/catalogue.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct criterion_full good(const char *code)
{
    return (struct criterion_full){.category_code = STR("SQ"),
                                   .code = str_of(code),
                                   .order_no = 1,
                                   .text_zh = STR("条目"),
                                   .text_en = STR("item"),
                                   .mode = STR("binary"),
                                   .mode_params = STR("{}"),
                                   .weight = 2,
                                   .severity = STR("general"),
                                   .limit_kind = STR("working_days"),
                                   .limit_amount = 5,
                                   .dimension = STR("order"),
                                   .active = true};
}

/* Fails unless the only fault has this pointer and code (NULL: no fault). */
static void expect(const struct criterion_full *c, const char *pointer, const char *code)
{
    struct fault f;
    fault_init(&f, &arena);
    criterion_check(&f, STR("/criteria/7"), c);
    if (!pointer) {
        assert_int_equal(f.nfields, 0);
        return;
    }
    assert_int_equal(f.nfields, 1);
    assert_true(str_is(f.fields[0].pointer, pointer));
    assert_true(str_is(f.fields[0].code, code));
    assert_true(f.fields[0].zh.n > 0 && f.fields[0].en.n > 0);
}

static void criteria_checked(void **state)
{
    (void)state;
    struct criterion_full c = good("SQ-01");
    expect(&c, NULL, NULL);
    c.text_en = STR(" ");
    expect(&c, "/criteria/7/text_en", "required");
    c = good("SQ-01");
    c.mode = STR("by eye");
    expect(&c, "/criteria/7/mode", "unknown_value");
    c = good("SQ-01");
    c.limit_amount = 0;
    expect(&c, "/criteria/7/limit/amount", "out_of_range");
    c = good("SQ-01");
    c.limit_kind = STR("weeks");
    expect(&c, "/criteria/7/limit/kind", "unknown_value");
    c = good("SQ-01");
    c.mode = STR("count");
    c.veto = true;
    expect(&c, "/criteria/7/veto", "veto_binary");
    c = good("SQ-01");
    c.dimension = STR("taste");
    expect(&c, "/criteria/7/dimension", "unknown_value");
    c = good("SQ-01");
    c.mode = STR("grade");
    c.mode_params = STR("{\"steps\":[100,66,33,0]}");
    expect(&c, NULL, NULL);
    c.mode_params = STR("{\"steps\":[100,-1]}");
    struct fault f;
    fault_init(&f, &arena);
    criterion_check(&f, STR(""), &c);
    assert_true(f.nfields > 0 && str_starts(f.fields[0].pointer, STR("/mode_params/steps")));
}

static void hash_seals_everything(void **state)
{
    (void)state;
    const struct category_new cats[] = {
        {.code = STR("SQ"), .name_zh = STR("社区"), .name_en = STR("x"), .weight = 1000},
        {.code = STR("XQ"), .name_zh = STR("小区"), .name_en = STR("y")}};
    const struct category_new swapped[] = {cats[1], cats[0]};
    struct criterion_full xs[] = {good("SQ-01"), good("SQ-02")},
                          back[] = {good("SQ-02"), good("SQ-01")};
    struct sha256 h = catalogue_hash(&arena, cats, 2, xs, 2);
    assert_true(sha256_eq(h, catalogue_hash(&arena, swapped, 2, back, 2)));
    xs[1].weight++;
    assert_false(sha256_eq(h, catalogue_hash(&arena, cats, 2, xs, 2)));
    xs[1] = good("SQ-02");
    xs[1].active = false;
    assert_false(sha256_eq(h, catalogue_hash(&arena, cats, 2, xs, 2)));
    xs[1] = good("SQ-02");
    xs[1].close_en = STR("z");
    assert_false(sha256_eq(h, catalogue_hash(&arena, cats, 2, xs, 2)));
    assert_false(sha256_eq(h, catalogue_hash(&arena, cats, 1, xs, 2)));
}

static void sources_follow(void **state)
{
    (void)state;
    const struct str before =
        STR("{\"text\":\"N17\",\"weight\":\"project default\",\"limit\":\"YC\"}");
    struct str after = criterion_sources_after(&arena, before, CRITERION_WEIGHT | CRITERION_HOW_ZH);
    assert_true(str_is(after, "{\"text\":\"N17\",\"how\":\"headquarters\",\"weight\":"
                              "\"headquarters\",\"limit\":\"YC\"}"));
    after = criterion_sources_after(&arena, STR_NONE, CRITERION_LIMIT);
    assert_true(str_is(after, "{\"limit\":\"headquarters\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(criteria_checked),
        cmocka_unit_test(hash_seals_everything),
        cmocka_unit_test(sources_follow),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
