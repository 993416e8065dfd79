/* media_http.c - see media_http.h. */
#include "media/media_http.h"

#include <sys/stat.h>
#include <unistd.h>

#include "auth/policy.h"
#include "base/log.h"
#include "media/photo_take.h"
#include "media_sql.h"

enum { COPY_BYTES = 16 * 1024, STALE_MS = 60 * 60 * 1000, CACHE_FOR_EVER = -1, CACHE_NEVER = 0 };

static const char *const variant_names[MEDIA_VARIANTS] = {
    [MEDIA_ORIGINAL] = "original", [MEDIA_DISPLAY] = "display", [MEDIA_THUMB] = "thumb"};

/* ---- reading ---- */

static enum rc path_sha256(struct request *rq, struct sha256 *out)
{
    struct str s = path_text(rq, "sha256");
    bool lower = true;
    for (size_t i = 0; i < s.n; i++)
        lower = lower && !(s.p[i] >= 'A' && s.p[i] <= 'F');
    if (lower && s.n == 2 * sizeof out->b && str_unhex(s, out->b, sizeof out->b))
        return RC_OK;
    return OP_FAIL(&rq->op, RC_NOT_FOUND, "photo_not_found", "没有这张照片",
                   "There is no such photograph");
}

static enum rc find(struct op *op, struct sha256 sha, struct photo_by_sha256_row *row, bool *found)
{
    struct photo_by_sha256_in in = {.hq = op->hq, .sha256 = sha, .me = op->actor.person_id};
    return q_photo_by_sha256(&op->rd, &in, row, found);
}

/* One that hangs on nothing the caller may see is answered as if it were not there. */
static enum rc load(struct op *op, struct sha256 sha, struct photo_by_sha256_row *row)
{
    bool found, shown = true;
    RETURN_IF(find(op, sha, row, &found));
    if (found && !row->mine_ms.has && op->env->media->shown)
        RETURN_IF(op->env->media->shown(op, sha, &shown));
    if (found && shown)
        return RC_OK;
    return OP_FAIL(op, RC_NOT_FOUND, "photo_not_found", "没有这张照片",
                   "There is no such photograph");
}

static enum rc reply_photo(struct request *rq, int status, struct sha256 sha,
                           const struct photo_by_sha256_row *row)
{
    struct json_out *j = &rq->json;
    jo_obj(j, NULL);
    jo_sha256(j, "sha256", sha);
    jo_i64(j, "bytes", row->bytes);
    jo_str(j, "format", row->format);
    jo_i64(j, "width", row->width);
    jo_i64(j, "height", row->height);
    jo_opt_time(j, "taken_at", row->taken_ms);
    jo_place(j, "place", row->lon_e7, row->lat_e7);
    jo_time(j, "received_at", row->mine_ms.has ? row->mine_ms.v : row->at_ms);
    jo_end(j);
    return reply_json(rq, status);
}

static enum rc photo_get(struct request *rq)
{
    struct photo_by_sha256_row row;
    struct sha256 sha;
    RETURN_IF(path_sha256(rq, &sha));
    RETURN_IF(query_done(rq));
    RETURN_IF(load(&rq->op, sha, &row));
    return reply_photo(rq, 200, sha, &row);
}

/* ---- its pictures ---- */

static enum rc path_variant(struct request *rq, enum media_variant *out)
{
    struct str s = path_text(rq, "variant");
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        if (str_is(s, variant_names[v])) {
            *out = (enum media_variant)v;
            return RC_OK;
        }
    return OP_FAIL(&rq->op, RC_NOT_FOUND, "photo_not_found", "没有这张照片",
                   "There is no such photograph");
}

static enum rc may_see_original(struct op *op, const struct photo_by_sha256_row *row)
{
    if (row->mine_ms.has || policy_may(&op->actor, ACT_PROBLEM_RECHECK) ||
        policy_may(&op->actor, ACT_INSPECTION_JUDGE))
        return RC_OK;
    return OP_FAIL(op, RC_FORBIDDEN, "photo_original_refused",
                   "照片原件仅供复核、核查人员和上传者本人查看",
                   "The original is for those who judge evidence and for whoever sent it");
}

static const char *original_mime(struct str format)
{
    for (int f = PHOTO_JPEG; f < PHOTO_FORMATS; f++)
        if (str_is(format, photo_format_name((enum photo_format)f)))
            return photo_format_mime((enum photo_format)f);
    return "application/octet-stream";
}

/* Copies never change and bear nothing personal of the camera's; the original stays out of caches,
 * for rights may be taken away. */
static enum rc picture_get(struct request *rq)
{
    struct photo_by_sha256_row row;
    struct media_key key;
    struct media_file file;
    RETURN_IF(path_sha256(rq, &key.sha256));
    RETURN_IF(path_variant(rq, &key.variant));
    RETURN_IF(query_done(rq));
    RETURN_IF(load(&rq->op, key.sha256, &row));
    bool original = key.variant == MEDIA_ORIGINAL;
    if (original)
        RETURN_IF(may_see_original(&rq->op, &row));
    RETURN_IF(media_open(rq->op.env->media, rq->op.rd.fault, &key, &file));
    return reply_opened(rq, file.fd, file.bytes,
                        original ? original_mime(row.format) : "image/jpeg",
                        original ? CACHE_NEVER : CACHE_FOR_EVER);
}

/* ---- sending one ---- */

/* What a PUT carries from the worker to the commit to the reply. */
struct sending {
    struct photo_taken taken;
    bool mine; /* this person has sent it before */
};

/* On a worker's thread: decoding blocks. */
static void keep_files(struct request *rq)
{
    struct sending *s = rq->state;
    (void)!photo_take(&rq->op, rq->upload_path.p, &s->taken);
}

static enum rc stored(struct request *rq)
{
    struct sending *s = rq->state;
    struct photo_by_sha256_row row;
    RETURN_IF(load(&rq->op, s->taken.sha, &row));
    return reply_photo(rq, s->mine || rq->op.plan.replayed ? 200 : 201, s->taken.sha, &row);
}

/* Without a key of the sender's, a photograph is its own: the same one from the same person is the
 * same command. */
static enum rc name_command(struct request *rq, const struct sending *s, struct command *c)
{
    struct op *op = &rq->op;
    struct str hex = str_hex(OP_ARENA(op), s->taken.sha.b, sizeof s->taken.sha.b);
    RETURN_IF(request_command(rq, NULL, "photo.upload", "photo", UUID_NONE, c));
    if (!request_header(rq, "Idempotency-Key").p)
        c->id = uuid_named(op->actor.person_id, str_fmt(OP_ARENA(op), "photo/%lld/%.*s",
                                                        (long long)op->hq, STR_ARG(hex)));
    c->detail = str_fmt(OP_ARENA(op), "{\"sha256\":\"%.*s\"}", STR_ARG(hex));
    return RC_OK;
}

static enum rc kept(struct request *rq)
{
    struct sending *s = rq->state;
    struct command command;
    RETURN_IF(name_command(rq, s, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        photo_plan_taken(&rq->op, &s->taken);
    return http_commit(rq, stored);
}

static enum rc photo_put(struct request *rq)
{
    struct sending *s = ARENA_NEW(OP_ARENA(&rq->op), struct sending);
    struct photo_by_sha256_row row;
    bool found;
    RETURN_IF(path_sha256(rq, &s->taken.sha));
    RETURN_IF(query_done(rq));
    if (!sha256_eq(s->taken.sha, rq->upload_sha256))
        return OP_FAIL(&rq->op, RC_INVALID, "photo_hash_mismatch",
                       "照片内容与地址中的 SHA-256 不符，请重新上传",
                       "The photograph does not have the SHA-256 of its address; send it again");
    RETURN_IF(find(&rq->op, s->taken.sha, &row, &found));
    s->mine = found && row.mine_ms.has;
    if (s->mine && photo_has_files(&rq->op, s->taken.sha))
        return reply_photo(rq, 200, s->taken.sha, &row);
    s->taken.bytes = rq->upload_bytes;
    rq->state = s;
    return http_work(rq, keep_files, kept);
}

/* ---- at the start ---- */

/* The file system's own now: its clock need not be ours. */
static enum rc staging_now(struct media_store *s, struct fault *f, int64_t *out_ms)
{
    struct media_write *w;
    struct stat st;
    RETURN_IF(media_begin(s, f, 0, &w));
    bool ok = fstat(w->fd, &st) == 0;
    media_abort(w);
    if (!ok)
        return fail(f, RC_INTERNAL, "media_failed", "照片存储读写失败",
                    "The photograph store could not be read or written");
    *out_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    return RC_OK;
}

enum rc photo_sweep_staging(const struct env *env, struct fault *f)
{
    int64_t now_ms = 0;
    size_t removed;
    RETURN_IF(staging_now(env->media, f, &now_ms));
    RETURN_IF(media_sweep(env->media, f, now_ms - STALE_MS, &removed));
    if (removed)
        log_info("photo: %zu unfinished uploads removed", removed);
    return RC_OK;
}

const struct route photo_routes[] = {
    {HTTP_PUT, "/api/v1/photos/{sha256}", ACT_PHOTO_UPLOAD, photo_put, ROUTE_UPLOAD, UPLOAD_MAX},
    {HTTP_GET, "/api/v1/photos/{sha256}", ACT_PHOTO_READ, photo_get, 0, 0},
    {HTTP_GET, "/api/v1/photos/{sha256}/{variant}", ACT_PHOTO_READ, picture_get, 0, 0},
    {0},
};
