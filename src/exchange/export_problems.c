/* export_problems.c - exports of problems: all that is known of each, their steps, and the ledger people know (整改台账). */
#include "export_internal.h"

#include "calendar/calendar.h"

#define COLUMNS(c) c, sizeof(c) / sizeof *(c)

static struct str number_of(struct export *ex, int64_t year, int64_t number)
{
    return str_fmt(&ex->page, "%lld-%06lld", (long long)year, (long long)number);
}

/* ---- problems ---- */

static const struct export_column problem_columns[] = {
    {"id", "记录标识", EX_TEXT, 14}, {"number", "编号", EX_TEXT, 14}, {"external_id", "外部编号", EX_TEXT, 14},
    {"state", "状态", EX_TEXT, 0}, {"source", "来源", EX_TEXT, 0}, {"reported", "发现时间", EX_TIME, 20},
    {"registered", "立案时间", EX_TIME, 20}, {"dispatched", "交办时间", EX_TIME, 20}, {"due", "整改时限", EX_TIME, 20},
    {"rectified", "完成时间", EX_TIME, 20}, {"closed", "销号时间", EX_TIME, 20}, {"unit", "责任单位", EX_TEXT, 24},
    {"site_code", "点位编号", EX_TEXT, 12}, {"site", "点位", EX_TEXT, 24}, {"area_code", "行政区划代码", EX_TEXT, 16},
    {"category", "类别", EX_TEXT, 0}, {"criterion", "标准项", EX_TEXT, 0}, {"description", "问题描述", EX_TEXT, 48},
    {"place", "地址", EX_TEXT, 28}, {"lon", "经度", EX_E7, 14}, {"lat", "纬度", EX_E7, 14}, {"severity", "重要程度", EX_TEXT, 0},
    {"typical", "典型问题", EX_BOOL, 0}, {"kind", "办理类别", EX_TEXT, 0}, {"limit_kind", "时限类别", EX_TEXT, 0},
    {"limit_amount", "时限数量", EX_INT, 0}, {"overdue", "曾超期", EX_BOOL, 0}, {"exempt", "超期免计", EX_BOOL, 0},
    {"rework_count", "重改次数", EX_INT, 0}, {"number_there", "原系统编号", EX_TEXT, 0}, {"status_there", "原状态", EX_TEXT, 0},
    {"kind_there", "原类别", EX_TEXT, 0}, {"unit_there", "原单位", EX_TEXT, 0}};
enum { PROBLEM_LON = 19, PROBLEM_LAT = 20 };

static enum rc problem_row(struct export *ex, const struct export_problems_row *r)
{
    struct arena *a = &ex->page;
    int kind = 0;
    for (int i = 0; i < LIMIT_KINDS; i++)
        kind = str_is(r->limit_kind, limit_kind_names[i]) ? i : kind;
    struct export_cell cells[] = {
        EXPORT_TEXT(uuid_str(a, r->id)), EXPORT_TEXT(number_of(ex, r->year, r->number)), EXPORT_TEXT(r->external_id),
        EXPORT_TEXT(export_state_word(ex, r->state)), EXPORT_TEXT(export_source_word(r->source)), EXPORT_I64(r->reported_ms),
        EXPORT_OPT(r->registered_ms), EXPORT_OPT(r->dispatched_ms), EXPORT_OPT(r->due_ms), EXPORT_OPT(r->rectified_ms),
        EXPORT_OPT(r->closed_ms), EXPORT_TEXT(export_unit_label(ex, r->unit_id)), EXPORT_TEXT(r->site_code),
        EXPORT_TEXT(r->site_name), EXPORT_TEXT(r->area_code), EXPORT_TEXT(r->category_code), EXPORT_TEXT(r->criterion_code),
        EXPORT_TEXT(r->description), EXPORT_TEXT(r->place), EXPORT_OPT(r->lon_e7), EXPORT_OPT(r->lat_e7),
        EXPORT_TEXT(str_is(r->severity, "key") ? STR("重点") : STR("一般")), EXPORT_BOOL(r->typical), EXPORT_TEXT(r->kind),
        EXPORT_TEXT(limit_kind_word((enum limit_kind)kind, LANG_ZH)), EXPORT_I64(r->limit_amount), EXPORT_BOOL(r->overdue),
        EXPORT_BOOL(r->exempt), EXPORT_I64(r->rework_count), EXPORT_TEXT(r->number_there), EXPORT_TEXT(r->status_there),
        EXPORT_TEXT(r->kind_there), EXPORT_TEXT(r->unit_there)};
    _Static_assert(sizeof cells / sizeof *cells == sizeof problem_columns / sizeof *problem_columns, "a cell per column");
    return export_row(ex, cells);
}

static enum rc problem_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_problems_row *rows;
    struct export_problems_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms,
                                    .scoped = export_scoped(ex), .scope_unit = ex->scope_unit, .scope_person = ex->scope_person,
                                    .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                    .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_problems(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            RETURN_IF(problem_row(ex, &rows[i]));
            in.after_year = SOME(rows[i].year);
            in.after_number = SOME(rows[i].number);
        }
    }
    return RC_OK;
}
const struct exporter export_problems = {"problems", ACT_PROBLEM_READ, NULL, COLUMNS(problem_columns), problem_rows,
                                         PROBLEM_LON, PROBLEM_LAT};

/* ---- steps ---- */

static const struct export_column event_columns[] = {
    {"problem_id", "记录标识", EX_TEXT, 14}, {"number", "编号", EX_TEXT, 14}, {"external_id", "外部编号", EX_TEXT, 14},
    {"seq", "序号", EX_INT, 0}, {"event", "环节", EX_TEXT, 0}, {"from_state", "办理前状态", EX_TEXT, 0},
    {"to_state", "办理后状态", EX_TEXT, 0}, {"at", "办理时间", EX_TIME, 20}, {"actor_unit", "经办单位", EX_TEXT, 24},
    {"unit", "涉及单位", EX_TEXT, 24}, {"due", "整改时限", EX_TIME, 20}, {"note", "说明", EX_TEXT, 40}};

static enum rc event_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_events_row *rows;
    struct export_events_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms, .scoped = export_scoped(ex),
                                  .scope_unit = ex->scope_unit, .scope_person = ex->scope_person,
                                  .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                  .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_events(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_events_row *r = &rows[i];
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(uuid_str(&ex->page, r->problem_id)), EXPORT_TEXT(number_of(ex, r->year, r->number)),
                EXPORT_TEXT(r->external_id), EXPORT_I64(r->seq), EXPORT_TEXT(export_event_word(r->event)),
                EXPORT_TEXT(r->from_state.p ? export_state_word(ex, r->from_state) : STR("")),
                EXPORT_TEXT(export_state_word(ex, r->to_state)), EXPORT_I64(r->at_ms),
                EXPORT_TEXT(export_unit_label(ex, r->actor_unit_id)), EXPORT_TEXT(export_unit_label(ex, r->unit_id)),
                EXPORT_OPT(r->due_ms), EXPORT_TEXT(r->note)}));
            in.after_ms = SOME(r->at_ms);
            in.after_id = r->problem_id;
            in.after_seq = SOME(r->seq);
        }
    }
    return RC_OK;
}
const struct exporter export_events = {"events", ACT_PROBLEM_READ, NULL, COLUMNS(event_columns), event_rows, 0, 0};

/* ---- the ledger: columns of FACTS.md 3.5 ---- */

static const struct export_column ledger_columns[] = {
    {"turn", "序号", EX_INT, 0}, {"number", "编号", EX_TEXT, 14}, {"reported", "发现时间", EX_TIME, 20},
    {"source", "来源", EX_TEXT, 10}, {"site", "点位/类型", EX_TEXT, 24}, {"place", "地址", EX_TEXT, 28},
    {"criterion", "标准项（编号）", EX_TEXT, 32}, {"description", "问题描述", EX_TEXT, 40},
    {"before", "整改前照片", EX_PICTURE, 0}, {"unit", "责任单位", EX_TEXT, 24}, {"rectifier", "责任人", EX_TEXT, 10},
    {"due", "整改时限", EX_TIME, 20}, {"measure", "整改措施", EX_TEXT, 36}, {"after", "整改后照片", EX_PICTURE, 0},
    {"rectified", "完成时间", EX_TIME, 20}, {"state", "状态", EX_TEXT, 10}, {"rechecker", "复核人", EX_TEXT, 10},
    {"opinion", "复核意见", EX_TEXT, 28}, {"closed", "销号时间", EX_TIME, 20}, {"overdue", "曾超期", EX_BOOL, 0}};

static struct str two(struct arena *a, struct str first, struct str second)
{
    if (str_empty(first))
        return second.p ? second : STR("");
    return str_empty(second) ? first : str_fmt(a, "%.*s/%.*s", STR_ARG(first), STR_ARG(second));
}

static struct str hex_of(struct arena *a, struct str sha)
{
    return sha.n ? str_hex(a, sha.p, sha.n) : STR("");
}

static struct str criterion_of(struct arena *a, const struct export_ledger_row *r)
{
    if (!r->criterion_code.n)
        return STR("");
    return str_fmt(a, "%.*s（%.*s）", STR_ARG(r->criterion_text), STR_ARG(r->criterion_code));
}

static enum rc ledger_row(struct export *ex, const struct export_ledger_row *r)
{
    struct arena *a = &ex->page;
    struct export_cell cells[] = {
        EXPORT_I64(ex->out->rows + 1), EXPORT_TEXT(number_of(ex, r->year, r->number)), EXPORT_I64(r->reported_ms),
        EXPORT_TEXT(export_source_word(r->source)), EXPORT_TEXT(two(a, r->site_name, r->category_name)),
        EXPORT_TEXT(r->place.n ? r->place : r->address), EXPORT_TEXT(criterion_of(a, r)), EXPORT_TEXT(r->description),
        EXPORT_TEXT(hex_of(a, r->before_photo)), EXPORT_TEXT(export_unit_label(ex, r->unit_id)), EXPORT_TEXT(r->rectifier),
        EXPORT_OPT(r->due_ms), EXPORT_TEXT(r->measure), EXPORT_TEXT(hex_of(a, r->after_photo)), EXPORT_OPT(r->rectified_ms),
        EXPORT_TEXT(export_state_word(ex, r->state)), EXPORT_TEXT(r->rechecker), EXPORT_TEXT(r->opinion),
        EXPORT_OPT(r->closed_ms), EXPORT_BOOL(r->overdue)};
    _Static_assert(sizeof cells / sizeof *cells == sizeof ledger_columns / sizeof *ledger_columns, "a cell per column");
    return export_row(ex, cells);
}

static enum rc ledger_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_ledger_row *rows;
    struct export_ledger_in in = {.hq = op->hq, .from_ms = ex->in->from_ms, .to_ms = ex->in->to_ms, .scoped = export_scoped(ex),
                                  .scope_unit = ex->scope_unit, .scope_person = ex->scope_person,
                                  .scope_area_from = ex->scope_area_from, .scope_area_to = ex->scope_area_to,
                                  .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_ledger(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            RETURN_IF(ledger_row(ex, &rows[i]));
            in.after_year = SOME(rows[i].year);
            in.after_number = SOME(rows[i].number);
        }
    }
    return RC_OK;
}
const struct exporter export_ledger = {"ledger", ACT_PROBLEM_READ, "整改台账", COLUMNS(ledger_columns), ledger_rows, 0, 0};
