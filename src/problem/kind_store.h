/* kind_store.h - kinds on an operation: versions, the stages a case walks, what it counts. */
#ifndef XH_PROBLEM_KIND_STORE_H
#define XH_PROBLEM_KIND_STORE_H

#include "kind_sql.h"
#include "problem/kind.h"
#include "problem/problem_store.h"

/* The newest version, or the one a case reported at `at_ms` follows; the shipped one where the headquarters has none of
 * its own. NULL when there is no such kind. */
enum rc kind_load(struct op *op, struct str code, struct opt_i64 at_ms, const struct kind **out) MUST_CHECK;
/* There is such a kind, and it is not switched off: field errors at "/kind". */
enum rc kind_check_usable(struct op *op, struct str code) MUST_CHECK;
/* All kinds, newest versions, in their order. */
enum rc kind_load_all(struct op *op, const struct kind ***out, size_t *n) MUST_CHECK;
/* A new version. `k->version_no` is the one it was made from. */
enum rc kind_prepare_put(struct op *op, const struct kind *k) MUST_CHECK;

enum rc kind_walk_load(struct op *op, const struct problem_by_id_row *row, struct kind_walk *walk) MUST_CHECK;
/* Guard of reporting a case mended. */
enum rc kind_check_rectify(struct op *op, const struct problem_by_id_row *row) MUST_CHECK;
/* The case becomes another kind; only before it has walked a stage. */
enum rc kind_prepare_assign(struct op *op, struct uuid problem_id, struct str code, struct str note) MUST_CHECK;

struct kind_walking {
    enum kind_step step;
    struct str stage;
    struct str note;
    const struct sha256 *photos;
    size_t nphotos;
    const struct kind_figure *figures;
    size_t nfigures;
    struct opt_i64 version; /* of the case */
};
enum rc kind_prepare_walk(struct op *op, struct uuid problem_id, const struct kind_walking *in) MUST_CHECK;
/* A wrong figure is taken back and put right by a new one; 0 takes it away. */
enum rc kind_prepare_correct(struct op *op, struct uuid figure_id, int64_t amount_e2, bool more_than) MUST_CHECK;

#endif
