/* check.c - `score` and `audit`: commands that read and prove. */
#include "audit/audit.h"
#include "cli/cli.h"
#include "score/score.h"

#include <stdio.h>

static bool read_day(const char *text, int zone_min, int64_t fallback, int64_t *ms)
{
    *ms = fallback;
    return !text || civil_parse_date(str_of(text), zone_min, ms) || civil_parse_rfc3339(str_of(text), ms);
}

static enum rc print_scores(struct process *p, const struct options *o)
{
    struct score_filter f = {0};
    struct score *list, total;
    size_t n;
    int group = SCORE_BY_TOWN;
    for (int g = 0; o->group && score_group_names[g]; g++)
        if (strcmp(o->group, score_group_names[g]) == 0)
            group = g;
    if (!read_day(o->to, p->op.zone_min, p->op.now + 1, &f.to_ms) ||
        !read_day(o->from, p->op.zone_min, f.to_ms - (int64_t)90 * DAY_MS, &f.from_ms))
        return fail(&p->fault, RC_BAD, "bad_time", "日期格式应如 2026-11-21", "Write the date like 2026-11-21");
    RETURN_IF(score_list(&p->op, (enum score_group)group, &f, &list, &n, &total));
    for (size_t i = 0; i < n; i++)
        printf("%-40.*s %10.*s  %lld/%lld  检查 inspections %lld\n", STR_ARG(list[i].name),
               STR_ARG(rate_text(&p->arena, score_rate(list[i].sum))), (long long)list[i].sum.earned_e4,
               (long long)list[i].sum.possible_e4, (long long)list[i].inspections);
    return RC_OK;
}

static enum rc verify_scores(struct process *p, bool *whole)
{
    struct score_proof proof;
    RETURN_IF(score_verify(&p->op, &proof));
    *whole = proof.wrong == 0;
    printf("重算检查 recounted: %lld，不符 wrong: %lld\n", (long long)proof.inspections, (long long)proof.wrong);
    if (!*whole)
        printf("首条 first: %.*s\n", STR_ARG(uuid_str(&p->arena, proof.first_wrong)));
    return RC_OK;
}

int cmd_score(struct options *o)
{
    struct process p;
    bool whole = true;
    if (process_open(&p, &o->at, NEED_HEADQUARTERS) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = o->verify ? verify_scores(&p, &whole) : print_scores(&p, o);
    int status = rc != RC_OK ? process_failed(&p) : whole ? EXIT_DONE : EXIT_FAILED;
    process_close(&p);
    return status;
}

int cmd_audit(struct options *o)
{
    struct process p;
    if (strcmp(o->args[0], "verify") != 0) {
        fprintf(stderr, "xiaohao audit verify\n");
        return EXIT_USAGE;
    }
    if (process_open(&p, &o->at, NEED_HEADQUARTERS) != RC_OK)
        return EXIT_FAILED;
    int status = audit_cli(&p.op, o->anchor ? str_of(o->anchor) : STR_NONE, stdout);
    process_close(&p);
    return status;
}
