/*
 * peer_double.h - for tests: a server on this machine that takes mail (SMTP) or requests (HTTP), remembers what came,
 * and answers, refuses, drops the line before or after it has taken the message, as it is told.
 */
#ifndef XH_NOTIFY_PEER_DOUBLE_H
#define XH_NOTIFY_PEER_DOUBLE_H

#include "base/str.h"

enum peer_mood {
    PEER_TAKES,
    PEER_BUSY,         /* HTTP 429, SMTP 451 */
    PEER_REFUSES,      /* HTTP 200 with another code, SMTP 550 */
    PEER_TAKES_SILENT, /* takes the message and hangs up without a word */
};

struct peer;
struct peer *peer_start(bool smtp);
void peer_stop(struct peer *p);
int peer_port(const struct peer *p);
void peer_mood(struct peer *p, enum peer_mood mood);
/* Messages taken so far; the n-th whole (head and body), valid until peer_stop(). */
size_t peer_count(struct peer *p);
struct str peer_message(struct peer *p, size_t n);

#endif
