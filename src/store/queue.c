/*
 * queue.c - jobs wait here for the one writer thread, which joins all that wait into one durable
 * commit.
 *
 * There is no timer: a batch is whatever arrived during the previous commit, so an idle system pays
 * only the hand-over and a busy one fills its batches by itself. The writer thread owns the writer
 * connection.
 */
#include "store/store_engine.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <time.h>

enum { QUIET_S = 1 };

void jobs_end_all(struct job **jobs, size_t n, enum job_end end)
{
    for (size_t i = 0; i < n; i++) {
        jobs[i]->end = end;
        jobs[i]->at = 0;
    }
}

/* Takes what waits, up to `max`. 0: nothing came for a while, or (with *closing) nothing will. */
static size_t take(struct queue *q, struct job **jobs, size_t max, bool *closing)
{
    struct timespec until;
    size_t n = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += QUIET_S;
    pthread_mutex_lock(&q->lock);
    while (!q->head && !q->closing)
        if (pthread_cond_timedwait(&q->wake, &q->lock, &until) != 0)
            break;
    while (q->head && n < max) {
        jobs[n++] = q->head;
        q->head = q->head->next;
    }
    if (!q->head)
        q->tail = &q->head;
    q->stats.queue_now -= (int64_t)n;
    *closing = q->closing;
    pthread_mutex_unlock(&q->lock);
    return n;
}

static void flush_if_wanted(struct store *s)
{
    struct queue *q = &s->queue;
    struct arena arena;
    struct fault fault;
    pthread_mutex_lock(&q->lock);
    bool wanted = q->flush_wanted;
    q->flush_wanted = false;
    pthread_mutex_unlock(&q->lock);
    if (!wanted)
        return;
    arena_init(&arena);
    fault_init(&fault, &arena);
    bool failed = s->ops->flush(s->writer, &fault) != RC_OK;
    arena_free(&arena);
    pthread_mutex_lock(&q->lock);
    q->flush_failed = failed;
    pthread_mutex_unlock(&q->lock);
}

static bool has_effects(struct job **jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (jobs[i]->n)
            return true;
    return false;
}

static void run_batch(struct store *s, struct job **jobs, size_t n)
{
    int64_t began = clock_ticks_us(), failed = 0;
    jobs_end_all(jobs, n, JOB_DONE);
    if (has_effects(jobs, n))
        s->ops->write(s->writer, jobs, n);
    s->writer_usable = s->ops->usable(s->writer);
    flush_if_wanted(s);
    for (size_t i = 0; i < n; i++)
        failed += jobs[i]->end != JOB_DONE;
    pthread_mutex_lock(&s->queue.lock);
    s->queue.stats.jobs += (int64_t)n;
    s->queue.stats.failed += failed;
    s->queue.stats.commits++;
    s->queue.stats.commit_us_total += clock_ticks_us() - began;
    pthread_mutex_unlock(&s->queue.lock);
    for (size_t i = 0; i < n; i++)
        jobs[i]->done(jobs[i]);
}

static bool is_empty(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool empty = !q->head;
    pthread_mutex_unlock(&q->lock);
    return empty;
}

static void *writer_main(void *arg)
{
    struct store *s = arg;
    struct job **jobs = xcalloc((size_t)s->batch_max, sizeof(struct job *));
    for (;;) {
        bool closing;
        size_t n = take(&s->queue, jobs, (size_t)s->batch_max, &closing);
        if (n)
            run_batch(s, jobs, n);
        else if (closing)
            break;
        if (is_empty(&s->queue)) {
            s->ops->idle(s->writer, n == 0);
            s->writer_usable = s->ops->usable(s->writer);
        }
    }
    free(jobs);
    return NULL;
}

void queue_start(struct store *s)
{
    struct queue *q = &s->queue;
    pthread_condattr_t monotonic;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    q->tail = &q->head;
    s->writer_usable = true;
    if (pthread_create(&s->writer_thread, NULL, writer_main, s) != 0) {
        log_error("store: no thread for the writer");
        abort();
    }
}

void queue_stop(struct store *s)
{
    struct queue *q = &s->queue;
    pthread_mutex_lock(&q->lock);
    q->closing = true;
    pthread_cond_signal(&q->wake);
    pthread_mutex_unlock(&q->lock);
    pthread_join(s->writer_thread, NULL);
    pthread_cond_destroy(&q->wake);
    pthread_mutex_destroy(&q->lock);
}

static bool submit(struct store *s, struct job *job, int64_t max)
{
    struct queue *q = &s->queue;
    job->next = NULL;
    pthread_mutex_lock(&q->lock);
    bool taken = !q->closing && q->stats.queue_now < max;
    if (taken) {
        *q->tail = job;
        q->tail = &job->next;
        if (++q->stats.queue_now > q->stats.queue_high)
            q->stats.queue_high = q->stats.queue_now;
        pthread_cond_signal(&q->wake);
    }
    pthread_mutex_unlock(&q->lock);
    return taken;
}

bool store_submit(struct store *s, struct job *job)
{
    return submit(s, job, s->queue_max);
}

/* ---- waiting for one's own job ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ended;
};

static void wake_waiter(struct job *job)
{
    struct waiter *w = job->user;
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

static void run(struct store *s, struct job *job, int64_t max)
{
    struct waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    void (*done)(struct job *) = job->done;
    void *user = job->user;
    job->done = wake_waiter;
    job->user = &w;
    if (submit(s, job, max)) {
        pthread_mutex_lock(&w.lock);
        while (!w.ended)
            pthread_cond_wait(&w.wake, &w.lock);
        pthread_mutex_unlock(&w.lock);
    } else {
        job->end = JOB_BUSY;
        job->at = 0;
    }
    job->done = done;
    job->user = user;
    pthread_cond_destroy(&w.wake);
    pthread_mutex_destroy(&w.lock);
}

void store_run(struct store *s, struct job *job)
{
    run(s, job, s->queue_max);
}

void queue_run_always(struct store *s, struct job *job)
{
    run(s, job, INT64_MAX);
}

enum rc store_flush(struct store *s, struct fault *f)
{
    struct queue *q = &s->queue;
    struct job nothing = {0};
    pthread_mutex_lock(&q->lock);
    q->flush_wanted = true;
    q->flush_failed = false;
    pthread_mutex_unlock(&q->lock);
    queue_run_always(s, &nothing);
    pthread_mutex_lock(&q->lock);
    bool failed = q->flush_failed;
    pthread_mutex_unlock(&q->lock);
    return failed || nothing.end != JOB_DONE ? fail_database(f) : RC_OK;
}

void store_stats_get(struct store *s, struct store_stats *out)
{
    pthread_mutex_lock(&s->queue.lock);
    *out = s->queue.stats;
    pthread_mutex_unlock(&s->queue.lock);
}
