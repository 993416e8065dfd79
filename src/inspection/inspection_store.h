/* inspection_store.h - inspections on an operation: loading, and the effects of recording one. */
#ifndef XH_INSPECTION_INSPECTION_STORE_H
#define XH_INSPECTION_INSPECTION_STORE_H

#include "base/json_out.h"
#include "change/change.h"
#include "inspection/inspection.h"
#include "inspection_sql.h"

/* RC_NOT_FOUND also when the actor may not see it: staged ones are their sender's alone. */
enum rc inspection_load(struct op *op, struct uuid id, struct inspection_by_id_row *row) MUST_CHECK;
/* As inspector or partner. */
bool inspection_is_own(const struct op *op, const struct inspection_by_id_row *row);
/* The actor's own, or one the actor may judge. */
enum rc inspection_load_to_change(struct op *op, struct uuid id, struct inspection_by_id_row *row) MUST_CHECK;
/* A page of what the actor may read, newest visit first: `in` without its scope; `row_limit` rows at most. */
enum rc inspection_list_readable(struct op *op, const struct inspection_list_in *in, struct inspection_by_id_row **rows,
                                 size_t *n) MUST_CHECK;
/* All staged parts of an inspection as one list; faults by pointer. */
enum rc inspection_load_parts(struct op *op, struct uuid id, struct observation_new **out, size_t *n) MUST_CHECK;
/* Did this person hold a role then that may send inspections of this kind? */
enum rc inspection_inspector_then(struct op *op, struct uuid person_id, enum inspection_kind kind, int64_t at_ms,
                                  bool *then) MUST_CHECK;
/* Every photograph is stored; field errors else. */
enum rc inspection_check_photos(struct op *op, const struct observation_new *obs, size_t n) MUST_CHECK;
/* Effects: the observations with their photographs. */
void inspection_add_observations(struct op *op, struct uuid inspection_id, int64_t visit_ms,
                                 const struct observation_new *obs, size_t n);
/* Effects: one staged part. */
void inspection_add_part(struct op *op, struct uuid inspection_id, struct uuid part_id, struct str content);

/* Publication: nothing of the round is held any more. */
void inspection_prepare_unhold(struct op *op, struct uuid round_id);

/* The members of an inspection into the open object; whole with its observations. */
void inspection_json_brief(struct json_out *j, const struct op *op, const struct inspection_by_id_row *r);
enum rc inspection_json_full(struct json_out *j, struct op *op, struct uuid id, int64_t *version) MUST_CHECK;

#endif
