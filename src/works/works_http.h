/* works_http.h - the routes of improvement works. */
#ifndef XH_WORKS_WORKS_HTTP_H
#define XH_WORKS_WORKS_HTTP_H

#include "http/http.h"

extern const struct route works_routes[];

#endif
