/* alike_http.h - the routes of 举一反三 and of the self-check ledger. */
#ifndef XH_ALIKE_ALIKE_HTTP_H
#define XH_ALIKE_ALIKE_HTTP_H

#include "http/http.h"

extern const struct route alike_routes[];
extern const struct route self_check_routes[];

#endif
