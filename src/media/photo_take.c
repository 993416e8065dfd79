/*
 * photo_take.c - see photo_take.h: one file that came in becomes a kept photograph.
 */
#include "media/photo_take.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "http/http.h"
#include "media/decoder.h"
#include "media/media_http.h"
#include "media/print.h"
#include "media_sql.h"

enum { COPY_BYTES = 16 * 1024 };

static enum rc upload_unreadable(struct op *op)
{
    log_error("photo: cannot read an upload: %s", strerror(errno));
    return OP_FAIL(op, RC_INTERNAL, "upload_failed", "上传内容无法读取",
                   "The upload could not be read");
}

/* Asked before it queues for a decoder: most of what is refused is no photograph at all. */
static enum rc check_looks(struct op *op, int fd)
{
    char head[PHOTO_SNIFF_BYTES];
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0)
        return upload_unreadable(op);
    if (photo_sniff((struct str){head, (size_t)n}) != PHOTO_NONE)
        return RC_OK;
    return OP_FAIL(op, RC_MEDIA_TYPE, "photo_unsupported",
                   "不支持的照片格式，仅接受 JPEG、PNG、WebP、HEIC",
                   "Not a supported photograph; JPEG, PNG, WebP and HEIC are accepted");
}

static enum rc copy_pieces(struct op *op, int fd, struct media_write *w)
{
    char piece[COPY_BYTES];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return upload_unreadable(op);
        if (n == 0)
            return RC_OK;
        RETURN_IF(media_write_piece(w, op->rd.fault, (struct str){piece, (size_t)n}));
    }
}

static enum rc copy_upload(struct op *op, const char *path, struct media_write *w)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return upload_unreadable(op);
    enum rc rc = check_looks(op, fd);
    if (rc == RC_OK)
        rc = copy_pieces(op, fd, w);
    close(fd);
    return rc;
}

/* A decoder gone bad may say anything: its hash must be the one counted while the bytes arrived. */
static enum rc decode(struct op *op, struct photo_taken *t, struct media_write *const w[MEDIA_VARIANTS])
{
    struct decode_job job = {.original = w[MEDIA_ORIGINAL]->path,
                             .display = w[MEDIA_DISPLAY]->path,
                             .thumb = w[MEDIA_THUMB]->path,
                             .zone_min = op->zone_min};
    RETURN_IF(decoder_run(op->env->decoder, OP_ARENA(op), op->rd.fault, &job, &t->facts));
    if (sha256_eq(t->facts.sha256, t->sha) && t->facts.bytes == t->bytes)
        return RC_OK;
    log_error("photo: the decoder has read other bytes than were sent");
    return OP_FAIL(op, RC_INTERNAL, "photo_decoder_failed", "照片处理失败，文件无法读写",
                   "The photograph's files could not be read or written");
}

static enum rc take_in(struct op *op, const char *path, struct photo_taken *t, struct media_write *w[MEDIA_VARIANTS])
{
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        RETURN_IF(media_begin(op->env->media, op->rd.fault, UPLOAD_MAX, &w[v]));
    RETURN_IF(copy_upload(op, path, w[MEDIA_ORIGINAL]));
    RETURN_IF(decode(op, t, w));
    for (int v = 0; v < MEDIA_VARIANTS; v++) {
        struct media_write *done = w[v];
        w[v] = NULL;
        RETURN_IF(
            media_commit(done, op->rd.fault, &(struct media_key){t->sha, (enum media_variant)v}));
    }
    return RC_OK;
}

enum rc photo_take(struct op *op, const char *path, struct photo_taken *t)
{
    struct media_write *w[MEDIA_VARIANTS] = {0};
    enum rc rc = take_in(op, path, t, w);
    for (int v = 0; rc != RC_OK && v < MEDIA_VARIANTS; v++)
        media_abort(w[v]);
    return rc;
}

static struct str camera_name(struct arena *a, const struct photo_facts *p)
{
    if (!p->make.p || !p->model.p)
        return p->model.p ? p->model : p->make;
    return str_starts(p->model, p->make)
               ? p->model
               : str_fmt(a, "%.*s %.*s", STR_ARG(p->make), STR_ARG(p->model));
}

static struct str packed(struct op *op, const uint8_t *bytes, size_t n)
{
    return (struct str){arena_dup(OP_ARENA(op), bytes, n), n};
}

void photo_plan_print(struct op *op, struct sha256 sha, const struct print *print)
{
    uint8_t keys[PRINT_KEYS * sizeof(uint64_t)], marks[PRINT_BYTES_MAX];
    change_next_serial(op, "photo_print", 0);
    fx_photo_print_add(&op->plan.fx,
                       &(struct photo_print_add_in){
                           .hq = op->hq,
                           .sha256 = sha,
                           .keys = packed(op, keys, print_pack_keys(print, keys)),
                           .marks = packed(op, marks, print_pack(print, marks)),
                           .grid = packed(op, print->grid, sizeof print->grid),
                       })
        ->min = 0;
    fx_photo_printed(&op->plan.fx,
                     &(struct photo_printed_in){.hq = op->hq, .sha256 = sha, .version = PRINT_VERSION})
        ->min = 0;
}

/* Two who send it at once both find no row: the second's touches nothing, and that is well. */
void photo_plan_taken(struct op *op, const struct photo_taken *t)
{
    const struct photo_facts *p = &t->facts;
    struct photo_add_in row = {.hq = op->hq,
                               .sha256 = t->sha,
                               .bytes = p->bytes,
                               .format = str_of(photo_format_name(p->format)),
                               .width = p->width,
                               .height = p->height,
                               .taken_ms = {p->has_taken, p->taken_ms},
                               .taken_zone_known = p->has_taken && p->zone_known,
                               .lon_e7 = {p->has_place, p->lon_e7},
                               .lat_e7 = {p->has_place, p->lat_e7},
                               .camera = camera_name(OP_ARENA(op), p),
                               .dhash = (int64_t)p->fingerprint,
                               .print_version = PRINT_VERSION,
                               .at_ms = op->now};
    fx_photo_add(&op->plan.fx, &row)->min = 0;
    photo_plan_print(op, t->sha, p->print);
    fx_photo_upload_add(&op->plan.fx, &(struct photo_upload_add_in){.hq = op->hq,
                                                                    .sha256 = t->sha,
                                                                    .person = op->actor.person_id,
                                                                    .at_ms = op->now})
        ->min = 0;
}

/* A restored database may lack its files: then they are taken in again. */
bool photo_has_files(const struct op *op, struct sha256 sha)
{
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        if (!media_has(op->env->media, &(struct media_key){sha, (enum media_variant)v}))
            return false;
    return true;
}
