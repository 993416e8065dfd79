/*
 * alike_suite.c - from one case to all alike: tasks per unit, answers per site, what it brought, its own end; the
 * units' self-check ledger: nodes, proof, sample, turning an entry into a problem.
 */
#include "world.h"

static unsigned pictures = 62000;
static char extra[ID_BYTES], nobodys[ID_BYTES];

static const char *typical(void)
{
    static bool made;
    if (!made) { /* SQ: S-0001 and S-0003 of the unit, one of the rival's, one that nobody answers for */
        snprintf(extra, sizeof extra, "%s", make_site("AL-1", "SQ", world.village[0], world.rival_unit));
        snprintf(nobodys, sizeof nobodys, "%s", make_site("AL-2", "SQ", world.village[1], NULL));
        made = true;
    }
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    return id;
}

static json_t *drive_body(const char *id, const char *problem)
{
    return packed("{s:s,s:s,s:s,s:s}", "id", id, "problem_id", problem, "work_standard", "门前无垃圾、无积水", "due_at",
                  time_text(now_ms() + 5 * 86400000LL));
}

static json_t *answer(const char *site, const char *result, json_t *more)
{
    json_t *a = packed("{s:s,s:s}", "site_id", site, "result", result);
    if (more) {
        json_object_update(a, more);
        json_decref(more);
    }
    return a;
}

static json_t *answers(json_t *one)
{
    return packed("{s:s,s:[o]}", "id", new_id(), "answers", one);
}

static const char *task_of(const struct account *who, const char *drive)
{
    return text_at(GET(who, "/alike-tasks?alike_id=%s", drive), "items.0.id");
}

static void from_one_to_all(void **state)
{
    (void)state;
    const char *problem = typical(), *drive = new_id(), *found = new_id();
    json_t *d = POST(&world.desk, 201, drive_body(drive, problem), "/alike");
    expect_int(d, "tasks", 2);
    expect_int(d, "sites", 2);
    expect_int(d, "uncovered", 1);
    expect_true(GET(&world.desk, "/problems/%s", problem), "typical", true);
    api_fault(&world.contact, 403, "not_allowed", "POST", drive_body(new_id(), problem), "/alike");

    /* A unit sees its part, and nothing of whose case it was. */
    d = GET(&world.contact, "/alike/%s", drive);
    assert_null(at(d, "problem_id"));
    assert_null(at(d, "sites"));
    expect_count(GET(&world.contact, "/alike-tasks?alike_id=%s", drive), "items", 1);
    api_fault(&world.station, 404, "alike_not_found", "GET", NULL, "/alike/%s", drive);
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/alike");
    const char *ours = task_of(&world.contact, drive);
    api_fault(&world.rival, 404, "alike_not_found", "GET", NULL, "/alike-tasks/%s", ours);
    expect_text(GET(&world.contact, "/alike-tasks/%s/sites?waiting=true", ours), "items.0.site.id", world.site[2]);

    json_t *f = api_fault(&world.contact, 422, NULL, "POST", answers(answer(world.site[2], "found", NULL)),
                          "/alike-tasks/%s/answers", ours);
    expect_field(f, "/answers/0/note", "required");
    expect_field(f, "/answers/0/problem_id", "required");
    f = api_fault(&world.contact, 422, NULL, "POST", answers(answer(extra, "none_found", NULL)),
                  "/alike-tasks/%s/answers", ours);
    expect_field(f, "/answers/0/site_id", "site_missing");
    json_t *t = POST(&world.contact, 200,
                     answers(answer(world.site[2], "found",
                                    packed("{s:s,s:s,s:[s]}", "note", "墙角有垃圾", "problem_id", found, "photos",
                                           upload_picture(&world.contact, ++pictures)))),
                     "/alike-tasks/%s/answers", ours);
    expect_text(t, "state", "done");
    expect_true(t, "late", false);
    json_t *p = GET(&world.desk, "/problems/%s", found);
    expect_text(p, "source", "alike");
    expect_text(p, "state", "reported");
    expect_text(p, "reporter.id", world.contact.person);
    expect_text(GET(&world.desk, "/alike/%s", drive), "state", "open");
    api_fault(&world.contact, 409, NULL, "POST", answers(answer(world.site[2], "none_found", NULL)),
              "/alike-tasks/%s/answers", ours);

    const char *theirs = task_of(&world.rival, drive);
    f = api_fault(&world.rival, 422, NULL, "POST",
                  answers(answer(extra, "mended", packed("{s:s}", "note", "已清"))), "/alike-tasks/%s/answers",
                  theirs);
    expect_field(f, "/answers/0/after_photos", "evidence_required");
    POST(&world.rival, 200,
         answers(answer(
             extra, "mended",
             packed("{s:s,s:[s]}", "note", "当场清理", "after_photos", upload_picture(&world.rival, ++pictures)))),
         "/alike-tasks/%s/answers", theirs);
    d = GET(&world.desk, "/alike/%s", drive);
    expect_text(d, "state", "closed"); /* by itself */
    expect_int(d, "checked", 2);
    expect_int(d, "found", 2);
    expect_int(d, "mended", 1);
    expect_int(d, "problems", 1);
    expect_int(d, "problems_closed", 0);
    expect_int(d, "late_tasks", 0);
    json_t *s = GET(&world.desk, "/alike-tasks/%s/sites", theirs);
    expect_text(s, "items.0.result", "mended");
    expect_text(s, "items.0.photos.0.role", "after");
}

static void chosen_places_and_an_early_end(void **state)
{
    (void)state;
    const char *problem = typical(), *drive = new_id();
    json_t *body = drive_body(drive, problem);
    json_object_set_new(body, "area_code", json_string("990100002"));
    json_object_set_new(body, "unit_ids", packed("[s]", world.unit));
    json_t *d = POST(&world.desk, 201, body, "/alike");
    expect_int(d, "tasks", 1);
    expect_int(d, "sites", 1);
    body = drive_body(new_id(), problem);
    json_object_set_new(body, "area_code", json_string("990100009"));
    api_fault(&world.desk, 409, "nothing_alike", "POST", body, "/alike");
    const char *ours = task_of(&world.contact, drive);
    expect_text(POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "并入专项行动"),
                     "/alike/%s/close", drive),
                "state", "closed");
    api_fault(&world.contact, 409, "state_forbids", "POST", answers(answer(world.site[2], "none_found", NULL)),
              "/alike-tasks/%s/answers", ours);
}

static json_t *entry_body(const char *id)
{
    return packed("{s:s,s:s,s:s,s:[{s:s,s:s},{s:s,s:s}],s:[s]}", "id", id, "site_id", world.site[0], "description",
                  "楼道堆物", "nodes", "title", "告知", "due_at", time_text(now_ms() + 86400000), "title", "清运",
                  "due_at", time_text(now_ms() + 3 * 86400000LL), "photos",
                  upload_picture(&world.contact, ++pictures));
}

static void a_unit_mends_what_it_found(void **state)
{
    (void)state;
    const char *id = new_id();
    json_t *e = POST(&world.contact, 201, entry_body(id), "/self-checks");
    expect_text(e, "unit.id", world.unit);
    expect_int(e, "nodes_total", 2);
    GET(&world.desk, "/self-checks/%s", id);
    api_fault(&world.rival, 404, "self_check_not_found", "GET", NULL, "/self-checks/%s", id);
    expect_count(GET(&world.rival, "/self-checks"), "items", 0);
    api_fault(&world.desk, 403, "not_allowed", "POST", entry_body(new_id()), "/self-checks");
    api_fault(&world.contact, 409, "not_the_next_node", "POST", packed("{s:s,s:i}", "id", new_id(), "seq", 2),
              "/self-checks/%s/nodes", id);
    e = POST(&world.colleague, 200, packed("{s:s,s:i,s:s}", "id", new_id(), "seq", 1, "note", "已贴告知书"),
             "/self-checks/%s/nodes", id);
    expect_int(e, "nodes_done", 1);
    expect_field(
        api_fault(&world.contact, 422, NULL, "POST", packed("{s:s}", "id", new_id()), "/self-checks/%s/close", id),
        "/photos", "evidence_required");
    e = POST(&world.contact, 200,
             packed("{s:s,s:s,s:[s]}", "id", new_id(), "note", "已清运", "photos",
                    upload_picture(&world.contact, ++pictures)),
             "/self-checks/%s/close", id);
    expect_text(e, "state", "closed");
    assert_true(json_is_string(at(e, "nodes.1.done_at")));
    api_fault(&world.contact, 409, "state_forbids", "POST",
              packed("{s:s,s:s}", "id", new_id(), "problem_id", new_id()), "/self-checks/%s/raise", id);
}

static void the_office_draws_a_sample(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *id = new_id();
        POST(&world.rival, 201,
             packed("{s:s,s:s,s:s}", "id", id, "site_id", world.site[1], "description", "绿地缺株"),
             "/self-checks");
        POST(&world.rival, 200,
             packed("{s:s,s:[s]}", "id", new_id(), "photos", upload_picture(&world.rival, ++pictures)),
             "/self-checks/%s/close", id);
    }
    const char *sample = new_id();
    json_t *body = keep(packed("{s:s,s:s,s:s,s:i}", "id", sample, "from", time_text(now_ms() - 86400000), "to",
                               time_text(now_ms() + 60000), "take", 2));
    json_t *s = POST(&world.desk, 201, json_incref(body), "/self-check-samples");
    expect_int(s, "taken", 2);
    assert_true(int_at(s, "candidates") == 4);
    expect_count(s, "draws", 1);
    json_t *drawn = GET(&world.desk, "/self-checks?sample_id=%s", sample);
    expect_count(drawn, "items", 2);
    const char *first = text_at(drawn, "items.0.id"), *second = text_at(drawn, "items.1.id");
    expect_field(api_fault(&world.desk, 422, NULL, "POST", packed("{s:s,s:s}", "id", new_id(), "result", "noted"),
                           "/self-checks/%s/check", first),
                 "/note", "required");
    POST(&world.desk, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "result", "noted", "note", "请补种同规格"),
         "/self-checks/%s/check", first);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "result", "confirmed"), "/self-checks/%s/check", second);
    api_fault(&world.desk, 409, "not_drawn", "POST", packed("{s:s,s:s}", "id", new_id(), "result", "confirmed"),
              "/self-checks/%s/check", second);
    expect_count(GET(&world.desk, "/self-checks?unjudged=true"), "items", 0);
    json_t *counts = GET(&world.desk, "/self-checks/counts");
    json_int_t found = int_at(counts, "items.0.found") + int_at(counts, "items.1.found");
    assert_int_equal(found, 4);
    expect_count(GET(&world.rival, "/self-checks/counts"), "items", 1);
    /* Never counted against a unit: no score came of any of it. */
    expect_int(GET(&world.desk, "/scores?group_by=unit&site_id=%s", world.site[1]), "total.observations", 0);
}

static void what_needs_others_becomes_a_problem(void **state)
{
    (void)state;
    const char *id = new_id(), *problem = new_id();
    POST(&world.contact, 201, entry_body(id), "/self-checks");
    json_t *e = POST(&world.contact, 200,
                     packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", problem, "note", "需电力部门迁移线杆"),
                     "/self-checks/%s/raise", id);
    expect_text(e, "state", "raised");
    json_t *p = GET(&world.desk, "/problems/%s", problem);
    expect_text(p, "source", "self_check");
    expect_text(p, "state", "reported");
    expect_count(p, "timeline.0.photos", 1);
    act(&world.desk, 200, problem, "verify", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(from_one_to_all), CASE(chosen_places_and_an_early_end), CASE(a_unit_mends_what_it_found),
        CASE(the_office_draws_a_sample), CASE(what_needs_others_becomes_a_problem),
    };
    return SUITE(tests);
}
