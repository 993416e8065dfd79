/*
 * html.h - the few pages the server writes itself, for people without an account: one writer that escapes.
 *
 *   html_page(&h, &b, lang, title); html_tag(&h, "p"); html_text(&h, text); html_end(&h); html_page_end(&h);
 *
 * Tags and attribute names are the program's own literals; every text and attribute value is escaped. No scripts:
 * pages work in any browser, in-app ones too, and the content security policy stands.
 */
#ifndef XH_HTTP_HTML_H
#define XH_HTTP_HTML_H

#include "http/http.h"

enum { HTML_DEPTH = 32 };

struct html {
    struct buf *b;
    const char *open[HTML_DEPTH];
    int depth;
    bool tag_open; /* attributes may still be added */
};

/* Head, title and the plain style sheet; the body is open. `title` ends with the product's name. */
void html_page(struct html *h, struct buf *b, enum lang lang, struct str title);
void html_page_end(struct html *h);
void html_tag(struct html *h, const char *name);
/* An element without content: input, img, br. */
void html_void(struct html *h, const char *name);
/* Of the element opened last, before its content. */
void html_attr(struct html *h, const char *name, struct str value);
void html_flag(struct html *h, const char *name); /* required, multiple … */
void html_text(struct html *h, struct str text);
void html_end(struct html *h);
/* <name class="class">text</name>; no class when NULL. */
void html_line(struct html *h, const char *name, const char *class, struct str text);
/* Sends the buffer's page: never kept in caches, never indexed. */
enum rc reply_html(struct request *rq, int status);

#endif
