/*
 * consequence_chore.c - the rules propose: all open cases whose clock runs are asked about, page by page; each
 * proposal is a command of its own, whose id is made of the rule, the matter and how much has been done in it before.
 * Nothing of a covert round is asked about until it is disclosed.
 */
#include "consequence/consequence_store.h"

#include "change/change.h"
#include "limits/limits.h"

enum { PAGE = 500, PROPOSALS_MAX = 50, DAY = 86400000 };

struct work {
    struct consequence_rule *rules;
    size_t n;
    size_t proposed;
};

/* The highest step any rule may propose now. */
static const struct consequence_rule *choose(struct op *op, const struct work *w, const struct consequence_facts *f,
                                             const struct consequence_history *h)
{
    const struct consequence_rule *best = NULL;
    int64_t at;
    for (size_t i = 0; i < w->n; i++) {
        const struct consequence_rule *r = &w->rules[i];
        if (r->cause == CAUSE_UNIT_OVERDUE || (best && best->step >= r->step))
            continue;
        if (consequence_allowed(r, h->past, h->n, op->now) &&
            consequence_first(limits_calendar(op), r, f, op->now, op->now, &at))
            best = r;
    }
    return best;
}

struct matter {
    struct uuid problem_id, unit_id;
    size_t past;
    int64_t day; /* of a unit, whose matters come again */
    const struct consequence_facts *facts;
};

static enum rc propose(struct op *op, struct work *w, const struct consequence_rule *r, const struct matter *m)
{
    struct arena *a = OP_ARENA(op);
    struct uuid about = uuid_is_none(m->problem_id) ? m->unit_id : m->problem_id;
    struct str name = str_fmt(a, "consequence.propose/%lld/%.*s/%lld/%.*s/%zu/%lld", (long long)op->hq,
                              STR_ARG(uuid_str(a, r->id)), (long long)r->version, STR_ARG(uuid_str(a, about)), m->past,
                              (long long)m->day);
    struct command c = {.id = uuid_named(UUID_NONE, name), .kind = "consequence.propose", .content = sha256_of(name),
                        .subject_kind = "consequence", .subject_id = uuid_named(UUID_NONE, name)};
    RETURN_IF(change_begin(op, &c));
    if (op->plan.replayed)
        return RC_OK;
    RETURN_IF(consequence_add_proposal(op, &(struct consequence_add_in){
        .hq = op->hq, .id = c.subject_id, .problem_id = m->problem_id, .unit_id = m->unit_id,
        .step = str_of(consequence_step_names[r->step - CONSEQUENCE_URGE]), .level = r->step, .rule_id = r->id,
        .rule_version = SOME(r->version), .why_zh = consequence_why(a, r, m->facts, LANG_ZH),
        .why_en = consequence_why(a, r, m->facts, LANG_EN), .recipients = r->recipients, .reply_days = r->reply_days,
        .proposed_ms = op->now}));
    enum rc rc = change_commit(op);
    /* Somebody proposed by hand in the same moment. */
    if (rc == RC_CONFLICT || rc == RC_STALE)
        fault_clear(op->rd.fault);
    else if (rc != RC_OK)
        return rc;
    w->proposed += rc == RC_OK;
    return RC_OK;
}

static enum rc ask_case(struct op *op, struct work *w, const struct consequence_cases_row *r)
{
    struct consequence_now now;
    struct consequence_history h = {.problem_id = r->id, .unit_id = r->unit_id};
    int64_t chain;
    RETURN_IF(consequence_chain_of(op, r->id, r->rebound_of, &chain));
    if (!consequence_facts_now(r, chain, op->now, &now))
        return RC_OK;
    if (r->past)
        RETURN_IF(consequence_load_history(op, &h));
    now.facts.reply_due_ms = h.reply_due_ms;
    const struct consequence_rule *rule = choose(op, w, &now.facts, &h);
    if (!rule)
        return RC_OK;
    return propose(op, w, rule, &(struct matter){r->id, r->unit_id, h.n, 0, &now.facts});
}

static enum rc ask_cases(struct op *op, struct work *w)
{
    struct consequence_cases_in in = {.hq = op->hq, .row_limit = PAGE};
    for (;;) {
        struct consequence_cases_row *rows;
        size_t n;
        RETURN_IF(q_consequence_cases(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n && w->proposed < PROPOSALS_MAX; i++)
            RETURN_IF(ask_case(op, w, &rows[i]));
        if (n < PAGE || w->proposed == PROPOSALS_MAX)
            return RC_OK;
        in.key_ms = rows[n - 1].due_ms;
        in.key_id = rows[n - 1].id;
    }
}

/* ---- units as a whole ---- */

static enum rc ask_unit(struct op *op, struct work *w, const struct consequence_rule *r, struct uuid unit_id)
{
    int64_t days = r->cooldown_days > r->period_days ? r->cooldown_days : r->period_days;
    struct consequence_history h = {.unit_id = unit_id, .since_ms = op->now - days * DAY};
    RETURN_IF(consequence_load_history(op, &h));
    if (!consequence_allowed(r, h.past, h.n, op->now))
        return RC_OK;
    return propose(op, w, r, &(struct matter){UUID_NONE, unit_id, h.n, op->now / DAY, NULL});
}

static enum rc ask_units(struct op *op, struct work *w, const struct consequence_rule *r)
{
    struct consequence_ran_over_in in = {.hq = op->hq, .since_ms = op->now - r->period_days * DAY, .now_ms = op->now};
    struct consequence_ran_over_row *rows;
    size_t n;
    RETURN_IF(q_consequence_ran_over(&op->rd, &in, &rows, &n));
    int64_t *at = ARENA_MANY(OP_ARENA(op), int64_t, n), first;
    for (size_t i = 0, k; i < n && w->proposed < PROPOSALS_MAX; i = k) {
        for (k = i; k < n && uuid_eq(rows[k].unit_id, rows[i].unit_id); k++)
            at[k - i] = rows[k].due_ms;
        if (consequence_first_of_unit(r, at, k - i, op->now, op->now, &first))
            RETURN_IF(ask_unit(op, w, r, rows[i].unit_id));
    }
    return RC_OK;
}

enum rc consequence_chore(struct op *op, bool *more)
{
    struct consequence_rules_row *rows;
    struct work w = {0};
    bool cases = false;
    *more = false;
    RETURN_IF(limits_load(op));
    RETURN_IF(q_consequence_rules(&op->rd, &(struct consequence_rules_in){op->hq, SOME_BOOL(true)}, &rows, &w.n));
    w.rules = ARENA_MANY(OP_ARENA(op), struct consequence_rule, w.n);
    for (size_t i = 0; i < w.n; i++) {
        w.rules[i] = consequence_rule_of(&rows[i]);
        cases = cases || w.rules[i].cause != CAUSE_UNIT_OVERDUE;
    }
    if (cases)
        RETURN_IF(ask_cases(op, &w));
    for (size_t i = 0; i < w.n && w.proposed < PROPOSALS_MAX; i++)
        if (w.rules[i].cause == CAUSE_UNIT_OVERDUE)
            RETURN_IF(ask_units(op, &w, &w.rules[i]));
    *more = w.proposed == PROPOSALS_MAX;
    return RC_OK;
}
