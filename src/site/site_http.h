/* site_http.h - the routes of the sites. */
#ifndef XH_SITE_SITE_HTTP_H
#define XH_SITE_SITE_HTTP_H

#include "http/http.h"

extern const struct route site_routes[];
extern const struct route plan_routes[]; /* a plan per site (一点一策) */

#endif
