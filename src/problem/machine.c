/*
 * machine.c - the case's machine as data: states, events, and the one table of transitions with permission, guards and
 * effect on the clock. Pure.
 */
#include "problem/problem.h"

const char *const problem_state_names[PROBLEM_STATES + 1] = {
    "reported", "verified", "registered", "dispatched", "accepted", "rectified", "struck_off",
    "rejected", "mended_on_spot", "merged", "voided", "disputed", NULL};
const char *const problem_event_names[PROBLEM_EVENTS + 1] = {
    "verify",  "register", "reject", "dispatch", "mend_on_spot", "accept", "send_back", "rectify",
    "return",  "strike_off", "void", "merge", "unmerge", "dispute", "settle", "extend",
    "postpone", "resume", "stop", "restart", "exempt", "hold", "rebound", NULL};

/* GB/T 30428's words by FACTS.md §3.1. */
const struct problem_word problem_state_words[PROBLEM_STATES] = {
    [PROBLEM_REPORTED] = {"已上报", "reported", "上报"},
    [PROBLEM_VERIFIED] = {"已核实", "verified", "核实"},
    [PROBLEM_REGISTERED] = {"已登记", "registered", "立案"},
    [PROBLEM_DISPATCHED] = {"已交办", "dispatched", "派遣"},
    [PROBLEM_ACCEPTED] = {"已签收", "accepted", NULL},
    [PROBLEM_RECTIFIED] = {"已反馈", "rectified", "处置反馈"},
    [PROBLEM_STRUCK_OFF] = {"已销号", "struck off", "结案"},
    [PROBLEM_REJECTED] = {"不予登记", "rejected", "不予立案"},
    [PROBLEM_MENDED_ON_SPOT] = {"立行立改", "mended on the spot", "自处置"},
    [PROBLEM_MERGED] = {"已合并", "merged", NULL},
    [PROBLEM_VOIDED] = {"作废", "void", "作废"},
    [PROBLEM_DISPUTED] = {"争议待裁", "in dispute", NULL},
};
const struct problem_word problem_event_words[PROBLEM_EVENTS] = {
    [PROBLEM_EV_VERIFY] = {"核实", "verify", "核实"},
    [PROBLEM_EV_REGISTER] = {"登记", "register", "立案"},
    [PROBLEM_EV_REJECT] = {"不予登记", "reject", "不予立案"},
    [PROBLEM_EV_DISPATCH] = {"交办", "dispatch", "派遣"},
    [PROBLEM_EV_MEND_ON_SPOT] = {"立行立改", "mend on the spot", "自处置"},
    [PROBLEM_EV_ACCEPT] = {"签收", "accept", NULL},
    [PROBLEM_EV_SEND_BACK] = {"退回", "send back", "回退"},
    [PROBLEM_EV_RECTIFY] = {"反馈整改", "rectify", "处置反馈"},
    [PROBLEM_EV_RETURN] = {"退回重改", "return", "返工"},
    [PROBLEM_EV_STRIKE_OFF] = {"销号", "strike off", "结案"},
    [PROBLEM_EV_VOID] = {"作废", "void", "作废"},
    [PROBLEM_EV_MERGE] = {"合并", "merge", NULL},
    [PROBLEM_EV_UNMERGE] = {"撤销合并", "unmerge", NULL},
    [PROBLEM_EV_DISPUTE] = {"提请裁定", "dispute", NULL},
    [PROBLEM_EV_SETTLE] = {"裁定", "settle", NULL},
    [PROBLEM_EV_EXTEND] = {"延期", "extend", "延期"},
    [PROBLEM_EV_POSTPONE] = {"暂缓整改", "postpone", "挂账"},
    [PROBLEM_EV_RESUME] = {"恢复整改", "resume", "挂账恢复"},
    [PROBLEM_EV_STOP] = {"移送执法停表", "stop the clock", NULL},
    [PROBLEM_EV_RESTART] = {"恢复计时", "restart the clock", NULL},
    [PROBLEM_EV_EXEMPT] = {"申诉成立", "exempt", "申诉"},
    [PROBLEM_EV_HOLD] = {"回头看保持", "hold", NULL},
    [PROBLEM_EV_REBOUND] = {"回头看反弹", "rebound", NULL},
};

const char *const problem_guard_names[] = {
    "note", "proof", "unit", "target", "until", "via_room", "not_returned", "was_sent_back", "not_settled", "not_overdue",
    "can_extend", "can_postpone", "is_postponed", "is_stopped", "not_stopped", "not_rebounded", "can_exempt", NULL};
const char *const problem_clock_effect_names[] = {"keeps", "starts", "pauses", "resumes", "ends", "extends",
                                                  "postpones", "runs_on", "stops", "restarts", "reopens", NULL};

/* Short names, so that a line of the table is one line. */
#define S(x) PROBLEM_##x
#define E(x) PROBLEM_EV_##x
#define A(x) ACT_PROBLEM_##x

enum {
    EXTENDING = VIA_ROOM | NOT_OVERDUE | CAN_EXTEND | NOT_STOPPED,
    POSTPONING = VIA_ROOM | NEEDS_UNTIL | CAN_POSTPONE | NOT_STOPPED,
    SENDING_BACK = NEEDS_NOTE | NOT_SETTLED | NOT_RETURNED | NOT_STOPPED,
    DISPUTING = NEEDS_NOTE | NOT_SETTLED | WAS_SENT_BACK | NOT_STOPPED,
};

static const struct problem_transition table[] = {
    {S(REPORTED), E(VERIFY), S(VERIFIED), A(VERIFY), 0, CLOCK_KEEPS},
    {S(REPORTED), E(REJECT), S(REJECTED), A(REGISTER), NEEDS_NOTE, CLOCK_ENDS},
    {S(REPORTED), E(MERGE), S(MERGED), A(MERGE), VIA_ROOM | NEEDS_TARGET, CLOCK_ENDS},
    {S(VERIFIED), E(REGISTER), S(REGISTERED), A(REGISTER), 0, CLOCK_KEEPS},
    {S(VERIFIED), E(REJECT), S(REJECTED), A(REGISTER), NEEDS_NOTE, CLOCK_ENDS},
    {S(VERIFIED), E(MERGE), S(MERGED), A(MERGE), VIA_ROOM | NEEDS_TARGET, CLOCK_ENDS},
    {S(REGISTERED), E(DISPATCH), S(DISPATCHED), A(DISPATCH), NEEDS_UNIT, CLOCK_STARTS},
    {S(REGISTERED), E(MEND_ON_SPOT), S(MENDED_ON_SPOT), A(REGISTER), NEEDS_PROOF, CLOCK_ENDS},
    {S(REGISTERED), E(VOID), S(VOIDED), A(REGISTER), NEEDS_NOTE, CLOCK_ENDS},
    {S(REGISTERED), E(MERGE), S(MERGED), A(MERGE), VIA_ROOM | NEEDS_TARGET, CLOCK_ENDS},
    {S(DISPATCHED), E(ACCEPT), S(ACCEPTED), A(ACCEPT), 0, CLOCK_KEEPS},
    {S(DISPATCHED), E(SEND_BACK), S(REGISTERED), A(ACCEPT), SENDING_BACK, CLOCK_PAUSES},
    {S(DISPATCHED), E(DISPUTE), S(DISPUTED), A(ACCEPT), DISPUTING, CLOCK_PAUSES},
    {S(DISPATCHED), E(EXTEND), S(DISPATCHED), A(GRANT), EXTENDING, CLOCK_EXTENDS},
    {S(DISPATCHED), E(STOP), S(DISPATCHED), A(STOP), NEEDS_NOTE | NOT_STOPPED, CLOCK_STOPS},
    {S(DISPATCHED), E(RESTART), S(DISPATCHED), A(STOP), IS_STOPPED, CLOCK_RESTARTS},
    {S(DISPATCHED), E(VOID), S(VOIDED), A(REGISTER), NEEDS_NOTE, CLOCK_ENDS},
    {S(DISPATCHED), E(MERGE), S(MERGED), A(MERGE), VIA_ROOM | NEEDS_TARGET, CLOCK_ENDS},
    {S(DISPUTED), E(SETTLE), S(DISPATCHED), A(SETTLE), NEEDS_UNIT | NEEDS_NOTE, CLOCK_STARTS},
    {S(ACCEPTED), E(RECTIFY), S(RECTIFIED), A(RECTIFY), NEEDS_PROOF, CLOCK_PAUSES},
    {S(ACCEPTED), E(EXTEND), S(ACCEPTED), A(GRANT), EXTENDING, CLOCK_EXTENDS},
    {S(ACCEPTED), E(POSTPONE), S(ACCEPTED), A(GRANT_SECOND), POSTPONING, CLOCK_POSTPONES},
    {S(ACCEPTED), E(RESUME), S(ACCEPTED), A(ASK), IS_POSTPONED, CLOCK_RUNS_ON},
    {S(ACCEPTED), E(STOP), S(ACCEPTED), A(STOP), NEEDS_NOTE | NOT_STOPPED, CLOCK_STOPS},
    {S(ACCEPTED), E(RESTART), S(ACCEPTED), A(STOP), IS_STOPPED, CLOCK_RESTARTS},
    {S(ACCEPTED), E(VOID), S(VOIDED), A(REGISTER), NEEDS_NOTE, CLOCK_ENDS},
    {S(ACCEPTED), E(MERGE), S(MERGED), A(MERGE), VIA_ROOM | NEEDS_TARGET, CLOCK_ENDS},
    {S(RECTIFIED), E(RETURN), S(ACCEPTED), A(RECHECK), NEEDS_NOTE, CLOCK_RESUMES},
    {S(RECTIFIED), E(STRIKE_OFF), S(STRUCK_OFF), A(STRIKE), 0, CLOCK_ENDS},
    {S(STRUCK_OFF), E(EXEMPT), S(STRUCK_OFF), A(GRANT_SECOND), VIA_ROOM | CAN_EXEMPT, CLOCK_KEEPS},
    {S(STRUCK_OFF), E(HOLD), S(STRUCK_OFF), ACT_LOOKBACK_JUDGE, VIA_ROOM | NOT_REBOUNDED, CLOCK_KEEPS},
    {S(STRUCK_OFF), E(REBOUND), S(STRUCK_OFF), ACT_LOOKBACK_JUDGE, VIA_ROOM | NOT_REBOUNDED, CLOCK_KEEPS},
    {S(MENDED_ON_SPOT), E(HOLD), S(MENDED_ON_SPOT), ACT_LOOKBACK_JUDGE, VIA_ROOM | NOT_REBOUNDED, CLOCK_KEEPS},
    {S(MENDED_ON_SPOT), E(REBOUND), S(MENDED_ON_SPOT), ACT_LOOKBACK_JUDGE, VIA_ROOM | NOT_REBOUNDED, CLOCK_KEEPS},
    {S(MERGED), E(UNMERGE), S(REGISTERED), A(MERGE), VIA_ROOM, CLOCK_REOPENS},
};
enum { TRANSITIONS = sizeof table / sizeof *table };

const struct problem_transition *problem_transitions(size_t *n)
{
    *n = TRANSITIONS;
    return table;
}

const struct problem_transition *problem_transition(enum problem_state from, enum problem_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (table[i].from == from && table[i].event == event)
            return &table[i];
    return NULL;
}

enum action problem_event_action(enum problem_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (table[i].event == event)
            return table[i].action;
    return ACT_NONE;
}

bool problem_event_possible(enum problem_state from, enum problem_event event)
{
    return problem_transition(from, event) != NULL;
}

bool problem_is_closed(enum problem_state state)
{
    return state == PROBLEM_STRUCK_OFF || state == PROBLEM_REJECTED || state == PROBLEM_MENDED_ON_SPOT ||
           state == PROBLEM_MERGED || state == PROBLEM_VOIDED;
}
