/*
 * buf.h - a growing byte buffer with a hard cap given at the start.
 *
 * Passing the cap does not abort: the buffer turns `full`, later writes are dropped, and the owner checks
 * once at the end. Not shared between threads.
 */
#ifndef XH_BASE_BUF_H
#define XH_BASE_BUF_H

#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t room;
    size_t cap;
    bool full;
};

void buf_init(struct buf *b, size_t cap);
void buf_free(struct buf *b);
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_z(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A view, valid until the next change. */
struct str buf_view(const struct buf *b);

#endif
