/*
 * clock.h - the only source of time. Rules and handlers read `struct clock`, never the system.
 *
 * Real in production; fixed and moved by hand in tests and when the demonstration district is played.
 */
#ifndef XH_BASE_CLOCK_H
#define XH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Safe to read from any thread. */
struct clock {
    bool fixed;
    _Atomic int64_t at_ms;
    _Atomic int64_t offset_ms;
};

void clock_real(struct clock *c);
void clock_fix(struct clock *c, int64_t at_ms);
void clock_set(struct clock *c, int64_t at_ms);
/* Milliseconds since the epoch, UTC. */
int64_t clock_now(const struct clock *c);
/* For measuring durations only; microseconds from an arbitrary start. */
int64_t clock_ticks_us(void);

#endif
