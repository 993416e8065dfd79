/*
 * photo.h - what is known about one photograph (现场照片) after it was decoded, and what is asked
 * of its bytes without decoding: the format by its first bytes, the fingerprint and the distance of
 * two fingerprints.
 *
 * Pure: no I/O, no picture library. Shared by the server and the decoder process.
 */
#ifndef XH_MEDIA_PHOTO_H
#define XH_MEDIA_PHOTO_H

#include "base/hash.h"
#include "base/str.h"

struct print; /* media/print.h */

enum photo_format { PHOTO_NONE, PHOTO_JPEG, PHOTO_PNG, PHOTO_WEBP, PHOTO_HEIC };
enum { PHOTO_FORMATS = PHOTO_HEIC + 1 };

enum {
    PHOTO_CAMERA_MAX = 64,  /* bytes of make and of model that are kept */
    PHOTO_SNIFF_BYTES = 64, /* the first bytes photo_sniff() wants to see */
};

/* Evidence read from one photograph. `make` and `model` live in the caller's arena, absent where
 * unknown. */
struct photo_facts {
    enum photo_format format;
    int width, height; /* as people see it: orientation applied */
    int orientation; /* EXIF 1-8 as applied by us; 1 where none, and for HEIC, which turns itself */
    int64_t bytes;   /* of the original */
    struct sha256 sha256;
    uint64_t fingerprint; /* difference hash; compare with photo_distance() */
    const struct print *print; /* of the decoder's thumbnail; in the caller's arena */
    bool has_taken;
    bool zone_known; /* the camera wrote its offset; else `taken_ms` assumes the zone given with the
                        job */
    int64_t taken_ms; /* UTC */
    bool has_place;
    int64_t lat_e7, lon_e7; /* WGS 84, 1e-7 degrees */
    struct str make, model;
    int display_width, display_height;
    int thumb_width, thumb_height;
};

/* By magic bytes alone; names and declared types are not asked. PHOTO_NONE: none of the four. */
enum photo_format photo_sniff(struct str first_bytes);
/* "jpeg", "png", "webp", "heic"; NULL for PHOTO_NONE. */
const char *photo_format_name(enum photo_format f);
/* "image/jpeg" … */
const char *photo_format_mime(enum photo_format f);

/* 64-bit difference hash of `width` x `height` RGB pixels, 3 bytes each, rows without padding. */
uint64_t photo_fingerprint(const uint8_t *rgb, int width, int height);
/* Differing bits, 0-64. */
int photo_distance(uint64_t a, uint64_t b);
/* A coarse likeness, kept with every photograph since the first release: compressed, resized, watermarked or recoloured
 * copies differ by 0-2 bits, crops of 5 % by 5-13, different scenes by 21 and more. What is shown to the re-checker goes
 * by the print (media/print.h, evidence/), which also finds what was turned, mirrored or cut. */
enum { PHOTO_ALIKE_MAX = 10 };

#endif
