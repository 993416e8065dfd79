/*
 * problem.h - the case that is driven to its end (问题): states, steps, clocks, rules.
 *
 * The machine is one table in machine.c: state, event, permission, guards, effect on the clock. Nothing else changes a
 * state. What is declared down to "on an operation" is pure; the rest prepare plans on an operation (change_begin()
 * first, then commit).
 *
 * Three clocks run beside one another (FACTS.md §3.2): the handling clock (处置时限) of the unit from dispatch on, the
 * clock of the stage in hand (环节时限: verify, register, dispatch, accept, recheck), and the whole case's (全流程时限)
 * from registration on. A clock that runs has a due moment; one that stands keeps what was left instead.
 */
#ifndef XH_PROBLEM_PROBLEM_H
#define XH_PROBLEM_PROBLEM_H

#include "auth/policy.h"
#include "limits/limits.h"

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
    PROBLEM_MERGED,         /* 已合并 */
    PROBLEM_VOIDED,         /* 作废 */
    PROBLEM_DISPUTED,       /* 争议待裁 */
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
    PROBLEM_EV_VOID,         /* 作废 */
    PROBLEM_EV_MERGE,        /* 合并 */
    PROBLEM_EV_UNMERGE,      /* 撤销合并 */
    PROBLEM_EV_DISPUTE,      /* 提请裁定 */
    PROBLEM_EV_SETTLE,       /* 裁定 */
    PROBLEM_EV_EXTEND,       /* 延期 */
    PROBLEM_EV_POSTPONE,     /* 暂缓整改（挂账） */
    PROBLEM_EV_RESUME,       /* 恢复整改（挂账恢复） */
    PROBLEM_EV_STOP,         /* 移送执法停表 */
    PROBLEM_EV_RESTART,      /* 恢复计时 */
    PROBLEM_EV_EXEMPT,       /* 申诉成立：超时不计入统计 */
    PROBLEM_EV_HOLD,         /* 回头看：保持 */
    PROBLEM_EV_REBOUND,      /* 回头看：反弹 */
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

/* The stage whose clock runs (环节); HANDLE is the handling clock itself, named on the timeline's rows. */
enum problem_stage {
    PROBLEM_STAGE_NONE,
    PROBLEM_STAGE_VERIFY,
    PROBLEM_STAGE_REGISTER,
    PROBLEM_STAGE_DISPATCH,
    PROBLEM_STAGE_ACCEPT,
    PROBLEM_STAGE_HANDLE,
    PROBLEM_STAGE_RECHECK,
};
extern const char *const problem_stage_names[]; /* "" "verify" … NULL */

/* One clock. It runs while `due_ms` is set and `left_ms` is not, stands while `left_ms` is. `total_ms` is all it was
 * given, in milliseconds of its kind: the limit and its extensions. 0: no such clock. */
struct problem_clock {
    enum limit_kind kind;
    int64_t total_ms;
    struct opt_i64 due_ms;
    struct opt_i64 left_ms;
};

/* What the rules look at. */
struct problem_case {
    enum problem_state state;
    struct uuid unit_id;
    struct uuid last_unit_id;         /* who had it before: its clock resumes if it returns there */
    struct uuid rectifier_id;
    struct uuid rectifier_unit_id;
    int64_t limit_amount;             /* the original limit, of handling.kind: what an extension adds */
    bool limit_stated;                /* somebody stated it: rules of limits leave it alone */
    struct uuid limit_rule_id;
    struct problem_clock handling, stage_clock, whole;
    enum problem_stage stage;
    struct opt_i64 verified_ms, registered_ms, dispatched_ms, rectified_ms, closed_ms;
    bool overdue, case_overdue;       /* the raw facts, kept for ever */
    bool exempt;
    int64_t rework_count, sent_back_count;
    bool returned;                    /* the unit it is with has sent it back before */
    bool settled;                     /* whose it is has been decided */
    int64_t extension_count, postponed_count;
    struct opt_i64 postponed_until_ms; /* due moments are computed beyond it already */
    struct opt_i64 stopped_ms;
    bool rebounded;
    struct uuid merged_into;
    /* Of the step just decided: the stage it ended, and whether late. NONE: it ended none that had a clock. */
    enum problem_stage ended_stage;
    bool ended_late;
};

/* What somebody wants to do to it. */
struct problem_act {
    enum problem_event event;
    struct str note;
    struct uuid unit_id;             /* dispatch, settle: to whom */
    bool has_limit;                  /* dispatch, settle: another limit than the rules' */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    struct uuid limit_rule_id;       /* the rule a limit comes from; NONE: somebody stated it */
    const struct sha256 *photos;
    size_t nphotos;
    struct opt_i64 version;          /* only if it is still at this version */
    struct uuid target_id;           /* merge: into which */
    struct opt_i64 until_ms;         /* postpone: until when */
    struct uuid request_id;          /* the request it carries out */
    bool via_room;                   /* comes from the room that owns the event (requests, look-back, merging) */
    struct uuid actor_id, actor_unit_id;
    int64_t at_ms;
};

enum { PROBLEM_EXTENSIONS_MAX = 2, PROBLEM_POSTPONED_MAX = 1 };

/* The case after the act, or a fault: RC_CONFLICT "state_forbids" and the codes of the guards ("sent_back_before",
 * "overdue", …), RC_INVALID with fields for what is missing ("/note", "/photos", "/unit_id", "/limit", "/until").
 * Does not ask about permission. */
enum rc problem_decide(struct fault *f, const struct limits *limits, const struct problem_case *now,
                       const struct problem_act *act, struct problem_case *after) MUST_CHECK;

/* ---- the machine as data (machine.c) ---- */

enum problem_guard {
    /* what the act must carry */
    NEEDS_NOTE = 1 << 0,   /* a reason */
    NEEDS_PROOF = 1 << 1,  /* stored photographs */
    NEEDS_UNIT = 1 << 2,
    NEEDS_TARGET = 1 << 3,
    NEEDS_UNTIL = 1 << 4,
    VIA_ROOM = 1 << 5,     /* never a step somebody takes directly: an approved request, a look-back, a merge */
    /* what the case must be */
    NOT_RETURNED = 1 << 6,   /* a unit sends back once: then only 裁定 is left (被退回方不得再行推诿) */
    WAS_SENT_BACK = 1 << 7,
    NOT_SETTLED = 1 << 8,
    NOT_OVERDUE = 1 << 9,
    CAN_EXTEND = 1 << 10,
    CAN_POSTPONE = 1 << 11,
    IS_POSTPONED = 1 << 12,
    IS_STOPPED = 1 << 13,
    NOT_STOPPED = 1 << 14,
    NOT_REBOUNDED = 1 << 15,
    CAN_EXEMPT = 1 << 16,
};
extern const char *const problem_guard_names[]; /* bit by bit, NULL at the end */

enum problem_clock_effect {
    CLOCK_KEEPS,
    CLOCK_STARTS,    /* or resumes, when it comes back to the unit that had it */
    CLOCK_PAUSES,    /* what is left is measured and kept */
    CLOCK_RESUMES,
    CLOCK_ENDS,
    CLOCK_EXTENDS,   /* by one more original limit */
    CLOCK_POSTPONES, /* stands until a date and runs on by itself */
    CLOCK_RUNS_ON,   /* before that date */
    CLOCK_STOPS,     /* whole case and stage too */
    CLOCK_RESTARTS,
    CLOCK_REOPENS,
};
extern const char *const problem_clock_effect_names[];

struct problem_transition {
    enum problem_state from;
    enum problem_event event;
    enum problem_state to;
    enum action action; /* the permission it needs */
    unsigned guards;    /* enum problem_guard */
    enum problem_clock_effect clock;
};
/* All there are; `*n` of them. */
const struct problem_transition *problem_transitions(size_t *n);
const struct problem_transition *problem_transition(enum problem_state from, enum problem_event event);

/* Words for people; `gb` is GB/T 30428's, NULL where it has none. */
struct problem_word {
    const char *zh, *en, *gb;
};
extern const struct problem_word problem_state_words[PROBLEM_STATES];
extern const struct problem_word problem_event_words[PROBLEM_EVENTS];

/* The permission an event needs (the same from every state). */
enum action problem_event_action(enum problem_event event);
bool problem_event_possible(enum problem_state from, enum problem_event event);
/* The guards that look at the case alone; a fault names the first that forbids. */
enum rc problem_check_case(struct fault *f, const struct problem_transition *t, const struct problem_case *c,
                           int64_t at_ms) MUST_CHECK;
bool problem_is_closed(enum problem_state state);

/* ---- clocks (clock.c) ---- */

/* Effects of a transition on all clocks of the case; see problem_decide(). */
enum rc problem_move_clocks(struct fault *f, const struct limits *limits, const struct problem_transition *t,
                            const struct problem_act *act, struct problem_case *c) MUST_CHECK;
/* The clocks of a problem that begins in `state` at `at_ms`. */
enum rc problem_begin_clocks(struct fault *f, const struct limits *limits, int64_t at_ms, struct problem_case *c) MUST_CHECK;
/* What is left of a clock, in milliseconds of its kind; false when it neither runs nor stands. While the case is
 * postponed the clock stands at what it will run on with. */
bool problem_clock_left(const struct calendar *cal, const struct problem_case *c, const struct problem_clock *k,
                        int64_t now_ms, int64_t *left_ms);
bool problem_clock_runs(const struct problem_clock *k);
/* Past its limit at `at_ms`, running or standing. */
bool problem_clock_late(const struct problem_case *c, const struct problem_clock *k, int64_t at_ms);
bool problem_is_postponed(const struct problem_case *c, int64_t now_ms);

/* 红黄绿: NONE while no clock runs or stands measured. Yellow from 80 %, red from 100 %. */
enum problem_light { PROBLEM_LIGHT_NONE, PROBLEM_LIGHT_GREEN, PROBLEM_LIGHT_YELLOW, PROBLEM_LIGHT_RED };
extern const char *const problem_light_names[];
enum problem_light problem_clock_light(const struct calendar *cal, const struct problem_case *c,
                                       const struct problem_clock *k, int64_t now_ms);
/* The handling clock's. */
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
    bool limit_stated;               /* the limit is somebody's own (a superior's): rules of limits leave it alone */
};

/* Adds the effects to the plan in hand. Photographs must be stored already: field errors under `at`. */
enum rc problem_prepare_new(struct op *op, const struct problem_new *p, struct str at) MUST_CHECK;
/* Loads, asks policy, decides, adds the effects. Dispatching a held problem discloses it. */
enum rc problem_prepare_act(struct op *op, struct uuid id, struct problem_act *act) MUST_CHECK;

struct problem_by_id_row;

/* The same for a row loaded already, permission asked with the subject given. */
enum rc problem_prepare_step(struct op *op, const struct problem_by_id_row *row, const struct subject *subject,
                             struct problem_act *act) MUST_CHECK;

/* A row of the timeline that moves no state: handing on, urging, a request, … Permission is the caller's matter. */
struct problem_mark {
    const char *event;              /* "hand_on", "urge", "ask_extension" … */
    struct str note;
    struct uuid unit_id;            /* the unit it concerns */
    struct uuid request_id;
    const struct sha256 *photos;    /* stored; checked */
    size_t nphotos;
    const char *photo_role;         /* NULL: "before" */
};
/* Bumps version and event_count of the row's problem. After an act or a mark on the same problem in the same plan pass
 * problem_row_after(row). */
enum rc problem_prepare_mark(struct op *op, const struct problem_by_id_row *row, const struct problem_mark *m) MUST_CHECK;
struct problem_by_id_row problem_row_after(const struct problem_by_id_row *row);

/* A held problem takes the next public number and is held no longer (公开); its first announcement goes out now. Adds
 * nothing when the row is not held. Called at dispatch and when its round is published. */
void problem_disclose(struct op *op, const struct problem_by_id_row *row);

/* Evidence is stored bytes, not a promised photograph: field errors "photo_missing" and "photo_twice" under `at`. */
enum rc problem_check_photos(struct op *op, const struct sha256 *photos, size_t n, struct str at) MUST_CHECK;

#endif
