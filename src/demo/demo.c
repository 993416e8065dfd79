/* demo.c - the demonstration's stage: dice, lists, the beginning of an operation, the order of the parts. */
#include "demo/internal.h"

#include "audit/audit.h"
#include "base/asset.h"
#include "org/org.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t dice_next(struct dice *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int dice_below(struct dice *d, int below)
{
    return (int)(dice_next(d) % (uint64_t)below);
}

bool dice_chance(struct dice *d, int percent)
{
    return dice_below(d, 100) < percent;
}

enum rc demo_list(struct demo *d, const char *name, struct demo_list *out)
{
    char path[64];
    snprintf(path, sizeof path, "data/demo/%s.txt", name);
    const struct asset *a = asset_find(path);
    if (!a)
        return fail(&d->p->fault, RC_INTERNAL, "demo_data_missing", "缺少演示数据 %s", "Demonstration data missing: %s", path);
    struct str rest = a->bytes, line;
    out->lines = ARENA_MANY(&d->kept, struct str, 512);
    out->n = 0;
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n && line.p[0] != '#' && out->n < 512)
            out->lines[out->n++] = line;
    }
    return RC_OK;
}

void demo_field(struct str line, int n, char *out, size_t room)
{
    struct str part = {"", 0};
    for (int i = 0; i <= n; i++)
        if (!str_next(&line, ',', &part))
            part = STR("");
    snprintf(out, room, "%.*s", STR_ARG(part));
}

struct uuid demo_id(const char *space, struct str name)
{
    return uuid_named(uuid_named(UUID_NONE, str_of(space)), name);
}

enum rc demo_begin(struct demo *d, int64_t at_ms, const struct actor *actor, const char *kind, const char *subject,
                   struct str name)
{
    /* The name may lie in the operation's memory, which is about to be reset. */
    struct command c = {.id = demo_id(kind, name), .kind = kind, .content = sha256_of(name), .subject_kind = subject};
    c.subject_id = c.id;
    clock_set(&d->p->clock, at_ms);
    process_next(d->p);
    d->p->op.origin = STR("demo");
    if (actor)
        d->p->op.actor = *actor;
    return change_begin(&d->p->op, &c);
}

static enum rc headquarters(struct demo *d)
{
    struct headquarters hq = {.code = STR("990101"), .name = STR("澄岚区文明城市创建指挥部（演示）"),
                              .zone_min = ZONE_SHANGHAI_MIN, .demo = true};
    RETURN_IF(demo_begin(d, d->start_ms, NULL, "headquarters.create", "headquarters", STR("demo")));
    RETURN_IF(headquarters_prepare_create(&d->p->op, &hq));
    return change_commit(&d->p->op);
}

static enum rc play(struct demo *d)
{
    int64_t sealed;
    RETURN_IF(headquarters(d));
    process_next(d->p);
    d->p->op.origin = STR("demo");
    RETURN_IF(process_load_shipped(d->p));
    RETURN_IF(demo_district(d));
    RETURN_IF(demo_duties(d));
    RETURN_IF(demo_sites(d));
    RETURN_IF(demo_pictures(d));
    RETURN_IF(demo_days(d));
    RETURN_IF(demo_rest(d));
    clock_set(&d->p->clock, d->until_ms);
    process_next(d->p);
    return seal_all(&d->p->op, &sealed);
}

/* Asked before anything is touched: the list of accounts of a district that stands must not be lost. */
static enum rc check_empty(struct process *p)
{
    struct headquarters there;
    bool found;
    process_next(p);
    RETURN_IF(headquarters_load(&p->op, &there, &found));
    if (found)
        return fail(&p->fault, RC_CONFLICT, "not_empty", "数据库中已有指挥部，演示区只能建在空库中",
                    "The database holds a headquarters already; the demonstration needs an empty one");
    return RC_OK;
}

enum rc demo_build(struct process *p, int64_t until_ms, const char *accounts_path, struct demo_counts *counts)
{
    RETURN_IF(check_empty(p));
    struct demo *d = xcalloc(1, sizeof *d);
    *counts = (struct demo_counts){0};
    d->p = p;
    d->n = counts;
    d->dice.state = 20261121;
    d->until_ms = until_ms;
    d->start_ms = civil_midnight(until_ms, ZONE_SHANGHAI_MIN) - (int64_t)DEMO_DAYS * DAY_MS;
    arena_init(&d->kept);
    int fd = open(accounts_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    d->accounts = fd < 0 ? NULL : fdopen(fd, "w");
    clock_fix(&p->clock, d->start_ms);
    enum rc rc = d->accounts ? play(d)
                             : fail(&p->fault, RC_INTERNAL, "file_unwritable", "无法写入 %s：%s", "Cannot write %s: %s",
                                    accounts_path, strerror(errno));
    if (d->accounts && fclose(d->accounts) != 0 && rc == RC_OK)
        rc = fail(&p->fault, RC_INTERNAL, "file_unwritable", "无法写入 %s", "Cannot write %s", accounts_path);
    arena_free(&d->kept);
    free(d);
    return rc;
}
