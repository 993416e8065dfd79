/* problem_http.h - the routes of problems. */
#ifndef XH_PROBLEM_PROBLEM_HTTP_H
#define XH_PROBLEM_PROBLEM_HTTP_H

#include "http/http.h"

extern const struct route problem_routes[];
extern const struct route request_routes[];

/* Member `key`, optional: hashes of stored photographs. */
void problem_read_photos(struct arena *a, struct jin *in, const char *key, const struct sha256 **out, size_t *n);

#endif
