/*
 * assets.c - the pages inside the executable. A path that is a file is sent as it is; any other
 * outside the API is a page of the application it belongs to, which finds its way in the browser.
 * Where the pages were not built in, one plain page says so in both languages.
 */
#include "http/internal.h"

#include <ctype.h>

#include "base/asset.h"

/* Applications by their first path segment; the console has the rest. */
static const struct {
    const char *segment;
    const char *names[2];
} apps[] = {
    {"m", {"web/m/index.html", "web/m.html"}},
    {"p", {"web/p/index.html", "web/p.html"}},
    {"wall", {"web/wall/index.html", "web/wall.html"}},
};

static const char notice[] =
    "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>销号 Xiaohao</title>"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<h1>销号</h1><p>服务已在运行，但本程序未包含网页界面。接口地址：<a "
    "href=\"/api/v1/openapi.json\">"
    "/api/v1/openapi.json</a>。</p><div lang=\"en\"><h1>Xiaohao</h1><p>The server is running, but "
    "its pages were "
    "not built into this program. The interface is described at <a href=\"/api/v1/openapi.json\">"
    "/api/v1/openapi.json</a>.</p></div></html>\n";

static bool under(struct str path, const char *segment)
{
    size_t n = strlen(segment);
    return path.n > n && memcmp(path.p + 1, segment, n) == 0 &&
           (path.n == n + 1 || path.p[n + 1] == '/');
}

static bool has_extension(struct str path)
{
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
        if (path.p[i - 1] == '.')
            return true;
    return false;
}

/* gzip with a weight of zero means "not that". */
static bool accepts_gzip(struct http_exchange *ex)
{
    struct str list = request_header(&ex->rq, "Accept-Encoding"), item, name;
    while (str_next(&list, ',', &item)) {
        if (!str_next(&item, ';', &name) || !ascii_same(str_trim(name), "gzip"))
            continue;
        int64_t weight = 1000;
        struct str q = item.p ? str_trim(item) : STR_NONE;
        if (q.n > 2 && !str_to_scaled(str_sub(q, 2, q.n - 2), 3, &weight))
            weight = 0;
        return weight > 0;
    }
    return false;
}

/* Vite puts a hash of the content into the names under /assets/: what has such a name never
 * changes. */
static void send_asset(struct http_exchange *ex, const struct asset *a)
{
    bool hashed =
        strncmp(a->name, "web/assets/", 11) == 0 || strncmp(a->name, "web/m/assets/", 13) == 0;
    bool gzip = a->gzip.p && accepts_gzip(ex);
    ex->reply.kind = REPLY_BYTES;
    ex->reply.status = 200;
    ex->reply.bytes = gzip ? a->gzip : a->bytes;
    respond_set(ex, "Content-Type", str_of(a->content_type));
    respond_set(ex, "Cache-Control",
                hashed ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    respond_set(ex, "ETag", str_of(a->etag));
    if (a->gzip.p)
        respond_set(ex, "Vary", STR("Accept-Encoding"));
    if (respond_tag_known(ex, str_of(a->etag))) {
        ex->reply.status = 304;
        ex->reply.bytes = STR("");
    } else if (gzip) {
        respond_set(ex, "Content-Encoding", STR("gzip"));
    }
}

static const struct asset *page_for(struct str path)
{
    for (size_t i = 0; i < sizeof apps / sizeof *apps; i++) {
        if (!under(path, apps[i].segment))
            continue;
        for (int k = 0; k < 2; k++) {
            const struct asset *a = asset_find(apps[i].names[k]);
            if (a)
                return a;
        }
    }
    return asset_find("web/index.html");
}

bool assets_answer(struct http_exchange *ex)
{
    struct request *rq = &ex->rq;
    struct str path = ex->facts.path;
    if (ex->facts.method != HTTP_GET || under(path, "api"))
        return false;
    const struct asset *a = asset_find(str_fmt(&ex->arena, "web%.*s", STR_ARG(path)).p);
    if (!a && has_extension(path))
        return false;
    if (!a)
        a = page_for(path);
    if (a) {
        send_asset(ex, a);
        return true;
    }
    reply_bytes(rq, 200, "text/html; charset=utf-8", (struct str){notice, sizeof notice - 1});
    return true;
}

/* GET /api/v1/openapi.json */
enum rc openapi_get(struct request *rq)
{
    const struct asset *a = asset_find("openapi.json");
    if (!a)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "本程序未包含接口说明",
                       "The interface's description is not built in");
    send_asset(rq->ex, a);
    return RC_OK;
}
