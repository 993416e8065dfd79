/* contest_store.c - see contest.h: asking, deciding, what an upheld contest does to the problem. */
#include "contest_sql.h"
#include "loop/contest.h"

#include "change/change.h"
#include "problem/request_store.h"

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "contest_not_found", "没有这项申辩", "There is no such contest");
}

/* ---- asking ---- */

/* What is contested, found out from what the unit named. */
struct matter {
    struct uuid inspection_id, criterion_id, problem_id, unit_id;
    bool two;
    bool has_row;
    struct problem_by_id_row row;
};

static enum rc load_finding(struct op *op, struct matter *m, struct contest_finding_row *f, bool *found)
{
    *found = false;
    if (uuid_is_none(m->inspection_id) || uuid_is_none(m->criterion_id))
        return RC_OK;
    struct contest_finding_in in = {op->hq, m->inspection_id, m->criterion_id};
    RETURN_IF(q_contest_finding(&op->rd, &in, f, found));
    m->two = *found && f->veto;
    return RC_OK;
}

static enum rc look_at_problem(struct op *op, const struct contest_new *in, struct matter *m)
{
    struct contest_finding_row f;
    bool found;
    if (problem_load(op, in->problem_id, &m->row) == RC_NOT_FOUND) {
        fault_clear(op->rd.fault);
        return fail_field(op->rd.fault, STR("/problem_id"), "problem_missing", "没有这个问题", "There is no such problem");
    }
    RETURN_IF(op->rd.fault->rc);
    m->has_row = true;
    m->problem_id = in->problem_id;
    m->unit_id = m->row.unit_id;
    m->inspection_id = m->row.inspection_id;
    m->criterion_id = m->row.criterion_id;
    RETURN_IF(load_finding(op, m, &f, &found));
    if (!found)
        m->inspection_id = m->criterion_id = UUID_NONE;
    return RC_OK;
}

static enum rc missing_finding(struct op *op)
{
    fault_clear(op->rd.fault);
    return fail_field(op->rd.fault, STR("/inspection_id"), "finding_missing", "没有这条检查记录", "There is no such finding");
}

static enum rc look_at_observation(struct op *op, const struct contest_new *in, struct matter *m)
{
    struct inspection_by_id_row visit;
    struct contest_finding_row f;
    bool found;
    if (inspection_load(op, in->inspection_id, &visit) != RC_OK)
        return missing_finding(op);
    m->inspection_id = in->inspection_id;
    m->criterion_id = in->criterion_id;
    m->unit_id = visit.subject_unit_id;
    RETURN_IF(load_finding(op, m, &f, &found));
    if (!found)
        return missing_finding(op);
    if (!str_is(f.state, "complete"))
        return OP_FAIL(op, RC_CONFLICT, "not_counted", "该次检查已更正或撤回，无需申辩", "That inspection no longer counts");
    if (f.earned_e4 >= f.possible_e4)
        return fail_field(op->rd.fault, STR("/criterion_id"), "nothing_wrong", "该条目没有扣分，无需申辩", "Nothing was taken off for this criterion");
    m->problem_id = f.problem_id;
    if (uuid_is_none(m->problem_id))
        return RC_OK;
    /* The problem may be out of the unit's sight yet; its timeline is told all the same. */
    return q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = m->problem_id}, &m->row, &m->has_row);
}

/* The whole office decides on contests, and a second person of it where two must agree. */
static enum rc tell_office(struct op *op, struct uuid id, bool again)
{
    return request_tell_deciders(op, &(struct request_notice){
        .role = "office", .subject_kind = "contest", .subject_id = id,
        .zh = again ? "有一项申辩已有一人认定成立，待另一人裁定" : "有一项申辩待裁定",
        .en = again ? "A contest, upheld once, waits for a second decision" : "A contest waits for a decision"});
}

enum rc contest_prepare_ask(struct op *op, const struct contest_new *in)
{
    static const struct miss again = {RC_CONFLICT, "contested_already", "对该检查结论已提出过申辩", "This finding has been contested already"};
    struct matter m = {0};
    bool by_problem = !uuid_is_none(in->problem_id);
    if (by_problem == !uuid_is_none(in->inspection_id) || (!by_problem && uuid_is_none(in->criterion_id)))
        return fail_field(op->rd.fault, STR("/inspection_id"), "one_of", "请指明一条检查记录（检查和条目）或一个问题", "Name one finding (inspection and criterion) or one problem");
    RETURN_IF(by_problem ? look_at_problem(op, in, &m) : look_at_observation(op, in, &m));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_ASK, &(struct subject){.unit_id = m.unit_id}));
    RETURN_IF(problem_check_photos(op, in->photos, in->nphotos, STR("/photos")));
    struct effect *e = fx_contest_add(&op->plan.fx, &(struct contest_add_in){
        .hq = op->hq, .id = in->id, .inspection_id = m.inspection_id, .criterion_id = m.criterion_id,
        .problem_id = m.problem_id, .unit_id = m.unit_id, .reason = in->reason, .two = m.two,
        .asked_by = op->actor.person_id, .asked_ms = op->now});
    e->on_clash = &again;
    for (size_t i = 0; i < in->nphotos; i++)
        fx_contest_photo_add(&op->plan.fx, &(struct contest_photo_add_in){op->hq, in->id, in->photos[i], (int64_t)i});
    change_event(op, "request.asked", "contest", in->id, STR_NONE);
    RETURN_IF(tell_office(op, in->id, false));
    if (!m.has_row)
        return RC_OK;
    return problem_prepare_mark(op, &m.row, &(struct problem_mark){.event = "contest", .note = in->reason,
                                                                   .unit_id = m.unit_id, .request_id = in->id});
}

/* ---- deciding ---- */

static enum rc load(struct op *op, struct uuid id, struct contest_by_id_row *row)
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    bool found;
    RETURN_IF(q_contest_by_id(&op->rd, &(struct contest_by_id_in){op->hq, id}, row, &found));
    bool own = found && !uuid_is_none(s.unit_id) && uuid_eq(s.unit_id, row->unit_id);
    return found && (s.all || own) ? RC_OK : not_found(op);
}

/* As far as the machine lets it go: voided, not registered, or on its course with the decision in its timeline. */
static enum rc end_problem(struct op *op, const struct contest_by_id_row *c, struct str note)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(op, c->problem_id, &row));
    struct problem_case p = problem_case_of(&row);
    struct subject s = problem_subject(&row);
    bool voids = problem_event_possible(p.state, PROBLEM_EV_VOID), rejects = problem_event_possible(p.state, PROBLEM_EV_REJECT);
    if (!voids && !rejects)
        return problem_prepare_mark(op, &row, &(struct problem_mark){.event = "contest_upheld", .note = note,
                                                                     .unit_id = c->unit_id, .request_id = c->id});
    struct problem_act act = {.event = voids ? PROBLEM_EV_VOID : PROBLEM_EV_REJECT, .request_id = c->id,
                              .note = str_fmt(OP_ARENA(op), "申辩成立：%.*s", STR_ARG(note))};
    return problem_prepare_step(op, &row, &s, &act);
}

static enum rc mark_refused(struct op *op, const struct contest_by_id_row *c, const char *event, struct str note)
{
    struct problem_by_id_row row;
    bool found;
    if (uuid_is_none(c->problem_id))
        return RC_OK;
    RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = c->problem_id}, &row, &found));
    return problem_prepare_mark(op, &row, &(struct problem_mark){.event = event, .note = note, .unit_id = c->unit_id,
                                                                 .request_id = c->id});
}

static enum rc uphold(struct op *op, const struct contest_by_id_row *c, const struct contest_set_in *set, bool *corrected)
{
    struct contest_correction right = {
        .inspection_id = c->inspection_id, .criterion_id = c->criterion_id, .new_id = set->correction_id,
        .finding = {.count = set->count.v, .grade = (int)set->count.v, .value_e2 = set->value_e2.v}, .reason = set->decided_note};
    *corrected = false;
    for (int r = 0; r < RESULTS; r++)
        if (str_is(set->result, result_names[r]))
            right.finding.result = (enum result)r;
    if (!uuid_is_none(c->inspection_id))
        RETURN_IF(contest_set_right(op, &right, corrected));
    return uuid_is_none(c->problem_id) ? RC_OK : end_problem(op, c, set->decided_note);
}

static struct contest_set_in kept(struct op *op, const struct contest_by_id_row *c, enum contest_state after)
{
    return (struct contest_set_in){
        .hq = op->hq, .id = c->id, .version = c->version, .state = str_of(contest_state_names[after]), .first_by = c->first_by,
        .first_ms = c->first_ms, .first_note = c->first_note, .result = c->result, .count = c->count, .value_e2 = c->value_e2};
}

static void state_finding(struct contest_set_in *set, const struct contest_step *in)
{
    enum result r = in->has_finding ? in->finding.result : RESULT_MET;
    if (set->result.p && !in->has_finding)
        return; /* as the first decider wrote it */
    set->result = str_of(result_names[r]);
    set->count = r == RESULT_COUNT || r == RESULT_GRADE ? SOME(in->finding.count) : NONE_I64;
    set->value_e2 = r == RESULT_VALUE ? SOME(in->finding.value_e2) : NONE_I64;
}

static void tell(struct op *op, const struct contest_by_id_row *c)
{
    change_announce(op, &(struct announcement){
        .rule = "request_decided", .subject_kind = "contest", .subject_id = c->id, .units = &c->unit_id, .nunits = 1,
        .zh = STR("贵单位提出的申辩已有裁定结果，请查看"), .en = STR("What your unit contested has been decided")});
}

/* A first decision by somebody who has left, or decides no longer, does not stand: two others are needed. */
static enum rc forget_stale_first(struct op *op, const struct contest_by_id_row *c, struct contest_case *now)
{
    struct contest_decider_row row;
    bool decides;
    if (now->state != CONTEST_FIRST)
        return RC_OK;
    RETURN_IF(q_contest_decider(&op->rd, &(struct contest_decider_in){op->hq, c->first_by, op->now}, &row, &decides));
    if (c->first_left_ms.has || !decides) {
        now->state = CONTEST_ASKED;
        now->first_by = UUID_NONE;
    }
    return RC_OK;
}

static enum rc check_step(struct op *op, const struct contest_by_id_row *c, const struct contest_step *in, enum contest_state *after)
{
    bool withdraws = in->event == CONTEST_EV_WITHDRAW;
    struct contest_case now = {.two = c->two, .unit_id = c->unit_id, .first_by = c->first_by, .inspector_id = c->inspector_id,
                               .partner_id = c->partner_id};
    now.state = (enum contest_state)problem_name_index(contest_state_names, c->state);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, withdraws ? ACT_PROBLEM_ASK : ACT_INSPECTION_JUDGE,
                           &(struct subject){.unit_id = c->unit_id}));
    if (in->version.has && in->version.v != c->version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "该项申辩已被他人处理，请刷新", "Somebody has acted on it since; reload it");
    if (!withdraws && str_empty(str_trim(in->note)))
        return fail_field(op->rd.fault, STR("/note"), "required", "请说明理由", "State the reason");
    RETURN_IF(forget_stale_first(op, c, &now));
    return contest_decide(op->rd.fault, &now, in->event, &op->actor, after);
}

enum rc contest_prepare_step(struct op *op, const struct contest_step *in)
{
    struct contest_by_id_row c;
    enum contest_state after;
    bool corrected;
    RETURN_IF(load(op, in->id, &c));
    RETURN_IF(check_step(op, &c, in, &after));
    struct contest_set_in set = kept(op, &c, after);
    if (in->event == CONTEST_EV_UPHOLD)
        state_finding(&set, in);
    if (after == CONTEST_FIRST) {
        set.first_by = op->actor.person_id;
        set.first_ms = SOME(op->now);
        set.first_note = in->note;
        RETURN_IF(tell_office(op, c.id, true));
    } else {
        set.decided_by = op->actor.person_id;
        set.decided_ms = SOME(op->now);
        set.decided_note = in->note.n ? in->note : STR_NONE;
    }
    if (after == CONTEST_UPHELD) {
        set.correction_id = change_row_id(op);
        RETURN_IF(uphold(op, &c, &set, &corrected));
        if (!corrected)
            set.correction_id = UUID_NONE;
    } else if (after != CONTEST_FIRST) {
        RETURN_IF(mark_refused(op, &c, after == CONTEST_REFUSED ? "contest_refused" : "contest_withdrawn", in->note));
    }
    fx_contest_set(&op->plan.fx, &set);
    if (after != CONTEST_FIRST)
        change_event(op, "request.decided", "contest", c.id, STR_NONE);
    if (after == CONTEST_UPHELD || after == CONTEST_REFUSED)
        tell(op, &c);
    return RC_OK;
}
