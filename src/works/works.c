/* works.c - what the plan of improvement works must satisfy. Pure. */
#include "works/works.h"

const char *const works_kind_names[] = {"compound", "road", "parking", "drainage", "market", "other", NULL};
const char *const works_state_names[] = {"planned", "under_way", "completed", "accepted", "stopped", NULL};

enum rc works_plan_check(struct arena *a, struct fault *f, const struct works_new *w)
{
    if (str_empty(str_trim(w->title)))
        fail_field(f, STR("/title"), "required", "请填写工程名称", "Name the works");
    if (w->start_ms.has && w->start_ms.v >= w->end_ms)
        fail_field(f, STR("/end_at"), "before_beginning", "结束时间必须晚于开始时间", "The end must be later than the beginning");
    if (w->plan_fen < 0 || w->plan_fen > WORKS_FEN_MAX)
        fail_field(f, STR("/plan_fen"), "out_of_range", "金额超出范围", "The amount is out of range");
    for (size_t i = 0; i < w->nmilestones; i++) {
        const struct works_milestone *m = &w->milestones[i];
        struct str at = str_fmt(a, "/milestones/%zu/due_at", i);
        if (str_empty(str_trim(m->title)))
            fail_field(f, str_fmt(a, "/milestones/%zu/title", i), "required", "请填写节点内容", "Say what is reached by then");
        if (m->due_ms > w->end_ms)
            fail_field(f, at, "after_the_end", "节点不得晚于工程结束时间", "A milestone lies before the end");
        else if (i && m->due_ms < w->milestones[i - 1].due_ms)
            fail_field(f, at, "out_of_order", "节点应按时间先后排列", "Milestones follow one another in time");
    }
    return fault_has_fields(f) ? f->rc : RC_OK;
}
