/* process.c - opens what a command works with, in one order, and closes it in the other. */
#include "app/process.h"

#include "auth/auth.h"
#include "base/asset.h"
#include "base/log.h"
#include "media/decoder.h"
#include "media/media_store.h"
#include "org/org.h"
#include "privacy/privacy.h"
#include "standard/catalogue.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

const struct migration *process_migrations(size_t *n)
{
    static struct migration list[256];
    const struct asset *files = asset_list("migrations/", n);
    if (*n > sizeof list / sizeof *list)
        *n = sizeof list / sizeof *list;
    for (size_t i = 0; i < *n; i++) {
        int64_t number = 0;
        struct str name = str_sub(str_of(files[i].name), sizeof "migrations/" - 1, SIZE_MAX);
        (void)str_to_i64(str_sub(name, 0, 4), 1, 9999, &number);
        list[i] = (struct migration){.number = (int)number, .name = name.p, .sql = files[i].bytes};
    }
    return list;
}

static enum rc make_folder(struct process *p, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return RC_OK;
    return fail(&p->fault, RC_INTERNAL, "folder_unusable", "无法创建数据目录 %s：%s", "Cannot make the data folder %s: %s",
                path, strerror(errno));
}

static enum rc open_store(struct process *p, const struct places *at, unsigned needs)
{
    struct str url = at->db ? str_of(at->db) : str_fmt(&p->arena, "sqlite:%.*s/xiaohao.db", STR_ARG(p->env.data_dir));
    struct store_config cfg = {.url = url, .relaxed = (needs & NEED_RELAXED) != 0, .create = (needs & NEED_CREATE) != 0};
    RETURN_IF(store_open(&p->env.store, &cfg, &p->fault));
    if (needs & NEED_MIGRATED) {
        size_t n;
        int applied;
        const struct migration *list = process_migrations(&n);
        RETURN_IF(store_migrate(p->env.store, &p->fault, list, n, &applied));
        if (applied)
            log_info("schema: %d migrations applied", applied);
    }
    return db_open(p->env.store, &p->db, &p->fault);
}

static enum rc open_media(struct process *p, const struct places *at, unsigned needs)
{
    struct str url = at->media ? str_of(at->media) : str_fmt(&p->arena, "file:%.*s/media", STR_ARG(p->env.data_dir));
    if (needs & NEED_MEDIA)
        RETURN_IF(media_store_open(&p->env.media, &p->fault, str_z(&p->arena, url)));
    if (needs & NEED_DECODER) {
        struct decoder_config cfg = decoder_defaults();
        RETURN_IF(decoder_start(&p->env.decoder, &p->fault, &cfg));
    }
    return RC_OK;
}

/* The shipped holidays; the calendar's memory is kept for the life of the process. */
static enum rc load_calendar(struct process *p)
{
    static struct arena kept;
    const struct asset *holidays = asset_find("data/holidays/cn.csv");
    calendar_init(&p->calendar);
    p->env.calendar = &p->calendar;
    return holidays ? calendar_load(&p->calendar, &kept, &p->fault, holidays->bytes) : RC_OK;
}

static enum rc load_headquarters(struct process *p, unsigned needs)
{
    struct headquarters hq;
    bool found = false;
    if (!(needs & NEED_HEADQUARTERS))
        return RC_OK;
    RETURN_IF(headquarters_load(&p->op, &hq, &found));
    if (!found)
        return fail(&p->fault, RC_NOT_FOUND, "not_set_up", "尚未初始化，请先运行 xiaohao init 或 xiaohao demo",
                    "Not set up yet: run xiaohao init or xiaohao demo first");
    p->env.zone_min = hq.zone_min;
    p->calendar.zone_min = hq.zone_min;
    return RC_OK;
}

static enum rc open_all(struct process *p, const struct places *at, unsigned needs)
{
    if (needs & NEED_CREATE)
        RETURN_IF(make_folder(p, str_z(&p->arena, p->env.data_dir)));
    struct str keys = str_fmt(&p->arena, "%.*s/keys", STR_ARG(p->env.data_dir));
    RETURN_IF(keys_open(&p->env.keys, &p->fault, str_z(&p->arena, keys), (needs & NEED_CREATE) != 0));
    RETURN_IF(load_calendar(p));
    RETURN_IF(open_store(p, at, needs));
    RETURN_IF(open_media(p, at, needs));
    process_next(p);
    RETURN_IF(load_headquarters(p, needs));
    process_next(p);
    return RC_OK;
}

enum rc process_open(struct process *p, const struct places *at, unsigned needs)
{
    *p = (struct process){0};
    arena_init(&p->arena);
    fault_init(&p->fault, &p->arena);
    clock_real(&p->clock);
    p->lang = at->lang && strcmp(at->lang, "en") == 0 ? LANG_EN : LANG_ZH;
    if (sodium_init() < 0)
        return fail(&p->fault, RC_INTERNAL, "no_crypto", "密码库无法初始化", "The cryptographic library cannot start");
    p->env = (struct env){.clock = &p->clock, .hq = HQ_DEFAULT, .zone_min = ZONE_SHANGHAI_MIN,
                          .data_dir = str_of(at->data ? at->data : "var")};
    p->env.process_id = uuid_make(clock_now(&p->clock));
    enum rc rc = open_all(p, at, needs);
    if (rc != RC_OK) {
        process_failed(p);
        process_close(p);
    }
    return rc;
}

void process_next(struct process *p)
{
    /* data_dir comes from argv or a literal, so nothing kept lives in the arena. */
    arena_reset(&p->arena);
    fault_init(&p->fault, &p->arena);
    op_init(&p->op, &p->env, p->db, &p->arena, &p->fault);
    p->op.lang = p->lang;
    p->op.origin = STR("cli");
    p->op.actor = auth_operator();
}

void process_close(struct process *p)
{
    decoder_stop(p->env.decoder);
    if (p->env.media)
        media_store_close(p->env.media);
    if (p->db)
        db_close(p->db);
    if (p->env.store)
        store_close(p->env.store);
    if (p->env.keys)
        keys_close(p->env.keys);
    arena_free(&p->arena);
}

enum rc process_load_shipped(struct process *p)
{
    const struct asset *categories = asset_find("data/standard/categories.csv");
    const struct asset *criteria = asset_find("data/standard/criteria.csv");
    if (!categories || !criteria)
        return fail(&p->fault, RC_INTERNAL, "catalogue_missing", "程序内缺少示范目录", "The example catalogue is missing");
    struct standard_shipped in = {categories->bytes, criteria->bytes, STR("2026")};
    return standard_load_shipped(&p->op, &in);
}

int process_failed(const struct process *p)
{
    const struct fault *f = &p->fault;
    struct str text = fault_text(f, p->lang);
    fprintf(stderr, "xiaohao: %.*s [%.*s]\n", STR_ARG(text), STR_ARG(f->code));
    for (size_t i = 0; i < f->nfields; i++) {
        struct str why = p->lang == LANG_EN ? f->fields[i].en : f->fields[i].zh;
        fprintf(stderr, "  %.*s: %.*s [%.*s]\n", STR_ARG(f->fields[i].pointer), STR_ARG(why), STR_ARG(f->fields[i].code));
    }
    return EXIT_FAILED;
}
