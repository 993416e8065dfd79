/* demo.c - `xiaohao demo`: makes the demonstration district in an empty data folder. */
#include "cli/cli.h"
#include "demo/demo.h"

#include <stdio.h>

int cmd_demo(struct options *o)
{
    struct process p;
    struct demo_counts n;
    char path[4096];
    if (process_open(&p, &o->at, NEED_CREATE | NEED_MIGRATED | NEED_MEDIA | NEED_DECODER | NEED_RELAXED) != RC_OK)
        return EXIT_FAILED;
    int64_t until = clock_now(&p.clock), began = clock_ticks_us();
    snprintf(path, sizeof path, "%.*s/accounts.txt", STR_ARG(p.env.data_dir));
    enum rc rc = demo_build(&p, until, path, &n);
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
