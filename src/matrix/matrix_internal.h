/* matrix_internal.h - what the files of this room share. */
#ifndef XH_MATRIX_MATRIX_INTERNAL_H
#define XH_MATRIX_MATRIX_INTERNAL_H

#include "matrix/matrix.h"
#include "base/json_out.h"
#include "matrix_sql.h"

struct matrix_row matrix_of_row(const struct matrix_get_row *r);
/* With their further units. */
enum rc matrix_read_supports(struct op *op, struct matrix_row *rows, size_t n) MUST_CHECK;
enum matrix_role matrix_role_of(struct str name);

/* A criterion × town nobody leads by the matrix; criterion_code absent: all `criteria` of the category alike. */
struct matrix_gap {
    struct str area_code, category_code, criterion_code;
    int64_t criteria;
    int64_t sites, sites_without; /* of these, how many lack the unit the row leaves it to */
    bool no_row;
    enum matrix_doubt doubt; /* else why the row does not lead */
    const struct matrix_row *row;
};
struct matrix_overlap {
    const struct matrix_row *older, *newer;
};
struct matrix_report {
    struct matrix_gap *gaps;
    size_t ngaps;
    struct matrix_overlap *overlaps;
    size_t noverlaps;
    int64_t rows, pairs, covered; /* rows in force; criterion × town with sites; of these with a lead */
    bool truncated;
};
enum { MATRIX_REPORT_MAX = 2000 };
enum rc matrix_report_make(struct op *op, struct str area_prefix, struct matrix_report *out) MUST_CHECK;

void matrix_json_row(struct json_out *j, const char *key, const struct matrix_row *row, int64_t now);

#endif
