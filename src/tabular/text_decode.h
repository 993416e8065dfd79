/*
 * text_decode.h - bytes of a text file an office sends to UTF-8. Pure.
 *
 * Read are UTF-8 with and without mark, UTF-16 with mark, and GB18030 (which holds GBK and GB 2312, what Excel
 * in Chinese saves as "CSV"). Valid UTF-8 is UTF-8; what is not is GB18030 where that reads through and the
 * text looks like Chinese; anything else is refused rather than guessed at.
 */
#ifndef XH_TABULAR_TEXT_DECODE_H
#define XH_TABULAR_TEXT_DECODE_H

#include "base/fault.h"

enum text_encoding {
    TEXT_DETECT, /* only as a wish */
    TEXT_UTF8,
    TEXT_UTF16LE,
    TEXT_UTF16BE,
    TEXT_GB18030,
};
/* "detect", "utf-8", "utf-16le", "utf-16be", "gb18030", NULL. */
extern const char *const text_encoding_names[];

struct text_options {
    enum text_encoding encoding; /* TEXT_DETECT, or what the caller says it is */
    /* Damaged characters become U+FFFD and are counted, so that the rows that hold them can be refused one by
     * one; otherwise the first is a fault. */
    bool replace_damaged;
};

struct text_decoded {
    struct str text; /* valid UTF-8 without mark; the input itself where nothing had to change */
    enum text_encoding encoding;
    int confidence; /* 0 … 100: a mark or the caller's word 100 */
    size_t damaged; /* characters replaced */
};

enum { TEXT_BYTES_MAX = 128 * 1024 * 1024 };

/* Faults: `encoding_unknown` and `text_damaged`, both naming the byte's offset (from 0); `text_too_large`. */
enum rc text_decode(struct arena *a, struct fault *f, struct str bytes,
                    const struct text_options *opt, struct text_decoded *out) MUST_CHECK;

#endif
