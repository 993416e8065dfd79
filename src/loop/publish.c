/* publish.c - see publish.h. One change: before it nothing shows, after it everything does. */
#include "loop/publish.h"

#include "inspection/inspection_store.h"
#include "loop/loop_http.h"
#include "problem/problem_store.h"
#include "publish_sql.h"
#include "round/draw_store.h"
#include "round/round_json.h"
#include "score/score.h"

/* Each problem takes the next public number, in the order they were reported. */
static enum rc disclose_problems(struct op *op, struct uuid round_id, size_t *disclosed)
{
    struct publish_problems_row *rows;
    size_t n;
    RETURN_IF(q_publish_problems(&op->rd, &(struct publish_problems_in){op->hq, round_id}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct problem_by_id_row row;
        bool found;
        RETURN_IF(q_problem_by_id(&op->rd, &(struct problem_by_id_in){.hq = op->hq, .id = rows[i].id}, &row, &found));
        if (found)
            problem_disclose(op, &row);
    }
    *disclosed = n;
    return RC_OK;
}

/* A problem raised between the reading and the writing would be left behind: then all is decided anew. */
static void expect_problems(struct op *op, struct uuid round_id)
{
    struct effect *e = fx_publish_none_left(&op->plan.fx, &(struct publish_none_left_in){op->hq, round_id});
    e->min = e->max = 0;
}

enum rc publish_prepare(struct op *op, struct uuid round_id)
{
    struct round_by_id_row row;
    size_t disclosed = 0;
    RETURN_IF(round_load_to(op, round_id, ACT_ROUND_PUBLISH, &row));
    RETURN_IF(round_move(op, &row, &(struct round_step){.event = ROUND_EV_PUBLISH}));
    if (round_is_held(&row)) {
        inspection_prepare_unhold(op, round_id);
        score_prepare_join(op, round_id);
        RETURN_IF(disclose_problems(op, round_id, &disclosed));
        expect_problems(op, round_id);
    }
    draw_release(op, "round", round_id);
    op->plan.command.detail = str_fmt(OP_ARENA(op), "{\"covert\":%s,\"problems_disclosed\":%zu}",
                                      row.covert ? "true" : "false", disclosed);
    change_event(op, "round.published", "round", round_id, STR_NONE);
    return RC_OK;
}

static enum rc reply_published(struct request *rq)
{
    struct round_by_id_row row;
    RETURN_IF(round_load(&rq->op, rq->op.plan.command.subject_id, &row));
    RETURN_IF(round_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, 200, row.version);
}

static enum rc publish(struct request *rq)
{
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "round.publish", "round", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(publish_prepare(&rq->op, id));
    return http_commit(rq, reply_published);
}

const struct route publish_routes[] = {
    {HTTP_POST, "/api/v1/rounds/{id}/publish", ACT_ROUND_PUBLISH, publish, 0, 0},
    {0},
};
