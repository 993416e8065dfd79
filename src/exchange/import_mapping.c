/*
 * import_mapping.c - mappings remembered (列对应关系): which heading was which field, kept by the headings of a file when an
 * import with a mapping was written, and used again for files with the same headings.
 */
#include "import_internal.h"

#include "base/arena.h"

enum { MAPPING_ROW_CELLS = 200 };

/* Headings are compared as people read them: width and case do not count. */
static struct sha256 hash_of(struct arena *a, const struct str *cells, size_t n)
{
    struct hasher h;
    hash_begin(&h);
    while (n && str_empty(cells[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++)
        hash_field(&h, utf8_fold(a, str_sub(cells[i], 0, 500)));
    return hash_end(&h);
}

/* The mapping decides which row holds the headings, so each that may is asked about. */
enum rc import_mapping_recall(struct import *im)
{
    struct op *op = im->op;
    const struct grid *g = &im->table.grid;
    if (im->mapping.p || im->in->forget)
        return RC_OK;
    for (size_t i = 0; i < g->nrows && i < TABLE_HEADER_ROWS; i++) {
        struct import_mapping_by_hash_row row;
        bool found;
        if (g->rows[i].ncells > MAPPING_ROW_CELLS)
            continue;
        struct sha256 hash = hash_of(im->arena, g->rows[i].cells, g->rows[i].ncells);
        struct import_mapping_by_hash_in in = {op->hq, im->in->kind, hash};
        RETURN_IF(q_import_mapping_by_hash(&op->rd, &in, &row, &found));
        if (!found)
            continue;
        im->mapping = row.mapping;
        im->recalled = true;
        return RC_OK;
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
    struct sha256 hash = hash_of(im->arena, im->map.headings, im->map.nheadings);
    struct uuid id = uuid_named(UUID_NONE, str_fmt(im->arena, "mapping %.*s %.*s", STR_ARG(im->in->kind),
                                                   STR_ARG(str_hex(im->arena, hash.b, sizeof hash.b))));
    fx_import_mapping_keep(&op->plan.fx, &(struct import_mapping_keep_in){
        .hq = op->hq, .id = id, .kind = im->in->kind, .headings_hash = hash, .headings = headings_json(im),
        .mapping = im->mapping, .used_ms = op->now});
}
