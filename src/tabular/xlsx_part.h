/*
 * xlsx_part.h - inside the XLSX reader: one part of the archive as a stream of XML events, under limits.
 *
 * The archive is only ever looked into by names of our own making and nothing is written to disk, so names like
 * "../../etc/passwd" have no effect. A document type declaration ends the reading: no XLSX has one, and without it
 * there are no entities to expand.
 */
#ifndef XH_TABULAR_XLSX_PART_H
#define XH_TABULAR_XLSX_PART_H

#include "base/fault.h"
#include "tabular/xlsx_in.h"

struct zip;

struct xlsx_sheet_name {
    struct str name, part;
};

struct xlsx_book {
    struct zip *zip;
    struct arena *arena;
    struct fault *fault;
    size_t read_bytes; /* inflated so far, all parts */
    bool date1904;
    struct xlsx_sheet_name *sheets;
    size_t nsheets;
    struct str *strings; /* shared strings */
    size_t nstrings, strings_room;
    uint8_t *formats; /* enum xlsx_format by cell style */
    size_t nformats, formats_room;
};

enum xlsx_format { XLSX_PLAIN, XLSX_DATE, XLSX_TIME };

struct part;

/* Names are local names. `text` may come in pieces. */
struct part_events {
    void (*start)(struct part *p, const char *name);
    void (*end)(struct part *p, const char *name);
    void (*text)(struct part *p, struct str s);
};

/* One reading of one part; `ctx` is the listener's. */
struct part {
    struct xlsx_book *book;
    const struct part_events *events;
    void *ctx;
    void *parser;
    const unsigned char **attributes;
    int nattributes;
    enum rc rc;
};

/* *found false, and RC_OK, when the archive has no such part and `found` is given. */
enum rc part_read(struct xlsx_book *book, struct str name, const struct part_events *events,
                  void *ctx, bool *found) MUST_CHECK;
/* In `start`: an attribute of the element, by local name; a view that ends with the call. */
struct str part_attribute(const struct part *p, const char *name);
/* Ends the reading; the fault has been recorded. */
void part_stop(struct part *p, enum rc rc);

/* "_x000D_" and its like, which spreadsheets write for what XML cannot hold. */
struct str xlsx_unescape(struct arena *a, struct str s);
/* A number as people see it; *precise false where the file itself has lost digits. */
struct str xlsx_number(struct xlsx_book *book, struct str raw, enum xlsx_format format,
                       bool *precise);
/* Whether a number format shows dates or times of day. */
enum xlsx_format xlsx_format_of(struct str code);

#endif
