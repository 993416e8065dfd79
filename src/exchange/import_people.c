/*
 * import_people.c - lists of people (人员): known by the number their list gives them, else by
 * unit, name and telephone. Numbers are compared by their keyed hash and never opened; none stands
 * in a report.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "privacy/privacy.h"

struct person_row {
    size_t row;
    struct person_new p;
    struct opt_i64 order;
    struct str index; /* of the telephone; absent: none given */
};

static bool read_phone(struct import *im, struct person_row *r)
{
    struct op *op = im->op;
    struct table_value v = import_cell(im, r->row, "phone");
    struct str normal;
    if (!report_check(im->report, &v, false, 40))
        return false;
    r->p.phone = v.text;
    r->index = STR_NONE;
    if (str_empty(v.text))
        return true;
    if (privacy_phone_normal(OP_ARENA(op), v.text, &normal)) {
        r->index = privacy_index(op->env->keys, OP_ARENA(op), op->hq, "person.phone", normal);
        return true;
    }
    report_error(im->report, v.row, v.column, "phone", "电话号码不正确",
                 "This is no telephone number");
    return false;
}

/* What tells this row from the others of the file. */
static struct str key_of(const struct import *im, const struct person_row *r)
{
    struct arena *a = OP_ARENA(im->op);
    struct str index = str_hex(a, r->index.n ? r->index.p : "", r->index.n);
    if (r->p.external_id.n)
        return str_fmt(a, "#%.*s", STR_ARG(r->p.external_id));
    return str_fmt(a, "%.*s\n%.*s\n%.*s", STR_ARG(uuid_str(a, r->p.unit_id)), STR_ARG(r->p.name),
                   STR_ARG(index));
}

static enum rc read_row(struct import *im, struct person_row *r, bool *ok)
{
    bool good, unit_ok;
    good = import_text(im, r->row, "name", true, 60, &r->p.name);
    good &= import_text(im, r->row, "title", false, NAME_MAX_CHARS, &r->p.title);
    good &= import_text(im, r->row, "external_id", false, CODE_MAX_CHARS, &r->p.external_id);
    good &= read_phone(im, r);
    good &= import_order(im, r->row, &r->order);
    r->p.order_no = r->order.v;
    RETURN_IF(import_find_unit(im, r->row, "unit", &r->p.unit_id, &unit_ok));
    struct table_value unit = import_cell(im, r->row, "unit");
    if (unit_ok && str_empty(unit.text)) {
        report_error(im->report, unit.row, unit.column, "required", "必填", "This is required");
        unit_ok = false;
    }
    *ok = good && unit_ok &&
          import_first(im, r->row, r->p.external_id.n ? "external_id" : "name", key_of(im, r));
    return RC_OK;
}

/* ---- there already? ---- */

/* Without a number of the list: the same telephone; else the only one of that name, where one of
 * the two sides has no telephone. */
static enum rc find_by_name(struct import *im, const struct person_row *r, struct uuid *id,
                            bool *ok)
{
    struct op *op = im->op;
    struct import_people_of_name_row *rows;
    size_t n;
    struct table_value v = import_cell(im, r->row, "name");
    RETURN_IF(q_import_people_of_name(
        &op->rd, &(struct import_people_of_name_in){op->hq, r->p.unit_id, r->p.name}, &rows, &n));
    *id = UUID_NONE;
    for (size_t i = 0; i < n; i++)
        if (r->index.n && str_eq(rows[i].phone_index, r->index))
            *id = rows[i].id;
    if (!uuid_is_none(*id) || n == 0)
        return RC_OK;
    if (n == 1 && (!r->index.n || !rows[0].phone_index.n)) {
        *id = rows[0].id;
    } else if (!r->index.n) {
        report_error(im->report, v.row, v.column, "person_ambiguous",
                     "该单位有%zu名同名人员，请填写电话或人员编号",
                     "%zu people of this unit have this name; give the telephone or the number", n);
        *ok = false;
    } else {
        report_warning(
            im->report, v.row, v.column, "person_namesake",
            "该单位已有同名人员而电话不同，按另一人新增",
            "The unit has somebody of this name with another telephone; this one is added");
    }
    return RC_OK;
}

static enum rc find_there(struct import *im, const struct person_row *r, struct person *there,
                          bool *found, bool *ok)
{
    struct uuid id;
    *found = false;
    if (r->p.external_id.n)
        return person_by_external_id(im->op, r->p.external_id, there, found);
    RETURN_IF(find_by_name(im, r, &id, ok));
    return uuid_is_none(id) ? RC_OK : person_find(im->op, id, there, found);
}

/* ---- planning ---- */

static enum rc plan_new(struct import *im, struct person_row *r, enum report_outcome *outcome)
{
    bool ok;
    r->p.id = import_id(im, "person", key_of(im, r));
    RETURN_IF(import_outcome(im, r->row, person_prepare_create(im->op, &r->p), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

static enum rc phone_differs(struct import *im, const struct person_row *r, struct uuid id,
                             bool *differs)
{
    struct op *op = im->op;
    struct import_person_phone_row row;
    bool found;
    *differs = false;
    if (!r->index.n)
        return RC_OK;
    RETURN_IF(
        q_import_person_phone(&op->rd, &(struct import_person_phone_in){op->hq, id}, &row, &found));
    *differs = !found || !str_eq(row.phone_index, r->index);
    return RC_OK;
}

static enum rc plan_change(struct import *im, struct person_row *r, const struct person *there,
                           enum report_outcome *outcome)
{
    struct person_change c = {
        .id = there->id, .expected_version = SOME(there->version), .to = r->p};
    bool ok, phone;
    RETURN_IF(phone_differs(im, r, there->id, &phone));
    c.set |= str_eq(r->p.name, there->name) ? 0 : PERSON_NAME;
    c.set |= r->p.title.n && !str_eq(r->p.title, there->title) ? PERSON_TITLE : 0;
    c.set |= uuid_eq(r->p.unit_id, there->unit_id) ? 0 : PERSON_UNIT;
    c.set |= phone ? PERSON_PHONE : 0;
    c.set |= r->order.has && r->order.v != there->order_no ? PERSON_ORDER : 0;
    c.set |= there->left_ms.has ? PERSON_LEFT : 0; /* listed again: back in office */
    *outcome = REPORT_UNCHANGED;
    if (!c.set)
        return RC_OK;
    RETURN_IF(import_outcome(im, r->row, person_prepare_change(im->op, &c), &ok));
    *outcome = ok ? REPORT_UPDATED : REPORT_REFUSED;
    return RC_OK;
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct person_row r = {.row = row};
    struct person there;
    bool ok, found = false;
    RETURN_IF(read_row(im, &r, &ok));
    if (ok)
        RETURN_IF(find_there(im, &r, &there, &found, &ok));
    if (!ok)
        return RC_OK;
    return found ? plan_change(im, &r, &there, outcome) : plan_new(im, &r, outcome);
}

static enum rc whole(struct import *im)
{
    if (import_has(im, "login") || import_has(im, "role"))
        report_warning(im->report, 0, 0, "accounts_apart",
                       "登录名和角色不随名单导入，请在“人员”中邀请并授权",
                       "Logins and roles are not imported; invite and grant them under People");
    return RC_OK;
}

const struct importer import_people = {"people", NULL, plan_row, whole};
