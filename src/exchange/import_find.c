/*
 * import_find.c - what an office writes into which record: areas by code or by any of the ways
 * their name is written, units by code or name, or made where the mapping allows it.
 */
#include "import_internal.h"

#include "base/arena.h"

/* ---- areas ---- */

/* 大同街道办事处, 大同街道 and 大同 are one; so are 团结路社区居委会 and 团结路. */
static struct str base_name(struct str name)
{
    static const char *const endings[] = {"社区居民委员会",
                                          "居民委员会",
                                          "村民委员会",
                                          "社区居委会",
                                          "居委会",
                                          "村委会",
                                          "社区",
                                          "村",
                                          "街道办事处",
                                          "街道办",
                                          "街道",
                                          "镇人民政府",
                                          "镇",
                                          "乡人民政府",
                                          "乡",
                                          "区",
                                          "县",
                                          "市"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct str e = str_of(endings[i]);
        if (str_ends(name, e) && name.n > e.n)
            return str_sub(name, 0, name.n - e.n);
    }
    return name;
}

enum rc import_load_areas(struct import *im)
{
    struct op *op = im->op;
    struct import_areas_now_row *rows;
    RETURN_IF(
        q_import_areas_now(&op->rd, &(struct import_areas_now_in){op->hq}, &rows, &im->nareas));
    im->areas = ARENA_MANY(OP_ARENA(op), struct import_area, im->nareas + 1);
    for (size_t i = 0; i < im->nareas; i++)
        im->areas[i] = (struct import_area){rows[i].id, rows[i].code, rows[i].name,
                                            base_name(rows[i].name), rows[i].parent_code};
    return RC_OK;
}

size_t import_find_area(const struct import *im, struct str text, const struct area_where *where,
                        const struct import_area **out)
{
    struct str code = STR_NONE, base = base_name(text);
    enum area_level level;
    size_t exact = 0, near = 0;
    const struct import_area *first_near = NULL;
    bool is_code = area_code_normal(text, &code, &level);
    *out = NULL;
    for (size_t i = 0; i < im->nareas; i++) {
        const struct import_area *a = &im->areas[i];
        if ((where->within.p && !str_starts(a->code, where->within)) ||
            (where->digits && !is_code && a->code.n != where->digits))
            continue;
        if (is_code ? str_eq(a->code, code) : str_eq(a->name, text)) {
            *out = exact++ ? *out : a;
        } else if (!is_code && str_eq(a->base, base)) {
            first_near = near++ ? first_near : a;
        }
    }
    *out = exact ? *out : first_near;
    return exact ? exact : near;
}

const struct import_area *import_area_of(struct import *im, size_t row, const char *key)
{
    struct table_value v = import_cell(im, row, key);
    const struct import_area *area;
    size_t n = import_find_area(im, v.text, &(struct area_where){0}, &area);
    if (n == 1)
        return area;
    if (n == 0)
        report_error(im->report, v.row, v.column, "area_unknown", "没有在用的区划“%.*s”", "No area in force is \"%.*s\"",
                     STR_ARG(v.text));
    else
        report_error(im->report, v.row, v.column, "area_ambiguous", "有%zu个区划叫“%.*s”，请改填区划代码",
                     "%zu areas are called \"%.*s\"; give the code", n, STR_ARG(v.text));
    return NULL;
}

/* ---- sites ---- */

enum rc import_find_site(struct import *im, size_t row, const char *key, struct uuid *out, bool *ok)
{
    struct op *op = im->op;
    struct table_value v = import_cell(im, row, key);
    struct import_sites_called_row *rows;
    size_t n;
    RETURN_IF(q_import_sites_called(&op->rd, &(struct import_sites_called_in){op->hq, v.text}, &rows, &n));
    *ok = n == 1;
    if (*ok)
        *out = rows[0].id;
    else if (n == 0)
        report_error(im->report, v.row, v.column, "site_unknown", "没有在用的点位“%.*s”", "No site in use is \"%.*s\"",
                     STR_ARG(v.text));
    else
        report_error(im->report, v.row, v.column, "site_ambiguous", "有%zu个点位叫“%.*s”，请改填点位编号",
                     "%zu sites are called \"%.*s\"; give the code", n, STR_ARG(v.text));
    return RC_OK;
}

/* ---- categories ---- */

/* 社区（居委会/党群服务中心） is called 社区 in lists. */
static struct str before_bracket(struct str name)
{
    ptrdiff_t at = str_find(name, STR("（"), 0);
    return at > 0 ? str_sub(name, 0, (size_t)at) : name;
}

enum rc import_load_categories(struct import *im)
{
    struct op *op = im->op;
    struct import_categories_row *rows;
    RETURN_IF(q_import_categories(&op->rd, &(struct import_categories_in){op->hq}, &rows, &im->ncategories));
    im->categories = ARENA_MANY(im->arena, struct import_category, im->ncategories + 1);
    for (size_t i = 0; i < im->ncategories; i++)
        im->categories[i] = (struct import_category){rows[i].code, rows[i].name_zh, before_bracket(rows[i].name_zh)};
    return RC_OK;
}

/* ---- units ---- */

struct str import_unit_code(struct arena *a, struct str name)
{
    struct sha256 h = sha256_of(utf8_fold(a, name));
    return str_fmt(a, "U%02X%02X%02X%02X%02X", h.b[0], h.b[1], h.b[2], h.b[3], h.b[4]);
}

struct str import_unit_kind(struct str name)
{
    static const char *const territory[] = {
        "街道办事处", "街道办", "街道", "镇人民政府", "镇政府", "镇", "乡人民政府", "乡政府", "乡"};
    for (size_t i = 0; i < sizeof territory / sizeof *territory; i++)
        if (str_ends(name, str_of(territory[i])))
            return STR("territory");
    return STR("department");
}

void import_unit_made(struct import *im, const struct unit_new *u)
{
    struct import_unit *made = ARENA_NEW(OP_ARENA(im->op), struct import_unit);
    *made = (struct import_unit){im->units, u->name, u->short_name, u->code, u->id};
    im->units = made;
}

static bool unit_made_here(const struct import *im, struct str text, struct uuid *out)
{
    for (const struct import_unit *u = im->units; u; u = u->next) {
        if (!str_eq(u->name, text) && !str_eq(u->code, text) &&
            !(u->short_name.n && str_eq(u->short_name, text)))
            continue;
        *out = u->id;
        return true;
    }
    return false;
}

static enum rc make_unit(struct import *im, const struct table_value *v, size_t row,
                         struct uuid *out, bool *ok)
{
    struct arena *a = OP_ARENA(im->op);
    struct unit_new u = {
        .code = import_unit_code(a, v->text), .name = v->text, .kind = import_unit_kind(v->text)};
    u.id = *out = import_id(im, "unit", u.code);
    RETURN_IF(import_outcome(im, row, unit_prepare_create(im->op, &u), ok));
    if (!*ok)
        return RC_OK;
    import_unit_made(im, &u);
    report_warning(im->report, v->row, v->column, "unit_created", "新建单位“%.*s”，编码 %.*s",
                   "The unit \"%.*s\" is made, code %.*s", STR_ARG(u.name), STR_ARG(u.code));
    return RC_OK;
}

/* A list names the same few units again and again: each is asked for once. */
static struct import_unit_met **bucket_of(struct import *im, struct str text)
{
    size_t h = 5381;
    for (size_t i = 0; i < text.n; i++)
        h = h * 33 + (unsigned char)text.p[i];
    return &im->met[h % IMPORT_UNIT_BUCKETS];
}

static bool unit_met(struct import *im, struct str text, struct uuid *out)
{
    for (const struct import_unit_met *m = *bucket_of(im, text); m; m = m->next) {
        if (!str_eq(m->text, text))
            continue;
        *out = m->id;
        return true;
    }
    return false;
}

static void remember_unit(struct import *im, struct str text, struct uuid id)
{
    struct import_unit_met **bucket = bucket_of(im, text);
    struct import_unit_met *m = ARENA_NEW(im->arena, struct import_unit_met);
    *m = (struct import_unit_met){*bucket, str_copy(im->arena, text), id};
    *bucket = m;
}

/* By code, else by name; *n is how many there are. */
static enum rc look_up_unit(struct import *im, struct str text, struct uuid *out, size_t *n)
{
    struct unit u;
    bool found;
    RETURN_IF(unit_by_code(im->op, text, &u, &found));
    *n = found && !u.closed_ms.has;
    if (!*n)
        RETURN_IF(unit_by_name(im->op, text, &u, n));
    *out = *n ? u.id : UUID_NONE;
    return RC_OK;
}

enum rc import_find_unit(struct import *im, size_t row, const char *key, struct uuid *out, bool *ok)
{
    struct table_value v = import_cell(im, row, key);
    return import_find_unit_text(im, &v, row, out, ok);
}

enum rc import_find_unit_text(struct import *im, const struct table_value *v, size_t row, struct uuid *out, bool *ok)
{
    size_t n;
    *out = UUID_NONE;
    *ok = report_check(im->report, v, false, NAME_MAX_CHARS);
    if (!*ok || str_empty(v->text) || unit_met(im, v->text, out) || unit_made_here(im, v->text, out))
        return RC_OK;
    RETURN_IF(look_up_unit(im, v->text, out, &n));
    if (n == 1) {
        remember_unit(im, v->text, *out);
        return RC_OK;
    }
    *out = UUID_NONE;
    if (n == 0 && im->create_units)
        return make_unit(im, v, row, out, ok);
    *ok = false;
    if (n == 0)
        report_error(im->report, v->row, v->column, "unit_unknown", "没有单位“%.*s”，请先导入单位",
                     "There is no unit \"%.*s\"; import it first", STR_ARG(v->text));
    else
        report_error(im->report, v->row, v->column, "unit_ambiguous",
                     "有%zu个单位叫“%.*s”，请改填单位代码",
                     "%zu units are called \"%.*s\"; give the code", n, STR_ARG(v->text));
    return RC_OK;
}
