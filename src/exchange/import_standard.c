/*
 * import_standard.c - lists of criteria (测评标准条目), in the columns of
 * data/standard/criteria.csv or those an office uses. A published version never changes: a list
 * that says anything new makes a draft of what is there (the newest draft, else the version in
 * force) with its rows written over and added. Publishing it is a person's decision.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "base/civil.h"
#include "standard/catalogue.h"

enum { TEXT_CHARS = 2000, WEIGHT_DEFAULT = 1, LIMIT_DEFAULT_DAYS = 5 };

struct standard_state {
    struct uuid standard_id;
    struct category_new *categories;
    size_t ncategories;
    struct criterion_full *criteria;
    size_t ncriteria;
};

/* ---- what is there ---- */

static enum rc load_categories(struct import *im, struct standard_state *s, struct uuid version_id)
{
    struct op *op = im->op;
    struct import_version_categories_row *rows = NULL;
    size_t n = 0;
    RETURN_IF(q_import_version_categories(
        &op->rd, &(struct import_version_categories_in){op->hq, version_id}, &rows, &n));
    s->categories = ARENA_MANY(OP_ARENA(op), struct category_new, CATEGORIES_MAX + n + 1);
    for (; s->ncategories < n; s->ncategories++) {
        const struct import_version_categories_row *r = &rows[s->ncategories];
        s->categories[s->ncategories] = (struct category_new){
            r->code, r->name_zh, r->name_en, r->order_no, r->weight, r->hint_zh, r->hint_en};
    }
    return RC_OK;
}

static struct criterion_full of_row(const struct import_version_criteria_row *r)
{
    return (struct criterion_full){.category_code = r->category_code,
                                   .code = r->code,
                                   .order_no = r->order_no,
                                   .text_zh = r->text_zh,
                                   .text_en = r->text_en,
                                   .how_zh = r->how_zh,
                                   .how_en = r->how_en,
                                   .method = r->method,
                                   .mode = r->mode,
                                   .mode_params = r->mode_params,
                                   .weight = r->weight,
                                   .severity = r->severity,
                                   .veto = r->veto,
                                   .limit_kind = r->limit_kind,
                                   .limit_amount = r->limit_amount,
                                   .close_zh = r->close_zh,
                                   .close_en = r->close_en,
                                   .territory_dept = r->territory_dept,
                                   .subject_dept = r->subject_dept,
                                   .supervising_dept = r->supervising_dept,
                                   .dimension = r->dimension,
                                   .sources = r->sources,
                                   .field_sources = r->field_sources,
                                   .active = r->active};
}

static enum rc load_criteria(struct import *im, struct standard_state *s, struct uuid version_id)
{
    struct op *op = im->op;
    struct import_version_criteria_row *rows = NULL;
    size_t n = 0;
    RETURN_IF(q_import_version_criteria(
        &op->rd, &(struct import_version_criteria_in){op->hq, version_id}, &rows, &n));
    s->criteria = ARENA_MANY(OP_ARENA(op), struct criterion_full, n + im->table.grid.nrows + 1);
    for (; s->ncriteria < n; s->ncriteria++)
        s->criteria[s->ncriteria] = of_row(&rows[s->ncriteria]);
    return RC_OK;
}

static enum rc begin(struct import *im)
{
    struct op *op = im->op;
    struct standard_state *s = im->state = ARENA_NEW(OP_ARENA(op), struct standard_state);
    struct import_standard_base_row base = {0};
    struct import_standard_first_row first;
    bool found, any;
    RETURN_IF(
        q_import_standard_base(&op->rd, &(struct import_standard_base_in){op->hq}, &base, &found));
    RETURN_IF(
        q_import_standard_first(&op->rd, &(struct import_standard_first_in){op->hq}, &first, &any));
    if (!any)
        return OP_FAIL(op, RC_CONFLICT, "standard_missing", "还没有测评标准，请先建立",
                       "There is no standard yet; make one first");
    s->standard_id = found ? base.standard_id : first.id;
    RETURN_IF(load_categories(im, s, base.id));
    return load_criteria(im, s, base.id);
}

/* ---- one row ---- */

/* Texts of a row written over what is there; an empty cell leaves it. */
static bool read_texts(struct import *im, size_t row, struct criterion_full *c)
{
    const struct {
        const char *key;
        struct str *out;
    } texts[] = {
        {"text_zh", &c->text_zh},
        {"text_en", &c->text_en},
        {"how_zh", &c->how_zh},
        {"how_en", &c->how_en},
        {"method", &c->method},
        {"mode", &c->mode},
        {"mode_params", &c->mode_params},
        {"severity", &c->severity},
        {"limit_kind", &c->limit_kind},
        {"close_zh", &c->close_zh},
        {"close_en", &c->close_en},
        {"territory_dept", &c->territory_dept},
        {"subject_dept", &c->subject_dept},
        {"supervising_dept", &c->supervising_dept},
        {"dimension", &c->dimension},
        {"sources", &c->sources},
        {"field_sources", &c->field_sources},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str text;
        good &= import_text(im, row, texts[i].key, false, TEXT_CHARS, &text);
        if (text.n)
            *texts[i].out = text;
    }
    return good;
}

static bool read_number(struct import *im, size_t row, const char *key, int64_t *out)
{
    struct table_value v = import_cell(im, row, key);
    if (str_empty(v.text) || str_to_i64(v.text, 0, INT32_MAX, out))
        return true;
    report_error(im->report, v.row, v.column, "bad_number", "应为不小于0的整数",
                 "A whole number, 0 or more");
    return false;
}

static bool read_yes_no(struct import *im, size_t row, const char *key, bool *out)
{
    static const char *const words[2][4] = {{"0", "否", "no", "false"}, {"1", "是", "yes", "true"}};
    struct table_value v = import_cell(im, row, key);
    struct str text = utf8_fold(OP_ARENA(im->op), v.text);
    if (str_empty(text))
        return true;
    for (int yes = 0; yes < 2; yes++) {
        for (int i = 0; i < 4; i++) {
            if (!str_is(text, words[yes][i]))
                continue;
            *out = yes != 0;
            return true;
        }
    }
    report_error(im->report, v.row, v.column, "bad_yes_no", "应填是或否（1 或 0）",
                 "Yes or no (1 or 0)");
    return false;
}

static bool read_numbers(struct import *im, size_t row, struct criterion_full *c)
{
    bool good = read_number(im, row, "order_no", &c->order_no);
    good &= read_number(im, row, "weight", &c->weight);
    good &= read_number(im, row, "limit_amount", &c->limit_amount);
    good &= read_yes_no(im, row, "veto", &c->veto);
    return good & read_yes_no(im, row, "active", &c->active);
}

/* The category by its column, else what stands before the hyphen of the code. A new one needs a
 * name. */
static bool read_category(struct import *im, size_t row, struct criterion_full *c)
{
    struct standard_state *s = im->state;
    struct table_value v = import_cell(im, row, "category_code");
    struct str name = import_cell(im, row, "category_name").text;
    ptrdiff_t hyphen = str_find(c->code, STR("-"), 0);
    struct str code = v.text.n     ? v.text
                      : hyphen > 0 ? str_sub(c->code, 0, (size_t)hyphen)
                                   : STR("");
    c->category_code = code.n ? code : c->category_code;
    for (size_t i = 0; i < s->ncategories; i++)
        if (str_eq(s->categories[i].code, c->category_code))
            return true;
    if (str_empty(name) || str_empty(code) || s->ncategories == CATEGORIES_MAX) {
        report_error(im->report, v.row, v.column, "category_unknown",
                     "没有类别“%.*s”，新类别须填写类别名称",
                     "There is no category \"%.*s\"; a new one needs its name", STR_ARG(code));
        return false;
    }
    s->categories[s->ncategories] = (struct category_new){
        .code = code, .name_zh = name, .name_en = name, .order_no = (int64_t)s->ncategories + 1};
    s->ncategories++;
    report_warning(im->report, v.row, v.column, "category_made", "新建类别 %.*s %.*s",
                   "The category is made: %.*s %.*s", STR_ARG(code), STR_ARG(name));
    return true;
}

static struct criterion_full *criterion_coded(struct standard_state *s, struct str code)
{
    for (size_t i = 0; i < s->ncriteria; i++)
        if (str_eq(s->criteria[i].code, code))
            return &s->criteria[i];
    return NULL;
}

static struct criterion_full blank(struct str code)
{
    return (struct criterion_full){.code = code,
                                   .mode = STR("binary"),
                                   .mode_params = STR("{}"),
                                   .weight = WEIGHT_DEFAULT,
                                   .severity = STR("general"),
                                   .limit_kind = STR("working_days"),
                                   .limit_amount = LIMIT_DEFAULT_DAYS,
                                   .active = true};
}

static bool same(struct arena *a, const struct criterion_full *x, const struct criterion_full *y)
{
    return sha256_eq(catalogue_hash(a, NULL, 0, x, 1), catalogue_hash(a, NULL, 0, y, 1));
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct standard_state *s = im->state;
    struct fault *f = im->op->rd.fault;
    struct str code;
    size_t ncategories = s->ncategories;
    bool ok = import_text(im, row, "code", true, CODE_MAX_CHARS, &code) &&
              import_first(im, row, "code", code);
    if (!ok)
        return RC_OK;
    struct criterion_full *there = criterion_coded(s, code), c = there ? *there : blank(code);
    ok = read_texts(im, row, &c);
    ok &= read_numbers(im, row, &c);
    ok &= read_category(im, row, &c);
    c.text_en = c.text_en.n ? c.text_en : c.text_zh;
    if (ok) {
        criterion_check(f, STR(""), &c);
        RETURN_IF(import_outcome(im, row, text_verdict(f), &ok));
    }
    if (!ok) {
        s->ncategories = ncategories;
        return RC_OK;
    }
    *outcome = !there                              ? REPORT_CREATED
               : same(OP_ARENA(im->op), there, &c) ? REPORT_UNCHANGED
                                                   : REPORT_UPDATED;
    if (!there)
        there = &s->criteria[s->ncriteria++];
    *there = c;
    return RC_OK;
}

/* ---- the draft ---- */

static enum rc whole(struct import *im)
{
    struct op *op = im->op;
    struct standard_state *s = im->state;
    const struct report *r = im->report;
    struct str day = civil_date(OP_ARENA(op), op->now, op->zone_min);
    struct uuid id = op->plan.command.id;
    if (r->counts[REPORT_CREATED] + r->counts[REPORT_UPDATED] == 0)
        return RC_OK;
    const struct catalogue_new cat = {
        .version = {.id = id,
                    .standard_id = s->standard_id,
                    .label = str_fmt(OP_ARENA(op), "%.*s 导入 %02x%02x%02x%02x", STR_ARG(day),
                                     id.b[12], id.b[13], id.b[14], id.b[15])},
        .categories = s->categories,
        .ncategories = s->ncategories,
        .criteria = s->criteria,
        .ncriteria = s->ncriteria};
    report_warning(im->report, 0, 0, "draft_made", "形成标准草稿“%.*s”，请核对后发布",
                   "A draft \"%.*s\" of the standard; check and publish it",
                   STR_ARG(cat.version.label));
    return standard_prepare_catalogue(op, &cat);
}

const struct importer import_standard = {"standard", begin, plan_row, whole};
