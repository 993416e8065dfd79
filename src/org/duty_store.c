/*
 * duty_store.c - duties in the database: who answers for which place, hand-over, end.
 */
#include "org_internal.h"

#include "auth/policy.h"

struct duty duty_of_row(const struct duty_get_row *r)
{
    return (struct duty){.id = r->id,
                         .kind = r->kind,
                         .person_id = r->person_id,
                         .person_name = r->person_name,
                         .person_order_no = r->person_order_no,
                         .unit_id = r->unit_id,
                         .unit_name = r->unit_name,
                         .place_kind = r->place_kind,
                         .place_id = r->place_id,
                         .place_name = r->place_name,
                         .from_ms = r->from_ms,
                         .to_ms = r->to_ms,
                         .follows_id = r->follows_id,
                         .note = r->note,
                         .version = r->version};
}

enum rc duty_load(struct op *op, struct uuid id, struct duty *out)
{
    struct duty_get_row row;
    bool found;
    RETURN_IF(q_duty_get(&op->rd, &(struct duty_get_in){op->hq, id}, &row, &found));
    if (!found)
        return org_not_found(op, "没有这项责任分工", "There is no such duty");
    *out = duty_of_row(&row);
    return RC_OK;
}

static void check_name(struct fault *f, const char *pointer, const char *const *names,
                       struct str value)
{
    if (org_name_index(names, value) < 0)
        fail_field(f, str_of(pointer), "unknown_value", "不是允许的取值",
                   "It is not one of the allowed values");
}

/* The person must be in office; the duty remembers the unit of that day. */
static enum rc check_person(struct op *op, const char *pointer, struct duty *d)
{
    struct person p;
    bool found;
    RETURN_IF(person_find(op, d->person_id, &p, &found));
    if (!found || p.left_ms.has)
        fail_field(op->rd.fault, str_of(pointer), "person_missing", "人员不存在或已离任",
                   "The person does not exist or has left");
    else
        d->unit_id = p.unit_id;
    return RC_OK;
}

static enum rc check_place(struct op *op, const struct duty *d)
{
    struct duty_place_row place;
    bool found;
    if (!d->place_kind.p)
        return RC_OK;
    RETURN_IF(q_duty_place(&op->rd, &(struct duty_place_in){op->hq, d->place_kind, d->place_id},
                           &place, &found));
    if (place.n == 0)
        fail_field(op->rd.fault, STR("/place_id"), "place_missing", "责任地点不存在或已停用",
                   "The place does not exist or is no longer in use");
    return RC_OK;
}

static enum rc check_overlap(struct op *op, const struct duty *d)
{
    struct duty_overlaps_row same;
    bool found;
    struct duty_overlaps_in in = {.hq = op->hq,
                                  .person_id = d->person_id,
                                  .kind = d->kind,
                                  .place_id = d->place_id,
                                  .from_ms = d->from_ms,
                                  .to_ms = d->to_ms};
    RETURN_IF(q_duty_overlaps(&op->rd, &in, &same, &found));
    if (same.n == 0)
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "duty_overlaps", "该人员在此期间已对同一地点承担同类责任",
                   "This person already has this duty for this place at that time");
}

static void fx_add(struct op *op, const struct duty *d)
{
    fx_duty_add(&op->plan.fx, &(struct duty_add_in){.hq = op->hq,
                                                    .id = d->id,
                                                    .kind = d->kind,
                                                    .person_id = d->person_id,
                                                    .unit_id = d->unit_id,
                                                    .place_kind = d->place_kind,
                                                    .place_id = d->place_id,
                                                    .from_ms = d->from_ms,
                                                    .to_ms = d->to_ms,
                                                    .follows_id = d->follows_id,
                                                    .note = text_or_none(d->note)});
}

static struct str duty_detail(struct op *op, const struct duty *d)
{
    struct detail out;
    detail_open(&out, op->zone_min);
    jo_str(&out.j, "kind", d->kind);
    jo_uuid(&out.j, "person_id", d->person_id);
    jo_str(&out.j, "place_kind", d->place_kind);
    jo_uuid(&out.j, "place_id", d->place_id);
    jo_time(&out.j, "from", d->from_ms);
    jo_opt_time(&out.j, "to", d->to_ms);
    jo_uuid(&out.j, "follows_id", d->follows_id);
    return detail_close(&out, OP_ARENA(op));
}

enum rc duty_prepare_create(struct op *op, const struct duty_new *in)
{
    struct fault *f = op->rd.fault;
    const struct text_rule note = {"/note", in->note, false, NOTE_MAX_CHARS};
    struct duty d = {.id = in->id,
                     .kind = in->kind,
                     .person_id = in->person_id,
                     .place_kind = in->place_kind,
                     .place_id = in->place_id,
                     .from_ms = in->from_ms.has ? in->from_ms.v : op->now,
                     .to_ms = in->to_ms,
                     .note = in->note};
    RETURN_IF(policy_check(f, &op->actor, ACT_PERSON_WRITE, NULL));
    check_name(f, "/kind", duty_kind_names, d.kind);
    check_name(f, "/place_kind", place_kind_names, d.place_kind);
    text_check(f, &note, 1);
    if (d.to_ms.has && d.to_ms.v <= d.from_ms)
        fail_field(f, STR("/to"), "before_beginning", "结束时间必须晚于开始时间",
                   "The end must be later than the beginning");
    RETURN_IF(check_person(op, "/person_id", &d));
    RETURN_IF(check_place(op, &d));
    RETURN_IF(text_verdict(f));
    RETURN_IF(check_overlap(op, &d));
    fx_add(op, &d);
    op->plan.command.detail = duty_detail(op, &d);
    return RC_OK;
}

enum rc duty_prepare_hand_over(struct op *op, const struct duty_hand_over *in)
{
    struct fault *f = op->rd.fault;
    const struct text_rule note = {"/note", in->note, false, NOTE_MAX_CHARS};
    struct duty old, next;
    RETURN_IF(policy_check(f, &op->actor, ACT_PERSON_WRITE, NULL));
    RETURN_IF(duty_load(op, in->id, &old));
    text_check(f, &note, 1);
    RETURN_IF(duty_decide_hand_over(f, &old, in, in->at_ms.has ? in->at_ms.v : op->now, &next));
    RETURN_IF(check_person(op, "/to_person_id", &next));
    RETURN_IF(text_verdict(f));
    RETURN_IF(check_overlap(op, &next));
    fx_duty_set_end(&op->plan.fx, &(struct duty_set_end_in){.hq = op->hq,
                                                            .id = old.id,
                                                            .was_version = old.version,
                                                            .to_ms = next.from_ms});
    fx_add(op, &next);
    op->plan.command.detail = duty_detail(op, &next);
    return RC_OK;
}

enum rc duty_prepare_end(struct op *op, struct uuid id)
{
    struct duty d;
    int64_t to_ms;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_WRITE, NULL));
    RETURN_IF(duty_load(op, id, &d));
    RETURN_IF(duty_decide_end(op->rd.fault, &d, op->now, &to_ms));
    fx_duty_set_end(&op->plan.fx,
                    &(struct duty_set_end_in){
                        .hq = op->hq, .id = d.id, .was_version = d.version, .to_ms = to_ms});
    d.to_ms = SOME(to_ms);
    op->plan.command.detail = duty_detail(op, &d);
    return RC_OK;
}
