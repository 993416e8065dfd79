/*
 * days.c - three months of the loop: visits, problems found, dispatched, mended, sent back, returned, struck off.
 *
 * A queue of what happens next, in order of time; each step is the room's own operation by the person whose turn it is.
 * What would happen after the last moment does not happen, so cases stand in every state.
 */
#include "demo/play.h"

#include "loop/inspect.h"

#include <stdio.h>
#include <stdlib.h>

enum { VISITS_A_DAY = 3, RAISED_MAX = 3 };

static bool earlier(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

/* ---- the queue: a binary heap ---- */

void play_plan(struct play *p, struct happening h)
{
    if (h.at_ms > p->d->until_ms || p->nqueue == QUEUE_MAX)
        return;
    h.order = p->planned++;
    int i = p->nqueue++;
    for (; i > 0 && earlier(&h, &p->queue[(i - 1) / 2]); i = (i - 1) / 2)
        p->queue[i] = p->queue[(i - 1) / 2];
    p->queue[i] = h;
}

static struct happening next(struct play *p)
{
    struct happening first = p->queue[0], last = p->queue[--p->nqueue];
    int i = 0;
    for (;;) {
        int child = 2 * i + 1;
        if (child >= p->nqueue)
            break;
        if (child + 1 < p->nqueue && earlier(&p->queue[child + 1], &p->queue[child]))
            child++;
        if (!earlier(&p->queue[child], &last))
            break;
        p->queue[i] = p->queue[child];
        i = child;
    }
    p->queue[i] = last;
    return first;
}

int64_t play_later(struct play *p, int64_t from_ms, int minutes)
{
    int64_t at = from_ms + (int64_t)minutes * MINUTE_MS;
    for (int i = 0; i < 2000 && !calendar_is_open(&p->d->p->calendar, at); i++)
        at += 20 * MINUTE_MS;
    return at;
}

int64_t play_workday(struct play *p, int n)
{
    int64_t day = civil_midnight(p->d->until_ms, ZONE_SHANGHAI_MIN), step = n < 0 ? DAY_MS : -DAY_MS;
    for (int left = n < 0 ? -n : n; left > 0;) {
        day += step;
        left -= calendar_works_on(&p->d->p->calendar, day + 12 * (int64_t)HOUR_MS);
    }
    return day;
}

int play_between(struct play *p, int low, int high)
{
    return low + dice_below(&p->d->dice, high - low + 1);
}

enum rc play_begin(struct play *p, int64_t at_ms, const struct actor *who, const char *kind, const char *subject)
{
    char key[24];
    snprintf(key, sizeof key, "act-%05d", p->nacts++);
    return demo_begin(p->d, at_ms, who, kind, subject, str_of(key));
}

enum rc play_commit(struct play *p, enum rc rc)
{
    RETURN_IF(rc);
    return change_commit(&p->d->p->op);
}

/* ---- a visit ---- */

/* What is wrong, in words that fit any criterion; which one it is follows. */
static const char *const faults_found[] = {
    "有多处不符合要求，未及时处置", "现场未达到要求，已当场指出并拍照", "日常管理不到位，问题反复出现",
    "责任未落实到人，无人及时处理", "与标准有明显差距，需限期整改",
};
/* What people in the grid report. */
static const char *const seen[] = {
    "路边有成堆生活垃圾，未及时清运", "人行道地砖破损、积水", "公益宣传栏画面褪色脱落", "非机动车乱停，占用盲道",
    "绿化带内有丢弃的旧家具", "下水井盖破损，存在隐患", "楼道堆放杂物，影响通行", "墙面、电杆上小广告较多",
};

static struct finding judge_as(struct play *p, const struct criterion *c, bool good)
{
    const struct judging *j = &c->judging;
    int64_t best = j->nsteps ? j->steps[0].at_e2 : 0;
    switch (j->mode) {
    case JUDGING_BINARY:
        return (struct finding){.result = good ? (dice_chance(&p->d->dice, 3) ? RESULT_NOT_APPLICABLE : RESULT_MET)
                                               : RESULT_NOT_MET};
    case JUDGING_GRADE:
    case JUDGING_DEDUCTION:
        return (struct finding){.result = RESULT_COUNT, .count = good ? 0 : play_between(p, 1, 3)};
    case JUDGING_COUNT:
        return (struct finding){.result = RESULT_COUNT, .count = play_between(p, 0, 12)};
    case JUDGING_THRESHOLD:
    case JUDGING_MODES:
        break;
    }
    if (j->lower_is_better)
        return (struct finding){.result = RESULT_VALUE, .value_e2 = good ? best * play_between(p, 60, 100) / 100 : best * 3 / 2 + 100};
    return (struct finding){.result = RESULT_VALUE, .value_e2 = good ? best : best * play_between(p, 40, 85) / 100};
}

/* Without the full stop, to stand in quotation marks. */
static struct str trim_stop(struct str s)
{
    return str_ends(s, STR("。")) ? str_sub(s, 0, s.n - strlen("。")) : s;
}

static void raise(struct play *p, struct observation_new *o, const struct demo_site *site, int *raised)
{
    struct demo *d = p->d;
    int picture = dice_below(&d->dice, PICTURES);
    if (*raised == RAISED_MAX || p->ncases == CASES_MAX || !dice_chance(&d->dice, 38))
        return;
    struct a_case *c = &p->cases[p->ncases];
    char key[24];
    snprintf(key, sizeof key, "case-%05d", p->ncases);
    *c = (struct a_case){.id = demo_id("problem", str_of(key)), .unit = site->unit};
    o->photos = &d->before[picture];
    o->nphotos = 1;
    o->has_problem = true;
    /* One throw to a statement: within an expression the order would be the compiler's. */
    bool typical = dice_chance(&d->dice, 6);
    bool mended = dice_chance(&d->dice, 12);
    const char *sight = faults_found[dice_below(&d->dice, sizeof faults_found / sizeof *faults_found)];
    o->problem = (struct raised_problem){
        .id = c->id, .typical = typical, .mended = mended,
        .after_photos = &d->after[picture], .nafter = 1,
        .description = str_fmt(&d->p->arena, "“%.*s”一项%s（%s）", STR_ARG(trim_stop(o->criterion->text_zh)),
                               sight, site->name)};
    (*raised)++;
    p->ncases++;
    d->n->problems++;
}

static enum rc observe(struct play *p, const struct checklist *list, const struct demo_site *site, int64_t at_ms,
                       struct observation_new **obs, size_t *n)
{
    struct demo *d = p->d;
    /* Places improve over the months. */
    int quality = site->quality + (int)((at_ms - d->start_ms) * 9 / ((int64_t)DEMO_DAYS * DAY_MS));
    int raised = 0;
    *obs = ARENA_MANY(&d->p->arena, struct observation_new, list->n + 1);
    *n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct criterion *c = &list->criteria[i];
        struct observation_new *o = &(*obs)[*n];
        if (!c->active)
            continue;
        bool good = dice_chance(&d->dice, c->veto ? 99 : quality);
        *o = (struct observation_new){.at = STR("/observations"), .criterion_id = c->id, .criterion = c,
                                      .finding = judge_as(p, c, good), .device_ms = SOME(at_ms)};
        struct points points;
        RETURN_IF(judging_score(&d->p->fault, &c->judging, c->weight, &o->finding, &points));
        if (points.failed)
            raise(p, o, site, &raised);
        (*n)++;
    }
    return RC_OK;
}

/* What is held is dispatched once its round is published. */
static void plan_found(struct play *p, const struct inspection_new *in, int first_case, int round)
{
    int at = first_case;
    int64_t from_ms = in->visit_ms;
    if (round && round_holds(p, round, &from_ms) && from_ms == INT64_MAX)
        return;
    for (size_t i = 0; i < in->n; i++) {
        if (!in->observations[i].has_problem)
            continue;
        if (!in->observations[i].problem.mended)
            play_plan(p, (struct happening){.at_ms = play_later(p, from_ms, play_between(p, 60, 420)), .kind = HAPPENS_STEP,
                                       .which = at, .step = PROBLEM_EV_DISPATCH});
        at++;
    }
}

static enum rc visit(struct play *p, const struct happening *h)
{
    struct demo *d = p->d;
    const struct demo_site *site = &d->sites[h->which];
    const struct checklist *list;
    struct uuid version;
    bool found;
    int first_case = p->ncases;
    char key[24];
    snprintf(key, sizeof key, "visit-%05d", p->nvisits++);
    RETURN_IF(demo_begin(d, h->at_ms + 20 * MINUTE_MS, &d->inspectors[h->who], "inspection.record", "inspection", str_of(key)));
    struct op *op = &d->p->op;
    struct inspection_new in = {.id = op->plan.command.id, .site_id = site->id, .visit_ms = h->at_ms, .complete = true,
                                .kind = dice_chance(&d->dice, 70) ? INSPECTION_WEEKLY : INSPECTION_MONTHLY};
    if (h->round)
        in.round_id = round_of_visit(p, h->round);
    RETURN_IF(standard_version_at(op, h->at_ms, &version, &found));
    RETURN_IF(standard_checklist(op, version, str_of(site->category), &list));
    RETURN_IF(observe(p, list, site, h->at_ms, &in.observations, &in.n));
    for (size_t i = 0; h->round && i < in.n; i++)
        in.observations[i].problem.mended = false; /* nobody on the spot is told */
    RETURN_IF(inspect_prepare_new(op, &in));
    RETURN_IF(change_commit(op));
    plan_found(p, &in, first_case, h->round);
    d->n->inspections++;
    return RC_OK;
}

/* ---- a grid worker's report ---- */

enum rc play_report(struct play *p, int town, const char *words, int64_t at_ms)
{
    struct demo *d = p->d;
    struct a_case *c = &p->cases[p->ncases];
    int village = town * 9 + dice_below(&d->dice, 9), picture = dice_below(&d->dice, PICTURES);
    const char *sight = words ? words : seen[dice_below(&d->dice, sizeof seen / sizeof *seen)];
    char key[24];
    snprintf(key, sizeof key, "case-%05d", p->ncases);
    RETURN_IF(demo_begin(d, at_ms, &d->grid[town], "problem.report", "problem", str_of(key)));
    struct problem_new in = {
        .id = d->p->op.plan.command.id, .source = PROBLEM_BY_REPORT, .state = PROBLEM_REPORTED,
        .area_code = str_of(d->villages[village].code), .severity = "general", .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 2,
        .description = str_fmt(&d->p->arena, "%s：%s", d->villages[village].name, sight),
        .photos = &d->before[picture], .nphotos = 1};
    *c = (struct a_case){.id = in.id, .unit = d->nunits - d->ntowns + town};
    RETURN_IF(problem_prepare_new(&d->p->op, &in, STR("")));
    RETURN_IF(change_commit(&d->p->op));
    p->ncases++;
    d->n->problems++;
    return RC_OK;
}

static enum rc report(struct play *p, const struct happening *h)
{
    int which = p->ncases;
    if (p->ncases == CASES_MAX)
        return RC_OK;
    RETURN_IF(play_report(p, h->who, NULL, h->at_ms));
    int64_t looked_at_ms = play_later(p, h->at_ms, play_between(p, 60, 2600));
    play_plan(p, (struct happening){.at_ms = looked_at_ms, .kind = HAPPENS_STEP, .which = which,
                                    .step = dice_chance(&p->d->dice, 10) ? PROBLEM_EV_REJECT : PROBLEM_EV_VERIFY});
    return RC_OK;
}

/* ---- the steps of a case ---- */

static const char *const returns[] = {"整改不彻底，现场仍有垃圾，请继续整改", "整改照片与问题点位不符，请补充",
                                      "只清理了表面，长效措施未落实"};

static const struct actor *whose_turn(struct demo *d, const struct a_case *c, enum problem_event step)
{
    switch (step) {
    case PROBLEM_EV_VERIFY:
    case PROBLEM_EV_REGISTER:
    case PROBLEM_EV_REJECT:
        return &d->office[1];
    case PROBLEM_EV_DISPATCH:
        return &d->office[2];
    case PROBLEM_EV_RETURN:
        return &d->office[3];
    case PROBLEM_EV_STRIKE_OFF:
        return &d->office[4];
    default:
        return &d->units[c->unit].actor;
    }
}

static struct problem_act act_of(struct play *p, struct a_case *c, enum problem_event step)
{
    struct demo *d = p->d;
    struct problem_act act = {.event = step};
    if (step == PROBLEM_EV_DISPATCH)
        act.unit_id = d->units[c->unit].id;
    if (step == PROBLEM_EV_RECTIFY) {
        act.note = STR("已按要求整改到位，并安排专人巡查");
        act.photos = &d->after[dice_below(&d->dice, PICTURES)];
        act.nphotos = 1;
    }
    if (step == PROBLEM_EV_RETURN)
        act.note = str_of(returns[dice_below(&d->dice, 3)]);
    if (step == PROBLEM_EV_SEND_BACK)
        act.note = STR("经核实不属本单位职责，建议交属地处理");
    if (step == PROBLEM_EV_REJECT)
        act.note = STR("经核实现场无此问题");
    if (step == PROBLEM_EV_DISPUTE)
        act.note = STR("再次核实，该处属两单位交界，请指挥部裁定");
    return act;
}

/* What follows a step, when, and by which chance. */
static void plan_after(struct play *p, struct a_case *c, int which, enum problem_event step, int64_t at_ms)
{
    struct demo *d = p->d;
    struct happening h = {.kind = HAPPENS_STEP, .which = which};
    int wait = 0;
    switch (step) {
    case PROBLEM_EV_VERIFY:
        h.step = PROBLEM_EV_REGISTER, wait = play_between(p, 10, 2400);
        break;
    case PROBLEM_EV_REGISTER:
        h.step = PROBLEM_EV_DISPATCH, wait = play_between(p, 30, 300);
        break;
    case PROBLEM_EV_SEND_BACK:
        c->unit = d->nunits - d->ntowns + which % d->ntowns;
        h.step = PROBLEM_EV_DISPATCH, wait = play_between(p, 60, 300);
        break;
    case PROBLEM_EV_DISPATCH:
        h.step = c->sent_back++ == 0 && dice_chance(&d->dice, 5) ? PROBLEM_EV_SEND_BACK : PROBLEM_EV_ACCEPT;
        wait = play_between(p, 20, 400);
        break;
    case PROBLEM_EV_ACCEPT:
    case PROBLEM_EV_RETURN:
        if (dice_chance(&d->dice, 2))
            return; /* forgotten: stays and turns red */
        h.step = PROBLEM_EV_RECTIFY;
        wait = dice_chance(&d->dice, 82) ? play_between(p, 60, 900) : play_between(p, 1500, 7000);
        break;
    case PROBLEM_EV_RECTIFY:
        h.step = c->returned == 0 && dice_chance(&d->dice, 14) ? PROBLEM_EV_RETURN : PROBLEM_EV_STRIKE_OFF;
        c->returned += h.step == PROBLEM_EV_RETURN;
        wait = play_between(p, 200, 2400);
        break;
    default:
        return;
    }
    h.at_ms = play_later(p, at_ms, wait);
    play_plan(p, h);
}

enum rc play_step(struct play *p, int which, enum problem_event event, int64_t at_ms)
{
    struct demo *d = p->d;
    struct a_case *c = &p->cases[which];
    char key[32], kind[40];
    snprintf(key, sizeof key, "case-%05d-%02d", which, c->steps++);
    snprintf(kind, sizeof kind, "problem.%s", problem_event_names[event]);
    RETURN_IF(demo_begin(d, at_ms, whose_turn(d, c, event), str_z(&d->kept, str_of(kind)), "problem", str_of(key)));
    d->p->op.plan.command.subject_id = c->id;
    struct problem_act act = act_of(p, c, event);
    RETURN_IF(problem_prepare_act(&d->p->op, c->id, &act));
    RETURN_IF(change_commit(&d->p->op));
    d->n->steps++;
    if (!c->script)
        plan_after(p, c, which, event, at_ms);
    return RC_OK;
}

static enum rc step(struct play *p, const struct happening *h)
{
    return play_step(p, h->which, h->step, h->at_ms);
}

/* ---- the whole ---- */

/* Every site is visited in turn; what is left of the rounds begins anew. */
static void plan_visits(struct play *p, int64_t day_ms, int *at)
{
    struct demo *d = p->d;
    for (int i = 0; i < INSPECTORS; i++) {
        for (int v = 0; v < VISITS_A_DAY; v++) {
            int site = (int)(((int64_t)(*at)++ * 377) % d->nsites);
            int minute = (v == 0 ? 9 * 60 : v == 1 ? 10 * 60 + 30 : 15 * 60) + play_between(p, 0, 50);
            play_plan(p, (struct happening){.at_ms = day_ms + (int64_t)minute * MINUTE_MS, .kind = HAPPENS_VISIT, .who = i, .which = site});
        }
    }
    for (int t = 0; t < d->ntowns; t++)
        if (dice_chance(&d->dice, 45))
            play_plan(p, (struct happening){.at_ms = day_ms + (int64_t)play_between(p, 510, 1020) * MINUTE_MS, .kind = HAPPENS_REPORT, .who = t});
}

static const struct scene *const acts[] = {place_scenes, round_scenes, follow_scenes, script_scenes};

static enum rc scene(struct play *p, const struct happening *h)
{
    return acts[h->who][h->which].run(p, h->at_ms);
}

static int64_t moment_of(struct play *p, const struct scene *s)
{
    int64_t from_ms = s->minute < 0 ? p->d->until_ms : play_workday(p, s->workdays_before);
    return from_ms + s->minute * (int64_t)MINUTE_MS;
}

static void plan_scenes(struct play *p)
{
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++)
        for (int i = 0; acts[a][i].run; i++)
            play_plan(p, (struct happening){.at_ms = moment_of(p, &acts[a][i]), .kind = HAPPENS_SCENE, .who = (int)a,
                                            .which = i});
}

enum rc demo_days(struct demo *d)
{
    static enum rc (*const happen[HAPPENINGS])(struct play *, const struct happening *) = {visit, report, step, script_cue, scene};
    struct play p = {.d = d};
    enum rc rc = RC_OK;
    int at = 0;
    p.queue = xcalloc(QUEUE_MAX, sizeof *p.queue);
    p.cases = xcalloc(CASES_MAX, sizeof *p.cases);
    for (int day = 1; day <= DEMO_DAYS; day++) {
        int64_t day_ms = d->start_ms + (int64_t)day * DAY_MS;
        if (calendar_works_on(&d->p->calendar, day_ms + 12 * HOUR_MS))
            plan_visits(&p, day_ms, &at);
    }
    plan_scenes(&p);
    while (rc == RC_OK && p.nqueue) {
        struct happening h = next(&p);
        rc = happen[h.kind](&p, &h);
    }
    free(p.queue);
    free(p.cases);
    return rc;
}
