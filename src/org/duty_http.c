/*
 * duty_http.c - duties over HTTP: lists by person or place, creating, hand-over, end.
 */
#include "org/org_http.h"
#include "org_internal.h"

static void duty_json(struct json_out *j, const struct duty *d)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", d->id);
    jo_str(j, "kind", d->kind);
    jo_named(j, "person", d->person_id, d->person_name);
    jo_named(j, "unit", d->unit_id, d->unit_name);
    jo_str(j, "place_kind", d->place_kind);
    jo_named(j, "place", d->place_id, d->place_name);
    jo_time(j, "from", d->from_ms);
    jo_opt_time(j, "to", d->to_ms);
    jo_uuid(j, "follows_id", d->follows_id);
    jo_str(j, "note", d->note);
    jo_i64(j, "version", d->version);
    jo_end(j);
}

enum rc duty_http_list(struct request *rq)
{
    struct page page;
    struct duty_get_row *rows;
    size_t n;
    struct opt_bool in_force;
    struct duty_list_in in = {.hq = rq->op.hq};
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_uuid(rq, "person_id", &in.person_id));
    RETURN_IF(query_uuid(rq, "place_id", &in.place_id));
    RETURN_IF(query_bool(rq, "in_force", &in_force));
    RETURN_IF(query_done(rq));
    in.max_rows = page.limit + 1;
    if (in_force.has && in_force.v)
        in.in_force_ms = SOME(rq->op.now);
    if (in_force.has && !in_force.v)
        in.ended_ms = SOME(rq->op.now);
    if (page.has_cursor) {
        in.after_order = SOME(page.key_i64);
        in.after_id = page.key_id;
    }
    RETURN_IF(q_duty_list(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++) {
        struct duty d = duty_of_row(&rows[i]);
        duty_json(&rq->json, &d);
    }
    const struct duty_get_row none = {0}, *last = shown ? &rows[shown - 1] : &none;
    page_end(rq, &page, n > shown, last->person_order_no, last->id, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc reply_duty(struct request *rq, int status)
{
    struct duty d;
    RETURN_IF(duty_load(&rq->op, rq->op.plan.command.subject_id, &d));
    duty_json(&rq->json, &d);
    return reply_versioned(rq, status, d.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_duty(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_end(struct request *rq)
{
    return reply_duty(rq, 200);
}

enum rc duty_http_create(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct duty_new d = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &d.id);
    jin_str(&in, "kind", JIN_REQUIRED, 20, &d.kind);
    jin_uuid(&in, "person_id", JIN_REQUIRED, &d.person_id);
    jin_str(&in, "place_kind", JIN_REQUIRED, 20, &d.place_kind);
    jin_uuid(&in, "place_id", JIN_REQUIRED, &d.place_id);
    d.from_ms.has = jin_time(&in, "from", JIN_OPTIONAL, &d.from_ms.v);
    d.to_ms.has = jin_time(&in, "to", JIN_OPTIONAL, &d.to_ms.v);
    jin_str(&in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &d.note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "duty.create", "duty", d.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(duty_prepare_create(&rq->op, &d));
    return http_commit(rq, after_create);
}

/* What was with the predecessor there goes to the successor; not for a hand-over that lies ahead. */
static enum rc move_along(struct op *op, const struct duty_hand_over *h)
{
    struct duty d;
    if (!op->env->duty_moved || (h->at_ms.has && h->at_ms.v > op->now))
        return RC_OK;
    RETURN_IF(duty_load(op, h->id, &d));
    struct duty_move move = {.kind = d.kind, .place_kind = d.place_kind, .place_id = d.place_id,
                             .from_person_id = d.person_id, .to_person_id = h->to_person_id};
    return op->env->duty_moved(op, &move);
}

enum rc duty_http_hand_over(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct duty_hand_over h = {0};
    RETURN_IF(path_uuid(rq, "id", &h.id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &h.next_id);
    jin_uuid(&in, "to_person_id", JIN_REQUIRED, &h.to_person_id);
    h.at_ms.has = jin_time(&in, "at", JIN_OPTIONAL, &h.at_ms.v);
    jin_str(&in, "note", JIN_OPTIONAL, NOTE_MAX_CHARS, &h.note);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "duty.hand_over", "duty", h.next_id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed) {
        RETURN_IF(duty_prepare_hand_over(&rq->op, &h));
        RETURN_IF(move_along(&rq->op, &h));
    }
    return http_commit(rq, after_create);
}

enum rc duty_http_end(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "duty.end", "duty", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(duty_prepare_end(&rq->op, id));
    return http_commit(rq, after_end);
}
