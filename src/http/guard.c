/*
 * guard.c - see guard.h. The library under us accepts what RFC 9112 forbids (two Hosts, two
 * lengths, a length beside chunks, spaces in names and targets); each such request is refused here
 * with a status of its own.
 */
#include "http/guard.h"

#include <ctype.h>

enum { HOST_MAX = 255, SEGMENT_MAX = 1024 };

#define FAULT(name, status, code, zh, en, framing)                                                 \
    static const struct guard_fault name = {status, code, zh, en, framing}

FAULT(bad_method, 501, "method_unknown", "不支持该请求方法",
      "This request method is not known here", true);
FAULT(no_method, 405, "method_not_allowed", "不允许该请求方法",
      "This request method is not allowed", true);
FAULT(bad_version, 505, "http_version", "不支持该 HTTP 版本", "This HTTP version is not supported",
      true);
FAULT(bad_header, 400, "bad_header", "请求头格式不正确", "A header is malformed", true);
FAULT(too_many, 431, "too_many_headers", "请求头过多", "There are too many headers", true);
FAULT(duplicate, 400, "duplicate_header", "请求头重复", "A header that may stand once stands twice",
      true);
FAULT(bad_host, 400, "bad_host", "Host 请求头缺失或不正确",
      "The Host header is missing or malformed", true);
FAULT(bad_length, 400, "bad_content_length", "Content-Length 不正确", "Content-Length is malformed",
      true);
FAULT(bad_coding, 400, "bad_transfer_encoding", "Transfer-Encoding 不正确",
      "Transfer-Encoding is not acceptable", true);
FAULT(two_framings, 400, "ambiguous_length", "请求正文长度有歧义", "The body's length is ambiguous",
      true);
FAULT(bad_expect, 417, "expectation", "无法满足 Expect 请求头", "The Expect header cannot be met",
      true);
FAULT(long_target, 414, "target_too_long", "请求地址过长", "The request target is too long", true);
FAULT(bad_target, 400, "bad_target", "请求地址格式不正确", "The request target is malformed", true);
FAULT(bad_escape, 400, "bad_escape", "请求地址中的百分号编码不正确",
      "The target has a damaged percent escape", false);
FAULT(bad_text, 400, "bad_text", "请求地址不是有效的 UTF-8 文字",
      "The target is not valid UTF-8 text", false);
FAULT(bad_path, 400, "bad_path", "请求路径不规范", "The path is not in its normal form", false);

/* May stand once only: a second one is an attack or a broken proxy. */
static const char *const single[] = {
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "Content-Type",
    "Authorization",
    "Origin",
    "Expect",
    "X-CSRF-Token",
    "If-Match",
    "Idempotency-Key",
    "X-Forwarded-Proto",
};

struct method_word {
    const char *word;
    enum http_method method;
    bool head, options;
};

static const struct method_word methods[] = {
    {"GET", HTTP_GET, false, false},     {"HEAD", HTTP_GET, true, false},
    {"POST", HTTP_POST, false, false},   {"PUT", HTTP_PUT, false, false},
    {"PATCH", HTTP_PATCH, false, false}, {"DELETE", HTTP_DELETE, false, false},
    {"OPTIONS", HTTP_GET, false, true},
};

bool ascii_same(struct str a, const char *z)
{
    size_t n = strlen(z);
    if (a.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)a.p[i]) != tolower((unsigned char)z[i]))
            return false;
    return true;
}

struct str header_find(const struct header *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (ascii_same(list[i].name, name))
            return list[i].value;
    return STR_NONE;
}

static bool is_token_char(unsigned char c)
{
    return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

static bool value_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return utf8_valid(s);
}

static const struct guard_fault *check_method(const struct guard_request *in,
                                              struct guard_facts *out)
{
    if (str_is(in->method, "TRACE") || str_is(in->method, "CONNECT"))
        return &no_method;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_is(in->method, methods[i].word)) {
            out->method = methods[i].method;
            out->head = methods[i].head;
            out->options = methods[i].options;
            return NULL;
        }
    return is_token(in->method) ? &bad_method : &bad_target;
}

static const struct guard_fault *check_headers(const struct guard_request *in)
{
    if (in->nheaders > GUARD_HEADERS_MAX)
        return &too_many;
    for (size_t i = 0; i < in->nheaders; i++)
        if (!is_token(in->headers[i].name) || !value_ok(in->headers[i].value))
            return &bad_header;
    for (size_t s = 0; s < sizeof single / sizeof *single; s++) {
        int seen = 0;
        for (size_t i = 0; i < in->nheaders; i++)
            seen += ascii_same(in->headers[i].name, single[s]);
        if (seen > 1)
            return s == 0 ? &bad_host : &duplicate;
    }
    return NULL;
}

static bool port_ok(struct str s)
{
    int64_t port;
    return s.n <= 5 && str_is_ascii_digits(s) && str_to_i64(s, 1, 65535, &port);
}

/* host, host:port, [v6] or [v6]:port. */
static bool host_ok(struct str s)
{
    size_t i = 0;
    if (s.n == 0 || s.n > HOST_MAX)
        return false;
    if (s.p[0] == '[') {
        for (i = 1; i < s.n && (isxdigit((unsigned char)s.p[i]) || s.p[i] == ':' || s.p[i] == '.');
             i++)
            ;
        if (i < 3 || i == s.n || s.p[i] != ']')
            return false;
        i++;
    } else {
        for (; i < s.n && (isalnum((unsigned char)s.p[i]) || strchr("-._~", s.p[i])); i++)
            ;
        if (i == 0)
            return false;
    }
    return i == s.n || (s.p[i] == ':' && port_ok(str_sub(s, i + 1, s.n - i - 1)));
}

static const struct guard_fault *check_framing(const struct guard_request *in,
                                               struct guard_facts *out)
{
    struct str host = header_find(in->headers, in->nheaders, "Host");
    struct str length = header_find(in->headers, in->nheaders, "Content-Length");
    struct str coding = header_find(in->headers, in->nheaders, "Transfer-Encoding");
    struct str expect = header_find(in->headers, in->nheaders, "Expect");
    bool old = str_is(in->version, "HTTP/1.0");
    if (!old && !str_is(in->version, "HTTP/1.1"))
        return &bad_version;
    if (host.p ? !host_ok(host) : !old)
        return &bad_host;
    if (length.p && coding.p)
        return &two_framings;
    if (coding.p && (old || !ascii_same(coding, "chunked")))
        return &bad_coding;
    if (length.p && (length.n == 0 || length.n > 18 || !str_is_ascii_digits(length) ||
                     !str_to_i64(length, 0, INT64_MAX, &out->body_bytes)))
        return &bad_length;
    if (coding.p)
        out->body_bytes = -1;
    if (expect.p && !ascii_same(expect, "100-continue"))
        return &bad_expect;
    out->expects_continue = expect.p != NULL;
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool percent_decode(struct str in, bool plus, char *out, size_t *n)
{
    size_t to = 0;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            int hi = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1;
            int lo = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
            if (hi < 0 || lo < 0)
                return false;
            c = (char)(hi * 16 + lo);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        out[to++] = c;
    }
    *n = to;
    return true;
}

/* Decoded text must be UTF-8 without control characters; `lines`: newline and tab may stand. */
static const struct guard_fault *text_check(struct str decoded, bool lines)
{
    if (!utf8_valid(decoded))
        return &bad_text;
    for (size_t i = 0; i < decoded.n; i++) {
        unsigned char c = (unsigned char)decoded.p[i];
        bool allowed = c >= 0x20 || (lines && (c == '\n' || c == '\r' || c == '\t'));
        if (!allowed || c == 0x7f)
            return &bad_text;
    }
    return NULL;
}

static const struct guard_fault *check_segment(struct str raw, bool last)
{
    char text[SEGMENT_MAX];
    size_t n;
    if (raw.n == 0)
        return last ? NULL : &bad_path;
    if (raw.n > sizeof text)
        return &long_target;
    if (!percent_decode(raw, false, text, &n))
        return &bad_escape;
    struct str s = {text, n};
    if (str_is(s, ".") || str_is(s, "..") || memchr(text, '/', n) || memchr(text, '\\', n))
        return &bad_path;
    return text_check(s, false);
}

static const struct guard_fault *check_path(struct str path)
{
    size_t from = 1;
    while (from <= path.n) {
        size_t to = from;
        while (to < path.n && path.p[to] != '/')
            to++;
        const struct guard_fault *f = check_segment(str_sub(path, from, to - from), to == path.n);
        if (f)
            return f;
        from = to + 1;
    }
    return NULL;
}

static const struct guard_fault *check_target(const struct guard_request *in,
                                              struct guard_facts *out)
{
    char text[GUARD_TARGET_MAX];
    struct str t = in->target;
    size_t n;
    if (t.n > GUARD_TARGET_MAX)
        return &long_target;
    if (t.n == 0 || t.p[0] != '/')
        return &bad_target;
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c <= 0x20 || c == 0x7f || c == '#')
            return &bad_target;
    }
    const char *mark = memchr(t.p, '?', t.n);
    out->path = mark ? (struct str){t.p, (size_t)(mark - t.p)} : t;
    out->query = mark ? (struct str){mark + 1, t.n - out->path.n - 1} : STR_NONE;
    if (mark && !percent_decode(out->query, true, text, &n))
        return &bad_escape;
    const struct guard_fault *f = mark ? text_check((struct str){text, n}, true) : NULL;
    return f ? f : check_path(out->path);
}

const struct guard_fault *guard_check(const struct guard_request *in, struct guard_facts *out)
{
    *out = (struct guard_facts){0};
    const struct guard_fault *f = check_method(in, out);
    if (!f)
        f = check_headers(in);
    if (!f)
        f = check_framing(in, out);
    return f ? f : check_target(in, out);
}
