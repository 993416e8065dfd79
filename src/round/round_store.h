/* round_store.h - what the room's files, and loop/, share about loaded rounds. */
#ifndef XH_ROUND_ROUND_STORE_H
#define XH_ROUND_ROUND_STORE_H

#include "base/json_out.h"
#include "round/round.h"
#include "round_sql.h"

enum round_kind round_kind_of(const struct round_by_id_row *r);
enum round_state round_state_of(const struct round_by_id_row *r);
/* Of a covert round that is not published: nothing of it may show. */
bool round_is_held(const struct round_by_id_row *r);

/* RC_NOT_FOUND also when the actor may not see it. */
enum rc round_load(struct op *op, struct uuid id, struct round_by_id_row *row) MUST_CHECK;
/* Loads and asks the policy for `action`. */
enum rc round_load_to(struct op *op, struct uuid id, enum action action, struct round_by_id_row *row) MUST_CHECK;
/* Moves a round along; the columns that go with the new state are set, the version asked for. */
struct round_step {
    enum round_event event;
    bool drew;
    struct str reason;
};
enum rc round_move(struct op *op, const struct round_by_id_row *row, const struct round_step *step) MUST_CHECK;
/* Announces nothing while the round is held. */
void round_event_out(struct op *op, const struct round_by_id_row *row, const char *topic);

/* What a visit of a round is judged by. */
struct round_visit {
    struct uuid round_id, site_id;
    struct uuid inspector_id, partner_id;
    int64_t visit_ms;
    /* Filled: */
    bool held;
    bool record_only;
    const char *kind;                    /* of the visit */
    struct uuid version_ids[ROUND_VERSIONS_MAX];
    size_t nversions;
    bool over;                           /* the visit lies outside its days, or it was closed before this came in */
    bool reassigned;                     /* the site is somebody else's, or the inspector has left the round */
};
/* Field errors "/round_id" round_missing (also for a round that is not the inspector's), "/site_id"
 * site_not_in_round, "/partner_id" partner_not_in_round. */
enum rc round_check_visit(struct op *op, struct round_visit *v) MUST_CHECK;
/* The site is done. What is held must still be held when it is written: otherwise the change is decided anew. */
void round_visit_done(struct op *op, const struct round_visit *v, struct uuid inspection_id);
void round_visit_undone(struct op *op, struct uuid round_id, struct uuid site_id, struct uuid inspection_id);

#endif
