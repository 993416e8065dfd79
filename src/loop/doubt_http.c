/* doubt_http.c - doubts about photographs over HTTP: looking them over, and deciding one. */
#include "loop/loop_http.h"

#include "auth/policy.h"
#include "doubt_sql.h"
#include "inspection/inspection_store.h"
#include "loop/doubt.h"
#include "problem/problem_store.h"

static const char *const decisions[] = {"cleared", "confirmed", NULL};

/* What a request carries from the worker, where it is searched, to its reply. */
struct asking {
    bool of_problem;
    struct uuid subject_id, doubt_id;
    struct doubts found;
    /* Deciding: */
    struct command command;
    int decision;
    struct str note;
};

static void look(struct request *rq)
{
    struct asking *k = rq->state;
    /* A fault is left on the operation and becomes the reply. */
    if (k->of_problem)
        (void)!doubt_find_problem(&rq->op, k->subject_id, &k->found);
    else
        (void)!doubt_find_inspection(&rq->op, k->subject_id, &k->found);
}

static enum rc reply_doubts(struct request *rq)
{
    const struct asking *k = rq->state;
    RETURN_IF(doubt_json(&rq->json, &rq->op, &k->found));
    return reply_json(rq, 200);
}

static enum rc list_doubts(struct request *rq, bool of_problem)
{
    struct asking *k = ARENA_NEW(OP_ARENA(&rq->op), struct asking);
    k->of_problem = of_problem;
    RETURN_IF(path_uuid(rq, "id", &k->subject_id));
    RETURN_IF(query_done(rq));
    rq->state = k;
    return http_work(rq, look, reply_doubts);
}

static enum rc problem_doubts(struct request *rq)
{
    return list_doubts(rq, true);
}

static enum rc inspection_doubts(struct request *rq)
{
    return list_doubts(rq, false);
}

/* ---- deciding ---- */

static enum rc read_decision(struct request *rq, struct jin *in, struct asking *k)
{
    struct uuid ignored;
    jin_uuid(in, "id", JIN_REQUIRED, &ignored);
    jin_enum(in, "decision", JIN_REQUIRED, decisions, &k->decision);
    jin_str(in, "note", JIN_OPTIONAL, DOUBT_NOTE_MAX, &k->note);
    if (k->decision == 0 && !k->note.n)
        fail_field(rq->op.rd.fault, STR("/note"), "required", "排除疑点须说明理由", "Say why the doubt is cleared");
    return jin_done(in);
}

static const struct doubt *wanted(const struct asking *k)
{
    for (size_t i = 0; i < k->found.n; i++)
        if (uuid_eq(k->found.list[i].id, k->doubt_id))
            return &k->found.list[i];
    return NULL;
}

/* On a problem the step shows in its timeline, without the words: those may speak of what not everybody may read. */
static enum rc prepare_for_problem(struct op *op, const struct asking *k)
{
    static const char *const marks[] = {"doubt_cleared", "doubt_confirmed"};
    struct problem_by_id_row row;
    RETURN_IF(problem_load(op, k->subject_id, &row));
    struct subject s = problem_subject(&row);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_DOUBT_JUDGE, &s));
    return problem_prepare_mark(op, &row, &(struct problem_mark){.event = marks[k->decision]});
}

static enum rc prepare_for_inspection(struct op *op, const struct asking *k)
{
    struct inspection_by_id_row row;
    RETURN_IF(inspection_load(op, k->subject_id, &row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_DOUBT_JUDGE,
                           &(struct subject){.area_code = row.area_code, .owner_id = row.inspector_id}));
    if (!uuid_eq(row.inspector_id, op->actor.person_id) && !uuid_eq(row.partner_id, op->actor.person_id))
        return RC_OK;
    return OP_FAIL(op, RC_FORBIDDEN, "doubt_own", "不得对本人检查的影像疑点作出认定",
                   "Nobody decides doubts about their own inspection");
}

static enum rc load_decisions(struct op *op, const struct asking *k, struct doubt_decisions_row **rows, size_t *n)
{
    struct doubt_decisions_in in = {op->hq, str_of(k->found.subject.kind), k->subject_id};
    return q_doubt_decisions(&op->rd, &in, rows, n);
}

static enum rc prepare_decision(struct op *op, const struct asking *k)
{
    struct doubt_decisions_row *rows;
    size_t n;
    int64_t seq = 1;
    RETURN_IF(load_decisions(op, k, &rows, &n));
    for (size_t i = 0; i < n; i++)
        seq += uuid_eq(rows[i].doubt_id, k->doubt_id);
    fx_doubt_decision_add(&op->plan.fx, &(struct doubt_decision_add_in){
        .hq = op->hq, .subject_kind = str_of(k->found.subject.kind), .subject_id = k->subject_id, .doubt_id = k->doubt_id,
        .seq = seq, .decision = str_of(decisions[k->decision]), .note = k->note.n ? k->note : STR_NONE,
        .person_id = op->actor.person_id, .at_ms = op->now});
    return k->of_problem ? prepare_for_problem(op, k) : prepare_for_inspection(op, k);
}

static enum rc decided(struct request *rq)
{
    const struct asking *k = rq->state;
    struct doubt_decisions_row *rows;
    size_t n;
    RETURN_IF(load_decisions(&rq->op, k, &rows, &n));
    struct json_out *j = &rq->json;
    jo_obj(j, NULL);
    jo_uuid(j, "doubt_id", k->doubt_id);
    doubt_json_decisions(j, k->doubt_id, rows, n);
    jo_end(j);
    return reply_json(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc decide(struct request *rq)
{
    const struct asking *k = rq->state;
    if (!wanted(k))
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "doubt_not_found", "没有这个疑点", "There is no such doubt");
    RETURN_IF(change_begin(&rq->op, &k->command));
    if (!rq->op.plan.replayed)
        RETURN_IF(prepare_decision(&rq->op, k));
    return http_commit(rq, decided);
}

static enum rc take_decision(struct request *rq, bool of_problem)
{
    struct asking *k = ARENA_NEW(OP_ARENA(&rq->op), struct asking);
    struct jin in;
    k->of_problem = of_problem;
    RETURN_IF(path_uuid(rq, "id", &k->subject_id));
    RETURN_IF(path_uuid(rq, "doubt_id", &k->doubt_id));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_decision(rq, &in, k));
    RETURN_IF(request_command(rq, &in, "doubt.decide", of_problem ? "problem" : "inspection", k->subject_id, &k->command));
    rq->state = k;
    return http_work(rq, look, decide);
}

static enum rc problem_decision(struct request *rq)
{
    return take_decision(rq, true);
}

static enum rc inspection_decision(struct request *rq)
{
    return take_decision(rq, false);
}

const struct route doubt_routes[] = {
    {HTTP_GET, "/api/v1/problems/{id}/doubts", ACT_DOUBT_READ, problem_doubts, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/doubts/{doubt_id}/decisions", ACT_DOUBT_JUDGE, problem_decision, 0, 0},
    {HTTP_GET, "/api/v1/inspections/{id}/doubts", ACT_DOUBT_READ, inspection_doubts, 0, 0},
    {HTTP_POST, "/api/v1/inspections/{id}/doubts/{doubt_id}/decisions", ACT_DOUBT_JUDGE, inspection_decision, 0, 0},
    {0},
};
