/*
 * inspect.c - see inspect.h. What comes in is judged by the version and the rights valid at the time of the visit;
 * what cannot be judged so waits for a person. Scores use the time of the visit, limits the server's.
 */
#include "loop/inspect.h"

#include "problem/problem.h"
#include "round/round_store.h"
#include "score/score.h"

/* An inspection in the making, new or staged. */
struct visit {
    struct uuid id, site_id, version_id, corrects_id, inspector_id, partner_id, round_id;
    struct round_visit round; /* what its round says; all zero without one */
    enum inspection_kind kind;
    int64_t visit_ms, received_ms;
    struct inspection_site_row site;
    bool version_then;
    struct observation_new *obs;
    size_t n;
    struct inspection_result result;
    struct str quarantine;
    struct str reason;       /* of a person who judged it */
    enum inspection_state state;
};

static enum rc load_site(struct op *op, struct visit *v)
{
    bool found;
    RETURN_IF(q_inspection_site(&op->rd, &(struct inspection_site_in){op->hq, v->site_id}, &v->site, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/site_id"), "site_missing", "没有这个点位", "There is no such site");
    return RC_OK;
}

/* What its round, if it has one, makes of it. */
static enum rc ask_round(struct op *op, struct visit *v)
{
    if (uuid_is_none(v->round_id))
        return inspection_kind_needs_round(v->kind)
                   ? fail_field(op->rd.fault, STR("/round_id"), "required", "此类检查须在督查轮次内进行",
                                "Inspections of this kind are made within a round")
                   : RC_OK;
    v->round = (struct round_visit){.round_id = v->round_id, .site_id = v->site_id, .visit_ms = v->visit_ms,
                                    .inspector_id = v->inspector_id, .partner_id = v->partner_id};
    RETURN_IF(round_check_visit(op, &v->round));
    v->kind = inspection_kind_of(str_of(v->round.kind));
    return RC_OK;
}

/* Towns look at each other, not at themselves. */
static enum rc check_not_own(struct op *op, const struct visit *v)
{
    const struct uuid units[] = {v->site.subject_unit_id, v->site.territory_unit_id, v->site.supervising_unit_id};
    if (v->kind != INSPECTION_CROSS_CHECK)
        return RC_OK;
    for (size_t i = 0; i < 3; i++)
        if (!uuid_is_none(units[i]) && uuid_eq(units[i], op->actor.unit_id))
            return fail_field(op->rd.fault, STR("/site_id"), "own_site", "交叉检查不得检查本单位负责的点位",
                              "In a cross-check nobody inspects the sites of their own unit");
    return RC_OK;
}

static bool is_of_round(const struct visit *v, struct uuid version_id)
{
    for (size_t i = 0; i < v->round.nversions; i++)
        if (uuid_eq(v->round.version_ids[i], version_id))
            return true;
    return false;
}

/* The version in force at the visit, or the round's; the phone may name the one it worked with. */
static enum rc choose_version(struct op *op, struct visit *v)
{
    struct uuid then;
    bool found;
    if (v->round.nversions) {
        v->version_id = uuid_is_none(v->version_id) ? v->round.version_ids[0] : v->version_id;
        v->version_then = is_of_round(v, v->version_id);
        return RC_OK;
    }
    RETURN_IF(standard_version_at(op, v->visit_ms, &then, &found));
    if (!found)
        RETURN_IF(standard_version_at(op, op->now, &then, &found));
    if (!found)
        return OP_FAIL(op, RC_CONFLICT, "no_standard", "尚无已发布的测评标准", "No standard has been published yet");
    if (uuid_is_none(v->version_id))
        v->version_id = then;
    v->version_then = uuid_eq(v->version_id, then);
    return RC_OK;
}

static enum rc look_for_doubts(struct op *op, struct visit *v)
{
    struct visit_facts facts = {.visit_ms = v->visit_ms, .received_ms = v->received_ms,
                                .site_retired_ms = v->site.retired_ms, .version_then = v->version_then,
                                .round_over = v->round.over, .reassigned = v->round.reassigned};
    RETURN_IF(inspection_inspector_then(op, v->inspector_id, v->kind, v->visit_ms, &facts.inspector_then));
    v->quarantine = inspection_quarantine(OP_ARENA(op), &facts);
    return RC_OK;
}

/* Asked before quarantine too: what a person could never accept is refused while the phone keeps its copy. */
static enum rc check_raised(struct op *op, const struct visit *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->obs[i].has_problem && !v->obs[i].points.failed)
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/problem", STR_ARG(v->obs[i].at)), "nothing_wrong",
                       "该条目符合要求，不能据此上报问题", "This criterion was met; no problem can be raised from it");
    return op->rd.fault->rc;
}

static enum rc judge(struct op *op, struct visit *v)
{
    const struct checklist *list;
    RETURN_IF(standard_checklist(op, v->version_id, v->site.category_code, &list));
    RETURN_IF(inspection_judge(op->rd.fault, list, v->kind, v->obs, v->n, &v->result));
    RETURN_IF(check_raised(op, v));
    return inspection_check_photos(op, v->obs, v->n);
}

/* The office's own inspectors need no verification of what they found; a unit's people do. */
static enum problem_state first_state(enum inspection_kind kind)
{
    return kind == INSPECTION_SELF_CHECK || inspection_kind_needs_round(kind) ? PROBLEM_REPORTED : PROBLEM_REGISTERED;
}

static enum rc raise_problem(struct op *op, const struct visit *v, const struct observation_new *o)
{
    const struct criterion *c = o->criterion;
    struct str at = str_fmt(OP_ARENA(op), "%.*s/problem", STR_ARG(o->at));
    struct problem_new p = {
        .id = o->problem.id, .source = PROBLEM_BY_INSPECTION, .state = first_state(v->kind), .site_id = v->site_id,
        .reporter_id = v->inspector_id, .site_name = v->site.name, .area_code = v->site.area_code,
        .category_code = v->site.category_code, .criterion_id = c->id, .inspection_id = v->id,
        .description = o->problem.description,
        .severity = o->problem.severity ? o->problem.severity : c->key ? "key" : "general",
        .typical = o->problem.typical, .limit_kind = c->limit_kind, .limit_amount = c->limit_amount,
        .photos = o->photos, .nphotos = o->nphotos, .mended = o->problem.mended && first_state(v->kind) == PROBLEM_REGISTERED,
        .after_photos = o->problem.after_photos, .nafter = o->problem.nafter,
        .held = v->round.held, .round_id = v->round_id};
    return problem_prepare_new(op, &p, at);
}

static enum rc raise_problems(struct op *op, const struct visit *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->obs[i].has_problem)
            (void)!raise_problem(op, v, &v->obs[i]); /* goes on, to name every fault */
    return op->rd.fault->rc;
}

/* What a counted visit leaves besides its own row. */
static enum rc add_counted(struct op *op, const struct visit *v)
{
    inspection_add_observations(op, v->id, v->visit_ms, v->obs, v->n);
    RETURN_IF(raise_problems(op, v));
    if (!uuid_is_none(v->round_id))
        round_visit_done(op, &v->round, v->id);
    if (!inspection_kind_scores(str_of(inspection_kind_names[v->kind])))
        return RC_OK;
    score_prepare_add(op, &(struct score_new){
        .inspection_id = v->id, .site_id = v->site_id, .version_id = v->version_id,
        .subject_unit_id = v->site.subject_unit_id, .category_code = v->site.category_code,
        .area_code = v->site.area_code, .visit_ms = v->visit_ms, .earned_e4 = v->result.earned_e4,
        .possible_e4 = v->result.possible_e4, .observations = v->result.observations, .not_met = v->result.not_met,
        .vetoes = v->result.vetoed, .held = v->round.held, .round_id = v->round_id});
    return RC_OK;
}

/* Of what is held nobody hears. */
static void announce(struct op *op, const struct visit *v)
{
    if (!v->round.held)
        change_event(op, "inspection.completed", "inspection", v->id, STR_NONE);
}

/* The corrected inspection stops counting when its correction begins to. */
static enum rc supersede(struct op *op, const struct visit *v)
{
    struct inspection_by_id_row old;
    if (uuid_is_none(v->corrects_id))
        return RC_OK;
    RETURN_IF(inspection_load_to_change(op, v->corrects_id, &old));
    if (!str_is(old.state, "complete") || !uuid_eq(old.site_id, v->site_id) || !uuid_eq(old.round_id, v->round_id))
        return fail_field(op->rd.fault, STR("/corrects_id"), "cannot_correct",
                          "只能更正同一点位、同一轮次、已提交且未撤回的检查",
                          "Only a counted inspection of the same site and round can be corrected");
    fx_inspection_settle(&op->plan.fx, &(struct inspection_settle_in){
        .hq = op->hq, .id = old.id, .version = old.version, .state = STR("corrected"),
        .completed_ms = old.completed_ms, .quarantine = old.quarantine, .earned_e4 = old.earned_e4,
        .possible_e4 = old.possible_e4, .vetoed = old.vetoed, .superseded_by = v->id});
    if (inspection_kind_scores(old.kind))
        score_prepare_take_back(op, old.id, old.held);
    return RC_OK;
}

static enum rc check_partner(struct op *op, const struct inspection_new *in)
{
    struct inspection_partner_row row;
    bool found = true;
    if (uuid_is_none(in->partner_id))
        return RC_OK;
    RETURN_IF(q_inspection_partner(&op->rd, &(struct inspection_partner_in){op->hq, in->partner_id}, &row, &found));
    if (!found || uuid_eq(in->partner_id, op->actor.person_id))
        fail_field(op->rd.fault, STR("/partner_id"), "partner_missing", "同行人员应是另一名在职人员",
                   "The partner must be another person in service");
    return op->rd.fault->rc;
}

static enum rc stage_body(struct op *op, const struct inspection_new *in)
{
    struct str content;
    if (in->n == 0)
        return RC_OK;
    if (!in->source || !jin_raw(in->source, "observations", JIN_REQUIRED, 1 << 20, &content))
        return OP_FAIL(op, RC_INVALID, "cannot_stage", "检查记录过大，无法暂存", "The observations are too large to stage");
    inspection_add_part(op, in->id, in->id, str_fmt(OP_ARENA(op), "{\"observations\":%.*s}", STR_ARG(content)));
    return RC_OK;
}

static void add_row(struct op *op, const struct inspection_new *in, const struct visit *v)
{
    static const struct miss taken = {RC_CONFLICT, "inspection_exists", "该检查编号已被使用",
                                      "This inspection id has been used"};
    bool counts = v->state == INSPECTION_COMPLETE;
    struct effect *e = fx_inspection_add(&op->plan.fx, &(struct inspection_add_in){
        .hq = op->hq, .id = in->id, .site_id = in->site_id, .version_id = v->version_id,
        .category_code = v->site.category_code, .area_code = v->site.area_code,
        .subject_unit_id = v->site.subject_unit_id, .kind = str_of(inspection_kind_names[v->kind]),
        .inspector_id = op->actor.person_id, .partner_id = in->partner_id,
        .record_only = uuid_is_none(v->round_id) ? in->record_only : v->round.record_only,
        .round_id = v->round_id, .held = v->round.held,
        .state = str_of(inspection_state_names[v->state]), .visit_ms = in->visit_ms, .received_ms = op->now,
        .completed_ms = in->complete ? SOME(op->now) : NONE_I64,
        .quarantine = v->quarantine.n ? v->quarantine : STR_NONE, .corrects_id = in->corrects_id,
        .lon_e7 = in->lon_e7, .lat_e7 = in->lat_e7, .note = in->note.n ? in->note : STR_NONE,
        .earned_e4 = counts ? SOME(v->result.earned_e4) : NONE_I64,
        .possible_e4 = counts ? SOME(v->result.possible_e4) : NONE_I64, .vetoed = counts && v->result.vetoed});
    e->on_clash = &taken;
}

static enum rc may_inspect(struct op *op, const struct visit *v)
{
    return policy_check(op->rd.fault, &op->actor, inspection_action(v->kind),
                        &(struct subject){.unit_id = v->site.subject_unit_id, .area_code = v->site.area_code,
                                          .owner_id = op->actor.person_id});
}

enum rc inspect_prepare_new(struct op *op, struct inspection_new *in)
{
    struct visit v = {.id = in->id, .site_id = in->site_id, .version_id = in->version_id, .corrects_id = in->corrects_id,
                      .inspector_id = op->actor.person_id, .kind = in->kind, .visit_ms = in->visit_ms,
                      .round_id = in->round_id, .partner_id = in->partner_id, .received_ms = op->now, .obs = in->observations, .n = in->n, .state = INSPECTION_STAGED};
    RETURN_IF(load_site(op, &v));
    RETURN_IF(ask_round(op, &v));
    if (in->has_kind && in->kind != v.kind)
        return fail_field(op->rd.fault, STR("/kind"), "kind_of_round", "检查类型由轮次决定",
                          "The round says what kind of inspection it is");
    RETURN_IF(may_inspect(op, &v));
    RETURN_IF(check_not_own(op, &v));
    RETURN_IF(check_partner(op, in));
    RETURN_IF(choose_version(op, &v));
    if (in->complete) {
        RETURN_IF(judge(op, &v));
        RETURN_IF(look_for_doubts(op, &v));
        v.state = v.quarantine.n ? INSPECTION_QUARANTINED : INSPECTION_COMPLETE;
    }
    add_row(op, in, &v);
    if (v.state != INSPECTION_COMPLETE)
        return stage_body(op, in);
    RETURN_IF(supersede(op, &v));
    RETURN_IF(add_counted(op, &v));
    announce(op, &v);
    return RC_OK;
}

static enum rc wrong_state(struct op *op, const struct inspection_by_id_row *row)
{
    static const char *const words[INSPECTION_STATES][2] = {
        [INSPECTION_STAGED] = {"暂存中", "staged"},         [INSPECTION_COMPLETE] = {"已提交", "complete"},
        [INSPECTION_QUARANTINED] = {"待核", "quarantined"}, [INSPECTION_WITHDRAWN] = {"已撤回", "withdrawn"},
        [INSPECTION_CORRECTED] = {"已更正", "corrected"},   [INSPECTION_REJECTED] = {"不予采用", "rejected"}};
    int i = INSPECTION_STATES - 1;
    while (i > 0 && !str_is(row->state, inspection_state_names[i]))
        i--;
    /* One list of arguments serves both languages: "%.0s" passes over the other's word. */
    return OP_FAIL(op, RC_CONFLICT, "state_forbids", "检查%s，不能进行此操作%.0s",
                   "%.0sThe inspection is %s; this is not possible now", words[i][0], words[i][1]);
}

static enum rc check_room(struct op *op, struct uuid id)
{
    struct inspection_part_count_row parts;
    bool found;
    RETURN_IF(q_inspection_part_count(&op->rd, &(struct inspection_part_count_in){op->hq, id}, &parts, &found));
    if (found && parts.n >= INSPECTION_PARTS_MAX)
        return OP_FAIL(op, RC_INVALID, "too_many", "一次检查最多分 %d 部分上传", "An inspection comes in %d parts at most",
                       INSPECTION_PARTS_MAX);
    return RC_OK;
}

enum rc inspect_prepare_part(struct op *op, struct uuid id, struct uuid part_id, struct str content)
{
    struct inspection_by_id_row row;
    RETURN_IF(inspection_load(op, id, &row));
    if (!str_is(row.state, "staged") || !uuid_eq(row.inspector_id, op->actor.person_id))
        return wrong_state(op, &row);
    RETURN_IF(check_room(op, id));
    fx_inspection_touch(&op->plan.fx, &(struct inspection_touch_in){.hq = op->hq, .id = id, .version = row.version});
    inspection_add_part(op, id, part_id, content);
    return RC_OK;
}

static enum rc open_visit(struct op *op, const struct inspection_by_id_row *row, struct visit *v)
{
    *v = (struct visit){.id = row->id, .site_id = row->site_id, .version_id = row->version_id,
                        .corrects_id = row->corrects_id, .inspector_id = row->inspector_id,
                        .partner_id = row->partner_id, .round_id = row->round_id,
                        .visit_ms = row->visit_ms, .received_ms = row->received_ms};
    v->kind = inspection_kind_of(row->kind);
    RETURN_IF(load_site(op, v));
    RETURN_IF(ask_round(op, v));
    /* The site as it was at the visit. */
    v->site.category_code = row->category_code;
    v->site.area_code = row->area_code;
    v->site.subject_unit_id = row->subject_unit_id;
    RETURN_IF(choose_version(op, v));
    return inspection_load_parts(op, row->id, &v->obs, &v->n);
}

static enum rc settle(struct op *op, const struct inspection_by_id_row *row, const struct visit *v)
{
    bool counts = v->state == INSPECTION_COMPLETE;
    fx_inspection_settle(&op->plan.fx, &(struct inspection_settle_in){
        .hq = op->hq, .id = row->id, .version = row->version, .state = str_of(inspection_state_names[v->state]),
        .completed_ms = row->completed_ms.has ? row->completed_ms : SOME(op->now),
        .quarantine = v->quarantine.n ? v->quarantine : row->quarantine,
        .earned_e4 = counts ? SOME(v->result.earned_e4) : NONE_I64,
        .possible_e4 = counts ? SOME(v->result.possible_e4) : NONE_I64, .vetoed = counts && v->result.vetoed,
        .superseded_by = row->superseded_by, .verdict_by = v->reason.n ? op->actor.person_id : UUID_NONE,
        .verdict_ms = v->reason.n ? SOME(op->now) : NONE_I64, .verdict_reason = v->reason});
    if (!counts)
        return RC_OK;
    RETURN_IF(supersede(op, v));
    RETURN_IF(add_counted(op, v));
    announce(op, v);
    return RC_OK;
}

enum rc inspect_prepare_complete(struct op *op, struct uuid id)
{
    struct inspection_by_id_row row;
    struct visit v;
    RETURN_IF(inspection_load(op, id, &row));
    if (!str_is(row.state, "staged") || !uuid_eq(row.inspector_id, op->actor.person_id))
        return wrong_state(op, &row);
    RETURN_IF(open_visit(op, &row, &v));
    RETURN_IF(may_inspect(op, &v));
    RETURN_IF(judge(op, &v));
    RETURN_IF(look_for_doubts(op, &v));
    v.state = v.quarantine.n ? INSPECTION_QUARANTINED : INSPECTION_COMPLETE;
    return settle(op, &row, &v);
}

enum rc inspect_prepare_withdraw(struct op *op, struct uuid id, struct str reason)
{
    struct inspection_by_id_row row;
    RETURN_IF(inspection_load_to_change(op, id, &row));
    bool counted = str_is(row.state, "complete");
    if (!counted && !str_is(row.state, "quarantined") && !str_is(row.state, "staged"))
        return wrong_state(op, &row);
    fx_inspection_settle(&op->plan.fx, &(struct inspection_settle_in){
        .hq = op->hq, .id = row.id, .version = row.version, .state = STR("withdrawn"),
        .completed_ms = row.completed_ms, .quarantine = row.quarantine, .earned_e4 = row.earned_e4,
        .possible_e4 = row.possible_e4, .vetoed = row.vetoed, .superseded_by = row.superseded_by,
        .verdict_by = op->actor.person_id, .verdict_ms = SOME(op->now), .verdict_reason = reason});
    if (counted && inspection_kind_scores(row.kind))
        score_prepare_take_back(op, row.id, row.held);
    if (counted && !uuid_is_none(row.round_id))
        round_visit_undone(op, row.round_id, row.site_id, row.id);
    return RC_OK;
}

enum rc inspect_prepare_judge(struct op *op, struct uuid id, bool accept, struct str reason)
{
    struct inspection_by_id_row row;
    struct visit v;
    RETURN_IF(inspection_load(op, id, &row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_INSPECTION_JUDGE,
                           &(struct subject){.area_code = row.area_code, .owner_id = row.inspector_id}));
    if (uuid_eq(row.inspector_id, op->actor.person_id) || uuid_eq(row.partner_id, op->actor.person_id))
        return OP_FAIL(op, RC_FORBIDDEN, "judge_self", "不得审定本人参加的检查",
                       "An inspection is not judged by those who made it");
    if (!str_is(row.state, "quarantined"))
        return wrong_state(op, &row);
    RETURN_IF(open_visit(op, &row, &v));
    v.reason = reason;
    v.state = accept ? INSPECTION_COMPLETE : INSPECTION_REJECTED;
    if (accept)
        RETURN_IF(judge(op, &v));
    return settle(op, &row, &v);
}
