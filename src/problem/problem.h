/*
 * problem.h - the case that is driven to its end (问题): states, steps, rules.
 *
 * The machine is one table in problem.c: state, event, permission, guard, effect on the clock. Nothing else
 * changes a state. The functions down to problem_light() are pure; the rest prepare plans on an operation
 * (change_begin() first, then commit).
 */
#ifndef XH_PROBLEM_PROBLEM_H
#define XH_PROBLEM_PROBLEM_H

#include "auth/policy.h"
#include "calendar/calendar.h"

/* 问题状态, with GB/T 30428's word where it differs. */
enum problem_state {
    PROBLEM_REPORTED,       /* 已上报 */
    PROBLEM_VERIFIED,       /* 已核实 */
    PROBLEM_REGISTERED,     /* 已登记（立案） */
    PROBLEM_DISPATCHED,     /* 已交办（派遣） */
    PROBLEM_ACCEPTED,       /* 已签收 */
    PROBLEM_RECTIFIED,      /* 已反馈（处置反馈） */
    PROBLEM_STRUCK_OFF,     /* 已销号（结案） */
    PROBLEM_REJECTED,       /* 不予登记 */
    PROBLEM_MENDED_ON_SPOT, /* 立行立改 */
    PROBLEM_STATES,
};
extern const char *const problem_state_names[PROBLEM_STATES + 1];

/* 流转环节. */
enum problem_event {
    PROBLEM_EV_VERIFY,       /* 核实 */
    PROBLEM_EV_REGISTER,     /* 登记 */
    PROBLEM_EV_REJECT,       /* 不予登记 */
    PROBLEM_EV_DISPATCH,     /* 交办 */
    PROBLEM_EV_MEND_ON_SPOT, /* 立行立改 */
    PROBLEM_EV_ACCEPT,       /* 签收 */
    PROBLEM_EV_SEND_BACK,    /* 退回：不属本单位 */
    PROBLEM_EV_RECTIFY,      /* 反馈整改 */
    PROBLEM_EV_RETURN,       /* 退回重改 */
    PROBLEM_EV_STRIKE_OFF,   /* 销号 */
    PROBLEM_EVENTS,
};
extern const char *const problem_event_names[PROBLEM_EVENTS + 1];

enum problem_source {
    PROBLEM_BY_INSPECTION,
    PROBLEM_BY_REPORT,
    PROBLEM_BY_PATROL,
    PROBLEM_BY_SUPERIOR,   /* 上级交办 */
    PROBLEM_BY_LOOKBACK,   /* 回头看反弹 */
    PROBLEM_BY_ALIKE,      /* 举一反三 */
    PROBLEM_BY_SELF_CHECK, /* 自查自改 */
    PROBLEM_BY_ASSET,      /* 设施、公益广告巡检 */
    PROBLEM_BY_IMPORT,     /* an older system's case */
    PROBLEM_SOURCES
};
extern const char *const problem_source_names[PROBLEM_SOURCES + 1];

enum { PROBLEM_TEXT_MAX = 2000, PROBLEM_PHOTOS_MAX = 20 };

/* What the rules look at. */
struct problem_case {
    enum problem_state state;
    struct uuid unit_id;
    struct uuid last_unit_id;
    struct uuid rectifier_id;
    struct uuid rectifier_unit_id;
    enum limit_kind limit_kind;
    int64_t limit_amount;
    struct opt_i64 dispatched_ms;
    struct opt_i64 due_ms;
    struct opt_i64 left_ms;
    struct opt_i64 rectified_ms;
    struct opt_i64 closed_ms;
    bool overdue;
    int64_t rework_count;
};

/* What somebody wants to do to it. */
struct problem_act {
    enum problem_event event;
    struct str note;
    struct uuid unit_id;             /* dispatch: to whom */
    bool has_limit;                  /* dispatch: another limit than the criterion's */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    const struct sha256 *photos;
    size_t nphotos;
    struct opt_i64 version;          /* only if it is still at this version */
    struct uuid actor_id, actor_unit_id;
};

/* The case after the act, or a fault: RC_CONFLICT "state_forbids", RC_INVALID with fields for what is missing
 * ("/note", "/photos", "/unit_id", "/limit"). Does not ask about permission. */
enum rc problem_decide(struct fault *f, const struct calendar *cal, const struct problem_case *now,
                       const struct problem_act *act, int64_t at_ms, struct problem_case *after) MUST_CHECK;
/* The permission an event needs. */
enum action problem_event_action(enum problem_event event);
bool problem_event_possible(enum problem_state from, enum problem_event event);
bool problem_is_closed(enum problem_state state);

/* 红黄绿: NONE while no clock runs or stands measured. */
enum problem_light { PROBLEM_LIGHT_NONE, PROBLEM_LIGHT_GREEN, PROBLEM_LIGHT_YELLOW, PROBLEM_LIGHT_RED };
extern const char *const problem_light_names[];
enum problem_light problem_light(const struct calendar *cal, const struct problem_case *c, int64_t now_ms);

/* ---- on an operation ---- */

/* A problem to be recorded. Texts in the operation's arena. */
struct problem_new {
    struct uuid id;
    enum problem_source source;
    enum problem_state state;        /* reported, or registered when the office's own inspectors found it */
    struct uuid reporter_id;         /* UUID_NONE: the actor */
    struct uuid site_id;
    struct str site_name;            /* for the search text */
    struct str area_code;
    struct str category_code;
    struct uuid criterion_id;
    struct uuid inspection_id;
    struct str description;
    struct str place;
    struct opt_i64 lon_e7, lat_e7;
    const char *severity;            /* "general" | "key" */
    bool typical;
    enum limit_kind limit_kind;
    int64_t limit_amount;
    const struct sha256 *photos;
    size_t nphotos;
    bool mended;                     /* mended on the spot, with proof: */
    const struct sha256 *after_photos;
    size_t nafter;
    struct str kind;                 /* problem_kind.code; absent: "general" */
    bool held;                       /* of a covert round: no event, no public number until it is disclosed */
    struct uuid round_id, parent_id, rebound_of, alike_id, asset_id;
    struct str external_id;          /* of the list it was imported from; absent: none */
};

/* Adds the effects to the plan in hand. Photographs must be stored already: field errors under `at`. */
enum rc problem_prepare_new(struct op *op, const struct problem_new *p, struct str at) MUST_CHECK;
/* Loads, asks policy, decides, adds the effects. */
enum rc problem_prepare_act(struct op *op, struct uuid id, struct problem_act *act) MUST_CHECK;

#endif
