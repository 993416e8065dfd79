/*
 * plan.h - a plan per site (一点一策): what is lacking, who sets it right by when and how, and what it is accepted by.
 *
 * The office makes it, the unit that owns it reports it finished, the office accepts it (验收) or returns it; never a person
 * of the unit that finished it. Every version is kept.
 */
#ifndef XH_SITE_PLAN_H
#define XH_SITE_PLAN_H

#include "site/site.h"

enum plan_state {
    PLAN_OPEN,     /* 整治中 */
    PLAN_FINISHED, /* 待验收 */
    PLAN_ACCEPTED, /* 已验收 */
    PLAN_DROPPED,  /* 已取消 */
    PLAN_STATES,
};
extern const char *const plan_state_names[PLAN_STATES + 1];
enum plan_event {
    PLAN_FINISH, /* 报告完成 */
    PLAN_ACCEPT, /* 验收通过 */
    PLAN_RETURN, /* 验收退回 */
    PLAN_DROP,   /* 取消 */
    PLAN_EVENTS,
};
extern const char *const plan_event_names[PLAN_EVENTS + 1];

struct site_plan {
    struct uuid id;
    struct uuid site_id;
    struct str site_code, site_name, area_code;
    struct uuid units[4]; /* owner, then the site's three */
    struct str criterion_code;
    struct str gap, measures, acceptance; /* 差距、整治措施、验收标准 */
    struct str owner_unit_name;
    struct uuid owner_person_id;
    struct str owner_person_name;
    int64_t due_ms; /* the end of the day named */
    enum plan_state state;
    struct opt_i64 finished_ms, closed_ms;
    struct uuid finished_by, finished_unit;
    int64_t created_ms, version;
};
struct plan_new {
    struct uuid id, site_id;
    struct str criterion_code, gap, measures, acceptance;
    struct uuid owner_unit_id, owner_person_id;
    int64_t due_ms;
};
enum plan_member {
    PLAN_CRITERION = 1,
    PLAN_GAP = 2,
    PLAN_MEASURES = 4,
    PLAN_ACCEPTANCE = 8,
    PLAN_UNIT = 16,
    PLAN_PERSON = 32,
    PLAN_DUE = 64,
};
struct plan_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct plan_new to;
};

/* Pure. RC_CONFLICT "state_forbids"; RC_INVALID for a missing reason. */
enum rc plan_decide(struct fault *f, enum plan_state now, enum plan_event event, struct str note,
                    enum plan_state *after) MUST_CHECK;
bool plan_overdue(const struct site_plan *p, int64_t now_ms);

/* Out of reach: not found. */
enum rc plan_read(struct op *op, struct uuid id, struct site_plan *out) MUST_CHECK;
enum rc plan_prepare_create(struct op *op, const struct plan_new *in) MUST_CHECK;
enum rc plan_prepare_change(struct op *op, const struct plan_change *in) MUST_CHECK;
enum rc plan_prepare_event(struct op *op, struct uuid id, enum plan_event event, struct str note) MUST_CHECK;

#endif
