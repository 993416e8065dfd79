/*
 * import_mapping.c - mappings remembered (列对应关系): which heading was which field, kept by the headings of a file when an
 * import with a mapping was written, and used again for files with the same headings.
 */
#include "import_internal.h"

#include "base/arena.h"

enum { MAPPING_ROW_CELLS = 200 };

/* Headings are compared as people read them: width and case do not count. They lie in one row or in two. */
static struct sha256 hash_of(struct arena *a, const struct grid_row *rows, size_t nrows)
{
    struct hasher h;
    hash_begin(&h);
    for (size_t r = 0; r < nrows; r++) {
        size_t n = rows[r].ncells;
        while (n && str_empty(rows[r].cells[n - 1]))
            n--;
        if (r)
            hash_field(&h, STR("\n"));
        for (size_t i = 0; i < n; i++)
            hash_field(&h, utf8_fold(a, str_sub(rows[r].cells[i], 0, 500)));
    }
    return hash_end(&h);
}

static enum rc recall(struct import *im, size_t at, size_t nrows)
{
    struct op *op = im->op;
    const struct grid_row *rows = &im->table.grid.rows[at];
    struct import_mapping_by_hash_row row;
    bool found;
    if (at + nrows > im->table.grid.nrows || rows[0].ncells > MAPPING_ROW_CELLS || rows[nrows - 1].ncells > MAPPING_ROW_CELLS)
        return RC_OK;
    struct import_mapping_by_hash_in in = {op->hq, im->in->kind, hash_of(im->arena, rows, nrows)};
    RETURN_IF(q_import_mapping_by_hash(&op->rd, &in, &row, &found));
    if (found)
        im->mapping = row.mapping;
    im->recalled = found;
    return RC_OK;
}

/* The mapping decides which row holds the headings, so each that may is asked about. */
enum rc import_mapping_recall(struct import *im)
{
    if (im->mapping.p || im->in->forget)
        return RC_OK;
    for (size_t i = 0; i < im->table.grid.nrows && i < TABLE_HEADER_ROWS && !im->recalled; i++) {
        RETURN_IF(recall(im, i, 2));
        if (!im->recalled)
            RETURN_IF(recall(im, i, 1));
    }
    return RC_OK;
}

static struct str headings_json(const struct import *im)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 256 * 1024);
    jo_begin(&j, &b, im->op->zone_min);
    jo_arr(&j, NULL);
    for (size_t c = 0; c < im->map.nheadings; c++)
        jo_str(&j, NULL, im->map.headings[c]);
    jo_end(&j);
    struct str s = str_copy(im->arena, buf_view(&b));
    buf_free(&b);
    return s;
}

void import_mapping_remember(struct import *im)
{
    struct op *op = im->op;
    if (!im->mapping.p || im->in->forget || !im->map.header_row || im->map.nheadings > MAPPING_ROW_CELLS)
        return;
    /* By its hash, so that two files at once keep one. */
    struct sha256 hash = hash_of(im->arena, im->map.header, im->map.nheader);
    struct uuid id = uuid_named(UUID_NONE, str_fmt(im->arena, "mapping %.*s %.*s", STR_ARG(im->in->kind),
                                                   STR_ARG(str_hex(im->arena, hash.b, sizeof hash.b))));
    fx_import_mapping_keep(&op->plan.fx, &(struct import_mapping_keep_in){
        .hq = op->hq, .id = id, .kind = im->in->kind, .headings_hash = hash, .headings = headings_json(im),
        .mapping = im->mapping, .used_ms = op->now});
}
