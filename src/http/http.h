/*
 * http.h - the server as rooms see it: route tables, a request, a reply. Nothing here knows
 * libmicrohttpd.
 *
 *   static enum rc problem_get(struct request *rq) { … reply_json(rq, 200) … }
 *   const struct route problem_routes[] = {
 *       {HTTP_GET, "/api/v1/problems/{id}", ACT_PROBLEM_READ, problem_get, 0, 0},
 *   };
 *
 * A handler parses, calls its room, and replies; answering anything but RC_OK sends the fault as
 * problem+json. It runs on a pool thread with that thread's read connection in rq->op. It must not
 * block: slow work goes to http_work(), a write to http_commit(); both suspend the connection and
 * go on later with a function.
 */
#ifndef XH_HTTP_HTTP_H
#define XH_HTTP_HTTP_H

#include "base/json_in.h"
#include "base/json_out.h"
#include "change/change.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

struct request;
typedef enum rc handler_fn(struct request *rq);

enum route_flag {
    ROUTE_PUBLIC = 1, /* no sign-in needed */
    ROUTE_UPLOAD = 2, /* body streamed to a temporary file: rq->upload_path, rq->upload_bytes,
                         rq->upload_sha256 */
    ROUTE_STREAM = 4, /* server-sent events */
    ROUTE_FIRST_PASSWORD = 8, /* allowed while the password must be changed first */
    ROUTE_NO_CSRF = 16,       /* sign-in itself */
    ROUTE_PAGE = 32,          /* for people without the application: what goes wrong is said on a page */
};

enum {
    BODY_MAX_DEFAULT = 256 * 1024,
    BODY_MAX_LARGE = 8 * 1024 * 1024,
    UPLOAD_MAX = 32 * 1024 * 1024
};

struct route {
    enum http_method method;
    const char *pattern; /* "/api/v1/sites/{id}/history" */
    int action;          /* enum action of auth/policy.h, asked before the handler runs */
    handler_fn *handler;
    unsigned flags;
    size_t body_max; /* 0: BODY_MAX_DEFAULT */
};

/* A request from its first header to its reply. The room uses op, the readers below, and `state`.
 */
struct request {
    struct op op;
    const struct route *route;
    struct str path;
    struct str body; /* whole body, for routes without ROUTE_UPLOAD */
    struct str content_type;
    struct str upload_path;
    int64_t upload_bytes;
    struct sha256 upload_sha256;
    struct buf out; /* the reply's body; jo_begin(&rq->json, &rq->out, …) is done already */
    struct json_out json;
    void *state;              /* what a handler leaves for its continuation (in the arena) */
    struct http_exchange *ex; /* the server's own side */
};

/* ---- reading ---- */
/* A path parameter as UUID; a malformed one is RC_NOT_FOUND. */
enum rc path_uuid(struct request *rq, const char *name, struct uuid *out) MUST_CHECK;
struct str path_text(struct request *rq, const char *name);
/* A query parameter, percent-decoded, NFC, valid UTF-8; absent: STR_NONE. */
struct str query_text(struct request *rq, const char *name);
enum rc query_i64(struct request *rq, const char *name, int64_t min, int64_t max,
                  struct opt_i64 *out) MUST_CHECK;
enum rc query_uuid(struct request *rq, const char *name,
                   struct uuid *out) MUST_CHECK; /* absent: UUID_NONE */
enum rc query_time(struct request *rq, const char *name,
                   struct opt_i64 *out) MUST_CHECK; /* RFC 3339 or date */
/* One of a NULL-ended list of words; absent: STR_NONE. */
enum rc query_name(struct request *rq, const char *name, const char *const *words,
                   struct str *out) MUST_CHECK;
enum rc query_bool(struct request *rq, const char *name, struct opt_bool *out) MUST_CHECK;
/* Every parameter a route knows is asked for before this; any other is RC_BAD "unknown_parameter".
 */
enum rc query_done(struct request *rq) MUST_CHECK;
struct str request_header(struct request *rq, const char *name);
/* A cookie's value as sent; absent: STR_NONE. */
struct str request_cookie(struct request *rq, const char *name);
/* What the client calls this server ("https://host:port"), as links in mails and on plates need it.
 */
struct str request_base_url(struct request *rq);
/* If-Match as a version number; absent: required -> 428-like RC_BAD "if_match_required", else none.
 */
enum rc request_if_match(struct request *rq, bool required, struct opt_i64 *version) MUST_CHECK;
/* The body as a JSON object; content type must be application/json (415 else). Freed with the
 * request. */
enum rc request_json(struct request *rq, struct jin *in) MUST_CHECK;
/* Fills a command from the request: `id` from the JSON member "id" or, for PATCH/PUT/DELETE, the
 * header Idempotency-Key (made when absent); content from method, path and canonical body. */
enum rc request_command(struct request *rq, struct jin *in, const char *kind,
                        const char *subject_kind, struct uuid subject_id,
                        struct command *out) MUST_CHECK;

/* Keyset pages: ?limit= (1-200, default 50) and ?cursor= (opaque, made by page_next from the last
 * row's key). */
struct page {
    int64_t limit; /* ask the query for limit + 1 rows */
    bool has_cursor;
    int64_t key_i64;    /* the last row's ordering key … */
    struct uuid key_id; /* … and its id */
    struct str key_text;
};
enum rc request_page(struct request *rq, struct page *out) MUST_CHECK;
/* Ends the open "items" array and the object with "next" (null when n <= limit). */
void page_end(struct request *rq, const struct page *p, bool more, int64_t key_i64,
              struct uuid key_id, struct str key_text);

/* ---- replying: each answers RC_OK, to be returned ---- */
/* The JSON in rq->json. 200 and 201; sets ETag from the body's hash on GET and answers 304 when it
 * matches. */
enum rc reply_json(struct request *rq, int status);
/* As reply_json, with ETag "<version>" for If-Match. */
enum rc reply_versioned(struct request *rq, int status, int64_t version);
enum rc reply_empty(struct request *rq, int status);
enum rc reply_bytes(struct request *rq, int status, const char *content_type, struct str bytes);
/* A file, sent with sendfile where possible. `cache`: seconds, immutable when negative. */
enum rc reply_file(struct request *rq, const char *path, const char *content_type, int cache_s);
/* The same of a file that is open; takes `fd` over. */
enum rc reply_opened(struct request *rq, int fd, int64_t bytes, const char *content_type, int cache_s);
/* An extra header on whatever is replied. */
void reply_header(struct request *rq, const char *name, struct str value);
enum rc reply_redirect(struct request *rq, const char *to);

/* ---- going on later ---- */
/* Each of these two is a handler's last call; the waiting begins when the handler has returned. */
/* Commits op.plan (see change.h). When durable, `after` runs on a pool thread with a fresh read
 * connection and replies. A replayed plan goes to `after` at once. When another change came
 * between, the route's handler is run again from its start, CHANGE_TRIES times at most (so it must
 * not have moved an upload before). */
enum rc http_commit(struct request *rq, handler_fn *after) MUST_CHECK;
/* Runs `work` on the small worker pool (argon2, decoding, imports), then `after` with its result in
 * state. `work` may use rq->op (a read connection of the worker's own); when it leaves a fault,
 * that is the reply. */
enum rc http_work(struct request *rq, void (*work)(struct request *rq),
                  handler_fn *after) MUST_CHECK;

/* ---- the server ---- */
struct http_server;
struct http_config {
    struct str listen; /* "127.0.0.1" */
    int port;
    int threads;       /* 0: twice the cores, 4 at least */
    int timeout_s;     /* a client silent for so long is cut off. 0: 30 */
    bool behind_proxy; /* trust X-Forwarded-For and -Proto of the nearest hop */
    const struct env *env;
    const struct route *const
        *tables; /* NULL-ended list of route tables, each ended by handler == NULL */
    /* Who is it? Fills rq->op.actor from cookie or bearer token; RC_UNAUTHORIZED when it must be
     * known. */
    enum rc (*authenticate)(struct request *rq);
    /* The coarse question before the handler: may this actor do `action` at all? */
    enum rc (*authorize)(struct request *rq, int action);
};
enum rc http_start(struct http_server **out, const struct http_config *cfg,
                   struct fault *f) MUST_CHECK;
/* Stops accepting, finishes what is in flight, then returns. */
void http_stop(struct http_server *s);
int http_port(const struct http_server *s);

#endif
