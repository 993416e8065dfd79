/*
 * import_past.c - an import of problems from its first row to its plan: what rows are compared with, batches settled and
 * staged, totals. See import_past.h; one row is import_problems.c's.
 */
#include "import_past.h"

#include <stdlib.h>

enum { RAW_BYTES_MAX = 1024 * 1024, FORMS = PAST_TIME_SERIAL + 1 };

/* ---- what is loaded once ---- */

static int by_name(const void *a, const void *b)
{
    const struct past_site *x = *(const struct past_site *const *)a, *y = *(const struct past_site *const *)b;
    return str_cmp(x->name, y->name);
}

static enum rc load_sites(struct past *x)
{
    struct op *op = x->im->op;
    struct import_site_places_row *rows;
    if (!import_has(x->im, "site") && !import_has(x->im, "site_code"))
        return RC_OK;
    RETURN_IF(q_import_site_places(&op->rd, &(struct import_site_places_in){op->hq}, &rows, &x->nsites));
    x->sites = ARENA_MANY(x->im->arena, struct past_site, x->nsites + 1);
    x->by_name = ARENA_MANY(x->im->arena, const struct past_site *, x->nsites + 1);
    for (size_t i = 0; i < x->nsites; i++) {
        x->sites[i] = (struct past_site){rows[i].id, rows[i].code, rows[i].name, rows[i].area_code, rows[i].category_code, false};
        x->by_name[i] = &x->sites[i];
    }
    qsort(x->by_name, x->nsites, sizeof *x->by_name, by_name);
    for (size_t i = 1; i < x->nsites; i++)
        if (str_eq(x->by_name[i]->name, x->by_name[i - 1]->name)) {
            x->sites[x->by_name[i] - x->sites].twin = true;
            x->sites[x->by_name[i - 1] - x->sites].twin = true;
        }
    return RC_OK;
}

static enum rc load_standard(struct past *x)
{
    struct import *im = x->im;
    struct op *op = im->op;
    struct import_criteria_row *rows;
    RETURN_IF(import_load_categories(im));
    RETURN_IF(q_import_criteria(&op->rd, &(struct import_criteria_in){op->hq}, &rows, &x->ncriteria));
    x->criteria = ARENA_MANY(im->arena, struct past_criterion, x->ncriteria + 1);
    for (size_t i = 0; i < x->ncriteria; i++)
        x->criteria[i] = (struct past_criterion){rows[i].code, rows[i].category_code, rows[i].id};
    return RC_OK;
}

static enum rc load_root(struct past *x)
{
    struct headquarters hq;
    bool found;
    RETURN_IF(headquarters_load(x->im->op, &hq, &found));
    x->root = found ? hq.code : STR("");
    return RC_OK;
}

/* ---- how the columns of times are written ---- */

static void say_order(struct past *x, const struct past_time_guess *g, enum past_when w)
{
    struct import *im = x->im;
    struct table_value v = import_cell(im, im->map.first, past_when_keys[w]);
    if (im->order_said || (g->mdy + g->dmy + g->either == 0))
        return;
    if (g->mdy && g->dmy)
        report_warning(im->report, 0, v.column, "date_order_mixed", "本列既有“月/日/年”又有“日/月/年”：能分辨的按各自写法，其余按较多的一种",
                       "This column has month/day/year and day/month/year: each is read as it can be, the rest as most are");
    else if (!g->mdy && !g->dmy)
        report_warning(im->report, 0, v.column, "date_order_unknown", "本列日期无法分辨月在前还是日在前，按“月/日/年”读取；可用 $date_order 指明",
                       "Month first or day first cannot be told; read month first. Say it with $date_order");
}

static void look_at_column(struct past *x, enum past_when w)
{
    struct import *im = x->im;
    struct past_time_guess g = {0};
    size_t forms[FORMS] = {0};
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++)
        past_time_look(&g, import_cell(im, row, past_when_keys[w]).text);
    bool day_first = im->order_said ? im->day_first : g.dmy > g.mdy;
    x->whens[w].order = day_first ? PAST_TIME_DMY : PAST_TIME_MDY;
    say_order(x, &g, w);
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++) {
        struct past_time t;
        struct past_time_how how = {im->op->zone_min, x->whens[w].order};
        if (past_time_read(import_cell(im, row, past_when_keys[w]).text, &how, &t))
            forms[t.form]++;
    }
    for (int f = 0; f < FORMS; f++)
        if (forms[f] > forms[x->whens[w].usual])
            x->whens[w].usual = (enum past_time_form)f;
}

/* ---- keys of the file ---- */

static struct past_seen *seen_slot(struct past *x, struct str key)
{
    struct sha256 h = sha256_of(key);
    uint64_t k;
    memcpy(&k, h.b, sizeof k);
    k |= 1;
    size_t at = k & (x->seen_room - 1);
    while (x->seen[at].key && x->seen[at].key != k)
        at = (at + 1) & (x->seen_room - 1);
    x->seen[at].key = k;
    return &x->seen[at];
}

static bool same_index(const struct past_seen *s, struct str index)
{
    return index.n <= PROBLEM_PAST_INDEX_BYTES && memcmp(s->index, index.p, index.n) == 0;
}

/* ---- years and numbers ---- */

static struct problem_past_year *year_of(struct past *x, int64_t year)
{
    size_t i = 0;
    while (i < x->totals.nyears && x->years[i].year != year)
        i++;
    if (i == x->totals.nyears) {
        if (i == PAST_YEARS_MAX)
            return NULL;
        x->years[x->totals.nyears++] = (struct problem_past_year){.year = year};
    }
    return &x->years[i];
}

static enum rc give_number(struct past *x, struct problem_past *p)
{
    struct import *im = x->im;
    struct problem_past_year *y = year_of(x, p->year);
    bool taken = false;
    if (!y)
        return OP_FAIL(im->op, RC_INVALID, "too_many_years", "时间跨度过大", "The times span too many years");
    if (p->own_number.has) {
        struct past_seen *s = seen_slot(x, str_fmt(OP_ARENA(im->op), "number %lld-%lld", (long long)p->year,
                                                   (long long)p->own_number.v));
        taken = s->row != 0;
        s->row = (size_t)p->row_no;
        if (!taken)
            RETURN_IF(problem_past_number_taken(im->op, p->year, p->own_number.v, &taken));
    }
    if (taken) {
        report_warning(im->report, (size_t)p->row_no, 0, "number_taken", "编号已被占用，另编新号；原号随原始行保存",
                       "The number is taken; it gets a new one, the old is kept with the row");
        p->own_number = NONE_I64;
    }
    if (p->own_number.has)
        y->highest = p->own_number.v > y->highest ? p->own_number.v : y->highest;
    else
        p->ordinal = ++y->numbered;
    return RC_OK;
}

/* ---- one row against what is here ---- */

static const struct problem_past_known *find_known(const struct problem_past_known *known, size_t n,
                                                   const struct problem_past *p)
{
    for (size_t i = 0; i < n; i++)
        if (uuid_is_none(p->id) ? str_eq(known[i].external_id, p->external_id) : uuid_eq(known[i].id, p->id))
            return &known[i];
    return NULL;
}

/* The second and every further row of a number. */
static enum report_outcome settle_again(struct past *x, struct problem_past *p, struct past_seen *s,
                                        const struct problem_past_known *k)
{
    struct import *im = x->im;
    if (same_index(s, p->raw_index)) {
        report_warning(im->report, (size_t)p->row_no, 0, "duplicate_row", "与第%zu行完全相同", "The same as row %zu", s->row);
        return REPORT_UNCHANGED;
    }
    report_warning(im->report, (size_t)p->row_no, 0, "duplicate_differs", "与第%zu行编号相同而内容不同：以先出现的为准，本行作为附件保存",
                   "The number of row %zu with other content: the first counts, this row is kept with it", s->row);
    if (k && problem_past_has(k, p->raw_index))
        return REPORT_UNCHANGED;
    p->action = PROBLEM_PAST_AGAIN;
    p->id = s->id;
    p->seq = ++s->last_seq;
    p->was_version = s->version;
    x->totals.agains++;
    return REPORT_UPDATED;
}

static enum rc settle_new(struct past *x, struct problem_past *p, struct past_seen *s, enum report_outcome *outcome)
{
    p->action = PROBLEM_PAST_NEW;
    if (uuid_is_none(p->id))
        p->id = import_id(x->im, "problem", p->external_id);
    RETURN_IF(give_number(x, p));
    s->last_seq = s->version = 1;
    x->totals.new_rows++;
    *outcome = REPORT_CREATED;
    return RC_OK;
}

static enum report_outcome settle_there(struct past *x, struct problem_past *p, struct past_seen *s,
                                        const struct problem_past_known *k)
{
    p->id = k->id;
    s->last_seq = k->last_seq;
    s->version = k->version;
    if (k->last_seq == 0 || str_eq(k->main_index, p->raw_index))
        return REPORT_UNCHANGED;
    if (!k->as_imported) {
        report_warning(x->im->report, (size_t)p->row_no, 0, "worked_on_here", "该问题已在本系统办理，未更新",
                       "The case has been worked on here since; not changed");
        return REPORT_UNCHANGED;
    }
    p->action = PROBLEM_PAST_CHANGE;
    p->seq = ++s->last_seq;
    p->event_seq = k->event_count + 1;
    p->was_version = k->version;
    s->version = k->version + 1;
    x->totals.changes++;
    return REPORT_UPDATED;
}

static enum rc settle_row(struct past *x, size_t i, const struct problem_past_known *k, enum report_outcome *outcome)
{
    struct problem_past *p = &x->batch[i];
    struct past_seen *s = seen_slot(x, x->keys[i]);
    if (s->row) {
        *outcome = settle_again(x, p, s, k);
        return RC_OK;
    }
    s->row = (size_t)p->row_no;
    memcpy(s->index, p->raw_index.p, p->raw_index.n < sizeof s->index ? p->raw_index.n : sizeof s->index);
    if (k)
        *outcome = settle_there(x, p, s, k);
    else
        RETURN_IF(settle_new(x, p, s, outcome));
    s->id = p->id;
    return RC_OK;
}

static enum rc stage(struct past *x, struct effects *fx)
{
    struct op *op = x->im->op;
    if (fx->n == 0 || !x->stores || x->refused)
        return RC_OK;
    struct op aside = *op; /* the plan in hand is the import's own */
    return change_run_effects(&aside, fx);
}

enum rc past_settle(struct past *x)
{
    struct op *op = x->im->op;
    struct problem_past_known *known;
    struct effects fx;
    size_t nknown;
    effects_init(&fx, OP_ARENA(op));
    RETURN_IF(problem_past_known(op, x->batch, x->n, &known, &nknown));
    for (size_t i = 0; i < x->n; i++) {
        const struct problem_past_known *k = find_known(known, nknown, &x->batch[i]);
        enum report_outcome outcome;
        RETURN_IF(settle_row(x, i, k, &outcome));
        report_count(x->im->report, outcome);
        if (outcome == REPORT_CREATED || outcome == REPORT_UPDATED)
            problem_past_stage(op, &fx, op->plan.command.id, &x->batch[i]);
    }
    RETURN_IF(stage(x, &fx));
    x->n = 0;
    arena_reset(&x->batch_arena);
    return import_pulse(x->im);
}

/* ---- all rows ---- */

static enum rc take_row(struct past *x, size_t row)
{
    struct import *im = x->im;
    bool ok = report_notes(im->report, row);
    if (ok)
        RETURN_IF(past_read_row(x, row, &x->batch[x->n], &x->keys[x->n], &ok));
    if (ok) {
        x->n++;
    } else {
        report_count(im->report, REPORT_REFUSED);
        x->refused |= im->report->mode == IMPORT_ALL_OR_NOTHING;
    }
    return x->n == PAST_BATCH ? past_settle(x) : RC_OK;
}

static enum rc all_rows(struct past *x)
{
    struct import *im = x->im;
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++)
        if (table_wants(&im->map, row))
            RETURN_IF(take_row(x, row));
    return past_settle(x);
}

/* Whatever an earlier try of this very command has left. */
static enum rc drop(struct past *x)
{
    struct effects fx;
    struct op aside = *x->im->op;
    if (!x->stores)
        return RC_OK;
    effects_init(&fx, x->im->arena);
    problem_past_drop(x->im->op, &fx, x->im->op->plan.command.id);
    return change_run_effects(&aside, &fx);
}

static enum rc begin(struct past *x)
{
    struct import *im = x->im;
    arena_init(&x->batch_arena);
    buf_init(&x->raw, RAW_BYTES_MAX);
    x->batch = ARENA_MANY(im->arena, struct problem_past, PAST_BATCH);
    x->keys = ARENA_MANY(im->arena, struct str, PAST_BATCH);
    x->totals.years = x->years;
    for (x->seen_room = 64; x->seen_room < 4 * (im->table.grid.nrows + 1);)
        x->seen_room *= 2;
    x->seen = ARENA_MANY(im->arena, struct past_seen, x->seen_room);
    RETURN_IF(import_load_areas(im));
    RETURN_IF(load_root(x));
    RETURN_IF(load_sites(x));
    RETURN_IF(load_standard(x));
    RETURN_IF(drop(x));
    for (int w = 0; w < PAST_WHENS; w++)
        look_at_column(x, (enum past_when)w);
    return RC_OK;
}

static enum rc finish(struct past *x)
{
    struct op *op = x->im->op;
    if (!x->stores)
        return RC_OK;
    if (!report_may_write(x->im->report))
        return drop(x);
    if (x->totals.new_rows + x->totals.changes + x->totals.agains > 0)
        problem_past_apply(op, op->plan.command.id, &x->totals);
    return RC_OK;
}

static enum rc whole(struct import *im)
{
    struct past *x = ARENA_NEW(im->arena, struct past);
    x->im = im;
    x->stores = im->report->mode != IMPORT_DRY_RUN && !im->op->plan.replayed;
    enum rc rc = begin(x);
    im->op->rd.arena = &x->batch_arena;
    if (rc == RC_OK)
        rc = all_rows(x);
    im->op->rd.arena = im->arena;
    if (rc == RC_OK)
        rc = finish(x);
    else if (x->stores)
        (void)!drop(x); /* the fault is what was wrong before */
    buf_free(&x->raw);
    arena_free(&x->batch_arena);
    return rc;
}

const struct importer import_problems = {"problems", NULL, NULL, whole};
