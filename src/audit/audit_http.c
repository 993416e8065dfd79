/* audit_http.c - the journal over HTTP, newest first, for the audit administrator. */
#include "audit/audit.h"

#include "audit_sql.h"
#include "auth/policy.h"

static void write_entry(struct json_out *j, const struct journal_list_row *r)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", r->id);
    jo_time(j, "at", r->at_ms);
    jo_named(j, "actor", r->actor_id, r->actor_name);
    jo_str(j, "origin", r->origin);
    jo_str(j, "kind", r->kind);
    jo_str(j, "subject_kind", r->subject_kind);
    jo_uuid(j, "subject_id", r->subject_id);
    if (str_empty(r->detail))
        jo_null(j, "detail");
    else
        jo_raw(j, "detail", r->detail);
    jo_bool(j, "sealed", r->seal_seq.has);
    jo_end(j);
}

static enum rc journal_get(struct request *rq)
{
    struct journal_list_row *rows;
    struct journal_list_in in = {.hq = rq->op.hq};
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_time(rq, "from", &in.from_ms));
    RETURN_IF(query_time(rq, "to", &in.to_ms));
    RETURN_IF(query_uuid(rq, "actor_id", &in.actor_id));
    in.kind = query_text(rq, "kind");
    if (str_empty(in.kind))
        in.kind = STR_NONE;
    RETURN_IF(query_done(rq));
    in.n = page.limit + 1;
    in.key_ms = page.has_cursor ? SOME(page.key_i64) : NONE_I64;
    in.key_id = page.key_id;
    RETURN_IF(q_journal_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    n = more ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        write_entry(&rq->json, &rows[i]);
    page_end(rq, &page, more, n ? rows[n - 1].at_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

const struct route audit_routes[] = {
    {HTTP_GET, "/api/v1/journal", ACT_JOURNAL_READ, journal_get, 0, 0},
    {0},
};
