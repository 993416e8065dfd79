/*
 * inspection.h - inspections (实地检查) and observations (检查记录), the atom of every score.
 *
 * An inspection arrives whole, or in parts that are staged privately until `complete` checks everything at once
 * and makes it count. Pure rules first (inspection.c), then what prepares plans on an operation. Raising problems
 * needs the problem room too and lives in loop/.
 */
#ifndef XH_INSPECTION_INSPECTION_H
#define XH_INSPECTION_INSPECTION_H

#include "auth/policy.h"
#include "base/json_in.h"
#include "standard/standard.h"

enum inspection_state {
    INSPECTION_STAGED,      /* 暂存 */
    INSPECTION_COMPLETE,    /* 已提交 */
    INSPECTION_QUARANTINED, /* 待核 */
    INSPECTION_WITHDRAWN,   /* 已撤回 */
    INSPECTION_CORRECTED,   /* 已更正 */
    INSPECTION_REJECTED,    /* 不予采用 */
    INSPECTION_STATES,
};
extern const char *const inspection_state_names[INSPECTION_STATES + 1];

enum inspection_kind {
    INSPECTION_WEEKLY,     /* 周暗访 */
    INSPECTION_MONTHLY,    /* 月测评 */
    INSPECTION_PATROL,     /* 巡查 */
    INSPECTION_SELF_CHECK, /* 自查自改 */
    INSPECTION_JOINT,      /* 联合督查 */
    INSPECTION_LEADER,     /* 领导带队 */
    INSPECTION_LOOKBACK,   /* 回头看 */
    INSPECTION_DRAGNET,      /* 拉网式排查 */
    INSPECTION_WALK_THROUGH, /* 走透透 */
    INSPECTION_CROSS_CHECK,  /* 交叉检查: of a round alone */
    INSPECTION_LINE,         /* 条线检查: of a round alone */
    INSPECTION_MOCK,         /* 模拟测评 */
    INSPECTION_KINDS,
};
extern const char *const inspection_kind_names[INSPECTION_KINDS + 1];

enum { OBSERVATIONS_MAX = 400, OBSERVATION_PHOTOS_MAX = 20, INSPECTION_PARTS_MAX = 100 };
enum { CLOCK_AHEAD_MS = 10 * MINUTE_MS };
#define CLOCK_BEHIND_MS ((int64_t)30 * DAY_MS)

/* A problem the inspector raises with an observation. */
struct raised_problem {
    struct uuid id;
    struct str description;
    const char *severity;    /* NULL: the criterion's */
    bool typical;
    bool mended;
    const struct sha256 *after_photos;
    size_t nafter;
};

struct observation_new {
    struct str at;           /* JSON pointer, for faults */
    struct uuid criterion_id;
    struct finding finding;
    struct str note;
    struct opt_i64 device_ms;
    const struct sha256 *photos;
    size_t nphotos;
    bool has_problem;
    struct raised_problem problem;
    /* Filled by inspection_judge(): */
    const struct criterion *criterion;
    struct points points;
};

struct inspection_new {
    struct uuid id;
    struct uuid site_id;
    struct uuid version_id;  /* UUID_NONE: the one in force at the visit */
    enum inspection_kind kind;
    int64_t visit_ms;
    struct uuid partner_id;
    bool record_only;
    struct opt_i64 lon_e7, lat_e7;
    struct str note;
    struct uuid corrects_id;
    struct uuid round_id;    /* kind and record_only are then the round's */
    bool has_kind;           /* it was said */
    struct observation_new *observations;
    size_t n;
    bool complete;
    struct jin *source;      /* the body it was read from, to stage what cannot count yet; NULL: not from JSON */
};

/* Reads the "observations" member. `*n` 0 when absent. Faults are named by pointer. */
void inspection_read_observations(struct jin *in, struct observation_new **out, size_t *n);
/* The whole body of POST /inspections. */
enum rc inspection_read(struct jin *in, struct inspection_new *out) MUST_CHECK;

/* What an inspection is worth. A failed veto criterion (一票否决) makes it nothing of what was possible; the
 * observations keep their own points. */
struct inspection_result {
    int64_t earned_e4, possible_e4;
    int64_t observations;    /* those that count */
    int64_t not_met;
    bool vetoed;
};
/* Judges every observation by the checklist and adds up. Names every fault: a criterion of another list
 * ("criterion_foreign"), twice ("criterion_twice"), not in use ("criterion_inactive"), a result the mode does not
 * take, and, where the kind asks for the whole list, criteria left out ("criterion_left_out"). Pure. */
enum rc inspection_judge(struct fault *f, const struct checklist *list, enum inspection_kind kind,
                         struct observation_new *obs, size_t n, struct inspection_result *out) MUST_CHECK;

/* Does this kind enter the scores? A unit's own check (自查自改) is never counted against it. */
bool inspection_kind_scores(struct str kind);
/* The permission its sender needs: a unit's people send self-checks, and what a round sends them out for. */
enum action inspection_action(enum inspection_kind kind);
/* Made within a round alone. */
bool inspection_kind_needs_round(enum inspection_kind kind);
/* By its stored word. */
enum inspection_kind inspection_kind_of(struct str name);

/* What a person must look at before it counts. Pure. */
struct visit_facts {
    int64_t visit_ms, received_ms;
    struct opt_i64 site_retired_ms;
    bool inspector_then;     /* held an inspecting role at the time of the visit */
    bool version_then;       /* the version was the one in force at the visit */
    bool round_over;         /* the visit lies outside its round's days, or came in after the round was closed */
    bool reassigned;         /* the site is somebody else's, or the inspector has left the round */
};
/* Codes joined by ','; empty when it may count. */
struct str inspection_quarantine(struct arena *a, const struct visit_facts *v);

#endif
