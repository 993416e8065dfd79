/*
 * facility.h - what stands at the sites and in front of the shops: facilities (设施) and publicity (公益宣传) with condition
 * and content edition, the editions themselves (内容版本), and the frontage register (门前三包).
 *
 * The first part is pure. The prepare functions fill the plan of an operation (change_begin() first, then commit); what
 * becomes a problem is raised by loop/edition.h in the same change. Nothing here belongs to a round: checks are open to
 * the units whose sites they are of, and nobody records one on a covert visit.
 */
#ifndef XH_FACILITY_FACILITY_H
#define XH_FACILITY_FACILITY_H

#include "auth/policy.h"
#include "calendar/calendar.h"
#include "change/change.h"

/* 状况. Everything but good becomes a problem. */
enum facility_condition {
    FACILITY_GOOD,     /* 完好 */
    FACILITY_FADED,    /* 褪色 */
    FACILITY_DAMAGED,  /* 破损 */
    FACILITY_DIRTY,    /* 污损 */
    FACILITY_COVERED,  /* 被遮挡占用 */
    FACILITY_WRONG,    /* 文字或画面有误 */
    FACILITY_NOT_OPEN, /* 未开放使用 */
    FACILITY_FAULTY,   /* 故障停用 */
    FACILITY_MISSING,  /* 缺失 */
    FACILITY_CONDITIONS,
};
extern const char *const facility_condition_names[FACILITY_CONDITIONS + 1];
struct str facility_condition_word(enum facility_condition c, enum lang lang);

/* ---- kinds (种类) ---- */

enum facility_class {
    FACILITY_PLAIN,     /* 设施 */
    FACILITY_PUBLICITY, /* 公益宣传: shows an edition */
    FACILITY_FRONTAGE,  /* an item of the duty sheet (三包内容) */
    FACILITY_CLASSES,
};
extern const char *const facility_class_names[FACILITY_CLASSES + 1]; /* facility publicity frontage */

struct facility_kind {
    struct str code;
    enum facility_class class;
    struct str name_zh, name_en;
    int64_t order_no;
    struct str criterion_code; /* its problems take this criterion and its limit; absent: the limit below */
    enum limit_kind limit_kind;
    int64_t limit_amount;
    int64_t mend_hours; /* frontage: 自改期; 0: none */
    bool guidance;      /* a finding is advice (引导), never a problem */
    bool active;
    int64_t version;    /* 0: as shipped */
};
/* The limit of faded or damaged publicity where nobody has set another: five working days, after a city's published list
 * (公益宣传品褪色破损：5天恢复). */
enum { FACILITY_DEFAULT_DAYS = 5 };

/* As shipped; what a headquarters put goes over them by code. */
const struct facility_kind *facility_shipped_kinds(size_t *n);
enum rc facility_kinds(struct op *op, struct facility_kind **out, size_t *n) MUST_CHECK;
enum rc facility_kind_find(struct op *op, struct str code, struct facility_kind *out, bool *found) MUST_CHECK;
/* A new kind, or a change of one by its code (class stays). `version` as read, 0 for one never changed. */
enum rc facility_kind_prepare_put(struct op *op, const struct facility_kind *in, struct opt_i64 version) MUST_CHECK;

/* ---- editions (内容版本) ---- */

enum edition_state {
    EDITION_UPCOMING,   /* 待启用 */
    EDITION_CURRENT,    /* 现行 */
    EDITION_SUPERSEDED, /* 已更替 */
    EDITION_WITHDRAWN,  /* 已撤回 */
};
extern const char *const edition_state_names[];
struct edition_times {
    int64_t from_ms;
    struct opt_i64 superseded_ms, replace_by_ms, withdrawn_ms;
};
enum edition_state edition_state_at(const struct edition_times *e, int64_t now_ms);
/* Whether a board that shows it is out of date: withdrawn, or superseded and the time to replace it is over. */
bool edition_outdated(const struct edition_times *e, int64_t now_ms);

/* ---- self-mending (自改) ---- */

enum frontage_state {
    FRONTAGE_WAITING, /* 自改中 */
    FRONTAGE_MENDED,  /* 已自改 */
    FRONTAGE_RAISED,  /* 已转为问题 */
    FRONTAGE_ADVISED, /* 已引导: never a problem */
    FRONTAGE_STATES,
};
extern const char *const frontage_state_names[FRONTAGE_STATES + 1];
enum frontage_act { FRONTAGE_MEND, FRONTAGE_RAISE };
/* When the shop's own time is over: hours that run on through nights and holidays, as shops do. */
int64_t frontage_mend_by(int64_t found_ms, int64_t hours);
/* How a finding begins. */
enum frontage_state frontage_first(const struct facility_kind *item);
/* RC_CONFLICT finding_settled, self_mend_over, self_mend_running; RC_INVALID /photos. In time includes the moment itself. */
enum rc frontage_decide(struct fault *f, enum frontage_state now, int64_t mend_by_ms, enum frontage_act act, size_t nphotos,
                        int64_t at_ms, enum frontage_state *after) MUST_CHECK;

/* ---- records ---- */

enum { FACILITY_PHOTOS_MAX = 20, FRONTAGE_ITEMS_MAX = 40 };

/* 设施或宣传品 */
struct asset {
    struct uuid id, site_id;
    struct str site_name, site_code, area_code, category_code;
    bool site_retired;
    struct uuid units[3]; /* of the site: subject, territory, supervising */
    struct str kind_code, name, position;
    struct opt_i64 width_mm, height_mm;
    struct uuid edition_id;
    struct str edition_title, edition_label;
    struct edition_times edition;
    enum facility_condition condition;
    struct opt_i64 checked_ms;
    struct uuid check_id;
    bool removed;
    struct str note, external_id;
    int64_t created_ms, version;
};
struct asset_new {
    struct uuid id, site_id;
    struct str kind_code, name, position;
    struct opt_i64 width_mm, height_mm;
    struct str note, external_id;
    bool removed; /* lists: it is gone already */
};
/* One look at it (巡检记录). Without id: nobody has looked, a list says what condition it is in. */
struct asset_look {
    struct uuid id;
    int64_t at_ms;
    bool listed; /* from a list: may lie any time back */
    enum facility_condition condition;
    bool edition_seen; /* edition_id is said, if only that it shows none */
    struct uuid edition_id;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
};
enum asset_member { ASSET_KIND = 1, ASSET_NAME = 2, ASSET_POSITION = 4, ASSET_SIZE = 8, ASSET_NOTE = 16 };
struct asset_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct asset_new to;
};

struct frontage {
    struct uuid id;
    struct str code, name, trade;
    struct uuid area_id;
    struct str area_code, area_name;
    struct uuid site_id;
    struct str site_name, category_code;
    struct uuid units[4]; /* managing, then the site's three */
    struct str unit_name, place;
    struct opt_i64 lon_e7, lat_e7;
    struct str keeper_sealed, keeper_masked;
    struct uuid pledge_id;
    struct opt_i64 signed_ms, checked_ms;
    bool closed;
    struct str note, external_id;
    int64_t created_ms, version;
};
struct frontage_keeper {
    struct str name, phone;
};
struct frontage_new {
    struct uuid id;
    struct str code, name, trade;
    struct uuid area_id, site_id, unit_id;
    struct str place;
    struct opt_i64 lon_e7, lat_e7;
    struct frontage_keeper keeper;
    struct str note, external_id;
    /* Of lists: what an older register says. The signed sheet itself is not here, so there is no pledge. */
    struct opt_i64 signed_ms, checked_ms;
    bool closed;
};
enum frontage_member {
    FRONTAGE_NAME = 1,
    FRONTAGE_TRADE = 2,
    FRONTAGE_AREA = 4,
    FRONTAGE_SITE = 8,
    FRONTAGE_UNIT = 16,
    FRONTAGE_PLACE = 32,
    FRONTAGE_POINT = 64,
    FRONTAGE_KEEPER = 128,
    FRONTAGE_NOTE = 256,
};
struct frontage_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct frontage_new to;
};
/* 责任书 */
struct frontage_pledge {
    struct uuid id, frontage_id;
    int64_t signed_ms;
    struct opt_i64 until_ms;
    struct str terms;
    const struct sha256 *photos;
    size_t nphotos;
};
struct frontage_item {
    struct str code;
    bool met;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
};
struct frontage_look {
    struct uuid id, frontage_id;
    int64_t at_ms;
    struct str note;
    const struct frontage_item *items;
    size_t nitems;
};
struct frontage_finding {
    struct uuid id, frontage_id, check_id;
    struct str frontage_name, frontage_code, area_code, item_code;
    struct uuid site_id, units[4];
    int64_t found_ms, mend_by_ms;
    struct uuid finder_id, finder_unit_id;
    struct str note, mend_note;
    enum frontage_state state;
    struct opt_i64 mended_ms;
    struct uuid mended_by, problem_id;
    int64_t version;
};

/* Pure: a unit that answers for it in any way is "its unit". */
struct subject facility_subject(const struct actor *actor, const struct uuid *units, size_t n, struct str area_code);

/* Out of the actor's reach: not found. */
enum rc asset_read(struct op *op, struct uuid id, struct asset *out) MUST_CHECK;
/* The asset as it will be is left in *out; its first look is `look`. */
enum rc asset_prepare_create(struct op *op, const struct asset_new *in, const struct asset_look *look,
                             struct asset *out) MUST_CHECK;
/* *newest: the look is the latest, so that the asset now is what was seen. */
enum rc asset_prepare_check(struct op *op, struct uuid id, const struct asset_look *look, struct asset *out,
                            bool *newest) MUST_CHECK;
enum rc asset_prepare_change(struct op *op, const struct asset_change *in) MUST_CHECK;
enum rc asset_prepare_remove(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

struct edition_new {
    struct uuid id;
    struct str title, label, theme, content;
    struct opt_i64 from_ms;       /* not set: now */
    struct uuid supersedes_id;    /* none: the first of its kind */
    struct opt_i64 replace_by_ms; /* until when the one before may be shown; not set: from_ms */
    const struct sha256 *photos;
    size_t nphotos;
};
enum rc edition_prepare_publish(struct op *op, const struct edition_new *in) MUST_CHECK;
/* And opens the recall (撤换) that turns every board into a problem, batch by batch (loop/edition.h). */
enum rc edition_prepare_withdraw(struct op *op, struct uuid id, struct str reason) MUST_CHECK;

enum rc frontage_read(struct op *op, struct uuid id, struct frontage *out) MUST_CHECK;
enum rc frontage_prepare_create(struct op *op, const struct frontage_new *in) MUST_CHECK;
enum rc frontage_prepare_change(struct op *op, const struct frontage_change *in) MUST_CHECK;
enum rc frontage_prepare_close(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc frontage_prepare_reveal(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc frontage_open_keeper(struct op *op, const struct frontage *f, struct frontage_keeper *out) MUST_CHECK;
enum rc frontage_prepare_pledge(struct op *op, const struct frontage_pledge *in) MUST_CHECK;
/* Records the look; findings that are to become problems at once (no time to mend) are left in *now, nnow of them. */
enum rc frontage_prepare_check(struct op *op, const struct frontage_look *in, struct frontage *f, struct frontage_finding **now,
                               size_t *nnow) MUST_CHECK;
enum rc finding_read(struct op *op, struct uuid id, struct frontage_finding *out) MUST_CHECK;
enum rc finding_prepare_mended(struct op *op, struct uuid id, struct str note, const struct sha256 *photos,
                               size_t n) MUST_CHECK;
/* The effect of raising it: `problem_id` is the problem it became, or the one that was open already. */
void finding_fx_raised(struct op *op, const struct frontage_finding *x, struct uuid problem_id);

#endif
