/* import_http.h - the routes of imports. */
#ifndef XH_EXCHANGE_IMPORT_HTTP_H
#define XH_EXCHANGE_IMPORT_HTTP_H

#include "http/http.h"

extern const struct route import_routes[];

#endif
