/* kind_store.c - see kind_store.h. */
#include "problem/kind_store.h"

#include "change/change.h"

#include <stdlib.h>

/* ---- versions ---- */

static enum rc load_stages(struct op *op, struct kind *k)
{
    struct kind_stages_row *rows;
    size_t n;
    RETURN_IF(q_kind_stages(&op->rd, &(struct kind_stages_in){op->hq, k->code, k->version_no}, &rows, &n));
    struct kind_stage *list = ARENA_MANY(OP_ARENA(op), struct kind_stage, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct kind_stage){
            .code = rows[i].stage, .name_zh = rows[i].name_zh, .name_en = rows[i].name_en, .has_limit = rows[i].limit_amount.has,
            .limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, rows[i].limit_kind),
            .limit_amount = rows[i].limit_amount.v, .compulsory = rows[i].compulsory, .proof = rows[i].proof,
            .stops_clock = rows[i].stops_clock};
    k->stages = list;
    k->nstages = n;
    return RC_OK;
}

static enum rc load_outputs(struct op *op, struct kind *k)
{
    struct kind_outputs_row *rows;
    size_t n;
    RETURN_IF(q_kind_outputs(&op->rd, &(struct kind_outputs_in){op->hq, k->code, k->version_no}, &rows, &n));
    struct kind_output *list = ARENA_MANY(OP_ARENA(op), struct kind_output, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct kind_output){
            .code = rows[i].output, .stage = rows[i].stage, .name_zh = rows[i].name_zh, .name_en = rows[i].name_en,
            .unit_zh = rows[i].unit_zh, .unit_en = rows[i].unit_en,
            .measure = (enum kind_measure)problem_name_index(kind_measure_names, rows[i].measure)};
    k->outputs = list;
    k->noutputs = n;
    return RC_OK;
}

/* A case older than a kind's first version follows the shipped one, else that first version. */
static enum rc find_version(struct op *op, struct str code, struct opt_i64 at_ms, struct kind_at_row *row, bool *found)
{
    RETURN_IF(q_kind_at(&op->rd, &(struct kind_at_in){op->hq, code, at_ms}, row, found));
    if (*found || !at_ms.has || kind_shipped_by_code(code))
        return RC_OK;
    return q_kind_first(&op->rd, &(struct kind_first_in){op->hq, code}, row, found);
}

enum rc kind_load(struct op *op, struct str code, struct opt_i64 at_ms, const struct kind **out)
{
    struct kind_at_row row;
    bool found;
    *out = NULL;
    RETURN_IF(find_version(op, code, at_ms, &row, &found));
    if (!found) {
        *out = kind_shipped_by_code(code);
        return RC_OK;
    }
    struct kind *k = ARENA_NEW(OP_ARENA(op), struct kind);
    *k = (struct kind){.code = row.code, .version_no = row.version_no, .name_zh = row.name_zh, .name_en = row.name_en,
                       .guidance_zh = row.guidance_zh, .guidance_en = row.guidance_en, .enabled = row.enabled,
                       .order_no = row.order_no, .from_ms = row.from_ms};
    RETURN_IF(load_stages(op, k));
    RETURN_IF(load_outputs(op, k));
    *out = k;
    return RC_OK;
}

static int by_order(const void *a, const void *b)
{
    const struct kind *x = *(const struct kind *const *)a, *y = *(const struct kind *const *)b;
    if (x->order_no != y->order_no)
        return x->order_no < y->order_no ? -1 : 1;
    return str_cmp(x->code, y->code);
}

enum rc kind_load_all(struct op *op, const struct kind ***out, size_t *n)
{
    struct kind_codes_row *rows;
    size_t nrows, nshipped;
    const struct kind *shipped = kind_shipped(&nshipped);
    RETURN_IF(q_kind_codes(&op->rd, &(struct kind_codes_in){op->hq}, &rows, &nrows));
    const struct kind **list = ARENA_MANY(OP_ARENA(op), const struct kind *, nrows + nshipped);
    *n = 0;
    for (size_t i = 0; i < nshipped; i++)
        RETURN_IF(kind_load(op, shipped[i].code, NONE_I64, &list[(*n)++]));
    for (size_t i = 0; i < nrows; i++)
        if (!kind_shipped_by_code(rows[i].code))
            RETURN_IF(kind_load(op, rows[i].code, NONE_I64, &list[(*n)++]));
    qsort(list, *n, sizeof *list, by_order);
    *out = list;
    return RC_OK;
}

static struct str or_none(struct str s)
{
    return s.n ? s : STR_NONE;
}

static void add_version(struct op *op, const struct kind *k, int64_t version)
{
    static const struct miss stale = {RC_STALE, "version_conflict", "该类别已被他人修改，请刷新", "Somebody has changed this kind since; reload it"};
    struct effect *e = fx_kind_add(&op->plan.fx, &(struct kind_add_in){
        .hq = op->hq, .code = k->code, .version_no = version, .name_zh = k->name_zh, .name_en = k->name_en,
        .guidance_zh = or_none(k->guidance_zh), .guidance_en = or_none(k->guidance_en), .enabled = k->enabled,
        .order_no = k->order_no, .from_ms = op->now, .by_id = op->actor.person_id});
    e->on_clash = &stale;
    for (size_t i = 0; i < k->nstages; i++) {
        const struct kind_stage *s = &k->stages[i];
        fx_kind_stage_add(&op->plan.fx, &(struct kind_stage_add_in){
            .hq = op->hq, .code = k->code, .version_no = version, .stage_no = (int64_t)i + 1, .stage = s->code,
            .name_zh = s->name_zh, .name_en = s->name_en,
            .limit_kind = s->has_limit ? str_of(limit_kind_names[s->limit_kind]) : STR_NONE,
            .limit_amount = s->has_limit ? SOME(s->limit_amount) : NONE_I64, .compulsory = s->compulsory,
            .proof = s->proof, .stops_clock = s->stops_clock});
    }
    for (size_t i = 0; i < k->noutputs; i++) {
        const struct kind_output *o = &k->outputs[i];
        fx_kind_output_add(&op->plan.fx, &(struct kind_output_add_in){
            .hq = op->hq, .code = k->code, .version_no = version, .output_no = (int64_t)i + 1, .output = o->code,
            .stage = o->stage, .name_zh = o->name_zh, .name_en = o->name_en, .unit_zh = o->unit_zh,
            .unit_en = o->unit_en, .measure = str_of(kind_measure_names[o->measure])});
    }
}

enum rc kind_prepare_put(struct op *op, const struct kind *k)
{
    const struct kind *now;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_KIND_WRITE, NULL));
    RETURN_IF(limits_load(op));
    RETURN_IF(kind_load(op, k->code, NONE_I64, &now));
    if ((now ? now->version_no : -1) != k->version_no)
        return OP_FAIL(op, RC_STALE, "version_conflict", "该类别已被他人修改，请刷新", "Somebody has changed this kind since; reload it");
    RETURN_IF(kind_check(op->rd.fault, OP_ARENA(op), limits_calendar(op), k));
    if (str_is(k->code, "general") && (k->nstages || !k->enabled))
        return fail_field(op->rd.fault, STR("/stages"), "general_is_plain", "“一般问题”不设阶段，也不能停用",
                          "The general kind has no stages and stays in use");
    add_version(op, k, now && now->version_no > 0 ? now->version_no + 1 : 1);
    return RC_OK;
}

/* ---- the case ---- */

enum rc kind_walk_load(struct op *op, const struct problem_by_id_row *row, struct kind_walk *walk)
{
    struct kind_walked_row *rows;
    size_t n;
    *walk = (struct kind_walk){0};
    RETURN_IF(kind_load(op, row->kind, SOME(row->reported_ms), &walk->kind));
    if (!walk->kind)
        walk->kind = kind_shipped_by_code(STR("general"));
    if (walk->kind->nstages == 0)
        return RC_OK;
    RETURN_IF(q_kind_walked(&op->rd, &(struct kind_walked_in){op->hq, row->id}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; s < walk->kind->nstages && s < KIND_STAGES_MAX; s++)
            if (str_eq(walk->kind->stages[s].code, rows[i].stage)) {
                walk->stands[s] = rows[i].done_ms.has ? KIND_DONE : KIND_OPEN;
                walk->due_ms[s] = rows[i].due_ms;
            }
    return RC_OK;
}

enum rc kind_check_rectify(struct op *op, const struct problem_by_id_row *row)
{
    struct kind_walk walk;
    RETURN_IF(kind_walk_load(op, row, &walk));
    return kind_check_walked(op->rd.fault, &walk);
}

enum rc kind_check_usable(struct op *op, struct str code)
{
    const struct kind *k;
    RETURN_IF(kind_load(op, code, NONE_I64, &k));
    if (!k || !k->enabled)
        return fail_field(op->rd.fault, STR("/kind"), k ? "kind_off" : "kind_missing", "没有这个问题类别，或已停用",
                          "There is no such kind, or it is switched off");
    return RC_OK;
}

static enum rc check_assignable(struct op *op, const struct problem_by_id_row *row, struct str code)
{
    struct kind_walked_row *rows;
    size_t n;
    RETURN_IF(kind_check_usable(op, code));
    RETURN_IF(q_kind_walked(&op->rd, &(struct kind_walked_in){op->hq, row->id}, &rows, &n));
    if (n > 0 || row->rectified_ms.has || row->closed_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "kind_settled", "问题已进入办理阶段或已反馈，不能再改类别",
                       "The case has walked a stage or was reported mended; its kind stays");
    return RC_OK;
}

enum rc kind_prepare_assign(struct op *op, struct uuid problem_id, struct str code, struct str note)
{
    struct problem_by_id_row row;
    RETURN_IF(problem_load(op, problem_id, &row));
    struct subject s = problem_subject(&row);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_REGISTER, &s));
    RETURN_IF(check_assignable(op, &row, code));
    fx_kind_of_problem_set(&op->plan.fx, &(struct kind_of_problem_set_in){op->hq, problem_id, code});
    return problem_prepare_mark(op, &row, &(struct problem_mark){.event = "kind", .note = note, .unit_id = row.unit_id});
}

/* What lies with law enforcement is the office's to begin and to end; all else is done by who rectifies. */
static enum rc may_walk(struct op *op, const struct problem_by_id_row *row, const struct kind *k, struct str stage)
{
    struct subject subject = problem_subject(row);
    bool stops = false;
    for (size_t i = 0; i < k->nstages; i++)
        stops = stops || (k->stages[i].stops_clock && str_eq(k->stages[i].code, stage));
    return policy_check(op->rd.fault, &op->actor, stops ? ACT_PROBLEM_STOP : ACT_PROBLEM_RECTIFY, &subject);
}

/* The case's clock stands while law enforcement has it. */
static enum rc move_clock(struct op *op, struct problem_by_id_row *row, const struct kind_walking *in)
{
    bool begins = in->step == KIND_BEGIN;
    struct problem_act act = {.event = begins ? PROBLEM_EV_STOP : PROBLEM_EV_RESTART, .note = in->note};
    struct subject subject = problem_subject(row);
    if (row->stopped_ms.has == begins)
        return RC_OK;
    RETURN_IF(problem_prepare_step(op, row, &subject, &act));
    *row = problem_row_after(row);
    return RC_OK;
}

static void add_stage(struct op *op, const struct problem_by_id_row *row, const struct kind_walking *in,
                      const struct kind_move *move)
{
    int64_t no = (int64_t)move->stage + 1;
    if (in->step == KIND_BEGIN)
        fx_kind_stage_begin(&op->plan.fx, &(struct kind_stage_begin_in){
            .hq = op->hq, .problem_id = row->id, .stage_no = no, .stage = in->stage, .begun_ms = op->now,
            .due_ms = move->due_ms, .by_id = op->actor.person_id, .unit_id = op->actor.unit_id});
    else
        fx_kind_stage_finish(&op->plan.fx, &(struct kind_stage_finish_in){
            .hq = op->hq, .problem_id = row->id, .stage_no = no, .done_ms = op->now, .late = move->late});
}

/* Counted for the unit the case is with, where the case lies. */
static enum rc add_figures(struct op *op, const struct problem_by_id_row *row, const struct kind *k,
                           const struct kind_walking *in)
{
    for (size_t i = 0; i < in->nfigures; i++) {
        const struct kind_figure *g = &in->figures[i];
        struct str at = str_fmt(OP_ARENA(op), "/outputs/%zu", i);
        if (kind_check_figure(op->rd.fault, OP_ARENA(op), k, in->stage, g, at) != RC_OK)
            continue;
        fx_kind_figure_add(&op->plan.fx, &(struct kind_figure_add_in){
            .hq = op->hq, .id = change_row_id(op), .problem_id = row->id, .kind = k->code, .stage = in->stage,
            .output = g->output, .amount_e2 = g->amount_e2, .more_than = g->more_than, .at_ms = op->now,
            .unit_id = row->unit_id, .area_code = row->area_code, .by_id = op->actor.person_id});
    }
    return op->rd.fault->rc;
}

enum rc kind_prepare_walk(struct op *op, struct uuid problem_id, const struct kind_walking *in)
{
    struct problem_by_id_row row;
    struct kind_walk walk;
    struct kind_move move;
    RETURN_IF(problem_load(op, problem_id, &row));
    RETURN_IF(limits_load(op));
    RETURN_IF(kind_walk_load(op, &row, &walk));
    RETURN_IF(may_walk(op, &row, walk.kind, in->stage));
    if (in->version.has && in->version.v != row.version)
        return OP_FAIL(op, RC_STALE, "version_conflict", "问题已被他人处理，请刷新后再操作",
                       "Somebody has acted on the problem since; reload it first");
    if (!str_is(row.state, problem_state_names[PROBLEM_ACCEPTED]))
        return OP_FAIL(op, RC_CONFLICT, "not_accepted", "问题签收后、反馈整改前才能办理各阶段",
                       "Stages are walked after the case was accepted and before it is reported mended");
    struct kind_act act = {.step = in->step, .stage = in->stage, .nphotos = in->nphotos};
    RETURN_IF(kind_decide(op->rd.fault, limits_calendar(op), &walk, &act, op->now, &move));
    const struct kind_stage *s = &walk.kind->stages[move.stage];
    if (s->stops_clock)
        RETURN_IF(move_clock(op, &row, in));
    add_stage(op, &row, in, &move);
    RETURN_IF(add_figures(op, &row, walk.kind, in));
    struct str words = str_fmt(OP_ARENA(op), "%.*s%s%.*s", STR_ARG(s->name_zh), in->note.n ? "：" : "", STR_ARG(in->note));
    return problem_prepare_mark(op, &row, &(struct problem_mark){
        .event = in->step == KIND_BEGIN ? "stage_begin" : "stage_done", .note = words, .unit_id = row.unit_id,
        .photos = in->photos, .nphotos = in->nphotos, .photo_role = "after"});
}

enum rc kind_prepare_correct(struct op *op, struct uuid figure_id, int64_t amount_e2, bool more_than)
{
    static const struct miss gone = {RC_CONFLICT, "output_corrected", "该项成果已被更正", "This figure has been corrected already"};
    struct kind_figure_by_id_row old;
    struct problem_by_id_row row;
    struct kind_walk walk;
    bool found;
    RETURN_IF(q_kind_figure_by_id(&op->rd, &(struct kind_figure_by_id_in){op->hq, figure_id}, &old, &found));
    if (!found || problem_load(op, old.problem_id, &row) != RC_OK) {
        fault_clear(op->rd.fault);
        return OP_FAIL(op, RC_NOT_FOUND, "output_not_found", "没有这项成果", "There is no such figure");
    }
    struct subject s = problem_subject(&row);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_RECTIFY, &s));
    RETURN_IF(kind_walk_load(op, &row, &walk));
    struct kind_figure g = {.output = old.output, .amount_e2 = amount_e2, .more_than = more_than};
    RETURN_IF(kind_check_figure(op->rd.fault, OP_ARENA(op), walk.kind, old.stage, &g, STR("")));
    struct uuid id = change_row_id(op);
    fx_kind_figure_add(&op->plan.fx, &(struct kind_figure_add_in){
        .hq = op->hq, .id = id, .problem_id = old.problem_id, .kind = old.kind, .stage = old.stage, .output = old.output,
        .amount_e2 = amount_e2, .more_than = more_than, .at_ms = old.at_ms, .unit_id = old.unit_id,
        .area_code = old.area_code, .by_id = op->actor.person_id, .corrects_id = figure_id});
    struct effect *e = fx_kind_figure_supersede(&op->plan.fx, &(struct kind_figure_supersede_in){op->hq, figure_id, id});
    e->on_miss = &gone;
    return problem_prepare_mark(op, &row, &(struct problem_mark){.event = "output_correct", .unit_id = row.unit_id});
}
