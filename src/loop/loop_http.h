/* loop_http.h - routes that span rooms. */
#ifndef XH_LOOP_LOOP_HTTP_H
#define XH_LOOP_LOOP_HTTP_H

#include "http/http.h"

extern const struct route inspect_routes[];
extern const struct route overview_routes[];
extern const struct route publish_routes[];
extern const struct route reply_routes[];
extern const struct route doubt_routes[];
extern const struct route contest_routes[];
extern const struct route hand_over_routes[];

/* For media_store.shown: photographs of what is held back are there for the desk, for who sent them and for the
 * visit's own people alone. */
enum rc photo_shown(struct op *op, struct sha256 sha, bool *shown) MUST_CHECK;

#endif
