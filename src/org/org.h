/*
 * org.h - the organisation (组织机构): areas (区划), units (单位), people (人员), duties
 * (责任分工).
 *
 * Reads answer RC_NOT_FOUND where a record must be there and is not. A write is an operation
 * `x_prepare_…`: the caller has called change_begin() and the plan is not replayed; it loads, asks
 * the policy, decides and fills op->plan; the caller then commits (http_commit, change_commit). It
 * works the same for a request, an import, the command line and the demonstration, so op->actor
 * must carry a role that allows the action. Field errors have pointers into the JSON body of the
 * same operation ("/name"). Texts live in the arena.
 */
#ifndef XH_ORG_ORG_H
#define XH_ORG_ORG_H

#include "change/change.h"

/* ---- headquarters (指挥部) ---- */

struct headquarters {
    struct str code; /* of its district, 6 digits */
    struct str name;
    int zone_min;
    bool demo; /* an invented district: marked on every page */
};
enum rc headquarters_load(struct op *op, struct headquarters *out, bool *found) MUST_CHECK;
/* Once per database and hq; nobody is signed in yet, so no policy is asked. RC_CONFLICT when it is
 * there. */
enum rc headquarters_prepare_create(struct op *op, const struct headquarters *in) MUST_CHECK;

/* ---- areas (区划) ---- */

enum area_level { AREA_DISTRICT, AREA_TOWN, AREA_VILLAGE, AREA_GRID, AREA_LEVELS };
extern const char *const area_level_names[AREA_LEVELS + 1];

/* One stretch of land under an official code (统计用区划代码): 6, 9, 12 or 15 digits. */
struct area {
    struct uuid id;
    struct str code;
    struct uuid parent_id;
    enum area_level level;
    struct str kind; /* 街道, 镇, 居委会, 村委会 … or absent */
    struct str name;
    int64_t order_no;
    int64_t valid_from_ms;
    struct opt_i64 valid_to_ms; /* not set: in force */
    int64_t version;
};

struct area_new {
    struct uuid id;
    struct str code;
    struct str level; /* absent: by the code's length; else it must agree with it */
    struct str kind;
    struct str name;
    struct uuid parent_id; /* none: the nearest area in force whose code begins this one's */
    int64_t order_no;
    struct opt_i64 valid_from_ms; /* not set: today, 00:00 */
};

enum area_member { AREA_NAME = 1, AREA_KIND = 2, AREA_ORDER = 4, AREA_PARENT = 8, AREA_CLOSE = 16 };
struct area_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set; /* of enum area_member: which of the following are meant */
    struct str name;
    struct str kind;
    int64_t order_no;
    struct uuid parent_id;
    int64_t closed_ms;
    struct opt_i64 effective_ms; /* when name, kind or parent change; not set: today, 00:00 */
};

/* Digits only, the zeros of a padded district or town taken away, the level by its length. */
bool area_code_normal(struct str code, struct str *normal, enum area_level *level);
/* The code of the area one level up; absent for a district. */
struct str area_code_parent(struct str normal);
bool area_level_by_name(struct str name, enum area_level *out);

enum rc area_find(struct op *op, struct uuid id, struct area *out, bool *found) MUST_CHECK;
enum rc area_load(struct op *op, struct uuid id, struct area *out) MUST_CHECK;
/* In force, by normalised code. */
enum rc area_by_code(struct op *op, struct str code, struct area *out, bool *found) MUST_CHECK;
enum rc area_prepare_create(struct op *op, const struct area_new *in) MUST_CHECK;
enum rc area_prepare_change(struct op *op, const struct area_change *in) MUST_CHECK;

/* ---- a whole list of areas as of one day (区划快照) ---- */

struct area_entry {
    struct str code; /* normalised */
    struct str name;
    struct str kind;        /* absent: not said, keeps what is there */
    struct str parent_code; /* absent: by prefix */
    int64_t order_no;       /* for new areas; */
    bool order_said;        /* and, where the list says so, for those in force */
};
/* What is in force, as the comparison needs it. */
struct area_now {
    struct uuid id;
    struct str code;
    struct str name;
    struct str kind;
    struct str parent_code;
    int64_t stretch_from_ms; /* since when it is called so */
    int64_t version;
    int64_t order_no;
};
enum area_step_kind { AREA_STEP_CLOSE, AREA_STEP_ALTER, AREA_STEP_CREATE };
struct area_step {
    enum area_step_kind kind;
    const struct area_entry *entry; /* not for CLOSE */
    const struct area_now *now;     /* not for CREATE */
};
/* In the order they must happen: closings from the deepest up, then the rest from the top down. */
struct area_diff {
    struct area_step *steps;
    size_t n;
    size_t created, renamed, altered, closed,
        unchanged; /* renamed: name differs; altered: only kind, parent or order */
};
/* What is compared: a list complete for `scope`, and what is in force there. Both may come in any
 * order. */
struct area_comparison {
    struct str scope;
    const struct area_now *now;
    size_t nnow;
    const struct area_entry *entries; /* no code twice */
    size_t nentries;
};
/* Pure. What is absent from the list is closed, except `scope` itself and levels deeper than any of
 * the list's whose parent remains. */
void area_snapshot_diff(struct arena *a, const struct area_comparison *in, struct area_diff *out);

enum { AREA_SNAPSHOT_MAX = 5000 };
struct area_snapshot {
    struct str scope; /* code of the district (or town) the list is complete for */
    int64_t at_ms;    /* the day it shows, local midnight; never before a change already recorded */
    const struct area_entry *entries;
    size_t n;
};
/* Fault pointers are "/entries/<index>/…". */
enum rc area_prepare_snapshot(struct op *op, const struct area_snapshot *in,
                              struct area_diff *diff) MUST_CHECK;

/* Towns and villages on a day, from the history. */
struct area_kind_count {
    struct str kind; /* absent: none given */
    int64_t count;
};
struct area_counts {
    int64_t towns, villages;
    struct area_kind_count *kinds; /* of villages */
    size_t nkinds;
};
enum rc area_count(struct op *op, int64_t at_ms, struct str code_prefix,
                   struct area_counts *out) MUST_CHECK;

/* ---- units (单位) ---- */

extern const char *const unit_kind_names[]; /* department territory utility headquarters other */

struct unit {
    struct uuid id;
    struct str code;
    struct str name;
    struct str short_name;
    struct str kind;
    struct uuid parent_id;
    struct str area_code; /* a territory's own area (属地) */
    int64_t order_no;     /* 排序号 */
    struct opt_i64 closed_ms;
    int64_t version;
};
struct unit_new {
    struct uuid id;
    struct str code;
    struct str name;
    struct str short_name;
    struct str kind;
    struct uuid parent_id;
    struct str area_code;
    int64_t order_no;
};
enum unit_member {
    UNIT_NAME = 1,
    UNIT_SHORT_NAME = 2,
    UNIT_KIND = 4,
    UNIT_PARENT = 8,
    UNIT_AREA = 16,
    UNIT_ORDER = 32,
    UNIT_CLOSED = 64,
};
struct unit_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct unit_new to; /* id and code are not read: a code stays */
    bool closed;
};
enum rc unit_load(struct op *op, struct uuid id, struct unit *out) MUST_CHECK;
/* unit_find: also one that op's plan is about to create. */
enum rc unit_find(struct op *op, struct uuid id, struct unit *out, bool *found) MUST_CHECK;
enum rc unit_by_code(struct op *op, struct str code, struct unit *out, bool *found) MUST_CHECK;
/* By name or short name; *n is how many open units have it, *out the first of them. */
enum rc unit_by_name(struct op *op, struct str name, struct unit *out, size_t *n) MUST_CHECK;
enum rc unit_prepare_create(struct op *op, const struct unit_new *in) MUST_CHECK;
enum rc unit_prepare_change(struct op *op, const struct unit_change *in) MUST_CHECK;

/* ---- people (人员) ---- */

struct person {
    struct uuid id;
    struct uuid unit_id;
    struct str unit_name;
    struct str name;
    struct str title;
    struct str phone_masked;
    struct str phone_sealed;
    int64_t order_no;
    struct opt_i64 left_ms; /* 离任 */
    struct str external_id;
    int64_t version;
};
struct person_new {
    struct uuid id;
    struct uuid unit_id;
    struct str name;
    struct str title;
    struct str phone; /* in clear; sealed before it is stored */
    int64_t order_no;
    struct str external_id; /* of the list it was imported from */
};
enum person_member {
    PERSON_NAME = 1,
    PERSON_TITLE = 2,
    PERSON_UNIT = 4,
    PERSON_PHONE = 8,
    PERSON_ORDER = 16,
    PERSON_LEFT = 32,
};
struct person_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct person_new to;
    bool left;
    bool handed_over; /* what was bound to them is moved in the same plan: not asked about again */
};
enum rc person_load(struct op *op, struct uuid id, struct person *out) MUST_CHECK;
enum rc person_find(struct op *op, struct uuid id, struct person *out, bool *found) MUST_CHECK;
enum rc person_by_external_id(struct op *op, struct str external_id, struct person *out,
                              bool *found) MUST_CHECK;
enum rc person_prepare_create(struct op *op, const struct person_new *in) MUST_CHECK;
enum rc person_prepare_change(struct op *op, const struct person_change *in) MUST_CHECK;
/* Writes the reason to the journal; person_phone() then opens the number for those whom the policy
 * allows. */
enum rc person_prepare_reveal(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc person_phone(struct op *op, const struct person *p, struct str *clear) MUST_CHECK;

/* ---- duties (挂钩、挂点、联包帮) ---- */

extern const char *const duty_kind_names[];  /* leader liaison grid station inspector */
extern const char *const place_kind_names[]; /* area site unit */

struct duty {
    struct uuid id;
    struct str kind;
    struct uuid person_id;
    struct str person_name;
    int64_t person_order_no;
    struct uuid unit_id; /* the person's unit when it began */
    struct str unit_name;
    struct str place_kind;
    struct uuid place_id;
    struct str place_name;
    int64_t from_ms;
    struct opt_i64 to_ms;
    struct uuid follows_id; /* the duty this one took over */
    struct str note;
    int64_t version;
};
struct duty_new {
    struct uuid id;
    struct str kind;
    struct uuid person_id;
    struct str place_kind;
    struct uuid place_id;
    struct opt_i64 from_ms; /* not set: now */
    struct opt_i64 to_ms;
    struct str note;
};
struct duty_hand_over {
    struct uuid id;      /* the duty that ends */
    struct uuid next_id; /* the successor's */
    struct uuid to_person_id;
    struct opt_i64 at_ms; /* not set: now */
    struct str note;
};
/* For env.duty_moved: higher rooms move what goes along with a duty, in the same plan. */
struct duty_move {
    struct str kind, place_kind;
    struct uuid place_id, from_person_id, to_person_id;
};
/* Pure: the successor's duty, from `at_ms` to the old one's end. Person and unit of `next` are the
 * caller's. */
enum rc duty_decide_hand_over(struct fault *f, const struct duty *old,
                              const struct duty_hand_over *in, int64_t at_ms,
                              struct duty *next) MUST_CHECK;
/* Pure: when a duty ended `now` stops: at once, or at its beginning when it has not begun. */
enum rc duty_decide_end(struct fault *f, const struct duty *old, int64_t now_ms,
                        int64_t *to_ms) MUST_CHECK;

enum rc duty_load(struct op *op, struct uuid id, struct duty *out) MUST_CHECK;
enum rc duty_prepare_create(struct op *op, const struct duty_new *in) MUST_CHECK;
enum rc duty_prepare_hand_over(struct op *op, const struct duty_hand_over *in) MUST_CHECK;
enum rc duty_prepare_end(struct op *op, struct uuid id) MUST_CHECK;

/* The version a change expects against the one that is there: RC_STALE "version_mismatch". */
enum rc version_check(struct fault *f, struct opt_i64 expected, int64_t there) MUST_CHECK;

#endif
