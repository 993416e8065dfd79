/*
 * problem_new.c - a problem recorded: its number, its first limit and clocks, the beginning of its timeline.
 *
 * What is found on a covert round is held: numbered apart, announced to nobody, until it is disclosed.
 */
#include "change/change.h"
#include "limits/limit_rule.h"
#include "problem/problem_plan.h"

static struct str search_text(struct op *op, const struct problem_new *p)
{
    struct str all = str_fmt(OP_ARENA(op), "%.*s %.*s %.*s", STR_ARG(p->description), STR_ARG(p->site_name),
                             STR_ARG(p->place));
    return utf8_fold(OP_ARENA(op), all);
}

static enum rc check_new(struct op *op, const struct problem_new *p, struct str at)
{
    RETURN_IF(problem_check_photos(op, p->photos, p->nphotos, str_fmt(OP_ARENA(op), "%.*s/photos", STR_ARG(at))));
    struct str after = str_fmt(OP_ARENA(op), "%.*s/after_photos", STR_ARG(at));
    RETURN_IF(problem_check_photos(op, p->after_photos, p->nafter, after));
    if (p->mended && p->nafter == 0)
        return fail_field(op->rd.fault, after, "evidence_required", "立行立改须附整改后的照片",
                          "Mended on the spot needs a photograph taken afterwards");
    return RC_OK;
}

static void add_row(struct op *op, const struct problem_new *p, const struct problem_case *c)
{
    static const struct miss taken = {RC_CONFLICT, "problem_exists", "该问题编号已被使用", "This problem id has been used"};
    int64_t year = civil_from_ms(op->now, op->zone_min).year;
    const char *serial = p->held ? "problem.held" : "problem";
    change_next_serial(op, serial, year);
    struct effect *e = fx_problem_add(&op->plan.fx, &(struct problem_add_in){
        .hq = op->hq, .id = p->id, .year = year, .serial = str_of(serial), .sign = p->held ? -1 : 1,
        .state = str_of(problem_state_names[c->state]), .source = str_of(problem_source_names[p->source]),
        .site_id = p->site_id, .area_code = p->area_code, .category_code = p->category_code,
        .criterion_id = p->criterion_id, .inspection_id = p->inspection_id, .description = p->description,
        .place = problem_optional(p->place), .lon_e7 = p->lon_e7, .lat_e7 = p->lat_e7, .severity = str_of(p->severity),
        .typical = p->typical, .reporter_id = uuid_is_none(p->reporter_id) ? op->actor.person_id : p->reporter_id,
        .limit_kind = str_of(limit_kind_names[c->handling.kind]), .limit_amount = c->limit_amount,
        .reported_ms = op->now, .closed_ms = c->closed_ms, .event_count = p->mended ? 2 : 1,
        .search_text = search_text(op, p), .kind = p->kind.n ? p->kind : STR("general"), .held = p->held,
        .round_id = p->round_id, .parent_id = p->parent_id, .rebound_of = p->rebound_of, .alike_id = p->alike_id,
        .asset_id = p->asset_id, .external_id = problem_optional(p->external_id), .limit_stated = c->limit_stated,
        .limit_rule_id = c->limit_rule_id, .registered_ms = c->registered_ms, PROBLEM_STAGE_COLUMNS(c),
        PROBLEM_CASE_COLUMNS(c)});
    e->on_clash = &taken;
}

/* The rules have the first word about its limit; at dispatch they are asked again. */
static enum rc first_limit(struct op *op, const struct problem_new *p, struct problem_case *c)
{
    struct limit_own own = {.code = STR_NONE};
    struct limit_answer answer;
    bool found;
    if (p->limit_stated)
        return RC_OK;
    RETURN_IF(limit_of_criterion(op, p->criterion_id, &own, &found));
    struct limit_matter m = {.criterion_code = own.code, .category_code = p->category_code, .area_code = p->area_code,
                             .kind = p->kind.n ? p->kind : STR("general"), .severity = str_of(p->severity), .at_ms = op->now};
    RETURN_IF(limit_find(op, &m, &answer));
    if (answer.chosen < 0)
        return RC_OK;
    c->handling.kind = answer.rules[answer.chosen].limit_kind;
    c->limit_amount = answer.rules[answer.chosen].limit_amount;
    c->limit_rule_id = answer.rules[answer.chosen].id;
    return RC_OK;
}

enum rc problem_prepare_new(struct op *op, const struct problem_new *p, struct str at)
{
    struct problem_case c = {.state = p->state, .limit_amount = p->limit_amount, .limit_stated = p->limit_stated,
                             .handling = {.kind = p->limit_kind}};
    RETURN_IF(check_new(op, p, at));
    RETURN_IF(limits_load(op));
    RETURN_IF(first_limit(op, p, &c));
    RETURN_IF(problem_begin_clocks(op->rd.fault, op->limits, op->now, &c));
    struct problem_case ended = c;
    if (p->mended) {
        struct problem_act act = {.event = PROBLEM_EV_MEND_ON_SPOT, .photos = p->after_photos, .nphotos = p->nafter, .at_ms = op->now};
        c.state = PROBLEM_REGISTERED;
        RETURN_IF(problem_decide(op->rd.fault, op->limits, &c, &act, &ended));
        c.state = p->state;
    }
    add_row(op, p, p->mended ? &ended : &c);
    problem_add_event(op, p->id, 1, &(struct problem_step){.event = p->state == PROBLEM_REGISTERED ? "found" : "report", .to = &c});
    problem_add_photos(op, p->id, 1, &(struct problem_photo_list){"before", p->photos, p->nphotos});
    if (p->mended) {
        problem_add_event(op, p->id, 2, &(struct problem_step){
            .event = problem_event_names[PROBLEM_EV_MEND_ON_SPOT], .from = &c, .to = &ended});
        problem_add_photos(op, p->id, 2, &(struct problem_photo_list){"after", p->after_photos, p->nafter});
    }
    if (!p->held)
        change_event(op, "problem.reported", "problem", p->id, problem_payload(op, p->state == PROBLEM_REGISTERED ? "found" : "report", 1));
    return RC_OK;
}
