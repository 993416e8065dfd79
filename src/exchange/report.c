/* report.c - see report.h. */
#include "exchange/report.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const import_mode_names[] = {"dry_run", "all_or_nothing", "good_rows", NULL};

void report_begin(struct report *r, struct arena *a, const struct table_map *map, const char *kind,
                  enum import_mode mode)
{
    *r = (struct report){.arena = a, .map = map, .kind = kind, .mode = mode};
}

void report_count(struct report *r, enum report_outcome outcome)
{
    r->read++;
    r->counts[outcome]++;
}

static struct str vformat(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (struct str){p, (size_t)n};
}

static struct report_line *add_line(struct report *r)
{
    if (r->nlines == REPORT_LINES_MAX)
        return NULL;
    if (r->nlines == r->lines_room) {
        r->lines_room = r->lines_room ? r->lines_room * 2 : 32;
        struct report_line *grown = ARENA_MANY(r->arena, struct report_line, r->lines_room);
        if (r->nlines)
            memcpy(grown, r->lines, r->nlines * sizeof *grown);
        r->lines = grown;
    }
    return &r->lines[r->nlines++];
}

#define SAY(line, last)                                                                            \
    do {                                                                                           \
        va_list ap_;                                                                               \
        va_start(ap_, last);                                                                       \
        (line)->zh = vformat(r->arena, zh, ap_);                                                   \
        va_end(ap_);                                                                               \
        va_start(ap_, last);                                                                       \
        (line)->en = vformat(r->arena, en, ap_);                                                   \
        va_end(ap_);                                                                               \
    } while (0)

void report_error(struct report *r, size_t row, size_t column, const char *code, const char *zh,
                  const char *en, ...)
{
    r->nerrors++;
    struct report_line *l = add_line(r);
    if (!l)
        return;
    *l = (struct report_line){.row = row, .column = column, .code = str_of(code)};
    SAY(l, en);
}

void report_warning(struct report *r, size_t row, size_t column, const char *code, const char *zh,
                    const char *en, ...)
{
    r->nwarnings++;
    struct report_line *l = add_line(r);
    if (!l)
        return;
    *l = (struct report_line){.row = row, .column = column, .code = str_of(code), .warning = true};
    SAY(l, en);
}

static bool has_controls(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t' && s.p[i] != '\r') ||
            s.p[i] == 0x7f)
            return true;
    return false;
}

bool report_check(struct report *r, const struct table_value *v, bool required, size_t max)
{
    if (required && str_empty(v->text))
        report_error(r, v->row, v->column, "required", "必填", "This is required");
    else if (v->unmapped)
        report_error(r, v->row, v->column, "value_unmapped", "列对应关系中没有“%.*s”的取值",
                     "The mapping has no value for \"%.*s\"",
                     STR_ARG(str_sub(v->text, 0, v->text.n > 60 ? 0 : 60)));
    else if (utf8_count(v->text) > max)
        report_error(r, v->row, v->column, "too_long", "超过 %zu 个字", "More than %zu characters",
                     max);
    else if (has_controls(v->text))
        report_error(r, v->row, v->column, "control_character", "含有不可见的控制字符",
                     "There are control characters");
    else
        return true;
    return false;
}

bool report_notes(struct report *r, size_t row)
{
    const struct grid *g = &r->map->table->grid;
    size_t number = g->rows[row].number, lo = 0, hi = g->nnotes;
    while (lo < hi) { /* notes come in the order of rows */
        size_t mid = lo + (hi - lo) / 2;
        if (g->notes[mid].row < number)
            lo = mid + 1;
        else
            hi = mid;
    }
    bool clean = true;
    for (; lo < g->nnotes && g->notes[lo].row == number; lo++) {
        enum grid_trouble t = g->notes[lo].trouble;
        /* A precision lost or an error in a column nobody imports hurts nobody. */
        bool used = g->notes[lo].column && g->notes[lo].column <= r->map->nheadings &&
                    r->map->spec_of[g->notes[lo].column - 1] >= 0;
        if (used || t == GRID_QUOTE) {
            report_error(r, number, g->notes[lo].column, grid_trouble_code(t), "%s", "%s",
                         grid_trouble_text(t, LANG_ZH));
            if (r->nlines && r->nerrors + r->nwarnings == r->nlines)
                r->lines[r->nlines - 1].en = str_of(grid_trouble_text(t, LANG_EN));
            clean = false;
        }
    }
    return clean;
}

bool report_may_write(const struct report *r)
{
    return r->mode == IMPORT_GOOD_ROWS ||
           (r->mode == IMPORT_ALL_OR_NOTHING && r->counts[REPORT_REFUSED] == 0);
}

static int by_row(const void *pa, const void *pb)
{
    const struct report_line *a = pa, *b = pb;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static void write_columns(const struct report *r, struct json_out *j)
{
    const struct table_map *m = r->map;
    jo_arr(j, "columns");
    for (size_t c = 0; m && c < m->nheadings; c++) {
        jo_obj(j, NULL);
        jo_str(j, "heading", m->headings[c]);
        jo_z(j, "field", m->spec_of[c] < 0 ? NULL : m->specs[m->spec_of[c]].key);
        jo_end(j);
    }
    jo_end(j);
}

static void write_line(const struct report *r, struct json_out *j, const struct report_line *l,
                       enum lang lang)
{
    const struct table_map *m = r->map;
    jo_obj(j, NULL);
    jo_i64(j, "row", (int64_t)l->row);
    if (l->column && m && m->header_row && l->column <= m->nheadings &&
        m->headings[l->column - 1].n)
        jo_str(j, "column", m->headings[l->column - 1]);
    else
        jo_str(j, "column", l->column ? grid_column_name(r->arena, l->column) : STR_NONE);
    jo_str(j, "code", l->code);
    jo_str(j, "message", lang == LANG_ZH ? l->zh : l->en);
    jo_z(j, "level", l->warning ? "warning" : "error");
    jo_end(j);
}

void report_write(struct report *r, struct json_out *j, const char *key, enum lang lang)
{
    static const char *const names[REPORT_OUTCOMES] = {"created", "updated", "unchanged",
                                                       "refused"};
    const struct table *t = r->map ? r->map->table : NULL;
    if (r->nlines)
        qsort(r->lines, r->nlines, sizeof *r->lines, by_row);
    jo_obj(j, key);
    jo_z(j, "kind", r->kind);
    jo_z(j, "mode", import_mode_names[r->mode]);
    jo_bool(j, "written", r->written);
    jo_i64(j, "read", (int64_t)r->read);
    for (int i = 0; i < REPORT_OUTCOMES; i++)
        jo_i64(j, names[i], (int64_t)r->counts[i]);
    if (t && t->format == TABLE_CSV)
        jo_z(j, "encoding", text_encoding_names[t->encoding]);
    if (r->map)
        jo_i64(j, "header_row", (int64_t)r->map->header_row);
    write_columns(r, j);
    jo_arr(j, "rows");
    for (size_t i = 0; i < r->nlines; i++)
        write_line(r, j, &r->lines[i], lang);
    jo_end(j);
    if (r->nerrors + r->nwarnings > r->nlines)
        jo_i64(j, "rows_left_out", (int64_t)(r->nerrors + r->nwarnings - r->nlines));
    jo_end(j);
}

struct str report_summary(const struct report *r, enum lang lang)
{
    const char *fmt = lang == LANG_ZH
                          ? "读取 %zu 行：新增 %zu，更新 %zu，未变 %zu，拒绝 %zu"
                          : "%zu rows read: %zu created, %zu updated, %zu unchanged, %zu refused";
    const size_t *c = r->counts;
    return str_fmt(r->arena, fmt, r->read, c[REPORT_CREATED], c[REPORT_UPDATED],
                   c[REPORT_UNCHANGED], c[REPORT_REFUSED]);
}
