/* round.c - kinds, states and what a plan must say. Pure. */
#include "round/round.h"

#include "base/civil.h"
#include "org/text.h"

const char *const round_kind_names[ROUND_KINDS + 1] = {"weekly", "monthly", "dragnet", "walk_through", "self_check",
                                                       "cross_check", "line", "leader", "joint", "lookback", "mock", NULL};
const char *const round_state_names[ROUND_STATES + 1] = {"planned",   "drawn",     "running", "closed",
                                                         "published", "cancelled", NULL};
const char *const round_strata_names[ROUND_STRATA + 1] = {"nothing", "category", "town", "unit", NULL};

const char *round_visit_kind(enum round_kind kind)
{
    return round_kind_names[kind];
}

bool round_is_covert_by_kind(enum round_kind kind)
{
    return kind == ROUND_WEEKLY;
}

static const struct {
    enum round_event event;
    enum round_state from, to;
} steps[] = {
    {ROUND_EV_SELECT, ROUND_PLANNED, ROUND_DRAWN},   {ROUND_EV_SELECT, ROUND_DRAWN, ROUND_DRAWN},
    {ROUND_EV_SELECT, ROUND_RUNNING, ROUND_RUNNING}, {ROUND_EV_START, ROUND_DRAWN, ROUND_RUNNING},
    {ROUND_EV_CLOSE, ROUND_RUNNING, ROUND_CLOSED},   {ROUND_EV_PUBLISH, ROUND_CLOSED, ROUND_PUBLISHED},
    {ROUND_EV_CANCEL, ROUND_PLANNED, ROUND_CANCELLED}, {ROUND_EV_CANCEL, ROUND_DRAWN, ROUND_CANCELLED},
    {ROUND_EV_CANCEL, ROUND_RUNNING, ROUND_CANCELLED},
};

enum rc round_decide(struct fault *f, enum round_state from, enum round_event event, enum round_state *to)
{
    static const char *const words[ROUND_STATES][2] = {
        {"已计划", "planned"}, {"已定点", "drawn"}, {"进行中", "running"},
        {"已结束", "closed"},  {"已发布", "published"}, {"已取消", "cancelled"}};
    static const char *const acts[ROUND_EVENTS][2] = {
        {"选取点位", "select sites"}, {"启动", "start"}, {"结束", "close"}, {"发布", "publish"}, {"取消", "cancel"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i].event == event && steps[i].from == from) {
            *to = steps[i].to;
            return RC_OK;
        }
    /* One list of arguments serves both languages: "%.0s" passes over the other's words. */
    return fail(f, RC_CONFLICT, "state_forbids", "轮次%s，不能进行“%s”%.0s%.0s",
                "%.0s%.0sThe round is %s; \"%s\" is not possible now", words[from][0], acts[event][0], words[from][1],
                acts[event][1]);
}

enum rc round_check(struct fault *f, const struct round_new *r)
{
    const struct text_rule rules[] = {
        {"/title", r->title, true, ROUND_TITLE_MAX},
        {"/basis", r->basis, true, ROUND_BASIS_MAX},
        {"/note", r->note, false, NOTE_MAX_CHARS},
    };
    text_check(f, rules, sizeof rules / sizeof *rules);
    if (r->ends_ms <= r->starts_ms)
        fail_field(f, STR("/ends_on"), "ends_before_start", "结束日期不得早于开始日期",
                   "The last day may not be before the first");
    else if (r->ends_ms - r->starts_ms > 400 * (int64_t)DAY_MS)
        fail_field(f, STR("/ends_on"), "too_long", "一个轮次最长 400 天", "A round lasts 400 days at most");
    return text_verdict(f);
}
