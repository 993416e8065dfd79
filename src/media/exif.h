/*
 * exif.h - the few facts of EXIF that are evidence: orientation, time, place, camera (decoder
 * process only).
 *
 * A fact that is absent, malformed or absurd is left out; nothing here ever refuses a picture.
 * Serial numbers, owner names and notes are not read at all.
 */
#ifndef XH_MEDIA_EXIF_H
#define XH_MEDIA_EXIF_H

#include "media/photo.h"

struct exif_facts {
    int orientation; /* 1-8; 1 where none */
    bool has_taken, zone_known;
    int64_t taken_ms;
    bool has_place;
    int64_t lat_e7, lon_e7;
    char make[PHOTO_CAMERA_MAX], model[PHOTO_CAMERA_MAX]; /* NUL-padded */
};

/* The EXIF block inside a JPEG, PNG or WebP file, beginning with the TIFF header; absent where
 * none. */
struct str exif_find(enum photo_format format, struct str file);
/* `block` with or without the leading "Exif\0\0". A camera time without an offset is taken in
 * `zone_min`. */
void exif_read(struct str block, int zone_min, struct exif_facts *out);

#endif
