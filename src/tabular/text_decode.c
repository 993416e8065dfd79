/* text_decode.c - see text_decode.h. Conversion is iconv's; what is believed about the bytes is
 * decided here. */
#include "tabular/text_decode.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <iconv.h>

const char *const text_encoding_names[] = {"detect",   "utf-8",   "utf-16le",
                                           "utf-16be", "gb18030", NULL};

/* Below this a reading as GB18030 is taken for an accident. */
enum { CONFIDENCE_LEAST = 50 };

static const char *const iconv_names[] = {NULL, NULL, "UTF-16LE", "UTF-16BE", "GB18030"};

/* ---- UTF-8 ---- */

/* Length of the well-formed character at `s[i]`, 0 where there is none (NUL is none). */
static size_t utf8_at(struct str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    size_t n = c == 0     ? 0
               : c < 0x80 ? 1
               : c < 0xc2 ? 0
               : c < 0xe0 ? 2
               : c < 0xf0 ? 3
               : c < 0xf5 ? 4
                          : 0;
    if (n == 0 || n > s.n - i)
        return 0;
    return n == 1 || utf8_valid(str_sub(s, i, n)) ? n : 0;
}

struct utf8_census {
    size_t many, bad, first_bad;
};

static struct utf8_census count_utf8(struct str s)
{
    struct utf8_census c = {0, 0, 0};
    for (size_t i = 0; i < s.n;) {
        size_t n = utf8_at(s, i);
        if (n == 0 && c.bad++ == 0)
            c.first_bad = i;
        c.many += n > 1;
        i += n ? n : 1;
    }
    return c;
}

static struct str mend_utf8(struct arena *a, struct str s, size_t bad)
{
    char *p = arena_alloc(a, s.n + 2 * bad + 1);
    size_t at = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = utf8_at(s, i);
        memcpy(p + at, n ? s.p + i : "\xEF\xBF\xBD", n ? n : 3);
        at += n ? n : 3;
        i += n ? n : 1;
    }
    return (struct str){p, at};
}

/* ---- the others ---- */

struct conversion {
    struct str text;
    size_t damaged, first_bad;
    bool ok;
};

/* Keeps going after a damaged byte; `step` is how many bytes are passed over then. */
static struct conversion convert(struct arena *a, struct str s, enum text_encoding from)
{
    struct conversion c = {.ok = false};
    iconv_t cd = iconv_open("UTF-8", iconv_names[from]);
    if (cd == (iconv_t)-1)
        return c;
    size_t step = from == TEXT_GB18030 ? 1 : 2;
    char *in = (char *)s.p, *made = arena_alloc(a, s.n * 2 + 16), *to = made;
    size_t left = s.n, room = s.n * 2 + 16;
    while (left && iconv(cd, &in, &left, &to, &room) == (size_t)-1) {
        if (errno == E2BIG || room < 3)
            break;
        if (c.damaged++ == 0)
            c.first_bad = (size_t)(in - s.p);
        memcpy(to, "\xEF\xBF\xBD", 3);
        to += 3;
        room -= 3;
        size_t skip = step < left ? step : left;
        in += skip;
        left -= skip;
    }
    iconv_close(cd);
    c.text = (struct str){made, (size_t)(to - made)};
    c.ok = left == 0;
    return c;
}

static uint32_t code_point(const unsigned char *p)
{
    if (p[0] < 0x80)
        return p[0];
    if (p[0] < 0xe0)
        return (uint32_t)(p[0] & 31) << 6 | (p[1] & 63);
    if (p[0] < 0xf0)
        return (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
    return (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 | (uint32_t)(p[2] & 63) << 6 |
           (p[3] & 63);
}

/* Share of the characters beyond ASCII that Chinese text is made of. */
static int chinese_share(struct str s)
{
    size_t all = 0, likely = 0;
    for (size_t i = 0; i < s.n;) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        uint32_t c = code_point(p);
        i += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (c < 0x80)
            continue;
        all++;
        likely += (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3000 && c <= 0x303f) ||
                  (c >= 0xff01 && c <= 0xff5e) || (c >= 0x2010 && c <= 0x2642) || c == 0xb7 ||
                  c == 0xb0 || c == 0xd7;
    }
    return all ? (int)(likely * 100 / all) : 100;
}

/* ---- deciding ---- */

struct decoding {
    struct arena *arena;
    struct fault *fault;
    struct str bytes;
    size_t mark; /* bytes of the mark in front */
    const struct text_options *opt;
    struct text_decoded *out;
};

static enum rc unknown(const struct decoding *d, size_t at)
{
    return fail(d->fault, RC_INVALID, "encoding_unknown",
                "无法识别文件的文字编码（第 %zu 字节处）；请另存为 UTF-8 编码的 CSV 或 xlsx",
                "The text encoding is unknown (byte %zu); save the file as CSV in UTF-8 or as xlsx",
                at);
}

static enum rc damaged(const struct decoding *d, enum text_encoding e, size_t at)
{
    return fail(d->fault, RC_INVALID, "text_damaged",
                "文件按 %s 编码读取时，第 %zu 字节处的文字已损坏",
                "Read as %s, the text is damaged at byte %zu", text_encoding_names[e], at);
}

static enum rc settle(const struct decoding *d, struct text_decoded got, size_t first_bad)
{
    if (got.damaged && !d->opt->replace_damaged)
        return damaged(d, got.encoding, first_bad + d->mark);
    *d->out = got;
    return RC_OK;
}

static enum rc as_utf8(const struct decoding *d, int confidence)
{
    struct text_decoded got = {.text = d->bytes, .encoding = TEXT_UTF8, .confidence = confidence};
    if (utf8_valid(d->bytes))
        return settle(d, got, 0);
    struct utf8_census c = count_utf8(d->bytes);
    got.damaged = c.bad;
    if (d->opt->replace_damaged)
        got.text = mend_utf8(d->arena, d->bytes, c.bad);
    return settle(d, got, c.first_bad);
}

static enum rc as_iconv(const struct decoding *d, enum text_encoding e, int confidence)
{
    struct conversion c = convert(d->arena, d->bytes, e);
    if (!c.ok)
        return unknown(d, d->mark);
    /* NUL is a character to iconv, and no text to us. */
    const char *nul = memchr(c.text.p, 0, c.text.n);
    if (nul)
        return unknown(d, d->mark);
    struct text_decoded got = {
        .text = c.text, .encoding = e, .confidence = confidence, .damaged = c.damaged};
    return settle(d, got, c.first_bad);
}

/* Far more good characters than bad ones: the encoding is known and the text is hurt. */
static bool mostly_good(size_t good, size_t bad)
{
    return good >= 8 && good / 10 >= bad;
}

static enum rc detect(const struct decoding *d)
{
    if (utf8_valid(d->bytes))
        return as_utf8(d, 99);
    struct utf8_census c = count_utf8(d->bytes);
    const char *nul = memchr(d->bytes.p, 0, d->bytes.n);
    if (nul)
        return unknown(d, (size_t)(nul - d->bytes.p));
    if (mostly_good(c.many, c.bad))
        return as_utf8(d, 80);
    struct conversion g = convert(d->arena, d->bytes, TEXT_GB18030);
    int share = g.ok ? chinese_share(g.text) : 0;
    if (g.ok && g.damaged == 0 && share >= CONFIDENCE_LEAST) {
        struct text_decoded got = {.text = g.text, .encoding = TEXT_GB18030, .confidence = share};
        return settle(d, got, 0);
    }
    if (g.ok && share >= CONFIDENCE_LEAST && mostly_good(utf8_count(g.text) / 2, g.damaged)) {
        struct text_decoded got = {.text = g.text,
                                   .encoding = TEXT_GB18030,
                                   .confidence = share / 2,
                                   .damaged = g.damaged};
        return settle(d, got, g.first_bad);
    }
    return unknown(d, g.ok && g.damaged ? g.first_bad : c.first_bad);
}

enum rc text_decode(struct arena *a, struct fault *f, struct str bytes,
                    const struct text_options *opt, struct text_decoded *out)
{
    static const struct {
        struct str mark;
        enum text_encoding encoding;
    } marks[] = {
        {STR_INIT("\xEF\xBB\xBF"), TEXT_UTF8},
        {STR_INIT("\xFF\xFE"), TEXT_UTF16LE},
        {STR_INIT("\xFE\xFF"), TEXT_UTF16BE},
        {STR_INIT("\x84\x31\x95\x33"), TEXT_GB18030},
    };
    if (bytes.n > TEXT_BYTES_MAX)
        return fail(f, RC_TOO_LARGE, "text_too_large", "文本文件不能超过 %d MB",
                    "A text file holds at most %d MB", TEXT_BYTES_MAX / (1024 * 1024));
    struct decoding d = {.arena = a, .fault = f, .bytes = bytes, .opt = opt, .out = out};
    enum text_encoding e = opt->encoding;
    if (bytes.n == 0)
        d.bytes = STR("");
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (str_starts(bytes, marks[i].mark) && (e == TEXT_DETECT || e == marks[i].encoding)) {
            d.mark = marks[i].mark.n;
            d.bytes = str_sub(bytes, d.mark, bytes.n);
            e = marks[i].encoding;
            break;
        }
    }
    if (e == TEXT_DETECT)
        return detect(&d);
    return e == TEXT_UTF8 ? as_utf8(&d, 100) : as_iconv(&d, e, 100);
}
