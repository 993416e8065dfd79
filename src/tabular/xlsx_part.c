/* xlsx_part.c - see xlsx_part.h. libzip inflates, libxml2's push parser reads; both are kept on a
 * short lead. */
#include "tabular/xlsx_part.h"

#include "base/arena.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <zip.h>

enum { CHUNK_BYTES = 32 * 1024 };

static enum rc too_large(struct xlsx_book *book, struct str name)
{
    return fail(book->fault, RC_TOO_LARGE, "xlsx_too_large", "工作簿解压后过大（%.*s），已停止读取",
                "The workbook is too large when unpacked (%.*s)", STR_ARG(name));
}

static enum rc invalid(struct xlsx_book *book, struct str name)
{
    return fail(book->fault, RC_INVALID, "xlsx_invalid", "工作簿已损坏或不是 xlsx 文件（%.*s）",
                "The workbook is damaged or no xlsx file (%.*s)", STR_ARG(name));
}

void part_stop(struct part *p, enum rc rc)
{
    if (p->rc == RC_OK)
        p->rc = rc;
    xmlStopParser(p->parser);
}

struct str part_attribute(const struct part *p, const char *name)
{
    for (int i = 0; i < p->nattributes; i++) {
        const xmlChar **a = p->attributes + 5 * i;
        if (strcmp((const char *)a[0], name) == 0)
            return (struct str){(const char *)a[3], (size_t)(a[4] - a[3])};
    }
    return STR_NONE;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int nspaces, const xmlChar **spaces, int nattributes, int ndefaulted,
                     const xmlChar **attributes)
{
    (void)prefix, (void)uri, (void)nspaces, (void)spaces, (void)ndefaulted;
    struct part *p = user;
    p->attributes = attributes;
    p->nattributes = nattributes;
    if (p->rc == RC_OK && p->events->start)
        p->events->start(p, (const char *)name);
    p->nattributes = 0;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    struct part *p = user;
    if (p->rc == RC_OK && p->events->end)
        p->events->end(p, (const char *)name);
}

static void on_text(void *user, const xmlChar *text, int n)
{
    struct part *p = user;
    if (p->rc == RC_OK && p->events->text && n > 0)
        p->events->text(p, (struct str){(const char *)text, (size_t)n});
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    struct part *p = user;
    part_stop(p, invalid(p->book, STR("DOCTYPE")));
}

/* libxml2 2.12 (Debian 13) made the report constant. */
#if LIBXML_VERSION >= 21200
static void on_error(void *user, const xmlError *error)
#else
static void on_error(void *user, xmlErrorPtr error)
#endif
{
    (void)user, (void)error; /* the parser's own verdict is asked for at the end */
}

static enum rc check_size(struct xlsx_book *book, struct str name, const zip_stat_t *st,
                          size_t so_far)
{
    bool known = (st->valid & ZIP_STAT_COMP_SIZE) && (st->valid & ZIP_STAT_SIZE);
    uint64_t size = known && st->size > so_far ? st->size : so_far;
    if (size > XLSX_PART_MAX || book->read_bytes + so_far > XLSX_TOTAL_MAX)
        return too_large(book, name);
    if (known && size > XLSX_RATIO_FROM && size / XLSX_RATIO_MAX > st->comp_size)
        return too_large(book, name);
    return RC_OK;
}

static enum rc pump(struct part *p, struct str name, zip_file_t *file, const zip_stat_t *st)
{
    char *chunk = xmalloc(CHUNK_BYTES);
    size_t so_far = 0;
    xmlParserCtxtPtr parser = p->parser;
    for (;;) {
        zip_int64_t n = zip_fread(file, chunk, CHUNK_BYTES);
        if (n < 0)
            p->rc = p->rc ? p->rc : invalid(p->book, name);
        if (n <= 0 || p->rc != RC_OK)
            break;
        so_far += (size_t)n;
        p->rc = check_size(p->book, name, st, so_far);
        if (p->rc == RC_OK)
            xmlParseChunk(parser, chunk, (int)n, 0);
        if (p->rc != RC_OK || !parser->wellFormed)
            break;
    }
    if (p->rc == RC_OK && parser->wellFormed)
        xmlParseChunk(parser, chunk, 0, 1);
    if (p->rc == RC_OK && !parser->wellFormed)
        p->rc = invalid(p->book, name);
    free(chunk);
    p->book->read_bytes += so_far;
    return p->rc;
}

static enum rc parse(struct part *p, struct str name, zip_file_t *file, const zip_stat_t *st)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
        .internalSubset = on_doctype,
        .serror = on_error,
    };
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&sax, p, NULL, 0, NULL);
    if (!parser)
        return fail(p->book->fault, RC_INTERNAL, "xml_parser", "无法读取工作簿",
                    "The workbook cannot be read");
    xmlCtxtUseOptions(parser, XML_PARSE_NONET);
    p->parser = parser;
    enum rc rc = pump(p, name, file, st);
    if (parser->myDoc)
        xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
    return rc;
}

enum rc part_read(struct xlsx_book *book, struct str name, const struct part_events *events,
                  void *ctx, bool *found)
{
    struct part p = {.book = book, .events = events, .ctx = ctx, .rc = RC_OK};
    zip_stat_t st;
    zip_stat_init(&st);
    zip_int64_t at = name.n && !memchr(name.p, 0, name.n)
                         ? zip_name_locate(book->zip, str_z(book->arena, name), 0)
                         : -1;
    if (found)
        *found = at >= 0;
    if (at < 0)
        return found ? RC_OK : invalid(book, name);
    if (zip_stat_index(book->zip, (zip_uint64_t)at, 0, &st) != 0)
        return invalid(book, name);
    RETURN_IF(check_size(book, name, &st, 0));
    zip_file_t *file = zip_fopen_index(book->zip, (zip_uint64_t)at, 0);
    if (!file && zip_error_code_zip(zip_get_error(book->zip)) == ZIP_ER_NOPASSWD)
        return fail(book->fault, RC_INVALID, "xlsx_encrypted",
                    "工作簿有密码保护，请去除密码后再导入",
                    "The workbook is protected by a password; remove it first");
    if (!file)
        return invalid(book, name);
    enum rc rc = parse(&p, name, file, &st);
    zip_fclose(file);
    return rc;
}
