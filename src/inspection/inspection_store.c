/* inspection_store.c - see inspection_store.h. */
#include "inspection/inspection_store.h"

static enum rc missing(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "inspection_not_found", "没有这次检查", "There is no such inspection");
}

bool inspection_is_own(const struct op *op, const struct inspection_by_id_row *r)
{
    return uuid_eq(r->inspector_id, op->actor.person_id) ||
           (!uuid_is_none(r->partner_id) && uuid_eq(r->partner_id, op->actor.person_id));
}

enum rc inspection_load(struct op *op, struct uuid id, struct inspection_by_id_row *row)
{
    bool found;
    struct fault ignored;
    RETURN_IF(q_inspection_by_id(&op->rd, &(struct inspection_by_id_in){.hq = op->hq, .id = id}, row, &found));
    if (!found)
        return missing(op);
    if (inspection_is_own(op, row))
        return RC_OK;
    if (str_is(row->state, "staged"))
        return missing(op);
    fault_init(&ignored, OP_ARENA(op));
    /* By unit and by area what counted once is seen, and is not held back; a unit's own checks whatever became of them. */
    bool open = row->earned_e4.has || inspection_kind_of(row->kind) == INSPECTION_SELF_CHECK;
    struct subject s = {.unit_id = row->subject_unit_id, .area_code = row->area_code, .owner_id = row->inspector_id,
                        .held = row->held || !open};
    if (policy_check(&ignored, &op->actor, ACT_INSPECTION_READ, &s) != RC_OK)
        return missing(op);
    return RC_OK;
}

enum rc inspection_load_to_change(struct op *op, struct uuid id, struct inspection_by_id_row *row)
{
    RETURN_IF(inspection_load(op, id, row));
    if (uuid_eq(row->inspector_id, op->actor.person_id))
        return RC_OK;
    return policy_check(op->rd.fault, &op->actor, ACT_INSPECTION_JUDGE,
                        &(struct subject){.area_code = row->area_code, .owner_id = row->inspector_id});
}

enum rc inspection_load_parts(struct op *op, struct uuid id, struct observation_new **out, size_t *n)
{
    struct inspection_parts_row *parts;
    size_t nparts;
    RETURN_IF(q_inspection_parts(&op->rd, &(struct inspection_parts_in){.hq = op->hq, .id = id}, &parts, &nparts));
    *out = ARENA_MANY(OP_ARENA(op), struct observation_new, OBSERVATIONS_MAX);
    *n = 0;
    for (size_t i = 0; i < nparts; i++) {
        struct observation_new *some;
        struct jin in;
        size_t k;
        RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, parts[i].content));
        inspection_read_observations(&in, &some, &k);
        jin_free(&in);
        RETURN_IF(op->rd.fault->rc);
        if (*n + k > OBSERVATIONS_MAX)
            return fail_field(op->rd.fault, STR("/observations"), "too_many", "检查记录过多", "There are too many observations");
        if (k)
            memcpy(*out + *n, some, k * sizeof *some);
        *n += k;
    }
    return RC_OK;
}

enum rc inspection_inspector_then(struct op *op, struct uuid person_id, enum inspection_kind kind, int64_t at_ms,
                                  bool *then)
{
    struct inspection_roles_at_row *rows;
    struct actor actor = {.person_id = person_id};
    size_t n;
    struct inspection_roles_at_in in = {.hq = op->hq, .person_id = person_id, .at_ms = at_ms};
    RETURN_IF(q_inspection_roles_at(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        actor.roles |= policy_role_by_name(rows[i].role);
        actor.grants |= policy_grant_by_name(rows[i].role);
    }
    *then = policy_may(&actor, inspection_action(kind));
    return RC_OK;
}

static enum rc check_photo(struct op *op, struct sha256 sha, struct str at, size_t i)
{
    struct inspection_photo_stored_row row;
    bool found;
    struct inspection_photo_stored_in in = {.hq = op->hq, .sha256 = sha};
    RETURN_IF(q_inspection_photo_stored(&op->rd, &in, &row, &found));
    if (!found)
        fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/photos/%zu", STR_ARG(at), i), "photo_missing",
                   "照片尚未上传", "The photograph has not been uploaded");
    return RC_OK;
}

enum rc inspection_check_photos(struct op *op, const struct observation_new *obs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < obs[i].nphotos; k++)
            RETURN_IF(check_photo(op, obs[i].photos[k], obs[i].at, k));
    return op->rd.fault->rc;
}

static bool repeats(const struct sha256 *photos, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (sha256_eq(photos[k], photos[i]))
            return true;
    return false;
}

void inspection_add_observations(struct op *op, struct uuid inspection_id, int64_t visit_ms,
                                 const struct observation_new *obs, size_t n)
{
    struct effects *fx = &op->plan.fx;
    for (size_t i = 0; i < n; i++) {
        const struct observation_new *o = &obs[i];
        enum result r = o->finding.result;
        fx_observation_add(fx, &(struct observation_add_in){
            .hq = op->hq, .inspection_id = inspection_id, .criterion_id = o->criterion_id,
            .result = str_of(result_names[r]),
            .count = r == RESULT_COUNT || r == RESULT_GRADE ? SOME(o->finding.count) : NONE_I64,
            .value_e2 = r == RESULT_VALUE ? SOME(o->finding.value_e2) : NONE_I64,
            .note = o->note.n ? o->note : STR_NONE,
            .device_ms = o->device_ms.has ? o->device_ms.v : visit_ms, .earned_e4 = o->points.earned_e4,
            .possible_e4 = o->points.possible_e4, .problem_id = o->has_problem ? o->problem.id : UUID_NONE});
        for (size_t k = 0; k < o->nphotos; k++)
            if (!repeats(o->photos, k))
                fx_observation_photo_add(fx, &(struct observation_photo_add_in){
                    .hq = op->hq, .inspection_id = inspection_id, .criterion_id = o->criterion_id,
                    .sha256 = o->photos[k], .order_no = (int64_t)k});
    }
}

void inspection_add_part(struct op *op, struct uuid inspection_id, struct uuid part_id, struct str content)
{
    fx_inspection_part_add(&op->plan.fx, &(struct inspection_part_add_in){
        .hq = op->hq, .inspection_id = inspection_id, .id = part_id, .content = content, .at_ms = op->now});
}

void inspection_prepare_unhold(struct op *op, struct uuid round_id)
{
    struct effect *e = fx_inspection_unhold(&op->plan.fx, &(struct inspection_unhold_in){op->hq, round_id});
    e->min = 0;
    e->max = INT64_MAX;
}
