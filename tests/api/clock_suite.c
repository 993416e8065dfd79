/*
 * clock_suite.c - clocks, requests and limits over HTTP: returns and disputes, extension, postponement by two, the stop at
 * law enforcement, the machine as data, the headquarters' own calendar, stage limits, and rules of limits tried out.
 */
#include "world.h"

#include <time.h>
#include <unistd.h>

static unsigned pictures = 7000;

static json_t *problem(const char *id)
{
    return GET(&world.desk, "/problems/%s", id);
}

static json_t *note(const char *words)
{
    return packed("{s:s}", "note", words);
}

static json_t *to_unit(const char *unit)
{
    return packed("{s:s,s:s}", "unit_id", unit, "note", "依职责");
}

static const char *accepted(void)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    return id;
}

static int64_t ms_of(json_t *j, const char *path)
{
    struct tm tm = {0};
    const char *text = text_at(j, path);
    int zone = atoi(strlen(text) > 19 && strpbrk(text + 19, "+-") ? strpbrk(text + 19, "+-") : "0");
    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
    return ((int64_t)timegm(&tm) - zone * 3600) * 1000;
}

/* ---- the case ---- */

static void returned_disputed_settled(void **state)
{
    (void)state;
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    expect_text(problem(id), "stage", "accept");
    api_fault(&world.contact, 409, "never_sent_back", "POST",
              packed("{s:s,s:s,s:s}", "id", new_id(), "action", "dispute", "note", "不属本单位"), "/problems/%s/actions", id);
    act(&world.contact, 200, id, "send_back", note("不属本单位"));
    json_t *p = problem(id);
    expect_text(p, "stage", "dispatch");
    expect_int(p, "sent_back_count", 1);
    expect_null(p, "due_at");
    dispatch(id, world.unit);
    assert_false(has_text(at(GET(&world.contact, "/problems/%s", id), "allowed_actions"), "send_back"));
    act(&world.contact, 409, id, "send_back", note("还是不属本单位"));
    p = act(&world.contact, 200, id, "dispute", note("请裁定"));
    expect_text(p, "state", "disputed");
    expect_text(p, "unit.id", world.unit);
    act(&world.desk, 403, id, "settle", to_unit(world.rival_unit));
    expect_field(act(&world.commander, 422, id, "settle", packed("{s:s}", "unit_id", world.rival_unit)), "/note", "required");
    p = act(&world.commander, 200, id, "settle", to_unit(world.rival_unit));
    expect_text(p, "state", "dispatched");
    expect_true(p, "settled", true);
    act(&world.rival, 409, id, "send_back", note("不服"));
    act(&world.rival, 409, id, "dispute", note("不服"));
    p = act(&world.rival, 200, id, "accept", NULL);
    /* Each row of the timeline says which stage it ended, and whether late. */
    expect_text(p, "timeline.1.stage", "dispatch");
    expect_true(p, "timeline.1.late", false);
    expect_text(p, "timeline.2.event", "send_back");
    expect_text(p, "timeline.2.stage", "accept");
    expect_null(p, "timeline.0.stage");
}

static const char *asked(const struct account *who, int expect, const char *id, json_t *more)
{
    const char *request = new_id();
    json_t *body = packed("{s:s,s:s}", "id", request, "note", "材料未到");
    json_object_update(body, more);
    POST(who, expect, body, "/problems/%s/requests", id);
    return request;
}

static json_t *kind(const char *name)
{
    return packed("{s:s}", "kind", name);
}

static json_t *decide(const struct account *who, int expect, const char *id, const char *request, const char *what)
{
    return POST(who, expect, packed("{s:s,s:s,s:s}", "id", new_id(), "decision", what, "note", "审批意见"),
                "/problems/%s/requests/%s/decision", id, request);
}

/* `who` has been told of the case `id` `n` times that such a decision waits; waits for it. */
static void told(const struct account *who, const char *id, size_t n, const char *words)
{
    size_t i, seen = 0;
    int64_t until = now_ms() + 20000;
    do {
        json_t *one, *list = GET(who, "/notices?limit=100");
        seen = 0;
        json_array_foreach(at(list, "items"), i, one)
            seen += strcmp(text_at(one, "rule"), "request_asked") == 0 && strcmp(text_at(one, "subject_id"), id) == 0 &&
                    strstr(text_at(one, "text"), words) != NULL;
        if (seen < n)
            usleep(50 * 1000);
    } while (seen < n && now_ms() < until);
    assert_int_equal(seen, n);
}

static void extended_twice(void **state)
{
    (void)state;
    const char *id = accepted();
    json_t *p = GET(&world.contact, "/problems/%s", id);
    assert_true(has_text(at(p, "allowed_requests"), "extension") && has_text(at(p, "allowed_requests"), "postponement"));
    act(&world.desk, 409, id, "extend", NULL);
    asked(&world.rival, 404, id, kind("extension"));
    asked(&world.desk, 403, id, kind("extension"));
    const char *first = asked(&world.contact, 201, id, kind("extension"));
    asked(&world.colleague, 409, id, kind("extension"));
    /* The same again is the same request. */
    POST(&world.contact, 200, packed("{s:s,s:s,s:s}", "id", first, "note", "材料未到", "kind", "extension"), "/problems/%s/requests", id);
    json_t *list = GET(&world.desk, "/requests?waiting=true&kind=extension&limit=1");
    expect_text(list, "items.0.id", first);
    assert_true(has_text(at(list, "items.0.can"), "grant"));
    assert_int_equal(json_array_size(at(GET(&world.rival, "/requests"), "items")), 0);
    list = GET(&world.colleague, "/requests?state=asked");
    assert_true(has_text(at(list, "items.0.can"), "withdraw") && !has_text(at(list, "items.0.can"), "grant"));
    decide(&world.contact, 403, id, first, "grant");
    expect_field(POST(&world.desk, 422, packed("{s:s,s:s}", "id", new_id(), "decision", "refuse"),
                      "/problems/%s/requests/%s/decision", id, first), "/note", "required");
    expect_text(decide(&world.desk, 200, id, first, "refuse"), "state", "refused");
    expect_int(problem(id), "extension_count", 0);
    int64_t due = ms_of(problem(id), "due_at");
    for (int i = 1; i <= 2; i++) {
        const char *request = asked(&world.contact, 201, id, kind("extension"));
        expect_text(decide(&world.desk, 200, id, request, "grant"), "state", "granted");
        decide(&world.desk, 409, id, request, "grant");
        p = problem(id);
        expect_int(p, "extension_count", i);
        assert_true(ms_of(p, "due_at") > due);
        due = ms_of(p, "due_at");
    }
    asked(&world.contact, 409, id, kind("extension"));
    assert_false(has_text(at(GET(&world.contact, "/problems/%s", id), "allowed_requests"), "extension"));
    size_t steps = json_array_size(at(p, "timeline"));
    char path[40];
    snprintf(path, sizeof path, "timeline.%zu.event", steps - 1);
    expect_text(p, path, "extend");
    expect_count(p, "requests", 3);
    told(&world.desk, id, 3, "延期申请");
    told(&world.contact, id, 0, "");
    told(&world.commander, id, 0, "");
}

static void postponed_by_two_different_people(void **state)
{
    (void)state;
    const char *id = accepted();
    time_t t = time(NULL) + 100 * 86400;
    struct tm tm;
    char until[40];
    gmtime_r(&t, &tm);
    strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &tm);
    expect_field(POST(&world.contact, 422, packed("{s:s,s:s,s:s}", "id", new_id(), "kind", "postponement", "note", "需大修"),
                      "/problems/%s/requests", id), "/until", "out_of_range");
    const char *request = asked(&world.contact, 201, id, packed("{s:s,s:s}", "kind", "postponement", "until", until));
    decide(&world.commander, 403, id, request, "grant");
    told(&world.desk, id, 1, "暂缓整改申请待审批");
    json_t *r = decide(&world.desk, 200, id, request, "grant");
    expect_text(r, "state", "first");
    expect_true(problem(id), "postponed", false);
    told(&world.commander, id, 1, "暂缓整改申请初审同意，待您复审");
    decide(&world.desk, 403, id, request, "grant");
    r = decide(&world.commander, 200, id, request, "grant");
    expect_text(r, "state", "granted");
    expect_count(r, "decisions", 2);
    json_t *p = problem(id);
    expect_true(p, "postponed", true);
    expect_text(p, "light", "green");
    expect_text(p, "clocks.0.name", "handling");
    expect_true(p, "clocks.0.standing", true);
    assert_true(ms_of(p, "due_at") > ((int64_t)t - 2) * 1000);
    p = act(&world.contact, 200, id, "resume", NULL);
    expect_true(p, "postponed", false);
    assert_true(ms_of(p, "due_at") < (int64_t)t * 1000);
    asked(&world.contact, 409, id, packed("{s:s,s:s}", "kind", "postponement", "until", until));
}

static void stopped_and_restarted_voided_and_appealed(void **state)
{
    (void)state;
    const char *id = accepted();
    expect_field(act(&world.desk, 422, id, "stop", NULL), "/note", "required");
    act(&world.contact, 403, id, "stop", note("移送"));
    json_t *p = act(&world.desk, 200, id, "stop", note("移送综合执法"));
    expect_true(p, "stopped", true);
    expect_null(p, "due_at");
    assert_true(has_text(at(p, "allowed_actions"), "restart") && !has_text(at(p, "allowed_actions"), "stop"));
    asked(&world.contact, 409, id, kind("extension"));
    p = act(&world.desk, 200, id, "restart", NULL);
    expect_true(p, "stopped", false);
    asked(&world.contact, 409, id, kind("appeal")); /* after the end only */
    expect_text(act(&world.desk, 200, id, "void", note("重复立案")), "state", "voided");
    const char *other = accepted();
    act(&world.contact, 200, other, "rectify", packed("{s:[s]}", "photos", upload_picture(&world.contact, ++pictures)));
    p = act(&world.checker, 200, other, "strike_off", NULL);
    expect_count(p, "clocks", 0);
    api_fault(&world.contact, 409, "not_overdue", "POST",
              packed("{s:s,s:s,s:s}", "id", new_id(), "note", "并未超时", "kind", "appeal"), "/problems/%s/requests", other);
    const char *waiting = accepted(), *request = asked(&world.contact, 201, waiting, kind("extension"));
    POST(&world.rival, 404, packed("{s:s}", "id", new_id()), "/problems/%s/requests/%s/withdrawal", waiting, request);
    expect_text(POST(&world.colleague, 200, packed("{s:s}", "id", new_id()), "/problems/%s/requests/%s/withdrawal", waiting, request),
                "state", "withdrawn");
    POST(&world.contact, 409, packed("{s:s}", "id", new_id()), "/problems/%s/requests/%s/withdrawal", waiting, request);
    POST(&world.contact, 404, packed("{s:s}", "id", new_id()), "/problems/%s/requests/%s/withdrawal", other, request);
    expect_count(GET(&world.contact, "/problems/%s/requests", waiting), "items", 1);
}

/* ---- the machine ---- */

static void the_machine_as_data(void **state)
{
    (void)state;
    json_t *m = GET(&world.inspector, "/problem-machine");
    expect_count(m, "states", 12);
    expect_count(m, "events", 23);
    expect_count(m, "transitions", 35);
    expect_text(m, "states.2.gb", "立案");
    json_t *labels = packed("{s:[{s:s,s:s,s:s,s:s}]}", "labels", "subject", "state", "code", "struck_off", "zh", "已清零", "en", "cleared");
    api(&world.inspector, 403, "PUT", json_deep_copy(labels), "/problem-machine/labels");
    m = api(&world.desk, 200, "PUT", labels, "/problem-machine/labels");
    expect_text(m, "states.6.zh", "已清零");
    expect_true(m, "states.6.renamed", true);
    m = api(&world.desk, 200, "PUT",
            packed("{s:[{s:s,s:s,s:n,s:n}]}", "labels", "subject", "state", "code", "struck_off", "zh", "en"), "/problem-machine/labels");
    expect_text(m, "states.6.zh", "已销号");
    expect_field(api(&world.desk, 422, "PUT",
                     packed("{s:[{s:s,s:s,s:s,s:s}]}", "labels", "subject", "event", "code", "vanish", "zh", "消", "en", "v"),
                     "/problem-machine/labels"),
                 "/labels/0/code", "unknown");
}

/* ---- the calendar ---- */

static json_t *dispatched_with(const char *limit_kind, int amount)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    return act(&world.desk, 200, id, "dispatch",
               packed("{s:s,s:{s:s,s:i}}", "unit_id", world.unit, "limit", "kind", limit_kind, "amount", amount));
}

static json_t *one_day(const char *date, const char *day_kind)
{
    return day_kind ? packed("{s:[{s:s,s:s,s:s}]}", "days", "date", date, "kind", day_kind, "name_zh", "本区活动日")
                    : packed("{s:[{s:s,s:n}]}", "days", "date", date, "kind");
}

static void a_calendar_of_ones_own(void **state)
{
    (void)state;
    char date[11];
    json_t *before = dispatched_with("working_days", 3);
    snprintf(date, sizeof date, "%.10s", text_at(before, "due_at"));
    api(&world.contact, 403, "PUT", one_day(date, "holiday"), "/working-calendar/days");
    json_t *c = api(&world.desk, 200, "PUT", one_day(date, "holiday"), "/working-calendar/days");
    bool found = false;
    for (size_t i = 0; i < json_array_size(at(c, "days")); i++) {
        json_t *d = json_array_get(at(c, "days"), i);
        found = found || (strcmp(text_at(d, "date"), date) == 0 && strcmp(text_at(d, "source"), "own") == 0);
    }
    assert_true(found);
    json_t *after = dispatched_with("working_days", 3);
    assert_true(ms_of(after, "due_at") > ms_of(before, "due_at"));
    /* Half a day still is one: due when its morning closes. */
    api(&world.desk, 200, "PUT", one_day(date, "half_pm"), "/working-calendar/days");
    after = dispatched_with("working_days", 3);
    assert_true(strncmp(text_at(after, "due_at"), date, 10) == 0 && strstr(text_at(after, "due_at"), "T12:00:00") != NULL);
    api(&world.desk, 200, "PUT", one_day(date, NULL), "/working-calendar/days");
    assert_int_equal(ms_of(dispatched_with("working_days", 3), "due_at"), ms_of(before, "due_at"));
    expect_field(api(&world.desk, 422, "PUT", one_day("2026-02-30", "holiday"), "/working-calendar/days"), "/days/0/date", "bad_date");
    expect_field(api(&world.desk, 422, "PUT", one_day("2026-02-03", "siesta"), "/working-calendar/days"), "/days/0/kind", NULL);
}

/* A second process on the same database holds to it at once. */
static void every_process_follows(void **state)
{
    (void)state;
    struct server second;
    char date[11];
    if (!engine_is_postgresql())
        skip();
    json_t *before = dispatched_with("working_days", 2);
    snprintf(date, sizeof date, "%.10s", text_at(before, "due_at"));
    server_beside(&world.server, &second);
    server_start(&second);
    api_aim(second.port);
    assert_int_equal(ms_of(dispatched_with("working_days", 2), "due_at"), ms_of(before, "due_at"));
    api_aim(world.server.port);
    api(&world.desk, 200, "PUT", one_day(date, "holiday"), "/working-calendar/days");
    api_aim(second.port);
    assert_true(ms_of(dispatched_with("working_days", 2), "due_at") > ms_of(before, "due_at"));
    api(&world.desk, 200, "PUT", one_day(date, NULL), "/working-calendar/days");
    api_aim(world.server.port);
    assert_int_equal(ms_of(dispatched_with("working_days", 2), "due_at"), ms_of(before, "due_at"));
    server_stop(&second);
}

static json_t *working_time(const char *from, const char *to, bool afternoon)
{
    json_t *body = packed("{s:{s:s,s:s},s:n,s:[i,i,i,i,i,i,i]}", "morning", "from", from, "to", to, "afternoon", "week", 1, 2, 3, 4, 5, 6, 7);
    if (afternoon)
        json_object_set_new(body, "afternoon", packed("{s:s,s:s}", "from", "14:30", "to", "17:30"));
    return body;
}

static void hours_and_week_of_ones_own(void **state)
{
    (void)state;
    json_t *c = GET(&world.contact, "/working-calendar?year=2026");
    expect_text(c, "morning.from", "08:30");
    expect_text(c, "source", "shipped");
    expect_field(api(&world.desk, 422, "PUT", working_time("12:00", "08:30", true), "/working-calendar"), "/morning", "bad_window");
    expect_field(api(&world.desk, 422, "PUT", working_time("noon", "12:30", true), "/working-calendar"), "/morning/from", "bad_time");
    c = api(&world.desk, 200, "PUT", working_time("09:00", "11:00", false), "/working-calendar");
    expect_text(c, "source", "own");
    expect_null(c, "afternoon");
    expect_count(c, "week", 7);
    json_t *p = dispatched_with("working_days", 1);
    assert_non_null(strstr(text_at(p, "due_at"), "T11:00:00"));
    json_t *back = packed("{s:{s:s,s:s},s:{s:s,s:s},s:[i,i,i,i,i]}", "morning", "from", "08:30", "to", "12:00", "afternoon", "from",
                          "14:30", "to", "17:30", "week", 1, 2, 3, 4, 5);
    char stale[] = "\"1\"";
    api_if_match(stale);
    api_fault(&world.desk, 412, "version_conflict", "PUT", json_deep_copy(back), "/working-calendar");
    api(&world.desk, 200, "PUT", back, "/working-calendar");
}

static void limits_of_stages(void **state)
{
    (void)state;
    json_t *l = GET(&world.inspector, "/stage-limits");
    expect_count(l, "stages", 8);
    expect_text(l, "stages.3.stage", "redispatch");
    expect_int(l, "stages.3.amount", 15);
    expect_text(l, "stages.3.unit", "minutes");
    l = api(&world.desk, 200, "PUT",
            packed("{s:[{s:s,s:s,s:i,s:s},{s:s,s:b,s:s,s:i,s:s}]}", "stages", "stage", "accept", "kind", "urgent_hours", "amount", 20,
                   "unit", "minutes", "stage", "case", "on", 0, "kind", "working_days", "amount", 15, "unit", "days"),
            "/stage-limits");
    expect_text(l, "stages.4.kind", "urgent_hours");
    expect_true(l, "stages.7.on", false);
    json_t *p = dispatched_with("working_days", 1);
    expect_text(p, "clocks.1.name", "stage");
    expect_int(p, "clocks.1.total_ms", 20 * 60000);
    api(&world.contact, 403, "PUT", packed("{s:[]}", "stages"), "/stage-limits");
    expect_field(api(&world.desk, 422, "PUT",
                     packed("{s:[{s:s,s:s,s:i,s:s}]}", "stages", "stage", "accept", "kind", "working_days", "amount", 20, "unit", "minutes"),
                     "/stage-limits"),
                 "/stages/0/unit", "wrong_unit");
    expect_field(api(&world.desk, 422, "PUT",
                     packed("{s:[{s:s,s:b,s:s,s:i,s:s}]}", "stages", "stage", "handle", "on", 0, "kind", "working_days", "amount", 2, "unit", "days"),
                     "/stage-limits"),
                 "/stages/0/on", "handle_needed");
}

/* ---- rules of limits ---- */

static const char *add_rule(int expect, json_t *more, int amount)
{
    const char *id = new_id();
    json_t *body = packed("{s:s,s:s,s:{s:s,s:i}}", "id", id, "name", "某类限期", "limit", "kind", "working_days", "amount", amount);
    json_object_update(body, more);
    POST(&world.desk, expect, body, "/limit-rules");
    return id;
}

static void rules_of_limits(void **state)
{
    (void)state;
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    json_t *p = problem(id);
    char category[20], area[20];
    snprintf(category, sizeof category, "%s", text_at(p, "category_code"));
    snprintf(area, sizeof area, "%.9s", text_at(p, "area_code"));
    json_t *classes = packed("{s:[{s:s,s:s}]}", "items", "area_code", area, "class", "A");
    api(&world.contact, 403, "PUT", json_deep_copy(classes), "/area-classes");
    expect_text(api(&world.desk, 200, "PUT", classes, "/area-classes"), "items.0.class", "A");
    expect_field(api(&world.desk, 422, "PUT", packed("{s:[{s:s,s:s}]}", "items", "area_code", "123456", "class", "A"), "/area-classes"),
                 "/items/0/area_code", "area_missing");
    const char *wide = add_rule(201, packed("{s:s}", "category_code", category), 6);
    const char *near = add_rule(201, packed("{s:s,s:s}", "category_code", category, "area_class", "A"), 4);
    json_t *t = GET(&world.contact, "/limit-rules/try?category_code=%s&area_code=%s", category, text_at(p, "area_code"));
    expect_text(t, "from", "rule");
    expect_text(t, "rule.id", near);
    expect_int(t, "limit.amount", 4);
    expect_text(t, "area_class", "A");
    expect_count(t, "rules", 2);
    t = GET(&world.desk, "/limit-rules/try?category_code=%s", category);
    expect_text(t, "rule.id", wide);
    expect_text(GET(&world.desk, "/limit-rules/try?category_code=XX"), "from", "default");
    expect_text(GET(&world.desk, "/problems/%s/limit", id), "rule.id", near);
    api(&world.rival, 404, "GET", NULL, "/problems/%s/limit", id);
    p = act(&world.desk, 200, id, "dispatch", packed("{s:s}", "unit_id", world.unit));
    expect_text(p, "limit_rule_id", near);
    expect_int(p, "limit.amount", 4);
    /* A new rule takes the place of the old, which stays beside it. */
    const char *newer = add_rule(201, packed("{s:s,s:s,s:s}", "category_code", category, "area_class", "A", "replaces_id", near), 5);
    json_t *old = GET(&world.desk, "/limit-rules/%s", near);
    expect_true(old, "in_force", false);
    assert_true(json_is_string(at(old, "valid_to")));
    expect_text(problem(id), "limit_rule_id", near);
    expect_text(GET(&world.desk, "/limit-rules?in_force=true&limit=1"), "items.0.id", newer);
    add_rule(409, packed("{s:s,s:s}", "category_code", category, "replaces_id", near), 5);
    expect_text(dispatched_with("urgent_hours", 2), "limit.kind", "urgent_hours"); /* stated by the dispatcher */
    expect_field(POST(&world.desk, 422, packed("{s:s,s:s,s:s,s:s,s:{s:s,s:i}}", "id", new_id(), "name", "x", "criterion_code", "XX-99",
                                               "season_from", "13-01", "limit", "kind", "working_days", "amount", 1), "/limit-rules"),
                 "/season_from", "bad_date");
    POST(&world.contact, 403, packed("{s:s}", "id", new_id()), "/limit-rules/%s/end", wide);
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/limit-rules/%s/end", wide);
    POST(&world.desk, 409, packed("{s:s}", "id", new_id()), "/limit-rules/%s/end", wide);
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/limit-rules/%s/end", newer);
    expect_count(GET(&world.desk, "/limit-rules?in_force=true"), "items", 0);
    expect_count(GET(&world.desk, "/limit-rules"), "items", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returned_disputed_settled),
        cmocka_unit_test(extended_twice),
        cmocka_unit_test(postponed_by_two_different_people),
        cmocka_unit_test(stopped_and_restarted_voided_and_appealed),
        cmocka_unit_test(the_machine_as_data),
        cmocka_unit_test(a_calendar_of_ones_own),
        cmocka_unit_test(every_process_follows),
        cmocka_unit_test(hours_and_week_of_ones_own),
        cmocka_unit_test(limits_of_stages),
        cmocka_unit_test(rules_of_limits),
    };
    return SUITE(tests);
}
