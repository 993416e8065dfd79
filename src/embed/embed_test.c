/* embed_test.c - what the build put into the executable is whole: names, order, bytes, packed
 * forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/asset.h"

static void test_find(void **state)
{
    (void)state;
    const struct asset *a = asset_find("migrations/0001_ground.sql");
    assert_non_null(a);
    assert_true(str_find(a->bytes, STR("CREATE TABLE journal"), 0) > 0);
    assert_int_equal(a->bytes.p[a->bytes.n], '\0');
    assert_int_equal(strlen(a->etag), 34);
    assert_null(asset_find("migrations/0001"));
    assert_null(asset_find(""));
}

static void test_list(void **state)
{
    size_t n, all;
    (void)state;
    const struct asset *a = asset_list("migrations/", &n);
    assert_true(n >= 9);
    for (size_t i = 0; i + 1 < n; i++)
        assert_true(strcmp(a[i].name, a[i + 1].name) < 0);
    asset_list("", &all);
    assert_true(all > n);
    asset_list("nothing/", &n);
    assert_int_equal(n, 0);
}

static void test_openapi(void **state)
{
    json_error_t e;
    (void)state;
    const struct asset *a = asset_find("openapi.json");
    assert_non_null(a);
    json_t *doc = json_loadb(a->bytes.p, a->bytes.n, JSON_REJECT_DUPLICATES, &e);
    assert_non_null(doc);
    assert_string_equal(json_string_value(json_object_get(doc, "openapi")), "3.1.0");
    assert_true(json_object_size(json_object_get(doc, "paths")) > 10);
    json_decref(doc);
}

static void test_packed(void **state)
{
    size_t n, packed = 0;
    (void)state;
    const struct asset *a = asset_list("", &n);
    for (size_t i = 0; i < n; i++) {
        if (!a[i].gzip.p)
            continue;
        z_stream z = {0};
        unsigned char *back = malloc(a[i].bytes.n + 1);
        unsigned char *in = malloc(a[i].gzip.n);
        memcpy(in, a[i].gzip.p, a[i].gzip.n);
        z.next_in = in;
        z.avail_in = (unsigned)a[i].gzip.n;
        z.next_out = back;
        z.avail_out = (unsigned)a[i].bytes.n + 1;
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, a[i].bytes.n);
        assert_memory_equal(back, a[i].bytes.p, a[i].bytes.n);
        inflateEnd(&z);
        free(back);
        free(in);
        packed++;
    }
    assert_true(packed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_find), cmocka_unit_test(test_list),
                                       cmocka_unit_test(test_openapi),
                                       cmocka_unit_test(test_packed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
