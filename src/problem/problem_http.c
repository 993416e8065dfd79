/* problem_http.c - problems over HTTP: parse, call the room, reply. The JSON is openapi.yaml's. */
#include "problem/problem_http.h"

#include "problem/kind_store.h"
#include "problem/problem_json.h"
#include "site/site.h"

static const char *const severities[] = {"general", "key", NULL};

static enum rc send_problem(struct request *rq, const struct problem_by_id_row *row, int status)
{
    RETURN_IF(problem_json_full(&rq->json, &rq->op, row));
    return reply_versioned(rq, status, row->version);
}

static enum rc problem_get(struct request *rq)
{
    struct uuid id;
    struct problem_by_id_row row;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(problem_load(&rq->op, id, &row));
    return send_problem(rq, &row, 200);
}

void problem_read_photos(struct arena *a, struct jin *in, const char *key, const struct sha256 **out, size_t *n)
{
    if (!jin_arr(in, key, JIN_OPTIONAL, PROBLEM_PHOTOS_MAX, n) || *n == 0)
        return;
    struct sha256 *list = ARENA_MANY(a, struct sha256, *n);
    for (size_t i = 0; i < *n; i++)
        jin_arr_sha256(in, key, i, &list[i]);
    *out = list;
}

/* Which limit it has or would get at dispatch, and why. */
static enum rc problem_limit(struct request *rq)
{
    struct uuid id;
    struct problem_by_id_row row;
    struct limit_answer answer;
    struct limit_fallback own;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(problem_load(&rq->op, id, &row));
    RETURN_IF(problem_find_limit(&rq->op, &row, &answer, &own));
    limit_put_answer(&rq->json, NULL, &rq->op, &answer, &own);
    return reply_json(rq, 200);
}

static void read_place(struct jin *in, struct opt_i64 *lon, struct opt_i64 *lat)
{
    struct jin place;
    if (!jin_obj(in, "place", JIN_OPTIONAL, &place))
        return;
    lon->has = jin_scaled(&place, "lon", JIN_REQUIRED, 7, -1800000000, 1800000000, &lon->v);
    lat->has = jin_scaled(&place, "lat", JIN_REQUIRED, 7, -900000000, 900000000, &lat->v);
}

void problem_read_new(struct request *rq, struct jin *in, struct problem_new *p, struct uuid *area_id)
{
    int severity = -1;
    p->source = PROBLEM_BY_REPORT;
    p->state = PROBLEM_REPORTED;
    jin_uuid(in, "id", JIN_REQUIRED, &p->id);
    jin_uuid(in, "site_id", JIN_OPTIONAL, &p->site_id);
    jin_uuid(in, "area_id", JIN_OPTIONAL, area_id);
    jin_uuid(in, "criterion_id", JIN_OPTIONAL, &p->criterion_id);
    jin_str(in, "description", JIN_REQUIRED, PROBLEM_TEXT_MAX, &p->description);
    jin_str(in, "place_text", JIN_OPTIONAL, 200, &p->place);
    read_place(in, &p->lon_e7, &p->lat_e7);
    jin_enum(in, "severity", JIN_OPTIONAL, severities, &severity);
    p->severity = severity < 0 ? NULL : severities[severity];
    jin_bool(in, "typical", JIN_OPTIONAL, &p->typical);
    jin_str(in, "kind", JIN_OPTIONAL, KIND_CODE_MAX, &p->kind);
    problem_read_photos(OP_ARENA(&rq->op), in, "photos", &p->photos, &p->nphotos);
    if (uuid_is_none(p->site_id) && uuid_is_none(*area_id))
        fail_field(rq->op.rd.fault, STR("/site_id"), "required", "请选择点位或所在区域", "Choose a site or an area");
}

enum rc problem_complete_new(struct request *rq, struct problem_new *p, struct uuid area_id)
{
    struct op *op = &rq->op;
    bool found = true;
    if (!uuid_is_none(p->site_id)) {
        struct problem_site_row site;
        RETURN_IF(q_problem_site(&op->rd, &(struct problem_site_in){op->hq, p->site_id}, &site, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/site_id"), "site_missing", "没有这个点位", "There is no such site");
        p->site_name = site.name;
        p->area_code = site.area_code;
        p->category_code = site.category_code;
    } else {
        struct problem_area_row area;
        RETURN_IF(q_problem_area(&op->rd, &(struct problem_area_in){op->hq, area_id}, &area, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/area_id"), "area_missing", "没有这个区域", "There is no such area");
        p->area_code = area.code;
    }
    RETURN_IF(limits_load(op));
    limit_default(op->limits, &p->limit_kind, &p->limit_amount);
    if (!uuid_is_none(p->criterion_id)) {
        struct problem_criterion_row c;
        RETURN_IF(q_problem_criterion(&op->rd, &(struct problem_criterion_in){op->hq, p->criterion_id}, &c, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/criterion_id"), "criterion_missing", "没有这条标准", "There is no such criterion");
        p->limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, c.limit_kind);
        p->limit_amount = c.limit_amount;
        p->category_code = c.category_code;
        if (!p->severity)
            p->severity = str_is(c.severity, "key") ? "key" : "general";
    }
    if (!p->severity)
        p->severity = "general";
    return p->kind.n ? kind_check_usable(op, p->kind) : RC_OK;
}

static enum rc problem_created(struct request *rq)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(&rq->op, rq->op.plan.command.subject_id, &row));
    return send_problem(rq, &row, rq->op.plan.replayed ? 200 : 201);
}

/* Of a place: whom it concerns; of an area alone: who looks after the area. */
static enum rc may_report(struct op *op, const struct problem_new *p)
{
    struct site site;
    struct subject s = {.area_code = p->area_code};
    if (!uuid_is_none(p->site_id)) {
        RETURN_IF(site_load(op, p->site_id, &site));
        s = site_subject(&op->actor, &site);
    }
    s.owner_id = op->actor.person_id;
    return policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_REPORT, &s);
}

static enum rc problem_create(struct request *rq)
{
    struct problem_new p = {0};
    struct uuid area_id = UUID_NONE;
    struct command command;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    problem_read_new(rq, &in, &p, &area_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "problem.report", "problem", p.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        RETURN_IF(problem_complete_new(rq, &p, area_id));
        RETURN_IF(may_report(&rq->op, &p));
        RETURN_IF(problem_prepare_new(&rq->op, &p, STR("")));
    }
    return http_commit(rq, problem_created);
}

static enum rc read_act(struct request *rq, struct jin *in, struct problem_act *act)
{
    struct jin limit;
    struct uuid ignored;
    int event = 0, kind = 0;
    jin_uuid(in, "id", JIN_REQUIRED, &ignored);
    jin_enum(in, "action", JIN_REQUIRED, problem_event_names, &event);
    act->event = (enum problem_event)event;
    jin_str(in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &act->note);
    jin_uuid(in, "unit_id", JIN_OPTIONAL, &act->unit_id);
    if (jin_obj(in, "limit", JIN_OPTIONAL, &limit)) {
        jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
        jin_i64(&limit, "amount", JIN_REQUIRED, 1, 3650, &act->limit_amount);
        act->limit_kind = (enum limit_kind)kind;
        act->has_limit = true;
    }
    act->version.has = jin_i64(in, "version", JIN_OPTIONAL, 1, INT64_MAX, &act->version.v);
    problem_read_photos(OP_ARENA(&rq->op), in, "photos", &act->photos, &act->nphotos);
    return jin_done(in);
}

static enum rc problem_acted(struct request *rq)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load_acted(&rq->op, rq->op.plan.command.subject_id, &row));
    return send_problem(rq, &row, 200);
}

static enum rc problem_act(struct request *rq)
{
    struct problem_act act = {0};
    struct command command;
    struct uuid id;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_act(rq, &in, &act));
    RETURN_IF(request_command(rq, &in, str_z(OP_ARENA(&rq->op), str_fmt(OP_ARENA(&rq->op), "problem.%s", problem_event_names[act.event])),
                              "problem", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(problem_prepare_act(&rq->op, id, &act));
    return http_commit(rq, problem_acted);
}

const struct route problem_routes[] = {
    {HTTP_GET, "/api/v1/problems", ACT_PROBLEM_READ, problem_list_get, 0, 0},
    {HTTP_POST, "/api/v1/problems", ACT_PROBLEM_REPORT, problem_create, 0, 0},
    {HTTP_GET, "/api/v1/problems/{id}", ACT_PROBLEM_READ, problem_get, 0, 0},
    {HTTP_GET, "/api/v1/problems/{id}/limit", ACT_PROBLEM_READ, problem_limit, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/actions", ACT_PROBLEM_READ, problem_act, 0, 0},
    {0},
};
