/*
 * fault.h - the one way to report that something did not work.
 *
 * A function that can fail answers `enum rc` and, before it answers anything but RC_OK, has recorded the
 * reason with fail(). The record carries a stable code (for programs and tests) and a sentence in Chinese
 * and in English (for people). Only http/respond.c turns it into a status and problem+json; the command
 * line prints the sentence.
 */
#ifndef XH_BASE_FAULT_H
#define XH_BASE_FAULT_H

#include "base/str.h"

enum lang { LANG_ZH, LANG_EN };

enum rc {
    RC_OK,
    RC_INVALID,      /* 422: the content breaks a rule; field errors say which */
    RC_BAD,          /* 400: not readable at all */
    RC_UNAUTHORIZED, /* 401 */
    RC_FORBIDDEN,    /* 403 */
    RC_NOT_FOUND,    /* 404 */
    RC_CONFLICT,     /* 409: same id with other content, a state that does not allow it */
    RC_STALE,        /* 412: changed by someone else since it was read */
    RC_TOO_LARGE,    /* 413 */
    RC_MEDIA_TYPE,   /* 415 */
    RC_LIMITED,      /* 429: too many tries; `retry_s` is set */
    RC_BUSY,         /* 503: try again; `retry_s` is set */
    RC_INTERNAL,     /* 500 */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* What is wrong with one field. `pointer` is an RFC 6901 JSON pointer into the body ("/observations/3/count"). */
struct field_error {
    struct str pointer;
    struct str code;
    struct str zh;
    struct str en;
};

enum { FAULT_FIELDS_MAX = 1000 };

/* Zero-initialise with fault_init(). Belongs to one operation; its texts live in that operation's arena. */
struct fault {
    struct arena *arena;
    enum rc rc;
    struct str code;
    struct str zh;
    struct str en;
    int retry_s;
    const char *file;
    int line;
    struct field_error *fields;
    size_t nfields;
    size_t fields_room;
};

void fault_init(struct fault *f, struct arena *arena);
/* Forgets what was recorded. */
void fault_clear(struct fault *f);

/* Records and answers rc. `zh` and `en` are formats that take the same arguments in the same order. */
#define fail(f, rc, code, ...) fault_set((f), (rc), (code), __FILE__, __LINE__, __VA_ARGS__)
enum rc fault_set(struct fault *f, enum rc rc, const char *code, const char *file, int line,
                  const char *zh, const char *en, ...);

/* Adds a field error (the code of the whole becomes "invalid_content"); answers RC_INVALID. */
enum rc fail_field(struct fault *f, struct str pointer, const char *code, const char *zh, const char *en, ...);
bool fault_has_fields(const struct fault *f);
struct str fault_text(const struct fault *f, enum lang lang);

/* Passes a failure on to the caller. */
#define RETURN_IF(expr)                                                                                \
    do {                                                                                               \
        enum rc rc_ = (expr);                                                                          \
        if (rc_ != RC_OK)                                                                              \
            return rc_;                                                                                \
    } while (0)

#endif
