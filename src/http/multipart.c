/* multipart.c - see multipart.h. */
#include "http/multipart.h"

#include "base/buf.h"
#include "http/guard.h"

#include <errno.h>
#include <unistd.h>

static enum rc bad(struct multipart *m, const char *zh, const char *en)
{
    return fail(m->fault, RC_BAD, "bad_form", "表单内容不完整或已损坏：%s%.0s", "The form is cut off or damaged: %.0s%s", zh, en);
}

/* A parameter of a header's value: name="value" or name=value. */
static bool parameter(struct arena *a, struct str value, const char *name, struct str *out)
{
    struct str item, rest = value, key;
    bool first = true;
    while (rest.n) {
        /* ';' inside quotes does not end an item */
        size_t n = 0;
        bool quoted = false;
        while (n < rest.n && (quoted || rest.p[n] != ';')) {
            if (rest.p[n] == '\\' && quoted && n + 1 < rest.n)
                n++;
            else if (rest.p[n] == '"')
                quoted = !quoted;
            n++;
        }
        item = str_trim(str_sub(rest, 0, n));
        rest = str_sub(rest, n < rest.n ? n + 1 : n, SIZE_MAX);
        if (first || !str_next(&item, '=', &key) || !ascii_same(str_trim(key), name)) {
            first = false;
            continue;
        }
        item = str_trim(item);
        if (item.n >= 2 && item.p[0] == '"' && item.p[item.n - 1] == '"')
            item = str_sub(item, 1, item.n - 2);
        *out = str_copy(a, item);
        return true;
    }
    return false;
}

static bool is_boundary_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("'()+_,-./:=?", c));
}

enum rc multipart_open(struct multipart *m, struct arena *a, struct fault *f, int fd, struct str content_type)
{
    struct str rest = content_type, kind, boundary = STR("");
    *m = (struct multipart){.fault = f, .arena = a, .fd = fd};
    bool ok = content_type.p && str_next(&rest, ';', &kind) && ascii_same(str_trim(kind), "multipart/form-data") &&
              parameter(a, content_type, "boundary", &boundary) && boundary.n > 0 && boundary.n <= MULTIPART_BOUNDARY_MAX;
    for (size_t i = 0; ok && i < boundary.n; i++)
        ok = is_boundary_letter(boundary.p[i]);
    if (!ok)
        return fail(f, RC_MEDIA_TYPE, "bad_form", "请求应为 multipart/form-data 表单", "The request must be a multipart/form-data form");
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, boundary.n);
    m->ndelimiter = 4 + boundary.n;
    /* As if a line had ended before the first delimiter, so that all are found alike. */
    m->window = arena_alloc(a, MULTIPART_WINDOW);
    memcpy(m->window, "\r\n", 2);
    m->to = 2;
    return RC_OK;
}

/* Moves what is left to the front and reads on. */
static enum rc fill(struct multipart *m)
{
    if (m->from) {
        memmove(m->window, m->window + m->from, m->to - m->from);
        m->to -= m->from;
        m->from = 0;
    }
    while (!m->file_ended && m->to < MULTIPART_WINDOW) {
        ssize_t n = read(m->fd, m->window + m->to, MULTIPART_WINDOW - m->to);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(m->fault, RC_INTERNAL, "upload_failed", "上传内容无法读取", "The upload could not be read");
        if (n == 0)
            m->file_ended = true;
        m->to += (size_t)n;
    }
    return RC_OK;
}

static struct str held(const struct multipart *m)
{
    return (struct str){m->window + m->from, m->to - m->from};
}

enum rc multipart_piece(struct multipart *m, struct str *piece)
{
    struct str delimiter = {m->delimiter, m->ndelimiter};
    *piece = STR("");
    if (!m->in_part)
        return RC_OK;
    if (m->to - m->from < 2 * m->ndelimiter)
        RETURN_IF(fill(m));
    struct str all = held(m);
    ptrdiff_t at = str_find(all, delimiter, 0);
    if (at < 0 && m->file_ended)
        return bad(m, "缺少结束标记", "the end is missing");
    /* The last bytes may be the beginning of a delimiter. */
    size_t n = at >= 0 ? (size_t)at : all.n > m->ndelimiter ? all.n - m->ndelimiter : 0;
    if (at < 0 && n == 0) {
        RETURN_IF(fill(m));
        return multipart_piece(m, piece);
    }
    *piece = str_sub(all, 0, n);
    m->from += n;
    if (at == 0) {
        m->from += m->ndelimiter;
        m->in_part = false;
    }
    return RC_OK;
}

static enum rc read_head(struct multipart *m, struct multipart_part *part)
{
    struct str all = held(m), head, line, name;
    ptrdiff_t end = str_find(all, STR("\r\n\r\n"), 0);
    bool has_name = false;
    *part = (struct multipart_part){.name = STR(""), .filename = STR_NONE};
    if (end < 0 || end > MULTIPART_HEAD_MAX)
        return bad(m, "字段头过长", "a part's head is too long");
    head = str_sub(all, 2, (size_t)end); /* after the delimiter's own line end */
    if (end == 0)
        head = STR("");
    while (str_next(&head, '\n', &line)) {
        if (!str_next(&line, ':', &name) || !ascii_same(str_trim(name), "content-disposition"))
            continue;
        has_name = parameter(m->arena, line, "name", &part->name);
        (void)parameter(m->arena, line, "filename", &part->filename);
    }
    if (!has_name || !utf8_valid(part->name) || (part->filename.p && !utf8_valid(part->filename)))
        return bad(m, "字段没有名称", "a part has no name");
    m->from += (size_t)end + 4;
    m->in_part = true;
    return RC_OK;
}

/* Up to and over the delimiter. */
static enum rc pass_over(struct multipart *m)
{
    struct str piece;
    while (m->in_part)
        RETURN_IF(multipart_piece(m, &piece));
    return RC_OK;
}

enum rc multipart_next(struct multipart *m, struct multipart_part *part, bool *more)
{
    *more = false;
    if (m->over)
        return RC_OK;
    if (m->parts == 0)
        m->in_part = true; /* what stands before the first delimiter is no part */
    RETURN_IF(pass_over(m));
    RETURN_IF(fill(m));
    struct str all = held(m);
    if (str_starts(all, STR("--"))) {
        m->over = true;
        return RC_OK;
    }
    if (!str_starts(all, STR("\r\n")))
        return bad(m, "分隔标记不正确", "a delimiter is wrong");
    if (++m->parts > MULTIPART_PARTS_MAX)
        return bad(m, "字段过多", "too many parts");
    RETURN_IF(read_head(m, part));
    *more = true;
    return RC_OK;
}

enum rc multipart_text(struct multipart *m, size_t max, struct str *out)
{
    struct str piece;
    struct buf b;
    enum rc rc = RC_OK;
    buf_init(&b, max + 1);
    do {
        rc = multipart_piece(m, &piece);
        buf_str(&b, piece);
    } while (rc == RC_OK && m->in_part && !b.full);
    struct str all = buf_view(&b);
    if (rc == RC_OK && (b.full || all.n > max))
        rc = fail(m->fault, RC_INVALID, "too_long", "内容过长", "The text is too long");
    if (rc == RC_OK && !utf8_valid(all))
        rc = bad(m, "文字编码应为 UTF-8", "text must be UTF-8");
    *out = rc == RC_OK ? utf8_nfc(m->arena, str_copy(m->arena, all)) : STR("");
    buf_free(&b);
    return rc;
}
