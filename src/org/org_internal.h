/*
 * org_internal.h - what the files of this room share: rows into structs.
 */
#ifndef XH_ORG_ORG_INTERNAL_H
#define XH_ORG_ORG_INTERNAL_H

#include "org/org.h"
#include "org/text.h"
#include "org_sql.h"

struct area area_of_row(const struct area_get_row *r);
struct unit unit_of_row(const struct unit_get_row *r);
struct person person_of_row(const struct person_get_row *r);
struct duty duty_of_row(const struct duty_get_row *r);

/* Today, 00:00, in the headquarters' zone. */
int64_t org_today(const struct op *op);
enum rc org_not_found(struct op *op, const char *zh, const char *en) MUST_CHECK;
/* Index in a NULL-ended list of names, -1 when it is none of them. */
int org_name_index(const char *const *names, struct str name);

#endif
