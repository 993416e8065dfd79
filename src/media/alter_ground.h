/*
 * alter_ground.h - for tests and benchmarks: the shared photographs, altered as somebody might who offers an old one
 * as new, and the print of what comes out, made as the decoder makes it.
 */
#ifndef XH_MEDIA_ALTER_GROUND_H
#define XH_MEDIA_ALTER_GROUND_H

#include "media/print.h"

/* The eleven kinds of near_dup_pairs.csv, then those somebody would try next. */
enum alteration {
    ALTER_RECOMPRESS_Q40,
    ALTER_RESIZE_50,
    ALTER_CROP_5,        /* the middle 95 % each way */
    ALTER_CROP_30,       /* the middle 70 % each way: half of the area */
    ALTER_ROTATE_90,
    ALTER_MIRROR,
    ALTER_BRIGHTER,
    ALTER_WATERMARK,
    ALTER_GRAYSCALE,
    ALTER_WEBP_Q60,
    ALTER_METADATA,      /* the same pixels, another file */
    ALTER_LISTED,        /* the first eleven */
    ALTER_CORNER_30 = ALTER_LISTED, /* 70 % each way, from a corner */
    ALTER_CROP_ODD,      /* 85 % by 78 %, off the middle: another shape */
    ALTER_ROTATE_180,
    ALTER_ROTATE_270,
    ALTER_MIRROR_CROP,   /* mirrored, 70 % each way, off the middle */
    ALTER_TURN_CROP,     /* a quarter turn, 80 % each way */
    ALTER_DARKER,        /* gamma 1.6 */
    ALTER_WARMER,        /* redder, less blue */
    ALTER_RESIZE_25,
    ALTER_TILT,          /* by two degrees, 86 % each way */
    ALTERATIONS,
};
extern const char *const alter_names[ALTERATIONS + 1];

struct altering; /* one photograph, decoded once */

/* Once per process. */
bool alter_init(const char *program);
/* NULL: no picture. */
struct altering *alter_open(const char *path);
void alter_close(struct altering *a);
/* The print after an alteration, compressed and decoded again by the product's own picture_make(). */
bool alter_print(struct altering *a, enum alteration how, struct print *out);
/* The print of the file as it is. */
bool alter_file_print(const char *path, struct print *out);
/* Its pixels, `longest` at most; free(). */
uint8_t *alter_pixels(struct altering *a, int longest, int *width, int *height);

#endif
