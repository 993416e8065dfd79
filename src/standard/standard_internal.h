/*
 * standard_internal.h - what the files of this room share.
 */
#ifndef XH_STANDARD_STANDARD_INTERNAL_H
#define XH_STANDARD_STANDARD_INTERNAL_H

#include "standard/catalogue.h"
#include "standard_sql.h"

struct criterion_full criterion_of_row(const struct criterion_get_row *r);
/* RC_NOT_FOUND when there is none. */
enum rc version_load(struct op *op, struct uuid id,
                     struct standard_version_get_row *out) MUST_CHECK;

#endif
