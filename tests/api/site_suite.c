/* site_suite.c - the register of sites: creating, If-Match, history, retiring, contacts, plates,
 * who sees which. */
#include "world.h"

static json_t *patch(const struct account *who, int expect, const char *etag, json_t *body,
                     const char *site)
{
    api_if_match(etag);
    return api(who, expect, "PATCH", body, "/sites/%s", site);
}

static void change_needs_the_version_read(void **state)
{
    (void)state;
    char etag[80], old[80];
    json_t *site = GET(&world.desk, "/sites/%s", world.site[0]);
    snprintf(old, sizeof old, "%s", api_last()->etag);
    assert_true(strlen(old) > 0);
    api_fault(&world.desk, 428, "if_match_required", "PATCH", packed("{s:s}", "note", "x"),
              "/sites/%s", world.site[0]);
    json_t *after =
        patch(&world.desk, 200, old, packed("{s:s}", "address", "东溪路1号"), world.site[0]);
    snprintf(etag, sizeof etag, "%s", api_last()->etag);
    assert_string_not_equal(etag, old);
    expect_int(after, "version", int_at(site, "version") + 1);
    patch(&world.desk, 412, old, packed("{s:s}", "address", "东溪路2号"), world.site[0]);
    json_t *history = GET(&world.desk, "/sites/%s/history", world.site[0]);
    expect_count(history, "items", 2);
    expect_text(history, "items.0.content.address", "东溪路1号");
    expect_null(history, "items.1.content.address");
    expect_text(history, "items.0.actor_id", world.desk.person);
}

static void a_change_is_sent_twice(void **state)
{
    (void)state;
    char etag[80];
    const char *key = new_id();
    GET(&world.desk, "/sites/%s", world.site[3]);
    snprintf(etag, sizeof etag, "%s", api_last()->etag);
    api_key(key);
    json_t *once = patch(&world.desk, 200, etag, packed("{s:s}", "note", "一次"), world.site[3]);
    api_key(key);
    json_t *twice = patch(&world.desk, 200, etag, packed("{s:s}", "note", "一次"), world.site[3]);
    expect_int(twice, "version", int_at(once, "version"));
    api_key(key);
    patch(&world.desk, 409, etag, packed("{s:s}", "note", "两次"), world.site[3]);
}

static void faults_are_named(void **state)
{
    (void)state;
    json_t *bad = packed("{s:s,s:s,s:s,s:s,s:s,s:{s:f,s:f},s:s}", "id", new_id(), "code", "S-X",
                         "name", " ", "category_code", "NOPE", "area_id", new_id(), "place", "lon",
                         181.0, "lat", 0.0, "subject_unit_id", new_id());
    json_t *fault = api_fault(&world.desk, 422, "invalid_content", "POST", bad, "/sites");
    expect_field(fault, "/place/lon", "out_of_range");
    bad = packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "code", "S-X", "name", " ",
                 "category_code", "NOPE", "area_id", new_id(), "subject_unit_id", new_id());
    fault = api_fault(&world.desk, 422, "invalid_content", "POST", bad, "/sites");
    expect_field(fault, "/name", NULL);
    expect_field(fault, "/category_code", NULL);
    expect_field(fault, "/area_id", NULL);
    expect_field(fault, "/subject_unit_id", "unit_missing");
    bad = packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "code", "S-0001", "name", "重号",
                 "category_code", "SQ", "area_id", world.village[0]);
    api_fault(&world.desk, 409, "site_code_taken", "POST", bad, "/sites");
    expect_count(GET(&world.desk, "/sites?q=S-X"), "items", 0);
}

static void retired_and_restored(void **state)
{
    (void)state;
    const char *site = make_site("S-RET", "SQ", world.village[0], world.unit);
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "reason", "已拆迁");
    expect_text(POST(&world.desk, 200, body, "/sites/%s/retire", site), "state", "retired");
    api_fault(&world.desk, 409, NULL, "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "再次"),
              "/sites/%s/retire", site);
    expect_count(GET(&world.desk, "/sites?q=S-RET&state=active"), "items", 0);
    expect_count(GET(&world.desk, "/sites?q=S-RET&state=retired"), "items", 1);
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s}", "id", new_id(), "reason", "  "), "/sites/%s/restore",
                           site),
                 "/reason", NULL);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "恢复使用"),
         "/sites/%s/restore", site);
    expect_count(GET(&world.desk, "/sites/%s/history", site), "items", 3);
}

static void contacts_are_sealed(void **state)
{
    (void)state;
    const char *site = make_site("S-CON", "SQ", world.village[0], world.unit);
    char etag[80];
    GET(&world.desk, "/sites/%s", site);
    snprintf(etag, sizeof etag, "%s", api_last()->etag);
    json_t *after =
        patch(&world.desk, 200, etag,
              packed("{s:{s:s,s:s}}", "contact", "name", "欧阳甲", "phone", "13900139001"), site);
    const char *masked = text_at(after, "contact_masked");
    assert_null(strstr(masked, "13900139001"));
    assert_null(strstr(masked, "欧阳甲"));
    json_t *clear =
        POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "电话核实"),
             "/sites/%s/reveal", site);
    expect_text(clear, "phone", "13900139001");
    expect_text(clear, "name", "欧阳甲");
    /* out of reach: not found, as in a GET, so that its being there is not given away */
    api_fault(&world.rival, 404, NULL, "POST",
              packed("{s:s,s:s}", "id", new_id(), "reason", "好奇"), "/sites/%s/reveal", site);
    /* only sealed bytes lie in the database's file */
    if (!engine_is_postgresql()) {
        size_t n;
        char *file = file_read(world.server.db + strlen("sqlite:"), &n);
        assert_non_null(file);
        assert_null(memmem(file, n, "13900139001", 11));
        free(file);
    }
}

static void a_plate_is_a_png(void **state)
{
    (void)state;
    api(&world.desk, 200, "GET", NULL, "/sites/%s/plate.png", world.site[0]);
    const struct reply *r = api_last();
    assert_string_equal(r->type, "image/png");
    assert_memory_equal(r->body, "\x89PNG\r\n\x1a\n", 8);
    assert_true(r->bytes > 300);
    api_fault(&world.desk, 404, NULL, "GET", NULL, "/sites/%s/plate.png", new_id());
}

/* Who sees which of the four sites. */
static void reach(void **state)
{
    const struct {
        const struct account *who;
        const char *sees; /* per site: y, n */
    } table[] = {
        {&world.commander, "yyyy"}, {&world.desk, "yyyy"},    {&world.inspector, "yyyy"},
        {&world.joint, "yyyy"},     {&world.contact, "ynyy"}, {&world.rival, "nynn"},
        {&world.grid, "yynn"},      {&world.leader, "yynn"},  {&world.station, "nnnn"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        json_t *list = GET(table[i].who, "/sites?limit=200&q=S-000");
        size_t count = 0;
        for (int k = 0; k < WORLD_SITES; k++) {
            bool sees = table[i].sees[k] == 'y';
            api(table[i].who, sees ? 200 : 404, "GET", NULL, "/sites/%s", world.site[k]);
            count += sees;
        }
        if (json_array_size(at(list, "items")) != count)
            fail_msg("%s lists %zu sites instead of %zu", table[i].who->login,
                     json_array_size(at(list, "items")), count);
    }
    api_fault(&world.admin, 403, NULL, "GET", NULL, "/sites");
}

static void filters(void **state)
{
    (void)state;
    expect_count(GET(&world.desk, "/sites?category=ZG"), "items", 1);
    expect_count(GET(&world.desk, "/sites?area_code=990100002"), "items", 2);
    expect_count(GET(&world.desk, "/sites?unit_id=%s", world.rival_unit), "items", 1);
    expect_count(GET(&world.desk, "/sites?q=%%25"), "items", 0);
    expect_count(GET(&world.desk, "/sites?q=s-0002"), "items", 1);
    json_t *list = GET(&world.inspector, "/sites/%s/checklist", world.site[0]);
    expect_text(list, "category.code", "SQ");
    expect_true(list, "version.official", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(change_needs_the_version_read),
        CASE(a_change_is_sent_twice),
        CASE(faults_are_named),
        CASE(retired_and_restored),
        CASE(contacts_are_sealed),
        CASE(a_plate_is_a_png),
        CASE(reach),
        CASE(filters),
    };
    return SUITE(tests);
}
