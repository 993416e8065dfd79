/* asset_store.c - facilities and publicity in the database: the register, looks at them, every version kept. */
#include "facility_internal.h"

#include "org/org.h"
#include "site/site.h"

enum { SIZE_MAX_MM = 100000000, POSITION_MAX_CHARS = 200 };

static enum facility_condition condition_of(struct str name)
{
    for (int i = 0; i < FACILITY_CONDITIONS; i++)
        if (str_is(name, facility_condition_names[i]))
            return (enum facility_condition)i;
    return FACILITY_DAMAGED;
}

struct asset asset_of_row(const struct asset_get_row *r)
{
    return (struct asset){
        .id = r->id, .site_id = r->site_id, .site_name = r->site_name, .site_code = r->site_code, .area_code = r->area_code,
        .category_code = r->category_code, .site_retired = !str_is(r->site_state, "active"),
        .units = {r->subject_unit_id, r->territory_unit_id, r->supervising_unit_id}, .kind_code = r->kind_code,
        .name = r->name, .position = r->position, .width_mm = r->width_mm, .height_mm = r->height_mm,
        .edition_id = r->edition_id, .edition_title = r->edition_title, .edition_label = r->edition_label,
        .edition = {r->edition_from_ms.v, r->edition_superseded_ms, r->edition_replace_by_ms, r->edition_withdrawn_ms},
        .condition = condition_of(r->condition), .checked_ms = r->checked_ms, .check_id = r->check_id,
        .removed = !str_is(r->state, "active"), .note = r->note, .external_id = r->external_id,
        .created_ms = r->created_ms, .version = r->version};
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这件设施或宣传品", "There is no such facility or board");
}

enum rc asset_read(struct op *op, struct uuid id, struct asset *out)
{
    struct asset_get_row row;
    bool found;
    RETURN_IF(q_asset_get(&op->rd, &(struct asset_get_in){op->hq, id}, &row, &found));
    if (!found)
        return not_found(op);
    *out = asset_of_row(&row);
    struct subject s = facility_subject(&op->actor, out->units, 3, out->area_code);
    if (policy_check(op->rd.fault, &op->actor, ACT_FACILITY_READ, &s) == RC_OK)
        return RC_OK;
    fault_clear(op->rd.fault);
    return not_found(op);
}

/* ---- rules that ask the database ---- */

static void check_texts(struct op *op, const struct asset_new *a)
{
    const struct text_rule rules[] = {{"/name", a->name, true, NAME_MAX_CHARS},
                                      {"/position", a->position, false, POSITION_MAX_CHARS},
                                      {"/note", a->note, false, NOTE_MAX_CHARS},
                                      {"/external_id", a->external_id, false, CODE_MAX_CHARS}};
    const struct opt_i64 sizes[] = {a->width_mm, a->height_mm};
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
    for (size_t i = 0; i < 2; i++)
        if (sizes[i].has && (sizes[i].v < 1 || sizes[i].v > SIZE_MAX_MM))
            fail_field(op->rd.fault, i ? STR("/size/height_mm") : STR("/size/width_mm"), "out_of_range", "尺寸不正确",
                       "The size is out of range");
}

static enum rc check_kind(struct op *op, struct str code, struct facility_kind *kind)
{
    bool found;
    RETURN_IF(facility_kind_find(op, code, kind, &found));
    if (!found || !kind->active || kind->class == FACILITY_FRONTAGE)
        fail_field(op->rd.fault, STR("/kind"), "kind_unknown", "没有这种设施或宣传品，或已停用",
                   "There is no such kind, or it is not in use");
    return RC_OK;
}

/* An edition that is shown, held against its withdrawal at the same time. */
static enum rc take_edition(struct op *op, const struct facility_kind *kind, struct uuid id, struct asset *a)
{
    struct edition_get_row e;
    bool found;
    a->edition_id = id;
    a->edition_title = a->edition_label = STR_NONE;
    a->edition = (struct edition_times){0};
    if (uuid_is_none(id))
        return RC_OK;
    if (kind->class != FACILITY_PUBLICITY) {
        fail_field(op->rd.fault, STR("/edition_id"), "no_edition", "这类设施没有内容版本", "This kind shows no edition");
        return RC_OK;
    }
    RETURN_IF(q_edition_get(&op->rd, &(struct edition_get_in){op->hq, id}, &e, &found));
    if (!found) {
        fail_field(op->rd.fault, STR("/edition_id"), "edition_missing", "没有这个内容版本", "There is no such edition");
        return RC_OK;
    }
    a->edition_title = e.title;
    a->edition_label = e.label;
    a->edition = edition_times_of(&e);
    fx_edition_hold(&op->plan.fx, &(struct edition_hold_in){op->hq, id, e.version});
    return RC_OK;
}

/* ---- effects ---- */

static struct str asset_content(struct op *op, const struct asset *a, struct str reason)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_uuid(&d.j, "site_id", a->site_id);
    jo_str(&d.j, "kind", a->kind_code);
    jo_str(&d.j, "name", a->name);
    jo_str(&d.j, "position", a->position);
    jo_opt_i64(&d.j, "width_mm", a->width_mm);
    jo_opt_i64(&d.j, "height_mm", a->height_mm);
    jo_uuid(&d.j, "edition_id", a->edition_id);
    jo_z(&d.j, "condition", facility_condition_names[a->condition]);
    jo_opt_time(&d.j, "checked_at", a->checked_ms);
    jo_z(&d.j, "state", a->removed ? "removed" : "active");
    jo_str(&d.j, "note", a->note);
    if (!str_empty(reason))
        jo_str(&d.j, "reason", reason);
    return detail_close(&d, OP_ARENA(op));
}

static struct str asset_search(struct op *op, const struct asset *a)
{
    return search_text_make(OP_ARENA(op), (struct str[]){a->name, a->position, a->site_name, a->site_code}, 4);
}

static void fx_set(struct op *op, struct asset *a, const char *change, struct str reason)
{
    fx_asset_set(&op->plan.fx, &(struct asset_set_in){
        .hq = op->hq, .id = a->id, .was_version = a->version, .kind_code = a->kind_code, .name = a->name,
        .position = a->position, .width_mm = a->width_mm, .height_mm = a->height_mm, .edition_id = a->edition_id,
        .condition = str_of(facility_condition_names[a->condition]), .checked_ms = a->checked_ms, .check_id = a->check_id,
        .state = a->removed ? STR("removed") : STR("active"), .note = a->note, .search_text = asset_search(op, a)});
    a->version++;
    facility_fx_history(op, &(struct history){a->id, "asset", a->version, change, asset_content(op, a, reason)});
}

static void fx_look(struct op *op, struct uuid asset_id, const struct asset_look *look)
{
    static const struct miss taken = {RC_CONFLICT, "check_exists", "该编号已被使用", "This id has been used"};
    struct effect *e = fx_asset_check_add(&op->plan.fx, &(struct asset_check_add_in){
        .hq = op->hq, .id = look->id, .asset_id = asset_id, .at_ms = look->at_ms, .received_ms = op->now,
        .actor_id = op->actor.person_id, .actor_unit_id = op->actor.unit_id,
        .condition = str_of(facility_condition_names[look->condition]),
        .edition_id = look->edition_seen ? look->edition_id : UUID_NONE, .note = text_or_none(look->note)});
    e->on_clash = &taken;
    facility_add_photos(op, look->id, "check", look->photos, look->nphotos);
}

/* ---- operations ---- */

static bool was_seen(const struct asset_look *look)
{
    return !uuid_is_none(look->id);
}

static void check_first_look(struct op *op, const struct asset_look *look)
{
    if (!was_seen(look))
        return;
    if (!look->listed)
        facility_check_time(op, "/checked_at", look->at_ms);
    else if (look->at_ms > op->now + LOOK_FUTURE_MS)
        fail_field(op->rd.fault, STR("/checked_at"), "out_of_range", "检查时间不能晚于现在", "It cannot have been checked in the future");
}

enum rc asset_prepare_create(struct op *op, const struct asset_new *in, const struct asset_look *look, struct asset *out)
{
    static const struct miss taken = {RC_CONFLICT, "asset_exists", "编号或外部编号已被使用", "The id or external id is taken"};
    struct facility_kind kind;
    struct site site;
    RETURN_IF(site_read(op, in->site_id, &site));
    struct subject subject = site_subject(&op->actor, &site);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_WRITE, &subject));
    *out = (struct asset){.id = in->id, .site_id = site.id, .site_name = site.name, .site_code = site.code,
                          .area_code = site.area_code, .category_code = site.category_code,
                          .units = {site.subject_unit_id, site.territory_unit_id, site.supervising_unit_id},
                          .kind_code = in->kind_code, .name = in->name, .position = text_or_none(in->position),
                          .width_mm = in->width_mm, .height_mm = in->height_mm, .condition = look->condition,
                          .checked_ms = was_seen(look) ? SOME(look->at_ms) : NONE_I64, .check_id = look->id,
                          .removed = in->removed, .note = text_or_none(in->note),
                          .external_id = text_or_none(in->external_id), .created_ms = op->now, .version = 1};
    if (site.retired)
        fail_field(op->rd.fault, STR("/site_id"), "site_retired", "该点位已停用", "The site is retired");
    check_texts(op, in);
    check_first_look(op, look);
    RETURN_IF(check_kind(op, in->kind_code, &kind));
    RETURN_IF(take_edition(op, &kind, look->edition_id, out));
    RETURN_IF(facility_check_photos(op, look->photos, look->nphotos, STR("/photos")));
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e = fx_asset_add(&op->plan.fx, &(struct asset_add_in){
        .hq = op->hq, .id = out->id, .site_id = out->site_id, .kind_code = out->kind_code, .name = out->name,
        .position = out->position, .width_mm = out->width_mm, .height_mm = out->height_mm, .edition_id = out->edition_id,
        .condition = str_of(facility_condition_names[out->condition]), .checked_ms = out->checked_ms,
        .check_id = out->check_id, .state = out->removed ? STR("removed") : STR("active"), .note = out->note, .external_id = out->external_id, .created_ms = op->now,
        .search_text = asset_search(op, out)});
    e->on_clash = &taken;
    if (was_seen(look))
        fx_look(op, out->id, look);
    facility_fx_history(op, &(struct history){out->id, "asset", 1, "created", asset_content(op, out, STR_NONE)});
    return RC_OK;
}

static enum rc removed(struct op *op)
{
    return OP_FAIL(op, RC_CONFLICT, "asset_removed", "这件设施或宣传品已拆除", "This has been removed");
}

enum rc asset_prepare_check(struct op *op, struct uuid id, const struct asset_look *look, struct asset *out, bool *newest)
{
    struct facility_kind kind;
    bool found;
    RETURN_IF(asset_read(op, id, out));
    struct subject subject = facility_subject(&op->actor, out->units, 3, out->area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_CHECK, &subject));
    if (out->removed)
        return removed(op);
    facility_check_time(op, "/checked_at", look->at_ms);
    RETURN_IF(facility_kind_find(op, out->kind_code, &kind, &found));
    *newest = !out->checked_ms.has || look->at_ms >= out->checked_ms.v;
    if (look->edition_seen) {
        struct asset other = *out;
        RETURN_IF(take_edition(op, &kind, look->edition_id, *newest ? out : &other));
    } else if (!uuid_is_none(out->edition_id)) {
        RETURN_IF(take_edition(op, &kind, out->edition_id, out));
    }
    RETURN_IF(facility_check_photos(op, look->photos, look->nphotos, STR("/photos")));
    RETURN_IF(text_verdict(op->rd.fault));
    fx_look(op, id, look);
    if (*newest) {
        out->condition = look->condition;
        out->checked_ms = SOME(look->at_ms);
        out->check_id = look->id;
    }
    fx_set(op, out, "checked", STR_NONE);
    return RC_OK;
}

static void merge(struct asset *a, const struct asset_change *in)
{
    a->kind_code = in->set & ASSET_KIND ? in->to.kind_code : a->kind_code;
    a->name = in->set & ASSET_NAME ? in->to.name : a->name;
    a->position = in->set & ASSET_POSITION ? text_or_none(in->to.position) : a->position;
    a->width_mm = in->set & ASSET_SIZE ? in->to.width_mm : a->width_mm;
    a->height_mm = in->set & ASSET_SIZE ? in->to.height_mm : a->height_mm;
    a->note = in->set & ASSET_NOTE ? text_or_none(in->to.note) : a->note;
}

static enum rc load_to_change(struct op *op, struct uuid id, struct asset *a)
{
    RETURN_IF(asset_read(op, id, a));
    struct subject subject = facility_subject(&op->actor, a->units, 3, a->area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_WRITE, &subject));
    return a->removed ? removed(op) : RC_OK;
}

enum rc asset_prepare_change(struct op *op, const struct asset_change *in)
{
    struct asset a;
    struct facility_kind kind;
    RETURN_IF(load_to_change(op, in->id, &a));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, a.version));
    merge(&a, in);
    check_texts(op, &(struct asset_new){.name = a.name, .position = a.position, .width_mm = a.width_mm,
                                        .height_mm = a.height_mm, .note = a.note});
    RETURN_IF(check_kind(op, a.kind_code, &kind));
    if (kind.class != FACILITY_PUBLICITY && !uuid_is_none(a.edition_id))
        fail_field(op->rd.fault, STR("/kind"), "no_edition", "这类设施没有内容版本", "This kind shows no edition");
    RETURN_IF(text_verdict(op->rd.fault));
    fx_set(op, &a, "changed", STR_NONE);
    return RC_OK;
}

enum rc asset_prepare_remove(struct op *op, struct uuid id, struct str reason)
{
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    struct asset a;
    RETURN_IF(load_to_change(op, id, &a));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    a.removed = true;
    fx_set(op, &a, "removed", reason);
    return RC_OK;
}
