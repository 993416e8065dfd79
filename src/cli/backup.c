/* backup.c - `xiaohao backup --out DIR` and `xiaohao restore --from DIR`. */
#include "cli/cli.h"
#include "loop/backup.h"

#include <sodium.h>
#include <stdio.h>

static const char *data_folder(const struct options *o)
{
    return o->at.data ? o->at.data : "var";
}

static const char *database_url(struct arena *a, const struct options *o)
{
    return o->at.db ? o->at.db : str_fmt(a, "sqlite:%s/xiaohao.db", data_folder(o)).p;
}

static int tell_usage(const char *line)
{
    fprintf(stderr, "%s\n", line);
    return EXIT_USAGE;
}

int cmd_backup(struct options *o)
{
    struct process p;
    struct backup_result result;
    if (!o->out)
        return tell_usage("xiaohao backup --out DIR [--with-keys]");
    if (process_open(&p, &o->at, NEED_HEADQUARTERS | NEED_MEDIA) != RC_OK)
        return EXIT_FAILED;
    struct backup_order order = {.out = o->out,
                                 .db_url = database_url(&p.arena, o),
                                 .with_keys = o->with_keys,
                                 .keys_path = str_fmt(&p.arena, "%s/keys", data_folder(o)).p,
                                 .version = XIAOHAO_VERSION,
                                 .progress = stdout};
    enum rc rc = backup_create(&p.op, &order, &result);
    int status = rc != RC_OK ? process_failed(&p) : result.damaged ? EXIT_FAILED : EXIT_DONE;
    if (rc == RC_OK && result.damaged)
        fprintf(stderr,
                "备份已完成，但有 %lld 张照片缺失或损坏，请检查照片存放处\n"
                "the backup is done, but %lld photographs are missing or damaged: look at the "
                "photograph store\n",
                (long long)result.damaged, (long long)result.damaged);
    process_close(&p);
    return status;
}

/* Nothing is opened beforehand: what is to be restored is not there yet. */
int cmd_restore(struct options *o)
{
    struct process p = {.lang = o->at.lang && strcmp(o->at.lang, "en") == 0 ? LANG_EN : LANG_ZH};
    struct backup_result result;
    size_t n;
    if (!o->from)
        return tell_usage("xiaohao restore --from DIR [--force]");
    arena_init(&p.arena);
    fault_init(&p.fault, &p.arena);
    clock_real(&p.clock);
    if (sodium_init() < 0)
        return EXIT_FAILED;
    struct restore_order order = {
        .from = o->from,
        .db_url = database_url(&p.arena, o),
        .force = o->force,
        .media_url =
            o->at.media ? o->at.media : str_fmt(&p.arena, "file:%s/media", data_folder(o)).p,
        .keys_path = str_fmt(&p.arena, "%s/keys", data_folder(o)).p,
        .clock = &p.clock,
        .lang = p.lang,
        .progress = stdout};
    order.migrations = process_migrations(&n);
    order.nmigrations = n;
    enum rc rc = backup_restore(&p.arena, &p.fault, &order, &result);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    arena_free(&p.arena);
    return status;
}
