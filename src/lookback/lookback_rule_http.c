/* lookback_rule_http.c - rules and draws of look-backs over HTTP. */
#include "lookback/lookback_http.h"

#include "lookback/lookback_store.h"
#include "org/text.h"
#include "round/draw_store.h"

static void put_rule(struct json_out *j, const struct lookback_rules_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "name", r->name);
    jo_i64(j, "order_no", r->order_no);
    jo_bool(j, "active", r->active);
    jo_str(j, "severity", r->severity);
    jo_str(j, "category_code", r->category_code);
    jo_uuid(j, "criterion_id", r->criterion_id);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_i64(j, "rework_min", r->rework_min);
    jo_i64(j, "days_after", r->days_after);
    jo_i64(j, "span_days", r->span_days);
    jo_i64(j, "share_permille", r->share_permille);
    jo_bool(j, "joint", r->joint);
    jo_time(j, "from", r->from_ms);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

static enum rc list_rules(struct request *rq)
{
    struct lookback_rules_row *rows;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_lookback_rules(&rq->op.rd, &(struct lookback_rules_in){.hq = rq->op.hq}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_rule(&rq->json, &rows[i]);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static unsigned read_members(struct jin *in, struct lookback_rule *r)
{
    unsigned set = 0;
    set |= change_str(in, "name", NAME_MAX_CHARS, &r->name) ? LOOKBACK_NAME : 0;
    set |= jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &r->order_no) ? LOOKBACK_ORDER : 0;
    set |= jin_bool(in, "active", JIN_OPTIONAL, &r->active) ? LOOKBACK_ACTIVE : 0;
    set |= change_str(in, "severity", 20, &r->severity) ? LOOKBACK_SEVERITY : 0;
    set |= change_str(in, "category_code", CODE_MAX_CHARS, &r->category_code) ? LOOKBACK_CATEGORY : 0;
    set |= change_uuid(in, "criterion_id", &r->criterion_id) ? LOOKBACK_CRITERION : 0;
    set |= change_uuid(in, "unit_id", &r->unit_id) ? LOOKBACK_UNIT : 0;
    set |= jin_i64(in, "rework_min", JIN_OPTIONAL, 0, 100, &r->rework_min) ? LOOKBACK_REWORK : 0;
    set |= jin_i64(in, "days_after", JIN_OPTIONAL, 1, LOOKBACK_DAYS_MAX, &r->days_after) ? LOOKBACK_AFTER : 0;
    set |= jin_i64(in, "span_days", JIN_OPTIONAL, 1, LOOKBACK_DAYS_MAX, &r->span_days) ? LOOKBACK_SPAN : 0;
    set |= jin_i64(in, "share_permille", JIN_OPTIONAL, 1, LOOKBACK_SHARE_ALL, &r->share_permille) ? LOOKBACK_SHARE : 0;
    set |= jin_bool(in, "joint", JIN_OPTIONAL, &r->joint) ? LOOKBACK_JOINT : 0;
    return set;
}

static enum rc send_rule(struct request *rq, int status)
{
    struct lookback_rule_get_row row;
    bool found;
    struct uuid id = rq->op.plan.command.subject_id;
    RETURN_IF(q_lookback_rule_get(&rq->op.rd, &(struct lookback_rule_get_in){rq->op.hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "rule_not_found", "没有这条规则", "There is no such rule");
    _Static_assert(sizeof(struct lookback_rules_row) == sizeof(struct lookback_rule_get_row), "the same columns");
    put_rule(&rq->json, (const struct lookback_rules_row *)&row);
    return reply_versioned(rq, status, row.version);
}

static enum rc after_add(struct request *rq)
{
    return send_rule(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return send_rule(rq, 200);
}

static enum rc add_rule(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct lookback_rule r = {.active = true, .days_after = 7, .span_days = 7, .share_permille = LOOKBACK_SHARE_ALL};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &r.id);
    read_members(&in, &r);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "lookback.rule_add", "lookback_rule", r.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(lookback_prepare_rule(&rq->op, &r));
    return http_commit(rq, after_add);
}

static enum rc change_rule(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct lookback_rule_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    c.set = read_members(&in, &c.to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "lookback.rule_change", "lookback_rule", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(lookback_prepare_rule_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

static void put_draw(struct json_out *j, const struct lookback_draw_list_row *d)
{
    jo_uuid(j, "id", d->id);
    jo_named(j, "rule", d->rule_id, d->rule_name);
    jo_str(j, "closed_day", d->closed_day);
    jo_i64(j, "candidates", d->candidates);
    jo_i64(j, "taken", d->taken);
    jo_time(j, "at", d->at_ms);
}

/* With everything that repeats it. */
static enum rc get_draw(struct request *rq)
{
    struct uuid id;
    struct lookback_draw_get_row row;
    struct draw_record *records;
    bool found;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(q_lookback_draw_get(&rq->op.rd, &(struct lookback_draw_get_in){rq->op.hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "draw_not_found", "没有这次抽取", "There is no such draw");
    RETURN_IF(draw_records(&rq->op, "lookback", id, false, &records, &n));
    _Static_assert(sizeof(struct lookback_draw_list_row) == sizeof(struct lookback_draw_get_row), "the same columns");
    jo_obj(&rq->json, NULL);
    put_draw(&rq->json, (const struct lookback_draw_list_row *)&row);
    draw_json(&rq->json, "draws", records, n);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc list_draws(struct request *rq)
{
    struct lookback_draw_list_in in = {.hq = rq->op.hq};
    struct lookback_draw_list_row *rows;
    struct page page;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "rule_id", &in.rule_id));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_lookback_draw_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(j, NULL);
        put_draw(j, &rows[i]);
        jo_end(j);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].at_ms : 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

const struct route lookback_rule_routes[] = {
    {HTTP_GET, "/api/v1/lookback-rules", ACT_LOOKBACK_PLAN, list_rules, 0, 0},
    {HTTP_POST, "/api/v1/lookback-rules", ACT_LOOKBACK_PLAN, add_rule, 0, 0},
    {HTTP_PATCH, "/api/v1/lookback-rules/{id}", ACT_LOOKBACK_PLAN, change_rule, 0, 0},
    {HTTP_GET, "/api/v1/lookback-draws", ACT_LOOKBACK_PLAN, list_draws, 0, 0},
    {HTTP_GET, "/api/v1/lookback-draws/{id}", ACT_LOOKBACK_PLAN, get_draw, 0, 0},
    {0},
};
