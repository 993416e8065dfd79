/* indicator_store.h - what the room's own files share: counted tables, the cases behind them, rules. */
#ifndef XH_INDICATOR_INDICATOR_STORE_H
#define XH_INDICATOR_INDICATOR_STORE_H

#include "indicator/indicator.h"
#include "indicator_sql.h"

/* The query for the cases of a measure within a filter; the caller adds key, page and group. False: M_NONE. */
bool indicator_cases_in(struct op *op, enum measure m, const struct indicator_filter *f, struct indicator_cases_in *out);
/* Narrows the query to one line of a table. */
void indicator_cases_of(struct indicator_cases_in *in, enum indicator_group_by by, struct str key, struct uuid unit);
/* A period that has not ended is judged up to now. */
struct indicator_filter indicator_until(const struct indicator_filter *f, int64_t now_ms);
/* The units' composite of one line. */
struct rate indicator_composite(const struct indicator_group *g, const struct indicator_rules *rules);

#endif
