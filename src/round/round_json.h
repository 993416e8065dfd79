/* round_json.h - rounds as JSON, and what of them the caller sees (openapi.yaml: Round, RoundFull, RoundSite). */
#ifndef XH_ROUND_ROUND_JSON_H
#define XH_ROUND_ROUND_JSON_H

#include "http/http.h"
#include "round/round_store.h"

/* The desk and the round's own people see the round; who is inspected (once it is open to them) sees that it is. */
bool round_is_seen_whole(const struct op *op, const struct round_by_id_row *r);
/* Members into the open object. */
void round_json_brief(struct json_out *j, const struct op *op, const struct round_by_id_row *r);
enum rc round_json_full(struct json_out *j, struct op *op, const struct round_by_id_row *r) MUST_CHECK;
void round_json_site(struct json_out *j, const struct op *op, const struct round_sites_row *s, bool whole);
/* The last day as people write it: the day before the midnight it is kept as. */
void round_json_day(struct json_out *j, const struct op *op, const char *key, struct opt_i64 ms);

#endif
