/*
 * loop_ground.h - for tests of the loop: a headquarters with two units, two sites of one category, the shipped
 * example standard, two photographs and the people who act, on either engine.
 */
#ifndef XH_LOOP_LOOP_GROUND_H
#define XH_LOOP_LOOP_GROUND_H

#include "auth/auth_ground.h"
#include "calendar/calendar.h"
#include "loop/inspect.h"
#include "problem/problem_store.h"
#include "score/score.h"

struct stage {
    struct ground g;
    struct calendar calendar;
    struct actor inspector, other_inspector, office, contact, neighbour;
    struct uuid unit, other_unit;
    struct uuid site, other_site;
    struct uuid version;
    const struct checklist *list;
    const struct criterion *binary;     /* one judged met or not, without veto */
    struct sha256 before, after;
};

void stage_open(struct stage *s);
void stage_close(struct stage *s);
struct uuid stage_id(const char *name);
/* A fresh operation by `who`, its command begun under the id of `name`. */
struct op *stage_begin(struct stage *s, const struct actor *who, const char *kind, const char *name);
/* Begins, reads the JSON body of POST /inspections, prepares; the commit is the caller's. */
enum rc stage_inspect(struct stage *s, const struct actor *who, const char *name, struct str body);
/* Such a body about `site`: a patrol with one observation, "met" or "not_met"; members in `more` begin with ','. */
struct str stage_body(struct stage *s, const char *name, struct uuid site, const char *result, const char *more);
/* Prepares an act; the commit is the caller's. */
enum rc stage_act(struct stage *s, const struct actor *who, const char *name, struct uuid problem, struct problem_act act);
/* The sums of everything ever, and that every entry agrees with its observations. */
struct score stage_score(struct stage *s);

#endif
