/* beside.c - see beside.h. */
#include "problem/beside.h"

#include "problem/kind_http.h"
#include "problem/kind_store.h"
#include "problem/level_http.h"
#include "problem/level_store.h"
#include "problem/link.h"
#include "problem/link_http.h"
#include "problem/superior_http.h"

#include "change/change.h"

/* Who mended it on a level below may not judge it either. */
static enum rc check_independence(struct op *op, const struct problem_by_id_row *row, enum problem_event event)
{
    struct level_mended_row found_row;
    bool found;
    if (event != PROBLEM_EV_RETURN && event != PROBLEM_EV_STRIKE_OFF)
        return RC_OK;
    struct level_mended_in in = {op->hq, row->id, op->actor.unit_id, op->actor.person_id};
    RETURN_IF(q_level_mended(&op->rd, &in, &found_row, &found));
    if (found)
        return OP_FAIL(op, RC_FORBIDDEN, "recheck_own_unit", "不得复核本单位整改的问题",
                       "A problem may not be re-checked by the unit that rectified it");
    return RC_OK;
}

static enum rc take_over(struct op *op, const struct problem_by_id_row *row, struct problem_act *act)
{
    if (act->event != PROBLEM_EV_RECTIFY || act->nphotos > 0)
        return RC_OK;
    int64_t since = row->rectified_ms.has ? row->rectified_ms.v : 0;
    return level_confirmed_proof(op, row->id, 0, since, &act->photos, &act->nphotos);
}

enum rc beside_check(struct op *op, const struct problem_by_id_row *row, struct problem_act *act)
{
    struct problem_case c = problem_case_of(row);
    struct link_case links;
    if (!problem_event_possible(c.state, act->event))
        return RC_OK; /* the machine says it better */
    RETURN_IF(link_case_load(op, row->id, &links));
    RETURN_IF(link_check_event(op->rd.fault, &links, act->event));
    RETURN_IF(check_independence(op, row, act->event));
    if (act->event == PROBLEM_EV_RECTIFY)
        RETURN_IF(kind_check_rectify(op, row));
    return take_over(op, row, act);
}

static void set_clock(struct op *op, const struct level_by_id_row *row, const struct level_case *l)
{
    fx_level_clock_set(&op->plan.fx, &(struct level_clock_set_in){
        .hq = op->hq, .id = row->id, .version = row->version, .due_ms = l->due_ms, .left_ms = l->left_ms,
        .overdue = l->overdue});
}

static enum rc follow_clocks(struct op *op, const struct problem_by_id_row *row, const struct problem_case *from,
                             const struct problem_case *to)
{
    struct level_pace was = level_pace_of(from), is = level_pace_of(to);
    struct level_by_id_row *open;
    struct opt_i64 above = to->handling.left_ms.has ? NONE_I64 : to->handling.due_ms;
    size_t n;
    bool same = was.stopped == is.stopped && was.until_ms.has == is.until_ms.has && was.until_ms.v == is.until_ms.v;
    if (same)
        return RC_OK;
    RETURN_IF(q_level_of_problem(&op->rd, &(struct level_of_problem_in){op->hq, row->id, SOME_BOOL(true)}, &open, &n));
    for (size_t i = 0; i < n; i++) {
        struct level_case l = level_case_of(&open[i]);
        if (level_follow(limits_calendar(op), &l, &was, &is, op->now, above))
            set_clock(op, &open[i], &l);
        above = l.left_ms.has ? NONE_I64 : l.due_ms;
    }
    return RC_OK;
}

enum rc beside_follow(struct op *op, const struct problem_by_id_row *row, const struct problem_case *from,
                      const struct problem_case *to)
{
    struct problem_by_id_row after = problem_row_after(row);
    if (from->state == PROBLEM_ACCEPTED && to->state == PROBLEM_ACCEPTED)
        return follow_clocks(op, row, from, to);
    if (from->state == PROBLEM_ACCEPTED)
        return level_prepare_cease(op, &after);
    return RC_OK;
}

enum rc beside_may_read(struct op *op, const struct problem_by_id_row *row, bool *may)
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    *may = false;
    if (row->held)
        return RC_OK;
    RETURN_IF(level_unit_involved(op, row->id, s.unit_id, may));
    return *may ? RC_OK : link_person_follows(op, row->id, s.person_id, may);
}

enum rc beside_json(struct json_out *j, struct op *op, const struct problem_by_id_row *row)
{
    RETURN_IF(level_json_of_problem(j, op, row->id));
    RETURN_IF(link_json_of_problem(j, op, row));
    RETURN_IF(superior_json_of_problem(j, op, row));
    return kind_json_of_problem(j, op, row);
}
