/*
 * period.h - periods closed by a signature (周期关闭) and their marked revisions (修订).
 *
 * A period that has ended is closed by a leader's signature: its indicators (the whole, by unit, town and category),
 * composites and scores are stored as they are then, with a hash over all of them, and do not move any more. What arrives
 * later shows as a difference between the frozen figures and a recount; it enters by a revision, with its reason, who
 * signed it, and every figure before and after. Nothing of an earlier revision is altered.
 *
 * The hash is SHA-256 over one line per figure, in byte order of (part, item, key), each
 * "part\titem\tkey\tname\tnumerator\tdenominator\tchoice\n", after the line "from_ms\tto_ms\trevision\n".
 */
#ifndef XH_INDICATOR_PERIOD_H
#define XH_INDICATOR_PERIOD_H

#include "change/op.h"
#include "period_sql.h"

enum period_kind { PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR, PERIOD_CUSTOM, PERIOD_KINDS };
extern const char *const period_kind_names[PERIOD_KINDS + 1];

struct period_span {
    int64_t from_ms, to_ms;
    char name[40];       /* "2026年11月" */
};
/* `ordinal`: month 1-12, quarter 1-4, year 1. False: there is no such period. Pure. */
bool period_span(enum period_kind kind, int year, int ordinal, int zone_min, struct period_span *out);
enum { PERIODS_A_YEAR = 17 };

/* 冻结数. */
struct figure {
    struct str part, item, key, name;
    int64_t num, den;
    struct str choice;
};
struct figures {
    struct figure *list; /* by part, item, key */
    size_t n, room;
};
/* A figure that differs; `n` of those only in one list have num = den = 0 and has_… false. */
struct figure_change {
    struct figure before, after;
    bool has_before, has_after;
};
void figures_sort(struct figures *f);
struct sha256 figures_hash(struct arena *a, const struct figures *f, int64_t from_ms, int64_t to_ms, int64_t revision);
/* Both sorted. Names alone do not make a difference. Pure. */
size_t figures_compare(struct arena *a, const struct figures *before, const struct figures *after, struct figure_change **out);

/* ---- on an operation ---- */

/* All figures of [from, to) as they are now, from one state of the database. */
enum rc period_recount(struct op *op, int64_t from_ms, int64_t to_ms, struct figures *out) MUST_CHECK;
/* RC_NOT_FOUND "period_not_found". */
enum rc period_load(struct op *op, struct uuid id, struct period_by_id_row *row) MUST_CHECK;
enum rc period_frozen(struct op *op, struct uuid id, int64_t revision, struct figures *out) MUST_CHECK;
/* The closed period of exactly this span, or UUID_NONE. */
enum rc period_find(struct op *op, int64_t from_ms, int64_t to_ms, struct uuid *id) MUST_CHECK;

struct period_new {
    struct uuid id;
    enum period_kind kind;
    struct str name;
    int64_t from_ms, to_ms;
    struct str reason;   /* revisions only */
};
/* Asks policy, refuses a period that has not ended or is closed already, adds the effects. */
enum rc period_prepare_close(struct op *op, const struct period_new *p, const struct figures *f) MUST_CHECK;
/* Refuses when nothing differs: RC_CONFLICT "nothing_changed". */
enum rc period_prepare_revise(struct op *op, const struct period_by_id_row *row, struct str reason, const struct figures *f) MUST_CHECK;
/* Notes on closed periods of the last two years whether a recount still agrees; one period a call. */
enum rc period_chore(struct op *op, bool *more) MUST_CHECK;

#endif
