/*
 * round.h - rounds (督查轮次): whom to inspect, when, by whom, and what may become of a round.
 *
 * A round is planned, gets its sites (by name, by rule, by draw), its people and days, runs, is closed and published.
 * While a covert round (暗访) is not published nothing of it shows but to the desk and to its own people: not its
 * visits, scores, problems, photographs or draws. Pure rules down to round_check(); then what prepares plans on an
 * operation. Publication needs inspections, problems and scores too and lives in loop/.
 */
#ifndef XH_ROUND_ROUND_H
#define XH_ROUND_ROUND_H

#include "auth/policy.h"
#include "base/json_in.h"
#include "change/change.h"

enum round_kind {
    ROUND_WEEKLY,       /* 周暗访 */
    ROUND_MONTHLY,      /* 月测评 */
    ROUND_DRAGNET,      /* 拉网式排查: everything, once */
    ROUND_WALK_THROUGH, /* 走透透 */
    ROUND_SELF_CHECK,   /* 自查 */
    ROUND_CROSS_CHECK,  /* 交叉检查 between towns */
    ROUND_LINE,         /* 条线检查: a department's own line */
    ROUND_LEADER,       /* 领导带队 along a route */
    ROUND_JOINT,        /* 联合督查 */
    ROUND_LOOKBACK,     /* 回头看 */
    ROUND_MOCK,         /* 模拟测评 */
    ROUND_KINDS,
};
extern const char *const round_kind_names[ROUND_KINDS + 1];
/* The kind its visits are of ("weekly"), a word of inspection/. */
const char *round_visit_kind(enum round_kind kind);
/* Covert unless said otherwise. */
bool round_is_covert_by_kind(enum round_kind kind);

enum round_state {
    ROUND_PLANNED,   /* 已计划 */
    ROUND_DRAWN,     /* 已定点 */
    ROUND_RUNNING,   /* 进行中 */
    ROUND_CLOSED,    /* 已结束 */
    ROUND_PUBLISHED, /* 已发布 */
    ROUND_CANCELLED, /* 已取消 */
    ROUND_STATES,
};
extern const char *const round_state_names[ROUND_STATES + 1];

enum round_event { ROUND_EV_SELECT, ROUND_EV_START, ROUND_EV_CLOSE, ROUND_EV_PUBLISH, ROUND_EV_CANCEL, ROUND_EVENTS };
/* The state after the event; RC_CONFLICT "state_forbids". Pure. */
enum rc round_decide(struct fault *f, enum round_state from, enum round_event event, enum round_state *to) MUST_CHECK;

enum {
    ROUND_VERSIONS_MAX = 8,
    ROUND_PEOPLE_MAX = 200,
    ROUND_SITES_MAX = 20000,
    ROUND_NAMED_MAX = 2000,
    ROUND_LISTED_MAX = 60,
    ROUND_TITLE_MAX = 120,
    ROUND_BASIS_MAX = 500,
};

struct round_new {
    struct uuid id;
    enum round_kind kind;
    bool covert;
    struct str title;
    struct str basis;        /* 依据 */
    int64_t starts_ms;       /* midnight of its first day */
    int64_t ends_ms;         /* midnight after its last */
    bool record_only;
    struct uuid version_ids[ROUND_VERSIONS_MAX];
    size_t nversions;
    struct uuid lead_unit_id;
    struct str note;
};
/* Pure; field errors with pointers. */
enum rc round_check(struct fault *f, const struct round_new *r) MUST_CHECK;

/* Sites by rule (按规则): all conditions hold; empty lists and absent numbers ask nothing. */
struct round_rule {
    struct str categories[ROUND_LISTED_MAX];
    size_t ncategories;
    struct str area_codes[ROUND_LISTED_MAX]; /* prefixes */
    size_t nareas;
    struct uuid unit_ids[ROUND_LISTED_MAX];  /* that answer for it in any way */
    size_t nunits;
    struct opt_i64 not_since_ms;             /* no counted visit since */
    struct opt_i64 min_problems;             /* at least so many problems … */
    struct opt_i64 problems_since_ms;        /* … reported since */
    bool key_only;                           /* … key and difficult ones */
};

enum round_strata { ROUND_BY_NOTHING, ROUND_BY_CATEGORY, ROUND_BY_TOWN, ROUND_BY_UNIT, ROUND_STRATA };
extern const char *const round_strata_names[ROUND_STRATA + 1];

struct round_selection {
    struct uuid round_id;
    const struct uuid *site_ids;
    size_t nsites;
    bool has_rule;
    struct round_rule rule;
    bool has_draw;
    int64_t take, least;
    enum round_strata by;
};

/* One share of the work. */
struct round_share {
    struct uuid inspector_id, partner_id;
    struct opt_i64 day_ms;
    const struct uuid *site_ids;
    size_t nsites;
};
struct round_pair {
    struct uuid inspector_id, partner_id;
};
/* Assignment: shares as given, or all sites that are to do spread in walking order over pairs and days. */
struct round_assignment {
    struct uuid round_id;
    const struct round_share *shares;
    size_t nshares;
    const struct round_pair *pairs;
    size_t npairs;
    const int64_t *days_ms;
    size_t ndays;
    struct opt_i64 start_lon_e7, start_lat_e7;
};

/* ---- on an operation (change_begin() first, then commit) ---- */

enum rc round_prepare_create(struct op *op, const struct round_new *r) MUST_CHECK;
/* Title, basis, days, record_only, note; while it is not closed. */
enum rc round_prepare_change(struct op *op, const struct round_new *to, struct opt_i64 version) MUST_CHECK;
enum rc round_prepare_select(struct op *op, const struct round_selection *s) MUST_CHECK;
/* Takes named and ruled sites out again, before it runs. What was drawn stays: it can only be skipped. */
enum rc round_prepare_remove(struct op *op, struct uuid id, const struct uuid *sites, size_t n) MUST_CHECK;
/* The round's people, all of them; who is left out has left. */
enum rc round_prepare_people(struct op *op, struct uuid id, const struct uuid *people, size_t n) MUST_CHECK;
enum rc round_prepare_assign(struct op *op, const struct round_assignment *a) MUST_CHECK;
/* Another order for the sites of one share, as given: numbered anew among themselves. */
enum rc round_prepare_reorder(struct op *op, struct uuid id, const struct uuid *sites, size_t n) MUST_CHECK;
enum rc round_prepare_start(struct op *op, struct uuid id) MUST_CHECK;
/* Sites left to do are skipped with `reason`, which is asked for when there are any. */
enum rc round_prepare_close(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc round_prepare_cancel(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
/* By the desk or by whom the site is assigned to. */
enum rc round_prepare_skip(struct op *op, struct uuid id, struct uuid site_id, struct str reason) MUST_CHECK;

#endif
