/* facility_json.c - members that several bodies and replies of this room share. */
#include "facility/facility_http.h"
#include "facility_json.h"

void facility_read_photos(struct jin *in, const char *key, const struct sha256 **photos, size_t *n)
{
    *n = 0;
    if (!jin_arr(in, key, JIN_OPTIONAL, FACILITY_PHOTOS_MAX, n))
        return;
    struct sha256 *list = ARENA_MANY(in->arena, struct sha256, *n);
    for (size_t i = 0; i < *n; i++)
        jin_arr_sha256(in, key, i, &list[i]);
    *photos = list;
}

void asset_read_look(struct jin *in, struct asset_look *look)
{
    int condition = FACILITY_GOOD;
    jin_enum(in, "condition", JIN_REQUIRED, facility_condition_names, &condition);
    look->condition = (enum facility_condition)condition;
    look->edition_seen = change_uuid(in, "edition_id", &look->edition_id);
    jin_time(in, "checked_at", JIN_OPTIONAL, &look->at_ms);
    facility_read_photos(in, "photos", &look->photos, &look->nphotos);
}

static void read_size(struct jin *in, struct asset_new *a)
{
    struct jin size;
    if (jin_is_null(in, "size") || !jin_obj(in, "size", JIN_OPTIONAL, &size))
        return;
    a->width_mm.has = jin_i64(&size, "width_mm", JIN_REQUIRED, 1, 100000000, &a->width_mm.v);
    a->height_mm.has = jin_i64(&size, "height_mm", JIN_REQUIRED, 1, 100000000, &a->height_mm.v);
    (void)!jin_done(&size);
}

unsigned facility_read_asset(struct jin *in, struct asset_new *a)
{
    unsigned set = 0;
    set |= change_str(in, "kind", CODE_MAX_CHARS, &a->kind_code) ? ASSET_KIND : 0;
    set |= change_str(in, "name", NAME_MAX_CHARS, &a->name) ? ASSET_NAME : 0;
    set |= change_str(in, "position", NAME_MAX_CHARS * 2, &a->position) ? ASSET_POSITION : 0;
    set |= jin_has(in, "size") ? ASSET_SIZE : 0;
    read_size(in, a);
    set |= change_str(in, "note", NOTE_MAX_CHARS, &a->note) ? ASSET_NOTE : 0;
    return set;
}

enum rc asset_read_new(struct jin *in, struct asset_new *a, struct asset_look *look)
{
    facility_read_asset(in, a);
    jin_uuid(in, "id", JIN_REQUIRED, &a->id);
    jin_uuid(in, "site_id", JIN_REQUIRED, &a->site_id);
    jin_str(in, "external_id", JIN_OPTIONAL, CODE_MAX_CHARS, &a->external_id);
    asset_read_look(in, look);
    return jin_done(in);
}

enum rc frontage_read_look(struct jin *in, struct frontage_look *look)
{
    size_t n = 0;
    jin_uuid(in, "id", JIN_REQUIRED, &look->id);
    jin_time(in, "checked_at", JIN_OPTIONAL, &look->at_ms);
    jin_str(in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &look->note);
    jin_arr(in, "items", JIN_REQUIRED, FRONTAGE_ITEMS_MAX, &n);
    struct frontage_item *items = ARENA_MANY(in->arena, struct frontage_item, n);
    for (size_t i = 0; i < n; i++) {
        struct jin one;
        if (!jin_arr_obj(in, "items", i, &one))
            continue;
        jin_str(&one, "code", JIN_REQUIRED, CODE_MAX_CHARS, &items[i].code);
        jin_bool(&one, "met", JIN_REQUIRED, &items[i].met);
        jin_str(&one, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &items[i].note);
        facility_read_photos(&one, "photos", &items[i].photos, &items[i].nphotos);
        (void)!jin_done(&one);
    }
    look->items = items;
    look->nitems = n;
    return jin_done(in);
}

/* ---- replies ---- */

enum rc facility_put_photos(struct op *op, struct json_out *j, struct uuid owner, const char *role)
{
    struct facility_photo_list_row *rows;
    size_t n;
    RETURN_IF(q_facility_photo_list(&op->rd, &(struct facility_photo_list_in){op->hq, owner}, &rows, &n));
    jo_arr(j, strcmp(role, "mended") == 0 ? "mended_photos" : "photos");
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].role, role))
            jo_sha256(j, NULL, rows[i].sha256);
    jo_end(j);
    return RC_OK;
}

enum rc facility_put_history(struct request *rq, struct uuid subject)
{
    struct facility_history_list_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(q_facility_history_list(&rq->op.rd, &(struct facility_history_list_in){rq->op.hq, subject}, &rows, &n));
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

bool facility_scope(struct op *op, struct facility_scope *out)
{
    struct scope sc = policy_scope(&op->actor, ACT_FACILITY_READ);
    *out = (struct facility_scope){0};
    if (sc.all || sc.none)
        return sc.all;
    out->scoped = SOME_BOOL(true);
    out->unit = sc.unit_id;
    out->area_from = sc.area_code;
    out->area_to = code_range_end(OP_ARENA(op), sc.area_code);
    return true;
}

enum rc facility_read_area(struct request *rq, struct str *from, struct str *to)
{
    *from = text_or_none(query_text(rq, "area_code"));
    *to = code_range_end(OP_ARENA(&rq->op), *from);
    if (from->p && !str_is_ascii_digits(*from))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 area_code 应为数字", "The parameter area_code must be digits");
    return RC_OK;
}

enum rc facility_act(struct request *rq, const struct facility_reasoned *what)
{
    struct jin in;
    struct command cmd;
    struct uuid id, ignored;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, what->kind, what->subject, id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(what->prepare(&rq->op, id, reason));
    return http_commit(rq, what->after);
}
