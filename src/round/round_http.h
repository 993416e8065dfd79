/* round_http.h - rounds, commitments, walks and coverage over HTTP. */
#ifndef XH_ROUND_ROUND_HTTP_H
#define XH_ROUND_ROUND_HTTP_H

#include "http/http.h"

extern const struct route round_routes[];
extern const struct route round_plan_routes[];
extern const struct route coverage_routes[];

#endif
