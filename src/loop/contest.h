/*
 * contest.h - a unit contests a finding (对检查结论的申辩): an observation of an inspection it may read, or a problem.
 *
 * The office decides, never who made the visit; where the finding is a veto item (一票否决) two people must agree to
 * uphold. Upheld: a new record of the inspection sets the observation right, scores follow, the old one stays on
 * record as corrected; the problem that sprang from it is voided with that reason, or, where it has gone too far to be
 * voided, keeps its course with the decision in its timeline. Refused: all stays.
 */
#ifndef XH_LOOP_CONTEST_H
#define XH_LOOP_CONTEST_H

#include "inspection/inspection_store.h"
#include "problem/problem_store.h"

enum contest_state { CONTEST_ASKED, CONTEST_FIRST, CONTEST_UPHELD, CONTEST_REFUSED, CONTEST_WITHDRAWN, CONTEST_STATES };
extern const char *const contest_state_names[CONTEST_STATES + 1];
enum contest_event { CONTEST_EV_UPHOLD, CONTEST_EV_REFUSE, CONTEST_EV_WITHDRAW, CONTEST_EVENTS };

struct contest_case {
    enum contest_state state;
    bool two;                       /* two people must agree to uphold */
    struct uuid unit_id, first_by;
    struct uuid inspector_id, partner_id; /* of the visit; NONE where there is none */
};
/* Pure. RC_CONFLICT "contest_decided"; RC_FORBIDDEN "contest_own_visit", "contest_same_decider", "contest_not_own". */
enum rc contest_decide(struct fault *f, const struct contest_case *c, enum contest_event event, const struct actor *actor,
                       enum contest_state *after) MUST_CHECK;

/* ---- on an operation ---- */

struct contest_new {
    struct uuid id;
    struct uuid inspection_id, criterion_id; /* an observation … */
    struct uuid problem_id;                  /* … or a problem */
    struct str reason;
    const struct sha256 *photos;
    size_t nphotos;
};
enum rc contest_prepare_ask(struct op *op, const struct contest_new *in) MUST_CHECK;

struct contest_step {
    struct uuid id;
    enum contest_event event;
    struct str note;
    bool has_finding;       /* uphold: what the observation is set to; met where nothing is said */
    struct finding finding;
    struct opt_i64 version;
};
enum rc contest_prepare_step(struct op *op, const struct contest_step *in) MUST_CHECK;

/* Sets one observation right by a new inspection record; `*made` false where the inspection no longer counts. */
struct contest_correction {
    struct uuid inspection_id, criterion_id, new_id;
    struct finding finding;
    struct str reason;
};
enum rc contest_set_right(struct op *op, const struct contest_correction *in, bool *made) MUST_CHECK;

#endif
