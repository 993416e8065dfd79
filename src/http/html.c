/* html.c - see html.h. */
#include "http/html.h"

/* Read on a phone in the sun: large letters, strong contrast, one column; dark where the reader wants it. */
static const char style[] =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:40rem;padding:1rem;font:1.0625rem/1.6 -apple-system,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif;background:#f5f6f8;color:#1d2129}"
    "main{background:#fff;border-radius:.5rem;padding:1rem}"
    "h1{font-size:1.375rem;line-height:1.4;margin:.25rem 0 .75rem}h2{font-size:1.125rem;margin:1.25rem 0 .5rem}"
    "dl{margin:0}dt{color:#4e5969;font-size:.9375rem}dd{margin:0 0 .625rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "img{max-width:100%;border-radius:.375rem;margin:.25rem 0}"
    "label{display:block;font-weight:600;margin:.75rem 0 .25rem}"
    "textarea,input[type=text],input[type=tel],input[type=file]{box-sizing:border-box;width:100%;font:inherit;padding:.625rem;"
    "border:1px solid #6b7785;border-radius:.375rem;background:#fff;color:inherit}"
    "button{font:inherit;font-weight:600;width:100%;min-height:3rem;margin-top:1rem;border:0;border-radius:.375rem;"
    "background:#b3261e;color:#fff}button.plain{background:#e5e6eb;color:#1d2129}"
    ".hint{color:#4e5969;font-size:.9375rem}.fault{border-left:.25rem solid #b3261e;padding-left:.75rem;font-weight:600}"
    ".done{border-left:.25rem solid #0b6e3d;padding-left:.75rem;font-weight:600}"
    "@media(prefers-color-scheme:dark){body{background:#17171a;color:#e8e9eb}main{background:#232324}"
    "dt,.hint{color:#a9aeb8}textarea,input[type=text],input[type=tel],input[type=file]{background:#17171a;border-color:#a9aeb8}"
    "button.plain{background:#484849;color:#fff}}";

static void close_tag(struct html *h)
{
    if (h->tag_open)
        buf_char(h->b, '>');
    h->tag_open = false;
}

static void escaped(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            buf_z(b, "&amp;");
            break;
        case '<':
            buf_z(b, "&lt;");
            break;
        case '>':
            buf_z(b, "&gt;");
            break;
        case '"':
            buf_z(b, "&quot;");
            break;
        case '\'':
            buf_z(b, "&#39;");
            break;
        default:
            buf_char(b, s.p[i]);
        }
    }
}

void html_tag(struct html *h, const char *name)
{
    close_tag(h);
    if (h->depth < HTML_DEPTH)
        h->open[h->depth] = name;
    h->depth++;
    buf_char(h->b, '<');
    buf_z(h->b, name);
    h->tag_open = true;
}

void html_void(struct html *h, const char *name)
{
    close_tag(h);
    buf_char(h->b, '<');
    buf_z(h->b, name);
    h->tag_open = true;
}

void html_attr(struct html *h, const char *name, struct str value)
{
    buf_char(h->b, ' ');
    buf_z(h->b, name);
    buf_z(h->b, "=\"");
    escaped(h->b, value);
    buf_char(h->b, '"');
}

void html_flag(struct html *h, const char *name)
{
    buf_char(h->b, ' ');
    buf_z(h->b, name);
}

void html_text(struct html *h, struct str text)
{
    close_tag(h);
    escaped(h->b, text);
}

void html_end(struct html *h)
{
    close_tag(h);
    h->depth--;
    buf_z(h->b, "</");
    buf_z(h->b, h->depth < HTML_DEPTH ? h->open[h->depth] : "div");
    buf_char(h->b, '>');
}

void html_line(struct html *h, const char *name, const char *class, struct str text)
{
    html_tag(h, name);
    if (class)
        html_attr(h, "class", str_of(class));
    html_text(h, text);
    html_end(h);
}

void html_page(struct html *h, struct buf *b, enum lang lang, struct str title)
{
    *h = (struct html){.b = b};
    buf_z(b, "<!doctype html>\n");
    html_tag(h, "html");
    html_attr(h, "lang", lang == LANG_EN ? STR("en") : STR("zh-CN"));
    html_tag(h, "head");
    html_void(h, "meta");
    html_attr(h, "charset", STR("utf-8"));
    html_void(h, "meta");
    html_attr(h, "name", STR("viewport"));
    html_attr(h, "content", STR("width=device-width,initial-scale=1"));
    html_tag(h, "title");
    html_text(h, title);
    html_text(h, lang == LANG_EN ? STR(" - Xiaohao") : STR(" - 销号"));
    html_end(h);
    html_tag(h, "style");
    close_tag(h);
    buf_z(b, style); /* our own text; no markup in it */
    html_end(h);
    html_end(h);
    html_tag(h, "body");
    html_tag(h, "main");
}

void html_page_end(struct html *h)
{
    while (h->depth > 0)
        html_end(h);
    buf_char(h->b, '\n');
}

enum rc reply_html(struct request *rq, int status)
{
    reply_header(rq, "Cache-Control", STR("no-store"));
    reply_header(rq, "X-Robots-Tag", STR("noindex, nofollow"));
    reply_header(rq, "Referrer-Policy", STR("no-referrer"));
    return reply_bytes(rq, status, "text/html; charset=utf-8", buf_view(&rq->out));
}
