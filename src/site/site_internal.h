/* site_internal.h - what the files of this room share. */
#ifndef XH_SITE_SITE_INTERNAL_H
#define XH_SITE_SITE_INTERNAL_H

#include "site/site.h"
#include "site_sql.h"

struct site site_of_row(const struct site_get_row *r);

#endif
