/* test_client.h - a client that sends what it is told, byte by byte if need be; for tests only. */
#ifndef XH_HTTP_TEST_CLIENT_H
#define XH_HTTP_TEST_CLIENT_H

#include "base/buf.h"

/* A connected socket with time-outs of ten seconds, or -1. */
int client_connect(int port);
bool client_send(int fd, const void *p, size_t n);
/* Appends what arrives until the peer closes, or `until` appears (when not NULL). False on a
 * time-out. */
bool client_read(int fd, struct buf *out, const char *until);
/* One request on a connection of its own; answers the status, 0 when there was none. `out` gets the
 * reply. */
int client_talk(int port, const void *p, size_t n, struct buf *out);
/* As client_talk with a formatted request. */
int client_ask(int port, struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A header's value in a reply, or absent. */
struct str client_header(const struct buf *reply, const char *name);
struct str client_body(const struct buf *reply);
bool client_has(const struct buf *reply, const char *text);

#endif
