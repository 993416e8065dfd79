/*
 * wire.h - what the server and the decoder process say to each other: one fixed-size message each
 * way per picture, over a SOCK_SEQPACKET pair, which keeps message borders by itself. A job carries
 * three open files (original to read, memory for thumbnail and display copy), so the decoder never
 * opens a path.
 *
 * Both ends come from one build; the version guards against a stale executable. The server believes
 * nothing in an answer before wire_answer_ok() has looked at it: the decoder works on strangers'
 * bytes.
 */
#ifndef XH_MEDIA_WIRE_H
#define XH_MEDIA_WIRE_H

#include "media/photo.h"
#include "media/print.h"

enum {
    WIRE_VERSION = 0x58480002,
    WIRE_SOCKET = 3, /* the descriptor the decoder finds its end on */
    WIRE_FILES = 3,
};
enum wire_file { WIRE_ORIGINAL, WIRE_THUMB, WIRE_DISPLAY };

enum wire_code {
    WIRE_READY, /* sent once, before the first job */
    WIRE_OK,
    WIRE_UNSUPPORTED,
    WIRE_DAMAGED,
    WIRE_TOO_MANY_BYTES,
    WIRE_TOO_MANY_PIXELS,
    WIRE_FAILED, /* not the picture's fault: reading or writing the files */
    WIRE_CODES,
};

struct wire_job {
    uint32_t version;
    int32_t zone_min; /* for camera times without an offset */
    int64_t max_bytes;
    int64_t max_pixels;
    int32_t cpu_s;                /* processor time this picture may take */
    int32_t thumb_px, display_px; /* longest side */
};

struct wire_answer {
    uint32_t version;
    uint32_t code;
    int32_t format;
    int32_t width, height;
    int32_t orientation;
    int32_t display_width, display_height;
    int32_t thumb_width, thumb_height;
    int64_t bytes;
    int64_t taken_ms;
    int64_t lat_e7, lon_e7;
    uint64_t fingerprint;
    uint8_t has_taken, zone_known, has_place, spare;
    uint8_t sha256[32];
    char make[PHOTO_CAMERA_MAX]; /* NUL-padded UTF-8, possibly without a final NUL */
    char model[PHOTO_CAMERA_MAX];
    struct print print;
};

bool wire_send_job(int sock, const struct wire_job *job, const int files[WIRE_FILES]);
/* False at the end of the conversation or on anything malformed; files are open only when true. */
bool wire_receive_job(int sock, struct wire_job *job, int files[WIRE_FILES]);
bool wire_send_answer(int sock, const struct wire_answer *answer);
bool wire_receive_answer(int sock, struct wire_answer *answer);
/* Every value within what a sound decoder can answer to `job`. */
bool wire_answer_ok(const struct wire_answer *answer, const struct wire_job *job);

#endif
