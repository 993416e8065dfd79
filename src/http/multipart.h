/*
 * multipart.h - multipart/form-data (RFC 7578) read in pieces, for the few plain HTML forms that carry files.
 *
 * The body lies in a file (ROUTE_UPLOAD); parts are handed out one after the other, their content piece by piece, so
 * that memory does not grow with the upload. Faults: RC_BAD "bad_form".
 */
#ifndef XH_HTTP_MULTIPART_H
#define XH_HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/fault.h"

enum { MULTIPART_WINDOW = 64 * 1024, MULTIPART_PARTS_MAX = 64, MULTIPART_BOUNDARY_MAX = 70, MULTIPART_HEAD_MAX = 4096 };

struct multipart {
    struct fault *fault;
    struct arena *arena;
    int fd;
    char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF - - boundary */
    size_t ndelimiter;
    char *window;
    size_t from, to;   /* what is in the window and not handed out yet */
    bool file_ended;
    bool in_part, over;
    int parts;
};

struct multipart_part {
    struct str name;      /* of the field; in the arena */
    struct str filename;  /* absent: a plain field */
};

/* `fd` stays the caller's. `content_type`: the request's header. */
enum rc multipart_open(struct multipart *m, struct arena *a, struct fault *f, int fd, struct str content_type) MUST_CHECK;
/* The next part; *more false after the last. What is left of the part before is passed over. */
enum rc multipart_next(struct multipart *m, struct multipart_part *part, bool *more) MUST_CHECK;
/* The next piece of the part's content, valid until the next call; empty at its end. */
enum rc multipart_piece(struct multipart *m, struct str *piece) MUST_CHECK;
/* The whole content of a plain field of at most `max` bytes, as valid UTF-8 in NFC. */
enum rc multipart_text(struct multipart *m, size_t max, struct str *out) MUST_CHECK;

#endif
