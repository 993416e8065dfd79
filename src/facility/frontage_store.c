/* frontage_store.c - the frontage register (门前三包) in the database: shops, duty sheets; the keeper is sealed and opened here. */
#include "facility_internal.h"

#include "org/org.h"
#include "privacy/privacy.h"
#include "site/site.h"

#define KEEPER_FIELD "frontage.keeper"

struct frontage frontage_of_row(const struct frontage_get_row *r)
{
    return (struct frontage){
        .id = r->id, .code = r->code, .name = r->name, .trade = r->trade, .area_id = r->area_id, .area_code = r->area_code,
        .area_name = r->area_name, .site_id = r->site_id, .site_name = r->site_name, .category_code = r->category_code,
        .units = {r->unit_id, r->subject_unit_id, r->territory_unit_id, r->supervising_unit_id}, .unit_name = r->unit_name,
        .place = r->place, .lon_e7 = r->lon_e7, .lat_e7 = r->lat_e7, .keeper_sealed = r->keeper_sealed,
        .keeper_masked = r->keeper_masked, .pledge_id = r->pledge_id, .signed_ms = r->signed_ms, .checked_ms = r->checked_ms,
        .closed = !str_is(r->state, "active"), .note = r->note, .external_id = r->external_id, .created_ms = r->created_ms,
        .version = r->version};
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这家商户", "There is no such shop");
}

enum rc frontage_read(struct op *op, struct uuid id, struct frontage *out)
{
    struct frontage_get_row row;
    bool found;
    RETURN_IF(q_frontage_get(&op->rd, &(struct frontage_get_in){op->hq, id}, &row, &found));
    if (!found)
        return not_found(op);
    *out = frontage_of_row(&row);
    struct subject s = facility_subject(&op->actor, out->units, 4, out->area_code);
    if (policy_check(op->rd.fault, &op->actor, ACT_FACILITY_READ, &s) == RC_OK)
        return RC_OK;
    fault_clear(op->rd.fault);
    return not_found(op);
}

/* ---- rules that ask the database ---- */

static void check_texts(struct op *op, const struct frontage *f, struct str keeper_name)
{
    const struct text_rule rules[] = {
        {"/name", f->name, true, NAME_MAX_CHARS},    {"/trade", f->trade, false, NAME_MAX_CHARS},
        {"/place_text", f->place, false, 200},       {"/keeper/name", keeper_name, false, 60},
        {"/note", f->note, false, NOTE_MAX_CHARS},   {"/external_id", f->external_id, false, CODE_MAX_CHARS},
    };
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
    if (f->lon_e7.has != f->lat_e7.has)
        fail_field(op->rd.fault, STR("/place"), "place_half", "经度和纬度须同时填写", "Longitude and latitude go together");
}

static enum rc check_area(struct op *op, struct frontage *f)
{
    struct area area;
    bool found;
    RETURN_IF(area_find(op, f->area_id, &area, &found));
    if (!found || area.valid_to_ms.has)
        fail_field(op->rd.fault, STR("/area_id"), "area_missing", "所在区划不存在或已撤销", "The area does not exist or was closed");
    else
        f->area_code = area.code;
    return RC_OK;
}

static enum rc check_site(struct op *op, struct frontage *f)
{
    struct site site;
    bool found = false;
    f->units[1] = f->units[2] = f->units[3] = UUID_NONE;
    f->site_name = STR_NONE;
    if (uuid_is_none(f->site_id))
        return RC_OK;
    RETURN_IF(site_find(op, f->site_id, &site, &found));
    if (!found || site.retired) {
        fail_field(op->rd.fault, STR("/site_id"), "site_missing", "没有这个点位，或已停用", "There is no such site, or it is retired");
        return RC_OK;
    }
    f->units[1] = site.subject_unit_id;
    f->units[2] = site.territory_unit_id;
    f->units[3] = site.supervising_unit_id;
    f->site_name = site.name;
    return RC_OK;
}

static enum rc check_unit(struct op *op, struct uuid id)
{
    struct unit u;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(unit_find(op, id, &u, &found));
    if (!found || u.closed_ms.has)
        fail_field(op->rd.fault, STR("/unit_id"), "unit_missing", "单位不存在或已撤销", "The unit does not exist or was closed");
    return RC_OK;
}

/* ---- the keeper ---- */

static void seal_keeper(struct op *op, const struct frontage_keeper *in, struct frontage *f)
{
    struct arena *a = OP_ARENA(op);
    const struct frontage_keeper k = {text_or_none(in->name), text_or_none(str_trim(in->phone))};
    struct str normal;
    struct detail d;
    f->keeper_sealed = f->keeper_masked = STR_NONE;
    if (!k.name.p && !k.phone.p)
        return;
    if (k.phone.p && !privacy_phone_normal(a, k.phone, &normal)) {
        fail_field(op->rd.fault, STR("/keeper/phone"), "phone", "电话号码不正确", "This is no telephone number");
        return;
    }
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "name", k.name);
    jo_str(&d.j, "phone", k.phone);
    struct privacy_place at = {op->hq, KEEPER_FIELD, f->id};
    struct str name = privacy_mask_name(a, k.name), phone = privacy_mask_phone(a, k.phone);
    f->keeper_sealed = privacy_seal(op->env->keys, a, &at, detail_close(&d, a));
    f->keeper_masked = str_trim(str_fmt(a, "%.*s %.*s", STR_ARG(name), STR_ARG(phone)));
}

enum rc frontage_open_keeper(struct op *op, const struct frontage *f, struct frontage_keeper *out)
{
    struct str clear;
    struct jin in;
    struct subject subject = facility_subject(&op->actor, f->units, 4, f->area_code);
    struct privacy_place at = {op->hq, KEEPER_FIELD, f->id};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &subject));
    *out = (struct frontage_keeper){STR_NONE, STR_NONE};
    if (str_empty(f->keeper_sealed))
        return RC_OK;
    RETURN_IF(privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &at, f->keeper_sealed, &clear));
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, clear));
    jin_str(&in, "name", JIN_OPTIONAL, NAME_MAX_CHARS, &out->name);
    jin_str(&in, "phone", JIN_OPTIONAL, NAME_MAX_CHARS, &out->phone);
    enum rc rc = jin_done(&in);
    jin_free(&in);
    return rc;
}

/* ---- effects ---- */

/* Without personal data. */
static struct str frontage_content(struct op *op, const struct frontage *f, struct str reason)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "code", f->code);
    jo_str(&d.j, "name", f->name);
    jo_str(&d.j, "trade", f->trade);
    jo_str(&d.j, "area_code", f->area_code);
    jo_uuid(&d.j, "site_id", f->site_id);
    jo_uuid(&d.j, "unit_id", f->units[0]);
    jo_str(&d.j, "place_text", f->place);
    jo_place(&d.j, "place", f->lon_e7, f->lat_e7);
    jo_bool(&d.j, "has_keeper", f->keeper_sealed.n > 0);
    jo_opt_time(&d.j, "signed_at", f->signed_ms);
    jo_opt_time(&d.j, "checked_at", f->checked_ms);
    jo_z(&d.j, "state", f->closed ? "closed" : "active");
    jo_str(&d.j, "note", f->note);
    if (!str_empty(reason))
        jo_str(&d.j, "reason", reason);
    return detail_close(&d, OP_ARENA(op));
}

static struct str frontage_search(struct op *op, const struct frontage *f)
{
    return search_text_make(OP_ARENA(op), (struct str[]){f->name, f->code, f->trade, f->place, f->site_name}, 5);
}

static void fx_set(struct op *op, struct frontage *f, const char *change, struct str reason)
{
    fx_frontage_set(&op->plan.fx, &(struct frontage_set_in){
        .hq = op->hq, .id = f->id, .was_version = f->version, .name = f->name, .trade = f->trade, .area_id = f->area_id,
        .area_code = f->area_code, .site_id = f->site_id, .unit_id = f->units[0], .place = f->place, .lon_e7 = f->lon_e7,
        .lat_e7 = f->lat_e7, .keeper_sealed = f->keeper_sealed, .keeper_masked = f->keeper_masked,
        .pledge_id = f->pledge_id, .signed_ms = f->signed_ms, .checked_ms = f->checked_ms,
        .state = f->closed ? STR("closed") : STR("active"), .note = f->note, .search_text = frontage_search(op, f)});
    f->version++;
    facility_fx_history(op, &(struct history){f->id, "frontage", f->version, change, frontage_content(op, f, reason)});
}

/* ---- operations ---- */

static void check_listed(struct op *op, const struct frontage_new *in)
{
    const struct opt_i64 times[] = {in->signed_ms, in->checked_ms};
    for (size_t i = 0; i < 2; i++)
        if (times[i].has && times[i].v > op->now + LOOK_FUTURE_MS)
            fail_field(op->rd.fault, i ? STR("/checked") : STR("/signed"), "out_of_range", "日期不能晚于现在",
                       "It cannot lie in the future");
}

static enum rc check_unique(struct op *op, struct str code)
{
    struct frontage_id_by_code_row row;
    bool found;
    RETURN_IF(q_frontage_id_by_code(&op->rd, &(struct frontage_id_by_code_in){op->hq, code}, &row, &found));
    return found ? OP_FAIL(op, RC_CONFLICT, "frontage_code_taken", "商户编号 %.*s 已被使用", "The shop code %.*s is taken",
                           STR_ARG(code))
                 : RC_OK;
}

static enum rc may_write(struct op *op, const struct frontage *f)
{
    struct subject subject = facility_subject(&op->actor, f->units, 4, f->area_code);
    return policy_check(op->rd.fault, &op->actor, ACT_FACILITY_WRITE, &subject);
}

enum rc frontage_prepare_create(struct op *op, const struct frontage_new *in)
{
    static const struct miss taken = {RC_CONFLICT, "frontage_exists", "商户编号或外部编号已被使用",
                                      "The shop's code or external id is taken"};
    struct frontage f = {.id = in->id, .code = in->code, .name = in->name, .trade = text_or_none(in->trade),
                         .area_id = in->area_id, .site_id = in->site_id, .units = {in->unit_id},
                         .place = text_or_none(in->place), .lon_e7 = in->lon_e7, .lat_e7 = in->lat_e7,
                         .signed_ms = in->signed_ms, .checked_ms = in->checked_ms, .closed = in->closed,
                         .note = text_or_none(in->note), .external_id = text_or_none(in->external_id), .version = 1};
    text_check_code(op->rd.fault, "/code", in->code);
    check_texts(op, &f, in->keeper.name);
    check_listed(op, in);
    RETURN_IF(check_area(op, &f));
    RETURN_IF(check_site(op, &f));
    RETURN_IF(check_unit(op, in->unit_id));
    seal_keeper(op, &in->keeper, &f);
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(may_write(op, &f));
    RETURN_IF(check_unique(op, in->code));
    struct effect *e = fx_frontage_add(&op->plan.fx, &(struct frontage_add_in){
        .hq = op->hq, .id = f.id, .code = f.code, .name = f.name, .trade = f.trade, .area_id = f.area_id,
        .area_code = f.area_code, .site_id = f.site_id, .unit_id = f.units[0], .place = f.place, .lon_e7 = f.lon_e7,
        .lat_e7 = f.lat_e7, .keeper_sealed = f.keeper_sealed, .keeper_masked = f.keeper_masked, .signed_ms = f.signed_ms,
        .checked_ms = f.checked_ms, .state = f.closed ? STR("closed") : STR("active"), .note = f.note,
        .external_id = f.external_id, .created_ms = op->now, .search_text = frontage_search(op, &f)});
    e->on_clash = &taken;
    facility_fx_history(op, &(struct history){f.id, "frontage", 1, "created", frontage_content(op, &f, STR_NONE)});
    return RC_OK;
}

static enum rc load_to_change(struct op *op, struct uuid id, struct frontage *f)
{
    RETURN_IF(frontage_read(op, id, f));
    RETURN_IF(may_write(op, f));
    return f->closed ? OP_FAIL(op, RC_CONFLICT, "frontage_closed", "该商户已停业", "This shop is closed") : RC_OK;
}

static void merge(struct frontage *f, const struct frontage_change *in)
{
    const struct frontage_new *to = &in->to;
    f->name = in->set & FRONTAGE_NAME ? to->name : f->name;
    f->trade = in->set & FRONTAGE_TRADE ? text_or_none(to->trade) : f->trade;
    f->area_id = in->set & FRONTAGE_AREA ? to->area_id : f->area_id;
    f->site_id = in->set & FRONTAGE_SITE ? to->site_id : f->site_id;
    f->units[0] = in->set & FRONTAGE_UNIT ? to->unit_id : f->units[0];
    f->place = in->set & FRONTAGE_PLACE ? text_or_none(to->place) : f->place;
    f->lon_e7 = in->set & FRONTAGE_POINT ? to->lon_e7 : f->lon_e7;
    f->lat_e7 = in->set & FRONTAGE_POINT ? to->lat_e7 : f->lat_e7;
    f->note = in->set & FRONTAGE_NOTE ? text_or_none(to->note) : f->note;
}

enum rc frontage_prepare_change(struct op *op, const struct frontage_change *in)
{
    struct frontage f;
    RETURN_IF(load_to_change(op, in->id, &f));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, f.version));
    merge(&f, in);
    check_texts(op, &f, in->set & FRONTAGE_KEEPER ? in->to.keeper.name : STR_NONE);
    if (in->set & FRONTAGE_AREA)
        RETURN_IF(check_area(op, &f));
    if (in->set & FRONTAGE_SITE)
        RETURN_IF(check_site(op, &f));
    if (in->set & FRONTAGE_UNIT)
        RETURN_IF(check_unit(op, f.units[0]));
    if (in->set & FRONTAGE_KEEPER)
        seal_keeper(op, &in->to.keeper, &f);
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(may_write(op, &f)); /* nobody moves a shop out of their own reach */
    fx_set(op, &f, "changed", STR_NONE);
    return RC_OK;
}

enum rc frontage_prepare_close(struct op *op, struct uuid id, struct str reason)
{
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    struct frontage f;
    RETURN_IF(load_to_change(op, id, &f));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    f.closed = true;
    fx_set(op, &f, "closed", reason);
    return RC_OK;
}

enum rc frontage_prepare_reveal(struct op *op, struct uuid id, struct str reason)
{
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    struct frontage f;
    struct detail d;
    RETURN_IF(frontage_read(op, id, &f));
    struct subject subject = facility_subject(&op->actor, f.units, 4, f.area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &subject));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    detail_open(&d, op->zone_min);
    jo_z(&d.j, "field", "keeper");
    jo_str(&d.j, "reason", reason);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

enum rc frontage_prepare_pledge(struct op *op, const struct frontage_pledge *in)
{
    static const struct miss taken = {RC_CONFLICT, "pledge_exists", "该编号已被使用", "This id has been used"};
    const struct text_rule rule = {"/terms", in->terms, true, NOTE_MAX_CHARS};
    struct frontage f;
    RETURN_IF(load_to_change(op, in->frontage_id, &f));
    text_check(op->rd.fault, &rule, 1);
    if (in->signed_ms > op->now + LOOK_FUTURE_MS)
        fail_field(op->rd.fault, STR("/signed_on"), "out_of_range", "签订日期不得晚于今天", "It cannot be signed in the future");
    if (in->until_ms.has && in->until_ms.v < in->signed_ms)
        fail_field(op->rd.fault, STR("/until"), "before_start", "到期日早于签订日", "It ends before it was signed");
    if (in->nphotos == 0)
        fail_field(op->rd.fault, STR("/photos"), "evidence_required", "请附责任书照片", "Attach a photograph of the signed sheet");
    RETURN_IF(facility_check_photos(op, in->photos, in->nphotos, STR("/photos")));
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e = fx_frontage_pledge_add(&op->plan.fx, &(struct frontage_pledge_add_in){
        .hq = op->hq, .id = in->id, .frontage_id = f.id, .signed_ms = in->signed_ms, .until_ms = in->until_ms,
        .terms = in->terms, .actor_id = op->actor.person_id, .at_ms = op->now});
    e->on_clash = &taken;
    facility_add_photos(op, in->id, "pledge", in->photos, in->nphotos);
    if (!f.signed_ms.has || in->signed_ms >= f.signed_ms.v) {
        f.pledge_id = in->id;
        f.signed_ms = SOME(in->signed_ms);
    }
    fx_set(op, &f, "signed", STR_NONE);
    return RC_OK;
}

/* ---- for findings ---- */

void frontage_fx_checked(struct op *op, struct frontage *f, int64_t at_ms)
{
    if (!f->checked_ms.has || at_ms > f->checked_ms.v)
        f->checked_ms = SOME(at_ms);
    fx_set(op, f, "checked", STR_NONE);
}
