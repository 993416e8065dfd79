/* hash.h - SHA-256 of bytes and of records; what the journal, uploads and command ids are compared by. */
#ifndef XH_BASE_HASH_H
#define XH_BASE_HASH_H

#include "base/str.h"
#include "base/uuid.h"

struct sha256 {
    uint8_t b[32];
};

struct hasher {
    _Alignas(8) unsigned char state[128];
};

struct sha256 sha256_of(struct str s);
bool sha256_eq(struct sha256 a, struct sha256 b);
/* RFC 2104 with SHA-256; a key of any length. */
struct sha256 hmac_of(struct str key, struct str text);
void hash_begin(struct hasher *h);
void hash_raw(struct hasher *h, const void *p, size_t n);
/* Fields of a record: each is preceded by its length, so that no two records share a spelling. */
void hash_field(struct hasher *h, struct str s);
void hash_field_i64(struct hasher *h, int64_t v);
void hash_field_uuid(struct hasher *h, struct uuid u);
struct sha256 hash_end(struct hasher *h);

#endif
