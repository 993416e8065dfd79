/*
 * wire.h - the least of HTTP a benchmark needs: blocking calls to set up, and many connections that each send one
 * request after another. Loopback only.
 */
#ifndef XH_BENCH_WIRE_H
#define XH_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A blocking call; the body is malloc'ed, NUL-terminated. Ends the process when nothing answers. */
char *wire_call(int port, const char *method, const char *path, const char *token, const char *body, int *status);
/* Milliseconds until /healthz answers 200, polled every millisecond; -1 after 20 s. */
double wire_wait(int port);

/* One load: `connections` in one thread, closed loop, until `total` requests are answered. */
struct wire_load {
    int port;
    int connections;
    int total;
    /* Writes request number `i` into `out` (room bytes), answers its length. */
    size_t (*make)(void *user, int i, char *out, size_t room);
    void *user;
    /* Results. */
    int answered;
    int failed;          /* other than 2xx */
    double seconds;
    double p50_ms, p99_ms;
};
void wire_run(struct wire_load *load);
double wire_now(void);

#endif
