/* self_check_store.c - the self-check ledger on an operation. */
#include "alike/self_check.h"

#include "change/change.h"
#include "org/text.h"
#include "problem/problem_json.h"
#include "problem/problem_store.h"
#include "round/draw_store.h"

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "self_check_not_found", "没有这条自查记录", "There is no such entry");
}

enum rc self_check_load(struct op *op, struct uuid id, struct self_check_by_id_row *row)
{
    bool found;
    struct scope reach = policy_scope(&op->actor, ACT_ALIKE_READ);
    RETURN_IF(q_self_check_by_id(&op->rd, &(struct self_check_by_id_in){op->hq, id}, row, &found));
    bool mine = found && !uuid_is_none(reach.unit_id) && uuid_eq(row->unit_id, reach.unit_id);
    return found && (reach.all || mine) ? RC_OK : not_found(op);
}

/* The unit's own, still open. */
static enum rc load_open(struct op *op, struct uuid id, struct self_check_by_id_row *row)
{
    RETURN_IF(self_check_load(op, id, row));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_ANSWER, &(struct subject){.unit_id = row->unit_id}));
    if (str_is(row->state, "open"))
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "state_forbids", "该记录已办结，不能再进行此操作",
                   "This entry has been closed; nothing more can be done to it");
}

static void add_photos(struct op *op, struct uuid id, const char *role, const struct sha256 *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fx_self_check_photo_add(&op->plan.fx, &(struct self_check_photo_add_in){
            .hq = op->hq, .id = id, .role = str_of(role), .sha256 = list[i], .order_no = (int64_t)i});
}

/* Site, or area and words. */
static enum rc place_of(struct op *op, const struct self_check_new *n, struct self_check_add_in *row)
{
    struct problem_site_row site;
    struct problem_area_row area;
    bool found = true;
    if (uuid_is_none(n->site_id) && uuid_is_none(n->area_id))
        return fail_field(op->rd.fault, STR("/site_id"), "required", "请选择点位或所在区域", "Choose a site or an area");
    if (!uuid_is_none(n->site_id)) {
        RETURN_IF(q_problem_site(&op->rd, &(struct problem_site_in){op->hq, n->site_id}, &site, &found));
        if (!found)
            return fail_field(op->rd.fault, STR("/site_id"), "site_missing", "没有这个点位", "There is no such site");
        row->area_code = site.area_code;
        row->category_code = site.category_code;
        return RC_OK;
    }
    RETURN_IF(q_problem_area(&op->rd, &(struct problem_area_in){op->hq, n->area_id}, &area, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/area_id"), "area_missing", "没有这个区域", "There is no such area");
    row->area_code = area.code;
    return RC_OK;
}

static enum rc check_criterion(struct op *op, struct uuid id)
{
    struct problem_criterion_row c;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(q_problem_criterion(&op->rd, &(struct problem_criterion_in){op->hq, id}, &c, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/criterion_id"), "criterion_missing", "没有这条标准",
                          "There is no such criterion");
    return RC_OK;
}

enum rc self_check_prepare_new(struct op *op, const struct self_check_new *n)
{
    struct self_check_add_in row = {.hq = op->hq,
                                    .id = n->id,
                                    .unit_id = op->actor.unit_id,
                                    .site_id = n->site_id,
                                    .place = text_or_none(n->place),
                                    .criterion_id = n->criterion_id,
                                    .description = n->description,
                                    .found_ms = op->now,
                                    .found_by = op->actor.person_id,
                                    .nodes = (int64_t)n->nnodes,
                                    .next_due_ms = n->nnodes ? SOME(n->nodes[0].due_ms) : NONE_I64};
    RETURN_IF(
        policy_check(op->rd.fault, &op->actor, ACT_ALIKE_ANSWER, &(struct subject){.unit_id = op->actor.unit_id}));
    RETURN_IF(self_check_nodes_check(OP_ARENA(op), op->rd.fault, n->nodes, n->nnodes));
    RETURN_IF(place_of(op, n, &row));
    RETURN_IF(check_criterion(op, n->criterion_id));
    RETURN_IF(problem_check_photos(op, n->photos, n->nphotos, STR("/photos")));
    fx_self_check_add(&op->plan.fx, &row);
    for (size_t i = 0; i < n->nnodes; i++)
        fx_self_check_node_add(&op->plan.fx, &(struct self_check_node_add_in){.hq = op->hq,
                                                                              .id = n->id,
                                                                              .seq = (int64_t)i + 1,
                                                                              .title = n->nodes[i].title,
                                                                              .due_ms = n->nodes[i].due_ms});
    add_photos(op, n->id, "before", n->photos, n->nphotos);
    return RC_OK;
}

enum rc self_check_prepare_node(struct op *op, struct uuid id, int64_t seq, struct str note)
{
    struct self_check_by_id_row row;
    struct self_check_nodes_row *nodes;
    size_t n;
    RETURN_IF(load_open(op, id, &row));
    RETURN_IF(q_self_check_nodes(&op->rd, &(struct self_check_nodes_in){op->hq, id}, &nodes, &n));
    if (seq != row.nodes_done + 1 || seq > row.nodes)
        return OP_FAIL(op, RC_CONFLICT, "not_the_next_node", "应按顺序完成节点", "Nodes are done one after the other");
    fx_self_check_node_done(&op->plan.fx, &(struct self_check_node_done_in){
        .hq = op->hq, .id = id, .seq = seq, .done_ms = op->now, .note = text_or_none(note)});
    fx_self_check_advance(&op->plan.fx, &(struct self_check_advance_in){
        .hq = op->hq, .id = id, .version = row.version, .nodes_done = seq,
        .next_due_ms = seq < (int64_t)n ? SOME(nodes[seq].due_ms) : NONE_I64});
    return RC_OK;
}

enum rc self_check_prepare_close(struct op *op, const struct self_check_proof *p)
{
    struct self_check_by_id_row row;
    RETURN_IF(load_open(op, p->id, &row));
    if (p->nphotos == 0)
        return fail_field(op->rd.fault, STR("/photos"), "evidence_required", "请附整改后的照片",
                          "Attach a photograph taken afterwards");
    RETURN_IF(problem_check_photos(op, p->photos, p->nphotos, STR("/photos")));
    for (int64_t seq = row.nodes_done + 1; seq <= row.nodes; seq++)
        fx_self_check_node_done(&op->plan.fx, &(struct self_check_node_done_in){
                                                  .hq = op->hq, .id = p->id, .seq = seq, .done_ms = op->now});
    fx_self_check_end(&op->plan.fx, &(struct self_check_end_in){.hq = op->hq,
                                                                .id = p->id,
                                                                .version = row.version,
                                                                .state = STR("closed"),
                                                                .closed_ms = op->now,
                                                                .note = text_or_none(p->note)});
    add_photos(op, p->id, "after", p->photos, p->nphotos);
    return RC_OK;
}

/* The photographs of the finding go along. */
static enum rc found_photos(struct op *op, struct uuid id, struct problem_new *p)
{
    struct self_check_photos_row *rows;
    size_t n;
    RETURN_IF(q_self_check_photos(&op->rd, &(struct self_check_photos_in){op->hq, id}, &rows, &n));
    struct sha256 *list = ARENA_MANY(OP_ARENA(op), struct sha256, n + 1);
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].role, "before"))
            list[p->nphotos++] = rows[i].sha256;
    p->photos = list;
    return RC_OK;
}

enum rc self_check_prepare_raise(struct op *op, struct uuid id, struct uuid problem_id, struct str note)
{
    struct self_check_by_id_row row;
    struct problem_criterion_row c;
    bool found = false;
    RETURN_IF(load_open(op, id, &row));
    struct problem_new p = {
        .id = problem_id,
        .source = PROBLEM_BY_SELF_CHECK,
        .state = PROBLEM_REPORTED,
        .site_id = row.site_id,
        .site_name = row.site_name,
        .area_code = row.area_code,
        .category_code = row.category_code,
        .criterion_id = row.criterion_id,
        .place = row.place,
        .severity = "general",
        .limit_kind = LIMIT_WORKING_DAYS,
        .limit_amount = PROBLEM_DEFAULT_LIMIT_DAYS,
        .description = note.n ? str_fmt(OP_ARENA(op), "%.*s（%.*s）", STR_ARG(row.description), STR_ARG(note))
                              : row.description};
    if (!uuid_is_none(row.criterion_id))
        RETURN_IF(q_problem_criterion(&op->rd, &(struct problem_criterion_in){op->hq, row.criterion_id}, &c, &found));
    if (found) {
        p.limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, c.limit_kind);
        p.limit_amount = c.limit_amount;
        p.severity = str_is(c.severity, "key") ? "key" : "general";
    }
    RETURN_IF(found_photos(op, id, &p));
    RETURN_IF(problem_prepare_new(op, &p, STR("")));
    fx_self_check_end(&op->plan.fx, &(struct self_check_end_in){.hq = op->hq,
                                                                .id = id,
                                                                .version = row.version,
                                                                .state = STR("raised"),
                                                                .closed_ms = op->now,
                                                                .note = text_or_none(note),
                                                                .problem_id = problem_id});
    return RC_OK;
}

/* ---- the office's sample ---- */

static void stratify(struct op *op, const struct self_check_candidates_row *rows, size_t n, struct draw *d)
{
    d->strata = ARENA_MANY(OP_ARENA(op), struct draw_stratum, n);
    for (size_t i = 0; i < n; i++) {
        struct str key = uuid_str(OP_ARENA(op), rows[i].unit_id);
        size_t h = 0;
        while (h < d->nstrata && !str_eq(d->strata[h].key, key))
            h++;
        if (h == d->nstrata)
            d->strata[d->nstrata++] =
                (struct draw_stratum){.key = key, .ids = ARENA_MANY(OP_ARENA(op), struct uuid, n)};
        d->strata[h].ids[d->strata[h].n++] = rows[i].id;
    }
}

enum rc self_check_prepare_sample(struct op *op, const struct self_check_sample_new *n)
{
    struct self_check_candidates_row *rows;
    size_t count;
    struct self_check_candidates_in in = {
        .hq = op->hq, .from_ms = n->from_ms, .to_ms = n->to_ms, .unit_id = n->unit_id, .row_limit = 2000};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_START, NULL));
    RETURN_IF(q_self_check_candidates(&op->rd, &in, &rows, &count));
    if (count == 0)
        return OP_FAIL(op, RC_CONFLICT, "nothing_to_draw", "所选期间没有可抽查的办结记录",
                       "Nothing closed in this period is left to draw");
    struct draw d = {.subject_kind = "self_check", .subject_id = n->id, .no = 1,
                     .take = (size_t)n->take < count ? (size_t)n->take : count};
    stratify(op, rows, count, &d);
    fx_self_check_sample_add(&op->plan.fx, &(struct self_check_sample_add_in){
        .hq = op->hq, .id = n->id, .from_ms = n->from_ms, .to_ms = n->to_ms, .unit_id = n->unit_id,
        .candidates = (int64_t)count, .taken = (int64_t)d.take, .at_ms = op->now, .by_id = op->actor.person_id});
    RETURN_IF(draw_prepare(op, &d));
    draw_release(op, "self_check", n->id);
    for (size_t h = 0; h < d.nstrata; h++)
        for (size_t k = 0; k < d.strata[h].quota; k++)
            fx_self_check_drawn(&op->plan.fx, &(struct self_check_drawn_in){
                .hq = op->hq, .id = d.strata[h].drawn[k], .sample_id = n->id});
    return RC_OK;
}

enum rc self_check_prepare_verdict(struct op *op, const struct self_check_proof *p, bool confirmed)
{
    struct self_check_by_id_row row;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_START, NULL));
    RETURN_IF(self_check_load(op, p->id, &row));
    if (uuid_is_none(row.sample_id) || row.sample_result.p)
        return OP_FAIL(op, RC_CONFLICT, "not_drawn", "该记录未被抽中，或已核查", "This entry was not drawn, or has been looked at");
    if (uuid_eq(row.found_by, op->actor.person_id) || uuid_eq(row.unit_id, op->actor.unit_id))
        return OP_FAIL(op, RC_FORBIDDEN, "recheck_own_unit", "不得抽查本单位的自查记录",
                       "Nobody looks at the entries of their own unit");
    if (!confirmed && str_empty(str_trim(p->note)))
        return fail_field(op->rd.fault, STR("/note"), "required", "请写明提示内容", "Say what is noted");
    RETURN_IF(problem_check_photos(op, p->photos, p->nphotos, STR("/photos")));
    fx_self_check_judged(&op->plan.fx, &(struct self_check_judged_in){
        .hq = op->hq, .id = p->id, .version = row.version, .result = confirmed ? STR("confirmed") : STR("noted"),
        .note = text_or_none(p->note), .at_ms = op->now, .by_id = op->actor.person_id});
    add_photos(op, p->id, "check", p->photos, p->nphotos);
    return RC_OK;
}
