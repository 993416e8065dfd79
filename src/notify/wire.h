/*
 * wire.h - HTTP and SMTP to the world outside, by libcurl: the only place that knows it. One thread at a time.
 *
 * TLS certificates are checked against the system's authorities; redirects are not followed; answers are cut at 64 KiB.
 */
#ifndef XH_NOTIFY_WIRE_H
#define XH_NOTIFY_WIRE_H

#include "base/arena.h"
#include "notify/message.h"

struct wire;
/* Once per process before any thread starts (main thread). */
void wire_setup(void);
struct wire *wire_new(void);
void wire_free(struct wire *w);

/* POST, or GET without a body. MESSAGE_SENT: an answer came, whatever it says; LATER: not a byte of the request
 * arrived; UNSURE: sent, no answer. */
enum message_end wire_http(struct wire *w, struct arena *a, const struct message_request *rq, int *status, struct str *answer,
                           struct str *why);
/* The server's own reply decides: 4xx LATER, 5xx REFUSED. */
enum message_end wire_mail(struct wire *w, struct arena *a, const struct channel *c, struct str to, struct str mail,
                           struct str *why);

#endif
