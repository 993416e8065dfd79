/*
 * import_duties.c - lists of who answers for which place (挂钩、挂点、联包帮): the person by the number their list gives
 * them, else by name and unit; the place is a site, an area or a unit. A duty that is there already is left alone.
 */
#include "import_internal.h"

#include "base/arena.h"

struct duty_row {
    size_t row;
    struct duty_new d;
};

static const struct {
    const char *kind, *words; /* ',' between */
} duty_words[] = {
    {"leader", "leader,包保领导,包联领导,挂钩领导,挂点领导,包保责任人,领导"},
    {"liaison", "liaison,联络员,联络人"},
    {"grid", "grid,网格员,网格长"},
    {"station", "station,站长,文明实践站站长"},
    {"inspector", "inspector,督查员,督查"},
};

static bool read_kind(struct import *im, struct duty_row *r)
{
    struct table_value v = import_cell(im, r->row, "kind");
    if (!report_check(im->report, &v, true, NAME_MAX_CHARS))
        return false;
    for (size_t i = 0; i < sizeof duty_words / sizeof *duty_words; i++) {
        struct str rest = str_of(duty_words[i].words), word;
        while (str_next(&rest, ',', &word))
            if (str_eq(word, v.text)) {
                r->d.kind = str_of(duty_words[i].kind);
                return true;
            }
    }
    report_error(im->report, v.row, v.column, "duty_kind_unknown", "责任类别应为包保领导、联络员、网格员、站长、督查之一",
                 "The duty is one of leader, liaison, grid, station, inspector");
    return false;
}

/* ---- the person ---- */

static bool say_person(struct import *im, const struct table_value *v, size_t n)
{
    if (n == 0)
        report_error(im->report, v->row, v->column, "person_unknown", "没有在职人员“%.*s”，请先导入人员",
                     "Nobody in office is called \"%.*s\"; import people first", STR_ARG(v->text));
    else
        report_error(im->report, v->row, v->column, "person_ambiguous", "有%zu名同名人员，请填写单位或人员编号",
                     "%zu people have this name; give the unit or the number", n);
    return false;
}

static enum rc find_person(struct import *im, struct duty_row *r, bool *ok)
{
    struct op *op = im->op;
    struct import_people_called_row *rows;
    struct table_value v = import_cell(im, r->row, "person");
    struct str number = import_cell(im, r->row, "person_id").text;
    struct uuid unit;
    struct person p;
    bool found = false;
    size_t n;
    *ok = report_check(im->report, &v, true, 60);
    if (!*ok)
        return RC_OK;
    if (number.n)
        RETURN_IF(person_by_external_id(op, number, &p, &found));
    if (found && !p.left_ms.has) {
        r->d.person_id = p.id;
        return RC_OK;
    }
    RETURN_IF(import_find_unit(im, r->row, "unit", &unit, ok));
    if (!*ok)
        return RC_OK;
    RETURN_IF(q_import_people_called(&op->rd, &(struct import_people_called_in){op->hq, v.text, unit}, &rows, &n));
    if (n == 1)
        r->d.person_id = rows[0].id;
    else
        *ok = say_person(im, &v, n);
    return RC_OK;
}

/* ---- the place ---- */

static bool take_area(struct import *im, struct duty_row *r, const char *key)
{
    const struct import_area *area = import_area_of(im, r->row, key);
    r->d.place_kind = STR("area");
    if (area)
        r->d.place_id = area->id;
    return area != NULL;
}

static enum rc take_site(struct import *im, struct duty_row *r, const char *key, bool *ok)
{
    r->d.place_kind = STR("site");
    return import_find_site(im, r->row, key, &r->d.place_id, ok);
}

/* The most exact that is given. */
static enum rc find_place(struct import *im, struct duty_row *r, bool *ok)
{
    *ok = true;
    if (import_cell(im, r->row, "site_code").text.n)
        return take_site(im, r, "site_code", ok);
    if (import_cell(im, r->row, "site").text.n)
        return take_site(im, r, "site", ok);
    if (import_cell(im, r->row, "area_code").text.n || import_cell(im, r->row, "area").text.n) {
        *ok = take_area(im, r, import_cell(im, r->row, "area_code").text.n ? "area_code" : "area");
        return RC_OK;
    }
    r->d.place_kind = STR("unit");
    RETURN_IF(import_find_unit(im, r->row, "place_unit", &r->d.place_id, ok));
    if (*ok && uuid_is_none(r->d.place_id)) {
        report_error(im->report, import_row_number(im, r->row), 0, "required", "请填写负责的区域、点位或单位",
                     "Give the area, the site or the unit answered for");
        *ok = false;
    }
    return RC_OK;
}

/* ---- planning ---- */

static struct str key_of(const struct import *im, const struct duty_row *r)
{
    struct arena *a = OP_ARENA(im->op);
    return str_fmt(a, "%.*s %.*s %.*s %lld", STR_ARG(r->d.kind), STR_ARG(uuid_str(a, r->d.person_id)),
                   STR_ARG(uuid_str(a, r->d.place_id)), r->d.from_ms.has ? (long long)r->d.from_ms.v : 0);
}

static enum rc is_there(struct import *im, const struct duty_row *r, bool *there)
{
    struct op *op = im->op;
    struct import_duties_like_row *rows;
    size_t n;
    *there = false;
    RETURN_IF(q_import_duties_like(&op->rd, &(struct import_duties_like_in){op->hq, r->d.person_id, r->d.kind, r->d.place_id},
                                   &rows, &n));
    for (size_t i = 0; i < n; i++)
        *there |= !r->d.from_ms.has || rows[i].from_ms == r->d.from_ms.v;
    return RC_OK;
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct duty_row r = {.row = row};
    bool good, person, place, there, ok;
    good = read_kind(im, &r);
    good &= import_text(im, row, "note", false, NOTE_MAX_CHARS, &r.d.note);
    good &= import_time(im, row, "from", &r.d.from_ms);
    good &= import_time(im, row, "to", &r.d.to_ms);
    RETURN_IF(find_person(im, &r, &person));
    RETURN_IF(find_place(im, &r, &place));
    if (!good || !person || !place || !import_first(im, row, "person", key_of(im, &r)))
        return RC_OK;
    RETURN_IF(is_there(im, &r, &there));
    *outcome = REPORT_UNCHANGED;
    if (there)
        return RC_OK;
    r.d.id = import_id(im, "duty", key_of(im, &r));
    RETURN_IF(import_outcome(im, row, duty_prepare_create(im->op, &r.d), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

static enum rc begin(struct import *im)
{
    return import_load_areas(im);
}

const struct importer import_duties = {"duties", begin, plan_row, NULL};
