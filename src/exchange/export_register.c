/*
 * export_register.c - exports of registers beside the sites: responsibility matrix, facilities and publicity, frontages,
 * rules of limits, the headquarters' own days.
 */
#include "export_internal.h"

#include "facility/facility.h"
#include "limits/limit_rule.h"

#define COLUMNS(c) c, sizeof(c) / sizeof *(c)

/* ---- the matrix ---- */

static const struct export_column matrix_columns[] = {
    {"criterion", "条目编号", EX_TEXT, 0}, {"category", "类别代码", EX_TEXT, 0}, {"area_code", "行政区划代码", EX_TEXT, 16},
    {"lead", "牵头方", EX_TEXT, 0}, {"territory_unit", "属地单位", EX_TEXT, 24}, {"subject_unit", "主体单位", EX_TEXT, 24},
    {"supervising_unit", "监管单位", EX_TEXT, 24}, {"support", "协同单位", EX_TEXT, 36}, {"work_standard", "工作标准", EX_TEXT, 32},
    {"deadline", "完成时限", EX_TEXT, 0}, {"due", "完成日期", EX_TIME, 20}, {"measures", "措施要求", EX_TEXT, 32},
    {"person", "责任人员", EX_TEXT, 0}, {"from", "开始时间", EX_TIME, 20}, {"to", "结束时间", EX_TIME, 20}};

static struct str lead_word(struct str role)
{
    return str_is(role, "territory") ? STR("属地") : str_is(role, "subject") ? STR("主体") : STR("监管");
}

static enum rc support_of(struct export *ex, struct uuid row, struct str *out)
{
    struct op *op = ex->op;
    struct export_matrix_support_row *rows;
    size_t n;
    *out = STR("");
    RETURN_IF(q_export_matrix_support(&op->rd, &(struct export_matrix_support_in){op->hq, row}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct str unit = export_unit_label(ex, rows[i].unit_id);
        *out = out->n ? str_fmt(&ex->page, "%.*s、%.*s", STR_ARG(*out), STR_ARG(unit)) : unit;
    }
    return RC_OK;
}

static enum rc matrix_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_matrix_row *rows;
    struct export_matrix_in in = {.hq = op->hq, .now_ms = op->now, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                  .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_matrix(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_matrix_row *r = &rows[i];
            struct str support;
            RETURN_IF(support_of(ex, r->id, &support));
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(r->criterion_code), EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->area_code),
                EXPORT_TEXT(lead_word(r->lead_role)), EXPORT_TEXT(export_unit_label(ex, r->territory_unit_id)),
                EXPORT_TEXT(export_unit_label(ex, r->subject_unit_id)), EXPORT_TEXT(export_unit_label(ex, r->supervising_unit_id)),
                EXPORT_TEXT(support), EXPORT_TEXT(r->work_standard), EXPORT_TEXT(r->deadline), EXPORT_OPT(r->due_ms),
                EXPORT_TEXT(r->measures), EXPORT_TEXT(r->person), EXPORT_I64(r->valid_from_ms), EXPORT_OPT(r->valid_to_ms)}));
        }
        if (n) {
            const struct export_matrix_row *last = &rows[n - 1];
            in.after_criterion = last->criterion_code.n ? str_copy(ex->kept, last->criterion_code) : STR("");
            in.after_category = last->category_code.n ? str_copy(ex->kept, last->category_code) : STR("");
            in.after_area = str_copy(ex->kept, last->area_code);
            in.after_id = last->id;
        }
    }
    return RC_OK;
}
const struct exporter export_matrix = {"matrix", ACT_MATRIX_READ, NULL, COLUMNS(matrix_columns), matrix_rows, 0, 0};

/* ---- facilities and publicity ---- */

static const struct export_column facility_columns[] = {
    {"id", "记录标识", EX_TEXT, 14}, {"site_code", "点位编号", EX_TEXT, 12}, {"site", "点位名称", EX_TEXT, 28},
    {"kind", "设施类别", EX_TEXT, 0}, {"name", "名称", EX_TEXT, 24}, {"position", "位置", EX_TEXT, 24},
    {"width_mm", "宽（毫米）", EX_INT, 0}, {"height_mm", "高（毫米）", EX_INT, 0}, {"edition", "内容版本", EX_TEXT, 20}, {"edition_label", "版次", EX_TEXT, 0},
    {"condition", "完好状况", EX_TEXT, 0}, {"checked", "检查时间", EX_TIME, 20}, {"state", "使用状态", EX_TEXT, 0},
    {"note", "备注", EX_TEXT, 24}, {"external_id", "外部编号", EX_TEXT, 0}, {"lon", "经度", EX_E7, 14}, {"lat", "纬度", EX_E7, 14}};

static struct str condition_word(struct str name)
{
    for (int i = 0; i < FACILITY_CONDITIONS; i++)
        if (str_is(name, facility_condition_names[i]))
            return facility_condition_word((enum facility_condition)i, LANG_ZH);
    return name;
}

static enum rc facility_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_facilities_row *rows;
    struct export_facilities_in in = {.hq = op->hq, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                      .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                      .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_facilities(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_facilities_row *r = &rows[i];
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(uuid_str(&ex->page, r->id)), EXPORT_TEXT(r->site_code), EXPORT_TEXT(r->site_name),
                EXPORT_TEXT(r->kind_code), EXPORT_TEXT(r->name), EXPORT_TEXT(r->position), EXPORT_OPT(r->width_mm),
                EXPORT_OPT(r->height_mm), EXPORT_TEXT(r->edition), EXPORT_TEXT(r->edition_label), EXPORT_TEXT(condition_word(r->condition)), EXPORT_OPT(r->checked_ms),
                EXPORT_TEXT(str_is(r->state, "removed") ? STR("已拆除") : STR("在用")), EXPORT_TEXT(r->note),
                EXPORT_TEXT(r->external_id), EXPORT_OPT(r->lon_e7), EXPORT_OPT(r->lat_e7)}));
            in.after_id = r->id;
        }
    }
    return RC_OK;
}
const struct exporter export_facilities = {"facilities", ACT_FACILITY_READ, NULL, COLUMNS(facility_columns), facility_rows, 15, 16};

/* ---- frontages ---- */

static const struct export_column frontage_columns[] = {
    {"code", "门店编号", EX_TEXT, 12}, {"name", "店招", EX_TEXT, 24}, {"trade", "业态", EX_TEXT, 0},
    {"area_code", "行政区划代码", EX_TEXT, 16}, {"site_code", "点位编号", EX_TEXT, 12}, {"unit", "管理单位", EX_TEXT, 24},
    {"place", "地址", EX_TEXT, 28}, {"lon", "经度", EX_E7, 14}, {"lat", "纬度", EX_E7, 14},
    {"keeper", "负责人", EX_TEXT, 0}, {"phone", "联系电话", EX_TEXT, 16}, {"keeper_masked", "脱敏联系方式", EX_TEXT, 20}, {"signed", "签订时间", EX_TIME, 20}, {"checked", "检查时间", EX_TIME, 20},
    {"state", "使用状态", EX_TEXT, 0}, {"note", "备注", EX_TEXT, 24}, {"external_id", "外部编号", EX_TEXT, 0}};

static enum rc open_keeper(struct export *ex, const struct export_frontages_row *r, struct frontage_keeper *clear)
{
    const struct frontage f = {.id = r->id, .area_code = r->area_code, .units = {r->unit_id}, .keeper_sealed = r->keeper_sealed};
    *clear = (struct frontage_keeper){STR_NONE, STR_NONE};
    return ex->in->unmask_reason.p && r->keeper_sealed.n ? frontage_open_keeper(ex->op, &f, clear) : RC_OK;
}

static enum rc frontage_row(struct export *ex, const struct export_frontages_row *r)
{
    struct frontage_keeper clear;
    RETURN_IF(open_keeper(ex, r, &clear));
    bool open = clear.name.n || clear.phone.n;
    struct export_cell cells[] = {
        EXPORT_TEXT(r->code), EXPORT_TEXT(r->name), EXPORT_TEXT(r->trade), EXPORT_TEXT(r->area_code),
        EXPORT_TEXT(r->site_code), EXPORT_TEXT(export_unit_label(ex, r->unit_id)), EXPORT_TEXT(r->place),
        EXPORT_OPT(r->lon_e7), EXPORT_OPT(r->lat_e7), EXPORT_TEXT(clear.name), EXPORT_TEXT(clear.phone),
        EXPORT_TEXT(open ? STR("") : r->keeper_masked), EXPORT_OPT(r->signed_ms), EXPORT_OPT(r->checked_ms),
        EXPORT_TEXT(str_is(r->state, "closed") ? STR("歇业") : STR("在用")), EXPORT_TEXT(r->note), EXPORT_TEXT(r->external_id)};
    _Static_assert(sizeof cells / sizeof *cells == sizeof frontage_columns / sizeof *frontage_columns, "a cell per column");
    return export_row(ex, cells);
}

static enum rc frontage_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_frontages_row *rows;
    struct export_frontages_in in = {.hq = op->hq, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit,
                                     .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                     .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_frontages(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++)
            RETURN_IF(frontage_row(ex, &rows[i]));
        in.after_code = n ? str_copy(ex->kept, rows[n - 1].code) : in.after_code;
    }
    return RC_OK;
}
const struct exporter export_frontages = {"frontages", ACT_FACILITY_READ, NULL, COLUMNS(frontage_columns), frontage_rows, 7, 8};

/* ---- rules of limits ---- */

static const struct export_column rule_columns[] = {
    {"name", "规则名称", EX_TEXT, 24}, {"basis", "依据", EX_TEXT, 24}, {"criterion", "条目编号", EX_TEXT, 0},
    {"category", "类别代码", EX_TEXT, 0}, {"kind", "办理类别", EX_TEXT, 0}, {"area_class", "区域类别", EX_TEXT, 0},
    {"severity", "重要程度", EX_TEXT, 0}, {"season_from", "季节起", EX_TEXT, 0}, {"season_to", "季节止", EX_TEXT, 0},
    {"limit_kind", "时限类别", EX_TEXT, 0}, {"limit_amount", "整改时限", EX_INT, 0}, {"from", "开始时间", EX_TIME, 20},
    {"to", "结束时间", EX_TIME, 20}};

static struct str month_day(struct export *ex, struct opt_i64 md)
{
    return md.has ? str_fmt(ex->kept, "%02d-%02d", (int)(md.v / 100), (int)(md.v % 100)) : STR("");
}

static enum rc rule_rows(struct export *ex)
{
    struct limit_rule *rules;
    size_t n;
    RETURN_IF(limit_rules_all(ex->op, &rules, &n));
    for (size_t i = 0; i < n; i++) {
        const struct limit_rule *r = &rules[i];
        RETURN_IF(export_row(ex, (struct export_cell[]){
            EXPORT_TEXT(r->name), EXPORT_TEXT(r->basis), EXPORT_TEXT(r->criterion_code), EXPORT_TEXT(r->category_code),
            EXPORT_TEXT(r->kind), EXPORT_TEXT(r->area_class), EXPORT_TEXT(r->severity), EXPORT_TEXT(month_day(ex, r->season_from)),
            EXPORT_TEXT(month_day(ex, r->season_to)), EXPORT_TEXT(str_of(limit_kind_names[r->limit_kind])),
            EXPORT_I64(r->limit_amount), EXPORT_I64(r->valid_from_ms), EXPORT_OPT(r->valid_to_ms)}));
    }
    return RC_OK;
}
const struct exporter export_limit_rules = {"limit_rules", ACT_LIMIT_READ, NULL, COLUMNS(rule_columns), rule_rows, 0, 0};

/* ---- the headquarters' own days ---- */

static const struct export_column day_columns[] = {
    {"date", "日期", EX_TEXT, 12}, {"kind", "类别", EX_TEXT, 0}, {"name_zh", "名称", EX_TEXT, 16}, {"name_en", "英文名称", EX_TEXT, 20}};

static enum rc day_rows(struct export *ex)
{
    static const char *const words[] = {[DAY_HOLIDAY] = "放假", [DAY_MAKEUP] = "调休上班", [DAY_HALF_AM] = "上午休息",
                                        [DAY_HALF_PM] = "下午休息"};
    struct limits_day *days;
    size_t n;
    RETURN_IF(limits_own_days(ex->op, &days, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(export_row(ex, (struct export_cell[]){EXPORT_TEXT(civil_date(ex->kept, days[i].day * DAY_MS, 0)),
                                                        EXPORT_TEXT(str_of(words[days[i].kind])), EXPORT_TEXT(days[i].zh),
                                                        EXPORT_TEXT(days[i].en)}));
    return RC_OK;
}
const struct exporter export_calendar_days = {"calendar_days", ACT_LIMIT_READ, NULL, COLUMNS(day_columns), day_rows, 0, 0};
