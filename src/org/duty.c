/*
 * duty.c - rules of duties: handing a place over to a successor, ending a duty. Pure.
 */
#include "org/org.h"

const char *const duty_kind_names[] = {"leader", "liaison", "grid", "station", "inspector", NULL};
const char *const place_kind_names[] = {"area", "site", "unit", NULL};

static enum rc already_ended(struct fault *f)
{
    return fail(f, RC_CONFLICT, "duty_ended", "该项责任分工已经结束", "This duty has ended");
}

enum rc duty_decide_hand_over(struct fault *f, const struct duty *old,
                              const struct duty_hand_over *in, int64_t at_ms, struct duty *next)
{
    if (old->to_ms.has && old->to_ms.v <= at_ms)
        return already_ended(f);
    if (at_ms <= old->from_ms)
        return fail_field(f, STR("/at"), "before_beginning", "交接时间必须晚于原责任的开始时间",
                          "The hand-over must be later than the beginning of the duty");
    if (uuid_eq(old->person_id, in->to_person_id))
        return fail_field(f, STR("/to_person_id"), "same_person", "接任人不能是原责任人本人",
                          "The successor cannot be the person who hands over");
    *next = (struct duty){.id = in->next_id,
                          .kind = old->kind,
                          .person_id = in->to_person_id,
                          .place_kind = old->place_kind,
                          .place_id = old->place_id,
                          .from_ms = at_ms,
                          .to_ms = old->to_ms,
                          .follows_id = old->id,
                          .note = in->note};
    return RC_OK;
}

enum rc duty_decide_end(struct fault *f, const struct duty *old, int64_t now_ms, int64_t *to_ms)
{
    if (old->to_ms.has && old->to_ms.v <= now_ms)
        return already_ended(f);
    *to_ms = now_ms > old->from_ms ? now_ms : old->from_ms;
    return RC_OK;
}
