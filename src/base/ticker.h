/*
 * ticker.h - a thread that does one thing again and again until it is stopped.
 *
 * The wait is measured on the monotonic clock and ends at once when the ticker is stopped. What a tick works with
 * belongs to the ticker's thread between start and stop, and to the caller again after ticker_stop() has returned.
 */
#ifndef XH_BASE_TICKER_H
#define XH_BASE_TICKER_H

#include "base/fault.h"

#include <pthread.h>

struct ticker {
    void (*tick)(void *arg);
    void *arg;
    int every_s;
    bool running, stopping;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* The first tick comes after `every_s` seconds. */
enum rc ticker_start(struct ticker *t, int every_s, void (*tick)(void *arg), void *arg, struct fault *f) MUST_CHECK;
/* Ends after the tick in hand; waits for it. A ticker that never ran is left alone. */
void ticker_stop(struct ticker *t);

#endif
