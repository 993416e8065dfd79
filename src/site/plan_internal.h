/* plan_internal.h - what the files about plans share. */
#ifndef XH_SITE_PLAN_INTERNAL_H
#define XH_SITE_PLAN_INTERNAL_H

#include "site/plan.h"
#include "site_sql.h"

struct site_plan plan_of_row(const struct plan_get_row *r);

#endif
