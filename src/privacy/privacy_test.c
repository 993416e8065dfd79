/* privacy_test.c - sealed values cannot be altered or moved; masks show what they may and no more.
 */
#include "base/arena.h"
#include "privacy/privacy.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct bench {
    struct arena a;
    struct fault f;
    char folder[64];
    char path[96];
    struct keys *k;
};

static int begin(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    arena_init(&b->a);
    fault_init(&b->f, &b->a);
    snprintf(b->folder, sizeof b->folder, "/tmp/xiaohao-privacy-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/keys", b->folder);
    assert_int_equal(keys_open(&b->k, &b->f, b->path, true), RC_OK);
    *state = b;
    return 0;
}

static int end(void **state)
{
    struct bench *b = *state;
    keys_close(b->k);
    unlink(b->path);
    rmdir(b->folder);
    arena_free(&b->a);
    free(b);
    return 0;
}

static struct privacy_place place(void)
{
    return (struct privacy_place){.hq = 1, .field = "person.phone", .record_id = {{1, 2, 3}}};
}

static void what_is_sealed_opens_again(void **state)
{
    struct bench *b = *state;
    struct privacy_place at = place();
    static const struct str cases[] = {
        STR_INIT("13800001234"), STR_INIT(""), STR_INIT("张三丰，0592-7021234"), {NULL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str blob = privacy_seal(b->k, &b->a, &at, cases[i]), clear;
        assert_int_equal(privacy_open(b->k, &b->a, &b->f, &at, blob, &clear), RC_OK);
        assert_true(str_eq(clear, cases[i]) && (clear.p == NULL) == (cases[i].p == NULL));
        if (cases[i].n)
            assert_true(str_find(blob, cases[i], 0) < 0);
    }
    struct str one = privacy_seal(b->k, &b->a, &at, STR("same")),
               two = privacy_seal(b->k, &b->a, &at, STR("same"));
    assert_false(str_eq(one, two));
}

static void every_altered_byte_is_noticed(void **state)
{
    struct bench *b = *state;
    struct privacy_place at = place();
    struct str blob = privacy_seal(b->k, &b->a, &at, STR("13800001234")), clear;
    for (size_t i = 0; i < blob.n; i++) {
        char *bad = arena_dup(&b->a, blob.p, blob.n);
        bad[i] = (char)(bad[i] ^ 1);
        assert_int_equal(privacy_open(b->k, &b->a, &b->f, &at, (struct str){bad, blob.n}, &clear),
                         RC_INTERNAL);
        assert_true(str_is(b->f.code, "sealed_damaged"));
        assert_null(clear.p);
    }
    for (size_t n = 0; n < blob.n; n++)
        assert_int_equal(privacy_open(b->k, &b->a, &b->f, &at, (struct str){blob.p, n}, &clear),
                         RC_INTERNAL);
}

static void a_blob_belongs_to_its_place(void **state)
{
    struct bench *b = *state;
    struct privacy_place at = place();
    struct str blob = privacy_seal(b->k, &b->a, &at, STR("13800001234")), clear;
    struct privacy_place other[3] = {at, at, at};
    other[0].hq = 2;
    other[1].field = "person.phon";
    other[2].record_id.b[15] = 9;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(privacy_open(b->k, &b->a, &b->f, &other[i], blob, &clear), RC_INTERNAL);
}

static void the_key_file_is_kept_close(void **state)
{
    struct bench *b = *state;
    struct privacy_place at = place();
    struct str blob = privacy_seal(b->k, &b->a, &at, STR("13800001234")), clear;
    struct stat st;
    assert_int_equal(stat(b->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    struct keys *again = NULL;
    assert_int_equal(keys_open(&again, &b->f, b->path, true), RC_OK);
    assert_int_equal(privacy_open(again, &b->a, &b->f, &at, blob, &clear), RC_OK);
    assert_true(str_is(clear, "13800001234"));
    keys_close(again);

    assert_int_equal(chmod(b->path, 0640), 0);
    assert_int_equal(keys_open(&again, &b->f, b->path, false), RC_INTERNAL);
    assert_true(str_is(b->f.code, "keys_exposed"));
    assert_int_equal(chmod(b->path, 0600), 0);

    assert_int_equal(truncate(b->path, 40), 0);
    assert_int_equal(keys_open(&again, &b->f, b->path, true), RC_INTERNAL);
    assert_true(str_is(b->f.code, "keys_damaged"));

    unlink(b->path);
    assert_int_equal(keys_open(&again, &b->f, b->path, false), RC_INTERNAL);
    assert_true(str_is(b->f.code, "keys_unreadable"));
    assert_int_equal(keys_open(&again, &b->f, b->path, true), RC_OK);
    assert_int_equal(privacy_open(again, &b->a, &b->f, &at, blob, &clear), RC_INTERNAL);
    keys_close(again);
}

/* A second sealing key, as after a change of keys: the new one seals, the old one still opens. */
static void keys_can_be_changed(void **state)
{
    struct bench *b = *state;
    struct privacy_place at = place();
    struct str old = privacy_seal(b->k, &b->a, &at, STR("old")), clear;
    FILE *file = fopen(b->path, "a");
    assert_non_null(file);
    fputs("seal 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", file);
    fclose(file);
    struct keys *both = NULL;
    assert_int_equal(keys_open(&both, &b->f, b->path, false), RC_OK);
    struct str fresh = privacy_seal(both, &b->a, &at, STR("new"));
    assert_int_equal(fresh.p[1], 2);
    assert_int_equal(privacy_open(both, &b->a, &b->f, &at, old, &clear), RC_OK);
    assert_true(str_is(clear, "old"));
    assert_int_equal(privacy_open(b->k, &b->a, &b->f, &at, fresh, &clear), RC_INTERNAL);
    assert_true(str_eq(privacy_index(both, &b->a, 1, "x", STR("1")),
                       privacy_index(b->k, &b->a, 1, "x", STR("1"))));
    keys_close(both);
}

static void the_index_finds_and_tells_nothing(void **state)
{
    struct bench *b = *state;
    struct str one = privacy_index(b->k, &b->a, 1, "person.phone", STR("13800001234"));
    assert_true(one.n == 32);
    assert_true(str_eq(one, privacy_index(b->k, &b->a, 1, "person.phone", STR("13800001234"))));
    assert_false(str_eq(one, privacy_index(b->k, &b->a, 2, "person.phone", STR("13800001234"))));
    assert_false(str_eq(one, privacy_index(b->k, &b->a, 1, "site.contact", STR("13800001234"))));
    assert_false(str_eq(one, privacy_index(b->k, &b->a, 1, "person.phone", STR("13800001235"))));
    assert_null(privacy_index(b->k, &b->a, 1, "person.phone", STR_NONE).p);
}

static void masks_and_normal_forms(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *in, *masked, *normal; /* NULL: no number */
    } phones[] = {
        {"13800001234", "138****1234", "13800001234"},
        {"+86 138-0000-1234", "138****1234", "13800001234"},
        {"8613800001234", "138****1234", "13800001234"},
        {"0086 13800001234", "138****1234", "13800001234"},
        {"１３８００００１２３４", "138****1234", "13800001234"},
        {"0592-7021567", "0592-****567", "05927021567"},
        {"010-65251234", "010-****234", "01065251234"},
        {"(0592)7021567", "059****1567", "05927021567"},
        {"7021567", "****567", "7021567"},
        {"12345", "****", NULL},
        {"123456789012345678901", "****", NULL},
        {"见通讯录", "****", NULL},
        {"0592-7021567转801", "****", NULL},
        {"", "", NULL},
        {" ", "", NULL},
    };
    for (size_t i = 0; i < sizeof phones / sizeof *phones; i++) {
        struct str normal = STR_NONE, in = str_of(phones[i].in);
        struct str masked = privacy_mask_phone(&b->a, in);
        if (!str_is(masked, phones[i].masked))
            fail_msg("%s masked as %.*s", phones[i].in, STR_ARG(masked));
        assert_int_equal(privacy_phone_normal(&b->a, in, &normal), phones[i].normal != NULL);
        if (phones[i].normal)
            assert_true(str_is(normal, phones[i].normal));
    }
    static const char *const names[][2] = {
        {"张三丰", "张**"}, {"张三", "张*"},      {"张", "*"},
        {"", ""},           {"欧阳某某", "欧**"}, {"John Smith", "J**"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(str_is(privacy_mask_name(&b->a, str_of(names[i][0])), names[i][1]));
    assert_null(privacy_mask_phone(&b->a, STR_NONE).p);
    assert_null(privacy_mask_name(&b->a, STR_NONE).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sealed_opens_again, begin, end),
        cmocka_unit_test_setup_teardown(every_altered_byte_is_noticed, begin, end),
        cmocka_unit_test_setup_teardown(a_blob_belongs_to_its_place, begin, end),
        cmocka_unit_test_setup_teardown(the_key_file_is_kept_close, begin, end),
        cmocka_unit_test_setup_teardown(keys_can_be_changed, begin, end),
        cmocka_unit_test_setup_teardown(the_index_finds_and_tells_nothing, begin, end),
        cmocka_unit_test_setup_teardown(masks_and_normal_forms, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
