/* matrix_http.c - the responsibility matrix over HTTP: rows, the answer for a site, the report, tasks of a unit. */
#include "matrix/matrix_http.h"
#include "matrix_internal.h"

#include "org/org.h"
#include "org/text.h"
#include "site/site.h"

/* ---- rows ---- */

static enum rc reply_row(struct request *rq, struct uuid id, int status)
{
    struct matrix_row row;
    RETURN_IF(matrix_load(&rq->op, id, &row));
    matrix_json_row(&rq->json, NULL, &row, rq->op.now);
    return reply_versioned(rq, status, row.version);
}

static enum rc get_row(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return reply_row(rq, id, 200);
}

static enum rc read_list(struct request *rq, struct page *page, struct matrix_list_in *in)
{
    struct opt_bool in_force = {0};
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_bool(rq, "in_force", &in_force));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    in->criterion = text_or_none(query_text(rq, "criterion_code"));
    in->category = text_or_none(query_text(rq, "category"));
    in->area_from = text_or_none(query_text(rq, "area_code"));
    in->area_to = code_range_end(OP_ARENA(&rq->op), in->area_from);
    RETURN_IF(query_done(rq));
    in->max_rows = page->limit + 1;
    if (!in_force.has || in_force.v)
        in->in_force_at = SOME(rq->op.now);
    if (page->has_cursor) {
        in->key_ms = SOME(page->key_i64);
        in->key_id = page->key_id;
    }
    return RC_OK;
}

static enum rc list_rows(struct request *rq)
{
    struct page page;
    struct matrix_get_row *rows;
    size_t n;
    struct matrix_list_in in = {.hq = rq->op.hq};
    RETURN_IF(read_list(rq, &page, &in));
    RETURN_IF(q_matrix_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct matrix_row row = matrix_of_row(&rows[i]);
        RETURN_IF(matrix_read_supports(&rq->op, &row, 1));
        matrix_json_row(&rq->json, NULL, &row, rq->op.now);
    }
    const struct matrix_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->created_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static void read_support(struct jin *in, struct matrix_new *row)
{
    size_t n = 0;
    if (!jin_arr(in, "support_unit_ids", JIN_OPTIONAL, MATRIX_SUPPORT_MAX, &n))
        return;
    struct uuid *ids = ARENA_MANY(in->arena, struct uuid, n);
    for (size_t i = 0; i < n; i++)
        jin_arr_uuid(in, "support_unit_ids", i, &ids[i]);
    row->support_ids = ids;
    row->nsupport = n;
}

static enum rc read_row(struct jin *in, struct matrix_new *row)
{
    int lead = MATRIX_SUBJECT;
    jin_uuid(in, "id", JIN_REQUIRED, &row->id);
    change_str(in, "criterion_code", CODE_MAX_CHARS, &row->criterion_code);
    change_str(in, "category_code", CODE_MAX_CHARS, &row->category_code);
    jin_str(in, "area_code", JIN_OPTIONAL, CODE_MAX_CHARS, &row->area_code);
    jin_enum(in, "lead_role", JIN_REQUIRED, matrix_role_names, &lead);
    row->lead = (enum matrix_role)lead;
    change_uuid(in, "territory_unit_id", &row->unit_ids[MATRIX_TERRITORY]);
    change_uuid(in, "subject_unit_id", &row->unit_ids[MATRIX_SUBJECT]);
    change_uuid(in, "supervising_unit_id", &row->unit_ids[MATRIX_SUPERVISING]);
    read_support(in, row);
    change_str(in, "work_standard", NOTE_MAX_CHARS, &row->work_standard);
    change_str(in, "deadline", NOTE_MAX_CHARS, &row->deadline);
    row->due_ms.has = !jin_is_null(in, "due_at") && jin_time(in, "due_at", JIN_OPTIONAL, &row->due_ms.v);
    change_str(in, "measures", NOTE_MAX_CHARS, &row->measures);
    change_uuid(in, "person_id", &row->person_id);
    row->valid_from_ms.has = jin_time(in, "valid_from", JIN_OPTIONAL, &row->valid_from_ms.v);
    row->valid_to_ms.has = !jin_is_null(in, "valid_to") && jin_time(in, "valid_to", JIN_OPTIONAL, &row->valid_to_ms.v);
    jin_bool(in, "beside", JIN_OPTIONAL, &row->beside);
    return jin_done(in);
}

static enum rc after_put(struct request *rq)
{
    return reply_row(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc put_row(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct matrix_new row = {0};
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_row(&in, &row));
    RETURN_IF(request_command(rq, &in, "matrix.put", "matrix_row", row.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(matrix_prepare_put(&rq->op, &row));
    return http_commit(rq, after_put);
}

static enum rc after_end(struct request *rq)
{
    return reply_row(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc end_row(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, ignored;
    struct opt_i64 version;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_if_match(rq, false, &version));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "matrix.end", "matrix_row", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(matrix_prepare_end(&rq->op, id, version, reason));
    return http_commit(rq, after_end);
}

/* ---- asked ---- */

static enum rc resolve(struct request *rq)
{
    struct matrix_matter m = {0};
    struct matrix_answer answer;
    struct site site;
    RETURN_IF(query_uuid(rq, "site_id", &m.site_id));
    RETURN_IF(query_uuid(rq, "criterion_id", &m.criterion_id));
    m.category_code = text_or_none(query_text(rq, "category"));
    m.area_code = text_or_none(query_text(rq, "area_code"));
    RETURN_IF(query_time(rq, "at", &m.at_ms));
    RETURN_IF(query_done(rq));
    if (!uuid_is_none(m.site_id))
        RETURN_IF(site_read(&rq->op, m.site_id, &site));
    else if (!m.area_code.p)
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "请给出 site_id 或 area_code", "Give site_id or area_code");
    RETURN_IF(matrix_propose(&rq->op, &m, &answer));
    matrix_json_answer(&rq->op, &rq->json, NULL, &answer, true);
    return reply_json(rq, 200);
}

static void put_gap(struct json_out *j, const struct matrix_gap *g)
{
    jo_obj(j, NULL);
    jo_str(j, "area_code", g->area_code);
    jo_str(j, "category_code", g->category_code);
    jo_str(j, "criterion_code", g->criterion_code);
    jo_i64(j, "criteria", g->criteria);
    jo_i64(j, "sites", g->sites);
    jo_z(j, "reason", g->no_row ? "no_row" : matrix_doubt_names[g->doubt]);
    jo_i64(j, "sites_without", g->sites_without);
    jo_uuid(j, "row_id", g->row ? g->row->id : UUID_NONE);
    jo_end(j);
}

static enum rc report(struct request *rq)
{
    struct matrix_report r;
    struct json_out *j = &rq->json;
    struct str area = query_text(rq, "area_code");
    RETURN_IF(query_done(rq));
    RETURN_IF(matrix_report_make(&rq->op, area.p ? area : STR(""), &r));
    jo_obj(j, NULL);
    jo_i64(j, "rows", r.rows);
    jo_i64(j, "pairs", r.pairs);
    jo_i64(j, "covered", r.covered);
    jo_bool(j, "truncated", r.truncated);
    jo_arr(j, "gaps");
    for (size_t i = 0; i < r.ngaps; i++)
        put_gap(j, &r.gaps[i]);
    jo_end(j);
    jo_arr(j, "overlaps");
    for (size_t i = 0; i < r.noverlaps; i++) {
        jo_obj(j, NULL);
        matrix_json_row(j, "older", r.overlaps[i].older, rq->op.now);
        matrix_json_row(j, "newer", r.overlaps[i].newer, rq->op.now);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

/* ---- tasks of a unit (任务清单) ---- */

static void put_task(struct json_out *j, const struct matrix_tasks_row *t, struct uuid unit)
{
    const struct uuid units[MATRIX_ROLES] = {t->territory_unit_id, t->subject_unit_id, t->supervising_unit_id};
    const int64_t sites[MATRIX_ROLES] = {t->territory_sites, t->subject_sites, t->supervising_sites};
    enum matrix_role lead = matrix_role_of(t->lead_role);
    bool leads = false;
    jo_obj(j, NULL);
    jo_uuid(j, "row_id", t->id);
    jo_str(j, "criterion_code", t->criterion_code);
    jo_str(j, "criterion_text", t->criterion_text);
    jo_str(j, "category_code", t->category_code);
    jo_str(j, "area_code", t->area_code);
    jo_arr(j, "roles");
    for (int r = 0; r < MATRIX_ROLES; r++) {
        bool is = uuid_eq(units[r], unit) || (uuid_is_none(units[r]) && sites[r] > 0);
        if (is)
            jo_z(j, NULL, matrix_role_names[r]);
        leads = leads || (is && (enum matrix_role)r == lead);
    }
    jo_end(j);
    jo_bool(j, "leads", leads);
    jo_i64(j, "sites", sites[lead]);
    jo_str(j, "work_standard", t->work_standard);
    jo_str(j, "deadline", t->deadline);
    jo_opt_time(j, "due_at", t->due_ms);
    jo_str(j, "measures", t->measures);
    jo_named(j, "person", t->person_id, t->person_name);
    jo_time(j, "valid_from", t->valid_from_ms);
    jo_end(j);
}

static enum rc tasks(struct request *rq)
{
    struct page page;
    struct matrix_tasks_row *rows;
    size_t n;
    struct matrix_tasks_in in = {.hq = rq->op.hq, .at_ms = rq->op.now};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_done(rq));
    if (uuid_is_none(in.unit_id))
        in.unit_id = rq->op.actor.unit_id;
    in.max_rows = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_matrix_tasks(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_task(&rq->json, &rows[i], in.unit_id);
    const struct matrix_tasks_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->created_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

const struct route matrix_routes[] = {
    {HTTP_GET, "/api/v1/matrix-rows", ACT_MATRIX_READ, list_rows, 0, 0},
    {HTTP_POST, "/api/v1/matrix-rows", ACT_MATRIX_WRITE, put_row, 0, 0},
    {HTTP_GET, "/api/v1/matrix-rows/{id}", ACT_MATRIX_READ, get_row, 0, 0},
    {HTTP_POST, "/api/v1/matrix-rows/{id}/end", ACT_MATRIX_WRITE, end_row, 0, 0},
    {HTTP_GET, "/api/v1/matrix/resolve", ACT_MATRIX_READ, resolve, 0, 0},
    {HTTP_GET, "/api/v1/matrix/report", ACT_MATRIX_READ, report, 0, 0},
    {HTTP_GET, "/api/v1/matrix/tasks", ACT_MATRIX_READ, tasks, 0, 0},
    {0},
};
