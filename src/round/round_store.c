/* round_store.c - rounds on an operation: loading, planning, moving along. */
#include "round/round_store.h"

#include "base/civil.h"
#include "org/text.h"
#include "round/draw_store.h"

static int index_of(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return 0;
}

enum round_kind round_kind_of(const struct round_by_id_row *r)
{
    return (enum round_kind)index_of(round_kind_names, r->kind);
}

enum round_state round_state_of(const struct round_by_id_row *r)
{
    return (enum round_state)index_of(round_state_names, r->state);
}

bool round_is_held(const struct round_by_id_row *r)
{
    return r->covert && round_state_of(r) != ROUND_PUBLISHED;
}

/* ---- loading ---- */

static enum rc missing(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "round_not_found", "没有这个轮次", "There is no such round");
}

/* An open round that runs is seen by the units of its sites. */
static enum rc unit_sees(struct op *op, const struct round_by_id_row *r, bool *sees)
{
    enum round_state state = round_state_of(r);
    struct scope s = policy_scope(&op->actor, ACT_ROUND_READ);
    struct round_sites_row *rows;
    size_t n = 0;
    bool open = !round_is_held(r) && state >= ROUND_RUNNING && state <= ROUND_PUBLISHED;
    *sees = false;
    if (!open || uuid_is_none(s.unit_id))
        return RC_OK;
    struct round_sites_in in = {.hq = op->hq, .round_id = r->id, .row_limit = 1, .for_unit = s.unit_id};
    RETURN_IF(q_round_sites(&op->rd, &in, &rows, &n));
    *sees = n > 0;
    return RC_OK;
}

enum rc round_load(struct op *op, struct uuid id, struct round_by_id_row *row)
{
    bool found, sees;
    struct round_by_id_in in = {.hq = op->hq, .id = id, .me = op->actor.person_id};
    RETURN_IF(q_round_by_id(&op->rd, &in, row, &found));
    if (!found)
        return missing(op);
    if (policy_scope(&op->actor, ACT_ROUND_READ).all || row->mine)
        return RC_OK;
    RETURN_IF(unit_sees(op, row, &sees));
    return sees ? RC_OK : missing(op);
}

enum rc round_load_to(struct op *op, struct uuid id, enum action action, struct round_by_id_row *row)
{
    RETURN_IF(round_load(op, id, row));
    return policy_check(op->rd.fault, &op->actor, action, &(struct subject){.unit_id = row->lead_unit_id});
}

/* ---- planning ---- */

static enum rc check_references(struct op *op, const struct round_new *r)
{
    bool found = true;
    struct coverage_unit_name_row unit;
    struct coverage_unit_name_in in = {.hq = op->hq, .id = r->lead_unit_id};
    if (!uuid_is_none(r->lead_unit_id))
        RETURN_IF(q_coverage_unit_name(&op->rd, &in, &unit, &found));
    if (!found)
        fail_field(op->rd.fault, STR("/lead_unit_id"), "unit_missing", "没有这个单位", "There is no such unit");
    for (size_t i = 0; i < r->nversions; i++) {
        struct round_version_published_row v;
        struct round_version_published_in vi = {.hq = op->hq, .id = r->version_ids[i]};
        RETURN_IF(q_round_version_published(&op->rd, &vi, &v, &found));
        if (!found)
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "/version_ids/%zu", i), "version_missing",
                       "没有这个已发布的测评标准版本", "There is no such published version");
    }
    return op->rd.fault->rc;
}

enum rc round_prepare_create(struct op *op, const struct round_new *r)
{
    static const struct miss taken = {RC_CONFLICT, "round_exists", "该轮次编号已被使用", "This round id has been used"};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ROUND_WRITE, NULL));
    RETURN_IF(round_check(op->rd.fault, r));
    RETURN_IF(check_references(op, r));
    struct effect *e = fx_round_add(&op->plan.fx, &(struct round_add_in){
        .hq = op->hq, .id = r->id, .kind = str_of(round_kind_names[r->kind]), .covert = r->covert, .title = r->title,
        .basis = r->basis, .starts_ms = r->starts_ms, .ends_ms = r->ends_ms, .record_only = r->record_only,
        .lead_unit_id = r->lead_unit_id, .note = text_or_none(r->note), .created_by = op->actor.person_id,
        .created_ms = op->now});
    e->on_clash = &taken;
    for (size_t i = 0; i < r->nversions; i++)
        fx_round_version_add(&op->plan.fx, &(struct round_version_add_in){op->hq, r->id, r->version_ids[i]});
    if (!r->covert)
        change_event(op, "round.planned", "round", r->id, STR_NONE);
    return RC_OK;
}

void round_event_out(struct op *op, const struct round_by_id_row *row, const char *topic)
{
    if (!round_is_held(row))
        change_event(op, topic, "round", row->id, STR_NONE);
}

static enum rc not_over(struct op *op, const struct round_by_id_row *row)
{
    enum round_state to;
    enum round_state state = round_state_of(row);
    if (state <= ROUND_RUNNING)
        return RC_OK;
    return round_decide(op->rd.fault, state, ROUND_EV_SELECT, &to);
}

enum rc round_prepare_change(struct op *op, const struct round_new *to, struct opt_i64 version)
{
    struct round_by_id_row row;
    RETURN_IF(round_load_to(op, to->id, ACT_ROUND_WRITE, &row));
    RETURN_IF(not_over(op, &row));
    if (version.has && version.v != row.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "轮次已被他人修改，请刷新后再操作",
                       "Somebody has changed the round since; reload it first");
    RETURN_IF(round_check(op->rd.fault, to));
    fx_round_set(&op->plan.fx, &(struct round_set_in){
        .hq = op->hq, .id = to->id, .was_version = row.version, .title = to->title, .basis = to->basis,
        .starts_ms = to->starts_ms, .ends_ms = to->ends_ms, .record_only = to->record_only,
        .note = text_or_none(to->note)});
    round_event_out(op, &row, "round.changed");
    return RC_OK;
}

enum rc round_move(struct op *op, const struct round_by_id_row *row, const struct round_step *step)
{
    enum round_state to;
    RETURN_IF(round_decide(op->rd.fault, round_state_of(row), step->event, &to));
    struct opt_i64 now = SOME(op->now);
    fx_round_move(&op->plan.fx, &(struct round_move_in){
        .hq = op->hq, .id = row->id, .was_version = row->version, .state = str_of(round_state_names[to]),
        .drew = step->drew, .drawn_ms = to == ROUND_DRAWN ? now : NONE_I64,
        .started_ms = to == ROUND_RUNNING ? now : NONE_I64, .closed_ms = to == ROUND_CLOSED ? now : NONE_I64,
        .published_ms = to == ROUND_PUBLISHED ? now : NONE_I64,
        .published_by = to == ROUND_PUBLISHED ? op->actor.person_id : UUID_NONE, .reason = text_or_none(step->reason)});
    return RC_OK;
}

/* ---- moving along ---- */

static enum rc count_of(struct op *op, struct uuid id, const char *state, int64_t *n)
{
    struct round_counts_row *rows;
    size_t nrows;
    *n = 0;
    RETURN_IF(q_round_counts(&op->rd, &(struct round_counts_in){op->hq, id}, &rows, &nrows));
    for (size_t i = 0; i < nrows; i++)
        if (str_is(rows[i].state, state))
            *n = rows[i].n;
    return RC_OK;
}

enum rc round_prepare_start(struct op *op, struct uuid id)
{
    struct round_by_id_row row;
    struct round_people_row *people;
    enum round_state to;
    size_t n, here = 0;
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    RETURN_IF(round_decide(op->rd.fault, round_state_of(&row), ROUND_EV_START, &to));
    RETURN_IF(q_round_people(&op->rd, &(struct round_people_in){op->hq, id}, &people, &n));
    for (size_t i = 0; i < n; i++)
        here += !people[i].left_ms.has;
    if (here == 0)
        return OP_FAIL(op, RC_CONFLICT, "nobody_assigned", "请先安排督查人员", "Name the round's people first");
    RETURN_IF(round_move(op, &row, &(struct round_step){.event = ROUND_EV_START}));
    round_event_out(op, &row, "round.started");
    return RC_OK;
}

enum rc round_prepare_close(struct op *op, struct uuid id, struct str reason)
{
    struct round_by_id_row row;
    enum round_state to;
    int64_t left;
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    RETURN_IF(round_decide(op->rd.fault, round_state_of(&row), ROUND_EV_CLOSE, &to));
    RETURN_IF(count_of(op, id, "todo", &left));
    if (left && str_empty(str_trim(reason)))
        return fail_field(op->rd.fault, STR("/reason"), "sites_left", "还有 %lld 个点位未检查，请说明原因",
                          "%lld sites are still to do; say why", (long long)left);
    RETURN_IF(round_move(op, &row, &(struct round_step){.event = ROUND_EV_CLOSE}));
    if (left) {
        struct effect *e = fx_round_sites_skip_rest(&op->plan.fx,
                                                    &(struct round_sites_skip_rest_in){op->hq, id, reason});
        e->min = 0;
        e->max = INT64_MAX;
    }
    round_event_out(op, &row, "round.closed");
    return RC_OK;
}

enum rc round_prepare_cancel(struct op *op, struct uuid id, struct str reason)
{
    struct round_by_id_row row;
    struct round_visits_row visits;
    enum round_state to;
    bool found;
    RETURN_IF(round_load_to(op, id, ACT_ROUND_WRITE, &row));
    RETURN_IF(round_decide(op->rd.fault, round_state_of(&row), ROUND_EV_CANCEL, &to));
    RETURN_IF(q_round_visits(&op->rd, &(struct round_visits_in){op->hq, id}, &visits, &found));
    if (found && visits.n)
        return OP_FAIL(op, RC_CONFLICT, "has_visits", "本轮次已有 %lld 次检查，不能取消，只能结束",
                       "There are %lld visits of this round; it can be closed, not cancelled", (long long)visits.n);
    RETURN_IF(round_move(op, &row, &(struct round_step){.event = ROUND_EV_CANCEL, .reason = reason}));
    round_event_out(op, &row, "round.cancelled");
    return RC_OK;
}

static bool is_mine(const struct op *op, const struct round_by_id_row *row, const struct round_site_get_row *site)
{
    struct uuid me = op->actor.person_id;
    return row->mine && (uuid_is_none(site->inspector_id) || uuid_eq(site->inspector_id, me) ||
                         uuid_eq(site->partner_id, me));
}

enum rc round_prepare_skip(struct op *op, struct uuid id, struct uuid site_id, struct str reason)
{
    static const struct miss late = {RC_CONFLICT, "not_to_do", "该点位已检查或已跳过", "The site is done or skipped already"};
    struct round_by_id_row row;
    struct round_site_get_row site;
    bool found;
    RETURN_IF(round_load(op, id, &row));
    struct round_site_get_in in = {op->hq, id, site_id};
    RETURN_IF(q_round_site_get(&op->rd, &in, &site, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/site_id"), "site_not_in_round", "点位不在本轮次内",
                          "The site is not of this round");
    if (!is_mine(op, &row, &site))
        RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ROUND_WRITE, NULL));
    RETURN_IF(not_over(op, &row));
    fx_round_site_skip(&op->plan.fx, &(struct round_site_skip_in){op->hq, id, site_id, reason})->on_miss = &late;
    return RC_OK;
}

/* ---- visits ---- */

static enum rc no_round(struct op *op)
{
    return fail_field(op->rd.fault, STR("/round_id"), "round_missing", "没有这个轮次，或您不在其中",
                      "There is no such round, or you are not of it");
}

static enum rc check_pair(struct op *op, struct round_visit *v, const struct round_site_get_row *site)
{
    struct round_person_get_row p;
    bool found;
    struct round_person_get_in in = {op->hq, v->round_id, v->partner_id};
    if (!uuid_is_none(v->partner_id)) {
        RETURN_IF(q_round_person_get(&op->rd, &in, &p, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/partner_id"), "partner_not_in_round", "同行人员不在本轮次内",
                              "The partner is not of this round");
    }
    bool assigned = uuid_is_none(site->inspector_id) || uuid_eq(site->inspector_id, v->inspector_id) ||
                    uuid_eq(site->partner_id, v->inspector_id);
    v->reassigned = v->reassigned || !assigned;
    return RC_OK;
}

/* Times before `closed` came in while it ran. */
static bool is_over(const struct op *op, const struct round_by_id_row *r, const struct round_visit *v)
{
    (void)op;
    return round_state_of(r) != ROUND_RUNNING || v->visit_ms < r->starts_ms || v->visit_ms >= r->ends_ms;
}

static enum rc load_versions(struct op *op, struct round_visit *v)
{
    struct round_versions_row *rows;
    size_t n;
    RETURN_IF(q_round_versions(&op->rd, &(struct round_versions_in){op->hq, v->round_id}, &rows, &n));
    for (size_t i = 0; i < n && i < ROUND_VERSIONS_MAX; i++)
        v->version_ids[v->nversions++] = rows[i].version_id;
    return RC_OK;
}

enum rc round_check_visit(struct op *op, struct round_visit *v)
{
    struct round_by_id_row row;
    struct round_person_get_row person;
    struct round_site_get_row site;
    bool found, of_it;
    struct round_by_id_in in = {.hq = op->hq, .id = v->round_id, .me = v->inspector_id};
    struct round_person_get_in who = {op->hq, v->round_id, v->inspector_id};
    RETURN_IF(q_round_by_id(&op->rd, &in, &row, &found));
    RETURN_IF(q_round_person_get(&op->rd, &who, &person, &of_it));
    if (!found || !of_it || round_state_of(&row) < ROUND_RUNNING)
        return no_round(op);
    RETURN_IF(q_round_site_get(&op->rd, &(struct round_site_get_in){op->hq, v->round_id, v->site_id}, &site, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/site_id"), "site_not_in_round", "点位不在本轮次内",
                          "The site is not of this round");
    v->held = round_is_held(&row);
    v->record_only = row.record_only;
    v->kind = round_visit_kind(round_kind_of(&row));
    v->over = is_over(op, &row, v);
    v->reassigned = person.left_ms.has;
    RETURN_IF(load_versions(op, v));
    return check_pair(op, v, &site);
}

void round_visit_done(struct op *op, const struct round_visit *v, struct uuid inspection_id)
{
    if (v->held)
        fx_round_still_held(&op->plan.fx, &(struct round_still_held_in){op->hq, v->round_id});
    fx_round_site_done(&op->plan.fx, &(struct round_site_done_in){
        .hq = op->hq, .round_id = v->round_id, .site_id = v->site_id, .inspection_id = inspection_id,
        .done_ms = op->now});
}

void round_visit_undone(struct op *op, struct uuid round_id, struct uuid site_id, struct uuid inspection_id)
{
    fx_round_site_undone(&op->plan.fx, &(struct round_site_undone_in){
        .hq = op->hq, .round_id = round_id, .site_id = site_id, .inspection_id = inspection_id})->min = 0;
}
