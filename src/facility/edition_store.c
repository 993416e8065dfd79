/* edition_store.c - content editions in the database: published, superseded, withdrawn; never rewritten. */
#include "facility_internal.h"

struct edition_times edition_times_of(const struct edition_get_row *r)
{
    return (struct edition_times){r->from_ms, r->superseded_ms, r->replace_by_ms, r->withdrawn_ms};
}

static struct str edition_content(struct op *op, const struct edition_new *in)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "title", in->title);
    jo_str(&d.j, "label", in->label);
    jo_str(&d.j, "theme", in->theme);
    jo_str(&d.j, "content", in->content);
    jo_opt_time(&d.j, "from", in->from_ms);
    jo_uuid(&d.j, "supersedes_id", in->supersedes_id);
    jo_opt_time(&d.j, "replace_by", in->replace_by_ms);
    return detail_close(&d, OP_ARENA(op));
}

static enum rc check_edition(struct op *op, const struct edition_new *in, int64_t from)
{
    const struct text_rule rules[] = {{"/title", in->title, true, NAME_MAX_CHARS},
                                      {"/label", in->label, true, CODE_MAX_CHARS},
                                      {"/theme", in->theme, false, NAME_MAX_CHARS},
                                      {"/content", in->content, false, NOTE_MAX_CHARS}};
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
    if (str_empty(in->content) && in->nphotos == 0)
        fail_field(op->rd.fault, STR("/content"), "required", "请填写文字内容或附画面", "Give the words or a picture");
    if (in->replace_by_ms.has && in->replace_by_ms.v < from)
        fail_field(op->rd.fault, STR("/replace_by"), "before_start", "更换期限不得早于新版启用时间",
                   "The old one may be shown at least until the new one begins");
    return facility_check_photos(op, in->photos, in->nphotos, STR("/photos"));
}

static enum rc supersede(struct op *op, const struct edition_new *in, int64_t from)
{
    static const struct miss stands = {RC_CONFLICT, "edition_settled", "该内容版本已被更替或撤回",
                                       "This edition has been superseded or withdrawn already"};
    struct edition_get_row old;
    bool found;
    if (uuid_is_none(in->supersedes_id))
        return RC_OK;
    RETURN_IF(q_edition_get(&op->rd, &(struct edition_get_in){op->hq, in->supersedes_id}, &old, &found));
    if (!found)
        return fail_field(op->rd.fault, STR("/supersedes_id"), "edition_missing", "没有这个内容版本", "There is no such edition");
    if (!uuid_is_none(old.superseded_by) || old.withdrawn_ms.has)
        return OP_FAIL(op, stands.rc, stands.code, stands.zh, stands.en);
    struct effect *e = fx_edition_supersede(&op->plan.fx, &(struct edition_supersede_in){
        op->hq, in->supersedes_id, in->id, from, in->replace_by_ms.has ? in->replace_by_ms.v : from});
    e->on_miss = &stands;
    return RC_OK;
}

enum rc edition_prepare_publish(struct op *op, const struct edition_new *in)
{
    static const struct miss taken = {RC_CONFLICT, "edition_exists", "该编号已被使用", "This id has been used"};
    int64_t from = in->from_ms.has ? in->from_ms.v : op->now;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_EDITION_WRITE, NULL));
    RETURN_IF(check_edition(op, in, from));
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e = fx_edition_add(&op->plan.fx, &(struct edition_add_in){
        .hq = op->hq, .id = in->id, .title = in->title, .label = in->label, .theme = text_or_none(in->theme),
        .content = text_or_none(in->content), .from_ms = from, .published_by = op->actor.person_id, .published_ms = op->now,
        .search_text = search_text_make(OP_ARENA(op), (struct str[]){in->title, in->label, in->theme}, 3)});
    e->on_clash = &taken;
    RETURN_IF(supersede(op, in, from));
    facility_add_photos(op, in->id, "edition", in->photos, in->nphotos);
    facility_fx_history(op, &(struct history){in->id, "edition", 1, "published", edition_content(op, in)});
    return RC_OK;
}

enum rc edition_prepare_withdraw(struct op *op, struct uuid id, struct str reason)
{
    static const struct miss gone = {RC_CONFLICT, "edition_withdrawn", "该内容版本已撤回", "This edition is withdrawn already"};
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    struct edition_get_row row;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_EDITION_WRITE, NULL));
    RETURN_IF(q_edition_get(&op->rd, &(struct edition_get_in){op->hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这个内容版本", "There is no such edition");
    if (row.withdrawn_ms.has)
        return OP_FAIL(op, gone.rc, gone.code, gone.zh, gone.en);
    if (uuid_is_none(op->actor.person_id))
        return OP_FAIL(op, RC_FORBIDDEN, "needs_person", "撤回须由具体人员作出", "A withdrawal needs a person who answers for it");
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e = fx_edition_withdraw(&op->plan.fx, &(struct edition_withdraw_in){
        op->hq, id, op->now, op->actor.person_id, op->actor.unit_id, reason});
    e->on_miss = &gone;
    fx_edition_recall_add(&op->plan.fx, &(struct edition_recall_add_in){op->hq, id, op->now});
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "title", row.title);
    jo_str(&d.j, "reason", reason);
    struct str content = detail_close(&d, OP_ARENA(op));
    facility_fx_history(op, &(struct history){id, "edition", row.version + 1, "withdrawn", content});
    return RC_OK;
}
