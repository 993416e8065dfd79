/* facility_store.c - what records of this room share in the database: kinds, photographs, history. */
#include "facility_internal.h"

#include "org/org.h"

#define LOOK_PAST_MS (90LL * DAY_MS)
enum { MEND_HOURS_MAX = 30 * 24 };

/* ---- kinds ---- */

static int index_of(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return 0;
}

static struct facility_kind kind_of_row(const struct facility_kind_list_row *r)
{
    return (struct facility_kind){.code = r->code,
                                  .class = (enum facility_class)index_of(facility_class_names, r->class),
                                  .name_zh = r->name_zh,
                                  .name_en = r->name_en,
                                  .order_no = r->order_no,
                                  .criterion_code = r->criterion_code,
                                  .limit_kind = (enum limit_kind)index_of(limit_kind_names, r->limit_kind),
                                  .limit_amount = r->limit_amount,
                                  .mend_hours = r->mend_hours,
                                  .guidance = r->guidance,
                                  .active = r->active,
                                  .version = r->version};
}

static struct facility_kind *find_in(struct facility_kind *list, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].code, code))
            return &list[i];
    return NULL;
}

enum rc facility_kinds(struct op *op, struct facility_kind **out, size_t *n)
{
    struct facility_kind_list_row *rows;
    size_t nrows, nshipped;
    const struct facility_kind *shipped = facility_shipped_kinds(&nshipped);
    RETURN_IF(q_facility_kind_list(&op->rd, &(struct facility_kind_list_in){op->hq}, &rows, &nrows));
    struct facility_kind *list = ARENA_MANY(OP_ARENA(op), struct facility_kind, nshipped + nrows);
    memcpy(list, shipped, nshipped * sizeof *list);
    *n = nshipped;
    for (size_t i = 0; i < nrows; i++) {
        struct facility_kind *there = find_in(list, *n, rows[i].code);
        struct facility_kind k = kind_of_row(&rows[i]);
        if (there)
            *there = k;
        else
            list[(*n)++] = k;
    }
    *out = list;
    return RC_OK;
}

enum rc facility_kind_find(struct op *op, struct str code, struct facility_kind *out, bool *found)
{
    struct facility_kind *list;
    size_t n;
    RETURN_IF(facility_kinds(op, &list, &n));
    const struct facility_kind *k = find_in(list, n, code);
    *found = k != NULL;
    if (k)
        *out = *k;
    return RC_OK;
}

static void check_kind(struct op *op, const struct facility_kind *k)
{
    const struct text_rule rules[] = {{"/name_zh", k->name_zh, true, NAME_MAX_CHARS},
                                      {"/name_en", k->name_en, true, NAME_MAX_CHARS},
                                      {"/criterion_code", k->criterion_code, false, CODE_MAX_CHARS}};
    int64_t ignored;
    text_check_code(op->rd.fault, "/code", k->code);
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
    if (k->limit_amount < 1 || !calendar_amount(k->limit_kind, k->limit_amount, &ignored))
        fail_field(op->rd.fault, STR("/limit/amount"), "out_of_range", "整改时限不正确", "The limit is out of range");
    if (k->mend_hours < 0 || k->mend_hours > MEND_HOURS_MAX)
        fail_field(op->rd.fault, STR("/mend_hours"), "out_of_range", "自改期应在 0 至 720 小时之间",
                   "The shop's own time is 0 to 720 hours");
}

enum rc facility_kind_prepare_put(struct op *op, const struct facility_kind *in, struct opt_i64 version)
{
    struct facility_kind there;
    bool found;
    struct effects *fx = &op->plan.fx;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_EDITION_WRITE, NULL));
    check_kind(op, in);
    RETURN_IF(facility_kind_find(op, in->code, &there, &found));
    if (found && there.class != in->class)
        fail_field(op->rd.fault, STR("/class"), "class_stays", "种类所属大类不能更改", "The class of a kind stays");
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(version_check(op->rd.fault, version, found ? there.version : 0));
    struct str limit = str_of(limit_kind_names[in->limit_kind]), criterion = text_or_none(in->criterion_code);
    if (found && there.version > 0)
        fx_facility_kind_set(fx, &(struct facility_kind_set_in){
            .hq = op->hq, .code = in->code, .was_version = there.version, .name_zh = in->name_zh, .name_en = in->name_en,
            .order_no = in->order_no, .criterion_code = criterion, .limit_kind = limit, .limit_amount = in->limit_amount,
            .mend_hours = in->mend_hours, .guidance = in->guidance, .active = in->active});
    else
        fx_facility_kind_add(fx, &(struct facility_kind_add_in){
            .hq = op->hq, .code = in->code, .class = str_of(facility_class_names[in->class]), .name_zh = in->name_zh,
            .name_en = in->name_en, .order_no = in->order_no, .criterion_code = criterion, .limit_kind = limit,
            .limit_amount = in->limit_amount, .mend_hours = in->mend_hours, .guidance = in->guidance, .active = in->active});
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "code", in->code);
    jo_str(&d.j, "name_zh", in->name_zh);
    jo_z(&d.j, "limit_kind", limit_kind_names[in->limit_kind]);
    jo_i64(&d.j, "limit_amount", in->limit_amount);
    jo_i64(&d.j, "mend_hours", in->mend_hours);
    jo_bool(&d.j, "guidance", in->guidance);
    jo_bool(&d.j, "active", in->active);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

/* ---- shared ---- */

enum rc facility_check_photos(struct op *op, const struct sha256 *photos, size_t n, struct str at)
{
    for (size_t i = 0; i < n; i++) {
        struct facility_photo_stored_row row;
        bool found, twice = false;
        struct str pointer = str_fmt(OP_ARENA(op), "%.*s/%zu", STR_ARG(at), i);
        RETURN_IF(q_facility_photo_stored(&op->rd, &(struct facility_photo_stored_in){op->hq, photos[i]}, &row, &found));
        if (!found)
            fail_field(op->rd.fault, pointer, "photo_missing", "照片尚未上传", "The photograph has not been uploaded");
        for (size_t k = 0; k < i; k++)
            twice = twice || sha256_eq(photos[i], photos[k]);
        if (twice)
            fail_field(op->rd.fault, pointer, "photo_twice", "同一张照片重复", "The same photograph twice");
    }
    return RC_OK;
}

void facility_add_photos(struct op *op, struct uuid owner, const char *role, const struct sha256 *photos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fx_facility_photo_add(&op->plan.fx,
                              &(struct facility_photo_add_in){op->hq, owner, str_of(role), photos[i], (int64_t)i});
}

void facility_check_time(struct op *op, const char *pointer, int64_t at_ms)
{
    if (at_ms > op->now + LOOK_FUTURE_MS || at_ms < op->now - LOOK_PAST_MS)
        fail_field(op->rd.fault, str_of(pointer), "out_of_range", "时间应在过去九十天之内，且不晚于现在",
                   "The time lies within the past ninety days");
}

void facility_fx_history(struct op *op, const struct history *h)
{
    fx_facility_history_add(&op->plan.fx, &(struct facility_history_add_in){
        .hq = op->hq, .subject_id = h->subject_id, .version = h->version, .at_ms = op->now, .actor_id = op->actor.person_id,
        .change = str_of(h->change), .content = h->content});
    op->plan.command.detail = h->content;
    change_event(op, str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), "%s.changed", h->kind)), h->kind, h->subject_id, STR_NONE);
}
