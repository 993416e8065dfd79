/*
 * area_http.c - areas over HTTP: the tree in force or of a past day, counts, history, changes.
 */
#include "org/org_http.h"
#include "org_internal.h"

#include "base/civil.h"

static void area_json(struct json_out *j, const char *key, const struct area_get_row *a)
{
    jo_obj(j, key);
    jo_uuid(j, "id", a->id);
    jo_str(j, "code", a->code);
    jo_str(j, "level", a->level);
    jo_str(j, "kind", a->kind);
    jo_str(j, "name", a->name);
    jo_uuid(j, "parent_id", a->parent_id);
    jo_i64(j, "order_no", a->order_no);
    jo_time(j, "valid_from", a->valid_from_ms);
    jo_opt_time(j, "valid_to", a->valid_to_ms);
    jo_i64(j, "version", a->version);
    jo_end(j);
}

/* ---- lists ---- */

struct area_query {
    struct page page;
    struct uuid parent_id;
    struct str level, code, pattern;
    struct opt_i64 as_of;
};

static enum rc code_prefix(struct request *rq, struct str *out)
{
    *out = text_or_none(query_text(rq, "code"));
    if (!out->p || str_is_ascii_digits(*out))
        return RC_OK;
    return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 code 应为数字",
                   "The parameter code must be digits");
}

static enum rc read_query(struct request *rq, struct area_query *q)
{
    enum area_level level;
    RETURN_IF(request_page(rq, &q->page));
    RETURN_IF(query_uuid(rq, "parent_id", &q->parent_id));
    RETURN_IF(query_time(rq, "as_of", &q->as_of));
    RETURN_IF(code_prefix(rq, &q->code));
    q->level = text_or_none(query_text(rq, "level"));
    q->pattern = search_like(OP_ARENA(&rq->op), query_text(rq, "q"));
    if (q->level.p && !area_level_by_name(q->level, &level))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 level 不正确",
                       "The parameter level is wrong");
    return query_done(rq);
}

static enum rc list_now(struct request *rq, const struct area_query *q, struct area_get_row **rows,
                        size_t *n)
{
    const struct page *p = &q->page;
    struct area_list_in in = {.hq = rq->op.hq,
                              .parent_id = q->parent_id,
                              .level = q->level,
                              .code_from = q->code,
                              .code_to = code_range_end(OP_ARENA(&rq->op), q->code),
                              .pattern = q->pattern,
                              .max_rows = p->limit + 1};
    if (p->has_cursor) {
        in.after_order = SOME(p->key_i64);
        in.after_code = p->key_text;
        in.after_id = p->key_id;
    }
    return q_area_list(&rq->op.rd, &in, rows, n);
}

static enum rc list_as_of(struct request *rq, const struct area_query *q,
                          struct area_get_row **rows, size_t *n)
{
    const struct page *p = &q->page;
    struct area_list_as_of_in in = {.hq = rq->op.hq,
                                    .at_ms = q->as_of.v,
                                    .parent_id = q->parent_id,
                                    .level = q->level,
                                    .code_from = q->code,
                                    .code_to = code_range_end(OP_ARENA(&rq->op), q->code),
                                    .pattern = q->pattern,
                                    .max_rows = p->limit + 1};
    if (p->has_cursor) {
        in.after_order = SOME(p->key_i64);
        in.after_code = p->key_text;
        in.after_id = p->key_id;
    }
    return q_area_list_as_of(&rq->op.rd, &in, rows, n);
}

enum rc area_http_list(struct request *rq)
{
    struct area_query q = {0};
    struct area_get_row *rows;
    size_t n;
    RETURN_IF(read_query(rq, &q));
    if (q.as_of.has)
        RETURN_IF(list_as_of(rq, &q, &rows, &n));
    else
        RETURN_IF(list_now(rq, &q, &rows, &n));
    size_t shown = n > (size_t)q.page.limit ? (size_t)q.page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        area_json(&rq->json, NULL, &rows[i]);
    const struct area_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &q.page, n > shown, last->order_no, last->id, last->code);
    return reply_json(rq, 200);
}

enum rc area_http_counts(struct request *rq)
{
    struct opt_i64 as_of;
    struct str code;
    struct area_counts c;
    struct json_out *j = &rq->json;
    RETURN_IF(query_time(rq, "as_of", &as_of));
    RETURN_IF(code_prefix(rq, &code));
    RETURN_IF(query_done(rq));
    RETURN_IF(area_count(&rq->op, as_of.has ? as_of.v : rq->op.now, code, &c));
    jo_obj(j, NULL);
    jo_i64(j, "towns", c.towns);
    jo_i64(j, "villages", c.villages);
    jo_arr(j, "kinds");
    for (size_t i = 0; i < c.nkinds; i++) {
        jo_obj(j, NULL);
        jo_str(j, "kind", c.kinds[i].kind);
        jo_i64(j, "count", c.kinds[i].count);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

/* ---- one area ---- */

static enum rc reply_area(struct request *rq, struct uuid id, int status)
{
    struct area_get_row row;
    bool found;
    RETURN_IF(q_area_get(&rq->op.rd, &(struct area_get_in){rq->op.hq, id}, &row, &found));
    if (!found)
        return org_not_found(&rq->op, "没有这个区划", "There is no such area");
    area_json(&rq->json, NULL, &row);
    return reply_versioned(rq, status, row.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_area(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return reply_area(rq, rq->op.plan.command.subject_id, 200);
}

enum rc area_http_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    return reply_area(rq, id, 200);
}

enum rc area_http_history(struct request *rq)
{
    struct uuid id;
    struct area a;
    struct area_stretches_row *rows;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(area_load(&rq->op, id, &a));
    RETURN_IF(q_area_stretches(&rq->op.rd, &(struct area_stretches_in){rq->op.hq, id}, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_str(j, "code", rows[i].code);
        jo_str(j, "name", rows[i].name);
        jo_str(j, "kind", rows[i].kind);
        jo_str(j, "parent_code", rows[i].parent_code);
        jo_str(j, "level", rows[i].level);
        jo_time(j, "valid_from", rows[i].valid_from_ms);
        jo_opt_time(j, "valid_to", rows[i].valid_to_ms);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

enum rc area_http_create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct area_new a = {0};
    int64_t day;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &a.id);
    jin_str(&in, "code", JIN_REQUIRED, CODE_MAX_CHARS, &a.code);
    jin_str(&in, "level", JIN_OPTIONAL, 20, &a.level);
    jin_str(&in, "kind", JIN_OPTIONAL, 40, &a.kind);
    jin_str(&in, "name", JIN_REQUIRED, NAME_MAX_CHARS, &a.name);
    jin_uuid(&in, "parent_id", JIN_OPTIONAL, &a.parent_id);
    jin_i64(&in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &a.order_no);
    if (jin_date(&in, "valid_from", rq->op.zone_min, &day))
        a.valid_from_ms = SOME(day);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "area.create", "area", a.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(area_prepare_create(&rq->op, &a));
    return http_commit(rq, after_create);
}

static enum rc read_change(struct request *rq, struct jin *in, struct area_change *c)
{
    int64_t day;
    c->set |= change_str(in, "name", NAME_MAX_CHARS, &c->name) ? AREA_NAME : 0;
    c->set |= change_str(in, "kind", 40, &c->kind) ? AREA_KIND : 0;
    c->set |= jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &c->order_no) ? AREA_ORDER : 0;
    c->set |= jin_uuid(in, "parent_id", JIN_OPTIONAL, &c->parent_id) ? AREA_PARENT : 0;
    c->set |= jin_date(in, "closed_on", rq->op.zone_min, &c->closed_ms) ? AREA_CLOSE : 0;
    if (jin_date(in, "effective_on", rq->op.zone_min, &day))
        c->effective_ms = SOME(day);
    return jin_done(in);
}

enum rc area_http_change(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct area_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_change(rq, &in, &c));
    RETURN_IF(request_command(rq, &in, "area.change", "area", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(area_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}
