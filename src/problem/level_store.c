/*
 * level_store.c - levels on an operation: handing on, the steps of a level, what the case's own steps do to them.
 * The case's version guards the whole chain: every step leaves a row in its timeline.
 */
#include "problem/level_store.h"

#include "change/change.h"

struct level_case level_case_of(const struct level_by_id_row *r)
{
    return (struct level_case){
        .state = (enum level_state)problem_name_index(level_state_names, r->state),
        .limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, r->limit_kind),
        .whole_ms = r->whole_ms, .due_ms = r->due_ms, .left_ms = r->left_ms, .beyond = r->beyond,
        .overdue = r->overdue, .return_count = r->return_count, .accepted_ms = r->accepted_ms,
        .answered_ms = r->answered_ms, .ended_ms = r->ended_ms};
}

struct level_pace level_pace_of(const struct problem_case *c)
{
    return (struct level_pace){.stopped = c->stopped_ms.has, .until_ms = c->postponed_until_ms};
}

enum level_side level_side_of(const struct actor *actor, const struct level_by_id_row *r)
{
    bool within = uuid_eq(r->from_unit_id, r->to_unit_id);
    bool rests = !uuid_is_none(r->to_person_id) && uuid_eq(actor->person_id, r->to_person_id);
    if (within)
        return !uuid_eq(actor->unit_id, r->to_unit_id) ? LEVEL_OTHER : rests ? LEVEL_LOWER : LEVEL_UPPER;
    if (uuid_eq(actor->unit_id, r->to_unit_id))
        return LEVEL_LOWER;
    return uuid_eq(actor->unit_id, r->from_unit_id) ? LEVEL_UPPER : LEVEL_OTHER;
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "level_not_found", "没有这条下派记录", "There is no such level");
}

enum rc level_load(struct op *op, struct uuid id, struct level_by_id_row *row, struct problem_by_id_row *problem)
{
    bool found;
    RETURN_IF(q_level_by_id(&op->rd, &(struct level_by_id_in){op->hq, id}, row, &found));
    if (!found)
        return not_found(op);
    if (problem_load(op, row->problem_id, problem) == RC_NOT_FOUND) {
        fault_clear(op->rd.fault);
        return not_found(op);
    }
    return op->rd.fault->rc;
}

enum rc level_unit_involved(struct op *op, struct uuid problem_id, struct uuid unit_id, bool *yes)
{
    struct level_involves_row row;
    *yes = false;
    if (uuid_is_none(unit_id))
        return RC_OK;
    return q_level_involves(&op->rd, &(struct level_involves_in){op->hq, problem_id, unit_id}, &row, yes);
}

/* Below answers as who rectifies, above as who hands on. */
static enum rc check_permission(struct op *op, const struct level_by_id_row *row, enum level_event event)
{
    bool lower = level_event_side(event) == LEVEL_LOWER;
    struct subject s = {.unit_id = lower ? row->to_unit_id : row->from_unit_id};
    return policy_check(op->rd.fault, &op->actor, lower ? ACT_PROBLEM_RECTIFY : ACT_PROBLEM_HAND_ON, &s);
}

bool level_may(struct op *op, const struct level_by_id_row *row, enum level_event event)
{
    struct fault mine, *theirs = op->rd.fault;
    fault_init(&mine, OP_ARENA(op));
    op->rd.fault = &mine;
    bool may = level_event_possible(level_case_of(row).state, event) &&
               level_side_of(&op->actor, row) == level_event_side(event) && check_permission(op, row, event) == RC_OK;
    op->rd.fault = theirs;
    return may;
}

/* ---- handing on ---- */

/* Where the chain ends now: the deepest open level, or none. */
static const struct level_by_id_row *deepest(const struct level_by_id_row *rows, size_t n)
{
    const struct level_by_id_row *last = NULL;
    for (size_t i = 0; i < n; i++)
        if (!last || rows[i].depth > last->depth)
            last = &rows[i];
    return last;
}

static enum rc check_holder(struct op *op, const struct problem_by_id_row *p, const struct level_by_id_row *last)
{
    if (!str_is(p->state, problem_state_names[PROBLEM_ACCEPTED]))
        return OP_FAIL(op, RC_CONFLICT, "not_accepted", "问题签收后、反馈整改前才能下派",
                       "A case can be handed on after it was accepted and before it is reported mended");
    struct uuid holder = last ? last->to_unit_id : p->unit_id;
    bool mine = last ? level_side_of(&op->actor, last) == LEVEL_LOWER : uuid_eq(op->actor.unit_id, holder);
    if (!mine)
        return OP_FAIL(op, RC_FORBIDDEN, "not_holder", "问题不在您单位手中，不能下派",
                       "The case is not in your unit's hands; you cannot hand it on");
    if (last && !str_is(last->state, level_state_names[LEVEL_ACCEPTED]))
        return OP_FAIL(op, RC_CONFLICT, "level_not_accepted", "请先签收上级下派的问题", "Accept what was handed to you first");
    return policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_HAND_ON, &(struct subject){.unit_id = holder});
}

static enum rc load_unit(struct op *op, struct uuid id, struct level_unit *out, bool *found)
{
    struct level_unit_row row;
    RETURN_IF(q_level_unit(&op->rd, &(struct level_unit_in){op->hq, id}, &row, found));
    if (*found)
        *out = (struct level_unit){.id = id, .area_code = row.area_code, .closed = row.closed_ms.has};
    return RC_OK;
}

static enum rc check_person(struct op *op, const struct level_new *in)
{
    struct level_person_row row;
    bool found = true;
    if (uuid_is_none(in->to_person_id))
        return RC_OK;
    RETURN_IF(q_level_person(&op->rd, &(struct level_person_in){op->hq, in->to_person_id}, &row, &found));
    if (!found || row.left_ms.has || !uuid_eq(row.unit_id, in->to_unit_id))
        return fail_field(op->rd.fault, STR("/to_person_id"), "person_missing", "应是接办单位的在职人员",
                          "It must be a person in service of that unit");
    if (uuid_eq(in->to_person_id, op->actor.person_id))
        return fail_field(op->rd.fault, STR("/to_person_id"), "person_self", "不能下派给本人",
                          "You cannot hand a case on to yourself");
    return RC_OK;
}

/* Downward only: within the unit to a named person, or to a unit beneath. */
static enum rc check_receiver(struct op *op, struct uuid from_id, const struct level_new *in)
{
    struct level_unit from, to;
    struct level_units_above_row *above;
    bool found;
    size_t n;
    RETURN_IF(check_person(op, in));
    if (uuid_eq(from_id, in->to_unit_id) && !uuid_is_none(in->to_person_id))
        return RC_OK;
    RETURN_IF(load_unit(op, from_id, &from, &found));
    if (found)
        RETURN_IF(load_unit(op, in->to_unit_id, &to, &found));
    RETURN_IF(q_level_units_above(&op->rd, &(struct level_units_above_in){op->hq, in->to_unit_id}, &above, &n));
    struct uuid *chain = ARENA_MANY(OP_ARENA(op), struct uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        chain[i] = above[i].id;
    if (!found || !level_is_below(&from, &to, chain, n))
        return fail_field(op->rd.fault, STR("/to_unit_id"), "not_below", "只能下派给下级单位、辖区内的单位或本单位的责任人",
                          "A case is handed on to a unit beneath, one within the territory, or a person of the same unit");
    return RC_OK;
}

static void add_level(struct op *op, const struct problem_by_id_row *p, const struct level_by_id_row *last,
                      const struct level_new *in, const struct level_case *l)
{
    static const struct miss taken = {RC_CONFLICT, "already_handed_on", "该问题已下派，请先收回", "The case is handed on already; take it back first"};
    struct effect *e = fx_level_add(&op->plan.fx, &(struct level_add_in){
        .hq = op->hq, .id = in->id, .problem_id = p->id, .depth = last ? last->depth + 1 : 1,
        .from_unit_id = op->actor.unit_id, .to_unit_id = in->to_unit_id, .to_person_id = in->to_person_id,
        .note = in->note.n ? in->note : STR_NONE, .limit_kind = str_of(limit_kind_names[l->limit_kind]),
        .whole_ms = l->whole_ms, .due_ms = l->due_ms, .left_ms = l->left_ms, .beyond = l->beyond,
        .handed_ms = op->now, .handed_by = op->actor.person_id});
    e->on_clash = &taken;
    fx_level_holder_set(&op->plan.fx, &(struct level_holder_set_in){op->hq, p->id, in->to_unit_id});
}

struct telling {
    const char *rule;
    struct uuid unit, person; /* the person where there is one, else who answers for the unit */
    const char *zh, *en;      /* behind the case's number */
};

static void tell(struct op *op, const struct problem_by_id_row *p, const struct telling *t)
{
    bool person = !uuid_is_none(t->person);
    change_announce(op, &(struct announcement){
        .rule = t->rule, .subject_kind = "problem", .subject_id = p->id, .people = &t->person, .npeople = person,
        .units = &t->unit, .nunits = !person,
        .zh = str_fmt(OP_ARENA(op), "问题 %lld-%06lld %s", (long long)p->year, (long long)p->number, t->zh),
        .en = str_fmt(OP_ARENA(op), "Case %lld-%06lld %s", (long long)p->year, (long long)p->number, t->en)});
}

enum rc level_prepare_hand_on(struct op *op, struct uuid problem_id, const struct level_new *in)
{
    struct problem_by_id_row p;
    struct level_by_id_row *open;
    struct level_case l;
    size_t n;
    RETURN_IF(problem_load(op, problem_id, &p));
    if (in->version.has && in->version.v != p.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "问题已被他人处理，请刷新后再操作",
                       "Somebody has acted on the problem since; reload it first");
    RETURN_IF(q_level_of_problem(&op->rd, &(struct level_of_problem_in){op->hq, problem_id, SOME_BOOL(true)}, &open, &n));
    const struct level_by_id_row *last = deepest(open, n);
    RETURN_IF(check_holder(op, &p, last));
    RETURN_IF(check_receiver(op, op->actor.unit_id, in));
    struct problem_case c = problem_case_of(&p);
    struct level_opening opening = {
        .has_limit = in->has_limit, .limit_amount = in->limit_amount, .beyond = in->beyond, .pace = level_pace_of(&c),
        .above_due_ms = last ? last->due_ms : c.handling.due_ms,
        .limit_kind = in->has_limit ? in->limit_kind : last ? level_case_of(last).limit_kind : c.handling.kind};
    RETURN_IF(level_open(op->rd.fault, limits_calendar(op), &opening, op->now, &l));
    add_level(op, &p, last, in, &l);
    tell(op, &p, &(struct telling){"level.handed", in->to_unit_id, in->to_person_id, "已下派给您，请签收办理",
                                   "was handed on to you"});
    return problem_prepare_mark(op, &p, &(struct problem_mark){.event = "hand_on", .note = in->note, .unit_id = in->to_unit_id});
}

/* ---- a level's steps ---- */

static void set_level(struct op *op, const struct level_by_id_row *row, const struct level_case *l,
                      const struct level_set_in *answer)
{
    struct level_set_in in = *answer;
    in.hq = op->hq;
    in.id = row->id;
    in.version = row->version;
    in.state = str_of(level_state_names[l->state]);
    in.due_ms = l->due_ms;
    in.left_ms = l->left_ms;
    in.overdue = l->overdue;
    in.return_count = l->return_count;
    in.accepted_ms = l->accepted_ms;
    in.answered_ms = l->answered_ms;
    in.ended_ms = l->ended_ms;
    fx_level_set(&op->plan.fx, &in);
}

/* Levels beneath end, deepest first; `row` walks on with the timeline. */
static enum rc cease_beneath(struct op *op, const struct level_by_id_row *open, size_t n, int64_t depth,
                             struct problem_by_id_row *row)
{
    for (size_t i = n; i-- > 0;) {
        struct level_case now = level_case_of(&open[i]), after;
        struct problem_case c = problem_case_of(row);
        if (open[i].depth <= depth)
            continue;
        struct level_act act = {.event = LEVEL_EV_CEASE, .side = LEVEL_SYSTEM, .pace = level_pace_of(&c)};
        RETURN_IF(level_decide(op->rd.fault, limits_calendar(op), &now, &act, op->now, &after));
        set_level(op, &open[i], &after, &(struct level_set_in){0});
        RETURN_IF(problem_prepare_mark(op, row, &(struct problem_mark){.event = level_mark_names[LEVEL_EV_CEASE],
                                                                       .unit_id = open[i].to_unit_id}));
        *row = problem_row_after(row);
    }
    return RC_OK;
}

static enum rc load_open(struct op *op, struct uuid problem_id, struct level_by_id_row **open, size_t *n)
{
    return q_level_of_problem(&op->rd, &(struct level_of_problem_in){op->hq, problem_id, SOME_BOOL(true)}, open, n);
}

enum rc level_prepare_cease(struct op *op, const struct problem_by_id_row *row)
{
    struct problem_by_id_row at = *row;
    struct level_by_id_row *open;
    size_t n;
    RETURN_IF(load_open(op, row->id, &open, &n));
    if (n == 0)
        return RC_OK;
    RETURN_IF(cease_beneath(op, open, n, 0, &at));
    fx_level_holder_set(&op->plan.fx, &(struct level_holder_set_in){op->hq, row->id, UUID_NONE});
    return RC_OK;
}

enum rc level_confirmed_proof(struct op *op, struct uuid problem_id, int64_t depth, int64_t since_ms,
                              const struct sha256 **photos, size_t *n)
{
    struct level_by_id_row *rows;
    struct problem_photos_row *all;
    size_t nrows, nall;
    int64_t seq = 0;
    *n = 0;
    RETURN_IF(q_level_of_problem(&op->rd, &(struct level_of_problem_in){op->hq, problem_id, {0}}, &rows, &nrows));
    for (size_t i = 0; i < nrows; i++)
        if (rows[i].depth == depth + 1 && str_is(rows[i].state, "confirmed") && rows[i].ended_ms.v >= since_ms &&
            rows[i].answer_seq.has && rows[i].answer_seq.v > seq)
            seq = rows[i].answer_seq.v;
    if (seq == 0)
        return RC_OK;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, problem_id}, &all, &nall));
    struct sha256 *list = ARENA_MANY(OP_ARENA(op), struct sha256, nall + 1);
    for (size_t i = 0; i < nall && *n < PROBLEM_PHOTOS_MAX; i++)
        if (all[i].seq == seq)
            list[(*n)++] = all[i].sha256;
    *photos = list;
    return RC_OK;
}

static bool any_beneath(const struct level_by_id_row *open, size_t n, int64_t depth)
{
    for (size_t i = 0; i < n; i++)
        if (open[i].depth > depth)
            return true;
    return false;
}

/* The other side hears of a step. */
static void tell_other_side(struct op *op, const struct problem_by_id_row *p, const struct level_by_id_row *row,
                            enum level_event event)
{
    static const struct telling words[LEVEL_EVENTS] = {
        [LEVEL_EV_HAND_BACK] = {.rule = "level.handed_back", .zh = "被下级退回", .en = "was handed back by the level below"},
        [LEVEL_EV_ANSWER] = {.rule = "level.answered", .zh = "下级已反馈，请确认", .en = "was answered by the level below; check it"},
        [LEVEL_EV_RETURN] = {.rule = "level.returned", .zh = "被退回重办", .en = "was returned to you"},
        [LEVEL_EV_TAKE_BACK] = {.rule = "level.taken_back", .zh = "已被上级收回", .en = "was taken back by the level above"},
        [LEVEL_EV_CONFIRM] = {.rule = "level.confirmed", .zh = "反馈已被确认", .en = ": your answer was confirmed"},
    };
    struct telling t = words[event];
    bool upward = event == LEVEL_EV_HAND_BACK || event == LEVEL_EV_ANSWER;
    if (!t.rule)
        return;
    t.unit = upward ? row->from_unit_id : row->to_unit_id;
    t.person = upward ? UUID_NONE : row->to_person_id;
    tell(op, p, &t);
}

static struct problem_mark mark_of(const struct level_by_id_row *row, const struct level_step *in,
                                   const struct level_act *act, const struct sha256 *photos)
{
    return (struct problem_mark){
        .event = level_mark_names[in->event], .note = in->note,
        .unit_id = act->side == LEVEL_LOWER ? row->from_unit_id : row->to_unit_id, .photos = photos,
        .nphotos = act->nphotos, .photo_role = in->event == LEVEL_EV_ANSWER ? "after" : "recheck"};
}

/* The level itself, what lies beneath it, and who holds the case now. */
static enum rc settle(struct op *op, const struct level_by_id_row *row, const struct level_case *after,
                      const struct level_step *in, struct problem_by_id_row *p)
{
    bool answers = in->event == LEVEL_EV_ANSWER;
    struct level_set_in answer = {.answered_by = answers ? op->actor.person_id : UUID_NONE,
                                  .answer = answers ? in->note : STR_NONE,
                                  .answer_seq = answers ? SOME(p->event_count + 1) : NONE_I64};
    set_level(op, row, after, &answer);
    if (after->ended_ms.has)
        fx_level_holder_set(&op->plan.fx, &(struct level_holder_set_in){
            op->hq, p->id, row->depth > 1 ? row->from_unit_id : UUID_NONE});
    return RC_OK;
}

enum rc level_prepare_step(struct op *op, struct uuid level_id, const struct level_step *in)
{
    struct level_by_id_row row, *open;
    struct problem_by_id_row p;
    struct level_case after;
    const struct sha256 *photos = in->photos;
    size_t n, nphotos = in->nphotos;
    RETURN_IF(level_load(op, level_id, &row, &p));
    RETURN_IF(check_permission(op, &row, in->event));
    if (in->version.has && in->version.v != row.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "该下派记录已被他人处理，请刷新后再操作",
                       "Somebody has acted on this level since; reload it first");
    RETURN_IF(load_open(op, row.problem_id, &open, &n));
    if (in->event == LEVEL_EV_ANSWER && in->take_over && nphotos == 0)
        RETURN_IF(level_confirmed_proof(op, p.id, row.depth, row.handed_ms, &photos, &nphotos));
    struct problem_case c = problem_case_of(&p);
    struct level_case now = level_case_of(&row);
    struct level_act act = {.event = in->event, .side = level_side_of(&op->actor, &row), .note = in->note,
                            .nphotos = nphotos, .open_below = any_beneath(open, n, row.depth), .pace = level_pace_of(&c)};
    RETURN_IF(level_decide(op->rd.fault, limits_calendar(op), &now, &act, op->now, &after));
    if (in->event == LEVEL_EV_TAKE_BACK)
        RETURN_IF(cease_beneath(op, open, n, row.depth, &p));
    RETURN_IF(settle(op, &row, &after, in, &p));
    tell_other_side(op, &p, &row, in->event);
    struct problem_mark mark = mark_of(&row, in, &act, photos);
    return problem_prepare_mark(op, &p, &mark);
}
