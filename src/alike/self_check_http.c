/* self_check_http.c - the self-check ledger over HTTP. */
#include "alike/alike_http.h"

#include "alike/self_check.h"
#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_http.h"
#include "round/draw_store.h"

static const char *const states[] = {"open", "closed", "raised", NULL};

static void put_row(struct json_out *j, const struct op *op, const struct self_check_by_id_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_str(j, "place_text", r->place);
    jo_str(j, "area_code", r->area_code);
    jo_str(j, "category_code", r->category_code);
    jo_uuid(j, "criterion_id", r->criterion_id);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_str(j, "description", r->description);
    jo_str(j, "state", r->state);
    jo_time(j, "found_at", r->found_ms);
    jo_i64(j, "nodes_total", r->nodes);
    jo_i64(j, "nodes_done", r->nodes_done);
    jo_opt_time(j, "next_due_at", r->next_due_ms);
    jo_bool(j, "overdue", str_is(r->state, "open") && r->next_due_ms.has && r->next_due_ms.v < op->now);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_str(j, "close_note", r->close_note);
    jo_uuid(j, "problem_id", r->problem_id);
    jo_bool(j, "drawn", !uuid_is_none(r->sample_id));
    jo_str(j, "sample_result", r->sample_result);
    jo_str(j, "sample_note", r->sample_note);
    jo_opt_time(j, "sampled_at", r->sampled_ms);
    jo_i64(j, "version", r->version);
}

_Static_assert(sizeof(struct self_check_list_row) == sizeof(struct self_check_by_id_row), "the same columns");

static enum rc read_query(struct request *rq, struct page *page, struct self_check_list_in *in)
{
    struct opt_bool overdue, unjudged;
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_uuid(rq, "site_id", &in->site_id));
    RETURN_IF(query_uuid(rq, "sample_id", &in->sample_id));
    RETURN_IF(query_name(rq, "state", states, &in->state));
    RETURN_IF(query_bool(rq, "overdue", &overdue));
    RETURN_IF(query_bool(rq, "unjudged", &unjudged));
    RETURN_IF(query_time(rq, "from", &in->from_ms));
    RETURN_IF(query_time(rq, "to", &in->to_ms));
    RETURN_IF(query_done(rq));
    if (overdue.has && overdue.v)
        in->overdue_at = SOME(rq->op.now);
    if (unjudged.has && unjudged.v)
        in->unjudged = unjudged;
    in->row_limit = page->limit + 1;
    if (page->has_cursor) {
        in->key_ms = SOME(page->key_i64);
        in->key_id = page->key_id;
    }
    return RC_OK;
}

/* Cuts to the actor's own unit. False: somebody else's was asked for. */
static bool cut(const struct request *rq, struct uuid *unit_id)
{
    struct scope reach = policy_scope(&rq->op.actor, ACT_ALIKE_READ);
    if (reach.all)
        return true;
    bool foreign = reach.none || (!uuid_is_none(*unit_id) && !uuid_eq(*unit_id, reach.unit_id));
    *unit_id = reach.unit_id;
    return !foreign;
}

static enum rc list(struct request *rq)
{
    struct self_check_list_in in = {.hq = rq->op.hq};
    struct self_check_list_row *rows = NULL;
    struct page page;
    size_t n = 0;
    RETURN_IF(read_query(rq, &page, &in));
    if (cut(rq, &in.unit_id))
        RETURN_IF(q_self_check_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_row(&rq->json, &rq->op, (const struct self_check_by_id_row *)&rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].found_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static enum rc put_parts(struct request *rq, struct uuid id)
{
    struct self_check_nodes_row *nodes;
    struct self_check_photos_row *photos;
    struct json_out *j = &rq->json;
    size_t n, nphotos;
    RETURN_IF(q_self_check_nodes(&rq->op.rd, &(struct self_check_nodes_in){rq->op.hq, id}, &nodes, &n));
    RETURN_IF(q_self_check_photos(&rq->op.rd, &(struct self_check_photos_in){rq->op.hq, id}, &photos, &nphotos));
    jo_arr(j, "nodes");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "seq", nodes[i].seq);
        jo_str(j, "title", nodes[i].title);
        jo_time(j, "due_at", nodes[i].due_ms);
        jo_opt_time(j, "done_at", nodes[i].done_ms);
        jo_str(j, "note", nodes[i].note);
        jo_end(j);
    }
    jo_end(j);
    jo_arr(j, "photos");
    for (size_t i = 0; i < nphotos; i++) {
        jo_obj(j, NULL);
        jo_sha256(j, "sha256", photos[i].sha256);
        jo_str(j, "role", photos[i].role);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

static enum rc send_entry(struct request *rq, struct uuid id, int status)
{
    struct self_check_by_id_row row;
    RETURN_IF(self_check_load(&rq->op, id, &row));
    jo_obj(&rq->json, NULL);
    put_row(&rq->json, &rq->op, &row);
    RETURN_IF(put_parts(rq, id));
    jo_end(&rq->json);
    return reply_versioned(rq, status, row.version);
}

static enum rc get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_entry(rq, id, 200);
}

static enum rc after_create(struct request *rq)
{
    return send_entry(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_step(struct request *rq)
{
    return send_entry(rq, rq->op.plan.command.subject_id, 200);
}

static void read_nodes(struct arena *a, struct jin *in, struct self_check_new *n)
{
    if (!jin_arr(in, "nodes", JIN_OPTIONAL, SELF_CHECK_NODES_MAX, &n->nnodes) || n->nnodes == 0)
        return;
    struct self_check_node *list = ARENA_MANY(a, struct self_check_node, n->nnodes);
    for (size_t i = 0; i < n->nnodes; i++) {
        struct jin one;
        if (!jin_arr_obj(in, "nodes", i, &one))
            continue;
        jin_str(&one, "title", JIN_REQUIRED, NAME_MAX_CHARS, &list[i].title);
        jin_time(&one, "due_at", JIN_REQUIRED, &list[i].due_ms);
        (void)!jin_done(&one); /* its faults are the whole body's */
    }
    n->nodes = list;
}

static enum rc create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct self_check_new n = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &n.id);
    jin_uuid(&in, "site_id", JIN_OPTIONAL, &n.site_id);
    jin_uuid(&in, "area_id", JIN_OPTIONAL, &n.area_id);
    jin_uuid(&in, "criterion_id", JIN_OPTIONAL, &n.criterion_id);
    jin_str(&in, "place_text", JIN_OPTIONAL, 200, &n.place);
    jin_str(&in, "description", JIN_REQUIRED, SELF_CHECK_TEXT_MAX, &n.description);
    read_nodes(OP_ARENA(&rq->op), &in, &n);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &n.photos, &n.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "self_check.add", "self_check", n.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_new(&rq->op, &n));
    return http_commit(rq, after_create);
}

static enum rc node_done(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    int64_t seq = 0;
    struct str note = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_i64(&in, "seq", JIN_REQUIRED, 1, SELF_CHECK_NODES_MAX, &seq);
    jin_str(&in, "note", JIN_OPTIONAL, SELF_CHECK_TEXT_MAX, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "self_check.node", "self_check", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_node(&rq->op, id, seq, note));
    return http_commit(rq, after_step);
}

static enum rc read_proof(struct request *rq, struct jin *in, struct self_check_proof *p)
{
    struct uuid command_id;
    jin_uuid(in, "id", JIN_REQUIRED, &command_id);
    jin_str(in, "note", JIN_OPTIONAL, SELF_CHECK_TEXT_MAX, &p->note);
    problem_read_photos(OP_ARENA(&rq->op), in, "photos", &p->photos, &p->nphotos);
    return jin_done(in);
}

static enum rc close_entry(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct self_check_proof p = {0};
    RETURN_IF(path_uuid(rq, "id", &p.id));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_proof(rq, &in, &p));
    RETURN_IF(request_command(rq, &in, "self_check.close", "self_check", p.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_close(&rq->op, &p));
    return http_commit(rq, after_step);
}

static enum rc check_entry(struct request *rq)
{
    static const char *const results[] = {"confirmed", "noted", NULL};
    struct jin in;
    struct command cmd;
    struct self_check_proof p = {0};
    int result = 0;
    RETURN_IF(path_uuid(rq, "id", &p.id));
    RETURN_IF(request_json(rq, &in));
    jin_enum(&in, "result", JIN_REQUIRED, results, &result);
    RETURN_IF(read_proof(rq, &in, &p));
    RETURN_IF(request_command(rq, &in, "self_check.check", "self_check", p.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_verdict(&rq->op, &p, result == 0));
    return http_commit(rq, after_step);
}

static enum rc raise(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id, problem_id = UUID_NONE;
    struct str note = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_uuid(&in, "problem_id", JIN_REQUIRED, &problem_id);
    jin_str(&in, "note", JIN_OPTIONAL, 500, &note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "self_check.raise", "self_check", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_raise(&rq->op, id, problem_id, note));
    return http_commit(rq, after_step);
}

/* ---- samples and counts ---- */

static enum rc send_sample(struct request *rq, struct uuid id, int status)
{
    struct self_check_sample_get_row s;
    struct draw_record *records;
    struct json_out *j = &rq->json;
    bool found;
    size_t n;
    RETURN_IF(q_self_check_sample_get(&rq->op.rd, &(struct self_check_sample_get_in){rq->op.hq, id}, &s, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "draw_not_found", "没有这次抽取", "There is no such draw");
    RETURN_IF(draw_records(&rq->op, "self_check", id, false, &records, &n));
    jo_obj(j, NULL);
    jo_uuid(j, "id", s.id);
    jo_time(j, "from", s.from_ms);
    jo_time(j, "to", s.to_ms);
    jo_uuid(j, "unit_id", s.unit_id);
    jo_i64(j, "candidates", s.candidates);
    jo_i64(j, "taken", s.taken);
    jo_time(j, "at", s.at_ms);
    draw_json(j, "draws", records, n);
    jo_end(j);
    return reply_json(rq, status);
}

static enum rc after_sample(struct request *rq)
{
    return send_sample(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc get_sample(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_sample(rq, id, 200);
}

static enum rc sample(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct self_check_sample_new n = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &n.id);
    jin_uuid(&in, "unit_id", JIN_OPTIONAL, &n.unit_id);
    jin_time(&in, "from", JIN_REQUIRED, &n.from_ms);
    jin_time(&in, "to", JIN_REQUIRED, &n.to_ms);
    jin_i64(&in, "take", JIN_REQUIRED, 1, SELF_CHECK_SAMPLE_MAX, &n.take);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "self_check.sample", "self_check_sample", n.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(self_check_prepare_sample(&rq->op, &n));
    return http_commit(rq, after_sample);
}

static enum rc counts(struct request *rq)
{
    struct self_check_counts_in in = {.hq = rq->op.hq, .to_ms = INT64_MAX, .now_ms = rq->op.now};
    struct self_check_counts_row *rows = NULL;
    struct opt_i64 from, to;
    struct json_out *j = &rq->json;
    size_t n = 0;
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_time(rq, "to", &to));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_done(rq));
    in.from_ms = from.has ? from.v : 0;
    in.to_ms = to.has ? to.v : INT64_MAX;
    if (cut(rq, &in.unit_id))
        RETURN_IF(q_self_check_counts(&rq->op.rd, &in, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_named(j, "unit", rows[i].unit_id, rows[i].unit_name);
        jo_i64(j, "found", rows[i].found);
        jo_i64(j, "closed", rows[i].closed);
        jo_i64(j, "raised", rows[i].raised);
        jo_i64(j, "overdue", rows[i].overdue);
        jo_i64(j, "drawn", rows[i].sampled);
        jo_i64(j, "noted", rows[i].noted);
        parts_rate(j, "confirmed", rows[i].confirmed, rows[i].confirmed + rows[i].noted);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

const struct route self_check_routes[] = {
    {HTTP_GET, "/api/v1/self-checks", ACT_ALIKE_READ, list, 0, 0},
    {HTTP_POST, "/api/v1/self-checks", ACT_ALIKE_ANSWER, create, 0, 0},
    {HTTP_GET, "/api/v1/self-checks/counts", ACT_ALIKE_READ, counts, 0, 0},
    {HTTP_GET, "/api/v1/self-checks/{id}", ACT_ALIKE_READ, get, 0, 0},
    {HTTP_POST, "/api/v1/self-checks/{id}/nodes", ACT_ALIKE_ANSWER, node_done, 0, 0},
    {HTTP_POST, "/api/v1/self-checks/{id}/close", ACT_ALIKE_ANSWER, close_entry, 0, 0},
    {HTTP_POST, "/api/v1/self-checks/{id}/raise", ACT_ALIKE_ANSWER, raise, 0, 0},
    {HTTP_POST, "/api/v1/self-checks/{id}/check", ACT_ALIKE_START, check_entry, 0, 0},
    {HTTP_POST, "/api/v1/self-check-samples", ACT_ALIKE_START, sample, 0, 0},
    {HTTP_GET, "/api/v1/self-check-samples/{id}", ACT_ALIKE_START, get_sample, 0, 0},
    {0},
};
