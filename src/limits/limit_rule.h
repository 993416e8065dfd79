/*
 * limit_rule.h - rules that give a problem its limit (时限规则): by criterion or category, kind, class of the area,
 * season and severity.
 *
 * A rule applies when all it states holds. Of those that apply the most specific wins: criterion before category before
 * kind before area class before season before severity; among equally specific ones the newest. A rule is never changed:
 * a new one ends it and stays beside it, and a problem keeps the id of the rule its limit came from. (Level of limits =
 * condition × class of area: FACTS.md §3.2.)
 */
#ifndef XH_LIMITS_LIMIT_RULE_H
#define XH_LIMITS_LIMIT_RULE_H

#include "limits/limits.h"

/* What a limit is asked for. Absent texts match no rule that states them. */
struct limit_matter {
    struct str criterion_code, category_code, kind, area_code, severity;
    struct str area_class; /* filled by limit_find() from the area's code */
    int64_t at_ms;
};

/* One rule. Absent texts and seasons are not asked for. */
struct limit_rule {
    struct uuid id;
    struct str name, basis;
    struct str criterion_code, category_code, kind, area_class, severity;
    struct opt_i64 season_from, season_to; /* month * 100 + day, both included; may run over the turn of the year */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    struct uuid replaces_id;
    int64_t valid_from_ms;
    struct opt_i64 valid_to_ms;
    int64_t created_ms, version;
};

/* The conditions of a rule, as bits in order of rank. */
enum limit_condition {
    LIMIT_BY_SEVERITY = 1,
    LIMIT_BY_SEASON = 2,
    LIMIT_BY_AREA = 4,
    LIMIT_BY_KIND = 8,
    LIMIT_BY_CATEGORY = 16,
    LIMIT_BY_CRITERION = 32,
};
extern const char *const limit_condition_names[]; /* bit by bit: "severity" … NULL */

/* How specific: the conditions it states. Pure. */
unsigned limit_rule_conditions(const struct limit_rule *r);
/* The conditions it states that do not hold; 0: it applies. Pure. */
unsigned limit_rule_against(const struct limit_rule *r, const struct limit_matter *m, int zone_min);
/* The winner's index, or -1. Pure. */
int limit_rule_choose(const struct limit_rule *rules, size_t n, const struct limit_matter *m, int zone_min);
/* "07-15". 29 February is a day of the year like any other. Pure. */
bool limit_month_day(struct str s, struct opt_i64 *out);
bool limit_season_holds(int64_t from_md, int64_t to_md, int month, int day);

/* What the rules say. `rules` are those in force at m->at_ms, `chosen` the winner or -1. */
struct limit_answer {
    struct limit_matter matter;
    struct limit_rule *rules;
    size_t n;
    int chosen;
};
enum rc limit_find(struct op *op, const struct limit_matter *m, struct limit_answer *out) MUST_CHECK;

/* RC_NOT_FOUND limit_rule_not_found. */
enum rc limit_rule_load(struct op *op, struct uuid id, struct limit_rule *out) MUST_CHECK;
/* All rules, ended ones and those to come too, by their beginning. */
enum rc limit_rules_all(struct op *op, struct limit_rule **out, size_t *n) MUST_CHECK;
/* A new rule in place of r->replaces_id, if any, which ends where it begins. Asks the policy. A beginning in the past is
 * for lists that say so: no limit that was given changes by it. */
enum rc limit_rule_prepare_add(struct op *op, const struct limit_rule *r) MUST_CHECK;

/* The limit of a criterion's own; false when there is no such criterion. */
struct limit_own {
    struct str code, category_code;
    enum limit_kind kind;
    int64_t amount;
};
enum rc limit_of_criterion(struct op *op, struct uuid id, struct limit_own *out, bool *found) MUST_CHECK;
/* The limit of what neither rule nor criterion gives one: the handling stage's. */
void limit_default(const struct limits *l, enum limit_kind *kind, int64_t *amount);

#endif
