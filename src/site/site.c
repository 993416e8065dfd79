/* site.c - rules of sites: what a site must satisfy, whose it is, what its history shows. Pure. */
#include "site/site.h"

#include "base/arena.h"
#include "org/text.h"

enum { ADDRESS_MAX_CHARS = 200 };
#define LON_MAX_E7 INT64_C(1800000000)
#define LAT_MAX_E7 INT64_C(900000000)

static void check_place(struct fault *f, const struct site_new *s)
{
    if (s->lon_e7.has != s->lat_e7.has)
        fail_field(f, STR("/place"), "place_half", "经度和纬度须同时填写",
                   "Longitude and latitude go together");
    if (s->lon_e7.has && (s->lon_e7.v < -LON_MAX_E7 || s->lon_e7.v > LON_MAX_E7))
        fail_field(f, STR("/place/lon"), "out_of_range", "经度应在 -180 与 180 之间",
                   "A longitude lies between -180 and 180");
    if (s->lat_e7.has && (s->lat_e7.v < -LAT_MAX_E7 || s->lat_e7.v > LAT_MAX_E7))
        fail_field(f, STR("/place/lat"), "out_of_range", "纬度应在 -90 与 90 之间",
                   "A latitude lies between -90 and 90");
}

void site_check(struct fault *f, const struct site_new *s)
{
    const struct text_rule rules[] = {
        {"/name", s->name, true, NAME_MAX_CHARS},
        {"/category_code", s->category_code, true, CODE_MAX_CHARS},
        {"/address", s->address, false, ADDRESS_MAX_CHARS},
        {"/contact/name", s->contact.name, false, 60},
        {"/note", s->note, false, NOTE_MAX_CHARS},
        {"/external_id", s->external_id, false, CODE_MAX_CHARS},
    };
    text_check_code(f, "/code", s->code);
    text_check(f, rules, sizeof rules / sizeof *rules);
    check_place(f, s);
}

struct subject site_subject(const struct actor *actor, const struct site *s)
{
    const struct uuid units[] = {s->subject_unit_id, s->territory_unit_id, s->supervising_unit_id};
    struct subject subject = {.unit_id = s->subject_unit_id, .area_code = s->area_code};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!uuid_is_none(units[i]) && uuid_eq(units[i], actor->unit_id))
            subject.unit_id = units[i];
    return subject;
}

struct str site_content(struct arena *a, const struct site *s, struct str reason)
{
    struct detail d;
    detail_open(&d, 0);
    jo_str(&d.j, "code", s->code);
    jo_str(&d.j, "name", s->name);
    jo_str(&d.j, "category_code", s->category_code);
    jo_uuid(&d.j, "area_id", s->area_id);
    jo_str(&d.j, "area_code", s->area_code);
    jo_str(&d.j, "address", s->address);
    jo_place(&d.j, "place", s->lon_e7, s->lat_e7);
    jo_uuid(&d.j, "subject_unit_id", s->subject_unit_id);
    jo_uuid(&d.j, "territory_unit_id", s->territory_unit_id);
    jo_uuid(&d.j, "supervising_unit_id", s->supervising_unit_id);
    jo_bool(&d.j, "has_contact", s->contact_sealed.n > 0);
    jo_str(&d.j, "state", s->retired ? STR("retired") : STR("active"));
    jo_str(&d.j, "note", s->note);
    jo_str(&d.j, "external_id", s->external_id);
    if (!str_empty(reason))
        jo_str(&d.j, "reason", reason);
    return detail_close(&d, a);
}
