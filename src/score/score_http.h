/* score_http.h - the route of scores. */
#ifndef XH_SCORE_SCORE_HTTP_H
#define XH_SCORE_SCORE_HTTP_H

#include "http/http.h"

extern const struct route score_routes[];

#endif
