/*
 * request.h - what a unit asks for about its case (申请): extension (延期), postponement (暂缓整改), appeal against
 * "overdue" after the end (超时申诉).
 *
 * A unit asks; the office decides first, and where two are needed a leader of the headquarters decides second: never the
 * same person twice, never whoever asked. What is granted happens to the case at once; what is refused or withdrawn
 * does not count, save that an appeal is made once (FACTS.md §3.2). One of a kind waits at a time.
 */
#ifndef XH_PROBLEM_REQUEST_H
#define XH_PROBLEM_REQUEST_H

#include "problem/problem.h"

enum request_kind { REQUEST_EXTENSION, REQUEST_POSTPONEMENT, REQUEST_APPEAL, REQUEST_KINDS };
extern const char *const request_kind_names[REQUEST_KINDS + 1];
/* 待初审 · 待复审 · 同意 · 不同意 · 已撤回. */
enum request_state { REQUEST_ASKED, REQUEST_FIRST, REQUEST_GRANTED, REQUEST_REFUSED, REQUEST_WITHDRAWN, REQUEST_STATES };
extern const char *const request_state_names[REQUEST_STATES + 1];

/* The step of the machine a granted request is. */
enum problem_event request_event(enum request_kind kind);
bool request_needs_two(enum request_kind kind);

/* What the rules look at. */
struct request_case {
    enum request_kind kind;
    enum request_state state;
    struct uuid asker_id, first_id;
};

/* Is this to be asked for of such a case now? RC_CONFLICT with the codes of the machine's guards, RC_INVALID
 * "/until", "/note". Pure. */
enum rc request_check_ask(struct fault *f, const struct limits *limits, const struct problem_case *c,
                          const struct problem_act *act, enum request_kind kind) MUST_CHECK;
/* The permission the next decision needs; ACT_NONE when none is due. */
enum action request_decider(const struct request_case *r);
/* The state after a decision, or RC_CONFLICT "request_ended", RC_FORBIDDEN "own_request" | "decided_before". Pure. */
enum rc request_decide(struct fault *f, const struct request_case *r, struct uuid decider, bool grant,
                       enum request_state *after) MUST_CHECK;

/* ---- on an operation ---- */

struct request_ask {
    struct uuid id, problem_id;
    enum request_kind kind;
    struct str note;
    struct opt_i64 until_ms;
    const struct sha256 *photos;
    size_t nphotos;
};
enum rc request_prepare_ask(struct op *op, const struct request_ask *ask) MUST_CHECK;
/* A refusal needs a note. The last approval carries it out. */
enum rc request_prepare_decision(struct op *op, struct uuid problem_id, struct uuid id, bool grant, struct str note) MUST_CHECK;
enum rc request_prepare_withdrawal(struct op *op, struct uuid problem_id, struct uuid id, struct str note) MUST_CHECK;

#endif
