/* hand_over_http.c - what is with a person, and handing it over, over HTTP. The office's affair. */
#include "loop/hand_over.h"
#include "loop/loop_http.h"

#include "auth/policy.h"
#include "http/http.h"

static struct str number_of(struct request *rq, int64_t year, int64_t number)
{
    return str_fmt(OP_ARENA(&rq->op), "%lld-%06lld", (long long)year, (long long)number);
}

static void put(struct json_out *j, const char *kind, struct uuid id, struct str title, struct opt_i64 due_ms)
{
    jo_obj(j, NULL);
    jo_z(j, "kind", kind);
    jo_uuid(j, "id", id);
    jo_str(j, "title", title);
    jo_opt_time(j, "due_at", due_ms);
    jo_end(j);
}

static void put_all(struct request *rq, const struct holdings *h)
{
    struct json_out *j = &rq->json;
    struct arena *a = OP_ARENA(&rq->op);
    for (size_t i = 0; i < h->nduties; i++)
        put(j, "duty", h->duties[i].id, str_fmt(a, "%.*s %.*s", STR_ARG(h->duties[i].kind), STR_ARG(h->duties[i].place_name)), NONE_I64);
    for (size_t i = 0; i < h->nrounds; i++)
        put(j, "round", h->rounds[i].round_id, h->rounds[i].title, SOME(h->rounds[i].ends_ms));
    for (size_t i = 0; i < h->nwalks; i++)
        put(j, "walk", h->walks[i].site_id, str_fmt(a, "%.*s %.*s", STR_ARG(h->walks[i].title), STR_ARG(h->walks[i].site_name)), h->walks[i].day_ms);
    for (size_t i = 0; i < h->nlookbacks; i++)
        put(j, "lookback", h->lookbacks[i].id, number_of(rq, h->lookbacks[i].year, h->lookbacks[i].number), SOME(h->lookbacks[i].due_ms));
    for (size_t i = 0; i < h->nlevels; i++)
        put(j, "level", h->levels[i].id, str_fmt(a, "%.*s %.*s", STR_ARG(number_of(rq, h->levels[i].year, h->levels[i].number)),
                                                 STR_ARG(h->levels[i].description)), h->levels[i].due_ms);
    for (size_t i = 0; i < h->nplans; i++)
        put(j, "site_plan", h->plans[i].id, h->plans[i].site_name, SOME(h->plans[i].due_ms));
}

static enum rc send_holdings(struct request *rq, struct uuid id)
{
    struct person p;
    struct holdings h;
    RETURN_IF(person_load(&rq->op, id, &p));
    RETURN_IF(holdings_load(&rq->op, id, NULL, &h));
    jo_obj(&rq->json, NULL);
    jo_named(&rq->json, "person", p.id, p.name);
    jo_opt_time(&rq->json, "left_at", p.left_ms);
    jo_i64(&rq->json, "count", (int64_t)holdings_count(&h));
    jo_arr(&rq->json, "items");
    put_all(rq, &h);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc holdings_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_holdings(rq, id);
}

static enum rc handed_over(struct request *rq)
{
    return send_holdings(rq, rq->op.plan.command.subject_id);
}

static enum rc hand_over_post(struct request *rq)
{
    struct hand_over h = {.note = STR_NONE};
    struct command command;
    struct uuid ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &h.person_id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_uuid(&in, "to_person_id", JIN_OPTIONAL, &h.to_person_id);
    jin_str(&in, "note", JIN_OPTIONAL, 400, &h.note);
    jin_bool(&in, "leaves", JIN_OPTIONAL, &h.leaves);
    jin_uuid(&in, "to_unit_id", JIN_OPTIONAL, &h.to_unit_id);
    RETURN_IF(jin_done(&in));
    if (h.leaves && !uuid_is_none(h.to_unit_id))
        return fail_field(rq->op.rd.fault, STR("/to_unit_id"), "one_of", "离任和调往其他单位只能选一项", "Either leaving or going to another unit");
    RETURN_IF(request_command(rq, &in, "person.hand_over", "person", h.person_id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(hand_over_prepare(&rq->op, &h));
    return http_commit(rq, handed_over);
}

const struct route hand_over_routes[] = {
    {HTTP_GET, "/api/v1/people/{id}/holdings", ACT_ORG_WRITE, holdings_get, 0, 0},
    {HTTP_POST, "/api/v1/people/{id}/hand-over", ACT_ORG_WRITE, hand_over_post, 0, 0},
    {0},
};
