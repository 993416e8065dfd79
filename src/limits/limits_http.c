/* limits_http.c - the headquarters' working calendar, limits of stages and classes of areas over HTTP. */
#include "limits/limits_http.h"

#include "auth/policy.h"
#include "limits/limits_inside.h"

enum { DAYS_MAX = 400, CLASSES_MAX = 2000, NAME_MAX_CHARS = 40 };

static enum rc state_version(struct op *op, int64_t *version)
{
    struct limit_state_get_row state;
    bool found;
    RETURN_IF(q_limit_state_get(&op->rd, &(struct limit_state_get_in){op->hq}, &state, &found));
    *version = found ? state.version : 0;
    return RC_OK;
}

static enum rc check_if_match(struct request *rq)
{
    struct opt_i64 asked;
    int64_t version;
    RETURN_IF(request_if_match(rq, false, &asked));
    RETURN_IF(state_version(&rq->op, &version));
    if (asked.has && asked.v != version)
        return OP_FAIL(&rq->op, RC_STALE, "version_conflict", "时限设置已被他人修改，请刷新后再操作",
                       "The limits were changed by somebody else; reload them first");
    return RC_OK;
}

static enum rc begin(struct request *rq, struct jin *in, const char *kind)
{
    struct command command;
    RETURN_IF(request_command(rq, in, kind, "limits", UUID_NONE, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (rq->op.plan.replayed)
        return RC_OK;
    RETURN_IF(policy_check(rq->op.rd.fault, &rq->op.actor, ACT_LIMIT_WRITE, NULL));
    RETURN_IF(check_if_match(rq));
    limits_touch(&rq->op);
    change_event(&rq->op, "limits.changed", "limits", UUID_NONE, STR_NONE);
    return RC_OK;
}

/* ---- the working calendar ---- */

static void put_window(struct json_out *j, struct arena *a, const char *key, struct day_window w)
{
    if (w.from_min == w.to_min) {
        jo_null(j, key);
        return;
    }
    jo_obj(j, key);
    jo_str(j, "from", str_fmt(a, "%02d:%02d", w.from_min / 60, w.from_min % 60));
    jo_str(j, "to", str_fmt(a, "%02d:%02d", w.to_min / 60, w.to_min % 60));
    jo_end(j);
}

static void put_day(struct json_out *j, struct arena *a, const struct calendar_exception *e, const char *source)
{
    jo_obj(j, NULL);
    jo_str(j, "date", civil_date(a, e->day * DAY_MS, 0));
    jo_z(j, "kind", day_kind_names[e->kind]);
    jo_str(j, "name_zh", e->zh);
    jo_str(j, "name_en", e->en);
    jo_z(j, "source", source);
    jo_end(j);
}

/* Shipped days and one's own in one order; one's own stand over the shipped. */
static enum rc put_days(struct request *rq, int year)
{
    struct op *op = &rq->op;
    const struct calendar *base = op->env->calendar;
    struct calendar_day_list_row *own;
    size_t n, at = 0;
    int64_t from = civil_days(year, 1, 1), to = civil_days(year + 1, 1, 1);
    RETURN_IF(q_calendar_day_list(&op->rd, &(struct calendar_day_list_in){op->hq, from, to}, &own, &n));
    jo_arr(&rq->json, "days");
    for (size_t i = 0; i <= base->nexceptions; i++) {
        int64_t day = i < base->nexceptions ? base->exceptions[i].day : to;
        bool replaced = false;
        for (; at < n && own[at].day <= day; at++) {
            struct calendar_exception e = {.day = own[at].day, .zh = own[at].name_zh, .en = own[at].name_en};
            int kind = limit_name_index(day_kind_names, own[at].kind);
            e.kind = kind < 0 ? DAY_HOLIDAY : (enum day_kind)kind;
            put_day(&rq->json, OP_ARENA(op), &e, "own");
            replaced = own[at].day == day;
        }
        if (i < base->nexceptions && day >= from && day < to && !replaced)
            put_day(&rq->json, OP_ARENA(op), &base->exceptions[i], "shipped");
    }
    jo_end(&rq->json);
    return RC_OK;
}

static enum rc send_calendar(struct request *rq, int year)
{
    struct op *op = &rq->op;
    struct calendar cal = *op->env->calendar;
    int64_t version;
    bool own;
    RETURN_IF(limits_read_windows(op, &cal, &own));
    RETURN_IF(state_version(op, &version));
    jo_obj(&rq->json, NULL);
    put_window(&rq->json, OP_ARENA(op), "morning", cal.morning);
    put_window(&rq->json, OP_ARENA(op), "afternoon", cal.afternoon);
    jo_arr(&rq->json, "week");
    for (int d = 0; d < 7; d++)
        if (cal.week >> d & 1)
            jo_i64(&rq->json, NULL, d + 1);
    jo_end(&rq->json);
    jo_z(&rq->json, "source", own ? "own" : "shipped");
    jo_i64(&rq->json, "year", year);
    jo_bool(&rq->json, "announced", calendar_covers(&cal, civil_days(year, 7, 1) * DAY_MS));
    RETURN_IF(put_days(rq, year));
    jo_i64(&rq->json, "version", version);
    jo_end(&rq->json);
    return reply_versioned(rq, 200, version);
}

static enum rc calendar_get(struct request *rq)
{
    struct opt_i64 year;
    RETURN_IF(query_i64(rq, "year", 1970, 2200, &year));
    RETURN_IF(query_done(rq));
    return send_calendar(rq, year.has ? (int)year.v : civil_from_ms(rq->op.now, rq->op.zone_min).year);
}

static enum rc calendar_changed(struct request *rq)
{
    int *year = rq->state;
    return send_calendar(rq, year ? *year : civil_from_ms(rq->op.now, rq->op.zone_min).year);
}

/* "08:30". */
static bool read_minutes(struct str s, int *min)
{
    struct str rest = s, hour;
    int64_t h, m;
    if (s.n != 5 || !str_next(&rest, ':', &hour) || !str_to_i64(hour, 0, 24, &h) || !str_to_i64(rest, 0, 59, &m))
        return false;
    *min = (int)(h * 60 + m);
    return true;
}

static void read_window(struct jin *in, const char *key, struct day_window *w)
{
    struct jin window;
    struct str from = STR_NONE, to = STR_NONE;
    *w = (struct day_window){0};
    if (jin_is_null(in, key) || !jin_obj(in, key, JIN_REQUIRED, &window))
        return;
    jin_str(&window, "from", JIN_REQUIRED, 5, &from);
    jin_str(&window, "to", JIN_REQUIRED, 5, &to);
    if (from.p && !read_minutes(from, &w->from_min))
        fail_field(in->fault, jin_pointer(&window, "from"), "bad_time", "时刻应写作 08:30", "The time must be written 08:30");
    if (to.p && !read_minutes(to, &w->to_min))
        fail_field(in->fault, jin_pointer(&window, "to"), "bad_time", "时刻应写作 17:30", "The time must be written 17:30");
}

static void read_week(struct jin *in, unsigned *week)
{
    size_t n = 0;
    *week = 0;
    if (!jin_arr(in, "week", JIN_REQUIRED, 7, &n))
        return;
    for (size_t i = 0; i < n; i++) {
        int64_t day;
        if (jin_arr_i64(in, "week", i, 1, 7, &day))
            *week |= 1u << (day - 1);
    }
}

static enum rc calendar_put(struct request *rq)
{
    struct calendar cal = *rq->op.env->calendar;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    read_window(&in, "morning", &cal.morning);
    read_window(&in, "afternoon", &cal.afternoon);
    /* No afternoon comes after any morning. */
    if (cal.afternoon.from_min == cal.afternoon.to_min)
        cal.afternoon = (struct day_window){cal.morning.to_min, cal.morning.to_min};
    read_week(&in, &cal.week);
    RETURN_IF(jin_done(&in));
    RETURN_IF(calendar_check(&cal, rq->op.rd.fault));
    RETURN_IF(begin(rq, &in, "limits.working_time"));
    if (!rq->op.plan.replayed)
        fx_working_time_set(&rq->op.plan.fx, &(struct working_time_set_in){
            .hq = rq->op.hq, .morning_from = cal.morning.from_min, .morning_to = cal.morning.to_min,
            .afternoon_from = cal.afternoon.from_min, .afternoon_to = cal.afternoon.to_min, .week = cal.week});
    return http_commit(rq, calendar_changed);
}

static void read_day(struct jin *list, size_t i, struct limits_day *e)
{
    struct jin in;
    struct str date = STR_NONE;
    int64_t ms = 0;
    int kind = -1;
    *e = (struct limits_day){.zh = STR(""), .en = STR("")};
    if (!jin_arr_obj(list, "days", i, &in))
        return;
    if (jin_str(&in, "date", JIN_REQUIRED, 10, &date) && (date.n != 10 || !civil_parse_date(date, 0, &ms)))
        fail_field(in.fault, jin_pointer(&in, "date"), "bad_date", "日期应写作 2026-02-17", "The date must be written 2026-02-17");
    e->day = ms / DAY_MS;
    if (!jin_is_null(&in, "kind"))
        jin_enum(&in, "kind", JIN_REQUIRED, day_kind_names, &kind);
    e->off = kind < 0;
    e->kind = e->off ? DAY_HOLIDAY : (enum day_kind)kind;
    jin_str(&in, "name_zh", JIN_OPTIONAL, NAME_MAX_CHARS, &e->zh);
    jin_str(&in, "name_en", JIN_OPTIONAL, NAME_MAX_CHARS, &e->en);
    if (jin_done(&in) != RC_OK)
        return;
}

static enum rc read_days(struct request *rq, struct jin *in, struct limits_day **out, size_t *n)
{
    if (!jin_arr(in, "days", JIN_REQUIRED, DAYS_MAX, n))
        return jin_done(in);
    struct limits_day *list = ARENA_MANY(OP_ARENA(&rq->op), struct limits_day, *n);
    for (size_t i = 0; i < *n; i++) {
        read_day(in, i, &list[i]);
        for (size_t k = 0; k < i; k++)
            if (list[k].day == list[i].day)
                fail_field(in->fault, str_fmt(OP_ARENA(&rq->op), "/days/%zu/date", i), "duplicate", "同一日期出现两次",
                           "The same date twice");
    }
    *out = list;
    return jin_done(in);
}

static enum rc calendar_days_put(struct request *rq)
{
    struct op *op = &rq->op;
    struct limits_day *days = NULL;
    struct jin in;
    size_t n = 0;
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_days(rq, &in, &days, &n));
    RETURN_IF(begin(rq, &in, "limits.calendar_days"));
    for (size_t i = 0; !op->plan.replayed && i < n; i++)
        RETURN_IF(limits_prepare_day(op, &days[i]));
    if (n) {
        int *year = ARENA_NEW(OP_ARENA(op), int);
        *year = civil_from_ms(days[0].day * DAY_MS, 0).year;
        rq->state = year;
    }
    return http_commit(rq, calendar_changed);
}

/* ---- limits of stages ---- */

static enum rc send_stages(struct request *rq)
{
    int64_t version;
    rq->op.limits = NULL; /* as it is after the change */
    RETURN_IF(limits_load(&rq->op));
    RETURN_IF(state_version(&rq->op, &version));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "stages");
    for (int s = 0; s < LIMIT_STAGES; s++) {
        const struct stage_limit *l = &rq->op.limits->stages[s];
        int64_t unit = limit_unit_ms(l->kind);
        bool minutes = l->ms % unit != 0;
        jo_obj(&rq->json, NULL);
        jo_z(&rq->json, "stage", limit_stage_names[s]);
        jo_bool(&rq->json, "on", l->on);
        jo_z(&rq->json, "kind", limit_kind_names[l->kind]);
        jo_i64(&rq->json, "amount", l->ms / (minutes ? MINUTE_MS : unit));
        jo_z(&rq->json, "unit", minutes ? "minutes" : unit == HOUR_MS ? "hours" : "days");
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    jo_i64(&rq->json, "version", version);
    jo_end(&rq->json);
    return reply_versioned(rq, 200, version);
}

static enum rc stages_get(struct request *rq)
{
    RETURN_IF(query_done(rq));
    return send_stages(rq);
}

/* The whole case and the handling stage are kept in whole hours or days beside each problem. */
static void check_stage(struct jin *in, int stage, const struct stage_limit *l)
{
    bool whole = stage == STAGE_HANDLE || stage == STAGE_CASE;
    if (whole && l->ms % limit_unit_ms(l->kind))
        fail_field(in->fault, jin_pointer(in, "unit"), "whole_units", "处置时限、全流程时限须为整小时或整日",
                   "The limits of handling and of the whole case are whole hours or days");
    if (stage == STAGE_HANDLE && !l->on)
        fail_field(in->fault, jin_pointer(in, "on"), "handle_needed", "处置时限不能停用", "The handling limit cannot be off");
}

static void read_stage(struct jin *list, size_t i, int *stage, struct stage_limit *l)
{
    static const char *const units[] = {"minutes", "hours", "days", NULL};
    static const int64_t unit_ms[] = {MINUTE_MS, HOUR_MS, DAY_MS};
    struct jin in;
    int kind = 0, unit = 0;
    int64_t amount = 1;
    *l = (struct stage_limit){.on = true};
    *stage = -1;
    if (!jin_arr_obj(list, "stages", i, &in))
        return;
    jin_enum(&in, "stage", JIN_REQUIRED, limit_stage_names, stage);
    jin_bool(&in, "on", JIN_OPTIONAL, &l->on);
    jin_enum(&in, "kind", JIN_REQUIRED, limit_kind_names, &kind);
    jin_enum(&in, "unit", JIN_REQUIRED, units, &unit);
    jin_i64(&in, "amount", JIN_REQUIRED, 1, 3650, &amount);
    l->kind = (enum limit_kind)kind;
    l->ms = amount * unit_ms[unit];
    bool in_days = limit_unit_ms(l->kind) == DAY_MS;
    if (in_days != (unit == 2))
        fail_field(in.fault, jin_pointer(&in, "unit"), "wrong_unit", "时限单位与计时方式不符", "The unit does not go with the kind");
    check_stage(&in, *stage, l);
    if (jin_done(&in) != RC_OK)
        return;
}

static enum rc stages_changed(struct request *rq)
{
    return send_stages(rq);
}

static enum rc stages_put(struct request *rq)
{
    struct op *op = &rq->op;
    struct jin in;
    size_t n = 0;
    RETURN_IF(request_json(rq, &in));
    jin_arr(&in, "stages", JIN_REQUIRED, LIMIT_STAGES, &n);
    struct stage_limit *list = ARENA_MANY(OP_ARENA(op), struct stage_limit, n + 1);
    int *stage = ARENA_MANY(OP_ARENA(op), int, n + 1);
    for (size_t i = 0; i < n; i++)
        read_stage(&in, i, &stage[i], &list[i]);
    RETURN_IF(jin_done(&in));
    RETURN_IF(begin(rq, &in, "limits.stages"));
    for (size_t i = 0; !op->plan.replayed && i < n; i++)
        fx_stage_limit_set(&op->plan.fx, &(struct stage_limit_set_in){
            .hq = op->hq, .stage = str_of(limit_stage_names[stage[i]]), .is_on = list[i].on,
            .kind = str_of(limit_kind_names[list[i].kind]), .ms = list[i].ms});
    return http_commit(rq, stages_changed);
}

/* ---- classes of areas ---- */

static enum rc classes_get(struct request *rq)
{
    struct area_class_list_row *rows;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_area_class_list(&rq->op.rd, &(struct area_class_list_in){rq->op.hq}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        jo_str(&rq->json, "area_code", rows[i].area_code);
        jo_str(&rq->json, "area_name", rows[i].area_name);
        jo_str(&rq->json, "class", rows[i].class);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc set_class(struct request *rq, struct jin *list, size_t i)
{
    static const char *const classes[] = {"A", "B", "C", NULL};
    struct limit_area_known_row area;
    struct str code = STR_NONE;
    struct jin in;
    int class = -1;
    bool found;
    struct op *op = &rq->op;
    if (!jin_arr_obj(list, "items", i, &in) || !jin_str(&in, "area_code", JIN_REQUIRED, 15, &code))
        return RC_OK;
    if (!jin_is_null(&in, "class"))
        jin_enum(&in, "class", JIN_REQUIRED, classes, &class);
    if (jin_done(&in) != RC_OK)
        return RC_OK;
    RETURN_IF(q_limit_area_known(&op->rd, &(struct limit_area_known_in){op->hq, code}, &area, &found));
    if (!found)
        fail_field(in.fault, jin_pointer(&in, "area_code"), "area_missing", "没有这个区域", "There is no such area");
    else if (class >= 0)
        fx_area_class_set(&op->plan.fx, &(struct area_class_set_in){op->hq, code, str_of(classes[class])});
    else
        fx_area_class_remove(&op->plan.fx, &(struct area_class_remove_in){op->hq, code})->min = 0;
    return RC_OK;
}

static enum rc classes_changed(struct request *rq)
{
    return classes_get(rq);
}

static enum rc classes_put(struct request *rq)
{
    struct jin in;
    size_t n = 0;
    RETURN_IF(request_json(rq, &in));
    jin_arr(&in, "items", JIN_REQUIRED, CLASSES_MAX, &n);
    RETURN_IF(begin(rq, &in, "limits.area_classes"));
    for (size_t i = 0; !rq->op.plan.replayed && i < n; i++)
        RETURN_IF(set_class(rq, &in, i));
    RETURN_IF(jin_done(&in));
    return http_commit(rq, classes_changed);
}

const struct route limits_routes[] = {
    {HTTP_GET, "/api/v1/working-calendar", ACT_LIMIT_READ, calendar_get, 0, 0},
    {HTTP_PUT, "/api/v1/working-calendar", ACT_LIMIT_WRITE, calendar_put, 0, 0},
    {HTTP_PUT, "/api/v1/working-calendar/days", ACT_LIMIT_WRITE, calendar_days_put, 0, 0},
    {HTTP_GET, "/api/v1/stage-limits", ACT_LIMIT_READ, stages_get, 0, 0},
    {HTTP_PUT, "/api/v1/stage-limits", ACT_LIMIT_WRITE, stages_put, 0, 0},
    {HTTP_GET, "/api/v1/area-classes", ACT_LIMIT_READ, classes_get, 0, 0},
    {HTTP_PUT, "/api/v1/area-classes", ACT_LIMIT_WRITE, classes_put, 0, 0},
    {0},
};
