/* edition_http.h - routes that turn facilities and frontages into problems, and ask the matrix about problems. */
#ifndef XH_LOOP_EDITION_HTTP_H
#define XH_LOOP_EDITION_HTTP_H

#include "http/http.h"

extern const struct route facility_loop_routes[];

#endif
