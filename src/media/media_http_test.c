/*
 * media_http_test.c - photographs over HTTP, with the real server, store and decoder, on both
 * engines. Only who is asking is made up: a header names one of three people. Ports 24600 and on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka has a macro of this name */

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/policy.h"
#include "base/asset.h"
#include "base/clock.h"
#include "http/test_client.h"
#include "media/decoder_ground.h"
#include "media/media_http.h"
#include "store/testdb.h"

enum { PORT = 24600, PORTS = 100, MIGRATIONS_MAX = 16, SENDERS = 8, FILE_MAX = 64 * 1024 };
#define BEGIN_MS 1790000000000

static struct server {
    struct arena arena;
    struct fault fault;
    struct clock clock;
    struct env env;
    struct http_server *http;
    struct buf reply;
    char dir[128], media[160];
    int port;
} t;

/* The server's pages are not part of this test. */
const struct asset *asset_find(const char *name)
{
    (void)name;
    return NULL;
}

/* ---- who is asking ---- */

static struct uuid person(uint8_t byte)
{
    struct uuid u;
    memset(u.b, byte, sizeof u.b);
    return u;
}

static enum rc authenticate(struct request *rq)
{
    struct str who = request_header(rq, "X-Who");
    if (str_is(who, "inspector"))
        rq->op.actor =
            (struct actor){.person_id = person(0x0a), .roles = ROLE_INSPECTOR, .by_token = true};
    else if (str_is(who, "unit"))
        rq->op.actor =
            (struct actor){.person_id = person(0x0b), .roles = ROLE_UNIT_CONTACT, .by_token = true};
    else if (str_is(who, "office"))
        rq->op.actor = (struct actor){.person_id = person(0x0c),
                                      .roles = ROLE_OFFICE,
                                      .grants = GRANT_RECHECK,
                                      .by_token = true};
    else
        return OP_FAIL(&rq->op, RC_UNAUTHORIZED, "unauthorized", "请登录", "Sign in");
    return RC_OK;
}

static enum rc authorize(struct request *rq, int action)
{
    return policy_may(&rq->op.actor, (enum action)action)
               ? RC_OK
               : OP_FAIL(&rq->op, RC_FORBIDDEN, "forbidden", "无权", "Not allowed");
}

/* ---- setting up ---- */

static struct str file_text(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *p = arena_alloc(&t.arena, FILE_MAX);
    ssize_t n = fd < 0 ? -1 : read(fd, p, FILE_MAX);
    assert_true(n > 0);
    close(fd);
    return (struct str){p, (size_t)n};
}

static void migrate(void)
{
    struct migration list[MIGRATIONS_MAX];
    const char *root = getenv("SOURCE_ROOT");
    glob_t found;
    size_t n = 0;
    int applied;
    assert_non_null(root);
    assert_int_equal(
        glob(str_fmt(&t.arena, "%s/src/migrations/{000[1-8],0018}*.sql", root).p, GLOB_BRACE, NULL, &found), 0);
    for (; n < found.gl_pathc && n < MIGRATIONS_MAX - 1; n++)
        list[n] = (struct migration){(int)n + 1, "m",
                                     file_text(str_z(&t.arena, str_of(found.gl_pathv[n])))};
    globfree(&found);
    list[n] = (struct migration){
        (int)n + 1, "p",
        file_text(str_fmt(&t.arena, "%s/src/media/media_http_people.sql", root).p)};
    assert_int_equal(store_migrate(t.env.store, &t.fault, list, n + 1, &applied), RC_OK);
}

static void start_http(void)
{
    static const struct route *const tables[] = {photo_routes, NULL};
    struct http_config cfg = {.listen = STR("127.0.0.1"),
                              .env = &t.env,
                              .tables = tables,
                              .authenticate = authenticate,
                              .authorize = authorize};
    enum rc rc = RC_INTERNAL;
    for (int i = 0; i < PORTS && rc != RC_OK; i++) {
        cfg.port = PORT + (getpid() + i) % PORTS;
        rc = http_start(&t.http, &cfg, &t.fault);
    }
    assert_int_equal(rc, RC_OK);
    t.port = http_port(t.http);
}

static int set_up(enum engine e)
{
    struct testdb db;
    struct store_config cfg = {.create = true};
    struct decoder_config decoder = decoder_defaults();
    if (!testdb_new(e, &db))
        return 1;
    arena_init(&t.arena);
    fault_init(&t.fault, &t.arena);
    buf_init(&t.reply, 1 << 20);
    clock_fix(&t.clock, BEGIN_MS);
    cfg.url = str_of(db.url);
    testdb_path(e == ENGINE_SQLITE ? "data-sqlite" : "data-pg", t.dir, sizeof t.dir);
    snprintf(t.media, sizeof t.media, "file:%s/media", t.dir);
    mkdir(t.dir, 0700);
    t.env = (struct env){.clock = &t.clock, .data_dir = str_of(t.dir), .hq = 1, .zone_min = 480};
    assert_int_equal(store_open(&t.env.store, &cfg, &t.fault), RC_OK);
    migrate();
    assert_int_equal(media_store_open(&t.env.media, &t.fault, t.media), RC_OK);
    assert_int_equal(photo_sweep_staging(&t.env, &t.fault), RC_OK);
    assert_int_equal(decoder_start(&t.env.decoder, &t.fault, &decoder), RC_OK);
    start_http();
    return 0;
}

static int set_up_sqlite(void **state)
{
    (void)state;
    return set_up(ENGINE_SQLITE);
}

/* Where PostgreSQL is missing the group is left out by main(). */
static int set_up_pg(void **state)
{
    (void)state;
    return set_up(ENGINE_POSTGRESQL);
}

static int tear_down(void **state)
{
    (void)state;
    http_stop(t.http);
    decoder_stop(t.env.decoder);
    media_store_close(t.env.media);
    store_close(t.env.store);
    buf_free(&t.reply);
    arena_free(&t.arena);
    return 0;
}

/* ---- asking ---- */

struct photo {
    struct str bytes;
    char sha[65];
};

static struct photo photo_of(struct str bytes)
{
    struct photo p = {.bytes = bytes};
    struct sha256 h = sha256_of(bytes);
    snprintf(p.sha, sizeof p.sha, "%.*s", STR_ARG(str_hex(&t.arena, h.b, sizeof h.b)));
    return p;
}

/* A sound PNG; what follows its end makes it another file. */
static struct photo tiny(const char *tail)
{
    struct ground g = {0};
    arena_init(&g.arena);
    struct str png = ground_tiny_png(&g);
    char *bytes = arena_alloc(&t.arena, png.n + strlen(tail));
    memcpy(bytes, png.p, png.n);
    memcpy(bytes + png.n, tail, strlen(tail));
    struct photo p = photo_of((struct str){bytes, png.n + strlen(tail)});
    arena_free(&g.arena);
    return p;
}

static int put_as(const char *who, const char *sha, struct str bytes, struct buf *reply)
{
    struct buf ask;
    buf_init(&ask, 1 << 20);
    buf_fmt(&ask,
            "PUT /api/v1/photos/%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-Who: %s\r\n"
            "Content-Type: application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
            sha, who, bytes.n);
    buf_str(&ask, bytes);
    int status = client_talk(t.port, ask.p, ask.n, reply);
    buf_free(&ask);
    return status;
}

static int put(const char *who, const struct photo *p)
{
    return put_as(who, p->sha, p->bytes, &t.reply);
}

static int get(const char *who, const char *sha, const char *rest)
{
    return client_ask(
        t.port, &t.reply,
        "GET /api/v1/photos/%s%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-Who: %s\r\n\r\n",
        sha, rest, who);
}

static void assert_received(int64_t minutes)
{
    struct buf want;
    struct json_out j;
    buf_init(&want, 256);
    jo_begin(&j, &want, 480);
    jo_obj(&j, NULL);
    jo_time(&j, "received_at", BEGIN_MS + minutes * 60000);
    jo_end(&j);
    buf_char(&want, '\0');
    want.p[want.n - 2] = '\0'; /* without the brace */
    assert_true(client_has(&t.reply, want.p + 1));
    buf_free(&want);
}

static int staged_files(void)
{
    char path[200];
    int n = 0;
    snprintf(path, sizeof path, "%s/media/staging", t.dir);
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* ---- tests ---- */

static void test_send_and_see(void **state)
{
    struct photo p = tiny("see");
    (void)state;
    assert_int_equal(put("inspector", &p), 201);
    assert_true(client_has(
        &t.reply, "\"format\":\"png\",\"width\":2,\"height\":1,\"taken_at\":null,\"place\":null"));
    assert_received(0);
    clock_set(&t.clock, BEGIN_MS + 60000);
    assert_int_equal(put("inspector", &p), 200);
    assert_received(0);
    assert_int_equal(get("office", p.sha, ""), 200);
    assert_received(0);
    assert_int_equal(get("unit", p.sha, "/thumb"), 200);
    assert_true(str_is(client_header(&t.reply, "Content-Type"), "image/jpeg"));
    assert_true(
        str_is(client_header(&t.reply, "Cache-Control"), "private, max-age=31536000, immutable"));
    assert_true(photo_sniff(client_body(&t.reply)) == PHOTO_JPEG);
    assert_int_equal(get("unit", p.sha, "/display"), 200);
    assert_int_equal(staged_files(), 0);
}

static void test_original(void **state)
{
    struct photo p = tiny("original");
    (void)state;
    assert_int_equal(put("unit", &p), 201);
    assert_int_equal(get("unit", p.sha, "/original"), 200);
    assert_int_equal(get("office", p.sha, "/original"), 200);
    assert_true(str_is(client_header(&t.reply, "Content-Type"), "image/png"));
    assert_true(str_is(client_header(&t.reply, "Cache-Control"), "no-store"));
    assert_true(str_eq(client_body(&t.reply), p.bytes));
    struct photo q = tiny("not the unit's");
    assert_int_equal(put("inspector", &q), 201);
    assert_int_equal(get("unit", q.sha, "/original"), 403);
    assert_true(client_has(&t.reply, "photo_original_refused"));
}

/* Whoever sends what another sent before must not learn of it. */
static void test_another_sender(void **state)
{
    struct photo p = tiny("covert");
    (void)state;
    clock_set(&t.clock, BEGIN_MS);
    assert_int_equal(put("inspector", &p), 201);
    clock_set(&t.clock, BEGIN_MS + 5 * 60000);
    assert_int_equal(put("unit", &p), 201);
    assert_received(5);
    clock_set(&t.clock, BEGIN_MS + 9 * 60000);
    assert_int_equal(put("unit", &p), 200);
    assert_received(5);
    assert_int_equal(get("unit", p.sha, ""), 200);
    assert_received(5);
    assert_int_equal(get("inspector", p.sha, ""), 200);
    assert_received(0);
}

static void test_refusals(void **state)
{
    struct photo text = photo_of(STR("<html>no photograph</html>")), empty = photo_of(STR("")),
                 p = tiny("x");
    struct photo cut = photo_of(str_sub(p.bytes, 0, 50));
    (void)state;
    assert_int_equal(put_as("unit", p.sha, text.bytes, &t.reply), 422);
    assert_true(client_has(&t.reply, "photo_hash_mismatch"));
    assert_int_equal(put("unit", &text), 415);
    assert_true(client_has(&t.reply, "photo_unsupported"));
    assert_int_equal(put("unit", &empty), 415);
    assert_int_equal(put("unit", &cut), 422);
    assert_true(client_has(&t.reply, "photo_damaged"));
    assert_int_equal(get("unit", cut.sha, ""), 404);
    assert_int_equal(put_as("unit", "abc", p.bytes, &t.reply), 404);
    assert_int_equal(put_as("nobody", p.sha, p.bytes, &t.reply), 401);
    assert_int_equal(get("unit", p.sha, "/thumb"), 404);
    assert_int_equal(get("unit", p.sha, "/large"), 404);
    assert_int_equal(get("unit", p.sha, "?q=1"), 400);
    assert_int_equal(staged_files(), 0);
}

static void test_lost_file(void **state)
{
    struct photo p = tiny("lost");
    char path[512];
    (void)state;
    assert_int_equal(put("unit", &p), 201);
    snprintf(path, sizeof path, "%s/media/%.2s/%.2s/%s.thumb.jpg", t.dir, p.sha, p.sha + 2, p.sha);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(get("unit", p.sha, "/thumb"), 404);
    assert_int_equal(put("unit", &p), 200);
    assert_int_equal(get("unit", p.sha, "/thumb"), 200);
}

struct sender {
    pthread_t thread;
    const struct photo *photo;
    const char *who;
    int status;
};

static void *send_it(void *arg)
{
    struct sender *s = arg;
    struct buf reply;
    buf_init(&reply, 1 << 20);
    s->status = put_as(s->who, s->photo->sha, s->photo->bytes, &reply);
    buf_free(&reply);
    return NULL;
}

static void test_at_once(void **state)
{
    struct photo p = tiny("at once");
    struct sender s[SENDERS];
    (void)state;
    for (int i = 0; i < SENDERS; i++) {
        s[i] = (struct sender){.photo = &p, .who = i % 2 ? "inspector" : "unit"};
        assert_int_equal(pthread_create(&s[i].thread, NULL, send_it, &s[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(s[i].thread, NULL);
        assert_true(s[i].status == 200 || s[i].status == 201);
    }
    assert_int_equal(get("unit", p.sha, "/display"), 200);
    assert_int_equal(staged_files(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_send_and_see),   cmocka_unit_test(test_original),
        cmocka_unit_test(test_another_sender), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lost_file),      cmocka_unit_test(test_at_once),
    };
    int failed = cmocka_run_group_tests_name("sqlite", tests, set_up_sqlite, tear_down);
    if (testdb_server())
        failed += cmocka_run_group_tests_name("postgresql", tests, set_up_pg, tear_down);
    return failed;
}
