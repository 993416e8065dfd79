/* consequence_http.c - consequences over HTTP: lists, proposals, decisions, publication, replies, the units' record. */
#include "consequence/consequence_http.h"

#include "consequence/consequence_store.h"
#include "lookback/parts.h"
#include "org/text.h"
#include "problem/problem_http.h"
#include "problem/problem_store.h"

static const char *const states[] = {"proposed", "dismissed", "issued", "answered", "closed", NULL};

/* "督办〔2026〕3号". */
static struct str doc_number(struct arena *a, const struct consequence_by_id_row *r)
{
    const char *word = str_is(r->form, "letter") ? "督办函" : str_is(r->form, "circular") ? "通报" : "督办";
    if (!r->number.has)
        return STR_NONE;
    return str_fmt(a, "%s〔%lld〕%lld号", word, (long long)r->year.v, (long long)r->number.v);
}

static void put_matter(struct json_out *j, struct arena *a, const struct consequence_by_id_row *r)
{
    if (uuid_is_none(r->problem_id)) {
        jo_null(j, "problem");
        return;
    }
    jo_obj(j, "problem");
    jo_uuid(j, "id", r->problem_id);
    parts_number(j, "number", a, r->problem_year.v, r->problem_number.v);
    jo_str(j, "description", r->description);
    jo_str(j, "site_name", r->site_name);
    jo_end(j);
}

/* What the desk alone sees: who proposed and why a leader decided so. Units get what was issued to them. */
static void put_inside(struct json_out *j, const struct consequence_by_id_row *r)
{
    jo_named(j, "rule", r->rule_id, r->rule_name);
    jo_opt_i64(j, "rule_version", r->rule_version);
    jo_named(j, "proposed_by", r->proposed_by, r->proposed_name);
    jo_named(j, "decided_by", r->decided_by, r->decided_name);
    jo_str(j, "decision_note", r->decision_note);
    jo_str(j, "reference", r->reference);
    consequence_put_recipients(j, r->recipients);
}

static void put_row(struct json_out *j, const struct op *op, const struct consequence_by_id_row *r)
{
    struct arena *a = OP_ARENA(op);
    jo_uuid(j, "id", r->id);
    jo_str(j, "step", r->step);
    put_matter(j, a, r);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_str(j, "why", op->lang == LANG_ZH ? r->why_zh : r->why_en);
    jo_str(j, "state", r->state);
    jo_time(j, "proposed_at", r->proposed_ms);
    jo_opt_time(j, "decided_at", r->decided_ms);
    jo_str(j, "form", r->form);
    jo_str(j, "document_number", doc_number(a, r));
    jo_str(j, "issuer", r->issuer);
    jo_opt_time(j, "reply_due_at", r->reply_due_ms);
    jo_bool(j, "reply_overdue", str_is(r->state, "issued") && r->reply_due_ms.has && r->reply_due_ms.v < op->now);
    jo_opt_time(j, "answered_at", r->answered_ms);
    jo_str(j, "answer", r->answer);
    jo_bool(j, "answer_late", r->answer_late);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_str(j, "close_note", r->close_note);
    jo_opt_time(j, "published_at", r->published_ms);
    jo_str(j, "publish_title", r->publish_title);
    jo_str(j, "publish_text", r->publish_text);
    if (policy_scope(&op->actor, ACT_CONSEQUENCE_READ).all)
        put_inside(j, r);
    jo_i64(j, "version", r->version);
}

_Static_assert(sizeof(struct consequence_list_row) == sizeof(struct consequence_by_id_row), "the same columns");

static enum rc read_query(struct request *rq, struct page *page, struct consequence_list_in *in)
{
    struct opt_bool overdue;
    struct scope reach = policy_scope(&rq->op.actor, ACT_CONSEQUENCE_READ);
    RETURN_IF(request_page(rq, page));
    RETURN_IF(query_name(rq, "state", states, &in->state));
    RETURN_IF(query_name(rq, "step", consequence_step_names, &in->step));
    RETURN_IF(query_uuid(rq, "unit_id", &in->unit_id));
    RETURN_IF(query_uuid(rq, "problem_id", &in->problem_id));
    RETURN_IF(query_i64(rq, "year", 2000, 9999, &in->year));
    RETURN_IF(query_bool(rq, "reply_overdue", &overdue));
    RETURN_IF(query_done(rq));
    if (overdue.has && overdue.v)
        in->waiting_at = SOME(rq->op.now);
    if (!reach.all)
        in->scope_unit = reach.unit_id;
    in->row_limit = page->limit + 1;
    if (page->has_cursor) {
        in->key_ms = SOME(page->key_i64);
        in->key_id = page->key_id;
    }
    return RC_OK;
}

static enum rc list(struct request *rq)
{
    struct consequence_list_in in = {.hq = rq->op.hq};
    struct consequence_list_row *rows = NULL;
    struct scope reach = policy_scope(&rq->op.actor, ACT_CONSEQUENCE_READ);
    struct page page;
    size_t n = 0;
    RETURN_IF(read_query(rq, &page, &in));
    if (reach.all || !uuid_is_none(reach.unit_id))
        RETURN_IF(q_consequence_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        jo_obj(&rq->json, NULL);
        put_row(&rq->json, &rq->op, (const struct consequence_by_id_row *)&rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, n > shown, shown ? rows[shown - 1].proposed_ms : 0, shown ? rows[shown - 1].id : UUID_NONE,
             STR_NONE);
    return reply_json(rq, 200);
}

static enum rc send_one(struct request *rq, struct uuid id, int status)
{
    struct consequence_by_id_row row;
    struct consequence_photos_row *photos;
    size_t n;
    RETURN_IF(consequence_load(&rq->op, id, &row));
    RETURN_IF(q_consequence_photos(&rq->op.rd, &(struct consequence_photos_in){rq->op.hq, id}, &photos, &n));
    jo_obj(&rq->json, NULL);
    put_row(&rq->json, &rq->op, &row);
    jo_arr(&rq->json, "photos");
    for (size_t i = 0; i < n; i++)
        jo_sha256(&rq->json, NULL, photos[i].sha256);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_versioned(rq, status, row.version);
}

static enum rc get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return send_one(rq, id, 200);
}

static enum rc after_new(struct request *rq)
{
    return send_one(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_step(struct request *rq)
{
    return send_one(rq, rq->op.plan.command.subject_id, 200);
}

static enum rc create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct consequence_new n = {0};
    int step = 0;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &n.id);
    jin_uuid(&in, "problem_id", JIN_OPTIONAL, &n.problem_id);
    jin_uuid(&in, "unit_id", JIN_OPTIONAL, &n.unit_id);
    jin_enum(&in, "step", JIN_REQUIRED, consequence_step_names, &step);
    jin_str(&in, "why", JIN_REQUIRED, CONSEQUENCE_TEXT_MAX, &n.why);
    jin_i64(&in, "reply_days", JIN_OPTIONAL, 0, 365, &n.reply_days);
    jin_bool(&in, "skip", JIN_OPTIONAL, &n.skip);
    consequence_read_recipients(&in, &n.recipients);
    n.step = (enum consequence_step)(step + CONSEQUENCE_URGE);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.new", "consequence", n.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_new(&rq->op, &n));
    return http_commit(rq, after_new);
}

static enum rc decide(struct request *rq)
{
    static const char *const decisions[] = {"approve", "dismiss", NULL};
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    struct consequence_decision d = {0};
    int decision = 0;
    RETURN_IF(path_uuid(rq, "id", &d.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_enum(&in, "decision", JIN_REQUIRED, decisions, &decision);
    jin_str(&in, "note", JIN_OPTIONAL, CONSEQUENCE_TEXT_MAX, &d.note);
    jin_str(&in, "reference", JIN_OPTIONAL, 100, &d.reference);
    d.approve = decision == 0;
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.decide", "consequence", d.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_decide(&rq->op, &d));
    return http_commit(rq, after_step);
}

static enum rc publish(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct str title = STR_NONE, text = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "title", JIN_REQUIRED, 120, &title);
    jin_str(&in, "text", JIN_REQUIRED, CONSEQUENCE_TEXT_MAX, &text);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.publish", "consequence", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_publish(&rq->op, id, title, text));
    return http_commit(rq, after_step);
}

static enum rc answer(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid command_id;
    struct consequence_answer a = {0};
    RETURN_IF(path_uuid(rq, "id", &a.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "text", JIN_REQUIRED, CONSEQUENCE_TEXT_MAX, &a.text);
    problem_read_photos(OP_ARENA(&rq->op), &in, "photos", &a.photos, &a.nphotos);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "consequence.answer", "consequence", a.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(consequence_prepare_answer(&rq->op, &a));
    return http_commit(rq, after_step);
}

static enum rc close_one(struct request *rq)
{
    return parts_reasoned(rq, "consequence.close", "consequence", consequence_prepare_close, after_step);
}

/* ---- the record of units by year ---- */

static enum rc record(struct request *rq)
{
    struct consequence_record_in in = {.hq = rq->op.hq, .year = civil_from_ms(rq->op.now, rq->op.zone_min).year};
    struct consequence_record_row *rows = NULL;
    struct scope reach = policy_scope(&rq->op.actor, ACT_CONSEQUENCE_READ);
    struct opt_i64 year;
    size_t n = 0;
    struct json_out *j = &rq->json;
    RETURN_IF(query_i64(rq, "year", 2000, 9999, &year));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    RETURN_IF(query_done(rq));
    if (year.has)
        in.year = year.v;
    bool foreign = !reach.all && !uuid_is_none(in.unit_id) && !uuid_eq(in.unit_id, reach.unit_id);
    if (!reach.all) {
        in.unit_id = reach.unit_id;
        in.no_referrals = SOME_BOOL(true);
    }
    if (!foreign && !reach.none)
        RETURN_IF(q_consequence_record(&rq->op.rd, &in, &rows, &n));
    jo_obj(j, NULL);
    jo_i64(j, "year", in.year);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_named(j, "unit", rows[i].unit_id, rows[i].unit_name);
        jo_i64(j, "urge", rows[i].urge);
        jo_i64(j, "supervise", rows[i].supervise);
        jo_i64(j, "circulate", rows[i].circulate);
        jo_i64(j, "publish", rows[i].publish);
        if (reach.all)
            jo_i64(j, "refer", rows[i].refer);
        jo_i64(j, "answered", rows[i].answered);
        jo_i64(j, "answered_late", rows[i].late);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_json(rq, 200);
}

const struct route consequence_routes[] = {
    {HTTP_GET, "/api/v1/consequences", ACT_CONSEQUENCE_READ, list, 0, 0},
    {HTTP_POST, "/api/v1/consequences", ACT_CONSEQUENCE_PROPOSE, create, 0, 0},
    {HTTP_GET, "/api/v1/consequences/record", ACT_CONSEQUENCE_READ, record, 0, 0},
    {HTTP_GET, "/api/v1/consequences/{id}", ACT_CONSEQUENCE_READ, get, 0, 0},
    {HTTP_POST, "/api/v1/consequences/{id}/decide", ACT_CONSEQUENCE_READ, decide, 0, 0},
    {HTTP_POST, "/api/v1/consequences/{id}/publish", ACT_CONSEQUENCE_APPROVE, publish, 0, 0},
    {HTTP_POST, "/api/v1/consequences/{id}/answer", ACT_PROBLEM_ACCEPT, answer, 0, 0},
    {HTTP_POST, "/api/v1/consequences/{id}/close", ACT_CONSEQUENCE_PROPOSE, close_one, 0, 0},
    {0},
};
