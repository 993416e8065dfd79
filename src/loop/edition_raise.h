/* edition_raise.h - what edition.c and edition_recall.c share: raising the one problem of an asset and a cause. */
#ifndef XH_LOOP_EDITION_RAISE_H
#define XH_LOOP_EDITION_RAISE_H

#include "edition_sql.h"
#include "loop/edition.h"
#include "problem/problem.h"

struct edition_raise {
    struct uuid asset_id;    /* or the frontage */
    struct str cause;        /* condition, edition, or an item of the duty sheet */
    struct facility_kind kind;
    struct uuid site_id;
    struct str site_name, area_code, category_code;
    struct str description, place;
    struct opt_i64 lon_e7, lat_e7;
    const struct sha256 *photos;
    size_t nphotos;
    struct uuid reporter_id;
    enum problem_state state;
};

/* The caller knows that none is open; `was`: the last one, closed since, or UUID_NONE. */
enum rc edition_raise_new(struct op *op, const struct edition_raise *r, struct uuid was, struct uuid *problem_id) MUST_CHECK;
/* 宣传栏“东门口”（入口左侧） */
struct str edition_words(struct arena *a, struct str kind, struct str name, struct str position);
/* `step` begins, decides and commits; again while another change comes between. */
enum rc edition_again(struct op *op, struct uuid id, enum rc (*step)(struct op *op, struct uuid id)) MUST_CHECK;

#endif
