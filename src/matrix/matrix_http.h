/* matrix_http.h - the routes of the responsibility matrix, and its answer as JSON where other rooms show it. */
#ifndef XH_MATRIX_MATRIX_HTTP_H
#define XH_MATRIX_MATRIX_HTTP_H

#include "http/http.h"
#include "matrix/matrix.h"

extern const struct route matrix_routes[];

/* An object under `key`: source, why, lead, role, row_id, support; with `fully` also the rows passed over. */
void matrix_json_answer(struct op *op, struct json_out *j, const char *key, const struct matrix_answer *answer, bool fully);
/* Members "proposed_unit" and "proposal" of the object that is open: whom a problem should be given to, and why. */
enum rc matrix_json_proposal(struct op *op, struct json_out *j, const struct matrix_matter *m) MUST_CHECK;

#endif
