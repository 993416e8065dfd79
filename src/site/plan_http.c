/* plan_http.c - plans of sites (一点一策) over HTTP. */
#include "plan_internal.h"
#include "site/site_http.h"

#include "base/civil.h"
#include "base/civil.h"
#include "org/org_http.h"
#include "org/text.h"

static void put_plan(struct json_out *j, const struct site_plan *p, int64_t now)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", p->id);
    jo_obj(j, "site");
    jo_uuid(j, "id", p->site_id);
    jo_str(j, "code", p->site_code);
    jo_str(j, "name", p->site_name);
    jo_end(j);
    jo_str(j, "area_code", p->area_code);
    jo_str(j, "criterion_code", p->criterion_code);
    jo_str(j, "gap", p->gap);
    jo_str(j, "measures", p->measures);
    jo_str(j, "acceptance", p->acceptance);
    jo_named(j, "owner_unit", p->units[0], p->owner_unit_name);
    jo_named(j, "owner_person", p->owner_person_id, p->owner_person_name);
    jo_time(j, "due_at", p->due_ms);
    jo_z(j, "state", plan_state_names[p->state]);
    jo_bool(j, "overdue", plan_overdue(p, now));
    jo_opt_time(j, "finished_at", p->finished_ms);
    jo_opt_time(j, "closed_at", p->closed_ms);
    jo_i64(j, "version", p->version);
    jo_end(j);
}

static enum rc reply_plan(struct request *rq, struct uuid id, int status)
{
    struct site_plan p;
    RETURN_IF(plan_read(&rq->op, id, &p));
    put_plan(&rq->json, &p, rq->op.now);
    return reply_versioned(rq, status, p.version);
}

static enum rc get_plan(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return reply_plan(rq, id, 200);
}

/* The policy's reach as a filter. False: nothing at all is in reach. */
static bool apply_scope(struct request *rq, struct plan_list_in *in)
{
    struct scope sc = policy_scope(&rq->op.actor, ACT_SITE_READ);
    if (sc.all || sc.none)
        return sc.all;
    in->scoped = SOME_BOOL(true);
    in->scope_unit = sc.unit_id;
    in->scope_area_from = sc.area_code;
    in->scope_area_to = code_range_end(OP_ARENA(&rq->op), sc.area_code);
    return true;
}

static enum rc read_query(struct request *rq, struct page *page, struct plan_list_in *in)
{
    struct opt_bool open, overdue;
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_uuid(rq, "site_id", &in->site_id));
    RETURN_IF(query_uuid(rq, "owner_unit_id", &in->owner_unit));
    RETURN_IF(query_name(rq, "state", plan_state_names, &in->state));
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_bool(rq, "overdue", &overdue));
    in->area_from = text_or_none(query_text(rq, "area_code"));
    in->area_to = code_range_end(OP_ARENA(&rq->op), in->area_from);
    RETURN_IF(query_done(rq));
    in->is_open = open.has && open.v ? open : (struct opt_bool){0};
    in->overdue_at = overdue.has && overdue.v ? SOME(rq->op.now) : NONE_I64;
    in->max_rows = page->limit + 1;
    in->key_ms = page->has_cursor ? SOME(page->key_i64) : NONE_I64;
    in->key_id = page->has_cursor ? page->key_id : UUID_NONE;
    return RC_OK;
}

static enum rc list_plans(struct request *rq)
{
    struct page page;
    struct plan_get_row *rows = NULL;
    size_t n = 0;
    struct plan_list_in in = {.hq = rq->op.hq};
    RETURN_IF(read_query(rq, &page, &in));
    if (apply_scope(rq, &in))
        RETURN_IF(q_plan_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct site_plan p = plan_of_row(&rows[i]);
        put_plan(&rq->json, &p, rq->op.now);
    }
    const struct plan_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->due_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc plan_history(struct request *rq)
{
    struct uuid id;
    struct site_plan p;
    struct plan_history_list_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(plan_read(&rq->op, id, &p));
    RETURN_IF(q_plan_history_list(&rq->op.rd, &(struct plan_history_list_in){rq->op.hq, id}, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "version", rows[i].version);
        jo_time(j, "at", rows[i].at_ms);
        jo_uuid(j, "actor_id", rows[i].actor_id);
        jo_str(j, "actor_name", rows[i].actor_name);
        jo_str(j, "change", rows[i].change);
        jo_raw(j, "content", rows[i].content);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

/* A day; it is due at its end. */
static bool read_due(struct jin *in, int zone_min, int64_t *due_ms)
{
    int64_t day;
    if (!jin_date(in, "due", zone_min, &day))
        return false;
    *due_ms = day + DAY_MS - 1;
    return true;
}

static unsigned read_members(struct request *rq, struct jin *in, struct plan_new *p)
{
    unsigned set = 0;
    set |= change_str(in, "criterion_code", CODE_MAX_CHARS, &p->criterion_code) ? PLAN_CRITERION : 0;
    set |= jin_str(in, "gap", JIN_OPTIONAL, NOTE_MAX_CHARS, &p->gap) ? PLAN_GAP : 0;
    set |= jin_str(in, "measures", JIN_OPTIONAL, NOTE_MAX_CHARS, &p->measures) ? PLAN_MEASURES : 0;
    set |= jin_str(in, "acceptance", JIN_OPTIONAL, NOTE_MAX_CHARS, &p->acceptance) ? PLAN_ACCEPTANCE : 0;
    set |= jin_uuid(in, "owner_unit_id", JIN_OPTIONAL, &p->owner_unit_id) ? PLAN_UNIT : 0;
    set |= change_uuid(in, "owner_person_id", &p->owner_person_id) ? PLAN_PERSON : 0;
    set |= read_due(in, rq->op.zone_min, &p->due_ms) ? PLAN_DUE : 0;
    return set;
}

static enum rc after_create(struct request *rq)
{
    return reply_plan(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc create_plan(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct plan_new p = {0};
    RETURN_IF(request_json(rq, &in));
    unsigned set = read_members(rq, &in, &p);
    jin_uuid(&in, "id", JIN_REQUIRED, &p.id);
    jin_uuid(&in, "site_id", JIN_REQUIRED, &p.site_id);
    if (!(set & PLAN_UNIT) && !jin_has(&in, "owner_unit_id"))
        jin_uuid(&in, "owner_unit_id", JIN_REQUIRED, &p.owner_unit_id);
    if (!(set & PLAN_DUE) && !jin_has(&in, "due"))
        fail_field(in.fault, STR("/due"), "required", "请填写完成时限", "Say by when");
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "site_plan.create", "site_plan", p.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(plan_prepare_create(&rq->op, &p));
    return http_commit(rq, after_create);
}

static enum rc after_change(struct request *rq)
{
    return reply_plan(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc change_plan(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct plan_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set = read_members(rq, &in, &c.to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "site_plan.change", "site_plan", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(plan_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

static enum rc act(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, ignored;
    struct str note = STR_NONE;
    int event = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "action", JIN_REQUIRED, plan_event_names, &event);
    jin_str(&in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "site_plan.act", "site_plan", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(plan_prepare_event(&rq->op, id, (enum plan_event)event, note));
    return http_commit(rq, after_change);
}

const struct route plan_routes[] = {
    {HTTP_GET, "/api/v1/site-plans", ACT_SITE_READ, list_plans, 0, 0},
    {HTTP_POST, "/api/v1/site-plans", ACT_SITE_WRITE, create_plan, 0, 0},
    {HTTP_GET, "/api/v1/site-plans/{id}", ACT_SITE_READ, get_plan, 0, 0},
    {HTTP_PATCH, "/api/v1/site-plans/{id}", ACT_SITE_WRITE, change_plan, 0, 0},
    {HTTP_GET, "/api/v1/site-plans/{id}/history", ACT_SITE_READ, plan_history, 0, 0},
    {HTTP_POST, "/api/v1/site-plans/{id}/actions", ACT_SITE_READ, act, 0, 0},
    {0},
};
