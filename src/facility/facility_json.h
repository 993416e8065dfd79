/* facility_json.h - what the HTTP files of this room share. */
#ifndef XH_FACILITY_FACILITY_JSON_H
#define XH_FACILITY_FACILITY_JSON_H

#include "facility/facility_http.h"
#include "facility_internal.h"

/* The policy's reach as filters of a list; false: nothing at all is in reach. */
struct facility_scope {
    struct opt_bool scoped;
    struct uuid unit;
    struct str area_from, area_to;
};
bool facility_scope(struct op *op, struct facility_scope *out);
enum rc facility_read_area(struct request *rq, struct str *from, struct str *to) MUST_CHECK;
/* The members of an asset that creating and changing share; answers which were there. */
unsigned facility_read_asset(struct jin *in, struct asset_new *a);
/* A member "photos" ("mended_photos"). */
enum rc facility_put_photos(struct op *op, struct json_out *j, struct uuid owner, const char *role) MUST_CHECK;
/* The whole reply of a history route; the caller has asked whether the subject may be read. */
enum rc facility_put_history(struct request *rq, struct uuid subject) MUST_CHECK;
/* An action that carries a reason. */
struct facility_reasoned {
    const char *kind, *subject;
    enum rc (*prepare)(struct op *op, struct uuid id, struct str reason);
    handler_fn *after;
};
enum rc facility_act(struct request *rq, const struct facility_reasoned *what) MUST_CHECK;

#endif
