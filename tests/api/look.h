/* look.h - what one caller sees of many places at one time, and whether it is the same at another. */
#ifndef XH_TESTS_API_LOOK_H
#define XH_TESTS_API_LOOK_H

#include "world.h"

enum { LOOKS_MAX = 4000 };

struct viewer {
    const char *name;
    const struct account *who; /* NULL: nobody */
};
/* One GET: without its date and the request's own id. */
struct look {
    char *url;
    int status;
    char *head, *body;
};
struct album {
    struct look looks[LOOKS_MAX];
    size_t n;
};

/* Fails the test when there is no answer or a fault of the server's. */
void look_at(const struct viewer *v, const char *url, struct look *out);
/* The same places once more. */
struct album *look_again(const struct viewer *v, const struct album *before);
void album_free(struct album *a);
/* The first place that looks otherwise; n: none. */
size_t first_change(const struct album *was, const struct album *is);
/* Fails the test, showing what differs. */
void nothing_changed(const struct viewer *v, const struct album *was, const struct album *is);

#endif
