/* lookback_http.c - look-backs over HTTP: lists, planning, assignment, the verdict, rates, draws. */
#include "lookback/lookback_http.h"

#include "lookback/lookback_store.h"
#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_http.h"
#include "problem/problem_store.h"

static const char *const states[] = {"planned", "holds", "rebounds", "cancelled", NULL};

static void put_row(struct json_out *j, const struct op *op, const struct lookback_by_id_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_obj(j, "problem");
    jo_uuid(j, "id", r->problem_id);
    parts_number(j, "number", OP_ARENA(op), r->year, r->number);
    jo_str(j, "description", r->description);
    jo_named(j, "site", r->site_id, r->site_name);
    jo_str(j, "place_text", r->place);
    jo_end(j);
    jo_str(j, "origin", r->origin);
    jo_named(j, "rule", r->rule_id, r->rule_name);
    jo_uuid(j, "draw_id", r->draw_id);
    jo_str(j, "state", r->state);
    jo_bool(j, "missed", str_is(r->state, "planned") && r->due_ms < op->now);
    jo_bool(j, "joint", r->joint);
    jo_time(j, "from", r->from_ms);
    jo_time(j, "due_at", r->due_ms);
    jo_time(j, "planned_at", r->planned_ms);
    jo_i64(j, "assigned", r->people);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_str(j, "area_code", r->area_code);
    jo_str(j, "category_code", r->category_code);
    jo_str(j, "severity", r->severity);
    jo_opt_time(j, "judged_at", r->judged_ms);
    jo_named(j, "judged_by", r->judged_by, r->judged_name);
    jo_bool(j, "late", r->late);
    jo_str(j, "note", r->note);
    jo_uuid(j, "rebound_id", r->rebound_id);
    jo_i64(j, "chain", r->chain);
    jo_i64(j, "version", r->version);
}

/* The list's row has the record's members in the record's order. */
_Static_assert(sizeof(struct lookback_list_row) == sizeof(struct lookback_by_id_row), "the same columns");

static enum rc read_query(struct request *rq, struct page *page, struct lookback_list_in *in)
{
    struct opt_bool mine, missed, unassigned;
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_name(rq, "state", states, &in->state));
    RETURN_IF(query_bool(rq, "mine", &mine));
    RETURN_IF(query_bool(rq, "missed", &missed));
    RETURN_IF(query_bool(rq, "unassigned", &unassigned));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_uuid(rq, "problem_id", &in->problem_id));
    in->area_from = text_or_none(query_text(rq, "area_code"));
    if (in->area_from.p)
        in->area_to = str_prefix_end(OP_ARENA(&rq->op), in->area_from);
    RETURN_IF(query_time(rq, "from", &in->from_ms));
    RETURN_IF(query_time(rq, "to", &in->to_ms));
    RETURN_IF(query_done(rq));
    if (missed.has && missed.v)
        in->missed_at = SOME(rq->op.now);
    if (unassigned.has && unassigned.v)
        in->unassigned = SOME_BOOL(true);
    struct scope reach = policy_scope(&rq->op.actor, ACT_LOOKBACK_READ);
    if (!reach.all || (mine.has && mine.v))
        in->person_id = rq->op.actor.person_id;
    in->row_limit = page->limit + 1;
    if (page->has_cursor) {
        in->key_ms = SOME(page->key_i64);
        in->key_id = page->key_id;
    }
    return RC_OK;
}

static enum rc list_lookbacks(struct request *rq)
{
    struct lookback_list_in in = {.hq = rq->op.hq};
    struct lookback_list_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(read_query(rq, &page, &in));
    RETURN_IF(q_lookback_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_row(&rq->json, &rq->op, (const struct lookback_by_id_row *)&rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].due_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

/* What the one who goes there compares with: the photographs of the finding and of its mending. */
static enum rc put_photos(struct json_out *j, struct op *op, struct uuid problem_id)
{
    struct problem_photos_row *photos;
    size_t n;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, problem_id}, &photos, &n));
    jo_arr(j, "photos");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_sha256(j, "sha256", photos[i].sha256);
        jo_str(j, "role", photos[i].role);
        jo_i64(j, "seq", photos[i].seq);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

static enum rc send_lookback(struct request *rq, struct uuid id, int status)
{
    struct lookback_by_id_row row;
    struct lookback_people_row *people;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(lookback_load(&rq->op, id, &row));
    RETURN_IF(q_lookback_people(&rq->op.rd, &(struct lookback_people_in){rq->op.hq, id}, &people, &n));
    jo_obj(j, NULL);
    put_row(j, &rq->op, &row);
    jo_arr(j, "people");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", people[i].person_id);
        jo_str(j, "name", people[i].name);
        jo_named(j, "unit", people[i].unit_id, people[i].unit_name);
        jo_end(j);
    }
    jo_end(j);
    RETURN_IF(put_photos(j, &rq->op, row.problem_id));
    jo_end(j);
    return reply_versioned(rq, status, row.version);
}

static enum rc get_lookback(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_lookback(rq, id, 200);
}

static enum rc after_plan(struct request *rq)
{
    return send_lookback(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_step(struct request *rq)
{
    return send_lookback(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc plan_lookback(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct lookback_new n = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &n.id);
    jin_uuid(&in, "problem_id", JIN_REQUIRED, &n.problem_id);
    jin_time(&in, "due_at", JIN_REQUIRED, &n.due_ms);
    jin_bool(&in, "joint", JIN_OPTIONAL, &n.joint);
    parts_ids(&in, "people", JIN_OPTIONAL, LOOKBACK_PEOPLE_MAX, &n.people, &n.npeople);
    jin_str(&in, "note", JIN_OPTIONAL, LOOKBACK_NOTE_MAX, &n.note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "lookback.plan", "lookback", n.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(lookback_prepare_new(&rq->op, &n));
    return http_commit(rq, after_plan);
}

static enum rc assign_lookback(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    struct lookback_assign a = {0};
    RETURN_IF(path_uuid(rq, "id", &a.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    parts_ids(&in, "people", JIN_REQUIRED, LOOKBACK_PEOPLE_MAX, &a.people, &a.npeople);
    a.due_ms.has = jin_time(&in, "due_at", JIN_OPTIONAL, &a.due_ms.v);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "lookback.assign", "lookback", a.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(lookback_prepare_assign(&rq->op, &a));
    return http_commit(rq, after_step);
}

static enum rc judge_lookback(struct request *rq)
{
    static const char *const results[] = {"holds", "rebounds", NULL};
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    struct lookback_verdict v = {0};
    int result = 0;
    RETURN_IF(path_uuid(rq, "id", &v.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_enum(&in, "result", JIN_REQUIRED, results, &result);
    jin_str(&in, "note", JIN_OPTIONAL, LOOKBACK_NOTE_MAX, &v.note);
    jin_uuid(&in, "rebound_id", JIN_OPTIONAL, &v.rebound_id);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &v.photos, &v.nphotos);
    v.rebounds = result == 1;
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "lookback.judge", "lookback", v.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(lookback_prepare_judge(&rq->op, &v));
    return http_commit(rq, after_step);
}

static enum rc cancel_lookback(struct request *rq)
{
    return parts_reasoned(rq, "lookback.cancel", "lookback", lookback_prepare_cancel, after_step);
}

/* ---- rates ---- */

static void put_rates(struct json_out *j, const struct lookback_rates_row *r)
{
    int64_t judged = r->holds + r->rebounds;
    jo_i64(j, "judged", judged);
    jo_i64(j, "late", r->late);
    jo_i64(j, "missed", r->missed);
    parts_rate(j, "holds", r->holds, judged);
    parts_rate(j, "rebounds", r->rebounds, judged);
}

static enum rc rates(struct request *rq)
{
    static const char *const groups[] = {"unit", "town", "category", NULL};
    struct lookback_rates_in in = {.hq = rq->op.hq, .now_ms = rq->op.now};
    struct lookback_rates_row *rows, sum = {0};
    struct opt_i64 from, to;
    struct str group;
    size_t n;
    struct json_out *j = &rq->json;
    RETURN_IF(query_time(rq, "from", &from));
    RETURN_IF(query_time(rq, "to", &to));
    RETURN_IF(query_name(rq, "group_by", groups, &group));
    RETURN_IF(query_done(rq));
    in.from_ms = from.has ? from.v : 0;
    in.to_ms = to.has ? to.v : INT64_MAX;
    in.by_town = str_is(group, "town");
    in.by_category = str_is(group, "category");
    in.by_unit = !in.by_town && !in.by_category;
    RETURN_IF(q_lookback_rates(&rq->op.rd, &in, &rows, &n));
    jo_obj(j, NULL);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_str(j, "key",
               in.by_unit && !uuid_is_none(rows[i].unit_id) ? uuid_str(OP_ARENA(&rq->op), rows[i].unit_id)
                                                            : rows[i].key);
        jo_str(j, "name", rows[i].name);
        put_rates(j, &rows[i]);
        jo_end(j);
        sum.holds += rows[i].holds;
        sum.rebounds += rows[i].rebounds;
        sum.late += rows[i].late;
        sum.missed += rows[i].missed;
    }
    jo_end(j);
    jo_obj(j, "total");
    put_rates(j, &sum);
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

const struct route lookback_routes[] = {
    {HTTP_GET, "/api/v1/lookbacks", ACT_LOOKBACK_READ, list_lookbacks, 0, 0},
    {HTTP_POST, "/api/v1/lookbacks", ACT_LOOKBACK_PLAN, plan_lookback, 0, 0},
    /* Totals are the desk's: who looks back must not follow what others found. */
    {HTTP_GET, "/api/v1/lookbacks/rates", ACT_COVERAGE_READ, rates, 0, 0},
    {HTTP_GET, "/api/v1/lookbacks/{id}", ACT_LOOKBACK_READ, get_lookback, 0, 0},
    {HTTP_POST, "/api/v1/lookbacks/{id}/assign", ACT_LOOKBACK_PLAN, assign_lookback, 0, 0},
    {HTTP_POST, "/api/v1/lookbacks/{id}/judge", ACT_LOOKBACK_JUDGE, judge_lookback, 0, 0},
    {HTTP_POST, "/api/v1/lookbacks/{id}/cancel", ACT_LOOKBACK_PLAN, cancel_lookback, 0, 0},
    {0},
};
