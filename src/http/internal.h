/*
 * internal.h - what the files of this room share: the exchange (one request from first header to
 * last byte of the reply) and the server. Only server.c knows the library below; it calls
 * exchange_*() and is called back through wire_*().
 *
 * An exchange is owned by the pool thread of its connection, except between suspend and resume,
 * when the store's writer or a worker holds it.
 */
#ifndef XH_HTTP_INTERNAL_H
#define XH_HTTP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "http/guard.h"
#include "http/http.h"
#include "http/metrics.h"
#include "http/router.h"

enum {
    QUERY_MAX = 64,
    REPLY_HEADERS_MAX = 24,
    OUT_MAX = 64 * 1024 * 1024,
    DRAIN_MAX = 1024 * 1024, /* a refused body up to this is read, so that the refusal arrives */
    BODIES_MAX = 256 * 1024 * 1024, /* held by all requests together */
    BODY_TIME_MAX_S = 600,
    CONNECTIONS_MAX = 2000,
    CONNECTIONS_PER_ADDRESS = 1000,
    CONNECTION_TIMEOUT_S = 30,
    CONNECTION_MEMORY = 32 * 1024,
};

struct query_param {
    struct str name;
    struct str value;
    bool asked;
};

/* Where a streamed reply gets its bytes. `read`: >0 bytes; 0: nothing now, it has suspended the
 * connection; <0: the end. `close` is called once, on any thread. */
struct stream_source {
    ptrdiff_t (*read)(void *user, char *p, size_t max);
    void (*close)(void *user);
    void *user;
};

enum reply_kind { REPLY_NONE, REPLY_OUT, REPLY_BYTES, REPLY_FILE, REPLY_STREAM };

struct reply {
    enum reply_kind kind;
    int status;
    struct str bytes; /* REPLY_BYTES: lives as long as the exchange */
    int fd;
    uint64_t fd_bytes;
    struct stream_source source;
    struct header headers[REPLY_HEADERS_MAX];
    size_t nheaders;
    bool close; /* the connection ends after it */
};

/* What a handler asked for before it answered RC_OK. */
enum next { NEXT_REPLY, NEXT_AFTER, NEXT_COMMIT, NEXT_WORK };

/* What the adapter does after a call. */
enum step { STEP_BODY, STEP_REPLY, STEP_SUSPENDED, STEP_ABORT };

struct doc {
    struct jin top;
    struct doc *older;
};

struct http_exchange {
    struct request rq;
    struct http_server *server;
    void *wire; /* the adapter's connection */
    struct arena arena;
    struct fault fault;
    struct header headers[GUARD_HEADERS_MAX];
    size_t nheaders; /* may pass the array: the guard refuses then */
    struct str target;
    struct guard_facts facts;
    struct route_match match;
    struct query_param query[QUERY_MAX];
    size_t nquery;
    bool query_bad;
    struct doc *docs;
    struct buf body;
    int64_t body_seen;
    bool seen_headers;
    bool refused; /* the reply stands; what is left of the body is dropped */
    int upload_fd;
    struct hasher upload_hash;
    struct reply reply;
    struct uuid id;
    int64_t started_us;
    bool through_proxy;
    enum next next;
    handler_fn *after;
    void (*work)(struct request *rq);
    struct job job;
    int tries;
    bool awaiting_commit; /* the job's end must be looked at first */
    bool resumed;
    struct http_exchange *link; /* free list or work queue */
};

struct workers;

struct http_server {
    struct http_config cfg;
    struct str listen;
    struct router *router;
    struct metrics *metrics;
    struct workers *workers;
    struct str tmp_dir;
    struct arena arena;
    pthread_key_t thread_key; /* each pool thread's struct thread_db */
    pthread_mutex_t lock;     /* the free list */
    struct http_exchange *spare;
    int nspare;
    _Atomic int64_t active; /* exchanges open */
    _Atomic int64_t away;   /* exchanges suspended for the store or a worker */
    _Atomic int64_t body_bytes;
    _Atomic uint64_t uploads;
    _Atomic bool stopping;     /* new requests are refused */
    _Atomic bool no_more_away; /* nobody may be suspended any more */
    struct MHD_Daemon *daemon;
    int listen_fd;
    int port;
};

/* ---- exchange.c: the life of a request, called by server.c ---- */
struct http_exchange *exchange_open(struct http_server *s, void *wire, struct str target);
/* Called for every request, also an aborted one. */
void exchange_close(struct http_exchange *ex);
enum step exchange_headers(struct http_exchange *ex, struct str method, struct str version,
                           struct str peer);
enum step exchange_body(struct http_exchange *ex, struct str piece);
/* After the whole body, and again after each resume. */
enum step exchange_go_on(struct http_exchange *ex);
/* Back to the start of the handler: reply, query and content are forgotten, the request stays. */
void exchange_restart(struct http_exchange *ex);
bool exchange_is_health(const struct http_exchange *ex);
struct db *thread_db(struct http_server *s, struct fault *f);
void thread_db_close(void *p);

/* ---- server.c, for the others ---- */
void wire_suspend(void *wire);
void wire_resume(void *wire);
int64_t wire_connections(struct http_server *s);

/* ---- commit.c ---- */
/* Suspends and hands over; a full queue shows as a fault after the resume. False: stopping, the
 * fault is set. */
bool commit_submit(struct http_exchange *ex);
struct workers *workers_start(struct http_server *s);
void workers_stop(struct workers *w);
bool workers_submit(struct http_exchange *ex);

/* ---- upload.c ---- */
enum rc upload_begin(struct http_exchange *ex) MUST_CHECK;
enum rc upload_piece(struct http_exchange *ex, struct str piece) MUST_CHECK;
enum rc upload_end(struct http_exchange *ex) MUST_CHECK;
void upload_drop(struct http_exchange *ex);
/* Makes the folder and removes what processes that are gone left there. */
enum rc upload_folder(struct http_server *s, struct fault *f) MUST_CHECK;

/* ---- respond.c ---- */
/* The exchange's fault as problem+json, with the status of its rc or of `status` when not 0. */
void respond_fault(struct http_exchange *ex, int status);
void respond_guard(struct http_exchange *ex, const struct guard_fault *g);
/* Headers every reply bears, and what HEAD, 304 and buffers ask for; last before sending. */
void respond_finish(struct http_exchange *ex);
void respond_clear(struct http_exchange *ex);
/* Sets or replaces. */
void respond_set(struct http_exchange *ex, const char *name, struct str value);
/* Does If-None-Match name this tag? */
bool respond_tag_known(struct http_exchange *ex, struct str etag);
enum lang request_language(struct http_exchange *ex);

/* ---- read.c ---- */
void query_parse(struct http_exchange *ex);

/* ---- assets.c ---- */
/* Answers GET outside the API from what is embedded; false when nothing fits. */
bool assets_answer(struct http_exchange *ex);

/* ---- health.c ---- */
/* Served without asking who it is, and without a database. */
extern const struct route health_routes[];
handler_fn openapi_get;

#endif
