/* problem_http.h - the routes of problems. */
#ifndef XH_PROBLEM_PROBLEM_HTTP_H
#define XH_PROBLEM_PROBLEM_HTTP_H

#include "http/http.h"
#include "problem/problem.h"

extern const struct route problem_routes[];
extern const struct route request_routes[];
extern const struct route machine_routes[];

/* Member `key`, optional: hashes of stored photographs. */
void problem_read_photos(struct arena *a, struct jin *in, const char *key, const struct sha256 **out, size_t *n);
/* The members of a problem to be reported, as POST /problems has them; the caller ends with jin_done(). */
void problem_read_new(struct request *rq, struct jin *in, struct problem_new *p, struct uuid *area_id);
/* Site, area and criterion fill in what the reporter need not write. */
enum rc problem_complete_new(struct request *rq, struct problem_new *p, struct uuid area_id) MUST_CHECK;

#endif
