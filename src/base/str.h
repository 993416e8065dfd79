/*
 * str.h - text as pointer and length, passed by value.
 *
 * Text is UTF-8; a `struct str` never owns its bytes and need not end in NUL. '\0' endings exist only at
 * the borders to libraries (str_z() copies into an arena for those). `p == NULL` means "absent", which is
 * how SQL NULL and a missing JSON member are carried; an empty text has p != NULL and n == 0.
 */
#ifndef XH_BASE_STR_H
#define XH_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* Same, usable in static initialisers of tables. */
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1}
#define STR_NONE ((struct str){NULL, 0})
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}

static inline bool str_empty(struct str s)
{
    return s.n == 0;
}

int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of `needle` in `s` at or after `from`, or -1. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
struct str str_sub(struct str s, size_t from, size_t n);
/* Without leading and trailing ASCII white space and U+3000. */
struct str str_trim(struct str s);
/* Splits `*rest` at the first `sep`; answers the part before it, false when nothing is left. */
bool str_next(struct str *rest, char sep, struct str *part);
/* The whole text must be a decimal integer within [min, max]. */
bool str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out);
/* Decimal number with up to `digits` places, scaled by 10^digits: "118.5", 7 -> 1185000000. */
bool str_to_scaled(struct str s, int digits, int64_t *out);
bool str_is_ascii_digits(struct str s);

/* Valid UTF-8 without surrogates, overlong forms or NUL. */
bool utf8_valid(struct str s);
/* Number of code points; `s` must be valid. */
size_t utf8_count(struct str s);
/* NFC; answers `s` itself when already normal. */
struct str utf8_nfc(struct arena *a, struct str s);
/* The form searched for: NFKC and lower case (full-width letters and digits fold to ASCII). */
struct str utf8_fold(struct arena *a, struct str s);

/* The end of the range of texts that begin with `prefix`: "350212" -> "350213". Absent stays absent. */
struct str str_prefix_end(struct arena *a, struct str prefix);
/* For SQL LIKE … ESCAPE '!': "%folded%" with LIKE's own characters escaped. */
struct str str_like(struct arena *a, struct str q);

struct str str_copy(struct arena *a, struct str s);
/* A NUL-terminated copy for libraries. */
char *str_z(struct arena *a, struct str s);
struct str str_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str str_hex(struct arena *a, const void *bytes, size_t n);
bool str_unhex(struct str s, uint8_t *out, size_t n);

#endif
