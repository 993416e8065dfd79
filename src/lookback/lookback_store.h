/* lookback_store.h - what the room's own files share. */
#ifndef XH_LOOKBACK_LOOKBACK_STORE_H
#define XH_LOOKBACK_LOOKBACK_STORE_H

#include "lookback/lookback.h"
#include "lookback_sql.h"

/* RC_NOT_FOUND also when the actor may not see it. */
enum rc lookback_load(struct op *op, struct uuid id, struct lookback_by_id_row *row) MUST_CHECK;
struct lookback_rule lookback_rule_of(const struct lookback_rules_row *r);
/* Adds one planned by `rule` over a case; nothing when one is planned already. */
struct lookback_plan {
    const struct lookback_rule *rule;
    const struct lookback_struck_off_row *of;
    struct uuid draw_id; /* NONE: by rule */
};
void lookback_add_planned(struct op *op, const struct lookback_plan *p);

#endif
