/* org_suite.c - areas with history, units, people with sealed numbers, duties with hand-over,
 * standards. */
#include "world.h"

static void areas_as_a_tree(void **state)
{
    (void)state;
    expect_count(GET(&world.desk, "/areas?level=town"), "items", 2);
    expect_count(GET(&world.desk, "/areas?level=village&code=990100001"), "items", 2);
    expect_count(GET(&world.desk, "/areas?parent_id=%s", world.town[1]), "items", 1);
    json_t *village = GET(&world.desk, "/areas/%s", world.village[0]);
    expect_text(village, "parent_id", world.town[0]); /* by its code */
    json_t *counts = GET(&world.desk, "/areas/counts");
    expect_int(counts, "towns", 2);
    expect_int(counts, "villages", 3);
    expect_int(GET(&world.desk, "/areas/counts?as_of=2019-01-01"), "towns", 0);
}

static void area_codes_are_checked(void **state)
{
    static const char *const codes[] = {
        "", "99010", "9901000010", "abcdef", "990100001001001999", "９９０１００"};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        api_fault(&world.desk, 422, NULL, "POST",
                  packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", codes[i], "level", "town",
                         "name", "某地"),
                  "/areas");
    api_fault(&world.desk, 422, NULL, "POST",
              packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", "990100009", "level", "village",
                     "name", "某地"),
              "/areas");
    api_fault(&world.desk, 409, NULL, "POST",
              packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", "990100001", "level", "town",
                     "name", "又一"),
              "/areas");
    api_fault(&world.inspector, 403, NULL, "POST",
              packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", "990100008", "level", "town",
                     "name", "某地"),
              "/areas");
}

static void an_area_is_renamed(void **state)
{
    (void)state;
    json_t *before = GET(&world.desk, "/areas/%s", world.village[2]);
    char etag[80];
    snprintf(etag, sizeof etag, "%s", api_last()->etag);
    api_if_match(etag);
    json_t *after = api(&world.desk, 200, "PATCH",
                        packed("{s:s,s:s}", "name", "西一社区", "effective_on", "2024-05-01"),
                        "/areas/%s", world.village[2]);
    assert_int_equal(int_at(after, "version"), int_at(before, "version") + 1);
    expect_count(GET(&world.desk, "/areas/%s/history", world.village[2]), "items", 2);
    json_t *then = GET(&world.desk, "/areas?level=village&code=990100002&as_of=2023-01-01");
    expect_text(then, "items.0.name", "西一村");
    api_if_match(etag);
    api_fault(&world.desk, 412, NULL, "PATCH", packed("{s:s}", "name", "迟到"), "/areas/%s",
              world.village[2]);
    api_fault(&world.desk, 428, "if_match_required", "PATCH", packed("{s:s}", "name", "没有"),
              "/areas/%s", world.village[2]);
}

static json_t *unit_body(const char *id, const char *code, int order_no)
{
    return packed("{s:s,s:s,s:s,s:s,s:i}", "id", id, "code", code, "name", code, "kind",
                  "department", "order_no", order_no);
}

static void units_keep_their_order(void **state)
{
    (void)state;
    POST(&world.desk, 201, unit_body(new_id(), "ORD3", 903), "/units");
    POST(&world.desk, 201, unit_body(new_id(), "ORD1", 901), "/units");
    POST(&world.desk, 201, unit_body(new_id(), "ORD2", 902), "/units");
    json_t *list = GET(&world.desk, "/units?q=ORD");
    expect_count(list, "items", 3);
    expect_text(list, "items.0.code", "ORD1");
    expect_text(list, "items.2.code", "ORD3");
}

static void the_same_id_twice(void **state)
{
    (void)state;
    const char *id = new_id();
    POST(&world.desk, 201, unit_body(id, "SAME", 1), "/units");
    expect_text(POST(&world.desk, 200, unit_body(id, "SAME", 1), "/units"), "id", id);
    api_fault(&world.desk, 409, NULL, "POST", unit_body(id, "OTHER", 1), "/units");
    api_fault(&world.checker, 409, NULL, "POST", unit_body(id, "SAME", 1), "/units");
    expect_count(GET(&world.desk, "/units?q=SAME"), "items", 1);
}

static void pages_meet_everything_once(void **state)
{
    (void)state;
    json_t *all = GET(&world.desk, "/units?limit=200"), *seen = keep(json_object()), *u;
    char cursor[600] = "";
    size_t i, n = 0;
    do {
        json_t *page = GET(&world.desk, "/units?limit=2%s%s", *cursor ? "&cursor=" : "", cursor);
        json_array_foreach(at(page, "items"), i, u)
        {
            assert_null(json_object_get(seen, text_at(u, "id")));
            json_object_set(seen, text_at(u, "id"), u);
            n++;
        }
        json_t *next = at(page, "next");
        snprintf(cursor, sizeof cursor, "%s", json_is_string(next) ? json_string_value(next) : "");
    } while (*cursor);
    assert_int_equal(n, json_array_size(at(all, "items")));
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/units?cursor=AAAA");
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/units?limit=0");
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/units?limit=201");
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/units?colour=red");
}

static void numbers_are_masked(void **state)
{
    (void)state;
    json_t *p = GET(&world.desk, "/people/%s", world.contact.person);
    assert_null(strstr(text_at(p, "phone_masked"), "13800138000"));
    assert_null(at(p, "phone"));
    json_t *clear =
        POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "联系核实"),
             "/people/%s/reveal", world.contact.person);
    expect_text(clear, "phone", "13800138000");
    api_fault(&world.rival, 403, NULL, "POST",
              packed("{s:s,s:s}", "id", new_id(), "reason", "好奇"), "/people/%s/reveal",
              world.contact.person);
    json_t *log = GET(&world.auditor, "/journal?kind=person.reveal");
    expect_text(log, "items.0.detail.reason", "联系核实");
    size_t n;
    char *file = file_read(world.server.log, &n);
    assert_null(strstr(file, "13800138000"));
    free(file);
}

static void a_duty_is_handed_over(void **state)
{
    (void)state;
    const char *first = new_id(), *second = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", first, "kind", "leader", "person_id",
                world.leader.person, "place_kind", "area", "place_id", world.town[0]),
         "/duties");
    json_t *next = POST(&world.desk, 201,
                        packed("{s:s,s:s}", "id", second, "to_person_id", world.commander.person),
                        "/duties/%s/hand-over", first);
    expect_text(next, "follows_id", first);
    expect_text(next, "person.id", world.commander.person);
    json_t *now = GET(&world.desk, "/duties?place_id=%s&in_force=true", world.town[0]);
    expect_count(now, "items", 1);
    expect_text(now, "items.0.id", second);
    expect_count(GET(&world.desk, "/duties?place_id=%s", world.town[0]), "items", 2);
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/duties/%s/end", second);
    expect_count(GET(&world.desk, "/duties?place_id=%s&in_force=true", world.town[0]), "items", 0);
    api_fault(&world.desk, 409, NULL, "POST", packed("{s:s}", "id", new_id()), "/duties/%s/end",
              second);
}

/* ---- standards ---- */

static void the_shipped_example(void **state)
{
    (void)state;
    json_t *list = GET(&world.desk, "/standards");
    expect_text(list, "items.0.versions.0.state", "published");
    expect_true(list, "items.0.versions.0.official", false);
    assert_true(strlen(text_at(list, "items.0.versions.0.notice_zh")) > 0);
    const char *v = text_at(list, "items.0.versions.0.id");
    expect_count(GET(&world.desk, "/standard-versions/%s", v), "categories", 27);
    json_t *all = GET(&world.desk, "/standard-versions/%s/criteria", v);
    expect_count(all, "items", 330);
}

static void a_published_version_is_frozen(void **state)
{
    (void)state;
    json_t *list = GET(&world.desk, "/standards");
    const char *shipped = text_at(list, "items.0.versions.0.id"), *draft = new_id();
    json_t *c = GET(&world.desk, "/standard-versions/%s/criteria?category=SQ", shipped);
    api_fault(&world.desk, 409, NULL, "PATCH", packed("{s:i}", "weight", 9), "/criteria/%s",
              text_at(c, "items.0.id"));
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", draft, "standard_id", text_at(list, "items.0.id"),
                "label", "2027", "copy_of", shipped),
         "/standard-versions");
    json_t *copy = GET(&world.desk, "/standard-versions/%s/criteria?category=SQ", draft);
    const char *id = text_at(copy, "items.2.id");
    assert_string_not_equal(id, text_at(c, "items.2.id"));
    expect_int(api(&world.desk, 200, "PATCH", packed("{s:i}", "weight", 9), "/criteria/%s", id),
               "weight", 9);
    api_fault(&world.desk, 422, NULL, "PATCH",
              packed("{s:s,s:{s:[i,i]}}", "mode", "grade", "mode_params", "steps", 100, 120),
              "/criteria/%s", id);
    api_fault(&world.inspector, 403, NULL, "PATCH", packed("{s:i}", "weight", 1), "/criteria/%s",
              id);
    json_t *published = POST(&world.desk, 200, packed("{s:s}", "id", new_id()),
                             "/standard-versions/%s/publish", draft);
    expect_text(published, "state", "published");
    api_fault(&world.desk, 409, NULL, "PATCH", packed("{s:i}", "weight", 1), "/criteria/%s", id);
    api_fault(&world.desk, 409, NULL, "POST", packed("{s:s}", "id", new_id()),
              "/standard-versions/%s/publish", draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(areas_as_a_tree),     CASE(area_codes_are_checked),
        CASE(an_area_is_renamed),  CASE(units_keep_their_order),
        CASE(the_same_id_twice),   CASE(pages_meet_everything_once),
        CASE(numbers_are_masked),  CASE(a_duty_is_handed_over),
        CASE(the_shipped_example), CASE(a_published_version_is_frozen),
    };
    return SUITE(tests);
}
