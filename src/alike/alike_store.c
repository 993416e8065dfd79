/* alike_store.c - starting a drive, a unit's answers, the end, on an operation. */
#include "alike/alike_store.h"

#include "change/change.h"
#include "org/text.h"
#include "problem/problem_json.h"
#include "problem/problem_store.h"

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "alike_not_found", "没有这项举一反三", "There is no such drive");
}

static enum rc has_task(struct op *op, struct uuid alike_id, struct uuid unit_id, bool *has)
{
    struct alike_task_list_row *rows;
    size_t n;
    struct alike_task_list_in in = {.hq = op->hq, .row_limit = 1, .alike_id = alike_id, .unit_id = unit_id};
    *has = false;
    if (uuid_is_none(unit_id))
        return RC_OK;
    RETURN_IF(q_alike_task_list(&op->rd, &in, &rows, &n));
    *has = n > 0;
    return RC_OK;
}

enum rc alike_load(struct op *op, struct uuid id, struct alike_by_id_row *row)
{
    bool found, mine;
    struct scope reach = policy_scope(&op->actor, ACT_ALIKE_READ);
    RETURN_IF(q_alike_by_id(&op->rd, &(struct alike_by_id_in){op->hq, id, op->now}, row, &found));
    if (!found || reach.all)
        return found ? RC_OK : not_found(op);
    RETURN_IF(has_task(op, id, reach.unit_id, &mine));
    return mine ? RC_OK : not_found(op);
}

enum rc alike_load_task(struct op *op, struct uuid id, struct alike_task_by_id_row *row)
{
    bool found;
    struct scope reach = policy_scope(&op->actor, ACT_ALIKE_READ);
    RETURN_IF(q_alike_task_by_id(&op->rd, &(struct alike_task_by_id_in){op->hq, id}, row, &found));
    bool mine = found && !uuid_is_none(reach.unit_id) && uuid_eq(row->unit_id, reach.unit_id);
    return found && (reach.all || mine) ? RC_OK : not_found(op);
}

/* ---- starting ---- */

struct sites {
    struct alike_sites_row *rows;
    size_t n;
    int64_t tasks, sites, uncovered;
};

static bool chosen(const struct alike_new *n, struct uuid unit_id)
{
    for (size_t i = 0; i < n->nunits; i++)
        if (uuid_eq(n->units[i], unit_id))
            return true;
    return n->nunits == 0;
}

static enum rc find_sites(struct op *op, const struct alike_new *n, struct str category, struct uuid site_id,
                          struct sites *out)
{
    struct alike_sites_in in = {.hq = op->hq, .category = category, .site_id = site_id, .area_from = n->area_code};
    size_t kept = 0;
    *out = (struct sites){0};
    if (in.area_from.p)
        in.area_to = str_prefix_end(OP_ARENA(op), in.area_from);
    RETURN_IF(q_alike_sites(&op->rd, &in, &out->rows, &out->n));
    for (size_t i = 0; i < out->n; i++) {
        if (uuid_is_none(out->rows[i].unit_id)) {
            out->uncovered = out->rows[i].n;
        } else if (chosen(n, out->rows[i].unit_id)) {
            out->sites += out->rows[i].n;
            out->rows[kept++] = out->rows[i];
        }
    }
    out->n = kept;
    out->tasks = (int64_t)kept;
    if (kept == 0)
        return OP_FAIL(op, RC_CONFLICT, "nothing_alike", "所选范围内没有同类点位", "There are no sites alike in what was chosen");
    if (kept > ALIKE_UNITS_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_many", "涉及单位过多，请缩小范围", "Too many units; choose less");
    return RC_OK;
}

static void add_tasks(struct op *op, const struct alike_new *n, struct str category, struct uuid site_id,
                      const struct sites *s)
{
    struct uuid *units = ARENA_MANY(OP_ARENA(op), struct uuid, s->n);
    for (size_t i = 0; i < s->n; i++) {
        units[i] = s->rows[i].unit_id;
        fx_alike_task_add(&op->plan.fx, &(struct alike_task_add_in){.hq = op->hq,
                                                                    .id = change_row_id(op),
                                                                    .alike_id = n->id,
                                                                    .unit_id = s->rows[i].unit_id,
                                                                    .due_ms = n->due_ms,
                                                                    .sites = s->rows[i].n});
    }
    struct effect *e = fx_alike_answers_open(&op->plan.fx, &(struct alike_answers_open_in){
        .hq = op->hq, .alike_id = n->id, .category = category, .site_id = site_id, .area_from = n->area_code,
        .area_to = n->area_code.p ? str_prefix_end(OP_ARENA(op), n->area_code) : STR_NONE});
    e->min = e->max = s->sites;
    change_announce(op, &(struct announcement){
        .rule = "alike_started", .subject_kind = "alike", .subject_id = n->id, .units = units, .nunits = s->n,
        .zh = STR("有一项举一反三排查任务待办"), .en = STR("A drive asks you to check all sites alike")});
}

static struct str title_of(struct op *op, const struct alike_new *n, const struct problem_by_id_row *p)
{
    struct str d = p->description;
    size_t at = d.n < 120 ? d.n : 120;
    if (n->title.n)
        return n->title;
    while (at > 0 && at < d.n && ((unsigned char)d.p[at] & 0xC0) == 0x80)
        at--;
    return str_fmt(OP_ARENA(op), "举一反三：%.*s", (int)at, d.p);
}

enum rc alike_prepare_start(struct op *op, const struct alike_new *n)
{
    struct problem_by_id_row p;
    struct sites sites;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_START, NULL));
    RETURN_IF(problem_load(op, n->problem_id, &p));
    struct str category = n->category_code.n ? n->category_code : p.category_code;
    if (p.held)
        return OP_FAIL(op, RC_CONFLICT, "problem_held", "暗访问题尚未公开，不得举一反三",
                       "Nothing is started from a problem of a covert round before it is disclosed");
    if (!category.n)
        fail_field(op->rd.fault, STR("/category_code"), "required", "请选择点位类别", "Choose a category of sites");
    if (n->due_ms <= op->now)
        fail_field(op->rd.fault, STR("/due_at"), "in_the_past", "截止时间应晚于现在", "The date must lie ahead");
    if (fault_has_fields(op->rd.fault))
        return op->rd.fault->rc;
    RETURN_IF(find_sites(op, n, category, p.site_id, &sites));
    fx_alike_add(&op->plan.fx, &(struct alike_add_in){
        .hq = op->hq, .id = n->id, .problem_id = p.id, .title = title_of(op, n, &p), .work_standard = n->work_standard,
        .category_code = category, .criterion_id = p.criterion_id, .area_code = n->area_code, .due_ms = n->due_ms,
        .started_ms = op->now, .started_by = op->actor.person_id, .tasks = sites.tasks, .sites = sites.sites,
        .uncovered = sites.uncovered});
    add_tasks(op, n, category, p.site_id, &sites);
    if (!p.typical)
        fx_alike_typical(&op->plan.fx, &(struct alike_typical_in){op->hq, p.id});
    return problem_prepare_mark(op, &p, &(struct problem_mark){.event = "alike", .note = n->work_standard});
}

/* ---- a unit's answers ---- */

static enum rc raise(struct op *op, const struct alike_task_by_id_row *t, const struct alike_site_row *site,
                     const struct alike_reply *r, struct str at)
{
    struct problem_criterion_row c;
    bool found = false;
    struct problem_new p = {.id = r->problem_id,
                            .source = PROBLEM_BY_ALIKE,
                            .state = PROBLEM_REPORTED,
                            .site_id = r->site_id,
                            .site_name = site->name,
                            .area_code = site->area_code,
                            .category_code = site->category_code,
                            .criterion_id = t->criterion_id,
                            .description = r->note,
                            .severity = "general",
                            .limit_kind = LIMIT_WORKING_DAYS,
                            .limit_amount = PROBLEM_DEFAULT_LIMIT_DAYS,
                            .photos = r->photos,
                            .nphotos = r->nphotos,
                            .alike_id = t->alike_id};
    if (!uuid_is_none(t->criterion_id))
        RETURN_IF(q_problem_criterion(&op->rd, &(struct problem_criterion_in){op->hq, t->criterion_id}, &c, &found));
    if (found) {
        p.severity = str_is(c.severity, "key") ? "key" : "general";
        p.limit_kind = (enum limit_kind)problem_name_index(limit_kind_names, c.limit_kind);
        p.limit_amount = c.limit_amount;
    }
    return problem_prepare_new(op, &p, at);
}

static void add_photos(struct op *op, struct uuid task_id, struct uuid site_id, const char *role,
                       const struct sha256 *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fx_alike_photo_add(&op->plan.fx, &(struct alike_photo_add_in){.hq = op->hq,
                                                                      .task_id = task_id,
                                                                      .site_id = site_id,
                                                                      .role = str_of(role),
                                                                      .sha256 = list[i],
                                                                      .order_no = (int64_t)i});
}

static enum rc answer_one(struct op *op, const struct alike_task_by_id_row *t, const struct alike_reply *r, size_t i)
{
    static const struct miss answered = {RC_CONFLICT, "answered_already", "该点位已填报", "This site has been answered for"};
    struct alike_site_row site;
    bool found;
    struct str at = str_fmt(OP_ARENA(op), "/answers/%zu", i);
    RETURN_IF(q_alike_site(&op->rd, &(struct alike_site_in){op->hq, t->id, r->site_id}, &site, &found));
    if (!found)
        return fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/site_id", STR_ARG(at)), "site_missing",
                          "该点位不在本任务内", "This site is not part of the task");
    if (site.result.p)
        return OP_FAIL(op, RC_CONFLICT, "answered_already", "该点位已填报", "This site has been answered for");
    struct effect *e = NULL;
    if (r->result == ALIKE_FOUND)
        RETURN_IF(raise(op, t, &site, r, at));
    else
        RETURN_IF(problem_check_photos(op, r->photos, r->nphotos, str_fmt(OP_ARENA(op), "%.*s/photos", STR_ARG(at))));
    e = fx_alike_answer_set(&op->plan.fx, &(struct alike_answer_set_in){
        .hq = op->hq, .task_id = t->id, .site_id = r->site_id, .result = str_of(alike_result_names[r->result]),
        .note = text_or_none(r->note), .problem_id = r->result == ALIKE_FOUND ? r->problem_id : UUID_NONE,
        .answered_ms = op->now, .answered_by = op->actor.person_id});
    e->on_miss = &answered;
    if (r->result == ALIKE_FOUND)
        return RC_OK;
    RETURN_IF(problem_check_photos(op, r->after, r->nafter, str_fmt(OP_ARENA(op), "%.*s/after_photos", STR_ARG(at))));
    add_photos(op, t->id, r->site_id, "before", r->photos, r->nphotos);
    if (r->result == ALIKE_MENDED)
        add_photos(op, t->id, r->site_id, "after", r->after, r->nafter);
    return RC_OK;
}

enum rc alike_prepare_answer(struct op *op, struct uuid task_id, const struct alike_reply *replies, size_t n)
{
    struct alike_task_by_id_row t;
    RETURN_IF(alike_load_task(op, task_id, &t));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_ANSWER, &(struct subject){.unit_id = t.unit_id}));
    if (!str_is(t.drive_state, "open"))
        return OP_FAIL(op, RC_CONFLICT, "state_forbids", "该举一反三已结束", "This drive has ended");
    RETURN_IF(alike_check_replies(OP_ARENA(op), op->rd.fault, replies, n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(answer_one(op, &t, &replies[i], i));
    struct alike_tally sum = alike_count(replies, n);
    bool done = t.answered + sum.answered == t.sites;
    fx_alike_task_set(&op->plan.fx,
                      &(struct alike_task_set_in){.hq = op->hq,
                                                  .id = t.id,
                                                  .version = t.version,
                                                  .answered = t.answered + sum.answered,
                                                  .found = t.found + sum.found,
                                                  .mended = t.mended + sum.mended,
                                                  .not_applicable = t.not_applicable + sum.not_applicable,
                                                  .state = done ? STR("done") : STR("open"),
                                                  .done_ms = done ? SOME(op->now) : NONE_I64,
                                                  .late = t.late || op->now > t.due_ms});
    fx_alike_count_on(&op->plan.fx, &(struct alike_count_on_in){
        .hq = op->hq, .id = t.alike_id, .checked = sum.answered, .found = sum.found, .mended = sum.mended,
        .not_applicable = sum.not_applicable, .done = done, .at_ms = op->now});
    change_event(op, "alike.answered", "alike", t.alike_id, STR_NONE);
    return RC_OK;
}

enum rc alike_prepare_close(struct op *op, struct uuid id, struct str reason)
{
    struct alike_by_id_row row;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ALIKE_START, NULL));
    RETURN_IF(alike_load(op, id, &row));
    if (!str_is(row.state, "open"))
        return OP_FAIL(op, RC_CONFLICT, "state_forbids", "该举一反三已结束", "This drive has ended");
    fx_alike_close(&op->plan.fx, &(struct alike_close_in){
        .hq = op->hq, .id = id, .version = row.version, .closed_ms = op->now, .note = reason});
    return RC_OK;
}
