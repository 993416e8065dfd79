/*
 * print.h - the print of a photograph (影像指纹): what is compared when it is asked whether one was made
 * of another.
 *
 * A print is a list of marks and a small grey picture. A mark is a spot that is found again after
 * recompression, resizing, other light and colour, turning, mirroring and cutting: an extremum of
 * differences of Gaussians (Lowe, "Distinctive image features from scale-invariant keypoints",
 * IJCV 2004), described by 4 x 4 histograms of 8 gradient directions in its own frame. Of the 128 numbers 64
 * bits are kept, so chosen that a mirrored picture has the same bits but for PRINT_ODD, all inverted: the sums
 * and the differences of the halves left and right of the mark's direction, each through a Hadamard transform.
 *
 * Pure: no I/O, no picture library. Made in the decoder process from the pixels of the thumbnail, always
 * from the same ones; compared in the server (evidence/).
 */
#ifndef XH_MEDIA_PRINT_H
#define XH_MEDIA_PRINT_H

#include "base/str.h"

enum {
    PRINT_VERSION = 1,
    PRINT_SIDE = 320,  /* longest side of the grey picture marks are looked for in */
    PRINT_MARKS = 96,  /* at most, most telling first; none in a picture of one colour */
    PRINT_WEAK = 6,    /* of a mark: its least certain bits among those searched by */
    PRINT_KEYS = 24,   /* marks another photograph's are searched among: the first ones */
    PRINT_KEY_BITS = 24, /* the bits searched by: the topmost of a mark's */
    PRINT_GRID = 48,   /* cells across and down of the grey picture that is kept */
    PRINT_UNIT = 128,  /* steps of mark positions in one pixel of the grey picture */
    PRINT_SCALE_STEPS = 16, /* steps of mark scales in one doubling */
    PRINT_MARK_BYTES = 20,
    PRINT_BYTES_MAX = 8 + PRINT_MARKS * PRINT_MARK_BYTES,
};

/* Inverted, every one of them, in the mirrored picture's mark. */
#define PRINT_ODD UINT64_C(0x5555555555555555)

struct print_mark {
    uint64_t bits;
    uint8_t weak[PRINT_WEAK]; /* numbers of bits (63: topmost), least certain first */
    uint16_t x, y;            /* 1/PRINT_UNIT pixel */
    uint8_t scale;            /* 1/PRINT_SCALE_STEPS doubling, from one pixel on */
    uint8_t turn;             /* direction, 1/256 of a full turn */
};

struct print {
    uint16_t width, height; /* of the grey picture; the longer is PRINT_SIDE */
    uint16_t n;
    struct print_mark marks[PRINT_MARKS];
    uint8_t grid[PRINT_GRID * PRINT_GRID]; /* mean grey of each cell, row by row */
};

/* Bits that are set: inline, because without -mpopcnt the compiler's own is a call that costs three times as much. */
static inline int print_ones(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (int)(v * UINT64_C(0x0101010101010101) >> 56);
}

/* The print of `width` x `height` RGB pixels, 3 bytes each, rows without padding. */
void print_make(const uint8_t *rgb, int width, int height, struct print *out);
/* Every value within what print_make() can answer. */
bool print_ok(const struct print *p);

/* As kept in the store: numbers of several bytes with the lowest first. Writes PRINT_BYTES_MAX bytes at most. */
size_t print_pack(const struct print *p, uint8_t *out);
/* The bits of its first marks, 8 bytes each, PRINT_KEYS at most. Answers the bytes. */
size_t print_pack_keys(const struct print *p, uint8_t *out);
/* The other way; answers how many, 0 when these are none. */
int print_unpack_keys(struct str keys, uint64_t out[PRINT_KEYS]);
/* False when these are no marks and no grid of this version. */
bool print_unpack(struct str marks, struct str grid, struct print *out);

#endif
