/* score_http.c - GET /scores: one grouping of a period, lowest rate first, with the total beside it. */
#include "score/score_http.h"

#include "auth/policy.h"
#include "score/score.h"

/* Without a period: the last 90 days. */
enum { DEFAULT_PERIOD_DAYS = 90 };

static enum rc read_group(struct request *rq, enum score_group *group)
{
    struct str name = query_text(rq, "group_by");
    for (int i = 0; score_group_names[i]; i++) {
        if (name.p && str_is(name, score_group_names[i])) {
            *group = (enum score_group)i;
            return RC_OK;
        }
    }
    return fail(rq->op.rd.fault, RC_BAD, "bad_parameter", "参数 group_by 应为 site、category、unit、town 或 district",
                "The parameter group_by must be site, category, unit, town or district");
}

/* Those who answer for an area see its scores, those who act for a unit their unit's; nobody sees others'. */
static enum rc apply_scope(struct request *rq, struct score_filter *f)
{
    struct scope s = policy_scope(&rq->op.actor, ACT_SCORE_READ);
    if (s.all)
        return RC_OK;
    if (s.area_code.p) {
        if (!f->area_code.p || str_starts(s.area_code, f->area_code))
            f->area_code = s.area_code;
        if (str_starts(f->area_code, s.area_code))
            return RC_OK;
    } else if (!uuid_is_none(s.unit_id) && (uuid_is_none(f->unit_id) || uuid_eq(f->unit_id, s.unit_id))) {
        f->unit_id = s.unit_id;
        return RC_OK;
    }
    return fail(rq->op.rd.fault, RC_FORBIDDEN, "out_of_reach", "您只能查看本区域或本单位的得分",
                "You may see the scores of your own area or unit only");
}

static enum rc read_filter(struct request *rq, struct score_filter *f)
{
    struct opt_i64 from, to;
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_time(rq, "to", &to));
    f->to_ms = to.has ? to.v : rq->op.now + 1;
    f->from_ms = from.has ? from.v : f->to_ms - (int64_t)DEFAULT_PERIOD_DAYS * 86400000;
    f->area_code = query_text(rq, "area_code");
    f->category = query_text(rq, "category");
    RETURN_IF(query_uuid(rq, "unit_id", &f->unit_id));
    RETURN_IF(query_uuid(rq, "site_id", &f->site_id));
    return apply_scope(rq, f);
}

static void put_score(struct json_out *j, const char *key, const struct score *s)
{
    jo_obj(j, key);
    jo_str(j, "key", s->key);
    jo_str(j, "name", s->name);
    jo_str(j, "name_en", s->name_en);
    rate_json(j, "rate", s->sum.earned_e4, s->sum.possible_e4);
    if (s->has_weighted)
        rate_json_percent(j, "weighted_percent", s->weighted);
    else
        jo_null(j, "weighted_percent");
    jo_i64(j, "inspections", s->inspections);
    jo_i64(j, "observations", s->observations);
    jo_i64(j, "not_met", s->not_met);
    jo_i64(j, "vetoes", s->vetoes);
    jo_end(j);
}

static enum rc score_get(struct request *rq)
{
    struct score_filter filter = {0};
    enum score_group group = SCORE_BY_SITE;
    struct score *list, total;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_group(rq, &group));
    RETURN_IF(read_filter(rq, &filter));
    RETURN_IF(query_done(rq));
    RETURN_IF(score_list(&rq->op, group, &filter, &list, &n, &total));
    /* The order is computed, so the key of a page is the position. */
    size_t from = page.has_cursor && page.key_i64 > 0 ? (size_t)page.key_i64 : 0, to = from + (size_t)page.limit;
    if (to > n)
        to = n;
    jo_obj(&rq->json, NULL);
    put_score(&rq->json, "total", &total);
    jo_arr(&rq->json, "items");
    for (size_t i = from; i < to; i++)
        put_score(&rq->json, NULL, &list[i]);
    page_end(rq, &page, to < n, (int64_t)to, UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

const struct route score_routes[] = {
    {HTTP_GET, "/api/v1/scores", ACT_SCORE_READ, score_get, 0, 0},
    {0},
};
