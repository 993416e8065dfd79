/* kind_http.c - kinds over HTTP: their versions, the stages of a case, its figures, and the sums of them. */
#include "problem/kind_http.h"

#include "problem/kind_store.h"
#include "problem/problem_http.h"
#include "problem/problem_json.h"

enum { SUMS_MAX = 2000, ORDER_MAX = 1000000 };

/* ---- JSON ---- */

static void put_names(struct json_out *j, struct str zh, struct str en)
{
    jo_str(j, "name_zh", zh);
    jo_str(j, "name_en", en);
}

static void put_stage(struct json_out *j, const struct kind_stage *s)
{
    jo_str(j, "code", s->code);
    put_names(j, s->name_zh, s->name_en);
    if (s->has_limit) {
        jo_obj(j, "limit");
        jo_z(j, "kind", limit_kind_names[s->limit_kind]);
        jo_i64(j, "amount", s->limit_amount);
        jo_end(j);
    } else {
        jo_null(j, "limit");
    }
    jo_bool(j, "compulsory", s->compulsory);
    jo_bool(j, "proof", s->proof);
    jo_bool(j, "stops_clock", s->stops_clock);
}

static void put_output(struct json_out *j, const struct kind_output *o)
{
    jo_obj(j, NULL);
    jo_str(j, "code", o->code);
    jo_str(j, "stage", o->stage);
    put_names(j, o->name_zh, o->name_en);
    jo_str(j, "unit_zh", o->unit_zh);
    jo_str(j, "unit_en", o->unit_en);
    jo_z(j, "measure", kind_measure_names[o->measure]);
    jo_end(j);
}

/* The members into the open object. */
static void put_kind(struct json_out *j, const struct kind *k)
{
    jo_str(j, "code", k->code);
    jo_i64(j, "version", k->version_no);
    put_names(j, k->name_zh, k->name_en);
    jo_str(j, "guidance_zh", k->guidance_zh);
    jo_str(j, "guidance_en", k->guidance_en);
    jo_bool(j, "enabled", k->enabled);
    jo_i64(j, "order_no", k->order_no);
    jo_arr(j, "stages");
    for (size_t i = 0; i < k->nstages; i++) {
        jo_obj(j, NULL);
        put_stage(j, &k->stages[i]);
        jo_end(j);
    }
    jo_end(j);
    jo_arr(j, "outputs");
    for (size_t i = 0; i < k->noutputs; i++)
        put_output(j, &k->outputs[i]);
    jo_end(j);
}

static const struct kind_output *output_of(const struct kind *k, struct str code)
{
    for (size_t i = 0; k && i < k->noutputs; i++)
        if (str_eq(k->outputs[i].code, code))
            return &k->outputs[i];
    return NULL;
}

static void put_figure_words(struct json_out *j, const struct kind *k, struct str output)
{
    const struct kind_output *o = output_of(k, output);
    jo_str(j, "code", output);
    put_names(j, o ? o->name_zh : output, o ? o->name_en : output);
    jo_str(j, "unit_zh", o ? o->unit_zh : STR_NONE);
    jo_str(j, "unit_en", o ? o->unit_en : STR_NONE);
    jo_z(j, "measure", kind_measure_names[o ? o->measure : KIND_AMOUNT]);
}

static const struct kind_walked_row *walked_row(const struct kind_walked_row *rows, size_t n, struct str stage)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].stage, stage))
            return &rows[i];
    return NULL;
}

static void put_walked(struct json_out *j, struct op *op, const struct kind_stage *s, const struct kind_walked_row *r)
{
    bool late = r && (r->late || (!r->done_ms.has && r->due_ms.has && op->now > r->due_ms.v));
    jo_obj(j, NULL);
    put_stage(j, s);
    jo_z(j, "state", !r ? "waiting" : r->done_ms.has ? "done" : "open");
    jo_opt_time(j, "begun_at", r ? SOME(r->begun_ms) : NONE_I64);
    jo_opt_time(j, "due_at", r ? r->due_ms : NONE_I64);
    jo_opt_time(j, "done_at", r ? r->done_ms : NONE_I64);
    jo_bool(j, "late", late);
    jo_end(j);
}

static void put_figures(struct json_out *j, const struct kind *k, const struct kind_figure_by_id_row *rows, size_t n)
{
    jo_arr(j, "outputs");
    for (size_t i = 0; i < n; i++) {
        if (!uuid_is_none(rows[i].superseded_by))
            continue;
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].id);
        put_figure_words(j, k, rows[i].output);
        jo_str(j, "stage", rows[i].stage);
        jo_scaled(j, "amount", rows[i].amount_e2, 2);
        jo_bool(j, "more_than", rows[i].more_than);
        jo_time(j, "at", rows[i].at_ms);
        jo_end(j);
    }
    jo_end(j);
}

enum rc kind_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    struct kind_walk walk;
    struct kind_walked_row *rows = NULL;
    struct kind_figure_by_id_row *figures = NULL;
    size_t n = 0, nfigures = 0;
    RETURN_IF(kind_walk_load(op, p, &walk));
    if (walk.kind->nstages)
        RETURN_IF(q_kind_walked(&op->rd, &(struct kind_walked_in){op->hq, p->id}, &rows, &n));
    if (walk.kind->noutputs)
        RETURN_IF(q_kind_figures(&op->rd, &(struct kind_figures_in){op->hq, p->id}, &figures, &nfigures));
    jo_arr(j, "stages");
    for (size_t i = 0; i < walk.kind->nstages; i++)
        put_walked(j, op, &walk.kind->stages[i], walked_row(rows, n, walk.kind->stages[i].code));
    jo_end(j);
    put_figures(j, walk.kind, figures, nfigures);
    return RC_OK;
}

/* ---- reading ---- */

static enum rc kind_list(struct request *rq)
{
    const struct kind **list;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(kind_load_all(&rq->op, &list, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        put_kind(&rq->json, list[i]);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc send_kind(struct request *rq, struct str code, int status)
{
    struct kind_versions_row *rows;
    const struct kind *k;
    size_t n;
    RETURN_IF(kind_load(&rq->op, code, NONE_I64, &k));
    if (!k)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "kind_not_found", "没有这个问题类别", "There is no such kind of problem");
    RETURN_IF(q_kind_versions(&rq->op.rd, &(struct kind_versions_in){rq->op.hq, code}, &rows, &n));
    jo_obj(&rq->json, NULL);
    put_kind(&rq->json, k);
    jo_arr(&rq->json, "versions");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        jo_i64(&rq->json, "version", rows[i].version_no);
        jo_time(&rq->json, "from", rows[i].from_ms);
        jo_named(&rq->json, "by", rows[i].by_id, rows[i].by_name);
        jo_bool(&rq->json, "enabled", rows[i].enabled);
        jo_end(&rq->json);
    }
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_versioned(rq, status, k->version_no);
}

static enum rc kind_get(struct request *rq)
{
    RETURN_IF(query_done(rq));
    return send_kind(rq, path_text(rq, "code"), 200);
}

static enum rc read_sums(struct request *rq, struct kind_sums_in *in)
{
    static const char *const groups[] = {"unit", "area", NULL};
    struct op *op = &rq->op;
    struct scope scope = policy_scope(&op->actor, ACT_INDICATOR_READ);
    struct opt_i64 from, to;
    struct str group;
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_time(rq, "to", &to));
    RETURN_IF(query_name(rq, "group_by", groups, &group));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    in->kind = query_text(rq, "kind");
    in->area_from = query_text(rq, "area_code");
    if (in->area_from.p)
        in->area_to = str_prefix_end(OP_ARENA(op), in->area_from);
    in->from_ms = from.has ? from.v : 0;
    in->to_ms = to.has ? to.v : INT64_MAX;
    in->by_unit.has = in->by_unit.v = group.p && str_is(group, "unit");
    in->by_area.has = in->by_area.v = group.p && str_is(group, "area");
    in->scoped.has = in->scoped.v = !scope.all;
    in->scope_unit = scope.unit_id;
    in->scope_area_from = scope.area_code;
    in->scope_area_to = str_prefix_end(OP_ARENA(op), scope.area_code);
    in->row_limit = SUMS_MAX;
    return RC_OK;
}

/* Sums of figures: one that is "more than" makes its sum so. */
static enum rc kind_sum(struct request *rq)
{
    struct kind_sums_in in = {.hq = rq->op.hq};
    struct kind_sums_row *rows;
    const struct kind *k = NULL;
    struct json_out *j = &rq->json;
    size_t n;
    RETURN_IF(read_sums(rq, &in));
    RETURN_IF(query_done(rq));
    RETURN_IF(q_kind_sums(&rq->op.rd, &in, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        if (!k || !str_eq(k->code, rows[i].kind))
            RETURN_IF(kind_load(&rq->op, rows[i].kind, NONE_I64, &k));
        jo_obj(j, NULL);
        jo_str(j, "kind", rows[i].kind);
        put_figure_words(j, k, rows[i].output);
        jo_named(j, "unit", rows[i].unit_id, rows[i].unit_name);
        jo_str(j, "area_code", rows[i].area_code);
        jo_scaled(j, "amount", rows[i].amount_e2, 2);
        jo_bool(j, "more_than", rows[i].inexact > 0);
        jo_i64(j, "cases", rows[i].cases);
        jo_end(j);
    }
    jo_end(j);
    jo_null(j, "next");
    jo_end(j);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static void read_stage(struct jin *in, struct kind_stage *s)
{
    struct jin limit;
    int kind = 0;
    jin_str(in, "code", JIN_REQUIRED, KIND_CODE_MAX, &s->code);
    jin_str(in, "name_zh", JIN_REQUIRED, 40, &s->name_zh);
    jin_str(in, "name_en", JIN_REQUIRED, 80, &s->name_en);
    jin_bool(in, "compulsory", JIN_OPTIONAL, &s->compulsory);
    jin_bool(in, "proof", JIN_OPTIONAL, &s->proof);
    jin_bool(in, "stops_clock", JIN_OPTIONAL, &s->stops_clock);
    if (jin_is_null(in, "limit") || !jin_obj(in, "limit", JIN_OPTIONAL, &limit))
        return;
    jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
    jin_i64(&limit, "amount", JIN_REQUIRED, 1, LIMIT_DAYS_MAX, &s->limit_amount);
    s->limit_kind = (enum limit_kind)kind;
    s->has_limit = true;
}

static void read_output(struct jin *in, struct kind_output *o)
{
    int measure = 0;
    jin_str(in, "code", JIN_REQUIRED, KIND_CODE_MAX, &o->code);
    if (!jin_is_null(in, "stage"))
        jin_str(in, "stage", JIN_OPTIONAL, KIND_CODE_MAX, &o->stage);
    jin_str(in, "name_zh", JIN_REQUIRED, 40, &o->name_zh);
    jin_str(in, "name_en", JIN_REQUIRED, 80, &o->name_en);
    jin_str(in, "unit_zh", JIN_REQUIRED, 20, &o->unit_zh);
    jin_str(in, "unit_en", JIN_REQUIRED, 40, &o->unit_en);
    jin_enum(in, "measure", JIN_REQUIRED, kind_measure_names, &measure);
    o->measure = (enum kind_measure)measure;
}

static void read_lists(struct request *rq, struct jin *in, struct kind *k)
{
    struct kind_stage *stages = ARENA_MANY(OP_ARENA(&rq->op), struct kind_stage, KIND_STAGES_MAX);
    struct kind_output *outputs = ARENA_MANY(OP_ARENA(&rq->op), struct kind_output, KIND_OUTPUTS_MAX);
    struct jin one;
    jin_arr(in, "stages", JIN_OPTIONAL, KIND_STAGES_MAX, &k->nstages);
    for (size_t i = 0; i < k->nstages; i++)
        if (jin_arr_obj(in, "stages", i, &one))
            read_stage(&one, &stages[i]);
    jin_arr(in, "outputs", JIN_OPTIONAL, KIND_OUTPUTS_MAX, &k->noutputs);
    for (size_t i = 0; i < k->noutputs; i++)
        if (jin_arr_obj(in, "outputs", i, &one))
            read_output(&one, &outputs[i]);
    k->stages = stages;
    k->outputs = outputs;
}

static enum rc kind_put_done(struct request *rq)
{
    return send_kind(rq, path_text(rq, "code"), 200);
}

/* A new version; If-Match names the one it was made from. A kind that is not there yet needs none. */
static enum rc kind_put(struct request *rq)
{
    struct kind k = {.enabled = true, .order_no = 100, .code = path_text(rq, "code")};
    struct command command;
    struct opt_i64 version;
    struct jin in;
    RETURN_IF(request_if_match(rq, false, &version));
    RETURN_IF(request_json(rq, &in));
    jin_str(&in, "name_zh", JIN_REQUIRED, 40, &k.name_zh);
    jin_str(&in, "name_en", JIN_REQUIRED, 80, &k.name_en);
    jin_str(&in, "guidance_zh", JIN_OPTIONAL, 500, &k.guidance_zh);
    jin_str(&in, "guidance_en", JIN_OPTIONAL, 1000, &k.guidance_en);
    jin_bool(&in, "enabled", JIN_OPTIONAL, &k.enabled);
    jin_i64(&in, "order_no", JIN_OPTIONAL, 0, ORDER_MAX, &k.order_no);
    read_lists(rq, &in, &k);
    RETURN_IF(jin_done(&in));
    k.version_no = version.has ? version.v : -1;
    RETURN_IF(request_command(rq, &in, "kind.put", "kind", UUID_NONE, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(kind_prepare_put(&rq->op, &k));
    return http_commit(rq, kind_put_done);
}

static enum rc send_problem(struct request *rq)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(&rq->op, rq->op.plan.command.subject_id, &row));
    RETURN_IF(problem_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, 200, row.version);
}

static enum rc kind_assign(struct request *rq)
{
    struct str code = STR_NONE, note = STR_NONE;
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "kind", JIN_REQUIRED, KIND_CODE_MAX, &code);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "problem.kind", "problem", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(kind_prepare_assign(&rq->op, id, code, note));
    return http_commit(rq, send_problem);
}

static void read_figures(struct request *rq, struct jin *in, struct kind_walking *w)
{
    struct kind_figure *list = ARENA_MANY(OP_ARENA(&rq->op), struct kind_figure, KIND_OUTPUTS_MAX);
    struct jin one;
    jin_arr(in, "outputs", JIN_OPTIONAL, KIND_OUTPUTS_MAX, &w->nfigures);
    for (size_t i = 0; i < w->nfigures; i++) {
        if (!jin_arr_obj(in, "outputs", i, &one))
            continue;
        jin_str(&one, "code", JIN_REQUIRED, KIND_CODE_MAX, &list[i].output);
        jin_scaled(&one, "amount", JIN_REQUIRED, 2, 0, INT64_C(1000000000000), &list[i].amount_e2);
        jin_bool(&one, "more_than", JIN_OPTIONAL, &list[i].more_than);
    }
    w->figures = list;
}

static enum rc kind_walk_post(struct request *rq)
{
    static const char *const steps[] = {"begin", "finish", NULL};
    struct kind_walking w = {0};
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    int step = 0;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "action", JIN_REQUIRED, steps, &step);
    jin_str(&in, "stage", JIN_REQUIRED, KIND_CODE_MAX, &w.stage);
    jin_str(&in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX - 100, &w.note);
    w.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &w.version.v);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &w.photos, &w.nphotos);
    read_figures(rq, &in, &w);
    RETURN_IF(jin_done(&in));
    w.step = (enum kind_step)step;
    RETURN_IF(request_command(rq, &in, step ? "problem.stage_done" : "problem.stage_begin", "problem", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(kind_prepare_walk(&rq->op, id, &w));
    return http_commit(rq, send_problem);
}

static enum rc corrected(struct request *rq)
{
    return reply_empty(rq, 204);
}

static enum rc kind_correct(struct request *rq)
{
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    int64_t amount = 0;
    bool more = false;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_scaled(&in, "amount", JIN_REQUIRED, 2, 0, INT64_C(1000000000000), &amount);
    jin_bool(&in, "more_than", JIN_OPTIONAL, &more);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "output.correct", "output", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(kind_prepare_correct(&rq->op, id, amount, more));
    return http_commit(rq, corrected);
}

const struct route kind_routes[] = {
    {HTTP_GET, "/api/v1/kinds", ACT_KIND_READ, kind_list, 0, 0},
    {HTTP_GET, "/api/v1/kinds/{code}", ACT_KIND_READ, kind_get, 0, 0},
    {HTTP_PUT, "/api/v1/kinds/{code}", ACT_KIND_WRITE, kind_put, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/kind", ACT_PROBLEM_REGISTER, kind_assign, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/stages", ACT_PROBLEM_READ, kind_walk_post, 0, 0},
    {HTTP_POST, "/api/v1/outputs/{id}/correct", ACT_PROBLEM_RECTIFY, kind_correct, 0, 0},
    {HTTP_GET, "/api/v1/outputs", ACT_INDICATOR_READ, kind_sum, 0, 0},
    {0},
};
