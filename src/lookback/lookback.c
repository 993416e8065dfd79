/* lookback.c - what the rules of look-backs say: which case, when, how many. Pure. */
#include "lookback/lookback.h"

#include "base/civil.h"

bool lookback_rule_matches(const struct lookback_rule *r, const struct lookback_case *c)
{
    return r->active && c->closed_ms >= r->from_ms && (!r->severity.p || str_eq(r->severity, c->severity)) &&
           (!r->category_code.p || str_eq(r->category_code, c->category_code)) &&
           (uuid_is_none(r->criterion_id) || uuid_eq(r->criterion_id, c->criterion_id)) &&
           (uuid_is_none(r->unit_id) || uuid_eq(r->unit_id, c->unit_id)) && c->rework_count >= r->rework_min;
}

const struct lookback_rule *lookback_choose(const struct lookback_rule *rules, size_t n, const struct lookback_case *c)
{
    for (size_t i = 0; i < n; i++)
        if (rules[i].share_permille >= LOOKBACK_SHARE_ALL && lookback_rule_matches(&rules[i], c))
            return &rules[i];
    return NULL;
}

void lookback_dates(const struct lookback_rule *r, int64_t closed_ms, int zone_min, int64_t *from_ms, int64_t *due_ms)
{
    *from_ms = civil_midnight(closed_ms, zone_min) + r->days_after * DAY_MS;
    *due_ms = *from_ms + r->span_days * DAY_MS - 1;
}

size_t lookback_take(size_t n, int64_t share_permille)
{
    return (n * (size_t)share_permille + LOOKBACK_SHARE_ALL - 1) / LOOKBACK_SHARE_ALL;
}

static void check_range(struct fault *f, const char *pointer, int64_t v, int64_t min, int64_t max)
{
    if (v < min || v > max)
        fail_field(f, str_of(pointer), "out_of_range", "应在 %lld 到 %lld 之间", "It must be between %lld and %lld",
                   (long long)min, (long long)max);
}

enum rc lookback_rule_check(struct fault *f, const struct lookback_rule *r)
{
    if (str_empty(str_trim(r->name)))
        fail_field(f, STR("/name"), "required", "请填写规则名称", "Name the rule");
    if (r->severity.p && !str_is(r->severity, "general") && !str_is(r->severity, "key"))
        fail_field(f, STR("/severity"), "unknown_value", "不是允许的取值", "It is not one of the allowed values");
    check_range(f, "/rework_min", r->rework_min, 0, 100);
    check_range(f, "/days_after", r->days_after, 1, LOOKBACK_DAYS_MAX);
    check_range(f, "/span_days", r->span_days, 1, LOOKBACK_DAYS_MAX);
    check_range(f, "/share_permille", r->share_permille, 1, LOOKBACK_SHARE_ALL);
    return fault_has_fields(f) ? f->rc : RC_OK;
}
