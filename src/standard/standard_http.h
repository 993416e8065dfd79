/*
 * standard_http.h - the routes of the standards, and the JSON that a site's checklist shares with
 * them.
 */
#ifndef XH_STANDARD_STANDARD_HTTP_H
#define XH_STANDARD_STANDARD_HTTP_H

#include "http/http.h"
#include "standard/catalogue.h"

extern const struct route standard_routes[];

/* Members "version", "category" and "criteria" of the object that is open: the checklist of a
 * category in one version. RC_NOT_FOUND when either is missing. */
enum rc standard_json_checklist(struct request *rq, struct uuid version_id,
                                struct str category_code) MUST_CHECK;
/* One criterion as an object; NULL inside an array. RC_NOT_FOUND when there is none. */
enum rc standard_json_criterion(struct op *op, struct json_out *j, const char *key,
                                struct uuid id) MUST_CHECK;

#endif
