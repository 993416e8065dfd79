/* demo.c - `xiaohao demo`: makes the demonstration district in an empty data folder. */
#include "cli/cli.h"
#include "demo/demo.h"

#include <stdio.h>

/* The office closes at six; what the clock has not seen yet does not happen. */
enum { LAST_HOUR = 18 };

/* The district's last moment: the end of that working day, or the present hour's beginning if that is sooner. */
static bool last_moment(const struct process *p, const char *as_of, int64_t *ms)
{
    int64_t now = clock_now(&p->clock), hour = now - now % HOUR_MS;
    if (as_of && !civil_parse_date(str_of(as_of), p->op.zone_min, ms))
        return false;
    if (!as_of)
        *ms = civil_midnight(now, p->op.zone_min);
    *ms += (int64_t)LAST_HOUR * HOUR_MS;
    if (*ms > hour)
        *ms = hour;
    return true;
}

int cmd_demo(struct options *o)
{
    struct process p;
    struct demo_counts n;
    char path[4096];
    if (process_open(&p, &o->at, NEED_CREATE | NEED_MIGRATED | NEED_MEDIA | NEED_DECODER | NEED_RELAXED) != RC_OK)
        return EXIT_FAILED;
    int64_t until, began = clock_ticks_us();
    enum rc rc = RC_OK;
    if (!last_moment(&p, o->as_of, &until))
        rc = fail(&p.fault, RC_BAD, "bad_time", "日期格式应如 2026-11-21", "Write the date like 2026-11-21");
    snprintf(path, sizeof path, "%.*s/accounts.txt", STR_ARG(p.env.data_dir));
    if (rc == RC_OK)
        rc = demo_build(&p, until, path, &n);
    if (rc == RC_OK)
        rc = store_flush(p.env.store, &p.fault);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    if (rc == RC_OK)
        printf("演示区已建成（虚构）/ demonstration district ready: 区划 areas %lld，单位 units %lld，人员 people %lld，"
               "点位 sites %lld，照片 photos %lld，检查 inspections %lld，问题 problems %lld，流转 steps %lld；%.1f s\n"
               "账户 accounts: %s\n",
               (long long)n.areas, (long long)n.units, (long long)n.people, (long long)n.sites, (long long)n.photos,
               (long long)n.inspections, (long long)n.problems, (long long)n.steps,
               (double)(clock_ticks_us() - began) / 1e6, path);
    process_close(&p);
    return status;
}
