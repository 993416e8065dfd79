/*
 * print_scale.h - the grey picture of a print at growing blur, and the spots in it (the print's own
 * files only).
 */
#ifndef XH_MEDIA_PRINT_SCALE_H
#define XH_MEDIA_PRINT_SCALE_H

#include "media/print.h"

enum {
    SCALE_OCTAVES = 4,
    SCALE_INTERVALS = 2, /* levels to a doubling of the blur */
    SCALE_LEVELS = SCALE_INTERVALS + 3,
    SPOTS_MAX = 4096,
};

/* One grey picture of floats, rows without padding. */
struct plane {
    float *v;
    int width, height;
};

struct scale_space {
    struct plane level[SCALE_OCTAVES][SCALE_LEVELS];
    float *memory;
};

/* An extremum of the difference of two neighbouring blurs. */
struct spot {
    float x, y;       /* pixels of its octave */
    float sigma;      /* of its blur, in pixels of its octave */
    float strength;
    int octave, level;
};

/* Grey, PRINT_SIDE long, of equal mean and contrast. Free `out->v`. */
void scale_grey(const uint8_t *rgb, int width, int height, struct plane *out, uint8_t *grid);
void scale_build(const struct plane *grey, struct scale_space *out);
void scale_free(struct scale_space *s);
/* Up to SPOTS_MAX spots into `out`. */
int scale_spots(const struct scale_space *s, struct spot *out);
/* The blur of a level in pixels of its octave. */
float scale_sigma(float level);

#endif
