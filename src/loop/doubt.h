/*
 * doubt.h - doubts about photographs offered as proof (影像疑点): looks re-used, taken at the wrong time, at the wrong
 * place. A doubt is shown to the re-checker with what it rests on, and decided by a person; it never decides anything.
 *
 * Found anew whenever it is asked for; only what people decided is kept, under an id that names what the doubt is
 * about. An earlier photograph is named as a source only where the asker may read the very record it was offered in
 * (problem_load(), inspection_load()): what hangs only on held visits or problems of a covert round, or on nothing yet,
 * is not shown, not counted and not hinted at.
 */
#ifndef XH_LOOP_DOUBT_H
#define XH_LOOP_DOUBT_H

#include "base/json_out.h"
#include "change/op.h"
#include "evidence/evidence.h"

enum doubt_kind {
    DOUBT_SAME_PHOTO,         /* 同一张照片重复使用: the very bytes were offered before */
    DOUBT_LOOKS_LIKE,         /* 疑似同一画面: made of an earlier photograph */
    DOUBT_TAKEN_BEFORE,       /* 拍摄早于问题上报: proof of mending older than the report */
    DOUBT_TAKEN_AFTER,        /* 拍摄晚于服务器接收: the camera's clock is ahead, or was set */
    DOUBT_TAKEN_LONG_BEFORE,  /* 拍摄时间与上传时间相距过久 */
    DOUBT_FAR,                /* 拍摄地点远离点位 */
    DOUBT_KINDS,
};
extern const char *const doubt_kind_names[DOUBT_KINDS + 1];

/* Limits of what is shown (project defaults). Cameras' clocks drift by minutes; a site may be a street or a park. */
enum {
    DOUBT_CLOCK_MS = 10 * 60 * 1000,
    DOUBT_LONG_BEFORE_MS = 72 * 60 * 60 * 1000,
    DOUBT_FAR_M = 500,
    DOUBT_PHOTOS_MAX = 100, /* of one record that are looked at */
    DOUBT_SOURCES_MAX = 8,  /* of one photograph that are shown */
    DOUBT_NOTE_MAX = 1000,
};

/* A photograph that was offered. */
struct doubt_photo {
    struct sha256 sha256;
    int64_t seq;               /* step of the timeline; 0 on a visit */
    struct str event, role;    /* absent on a visit */
    int64_t offered_ms;
    int64_t received_ms;       /* by the server, from whoever offered it: another's earlier upload is not told */
    struct opt_i64 taken_ms;   /* EXIF */
    bool zone_known;
    struct opt_i64 lon_e7, lat_e7;
    struct opt_i64 distance_m; /* to the site */
    struct str camera;
};

/* What the photographs belong to. */
struct doubt_subject {
    const char *kind;          /* "problem" | "inspection" */
    struct uuid id;
    struct opt_i64 reported_ms;
    struct opt_i64 lon_e7, lat_e7;
    struct uuid inspection_id; /* the visit a problem sprang from, or a visit corrects */
    struct uuid linked[3];     /* parent, rebound of, merged into: they share their first photographs */
};

/* An earlier place a photograph was offered in. */
struct doubt_use {
    struct uuid problem_id, inspection_id; /* one of them */
    int64_t seq;
    struct str event, role;
    int64_t at_ms;
};

struct doubt_source {
    struct sha256 sha256;
    struct doubt_use use;
    bool own;                  /* the same problem: its "before", or proof offered earlier */
    struct str number;         /* of the problem */
    struct uuid site_id;
    struct str site_name;
    struct opt_i64 taken_ms;
    struct str camera;
};

struct doubt {
    struct uuid id;
    enum doubt_kind kind;
    const struct doubt_photo *photo;
    int64_t value;             /* milliseconds or metres, by kind */
    const struct doubt_source *source;
    const struct match *match; /* DOUBT_LOOKS_LIKE */
};

struct doubts {
    struct doubt_subject subject;
    struct doubt_photo *photos;
    size_t nphotos;
    struct doubt *list;
    size_t n;
    enum evidence_state search;
};

/* ---- rules (pure) ---- */

/* What time and place say about one photograph: kind and value into `out`, which has room for DOUBT_KINDS. */
size_t doubt_time_place(const struct doubt_subject *s, const struct doubt_photo *p, struct doubt *out);
/* Whether an earlier use casts a doubt: not the same step, not what a problem properly took over (the photographs of
 * its visit, of its parent, of the case it is a rebound of, an answer from the level below). */
bool doubt_use_counts(const struct doubt_subject *s, const struct doubt_photo *p, const struct doubt_use *use);
/* The same for the same matter, for ever. */
struct uuid doubt_id(const struct doubt_subject *s, const struct doubt *d);

/* ---- on an operation ---- */

/* The record must be readable to the actor: RC_NOT_FOUND else. */
enum rc doubt_find_problem(struct op *op, struct uuid id, struct doubts *out) MUST_CHECK;
enum rc doubt_find_inspection(struct op *op, struct uuid id, struct doubts *out) MUST_CHECK;
/* A whole object: doubts with their sources and decisions, the facts of each photograph, the cameras. */
enum rc doubt_json(struct json_out *j, struct op *op, const struct doubts *d) MUST_CHECK;

struct doubt_decisions_row;
/* Member "decisions": those of one doubt, in their order. */
void doubt_json_decisions(struct json_out *j, struct uuid doubt_id, const struct doubt_decisions_row *rows, size_t n);

#endif
