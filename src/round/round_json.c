/* round_json.c - see round_json.h. */
#include "round/round_json.h"

#include "base/civil.h"

bool round_is_seen_whole(const struct op *op, const struct round_by_id_row *r)
{
    return r->mine || policy_scope(&op->actor, ACT_ROUND_READ).all;
}

void round_json_day(struct json_out *j, const struct op *op, const char *key, struct opt_i64 ms)
{
    if (ms.has)
        jo_str(j, key, civil_date(OP_ARENA(op), ms.v, op->zone_min));
    else
        jo_null(j, key);
}

void round_json_brief(struct json_out *j, const struct op *op, const struct round_by_id_row *r)
{
    jo_uuid(j, "id", r->id);
    jo_str(j, "kind", r->kind);
    jo_bool(j, "covert", r->covert);
    jo_str(j, "title", r->title);
    jo_str(j, "basis", r->basis);
    round_json_day(j, op, "starts_on", SOME(r->starts_ms));
    round_json_day(j, op, "ends_on", SOME(r->ends_ms - DAY_MS));
    jo_bool(j, "record_only", r->record_only);
    jo_named(j, "lead_unit", r->lead_unit_id, r->lead_unit_name);
    jo_str(j, "state", r->state);
    jo_bool(j, "mine", r->mine > 0);
    jo_time(j, "created_at", r->created_ms);
    jo_opt_time(j, "started_at", r->started_ms);
    jo_opt_time(j, "closed_at", r->closed_ms);
    jo_opt_time(j, "published_at", r->published_ms);
    jo_i64(j, "version", r->version);
}

static enum rc put_versions(struct json_out *j, struct op *op, struct uuid id)
{
    struct round_versions_row *rows;
    size_t n;
    RETURN_IF(q_round_versions(&op->rd, &(struct round_versions_in){op->hq, id}, &rows, &n));
    jo_arr(j, "versions");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_uuid(j, "id", rows[i].version_id);
        jo_str(j, "label", rows[i].label);
        jo_str(j, "standard", rows[i].standard_name);
        jo_end(j);
    }
    jo_end(j);
    return RC_OK;
}

static enum rc put_people(struct json_out *j, struct op *op, struct uuid id)
{
    struct round_people_row *rows;
    size_t n;
    RETURN_IF(q_round_people(&op->rd, &(struct round_people_in){op->hq, id}, &rows, &n));
    jo_arr(j, "people");
    for (size_t i = 0; i < n; i++)
        if (!rows[i].left_ms.has)
            jo_named(j, NULL, rows[i].person_id, rows[i].name);
    jo_end(j);
    return RC_OK;
}

static enum rc put_progress(struct json_out *j, struct op *op, struct uuid id)
{
    static const char *const states[] = {"todo", "done", "skipped"};
    struct round_counts_row *rows;
    size_t n;
    RETURN_IF(q_round_counts(&op->rd, &(struct round_counts_in){op->hq, id}, &rows, &n));
    jo_obj(j, "sites");
    for (size_t s = 0; s < 3; s++) {
        int64_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += str_is(rows[i].state, states[s]) ? rows[i].n : 0;
        jo_i64(j, states[s], count);
    }
    jo_end(j);
    return RC_OK;
}

enum rc round_json_full(struct json_out *j, struct op *op, const struct round_by_id_row *r)
{
    bool desk = policy_scope(&op->actor, ACT_ROUND_READ).all;
    jo_obj(j, NULL);
    round_json_brief(j, op, r);
    jo_str(j, "note", round_is_seen_whole(op, r) ? r->note : STR_NONE);
    jo_str(j, "reason", r->reason);
    RETURN_IF(put_versions(j, op, r->id));
    /* The inspected learn no names. */
    if (round_is_seen_whole(op, r)) {
        RETURN_IF(put_people(j, op, r->id));
        RETURN_IF(put_progress(j, op, r->id));
    } else {
        jo_null(j, "people");
        jo_null(j, "sites");
    }
    jo_i64(j, "draws", desk || r->published_ms.has ? r->draw_count : 0);
    jo_end(j);
    return RC_OK;
}

void round_json_site(struct json_out *j, const struct op *op, const struct round_sites_row *s, bool whole)
{
    jo_obj(j, NULL);
    jo_obj(j, "site");
    jo_uuid(j, "id", s->site_id);
    jo_str(j, "code", s->code);
    jo_str(j, "name", s->name);
    jo_str(j, "category_code", s->category_code);
    jo_str(j, "area_code", s->area_code);
    jo_str(j, "address", s->address);
    jo_place(j, "place", s->lon_e7, s->lat_e7);
    jo_end(j);
    jo_str(j, "origin", s->origin);
    jo_opt_i64(j, "draw", s->draw_no);
    jo_str(j, "stratum", s->stratum);
    jo_i64(j, "order", s->order_no);
    jo_named(j, "inspector", whole ? s->inspector_id : UUID_NONE, s->inspector_name);
    jo_named(j, "partner", whole ? s->partner_id : UUID_NONE, s->partner_name);
    round_json_day(j, op, "on", whole ? s->day_ms : NONE_I64);
    jo_str(j, "state", s->state);
    jo_str(j, "reason", s->reason);
    jo_uuid(j, "inspection_id", whole ? s->inspection_id : UUID_NONE);
    jo_opt_time(j, "done_at", s->done_ms);
    jo_end(j);
}
