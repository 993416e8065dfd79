/* request_store.c - requests on an operation: asked, decided, withdrawn; each a row of the case's timeline. */
#include "problem/request_store.h"

#include "change/change.h"

static const struct miss taken = {RC_CONFLICT, "request_waits", "同类申请尚未办结，不能重复提出",
                                  "Such a request is waiting for its decision already"};

struct request_case request_case_of(const struct request_by_id_row *r)
{
    return (struct request_case){
        .kind = (enum request_kind)problem_name_index(request_kind_names, r->kind),
        .state = (enum request_state)problem_name_index(request_state_names, r->state),
        .asker_id = r->asker_id,
        .first_id = r->first_id,
    };
}

/* The request of that problem, both in the actor's sight. */
static enum rc load(struct op *op, struct uuid problem_id, struct uuid id, struct problem_by_id_row *p,
                    struct request_by_id_row *r)
{
    bool found;
    RETURN_IF(problem_load(op, problem_id, p));
    RETURN_IF(q_request_by_id(&op->rd, &(struct request_by_id_in){op->hq, id}, r, &found));
    if (!found || !uuid_eq(r->problem_id, problem_id))
        return OP_FAIL(op, RC_NOT_FOUND, "request_not_found", "没有这项申请", "There is no such request");
    return RC_OK;
}

/* One of a kind waits at a time; an appeal is made once. */
static enum rc check_before(struct op *op, const struct request_ask *ask)
{
    struct request_before_row row;
    bool found;
    struct request_before_in in = {op->hq, ask->problem_id, str_of(request_kind_names[ask->kind])};
    RETURN_IF(q_request_before(&op->rd, &in, &row, &found));
    if (!found)
        return RC_OK;
    if (str_is(row.state, "asked") || str_is(row.state, "first"))
        return OP_FAIL(op, taken.rc, taken.code, taken.zh, taken.en);
    return OP_FAIL(op, RC_CONFLICT, "appealed_before", "超时申诉只能一次", "An appeal is made only once");
}

static enum rc mark(struct op *op, const struct problem_by_id_row *p, const struct problem_mark *m)
{
    change_event(op, "request.moved", "problem", p->id, str_fmt(OP_ARENA(op), "{\"event\":\"%s\"}", m->event));
    return problem_prepare_mark(op, p, m);
}

/* ---- telling ---- */

static const struct {
    const char *zh, *en;
} kind_words[REQUEST_KINDS] = {{"延期申请", "request for extension"},
                          {"暂缓整改申请", "request for postponement"},
                          {"超时申诉", "appeal"}};

enum rc request_tell_deciders(struct op *op, const struct request_notice *n)
{
    struct request_deciders_row *rows;
    size_t all, told = 0;
    struct request_deciders_in in = {op->hq, str_of(n->role), op->now};
    RETURN_IF(q_request_deciders(&op->rd, &in, &rows, &all));
    struct uuid *people = ARENA_MANY(OP_ARENA(op), struct uuid, all + 1);
    for (size_t i = 0; i < all; i++)
        if (!uuid_eq(rows[i].person_id, op->actor.person_id))
            people[told++] = rows[i].person_id;
    if (told)
        change_announce(op, &(struct announcement){
            .rule = "request_asked", .subject_kind = n->subject_kind, .subject_id = n->subject_id, .people = people,
            .npeople = told, .zh = str_of(n->zh), .en = str_of(n->en)});
    return RC_OK;
}

/* `again`: the first decision is made. */
static enum rc tell_deciders(struct op *op, struct uuid problem_id, enum request_kind kind, bool again)
{
    return request_tell_deciders(op, &(struct request_notice){
        .role = again ? "commander" : "dispatch", .subject_kind = "problem", .subject_id = problem_id,
        .zh = str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), again ? "有一项%s初审同意，待您复审" : "有一项%s待审批", kind_words[kind].zh)),
        .en = str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), again ? "Waiting for your second decision: %s"
                                                              : "Waiting for a decision: %s", kind_words[kind].en))});
}

static void announce(struct op *op, const struct request_by_id_row *r, bool granted)
{
    struct request_case c = request_case_of(r);
    if (uuid_is_none(r->asker_unit_id))
        return;
    change_announce(op, &(struct announcement){
        .rule = "request_decided", .subject_kind = "problem", .subject_id = r->problem_id, .units = &r->asker_unit_id,
        .nunits = 1, .zh = str_fmt(OP_ARENA(op), "%s%s", kind_words[c.kind].zh, granted ? "已同意" : "未获同意"),
        .en = str_fmt(OP_ARENA(op), "The %s was %s", kind_words[c.kind].en, granted ? "granted" : "refused")});
}

/* ---- asking and deciding ---- */

enum rc request_prepare_ask(struct op *op, const struct request_ask *ask)
{
    static const char *const marks[REQUEST_KINDS] = {"ask_extension", "ask_postponement", "ask_appeal"};
    struct problem_by_id_row p;
    struct problem_act act = {.note = ask->note, .until_ms = ask->until_ms, .at_ms = op->now};
    RETURN_IF(problem_load(op, ask->problem_id, &p));
    struct subject subject = problem_subject(&p);
    struct problem_case c = problem_case_of(&p);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_ASK, &subject));
    RETURN_IF(request_check_ask(op->rd.fault, op->limits, &c, &act, ask->kind));
    RETURN_IF(check_before(op, ask));
    struct effect *e = fx_request_add(&op->plan.fx, &(struct request_add_in){
        .hq = op->hq, .id = ask->id, .problem_id = ask->problem_id, .kind = str_of(request_kind_names[ask->kind]),
        .asker_id = op->actor.person_id, .asker_unit_id = op->actor.unit_id, .note = ask->note,
        .until_ms = ask->kind == REQUEST_POSTPONEMENT ? ask->until_ms : NONE_I64, .asked_ms = op->now});
    e->on_clash = &taken;
    RETURN_IF(tell_deciders(op, p.id, ask->kind, false));
    return mark(op, &p, &(struct problem_mark){.event = marks[ask->kind], .note = ask->note, .request_id = ask->id,
                                               .photos = ask->photos, .nphotos = ask->nphotos});
}

static void write_decision(struct op *op, const struct request_by_id_row *r, enum request_state after, struct str note)
{
    bool first = str_is(r->state, "asked") && after != REQUEST_WITHDRAWN;
    bool second = str_is(r->state, "first") && after != REQUEST_WITHDRAWN;
    struct str words = note.n ? note : STR_NONE;
    fx_request_decide(&op->plan.fx, &(struct request_decide_in){
        .hq = op->hq, .id = r->id, .version = r->version, .state = str_of(request_state_names[after]),
        .first_id = first ? op->actor.person_id : UUID_NONE, .first_ms = first ? SOME(op->now) : NONE_I64,
        .first_note = first ? words : STR_NONE, .second_id = second ? op->actor.person_id : UUID_NONE,
        .second_ms = second ? SOME(op->now) : NONE_I64, .second_note = second ? words : STR_NONE,
        .ended_ms = after == REQUEST_FIRST ? NONE_I64 : SOME(op->now)});
}

/* The step itself, permitted by the decision that was just made. */
static enum rc carry_out(struct op *op, const struct problem_by_id_row *p, const struct request_by_id_row *r, struct str note)
{
    struct request_case c = request_case_of(r);
    struct subject subject = problem_subject(p);
    struct problem_act act = {.event = request_event(c.kind), .note = note, .until_ms = r->until_ms, .request_id = r->id,
                              .via_room = true};
    announce(op, r, true);
    return problem_prepare_step(op, p, &subject, &act);
}

enum rc request_prepare_decision(struct op *op, struct uuid problem_id, struct uuid id, bool grant, struct str note)
{
    struct problem_by_id_row p;
    struct request_by_id_row r;
    enum request_state after;
    RETURN_IF(load(op, problem_id, id, &p, &r));
    struct request_case c = request_case_of(&r);
    struct subject subject = problem_subject(&p);
    enum action needs = request_decider(&c);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, needs == ACT_NONE ? ACT_PROBLEM_READ : needs, &subject));
    RETURN_IF(request_decide(op->rd.fault, &c, op->actor.person_id, grant, &after));
    if (!grant && str_empty(str_trim(note)))
        return fail_field(op->rd.fault, STR("/note"), "required", "请说明理由", "State the reason");
    write_decision(op, &r, after, note);
    if (after == REQUEST_GRANTED)
        return carry_out(op, &p, &r, note);
    if (after == REQUEST_FIRST)
        RETURN_IF(tell_deciders(op, p.id, c.kind, true));
    if (after == REQUEST_REFUSED)
        announce(op, &r, false);
    return mark(op, &p, &(struct problem_mark){.event = grant ? "request_approved" : "request_refused", .note = note,
                                               .request_id = id});
}

enum rc request_prepare_withdrawal(struct op *op, struct uuid problem_id, struct uuid id, struct str note)
{
    struct problem_by_id_row p;
    struct request_by_id_row r;
    RETURN_IF(load(op, problem_id, id, &p, &r));
    struct request_case c = request_case_of(&r);
    struct subject subject = problem_subject(&p);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_ASK, &subject));
    if (!uuid_eq(r.asker_unit_id, op->actor.unit_id))
        return OP_FAIL(op, RC_FORBIDDEN, "not_asked_by_you", "只能撤回本单位提出的申请", "Only the unit that asked may withdraw it");
    if (request_decider(&c) == ACT_NONE)
        return OP_FAIL(op, RC_CONFLICT, "request_ended", "该申请已经办结", "This request has been decided or withdrawn");
    write_decision(op, &r, REQUEST_WITHDRAWN, note);
    return mark(op, &p, &(struct problem_mark){.event = "request_withdrawn", .note = note, .request_id = id});
}

bool request_may_decide(struct op *op, const struct request_by_id_row *r)
{
    struct fault ignored;
    enum request_state after;
    struct request_case c = request_case_of(r);
    struct subject s = {.unit_id = r->unit_id};
    fault_init(&ignored, OP_ARENA(op));
    return request_decider(&c) != ACT_NONE && policy_check(&ignored, &op->actor, request_decider(&c), &s) == RC_OK &&
           request_decide(&ignored, &c, op->actor.person_id, true, &after) == RC_OK;
}

bool request_may_withdraw(struct op *op, const struct request_by_id_row *r)
{
    struct request_case c = request_case_of(r);
    return request_decider(&c) != ACT_NONE && policy_may(&op->actor, ACT_PROBLEM_ASK) &&
           !uuid_is_none(r->asker_unit_id) && uuid_eq(r->asker_unit_id, op->actor.unit_id);
}

bool request_may_ask(struct op *op, const struct problem_by_id_row *p, enum request_kind kind)
{
    struct fault ignored;
    struct problem_case c = problem_case_of(p);
    struct subject subject = problem_subject(p);
    const struct problem_transition *t = problem_transition(c.state, request_event(kind));
    fault_init(&ignored, OP_ARENA(op));
    return t && policy_check(&ignored, &op->actor, ACT_PROBLEM_ASK, &subject) == RC_OK &&
           problem_check_case(&ignored, t, &c, op->now) == RC_OK;
}
