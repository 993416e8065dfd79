/* xlsx_number.c - what a spreadsheet's numbers say to people: digits, dates, escapes. See
 * xlsx_part.h. */
#include "tabular/xlsx_part.h"

#include "base/arena.h"
#include "base/civil.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_CHARS = 64, DIGITS_KEPT = 15, SERIAL_LAST = 2958465 };

/* Quoted text, escapes and [brackets] of a format say nothing about dates, but for [h], [m], [s].
 */
static size_t skip_literal(struct str s, size_t i)
{
    if (s.p[i] == '\\' || s.p[i] == '_' || s.p[i] == '*')
        return 2;
    char close = s.p[i] == '"' ? '"' : s.p[i] == '[' ? ']' : 0;
    if (!close)
        return 0;
    const char *end = memchr(s.p + i + 1, close, s.n - i - 1);
    if (close == ']' && end && strchr("hHmMsS", s.p[i + 1]))
        return 0;
    return end ? (size_t)(end - s.p) + 1 - i : s.n - i;
}

enum xlsx_format xlsx_format_of(struct str code)
{
    bool date = false, time = false, month = false;
    if (str_starts(code, STR("General")) || str_starts(code, STR("G/")))
        return XLSX_PLAIN;
    for (size_t i = 0; i < code.n; i++) {
        size_t skip = skip_literal(code, i);
        if (skip) {
            i += skip - 1;
            continue;
        }
        char c = (char)(code.p[i] | 0x20);
        date |= c == 'y' || c == 'd';
        time |= c == 'h' || c == 's';
        month |= c == 'm';
    }
    return date || (month && !time) ? XLSX_DATE : time ? XLSX_TIME : XLSX_PLAIN;
}

/* -?digits(.digits)? with no more digits than a spreadsheet keeps. */
static bool plain_digits(struct str s, size_t *significant)
{
    struct str rest = str_sub(s, s.n && s.p[0] == '-', s.n), whole;
    if (!str_next(&rest, '.', &whole) || !str_is_ascii_digits(whole) ||
        (rest.p && !str_is_ascii_digits(rest)))
        return false;
    while (whole.n && whole.p[0] == '0')
        whole = str_sub(whole, 1, whole.n);
    *significant = whole.n + (rest.p ? rest.n : 0);
    return true;
}

static struct str without_trailing_zeros(struct str s)
{
    if (!memchr(s.p, '.', s.n))
        return s;
    while (s.p[s.n - 1] == '0')
        s.n--;
    if (s.p[s.n - 1] == '.')
        s.n--;
    return s;
}

static struct str decimal(struct arena *a, double v, bool *precise)
{
    double size = fabs(v);
    if (size >= 1e15) {
        *precise = false;
        return size < 1e22 ? str_fmt(a, "%.0f", v) : str_fmt(a, "%.15g", v);
    }
    if (v == floor(v))
        return str_fmt(a, "%.0f", v);
    if (size < 1e-15)
        return STR("0");
    int places = DIGITS_KEPT - 1 - (int)floor(log10(size));
    return without_trailing_zeros(str_fmt(a, "%.*f",
                                          places > 30  ? 30
                                          : places < 0 ? 0
                                                       : places,
                                          v));
}

static struct str moment(struct arena *a, double serial, bool date1904, enum xlsx_format format)
{
    int64_t days = (int64_t)floor(serial);
    int seconds = (int)lround((serial - (double)days) * 86400);
    if (seconds == 86400) {
        days++;
        seconds = 0;
    }
    int h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
    if (format == XLSX_TIME)
        return str_fmt(a, "%02d:%02d:%02d", (int)(days * 24) + h, m, s);
    /* The first system believes in 29 February 1900: before it, serials are one day behind. */
    int64_t epoch = date1904 ? civil_days(1904, 1, 1) : civil_days(1899, 12, days < 60 ? 31 : 30);
    struct str date = civil_date(a, (epoch + days) * DAY_MS, 0);
    return seconds == 0 ? date : str_fmt(a, "%.*sT%02d:%02d:%02d", STR_ARG(date), h, m, s);
}

struct str xlsx_number(struct xlsx_book *book, struct str raw, enum xlsx_format format,
                       bool *precise)
{
    char text[NUMBER_CHARS], *end;
    size_t significant;
    *precise = true;
    raw = str_trim(raw);
    if (raw.n == 0 || raw.n >= sizeof text)
        return raw;
    for (size_t i = 0; i < raw.n; i++)
        if (!strchr("0123456789+-.eE", raw.p[i]))
            return raw;
    memcpy(text, raw.p, raw.n);
    text[raw.n] = 0;
    double v = strtod(text, &end);
    if (*end || !isfinite(v))
        return raw;
    if (format != XLSX_PLAIN && v >= 0 && v < SERIAL_LAST + 1)
        return moment(book->arena, v, book->date1904, format);
    if (plain_digits(raw, &significant) && significant <= DIGITS_KEPT)
        return raw;
    return decimal(book->arena, v, precise);
}

static int hex_at(struct str s, size_t i)
{
    uint8_t b[2];
    if (s.n - i < 7 || s.p[i] != '_' || s.p[i + 1] != 'x' || s.p[i + 6] != '_' ||
        !str_unhex(str_sub(s, i + 2, 4), b, 2))
        return -1;
    int c = b[0] << 8 | b[1];
    return c == 0 || (c >= 0xd800 && c <= 0xdfff) ? -1 : c;
}

struct str xlsx_unescape(struct arena *a, struct str s)
{
    if (str_find(s, STR("_x"), 0) < 0)
        return s;
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        int c = hex_at(s, i);
        if (c < 0) {
            p[n++] = s.p[i++];
            continue;
        }
        if (c < 0x80) {
            p[n++] = (char)c;
        } else if (c < 0x800) {
            p[n++] = (char)(0xc0 | c >> 6);
            p[n++] = (char)(0x80 | (c & 63));
        } else {
            p[n++] = (char)(0xe0 | c >> 12);
            p[n++] = (char)(0x80 | (c >> 6 & 63));
            p[n++] = (char)(0x80 | (c & 63));
        }
        i += 7;
    }
    return (struct str){p, n};
}
