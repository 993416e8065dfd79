/*
 * world.h - a small headquarters set up through the command line and the API alone: administrators,
 * the office, inspectors, units with their contacts, two towns with villages, four sites. What most
 * suites stand on.
 */
#ifndef XH_TESTS_API_WORLD_H
#define XH_TESTS_API_WORLD_H

#include "harness.h"

enum { WORLD_SITES = 4 };

struct world {
    struct server server;
    struct account admin, security, auditor; /* 三员 */
    struct account commander;
    struct account desk;    /* office: verify, register, dispatch */
    struct account checker; /* office: recheck, strike */
    struct account inspector, second, joint;
    struct account contact, colleague, rival; /* of unit, of unit, of rival_unit */
    struct account grid, leader;              /* for town[0] */
    struct account station;                   /* station manager of town_unit */
    char office_unit[ID_BYTES], unit[ID_BYTES], rival_unit[ID_BYTES], town_unit[ID_BYTES];
    char district[ID_BYTES], town[2][ID_BYTES], village[3][ID_BYTES];
    /* SQ of unit in town 0; XQ of rival_unit in town 0; SQ of unit in town 1; ZG of unit in town 1
     */
    char site[WORLD_SITES][ID_BYTES];
};
extern struct world world;

/* Group set-up and end of a suite. */
int world_open(void **state);
int world_close(void **state);
/* Sets the headquarters up on a running, freshly initialised server. */
void world_build(void);
/* One more person with an account; roles end with NULL. */
void world_person(struct account *a, const char *login, const char *unit, const char *const *roles,
                  const char *area);
const char *make_site(const char *code, const char *category, const char *area, const char *unit);

/* The checklist's criteria (kept for the suite). */
json_t *criteria_of(const char *site);
/* The body of a complete inspection with full marks everywhere. */
json_t *visit_body(const char *site, const char *kind);
json_t *visit_body_at(const char *site, const char *kind, int64_t visit_ms);
/* One observation with full marks for a criterion. */
json_t *full_marks(json_t *criterion);
/* Makes the n-th observation of the body that can fail do so; answers it, to hang photographs or a
 * problem on. */
json_t *fail_one(json_t *body, const char *site, size_t nth);
/* Sends an inspection in which something fails and raises a problem; answers the problem's id. */
const char *raise_problem(const struct account *inspector, const char *site, const char *kind);
/* One step of a problem: `more` is merged into the body, may be NULL. */
json_t *act(const struct account *who, int expect, const char *problem, const char *action,
            json_t *more);
/* Dispatches to `unit` from registered. */
void dispatch(const char *problem, const char *unit);

#define SUITE(tests) cmocka_run_group_tests_name(SUITE_NAME, tests, world_open, world_close)

#endif
