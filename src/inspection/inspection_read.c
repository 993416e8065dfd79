/* inspection_read.c - an inspection from the JSON a phone sent. */
#include "inspection/inspection.h"

static const char *const severities[] = {"general", "key", NULL};

static void read_hashes(struct jin *in, const char *key, const struct sha256 **out, size_t *n)
{
    if (!jin_arr(in, key, JIN_OPTIONAL, OBSERVATION_PHOTOS_MAX, n) || *n == 0)
        return;
    struct sha256 *list = ARENA_MANY(in->arena, struct sha256, *n);
    for (size_t i = 0; i < *n; i++)
        jin_arr_sha256(in, key, i, &list[i]);
    *out = list;
}

static void read_problem(struct jin *o, struct observation_new *out)
{
    struct jin in;
    struct raised_problem *p = &out->problem;
    int severity;
    if (!jin_obj(o, "problem", JIN_OPTIONAL, &in))
        return;
    out->has_problem = true;
    jin_uuid(&in, "id", JIN_REQUIRED, &p->id);
    jin_str(&in, "description", JIN_REQUIRED, 2000, &p->description);
    if (jin_enum(&in, "severity", JIN_OPTIONAL, severities, &severity))
        p->severity = severities[severity];
    jin_bool(&in, "typical", JIN_OPTIONAL, &p->typical);
    jin_bool(&in, "mended", JIN_OPTIONAL, &p->mended);
    read_hashes(&in, "after_photos", &p->after_photos, &p->nafter);
    (void)!jin_done(&in); /* its faults are in the shared record */
}

/* Which number a result carries. */
static void read_number(struct jin *in, struct observation_new *o)
{
    struct finding *f = &o->finding;
    int64_t n;
    bool wants_value = f->result == RESULT_VALUE, wants_count = f->result == RESULT_COUNT || f->result == RESULT_GRADE;
    if (jin_i64(in, "count", wants_count, 0, JUDGING_COUNT_MAX, &n)) {
        f->count = n;
        f->grade = n > JUDGING_STEPS_MAX ? JUDGING_STEPS_MAX : (int)n;
    }
    jin_scaled(in, "value", wants_value, 2, -JUDGING_VALUE_MAX_E2, JUDGING_VALUE_MAX_E2, &f->value_e2);
}

static void read_observation(struct jin *in, struct observation_new *o)
{
    int result = 0;
    o->at = in->at;
    jin_uuid(in, "criterion_id", JIN_REQUIRED, &o->criterion_id);
    if (jin_enum(in, "result", JIN_REQUIRED, result_names, &result))
        o->finding.result = (enum result)result;
    read_number(in, o);
    jin_str(in, "note", JIN_OPTIONAL, 1000, &o->note);
    o->device_ms.has = jin_time(in, "observed_at", JIN_OPTIONAL, &o->device_ms.v);
    read_hashes(in, "photos", &o->photos, &o->nphotos);
    read_problem(in, o);
    (void)!jin_done(in);
}

void inspection_read_observations(struct jin *in, struct observation_new **out, size_t *n)
{
    *out = NULL;
    if (!jin_arr(in, "observations", JIN_OPTIONAL, OBSERVATIONS_MAX, n) || *n == 0)
        return;
    *out = ARENA_MANY(in->arena, struct observation_new, *n);
    for (size_t i = 0; i < *n; i++) {
        struct jin o;
        if (jin_arr_obj(in, "observations", i, &o))
            read_observation(&o, &(*out)[i]);
    }
}

enum rc inspection_read(struct jin *in, struct inspection_new *out)
{
    struct jin place;
    int kind = 0;
    *out = (struct inspection_new){.source = in};
    jin_uuid(in, "id", JIN_REQUIRED, &out->id);
    jin_uuid(in, "site_id", JIN_REQUIRED, &out->site_id);
    jin_uuid(in, "version_id", JIN_OPTIONAL, &out->version_id);
    bool in_round = jin_uuid(in, "round_id", JIN_OPTIONAL, &out->round_id);
    out->has_kind = jin_enum(in, "kind", !in_round, inspection_kind_names, &kind);
    if (out->has_kind)
        out->kind = (enum inspection_kind)kind;
    jin_time(in, "visit_at", JIN_REQUIRED, &out->visit_ms);
    jin_uuid(in, "partner_id", JIN_OPTIONAL, &out->partner_id);
    jin_bool(in, "record_only", JIN_OPTIONAL, &out->record_only);
    if (jin_obj(in, "place", JIN_OPTIONAL, &place)) {
        out->lon_e7.has = jin_scaled(&place, "lon", JIN_REQUIRED, 7, -1800000000, 1800000000, &out->lon_e7.v);
        out->lat_e7.has = jin_scaled(&place, "lat", JIN_REQUIRED, 7, -900000000, 900000000, &out->lat_e7.v);
    }
    jin_str(in, "note", JIN_OPTIONAL, 2000, &out->note);
    jin_uuid(in, "corrects_id", JIN_OPTIONAL, &out->corrects_id);
    jin_bool(in, "complete", JIN_OPTIONAL, &out->complete);
    inspection_read_observations(in, &out->observations, &out->n);
    return jin_done(in);
}
