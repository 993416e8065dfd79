/* evidence_chore.c - photographs from before there were prints get theirs (evidence.h). The display copy goes through
 * the decoder like any photograph; nothing of what it answers is kept but the print. */
#include <unistd.h>

#include "base/log.h"
#include "evidence/evidence.h"
#include "evidence_sql.h"
#include "media/decoder.h"
#include "media/media_http.h"
#include "media/media_store.h"
#include "media/print.h"
#include "media_sql.h"

enum { AT_ONCE = 4, PIECE_BYTES = 16 * 1024, BYTES_MAX = 32 << 20 };

/* The decoder reads a local file; the store may keep its own elsewhere. */
static enum rc stage(struct op *op, struct sha256 sha, struct media_write *to)
{
    struct media_file file;
    char piece[PIECE_BYTES];
    ssize_t n;
    RETURN_IF(media_open(op->env->media, op->rd.fault, &(struct media_key){sha, MEDIA_DISPLAY}, &file));
    enum rc rc = RC_OK;
    while (rc == RC_OK && (n = read(file.fd, piece, sizeof piece)) > 0)
        rc = media_write_piece(to, op->rd.fault, (struct str){piece, (size_t)n});
    close(file.fd);
    return rc;
}

static enum rc decode(struct op *op, struct sha256 sha, struct media_write *const w[MEDIA_VARIANTS],
                      struct photo_facts *out)
{
    RETURN_IF(stage(op, sha, w[MEDIA_ORIGINAL]));
    struct decode_job job = {.original = w[MEDIA_ORIGINAL]->path,
                             .display = w[MEDIA_DISPLAY]->path,
                             .thumb = w[MEDIA_THUMB]->path,
                             .zone_min = op->zone_min};
    return decoder_run(op->env->decoder, OP_ARENA(op), op->rd.fault, &job, out);
}

static enum rc make_print(struct op *op, struct sha256 sha, struct photo_facts *out)
{
    struct media_write *w[MEDIA_VARIANTS] = {0};
    enum rc rc = RC_OK;
    for (int v = 0; v < MEDIA_VARIANTS && rc == RC_OK; v++)
        rc = media_begin(op->env->media, op->rd.fault, BYTES_MAX, &w[v]);
    if (rc == RC_OK)
        rc = decode(op, sha, w, out);
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        media_abort(w[v]);
    return rc;
}

static struct command command_of(struct op *op, struct sha256 sha)
{
    struct str name = str_fmt(OP_ARENA(op), "photo.print/%lld/%.*s", (long long)op->hq,
                              STR_ARG(str_hex(OP_ARENA(op), sha.b, sizeof sha.b)));
    return (struct command){.id = uuid_named(UUID_NONE, name),
                            .kind = "photo.print",
                            .content = sha256_of(name),
                            .subject_kind = "photo"};
}

/* One whose copy is lost or cannot be read will not do better next time. */
static bool is_hopeless(enum rc rc)
{
    return rc == RC_NOT_FOUND || rc == RC_INVALID || rc == RC_MEDIA_TYPE || rc == RC_TOO_LARGE;
}

static enum rc print_one(struct op *op, struct sha256 sha)
{
    struct photo_facts facts = {0};
    struct command command = command_of(op, sha);
    enum rc rc = make_print(op, sha, &facts);
    if (rc != RC_OK && !is_hopeless(rc))
        return rc;
    if (rc != RC_OK)
        log_warn("evidence: no print of a photograph: %s", str_z(OP_ARENA(op), op->rd.fault->code));
    fault_clear(op->rd.fault);
    RETURN_IF(change_begin(op, &command));
    if (op->plan.replayed)
        return RC_OK;
    if (rc == RC_OK)
        photo_plan_print(op, sha, facts.print);
    else
        fx_photo_printed(&op->plan.fx, &(struct photo_printed_in){.hq = op->hq, .sha256 = sha, .version = 0})->min = 0;
    return change_commit(op);
}

enum rc evidence_chore(struct op *op, bool *more)
{
    struct photos_unprinted_row *rows;
    size_t n;
    if (!op->env->decoder || !op->env->media)
        return RC_OK;
    RETURN_IF(q_photos_unprinted(&op->rd, &(struct photos_unprinted_in){op->hq, AT_ONCE}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(print_one(op, rows[i].sha256));
    *more = n == AT_ONCE;
    return RC_OK;
}
