/* router.c - see router.h. */
#include "http/router.h"

#include "base/arena.h"
#include "http/guard.h"

#include <stdlib.h>

struct node {
    struct str segment;
    struct node *children; /* literals below */
    struct node *sibling;
    struct node *param; /* any segment */
    const struct route_entry *by_method[METHODS];
};

struct router {
    struct arena arena;
    struct node root;
    struct route_entry *entries;
    size_t n;
};

const char *method_word(enum http_method m)
{
    static const char *const words[METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return words[m];
}

static bool split_pattern(struct route_entry *e)
{
    struct str rest = str_of(e->route->pattern), part;
    if (rest.n < 1 || rest.p[0] != '/')
        return false;
    rest = str_sub(rest, 1, rest.n - 1);
    if (rest.n == 0)
        return true;
    while (str_next(&rest, '/', &part)) {
        if (e->nsegments == ROUTE_SEGMENTS_MAX)
            return false;
        if (part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}') {
            e->params |= 1u << e->nsegments;
            part = str_sub(part, 1, part.n - 2);
        }
        e->segments[e->nsegments++] = part;
    }
    return true;
}

static struct node *child(struct arena *a, struct node *at, struct str segment, bool is_param)
{
    if (is_param) {
        if (!at->param)
            at->param = ARENA_NEW(a, struct node);
        return at->param;
    }
    for (struct node *c = at->children; c; c = c->sibling)
        if (str_eq(c->segment, segment))
            return c;
    struct node *made = ARENA_NEW(a, struct node);
    made->segment = segment;
    made->sibling = at->children;
    at->children = made;
    return made;
}

static enum rc plant(struct router *r, struct route_entry *e, struct fault *f)
{
    struct node *at = &r->root;
    if (!split_pattern(e))
        return fail(f, RC_INTERNAL, "bad_route", "路由写法不正确：%s", "Malformed route: %s",
                    e->route->pattern);
    for (size_t i = 0; i < e->nsegments; i++)
        at = child(&r->arena, at, e->segments[i], e->params >> i & 1);
    if (at->by_method[e->route->method])
        return fail(f, RC_INTERNAL, "double_route", "路由重复：%s %s",
                    "Route declared twice: %s %s", method_word(e->route->method),
                    e->route->pattern);
    at->by_method[e->route->method] = e;
    return RC_OK;
}

enum rc router_new(struct router **out, const struct route *const *tables, struct fault *f)
{
    struct router *r = xcalloc(1, sizeof *r);
    size_t n = 0;
    arena_init(&r->arena);
    for (size_t t = 0; tables[t]; t++)
        for (const struct route *x = tables[t]; x->handler; x++)
            n++;
    r->entries = ARENA_MANY(&r->arena, struct route_entry, n + 1);
    for (size_t t = 0; tables[t]; t++)
        for (const struct route *x = tables[t]; x->handler; x++) {
            struct route_entry *e = &r->entries[r->n];
            *e = (struct route_entry){.route = x, .index = r->n++};
            enum rc rc = plant(r, e, f);
            if (rc != RC_OK) {
                router_free(r);
                return rc;
            }
        }
    *out = r;
    return RC_OK;
}

void router_free(struct router *r)
{
    if (!r)
        return;
    arena_free(&r->arena);
    free(r);
}

size_t router_count(const struct router *r)
{
    return r->n;
}

const struct route_entry *router_at(const struct router *r, size_t index)
{
    return &r->entries[index];
}

/* Depth-first, literals first; `allow` gathers the methods of every place the path could mean. */
static void walk(const struct node *at, size_t i, size_t n, enum http_method method,
                 struct route_match *m)
{
    if (i == n) {
        for (int k = 0; k < METHODS; k++)
            if (at->by_method[k])
                m->allow |= 1u << k;
        if (!m->entry)
            m->entry = at->by_method[method];
        return;
    }
    for (const struct node *c = at->children; c; c = c->sibling)
        if (str_eq(c->segment, m->values[i]))
            walk(c, i + 1, n, method, m);
    if (!m->entry && at->param && m->values[i].n)
        walk(at->param, i + 1, n, method, m);
}

static struct str decoded(struct arena *a, struct str raw)
{
    bool plain = true;
    for (size_t i = 0; i < raw.n && plain; i++)
        plain = raw.p[i] != '%' && (unsigned char)raw.p[i] < 0x80;
    if (plain)
        return raw;
    char *text = arena_alloc(a, raw.n + 1);
    size_t n;
    if (!percent_decode(raw, false, text, &n))
        return raw;
    return utf8_nfc(a, (struct str){text, n});
}

void router_match(const struct router *r, enum http_method method, struct str path, struct arena *a,
                  struct route_match *out)
{
    size_t n = 0, from = 1;
    *out = (struct route_match){0};
    while (from <= path.n && !(n == 0 && from == path.n)) {
        size_t to = from;
        if (n == ROUTE_SEGMENTS_MAX)
            return;
        while (to < path.n && path.p[to] != '/')
            to++;
        out->values[n++] = decoded(a, str_sub(path, from, to - from));
        from = to + 1;
    }
    walk(&r->root, 0, n, method, out);
}
