/*
 * import_frontages.c - lists of shops under the frontage duty (门前三包商户): known by their code or the number their list
 * gives them, else by area, name and address.
 *
 * A shop that comes without a code gets one that follows from those three. When the sheet was signed and the shop last
 * looked at is kept as the older register says; the signed sheet itself is filed by hand, with its photograph.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "facility/facility.h"

struct shop_row {
    size_t row;
    struct frontage_new f;
    bool state_said;
};

static const struct import_word state_words[] = {{"active", "在用,营业,在营"}, {"closed", "歇业,停业,已停业"}, {0}};

/* ---- one row ---- */

/* Of the area named, else that of the site. */
static enum rc read_area(struct import *im, struct shop_row *r, bool *ok)
{
    const char *key = import_cell(im, r->row, "area_code").text.n ? "area_code" : "area";
    struct table_value v = import_cell(im, r->row, key);
    *ok = report_check(im->report, &v, true, NAME_MAX_CHARS);
    if (!*ok)
        return RC_OK;
    const struct import_area *area = import_area_of(im, r->row, key);
    *ok = area != NULL;
    if (area)
        r->f.area_id = area->id;
    return RC_OK;
}

static enum rc read_site(struct import *im, struct shop_row *r, bool *ok)
{
    const char *key = import_cell(im, r->row, "site_code").text.n ? "site_code" : "site";
    *ok = true;
    return import_cell(im, r->row, key).text.n ? import_find_site(im, r->row, key, &r->f.site_id, ok) : RC_OK;
}

static bool read_texts(struct import *im, struct shop_row *r)
{
    struct opt_i64 place[2];
    int state;
    bool good = import_text(im, r->row, "code", false, CODE_MAX_CHARS, &r->f.code);
    good &= import_text(im, r->row, "name", true, NAME_MAX_CHARS, &r->f.name);
    good &= import_text(im, r->row, "trade", false, NAME_MAX_CHARS, &r->f.trade);
    good &= import_text(im, r->row, "place", false, 200, &r->f.place);
    good &= import_text(im, r->row, "keeper", false, 60, &r->f.keeper.name);
    good &= import_text(im, r->row, "phone", false, 40, &r->f.keeper.phone);
    good &= import_text(im, r->row, "note", false, NOTE_MAX_CHARS, &r->f.note);
    good &= import_text(im, r->row, "external_id", false, CODE_MAX_CHARS, &r->f.external_id);
    good &= import_time(im, r->row, "signed", &r->f.signed_ms);
    good &= import_time(im, r->row, "checked", &r->f.checked_ms);
    good &= import_pick(im, r->row, "state", state_words, &state);
    good &= import_place(im, r->row, true, place);
    r->f.lon_e7 = place[0];
    r->f.lat_e7 = place[1];
    r->state_said = state >= 0;
    r->f.closed = state == 1;
    return good;
}

static enum rc read_row(struct import *im, struct shop_row *r, bool *ok)
{
    bool area, site, unit;
    *ok = read_texts(im, r);
    RETURN_IF(read_area(im, r, &area));
    RETURN_IF(read_site(im, r, &site));
    RETURN_IF(import_find_unit(im, r->row, "unit", &r->f.unit_id, &unit));
    *ok &= area && site && unit;
    return RC_OK;
}

/* ---- there already? ---- */

static struct str made_code(struct arena *a, const struct frontage_new *f)
{
    struct sha256 h = sha256_of(str_fmt(a, "%.*s %.*s %.*s", STR_ARG(uuid_str(a, f->area_id)), STR_ARG(utf8_fold(a, f->name)),
                                        STR_ARG(f->place)));
    return str_fmt(a, "MQ%02X%02X%02X%02X%02X", h.b[0], h.b[1], h.b[2], h.b[3], h.b[4]);
}

static enum rc find_there(struct import *im, const struct shop_row *r, struct uuid *id)
{
    struct op *op = im->op;
    struct import_frontages_known_row *rows;
    size_t n;
    const struct import_frontages_known_in in = {op->hq, text_or_none(r->f.code), text_or_none(r->f.external_id)};
    *id = UUID_NONE;
    RETURN_IF(q_import_frontages_known(&op->rd, &in, &rows, &n));
    if (n)
        *id = rows[0].id;
    return RC_OK;
}

/* Compared in clear (whoever may import may open). An empty cell keeps what is there. */
static enum rc keeper_differs(struct import *im, struct shop_row *r, const struct frontage *there, bool *is)
{
    struct frontage_keeper now, *k = &r->f.keeper;
    *is = false;
    if (str_empty(k->name) && str_empty(k->phone))
        return RC_OK;
    RETURN_IF(frontage_open_keeper(im->op, there, &now));
    k->name = k->name.n ? k->name : now.name;
    k->phone = k->phone.n ? k->phone : now.phone;
    *is = !str_eq(text_or_none(k->name), text_or_none(now.name)) || !str_eq(text_or_none(k->phone), text_or_none(now.phone));
    return RC_OK;
}

static unsigned differences(const struct frontage_new *f, const struct frontage *there)
{
    const struct {
        struct str said, there;
        enum frontage_member member;
    } texts[] = {{f->name, there->name, FRONTAGE_NAME}, {f->trade, there->trade, FRONTAGE_TRADE},
                 {f->place, there->place, FRONTAGE_PLACE}, {f->note, there->note, FRONTAGE_NOTE}};
    unsigned set = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].said.n && !str_eq(texts[i].said, texts[i].there.p ? texts[i].there : STR("")))
            set |= texts[i].member;
    set |= uuid_eq(f->area_id, there->area_id) ? 0 : FRONTAGE_AREA;
    set |= uuid_is_none(f->site_id) || uuid_eq(f->site_id, there->site_id) ? 0 : FRONTAGE_SITE;
    set |= uuid_is_none(f->unit_id) || uuid_eq(f->unit_id, there->units[0]) ? 0 : FRONTAGE_UNIT;
    if (f->lon_e7.has && !(there->lon_e7.has && there->lon_e7.v == f->lon_e7.v && there->lat_e7.v == f->lat_e7.v))
        set |= FRONTAGE_POINT;
    return set;
}

static enum rc plan_change(struct import *im, struct shop_row *r, struct uuid id, enum report_outcome *outcome)
{
    struct op *op = im->op;
    struct frontage there;
    bool ok, keeper;
    RETURN_IF(frontage_read(op, id, &there));
    RETURN_IF(keeper_differs(im, r, &there, &keeper));
    struct frontage_change c = {.id = id, .expected_version = SOME(there.version), .to = r->f};
    c.set = differences(&r->f, &there) | (keeper ? FRONTAGE_KEEPER : 0);
    bool close = r->f.closed && !there.closed;
    if (r->state_said && there.closed && !r->f.closed)
        report_warning(im->report, import_row_number(im, r->row), 0, "frontage_closed", "该商户已停业，仍保持停业",
                       "This shop is closed and stays so");
    *outcome = REPORT_UNCHANGED;
    if (!close && (!c.set || there.closed))
        return RC_OK;
    enum rc rc = close ? frontage_prepare_close(op, id, STR("导入的名单注明已歇业")) : frontage_prepare_change(op, &c);
    RETURN_IF(import_outcome(im, r->row, rc, &ok));
    *outcome = ok ? REPORT_UPDATED : REPORT_REFUSED;
    return RC_OK;
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct arena *a = OP_ARENA(im->op);
    struct shop_row r = {.row = row};
    struct uuid id;
    bool ok;
    RETURN_IF(read_row(im, &r, &ok));
    if (!ok)
        return RC_OK;
    if (str_empty(r.f.code) && str_empty(r.f.external_id))
        r.f.code = made_code(a, &r.f);
    struct str key = r.f.code.n ? r.f.code : str_fmt(a, "external %.*s", STR_ARG(r.f.external_id));
    if (!import_first(im, row, "name", key))
        return RC_OK;
    RETURN_IF(find_there(im, &r, &id));
    if (!uuid_is_none(id))
        return plan_change(im, &r, id, outcome);
    r.f.id = import_id(im, "frontage", key);
    r.f.code = r.f.code.n ? r.f.code : made_code(a, &r.f);
    RETURN_IF(import_outcome(im, row, frontage_prepare_create(im->op, &r.f), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

const struct importer import_frontages = {"frontages", import_load_areas, plan_row, NULL};
