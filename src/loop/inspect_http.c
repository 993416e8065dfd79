/* inspect_http.c - recording inspections over HTTP. */
#include "loop/loop_http.h"

#include "loop/inspect.h"

static enum rc reply_brief(struct request *rq)
{
    struct inspection_by_id_row row;
    RETURN_IF(inspection_load(&rq->op, rq->op.plan.command.subject_id, &row));
    jo_obj(&rq->json, NULL);
    inspection_json_brief(&rq->json, &rq->op, &row);
    jo_end(&rq->json);
    return reply_versioned(rq, rq->state && !rq->op.plan.replayed ? 201 : 200, row.version);
}

static enum rc reply_full(struct request *rq)
{
    int64_t version;
    RETURN_IF(inspection_json_full(&rq->json, &rq->op, rq->op.plan.command.subject_id, &version));
    return reply_versioned(rq, 200, version);
}

static enum rc create(struct request *rq)
{
    struct inspection_new new;
    struct command command;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(inspection_read(&in, &new));
    RETURN_IF(request_command(rq, &in, "inspection.record", "inspection", new.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(inspect_prepare_new(&rq->op, &new));
    rq->state = rq; /* a new record: 201 */
    return http_commit(rq, reply_brief);
}

static enum rc put_part(struct request *rq)
{
    struct observation_new *obs;
    struct command command;
    struct uuid id, part_id;
    struct str content;
    struct jin in;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(path_uuid(rq, "part_id", &part_id));
    RETURN_IF(request_json(rq, &in));
    if (!jin_raw(&in, "observations", JIN_REQUIRED, 1 << 20, &content))
        return rq->op.rd.fault->rc;
    inspection_read_observations(&in, &obs, &n);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "inspection.part", "inspection", id, &command));
    command.id = part_id; /* the part's own id, whoever sends it how often */
    RETURN_IF(change_begin(&rq->op, &command));
    content = str_fmt(OP_ARENA(&rq->op), "{\"observations\":%.*s}", STR_ARG(content));
    if (!rq->op.plan.replayed)
        RETURN_IF(inspect_prepare_part(&rq->op, id, part_id, content));
    return http_commit(rq, reply_brief);
}

static enum rc complete(struct request *rq)
{
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "inspection.complete", "inspection", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(inspect_prepare_complete(&rq->op, id));
    return http_commit(rq, reply_full);
}

static enum rc withdraw(struct request *rq)
{
    struct command command;
    struct uuid id, ignored;
    struct str reason;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_str(&in, "reason", JIN_REQUIRED, 1000, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "inspection.withdraw", "inspection", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(inspect_prepare_withdraw(&rq->op, id, reason));
    return http_commit(rq, reply_full);
}

static enum rc judge(struct request *rq)
{
    static const char *const decisions[] = {"accept", "reject", NULL};
    struct command command;
    struct uuid id, ignored;
    struct str reason;
    struct jin in;
    int decision = 1;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    jin_enum(&in, "decision", JIN_REQUIRED, decisions, &decision);
    jin_str(&in, "reason", JIN_REQUIRED, 1000, &reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "inspection.judge", "inspection", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(inspect_prepare_judge(&rq->op, id, decision == 0, reason));
    return http_commit(rq, reply_full);
}

const struct route inspect_routes[] = {
    {HTTP_POST, "/api/v1/inspections", ACT_INSPECT, create, 0, BODY_MAX_LARGE},
    {HTTP_PUT, "/api/v1/inspections/{id}/parts/{part_id}", ACT_INSPECT, put_part, 0, BODY_MAX_LARGE},
    {HTTP_POST, "/api/v1/inspections/{id}/complete", ACT_INSPECT, complete, 0, 0},
    {HTTP_POST, "/api/v1/inspections/{id}/withdraw", ACT_INSPECTION_READ, withdraw, 0, 0},
    {HTTP_POST, "/api/v1/inspections/{id}/judge", ACT_INSPECTION_JUDGE, judge, 0, 0},
    {0},
};
