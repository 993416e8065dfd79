/*
 * works_problems.c - the problems improvement works will end: linking, filing them as rectified with the works'
 * proof in batches, striking them off many at a time. Each goes through the case's own machine.
 */
#include "works/works_store.h"

#include "change/change.h"
#include "org/text.h"
#include "problem/problem_store.h"

static enum rc office_only(struct op *op)
{
    return policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_DISPATCH, NULL);
}

static enum rc load_linkable(struct op *op, struct uuid id, struct str at, struct problem_by_id_row *p)
{
    RETURN_IF(problem_load(op, id, p));
    if (p->held)
        fail_field(op->rd.fault, at, "problem_held", "暗访问题尚未公开，不得关联工程",
                   "A problem of a covert round is not linked before it is disclosed");
    else if (p->closed_ms.has)
        fail_field(op->rd.fault, at, "closed", "该问题已办结", "The problem is closed");
    else if (!uuid_is_none(p->works_id))
        fail_field(op->rd.fault, at, "linked_already", "该问题已关联工程", "The problem waits for works already");
    return fault_has_fields(op->rd.fault) ? op->rd.fault->rc : RC_OK;
}

static enum rc mark(struct op *op, const struct problem_by_id_row *p, const char *event,
                    const struct works_by_id_row *w, struct str reason)
{
    return problem_prepare_mark(op, p, &(struct problem_mark){
        .event = event, .unit_id = w->lead_unit_id,
        .note = str_fmt(OP_ARENA(op), "%.*s：%.*s", STR_ARG(w->title), STR_ARG(reason))});
}

enum rc works_prepare_link(struct op *op, const struct works_link *l)
{
    struct works_by_id_row w;
    RETURN_IF(office_only(op));
    RETURN_IF(works_load(op, l->id, &w));
    if (!works_is_open(&w))
        return works_wrong_state(op);
    for (size_t i = 0; i < l->n; i++) {
        struct problem_by_id_row p;
        struct str at = str_fmt(OP_ARENA(op), "/problem_ids/%zu", i);
        for (size_t k = 0; k < i; k++)
            if (uuid_eq(l->problems[i], l->problems[k]))
                return fail_field(op->rd.fault, at, "problem_twice", "同一问题重复", "The same problem twice");
        RETURN_IF(load_linkable(op, l->problems[i], at, &p));
        RETURN_IF(mark(op, &p, "works_link", &w, l->reason));
        fx_works_problem_set(&op->plan.fx, &(struct works_problem_set_in){op->hq, p.id, l->id});
    }
    return RC_OK;
}

enum rc works_prepare_unlink(struct op *op, struct uuid id, struct uuid problem_id, struct str reason)
{
    struct works_by_id_row w;
    struct problem_by_id_row p;
    RETURN_IF(office_only(op));
    RETURN_IF(works_load(op, id, &w));
    RETURN_IF(problem_load(op, problem_id, &p));
    if (!uuid_eq(p.works_id, id) || p.closed_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "not_linked", "该问题未关联此工程，或已办结",
                       "The problem does not wait for these works, or is closed");
    RETURN_IF(mark(op, &p, "works_unlink", &w, reason));
    fx_works_problem_set(&op->plan.fx, &(struct works_problem_set_in){op->hq, p.id, UUID_NONE});
    return RC_OK;
}

/* ---- filing ---- */

/* One that cannot be filed now (a level below is open, a guard forbids) stays linked and is left out of the batch. */
static bool file_one(struct op *op, const struct works_by_id_row *w, struct uuid id, const struct works_proof *proof)
{
    struct problem_by_id_row p;
    size_t before = op->plan.fx.n;
    bool found;
    /* By linking, the office gave it into the lead unit's hands. */
    struct subject s = {.unit_id = w->lead_unit_id};
    struct problem_act act = {
        .event = PROBLEM_EV_RECTIFY, .note = proof->note, .photos = proof->photos, .nphotos = proof->nphotos};
    enum rc rc = q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = id}, &p, &found);
    if (rc == RC_OK)
        rc = problem_prepare_step(op, &p, &s, &act);
    if (rc == RC_OK)
        return true;
    op->plan.fx.n = before;
    fault_clear(op->rd.fault);
    return false;
}

static enum rc file_batch(struct op *op, const struct works_by_id_row *w, const struct works_proof *proof,
                          size_t *filed)
{
    struct works_problems_row *rows;
    struct works_problems_in in = {
        .hq = op->hq, .works_id = w->id, .row_limit = 4 * WORKS_BATCH, .state = STR("accepted")};
    size_t n;
    *filed = 0;
    RETURN_IF(q_works_problems(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n && *filed < WORKS_BATCH; i++)
        *filed += file_one(op, w, rows[i].id, proof);
    return RC_OK;
}

enum rc works_prepare_complete(struct op *op, const struct works_proof *p)
{
    struct works_by_id_row w;
    struct works_photos_row *old;
    size_t filed, nold;
    RETURN_IF(works_load(op, p->id, &w));
    RETURN_IF(
        policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_RECTIFY, &(struct subject){.unit_id = w.lead_unit_id}));
    if (!works_is_open(&w))
        return works_wrong_state(op);
    if (p->nphotos == 0)
        return fail_field(op->rd.fault, STR("/photos"), "evidence_required", "请附完工照片",
                          "Attach a photograph of the finished works");
    RETURN_IF(problem_check_photos(op, p->photos, p->nphotos, STR("/photos")));
    RETURN_IF(q_works_photos(&op->rd, &(struct works_photos_in){op->hq, p->id}, &old, &nold));
    fx_works_completed(&op->plan.fx, &(struct works_completed_in){.hq = op->hq,
                                                                  .id = p->id,
                                                                  .version = w.version,
                                                                  .completed_ms = SOME(op->now),
                                                                  .completed_by = op->actor.person_id,
                                                                  .note = text_or_none(p->note),
                                                                  .state = STR("completed")});
    if (nold) {
        struct effect *e = fx_works_photo_clear(&op->plan.fx, &(struct works_photo_clear_in){op->hq, p->id});
        e->min = e->max = (int64_t)nold;
    }
    for (size_t i = 0; i < p->nphotos; i++)
        fx_works_photo_add(&op->plan.fx, &(struct works_photo_add_in){
            .hq = op->hq, .id = p->id, .sha256 = p->photos[i], .order_no = (int64_t)i});
    return file_batch(op, &w, p, &filed);
}

enum rc works_prepare_file(struct op *op, struct uuid id)
{
    struct works_by_id_row w;
    struct works_photos_row *rows;
    size_t n, filed;
    RETURN_IF(works_load(op, id, &w));
    RETURN_IF(
        policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_RECTIFY, &(struct subject){.unit_id = w.lead_unit_id}));
    if (!str_is(w.state, "completed"))
        return works_wrong_state(op);
    RETURN_IF(q_works_photos(&op->rd, &(struct works_photos_in){op->hq, id}, &rows, &n));
    struct sha256 *photos = ARENA_MANY(OP_ARENA(op), struct sha256, n + 1);
    for (size_t i = 0; i < n; i++)
        photos[i] = rows[i].sha256;
    RETURN_IF(
        file_batch(op, &w, &(struct works_proof){.note = w.complete_note, .photos = photos, .nphotos = n}, &filed));
    if (filed == 0)
        return OP_FAIL(op, RC_CONFLICT, "nothing_to_file", "没有可以反馈整改的关联问题",
                       "No linked problem can be filed as rectified now");
    return RC_OK;
}

enum rc works_prepare_recheck(struct op *op, const struct works_recheck *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct problem_by_id_row p;
        struct problem_act act = {.event = PROBLEM_EV_STRIKE_OFF, .note = r->proof.note, .photos = r->proof.photos,
                                  .nphotos = r->proof.nphotos};
        RETURN_IF(problem_load(op, r->problems[i], &p));
        if (!uuid_eq(p.works_id, r->id))
            return fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "/problem_ids/%zu", i), "not_linked", "该问题未关联此工程",
                              "The problem does not wait for these works");
        for (size_t k = 0; k < i; k++)
            if (uuid_eq(r->problems[i], r->problems[k]))
                return fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "/problem_ids/%zu", i), "problem_twice", "同一问题重复",
                                  "The same problem twice");
        RETURN_IF(problem_prepare_act(op, r->problems[i], &act));
    }
    return RC_OK;
}
