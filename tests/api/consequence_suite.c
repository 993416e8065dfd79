/*
 * consequence_suite.c - the ladder over HTTP: urging by the office, what a leader approves, serials and forms, the
 * unit's reply, publication and referral, what units see, the record by year, rules tried out.
 */
#include "world.h"

#include <time.h>

static const char *with_unit(const char *unit)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, unit);
    return id;
}

static json_t *proposal(const char *id, const char *problem, const char *step)
{
    return packed("{s:s,s:s,s:s,s:s,s:i}", "id", id, "problem_id", problem, "step", step, "why", "逾期未整改",
                  "reply_days", 3);
}

static const char *proposed(const char *problem, const char *step, bool skip)
{
    const char *id = new_id();
    json_t *body = proposal(id, problem, step);
    if (skip)
        json_object_set_new(body, "skip", json_true());
    expect_text(POST(&world.desk, 201, body, "/consequences"), "state",
                strcmp(step, "urge") == 0 ? "issued" : "proposed");
    return id;
}

static json_t *decide(const struct account *who, int expect, const char *id, const char *decision)
{
    return POST(who, expect, packed("{s:s,s:s,s:s}", "id", new_id(), "decision", decision, "note", "同意"),
                "/consequences/%s/decide", id);
}

static void expect_last_event(const char *problem, const char *event)
{
    char path[40];
    json_t *p = GET(&world.desk, "/problems/%s", problem);
    snprintf(path, sizeof path, "timeline.%zu.event", json_array_size(at(p, "timeline")) - 1);
    expect_text(p, path, event);
}

static int this_year(void)
{
    time_t t = (time_t)(now_ms() / 1000 + 8 * 3600);
    struct tm tm;
    gmtime_r(&t, &tm);
    return tm.tm_year + 1900;
}

static void the_office_urges(void **state)
{
    (void)state;
    const char *problem = with_unit(world.unit), *id = proposed(problem, "urge", false);
    expect_last_event(problem, "urge");
    json_t *c = GET(&world.contact, "/consequences/%s", id);
    expect_text(c, "state", "issued");
    assert_null(at(c, "decided_by")); /* who decided is the desk's */
    expect_text(GET(&world.contact, "/consequences?step=urge"), "items.0.id", id);
    expect_count(GET(&world.rival, "/consequences"), "items", 0);
    api_fault(&world.rival, 404, "consequence_not_found", "GET", NULL, "/consequences/%s", id);
    api_fault(&world.rival, 404, "consequence_not_found", "POST", packed("{s:s,s:s}", "id", new_id(), "text", "x"),
              "/consequences/%s/answer", id);
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/consequences");
    c = POST(&world.contact, 200, packed("{s:s,s:s}", "id", new_id(), "text", "已安排整改"), "/consequences/%s/answer", id);
    expect_text(c, "state", "answered");
    expect_true(c, "answer_late", false);
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "已答复"),
                     "/consequences/%s/close", id),
                "state", "closed");
    proposed(problem, "urge", false); /* urging alone may be repeated */
}

static void a_leader_approves_an_order(void **state)
{
    (void)state;
    char expected[64];
    const char *problem = with_unit(world.unit);
    api_fault(&world.desk, 409, "step_by_step", "POST", proposal(new_id(), problem, "supervise"), "/consequences");
    proposed(problem, "urge", false);
    const char *id = proposed(problem, "supervise", false);
    api_fault(&world.contact, 404, "consequence_not_found", "GET", NULL, "/consequences/%s", id);
    api_fault(&world.desk, 409, "consequence_pending", "POST", proposal(new_id(), problem, "supervise"),
              "/consequences");
    api_fault(&world.desk, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "decision", "approve"),
              "/consequences/%s/decide", id);
    expect_field(api_fault(&world.commander, 422, NULL, "POST",
                           packed("{s:s,s:s}", "id", new_id(), "decision", "dismiss"), "/consequences/%s/decide",
                           id),
                 "/note", "required");
    json_t *c = decide(&world.commander, 200, id, "approve");
    snprintf(expected, sizeof expected, "督办〔%d〕1号", this_year());
    expect_text(c, "document_number", expected);
    expect_text(c, "form", "order");
    assert_true(strlen(text_at(c, "issuer")) > 0 && !strstr(text_at(c, "issuer"), "办公室"));
    expect_text(c, "decided_by.id", world.commander.person);
    assert_true(json_is_string(at(c, "reply_due_at")));
    expect_last_event(problem, "supervise");
    GET(&world.contact, "/consequences/%s", id);
    api_fault(&world.commander, 409, "state_forbids", "POST",
              packed("{s:s,s:s}", "id", new_id(), "decision", "approve"), "/consequences/%s/decide", id);
    api_fault(&world.desk, 409, "only_upward", "POST", proposal(new_id(), problem, "urge"), "/consequences");
    api_fault(&world.desk, 409, "only_upward", "POST", proposal(new_id(), problem, "supervise"), "/consequences");
    /* Dismissed: nothing happens, the next one may be proposed. */
    const char *circular = proposed(problem, "circulate", false);
    expect_text(decide(&world.commander, 200, circular, "dismiss"), "state", "dismissed");
    api_fault(&world.contact, 404, "consequence_not_found", "GET", NULL, "/consequences/%s", circular);
    expect_text(decide(&world.commander, 200, proposed(problem, "circulate", false), "approve"), "form", "circular");
}

static void a_letter_to_a_utility(void **state)
{
    (void)state;
    char expected[64];
    const char *unit = new_id(), *problem;
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", unit, "code", "GDJ", "name", "供电局", "kind", "utility"), "/units");
    problem = with_unit(unit);
    json_t *c = decide(&world.commander, 200, proposed(problem, "supervise", true), "approve");
    snprintf(expected, sizeof expected, "督办函〔%d〕1号", this_year());
    expect_text(c, "document_number", expected);
    expect_text(c, "form", "letter");
}

static void publication_names_places(void **state)
{
    (void)state;
    const char *problem = with_unit(world.unit), *id = proposed(problem, "publish", true);
    decide(&world.commander, 200, id, "approve");
    api_fault(&world.contact, 404, "consequence_not_found", "GET", NULL, "/consequences/%s", id); /* not yet */
    json_t *named = packed("{s:s,s:s,s:s}", "id", new_id(), "title", "曝光", "text", "东一社区门前垃圾未清，经办人 contact 君 推诿");
    expect_field(api_fault(&world.commander, 422, NULL, "POST", named, "/consequences/%s/publish", id), "/text",
                 "names_a_person");
    json_t *body = keep(packed("{s:s,s:s,s:s}", "id", new_id(), "title", "东一社区门前垃圾未清", "text", "东一社区门前垃圾多日未清。"));
    api_fault(&world.desk, 403, "not_allowed", "POST", json_incref(body), "/consequences/%s/publish", id);
    json_object_set_new(body, "id", json_string(new_id()));
    json_t *c = POST(&world.commander, 200, json_incref(body), "/consequences/%s/publish", id);
    assert_true(json_is_string(at(c, "published_at")));
    expect_text(GET(&world.contact, "/consequences/%s", id), "publish_title", "东一社区门前垃圾未清");
    expect_last_event(problem, "publish");
}

static void a_referral_keeps_its_reference_alone(void **state)
{
    (void)state;
    const char *problem = with_unit(world.unit), *id = proposed(problem, "refer", true);
    expect_field(api_fault(&world.commander, 422, NULL, "POST",
                           packed("{s:s,s:s}", "id", new_id(), "decision", "approve"), "/consequences/%s/decide",
                           id),
                 "/reference", "required");
    json_t *c = POST(&world.commander, 200,
                     packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "decision", "approve", "reference",
                            "移〔2026〕7号", "note", "涉嫌失职"),
                     "/consequences/%s/decide", id);
    expect_text(c, "reference", "移〔2026〕7号");
    expect_last_event(problem, "refer");
    json_t *p = GET(&world.contact, "/problems/%s", problem);
    char *seen = json_dumps(p, 0);
    assert_null(strstr(seen, "涉嫌失职"));
    assert_null(strstr(seen, "7号"));
    free(seen);
    api_fault(&world.contact, 404, "consequence_not_found", "GET", NULL, "/consequences/%s", id);
    expect_count(GET(&world.contact, "/consequences?step=refer"), "items", 0);
}

static void the_record_of_units(void **state)
{
    (void)state;
    json_t *all = GET(&world.desk, "/consequences/record?unit_id=%s", world.unit),
           *own = GET(&world.contact, "/consequences/record");
    expect_text(own, "items.0.unit.id", world.unit);
    expect_count(own, "items", 1);
    assert_int_equal(int_at(own, "items.0.urge"), int_at(all, "items.0.urge"));
    expect_int(own, "items.0.supervise", 1);
    expect_int(own, "items.0.circulate", 1);
    expect_int(own, "items.0.publish", 1);
    expect_int(all, "items.0.refer", 1);
    assert_null(at(own, "items.0.refer"));
    expect_count(GET(&world.rival, "/consequences/record?unit_id=%s", world.unit), "items", 0);
    expect_count(GET(&world.desk, "/consequences/record?year=2020"), "items", 0);
}

static void of_a_unit_as_a_whole(void **state)
{
    (void)state;
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", id, "unit_id", world.rival_unit, "step", "urge", "why", "本月超时较多"),
         "/consequences");
    expect_null(GET(&world.rival, "/consequences/%s", id), "problem");
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s,s:s}", "id", new_id(), "step", "urge", "why", "x"), "/consequences"),
                 "/unit_id", "required");
    const char *closed = raise_problem(&world.inspector, world.site[0], "weekly");
    api_fault(&world.desk, 409, "not_with_a_unit", "POST", proposal(new_id(), closed, "urge"), "/consequences");
}

static void a_starting_set_is_offered(void **state)
{
    (void)state;
    json_t *rules = POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/consequence-rules/shipped"), *r;
    size_t i, n = json_array_size(at(rules, "items"));
    assert_true(n >= 5);
    json_array_foreach(at(rules, "items"), i, r) if (int_at(r, "order_no") > 0)
        expect_true(r, "active", false); /* to be tried out first */
    api_if_match("\"1\"");
    api(&world.desk, 200, "PATCH", packed("{s:s}", "name", "改过的规则"), "/consequence-rules/%s",
        text_at(rules, "items.1.id"));
    rules = POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/consequence-rules/shipped");
    expect_count(rules, "items", n);
    expect_text(rules, "items.1.name", "改过的规则"); /* what is there stays as it is */
    api_fault(&world.commander, 403, "not_allowed", "POST", packed("{s:s}", "id", new_id()),
              "/consequence-rules/shipped");
}

static void rules_are_tried_out_first(void **state)
{
    (void)state;
    const char *problem = with_unit(world.rival_unit), *rule = new_id();
    act(&world.rival, 200, problem, "send_back", packed("{s:s}", "note", "不属我单位"));
    dispatch(problem, world.unit);
    json_t *body = packed("{s:s,s:s,s:s,s:i}", "since", time_text(now_ms() - 86400000), "cause", "sent_back",
                          "step", "urge", "count_min", 1);
    json_t *trial = POST(&world.desk, 200, body, "/consequence-rules/try");
    expect_count(trial, "items", 1);
    expect_text(trial, "items.0.problem_id", problem);
    expect_int(trial, "items.0.level", 0);
    assert_true(int_at(trial, "scanned") > 3);
    expect_count(GET(&world.desk, "/consequences?problem_id=%s", problem), "items", 0); /* proposes nothing */
    body = packed("{s:s,s:s,s:s,s:i}", "since", time_text(now_ms() - 86400000), "cause", "unit_overdue", "step",
                  "circulate", "count_min", 1);
    expect_count(POST(&world.desk, 200, body, "/consequence-rules/try"), "items", 0);
    api_fault(&world.desk, 422, NULL, "POST", packed("{s:s}", "since", "2020-01-01T00:00:00Z"),
              "/consequence-rules/try");
    api_fault(&world.commander, 403, "not_allowed", "GET", NULL, "/consequence-rules");
    json_t *r = POST(&world.desk, 201,
                     packed("{s:s,s:s,s:s,s:s,s:i,s:[s]}", "id", rule, "name", "退回两次催办", "cause", "sent_back",
                            "step", "urge", "count_min", 2, "recipients", "leaders"),
                     "/consequence-rules");
    expect_text(r, "recipients.0", "leaders");
    api_if_match("\"1\"");
    r = api(&world.desk, 200, "PATCH", packed("{s:i,s:s}", "count_min", 3, "step", "supervise"),
            "/consequence-rules/%s", rule);
    expect_int(r, "count_min", 3);
    expect_text(r, "step", "supervise");
    expect_text(r, "name", "退回两次催办");
    api_if_match("\"1\"");
    api_fault(&world.desk, 412, "version_conflict", "PATCH", packed("{s:i}", "count_min", 4),
              "/consequence-rules/%s", rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_office_urges),         CASE(a_leader_approves_an_order), CASE(a_letter_to_a_utility),
        CASE(publication_names_places), CASE(a_referral_keeps_its_reference_alone), CASE(the_record_of_units),
        CASE(of_a_unit_as_a_whole),     CASE(rules_are_tried_out_first), CASE(a_starting_set_is_offered),
    };
    return SUITE(tests);
}
