/*
 * works_suite.c - improvement works over HTTP: plan, milestones, money, the problems they end: linked, filed with the
 * works' proof, re-checked many at a time, accepted.
 */
#include "world.h"

static unsigned pictures = 63000;
enum { DAY = 86400000 };

static const char *works(json_t *more)
{
    const char *id = new_id();
    json_t *body =
        packed("{s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:[{s:s,s:s},{s:s,s:s}]}", "id", id, "title", "东一社区老旧小区改造",
               "kind", "compound", "site_id", world.site[0], "lead_unit_id", world.unit, "plan_fen", 120000000,
               "end_at", time_text(now_ms() + 90LL * DAY), "milestones", "title", "开工", "due_at",
               time_text(now_ms() + 10LL * DAY), "title", "竣工", "due_at", time_text(now_ms() + 80LL * DAY));
    if (more) {
        json_object_update(body, more);
        json_decref(more);
    }
    POST(&world.desk, 201, body, "/works");
    return id;
}

static const char *accepted(const char *unit, const struct account *who)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, unit);
    act(who, 200, id, "accept", NULL);
    return id;
}

static void from_plan_to_acceptance(void **state)
{
    (void)state;
    const char *id = works(NULL), *mine = accepted(world.unit, &world.contact),
               *theirs = accepted(world.rival_unit, &world.rival);
    const char *waits = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(waits, world.unit);
    json_t *w = POST(&world.desk, 200,
                     packed("{s:s,s:[s,s,s],s:s}", "id", new_id(), "problem_ids", mine, theirs, waits, "reason",
                            "随改造一并解决"),
                     "/works/%s/problems", id);
    expect_int(w, "problems", 3);
    json_t *p = GET(&world.desk, "/problems/%s", mine);
    char path[40];
    snprintf(path, sizeof path, "timeline.%zu.event", json_array_size(at(p, "timeline")) - 1);
    expect_text(p, path, "works_link");
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:[s],s:s}", "id", new_id(), "problem_ids", mine, "reason", "x"),
                           "/works/%s/problems", id),
                 "/problem_ids/0", "linked_already");

    /* The lead unit sees what waits for it; others see nothing. */
    expect_count(GET(&world.contact, "/works/%s/problems?open=true", id), "items", 3);
    api_fault(&world.rival, 404, "works_not_found", "GET", NULL, "/works/%s", id);
    expect_count(GET(&world.rival, "/works"), "items", 0);
    api_fault(&world.contact, 409, "not_the_next_node", "POST", packed("{s:s,s:i}", "id", new_id(), "seq", 2),
              "/works/%s/milestone-done", id);
    w = POST(&world.contact, 200, packed("{s:s,s:i}", "id", new_id(), "seq", 1), "/works/%s/milestone-done", id);
    expect_text(w, "state", "under_way");
    expect_int(w, "progress.part", 1);
    expect_int(w, "progress.of", 2);
    POST(&world.contact, 200, packed("{s:s,s:i}", "id", new_id(), "fen", 50000000), "/works/%s/payments", id);
    w = POST(&world.desk, 200, packed("{s:s,s:i,s:s}", "id", new_id(), "fen", -1000000, "note", "更正"),
             "/works/%s/payments", id);
    expect_int(w, "paid_fen", 49000000);
    api_fault(&world.desk, 409, "paid_below_zero", "POST", packed("{s:s,s:i}", "id", new_id(), "fen", -49000001),
              "/works/%s/payments", id);

    expect_field(
        api_fault(&world.contact, 422, NULL, "POST", packed("{s:s}", "id", new_id()), "/works/%s/complete", id),
        "/photos", "evidence_required");
    json_t *body = packed("{s:s,s:s,s:[s]}", "id", new_id(), "note", "已竣工", "photos",
                          upload_picture(&world.contact, ++pictures));
    w = POST(&world.contact, 200, body, "/works/%s/complete", id);
    expect_text(w, "state", "completed");
    expect_text(GET(&world.desk, "/problems/%s", mine), "state", "rectified");
    expect_text(GET(&world.desk, "/problems/%s", theirs), "state", "rectified");
    expect_text(GET(&world.desk, "/problems/%s", waits), "state", "dispatched"); /* not signed for yet */
    act(&world.contact, 200, waits, "accept", NULL);
    POST(&world.contact, 200, packed("{s:s}", "id", new_id()), "/works/%s/file", id);
    expect_text(GET(&world.desk, "/problems/%s", waits), "state", "rectified");
    api_fault(&world.contact, 409, "nothing_to_file", "POST", packed("{s:s}", "id", new_id()), "/works/%s/file", id);

    api_fault(&world.desk, 409, "problems_open", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "验收"),
              "/works/%s/accept", id);
    body = keep(packed("{s:s,s:[s,s,s],s:s}", "id", new_id(), "problem_ids", mine, theirs, waits, "note", "逐个核查到位"));
    api_fault(&world.contact, 403, "not_allowed", "POST", json_incref(body), "/works/%s/recheck", id);
    json_object_set_new(body, "id", json_string(new_id()));
    expect_int(POST(&world.checker, 200, json_incref(body), "/works/%s/recheck", id), "struck_off", 3);
    expect_int(POST(&world.checker, 200, json_incref(body), "/works/%s/recheck", id), "struck_off",
               3); /* the same command again */
    expect_text(GET(&world.desk, "/problems/%s", theirs), "state", "struck_off");
    w = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "验收合格"), "/works/%s/accept", id);
    expect_text(w, "state", "accepted");
    expect_int(w, "problems_open", 0);
}

/* What is handed on downward is not filed over the head of those who have it: it stays linked and the rest goes on. */
static void what_cannot_be_filed_waits(void **state)
{
    (void)state;
    const char *id = works(NULL), *sub = new_id(), *below = accepted(world.rival_unit, &world.rival),
               *mine = accepted(world.unit, &world.contact);
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", sub, "code", "ZJJ-1", "name", "住建一科", "kind", "department", "parent_id",
                world.rival_unit),
         "/units");
    api(&world.rival, 201, "POST", packed("{s:s,s:s,s:s}", "id", new_id(), "to_unit_id", sub, "note", "请办理"),
        "/problems/%s/levels", below);
    POST(&world.desk, 200,
         packed("{s:s,s:[s,s],s:s}", "id", new_id(), "problem_ids", below, mine, "reason", "随改造解决"),
         "/works/%s/problems", id);
    json_t *w = POST(&world.contact, 200,
                     packed("{s:s,s:[s]}", "id", new_id(), "photos", upload_picture(&world.contact, ++pictures)),
                     "/works/%s/complete", id);
    expect_int(w, "problems_open", 2);
    expect_text(GET(&world.desk, "/problems/%s", mine), "state", "rectified");
    expect_text(GET(&world.desk, "/problems/%s", below), "state", "accepted");
    api_fault(&world.contact, 409, "nothing_to_file", "POST", packed("{s:s}", "id", new_id()), "/works/%s/file", id);
}

static void changed_returned_and_stopped(void **state)
{
    (void)state;
    const char *id = works(NULL), *problem = accepted(world.unit, &world.contact);
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "id", new_id(), "title", "x", "kind", "road",
                                  "area_id", world.town[0], "lead_unit_id", new_id(), "plan_fen", 1, "end_at",
                                  time_text(now_ms() + DAY)),
                           "/works"),
                 "/lead_unit_id", "unit_missing");
    api_fault(&world.contact, 403, "not_allowed", "POST",
              packed("{s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "id", new_id(), "title", "x", "kind", "road", "area_id",
                     world.town[0], "lead_unit_id", world.unit, "plan_fen", 1, "end_at", time_text(now_ms() + DAY)),
              "/works");
    api_if_match("\"1\"");
    json_t *w = api(&world.desk, 200, "PATCH", packed("{s:s,s:i}", "title", "东一社区改造（一期）", "plan_fen", 99),
                    "/works/%s", id);
    expect_int(w, "plan_fen", 99);
    api_if_match("\"2\"");
    expect_field(api_fault(&world.desk, 422, NULL, "PATCH",
                           packed("{s:s}", "end_at", time_text(now_ms() + 20LL * DAY)), "/works/%s", id),
                 "/milestones/1/due_at", "after_the_end");
    POST(&world.desk, 200,
         packed("{s:s,s:s,s:s}", "id", new_id(), "title", "绿化", "due_at", time_text(now_ms() + 85LL * DAY)),
         "/works/%s/milestones", id);
    POST(&world.desk, 200,
         packed("{s:s,s:[s],s:s}", "id", new_id(), "problem_ids", problem, "reason", "随改造解决"),
         "/works/%s/problems", id);
    api_fault(&world.desk, 409, "problems_open", "POST",
              packed("{s:s,s:s}", "id", new_id(), "reason", "资金未到位"), "/works/%s/stop", id);
    POST(&world.desk, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", problem, "reason", "单独整改"),
         "/works/%s/unlink", id);
    api_fault(&world.desk, 409, "not_linked", "POST",
              packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", problem, "reason", "x"), "/works/%s/unlink",
              id);
    POST(&world.contact, 200,
         packed("{s:s,s:[s]}", "id", new_id(), "photos", upload_picture(&world.contact, ++pictures)),
         "/works/%s/complete", id);
    w = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "散水未做"), "/works/%s/return", id);
    expect_text(w, "state", "under_way");
    POST(&world.contact, 200,
         packed("{s:s,s:[s]}", "id", new_id(), "photos", upload_picture(&world.contact, ++pictures)),
         "/works/%s/complete", id);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "合格"), "/works/%s/accept", id);
    const char *other = works(NULL);
    expect_text(
        POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "计划取消"), "/works/%s/stop", other),
        "state", "stopped");
    api_fault(&world.contact, 409, "state_forbids", "POST", packed("{s:s,s:i}", "id", new_id(), "seq", 1),
              "/works/%s/milestone-done", other);
}

static void what_is_late_is_shown(void **state)
{
    (void)state;
    const char *id = works(packed("{s:[{s:s,s:s}]}", "milestones", "title", "开工", "due_at", time_text(now_ms() - DAY)));
    json_t *w = GET(&world.desk, "/works/%s", id);
    expect_true(w, "overdue", true);
    expect_true(w, "milestones.0.late", true);
    expect_text(GET(&world.desk, "/works?overdue=true"), "items.0.id", id);
    expect_count(GET(&world.desk, "/works?overdue=true&kind=road"), "items", 0);
    POST(&world.contact, 200, packed("{s:s,s:i}", "id", new_id(), "seq", 1), "/works/%s/milestone-done", id);
    expect_true(GET(&world.desk, "/works/%s", id), "overdue", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(from_plan_to_acceptance), CASE(what_cannot_be_filed_waits),
                                       CASE(changed_returned_and_stopped), CASE(what_is_late_is_shown)};
    return SUITE(tests);
}
