/* limit_rule_store.c - rules of limits in the store: read, asked, added in place of others. */
#include "limits/limits_inside.h"

#include "auth/policy.h"
#include "change/change.h"
#include "org/text.h"

struct limit_rule limit_rule_of(const struct limit_rule_by_id_row *r)
{
    int kind = limit_name_index(limit_kind_names, r->limit_kind);
    return (struct limit_rule){
        .id = r->id, .name = r->name, .basis = r->basis, .criterion_code = r->criterion_code,
        .category_code = r->category_code, .kind = r->kind, .area_class = r->area_class, .severity = r->severity,
        .season_from = r->season_from, .season_to = r->season_to,
        .limit_kind = kind < 0 ? LIMIT_WORKING_DAYS : (enum limit_kind)kind, .limit_amount = r->limit_amount,
        .replaces_id = r->replaces_id, .valid_from_ms = r->valid_from_ms, .valid_to_ms = r->valid_to_ms,
        .created_ms = r->created_ms, .version = r->version};
}

/* The class of the nearest area above that has one, or of the area itself. */
static enum rc find_class(struct op *op, struct str area_code, struct str *class)
{
    struct area_class_list_row *rows;
    size_t n;
    RETURN_IF(q_area_class_list(&op->rd, &(struct area_class_list_in){op->hq}, &rows, &n));
    *class = STR_NONE;
    /* By code: what comes later among those that begin this code is nearer. */
    for (size_t i = 0; i < n; i++)
        if (area_code.p && str_starts(area_code, rows[i].area_code))
            *class = rows[i].class;
    return RC_OK;
}

enum rc limit_find(struct op *op, const struct limit_matter *m, struct limit_answer *out)
{
    struct limit_rule_by_id_row *rows;
    *out = (struct limit_answer){.matter = *m, .chosen = -1};
    RETURN_IF(q_limit_rule_in_force(&op->rd, &(struct limit_rule_in_force_in){op->hq, m->at_ms}, &rows, &out->n));
    if (out->n == 0)
        return RC_OK;
    RETURN_IF(find_class(op, m->area_code, &out->matter.area_class));
    out->rules = ARENA_MANY(OP_ARENA(op), struct limit_rule, out->n);
    for (size_t i = 0; i < out->n; i++)
        out->rules[i] = limit_rule_of(&rows[i]);
    out->chosen = limit_rule_choose(out->rules, out->n, &out->matter, op->zone_min);
    return RC_OK;
}

enum rc limit_of_criterion(struct op *op, struct uuid id, struct limit_own *out, bool *found)
{
    struct limit_criterion_by_id_row row;
    *found = false;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(q_limit_criterion_by_id(&op->rd, &(struct limit_criterion_by_id_in){op->hq, id}, &row, found));
    if (!*found)
        return RC_OK;
    int kind = limit_name_index(limit_kind_names, row.limit_kind);
    *out = (struct limit_own){row.code, row.category_code, kind < 0 ? LIMIT_WORKING_DAYS : (enum limit_kind)kind, row.limit_amount};
    return RC_OK;
}

enum rc limit_rule_load(struct op *op, struct uuid id, struct limit_rule *out)
{
    struct limit_rule_by_id_row row;
    bool found;
    RETURN_IF(q_limit_rule_by_id(&op->rd, &(struct limit_rule_by_id_in){op->hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "limit_rule_not_found", "没有这条时限规则", "There is no such rule of limits");
    *out = limit_rule_of(&row);
    return RC_OK;
}

enum rc limit_rules_all(struct op *op, struct limit_rule **out, size_t *n)
{
    struct limit_rule_by_id_row *rows;
    RETURN_IF(q_limit_rule_all(&op->rd, &(struct limit_rule_all_in){op->hq}, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct limit_rule, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = limit_rule_of(&rows[i]);
    return RC_OK;
}

static enum rc check_codes(struct op *op, const struct limit_rule *r)
{
    bool found;
    if (r->criterion_code.p) {
        struct limit_criterion_known_row c;
        RETURN_IF(q_limit_criterion_known(&op->rd, &(struct limit_criterion_known_in){op->hq, r->criterion_code}, &c, &found));
        if (!found)
            fail_field(op->rd.fault, STR("/criterion_code"), "criterion_missing", "没有这条标准", "There is no such criterion");
    }
    if (r->category_code.p) {
        struct limit_category_known_row c;
        RETURN_IF(q_limit_category_known(&op->rd, &(struct limit_category_known_in){op->hq, r->category_code}, &c, &found));
        if (!found)
            fail_field(op->rd.fault, STR("/category_code"), "category_missing", "没有这个点位类别", "There is no such category");
    }
    return text_verdict(op->rd.fault);
}

static void check_times(struct op *op, const struct limit_rule *r)
{
    if (r->season_from.has != r->season_to.has)
        fail_field(op->rd.fault, STR("/season_to"), "season_half", "季节须同时写明起止月日", "A season needs both its days");
    if (r->valid_to_ms.has && r->valid_to_ms.v <= r->valid_from_ms)
        fail_field(op->rd.fault, STR("/valid_to"), "before_start", "失效时间须晚于生效时间", "A rule ends after it begins");
}

enum rc limit_rule_prepare_add(struct op *op, const struct limit_rule *r)
{
    static const struct miss ended = {RC_CONFLICT, "limit_rule_ended", "被替代的规则已经失效", "The rule it replaces has ended already"};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LIMIT_WRITE, NULL));
    check_times(op, r);
    RETURN_IF(check_codes(op, r));
    if (!uuid_is_none(r->replaces_id)) {
        struct limit_rule old;
        RETURN_IF(limit_rule_load(op, r->replaces_id, &old));
        fx_limit_rule_end(&op->plan.fx, &(struct limit_rule_end_in){op->hq, old.id, r->valid_from_ms})->on_miss = &ended;
    }
    fx_limit_rule_add(&op->plan.fx, &(struct limit_rule_add_in){
        .hq = op->hq, .id = r->id, .name = r->name, .basis = r->basis, .criterion_code = r->criterion_code,
        .category_code = r->category_code, .kind = r->kind, .area_class = r->area_class, .season_from = r->season_from,
        .season_to = r->season_to, .severity = r->severity, .limit_kind = str_of(limit_kind_names[r->limit_kind]),
        .limit_amount = r->limit_amount, .replaces_id = r->replaces_id, .valid_from_ms = r->valid_from_ms,
        .valid_to_ms = r->valid_to_ms, .created_ms = op->now, .created_by = op->actor.person_id});
    change_event(op, "limits.changed", "limit_rule", r->id, STR_NONE);
    return RC_OK;
}
