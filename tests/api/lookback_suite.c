/*
 * lookback_suite.c - look-backs over HTTP: planned by hand and assigned, holding, rebounding into a new linked case,
 * who may not look back, what is seen by whom, rules, rates.
 */
#include "world.h"

static unsigned pictures = 61000;

static json_t *with_photo(const struct account *who)
{
    return packed("{s:[s]}", "photos", upload_picture(who, ++pictures));
}

static const char *driven_to_strike(const char *id)
{
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
    act(&world.checker, 200, id, "strike_off", NULL);
    return id;
}

static const char *struck_off(void)
{
    return driven_to_strike(raise_problem(&world.inspector, world.site[0], "weekly"));
}

static json_t *plan_body(const char *id, const char *problem, json_t *people)
{
    return packed("{s:s,s:s,s:s,s:o}", "id", id, "problem_id", problem, "due_at", time_text(now_ms() + 86400000),
                  "people", people);
}

static const char *planned(const char *problem, json_t *people)
{
    const char *id = new_id();
    POST(&world.desk, 201, plan_body(id, problem, people), "/lookbacks");
    return id;
}

static void it_holds(void **state)
{
    (void)state;
    const char *problem = struck_off(), *id = planned(problem, packed("[s]", world.inspector.person));
    json_t *l = GET(&world.inspector, "/lookbacks/%s", id);
    expect_text(l, "state", "planned");
    expect_text(l, "origin", "hand");
    expect_text(l, "people.0.id", world.inspector.person);
    assert_true(json_array_size(at(l, "photos")) >= 1); /* what to compare with */
    expect_text(GET(&world.inspector, "/lookbacks?state=planned"), "items.0.id", id);
    expect_count(GET(&world.second, "/lookbacks"), "items", 0);
    api_fault(&world.second, 404, "lookback_not_found", "GET", NULL, "/lookbacks/%s", id);
    api_fault(&world.contact, 403, "not_allowed", "GET", NULL, "/lookbacks");
    json_t *body = keep(packed("{s:s,s:s}", "id", new_id(), "result", "holds"));
    api_fault(&world.desk, 403, "lookback_not_assigned", "POST", packed("{s:s,s:s}", "id", new_id(), "result", "holds"),
              "/lookbacks/%s/judge", id);
    expect_text(POST(&world.inspector, 200, json_incref(body), "/lookbacks/%s/judge", id), "state", "holds");
    expect_text(POST(&world.inspector, 200, json_incref(body), "/lookbacks/%s/judge", id), "state",
                "holds"); /* again: once */
    json_t *p = GET(&world.desk, "/problems/%s", problem);
    expect_text(p, "state", "struck_off");
    size_t last = json_array_size(at(p, "timeline")) - 1;
    char path[40];
    snprintf(path, sizeof path, "timeline.%zu.event", last);
    expect_text(p, path, "hold");
    api_fault(&world.inspector, 409, "state_forbids", "POST", packed("{s:s,s:s}", "id", new_id(), "result", "holds"),
              "/lookbacks/%s/judge", id);
}

static const char *rebound(const char *problem, int chain)
{
    const char *again = new_id(), *id = new_id();
    json_t *body = plan_body(id, problem, packed("[s,s]", world.second.person, world.joint.person));
    json_object_set_new(body, "joint", json_true());
    POST(&world.desk, 201, body, "/lookbacks");
    json_t *f = api_fault(&world.joint, 422, NULL, "POST", packed("{s:s,s:s}", "id", new_id(), "result", "rebounds"),
                          "/lookbacks/%s/judge", id);
    expect_field(f, "/photos", "evidence_required");
    expect_field(f, "/note", "required");
    expect_field(f, "/rebound_id", "required");
    json_t *verdict =
        packed("{s:s,s:s,s:s,s:s,s:[s]}", "id", new_id(), "result", "rebounds", "note", "垃圾又堆起来了",
               "rebound_id", again, "photos", upload_picture(&world.joint, ++pictures));
    json_t *l = POST(&world.joint, 200, verdict, "/lookbacks/%s/judge", id);
    expect_text(l, "state", "rebounds");
    expect_text(l, "rebound_id", again);
    expect_int(l, "chain", chain);
    json_t *p = GET(&world.desk, "/problems/%s", again);
    expect_text(p, "state", "registered");
    expect_text(p, "source", "lookback");
    expect_text(p, "description", "垃圾又堆起来了");
    api_fault(&world.desk, 409, "not_struck_off", "POST", plan_body(new_id(), problem, packed("[]")), "/lookbacks");
    return again;
}

static void it_rebounds_and_again(void **state)
{
    (void)state;
    const char *first = struck_off(), *second = rebound(first, 1);
    rebound(driven_to_strike(second), 2);
}

static void not_by_those_who_had_a_hand_in_it(void **state)
{
    (void)state;
    static const char *const inspector[] = {"inspector", NULL};
    struct account mate = {0};
    world_person(&mate, "lbmate", world.unit, inspector, NULL);
    const char *problem = struck_off();
    const struct {
        const char *person, *code;
    } cases[] = {{world.checker.person, "lookback_self"}, {mate.person, "recheck_own_unit"},
                 {world.rival.person, "person_missing"}, {world.commander.person, "person_missing"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *f = api_fault(&world.desk, 422, NULL, "POST",
                              plan_body(new_id(), problem, packed("[s]", cases[i].person)), "/lookbacks");
        expect_field(f, "/people/0", cases[i].code);
    }
    json_t *body = plan_body(new_id(), problem, packed("[s,s]", world.inspector.person, world.second.person));
    json_object_set_new(body, "joint", json_true());
    expect_field(api_fault(&world.desk, 422, NULL, "POST", body, "/lookbacks"), "/people", "joint_needed");
    /* Assigned, and only then given the unit's hat: refused at the verdict as well is the policy's own test. */
    const char *id = planned(problem, packed("[]"));
    expect_text(GET(&world.desk, "/lookbacks?unassigned=true"), "items.0.id", id);
    POST(&world.desk, 200, packed("{s:s,s:[s]}", "id", new_id(), "people", world.second.person),
         "/lookbacks/%s/assign", id);
    POST(&world.desk, 200, packed("{s:s,s:[s]}", "id", new_id(), "people", world.inspector.person),
         "/lookbacks/%s/assign", id);
    api_fault(&world.second, 404, "lookback_not_found", "GET", NULL, "/lookbacks/%s", id);
    GET(&world.inspector, "/lookbacks/%s", id);
}

static void one_at_a_time(void **state)
{
    (void)state;
    const char *problem = struck_off(), *id = planned(problem, packed("[]"));
    api_fault(&world.desk, 409, "lookback_planned_already", "POST", plan_body(new_id(), problem, packed("[]")),
              "/lookbacks");
    api_fault(&world.inspector, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "x"),
              "/lookbacks/%s/cancel", id);
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "点位已拆除"),
                     "/lookbacks/%s/cancel", id),
                "state", "cancelled");
    planned(problem, packed("[]"));
    const char *open = raise_problem(&world.inspector, world.site[0], "weekly");
    api_fault(&world.desk, 409, "not_struck_off", "POST", plan_body(new_id(), open, packed("[]")), "/lookbacks");
    json_t *past = plan_body(new_id(), struck_off(), packed("[]"));
    json_object_set_new(past, "due_at", json_string(time_text(now_ms() - 1000)));
    expect_field(api_fault(&world.desk, 422, NULL, "POST", past, "/lookbacks"), "/due_at", "in_the_past");
}

static void rates_for_the_desk(void **state)
{
    (void)state;
    json_t *r = GET(&world.commander, "/lookbacks/rates?group_by=unit");
    json_int_t judged = int_at(r, "total.judged");
    assert_true(judged >= 3);
    expect_int(r, "total.rebounds.of", judged);
    expect_int(r, "total.rebounds.part", 2);
    expect_text(r, "items.0.key", world.unit);
    assert_int_equal(int_at(GET(&world.desk, "/lookbacks/rates?group_by=town"), "total.judged"), judged);
    expect_text(GET(&world.desk, "/lookbacks/rates?group_by=category"), "items.0.key", "SQ");
    expect_null(GET(&world.desk, "/lookbacks/rates?to=2020-01-01"), "total.holds.percent"); /* 0/0 */
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/lookbacks/rates");
}

static void rules_are_data(void **state)
{
    (void)state;
    const char *id = new_id();
    json_t *body = keep(packed("{s:s,s:s,s:s,s:i,s:i}", "id", id, "name", "重点问题必回头", "severity", "key",
                               "days_after", 10, "span_days", 5));
    json_t *r = POST(&world.desk, 201, json_incref(body), "/lookback-rules");
    expect_int(r, "share_permille", 1000);
    POST(&world.desk, 200, json_incref(body), "/lookback-rules");
    api_fault(&world.desk, 422, NULL, "POST",
              packed("{s:s,s:s,s:i}", "id", new_id(), "name", "x", "share_permille", 0), "/lookback-rules");
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/lookback-rules");
    api_if_match("\"1\"");
    r = api(&world.desk, 200, "PATCH", packed("{s:n,s:i,s:b}", "severity", "share_permille", 100, "active", 0),
            "/lookback-rules/%s", id);
    expect_null(r, "severity");
    expect_int(r, "share_permille", 100);
    api_if_match("\"1\"");
    api_fault(&world.desk, 412, "version_conflict", "PATCH", packed("{s:b}", "active", 1), "/lookback-rules/%s", id);
    expect_count(GET(&world.desk, "/lookback-rules"), "items", 1);
    expect_count(GET(&world.desk, "/lookback-draws"), "items", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_holds), CASE(it_rebounds_and_again), CASE(not_by_those_who_had_a_hand_in_it),
        CASE(one_at_a_time), CASE(rates_for_the_desk), CASE(rules_are_data),
    };
    return SUITE(tests);
}
