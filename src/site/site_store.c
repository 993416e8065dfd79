/*
 * site_store.c - sites in the database: loading, creating, changing, retiring; the contact is
 * sealed and opened here only. Each write adds the version it makes to the history.
 */
#include "site_internal.h"

#include "base/json_in.h"
#include "org/org.h"
#include "org/text.h"
#include "privacy/privacy.h"
#include "standard/catalogue.h"

#define CONTACT_FIELD "site.contact"

struct site site_of_row(const struct site_get_row *r)
{
    return (struct site){.id = r->id,
                         .code = r->code,
                         .name = r->name,
                         .category_code = r->category_code,
                         .area_id = r->area_id,
                         .area_code = r->area_code,
                         .area_name = r->area_name,
                         .address = r->address,
                         .lon_e7 = r->lon_e7,
                         .lat_e7 = r->lat_e7,
                         .subject_unit_id = r->subject_unit_id,
                         .subject_unit_name = r->subject_unit_name,
                         .territory_unit_id = r->territory_unit_id,
                         .territory_unit_name = r->territory_unit_name,
                         .supervising_unit_id = r->supervising_unit_id,
                         .supervising_unit_name = r->supervising_unit_name,
                         .contact_sealed = r->contact_sealed,
                         .contact_masked = r->contact_masked,
                         .retired = str_is(r->state, "retired"),
                         .retired_ms = r->retired_ms,
                         .note = r->note,
                         .external_id = r->external_id,
                         .created_ms = r->created_ms,
                         .version = r->version};
}

/* ---- loading ---- */

enum rc site_find(struct op *op, struct uuid id, struct site *out, bool *found)
{
    struct site_get_row row;
    RETURN_IF(q_site_get(&op->rd, &(struct site_get_in){op->hq, id}, &row, found));
    if (*found)
        *out = site_of_row(&row);
    return RC_OK;
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这个点位", "There is no such site");
}

enum rc site_load(struct op *op, struct uuid id, struct site *out)
{
    bool found;
    RETURN_IF(site_find(op, id, out, &found));
    return found ? RC_OK : not_found(op);
}

enum rc site_by_code(struct op *op, struct str code, struct site *out, bool *found)
{
    struct site_id_by_code_row row;
    RETURN_IF(q_site_id_by_code(&op->rd, &(struct site_id_by_code_in){op->hq, code}, &row, found));
    return *found ? site_find(op, row.id, out, found) : RC_OK;
}

enum rc site_by_external_id(struct op *op, struct str external_id, struct site *out, bool *found)
{
    struct site_id_by_external_row row;
    struct site_id_by_external_in in = {op->hq, external_id};
    RETURN_IF(q_site_id_by_external(&op->rd, &in, &row, found));
    return *found ? site_find(op, row.id, out, found) : RC_OK;
}

enum rc site_read(struct op *op, struct uuid id, struct site *out)
{
    RETURN_IF(site_load(op, id, out));
    struct subject s = site_subject(&op->actor, out);
    if (policy_check(op->rd.fault, &op->actor, ACT_SITE_READ, &s) == RC_OK)
        return RC_OK;
    fault_clear(op->rd.fault);
    return not_found(op);
}

/* ---- rules that ask the database ---- */

static enum rc check_category(struct op *op, struct str code)
{
    bool is;
    if (str_empty(code))
        return RC_OK; /* named by site_check() */
    RETURN_IF(standard_category_published(op, code, &is));
    if (!is)
        fail_field(op->rd.fault, STR("/category_code"), "category_unknown",
                   "已发布的测评标准中没有类别 %.*s", "No published standard has the category %.*s",
                   STR_ARG(code));
    return RC_OK;
}

static enum rc check_area(struct op *op, struct site *s)
{
    struct area area;
    bool found;
    RETURN_IF(area_find(op, s->area_id, &area, &found));
    if (!found || area.valid_to_ms.has) {
        fail_field(op->rd.fault, STR("/area_id"), "area_missing", "所在区划不存在或已撤销",
                   "The area does not exist or was closed");
        return RC_OK;
    }
    s->area_code = area.code;
    return RC_OK;
}

static enum rc check_unit(struct op *op, const char *pointer, struct uuid id)
{
    struct unit u;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(unit_find(op, id, &u, &found));
    if (!found || u.closed_ms.has)
        fail_field(op->rd.fault, str_of(pointer), "unit_missing", "单位不存在或已撤销",
                   "The unit does not exist or was closed");
    return RC_OK;
}

static enum rc check_references(struct op *op, struct site *s, unsigned set)
{
    if (set & SITE_AREA)
        RETURN_IF(check_area(op, s));
    if (set & SITE_CATEGORY)
        RETURN_IF(check_category(op, s->category_code));
    if (set & SITE_SUBJECT)
        RETURN_IF(check_unit(op, "/subject_unit_id", s->subject_unit_id));
    if (set & SITE_TERRITORY)
        RETURN_IF(check_unit(op, "/territory_unit_id", s->territory_unit_id));
    if (set & SITE_SUPERVISING)
        RETURN_IF(check_unit(op, "/supervising_unit_id", s->supervising_unit_id));
    return RC_OK;
}

/* ---- the contact ---- */

static struct str contact_json(struct op *op, const struct site_contact *c)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "name", c->name);
    jo_str(&d.j, "phone", c->phone);
    return detail_close(&d, OP_ARENA(op));
}

static void seal_contact(struct op *op, const struct site_contact *in, struct site *s)
{
    struct arena *a = OP_ARENA(op);
    const struct site_contact c = {text_or_none(in->name), text_or_none(str_trim(in->phone))};
    struct str normal;
    s->contact_sealed = s->contact_masked = STR_NONE;
    if (!c.name.p && !c.phone.p)
        return;
    if (c.phone.p && !privacy_phone_normal(a, c.phone, &normal)) {
        fail_field(op->rd.fault, STR("/contact/phone"), "phone", "电话号码不正确",
                   "This is no telephone number");
        return;
    }
    struct privacy_place at = {op->hq, CONTACT_FIELD, s->id};
    struct str name = privacy_mask_name(a, c.name), phone = privacy_mask_phone(a, c.phone);
    s->contact_sealed = privacy_seal(op->env->keys, a, &at, contact_json(op, &c));
    s->contact_masked = name.p && phone.p ? str_fmt(a, "%.*s %.*s", STR_ARG(name), STR_ARG(phone))
                        : name.p          ? name
                                          : phone;
}

enum rc site_open_contact(struct op *op, const struct site *s, struct site_contact *out)
{
    struct str clear;
    struct jin in;
    struct subject subject = site_subject(&op->actor, s);
    struct privacy_place at = {op->hq, CONTACT_FIELD, s->id};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &subject));
    *out = (struct site_contact){STR_NONE, STR_NONE};
    if (str_empty(s->contact_sealed))
        return RC_OK;
    RETURN_IF(
        privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &at, s->contact_sealed, &clear));
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, clear));
    jin_str(&in, "name", JIN_OPTIONAL, NAME_MAX_CHARS, &out->name);
    jin_str(&in, "phone", JIN_OPTIONAL, NAME_MAX_CHARS, &out->phone);
    enum rc rc = jin_done(&in);
    jin_free(&in);
    return rc;
}

/* ---- effects ---- */

static const struct miss site_taken = {RC_CONFLICT, "site_exists", "点位编号或外部编号已被使用",
                                       "The site's code or its external id is taken"};

static struct str site_search(struct op *op, const struct site *s)
{
    return search_text_make(OP_ARENA(op), (struct str[]){s->name, s->address, s->code}, 3);
}

/* `s` as it is after the change, its version already the new one. */
static void fx_history(struct op *op, const struct site *s, const char *change, struct str reason)
{
    struct str content = site_content(OP_ARENA(op), s, reason);
    fx_site_history_add(&op->plan.fx, &(struct site_history_add_in){.hq = op->hq,
                                                                    .site_id = s->id,
                                                                    .version = s->version,
                                                                    .at_ms = op->now,
                                                                    .actor_id = op->actor.person_id,
                                                                    .change = str_of(change),
                                                                    .content = content});
    op->plan.command.detail = content;
    change_event(op, "site.changed", "site", s->id, STR_NONE);
}

static void fx_create(struct op *op, const struct site *s)
{
    struct effect *e = fx_site_add(
        &op->plan.fx, &(struct site_add_in){.hq = op->hq,
                                            .id = s->id,
                                            .code = s->code,
                                            .name = s->name,
                                            .category_code = s->category_code,
                                            .area_id = s->area_id,
                                            .area_code = s->area_code,
                                            .address = s->address,
                                            .lon_e7 = s->lon_e7,
                                            .lat_e7 = s->lat_e7,
                                            .subject_unit_id = s->subject_unit_id,
                                            .territory_unit_id = s->territory_unit_id,
                                            .supervising_unit_id = s->supervising_unit_id,
                                            .contact_sealed = s->contact_sealed,
                                            .contact_masked = s->contact_masked,
                                            .external_id = s->external_id,
                                            .note = s->note,
                                            .created_ms = op->now,
                                            .search_text = site_search(op, s)});
    e->on_clash = &site_taken;
}

static void fx_set(struct op *op, const struct site *s, int64_t was_version)
{
    fx_site_set(&op->plan.fx, &(struct site_set_in){.hq = op->hq,
                                                    .id = s->id,
                                                    .was_version = was_version,
                                                    .name = s->name,
                                                    .category_code = s->category_code,
                                                    .area_id = s->area_id,
                                                    .area_code = s->area_code,
                                                    .address = s->address,
                                                    .lon_e7 = s->lon_e7,
                                                    .lat_e7 = s->lat_e7,
                                                    .subject_unit_id = s->subject_unit_id,
                                                    .territory_unit_id = s->territory_unit_id,
                                                    .supervising_unit_id = s->supervising_unit_id,
                                                    .contact_sealed = s->contact_sealed,
                                                    .contact_masked = s->contact_masked,
                                                    .note = s->note,
                                                    .search_text = site_search(op, s)});
}

/* ---- operations ---- */

static enum rc check_unique(struct op *op, const struct site_new *in)
{
    struct site_id_by_code_row row;
    bool found;
    RETURN_IF(
        q_site_id_by_code(&op->rd, &(struct site_id_by_code_in){op->hq, in->code}, &row, &found));
    if (!found)
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "site_code_taken", "点位编号 %.*s 已被使用",
                   "The site code %.*s is taken", STR_ARG(in->code));
}

enum rc site_prepare_create(struct op *op, const struct site_new *in)
{
    struct site s = {.id = in->id,
                     .code = in->code,
                     .name = in->name,
                     .category_code = in->category_code,
                     .area_id = in->area_id,
                     .address = text_or_none(in->address),
                     .lon_e7 = in->lon_e7,
                     .lat_e7 = in->lat_e7,
                     .subject_unit_id = in->subject_unit_id,
                     .territory_unit_id = in->territory_unit_id,
                     .supervising_unit_id = in->supervising_unit_id,
                     .note = text_or_none(in->note),
                     .external_id = text_or_none(in->external_id),
                     .version = 1};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    site_check(op->rd.fault, in);
    RETURN_IF(check_references(op, &s, ~0u));
    seal_contact(op, &in->contact, &s);
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(check_unique(op, in));
    fx_create(op, &s);
    fx_history(op, &s, "created", STR_NONE);
    return RC_OK;
}

static void merge(struct site *s, const struct site_change *in)
{
    const struct site_new *to = &in->to;
    s->name = in->set & SITE_NAME ? to->name : s->name;
    s->category_code = in->set & SITE_CATEGORY ? to->category_code : s->category_code;
    s->area_id = in->set & SITE_AREA ? to->area_id : s->area_id;
    s->address = in->set & SITE_ADDRESS ? text_or_none(to->address) : s->address;
    s->lon_e7 = in->set & SITE_PLACE ? to->lon_e7 : s->lon_e7;
    s->lat_e7 = in->set & SITE_PLACE ? to->lat_e7 : s->lat_e7;
    s->subject_unit_id = in->set & SITE_SUBJECT ? to->subject_unit_id : s->subject_unit_id;
    s->territory_unit_id = in->set & SITE_TERRITORY ? to->territory_unit_id : s->territory_unit_id;
    s->supervising_unit_id =
        in->set & SITE_SUPERVISING ? to->supervising_unit_id : s->supervising_unit_id;
    s->note = in->set & SITE_NOTE ? text_or_none(to->note) : s->note;
}

enum rc site_prepare_change(struct op *op, const struct site_change *in)
{
    struct site s;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    RETURN_IF(site_load(op, in->id, &s));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, s.version));
    merge(&s, in);
    const struct site_new whole = {.code = s.code,
                                   .name = s.name,
                                   .category_code = s.category_code,
                                   .address = s.address,
                                   .lon_e7 = s.lon_e7,
                                   .lat_e7 = s.lat_e7,
                                   .note = s.note,
                                   .external_id = s.external_id,
                                   .contact = in->to.contact};
    site_check(op->rd.fault, &whole);
    RETURN_IF(check_references(op, &s, in->set));
    if (in->set & SITE_CONTACT)
        seal_contact(op, &in->to.contact, &s);
    RETURN_IF(text_verdict(op->rd.fault));
    fx_set(op, &s, s.version++);
    fx_history(op, &s, "changed", STR_NONE);
    return RC_OK;
}

static enum rc set_state(struct op *op, struct site *s, bool retired, struct str reason)
{
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    s->retired = retired;
    s->retired_ms = retired ? SOME(op->now) : NONE_I64;
    fx_site_set_state(&op->plan.fx,
                      &(struct site_set_state_in){.hq = op->hq,
                                                  .id = s->id,
                                                  .was_version = s->version,
                                                  .state = retired ? STR("retired") : STR("active"),
                                                  .retired_ms = s->retired_ms});
    s->version++;
    fx_history(op, s, retired ? "retired" : "restored", reason);
    return RC_OK;
}

enum rc site_prepare_retire(struct op *op, struct uuid id, struct str reason)
{
    struct site s;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    RETURN_IF(site_load(op, id, &s));
    if (s.retired)
        return OP_FAIL(op, RC_CONFLICT, "site_retired", "该点位已停用",
                       "This site is retired already");
    return set_state(op, &s, true, reason);
}

enum rc site_prepare_restore(struct op *op, struct uuid id, struct str reason)
{
    struct site s;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_SITE_WRITE, NULL));
    RETURN_IF(site_load(op, id, &s));
    if (!s.retired)
        return OP_FAIL(op, RC_CONFLICT, "site_active", "该点位正在使用",
                       "This site is in use already");
    RETURN_IF(check_area(op, &s));
    RETURN_IF(text_verdict(op->rd.fault));
    return set_state(op, &s, false, reason);
}

enum rc site_prepare_reveal(struct op *op, struct uuid id, struct str reason)
{
    struct site s;
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    RETURN_IF(site_read(op, id, &s)); /* out of reach: not found, as in a GET */
    struct subject subject = site_subject(&op->actor, &s);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &subject));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_z(&d.j, "field", "contact");
    jo_str(&d.j, "reason", reason);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}
