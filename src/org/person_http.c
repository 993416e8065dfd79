/*
 * person_http.c - people over HTTP: masked in every list; in clear one at a time, with a reason.
 */
#include "org/org_http.h"
#include "org_internal.h"

#include "privacy/privacy.h"

static void person_json(struct json_out *j, const struct person *p)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", p->id);
    jo_named(j, "unit", p->unit_id, p->unit_name);
    jo_str(j, "name", p->name);
    jo_str(j, "title", p->title);
    jo_str(j, "phone_masked", p->phone_masked);
    jo_i64(j, "order_no", p->order_no);
    jo_bool(j, "left", p->left_ms.has);
    jo_i64(j, "version", p->version);
    jo_end(j);
}

/* A whole telephone number is looked up by its keyed hash, anything else in names and titles. */
static void read_question(struct request *rq, struct person_list_in *in)
{
    struct str q = query_text(rq, "q"), normal;
    struct arena *a = OP_ARENA(&rq->op);
    if (q.p && privacy_phone_normal(a, q, &normal))
        in->phone_index = privacy_index(rq->op.env->keys, a, rq->op.hq, "person.phone", normal);
    else
        in->pattern = search_like(a, q);
}

enum rc person_http_list(struct request *rq)
{
    struct page page;
    struct person_get_row *rows;
    size_t n;
    struct person_list_in in = {.hq = rq->op.hq};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "unit_id", &in.unit_id));
    read_question(rq, &in);
    in.max_rows = page.limit + 1;
    RETURN_IF(query_done(rq));
    if (page.has_cursor) {
        in.after_order = SOME(page.key_i64);
        in.after_id = page.key_id;
    }
    RETURN_IF(q_person_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct person p = person_of_row(&rows[i]);
        person_json(&rq->json, &p);
    }
    const struct person_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->order_no, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc reply_person(struct request *rq, struct uuid id, int status)
{
    struct person p;
    RETURN_IF(person_load(&rq->op, id, &p));
    person_json(&rq->json, &p);
    return reply_versioned(rq, status, p.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_person(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return reply_person(rq, rq->op.plan.command.subject_id, 200);
}

enum rc person_http_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    return reply_person(rq, id, 200);
}

enum rc person_http_create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct person_new p = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &p.id);
    jin_uuid(&in, "unit_id", JIN_REQUIRED, &p.unit_id);
    jin_str(&in, "name", JIN_REQUIRED, 60, &p.name);
    jin_str(&in, "title", JIN_OPTIONAL, NAME_MAX_CHARS, &p.title);
    jin_str(&in, "phone", JIN_OPTIONAL, 40, &p.phone);
    jin_i64(&in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &p.order_no);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "person.create", "person", p.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(person_prepare_create(&rq->op, &p));
    return http_commit(rq, after_create);
}

static enum rc read_change(struct jin *in, struct person_change *c)
{
    struct person_new *to = &c->to;
    c->set |= change_str(in, "name", 60, &to->name) ? PERSON_NAME : 0;
    c->set |= change_str(in, "title", NAME_MAX_CHARS, &to->title) ? PERSON_TITLE : 0;
    c->set |= jin_uuid(in, "unit_id", JIN_OPTIONAL, &to->unit_id) ? PERSON_UNIT : 0;
    c->set |= change_str(in, "phone", 40, &to->phone) ? PERSON_PHONE : 0;
    c->set |=
        jin_i64(in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &to->order_no) ? PERSON_ORDER : 0;
    c->set |= jin_bool(in, "left", JIN_OPTIONAL, &c->left) ? PERSON_LEFT : 0;
    return jin_done(in);
}

enum rc person_http_change(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct person_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_if_match(rq, true, &c.expected_version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_change(&in, &c));
    RETURN_IF(request_command(rq, &in, "person.change", "person", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(person_prepare_change(&rq->op, &c));
    return http_commit(rq, after_change);
}

/* Asks the policy again: a repeat of the command may come after the right was lost. */
static enum rc after_reveal(struct request *rq)
{
    struct person p;
    struct str clear;
    RETURN_IF(person_load(&rq->op, rq->op.plan.command.subject_id, &p));
    RETURN_IF(person_phone(&rq->op, &p, &clear));
    jo_obj(&rq->json, NULL);
    jo_str(&rq->json, "phone", clear);
    jo_end(&rq->json);
    reply_header(rq, "Cache-Control", STR("no-store"));
    return reply_json(rq, 200);
}

enum rc person_http_reveal(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    struct str reason = STR_NONE;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "reason", JIN_REQUIRED, REASON_MAX_CHARS, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "person.reveal", "person", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(person_prepare_reveal(&rq->op, id, reason));
    return http_commit(rq, after_reveal);
}
