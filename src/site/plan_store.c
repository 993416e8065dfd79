/* plan_store.c - plans of sites in the database. Each write adds the version it makes to the history. */
#include "plan_internal.h"

#include "org/org.h"
#include "org/text.h"

struct site_plan plan_of_row(const struct plan_get_row *r)
{
    struct site_plan p = {.id = r->id, .site_id = r->site_id, .site_code = r->site_code, .site_name = r->site_name,
                     .area_code = r->area_code,
                     .units = {r->owner_unit_id, r->subject_unit_id, r->territory_unit_id, r->supervising_unit_id},
                     .criterion_code = r->criterion_code, .gap = r->gap, .measures = r->measures,
                     .acceptance = r->acceptance, .owner_unit_name = r->owner_unit_name,
                     .owner_person_id = r->owner_person_id, .owner_person_name = r->owner_person_name, .due_ms = r->due_ms,
                     .finished_ms = r->finished_ms, .closed_ms = r->closed_ms, .finished_by = r->finished_by,
                     .finished_unit = r->finished_unit, .created_ms = r->created_ms, .version = r->version};
    while (p.state < PLAN_STATES - 1 && !str_is(r->state, plan_state_names[p.state]))
        p.state++;
    return p;
}

static struct subject subject_of(const struct actor *actor, const struct site_plan *p)
{
    struct subject s = {.unit_id = p->units[0], .area_code = p->area_code};
    for (size_t i = 0; i < 4; i++)
        if (!uuid_is_none(p->units[i]) && uuid_eq(p->units[i], actor->unit_id))
            s.unit_id = p->units[i];
    return s;
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这份整治方案", "There is no such plan");
}

enum rc plan_read(struct op *op, struct uuid id, struct site_plan *out)
{
    struct plan_get_row row;
    bool found;
    RETURN_IF(q_plan_get(&op->rd, &(struct plan_get_in){op->hq, id}, &row, &found));
    if (!found)
        return not_found(op);
    *out = plan_of_row(&row);
    struct subject s = subject_of(&op->actor, out);
    if (policy_check(op->rd.fault, &op->actor, ACT_SITE_READ, &s) == RC_OK)
        return RC_OK;
    fault_clear(op->rd.fault);
    return not_found(op);
}

static void check_texts(struct op *op, const struct plan_new *p)
{
    const struct text_rule rules[] = {{"/gap", p->gap, true, NOTE_MAX_CHARS},
                                      {"/measures", p->measures, true, NOTE_MAX_CHARS},
                                      {"/acceptance", p->acceptance, true, NOTE_MAX_CHARS},
                                      {"/criterion_code", p->criterion_code, false, CODE_MAX_CHARS}};
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
}

static enum rc check_owner(struct op *op, struct uuid unit_id, struct uuid person_id)
{
    struct unit u;
    struct person p;
    bool found;
    RETURN_IF(unit_find(op, unit_id, &u, &found));
    if (!found || u.closed_ms.has)
        fail_field(op->rd.fault, STR("/owner_unit_id"), "unit_missing", "单位不存在或已撤销", "The unit does not exist or was closed");
    if (uuid_is_none(person_id))
        return RC_OK;
    RETURN_IF(person_find(op, person_id, &p, &found));
    if (!found || p.left_ms.has || !uuid_eq(p.unit_id, unit_id))
        fail_field(op->rd.fault, STR("/owner_person_id"), "person_missing", "责任人应是责任单位的在职人员",
                   "The person in charge is in service with the unit in charge");
    return RC_OK;
}

static void fx_history(struct op *op, const struct site_plan *p, const char *change, struct str note)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_uuid(&d.j, "site_id", p->site_id);
    jo_str(&d.j, "criterion_code", p->criterion_code);
    jo_str(&d.j, "gap", p->gap);
    jo_str(&d.j, "measures", p->measures);
    jo_str(&d.j, "acceptance", p->acceptance);
    jo_uuid(&d.j, "owner_unit_id", p->units[0]);
    jo_uuid(&d.j, "owner_person_id", p->owner_person_id);
    jo_time(&d.j, "due_at", p->due_ms);
    jo_z(&d.j, "state", plan_state_names[p->state]);
    if (!str_empty(note))
        jo_str(&d.j, "note", note);
    struct str content = detail_close(&d, OP_ARENA(op));
    fx_plan_history_add(&op->plan.fx, &(struct plan_history_add_in){.hq = op->hq, .plan_id = p->id, .version = p->version,
                                                                    .at_ms = op->now, .actor_id = op->actor.person_id,
                                                                    .change = str_of(change), .content = content});
    op->plan.command.detail = content;
    change_event(op, "site_plan.changed", "site_plan", p->id, STR_NONE);
}

static void fx_set(struct op *op, struct site_plan *p, const char *change, struct str note)
{
    fx_plan_set(&op->plan.fx, &(struct plan_set_in){
        .hq = op->hq, .id = p->id, .was_version = p->version, .criterion_code = p->criterion_code, .gap = p->gap,
        .measures = p->measures, .acceptance = p->acceptance, .owner_unit_id = p->units[0],
        .owner_person_id = p->owner_person_id, .due_ms = p->due_ms, .state = str_of(plan_state_names[p->state]),
        .finished_ms = p->finished_ms, .finished_by = p->finished_by, .finished_unit = p->finished_unit,
        .closed_ms = p->closed_ms});
    p->version++;
    fx_history(op, p, change, note);
}

enum rc plan_prepare_create(struct op *op, const struct plan_new *in)
{
    static const struct miss taken = {RC_CONFLICT, "plan_exists", "该编号已被使用", "This id has been used"};
    struct site site;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    RETURN_IF(site_read(op, in->site_id, &site));
    if (site.retired)
        fail_field(op->rd.fault, STR("/site_id"), "site_retired", "该点位已停用", "The site is retired");
    check_texts(op, in);
    RETURN_IF(check_owner(op, in->owner_unit_id, in->owner_person_id));
    RETURN_IF(text_verdict(op->rd.fault));
    struct site_plan p = {.id = in->id, .site_id = in->site_id, .units = {in->owner_unit_id},
                     .criterion_code = text_or_none(in->criterion_code), .gap = in->gap, .measures = in->measures,
                     .acceptance = in->acceptance, .owner_person_id = in->owner_person_id, .due_ms = in->due_ms, .version = 1};
    struct effect *e = fx_plan_add(&op->plan.fx, &(struct plan_add_in){
        .hq = op->hq, .id = p.id, .site_id = p.site_id, .criterion_code = p.criterion_code, .gap = p.gap,
        .measures = p.measures, .acceptance = p.acceptance, .owner_unit_id = in->owner_unit_id,
        .owner_person_id = p.owner_person_id, .due_ms = p.due_ms, .created_ms = op->now});
    e->on_clash = &taken;
    fx_history(op, &p, "created", STR_NONE);
    return RC_OK;
}

static void merge(struct site_plan *p, const struct plan_change *in)
{
    const struct plan_new *to = &in->to;
    p->criterion_code = in->set & PLAN_CRITERION ? text_or_none(to->criterion_code) : p->criterion_code;
    p->gap = in->set & PLAN_GAP ? to->gap : p->gap;
    p->measures = in->set & PLAN_MEASURES ? to->measures : p->measures;
    p->acceptance = in->set & PLAN_ACCEPTANCE ? to->acceptance : p->acceptance;
    p->units[0] = in->set & PLAN_UNIT ? to->owner_unit_id : p->units[0];
    p->owner_person_id = in->set & PLAN_PERSON ? to->owner_person_id : p->owner_person_id;
    p->due_ms = in->set & PLAN_DUE ? to->due_ms : p->due_ms;
}

enum rc plan_prepare_change(struct op *op, const struct plan_change *in)
{
    struct site_plan p;
    RETURN_IF(plan_read(op, in->id, &p));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, p.version));
    if (p.closed_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "state_forbids", "整治方案当前状态不能进行此操作", "The plan's state does not allow this");
    merge(&p, in);
    check_texts(op, &(struct plan_new){.criterion_code = p.criterion_code, .gap = p.gap, .measures = p.measures,
                                       .acceptance = p.acceptance});
    if (in->set & (PLAN_UNIT | PLAN_PERSON))
        RETURN_IF(check_owner(op, p.units[0], p.owner_person_id));
    RETURN_IF(text_verdict(op->rd.fault));
    fx_set(op, &p, "changed", STR_NONE);
    return RC_OK;
}

/* The owner finishes (or the office for it); the office decides the rest, and never on its own unit's work. */
static enum rc may(struct op *op, const struct site_plan *p, enum plan_event event)
{
    struct subject owner = {.unit_id = p->units[0]}; /* not by area: who looks after the street is not who owns the plan */
    if (event == PLAN_FINISH)
        return policy_check(op->rd.fault, &op->actor, ACT_FACILITY_WRITE, &owner);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    bool own = uuid_eq(op->actor.person_id, p->finished_by) || uuid_eq(op->actor.unit_id, p->finished_unit);
    if (event == PLAN_ACCEPT && own)
        return OP_FAIL(op, RC_FORBIDDEN, "accept_own", "不得验收本人或本单位完成的整治", "Nobody accepts what their own unit has done");
    return RC_OK;
}

enum rc plan_prepare_event(struct op *op, struct uuid id, enum plan_event event, struct str note)
{
    static const char *const changes[PLAN_EVENTS] = {"finished", "accepted", "returned", "dropped"};
    const struct text_rule rule = {"/note", note, false, NOTE_MAX_CHARS};
    struct site_plan p;
    RETURN_IF(plan_read(op, id, &p));
    RETURN_IF(may(op, &p, event));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(plan_decide(op->rd.fault, p.state, event, note, &p.state));
    if (event == PLAN_FINISH) {
        p.finished_ms = SOME(op->now);
        p.finished_by = op->actor.person_id;
        p.finished_unit = op->actor.unit_id;
    }
    if (p.state == PLAN_ACCEPTED || p.state == PLAN_DROPPED)
        p.closed_ms = SOME(op->now);
    fx_set(op, &p, changes[event], note);
    return RC_OK;
}
