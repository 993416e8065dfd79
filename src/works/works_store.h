/* works_store.h - what the room's own files share. */
#ifndef XH_WORKS_WORKS_STORE_H
#define XH_WORKS_WORKS_STORE_H

#include "works/works.h"
#include "works_sql.h"

/* RC_NOT_FOUND also when the actor may not see it: a unit sees the works it leads. */
enum rc works_load(struct op *op, struct uuid id, struct works_by_id_row *row) MUST_CHECK;
enum rc works_wrong_state(struct op *op) MUST_CHECK;
bool works_is_open(const struct works_by_id_row *row);

#endif
