/*
 * gather.c - from the outbox to notices: announcements as they stand, steps of problems by the table of rules; and
 * clocks that turn yellow or red.
 */
#include "notify/internal.h"

#include "base/arena.h"
#include "base/json_in.h"
#include "limits/limits.h"

enum {
    EVENTS_PER_CALL = 100,
    OVERLAP_MS = 120 * 1000, /* a slow commit's event bears an older time */
    PEOPLE_MAX = 500,
    CLOCKS_PER_PAGE = 500,
    CLOCK_PAGES = 20,
    SHOWN_LETTERS = 60,
};
#define YELLOW_REACH_MS ((int64_t)60 * DAY_MS)

static enum rc load_channels(struct op *op, struct channels *ch)
{
    struct notice_channel_list_in in = {.hq = op->hq, .enabled = SOME_BOOL(true)};
    return q_notice_channel_list(&op->rd, &in, &ch->list, &ch->n);
}

static enum rc cursor_of(struct op *op, const char *name, int64_t *at_ms, bool *found)
{
    struct notice_cursor_get_row row = {0};
    RETURN_IF(q_notice_cursor_get(&op->rd, &(struct notice_cursor_get_in){op->hq, str_of(name)}, &row, found));
    *at_ms = row.at_ms;
    return RC_OK;
}

static void set_cursor(struct op *op, struct effects *fx, const char *name, int64_t at_ms)
{
    fx_notice_cursor_set(fx, &(struct notice_cursor_set_in){.hq = op->hq, .name = str_of(name), .at_ms = at_ms});
}

/* ---- announcements ---- */

static void read_ids(struct op *op, struct jin *in, const char *key, struct people *out)
{
    size_t n = 0;
    if (!jin_arr(in, key, JIN_OPTIONAL, PEOPLE_MAX, &n))
        return;
    for (size_t i = 0; i < n; i++) {
        struct uuid id;
        if (jin_arr_uuid(in, key, i, &id))
            people_add(op, out, id);
    }
}

static enum rc tell_announced(struct op *op, struct effects *fx, const struct channels *ch, const struct notice_events_row *e)
{
    struct telling t = {.event_id = e->id, .subject_kind = e->subject_kind, .subject_id = e->subject_id, .at_ms = e->at_ms};
    struct people to = {0}, units = {0};
    struct jin in;
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, e->payload));
    jin_str(&in, "rule", JIN_REQUIRED, 60, &t.rule);
    jin_bool(&in, "urgent", JIN_OPTIONAL, &t.urgent);
    jin_str(&in, "zh", JIN_REQUIRED, 2000, &t.zh);
    jin_str(&in, "en", JIN_REQUIRED, 2000, &t.en);
    read_ids(op, &in, "people", &to);
    read_ids(op, &in, "units", &units);
    jin_free(&in);
    RETURN_IF(op->rd.fault->rc);
    for (size_t i = 0; i < units.n; i++)
        RETURN_IF(people_of_unit(op, &to, units.list[i], false));
    return tell(op, fx, ch, &t, &to);
}

/* ---- steps of problems ---- */

static struct str cut(struct arena *a, struct str s)
{
    size_t n = 0, letters = 0;
    while (n < s.n && letters < SHOWN_LETTERS) {
        n++;
        while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
            n++;
        letters++;
    }
    return n < s.n ? str_fmt(a, "%.*s…", (int)n, s.p) : s;
}

static void put_words(struct op *op, const struct notice_rule *r, const struct notice_problem_row *p, struct telling *t)
{
    struct arena *a = OP_ARENA(op);
    struct str where = p->site_name.n ? p->site_name : p->place, what = cut(a, p->description);
    struct str due_zh = STR(""), due_en = STR("");
    if (r->with_due && p->due_ms.has) {
        struct civil c = civil_from_ms(p->due_ms.v, op->zone_min);
        due_zh = str_fmt(a, "；整改时限至%d月%d日%02d:%02d", c.month, c.day, c.hour, c.minute);
        due_en = str_fmt(a, "; due %04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
    }
    t->zh = str_fmt(a, "%s%lld-%06lld号，%.*s%s%.*s%.*s", r->zh, (long long)p->year, (long long)p->number, STR_ARG(where),
                    where.n ? "：" : "", STR_ARG(what), STR_ARG(due_zh));
    t->en = str_fmt(a, "%s%lld-%06lld, %.*s%s%.*s%.*s", r->en, (long long)p->year, (long long)p->number, STR_ARG(where),
                    where.n ? ": " : "", STR_ARG(what), STR_ARG(due_en));
}

static enum rc add_audience(struct op *op, const struct notice_rule *r, const struct notice_problem_row *p, struct uuid step_unit,
                            struct people *to)
{
    static const struct {
        unsigned bit;
        const char *role;
    } offices[] = {{HEAR_DISPATCHERS, "dispatch"}, {HEAR_CHECKERS, "strike"}, {HEAR_VERIFIERS, "verify"},
                   {HEAR_REGISTRARS, "register"},  {HEAR_COMMANDERS, "commander"}};
    bool leaders = (r->audience & HEAR_LEADERS) != 0;
    if (r->audience & HEAR_UNIT)
        RETURN_IF(people_of_unit(op, to, p->unit_id, leaders));
    if (r->audience & HEAR_STEP_UNIT)
        RETURN_IF(people_of_unit(op, to, step_unit, leaders));
    for (size_t i = 0; i < sizeof offices / sizeof *offices; i++)
        if (r->audience & offices[i].bit)
            RETURN_IF(people_with(op, to, offices[i].role));
    return RC_OK;
}

/* `event` of a problem, told to whom it concerns; nothing of what is held back. */
static enum rc tell_step(struct op *op, struct effects *fx, const struct channels *ch, struct telling *t, struct str event,
                         struct uuid step_unit)
{
    const struct notice_rule *r = notice_rule_of(event);
    struct notice_problem_row p;
    struct people to = {0};
    bool found;
    if (!r)
        return RC_OK;
    RETURN_IF(q_notice_problem(&op->rd, &(struct notice_problem_in){op->hq, t->subject_id}, &p, &found));
    if (!found || p.held)
        return RC_OK;
    t->rule = str_of(r->event);
    t->urgent = r->urgent || (str_is(p.severity, "key") && (r->audience & HEAR_UNIT));
    t->area_code = p.area_code;
    t->unit_id = p.unit_id;
    t->for_groups = true;
    put_words(op, r, &p, t);
    RETURN_IF(add_audience(op, r, &p, step_unit, &to));
    return tell(op, fx, ch, t, &to);
}

static bool read_step(struct op *op, struct str payload, int64_t *seq)
{
    struct fault f;
    struct jin in;
    struct str event;
    fault_init(&f, OP_ARENA(op));
    if (!payload.n || jin_parse(&in, OP_ARENA(op), &f, payload) != RC_OK)
        return false;
    bool ok = jin_i64(&in, "seq", JIN_REQUIRED, 1, INT64_MAX, seq);
    jin_str(&in, "event", JIN_OPTIONAL, 60, &event);
    jin_free(&in);
    return ok;
}

static enum rc tell_moved(struct op *op, struct effects *fx, const struct channels *ch, const struct notice_events_row *e)
{
    struct telling t = {.event_id = e->id, .subject_kind = e->subject_kind, .subject_id = e->subject_id, .at_ms = e->at_ms};
    struct notice_problem_step_row step;
    int64_t seq = 1;
    bool found;
    if (!str_is(e->topic, "problem.reported") && !read_step(op, e->payload, &seq))
        return RC_OK;
    struct notice_problem_step_in in = {.hq = op->hq, .id = e->subject_id, .seq = seq};
    RETURN_IF(q_notice_problem_step(&op->rd, &in, &step, &found));
    if (!found)
        return RC_OK;
    t.but_not = step.actor_id;
    return tell_step(op, fx, ch, &t, step.event, step.unit_id);
}

/* ---- the chore ---- */

static enum rc take(struct op *op, struct effects *fx, const struct channels *ch, const struct notice_events_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum rc rc = str_is(rows[i].topic, ANNOUNCE_TOPIC) ? tell_announced(op, fx, ch, &rows[i]) : tell_moved(op, fx, ch, &rows[i]);
        RETURN_IF(rc);
        struct effect *e = fx_notice_seen_add(fx, &(struct notice_seen_add_in){.hq = op->hq, .event_id = rows[i].id, .at_ms = rows[i].at_ms});
        e->min = 0;
    }
    return RC_OK;
}

static void forget_seen(struct op *op, struct effects *fx, int64_t before_ms)
{
    struct effect *e = fx_notice_seen_forget(fx, &(struct notice_seen_forget_in){.hq = op->hq, .before_ms = before_ms});
    e->min = 0;
    e->max = INT64_MAX;
}

/* What was before notices were first gathered is no news. */
static enum rc begin_here(struct op *op, const char *name)
{
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    set_cursor(op, &fx, name, op->now);
    return change_run_effects(op, &fx);
}

bool notify_waits(struct op *op)
{
    struct notice_events_row *rows;
    int64_t since;
    size_t n;
    bool found;
    if (cursor_of(op, "gather", &since, &found) != RC_OK || !found)
        return true;
    struct notice_events_in in = {.hq = op->hq, .since_ms = since - OVERLAP_MS, .row_limit = 1};
    return q_notice_events(&op->rd, &in, &rows, &n) != RC_OK || n > 0;
}

enum rc notify_gather(struct op *op, bool *more)
{
    struct notice_events_row *rows;
    struct channels ch;
    struct effects fx;
    int64_t since;
    size_t n;
    bool found;
    RETURN_IF(cursor_of(op, "gather", &since, &found));
    if (!found)
        return begin_here(op, "gather");
    struct notice_events_in in = {.hq = op->hq, .since_ms = since - OVERLAP_MS, .row_limit = EVENTS_PER_CALL};
    RETURN_IF(q_notice_events(&op->rd, &in, &rows, &n));
    if (n == 0)
        return RC_OK;
    effects_init(&fx, OP_ARENA(op));
    RETURN_IF(load_channels(op, &ch));
    RETURN_IF(take(op, &fx, &ch, rows, n));
    int64_t last = rows[n - 1].at_ms > since ? rows[n - 1].at_ms : since;
    set_cursor(op, &fx, "gather", last);
    forget_seen(op, &fx, last - 2 * OVERLAP_MS);
    *more = n == EVENTS_PER_CALL;
    return change_run_effects(op, &fx);
}

/* ---- clocks ---- */

static const char *light_of(struct op *op, const struct notice_clocks_row *r)
{
    int64_t amount;
    enum limit_kind kind = LIMIT_WORKING_DAYS;
    for (int k = 0; limit_kind_names[k]; k++)
        if (str_is(r->limit_kind, limit_kind_names[k]))
            kind = (enum limit_kind)k;
    if (r->postponed_until_ms.has && r->postponed_until_ms.v > op->now)
        return NULL;
    if (op->now > r->due_ms)
        return "light_red";
    if (!calendar_amount(kind, r->limit_amount, &amount))
        return NULL;
    return calendar_light(amount - calendar_left(limits_calendar(op), kind, op->now, r->due_ms), amount) == LIGHT_GREEN ? NULL
                                                                                                                     : "light_yellow";
}

/* Once for each clock and colour: a clock that was moved is another. */
static enum rc tell_clock(struct op *op, struct effects *fx, const struct channels *ch, const struct notice_clocks_row *r)
{
    const char *light = light_of(op, r);
    struct telling t = {.subject_kind = STR("problem"), .subject_id = r->id, .at_ms = op->now};
    if (!light)
        return RC_OK;
    t.event_id = uuid_named(r->id, str_fmt(OP_ARENA(op), "%s:%lld", light, (long long)r->due_ms));
    return tell_step(op, fx, ch, &t, str_of(light), UUID_NONE);
}

static enum rc watch(struct op *op, struct effects *fx, int64_t from_ms, int64_t to_ms, const char *only)
{
    struct notice_clocks_in in = {.hq = op->hq, .from_ms = from_ms, .to_ms = to_ms, .row_limit = CLOCKS_PER_PAGE};
    struct notice_clocks_row *rows;
    struct channels ch;
    size_t n = CLOCKS_PER_PAGE;
    RETURN_IF(load_channels(op, &ch));
    for (int page = 0; page < CLOCK_PAGES && n == CLOCKS_PER_PAGE; page++) {
        RETURN_IF(q_notice_clocks(&op->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            struct uuid told = uuid_named(rows[i].id, str_fmt(OP_ARENA(op), "%s:%lld", only, (long long)rows[i].due_ms));
            struct notice_seen_get_row seen;
            bool found;
            RETURN_IF(q_notice_seen_get(&op->rd, &(struct notice_seen_get_in){op->hq, told}, &seen, &found));
            const char *light = found ? NULL : light_of(op, &rows[i]);
            if (!light || strcmp(light, only) != 0)
                continue;
            RETURN_IF(tell_clock(op, fx, &ch, &rows[i]));
            /* Remembered past its end, so that it is not told again. */
            struct effect *e = fx_notice_seen_add(fx, &(struct notice_seen_add_in){.hq = op->hq, .event_id = told,
                                                                                  .at_ms = rows[i].due_ms + YELLOW_REACH_MS});
            e->min = 0;
        }
        if (n) {
            in.from_ms = rows[n - 1].due_ms;
            in.after_id = rows[n - 1].id;
        }
    }
    return RC_OK;
}

enum rc notify_watch_clocks(struct op *op, bool *more)
{
    struct effects fx;
    int64_t since;
    bool found;
    (void)more;
    RETURN_IF(cursor_of(op, "clocks", &since, &found));
    if (!found)
        return begin_here(op, "clocks");
    RETURN_IF(limits_load(op));
    effects_init(&fx, OP_ARENA(op));
    RETURN_IF(watch(op, &fx, since - OVERLAP_MS, op->now, "light_red"));
    RETURN_IF(watch(op, &fx, op->now, op->now + YELLOW_REACH_MS, "light_yellow"));
    if (fx.n == 0)
        return RC_OK;
    set_cursor(op, &fx, "clocks", op->now);
    return change_run_effects(op, &fx);
}
