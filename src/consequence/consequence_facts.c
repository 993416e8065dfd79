/* consequence_facts.c - rows into the plain facts the rules look at: of now, and of the past from a timeline. */
#include "consequence/consequence_store.h"

#include "base/civil.h"
#include "lookback_sql.h"
#include "problem/problem_store.h"

struct consequence_rule consequence_rule_of(const struct consequence_rules_row *r)
{
    return (struct consequence_rule){
        .id = r->id, .name = r->name, .order_no = r->order_no, .active = r->active,
        .cause = (enum consequence_cause)problem_name_index(consequence_cause_names, r->cause),
        .step = (enum consequence_step)(problem_name_index(consequence_step_names, r->step) + CONSEQUENCE_URGE),
        .count_min = r->count_min, .hours = r->hours, .days = r->days, .period_days = r->period_days,
        .severity = r->severity, .category_code = r->category_code, .recipients = r->recipients,
        .reply_days = r->reply_days, .cooldown_days = r->cooldown_days, .may_skip = r->may_skip, .version = r->version};
}

enum rc consequence_chain_of(struct op *op, struct uuid problem_id, struct uuid rebound_of, int64_t *chain)
{
    struct lookback_chain_row row;
    bool found;
    *chain = 0;
    if (uuid_is_none(rebound_of))
        return RC_OK;
    RETURN_IF(q_lookback_chain(&op->rd, &(struct lookback_chain_in){op->hq, problem_id}, &row, &found));
    *chain = row.n;
    return RC_OK;
}

static struct consequence_past past_of(const struct consequence_past_of_problem_row *r)
{
    return (struct consequence_past){
        .step = (enum consequence_step)(problem_name_index(consequence_step_names, r->step) + CONSEQUENCE_URGE),
        .proposed = str_is(r->state, "proposed"), .dismissed = str_is(r->state, "dismissed"), .rule_id = r->rule_id,
        .at_ms = r->at_ms};
}

_Static_assert(sizeof(struct consequence_past_of_unit_row) == sizeof(struct consequence_past_of_problem_row),
               "the same columns");

static enum rc read_past(struct op *op, const struct consequence_history *h,
                         struct consequence_past_of_problem_row **rows, size_t *n)
{
    struct consequence_past_of_unit_row *of_unit;
    if (!uuid_is_none(h->problem_id))
        return q_consequence_past_of_problem(
            &op->rd, &(struct consequence_past_of_problem_in){.hq = op->hq, .problem_id = h->problem_id}, rows, n);
    RETURN_IF(q_consequence_past_of_unit(
        &op->rd, &(struct consequence_past_of_unit_in){.hq = op->hq, .unit_id = h->unit_id, .since_ms = h->since_ms},
        &of_unit, n));
    *rows = (struct consequence_past_of_problem_row *)of_unit;
    return RC_OK;
}

enum rc consequence_load_history(struct op *op, struct consequence_history *h)
{
    struct consequence_past_of_problem_row *rows;
    RETURN_IF(read_past(op, h, &rows, &h->n));
    h->past = ARENA_MANY(OP_ARENA(op), struct consequence_past, h->n);
    h->reply_due_ms = NONE_I64;
    for (size_t i = 0; i < h->n; i++) {
        h->past[i] = past_of(&rows[i]);
        bool waits = str_is(rows[i].state, "issued") && rows[i].reply_due_ms.has;
        if (waits && (!h->reply_due_ms.has || rows[i].reply_due_ms.v < h->reply_due_ms.v))
            h->reply_due_ms = rows[i].reply_due_ms;
    }
    return RC_OK;
}

bool consequence_facts_now(const struct consequence_cases_row *r, int64_t chain, int64_t now_ms,
                           struct consequence_now *out)
{
    enum limit_kind kind = (enum limit_kind)problem_name_index(limit_kind_names, r->limit_kind);
    int64_t given = r->given_ms.has ? r->given_ms.v : now_ms;
    out->span = (struct consequence_span){.from_ms = given, .to_ms = INT64_MAX, .due_ms = r->due_ms, .given_ms = given,
                                          .unsigned_ = str_is(r->state, "dispatched")};
    out->facts = (struct consequence_facts){.severity = r->severity,
                                            .category_code = r->category_code,
                                            .kind = kind,
                                            .spans = &out->span,
                                            .nspans = 1,
                                            .reworks = {NULL, (size_t)r->rework_count},
                                            .sent_backs = {NULL, (size_t)r->sent_back_count},
                                            .chain = chain};
    if (!calendar_amount(kind, r->limit_units, &out->facts.total_ms))
        out->facts.total_ms = 0;
    /* Postponed: its clock stands until then. */
    return !r->until_ms.has || r->until_ms.v <= now_ms;
}

static bool runs(const struct consequence_trial_steps_row *s)
{
    return s->due_ms.has && (str_is(s->to_state, "dispatched") || str_is(s->to_state, "accepted")) &&
           !str_is(s->event, "stop") && !str_is(s->event, "postpone");
}

void consequence_facts_then(struct arena *a, const struct consequence_trial_cases_row *r,
                            const struct consequence_trial_steps_row *steps, size_t n, struct consequence_facts *out)
{
    struct consequence_span *spans = ARENA_MANY(a, struct consequence_span, n);
    int64_t *reworks = ARENA_MANY(a, int64_t, n), *backs = ARENA_MANY(a, int64_t, n);
    int64_t given = r->reported_ms;
    enum limit_kind kind = (enum limit_kind)problem_name_index(limit_kind_names, r->limit_kind);
    *out = (struct consequence_facts){.severity = r->severity, .category_code = r->category_code, .kind = kind,
                                      .spans = spans, .reworks = {reworks, 0}, .sent_backs = {backs, 0}};
    if (!calendar_amount(kind, r->limit_units, &out->total_ms))
        out->total_ms = 0;
    for (size_t i = 0; i < n; i++) {
        const struct consequence_trial_steps_row *s = &steps[i];
        if (str_is(s->event, "return"))
            reworks[out->reworks.n++] = s->at_ms;
        if (str_is(s->event, "send_back") || str_is(s->event, "dispute"))
            backs[out->sent_backs.n++] = s->at_ms;
        if (str_is(s->event, "dispatch"))
            given = s->at_ms;
        if (!runs(s))
            continue;
        spans[out->nspans++] = (struct consequence_span){.from_ms = s->at_ms,
                                                         .to_ms = i + 1 < n ? steps[i + 1].at_ms : INT64_MAX,
                                                         .due_ms = s->due_ms.v,
                                                         .given_ms = given,
                                                         .unsigned_ = str_is(s->to_state, "dispatched")};
    }
}
