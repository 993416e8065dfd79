/* problem_http.h - the routes of problems. */
#ifndef XH_PROBLEM_PROBLEM_HTTP_H
#define XH_PROBLEM_PROBLEM_HTTP_H

#include "http/http.h"

extern const struct route problem_routes[];

#endif
