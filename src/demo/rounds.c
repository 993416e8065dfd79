/*
 * rounds.c - three rounds: a monthly one drawn, walked, closed and published; a covert weekly one that runs, whose
 * findings are held; a dragnet planned for the days to come.
 */
#include "demo/play.h"
#include "loop/publish.h"
#include "round/draw_store.h"
#include "round_sql.h"

/* One round of the play: working days before the last, as scenes count them. */
struct a_round {
    const char *title, *basis;
    enum round_kind kind;
    int starts, ends, published; /* published < 0: beyond the play */
    int take;
    int first_inspector, inspectors;
    int days;                    /* on which its sites are walked */
};
enum { MONTHLY, WEEKLY, DRAGNET, ROUNDS };
static const struct a_round rounds[ROUNDS] = {
    [MONTHLY] = {"月度测评（第三轮）", "年度测评工作方案", ROUND_MONTHLY, 26, 21, 17, 32, 0, 4, 4},
    [WEEKLY] = {"每周暗访", "周督查计划", ROUND_WEEKLY, 2, -4, -1, 20, 4, 4, 4},
    [DRAGNET] = {"农贸市场及背街小巷拉网式排查", "迎检工作方案", ROUND_DRAGNET, -1, -6, -1, 0, 0, 8, 4},
};

static struct op *op_of(struct play *p)
{
    return &p->d->p->op;
}

static struct str round_name(int r)
{
    static const char *const names[ROUNDS] = {"monthly", "weekly", "dragnet"};
    return str_of(names[r]);
}

static struct uuid round_id(int r)
{
    return demo_id("round.plan", round_name(r));
}

static int64_t published_ms(struct play *p, int r)
{
    return rounds[r].published < 0 ? INT64_MAX : play_workday(p, rounds[r].published) + 10 * (int64_t)HOUR_MS;
}

struct uuid round_of_visit(const struct play *p, int round)
{
    (void)p;
    return round_id(round - 1);
}

bool round_holds(struct play *p, int round, int64_t *until_ms)
{
    if (!round_is_covert_by_kind(rounds[round - 1].kind))
        return false;
    *until_ms = published_ms(p, round - 1);
    return true;
}

/* ---- planning ---- */

static enum rc create(struct play *p, int r, int64_t at_ms)
{
    const struct a_round *a = &rounds[r];
    RETURN_IF(demo_begin(p->d, at_ms, &p->d->office[0], "round.plan", "round", round_name(r)));
    struct round_new in = {.id = round_id(r), .kind = a->kind, .covert = round_is_covert_by_kind(a->kind), .title = str_of(a->title),
                           .basis = str_of(a->basis), .starts_ms = play_workday(p, a->starts),
                           .ends_ms = play_workday(p, a->ends) + DAY_MS};
    return play_commit(p, round_prepare_create(op_of(p), &in));
}

/* The day's secret follows from the day, so that the same sites are drawn whenever the district is made. */
static enum rc commit_day(struct play *p, int64_t at_ms)
{
    clock_set(&p->d->p->clock, at_ms);
    process_next(p->d->p);
    struct op *op = op_of(p);
    struct str day = civil_date(&p->d->p->arena, at_ms, ZONE_SHANGHAI_MIN);
    return draw_commitment_demo(op, sha256_of(str_fmt(&p->d->p->arena, "demonstration %.*s", STR_ARG(day))));
}

static enum rc choose(struct play *p, int r, int64_t at_ms)
{
    const struct a_round *a = &rounds[r];
    struct round_selection s = {.round_id = round_id(r)};
    if (a->take) {
        RETURN_IF(commit_day(p, at_ms));
        s.has_draw = true;
        s.take = a->take;
        s.least = 1;
        s.by = ROUND_BY_TOWN;
    } else {
        s.has_rule = true;
        s.rule = (struct round_rule){.categories = {STR("NM"), STR("BJ")}, .ncategories = 2};
    }
    RETURN_IF(play_begin(p, at_ms + MINUTE_MS, &p->d->office[0], "round.select", "round"));
    return play_commit(p, round_prepare_select(op_of(p), &s));
}

static enum rc assign(struct play *p, int r, int64_t at_ms)
{
    const struct a_round *a = &rounds[r];
    struct demo *d = p->d;
    struct uuid people[INSPECTORS];
    struct round_pair pairs[INSPECTORS];
    int64_t days[8];
    for (int i = 0; i < a->inspectors; i++) {
        people[i] = d->inspectors[a->first_inspector + i].person_id;
        pairs[i] = (struct round_pair){.inspector_id = people[i]};
    }
    for (int i = 0; i < a->days; i++) { /* past the last day, which may be no working day */
        int n = a->starts - i;
        days[i] = play_workday(p, a->starts > 0 && n <= 0 ? n - 1 : n);
    }
    RETURN_IF(play_begin(p, at_ms, &d->office[0], "round.people", "round"));
    RETURN_IF(play_commit(p, round_prepare_people(op_of(p), round_id(r), people, (size_t)a->inspectors)));
    RETURN_IF(play_begin(p, at_ms + MINUTE_MS, &d->office[0], "round.assign", "round"));
    struct round_assignment in = {.round_id = round_id(r), .pairs = pairs, .npairs = (size_t)a->inspectors, .days_ms = days,
                                  .ndays = (size_t)a->days};
    return play_commit(p, round_prepare_assign(op_of(p), &in));
}

static enum rc prepare(struct play *p, int r, int64_t at_ms)
{
    RETURN_IF(create(p, r, at_ms));
    RETURN_IF(choose(p, r, at_ms + 10 * MINUTE_MS));
    return assign(p, r, at_ms + 20 * MINUTE_MS);
}

/* ---- walking ---- */

static int inspector_index(const struct demo *d, struct uuid id)
{
    int i = 0;
    while (i < INSPECTORS - 1 && !uuid_eq(d->inspectors[i].person_id, id))
        i++;
    return i;
}

static int site_index(const struct demo *d, struct uuid id)
{
    int i = 0;
    while (i < d->nsites - 1 && !uuid_eq(d->sites[i].id, id))
        i++;
    return i;
}

/* Each walks the sites of the day in their order, one every 40 minutes. */
static enum rc walk(struct play *p, int r)
{
    struct round_sites_row *rows;
    size_t n;
    int64_t day[INSPECTORS] = {0};
    int walked[INSPECTORS] = {0};
    struct op *op = op_of(p);
    RETURN_IF(q_round_sites(&op->rd, &(struct round_sites_in){.hq = op->hq, .round_id = round_id(r), .row_limit = 200}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        int who = inspector_index(p->d, rows[i].inspector_id);
        if (!rows[i].day_ms.has)
            continue;
        walked[who] = rows[i].day_ms.v == day[who] ? walked[who] + 1 : 0;
        day[who] = rows[i].day_ms.v;
        play_plan(p, (struct happening){.at_ms = day[who] + (9 * 60 + 10 + 40 * walked[who]) * (int64_t)MINUTE_MS,
                                        .kind = HAPPENS_VISIT, .who = who, .which = site_index(p->d, rows[i].site_id),
                                        .round = r + 1});
    }
    return RC_OK;
}

static enum rc start(struct play *p, int r, int64_t at_ms)
{
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "round.start", "round"));
    RETURN_IF(play_commit(p, round_prepare_start(op_of(p), round_id(r))));
    process_next(p->d->p);
    return walk(p, r);
}

/* ---- the scenes ---- */

static enum rc monthly_planned(struct play *p, int64_t at_ms)
{
    return prepare(p, MONTHLY, at_ms);
}

static enum rc monthly_started(struct play *p, int64_t at_ms)
{
    return start(p, MONTHLY, at_ms);
}

static enum rc monthly_closed(struct play *p, int64_t at_ms)
{
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "round.close", "round"));
    return play_commit(p, round_prepare_close(op_of(p), round_id(MONTHLY), STR("个别点位临时封闭，未能入内检查")));
}

static enum rc monthly_published(struct play *p, int64_t at_ms)
{
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "round.publish", "round"));
    return play_commit(p, publish_prepare(op_of(p), round_id(MONTHLY)));
}

static enum rc weekly_planned(struct play *p, int64_t at_ms)
{
    return prepare(p, WEEKLY, at_ms);
}

static enum rc weekly_started(struct play *p, int64_t at_ms)
{
    return start(p, WEEKLY, at_ms);
}

static enum rc dragnet_planned(struct play *p, int64_t at_ms)
{
    return prepare(p, DRAGNET, at_ms);
}

const struct scene round_scenes[] = {
    {28, 15 * 60, monthly_planned},  {26, 8 * 60 + 40, monthly_started}, {20, 9 * 60 + 30, monthly_closed},
    {17, 10 * 60, monthly_published}, {3, 15 * 60, weekly_planned},      {2, 8 * 60 + 40, weekly_started},
    {1, 15 * 60, dragnet_planned},   {0, 0, NULL},
};
