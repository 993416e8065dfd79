/*
 * store_crash_test.c - what is acknowledged stays: a writing process is killed, the server is
 * killed, sessions are cut under load and in the middle of a COMMIT. A row that was acknowledged
 * must be there afterwards; a job that was told "nothing was stored" must have left nothing.
 */
#include "store/store_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 8, ACKS_WANTED = 1500, N_MAX = 200000 };

static bool is_there(struct fixture *x, int64_t n)
{
    struct thing_by_id_row row;
    bool found = false;
    assert_ok(x, q_thing_by_id(&x->r, &(struct thing_by_id_in){1, fixture_id(n)}, &row, &found));
    return found;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* ---- kill -9 of a writing process ---- */

static struct store *child_store;
static int child_pipe;
static _Atomic int64_t child_next;

static void *write_and_tell(void *arg)
{
    (void)arg;
    for (;;) {
        int64_t n = child_next++;
        if (fixture_add(child_store, n) != JOB_DONE ||
            write(child_pipe, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(1);
    }
    return NULL;
}

static void child_main(const struct testdb *at, int fd)
{
    struct arena a;
    struct fault f;
    pthread_t threads[WRITERS];
    arena_init(&a);
    fault_init(&f, &a);
    child_pipe = fd;
    if (store_open(&child_store, &(struct store_config){.url = str_of(at->url)}, &f) != RC_OK)
        _exit(1);
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_and_tell, NULL);
    pause();
    _exit(0);
}

static void a_killed_process_loses_nothing_acknowledged(void **state)
{
    FIXTURE(x);
    int pipes[2];
    int64_t n, acks = 0, *list = ARENA_MANY(&x->arena, int64_t, N_MAX);
    db_close(x->db);
    x->db = NULL;
    store_close(x->store);
    x->store = NULL;
    assert_int_equal(pipe(pipes), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        child_main(&x->at, pipes[1]);
    }
    close(pipes[1]);
    while (acks < N_MAX && read(pipes[0], &n, sizeof n) == (ssize_t)sizeof n) {
        list[acks++] = n;
        if (acks == ACKS_WANTED)
            kill(pid, SIGKILL);
    }
    close(pipes[0]);
    waitpid(pid, NULL, 0);
    assert_true(acks >= ACKS_WANTED);
    fixture_reopen(x);
    for (int64_t i = 0; i < acks; i++)
        assert_true(is_there(x, list[i]));
    assert_int_equal(fixture_add(x->store, N_MAX), JOB_DONE);
}

/* ---- PostgreSQL goes away under load ---- */

struct load {
    struct store *store;
    _Atomic bool stop;
    _Atomic int64_t next;
    _Atomic int64_t ends[8];
    _Atomic unsigned char *end_of; /* by thing: 1 + job_end */
};

static void *load_main(void *arg)
{
    struct load *l = arg;
    while (!l->stop) {
        int64_t n = l->next++;
        if (n >= N_MAX)
            break;
        enum job_end end = fixture_add(l->store, n);
        l->ends[end]++;
        l->end_of[n] = (unsigned char)(1 + end);
    }
    return NULL;
}

static void wait_for_acks(struct load *l, int64_t more)
{
    int64_t want = l->ends[JOB_DONE] + more;
    for (int i = 0; i < 3000 && l->ends[JOB_DONE] < want; i++)
        sleep_ms(10);
    assert_true(l->ends[JOB_DONE] >= want);
}

static void load_begin(struct load *l, struct fixture *x, pthread_t *threads)
{
    l->store = x->store;
    l->end_of = arena_alloc(&x->arena, N_MAX);
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, load_main, l);
}

/* What every job was told must be what is there. */
static void load_end(struct load *l, struct fixture *x, pthread_t *threads)
{
    l->stop = true;
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    printf("done %lld busy %lld lost %lld broken %lld\n", (long long)l->ends[JOB_DONE],
           (long long)l->ends[JOB_BUSY], (long long)l->ends[JOB_LOST],
           (long long)l->ends[JOB_BROKEN]);
    for (int64_t n = 0; n < l->next && n < N_MAX; n++)
        if (l->end_of[n] != 1 + JOB_LOST)
            assert_int_equal(is_there(x, n), l->end_of[n] == 1 + JOB_DONE);
    assert_int_equal(
        l->ends[JOB_BROKEN] + l->ends[JOB_CLASH] + l->ends[JOB_MISS] + l->ends[JOB_CHECK], 0);
    assert_true(store_alive(x->store));
}

static void cut_sessions_are_made_again(void **state)
{
    FIXTURE(x);
    struct load l = {0};
    pthread_t threads[WRITERS];
    struct sessions_end_row row;
    bool found;
    load_begin(&l, x, threads);
    for (int i = 0; i < 12; i++) {
        wait_for_acks(&l, 30);
        assert_ok(x, q_sessions_end(&x->r, &(struct sessions_end_in){true}, &row, &found));
        assert_true(row.n >= 1);
    }
    wait_for_acks(&l, 30);
    load_end(&l, x, threads);
}

static void a_killed_server_loses_nothing_acknowledged(void **state)
{
    FIXTURE(x);
    struct load l = {0};
    pthread_t threads[WRITERS];
    load_begin(&l, x, threads);
    for (int i = 0; i < 3; i++) {
        wait_for_acks(&l, 100);
        if (!testdb_crash_server())
            print_message("the server is not ours to kill\n");
    }
    wait_for_acks(&l, 100);
    load_end(&l, x, threads);
}

static void *add_slow(void *arg)
{
    struct arena a;
    struct effects fx;
    static enum job_end end;
    arena_init(&a);
    effects_init(&fx, &a);
    fx_slow_add(&fx, &(struct slow_add_in){1, 1});
    end = fixture_run(arg, &fx);
    arena_free(&a);
    return &end;
}

static void a_connection_cut_in_commit_is_lost(void **state)
{
    FIXTURE(x);
    pthread_t thread;
    struct sessions_end_row row = {0};
    bool found;
    void *end;
    pthread_create(&thread, NULL, add_slow, x->store);
    for (int i = 0; i < 1000 && row.n == 0; i++) {
        sleep_ms(10);
        assert_ok(x, q_sessions_end(&x->r, &(struct sessions_end_in){false}, &row, &found));
    }
    pthread_join(thread, &end);
    assert_int_equal(*(enum job_end *)end, JOB_LOST);
    assert_int_equal(fixture_add(x->store, 1), JOB_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_killed_process_loses_nothing_acknowledged, fixture_open),
        ON_POSTGRESQL(cut_sessions_are_made_again, fixture_open),
        ON_POSTGRESQL(a_connection_cut_in_commit_is_lost, fixture_open),
        ON_POSTGRESQL(a_killed_server_loses_nothing_acknowledged, fixture_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
