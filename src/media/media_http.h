/*
 * media_http.h - photographs over HTTP: sending one, what is known of it, its three pictures.
 *
 * Files are kept before the row that names them: a crash between leaves bytes nobody asks for,
 * never a row without its photograph. A photograph somebody else has sent before is taken as new,
 * decoded again and answered with the caller's own time of arrival, so that neither answer nor
 * duration tells of the other (covert rounds). `original` bears EXIF and is for those who judge
 * evidence, and for whoever sent it.
 *
 * Refusals of its own: photo_hash_mismatch (422), photo_not_found (404), photo_original_refused
 * (403); those of decoder.h and media_store.h pass through.
 */
#ifndef XH_MEDIA_MEDIA_HTTP_H
#define XH_MEDIA_MEDIA_HTTP_H

#include "http/http.h"
#include "media/decoder.h"
#include "media/media_store.h"

extern const struct route photo_routes[];

/* Adds to the plan in hand that the print of a photograph is kept, unless it is already. */
void photo_plan_print(struct op *op, struct sha256 sha, const struct print *print);

/* At the start of a server: removes what a crash left in staging an hour ago and longer. */
enum rc photo_sweep_staging(const struct env *env, struct fault *f) MUST_CHECK;

#endif
