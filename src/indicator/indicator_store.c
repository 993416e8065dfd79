/*
 * indicator_store.c - counts the cohorts of a period into one table. Each cohort is one query over an index of its own
 * time; the lines are put together here by key.
 */
#include "indicator/indicator_store.h"

#include <stddef.h>
#include <stdlib.h>

static const struct str no_key = STR_INIT("-");

struct table {
    struct op *op;
    enum indicator_group_by by;
    struct indicator_group *list;
    size_t n, room;
};

static struct indicator_group *line(struct table *t, struct uuid unit, struct str key)
{
    struct arena *a = OP_ARENA(t->op);
    if (t->by == GROUP_UNIT)
        key = uuid_is_none(unit) ? no_key : uuid_str(a, unit);
    else if (t->by == GROUP_CATEGORY && key.n == 0)
        key = no_key;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->list[i].key, key))
            return &t->list[i];
    if (t->n == t->room) {
        struct indicator_group *more = ARENA_MANY(a, struct indicator_group, t->room ? t->room * 2 : 64);
        if (t->n)
            memcpy(more, t->list, t->n * sizeof *more);
        t->list = more;
        t->room = t->room ? t->room * 2 : 64;
    }
    t->list[t->n] = (struct indicator_group){.key = key, .name = key};
    return &t->list[t->n++];
}

struct indicator_filter indicator_until(const struct indicator_filter *f, int64_t now_ms)
{
    struct indicator_filter out = *f;
    out.to_ms = f->to_ms < now_ms ? f->to_ms : now_ms;
    out.from_ms = f->from_ms < out.to_ms ? f->from_ms : out.to_ms;
    return out;
}

/* The generated inputs have one shape, each under a name of its own. */
#define WHERE(op, by, f)                                                                                             \
    .hq = (op)->hq, .by_unit = {(by) == GROUP_UNIT, true}, .by_area = {(by) == GROUP_AREA, true},                    \
    .by_category = {(by) == GROUP_CATEGORY, true}, .unit_id = (f)->unit_id, .area_from = (f)->area_code,             \
    .area_to = str_prefix_end(OP_ARENA(op), (f)->area_code), .category = (f)->category

static enum rc count_reports(struct table *t, const struct indicator_reported_in *in)
{
    struct op *op = t->op;
    struct indicator_reported_row *r;
    struct indicator_filed_row *f;
    size_t n;
    RETURN_IF(q_indicator_reported(&op->rd, in, &r, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, r[i].unit_id, r[i].key)->m;
        m[M_REPORTED] = r[i].reported;
        m[M_VALID] = r[i].valid;
        m[M_DECIDED] = r[i].decided;
    }
    RETURN_IF(q_indicator_filed(&op->rd, in, &f, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, f[i].unit_id, f[i].key)->m;
        m[M_FILED] = f[i].filed;
        m[M_KEPT] = f[i].kept;
        m[M_MISSED] = f[i].missed;
        m[M_PUBLIC] = f[i].public;
    }
    return RC_OK;
}

/* Stage names as problem_event keeps them; the measure of "in time" follows that of "ended". */
static const struct {
    const char *stage;
    enum measure ended;
    bool of_public;
} stages[] = {
    {"verify", M_VERIFY_ENDED, false},     {"register", M_REGISTER_ENDED, false}, {"dispatch", M_DISPATCH_ENDED, false},
    {"accept", M_ACCEPT_ENDED, true},      {"recheck", M_RECHECK_ENDED, false},
};
enum { STAGES = sizeof stages / sizeof *stages };

static enum rc count_stages(struct table *t, const struct indicator_reported_in *in)
{
    struct op *op = t->op;
    struct indicator_stages_row *r;
    struct indicator_dispatched_row *d;
    size_t n;
    RETURN_IF(q_indicator_stages(&op->rd, in, &r, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, r[i].unit_id, r[i].key)->m;
        for (int s = 0; s < STAGES; s++) {
            if (!str_is(r[i].stage, stages[s].stage))
                continue;
            m[stages[s].ended] = stages[s].of_public ? r[i].public_ended : r[i].ended;
            m[stages[s].ended + 1] = stages[s].of_public ? r[i].public_in_time : r[i].in_time;
        }
    }
    RETURN_IF(q_indicator_dispatched(&op->rd, in, &d, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, d[i].unit_id, d[i].key)->m;
        m[M_DISPATCHED] = d[i].dispatched;
        m[M_ACCURATE] = d[i].accurate;
    }
    return RC_OK;
}

static enum rc count_handling(struct table *t, const struct indicator_reported_in *in)
{
    struct op *op = t->op;
    struct indicator_handling_row *r;
    struct indicator_ended_row *e;
    size_t n;
    RETURN_IF(q_indicator_handling(&op->rd, in, &r, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, r[i].unit_id, r[i].key)->m;
        m[M_HANDLE_DUE] = r[i].due;
        m[M_HANDLE_JUDGED] = r[i].judged;
        m[M_HANDLED] = r[i].handled;
        m[M_HANDLED_IN_TIME] = r[i].in_time;
        m[M_HANDLED_AGAIN] = r[i].again;
        m[M_RAW_OVERDUE] = r[i].raw_overdue;
        m[M_EXEMPT] = r[i].exempt;
    }
    RETURN_IF(q_indicator_ended(&op->rd, in, &e, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, e[i].unit_id, e[i].key)->m;
        m[M_ENDED] = e[i].ended;
        m[M_ENDED_IN_TIME] = e[i].in_time;
    }
    return RC_OK;
}

static enum rc count_closing(struct table *t, const struct indicator_reported_in *in)
{
    struct indicator_closing_row *r;
    size_t n;
    RETURN_IF(q_indicator_closing(&t->op->rd, in, &r, &n));
    for (size_t i = 0; i < n; i++) {
        int64_t *m = line(t, r[i].unit_id, r[i].key)->m;
        m[M_CLOSE_DUE] = r[i].due;
        m[M_CLOSE_JUDGED] = r[i].judged;
        m[M_CLOSED] = r[i].closed;
        m[M_CLOSED_IN_TIME] = r[i].in_time;
        m[M_DUE_AGAIN] = r[i].again;
    }
    return RC_OK;
}

static enum rc count_carried(struct table *t, const struct indicator_filter *f)
{
    struct op *op = t->op;
    const struct {
        int64_t at_ms;
        enum measure m;
    } ends[] = {{f->from_ms, M_CARRIED_IN}, {f->to_ms, M_CARRIED_OUT}};
    for (int e = 0; e < 2; e++) {
        struct indicator_carried_row *r;
        size_t n;
        struct indicator_carried_in in = {WHERE(op, t->by, f), .at_ms = ends[e].at_ms};
        RETURN_IF(q_indicator_carried(&op->rd, &in, &r, &n));
        for (size_t i = 0; i < n; i++)
            line(t, r[i].unit_id, r[i].key)->m[ends[e].m] = r[i].carried;
    }
    return RC_OK;
}

/* ---- names and order ---- */

static void give_name(struct table *t, struct str key, struct str name, struct str name_en, int64_t order_no)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!str_eq(t->list[i].key, key))
            continue;
        t->list[i].name = name;
        t->list[i].name_en = name_en;
        t->list[i].order_no = order_no;
    }
}

static enum rc give_names(struct table *t)
{
    struct op *op = t->op;
    struct indicator_units_row *u = NULL;
    struct indicator_towns_row *a = NULL;
    struct indicator_categories_row *c = NULL;
    size_t nu = 0, na = 0, nc = 0;
    if (t->by == GROUP_UNIT)
        RETURN_IF(q_indicator_units(&op->rd, &(struct indicator_units_in){op->hq}, &u, &nu));
    if (t->by == GROUP_AREA)
        RETURN_IF(q_indicator_towns(&op->rd, &(struct indicator_towns_in){op->hq}, &a, &na));
    if (t->by == GROUP_CATEGORY)
        RETURN_IF(q_indicator_categories(&op->rd, &(struct indicator_categories_in){op->hq}, &c, &nc));
    for (size_t i = 0; i < nu; i++)
        give_name(t, uuid_str(OP_ARENA(op), u[i].id), u[i].name, STR_NONE, u[i].order_no);
    for (size_t i = 0; i < na; i++)
        give_name(t, a[i].code, a[i].name, STR_NONE, a[i].order_no);
    for (size_t i = 0; i < nc; i++)
        give_name(t, c[i].code, c[i].name_zh, c[i].name_en, c[i].order_no);
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->list[i].key, no_key)) {
            t->list[i].name = t->by == GROUP_UNIT ? STR("未交办") : STR("未分类");
            t->list[i].name_en = t->by == GROUP_UNIT ? STR("With no unit") : STR("Without category");
            t->list[i].order_no = INT64_MAX;
        }
    return RC_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct indicator_group *x = a, *y = b;
    return x->order_no != y->order_no ? (x->order_no < y->order_no ? -1 : 1) : str_cmp(x->key, y->key);
}

enum rc indicator_count(struct op *op, enum indicator_group_by by, const struct indicator_filter *filter,
                        struct indicator_group **out, size_t *n)
{
    struct table t = {.op = op, .by = by};
    struct indicator_filter f = indicator_until(filter, op->now);
    struct indicator_reported_in in = {WHERE(op, by, &f), .from_ms = f.from_ms, .to_ms = f.to_ms};
    if (by == GROUP_TOTAL)
        line(&t, UUID_NONE, STR(""));
    RETURN_IF(count_reports(&t, &in));
    RETURN_IF(count_stages(&t, &in));
    RETURN_IF(count_handling(&t, &in));
    RETURN_IF(count_closing(&t, &in));
    RETURN_IF(count_carried(&t, &f));
    RETURN_IF(give_names(&t));
    if (t.n > 1)
        qsort(t.list, t.n, sizeof *t.list, by_order);
    *out = t.list;
    *n = t.n;
    return RC_OK;
}

struct rate indicator_composite(const struct indicator_group *g, const struct indicator_rules *rules)
{
    return composite_points(&rules->composite, g->m[M_KEPT], indicator_rate(g, rules->formulas[IND_CLOSING]),
                            indicator_rate(g, rules->formulas[IND_TIMELY_HANDLING]), indicator_rate(g, rules->formulas[IND_REWORK]));
}

/* ---- rules ---- */

enum rc indicator_rules_at(struct op *op, int64_t to_ms, struct indicator_rules *out)
{
    struct indicator_rules_row *rows;
    size_t n;
    for (int i = 0; i < INDICATORS; i++)
        out->formulas[i] = &indicator_defs[i].formulas[0];
    out->composite = composite_default;
    /* In order: a later one takes over. */
    RETURN_IF(q_indicator_rules(&op->rd, &(struct indicator_rules_in){op->hq, SOME(to_ms)}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        int which = indicator_by_code(rows[i].indicator);
        const struct formula *f = which < 0 ? NULL : indicator_formula((enum indicator)which, rows[i].choice);
        if (f)
            out->formulas[which] = f;
        if (str_is(rows[i].indicator, "composite") && rows[i].content.p)
            RETURN_IF(composite_parse(OP_ARENA(op), op->rd.fault, rows[i].content, &out->composite));
    }
    return RC_OK;
}

/* ---- cases ---- */

/* Which cohort a measure belongs to, and what narrows it: pointers to switches of the query. */
#define SWITCH(name) offsetof(struct indicator_cases_in, name)
enum { SWITCHES_MAX = 4 };

static const size_t switches[MEASURES][SWITCHES_MAX] = {
    [M_REPORTED] = {SWITCH(in_reported)},
    [M_VALID] = {SWITCH(in_reported), SWITCH(is_valid)},
    [M_DECIDED] = {SWITCH(in_reported), SWITCH(is_decided)},
    [M_FILED] = {SWITCH(in_filed)},
    [M_KEPT] = {SWITCH(in_filed), SWITCH(is_kept)},
    [M_MISSED] = {SWITCH(in_filed), SWITCH(is_missed)},
    [M_PUBLIC] = {SWITCH(in_filed), SWITCH(is_public), SWITCH(is_verified)},
    [M_ACCEPT_ENDED] = {SWITCH(is_public)},
    [M_ACCEPT_IN_TIME] = {SWITCH(is_public)},
    [M_DISPATCHED] = {SWITCH(in_dispatched)},
    [M_ACCURATE] = {SWITCH(in_dispatched), SWITCH(is_accurate)},
    [M_HANDLE_DUE] = {SWITCH(in_handling)},
    [M_HANDLE_JUDGED] = {SWITCH(in_handling), SWITCH(is_judged)},
    [M_HANDLED] = {SWITCH(in_handling), SWITCH(is_handled)},
    [M_HANDLED_IN_TIME] = {SWITCH(in_handling), SWITCH(is_judged), SWITCH(is_handled), SWITCH(is_handled_in_time)},
    [M_HANDLED_AGAIN] = {SWITCH(in_handling), SWITCH(is_handled), SWITCH(is_again)},
    [M_CLOSE_DUE] = {SWITCH(in_closing)},
    [M_CLOSE_JUDGED] = {SWITCH(in_closing), SWITCH(is_judged)},
    [M_CLOSED] = {SWITCH(in_closing), SWITCH(is_closed)},
    [M_CLOSED_IN_TIME] = {SWITCH(in_closing), SWITCH(is_judged), SWITCH(is_closed), SWITCH(is_closed_in_time)},
    [M_DUE_AGAIN] = {SWITCH(in_closing), SWITCH(is_again)},
    [M_ENDED] = {SWITCH(in_ended)},
    [M_ENDED_IN_TIME] = {SWITCH(in_ended), SWITCH(is_closed_in_time)},
    [M_RAW_OVERDUE] = {SWITCH(in_handling), SWITCH(is_raw_overdue)},
    [M_EXEMPT] = {SWITCH(in_handling), SWITCH(is_exempt)},
};

bool indicator_cases_in(struct op *op, enum measure m, const struct indicator_filter *filter, struct indicator_cases_in *out)
{
    struct indicator_filter f = indicator_until(filter, op->now);
    *out = (struct indicator_cases_in){
        .hq = op->hq, .from_ms = f.from_ms, .to_ms = f.to_ms, .unit_id = f.unit_id, .area_from = f.area_code,
        .area_to = str_prefix_end(OP_ARENA(op), f.area_code), .category = f.category};
    for (int i = 0; i < SWITCHES_MAX && switches[m][i]; i++)
        *(struct opt_bool *)(void *)((char *)out + switches[m][i]) = SOME_BOOL(true);
    for (int s = 0; s < STAGES; s++) {
        if (m != stages[s].ended && m != stages[s].ended + 1)
            continue;
        out->in_stage = str_of(stages[s].stage);
        out->is_stage_in_time = m == stages[s].ended ? STR_NONE : out->in_stage;
    }
    if (m == M_CARRIED_IN || m == M_CARRIED_OUT)
        out->in_carried = SOME(m == M_CARRIED_IN ? f.from_ms : f.to_ms);
    return m != M_NONE;
}

void indicator_cases_of(struct indicator_cases_in *in, enum indicator_group_by by, struct str key, struct uuid unit)
{
    bool none = str_eq(key, no_key);
    if (by == GROUP_UNIT && none)
        in->key_no_unit = SOME_BOOL(true);
    else if (by == GROUP_UNIT)
        in->key_unit = unit;
    else if (by == GROUP_AREA)
        in->key_town = key;
    else if (by == GROUP_CATEGORY && none)
        in->key_no_category = SOME_BOOL(true);
    else if (by == GROUP_CATEGORY)
        in->key_category = key;
}
