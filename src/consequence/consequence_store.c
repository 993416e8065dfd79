/* consequence_store.c - proposing by hand, deciding, publishing, answering and closing, on an operation. */
#include "consequence/consequence_store.h"

#include "change/change.h"
#include "limits/limits.h"
#include "org/text.h"
#include "problem/problem_store.h"

/* ---- rules ---- */

static void add_rule(struct op *op, const struct consequence_rule *r)
{
    fx_consequence_rule_add(&op->plan.fx, &(struct consequence_rule_add_in){
                                              .hq = op->hq,
                                              .id = r->id,
                                              .name = r->name,
                                              .order_no = r->order_no,
                                              .active = r->active,
                                              .cause = str_of(consequence_cause_names[r->cause]),
                                              .step = str_of(consequence_step_names[r->step - CONSEQUENCE_URGE]),
                                              .count_min = r->count_min,
                                              .hours = r->hours,
                                              .days = r->days,
                                              .period_days = r->period_days,
                                              .severity = text_or_none(r->severity),
                                              .category_code = text_or_none(r->category_code),
                                              .recipients = r->recipients,
                                              .reply_days = r->reply_days,
                                              .cooldown_days = r->cooldown_days,
                                              .may_skip = r->may_skip});
}

static enum rc load_ids(struct op *op, size_t more, struct consequence_rule_ids_row **ids, size_t *n)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_RULE, NULL));
    RETURN_IF(q_consequence_rule_ids(&op->rd, &(struct consequence_rule_ids_in){op->hq}, ids, n));
    if (*n + more > CONSEQUENCE_RULES_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_many", "规则最多 %d 条", "There are %d rules at most", CONSEQUENCE_RULES_MAX);
    return RC_OK;
}

enum rc consequence_prepare_rule(struct op *op, const struct consequence_rule *r)
{
    struct consequence_rule_ids_row *ids;
    size_t n;
    RETURN_IF(consequence_rule_check(op->rd.fault, r));
    RETURN_IF(load_ids(op, 1, &ids, &n));
    add_rule(op, r);
    return RC_OK;
}

enum rc consequence_prepare_shipped(struct op *op)
{
    struct consequence_rule_ids_row *ids;
    size_t n;
    RETURN_IF(load_ids(op, consequence_shipped_count, &ids, &n));
    for (size_t i = 0; i < consequence_shipped_count; i++) {
        struct consequence_rule r = consequence_shipped_rules[i];
        bool there = false;
        r.id = uuid_named(UUID_NONE, str_fmt(OP_ARENA(op), "consequence.shipped/%lld/%lld", (long long)op->hq,
                                             (long long)r.order_no));
        for (size_t k = 0; k < n; k++)
            there = there || uuid_eq(ids[k].id, r.id);
        if (!there)
            add_rule(op, &r);
    }
    return RC_OK;
}

enum rc consequence_prepare_rule_change(struct op *op, struct opt_i64 expected_version,
                                        const struct consequence_rule *r)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_RULE, NULL));
    if (expected_version.has && expected_version.v != r->version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "规则已被他人修改，请刷新后再操作",
                       "Somebody has changed the rule since; reload it first");
    RETURN_IF(consequence_rule_check(op->rd.fault, r));
    fx_consequence_rule_set(&op->plan.fx, &(struct consequence_rule_set_in){
                                              .hq = op->hq,
                                              .id = r->id,
                                              .version = r->version,
                                              .name = r->name,
                                              .order_no = r->order_no,
                                              .active = r->active,
                                              .cause = str_of(consequence_cause_names[r->cause]),
                                              .step = str_of(consequence_step_names[r->step - CONSEQUENCE_URGE]),
                                              .count_min = r->count_min,
                                              .hours = r->hours,
                                              .days = r->days,
                                              .period_days = r->period_days,
                                              .severity = text_or_none(r->severity),
                                              .category_code = text_or_none(r->category_code),
                                              .recipients = r->recipients,
                                              .reply_days = r->reply_days,
                                              .cooldown_days = r->cooldown_days,
                                              .may_skip = r->may_skip});
    return RC_OK;
}

/* ---- one consequence ---- */

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "consequence_not_found", "没有这条记录", "There is no such record");
}

/* Units see what has been issued to them; of a referral nothing, of a publication what is published. */
static bool shown_to_unit(const struct op *op, const struct consequence_by_id_row *r, struct uuid unit_id)
{
    (void)op;
    bool issued = str_is(r->state, "issued") || str_is(r->state, "answered") || str_is(r->state, "closed");
    return uuid_eq(r->unit_id, unit_id) && issued && !str_is(r->step, "refer") &&
           (!str_is(r->step, "publish") || r->published_ms.has);
}

enum rc consequence_load(struct op *op, struct uuid id, struct consequence_by_id_row *row)
{
    bool found;
    struct scope reach = policy_scope(&op->actor, ACT_CONSEQUENCE_READ);
    RETURN_IF(q_consequence_by_id(&op->rd, &(struct consequence_by_id_in){op->hq, id}, row, &found));
    if (!found || reach.none)
        return not_found(op);
    return reach.all || shown_to_unit(op, row, reach.unit_id) ? RC_OK : not_found(op);
}

static enum consequence_step step_of(struct str name)
{
    return (enum consequence_step)(problem_name_index(consequence_step_names, name) + CONSEQUENCE_URGE);
}

static enum rc wrong_state(struct op *op)
{
    return OP_FAIL(op, RC_CONFLICT, "state_forbids", "该事项当前状态不能进行此操作", "This is not possible in its present state");
}

/* By hand, what a unit as a whole did is one matter for a month. */
enum { UNIT_MATTER_DAYS = 30 };

static enum rc check_ladder(struct op *op, const struct consequence_new *n, struct uuid unit_id)
{
    struct consequence_history h = {.problem_id = n->problem_id, .unit_id = unit_id,
                                    .since_ms = op->now - UNIT_MATTER_DAYS * (int64_t)DAY_MS};
    RETURN_IF(consequence_load_history(op, &h));
    for (size_t i = 0; i < h.n; i++)
        if (h.past[i].proposed)
            return OP_FAIL(op, RC_CONFLICT, "consequence_pending", "该事项已有待审的建议",
                           "A proposal in this matter waits already");
    int level = consequence_level(h.past, h.n);
    if ((int)n->step < level || ((int)n->step == level && n->step != CONSEQUENCE_URGE))
        return OP_FAIL(op, RC_CONFLICT, "only_upward", "结果运用只能逐级升格", "The ladder goes upward only");
    if ((int)n->step > level + 1 && !n->skip)
        return OP_FAIL(op, RC_CONFLICT, "step_by_step", "应逐级升格；确需越级的，请注明越级并说明理由",
                       "One step at a time, unless it is said and reasoned");
    return RC_OK;
}

/* Which unit, and that the matter may be named at all. */
static enum rc find_unit(struct op *op, const struct consequence_new *n, struct uuid *unit_id)
{
    struct problem_by_id_row p;
    struct consequence_unit_row unit;
    bool found;
    *unit_id = n->unit_id;
    if (!uuid_is_none(n->problem_id)) {
        RETURN_IF(problem_load(op, n->problem_id, &p));
        if (p.held)
            return OP_FAIL(op, RC_CONFLICT, "problem_held", "暗访问题尚未公开，不得运用",
                           "A problem of a covert round is not used before it is disclosed");
        *unit_id = p.unit_id;
        if (uuid_is_none(p.unit_id) ||
            problem_is_closed((enum problem_state)problem_name_index(problem_state_names, p.state)))
            return OP_FAIL(op, RC_CONFLICT, "not_with_a_unit", "该问题未在办理中，或未交办到单位",
                           "The problem is closed or with no unit");
    }
    if (uuid_is_none(*unit_id))
        return fail_field(op->rd.fault, STR("/unit_id"), "required", "请选择单位或问题", "Choose a unit or a problem");
    RETURN_IF(q_consequence_unit(&op->rd, &(struct consequence_unit_in){op->hq, *unit_id}, &unit, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/unit_id"), "unit_missing", "没有这个单位", "There is no such unit");
    return RC_OK;
}

enum rc consequence_add_proposal(struct op *op, const struct consequence_add_in *row)
{
    struct consequence_deciders_row *rows;
    size_t n;
    fx_consequence_add(&op->plan.fx, row);
    change_event(op, "consequence.proposed", "consequence", row->id, STR_NONE);
    if (row->level == CONSEQUENCE_URGE)
        return RC_OK;
    RETURN_IF(q_consequence_deciders(&op->rd, &(struct consequence_deciders_in){op->hq, op->now}, &rows, &n));
    struct uuid *people = ARENA_MANY(OP_ARENA(op), struct uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        people[i] = rows[i].person_id;
    if (n)
        change_announce(op, &(struct announcement){
            .rule = "consequence_proposed", .subject_kind = "consequence", .subject_id = row->id, .people = people,
            .npeople = n, .zh = STR("有一项结果运用建议待审批"), .en = STR("A proposal waits for your decision")});
    return RC_OK;
}

/* ---- issuing ---- */

static enum rc tell(struct op *op, const struct consequence_by_id_row *r, const struct problem_by_id_row *p)
{
    struct uuid units[3] = {r->unit_id};
    size_t nunits = 1, n = 0;
    bool found;
    struct consequence_unit_row unit;
    struct consequence_leaders_row *leaders = NULL;
    struct consequence_territory_row territory;
    if (r->recipients & TELL_PARENT) {
        RETURN_IF(q_consequence_unit(&op->rd, &(struct consequence_unit_in){op->hq, r->unit_id}, &unit, &found));
        if (found && !uuid_is_none(unit.parent_id))
            units[nunits++] = unit.parent_id;
    }
    if ((r->recipients & TELL_TERRITORY) && p && !uuid_is_none(p->site_id)) {
        RETURN_IF(q_consequence_territory(&op->rd, &(struct consequence_territory_in){op->hq, p->site_id},
                                          &territory, &found));
        if (found && !uuid_is_none(territory.unit_id))
            units[nunits++] = territory.unit_id;
    }
    if (r->recipients & TELL_LEADERS)
        RETURN_IF(q_consequence_leaders(
            &op->rd,
            &(struct consequence_leaders_in){
                .hq = op->hq, .site_id = p ? p->site_id : UUID_NONE, .unit_id = r->unit_id, .at_ms = op->now},
            &leaders, &n));
    struct uuid *people = ARENA_MANY(OP_ARENA(op), struct uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        people[i] = leaders[i].person_id;
    enum consequence_step step = step_of(r->step);
    change_announce(
        op, &(struct announcement){
                .rule = "consequence_issued",
                .urgent = step >= CONSEQUENCE_SUPERVISE,
                .subject_kind = "consequence",
                .subject_id = r->id,
                .people = people,
                .npeople = n,
                .units = units,
                .nunits = nunits,
                .zh = str_fmt(OP_ARENA(op), "收到%.*s", STR_ARG(consequence_step_word(step, LANG_ZH))),
                .en = str_fmt(OP_ARENA(op), "Received: %.*s", STR_ARG(consequence_step_word(step, LANG_EN)))});
    return RC_OK;
}

/* An order to units of equal rank, a letter to utilities, post and railways; circulars have numbers of their own. */
static const char *form_of(enum consequence_step step, struct str unit_kind)
{
    if (step == CONSEQUENCE_SUPERVISE)
        return str_is(unit_kind, "utility") ? "letter" : "order";
    return step == CONSEQUENCE_CIRCULATE ? "circular" : NULL;
}

static enum rc reply_due(struct op *op, const struct consequence_by_id_row *r, struct opt_i64 *due)
{
    *due = NONE_I64;
    if (!r->reply_days || str_is(r->step, "refer") || str_is(r->step, "publish"))
        return RC_OK;
    due->has = true;
    RETURN_IF(limits_load(op));
    if (!calendar_due(limits_calendar(op), LIMIT_WORKING_DAYS, r->reply_days, op->now, &due->v))
        return OP_FAIL(op, RC_CONFLICT, "limit_impossible", "按工作日历无法算出答复期限",
                       "The working calendar cannot bear this limit");
    return RC_OK;
}

static const char *const serials[] = {"supervision_order", "supervision_letter", "circular"};

static const char *serial_of(const char *form)
{
    return !form                         ? NULL
           : strcmp(form, "order") == 0  ? serials[0]
           : strcmp(form, "letter") == 0 ? serials[1]
                                         : serials[2];
}

/* A mark in the case's timeline. Of a referral only that there was one; a publication leaves its mark when the text is
 * approved. */
static enum rc mark(struct op *op, const struct consequence_by_id_row *r, const struct problem_by_id_row *p,
                    struct str note)
{
    static const char *const events[] = {"urge", "supervise", "circulate", "publish", "refer"};
    enum consequence_step step = step_of(r->step);
    return problem_prepare_mark(op, p, &(struct problem_mark){
        .event = events[step - CONSEQUENCE_URGE], .unit_id = r->unit_id,
        .note = step == CONSEQUENCE_REFER ? STR_NONE : note});
}

static enum rc load_case(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found;
    RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, row, &found));
    return found ? RC_OK : not_found(op);
}

static enum rc issue(struct op *op, const struct consequence_by_id_row *r, struct str note, struct str reference)
{
    struct problem_by_id_row p = {0};
    struct consequence_unit_row unit;
    struct consequence_issuer_row issuer;
    struct opt_i64 due;
    bool found, of_case = !uuid_is_none(r->problem_id);
    enum consequence_step step = step_of(r->step);
    int64_t year = civil_from_ms(op->now, op->zone_min).year;
    RETURN_IF(q_consequence_unit(&op->rd, &(struct consequence_unit_in){op->hq, r->unit_id}, &unit, &found));
    RETURN_IF(q_consequence_issuer(&op->rd, &(struct consequence_issuer_in){op->hq}, &issuer, &found));
    RETURN_IF(reply_due(op, r, &due));
    if (of_case)
        RETURN_IF(load_case(op, r->problem_id, &p));
    /* Ended meanwhile: nothing is left to press for. A circulation, a publication and a referral look back on it. */
    if (of_case && p.closed_ms.has && step <= CONSEQUENCE_SUPERVISE)
        return OP_FAIL(op, RC_CONFLICT, "problem_closed", "该问题已办结，请不予采纳",
                       "The problem has been closed meanwhile; dismiss this");
    const char *form = form_of(step, unit.kind), *serial = serial_of(form);
    if (serial)
        change_next_serial(op, serial, year);
    fx_consequence_issue(&op->plan.fx, &(struct consequence_issue_in){
        .hq = op->hq, .id = r->id, .version = r->version, .decided_ms = op->now, .decided_by = op->actor.person_id,
        .note = text_or_none(note), .year = year, .form = form ? str_of(form) : STR_NONE,
        .serial = serial ? str_of(serial) : STR_NONE, .issuer = found ? issuer.name : STR(""), .reply_due_ms = due,
        .reference = text_or_none(reference)});
    if (of_case && step != CONSEQUENCE_PUBLISH)
        RETURN_IF(mark(op, r, &p, note.n ? note : r->why_zh));
    change_event(op, "consequence.issued", "consequence", r->id, STR_NONE);
    return step == CONSEQUENCE_PUBLISH || step == CONSEQUENCE_REFER ? RC_OK : tell(op, r, of_case ? &p : NULL);
}

enum rc consequence_prepare_new(struct op *op, const struct consequence_new *n)
{
    struct uuid unit_id;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_PROPOSE, NULL));
    RETURN_IF(find_unit(op, n, &unit_id));
    RETURN_IF(check_ladder(op, n, unit_id));
    RETURN_IF(consequence_add_proposal(
        op, &(struct consequence_add_in){.hq = op->hq,
                                         .id = n->id,
                                         .problem_id = n->problem_id,
                                         .unit_id = unit_id,
                                         .step = str_of(consequence_step_names[n->step - CONSEQUENCE_URGE]),
                                         .level = n->step,
                                         .why_zh = n->why,
                                         .why_en = n->why,
                                         .recipients = n->recipients,
                                         .reply_days = n->reply_days,
                                         .proposed_ms = op->now,
                                         .proposed_by = op->actor.person_id}));
    if (n->step != CONSEQUENCE_URGE)
        return RC_OK;
    struct consequence_by_id_row row = {.id = n->id,
                                        .problem_id = n->problem_id,
                                        .unit_id = unit_id,
                                        .step = STR("urge"),
                                        .version = 1,
                                        .reply_days = n->reply_days,
                                        .recipients = n->recipients,
                                        .why_zh = n->why};
    return issue(op, &row, n->why, STR_NONE);
}

/* An urging is the office's own; everything beyond it a leader's. */
static enum rc may_decide(struct op *op, const struct consequence_by_id_row *r)
{
    if (str_is(r->step, "urge") && policy_may(&op->actor, ACT_CONSEQUENCE_PROPOSE))
        return RC_OK;
    return policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_APPROVE, &(struct subject){.unit_id = r->unit_id});
}

enum rc consequence_prepare_decide(struct op *op, const struct consequence_decision *d)
{
    struct consequence_by_id_row row;
    RETURN_IF(consequence_load(op, d->id, &row));
    RETURN_IF(may_decide(op, &row));
    if (!str_is(row.state, "proposed"))
        return wrong_state(op);
    if (!d->approve && str_empty(str_trim(d->note)))
        return fail_field(op->rd.fault, STR("/note"), "required", "不予采纳应说明理由", "Say why it is dismissed");
    if (d->approve && str_is(row.step, "refer") && str_empty(str_trim(d->reference)))
        return fail_field(op->rd.fault, STR("/reference"), "required", "移送须填写移送文号", "A referral needs its reference");
    if (d->approve)
        return issue(op, &row, d->note, str_is(row.step, "refer") ? d->reference : STR_NONE);
    fx_consequence_dismiss(&op->plan.fx, &(struct consequence_dismiss_in){.hq = op->hq,
                                                                          .id = row.id,
                                                                          .version = row.version,
                                                                          .decided_ms = op->now,
                                                                          .decided_by = op->actor.person_id,
                                                                          .note = d->note});
    return RC_OK;
}

/* ---- publication ---- */

static enum rc check_names(struct op *op, const struct consequence_by_id_row *r, const char *pointer, struct str said)
{
    struct consequence_named_row *names;
    size_t n;
    RETURN_IF(
        q_consequence_named(&op->rd,
                            &(struct consequence_named_in){
                                .hq = op->hq, .unit_id = r->unit_id, .problem_id = r->problem_id, .said = said},
                            &names, &n));
    if (n)
        fail_field(op->rd.fault, str_of(pointer), "names_a_person", "曝光稿不得出现个人姓名（%.*s）",
                   "What is published names no person (%.*s)", STR_ARG(names[0].name));
    return RC_OK;
}

enum rc consequence_prepare_publish(struct op *op, struct uuid id, struct str title, struct str text)
{
    struct consequence_by_id_row row;
    struct problem_by_id_row p;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_APPROVE, NULL));
    RETURN_IF(consequence_load(op, id, &row));
    if (!str_is(row.step, "publish") || !str_is(row.state, "issued") || row.published_ms.has)
        return wrong_state(op);
    RETURN_IF(check_names(op, &row, "/title", title));
    RETURN_IF(check_names(op, &row, "/text", text));
    if (fault_has_fields(op->rd.fault))
        return op->rd.fault->rc;
    fx_consequence_publish(&op->plan.fx, &(struct consequence_publish_in){
        .hq = op->hq, .id = id, .version = row.version, .published_ms = op->now, .published_by = op->actor.person_id,
        .title = title, .said = text});
    bool of_case = !uuid_is_none(row.problem_id);
    if (of_case) {
        RETURN_IF(load_case(op, row.problem_id, &p));
        RETURN_IF(mark(op, &row, &p, title));
    }
    return tell(op, &row, of_case ? &p : NULL);
}

/* ---- reply and end ---- */

enum rc consequence_prepare_answer(struct op *op, const struct consequence_answer *a)
{
    struct consequence_by_id_row row;
    RETURN_IF(consequence_load(op, a->id, &row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_ACCEPT, &(struct subject){.unit_id = row.unit_id}));
    if (!str_is(row.state, "issued"))
        return wrong_state(op);
    RETURN_IF(problem_check_photos(op, a->photos, a->nphotos, STR("/photos")));
    fx_consequence_answered(&op->plan.fx, &(struct consequence_answered_in){
        .hq = op->hq, .id = a->id, .version = row.version, .answered_ms = op->now, .answered_by = op->actor.person_id,
        .answer = a->text, .late = row.reply_due_ms.has && op->now > row.reply_due_ms.v});
    for (size_t i = 0; i < a->nphotos; i++)
        fx_consequence_photo_add(&op->plan.fx, &(struct consequence_photo_add_in){
            .hq = op->hq, .id = a->id, .sha256 = a->photos[i], .order_no = (int64_t)i});
    change_event(op, "consequence.answered", "consequence", a->id, STR_NONE);
    return RC_OK;
}

enum rc consequence_prepare_close(struct op *op, struct uuid id, struct str reason)
{
    struct consequence_by_id_row row;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_CONSEQUENCE_PROPOSE, NULL));
    RETURN_IF(consequence_load(op, id, &row));
    if (!str_is(row.state, "issued") && !str_is(row.state, "answered"))
        return wrong_state(op);
    fx_consequence_close(&op->plan.fx, &(struct consequence_close_in){.hq = op->hq,
                                                                      .id = id,
                                                                      .version = row.version,
                                                                      .closed_ms = op->now,
                                                                      .closed_by = op->actor.person_id,
                                                                      .note = reason});
    return RC_OK;
}
