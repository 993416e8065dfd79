/*
 * covert_suite.c - a whole covert round is played, and those who are inspected look at everything there is before,
 * meanwhile and afterwards: until a problem of it is dispatched, or the round is published, no status, header or body
 * of any GET route differs by a byte. The routes are those `xiaohao routes` names, so a new one is asked by itself.
 */
#include "look.h"

#include "base/civil.h"
#include "http/test_client.h"

enum { ROUTES_MAX = 400, URL_BYTES = 400, SECRETS = 12, VIEWERS = 12 };

/* ---- what is to stay secret: ids and bytes chosen beforehand ---- */

enum secret { ROUND, VISIT_1, VISIT_2, VISIT_3, VISIT_4, PART, PROBLEM_1, PROBLEM_2, PROBLEM_3, PHOTO_1, PHOTO_2, TITLE };

static char secrets[SECRETS][SHA_BYTES];
static char *pictures[2];
static size_t picture_bytes[2];
static struct account mate, judge; /* a second inspector of the round; one who only re-checks */
static json_t *found; /* suite-long notes */

static void choose_secrets(void)
{
    for (int s = ROUND; s <= PROBLEM_3; s++)
        snprintf(secrets[s], sizeof secrets[s], "%s", new_id());
    for (unsigned i = 0; i < 2; i++) {
        pictures[i] = picture_png(40 + i, 30, 7700 + i, &picture_bytes[i]);
        sha_text(pictures[i], picture_bytes[i], secrets[PHOTO_1 + i]);
    }
    snprintf(secrets[TITLE], sizeof secrets[TITLE], "第四十七周暗访");
}

/* ---- who looks ---- */

static const struct viewer viewers[VIEWERS] = {
    {"contact", &world.contact}, {"colleague", &world.colleague}, {"rival", &world.rival},
    {"grid", &world.grid},       {"leader", &world.leader},       {"station", &world.station},
    {"second", &world.second},   {"joint", &world.joint},         {"judge", &judge},
    {"admin", &world.admin},     {"security", &world.security},   {"nobody", NULL},
};

/* ---- what they look at ---- */

static char patterns[ROUTES_MAX][120];
static size_t npatterns;

static void read_patterns(void)
{
    assert_int_equal(program_run(NULL, "routes", NULL), 0);
    char *text = strdup(program_output()), *rest = text, *one;
    while ((one = strsep(&rest, "\n")) != NULL && npatterns < ROUTES_MAX) {
        char method[8], pattern[120];
        if (sscanf(one, "%7s %119s", method, pattern) == 2 && strcmp(method, "GET") == 0 &&
            strstr(pattern, "/events") == NULL)
            snprintf(patterns[npatterns++], sizeof patterns[0], "%s", pattern);
    }
    free(text);
    assert_true(npatterns > 40 && npatterns < ROUTES_MAX);
}

static void add_look(const struct viewer *v, struct album *a, const char *url)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->looks[i].url, url) == 0)
            return;
    assert_true(a->n < LOOKS_MAX);
    look_at(v, url, &a->looks[a->n++]);
}

/* The filters a prying person would try; a route that does not know one answers so, each time alike. */
static void look_with_filters(const struct viewer *v, struct album *a, const char *pattern)
{
    static const char *const plain[] = {"", "?limit=200", "?state=complete", "?open=true", "?source=inspection",
                                        "?severity=key", "?category=SQ", "?area_code=990100001", "?from=2020-01-01",
                                        "?group_by=site", "?group_by=category", "?group_by=unit", "?group_by=town",
                                        "?group_by=district", "?group_by=area", "?mine=true", "?q=%E5%9E%83%E5%9C%BE",
                                        "?sort=number", "?state=running", "?from=2020-01-01&to=2099-01-01&group_by=unit"};
    char url[URL_BYTES];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        snprintf(url, sizeof url, "%s%s", pattern, plain[i]);
        add_look(v, a, url);
        if (i == 0 && a->looks[a->n - 1].status == 403)
            return;
    }
    const struct {
        const char *name, *value;
    } named[] = {{"site_id", world.site[0]}, {"unit_id", world.unit}, {"round_id", secrets[ROUND]},
                 {"inspector_id", world.inspector.person}, {"problem_id", secrets[PROBLEM_1]},
                 {"inspection_id", secrets[VISIT_1]}, {"subject_id", secrets[PROBLEM_1]}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        snprintf(url, sizeof url, "%s?%s=%s", pattern, named[i].name, named[i].value);
        add_look(v, a, url);
    }
}

static void fill_rest(const char *pattern, const char *id, char *out)
{
    static const char *const others[][2] = {{"{variant}", "thumb"}, {"{kind}", "problems"}, {"{name}", "ledger"}};
    size_t n = 0;
    bool first = true;
    for (const char *p = pattern; *p && n + SHA_BYTES < URL_BYTES; p++) {
        const char *value = first ? id : world.site[0];
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        for (size_t i = 0; i < 3; i++)
            if (strncmp(p, others[i][0], strlen(others[i][0])) == 0)
                value = others[i][1];
        n += (size_t)snprintf(out + n, URL_BYTES - n, "%s", value);
        first = false;
        p = strchr(p, '}');
    }
    out[n] = '\0';
}

/* The secret ids, and up to four of what the list before "/{" shows this viewer. */
static void look_into(const struct viewer *v, struct album *a, const char *pattern)
{
    char list[URL_BYTES], url[URL_BYTES];
    for (int s = ROUND; s <= PHOTO_2; s++) {
        fill_rest(pattern, secrets[s], url);
        add_look(v, a, url);
    }
    for (int i = 0; i < WORLD_SITES; i++) {
        fill_rest(pattern, world.site[i], url);
        add_look(v, a, url);
    }
    snprintf(list, sizeof list, "%.*s", (int)(strstr(pattern, "/{") - pattern), pattern);
    for (size_t i = 0, n = a->n; i < n; i++) {
        if (strcmp(a->looks[i].url, list) != 0 || a->looks[i].status != 200)
            continue;
        json_t *j = json_loads(a->looks[i].body, 0, NULL), *items = j ? json_object_get(j, "items") : NULL, *one;
        size_t k;
        json_array_foreach(items, k, one)
        {
            const char *id = json_string_value(json_object_get(one, "id"));
            if (!id || k >= 4)
                continue;
            fill_rest(pattern, id, url);
            add_look(v, a, url);
        }
        json_decref(j);
    }
}

static struct album *look_everywhere(const struct viewer *v)
{
    struct album *a = calloc(1, sizeof *a);
    for (size_t i = 0; i < npatterns; i++)
        if (!strchr(patterns[i], '{'))
            look_with_filters(v, a, patterns[i]);
    for (size_t i = 0; i < npatterns; i++)
        if (strchr(patterns[i], '{'))
            look_into(v, a, patterns[i]);
    return a;
}

static struct album *before[VIEWERS];

/* No id, no hash, no title of what is secret anywhere, but where it was asked for. */
static void nothing_named(const struct viewer *v, const struct album *a)
{
    for (size_t i = 0; i < a->n; i++)
        for (int s = ROUND; s < SECRETS; s++)
            if (strstr(a->looks[i].url, secrets[s]))
                continue;
            else if (strstr(a->looks[i].body, secrets[s]) || strstr(a->looks[i].head, secrets[s]))
                fail_msg("%s is shown %s by GET %s:\n%.600s", v->name, secrets[s], a->looks[i].url, a->looks[i].body);
}

/* ---- the round ---- */

static void send_picture(const struct account *who, int expect, int i)
{
    api_bytes(pictures[i], picture_bytes[i], "image/png");
    api(who, expect, "PUT", NULL, "/photos/%s", secrets[PHOTO_1 + i]);
}

static json_t *step(int expect, const char *what, json_t *more)
{
    json_t *body = packed("{s:s}", "id", new_id());
    if (more) {
        json_object_update(body, more);
        json_decref(more);
    }
    return POST(&world.desk, expect, body, "/rounds/%s/%s", secrets[ROUND], what);
}

static const char *day_text(int64_t ms)
{
    static char turns[4][16];
    static unsigned turn;
    char *out = turns[turn++ % 4];
    struct civil c = civil_from_ms(ms, ZONE_SHANGHAI_MIN);
    snprintf(out, 16, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    return out;
}

static void plan(void)
{
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "id", secrets[ROUND], "kind", "weekly", "title", secrets[TITLE],
                "basis", "2026年度督查计划", "starts_on", day_text(now_ms()), "ends_on",
                day_text(now_ms() + 2 * (int64_t)86400000), "record_only", 1),
         "/rounds");
    json_t *full = step(200, "select",
                        packed("{s:[s,s],s:{s:[s]},s:{s:i,s:s}}", "site_ids", world.site[0], world.site[1], "rule",
                               "area_codes", "990100002", "draw", "take", 1, "by", "category"));
    expect_text(full, "state", "drawn");
    expect_int(full, "sites.todo", 3);
    step(200, "people", packed("{s:[s,s]}", "person_ids", world.inspector.person, mate.person));
    step(200, "assign",
         packed("{s:{s:[{s:s,s:s}],s:[s]}}", "spread", "pairs", "inspector_id", world.inspector.person, "partner_id",
                mate.person, "days", day_text(now_ms())));
    step(200, "start", NULL);
    expect_count(GET(&world.inspector, "/walks"), "items", 3);
    expect_count(GET(&world.second, "/walks"), "items", 0);
}

/* A visit of the round with one failure, its photograph and problem. */
static json_t *visit(enum secret id, const char *site, enum secret problem, int photo)
{
    json_t *body = visit_body(site, "weekly");
    json_t *o = fail_one(body, site, 0);
    json_object_set_new(body, "id", json_string(secrets[id]));
    json_object_set_new(body, "round_id", json_string(secrets[ROUND]));
    json_object_set_new(body, "partner_id", json_string(mate.person));
    json_object_set_new(o, "photos", packed("[s]", secrets[PHOTO_1 + photo]));
    json_object_set_new(o, "problem",
                        packed("{s:s,s:s,s:s}", "id", secrets[problem], "description", "垃圾满溢未及时清运", "severity",
                               "key"));
    return body;
}

static void visit_in_parts(void)
{
    json_t *whole = keep(visit(VISIT_1, world.site[0], PROBLEM_1, 0));
    json_t *head = json_deep_copy(whole);
    json_object_del(head, "observations");
    json_object_del(head, "complete");
    json_object_del(head, "kind");
    json_t *staged = POST(&world.inspector, 201, head, "/inspections");
    expect_text(staged, "state", "staged");
    expect_text(staged, "kind", "weekly");
    expect_true(staged, "record_only", true);
    api(&world.inspector, 200, "PUT", packed("{s:O}", "observations", json_object_get(whole, "observations")),
        "/inspections/%s/parts/%s", secrets[VISIT_1], secrets[PART]);
    json_t *done = POST(&world.inspector, 200, packed("{s:s}", "id", new_id()), "/inspections/%s/complete",
                        secrets[VISIT_1]);
    expect_text(done, "state", "complete");
    expect_null(done, "score");
}

static const char *drawn_site(void)
{
    json_t *sites = at(GET(&world.desk, "/rounds/%s/sites", secrets[ROUND]), "items"), *one;
    size_t i;
    json_array_foreach(sites, i, one) if (strcmp(text_at(one, "origin"), "draw") == 0) return text_at(one, "site.id");
    fail_msg("nothing was drawn");
    return NULL;
}

/* In parts, at once, through quarantine, and one that is taken back. */
static void visits(void)
{
    send_picture(&world.inspector, 201, 0);
    send_picture(&world.inspector, 201, 1);
    visit_in_parts();
    POST(&world.inspector, 201, visit(VISIT_2, world.site[1], PROBLEM_2, 1), "/inspections");
    json_t *early = visit(VISIT_3, drawn_site(), PROBLEM_3, 0);
    json_object_set_new(early, "visit_at", json_string(time_text(now_ms() - 3 * (int64_t)86400000)));
    json_t *doubtful = POST(&world.inspector, 201, early, "/inspections");
    expect_text(doubtful, "state", "quarantined");
    assert_true(has_text(at(doubtful, "quarantine"), "round_over"));
    POST(&world.desk, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "decision", "accept", "reason", "手机时间有误"),
         "/inspections/%s/judge", secrets[VISIT_3]);
    json_t *again = visit_body(world.site[0], "weekly");
    json_object_set_new(again, "id", json_string(secrets[VISIT_4]));
    json_object_set_new(again, "round_id", json_string(secrets[ROUND]));
    POST(&world.inspector, 201, again, "/inspections");
    POST(&world.inspector, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "重复"), "/inspections/%s/withdraw",
         secrets[VISIT_4]);
    json_t *round = GET(&world.desk, "/rounds/%s", secrets[ROUND]);
    expect_int(round, "sites.done", 3);
}

/* Notices of what was done openly still come in for a while: looked at until two looks a little apart are alike. */
static void look_until_quiet(void)
{
    bool quiet = false;
    for (size_t v = 0; v < VIEWERS; v++)
        before[v] = look_everywhere(&viewers[v]);
    for (int tries = 0; !quiet && tries < 6; tries++) {
        usleep(1500 * 1000);
        quiet = true;
        for (size_t v = 0; v < VIEWERS; v++) {
            struct album *now = look_everywhere(&viewers[v]);
            size_t i = now->n == before[v]->n ? first_change(before[v], now) : 0;
            if (i < now->n)
                print_message("%s: %s still changes\n", viewers[v].name, now->looks[i].url);
            quiet = quiet && i == now->n;
            album_free(before[v]);
            before[v] = now;
            nothing_named(&viewers[v], now);
        }
    }
    assert_true(quiet);
}

/* ---- the cases, in this order ---- */

static void watch_everything(void **state)
{
    (void)state;
    static const char *const rechecks[] = {"inspector", "recheck", "strike", NULL}, *const walks[] = {"inspector", NULL};
    world_person(&mate, "mate", world.office_unit, walks, NULL);
    world_person(&judge, "judge", world.office_unit, rechecks, NULL);
    const char *open = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(open, world.unit);
    raise_problem(&world.inspector, world.site[1], "monthly");
    choose_secrets();
    read_patterns();
    for (int i = 0; i < 500 && json_array_size(at(GET(&world.contact, "/commitments"), "items")) == 0; i++)
        usleep(20000);
    expect_count(GET(&world.contact, "/commitments"), "items", 1);
    look_until_quiet();
    size_t n = 0;
    for (size_t v = 0; v < VIEWERS; v++)
        n += before[v]->n;
    print_message("%zu routes, %zu questions by %d viewers\n", npatterns, n, VIEWERS);
}

static void all_look_again(const char *when)
{
    print_message("%s\n", when);
    for (size_t v = 0; v < VIEWERS; v++) {
        struct album *now = look_again(&viewers[v], before[v]);
        nothing_changed(&viewers[v], before[v], now);
        nothing_named(&viewers[v], now);
        album_free(now);
    }
}

static void the_round_is_played_unseen(void **state)
{
    (void)state;
    struct buf heard;
    char head[300];
    buf_init(&heard, 1 << 20);
    int fd = client_connect(api_port());
    int n = snprintf(head, sizeof head,
                     "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", judge.token);
    assert_true(client_send(fd, head, (size_t)n));
    assert_true(client_read(fd, &heard, "text/event-stream"));
    plan();
    all_look_again("planned, drawn, assigned, running");
    visits();
    all_look_again("visited");
    step(200, "close", NULL);
    all_look_again("closed");
    /* Something open comes last, so that all before it has been heard. */
    const char *open = raise_problem(&world.inspector, world.site[3], "patrol");
    assert_true(client_read(fd, &heard, open));
    for (int s = ROUND; s < SECRETS; s++)
        assert_null(memmem(heard.p, heard.n, secrets[s], strlen(secrets[s])));
    close(fd);
    buf_free(&heard);
    /* That these eyes see at all: what is open shows. */
    for (size_t v = 0; v < VIEWERS; v++)
        if (viewers[v].who == &judge) {
            struct album *now = look_again(&viewers[v], before[v]);
            assert_true(first_change(before[v], now) < now->n);
            album_free(now);
        }
    found = packed("{s:s}", "open", open);
    json_incref(found);
}

static void probes_tell_nothing(void **state)
{
    (void)state;
    json_t *open = GET(&world.desk, "/problems/%s", text_at(found, "open"));
    int64_t number = 0;
    assert_int_equal(sscanf(text_at(open, "number"), "%*d-%ld", &number), 1);
    assert_int_equal(number, 3); /* two before, and this: what is held took none */
    assert_int_equal(text_at(GET(&world.desk, "/problems/%s", secrets[PROBLEM_1]), "number") != NULL, 1);
    send_picture(&world.contact, 201, 0); /* as new */
    json_t *mine = GET(&world.contact, "/photos/%s", secrets[PHOTO_1]);
    assert_true(strncmp(text_at(mine, "received_at"), time_text(now_ms()), 10) == 0);
    json_t *unknown = keep(api_fault(&world.contact, 404, "photo_not_found", "GET", NULL, "/photos/%s", secrets[PHOTO_2]));
    json_t *of_round = visit_body(world.site[0], "weekly"), *of_none = visit_body(world.site[0], "weekly");
    json_object_set_new(of_round, "round_id", json_string(secrets[ROUND]));
    json_object_set_new(of_none, "round_id", json_string(new_id()));
    json_t *a = keep(api_fault(&world.second, 422, "invalid_content", "POST", of_round, "/inspections"));
    json_t *b = keep(api_fault(&world.second, 422, "invalid_content", "POST", of_none, "/inspections"));
    assert_true(json_equal(at(a, "errors"), at(b, "errors")));
    (void)unknown;
    for (int s = ROUND; s <= PROBLEM_3; s++) {
        json_t *x = keep(api(&world.contact, 404, "POST", packed("{s:s,s:s}", "id", new_id(), "action", "accept"),
                             "/problems/%s/actions", secrets[s]));
        json_t *y = keep(api(&world.contact, 404, "POST", packed("{s:s,s:s}", "id", new_id(), "action", "accept"),
                             "/problems/%s/actions", new_id()));
        json_object_del(x, "instance"); /* the request's own */
        json_object_del(y, "instance");
        assert_true(json_equal(x, y));
    }
}

/* Everything of theirs that differs from `was` speaks of the one problem that was dispatched, or is a number. */
static void dispatching_discloses_one_problem(void **state)
{
    (void)state;
    struct album *was[VIEWERS];
    for (size_t v = 0; v < VIEWERS; v++)
        was[v] = look_again(&viewers[v], before[v]);
    dispatch(secrets[PROBLEM_1], world.unit);
    for (size_t v = 0; v < VIEWERS; v++) {
        struct album *now = look_again(&viewers[v], before[v]);
        bool concerned = viewers[v].who == &world.contact || viewers[v].who == &world.colleague ||
                         viewers[v].who == &world.grid || viewers[v].who == &world.leader || viewers[v].who == &judge;
        if (!concerned)
            nothing_changed(&viewers[v], was[v], now);
        album_free(was[v]);
        album_free(now);
    }
    json_t *p = GET(&world.contact, "/problems/%s", secrets[PROBLEM_1]);
    int64_t number = 0;
    assert_int_equal(sscanf(text_at(p, "number"), "%*d-%ld", &number), 1);
    assert_int_equal(number, 4);
    expect_null(p, "inspection_id");
    char *all = json_dumps(p, 0);
    const char *const names[] = {world.inspector.person, mate.person, secrets[ROUND], secrets[VISIT_1], secrets[TITLE],
                                 "inspector 君", "mate 君"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(all, names[i]))
            fail_msg("the unit is shown %s:\n%s", names[i], all);
    free(all);
    json_t *photo = GET(&world.rival, "/photos/%s", secrets[PHOTO_1]);
    expect_text(photo, "sha256", secrets[PHOTO_1]);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/problems/%s", secrets[PROBLEM_2]);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/inspections/%s", secrets[VISIT_1]);
    api_fault(&world.rival, 404, NULL, "GET", NULL, "/photos/%s", secrets[PHOTO_2]);
}

static double score_of(const char *site)
{
    json_t *items = at(GET(&world.desk, "/scores?group_by=site&site_id=%s", site), "items");
    return json_array_size(items) ? number_at(items, "0.inspections") : 0;
}

/* No person is named to the inspected, anywhere but in the register of people. */
static void names_nobody(const struct viewer *v)
{
    static const char *const registers[] = {"/people", "/units", "/areas", "/duties", "/accounts", "/roles", "/session",
                                            "/sites", "/headquarters", "inspector_id="};
    struct album *now = look_everywhere(v);
    for (size_t i = 0; i < now->n; i++) {
        const struct look *l = &now->looks[i];
        bool of_register = false;
        for (size_t r = 0; r < sizeof registers / sizeof *registers; r++)
            of_register = of_register || strstr(l->url, registers[r]);
        if (!of_register && (strstr(l->body, world.inspector.person) || strstr(l->body, mate.person)))
            fail_msg("%s learns who came by GET %s:\n%.900s", v->name, l->url, l->body);
    }
    album_free(now);
}

static void publication_shows_all(void **state)
{
    (void)state;
    double visits_were = score_of(world.site[1]);
    expect_count(GET(&world.contact, "/rounds"), "items", 0);
    json_t *round = step(200, "publish", NULL);
    expect_text(round, "state", "published");
    step(409, "publish", NULL);
    assert_true(score_of(world.site[1]) == visits_were + 1);
    json_t *seen = GET(&world.rival, "/inspections/%s", secrets[VISIT_2]);
    expect_text(seen, "inspector.name", "督查组");
    expect_null(seen, "inspector.id");
    expect_null(seen, "partner");
    assert_true(number_at(seen, "score.possible") > 0);
    api_fault(&world.contact, 404, NULL, "GET", NULL, "/inspections/%s", secrets[VISIT_2]);
    expect_text(GET(&world.rival, "/rounds/%s", secrets[ROUND]), "title", secrets[TITLE]);
    expect_count(GET(&world.rival, "/rounds/%s/sites", secrets[ROUND]), "items", 1);
    json_t *draws = GET(&world.rival, "/rounds/%s/draws", secrets[ROUND]);
    expect_count(draws, "items", 1);
    expect_true(draws, "items.0.open", false); /* the day is not over */
    json_t *p2 = GET(&world.desk, "/problems/%s", secrets[PROBLEM_2]), *p3 = GET(&world.desk, "/problems/%s", secrets[PROBLEM_3]);
    int64_t n2 = 0, n3 = 0;
    sscanf(text_at(p2, "number"), "%*d-%ld", &n2);
    sscanf(text_at(p3, "number"), "%*d-%ld", &n3);
    assert_true((n2 == 5 && n3 == 6) || (n2 == 6 && n3 == 5));
    for (size_t v = 0; v < 6; v++)
        names_nobody(&viewers[v]);
    assert_int_equal(program_run(&world.server, "round", "verify", secrets[ROUND], NULL), 0);
}

static int suite_close(void **state)
{
    for (size_t v = 0; v < VIEWERS; v++)
        album_free(before[v]);
    free(pictures[0]);
    free(pictures[1]);
    json_decref(found);
    return world_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(watch_everything),
        CASE(the_round_is_played_unseen),
        CASE(probes_tell_nothing),
        CASE(dispatching_discloses_one_problem),
        CASE(publication_shows_all),
    };
    return cmocka_run_group_tests_name(SUITE_NAME, tests, world_open, suite_close);
}
