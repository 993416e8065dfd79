/* parts.c - see parts.h. */
#include "lookback/parts.h"

#include "org/text.h"

void parts_ids(struct jin *in, const char *key, int required, size_t max, const struct uuid **out, size_t *n)
{
    *n = 0;
    if (!jin_arr(in, key, required, max, n) || *n == 0)
        return;
    struct uuid *list = ARENA_MANY(in->arena, struct uuid, *n);
    for (size_t i = 0; i < *n; i++)
        jin_arr_uuid(in, key, i, &list[i]);
    *out = list;
}

void parts_number(struct json_out *j, const char *key, struct arena *a, int64_t year, int64_t number)
{
    if (number > 0)
        jo_str(j, key, str_fmt(a, "%lld-%06lld", (long long)year, (long long)number));
    else
        jo_null(j, key);
}

void parts_rate(struct json_out *j, const char *key, int64_t part, int64_t of)
{
    jo_obj(j, key);
    jo_i64(j, "part", part);
    jo_i64(j, "of", of);
    if (of)
        jo_scaled(j, "percent", (part * 20000 + of) / (2 * of), 2);
    else
        jo_null(j, "percent");
    jo_end(j);
}

enum rc parts_reasoned(struct request *rq, const char *kind, const char *subject_kind,
                       enum rc (*prepare)(struct op *op, struct uuid id, struct str reason), handler_fn *after)
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
    RETURN_IF(request_command(rq, &in, kind, subject_kind, id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(prepare(&rq->op, id, reason));
    return http_commit(rq, after);
}
