/* superior.c - the lamp of a superior's limit, the states of a report, its text. Pure. */
#include "problem/superior.h"

const char *const report_state_names[REPORT_STATES + 1] = {"draft", "approved", "sent", "dropped", NULL};

bool superior_is_late(const struct superior *s, struct opt_i64 sent_ms, int64_t now_ms)
{
    return s->due_ms.has && (sent_ms.has ? sent_ms.v : now_ms) > s->due_ms.v;
}

enum problem_light superior_light(const struct superior *s, struct opt_i64 sent_ms, int64_t now_ms)
{
    if (!s->due_ms.has || sent_ms.has)
        return PROBLEM_LIGHT_NONE;
    if (now_ms > s->due_ms.v)
        return PROBLEM_LIGHT_RED;
    switch (calendar_light(now_ms - s->received_ms, s->due_ms.v - s->received_ms)) {
    case LIGHT_YELLOW:
        return PROBLEM_LIGHT_YELLOW;
    case LIGHT_RED:
        return PROBLEM_LIGHT_RED;
    case LIGHT_GREEN:
        break;
    }
    return PROBLEM_LIGHT_GREEN;
}

enum rc report_decide(struct fault *f, enum report_state now, enum report_event event, enum report_state *after)
{
    static const struct {
        enum report_state from;
        enum report_event event;
        enum report_state to;
    } table[] = {
        {REPORT_DRAFT, REPORT_EV_EDIT, REPORT_DRAFT},       {REPORT_DRAFT, REPORT_EV_APPROVE, REPORT_APPROVED},
        {REPORT_DRAFT, REPORT_EV_DROP, REPORT_DROPPED},     {REPORT_APPROVED, REPORT_EV_EDIT, REPORT_DRAFT},
        {REPORT_APPROVED, REPORT_EV_SEND, REPORT_SENT},     {REPORT_APPROVED, REPORT_EV_DROP, REPORT_DROPPED},
    };
    static const char *const zh[REPORT_STATES] = {"尚未批准", "已批准", "已报送", "已撤销"};
    static const char *const en[REPORT_STATES] = {"not approved yet", "approved", "sent", "dropped"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].from == now && table[i].event == event) {
            *after = table[i].to;
            return RC_OK;
        }
    /* One list of arguments serves both languages: "%.0s" passes over the other's word. */
    return fail(f, RC_CONFLICT, "report_state_forbids", "报告%s，不能进行此操作%.0s",
                "%.0sThe report is %s; this is not possible now", zh[now], en[now]);
}

/* ---- the text ---- */

static struct str day(struct arena *a, int64_t ms, int zone_min)
{
    struct civil c = civil_from_ms(ms, zone_min);
    return str_fmt(a, "%d年%d月%d日", c.year, c.month, c.day);
}

static struct str found_text(struct arena *a, const struct report_facts *in)
{
    const struct superior *s = in->superior;
    struct str item = s->item.n ? str_fmt(a, "（清单第%.*s项）", STR_ARG(s->item)) : STR("");
    struct str where = in->place.n ? str_fmt(a, "，地点：%.*s", STR_ARG(in->place)) : STR("");
    struct str limit = s->due_ms.has ? str_fmt(a, "，要求于%.*s前完成整改", STR_ARG(day(a, s->due_ms.v, in->zone_min))) : STR("");
    struct str whom = in->dispatched_ms.has && in->unit.n
        ? str_fmt(a, "，于%.*s交办%.*s办理", STR_ARG(day(a, in->dispatched_ms.v, in->zone_min)), STR_ARG(in->unit)) : STR("");
    return str_fmt(a, "%.*s收到%.*s%.*s%.*s交办的问题“%.*s”%.*s%.*s。我单位编号%.*s%.*s。",
                   STR_ARG(day(a, s->received_ms, in->zone_min)), STR_ARG(s->name), STR_ARG(s->number), STR_ARG(item),
                   STR_ARG(in->description), STR_ARG(where), STR_ARG(limit), STR_ARG(in->number), STR_ARG(whom));
}

static struct str measures_text(struct arena *a, const struct report_facts *in)
{
    struct str all = STR("");
    for (size_t i = 0; i < in->nlines; i++) {
        const struct report_line *l = &in->lines[i];
        all = str_fmt(a, "%.*s%s%zu. %.*s，%.*s：%.*s", STR_ARG(all), i ? "\n" : "", i + 1,
                      STR_ARG(day(a, l->at_ms, in->zone_min)), STR_ARG(l->unit), STR_ARG(l->words));
    }
    return in->nlines ? all : STR("暂无整改措施记录。");
}

static struct str result_text(struct arena *a, const struct report_facts *in)
{
    struct str rework = in->rework_count > 0 ? str_fmt(a, "，期间经复核退回重改%lld次", (long long)in->rework_count) : STR("");
    struct str photos = str_fmt(a, "整改前照片%zu张、整改后照片%zu张。", in->before, in->after);
    if (in->ended && in->closed_ms.has)
        return str_fmt(a, "该问题已整改到位，经复核于%.*s销号%.*s。%.*s", STR_ARG(day(a, in->closed_ms.v, in->zone_min)),
                       STR_ARG(rework), STR_ARG(photos));
    if (in->rectified_ms.has)
        return str_fmt(a, "该问题已于%.*s反馈整改，正在复核%.*s。%.*s", STR_ARG(day(a, in->rectified_ms.v, in->zone_min)),
                       STR_ARG(rework), STR_ARG(photos));
    if (in->due_ms.has)
        return str_fmt(a, "该问题正在整改，计划于%.*s前完成%.*s。%.*s", STR_ARG(day(a, in->due_ms.v, in->zone_min)),
                       STR_ARG(rework), STR_ARG(photos));
    return str_fmt(a, "该问题正在整改%.*s。%.*s", STR_ARG(rework), STR_ARG(photos));
}

void report_compose(struct arena *a, const struct report_facts *in, struct report_text *out)
{
    out->title = str_fmt(a, "关于%.*s%.*s交办问题整改情况的报告", STR_ARG(in->superior->name), STR_ARG(in->superior->number));
    out->found = found_text(a, in);
    out->measures = measures_text(a, in);
    out->result = result_text(a, in);
}
