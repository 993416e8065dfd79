/* limits_inside.h - what the room's own files share. */
#ifndef XH_LIMITS_LIMITS_INSIDE_H
#define XH_LIMITS_LIMITS_INSIDE_H

#include "limits/limit_rule.h"
#include "limits_sql.h"

int limit_name_index(const char *const *names, struct str name); /* -1: none of them */
/* HOUR_MS or DAY_MS: what one of the kind's amount is. */
int64_t limit_unit_ms(enum limit_kind kind);

/* The headquarters' own windows laid over `cal`. */
enum rc limits_read_windows(struct op *op, struct calendar *cal, bool *own) MUST_CHECK;

struct limit_rule limit_rule_of(const struct limit_rule_by_id_row *r);

#endif
