/*
 * import_units.c - lists of units (单位): known by code, or by name where the list has no codes. A
 * unit above may stand below in the file: it is planned first.
 */
#include "import_internal.h"

#include "base/arena.h"

enum unit_state { UNIT_WAITING, UNIT_IN_HAND, UNIT_DONE };
enum { DEPTH_MAX = 20 };

struct unit_row {
    size_t row;
    enum unit_state state;
    enum report_outcome outcome;
    struct unit_new unit;
    struct opt_i64 order;
    bool coded, good;
};

struct units {
    struct unit_row *rows;
    size_t n;
};

/* ---- one row ---- */

static const struct {
    const char *word, *kind;
} kinds[] = {
    {"部门", "department"},     {"职能部门", "department"},  {"责任部门", "department"},
    {"机关", "department"},     {"属地", "territory"},       {"街道", "territory"},
    {"乡镇", "territory"},      {"镇街", "territory"},       {"镇", "territory"},
    {"公用事业", "utility"},    {"公用事业单位", "utility"}, {"企业", "utility"},
    {"指挥部", "headquarters"}, {"创建办", "headquarters"},  {"其他", "other"},
    {"其它", "other"},
};

static bool read_kind(struct import *im, struct unit_row *r)
{
    struct table_value v = import_cell(im, r->row, "kind");
    if (!report_check(im->report, &v, false, 40))
        return false;
    for (int i = 0; unit_kind_names[i]; i++)
        if (str_is(v.text, unit_kind_names[i]))
            r->unit.kind = v.text;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(v.text, kinds[i].word))
            r->unit.kind = str_of(kinds[i].kind);
    if (r->unit.kind.p || str_empty(v.text))
        return true;
    report_error(im->report, v.row, v.column, "unknown_value",
                 "单位类别应为部门、属地、公用事业、指挥部、其他之一",
                 "The kind is one of department, territory, utility, headquarters, other");
    return false;
}

static bool read_area(struct import *im, struct unit_row *r)
{
    const struct import_area *area = NULL;
    struct table_value v = import_cell(im, r->row, "area_code");
    if (str_empty(v.text))
        v = import_cell(im, r->row, "area");
    if (str_empty(v.text))
        return true;
    size_t n = import_find_area(im, v.text, &(struct area_where){STR_NONE, TOWN_DIGITS}, &area);
    if (n == 0)
        n = import_find_area(im, v.text, &(struct area_where){0}, &area);
    if (n == 1) {
        r->unit.area_code = area->code;
        return true;
    }
    if (n == 0)
        report_error(im->report, v.row, v.column, "area_unknown", "没有在用的区划“%.*s”",
                     "No area in force is \"%.*s\"", STR_ARG(v.text));
    else
        report_error(im->report, v.row, v.column, "area_ambiguous",
                     "有%zu个区划叫“%.*s”，请改填区划代码",
                     "%zu areas are called \"%.*s\"; give the code", n, STR_ARG(v.text));
    return false;
}

static void read_row(struct import *im, size_t row, struct unit_row *r)
{
    *r = (struct unit_row){.row = row, .good = report_notes(im->report, row)};
    r->good &= import_text(im, row, "code", false, CODE_MAX_CHARS, &r->unit.code);
    r->good &= import_text(im, row, "name", true, NAME_MAX_CHARS, &r->unit.name);
    r->good &= import_text(im, row, "short_name", false, 40, &r->unit.short_name);
    r->good &= read_kind(im, r);
    r->good &= read_area(im, r);
    r->good &= import_order(im, row, &r->order);
    r->unit.order_no = r->order.v;
    r->coded = r->unit.code.n > 0;
    if (r->good && !r->coded)
        r->unit.code = import_unit_code(OP_ARENA(im->op), r->unit.name);
    if (r->good)
        r->good = import_first(im, row, r->coded ? "code" : "name", r->unit.code);
}

/* ---- there already? ---- */

static enum rc find_there(struct import *im, struct unit_row *r, struct unit *there, bool *found)
{
    size_t n;
    RETURN_IF(unit_by_code(im->op, r->unit.code, there, found));
    if (*found || r->coded)
        return RC_OK;
    RETURN_IF(unit_by_name(im->op, r->unit.name, there, &n));
    *found = n == 1;
    if (n <= 1)
        return RC_OK;
    struct table_value v = import_cell(im, r->row, "name");
    report_error(im->report, v.row, v.column, "unit_ambiguous",
                 "有%zu个单位叫“%.*s”，请改填单位代码",
                 "%zu units are called \"%.*s\"; give the code", n, STR_ARG(v.text));
    r->good = false;
    return RC_OK;
}

static enum rc plan_new(struct import *im, struct unit_row *r)
{
    bool ok;
    if (!r->unit.kind.p)
        r->unit.kind = r->unit.area_code.p ? STR("territory") : import_unit_kind(r->unit.name);
    r->unit.id = import_id(im, "unit", r->unit.code);
    RETURN_IF(import_outcome(im, r->row, unit_prepare_create(im->op, &r->unit), &ok));
    r->outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    if (ok)
        import_unit_made(im, &r->unit);
    return RC_OK;
}

/* An empty cell leaves what is there. */
static enum rc plan_change(struct import *im, struct unit_row *r, const struct unit *there)
{
    struct unit_change c = {
        .id = there->id, .expected_version = SOME(there->version), .to = r->unit};
    bool ok;
    c.set |= str_eq(r->unit.name, there->name) ? 0 : UNIT_NAME;
    c.set |= r->unit.short_name.n && !str_eq(r->unit.short_name, there->short_name)
                 ? UNIT_SHORT_NAME
                 : 0;
    c.set |= r->unit.kind.n && !str_eq(r->unit.kind, there->kind) ? UNIT_KIND : 0;
    c.set |= r->unit.area_code.n && !str_eq(r->unit.area_code, there->area_code) ? UNIT_AREA : 0;
    c.set |= !uuid_is_none(r->unit.parent_id) && !uuid_eq(r->unit.parent_id, there->parent_id)
                 ? UNIT_PARENT
                 : 0;
    c.set |= r->order.has && r->order.v != there->order_no ? UNIT_ORDER : 0;
    c.set |= there->closed_ms.has ? UNIT_CLOSED : 0; /* listed again: open again */
    r->outcome = REPORT_UNCHANGED;
    if (!c.set)
        return RC_OK;
    RETURN_IF(import_outcome(im, r->row, unit_prepare_change(im->op, &c), &ok));
    r->outcome = ok ? REPORT_UPDATED : REPORT_REFUSED;
    return RC_OK;
}

static enum rc plan_one(struct import *im, struct unit_row *r)
{
    struct unit there;
    bool found = false;
    RETURN_IF(find_there(im, r, &there, &found));
    if (!r->good)
        return RC_OK;
    return found ? plan_change(im, r, &there) : plan_new(im, r);
}

/* ---- the one above first ---- */

static struct unit_row *row_named(struct units *s, struct str text)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->rows[i].unit.name, text) || str_eq(s->rows[i].unit.code, text) ||
            (s->rows[i].unit.short_name.n && str_eq(s->rows[i].unit.short_name, text)))
            return &s->rows[i];
    return NULL;
}

/* Rows above r, nearest first, as far as they wait; false when they run in a circle. */
static size_t chain_above(struct import *im, struct units *s, struct unit_row *r,
                          struct unit_row *chain[DEPTH_MAX])
{
    size_t n = 0;
    while (r && r->state == UNIT_WAITING && n < DEPTH_MAX) {
        r->state = UNIT_IN_HAND;
        chain[n++] = r;
        struct str parent = import_cell(im, r->row, "parent").text;
        r = parent.n ? row_named(s, parent) : NULL;
    }
    if (!r || r->state == UNIT_DONE)
        return n;
    struct table_value v = import_cell(im, chain[n - 1]->row, "parent");
    report_error(im->report, v.row, v.column, "parent_circle",
                 "上级单位不能是本单位或其下级，层级也不能超过%d级",
                 "A unit cannot stand below itself, nor deeper than %d levels", DEPTH_MAX);
    chain[n - 1]->good = false;
    return n;
}

static enum rc plan_with_parent(struct import *im, struct unit_row *r)
{
    size_t planned = im->op->plan.fx.n;
    struct import_unit *units = im->units;
    bool ok;
    r->state = UNIT_DONE;
    r->outcome = REPORT_REFUSED;
    if (!r->good)
        return RC_OK;
    RETURN_IF(import_find_unit(im, r->row, "parent", &r->unit.parent_id, &ok));
    if (ok)
        RETURN_IF(plan_one(im, r));
    if (r->outcome != REPORT_REFUSED)
        return RC_OK;
    im->op->plan.fx.n = planned;
    im->units = units;
    return RC_OK;
}

static enum rc whole(struct import *im)
{
    struct units s = {.rows =
                          ARENA_MANY(OP_ARENA(im->op), struct unit_row, im->table.grid.nrows + 1)};
    struct unit_row *chain[DEPTH_MAX];
    RETURN_IF(import_load_areas(im));
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++)
        if (table_wants(&im->map, row))
            read_row(im, row, &s.rows[s.n++]);
    for (size_t i = 0; i < s.n; i++)
        for (size_t n = chain_above(im, &s, &s.rows[i], chain); n > 0; n--)
            RETURN_IF(plan_with_parent(im, chain[n - 1]));
    for (size_t i = 0; i < s.n; i++)
        report_count(im->report, s.rows[i].outcome);
    if (import_has(im, "contact") || import_has(im, "phone"))
        report_warning(
            im->report, 0, 0, "contact_as_person",
            "联系人和电话不随单位导入，请把本表再按“人员”导入一次",
            "Contacts are not imported with units; import the same file again as people");
    return RC_OK;
}

const struct importer import_units = {"units", NULL, NULL, whole};
