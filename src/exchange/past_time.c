/* past_time.c - see past_time.h. */
#include "exchange/past_time.h"

#include "base/civil.h"

enum { NUMBERS_MAX = 7, YEAR_MIN = 1970, YEAR_MAX = 2199, EXCEL_EPOCH_DAYS = -25569, SERIAL_MIN = 25569, SERIAL_MAX = 109574 };

/* A text taken apart: its numbers, and what stood behind each. */
struct parts {
    int64_t number[NUMBERS_MAX];
    size_t digits[NUMBERS_MAX];
    char after[NUMBERS_MAX]; /* first byte behind; 0 at the end */
    size_t n;
    bool pm, am, strange;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Words that may stand between or behind the numbers of a time. */
static size_t known_word(struct parts *p, struct str rest)
{
    static const struct {
        const char *word;
        int half; /* 1: before noon, 2: after */
    } words[] = {{"年", 0}, {"月", 0}, {"日", 0}, {"号", 0}, {"时", 0}, {"点", 0}, {"分", 0}, {"秒", 0}, {"上午", 1},
                 {"下午", 2}, {"AM", 1}, {"PM", 2}, {"am", 1}, {"pm", 2}, {"T", 0}, {"星期", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct str w = str_of(words[i].word);
        if (!str_starts(rest, w))
            continue;
        p->am |= words[i].half == 1;
        p->pm |= words[i].half == 2;
        return w.n;
    }
    return 0;
}

static size_t take_number(struct parts *p, struct str s, size_t i)
{
    size_t at = i;
    int64_t v = 0;
    for (; at < s.n && is_digit(s.p[at]) && at - i < 18; at++)
        v = v * 10 + (s.p[at] - '0');
    if (p->n == NUMBERS_MAX) {
        p->strange = true;
        return at;
    }
    p->number[p->n] = v;
    p->digits[p->n] = at - i;
    p->after[p->n++] = at < s.n ? s.p[at] : 0;
    return at;
}

static struct parts take_apart(struct str s)
{
    struct parts p = {0};
    for (size_t i = 0; i < s.n && !p.strange;) {
        if (is_digit(s.p[i])) {
            i = take_number(&p, s, i);
            continue;
        }
        size_t word = known_word(&p, str_sub(s, i, s.n - i));
        if (!word && !memchr(" -/.:,", s.p[i], 6))
            p.strange = true;
        i += word ? word : 1;
    }
    return p;
}

/* ---- time of day ---- */

/* Numbers from `at` on are hour, minute, second, and what is behind its point. */
static bool take_day_time(const struct parts *p, size_t at, struct civil *c, bool *whole_day)
{
    *whole_day = p->n == at;
    if (p->n == at)
        return true;
    c->hour = (int)p->number[at];
    c->minute = p->n > at + 1 ? (int)p->number[at + 1] : 0;
    c->second = p->n > at + 2 ? (int)p->number[at + 2] : 0;
    if (p->n > at + 3 && p->digits[at + 3] <= 3) {
        static const int scale[] = {0, 100, 10, 1};
        c->ms = (int)p->number[at + 3] * scale[p->digits[at + 3]];
    }
    bool good = p->number[at] <= 24 && c->minute < 60 && c->second < 60 && p->n <= at + 4;
    for (size_t i = at; i < p->n; i++)
        good = good && p->digits[i] <= (i == at + 3 ? 9 : 2);
    if (p->pm || p->am)
        good = good && c->hour >= 1 && c->hour <= 12;
    c->hour = p->pm && c->hour < 12 ? c->hour + 12 : p->am && c->hour == 12 ? 0 : c->hour;
    return good && (c->hour < 24 || (c->minute == 0 && c->second == 0));
}

static bool finish(struct civil *c, int zone_min, struct past_time *out)
{
    bool midnight = c->hour == 24; /* 24:00 is the next day's beginning */
    c->hour = midnight ? 0 : c->hour;
    if (c->year < YEAR_MIN || c->year > YEAR_MAX || !civil_date_ok(c->year, c->month, c->day))
        return false;
    out->ms = civil_to_ms(c, zone_min) + (midnight ? DAY_MS : 0);
    return out->ms >= 0;
}

/* ---- the forms ---- */

static bool year_first(const struct parts *p, const struct past_time_how *how, struct past_time *out)
{
    struct civil c = {.year = (int)p->number[0], .month = (int)p->number[1], .day = (int)p->number[2]};
    char mark = p->after[0];
    out->form = mark == '-' ? PAST_TIME_ISO : mark == '/' ? PAST_TIME_SLASH : mark == '.' ? PAST_TIME_DOT : PAST_TIME_CHINESE;
    return p->n >= 3 && p->digits[1] <= 2 && p->digits[2] <= 2 && take_day_time(p, 3, &c, &out->whole_day) &&
           finish(&c, how->zone_min, out);
}

static bool year_last(const struct parts *p, const struct past_time_how *how, struct past_time *out)
{
    bool mdy = how->order == PAST_TIME_MDY;
    if (p->number[0] > 12 || p->number[1] > 12)
        mdy = p->number[0] <= 12;
    struct civil c = {.year = (int)p->number[2], .month = (int)p->number[mdy ? 0 : 1], .day = (int)p->number[mdy ? 1 : 0]};
    out->form = PAST_TIME_SHORT;
    return take_day_time(p, 3, &c, &out->whole_day) && finish(&c, how->zone_min, out);
}

static bool digits_alone(struct str s, const struct past_time_how *how, struct past_time *out)
{
    int64_t v[6] = {0};
    static const size_t widths[] = {4, 2, 2, 2, 2, 2};
    size_t at = 0, k = 0;
    for (; k < 6 && at < s.n; at += widths[k++])
        if (!str_to_i64(str_sub(s, at, widths[k]), 0, 9999, &v[k]))
            return false;
    struct civil c = {.year = (int)v[0], .month = (int)v[1], .day = (int)v[2], .hour = (int)v[3], .minute = (int)v[4],
                      .second = (int)v[5]};
    out->form = PAST_TIME_DIGITS;
    out->whole_day = s.n == 8;
    return v[3] < 24 && v[4] < 60 && v[5] < 60 && finish(&c, how->zone_min, out);
}

static bool excel_serial(struct str s, const struct past_time_how *how, struct past_time *out)
{
    int64_t e6;
    struct str text = s;
    ptrdiff_t point = str_find(s, STR("."), 0);
    if (point >= 0 && s.n - (size_t)point > 7)
        text = str_sub(s, 0, (size_t)point + 7);
    if (!str_to_scaled(text, 6, &e6) || e6 < SERIAL_MIN * INT64_C(1000000) || e6 > SERIAL_MAX * INT64_C(1000000))
        return false;
    /* Rounded to whole seconds: six digits of a day are a tenth of one. */
    int64_t seconds = (e6 * 86400 + 500000) / 1000000;
    out->form = PAST_TIME_SERIAL;
    out->whole_day = e6 % 1000000 == 0;
    out->ms = (seconds + EXCEL_EPOCH_DAYS * INT64_C(86400)) * 1000 - how->zone_min * INT64_C(60000);
    return out->ms >= 0;
}

/* One number, with a point or without. */
static bool one_number(struct str s, const struct past_time_how *how, struct past_time *out)
{
    if (str_is_ascii_digits(s) && (s.n == 8 || s.n == 12 || s.n == 14))
        return digits_alone(s, how, out);
    return s.n >= 5 && (s.n == 5 || s.p[5] == '.') && excel_serial(s, how, out);
}

static bool is_short(const struct parts *p)
{
    return p->n >= 3 && p->digits[0] <= 2 && p->digits[1] <= 2 && p->digits[2] == 4 &&
           (p->after[0] == '/' || p->after[0] == '-' || p->after[0] == '.');
}

bool past_time_read(struct str s, const struct past_time_how *how, struct past_time *out)
{
    s = str_trim(s);
    *out = (struct past_time){0};
    bool good = false;
    if (s.n >= 20 && civil_parse_rfc3339(s, &out->ms)) {
        out->form = PAST_TIME_ISO;
        return true;
    }
    struct parts p = take_apart(s);
    if (p.strange || p.n == 0 || s.n > 40)
        return false;
    if (p.n == 1 || (p.n == 2 && p.after[0] == '.' && p.digits[0] == 5))
        good = one_number(s, how, out);
    else if (p.n >= 3 && p.digits[0] == 4)
        good = year_first(&p, how, out);
    else if (is_short(&p))
        good = year_last(&p, how, out);
    if (!good)
        out->form = PAST_TIME_NONE;
    return good;
}

void past_time_look(struct past_time_guess *g, struct str s)
{
    struct parts p = take_apart(str_trim(s));
    if (p.strange || !is_short(&p))
        return;
    if (p.number[0] > 12)
        g->dmy++;
    else if (p.number[1] > 12)
        g->mdy++;
    else
        g->either++;
}
