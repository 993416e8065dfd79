/*
 * unit_http.c - the headquarters and its units over HTTP.
 */
#include "org/org_http.h"
#include "org_internal.h"

enum rc headquarters_http_get(struct request *rq)
{
    struct headquarters h;
    bool found;
    RETURN_IF(headquarters_load(&rq->op, &h, &found));
    if (!found)
        return org_not_found(&rq->op, "尚未建立指挥部", "The headquarters is not set up yet");
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "code", h.code);
    jo_str(&rq->json, "name", h.name);
    jo_i64(&rq->json, "zone_min", h.zone_min);
    jo_bool(&rq->json, "demo", h.demo);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static void unit_json(struct json_out *j, const struct unit *u)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", u->id);
    jo_str(j, "code", u->code);
    jo_str(j, "name", u->name);
    jo_str(j, "short_name", u->short_name);
    jo_str(j, "kind", u->kind);
    jo_uuid(j, "parent_id", u->parent_id);
    jo_str(j, "area_code", u->area_code);
    jo_i64(j, "order_no", u->order_no);
    jo_bool(j, "closed", u->closed_ms.has);
    jo_i64(j, "version", u->version);
    jo_end(j);
}

enum rc unit_http_list(struct request *rq)
{
    struct page page;
    struct unit_get_row *rows;
    size_t n;
    struct unit_list_in in = {.hq = rq->op.hq};
    RETURN_IF(request_page(rq, &page));
    in.pattern = search_like(OP_ARENA(&rq->op), query_text(rq, "q"));
    in.kind = text_or_none(query_text(rq, "kind"));
    in.max_rows = page.limit + 1;
    RETURN_IF(query_done(rq));
    if (in.kind.p && org_name_index(unit_kind_names, in.kind) < 0)
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 kind 不正确",
                       "The parameter kind is wrong");
    if (page.has_cursor) {
        in.after_order = SOME(page.key_i64);
        in.after_id = page.key_id;
    }
    RETURN_IF(q_unit_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct unit u = unit_of_row(&rows[i]);
        unit_json(&rq->json, &u);
    }
    const struct unit_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->order_no, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc reply_unit(struct request *rq, struct uuid id, int status)
{
    struct unit u;
    RETURN_IF(unit_load(&rq->op, id, &u));
    unit_json(&rq->json, &u);
    return reply_versioned(rq, status, u.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_unit(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return reply_unit(rq, rq->op.plan.command.subject_id, 200);
}

enum rc unit_http_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    return reply_unit(rq, id, 200);
}

enum rc unit_http_create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct unit_new u = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &u.id);
    jin_str(&in, "code", JIN_REQUIRED, CODE_MAX_CHARS, &u.code);
    jin_str(&in, "name", JIN_REQUIRED, NAME_MAX_CHARS, &u.name);
    jin_str(&in, "short_name", JIN_OPTIONAL, 40, &u.short_name);
    jin_str(&in, "kind", JIN_REQUIRED, 40, &u.kind);
    jin_uuid(&in, "parent_id", JIN_OPTIONAL, &u.parent_id);
    jin_str(&in, "area_code", JIN_OPTIONAL, CODE_MAX_CHARS, &u.area_code);
    jin_i64(&in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &u.order_no);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "unit.create", "unit", u.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(unit_prepare_create(&rq->op, &u));
    return http_commit(rq, after_create);
}

static enum rc read_change(struct jin *in, struct unit_change *c)
{
    struct unit_new *to = &c->to;
    c->set |= change_str(in, "name", NAME_MAX_CHARS, &to->name) ? UNIT_NAME : 0;
    c->set |= change_str(in, "short_name", 40, &to->short_name) ? UNIT_SHORT_NAME : 0;
    c->set |= change_str(in, "kind", 40, &to->kind) ? UNIT_KIND : 0;
    c->set |= change_uuid(in, "parent_id", &to->parent_id) ? UNIT_PARENT : 0;
    c->set |= change_str(in, "area_code", CODE_MAX_CHARS, &to->area_code) ? UNIT_AREA : 0;
    c->set |=
        jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &to->order_no) ? UNIT_ORDER : 0;
    c->set |= jin_bool(in, "closed", JIN_OPTIONAL, &c->closed) ? UNIT_CLOSED : 0;
    return jin_done(in);
}

enum rc unit_http_change(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct unit_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_change(&in, &c));
    RETURN_IF(request_command(rq, &in, "unit.change", "unit", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(unit_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}
