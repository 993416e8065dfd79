/*
 * calendar_load.c - reads lists of holidays and make-up days into a calendar. See calendar_load().
 *
 * The lists are the project's own small files, so the format is as plain as it can be; foreign
 * tables come in through exchange/, not here.
 */
#include "calendar/calendar.h"

#include "base/arena.h"

#include <stdlib.h>

struct load {
    struct arena *arena;
    struct fault *fault;
    struct calendar_exception *rows;
    size_t n, room;
    size_t line;
};

static enum rc bad_line(struct load *l, const char *code, const char *zh, const char *en)
{
    fail(l->fault, RC_INVALID, code, "节假日表第 %zu 行：%s", "", l->line, zh);
    struct str in_chinese = l->fault->zh;
    fail(l->fault, RC_INVALID, code, "", "Holiday list, line %zu: %s", l->line, en);
    l->fault->zh = in_chinese;
    return RC_INVALID;
}

static bool read_day(struct str s, int64_t *day)
{
    int64_t ms;
    if (s.n != 10 || !civil_parse_date(s, 0, &ms))
        return false;
    *day = ms / DAY_MS;
    return true;
}

static bool read_kind(struct str s, enum day_kind *kind)
{
    for (int i = 0; day_kind_names[i]; i++) {
        if (str_is(s, day_kind_names[i])) {
            *kind = (enum day_kind)i;
            return true;
        }
    }
    return false;
}

static void keep(struct load *l, struct calendar_exception e)
{
    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 256;
        struct calendar_exception *grown = ARENA_MANY(l->arena, struct calendar_exception, room);
        if (l->n)
            memcpy(grown, l->rows, l->n * sizeof *grown);
        l->rows = grown;
        l->room = room;
    }
    l->rows[l->n++] = e;
}

static enum rc read_line(struct load *l, struct str line)
{
    struct str cells[4] = {STR_NONE, STR_NONE, STR(""), STR("")}, rest = line, cell;
    size_t n = 0;
    while (str_next(&rest, ',', &cell)) {
        if (n == 4)
            return bad_line(l, "calendar_columns", "多于四列", "more than four columns");
        cells[n++] = str_trim(cell);
    }
    if (l->n == 0 && str_is(cells[0], "date"))
        return RC_OK;
    struct calendar_exception e = {.zh = str_copy(l->arena, cells[2]),
                                   .en = str_copy(l->arena, cells[3])};
    if (n < 2 || !read_day(cells[0], &e.day))
        return bad_line(l, "calendar_date", "日期应写作 2026-02-17",
                        "the date must be written 2026-02-17");
    if (!read_kind(cells[1], &e.kind))
        return bad_line(l, "calendar_kind", "类型应为 holiday、makeup、half_am 或 half_pm",
                        "the kind must be holiday, makeup, half_am or half_pm");
    if (l->n == CALENDAR_EXCEPTIONS_MAX)
        return bad_line(l, "calendar_too_large", "行数过多", "too many lines");
    keep(l, e);
    return RC_OK;
}

static int by_day(const void *pa, const void *pb)
{
    const struct calendar_exception *a = pa, *b = pb;
    return (a->day > b->day) - (a->day < b->day);
}

static enum rc sort_rows(struct load *l)
{
    if (l->n)
        qsort(l->rows, l->n, sizeof *l->rows, by_day);
    for (size_t i = 1; i < l->n; i++) {
        if (l->rows[i].day == l->rows[i - 1].day) {
            struct str date = civil_date(l->arena, l->rows[i].day * DAY_MS, 0);
            return fail(l->fault, RC_INVALID, "calendar_duplicate", "节假日表中 %.*s 出现了两次",
                        "%.*s is in the holiday list twice", STR_ARG(date));
        }
    }
    return RC_OK;
}

/* Both lists are in order; where they share a day the new one holds. */
enum rc calendar_overlay(struct calendar *cal, struct arena *a, struct fault *f, const struct calendar_days *days)
{
    const struct calendar_exception *rows = days->list;
    struct calendar_exception *all = ARENA_MANY(a, struct calendar_exception, cal->nexceptions + days->n);
    size_t i = 0, j = 0, n = 0;
    while (i < cal->nexceptions || j < days->n) {
        bool old = j == days->n || (i < cal->nexceptions && cal->exceptions[i].day < rows[j].day);
        if (!old && i < cal->nexceptions && cal->exceptions[i].day == rows[j].day)
            i++;
        all[n++] = old ? cal->exceptions[i++] : rows[j++];
    }
    if (n > CALENDAR_EXCEPTIONS_MAX)
        return fail(f, RC_TOO_LARGE, "calendar_too_large", "节假日表最多 %d 行",
                    "A holiday list holds at most %d days", CALENDAR_EXCEPTIONS_MAX);
    cal->exceptions = all;
    cal->nexceptions = n;
    return RC_OK;
}

enum rc calendar_load(struct calendar *cal, struct arena *a, struct fault *f, struct str text)
{
    struct load l = {.arena = a, .fault = f};
    struct str rest = text, line;
    if (str_starts(rest, STR("\xEF\xBB\xBF")))
        rest = str_sub(rest, 3, rest.n);
    if (!utf8_valid(rest))
        return fail(f, RC_INVALID, "calendar_not_utf8", "节假日表必须是 UTF-8 文本",
                    "A holiday list must be UTF-8");
    while (str_next(&rest, '\n', &line)) {
        l.line++;
        line = str_trim(line);
        if (!str_empty(line) && line.p[0] != '#')
            RETURN_IF(read_line(&l, line));
    }
    RETURN_IF(sort_rows(&l));
    return calendar_overlay(cal, a, f, &(struct calendar_days){l.rows, l.n});
}
