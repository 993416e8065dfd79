/* metrics.c - see metrics.h. */
#include "http/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "http/router.h"

static const int statuses[] = {
    200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 409, 412,
    413, 414, 415, 417, 422, 428, 429, 431, 500, 501, 503, 505, 0 /* others */};
enum { STATUSES = sizeof statuses / sizeof *statuses };

static const int64_t bounds_us[] = {1000,   2500,   5000,   10000,   25000,   50000,
                                    100000, 250000, 500000, 1000000, 2500000, 10000000};
enum { BOUNDS = sizeof bounds_us / sizeof *bounds_us };

struct metrics {
    size_t nroutes;
    _Atomic uint64_t buckets[BOUNDS + 1];
    _Atomic uint64_t sum_us;
    _Atomic uint64_t counts[]; /* by route, then status; the last row is "no route" */
};

struct metrics *metrics_new(size_t nroutes)
{
    struct metrics *m = xcalloc(1, sizeof *m + (nroutes + 1) * STATUSES * sizeof m->counts[0]);
    m->nroutes = nroutes;
    return m;
}

void metrics_free(struct metrics *m)
{
    free(m);
}

void metrics_count(struct metrics *m, size_t route, int status, int64_t took_us)
{
    size_t s = 0, b = 0;
    while (statuses[s] && statuses[s] != status)
        s++;
    while (b < BOUNDS && took_us > bounds_us[b])
        b++;
    atomic_fetch_add_explicit(&m->counts[route * STATUSES + s], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->buckets[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->sum_us, (uint64_t)took_us, memory_order_relaxed);
}

static void write_route(const struct metrics *m, size_t route, const struct route *r,
                        struct buf *out)
{
    for (size_t s = 0; s < STATUSES; s++) {
        uint64_t n = atomic_load_explicit(&m->counts[route * STATUSES + s], memory_order_relaxed);
        if (!n)
            continue;
        buf_fmt(out, "xiaohao_http_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} %llu\n",
                r ? method_word(r->method) : "", r ? r->pattern : "", statuses[s],
                (unsigned long long)n);
    }
}

void metrics_write(const struct metrics *m, const struct router *r, struct buf *out)
{
    uint64_t total = 0;
    buf_z(out, "# HELP xiaohao_http_requests_total Requests answered, by route and status.\n"
               "# TYPE xiaohao_http_requests_total counter\n");
    for (size_t i = 0; i <= m->nroutes; i++)
        write_route(m, i, i < m->nroutes ? router_at(r, i)->route : NULL, out);
    buf_z(out, "# HELP xiaohao_http_request_seconds From first header to last byte.\n"
               "# TYPE xiaohao_http_request_seconds histogram\n");
    for (size_t b = 0; b <= BOUNDS; b++) {
        total += atomic_load_explicit(&m->buckets[b], memory_order_relaxed);
        if (b < BOUNDS)
            buf_fmt(out, "xiaohao_http_request_seconds_bucket{le=\"%g\"} %llu\n",
                    (double)bounds_us[b] / 1e6, (unsigned long long)total);
        else
            buf_fmt(out, "xiaohao_http_request_seconds_bucket{le=\"+Inf\"} %llu\n",
                    (unsigned long long)total);
    }
    buf_fmt(out, "xiaohao_http_request_seconds_sum %.6f\nxiaohao_http_request_seconds_count %llu\n",
            (double)atomic_load_explicit(&m->sum_us, memory_order_relaxed) / 1e6,
            (unsigned long long)total);
}
