/*
 * plate.h - the plate of a site (点位二维码牌) as PNG: a QR code of its address with the quiet zone
 * the standard asks for, and the site's code under it in a small built-in font, to be printed.
 */
#ifndef XH_SITE_PLATE_H
#define XH_SITE_PLATE_H

#include "base/fault.h"

/* `url` is what the QR code says; `code` is drawn when all its characters are in the font (digits,
 * letters as capitals, - . / _ : #), else the plate has no text. The PNG lies in the arena. */
enum rc plate_make(struct arena *a, struct fault *f, struct str url, struct str code,
                   struct str *png) MUST_CHECK;

#endif
