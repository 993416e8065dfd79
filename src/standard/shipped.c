/*
 * shipped.c - the example catalogue of data/standard into a headquarters: published at once, never
 * official.
 *
 * Columns are found by their headings, so that the order of the files' columns is free.
 */
#include "standard/catalogue.h"

#include "base/arena.h"
#include "change/change.h"
#include "tabular/csv.h"

static const struct uuid shipped_space = {{0x58, 0x69, 0x61, 0x6f, 0x68, 0x61, 0x6f, 0x80, 0x80,
                                           0x73, 0x74, 0x61, 0x6e, 0x64, 0x61, 0x72}};

enum { COLUMNS = 30 };

/* One file: its rows and where each wanted column stands. */
struct file {
    struct op *op;
    const char *name;
    const char *const *wanted; /* NULL-ended */
    size_t at[COLUMNS];
    struct csv_reader csv;
    struct csv_row row;
};

static const char *const category_columns[] = {"code",   "name_zh",      "name_en",      "order_no",
                                               "weight", "site_hint_zh", "site_hint_en", NULL};
enum { CAT_CODE, CAT_NAME_ZH, CAT_NAME_EN, CAT_ORDER, CAT_WEIGHT, CAT_HINT_ZH, CAT_HINT_EN };

static const char *const criterion_columns[] = {
    "code",      "category_code", "order_no",       "text_zh",      "text_en",
    "method",    "how_zh",        "how_en",         "mode",         "mode_params",
    "weight",    "severity",      "veto",           "limit_kind",   "limit_amount",
    "close_zh",  "close_en",      "territory_dept", "subject_dept", "supervising_dept",
    "dimension", "sources",       "field_sources",  "active",       NULL};
enum {
    CR_CODE,
    CR_CATEGORY,
    CR_ORDER,
    CR_TEXT_ZH,
    CR_TEXT_EN,
    CR_METHOD,
    CR_HOW_ZH,
    CR_HOW_EN,
    CR_MODE,
    CR_PARAMS,
    CR_WEIGHT,
    CR_SEVERITY,
    CR_VETO,
    CR_LIMIT_KIND,
    CR_LIMIT_AMOUNT,
    CR_CLOSE_ZH,
    CR_CLOSE_EN,
    CR_TERRITORY,
    CR_SUBJECT,
    CR_SUPERVISING,
    CR_DIMENSION,
    CR_SOURCES,
    CR_FIELD_SOURCES,
    CR_ACTIVE,
};

static enum rc bad_file(const struct file *f, const char *what)
{
    return OP_FAIL(f->op, RC_INTERNAL, "shipped_catalogue", "随附目录文件 %s 第 %zu 行不正确（%s）",
                   "The shipped catalogue %s is wrong in line %zu (%s)", f->name, f->row.line,
                   what);
}

static enum rc open_file(struct file *f, struct str text)
{
    bool more;
    struct csv_options opt = {.separator = ','};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n - 3);
    csv_open(&f->csv, OP_ARENA(f->op), f->op->rd.fault, text, &opt);
    RETURN_IF(csv_next(&f->csv, &f->row, &more));
    if (!more)
        return bad_file(f, "empty");
    for (size_t i = 0; f->wanted[i]; i++) {
        size_t k = 0;
        while (k < f->row.ncells && !str_is(f->row.cells[k], f->wanted[i]))
            k++;
        if (k == f->row.ncells)
            return bad_file(f, f->wanted[i]);
        f->at[i] = k;
    }
    return RC_OK;
}

static struct str cell(const struct file *f, int column)
{
    struct str s = f->at[column] < f->row.ncells ? str_trim(f->row.cells[f->at[column]]) : STR("");
    return str_empty(s) ? STR_NONE : str_copy(OP_ARENA(f->op), s);
}

static enum rc cell_i64(const struct file *f, int column, int64_t *out)
{
    return str_to_i64(cell(f, column), 0, INT32_MAX, out) ? RC_OK : bad_file(f, f->wanted[column]);
}

static enum rc read_category(const struct file *f, struct category_new *c)
{
    *c = (struct category_new){.code = cell(f, CAT_CODE),
                               .name_zh = cell(f, CAT_NAME_ZH),
                               .name_en = cell(f, CAT_NAME_EN),
                               .hint_zh = cell(f, CAT_HINT_ZH),
                               .hint_en = cell(f, CAT_HINT_EN)};
    RETURN_IF(cell_i64(f, CAT_ORDER, &c->order_no));
    return cell_i64(f, CAT_WEIGHT, &c->weight);
}

static enum rc read_criterion(const struct file *f, struct criterion_full *c)
{
    int64_t veto, active;
    *c = (struct criterion_full){.code = cell(f, CR_CODE),
                                 .category_code = cell(f, CR_CATEGORY),
                                 .text_zh = cell(f, CR_TEXT_ZH),
                                 .text_en = cell(f, CR_TEXT_EN),
                                 .method = cell(f, CR_METHOD),
                                 .how_zh = cell(f, CR_HOW_ZH),
                                 .how_en = cell(f, CR_HOW_EN),
                                 .mode = cell(f, CR_MODE),
                                 .mode_params = cell(f, CR_PARAMS),
                                 .severity = cell(f, CR_SEVERITY),
                                 .limit_kind = cell(f, CR_LIMIT_KIND),
                                 .close_zh = cell(f, CR_CLOSE_ZH),
                                 .close_en = cell(f, CR_CLOSE_EN),
                                 .territory_dept = cell(f, CR_TERRITORY),
                                 .subject_dept = cell(f, CR_SUBJECT),
                                 .supervising_dept = cell(f, CR_SUPERVISING),
                                 .dimension = cell(f, CR_DIMENSION),
                                 .sources = cell(f, CR_SOURCES),
                                 .field_sources = cell(f, CR_FIELD_SOURCES)};
    RETURN_IF(cell_i64(f, CR_ORDER, &c->order_no));
    RETURN_IF(cell_i64(f, CR_WEIGHT, &c->weight));
    RETURN_IF(cell_i64(f, CR_VETO, &veto));
    RETURN_IF(cell_i64(f, CR_LIMIT_AMOUNT, &c->limit_amount));
    RETURN_IF(cell_i64(f, CR_ACTIVE, &active));
    c->veto = veto != 0;
    c->active = active != 0;
    return RC_OK;
}

static enum rc read_categories(struct op *op, struct str text, struct catalogue_new *out)
{
    struct file f = {.op = op, .name = "categories.csv", .wanted = category_columns};
    struct category_new *list = ARENA_MANY(OP_ARENA(op), struct category_new, CATEGORIES_MAX);
    bool more;
    RETURN_IF(open_file(&f, text));
    for (;;) {
        RETURN_IF(csv_next(&f.csv, &f.row, &more));
        if (!more)
            break;
        if (f.row.ncells == 0)
            continue;
        if (out->ncategories == CATEGORIES_MAX)
            return bad_file(&f, "too long");
        RETURN_IF(read_category(&f, &list[out->ncategories++]));
    }
    out->categories = list;
    return RC_OK;
}

static enum rc read_criteria(struct op *op, struct str text, struct catalogue_new *out)
{
    struct file f = {.op = op, .name = "criteria.csv", .wanted = criterion_columns};
    struct criterion_full *list = ARENA_MANY(OP_ARENA(op), struct criterion_full, CRITERIA_MAX);
    bool more;
    RETURN_IF(open_file(&f, text));
    for (;;) {
        RETURN_IF(csv_next(&f.csv, &f.row, &more));
        if (!more)
            break;
        if (f.row.ncells == 0)
            continue;
        if (out->ncriteria == CRITERIA_MAX)
            return bad_file(&f, "too long");
        RETURN_IF(read_criterion(&f, &list[out->ncriteria++]));
    }
    out->criteria = list;
    return RC_OK;
}

struct uuid standard_shipped_id(void)
{
    return uuid_named(shipped_space, STR("standard"));
}

struct uuid standard_shipped_version_id(struct str label)
{
    return uuid_named(standard_shipped_id(), label);
}

static enum rc create_standard(struct op *op)
{
    const struct standard_new s = {
        .id = standard_shipped_id(),
        .code = STR("wmcj"),
        .name_zh = STR("全国文明城市创建实地测评（示范目录）"),
        .name_en = STR("On-site checks of a civilized city (example catalogue)"),
        .order_no = 1};
    const struct command c = {.id = s.id,
                              .kind = "standard.create",
                              .content = sha256_of(s.code),
                              .subject_kind = "standard",
                              .subject_id = s.id};
    bool found;
    struct uuid there;
    RETURN_IF(standard_by_code(op, s.code, &there, &found));
    if (found)
        return RC_OK;
    RETURN_IF(change_begin(op, &c));
    if (!op->plan.replayed)
        RETURN_IF(standard_prepare_create(op, &s));
    return change_commit(op);
}

enum rc standard_load_shipped(struct op *op, const struct standard_shipped *in)
{
    struct catalogue_new cat = {.version = {.id = standard_shipped_version_id(in->label),
                                            .standard_id = standard_shipped_id(),
                                            .label = in->label},
                                .publish = true};
    const struct command c = {.id = cat.version.id,
                              .kind = "standard.load_shipped",
                              .content = sha256_of(in->label),
                              .subject_kind = "standard_version",
                              .subject_id = cat.version.id};
    bool there;
    RETURN_IF(standard_version_there(op, cat.version.id, &there));
    if (there)
        return RC_OK;
    RETURN_IF(create_standard(op));
    RETURN_IF(read_categories(op, in->categories_csv, &cat));
    RETURN_IF(read_criteria(op, in->criteria_csv, &cat));
    RETURN_IF(change_begin(op, &c));
    if (!op->plan.replayed)
        RETURN_IF(standard_prepare_catalogue(op, &cat));
    return change_commit(op);
}
