/*
 * lease.h - fenced leases (租约): work that one process at a time does on a database several processes share.
 *
 * A holder renews before its time is over; the epoch grows with each change of holder, so that a statement which
 * names holder and epoch does nothing for one who has lost the lease without knowing.
 */
#ifndef XH_CHANGE_LEASE_H
#define XH_CHANGE_LEASE_H

#include "change/change.h"

enum { LEASE_MS = 10000 };

/* The holder's view of a lease; zero-initialise. Set epoch to 0 to look at it anew. */
struct lease {
    const char *name;
    int64_t epoch;
    int64_t until_ms;
};

/* *ours: held by this process for at least half of LEASE_MS more. Another's is no fault. */
enum rc lease_take(struct op *op, struct lease *lease, bool *ours) MUST_CHECK;
/* Given back, for the next to take at once. */
enum rc lease_leave(struct op *op, const struct lease *lease) MUST_CHECK;

#endif
