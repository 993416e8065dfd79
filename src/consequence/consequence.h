/*
 * consequence.h - the ladder of consequences (结果运用): urging (催办) → supervision order (督办) → circulation (通报)
 * → publication (曝光) → clue referral (问题线索移送).
 *
 * Rules are data: they propose, a named leader decides (urging the office may send itself). What a rule looks at is
 * a plain struct of facts about one case, so that it can be asked about now and about any moment in the past
 * (试运行): consequence_first() answers the first moment at which it holds. The functions down to
 * consequence_first_of_unit() are pure; the rest prepare plans on an operation.
 */
#ifndef XH_CONSEQUENCE_CONSEQUENCE_H
#define XH_CONSEQUENCE_CONSEQUENCE_H

#include "auth/policy.h"
#include "calendar/calendar.h"

enum consequence_step {
    CONSEQUENCE_URGE = 1,  /* 催办 */
    CONSEQUENCE_SUPERVISE, /* 督办 */
    CONSEQUENCE_CIRCULATE, /* 通报 */
    CONSEQUENCE_PUBLISH,   /* 曝光 */
    CONSEQUENCE_REFER,     /* 问题线索移送 */
    CONSEQUENCE_STEPS,
};
extern const char *const consequence_step_names[]; /* from CONSEQUENCE_URGE on: index step - 1; NULL at the end */
struct str consequence_step_word(enum consequence_step step, enum lang lang);

enum consequence_cause {
    CAUSE_YELLOW,    /* 80 % of the handling limit is spent */
    CAUSE_OVERDUE,   /* past it by `hours` (limits in hours) or `days` (limits in days), in its own kind of time */
    CAUSE_UNSIGNED,  /* dispatched and not signed for, `hours` working hours long */
    CAUSE_REWORK,    /* returned for rework `count_min` times */
    CAUSE_SENT_BACK, /* sent back as not theirs, or disputed, `count_min` times */
    CAUSE_REBOUND,   /* the matter has rebounded `count_min` times */
    CAUSE_REBOUND_UNANSWERED, /* a rebound found by look-back, not answered `days` working days after dispatch */
    CAUSE_REPLY_OVERDUE,      /* an order's reply is overdue by `days` working days */
    CAUSE_UNIT_OVERDUE,       /* `count_min` cases of one unit ran over in `period_days` */
    CAUSES,
};
extern const char *const consequence_cause_names[CAUSES + 1];

/* Who is told besides the unit. */
enum { TELL_PARENT = 1, TELL_TERRITORY = 2, TELL_LEADERS = 4, TELL_ALL = 7 };
extern const char *const consequence_recipient_names[]; /* bit by bit, NULL at the end */

struct consequence_rule {
    struct uuid id;
    struct str name;
    int64_t order_no;
    bool active;
    enum consequence_cause cause;
    enum consequence_step step;
    int64_t count_min, hours, days, period_days;
    struct str severity, category_code; /* absent: any */
    int64_t recipients;
    int64_t reply_days, cooldown_days;
    bool may_skip;
    int64_t version;
};
/* Field errors with pointers as in its JSON body. */
enum rc consequence_rule_check(struct fault *f, const struct consequence_rule *r) MUST_CHECK;

/* A stretch of time in which the case was with the unit and its handling clock ran. */
struct consequence_span {
    int64_t from_ms, to_ms;   /* INT64_MAX: still */
    int64_t due_ms;
    int64_t given_ms;         /* when it came to the unit */
    bool unsigned_;
};
/* Times at which something happened; `at` NULL: `n` times, before any moment asked about. */
struct consequence_times {
    const int64_t *at;
    size_t n;
};
struct consequence_facts {
    struct str severity, category_code;
    enum limit_kind kind;
    int64_t total_ms;         /* the limit and its extensions, in milliseconds of its kind */
    const struct consequence_span *spans;
    size_t nspans;
    struct consequence_times reworks, sent_backs;
    int64_t chain;            /* rebounds behind this case */
    struct opt_i64 reply_due_ms; /* of the oldest order not answered yet */
};
/* Does the cause hold at `t`, a moment inside `span`? */
bool consequence_holds(const struct calendar *cal, const struct consequence_rule *r, const struct consequence_facts *f,
                       const struct consequence_span *span, int64_t t);
/* The first moment in [from_ms, to_ms] at which it holds, to the minute. */
bool consequence_first(const struct calendar *cal, const struct consequence_rule *r, const struct consequence_facts *f,
                       int64_t from_ms, int64_t to_ms, int64_t *at_ms);
/* CAUSE_UNIT_OVERDUE: the first moment in [from_ms, to_ms] at which `count_min` of the unit's cases have run over
 * within the `period_days` before it; `at`: when each ran over, ascending. */
bool consequence_first_of_unit(const struct consequence_rule *r, const int64_t *at, size_t n, int64_t from_ms,
                               int64_t to_ms, int64_t *at_ms);

/* What has been done in the matter before. */
struct consequence_past {
    enum consequence_step step;
    bool proposed, dismissed; /* neither: issued */
    struct uuid rule_id;
    int64_t at_ms;            /* of the decision, or the proposal */
};
/* How high it stands: 0, or the highest step issued. */
int consequence_level(const struct consequence_past *past, size_t n);
/* Whether the rule may propose now: nothing pending, not dismissed before under this rule, cooled down, upward only
 * (urging alone may be repeated), one step at a time unless the rule says so. */
bool consequence_allowed(const struct consequence_rule *r, const struct consequence_past *past, size_t n,
                         int64_t now_ms);

/* Why, in words: "已超时 3 天（规则“…”）". */
struct str consequence_why(struct arena *a, const struct consequence_rule *r, const struct consequence_facts *f,
                           enum lang lang);

/* ---- on an operation ---- */

enum { CONSEQUENCE_TEXT_MAX = 2000, CONSEQUENCE_RULES_MAX = 100 };

/* The project's own starting set, switched off, to be tried out and edited first; what is there already stays as it
 * is. */
extern const struct consequence_rule consequence_shipped_rules[];
extern const size_t consequence_shipped_count;
enum rc consequence_prepare_shipped(struct op *op) MUST_CHECK;
enum rc consequence_prepare_rule(struct op *op, const struct consequence_rule *r) MUST_CHECK;
enum rc consequence_prepare_rule_change(struct op *op, struct opt_i64 expected_version,
                                        const struct consequence_rule *r) MUST_CHECK;

/* By hand. An urging is sent at once. Of a case, or (no problem_id) of a unit as a whole. */
struct consequence_new {
    struct uuid id, problem_id, unit_id;
    enum consequence_step step;
    struct str why;
    int64_t recipients, reply_days;
    bool skip; /* stated: more than one step up */
};
enum rc consequence_prepare_new(struct op *op, const struct consequence_new *n) MUST_CHECK;
/* By a leader; an urging by the office too. To dismiss needs a reason, a referral its reference. */
struct consequence_decision {
    struct uuid id;
    bool approve;
    struct str note, reference;
};
enum rc consequence_prepare_decide(struct op *op, const struct consequence_decision *d) MUST_CHECK;
/* The approval of the text, its own. Places, not persons. */
enum rc consequence_prepare_publish(struct op *op, struct uuid id, struct str title, struct str text) MUST_CHECK;
struct consequence_answer {
    struct uuid id;
    struct str text;
    const struct sha256 *photos;
    size_t nphotos;
};
enum rc consequence_prepare_answer(struct op *op, const struct consequence_answer *a) MUST_CHECK;
enum rc consequence_prepare_close(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

/* Proposes what the rules ask for, a bounded amount; *more: come again at once. Commits by itself. */
enum rc consequence_chore(struct op *op, bool *more) MUST_CHECK;

#endif
