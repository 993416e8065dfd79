/* contest.c - who may decide on a contested finding, and what it becomes. Pure. */
#include "loop/contest.h"

const char *const contest_state_names[CONTEST_STATES + 1] = {"asked", "first", "upheld", "refused", "withdrawn", NULL};

static bool same(struct uuid a, struct uuid b)
{
    return !uuid_is_none(a) && uuid_eq(a, b);
}

enum rc contest_decide(struct fault *f, const struct contest_case *c, enum contest_event event, const struct actor *actor,
                       enum contest_state *after)
{
    if (c->state != CONTEST_ASKED && c->state != CONTEST_FIRST)
        return fail(f, RC_CONFLICT, "contest_decided", "该项申辩已办结", "This contest has been decided");
    if (event == CONTEST_EV_WITHDRAW) {
        if (!same(actor->unit_id, c->unit_id))
            return fail(f, RC_FORBIDDEN, "contest_not_own", "只有提出单位可以撤回申辩", "Only the unit that asked may withdraw it");
        *after = CONTEST_WITHDRAWN;
        return RC_OK;
    }
    if (same(actor->person_id, c->inspector_id) || same(actor->person_id, c->partner_id))
        return fail(f, RC_FORBIDDEN, "contest_own_visit", "检查人员不得裁定对本人检查结论的申辩", "Who made the visit does not decide about it");
    if (same(actor->unit_id, c->unit_id))
        return fail(f, RC_FORBIDDEN, "contest_own_unit", "不得裁定本单位提出的申辩", "Nobody decides what their own unit asked");
    if (same(actor->person_id, c->first_by))
        return fail(f, RC_FORBIDDEN, "contest_same_decider", "一票否决项的申辩须由另一人复审", "A veto item is decided by a second person");
    if (event == CONTEST_EV_REFUSE)
        *after = CONTEST_REFUSED;
    else
        *after = c->two && c->state == CONTEST_ASKED ? CONTEST_FIRST : CONTEST_UPHELD;
    return RC_OK;
}
