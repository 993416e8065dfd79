/* lookback_http.h - the routes of look-backs. */
#ifndef XH_LOOKBACK_LOOKBACK_HTTP_H
#define XH_LOOKBACK_LOOKBACK_HTTP_H

#include "http/http.h"

extern const struct route lookback_routes[];
extern const struct route lookback_rule_routes[];

#endif
