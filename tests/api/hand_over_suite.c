/*
 * hand_over_suite.c - duties change hands over HTTP: what is with a person is listed before and moved in one command,
 * nobody leaves while anything is bound to them, and nothing hangs on people who are gone (FACTS.md §1.3, row 8).
 */
#include "world.h"

#include "base/civil.h"

static unsigned pictures = 56000;

static const char *day_text(int64_t ms)
{
    static char turns[4][16];
    static unsigned turn;
    char *out = turns[turn++ % 4];
    struct civil c = civil_from_ms(ms, ZONE_SHANGHAI_MIN);
    snprintf(out, 16, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    return out;
}

static json_t *holdings(const char *person)
{
    return GET(&world.desk, "/people/%s/holdings", person);
}

static size_t held(const char *person, const char *kind)
{
    size_t i, n = 0;
    json_t *item, *list = at(holdings(person), "items");
    json_array_foreach(list, i, item) n += strcmp(text_at(item, "kind"), kind) == 0;
    return n;
}

static json_t *hand_over(int expect, const char *from, const char *to, json_t *more)
{
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "note", "岗位调整");
    if (to)
        json_object_set_new(body, "to_person_id", json_string(to));
    if (more)
        json_object_update(body, more);
    return POST(&world.desk, expect, body, "/people/%s/hand-over", from);
}

static const char *duty(const char *kind, const char *person, const char *place_kind, const char *place)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", id, "kind", kind, "person_id", person, "place_kind", place_kind, "place_id", place,
                "from", time_text(now_ms() - 86400000)),
         "/duties");
    return id;
}

static void round_step(const char *round, const char *what, json_t *more)
{
    json_t *body = packed("{s:s}", "id", new_id());
    if (more)
        json_object_update(body, more);
    POST(&world.desk, 200, body, "/rounds/%s/%s", round, what);
}

/* A running round in which both sites are this person's. */
static void round_for(const char *person, char out[ID_BYTES])
{
    snprintf(out, ID_BYTES, "%s", new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", out, "kind", "monthly", "title", "十一月测评", "basis", "年度计划", "starts_on",
                day_text(now_ms()), "ends_on", day_text(now_ms() + 2 * (int64_t)86400000)),
         "/rounds");
    round_step(out, "select", packed("{s:[s,s]}", "site_ids", world.site[0], world.site[2]));
    round_step(out, "people", packed("{s:[s]}", "person_ids", person));
    round_step(out, "assign", packed("{s:[{s:s,s:[s,s]}]}", "shares", "inspector_id", person, "site_ids", world.site[0], world.site[2]));
    round_step(out, "start", NULL);
}

/* Struck off, with a look-back planned for this person. */
static void lookback_for(const char *person)
{
    const char *id = raise_problem(&world.second, world.site[0], "patrol");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", packed("{s:[s]}", "photos", upload_picture(&world.contact, ++pictures)));
    act(&world.checker, 200, id, "strike_off", NULL);
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:[s]}", "id", new_id(), "problem_id", id, "due_at", time_text(now_ms() + 20 * (int64_t)86400000),
                "people", person),
         "/lookbacks");
}

/* An inspector leaves: rounds, shares, look-backs and duties go to the successor at once. */
static void an_inspector_leaves(void **state)
{
    (void)state;
    static const char *const inspects[] = {"inspector", NULL};
    struct account leaver = {0}, heir = {0};
    char round[ID_BYTES];
    world_person(&leaver, "leaver", world.office_unit, inspects, NULL);
    world_person(&heir, "heir", world.office_unit, inspects, NULL);
    round_for(leaver.person, round);
    lookback_for(leaver.person);
    duty("inspector", leaver.person, "area", world.town[0]);
    expect_int(holdings(leaver.person), "count", 5);
    assert_int_equal(held(leaver.person, "walk"), 2);
    assert_int_equal(held(leaver.person, "lookback"), 1);
    assert_int_equal(held(leaver.person, "round"), 1);
    json_t *gone = packed("{s:b}", "left", 1);
    api_if_match("\"1\"");
    api_fault(&world.desk, 409, "person_has_duties", "PATCH", gone, "/people/%s", leaver.person);
    expect_field(hand_over(422, leaver.person, leaver.person, NULL), "/to_person_id", "person_missing");
    expect_field(hand_over(422, leaver.person, world.contact.person, NULL), "/to_person_id", "role_missing");
    api_fault(&world.contact, 403, "not_allowed", "GET", NULL, "/people/%s/holdings", leaver.person);
    api_fault(&world.admin, 403, "not_allowed", "GET", NULL, "/people/%s/holdings", leaver.person);
    json_t *left = hand_over(200, leaver.person, heir.person, packed("{s:b}", "leaves", 1));
    expect_int(left, "count", 0);
    assert_true(json_is_string(at(left, "left_at")));
    expect_int(holdings(heir.person), "count", 5);
    expect_count(GET(&heir, "/walks"), "items", 2);
    api_fault(&leaver, 401, NULL, "GET", NULL, "/walks");
    json_t *duties = GET(&world.desk, "/duties?person_id=%s&in_force=true", heir.person);
    expect_count(duties, "items", 1);
    expect_count(GET(&world.desk, "/duties?person_id=%s&in_force=true", leaver.person), "items", 0);
    json_t *log = GET(&world.auditor, "/journal?kind=person.hand_over&limit=1");
    expect_text(log, "items.0.subject_id", leaver.person);
}

static const char *level_for(const struct account *who)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "patrol");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    return text_at(POST(&world.contact, 201,
                        packed("{s:s,s:s,s:s}", "id", new_id(), "to_unit_id", world.unit, "to_person_id", who->person),
                        "/problems/%s/levels", id),
                   "id");
}

/* What rests with somebody within a unit goes to a colleague. */
static void a_contact_changes(void **state)
{
    (void)state;
    static const char *const contact[] = {"unit_contact", NULL};
    struct account old = {0}, next = {0};
    world_person(&old, "oldcontact", world.unit, contact, NULL);
    world_person(&next, "newcontact", world.unit, contact, NULL);
    char level[ID_BYTES];
    snprintf(level, sizeof level, "%s", level_for(&old));
    assert_int_equal(held(old.person, "level"), 1);
    api_if_match("\"1\"");
    api_fault(&world.desk, 409, "person_has_work", "PATCH", packed("{s:s}", "unit_id", world.rival_unit), "/people/%s", old.person);
    api_if_match("\"1\"");
    api_fault(&world.admin, 409, "person_has_work", "PATCH", packed("{s:b}", "left", 1), "/people/%s", old.person);
    expect_text(hand_over(409, old.person, world.rival.person, NULL), "code", "level_needs_colleague");
    expect_text(hand_over(409, old.person, NULL, NULL), "code", "level_needs_colleague");
    hand_over(200, old.person, next.person, packed("{s:s}", "to_unit_id", world.rival_unit));
    expect_text(GET(&world.desk, "/people/%s", old.person), "unit.id", world.rival_unit);
    expect_text(GET(&next, "/levels/%s", level), "person.id", next.person);
    api(&next, 200, "POST", packed("{s:s,s:s}", "id", new_id(), "action", "accept"), "/levels/%s/actions", level);
    api_fault(&old, 404, NULL, "GET", NULL, "/levels/%s", level); /* no longer of that unit */
    expect_int(holdings(old.person), "count", 0);
}

/* One duty alone takes along what belongs to its place. */
static void one_duty_moves_its_own(void **state)
{
    (void)state;
    static const char *const inspects[] = {"inspector", NULL};
    struct account from = {0}, to = {0};
    char round[ID_BYTES];
    world_person(&from, "fromone", world.office_unit, inspects, NULL);
    world_person(&to, "toone", world.office_unit, inspects, NULL);
    round_for(from.person, round); /* a site in town 0, one in town 1 */
    const char *id = duty("inspector", from.person, "area", world.town[0]);
    POST(&world.desk, 201, packed("{s:s,s:s}", "id", new_id(), "to_person_id", to.person), "/duties/%s/hand-over", id);
    assert_int_equal(held(from.person, "walk"), 1);
    assert_int_equal(held(to.person, "walk"), 1);
    assert_int_equal(held(to.person, "round"), 1);
    expect_count(GET(&to, "/walks"), "items", 1);
}

/* What nobody takes over is left to nobody in particular, never to who is gone. */
static void nobody_to_follow(void **state)
{
    (void)state;
    static const char *const inspects[] = {"inspector", NULL};
    struct account lone = {0};
    char round[ID_BYTES];
    world_person(&lone, "lone", world.office_unit, inspects, NULL);
    round_for(lone.person, round);
    lookback_for(lone.person);
    duty("inspector", lone.person, "site", world.site[2]);
    hand_over(200, lone.person, NULL, packed("{s:b}", "leaves", 1));
    expect_int(holdings(lone.person), "count", 0);
    json_t *sites = GET(&world.desk, "/rounds/%s/sites", round);
    expect_null(sites, "items.0.inspector");
    expect_text(sites, "items.0.state", "todo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_inspector_leaves), CASE(a_contact_changes), CASE(one_duty_moves_its_own), CASE(nobody_to_follow),
    };
    return SUITE(tests);
}
