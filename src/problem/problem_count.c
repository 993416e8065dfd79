/*
 * problem_count.c - how many problems are in each state, within reach. What is within reach by unit, by area and by own
 * record is counted apart, each without what the ones before it hold; what is held back is taken out afterwards.
 */
#include "problem/problem_list.h"

#include "auth/policy.h"
#include "problem/problem.h"
#include "problem/problem_store.h"

enum { TOWN_DIGITS = 9, VILLAGE_DIGITS = 12 };

static enum rc add_up(struct op *op, const struct problem_state_counts_in *in, int64_t *out)
{
    struct problem_state_counts_row *rows;
    size_t n;
    RETURN_IF(q_problem_state_counts(&op->rd, in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        out[problem_name_index(problem_state_names, rows[i].state)] += rows[i].n;
    return RC_OK;
}

static bool within(const struct scope *s, const struct problem_held_row *r)
{
    bool unit = !uuid_is_none(s->unit_id) && uuid_eq(r->unit_id, s->unit_id);
    return s->open || unit || (s->area_code.p && str_starts(r->area_code, s->area_code));
}

/* Of what is held back only one's own records were to be counted. */
static enum rc take_out_held(struct op *op, const struct scope *s, struct opt_bool only_open, int64_t *out)
{
    struct problem_held_row *rows;
    size_t n;
    RETURN_IF(q_problem_held(&op->rd, &(struct problem_held_in){op->hq, only_open}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        bool own = !uuid_is_none(s->person_id) && uuid_eq(rows[i].reporter_id, s->person_id);
        if (!own && within(s, &rows[i]))
            out[problem_name_index(problem_state_names, rows[i].state)]--;
    }
    return RC_OK;
}

enum rc problem_count_states(struct op *op, int action, bool only_open, int64_t *out)
{
    struct scope s = policy_scope(&op->actor, (enum action)action);
    const struct problem_state_counts_in any = {.hq = op->hq, .only_open = {only_open, true}};
    struct str area_end = str_prefix_end(OP_ARENA(op), s.area_code);
    struct problem_state_counts_in unit = any, area = any, own = any;
    memset(out, 0, PROBLEM_STATES * sizeof *out);
    if (s.none)
        return RC_OK;
    if (s.all)
        return add_up(op, &any, out);
    if (s.open) {
        RETURN_IF(add_up(op, &any, out));
        return take_out_held(op, &s, any.only_open, out);
    }
    unit.unit_id = own.not_unit = area.not_unit = s.unit_id;
    area.area_from = own.not_area_from = s.area_code;
    area.area_to = own.not_area_to = area_end;
    if (s.area_code.n >= VILLAGE_DIGITS)
        area.village = str_sub(s.area_code, 0, VILLAGE_DIGITS);
    else if (s.area_code.n >= TOWN_DIGITS)
        area.town = str_sub(s.area_code, 0, TOWN_DIGITS);
    own.reporter_id = s.person_id;
    if (!uuid_is_none(s.unit_id))
        RETURN_IF(add_up(op, &unit, out));
    if (s.area_code.p)
        RETURN_IF(add_up(op, &area, out));
    if (!uuid_is_none(s.person_id))
        RETURN_IF(add_up(op, &own, out));
    return take_out_held(op, &s, any.only_open, out);
}
