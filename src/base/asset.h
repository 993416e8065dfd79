/*
 * asset.h - files that live inside the executable: pages, migrations, the shipped catalogue,
 * openapi.json.
 *
 * tools/assetgen makes the table at build time. Names are like "web/index.html" or
 * "data/catalogue.csv".
 */
#ifndef XH_BASE_ASSET_H
#define XH_BASE_ASSET_H

#include "base/str.h"

struct asset {
    const char *name;
    const char *content_type;
    struct str bytes;
    struct str gzip;  /* absent unless smaller */
    const char *etag; /* quoted, from the bytes' SHA-256 */
};

/* NULL when there is none. */
const struct asset *asset_find(const char *name);
/* All whose names begin with `prefix`, in byte order of their names: answers the first, *n how
 * many. */
const struct asset *asset_list(const char *prefix, size_t *n);

#endif
