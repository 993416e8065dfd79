/* period_store.c - periods on an operation: counts all that is frozen, closes, revises, checks. */
#include "indicator/period.h"

#include "auth/policy.h"
#include "base/civil.h"
#include "change/change.h"
#include "indicator/indicator_store.h"
#include "score/score.h"

/* ---- all figures of a span ---- */

static void put(struct arena *a, struct figures *f, const struct figure *x)
{
    if (f->n == f->room) {
        size_t room = f->room ? f->room * 2 : 1024;
        struct figure *more = ARENA_MANY(a, struct figure, room);
        if (f->n)
            memcpy(more, f->list, f->n * sizeof *more);
        f->list = more;
        f->room = room;
    }
    f->list[f->n++] = *x;
}

static void put_group(struct op *op, struct figures *f, const char *part, const struct indicator_group *g,
                      const struct indicator_rules *rules)
{
    struct arena *a = OP_ARENA(op);
    struct figure x = {.part = str_of(part), .key = g->key, .name = g->name};
    for (int i = 0; i < INDICATORS; i++) {
        struct rate r = indicator_rate(g, rules->formulas[i]);
        x.item = str_of(indicator_defs[i].code);
        x.choice = str_of(rules->formulas[i]->choice);
        x.num = r.num;
        x.den = r.den;
        put(a, f, &x);
    }
    x.choice = STR_NONE;
    x.den = 0;
    for (int i = 0; i < INDICATOR_COUNTS; i++) {
        x.item = str_of(indicator_counts[i].code);
        x.num = g->m[indicator_counts[i].measure];
        put(a, f, &x);
    }
    if (!str_is(x.part, indicator_group_names[GROUP_UNIT]) || str_is(g->key, "-"))
        return;
    struct rate points = indicator_composite(g, rules);
    x.item = STR("composite");
    x.num = points.num;
    x.den = points.den;
    put(a, f, &x);
}

static enum rc put_indicators(struct op *op, int64_t from_ms, int64_t to_ms, struct figures *f)
{
    struct indicator_filter filter = {.from_ms = from_ms, .to_ms = to_ms};
    struct indicator_rules rules;
    RETURN_IF(indicator_rules_at(op, to_ms, &rules));
    for (int by = 0; by < GROUP_BYS; by++) {
        struct indicator_group *list;
        size_t n;
        RETURN_IF(indicator_count(op, (enum indicator_group_by)by, &filter, &list, &n));
        for (size_t i = 0; i < n; i++)
            put_group(op, f, indicator_group_names[by], &list[i], &rules);
    }
    return RC_OK;
}

static enum rc put_scores(struct op *op, int64_t from_ms, int64_t to_ms, struct figures *f)
{
    struct score_filter filter = {.from_ms = from_ms, .to_ms = to_ms};
    for (int g = 0; g < SCORE_GROUPS; g++) {
        struct score *list, total;
        size_t n;
        RETURN_IF(score_list(op, (enum score_group)g, &filter, &list, &n, &total));
        for (size_t i = 0; i < n; i++) {
            struct figure x = {.part = str_fmt(OP_ARENA(op), "score_%s", score_group_names[g]), .item = STR("score"), .key = list[i].key,
                               .name = list[i].name, .num = list[i].sum.earned_e4, .den = list[i].sum.possible_e4};
            put(OP_ARENA(op), f, &x);
            if (!list[i].has_weighted)
                continue;
            x.item = STR("weighted");
            x.num = list[i].weighted.num;
            x.den = list[i].weighted.den;
            put(OP_ARENA(op), f, &x);
        }
    }
    return RC_OK;
}

enum rc period_recount(struct op *op, int64_t from_ms, int64_t to_ms, struct figures *out)
{
    *out = (struct figures){0};
    RETURN_IF(db_snapshot_begin(&op->rd));
    enum rc rc = put_indicators(op, from_ms, to_ms, out);
    if (rc == RC_OK)
        rc = put_scores(op, from_ms, to_ms, out);
    db_snapshot_end(&op->rd);
    figures_sort(out);
    return rc;
}

/* ---- what is stored ---- */

enum rc period_load(struct op *op, struct uuid id, struct period_by_id_row *row)
{
    bool found;
    RETURN_IF(q_period_by_id(&op->rd, &(struct period_by_id_in){op->hq, id}, row, &found));
    return found ? RC_OK : OP_FAIL(op, RC_NOT_FOUND, "period_not_found", "没有这个考核周期", "There is no such period");
}

enum rc period_find(struct op *op, int64_t from_ms, int64_t to_ms, struct uuid *id)
{
    struct period_by_span_row row;
    bool found;
    RETURN_IF(q_period_by_span(&op->rd, &(struct period_by_span_in){op->hq, from_ms, to_ms}, &row, &found));
    *id = found ? row.id : UUID_NONE;
    return RC_OK;
}

enum rc period_frozen(struct op *op, struct uuid id, int64_t revision, struct figures *out)
{
    struct period_figures_row *rows;
    struct period_figures_in in = {.hq = op->hq, .period_id = id, .revision = revision};
    size_t n;
    RETURN_IF(q_period_figures(&op->rd, &in, &rows, &n));
    *out = (struct figures){.list = ARENA_MANY(OP_ARENA(op), struct figure, n + 1), .n = n, .room = n + 1};
    for (size_t i = 0; i < n; i++)
        out->list[i] = (struct figure){rows[i].part, rows[i].item, rows[i].group_key, rows[i].name, rows[i].numerator,
                                       rows[i].denominator, rows[i].choice};
    return RC_OK;
}

static void add_figures(struct op *op, struct uuid id, int64_t revision, struct str reason, const struct figures *f, struct sha256 hash)
{
    fx_period_revision_add(&op->plan.fx, &(struct period_revision_add_in){
        .hq = op->hq, .period_id = id, .revision = revision, .reason = reason, .signed_by = op->actor.person_id,
        .signed_name = op->actor.name, .signed_ms = op->now, .figures = (int64_t)f->n, .hash = hash});
    for (size_t i = 0; i < f->n; i++) {
        const struct figure *x = &f->list[i];
        fx_period_figure_add(&op->plan.fx, &(struct period_figure_add_in){
            .hq = op->hq, .period_id = id, .revision = revision, .part = x->part, .item = x->item, .group_key = x->key,
            .name = x->name, .numerator = x->num, .denominator = x->den, .choice = x->choice});
    }
}

/* What the journal keeps of the signature. */
static void sign(struct op *op, int64_t from_ms, int64_t to_ms, int64_t revision, struct sha256 hash)
{
    struct arena *a = OP_ARENA(op);
    struct str hex = str_hex(a, hash.b, sizeof hash.b), from = civil_date(a, from_ms, op->zone_min), to = civil_date(a, to_ms, op->zone_min);
    op->plan.command.detail = str_fmt(a, "{\"from\":\"%.*s\",\"to\":\"%.*s\",\"revision\":%lld,\"hash\":\"%.*s\"}", STR_ARG(from),
                                      STR_ARG(to), (long long)revision, STR_ARG(hex));
}

enum rc period_prepare_close(struct op *op, const struct period_new *p, const struct figures *f)
{
    static const struct miss closed = {RC_CONFLICT, "period_closed", "该周期已经关闭", "This period is closed already"};
    struct uuid there;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERIOD_CLOSE, NULL));
    if (p->to_ms > op->now)
        return OP_FAIL(op, RC_CONFLICT, "period_running", "周期尚未结束，不能关闭", "The period has not ended yet");
    RETURN_IF(period_find(op, p->from_ms, p->to_ms, &there));
    if (!uuid_is_none(there))
        return OP_FAIL(op, closed.rc, closed.code, closed.zh, closed.en);
    struct sha256 hash = figures_hash(OP_ARENA(op), f, p->from_ms, p->to_ms, 0);
    struct effect *e = fx_period_add(&op->plan.fx, &(struct period_add_in){
        .hq = op->hq, .id = p->id, .kind = str_of(period_kind_names[p->kind]), .name = p->name, .from_ms = p->from_ms, .to_ms = p->to_ms});
    e->on_clash = &closed;
    add_figures(op, p->id, 0, STR_NONE, f, hash);
    sign(op, p->from_ms, p->to_ms, 0, hash);
    change_event(op, "period.closed", "period", p->id, STR_NONE);
    return RC_OK;
}

enum rc period_prepare_revise(struct op *op, const struct period_by_id_row *row, struct str reason, const struct figures *f)
{
    struct figures frozen;
    struct figure_change *changes;
    int64_t revision = row->revision + 1;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERIOD_CLOSE, NULL));
    RETURN_IF(period_frozen(op, row->id, row->revision, &frozen));
    if (figures_compare(OP_ARENA(op), &frozen, f, &changes) == 0)
        return OP_FAIL(op, RC_CONFLICT, "nothing_changed", "重新统计与已冻结的数字一致，无须修订",
                       "A recount agrees with the frozen figures; there is nothing to revise");
    struct sha256 hash = figures_hash(OP_ARENA(op), f, row->from_ms, row->to_ms, revision);
    fx_period_revise(&op->plan.fx, &(struct period_revise_in){op->hq, row->id, row->version, revision});
    add_figures(op, row->id, revision, reason, f, hash);
    sign(op, row->from_ms, row->to_ms, revision, hash);
    change_event(op, "period.revised", "period", row->id, STR_NONE);
    return RC_OK;
}

/* ---- proposals ---- */

enum { CHECK_EVERY_H = 12, CHECK_BACK_DAYS = 730 };

enum rc period_chore(struct op *op, bool *more)
{
    struct period_to_check_row due;
    struct period_by_id_row row;
    struct figures frozen, now;
    struct figure_change *changes;
    struct effects fx;
    bool found;
    struct period_to_check_in in = {op->hq, op->now - (int64_t)CHECK_BACK_DAYS * DAY_MS, op->now - (int64_t)CHECK_EVERY_H * HOUR_MS};
    *more = false;
    RETURN_IF(q_period_to_check(&op->rd, &in, &due, &found));
    if (!found)
        return RC_OK;
    RETURN_IF(period_load(op, due.id, &row));
    RETURN_IF(period_recount(op, row.from_ms, row.to_ms, &now));
    RETURN_IF(period_frozen(op, row.id, due.revision, &frozen));
    size_t n = figures_compare(OP_ARENA(op), &frozen, &now, &changes);
    effects_init(&fx, OP_ARENA(op));
    /* Revised meanwhile: nothing to note. */
    struct effect *e = fx_period_checked(&fx, &(struct period_checked_in){op->hq, due.id, due.revision, op->now, (int64_t)n});
    e->min = 0;
    *more = true;
    return change_run_effects(op, &fx);
}
