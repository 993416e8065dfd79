/*
 * decoder.h - photographs (现场照片) turned into facts and small copies, by processes of their own.
 *
 * The server never decodes a picture itself and links no picture library. A pool of
 * `xiaohao-decoder` workers is started on demand; each handles one picture at a time under limits
 * of memory, processor time and wall clock, is killed when it exceeds them, and is replaced after a
 * crash or a number of pictures.
 *
 * Refusals, by code: photo_unsupported (415), photo_too_large (413), photo_damaged, photo_timeout
 * (422); photo_busy, photo_decoder_lost (503, try again); photo_decoder_missing,
 * photo_decoder_failed (500).
 */
#ifndef XH_MEDIA_DECODER_H
#define XH_MEDIA_DECODER_H

#include "base/arena.h"
#include "base/fault.h"
#include "media/photo.h"

struct decoder_config {
    const char *executable; /* NULL: $XIAOHAO_DECODER, else beside this program */
    int workers;
    int limit_ms;            /* per picture, from handing it over to its answer */
    int wait_ms;             /* for a free worker, before photo_busy */
    int pictures_per_worker; /* then a fresh process */
    int64_t max_bytes;
    int64_t max_pixels;
    int display_px, thumb_px; /* longest sides of the copies */
};

/* 1 worker, 10 s, 60 s, 500 pictures, 32 MiB, 50 million pixels, 2048 and 480. */
struct decoder_config decoder_defaults(void);

struct decode_job {
    const char *original; /* a regular file */
    const char *display;  /* both written over; removed again unless RC_OK */
    const char *thumb;
    int zone_min; /* for camera times without an offset */
};

struct decoder;

/* Finds the executable; starts no process yet. Nothing of `config` is kept but its values. */
enum rc decoder_start(struct decoder **out, struct fault *f,
                      const struct decoder_config *config) MUST_CHECK;
/* Blocks until the picture is answered or refused. Any number of threads at once. */
enum rc decoder_run(struct decoder *d, struct arena *a, struct fault *f,
                    const struct decode_job *job, struct photo_facts *out) MUST_CHECK;
/* Waits for runs under way, ends the workers, frees `d`. No run may begin after it. NULL is
 * allowed. */
void decoder_stop(struct decoder *d);

#endif
