/* round_assign.c - who goes where on which day, in walking order. */
#include "round/round_store.h"
#include "round/walk.h"

#include <stdlib.h>

/* ---- people ---- */

static enum action action_for(enum round_kind kind)
{
    switch (kind) {
    case ROUND_SELF_CHECK:
        return ACT_INSPECT;
    case ROUND_CROSS_CHECK:
    case ROUND_LINE:
        return ACT_INSPECT_ASSIGNED;
    default:
        return ACT_INSPECT_OFFICIAL;
    }
}

/* Leaders walk their route though they record nothing. */
static bool may_walk(const struct actor *who, enum round_kind kind)
{
    return policy_may(who, action_for(kind)) ||
           (kind == ROUND_LEADER && (who->roles & (ROLE_LEADER | ROLE_COMMANDER)));
}

static enum rc check_person(struct op *op, enum round_kind kind, struct uuid id, struct str at)
{
    struct round_person_now_row person;
    struct round_person_roles_row *roles;
    struct actor who = {.person_id = id};
    bool found;
    size_t n;
    RETURN_IF(q_round_person_now(&op->rd, &(struct round_person_now_in){op->hq, id}, &person, &found));
    if (!found) {
        fail_field(op->rd.fault, at, "person_missing", "没有这名在职人员", "There is no such person in service");
        return RC_OK;
    }
    struct round_person_roles_in in = {.hq = op->hq, .person_id = id, .at_ms = op->now};
    RETURN_IF(q_round_person_roles(&op->rd, &in, &roles, &n));
    for (size_t i = 0; i < n; i++)
        who.roles |= policy_role_by_name(roles[i].role);
    if (!may_walk(&who, kind))
        fail_field(op->rd.fault, at, "may_not_inspect", "该人员没有进行此类检查的权限",
                   "This person may not make such inspections");
    return RC_OK;
}

static bool among(const struct uuid *list, size_t n, struct uuid id)
{
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(list[i], id))
            return true;
    return false;
}

static enum rc check_open(struct op *op, const struct round_by_id_row *row)
{
    enum round_state to, state = round_state_of(row);
    return state <= ROUND_RUNNING ? RC_OK : round_decide(op->rd.fault, state, ROUND_EV_SELECT, &to);
}

enum rc round_prepare_people(struct op *op, struct uuid id, const struct uuid *people, size_t n)
{
    struct round_by_id_row row;
    struct round_people_row *now;
    size_t nnow;
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    RETURN_IF(check_open(op, &row));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(check_person(op, round_kind_of(&row), people[i],
                               str_fmt(OP_ARENA(op), "/person_ids/%zu", i)));
    RETURN_IF(op->rd.fault->rc);
    RETURN_IF(q_round_people(&op->rd, &(struct round_people_in){op->hq, id}, &now, &nnow));
    fx_round_touch(&op->plan.fx, &(struct round_touch_in){op->hq, id, row.version});
    for (size_t i = 0; i < n; i++)
        if (!among(people, i, people[i]))
            fx_round_person_add(&op->plan.fx, &(struct round_person_add_in){op->hq, id, people[i]});
    for (size_t i = 0; i < nnow; i++)
        if (!now[i].left_ms.has && !among(people, n, now[i].person_id))
            fx_round_person_leave(&op->plan.fx,
                                  &(struct round_person_leave_in){op->hq, id, now[i].person_id, op->now});
    round_event_out(op, &row, "round.changed");
    return RC_OK;
}

/* ---- shares ---- */

/* What an assignment works on. */
struct work {
    struct uuid round_id;
    struct round_sites_row *sites;  /* all of the round's */
    size_t nsites;
    struct round_people_row *people;
    size_t npeople;
    struct walk_place start;
    int64_t next_no;
};

static enum rc load_work(struct op *op, struct uuid id, struct work *w)
{
    struct round_sites_in in = {.hq = op->hq, .round_id = id, .row_limit = ROUND_SITES_MAX + 1};
    w->round_id = id;
    RETURN_IF(q_round_sites(&op->rd, &in, &w->sites, &w->nsites));
    RETURN_IF(q_round_people(&op->rd, &(struct round_people_in){op->hq, id}, &w->people, &w->npeople));
    w->next_no = 1;
    for (size_t i = 0; i < w->nsites; i++)
        if (w->sites[i].order_no >= w->next_no)
            w->next_no = w->sites[i].order_no + 1;
    return RC_OK;
}

static bool is_of_round(const struct work *w, struct uuid id)
{
    for (size_t i = 0; i < w->npeople; i++)
        if (uuid_eq(w->people[i].person_id, id))
            return !w->people[i].left_ms.has;
    return false;
}

static void check_pair(struct op *op, const struct work *w, const struct round_pair *p, struct str at)
{
    if (!is_of_round(w, p->inspector_id))
        fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/inspector_id", STR_ARG(at)), "person_not_in_round",
                   "该人员不在本轮次内", "This person is not of the round");
    if (!uuid_is_none(p->partner_id) && (!is_of_round(w, p->partner_id) || uuid_eq(p->partner_id, p->inspector_id)))
        fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/partner_id", STR_ARG(at)), "person_not_in_round",
                   "同行人员应是本轮次内的另一人", "The partner must be another person of the round");
}

static void check_day(struct op *op, const struct round_by_id_row *r, struct opt_i64 day, struct str at)
{
    if (day.has && (day.v < r->starts_ms || day.v >= r->ends_ms))
        fail_field(op->rd.fault, at, "outside_round", "日期不在本轮次起止日期内", "The day is not within the round's");
}

/* Puts the picked sites in walking order and gives them away. */
static void give(struct op *op, struct work *w, size_t *picked, size_t n, const struct round_pair *pair,
                 struct opt_i64 day)
{
    struct walk_place *places = ARENA_MANY(OP_ARENA(op), struct walk_place, n + 1);
    size_t *order = ARENA_MANY(OP_ARENA(op), size_t, n + 1);
    for (size_t i = 0; i < n; i++)
        places[i] = (struct walk_place){w->sites[picked[i]].lon_e7, w->sites[picked[i]].lat_e7};
    walk_order(OP_ARENA(op), places, n, w->start.lon_e7.has ? &w->start : NULL, order);
    for (size_t i = 0; i < n; i++)
        fx_round_site_assign(&op->plan.fx, &(struct round_site_assign_in){
            .hq = op->hq, .round_id = w->round_id, .site_id = w->sites[picked[order[i]]].site_id,
            .inspector_id = pair->inspector_id, .partner_id = pair->partner_id, .day_ms = day,
            .order_no = w->next_no++});
}

static size_t find_site(const struct work *w, struct uuid id)
{
    for (size_t i = 0; i < w->nsites; i++)
        if (uuid_eq(w->sites[i].site_id, id) && str_is(w->sites[i].state, "todo"))
            return i;
    return w->nsites;
}

static void give_share(struct op *op, struct work *w, const struct round_by_id_row *row, const struct round_share *s,
                       struct str at)
{
    struct round_pair pair = {s->inspector_id, s->partner_id};
    size_t *picked = ARENA_MANY(OP_ARENA(op), size_t, s->nsites + 1);
    check_pair(op, w, &pair, at);
    check_day(op, row, s->day_ms, str_fmt(OP_ARENA(op), "%.*s/on", STR_ARG(at)));
    for (size_t i = 0; i < s->nsites; i++) {
        picked[i] = find_site(w, s->site_ids[i]);
        if (picked[i] == w->nsites)
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/site_ids/%zu", STR_ARG(at), i), "site_not_to_do",
                       "点位不在本轮次内，或已检查、已跳过", "The site is not of the round, or not to do any more");
    }
    if (op->rd.fault->rc == RC_OK)
        give(op, w, picked, s->nsites, &pair, s->day_ms);
}

/* ---- spreading ---- */

/* All to do in one walking order, cut into as many stretches as there are pairs and days. */
static void spread(struct op *op, struct work *w, const struct round_assignment *a)
{
    struct walk_place *places = ARENA_MANY(OP_ARENA(op), struct walk_place, w->nsites + 1);
    size_t *todo = ARENA_MANY(OP_ARENA(op), size_t, w->nsites + 1), n = 0;
    size_t *order = ARENA_MANY(OP_ARENA(op), size_t, w->nsites + 1);
    size_t days = a->ndays ? a->ndays : 1, slots = a->npairs * days, from = 0;
    for (size_t i = 0; i < w->nsites; i++)
        if (str_is(w->sites[i].state, "todo")) {
            places[n] = (struct walk_place){w->sites[i].lon_e7, w->sites[i].lat_e7};
            todo[n++] = i;
        }
    walk_order(OP_ARENA(op), places, n, w->start.lon_e7.has ? &w->start : NULL, order);
    for (size_t i = 0; i < n; i++)
        order[i] = todo[order[i]];
    for (size_t s = 0; s < slots; s++) {
        size_t to = n * (s + 1) / slots;
        struct opt_i64 day = a->ndays ? SOME(a->days_ms[s / a->npairs]) : NONE_I64;
        give(op, w, order + from, to - from, &a->pairs[s % a->npairs], day);
        from = to;
    }
}

static void add_once(struct uuid *list, size_t *n, struct uuid id)
{
    if (!uuid_is_none(id) && !among(list, *n, id))
        list[(*n)++] = id;
}

/* Who walks hears of it, and nobody else. */
static void tell_walkers(struct op *op, const struct round_by_id_row *row, const struct round_assignment *a)
{
    struct uuid *people = ARENA_MANY(OP_ARENA(op), struct uuid, 2 * (a->nshares + a->npairs) + 1);
    size_t n = 0;
    for (size_t i = 0; i < a->nshares; i++) {
        add_once(people, &n, a->shares[i].inspector_id);
        add_once(people, &n, a->shares[i].partner_id);
    }
    for (size_t i = 0; i < a->npairs; i++) {
        add_once(people, &n, a->pairs[i].inspector_id);
        add_once(people, &n, a->pairs[i].partner_id);
    }
    change_announce(op, &(struct announcement){
        .rule = "round_assigned", .subject_kind = "round", .subject_id = row->id, .people = people, .npeople = n,
        .zh = STR("您有新的督查任务，请在“我的行程”中查看"), .en = STR("You have been given sites to inspect; see your walk")});
}

enum rc round_prepare_assign(struct op *op, const struct round_assignment *a)
{
    struct round_by_id_row row;
    struct work w = {.start = {a->start_lon_e7, a->start_lat_e7}};
    RETURN_IF(round_load_to(op, a->round_id, ACT_ROUND_WRITE, &row));
    RETURN_IF(check_open(op, &row));
    RETURN_IF(load_work(op, a->round_id, &w));
    fx_round_touch(&op->plan.fx, &(struct round_touch_in){op->hq, a->round_id, row.version});
    for (size_t i = 0; i < a->nshares; i++)
        give_share(op, &w, &row, &a->shares[i], str_fmt(OP_ARENA(op), "/shares/%zu", i));
    for (size_t i = 0; i < a->npairs; i++)
        check_pair(op, &w, &a->pairs[i], str_fmt(OP_ARENA(op), "/spread/pairs/%zu", i));
    for (size_t i = 0; i < a->ndays; i++)
        check_day(op, &row, SOME(a->days_ms[i]), str_fmt(OP_ARENA(op), "/spread/days/%zu", i));
    RETURN_IF(op->rd.fault->rc);
    if (a->npairs)
        spread(op, &w, a);
    tell_walkers(op, &row, a);
    round_event_out(op, &row, "round.changed");
    return RC_OK;
}

/* ---- another order ---- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

enum rc round_prepare_reorder(struct op *op, struct uuid id, const struct uuid *sites, size_t n)
{
    struct round_by_id_row row;
    struct work w = {0};
    int64_t *numbers = ARENA_MANY(OP_ARENA(op), int64_t, n + 1);
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    RETURN_IF(check_open(op, &row));
    RETURN_IF(load_work(op, id, &w));
    for (size_t i = 0; i < n; i++) {
        size_t at = find_site(&w, sites[i]);
        if (at == w.nsites || among(sites, i, sites[i]))
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "/site_ids/%zu", i), "site_not_to_do",
                       "点位不在本轮次内，或已检查、已跳过，或重复", "The site is not of the round, not to do, or there twice");
        else
            numbers[i] = w.sites[at].order_no;
    }
    RETURN_IF(op->rd.fault->rc);
    if (n > 1)
        qsort(numbers, n, sizeof *numbers, by_number);
    fx_round_touch(&op->plan.fx, &(struct round_touch_in){op->hq, id, row.version});
    for (size_t i = 0; i < n; i++)
        fx_round_site_order(&op->plan.fx, &(struct round_site_order_in){op->hq, id, sites[i], numbers[i]});
    return RC_OK;
}
