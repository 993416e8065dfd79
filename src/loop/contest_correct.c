/*
 * contest_correct.c - an observation set right: the inspection is recorded anew with that one finding changed, counted
 * in the old one's stead. Who made the visit stays who made it; who decided is on the old record.
 */
#include "contest_sql.h"
#include "loop/contest.h"
#include "score/score.h"

#include "change/change.h"

enum { SUCCESSORS_MAX = 20 };

/* The record that counts now: corrections follow one another. */
static enum rc find_current(struct op *op, struct uuid *id, bool *counts)
{
    *counts = false;
    for (int i = 0; i < SUCCESSORS_MAX; i++) {
        struct contest_successor_row row;
        bool found;
        RETURN_IF(q_contest_successor(&op->rd, &(struct contest_successor_in){op->hq, *id}, &row, &found));
        if (!found || (!str_is(row.state, "corrected") && !str_is(row.state, "complete")))
            return RC_OK;
        *counts = str_is(row.state, "complete");
        if (*counts)
            return RC_OK;
        *id = row.superseded_by;
    }
    return RC_OK;
}

static enum result result_of(struct str name)
{
    for (int r = 0; r < RESULTS; r++)
        if (str_is(name, result_names[r]))
            return (enum result)r;
    return RESULT_MET;
}

static void give_photos(struct op *op, struct observation_new *o, const struct inspection_photos_row *photos, size_t n)
{
    struct sha256 *list = ARENA_MANY(OP_ARENA(op), struct sha256, n + 1);
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(photos[i].criterion_id, o->criterion_id))
            list[o->nphotos++] = photos[i].sha256;
    o->photos = list;
}

/* All observations as they were, the contested one as it is set. */
static enum rc load(struct op *op, const struct contest_correction *in, struct observation_new **out, size_t *n)
{
    struct contest_observations_row *rows;
    struct inspection_photos_row *photos;
    size_t nphotos;
    RETURN_IF(q_contest_observations(&op->rd, &(struct contest_observations_in){op->hq, in->inspection_id}, &rows, n));
    RETURN_IF(q_inspection_photos(&op->rd, &(struct inspection_photos_in){op->hq, in->inspection_id}, &photos, &nphotos));
    struct observation_new *list = ARENA_MANY(OP_ARENA(op), struct observation_new, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        const struct contest_observations_row *r = &rows[i];
        bool contested = uuid_eq(r->criterion_id, in->criterion_id);
        list[i] = (struct observation_new){
            .at = str_fmt(OP_ARENA(op), "%s", contested ? "/set" : ""), .criterion_id = r->criterion_id,
            .finding = {.result = result_of(r->result), .count = r->count.v, .grade = (int)r->count.v, .value_e2 = r->value_e2.v},
            .note = r->note, .device_ms = SOME(r->device_ms), .has_problem = !contested && !uuid_is_none(r->problem_id),
            .problem.id = r->problem_id};
        if (contested)
            list[i].finding = in->finding;
        give_photos(op, &list[i], photos, nphotos);
    }
    *out = list;
    return RC_OK;
}

static void add_score(struct op *op, const struct inspection_by_id_row *old, struct uuid id, const struct inspection_result *r)
{
    if (!inspection_kind_scores(old->kind))
        return;
    score_prepare_take_back(op, old->id, old->held);
    score_prepare_add(op, &(struct score_new){
        .inspection_id = id, .site_id = old->site_id, .version_id = old->version_id, .subject_unit_id = old->subject_unit_id,
        .category_code = old->category_code, .area_code = old->area_code, .visit_ms = old->visit_ms,
        .earned_e4 = r->earned_e4, .possible_e4 = r->possible_e4, .observations = r->observations, .not_met = r->not_met,
        .vetoes = r->vetoed, .held = old->held, .round_id = old->round_id});
}

static void supersede(struct op *op, const struct inspection_by_id_row *old, const struct contest_correction *in)
{
    fx_inspection_settle(&op->plan.fx, &(struct inspection_settle_in){
        .hq = op->hq, .id = old->id, .version = old->version, .state = STR("corrected"), .completed_ms = old->completed_ms,
        .quarantine = old->quarantine, .earned_e4 = old->earned_e4, .possible_e4 = old->possible_e4, .vetoed = old->vetoed,
        .superseded_by = in->new_id, .verdict_by = op->actor.person_id, .verdict_ms = SOME(op->now), .verdict_reason = in->reason});
    if (uuid_is_none(old->round_id))
        return;
    struct effect *e = fx_contest_round_site(&op->plan.fx, &(struct contest_round_site_in){op->hq, old->round_id, old->id, in->new_id});
    e->min = 0;
}

static enum rc add_record(struct op *op, const struct inspection_by_id_row *old, struct uuid id, const struct inspection_result *r)
{
    struct contest_place_row place;
    bool found;
    RETURN_IF(q_contest_place(&op->rd, &(struct contest_place_in){op->hq, old->id}, &place, &found));
    fx_inspection_add(&op->plan.fx, &(struct inspection_add_in){
        .hq = op->hq, .id = id, .site_id = old->site_id, .version_id = old->version_id, .category_code = old->category_code,
        .area_code = old->area_code, .subject_unit_id = old->subject_unit_id, .kind = old->kind,
        .inspector_id = old->inspector_id, .partner_id = old->partner_id, .record_only = old->record_only,
        .round_id = old->round_id, .held = old->held, .state = STR("complete"), .visit_ms = old->visit_ms,
        .received_ms = op->now, .completed_ms = SOME(op->now), .corrects_id = old->id, .lon_e7 = place.lon_e7,
        .lat_e7 = place.lat_e7, .note = old->note, .earned_e4 = SOME(r->earned_e4), .possible_e4 = SOME(r->possible_e4),
        .vetoed = r->vetoed});
    return RC_OK;
}

enum rc contest_set_right(struct op *op, const struct contest_correction *in, bool *made)
{
    struct contest_correction now = *in;
    struct inspection_by_id_row old;
    struct observation_new *obs;
    struct inspection_result result;
    const struct checklist *list;
    bool found;
    size_t n;
    RETURN_IF(find_current(op, &now.inspection_id, made));
    if (!*made)
        return RC_OK;
    RETURN_IF(q_inspection_by_id(&op->rd, &(struct inspection_by_id_in){.hq = op->hq, .id = now.inspection_id}, &old, &found));
    RETURN_IF(load(op, &now, &obs, &n));
    RETURN_IF(standard_checklist(op, old.version_id, old.category_code, &list));
    RETURN_IF(inspection_judge(op->rd.fault, list, inspection_kind_of(old.kind), obs, n, &result));
    RETURN_IF(add_record(op, &old, now.new_id, &result));
    supersede(op, &old, &now);
    inspection_add_observations(op, now.new_id, old.visit_ms, obs, n);
    add_score(op, &old, now.new_id, &result);
    if (!old.held)
        change_event(op, "inspection.completed", "inspection", now.new_id, STR_NONE);
    return RC_OK;
}
