/*
 * standard_store.c - standards in the database: loading, drafts and copies, changing a criterion,
 * publishing.
 */
#include "standard_internal.h"

#include "auth/policy.h"
#include "org/text.h"

/* ---- rows ---- */

struct criterion_full criterion_of_row(const struct criterion_get_row *r)
{
    return (struct criterion_full){.id = r->id,
                                   .version_id = r->version_id,
                                   .category_code = r->category_code,
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

static struct category_new category_of_row(const struct category_list_row *r)
{
    return (struct category_new){r->code,   r->name_zh, r->name_en, r->order_no,
                                 r->weight, r->hint_zh, r->hint_en};
}

enum rc version_load(struct op *op, struct uuid id, struct standard_version_get_row *out)
{
    bool found;
    RETURN_IF(q_standard_version_get(&op->rd, &(struct standard_version_get_in){op->hq, id}, out,
                                     &found));
    if (found)
        return RC_OK;
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这个标准版本",
                   "There is no such version of a standard");
}

/* All rows of a version. */
struct content {
    struct category_new *categories;
    size_t ncategories;
    struct criterion_full *criteria;
    size_t ncriteria;
};

static enum rc load_content(struct op *op, struct uuid version_id, struct content *out)
{
    struct category_list_row *cs;
    struct criterion_get_row *xs;
    struct criterion_list_in in = {.hq = op->hq, .version_id = version_id};
    RETURN_IF(q_category_list(&op->rd, &(struct category_list_in){op->hq, version_id}, &cs,
                              &out->ncategories));
    RETURN_IF(q_criterion_list(&op->rd, &in, &xs, &out->ncriteria));
    out->categories = ARENA_MANY(OP_ARENA(op), struct category_new, out->ncategories + 1);
    out->criteria = ARENA_MANY(OP_ARENA(op), struct criterion_full, out->ncriteria + 1);
    for (size_t i = 0; i < out->ncategories; i++)
        out->categories[i] = category_of_row(&cs[i]);
    for (size_t i = 0; i < out->ncriteria; i++)
        out->criteria[i] = criterion_of_row(&xs[i]);
    return RC_OK;
}

enum rc standard_by_code(struct op *op, struct str code, struct uuid *id, bool *found)
{
    struct standard_list_row row;
    RETURN_IF(q_standard_get_by_code(&op->rd, &(struct standard_get_by_code_in){op->hq, code}, &row,
                                     found));
    *id = *found ? row.id : UUID_NONE;
    return RC_OK;
}

enum rc standard_version_there(struct op *op, struct uuid id, bool *found)
{
    struct standard_version_get_row row;
    return q_standard_version_get(&op->rd, &(struct standard_version_get_in){op->hq, id}, &row,
                                  found);
}

enum rc standard_category_published(struct op *op, struct str code, bool *is)
{
    struct category_published_row row;
    bool found;
    RETURN_IF(
        q_category_published(&op->rd, &(struct category_published_in){op->hq, code}, &row, &found));
    *is = found && row.n > 0;
    return RC_OK;
}

/* ---- effects ---- */

static const struct miss published = {
    RC_CONFLICT, "version_published", "该版本已发布，内容不能再修改，请另建新版本",
    "This version is published and cannot change; make a new one"};
static const struct miss code_taken = {RC_CONFLICT, "standard_code_taken", "该标准代码已被使用",
                                       "This code of a standard is taken"};
static const struct miss label_taken = {RC_CONFLICT, "version_label_taken", "该标准已有同名版本",
                                        "The standard already has a version of this label"};

static void fx_category(struct op *op, struct uuid version_id, const struct category_new *c)
{
    fx_category_add(&op->plan.fx, &(struct category_add_in){.hq = op->hq,
                                                            .version_id = version_id,
                                                            .code = c->code,
                                                            .name_zh = c->name_zh,
                                                            .name_en = c->name_en,
                                                            .order_no = c->order_no,
                                                            .weight = c->weight,
                                                            .hint_zh = text_or_none(c->hint_zh),
                                                            .hint_en = text_or_none(c->hint_en)});
}

static void fx_criterion(struct op *op, struct uuid version_id, const struct criterion_full *c)
{
    fx_criterion_add(&op->plan.fx, &(struct criterion_add_in){
                                       .hq = op->hq,
                                       .id = uuid_named(version_id, c->code),
                                       .version_id = version_id,
                                       .category_code = c->category_code,
                                       .code = c->code,
                                       .order_no = c->order_no,
                                       .text_zh = c->text_zh,
                                       .text_en = c->text_en,
                                       .how_zh = text_or_none(c->how_zh),
                                       .how_en = text_or_none(c->how_en),
                                       .method = text_or_none(c->method),
                                       .mode = c->mode,
                                       .mode_params = c->mode_params,
                                       .weight = c->weight,
                                       .severity = c->severity,
                                       .veto = c->veto,
                                       .limit_kind = c->limit_kind,
                                       .limit_amount = c->limit_amount,
                                       .close_zh = text_or_none(c->close_zh),
                                       .close_en = text_or_none(c->close_en),
                                       .territory_dept = text_or_none(c->territory_dept),
                                       .subject_dept = text_or_none(c->subject_dept),
                                       .supervising_dept = text_or_none(c->supervising_dept),
                                       .dimension = text_or_none(c->dimension),
                                       .sources = text_or_none(c->sources),
                                       .field_sources = text_or_none(c->field_sources),
                                       .active = c->active});
}

static void fx_version(struct op *op, const struct version_new *v)
{
    struct effect *e = fx_standard_version_add(
        &op->plan.fx, &(struct standard_version_add_in){
                          .hq = op->hq,
                          .id = v->id,
                          .standard_id = v->standard_id,
                          .label = v->label,
                          .official = v->official,
                          .notice_zh = v->official ? STR_NONE : STR(STANDARD_NOTICE_ZH),
                          .notice_en = v->official ? STR_NONE : STR(STANDARD_NOTICE_EN)});
    e->on_clash = &label_taken;
}

static void fx_content(struct op *op, struct uuid version_id, const struct content *c)
{
    for (size_t i = 0; i < c->ncategories; i++)
        fx_category(op, version_id, &c->categories[i]);
    for (size_t i = 0; i < c->ncriteria; i++)
        fx_criterion(op, version_id, &c->criteria[i]);
}

static struct str version_detail(struct op *op, const struct version_new *v,
                                 const struct content *c)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_uuid(&d.j, "standard_id", v->standard_id);
    jo_str(&d.j, "label", v->label);
    jo_uuid(&d.j, "copy_of", v->copy_of);
    jo_bool(&d.j, "official", v->official);
    jo_i64(&d.j, "categories", (int64_t)c->ncategories);
    jo_i64(&d.j, "criteria", (int64_t)c->ncriteria);
    return detail_close(&d, OP_ARENA(op));
}

/* ---- creating ---- */

enum rc standard_prepare_create(struct op *op, const struct standard_new *in)
{
    const struct text_rule rules[] = {{"/name_zh", in->name_zh, true, NAME_MAX_CHARS},
                                      {"/name_en", in->name_en, true, NAME_MAX_CHARS}};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_STANDARD_WRITE, NULL));
    text_check_code(op->rd.fault, "/code", in->code);
    text_check(op->rd.fault, rules, 2);
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e =
        fx_standard_add(&op->plan.fx, &(struct standard_add_in){.hq = op->hq,
                                                                .id = in->id,
                                                                .code = in->code,
                                                                .name_zh = in->name_zh,
                                                                .name_en = in->name_en,
                                                                .order_no = in->order_no});
    e->on_clash = &code_taken;
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "code", in->code);
    jo_str(&d.j, "name_zh", in->name_zh);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

static enum rc check_version(struct op *op, const struct version_new *in)
{
    struct standard_list_row s;
    bool found;
    const struct text_rule label = {"/label", in->label, true, 40};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_STANDARD_WRITE, NULL));
    text_check(op->rd.fault, &label, 1);
    RETURN_IF(
        q_standard_get(&op->rd, &(struct standard_get_in){op->hq, in->standard_id}, &s, &found));
    if (!found)
        fail_field(op->rd.fault, STR("/standard_id"), "standard_missing", "没有这个标准",
                   "There is no such standard");
    return RC_OK;
}

enum rc standard_prepare_version(struct op *op, const struct version_new *in)
{
    struct content content = {0};
    struct standard_version_get_row from;
    bool found = true;
    RETURN_IF(check_version(op, in));
    if (!uuid_is_none(in->copy_of)) {
        struct standard_version_get_in get = {op->hq, in->copy_of};
        RETURN_IF(q_standard_version_get(&op->rd, &get, &from, &found));
        RETURN_IF(load_content(op, in->copy_of, &content));
    }
    if (!found)
        fail_field(op->rd.fault, STR("/copy_of"), "version_missing", "没有可供复制的版本",
                   "There is no such version to copy");
    RETURN_IF(text_verdict(op->rd.fault));
    fx_version(op, in);
    fx_content(op, in->id, &content);
    op->plan.command.detail = version_detail(op, in, &content);
    return RC_OK;
}

/* ---- a whole catalogue ---- */

static struct str at_index(struct op *op, const char *list, size_t i)
{
    return str_fmt(OP_ARENA(op), "/%s/%zu", list, i);
}

static bool has_category(const struct catalogue_new *in, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(in->categories[i].code, code))
            return true;
    return false;
}

static void check_category(struct op *op, const struct catalogue_new *in, size_t i)
{
    struct fault *f = op->rd.fault;
    const struct category_new *c = &in->categories[i];
    char *at = str_z(OP_ARENA(op), at_index(op, "categories", i));
    const struct text_rule rules[] = {
        {at, c->code, true, CODE_MAX_CHARS},    {at, c->name_zh, true, NAME_MAX_CHARS},
        {at, c->name_en, true, NAME_MAX_CHARS}, {at, c->hint_zh, false, 500},
        {at, c->hint_en, false, 500},
    };
    text_check(f, rules, sizeof rules / sizeof *rules);
    if (c->weight < 0 || c->weight > 1000)
        fail_field(f, str_of(at), "out_of_range", "权重应为千分之0至1000",
                   "A weight lies between 0 and 1000 thousandths");
    if (has_category(in, i, c->code))
        fail_field(f, str_of(at), "duplicate_code", "代码 %.*s 重复", "The code %.*s occurs twice",
                   STR_ARG(c->code));
}

static void check_criterion(struct op *op, const struct catalogue_new *in, size_t i)
{
    const struct criterion_full *c = &in->criteria[i];
    struct str at = at_index(op, "criteria", i);
    criterion_check(op->rd.fault, at, c);
    if (!has_category(in, in->ncategories, c->category_code))
        fail_field(op->rd.fault, at, "category_missing", "没有代码为 %.*s 的类别",
                   "There is no category %.*s", STR_ARG(c->category_code));
    for (size_t k = 0; k < i; k++)
        if (str_eq(in->criteria[k].code, c->code))
            fail_field(op->rd.fault, at, "duplicate_code", "代码 %.*s 重复",
                       "The code %.*s occurs twice", STR_ARG(c->code));
}

enum rc standard_prepare_catalogue(struct op *op, const struct catalogue_new *in)
{
    const struct content content = {(struct category_new *)in->categories, in->ncategories,
                                    (struct criterion_full *)in->criteria, in->ncriteria};
    RETURN_IF(check_version(op, &in->version));
    if (in->ncategories > CATEGORIES_MAX || in->ncriteria > CRITERIA_MAX)
        return OP_FAIL(op, RC_TOO_LARGE, "catalogue_too_large", "目录最多%d类、%d条",
                       "A catalogue holds at most %d categories and %d criteria", CATEGORIES_MAX,
                       CRITERIA_MAX);
    for (size_t i = 0; i < in->ncategories; i++)
        check_category(op, in, i);
    for (size_t i = 0; i < in->ncriteria; i++)
        check_criterion(op, in, i);
    RETURN_IF(text_verdict(op->rd.fault));
    fx_version(op, &in->version);
    fx_content(op, in->version.id, &content);
    if (in->publish)
        fx_standard_version_publish(
            &op->plan.fx,
            &(struct standard_version_publish_in){
                .hq = op->hq,
                .id = in->version.id,
                .was_version = 1,
                .published_ms = op->now,
                .content_hash = catalogue_hash(OP_ARENA(op), in->categories, in->ncategories,
                                               in->criteria, in->ncriteria)});
    op->plan.command.detail = version_detail(op, &in->version, &content);
    return RC_OK;
}

/* ---- publishing and changing ---- */

static enum rc already_published(struct op *op)
{
    return OP_FAIL(op, published.rc, published.code, published.zh, published.en);
}

enum rc standard_prepare_publish(struct op *op, struct uuid version_id)
{
    struct standard_version_get_row v;
    struct content c;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_STANDARD_WRITE, NULL));
    RETURN_IF(version_load(op, version_id, &v));
    if (!str_is(v.state, "draft"))
        return already_published(op);
    RETURN_IF(load_content(op, version_id, &c));
    if (c.ncategories == 0 || c.ncriteria == 0)
        return OP_FAIL(op, RC_CONFLICT, "version_empty", "该版本没有测评条目，不能发布",
                       "The version has no criteria; it cannot be published");
    struct sha256 hash =
        catalogue_hash(OP_ARENA(op), c.categories, c.ncategories, c.criteria, c.ncriteria);
    fx_standard_version_publish(&op->plan.fx,
                                &(struct standard_version_publish_in){.hq = op->hq,
                                                                      .id = version_id,
                                                                      .was_version = v.version,
                                                                      .published_ms = op->now,
                                                                      .content_hash = hash});
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "label", v.label);
    jo_sha256(&d.j, "content_hash", hash);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

static void merge(struct criterion_full *c, const struct criterion_change *in)
{
    const struct criterion_full *to = &in->to;
    const struct {
        unsigned member;
        struct str *into, from;
    } texts[] = {
        {CRITERION_TEXT_ZH, &c->text_zh, to->text_zh},
        {CRITERION_TEXT_EN, &c->text_en, to->text_en},
        {CRITERION_HOW_ZH, &c->how_zh, to->how_zh},
        {CRITERION_HOW_EN, &c->how_en, to->how_en},
        {CRITERION_MODE, &c->mode, to->mode},
        {CRITERION_PARAMS, &c->mode_params, to->mode_params},
        {CRITERION_SEVERITY, &c->severity, to->severity},
        {CRITERION_LIMIT, &c->limit_kind, to->limit_kind},
        {CRITERION_CLOSE_ZH, &c->close_zh, to->close_zh},
        {CRITERION_CLOSE_EN, &c->close_en, to->close_en},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (in->set & texts[i].member)
            *texts[i].into = texts[i].from;
    c->weight = in->set & CRITERION_WEIGHT ? to->weight : c->weight;
    c->veto = in->set & CRITERION_VETO ? to->veto : c->veto;
    c->active = in->set & CRITERION_ACTIVE ? to->active : c->active;
    c->limit_amount = in->set & CRITERION_LIMIT ? to->limit_amount : c->limit_amount;
}

static struct str change_detail(struct op *op, const struct criterion_full *c)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_uuid(&d.j, "version_id", c->version_id);
    jo_str(&d.j, "code", c->code);
    jo_str(&d.j, "text_zh", c->text_zh);
    jo_str(&d.j, "mode", c->mode);
    jo_raw(&d.j, "mode_params", c->mode_params);
    jo_i64(&d.j, "weight", c->weight);
    jo_str(&d.j, "severity", c->severity);
    jo_bool(&d.j, "veto", c->veto);
    jo_str(&d.j, "limit_kind", c->limit_kind);
    jo_i64(&d.j, "limit_amount", c->limit_amount);
    jo_bool(&d.j, "active", c->active);
    return detail_close(&d, OP_ARENA(op));
}

enum rc standard_prepare_criterion_change(struct op *op, const struct criterion_change *in)
{
    struct criterion_get_row row;
    struct standard_version_get_row v;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_STANDARD_WRITE, NULL));
    RETURN_IF(q_criterion_get(&op->rd, &(struct criterion_get_in){op->hq, in->id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这个条目", "There is no such criterion");
    RETURN_IF(version_load(op, row.version_id, &v));
    if (!str_is(v.state, "draft"))
        return already_published(op);
    struct criterion_full c = criterion_of_row(&row);
    merge(&c, in);
    criterion_check(op->rd.fault, STR(""), &c);
    RETURN_IF(text_verdict(op->rd.fault));
    c.field_sources = criterion_sources_after(OP_ARENA(op), c.field_sources, in->set);
    fx_standard_version_touch(&op->plan.fx, &(struct standard_version_touch_in){op->hq, v.id})
        ->on_miss = &published;
    fx_criterion_set(&op->plan.fx, &(struct criterion_set_in){.hq = op->hq,
                                                              .id = c.id,
                                                              .text_zh = c.text_zh,
                                                              .text_en = c.text_en,
                                                              .how_zh = text_or_none(c.how_zh),
                                                              .how_en = text_or_none(c.how_en),
                                                              .mode = c.mode,
                                                              .mode_params = c.mode_params,
                                                              .weight = c.weight,
                                                              .severity = c.severity,
                                                              .veto = c.veto,
                                                              .limit_kind = c.limit_kind,
                                                              .limit_amount = c.limit_amount,
                                                              .close_zh = text_or_none(c.close_zh),
                                                              .close_en = text_or_none(c.close_en),
                                                              .field_sources = c.field_sources,
                                                              .active = c.active})
        ->on_miss = &published;
    op->plan.command.detail = change_detail(op, &c);
    return RC_OK;
}
