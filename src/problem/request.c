/* request.c - who may ask for what, who decides, in which order. Pure. */
#include "problem/request.h"

const char *const request_kind_names[REQUEST_KINDS + 1] = {"extension", "postponement", "appeal", NULL};
const char *const request_state_names[REQUEST_STATES + 1] = {"asked", "first", "granted", "refused", "withdrawn", NULL};

static const struct {
    enum problem_event event;
    bool two;
} kinds[REQUEST_KINDS] = {
    [REQUEST_EXTENSION] = {PROBLEM_EV_EXTEND, false},
    [REQUEST_POSTPONEMENT] = {PROBLEM_EV_POSTPONE, true},
    [REQUEST_APPEAL] = {PROBLEM_EV_EXEMPT, true},
};

enum problem_event request_event(enum request_kind kind)
{
    return kinds[kind].event;
}

bool request_needs_two(enum request_kind kind)
{
    return kinds[kind].two;
}

enum rc request_check_ask(struct fault *f, const struct limits *limits, const struct problem_case *c,
                          const struct problem_act *act, enum request_kind kind)
{
    struct problem_case after;
    struct problem_act granted = *act;
    granted.event = kinds[kind].event;
    granted.via_room = true;
    if (str_empty(str_trim(act->note)))
        fail_field(f, STR("/note"), "required", "请说明理由", "State the reason");
    /* What could not be granted now is not to be asked for. */
    RETURN_IF(problem_decide(f, limits, c, &granted, &after));
    return f->rc;
}

enum action request_decider(const struct request_case *r)
{
    if (r->state == REQUEST_ASKED)
        return ACT_PROBLEM_GRANT;
    return r->state == REQUEST_FIRST ? ACT_PROBLEM_GRANT_SECOND : ACT_NONE;
}

enum rc request_decide(struct fault *f, const struct request_case *r, struct uuid decider, bool grant,
                       enum request_state *after)
{
    if (request_decider(r) == ACT_NONE)
        return fail(f, RC_CONFLICT, "request_ended", "该申请已经办结", "This request has been decided or withdrawn");
    if (uuid_eq(decider, r->asker_id))
        return fail(f, RC_FORBIDDEN, "own_request", "不得审批本人提出的申请", "Nobody decides on their own request");
    if (r->state == REQUEST_FIRST && uuid_eq(decider, r->first_id))
        return fail(f, RC_FORBIDDEN, "decided_before", "初审人不得再作复审", "The second decision is another person's");
    if (!grant)
        *after = REQUEST_REFUSED;
    else
        *after = r->state == REQUEST_ASKED && kinds[r->kind].two ? REQUEST_FIRST : REQUEST_GRANTED;
    return RC_OK;
}
