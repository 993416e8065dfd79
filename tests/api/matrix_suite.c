/*
 * matrix_suite.c - the responsibility matrix over HTTP: rows and their validity, what dispatch proposes and why, gaps,
 * overlaps, tasks of a unit, rows whose problems were sent back.
 */
#include "world.h"

static json_t *put(int expect, const char *category, const char *criterion, const char *area, const char *lead, const char *unit)
{
    char member[40];
    json_t *body = packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "lead_role", lead, "area_code", area, "work_standard",
                          "每日巡查", "deadline", "每日18时前", "measures", "发现即改");
    if (category)
        json_object_set_new(body, "category_code", json_string(category));
    if (criterion)
        json_object_set_new(body, "criterion_code", json_string(criterion));
    snprintf(member, sizeof member, "%s_unit_id", lead);
    if (unit)
        json_object_set_new(body, member, json_string(unit));
    return POST(&world.desk, expect, body, "/matrix-rows");
}

static json_t *resolve(const char *site)
{
    return GET(&world.desk, "/matrix/resolve?site_id=%s", site);
}

static void rows_decide_and_say_why(void **state)
{
    (void)state;
    expect_text(resolve(world.site[0]), "source", "site");
    expect_text(resolve(world.site[0]), "lead.id", world.unit);
    json_t *row = put(201, "SQ", NULL, "990100", "supervising", world.rival_unit);
    expect_true(row, "in_force", true);
    json_t *answer = resolve(world.site[0]);
    expect_text(answer, "source", "row");
    expect_text(answer, "row_id", text_at(row, "id"));
    expect_text(answer, "lead.id", world.rival_unit);
    expect_text(answer, "role", "supervising");
    expect_text(answer, "support.0.id", world.unit);
    assert_non_null(strstr(text_at(answer, "why"), "SQ"));
    /* in town 1 the territory leads */
    put(201, "SQ", NULL, "990100001", "territory", world.town_unit);
    expect_text(resolve(world.site[0]), "lead.id", world.town_unit);
    expect_text(resolve(world.site[2]), "lead.id", world.rival_unit);
    expect_text(resolve(world.site[1]), "source", "site"); /* XQ */
    /* a new row on a key ends the one before it; both stay */
    json_t *newer = put(201, "SQ", NULL, "990100", "subject", NULL);
    expect_text(resolve(world.site[2]), "lead.id", world.unit);
    assert_false(json_is_null(at(GET(&world.desk, "/matrix-rows/%s", text_at(row, "id")), "valid_to")));
    expect_count(GET(&world.desk, "/matrix-rows"), "items", 2);
    expect_count(GET(&world.desk, "/matrix-rows?in_force=false"), "items", 3);
    expect_count(GET(&world.desk, "/matrix-rows?in_force=false&unit_id=%s", world.rival_unit), "items", 1);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "调整"), "/matrix-rows/%s/end", text_at(newer, "id"));
    expect_text(resolve(world.site[2]), "source", "site");
    api_fault(&world.desk, 409, "matrix_row_ended", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "调整"),
              "/matrix-rows/%s/end", text_at(newer, "id"));
}

static void faults_are_named(void **state)
{
    (void)state;
    json_t *fault = api_fault(&world.desk, 422, "invalid_content", "POST",
                              packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "lead_role", "subject", "criterion_code", "NO-99",
                                     "area_code", "123456", "subject_unit_id", new_id(), "person_id", new_id()),
                              "/matrix-rows");
    expect_field(fault, "/criterion_code", "criterion_unknown");
    expect_field(fault, "/area_code", "area_missing");
    expect_field(fault, "/subject_unit_id", "unit_missing");
    expect_field(fault, "/person_id", "person_missing");
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{}"), "/matrix-rows");
    api_fault(&world.desk, 400, "bad_parameter", "GET", NULL, "/matrix/resolve");
    api_fault(&world.contact, 404, "not_found", "GET", NULL, "/matrix/resolve?site_id=%s", world.site[1]);
    api_fault(&world.desk, 404, "not_found", "GET", NULL, "/matrix-rows/%s", new_id());
}

static void dispatch_proposes_from_it(void **state)
{
    (void)state;
    put(201, "ZG", NULL, "", "supervising", world.rival_unit);
    const char *problem = raise_problem(&world.inspector, world.site[3], "patrol");
    json_t *p = GET(&world.desk, "/problems/%s", problem);
    expect_text(p, "proposed_unit.id", world.rival_unit);
    expect_text(p, "proposal.source", "row");
    expect_text(p, "proposal.support.0.id", world.unit);
    json_t *full = GET(&world.desk, "/problems/%s/proposal", problem);
    expect_text(full, "row.category_code", "ZG");
    expect_count(full, "passed", 0);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/problems/%s/proposal", problem);
    /* sent back as not theirs: the row is disputed */
    dispatch(problem, world.rival_unit);
    act(&world.rival, 200, problem, "send_back", packed("{s:s}", "note", "不属我局职责"));
    json_t *d = GET(&world.desk, "/matrix/disputed");
    expect_int(d, "sent_back", 1);
    expect_int(d, "by_choice", 0);
    expect_text(d, "items.0.row_id", text_at(full, "row_id"));
    expect_int(d, "items.0.times", 1);
    expect_text(d, "items.0.last_reason", "不属我局职责");
    expect_text(d, "items.0.problem_ids.0", problem);
    /* another unit than the row says was the dispatcher's choice */
    const char *other = raise_problem(&world.inspector, world.site[3], "patrol");
    dispatch(other, world.town_unit);
    act(&world.station, 200, other, "send_back", packed("{s:s}", "note", "不在辖区"));
    d = GET(&world.desk, "/matrix/disputed");
    expect_int(d, "sent_back", 2);
    expect_int(d, "by_choice", 1);
    expect_int(d, "items.0.times", 1);
    api_fault(&world.contact, 403, "not_allowed", "GET", NULL, "/matrix/disputed");
}

static bool has_gap(json_t *report, const char *category, const char *area, const char *reason)
{
    size_t i;
    json_t *g;
    json_array_foreach(at(report, "gaps"), i, g) if (strcmp(text_at(g, "category_code"), category) == 0 &&
                                                     strcmp(text_at(g, "area_code"), area) == 0 &&
                                                     strcmp(text_at(g, "reason"), reason) == 0) return true;
    return false;
}

static void gaps_and_overlaps_show(void **state)
{
    (void)state;
    json_t *r = GET(&world.desk, "/matrix/report");
    assert_true(has_gap(r, "XQ", "990100001", "no_row"));
    assert_false(has_gap(r, "ZG", "990100002", "no_row"));
    json_int_t covered = int_at(r, "covered");
    assert_true(covered > 0 && covered < int_at(r, "pairs"));
    /* left to the site's supervising unit, which it has not */
    put(201, "XQ", NULL, "", "supervising", NULL);
    r = GET(&world.desk, "/matrix/report");
    assert_true(has_gap(r, "XQ", "990100001", "no_unit"));
    put(201, "XQ", NULL, "", "subject", NULL);
    r = GET(&world.desk, "/matrix/report");
    assert_false(has_gap(r, "XQ", "990100001", "no_unit"));
    assert_true(int_at(r, "covered") > covered);
    expect_count(r, "overlaps", 0);
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:b}", "id", new_id(), "lead_role", "territory", "category_code", "XQ", "territory_unit_id",
                world.town_unit, "beside", 1),
         "/matrix-rows");
    r = GET(&world.desk, "/matrix/report");
    expect_count(r, "overlaps", 1);
    expect_text(r, "overlaps.0.newer.territory_unit.id", world.town_unit);
    expect_count(GET(&world.desk, "/matrix/report?area_code=990100009"), "gaps", 0);
}

static void tasks_of_a_unit(void **state)
{
    (void)state;
    json_t *t = GET(&world.rival, "/matrix/tasks");
    /* ZG names it; XQ leaves it to the site's subject, which it is at one site */
    size_t i, leads = 0;
    json_t *one;
    json_array_foreach(at(t, "items"), i, one)
    {
        leads += json_is_true(at(one, "leads"));
        if (strcmp(text_at(one, "category_code"), "ZG") == 0)
            expect_text(one, "work_standard", "每日巡查");
        if (strcmp(text_at(one, "category_code"), "XQ") == 0 && json_is_true(at(one, "leads")))
            expect_int(one, "sites", 1);
    }
    assert_int_equal(leads, 2);
    expect_count(GET(&world.desk, "/matrix/tasks?unit_id=%s&limit=1", world.rival_unit), "items", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(rows_decide_and_say_why), CASE(faults_are_named), CASE(dispatch_proposes_from_it),
                                       CASE(gaps_and_overlaps_show), CASE(tasks_of_a_unit)};
    return SUITE(tests);
}
