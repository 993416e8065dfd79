/*
 * site_http.c - sites over HTTP: the register, its history, the plate, the checklist.
 */
#include "site/site_http.h"
#include "site_internal.h"

#include "org/text.h"
#include "site/plate.h"
#include "standard/standard_http.h"

static void site_json(struct json_out *j, const char *key, const struct site *s)
{
    jo_obj(j, key);
    jo_uuid(j, "id", s->id);
    jo_str(j, "code", s->code);
    jo_str(j, "name", s->name);
    jo_str(j, "category_code", s->category_code);
    jo_obj(j, "area");
    jo_uuid(j, "id", s->area_id);
    jo_str(j, "code", s->area_code);
    jo_str(j, "name", s->area_name);
    jo_end(j);
    jo_str(j, "address", s->address);
    jo_place(j, "place", s->lon_e7, s->lat_e7);
    jo_named(j, "subject_unit", s->subject_unit_id, s->subject_unit_name);
    jo_named(j, "territory_unit", s->territory_unit_id, s->territory_unit_name);
    jo_named(j, "supervising_unit", s->supervising_unit_id, s->supervising_unit_name);
    jo_str(j, "contact_masked", s->contact_masked);
    jo_z(j, "state", s->retired ? "retired" : "active");
    jo_str(j, "note", s->note);
    jo_str(j, "external_id", s->external_id);
    jo_i64(j, "version", s->version);
    jo_end(j);
}

/* ---- list ---- */

static enum rc read_query(struct request *rq, struct page *page, struct site_list_in *in)
{
    struct arena *a = OP_ARENA(&rq->op);
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    in->category = text_or_none(query_text(rq, "category"));
    in->area_from = text_or_none(query_text(rq, "area_code"));
    in->area_to = code_range_end(a, in->area_from);
    in->state = text_or_none(query_text(rq, "state"));
    in->pattern = search_like(a, query_text(rq, "q"));
    in->max_rows = page->limit + 1;
    if (page->has_cursor)
        in->after_code = page->key_text;
    RETURN_IF(query_done(rq));
    if (in->area_from.p && !str_is_ascii_digits(in->area_from))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 area_code 应为数字",
                       "The parameter area_code must be digits");
    if (in->state.p && !str_is(in->state, "active") && !str_is(in->state, "retired"))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 state 不正确",
                       "The parameter state is wrong");
    return RC_OK;
}

/* The policy's reach as a filter. False: nothing at all is in reach. */
static bool apply_scope(struct request *rq, struct site_list_in *in)
{
    struct scope sc = policy_scope(&rq->op.actor, ACT_SITE_READ);
    if (sc.all || sc.none)
        return sc.all;
    in->scoped = (struct opt_bool){true, true};
    in->scope_unit = sc.unit_id;
    in->scope_area_from = sc.area_code;
    in->scope_area_to = code_range_end(OP_ARENA(&rq->op), sc.area_code);
    return true;
}

static enum rc list_sites(struct request *rq)
{
    struct page page;
    struct site_get_row *rows = NULL;
    size_t n = 0;
    struct site_list_in in = {.hq = rq->op.hq};
    RETURN_IF(read_query(rq, &page, &in));
    if (apply_scope(rq, &in))
        RETURN_IF(q_site_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct site s = site_of_row(&rows[i]);
        site_json(&rq->json, NULL, &s);
    }
    page_end(rq, &page, n > shown, 0, UUID_NONE, shown ? rows[shown - 1].code : STR_NONE);
    return reply_json(rq, 200);
}

/* ---- one site ---- */

static enum rc reply_site(struct request *rq, struct uuid id, int status)
{
    struct site s;
    RETURN_IF(site_read(&rq->op, id, &s));
    site_json(&rq->json, NULL, &s);
    return reply_versioned(rq, status, s.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_site(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return reply_site(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc get_site(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    return reply_site(rq, id, 200);
}

static enum rc site_history(struct request *rq)
{
    struct uuid id;
    struct site s;
    struct site_history_list_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(site_read(&rq->op, id, &s));
    RETURN_IF(
        q_site_history_list(&rq->op.rd, &(struct site_history_list_in){rq->op.hq, id}, &rows, &n));
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

static enum rc site_plate(struct request *rq)
{
    struct uuid id;
    struct site s;
    struct arena *a = OP_ARENA(&rq->op);
    struct str png;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(site_read(&rq->op, id, &s));
    struct str url =
        str_fmt(a, "%.*s/s/%.*s", STR_ARG(request_base_url(rq)), STR_ARG(uuid_str(a, id)));
    RETURN_IF(plate_make(a, rq->op.rd.fault, url, s.code, &png));
    return reply_bytes(rq, 200, "image/png", png);
}

/* What a plate's QR code says. It tells nothing about the site; the page it leads to asks who is
 * there. */
static enum rc open_plate(struct request *rq)
{
    struct uuid id;
    struct arena *a = OP_ARENA(&rq->op);
    RETURN_IF(path_uuid(rq, "id", &id));
    return reply_redirect(rq, str_z(a, str_fmt(a, "/#/sites/%.*s", STR_ARG(uuid_str(a, id)))));
}

static enum rc site_checklist(struct request *rq)
{
    struct uuid id, version_id;
    struct site s;
    bool found = true;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_uuid(rq, "version_id", &version_id));
    RETURN_IF(query_done(rq));
    RETURN_IF(site_read(&rq->op, id, &s));
    if (uuid_is_none(version_id))
        RETURN_IF(standard_current_version(&rq->op, &version_id, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "no_standard", "尚未发布测评标准",
                       "No standard has been published yet");
    jo_obj(&rq->json, NULL);
    site_json(&rq->json, "site", &s);
    RETURN_IF(standard_json_checklist(rq, version_id, s.category_code));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static bool read_place(struct jin *in, struct site_new *s)
{
    struct jin place;
    if (jin_is_null(in, "place")) {
        s->lon_e7 = s->lat_e7 = NONE_I64;
        return true;
    }
    if (!jin_obj(in, "place", JIN_OPTIONAL, &place))
        return false;
    s->lon_e7.has =
        jin_scaled(&place, "lon", JIN_REQUIRED, 7, -1800000000, 1800000000, &s->lon_e7.v);
    s->lat_e7.has = jin_scaled(&place, "lat", JIN_REQUIRED, 7, -900000000, 900000000, &s->lat_e7.v);
    return jin_done(&place) == RC_OK;
}

static bool read_contact(struct jin *in, struct site_contact *c)
{
    struct jin contact;
    *c = (struct site_contact){STR_NONE, STR_NONE};
    if (jin_is_null(in, "contact"))
        return true;
    if (!jin_obj(in, "contact", JIN_OPTIONAL, &contact))
        return false;
    jin_str(&contact, "name", JIN_OPTIONAL, 60, &c->name);
    jin_str(&contact, "phone", JIN_OPTIONAL, 40, &c->phone);
    return jin_done(&contact) == RC_OK;
}

/* The members that creating and changing share. Answers which were there. */
static unsigned read_members(struct jin *in, struct site_new *s)
{
    unsigned set = 0;
    set |= change_str(in, "name", NAME_MAX_CHARS, &s->name) ? SITE_NAME : 0;
    set |= change_str(in, "category_code", CODE_MAX_CHARS, &s->category_code) ? SITE_CATEGORY : 0;
    set |= jin_uuid(in, "area_id", JIN_OPTIONAL, &s->area_id) ? SITE_AREA : 0;
    set |= change_str(in, "address", 200, &s->address) ? SITE_ADDRESS : 0;
    set |= read_place(in, s) ? SITE_PLACE : 0;
    set |= change_uuid(in, "subject_unit_id", &s->subject_unit_id) ? SITE_SUBJECT : 0;
    set |= change_uuid(in, "territory_unit_id", &s->territory_unit_id) ? SITE_TERRITORY : 0;
    set |= change_uuid(in, "supervising_unit_id", &s->supervising_unit_id) ? SITE_SUPERVISING : 0;
    set |= read_contact(in, &s->contact) ? SITE_CONTACT : 0;
    set |= change_str(in, "note", NOTE_MAX_CHARS, &s->note) ? SITE_NOTE : 0;
    return set;
}

static enum rc create_site(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct site_new s = {0};
    RETURN_IF(request_json(rq, &in));
    read_members(&in, &s);
    jin_uuid(&in, "id", JIN_REQUIRED, &s.id);
    jin_str(&in, "code", JIN_REQUIRED, CODE_MAX_CHARS, &s.code);
    if (!jin_has(&in, "area_id"))
        jin_uuid(&in, "area_id", JIN_REQUIRED, &s.area_id);
    jin_str(&in, "external_id", JIN_OPTIONAL, CODE_MAX_CHARS, &s.external_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "site.create", "site", s.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(site_prepare_create(&rq->op, &s));
    return http_commit(rq, after_create);
}

static enum rc change_site(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct site_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set = read_members(&in, &c.to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "site.change", "site", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(site_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

/* The three actions that carry a reason differ in name, operation and reply. */
struct reasoned {
    const char *kind;
    enum rc (*prepare)(struct op *op, struct uuid id, struct str reason);
    handler_fn *after;
};

static enum rc act(struct request *rq, const struct reasoned *what)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, what->kind, "site", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(what->prepare(&rq->op, id, reason));
    return http_commit(rq, what->after);
}

static enum rc retire_site(struct request *rq)
{
    return act(rq, &(struct reasoned){"site.retire", site_prepare_retire, after_change});
}

static enum rc restore_site(struct request *rq)
{
    return act(rq, &(struct reasoned){"site.restore", site_prepare_restore, after_change});
}

/* Asks the policy again: a repeat of the command may come after the right was lost. */
static enum rc after_reveal(struct request *rq)
{
    struct site s;
    struct site_contact c;
    RETURN_IF(site_load(&rq->op, rq->op.plan.command.subject_id, &s));
    RETURN_IF(site_open_contact(&rq->op, &s, &c));
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "name", c.name);
    jo_str(&rq->json, "phone", c.phone);
    jo_end(&rq->json);
    reply_header(rq, "Cache-Control", STR("no-store"));
    return reply_json(rq, 200);
}

static enum rc reveal_contact(struct request *rq)
{
    return act(rq, &(struct reasoned){"site.reveal", site_prepare_reveal, after_reveal});
}

const struct route site_routes[] = {
    {HTTP_GET, "/api/v1/sites", ACT_SITE_READ, list_sites, 0, 0},
    {HTTP_POST, "/api/v1/sites", ACT_SITE_WRITE, create_site, 0, 0},
    {HTTP_GET, "/api/v1/sites/{id}", ACT_SITE_READ, get_site, 0, 0},
    {HTTP_PATCH, "/api/v1/sites/{id}", ACT_SITE_WRITE, change_site, 0, 0},
    {HTTP_GET, "/api/v1/sites/{id}/history", ACT_SITE_READ, site_history, 0, 0},
    {HTTP_POST, "/api/v1/sites/{id}/retire", ACT_SITE_WRITE, retire_site, 0, 0},
    {HTTP_POST, "/api/v1/sites/{id}/restore", ACT_SITE_WRITE, restore_site, 0, 0},
    {HTTP_POST, "/api/v1/sites/{id}/reveal", ACT_PERSON_UNMASK, reveal_contact, 0, 0},
    {HTTP_GET, "/api/v1/sites/{id}/plate.png", ACT_SITE_READ, site_plate, 0, 0},
    {HTTP_GET, "/api/v1/sites/{id}/checklist", ACT_SITE_READ, site_checklist, 0, 0},
    {HTTP_GET, "/s/{id}", ACT_NONE, open_plate, ROUTE_PUBLIC, 0},
    {0},
};
