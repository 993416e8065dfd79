/* uuid.c - see uuid.h. */
#include "base/uuid.h"

#include "base/arena.h"

#include <pthread.h>
#include <sodium.h>

/* Guards the counter that keeps ids of one millisecond in order. */
static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_ms;
static uint32_t counter;

struct uuid uuid_make(int64_t now_ms)
{
    struct uuid u;
    randombytes_buf(u.b, sizeof u.b);
    pthread_mutex_lock(&order_lock);
    if (now_ms != last_ms) {
        last_ms = now_ms;
        counter = (uint32_t)(u.b[6] & 0x07) << 8 | u.b[7];
    } else {
        counter++;
    }
    uint32_t seq = counter;
    pthread_mutex_unlock(&order_lock);
    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    /* 12 + 14 bits of counter: rand_a and the top of rand_b. */
    u.b[6] = (uint8_t)(0x70 | (seq >> 22 & 0x0f));
    u.b[7] = (uint8_t)(seq >> 14);
    u.b[8] = (uint8_t)(0x80 | (seq >> 8 & 0x3f));
    u.b[9] = (uint8_t)seq;
    return u;
}

struct uuid uuid_named(struct uuid space, struct str name)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state st;
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, space.b, sizeof space.b);
    crypto_hash_sha256_update(&st, (const unsigned char *)name.p, name.n);
    crypto_hash_sha256_final(&st, digest);
    struct uuid u;
    memcpy(u.b, digest, sizeof u.b);
    u.b[6] = (uint8_t)(0x80 | (u.b[6] & 0x0f));
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
    return u;
}

bool uuid_is_none(struct uuid u)
{
    return uuid_eq(u, UUID_NONE);
}

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

int uuid_cmp(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

bool uuid_parse(struct str s, struct uuid *out)
{
    char hex[32];
    size_t at = 0;
    if (s.n != UUID_TEXT)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (s.p[i] == '-'))
            return false;
        if (!dash)
            hex[at++] = s.p[i];
    }
    return str_unhex((struct str){hex, sizeof hex}, out->b, sizeof out->b);
}

void uuid_format(struct uuid u, char out[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof u.b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = digits[u.b[i] >> 4];
        out[at++] = digits[u.b[i] & 15];
    }
}

struct str uuid_str(struct arena *a, struct uuid u)
{
    char text[UUID_TEXT];
    uuid_format(u, text);
    return str_copy(a, (struct str){text, UUID_TEXT});
}
