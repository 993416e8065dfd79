/*
 * two_processes_suite.c - two servers on one PostgreSQL write at once: of two equal commands one
 * takes effect, of two changes to one version one wins, numbers are given once, the journal stays
 * one chain.
 */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>

enum { ROUNDS = 150, RACERS = 2, LOAD_THREADS = 8, LOAD_EACH = 150, DEATHS = 5 };

static struct server beside;
static atomic_int beside_port; /* changes when it is started anew */
static pthread_barrier_t barrier;

struct racer {
    int port;
    struct call call;
    struct reply reply;
};

static void *race_one(void *arg)
{
    struct racer *r = arg;
    pthread_barrier_wait(&barrier);
    call_make(r->port, &r->call, &r->reply);
    return NULL;
}

/* The calls at the same moment, one on each process. */
static void race(struct racer racers[RACERS])
{
    pthread_t t[RACERS];
    racers[0].port = world.server.port;
    racers[1].port = atomic_load(&beside_port);
    pthread_barrier_init(&barrier, NULL, RACERS);
    for (int i = 0; i < RACERS; i++)
        pthread_create(&t[i], NULL, race_one, &racers[i]);
    for (int i = 0; i < RACERS; i++)
        pthread_join(t[i], NULL);
    pthread_barrier_destroy(&barrier);
}

static struct call post(const struct account *who, const char *path, const char *body)
{
    return (struct call){
        .method = "POST", .path = path, .body = body, .bytes = strlen(body), .bearer = who->token};
}

static void start_beside(void **state)
{
    (void)state;
    server_beside(&world.server, &beside);
    server_start(&beside);
    atomic_store(&beside_port, beside.port);
}

static void equal_commands_take_effect_once(void **state)
{
    (void)state;
    size_t created = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char body[300];
        snprintf(body, sizeof body,
                 "{\"id\":\"%s\",\"site_id\":\"%s\",\"description\":\"同一件事 %d\"}", new_id(),
                 world.site[0], i);
        struct racer r[RACERS] = {{.call = post(&world.desk, "/api/v1/problems", body)},
                                  {.call = post(&world.desk, "/api/v1/problems", body)}};
        race(r);
        int a = r[0].reply.status, b = r[1].reply.status;
        if (!((a == 201 && b == 200) || (a == 200 && b == 201) || (a == 503 && b == 201) ||
              (a == 201 && b == 503)))
            fail_msg("the same command twice at once: %d and %d\n%s\n%s", a, b, r[0].reply.body,
                     r[1].reply.body);
        created += (a == 201) + (b == 201);
        json_t *first = keep(json_loads(r[0].reply.body, 0, NULL)),
               *second = keep(json_loads(r[1].reply.body, 0, NULL));
        if (a != 503 && b != 503)
            expect_text(first, "number", text_at(second, "number"));
        reply_free(&r[0].reply);
        reply_free(&r[1].reply);
    }
    assert_int_equal(created, ROUNDS);
}

static void one_of_two_changes_wins(void **state)
{
    (void)state;
    char path[120];
    size_t won = 0;
    json_int_t before = int_at(GET(&world.desk, "/sites/%s", world.site[2]), "version");
    snprintf(path, sizeof path, "/api/v1/sites/%s", world.site[2]);
    for (int i = 0; i < ROUNDS; i++) {
        char etag[80], text[RACERS][80];
        struct racer r[RACERS] = {{0}};
        GET(&world.desk, "/sites/%s", world.site[2]);
        snprintf(etag, sizeof etag, "%s", api_last()->etag);
        for (int k = 0; k < RACERS; k++) {
            snprintf(text[k], sizeof text[k], "{\"note\":\"%d by %d\"}", i, k);
            r[k].call = (struct call){.method = "PATCH",
                                      .path = path,
                                      .body = text[k],
                                      .bytes = strlen(text[k]),
                                      .bearer = world.desk.token,
                                      .if_match = etag};
        }
        race(r);
        int winners = 0;
        for (int k = 0; k < RACERS; k++) {
            int s = r[k].reply.status;
            if (s != 200 && s != 412 && s != 503)
                fail_msg("change: %d %s", s, r[k].reply.body);
            winners += s == 200;
            reply_free(&r[k].reply);
        }
        if (winners > 1)
            fail_msg("both changes to one version were accepted");
        won += (size_t)winners;
    }
    json_t *after = GET(&world.desk, "/sites/%s", world.site[2]);
    expect_int(after, "version", before + (json_int_t)won);
    expect_count(GET(&world.desk, "/sites/%s/history", world.site[2]), "items",
                 (size_t)(before + (json_int_t)won));
    print_message("%zu of %d races had a winner\n", won, ROUNDS);
    assert_true(won > ROUNDS * 9 / 10);
}

/* Two office people act on one problem: one step, not two. */
static void one_step_wins(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        const char *id = raise_problem(&world.inspector, world.site[0], "patrol");
        char path[120], text[RACERS][200];
        struct racer r[RACERS] = {{0}};
        snprintf(path, sizeof path, "/api/v1/problems/%s/actions", id);
        for (int k = 0; k < RACERS; k++) {
            snprintf(text[k], sizeof text[k],
                     "{\"id\":\"%s\",\"action\":\"dispatch\",\"unit_id\":\"%s\"}", new_id(),
                     k ? world.unit : world.rival_unit);
            r[k].call = post(&world.desk, path, text[k]);
        }
        race(r);
        int winners = 0;
        for (int k = 0; k < RACERS; k++) {
            winners += r[k].reply.status == 200;
            if (r[k].reply.status != 200 && r[k].reply.status != 409 && r[k].reply.status != 412 &&
                r[k].reply.status != 503)
                fail_msg("step: %d %s", r[k].reply.status, r[k].reply.body);
            reply_free(&r[k].reply);
        }
        assert_int_equal(winners, 1);
        expect_count(GET(&world.desk, "/problems/%s", id), "timeline", 2);
    }
}

static void *load(void *arg)
{
    size_t n = (size_t)(uintptr_t)arg, bad = 0;
    for (int i = 0; i < LOAD_EACH; i++) {
        char id[ID_BYTES], body[300];
        struct reply r;
        int status = 503;
        id_write(id);
        snprintf(body, sizeof body,
                 "{\"id\":\"%s\",\"site_id\":\"%s\",\"description\":\"并发 %zu/%d\"}", id,
                 world.site[0], n, i);
        struct call c = post(&world.desk, "/api/v1/problems", body);
        /* no reply: the process was killed; the other one is asked, under the same id */
        for (int tries = 0; tries < 200 && (status == 503 || status == 0); tries++) {
            call_make((n + (size_t)tries) % 2 ? world.server.port : atomic_load(&beside_port), &c,
                      &r);
            status = r.status;
            reply_free(&r);
        }
        bad += status != 201 && status != 200;
    }
    return (void *)(uintptr_t)bad;
}

/* Every number once; answers how many problems there are. */
static size_t count_problems(void)
{
    char cursor[700] = "";
    json_t *numbers = keep(json_object()), *p;
    size_t i, total = 0;
    do {
        json_t *page =
            GET(&world.desk, "/problems?limit=200%s%s", *cursor ? "&cursor=" : "", cursor);
        json_array_foreach(at(page, "items"), i, p)
        {
            if (json_object_get(numbers, text_at(p, "number")))
                fail_msg("two problems have the number %s", text_at(p, "number"));
            json_object_set(numbers, text_at(p, "number"), p);
            total++;
        }
        json_t *next = at(page, "next");
        snprintf(cursor, sizeof cursor, "%s", json_is_string(next) ? json_string_value(next) : "");
    } while (*cursor);
    return total;
}

static size_t load_while(void (*meanwhile)(void))
{
    pthread_t t[LOAD_THREADS];
    size_t bad = 0;
    for (size_t k = 0; k < LOAD_THREADS; k++)
        pthread_create(&t[k], NULL, load, (void *)(uintptr_t)k);
    if (meanwhile)
        meanwhile();
    for (int k = 0; k < LOAD_THREADS; k++) {
        void *result;
        pthread_join(t[k], &result);
        bad += (size_t)(uintptr_t)result;
    }
    return bad;
}

static void writing_at_once(void **state)
{
    (void)state;
    size_t before = count_problems();
    assert_int_equal(load_while(NULL), 0);
    size_t after = count_problems();
    print_message("%zu problems, every number once\n", after);
    assert_int_equal(after - before, LOAD_THREADS * LOAD_EACH);
}

static void kill_one_again_and_again(void)
{
    for (int k = 0; k < DEATHS; k++) {
        usleep(80000);
        server_kill(&beside);
        server_start(&beside);
        atomic_store(&beside_port, beside.port);
    }
}

static void one_dies_the_other_goes_on(void **state)
{
    (void)state;
    size_t before = count_problems();
    assert_int_equal(load_while(kill_one_again_and_again), 0);
    assert_int_equal(count_problems() - before, LOAD_THREADS * LOAD_EACH);
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
    const struct CMUnitTest tests[] = {
        CASE(start_beside),
        CASE(equal_commands_take_effect_once),
        CASE(one_of_two_changes_wins),
        CASE(one_step_wins),
        CASE(writing_at_once),
        CASE(one_dies_the_other_goes_on),
        CASE(stop_beside),
    };
    return SUITE(tests);
}
