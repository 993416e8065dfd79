/* clock_json.c - see clock_json.h. */
#include "problem/clock_json.h"

static bool in_hours(enum limit_kind kind)
{
    return kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS;
}

/* Whole and tenths, rounded down: nobody is promised more than there is. */
static struct str amount_text(struct arena *a, int64_t ms, int64_t unit_ms)
{
    int64_t tenths = ms / (unit_ms / 10);
    return tenths % 10 ? str_fmt(a, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10))
                       : str_fmt(a, "%lld", (long long)(tenths / 10));
}

static struct str minutes_text(struct arena *a, enum lang lang, enum limit_kind kind, int64_t minutes, bool over)
{
    if (lang == LANG_EN)
        return str_fmt(a, "%lld minutes %s (%.*s)", (long long)minutes, over ? "over" : "left",
                       STR_ARG(limit_kind_word(kind, lang)));
    return str_fmt(a, "%s %lld 分钟（%.*s）", over ? "已超" : "还剩", (long long)minutes,
                   STR_ARG(limit_kind_word(kind, lang)));
}

struct str problem_left_text(struct arena *a, enum lang lang, enum limit_kind kind, int64_t left_ms)
{
    bool over = left_ms < 0;
    int64_t ms = over ? -left_ms : left_ms, unit = in_hours(kind) ? HOUR_MS : DAY_MS;
    if (in_hours(kind) && ms < HOUR_MS)
        return minutes_text(a, lang, kind, ms / MINUTE_MS, over);
    struct str amount = amount_text(a, ms, unit), word = limit_kind_word(kind, lang);
    if (lang == LANG_EN)
        return str_fmt(a, "%.*s %.*s %s", STR_ARG(amount), STR_ARG(word), over ? "over" : "left");
    return str_fmt(a, "%s %.*s 个%.*s", over ? "已超" : "还剩", STR_ARG(amount), STR_ARG(word));
}

static void put_clock(struct json_out *j, const struct op *op, const struct problem_case *c, const char *name)
{
    const struct problem_clock *k = name[0] == 'h' ? &c->handling : name[0] == 's' ? &c->stage_clock : &c->whole;
    const struct calendar *cal = limits_calendar(op);
    int64_t left;
    if (!problem_clock_left(cal, c, k, op->now, &left))
        return;
    jo_obj(j, NULL);
    jo_z(j, "name", name);
    jo_z(j, "stage", name[0] == 's' ? problem_stage_names[c->stage] : NULL);
    jo_z(j, "kind", limit_kind_names[k->kind]);
    jo_i64(j, "total_ms", k->total_ms);
    jo_opt_time(j, "due_at", k->due_ms);
    jo_bool(j, "standing", k->left_ms.has || problem_is_postponed(c, op->now));
    jo_z(j, "light", problem_light_names[problem_clock_light(cal, c, k, op->now)]);
    jo_i64(j, "left_ms", left);
    jo_scaled(j, "left_amount", left / ((in_hours(k->kind) ? HOUR_MS : DAY_MS) / 100), 2);
    jo_str(j, "text", problem_left_text(OP_ARENA(op), op->lang, k->kind, left));
    jo_end(j);
}

void problem_put_clocks(struct json_out *j, const struct op *op, const struct problem_case *c)
{
    static const char *const names[] = {"handling", "stage", "case"};
    jo_arr(j, "clocks");
    for (size_t i = 0; i < 3 && !problem_is_closed(c->state); i++)
        put_clock(j, op, c, names[i]);
    jo_end(j);
}
