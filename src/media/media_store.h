/*
 * media_store.h - where the bytes of photographs (影像文件) are kept: under the SHA-256 of the
 * original, never changed once there. A folder today (`file:DIR`); another backend fills in the
 * same table of functions.
 *
 * An upload is staged in a temporary file beside the store and appears under its name only when
 * complete and on disk. Storing the same bytes twice is not an error and keeps one copy.
 *
 * Refusals: photo_too_large (413), media_missing (404), media_full (503), media_failed (500),
 * media_mismatch (422: the bytes are not those promised).
 */
#ifndef XH_MEDIA_STORE_H
#define XH_MEDIA_STORE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

/* What is kept of one photograph: its bytes as sent, and the two copies without EXIF. */
enum media_variant { MEDIA_ORIGINAL, MEDIA_DISPLAY, MEDIA_THUMB };
enum { MEDIA_VARIANTS = MEDIA_THUMB + 1 };

struct media_key {
    struct sha256 sha256; /* of the original, for every variant */
    enum media_variant variant;
};

struct media_store;
struct op;

/* One staged file. Owned by one thread at a time; ended by exactly one of media_commit and
 * media_abort. */
struct media_write {
    struct media_store *store;
    char *path; /* a local file, for the decoder to read or to write */
    int fd;
    int64_t bytes, max_bytes; /* as passed to media_write_piece() */
    struct hasher hasher;
};

/* An open file of the store; the caller closes `fd`. */
struct media_file {
    int fd;
    int64_t bytes;
};

/* What a backend does. Staging is always local: an upload must be looked at before it is kept. */
struct media_store_ops {
    enum rc (*keep)(struct media_store *s, struct fault *f, const char *staged,
                    const struct media_key *key);
    enum rc (*open)(struct media_store *s, struct fault *f, const struct media_key *key,
                    struct media_file *out);
    bool (*has)(struct media_store *s, const struct media_key *key);
    bool (*ready)(struct media_store *s);
    void (*close)(struct media_store *s);
};

/* Safe for any number of threads. */
struct media_store {
    const struct media_store_ops *ops;
    char *root;
    char *staging;
    /* May op's actor, who has not sent it, see this photograph? A room above knows what it hangs on; NULL: everybody
     * may. Set once at start. */
    enum rc (*shown)(struct op *op, struct sha256 sha, bool *shown);
};

/* `url` is "file:DIR" or a bare path; the folder is made when missing. */
enum rc media_store_open(struct media_store **out, struct fault *f, const char *url) MUST_CHECK;
void media_store_close(struct media_store *s);
/* For /readyz: can take an upload now. */
bool media_store_ready(struct media_store *s);

enum rc media_begin(struct media_store *s, struct fault *f, int64_t max_bytes,
                    struct media_write **out) MUST_CHECK;
enum rc media_write_piece(struct media_write *w, struct fault *f, struct str piece) MUST_CHECK;
/* Hash of all pieces so far. The file at `w->path` is complete and may be read. */
struct sha256 media_written(const struct media_write *w);
/* Durable when it answers RC_OK. For MEDIA_ORIGINAL the hash of the pieces must be the key's. Frees
 * `w` always. */
enum rc media_commit(struct media_write *w, struct fault *f,
                     const struct media_key *key) MUST_CHECK;
/* Leaves nothing behind. NULL is allowed. */
void media_abort(struct media_write *w);

bool media_has(struct media_store *s, const struct media_key *key);
enum rc media_open(struct media_store *s, struct fault *f, const struct media_key *key,
                   struct media_file *out) MUST_CHECK;
/* Removes staged files last changed before `before_ms` (file-system time), left by a crash. */
enum rc media_sweep(struct media_store *s, struct fault *f, int64_t before_ms,
                    size_t *removed) MUST_CHECK;

#endif
