/* export.c - `xiaohao export`: one list into a file. */
#include "exchange/export.h"

#include "base/civil.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static enum rc bad_option(struct process *p, const char *name, const char *zh, const char *en)
{
    return fail(&p->fault, RC_BAD, "bad_parameter", "--%s %s%.0s", "--%s %.0s%s", name, zh, en);
}

/* Said by --format, else by the file's name. */
static bool read_format(const struct options *o, struct export_request *in)
{
    struct str out = str_of(o->out);
    int format = EXPORT_CSV;
    if (o->format)
        return export_word(export_format_names, str_of(o->format), &format) && ((in->format = (enum export_format)format), true);
    in->format = str_ends(out, STR(".xlsx"))                                       ? EXPORT_XLSX
                 : str_ends(out, STR(".geojson"))                                  ? EXPORT_GEOJSON
                 : str_ends(out, STR(".json"))                                     ? EXPORT_JSON
                                                                                   : EXPORT_CSV;
    return true;
}

static enum rc read_day(struct process *p, const char *name, const char *text, struct opt_i64 *out)
{
    out->has = text != NULL;
    if (text && !civil_parse_date(str_of(text), p->op.zone_min, &out->v))
        return bad_option(p, name, "应写作 2026-11-21", "is written like 2026-11-21");
    return RC_OK;
}

static enum rc read_request(struct process *p, const struct options *o, struct export_request *in)
{
    int encoding = EXPORT_UTF8_MARK; /* files of the command line are opened by hand */
    *in = (struct export_request){.kind = str_of(o->args[0]), .unmask_reason = str_of(o->reason)};
    if (!read_format(o, in))
        return bad_option(p, "format", "应为 csv、xlsx、json 或 geojson", "is csv, xlsx, json or geojson");
    if (o->encoding && !export_word(export_encoding_names, str_of(o->encoding), &encoding))
        return bad_option(p, "encoding", "应为 utf-8、utf-8-bom 或 gb18030", "is utf-8, utf-8-bom or gb18030");
    in->encoding = (enum export_encoding)encoding;
    in->gbt_words = o->gbt;
    in->no_pictures = o->no_pictures;
    RETURN_IF(read_day(p, "from", o->from, &in->from_ms));
    return read_day(p, "to", o->to, &in->to_ms);
}

int cmd_export(struct options *o)
{
    struct process p;
    struct export_request in;
    struct export_result result;
    if (!o->out) {
        fprintf(stderr, "请用 --out 指明文件 / say with --out which file to write\n");
        return EXIT_USAGE;
    }
    if (process_open(&p, &o->at, NEED_HEADQUARTERS | NEED_MEDIA) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = read_request(&p, o, &in);
    if (rc == RC_OK)
        rc = export_write(&p.op, &in, o->out, &result);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    if (rc == RC_OK)
        printf(p.lang == LANG_EN ? "%lld rows written to %s\n" : "已导出 %lld 行到 %s\n", (long long)result.rows, o->out);
    process_close(&p);
    return status;
}
