/*
 * decoder_test.c - the pool against a double that hangs, dies and lies; the real decoder's bounds;
 * and what it says to two tiny pictures. The shared samples are samples_test.c's.
 */
#include "media/decoder_ground.h"
#include "media/worker.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static struct decoder_config with_double(void)
{
    struct decoder_config c = decoder_defaults();
    c.executable = getenv("DECODER_DOUBLE");
    assert_non_null(c.executable);
    return c;
}

/* The double answers its process id as the size. */
static int64_t fine(struct ground *g, struct decoder *d)
{
    ground_write(g, STR("fine"));
    assert_string_equal(ground_run(g, d, NULL), "ok");
    return g->facts.bytes;
}

static void misbehaviour_is_answered_and_outlived(void **state)
{
    static const struct {
        struct str asked;
        int limit_ms;
        const char *code;
        enum rc rc;
    } cases[] = {
        {STR_INIT("hang"), 200, "photo_timeout", RC_INVALID},
        {STR_INIT("burn"), 9000, "photo_timeout", RC_INVALID},
        {STR_INIT("crash"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("exit"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("killed"), 9000, "photo_decoder_lost", RC_BUSY},
        {STR_INIT("huge"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("place"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("text"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("print"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("marks"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("code"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("ready"), 9000, "photo_damaged", RC_INVALID},
        {STR_INIT("short"), 9000, "photo_damaged", RC_INVALID},
    };
    struct ground *g = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoder_config c = with_double();
        c.limit_ms = cases[i].limit_ms;
        struct decoder *d = ground_decoder(g, &c);
        int64_t first = fine(g, d);
        ground_write(g, cases[i].asked);
        assert_string_equal(ground_run(g, d, NULL), cases[i].code);
        assert_int_equal(g->fault.rc, cases[i].rc);
        assert_true(fine(g, d) != first); /* a new process serves on */
        decoder_stop(d);
    }
}

static void only_pictures_are_kept(void **state)
{
    struct ground *g = *state;
    struct decoder_config c = with_double();
    struct decoder *d = ground_decoder(g, &c);
    ground_write(g, STR("html"));
    assert_string_equal(ground_run(g, d, NULL), "photo_damaged");
    ground_write(g, STR("empty"));
    assert_string_equal(ground_run(g, d, NULL), "photo_damaged");
    fine(g, d);
    assert_int_equal(ground_read(g, g->thumb).n, 4);
    assert_int_equal(ground_read(g, g->display).n, 4);
    decoder_stop(d);
}

static void a_worker_serves_long_and_is_replaced(void **state)
{
    struct ground *g = *state;
    struct decoder_config c = with_double();
    c.pictures_per_worker = 3;
    struct decoder *d = ground_decoder(g, &c);
    int64_t first = fine(g, d);
    assert_true(fine(g, d) == first && fine(g, d) == first);
    int64_t second = fine(g, d);
    assert_true(second != first);
    /* It ends itself after a good answer: the next picture is not blamed. */
    ground_write(g, STR("last"));
    assert_string_equal(ground_run(g, d, NULL), "ok");
    assert_true(fine(g, d) != second);
    decoder_stop(d);
}

static void a_missing_or_wrong_program_is_said(void **state)
{
    struct ground *g = *state;
    struct decoder_config c = decoder_defaults();
    struct decoder *d;
    c.executable = "/nonexistent/xiaohao-decoder";
    assert_int_equal(decoder_start(&d, &g->fault, &c), RC_INTERNAL);
    assert_true(str_is(g->fault.code, "photo_decoder_missing"));
    c.executable = "/bin/false";
    d = ground_decoder(g, &c);
    ground_write(g, STR("fine"));
    assert_string_equal(ground_run(g, d, NULL), "photo_decoder_failed");
    decoder_stop(d);

    c = with_double();
    d = ground_decoder(g, &c);
    assert_string_equal(ground_run(g, d, "/nonexistent/photo"), "photo_decoder_failed");
    decoder_stop(d);
}

struct caller {
    struct decoder *d;
    void *ground;
    const char *code;
};

static void *call(void *p)
{
    struct caller *c = p;
    c->code = ground_run(c->ground, c->d, NULL);
    return NULL;
}

static void many_threads_share_few_workers(void **state)
{
    enum { CALLERS = 8, ROUNDS = 10 };
    struct ground *g = *state;
    struct decoder_config c = with_double();
    c.workers = 2;
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    struct decoder *d = ground_decoder(g, &c);
    for (int i = 0; i < CALLERS; i++) {
        callers[i].d = d;
        assert_int_equal(ground_set_up(&callers[i].ground), 0);
        ground_write(callers[i].ground, STR("fine"));
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CALLERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
        for (int i = 0; i < CALLERS; i++) {
            pthread_join(threads[i], NULL);
            assert_string_equal(callers[i].code, "ok");
        }
    }
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(ground_tear_down(&callers[i].ground), 0);
    decoder_stop(d);
}

static void waiting_has_an_end(void **state)
{
    struct ground *g = *state;
    struct decoder_config c = with_double();
    c.limit_ms = 1500;
    c.wait_ms = 20;
    struct caller slow = {.d = ground_decoder(g, &c), .ground = g};
    pthread_t thread;
    void *other;
    fine(g, slow.d);
    assert_int_equal(ground_set_up(&other), 0);
    ground_write(other, STR("fine"));
    ground_write(g, STR("hang"));
    assert_int_equal(pthread_create(&thread, NULL, call, &slow), 0);
    const char *code;
    do
        code = ground_run(other, slow.d, NULL); /* until the slow one has begun */
    while (strcmp(code, "ok") == 0);
    assert_string_equal(code, "photo_busy");
    assert_true(((struct ground *)other)->fault.retry_s > 0);
    pthread_join(thread, NULL);
    assert_string_equal(slow.code, "photo_timeout");
    assert_int_equal(ground_tear_down(&other), 0);
    decoder_stop(slow.d);
}

static bool line_has(struct str text, const char *name, const char *want)
{
    struct str line;
    while (str_next(&text, '\n', &line))
        if (str_starts(line, str_of(name)))
            return str_find(line, str_of(want), 0) >= 0;
    return false;
}

static struct str proc(struct ground *g, pid_t pid, const char *name)
{
    char path[64], *text = arena_alloc(&g->arena, 8192);
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = fread(text, 1, 8191, f);
    fclose(f);
    return (struct str){text, n};
}

static void the_real_decoder_is_bound(void **state)
{
    struct ground *g = *state;
    struct worker w;
    assert_true(worker_begin(&w, getenv("XIAOHAO_DECODER")));
    struct str limits = proc(g, w.pid, "limits"), status = proc(g, w.pid, "status");
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(line_has(limits, "Max address space", " 1342177280 "));
#endif
    assert_true(line_has(limits, "Max file size", " 67108864 "));
    assert_true(line_has(limits, "Max open files", " 64 "));
    assert_true(line_has(limits, "Max core file size", " 0 "));
    assert_true(line_has(status, "NoNewPrivs:", "1"));
    worker_finish(&w);
    assert_int_equal(w.pid, 0);
}

static void tiny_pictures_are_read_or_refused(void **state)
{
    struct ground *g = *state;
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    ground_write(g, ground_tiny_png(g));
    assert_string_equal(ground_run(g, d, NULL), "ok");
    assert_int_equal(g->facts.format, PHOTO_PNG);
    assert_int_equal(g->facts.width, 2);
    assert_int_equal(g->facts.height, 1);
    assert_int_equal(g->facts.orientation, 1);
    assert_false(g->facts.has_taken || g->facts.has_place || g->facts.make.p);
    assert_true(sha256_eq(g->facts.sha256, sha256_of(ground_tiny_png(g))));
    assert_int_equal(photo_sniff(ground_read(g, g->display)), PHOTO_JPEG);
    assert_int_equal(photo_sniff(ground_read(g, g->thumb)), PHOTO_JPEG);

    ground_write(g, ground_bomb_png(g));
    assert_string_equal(ground_run(g, d, NULL), "photo_too_large");
    assert_int_equal(g->fault.rc, RC_TOO_LARGE);
    ground_write(g, STR(""));
    assert_string_equal(ground_run(g, d, NULL), "photo_unsupported");
    assert_int_equal(g->fault.rc, RC_MEDIA_TYPE);
    ground_write(g, str_sub(ground_tiny_png(g), 0, 55));
    assert_string_equal(ground_run(g, d, NULL), "photo_damaged");
    assert_string_equal(ground_run(g, d, "/dev/zero"), "photo_decoder_failed");
    decoder_stop(d);

    c.max_bytes = 10;
    d = ground_decoder(g, &c);
    assert_string_equal(ground_run(g, d, NULL), "photo_too_large");
    decoder_stop(d);
}

#define ON_GROUND(test) cmocka_unit_test_setup_teardown(test, ground_set_up, ground_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_GROUND(misbehaviour_is_answered_and_outlived),
        ON_GROUND(only_pictures_are_kept),
        ON_GROUND(a_worker_serves_long_and_is_replaced),
        ON_GROUND(a_missing_or_wrong_program_is_said),
        ON_GROUND(many_threads_share_few_workers),
        ON_GROUND(waiting_has_an_end),
        ON_GROUND(the_real_decoder_is_bound),
        ON_GROUND(tiny_pictures_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
