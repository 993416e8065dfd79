/* photo_shown.c - which photographs may be seen by somebody who has not sent them (see loop_http.h). */
#include "auth/policy.h"
#include "loop/loop_http.h"
#include "photo_shown_sql.h"

enum rc photo_shown(struct op *op, struct sha256 sha, bool *shown)
{
    struct photo_is_open_row row;
    bool found;
    *shown = true;
    if (policy_scope(&op->actor, ACT_INSPECTION_READ).all)
        return RC_OK;
    struct photo_is_open_in in = {.hq = op->hq, .sha256 = sha, .me = op->actor.person_id};
    RETURN_IF(q_photo_is_open(&op->rd, &in, &row, &found));
    *shown = found && row.open;
    return RC_OK;
}
