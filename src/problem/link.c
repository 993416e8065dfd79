/* link.c - rules of merging and of parents and children. Pure. */
#include "problem/link.h"

static enum rc refused(struct fault *f, const char *code, const char *zh, const char *en)
{
    return fail(f, RC_CONFLICT, code, "%s%.0s", "%.0s%s", zh, en);
}

/* Nothing of a covert round may be inferred from what it is tied to. */
static bool apart(const struct link_case *a, const struct link_case *b)
{
    return a->held != b->held || (a->held && !uuid_eq(a->round_id, b->round_id));
}

static enum rc check_target(struct fault *f, const struct link_case *source, const struct link_case *target)
{
    bool mended = target->state == PROBLEM_STRUCK_OFF || target->state == PROBLEM_MENDED_ON_SPOT;
    if (target->state == PROBLEM_MERGED)
        return refused(f, "target_merged", "目标问题已合并至其他问题，请直接并入那个问题",
                       "The target is merged into another itself; merge into that one");
    if (!problem_is_closed(target->state))
        return RC_OK;
    if (!mended)
        return refused(f, "target_closed", "目标问题已作废或不予登记，不能并入", "The target was voided or rejected; nothing can be merged into it");
    if (target->closed_ms.has && source->reported_ms > target->closed_ms.v)
        return refused(f, "reported_after", "目标问题办结之后才上报的，属新发或反弹问题，不能并入",
                       "It was reported after the target had ended: a new occurrence, no duplicate");
    return RC_OK;
}

enum rc link_check_merge(struct fault *f, const struct link_case *source, const struct link_case *target)
{
    if (uuid_eq(source->id, target->id))
        return fail_field(f, STR("/into_id"), "merge_self", "不能并入自身", "A case cannot be merged into itself");
    if (apart(source, target))
        return refused(f, "held_apart", "未公布轮次中的问题只能与同一轮次中未公布的问题合并",
                       "Cases of a round not published yet are merged only with such cases of the same round");
    RETURN_IF(check_target(f, source, target));
    if (source->children > 0)
        return refused(f, "has_children", "该问题已拆分，不能并入其他问题", "The case was split; it cannot be merged");
    if (uuid_eq(source->parent_id, target->id))
        return refused(f, "merge_into_parent", "子案不能并入其父案；请先解除父子关系", "A child is not merged into its parent; detach it first");
    if (source->open_levels > 0)
        return refused(f, "level_open", "该问题已下派且尚未办结，请先收回", "The case is handed on; take it back first");
    return RC_OK;
}

enum rc link_check_parent(struct fault *f, const struct link_case *parent)
{
    if (!uuid_is_none(parent->parent_id))
        return refused(f, "parent_is_child", "子案不能再拆分", "A child is not split again");
    if (parent->state != PROBLEM_REGISTERED && parent->state != PROBLEM_DISPATCHED && parent->state != PROBLEM_ACCEPTED)
        return refused(f, "parent_state", "登记之后、反馈整改之前的问题才能作为父案",
                       "Only a case registered and not yet reported mended can be a parent");
    return RC_OK;
}

enum rc link_check_child(struct fault *f, const struct link_case *parent, const struct link_case *child)
{
    if (uuid_eq(parent->id, child->id))
        return fail_field(f, STR("/parent_id"), "parent_self", "不能以自身为父案", "A case cannot be its own parent");
    RETURN_IF(link_check_parent(f, parent));
    if (child->children > 0)
        return refused(f, "has_children", "该问题已有子案，不能再作为子案", "The case has children; it cannot become a child");
    if (problem_is_closed(child->state))
        return refused(f, "child_closed", "已办结的问题不能作为子案", "A case that has ended cannot become a child");
    if (!uuid_is_none(child->parent_id))
        return refused(f, "has_parent", "该问题已有父案", "The case has a parent already");
    if (apart(parent, child))
        return refused(f, "held_apart", "未公布轮次中的问题只能与同一轮次中未公布的问题关联",
                       "Cases of a round not published yet are tied only to such cases of the same round");
    return RC_OK;
}

enum rc link_check_event(struct fault *f, const struct link_case *c, enum problem_event event)
{
    static const bool ends[PROBLEM_EVENTS] = {
        [PROBLEM_EV_RECTIFY] = true, [PROBLEM_EV_STRIKE_OFF] = true, [PROBLEM_EV_MEND_ON_SPOT] = true,
        [PROBLEM_EV_VOID] = true,    [PROBLEM_EV_REJECT] = true,     [PROBLEM_EV_MERGE] = true};
    bool nothing_left = event == PROBLEM_EV_VOID || event == PROBLEM_EV_REJECT;
    if (ends[event] && c->open_children > 0)
        return fail(f, RC_CONFLICT, "children_open", "尚有%lld件子案未办结，父案不能办结",
                    "%lld children are still open; the parent cannot end before them", (long long)c->open_children);
    if (nothing_left && c->merged > 0)
        return fail(f, RC_CONFLICT, "has_merged", "有%lld件问题已并入本问题，请先撤销合并",
                    "%lld cases are merged into this one; undo that first", (long long)c->merged);
    if (event == PROBLEM_EV_RECTIFY && c->open_levels > 0)
        return refused(f, "level_open", "已下派的部分尚未确认，不能反馈整改；请先确认下级的反馈或收回",
                       "What was handed on is not confirmed yet; confirm the answer or take it back first");
    return RC_OK;
}
