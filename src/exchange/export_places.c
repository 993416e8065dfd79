/* export_places.c - exports of places and what is judged there: sites, the standard, inspections, observations, scores. */
#include "export_internal.h"

#include "site/site.h"

#define COLUMNS(c) c, sizeof(c) / sizeof *(c)

/* ---- sites ---- */

static const struct export_column site_columns[] = {
    {"code", "点位编号", EX_TEXT, 12}, {"name", "点位名称", EX_TEXT, 28}, {"category", "点位类型", EX_TEXT, 0},
    {"area_code", "行政区划代码", EX_TEXT, 16}, {"area", "区划名称", EX_TEXT, 20}, {"address", "地址", EX_TEXT, 32},
    {"subject_unit", "主体单位", EX_TEXT, 24}, {"territory_unit", "属地单位", EX_TEXT, 24},
    {"supervising_unit", "监管单位", EX_TEXT, 24}, {"contact", "联系人", EX_TEXT, 0}, {"phone", "联系电话", EX_TEXT, 16},
    {"contact_masked", "脱敏联系方式", EX_TEXT, 20}, {"lon", "经度", EX_E7, 14}, {"lat", "纬度", EX_E7, 14},
    {"external_id", "外部编号", EX_TEXT, 0}, {"note", "备注", EX_TEXT, 24}, {"state", "使用状态", EX_TEXT, 0}};
enum { SITE_LON = 12, SITE_LAT = 13 };

static enum rc open_contact(struct export *ex, const struct export_sites_row *r, struct site_contact *clear)
{
    struct site s = {.id = r->id, .subject_unit_id = r->subject_unit_id, .area_code = r->area_code,
                     .territory_unit_id = r->territory_unit_id, .supervising_unit_id = r->supervising_unit_id,
                     .contact_sealed = r->contact_sealed};
    *clear = (struct site_contact){0};
    if (!ex->in->unmask_reason.p || !r->contact_sealed.n)
        return RC_OK;
    return site_open_contact(ex->op, &s, clear);
}

static enum rc site_row(struct export *ex, const struct export_sites_row *r)
{
    struct site_contact clear;
    RETURN_IF(open_contact(ex, r, &clear));
    bool open = clear.name.n || clear.phone.n;
    struct export_cell cells[] = {
        EXPORT_TEXT(r->code), EXPORT_TEXT(r->name), EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->area_code),
        EXPORT_TEXT(r->area_name), EXPORT_TEXT(r->address), EXPORT_TEXT(export_unit_label(ex, r->subject_unit_id)),
        EXPORT_TEXT(export_unit_label(ex, r->territory_unit_id)), EXPORT_TEXT(export_unit_label(ex, r->supervising_unit_id)),
        EXPORT_TEXT(clear.name), EXPORT_TEXT(clear.phone), EXPORT_TEXT(open ? STR("") : r->contact_masked),
        EXPORT_OPT(r->lon_e7), EXPORT_OPT(r->lat_e7), EXPORT_TEXT(r->external_id), EXPORT_TEXT(r->note),
        EXPORT_TEXT(str_is(r->state, "retired") ? STR("停用") : STR("在用"))};
    _Static_assert(sizeof cells / sizeof *cells == sizeof site_columns / sizeof *site_columns, "a cell per column");
    return export_row(ex, cells);
}

static enum rc site_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_sites_row *rows;
    struct export_sites_in in = {.hq = op->hq, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                 .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                 .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_sites(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++)
            RETURN_IF(site_row(ex, &rows[i]));
        in.after_code = n ? str_copy(ex->kept, rows[n - 1].code) : in.after_code;
    }
    return RC_OK;
}
const struct exporter export_sites = {"sites", ACT_SITE_READ, NULL, COLUMNS(site_columns), site_rows, SITE_LON, SITE_LAT};

/* ---- the standard in force ---- */

static const struct export_column standard_columns[] = {
    {"code", "条目编号", EX_TEXT, 0}, {"category_code", "类别代码", EX_TEXT, 0}, {"category_name", "类别名称", EX_TEXT, 20},
    {"order_no", "排序号", EX_INT, 0}, {"text_zh", "条目内容", EX_TEXT, 48}, {"text_en", "条目内容英文", EX_TEXT, 40},
    {"method", "测评方法", EX_TEXT, 0}, {"how_zh", "评判方法", EX_TEXT, 40}, {"how_en", "评判方法英文", EX_TEXT, 40},
    {"mode", "计分方式", EX_TEXT, 0}, {"mode_params", "计分参数", EX_TEXT, 16}, {"weight", "分值", EX_INT, 0},
    {"severity", "重要程度", EX_TEXT, 0}, {"veto", "一票否决", EX_BOOL, 0}, {"limit_kind", "时限类别", EX_TEXT, 0},
    {"limit_amount", "整改时限", EX_INT, 0}, {"close_zh", "销号条件", EX_TEXT, 24}, {"close_en", "销号条件英文", EX_TEXT, 24},
    {"territory_dept", "属地责任", EX_TEXT, 20}, {"subject_dept", "主体责任", EX_TEXT, 20},
    {"supervising_dept", "监管责任", EX_TEXT, 20}, {"dimension", "维度", EX_TEXT, 0}, {"sources", "来源", EX_TEXT, 0},
    {"field_sources", "各项来源", EX_TEXT, 0}, {"active", "启用", EX_BOOL, 0}};

static enum rc criterion_row(struct export *ex, const struct export_criteria_row *r)
{
    struct export_cell cells[] = {
        EXPORT_TEXT(r->code), EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->category_name), EXPORT_I64(r->order_no),
        EXPORT_TEXT(r->text_zh), EXPORT_TEXT(r->text_en), EXPORT_TEXT(r->method), EXPORT_TEXT(r->how_zh), EXPORT_TEXT(r->how_en),
        EXPORT_TEXT(r->mode), EXPORT_TEXT(r->mode_params), EXPORT_I64(r->weight), EXPORT_TEXT(r->severity), EXPORT_BOOL(r->veto),
        EXPORT_TEXT(r->limit_kind), EXPORT_I64(r->limit_amount), EXPORT_TEXT(r->close_zh), EXPORT_TEXT(r->close_en),
        EXPORT_TEXT(r->territory_dept), EXPORT_TEXT(r->subject_dept), EXPORT_TEXT(r->supervising_dept), EXPORT_TEXT(r->dimension),
        EXPORT_TEXT(r->sources), EXPORT_TEXT(r->field_sources), EXPORT_BOOL(r->active)};
    _Static_assert(sizeof cells / sizeof *cells == sizeof standard_columns / sizeof *standard_columns, "a cell per column");
    return export_row(ex, cells);
}

static enum rc standard_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_version_row version;
    struct export_criteria_row *rows;
    bool found;
    export_page_begin(ex);
    RETURN_IF(q_export_version(&op->rd, &(struct export_version_in){op->hq}, &version, &found));
    struct export_criteria_in in = {.hq = op->hq, .version_id = version.id, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; found && n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_criteria(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++)
            RETURN_IF(criterion_row(ex, &rows[i]));
        in.after_code = n ? str_copy(ex->kept, rows[n - 1].code) : in.after_code;
    }
    return RC_OK;
}
const struct exporter export_standard = {"standard", ACT_STANDARD_READ, NULL, COLUMNS(standard_columns), standard_rows, 0, 0};

/* ---- inspections ---- */

static const struct export_column inspection_columns[] = {
    {"id", "记录标识", EX_TEXT, 14}, {"site_code", "点位编号", EX_TEXT, 12}, {"site", "点位名称", EX_TEXT, 28},
    {"category", "点位类型", EX_TEXT, 0}, {"area_code", "行政区划代码", EX_TEXT, 16}, {"unit", "主体单位", EX_TEXT, 24},
    {"kind", "检查方式", EX_TEXT, 0}, {"state", "记录状态", EX_TEXT, 0}, {"visited", "检查时间", EX_TIME, 20},
    {"completed", "提交时间", EX_TIME, 20}, {"earned", "得分", EX_E4, 0}, {"possible", "满分", EX_E4, 0},
    {"vetoed", "一票否决", EX_BOOL, 0}, {"note", "备注", EX_TEXT, 24}};

static enum rc inspection_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_inspections_row *rows;
    struct export_inspections_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms,
                                       .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                       .scope_person = ex->scope_person, .scope_area_from = ex->scope_area_from,
                                       .scope_area_to = ex->scope_area_to, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_inspections(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_inspections_row *r = &rows[i];
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(uuid_str(&ex->page, r->id)), EXPORT_TEXT(r->site_code), EXPORT_TEXT(r->site_name),
                EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->area_code), EXPORT_TEXT(export_unit_label(ex, r->subject_unit_id)),
                EXPORT_TEXT(r->kind), EXPORT_TEXT(r->state), EXPORT_I64(r->visit_ms), EXPORT_OPT(r->completed_ms),
                EXPORT_OPT(r->earned_e4), EXPORT_OPT(r->possible_e4), EXPORT_BOOL(r->vetoed), EXPORT_TEXT(r->note)}));
            in.after_ms = SOME(r->visit_ms);
            in.after_id = r->id;
        }
    }
    return RC_OK;
}
const struct exporter export_inspections = {"inspections", ACT_INSPECTION_READ, NULL, COLUMNS(inspection_columns),
                                            inspection_rows, 0, 0};

static const struct export_column observation_columns[] = {
    {"inspection_id", "检查标识", EX_TEXT, 14}, {"site_code", "点位编号", EX_TEXT, 12}, {"criterion", "条目编号", EX_TEXT, 0},
    {"visited", "检查时间", EX_TIME, 20}, {"result", "结果", EX_TEXT, 0}, {"count", "数量", EX_INT, 0},
    {"value", "数值", EX_TEXT, 0}, {"note", "说明", EX_TEXT, 32}, {"earned", "得分", EX_E4, 0}, {"possible", "满分", EX_E4, 0},
    {"problem", "问题编号", EX_TEXT, 14}};

static struct str result_word(struct str result)
{
    static const char *const words[][2] = {{"met", "符合"}, {"not_met", "不符合"}, {"not_applicable", "不适用"},
                                           {"grade", "分档"}, {"count", "计数"}, {"value", "测量"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(result, words[i][0]))
            return str_of(words[i][1]);
    return result;
}

static enum rc observation_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct arena *a = &ex->page;
    struct export_observations_row *rows;
    struct export_observations_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms,
                                        .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                        .scope_person = ex->scope_person, .scope_area_from = ex->scope_area_from,
                                        .scope_area_to = ex->scope_area_to, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_observations(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_observations_row *r = &rows[i];
            int64_t v = r->value_e2.v;
            struct str value = r->value_e2.has ? str_fmt(a, "%s%lld.%02lld", v < 0 ? "-" : "", (long long)(v < 0 ? -v : v) / 100,
                                                         (long long)(v < 0 ? -v : v) % 100) : STR("");
            struct str problem = r->problem_number.has ? str_fmt(a, "%lld-%06lld", (long long)r->problem_year.v,
                                                                 (long long)r->problem_number.v) : STR("");
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(uuid_str(a, r->inspection_id)), EXPORT_TEXT(r->site_code), EXPORT_TEXT(r->criterion_code),
                EXPORT_I64(r->visit_ms), EXPORT_TEXT(result_word(r->result)), EXPORT_OPT(r->n), EXPORT_TEXT(value),
                EXPORT_TEXT(r->note), EXPORT_I64(r->earned_e4), EXPORT_I64(r->possible_e4), EXPORT_TEXT(problem)}));
            in.after_id = r->inspection_id;
            in.after_criterion = r->criterion_id;
        }
    }
    return RC_OK;
}
const struct exporter export_observations = {"observations", ACT_INSPECTION_READ, NULL, COLUMNS(observation_columns),
                                             observation_rows, 0, 0};

/* ---- scores ---- */

static const struct export_column score_columns[] = {
    {"code", "点位编号", EX_TEXT, 12}, {"name", "点位名称", EX_TEXT, 28}, {"category", "点位类型", EX_TEXT, 0},
    {"area_code", "行政区划代码", EX_TEXT, 16}, {"unit", "主体单位", EX_TEXT, 24}, {"inspections", "检查次数", EX_INT, 0},
    {"earned", "得分", EX_E4, 0}, {"possible", "满分", EX_E4, 0}, {"observations", "测评条次", EX_INT, 0},
    {"not_met", "不符合条次", EX_INT, 0}, {"vetoes", "一票否决次数", EX_INT, 0}};

static enum rc score_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_scores_row *rows;
    struct export_scores_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms, .scoped = export_scoped(ex),
                                  .scope_unit = ex->scope_unit, .scope_area_from = ex->scope_area_from,
                                  .scope_area_to = ex->scope_area_to, .max_rows = 100000};
    export_page_begin(ex);
    size_t n;
    RETURN_IF(q_export_scores(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        const struct export_scores_row *r = &rows[i];
        RETURN_IF(export_row(ex, (struct export_cell[]){
            EXPORT_TEXT(r->code), EXPORT_TEXT(r->name), EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->area_code),
            EXPORT_TEXT(export_unit_label(ex, r->subject_unit_id)), EXPORT_I64(r->inspections), EXPORT_I64(r->earned_e4),
            EXPORT_I64(r->possible_e4), EXPORT_I64(r->observations), EXPORT_I64(r->not_met), EXPORT_I64(r->vetoes)}));
    }
    return RC_OK;
}
const struct exporter export_scores = {"scores", ACT_SCORE_READ, NULL, COLUMNS(score_columns), score_rows, 0, 0};
