/* main.c - the subcommands of the one executable. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cmd_version(struct options *o)
{
    (void)o;
    printf("xiaohao %s\n", XIAOHAO_VERSION);
    return EXIT_DONE;
}

static const struct command_line commands[] = {
    {"serve", NULL, OPT_PLACE | OPT_PORT | OPT_LISTEN | OPT_PROXY | OPT_EXPOSED | OPT_THREADS, 0, 0, cmd_serve,
     "启动服务", "serves"},
    {"init", NULL, OPT_PLACE | OPT_CODE | OPT_NAME | OPT_LOGIN, 0, 0, cmd_init,
     "建立指挥部，显示一次管理员的随机口令", "sets up a headquarters and prints the administrator's random password once"},
    {"migrate", NULL, OPT_PLACE, 0, 0, cmd_migrate, "升级数据库结构", "brings the schema up to date"},
    {"import", "FILE", OPT_PLACE | OPT_KIND | OPT_MODE | OPT_MAPPING | OPT_SHEET | OPT_AS_OF | OPT_JSON, 1, 1, cmd_import,
     "导入区划、单位、人员、责任分工、点位、测评标准、历史问题（CSV、XLSX）",
     "imports areas, units, people, duties, sites, standards, problems with their history (CSV, XLSX)"},
    {"export", "KIND", OPT_PLACE | OPT_OUT | OPT_FROM | OPT_TO | OPT_EXPORT, 1, 1, cmd_export,
     "导出 areas units people duties sites standard inspections observations scores problems events ledger matrix facilities frontages limit_rules calendar_days",
     "exports a list (CSV, XLSX, JSON, GeoJSON)"},
    {"user", "list|reset LOGIN", OPT_PLACE, 1, 2, cmd_user, "账户", "accounts"},
    {"score", NULL, OPT_PLACE | OPT_VERIFY | OPT_FROM | OPT_TO | OPT_GROUP, 0, 0, cmd_score, "得分；--verify 重算核对",
     "scores; --verify recounts them"},
    {"round", "list|commit|export ID|verify ID|verify FILE", OPT_PLACE, 1, 2, cmd_round,
     "督查轮次；verify 重算抽取，也可只凭导出文件", "rounds; verify repeats their draws, also from an exported file alone"},
    {"backup", NULL, OPT_PLACE | OPT_OUT | OPT_WITH_KEYS, 0, 0, cmd_backup, "备份（可在服务运行时进行）",
     "backs up, also while serving"},
    {"restore", NULL, OPT_PLACE | OPT_FROM | OPT_FORCE, 0, 0, cmd_restore, "从备份恢复并核对", "restores a backup and checks it"},
    {"audit", "verify", OPT_PLACE | OPT_ANCHOR, 1, 1, cmd_audit, "核对操作日志", "checks the journal's chain"},
    {"demo", NULL, OPT_PLACE | OPT_AS_OF, 0, 0, cmd_demo, "建立演示区（虚构）", "makes the invented demonstration district"},
    {"version", NULL, 0, 0, 0, cmd_version, "版本", "version"},
    {"routes", NULL, 0, 0, 0, cmd_routes, NULL, NULL},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *to)
{
    fprintf(to, "xiaohao 命令 [选项] / xiaohao COMMAND [OPTIONS]; xiaohao 命令 --help\n");
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].zh)
            fprintf(to, "  %-8s %s / %s\n", commands[i].name, commands[i].zh, commands[i].en);
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        struct options o;
        const struct command_line *c = &commands[i];
        if (strcmp(argv[1], c->name) != 0)
            continue;
        if (c->zh && asks_help(argc - 2, argv + 2)) {
            options_usage(c);
            return EXIT_DONE;
        }
        int status = EXIT_USAGE;
        if (options_read(&o, c->takes, argc - 2, argv + 2)) {
            if (o.nargs >= c->min_args && o.nargs <= c->max_args)
                status = c->run(&o);
            else
                options_usage(c);
        }
        free(o.args);
        return status;
    }
    fprintf(stderr, "没有命令 %s / no such command: %s\n", argv[1], argv[1]);
    usage(stderr);
    return EXIT_USAGE;
}
