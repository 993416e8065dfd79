/* clock.c - see clock.h. */
#include "base/clock.h"

#include <time.h>

void clock_real(struct clock *c)
{
    c->fixed = false;
    c->at_ms = 0;
    c->offset_ms = 0;
}

void clock_fix(struct clock *c, int64_t at_ms)
{
    c->fixed = true;
    c->at_ms = at_ms;
    c->offset_ms = 0;
}

void clock_set(struct clock *c, int64_t at_ms)
{
    c->at_ms = at_ms;
}

int64_t clock_now(const struct clock *c)
{
    if (c->fixed)
        return c->at_ms;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + c->offset_ms;
}

int64_t clock_ticks_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
