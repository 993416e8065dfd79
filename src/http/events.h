/* events.h - the hub behind server-sent events: committed outbox rows of this process and, on
 * PostgreSQL, of others (found by polling the outbox) are offered to open streams. Streams are
 * suspended connections. */
#ifndef XH_HTTP_EVENTS_H
#define XH_HTTP_EVENTS_H

#include "http/http.h"

struct hub *hub_start(void);
void hub_stop(struct hub *h);
/* After a commit. `visible` is asked per stream with the listener's actor. Thread-safe, never
 * blocks. */
struct event {
    struct uuid id;
    const char *topic;
    const char *subject_kind;
    struct uuid subject_id;
    struct str payload;
};
void hub_publish(struct hub *h, const struct event *e);
/* Handler of GET /api/v1/events: turns the request into a stream (Last-Event-ID is answered from
 * the outbox). */
handler_fn events_stream;
void hub_set_filter(struct hub *h,
                    bool (*visible)(const struct actor *listener, const struct event *e));

#endif
