/*
 * problem_step.c - steps and marks of a case: permission asked, decided by the machine, effects added; and the
 * disclosure of what a covert round held back.
 */
#include "change/change.h"
#include "limits/limit_rule.h"
#include "problem/beside.h"
#include "problem/problem_plan.h"

static enum rc check_unit(struct op *op, struct uuid unit_id)
{
    struct problem_unit_open_row row;
    bool found;
    struct problem_unit_open_in in = {.hq = op->hq, .id = unit_id};
    RETURN_IF(q_problem_unit_open(&op->rd, &in, &row, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/unit_id"), "unit_missing", "没有这个单位，或已撤销",
                          "There is no such unit, or it is closed");
    return RC_OK;
}

static enum rc check_version(struct op *op, const struct problem_by_id_row *row, const struct problem_act *act)
{
    if (act->version.has && act->version.v != row->version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "问题已被他人处理，请刷新后再操作",
                       "Somebody has acted on the problem since; reload it first");
    return RC_OK;
}

static bool gives_to_unit(enum problem_event event)
{
    return event == PROBLEM_EV_DISPATCH || event == PROBLEM_EV_SETTLE;
}

enum rc problem_find_limit(struct op *op, const struct problem_by_id_row *row, struct limit_answer *answer,
                           struct limit_fallback *own)
{
    struct limit_own criterion;
    bool found = false;
    struct limit_matter m = {.criterion_code = row->criterion_code, .category_code = row->category_code, .kind = row->kind,
                             .area_code = row->area_code, .severity = row->severity, .at_ms = op->now};
    RETURN_IF(limits_load(op));
    own->kind = (enum limit_kind)problem_name_index(limit_kind_names, row->limit_kind);
    own->amount = row->limit_amount;
    own->from = "own";
    if (row->limit_stated) {
        own->from = "stated";
        *answer = (struct limit_answer){.matter = m, .chosen = -1};
        return RC_OK;
    }
    RETURN_IF(limit_find(op, &m, answer));
    /* What it has from a rule that is no longer in force does not outlive it. */
    if (uuid_is_none(row->limit_rule_id))
        return RC_OK;
    RETURN_IF(limit_of_criterion(op, row->criterion_id, &criterion, &found));
    own->from = found ? "criterion" : "default";
    limit_default(op->limits, &own->kind, &own->amount);
    if (found) {
        own->kind = criterion.kind;
        own->amount = criterion.amount;
    }
    return RC_OK;
}

/* Nobody stated a limit: the rules have a word. */
static enum rc take_limit(struct op *op, const struct problem_by_id_row *row, struct problem_act *act, struct problem_case *from)
{
    struct limit_answer answer;
    struct limit_fallback own;
    if (act->has_limit)
        return RC_OK;
    RETURN_IF(problem_find_limit(op, row, &answer, &own));
    if (answer.chosen >= 0) {
        act->has_limit = true;
        act->limit_kind = answer.rules[answer.chosen].limit_kind;
        act->limit_amount = answer.rules[answer.chosen].limit_amount;
        act->limit_rule_id = answer.rules[answer.chosen].id;
        return RC_OK;
    }
    /* While something is left of the clock, its kind is what that is measured in. */
    if (!from->handling.left_ms.has) {
        from->handling.kind = own.kind;
        from->limit_amount = own.amount;
        from->limit_rule_id = UUID_NONE;
    }
    return RC_OK;
}

static void add_move(struct op *op, const struct problem_by_id_row *row, const struct problem_act *act,
                     const struct problem_case *c)
{
    bool judged = act->event == PROBLEM_EV_RETURN || act->event == PROBLEM_EV_STRIKE_OFF;
    fx_problem_move(&op->plan.fx, &(struct problem_move_in){
        .hq = op->hq, .id = row->id, .version = row->version, .state = str_of(problem_state_names[c->state]),
        .unit_id = c->unit_id, .last_unit_id = c->last_unit_id,
        .dispatcher_id = gives_to_unit(act->event) ? op->actor.person_id : UUID_NONE,
        .rectifier_id = c->rectifier_id, .rectifier_unit_id = c->rectifier_unit_id,
        .rechecker_id = judged ? op->actor.person_id : UUID_NONE,
        .striker_id = act->event == PROBLEM_EV_STRIKE_OFF ? op->actor.person_id : UUID_NONE,
        .limit_kind = str_of(limit_kind_names[c->handling.kind]), .limit_amount = c->limit_amount,
        .limit_stated = c->limit_stated, .limit_rule_id = c->limit_rule_id,
        .verified_ms = c->verified_ms, .registered_ms = c->registered_ms, .dispatched_ms = c->dispatched_ms,
        .rectified_ms = c->rectified_ms, .closed_ms = c->closed_ms, .overdue = c->overdue,
        .case_overdue = c->case_overdue, .exempt = c->exempt, .rework_count = c->rework_count,
        .sent_back_count = c->sent_back_count, .settled = c->settled, .extension_count = c->extension_count,
        .postponed_count = c->postponed_count, .postponed_until_ms = c->postponed_until_ms, .stopped_ms = c->stopped_ms,
        .rebounded = c->rebounded, .merged_into = c->merged_into,
        .clock_ms = c->handling.total_ms ? SOME(c->handling.total_ms) : NONE_I64, .due_ms = c->handling.due_ms,
        .left_ms = c->handling.left_ms, PROBLEM_STAGE_COLUMNS(c), .stage_left_ms = c->stage_clock.left_ms,
        PROBLEM_CASE_COLUMNS(c), .case_left_ms = c->whole.left_ms});
}

static const char *photo_role(enum problem_event event)
{
    switch (event) {
    case PROBLEM_EV_RECTIFY:
    case PROBLEM_EV_MEND_ON_SPOT:
        return "after";
    case PROBLEM_EV_RETURN:
    case PROBLEM_EV_STRIKE_OFF:
    case PROBLEM_EV_HOLD:
    case PROBLEM_EV_REBOUND:
        return "recheck";
    default:
        return "before";
    }
}

static void announce(struct op *op, const struct problem_by_id_row *row, const char *event, bool disclosed)
{
    if (!row->held || disclosed)
        change_event(op, "problem.moved", "problem", row->id, problem_payload(op, event, row->event_count + 1));
}

enum rc problem_prepare_step(struct op *op, const struct problem_by_id_row *row, const struct subject *subject,
                             struct problem_act *act)
{
    struct problem_case from = problem_case_of(row), to;
    const char *event = problem_event_names[act->event];
    act->actor_id = op->actor.person_id;
    act->actor_unit_id = op->actor.unit_id;
    act->at_ms = op->now;
    RETURN_IF(limits_load(op));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, problem_event_action(act->event), subject));
    RETURN_IF(check_version(op, row, act));
    RETURN_IF(beside_check(op, row, act));
    if (gives_to_unit(act->event))
        RETURN_IF(take_limit(op, row, act, &from));
    RETURN_IF(problem_decide(op->rd.fault, op->limits, &from, act, &to));
    RETURN_IF(problem_check_photos(op, act->photos, act->nphotos, STR("/photos")));
    if (gives_to_unit(act->event))
        RETURN_IF(check_unit(op, act->unit_id));
    add_move(op, row, act, &to);
    problem_add_event(op, row->id, row->event_count + 1, &(struct problem_step){
        .event = event, .from = &from, .to = &to, .note = act->note, .request_id = act->request_id});
    problem_add_photos(op, row->id, row->event_count + 1, &(struct problem_photo_list){
        photo_role(act->event), act->photos, act->nphotos});
    if (act->event == PROBLEM_EV_DISPATCH)
        problem_disclose(op, row);
    announce(op, row, event, act->event == PROBLEM_EV_DISPATCH);
    return beside_follow(op, row, &from, &to);
}

enum rc problem_prepare_act(struct op *op, struct uuid id, struct problem_act *act)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(op, id, &row));
    struct subject subject = problem_subject(&row);
    return problem_prepare_step(op, &row, &subject, act);
}

enum rc problem_prepare_mark(struct op *op, const struct problem_by_id_row *row, const struct problem_mark *m)
{
    struct problem_case c = problem_case_of(row);
    RETURN_IF(problem_check_photos(op, m->photos, m->nphotos, STR("/photos")));
    fx_problem_mark(&op->plan.fx, &(struct problem_mark_in){.hq = op->hq, .id = row->id, .version = row->version});
    problem_add_event(op, row->id, row->event_count + 1, &(struct problem_step){
        .event = m->event, .from = &c, .to = &c, .note = m->note, .unit_id = m->unit_id, .request_id = m->request_id});
    problem_add_photos(op, row->id, row->event_count + 1, &(struct problem_photo_list){
        m->photo_role ? m->photo_role : "before", m->photos, m->nphotos});
    announce(op, row, m->event, false);
    return RC_OK;
}

struct problem_by_id_row problem_row_after(const struct problem_by_id_row *row)
{
    struct problem_by_id_row after = *row;
    after.version++;
    after.event_count++;
    return after;
}

void problem_disclose(struct op *op, const struct problem_by_id_row *row)
{
    int64_t year = civil_from_ms(op->now, op->zone_min).year;
    if (!row->held)
        return;
    change_next_serial(op, "problem", year);
    fx_problem_disclose_row(&op->plan.fx, &(struct problem_disclose_row_in){.hq = op->hq, .id = row->id, .year = year});
    change_event(op, "problem.reported", "problem", row->id, problem_payload(op, "found", 1));
}
