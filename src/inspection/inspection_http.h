/* inspection_http.h - reading inspections; recording them is loop/inspect_http.c's. */
#ifndef XH_INSPECTION_INSPECTION_HTTP_H
#define XH_INSPECTION_INSPECTION_HTTP_H

#include "http/http.h"

extern const struct route inspection_routes[];

#endif
