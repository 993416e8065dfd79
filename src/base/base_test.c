/* base_test.c - tables of cases for the ground the rooms stand on. */
#include "base/arena.h"
#include "base/civil.h"
#include "base/json_in.h"
#include "base/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void numbers_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        bool ok;
        int64_t want;
    } cases[] = {
        {STR_INIT("0"), true, 0},
        {STR_INIT("-42"), true, -42},
        {STR_INIT("9223372036854775807"), true, INT64_MAX},
        {STR_INIT("-9223372036854775808"), true, INT64_MIN},
        {STR_INIT("9223372036854775808"), false, 0},
        {STR_INIT(""), false, 0},
        {STR_INIT("-"), false, 0},
        {STR_INIT("1 "), false, 0},
        {STR_INIT("+1"), false, 0},
        {STR_INIT("0x10"), false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t v = 0;
        assert_int_equal(str_to_i64(cases[i].in, INT64_MIN, INT64_MAX, &v), cases[i].ok);
        if (cases[i].ok)
            assert_true(v == cases[i].want);
    }
    int64_t v;
    assert_true(str_to_scaled(STR("118.087479"), 7, &v) && v == 1180874790);
    assert_true(str_to_scaled(STR("-0.5"), 7, &v) && v == -5000000);
    assert_false(str_to_scaled(STR("1."), 7, &v));
    assert_false(str_to_scaled(STR("1e5"), 7, &v));
}

static void times_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *out; /* in +08:00; NULL: refused */
    } cases[] = {
        {"2026-11-21T09:30:00+08:00", "2026-11-21T09:30:00+08:00"},
        {"2026-11-21T01:30:00Z", "2026-11-21T09:30:00+08:00"},
        {"2024-02-29T23:59:59.007+08:00", "2024-02-29T23:59:59.007+08:00"},
        {"2023-02-29T00:00:00Z", NULL},
        {"2026-11-21 09:30:00+08:00", NULL},
        {"2026-11-21T09:30:00", NULL},
        {"2026-13-01T00:00:00Z", NULL},
        {"2026-11-21T24:00:00Z", NULL},
        {"2026-11-21T09:30:00+8:00", NULL},
        {"1969-12-31T23:59:59Z", NULL},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        bool ok = civil_parse_rfc3339(str_of(cases[i].in), &ms);
        assert_int_equal(ok, cases[i].out != NULL);
        if (ok)
            assert_string_equal(civil_rfc3339(&a, ms, ZONE_SHANGHAI_MIN).p, cases[i].out);
    }
    struct civil c = civil_from_ms(1763688600000, ZONE_SHANGHAI_MIN); /* 2025-11-21 09:30 */
    assert_int_equal(c.weekday, 5);
    arena_free(&a);
}

static void json_is_written_and_read_back(void **state)
{
    (void)state;
    struct arena a;
    struct fault f;
    struct buf b;
    struct json_out j;
    arena_init(&a);
    fault_init(&f, &a);
    buf_init(&b, 1 << 16);
    jo_begin(&j, &b, ZONE_SHANGHAI_MIN);
    jo_obj(&j, NULL);
    jo_str(&j, "text", STR("引号\"反斜\\换行\n\x01"));
    jo_scaled(&j, "lon", 1180874790, 7);
    jo_scaled(&j, "minus", -5000000, 7);
    jo_arr(&j, "list");
    jo_i64(&j, NULL, INT64_MIN);
    jo_null(&j, NULL);
    jo_end(&j);
    jo_end(&j);
    assert_string_equal(str_z(&a, buf_view(&b)),
                        "{\"text\":\"引号\\\"反斜\\\\换行\\n\\u0001\",\"lon\":118.087479,\"minus\":-0.5,"
                        "\"list\":[-9223372036854775808,null]}");
    buf_free(&b);

    struct jin in;
    struct str s;
    int64_t n;
    assert_int_equal(jin_parse(&in, &a, &f, STR("{\"a\":\" 你好 \",\"n\":5,\"x\":1}")), RC_OK);
    assert_true(jin_str(&in, "a", JIN_REQUIRED, 2, &s) && str_is(s, "你好"));
    assert_false(jin_i64(&in, "n", JIN_REQUIRED, 6, 9, &n));
    assert_false(jin_str(&in, "missing", JIN_REQUIRED, 9, &s));
    assert_int_equal(jin_done(&in), RC_INVALID);
    assert_int_equal(f.nfields, 3);
    assert_string_equal(f.fields[0].pointer.p, "/n");
    assert_string_equal(f.fields[1].code.p, "required");
    assert_string_equal(f.fields[2].code.p, "unknown_member");
    jin_free(&in);
    fault_clear(&f);
    assert_int_equal(jin_parse(&in, &a, &f, STR("{\"a\":1,\"a\":2}")), RC_BAD);
    arena_free(&a);
}

static void ids_order_and_parse(void **state)
{
    (void)state;
    struct uuid last = uuid_make(1763688600000), u;
    for (int i = 0; i < 5000; i++) {
        u = uuid_make(1763688600000);
        assert_true(uuid_cmp(last, u) < 0);
        last = u;
    }
    assert_int_equal(u.b[6] >> 4, 7);
    char text[UUID_TEXT];
    struct uuid back;
    uuid_format(u, text);
    assert_true(uuid_parse((struct str){text, UUID_TEXT}, &back) && uuid_eq(u, back));
    assert_false(uuid_parse(STR("0190-000000000000000000000000000000000"), &back));
    assert_true(uuid_eq(uuid_named(UUID_NONE, STR("x")), uuid_named(UUID_NONE, STR("x"))));
}

static void text_is_folded_for_search(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_true(str_is(utf8_fold(&a, STR("ＡＢＣ１２３ Straße")), "abc123 strasse"));
    assert_true(str_is(str_trim(STR("\xE3\x80\x80 点位名称\t")), "点位名称"));
    assert_false(utf8_valid((struct str){"\xed\xa0\x80", 3}));
    assert_false(utf8_valid((struct str){"a\0b", 3}));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_whole),      cmocka_unit_test(times_round_trip),
        cmocka_unit_test(json_is_written_and_read_back), cmocka_unit_test(ids_order_and_parse),
        cmocka_unit_test(text_is_folded_for_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
