/* lookback_store.c - rules, planning by hand, assignment and the verdict, on an operation. */
#include "lookback/lookback_store.h"

#include "change/change.h"
#include "org/text.h"
#include "problem/problem_store.h"

static const struct miss planned_already = {RC_CONFLICT, "lookback_planned_already", "该问题已安排“回头看”",
                                            "A look-back of this problem is planned already"};

/* ---- rules ---- */

struct lookback_rule lookback_rule_of(const struct lookback_rules_row *r)
{
    return (struct lookback_rule){
        .id = r->id, .name = r->name, .order_no = r->order_no, .active = r->active, .severity = r->severity,
        .category_code = r->category_code, .criterion_id = r->criterion_id, .unit_id = r->unit_id,
        .rework_min = r->rework_min, .days_after = r->days_after, .span_days = r->span_days,
        .share_permille = r->share_permille, .joint = r->joint, .from_ms = r->from_ms, .version = r->version};
}

enum rc lookback_prepare_rule(struct op *op, const struct lookback_rule *r)
{
    struct lookback_rule_count_row count;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LOOKBACK_PLAN, NULL));
    RETURN_IF(lookback_rule_check(op->rd.fault, r));
    RETURN_IF(q_lookback_rule_count(&op->rd, &(struct lookback_rule_count_in){op->hq}, &count, &found));
    if (count.n >= 200)
        return OP_FAIL(op, RC_CONFLICT, "too_many", "规则最多 200 条", "There are 200 rules at most");
    fx_lookback_rule_add(&op->plan.fx, &(struct lookback_rule_add_in){
        .hq = op->hq, .id = r->id, .name = r->name, .order_no = r->order_no, .active = r->active,
        .severity = text_or_none(r->severity), .category_code = text_or_none(r->category_code),
        .criterion_id = r->criterion_id, .unit_id = r->unit_id, .rework_min = r->rework_min,
        .days_after = r->days_after, .span_days = r->span_days, .share_permille = r->share_permille,
        .joint = r->joint, .from_ms = op->now});
    return RC_OK;
}

static void merge_rule(struct lookback_rule *r, const struct lookback_rule_change *c)
{
    const struct lookback_rule *to = &c->to;
    r->name = c->set & LOOKBACK_NAME ? to->name : r->name;
    r->order_no = c->set & LOOKBACK_ORDER ? to->order_no : r->order_no;
    r->active = c->set & LOOKBACK_ACTIVE ? to->active : r->active;
    r->severity = c->set & LOOKBACK_SEVERITY ? to->severity : r->severity;
    r->category_code = c->set & LOOKBACK_CATEGORY ? to->category_code : r->category_code;
    r->criterion_id = c->set & LOOKBACK_CRITERION ? to->criterion_id : r->criterion_id;
    r->unit_id = c->set & LOOKBACK_UNIT ? to->unit_id : r->unit_id;
    r->rework_min = c->set & LOOKBACK_REWORK ? to->rework_min : r->rework_min;
    r->days_after = c->set & LOOKBACK_AFTER ? to->days_after : r->days_after;
    r->span_days = c->set & LOOKBACK_SPAN ? to->span_days : r->span_days;
    r->share_permille = c->set & LOOKBACK_SHARE ? to->share_permille : r->share_permille;
    r->joint = c->set & LOOKBACK_JOINT ? to->joint : r->joint;
}

enum rc lookback_prepare_rule_change(struct op *op, const struct lookback_rule_change *c)
{
    struct lookback_rule_get_row row;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LOOKBACK_PLAN, NULL));
    RETURN_IF(q_lookback_rule_get(&op->rd, &(struct lookback_rule_get_in){op->hq, c->id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "rule_not_found", "没有这条规则", "There is no such rule");
    if (c->expected_version.has && c->expected_version.v != row.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "规则已被他人修改，请刷新后再操作",
                       "Somebody has changed the rule since; reload it first");
    struct lookback_rule r = {
        .name = row.name, .order_no = row.order_no, .active = row.active, .severity = row.severity,
        .category_code = row.category_code, .criterion_id = row.criterion_id, .unit_id = row.unit_id,
        .rework_min = row.rework_min, .days_after = row.days_after, .span_days = row.span_days,
        .share_permille = row.share_permille, .joint = row.joint};
    merge_rule(&r, c);
    RETURN_IF(lookback_rule_check(op->rd.fault, &r));
    fx_lookback_rule_set(&op->plan.fx, &(struct lookback_rule_set_in){
        .hq = op->hq, .id = c->id, .version = row.version, .name = r.name, .order_no = r.order_no, .active = r.active,
        .severity = text_or_none(r.severity), .category_code = text_or_none(r.category_code),
        .criterion_id = r.criterion_id, .unit_id = r.unit_id, .rework_min = r.rework_min, .days_after = r.days_after,
        .span_days = r.span_days, .share_permille = r.share_permille, .joint = r.joint});
    return RC_OK;
}

/* ---- one look-back ---- */

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "lookback_not_found", "没有这项“回头看”", "There is no such look-back");
}

static enum rc is_mine(struct op *op, struct uuid id, bool *mine)
{
    struct lookback_people_row *people;
    size_t n;
    RETURN_IF(q_lookback_people(&op->rd, &(struct lookback_people_in){op->hq, id}, &people, &n));
    *mine = false;
    for (size_t i = 0; i < n; i++)
        *mine = *mine || uuid_eq(people[i].person_id, op->actor.person_id);
    return RC_OK;
}

enum rc lookback_load(struct op *op, struct uuid id, struct lookback_by_id_row *row)
{
    bool found, mine;
    struct scope reach = policy_scope(&op->actor, ACT_LOOKBACK_READ);
    RETURN_IF(q_lookback_by_id(&op->rd, &(struct lookback_by_id_in){op->hq, id}, row, &found));
    if (!found || reach.none)
        return not_found(op);
    if (reach.all)
        return RC_OK;
    RETURN_IF(is_mine(op, id, &mine));
    return mine ? RC_OK : not_found(op);
}

static enum rc load_case(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found;
    RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, row, &found));
    return found ? RC_OK : not_found(op);
}

/* Who looks back is neither who rectified, by person and by unit, nor who struck off. */
static enum rc check_person(struct op *op, const struct subject *s, struct uuid person_id, struct str at, bool *joint)
{
    struct lookback_candidate_person_row p;
    bool found;
    RETURN_IF(q_lookback_candidate_person(
        &op->rd, &(struct lookback_candidate_person_in){.hq = op->hq, .person_id = person_id, .at_ms = op->now}, &p,
        &found));
    if (!found || !p.checks) {
        fail_field(op->rd.fault, at, "person_missing", "应为在职的创建办、督查或联合督查人员",
                   "It must be someone in service of the office, an inspector or a joint inspector");
        return RC_OK;
    }
    *joint = *joint || p.joint;
    if (uuid_eq(person_id, s->striker_id))
        fail_field(op->rd.fault, at, "lookback_self", "销号人不得对本人销号的问题“回头看”",
                   "Who struck a problem off may not look back on it");
    else if (uuid_eq(person_id, s->rectifier_id) ||
             (!uuid_is_none(s->rectifier_unit_id) && uuid_eq(p.unit_id, s->rectifier_unit_id)))
        fail_field(op->rd.fault, at, "recheck_own_unit", "整改人及整改单位人员不得“回头看”",
                   "Neither who rectified it nor their unit may look back on it");
    return RC_OK;
}

struct people {
    const struct uuid *list;
    size_t n;
    bool joint; /* one of them must be of the discipline inspection or efficiency offices */
};

static enum rc check_people(struct op *op, const struct subject *s, const struct people *people)
{
    bool joint = false;
    for (size_t i = 0; i < people->n; i++) {
        struct str at = str_fmt(OP_ARENA(op), "/people/%zu", i);
        for (size_t k = 0; k < i; k++)
            if (uuid_eq(people->list[i], people->list[k]))
                fail_field(op->rd.fault, at, "person_twice", "同一人重复", "The same person twice");
        RETURN_IF(check_person(op, s, people->list[i], at, &joint));
    }
    if (people->joint && people->n && (!joint || people->n < 2))
        fail_field(
            op->rd.fault, STR("/people"), "joint_needed", "联合“回头看”应有纪委监委或效能办人员参加，且不少于两人",
            "A joint look-back needs someone of the discipline inspection or efficiency office, and two at least");
    return fault_has_fields(op->rd.fault) ? op->rd.fault->rc : RC_OK;
}

static void add_people(struct op *op, struct uuid id, const struct people *people, int64_t due_ms)
{
    for (size_t i = 0; i < people->n; i++)
        fx_lookback_person_add(&op->plan.fx, &(struct lookback_person_add_in){
            .hq = op->hq, .id = id, .person_id = people->list[i], .order_no = (int64_t)i, .due_ms = due_ms});
    if (people->n)
        change_announce(op, &(struct announcement){
            .rule = "lookback_assigned", .subject_kind = "lookback", .subject_id = id, .people = people->list,
            .npeople = people->n, .zh = STR("您有一项“回头看”任务"), .en = STR("A look-back has been assigned to you")});
}

static bool struck_off(const struct problem_by_id_row *p)
{
    return str_is(p->state, "struck_off") || str_is(p->state, "mended_on_spot");
}

static struct uuid rectified_by(const struct problem_by_id_row *p)
{
    return uuid_is_none(p->rectifier_unit_id) ? p->unit_id : p->rectifier_unit_id;
}

enum rc lookback_prepare_new(struct op *op, const struct lookback_new *n)
{
    struct problem_by_id_row p;
    struct people people = {n->people, n->npeople, n->joint};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LOOKBACK_PLAN, NULL));
    RETURN_IF(problem_load(op, n->problem_id, &p));
    struct subject s = problem_subject(&p);
    if (p.held)
        return OP_FAIL(op, RC_CONFLICT, "problem_held", "暗访问题尚未公开，不得安排“回头看”",
                       "A problem of a covert round is not looked back on before it is disclosed");
    if (!struck_off(&p) || p.rebounded)
        return OP_FAIL(op, RC_CONFLICT, "not_struck_off", "只能对已销号且未反弹的问题“回头看”",
                       "Only what has been struck off and not rebounded is looked back on");
    if (n->due_ms <= op->now)
        fail_field(op->rd.fault, STR("/due_at"), "in_the_past", "截止时间应晚于现在", "The date must lie ahead");
    RETURN_IF(check_people(op, &s, &people));
    struct effect *e = fx_lookback_add(&op->plan.fx, &(struct lookback_add_in){
        .hq = op->hq, .id = n->id, .problem_id = p.id, .origin = STR("hand"), .joint = n->joint, .from_ms = op->now,
        .due_ms = n->due_ms, .planned_ms = op->now, .planned_by = op->actor.person_id, .people = (int64_t)people.n,
        .unit_id = rectified_by(&p), .area_code = p.area_code, .category_code = p.category_code, .severity = p.severity,
        .note = text_or_none(n->note)});
    e->on_miss = &planned_already;
    add_people(op, n->id, &people, n->due_ms);
    return RC_OK;
}

void lookback_add_planned(struct op *op, const struct lookback_plan *p)
{
    int64_t from_ms, due_ms;
    lookback_dates(p->rule, p->of->closed_ms, op->zone_min, &from_ms, &due_ms);
    struct effect *e = fx_lookback_add(&op->plan.fx, &(struct lookback_add_in){
        .hq = op->hq, .id = change_row_id(op), .problem_id = p->of->id,
        .origin = uuid_is_none(p->draw_id) ? STR("rule") : STR("draw"), .rule_id = p->rule->id, .draw_id = p->draw_id,
        .joint = p->rule->joint, .from_ms = from_ms, .due_ms = due_ms, .planned_ms = op->now, .unit_id = p->of->unit_id,
        .area_code = p->of->area_code, .category_code = p->of->category_code, .severity = p->of->severity});
    e->min = 0;
}

static enum rc expect_planned(struct op *op, const struct lookback_by_id_row *row)
{
    if (str_is(row->state, "planned"))
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "state_forbids", "该“回头看”已结束，不能再进行此操作",
                   "This look-back has ended; nothing more can be done to it");
}

enum rc lookback_prepare_assign(struct op *op, const struct lookback_assign *a)
{
    struct lookback_by_id_row row;
    struct problem_by_id_row p;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LOOKBACK_PLAN, NULL));
    RETURN_IF(lookback_load(op, a->id, &row));
    RETURN_IF(expect_planned(op, &row));
    RETURN_IF(load_case(op, row.problem_id, &p));
    struct subject s = problem_subject(&p);
    struct people people = {a->people, a->npeople, row.joint};
    if (a->due_ms.has && a->due_ms.v <= op->now)
        fail_field(op->rd.fault, STR("/due_at"), "in_the_past", "截止时间应晚于现在", "The date must lie ahead");
    RETURN_IF(check_people(op, &s, &people));
    fx_lookback_assigned(&op->plan.fx, &(struct lookback_assigned_in){
        .hq = op->hq, .id = a->id, .version = row.version, .people = (int64_t)people.n,
        .due_ms = a->due_ms.has ? a->due_ms.v : row.due_ms});
    struct effect *e = fx_lookback_person_clear(&op->plan.fx, &(struct lookback_person_clear_in){op->hq, a->id});
    e->min = e->max = row.people;
    add_people(op, a->id, &people, a->due_ms.has ? a->due_ms.v : row.due_ms);
    return RC_OK;
}

static void end_row(struct op *op, const struct lookback_by_id_row *row, struct lookback_end_in end)
{
    end.hq = op->hq;
    end.id = row->id;
    end.version = row->version;
    end.judged_ms = op->now;
    end.judged_by = op->actor.person_id;
    end.late = op->now > row->due_ms && !str_is(end.state, "cancelled");
    end.note = text_or_none(end.note);
    fx_lookback_end(&op->plan.fx, &end);
}

static enum rc check_verdict(struct op *op, const struct lookback_verdict *v)
{
    if (!v->rebounds)
        return RC_OK;
    if (v->nphotos == 0)
        fail_field(op->rd.fault, STR("/photos"), "evidence_required", "认定反弹须附现场照片",
                   "A rebound needs a photograph of the place");
    if (str_empty(str_trim(v->note)))
        fail_field(op->rd.fault, STR("/note"), "required", "请说明反弹情况", "Say what has come back");
    if (uuid_is_none(v->rebound_id))
        fail_field(op->rd.fault, STR("/rebound_id"), "required", "缺少新问题的编号", "The new case's id is missing");
    return fault_has_fields(op->rd.fault) ? op->rd.fault->rc : RC_OK;
}

/* The new case: the same place and criterion, found by the office's own people. */
static enum rc reopen(struct op *op, const struct problem_by_id_row *p, const struct lookback_verdict *v)
{
    struct problem_new n = {.id = v->rebound_id,
                            .source = PROBLEM_BY_LOOKBACK,
                            .state = PROBLEM_REGISTERED,
                            .site_id = p->site_id,
                            .site_name = p->site_name,
                            .area_code = p->area_code,
                            .category_code = p->category_code,
                            .criterion_id = p->criterion_id,
                            .description = v->note,
                            .place = p->place,
                            .lon_e7 = p->lon_e7,
                            .lat_e7 = p->lat_e7,
                            .severity = str_is(p->severity, "key") ? "key" : "general",
                            .limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, p->limit_kind),
                            .limit_amount = p->limit_amount,
                            .photos = v->photos,
                            .nphotos = v->nphotos,
                            .kind = p->kind,
                            .rebound_of = p->id};
    return problem_prepare_new(op, &n, STR(""));
}

enum rc lookback_prepare_judge(struct op *op, const struct lookback_verdict *v)
{
    struct lookback_by_id_row row;
    struct problem_by_id_row p;
    struct lookback_chain_row chain;
    bool mine, found;
    RETURN_IF(lookback_load(op, v->id, &row));
    RETURN_IF(is_mine(op, v->id, &mine));
    RETURN_IF(expect_planned(op, &row));
    if (!mine)
        return OP_FAIL(op, RC_FORBIDDEN, "lookback_not_assigned", "该“回头看”未指派给您",
                       "This look-back is not assigned to you");
    RETURN_IF(check_verdict(op, v));
    RETURN_IF(load_case(op, row.problem_id, &p));
    RETURN_IF(q_lookback_chain(&op->rd, &(struct lookback_chain_in){op->hq, p.id}, &chain, &found));
    struct subject s = problem_subject(&p);
    struct problem_act act = {.event = v->rebounds ? PROBLEM_EV_REBOUND : PROBLEM_EV_HOLD, .note = v->note,
                              .photos = v->photos, .nphotos = v->nphotos, .via_room = true};
    RETURN_IF(problem_prepare_step(op, &p, &s, &act));
    if (v->rebounds)
        RETURN_IF(reopen(op, &p, v));
    end_row(op, &row, (struct lookback_end_in){.state = v->rebounds ? STR("rebounds") : STR("holds"), .note = v->note,
                                               .rebound_id = v->rebounds ? v->rebound_id : UUID_NONE,
                                               .chain = v->rebounds ? chain.n + 1 : 0});
    change_event(op, "lookback.judged", "lookback", row.id, STR_NONE);
    return RC_OK;
}

enum rc lookback_prepare_cancel(struct op *op, struct uuid id, struct str reason)
{
    struct lookback_by_id_row row;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LOOKBACK_PLAN, NULL));
    RETURN_IF(lookback_load(op, id, &row));
    RETURN_IF(expect_planned(op, &row));
    end_row(op, &row, (struct lookback_end_in){.state = STR("cancelled"), .note = reason});
    return RC_OK;
}
