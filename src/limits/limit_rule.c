/* limit_rule.c - which rule of limits applies, and which of several wins. Pure. */
#include "limits/limit_rule.h"

#include "limits/limits_inside.h"

const char *const limit_condition_names[] = {"severity", "season", "area_class", "kind", "category", "criterion", NULL};

unsigned limit_rule_conditions(const struct limit_rule *r)
{
    return (r->severity.p ? LIMIT_BY_SEVERITY : 0) | (r->season_from.has ? LIMIT_BY_SEASON : 0) |
           (r->area_class.p ? LIMIT_BY_AREA : 0) | (r->kind.p ? LIMIT_BY_KIND : 0) |
           (r->category_code.p ? LIMIT_BY_CATEGORY : 0) | (r->criterion_code.p ? LIMIT_BY_CRITERION : 0);
}

bool limit_month_day(struct str s, struct opt_i64 *out)
{
    struct str rest = s, month;
    int64_t m = 0, d = 0;
    if (s.n != 5 || !str_next(&rest, '-', &month) || !str_to_i64(month, 1, 12, &m) || !str_to_i64(rest, 1, 31, &d) ||
        !civil_date_ok(2024, (int)m, (int)d))
        return false;
    *out = SOME(m * 100 + d);
    return true;
}

bool limit_season_holds(int64_t from_md, int64_t to_md, int month, int day)
{
    int64_t md = (int64_t)month * 100 + day;
    return from_md <= to_md ? md >= from_md && md <= to_md : md >= from_md || md <= to_md;
}

static bool differs(struct str stated, struct str is)
{
    return stated.p && !(is.p && str_eq(stated, is));
}

unsigned limit_rule_against(const struct limit_rule *r, const struct limit_matter *m, int zone_min)
{
    struct civil day = civil_from_ms(m->at_ms, zone_min);
    bool season = !r->season_from.has || limit_season_holds(r->season_from.v, r->season_to.v, day.month, day.day);
    return (differs(r->severity, m->severity) ? LIMIT_BY_SEVERITY : 0) | (season ? 0 : LIMIT_BY_SEASON) |
           (differs(r->area_class, m->area_class) ? LIMIT_BY_AREA : 0) | (differs(r->kind, m->kind) ? LIMIT_BY_KIND : 0) |
           (differs(r->category_code, m->category_code) ? LIMIT_BY_CATEGORY : 0) |
           (differs(r->criterion_code, m->criterion_code) ? LIMIT_BY_CRITERION : 0);
}

static bool wins(const struct limit_rule *a, const struct limit_rule *b)
{
    unsigned ca = limit_rule_conditions(a), cb = limit_rule_conditions(b);
    if (ca != cb)
        return ca > cb;
    if (a->valid_from_ms != b->valid_from_ms)
        return a->valid_from_ms > b->valid_from_ms;
    return a->created_ms != b->created_ms ? a->created_ms > b->created_ms : uuid_cmp(a->id, b->id) > 0;
}

int limit_rule_choose(const struct limit_rule *rules, size_t n, const struct limit_matter *m, int zone_min)
{
    int best = -1;
    for (size_t i = 0; i < n; i++)
        if (limit_rule_against(&rules[i], m, zone_min) == 0 && (best < 0 || wins(&rules[i], &rules[best])))
            best = (int)i;
    return best;
}

void limit_default(const struct limits *l, enum limit_kind *kind, int64_t *amount)
{
    const struct stage_limit *s = &l->stages[STAGE_HANDLE];
    *kind = s->kind;
    *amount = s->ms / limit_unit_ms(s->kind);
}
