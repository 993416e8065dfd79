/* export_org.c - exports of the organisation: areas, units, people, duties. */
#include "export_internal.h"

#include "org/org.h"
#include "privacy/privacy.h"

#define COLUMNS(c) c, sizeof(c) / sizeof *(c)

/* ---- areas ---- */

static const struct export_column area_columns[] = {
    {"code", "行政区划代码", EX_TEXT, 16}, {"name", "名称", EX_TEXT, 24}, {"kind", "类别", EX_TEXT, 0},
    {"parent_code", "上级代码", EX_TEXT, 16}, {"order_no", "排序号", EX_INT, 0}};

static enum rc area_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_areas_row *rows;
    struct str after = STR_NONE;
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_areas(&op->rd, &(struct export_areas_in){op->hq, after, EXPORT_PAGE}, &rows, &n));
        for (size_t i = 0; i < n; i++)
            RETURN_IF(export_row(ex, (struct export_cell[]){EXPORT_TEXT(rows[i].code), EXPORT_TEXT(rows[i].name),
                                                            EXPORT_TEXT(rows[i].kind), EXPORT_TEXT(rows[i].parent_code),
                                                            EXPORT_I64(rows[i].order_no)}));
        after = n ? str_copy(ex->kept, rows[n - 1].code) : after;
    }
    return RC_OK;
}
const struct exporter export_areas = {"areas", ACT_ORG_READ, NULL, COLUMNS(area_columns), area_rows, 0, 0};

/* ---- units ---- */

static const struct export_column unit_columns[] = {
    {"code", "单位代码", EX_TEXT, 14}, {"name", "单位名称", EX_TEXT, 28}, {"short_name", "简称", EX_TEXT, 0},
    {"kind", "单位类别", EX_TEXT, 0}, {"parent", "上级单位", EX_TEXT, 28}, {"area_code", "行政区划代码", EX_TEXT, 16},
    {"order_no", "排序号", EX_INT, 0}};

static enum rc unit_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_units_row *rows;
    struct export_units_in in = {.hq = op->hq, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_units(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_units_row *r = &rows[i];
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(r->code), EXPORT_TEXT(r->name), EXPORT_TEXT(r->short_name), EXPORT_TEXT(r->kind),
                EXPORT_TEXT(export_unit_label(ex, r->parent_id)), EXPORT_TEXT(r->area_code), EXPORT_I64(r->order_no)}));
            in.after_order = SOME(r->order_no);
            in.after_id = r->id;
        }
    }
    return RC_OK;
}
const struct exporter export_units = {"units", ACT_ORG_READ, NULL, COLUMNS(unit_columns), unit_rows, 0, 0};

/* ---- people ---- */

/* A masked number under a heading that no import takes for a number. */
static const struct export_column person_columns[] = {
    {"name", "姓名", EX_TEXT, 0}, {"unit", "单位", EX_TEXT, 28}, {"title", "职务", EX_TEXT, 20}, {"phone", "手机", EX_TEXT, 16},
    {"phone_masked", "脱敏号码", EX_TEXT, 16}, {"external_id", "人员编号", EX_TEXT, 0}, {"order_no", "排序号", EX_INT, 0}};

static enum rc open_phone(struct export *ex, const struct export_people_row *r, struct str *clear)
{
    struct person p = {.id = r->id, .unit_id = r->unit_id, .phone_sealed = r->phone_sealed};
    *clear = STR("");
    if (!ex->in->unmask_reason.p || !r->phone_sealed.n)
        return RC_OK;
    return person_phone(ex->op, &p, clear);
}

static enum rc person_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_people_row *rows;
    struct export_people_in in = {.hq = op->hq, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_people(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_people_row *r = &rows[i];
            struct str clear;
            RETURN_IF(open_phone(ex, r, &clear));
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(r->name), EXPORT_TEXT(export_unit_label(ex, r->unit_id)), EXPORT_TEXT(r->title), EXPORT_TEXT(clear),
                EXPORT_TEXT(clear.n ? STR("") : r->phone_masked), EXPORT_TEXT(r->external_id), EXPORT_I64(r->order_no)}));
            in.after_order = SOME(r->order_no);
            in.after_id = r->id;
        }
    }
    return RC_OK;
}
const struct exporter export_people = {"people", ACT_ORG_READ, NULL, COLUMNS(person_columns), person_rows, 0, 0};

/* ---- duties ---- */

static const struct export_column duty_columns[] = {
    {"kind", "责任类别", EX_TEXT, 0}, {"person", "姓名", EX_TEXT, 0}, {"unit", "单位", EX_TEXT, 28},
    {"person_id", "人员编号", EX_TEXT, 0}, {"area_code", "行政区划代码", EX_TEXT, 16}, {"area", "负责区域", EX_TEXT, 20},
    {"site_code", "点位编号", EX_TEXT, 14}, {"site", "点位名称", EX_TEXT, 28}, {"place_unit", "负责单位", EX_TEXT, 28},
    {"from", "开始时间", EX_TIME, 20}, {"to", "结束时间", EX_TIME, 20}, {"note", "备注", EX_TEXT, 24}};

static struct str duty_word(struct str kind)
{
    static const char *const words[] = {"包保领导", "联络员", "网格员", "站长", "督查"};
    for (int i = 0; duty_kind_names[i]; i++)
        if (str_is(kind, duty_kind_names[i]))
            return str_of(words[i]);
    return kind;
}

static enum rc duty_rows(struct export *ex)
{
    struct op *op = ex->op;
    struct export_duties_row *rows;
    struct export_duties_in in = {.hq = op->hq, .scoped = export_scoped(ex), .scope_unit = ex->scope_unit, .max_rows = EXPORT_PAGE};
    for (size_t n = EXPORT_PAGE; n == EXPORT_PAGE;) {
        export_page_begin(ex);
        RETURN_IF(q_export_duties(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            const struct export_duties_row *r = &rows[i];
            RETURN_IF(export_row(ex, (struct export_cell[]){
                EXPORT_TEXT(duty_word(r->kind)), EXPORT_TEXT(r->person_name), EXPORT_TEXT(export_unit_label(ex, r->unit_id)),
                EXPORT_TEXT(r->person_external), EXPORT_TEXT(r->area_code), EXPORT_TEXT(r->area_name), EXPORT_TEXT(r->site_code),
                EXPORT_TEXT(r->site_name), EXPORT_TEXT(export_unit_label(ex, r->place_unit)), EXPORT_I64(r->from_ms),
                EXPORT_OPT(r->to_ms), EXPORT_TEXT(r->note)}));
            in.after_ms = SOME(r->from_ms);
            in.after_id = r->id;
        }
    }
    return RC_OK;
}
const struct exporter export_duties = {"duties", ACT_ORG_READ, NULL, COLUMNS(duty_columns), duty_rows, 0, 0};
