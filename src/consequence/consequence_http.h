/* consequence_http.h - the routes of consequences and of the rules that propose them. */
#ifndef XH_CONSEQUENCE_CONSEQUENCE_HTTP_H
#define XH_CONSEQUENCE_CONSEQUENCE_HTTP_H

#include "http/http.h"

extern const struct route consequence_routes[];
extern const struct route consequence_rule_routes[];

/* Member "recipients", read and written as words. Absent leaves *bits. */
void consequence_read_recipients(struct jin *in, int64_t *bits);
void consequence_put_recipients(struct json_out *j, int64_t bits);

#endif
