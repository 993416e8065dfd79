/* http_test.c - the parts without a socket: guard, percent escapes, router, cursors, the set of
 * seen events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka has a macro of this name */

#include "base/arena.h"
#include "http/guard.h"
#include "http/hub_seen.h"
#include "http/page.h"
#include "http/router.h"

static const struct header plain[] = {{STR_INIT("Host"), STR_INIT("localhost:8330")}};

static int guard_target(const char *target)
{
    struct guard_facts facts;
    struct guard_request in = {STR("GET"), STR("HTTP/1.1"), str_of(target), plain, 1};
    const struct guard_fault *f = guard_check(&in, &facts);
    return f ? f->status : 200;
}

static void test_guard_targets(void **state)
{
    static const struct {
        const char *target;
        int status;
    } cases[] = {
        {"/", 200},         {"/a", 200},       {"/a/", 200},
        {"/a?b=c", 200},    {"/a?", 200},      {"/a?b=%E5%AD%97", 200},
        {"/字", 200},       {"/a.b/..c", 200}, {"/a?x=../..", 200},
        {"/a?x=//", 200},   {"/a?x=%0A", 200}, {"/a+b", 200},
        {"/%41", 200},      {"", 400},         {"*", 400},
        {"a", 400},         {"//", 400},       {"/a//b", 400},
        {"/.", 400},        {"/..", 400},      {"/a/../b", 400},
        {"/%2e", 400},      {"/%2E%2e", 400},  {"/a%2fb", 400},
        {"/a%5Cb", 400},    {"/a%", 400},      {"/a%1", 400},
        {"/a%g1", 400},     {"/%00", 400},     {"/%0a", 400},
        {"/%7f", 400},      {"/%ff", 400},     {"/?%ff", 400},
        {"/?a=%01", 400},   {"/a b", 400},     {"/a#b", 400},
        {"http://a/", 400}, {"/%c3%28", 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (guard_target(cases[i].target) != cases[i].status)
            print_error("target %s\n", cases[i].target);
        assert_int_equal(guard_target(cases[i].target), cases[i].status);
    }
}

static void test_guard_long(void **state)
{
    static char target[GUARD_TARGET_MAX + 2];
    (void)state;
    memset(target, 'a', GUARD_TARGET_MAX + 1);
    target[0] = '/';
    target[2] = '?';
    assert_int_equal(guard_target(target), 414);
    target[GUARD_TARGET_MAX] = '\0';
    assert_int_equal(guard_target(target), 200);
}

static void test_guard_facts(void **state)
{
    static const struct header chunked[] = {{STR_INIT("host"), STR_INIT("[::1]")},
                                            {STR_INIT("Transfer-Encoding"), STR_INIT("Chunked")},
                                            {STR_INIT("expect"), STR_INIT("100-Continue")}};
    struct guard_facts facts;
    struct guard_request in = {STR("PUT"), STR("HTTP/1.1"), STR("/a?b"), chunked, 3};
    (void)state;
    assert_null(guard_check(&in, &facts));
    assert_int_equal(facts.method, HTTP_PUT);
    assert_int_equal(facts.body_bytes, -1);
    assert_true(facts.expects_continue);
    assert_true(str_is(facts.path, "/a") && str_is(facts.query, "b"));
    in.nheaders = GUARD_HEADERS_MAX + 1;
    assert_int_equal(guard_check(&in, &facts)->status, 431);
}

static void test_percent(void **state)
{
    char out[16];
    size_t n;
    (void)state;
    assert_true(percent_decode(STR("a%20b+c%2B"), true, out, &n));
    assert_true(str_is((struct str){out, n}, "a b c+"));
    assert_true(percent_decode(STR("a+b"), false, out, &n));
    assert_true(str_is((struct str){out, n}, "a+b"));
    assert_false(percent_decode(STR("%"), false, out, &n));
    assert_false(percent_decode(STR("%4"), false, out, &n));
    assert_false(percent_decode(STR("%4x"), false, out, &n));
}

static enum rc nothing(struct request *rq)
{
    return reply_empty(rq, 204);
}

static const struct route some[] = {
    {HTTP_GET, "/", 0, nothing, 0, 0},
    {HTTP_GET, "/a", 0, nothing, 0, 0},
    {HTTP_POST, "/a", 0, nothing, 0, 0},
    {HTTP_GET, "/a/{id}", 0, nothing, 0, 0},
    {HTTP_GET, "/a/all", 0, nothing, 0, 0},
    {HTTP_DELETE, "/a/{key}", 0, nothing, 0, 0},
    {HTTP_GET, "/a/{id}/b/{other}", 0, nothing, 0, 0},
    {HTTP_GET, "/a/all/c", 0, nothing, 0, 0},
    {0},
};

static void test_router(void **state)
{
    static const struct {
        enum http_method method;
        const char *path;
        int route; /* index into some, -1: none */
        unsigned allow;
    } cases[] = {
        {HTTP_GET, "/", 0, 1},          {HTTP_GET, "/a", 1, 3},
        {HTTP_POST, "/a", 2, 3},        {HTTP_PUT, "/a", -1, 3},
        {HTTP_GET, "/a/x", 3, 17},      {HTTP_GET, "/a/all", 4, 1},
        {HTTP_DELETE, "/a/all", 5, 17}, {HTTP_GET, "/a/x/b/y", 6, 1},
        {HTTP_GET, "/a/all/b/y", 6, 1}, {HTTP_GET, "/a/all/c", 7, 1},
        {HTTP_GET, "/a/", -1, 0},       {HTTP_GET, "/b", -1, 0},
        {HTTP_GET, "/a/x/b", -1, 0},    {HTTP_GET, "/a/x/b/y/z/1/2/3/4/5/6/7/8/9/10/11/12", -1, 0},
        {HTTP_GET, "/%61/%61ll", 4, 1},
    };
    const struct route *const tables[] = {some, NULL};
    struct arena a;
    struct fault f;
    struct router *r;
    struct route_match m;
    (void)state;
    arena_init(&a);
    fault_init(&f, &a);
    assert_int_equal(router_new(&r, tables, &f), RC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        router_match(r, cases[i].method, str_of(cases[i].path), &a, &m);
        assert_ptr_equal(m.entry ? m.entry->route : NULL,
                         cases[i].route < 0 ? NULL : &some[cases[i].route]);
        if (cases[i].route < 0)
            assert_int_equal(m.allow, cases[i].allow);
        else
            assert_true(m.allow >> cases[i].method & 1);
    }
    router_match(r, HTTP_GET, STR("/a/%E5%AD%97"), &a, &m);
    assert_true(str_is(m.values[1], "字"));
    router_free(r);
    arena_free(&a);
}

static void test_router_refuses(void **state)
{
    static const struct route twice[] = {
        {HTTP_GET, "/a/{x}", 0, nothing, 0, 0}, {HTTP_GET, "/a/{y}", 0, nothing, 0, 0}, {0}};
    static const struct route odd[] = {{HTTP_GET, "a", 0, nothing, 0, 0}, {0}};
    const struct route *const first[] = {twice, NULL};
    const struct route *const second[] = {odd, NULL};
    struct arena a;
    struct fault f;
    struct router *r;
    (void)state;
    arena_init(&a);
    fault_init(&f, &a);
    assert_int_equal(router_new(&r, first, &f), RC_INTERNAL);
    assert_int_equal(router_new(&r, second, &f), RC_INTERNAL);
    arena_free(&a);
}

static void test_cursor(void **state)
{
    struct page key = {.key_i64 = -7, .key_id = {{1, 2, 3}}, .key_text = STR("鼓楼区")}, back = {0};
    struct arena a;
    char spoilt[256];
    (void)state;
    arena_init(&a);
    struct str c = cursor_make(&a, STR("/api/v1/sites"), &key);
    assert_true(cursor_read(&a, STR("/api/v1/sites"), c, &back));
    assert_int_equal(back.key_i64, -7);
    assert_true(uuid_eq(back.key_id, key.key_id) && str_eq(back.key_text, key.key_text) &&
                back.has_cursor);
    assert_false(cursor_read(&a, STR("/api/v1/problems"), c, &back));
    assert_true(c.n < sizeof spoilt);
    for (size_t i = 0; i < c.n; i++) {
        memcpy(spoilt, c.p, c.n);
        spoilt[i] = spoilt[i] == 'A' ? 'B' : 'A';
        assert_false(cursor_read(&a, STR("/api/v1/sites"), (struct str){spoilt, c.n}, &back));
        assert_false(cursor_read(&a, STR("/api/v1/sites"), (struct str){c.p, i}, &back));
    }
    key.key_text = STR_NONE;
    assert_true(cursor_read(&a, STR("/x"), cursor_make(&a, STR("/x"), &key), &back));
    assert_null(back.key_text.p);
    arena_free(&a);
}

static void test_seen(void **state)
{
    static struct seen s;
    (void)state;
    for (int i = 0; i < 3 * SEEN_FULL; i++) {
        struct uuid id = {
            {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        id.b[3] = (uint8_t)(i >> 16);
        assert_true(seen_add(&s, id));
        assert_false(seen_add(&s, id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard_targets), cmocka_unit_test(test_guard_long),
        cmocka_unit_test(test_guard_facts),   cmocka_unit_test(test_percent),
        cmocka_unit_test(test_router),        cmocka_unit_test(test_router_refuses),
        cmocka_unit_test(test_cursor),        cmocka_unit_test(test_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
