/* period.c - see period.h: the calendar of periods, figures in order, their hash and their differences. Pure. */
#include "indicator/period.h"

#include "base/buf.h"
#include "base/civil.h"

#include <stdio.h>
#include <stdlib.h>

const char *const period_kind_names[PERIOD_KINDS + 1] = {"month", "quarter", "year", "custom", NULL};

bool period_span(enum period_kind kind, int year, int ordinal, int zone_min, struct period_span *out)
{
    static const int months[PERIOD_KINDS] = {1, 3, 12, 0};
    int step = months[kind];
    if (!step || year < 1970 || year > 9998 || ordinal < 1 || ordinal > 12 / step)
        return false;
    int first = (ordinal - 1) * step, next = first + step;
    struct civil from = {.year = year, .month = first + 1, .day = 1};
    struct civil to = {.year = year + next / 12, .month = next % 12 + 1, .day = 1};
    out->from_ms = civil_to_ms(&from, zone_min);
    out->to_ms = civil_to_ms(&to, zone_min);
    if (kind == PERIOD_MONTH)
        snprintf(out->name, sizeof out->name, "%d年%d月", year, ordinal);
    else if (kind == PERIOD_QUARTER)
        snprintf(out->name, sizeof out->name, "%d年第%d季度", year, ordinal);
    else
        snprintf(out->name, sizeof out->name, "%d年", year);
    return true;
}

static int compare(const struct figure *x, const struct figure *y)
{
    int c = str_cmp(x->part, y->part);
    if (!c)
        c = str_cmp(x->item, y->item);
    return c ? c : str_cmp(x->key, y->key);
}

static int by_place(const void *a, const void *b)
{
    return compare(a, b);
}

void figures_sort(struct figures *f)
{
    if (f->n > 1)
        qsort(f->list, f->n, sizeof *f->list, by_place);
}

struct sha256 figures_hash(struct arena *a, const struct figures *f, int64_t from_ms, int64_t to_ms, int64_t revision)
{
    struct buf b;
    (void)a;
    buf_init(&b, 64u << 20);
    buf_fmt(&b, "%lld\t%lld\t%lld\n", (long long)from_ms, (long long)to_ms, (long long)revision);
    for (size_t i = 0; i < f->n; i++) {
        const struct figure *x = &f->list[i];
        buf_fmt(&b, "%.*s\t%.*s\t%.*s\t%.*s\t%lld\t%lld\t%.*s\n", STR_ARG(x->part), STR_ARG(x->item), STR_ARG(x->key), STR_ARG(x->name),
                (long long)x->num, (long long)x->den, STR_ARG(x->choice));
    }
    struct sha256 h = sha256_of(buf_view(&b));
    buf_free(&b);
    return h;
}

size_t figures_compare(struct arena *a, const struct figures *before, const struct figures *after, struct figure_change **out)
{
    size_t i = 0, j = 0, n = 0;
    *out = ARENA_MANY(a, struct figure_change, before->n + after->n + 1);
    while (i < before->n || j < after->n) {
        const struct figure *x = i < before->n ? &before->list[i] : NULL, *y = j < after->n ? &after->list[j] : NULL;
        int c = !x ? 1 : !y ? -1 : compare(x, y);
        i += c <= 0;
        j += c >= 0;
        if (c == 0 && x->num == y->num && x->den == y->den && str_eq(x->choice, y->choice))
            continue;
        struct figure_change *d = &(*out)[n++];
        *d = (struct figure_change){.has_before = c <= 0, .has_after = c >= 0};
        if (c <= 0)
            d->before = *x;
        if (c >= 0)
            d->after = *y;
    }
    return n;
}
