/*
 * coverage_http.c - coverage (督查覆盖): what was never, or not lately, inspected, by category, town or unit, down to
 * the sites. Visits of covert rounds count, which is why it is the desk's alone. A unit's own checks do not.
 */
#include "round/round_http.h"

#include "auth/policy.h"
#include "base/civil.h"
#include "round/round_store.h"
#include "standard/rate.h"

/* Not lately: without a date, ninety days. */
enum { LATELY_DAYS = 90 };

static enum rc read_since(struct request *rq, int64_t *since_ms)
{
    struct opt_i64 since;
    RETURN_IF(query_time(rq, "not_since", &since));
    *since_ms = since.has ? since.v : civil_midnight(rq->op.now, rq->op.zone_min) - (int64_t)LATELY_DAYS * DAY_MS;
    return RC_OK;
}

/* One line, whatever it is grouped by. */
struct line {
    struct str key, name, name_en;
    int64_t sites, never, not_lately;
};

static void put_line(struct json_out *j, const char *key, const struct line *l)
{
    int64_t covered = l->sites - l->never - l->not_lately;
    jo_obj(j, key);
    jo_str(j, "key", l->key);
    jo_str(j, "name", l->name);
    jo_str(j, "name_en", l->name_en);
    jo_i64(j, "sites", l->sites);
    jo_i64(j, "never", l->never);
    jo_i64(j, "not_lately", l->not_lately);
    rate_json(j, "covered", covered, l->sites);
    jo_end(j);
}

static enum rc by_category(struct op *op, int64_t since_ms, struct line **out, size_t *n)
{
    struct coverage_by_category_row *rows;
    struct coverage_by_category_in in = {op->hq, since_ms, INT64_MAX};
    RETURN_IF(q_coverage_by_category(&op->rd, &in, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct line, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct coverage_category_name_row name;
        bool found;
        struct coverage_category_name_in ni = {op->hq, rows[i].key};
        RETURN_IF(q_coverage_category_name(&op->rd, &ni, &name, &found));
        (*out)[i] = (struct line){rows[i].key, found ? name.name_zh : rows[i].key, found ? name.name_en : STR_NONE,
                                  rows[i].sites, rows[i].never, rows[i].not_lately};
    }
    return RC_OK;
}

static enum rc by_town(struct op *op, int64_t since_ms, struct line **out, size_t *n)
{
    struct coverage_by_town_row *rows;
    struct coverage_by_town_in in = {op->hq, since_ms, INT64_MAX};
    RETURN_IF(q_coverage_by_town(&op->rd, &in, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct line, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct coverage_area_name_row name;
        bool found;
        RETURN_IF(q_coverage_area_name(&op->rd, &(struct coverage_area_name_in){op->hq, rows[i].key}, &name, &found));
        (*out)[i] = (struct line){rows[i].key, found ? name.name : rows[i].key, STR_NONE, rows[i].sites, rows[i].never,
                                  rows[i].not_lately};
    }
    return RC_OK;
}

static enum rc by_unit(struct op *op, int64_t since_ms, struct line **out, size_t *n)
{
    struct coverage_by_unit_row *rows;
    struct coverage_by_unit_in in = {op->hq, since_ms, INT64_MAX};
    RETURN_IF(q_coverage_by_unit(&op->rd, &in, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct line, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct coverage_unit_name_row name;
        bool found;
        struct coverage_unit_name_in ni = {op->hq, rows[i].unit_id};
        RETURN_IF(q_coverage_unit_name(&op->rd, &ni, &name, &found));
        struct str key = uuid_is_none(rows[i].unit_id) ? STR_NONE : uuid_str(OP_ARENA(op), rows[i].unit_id);
        (*out)[i] = (struct line){key, found ? name.name : STR_NONE, STR_NONE, rows[i].sites, rows[i].never,
                                  rows[i].not_lately};
    }
    return RC_OK;
}

static enum rc coverage_get(struct request *rq)
{
    static const char *const groups[] = {"category", "town", "unit", NULL};
    static enum rc (*const lists[])(struct op *, int64_t, struct line **, size_t *) = {by_category, by_town, by_unit};
    struct line *lines, total = {.key = STR("total"), .name = STR("")};
    struct str group;
    int64_t since_ms;
    size_t n, g = 0;
    RETURN_IF(query_name(rq, "group_by", groups, &group));
    RETURN_IF(read_since(rq, &since_ms));
    RETURN_IF(query_done(rq));
    for (size_t i = 0; group.p && groups[i]; i++)
        g = str_is(group, groups[i]) ? i : g;
    RETURN_IF(lists[g](&rq->op, since_ms, &lines, &n));
    jo_obj(&rq->json, NULL);
    jo_z(&rq->json, "group_by", groups[g]);
    jo_time(&rq->json, "not_since", since_ms);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        put_line(&rq->json, NULL, &lines[i]);
        total.sites += lines[i].sites;
        total.never += lines[i].never;
        total.not_lately += lines[i].not_lately;
    }
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    put_line(&rq->json, "total", &total);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc read_site_filters(struct request *rq, struct coverage_sites_in *in)
{
    static const char *const which[] = {"never", "not_lately", NULL};
    struct str name;
    RETURN_IF(read_since(rq, &in->since_ms));
    RETURN_IF(query_name(rq, "which", which, &name));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    in->category = query_text(rq, "category");
    in->area_from = query_text(rq, "area_code");
    in->area_to = str_prefix_end(OP_ARENA(&rq->op), in->area_from);
    if (str_is(name, "never"))
        in->never = SOME_BOOL(true);
    if (str_is(name, "not_lately"))
        in->not_lately = SOME_BOOL(true);
    return query_done(rq);
}

static enum rc coverage_sites(struct request *rq)
{
    struct coverage_sites_in in = {.hq = rq->op.hq, .until_ms = INT64_MAX};
    struct coverage_sites_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_site_filters(rq, &in));
    in.row_limit = page.limit + 1;
    if (page.has_cursor)
        in.after_code = page.key_text;
    RETURN_IF(q_coverage_sites(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        jo_uuid(&rq->json, "id", rows[i].id);
        jo_str(&rq->json, "code", rows[i].code);
        jo_str(&rq->json, "name", rows[i].name);
        jo_str(&rq->json, "category_code", rows[i].category_code);
        jo_str(&rq->json, "area_code", rows[i].area_code);
        jo_named(&rq->json, "subject_unit", rows[i].subject_unit_id, rows[i].subject_unit_name);
        jo_opt_time(&rq->json, "last_visit_at", rows[i].last_ms);
        jo_end(&rq->json);
    }
    page_end(rq, &page, more, 0, UUID_NONE, n ? rows[n - 1].code : STR_NONE);
    return reply_json(rq, 200);
}

const struct route coverage_routes[] = {
    {HTTP_GET, "/api/v1/coverage", ACT_COVERAGE_READ, coverage_get, 0, 0},
    {HTTP_GET, "/api/v1/coverage/sites", ACT_COVERAGE_READ, coverage_sites, 0, 0},
    {0},
};
