/* options.c - one table of options for all commands; environment and config file stand behind the command line. */
#include "cli/cli.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct option {
    unsigned bit;
    const char *name;
    const char *value;   /* what it takes, NULL: a switch */
    size_t at;
    const char *env;
    const char *zh;
    const char *en;
};

#define TEXT_AT(member) offsetof(struct options, member)

static const struct option table[] = {
    {OPT_DATA, "data", "DIR", TEXT_AT(at.data), "XIAOHAO_DATA", "数据目录（默认 var）", "data folder (default var)"},
    {OPT_DB, "db", "URL", TEXT_AT(at.db), "XIAOHAO_DB", "sqlite:路径 或 postgresql://…", "sqlite:PATH or postgresql://…"},
    {OPT_MEDIA, "media", "URL", TEXT_AT(at.media), "XIAOHAO_MEDIA", "照片存放处 file:目录", "photographs, file:DIR"},
    {OPT_CONFIG, "config", "FILE", TEXT_AT(config), "XIAOHAO_CONFIG", "配置文件（选项名 = 值）", "config file (option = value)"},
    {OPT_LANG, "lang", "zh|en", TEXT_AT(at.lang), "XIAOHAO_LANG", "提示语言", "language of messages"},
    {OPT_PORT, "port", "N", TEXT_AT(port), "XIAOHAO_PORT", "端口（默认 8330）", "port (default 8330)"},
    {OPT_LISTEN, "listen", "ADDRESS", TEXT_AT(listen), "XIAOHAO_LISTEN", "监听地址（默认 127.0.0.1）", "address (default 127.0.0.1)"},
    {OPT_THREADS, "threads", "N", TEXT_AT(threads), NULL, "服务线程数", "server threads"},
    {OPT_PROXY, "behind-proxy", NULL, TEXT_AT(proxy), "XIAOHAO_BEHIND_PROXY", "前面有反向代理（nginx）", "a reverse proxy (nginx) stands in front"},
    {OPT_EXPOSED, "i-know-this-is-exposed", NULL, TEXT_AT(exposed), NULL, "明知风险，直接对外监听", "listen openly, knowing the risk"},
    {OPT_CODE, "code", "CODE", TEXT_AT(code), NULL, "所在区县行政区划代码（6位）", "administrative code of the district (6 digits)"},
    {OPT_NAME, "name", "NAME", TEXT_AT(name), NULL, "指挥部名称", "name of the headquarters"},
    {OPT_LOGIN, "login", "LOGIN", TEXT_AT(login), NULL, "管理员登录名（默认 admin）", "administrator's login (default admin)"},
    {OPT_KIND, "kind", "KIND", TEXT_AT(kind), NULL, "areas|units|people|duties|sites|standard|problems",
     "areas|units|people|duties|sites|standard|problems"},
    {OPT_MODE, "mode", "MODE", TEXT_AT(mode), NULL, "dry_run|all_or_nothing|good_rows", "dry_run|all_or_nothing|good_rows"},
    {OPT_MAPPING, "mapping", "FILE", TEXT_AT(mapping), NULL, "列对应关系（JSON）", "column mapping (JSON)"},
    {OPT_SHEET, "sheet", "NAME", TEXT_AT(sheet), NULL, "工作表", "worksheet"},
    {OPT_AS_OF, "as-of", "DATE", TEXT_AT(as_of), NULL, "截至日期", "state of that day"},
    {OPT_OUT, "out", "PATH", TEXT_AT(out), NULL, "输出到", "where to write"},
    {OPT_FROM, "from", "…", TEXT_AT(from), NULL, "起", "from"},
    {OPT_TO, "to", "…", TEXT_AT(to), NULL, "止", "to"},
    {OPT_GROUP, "group-by", "GROUP", TEXT_AT(group), NULL, "site|category|unit|town|district", "site|category|unit|town|district"},
    {OPT_ANCHOR, "anchor", "SEQ:HASH", TEXT_AT(anchor), NULL, "另存的封存点", "a seal noted outside"},
    {OPT_FORCE, "force", NULL, TEXT_AT(force), NULL, "覆盖已有数据", "write over what is there"},
    {OPT_WITH_KEYS, "with-keys", NULL, TEXT_AT(with_keys), NULL, "连同密钥", "with the keys"},
    {OPT_VERIFY, "verify", NULL, TEXT_AT(verify), NULL, "重算核对", "recount and compare"},
    {OPT_EXPORT, "format", "FORMAT", TEXT_AT(format), NULL, "csv|xlsx|json|geojson（默认按文件名）", "csv|xlsx|json|geojson (default: by the file's name)"},
    {OPT_EXPORT, "encoding", "NAME", TEXT_AT(encoding), NULL, "CSV 编码 utf-8-bom|utf-8|gb18030", "of CSV: utf-8-bom|utf-8|gb18030"},
    {OPT_EXPORT, "gbt", NULL, TEXT_AT(gbt), NULL, "状态用 GB/T 30428 的名称", "states in the words of GB/T 30428"},
    {OPT_EXPORT, "no-pictures", NULL, TEXT_AT(no_pictures), NULL, "台账不带照片", "the ledger without pictures"},
    {OPT_EXPORT, "unmask-reason", "TEXT", TEXT_AT(reason), NULL, "个人信息不脱敏的理由（记入日志）", "why personal data are to be in clear (goes to the journal)"},
    {OPT_JSON, "json", NULL, TEXT_AT(json), NULL, "以 JSON 输出", "print JSON"},
};
enum { OPTIONS = sizeof table / sizeof *table };

static const struct option *find(const char *name, size_t n, unsigned takes)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if ((table[i].bit & takes) && strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0)
            return &table[i];
    return NULL;
}

static void set(struct options *o, const struct option *opt, const char *value)
{
    char *at = (char *)o + opt->at;
    if (opt->value)
        *(const char **)(void *)at = value;
    else
        *(bool *)(void *)at = !value || (strcmp(value, "0") != 0 && strcmp(value, "no") != 0);
}

static bool is_set(const struct options *o, const struct option *opt)
{
    const char *at = (const char *)o + opt->at;
    return opt->value ? *(const char *const *)(const void *)at != NULL : *(const bool *)(const void *)at;
}

static bool read_one(struct options *o, unsigned takes, int argc, char **argv, int *i)
{
    const char *name = argv[*i] + 2, *eq = strchr(name, '=');
    const struct option *opt = find(name, eq ? (size_t)(eq - name) : strlen(name), takes);
    if (!opt) {
        fprintf(stderr, "没有选项 %s / no such option: %s\n", argv[*i], argv[*i]);
        return false;
    }
    if (!opt->value || eq) {
        set(o, opt, opt->value ? eq + 1 : NULL);
        return true;
    }
    if (*i + 1 >= argc) {
        fprintf(stderr, "选项 --%s 缺少值 / option --%s needs a value\n", opt->name, opt->name);
        return false;
    }
    set(o, opt, argv[++*i]);
    return true;
}

/* Lives as long as the process. */
static const char *keep(struct str s)
{
    char *p = xmalloc(s.n + 1);
    memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

/* "name = value" lines; # begins a comment. */
static bool read_config(struct options *o, unsigned takes, const char *path)
{
    char line[1024];
    int number = 0;
    FILE *f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "无法读取配置文件 %s / cannot read config file %s: %s\n", path, path, strerror(errno));
        return false;
    }
    bool ok = true;
    while (ok && fgets(line, sizeof line, f)) {
        struct str rest = str_trim(str_of(line)), name;
        number++;
        if (rest.n == 0 || rest.p[0] == '#')
            continue;
        str_next(&rest, '=', &name);
        name = str_trim(name);
        const struct option *any = find(name.p, name.n, ~0u);
        ok = any && rest.p;
        if (!ok)
            fprintf(stderr, "%s:%d: 无法识别 / not understood\n", path, number);
        else if ((any->bit & takes) && !is_set(o, any))
            set(o, any, keep(str_trim(rest)));
    }
    fclose(f);
    return ok;
}

bool options_read(struct options *o, unsigned takes, int argc, char **argv)
{
    *o = (struct options){0};
    o->args = xcalloc((size_t)argc + 1, sizeof *o->args);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0)
            o->args[o->nargs++] = argv[i];
        else if (!read_one(o, takes, argc, argv, &i))
            return false;
    }
    for (size_t i = 0; i < OPTIONS; i++) {
        const char *value = (table[i].bit & takes) && table[i].env && !is_set(o, &table[i]) ? getenv(table[i].env) : NULL;
        if (value && *value)
            set(o, &table[i], value);
    }
    return !o->config || read_config(o, takes, o->config);
}

void options_usage(const struct command_line *c)
{
    printf("xiaohao %s%s%s\n  %s\n  %s\n", c->name, c->args ? " " : "", c->args ? c->args : "", c->zh, c->en);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (!(table[i].bit & c->takes))
            continue;
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", table[i].name, table[i].value ? " " : "",
                 table[i].value ? table[i].value : "");
        printf("  %-28s %s / %s\n", left, table[i].zh, table[i].en);
    }
}
