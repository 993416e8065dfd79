/*
 * edition_recall.c - a withdrawn edition reaches every board that still shows it (撤换), RECALL_BATCH boards per command.
 *
 * The recall's row says how far it has come; it moves in the same transaction as the problems of the batch, and only from
 * where it was read. A batch that was interrupted is not there at all, so that each board is met once. Boards said to show
 * the edition after its withdrawal are raised by the check that says so.
 */
#include "loop/edition_raise.h"


static struct facility_kind kind_of(const struct facility_kind *kinds, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(kinds[i].code, code))
            return kinds[i];
    return (struct facility_kind){.name_zh = STR("宣传品"), .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = FACILITY_DEFAULT_DAYS};
}

static enum rc raise_board(struct op *op, const struct edition_recall_open_row *recall,
                           const struct edition_boards_after_row *b, const struct facility_kind *kind)
{
    struct arena *m = OP_ARENA(op);
    struct uuid ignored;
    struct str what = edition_words(m, kind->name_zh, b->name, b->position);
    struct edition_raise r = {.asset_id = b->id, .cause = STR("edition"), .kind = *kind, .site_id = b->site_id,
                              .site_name = b->site_name, .area_code = b->area_code, .category_code = b->category_code,
                              .place = b->position, .lon_e7 = b->lon_e7, .lat_e7 = b->lat_e7,
                              .reporter_id = recall->withdrawn_by, .state = PROBLEM_REGISTERED};
    r.description = str_fmt(m, "%.*s仍展示已撤回的内容《%.*s》（%.*s），须更换", STR_ARG(what), STR_ARG(recall->title),
                            STR_ARG(recall->label));
    fx_edition_still_shown(&op->plan.fx, &(struct edition_still_shown_in){op->hq, b->id, recall->edition_id});
    return edition_raise_new(op, &r, b->cause_problem, &ignored);
}

static enum rc prepare_batch(struct op *op, const struct edition_recall_open_row *recall)
{
    struct edition_boards_after_row *boards;
    struct facility_kind *kinds;
    size_t n, nkinds;
    int64_t raised = 0, known = 0;
    RETURN_IF(facility_kinds(op, &kinds, &nkinds));
    struct edition_boards_after_in in = {op->hq, recall->edition_id, recall->after_id, RECALL_BATCH};
    RETURN_IF(q_edition_boards_after(&op->rd, &in, &boards, &n));
    for (size_t i = 0; i < n; i++) {
        struct facility_kind kind = kind_of(kinds, nkinds, boards[i].kind_code);
        if (boards[i].cause_open)
            known++;
        else
            RETURN_IF(raise_board(op, recall, &boards[i], &kind));
        raised += !boards[i].cause_open;
    }
    fx_edition_recall_step(&op->plan.fx, &(struct edition_recall_step_in){
        .hq = op->hq, .edition_id = recall->edition_id, .was_batches = recall->batches, .raised = raised, .known = known,
        .after_id = n ? boards[n - 1].id : recall->after_id, .done_ms = n < RECALL_BATCH ? SOME(op->now) : NONE_I64});
    change_event(op, "edition.recall", "edition", recall->edition_id, STR_NONE);
    return RC_OK;
}

enum rc edition_prepare_recall(struct op *op, struct uuid edition_id)
{
    struct edition_recall_open_row recall;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_EDITION_WRITE, NULL));
    RETURN_IF(q_edition_recall_open(&op->rd, &(struct edition_recall_open_in){op->hq, edition_id}, &recall, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "该内容版本没有撤回", "This edition has not been withdrawn");
    if (recall.done_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "recall_done", "撤换任务已全部生成", "Every board has been dealt with already");
    return prepare_batch(op, &recall);
}

static enum rc one_batch(struct op *op, struct uuid edition_id)
{
    struct edition_recall_open_row recall;
    bool found;
    RETURN_IF(q_edition_recall_open(&op->rd, &(struct edition_recall_open_in){op->hq, edition_id}, &recall, &found));
    if (!found || recall.done_ms.has)
        return RC_OK;
    struct str name = str_fmt(OP_ARENA(op), "recall %lld", (long long)recall.batches);
    op->actor = (struct actor){.person_id = recall.withdrawn_by, .unit_id = recall.withdrawn_unit, .roles = ROLE_OFFICE};
    const struct command c = {.id = uuid_named(edition_id, name), .kind = "edition.recall", .content = sha256_of(name),
                              .subject_kind = "edition", .subject_id = edition_id};
    RETURN_IF(change_begin(op, &c));
    if (op->plan.replayed)
        return RC_OK;
    RETURN_IF(prepare_batch(op, &recall));
    return change_commit(op);
}

enum rc edition_recall_chore(struct op *op, bool *more)
{
    struct edition_recall_open_row recall;
    RETURN_IF(q_edition_recall_open(&op->rd, &(struct edition_recall_open_in){.hq = op->hq}, &recall, more));
    return *more ? edition_again(op, recall.edition_id, one_batch) : RC_OK;
}
