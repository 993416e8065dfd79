/*
 * round_suite.c - rounds over HTTP: every kind planned, changed, given sites, people and shares, walked, closed and
 * published; draws repeated by the command line; commitments; coverage; who may do and see what.
 */
#include "world.h"

#include "base/civil.h"

static const char *day_text(int64_t ms)
{
    static char turns[8][16];
    static unsigned turn;
    char *out = turns[turn++ % 8];
    struct civil c = civil_from_ms(ms, ZONE_SHANGHAI_MIN);
    snprintf(out, 16, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    return out;
}

static const char *tomorrow(void)
{
    return day_text(now_ms() + 86400000);
}

static json_t *plan_body(const char *kind)
{
    return packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "kind", kind, "title", "督查", "basis", "年度计划", "starts_on",
                  day_text(now_ms()), "ends_on", tomorrow());
}

static const char *plan(const char *kind)
{
    json_t *body = keep(plan_body(kind));
    POST(&world.desk, 201, json_incref(body), "/rounds");
    return text_at(body, "id");
}

static json_t *step(const struct account *who, int expect, const char *round, const char *what, json_t *more)
{
    json_t *body = packed("{s:s}", "id", new_id());
    if (more) {
        json_object_update(body, more);
        json_decref(more);
    }
    return POST(who, expect, body, "/rounds/%s/%s", round, what);
}

/* Named sites, one inspector with a partner, running. */
static const char *running(const char *kind, const char *site)
{
    const char *id = plan(kind);
    step(&world.desk, 200, id, "select", packed("{s:[s]}", "site_ids", site));
    step(&world.desk, 200, id, "people", packed("{s:[s,s]}", "person_ids", world.inspector.person, world.second.person));
    step(&world.desk, 200, id, "start", NULL);
    return id;
}

static json_t *visit_of(const char *round, const char *site)
{
    json_t *body = visit_body(site, "weekly");
    json_object_del(body, "kind");
    json_object_set_new(body, "round_id", json_string(round));
    return body;
}

static void every_kind(void **state)
{
    (void)state;
    static const char *const kinds[] = {"weekly", "monthly", "dragnet", "walk_through", "self_check", "cross_check",
                                        "line", "leader", "joint", "lookback", "mock"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        json_t *r = GET(&world.commander, "/rounds/%s", plan(kinds[i]));
        expect_text(r, "state", "planned");
        expect_text(r, "kind", kinds[i]);
        expect_true(r, "covert", i == 0);
        expect_text(r, "basis", "年度计划");
    }
    json_t *list = GET(&world.desk, "/rounds?kind=mock&limit=1");
    expect_count(list, "items", 1);
    expect_count(GET(&world.inspector, "/rounds"), "items", 0);
    api_fault(&world.inspector, 404, "round_not_found", "GET", NULL, "/rounds/%s", text_at(list, "items.0.id"));
    api_fault(&world.inspector, 403, "not_allowed", "POST", plan_body("weekly"), "/rounds");
    api_fault(&world.contact, 403, "not_allowed", "POST", plan_body("weekly"), "/rounds");
}

static void plans_are_checked_and_changed(void **state)
{
    (void)state;
    json_t *bad = plan_body("monthly");
    json_object_set_new(bad, "ends_on", json_string("2020-01-01"));
    json_object_set_new(bad, "basis", json_string(" "));
    json_t *fault = api_fault(&world.desk, 422, NULL, "POST", bad, "/rounds");
    expect_field(fault, "/basis", "required");
    bad = plan_body("monthly");
    json_object_set_new(bad, "ends_on", json_string("2020-01-01"));
    expect_field(api_fault(&world.desk, 422, NULL, "POST", bad, "/rounds"), "/ends_on", "ends_before_start");
    bad = plan_body("monthly");
    json_object_set_new(bad, "version_ids", packed("[s]", new_id()));
    expect_field(api_fault(&world.desk, 422, NULL, "POST", bad, "/rounds"), "/version_ids/0", "version_missing");
    json_t *body = keep(plan_body("monthly"));
    POST(&world.desk, 201, json_incref(body), "/rounds");
    POST(&world.desk, 200, json_incref(body), "/rounds");
    const char *id = text_at(body, "id");
    api_if_match("\"7\"");
    api_fault(&world.desk, 412, NULL, "PATCH", packed("{s:s}", "title", "改名"), "/rounds/%s", id);
    api_if_match("\"1\"");
    json_t *changed = api(&world.desk, 200, "PATCH", packed("{s:s,s:b}", "title", "改名", "record_only", 1), "/rounds/%s", id);
    expect_text(changed, "title", "改名");
    expect_true(changed, "record_only", true);
    expect_int(changed, "version", 2);
}

static void from_select_to_publish(void **state)
{
    (void)state;
    const char *id = plan("joint");
    api_fault(&world.desk, 409, "state_forbids", "POST", packed("{s:s}", "id", new_id()), "/rounds/%s/start", id);
    json_t *none = packed("{s:s,s:{s:[s]}}", "id", new_id(), "rule", "categories", "XX");
    api_fault(&world.desk, 422, "nothing_selected", "POST", none, "/rounds/%s/select", id);
    json_t *empty = api_fault(&world.desk, 422, NULL, "POST", packed("{s:s}", "id", new_id()), "/rounds/%s/select", id);
    expect_field(empty, "/site_ids", "required");
    json_t *drawn = step(&world.desk, 200, id, "select", packed("{s:{s:i,s:i,s:s}}", "draw", "take", 3, "least", 1, "by", "town"));
    expect_text(drawn, "state", "drawn");
    expect_int(drawn, "draws", 1);
    json_t *many = packed("{s:s,s:{s:i}}", "id", new_id(), "draw", "take", 900);
    expect_field(api_fault(&world.desk, 422, NULL, "POST", many, "/rounds/%s/select", id), "/take", "draw_too_many");
    api_fault(&world.desk, 409, "nobody_assigned", "POST", packed("{s:s}", "id", new_id()), "/rounds/%s/start", id);
    json_t *clerk = packed("{s:s,s:[s]}", "id", new_id(), "person_ids", world.contact.person);
    expect_field(api_fault(&world.desk, 422, NULL, "POST", clerk, "/rounds/%s/people", id), "/person_ids/0", "may_not_inspect");
    step(&world.desk, 200, id, "people", packed("{s:[s,s]}", "person_ids", world.inspector.person, world.joint.person));
    json_t *stranger = packed("{s:s,s:{s:[{s:s}]}}", "id", new_id(), "spread", "pairs", "inspector_id", world.second.person);
    expect_field(api_fault(&world.desk, 422, NULL, "POST", stranger, "/rounds/%s/assign", id),
                 "/spread/pairs/0/inspector_id", "person_not_in_round");
    step(&world.desk, 200, id, "assign",
         packed("{s:{s:[{s:s,s:s}]},s:{s:f,s:f}}", "spread", "pairs", "inspector_id", world.inspector.person, "partner_id",
                world.joint.person, "start", "lon", 118.1, "lat", 24.7));
    step(&world.desk, 200, id, "start", NULL);
    json_t *walk = GET(&world.joint, "/walks");
    expect_count(walk, "items", 3);
    expect_text(walk, "items.0.round.id", id);
    expect_text(walk, "items.0.sites.0.inspector.id", world.inspector.person);
    const char *first = text_at(walk, "items.0.sites.0.site.id"), *second = text_at(walk, "items.1.sites.0.site.id");
    json_t *one = GET(&world.inspector, "/rounds/%s/sites/%s", id, first);
    expect_text(one, "sites.0.site.id", first);
    assert_true(json_array_size(at(one, "criteria")) > 3);
    step(&world.desk, 200, id, "reorder", packed("{s:[s,s]}", "site_ids", second, first));
    expect_text(GET(&world.inspector, "/walks"), "items.0.sites.0.site.id", second);
    POST(&world.inspector, 201, visit_of(id, first), "/inspections");
    step(&world.inspector, 200, id, "skip", packed("{s:s,s:s}", "site_id", second, "reason", "停业整顿"));
    api_fault(&world.inspector, 409, "not_to_do", "POST", packed("{s:s,s:s,s:s}", "id", new_id(), "site_id", second, "reason", "x"),
              "/rounds/%s/skip", id);
    expect_field(api_fault(&world.desk, 422, NULL, "POST", packed("{s:s}", "id", new_id()), "/rounds/%s/close", id), "/reason",
                 "sites_left");
    json_t *closed = step(&world.desk, 200, id, "close", packed("{s:s}", "reason", "改期"));
    expect_int(closed, "sites.done", 1);
    expect_int(closed, "sites.skipped", 2);
    api_fault(&world.inspector, 403, "not_allowed", "POST", packed("{s:s}", "id", new_id()), "/rounds/%s/publish", id);
    expect_text(step(&world.commander, 200, id, "publish", NULL), "state", "published");
    assert_int_equal(program_run(&world.server, "round", "verify", id, NULL), 0);
    assert_non_null(strstr(program_output(), "repeated"));
}

/* Visits take kind and record_only from their round; partners are of it. */
static void visits_follow_their_round(void **state)
{
    (void)state;
    const char *id = running("walk_through", world.site[0]);
    json_t *made = POST(&world.inspector, 201, visit_of(id, world.site[0]), "/inspections");
    expect_text(made, "kind", "walk_through");
    expect_text(made, "round.id", id);
    json_t *wrong = visit_of(id, world.site[0]);
    json_object_set_new(wrong, "kind", json_string("monthly"));
    expect_field(api_fault(&world.inspector, 422, NULL, "POST", wrong, "/inspections"), "/kind", "kind_of_round");
    json_t *elsewhere = visit_of(id, world.site[1]);
    expect_field(api_fault(&world.inspector, 422, NULL, "POST", elsewhere, "/inspections"), "/site_id", "site_not_in_round");
    json_t *partner = visit_of(id, world.site[0]);
    json_object_set_new(partner, "partner_id", json_string(world.joint.person));
    expect_field(api_fault(&world.inspector, 422, NULL, "POST", partner, "/inspections"), "/partner_id", "partner_not_in_round");
    expect_field(api_fault(&world.joint, 422, NULL, "POST", visit_of(id, world.site[0]), "/inspections"), "/round_id",
                 "round_missing");
    json_t *yesterday = visit_of(id, world.site[0]);
    json_object_set_new(yesterday, "visit_at", json_string(time_text(now_ms() - 2 * (int64_t)86400000)));
    json_t *doubt = POST(&world.second, 201, yesterday, "/inspections");
    expect_text(doubt, "state", "quarantined");
    assert_true(has_text(at(doubt, "quarantine"), "round_over"));
    /* Open to the unit, which learns no name. */
    json_t *seen = GET(&world.contact, "/inspections/%s", text_at(made, "id"));
    expect_text(seen, "inspector.name", "督查组");
    expect_null(seen, "inspector.id");
    expect_count(GET(&world.contact, "/inspections?inspector_id=%s", world.inspector.person), "items", 0);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/inspections/%s", text_at(doubt, "id"));
    expect_null(GET(&world.contact, "/rounds/%s", id), "people");
    api_fault(&world.rival, 404, "round_not_found", "GET", NULL, "/rounds/%s", id);
}

/* A town's people are sent to another's sites, and to no others. */
static void cross_checks(void **state)
{
    (void)state;
    const char *id = plan("cross_check");
    step(&world.desk, 200, id, "select", packed("{s:[s,s]}", "site_ids", world.site[0], world.site[1]));
    step(&world.desk, 200, id, "people", packed("{s:[s]}", "person_ids", world.contact.person));
    step(&world.desk, 200, id, "start", NULL);
    expect_count(GET(&world.contact, "/walks?on=any"), "items", 2);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/sites/%s", world.site[1]);
    expect_text(GET(&world.contact, "/rounds/%s/sites/%s", id, world.site[1]), "sites.0.site.code", "S-0002");
    expect_field(api_fault(&world.contact, 422, NULL, "POST", visit_of(id, world.site[0]), "/inspections"), "/site_id", "own_site");
    json_t *made = POST(&world.contact, 201, visit_of(id, world.site[1]), "/inspections");
    expect_text(made, "kind", "cross_check");
    expect_text(made, "state", "complete");
    json_t *alone = visit_body(world.site[1], "cross_check");
    expect_field(api_fault(&world.contact, 422, NULL, "POST", alone, "/inspections"), "/round_id", "required");
}

static void commitments_are_public(void **state)
{
    (void)state;
    static const struct account *const all[] = {&world.contact, &world.leader, &world.auditor, &world.admin, &world.inspector};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        json_t *list = GET(all[i], "/commitments");
        expect_count(list, "items", 1);
        expect_text(list, "items.0.day", day_text(now_ms()));
        assert_int_equal(strlen(text_at(list, "items.0.commitment")), 64);
    }
    assert_int_equal(program_run(&world.server, "round", "commit", NULL), 0);
    assert_non_null(strstr(program_output(), text_at(GET(&world.contact, "/commitments"), "items.0.commitment")));
    assert_int_equal(program_run(&world.server, "round", "list", NULL), 0);
    assert_int_equal(program_run(&world.server, "round", "verify", "/no/such/file", NULL), 1);
    assert_int_equal(program_run(&world.server, "round", "verify", NULL), 2);
    assert_int_equal(program_run(&world.server, "round", "verify", new_id(), NULL), 1);
}

static void coverage(void **state)
{
    (void)state;
    const char *fresh = make_site("S-0099", "ZG", world.village[0], world.unit);
    const char *groups[] = {"category", "town", "unit"};
    for (int g = 0; g < 3; g++) {
        json_t *c = GET(&world.desk, "/coverage?group_by=%s", groups[g]), *one;
        json_int_t sites = 0, never = 0;
        size_t i;
        json_array_foreach(at(c, "items"), i, one)
        {
            sites += int_at(one, "sites");
            never += int_at(one, "never");
        }
        expect_int(c, "total.sites", sites);
        expect_int(c, "total.never", never);
        assert_true(sites == 5 && never >= 1);
    }
    json_t *list = GET(&world.desk, "/coverage/sites?which=never&limit=200"), *one;
    size_t i, seen = 0;
    json_array_foreach(at(list, "items"), i, one) seen += strcmp(text_at(one, "id"), fresh) == 0;
    assert_int_equal(seen, 1);
    json_t *since = GET(&world.desk, "/coverage/sites?not_since=2099-01-01&limit=2");
    expect_count(since, "items", 2);
    expect_count(GET(&world.desk, "/coverage/sites?not_since=2099-01-01&limit=2&cursor=%s", text_at(since, "next")), "items", 2);
    static const struct account *const others[] = {&world.contact, &world.leader, &world.inspector, &world.grid};
    for (size_t k = 0; k < 4; k++)
        api_fault(others[k], 403, "not_allowed", "GET", NULL, "/coverage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_kind),  CASE(plans_are_checked_and_changed), CASE(from_select_to_publish), CASE(visits_follow_their_round),
        CASE(cross_checks), CASE(commitments_are_public),       CASE(coverage),
    };
    return SUITE(tests);
}
