/*
 * columns.h - the columns of the lists an office imports, with the headings they have been seen under. Data only.
 *
 * Keys are what importers ask for by table_spec() and what mapping files name.
 */
#ifndef XH_EXCHANGE_COLUMNS_H
#define XH_EXCHANGE_COLUMNS_H

#include "tabular/table.h"

struct column_set {
    const char *kind; /* ImportKind of openapi.yaml */
    const struct column_spec *specs;
    size_t n;
};

/* areas, units, people, sites, standard, problems, duties, matrix, facilities, frontages,
 * limit_rules, calendar_days; NULL for any other. */
const struct column_set *columns_of(struct str kind);

#endif
