/*
 * limiter.h - how many sign-ins from one address may fail: guessing one password at many logins
 * locks no account.
 *
 * Kept in this process's memory only; forgets by itself. The machine's own address is never
 * limited: behind a proxy that is not announced (--behind-proxy) everybody would share it. Safe
 * from any thread.
 */
#ifndef XH_AUTH_LIMITER_H
#define XH_AUTH_LIMITER_H

#include "base/str.h"

enum { LIMIT_FAILURES = 100, LIMIT_WINDOW_MS = 15 * 60 * 1000 };

struct limiter;

struct limiter *limiter_open(void);
void limiter_close(struct limiter *l);
/* Seconds until this address may try again; 0: now. */
int limiter_wait_s(struct limiter *l, struct str address, int64_t now_ms);
void limiter_failed(struct limiter *l, struct str address, int64_t now_ms);

#endif
