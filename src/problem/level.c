/* level.c - the machine of one level handed on, as one table, and its clock. Pure. */
#include "problem/level.h"

const char *const level_state_names[LEVEL_STATES + 1] = {"handed",      "accepted",   "answered", "confirmed",
                                                         "handed_back", "taken_back", "ceased",   NULL};
const char *const level_event_names[LEVEL_EVENTS + 1] = {"accept", "hand_back", "answer", "confirm",
                                                         "return", "take_back", "cease",  NULL};
const char *const level_mark_names[LEVEL_EVENTS] = {"hand_accept", "hand_back",      "hand_answer", "hand_confirm",
                                                    "hand_return", "hand_take_back", "hand_cease"};
static const char *const state_zh[LEVEL_STATES] = {"已下派", "已签收", "已反馈", "已确认", "已退回", "已收回", "已随案终止"};
static const char *const state_en[LEVEL_STATES] = {"handed on",   "accepted",   "answered", "confirmed",
                                                   "handed back", "taken back", "ended with the case"};
static const char *const event_zh[LEVEL_EVENTS] = {"签收", "退回", "反馈", "确认", "退回重办", "收回", "终止"};
static const char *const event_en[LEVEL_EVENTS] = {"accept", "hand back", "answer", "confirm", "return", "take back", "end"};

enum want { WANTS_NOTE = 1, WANTS_PROOF = 2, WANTS_NONE_BELOW = 4 };
enum ticking { TICKS_ON, STANDS, RUNS_AGAIN, IS_OVER };

struct transition {
    enum level_state from;
    enum level_event event;
    enum level_state to;
    enum level_side side;
    unsigned guards;
    enum ticking clock;
};

static const struct transition table[] = {
    {LEVEL_HANDED, LEVEL_EV_ACCEPT, LEVEL_ACCEPTED, LEVEL_LOWER, 0, TICKS_ON},
    {LEVEL_HANDED, LEVEL_EV_HAND_BACK, LEVEL_HANDED_BACK, LEVEL_LOWER, WANTS_NOTE, IS_OVER},
    {LEVEL_HANDED, LEVEL_EV_TAKE_BACK, LEVEL_TAKEN_BACK, LEVEL_UPPER, WANTS_NOTE, IS_OVER},
    {LEVEL_HANDED, LEVEL_EV_CEASE, LEVEL_CEASED, LEVEL_SYSTEM, 0, IS_OVER},
    {LEVEL_ACCEPTED, LEVEL_EV_ANSWER, LEVEL_ANSWERED, LEVEL_LOWER, WANTS_NOTE | WANTS_PROOF | WANTS_NONE_BELOW, STANDS},
    {LEVEL_ACCEPTED, LEVEL_EV_TAKE_BACK, LEVEL_TAKEN_BACK, LEVEL_UPPER, WANTS_NOTE, IS_OVER},
    {LEVEL_ACCEPTED, LEVEL_EV_CEASE, LEVEL_CEASED, LEVEL_SYSTEM, 0, IS_OVER},
    {LEVEL_ANSWERED, LEVEL_EV_CONFIRM, LEVEL_CONFIRMED, LEVEL_UPPER, 0, IS_OVER},
    {LEVEL_ANSWERED, LEVEL_EV_RETURN, LEVEL_ACCEPTED, LEVEL_UPPER, WANTS_NOTE, RUNS_AGAIN},
    {LEVEL_ANSWERED, LEVEL_EV_TAKE_BACK, LEVEL_TAKEN_BACK, LEVEL_UPPER, WANTS_NOTE, IS_OVER},
    {LEVEL_ANSWERED, LEVEL_EV_CEASE, LEVEL_CEASED, LEVEL_SYSTEM, 0, IS_OVER},
};
enum { TRANSITIONS = sizeof table / sizeof *table };

static const struct transition *find(enum level_state from, enum level_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (table[i].from == from && table[i].event == event)
            return &table[i];
    return NULL;
}

bool level_is_open(enum level_state state)
{
    return state == LEVEL_HANDED || state == LEVEL_ACCEPTED || state == LEVEL_ANSWERED;
}

bool level_event_possible(enum level_state from, enum level_event event)
{
    return find(from, event) != NULL;
}

enum level_side level_event_side(enum level_event event)
{
    for (size_t i = 0; i < TRANSITIONS; i++)
        if (table[i].event == event)
            return table[i].side;
    return LEVEL_SYSTEM;
}

/* From when time counts: at once, or when a postponed case runs on. */
static int64_t counts_from(const struct level_pace *pace, int64_t at_ms)
{
    return pace->until_ms.has && pace->until_ms.v > at_ms ? pace->until_ms.v : at_ms;
}

static enum rc impossible(struct fault *f)
{
    return fail_field(f, STR("/limit"), "limit_impossible", "按工作日历无法算出这一时限",
                      "The working calendar cannot bear this limit");
}

/* Without a limit of its own a level has until the level above is due. */
static enum rc measure(struct fault *f, const struct calendar *cal, const struct level_opening *in, int64_t from_ms,
                       struct level_case *out)
{
    int64_t due;
    out->limit_kind = in->limit_kind;
    if (!in->has_limit && in->above_due_ms.has) {
        int64_t left = calendar_left(cal, in->limit_kind, from_ms, in->above_due_ms.v);
        out->whole_ms = left > 0 ? left : 0;
        out->due_ms = SOME(in->above_due_ms.v);
        return RC_OK;
    }
    if (!in->has_limit)
        return fail_field(f, STR("/limit"), "required", "上级层级没有时限，请填写本级时限",
                          "The level above has no limit; give one for this level");
    if (!calendar_amount(in->limit_kind, in->limit_amount, &out->whole_ms) ||
        !calendar_due(cal, in->limit_kind, in->limit_amount, from_ms, &due))
        return impossible(f);
    out->due_ms = SOME(due);
    if (in->above_due_ms.has && due > in->above_due_ms.v && !in->beyond)
        return fail_field(f, STR("/limit"), "later_than_above", "下级时限不得晚于上级时限；确有需要的，请注明“超出上级时限”",
                          "The limit would end later than the level above; say so expressly (beyond) if it must");
    return RC_OK;
}

enum rc level_open(struct fault *f, const struct calendar *cal, const struct level_opening *in, int64_t at_ms,
                   struct level_case *out)
{
    *out = (struct level_case){.state = LEVEL_HANDED, .beyond = in->beyond};
    if (in->pace.stopped)
        return fail(f, RC_CONFLICT, "clock_stands", "问题已移送执法、停止计时，暂不能下派",
                    "The case is with law enforcement and its clock stands; it cannot be handed on now");
    return measure(f, cal, in, counts_from(&in->pace, at_ms), out);
}

static enum rc check_guards(struct fault *f, const struct transition *t, const struct level_act *act)
{
    if ((t->guards & WANTS_NONE_BELOW) && act->open_below)
        return fail(f, RC_CONFLICT, "level_open_below", "已下派给下级的部分尚未办结，请先确认或收回",
                    "What was handed on further is still open; confirm it or take it back first");
    if ((t->guards & WANTS_NOTE) && str_empty(str_trim(act->note)))
        fail_field(f, STR("/note"), "required", "请填写说明", "A note is required");
    if ((t->guards & WANTS_PROOF) && act->nphotos == 0)
        fail_field(f, STR("/photos"), "evidence_required", "请附整改后的照片", "Attach a photograph taken afterwards");
    return f->rc;
}

/* The raw fact: once past its limit, late for ever. */
static void note_overdue(struct level_case *l, int64_t at_ms)
{
    if (!l->left_ms.has && l->due_ms.has && at_ms > l->due_ms.v)
        l->overdue = true;
}

static void pause_clock(const struct calendar *cal, struct level_case *l, const struct level_pace *pace, int64_t at_ms)
{
    if (l->left_ms.has || !l->due_ms.has)
        return;
    note_overdue(l, at_ms);
    l->left_ms = SOME(calendar_left(cal, l->limit_kind, counts_from(pace, at_ms), l->due_ms.v));
}

/* A calendar that no longer bears what is left keeps the old due moment. */
static void resume_clock(const struct calendar *cal, struct level_case *l, const struct level_pace *pace, int64_t at_ms)
{
    int64_t due;
    if (!l->left_ms.has || pace->stopped)
        return;
    if (calendar_add(cal, l->limit_kind, l->left_ms.v, counts_from(pace, at_ms), &due))
        l->due_ms = SOME(due);
    l->left_ms = NONE_I64;
}

static void move_clock(const struct calendar *cal, const struct transition *t, const struct level_act *act, int64_t at_ms,
                       struct level_case *l)
{
    switch (t->clock) {
    case STANDS:
        pause_clock(cal, l, &act->pace, at_ms);
        l->answered_ms = SOME(at_ms);
        break;
    case RUNS_AGAIN:
        resume_clock(cal, l, &act->pace, at_ms);
        l->return_count++;
        break;
    case IS_OVER:
        note_overdue(l, at_ms);
        l->ended_ms = SOME(at_ms);
        break;
    case TICKS_ON:
        l->accepted_ms = SOME(at_ms);
        break;
    }
}

enum rc level_decide(struct fault *f, const struct calendar *cal, const struct level_case *now,
                     const struct level_act *act, int64_t at_ms, struct level_case *after)
{
    const struct transition *t = find(now->state, act->event);
    if (act->side != level_event_side(act->event))
        return fail(f, RC_FORBIDDEN, "wrong_side", "这一步不由您所在的单位办理", "This step is not your unit's to take");
    if (!t)
        /* One list of arguments serves both languages: "%.0s" passes over the other's words. */
        return fail(f, RC_CONFLICT, "level_state_forbids", "该层级%s，不能进行“%s”%.0s%.0s",
                    "%.0s%.0sThe level is %s; \"%s\" is not possible now", state_zh[now->state], event_zh[act->event],
                    state_en[now->state], event_en[act->event]);
    RETURN_IF(check_guards(f, t, act));
    *after = *now;
    after->state = t->to;
    move_clock(cal, t, act, at_ms, after);
    return RC_OK;
}

static bool stands(const struct level_pace *p, int64_t at_ms)
{
    return p->stopped || (p->until_ms.has && p->until_ms.v > at_ms);
}

bool level_follow(const struct calendar *cal, struct level_case *l, const struct level_pace *from,
                  const struct level_pace *to, int64_t at_ms, struct opt_i64 above_due_ms)
{
    struct level_case was = *l;
    if (l->state != LEVEL_HANDED && l->state != LEVEL_ACCEPTED)
        return false;
    if (stands(to, at_ms) || stands(from, at_ms)) {
        if (!from->stopped)
            pause_clock(cal, l, from, at_ms);
        resume_clock(cal, l, to, at_ms);
        bool caps = !l->left_ms.has && !l->beyond && l->due_ms.has && above_due_ms.has && l->due_ms.v > above_due_ms.v;
        if (caps)
            l->due_ms = above_due_ms;
    }
    return was.due_ms.v != l->due_ms.v || was.left_ms.has != l->left_ms.has || was.overdue != l->overdue;
}

enum problem_light level_light(const struct calendar *cal, const struct level_case *l, int64_t now_ms)
{
    int64_t left;
    if (!level_is_open(l->state) || (!l->left_ms.has && !l->due_ms.has))
        return PROBLEM_LIGHT_NONE;
    if (!l->left_ms.has && now_ms > l->due_ms.v)
        return PROBLEM_LIGHT_RED;
    left = l->left_ms.has ? l->left_ms.v : calendar_left(cal, l->limit_kind, now_ms, l->due_ms.v);
    switch (calendar_light(l->whole_ms - left, l->whole_ms)) {
    case LIGHT_YELLOW:
        return PROBLEM_LIGHT_YELLOW;
    case LIGHT_RED:
        return PROBLEM_LIGHT_RED;
    case LIGHT_GREEN:
        break;
    }
    return PROBLEM_LIGHT_GREEN;
}

bool level_is_late(const struct level_case *l, int64_t now_ms)
{
    struct level_case copy = *l;
    if (level_is_open(l->state))
        note_overdue(&copy, now_ms);
    return copy.overdue;
}

bool level_is_below(const struct level_unit *from, const struct level_unit *to, const struct uuid *chain, size_t n)
{
    if (to->closed || uuid_eq(from->id, to->id))
        return false;
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(chain[i], from->id))
            return true;
    return !str_empty(from->area_code) && to->area_code.n > from->area_code.n && str_starts(to->area_code, from->area_code);
}
