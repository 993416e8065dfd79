/* limits.c - the shipped stage limits. Pure. */
#include "limits/limits_inside.h"

const char *const limit_stage_names[LIMIT_STAGES + 1] = {"verify", "register", "dispatch", "redispatch", "accept",
                                                         "handle", "recheck",  "case",     NULL};

static const struct stage_limit shipped[LIMIT_STAGES] = {
    [STAGE_VERIFY] = {true, LIMIT_WORKING_HOURS, 30 * MINUTE_MS},
    [STAGE_REGISTER] = {true, LIMIT_WORKING_HOURS, 2 * HOUR_MS},
    [STAGE_DISPATCH] = {true, LIMIT_WORKING_HOURS, 4 * HOUR_MS},
    [STAGE_REDISPATCH] = {true, LIMIT_WORKING_HOURS, 15 * MINUTE_MS},
    [STAGE_ACCEPT] = {true, LIMIT_WORKING_HOURS, 4 * HOUR_MS},
    [STAGE_HANDLE] = {true, LIMIT_WORKING_DAYS, 3 * (int64_t)DAY_MS},
    [STAGE_RECHECK] = {true, LIMIT_WORKING_HOURS, 30 * MINUTE_MS},
    [STAGE_CASE] = {true, LIMIT_WORKING_DAYS, 15 * (int64_t)DAY_MS},
};

struct limits limits_shipped(const struct calendar *cal)
{
    struct limits l = {.calendar = cal};
    for (int s = 0; s < LIMIT_STAGES; s++)
        l.stages[s] = shipped[s];
    return l;
}

int64_t limit_unit_ms(enum limit_kind kind)
{
    return kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS ? HOUR_MS : DAY_MS;
}
