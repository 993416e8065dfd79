/*
 * kind_suite.c - kinds with stages and counted outputs, and problems from above with the report back, over HTTP.
 */
#include "world.h"

static unsigned pictures = 54000;

static json_t *problem(const struct account *who, const char *id)
{
    return GET(who, "/problems/%s", id);
}

static json_t *photo(const struct account *who)
{
    return packed("{s:[s]}", "photos", upload_picture(who, ++pictures));
}

static json_t *assign(const struct account *who, int expect, const char *id, const char *kind)
{
    return api(who, expect, "POST", packed("{s:s,s:s}", "id", new_id(), "kind", kind), "/problems/%s/kind", id);
}

static json_t *walk(const struct account *who, int expect, const char *id, const char *action, const char *stage, json_t *more)
{
    json_t *body = packed("{s:s,s:s,s:s}", "id", new_id(), "action", action, "stage", stage);
    if (more)
        json_object_update(body, more);
    return api(who, expect, "POST", body, "/problems/%s/stages", id);
}

static json_t *figure(const char *code, double amount, int more_than)
{
    return packed("{s:[{s:s,s:f,s:b}]}", "outputs", "code", code, "amount", amount, "more_than", more_than);
}

static const char *illegal(void)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    assign(&world.desk, 200, id, "illegal_structure");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    return id;
}

static void shipped_kinds(void **state)
{
    (void)state;
    json_t *list = GET(&world.contact, "/kinds");
    expect_text(list, "items.0.code", "general");
    expect_count(list, "items.0.stages", 0);
    expect_text(list, "items.1.code", "illegal_structure");
    expect_text(list, "items.1.stages.0.code", "persuade");
    expect_true(list, "items.1.stages.3.stops_clock", true);
    expect_text(list, "items.2.code", "street_vendor");
    expect_true(list, "items.2.enabled", false);
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    expect_field(assign(&world.desk, 422, id, "street_vendor"), "/kind", "kind_off");
    expect_field(assign(&world.desk, 422, id, "no_such"), "/kind", "kind_missing");
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "kind", "general"), "/problems/%s/kind", id);
    /* Reported as what it is, at night by whoever patrols. */
    json_t *body = packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", world.site[0], "description", "顶楼违建", "kind", "illegal_structure");
    expect_text(POST(&world.grid, 201, body, "/problems"), "kind", "illegal_structure");
    body = packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", world.site[0], "description", "x", "kind", "street_vendor");
    expect_field(POST(&world.grid, 422, body, "/problems"), "/kind", "kind_off");
}

static void persuasion_first(void **state)
{
    (void)state;
    const char *id = illegal();
    json_t *p = problem(&world.contact, id);
    expect_text(p, "kind", "illegal_structure");
    expect_count(p, "stages", 6);
    expect_text(walk(&world.contact, 409, id, "begin", "clear", NULL), "code", "stage_before");
    expect_text(act(&world.contact, 409, id, "rectify", photo(&world.contact)), "code", "stages_left");
    p = walk(&world.contact, 200, id, "begin", "persuade", NULL);
    expect_text(p, "stages.0.state", "open");
    assert_true(json_is_string(at(p, "stages.0.due_at")));
    expect_text(act(&world.contact, 409, id, "rectify", photo(&world.contact)), "code", "stage_open");
    expect_text(assign(&world.desk, 409, id, "general"), "code", "kind_settled");
    expect_field(walk(&world.contact, 422, id, "finish", "persuade", figure("cleared", 5, 0)), "/outputs/0/code", "output_elsewhere");
    expect_field(walk(&world.contact, 422, id, "finish", "persuade", figure("persuaded", 2.5, 0)), "/outputs/0/amount", "whole_number");
    p = walk(&world.contact, 200, id, "finish", "persuade", figure("persuaded", 12, 1));
    expect_text(p, "outputs.0.code", "persuaded");
    expect_true(p, "outputs.0.more_than", true);
    /* With law enforcement: the office's, and the clock stands. */
    expect_text(walk(&world.contact, 403, id, "begin", "enforce", NULL), "code", "not_allowed");
    p = walk(&world.desk, 200, id, "begin", "enforce", packed("{s:s}", "note", "拒不自拆，移送综合执法"));
    assert_true(json_is_string(at(p, "stopped_at")));
    p = walk(&world.desk, 200, id, "finish", "enforce", packed("{s:s}", "note", "执法完毕"));
    expect_null(p, "stopped_at");
    expect_text(walk(&world.contact, 409, id, "begin", "notice", NULL), "code", "stage_past");
    walk(&world.contact, 200, id, "begin", "clear", NULL);
    expect_field(walk(&world.contact, 422, id, "finish", "clear", NULL), "/photos", "evidence_required");
    json_t *done = packed("{s:[s],s:[{s:s,s:f},{s:s,s:i},{s:s,s:i}]}", "photos", upload_picture(&world.contact, ++pictures),
                          "outputs", "code", "cleared", "amount", 86.5, "code", "people", "amount", 20, "code", "person_times",
                          "amount", 45);
    walk(&world.contact, 200, id, "finish", "clear", done);
    walk(&world.contact, 200, id, "begin", "verify", NULL);
    p = walk(&world.contact, 200, id, "finish", "verify", photo(&world.contact));
    expect_text(p, "stages.1.state", "waiting"); /* passed over */
    act(&world.contact, 200, id, "rectify", photo(&world.contact));
    expect_text(act(&world.checker, 200, id, "strike_off", NULL), "state", "struck_off");
}

static json_t *sum_of(json_t *list, const char *code)
{
    size_t i;
    json_t *item;
    json_array_foreach(at(list, "items"), i, item) if (strcmp(text_at(item, "code"), code) == 0) return item;
    return NULL;
}

static void figures_add_up_and_are_put_right(void **state)
{
    (void)state;
    const char *id = illegal();
    walk(&world.contact, 200, id, "begin", "persuade", NULL);
    json_t *p = walk(&world.contact, 200, id, "finish", "persuade", figure("persuaded", 30, 0));
    const char *figure_id = text_at(p, "outputs.0.id");
    json_t *before = sum_of(GET(&world.desk, "/outputs?kind=illegal_structure"), "persuaded");
    double was = number_at(before, "amount");
    expect_true(before, "more_than", true); /* the other case said "more than" */
    POST(&world.contact, 204, packed("{s:s,s:i}", "id", new_id(), "amount", 3), "/outputs/%s/correct", figure_id);
    expect_text(api(&world.contact, 409, "POST", packed("{s:s,s:i}", "id", new_id(), "amount", 4), "/outputs/%s/correct", figure_id),
                "code", "output_corrected");
    json_t *after = sum_of(GET(&world.desk, "/outputs?kind=illegal_structure&group_by=unit"), "persuaded");
    assert_true(number_at(after, "amount") == was - 27);
    expect_text(after, "unit.id", world.unit);
    expect_int(after, "cases", 2);
    assert_null(sum_of(GET(&world.rival, "/outputs"), "persuaded"));
    expect_text(GET(&world.desk, "/outputs?group_by=area"), "items.0.area_code", "990100001");
    expect_count(GET(&world.desk, "/outputs?to=2020-01-01T00:00:00Z"), "items", 0);
    api_fault(&world.rival, 404, NULL, "POST", packed("{s:s,s:i}", "id", new_id(), "amount", 4), "/outputs/%s/correct",
              text_at(problem(&world.desk, id), "outputs.0.id"));
}

static json_t *kind_body(const char *stage)
{
    return packed("{s:s,s:s,s:[{s:s,s:s,s:s,s:b}],s:[]}", "name_zh", "占道堆物", "name_en", "Piled goods", "stages", "code", stage,
                  "name_zh", "告知", "name_en", "Notice", "compulsory", 1, "outputs");
}

static void versions(void **state)
{
    (void)state;
    api_fault(&world.contact, 403, "not_allowed", "PUT", kind_body("tell"), "/kinds/piled_goods");
    expect_int(api(&world.desk, 200, "PUT", kind_body("tell"), "/kinds/piled_goods"), "version", 1);
    const char *old = raise_problem(&world.inspector, world.site[0], "weekly");
    assign(&world.desk, 200, old, "piled_goods");
    api_if_match("\"7\"");
    api_fault(&world.desk, 412, "version_conflict", "PUT", kind_body("warn"), "/kinds/piled_goods");
    api_if_match("\"1\"");
    json_t *k = api(&world.desk, 200, "PUT", kind_body("warn"), "/kinds/piled_goods");
    expect_int(k, "version", 2);
    expect_count(k, "versions", 2);
    const char *fresh = raise_problem(&world.inspector, world.site[0], "weekly");
    assign(&world.desk, 200, fresh, "piled_goods");
    expect_text(problem(&world.desk, old), "stages.0.code", "tell"); /* as when it was reported */
    expect_text(problem(&world.desk, fresh), "stages.0.code", "warn");
    json_t *twice = kind_body("x");
    json_array_append(json_object_get(twice, "stages"), json_array_get(json_object_get(twice, "stages"), 0));
    expect_field(api(&world.desk, 422, "PUT", twice, "/kinds/other_kind"), "/stages/1/code", "code_twice");
    expect_field(api(&world.desk, 422, "PUT", kind_body("Bad Code"), "/kinds/other_kind"), "/stages/0/code", "code");
    api_if_match("\"0\"");
    expect_field(api(&world.desk, 422, "PUT", kind_body("x"), "/kinds/general"), "/stages", "general_is_plain");
    /* A shipped kind's own version goes over it. */
    api_if_match("\"0\"");
    json_t *vendor = packed("{s:s,s:s,s:b}", "name_zh", "流动摊点引导", "name_en", "Vendors", "enabled", 1);
    expect_int(api(&world.desk, 200, "PUT", vendor, "/kinds/street_vendor"), "version", 1);
    assign(&world.desk, 200, fresh, "street_vendor");
}

/* ---- from above ---- */

static const char *day(int64_t days)
{
    return time_text(now_ms() + days * 86400000);
}

/* For a query: '+' says a space there. */
static const char *now_in_query(void)
{
    static char text[80];
    const char *p = day(0);
    size_t n = 0;
    for (; *p; p++)
        n += (size_t)snprintf(text + n, sizeof text - n, *p == '+' ? "%%2B" : "%c", *p);
    return text;
}

static json_t *superior(int64_t received, int64_t due)
{
    return packed("{s:s,s:s,s:s,s:s,s:s}", "name", "市文明办", "number", "市文明办〔2026〕18号", "item", "3", "received_at",
                  day(received), "due_at", day(due));
}

static const char *taken_in(int64_t received, int64_t due)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:[s],s:o}", "id", id, "site_id", world.site[0], "description", "背街小巷乱停放", "photos",
                upload_picture(&world.desk, ++pictures), "superior", superior(received, due)),
         "/superior-problems");
    return id;
}

static void taken_in_under_their_number(void **state)
{
    (void)state;
    const char *id = taken_in(-1, 9), *near = taken_in(-9, 1), *late = taken_in(-9, -1);
    json_t *p = problem(&world.desk, id);
    expect_text(p, "source", "superior");
    expect_text(p, "state", "registered");
    expect_text(p, "superior.number", "市文明办〔2026〕18号");
    expect_text(p, "superior.light", "green");
    expect_text(problem(&world.desk, near), "superior.light", "yellow");
    expect_text(problem(&world.desk, late), "superior.light", "red");
    expect_true(problem(&world.desk, late), "superior.late", true);
    expect_count(GET(&world.desk, "/superior-problems?sent=false"), "items", 3);
    json_t *due = GET(&world.desk, "/superior-problems?due_before=%s", now_in_query());
    expect_count(due, "items", 1);
    expect_text(due, "items.0.problem_id", late);
    expect_count(GET(&world.rival, "/superior-problems"), "items", 0);
    dispatch(id, world.unit);
    json_t *mine = GET(&world.contact, "/superior-problems");
    expect_count(mine, "items", 1);
    assert_true(json_is_string(at(mine, "items.0.own_due_at")) && json_is_string(at(mine, "items.0.due_at")));
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{s:s,s:o}", "id", new_id(), "superior", superior(-1, 9)),
              "/problems/%s/superior", id);
    expect_field(POST(&world.desk, 422, packed("{s:s,s:o}", "id", new_id(), "superior", superior(1, 9)), "/problems/%s/superior", id),
                 "/superior/received_at", "in_future");
    /* Written anew: the newest counts, the step shows. */
    p = POST(&world.desk, 200, packed("{s:s,s:o}", "id", new_id(), "superior", superior(-1, 20)), "/problems/%s/superior", id);
    expect_text(p, "timeline.2.event", "superior_changed");
    /* An ordinary case becomes one from above. */
    const char *plain = raise_problem(&world.inspector, world.site[0], "weekly");
    expect_null(problem(&world.desk, plain), "superior");
    p = POST(&world.desk, 200, packed("{s:s,s:o}", "id", new_id(), "superior", superior(-1, 20)), "/problems/%s/superior", plain);
    expect_text(p, "superior.name", "市文明办");
}

static json_t *report_act(const struct account *who, int expect, const char *report, const char *action, json_t *more)
{
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "action", action);
    if (more)
        json_object_update(body, more);
    return api(who, expect, "POST", body, "/reports/%s/actions", report);
}

static void report_back(void **state)
{
    (void)state;
    const char *id = taken_in(-2, 8), *report = new_id();
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify",
        packed("{s:[s],s:s}", "photos", upload_picture(&world.contact, ++pictures), "note", "已施划停车位二十个"));
    act(&world.checker, 200, id, "strike_off", NULL);
    json_t *r = POST(&world.desk, 201, packed("{s:s}", "id", report), "/problems/%s/reports", id);
    expect_text(r, "state", "draft");
    expect_true(r, "final", true);
    expect_text(r, "title", "关于市文明办市文明办〔2026〕18号交办问题整改情况的报告");
    assert_non_null(strstr(text_at(r, "measures"), "城市管理局：已施划停车位二十个"));
    assert_non_null(strstr(text_at(r, "result"), "销号"));
    expect_count(r, "facts.before", 1);
    expect_count(r, "facts.after", 1);
    expect_text(POST(&world.desk, 409, packed("{s:s}", "id", new_id()), "/problems/%s/reports", id), "code", "report_unsent");
    expect_text(report_act(&world.desk, 403, report, "approve", NULL), "code", "not_allowed");
    expect_text(report_act(&world.desk, 409, report, "send", packed("{s:s}", "number", "区文明办〔2026〕5号")), "code", "report_state_forbids");
    expect_text(report_act(&world.commander, 200, report, "approve", NULL), "state", "approved");
    /* Edited: to be approved anew. */
    api_if_match("\"2\"");
    r = api(&world.desk, 200, "PATCH", packed("{s:s}", "result", "已整改到位。"), "/reports/%s", report);
    expect_text(r, "state", "draft");
    expect_null(r, "approved_by");
    expect_text(r, "result", "已整改到位。");
    report_act(&world.commander, 200, report, "approve", NULL);
    expect_field(report_act(&world.desk, 422, report, "send", NULL), "/number", "required");
    r = report_act(&world.desk, 200, report, "send", packed("{s:s}", "number", "区文明办〔2026〕5号"));
    expect_text(r, "state", "sent");
    json_t *p = problem(&world.desk, id);
    expect_text(p, "superior.light", "none");
    expect_text(p, "superior.reports.0.sent_number", "区文明办〔2026〕5号");
    expect_count(problem(&world.contact, id), "superior.reports", 0); /* reports are the desk's */
    api_fault(&world.contact, 404, "report_not_found", "GET", NULL, "/reports/%s", report);
    const char *plain = raise_problem(&world.inspector, world.site[0], "weekly");
    expect_text(POST(&world.desk, 409, packed("{s:s}", "id", new_id()), "/problems/%s/reports", plain), "code", "not_from_above");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(shipped_kinds), CASE(persuasion_first), CASE(figures_add_up_and_are_put_right), CASE(versions),
        CASE(taken_in_under_their_number), CASE(report_back),
    };
    return SUITE(tests);
}
