/* doubt_store.c - see doubt.h: loads what was offered, asks for what it looks like, and keeps of the sources what the
 * asker may read. */
#include "loop/doubt.h"

#include "base/geo.h"
#include "doubt_sql.h"
#include "inspection/inspection_store.h"
#include "problem/problem_json.h"
#include "problem/problem_store.h"

enum { USES_MAX = 50 };

/* ---- what was offered ---- */

static void set_distance(const struct doubt_subject *s, struct doubt_photo *p)
{
    if (p->lon_e7.has && p->lat_e7.has && s->lon_e7.has && s->lat_e7.has)
        p->distance_m = SOME(geo_distance_m(p->lon_e7.v, p->lat_e7.v, s->lon_e7.v, s->lat_e7.v));
}

static enum rc load_problem(struct op *op, struct uuid id, struct doubts *d)
{
    struct problem_by_id_row row;
    struct doubt_problem_photos_row *rows;
    RETURN_IF(problem_load(op, id, &row));
    bool at_site = row.site_lon_e7.has && row.site_lat_e7.has;
    d->subject = (struct doubt_subject){.kind = "problem", .id = id, .reported_ms = SOME(row.reported_ms),
        .lon_e7 = at_site ? row.site_lon_e7 : row.lon_e7, .lat_e7 = at_site ? row.site_lat_e7 : row.lat_e7,
        .inspection_id = row.inspection_id, .linked = {row.parent_id, row.rebound_of, row.merged_into}};
    RETURN_IF(q_doubt_problem_photos(&op->rd, &(struct doubt_problem_photos_in){op->hq, id, DOUBT_PHOTOS_MAX}, &rows,
                                     &d->nphotos));
    d->photos = ARENA_MANY(OP_ARENA(op), struct doubt_photo, d->nphotos);
    for (size_t i = 0; i < d->nphotos; i++) {
        const struct doubt_problem_photos_row *r = &rows[i];
        d->photos[i] = (struct doubt_photo){.sha256 = r->sha256, .seq = r->seq, .event = r->event, .role = r->role,
            .offered_ms = r->offered_ms, .received_ms = r->received_ms.has ? r->received_ms.v : r->offered_ms,
            .taken_ms = r->taken_ms, .zone_known = r->zone_known, .lon_e7 = r->lon_e7, .lat_e7 = r->lat_e7,
            .camera = r->camera};
        set_distance(&d->subject, &d->photos[i]);
    }
    return RC_OK;
}

static bool has_photo(const struct doubts *d, struct sha256 sha)
{
    for (size_t i = 0; i < d->nphotos; i++)
        if (sha256_eq(d->photos[i].sha256, sha))
            return true;
    return false;
}

/* One photograph may stand beside several criteria of a visit. */
static enum rc load_inspection(struct op *op, struct uuid id, struct doubts *d)
{
    struct inspection_by_id_row row;
    struct doubt_inspection_place_row place = {0};
    struct doubt_inspection_photos_row *rows;
    size_t n;
    bool found;
    RETURN_IF(inspection_load(op, id, &row));
    RETURN_IF(q_doubt_inspection_place(&op->rd, &(struct doubt_inspection_place_in){op->hq, id}, &place, &found));
    d->subject = (struct doubt_subject){.kind = "inspection", .id = id, .lon_e7 = place.lon_e7, .lat_e7 = place.lat_e7,
                                        .inspection_id = row.corrects_id}; /* a correction brings its photographs again */
    RETURN_IF(q_doubt_inspection_photos(&op->rd, &(struct doubt_inspection_photos_in){op->hq, id, DOUBT_PHOTOS_MAX}, &rows,
                                        &n));
    d->photos = ARENA_MANY(OP_ARENA(op), struct doubt_photo, n);
    for (size_t i = 0; i < n; i++) {
        const struct doubt_inspection_photos_row *r = &rows[i];
        if (has_photo(d, r->sha256))
            continue;
        struct doubt_photo *p = &d->photos[d->nphotos++];
        *p = (struct doubt_photo){.sha256 = r->sha256, .offered_ms = r->offered_ms,
            .received_ms = r->received_ms.has ? r->received_ms.v : r->offered_ms, .taken_ms = r->taken_ms,
            .zone_known = r->zone_known, .lon_e7 = r->lon_e7, .lat_e7 = r->lat_e7, .camera = r->camera};
        set_distance(&d->subject, p);
    }
    return RC_OK;
}

/* ---- sources ---- */

/* A photograph under suspicion of being the source, and where it was offered. */
struct looking {
    struct doubts *d;
    const struct doubt_photo *photo;
    struct sha256 sha256;
    const struct match *match; /* NULL: the very bytes */
    size_t shown;              /* sources of this photograph so far */
};

/* What the asker may not read is as if it were not there. */
static enum rc read_source(struct op *op, const struct doubt_use *use, struct doubt_source *out, bool *readable)
{
    struct problem_by_id_row problem;
    struct inspection_by_id_row visit;
    bool of_problem = !uuid_is_none(use->problem_id);
    enum rc rc = of_problem ? problem_load(op, use->problem_id, &problem) : inspection_load(op, use->inspection_id, &visit);
    *readable = rc == RC_OK;
    if (rc == RC_NOT_FOUND || rc == RC_FORBIDDEN) {
        fault_clear(op->rd.fault);
        return RC_OK;
    }
    RETURN_IF(rc);
    out->site_id = of_problem ? problem.site_id : visit.site_id;
    out->site_name = of_problem ? problem.site_name : visit.site_name;
    if (of_problem)
        out->number = problem_number_text(OP_ARENA(op), problem.year, problem.number);
    return RC_OK;
}

static bool shown_already(const struct looking *k, const struct doubt_use *use)
{
    for (size_t i = 0; i < k->d->n; i++) {
        const struct doubt *d = &k->d->list[i];
        if (d->photo == k->photo && d->source && sha256_eq(d->source->sha256, k->sha256) &&
            uuid_eq(d->source->use.problem_id, use->problem_id) &&
            uuid_eq(d->source->use.inspection_id, use->inspection_id))
            return true;
    }
    return false;
}

static enum rc consider(struct op *op, struct looking *k, const struct doubt_use *use)
{
    const struct doubt_subject *s = &k->d->subject;
    struct doubt_photo_taken_row taken = {0};
    bool readable, found;
    if (k->shown == DOUBT_SOURCES_MAX || !doubt_use_counts(s, k->photo, use) || shown_already(k, use))
        return RC_OK;
    struct doubt_source *source = ARENA_NEW(OP_ARENA(op), struct doubt_source);
    *source = (struct doubt_source){.sha256 = k->sha256, .use = *use,
        .own = !uuid_is_none(use->problem_id) && uuid_eq(use->problem_id, s->id)};
    RETURN_IF(read_source(op, use, source, &readable));
    if (!readable)
        return RC_OK;
    RETURN_IF(q_doubt_photo_taken(&op->rd, &(struct doubt_photo_taken_in){op->hq, k->sha256}, &taken, &found));
    source->taken_ms = taken.taken_ms;
    source->camera = taken.camera;
    struct doubt *d = &k->d->list[k->d->n++];
    *d = (struct doubt){.kind = k->match ? DOUBT_LOOKS_LIKE : DOUBT_SAME_PHOTO, .photo = k->photo, .source = source,
                        .match = k->match};
    d->id = doubt_id(s, d);
    k->shown++;
    return RC_OK;
}

static enum rc look_for_uses(struct op *op, struct looking *k)
{
    struct doubt_problem_uses_row *problems;
    struct doubt_inspection_uses_row *visits;
    size_t n;
    RETURN_IF(q_doubt_problem_uses(&op->rd, &(struct doubt_problem_uses_in){op->hq, k->sha256, k->photo->offered_ms, USES_MAX},
                                   &problems, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(consider(op, k, &(struct doubt_use){.problem_id = problems[i].problem_id, .seq = problems[i].seq,
                                                      .event = problems[i].event, .role = problems[i].role,
                                                      .at_ms = problems[i].at_ms}));
    RETURN_IF(q_doubt_inspection_uses(&op->rd,
                                      &(struct doubt_inspection_uses_in){op->hq, k->sha256, k->photo->offered_ms, USES_MAX},
                                      &visits, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(consider(op, k, &(struct doubt_use){.inspection_id = visits[i].inspection_id, .at_ms = visits[i].at_ms}));
    return RC_OK;
}

static enum rc look_for_sources(struct op *op, struct doubts *d, const struct doubt_photo *p)
{
    struct looking k = {.d = d, .photo = p, .sha256 = p->sha256};
    struct likeness *alike;
    size_t n;
    RETURN_IF(look_for_uses(op, &k));
    RETURN_IF(evidence_search(op, p->sha256, &alike, &n));
    for (size_t i = 0; i < n; i++) {
        k.sha256 = alike[i].sha256;
        k.match = &alike[i].match;
        RETURN_IF(look_for_uses(op, &k));
    }
    return RC_OK;
}

static enum rc find(struct op *op, struct doubts *d)
{
    d->search = evidence_state(op->env->evidence);
    d->list = ARENA_MANY(OP_ARENA(op), struct doubt, d->nphotos * (DOUBT_SOURCES_MAX + DOUBT_KINDS));
    for (size_t i = 0; i < d->nphotos; i++) {
        const struct doubt_photo *p = &d->photos[i];
        RETURN_IF(look_for_sources(op, d, p));
        size_t found = doubt_time_place(&d->subject, p, &d->list[d->n]);
        for (; found > 0; found--) {
            struct doubt *last = &d->list[d->n++];
            last->photo = p;
            last->id = doubt_id(&d->subject, last);
        }
    }
    return RC_OK;
}

enum rc doubt_find_problem(struct op *op, struct uuid id, struct doubts *out)
{
    *out = (struct doubts){0};
    RETURN_IF(load_problem(op, id, out));
    return find(op, out);
}

enum rc doubt_find_inspection(struct op *op, struct uuid id, struct doubts *out)
{
    *out = (struct doubts){0};
    RETURN_IF(load_inspection(op, id, out));
    return find(op, out);
}
