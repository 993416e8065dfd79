/*
 * import_areas.c - lists of areas (区划). With a day the list is complete for it and what is absent
 * is closed (快照); without, it adds to and mends what is in force today. Either way the room
 * compares whole lists, one per district, so a community may stand above its street in the file.
 *
 * A list of communities names streets and district beside each row: those not known yet are made
 * from there. Levels above those of the list stay as they are.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "base/civil.h"

#include <stdlib.h>

enum { DISTRICT_DIGITS = 6 };

struct area_row {
    size_t row; /* index in the grid; SIZE_MAX: no row of the file */
    struct area_entry entry;
    bool good;
    bool counted;
};

struct areas {
    struct area_row *rows; /* of the file, then those implied, by code */
    size_t n, room;
    struct area_entry *entries; /* handed to the room, one district after the other */
    struct area_row **of_entry;
};

/* ---- one row ---- */

static void read_code(struct import *im, struct area_row *r)
{
    struct table_value v = import_cell(im, r->row, "code");
    enum area_level level;
    if (!report_check(im->report, &v, true, 20)) {
        r->good = false;
    } else if (!area_code_normal(v.text, &r->entry.code, &level)) {
        report_error(im->report, v.row, v.column, "area_code", "区划代码应为6、9、12或15位数字",
                     "An area code has 6, 9, 12 or 15 digits");
        r->good = false;
    } else if (!import_first(im, r->row, "code", r->entry.code)) {
        r->good = false;
    }
}

static void read_parent(struct import *im, struct area_row *r)
{
    struct table_value v = import_cell(im, r->row, "parent_code");
    enum area_level level;
    struct str code;
    if (str_empty(v.text) || !r->good)
        return;
    if (area_code_normal(v.text, &code, &level) && code.n < r->entry.code.n) {
        r->entry.parent_code = code;
        return;
    }
    report_error(im->report, v.row, v.column, "parent_code", "上级代码不正确，应为上一级区划的代码",
                 "The parent's code is wrong: it is that of an area of a higher level");
    r->good = false;
}

static void read_row(struct import *im, size_t row, struct area_row *r)
{
    struct opt_i64 order;
    *r = (struct area_row){.row = row, .good = report_notes(im->report, row)};
    read_code(im, r);
    read_parent(im, r);
    r->good &= import_text(im, row, "name", true, NAME_MAX_CHARS, &r->entry.name);
    r->good &= import_text(im, row, "kind", false, 40, &r->entry.kind);
    r->entry.kind = text_or_none(r->entry.kind);
    r->good &= import_order(im, row, &order);
    r->entry.order_no = order.v;
    r->entry.order_said = order.has;
}

static int by_code(const void *a, const void *b)
{
    const struct area_row *x = a, *y = b;
    return str_cmp(x->entry.code, y->entry.code);
}

/* ---- what stands above ---- */

static struct area_row *find_row(const struct areas *s, struct str code)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].good && str_eq(s->rows[i].entry.code, code))
            return &s->rows[i];
    return NULL;
}

static const struct import_area *in_force(const struct import *im, struct str code)
{
    size_t lo = 0, hi = im->nareas;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(im->areas[mid].code, code) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < im->nareas && str_eq(im->areas[lo].code, code) ? &im->areas[lo] : NULL;
}

/* The name the row gives for an area above it. */
static struct str name_above(const struct import *im, const struct area_row *r, struct str code)
{
    struct str parent =
        r->entry.parent_code.p ? r->entry.parent_code : area_code_parent(r->entry.code);
    struct str given = import_cell(im, r->row, "district_code").text, normal;
    enum area_level level;
    if (str_eq(parent, code) && import_cell(im, r->row, "parent_name").text.n)
        return import_cell(im, r->row, "parent_name").text;
    if (code.n != DISTRICT_DIGITS ||
        (given.n && !(area_code_normal(given, &normal, &level) && str_eq(normal, code))))
        return STR("");
    return import_cell(im, r->row, "district_name").text;
}

/* Answers whether the area above is there or could be made. */
static bool ensure_above(struct import *im, struct areas *s, const struct area_row *r)
{
    struct str code =
        r->entry.parent_code.p ? r->entry.parent_code : area_code_parent(r->entry.code);
    for (; code.p; code = area_code_parent(code)) {
        if (find_row(s, code) || in_force(im, code))
            return true;
        struct str name = name_above(im, r, code);
        if (str_empty(name) || utf8_count(name) > NAME_MAX_CHARS || s->n == s->room) {
            struct table_value v = import_cell(im, r->row, "code");
            report_error(im->report, v.row, v.column, "parent_missing",
                         "没有上级区划 %.*s，请先导入上级",
                         "The area above it, %.*s, is missing; import that first", STR_ARG(code));
            return false;
        }
        s->rows[s->n++] = (struct area_row){
            .row = SIZE_MAX, .good = true, .counted = true, .entry = {.code = code, .name = name}};
        report_warning(im->report, import_row_number(im, r->row), 0, "area_made_above",
                       "一并建立上级区划 %.*s %.*s", "The area above it is made too: %.*s %.*s",
                       STR_ARG(code), STR_ARG(name));
    }
    return true;
}

/* From the top down, so that what stands under a refused row is refused too. */
static void check_above(struct import *im, struct areas *s)
{
    size_t n = s->n;
    for (size_t digits = DISTRICT_DIGITS; digits <= 15; digits += 3)
        for (size_t i = 0; i < n; i++)
            if (s->rows[i].good && s->rows[i].entry.code.n == digits && digits > DISTRICT_DIGITS)
                s->rows[i].good = ensure_above(im, s, &s->rows[i]);
    qsort(s->rows, s->n, sizeof *s->rows, by_code);
}

/* ---- one district ---- */

static void add_entry(struct areas *s, size_t *n, struct area_row *r, const struct area_entry *e)
{
    s->entries[*n] = *e;
    s->of_entry[(*n)++] = r;
}

/* In force and not in the list, yet to stay: levels above the list's; without a day, all. */
static void keep_others(struct import *im, struct areas *s, struct str scope, size_t *n)
{
    size_t listed = *n, top = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].row != SIZE_MAX && str_starts(s->rows[i].entry.code, scope) &&
            s->rows[i].entry.code.n < top)
            top = s->rows[i].entry.code.n;
    for (size_t i = 0; i < im->nareas; i++) {
        const struct import_area *a = &im->areas[i];
        bool there = false;
        if (!str_starts(a->code, scope) || (im->in->as_of_ms.has && a->code.n >= top))
            continue;
        for (size_t k = 0; k < listed && !there; k++)
            there = str_eq(s->entries[k].code, a->code);
        if (!there)
            add_entry(s, n, NULL, &(struct area_entry){.code = a->code, .name = a->name});
    }
}

static void count_steps(struct import *im, struct areas *s, const struct area_diff *diff)
{
    for (size_t i = 0; i < diff->n; i++) {
        const struct area_step *p = &diff->steps[i];
        struct area_row *r = p->entry ? s->of_entry[p->entry - s->entries] : NULL;
        if (p->kind == AREA_STEP_CLOSE)
            report_warning(im->report, 0, 0, "area_closed", "名录中没有，撤销：%.*s %.*s",
                           "Not in the list, closed: %.*s %.*s", STR_ARG(p->now->code),
                           STR_ARG(p->now->name));
        if (!r || r->counted)
            continue;
        report_count(im->report, p->kind == AREA_STEP_CREATE ? REPORT_CREATED : REPORT_UPDATED);
        r->counted = true;
    }
}

static enum rc plan_district(struct import *im, struct areas *s, struct str scope)
{
    struct op *op = im->op;
    struct area_diff diff;
    size_t n = 0;
    int64_t today = civil_midnight(op->now, op->zone_min);
    s->entries = ARENA_MANY(OP_ARENA(op), struct area_entry, s->n + im->nareas + 1);
    s->of_entry = ARENA_MANY(OP_ARENA(op), struct area_row *, s->n + im->nareas + 1);
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].good && str_starts(s->rows[i].entry.code, scope))
            add_entry(s, &n, &s->rows[i], &s->rows[i].entry);
    keep_others(im, s, scope, &n);
    struct area_snapshot snapshot = {.scope = scope,
                                     .entries = s->entries,
                                     .n = n,
                                     .at_ms = im->in->as_of_ms.has ? im->in->as_of_ms.v : today};
    RETURN_IF(area_prepare_snapshot(op, &snapshot, &diff));
    count_steps(im, s, &diff);
    return RC_OK;
}

static enum rc plan_districts(struct import *im, struct areas *s)
{
    struct str done = STR_NONE;
    for (size_t i = 0; i < s->n; i++) {
        struct str scope = str_sub(s->rows[i].entry.code, 0, DISTRICT_DIGITS);
        if (!s->rows[i].good || (done.p && str_eq(done, scope)))
            continue;
        done = scope;
        RETURN_IF(plan_district(im, s, scope));
    }
    return RC_OK;
}

static enum rc whole(struct import *im)
{
    struct areas s = {.room = 3 * im->table.grid.nrows + 1};
    s.rows = ARENA_MANY(OP_ARENA(im->op), struct area_row, s.room);
    RETURN_IF(import_load_areas(im));
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++)
        if (table_wants(&im->map, row))
            read_row(im, row, &s.rows[s.n++]);
    check_above(im, &s);
    RETURN_IF(plan_districts(im, &s));
    for (size_t i = 0; i < s.n; i++)
        if (!s.rows[i].counted)
            report_count(im->report, s.rows[i].good ? REPORT_UNCHANGED : REPORT_REFUSED);
    return RC_OK;
}

const struct importer import_areas = {"areas", NULL, NULL, whole};
