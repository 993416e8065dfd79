/* alike_store.h - what the room's own files share. */
#ifndef XH_ALIKE_ALIKE_STORE_H
#define XH_ALIKE_ALIKE_STORE_H

#include "alike/alike.h"
#include "alike_sql.h"

/* RC_NOT_FOUND also when the actor may not see it. A unit sees the drives it has a task in, and its own tasks. */
enum rc alike_load(struct op *op, struct uuid id, struct alike_by_id_row *row) MUST_CHECK;
enum rc alike_load_task(struct op *op, struct uuid id, struct alike_task_by_id_row *row) MUST_CHECK;

#endif
