/*
 * problem_store.c - problems on an operation: loads what the rules need, turns what they decide into effects.
 */
#include "problem/problem_store.h"

#include "change/change.h"

struct problem_case problem_case_of(const struct problem_by_id_row *r)
{
    struct problem_case c = {
        .unit_id = r->unit_id,
        .last_unit_id = r->last_unit_id,
        .rectifier_id = r->rectifier_id,
        .rectifier_unit_id = r->rectifier_unit_id,
        .limit_amount = r->limit_amount,
        .dispatched_ms = r->dispatched_ms,
        .due_ms = r->due_ms,
        .left_ms = r->left_ms,
        .rectified_ms = r->rectified_ms,
        .closed_ms = r->closed_ms,
        .overdue = r->overdue,
        .rework_count = r->rework_count,
    };
    c.state = (enum problem_state)problem_name_index(problem_state_names, r->state);
    c.limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, r->limit_kind);
    return c;
}

int problem_name_index(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return 0;
}

struct subject problem_subject(const struct problem_by_id_row *r)
{
    return (struct subject){
        .unit_id = r->unit_id,
        .area_code = r->area_code,
        .owner_id = r->reporter_id,
        .rectifier_id = r->rectifier_id,
        .rectifier_unit_id = r->rectifier_unit_id,
    };
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "problem_not_found", "没有这个问题", "There is no such problem");
}

static bool may_read(const struct op *op, const struct problem_by_id_row *row)
{
    struct fault ignored;
    struct subject s = problem_subject(row);
    fault_init(&ignored, OP_ARENA(op));
    return policy_check(&ignored, &op->actor, ACT_PROBLEM_READ, &s) == RC_OK;
}

enum rc problem_load(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found;
    RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, row, &found));
    /* Whether it exists is not theirs to know. */
    return found && may_read(op, row) ? RC_OK : not_found(op);
}

enum rc problem_load_acted(struct op *op, struct uuid id, struct problem_by_id_row *row)
{
    bool found;
    RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, row, &found));
    bool as_left = found && uuid_is_none(row->unit_id) && uuid_eq(row->last_unit_id, op->actor.unit_id);
    return as_left || (found && may_read(op, row)) ? RC_OK : not_found(op);
}

/* Evidence is stored bytes, not a promised photograph. */
static enum rc check_photos(struct op *op, const struct sha256 *photos, size_t n, struct str at)
{
    for (size_t i = 0; i < n; i++) {
        struct problem_photo_stored_row row;
        bool found;
        struct problem_photo_stored_in in = {.hq = op->hq, .sha256 = photos[i]};
        RETURN_IF(q_problem_photo_stored(&op->rd, &in, &row, &found));
        if (!found)
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/%zu", STR_ARG(at), i), "photo_missing",
                       "照片尚未上传", "The photograph has not been uploaded");
        for (size_t j = 0; j < i; j++)
            if (sha256_eq(photos[i], photos[j]))
                fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/%zu", STR_ARG(at), i), "photo_twice",
                           "同一张照片重复", "The same photograph twice");
    }
    return op->rd.fault->rc;
}

static void add_photos(struct op *op, struct uuid id, int64_t seq, const char *role, const struct sha256 *photos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fx_problem_photo_add(&op->plan.fx, &(struct problem_photo_add_in){
            .hq = op->hq, .problem_id = id, .seq = seq, .sha256 = photos[i], .role = str_of(role),
            .order_no = (int64_t)i});
}

static struct str optional_text(struct str s)
{
    return s.n ? s : STR_NONE;
}

static void add_event(struct op *op, struct uuid id, int64_t seq, const char *event, const struct problem_case *from,
                      const struct problem_case *to, struct str note)
{
    fx_problem_event_add(&op->plan.fx, &(struct problem_event_add_in){
        .hq = op->hq, .problem_id = id, .seq = seq, .event = str_of(event),
        .from_state = from ? str_of(problem_state_names[from->state]) : STR_NONE,
        .to_state = str_of(problem_state_names[to->state]), .actor_id = op->actor.person_id,
        .actor_unit_id = op->actor.unit_id, .unit_id = to->unit_id, .at_ms = op->now, .due_ms = to->due_ms,
        .note = optional_text(note), .command_id = op->plan.command.id});
}

static struct str search_text(struct op *op, const struct problem_new *p)
{
    struct str all = str_fmt(OP_ARENA(op), "%.*s %.*s %.*s", STR_ARG(p->description), STR_ARG(p->site_name),
                             STR_ARG(p->place));
    return utf8_fold(OP_ARENA(op), all);
}

enum rc problem_prepare_new(struct op *op, const struct problem_new *p, struct str at)
{
    static const struct miss taken = {RC_CONFLICT, "problem_exists", "该问题编号已被使用", "This problem id has been used"};
    RETURN_IF(check_photos(op, p->photos, p->nphotos, str_fmt(OP_ARENA(op), "%.*s/photos", STR_ARG(at))));
    RETURN_IF(check_photos(op, p->after_photos, p->nafter, str_fmt(OP_ARENA(op), "%.*s/after_photos", STR_ARG(at))));
    struct problem_case first = {.state = p->state};
    struct problem_case ended = {.state = PROBLEM_MENDED_ON_SPOT, .closed_ms = SOME(op->now)};
    int64_t year = civil_from_ms(op->now, op->zone_min).year;
    if (p->mended && p->nafter == 0)
        return fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/after_photos", STR_ARG(at)), "evidence_required",
                          "立行立改须附整改后的照片", "Mended on the spot needs a photograph taken afterwards");
    change_next_serial(op, "problem", year);
    struct effect *e = fx_problem_add(&op->plan.fx, &(struct problem_add_in){
        .hq = op->hq, .id = p->id, .year = year,
        .state = str_of(problem_state_names[p->mended ? ended.state : p->state]),
        .source = str_of(problem_source_names[p->source]), .site_id = p->site_id, .area_code = p->area_code,
        .category_code = p->category_code, .criterion_id = p->criterion_id, .inspection_id = p->inspection_id,
        .description = p->description, .place = optional_text(p->place), .lon_e7 = p->lon_e7, .lat_e7 = p->lat_e7,
        .severity = str_of(p->severity), .typical = p->typical,
        .reporter_id = uuid_is_none(p->reporter_id) ? op->actor.person_id : p->reporter_id,
        .limit_kind = str_of(limit_kind_names[p->limit_kind]), .limit_amount = p->limit_amount,
        .reported_ms = op->now, .closed_ms = p->mended ? ended.closed_ms : NONE_I64,
        .event_count = p->mended ? 2 : 1, .search_text = search_text(op, p)});
    e->on_clash = &taken;
    add_event(op, p->id, 1, p->state == PROBLEM_REGISTERED ? "found" : "report", NULL, &first, STR_NONE);
    add_photos(op, p->id, 1, "before", p->photos, p->nphotos);
    if (p->mended) {
        add_event(op, p->id, 2, problem_event_names[PROBLEM_EV_MEND_ON_SPOT], &first, &ended, STR_NONE);
        add_photos(op, p->id, 2, "after", p->after_photos, p->nafter);
    }
    change_event(op, "problem.reported", "problem", p->id, STR_NONE);
    return RC_OK;
}

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

static void add_move(struct op *op, const struct problem_by_id_row *row, const struct problem_act *act,
                     const struct problem_case *to)
{
    bool judged = act->event == PROBLEM_EV_RETURN || act->event == PROBLEM_EV_STRIKE_OFF;
    fx_problem_move(&op->plan.fx, &(struct problem_move_in){
        .hq = op->hq, .id = row->id, .version = row->version, .state = str_of(problem_state_names[to->state]),
        .unit_id = to->unit_id, .last_unit_id = to->last_unit_id,
        .dispatcher_id = act->event == PROBLEM_EV_DISPATCH ? op->actor.person_id : UUID_NONE,
        .rectifier_id = to->rectifier_id, .rectifier_unit_id = to->rectifier_unit_id,
        .rechecker_id = judged ? op->actor.person_id : UUID_NONE,
        .limit_kind = str_of(limit_kind_names[to->limit_kind]), .limit_amount = to->limit_amount,
        .dispatched_ms = to->dispatched_ms, .due_ms = to->due_ms, .left_ms = to->left_ms,
        .rectified_ms = to->rectified_ms, .closed_ms = to->closed_ms, .overdue = to->overdue,
        .rework_count = to->rework_count});
}

enum rc problem_prepare_act(struct op *op, struct uuid id, struct problem_act *act)
{
    struct problem_by_id_row row;
    struct problem_case to;
    RETURN_IF(problem_load(op, id, &row));
    struct subject subject = problem_subject(&row);
    struct problem_case from = problem_case_of(&row);
    act->actor_id = op->actor.person_id;
    act->actor_unit_id = op->actor.unit_id;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, problem_event_action(act->event), &subject));
    RETURN_IF(check_version(op, &row, act));
    RETURN_IF(problem_decide(op->rd.fault, op->env->calendar, &from, act, op->now, &to));
    RETURN_IF(check_photos(op, act->photos, act->nphotos, STR("/photos")));
    if (act->event == PROBLEM_EV_DISPATCH)
        RETURN_IF(check_unit(op, act->unit_id));
    add_move(op, &row, act, &to);
    const char *role = act->event == PROBLEM_EV_RECTIFY || act->event == PROBLEM_EV_MEND_ON_SPOT ? "after"
                       : act->event == PROBLEM_EV_RETURN || act->event == PROBLEM_EV_STRIKE_OFF  ? "recheck"
                                                                                                  : "before";
    add_event(op, id, row.event_count + 1, problem_event_names[act->event], &from, &to, act->note);
    add_photos(op, id, row.event_count + 1, role, act->photos, act->nphotos);
    change_event(op, "problem.moved", "problem", id, STR_NONE);
    return RC_OK;
}

bool problem_may(struct op *op, const struct problem_by_id_row *row, enum problem_event event)
{
    struct fault ignored;
    struct subject subject = problem_subject(row);
    struct problem_case c = problem_case_of(row);
    fault_init(&ignored, OP_ARENA(op));
    return problem_event_possible(c.state, event) &&
           policy_check(&ignored, &op->actor, problem_event_action(event), &subject) == RC_OK;
}
