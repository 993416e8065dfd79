/* problem.c - the state machine as one table, and the clock. Pure. */
#include "problem/problem.h"

const char *const problem_state_names[PROBLEM_STATES + 1] = {
    "reported", "verified",   "registered", "dispatched",     "accepted",
    "rectified", "struck_off", "rejected",   "mended_on_spot", NULL};
const char *const problem_event_names[PROBLEM_EVENTS + 1] = {
    "verify", "register",  "reject",  "dispatch", "mend_on_spot", "accept",
    "send_back", "rectify", "return", "strike_off", NULL};
static const char *const state_words_zh[PROBLEM_STATES] = {"已上报", "已核实", "已登记", "已交办", "已签收", "已反馈", "已销号", "不予登记", "立行立改"};
static const char *const event_words_zh[PROBLEM_EVENTS] = {"核实", "登记", "不予登记", "交办", "立行立改", "签收", "退回", "反馈整改", "退回重改", "销号"};
static const char *const state_words_en[PROBLEM_STATES] = {"reported",  "verified",   "registered", "dispatched",        "accepted",
                                                           "rectified", "struck off", "rejected",   "mended on the spot"};
static const char *const event_words_en[PROBLEM_EVENTS] = {"verify", "register",  "reject",  "dispatch", "mend on the spot",
                                                           "accept", "send back", "rectify", "return",   "strike off"};
const char *const problem_source_names[PROBLEM_SOURCES + 1] = {
    "inspection", "report", "patrol", "superior", "lookback", "alike", "self_check", "asset", "import", NULL};
const char *const problem_light_names[] = {"none", "green", "yellow", "red", NULL};

enum guard {
    NEEDS_NOTE = 1,  /* a reason */
    NEEDS_PROOF = 2, /* stored photographs */
    NEEDS_UNIT = 4,
};

enum clock_effect {
    CLOCK_KEEPS,
    CLOCK_STARTS, /* or resumes, when it comes back to the unit that sent it back */
    CLOCK_PAUSES, /* what is left is measured and kept */
    CLOCK_RESUMES,
    CLOCK_ENDS,
};

struct transition {
    enum problem_state from;
    enum problem_event event;
    enum problem_state to;
    unsigned guards;
    enum clock_effect clock;
};

static const struct transition table[] = {
    {PROBLEM_REPORTED, PROBLEM_EV_VERIFY, PROBLEM_VERIFIED, 0, CLOCK_KEEPS},
    {PROBLEM_REPORTED, PROBLEM_EV_REJECT, PROBLEM_REJECTED, NEEDS_NOTE, CLOCK_ENDS},
    {PROBLEM_VERIFIED, PROBLEM_EV_REGISTER, PROBLEM_REGISTERED, 0, CLOCK_KEEPS},
    {PROBLEM_VERIFIED, PROBLEM_EV_REJECT, PROBLEM_REJECTED, NEEDS_NOTE, CLOCK_ENDS},
    {PROBLEM_REGISTERED, PROBLEM_EV_DISPATCH, PROBLEM_DISPATCHED, NEEDS_UNIT, CLOCK_STARTS},
    {PROBLEM_REGISTERED, PROBLEM_EV_MEND_ON_SPOT, PROBLEM_MENDED_ON_SPOT, NEEDS_PROOF, CLOCK_ENDS},
    {PROBLEM_DISPATCHED, PROBLEM_EV_ACCEPT, PROBLEM_ACCEPTED, 0, CLOCK_KEEPS},
    {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, PROBLEM_REGISTERED, NEEDS_NOTE, CLOCK_PAUSES},
    {PROBLEM_ACCEPTED, PROBLEM_EV_RECTIFY, PROBLEM_RECTIFIED, NEEDS_PROOF, CLOCK_PAUSES},
    {PROBLEM_RECTIFIED, PROBLEM_EV_RETURN, PROBLEM_ACCEPTED, NEEDS_NOTE, CLOCK_RESUMES},
    {PROBLEM_RECTIFIED, PROBLEM_EV_STRIKE_OFF, PROBLEM_STRUCK_OFF, 0, CLOCK_ENDS},
};
enum { TRANSITIONS = sizeof table / sizeof *table };

static const struct transition *find(enum problem_state from, enum problem_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (table[i].from == from && table[i].event == event)
            return &table[i];
    return NULL;
}

enum action problem_event_action(enum problem_event event)
{
    static const enum action actions[PROBLEM_EVENTS] = {
        [PROBLEM_EV_VERIFY] = ACT_PROBLEM_VERIFY,     [PROBLEM_EV_REGISTER] = ACT_PROBLEM_REGISTER,
        [PROBLEM_EV_REJECT] = ACT_PROBLEM_REGISTER,   [PROBLEM_EV_DISPATCH] = ACT_PROBLEM_DISPATCH,
        [PROBLEM_EV_MEND_ON_SPOT] = ACT_PROBLEM_REGISTER, [PROBLEM_EV_ACCEPT] = ACT_PROBLEM_ACCEPT,
        [PROBLEM_EV_SEND_BACK] = ACT_PROBLEM_ACCEPT,  [PROBLEM_EV_RECTIFY] = ACT_PROBLEM_RECTIFY,
        [PROBLEM_EV_RETURN] = ACT_PROBLEM_RECHECK,    [PROBLEM_EV_STRIKE_OFF] = ACT_PROBLEM_STRIKE,
    };
    return actions[event];
}

bool problem_event_possible(enum problem_state from, enum problem_event event)
{
    return find(from, event) != NULL;
}

bool problem_is_closed(enum problem_state state)
{
    return state == PROBLEM_STRUCK_OFF || state == PROBLEM_REJECTED || state == PROBLEM_MENDED_ON_SPOT;
}

static enum rc check_guards(struct fault *f, const struct transition *t, const struct problem_act *act)
{
    if ((t->guards & NEEDS_NOTE) && str_empty(str_trim(act->note)))
        fail_field(f, STR("/note"), "required", "请说明理由", "State the reason");
    if ((t->guards & NEEDS_PROOF) && act->nphotos == 0)
        fail_field(f, STR("/photos"), "evidence_required", "请附整改后的照片", "Attach a photograph taken afterwards");
    if ((t->guards & NEEDS_UNIT) && uuid_is_none(act->unit_id))
        fail_field(f, STR("/unit_id"), "required", "请选择责任单位", "Choose the responsible unit");
    return f->rc;
}

static enum rc start_clock(struct fault *f, const struct calendar *cal, const struct problem_act *act,
                           int64_t at_ms, struct problem_case *c)
{
    bool resumes = c->left_ms.has && uuid_eq(act->unit_id, c->last_unit_id) && !act->has_limit;
    int64_t due;
    if (act->has_limit) {
        c->limit_kind = act->limit_kind;
        c->limit_amount = act->limit_amount;
    }
    bool ok = resumes ? calendar_add(cal, c->limit_kind, c->left_ms.v, at_ms, &due)
                      : calendar_due(cal, c->limit_kind, c->limit_amount, at_ms, &due);
    if (!ok)
        return fail_field(f, STR("/limit"), "limit_impossible", "按工作日历无法算出这一时限",
                          "The working calendar cannot bear this limit");
    c->due_ms = SOME(due);
    c->left_ms = NONE_I64;
    c->dispatched_ms = SOME(at_ms);
    c->unit_id = act->unit_id;
    return RC_OK;
}

/* The raw fact: once past its limit, a case has been overdue for ever. */
static void pause_clock(const struct calendar *cal, int64_t at_ms, struct problem_case *c)
{
    if (!c->due_ms.has)
        return;
    c->overdue = c->overdue || at_ms > c->due_ms.v;
    c->left_ms = SOME(calendar_left(cal, c->limit_kind, at_ms, c->due_ms.v));
}

static enum rc resume_clock(struct fault *f, const struct calendar *cal, int64_t at_ms, struct problem_case *c)
{
    int64_t due;
    if (!c->left_ms.has)
        return RC_OK;
    if (!calendar_add(cal, c->limit_kind, c->left_ms.v, at_ms, &due))
        return fail(f, RC_CONFLICT, "limit_impossible", "按工作日历无法恢复计时",
                    "The working calendar cannot resume this limit");
    c->due_ms = SOME(due);
    c->left_ms = NONE_I64;
    return RC_OK;
}

static enum rc move_clock(struct fault *f, const struct calendar *cal, const struct transition *t,
                          const struct problem_act *act, int64_t at_ms, struct problem_case *c)
{
    switch (t->clock) {
    case CLOCK_STARTS:
        return start_clock(f, cal, act, at_ms, c);
    case CLOCK_PAUSES:
        pause_clock(cal, at_ms, c);
        return RC_OK;
    case CLOCK_RESUMES:
        return resume_clock(f, cal, at_ms, c);
    case CLOCK_ENDS:
        c->closed_ms = SOME(at_ms);
        return RC_OK;
    case CLOCK_KEEPS:
        break;
    }
    return RC_OK;
}

/* What an event writes beside state and clock. */
static void note_effects(const struct problem_act *act, int64_t at_ms, struct problem_case *c)
{
    if (act->event == PROBLEM_EV_SEND_BACK) {
        c->last_unit_id = c->unit_id;
        c->unit_id = UUID_NONE;
        c->due_ms = NONE_I64;
    }
    if (act->event == PROBLEM_EV_RECTIFY) {
        c->rectifier_id = act->actor_id;
        c->rectifier_unit_id = act->actor_unit_id;
        c->rectified_ms = SOME(at_ms);
    }
    if (act->event == PROBLEM_EV_RETURN)
        c->rework_count++;
}

enum rc problem_decide(struct fault *f, const struct calendar *cal, const struct problem_case *now,
                       const struct problem_act *act, int64_t at_ms, struct problem_case *after)
{
    const struct transition *t = find(now->state, act->event);
    if (!t)
        /* One list of arguments serves both languages: "%.0s" passes over the other's words. */
        return fail(f, RC_CONFLICT, "state_forbids", "问题%s，不能进行“%s”%.0s%.0s",
                    "%.0s%.0sThe problem is %s; \"%s\" is not possible now", state_words_zh[now->state],
                    event_words_zh[act->event], state_words_en[now->state], event_words_en[act->event]);
    RETURN_IF(check_guards(f, t, act));
    *after = *now;
    after->state = t->to;
    RETURN_IF(move_clock(f, cal, t, act, at_ms, after));
    note_effects(act, at_ms, after);
    return RC_OK;
}

enum problem_light problem_light(const struct calendar *cal, const struct problem_case *c, int64_t now_ms)
{
    int64_t amount, left;
    if (problem_is_closed(c->state) || !calendar_amount(c->limit_kind, c->limit_amount, &amount))
        return PROBLEM_LIGHT_NONE;
    if (c->left_ms.has)
        left = c->left_ms.v;
    else if (c->due_ms.has)
        left = calendar_left(cal, c->limit_kind, now_ms, c->due_ms.v);
    else
        return PROBLEM_LIGHT_NONE;
    if (!c->left_ms.has && now_ms > c->due_ms.v)
        return PROBLEM_LIGHT_RED;
    switch (calendar_light(amount - left, amount)) {
    case LIGHT_YELLOW:
        return PROBLEM_LIGHT_YELLOW;
    case LIGHT_RED:
        return PROBLEM_LIGHT_RED;
    case LIGHT_GREEN:
        break;
    }
    return PROBLEM_LIGHT_GREEN;
}
