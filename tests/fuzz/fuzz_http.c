/*
 * fuzz_http.c - any request head: the guard decides, and what it lets through is routed and read
 * with every reader handlers use. Checked beside memory: what passes the guard has one meaning.
 */
#include <stdlib.h>

#include "http/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum rc handle(struct request *rq)
{
    (void)rq;
    return RC_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/", 0, handle, 0, 0},
    {HTTP_GET, "/a/{id}", 0, handle, 0, 0},
    {HTTP_GET, "/a/all", 0, handle, 0, 0},
    {HTTP_POST, "/a/{id}/b/{key}", 0, handle, 0, 0},
    {HTTP_PATCH, "/{x}/{y}/{z}", 0, handle, 0, 0},
    {0},
};

struct uuid change_new_id(const struct op *op)
{
    (void)op;
    return UUID_NONE;
}

static void read_all(struct http_exchange *ex)
{
    struct request *rq = &ex->rq;
    struct opt_i64 number;
    struct opt_bool yes;
    struct uuid id;
    struct page page;
    struct command command;
    enum rc rc = RC_OK;
    query_parse(ex);
    rq->op.lang = request_language(ex);
    rq->content_type = request_header(rq, "Content-Type");
    rc |= query_i64(rq, "n", -5, 5, &number);
    rc |= query_time(rq, "t", &number);
    rc |= query_bool(rq, "b", &yes);
    rc |= query_uuid(rq, "u", &id);
    rc |= path_uuid(rq, "id", &id);
    rc |= request_page(rq, &page);
    rc |= request_if_match(rq, false, &number);
    rc |= query_done(rq);
    request_cookie(rq, "session");
    request_base_url(rq);
    if (rq->route)
        rc |= request_command(rq, NULL, "a", "a", id, &command);
    (void)rc;
    for (size_t i = 0; i < ex->nquery; i++)
        if (!utf8_valid(ex->query[i].name) || !utf8_valid(ex->query[i].value))
            abort();
}

/* What the guard let through must hold no second meaning. */
static void check(const struct http_exchange *ex)
{
    struct str path = ex->facts.path;
    if (path.n == 0 || path.p[0] != '/' || str_find(path, STR("//"), 0) >= 0 ||
        str_find(path, STR("/../"), 0) >= 0)
        abort();
    for (size_t i = 0; i < ROUTE_SEGMENTS_MAX; i++)
        if (memchr(ex->match.values[i].p ? ex->match.values[i].p : "", '/',
                   ex->match.values[i].n) ||
            str_is(ex->match.values[i], ".."))
            abort();
}

static void run(struct http_exchange *ex, const struct guard_request *in,
                const struct router *router)
{
    if (guard_check(in, &ex->facts))
        return;
    router_match(router, ex->facts.method, ex->facts.path, &ex->arena, &ex->match);
    ex->rq.path = ex->facts.path;
    ex->rq.route = ex->match.entry ? ex->match.entry->route : NULL;
    read_all(ex);
    check(ex);
}

static void split_head(struct http_exchange *ex, struct str text, struct guard_request *in)
{
    struct str line, part;
    if (str_next(&text, '\n', &line) && str_next(&line, ' ', &in->method) &&
        str_next(&line, ' ', &in->target))
        in->version = line.p ? line : STR("");
    while (str_next(&text, '\n', &line)) {
        if (!str_next(&line, ':', &part))
            continue;
        if (ex->nheaders < GUARD_HEADERS_MAX)
            ex->headers[ex->nheaders] = (struct header){part, line.p ? str_trim(line) : STR("")};
        ex->nheaders++;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct router *router;
    static const struct route *const tables[] = {routes, NULL};
    struct http_exchange *ex = xcalloc(1, sizeof *ex);
    struct guard_request in = {STR(""), STR(""), STR(""), ex->headers, 0};
    arena_init(&ex->arena);
    fault_init(&ex->fault, &ex->arena);
    if (!router && router_new(&router, tables, &ex->fault) != RC_OK)
        abort();
    ex->rq.ex = ex;
    ex->rq.op.rd = (struct reader){NULL, &ex->arena, &ex->fault};
    split_head(ex, (struct str){(const char *)data, n}, &in);
    in.nheaders = ex->nheaders;
    ex->target = in.target;
    run(ex, &in, router);
    arena_free(&ex->arena);
    free(ex);
    return 0;
}
