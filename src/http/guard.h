/*
 * guard.h - is this request worth reading at all? A pure function over what the client sent, asked
 * before routing, so that no later code meets two Hosts, a smuggled body or a path that means two
 * things.
 *
 * It must not know the server library, the database or the routes.
 */
#ifndef XH_HTTP_GUARD_H
#define XH_HTTP_GUARD_H

#include "http/http.h"

enum { GUARD_TARGET_MAX = 8192, GUARD_HEADERS_MAX = 96 };

struct header {
    struct str name;
    struct str value;
};

struct guard_request {
    struct str method;
    struct str version; /* "HTTP/1.1" */
    struct str target;  /* as sent */
    const struct header *headers;
    size_t nheaders;
};

/* Why a request is refused. `framing`: its end cannot be known, the connection must close. */
struct guard_fault {
    int status;
    const char *code;
    const char *zh;
    const char *en;
    bool framing;
};

/* What the guard learned on the way. */
struct guard_facts {
    enum http_method method; /* HEAD counts as HTTP_GET */
    bool head;
    bool options;
    int64_t body_bytes; /* Content-Length; 0 when absent; -1: chunked, unknown */
    bool expects_continue;
    struct str path;  /* raw, before '?' */
    struct str query; /* raw, after '?'; absent when there is none */
};

/* NULL when the request may go on. */
const struct guard_fault *guard_check(const struct guard_request *in, struct guard_facts *out);

/* Percent-decodes `in` (with `plus`: '+' is a space) into `out`, which has room for in.n bytes.
 * False for a damaged escape. */
bool percent_decode(struct str in, bool plus, char *out, size_t *n);
/* The value of the first header called `name` (ASCII case ignored); absent: STR_NONE. */
struct str header_find(const struct header *list, size_t n, const char *name);
bool ascii_same(struct str a, const char *z);

#endif
