/*
 * problem_suite.c - the case driven to its end: the whole loop with returns, every state's actions
 * by role, the guard on evidence, independence of the re-check by person and by unit, versions,
 * limits.
 */
#include "world.h"

#include <time.h>

static unsigned pictures = 1000;

static json_t *with_photo(const struct account *who)
{
    return packed("{s:[s]}", "photos", upload_picture(who, ++pictures));
}

static json_t *problem(const char *id)
{
    return GET(&world.desk, "/problems/%s", id);
}

static void the_whole_loop(void **state)
{
    (void)state;
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    json_t *p = problem(id);
    expect_text(p, "state", "registered"); /* the office's own inspectors need no verifying */
    expect_text(p, "source", "inspection");
    act(&world.desk, 200, id, "dispatch", packed("{s:s}", "unit_id", world.rival_unit));
    act(&world.rival, 200, id, "send_back", packed("{s:s}", "note", "不属我单位职责"));
    expect_text(problem(id), "state", "registered");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
    act(&world.checker, 200, id, "return", packed("{s:s}", "note", "角落仍有垃圾"));
    p = problem(id);
    expect_text(p, "state", "accepted");
    expect_int(p, "rework_count", 1);
    act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
    p = act(&world.checker, 200, id, "strike_off", packed("{s:s}", "note", "整改到位"));
    expect_text(p, "state", "struck_off");
    assert_true(json_is_string(at(p, "closed_at")));
    static const char *const events[] = {"found",   "dispatch", "send_back", "dispatch",  "accept",
                                         "rectify", "return",   "rectify",   "strike_off"};
    expect_count(p, "timeline", sizeof events / sizeof *events);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        char path[40];
        snprintf(path, sizeof path, "timeline.%zu.event", i);
        expect_text(p, path, events[i]);
    }
    expect_count(p, "allowed_actions", 0);
    json_t *log = GET(&world.auditor, "/journal?kind=problem.strike_off&limit=1");
    expect_text(log, "items.0.subject_id", id);
}

static const char *reported(void)
{
    const char *id = new_id();
    POST(&world.grid, 201,
         packed("{s:s,s:s,s:s}", "id", id, "site_id", world.site[0], "description", "井盖破损"),
         "/problems");
    return id;
}

static void reported_verified_registered(void **state)
{
    (void)state;
    const char *id = reported();
    expect_text(problem(id), "state", "reported");
    act(&world.desk, 200, id, "verify", NULL);
    json_t *p = act(&world.desk, 200, id, "register", NULL);
    expect_text(p, "state", "registered");
    const char *other = reported();
    expect_field(api_fault(&world.desk, 422, NULL, "POST",
                           packed("{s:s,s:s}", "id", new_id(), "action", "reject"),
                           "/problems/%s/actions", other),
                 "/note", "required");
    expect_text(act(&world.desk, 200, other, "reject", packed("{s:s}", "note", "经核实不属实")),
                "state", "rejected");
}

static void mended_on_the_spot(void **state)
{
    (void)state;
    const char *id = reported();
    act(&world.desk, 200, id, "verify", NULL);
    act(&world.desk, 200, id, "register", NULL);
    expect_field(act(&world.desk, 422, id, "mend_on_spot", NULL), "/photos", "evidence_required");
    expect_text(act(&world.desk, 200, id, "mend_on_spot", with_photo(&world.desk)), "state",
                "mended_on_spot");

    json_t *body = keep(visit_body(world.site[0], "weekly")), *o = fail_one(body, world.site[0], 0);
    const char *raised = new_id();
    json_object_set_new(o, "problem",
                        packed("{s:s,s:s,s:b}", "id", raised, "description", "烟头", "mended", 1));
    json_t *fault =
        api_fault(&world.inspector, 422, NULL, "POST", json_incref(body), "/inspections");
    expect_text(fault, "errors.0.code", "evidence_required");
    api_fault(&world.desk, 404, NULL, "GET", NULL, "/problems/%s", raised);
}

/* With and without proof in the same visit; where the observation stands is the checklist's affair.
 */
static void mended_within_an_inspection(void **state)
{
    (void)state;
    json_t *body = visit_body(world.site[0], "weekly"), *o = fail_one(body, world.site[0], 0);
    const char *raised = new_id(), *before = upload_picture(&world.inspector, ++pictures),
               *after = upload_picture(&world.inspector, ++pictures);
    json_object_set_new(o, "photos", packed("[s]", before));
    json_object_set_new(o, "problem",
                        packed("{s:s,s:s,s:b,s:[s]}", "id", raised, "description", "烟头", "mended",
                               1, "after_photos", after));
    POST(&world.inspector, 201, body, "/inspections");
    json_t *p = problem(raised);
    expect_text(p, "state", "mended_on_spot");
    expect_count(p, "timeline", 2);
    expect_text(p, "timeline.0.photos.0.sha256", before);
    expect_text(p, "timeline.1.photos.0.sha256", after);
}

static void evidence_is_stored_bytes(void **state)
{
    (void)state;
    char promised[SHA_BYTES];
    sha_text("a promised photograph", 21, promised);
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    expect_field(act(&world.contact, 422, id, "rectify", NULL), "/photos", "evidence_required");
    expect_field(act(&world.contact, 422, id, "rectify", packed("{s:[s]}", "photos", promised)),
                 "/photos/0", "photo_missing");
    expect_text(problem(id), "state", "accepted");
    act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
}

static void who_rectifies_never_rechecks(void **state)
{
    (void)state;
    static const char *const both[] = {"unit_contact", "inspector", "recheck", "strike", NULL},
                             *const checks[] = {"inspector", "recheck", "strike", NULL};
    struct account same = {0}, unit_mate = {0};
    world_person(&same, "both", world.unit, both, NULL);
    world_person(&unit_mate, "mate", world.unit, checks, NULL);
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    act(&same, 200, id, "accept", NULL);
    act(&same, 200, id, "rectify", with_photo(&same));
    static const char *const judging[] = {"strike_off", "return"};
    for (int i = 0; i < 2; i++) {
        json_t *body =
            packed("{s:s,s:s,s:s}", "id", new_id(), "action", judging[i], "note", "自查合格");
        api_fault(&same, 403, "recheck_self", "POST", body, "/problems/%s/actions", id);
        body = packed("{s:s,s:s,s:s}", "id", new_id(), "action", judging[i], "note", "本单位合格");
        api_fault(&unit_mate, 403, "recheck_own_unit", "POST", body, "/problems/%s/actions", id);
    }
    assert_false(has_text(at(GET(&same, "/problems/%s", id), "allowed_actions"), "strike_off"));
    act(&world.checker, 200, id, "strike_off", NULL);
}

static void versions_and_repeats(void **state)
{
    (void)state;
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly"), *command = new_id();
    json_int_t version = int_at(problem(id), "version");
    json_t *body = keep(packed("{s:s,s:s,s:s,s:I}", "id", command, "action", "dispatch", "unit_id",
                               world.unit, "version", version));
    json_t *once = POST(&world.desk, 200, json_incref(body), "/problems/%s/actions", id);
    json_t *twice = POST(&world.desk, 200, json_incref(body), "/problems/%s/actions", id);
    expect_int(twice, "version", int_at(once, "version"));
    expect_count(twice, "timeline", 2);
    json_t *other =
        packed("{s:s,s:s,s:s}", "id", command, "action", "dispatch", "unit_id", world.rival_unit);
    api_fault(&world.desk, 409, "command_id_reused", "POST", other, "/problems/%s/actions", id);
    json_t *stale = packed("{s:s,s:s,s:I}", "id", new_id(), "action", "accept", "version", version);
    api_fault(&world.contact, 412, "version_conflict", "POST", stale, "/problems/%s/actions", id);
    json_t *twice_dispatched =
        packed("{s:s,s:s,s:s}", "id", new_id(), "action", "dispatch", "unit_id", world.unit);
    api_fault(&world.desk, 409, "state_forbids", "POST", twice_dispatched, "/problems/%s/actions",
              id);
}

static int64_t ms_of(json_t *p, const char *path)
{
    struct tm tm = {0};
    const char *t = text_at(p, path);
    int ms = 0;
    if (sscanf(t, "%d-%d-%dT%d:%d:%d.%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &ms) < 6)
        fail_msg("no time: %s", t);
    tm.tm_year -= 1900;
    tm.tm_mon--;
    return (int64_t)(timegm(&tm) - 8 * 3600) * 1000 + ms;
}

static json_t *dispatched_with(const char *kind, int amount)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    return act(&world.desk, 200, id, "dispatch",
               packed("{s:s,s:{s:s,s:i}}", "unit_id", world.unit, "limit", "kind", kind, "amount",
                      amount));
}

/* Urgent hours run on; working time ends inside working hours of a working day. */
static void limits_in_working_time(void **state)
{
    (void)state;
    json_t *p = dispatched_with("urgent_hours", 4);
    assert_int_equal(ms_of(p, "due_at") - ms_of(p, "dispatched_at"), 4 * 3600000);
    expect_text(p, "light", "green");
    p = dispatched_with("working_days", 5);
    int64_t from = ms_of(p, "dispatched_at"), due = ms_of(p, "due_at");
    assert_true(due - from >= 5LL * 86400000 && due - from <= 20LL * 86400000);
    p = dispatched_with("working_hours", 8);
    due = ms_of(p, "due_at");
    int minute = (int)((due / 60000 + 480) % 1440);
    bool open = (minute >= 510 && minute <= 720) || (minute >= 870 && minute <= 1050);
    if (!open)
        fail_msg("due at %s, outside working hours", text_at(p, "due_at"));
    assert_true(due - ms_of(p, "dispatched_at") >= 8 * 3600000);
    p = dispatched_with("calendar_days", 3);
    due = ms_of(p, "due_at") - ms_of(p, "dispatched_at");
    assert_true(due >= 2LL * 86400000 && due <= 4LL * 86400000);
    json_t *bad = packed("{s:s,s:s,s:s,s:{s:s,s:i}}", "id", new_id(), "action", "dispatch",
                         "unit_id", world.unit, "limit", "kind", "lunar_days", "amount", 0);
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    json_t *fault = api_fault(&world.desk, 422, NULL, "POST", bad, "/problems/%s/actions", id);
    expect_field(fault, "/limit/kind", NULL);
    expect_field(fault, "/limit/amount", NULL);
}

/* ---- permissions: state by role ---- */

enum { STATES = 5 };
static const char *const states[STATES] = {"reported", "registered", "dispatched", "accepted",
                                           "rectified"};

static const char *bring_to(int wanted)
{
    const char *id = reported();
    for (int s = 1; s <= wanted; s++) {
        if (s == 1) {
            act(&world.desk, 200, id, "verify", NULL);
            act(&world.desk, 200, id, "register", NULL);
        } else if (s == 2) {
            dispatch(id, world.unit);
        } else if (s == 3) {
            act(&world.contact, 200, id, "accept", NULL);
        } else {
            act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
        }
    }
    return id;
}

static void check_one(const struct account *who, const char *id, const char *allowed)
{
    static const char *const actions[] = {"verify",       "register",  "reject",    "dispatch",
                                          "mend_on_spot", "accept",    "send_back", "rectify",
                                          "return",       "strike_off", "void",     "dispute",
                                          "settle",       "resume",    "stop",      "restart"};
    bool reads = strcmp(allowed, "-") != 0;
    json_t *p = api(who,
                    reads                 ? 200
                    : who == &world.admin ? 403
                                          : 404,
                    "GET", NULL, "/problems/%s", id);
    size_t count = 0;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        char word[40];
        snprintf(word, sizeof word, " %s ", actions[i]);
        bool may = reads && strstr(allowed, word) != NULL;
        count += may;
        if (reads && has_text(at(p, "allowed_actions"), actions[i]) != may)
            fail_msg("%s in %s: %s", who->login, text_at(p, "state"), actions[i]);
        if (may)
            continue;
        struct reply r;
        char path[120], body[200];
        snprintf(path, sizeof path, "/api/v1/problems/%s/actions", id);
        snprintf(body, sizeof body,
                 "{\"id\":\"%s\",\"action\":\"%s\",\"note\":\"x\",\"unit_id\":\"%s\"}", new_id(),
                 actions[i], world.unit);
        call_make(api_port(),
                  &(struct call){.method = "POST",
                                 .path = path,
                                 .body = body,
                                 .bytes = strlen(body),
                                 .bearer = who->token},
                  &r);
        if (r.status != 403 && r.status != 404 && r.status != 409)
            fail_msg("%s %s answered %d: %s", who->login, actions[i], r.status, r.body);
        reply_free(&r);
    }
    if (reads && json_array_size(at(p, "allowed_actions")) != count)
        fail_msg("%s in %s may do %zu things", who->login, text_at(p, "state"),
                 json_array_size(at(p, "allowed_actions")));
}

static void table_of_permissions(void **state)
{
    /* "-": cannot even read it. Reported by the grid worker, dispatched to the contact's unit. */
    const struct {
        const struct account *who;
        const char *may[STATES];
    } table[] = {
        {&world.commander, {"", "", "", "", ""}},
        {&world.desk, {" verify reject ", " dispatch mend_on_spot void ", " void stop ", " void stop ", ""}},
        {&world.checker, {"", "", "", "", " return strike_off "}},
        {&world.inspector, {"-", "-", "-", "-", "-"}},
        {&world.joint, {"-", "-", "-", "-", "-"}},
        {&world.contact, {"-", "-", " accept send_back ", " rectify ", ""}},
        {&world.colleague, {"-", "-", " accept send_back ", " rectify ", ""}},
        {&world.rival, {"-", "-", "-", "-", "-"}},
        {&world.grid, {"", "", "", "", ""}},
        {&world.leader, {"", "", "", "", ""}},
        {&world.station, {"-", "-", "-", "-", "-"}},
        {&world.admin, {"-", "-", "-", "-", "-"}},
    };
    (void)state;
    for (int s = 0; s < STATES; s++) {
        const char *id = bring_to(s);
        expect_text(problem(id), "state", states[s]);
        json_int_t version = int_at(problem(id), "version");
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            check_one(table[i].who, id, table[i].may[s]);
        expect_int(problem(id), "version", version);
    }
}

static void lists(void **state)
{
    (void)state;
    const char *id = bring_to(2);
    const char *number = text_at(problem(id), "number");
    expect_text(GET(&world.desk, "/problems?q=%s", number), "items.0.id", id);
    json_t *mine = GET(&world.contact, "/problems?state=dispatched&limit=200"), *p;
    size_t i;
    json_array_foreach(at(mine, "items"), i, p) expect_text(p, "unit.id", world.unit);
    assert_true(i > 0);
    expect_count(GET(&world.rival, "/problems?state=dispatched"), "items", 0);
    expect_count(GET(&world.desk, "/problems?overdue=true"), "items", 0);
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/problems?open=perhaps");
    json_t *overview = GET(&world.desk, "/overview");
    assert_true(int_at(overview, "open") > 0);
    json_t *seen = keep(json_object()), *all = GET(&world.desk, "/problems?limit=200");
    json_array_foreach(at(all, "items"), i, p)
    {
        assert_null(json_object_get(seen, text_at(p, "number"))); /* numbers are given once */
        json_object_set(seen, text_at(p, "number"), p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_whole_loop),           CASE(reported_verified_registered),
        CASE(mended_on_the_spot),       CASE(mended_within_an_inspection),
        CASE(evidence_is_stored_bytes), CASE(who_rectifies_never_rechecks),
        CASE(versions_and_repeats),     CASE(limits_in_working_time),
        CASE(table_of_permissions),     CASE(lists),
    };
    return SUITE(tests);
}
