/* indicator_http.h - the routes of indicators and of periods, and what both share. */
#ifndef XH_INDICATOR_INDICATOR_HTTP_H
#define XH_INDICATOR_INDICATOR_HTTP_H

#include "http/http.h"
#include "indicator/indicator.h"

extern const struct route indicator_routes[];
extern const struct route period_routes[];

/* Whether the actor sees the whole headquarters; else the filter is narrowed to their area or unit, or RC_FORBIDDEN. */
enum rc indicator_apply_scope(struct request *rq, struct indicator_filter *f) MUST_CHECK;

#endif
