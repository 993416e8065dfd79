/*
 * router.h - from method and path to a route. Compiled once at start into a tree of path segments;
 * matching then costs a walk along the path. Literal segments win over parameters.
 */
#ifndef XH_HTTP_ROUTER_H
#define XH_HTTP_ROUTER_H

#include "http/http.h"

enum { ROUTE_SEGMENTS_MAX = 12, METHODS = 5 };

/* A route and its place: `segments[i]` is a literal, or a parameter's name when bit i of `params`
 * is set. */
struct route_entry {
    const struct route *route;
    size_t index; /* from 0, for counting */
    size_t nsegments;
    struct str segments[ROUTE_SEGMENTS_MAX];
    unsigned params;
};

struct route_match {
    const struct route_entry *entry;       /* NULL: no route */
    struct str values[ROUTE_SEGMENTS_MAX]; /* decoded segments of the path */
    unsigned allow;                        /* bit per enum http_method that the path knows */
};

struct router;
/* `tables` as in http_config. Two routes of the same method and path, or a malformed pattern:
 * RC_INTERNAL. */
enum rc router_new(struct router **out, const struct route *const *tables,
                   struct fault *f) MUST_CHECK;
void router_free(struct router *r);
size_t router_count(const struct router *r);
const struct route_entry *router_at(const struct router *r, size_t index);
/* `path` has passed the guard. Decoded segments are put into the arena, in NFC. */
void router_match(const struct router *r, enum http_method method, struct str path, struct arena *a,
                  struct route_match *out);
const char *method_word(enum http_method m);

#endif
