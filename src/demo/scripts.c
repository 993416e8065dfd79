/*
 * scripts.c - cases with a script, so that every way a case can go is there whatever chance does: requests asked and
 * granted, a postponement, a dispute, a hand-over to a community, a merged pair, a contest, and what follows a
 * strike-off. Which case follows which script, where and when, is data/demo/cases.txt.
 */
#include "demo/play.h"
#include "loop/contest.h"
#include "problem/level.h"
#include "problem/link.h"
#include "problem/request.h"

#include <stdio.h>

enum { CUES_MAX = 14, POSTPONED_DAYS = 60 };

typedef enum rc act_fn(struct play *p, struct a_case *c, int64_t at_ms, int arg);

struct cue {
    int wait_minutes;
    act_fn *act;    /* NULL: the step `arg` of the machine */
    int arg;
};
struct script {
    const char *name;
    struct cue cues[CUES_MAX];
};

static const struct actor *unit_actor(const struct play *p, const struct a_case *c)
{
    return &p->d->units[c->unit].actor;
}

static struct op *op_of(struct play *p)
{
    return &p->d->p->op;
}

/* ---- requests ---- */

static enum rc ask(struct play *p, struct a_case *c, int64_t at_ms, int kind)
{
    static const char *const notes[REQUEST_KINDS] = {"所需材料须定制，供货期较长，申请延期", "须与改造工程同步实施，申请暂缓整改",
                                                     "超时系不可抗力所致，申请复核"};
    RETURN_IF(play_begin(p, at_ms, unit_actor(p, c), "request.ask", "problem"));
    c->made = op_of(p)->plan.command.id;
    struct request_ask in = {.id = c->made, .problem_id = c->id, .kind = (enum request_kind)kind, .note = str_of(notes[kind])};
    if (kind == REQUEST_POSTPONEMENT)
        in.until_ms = SOME(civil_midnight(at_ms, ZONE_SHANGHAI_MIN) + POSTPONED_DAYS * (int64_t)DAY_MS);
    return play_commit(p, request_prepare_ask(op_of(p), &in));
}

/* The first decision is the desk's, the second the commander's. */
static enum rc grant(struct play *p, struct a_case *c, int64_t at_ms, int second)
{
    RETURN_IF(play_begin(p, at_ms, second ? &p->d->commander : &p->d->office[2], "request.decide", "problem"));
    return play_commit(p, request_prepare_decision(op_of(p), c->id, c->made, true, STR("情况属实，同意")));
}

static enum rc contest(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    (void)arg;
    RETURN_IF(play_begin(p, at_ms, unit_actor(p, c), "contest.ask", "contest"));
    struct contest_new in = {.id = op_of(p)->plan.command.id, .problem_id = c->id,
                             .reason = STR("该器材已于上月移交街道管理，维护记录见移交清单，请复核")};
    return play_commit(p, contest_prepare_ask(op_of(p), &in));
}

/* ---- handing on, merging ---- */

static enum rc hand_on(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    (void)arg;
    RETURN_IF(play_begin(p, at_ms, unit_actor(p, c), "problem.hand_on", "problem"));
    c->made = op_of(p)->plan.command.id;
    struct level_new in = {.id = c->made, .to_unit_id = p->d->community.id, .note = STR("请社区牵头办理，办结后反馈照片")};
    return play_commit(p, level_prepare_hand_on(op_of(p), c->id, &in));
}

static enum rc hand_accept(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    (void)arg;
    RETURN_IF(play_begin(p, at_ms, &p->d->community.actor, "level.accept", "level"));
    return play_commit(p, level_prepare_step(op_of(p), c->made, &(struct level_step){.event = LEVEL_EV_ACCEPT}));
}

static enum rc merge(struct play *p, struct a_case *c, int64_t at_ms, int arg);

/* ---- the scripts ---- */

#define STEP(wait, event) {wait, NULL, PROBLEM_EV_##event}
#define TO_DISPATCH STEP(45, VERIFY), STEP(20, REGISTER), STEP(60, DISPATCH)
#define TO_ACCEPT TO_DISPATCH, STEP(70, ACCEPT)
#define TO_STRIKE TO_ACCEPT, STEP(150, RECTIFY), STEP(300, STRIKE_OFF)

static const struct script scripts[] = {
    {"extend_granted", {TO_ACCEPT, {60, ask, REQUEST_EXTENSION}, {90, grant, 0}}},
    {"extend_waiting", {TO_ACCEPT, {60, ask, REQUEST_EXTENSION}}},
    {"postponed", {TO_ACCEPT, {60, ask, REQUEST_POSTPONEMENT}, {80, grant, 0}, {200, grant, 1}}},
    {"postpone_waiting", {TO_ACCEPT, {60, ask, REQUEST_POSTPONEMENT}, {80, grant, 0}}},
    {"disputed", {TO_DISPATCH, STEP(60, SEND_BACK), STEP(12, DISPATCH), STEP(90, DISPUTE)}},
    {"handed_on", {TO_ACCEPT, {40, hand_on, 0}, {60, hand_accept, 0}}},
    {"merge_into", {TO_ACCEPT}},
    {"merged", {STEP(45, VERIFY), STEP(20, REGISTER), {30, merge, 0}}},
    {"typical", {TO_STRIKE, {120, follow_alike, 0}, {400, follow_alike_answer, 0}, {300, follow_alike_answer, 1},
                 {300, follow_alike_answer, 2}, {300, follow_alike_answer, 3}}},
    {"lookback_planned", {TO_STRIKE, {900, follow_lookback, 0}}},
    {"lookback_held", {TO_STRIKE, {600, follow_lookback, 0}, {2880, follow_lookback_judge, 0}}},
    {"lookback_rebound", {TO_STRIKE, {600, follow_lookback, 0}, {4320, follow_lookback_judge, 1}}},
    {"pressed", {TO_ACCEPT, {4320, follow_consequence, 0}, {1440, follow_consequence, 1}}},
    {"contested", {TO_ACCEPT, {90, contest, 0}}},
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

/* From 1; 0: there is none. */
static int script_named(const char *name)
{
    for (int i = 0; i < SCRIPTS; i++)
        if (strcmp(scripts[i].name, name) == 0)
            return i + 1;
    return 0;
}

static enum rc merge(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    int into = p->ncases - 1, wanted = script_named("merge_into");
    (void)arg;
    while (into > 0 && p->cases[into].script != wanted)
        into--;
    RETURN_IF(play_begin(p, at_ms, &p->d->office[1], "problem.merge", "problem"));
    struct link_merge in = {.id = c->id, .into_id = p->cases[into].id, .note = STR("同一地点同一问题，合并办理")};
    return play_commit(p, link_prepare_merge(op_of(p), &in));
}

/* ---- being played ---- */

static void plan_next(struct play *p, int which, int64_t at_ms)
{
    const struct a_case *c = &p->cases[which];
    const struct cue *cue = &scripts[c->script - 1].cues[c->cue];
    if (c->cue < CUES_MAX && cue->wait_minutes)
        play_plan(p, (struct happening){.at_ms = play_later(p, at_ms, cue->wait_minutes), .kind = HAPPENS_CUE, .which = which});
}

/* A line of cases.txt (`who`, from 1) begins. */
static enum rc enter(struct play *p, const struct happening *h)
{
    struct demo_list list;
    char name[32], words[192];
    int which = p->ncases;
    if (which == CASES_MAX)
        return RC_OK;
    RETURN_IF(demo_list(p->d, "cases", &list));
    demo_field(list.lines[h->who - 1], 0, name, sizeof name);
    demo_field(list.lines[h->who - 1], 4, words, sizeof words);
    RETURN_IF(play_report(p, h->which, words, h->at_ms));
    p->cases[which].script = script_named(name);
    if (p->cases[which].script)
        plan_next(p, which, h->at_ms);
    return RC_OK;
}

enum rc script_cue(struct play *p, const struct happening *h)
{
    if (h->who)
        return enter(p, h);
    struct a_case *c = &p->cases[h->which];
    const struct cue *cue = &scripts[c->script - 1].cues[c->cue++];
    RETURN_IF(cue->act ? cue->act(p, c, h->at_ms, cue->arg) : play_step(p, h->which, (enum problem_event)cue->arg, h->at_ms));
    plan_next(p, h->which, h->at_ms);
    return RC_OK;
}

static enum rc enter_all(struct play *p, int64_t at_ms)
{
    struct demo_list list;
    (void)at_ms;
    RETURN_IF(demo_list(p->d, "cases", &list));
    for (size_t i = 0; i < list.n; i++) {
        char field[24];
        int64_t n[3] = {0};
        for (int f = 0; f < 3; f++) {
            demo_field(list.lines[i], f + 1, field, sizeof field);
            (void)str_to_i64(str_of(field), 0, 24 * 60, &n[f]);
        }
        play_plan(p, (struct happening){.at_ms = play_workday(p, (int)n[1]) + n[2] * (int64_t)MINUTE_MS, .kind = HAPPENS_CUE,
                                        .who = (int)i + 1, .which = (int)(n[0] % p->d->ntowns)});
    }
    return RC_OK;
}

const struct scene script_scenes[] = {{30, 1, enter_all}, {0, 0, NULL}};
