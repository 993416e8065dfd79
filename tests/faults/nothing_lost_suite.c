/*
 * nothing_lost_suite.c - SIGKILL fifty times under writing load (XIAOHAO_KILLS: another number of
 * times). Whatever was acknowledged is there; what was not is sent again and is there once; numbers
 * are given once; journal and scores hold.
 */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
    KILLS = 50,
    WRITERS = 6,
    LOAD_MS_MIN = 30,
    LOAD_MS_SPAN = 120,
    WRITES_MAX = 60000,
    INSPECTION_EVERY = 5
};

/* One change as it was sent, and whether it was acknowledged. */
struct write {
    char id[ID_BYTES];
    bool inspection;
    atomic_bool acknowledged;
    char *body;
};
static struct write writes[WRITES_MAX];
static atomic_size_t nwrites;
static atomic_bool loading;
static atomic_int odd; /* a reply that is none of 200, 201, none, 503 */
static char odd_text[600];

static char *problem_body(const char *id)
{
    char *p = NULL;
    if (asprintf(&p, "{\"id\":\"%s\",\"site_id\":\"%s\",\"description\":\"占道堆物 %s\"}", id,
                 world.site[0], id) < 0)
        return NULL;
    return p;
}

/* A whole visit with a problem in it: many rows in one change. The text is cut to shape once, ids
 * put in. */
static char *visit_text, *visit_id_at, *visit_problem_at;

static void prepare_visit(void)
{
    json_t *body = visit_body_at(world.site[0], "patrol", now_ms() - 120000),
           *o = fail_one(body, world.site[0], 0);
    json_object_set_new(
        o, "problem",
        packed("{s:s,s:s}", "id", "@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@", "description", "破损"));
    json_object_set_new(body, "id", json_string("########-####-####-####-############"));
    visit_text = json_dumps(body, JSON_COMPACT);
    visit_id_at = strstr(visit_text, "########");
    visit_problem_at = strstr(visit_text, "@@@@@@@@");
    assert_true(visit_id_at && visit_problem_at);
    json_decref(body);
}

static char *inspection_body(const char *id)
{
    char problem[ID_BYTES], *p = strdup(visit_text);
    id_write(problem);
    memcpy(p + (visit_id_at - visit_text), id, ID_BYTES - 1);
    memcpy(p + (visit_problem_at - visit_text), problem, ID_BYTES - 1);
    return p;
}

/* 201 or 200: acknowledged. */
static int send_write(const struct write *w, struct reply *r)
{
    call_make(world.server.port,
              &(struct call){.method = "POST",
                             .path = w->inspection ? "/api/v1/inspections" : "/api/v1/problems",
                             .body = w->body,
                             .bytes = strlen(w->body),
                             .bearer = w->inspection ? world.inspector.token : world.desk.token},
              r);
    return r->status;
}

static void *writer(void *arg)
{
    size_t n = (size_t)(uintptr_t)arg;
    while (atomic_load(&loading)) {
        size_t i = atomic_fetch_add(&nwrites, 1);
        struct reply r;
        if (i >= WRITES_MAX)
            break;
        struct write *w = &writes[i];
        id_write(w->id);
        w->inspection = n++ % INSPECTION_EVERY == 0;
        w->body = w->inspection ? inspection_body(w->id) : problem_body(w->id);
        int status = send_write(w, &r);
        atomic_store(&w->acknowledged, status == 200 || status == 201);
        if (status != 200 && status != 201 && status != 0 && status != 503 &&
            atomic_fetch_add(&odd, 1) == 0)
            snprintf(odd_text, sizeof odd_text, "%d %.500s", status, r.body ? r.body : "");
        reply_free(&r);
        if (status == 0)
            break; /* killed */
    }
    return NULL;
}

static void load_and_kill(unsigned *seed)
{
    pthread_t threads[WRITERS];
    atomic_store(&loading, true);
    for (size_t i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, writer, (void *)(uintptr_t)i);
    *seed = *seed * 1103515245u + 12345u;
    usleep((LOAD_MS_MIN + *seed / 65536 % LOAD_MS_SPAN) * 1000);
    server_kill(&world.server);
    atomic_store(&loading, false);
    for (size_t i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    if (atomic_load(&odd))
        fail_msg("a writer was answered %s", odd_text);
}

static size_t written(void)
{
    size_t n = atomic_load(&nwrites);
    return n < WRITES_MAX ? n : WRITES_MAX;
}

/* What was not acknowledged is sent again: either it was done already, or it is done now. */
static void send_again(size_t from, size_t *done_already, size_t *done_now)
{
    for (size_t i = from; i < written(); i++) {
        struct write *w = &writes[i];
        struct reply r;
        if (atomic_load(&w->acknowledged))
            continue;
        int status = 503;
        for (int tries = 0; tries < 50 && status == 503; tries++) {
            status = send_write(w, &r);
            if (status != 200 && status != 201 && status != 503)
                fail_msg("sent again: %d %s", status, r.body ? r.body : "no reply");
            reply_free(&r);
        }
        ++*(status == 200 ? done_already : done_now);
        atomic_store(&w->acknowledged, true);
    }
}

static int kills(void)
{
    const char *n = getenv("XIAOHAO_KILLS");
    return n ? (int)strtol(n, NULL, 10) : KILLS;
}

static void killed_fifty_times(void **state)
{
    (void)state;
    unsigned seed = 20261121;
    size_t already = 0, now = 0, from = 0;
    prepare_visit();
    for (int k = 0; k < kills(); k++) {
        load_and_kill(&seed);
        if (k % 10 == 9 && program_run(&world.server, "audit", "verify", NULL) != 0)
            fail_msg("audit verify after kill %d:\n%s", k + 1, program_output());
        server_start(&world.server);
        api_aim(world.server.port);
        send_again(from, &already, &now);
        from = written();
    }
    print_message(
        "%d kills, %zu changes; of those without an answer %zu had been done, %zu were not\n",
        kills(), written(), already, now);
    assert_true(written() > (size_t)kills() * 4);
}

static json_t *ids_of(const char *list, const struct account *who)
{
    json_t *ids = keep(json_object()), *item;
    char cursor[700] = "";
    size_t i;
    do {
        json_t *page = GET(who, "/%s?limit=200%s%s", list, *cursor ? "&cursor=" : "", cursor);
        json_array_foreach(at(page, "items"), i, item)
        {
            if (json_object_get(ids, text_at(item, "id")))
                fail_msg("%s lists %s twice", list, text_at(item, "id"));
            json_object_set(ids, text_at(item, "id"), item);
        }
        json_t *next = at(page, "next");
        snprintf(cursor, sizeof cursor, "%s", json_is_string(next) ? json_string_value(next) : "");
    } while (*cursor);
    return ids;
}

static void all_there_and_once(void **state)
{
    (void)state;
    json_t *problems = ids_of("problems", &world.desk),
           *inspections = ids_of("inspections", &world.desk), *p;
    json_t *numbers = keep(json_object());
    size_t visits = 0, reports = 0;
    const char *id;
    for (size_t i = 0; i < written(); i++) {
        struct write *w = &writes[i];
        if (!json_object_get(w->inspection ? inspections : problems, w->id))
            fail_msg("an acknowledged %s is gone: %s", w->inspection ? "inspection" : "problem",
                     w->id);
        ++*(w->inspection ? &visits : &reports);
    }
    /* every visit raised its problem, and there is nothing else */
    assert_int_equal(json_object_size(inspections), visits);
    assert_int_equal(json_object_size(problems), visits + reports);
    json_object_foreach(problems, id, p)
    {
        if (json_object_get(numbers, text_at(p, "number")))
            fail_msg("two problems have the number %s", text_at(p, "number"));
        json_object_set(numbers, text_at(p, "number"), p);
    }
    expect_int(GET(&world.desk, "/scores?group_by=district"), "total.inspections",
               (json_int_t)visits);
    for (size_t i = 0; i < written(); i += 17) {
        if (writes[i].inspection)
            continue;
        expect_count(GET(&world.desk, "/problems/%s", writes[i].id), "timeline", 1);
    }
    print_message("%zu problems and %zu inspections, each once\n", json_object_size(problems),
                  visits);
    for (size_t i = 0; i < written(); i++)
        free(writes[i].body);
    free(visit_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(killed_fifty_times), CASE(all_there_and_once)};
    return SUITE(tests);
}
