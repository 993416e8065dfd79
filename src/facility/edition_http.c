/* edition_http.c - content editions over HTTP: publishing, superseding, withdrawing, and how far a recall has come. */
#include "facility_json.h"

static void put_edition(struct json_out *j, const struct edition_get_row *e, int64_t now)
{
    struct edition_times t = edition_times_of(e);
    jo_uuid(j, "id", e->id);
    jo_str(j, "title", e->title);
    jo_str(j, "label", e->label);
    jo_str(j, "theme", e->theme);
    jo_str(j, "content", e->content);
    jo_z(j, "state", edition_state_names[edition_state_at(&t, now)]);
    jo_time(j, "from", e->from_ms);
    jo_uuid(j, "superseded_by", e->superseded_by);
    jo_opt_time(j, "superseded_at", e->superseded_ms);
    jo_opt_time(j, "replace_by", e->replace_by_ms);
    jo_opt_time(j, "withdrawn_at", e->withdrawn_ms);
    jo_named(j, "withdrawn_by", e->withdrawn_by, e->withdrawn_by_name);
    jo_str(j, "withdraw_reason", e->withdraw_reason);
    jo_named(j, "published_by", e->published_by, e->published_by_name);
    jo_time(j, "published_at", e->published_ms);
    jo_i64(j, "version", e->version);
}

/* boards: that show it now; of the recall: how many did at its start, problems made, known already. */
static enum rc put_counts(struct request *rq, struct uuid id)
{
    struct op *op = &rq->op;
    struct json_out *j = &rq->json;
    struct edition_boards_row boards;
    struct edition_recall_get_row r;
    bool found;
    if (!policy_scope(&op->actor, ACT_FACILITY_READ).all)
        return RC_OK;
    RETURN_IF(q_edition_boards(&op->rd, &(struct edition_boards_in){op->hq, id}, &boards, &found));
    jo_i64(j, "boards", found ? boards.boards : 0);
    RETURN_IF(q_edition_recall_get(&op->rd, &(struct edition_recall_get_in){op->hq, id}, &r, &found));
    if (!found) {
        jo_null(j, "recall");
        return RC_OK;
    }
    jo_obj(j, "recall");
    jo_time(j, "started_at", r.started_ms);
    jo_i64(j, "boards", r.boards);
    jo_i64(j, "raised", r.raised);
    jo_i64(j, "known", r.known);
    jo_i64(j, "batches", r.batches);
    jo_opt_time(j, "done_at", r.done_ms);
    jo_end(j);
    return RC_OK;
}

enum rc edition_reply(struct request *rq, struct uuid id, int status)
{
    struct edition_get_row e;
    bool found;
    RETURN_IF(q_edition_get(&rq->op.rd, &(struct edition_get_in){rq->op.hq, id}, &e, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这个内容版本", "There is no such edition");
    jo_obj(&rq->json, NULL);
    put_edition(&rq->json, &e, rq->op.now);
    RETURN_IF(facility_put_photos(&rq->op, &rq->json, id, "edition"));
    RETURN_IF(put_counts(rq, id));
    jo_end(&rq->json);
    return reply_versioned(rq, status, e.version);
}

static enum rc get_edition(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return edition_reply(rq, id, 200);
}

static enum rc list_editions(struct request *rq)
{
    struct page page;
    struct edition_get_row *rows;
    size_t n;
    struct opt_bool withdrawn;
    struct edition_list_in in = {.hq = rq->op.hq};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_bool(rq, "withdrawn", &withdrawn));
    in.pattern = search_like(OP_ARENA(&rq->op), query_text(rq, "q"));
    RETURN_IF(query_done(rq));
    if (withdrawn.has)
        *(withdrawn.v ? &in.withdrawn : &in.standing) = SOME_BOOL(true);
    in.max_rows = page.limit + 1;
    in.key_ms = page.has_cursor ? SOME(page.key_i64) : NONE_I64;
    in.key_id = page.has_cursor ? page.key_id : UUID_NONE;
    RETURN_IF(q_edition_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_edition(&rq->json, &rows[i], rq->op.now);
        jo_end(&rq->json);
    }
    const struct edition_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->from_ms, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc after_publish(struct request *rq)
{
    return edition_reply(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc publish(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct edition_new e = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &e.id);
    jin_str(&in, "title", JIN_REQUIRED, NAME_MAX_CHARS, &e.title);
    jin_str(&in, "label", JIN_REQUIRED, CODE_MAX_CHARS, &e.label);
    jin_str(&in, "theme", JIN_OPTIONAL, NAME_MAX_CHARS, &e.theme);
    jin_str(&in, "content", JIN_OPTIONAL, NOTE_MAX_CHARS, &e.content);
    e.from_ms.has = jin_time(&in, "from", JIN_OPTIONAL, &e.from_ms.v);
    change_uuid(&in, "supersedes_id", &e.supersedes_id);
    e.replace_by_ms.has = jin_time(&in, "replace_by", JIN_OPTIONAL, &e.replace_by_ms.v);
    facility_read_photos(&in, "photos", &e.photos, &e.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "edition.publish", "edition", e.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(edition_prepare_publish(&rq->op, &e));
    return http_commit(rq, after_publish);
}

static enum rc after_withdraw(struct request *rq)
{
    return edition_reply(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc withdraw(struct request *rq)
{
    return facility_act(rq, &(struct facility_reasoned){"edition.withdraw", "edition", edition_prepare_withdraw, after_withdraw});
}

const struct route edition_routes[] = {
    {HTTP_GET, "/api/v1/editions", ACT_FACILITY_READ, list_editions, 0, 0},
    {HTTP_POST, "/api/v1/editions", ACT_EDITION_WRITE, publish, 0, 0},
    {HTTP_GET, "/api/v1/editions/{id}", ACT_FACILITY_READ, get_edition, 0, 0},
    {HTTP_POST, "/api/v1/editions/{id}/withdraw", ACT_EDITION_WRITE, withdraw, 0, 0},
    {0},
};
