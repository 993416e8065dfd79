/* hand_over.c - see hand_over.h. Every row is moved with its own count, so that what changed meanwhile is decided anew. */
#include "loop/hand_over.h"

#include "base/json_out.h"

#include "auth/policy.h"

/* ---- what is with a person ---- */

static enum rc load_levels(struct op *op, struct uuid person, const struct hand_over_place *w, struct holdings *out)
{
    struct str to = str_prefix_end(OP_ARENA(op), w->area_code);
    struct holding_levels_in in = {op->hq, person, w->area_code, to, w->site_id, w->unit_id, HAND_OVER_MAX + 1};
    return q_holding_levels(&op->rd, &in, &out->levels, &out->nlevels);
}

static enum rc load_visits(struct op *op, struct uuid person, const struct hand_over_place *w, struct holdings *out)
{
    struct str to = str_prefix_end(OP_ARENA(op), w->area_code);
    struct holding_walks_in walks = {op->hq, person, w->area_code, to, w->site_id, w->unit_id, HAND_OVER_MAX + 1};
    struct holding_lookbacks_in backs = {op->hq, person, w->area_code, to, w->site_id, w->unit_id, HAND_OVER_MAX + 1};
    RETURN_IF(q_holding_walks(&op->rd, &walks, &out->walks, &out->nwalks));
    return q_holding_lookbacks(&op->rd, &backs, &out->lookbacks, &out->nlookbacks);
}

enum rc holdings_load(struct op *op, struct uuid person_id, const struct hand_over_place *where, struct holdings *out)
{
    static const struct hand_over_place everywhere;
    const struct hand_over_place *w = where ? where : &everywhere;
    struct str to = str_prefix_end(OP_ARENA(op), w->area_code);
    *out = (struct holdings){0};
    RETURN_IF(load_levels(op, person_id, w, out));
    RETURN_IF(load_visits(op, person_id, w, out));
    struct holding_plans_in plans = {op->hq, person_id, w->area_code, to, w->site_id, w->unit_id, HAND_OVER_MAX + 1};
    RETURN_IF(q_holding_plans(&op->rd, &plans, &out->plans, &out->nplans));
    if (where)
        return RC_OK;
    RETURN_IF(q_holding_rounds(&op->rd, &(struct holding_rounds_in){op->hq, person_id, HAND_OVER_MAX + 1}, &out->rounds, &out->nrounds));
    struct holding_duties_in duties = {op->hq, person_id, op->now, HAND_OVER_MAX + 1};
    return q_holding_duties(&op->rd, &duties, &out->duties, &out->nduties);
}

size_t holdings_count(const struct holdings *h)
{
    return h->nduties + h->nwalks + h->nrounds + h->nlookbacks + h->nlevels + h->nplans;
}

enum rc hand_over_still_bound(struct op *op, struct uuid person_id, bool leaves, int64_t *n)
{
    struct holdings h;
    RETURN_IF(holdings_load(op, person_id, NULL, &h));
    /* Rounds and look-backs go along to another unit; what rests with somebody of a certain unit does not. */
    *n = (int64_t)(leaves ? holdings_count(&h) : h.nlevels + h.nplans);
    return RC_OK;
}

/* ---- moving ---- */

struct mover {
    struct uuid from, to;
    struct uuid to_unit;      /* the successor's; NONE without one */
    int64_t unassigned;       /* what the successor could not take */
};

static void move_levels(struct op *op, const struct holdings *h, struct mover *m)
{
    for (size_t i = 0; i < h->nlevels; i++) {
        const struct holding_levels_row *l = &h->levels[i];
        bool within = uuid_eq(l->from_unit_id, l->to_unit_id);
        bool takes = !uuid_is_none(m->to) && uuid_eq(l->to_unit_id, m->to_unit);
        m->unassigned += !takes;
        fx_hand_over_level(&op->plan.fx, &(struct hand_over_level_in){op->hq, l->id, l->version, takes || within ? m->to : UUID_NONE});
    }
}

/* A level within one unit rests with somebody or with nobody: then it has no lower side left. */
static enum rc check_levels(struct op *op, const struct holdings *h, const struct mover *m)
{
    for (size_t i = 0; i < h->nlevels; i++)
        if (uuid_eq(h->levels[i].from_unit_id, h->levels[i].to_unit_id) && !uuid_eq(m->to_unit, h->levels[i].to_unit_id))
            return OP_FAIL(op, RC_CONFLICT, "level_needs_colleague",
                           "单位内部下派给该人员的问题须由本单位人员接办，或先由单位收回",
                           "What was handed to this person within the unit goes to a colleague, or is taken back first");
    return RC_OK;
}

static void move_walks(struct op *op, const struct holdings *h, const struct mover *m)
{
    struct effects *fx = &op->plan.fx;
    for (size_t i = 0; i < h->nwalks; i++) {
        const struct holding_walks_row *w = &h->walks[i];
        bool leads = uuid_eq(w->inspector_id, m->from), pairs = !uuid_is_none(m->to) && uuid_eq(leads ? w->partner_id : w->inspector_id, m->to);
        if (leads) {
            if (pairs) /* nobody is their own partner */
                fx_hand_over_partner(fx, &(struct hand_over_partner_in){op->hq, w->round_id, w->site_id, m->to, UUID_NONE});
            fx_hand_over_inspector(fx, &(struct hand_over_inspector_in){op->hq, w->round_id, w->site_id, m->from, m->to});
        } else {
            fx_hand_over_partner(fx, &(struct hand_over_partner_in){op->hq, w->round_id, w->site_id, m->from, pairs ? UUID_NONE : m->to});
        }
    }
}

static void join_round(struct op *op, struct uuid round_id, struct uuid person)
{
    if (!uuid_is_none(person))
        fx_hand_over_round_join(&op->plan.fx, &(struct hand_over_round_join_in){op->hq, round_id, person});
}

/* Whoever takes over a share belongs to the round. */
static void join_walked(struct op *op, const struct holdings *h, const struct mover *m)
{
    for (size_t i = 0; i < h->nwalks; i++)
        if (i == 0 || !uuid_eq(h->walks[i].round_id, h->walks[i - 1].round_id))
            join_round(op, h->walks[i].round_id, m->to);
}

static void move_rounds(struct op *op, const struct holdings *h, const struct mover *m)
{
    for (size_t i = 0; i < h->nrounds; i++) {
        struct hand_over_round_leave_in leave = {op->hq, h->rounds[i].round_id, m->from, op->now};
        fx_hand_over_round_leave(&op->plan.fx, &leave);
        join_round(op, h->rounds[i].round_id, m->to);
    }
}

/* Who rectified or struck off never looks back. */
static bool may_look_back(const struct holding_lookbacks_row *l, const struct mover *m)
{
    return !uuid_is_none(m->to) && !uuid_eq(l->striker_id, m->to) && !uuid_eq(l->rectifier_id, m->to) &&
           !(!uuid_is_none(l->rectifier_unit_id) && uuid_eq(l->rectifier_unit_id, m->to_unit));
}

static enum rc move_lookbacks(struct op *op, const struct holdings *h, struct mover *m)
{
    struct effects *fx = &op->plan.fx;
    for (size_t i = 0; i < h->nlookbacks; i++) {
        const struct holding_lookbacks_row *l = &h->lookbacks[i];
        struct hand_over_assigned_row row;
        bool already = false, takes = may_look_back(l, m);
        if (takes)
            RETURN_IF(q_hand_over_assigned(&op->rd, &(struct hand_over_assigned_in){op->hq, l->id, m->to}, &row, &already));
        if (takes && !already)
            fx_hand_over_lookback_give(fx, &(struct hand_over_lookback_give_in){op->hq, l->id, m->from, m->to});
        else
            fx_hand_over_lookback_drop(fx, &(struct hand_over_lookback_drop_in){op->hq, l->id, m->from});
        m->unassigned += !takes;
        fx_hand_over_lookback_count(fx, &(struct hand_over_lookback_count_in){op->hq, l->id, l->version});
    }
    return RC_OK;
}

static void move_plans(struct op *op, const struct holdings *h, const struct mover *m)
{
    for (size_t i = 0; i < h->nplans; i++)
        fx_hand_over_plan(&op->plan.fx, &(struct hand_over_plan_in){op->hq, h->plans[i].id, h->plans[i].version, m->to});
}

/* ---- the successor ---- */

enum { WALKING_ROLES = ROLE_INSPECTOR | ROLE_JOINT_INSPECTOR | ROLE_UNIT_CONTACT | ROLE_STATION_MANAGER };

static enum rc roles_of(struct op *op, struct uuid person, uint32_t *roles)
{
    struct hand_over_roles_row *rows;
    size_t n;
    *roles = 0;
    RETURN_IF(q_hand_over_roles(&op->rd, &(struct hand_over_roles_in){op->hq, person, op->now}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        *roles |= policy_role_by_name(rows[i].role);
    return RC_OK;
}

/* Visits and look-backs go to somebody who may make them. */
static enum rc check_roles(struct op *op, const struct holdings *h, const struct mover *m)
{
    uint32_t has;
    if (uuid_is_none(m->to) || h->nwalks + h->nrounds + h->nlookbacks == 0)
        return RC_OK;
    RETURN_IF(roles_of(op, m->to, &has));
    uint32_t needed = h->nlookbacks ? ROLE_INSPECTOR | ROLE_JOINT_INSPECTOR | ROLE_OFFICE : WALKING_ROLES;
    if (!(has & needed))
        return fail_field(op->rd.fault, STR("/to_person_id"), "role_missing", "接任人没有检查、回头看所需的角色",
                          "The successor holds no role that may make visits or look back");
    return RC_OK;
}

static enum rc load_successor(struct op *op, struct uuid id, struct uuid from, struct mover *m)
{
    struct person p;
    bool found;
    *m = (struct mover){.from = from, .to = id};
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(person_find(op, id, &p, &found));
    if (!found || p.left_ms.has || uuid_eq(id, from))
        return fail_field(op->rd.fault, STR("/to_person_id"), "person_missing", "接任人应是另一名在职人员",
                          "The successor must be another person in service");
    m->to_unit = p.unit_id;
    return RC_OK;
}

/* Whoever has the same duty already takes nothing over: the old one ends. */
static enum rc move_duties(struct op *op, const struct holdings *h, const struct mover *m, struct str note)
{
    for (size_t i = 0; i < h->nduties; i++) {
        const struct holding_duties_row *d = &h->duties[i];
        struct duty_hand_over in = {
            .id = d->id, .to_person_id = m->to, .note = note, .next_id = uuid_named(op->plan.command.id, str_hex(OP_ARENA(op), d->id.b, 16)),
            .at_ms = SOME(d->from_ms >= op->now ? d->from_ms + 1 : op->now)};
        if (uuid_is_none(m->to)) {
            RETURN_IF(duty_prepare_end(op, d->id));
            continue;
        }
        enum rc rc = duty_prepare_hand_over(op, &in);
        if (rc == RC_CONFLICT && str_is(op->rd.fault->code, "duty_overlaps")) {
            fault_clear(op->rd.fault);
            rc = duty_prepare_end(op, d->id);
        }
        RETURN_IF(rc);
    }
    return RC_OK;
}

/* ---- together ---- */

static enum rc move_all(struct op *op, const struct holdings *h, struct mover *m)
{
    RETURN_IF(check_roles(op, h, m));
    RETURN_IF(check_levels(op, h, m));
    move_levels(op, h, m);
    move_walks(op, h, m);
    join_walked(op, h, m);
    RETURN_IF(move_lookbacks(op, h, m));
    move_plans(op, h, m);
    return RC_OK;
}

static struct str detail(struct op *op, const struct holdings *h, const struct mover *m)
{
    struct json_out j;
    struct buf b;
    buf_init(&b, 4096);
    jo_begin(&j, &b, op->zone_min);
    jo_obj(&j, NULL);
    jo_uuid(&j, "to_person_id", m->to);
    jo_i64(&j, "duties", (int64_t)h->nduties);
    jo_i64(&j, "walks", (int64_t)h->nwalks);
    jo_i64(&j, "rounds", (int64_t)h->nrounds);
    jo_i64(&j, "lookbacks", (int64_t)h->nlookbacks);
    jo_i64(&j, "levels", (int64_t)h->nlevels);
    jo_i64(&j, "plans", (int64_t)h->nplans);
    jo_i64(&j, "unassigned", m->unassigned);
    jo_end(&j);
    struct str made = str_copy(OP_ARENA(op), buf_view(&b));
    buf_free(&b);
    return made;
}

static enum rc change_person(struct op *op, const struct hand_over *in)
{
    struct person_change c = {.id = in->person_id, .handed_over = true};
    if (in->leaves) {
        c.set = PERSON_LEFT;
        c.left = true;
    } else if (!uuid_is_none(in->to_unit_id)) {
        c.set = PERSON_UNIT;
        c.to.unit_id = in->to_unit_id;
    }
    return c.set ? person_prepare_change(op, &c) : RC_OK;
}

static void tell(struct op *op, const struct mover *m)
{
    if (!uuid_is_none(m->to))
        change_announce(op, &(struct announcement){
            .rule = "hand_over", .subject_kind = "person", .subject_id = m->from, .people = &m->to, .npeople = 1,
            .zh = STR("有工作交接给您，请查看待办"), .en = STR("Work was handed over to you; see what is to be done")});
}

enum rc hand_over_prepare(struct op *op, const struct hand_over *in)
{
    struct person p;
    struct holdings h;
    struct mover m;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ORG_WRITE, NULL));
    RETURN_IF(person_load(op, in->person_id, &p));
    RETURN_IF(load_successor(op, in->to_person_id, in->person_id, &m));
    RETURN_IF(holdings_load(op, in->person_id, NULL, &h));
    if (holdings_count(&h) > HAND_OVER_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_much", "该人员名下事项过多，请先逐项交接责任分工", "Too much is with this person; hand duties over one by one first");
    RETURN_IF(move_all(op, &h, &m));
    move_rounds(op, &h, &m);
    RETURN_IF(move_duties(op, &h, &m, in->note));
    RETURN_IF(change_person(op, in));
    tell(op, &m);
    op->plan.command.detail = detail(op, &h, &m);
    return RC_OK;
}

static enum rc place_of(struct op *op, const struct duty_move *d, struct hand_over_place *out)
{
    struct hand_over_place_row row;
    bool found;
    *out = (struct hand_over_place){0};
    if (str_is(d->place_kind, "site"))
        out->site_id = d->place_id;
    else if (str_is(d->place_kind, "unit"))
        out->unit_id = d->place_id;
    else {
        RETURN_IF(q_hand_over_place(&op->rd, &(struct hand_over_place_in){op->hq, d->place_id}, &row, &found));
        out->area_code = found ? row.code : STR_NONE;
    }
    return RC_OK;
}

enum rc hand_over_with_duty(struct op *op, const struct duty_move *move)
{
    struct hand_over_place where;
    struct holdings h;
    struct mover m;
    bool visits = str_is(move->kind, "inspector");
    RETURN_IF(place_of(op, move, &where));
    if (!where.area_code.p && uuid_is_none(where.site_id) && uuid_is_none(where.unit_id))
        return RC_OK;
    RETURN_IF(load_successor(op, move->to_person_id, move->from_person_id, &m));
    RETURN_IF(holdings_load(op, move->from_person_id, &where, &h));
    /* An inspector's duty carries visits, all others what rests with the person there. */
    if (visits)
        h.nlevels = h.nplans = 0;
    else
        h.nwalks = h.nlookbacks = 0;
    if (holdings_count(&h) == 0)
        return RC_OK;
    RETURN_IF(move_all(op, &h, &m));
    tell(op, &m);
    return RC_OK;
}
