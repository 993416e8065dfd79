/*
 * org_test.c - rules of the organisation without a database: codes, the comparison of a whole list
 * with what is in force, hand-over of duties, search keys.
 */
#include "org/org.h"
#include "org/text.h"

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

static void codes(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out; /* out NULL: refused */
        enum area_level level;
        const char *parent;
    } table[] = {
        {"350212", "350212", AREA_DISTRICT, NULL},
        {"350212000000", "350212", AREA_DISTRICT, NULL},
        {"350212000", "350212", AREA_DISTRICT, NULL},
        {"350212001", "350212001", AREA_TOWN, "350212"},
        {" 350212001000 ", "350212001", AREA_TOWN, "350212"},
        {"350212001003", "350212001003", AREA_VILLAGE, "350212001"},
        {"350212001003000", "350212001003000", AREA_GRID, "350212001003"},
        {"350212001003017", "350212001003017", AREA_GRID, "350212001003"},
        {"35021", NULL, 0, NULL},
        {"3502120010", NULL, 0, NULL},
        {"35021200100A", NULL, 0, NULL},
        {"050212", NULL, 0, NULL},
        {"", NULL, 0, NULL},
        {"３５０２１２", NULL, 0, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str normal;
        enum area_level level;
        bool ok = area_code_normal(str_of(table[i].in), &normal, &level);
        assert_int_equal(ok, table[i].out != NULL);
        if (!ok)
            continue;
        assert_true(str_is(normal, table[i].out));
        assert_int_equal(level, table[i].level);
        struct str parent = area_code_parent(normal);
        assert_true(table[i].parent ? str_is(parent, table[i].parent) : parent.p == NULL);
    }
}

#define ENTRY(code_, name_, kind_)                                                                 \
    {                                                                                              \
        .code = STR_INIT(code_), .name = STR_INIT(name_), .kind = STR_INIT(kind_)                  \
    }
#define NOW(code_, name_, kind_, parent_)                                                          \
    {                                                                                              \
        .code = STR_INIT(code_), .name = STR_INIT(name_), .kind = STR_INIT(kind_),                 \
        .parent_code = STR_INIT(parent_)                                                           \
    }

static const struct area_now before[] = {
    {.code = STR_INIT("990101"), .name = STR_INIT("示范区")},
    NOW("990101001", "东街街道办事处", "街道", "990101"),
    NOW("990101002", "西街街道", "街道", "990101"),
    NOW("990101001001", "一社区", "居委会", "990101001"),
    NOW("990101001002", "二社区", "居委会", "990101001"),
    NOW("990101002001", "三村", "村委会", "990101002"),
    NOW("990101001001001", "一网格", "网格", "990101001001"),
    NOW("990101002001001", "二网格", "网格", "990101002001"),
};
enum { BEFORE = sizeof before / sizeof *before };

static void nothing_changes(void **state)
{
    (void)state;
    struct area_diff d;
    struct area_entry same[BEFORE];
    for (size_t i = 0; i < BEFORE; i++)
        same[BEFORE - 1 - i] = (struct area_entry){.code = before[i].code, .name = before[i].name};
    area_snapshot_diff(&arena,
                       &(struct area_comparison){STR("990101"), before, BEFORE, same, BEFORE}, &d);
    assert_int_equal(d.n, 0);
    assert_int_equal(d.unchanged, BEFORE);
}

/* One town renamed, one dissolved with its village and grid, a new town with a new village; the
 * list speaks of towns and villages only, and leaves the district out. */
static void towns_reformed(void **state)
{
    (void)state;
    static const struct area_entry after[] = {
        ENTRY("990101003001", "四社区", "居委会"), ENTRY("990101001", "东街街道", "街道"),
        ENTRY("990101001001", "一社区", "居委会"), ENTRY("990101001002", "二社区", "村委会"),
        ENTRY("990101003", "新街街道", "街道"),
    };
    static const struct {
        enum area_step_kind kind;
        const char *code;
    } want[] = {
        {AREA_STEP_CLOSE, "990101002001001"}, {AREA_STEP_CLOSE, "990101002001"},
        {AREA_STEP_CLOSE, "990101002"},       {AREA_STEP_ALTER, "990101001"},
        {AREA_STEP_CREATE, "990101003"},      {AREA_STEP_ALTER, "990101001002"},
        {AREA_STEP_CREATE, "990101003001"},
    };
    struct area_diff d;
    area_snapshot_diff(&arena, &(struct area_comparison){STR("990101"), before, BEFORE, after, 5},
                       &d);
    assert_int_equal(d.n, sizeof want / sizeof *want);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.steps[i].kind, want[i].kind);
        assert_true(
            str_is(d.steps[i].now ? d.steps[i].now->code : d.steps[i].entry->code, want[i].code));
    }
    assert_int_equal(d.created, 2);
    assert_int_equal(d.renamed, 1);
    assert_int_equal(d.altered, 1);
    assert_int_equal(d.closed, 3);
    assert_int_equal(d.unchanged, 1);
}

static void empty_list_closes_nothing_deeper(void **state)
{
    (void)state;
    struct area_diff d;
    area_snapshot_diff(&arena, &(struct area_comparison){STR("990101"), NULL, 0, NULL, 0}, &d);
    assert_int_equal(d.n, 0);
    area_snapshot_diff(&arena, &(struct area_comparison){STR("990101"), before, BEFORE, NULL, 0},
                       &d);
    assert_int_equal(d.closed, 0);
}

static void hand_over(void **state)
{
    (void)state;
    struct fault f;
    struct duty next;
    const struct uuid a = uuid_named(UUID_NONE, STR("a")), b = uuid_named(UUID_NONE, STR("b"));
    const struct duty old = {.id = uuid_named(UUID_NONE, STR("d")),
                             .kind = STR("leader"),
                             .person_id = a,
                             .place_kind = STR("area"),
                             .place_id = b,
                             .from_ms = 1000,
                             .to_ms = SOME(9000)};
    const struct duty_hand_over in = {.id = old.id, .next_id = b, .to_person_id = b};
    static const struct {
        int64_t at;
        enum rc rc;
    } table[] = {
        {5000, RC_OK}, {1000, RC_INVALID}, {999, RC_INVALID}, {9000, RC_CONFLICT}, {8999, RC_OK}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        fault_init(&f, &arena);
        assert_int_equal(duty_decide_hand_over(&f, &old, &in, table[i].at, &next), table[i].rc);
        if (table[i].rc != RC_OK)
            continue;
        assert_int_equal(next.from_ms, table[i].at);
        assert_int_equal(next.to_ms.v, 9000);
        assert_true(uuid_eq(next.follows_id, old.id) && uuid_eq(next.place_id, old.place_id));
    }
    fault_init(&f, &arena);
    const struct duty_hand_over self = {.id = old.id, .next_id = b, .to_person_id = a};
    assert_int_equal(duty_decide_hand_over(&f, &old, &self, 5000, &next), RC_INVALID);
}

static void ending(void **state)
{
    (void)state;
    struct fault f;
    int64_t to;
    const struct duty open = {.from_ms = 1000}, done = {.from_ms = 1000, .to_ms = SOME(2000)};
    fault_init(&f, &arena);
    assert_int_equal(duty_decide_end(&f, &open, 5000, &to), RC_OK);
    assert_int_equal(to, 5000);
    assert_int_equal(duty_decide_end(&f, &open, 500, &to), RC_OK);
    assert_int_equal(to, 1000);
    assert_int_equal(duty_decide_end(&f, &done, 5000, &to), RC_CONFLICT);
}

static void search_keys(void **state)
{
    (void)state;
    assert_true(str_is(search_like(&arena, STR("  ＡＢ100%_!")), "%ab100!%!_!!%"));
    assert_null(search_like(&arena, STR("  ")).p);
    assert_null(search_like(&arena, STR_NONE).p);
    struct str parts[] = {STR("东街市场"), STR_NONE, STR("Ｄ-01")};
    assert_true(str_is(search_text_make(&arena, parts, 3), "东街市场 d-01"));
    assert_true(str_is(code_range_end(&arena, STR("350212")), "350212:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),          cmocka_unit_test(nothing_changes),
        cmocka_unit_test(towns_reformed), cmocka_unit_test(empty_list_closes_nothing_deeper),
        cmocka_unit_test(hand_over),      cmocka_unit_test(ending),
        cmocka_unit_test(search_keys),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
