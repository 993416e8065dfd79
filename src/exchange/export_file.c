/*
 * export_file.c - the files an export goes to, row by row: CSV in three encodings with formulas guarded, XLSX, JSON,
 * GeoJSON (RFC 7946).
 */
#include "export_internal.h"

#include "base/civil.h"
#include "base/json_out.h"
#include "media/media_store.h"
#include "org/org.h"
#include "tabular/csv.h"
#include "tabular/xlsx_stream.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROW_BYTES_MAX = 8 * 1024 * 1024, FLUSH_BYTES = 256 * 1024, JPEG_BYTES_MAX = 512 * 1024 };

struct export_file {
    FILE *f;
    struct buf b;
    struct json_out j;
    struct xlsx_stream *xlsx;
    iconv_t cd;
    bool converts;
};

static enum rc io_failed(struct export *ex)
{
    return OP_FAIL(ex->op, RC_INTERNAL, "export_failed", "导出文件无法写出：%s", "The file cannot be written: %s", strerror(errno));
}

/* ---- texts ---- */

static struct str scaled(struct arena *a, int64_t v, int digits)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 64);
    jo_begin(&j, &b, 0);
    jo_scaled(&j, NULL, v, digits);
    struct str s = str_copy(a, buf_view(&b));
    buf_free(&b);
    return s;
}

/* 2026-11-21 09:30:00, as a spreadsheet and our own imports take it; thousandths only where there are any. */
static struct str local_time(struct arena *a, int64_t ms, int zone_min)
{
    struct civil c = civil_from_ms(ms, zone_min);
    if (c.ms)
        return str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d.%03d", c.year, c.month, c.day, c.hour, c.minute, c.second, c.ms);
    return str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

struct str export_cell_text(struct arena *a, const struct export *ex, const struct export_column *c, const struct export_cell *cell)
{
    if (c->type == EX_TEXT || c->type == EX_PICTURE)
        return cell->s.p ? cell->s : STR("");
    if (!cell->i.has)
        return STR("");
    switch (c->type) {
    case EX_BOOL:
        return cell->i.v ? STR("是") : STR("否");
    case EX_TIME:
        return local_time(a, cell->i.v, ex->op->zone_min);
    case EX_E7:
        return scaled(a, cell->i.v, 7);
    case EX_E4:
        return scaled(a, cell->i.v, 4);
    default:
        return str_fmt(a, "%lld", (long long)cell->i.v);
    }
}

/* ---- bytes ---- */

static enum rc flush(struct export *ex)
{
    struct export_file *x = ex->file;
    char out[16 * 1024];
    char *in = x->b.p;
    size_t left = x->b.n;
    if (x->b.full)
        return OP_FAIL(ex->op, RC_TOO_LARGE, "export_failed", "一行数据过大", "A row is too large");
    while (x->converts && left) {
        char *to = out;
        size_t room = sizeof out;
        size_t done = iconv(x->cd, &in, &left, &to, &room);
        if (fwrite(out, 1, (size_t)(to - out), x->f) != (size_t)(to - out) || (done == (size_t)-1 && errno != E2BIG))
            return io_failed(ex);
    }
    if (!x->converts && x->b.n && fwrite(x->b.p, 1, x->b.n, x->f) != x->b.n)
        return io_failed(ex);
    buf_clear(&x->b);
    return RC_OK;
}

static enum rc flush_when_full(struct export *ex)
{
    return ex->file->b.n >= FLUSH_BYTES ? flush(ex) : RC_OK;
}

/* ---- CSV ---- */

static void csv_row(struct export *ex, const struct str *cells)
{
    csv_write_row(&ex->file->b, &(struct csv_style){.guard = true}, cells, ex->kind->ncolumns);
}

static void csv_begin(struct export *ex)
{
    struct str cells[EXPORT_COLUMNS_MAX];
    if (ex->in->encoding == EXPORT_UTF8_MARK)
        csv_write_mark(&ex->file->b);
    for (size_t c = 0; c < ex->kind->ncolumns; c++)
        cells[c] = str_of(ex->kind->columns[c].zh);
    csv_row(ex, cells);
}

static enum rc csv_line(struct export *ex, const struct export_cell *cells)
{
    struct str texts[EXPORT_COLUMNS_MAX];
    for (size_t c = 0; c < ex->kind->ncolumns; c++)
        texts[c] = export_cell_text(&ex->page, ex, &ex->kind->columns[c], &cells[c]);
    csv_row(ex, texts);
    return flush_when_full(ex);
}

/* ---- JSON ---- */

static void json_cell(struct export *ex, const struct export_column *c, const struct export_cell *cell)
{
    struct json_out *j = &ex->file->j;
    if (c->type == EX_TEXT || c->type == EX_PICTURE)
        jo_str(j, c->key, cell->s.n ? cell->s : STR_NONE);
    else if (!cell->i.has)
        jo_null(j, c->key);
    else if (c->type == EX_BOOL)
        jo_bool(j, c->key, cell->i.v != 0);
    else if (c->type == EX_TIME)
        jo_time(j, c->key, cell->i.v);
    else if (c->type == EX_INT)
        jo_i64(j, c->key, cell->i.v);
    else
        jo_scaled(j, c->key, cell->i.v, c->type == EX_E7 ? 7 : 4);
}

static void json_begin(struct export *ex)
{
    struct json_out *j = &ex->file->j;
    jo_begin(j, &ex->file->b, ex->op->zone_min);
    jo_obj(j, NULL);
    if (ex->in->format == EXPORT_GEOJSON) {
        jo_z(j, "type", "FeatureCollection");
        jo_arr(j, "features");
        return;
    }
    jo_z(j, "kind", ex->kind->kind);
    jo_time(j, "exported", ex->op->now);
    jo_arr(j, "items");
}

static enum rc json_line(struct export *ex, const struct export_cell *cells)
{
    struct json_out *j = &ex->file->j;
    jo_obj(j, NULL);
    for (size_t c = 0; c < ex->kind->ncolumns; c++)
        json_cell(ex, &ex->kind->columns[c], &cells[c]);
    jo_end(j);
    return flush_when_full(ex);
}

/* A record without a place is a feature without geometry (RFC 7946, 3.2). */
static enum rc geo_line(struct export *ex, const struct export_cell *cells)
{
    struct json_out *j = &ex->file->j;
    struct opt_i64 lon = cells[ex->kind->lon].i, lat = cells[ex->kind->lat].i;
    jo_obj(j, NULL);
    jo_z(j, "type", "Feature");
    if (lon.has && lat.has) {
        jo_obj(j, "geometry");
        jo_z(j, "type", "Point");
        jo_arr(j, "coordinates");
        jo_scaled(j, NULL, lon.v, 7);
        jo_scaled(j, NULL, lat.v, 7);
        jo_end(j);
        jo_end(j);
    } else {
        jo_null(j, "geometry");
    }
    jo_obj(j, "properties");
    for (size_t c = 0; c < ex->kind->ncolumns; c++)
        if ((int)c != ex->kind->lon && (int)c != ex->kind->lat)
            json_cell(ex, &ex->kind->columns[c], &cells[c]);
    jo_end(j);
    jo_end(j);
    return flush_when_full(ex);
}

/* ---- XLSX ---- */

static struct str remark_of(struct export *ex)
{
    struct headquarters hq;
    bool found = false;
    struct arena *a = ex->kept;
    if (headquarters_load(ex->op, &hq, &found) != RC_OK || !found)
        hq.name = STR("");
    struct str from = ex->in->from_ms.has ? civil_date(a, ex->in->from_ms.v, ex->op->zone_min) : STR("起始");
    struct str to = ex->in->to_ms.has ? civil_date(a, ex->in->to_ms.v - 1, ex->op->zone_min) : STR("今");
    return str_fmt(a, "单位：%.*s    范围：%.*s 至 %.*s    导出时间：%.*s", STR_ARG(hq.name), STR_ARG(from), STR_ARG(to),
                   STR_ARG(local_time(a, ex->op->now, ex->op->zone_min)));
}

static enum rc xlsx_begin(struct export *ex, const char *path)
{
    const struct exporter *k = ex->kind;
    struct xlsx_stream_column *columns = ARENA_MANY(ex->kept, struct xlsx_stream_column, k->ncolumns);
    for (size_t c = 0; c < k->ncolumns; c++)
        columns[c] = (struct xlsx_stream_column){str_of(k->columns[c].zh), k->columns[c].width,
                                                 k->columns[c].type == EX_PICTURE && !ex->in->no_pictures};
    struct xlsx_stream_start start = {.path = path, .sheet = k->title ? str_of(k->title) : STR("导出"), .columns = columns,
                                      .ncolumns = k->ncolumns, .created_ms = ex->op->now};
    if (k->title) {
        start.title = str_of(k->title);
        start.remark = remark_of(ex);
    }
    return xlsx_stream_open(&ex->file->xlsx, ex->kept, ex->op->rd.fault, &start);
}

/* Width and height out of a JPEG's frame header. */
static bool jpeg_size(struct str s, int *width, int *height)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 2; i + 9 < s.n && p[i] == 0xff;) {
        if (p[i + 1] >= 0xc0 && p[i + 1] <= 0xc2) {
            *height = p[i + 5] << 8 | p[i + 6];
            *width = p[i + 7] << 8 | p[i + 8];
            return true;
        }
        i += 2 + (size_t)(p[i + 2] << 8 | p[i + 3]);
    }
    return false;
}

/* The small copy, which carries no EXIF. False: it is not there. */
static bool load_thumb(struct export *ex, struct str hex, struct xlsx_stream_cell *cell)
{
    struct media_key key = {.variant = MEDIA_THUMB};
    struct media_file file;
    struct fault ignored;
    fault_init(&ignored, &ex->page);
    if (!ex->op->env->media || !str_unhex(hex, key.sha256.b, sizeof key.sha256.b) ||
        media_open(ex->op->env->media, &ignored, &key, &file) != RC_OK)
        return false;
    size_t want = file.bytes > 0 && file.bytes <= JPEG_BYTES_MAX ? (size_t)file.bytes : 0, at = 0;
    char *bytes = arena_alloc(&ex->page, want + 1);
    for (ssize_t n = 1; at < want && n > 0; at += n > 0 ? (size_t)n : 0)
        n = read(file.fd, bytes + at, want - at);
    close(file.fd);
    cell->jpeg = (struct str){bytes, at};
    return want && at == want && jpeg_size(cell->jpeg, &cell->width, &cell->height);
}

static void picture_cell(struct export *ex, struct str hex, struct xlsx_stream_cell *cell)
{
    if (str_empty(hex))
        return;
    if (ex->in->no_pictures || ex->out->pictures >= EXPORT_PICTURES_MAX || !load_thumb(ex, hex, cell)) {
        *cell = (struct xlsx_stream_cell){.text = ex->in->no_pictures ? STR("有照片") : STR("照片略，请在系统中查看")};
        return;
    }
    ex->out->pictures++;
}

static enum rc xlsx_line(struct export *ex, const struct export_cell *cells)
{
    struct xlsx_stream_cell out[EXPORT_COLUMNS_MAX] = {0};
    for (size_t c = 0; c < ex->kind->ncolumns; c++) {
        const struct export_column *col = &ex->kind->columns[c];
        if (col->type == EX_PICTURE) {
            picture_cell(ex, cells[c].s, &out[c]);
            continue;
        }
        out[c].text = export_cell_text(&ex->page, ex, col, &cells[c]);
        out[c].number = col->type == EX_INT || col->type == EX_E4;
    }
    return xlsx_stream_row(ex->file->xlsx, ex->op->rd.fault, out);
}

/* ---- any ---- */

enum rc export_file_open(struct export *ex, const char *path)
{
    struct export_file *x = ex->file = ARENA_NEW(ex->kept, struct export_file);
    if (ex->in->format == EXPORT_XLSX)
        return xlsx_begin(ex, path);
    x->f = fopen(path, "wbe");
    if (!x->f)
        return io_failed(ex);
    buf_init(&x->b, ROW_BYTES_MAX);
    x->converts = ex->in->format == EXPORT_CSV && ex->in->encoding == EXPORT_GB18030;
    if (x->converts)
        x->cd = iconv_open("GB18030", "UTF-8");
    if (ex->in->format == EXPORT_CSV)
        csv_begin(ex);
    else
        json_begin(ex);
    return RC_OK;
}

enum rc export_file_row(struct export *ex, const struct export_cell *cells)
{
    static enum rc (*const lines[])(struct export *, const struct export_cell *) = {csv_line, xlsx_line, json_line, geo_line};
    return lines[ex->in->format](ex, cells);
}

static enum rc close_plain(struct export *ex)
{
    struct export_file *x = ex->file;
    if (ex->in->format != EXPORT_CSV) {
        jo_end(&x->j);
        jo_end(&x->j);
        buf_char(&x->b, '\n');
    }
    enum rc rc = flush(ex);
    if (x->converts)
        iconv_close(x->cd);
    buf_free(&x->b);
    if (fclose(x->f) != 0 && rc == RC_OK)
        rc = io_failed(ex);
    return rc;
}

enum rc export_file_close(struct export *ex)
{
    return ex->file->xlsx ? xlsx_stream_close(ex->file->xlsx, ex->op->rd.fault) : close_plain(ex);
}

void export_file_drop(struct export *ex)
{
    struct export_file *x = ex->file;
    struct fault ignored;
    fault_init(&ignored, ex->kept);
    if (x->xlsx) {
        (void)!xlsx_stream_close(x->xlsx, &ignored);
        return;
    }
    if (x->converts)
        iconv_close(x->cd);
    buf_free(&x->b);
    fclose(x->f);
}
