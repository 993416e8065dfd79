/*
 * import_sites.c - lists of sites (点位): known by code, by the number their list gives them, else
 * by name and address. Category, area and units are found by whatever an office writes; places come
 * as WGS 84, or GCJ-02.
 *
 * A site without a code gets the next number of its category. Contacts go through the site room,
 * which seals them.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "site/site.h"

#include <stdlib.h>

enum { CATEGORIES_SEEN_MAX = 200 };

struct site_row {
    size_t row;
    struct site_new s;
    bool has_place;
};

/* The next free number of a category. */
struct numbers {
    struct str category;
    int64_t next;
};
struct sites {
    struct numbers numbers[CATEGORIES_SEEN_MAX];
    size_t n;
    struct import_site_names_row
        *names; /* of the register, by name and address; read when first asked for */
    size_t nnames;
};

/* ---- category ---- */

static enum rc begin(struct import *im)
{
    RETURN_IF(import_load_categories(im));
    im->state = ARENA_NEW(OP_ARENA(im->op), struct sites);
    return import_load_areas(im);
}

static bool read_category(struct import *im, struct site_row *r)
{
    struct table_value v = import_cell(im, r->row, "category");
    if (!report_check(im->report, &v, true, NAME_MAX_CHARS))
        return false;
    for (size_t i = 0; i < im->ncategories && !r->s.category_code.p; i++) {
        const struct import_category *c = &im->categories[i];
        if (str_eq(v.text, c->code) || str_eq(v.text, c->name) || str_eq(v.text, c->base))
            r->s.category_code = c->code;
    }
    if (r->s.category_code.p)
        return true;
    report_error(im->report, v.row, v.column, "category_unknown",
                 "已发布的测评标准中没有类别“%.*s”",
                 "No published standard has the category \"%.*s\"", STR_ARG(v.text));
    return false;
}

/* ---- area ---- */

static bool take_area(struct import *im, struct site_row *r, const char *key,
                      const struct area_where *where, const struct import_area **out)
{
    struct table_value v = import_cell(im, r->row, key);
    size_t n = import_find_area(im, v.text, where, out);
    if (n == 1)
        return true;
    if (n == 0)
        report_error(im->report, v.row, v.column, "area_unknown", "没有在用的区划“%.*s”",
                     "No area in force is \"%.*s\"", STR_ARG(v.text));
    else
        report_error(im->report, v.row, v.column, "area_ambiguous",
                     "有%zu个区划叫“%.*s”，请改填区划代码",
                     "%zu areas are called \"%.*s\"; give the code", n, STR_ARG(v.text));
    return false;
}

/* The most exact that is given: a code, else the community within its street, else the street. */
static bool read_area(struct import *im, struct site_row *r)
{
    const struct import_area *area = NULL, *town = NULL;
    bool by_code = import_cell(im, r->row, "area_code").text.n > 0;
    bool by_town = import_cell(im, r->row, "town").text.n > 0;
    bool by_village = import_cell(im, r->row, "village").text.n > 0;
    struct table_value v = import_cell(im, r->row, "area_code");
    if (by_code && !take_area(im, r, "area_code", &(struct area_where){0}, &area))
        return false;
    if (!by_code && by_town &&
        !take_area(im, r, "town", &(struct area_where){STR_NONE, TOWN_DIGITS}, &town))
        return false;
    const struct area_where below = {town ? town->code : STR_NONE, VILLAGE_DIGITS};
    if (!by_code && by_village && !take_area(im, r, "village", &below, &area))
        return false;
    area = area ? area : town;
    if (area) {
        r->s.area_id = area->id;
        return true;
    }
    report_error(im->report, v.row, v.column, "required", "请填写区划代码、所属街道或所属社区",
                 "Give the area's code, the town or the community");
    return false;
}

/* ---- place ---- */

static bool read_place(struct import *im, struct site_row *r)
{
    struct opt_i64 place[2];
    bool good = import_place(im, r->row, true, place);
    r->s.lon_e7 = place[0];
    r->s.lat_e7 = place[1];
    r->has_place = place[0].has;
    return good;
}

/* ---- one row ---- */

static bool read_texts(struct import *im, struct site_row *r)
{
    const struct {
        const char *key;
        bool required;
        size_t max;
        struct str *out;
    } texts[] = {
        {"code", false, CODE_MAX_CHARS, &r->s.code},
        {"name", true, NAME_MAX_CHARS, &r->s.name},
        {"address", false, 200, &r->s.address},
        {"external_id", false, CODE_MAX_CHARS, &r->s.external_id},
        {"note", false, NOTE_MAX_CHARS, &r->s.note},
        {"contact", false, 60, &r->s.contact.name},
        {"phone", false, 40, &r->s.contact.phone},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        good &=
            import_text(im, r->row, texts[i].key, texts[i].required, texts[i].max, texts[i].out);
    return good;
}

static bool is_first(struct import *im, const struct site_row *r)
{
    struct arena *a = OP_ARENA(im->op);
    if (r->s.code.n &&
        !import_first(im, r->row, "code", str_fmt(a, "code %.*s", STR_ARG(r->s.code))))
        return false;
    if (r->s.external_id.n)
        return import_first(im, r->row, "external_id",
                            str_fmt(a, "id %.*s", STR_ARG(r->s.external_id)));
    return r->s.code.n ||
           import_first(im, r->row, "name",
                        str_fmt(a, "name %.*s\n%.*s", STR_ARG(r->s.name), STR_ARG(r->s.address)));
}

static enum rc read_row(struct import *im, struct site_row *r, bool *ok)
{
    bool subject, territory, supervising;
    *ok = read_texts(im, r);
    *ok &= read_category(im, r);
    *ok &= read_area(im, r);
    *ok &= read_place(im, r);
    RETURN_IF(import_find_unit(im, r->row, "subject_unit", &r->s.subject_unit_id, &subject));
    RETURN_IF(import_find_unit(im, r->row, "territory_unit", &r->s.territory_unit_id, &territory));
    RETURN_IF(
        import_find_unit(im, r->row, "supervising_unit", &r->s.supervising_unit_id, &supervising));
    *ok = *ok && subject && territory && supervising && is_first(im, r);
    return RC_OK;
}

/* ---- there already? ---- */

static int by_name(const void *a, const void *b)
{
    const struct import_site_names_row *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    return order ? order : str_cmp(x->address, y->address);
}

static enum rc load_names(struct import *im, struct sites *s)
{
    struct op *op = im->op;
    if (s->names)
        return RC_OK;
    RETURN_IF(q_import_site_names(&op->rd, &(struct import_site_names_in){op->hq}, &s->names,
                                  &s->nnames));
    if (s->nnames == 0)
        s->names = ARENA_NEW(OP_ARENA(op), struct import_site_names_row);
    qsort(s->names, s->nnames, sizeof *s->names, by_name);
    return RC_OK;
}

static enum rc find_by_name(struct import *im, const struct site_row *r, struct site *there,
                            bool *found)
{
    struct sites *s = im->state;
    const struct import_site_names_row key = {.name = r->s.name, .address = r->s.address}, *row;
    RETURN_IF(load_names(im, s));
    row = bsearch(&key, s->names, s->nnames, sizeof *s->names, by_name);
    return row ? site_find(im->op, row->id, there, found) : RC_OK;
}

static enum rc find_there(struct import *im, const struct site_row *r, struct site *there,
                          bool *found)
{
    *found = false;
    if (r->s.code.n)
        RETURN_IF(site_by_code(im->op, r->s.code, there, found));
    if (!*found && r->s.external_id.n)
        RETURN_IF(site_by_external_id(im->op, r->s.external_id, there, found));
    if (*found || r->s.code.n || r->s.external_id.n)
        return RC_OK;
    return find_by_name(im, r, there, found);
}

/* ---- a new one ---- */

/* "GY-012" -> 12; 0 for any other form. */
static int64_t number_of(struct str code, struct str category)
{
    int64_t n = 0;
    if (!str_starts(code, category) || code.n <= category.n + 1 || code.p[category.n] != '-')
        return 0;
    return str_to_i64(str_sub(code, category.n + 1, code.n), 1, INT32_MAX, &n) ? n : 0;
}

static void above(struct numbers *c, struct str code)
{
    int64_t had = number_of(code, c->category);
    c->next = had >= c->next ? had + 1 : c->next;
}

/* Above all numbers the register and the file itself use. */
static enum rc begin_numbers(struct import *im, struct numbers *c)
{
    struct op *op = im->op;
    struct import_site_codes_row *rows;
    size_t n;
    RETURN_IF(q_import_site_codes(
        &op->rd,
        &(struct import_site_codes_in){op->hq, str_fmt(OP_ARENA(op), "%.*s-", STR_ARG(c->category)),
                                       str_fmt(OP_ARENA(op), "%.*s.", STR_ARG(c->category))},
        &rows, &n));
    for (size_t k = 0; k < n; k++)
        above(c, rows[k].code);
    for (size_t row = im->map.first; import_has(im, "code") && row < im->table.grid.nrows; row++)
        above(c, import_cell(im, row, "code").text);
    return RC_OK;
}

static enum rc next_code(struct import *im, struct site_row *r)
{
    struct op *op = im->op;
    struct sites *s = im->state;
    size_t i = 0;
    while (i < s->n && !str_eq(s->numbers[i].category, r->s.category_code))
        i++;
    if (i == CATEGORIES_SEEN_MAX)
        return OP_FAIL(op, RC_TOO_LARGE, "too_many_categories", "类别过多", "Too many categories");
    if (i == s->n) {
        s->numbers[s->n++] = (struct numbers){r->s.category_code, 1};
        RETURN_IF(begin_numbers(im, &s->numbers[i]));
    }
    r->s.code = str_fmt(OP_ARENA(op), "%.*s-%03lld", STR_ARG(r->s.category_code),
                        (long long)s->numbers[i].next++);
    return RC_OK;
}

static enum rc plan_new(struct import *im, struct site_row *r, enum report_outcome *outcome)
{
    bool ok;
    if (str_empty(r->s.code))
        RETURN_IF(next_code(im, r));
    r->s.id = import_id(im, "site", r->s.code);
    RETURN_IF(import_outcome(im, r->row, site_prepare_create(im->op, &r->s), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

/* ---- a change ---- */

/* Compared in clear (whoever may import may open). An empty cell keeps what is there. */
static enum rc contact_differs(struct import *im, struct site_row *r, const struct site *there,
                               bool *differs)
{
    struct site_contact now = {0}, *c = &r->s.contact;
    *differs = false;
    if (str_empty(c->name) && str_empty(c->phone))
        return RC_OK;
    RETURN_IF(site_open_contact(im->op, there, &now));
    c->name = c->name.n ? c->name : now.name;
    c->phone = c->phone.n ? c->phone : now.phone;
    *differs = !str_eq(c->name, now.name) || !str_eq(c->phone, now.phone);
    return RC_OK;
}

static bool unit_differs(struct uuid said, struct uuid there)
{
    return !uuid_is_none(said) && !uuid_eq(said, there);
}

static enum rc plan_change(struct import *im, struct site_row *r, const struct site *there,
                           enum report_outcome *outcome)
{
    struct site_change c = {.id = there->id, .expected_version = SOME(there->version)};
    bool ok, contact;
    RETURN_IF(contact_differs(im, r, there, &contact));
    c.to = r->s;
    c.set |= str_eq(r->s.name, there->name) ? 0 : SITE_NAME;
    c.set |= str_eq(r->s.category_code, there->category_code) ? 0 : SITE_CATEGORY;
    c.set |= uuid_eq(r->s.area_id, there->area_id) ? 0 : SITE_AREA;
    c.set |= r->s.address.n && !str_eq(r->s.address, there->address) ? SITE_ADDRESS : 0;
    c.set |= r->has_place && !(there->lon_e7.has && there->lon_e7.v == r->s.lon_e7.v &&
                               there->lat_e7.v == r->s.lat_e7.v)
                 ? SITE_PLACE
                 : 0;
    c.set |= unit_differs(r->s.subject_unit_id, there->subject_unit_id) ? SITE_SUBJECT : 0;
    c.set |= unit_differs(r->s.territory_unit_id, there->territory_unit_id) ? SITE_TERRITORY : 0;
    c.set |=
        unit_differs(r->s.supervising_unit_id, there->supervising_unit_id) ? SITE_SUPERVISING : 0;
    c.set |= contact ? SITE_CONTACT : 0;
    c.set |= r->s.note.n && !str_eq(r->s.note, there->note) ? SITE_NOTE : 0;
    if (there->retired)
        report_warning(im->report, import_row_number(im, r->row), 0, "site_retired",
                       "该点位已停用，仍保持停用", "This site is retired and stays so");
    *outcome = REPORT_UNCHANGED;
    if (!c.set)
        return RC_OK;
    RETURN_IF(import_outcome(im, r->row, site_prepare_change(im->op, &c), &ok));
    *outcome = ok ? REPORT_UPDATED : REPORT_REFUSED;
    return RC_OK;
}

/* Two rows of a file that are one site in the register: by code the one, by outer number the other.
 */
static bool is_other(struct import *im, const struct site_row *r, const struct site *there)
{
    struct arena *a = OP_ARENA(im->op);
    return import_first(im, r->row, "name",
                        str_fmt(a, "site %.*s", STR_ARG(uuid_str(a, there->id))));
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct site_row r = {.row = row};
    struct site there;
    bool ok, found;
    RETURN_IF(read_row(im, &r, &ok));
    if (!ok)
        return RC_OK;
    RETURN_IF(find_there(im, &r, &there, &found));
    if (!found)
        return plan_new(im, &r, outcome);
    return is_other(im, &r, &there) ? plan_change(im, &r, &there, outcome) : RC_OK;
}

const struct importer import_sites = {"sites", begin, plan_row, NULL};
