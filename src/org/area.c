/*
 * area.c - rules of areas: official codes and their levels, and what a whole list of a day means
 * for the areas in force. Pure: no database, no clock.
 *
 * The statistical code grows by level: province and city 4 digits, district 6, town 9, village 12;
 * the grids a headquarters draws itself add 3 more. Offices often write districts and towns padded
 * to 12 with zeros.
 */
#include "org/org.h"

#include <stdlib.h>

const char *const area_level_names[] = {"district", "town", "village", "grid", NULL};

static const size_t level_digits[AREA_LEVELS] = {6, 9, 12, 15};

bool area_level_by_name(struct str name, enum area_level *out)
{
    for (int i = 0; i < AREA_LEVELS; i++) {
        if (str_is(name, area_level_names[i])) {
            *out = (enum area_level)i;
            return true;
        }
    }
    return false;
}

static bool level_of_length(size_t digits, enum area_level *level)
{
    for (int i = 0; i < AREA_LEVELS; i++) {
        if (level_digits[i] == digits) {
            *level = (enum area_level)i;
            return true;
        }
    }
    return false;
}

bool area_code_normal(struct str code, struct str *normal, enum area_level *level)
{
    struct str s = str_trim(code);
    if (!str_is_ascii_digits(s) || !level_of_length(s.n, level) || s.p[0] == '0')
        return false;
    /* A grid's own number may be 000; only the national levels are padded. */
    while ((*level == AREA_VILLAGE || *level == AREA_TOWN) && str_ends(s, STR("000"))) {
        s.n -= 3;
        *level = (enum area_level)(*level - 1);
    }
    *normal = s;
    return true;
}

struct str area_code_parent(struct str normal)
{
    enum area_level level;
    if (!level_of_length(normal.n, &level) || level == AREA_DISTRICT)
        return STR_NONE;
    return str_sub(normal, 0, level_digits[level - 1]);
}

/* ---- the comparison of a list with what is in force ---- */

struct diff {
    struct str scope;
    const struct area_entry **entries; /* by code */
    size_t nentries;
    const struct area_now **now; /* by code */
    size_t nnow;
    size_t deepest; /* digits of the longest code in the list */
    struct area_diff *out;
};

static int by_entry_code(const void *a, const void *b)
{
    const struct area_entry *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static int by_now_code(const void *a, const void *b)
{
    const struct area_now *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static int entry_has_code(const void *key, const void *item)
{
    const struct area_entry *const *e = item;
    return str_cmp(*(const struct str *)key, (*e)->code);
}

static int now_has_code(const void *key, const void *item)
{
    const struct area_now *const *x = item;
    return str_cmp(*(const struct str *)key, (*x)->code);
}

static const struct area_entry *entry_of(const struct diff *d, struct str code)
{
    const struct area_entry **found =
        d->nentries ? bsearch(&code, d->entries, d->nentries, sizeof *d->entries, entry_has_code)
                    : NULL;
    return found ? *found : NULL;
}

static const struct area_now *now_of(const struct diff *d, struct str code)
{
    const struct area_now **found =
        d->nnow ? bsearch(&code, d->now, d->nnow, sizeof *d->now, now_has_code) : NULL;
    return found ? *found : NULL;
}

static bool closes(const struct diff *d, const struct area_now *x)
{
    if (str_eq(x->code, d->scope) || entry_of(d, x->code))
        return false;
    if (x->code.n <= d->deepest)
        return true;
    /* Deeper than the list speaks of: it stays while its parent does. */
    const struct area_now *parent = x->parent_code.p ? now_of(d, x->parent_code) : NULL;
    return parent && closes(d, parent);
}

static void add_step(struct diff *d, enum area_step_kind kind, const struct area_entry *e,
                     const struct area_now *x)
{
    d->out->steps[d->out->n++] = (struct area_step){kind, e, x};
}

/* Longer codes lie deeper. */
static void add_closings(struct diff *d)
{
    for (int level = AREA_LEVELS - 1; level >= 0; level--) {
        for (size_t i = 0; i < d->nnow; i++) {
            if (d->now[i]->code.n != level_digits[level] || !closes(d, d->now[i]))
                continue;
            add_step(d, AREA_STEP_CLOSE, NULL, d->now[i]);
            d->out->closed++;
        }
    }
}

static void compare(struct diff *d, const struct area_entry *e)
{
    const struct area_now *x = now_of(d, e->code);
    if (!x) {
        add_step(d, AREA_STEP_CREATE, e, NULL);
        d->out->created++;
        return;
    }
    bool renamed = !str_eq(x->name, e->name);
    bool other_kind = e->kind.p && !str_eq(x->kind, e->kind);
    bool moved = e->parent_code.p && !str_eq(e->parent_code, x->parent_code);
    d->out->renamed += renamed;
    bool reordered = e->order_said && e->order_no != x->order_no;
    bool altered = renamed || other_kind || moved || reordered;
    d->out->altered += altered && !renamed;
    d->out->unchanged += !altered;
    if (altered)
        add_step(d, AREA_STEP_ALTER, e, x);
}

void area_snapshot_diff(struct arena *a, const struct area_comparison *in, struct area_diff *out)
{
    struct diff d = {.scope = in->scope, .nentries = in->nentries, .nnow = in->nnow, .out = out};
    d.entries = ARENA_MANY(a, const struct area_entry *, in->nentries + 1);
    d.now = ARENA_MANY(a, const struct area_now *, in->nnow + 1);
    for (size_t i = 0; i < in->nentries; i++) {
        d.entries[i] = &in->entries[i];
        d.deepest = in->entries[i].code.n > d.deepest ? in->entries[i].code.n : d.deepest;
    }
    for (size_t i = 0; i < in->nnow; i++)
        d.now[i] = &in->now[i];
    qsort(d.entries, in->nentries, sizeof *d.entries, by_entry_code);
    qsort(d.now, in->nnow, sizeof *d.now, by_now_code);
    *out =
        (struct area_diff){.steps = ARENA_MANY(a, struct area_step, in->nnow + in->nentries + 1)};
    add_closings(&d);
    /* A parent given outside the prefix may sort behind its child: levels go one after the other.
     */
    for (int level = 0; level < AREA_LEVELS; level++)
        for (size_t i = 0; i < in->nentries; i++)
            if (d.entries[i]->code.n == level_digits[level])
                compare(&d, d.entries[i]);
}
