/* inspection.c - judging a visit's observations, and what keeps one from counting. Pure. */
#include "inspection/inspection.h"

const char *const inspection_state_names[INSPECTION_STATES + 1] = {"staged",    "complete",  "quarantined",
                                                                   "withdrawn", "corrected", "rejected", NULL};
const char *const inspection_kind_names[INSPECTION_KINDS + 1] = {
    "weekly",  "monthly",      "patrol",      "self_check", "joint", "leader", "lookback",
    "dragnet", "walk_through", "cross_check", "line",       "mock",  NULL};

/* Kinds that must go through the site's whole list. */
static const bool whole_list[INSPECTION_KINDS] = {
    [INSPECTION_WEEKLY] = true, [INSPECTION_MONTHLY] = true, [INSPECTION_JOINT] = true,
    [INSPECTION_CROSS_CHECK] = true, [INSPECTION_MOCK] = true};

static size_t criterion_index(const struct checklist *list, struct uuid id)
{
    for (size_t i = 0; i < list->n; i++)
        if (uuid_eq(list->criteria[i].id, id))
            return i;
    return list->n;
}

static struct str member(struct fault *f, const struct observation_new *o, const char *key)
{
    return str_fmt(f->arena, "%.*s/%s", STR_ARG(o->at), key);
}

/* judging_score() speaks of one finding; here it becomes a fault of that observation. */
static void judge_one(struct fault *f, struct observation_new *o)
{
    struct fault one;
    fault_init(&one, f->arena);
    if (judging_score(&one, &o->criterion->judging, o->criterion->weight, &o->finding, &o->points) != RC_OK)
        fail_field(f, member(f, o, "result"), one.code.p, "%.*s", "%.*s",
                   STR_ARG(one.zh.n ? one.zh : one.en));
}

static void find_criteria(struct fault *f, const struct checklist *list, struct observation_new *obs, size_t n, bool *seen)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = criterion_index(list, obs[i].criterion_id);
        if (at == list->n) {
            fail_field(f, member(f, &obs[i], "criterion_id"), "criterion_foreign", "不是本点位检查表中的条目",
                       "It is not on this site's checklist");
        } else if (!list->criteria[at].active) {
            fail_field(f, member(f, &obs[i], "criterion_id"), "criterion_inactive", "该条目未启用",
                       "This criterion is not in use");
        } else if (seen[at]) {
            fail_field(f, member(f, &obs[i], "criterion_id"), "criterion_twice", "同一条目记录了两次",
                       "The same criterion was recorded twice");
        } else {
            seen[at] = true;
            obs[i].criterion = &list->criteria[at];
            judge_one(f, &obs[i]);
        }
    }
}

static void find_left_out(struct fault *f, const struct checklist *list, const bool *seen)
{
    for (size_t i = 0; i < list->n; i++)
        if (!seen[i] && list->criteria[i].active)
            fail_field(f, STR("/observations"), "criterion_left_out", "漏检条目 %.*s", "Criterion %.*s was left out",
                       STR_ARG(list->criteria[i].code));
}

enum rc inspection_judge(struct fault *f, const struct checklist *list, enum inspection_kind kind,
                         struct observation_new *obs, size_t n, struct inspection_result *out)
{
    bool *seen = ARENA_MANY(f->arena, bool, list->n + 1);
    *out = (struct inspection_result){0};
    if (n == 0)
        return fail_field(f, STR("/observations"), "required", "没有检查记录", "There are no observations");
    find_criteria(f, list, obs, n, seen);
    if (whole_list[kind])
        find_left_out(f, list, seen);
    if (f->rc != RC_OK)
        return f->rc;
    for (size_t i = 0; i < n; i++) {
        const struct points *p = &obs[i].points;
        out->earned_e4 += p->earned_e4;
        out->possible_e4 += p->possible_e4;
        out->observations += p->counts;
        out->not_met += p->failed;
        out->vetoed = out->vetoed || (p->failed && obs[i].criterion->veto);
    }
    if (out->vetoed)
        out->earned_e4 = 0;
    return RC_OK;
}

bool inspection_kind_scores(struct str kind)
{
    return !str_is(kind, inspection_kind_names[INSPECTION_SELF_CHECK]);
}

enum action inspection_action(enum inspection_kind kind)
{
    if (inspection_kind_needs_round(kind))
        return ACT_INSPECT_ASSIGNED;
    return kind == INSPECTION_SELF_CHECK ? ACT_INSPECT : ACT_INSPECT_OFFICIAL;
}

bool inspection_kind_needs_round(enum inspection_kind kind)
{
    return kind == INSPECTION_CROSS_CHECK || kind == INSPECTION_LINE;
}

enum inspection_kind inspection_kind_of(struct str name)
{
    int k = INSPECTION_KINDS - 1;
    while (k > 0 && !str_is(name, inspection_kind_names[k]))
        k--;
    return (enum inspection_kind)k;
}

struct str inspection_quarantine(struct arena *a, const struct visit_facts *v)
{
    const struct {
        bool holds;
        const char *code;
    } reasons[] = {
        {v->visit_ms > v->received_ms + CLOCK_AHEAD_MS, "clock_ahead"},
        {v->visit_ms < v->received_ms - CLOCK_BEHIND_MS, "clock_behind"},
        {v->site_retired_ms.has && v->site_retired_ms.v <= v->visit_ms, "site_retired"},
        {!v->inspector_then, "inspector_reassigned"},
        {!v->version_then, "version_superseded"},
        {v->round_over, "round_over"},
        {v->reassigned, "round_reassigned"},
    };
    struct str all = STR("");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].holds)
            all = str_fmt(a, "%.*s%s%s", STR_ARG(all), all.n ? "," : "", reasons[i].code);
    return all;
}
