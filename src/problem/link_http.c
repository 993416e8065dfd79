/* link_http.c - merging, splitting and tying cases over HTTP; what belongs to a case in its JSON. */
#include "problem/link_http.h"

#include "link_sql.h"
#include "problem/link.h"
#include "problem/problem_http.h"
#include "problem/problem_json.h"

/* ---- JSON ---- */

static struct str number_of(struct op *op, int64_t year, int64_t number)
{
    return number > 0 ? str_fmt(OP_ARENA(op), "%lld-%06lld", (long long)year, (long long)number) : STR_NONE;
}

static bool reads_all(const struct op *op)
{
    return policy_scope(&op->actor, ACT_PROBLEM_READ).all;
}

static enum rc put_photos(struct json_out *j, struct op *op, struct uuid id)
{
    struct problem_photos_row *rows;
    size_t n;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, id}, &rows, &n));
    jo_arr(j, "photos");
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].role, "before"))
            jo_sha256(j, NULL, rows[i].sha256);
    jo_end(j);
    return RC_OK;
}

/* A duplicate with all that is its own. Who reported it is told to the desk and to themselves. */
static enum rc put_merged_one(struct json_out *j, struct op *op, const struct link_merged_row *r)
{
    bool own = uuid_eq(r->reporter_id, op->actor.person_id), all = reads_all(op);
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_str(j, "number", number_of(op, r->year, r->number));
    jo_str(j, "source", r->source);
    jo_str(j, "description", r->description);
    jo_str(j, "place_text", r->place);
    jo_str(j, "site_name", r->site_name);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_time(j, "reported_at", r->reported_ms);
    jo_named(j, "reporter", all || own ? r->reporter_id : UUID_NONE, r->reporter_name);
    jo_uuid(j, "inspection_id", all ? r->inspection_id : UUID_NONE);
    RETURN_IF(put_photos(j, op, r->id));
    jo_end(j);
    return RC_OK;
}

static enum rc put_merged(struct json_out *j, struct op *op, struct uuid id)
{
    struct link_merged_row *rows;
    size_t n;
    RETURN_IF(q_link_merged(&op->rd, &(struct link_merged_in){op->hq, id, LINK_MERGED_MAX}, &rows, &n));
    jo_arr(j, "merged");
    for (size_t i = 0; i < n; i++)
        if (!rows[i].held || reads_all(op))
            RETURN_IF(put_merged_one(j, op, &rows[i]));
    jo_end(j);
    return RC_OK;
}

static void put_relative(struct json_out *j, const char *key, struct op *op, const struct link_relatives_row *r)
{
    struct problem_case c = {.state = (enum problem_state)problem_name_index(problem_state_names, r->state)};
    jo_obj(j, key);
    jo_uuid(j, "id", r->id);
    jo_str(j, "number", number_of(op, r->year, r->number));
    jo_str(j, "state", r->state);
    jo_str(j, "description", r->description);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_opt_time(j, "due_at", r->left_ms.has ? NONE_I64 : r->due_ms);
    jo_bool(j, "overdue", r->overdue || (!problem_is_closed(c.state) && !r->left_ms.has && r->due_ms.has && op->now > r->due_ms.v));
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_end(j);
}

static enum rc put_one(struct json_out *j, const char *key, struct op *op, struct uuid id)
{
    struct link_relatives_row *rows = NULL;
    size_t n = 0;
    if (!uuid_is_none(id))
        RETURN_IF(q_link_relatives(&op->rd, &(struct link_relatives_in){.hq = op->hq, .id = id, .row_limit = 1}, &rows, &n));
    if (n && (!rows[0].held || reads_all(op)))
        put_relative(j, key, op, &rows[0]);
    else
        jo_null(j, key);
    return RC_OK;
}

static enum rc put_children(struct json_out *j, struct op *op, struct uuid id)
{
    struct link_relatives_row *rows;
    size_t n, shown = 0, ended = 0;
    struct link_relatives_in in = {.hq = op->hq, .parent_id = id, .row_limit = LINK_CHILDREN_MAX * 10};
    RETURN_IF(q_link_relatives(&op->rd, &in, &rows, &n));
    jo_arr(j, "children");
    for (size_t i = 0; i < n; i++) {
        const struct link_relatives_row *r = &rows[i];
        if (r->held && !reads_all(op))
            continue;
        shown++;
        ended += r->closed_ms.has && (uuid_is_none(r->merged_into) || r->target_closed_ms.has);
        put_relative(j, NULL, op, r);
    }
    jo_end(j);
    if (!shown) {
        jo_null(j, "progress");
        return RC_OK;
    }
    jo_obj(j, "progress");
    jo_i64(j, "children", (int64_t)shown);
    jo_i64(j, "ended", (int64_t)ended);
    jo_end(j);
    return RC_OK;
}

enum rc link_json_of_problem(struct json_out *j, struct op *op, const struct problem_by_id_row *p)
{
    RETURN_IF(put_one(j, "merged_into", op, p->merged_into));
    RETURN_IF(put_merged(j, op, p->id));
    RETURN_IF(put_one(j, "parent", op, p->parent_id));
    return put_children(j, op, p->id);
}

/* ---- routes ---- */

static enum rc linked(struct request *rq)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(&rq->op, rq->op.plan.command.subject_id, &row));
    RETURN_IF(problem_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, 200, row.version);
}

/* The members all of these have. */
static enum rc begin(struct request *rq, struct uuid *id, struct jin *in, struct str *note)
{
    struct uuid ignored;
    RETURN_IF(path_uuid(rq, "id", id));
    RETURN_IF(request_json(rq, in));
    jin_uuid(in, "id", JIN_REQUIRED, &ignored);
    jin_str(in, "note", JIN_OPTIONAL, PROBLEM_TEXT_MAX, note);
    return RC_OK;
}

static enum rc start(struct request *rq, struct jin *in, const char *kind, struct uuid id)
{
    struct command command;
    RETURN_IF(jin_done(in));
    RETURN_IF(request_command(rq, in, kind, "problem", id, &command));
    return change_begin(&rq->op, &command);
}

static enum rc link_merge_post(struct request *rq)
{
    struct link_merge m = {.note = STR_NONE};
    struct jin in;
    RETURN_IF(begin(rq, &m.id, &in, &m.note));
    jin_uuid(&in, "into_id", JIN_REQUIRED, &m.into_id);
    m.version.has = jin_i64(&in, "version", JIN_OPTIONAL, 1, INT64_MAX, &m.version.v);
    RETURN_IF(start(rq, &in, "problem.merge", m.id));
    if (!rq->op.plan.replayed)
        RETURN_IF(link_prepare_merge(&rq->op, &m));
    return http_commit(rq, linked);
}

static enum rc link_unmerge_post(struct request *rq)
{
    struct str note = STR_NONE;
    struct uuid id;
    struct jin in;
    RETURN_IF(begin(rq, &id, &in, &note));
    RETURN_IF(start(rq, &in, "problem.unmerge", id));
    if (!rq->op.plan.replayed)
        RETURN_IF(link_prepare_unmerge(&rq->op, id, note));
    return http_commit(rq, linked);
}

static void read_child(struct request *rq, struct jin *in, struct link_child *c)
{
    struct jin limit;
    int kind = 0;
    jin_uuid(in, "id", JIN_REQUIRED, &c->id);
    jin_str(in, "description", JIN_REQUIRED, PROBLEM_TEXT_MAX, &c->description);
    jin_uuid(in, "site_id", JIN_OPTIONAL, &c->site_id);
    jin_str(in, "place_text", JIN_OPTIONAL, 200, &c->place);
    if (jin_obj(in, "limit", JIN_OPTIONAL, &limit)) {
        jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
        jin_i64(&limit, "amount", JIN_REQUIRED, 1, LIMIT_DAYS_MAX, &c->limit_amount);
        c->limit_kind = (enum limit_kind)kind;
        c->has_limit = true;
    }
    problem_read_photos(OP_ARENA(&rq->op), in, "photos", &c->photos, &c->nphotos);
}

static enum rc link_split_post(struct request *rq)
{
    struct link_child children[LINK_CHILDREN_MAX] = {0};
    struct str note = STR_NONE;
    struct uuid id;
    struct jin in, one;
    size_t n = 0;
    RETURN_IF(begin(rq, &id, &in, &note));
    jin_arr(&in, "children", JIN_REQUIRED, LINK_CHILDREN_MAX, &n);
    for (size_t i = 0; i < n; i++)
        if (jin_arr_obj(&in, "children", i, &one))
            read_child(rq, &one, &children[i]);
    if (n == 0)
        fail_field(rq->op.rd.fault, STR("/children"), "required", "请至少列出一件子案", "Name one child at least");
    RETURN_IF(start(rq, &in, "problem.split", id));
    if (!rq->op.plan.replayed)
        RETURN_IF(link_prepare_split(&rq->op, id, children, n, note));
    return http_commit(rq, linked);
}

static enum rc link_parent_post(struct request *rq)
{
    struct str note = STR_NONE;
    struct uuid id, parent = UUID_NONE;
    struct jin in;
    RETURN_IF(begin(rq, &id, &in, &note));
    if (!jin_is_null(&in, "parent_id"))
        jin_uuid(&in, "parent_id", JIN_REQUIRED, &parent);
    RETURN_IF(start(rq, &in, "problem.attach", id));
    if (!rq->op.plan.replayed)
        RETURN_IF(link_prepare_parent(&rq->op, id, parent, note));
    return http_commit(rq, linked);
}

const struct route link_routes[] = {
    {HTTP_POST, "/api/v1/problems/{id}/merge", ACT_PROBLEM_MERGE, link_merge_post, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/unmerge", ACT_PROBLEM_MERGE, link_unmerge_post, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/children", ACT_PROBLEM_MERGE, link_split_post, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/parent", ACT_PROBLEM_MERGE, link_parent_post, 0, 0},
    {0},
};
