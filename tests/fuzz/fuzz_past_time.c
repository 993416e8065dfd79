/* fuzz_past_time.c - a text as a time in both orders, and what it says about its column: what is read lies in the years promised. */
#include "base/civil.h"
#include "exchange/past_time.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str s = {(const char *)data, n};
    struct past_time_guess g = {0};
    for (int order = 0; order < 2; order++) {
        struct past_time t;
        bool read = past_time_read(s, &(struct past_time_how){480, (enum past_time_order)order}, &t);
        if (read != (t.form != PAST_TIME_NONE))
            abort();
        if (read && (t.ms < 0 || civil_from_ms(t.ms, 480).year > 10000))
            abort();
    }
    past_time_look(&g, s);
    return g.mdy + g.dmy + g.either > 1 ? (abort(), 0) : 0;
}
