/* hash.c - see hash.h; the arithmetic is libsodium's. */
#include "base/hash.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct hasher), "hasher too small");

static crypto_hash_sha256_state *state(struct hasher *h)
{
    return (crypto_hash_sha256_state *)(void *)h->state;
}

struct sha256 sha256_of(struct str s)
{
    struct sha256 out;
    crypto_hash_sha256(out.b, (const unsigned char *)(s.p ? s.p : ""), s.n);
    return out;
}

struct sha256 hmac_of(struct str key, struct str text)
{
    struct sha256 out;
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, (const unsigned char *)(key.p ? key.p : ""), key.n);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)(text.p ? text.p : ""), text.n);
    crypto_auth_hmacsha256_final(&h, out.b);
    return out;
}

bool sha256_eq(struct sha256 a, struct sha256 b)
{
    return sodium_memcmp(a.b, b.b, sizeof a.b) == 0;
}

void hash_begin(struct hasher *h)
{
    crypto_hash_sha256_init(state(h));
}

void hash_raw(struct hasher *h, const void *p, size_t n)
{
    crypto_hash_sha256_update(state(h), p, n);
}

void hash_field(struct hasher *h, struct str s)
{
    /* An absent text is spelled apart from an empty one. */
    hash_field_i64(h, s.p ? (int64_t)s.n : -1);
    if (s.n)
        hash_raw(h, s.p, s.n);
}

void hash_field_i64(struct hasher *h, int64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
    hash_raw(h, b, sizeof b);
}

void hash_field_uuid(struct hasher *h, struct uuid u)
{
    hash_raw(h, u.b, sizeof u.b);
}

struct sha256 hash_end(struct hasher *h)
{
    struct sha256 out;
    crypto_hash_sha256_final(state(h), out.b);
    return out;
}
