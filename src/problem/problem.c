/* problem.c - one step of a case decided: is it possible, is all there that it needs, what is the case afterwards. Pure. */
#include "problem/problem.h"

const char *const problem_source_names[PROBLEM_SOURCES + 1] = {
    "inspection", "report", "patrol", "superior", "lookback", "alike", "self_check", "asset", "import", NULL};

/* A year at most: the same date of the next year is the last day. */
static bool within_a_year(const struct calendar *cal, int64_t from_ms, int64_t until_ms)
{
    struct civil c = civil_from_ms(from_ms, cal->zone_min);
    c.year++;
    if (!civil_date_ok(c.year, c.month, c.day))
        c.day--;
    return until_ms > from_ms && until_ms <= civil_to_ms(&c, cal->zone_min);
}

/* Field errors for what the act does not carry. */
static enum rc check_act(struct fault *f, const struct calendar *cal, const struct problem_transition *t,
                         const struct problem_act *act)
{
    if ((t->guards & VIA_ROOM) && !act->via_room)
        return fail(f, RC_CONFLICT, "not_direct", "“%s”不能直接办理，须经申请审批、回头看或合并程序%.0s",
                    "%.0sTo %s is not a step of its own: it comes from an approved request, a look-back or a merge",
                    problem_event_words[t->event].zh, problem_event_words[t->event].en);
    if ((t->guards & NEEDS_NOTE) && str_empty(str_trim(act->note)))
        fail_field(f, STR("/note"), "required", "请说明理由", "State the reason");
    if ((t->guards & NEEDS_PROOF) && act->nphotos == 0)
        fail_field(f, STR("/photos"), "evidence_required", "请附整改后的照片", "Attach a photograph taken afterwards");
    if ((t->guards & NEEDS_UNIT) && uuid_is_none(act->unit_id))
        fail_field(f, STR("/unit_id"), "required", "请选择责任单位", "Choose the responsible unit");
    if ((t->guards & NEEDS_TARGET) && uuid_is_none(act->target_id))
        fail_field(f, STR("/target_id"), "required", "请指明并入哪个问题", "Name the problem it is merged into");
    if ((t->guards & NEEDS_UNTIL) && (!act->until_ms.has || !within_a_year(cal, act->at_ms, act->until_ms.v)))
        fail_field(f, STR("/until"), "out_of_range", "暂缓至何日须写明，且自即日起不超过一年",
                   "State until when; a year from now at most");
    return f->rc;
}

/* What the guards on the case say when they forbid, in the order they are asked. */
static const struct {
    enum problem_guard guard;
    const char *code, *zh, *en;
} refusals[] = {
    {NOT_SETTLED, "settled", "责任归属已经裁定，不得再退回或提请裁定", "Whose it is has been decided: it can be neither sent back nor disputed"},
    {NOT_RETURNED, "sent_back_before", "本单位已退回过一次，确有异议请提请裁定", "Your unit has sent it back once already; ask for a decision instead"},
    {WAS_SENT_BACK, "never_sent_back", "退回后重新交办的问题才能提请裁定", "Only a problem that was sent back and dispatched again can be disputed"},
    {NOT_STOPPED, "clock_stopped", "已移送执法，停表期间不能进行此项操作", "It is with law enforcement: its clock stands"},
    {IS_STOPPED, "clock_not_stopped", "该问题没有停表", "Its clock has not been stopped"},
    {NOT_OVERDUE, "overdue", "已超时限，不能再延期", "It is overdue and can no longer be extended"},
    {CAN_EXTEND, "extended_twice", "延期最多两次", "It can be extended twice at most"},
    {CAN_POSTPONE, "postponed_before", "暂缓整改只能一次", "It can be postponed only once"},
    {IS_POSTPONED, "not_postponed", "该问题不在暂缓整改中", "It is not postponed"},
    {NOT_REBOUNDED, "rebounded_before", "该问题已记反弹，请在新的问题中办理", "It has rebounded already; go on with the new problem"},
    {CAN_EXEMPT, "not_overdue", "只有办结时超时、且未申诉成立过的问题才能申诉", "Only a problem that ended overdue and has no upheld appeal yet can be appealed"},
};

static unsigned forbidding(const struct problem_case *c, int64_t at_ms)
{
    bool standing = !problem_clock_runs(&c->handling);
    unsigned g = 0;
    g |= c->settled ? NOT_SETTLED : 0;
    g |= c->returned ? NOT_RETURNED : 0;
    g |= c->sent_back_count == 0 ? WAS_SENT_BACK : 0;
    g |= c->stopped_ms.has ? NOT_STOPPED : IS_STOPPED;
    g |= c->overdue || problem_clock_late(c, &c->handling, at_ms) ? NOT_OVERDUE : 0;
    g |= standing || c->extension_count >= PROBLEM_EXTENSIONS_MAX ? CAN_EXTEND : 0;
    g |= standing || c->postponed_count >= PROBLEM_POSTPONED_MAX ? CAN_POSTPONE : 0;
    g |= problem_is_postponed(c, at_ms) ? 0 : IS_POSTPONED;
    g |= c->rebounded ? NOT_REBOUNDED : 0;
    g |= !(c->overdue || c->case_overdue) || c->exempt ? CAN_EXEMPT : 0;
    return g;
}

enum rc problem_check_case(struct fault *f, const struct problem_transition *t, const struct problem_case *c, int64_t at_ms)
{
    unsigned against = t->guards & forbidding(c, at_ms);
    for (size_t i = 0; against && i < sizeof refusals / sizeof *refusals; i++)
        if (against & refusals[i].guard)
            return fail(f, RC_CONFLICT, refusals[i].code, "%s%.0s", "%.0s%s", refusals[i].zh, refusals[i].en);
    return RC_OK;
}

/* What an event writes beside state and clocks. */
static void note_effects(const struct problem_act *act, struct problem_case *c)
{
    switch (act->event) {
    case PROBLEM_EV_VERIFY:
        c->verified_ms = SOME(act->at_ms);
        break;
    case PROBLEM_EV_DISPATCH:
        c->returned = c->sent_back_count > 0 && uuid_eq(act->unit_id, c->last_unit_id);
        break;
    case PROBLEM_EV_SETTLE:
        c->settled = true;
        break;
    case PROBLEM_EV_SEND_BACK:
        c->sent_back_count++;
        c->last_unit_id = c->unit_id;
        c->unit_id = UUID_NONE;
        c->handling.due_ms = NONE_I64;
        break;
    case PROBLEM_EV_DISPUTE:
        c->last_unit_id = c->unit_id; /* it stays with the unit, whose it is not yet */
        c->handling.due_ms = NONE_I64;
        break;
    case PROBLEM_EV_RECTIFY:
        c->rectifier_id = act->actor_id;
        c->rectifier_unit_id = act->actor_unit_id;
        c->rectified_ms = SOME(act->at_ms);
        break;
    case PROBLEM_EV_RETURN:
        c->rework_count++;
        break;
    case PROBLEM_EV_MERGE:
        c->merged_into = act->target_id;
        break;
    case PROBLEM_EV_UNMERGE:
        c->merged_into = UUID_NONE;
        c->last_unit_id = uuid_is_none(c->unit_id) ? c->last_unit_id : c->unit_id;
        c->unit_id = UUID_NONE;
        c->handling.due_ms = NONE_I64;
        break;
    case PROBLEM_EV_EXEMPT:
        c->exempt = true;
        break;
    case PROBLEM_EV_REBOUND:
        c->rebounded = true;
        break;
    default:
        break;
    }
}

enum rc problem_decide(struct fault *f, const struct limits *limits, const struct problem_case *now,
                       const struct problem_act *act, struct problem_case *after)
{
    const struct problem_transition *t = problem_transition(now->state, act->event);
    const struct problem_word *state = &problem_state_words[now->state], *event = &problem_event_words[act->event];
    if (!t)
        /* One list of arguments serves both languages: "%.0s" passes over the other's words. */
        return fail(f, RC_CONFLICT, "state_forbids", "问题%s，不能进行“%s”%.0s%.0s",
                    "%.0s%.0sThe problem is %s; \"%s\" is not possible now", state->zh, event->zh, state->en, event->en);
    RETURN_IF(check_act(f, limits->calendar, t, act));
    RETURN_IF(problem_check_case(f, t, now, act->at_ms));
    *after = *now;
    after->state = t->to;
    RETURN_IF(problem_move_clocks(f, limits, t, act, after));
    note_effects(act, after);
    return RC_OK;
}
