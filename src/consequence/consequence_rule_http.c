/*
 * consequence_rule_http.c - the rules over HTTP, and trying one out (试运行): which cases and units it would have
 * proposed since a date, when and why, without proposing anything.
 */
#include "consequence/consequence_http.h"

#include "base/civil.h"
#include "consequence/consequence_store.h"
#include "limits/limits.h"
#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_store.h"

#include <stdlib.h>

enum { TRIAL_CASES_MAX = 3000 };

void consequence_put_recipients(struct json_out *j, int64_t bits)
{
    jo_arr(j, "recipients");
    for (int i = 0; consequence_recipient_names[i]; i++)
        if (bits & (1 << i))
            jo_z(j, NULL, consequence_recipient_names[i]);
    jo_end(j);
}

static void put_rule(struct json_out *j, const struct consequence_rules_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "name", r->name);
    jo_i64(j, "order_no", r->order_no);
    jo_bool(j, "active", r->active);
    jo_str(j, "cause", r->cause);
    jo_str(j, "step", r->step);
    jo_i64(j, "count_min", r->count_min);
    jo_i64(j, "hours", r->hours);
    jo_i64(j, "days", r->days);
    jo_i64(j, "period_days", r->period_days);
    jo_str(j, "severity", r->severity);
    jo_str(j, "category_code", r->category_code);
    consequence_put_recipients(j, r->recipients);
    jo_i64(j, "reply_days", r->reply_days);
    jo_i64(j, "cooldown_days", r->cooldown_days);
    jo_bool(j, "may_skip", r->may_skip);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

static enum rc list_rules(struct request *rq)
{
    struct consequence_rules_row *rows;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_consequence_rules(&rq->op.rd, &(struct consequence_rules_in){.hq = rq->op.hq}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_rule(&rq->json, &rows[i]);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

void consequence_read_recipients(struct jin *in, int64_t *bits)
{
    size_t n = 0;
    if (!jin_arr(in, "recipients", JIN_OPTIONAL, 3, &n))
        return;
    *bits = 0;
    for (size_t i = 0; i < n; i++) {
        struct str word = STR_NONE;
        int k = 0;
        jin_arr_str(in, "recipients", i, 30, &word);
        while (consequence_recipient_names[k] && !str_is(word, consequence_recipient_names[k]))
            k++;
        if (consequence_recipient_names[k])
            *bits |= 1 << k;
        else
            fail_field(in->fault, str_fmt(in->arena, "/recipients/%zu", i), "unknown_value", "不是允许的取值",
                       "It is not one of the allowed values");
    }
}

static void read_members(struct jin *in, int required, struct consequence_rule *r)
{
    int cause = (int)r->cause, step = (int)r->step - CONSEQUENCE_URGE;
    jin_str(in, "name", required, NAME_MAX_CHARS, &r->name);
    jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &r->order_no);
    jin_bool(in, "active", JIN_OPTIONAL, &r->active);
    jin_enum(in, "cause", required, consequence_cause_names, &cause);
    jin_enum(in, "step", required, consequence_step_names, &step);
    r->cause = (enum consequence_cause)cause;
    r->step = (enum consequence_step)(step + CONSEQUENCE_URGE);
    jin_i64(in, "count_min", JIN_OPTIONAL, 1, 1000, &r->count_min);
    jin_i64(in, "hours", JIN_OPTIONAL, 0, 10000, &r->hours);
    jin_i64(in, "days", JIN_OPTIONAL, 0, 1000, &r->days);
    jin_i64(in, "period_days", JIN_OPTIONAL, 1, 366, &r->period_days);
    change_str(in, "severity", 20, &r->severity);
    change_str(in, "category_code", CODE_MAX_CHARS, &r->category_code);
    consequence_read_recipients(in, &r->recipients);
    jin_i64(in, "reply_days", JIN_OPTIONAL, 0, 365, &r->reply_days);
    jin_i64(in, "cooldown_days", JIN_OPTIONAL, 0, 365, &r->cooldown_days);
    jin_bool(in, "may_skip", JIN_OPTIONAL, &r->may_skip);
}

static struct consequence_rule fresh_rule(void)
{
    return (struct consequence_rule){
        .active = true, .step = CONSEQUENCE_URGE, .count_min = 1, .period_days = 30, .cooldown_days = 3};
}

static enum rc find_rule(struct request *rq, struct uuid id, struct consequence_rule_get_row *row)
{
    bool found;
    RETURN_IF(q_consequence_rule_get(&rq->op.rd, &(struct consequence_rule_get_in){rq->op.hq, id}, row, &found));
    return found ? RC_OK : OP_FAIL(&rq->op, RC_NOT_FOUND, "rule_not_found", "没有这条规则", "There is no such rule");
}

_Static_assert(sizeof(struct consequence_rules_row) == sizeof(struct consequence_rule_get_row), "the same columns");

static enum rc send_rule(struct request *rq, int status)
{
    struct consequence_rule_get_row row;
    RETURN_IF(find_rule(rq, rq->op.plan.command.subject_id, &row));
    put_rule(&rq->json, (const struct consequence_rules_row *)&row);
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
    struct consequence_rule r = fresh_rule();
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &r.id);
    read_members(&in, JIN_REQUIRED, &r);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.rule_add", "consequence_rule", r.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_rule(&rq->op, &r));
    return http_commit(rq, after_add);
}

static enum rc change_rule(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id;
    struct opt_i64 version;
    struct consequence_rule_get_row row;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_if_match(rq, true, &version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(find_rule(rq, id, &row));
    struct consequence_rule r = consequence_rule_of((const struct consequence_rules_row *)&row);
    read_members(&in, JIN_OPTIONAL, &r);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.rule_change", "consequence_rule", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_rule_change(&rq->op, version, &r));
    return http_commit(rq, after_change);
}

static enum rc after_shipped(struct request *rq)
{
    return list_rules(rq);
}

static enum rc add_shipped(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.rules_shipped", "consequence_rule", UUID_NONE, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_shipped(&rq->op));
    return http_commit(rq, after_shipped);
}

/* ---- trying out ---- */

struct hit {
    const struct consequence_trial_cases_row *of;
    int64_t at_ms;
    struct str why;
    int level; /* how high the matter stands now */
};
struct trial {
    struct consequence_rule rule;
    int64_t since_ms;
    struct hit *hits;
    size_t n, scanned;
    bool truncated;
};

static enum rc facts_of(struct op *op, const struct consequence_trial_cases_row *r, struct consequence_facts *f)
{
    struct consequence_trial_steps_row *steps;
    size_t n;
    RETURN_IF(q_consequence_trial_steps(&op->rd, &(struct consequence_trial_steps_in){op->hq, r->id}, &steps, &n));
    consequence_facts_then(OP_ARENA(op), r, steps, n, f);
    return consequence_chain_of(op, r->id, r->rebound_of, &f->chain);
}

static enum rc try_case(struct op *op, struct trial *t, const struct consequence_trial_cases_row *r)
{
    struct consequence_facts f;
    struct consequence_history h = {.problem_id = r->id};
    int64_t at;
    RETURN_IF(facts_of(op, r, &f));
    RETURN_IF(consequence_load_history(op, &h));
    f.reply_due_ms = h.reply_due_ms;
    if (consequence_first(limits_calendar(op), &t->rule, &f, t->since_ms, op->now, &at))
        t->hits[t->n++] = (struct hit){r, at, consequence_why(OP_ARENA(op), &t->rule, &f, op->lang),
                                       consequence_level(h.past, h.n)};
    return RC_OK;
}

/* For a rule about units each case counts with the moment it ran over. */
static enum rc ran_over(struct op *op, struct trial *t, const struct consequence_trial_cases_row *r)
{
    struct consequence_rule over = {.active = true, .cause = CAUSE_OVERDUE};
    struct consequence_facts f;
    int64_t at;
    RETURN_IF(facts_of(op, r, &f));
    if (!uuid_is_none(r->unit_id) && consequence_first(limits_calendar(op), &over, &f, 0, op->now, &at))
        t->hits[t->n++] = (struct hit){.of = r, .at_ms = at};
    return RC_OK;
}

static int by_unit_and_time(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    int c = uuid_cmp(x->of->unit_id, y->of->unit_id);
    return c ? c : x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

/* Keeps one hit per unit over which the rule would have proposed. */
static void fold_units(struct op *op, struct trial *t)
{
    int64_t *at = ARENA_MANY(OP_ARENA(op), int64_t, t->n), first;
    size_t kept = 0;
    if (t->n)
        qsort(t->hits, t->n, sizeof *t->hits, by_unit_and_time);
    for (size_t i = 0, k; i < t->n; i = k) {
        for (k = i; k < t->n && uuid_eq(t->hits[k].of->unit_id, t->hits[i].of->unit_id); k++)
            at[k - i] = t->hits[k].at_ms;
        if (consequence_first_of_unit(&t->rule, at, k - i, t->since_ms, op->now, &first))
            t->hits[kept++] =
                (struct hit){t->hits[i].of, first, consequence_why(OP_ARENA(op), &t->rule, NULL, op->lang), 0};
    }
    t->n = kept;
}

_Static_assert(sizeof(struct consequence_trial_closed_row) == sizeof(struct consequence_trial_cases_row),
               "the same columns");

static enum rc try_cases(struct op *op, struct trial *t, const struct consequence_trial_cases_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        RETURN_IF(t->rule.cause == CAUSE_UNIT_OVERDUE ? ran_over(op, t, &rows[i]) : try_case(op, t, &rows[i]));
    t->scanned += n;
    return RC_OK;
}

static enum rc run_trial(struct op *op, struct trial *t)
{
    struct consequence_trial_cases_row *open;
    struct consequence_trial_closed_row *closed;
    bool units = t->rule.cause == CAUSE_UNIT_OVERDUE;
    size_t nopen, nclosed;
    /* Cases that ran over before the date count in the period behind it. */
    int64_t since = units ? t->since_ms - t->rule.period_days * DAY_MS : t->since_ms;
    struct consequence_trial_cases_in in = {.hq = op->hq, .row_limit = TRIAL_CASES_MAX};
    RETURN_IF(limits_load(op));
    RETURN_IF(q_consequence_trial_cases(&op->rd, &in, &open, &nopen));
    struct consequence_trial_closed_in past = {.hq = op->hq, .since_ms = since,
                                               .row_limit = TRIAL_CASES_MAX - (int64_t)nopen};
    RETURN_IF(q_consequence_trial_closed(&op->rd, &past, &closed, &nclosed));
    t->truncated = nopen + nclosed == TRIAL_CASES_MAX;
    t->hits = ARENA_MANY(OP_ARENA(op), struct hit, nopen + nclosed);
    RETURN_IF(try_cases(op, t, open, nopen));
    RETURN_IF(try_cases(op, t, (const struct consequence_trial_cases_row *)closed, nclosed));
    if (units)
        fold_units(op, t);
    return RC_OK;
}

static void trial_work(struct request *rq)
{
    (void)!run_trial(&rq->op, rq->state); /* its fault is the reply */
}

static enum rc after_trial(struct request *rq)
{
    const struct trial *t = rq->state;
    struct json_out *j = &rq->json;
    bool units = t->rule.cause == CAUSE_UNIT_OVERDUE;
    jo_obj(j, NULL);
    jo_i64(j, "scanned", (int64_t)t->scanned);
    jo_bool(j, "truncated", t->truncated);
    jo_arr(j, "items");
    for (size_t i = 0; i < t->n; i++) {
        const struct hit *h = &t->hits[i];
        jo_obj(j, NULL);
        jo_uuid(j, "problem_id", units ? UUID_NONE : h->of->id);
        if (units)
            jo_null(j, "number");
        else
            parts_number(j, "number", OP_ARENA(&rq->op), h->of->year, h->of->number);
        jo_str(j, "description", units ? STR_NONE : h->of->description);
        jo_named(j, "unit", h->of->unit_id, h->of->unit_name);
        jo_time(j, "at", h->at_ms);
        jo_str(j, "why", h->why);
        jo_i64(j, "level", h->level);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

static enum rc try_rule(struct request *rq)
{
    struct jin in;
    struct trial *t = ARENA_NEW(OP_ARENA(&rq->op), struct trial);
    t->rule = fresh_rule();
    t->rule.name = STR("试运行");
    RETURN_IF(request_json(rq, &in));
    jin_time(&in, "since", JIN_REQUIRED, &t->since_ms);
    read_members(&in, JIN_OPTIONAL, &t->rule);
    RETURN_IF(jin_done(&in));
    RETURN_IF(consequence_rule_check(rq->op.rd.fault, &t->rule));
    if (t->since_ms < rq->op.now - 400 * (int64_t)DAY_MS || t->since_ms > rq->op.now)
        return fail_field(rq->op.rd.fault, STR("/since"), "out_of_range", "起始日期应在最近 400 日内",
                          "The date must lie within the last 400 days");
    rq->state = t;
    return http_work(rq, trial_work, after_trial);
}

const struct route consequence_rule_routes[] = {
    {HTTP_GET, "/api/v1/consequence-rules", ACT_CONSEQUENCE_RULE, list_rules, 0, 0},
    {HTTP_POST, "/api/v1/consequence-rules", ACT_CONSEQUENCE_RULE, add_rule, 0, 0},
    {HTTP_POST, "/api/v1/consequence-rules/try", ACT_CONSEQUENCE_RULE, try_rule, 0, 0},
    {HTTP_POST, "/api/v1/consequence-rules/shipped", ACT_CONSEQUENCE_RULE, add_shipped, 0, 0},
    {HTTP_PATCH, "/api/v1/consequence-rules/{id}", ACT_CONSEQUENCE_RULE, change_rule, 0, 0},
    {0},
};
