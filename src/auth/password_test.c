/* password_test.c - what a password must be; hashes hold; the last five are remembered. */
#include "auth/password.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void rules_for_passwords(void **state)
{
    (void)state;
    static const struct {
        const char *login, *password, *refused; /* NULL: taken */
    } cases[] = {
        {"zhangsan", "Abcdef1234", NULL},
        {"zhangsan", "abcdef1234", "password_too_simple"},
        {"zhangsan", "ABCDEF1234", "password_too_simple"},
        {"zhangsan", "abcdef12_4", NULL},
        {"zhangsan", "Abcde1234", "password_too_short"},
        {"zhangsan", "abcdefghijklmnop", NULL},
        {"zhangsan", "文明创建二〇二六年度", "password_too_simple"},
        {"zhangsan", "文明创建2026年度Ab", NULL},
        {"zhangsan", "春眠不觉晓处处闻啼鸟夜来风雨声花", NULL},
        {"zhangsan", "Zhangsan2026!", "password_has_login"},
        {"zhangsan", "xx-ＺＨＡＮＧＳＡＮ-2026", "password_has_login"},
        {"ab", "Abcdef1234", NULL},
        {"zhangsan", "Abcdef1234\n", "password_characters"},
        {"zhangsan", "Abcdef1234\xff", "password_characters"},
        {"zhangsan", "", "password_too_short"},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault f;
        fault_init(&f, &a);
        enum rc rc =
            password_check(&f, STR("/password"), str_of(cases[i].login), str_of(cases[i].password));
        struct str got = rc == RC_OK ? STR("taken") : f.fields[0].code;
        if (!str_is(got, cases[i].refused ? cases[i].refused : "taken"))
            fail_msg("\"%s\": %.*s", cases[i].password, STR_ARG(got));
    }
    char long_one[PASSWORD_MAX_BYTES + 2];
    memset(long_one, 'a', sizeof long_one);
    struct fault f;
    fault_init(&f, &a);
    assert_int_equal(
        password_check(&f, STR(""), STR("x"), (struct str){long_one, PASSWORD_MAX_BYTES}), RC_OK);
    assert_int_equal(
        password_check(&f, STR(""), STR("x"), (struct str){long_one, PASSWORD_MAX_BYTES + 1}),
        RC_INVALID);
    arena_free(&a);
}

static void hashes_hold(void **state)
{
    (void)state;
    struct arena a;
    struct fault f;
    arena_init(&a);
    fault_init(&f, &a);
    for (int from = PASSWORD_CHOSEN; from <= PASSWORD_GENERATED; from++) {
        struct str one, two;
        assert_int_equal(
            password_hash(&a, &f, (enum password_source)from, STR("口令 Secret 1"), &one), RC_OK);
        assert_int_equal(
            password_hash(&a, &f, (enum password_source)from, STR("口令 Secret 1"), &two), RC_OK);
        assert_false(str_eq(one, two));
        assert_true(str_starts(one, STR("$argon2id$v=19$")));
        assert_int_equal(str_find(one, STR("m=19456,t=2,p=1"), 0) > 0, from == PASSWORD_CHOSEN);
        assert_true(password_verify(one, STR("口令 Secret 1")));
        assert_false(password_verify(one, STR("口令 Secret 2")));
        assert_false(password_verify(one, STR("")));
    }
    assert_false(password_verify(STR_NONE, STR("")));
    assert_false(password_verify(STR("$argon2id$nonsense"), STR("x")));
    arena_free(&a);
}

static void the_last_five_are_remembered(void **state)
{
    (void)state;
    struct arena a;
    struct fault f;
    struct str history = STR("[]");
    arena_init(&a);
    fault_init(&f, &a);
    for (int i = 0; i < 7; i++) {
        struct str hash;
        assert_int_equal(
            password_hash(&a, &f, PASSWORD_GENERATED, str_fmt(&a, "password %d", i), &hash), RC_OK);
        history = password_history_add(&a, history, hash);
    }
    for (int i = 0; i < 7; i++)
        assert_int_equal(password_history_has(&a, history, str_fmt(&a, "password %d", i)), i >= 2);
    assert_false(password_history_has(&a, STR("damaged"), STR("password 6")));
    arena_free(&a);
}

static void random_ones_pass_the_rules(void **state)
{
    (void)state;
    struct arena a;
    struct fault f;
    arena_init(&a);
    fault_init(&f, &a);
    for (int i = 0; i < 200; i++) {
        struct str p = password_random(&a), q = password_random(&a);
        assert_int_equal(p.n, 20);
        assert_false(str_eq(p, q));
        assert_int_equal(password_check(&f, STR("/p"), STR("admin"), p), RC_OK);
    }
    arena_free(&a);
}

static void logins_fold(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"ZhangSan", "zhangsan"}, {" zhang.san@x_1-2 ", "zhang.san@x_1-2"},
        {"ｚｈａｎｇ", "zhang"},  {"a", NULL},
        {"张三", NULL},           {"a b", NULL},
        {"a\"b", NULL},           {"", NULL},
        {"a'--", NULL},           {"13800001234", "13800001234"},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out = STR_NONE;
        assert_int_equal(login_normal(&a, str_of(cases[i].in), &out), cases[i].out != NULL);
        if (cases[i].out)
            assert_true(str_is(out, cases[i].out));
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_for_passwords),
        cmocka_unit_test(hashes_hold),
        cmocka_unit_test(the_last_five_are_remembered),
        cmocka_unit_test(random_ones_pass_the_rules),
        cmocka_unit_test(logins_fold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
