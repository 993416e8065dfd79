/* hub.h - what only the server asks of the hub of events.h. */
#ifndef XH_HTTP_HUB_H
#define XH_HTTP_HUB_H

#include "http/events.h"

/* Something was committed: look into the outbox soon. From any thread, never blocks. */
void hub_wake(struct hub *h);
/* From start to stop of a server the hub has a thread that reads the outbox and keeps streams
 * alive. */
enum rc hub_attach(struct hub *h, const struct env *env, struct fault *f) MUST_CHECK;
/* Ends all streams and the thread. */
void hub_detach(struct hub *h);
int64_t hub_streams(struct hub *h);

#endif
