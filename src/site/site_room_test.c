/*
 * site_room_test.c - sites on both engines: what is refused, history without personal data,
 * retiring, sealed contacts, reach, the plate.
 */
#include "auth/auth_ground.h"
#include "base/asset.h"
#include "site_internal.h"

#include "org/org.h"
#include "site/plate.h"
#include "standard/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <png.h>

static struct ground g;
static struct uuid area_id, unit_id;

static struct uuid id_of(const char *name)
{
    return uuid_named(UUID_NONE, str_of(name));
}

static struct op *office(const char *kind, struct uuid subject)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "command %d", ++serial);
    struct op *op = ground_operator(&g);
    op->actor.person_id = id_of("operator");
    const struct command c = {.id = id_of(name),
                              .kind = kind,
                              .content = sha256_of(str_of(name)),
                              .subject_kind = "test",
                              .subject_id = subject};
    assert_int_equal(change_begin(op, &c), RC_OK);
    return op;
}

static int begin(void **state)
{
    (void)state;
    ground_open(&g);
    const struct standard_shipped in = {asset_find("data/standard/categories.csv")->bytes,
                                        asset_find("data/standard/criteria.csv")->bytes,
                                        STR("2026")};
    ground_expect(&g, standard_load_shipped(ground_operator(&g), &in), RC_OK, NULL);
    const struct area_new areas[] = {
        {.id = id_of("990101"), .code = STR("990101"), .name = STR("示范区")},
        {.id = id_of("990101001"), .code = STR("990101001"), .name = STR("东街街道")},
        {.id = id_of("990101002"), .code = STR("990101002"), .name = STR("西街街道")}};
    for (size_t i = 0; i < 3; i++) {
        struct op *op = office("area.create", areas[i].id);
        ground_expect(&g, area_prepare_create(op, &areas[i]), RC_OK, NULL);
        ground_commit(&g);
    }
    area_id = areas[1].id;
    unit_id = id_of("unit");
    const struct unit_new u = {
        .id = unit_id, .code = STR("U01"), .name = STR("市场监管局"), .kind = STR("department")};
    struct op *op = office("unit.create", unit_id);
    ground_expect(&g, unit_prepare_create(op, &u), RC_OK, NULL);
    ground_commit(&g);
    return 0;
}

static int end(void **state)
{
    (void)state;
    standard_forget_checklists();
    ground_close(&g);
    return 0;
}

static struct site_new good(const char *code)
{
    return (struct site_new){.id = id_of(code),
                             .code = str_of(code),
                             .name = STR("东街农贸市场"),
                             .category_code = STR("SQ"),
                             .area_id = area_id,
                             .address = STR("东街１号"),
                             .lon_e7 = SOME(1180874790),
                             .lat_e7 = SOME(244394371),
                             .subject_unit_id = unit_id,
                             .contact = {STR("张小明"), STR("13800001234")},
                             .note = STR("每周三休市")};
}

static struct uuid add(const struct site_new *s)
{
    struct op *op = office("site.create", s->id);
    ground_expect(&g, site_prepare_create(op, s), RC_OK, NULL);
    ground_commit(&g);
    return s->id;
}

static void queries_fit(void **state)
{
    (void)state;
    struct op *op = ground_op(&g);
    ground_expect(&g, db_check_queries(&op->rd, &site_queries), RC_OK, NULL);
}

static void expect_refused(const struct site_new *s, enum rc rc, const char *code)
{
    struct op *op = office("site.create", s->id);
    ground_expect(&g, site_prepare_create(op, s), rc, code);
}

static void refused(void **state)
{
    (void)state;
    struct site_new s = good("A-1");
    s.category_code = STR("ZZ");
    expect_refused(&s, RC_INVALID, "category_unknown");
    s = good("A-1");
    s.area_id = id_of("nowhere");
    expect_refused(&s, RC_INVALID, "area_missing");
    s = good("A-1");
    s.supervising_unit_id = id_of("nobody");
    expect_refused(&s, RC_INVALID, "unit_missing");
    s = good("A-1");
    s.lon_e7 = SOME(1800000001);
    expect_refused(&s, RC_INVALID, "out_of_range");
    s = good("A-1");
    s.lat_e7 = NONE_I64;
    expect_refused(&s, RC_INVALID, "place_half");
    s = good("A 1");
    expect_refused(&s, RC_INVALID, "code_space");
    s = good("A-1");
    s.contact.phone = STR("没有");
    expect_refused(&s, RC_INVALID, "phone");
    s = good("A-1");
    s.external_id = STR("B02500409K");
    add(&s);
    s.id = id_of("other");
    expect_refused(&s, RC_CONFLICT, "site_code_taken");
    s.code = STR("A-2");
    struct op *op = office("site.create", s.id);
    ground_expect(&g, site_prepare_create(op, &s), RC_OK, NULL);
    ground_expect(&g, change_commit(op), RC_CONFLICT, "site_exists");
}

static void life_of_a_site(void **state)
{
    (void)state;
    struct site s;
    struct site_history_list_row *h;
    size_t n;
    struct site_new first = good("A-1");
    struct uuid id = add(&first);
    struct op *op = office("site.change", id);
    struct site_change c = {.id = id,
                            .expected_version = SOME(1),
                            .set = SITE_NAME | SITE_PLACE,
                            .to = {.name = STR("东街市场")}};
    ground_expect(&g, site_prepare_change(op, &c), RC_OK, NULL);
    ground_commit(&g);
    op = office("site.change", id);
    ground_expect(&g, site_prepare_change(op, &c), RC_STALE, "version_mismatch");
    op = office("site.retire", id);
    ground_expect(&g, site_prepare_retire(op, id, STR("")), RC_INVALID, "required");
    op = office("site.retire", id);
    ground_expect(&g, site_prepare_retire(op, id, STR("市场搬迁")), RC_OK, NULL);
    ground_commit(&g);
    op = office("site.retire", id);
    ground_expect(&g, site_prepare_retire(op, id, STR("再次")), RC_CONFLICT, "site_retired");
    op = ground_op(&g);
    assert_int_equal(site_load(op, id, &s), RC_OK);
    assert_true(s.retired && s.retired_ms.has && s.version == 3 && !s.lon_e7.has);
    assert_true(str_is(s.area_name, "东街街道") && str_is(s.subject_unit_name, "市场监管局"));
    op = office("site.restore", id);
    ground_expect(&g, site_prepare_restore(op, id, STR("恢复营业")), RC_OK, NULL);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(q_site_history_list(&op->rd, &(struct site_history_list_in){1, id}, &h, &n),
                     RC_OK);
    assert_int_equal(n, 4);
    static const char *const changes[] = {"restored", "retired", "changed", "created"};
    for (size_t i = 0; i < n; i++) {
        assert_true(str_is(h[i].change, changes[i]) && h[i].version == (int64_t)(n - i));
        assert_true(str_find(h[i].content, STR("13800001234"), 0) < 0);
        assert_true(str_find(h[i].content, STR("张"), 0) < 0);
    }
    assert_true(str_find(h[3].content, STR("\"lon\":118.087479"), 0) > 0);
    assert_true(str_find(h[1].content, STR("市场搬迁"), 0) > 0);
}

static void contacts_are_sealed(void **state)
{
    (void)state;
    struct site s;
    struct site_contact c;
    struct site_new first = good("A-1");
    struct uuid id = add(&first);
    struct op *op = ground_operator(&g);
    assert_int_equal(site_load(op, id, &s), RC_OK);
    assert_true(str_is(s.contact_masked, "张** 138****1234"));
    assert_true(str_find(s.contact_sealed, STR("13800001234"), 0) < 0);
    ground_expect(&g, site_open_contact(op, &s, &c), RC_OK, NULL);
    assert_true(str_is(c.name, "张小明") && str_is(c.phone, "13800001234"));
    op->actor.roles = ROLE_UNIT_CONTACT;
    op->actor.unit_id = unit_id;
    ground_expect(&g, site_open_contact(op, &s, &c), RC_OK, NULL);
    op->actor.unit_id = id_of("others");
    ground_expect(&g, site_open_contact(op, &s, &c), RC_FORBIDDEN, "out_of_reach");
    op = office("site.change", id);
    const struct site_change none = {.id = id, .set = SITE_CONTACT};
    ground_expect(&g, site_prepare_change(op, &none), RC_OK, NULL);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(site_load(op, id, &s), RC_OK);
    assert_null(s.contact_sealed.p);
}

static void reach(void **state)
{
    (void)state;
    struct site s;
    struct site_new a = good("A-1"), b = good("B-1");
    b.area_id = id_of("990101002");
    b.subject_unit_id = UUID_NONE;
    add(&a);
    add(&b);
    static const struct {
        uint32_t role;
        bool with_unit;
        const char *area;
        bool sees_a, sees_b;
    } table[] = {
        {ROLE_INSPECTOR, false, NULL, true, true},
        {ROLE_UNIT_CONTACT, true, NULL, true, false},
        {ROLE_UNIT_CONTACT, false, NULL, false, false},
        {ROLE_GRID_WORKER, false, "990101002", false, true},
        {ROLE_GRID_WORKER, true, "990101002", true, true},
        {ROLE_AUDIT_ADMIN, false, NULL, false, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct op *op = ground_op(&g);
        op->actor = (struct actor){.person_id = id_of("me"),
                                   .roles = table[i].role,
                                   .unit_id = table[i].with_unit ? unit_id : UUID_NONE,
                                   .area_code = str_of(table[i].area)};
        assert_int_equal(site_read(op, a.id, &s), table[i].sees_a ? RC_OK : RC_NOT_FOUND);
        fault_clear(op->rd.fault);
        assert_int_equal(site_read(op, b.id, &s), table[i].sees_b ? RC_OK : RC_NOT_FOUND);
    }
}

static void found_by_words(void **state)
{
    (void)state;
    struct site_get_row *rows;
    size_t n;
    struct site_new a = good("A-1");
    add(&a);
    static const struct {
        const char *pattern;
        size_t n;
    } table[] = {{"%东街1号%", 1}, {"%a-1%", 1}, {"%农贸%", 1}, {"%西街%", 0}, {"%!%%", 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct op *op = ground_op(&g);
        struct site_list_in in = {.hq = 1, .pattern = str_of(table[i].pattern), .max_rows = 9};
        assert_int_equal(q_site_list(&op->rd, &in, &rows, &n), RC_OK);
        assert_int_equal(n, table[i].n);
    }
}

/* The picture is read back: quiet zone white, the finder's corner black, text below. */
static void plates(void **state)
{
    (void)state;
    struct str png, plain;
    struct op *op = ground_op(&g);
    const struct str url = STR("https://wmb.example.org/s/0192f0c5-7b1e-7cc3-8a55-3f2b8f7d9a10");
    ground_expect(&g, plate_make(OP_ARENA(op), op->rd.fault, url, STR("SQ-0017"), &png), RC_OK,
                  NULL);
    ground_expect(&g, plate_make(OP_ARENA(op), op->rd.fault, url, STR("编号17"), &plain), RC_OK,
                  NULL);
    png_image image = {.version = PNG_IMAGE_VERSION}, bare = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, png.p, png.n));
    assert_true(png_image_begin_read_from_memory(&bare, plain.p, plain.n));
    assert_true(image.height > bare.height && bare.height == bare.width);
    image.format = PNG_FORMAT_GRAY;
    uint8_t *px = arena_alloc(OP_ARENA(op), PNG_IMAGE_SIZE(image));
    assert_true(png_image_finish_read(&image, NULL, px, 0, NULL));
    for (uint32_t i = 0; i < image.width * 48; i++)
        assert_int_equal(px[i], 255);
    assert_int_equal(px[48 * image.width + 48], 0);
    size_t dark = 0;
    for (uint32_t i = bare.height * image.width; i < image.height * image.width; i++)
        dark += px[i] == 0;
    assert_true(dark > 500);
    png_image_free(&bare);
    if (getenv("PLATE_OUT")) {
        FILE *f = fopen(getenv("PLATE_OUT"), "wb");
        assert_non_null(f);
        fwrite(png.p, 1, png.n, f);
        fclose(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(queries_fit, begin, end),
        cmocka_unit_test_setup_teardown(refused, begin, end),
        cmocka_unit_test_setup_teardown(life_of_a_site, begin, end),
        cmocka_unit_test_setup_teardown(contacts_are_sealed, begin, end),
        cmocka_unit_test_setup_teardown(reach, begin, end),
        cmocka_unit_test_setup_teardown(found_by_words, begin, end),
        cmocka_unit_test_setup_teardown(plates, begin, end),
    };
    return GROUND_RUN(tests);
}
