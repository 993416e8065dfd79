/*
 * session_cache.h - what this process remembers of sessions: who stands behind a token, for two
 * seconds, and when it was last used. Inside auth/ only. Safe from any thread.
 *
 * Filled like this, so that a revocation between reading and keeping is never lost:
 *     gen = cache_generation(c); … read from the store … cache_put(c, &entry, gen);
 * cache_clear() begins a new generation; what was read in an older one is not kept.
 */
#ifndef XH_AUTH_SESSION_CACHE_H
#define XH_AUTH_SESSION_CACHE_H

#include "change/op.h"

enum { CACHE_NAME_BYTES = 96, CACHE_AREA_BYTES = 16 };

/* A session as the cache keeps it: no pointers. */
struct cached {
    struct sha256 token_hash;
    struct uuid session_id, person_id, unit_id;
    char name[CACHE_NAME_BYTES];
    char area[CACHE_AREA_BYTES];
    uint8_t name_bytes, area_bytes;
    uint32_t roles, grants;
    bool must_change, bearer;
    int64_t expires_ms;
    int64_t seen_ms;    /* the later of the store's and our own */
    int64_t written_ms; /* what the store knows */
    int64_t loaded_us;  /* clock_ticks_us() */
    uint64_t generation;
};

struct session_cache;

struct session_cache *cache_open(void);
void cache_close(struct session_cache *c);
uint64_t cache_generation(const struct session_cache *c);
void cache_clear(struct session_cache *c);
/* A copy of the entry and, when `now_ms` is not 0, the note that it is in use. False when unknown
 * or stale. */
bool cache_get(struct session_cache *c, struct sha256 token_hash, int64_t now_ms,
               struct cached *out);
void cache_put(struct session_cache *c, const struct cached *e, uint64_t generation);
/* What we know of the last use, even of stale entries; 0: nothing. */
int64_t cache_seen(struct session_cache *c, struct sha256 token_hash);

struct seen {
    struct uuid session_id;
    int64_t seen_ms;
};
/* Sessions used at least `lag_ms` after what the store knows; marks them written. Answers how many
 * (<= max). */
size_t cache_take_seen(struct session_cache *c, int64_t lag_ms, struct seen *out, size_t max);

#endif
