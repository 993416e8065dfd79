/*
 * test_ground.h - stand-ins for what lies below this room (store, change, pages), with handles to
 * make the writer refuse, fail, or ask for another try; for tests only.
 */
#ifndef XH_HTTP_TEST_GROUND_H
#define XH_HTTP_TEST_GROUND_H

#include <stdatomic.h>

#include "base/clock.h"
#include "http/hub.h"

struct ground {
    _Atomic bool refuse; /* store_submit answers false */
    _Atomic int stale;   /* so many jobs end with "changed meanwhile" */
    _Atomic int hold_ms; /* each job takes this long */
    _Atomic bool away;   /* db_open fails, store_alive says no */
    _Atomic int64_t jobs;
    _Atomic int64_t open_dbs;
    struct clock clock;
    struct env env;
    char dir[64];
};

extern struct ground ground;
void ground_start(void);
void ground_stop(void);
/* Puts a row into the outbox that the hub reads. */
void ground_event(const char *topic, struct uuid id);

#endif
