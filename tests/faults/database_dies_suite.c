/*
 * database_dies_suite.c - PostgreSQL is killed as a power cut would, again and again, while a
 * server writes. The server stays, says 503 meanwhile, and goes on by itself; nothing acknowledged
 * is lost, nothing is there twice.
 */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>

#undef fail /* base's has the name of cmocka's, which fail_msg() needs */
#include "store/testdb.h"
#undef fail
#define fail() _fail(__FILE__, __LINE__)

enum { CRASHES = 8, WRITERS = 4, WRITES_MAX = 40000, LOAD_MS = 400, BACK_MS = 30000 };

struct write {
    char id[ID_BYTES];
    atomic_bool acknowledged;
};
static struct write writes[WRITES_MAX];
static atomic_size_t nwrites;
static atomic_bool loading;
static atomic_int wrong;

static int send_write(const struct write *w)
{
    char body[300];
    struct reply r;
    snprintf(body, sizeof body, "{\"id\":\"%s\",\"site_id\":\"%s\",\"description\":\"断电 %s\"}",
             w->id, world.site[0], w->id);
    call_make(world.server.port,
              &(struct call){.method = "POST",
                             .path = "/api/v1/problems",
                             .body = body,
                             .bytes = strlen(body),
                             .bearer = world.desk.token},
              &r);
    int status = r.status;
    reply_free(&r);
    return status;
}

static void *writer(void *arg)
{
    (void)arg;
    while (atomic_load(&loading)) {
        size_t i = atomic_fetch_add(&nwrites, 1);
        if (i >= WRITES_MAX)
            break;
        id_write(writes[i].id);
        int status = send_write(&writes[i]);
        atomic_store(&writes[i].acknowledged, status == 200 || status == 201);
        if (status != 200 && status != 201 && status != 503)
            atomic_store(&wrong, status ? status : -1);
        if (status != 201)
            usleep(20000);
    }
    return NULL;
}

static void crash_while_writing(void)
{
    pthread_t t[WRITERS];
    atomic_store(&loading, true);
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&t[i], NULL, writer, NULL);
    usleep(LOAD_MS * 1000);
    bool back = testdb_crash_server();
    usleep(LOAD_MS * 1000);
    atomic_store(&loading, false);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(t[i], NULL);
    assert_true(back);
}

static size_t written(void)
{
    size_t n = atomic_load(&nwrites);
    return n < WRITES_MAX ? n : WRITES_MAX;
}

static size_t send_again(size_t from)
{
    size_t again = 0;
    for (size_t i = from; i < written(); i++) {
        int status = 503;
        if (atomic_load(&writes[i].acknowledged))
            continue;
        for (int ms = 0; ms < BACK_MS && status == 503; ms += 50) {
            status = send_write(&writes[i]);
            if (status == 503)
                usleep(50000);
        }
        if (status != 200 && status != 201)
            fail_msg("sent again after the crash: %d", status);
        again++;
    }
    return again;
}

static void crashes(void **state)
{
    (void)state;
    const char *given = getenv("XIAOHAO_TEST_PG");
    if (given && *given) {
        print_message("skipped: the PostgreSQL is not our own to kill\n");
        skip();
    }
    size_t from = 0, again = 0;
    for (int k = 0; k < CRASHES; k++) {
        crash_while_writing();
        again += send_again(from);
        from = written();
    }
    print_message("%d crashes, %zu changes, %zu sent again\n", CRASHES, written(), again);
    assert_int_equal(atomic_load(&wrong), 0);
    size_t lost = 0;
    for (size_t i = 0; i < written(); i++) {
        char path[100];
        struct reply r;
        snprintf(path, sizeof path, "/api/v1/problems/%.36s", writes[i].id);
        call_make(world.server.port,
                  &(struct call){.method = "GET", .path = path, .bearer = world.desk.token}, &r);
        lost += r.status != 200;
        reply_free(&r);
    }
    assert_int_equal(lost, 0);
    expect_int(GET(&world.desk, "/overview"), "open", (json_int_t)written());
}

int main(void)
{
    if (!engine_is_postgresql())
        return 77;
    const struct CMUnitTest tests[] = {CASE(crashes)};
    return SUITE(tests);
}
