/*
 * picture.h - the pixels of one photograph: decoded once, turned upright, brought to sRGB, made
 * small twice (decoder process only; the one place that knows libvips).
 *
 * Only JPEG, PNG, WebP and HEIC can be reached: the loader is named by our own sniffing and all
 * others are blocked in picture_init().
 */
#ifndef XH_MEDIA_PICTURE_H
#define XH_MEDIA_PICTURE_H

#include "media/wire.h"

/* A JPEG in memory, without any metadata; free with picture_free(). */
struct picture_copy {
    void *jpeg;
    size_t bytes;
};

struct picture {
    struct picture_copy display, thumb;
};

/* Once per process. */
bool picture_init(const char *program);
/* Reads `file` completely or refuses it; fills every field of `facts` but the hash and size of the
 * bytes. On anything but WIRE_OK `out` is empty. */
enum wire_code picture_make(const struct wire_job *job, struct str file, struct wire_answer *facts,
                            struct picture *out);
void picture_free(struct picture *p);

#endif
