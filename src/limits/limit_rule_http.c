/* limit_rule_http.c - rules of limits over HTTP: listed, added in place of others, ended, tried out. */
#include "auth/policy.h"
#include "limits/limits_http.h"
#include "limits/limits_inside.h"

static const char *const severities[] = {"general", "key", NULL};
static const char *const classes[] = {"A", "B", "C", NULL};

static void put_month_day(struct json_out *j, struct arena *a, const char *key, struct opt_i64 md)
{
    jo_str(j, key, md.has ? str_fmt(a, "%02d-%02d", (int)(md.v / 100), (int)(md.v % 100)) : STR_NONE);
}

static void put_limit(struct json_out *j, const char *key, enum limit_kind kind, int64_t amount)
{
    jo_obj(j, key);
    jo_z(j, "kind", limit_kind_names[kind]);
    jo_i64(j, "amount", amount);
    jo_end(j);
}

static void put_conditions(struct json_out *j, const char *key, unsigned bits)
{
    jo_arr(j, key);
    for (int i = 0; limit_condition_names[i]; i++)
        if (bits >> i & 1)
            jo_z(j, NULL, limit_condition_names[i]);
    jo_end(j);
}

static void put_members(struct json_out *j, const struct op *op, const struct limit_rule *r)
{
    jo_uuid(j, "id", r->id);
    jo_str(j, "name", r->name);
    jo_str(j, "basis", r->basis);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_str(j, "category_code", r->category_code);
    jo_str(j, "kind", r->kind);
    jo_str(j, "area_class", r->area_class);
    put_month_day(j, OP_ARENA(op), "season_from", r->season_from);
    put_month_day(j, OP_ARENA(op), "season_to", r->season_to);
    jo_str(j, "severity", r->severity);
    put_limit(j, "limit", r->limit_kind, r->limit_amount);
    put_conditions(j, "conditions", limit_rule_conditions(r));
    jo_uuid(j, "replaces_id", r->replaces_id);
    jo_time(j, "valid_from", r->valid_from_ms);
    jo_opt_time(j, "valid_to", r->valid_to_ms);
    jo_time(j, "created_at", r->created_ms);
    jo_bool(j, "in_force", r->valid_from_ms <= op->now && (!r->valid_to_ms.has || r->valid_to_ms.v > op->now));
    jo_i64(j, "version", r->version);
}

static void put_rule(struct json_out *j, const char *key, const struct op *op, const struct limit_rule *r)
{
    jo_obj(j, key);
    put_members(j, op, r);
    jo_end(j);
}

void limit_put_answer(struct json_out *j, const char *key, const struct op *op, const struct limit_answer *a,
                      const struct limit_fallback *own)
{
    const struct limit_rule *won = a->chosen < 0 ? NULL : &a->rules[a->chosen];
    jo_obj(j, key);
    put_limit(j, "limit", won ? won->limit_kind : own->kind, won ? won->limit_amount : own->amount);
    jo_z(j, "from", won ? "rule" : own->from);
    jo_str(j, "area_class", a->matter.area_class);
    if (won)
        put_rule(j, "rule", op, won);
    else
        jo_null(j, "rule");
    jo_arr(j, "rules");
    for (size_t i = 0; i < a->n; i++) {
        jo_obj(j, NULL);
        put_members(j, op, &a->rules[i]);
        jo_bool(j, "chosen", (int)i == a->chosen);
        put_conditions(j, "against", limit_rule_against(&a->rules[i], &a->matter, op->zone_min));
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
}

/* ---- reading ---- */

static enum rc rules_get(struct request *rq)
{
    struct limit_rule_list_in in = {.hq = rq->op.hq};
    struct limit_rule_by_id_row *rows;
    struct opt_bool in_force;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_bool(rq, "in_force", &in_force));
    in.criterion = query_text(rq, "criterion_code");
    in.category = query_text(rq, "category_code");
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (in_force.has && in_force.v)
        in.in_force_at = SOME(rq->op.now);
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_limit_rule_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    n = more ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        struct limit_rule r = limit_rule_of(&rows[i]);
        put_rule(&rq->json, NULL, &rq->op, &r);
    }
    page_end(rq, &page, more, n ? rows[n - 1].valid_from_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc send_rule(struct request *rq, struct uuid id, int status)
{
    struct limit_rule r;
    RETURN_IF(limit_rule_load(&rq->op, id, &r));
    put_rule(&rq->json, NULL, &rq->op, &r);
    return reply_versioned(rq, status, r.version);
}

static enum rc rule_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_rule(rq, id, 200);
}

/* Which limit would such a problem get, and why? Nothing is written. */
static enum rc rules_try(struct request *rq)
{
    struct op *op = &rq->op;
    struct uuid criterion_id;
    struct limit_answer answer;
    struct limit_own own;
    struct opt_i64 at;
    bool found;
    RETURN_IF(query_uuid(rq, "criterion_id", &criterion_id));
    struct limit_matter m = {.criterion_code = query_text(rq, "criterion_code"), .category_code = query_text(rq, "category_code"),
                             .kind = query_text(rq, "kind"), .area_code = query_text(rq, "area_code")};
    RETURN_IF(query_name(rq, "severity", severities, &m.severity));
    RETURN_IF(query_time(rq, "at", &at));
    RETURN_IF(query_done(rq));
    RETURN_IF(limits_load(op));
    RETURN_IF(limit_of_criterion(op, criterion_id, &own, &found));
    if (found) {
        m.criterion_code = own.code;
        m.category_code = own.category_code;
    }
    m.at_ms = at.has ? at.v : op->now;
    RETURN_IF(limit_find(op, &m, &answer));
    struct limit_fallback back = {.from = found ? "criterion" : "default"};
    limit_default(op->limits, &back.kind, &back.amount);
    if (found) {
        back.kind = own.kind;
        back.amount = own.amount;
    }
    limit_put_answer(&rq->json, NULL, op, &answer, &back);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static void read_month_day(struct jin *in, const char *key, struct opt_i64 *out)
{
    struct str s = STR_NONE;
    if (jin_str(in, key, JIN_OPTIONAL, 5, &s) && !limit_month_day(s, out))
        fail_field(in->fault, jin_pointer(in, key), "bad_date", "月日应写作 07-15", "Month and day must be written 07-15");
}

static void read_name(struct jin *in, const char *key, const char *const *names, struct str *out)
{
    int i = -1;
    if (jin_enum(in, key, JIN_OPTIONAL, names, &i) && i >= 0)
        *out = str_of(names[i]);
}

static void read_code(struct jin *in, const char *key, struct str *out)
{
    if (jin_str(in, key, JIN_OPTIONAL, 40, out) && out->n == 0)
        *out = STR_NONE;
}

static enum rc read_rule(struct request *rq, struct jin *in, struct limit_rule *r)
{
    struct jin limit;
    int kind = 0;
    jin_uuid(in, "id", JIN_REQUIRED, &r->id);
    jin_str(in, "name", JIN_REQUIRED, 100, &r->name);
    jin_str(in, "basis", JIN_OPTIONAL, 300, &r->basis);
    read_code(in, "criterion_code", &r->criterion_code);
    read_code(in, "category_code", &r->category_code);
    read_code(in, "kind", &r->kind);
    read_name(in, "area_class", classes, &r->area_class);
    read_name(in, "severity", severities, &r->severity);
    read_month_day(in, "season_from", &r->season_from);
    read_month_day(in, "season_to", &r->season_to);
    if (jin_obj(in, "limit", JIN_REQUIRED, &limit)) {
        jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
        jin_i64(&limit, "amount", JIN_REQUIRED, 1, 3650, &r->limit_amount);
        if (jin_done(&limit) != RC_OK)
            kind = 0;
    }
    r->limit_kind = (enum limit_kind)kind;
    jin_uuid(in, "replaces_id", JIN_OPTIONAL, &r->replaces_id);
    r->valid_from_ms = rq->op.now;
    jin_time(in, "valid_from", JIN_OPTIONAL, &r->valid_from_ms);
    if (r->valid_from_ms < rq->op.now)
        fail_field(in->fault, STR("/valid_from"), "in_the_past", "生效时间不能早于现在", "A rule cannot begin in the past");
    return jin_done(in);
}

static enum rc rule_added(struct request *rq)
{
    return send_rule(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc rule_ended(struct request *rq)
{
    return send_rule(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc rule_add(struct request *rq)
{
    struct limit_rule r = {.name = STR_NONE};
    struct command command;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_rule(rq, &in, &r));
    RETURN_IF(request_command(rq, &in, "limit_rule.add", "limit_rule", r.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(limit_rule_prepare_add(&rq->op, &r));
    return http_commit(rq, rule_added);
}

static enum rc rule_end(struct request *rq)
{
    static const struct miss ended = {RC_CONFLICT, "limit_rule_ended", "该规则已经失效", "The rule has ended already"};
    struct op *op = &rq->op;
    struct limit_rule r;
    struct uuid id, ignored;
    struct command command;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "limit_rule.end", "limit_rule", id, &command));
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed) {
        RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LIMIT_WRITE, NULL));
        RETURN_IF(limit_rule_load(op, id, &r));
        fx_limit_rule_end(&op->plan.fx, &(struct limit_rule_end_in){op->hq, id, op->now})->on_miss = &ended;
        change_event(op, "limits.changed", "limit_rule", id, STR_NONE);
    }
    return http_commit(rq, rule_ended);
}

const struct route limit_rule_routes[] = {
    {HTTP_GET, "/api/v1/limit-rules", ACT_LIMIT_READ, rules_get, 0, 0},
    {HTTP_GET, "/api/v1/limit-rules/try", ACT_LIMIT_READ, rules_try, 0, 0},
    {HTTP_GET, "/api/v1/limit-rules/{id}", ACT_LIMIT_READ, rule_get, 0, 0},
    {HTTP_POST, "/api/v1/limit-rules", ACT_LIMIT_WRITE, rule_add, 0, 0},
    {HTTP_POST, "/api/v1/limit-rules/{id}/end", ACT_LIMIT_WRITE, rule_end, 0, 0},
    {0},
};
