/* inspection_http.c - lists of inspections and one with its observations. */
#include "inspection/inspection_http.h"

#include "inspection/inspection_store.h"

static enum rc list_filters(struct request *rq, struct inspection_list_in *in)
{
    RETURN_IF(query_name(rq, "state", inspection_state_names, &in->state));
    if (in->state.p && !str_is(in->state, inspection_state_names[INSPECTION_COMPLETE]))
        in->unusual = SOME_BOOL(true);
    in->category = query_text(rq, "category");
    in->area_from = query_text(rq, "area_code");
    in->area_to = str_prefix_end(OP_ARENA(&rq->op), in->area_from);
    RETURN_IF(query_uuid(rq, "site_id", &in->site_id));
    RETURN_IF(query_uuid(rq, "inspector_id", &in->inspector_id));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_uuid(rq, "round_id", &in->round_id));
    RETURN_IF(query_time(rq, "from", &in->from_ms));
    RETURN_IF(query_time(rq, "to", &in->to_ms));
    return query_done(rq);
}

static enum rc inspection_list(struct request *rq)
{
    struct inspection_list_in in = {.hq = rq->op.hq, .me = rq->op.actor.person_id};
    struct inspection_by_id_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(list_filters(rq, &in));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(inspection_list_readable(&rq->op, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        inspection_json_brief(&rq->json, &rq->op, &rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, more, n ? rows[n - 1].visit_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc inspection_get(struct request *rq)
{
    struct uuid id;
    int64_t version;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(inspection_json_full(&rq->json, &rq->op, id, &version));
    return reply_versioned(rq, 200, version);
}

const struct route inspection_routes[] = {
    {HTTP_GET, "/api/v1/inspections", ACT_INSPECTION_READ, inspection_list, 0, 0},
    {HTTP_GET, "/api/v1/inspections/{id}", ACT_INSPECTION_READ, inspection_get, 0, 0},
    {0},
};
