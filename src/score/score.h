/*
 * score.h - scores (得分) of sites, categories, units, towns and the district by period; every figure with
 * numerator and denominator, down to the inspections it is made of.
 *
 * Sum: points earned over points possible. Weighted (towns and district): each category's share times its weight;
 * categories without data leave the denominator (rate.h). An inspection with a failed veto criterion counts 0.
 */
#ifndef XH_SCORE_SCORE_H
#define XH_SCORE_SCORE_H

#include "change/change.h"
#include "standard/rate.h"

enum score_group { SCORE_BY_SITE, SCORE_BY_CATEGORY, SCORE_BY_UNIT, SCORE_BY_TOWN, SCORE_BY_DISTRICT, SCORE_GROUPS };
extern const char *const score_group_names[SCORE_GROUPS + 1];

struct score_filter {
    int64_t from_ms, to_ms;      /* visits in [from, to) */
    struct str area_code;        /* prefix; absent: all */
    struct str category;
    struct uuid unit_id;
    struct uuid site_id;
};

struct score {
    struct str key;              /* site or unit id, category or area code */
    struct str name;
    struct str name_en;          /* categories; absent otherwise */
    struct score_sum sum;
    bool has_weighted;
    struct rate weighted;
    int64_t inspections, observations, not_met, vetoes;
};

/* Ordered by rate, lowest first, then key; without a rate last. `total` is over all of them. */
enum rc score_list(struct op *op, enum score_group group, const struct score_filter *filter, struct score **out,
                   size_t *n, struct score *total) MUST_CHECK;

/* What an inspection adds, as an effect. */
struct score_new {
    struct uuid inspection_id, site_id, version_id, subject_unit_id;
    struct str category_code, area_code;
    int64_t visit_ms, earned_e4, possible_e4, observations, not_met, vetoes;
    bool held;                   /* of a covert round that is not published: kept apart under round_id */
    struct uuid round_id;
};
void score_prepare_add(struct op *op, const struct score_new *s);
/* `held`: where its entry lies. */
void score_prepare_take_back(struct op *op, struct uuid inspection_id, bool held);
/* Publication: what was kept apart joins the others. */
void score_prepare_join(struct op *op, struct uuid round_id);

/* `xiaohao score --verify`: recounts every inspection's entries from its observations. */
struct score_proof {
    int64_t inspections;
    int64_t wrong;
    struct uuid first_wrong;
};
enum rc score_verify(struct op *op, struct score_proof *out) MUST_CHECK;

#endif
