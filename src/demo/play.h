/*
 * play.h - what the acts of the play share: the queue of what happens next, the cases in hand, and how an act is
 * entered into it.
 *
 * days.c moves the play; scripts.c, rounds.c, follow.c and places.c are acts of it.
 */
#ifndef XH_DEMO_PLAY_H
#define XH_DEMO_PLAY_H

#include "demo/internal.h"
#include "inspection/inspection.h"
#include "problem/problem.h"

enum { CASES_MAX = 6000, QUEUE_MAX = 12000 };

enum happening_kind { HAPPENS_VISIT, HAPPENS_REPORT, HAPPENS_STEP, HAPPENS_CUE, HAPPENS_SCENE, HAPPENINGS };

struct happening {
    int64_t at_ms;
    int order;              /* of two at one moment, the one planned first */
    enum happening_kind kind;
    int who;                /* inspector or town */
    int which;              /* site, case or scene */
    int round;              /* visits: of demo_rounds, from 1; 0: none */
    enum problem_event step;
};

struct a_case {
    struct uuid id;
    int unit;               /* index of the unit it is meant for */
    int steps;
    int sent_back, returned;
    int script;             /* from 1; 0: chance moves it */
    int cue;                /* the next of its script */
    struct uuid made;       /* what its script made last: a request, a look-back … */
};

struct play {
    struct demo *d;
    struct happening *queue;
    int nqueue, planned;
    struct a_case *cases;
    int ncases;
    int nvisits, nacts;
};

/* Enters what happens next; what would happen after the last moment does not. */
void play_plan(struct play *p, struct happening h);
/* The first working moment at least `minutes` later. */
int64_t play_later(struct play *p, int64_t from_ms, int minutes);
/* Midnight of the n-th working day before the last one; `n` negative: after it. */
int64_t play_workday(struct play *p, int n);
int play_between(struct play *p, int low, int high);
/* Begins an operation of the play under a name of its own ("act-00017"). */
enum rc play_begin(struct play *p, int64_t at_ms, const struct actor *who, const char *kind, const char *subject) MUST_CHECK;
/* The step of a case by whose turn it is, and what follows by chance unless the case has a script. */
enum rc play_step(struct play *p, int which, enum problem_event step, int64_t at_ms) MUST_CHECK;
/* Ends the operation begun by play_begin(): `rc` of what was prepared, then the commit. */
enum rc play_commit(struct play *p, enum rc rc) MUST_CHECK;
/* Reports a case from the grid of a town; `words` NULL: chance says what. */
enum rc play_report(struct play *p, int town, const char *words, int64_t at_ms) MUST_CHECK;

/* ---- the acts ---- */

/* A scene happens once, at a minute of the n-th working day before the last; a minute below 0 counts from the end. */
struct scene {
    int workdays_before, minute;
    enum rc (*run)(struct play *p, int64_t at_ms);
};
extern const struct scene round_scenes[], place_scenes[], follow_scenes[], script_scenes[]; /* end with run NULL */

/* scripts.c: the next cue of a case. */
enum rc script_cue(struct play *p, const struct happening *h) MUST_CHECK;
/* rounds.c: a visit of a round; whether what it finds is held until `*until_ms` (INT64_MAX: beyond the play). */
struct uuid round_of_visit(const struct play *p, int round);
bool round_holds(struct play *p, int round, int64_t *until_ms);
/* follow.c: what scripts call upon; `arg` as in the script. */
enum rc follow_alike(struct play *p, struct a_case *c, int64_t at_ms, int arg) MUST_CHECK;
enum rc follow_alike_answer(struct play *p, struct a_case *c, int64_t at_ms, int town) MUST_CHECK;
enum rc follow_lookback(struct play *p, struct a_case *c, int64_t at_ms, int arg) MUST_CHECK;
enum rc follow_lookback_judge(struct play *p, struct a_case *c, int64_t at_ms, int rebounds) MUST_CHECK;
enum rc follow_consequence(struct play *p, struct a_case *c, int64_t at_ms, int step) MUST_CHECK;

#endif
