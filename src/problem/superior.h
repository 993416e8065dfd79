/*
 * superior.h - problems a higher authority assigned (上级交办), and the rectification report back (整改情况报告).
 *
 * The case is an ordinary one; beside it stand the superior's name, document number and limit, whose lamp burns until a
 * report was sent, whatever our own clock says. What was written about it before stays on record. A report is composed
 * from the case, edited, approved by a leader who did not write it, and marked as sent with date and number; it is data
 * (its printed form is made elsewhere). Editing an approved report takes the approval away.
 */
#ifndef XH_PROBLEM_SUPERIOR_H
#define XH_PROBLEM_SUPERIOR_H

#include "problem/problem.h"

struct superior {
    struct str name;       /* 交办单位 */
    struct str number;     /* 文号、编号 */
    struct str item;       /* 清单序号 */
    int64_t received_ms;
    struct opt_i64 due_ms; /* their limit: an instant, whatever kind of days they count */
    struct str note;
};

/* Their limit as a lamp: the time between receipt and due moment, 80 % yellow, past it red; none without a limit or
 * when the report went back. Pure. */
enum problem_light superior_light(const struct superior *s, struct opt_i64 sent_ms, int64_t now_ms);
/* Sent after their limit, or not sent and past it. */
bool superior_is_late(const struct superior *s, struct opt_i64 sent_ms, int64_t now_ms);

enum report_state { REPORT_DRAFT, REPORT_APPROVED, REPORT_SENT, REPORT_DROPPED, REPORT_STATES };
extern const char *const report_state_names[REPORT_STATES + 1];
enum report_event { REPORT_EV_EDIT, REPORT_EV_APPROVE, REPORT_EV_SEND, REPORT_EV_DROP, REPORT_EVENTS };
/* RC_CONFLICT "report_state_forbids". Pure. */
enum rc report_decide(struct fault *f, enum report_state now, enum report_event event, enum report_state *after) MUST_CHECK;

/* What a report is composed from. Texts may be absent. */
struct report_line {
    int64_t at_ms;
    struct str unit, words;
};
struct report_facts {
    const struct superior *superior;
    struct str number, description, place, unit, office;
    int64_t found_ms;
    struct opt_i64 dispatched_ms, due_ms, rectified_ms, closed_ms;
    bool ended;                       /* struck off, or mended on the spot */
    const struct report_line *lines;  /* what was done, in order */
    size_t nlines;
    size_t before, after;             /* photographs */
    int64_t rework_count;
    int zone_min;
};
struct report_text {
    struct str title, found, measures, result;
};
/* The Chinese text of a report, ready to be edited. Pure. */
void report_compose(struct arena *a, const struct report_facts *in, struct report_text *out);

/* ---- on an operation ---- */

/* Takes a problem in under the superior's number: registered, source superior. */
enum rc superior_prepare_take_in(struct op *op, const struct problem_new *p, const struct superior *s) MUST_CHECK;
/* Writes, or writes anew, what the superior says about a case that is there. */
enum rc superior_prepare_record(struct op *op, struct uuid problem_id, const struct superior *s) MUST_CHECK;

enum rc report_prepare_compose(struct op *op, struct uuid problem_id, struct uuid report_id) MUST_CHECK;
struct report_change {
    struct uuid id;
    enum report_event event;
    struct opt_i64 version;
    struct report_text text;   /* edit: absent members stay */
    struct str sent_number;    /* send */
    struct opt_i64 sent_ms;    /* send: not set: now */
};
enum rc report_prepare_change(struct op *op, const struct report_change *in) MUST_CHECK;

#endif
