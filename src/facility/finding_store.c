/* finding_store.c - checks of frontages and what they find: first the shop mends it itself (自改), else it becomes a problem. */
#include "facility_internal.h"

struct frontage_finding finding_of_row(const struct finding_get_row *r)
{
    struct frontage_finding x = {
        .id = r->id, .frontage_id = r->frontage_id, .check_id = r->check_id, .frontage_name = r->frontage_name,
        .frontage_code = r->frontage_code, .area_code = r->area_code, .item_code = r->item_code, .site_id = r->site_id,
        .units = {r->unit_id, r->subject_unit_id, r->territory_unit_id, r->supervising_unit_id}, .found_ms = r->found_ms,
        .mend_by_ms = r->mend_by_ms, .finder_id = r->finder_id, .finder_unit_id = r->finder_unit_id, .note = r->note,
        .mend_note = r->mend_note, .mended_ms = r->mended_ms, .mended_by = r->mended_by, .problem_id = r->problem_id,
        .version = r->version};
    while (x.state < FRONTAGE_STATES - 1 && !str_is(r->state, frontage_state_names[x.state]))
        x.state++;
    return x;
}

static enum rc not_found(struct op *op)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这条检查发现", "There is no such finding");
}

enum rc finding_read(struct op *op, struct uuid id, struct frontage_finding *out)
{
    struct finding_get_row row;
    bool found;
    RETURN_IF(q_finding_get(&op->rd, &(struct finding_get_in){op->hq, id}, &row, &found));
    if (!found)
        return not_found(op);
    *out = finding_of_row(&row);
    struct subject s = facility_subject(&op->actor, out->units, 4, out->area_code);
    if (policy_check(op->rd.fault, &op->actor, ACT_FACILITY_READ, &s) == RC_OK)
        return RC_OK;
    fault_clear(op->rd.fault);
    return not_found(op);
}

/* ---- a check ---- */

struct look {
    const struct frontage_look *in;
    const struct frontage *frontage;
    struct finding_get_row *waiting;
    size_t nwaiting;
    struct frontage_finding *now;
    size_t nnow;
};

static enum rc check_item(struct op *op, const struct look *l, size_t i, struct facility_kind *kind)
{
    const struct frontage_item *item = &l->in->items[i];
    struct str at = str_fmt(OP_ARENA(op), "/items/%zu", i);
    const struct text_rule rule = {"/items/note", item->note, false, NOTE_MAX_CHARS};
    bool found;
    RETURN_IF(facility_kind_find(op, item->code, kind, &found));
    if (!found || kind->class != FACILITY_FRONTAGE || !kind->active)
        fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/code", STR_ARG(at)), "item_unknown", "没有这项三包内容，或已停用",
                   "There is no such item, or it is not in use");
    for (size_t k = 0; k < i; k++)
        if (str_eq(l->in->items[k].code, item->code))
            fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/code", STR_ARG(at)), "item_twice", "同一项重复", "The same item twice");
    if (!item->met && found && !kind->guidance && item->nphotos == 0)
        fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/photos", STR_ARG(at)), "evidence_required", "不符合的须附照片",
                   "What is not met needs a photograph");
    text_check(op->rd.fault, &rule, 1);
    return facility_check_photos(op, item->photos, item->nphotos, str_fmt(OP_ARENA(op), "%.*s/photos", STR_ARG(at)));
}

static struct uuid waiting_for(const struct look *l, struct str item)
{
    for (size_t i = 0; i < l->nwaiting; i++)
        if (str_eq(l->waiting[i].item_code, item))
            return l->waiting[i].id;
    return UUID_NONE;
}

/* A new finding. What has no time of its own begins as waiting too, and becomes a problem in the same change. */
static struct uuid add_finding(struct op *op, struct look *l, const struct frontage_item *item, const struct facility_kind *kind)
{
    static const struct miss stale = {RC_STALE, "changed_meanwhile", "记录刚被他人修改，请刷新后重试",
                                      "The record has just been changed by someone else; reload and try again"};
    enum frontage_state first = frontage_first(kind);
    struct frontage_finding x = {.id = change_row_id(op), .frontage_id = l->frontage->id, .check_id = l->in->id,
                        .frontage_name = l->frontage->name, .frontage_code = l->frontage->code,
                        .area_code = l->frontage->area_code, .item_code = item->code, .site_id = l->frontage->site_id,
                        .found_ms = l->in->at_ms, .finder_id = op->actor.person_id, .finder_unit_id = op->actor.unit_id,
                        .note = text_or_none(item->note), .version = 1,
                        .mend_by_ms = frontage_mend_by(op->now, kind->mend_hours)};
    memcpy(x.units, l->frontage->units, sizeof x.units);
    x.state = first == FRONTAGE_ADVISED ? FRONTAGE_ADVISED : FRONTAGE_WAITING;
    struct effect *e = fx_finding_add(&op->plan.fx, &(struct finding_add_in){
        .hq = op->hq, .id = x.id, .frontage_id = x.frontage_id, .check_id = x.check_id, .item_code = x.item_code,
        .found_ms = x.found_ms, .finder_id = x.finder_id, .finder_unit_id = x.finder_unit_id, .note = x.note,
        .mend_by_ms = x.mend_by_ms, .state = str_of(frontage_state_names[x.state])});
    e->on_clash = &stale;
    facility_add_photos(op, x.id, "found", item->photos, item->nphotos);
    if (first == FRONTAGE_RAISED)
        l->now[l->nnow++] = x;
    return x.id;
}

static enum rc add_items(struct op *op, struct look *l, const struct facility_kind *kinds)
{
    for (size_t i = 0; i < l->in->nitems; i++) {
        const struct frontage_item *item = &l->in->items[i];
        struct uuid finding = item->met ? UUID_NONE : waiting_for(l, item->code);
        if (!item->met && uuid_is_none(finding))
            finding = add_finding(op, l, item, &kinds[i]);
        fx_frontage_check_item_add(&op->plan.fx, &(struct frontage_check_item_add_in){
            .hq = op->hq, .check_id = l->in->id, .item_code = item->code, .order_no = (int64_t)i, .met = item->met,
            .finding_id = finding});
    }
    return RC_OK;
}

enum rc frontage_prepare_check(struct op *op, const struct frontage_look *in, struct frontage *f, struct frontage_finding **now,
                               size_t *nnow)
{
    static const struct miss taken = {RC_CONFLICT, "check_exists", "该编号已被使用", "This id has been used"};
    struct look l = {.in = in, .frontage = f, .now = ARENA_MANY(OP_ARENA(op), struct frontage_finding, in->nitems)};
    struct facility_kind *kinds = ARENA_MANY(OP_ARENA(op), struct facility_kind, in->nitems);
    RETURN_IF(frontage_read(op, in->frontage_id, f));
    struct subject subject = facility_subject(&op->actor, f->units, 4, f->area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_CHECK, &subject));
    if (f->closed)
        return OP_FAIL(op, RC_CONFLICT, "frontage_closed", "该商户已停业", "This shop is closed");
    facility_check_time(op, "/checked_at", in->at_ms);
    if (in->nitems == 0)
        fail_field(op->rd.fault, STR("/items"), "required", "请填写检查项目", "Give what was checked");
    for (size_t i = 0; i < in->nitems; i++)
        RETURN_IF(check_item(op, &l, i, &kinds[i]));
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(q_finding_waiting(&op->rd, &(struct finding_waiting_in){op->hq, f->id}, &l.waiting, &l.nwaiting));
    struct effect *e = fx_frontage_check_add(&op->plan.fx, &(struct frontage_check_add_in){
        .hq = op->hq, .id = in->id, .frontage_id = f->id, .at_ms = in->at_ms, .received_ms = op->now,
        .actor_id = op->actor.person_id, .actor_unit_id = op->actor.unit_id, .note = text_or_none(in->note)});
    e->on_clash = &taken;
    RETURN_IF(add_items(op, &l, kinds));
    frontage_fx_checked(op, f, in->at_ms);
    *now = l.now;
    *nnow = l.nnow;
    return RC_OK;
}

/* ---- what becomes of it ---- */

static void fx_settle(struct op *op, const struct frontage_finding *x, const struct finding_set_in *to)
{
    struct finding_set_in in = *to;
    in.hq = op->hq;
    in.id = x->id;
    in.was_version = x->version;
    fx_finding_set(&op->plan.fx, &in);
    change_event(op, "frontage.finding", "finding", x->id, STR_NONE);
}

enum rc finding_prepare_mended(struct op *op, struct uuid id, struct str note, const struct sha256 *photos, size_t n)
{
    const struct text_rule rule = {"/note", note, false, NOTE_MAX_CHARS};
    struct frontage_finding x;
    enum frontage_state after;
    RETURN_IF(finding_read(op, id, &x));
    struct subject subject = facility_subject(&op->actor, x.units, 4, x.area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_CHECK, &subject));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(facility_check_photos(op, photos, n, STR("/photos")));
    RETURN_IF(text_verdict(op->rd.fault));
    RETURN_IF(frontage_decide(op->rd.fault, x.state, x.mend_by_ms, FRONTAGE_MEND, n, op->now, &after));
    fx_settle(op, &x, &(struct finding_set_in){.state = str_of(frontage_state_names[after]), .mended_ms = SOME(op->now),
                                               .mended_by = op->actor.person_id, .mend_note = text_or_none(note)});
    facility_add_photos(op, id, "mended", photos, n);
    return RC_OK;
}

void finding_fx_raised(struct op *op, const struct frontage_finding *x, struct uuid problem_id)
{
    fx_settle(op, x, &(struct finding_set_in){.state = str_of(frontage_state_names[FRONTAGE_RAISED]), .problem_id = problem_id});
}
