/*
 * level.h - handing a case on downward (层层下派): street to community to grid, each level with a clock of its own.
 *
 * A level is one stretch between an upper unit, which handed on, and a lower unit, which answers. Levels of a case
 * form one chain: whoever holds the deepest open level may hand on again; the upper unit checks each answer and
 * answers upward itself. Pure functions first (level.c), then what works on an operation (level_store.c).
 *
 * A level's clock stands while its answer is being checked, and whenever the case's own clock stands (stopped at law
 * enforcement, postponed). It is never due later than the level above unless that is stated when handing on.
 */
#ifndef XH_PROBLEM_LEVEL_H
#define XH_PROBLEM_LEVEL_H

#include "problem/problem.h"

/* 下派层级的状态. */
enum level_state {
    LEVEL_HANDED,      /* 已下派 */
    LEVEL_ACCEPTED,    /* 已签收 */
    LEVEL_ANSWERED,    /* 已反馈 */
    LEVEL_CONFIRMED,   /* 已确认 */
    LEVEL_HANDED_BACK, /* 已退回：不属本级 */
    LEVEL_TAKEN_BACK,  /* 已收回 */
    LEVEL_CEASED,      /* 随案终止 */
    LEVEL_STATES,
};
extern const char *const level_state_names[LEVEL_STATES + 1];

enum level_event {
    LEVEL_EV_ACCEPT,    /* 签收 */
    LEVEL_EV_HAND_BACK, /* 退回 */
    LEVEL_EV_ANSWER,    /* 反馈 */
    LEVEL_EV_CONFIRM,   /* 确认 */
    LEVEL_EV_RETURN,    /* 退回重办 */
    LEVEL_EV_TAKE_BACK, /* 收回 */
    LEVEL_EV_CEASE,     /* 随案终止: what becomes of the case leaves nothing to do */
    LEVEL_EVENTS,
};
extern const char *const level_event_names[LEVEL_EVENTS + 1];
/* The step's name in the case's timeline: "hand_accept" … */
extern const char *const level_mark_names[LEVEL_EVENTS];

/* On whose side somebody stands. */
enum level_side { LEVEL_LOWER, LEVEL_UPPER, LEVEL_OTHER, LEVEL_SYSTEM, LEVEL_SIDES };

struct level_case {
    enum level_state state;
    enum limit_kind limit_kind;
    int64_t whole_ms;         /* the whole limit in the calendar's measure */
    struct opt_i64 due_ms;
    struct opt_i64 left_ms;   /* set: the clock stands, so much is left */
    bool beyond;              /* may be due later than the level above */
    bool overdue;             /* the raw fact */
    int64_t return_count;
    struct opt_i64 accepted_ms, answered_ms, ended_ms;
};

/* How the case's own clock stands: runs, stopped, or runs on at `until_ms` (postponed). */
struct level_pace {
    bool stopped;
    struct opt_i64 until_ms;
};

struct level_act {
    enum level_event event;
    enum level_side side;
    struct str note;
    size_t nphotos;
    bool open_below;          /* there is an open level beneath */
    struct level_pace pace;
};

/* A level to be opened. `above_due_ms`: when the level above (or the case) is due. */
struct level_opening {
    bool has_limit;
    enum limit_kind limit_kind; /* without a limit of its own: of the level above, as the measure of its lamp */
    int64_t limit_amount;
    struct opt_i64 above_due_ms;
    bool beyond;
    struct level_pace pace;
};

bool level_is_open(enum level_state state);
bool level_event_possible(enum level_state from, enum level_event event);
enum level_side level_event_side(enum level_event event);

/* Field errors "/limit" "later_than_above", "limit_impossible"; RC_CONFLICT "clock_stands". */
enum rc level_open(struct fault *f, const struct calendar *cal, const struct level_opening *in, int64_t at_ms,
                   struct level_case *out) MUST_CHECK;
/* The level after the act. RC_CONFLICT "level_state_forbids", "level_open_below"; RC_FORBIDDEN "wrong_side";
 * RC_INVALID with fields "/note", "/photos". */
enum rc level_decide(struct fault *f, const struct calendar *cal, const struct level_case *now,
                     const struct level_act *act, int64_t at_ms, struct level_case *after) MUST_CHECK;

/* The case's clock went from one pace to another: the level's follows. `above_due_ms` caps what starts again. Answers
 * whether anything changed. */
bool level_follow(const struct calendar *cal, struct level_case *l, const struct level_pace *from,
                  const struct level_pace *to, int64_t at_ms, struct opt_i64 above_due_ms);
enum problem_light level_light(const struct calendar *cal, const struct level_case *l, int64_t now_ms);
/* Late as shown: past its limit once, or right now. */
bool level_is_late(const struct level_case *l, int64_t now_ms);

/* Who may be handed to: a unit under the other in the chain of units, or one whose area lies within the other's.
 * `chain` are the units above `to`, nearest first. */
struct level_unit {
    struct uuid id;
    struct str area_code;     /* of a territory; absent else */
    bool closed;
};
bool level_is_below(const struct level_unit *from, const struct level_unit *to, const struct uuid *chain, size_t n);

/* ---- on an operation ---- */

struct level_new {
    struct uuid id;
    struct uuid to_unit_id;
    struct uuid to_person_id; /* UUID_NONE: nobody in particular. Must be given when it stays in the same unit */
    struct str note;
    bool has_limit;
    enum limit_kind limit_kind;
    int64_t limit_amount;
    bool beyond;
    struct opt_i64 version;   /* of the case */
};
enum rc level_prepare_hand_on(struct op *op, struct uuid problem_id, const struct level_new *in) MUST_CHECK;

struct level_step {
    enum level_event event;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
    bool take_over;           /* answer: with the photographs of the answer confirmed below */
    struct opt_i64 version;   /* of the level */
};
enum rc level_prepare_step(struct op *op, struct uuid level_id, const struct level_step *in) MUST_CHECK;

#endif
