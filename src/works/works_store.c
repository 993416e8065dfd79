/* works_store.c - plan, milestones, money, acceptance, on an operation. */
#include "works/works_store.h"

#include "change/change.h"
#include "org/text.h"
#include "problem/problem_store.h"

enum rc works_load(struct op *op, struct uuid id, struct works_by_id_row *row)
{
    bool found;
    struct scope reach = policy_scope(&op->actor, ACT_WORKS_READ);
    RETURN_IF(q_works_by_id(&op->rd, &(struct works_by_id_in){op->hq, id}, row, &found));
    bool mine = found && !uuid_is_none(reach.unit_id) && uuid_eq(row->lead_unit_id, reach.unit_id);
    if (found && (reach.all || mine))
        return RC_OK;
    return OP_FAIL(op, RC_NOT_FOUND, "works_not_found", "没有这项工程", "There are no such works");
}

enum rc works_wrong_state(struct op *op)
{
    return OP_FAIL(op, RC_CONFLICT, "state_forbids", "工程当前状态不能进行此操作",
                   "This is not possible in the works' present state");
}

bool works_is_open(const struct works_by_id_row *row)
{
    return str_is(row->state, "planned") || str_is(row->state, "under_way");
}

/* Loaded for the lead unit or the office. */
static enum rc load_open(struct op *op, struct uuid id, struct works_by_id_row *row)
{
    RETURN_IF(works_load(op, id, row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_WORKS_WRITE, &(struct subject){.unit_id = row->lead_unit_id}));
    return works_is_open(row) ? RC_OK : works_wrong_state(op);
}

/* Units report progress; plans, links and acceptance are the office's. */
static enum rc office_only(struct op *op)
{
    if (policy_scope(&op->actor, ACT_WORKS_WRITE).all)
        return RC_OK;
    return OP_FAIL(op, RC_FORBIDDEN, "not_allowed", "您没有进行此项操作的权限", "You are not allowed to do this");
}

/* ---- the plan ---- */

static enum rc check_lead(struct op *op, struct uuid id)
{
    struct works_unit_open_row unit;
    bool found;
    RETURN_IF(q_works_unit_open(&op->rd, &(struct works_unit_open_in){op->hq, id}, &unit, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/lead_unit_id"), "unit_missing", "没有这个单位，或已撤销",
                          "There is no such unit, or it is closed");
    return RC_OK;
}

static enum rc area_of(struct op *op, const struct works_new *w, struct str *code)
{
    struct problem_site_row site;
    struct problem_area_row area;
    bool found;
    if (!uuid_is_none(w->site_id)) {
        RETURN_IF(q_problem_site(&op->rd, &(struct problem_site_in){op->hq, w->site_id}, &site, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/site_id"), "site_missing", "没有这个点位", "There is no such site");
        *code = site.area_code;
        return RC_OK;
    }
    RETURN_IF(q_problem_area(&op->rd, &(struct problem_area_in){op->hq, w->area_id}, &area, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/area_id"), "area_missing", "请选择点位或所在区域", "Choose a site or an area");
    *code = area.code;
    return RC_OK;
}

enum rc works_prepare_new(struct op *op, const struct works_new *w)
{
    struct str area_code;
    RETURN_IF(office_only(op));
    RETURN_IF(works_plan_check(OP_ARENA(op), op->rd.fault, w));
    RETURN_IF(check_lead(op, w->lead_unit_id));
    RETURN_IF(area_of(op, w, &area_code));
    fx_works_add(&op->plan.fx, &(struct works_add_in){
        .hq = op->hq, .id = w->id, .title = w->title, .content = text_or_none(w->content), .kind = str_of(w->kind),
        .area_code = area_code, .site_id = w->site_id, .lead_unit_id = w->lead_unit_id, .plan_fen = w->plan_fen,
        .start_ms = w->start_ms, .end_ms = w->end_ms, .milestones = (int64_t)w->nmilestones,
        .next_due_ms = w->nmilestones ? SOME(w->milestones[0].due_ms) : NONE_I64, .created_ms = op->now});
    for (size_t i = 0; i < w->nmilestones; i++)
        fx_works_milestone_add(&op->plan.fx, &(struct works_milestone_add_in){.hq = op->hq,
                                                                              .id = w->id,
                                                                              .seq = (int64_t)i + 1,
                                                                              .title = w->milestones[i].title,
                                                                              .due_ms = w->milestones[i].due_ms});
    change_announce(op, &(struct announcement){
        .rule = "works_assigned", .subject_kind = "works", .subject_id = w->id, .units = &w->lead_unit_id, .nunits = 1,
        .zh = STR("您单位牵头一项改造工程"), .en = STR("Your unit leads improvement works")});
    return RC_OK;
}

enum rc works_prepare_change(struct op *op, const struct works_change *c)
{
    struct works_by_id_row row;
    struct works_milestones_row *rows;
    size_t n;
    RETURN_IF(load_open(op, c->id, &row));
    RETURN_IF(office_only(op));
    if (c->expected_version.has && c->expected_version.v != row.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "工程已被他人修改，请刷新后再操作",
                       "Somebody has changed the works since; reload them first");
    struct works_new w = {.title = c->set & WORKS_TITLE ? c->to.title : row.title,
                          .content = c->set & WORKS_CONTENT ? c->to.content : row.content,
                          .plan_fen = c->set & WORKS_PLAN ? c->to.plan_fen : row.plan_fen,
                          .start_ms = c->set & WORKS_START ? c->to.start_ms : row.start_ms,
                          .end_ms = c->set & WORKS_END ? c->to.end_ms : row.end_ms,
                          .lead_unit_id = c->set & WORKS_LEAD ? c->to.lead_unit_id : row.lead_unit_id};
    RETURN_IF(q_works_milestones(&op->rd, &(struct works_milestones_in){op->hq, c->id}, &rows, &n));
    struct works_milestone *m = ARENA_MANY(OP_ARENA(op), struct works_milestone, n + 1);
    for (size_t i = 0; i < n; i++)
        m[i] = (struct works_milestone){rows[i].title, rows[i].due_ms};
    w.milestones = m;
    w.nmilestones = n;
    RETURN_IF(works_plan_check(OP_ARENA(op), op->rd.fault, &w));
    RETURN_IF(check_lead(op, w.lead_unit_id));
    fx_works_set(&op->plan.fx, &(struct works_set_in){
        .hq = op->hq, .id = c->id, .version = row.version, .title = w.title, .content = text_or_none(w.content),
        .lead_unit_id = w.lead_unit_id, .plan_fen = w.plan_fen, .start_ms = w.start_ms, .end_ms = w.end_ms});
    return RC_OK;
}

/* ---- milestones and money ---- */

enum rc works_prepare_milestone_add(struct op *op, struct uuid id, const struct works_milestone *m)
{
    struct works_by_id_row row;
    struct works_milestones_row *rows;
    size_t n;
    RETURN_IF(load_open(op, id, &row));
    RETURN_IF(office_only(op));
    RETURN_IF(q_works_milestones(&op->rd, &(struct works_milestones_in){op->hq, id}, &rows, &n));
    if (n >= WORKS_MILESTONES_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_many", "节点过多", "Too many milestones");
    if (m->due_ms > row.end_ms || (n && m->due_ms < rows[n - 1].due_ms))
        return fail_field(op->rd.fault, STR("/due_at"), "out_of_order", "节点应晚于前一节点且不晚于工程结束时间",
                          "It follows the last milestone and lies before the end");
    fx_works_milestone_add(&op->plan.fx, &(struct works_milestone_add_in){
        .hq = op->hq, .id = id, .seq = (int64_t)n + 1, .title = m->title, .due_ms = m->due_ms});
    fx_works_progress(&op->plan.fx, &(struct works_progress_in){
                                        .hq = op->hq,
                                        .id = id,
                                        .version = row.version,
                                        .state = row.state,
                                        .milestones = (int64_t)n + 1,
                                        .milestones_done = row.milestones_done,
                                        .next_due_ms = row.next_due_ms.has ? row.next_due_ms : SOME(m->due_ms)});
    return RC_OK;
}

enum rc works_prepare_milestone_done(struct op *op, struct uuid id, int64_t seq, struct str note)
{
    struct works_by_id_row row;
    struct works_milestones_row *rows;
    size_t n;
    RETURN_IF(load_open(op, id, &row));
    RETURN_IF(q_works_milestones(&op->rd, &(struct works_milestones_in){op->hq, id}, &rows, &n));
    if (seq != row.milestones_done + 1 || seq > (int64_t)n)
        return OP_FAIL(op, RC_CONFLICT, "not_the_next_node", "应按顺序完成节点", "Milestones are reached one after the other");
    fx_works_milestone_done(&op->plan.fx, &(struct works_milestone_done_in){.hq = op->hq,
                                                                            .id = id,
                                                                            .seq = seq,
                                                                            .done_ms = op->now,
                                                                            .late = op->now > rows[seq - 1].due_ms,
                                                                            .note = text_or_none(note)});
    fx_works_progress(&op->plan.fx, &(struct works_progress_in){
        .hq = op->hq, .id = id, .version = row.version, .state = STR("under_way"), .milestones = row.milestones,
        .milestones_done = seq, .next_due_ms = seq < (int64_t)n ? SOME(rows[seq].due_ms) : NONE_I64});
    return RC_OK;
}

enum rc works_prepare_payment(struct op *op, struct uuid id, struct uuid payment_id, int64_t fen, struct str note)
{
    static const struct miss below = {RC_CONFLICT, "paid_below_zero", "冲减后已付金额不得为负",
                                      "What has been paid cannot fall below nothing"};
    struct works_by_id_row row;
    RETURN_IF(works_load(op, id, &row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_WORKS_WRITE, &(struct subject){.unit_id = row.lead_unit_id}));
    if (str_is(row.state, "stopped"))
        return works_wrong_state(op);
    if (fen == 0)
        return fail_field(op->rd.fault, STR("/fen"), "out_of_range", "金额不得为零", "The amount is nothing");
    fx_works_payment_add(&op->plan.fx, &(struct works_payment_add_in){
        .hq = op->hq, .id = payment_id, .works_id = id, .fen = fen, .note = text_or_none(note), .at_ms = op->now,
        .by_id = op->actor.person_id});
    struct effect *e = fx_works_paid(&op->plan.fx, &(struct works_paid_in){.hq = op->hq, .id = id, .fen = fen});
    e->on_miss = &below;
    return RC_OK;
}

/* ---- the end ---- */

static enum rc load_for_office(struct op *op, struct uuid id, struct works_by_id_row *row)
{
    RETURN_IF(works_load(op, id, row));
    return office_only(op);
}

static enum rc nothing_open(struct op *op, const struct works_by_id_row *row)
{
    if (row->linked_open == 0)
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "problems_open", "尚有 %lld 个关联问题未办结",
                   "%lld linked problems have not ended", (long long)row->linked_open);
}

static void end_works(struct op *op, const struct works_by_id_row *row, const char *state, struct str note)
{
    fx_works_end(&op->plan.fx, &(struct works_end_in){.hq = op->hq,
                                                      .id = row->id,
                                                      .version = row->version,
                                                      .state = str_of(state),
                                                      .ended_ms = op->now,
                                                      .note = text_or_none(note)});
}

enum rc works_prepare_accept(struct op *op, struct uuid id, struct str note)
{
    struct works_by_id_row row;
    RETURN_IF(load_for_office(op, id, &row));
    if (!str_is(row.state, "completed"))
        return works_wrong_state(op);
    RETURN_IF(nothing_open(op, &row));
    end_works(op, &row, "accepted", note);
    return RC_OK;
}

enum rc works_prepare_return(struct op *op, struct uuid id, struct str reason)
{
    struct works_by_id_row row;
    RETURN_IF(load_for_office(op, id, &row));
    if (!str_is(row.state, "completed"))
        return works_wrong_state(op);
    fx_works_completed(&op->plan.fx, &(struct works_completed_in){
        .hq = op->hq, .id = id, .version = row.version, .state = STR("under_way"), .note = reason});
    return RC_OK;
}

enum rc works_prepare_stop(struct op *op, struct uuid id, struct str reason)
{
    struct works_by_id_row row;
    RETURN_IF(load_for_office(op, id, &row));
    if (!works_is_open(&row))
        return works_wrong_state(op);
    RETURN_IF(nothing_open(op, &row));
    end_works(op, &row, "stopped", reason);
    return RC_OK;
}
