/* str.c - text by pointer and length; Unicode forms through libunistring. See str.h. */
#include "base/str.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;
    return d ? d : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

ptrdiff_t str_find(struct str s, struct str needle, size_t from)
{
    if (needle.n == 0 || from > s.n)
        return -1;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? hit - s.p : -1;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){s.p ? s.p + from : NULL, n};
}

static size_t space_at(struct str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    return s.n - i >= 3 && memcmp(s.p + i, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

struct str str_trim(struct str s)
{
    size_t k;
    while (s.n && (k = space_at(s, 0)) != 0)
        s = str_sub(s, k, s.n);
    for (;;) {
        if (s.n && space_at(s, s.n - 1) == 1)
            s.n -= 1;
        else if (s.n >= 3 && space_at(s, s.n - 3) == 3)
            s.n -= 3;
        else
            return s;
    }
}

bool str_next(struct str *rest, char sep, struct str *part)
{
    if (!rest->p)
        return false;
    const char *hit = memchr(rest->p, sep, rest->n);
    if (!hit) {
        *part = *rest;
        *rest = STR_NONE;
        return true;
    }
    *part = (struct str){rest->p, (size_t)(hit - rest->p)};
    *rest = (struct str){hit + 1, rest->n - part->n - 1};
    return true;
}

bool str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == s.n || s.n - i > 19)
        return false;
    int64_t v = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
            return false;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, v, &v))
        return false;
    if (v < min || v > max)
        return false;
    *out = v;
    return true;
}

bool str_to_scaled(struct str s, int digits, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    struct str rest = negative ? str_sub(s, 1, s.n) : s;
    struct str whole, part = {"", 0};
    if (!str_next(&rest, '.', &whole))
        return false;
    if (rest.p)
        part = rest;
    if (!str_is_ascii_digits(whole) || (rest.p && !str_is_ascii_digits(part)))
        return false;
    int64_t v;
    if (!str_to_i64(whole, 0, INT64_MAX, &v))
        return false;
    for (int i = 0; i < digits; i++) {
        int d = (size_t)i < part.n ? part.p[i] - '0' : 0;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = negative ? -v : v;
    return true;
}

bool str_is_ascii_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

bool utf8_valid(struct str s)
{
    if (s.n == 0)
        return true;
    return !memchr(s.p, 0, s.n) && u8_check((const uint8_t *)s.p, s.n) == NULL;
}

size_t utf8_count(struct str s)
{
    return s.n ? u8_mbsnlen((const uint8_t *)s.p, s.n) : 0;
}

static bool all_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static struct str take(struct arena *a, uint8_t *made, size_t n, struct str fallback)
{
    if (!made)
        return fallback;
    struct str s = str_copy(a, (struct str){(char *)made, n});
    free(made);
    return s;
}

struct str utf8_nfc(struct arena *a, struct str s)
{
    if (all_ascii(s))
        return s;
    size_t n = 0;
    uint8_t *made = u8_normalize(UNINORM_NFC, (const uint8_t *)s.p, s.n, NULL, &n);
    return take(a, made, n, s);
}

struct str utf8_fold(struct arena *a, struct str s)
{
    size_t n = 0;
    if (s.n == 0)
        return s;
    uint8_t *made = u8_casefold((const uint8_t *)s.p, s.n, NULL, UNINORM_NFKC, NULL, &n);
    return take(a, made, n, s);
}

struct str str_prefix_end(struct arena *a, struct str prefix)
{
    if (!prefix.p)
        return STR_NONE;
    if (prefix.n == 0)
        return STR("\x7f");
    char *p = arena_dup(a, prefix.p, prefix.n);
    p[prefix.n - 1]++;
    return (struct str){p, prefix.n};
}

struct str str_like(struct arena *a, struct str q)
{
    struct str folded = utf8_fold(a, q);
    char *p = arena_alloc(a, 2 * folded.n + 2), *at = p;
    *at++ = '%';
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] == '%' || folded.p[i] == '_' || folded.p[i] == '!')
            *at++ = '!';
        *at++ = folded.p[i];
    }
    *at++ = '%';
    return (struct str){p, (size_t)(at - p)};
}

struct str str_copy(struct arena *a, struct str s)
{
    if (!s.p)
        return s;
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

char *str_z(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}

struct str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){p, (size_t)n};
}

struct str str_hex(struct arena *a, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = bytes;
    char *p = arena_alloc(a, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        p[2 * i] = digits[b[i] >> 4];
        p[2 * i + 1] = digits[b[i] & 15];
    }
    return (struct str){p, 2 * n};
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool str_unhex(struct str s, uint8_t *out, size_t n)
{
    if (s.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int hi = nibble(s.p[2 * i]), lo = nibble(s.p[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}
