/* consequence.c - when a rule holds, whether it may propose, and why in words. Pure. */
#include "consequence/consequence.h"

const char *const consequence_step_names[] = {"urge", "supervise", "circulate", "publish", "refer", NULL};
const char *const consequence_cause_names[CAUSES + 1] = {
    "yellow",        "overdue",      "unsigned", "rework", "sent_back", "rebound", "rebound_unanswered",
    "reply_overdue", "unit_overdue", NULL};
const char *const consequence_recipient_names[] = {"parent_unit", "territory_unit", "leaders", NULL};

struct str consequence_step_word(enum consequence_step step, enum lang lang)
{
    static const char *const zh[] = {"催办", "督办", "通报", "曝光", "问题线索移送"};
    static const char *const en[] = {"urging", "supervision order", "circulation", "publication", "clue referral"};
    return str_of(lang == LANG_ZH ? zh[step - 1] : en[step - 1]);
}

/* Project defaults: no source fixes them; each headquarters tries them out on its own cases first. */
const struct consequence_rule consequence_shipped_rules[] = {
    {.order_no = 10,
     .name = STR_INIT("临期提醒：时限用去八成，催办"),
     .cause = CAUSE_YELLOW,
     .step = CONSEQUENCE_URGE,
     .count_min = 1,
     .period_days = 30,
     .cooldown_days = 3},
    {.order_no = 20,
     .name = STR_INIT("交办后八个工作时未签收，催办"),
     .cause = CAUSE_UNSIGNED,
     .step = CONSEQUENCE_URGE,
     .count_min = 1,
     .hours = 8,
     .period_days = 30,
     .cooldown_days = 1},
    {.order_no = 30,
     .name = STR_INIT("超时三日（或八小时），督办"),
     .cause = CAUSE_OVERDUE,
     .step = CONSEQUENCE_SUPERVISE,
     .count_min = 1,
     .hours = 8,
     .days = 3,
     .period_days = 30,
     .cooldown_days = 2,
     .reply_days = 3,
     .recipients = TELL_PARENT},
    {.order_no = 40,
     .name = STR_INIT("退回重改两次，督办"),
     .cause = CAUSE_REWORK,
     .step = CONSEQUENCE_SUPERVISE,
     .count_min = 2,
     .period_days = 30,
     .cooldown_days = 2,
     .reply_days = 3,
     .may_skip = true},
    {.order_no = 50,
     .name = STR_INIT("反弹问题，督办"),
     .cause = CAUSE_REBOUND,
     .step = CONSEQUENCE_SUPERVISE,
     .count_min = 1,
     .period_days = 30,
     .cooldown_days = 2,
     .reply_days = 3,
     .may_skip = true,
     .recipients = TELL_LEADERS},
    {.order_no = 60,
     .name = STR_INIT("督办逾期五个工作日未答复，通报"),
     .cause = CAUSE_REPLY_OVERDUE,
     .step = CONSEQUENCE_CIRCULATE,
     .count_min = 1,
     .days = 5,
     .period_days = 30,
     .cooldown_days = 5,
     .recipients = TELL_PARENT | TELL_LEADERS},
    {.order_no = 70,
     .name = STR_INIT("一月内五件超时，对单位通报"),
     .cause = CAUSE_UNIT_OVERDUE,
     .step = CONSEQUENCE_CIRCULATE,
     .count_min = 5,
     .period_days = 30,
     .cooldown_days = 30,
     .may_skip = true,
     .recipients = TELL_PARENT},
};
const size_t consequence_shipped_count = sizeof consequence_shipped_rules / sizeof *consequence_shipped_rules;

/* ---- rules ---- */

static void check_range(struct fault *f, const char *pointer, int64_t v, int64_t min, int64_t max)
{
    if (v < min || v > max)
        fail_field(f, str_of(pointer), "out_of_range", "应在 %lld 到 %lld 之间", "It must be between %lld and %lld",
                   (long long)min, (long long)max);
}

enum rc consequence_rule_check(struct fault *f, const struct consequence_rule *r)
{
    bool waits = r->cause == CAUSE_UNSIGNED;
    if (str_empty(str_trim(r->name)))
        fail_field(f, STR("/name"), "required", "请填写规则名称", "Name the rule");
    if (r->severity.p && !str_is(r->severity, "general") && !str_is(r->severity, "key"))
        fail_field(f, STR("/severity"), "unknown_value", "不是允许的取值", "It is not one of the allowed values");
    check_range(f, "/count_min", r->count_min, 1, 1000);
    check_range(f, "/hours", r->hours, waits ? 1 : 0, 10000);
    check_range(f, "/days", r->days, 0, 1000);
    check_range(f, "/period_days", r->period_days, 1, 366);
    check_range(f, "/reply_days", r->reply_days, 0, 365);
    check_range(f, "/cooldown_days", r->cooldown_days, 0, 365);
    return fault_has_fields(f) ? f->rc : RC_OK;
}

/* ---- when it holds ---- */

static size_t happened(const struct consequence_times *times, int64_t t)
{
    size_t n = 0;
    if (!times->at)
        return times->n;
    while (n < times->n && times->at[n] <= t)
        n++;
    return n;
}

static bool in_hours(enum limit_kind kind)
{
    return kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS;
}

static bool overdue_by(const struct calendar *cal, const struct consequence_rule *r, const struct consequence_facts *f,
                       const struct consequence_span *span, int64_t t)
{
    int64_t by = in_hours(f->kind) ? r->hours * HOUR_MS : r->days * DAY_MS;
    return t > span->due_ms && calendar_spent(cal, f->kind, span->due_ms, t) >= by;
}

static bool waited_days(const struct calendar *cal, const struct consequence_rule *r, int64_t from_ms, int64_t t)
{
    return t > from_ms && calendar_spent(cal, LIMIT_WORKING_DAYS, from_ms, t) >= r->days * DAY_MS;
}

bool consequence_holds(const struct calendar *cal, const struct consequence_rule *r, const struct consequence_facts *f,
                       const struct consequence_span *span, int64_t t)
{
    switch (r->cause) {
    case CAUSE_YELLOW:
        return f->total_ms > 0 &&
               calendar_light(f->total_ms - calendar_left(cal, f->kind, t, span->due_ms), f->total_ms) != LIGHT_GREEN;
    case CAUSE_OVERDUE:
        return overdue_by(cal, r, f, span, t);
    case CAUSE_UNSIGNED:
        return span->unsigned_ && calendar_spent(cal, LIMIT_WORKING_HOURS, span->given_ms, t) >= r->hours * HOUR_MS;
    case CAUSE_REWORK:
        return (int64_t)happened(&f->reworks, t) >= r->count_min;
    case CAUSE_SENT_BACK:
        return (int64_t)happened(&f->sent_backs, t) >= r->count_min;
    case CAUSE_REBOUND:
        return f->chain >= r->count_min;
    case CAUSE_REBOUND_UNANSWERED:
        return f->chain > 0 && waited_days(cal, r, f->spans[0].given_ms, t);
    case CAUSE_REPLY_OVERDUE:
        return f->reply_due_ms.has && waited_days(cal, r, f->reply_due_ms.v, t);
    case CAUSE_UNIT_OVERDUE:
    case CAUSES:
        break;
    }
    return false;
}

static bool concerns(const struct consequence_rule *r, const struct consequence_facts *f)
{
    return (!r->severity.p || str_eq(r->severity, f->severity)) &&
           (!r->category_code.p || str_eq(r->category_code, f->category_code));
}

/* Inside one stretch a cause that has begun to hold goes on holding: halved down to the minute. */
static int64_t first_within(const struct calendar *cal, const struct consequence_rule *r,
                            const struct consequence_facts *f, const struct consequence_span *span, int64_t lo,
                            int64_t hi)
{
    while (hi - lo > MINUTE_MS) {
        int64_t mid = lo + (hi - lo) / 2;
        if (consequence_holds(cal, r, f, span, mid))
            hi = mid;
        else
            lo = mid;
    }
    return hi;
}

bool consequence_first(const struct calendar *cal, const struct consequence_rule *r, const struct consequence_facts *f,
                       int64_t from_ms, int64_t to_ms, int64_t *at_ms)
{
    if (!concerns(r, f))
        return false;
    for (size_t i = 0; i < f->nspans; i++) {
        const struct consequence_span *span = &f->spans[i];
        int64_t lo = span->from_ms > from_ms ? span->from_ms : from_ms;
        int64_t hi = span->to_ms < to_ms ? span->to_ms : to_ms;
        if (lo > hi || !consequence_holds(cal, r, f, span, hi))
            continue;
        *at_ms = consequence_holds(cal, r, f, span, lo) ? lo : first_within(cal, r, f, span, lo, hi);
        return true;
    }
    return false;
}

bool consequence_first_of_unit(const struct consequence_rule *r, const int64_t *at, size_t n, int64_t from_ms,
                               int64_t to_ms, int64_t *at_ms)
{
    size_t need = (size_t)r->count_min;
    for (size_t i = need - 1; i < n && at[i] <= to_ms; i++) {
        int64_t first = at[i - (need - 1)], ends = first + r->period_days * DAY_MS;
        int64_t holds = at[i] > from_ms ? at[i] : from_ms;
        if (holds < ends && holds <= to_ms) {
            *at_ms = holds;
            return true;
        }
    }
    return false;
}

/* ---- the ladder ---- */

int consequence_level(const struct consequence_past *past, size_t n)
{
    int level = 0;
    for (size_t i = 0; i < n; i++)
        if (!past[i].proposed && !past[i].dismissed && (int)past[i].step > level)
            level = (int)past[i].step;
    return level;
}

bool consequence_allowed(const struct consequence_rule *r, const struct consequence_past *past, size_t n,
                         int64_t now_ms)
{
    int level = consequence_level(past, n), step = (int)r->step;
    for (size_t i = 0; i < n; i++) {
        if (past[i].proposed || (past[i].dismissed && uuid_eq(past[i].rule_id, r->id)))
            return false;
        if (!past[i].dismissed && now_ms - past[i].at_ms < r->cooldown_days * DAY_MS)
            return false;
    }
    if (step == level)
        return r->step == CONSEQUENCE_URGE;
    return step == level + 1 || (step > level && r->may_skip);
}

/* ---- words ---- */

#define SAY(zh, en, ...) (lang == LANG_ZH ? str_fmt(a, zh, __VA_ARGS__) : str_fmt(a, en, __VA_ARGS__))

struct str consequence_why(struct arena *a, const struct consequence_rule *r, const struct consequence_facts *f,
                           enum lang lang)
{
    long long count = (long long)r->count_min, days = (long long)r->days, hours = (long long)r->hours;
    switch (r->cause) {
    case CAUSE_YELLOW:
        return lang == LANG_ZH ? STR("整改时限已用去八成") : STR("80 % of the limit is spent");
    case CAUSE_OVERDUE:
        return in_hours(f->kind) ? SAY("超过整改时限，已满 %lld 小时", "Past its limit by %lld hours", hours)
                                 : SAY("超过整改时限，已满 %lld 日", "Past its limit by %lld days", days);
    case CAUSE_UNSIGNED:
        return SAY("交办后 %lld 个工作时未签收", "Not signed for %lld working hours after dispatch", hours);
    case CAUSE_REWORK:
        return SAY("退回重改已达 %lld 次", "Returned for rework %lld times", count);
    case CAUSE_SENT_BACK:
        return SAY("退回、争议已达 %lld 次", "Sent back or disputed %lld times", count);
    case CAUSE_REBOUND:
        return SAY("同一问题反弹已达 %lld 次", "The matter has rebounded %lld times", count);
    case CAUSE_REBOUND_UNANSWERED:
        return SAY("反弹问题交办 %lld 个工作日后仍未反馈", "A rebound not answered %lld working days after dispatch", days);
    case CAUSE_REPLY_OVERDUE:
        return SAY("要求的书面答复已逾期 %lld 个工作日", "The reply asked for is overdue by %lld working days", days);
    case CAUSE_UNIT_OVERDUE:
        return SAY("%lld 日内超时问题达 %lld 件", "In %lld days, %lld cases ran over their limit",
                   (long long)r->period_days, count);
    case CAUSES:
        break;
    }
    return STR("");
}
