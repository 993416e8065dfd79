/*
 * photo_take.h - one file that came in becomes a kept photograph (影像入库): decoded apart, its three pictures in the
 * store, then its rows. Whatever way it came: a PUT of its own or a form.
 */
#ifndef XH_MEDIA_PHOTO_TAKE_H
#define XH_MEDIA_PHOTO_TAKE_H

#include "change/change.h"
#include "media/decoder.h"
#include "media/media_store.h"

/* `sha` and `bytes` as counted while it arrived; `facts` are filled. */
struct photo_taken {
    struct sha256 sha;
    int64_t bytes;
    struct photo_facts facts;
};

/* Blocks while it is decoded: for a worker's thread. The files are durable when it answers RC_OK. */
enum rc photo_take(struct op *op, const char *path, struct photo_taken *t) MUST_CHECK;
/* Adds its rows to the plan in hand, brought by the actor. Somebody's row of before stays as it is. */
void photo_plan_taken(struct op *op, const struct photo_taken *t);
/* A restored database may lack its files: then they are taken in again. */
bool photo_has_files(const struct op *op, struct sha256 sha);

#endif
