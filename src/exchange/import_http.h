/* import_http.h - the routes of imports. */
#ifndef XH_EXCHANGE_IMPORT_HTTP_H
#define XH_EXCHANGE_IMPORT_HTTP_H

#include "http/http.h"

extern const struct route import_routes[];
extern const struct route import_job_routes[];
extern const struct route import_row_routes[];

struct import_request;
/* kind, mode, mapping, sheet, as_of, remembered, and the command's id; asks for no other parameter. */
enum rc import_read_query(struct request *rq, struct import_request *in) MUST_CHECK;

#endif
