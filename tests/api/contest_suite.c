/*
 * contest_suite.c - a unit contests a finding over HTTP: who may ask and who decides, the observation set right by a new
 * record with the scores behind it, the problem voided, veto items decided by two.
 */
#include "world.h"

#include <unistd.h>

static unsigned pictures = 55000;
static struct account second_desk, double_hat;

static void more_people(void)
{
    static const char *const desk[] = {"office", "register", "dispatch", NULL}, *const both[] = {"office", "inspector", "register", NULL};
    if (second_desk.token[0])
        return;
    world_person(&second_desk, "desk2", world.office_unit, desk, NULL);
    world_person(&double_hat, "doublehat", world.office_unit, both, NULL);
}

/* A visit in which one criterion fails and raises a problem. */
static struct finding {
    char visit[ID_BYTES], criterion[ID_BYTES], problem[ID_BYTES];
} found(const struct account *who, const char *site)
{
    struct finding f;
    json_t *body = visit_body(site, "weekly"), *o = fail_one(body, site, 0);
    snprintf(f.visit, sizeof f.visit, "%s", text_at(body, "id"));
    snprintf(f.criterion, sizeof f.criterion, "%s", text_at(o, "criterion_id"));
    snprintf(f.problem, sizeof f.problem, "%s", new_id());
    json_object_set_new(o, "problem", packed("{s:s,s:s}", "id", f.problem, "description", "门前有垃圾未清理"));
    POST(who, 201, body, "/inspections");
    return f;
}

static json_t *ask(const struct account *who, int expect, const struct finding *f)
{
    return POST(who, expect,
                packed("{s:s,s:s,s:s,s:s,s:[s]}", "id", new_id(), "inspection_id", f->visit, "criterion_id", f->criterion,
                       "reason", "该处不属检查范围，有界址照片", "photos", upload_picture(&world.contact, ++pictures)),
                "/contests");
}

static json_t *decide(const struct account *who, int expect, const char *contest, const char *action, json_t *more)
{
    json_t *body = packed("{s:s,s:s,s:s}", "id", new_id(), "action", action, "note", "经核，理由成立与否见附");
    if (more)
        json_object_update(body, more);
    return POST(who, expect, body, "/contests/%s/actions", contest);
}

static double site_points(const char *site)
{
    size_t i;
    json_t *s, *list = at(GET(&world.desk, "/scores?group_by=site&limit=200"), "items");
    json_array_foreach(list, i, s) if (strcmp(text_at(s, "key"), site) == 0) return number_at(s, "rate.earned");
    return 0;
}

static json_t *observation_of(const char *visit, const char *criterion)
{
    size_t i;
    json_t *o, *list = at(GET(&world.desk, "/inspections/%s", visit), "observations");
    json_array_foreach(list, i, o) if (strcmp(text_at(o, "criterion_id"), criterion) == 0) return o;
    fail_msg("the observation is gone");
    return NULL;
}

static void upheld_sets_it_right(void **state)
{
    (void)state;
    more_people();
    struct finding f = found(&world.inspector, world.site[0]);
    dispatch(f.problem, world.unit);
    double before = site_points(world.site[0]);
    expect_field(ask(&world.rival, 422, &f), "/inspection_id", "finding_missing");
    api_fault(&world.inspector, 403, "not_allowed", "POST", packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", f.problem, "reason", "x"), "/contests");
    json_t *c = ask(&world.contact, 201, &f);
    const char *id = text_at(c, "id");
    expect_text(c, "state", "asked");
    expect_true(c, "two", false);
    expect_text(ask(&world.contact, 409, &f), "code", "contested_already");
    expect_text(GET(&world.desk, "/problems/%s", f.problem), "timeline.2.event", "contest");
    expect_text(decide(&world.inspector, 404, id, "uphold", NULL), "code", "contest_not_found");
    api_fault(&world.rival, 404, "contest_not_found", "GET", NULL, "/contests/%s", id);
    expect_text(GET(&world.desk, "/contests?open=true"), "items.0.id", id);
    c = decide(&world.desk, 200, id, "uphold", NULL);
    expect_text(c, "state", "upheld");
    char right[ID_BYTES];
    snprintf(right, sizeof right, "%s", text_at(c, "correction_id"));
    json_t *old = GET(&world.desk, "/inspections/%s", f.visit);
    expect_text(old, "state", "corrected");
    expect_text(old, "superseded_by", right);
    expect_text(observation_of(f.visit, f.criterion), "result", "count"); /* as it was recorded */
    expect_text(GET(&world.desk, "/inspections/%s", right), "state", "complete");
    expect_text(GET(&world.desk, "/inspections/%s", right), "inspector.id", world.inspector.person);
    expect_text(observation_of(right, f.criterion), "result", "met");
    assert_true(site_points(world.site[0]) > before);
    json_t *p = GET(&world.desk, "/problems/%s", f.problem);
    expect_text(p, "state", "voided");
    expect_text(decide(&world.desk, 409, id, "refuse", NULL), "code", "contest_decided");
    /* The unit hears the outcome, not who decided. */
    json_t *mine = GET(&world.contact, "/contests/%s", id);
    expect_null(mine, "decided_by");
    expect_text(mine, "state", "upheld");
}

static void refused_leaves_all(void **state)
{
    (void)state;
    more_people();
    struct finding f = found(&world.inspector, world.site[0]);
    dispatch(f.problem, world.unit);
    act(&world.contact, 200, f.problem, "accept", NULL);
    json_t *c = POST(&world.contact, 201, packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", f.problem, "reason", "不属实"), "/contests");
    expect_text(c, "criterion_id", f.criterion);
    expect_field(POST(&world.desk, 422, packed("{s:s,s:s,s:s}", "id", new_id(), "action", "refuse", "note", "  "), "/contests/%s/actions", text_at(c, "id")),
                 "/note", "required");
    expect_text(decide(&world.checker, 200, text_at(c, "id"), "refuse", NULL), "state", "refused");
    json_t *p = GET(&world.desk, "/problems/%s", f.problem);
    expect_text(p, "state", "accepted");
    expect_text(p, "timeline.4.event", "contest_refused");
    expect_text(GET(&world.desk, "/inspections/%s", f.visit), "state", "complete");
    assert_false(json_is_true(at(p, "overdue")));
}

static void withdrawn_and_asked_again(void **state)
{
    (void)state;
    more_people();
    struct finding f = found(&world.inspector, world.site[0]);
    const char *id = text_at(ask(&world.contact, 201, &f), "id");
    expect_text(decide(&world.desk, 403, id, "withdraw", NULL), "code", "not_allowed");
    expect_text(decide(&world.contact, 200, id, "withdraw", NULL), "state", "withdrawn");
    id = text_at(ask(&world.contact, 201, &f), "id");
    /* Not dispatched yet: the registered problem is voided all the same. */
    decide(&world.desk, 200, id, "uphold", packed("{s:{s:s}}", "set", "result", "not_applicable"));
    expect_text(GET(&world.desk, "/problems/%s", f.problem), "state", "voided");
    expect_field(POST(&world.contact, 422, packed("{s:s,s:s}", "id", new_id(), "reason", "x"), "/contests"), "/inspection_id", "one_of");
    json_t *body = packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "inspection_id", f.visit, "criterion_id", f.criterion, "reason", "x");
    expect_text(POST(&world.contact, 409, body, "/contests"), "code", "not_counted");
}

static void not_by_who_made_the_visit(void **state)
{
    (void)state;
    more_people();
    struct finding f = found(&double_hat, world.site[0]);
    const char *id = text_at(ask(&world.contact, 201, &f), "id");
    expect_text(decide(&double_hat, 403, id, "uphold", NULL), "code", "contest_own_visit");
    expect_text(decide(&double_hat, 403, id, "refuse", NULL), "code", "contest_own_visit");
    expect_text(decide(&world.desk, 200, id, "uphold", NULL), "state", "upheld");
}

static bool is_veto(const char *site, const char *criterion)
{
    size_t i;
    json_t *c;
    json_array_foreach(criteria_of(site), i, c) if (strcmp(text_at(c, "id"), criterion) == 0) return json_is_true(at(c, "veto"));
    return false;
}

/* A visit to a place whose checklist has a veto item, which fails. */
static struct finding veto_found(const char *code)
{
    char site[ID_BYTES];
    struct finding f = {0};
    size_t i;
    json_t *o;
    snprintf(site, sizeof site, "%s", make_site(code, "XQ", world.village[0], world.unit));
    json_t *body = visit_body(site, "weekly");
    json_array_foreach(json_object_get(body, "observations"), i, o)
    {
        if (f.criterion[0] || !is_veto(site, text_at(o, "criterion_id")))
            continue;
        json_object_set_new(o, "result", json_string("not_met"));
        snprintf(f.criterion, sizeof f.criterion, "%s", text_at(o, "criterion_id"));
    }
    assert_true(f.criterion[0] != 0);
    snprintf(f.visit, sizeof f.visit, "%s", text_at(body, "id"));
    POST(&world.inspector, 201, body, "/inspections");
    return f;
}

/* `who` has been told `n` times that this contest waits for a decision; waits for it. */
static void told(const struct account *who, const char *id, size_t n)
{
    size_t i, seen = 0;
    int64_t until = now_ms() + 20000;
    do {
        json_t *one, *list = GET(who, "/notices?limit=100");
        seen = 0;
        json_array_foreach(at(list, "items"), i, one)
            seen += strcmp(text_at(one, "rule"), "request_asked") == 0 && strcmp(text_at(one, "subject_id"), id) == 0;
        if (seen < n)
            usleep(50 * 1000);
    } while (seen < n && now_ms() < until);
    assert_int_equal(seen, n);
}

static void a_veto_item_takes_two(void **state)
{
    (void)state;
    more_people();
    struct finding f = veto_found("S-0901");
    json_t *c = ask(&world.contact, 201, &f);
    const char *id = text_at(c, "id");
    expect_true(c, "two", true);
    told(&second_desk, id, 1);
    told(&world.desk, id, 1);
    expect_text(decide(&world.desk, 200, id, "uphold", NULL), "state", "first");
    told(&second_desk, id, 2); /* the second is theirs, not of who decided first */
    told(&world.desk, id, 1);
    told(&world.contact, id, 0);
    expect_text(decide(&world.desk, 403, id, "uphold", NULL), "code", "contest_same_decider");
    expect_text(GET(&world.desk, "/inspections/%s", f.visit), "state", "complete"); /* nothing yet */
    c = decide(&second_desk, 200, id, "uphold", NULL);
    expect_text(c, "state", "upheld");
    expect_text(observation_of(text_at(c, "correction_id"), f.criterion), "result", "met");
    struct finding again = f;
    snprintf(again.visit, sizeof again.visit, "%s", text_at(c, "correction_id"));
    expect_field(ask(&world.contact, 422, &again), "/criterion_id", "nothing_wrong");
}

/* Who decides no longer has not decided: the first word of somebody un-assigned does not stand. */
static void a_stale_first_word(void **state)
{
    (void)state;
    static const char *const desk[] = {"office", "register", NULL};
    struct account third = {0};
    more_people();
    world_person(&third, "desk3", world.office_unit, desk, NULL);
    struct finding f = veto_found("S-0902");
    const char *id = text_at(ask(&world.contact, 201, &f), "id");
    expect_text(decide(&third, 200, id, "uphold", NULL), "state", "first");
    size_t i;
    json_t *r, *roles = at(GET(&world.security, "/people/%s/roles", third.person), "items");
    json_array_foreach(roles, i, r) if (strcmp(text_at(r, "role"), "office") == 0)
        POST(&world.security, 200, packed("{s:s}", "id", new_id()), "/roles/%s/end", text_at(r, "id"));
    expect_text(decide(&second_desk, 200, id, "uphold", NULL), "state", "first");
    expect_text(decide(&world.desk, 200, id, "uphold", NULL), "state", "upheld");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(upheld_sets_it_right), CASE(refused_leaves_all), CASE(withdrawn_and_asked_again),
        CASE(not_by_who_made_the_visit), CASE(a_veto_item_takes_two), CASE(a_stale_first_word),
    };
    return SUITE(tests);
}
