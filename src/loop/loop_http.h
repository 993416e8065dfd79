/* loop_http.h - routes that span rooms. */
#ifndef XH_LOOP_LOOP_HTTP_H
#define XH_LOOP_LOOP_HTTP_H

#include "http/http.h"

extern const struct route inspect_routes[];
extern const struct route overview_routes[];

#endif
