/* matrix_json.c - rows and answers of the matrix as JSON. */
#include "matrix/matrix_http.h"
#include "matrix_internal.h"

static void put_unit(struct json_out *j, const char *key, const struct matrix_unit *u)
{
    jo_named(j, key, u->id, u->name);
}

void matrix_json_row(struct json_out *j, const char *key, const struct matrix_row *r, int64_t now)
{
    jo_obj(j, key);
    jo_uuid(j, "id", r->id);
    jo_str(j, "criterion_code", r->criterion_code);
    jo_str(j, "category_code", r->category_code);
    jo_str(j, "area_code", r->area_code);
    jo_z(j, "lead_role", matrix_role_names[r->lead]);
    put_unit(j, "territory_unit", &r->units[MATRIX_TERRITORY]);
    put_unit(j, "subject_unit", &r->units[MATRIX_SUBJECT]);
    put_unit(j, "supervising_unit", &r->units[MATRIX_SUPERVISING]);
    jo_arr(j, "support");
    for (size_t i = 0; i < r->nsupport; i++)
        put_unit(j, NULL, &r->support[i]);
    jo_end(j);
    jo_str(j, "work_standard", r->work_standard);
    jo_str(j, "deadline", r->deadline);
    jo_opt_time(j, "due_at", r->due_ms);
    jo_str(j, "measures", r->measures);
    jo_named(j, "person", r->person_id, r->person_name);
    jo_time(j, "valid_from", r->valid_from_ms);
    jo_opt_time(j, "valid_to", r->valid_to_ms);
    jo_bool(j, "in_force", r->valid_from_ms <= now && !(r->valid_to_ms.has && r->valid_to_ms.v <= now));
    jo_str(j, "end_reason", r->end_reason);
    jo_i64(j, "version", r->version);
    jo_end(j);
}

void matrix_json_answer(struct op *op, struct json_out *j, const char *key, const struct matrix_answer *w, bool fully)
{
    jo_obj(j, key);
    jo_z(j, "source", matrix_source_names[w->source]);
    jo_str(j, "why", matrix_why(OP_ARENA(op), w, op->lang));
    put_unit(j, "lead", &w->lead);
    if (w->source == MATRIX_BY_NOBODY)
        jo_null(j, "role");
    else
        jo_z(j, "role", matrix_role_names[w->role]);
    jo_uuid(j, "row_id", w->row ? w->row->id : UUID_NONE);
    jo_arr(j, "support");
    for (size_t i = 0; i < w->nsupport; i++)
        put_unit(j, NULL, &w->support[i]);
    jo_end(j);
    if (fully) {
        if (w->row)
            matrix_json_row(j, "row", w->row, op->now);
        else
            jo_null(j, "row");
        jo_arr(j, "passed");
        for (size_t i = 0; i < w->npassed; i++) {
            jo_obj(j, NULL);
            jo_z(j, "reason", matrix_doubt_names[w->passed[i].doubt]);
            matrix_json_row(j, "row", w->passed[i].row, op->now);
            jo_end(j);
        }
        jo_end(j);
    }
    jo_end(j);
}

enum rc matrix_json_proposal(struct op *op, struct json_out *j, const struct matrix_matter *m)
{
    struct matrix_answer answer;
    RETURN_IF(matrix_propose(op, m, &answer));
    put_unit(j, "proposed_unit", &answer.lead);
    matrix_json_answer(op, j, "proposal", &answer, false);
    return RC_OK;
}
