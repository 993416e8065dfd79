/*
 * gallery.h - many pictures that are nobody's photograph, to count false hits among.
 *
 * Real photographs to hand are few. A "made" picture is put together from pieces of real ones (cut, turned, mirrored,
 * other light, one, two or three to a picture) and drawn textures (paving, bricks, stripes, plaster, lettering, sky),
 * and its print is computed like any. A "mixed" one takes the marks and the grey of the four quarters of four made ones,
 * each quarter whole, mirrored or not, with one bit in sixteen of each mark turned over: a thousandth of the work, and its
 * marks are as alike and as unevenly spread as those of the made ones. Beyond a million and a half it is one bit in four:
 * else each made mark would stand there thousands of times over, as no city's photographs do. The same seed gives the same gallery.
 */
#ifndef XH_TESTS_BENCH_GALLERY_H
#define XH_TESTS_BENCH_GALLERY_H

#include "media/print.h"

struct source_picture {
    uint8_t *grey;
    int width, height;
};

struct gallery {
    struct print *made;
    size_t nmade;
};

/* With two threads. */
void gallery_make(struct gallery *g, const struct source_picture *sources, size_t nsources, size_t n, uint64_t seed);
void gallery_free(struct gallery *g);
/* The i-th mixed one; the same each time. `most` marks of it: PRINT_MARKS, or PRINT_KEYS and no grey to be searched by. */
void gallery_mix(const struct gallery *g, uint64_t i, int most, struct print *out);

#endif
