/*
 * facility_suite.c - facilities, publicity, editions, frontages and plans of sites over HTTP: who may, what raises a
 * problem and what does not, the recall's progress, sealed keepers, If-Match, repeats.
 */
#include "world.h"

#include <time.h>

static const char *upload(void)
{
    static unsigned seed = 7000;
    return upload_picture(&world.desk, seed++);
}

static const char *asset(const struct account *who, int expect, const char *site, const char *kind, const char *condition,
                         const char *edition)
{
    const char *id = new_id();
    json_t *body = packed("{s:s,s:s,s:s,s:s,s:s,s:s,s:{s:i,s:i}}", "id", id, "site_id", site, "kind", kind, "name", "东门宣传栏",
                          "position", "入口左侧", "condition", condition, "size", "width_mm", 2400, "height_mm", 1200);
    if (edition)
        json_object_set_new(body, "edition_id", json_string(edition));
    POST(who, expect, body, "/assets");
    return id;
}

static json_t *look(const struct account *who, int expect, const char *id, const char *condition, const char *edition)
{
    json_t *body = packed("{s:s,s:s,s:[s]}", "id", new_id(), "condition", condition, "photos", upload());
    if (edition)
        json_object_set_new(body, "edition_id", json_string(edition));
    return POST(who, expect, body, "/assets/%s/checks", id);
}

static const char *edition(const char *title, const char *supersedes)
{
    const char *id = new_id();
    json_t *body = packed("{s:s,s:s,s:s,s:s}", "id", id, "title", title, "label", "2026年版", "content", "讲文明、树新风");
    if (supersedes)
        json_object_set_new(body, "supersedes_id", json_string(supersedes));
    POST(&world.desk, 201, body, "/editions");
    return id;
}

static size_t problems_of(const struct account *who, const char *kind, const char *id)
{
    return json_array_size(at(GET(who, "/%s/%s/problems", kind, id), "items"));
}

static void kinds_are_data(void **state)
{
    (void)state;
    json_t *kinds = GET(&world.contact, "/facility-kinds");
    assert_true(json_array_size(at(kinds, "items")) >= 15);
    json_t *body = packed("{s:s,s:s,s:s,s:{s:s,s:i}}", "class", "facility", "name_zh", "直饮水机", "name_en", "Drinking fountain",
                          "limit", "kind", "working_days", "amount", 3);
    api_if_match("\"0\"");
    json_t *made = api(&world.desk, 200, "PUT", body, "/facility-kinds/fountain");
    expect_int(made, "limit.amount", 3);
    expect_int(made, "version", 1);
    body = packed("{s:s,s:s,s:s}", "class", "publicity", "name_zh", "直饮水机", "name_en", "Fountain");
    expect_field(api_fault(&world.desk, 422, "invalid_content", "PUT", body, "/facility-kinds/fountain"), "/class", "class_stays");
    body = packed("{s:s,s:s,s:s}", "class", "facility", "name_zh", "直饮水", "name_en", "Fountain");
    api_if_match("\"0\"");
    api_fault(&world.desk, 412, NULL, "PUT", body, "/facility-kinds/fountain");
    api_fault(&world.contact, 403, "not_allowed", "PUT", packed("{}"), "/facility-kinds/fountain");
}

static void checks_raise_one_problem(void **state)
{
    (void)state;
    const char *e = edition("文明健康", NULL);
    const char *id = asset(&world.desk, 201, world.site[0], "board", "good", e);
    expect_text(GET(&world.contact, "/assets/%s", id), "edition.state", "current");
    assert_int_equal(problems_of(&world.desk, "assets", id), 0);
    json_t *after = look(&world.inspector, 201, id, "faded", e);
    expect_text(after, "condition", "faded");
    expect_count(after, "photos", 1);
    look(&world.second, 201, id, "damaged", e);
    assert_int_equal(problems_of(&world.desk, "assets", id), 1);
    json_t *list = GET(&world.desk, "/assets/%s/problems", id);
    expect_text(list, "items.0.cause", "condition");
    expect_text(list, "items.0.state", "registered");
    const char *problem = text_at(list, "items.0.id");
    json_t *p = GET(&world.desk, "/problems/%s", problem);
    expect_text(p, "source", "asset");
    expect_text(p, "limit.kind", "working_days");
    expect_int(p, "limit.amount", 5);
    expect_text(p, "proposed_unit.id", world.unit);
    expect_text(p, "proposal.source", "site");
    /* not with the unit yet: it sees the board and its checks, not the problem */
    assert_int_equal(problems_of(&world.contact, "assets", id), 0);
    expect_count(GET(&world.contact, "/assets/%s/checks?limit=1", id), "items", 1);
    expect_count(GET(&world.contact, "/assets/%s/checks", id), "items", 3);
    expect_count(GET(&world.contact, "/assets/%s/history", id), "items", 3);
    dispatch(problem, world.unit);
    assert_int_equal(problems_of(&world.contact, "assets", id), 1);
    expect_count(GET(&world.desk, "/assets?bad=true&site_id=%s", world.site[0]), "items", 1);
    expect_count(GET(&world.desk, "/assets?condition=good&site_id=%s", world.site[0]), "items", 0);
    expect_count(GET(&world.desk, "/assets?q=%s&edition_id=%s", "%E4%B8%9C%E9%97%A8", e), "items", 1);
}

static void a_units_own_find_waits(void **state)
{
    (void)state;
    const char *id = asset(&world.contact, 201, world.site[0], "nursing_room", "not_open", NULL);
    expect_text(GET(&world.desk, "/assets/%s/problems", id), "items.0.state", "reported");
    /* sent twice: one */
    const char *again = new_id();
    for (int i = 0; i < 2; i++)
        POST(&world.contact, i ? 200 : 201, packed("{s:s,s:s}", "id", again, "condition", "faulty"), "/assets/%s/checks", id);
    api_fault(&world.contact, 409, "command_id_reused", "POST", packed("{s:s,s:s}", "id", again, "condition", "good"),
              "/assets/%s/checks", id);
    assert_int_equal(problems_of(&world.desk, "assets", id), 1);
}

static void only_ones_own_sites(void **state)
{
    (void)state;
    const char *id = asset(&world.desk, 201, world.site[1], "bin", "good", NULL); /* the rival's */
    api_fault(&world.contact, 404, "not_found", "GET", NULL, "/assets/%s", id);
    api_fault(&world.contact, 404, "not_found", "GET", NULL, "/assets/%s/history", id);
    api_fault(&world.contact, 404, "not_found", "POST", packed("{s:s,s:s}", "id", new_id(), "condition", "good"),
              "/assets/%s/checks", id);
    api_fault(&world.contact, 404, NULL, "POST",
              packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", world.site[1], "kind", "bin", "name", "x", "condition",
                     "good"),
              "/assets");
    expect_count(GET(&world.contact, "/assets?site_id=%s", world.site[1]), "items", 0);
    expect_count(GET(&world.rival, "/assets?site_id=%s", world.site[1]), "items", 1);
    GET(&world.rival, "/assets/%s", id);
    api_fault(&world.inspector, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "x"), "/assets/%s/remove", id);
    json_t *fault = api_fault(&world.desk, 422, "invalid_content", "POST",
                              packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", world.site[0], "kind", "hygiene",
                                     "name", "x", "condition", "good", "checked_at", "2030-01-01T00:00:00+08:00"),
                              "/assets");
    expect_field(fault, "/kind", "kind_unknown");
    expect_field(fault, "/checked_at", "out_of_range");
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s,s:s}", "id", new_id(), "condition", "good", "edition_id", new_id()),
                           "/assets/%s/checks", id),
                 "/edition_id", "no_edition");
}

static void changed_and_removed(void **state)
{
    (void)state;
    const char *id = asset(&world.desk, 201, world.site[3], "board", "good", NULL);
    api_fault(&world.desk, 428, "if_match_required", "PATCH", packed("{s:s}", "name", "西门宣传栏"), "/assets/%s", id);
    api_if_match("\"1\"");
    expect_text(api(&world.contact, 200, "PATCH", packed("{s:s}", "position", "出口"), "/assets/%s", id), "position", "出口");
    api_if_match("\"1\"");
    api_fault(&world.desk, 412, NULL, "PATCH", packed("{s:s}", "name", "x"), "/assets/%s", id);
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "改建拆除"), "/assets/%s/remove", id), "state",
                "removed");
    api_fault(&world.desk, 409, "asset_removed", "POST", packed("{s:s,s:s}", "id", new_id(), "condition", "good"),
              "/assets/%s/checks", id);
    expect_count(GET(&world.desk, "/assets?site_id=%s", world.site[3]), "items", 0);
    expect_count(GET(&world.desk, "/assets?state=removed&site_id=%s", world.site[3]), "items", 1);
}

/* The server's own chore finishes what nobody steps by hand. */
static json_t *wait_for_recall(const char *id)
{
    for (int i = 0; i < 300; i++) {
        json_t *e = GET(&world.desk, "/editions/%s", id);
        if (!json_is_null(at(e, "recall.done_at")))
            return e;
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    fail_msg("the recall was not finished");
    return NULL;
}

static void withdrawn_editions(void **state)
{
    (void)state;
    const char *e = edition("旧版核心价值观", NULL), *boards[5];
    for (int i = 0; i < 5; i++)
        boards[i] = asset(&world.desk, 201, world.site[i % 4], "poster", "good", e);
    expect_int(GET(&world.desk, "/editions/%s", e), "boards", 5);
    assert_null(at(GET(&world.contact, "/editions/%s", e), "boards"));
    const char *next = edition("新版核心价值观", NULL);
    look(&world.inspector, 201, boards[4], "good", next);
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "x"), "/editions/%s/withdraw", e);
    json_t *w = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "文字有误"), "/editions/%s/withdraw", e);
    expect_text(w, "state", "withdrawn");
    expect_int(w, "recall.boards", 4);
    w = wait_for_recall(e);
    expect_int(w, "recall.raised", 4);
    expect_int(w, "recall.known", 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(problems_of(&world.desk, "assets", boards[i]), i < 4);
    expect_count(GET(&world.desk, "/assets?outdated=true&edition_id=%s", e), "items", 4);
    api_fault(&world.desk, 409, "recall_done", "POST", packed("{s:s}", "id", new_id()), "/editions/%s/recall", e);
    api_fault(&world.desk, 409, "edition_withdrawn", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "x"), "/editions/%s/withdraw", e);
    look(&world.contact, 201, boards[0], "good", next);
    expect_int(GET(&world.desk, "/editions/%s", e), "boards", 3);
    /* superseded: out of date at once where no longer time is given */
    const char *third = edition("第三版", next);
    expect_text(GET(&world.desk, "/editions/%s", next), "state", "superseded");
    expect_text(GET(&world.desk, "/editions/%s", third), "state", "current");
    look(&world.inspector, 201, boards[4], "good", next);
    assert_int_equal(problems_of(&world.desk, "assets", boards[4]), 1);
    api_fault(&world.desk, 409, "edition_settled", "POST",
              packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "title", "x", "label", "y", "content", "z", "supersedes_id", next),
              "/editions");
    expect_count(GET(&world.desk, "/editions?withdrawn=true"), "items", 1);
}

/* ---- frontages ---- */

static const char *shop(const char *code)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s}}", "id", id, "code", code, "name", "老王面馆", "trade", "餐饮", "area_id",
                world.village[0], "site_id", world.site[0], "keeper", "name", "王建国", "phone", "13800138009"),
         "/frontages");
    return id;
}

static json_t *inspect_shop(const char *id, bool met)
{
    json_t *item = packed("{s:s,s:b}", "code", "hygiene", "met", met);
    if (!met) {
        json_object_set_new(item, "note", json_string("门前有油污"));
        json_object_set_new(item, "photos", json_pack("[s]", upload()));
    }
    return POST(&world.inspector, 201,
                packed("{s:s,s:[O,{s:s,s:b}]}", "id", new_id(), "items", item, "code", "order", "met", 1), "/frontages/%s/checks", id);
}

static void shops_sign_and_are_checked(void **state)
{
    (void)state;
    const char *id = shop("D-001");
    json_t *f = GET(&world.contact, "/frontages/%s", id);
    assert_null(strstr(text_at(f, "keeper_masked"), "13800138009"));
    expect_null(f, "signed_at");
    api_fault(&world.rival, 404, "not_found", "GET", NULL, "/frontages/%s", id);
    api_fault(&world.desk, 409, "frontage_code_taken", "POST",
              packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", "D-001", "name", "x", "area_id", world.village[0]), "/frontages");
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "联系签约"), "/frontages/%s/reveal", id), "phone",
                "13800138009");
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s,s:s}", "id", new_id(), "signed_on", "2026-01-05", "terms", "三包"), "/frontages/%s/pledges", id),
                 "/photos", "evidence_required");
    f = POST(&world.contact, 201,
             packed("{s:s,s:s,s:s,s:[s]}", "id", new_id(), "signed_on", "2026-01-05", "terms", "包卫生、包绿化、包秩序", "photos", upload()),
             "/frontages/%s/pledges", id);
    expect_count(f, "pledges", 1);
    expect_count(f, "pledges.0.photos", 1);
    expect_count(GET(&world.desk, "/frontages?signed=true"), "items", 1);
    inspect_shop(id, true);
    expect_count(GET(&world.desk, "/frontage-findings?frontage_id=%s", id), "items", 0);
    expect_count(GET(&world.contact, "/frontages/%s/checks", id), "items", 1);
    expect_field(api_fault(&world.inspector, 422, NULL, "POST",
                           packed("{s:s,s:[{s:s,s:b},{s:s,s:b}]}", "id", new_id(), "items", "code", "hygiene", "met", 0, "code",
                                  "vendors", "met", 0),
                           "/frontages/%s/checks", id),
                 "/items/0/photos", "evidence_required");
}

static void the_shop_mends_first(void **state)
{
    (void)state;
    const char *id = shop("D-002");
    inspect_shop(id, false);
    json_t *list = GET(&world.contact, "/frontage-findings?frontage_id=%s&state=waiting", id);
    expect_count(list, "items", 1);
    const char *finding = text_at(list, "items.0.id");
    expect_true(list, "items.0.over", false);
    api_fault(&world.inspector, 409, "self_mend_running", "POST", packed("{s:s}", "id", new_id()), "/frontage-findings/%s/raise", finding);
    api_fault(&world.rival, 404, NULL, "POST", packed("{s:s,s:[s]}", "id", new_id(), "photos", upload()),
              "/frontage-findings/%s/mended", finding);
    expect_field(api_fault(&world.contact, 422, NULL, "POST", packed("{s:s}", "id", new_id()), "/frontage-findings/%s/mended", finding),
                 "/photos", "evidence_required");
    json_t *x = POST(&world.contact, 200, packed("{s:s,s:s,s:[s]}", "id", new_id(), "note", "已冲洗", "photos", upload()),
                     "/frontage-findings/%s/mended", finding);
    expect_text(x, "state", "mended");
    expect_count(x, "mended_photos", 1);
    expect_null(x, "problem_id");
    assert_int_equal(problems_of(&world.desk, "frontages", id), 0);
    expect_count(GET(&world.rival, "/frontage-findings"), "items", 0);
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "停业"), "/frontages/%s/close", id), "state", "closed");
    expect_count(GET(&world.desk, "/frontages/%s/history", id), "items", 3);
}

static void an_item_without_time(void **state)
{
    (void)state;
    api(&world.desk, 200, "PUT",
        packed("{s:s,s:s,s:s,s:i,s:{s:s,s:i}}", "class", "frontage", "name_zh", "包卫生", "name_en", "Clean", "mend_hours", 0, "limit",
               "kind", "working_days", "amount", 2),
        "/facility-kinds/hygiene");
    const char *id = shop("D-003");
    inspect_shop(id, false);
    inspect_shop(id, false);
    assert_int_equal(problems_of(&world.desk, "frontages", id), 1);
    json_t *list = GET(&world.desk, "/frontage-findings?frontage_id=%s", id);
    expect_count(list, "items", 2);
    expect_text(list, "items.0.state", "raised");
    assert_string_equal(text_at(list, "items.0.problem_id"), text_at(list, "items.1.problem_id"));
    expect_null(GET(&world.contact, "/frontage-findings?frontage_id=%s", id), "items.0.problem_id");
    json_t *p = GET(&world.desk, "/problems/%s", text_at(list, "items.0.problem_id"));
    expect_int(p, "limit.amount", 2);
    expect_count(p, "timeline.0.photos", 1);
}

/* ---- plans ---- */

static void a_plan_per_site(void **state)
{
    (void)state;
    const char *id = new_id();
    json_t *p = POST(&world.desk, 201,
                     packed("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", id, "site_id", world.site[0], "gap", "缺无障碍卫生间", "measures",
                            "改造一间", "acceptance", "可独立使用", "owner_unit_id", world.unit, "due", "2026-01-31"),
                     "/site-plans");
    expect_true(p, "overdue", true);
    expect_count(GET(&world.contact, "/site-plans?overdue=true"), "items", 1);
    expect_count(GET(&world.rival, "/site-plans"), "items", 0);
    api_fault(&world.rival, 404, "not_found", "GET", NULL, "/site-plans/%s", id);
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{}"), "/site-plans");
    api_if_match("\"1\"");
    api(&world.desk, 200, "PATCH", packed("{s:s}", "due", "2030-01-31"), "/site-plans/%s", id);
    expect_count(GET(&world.desk, "/site-plans?overdue=true"), "items", 0);
    POST(&world.contact, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "action", "finish", "note", "已改造"), "/site-plans/%s/actions", id);
    api_fault(&world.contact, 403, NULL, "POST", packed("{s:s,s:s}", "id", new_id(), "action", "accept"), "/site-plans/%s/actions", id);
    p = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "action", "accept"), "/site-plans/%s/actions", id);
    expect_text(p, "state", "accepted");
    expect_count(GET(&world.desk, "/site-plans?open=true"), "items", 0);
    expect_count(GET(&world.desk, "/site-plans/%s/history", id), "items", 4);
    api_fault(&world.desk, 409, "state_forbids", "POST", packed("{s:s,s:s,s:s}", "id", new_id(), "action", "drop", "note", "x"),
              "/site-plans/%s/actions", id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(kinds_are_data),       CASE(checks_raise_one_problem), CASE(a_units_own_find_waits),
        CASE(only_ones_own_sites),  CASE(changed_and_removed),      CASE(withdrawn_editions),
        CASE(shops_sign_and_are_checked), CASE(the_shop_mends_first), CASE(an_item_without_time),
        CASE(a_plan_per_site),
    };
    return SUITE(tests);
}
