/* xlsx_in.c - opens a workbook: its sheets, shared strings and date formats. Cells are
 * xlsx_sheet.c's. */
#include "tabular/xlsx_in.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tabular/xlsx_part.h"

#include <zip.h>

static enum rc too_many(struct xlsx_book *book, const char *zh, const char *en)
{
    fail(book->fault, RC_TOO_LARGE, "xlsx_too_large", "工作簿过大：%s过多", "", zh);
    struct str in_chinese = book->fault->zh;
    fail(book->fault, RC_TOO_LARGE, "xlsx_too_large", "", "The workbook is too large: too many %s",
         en);
    book->fault->zh = in_chinese;
    return RC_TOO_LARGE;
}

/* ---- relations: id -> part ---- */

enum { RELATIONS_MAX = 1024 };

struct relations {
    struct str folder; /* what targets are relative to: "" or "xl/" */
    struct relation {
        struct str id, type, part;
    } * all;
    size_t n, room;
};

/* Resolves "worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml" and "../x.xml" under the folder. */
static struct str resolve(struct arena *a, struct str folder, struct str target)
{
    if (target.n && target.p[0] == '/')
        return str_copy(a, str_sub(target, 1, target.n));
    if (str_starts(target, STR("../")))
        return str_copy(a, str_sub(target, 3, target.n));
    return str_fmt(a, "%.*s%.*s", STR_ARG(folder), STR_ARG(target));
}

static void relation_start(struct part *p, const char *name)
{
    struct relations *r = p->ctx;
    struct arena *a = p->book->arena;
    if (strcmp(name, "Relationship") != 0)
        return;
    if (r->n == RELATIONS_MAX) {
        part_stop(p, too_many(p->book, "关系", "relations"));
        return;
    }
    r->all = grid_grown(a, r->all, r->n, &r->room, sizeof *r->all);
    r->all[r->n++] = (struct relation){
        .id = str_copy(a, part_attribute(p, "Id")),
        .type = str_copy(a, part_attribute(p, "Type")),
        .part = resolve(a, r->folder, part_attribute(p, "Target")),
    };
}

static struct str by_id(const struct relations *r, struct str id)
{
    for (size_t i = 0; i < r->n; i++)
        if (id.n && str_eq(r->all[i].id, id))
            return r->all[i].part;
    return STR_NONE;
}

static struct str by_type(const struct relations *r, struct str ending, struct str otherwise)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_ends(r->all[i].type, ending))
            return r->all[i].part;
    return otherwise;
}

static enum rc read_relations(struct xlsx_book *book, struct str part, struct relations *r)
{
    static const struct part_events events = {.start = relation_start};
    bool found;
    return part_read(book, part, &events, r, &found);
}

/* ---- workbook ---- */

static void workbook_start(struct part *p, const char *name)
{
    struct xlsx_book *book = p->book;
    const struct relations *r = p->ctx;
    if (strcmp(name, "workbookPr") == 0) {
        struct str v = part_attribute(p, "date1904");
        book->date1904 = str_is(v, "1") || str_is(v, "true");
    }
    if (strcmp(name, "sheet") != 0)
        return;
    if (book->nsheets == XLSX_SHEETS_MAX) {
        part_stop(p, too_many(book, "工作表", "sheets"));
        return;
    }
    struct str part = by_id(r, part_attribute(p, "id"));
    if (part.n) /* chart sheets and broken references have no cells to read */
        book->sheets[book->nsheets++] =
            (struct xlsx_sheet_name){str_copy(book->arena, part_attribute(p, "name")), part};
}

/* ---- shared strings ---- */

struct string_reader {
    struct buf text;
    int phonetic; /* depth inside <rPh>: reading aids, not the text */
    bool in_t;
};

static void string_start(struct part *p, const char *name)
{
    struct string_reader *r = p->ctx;
    if (strcmp(name, "si") == 0)
        buf_clear(&r->text);
    else if (strcmp(name, "rPh") == 0)
        r->phonetic++;
    r->in_t = strcmp(name, "t") == 0;
}

static void string_text(struct part *p, struct str s)
{
    struct string_reader *r = p->ctx;
    if (r->in_t && !r->phonetic)
        buf_str(&r->text, s);
}

static void string_end(struct part *p, const char *name)
{
    struct string_reader *r = p->ctx;
    struct xlsx_book *book = p->book;
    r->in_t = false;
    if (strcmp(name, "rPh") == 0)
        r->phonetic--;
    if (strcmp(name, "si") != 0)
        return;
    if (r->text.full || book->nstrings == XLSX_STRINGS_MAX) {
        part_stop(p, too_many(book, "文字", "texts"));
        return;
    }
    book->strings = grid_grown(book->arena, book->strings, book->nstrings, &book->strings_room,
                               sizeof *book->strings);
    struct str s = xlsx_unescape(book->arena, str_copy(book->arena, buf_view(&r->text)));
    book->strings[book->nstrings++] = s.p ? s : STR("");
}

static enum rc read_strings(struct xlsx_book *book, struct str part)
{
    static const struct part_events events = {string_start, string_end, string_text};
    struct string_reader r = {.phonetic = 0};
    bool found;
    buf_init(&r.text, GRID_CELL_BYTES_MAX);
    enum rc rc = part_read(book, part, &events, &r, &found);
    buf_free(&r.text);
    return rc;
}

/* ---- styles ---- */

enum { CUSTOM_FORMATS_MAX = 4096 };

struct style_reader {
    bool in_cells; /* inside <cellXfs>, not <cellStyleXfs> */
    struct {
        int64_t id;
        enum xlsx_format format;
    } custom[CUSTOM_FORMATS_MAX];
    size_t ncustom;
};

/* The formats that need no definition (ECMA-376 18.8.30), those of Chinese versions included. */
static enum xlsx_format built_in(int64_t id)
{
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 ||
        (id >= 50 && id <= 54) || id == 57 || id == 58)
        return XLSX_DATE;
    return (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 ||
                   id == 56
               ? XLSX_TIME
               : XLSX_PLAIN;
}

static enum xlsx_format format_by_id(const struct style_reader *r, int64_t id)
{
    for (size_t i = 0; i < r->ncustom; i++)
        if (r->custom[i].id == id)
            return r->custom[i].format;
    return built_in(id);
}

static void style_start(struct part *p, const char *name)
{
    struct style_reader *r = p->ctx;
    struct xlsx_book *book = p->book;
    int64_t id = 0;
    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = true;
    bool has_id = str_to_i64(part_attribute(p, "numFmtId"), 0, INT32_MAX, &id);
    if (strcmp(name, "numFmt") == 0 && has_id && r->ncustom < CUSTOM_FORMATS_MAX) {
        r->custom[r->ncustom].id = id;
        r->custom[r->ncustom++].format = xlsx_format_of(part_attribute(p, "formatCode"));
    }
    if (!r->in_cells || strcmp(name, "xf") != 0)
        return;
    if (book->nformats == XLSX_STYLES_MAX) {
        part_stop(p, too_many(book, "单元格样式", "cell styles"));
        return;
    }
    book->formats = grid_grown(book->arena, book->formats, book->nformats, &book->formats_room, 1);
    book->formats[book->nformats++] = (uint8_t)format_by_id(r, id);
}

static void style_end(struct part *p, const char *name)
{
    struct style_reader *r = p->ctx;
    if (strcmp(name, "cellXfs") == 0)
        r->in_cells = false;
}

static enum rc read_styles(struct xlsx_book *book, struct str part)
{
    static const struct part_events events = {style_start, style_end, NULL};
    struct style_reader *r = ARENA_NEW(book->arena, struct style_reader);
    bool found;
    return part_read(book, part, &events, r, &found);
}

/* ---- the book ---- */

/* "xl/workbook.xml" -> "xl/" and "xl/_rels/workbook.xml.rels". */
static void around(struct arena *a, struct str part, struct str *folder, struct str *rels)
{
    size_t cut = part.n;
    while (cut && part.p[cut - 1] != '/')
        cut--;
    *folder = str_sub(part, 0, cut);
    *rels =
        str_fmt(a, "%.*s_rels/%.*s.rels", STR_ARG(*folder), STR_ARG(str_sub(part, cut, part.n)));
}

static enum rc read_book(struct xlsx_book *book)
{
    static const struct part_events workbook = {.start = workbook_start};
    struct relations top = {.folder = STR("")}, inner = {.n = 0};
    struct str rels;
    RETURN_IF(read_relations(book, STR("_rels/.rels"), &top));
    struct str main_part = by_type(&top, STR("/officeDocument"), STR("xl/workbook.xml"));
    around(book->arena, main_part, &inner.folder, &rels);
    RETURN_IF(read_relations(book, rels, &inner));
    book->sheets = ARENA_MANY(book->arena, struct xlsx_sheet_name, XLSX_SHEETS_MAX);
    RETURN_IF(part_read(book, main_part, &workbook, &inner, NULL));
    if (book->nsheets == 0)
        return fail(book->fault, RC_INVALID, "xlsx_invalid", "工作簿中没有工作表",
                    "The workbook has no sheet");
    RETURN_IF(
        read_strings(book, by_type(&inner, STR("/sharedStrings"), STR("xl/sharedStrings.xml"))));
    return read_styles(book, by_type(&inner, STR("/styles"), STR("xl/styles.xml")));
}

static struct zip *open_zip(struct str bytes)
{
    zip_error_t err;
    zip_error_init(&err);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &err);
    struct zip *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &err) : NULL;
    if (!zip && source)
        zip_source_free(source);
    zip_error_fini(&err);
    return zip;
}

enum rc xlsx_open(struct arena *a, struct fault *f, struct str bytes, struct xlsx_book **out)
{
    if (bytes.n > XLSX_BYTES_MAX)
        return fail(f, RC_TOO_LARGE, "xlsx_too_large", "工作簿文件不能超过 %d MB",
                    "A workbook holds at most %d MB", XLSX_BYTES_MAX / (1024 * 1024));
    struct xlsx_book *book = ARENA_NEW(a, struct xlsx_book);
    book->arena = a;
    book->fault = f;
    book->zip = open_zip(bytes);
    if (!book->zip)
        return fail(f, RC_INVALID, "xlsx_invalid", "文件已损坏或不是 xlsx 工作簿",
                    "The file is damaged or no xlsx workbook");
    enum rc rc = zip_get_num_entries(book->zip, 0) > XLSX_ENTRIES_MAX
                     ? too_many(book, "部件", "parts")
                     : read_book(book);
    if (rc == RC_OK)
        *out = book;
    else
        xlsx_close(book);
    return rc;
}

void xlsx_close(struct xlsx_book *book)
{
    zip_discard(book->zip);
    book->zip = NULL;
}

size_t xlsx_sheets(const struct xlsx_book *book)
{
    return book->nsheets;
}

struct str xlsx_sheet_name(const struct xlsx_book *book, size_t sheet)
{
    return sheet < book->nsheets ? book->sheets[sheet].name : STR_NONE;
}

ptrdiff_t xlsx_find_sheet(const struct xlsx_book *book, struct str name)
{
    for (size_t i = 0; i < book->nsheets; i++)
        if (str_eq(book->sheets[i].name, name))
            return (ptrdiff_t)i;
    return -1;
}
