/* hub_seen.h - which events were offered already: two generations of a small set, the older one
 * dropped when the newer is full. Forgetting means an event is offered twice, which listeners bear.
 */
#ifndef XH_HTTP_HUB_SEEN_H
#define XH_HTTP_HUB_SEEN_H

#include "base/uuid.h"

enum { SEEN_SLOTS = 8192, SEEN_FULL = 4096 };

struct seen {
    struct uuid slots[2][SEEN_SLOTS];
    size_t n;
    int newer;
};

/* True when it was not there. */
bool seen_add(struct seen *s, struct uuid id);

#endif
