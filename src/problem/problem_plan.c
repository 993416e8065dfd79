/* problem_plan.c - see problem_plan.h. */
#include "problem/problem_plan.h"

#include "change/change.h"

struct str problem_optional(struct str s)
{
    return s.n ? s : STR_NONE;
}

int64_t problem_units(enum limit_kind kind, int64_t ms)
{
    return ms / (kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS ? HOUR_MS : DAY_MS);
}

struct str problem_payload(struct op *op, const char *event, int64_t seq)
{
    return str_fmt(OP_ARENA(op), "{\"event\":\"%s\",\"seq\":%lld}", event, (long long)seq);
}

enum rc problem_check_photos(struct op *op, const struct sha256 *photos, size_t n, struct str at)
{
    for (size_t i = 0; i < n; i++) {
        struct problem_photo_stored_row row;
        bool found;
        struct problem_photo_stored_in in = {.hq = op->hq, .sha256 = photos[i]};
        RETURN_IF(q_problem_photo_stored(&op->rd, &in, &row, &found));
        if (!found)
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/%zu", STR_ARG(at), i), "photo_missing",
                       "照片尚未上传", "The photograph has not been uploaded");
        for (size_t j = 0; j < i; j++)
            if (sha256_eq(photos[i], photos[j]))
                fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/%zu", STR_ARG(at), i), "photo_twice",
                           "同一张照片重复", "The same photograph twice");
    }
    return op->rd.fault->rc;
}

void problem_add_photos(struct op *op, struct uuid id, int64_t seq, const struct problem_photo_list *photos)
{
    for (size_t i = 0; i < photos->n; i++)
        fx_problem_photo_add(&op->plan.fx, &(struct problem_photo_add_in){
            .hq = op->hq, .problem_id = id, .seq = seq, .sha256 = photos->list[i], .role = str_of(photos->role),
            .order_no = (int64_t)i});
}

void problem_add_event(struct op *op, struct uuid id, int64_t seq, const struct problem_step *s)
{
    bool ended = s->from && s->to->ended_stage != PROBLEM_STAGE_NONE;
    fx_problem_event_add(&op->plan.fx, &(struct problem_event_add_in){
        .hq = op->hq, .problem_id = id, .seq = seq, .event = str_of(s->event),
        .from_state = s->from ? str_of(problem_state_names[s->from->state]) : STR_NONE,
        .to_state = str_of(problem_state_names[s->to->state]), .actor_id = op->actor.person_id,
        .actor_unit_id = op->actor.unit_id, .unit_id = uuid_is_none(s->unit_id) ? s->to->unit_id : s->unit_id,
        .at_ms = op->now, .due_ms = s->to->handling.due_ms, .note = problem_optional(s->note),
        .command_id = op->plan.command.id,
        .stage = ended ? str_of(problem_stage_names[s->to->ended_stage]) : STR_NONE,
        .late = ended ? SOME_BOOL(s->to->ended_late) : (struct opt_bool){0}, .request_id = s->request_id});
}
