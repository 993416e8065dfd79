/*
 * site.h - sites (点位): the register of places that are inspected, with the units that answer for
 * each.
 *
 * The prepare functions work as those of org.h: change_begin() first, commit afterwards. Every
 * version a site had is kept in its history, without personal data. Coordinates are WGS 84 in
 * ten-millionths of a degree.
 */
#ifndef XH_SITE_SITE_H
#define XH_SITE_SITE_H

#include "auth/policy.h"
#include "change/change.h"

/* Whom to call at a site; sealed in the store, masked in lists. Either may be absent. */
struct site_contact {
    struct str name;
    struct str phone;
};

struct site {
    struct uuid id;
    struct str code; /* 点位编号 */
    struct str name;
    struct str category_code; /* a category of the standards */
    struct uuid area_id;
    struct str area_code;
    struct str area_name;
    struct str address;
    struct opt_i64 lon_e7, lat_e7;
    struct uuid subject_unit_id; /* 主体责任单位 */
    struct str subject_unit_name;
    struct uuid territory_unit_id; /* 属地责任单位 */
    struct str territory_unit_name;
    struct uuid supervising_unit_id; /* 行业监管部门 */
    struct str supervising_unit_name;
    struct str contact_sealed;
    struct str contact_masked;
    bool retired;
    struct opt_i64 retired_ms;
    struct str note;
    struct str external_id;
    int64_t created_ms;
    int64_t version;
};

struct site_new {
    struct uuid id;
    struct str code;
    struct str name;
    struct str category_code;
    struct uuid area_id;
    struct str address;
    struct opt_i64 lon_e7, lat_e7;
    struct uuid subject_unit_id, territory_unit_id, supervising_unit_id; /* none: not known */
    struct site_contact contact;
    struct str note;
    struct str external_id; /* of the list it was imported from */
};

enum site_member {
    SITE_NAME = 1,
    SITE_CATEGORY = 2,
    SITE_AREA = 4,
    SITE_ADDRESS = 8,
    SITE_PLACE = 16,
    SITE_SUBJECT = 32,
    SITE_TERRITORY = 64,
    SITE_SUPERVISING = 128,
    SITE_CONTACT = 256,
    SITE_NOTE = 512,
};
struct site_change {
    struct uuid id;
    struct opt_i64 expected_version;
    unsigned set;
    struct site_new to; /* id, code and external_id are not read */
};

/* Pure: texts and coordinates. Field errors with pointers into the body. */
void site_check(struct fault *f, const struct site_new *s);
/* Pure: the site as what the policy asks about; a unit that answers for it in any way is "its
 * unit". */
struct subject site_subject(const struct actor *actor, const struct site *s);
/* Pure: the public members as JSON, for the history. `reason` only where one was given. */
struct str site_content(struct arena *a, const struct site *s, struct str reason);

/* RC_NOT_FOUND when there is none; asks no policy (site_read does). */
enum rc site_load(struct op *op, struct uuid id, struct site *out) MUST_CHECK;
enum rc site_find(struct op *op, struct uuid id, struct site *out, bool *found) MUST_CHECK;
enum rc site_by_code(struct op *op, struct str code, struct site *out, bool *found) MUST_CHECK;
enum rc site_by_external_id(struct op *op, struct str external_id, struct site *out,
                            bool *found) MUST_CHECK;
/* For op's actor: a site out of reach is not found, so that its being there is not given away. */
enum rc site_read(struct op *op, struct uuid id, struct site *out) MUST_CHECK;

enum rc site_prepare_create(struct op *op, const struct site_new *in) MUST_CHECK;
enum rc site_prepare_change(struct op *op, const struct site_change *in) MUST_CHECK;
enum rc site_prepare_retire(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc site_prepare_restore(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
/* Writes the reason to the journal; site_open_contact() then opens it for those whom the policy
 * allows. */
enum rc site_prepare_reveal(struct op *op, struct uuid id, struct str reason) MUST_CHECK;
enum rc site_open_contact(struct op *op, const struct site *s, struct site_contact *out) MUST_CHECK;

#endif
