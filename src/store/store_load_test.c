/*
 * store_load_test.c - many at once: nothing is lost, nobody's failure hurts a neighbour, versions
 * exclude lost updates even between processes, deadlocks are retried, a full queue refuses, closing
 * drains.
 */
#include "store/store_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 16, JOBS_EACH = 500 };

/* One of several threads that use a store (its own or a shared one). */
struct worker {
    struct store *store;
    pthread_t thread;
    int number;
    int64_t done, other;
};

static void run_workers(struct worker *w, int n, void *(*f)(void *))
{
    for (int i = 0; i < n; i++) {
        w[i].number = i;
        pthread_create(&w[i].thread, NULL, f, &w[i]);
    }
    for (int i = 0; i < n; i++)
        pthread_join(w[i].thread, NULL);
}

static void *add_many(void *arg)
{
    struct worker *w = arg;
    for (int i = 0; i < JOBS_EACH; i++) {
        enum job_end end = fixture_add(w->store, w->number * JOBS_EACH + i);
        *(end == JOB_DONE ? &w->done : &w->other) += 1;
    }
    return NULL;
}

static void all_of_16_threads_arrive(void **state)
{
    FIXTURE(x);
    struct worker w[THREADS] = {0};
    struct store_stats stats;
    for (int i = 0; i < THREADS; i++)
        w[i].store = x->store;
    run_workers(w, THREADS, add_many);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(w[i].done, JOBS_EACH);
    assert_int_equal(fixture_count(x), THREADS * JOBS_EACH);
    store_stats_get(x->store, &stats);
    assert_int_equal(stats.jobs, THREADS * JOBS_EACH);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.queue_now, 0);
    assert_true(stats.commits < stats.jobs && stats.queue_high > 1);
}

/* ---- many jobs handed over without waiting ---- */

struct many {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    size_t ended;
    struct job *jobs;
    struct effects *fx;
    size_t n;
};

static void count_end(struct job *job)
{
    struct many *m = job->user;
    pthread_mutex_lock(&m->lock);
    m->ended++;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
}

static void many_init(struct many *m, struct fixture *x, size_t n)
{
    *m = (struct many){.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .n = n};
    m->jobs = ARENA_MANY(&x->arena, struct job, n);
    m->fx = ARENA_MANY(&x->arena, struct effects, n);
    for (size_t i = 0; i < n; i++)
        effects_init(&m->fx[i], &x->arena);
}

static void many_add(struct many *m, struct fixture *x, size_t i, int64_t thing)
{
    struct thing_add_in in = fixture_thing(thing);
    in.txt = str_copy(&x->arena, in.txt);
    fx_thing_add(&m->fx[i], &in);
}

static void many_submit(struct many *m, struct fixture *x)
{
    for (size_t i = 0; i < m->n; i++) {
        m->jobs[i] =
            (struct job){.fx = m->fx[i].list, .n = m->fx[i].n, .done = count_end, .user = m};
        assert_true(store_submit(x->store, &m->jobs[i]));
    }
}

static void many_wait(struct many *m)
{
    pthread_mutex_lock(&m->lock);
    while (m->ended < m->n)
        pthread_cond_wait(&m->wake, &m->lock);
    pthread_mutex_unlock(&m->lock);
}

static void a_failing_job_does_not_hurt_its_neighbours(void **state)
{
    FIXTURE(x);
    enum { N = 700 };
    struct many m;
    int64_t good = 0;
    many_init(&m, x, N);
    for (size_t i = 0; i < N; i++) {
        many_add(&m, x, i, (int64_t)i * 2);
        if (i % 3 == 0)
            many_add(&m, x, i, (int64_t)i * 2 + 1);
        if (i % 7 == 5) /* clashes with the job before it, in the same batch mostly */
            many_add(&m, x, i, (int64_t)i * 2 - 2);
        else if (i % 11 == 7)
            fx_counter_bump(&m.fx[i], &(struct counter_bump_in){1, 1});
        else
            good += i % 3 == 0 ? 2 : 1;
    }
    many_submit(&m, x);
    many_wait(&m);
    for (size_t i = 0; i < N; i++) {
        enum job_end want = i % 7 == 5 ? JOB_CLASH : i % 11 == 7 ? JOB_MISS : JOB_DONE;
        /* A job that failed left nothing to clash with. */
        if (i % 7 == 5 && (i - 1) % 11 == 7)
            want = m.jobs[i].end == JOB_DONE ? JOB_DONE : JOB_CLASH, good += i % 3 == 0 ? 3 : 2;
        assert_int_equal(m.jobs[i].end, want);
        assert_int_equal(m.jobs[i].at, want == JOB_DONE ? 0 : m.fx[i].n - 1);
    }
    assert_int_equal(fixture_count(x), good);
}

static void closing_finishes_what_waits(void **state)
{
    FIXTURE(x);
    enum { N = 1000 };
    struct many m;
    many_init(&m, x, N);
    for (size_t i = 0; i < N; i++)
        many_add(&m, x, i, (int64_t)i);
    many_submit(&m, x);
    fixture_reopen(x);
    assert_int_equal(m.ended, N);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(m.jobs[i].end, JOB_DONE);
    assert_int_equal(fixture_count(x), N);
}

/* ---- a full queue ---- */

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool reached, open;
};

static void stand_at_gate(struct job *job)
{
    struct gate *g = job->user;
    pthread_mutex_lock(&g->lock);
    g->reached = true;
    pthread_cond_broadcast(&g->wake);
    while (!g->open)
        pthread_cond_wait(&g->wake, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void a_full_queue_refuses(void **state)
{
    FIXTURE(x);
    enum { MAX = 20 };
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    struct job first = {.done = stand_at_gate, .user = &gate}, extra = {.done = count_end};
    struct many m;
    db_close(x->db);
    x->db = NULL;
    store_close(x->store);
    x->store = fixture_store(x, &(struct store_config){.queue_max = MAX});
    assert_true(store_submit(x->store, &first));
    pthread_mutex_lock(&gate.lock);
    while (!gate.reached)
        pthread_cond_wait(&gate.wake, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    many_init(&m, x, MAX);
    for (size_t i = 0; i < MAX; i++)
        many_add(&m, x, i, (int64_t)i);
    many_submit(&m, x);
    assert_false(store_submit(x->store, &extra));
    assert_int_equal(fixture_add(x->store, 99), JOB_BUSY);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.wake);
    pthread_mutex_unlock(&gate.lock);
    many_wait(&m);
    assert_int_equal(fixture_add(x->store, 99), JOB_DONE);
}

/* ---- versions: read, decide, write if nobody came between ---- */

enum { RAISERS = 4, RAISES = 60 };

static bool raise_once(struct worker *w, struct reader *r)
{
    struct counter_by_id_row row;
    bool found = false;
    struct effects fx;
    effects_init(&fx, r->arena);
    if (q_counter_by_id(r, &(struct counter_by_id_in){1, 1}, &row, &found) != RC_OK || !found)
        return false;
    fx_counter_set(&fx, &(struct counter_set_in){1, 1, row.value + 1, row.version});
    enum job_end end = fixture_run(w->store, &fx);
    w->other += end == JOB_MISS;
    w->done += end == JOB_DONE;
    return end == JOB_DONE || end == JOB_MISS;
}

static void *raise_many(void *arg)
{
    struct worker *w = arg;
    struct arena a;
    struct fault f;
    struct db *db;
    arena_init(&a);
    fault_init(&f, &a);
    if (db_open(w->store, &db, &f) == RC_OK) {
        struct reader r = {db, &a, &f};
        while (w->done < RAISES && raise_once(w, &r))
            arena_reset(&a);
        db_close(db);
    }
    arena_free(&a);
    return NULL;
}

static void no_update_is_lost_between_two_stores(void **state)
{
    FIXTURE(x);
    struct store *second = fixture_store(x, NULL);
    struct worker w[RAISERS] = {0};
    struct counter_by_id_row row;
    struct effects fx;
    bool found;
    effects_init(&fx, &x->arena);
    fx_counter_add(&fx, &(struct counter_add_in){1, 1});
    assert_int_equal(fixture_run(x->store, &fx), JOB_DONE);
    for (int i = 0; i < RAISERS; i++)
        w[i].store = i % 2 ? second : x->store;
    run_workers(w, RAISERS, raise_many);
    for (int i = 0; i < RAISERS; i++)
        assert_int_equal(w[i].done, RAISES);
    assert_ok(x, q_counter_by_id(&x->r, &(struct counter_by_id_in){1, 1}, &row, &found));
    assert_int_equal(row.value, RAISERS * RAISES);
    store_close(second);
}

/* ---- deadlocks: two stores take the same two rows in opposite order ---- */

enum { CROSSINGS = 15 };

static void *cross(void *arg)
{
    struct worker *w = arg;
    struct arena a;
    arena_init(&a);
    for (int i = 0; i < CROSSINGS; i++) {
        struct effects fx;
        effects_init(&fx, &a);
        for (int j = 0; j < 40; j++)
            fx_counter_bump(&fx, &(struct counter_bump_in){1, (j + w->number) % 2});
        enum job_end end = fixture_run(w->store, &fx);
        *(end == JOB_DONE ? &w->done : &w->other) += 1;
        arena_reset(&a);
    }
    arena_free(&a);
    return NULL;
}

static void deadlocks_are_retried(void **state)
{
    FIXTURE(x);
    struct store *second = fixture_store(x, NULL);
    struct worker w[2] = {{.store = x->store}, {.store = second}};
    struct counter_by_id_row row;
    struct effects fx;
    bool found;
    effects_init(&fx, &x->arena);
    for (int i = 0; i < 2; i++)
        fx_counter_add(&fx, &(struct counter_add_in){1, i});
    assert_int_equal(fixture_run(x->store, &fx), JOB_DONE);
    run_workers(w, 2, cross);
    assert_int_equal(w[0].done, CROSSINGS);
    assert_int_equal(w[1].done, CROSSINGS);
    assert_ok(x, q_counter_by_id(&x->r, &(struct counter_by_id_in){1, 1}, &row, &found));
    assert_int_equal(row.value, 2 * CROSSINGS * 20);
    store_close(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(all_of_16_threads_arrive, fixture_open),
        ON_BOTH(a_failing_job_does_not_hurt_its_neighbours, fixture_open),
        ON_BOTH(closing_finishes_what_waits, fixture_open),
        ON_BOTH(a_full_queue_refuses, fixture_open),
        ON_BOTH(no_update_is_lost_between_two_stores, fixture_open),
        ON_BOTH(deadlocks_are_retried, fixture_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
