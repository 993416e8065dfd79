/*
 * problem_list.c - see problem_list.h.
 *
 * Own unit, what was handed on to it, own records and own area are asked one by one and merged: each question has its
 * index, where one with OR between them would walk all problems there ever were to fill a small unit's page.
 *
 * A question chooses its driver: the filter (or pair of them) that leaves fewest rows and whose index has the order
 * asked for. A filter whose index has another order serves as well when few enough rows answer to it: they are sorted.
 */
#include "problem/problem_list.h"

#include "auth/policy.h"
#include "problem/problem.h"

#include <stdlib.h>

const char *const problem_sort_names[PROBLEM_SORTS + 1] = {"newest", "oldest", "due", "closed", "number", NULL};

enum { QUESTIONS = 5, LIMIT_DEFAULT = 50, TOWN_DIGITS = 9, VILLAGE_DIGITS = 12 };

/* A filter within one reach of the actor. */
struct question {
    struct problem_filter f;
    struct uuid reporter_id;
    bool not_held;
};

/* What is asked for, as bits. */
enum {
    F_NUMBER = 1 << 0,
    F_LINK = 1 << 1, /* parent, alike, works, asset */
    F_SITE = 1 << 2,
    F_ROUND = 1 << 3,
    F_VILLAGE = 1 << 4, /* a village or something below it */
    F_OVERDUE = 1 << 5,
    F_REPORTER = 1 << 6,
    F_HANDLER = 1 << 7,
    F_UNIT = 1 << 8,
    F_OPEN = 1 << 9,
    F_OPEN_STATE = 1 << 10,
    F_STATE = 1 << 11,
    F_CATEGORY = 1 << 12,
    F_TOWN = 1 << 13,
    F_KEY = 1 << 14,
    F_REST = 1 << 15, /* what no index answers */
};

enum { BY_TIME = 1 << PROBLEM_NEWEST | 1 << PROBLEM_OLDEST, BY_ANY = (1 << PROBLEM_SORTS) - 1 };

/* From the most to the least selective; `sorts`: the orders its index has. In another order, a rare one is asked first
 * whether few enough rows answer to it; of a common one a walk finds a page sooner. */
static const struct driver {
    unsigned needs;
    unsigned sorts;
    enum { ORDERED, RARE, COMMON } otherwise; /* ORDERED: never sorted */
} drivers[] = {
    {F_NUMBER, BY_ANY, RARE},
    {F_LINK, 0, RARE},
    {F_SITE, BY_TIME, RARE},
    {F_ROUND, BY_TIME, RARE},
    {F_VILLAGE, BY_TIME, RARE},
    {F_UNIT, 1 << PROBLEM_DUE | 1 << PROBLEM_CLOSED, ORDERED},
    {F_OVERDUE, 1 << PROBLEM_DUE, RARE},
    {F_REPORTER, BY_TIME, RARE},
    {F_HANDLER, BY_TIME, RARE},
    {F_UNIT | F_STATE, BY_TIME, COMMON},
    {F_UNIT | F_OPEN, BY_TIME, COMMON},
    {F_UNIT, BY_TIME, RARE},
    {F_OPEN_STATE, BY_TIME, COMMON},
    {F_CATEGORY, BY_TIME, COMMON},
    {F_TOWN, BY_TIME, COMMON},
    {F_OPEN, BY_TIME, COMMON},
    {F_KEY, BY_TIME, COMMON},
    {F_STATE, BY_TIME, COMMON},
    {0, BY_ANY, COMMON},
};
enum { DRIVERS = sizeof drivers / sizeof *drivers };

static bool is_open_state(struct str state)
{
    for (int i = 0; i < PROBLEM_STATES; i++)
        if (str_is(state, problem_state_names[i]))
            return !problem_is_closed((enum problem_state)i);
    return false;
}

static unsigned area_bits(struct str code)
{
    if (!code.p)
        return 0;
    unsigned bits = code.n >= VILLAGE_DIGITS ? F_VILLAGE : code.n >= TOWN_DIGITS ? F_TOWN : F_REST;
    return code.n == VILLAGE_DIGITS || code.n == TOWN_DIGITS ? bits : bits | F_REST;
}

static struct uuid link_of(const struct problem_filter *f)
{
    const struct uuid all[] = {f->parent_id, f->alike_id, f->works_id, f->asset_id};
    for (size_t i = 0; i < 4; i++)
        if (!uuid_is_none(all[i]))
            return all[i];
    return UUID_NONE;
}

static unsigned bits_of(const struct question *q)
{
    const struct problem_filter *f = &q->f;
    bool by_time = (1u << f->sort) & BY_TIME;
    bool key = f->severity.p && str_is(f->severity, "key");
    unsigned bits = area_bits(f->area_code);
    bits |= f->year.has ? F_NUMBER : 0;
    bits |= uuid_is_none(link_of(f)) ? 0 : F_LINK;
    bits |= uuid_is_none(f->site_id) ? 0 : F_SITE;
    bits |= uuid_is_none(f->round_id) ? 0 : F_ROUND;
    bits |= f->overdue_at.has ? F_OVERDUE | F_REST : 0;
    bits |= uuid_is_none(q->reporter_id) ? 0 : F_REPORTER;
    bits |= uuid_is_none(f->handler_id) ? 0 : F_HANDLER;
    bits |= uuid_is_none(f->unit_id) ? 0 : F_UNIT;
    bits |= f->open ? F_OPEN : 0;
    bits |= f->state.p ? F_STATE | (is_open_state(f->state) ? F_OPEN_STATE : 0) : 0;
    bits |= f->category.p ? F_CATEGORY : 0;
    bits |= key ? F_KEY : 0;
    bits |= (f->severity.p && !key) || f->closed || f->source.p || f->kind.p || f->like.p ? F_REST : 0;
    bits |= !by_time && (f->from_ms.has || f->to_ms.has) ? F_REST : 0;
    return bits;
}

/* ---- the query's parameters ---- */

/* The driver, the order, and where to begin: what both queries of a question have in common. */
static void put_order(struct problem_list_in *in, const struct problem_filter *f)
{
    struct opt_bool yes = SOME_BOOL(true);
    in->by_newest = f->sort == PROBLEM_NEWEST ? yes : (struct opt_bool){0};
    in->by_oldest = f->sort == PROBLEM_OLDEST ? yes : (struct opt_bool){0};
    in->by_due = f->sort == PROBLEM_DUE ? yes : (struct opt_bool){0};
    in->by_closed = f->sort == PROBLEM_CLOSED ? yes : (struct opt_bool){0};
    in->by_number = f->sort == PROBLEM_NUMBER ? yes : (struct opt_bool){0};
    if (!f->has_after)
        return;
    struct opt_i64 *const keys[PROBLEM_SORTS] = {&in->newest_key, &in->oldest_key, &in->due_key, &in->closed_key, &in->year_key};
    *keys[f->sort] = SOME(f->after.a);
    in->number_key = SOME(f->after.b);
    in->key_id = f->after.id;
}

static void put_driver(struct problem_list_in *in, const struct question *q, unsigned needs)
{
    const struct problem_filter *f = &q->f;
    if (needs & F_NUMBER) {
        in->d_year = f->year;
        in->d_number = f->number;
    }
    if (needs & F_LINK) {
        in->d_parent = f->parent_id;
        in->d_alike = f->alike_id;
        in->d_works = f->works_id;
        in->d_asset = f->asset_id;
    }
    in->d_site = needs & F_SITE ? f->site_id : UUID_NONE;
    in->d_round = needs & F_ROUND ? f->round_id : UUID_NONE;
    in->d_village = needs & F_VILLAGE ? str_sub(f->area_code, 0, VILLAGE_DIGITS) : STR_NONE;
    in->d_town = needs & F_TOWN ? str_sub(f->area_code, 0, TOWN_DIGITS) : STR_NONE;
    in->d_overdue = needs & F_OVERDUE ? f->overdue_at : NONE_I64;
    in->d_reporter = needs & F_REPORTER ? q->reporter_id : UUID_NONE;
    in->d_handler = needs & F_HANDLER ? f->handler_id : UUID_NONE;
    in->d_unit = needs & F_UNIT ? f->unit_id : UUID_NONE;
    in->d_state = needs & (F_STATE | F_OPEN_STATE) ? f->state : STR_NONE;
    in->d_category = needs & F_CATEGORY ? f->category : STR_NONE;
    if (needs & F_OPEN)
        in->d_open = SOME_BOOL(true);
    if (needs & F_KEY)
        in->d_key = SOME_BOOL(true);
}

/* All that is asked for, so that no index but the driver's is of use for it. */
static void put_rest(struct op *op, struct problem_list_in *in, const struct question *q, unsigned covered, bool ordered)
{
    const struct problem_filter *f = &q->f;
    bool by_time = ordered && ((1u << f->sort) & BY_TIME);
    *(by_time ? &in->d_from : &in->from_ms) = f->from_ms;
    *(by_time ? &in->d_to : &in->to_ms) = f->to_ms;
    if (q->not_held)
        in->not_held = SOME_BOOL(true);
    in->state = covered & (F_STATE | F_OPEN_STATE) ? STR_NONE : f->state;
    if (f->open && !(covered & F_OPEN))
        in->is_open = SOME_BOOL(true);
    if (f->closed)
        in->is_closed = SOME_BOOL(true);
    in->overdue_at = f->overdue_at;
    in->unit_id = covered & F_UNIT ? UUID_NONE : f->unit_id;
    in->handler_id = covered & F_HANDLER ? UUID_NONE : f->handler_id;
    in->reporter_id = covered & F_REPORTER ? UUID_NONE : q->reporter_id;
    in->site_id = covered & F_SITE ? UUID_NONE : f->site_id;
    in->round_id = covered & F_ROUND ? UUID_NONE : f->round_id;
    if (f->area_code.p && (area_bits(f->area_code) & ~covered)) {
        in->area_from = f->area_code;
        in->area_to = str_prefix_end(OP_ARENA(op), f->area_code);
    }
    in->category = covered & F_CATEGORY ? STR_NONE : f->category;
    in->severity = covered & F_KEY ? STR_NONE : f->severity;
    in->source = f->source;
    in->kind = f->kind;
    in->q = f->like;
}

static enum rc row_at(struct op *op, const struct problem_list_in *in, int64_t skip, struct uuid *id, bool *found)
{
    struct problem_list_at_row row = {0};
    struct problem_list_at_in at = {
        .hq = op->hq, .skip = skip, .by_newest = in->by_newest, .by_oldest = in->by_oldest, .by_due = in->by_due,
        .by_closed = in->by_closed, .by_number = in->by_number, .newest_key = in->newest_key, .oldest_key = in->oldest_key,
        .due_key = in->due_key, .closed_key = in->closed_key, .year_key = in->year_key, .number_key = in->number_key,
        .key_id = in->key_id, .d_year = in->d_year, .d_number = in->d_number, .d_site = in->d_site, .d_parent = in->d_parent,
        .d_alike = in->d_alike, .d_works = in->d_works, .d_asset = in->d_asset, .d_round = in->d_round,
        .d_village = in->d_village, .d_town = in->d_town, .d_reporter = in->d_reporter, .d_handler = in->d_handler,
        .d_unit = in->d_unit, .d_state = in->d_state, .d_open = in->d_open, .d_overdue = in->d_overdue,
        .d_category = in->d_category, .d_key = in->d_key, .d_from = in->d_from, .d_to = in->d_to};
    RETURN_IF(q_problem_list_at(&op->rd, &at, &row, found));
    *id = row.id;
    return RC_OK;
}

/* ---- one question ---- */

/* Rows of one question; `cut`: the walk ended at `end`, there may be more. */
struct answer {
    struct problem_list_row *rows;
    size_t n;
    bool cut;
    struct problem_key end;
};

/* Do few enough rows answer to this driver to be sorted? What is linked to one record always are. */
static enum rc is_small(struct op *op, const struct question *q, const struct driver *d, bool *small)
{
    struct problem_list_in in = {0};
    struct uuid id;
    bool beyond = false;
    put_driver(&in, q, d->needs);
    if (d->needs != F_LINK)
        RETURN_IF(row_at(op, &in, q->f.walk, &id, &beyond));
    *small = !beyond;
    return RC_OK;
}

/* The first driver that has the order asked for, or a small one before it; `common`: those that are not rare too. */
static enum rc choose(struct op *op, const struct question *q, bool common, const struct driver **out)
{
    unsigned bits = bits_of(q);
    *out = &drivers[DRIVERS - 1];
    for (size_t i = 0; i < DRIVERS; i++) {
        const struct driver *d = &drivers[i];
        bool take = d->sorts >> q->f.sort & 1;
        if ((d->needs & bits) != d->needs)
            continue;
        if (!take && d->otherwise != ORDERED && (common || d->otherwise == RARE))
            RETURN_IF(is_small(op, q, d, &take));
        if (!take)
            continue;
        *out = d;
        break;
    }
    return RC_OK;
}

/* Bounds the walk to `rows`. What is held back is passed over uncounted: there is little of it. */
static enum rc find_end(struct op *op, struct problem_list_in *in, enum problem_sort sort, int64_t rows, struct answer *a)
{
    struct problem_list_key_row k;
    bool found;
    RETURN_IF(row_at(op, in, rows - 1, &in->end_id, &a->cut));
    if (!a->cut)
        return RC_OK;
    RETURN_IF(q_problem_list_key(&op->rd, &(struct problem_list_key_in){op->hq, in->end_id}, &k, &found));
    if (!found) { /* never: problems are not deleted */
        a->cut = false;
        return RC_OK;
    }
    struct problem_list_row row = {.id = in->end_id, .reported_ms = k.reported_ms, .due_ms = k.due_ms,
                                   .closed_ms = k.closed_ms, .year = k.year, .number = k.number};
    struct opt_i64 *const ends[PROBLEM_SORTS] = {&in->newest_end, &in->oldest_end, &in->due_end, &in->closed_end, &in->year_end};
    a->end = problem_key_of(sort, &row);
    *ends[sort] = SOME(a->end.a);
    in->number_end = SOME(a->end.b);
    return RC_OK;
}

/* Reads along one driver; unless its index answers all, `rows` at most. */
static enum rc read_along(struct op *op, const struct question *q, const struct driver *d, int64_t rows, struct answer *a)
{
    unsigned bits = bits_of(q);
    struct problem_list_in in = {.hq = op->hq, .row_limit = q->f.limit + 1};
    bool ordered = d->sorts >> q->f.sort & 1;
    /* An open state says all that "open" does. */
    unsigned covered = d->needs | (d->needs & (F_STATE | F_OPEN_STATE) ? bits & (F_OPEN_STATE | F_STATE) : 0);
    *a = (struct answer){0};
    put_order(&in, &q->f);
    put_driver(&in, q, d->needs);
    put_rest(op, &in, q, covered, ordered);
    if (!ordered)
        return q_problem_list_sorted(&op->rd, &in, &a->rows, &a->n);
    if (bits & ~covered)
        RETURN_IF(find_end(op, &in, q->f.sort, rows, a));
    RETURN_IF(q_problem_list(&op->rd, &in, &a->rows, &a->n));
    a->cut = a->cut && a->n <= (size_t)q->f.limit;
    return RC_OK;
}

/* A short walk fills most pages. Where it does not, a filter that seemed common may be rare after all. */
static enum rc ask(struct op *op, const struct question *q, struct answer *a)
{
    const struct driver *d;
    RETURN_IF(choose(op, q, false, &d));
    RETURN_IF(read_along(op, q, d, q->f.walk < PROBLEM_WALK_SHORT ? q->f.walk : PROBLEM_WALK_SHORT, a));
    if (!a->cut)
        return RC_OK;
    RETURN_IF(choose(op, q, true, &d));
    return read_along(op, q, d, q->f.walk, a);
}

/* ---- all questions ---- */

/* Narrows the filter to a unit or area of one's own; false: nothing is left. */
static bool narrow_unit(struct uuid *at, struct uuid own)
{
    if (!uuid_is_none(*at) && !uuid_eq(*at, own))
        return false;
    *at = own;
    return true;
}

static bool narrow_area(struct str *at, struct str own)
{
    if (!at->p || str_starts(own, *at))
        *at = own;
    return str_starts(*at, own);
}

static size_t questions(struct op *op, const struct problem_filter *f, struct question out[QUESTIONS])
{
    struct scope s = policy_scope(&op->actor, ACT_PROBLEM_READ);
    size_t n = 0;
    if (s.all) {
        out[n++] = (struct question){.f = *f};
        return n;
    }
    if (!uuid_is_none(s.person_id))
        out[n++] = (struct question){.f = *f, .reporter_id = s.person_id};
    /* Which round found it is not theirs to know, nor to find out by asking. */
    if (!uuid_is_none(f->round_id))
        return n;
    const struct question cut = {.f = *f, .not_held = true};
    if (s.open)
        out[n++] = cut;
    if (!uuid_is_none(s.unit_id)) {
        out[n] = cut;
        n += narrow_unit(&out[n].f.unit_id, s.unit_id);
        out[n] = cut;
        n += narrow_unit(&out[n].f.handler_id, s.unit_id);
    }
    if (s.area_code.p) {
        out[n] = cut;
        n += narrow_area(&out[n].f.area_code, s.area_code);
    }
    return n;
}

struct problem_key problem_key_of(enum problem_sort sort, const struct problem_list_row *r)
{
    const int64_t first[PROBLEM_SORTS] = {r->reported_ms, r->reported_ms, r->due_ms.v, r->closed_ms.v, r->year};
    return (struct problem_key){first[sort], sort == PROBLEM_NUMBER ? r->number : 0, r->id};
}

static int compare(enum problem_sort sort, struct problem_key x, struct problem_key y)
{
    bool rising = sort == PROBLEM_OLDEST || sort == PROBLEM_DUE;
    int c = x.a != y.a ? (x.a < y.a ? -1 : 1) : x.b != y.b ? (x.b < y.b ? -1 : 1) : uuid_cmp(x.id, y.id);
    return rising ? c : -c;
}

static int by_sort(const void *a, const void *b, void *sort)
{
    enum problem_sort s = *(const enum problem_sort *)sort;
    return compare(s, problem_key_of(s, a), problem_key_of(s, b));
}

/* Sorts, drops what came twice and what lies beyond the end of the shortest walk, keeps a page. */
static void merge(const struct problem_filter *f, const struct answer *end, struct problem_page *out)
{
    size_t kept = 0, limit = (size_t)f->limit;
    enum problem_sort sort = f->sort;
    if (out->n > 1)
        qsort_r(out->rows, out->n, sizeof *out->rows, by_sort, &sort);
    for (size_t i = 0; i < out->n && kept <= limit; i++) {
        if (end && compare(sort, problem_key_of(sort, &out->rows[i]), end->end) > 0)
            break;
        if (kept == 0 || !uuid_eq(out->rows[i].id, out->rows[kept - 1].id))
            out->rows[kept++] = out->rows[i];
    }
    out->more = kept > limit || end;
    out->n = kept > limit ? limit : kept;
    if (kept > limit)
        out->next = problem_key_of(sort, &out->rows[limit - 1]);
    else if (end)
        out->next = end->end;
}

enum rc problem_list_readable(struct op *op, const struct problem_filter *filter, struct problem_page *out)
{
    struct question q[QUESTIONS];
    struct answer a[QUESTIONS];
    const struct answer *end = NULL;
    struct problem_filter f = *filter;
    f.limit = f.limit ? f.limit : LIMIT_DEFAULT;
    f.walk = f.walk ? f.walk : PROBLEM_WALK;
    bool none = (f.sort == PROBLEM_DUE && f.closed) || (f.sort == PROBLEM_CLOSED && f.open);
    f.open = f.open && f.sort != PROBLEM_DUE;
    f.closed = f.closed && f.sort != PROBLEM_CLOSED;
    size_t asked = none ? 0 : questions(op, &f, q);
    *out = (struct problem_page){0};
    out->rows = ARENA_MANY(OP_ARENA(op), struct problem_list_row, QUESTIONS * ((size_t)f.limit + 1));
    if (!uuid_is_none(f.parent_id) + !uuid_is_none(f.alike_id) + !uuid_is_none(f.works_id) + !uuid_is_none(f.asset_id) > 1)
        return OP_FAIL(op, RC_BAD, "bad_parameter", "父案、举一反三、改造工程、设施四项只能选一项筛选",
                       "Filter by one of parent, alike, works and asset at a time");
    for (size_t i = 0; i < asked; i++) {
        RETURN_IF(ask(op, &q[i], &a[i]));
        if (a[i].n)
            memcpy(out->rows + out->n, a[i].rows, a[i].n * sizeof *a[i].rows);
        out->n += a[i].n;
        if (a[i].cut && (!end || compare(f.sort, a[i].end, end->end) < 0))
            end = &a[i];
    }
    merge(&f, end, out);
    return RC_OK;
}
