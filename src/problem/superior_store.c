/* superior_store.c - see superior.h: taking in, writing anew, composing a report and what becomes of it. */
#include "problem/superior_store.h"

#include "base/json_out.h"
#include "change/change.h"

enum { LINES_MAX = 200, FACTS_BYTES_MAX = 1 << 20 };

struct superior superior_of(const struct superior_newest_row *r)
{
    return (struct superior){.name = r->name, .number = r->doc_number, .item = r->item, .received_ms = r->received_ms,
                             .due_ms = r->due_ms, .note = r->note};
}

static struct str or_none(struct str s)
{
    return s.n ? s : STR_NONE;
}

static enum rc check(struct fault *f, const struct superior *s, int64_t now_ms)
{
    if (s->received_ms > now_ms)
        fail_field(f, STR("/superior/received_at"), "in_future", "收文时间不能晚于当前时间", "It cannot be received in the future");
    if (s->due_ms.has && s->due_ms.v <= s->received_ms)
        fail_field(f, STR("/superior/due_at"), "before_receipt", "上级时限应晚于收文时间", "The superior's limit must lie after the receipt");
    return f->rc;
}

static void add_superior(struct op *op, struct uuid problem_id, const struct superior *s, const struct superior_newest_row *old)
{
    if (old)
        fx_superior_age(&op->plan.fx, &(struct superior_age_in){op->hq, problem_id});
    fx_superior_add(&op->plan.fx, &(struct superior_add_in){
        .hq = op->hq, .problem_id = problem_id, .seq = old ? old->seq + 1 : 1, .name = s->name, .doc_number = s->number,
        .item = or_none(s->item), .received_ms = s->received_ms, .due_ms = s->due_ms, .note = or_none(s->note),
        .by_id = op->actor.person_id, .at_ms = op->now, .sent_ms = old ? old->sent_ms : NONE_I64});
}

enum rc superior_prepare_take_in(struct op *op, const struct problem_new *p, const struct superior *s)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_REGISTER, &(struct subject){.area_code = p->area_code}));
    RETURN_IF(check(op->rd.fault, s, op->now));
    RETURN_IF(problem_prepare_new(op, p, STR("")));
    add_superior(op, p->id, s, NULL);
    return RC_OK;
}

static enum rc load_newest(struct op *op, struct uuid problem_id, struct superior_newest_row *row, bool *found)
{
    return q_superior_newest(&op->rd, &(struct superior_newest_in){op->hq, problem_id}, row, found);
}

enum rc superior_prepare_record(struct op *op, struct uuid problem_id, const struct superior *s)
{
    struct problem_by_id_row row;
    struct superior_newest_row old;
    bool found;
    RETURN_IF(problem_load(op, problem_id, &row));
    struct subject subject = problem_subject(&row);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_REGISTER, &subject));
    RETURN_IF(check(op->rd.fault, s, op->now));
    if (row.held)
        return OP_FAIL(op, RC_CONFLICT, "held", "未公布轮次中的问题不能登记为上级交办", "A case of a round not published yet cannot become one from above");
    RETURN_IF(load_newest(op, problem_id, &old, &found));
    add_superior(op, problem_id, s, found ? &old : NULL);
    struct str words = str_fmt(OP_ARENA(op), "%.*s %.*s", STR_ARG(s->name), STR_ARG(s->number));
    return problem_prepare_mark(op, &row, &(struct problem_mark){.event = found ? "superior_changed" : "superior",
                                                                 .note = words, .unit_id = row.unit_id});
}

/* ---- reports ---- */

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "report_not_found", "没有这份报告", "There is no such report");
}

enum rc report_load(struct op *op, struct uuid id, struct report_by_id_row *row, struct problem_by_id_row *problem)
{
    bool found;
    if (!policy_scope(&op->actor, ACT_PROBLEM_READ).all)
        return not_found(op);
    RETURN_IF(q_report_by_id(&op->rd, &(struct report_by_id_in){op->hq, id}, row, &found));
    return found ? problem_load(op, row->problem_id, problem) : not_found(op);
}

/* What somebody did about it, in their own words: not what was asked or judged. */
static bool is_measure(struct str event)
{
    static const char *const events[] = {"rectify", "hand_answer", "stage_done", "mend_on_spot", NULL};
    for (int i = 0; events[i]; i++)
        if (str_is(event, events[i]))
            return true;
    return false;
}

static enum rc load_lines(struct op *op, struct uuid id, struct report_facts *f)
{
    struct problem_events_row *rows;
    size_t n;
    RETURN_IF(q_problem_events(&op->rd, &(struct problem_events_in){op->hq, id}, &rows, &n));
    struct report_line *lines = ARENA_MANY(OP_ARENA(op), struct report_line, n + 1);
    for (size_t i = 0; i < n && f->nlines < LINES_MAX; i++)
        if (is_measure(rows[i].event))
            lines[f->nlines++] = (struct report_line){
                .at_ms = rows[i].at_ms, .unit = rows[i].actor_unit_name.p ? rows[i].actor_unit_name : STR(""),
                .words = rows[i].note.n ? rows[i].note : STR("已整改，附照片。")};
    f->lines = lines;
    return RC_OK;
}

static void put_photos(struct json_out *j, const char *key, const struct problem_photos_row *rows, size_t n, size_t *count)
{
    *count = 0;
    jo_arr(j, key);
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].role, key)) {
            jo_sha256(j, NULL, rows[i].sha256);
            ++*count;
        }
    jo_end(j);
}

/* The facts as they were when it was composed, as JSON. */
static enum rc facts_json(struct op *op, const struct problem_by_id_row *p, struct report_facts *f, struct str *out)
{
    struct problem_photos_row *photos;
    struct json_out j;
    struct buf b;
    size_t n;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, p->id}, &photos, &n));
    buf_init(&b, FACTS_BYTES_MAX);
    jo_begin(&j, &b, op->zone_min);
    jo_obj(&j, NULL);
    jo_str(&j, "number", f->number);
    jo_str(&j, "description", f->description);
    jo_str(&j, "area_code", p->area_code);
    jo_named(&j, "site", p->site_id, p->site_name);
    jo_named(&j, "unit", p->unit_id, p->unit_name);
    jo_str(&j, "superior", f->superior->name);
    jo_str(&j, "superior_number", f->superior->number);
    jo_str(&j, "superior_item", f->superior->item);
    jo_time(&j, "received_at", f->superior->received_ms);
    jo_opt_time(&j, "superior_due_at", f->superior->due_ms);
    jo_str(&j, "state", p->state);
    jo_opt_time(&j, "dispatched_at", f->dispatched_ms);
    jo_opt_time(&j, "due_at", f->due_ms);
    jo_opt_time(&j, "rectified_at", f->rectified_ms);
    jo_opt_time(&j, "closed_at", f->closed_ms);
    jo_i64(&j, "rework_count", f->rework_count);
    put_photos(&j, "before", photos, n, &f->before);
    put_photos(&j, "after", photos, n, &f->after);
    jo_end(&j);
    *out = b.full ? STR("{}") : str_copy(OP_ARENA(op), buf_view(&b));
    buf_free(&b);
    return RC_OK;
}

static struct report_facts facts_of(struct op *op, const struct problem_by_id_row *p, const struct superior *s)
{
    return (struct report_facts){
        .superior = s, .description = p->description, .place = p->place.n ? p->place : p->site_name, .unit = p->unit_name,
        .number = str_fmt(OP_ARENA(op), "%lld-%06lld", (long long)p->year, (long long)p->number), .found_ms = p->reported_ms,
        .dispatched_ms = p->dispatched_ms, .due_ms = p->left_ms.has ? NONE_I64 : p->due_ms, .rectified_ms = p->rectified_ms,
        .closed_ms = p->closed_ms, .ended = str_is(p->state, "struck_off") || str_is(p->state, "mended_on_spot"),
        .rework_count = p->rework_count, .zone_min = op->zone_min};
}

/* A case that was merged is told of by the one it was merged into. */
static enum rc load_told(struct op *op, struct uuid problem_id, struct problem_by_id_row *own, struct problem_by_id_row *told)
{
    RETURN_IF(problem_load(op, problem_id, own));
    *told = *own;
    return uuid_is_none(own->merged_into) ? RC_OK : problem_load(op, own->merged_into, told);
}

enum rc report_prepare_compose(struct op *op, struct uuid problem_id, struct uuid report_id)
{
    static const struct miss unsent = {RC_CONFLICT, "report_unsent", "已有尚未报送的报告，请先报送或撤销", "A report not sent yet is there; send or drop it first"};
    struct problem_by_id_row own, p;
    struct superior_newest_row row;
    struct report_text text;
    struct str json;
    bool found;
    RETURN_IF(load_told(op, problem_id, &own, &p));
    struct subject subject = problem_subject(&own);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_REGISTER, &subject));
    RETURN_IF(load_newest(op, problem_id, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_CONFLICT, "not_from_above", "该问题不是上级交办问题", "This is no problem from above");
    struct superior s = superior_of(&row);
    struct report_facts facts = facts_of(op, &p, &s);
    RETURN_IF(load_lines(op, p.id, &facts));
    RETURN_IF(facts_json(op, &p, &facts, &json));
    report_compose(OP_ARENA(op), &facts, &text);
    struct effect *e = fx_report_add(&op->plan.fx, &(struct report_add_in){
        .hq = op->hq, .id = report_id, .problem_id = problem_id, .final = facts.ended, .title = text.title,
        .found = text.found, .measures = text.measures, .result = text.result, .facts = json,
        .by_id = op->actor.person_id, .at_ms = op->now});
    e->on_clash = &unsent;
    return RC_OK;
}

static enum rc check_change(struct op *op, const struct report_by_id_row *row, const struct report_change *in,
                            const struct problem_by_id_row *p)
{
    bool approves = in->event == REPORT_EV_APPROVE;
    struct subject subject = problem_subject(p);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, approves ? ACT_PROBLEM_GRANT_SECOND : ACT_PROBLEM_REGISTER, &subject));
    if (in->version.has && in->version.v != row->version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "报告已被他人修改，请刷新", "Somebody has changed the report since; reload it");
    bool wrote = uuid_eq(op->actor.person_id, row->by_id) || uuid_eq(op->actor.person_id, row->edited_by);
    if (approves && wrote)
        return OP_FAIL(op, RC_FORBIDDEN, "approve_self", "报告须由起草人以外的领导批准", "A report is approved by a leader who did not write it");
    if (in->event == REPORT_EV_SEND && str_empty(str_trim(in->sent_number)))
        return fail_field(op->rd.fault, STR("/number"), "required", "请填写报送文号", "Give the number it was sent under");
    return RC_OK;
}

static void set_report(struct op *op, const struct report_by_id_row *row, const struct report_change *in, enum report_state after)
{
    struct report_set_in set = {
        .hq = op->hq, .id = row->id, .version = row->version, .state = str_of(report_state_names[after]),
        .title = in->text.title.p ? in->text.title : row->title, .found = in->text.found.p ? in->text.found : row->found,
        .measures = in->text.measures.p ? in->text.measures : row->measures,
        .result = in->text.result.p ? in->text.result : row->result, .edited_by = row->edited_by,
        .edited_ms = row->edited_ms, .approved_by = row->approved_by, .approved_ms = row->approved_ms};
    if (in->event == REPORT_EV_EDIT) {
        set.edited_by = op->actor.person_id;
        set.edited_ms = SOME(op->now);
        set.approved_by = UUID_NONE;
        set.approved_ms = NONE_I64;
    }
    if (in->event == REPORT_EV_APPROVE) {
        set.approved_by = op->actor.person_id;
        set.approved_ms = SOME(op->now);
    }
    if (in->event == REPORT_EV_SEND) {
        set.sent_by = op->actor.person_id;
        set.sent_ms = in->sent_ms.has ? in->sent_ms : SOME(op->now);
        set.sent_number = in->sent_number;
    }
    fx_report_set(&op->plan.fx, &set);
}

enum rc report_prepare_change(struct op *op, const struct report_change *in)
{
    struct report_by_id_row row;
    struct problem_by_id_row p;
    enum report_state after;
    RETURN_IF(report_load(op, in->id, &row, &p));
    RETURN_IF(check_change(op, &row, in, &p));
    enum report_state now = (enum report_state)problem_name_index(report_state_names, row.state);
    RETURN_IF(report_decide(op->rd.fault, now, in->event, &after));
    set_report(op, &row, in, after);
    if (in->event != REPORT_EV_SEND)
        return RC_OK;
    int64_t sent = in->sent_ms.has ? in->sent_ms.v : op->now;
    if (sent > op->now || sent < row.approved_ms.v - DAY_MS)
        return fail_field(op->rd.fault, STR("/at"), "sent_when", "报送时间应在批准之后、当前时间之前", "It is sent after its approval and not in the future");
    fx_superior_sent(&op->plan.fx, &(struct superior_sent_in){op->hq, row.problem_id, sent});
    return problem_prepare_mark(op, &p, &(struct problem_mark){.event = "report_sent", .note = in->sent_number, .unit_id = p.unit_id});
}
