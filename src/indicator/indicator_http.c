/* indicator_http.c - GET /indicators, the cases behind a figure, and the choice of formulas. */
#include "indicator/indicator_http.h"

#include "auth/policy.h"
#include "indicator/indicator_store.h"
#include "indicator/period.h"
#include "problem/problem.h"

static const char *const sides[] = {"numerator", "denominator", NULL};

/* Those who answer for an area see its figures, those who act for a unit their unit's; nobody sees others'. */
enum rc indicator_apply_scope(struct request *rq, struct indicator_filter *f)
{
    struct scope s = policy_scope(&rq->op.actor, ACT_INDICATOR_READ);
    if (s.all)
        return RC_OK;
    if (s.area_code.p) {
        if (!f->area_code.p || str_starts(s.area_code, f->area_code))
            f->area_code = s.area_code;
        if (str_starts(f->area_code, s.area_code))
            return RC_OK;
    } else if (!uuid_is_none(s.unit_id) && (uuid_is_none(f->unit_id) || uuid_eq(f->unit_id, s.unit_id))) {
        f->unit_id = s.unit_id;
        return RC_OK;
    }
    return fail(rq->op.rd.fault, RC_FORBIDDEN, "out_of_reach", "您只能查看本区域或本单位的指标",
                "You may see the indicators of your own area or unit only");
}

static enum rc read_group(struct request *rq, bool total, enum indicator_group_by *by)
{
    struct str name;
    RETURN_IF(query_name(rq, "group_by", indicator_group_names + !total, &name));
    for (int i = 0; name.p && indicator_group_names[i]; i++)
        if (str_is(name, indicator_group_names[i]))
            *by = (enum indicator_group_by)i;
    return RC_OK;
}

/* Without a period: this month. */
static enum rc read_filter(struct request *rq, struct indicator_filter *f)
{
    struct opt_i64 from, to;
    struct civil now = civil_from_ms(rq->op.now, rq->op.zone_min);
    struct period_span month;
    (void)period_span(PERIOD_MONTH, now.year, now.month, rq->op.zone_min, &month);
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_time(rq, "to", &to));
    f->from_ms = from.has ? from.v : month.from_ms;
    f->to_ms = to.has ? to.v : from.has ? rq->op.now + 1 : month.to_ms;
    f->area_code = query_text(rq, "area_code");
    f->category = query_text(rq, "category");
    RETURN_IF(query_uuid(rq, "unit_id", &f->unit_id));
    if (f->from_ms >= f->to_ms)
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "起始时间应早于截止时间", "from must be before to");
    return indicator_apply_scope(rq, f);
}

/* ---- the table ---- */

struct asked {
    enum indicator_group_by by;
    struct indicator_filter filter;
    struct indicator_rules rules;
    struct indicator_group *list, *total;
    size_t n;
    struct uuid closed;
};

static void count_work(struct request *rq)
{
    struct asked *a = rq->state;
    struct op *op = &rq->op;
    size_t one;
    if (db_snapshot_begin(&op->rd) != RC_OK)
        return;
    if (indicator_rules_at(op, a->filter.to_ms, &a->rules) == RC_OK &&
        indicator_count(op, GROUP_TOTAL, &a->filter, &a->total, &one) == RC_OK &&
        indicator_count(op, a->by, &a->filter, &a->list, &a->n) == RC_OK)
        (void)!period_find(op, a->filter.from_ms, a->filter.to_ms, &a->closed);
    db_snapshot_end(&op->rd);
}

static void put_definitions(struct json_out *j, const struct indicator_rules *rules)
{
    jo_arr(j, "indicators");
    for (int i = 0; i < INDICATORS; i++) {
        jo_obj(j, NULL);
        jo_z(j, "code", indicator_defs[i].code);
        jo_z(j, "name", indicator_defs[i].zh);
        jo_z(j, "name_en", indicator_defs[i].en);
        jo_z(j, "choice", rules->formulas[i]->choice);
        jo_z(j, "formula", rules->formulas[i]->zh);
        jo_z(j, "formula_en", rules->formulas[i]->en);
        jo_end(j);
    }
    jo_end(j);
}

static void put_rate(struct json_out *j, const char *key, const char *code, struct rate r)
{
    jo_obj(j, key);
    if (code)
        jo_z(j, "code", code);
    jo_i64(j, "numerator", r.num);
    jo_i64(j, "denominator", r.den);
    rate_json_percent(j, "percent", r);
    jo_end(j);
}

static void put_group(struct json_out *j, const char *name, const struct asked *a, const struct indicator_group *g)
{
    jo_obj(j, name);
    jo_str(j, "key", g->key);
    jo_str(j, "name", g->name);
    jo_str(j, "name_en", g->name_en);
    jo_arr(j, "rates");
    for (int i = 0; i < INDICATORS; i++)
        put_rate(j, NULL, indicator_defs[i].code, indicator_rate(g, a->rules.formulas[i]));
    jo_end(j);
    jo_obj(j, "counts");
    for (int i = 0; i < INDICATOR_COUNTS; i++)
        jo_i64(j, indicator_counts[i].code, g->m[indicator_counts[i].measure]);
    jo_end(j);
    if (!name && a->by == GROUP_UNIT && !str_is(g->key, "-")) {
        struct rate points = indicator_composite(g, &a->rules);
        jo_obj(j, "composite");
        jo_scaled(j, "earned", points.num, 2);
        jo_scaled(j, "possible", points.den, 2);
        rate_json_percent(j, "percent", points);
        jo_end(j);
    } else {
        jo_null(j, "composite");
    }
    jo_end(j);
}

static enum rc counted(struct request *rq)
{
    struct asked *a = rq->state;
    struct json_out *j = &rq->json;
    jo_obj(j, NULL);
    jo_time(j, "from", a->filter.from_ms);
    jo_time(j, "to", a->filter.to_ms);
    jo_time(j, "until", indicator_until(&a->filter, rq->op.now).to_ms);
    jo_z(j, "group_by", indicator_group_names[a->by]);
    jo_uuid(j, "closed_period_id", a->closed);
    put_definitions(j, &a->rules);
    composite_json(j, "composite", &a->rules.composite);
    put_group(j, "total", a, a->total);
    jo_arr(j, "items");
    for (size_t i = 0; i < a->n; i++)
        put_group(j, NULL, a, &a->list[i]);
    jo_end(j);
    jo_null(j, "next");
    jo_end(j);
    return reply_json(rq, 200);
}

static enum rc indicators_get(struct request *rq)
{
    struct asked *a = ARENA_NEW(OP_ARENA(&rq->op), struct asked);
    a->by = GROUP_UNIT;
    RETURN_IF(read_group(rq, false, &a->by));
    RETURN_IF(read_filter(rq, &a->filter));
    RETURN_IF(query_done(rq));
    rq->state = a;
    return http_work(rq, count_work, counted);
}

/* ---- the cases behind ---- */

static enum rc read_measure(struct request *rq, struct indicator_filter *f, enum measure *m)
{
    struct indicator_rules rules;
    struct str side, code = query_text(rq, "indicator"), count = query_text(rq, "count");
    int which = code.p ? indicator_by_code(code) : -1;
    RETURN_IF(query_name(rq, "side", sides, &side));
    for (int i = 0; count.p && i < INDICATOR_COUNTS; i++) {
        if (str_is(count, indicator_counts[i].code)) {
            *m = indicator_counts[i].measure;
            return RC_OK;
        }
    }
    if (which < 0)
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "请指明指标（indicator）或数量（count）",
                       "Name an indicator or a count");
    RETURN_IF(indicator_rules_at(&rq->op, f->to_ms, &rules));
    *m = str_is(side, "numerator") ? rules.formulas[which]->num : rules.formulas[which]->den;
    return RC_OK;
}

static enum rc read_key(struct request *rq, struct indicator_cases_in *in)
{
    enum indicator_group_by by = GROUP_TOTAL;
    struct uuid unit = UUID_NONE;
    struct str key = query_text(rq, "key");
    RETURN_IF(read_group(rq, true, &by));
    if (by == GROUP_TOTAL)
        return RC_OK;
    if (!key.p || (by == GROUP_UNIT && !str_is(key, "-") && !uuid_parse(key, &unit)))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 key 应为该分组的一行", "key must be a line of that grouping");
    indicator_cases_of(in, by, key, unit);
    return RC_OK;
}

static void put_case(struct json_out *j, struct op *op, const struct indicator_cases_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "number", str_fmt(OP_ARENA(op), "%lld-%06lld", (long long)r->year, (long long)r->number));
    jo_str(j, "state", r->state);
    jo_str(j, "source", r->source);
    jo_str(j, "description", r->description);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_str(j, "area_code", r->area_code);
    jo_str(j, "category_code", r->category_code);
    jo_time(j, "reported_at", r->reported_ms);
    jo_opt_time(j, "registered_at", r->registered_ms);
    jo_opt_time(j, "due_at", r->due_ms);
    jo_opt_time(j, "case_due_at", r->case_due_ms);
    jo_opt_time(j, "rectified_at", r->rectified_ms);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_bool(j, "overdue", r->overdue);
    jo_bool(j, "exempt", r->exempt);
    jo_i64(j, "rework_count", r->rework_count);
    jo_end(j);
}

static enum rc cases_get(struct request *rq)
{
    struct indicator_filter f = {0};
    struct indicator_cases_in in;
    struct indicator_cases_row *rows = NULL;
    enum measure m = M_NONE;
    struct page page;
    size_t n = 0;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_filter(rq, &f));
    RETURN_IF(read_measure(rq, &f, &m));
    bool any = indicator_cases_in(&rq->op, m, &f, &in);
    RETURN_IF(read_key(rq, &in));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    if (any)
        RETURN_IF(q_indicator_cases(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_case(&rq->json, &rq->op, &rows[i]);
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].reported_ms : 0, shown ? rows[shown - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

/* ---- the choice of formulas ---- */

static enum rc rules_get(struct request *rq)
{
    struct indicator_rules_row *rows;
    struct json_out *j = &rq->json;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_indicator_rules(&rq->op.rd, &(struct indicator_rules_in){.hq = rq->op.hq}, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "formulas");
    for (int i = 0; i < INDICATORS; i++)
        for (const struct formula *f = indicator_defs[i].formulas; f->choice; f++) {
            jo_obj(j, NULL);
            jo_z(j, "indicator", indicator_defs[i].code);
            jo_z(j, "choice", f->choice);
            jo_z(j, "formula", f->zh);
            jo_z(j, "formula_en", f->en);
            jo_bool(j, "default", f == indicator_defs[i].formulas);
            jo_end(j);
        }
    jo_end(j);
    composite_json(j, "default_composite", &composite_default);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].id);
        jo_str(j, "indicator", rows[i].indicator);
        jo_str(j, "choice", rows[i].choice);
        if (rows[i].content.p)
            jo_raw(j, "composite", rows[i].content);
        else
            jo_null(j, "composite");
        jo_time(j, "valid_from", rows[i].from_ms);
        jo_str(j, "note", rows[i].note);
        jo_named(j, "set_by", rows[i].set_by, rows[i].set_by_name);
        jo_time(j, "set_at", rows[i].set_ms);
        jo_end(j);
    }
    jo_end(j);
    jo_null(j, "next");
    jo_end(j);
    return reply_json(rq, 200);
}

static struct str composite_text(struct arena *a, const struct composite *c)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 8192);
    jo_begin(&j, &b, 0);
    composite_json(&j, NULL, c);
    struct str text = str_copy(a, buf_view(&b));
    buf_free(&b);
    return text;
}

static enum rc read_rule(struct request *rq, struct jin *in, struct indicator_rule_add_in *r)
{
    struct op *op = &rq->op;
    struct composite composite;
    struct jin inner;
    jin_uuid(in, "id", JIN_REQUIRED, &r->id);
    jin_str(in, "indicator", JIN_REQUIRED, 40, &r->indicator);
    jin_str(in, "choice", JIN_OPTIONAL, 40, &r->choice);
    jin_str(in, "note", JIN_REQUIRED, 500, &r->note);
    jin_time(in, "valid_from", JIN_REQUIRED, &r->from_ms);
    int which = indicator_by_code(r->indicator);
    if (str_is(r->indicator, "composite")) {
        if (jin_obj(in, "composite", JIN_REQUIRED, &inner)) {
            composite_read(&inner, &composite);
            RETURN_IF(jin_done(&inner));
            r->content = composite_text(OP_ARENA(op), &composite);
        }
    } else if (which < 0) {
        fail_field(op->rd.fault, STR("/indicator"), "unknown", "没有这个指标", "There is no such indicator");
    } else if (!r->choice.p || !indicator_formula((enum indicator)which, r->choice)) {
        fail_field(op->rd.fault, STR("/choice"), "unknown", "该指标没有这种算法", "The indicator has no such formula");
    }
    return jin_done(in);
}

static enum rc rule_set(struct request *rq)
{
    return reply_empty(rq, 204);
}

static enum rc rules_post(struct request *rq)
{
    struct indicator_rule_add_in r = {.hq = rq->op.hq, .set_by = rq->op.actor.person_id, .set_ms = rq->op.now};
    struct command command;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_rule(rq, &in, &r));
    RETURN_IF(request_command(rq, &in, "indicator.rule", "indicator_rule", r.id, &command));
    command.detail = str_fmt(OP_ARENA(&rq->op), "{\"indicator\":\"%.*s\",\"choice\":\"%.*s\",\"from_ms\":%lld}", STR_ARG(r.indicator),
                             STR_ARG(r.choice), (long long)r.from_ms);
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        RETURN_IF(policy_check(rq->op.rd.fault, &rq->op.actor, ACT_PERIOD_CLOSE, NULL));
        fx_indicator_rule_add(&rq->op.plan.fx, &r);
    }
    return http_commit(rq, rule_set);
}

const struct route indicator_routes[] = {
    {HTTP_GET, "/api/v1/indicators", ACT_INDICATOR_READ, indicators_get, 0, 0},
    {HTTP_GET, "/api/v1/indicators/cases", ACT_INDICATOR_READ, cases_get, 0, 0},
    {HTTP_GET, "/api/v1/indicators/rules", ACT_INDICATOR_READ, rules_get, 0, 0},
    {HTTP_POST, "/api/v1/indicators/rules", ACT_PERIOD_CLOSE, rules_post, 0, 0},
    {0},
};
