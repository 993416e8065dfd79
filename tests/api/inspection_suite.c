/*
 * inspection_suite.c - inspections: in one shot and in parts, every fault named, idempotence,
 * correction, withdrawal, quarantine, self-checks, who may read which.
 */
#include "world.h"

static json_t *observations(json_t *body)
{
    return json_object_get(body, "observations");
}

static void in_one_shot(void **state)
{
    (void)state;
    json_t *body = keep(visit_body(world.site[0], "weekly"));
    json_t *made = POST(&world.inspector, 201, json_incref(body), "/inspections");
    expect_text(made, "state", "complete");
    double possible = number_at(made, "score.possible");
    assert_true(possible > 0);
    assert_true(number_at(made, "score.earned") == possible);
    assert_true(number_at(made, "score.percent") == 100.0);
    json_t *full = GET(&world.inspector, "/inspections/%s", text_at(made, "id"));
    expect_count(full, "observations", json_array_size(observations(body)));
    expect_text(full, "site.id", world.site[0]);
}

static void same_id(void **state)
{
    (void)state;
    json_t *body = keep(visit_body(world.site[0], "weekly"));
    const char *id = text_at(body, "id");
    POST(&world.inspector, 201, json_incref(body), "/inspections");
    json_t *again = POST(&world.inspector, 200, json_incref(body), "/inspections");
    expect_text(again, "id", id);
    json_t *other = keep(json_deep_copy(body));
    json_object_set_new(other, "note", json_string("另一内容"));
    api_fault(&world.inspector, 409, "command_id_reused", "POST", json_incref(other),
              "/inspections");
    api_fault(&world.second, 409, NULL, "POST", json_incref(body), "/inspections");
    json_t *list = GET(&world.inspector, "/inspections?site_id=%s&limit=200", world.site[0]);
    size_t i, n = 0;
    json_t *one;
    json_array_foreach(at(list, "items"), i, one) n += strcmp(text_at(one, "id"), id) == 0;
    assert_int_equal(n, 1);
}

static void by_parts(void **state)
{
    (void)state;
    json_t *whole = keep(visit_body(world.site[1], "monthly")), *obs = observations(whole);
    const char *id = text_at(whole, "id"), *p1 = new_id(), *p2 = new_id();
    size_t n = json_array_size(obs), i;
    json_t *half[2] = {keep(json_array()), keep(json_array())}, *o;
    json_array_foreach(obs, i, o) json_array_append(half[i >= n / 2], o);
    json_t *first = keep(json_deep_copy(whole));
    json_object_del(first, "observations");
    json_object_del(first, "complete");
    expect_text(POST(&world.inspector, 201, json_incref(first), "/inspections"), "state", "staged");
    api(&world.inspector, 200, "PUT", packed("{s:O}", "observations", half[0]),
        "/inspections/%s/parts/%s", id, p1);
    api(&world.inspector, 200, "PUT", packed("{s:O}", "observations", half[0]),
        "/inspections/%s/parts/%s", id, p1);
    /* staged privately */
    api_fault(&world.second, 404, NULL, "GET", NULL, "/inspections/%s", id);
    api_fault(&world.commander, 404, NULL, "GET", NULL, "/inspections/%s", id);
    json_t *fault = api_fault(&world.inspector, 422, NULL, "POST", packed("{s:s}", "id", new_id()),
                              "/inspections/%s/complete", id);
    expect_field(fault, "/observations", "criterion_left_out");
    assert_int_equal(json_array_size(at(fault, "errors")), n - n / 2);
    api(&world.inspector, 200, "PUT", packed("{s:O}", "observations", half[1]),
        "/inspections/%s/parts/%s", id, p2);
    const char *done = new_id();
    json_t *full =
        POST(&world.inspector, 200, packed("{s:s}", "id", done), "/inspections/%s/complete", id);
    expect_text(full, "state", "complete");
    expect_count(full, "observations", n);
    expect_text(
        POST(&world.inspector, 200, packed("{s:s}", "id", done), "/inspections/%s/complete", id),
        "state", "complete");
    api_fault(&world.inspector, 409, "state_forbids", "POST", packed("{s:s}", "id", new_id()),
              "/inspections/%s/complete", id);
    api_fault(&world.inspector, 409, NULL, "PUT", packed("{s:O}", "observations", half[1]),
              "/inspections/%s/parts/%s", id, new_id());
    GET(&world.commander, "/inspections/%s", id);
}

static void every_fault_is_named(void **state)
{
    (void)state;
    json_t *body = keep(visit_body(world.site[0], "weekly")), *obs = observations(body);
    json_t *foreign = json_array_get(criteria_of(world.site[1]), 0);
    const char *id = text_at(body, "id");
    char missing[SHA_BYTES];
    sha_text("nothing of the kind", 19, missing);
    json_object_set_new(json_array_get(obs, 0), "criterion_id",
                        json_string(text_at(foreign, "id")));
    json_object_set(json_array_get(obs, 2), "criterion_id",
                    json_object_get(json_array_get(obs, 1), "criterion_id"));
    json_t *fault =
        api_fault(&world.inspector, 422, NULL, "POST", json_incref(body), "/inspections");
    expect_field(fault, "/observations/0/criterion_id", "criterion_foreign");
    expect_field(fault, "/observations/2/criterion_id", "criterion_twice");
    expect_field(fault, "/observations", "criterion_left_out");
    api_fault(&world.inspector, 404, NULL, "GET", NULL, "/inspections/%s", id);

    body = keep(visit_body(world.site[0], "weekly"));
    obs = observations(body);
    json_object_set_new(json_array_get(obs, 0), "photos", packed("[s]", missing));
    json_object_set_new(json_array_get(obs, 3), "photos", packed("[s]", missing));
    fault = api_fault(&world.inspector, 422, NULL, "POST", json_incref(body), "/inspections");
    expect_field(fault, "/observations/0/photos/0", "photo_missing");
    expect_field(fault, "/observations/3/photos/0", "photo_missing");

    body = keep(visit_body(world.site[0], "weekly"));
    obs = observations(body);
    json_object_set_new(json_array_get(obs, 0), "result", json_string("splendid"));
    json_object_set_new(json_array_get(obs, 1), "colour", json_string("red"));
    json_object_del(json_array_get(obs, 2), "criterion_id");
    json_object_set_new(body, "visit_at", json_string("yesterday"));
    fault = api_fault(&world.inspector, 422, NULL, "POST", json_incref(body), "/inspections");
    expect_field(fault, "/observations/0/result", NULL);
    expect_field(fault, "/observations/1/colour", NULL);
    expect_field(fault, "/observations/2/criterion_id", "required");
    expect_field(fault, "/visit_at", NULL);
}

static void not_met_lowers_the_score(void **state)
{
    (void)state;
    json_t *body = keep(visit_body(world.site[0], "weekly"));
    json_t *o = fail_one(body, world.site[0], 0), *c, *list = criteria_of(world.site[0]);
    json_int_t weight = 0;
    size_t i;
    json_array_foreach(list, i, c) if (strcmp(text_at(c, "id"), text_at(o, "criterion_id")) == 0)
        weight = int_at(c, "weight");
    json_t *made = POST(&world.inspector, 201, json_incref(body), "/inspections");
    double lost = number_at(made, "score.possible") - number_at(made, "score.earned");
    bool whole = strcmp(text_at(o, "result"), "not_met") == 0; /* a number of cases costs a part */
    assert_true(lost > (whole ? (double)weight - 0.0001 : 0) && lost < (double)weight + 0.0001);
}

static void corrected(void **state)
{
    (void)state;
    json_t *wrong = keep(visit_body(world.site[0], "weekly"));
    fail_one(wrong, world.site[0], 1);
    POST(&world.inspector, 201, json_incref(wrong), "/inspections");
    json_t *right = keep(visit_body(world.site[0], "weekly"));
    json_object_set(right, "corrects_id", json_object_get(wrong, "id"));
    expect_text(POST(&world.inspector, 201, json_incref(right), "/inspections"), "corrects_id",
                text_at(wrong, "id"));
    json_t *old = GET(&world.inspector, "/inspections/%s", text_at(wrong, "id"));
    expect_text(old, "state", "corrected");
    expect_text(old, "superseded_by", text_at(right, "id"));
    json_t *again = keep(visit_body(world.site[0], "weekly"));
    json_object_set(again, "corrects_id", json_object_get(wrong, "id"));
    expect_field(api_fault(&world.inspector, 422, NULL, "POST", json_incref(again), "/inspections"),
                 "/corrects_id", "cannot_correct");
    json_t *elsewhere = keep(visit_body(world.site[1], "weekly"));
    json_object_set(elsewhere, "corrects_id", json_object_get(right, "id"));
    api_fault(&world.inspector, 422, NULL, "POST", json_incref(elsewhere), "/inspections");
}

static void withdrawn(void **state)
{
    (void)state;
    json_t *made = POST(&world.inspector, 201, visit_body(world.site[0], "weekly"), "/inspections");
    const char *id = text_at(made, "id");
    api_fault(&world.second, 404, NULL, "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "x"),
              "/inspections/%s/withdraw", id);
    api_fault(&world.inspector, 422, NULL, "POST", packed("{s:s}", "id", new_id()),
              "/inspections/%s/withdraw", id);
    json_t *after =
        POST(&world.inspector, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "走错点位"),
             "/inspections/%s/withdraw", id);
    expect_text(after, "state", "withdrawn");
    assert_true(json_array_size(at(after, "observations")) > 0); /* what was recorded stays */
    api_fault(&world.inspector, 409, "state_forbids", "POST",
              packed("{s:s,s:s}", "id", new_id(), "reason", "x"), "/inspections/%s/withdraw", id);
}

static const char *quarantined(json_t *body, const char *reason)
{
    json_t *made = POST(&world.inspector, 201, body, "/inspections");
    expect_text(made, "state", "quarantined");
    assert_true(has_text(at(made, "quarantine"), reason));
    assert_false(json_is_object(at(made, "score")));
    return text_at(made, "id");
}

static void quarantine(void **state)
{
    (void)state;
    const char *ahead =
        quarantined(visit_body_at(world.site[0], "weekly", now_ms() + 3600000), "clock_ahead");
    const char *behind = quarantined(
        visit_body_at(world.site[0], "weekly", now_ms() - 40LL * 86400000), "clock_behind");
    json_t *verdict =
        packed("{s:s,s:s,s:s}", "id", new_id(), "decision", "accept", "reason", "手机时钟有误");
    api_fault(&world.inspector, 403, NULL, "POST", json_incref(verdict), "/inspections/%s/judge",
              ahead);
    json_t *done = POST(&world.desk, 200, verdict, "/inspections/%s/judge", ahead);
    expect_text(done, "state", "complete");
    assert_true(json_array_size(at(done, "observations")) > 0);
    done = POST(&world.desk, 200,
                packed("{s:s,s:s,s:s}", "id", new_id(), "decision", "reject", "reason", "无法采信"),
                "/inspections/%s/judge", behind);
    expect_text(done, "state", "rejected");
    api_fault(&world.desk, 409, "state_forbids", "POST",
              packed("{s:s,s:s,s:s}", "id", new_id(), "decision", "accept", "reason", "又想采信"),
              "/inspections/%s/judge", behind);
}

static void retired_site_waits_for_a_person(void **state)
{
    (void)state;
    const char *site = make_site("S-OLD", "SQ", world.village[0], world.unit);
    criteria_of(site);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "拆除"),
         "/sites/%s/retire", site);
    quarantined(visit_body_at(site, "weekly", now_ms() + 1000), "site_retired");
}

static void a_unit_checks_itself(void **state)
{
    (void)state;
    json_t *own =
        POST(&world.contact, 201, visit_body(world.site[0], "self_check"), "/inspections");
    expect_text(own, "state", "complete");
    api_fault(&world.contact, 403, NULL, "POST", visit_body(world.site[1], "self_check"),
              "/inspections");
    api_fault(&world.grid, 403, NULL, "POST", visit_body(world.site[0], "patrol"), "/inspections");
    api_fault(&world.desk, 403, NULL, "POST", visit_body(world.site[0], "weekly"), "/inspections");
}

static void who_reads_which(void **state)
{
    (void)state;
    json_t *body = keep(visit_body(world.site[0], "patrol"));
    json_object_set_new(body, "partner_id", json_string(world.second.person));
    const char *id = text_at(POST(&world.inspector, 201, json_incref(body), "/inspections"), "id");
    GET(&world.inspector, "/inspections/%s", id);
    GET(&world.second, "/inspections/%s", id); /* the partner */
    GET(&world.desk, "/inspections/%s", id);
    GET(&world.commander, "/inspections/%s", id);
    api_fault(&world.joint, 404, NULL, "GET", NULL, "/inspections/%s", id);
    api_fault(&world.rival, 404, NULL, "GET", NULL, "/inspections/%s", id);
    json_object_set_new(body, "id", json_string(new_id()));
    json_object_set_new(body, "partner_id", json_string(world.inspector.person));
    expect_field(api_fault(&world.inspector, 422, NULL, "POST", json_incref(body), "/inspections"),
                 "/partner_id", "partner_missing");
}

static void record_only_hides_the_total(void **state)
{
    (void)state;
    json_t *body = visit_body(world.site[0], "weekly");
    json_object_set_new(body, "record_only", json_true());
    json_t *made = POST(&world.inspector, 201, body, "/inspections");
    expect_null(made, "score");
    assert_true(
        number_at(GET(&world.desk, "/inspections/%s", text_at(made, "id")), "score.possible") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(in_one_shot),
        CASE(same_id),
        CASE(by_parts),
        CASE(every_fault_is_named),
        CASE(not_met_lowers_the_score),
        CASE(corrected),
        CASE(withdrawn),
        CASE(quarantine),
        CASE(retired_site_waits_for_a_person),
        CASE(a_unit_checks_itself),
        CASE(who_reads_which),
        CASE(record_only_hides_the_total),
    };
    return SUITE(tests);
}
