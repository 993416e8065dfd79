/*
 * folder.h - the store of photographs in a folder: DIR/aa/bb/<sha256>, copies beside it as
 * <sha256>.display.jpg and <sha256>.thumb.jpg, uploads under way in DIR/staging. Used by
 * media_store.c alone.
 */
#ifndef XH_MEDIA_FOLDER_H
#define XH_MEDIA_FOLDER_H

#include "media/media_store.h"

enum rc folder_open(struct media_store **out, struct fault *f, const char *dir) MUST_CHECK;
/* Says what an errno means to people; `what` goes to the log. */
enum rc media_io_fault(struct fault *f, const char *what, int error);

#endif
