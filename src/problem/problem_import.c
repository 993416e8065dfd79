/* problem_import.c - see problem_import.h. */
#include "problem/problem_import.h"

#include "base/arena.h"
#include "privacy/privacy.h"
#include "problem_import_sql.h"

#include <stdlib.h>

static const char *const actions[] = {"new", "change", "again"};
static const char raw_field[] = "problem.import";

static struct str optional_text(struct str s)
{
    return s.n ? s : STR_NONE;
}

struct str problem_past_index(const struct op *op, struct str content)
{
    return privacy_index(op->env->keys, OP_ARENA(op), op->hq, raw_field, content);
}

bool problem_past_has(const struct problem_past_known *k, struct str index)
{
    for (size_t i = 0; index.n && i + index.n <= k->indexes.n; i += index.n)
        if (memcmp(k->indexes.p + i, index.p, index.n) == 0)
            return true;
    return false;
}

/* ---- what is here ---- */

static int by_problem_and_seq(const void *pa, const void *pb)
{
    const struct problem_known_rows_row *a = pa, *b = pb;
    int order = uuid_cmp(a->problem_id, b->problem_id);
    return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

/* `rows` in the order of problems and of their coming. */
static void add_rows(struct arena *a, struct problem_past_known *k, const struct problem_known_rows_row *rows, size_t n)
{
    char *all = arena_alloc(a, n * PROBLEM_PAST_INDEX_BYTES + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct problem_known_rows_row *r = &rows[i];
        if (!uuid_eq(r->problem_id, k->id))
            continue;
        k->last_seq = r->seq;
        if (!r->again) {
            k->main_index = r->raw_index;
            k->as_imported = r->version_after == k->version;
        }
        if (r->raw_index.n > PROBLEM_PAST_INDEX_BYTES)
            continue;
        memcpy(all + at, r->raw_index.p, r->raw_index.n);
        at += r->raw_index.n;
    }
    k->indexes = (struct str){all, at};
}

static enum rc ask_rows(struct op *op, struct problem_past_known *known, size_t n)
{
    struct problem_known_rows_in in = {.hq = op->hq};
    struct problem_known_rows_row *rows;
    struct uuid *ids[] = {&in.i0, &in.i1, &in.i2,  &in.i3,  &in.i4,  &in.i5,  &in.i6,  &in.i7,
                          &in.i8, &in.i9, &in.i10, &in.i11, &in.i12, &in.i13, &in.i14, &in.i15};
    size_t nrows;
    for (size_t i = 0; i < PROBLEM_PAST_BATCH; i++)
        *ids[i] = known[i < n ? i : 0].id;
    RETURN_IF(q_problem_known_rows(&op->rd, &in, &rows, &nrows));
    if (nrows)
        qsort(rows, nrows, sizeof *rows, by_problem_and_seq);
    for (size_t i = 0; i < n; i++)
        add_rows(OP_ARENA(op), &known[i], rows, nrows);
    return RC_OK;
}

static enum rc ask(struct op *op, const struct problem_known_in *in, struct problem_past_known *out, size_t *nout)
{
    struct problem_known_row *rows;
    struct problem_past_known *mine = out + *nout;
    size_t n;
    RETURN_IF(q_problem_known(&op->rd, in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        mine[i] = (struct problem_past_known){.id = rows[i].id, .external_id = rows[i].external_id,
                                              .version = rows[i].version, .event_count = rows[i].event_count};
    *nout += n;
    return n ? ask_rows(op, mine, n) : RC_OK;
}

static void fill(struct problem_known_in *in, bool by_id, const struct problem_past *const *rows, size_t n)
{
    struct uuid *ids[] = {&in->i0, &in->i1, &in->i2,  &in->i3,  &in->i4,  &in->i5,  &in->i6,  &in->i7,
                          &in->i8, &in->i9, &in->i10, &in->i11, &in->i12, &in->i13, &in->i14, &in->i15};
    struct str *texts[] = {&in->e0, &in->e1, &in->e2,  &in->e3,  &in->e4,  &in->e5,  &in->e6,  &in->e7,
                           &in->e8, &in->e9, &in->e10, &in->e11, &in->e12, &in->e13, &in->e14, &in->e15};
    for (size_t i = 0; i < PROBLEM_PAST_BATCH; i++) {
        const struct problem_past *p = rows[i < n ? i : 0];
        *ids[i] = p->id;
        *texts[i] = by_id ? STR("") : p->external_id;
    }
    in->by_id = by_id ? SOME_BOOL(true) : (struct opt_bool){0};
    in->by_external = by_id ? (struct opt_bool){0} : SOME_BOOL(true);
}

enum rc problem_past_known(struct op *op, const struct problem_past *rows, size_t n, struct problem_past_known **out,
                           size_t *nout)
{
    *out = ARENA_MANY(OP_ARENA(op), struct problem_past_known, n + PROBLEM_PAST_BATCH);
    *nout = 0;
    for (int by_id = 0; by_id < 2; by_id++) {
        const struct problem_past *some[PROBLEM_PAST_BATCH];
        size_t k = 0;
        for (size_t i = 0; i <= n; i++) {
            bool wanted = i < n && (by_id ? !uuid_is_none(rows[i].id) : uuid_is_none(rows[i].id) && rows[i].external_id.n);
            if (wanted)
                some[k++] = &rows[i];
            if (k == 0 || (k < PROBLEM_PAST_BATCH && i < n))
                continue;
            struct problem_known_in in = {.hq = op->hq};
            fill(&in, by_id, some, k);
            RETURN_IF(ask(op, &in, *out, nout));
            k = 0;
        }
    }
    return RC_OK;
}

enum rc problem_past_number_taken(struct op *op, int64_t year, int64_t number, bool *taken)
{
    struct problem_number_taken_row row;
    return q_problem_number_taken(&op->rd, &(struct problem_number_taken_in){op->hq, year, number}, &row, taken);
}

/* ---- staging ---- */

static struct str search_text(struct op *op, const struct problem_past *p)
{
    return utf8_fold(OP_ARENA(op), str_fmt(OP_ARENA(op), "%.*s %.*s %.*s %.*s", STR_ARG(p->description),
                                           STR_ARG(p->site_name), STR_ARG(p->place), STR_ARG(p->external_id)));
}

void problem_past_stage(struct op *op, struct effects *fx, struct uuid job, const struct problem_past *p)
{
    const struct privacy_place at = {op->hq, raw_field, p->id};
    fx_problem_past_stage_add(fx, &(struct problem_past_stage_add_in){
        .hq = op->hq, .job_id = job, .row_no = p->row_no, .action = str_of(actions[p->action]), .problem_id = p->id,
        .seq = p->seq, .event_seq = p->event_seq, .was_version = p->was_version, .year = p->year,
        .own_number = p->own_number, .ordinal = p->ordinal, .state = p->state, .source = str_of(p->source),
        .site_id = p->site_id, .area_code = p->area_code, .category_code = optional_text(p->category_code),
        .criterion_id = p->criterion_id, .description = p->description, .place = optional_text(p->place),
        .lon_e7 = p->lon_e7, .lat_e7 = p->lat_e7, .severity = str_of(p->severity), .typical = p->typical, .kind = p->kind,
        .unit_id = p->unit_id, .reporter_id = op->actor.person_id, .limit_kind = str_of(limit_kind_names[p->limit_kind]),
        .limit_amount = p->limit_amount, .reported_ms = p->reported_ms, .registered_ms = p->registered_ms,
        .dispatched_ms = p->dispatched_ms, .due_ms = p->due_ms, .rectified_ms = p->rectified_ms,
        .closed_ms = p->closed_ms, .overdue = p->overdue, .exempt = p->exempt, .rework_count = p->rework_count,
        .external_id = optional_text(p->external_id), .search_text = search_text(op, p), .note = optional_text(p->note),
        .list_source = p->list_source.p ? p->list_source : STR(""), .number_there = optional_text(p->number_there),
        .status_there = optional_text(p->status_there), .kind_there = optional_text(p->kind_there),
        .unit_there = optional_text(p->unit_there), .raw_sealed = privacy_seal(op->env->keys, OP_ARENA(op), &at, p->raw),
        .raw_index = p->raw_index, .at_ms = op->now});
}

void problem_past_drop(const struct op *op, struct effects *fx, struct uuid job)
{
    struct effect *e = fx_problem_past_stage_drop(fx, &(struct problem_past_stage_drop_in){op->hq, job});
    e->min = 0;
    e->max = INT64_MAX;
}

void problem_past_sweep(const struct op *op, struct effects *fx, int64_t before_ms)
{
    struct effect *e = fx_problem_past_stage_sweep(fx, &(struct problem_past_stage_sweep_in){op->hq, before_ms});
    e->min = 0;
    e->max = INT64_MAX;
}

/* ---- all of it ---- */

static void exactly(struct effect *e, int64_t rows)
{
    e->min = e->max = rows;
}

void problem_past_apply(struct op *op, struct uuid job, const struct problem_past_totals *t)
{
    static const struct miss taken = {RC_STALE, "changed_meanwhile", "导入期间有人登记了相同编号的问题，请重新导入",
                                      "A problem of the same number was registered meanwhile; import again"};
    struct effects *fx = &op->plan.fx;
    for (size_t i = 0; i < t->nyears; i++)
        fx_problem_serial_raise(fx, &(struct problem_serial_raise_in){op->hq, t->years[i].year, t->years[i].highest});
    struct effect *made = fx_problem_past_stage_make(fx, &(struct problem_past_stage_make_in){op->hq, job});
    exactly(made, t->new_rows);
    made->on_clash = &taken;
    exactly(fx_problem_past_stage_change(fx, &(struct problem_past_stage_change_in){op->hq, job}), t->changes);
    exactly(fx_problem_past_stage_events(fx, &(struct problem_past_stage_events_in){
        .hq = op->hq, .job_id = job, .actor_id = op->actor.person_id, .actor_unit_id = op->actor.unit_id, .at_ms = op->now,
        .command_id = op->plan.command.id}), t->new_rows + t->changes);
    exactly(fx_problem_past_stage_keep(fx, &(struct problem_past_stage_keep_in){op->hq, job, op->now, op->plan.command.id}),
            t->new_rows + t->changes + t->agains);
    for (size_t i = 0; i < t->nyears; i++)
        if (t->years[i].numbered)
            fx_problem_serial_add(fx, &(struct problem_serial_add_in){op->hq, t->years[i].year, t->years[i].numbered});
    problem_past_drop(op, fx, job);
}
