/*
 * mask.c - how personal data look to those who need not see them, and the form a telephone number
 * is found by. Pure; knows no keys.
 */
#include "privacy/privacy.h"

#include "base/arena.h"

enum { PHONE_DIGITS_MIN = 7, PHONE_DIGITS_MAX = 20, MOBILE_DIGITS = 11 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits of `s` into the arena; false when anything stands between them but the usual separators.
 */
static bool digits_only(struct arena *a, struct str s, struct str *out)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (is_digit(s.p[i]))
            p[n++] = s.p[i];
        else if (!memchr(" -().", s.p[i], 5) && !(s.p[i] == '+' && n == 0))
            return false;
    }
    *out = (struct str){p, n};
    return true;
}

bool privacy_phone_normal(struct arena *a, struct str phone, struct str *normal)
{
    struct str folded = str_trim(utf8_fold(a, phone)), d;
    if (!digits_only(a, folded, &d))
        return false;
    bool plus = folded.n > 0 && memchr(folded.p, '+', folded.n);
    if (str_starts(d, STR("0086")))
        d = str_sub(d, 4, d.n - 4);
    else if (str_starts(d, STR("86")) && (plus || (d.n == MOBILE_DIGITS + 2 && d.p[2] == '1')))
        d = str_sub(d, 2, d.n - 2);
    if (d.n < PHONE_DIGITS_MIN || d.n > PHONE_DIGITS_MAX)
        return false;
    *normal = d;
    return true;
}

/* How many bytes in front stay: three of a mobile number, the area code and its hyphen of a fixed
 * one. */
static size_t shown_in_front(struct str s)
{
    const char *hyphen = memchr(s.p, '-', s.n);
    size_t at = hyphen ? (size_t)(hyphen - s.p) : 0;
    if (hyphen && s.p[0] == '0' && (at == 3 || at == 4))
        return at + 1;
    return s.n >= MOBILE_DIGITS ? 3 : 0;
}

struct str privacy_mask_phone(struct arena *a, struct str phone)
{
    if (!phone.p)
        return STR_NONE;
    struct str s = str_trim(phone), d;
    /* What is no number at all may still be somebody's secret: nothing of it is shown. */
    if (!privacy_phone_normal(a, s, &d))
        return str_empty(s) ? STR("") : STR("****");
    /* Full-width digits and country codes are shown in their plain form. */
    bool fixed = s.p[0] == '0' && memchr(s.p, '-', s.n) && utf8_count(s) == s.n;
    struct str from = fixed ? s : d;
    size_t front = shown_in_front(from);
    size_t tail = front == 3 && !fixed ? 4 : 3;
    return str_fmt(a, "%.*s****%.*s", (int)front, from.p, (int)tail, from.p + from.n - tail);
}

struct str privacy_mask_name(struct arena *a, struct str name)
{
    if (!name.p)
        return STR_NONE;
    struct str s = str_trim(name);
    if (str_empty(s))
        return STR("");
    size_t first = 1;
    while (first < s.n && ((unsigned char)s.p[first] & 0xC0) == 0x80)
        first++;
    size_t n = utf8_count(s);
    if (n == 1)
        return STR("*");
    /* At most two stars: the length of a long name would give away more than it helps. */
    return str_fmt(a, "%.*s%s", (int)first, s.p, n == 2 ? "*" : "**");
}
