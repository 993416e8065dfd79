/*
 * import.c - `xiaohao import`: one list out of a file, its report on the terminal or as JSON. In all_or_nothing a
 * single refused row fails the command.
 */
#include "exchange/import.h"

#include "base/civil.h"
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>

enum { FILE_BYTES_MAX = 32 * 1024 * 1024, REPORT_BYTES_MAX = 8 * 1024 * 1024 };

static enum rc read_file(struct process *p, const char *path, struct str *out)
{
    struct buf b;
    char piece[16 * 1024];
    size_t n;
    FILE *f = fopen(path, "rbe");
    if (!f)
        return fail(&p->fault, RC_NOT_FOUND, "file_unreadable", "无法读取文件 %s：%s", "Cannot read the file %s: %s", path,
                    strerror(errno));
    buf_init(&b, FILE_BYTES_MAX);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&b, piece, n);
    bool broken = ferror(f) != 0, full = b.full;
    fclose(f);
    *out = str_copy(&p->arena, b.n ? buf_view(&b) : STR(""));
    buf_free(&b);
    if (full)
        return fail(&p->fault, RC_TOO_LARGE, "file_too_large", "文件 %s 超过32MB", "The file %s is larger than 32 MB", path);
    if (broken)
        return fail(&p->fault, RC_INTERNAL, "file_unreadable", "无法读取文件 %s", "Cannot read the file %s", path);
    return RC_OK;
}

static enum rc read_request(struct process *p, const struct options *o, struct import_request *in)
{
    *in = (struct import_request){.kind = str_of(o->kind), .mode = IMPORT_ALL_OR_NOTHING, .sheet = str_of(o->sheet)};
    if (o->mode && !import_mode_by_name(str_of(o->mode), &in->mode))
        return fail(&p->fault, RC_BAD, "bad_parameter", "--mode 应为 dry_run、all_or_nothing 或 good_rows",
                    "--mode is dry_run, all_or_nothing or good_rows");
    in->as_of_ms.has = o->as_of != NULL;
    if (o->as_of && !civil_parse_date(str_of(o->as_of), p->op.zone_min, &in->as_of_ms.v))
        return fail(&p->fault, RC_BAD, "bad_parameter", "--as-of 应写作 2026-11-21", "Write --as-of like 2026-11-21");
    if (o->mapping)
        RETURN_IF(read_file(p, o->mapping, &in->mapping));
    return read_file(p, o->args[0], &in->bytes);
}

static void print_json(struct process *p, struct report *r)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, REPORT_BYTES_MAX);
    jo_begin(&j, &b, p->op.zone_min);
    report_write(r, &j, NULL, p->lang);
    printf("%.*s\n", STR_ARG(buf_view(&b)));
    buf_free(&b);
}

static void print_line(const struct process *p, const struct report *r, const struct report_line *l)
{
    const struct table_map *m = r->map;
    struct str text = p->lang == LANG_EN ? l->en : l->zh, heading = STR("");
    if (l->column && l->column <= m->nheadings)
        heading = m->headings[l->column - 1];
    const char *level = l->warning ? (p->lang == LANG_EN ? "note" : "提示") : (p->lang == LANG_EN ? "error" : "错误");
    if (!l->row)
        printf("  %s: %.*s [%.*s]\n", level, STR_ARG(text), STR_ARG(l->code));
    else if (p->lang == LANG_EN)
        printf("  row %zu %.*s %s: %.*s [%.*s]\n", l->row, STR_ARG(heading), level, STR_ARG(text), STR_ARG(l->code));
    else
        printf("  第%zu行 %.*s %s：%.*s [%.*s]\n", l->row, STR_ARG(heading), level, STR_ARG(text), STR_ARG(l->code));
}

static void print_report(struct process *p, struct report *r)
{
    struct str summary = report_summary(r, p->lang);
    for (size_t i = 0; i < r->nlines; i++)
        print_line(p, r, &r->lines[i]);
    if (r->nerrors + r->nwarnings > r->nlines)
        printf(p->lang == LANG_EN ? "  … and %zu more\n" : "  …… 另有%zu条\n", r->nerrors + r->nwarnings - r->nlines);
    const char *zh = r->written ? "已写入" : r->mode == IMPORT_DRY_RUN ? "试运行，未写入" : "未写入";
    const char *en = r->written ? "written" : r->mode == IMPORT_DRY_RUN ? "dry run, nothing written" : "nothing written";
    printf(p->lang == LANG_EN ? "%.*s (%s)\n" : "%.*s（%s）\n", STR_ARG(summary), p->lang == LANG_EN ? en : zh);
}

int cmd_import(struct options *o)
{
    struct process p;
    struct import_request in;
    struct report report = {0};
    if (!o->kind) {
        fprintf(stderr, "请用 --kind 指明类别 / say with --kind what it is: areas units people sites standard\n");
        return EXIT_USAGE;
    }
    if (process_open(&p, &o->at, NEED_HEADQUARTERS) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = read_request(&p, o, &in);
    if (rc == RC_OK)
        rc = import_run(&p.op, &in, &report);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    if (rc == RC_OK && o->json)
        print_json(&p, &report);
    else if (rc == RC_OK)
        print_report(&p, &report);
    if (in.mode == IMPORT_ALL_OR_NOTHING && report.counts[REPORT_REFUSED] > 0)
        status = EXIT_FAILED;
    process_close(&p);
    return status;
}
