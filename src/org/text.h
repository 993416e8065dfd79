/*
 * text.h - small helps for records with names: checks of texts whatever way they came in, the
 * folded form that is searched, LIKE patterns, the journal's detail, and members of a change that
 * may be null.
 *
 * Rooms above org/ that keep records of the same kind (sites, standards) use them too.
 */
#ifndef XH_ORG_TEXT_H
#define XH_ORG_TEXT_H

#include "base/json_in.h"
#include "base/json_out.h"

enum { NAME_MAX_CHARS = 120, CODE_MAX_CHARS = 64, NOTE_MAX_CHARS = 2000, REASON_MAX_CHARS = 500 };
enum { ORDER_NO_MAX = 1000000000 };

/* One text of a record and what it must satisfy; `pointer` as in a JSON body ("/name"). */
struct text_rule {
    const char *pointer;
    struct str value;
    bool required;
    size_t max_chars;
};
/* Adds a field error per broken rule. */
void text_check(struct fault *f, const struct text_rule *rules, size_t n);
/* A code people type: required, CODE_MAX_CHARS, without white space. */
void text_check_code(struct fault *f, const char *pointer, struct str code);
/* RC_OK unless field errors were recorded. */
enum rc text_verdict(const struct fault *f) MUST_CHECK;

/* Empty becomes absent: an empty text is stored as NULL. */
struct str text_or_none(struct str s);
/* What a list searches: the parts folded, joined by spaces. Absent parts are left out. */
struct str search_text_make(struct arena *a, const struct str *parts, size_t n);
/* "%folded%" with LIKE's own signs escaped by '!'; absent for an absent or empty question. */
struct str search_like(struct arena *a, struct str q);
/* The end of the range of codes that begin with `prefix` (codes are digits): [prefix, end). */
struct str code_range_end(struct arena *a, struct str prefix);

/* The journal's JSON object: open, write members with jo_…, close. */
struct detail {
    struct buf b;
    struct json_out j;
};
void detail_open(struct detail *d, int zone_min);
struct str detail_close(struct detail *d, struct arena *a);

/* A member of a change: absent leaves it, null takes it away. Answers true when it is there. */
bool change_str(struct jin *in, const char *key, size_t max, struct str *out);
bool change_uuid(struct jin *in, const char *key, struct uuid *out);

#endif
