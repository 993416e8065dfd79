/* limit_rule_store.c - rules of limits read from the store and asked. */
#include "limits/limits_inside.h"

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
