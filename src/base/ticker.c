/* ticker.c - see ticker.h. */
#include "base/ticker.h"

#include <errno.h>
#include <time.h>

/* True when it is time for another tick, false when the ticker is being stopped. */
static bool wait_turn(struct ticker *t)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the wait's own measure; no rule reads it */
    until.tv_sec += t->every_s;
    pthread_mutex_lock(&t->lock);
    while (!t->stopping && pthread_cond_timedwait(&t->wake, &t->lock, &until) != ETIMEDOUT)
        ;
    bool go_on = !t->stopping;
    pthread_mutex_unlock(&t->lock);
    return go_on;
}

static void *run(void *arg)
{
    struct ticker *t = arg;
    while (wait_turn(t))
        t->tick(t->arg);
    return NULL;
}

static void destroy(struct ticker *t)
{
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->wake);
    t->running = false;
}

enum rc ticker_start(struct ticker *t, int every_s, void (*tick)(void *arg), void *arg, struct fault *f)
{
    pthread_condattr_t attr;
    *t = (struct ticker){.tick = tick, .arg = arg, .every_s = every_s, .running = true};
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&t->thread, NULL, run, t) == 0)
        return RC_OK;
    destroy(t);
    return fail(f, RC_INTERNAL, "no_thread", "无法启动线程", "a thread cannot be started");
}

void ticker_stop(struct ticker *t)
{
    if (!t->running)
        return;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    destroy(t);
}
