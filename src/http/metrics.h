/* metrics.h - counters of the server, kept without locks; written as Prometheus text by health.c.
 */
#ifndef XH_HTTP_METRICS_H
#define XH_HTTP_METRICS_H

#include "base/buf.h"

struct metrics;
struct router;

struct metrics *metrics_new(size_t nroutes);
void metrics_free(struct metrics *m);
/* `route`: the entry's index, or the number of routes for what matched none. */
void metrics_count(struct metrics *m, size_t route, int status, int64_t took_us);
void metrics_write(const struct metrics *m, const struct router *r, struct buf *out);

#endif
