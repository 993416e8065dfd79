/*
 * session_cache.c - see session_cache.h: sets of four ways, found by the first bytes of the token's
 * hash, one lock. A lookup copies 350 bytes under the lock, so there is nothing to split.
 */
#include "auth/session_cache.h"

#include "auth/auth.h"
#include "base/arena.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 4 };

struct session_cache {
    pthread_mutex_t lock;
    _Atomic uint64_t generation;
    struct cached slot[SETS][WAYS]; /* loaded_us == 0: free */
};

struct session_cache *cache_open(void)
{
    struct session_cache *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    atomic_store(&c->generation, 1);
    return c;
}

void cache_close(struct session_cache *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

uint64_t cache_generation(const struct session_cache *c)
{
    return atomic_load(&c->generation);
}

void cache_clear(struct session_cache *c)
{
    atomic_fetch_add(&c->generation, 1);
}

static struct cached *set_of(struct session_cache *c, struct sha256 h)
{
    return c->slot[(((unsigned)h.b[0] << 8) | h.b[1]) % SETS];
}

static struct cached *find(struct session_cache *c, struct sha256 h)
{
    struct cached *set = set_of(c, h);
    for (int i = 0; i < WAYS; i++)
        if (set[i].loaded_us != 0 && sha256_eq(set[i].token_hash, h))
            return &set[i];
    return NULL;
}

bool cache_get(struct session_cache *c, struct sha256 token_hash, int64_t now_ms,
               struct cached *out)
{
    pthread_mutex_lock(&c->lock);
    struct cached *e = find(c, token_hash);
    bool fresh = e && e->generation == cache_generation(c) &&
                 clock_ticks_us() - e->loaded_us < SESSION_FRESH_MS * 1000LL;
    if (fresh) {
        *out = *e; /* with the last use before this one, for the question of idleness */
        if (now_ms > e->seen_ms)
            e->seen_ms = now_ms;
    }
    pthread_mutex_unlock(&c->lock);
    return fresh;
}

static struct cached *place_for(struct session_cache *c, struct sha256 h)
{
    struct cached *e = find(c, h), *set = set_of(c, h);
    if (e)
        return e;
    e = &set[0];
    for (int i = 1; i < WAYS && e->loaded_us != 0; i++)
        if (set[i].loaded_us < e->loaded_us)
            e = &set[i];
    return e;
}

void cache_put(struct session_cache *c, const struct cached *entry, uint64_t generation)
{
    pthread_mutex_lock(&c->lock);
    struct cached *e = place_for(c, entry->token_hash);
    bool same = e->loaded_us != 0 && sha256_eq(e->token_hash, entry->token_hash);
    int64_t seen = same && e->seen_ms > entry->seen_ms ? e->seen_ms : entry->seen_ms;
    *e = *entry;
    e->seen_ms = seen;
    e->generation = generation;
    e->loaded_us = clock_ticks_us();
    pthread_mutex_unlock(&c->lock);
}

int64_t cache_seen(struct session_cache *c, struct sha256 token_hash)
{
    pthread_mutex_lock(&c->lock);
    struct cached *e = find(c, token_hash);
    int64_t seen = e ? e->seen_ms : 0;
    pthread_mutex_unlock(&c->lock);
    return seen;
}

size_t cache_take_seen(struct session_cache *c, int64_t lag_ms, struct seen *out, size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < (size_t)SETS * WAYS && n < max; i++) {
        struct cached *e = &c->slot[i / WAYS][i % WAYS];
        if (e->loaded_us == 0 || e->seen_ms - e->written_ms < lag_ms)
            continue;
        out[n++] = (struct seen){e->session_id, e->seen_ms};
        e->written_ms = e->seen_ms;
    }
    pthread_mutex_unlock(&c->lock);
    return n;
}
