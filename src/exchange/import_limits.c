/*
 * import_limits.c - lists of rules of limits (时限规则) and of the headquarters' own days (休息日、调休).
 *
 * A rule with the same conditions, limit and times is there already; an open-ended one that says something else takes the
 * place of the one in force on its conditions. What has ended may be in the list too, with both its times. A day is one
 * date; what a list does not name stays.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "limits/limit_rule.h"

/* As for duplicates: 20 years of a limit in hours, 10 in days is the room's own bound. */
static const int64_t amounts[2] = {1, 3650};

static const struct import_word limit_words[] = {{"urgent_hours", "紧急工作时,紧急小时"}, {"working_hours", "工作时,工作小时"},
                                                 {"working_days", "工作日"}, {"calendar_days", "自然日,日历日,天"}, {0}};
static const struct import_word severity_words[] = {{"general", "一般"}, {"key", "重点"}, {0}};
static const struct import_word class_words[] = {{"A", "一类,A类,a"}, {"B", "二类,B类,b"}, {"C", "三类,C类,c"}, {0}};
static const struct import_word day_words[] = {{"holiday", "放假,休息,节假日"}, {"makeup", "调休上班,补班,上班"},
                                               {"half_am", "上午休息"}, {"half_pm", "下午休息"}, {0}};

/* ---- rules ---- */

struct rules {
    struct limit_rule *list;
    size_t n;
};

static enum rc begin_rules(struct import *im)
{
    struct rules *r = ARENA_NEW(OP_ARENA(im->op), struct rules);
    im->state = r;
    return limit_rules_all(im->op, &r->list, &r->n);
}

static bool required_pick(struct import *im, size_t row, const char *key, const struct import_word *words, int *out)
{
    struct table_value v = import_cell(im, row, key);
    return report_check(im->report, &v, true, NAME_MAX_CHARS) && import_pick(im, row, key, words, out);
}

static bool read_named(struct import *im, size_t row, const char *key, const struct import_word *words, struct str *out)
{
    int at;
    bool good = import_pick(im, row, key, words, &at);
    *out = at < 0 ? STR_NONE : str_of(words[at].code);
    return good;
}

static bool read_month_day(struct import *im, size_t row, const char *key, struct opt_i64 *out)
{
    struct table_value v = import_cell(im, row, key);
    *out = NONE_I64;
    if (str_empty(v.text) || limit_month_day(v.text, out))
        return true;
    report_error(im->report, v.row, v.column, "bad_date", "月日应写作 07-15", "Month and day must be written 07-15");
    return false;
}

static bool read_code(struct import *im, size_t row, const char *key, struct str *out)
{
    bool good = import_text(im, row, key, false, 40, out);
    *out = text_or_none(*out);
    return good;
}

static bool read_limit(struct import *im, size_t row, struct limit_rule *r)
{
    struct table_value v = import_cell(im, row, "limit_amount");
    struct opt_i64 amount = NONE_I64;
    int kind = -1;
    bool good = required_pick(im, row, "limit_kind", limit_words, &kind);
    good &= report_check(im->report, &v, true, NAME_MAX_CHARS) && import_number(im, row, "limit_amount", amounts, &amount);
    r->limit_kind = kind < 0 ? LIMIT_WORKING_DAYS : (enum limit_kind)kind;
    r->limit_amount = amount.v;
    return good;
}

static bool read_rule(struct import *im, size_t row, struct limit_rule *r, bool *from_said)
{
    struct opt_i64 from;
    bool good = import_text(im, row, "name", true, 100, &r->name);
    good &= import_text(im, row, "basis", false, 300, &r->basis);
    r->basis = text_or_none(r->basis);
    good &= read_code(im, row, "criterion", &r->criterion_code);
    good &= read_code(im, row, "category", &r->category_code);
    good &= read_code(im, row, "kind", &r->kind);
    good &= read_named(im, row, "area_class", class_words, &r->area_class);
    good &= read_named(im, row, "severity", severity_words, &r->severity);
    good &= read_month_day(im, row, "season_from", &r->season_from);
    good &= read_month_day(im, row, "season_to", &r->season_to);
    good &= read_limit(im, row, r);
    good &= import_time(im, row, "from", &from);
    good &= import_time(im, row, "to", &r->valid_to_ms);
    *from_said = from.has;
    r->valid_from_ms = from.has ? from.v : im->op->now;
    return good;
}

static bool same_text(struct str a, struct str b)
{
    return str_eq(a.p ? a : STR(""), b.p ? b : STR(""));
}

static bool same_i64(struct opt_i64 a, struct opt_i64 b)
{
    return a.has == b.has && (!a.has || a.v == b.v);
}

static bool same_conditions(const struct limit_rule *a, const struct limit_rule *b)
{
    return same_text(a->criterion_code, b->criterion_code) && same_text(a->category_code, b->category_code) &&
           same_text(a->kind, b->kind) && same_text(a->area_class, b->area_class) && same_text(a->severity, b->severity) &&
           same_i64(a->season_from, b->season_from) && same_i64(a->season_to, b->season_to);
}

/* Without times in the list: one that holds now. */
static bool says_the_same(const struct limit_rule *there, const struct limit_rule *r, bool from_said, int64_t now)
{
    bool times = from_said ? there->valid_from_ms == r->valid_from_ms && same_i64(there->valid_to_ms, r->valid_to_ms)
                           : there->valid_from_ms <= now && same_i64(there->valid_to_ms, r->valid_to_ms);
    return times && same_conditions(there, r) && same_text(there->name, r->name) && same_text(there->basis, r->basis) &&
           there->limit_kind == r->limit_kind && there->limit_amount == r->limit_amount;
}

/* The open-ended one it takes the place of. */
static struct uuid replaced_by(const struct rules *rules, const struct limit_rule *r)
{
    for (size_t i = 0; i < rules->n && !r->valid_to_ms.has; i++) {
        const struct limit_rule *old = &rules->list[i];
        if (!old->valid_to_ms.has && old->valid_from_ms <= r->valid_from_ms && same_conditions(old, r))
            return old->id;
    }
    return UUID_NONE;
}

static struct str key_of(const struct import *im, const struct limit_rule *r, bool from_said)
{
    struct arena *a = OP_ARENA(im->op);
    return str_fmt(a, "%.*s/%.*s/%.*s/%.*s/%.*s/%lld/%lld/%lld/%.*s", STR_ARG(r->criterion_code), STR_ARG(r->category_code),
                   STR_ARG(r->kind), STR_ARG(r->area_class), STR_ARG(r->severity), (long long)r->season_from.v,
                   (long long)r->season_to.v, from_said ? (long long)r->valid_from_ms : 0, STR_ARG(r->name));
}

static enum rc plan_rule(struct import *im, size_t row, enum report_outcome *outcome)
{
    const struct rules *rules = im->state;
    struct limit_rule r = {0};
    bool from_said, ok;
    if (!read_rule(im, row, &r, &from_said))
        return RC_OK;
    struct str key = key_of(im, &r, from_said);
    if (!import_first(im, row, "name", key))
        return RC_OK;
    *outcome = REPORT_UNCHANGED;
    for (size_t i = 0; i < rules->n; i++)
        if (says_the_same(&rules->list[i], &r, from_said, im->op->now))
            return RC_OK;
    r.id = import_id(im, "limit_rule", key);
    r.replaces_id = replaced_by(rules, &r);
    RETURN_IF(import_outcome(im, row, limit_rule_prepare_add(im->op, &r), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

const struct importer import_limit_rules = {"limit_rules", begin_rules, plan_rule, NULL};

/* ---- days ---- */

struct days {
    struct limits_day *list;
    size_t n;
    bool touched;
};

static enum rc begin_days(struct import *im)
{
    struct days *d = ARENA_NEW(OP_ARENA(im->op), struct days);
    im->state = d;
    d->touched = false;
    return limits_own_days(im->op, &d->list, &d->n);
}

static bool read_day(struct import *im, size_t row, struct limits_day *d)
{
    struct table_value v = import_cell(im, row, "date");
    struct opt_i64 at = NONE_I64;
    int kind = -1;
    bool good = report_check(im->report, &v, true, NAME_MAX_CHARS) && import_time(im, row, "date", &at);
    good &= required_pick(im, row, "kind", day_words, &kind);
    good &= import_text(im, row, "name_zh", false, 40, &d->zh);
    good &= import_text(im, row, "name_en", false, 40, &d->en);
    struct civil day = civil_from_ms(at.v, im->op->zone_min);
    d->day = civil_days(day.year, day.month, day.day);
    d->kind = kind < 0 ? DAY_HOLIDAY : (enum day_kind)kind;
    return good;
}

static const struct limits_day *day_there(const struct days *days, int64_t day)
{
    for (size_t i = 0; i < days->n; i++)
        if (days->list[i].day == day)
            return &days->list[i];
    return NULL;
}

static enum rc plan_day(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct days *days = im->state;
    struct limits_day d = {0};
    bool ok;
    if (!read_day(im, row, &d) || !import_first(im, row, "date", str_fmt(OP_ARENA(im->op), "%lld", (long long)d.day)))
        return RC_OK;
    const struct limits_day *there = day_there(days, d.day);
    *outcome = REPORT_UNCHANGED;
    if (there && there->kind == d.kind && same_text(there->zh, d.zh) && same_text(there->en, d.en))
        return RC_OK;
    RETURN_IF(import_outcome(im, row, limits_prepare_day(im->op, &d), &ok));
    *outcome = !ok ? REPORT_REFUSED : there ? REPORT_UPDATED : REPORT_CREATED;
    if (ok && !days->touched) {
        limits_touch(im->op);
        change_event(im->op, "limits.changed", "limits", UUID_NONE, STR_NONE);
        days->touched = true;
    }
    return RC_OK;
}

const struct importer import_calendar_days = {"calendar_days", begin_days, plan_day, NULL};
