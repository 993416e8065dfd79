/* limits_store.c - what holds for a headquarters, read once per operation. */
#include "limits/limits.h"

enum rc limits_load(struct op *op)
{
    if (op->limits)
        return RC_OK;
    struct limits *own = ARENA_NEW(OP_ARENA(op), struct limits);
    *own = limits_shipped(op->env->calendar);
    op->limits = own;
    return RC_OK;
}

const struct calendar *limits_calendar(const struct op *op)
{
    return op->limits ? op->limits->calendar : op->env->calendar;
}
