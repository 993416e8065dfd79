/* frontage_http.c - the frontage register (门前三包) over HTTP. Checks and what they raise are loop/edition_http.c's. */
#include "facility_json.h"

#include "org/org_http.h"

static void put_frontage(struct json_out *j, const struct frontage *f)
{
    jo_uuid(j, "id", f->id);
    jo_str(j, "code", f->code);
    jo_str(j, "name", f->name);
    jo_str(j, "trade", f->trade);
    jo_obj(j, "area");
    jo_uuid(j, "id", f->area_id);
    jo_str(j, "code", f->area_code);
    jo_str(j, "name", f->area_name);
    jo_end(j);
    jo_named(j, "site", f->site_id, f->site_name);
    jo_named(j, "unit", f->units[0], f->unit_name);
    jo_str(j, "place_text", f->place);
    jo_place(j, "place", f->lon_e7, f->lat_e7);
    jo_str(j, "keeper_masked", f->keeper_masked);
    jo_opt_time(j, "signed_at", f->signed_ms);
    jo_opt_time(j, "checked_at", f->checked_ms);
    jo_z(j, "state", f->closed ? "closed" : "active");
    jo_str(j, "note", f->note);
    jo_str(j, "external_id", f->external_id);
    jo_i64(j, "version", f->version);
}

static enum rc put_pledges(struct op *op, struct json_out *j, struct uuid frontage)
{
    struct frontage_pledge_list_row *rows;
    size_t n;
    RETURN_IF(q_frontage_pledge_list(&op->rd, &(struct frontage_pledge_list_in){op->hq, frontage}, &rows, &n));
    jo_arr(j, "pledges");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].id);
        jo_time(j, "signed_at", rows[i].signed_ms);
        jo_opt_time(j, "until", rows[i].until_ms);
        jo_str(j, "terms", rows[i].terms);
        jo_named(j, "actor", rows[i].actor_id, rows[i].actor_name);
        jo_time(j, "recorded_at", rows[i].at_ms);
        RETURN_IF(facility_put_photos(op, j, rows[i].id, "pledge"));
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

enum rc frontage_reply(struct request *rq, struct uuid id, int status)
{
    struct frontage f;
    RETURN_IF(frontage_read(&rq->op, id, &f));
    jo_obj(&rq->json, NULL);
    put_frontage(&rq->json, &f);
    RETURN_IF(put_pledges(&rq->op, &rq->json, id));
    jo_end(&rq->json);
    return reply_versioned(rq, status, f.version);
}

static enum rc get_frontage(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return frontage_reply(rq, id, 200);
}

static enum rc read_list(struct request *rq, struct page *page, struct frontage_list_in *in)
{
    static const char *const states[] = {"active", "closed", NULL};
    struct opt_bool pledged;
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_uuid(rq, "site_id", &in->site_id));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_name(rq, "state", states, &in->state));
    RETURN_IF(query_bool(rq, "signed", &pledged));
    RETURN_IF(query_time(rq, "unchecked_since", &in->unchecked_since));
    RETURN_IF(facility_read_area(rq, &in->area_from, &in->area_to));
    in->pattern = search_like(OP_ARENA(&rq->op), query_text(rq, "q"));
    RETURN_IF(query_done(rq));
    if (pledged.has)
        *(pledged.v ? &in->pledged : &in->unpledged) = SOME_BOOL(true);
    in->state = in->state.p ? in->state : STR("active");
    in->max_rows = page->limit + 1;
    in->after_code = page->has_cursor ? page->key_text : STR_NONE;
    return RC_OK;
}

static enum rc list_frontages(struct request *rq)
{
    struct page page;
    struct facility_scope sc;
    struct frontage_get_row *rows = NULL;
    size_t n = 0;
    struct frontage_list_in in = {.hq = rq->op.hq};
    RETURN_IF(read_list(rq, &page, &in));
    if (facility_scope(&rq->op, &sc)) {
        in.scoped = sc.scoped;
        in.scope_unit = sc.unit;
        in.scope_area_from = sc.area_from;
        in.scope_area_to = sc.area_to;
        RETURN_IF(q_frontage_list(&rq->op.rd, &in, &rows, &n));
    }
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct frontage f = frontage_of_row(&rows[i]);
        jo_obj(&rq->json, NULL);
        put_frontage(&rq->json, &f);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, 0, UUID_NONE, shown ? rows[shown - 1].code : STR_NONE);
    return reply_json(rq, 200);
}

static enum rc history(struct request *rq)
{
    struct uuid id;
    struct frontage f;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(frontage_read(&rq->op, id, &f));
    return facility_put_history(rq, id);
}

static enum rc put_items(struct op *op, struct json_out *j, struct uuid check)
{
    struct frontage_check_items_row *rows;
    size_t n;
    RETURN_IF(q_frontage_check_items(&op->rd, &(struct frontage_check_items_in){op->hq, check}, &rows, &n));
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_str(j, "code", rows[i].item_code);
        jo_bool(j, "met", rows[i].met);
        jo_uuid(j, "finding_id", rows[i].finding_id);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

static enum rc checks(struct request *rq)
{
    struct page page;
    struct frontage f;
    struct frontage_check_list_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    struct frontage_check_list_in in = {.hq = rq->op.hq};
    RETURN_IF(path_uuid(rq, "id", &in.frontage_id));
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_done(rq));
    RETURN_IF(frontage_read(&rq->op, in.frontage_id, &f));
    in.max_rows = page.limit + 1;
    in.key_ms = page.has_cursor ? SOME(page.key_i64) : NONE_I64;
    in.key_id = page.has_cursor ? page.key_id : UUID_NONE;
    RETURN_IF(q_frontage_check_list(&rq->op.rd, &in, &rows, &n));
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
        jo_str(j, "note", rows[i].note);
        RETURN_IF(put_items(&rq->op, j, rows[i].id));
        jo_end(j);
    }
    const struct frontage_check_list_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->at_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static bool read_point(struct jin *in, struct frontage_new *f)
{
    struct jin place;
    if (jin_is_null(in, "place"))
        return true;
    if (!jin_obj(in, "place", JIN_OPTIONAL, &place))
        return false;
    f->lon_e7.has = jin_scaled(&place, "lon", JIN_REQUIRED, 7, -1800000000, 1800000000, &f->lon_e7.v);
    f->lat_e7.has = jin_scaled(&place, "lat", JIN_REQUIRED, 7, -900000000, 900000000, &f->lat_e7.v);
    (void)!jin_done(&place);
    return true;
}

static bool read_keeper(struct jin *in, struct frontage_keeper *k)
{
    struct jin keeper;
    if (jin_is_null(in, "keeper"))
        return true;
    if (!jin_obj(in, "keeper", JIN_OPTIONAL, &keeper))
        return false;
    jin_str(&keeper, "name", JIN_OPTIONAL, 60, &k->name);
    jin_str(&keeper, "phone", JIN_OPTIONAL, 40, &k->phone);
    (void)!jin_done(&keeper);
    return true;
}

static unsigned read_members(struct jin *in, struct frontage_new *f)
{
    unsigned set = 0;
    set |= change_str(in, "name", NAME_MAX_CHARS, &f->name) ? FRONTAGE_NAME : 0;
    set |= change_str(in, "trade", NAME_MAX_CHARS, &f->trade) ? FRONTAGE_TRADE : 0;
    set |= jin_uuid(in, "area_id", JIN_OPTIONAL, &f->area_id) ? FRONTAGE_AREA : 0;
    set |= change_uuid(in, "site_id", &f->site_id) ? FRONTAGE_SITE : 0;
    set |= change_uuid(in, "unit_id", &f->unit_id) ? FRONTAGE_UNIT : 0;
    set |= change_str(in, "place_text", 200, &f->place) ? FRONTAGE_PLACE : 0;
    set |= read_point(in, f) ? FRONTAGE_POINT : 0;
    set |= read_keeper(in, &f->keeper) ? FRONTAGE_KEEPER : 0;
    set |= change_str(in, "note", NOTE_MAX_CHARS, &f->note) ? FRONTAGE_NOTE : 0;
    return set;
}

static enum rc after_create(struct request *rq)
{
    return frontage_reply(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct frontage_new f = {0};
    RETURN_IF(request_json(rq, &in));
    read_members(&in, &f);
    jin_uuid(&in, "id", JIN_REQUIRED, &f.id);
    jin_str(&in, "code", JIN_REQUIRED, CODE_MAX_CHARS, &f.code);
    if (!jin_has(&in, "area_id"))
        jin_uuid(&in, "area_id", JIN_REQUIRED, &f.area_id);
    jin_str(&in, "external_id", JIN_OPTIONAL, CODE_MAX_CHARS, &f.external_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "frontage.create", "frontage", f.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(frontage_prepare_create(&rq->op, &f));
    return http_commit(rq, after_create);
}

static enum rc after_change(struct request *rq)
{
    return frontage_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc change(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct frontage_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set = read_members(&in, &c.to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "frontage.change", "frontage", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(frontage_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

static enum rc close_shop(struct request *rq)
{
    return facility_act(rq, &(struct facility_reasoned){"frontage.close", "frontage", frontage_prepare_close, after_change});
}

/* Asks the policy again: a repeat of the command may come after the right was lost. */
static enum rc after_reveal(struct request *rq)
{
    struct frontage f;
    struct frontage_keeper k;
    RETURN_IF(frontage_read(&rq->op, rq->op.plan.command.subject_id, &f));
    RETURN_IF(frontage_open_keeper(&rq->op, &f, &k));
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "name", k.name);
    jo_str(&rq->json, "phone", k.phone);
    jo_end(&rq->json);
    reply_header(rq, "Cache-Control", STR("no-store"));
    return reply_json(rq, 200);
}

static enum rc reveal(struct request *rq)
{
    return facility_act(rq, &(struct facility_reasoned){"frontage.reveal", "frontage", frontage_prepare_reveal, after_reveal});
}

static enum rc pledge(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct frontage_pledge p = {0};
    RETURN_IF(path_uuid(rq, "id", &p.frontage_id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &p.id);
    if (!jin_date(&in, "signed_on", rq->op.zone_min, &p.signed_ms) && !jin_has(&in, "signed_on"))
        jin_time(&in, "signed_on", JIN_REQUIRED, &p.signed_ms);
    p.until_ms.has = jin_date(&in, "until", rq->op.zone_min, &p.until_ms.v);
    jin_str(&in, "terms", JIN_REQUIRED, NOTE_MAX_CHARS, &p.terms);
    facility_read_photos(&in, "photos", &p.photos, &p.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "frontage.pledge", "frontage", p.frontage_id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(frontage_prepare_pledge(&rq->op, &p));
    return http_commit(rq, after_create);
}

/* ---- findings ---- */

static enum rc put_finding(struct op *op, struct json_out *j, const struct frontage_finding *x)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", x->id);
    jo_obj(j, "frontage");
    jo_uuid(j, "id", x->frontage_id);
    jo_str(j, "code", x->frontage_code);
    jo_str(j, "name", x->frontage_name);
    jo_end(j);
    jo_str(j, "area_code", x->area_code);
    jo_uuid(j, "check_id", x->check_id);
    jo_str(j, "item", x->item_code);
    jo_time(j, "found_at", x->found_ms);
    jo_time(j, "mend_by", x->mend_by_ms);
    jo_z(j, "state", frontage_state_names[x->state]);
    jo_bool(j, "over", x->state == FRONTAGE_WAITING && op->now > x->mend_by_ms);
    jo_str(j, "note", x->note);
    jo_opt_time(j, "mended_at", x->mended_ms);
    jo_str(j, "mend_note", x->mend_note);
    /* That it became a problem may be known; which one, to those who may read them all. */
    jo_uuid(j, "problem_id", policy_scope(&op->actor, ACT_PROBLEM_READ).all ? x->problem_id : UUID_NONE);
    RETURN_IF(facility_put_photos(op, j, x->id, "found"));
    RETURN_IF(facility_put_photos(op, j, x->id, "mended"));
    jo_i64(j, "version", x->version);
    jo_end(j);
    return RC_OK;
}

enum rc finding_reply(struct request *rq, struct uuid id, int status)
{
    struct frontage_finding x;
    RETURN_IF(finding_read(&rq->op, id, &x));
    RETURN_IF(put_finding(&rq->op, &rq->json, &x));
    return reply_versioned(rq, status, x.version);
}

static enum rc get_finding(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return finding_reply(rq, id, 200);
}

static enum rc list_findings(struct request *rq)
{
    struct page page;
    struct facility_scope sc;
    struct opt_bool over;
    struct finding_get_row *rows = NULL;
    size_t n = 0;
    struct finding_list_in in = {.hq = rq->op.hq};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "frontage_id", &in.frontage_id));
    RETURN_IF(query_name(rq, "state", frontage_state_names, &in.state));
    RETURN_IF(query_bool(rq, "over", &over));
    RETURN_IF(facility_read_area(rq, &in.area_from, &in.area_to));
    RETURN_IF(query_done(rq));
    in.over_at = over.has && over.v ? SOME(rq->op.now) : NONE_I64;
    in.max_rows = page.limit + 1;
    in.key_ms = page.has_cursor ? SOME(page.key_i64) : NONE_I64;
    in.key_id = page.has_cursor ? page.key_id : UUID_NONE;
    if (facility_scope(&rq->op, &sc)) {
        in.scoped = sc.scoped;
        in.scope_unit = sc.unit;
        in.scope_area_from = sc.area_from;
        in.scope_area_to = sc.area_to;
        RETURN_IF(q_finding_list(&rq->op.rd, &in, &rows, &n));
    }
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct frontage_finding x = finding_of_row(&rows[i]);
        RETURN_IF(put_finding(&rq->op, &rq->json, &x));
    }
    const struct finding_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->found_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc after_mended(struct request *rq)
{
    return finding_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc mended(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, ignored;
    struct str note = STR_NONE;
    const struct sha256 *photos = NULL;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &note);
    facility_read_photos(&in, "photos", &photos, &n);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "frontage.mended", "finding", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(finding_prepare_mended(&rq->op, id, note, photos, n));
    return http_commit(rq, after_mended);
}

const struct route frontage_routes[] = {
    {HTTP_GET, "/api/v1/frontages", ACT_FACILITY_READ, list_frontages, 0, 0},
    {HTTP_POST, "/api/v1/frontages", ACT_FACILITY_WRITE, create, 0, 0},
    {HTTP_GET, "/api/v1/frontages/{id}", ACT_FACILITY_READ, get_frontage, 0, 0},
    {HTTP_PATCH, "/api/v1/frontages/{id}", ACT_FACILITY_WRITE, change, 0, 0},
    {HTTP_GET, "/api/v1/frontages/{id}/history", ACT_FACILITY_READ, history, 0, 0},
    {HTTP_GET, "/api/v1/frontages/{id}/checks", ACT_FACILITY_READ, checks, 0, 0},
    {HTTP_POST, "/api/v1/frontages/{id}/pledges", ACT_FACILITY_WRITE, pledge, 0, 0},
    {HTTP_POST, "/api/v1/frontages/{id}/close", ACT_FACILITY_WRITE, close_shop, 0, 0},
    {HTTP_POST, "/api/v1/frontages/{id}/reveal", ACT_PERSON_UNMASK, reveal, 0, 0},
    {HTTP_GET, "/api/v1/frontage-findings", ACT_FACILITY_READ, list_findings, 0, 0},
    {HTTP_GET, "/api/v1/frontage-findings/{id}", ACT_FACILITY_READ, get_finding, 0, 0},
    {HTTP_POST, "/api/v1/frontage-findings/{id}/mended", ACT_FACILITY_CHECK, mended, 0, 0},
    {0},
};
