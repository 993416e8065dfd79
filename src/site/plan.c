/* plan.c - states of a site's plan. Pure. */
#include "site/plan.h"

const char *const plan_state_names[PLAN_STATES + 1] = {"open", "finished", "accepted", "dropped", NULL};
const char *const plan_event_names[PLAN_EVENTS + 1] = {"finish", "accept", "return", "drop", NULL};

static const struct {
    enum plan_state from;
    enum plan_event event;
    enum plan_state to;
    bool needs_note;
} table[] = {
    {PLAN_OPEN, PLAN_FINISH, PLAN_FINISHED, true},   {PLAN_FINISHED, PLAN_ACCEPT, PLAN_ACCEPTED, false},
    {PLAN_FINISHED, PLAN_RETURN, PLAN_OPEN, true},   {PLAN_OPEN, PLAN_DROP, PLAN_DROPPED, true},
    {PLAN_FINISHED, PLAN_DROP, PLAN_DROPPED, true},
};

enum rc plan_decide(struct fault *f, enum plan_state now, enum plan_event event, struct str note, enum plan_state *after)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].from != now || table[i].event != event)
            continue;
        if (table[i].needs_note && str_empty(str_trim(note)))
            return fail_field(f, STR("/note"), "required", "请填写说明", "Say how, or why");
        *after = table[i].to;
        return RC_OK;
    }
    return fail(f, RC_CONFLICT, "state_forbids", "整治方案当前状态不能进行此操作", "The plan's state does not allow this");
}

bool plan_overdue(const struct site_plan *p, int64_t now_ms)
{
    return p->state == PLAN_OPEN && now_ms > p->due_ms;
}
