/* lease.c - see lease.h. */
#include "change/lease.h"

#include "change_sql.h"

enum { RENEW_MS = LEASE_MS / 2 };

static const struct miss held = {RC_BUSY, "lease_held", "此项工作正由另一进程进行", "Another process is doing this work"};

static bool is_held_by_another(const struct op *op)
{
    return op->rd.fault->rc == RC_BUSY && str_is(op->rd.fault->code, held.code);
}

enum rc lease_take(struct op *op, struct lease *lease, bool *ours)
{
    struct effects fx;
    struct lease_by_name_row row;
    *ours = lease->epoch > 0 && lease->until_ms - op->now > RENEW_MS;
    if (*ours)
        return RC_OK;
    effects_init(&fx, OP_ARENA(op));
    struct effect *e = fx_lease_take(&fx, &(struct lease_take_in){.hq = op->hq, .name = str_of(lease->name),
                                                                  .holder = op->env->process_id, .now = op->now,
                                                                  .until = op->now + LEASE_MS});
    e->on_miss = &held;
    enum rc rc = change_run_effects(op, &fx);
    if (rc != RC_OK && is_held_by_another(op)) {
        lease->epoch = 0;
        fault_clear(op->rd.fault);
        return RC_OK;
    }
    RETURN_IF(rc);
    RETURN_IF(q_lease_by_name(&op->rd, &(struct lease_by_name_in){.hq = op->hq, .name = str_of(lease->name)}, &row, ours));
    *ours = *ours && uuid_eq(row.holder, op->env->process_id);
    lease->epoch = *ours ? row.epoch : 0;
    lease->until_ms = row.until_ms;
    return RC_OK;
}

enum rc lease_leave(struct op *op, const struct lease *lease)
{
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    struct effect *e = fx_lease_leave(&fx, &(struct lease_leave_in){.hq = op->hq, .name = str_of(lease->name),
                                                                    .holder = op->env->process_id});
    e->min = 0;
    return change_run_effects(op, &fx);
}
