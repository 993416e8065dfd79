/* text.c - see text.h. Pure. */
#include "org/text.h"

#include "base/arena.h"

void text_check(struct fault *f, const struct text_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct text_rule *r = &rules[i];
        if (r->required && str_empty(str_trim(r->value)))
            fail_field(f, str_of(r->pointer), "required", "必填", "This is required");
        else if (r->value.p && utf8_count(r->value) > r->max_chars)
            fail_field(f, str_of(r->pointer), "too_long", "最多 %zu 个字", "At most %zu characters",
                       r->max_chars);
    }
}

void text_check_code(struct fault *f, const char *pointer, struct str code)
{
    text_check(f, &(struct text_rule){pointer, code, true, CODE_MAX_CHARS}, 1);
    for (size_t i = 0; i < code.n; i++) {
        if ((unsigned char)code.p[i] > ' ')
            continue;
        fail_field(f, str_of(pointer), "code_space", "编码中不能有空格", "A code has no spaces");
        return;
    }
}

enum rc text_verdict(const struct fault *f)
{
    return fault_has_fields(f) ? f->rc : RC_OK;
}

struct str text_or_none(struct str s)
{
    return str_empty(s) ? STR_NONE : s;
}

struct str search_text_make(struct arena *a, const struct str *parts, size_t n)
{
    struct str all = STR("");
    for (size_t i = 0; i < n; i++)
        if (!str_empty(parts[i]))
            all = str_empty(all) ? parts[i]
                                 : str_fmt(a, "%.*s %.*s", STR_ARG(all), STR_ARG(parts[i]));
    return utf8_fold(a, all);
}

struct str search_like(struct arena *a, struct str q)
{
    q = str_trim(q);
    if (str_empty(q))
        return STR_NONE;
    struct str folded = utf8_fold(a, q);
    char *p = arena_alloc(a, folded.n * 2 + 3);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < folded.n; i++) {
        if (memchr("%_!", folded.p[i], 3))
            p[n++] = '!';
        p[n++] = folded.p[i];
    }
    p[n++] = '%';
    return (struct str){p, n};
}

struct str code_range_end(struct arena *a, struct str prefix)
{
    /* ':' follows '9' in byte order. */
    return prefix.p ? str_fmt(a, "%.*s:", STR_ARG(prefix)) : STR_NONE;
}

enum { DETAIL_BYTES_MAX = 64 * 1024 };

void detail_open(struct detail *d, int zone_min)
{
    buf_init(&d->b, DETAIL_BYTES_MAX);
    jo_begin(&d->j, &d->b, zone_min);
    jo_obj(&d->j, NULL);
}

struct str detail_close(struct detail *d, struct arena *a)
{
    jo_end(&d->j);
    struct str made = d->b.full ? STR("{\"too_long\":true}") : str_copy(a, buf_view(&d->b));
    buf_free(&d->b);
    return made;
}

bool change_str(struct jin *in, const char *key, size_t max, struct str *out)
{
    if (jin_is_null(in, key)) {
        *out = STR_NONE;
        return true;
    }
    return jin_str(in, key, JIN_OPTIONAL, max, out);
}

bool change_uuid(struct jin *in, const char *key, struct uuid *out)
{
    if (jin_is_null(in, key)) {
        *out = UUID_NONE;
        return true;
    }
    return jin_uuid(in, key, JIN_OPTIONAL, out);
}
