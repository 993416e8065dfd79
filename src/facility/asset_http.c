/* asset_http.c - kinds, facilities and publicity over HTTP. What may raise problems (new ones, checks) is loop/edition_http.c's. */
#include "facility_json.h"

/* ---- kinds ---- */

static void put_kind(struct json_out *j, const struct facility_kind *k)
{
    jo_obj(j, NULL);
    jo_str(j, "code", k->code);
    jo_z(j, "class", facility_class_names[k->class]);
    jo_str(j, "name_zh", k->name_zh);
    jo_str(j, "name_en", k->name_en);
    jo_i64(j, "order_no", k->order_no);
    jo_str(j, "criterion_code", str_empty(k->criterion_code) ? STR_NONE : k->criterion_code);
    jo_obj(j, "limit");
    jo_z(j, "kind", limit_kind_names[k->limit_kind]);
    jo_i64(j, "amount", k->limit_amount);
    jo_end(j);
    jo_i64(j, "mend_hours", k->mend_hours);
    jo_bool(j, "guidance", k->guidance);
    jo_bool(j, "active", k->active);
    jo_i64(j, "version", k->version);
    jo_end(j);
}

static enum rc list_kinds(struct request *rq)
{
    struct facility_kind *kinds;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(facility_kinds(&rq->op, &kinds, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_kind(&rq->json, &kinds[i]);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc after_kind(struct request *rq)
{
    struct facility_kind k;
    bool found;
    RETURN_IF(facility_kind_find(&rq->op, path_text(rq, "code"), &k, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这个种类", "There is no such kind");
    put_kind(&rq->json, &k);
    return reply_versioned(rq, 200, k.version);
}

static enum rc read_kind(struct jin *in, struct facility_kind *k)
{
    struct jin limit;
    int class = 0, kind = LIMIT_WORKING_DAYS;
    k->limit_amount = FACILITY_DEFAULT_DAYS;
    k->active = true;
    jin_enum(in, "class", JIN_REQUIRED, facility_class_names, &class);
    jin_str(in, "name_zh", JIN_REQUIRED, NAME_MAX_CHARS, &k->name_zh);
    jin_str(in, "name_en", JIN_REQUIRED, NAME_MAX_CHARS, &k->name_en);
    jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &k->order_no);
    change_str(in, "criterion_code", CODE_MAX_CHARS, &k->criterion_code);
    if (jin_obj(in, "limit", JIN_OPTIONAL, &limit)) {
        jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
        jin_i64(&limit, "amount", JIN_REQUIRED, 1, LIMIT_HOURS_MAX, &k->limit_amount);
        (void)!jin_done(&limit);
    }
    jin_i64(in, "mend_hours", JIN_OPTIONAL, 0, 720, &k->mend_hours);
    jin_bool(in, "guidance", JIN_OPTIONAL, &k->guidance);
    jin_bool(in, "active", JIN_OPTIONAL, &k->active);
    k->class = (enum facility_class)class;
    k->limit_kind = (enum limit_kind)kind;
    return jin_done(in);
}

static enum rc put_kind_route(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct facility_kind k = {.code = path_text(rq, "code")};
    struct opt_i64 version;
    RETURN_IF(request_if_match(rq, false, &version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_kind(&in, &k));
    RETURN_IF(request_command(rq, &in, "facility_kind.put", "facility_kind", UUID_NONE, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(facility_kind_prepare_put(&rq->op, &k, version));
    return http_commit(rq, after_kind);
}

/* ---- assets ---- */

static void put_edition(struct json_out *j, const struct asset *a, int64_t now)
{
    if (uuid_is_none(a->edition_id)) {
        jo_null(j, "edition");
        return;
    }
    jo_obj(j, "edition");
    jo_uuid(j, "id", a->edition_id);
    jo_str(j, "title", a->edition_title);
    jo_str(j, "label", a->edition_label);
    jo_z(j, "state", edition_state_names[edition_state_at(&a->edition, now)]);
    jo_bool(j, "outdated", edition_outdated(&a->edition, now));
    jo_end(j);
}

static void put_asset(struct json_out *j, const struct asset *a, int64_t now)
{
    jo_uuid(j, "id", a->id);
    jo_obj(j, "site");
    jo_uuid(j, "id", a->site_id);
    jo_str(j, "code", a->site_code);
    jo_str(j, "name", a->site_name);
    jo_end(j);
    jo_str(j, "area_code", a->area_code);
    jo_str(j, "kind", a->kind_code);
    jo_str(j, "name", a->name);
    jo_str(j, "position", a->position);
    if (a->width_mm.has && a->height_mm.has) {
        jo_obj(j, "size");
        jo_i64(j, "width_mm", a->width_mm.v);
        jo_i64(j, "height_mm", a->height_mm.v);
        jo_end(j);
    } else {
        jo_null(j, "size");
    }
    put_edition(j, a, now);
    jo_z(j, "condition", facility_condition_names[a->condition]);
    jo_opt_time(j, "checked_at", a->checked_ms);
    jo_z(j, "state", a->removed ? "removed" : "active");
    jo_str(j, "note", a->note);
    jo_str(j, "external_id", a->external_id);
    jo_i64(j, "version", a->version);
}

enum rc asset_reply(struct request *rq, struct uuid id, int status)
{
    struct asset a;
    RETURN_IF(asset_read(&rq->op, id, &a));
    jo_obj(&rq->json, NULL);
    put_asset(&rq->json, &a, rq->op.now);
    RETURN_IF(facility_put_photos(&rq->op, &rq->json, a.check_id, "check"));
    jo_end(&rq->json);
    return reply_versioned(rq, status, a.version);
}

static enum rc get_asset(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return asset_reply(rq, id, 200);
}

static enum rc read_list(struct request *rq, struct page *page, struct asset_list_in *in)
{
    static const char *const states[] = {"active", "removed", NULL};
    struct arena *a = OP_ARENA(&rq->op);
    struct opt_bool bad, outdated;
    struct opt_i64 since;
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_uuid(rq, "site_id", &in->site_id));
    RETURN_IF(query_uuid(rq, "edition_id", &in->edition_id));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_name(rq, "condition", facility_condition_names, &in->condition));
    RETURN_IF(query_name(rq, "state", states, &in->state));
    RETURN_IF(query_bool(rq, "bad", &bad));
    RETURN_IF(query_bool(rq, "outdated", &outdated));
    RETURN_IF(query_time(rq, "unchecked_since", &since));
    RETURN_IF(facility_read_area(rq, &in->area_from, &in->area_to));
    in->kind = text_or_none(query_text(rq, "kind"));
    in->pattern = search_like(a, query_text(rq, "q"));
    RETURN_IF(query_done(rq));
    in->bad = bad.has && bad.v ? bad : (struct opt_bool){0};
    in->outdated_at = outdated.has && outdated.v ? SOME(rq->op.now) : NONE_I64;
    in->unchecked_since = since;
    in->state = in->state.p ? in->state : STR("active");
    in->max_rows = page->limit + 1;
    in->after_id = page->has_cursor ? page->key_id : UUID_NONE;
    return RC_OK;
}

static enum rc list_assets(struct request *rq)
{
    struct page page;
    struct facility_scope sc;
    struct asset_get_row *rows = NULL;
    size_t n = 0;
    struct asset_list_in in = {.hq = rq->op.hq};
    RETURN_IF(read_list(rq, &page, &in));
    if (facility_scope(&rq->op, &sc)) {
        in.scoped = sc.scoped;
        in.scope_unit = sc.unit;
        in.scope_area_from = sc.area_from;
        in.scope_area_to = sc.area_to;
        RETURN_IF(q_asset_list(&rq->op.rd, &in, &rows, &n));
    }
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct asset a = asset_of_row(&rows[i]);
        jo_obj(&rq->json, NULL);
        put_asset(&rq->json, &a, rq->op.now);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc asset_history(struct request *rq)
{
    struct uuid id;
    struct asset a;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(asset_read(&rq->op, id, &a));
    return facility_put_history(rq, id);
}

static enum rc asset_checks(struct request *rq)
{
    struct page page;
    struct asset a;
    struct asset_check_list_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    struct asset_check_list_in in = {.hq = rq->op.hq};
    RETURN_IF(path_uuid(rq, "id", &in.asset_id));
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_done(rq));
    RETURN_IF(asset_read(&rq->op, in.asset_id, &a));
    in.max_rows = page.limit + 1;
    in.key_ms = page.has_cursor ? SOME(page.key_i64) : NONE_I64;
    in.key_id = page.has_cursor ? page.key_id : UUID_NONE;
    RETURN_IF(q_asset_check_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].id);
        jo_time(j, "checked_at", rows[i].at_ms);
        jo_time(j, "received_at", rows[i].received_ms);
        jo_named(j, "actor", rows[i].actor_id, rows[i].actor_name);
        jo_named(j, "unit", rows[i].unit_id, rows[i].unit_name);
        jo_str(j, "condition", rows[i].condition);
        jo_named(j, "edition", rows[i].edition_id, rows[i].edition_title);
        jo_str(j, "note", rows[i].note);
        RETURN_IF(facility_put_photos(&rq->op, j, rows[i].id, "check"));
        jo_end(j);
    }
    const struct asset_check_list_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->at_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc after_change(struct request *rq)
{
    return asset_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc change_asset(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct asset_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set = facility_read_asset(&in, &c.to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "asset.change", "asset", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(asset_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

static enum rc remove_asset(struct request *rq)
{
    return facility_act(rq, &(struct facility_reasoned){"asset.remove", "asset", asset_prepare_remove, after_change});
}

const struct route asset_routes[] = {
    {HTTP_GET, "/api/v1/facility-kinds", ACT_FACILITY_READ, list_kinds, 0, 0},
    {HTTP_PUT, "/api/v1/facility-kinds/{code}", ACT_EDITION_WRITE, put_kind_route, 0, 0},
    {HTTP_GET, "/api/v1/assets", ACT_FACILITY_READ, list_assets, 0, 0},
    {HTTP_GET, "/api/v1/assets/{id}", ACT_FACILITY_READ, get_asset, 0, 0},
    {HTTP_PATCH, "/api/v1/assets/{id}", ACT_FACILITY_WRITE, change_asset, 0, 0},
    {HTTP_GET, "/api/v1/assets/{id}/history", ACT_FACILITY_READ, asset_history, 0, 0},
    {HTTP_GET, "/api/v1/assets/{id}/checks", ACT_FACILITY_READ, asset_checks, 0, 0},
    {HTTP_POST, "/api/v1/assets/{id}/remove", ACT_FACILITY_WRITE, remove_asset, 0, 0},
    {0},
};
