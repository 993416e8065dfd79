/*
 * export.h - what the headquarters holds as lists to take away (导出): CSV and XLSX with the headings imports know, JSON,
 * GeoJSON; the ledger as people know it (整改台账) with its pictures.
 *
 * An export holds what its reader may read and export (policy: the kind's reading action and ACT_EXPORT together). What is
 * held back of covert rounds is never in it. Personal data are masked; in clear only by ACT_PERSON_UNMASK with a reason.
 * Every export leaves a journal row: who took what, how many rows, whether in clear.
 *
 * Rows are read by key in pages and written as they come: memory does not grow with them.
 */
#ifndef XH_EXCHANGE_EXPORT_H
#define XH_EXCHANGE_EXPORT_H

#include "change/change.h"

enum export_format { EXPORT_CSV, EXPORT_XLSX, EXPORT_JSON, EXPORT_GEOJSON };
/* "csv", "xlsx", "json", "geojson", NULL. */
extern const char *const export_format_names[];
enum export_encoding { EXPORT_UTF8, EXPORT_UTF8_MARK, EXPORT_GB18030 };
/* "utf-8", "utf-8-bom", "gb18030", NULL: of CSV. */
extern const char *const export_encoding_names[];
/* areas units people duties sites standard inspections observations problems events ledger scores matrix facilities
 * frontages limit_rules calendar_days NULL. */
extern const char *const export_kind_names[];

struct export_request {
    struct str kind;
    enum export_format format;
    enum export_encoding encoding;
    struct opt_i64 from_ms, to_ms; /* problems: reported; inspections, scores: visited. Absent: all */
    bool gbt_words;                /* states in the words of GB/T 30428 */
    bool no_pictures;              /* ledger */
    struct str unmask_reason;      /* absent: masked */
};
struct export_result {
    int64_t rows, pictures;
    const char *mime, *extension;
};
enum { EXPORT_REASON_MAX = 500 };

/* Writes the file at `path` (made or written over). Faults: unknown_kind, format_not_possible, RC_FORBIDDEN. */
enum rc export_write(struct op *op, const struct export_request *in, const char *path,
                     struct export_result *out) MUST_CHECK;
bool export_word(const char *const *names, struct str name, int *out);

#endif
