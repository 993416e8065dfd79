/* inspection_json.c - inspections as JSON (openapi.yaml: Inspection, InspectionFull). */
#include "base/json_out.h"
#include "inspection/inspection_store.h"
#include "standard/rate.h"

/* In a record-only round the inspector sees no total; those who judge do, and the inspected once it is open to them. */
static bool total_hidden(const struct op *op, const struct inspection_by_id_row *r)
{
    bool theirs = policy_may(&op->actor, ACT_INSPECT_OFFICIAL) || inspection_is_own(op, r);
    return r->record_only && theirs && !policy_may(&op->actor, ACT_INSPECTION_JUDGE);
}

/* No person is named to the inspected: who came is the inspection team (督查组). A unit's own checks are its own. */
static bool names_shown(const struct op *op, const struct inspection_by_id_row *r)
{
    return inspection_is_own(op, r) || policy_scope(&op->actor, ACT_INSPECTION_READ).all ||
           inspection_kind_of(r->kind) == INSPECTION_SELF_CHECK;
}

static void put_people(struct json_out *j, const struct op *op, const struct inspection_by_id_row *r)
{
    if (names_shown(op, r)) {
        jo_named(j, "inspector", r->inspector_id, r->inspector_name);
        jo_named(j, "partner", r->partner_id, r->partner_name);
        return;
    }
    jo_obj(j, "inspector");
    jo_null(j, "id");
    jo_str(j, "name", op->lang == LANG_EN ? STR("inspection team") : STR("督查组"));
    jo_end(j);
    jo_null(j, "partner");
}

static void put_score(struct json_out *j, const struct op *op, const struct inspection_by_id_row *r)
{
    if (!r->earned_e4.has || total_hidden(op, r))
        jo_null(j, "score");
    else
        rate_json(j, "score", r->earned_e4.v, r->possible_e4.v);
}

static void put_codes(struct json_out *j, const char *key, struct str joined)
{
    struct str rest = joined, code;
    jo_arr(j, key);
    while (str_next(&rest, ',', &code))
        if (code.n)
            jo_str(j, NULL, code);
    jo_end(j);
}

void inspection_json_brief(struct json_out *j, const struct op *op, const struct inspection_by_id_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_uuid(j, "version_id", r->version_id);
    jo_str(j, "category_code", r->category_code);
    jo_str(j, "kind", r->kind);
    jo_named(j, "round", r->round_id, r->round_title);
    put_people(j, op, r);
    jo_str(j, "state", r->state);
    jo_time(j, "visit_at", r->visit_ms);
    jo_time(j, "received_at", r->received_ms);
    jo_opt_time(j, "completed_at", r->completed_ms);
    put_codes(j, "quarantine", names_shown(op, r) ? r->quarantine : STR_NONE);
    jo_uuid(j, "corrects_id", r->corrects_id);
    jo_uuid(j, "superseded_by", r->superseded_by);
    jo_bool(j, "record_only", r->record_only);
    jo_str(j, "note", r->note);
    put_score(j, op, r);
    jo_bool(j, "vetoed", r->vetoed && !total_hidden(op, r));
    jo_i64(j, "version", r->version);
}

static void put_observation(struct json_out *j, const struct inspection_observations_row *o, bool hide)
{
    jo_uuid(j, "criterion_id", o->criterion_id);
    jo_str(j, "criterion_code", o->code);
    jo_str(j, "text_zh", o->text_zh);
    jo_str(j, "text_en", o->text_en);
    jo_str(j, "mode", o->mode);
    jo_bool(j, "veto", o->veto);
    jo_str(j, "result", o->result);
    jo_opt_i64(j, "count", o->count);
    if (o->value_e2.has)
        jo_scaled(j, "value", o->value_e2.v, 2);
    else
        jo_null(j, "value");
    jo_str(j, "note", o->note);
    jo_scaled(j, "earned", hide ? 0 : o->earned_e4, 4);
    jo_scaled(j, "possible", hide ? 0 : o->possible_e4, 4);
    jo_uuid(j, "problem_id", o->problem_id);
}

static enum rc put_observations(struct json_out *j, struct op *op, const struct inspection_by_id_row *r)
{
    struct inspection_observations_row *obs;
    struct inspection_photos_row *photos;
    size_t n, nphotos;
    RETURN_IF(q_inspection_observations(&op->rd, &(struct inspection_observations_in){op->hq, r->id}, &obs, &n));
    RETURN_IF(q_inspection_photos(&op->rd, &(struct inspection_photos_in){op->hq, r->id}, &photos, &nphotos));
    jo_arr(j, "observations");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        put_observation(j, &obs[i], total_hidden(op, r));
        jo_arr(j, "photos");
        for (size_t k = 0; k < nphotos; k++)
            if (uuid_eq(photos[k].criterion_id, obs[i].criterion_id))
                jo_sha256(j, NULL, photos[k].sha256);
        jo_end(j);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

/* Why it was withdrawn, or counts or not after quarantine. */
static void put_verdict(struct json_out *j, const struct op *op, const struct inspection_by_id_row *r)
{
    if (!r->verdict_ms.has) {
        jo_null(j, "verdict");
        return;
    }
    jo_obj(j, "verdict");
    jo_named(j, "by", names_shown(op, r) ? r->verdict_by : UUID_NONE, r->verdict_name);
    jo_time(j, "at", r->verdict_ms.v);
    jo_str(j, "reason", r->verdict_reason);
    jo_end(j);
}

enum rc inspection_json_full(struct json_out *j, struct op *op, struct uuid id, int64_t *version)
{
    struct inspection_by_id_row r;
    struct inspection_parts_row *parts;
    size_t nparts;
    RETURN_IF(inspection_load(op, id, &r));
    RETURN_IF(q_inspection_parts(&op->rd, &(struct inspection_parts_in){op->hq, id}, &parts, &nparts));
    jo_obj(j, NULL);
    inspection_json_brief(j, op, &r);
    jo_i64(j, "parts", (int64_t)nparts);
    put_verdict(j, op, &r);
    RETURN_IF(put_observations(j, op, &r));
    jo_end(j);
    *version = r.version;
    return RC_OK;
}
