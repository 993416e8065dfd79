/*
 * races_suite.c - what may take effect once, asked at the same moment of two servers on one PostgreSQL: two decide one
 * request, merge one problem into two others, disclose one covert finding, withdraw one edition, close one period, draw
 * for one round, approve one consequence, hand one person's work to two others. One wins, the other is told so, and what
 * is left behind is whole.
 */
#include "world.h"

#include <pthread.h>

#include "base/civil.h"

enum { RACERS = 2, ROUNDS = 8, BODY_BYTES = 400, PATH_MAX_BYTES = 160 };

static struct server beside;
static struct account deputy; /* commands too */
static pthread_barrier_t barrier;

struct racer {
    int port;
    const struct account *who;
    char path[PATH_MAX_BYTES], body[BODY_BYTES];
    struct reply reply;
};
/* The two of a race, and the record it is about. */
struct race {
    struct racer by[RACERS];
    char subject[ID_BYTES], other[RACERS][ID_BYTES];
};

static void *run(void *arg)
{
    struct racer *r = arg;
    pthread_barrier_wait(&barrier);
    call_make(r->port,
              &(struct call){.method = "POST", .path = r->path, .body = r->body, .bytes = strlen(r->body), .bearer = r->who->token},
              &r->reply);
    return NULL;
}

/* The i-th asks: `body` gives what follows the id of the command. */
static void ask(struct race *race, int i, const struct account *who, json_t *body, const char *fmt, ...)
{
    va_list ap;
    struct racer *r = &race->by[i];
    int n = snprintf(r->path, sizeof r->path, "/api/v1");
    va_start(ap, fmt);
    vsnprintf(r->path + n, sizeof r->path - (size_t)n, fmt, ap);
    va_end(ap);
    if (!json_object_get(body, "id"))
        json_object_set_new(body, "id", json_string(new_id()));
    char *text = json_dumps(body, JSON_COMPACT);
    assert_true(strlen(text) < BODY_BYTES);
    snprintf(r->body, sizeof r->body, "%s", text);
    free(text);
    json_decref(body);
    r->who = who;
}

static bool took_effect(const struct racer *r)
{
    return r->reply.status == 200 || r->reply.status == 201 || r->reply.status == 204;
}

/* How many took effect; whoever did not is refused with a conflict. */
static int decided(struct race *race)
{
    pthread_t t[RACERS];
    int winners = 0;
    race->by[0].port = world.server.port;
    race->by[1].port = beside.port;
    pthread_barrier_init(&barrier, NULL, RACERS);
    for (int i = 0; i < RACERS; i++)
        pthread_create(&t[i], NULL, run, &race->by[i]);
    for (int i = 0; i < RACERS; i++)
        pthread_join(t[i], NULL);
    pthread_barrier_destroy(&barrier);
    for (int i = 0; i < RACERS; i++) {
        const struct racer *r = &race->by[i];
        int s = r->reply.status;
        if (!took_effect(r) && s != 409 && s != 412 && s != 503)
            fail_msg("%s: %d %s", r->path, s, r->reply.body ? r->reply.body : "no reply");
        winners += took_effect(r);
    }
    return winners;
}

static void done(struct race *race)
{
    for (int i = 0; i < RACERS; i++)
        reply_free(&race->by[i].reply);
}

static const char *accepted(void)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "patrol");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    return id;
}

static size_t events_named(json_t *problem, const char *name)
{
    size_t n = 0, i;
    json_t *e;
    json_array_foreach(at(problem, "timeline"), i, e) n += strcmp(text_at(e, "event"), name) == 0;
    return n;
}

/* ---- the races ---- */

static void second_decision(struct race *race)
{
    static const char *const what[] = {"grant", "refuse"};
    const char *request = new_id(), *id = accepted();
    snprintf(race->subject, ID_BYTES, "%s", id);
    POST(&world.contact, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", request, "kind", "postponement", "note", "雨季不宜施工", "until",
                time_text(now_ms() + 60LL * DAY_MS)),
         "/problems/%s/requests", id);
    POST(&world.desk, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "decision", "grant", "note", "同意"),
         "/problems/%s/requests/%s/decision", id, request);
    for (int i = 0; i < RACERS; i++)
        ask(race, i, i ? &deputy : &world.commander, packed("{s:s,s:s}", "decision", what[i], "note", "审批意见"),
            "/problems/%s/requests/%s/decision", id, request);
}

static void decided_once(struct race *race)
{
    json_t *p = GET(&world.desk, "/problems/%s", race->subject), *r = at(p, "requests.0");
    expect_count(r, "decisions", 2);
    bool granted = strcmp(text_at(r, "state"), "granted") == 0;
    assert_int_equal(granted, took_effect(&race->by[0]));
    assert_int_equal(events_named(p, "postpone"), granted);
}

static void two_targets(struct race *race)
{
    snprintf(race->subject, ID_BYTES, "%s", raise_problem(&world.inspector, world.site[0], "patrol"));
    for (int i = 0; i < RACERS; i++) {
        snprintf(race->other[i], ID_BYTES, "%s", raise_problem(&world.inspector, world.site[0], "patrol"));
        ask(race, i, &world.desk, packed("{s:s,s:s}", "into_id", race->other[i], "note", "同一处"), "/problems/%s/merge",
            race->subject);
    }
}

static void merged_once(struct race *race)
{
    json_t *p = GET(&world.desk, "/problems/%s", race->subject);
    expect_text(p, "state", "merged");
    assert_int_equal(events_named(p, "merge"), 1);
    for (int i = 0; i < RACERS; i++)
        expect_count(GET(&world.desk, "/problems/%s", race->other[i]), "merged", took_effect(&race->by[i]) ? 1 : 0);
}

/* Each into the other: a ring of problems, each waiting for the other's end, must not come about. */
static void into_each_other(struct race *race)
{
    for (int i = 0; i < RACERS; i++)
        snprintf(race->other[i], ID_BYTES, "%s", raise_problem(&world.inspector, world.site[0], "patrol"));
    for (int i = 0; i < RACERS; i++)
        ask(race, i, &world.desk, packed("{s:s,s:s}", "into_id", race->other[!i], "note", "同一处"), "/problems/%s/merge",
            race->other[i]);
}

static void no_ring(struct race *race)
{
    int merged = 0;
    for (int i = 0; i < RACERS; i++)
        merged += strcmp(text_at(GET(&world.desk, "/problems/%s", race->other[i]), "state"), "merged") == 0;
    assert_int_equal(merged, 1);
}

static json_t *day_of(int64_t ms)
{
    char text[16];
    struct civil c = civil_from_ms(ms, ZONE_SHANGHAI_MIN);
    snprintf(text, sizeof text, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    return json_string(text);
}

static void round_step(const char *round, const char *what, json_t *body)
{
    json_object_set_new(body, "id", json_string(new_id()));
    POST(&world.desk, 200, body, "/rounds/%s/%s", round, what);
}

static const char *round_of(bool covert)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:b,s:s,s:s,s:o,s:o}", "id", id, "kind", covert ? "weekly" : "dragnet", "covert", covert, "title",
                "督查", "basis", "年度督查计划", "starts_on", day_of(now_ms()), "ends_on", day_of(now_ms() + 2LL * DAY_MS)),
         "/rounds");
    return id;
}

static void dispatched_or_published(struct race *race)
{
    const char *round = round_of(true);
    json_t *days = json_array();
    json_array_append_new(days, day_of(now_ms()));
    snprintf(race->other[0], ID_BYTES, "%s", round);
    round_step(round, "select", packed("{s:[s]}", "site_ids", world.site[0]));
    round_step(round, "people", packed("{s:[s]}", "person_ids", world.inspector.person));
    round_step(round, "assign", packed("{s:{s:[{s:s}],s:o}}", "spread", "pairs", "inspector_id", world.inspector.person, "days", days));
    round_step(round, "start", json_object());
    json_t *body = visit_body(world.site[0], "weekly"), *o = fail_one(body, world.site[0], 0);
    const char *photo = upload_picture(&world.inspector, (unsigned)now_ms());
    snprintf(race->subject, ID_BYTES, "%s", new_id());
    json_object_set_new(body, "round_id", json_string(round));
    json_object_set_new(o, "photos", packed("[s]", photo));
    json_object_set_new(o, "problem", packed("{s:s,s:s}", "id", race->subject, "description", "门前有垃圾未清理"));
    POST(&world.inspector, 201, body, "/inspections");
    round_step(round, "close", json_object());
    ask(race, 0, &world.desk, packed("{s:s,s:s}", "action", "dispatch", "unit_id", world.unit), "/problems/%s/actions", race->subject);
    ask(race, 1, &world.desk, json_object(), "/rounds/%s/publish", round);
}

/* Both may take effect, one after the other; the number is given once and nothing stays behind. */
static void disclosed_once(struct race *race)
{
    int64_t number = 0;
    if (!took_effect(&race->by[1]))
        round_step(race->other[0], "publish", json_object());
    if (!took_effect(&race->by[0]))
        dispatch(race->subject, world.unit);
    json_t *p = GET(&world.contact, "/problems/%s", race->subject);
    assert_int_equal(sscanf(text_at(p, "number"), "%*d-%ld", &number), 1);
    assert_true(number > 0);
    expect_count(GET(&world.desk, "/problems?q=%s", text_at(p, "number")), "items", 1);
    assert_int_equal(events_named(p, "dispatch"), 1);
    expect_text(GET(&world.desk, "/rounds/%s", race->other[0]), "state", "published");
}

static void one_edition(struct race *race)
{
    snprintf(race->subject, ID_BYTES, "%s", new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", race->subject, "title", "文明健康", "label", "2026年版", "content", "讲文明、树新风"),
         "/editions");
    for (int i = 0; i < RACERS; i++)
        ask(race, i, &world.desk, packed("{s:s}", "reason", i ? "文字有误" : "旧版"), "/editions/%s/withdraw", race->subject);
}

static void withdrawn_once(struct race *race)
{
    expect_text(GET(&world.desk, "/editions/%s", race->subject), "state", "withdrawn");
}

static void one_period(struct race *race)
{
    static int year = 2001;
    snprintf(race->subject, ID_BYTES, "%d", ++year);
    for (int i = 0; i < RACERS; i++)
        ask(race, i, &world.commander, packed("{s:s,s:i}", "kind", "year", "year", year), "/periods");
}

static void closed_once(struct race *race)
{
    size_t i, n = 0;
    json_t *p;
    json_array_foreach(at(GET(&world.commander, "/periods?year=%s", race->subject), "items"), i, p)
        n += json_is_string(at(p, "id")) && strcmp(text_at(p, "kind"), "year") == 0;
    assert_int_equal(n, 1);
}

static void one_draw(struct race *race)
{
    snprintf(race->subject, ID_BYTES, "%s", round_of(false));
    for (int i = 0; i < RACERS; i++)
        ask(race, i, &world.desk, packed("{s:{s:i}}", "draw", "take", 1 + i), "/rounds/%s/select", race->subject);
}

/* Two draws of one round may follow each other: each is kept under a number of its own, and no place is in it twice. */
static void drawn_in_turn(struct race *race)
{
    json_t *r = GET(&world.desk, "/rounds/%s", race->subject);
    expect_int(r, "draws", took_effect(&race->by[0]) + took_effect(&race->by[1]));
    json_t *sites = at(GET(&world.desk, "/rounds/%s/sites?limit=200", race->subject), "items"), *seen = keep(json_object()), *s;
    size_t i;
    json_array_foreach(sites, i, s) json_object_set_new(seen, text_at(s, "site.id"), json_true());
    assert_int_equal(json_object_size(seen), json_array_size(sites));
    assert_int_equal(json_array_size(sites), took_effect(&race->by[0]) + 2 * took_effect(&race->by[1]));
}

static void one_consequence(struct race *race)
{
    static const char *const what[] = {"approve", "dismiss"};
    snprintf(race->other[0], ID_BYTES, "%s", accepted());
    snprintf(race->subject, ID_BYTES, "%s", new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:i,s:b}", "id", race->subject, "problem_id", race->other[0], "step", "supervise", "why",
                "逾期未整改", "reply_days", 3, "skip", 1),
         "/consequences");
    for (int i = 0; i < RACERS; i++)
        ask(race, i, &world.commander, packed("{s:s,s:s}", "decision", what[i], "note", "同意"), "/consequences/%s/decide",
            race->subject);
}

static void approved_once(struct race *race)
{
    bool issued = took_effect(&race->by[0]);
    expect_text(GET(&world.commander, "/consequences/%s", race->subject), "state", issued ? "issued" : "dismissed");
    assert_int_equal(events_named(GET(&world.desk, "/problems/%s", race->other[0]), "supervise"), issued);
}

static void somebody(struct account *a)
{
    static int n;
    static const char *const none[] = {NULL};
    char login[20];
    snprintf(login, sizeof login, "person%d", ++n);
    world_person(a, login, world.office_unit, none, NULL);
}

static void two_heirs(struct race *race)
{
    struct account from, heir;
    somebody(&from);
    snprintf(race->subject, ID_BYTES, "%s", from.person);
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "kind", "leader", "person_id", from.person, "place_kind", "area",
                "place_id", world.village[0]),
         "/duties");
    for (int i = 0; i < RACERS; i++) {
        somebody(&heir);
        snprintf(race->other[i], ID_BYTES, "%s", heir.person);
        ask(race, i, &world.desk, packed("{s:s}", "to_person_id", heir.person), "/people/%s/hand-over", race->subject);
    }
}

static size_t holds(const char *person)
{
    return json_array_size(at(GET(&world.desk, "/people/%s/holdings", person), "items"));
}

/* The later finds nothing left to take. */
static void one_holder(struct race *race)
{
    assert_int_equal(holds(race->subject), 0);
    assert_int_equal(holds(race->other[0]) + holds(race->other[1]), 1);
}

static void every_race(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*prepare)(struct race *race);
        void (*after)(struct race *race);
        int least, most; /* that take effect */
    } table[] = {
        {"two second decisions of one request", second_decision, decided_once, 1, 1},
        {"one problem merged into two", two_targets, merged_once, 1, 1},
        {"two problems merged into each other", into_each_other, no_ring, 1, 1},
        {"a covert finding dispatched and its round published", dispatched_or_published, disclosed_once, 1, 2},
        {"one edition withdrawn twice", one_edition, withdrawn_once, 1, 1},
        {"one period closed twice", one_period, closed_once, 1, 1},
        {"two draws for one round", one_draw, drawn_in_turn, 1, 2},
        {"one consequence approved and dismissed", one_consequence, approved_once, 1, 1},
        {"one person's work handed to two", two_heirs, one_holder, 1, 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int took[RACERS + 1] = {0};
        for (int k = 0; k < ROUNDS; k++) {
            struct race race = {0};
            table[i].prepare(&race);
            int n = decided(&race);
            if (n < table[i].least || n > table[i].most)
                fail_msg("%s: %d took effect\n%s\n%s", table[i].name, n, race.by[0].reply.body, race.by[1].reply.body);
            table[i].after(&race);
            took[n]++;
            done(&race);
        }
        print_message("%s: %d times one took effect, %d times both\n", table[i].name, took[1], took[2]);
    }
}

static void start_beside(void **state)
{
    static const char *const commands[] = {"commander", NULL};
    (void)state;
    world_person(&deputy, "deputy", world.office_unit, commands, NULL);
    server_beside(&world.server, &beside);
    server_start(&beside);
}

static void stop_beside(void **state)
{
    (void)state;
    server_stop(&beside);
}

int main(void)
{
    if (!engine_is_postgresql())
        return 77;
    const struct CMUnitTest tests[] = {CASE(start_beside), CASE(every_race), CASE(stop_beside)};
    return SUITE(tests);
}
