/* limiter.c - see limiter.h: a fixed table by the address's hash; two addresses in one place share
 * its count. */
#include "auth/limiter.h"

#include "base/arena.h"
#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

enum { PLACES = 4096 };

struct count {
    int64_t from_ms;
    int failures;
};

struct limiter {
    pthread_mutex_t lock;
    struct count places[PLACES];
};

struct limiter *limiter_open(void)
{
    struct limiter *l = xcalloc(1, sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void limiter_close(struct limiter *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static bool is_own_machine(struct str address)
{
    return str_starts(address, STR("127.")) || str_is(address, "::1") ||
           str_starts(address, STR("::ffff:127."));
}

static struct count *place_of(struct limiter *l, struct str address)
{
    struct sha256 h = sha256_of(address);
    return &l->places[(((unsigned)h.b[0] << 8) | h.b[1]) % PLACES];
}

int limiter_wait_s(struct limiter *l, struct str address, int64_t now_ms)
{
    if (is_own_machine(address))
        return 0;
    pthread_mutex_lock(&l->lock);
    const struct count *c = place_of(l, address);
    int64_t left = c->from_ms + LIMIT_WINDOW_MS - now_ms;
    int wait = c->failures >= LIMIT_FAILURES && left > 0 ? (int)((left + 999) / 1000) : 0;
    pthread_mutex_unlock(&l->lock);
    return wait;
}

void limiter_failed(struct limiter *l, struct str address, int64_t now_ms)
{
    if (is_own_machine(address))
        return;
    pthread_mutex_lock(&l->lock);
    struct count *c = place_of(l, address);
    if (now_ms - c->from_ms >= LIMIT_WINDOW_MS)
        *c = (struct count){.from_ms = now_ms};
    c->failures++;
    pthread_mutex_unlock(&l->lock);
}
