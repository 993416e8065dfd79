/* round_http.c - reading rounds: lists, one, its sites and draws, one's own walk, the commitments. */
#include "round/round_http.h"

#include "base/civil.h"
#include "round/draw_store.h"
#include "round/round_json.h"
#include "standard/standard_http.h"

/* ---- lists ---- */

static enum rc list_filters(struct request *rq, struct round_list_in *in)
{
    struct scope s = policy_scope(&rq->op.actor, ACT_ROUND_READ);
    struct opt_bool mine;
    RETURN_IF(query_name(rq, "state", round_state_names, &in->state));
    RETURN_IF(query_name(rq, "kind", round_kind_names, &in->kind));
    RETURN_IF(query_bool(rq, "mine", &mine));
    if (mine.has && mine.v)
        in->mine = SOME_BOOL(true);
    if (!s.all && !uuid_is_none(s.unit_id))
        in->of_unit = s.unit_id;
    else if (!s.all)
        in->mine = SOME_BOOL(true);
    return query_done(rq);
}

static enum rc round_list(struct request *rq)
{
    struct round_list_in in = {.hq = rq->op.hq, .me = rq->op.actor.person_id};
    struct round_by_id_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(list_filters(rq, &in));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_round_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        round_json_brief(&rq->json, &rq->op, &rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, more, n ? rows[n - 1].starts_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc load_named(struct request *rq, struct round_by_id_row *row)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    return round_load(&rq->op, id, row);
}

static enum rc round_get(struct request *rq)
{
    struct round_by_id_row row;
    RETURN_IF(load_named(rq, &row));
    RETURN_IF(query_done(rq));
    RETURN_IF(round_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, 200, row.version);
}

/* ---- sites ---- */

/* The desk sees all, the round's people what is theirs or nobody's, an inspected unit its own. */
static void cut_sites(struct request *rq, const struct round_by_id_row *row, struct round_sites_in *in)
{
    struct scope s = policy_scope(&rq->op.actor, ACT_ROUND_READ);
    if (s.all)
        return;
    if (row->mine)
        in->for_person = rq->op.actor.person_id;
    else
        in->for_unit = s.unit_id;
}

static enum rc round_site_list(struct request *rq)
{
    static const char *const states[] = {"todo", "done", "skipped", NULL};
    struct round_by_id_row row;
    struct round_sites_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(load_named(rq, &row));
    struct round_sites_in in = {.hq = rq->op.hq, .round_id = row.id};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_name(rq, "state", states, &in.state));
    RETURN_IF(query_done(rq));
    cut_sites(rq, &row, &in);
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_no = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_round_sites(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        round_json_site(&rq->json, &rq->op, &rows[i], round_is_seen_whole(&rq->op, &row));
    page_end(rq, &page, more, n ? rows[n - 1].order_no : 0, n ? rows[n - 1].site_id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

/* The round's version for a site: its only one, or the one asked for, or the one in force. */
static enum rc choose_version(struct request *rq, struct uuid round_id, struct uuid *version)
{
    struct round_versions_row *rows;
    size_t n;
    bool found = true;
    RETURN_IF(query_uuid(rq, "version_id", version));
    RETURN_IF(q_round_versions(&rq->op.rd, &(struct round_versions_in){rq->op.hq, round_id}, &rows, &n));
    if (uuid_is_none(*version) && n)
        *version = rows[0].version_id;
    if (uuid_is_none(*version))
        RETURN_IF(standard_current_version(&rq->op, version, &found));
    return found ? RC_OK
                 : OP_FAIL(&rq->op, RC_NOT_FOUND, "no_standard", "尚未发布测评标准",
                           "No standard has been published yet");
}

/* What somebody sent to another town's site opens there: the site and its checklist by the round's version. */
static enum rc round_site_get(struct request *rq)
{
    struct round_by_id_row row;
    struct round_sites_row *rows;
    struct uuid site_id, version;
    size_t n, at = 0;
    RETURN_IF(load_named(rq, &row));
    RETURN_IF(path_uuid(rq, "site_id", &site_id));
    RETURN_IF(choose_version(rq, row.id, &version));
    RETURN_IF(query_done(rq));
    struct round_sites_in in = {.hq = rq->op.hq, .round_id = row.id, .row_limit = ROUND_SITES_MAX + 1};
    cut_sites(rq, &row, &in);
    RETURN_IF(q_round_sites(&rq->op.rd, &in, &rows, &n));
    while (at < n && !uuid_eq(rows[at].site_id, site_id))
        at++;
    if (at == n)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "site_not_in_round", "点位不在本轮次内", "The site is not of this round");
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "sites");
    round_json_site(&rq->json, &rq->op, &rows[at], round_is_seen_whole(&rq->op, &row));
    jo_end(&rq->json);
    RETURN_IF(standard_json_checklist(rq, version, rows[at].category_code));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- one's own walk ---- */

static enum rc walk_day(struct request *rq, struct round_walk_in *in)
{
    struct str on = query_text(rq, "on");
    in->day_ms = SOME(civil_midnight(rq->op.now, rq->op.zone_min));
    if (str_is(on, "any"))
        in->day_ms = NONE_I64;
    else if (on.p && !civil_parse_date(on, rq->op.zone_min, &in->day_ms.v))
        return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数 on 应为日期或 any", "The parameter on must be a date or any");
    return query_done(rq);
}

static void put_walk(struct json_out *j, const struct op *op, const struct round_walk_row *w)
{
    struct round_sites_row s = {.site_id = w->site_id, .code = w->code, .name = w->name,
                                .category_code = w->category_code, .area_code = w->area_code, .address = w->address,
                                .lon_e7 = w->lon_e7, .lat_e7 = w->lat_e7, .order_no = w->order_no,
                                .inspector_id = w->inspector_id, .inspector_name = w->inspector_name,
                                .partner_id = w->partner_id, .partner_name = w->partner_name, .day_ms = w->day_ms,
                                .state = w->state};
    jo_obj(j, NULL);
    jo_obj(j, "round");
    jo_uuid(j, "id", w->round_id);
    jo_str(j, "title", w->title);
    jo_str(j, "kind", w->kind);
    jo_bool(j, "record_only", w->record_only);
    jo_end(j);
    jo_arr(j, "sites");
    round_json_site(j, op, &s, true);
    jo_end(j);
    jo_end(j);
}

static enum rc walk_get(struct request *rq)
{
    struct round_walk_in in = {.hq = rq->op.hq, .me = rq->op.actor.person_id, .now_ms = rq->op.now};
    struct round_walk_row *rows;
    size_t n;
    RETURN_IF(walk_day(rq, &in));
    RETURN_IF(q_round_walk(&rq->op.rd, &in, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_walk(&rq->json, &rq->op, &rows[i]);
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- draws ---- */

/* Sealed until publication; who plans the round sees what was drawn, not the key. */
static enum rc round_draws(struct request *rq)
{
    struct round_by_id_row row;
    struct draw_record *list = NULL;
    size_t n = 0;
    RETURN_IF(load_named(rq, &row));
    RETURN_IF(query_done(rq));
    if (row.published_ms.has || policy_scope(&rq->op.actor, ACT_ROUND_READ).all)
        RETURN_IF(draw_records(&rq->op, "round", row.id, false, &list, &n));
    jo_obj(&rq->json, NULL);
    jo_uuid(&rq->json, "round_id", row.id);
    draw_json(&rq->json, "items", list, n);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc commitment_list(struct request *rq)
{
    struct draw_day_list_in in = {.hq = rq->op.hq};
    struct draw_day_list_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor)
        in.before = page.key_text;
    RETURN_IF(q_draw_day_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        jo_str(&rq->json, "day", rows[i].day);
        jo_sha256(&rq->json, "commitment", rows[i].commitment);
        jo_time(&rq->json, "committed_at", rows[i].at_ms);
        jo_end(&rq->json);
    }
    page_end(rq, &page, more, 0, UUID_NONE, n ? rows[n - 1].day : STR_NONE);
    return reply_json(rq, 200);
}

const struct route round_routes[] = {
    {HTTP_GET, "/api/v1/rounds", ACT_ROUND_READ, round_list, 0, 0},
    {HTTP_GET, "/api/v1/rounds/{id}", ACT_ROUND_READ, round_get, 0, 0},
    {HTTP_GET, "/api/v1/rounds/{id}/sites", ACT_ROUND_READ, round_site_list, 0, 0},
    {HTTP_GET, "/api/v1/rounds/{id}/sites/{site_id}", ACT_ROUND_READ, round_site_get, 0, 0},
    {HTTP_GET, "/api/v1/rounds/{id}/draws", ACT_ROUND_READ, round_draws, 0, 0},
    {HTTP_GET, "/api/v1/walks", ACT_ROUND_READ, walk_get, 0, 0},
    {HTTP_GET, "/api/v1/commitments", ACT_SELF, commitment_list, 0, 0},
    {0},
};
