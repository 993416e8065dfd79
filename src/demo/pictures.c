/* pictures.c - the demonstration's pictures take the way of every photograph: staged, decoded apart, kept by hash. */
#include "demo/internal.h"

#include "media/decoder.h"
#include "media/media_http.h"
#include "media/media_store.h"
#include "media/print.h"
#include "media_sql.h"

#include <stdio.h>
#include <stdlib.h>

static enum rc stage(struct demo *d, const unsigned char *png, size_t n, struct media_write *w[3])
{
    struct media_store *m = d->p->env.media;
    for (int i = 0; i < MEDIA_VARIANTS; i++)
        RETURN_IF(media_begin(m, &d->p->fault, 1 << 22, &w[i]));
    return media_write_piece(w[MEDIA_ORIGINAL], &d->p->fault, (struct str){(const char *)png, n});
}

static enum rc take_in(struct demo *d, const unsigned char *png, size_t n, struct photo_facts *facts)
{
    struct media_write *w[MEDIA_VARIANTS] = {0};
    enum rc rc = stage(d, png, n, w);
    if (rc == RC_OK) {
        struct decode_job job = {.original = w[MEDIA_ORIGINAL]->path, .display = w[MEDIA_DISPLAY]->path,
                                 .thumb = w[MEDIA_THUMB]->path, .zone_min = ZONE_SHANGHAI_MIN};
        rc = decoder_run(d->p->env.decoder, &d->p->arena, &d->p->fault, &job, facts);
    }
    for (int i = 0; i < MEDIA_VARIANTS; i++) {
        struct media_key key = {facts->sha256, (enum media_variant)i};
        if (rc == RC_OK)
            rc = media_commit(w[i], &d->p->fault, &key);
        else
            media_abort(w[i]);
    }
    return rc;
}

static enum rc add_picture(struct demo *d, bool clean, int number, struct sha256 *out)
{
    unsigned char *png;
    size_t n;
    char key[24];
    struct photo_facts facts = {0};
    const struct actor *who = &d->inspectors[number % INSPECTORS];
    snprintf(key, sizeof key, "%s-%03d", clean ? "after" : "before", number);
    RETURN_IF(demo_begin(d, d->start_ms + 2 * HOUR_MS, who, "photo.upload", "photo", str_of(key)));
    demo_draw(&d->dice, clean, &png, &n);
    enum rc rc = take_in(d, png, n, &facts);
    free(png);
    RETURN_IF(rc);
    *out = facts.sha256;
    struct op *op = &d->p->op;
    fx_photo_add(&op->plan.fx, &(struct photo_add_in){
        .hq = op->hq, .sha256 = facts.sha256, .bytes = facts.bytes, .format = STR("png"), .width = facts.width,
        .height = facts.height, .dhash = (int64_t)facts.fingerprint, .print_version = PRINT_VERSION,
        .at_ms = op->now});
    photo_plan_print(op, facts.sha256, facts.print);
    fx_photo_upload_add(&op->plan.fx, &(struct photo_upload_add_in){
        .hq = op->hq, .sha256 = facts.sha256, .person = who->person_id, .at_ms = op->now});
    d->n->photos++;
    return change_commit(op);
}

enum rc demo_pictures(struct demo *d)
{
    for (int i = 0; i < PICTURES; i++) {
        RETURN_IF(add_picture(d, false, i, &d->before[i]));
        RETURN_IF(add_picture(d, true, i, &d->after[i]));
    }
    return RC_OK;
}
