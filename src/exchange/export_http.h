/* export_http.h - the routes of exports. */
#ifndef XH_EXCHANGE_EXPORT_HTTP_H
#define XH_EXCHANGE_EXPORT_HTTP_H

#include "http/http.h"

extern const struct route export_routes[];

#endif
