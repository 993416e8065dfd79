/* consequence_store.h - what the room's own files share. */
#ifndef XH_CONSEQUENCE_CONSEQUENCE_STORE_H
#define XH_CONSEQUENCE_CONSEQUENCE_STORE_H

#include "consequence/consequence.h"
#include "consequence_sql.h"

struct consequence_rule consequence_rule_of(const struct consequence_rules_row *r);
/* RC_NOT_FOUND also when the actor may not see it. */
enum rc consequence_load(struct op *op, struct uuid id, struct consequence_by_id_row *row) MUST_CHECK;
/* What has been done before in a matter: a case, or (no problem_id) a unit as a whole, whose matters are those of a
 * stretch of time: what lies before `since_ms` is another one. */
struct consequence_history {
    struct uuid problem_id, unit_id;
    int64_t since_ms;            /* of a unit */
    struct consequence_past *past;
    size_t n;
    struct opt_i64 reply_due_ms; /* of the oldest order not answered */
};
enum rc consequence_load_history(struct op *op, struct consequence_history *h) MUST_CHECK;
/* The facts about a case now; `span` is the one stretch they point to. False: no clock runs now. */
struct consequence_now {
    struct consequence_facts facts;
    struct consequence_span span;
};
bool consequence_facts_now(const struct consequence_cases_row *r, int64_t chain, int64_t now_ms,
                           struct consequence_now *out);
/* The facts about a case's past, from its timeline. */
void consequence_facts_then(struct arena *a, const struct consequence_trial_cases_row *r,
                            const struct consequence_trial_steps_row *steps, size_t n, struct consequence_facts *out);
enum rc consequence_chain_of(struct op *op, struct uuid problem_id, struct uuid rebound_of, int64_t *chain) MUST_CHECK;
/* Adds the proposal's row and tells those who decide about it: for an urging the office sees it in its list. */
enum rc consequence_add_proposal(struct op *op, const struct consequence_add_in *row) MUST_CHECK;

#endif
