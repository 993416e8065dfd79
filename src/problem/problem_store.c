/*
 * problem_store.c - problems loaded for whoever asks: what the rules need of them, and what the actor may do.
 */
#include "problem/problem_store.h"

#include "problem/beside.h"

#include "change/change.h"

int problem_name_index(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return 0;
}

static enum limit_kind kind_of(struct str name)
{
    return (enum limit_kind)problem_name_index(limit_kind_names, name);
}

/* Rows of several queries have these columns by the same names. */
#define READ_CLOCKS(c, r)                                                                                              \
    do {                                                                                                               \
        (c)->state = (enum problem_state)problem_name_index(problem_state_names, (r)->state);                          \
        (c)->limit_amount = (r)->limit_amount;                                                                         \
        (c)->postponed_until_ms = (r)->postponed_until_ms;                                                             \
        (c)->stopped_ms = (r)->stopped_ms;                                                                             \
        (c)->overdue = (r)->overdue;                                                                                   \
        (c)->case_overdue = (r)->case_overdue;                                                                         \
        (c)->stage = (enum problem_stage)problem_name_index(problem_stage_names, (r)->stage);                          \
        read_handling(&(c)->handling, (r)->limit_kind, (r)->limit_amount, (r)->clock_ms);                              \
        (c)->handling.due_ms = (r)->due_ms;                                                                            \
        (c)->handling.left_ms = (r)->left_ms;                                                                          \
        (c)->stage_clock = (struct problem_clock){kind_of((r)->stage_kind), (r)->stage_ms.v, (r)->stage_due_ms,         \
                                                  (r)->stage_left_ms};                                                 \
        read_handling(&(c)->whole, (r)->case_limit_kind, (r)->case_limit_amount.v, NONE_I64);                          \
        (c)->whole.due_ms = (r)->case_due_ms;                                                                          \
        (c)->whole.left_ms = (r)->case_left_ms;                                                                        \
    } while (0)

/* Rows written before clocks kept their total had the limit alone. */
static void read_handling(struct problem_clock *k, struct str kind, int64_t amount, struct opt_i64 total)
{
    k->kind = kind_of(kind);
    if (total.has)
        k->total_ms = total.v;
    else if (!calendar_amount(k->kind, amount, &k->total_ms))
        k->total_ms = 0;
}

struct problem_case problem_case_of_list(const struct problem_list_row *r)
{
    struct problem_case c = {.unit_id = r->unit_id, .exempt = r->exempt, .extension_count = r->extension_count};
    READ_CLOCKS(&c, r);
    return c;
}

struct problem_case problem_case_of(const struct problem_by_id_row *r)
{
    struct problem_case c = {
        .unit_id = r->unit_id,
        .last_unit_id = r->last_unit_id,
        .rectifier_id = r->rectifier_id,
        .rectifier_unit_id = r->rectifier_unit_id,
        .limit_stated = r->limit_stated,
        .limit_rule_id = r->limit_rule_id,
        .verified_ms = r->verified_ms,
        .registered_ms = r->registered_ms,
        .dispatched_ms = r->dispatched_ms,
        .rectified_ms = r->rectified_ms,
        .closed_ms = r->closed_ms,
        .exempt = r->exempt,
        .rework_count = r->rework_count,
        .sent_back_count = r->sent_back_count,
        .returned = r->returned,
        .settled = r->settled,
        .extension_count = r->extension_count,
        .postponed_count = r->postponed_count,
        .rebounded = r->rebounded,
        .merged_into = r->merged_into,
    };
    READ_CLOCKS(&c, r);
    return c;
}

struct subject problem_subject(const struct problem_by_id_row *r)
{
    return (struct subject){
        .unit_id = r->unit_id,
        .area_code = r->area_code,
        .owner_id = r->reporter_id,
        .rectifier_id = r->rectifier_id,
        .rectifier_unit_id = r->rectifier_unit_id,
        .held = r->held,
        .handler_unit_id = r->handler_unit_id,
        .striker_id = r->striker_id,
    };
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "problem_not_found", "没有这个问题", "There is no such problem");
}

static bool may_read(const struct op *op, const struct problem_by_id_row *row)
{
    struct fault ignored;
    struct subject s = problem_subject(row);
    fault_init(&ignored, OP_ARENA(op));
    return policy_check(&ignored, &op->actor, ACT_PROBLEM_READ, &s) == RC_OK;
}

static enum rc find(struct op *op, struct uuid id, struct problem_by_id_row *row, bool *found)
{
    RETURN_IF(limits_load(op));
    return q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, row, found);
}

enum rc problem_load(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found, beside = false;
    RETURN_IF(find(op, id, row, &found));
    if (found && may_read(op, row))
        return RC_OK;
    if (found)
        RETURN_IF(beside_may_read(op, row, &beside));
    /* Whether it exists is not theirs to know. */
    return beside ? RC_OK : not_found(op);
}

enum rc problem_load_acted(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found;
    RETURN_IF(find(op, id, row, &found));
    bool as_left = found && uuid_is_none(row->unit_id) && uuid_eq(row->last_unit_id, op->actor.unit_id);
    return as_left || (found && may_read(op, row)) ? RC_OK : not_found(op);
}

bool problem_may_via(struct op *op, const struct problem_by_id_row *row, enum problem_event event)
{
    struct fault ignored;
    struct subject subject = problem_subject(row);
    struct problem_case c = problem_case_of(row);
    const struct problem_transition *t = problem_transition(c.state, event);
    fault_init(&ignored, OP_ARENA(op));
    return t && policy_check(&ignored, &op->actor, t->action, &subject) == RC_OK &&
           problem_check_case(&ignored, t, &c, op->now) == RC_OK;
}

bool problem_may(struct op *op, const struct problem_by_id_row *row, enum problem_event event)
{
    struct problem_case c = problem_case_of(row);
    const struct problem_transition *t = problem_transition(c.state, event);
    /* While it is handed on nobody reports it mended: beside_check() says why. */
    if (event == PROBLEM_EV_RECTIFY && !uuid_is_none(row->handler_unit_id))
        return false;
    return t && !(t->guards & VIA_ROOM) && problem_may_via(op, row, event);
}
