/* facility_http.h - routes of facilities, editions and frontages, and what loop/ shares with them. */
#ifndef XH_FACILITY_FACILITY_HTTP_H
#define XH_FACILITY_FACILITY_HTTP_H

#include "facility/facility.h"
#include "http/http.h"

extern const struct route asset_routes[];
extern const struct route edition_routes[];
extern const struct route frontage_routes[];

/* Whole replies with ETag, of a record the actor may read. */
enum rc asset_reply(struct request *rq, struct uuid id, int status) MUST_CHECK;
enum rc edition_reply(struct request *rq, struct uuid id, int status) MUST_CHECK;
enum rc frontage_reply(struct request *rq, struct uuid id, int status) MUST_CHECK;
enum rc finding_reply(struct request *rq, struct uuid id, int status) MUST_CHECK;
/* A member "photos": SHA-256 of stored photographs. */
void facility_read_photos(struct jin *in, const char *key, const struct sha256 **photos, size_t *n);
/* Members condition, edition_id, checked_at, note, photos of a look; `id` and time default to those given. */
void asset_read_look(struct jin *in, struct asset_look *look);
/* A whole body: creating an asset, a check of a frontage. */
enum rc asset_read_new(struct jin *in, struct asset_new *a, struct asset_look *look) MUST_CHECK;
enum rc frontage_read_look(struct jin *in, struct frontage_look *look) MUST_CHECK;

#endif
