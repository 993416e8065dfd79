/* kind.c - rules of kinds: what a kind may say, how its stages are walked, which figures it counts. Pure. */
#include "problem/kind.h"

#include "base/arena.h"

const char *const kind_measure_names[] = {"count", "people", "person_times", "amount", NULL};

static bool code_ok(struct str code)
{
    if (code.n == 0 || code.n > KIND_CODE_MAX || code.p[0] < 'a' || code.p[0] > 'z')
        return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return true;
}

static void check_code(struct fault *f, struct str at, struct str code, bool taken)
{
    if (!code_ok(code))
        fail_field(f, at, "code", "代码应为小写字母开头的字母、数字或下划线", "A code is lower-case letters, digits and _, a letter first");
    else if (taken)
        fail_field(f, at, "code_twice", "代码重复", "The same code twice");
}

static bool stage_named(const struct kind *k, size_t before, struct str code)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(k->stages[i].code, code))
            return true;
    return false;
}

static void check_stage(struct fault *f, struct arena *a, const struct calendar *cal, const struct kind *k, size_t i)
{
    const struct kind_stage *s = &k->stages[i];
    int64_t due;
    check_code(f, str_fmt(a, "/stages/%zu/code", i), s->code, stage_named(k, i, s->code));
    if (s->has_limit && !calendar_due(cal, s->limit_kind, s->limit_amount, 0, &due))
        fail_field(f, str_fmt(a, "/stages/%zu/limit", i), "limit_impossible", "按工作日历无法算出这一时限",
                   "The working calendar cannot bear this limit");
}

static void check_output(struct fault *f, struct arena *a, const struct kind *k, size_t i)
{
    const struct kind_output *o = &k->outputs[i];
    bool taken = false;
    for (size_t j = 0; j < i; j++)
        taken = taken || str_eq(k->outputs[j].code, o->code);
    check_code(f, str_fmt(a, "/outputs/%zu/code", i), o->code, taken);
    if (o->stage.p && !stage_named(k, k->nstages, o->stage))
        fail_field(f, str_fmt(a, "/outputs/%zu/stage", i), "stage_unknown", "没有这个阶段", "There is no such stage");
}

enum rc kind_check(struct fault *f, struct arena *a, const struct calendar *cal, const struct kind *k)
{
    check_code(f, STR("/code"), k->code, false);
    for (size_t i = 0; i < k->nstages; i++)
        check_stage(f, a, cal, k, i);
    for (size_t i = 0; i < k->noutputs; i++)
        check_output(f, a, k, i);
    return f->rc;
}

/* ---- walking ---- */

static bool find_stage(const struct kind *k, struct str code, size_t *at)
{
    for (*at = 0; *at < k->nstages; (*at)++)
        if (str_eq(k->stages[*at].code, code))
            return true;
    return false;
}

/* One list of arguments serves both languages: "%.0s" passes over the other's words. */
static enum rc says(struct fault *f, const char *code, const char *zh, const char *en, const struct kind_stage *s)
{
    return fail(f, RC_CONFLICT, code, "%s（%s）%.0s%.0s", "%.0s%.0s%s (%s)", zh, str_z(f->arena, s->name_zh), en,
                str_z(f->arena, s->name_en));
}

/* In order, one at a time; what is compulsory is never passed over. */
static enum rc check_begin(struct fault *f, const struct kind_walk *w, size_t at)
{
    const struct kind_stage *stages = w->kind->stages;
    if (w->stands[at] == KIND_DONE)
        return says(f, "stage_done", "该阶段已完成", "This stage is done", &stages[at]);
    for (size_t i = 0; i < w->kind->nstages; i++) {
        if (w->stands[i] == KIND_OPEN)
            return says(f, "stage_open_already", "有阶段正在进行，请先完成", "A stage is under way; finish it first", &stages[i]);
        if (i > at && w->stands[i] == KIND_DONE)
            return says(f, "stage_past", "后面的阶段已完成，不能再进入该阶段", "A later stage is done already", &stages[i]);
        if (i < at && stages[i].compulsory && w->stands[i] != KIND_DONE)
            return says(f, "stage_before", "必须先完成前面的阶段", "An earlier stage comes first", &stages[i]);
    }
    return RC_OK;
}

static enum rc begin_stage(struct fault *f, const struct calendar *cal, const struct kind_stage *s, int64_t at_ms,
                           struct kind_move *out)
{
    int64_t due;
    if (!s->has_limit)
        return RC_OK;
    if (!calendar_due(cal, s->limit_kind, s->limit_amount, at_ms, &due))
        return fail(f, RC_CONFLICT, "limit_impossible", "按工作日历无法算出这一时限", "The working calendar cannot bear this limit");
    out->due_ms = SOME(due);
    return RC_OK;
}

enum rc kind_decide(struct fault *f, const struct calendar *cal, const struct kind_walk *walk, const struct kind_act *act,
                    int64_t at_ms, struct kind_move *out)
{
    *out = (struct kind_move){0};
    if (!find_stage(walk->kind, act->stage, &out->stage))
        return fail_field(f, STR("/stage"), "stage_unknown", "该类问题没有这个阶段", "This kind has no such stage");
    const struct kind_stage *s = &walk->kind->stages[out->stage];
    if (act->step == KIND_BEGIN) {
        RETURN_IF(check_begin(f, walk, out->stage));
        return begin_stage(f, cal, s, at_ms, out);
    }
    if (walk->stands[out->stage] != KIND_OPEN)
        return says(f, "stage_not_open", "该阶段未在进行", "This stage is not under way", s);
    if (s->proof && act->nphotos == 0)
        return fail_field(f, STR("/photos"), "evidence_required", "请附该阶段的现场照片", "Attach photographs of this stage");
    out->due_ms = walk->due_ms[out->stage];
    out->late = out->due_ms.has && at_ms > out->due_ms.v;
    return RC_OK;
}

enum rc kind_check_walked(struct fault *f, const struct kind_walk *walk)
{
    for (size_t i = 0; i < walk->kind->nstages; i++) {
        const struct kind_stage *s = &walk->kind->stages[i];
        if (walk->stands[i] == KIND_OPEN)
            return says(f, "stage_open", "有阶段正在进行，请先完成", "A stage is under way; finish it first", s);
        if (s->compulsory && walk->stands[i] != KIND_DONE)
            return says(f, "stages_left", "尚有必经阶段未完成，不能反馈整改", "A compulsory stage is left", s);
    }
    return RC_OK;
}

enum rc kind_check_figure(struct fault *f, struct arena *a, const struct kind *k, struct str stage,
                          const struct kind_figure *figure, struct str at)
{
    const struct kind_output *o = NULL;
    for (size_t i = 0; i < k->noutputs; i++)
        if (str_eq(k->outputs[i].code, figure->output))
            o = &k->outputs[i];
    if (!o)
        return fail_field(f, str_fmt(a, "%.*s/code", STR_ARG(at)), "output_unknown", "该类问题没有这项成果", "This kind has no such output");
    if (o->stage.p && !str_eq(o->stage, stage))
        return fail_field(f, str_fmt(a, "%.*s/code", STR_ARG(at)), "output_elsewhere", "这项成果应在其他阶段填报",
                          "This output is counted at another stage");
    if (o->measure != KIND_AMOUNT && figure->amount_e2 % 100 != 0)
        return fail_field(f, str_fmt(a, "%.*s/amount", STR_ARG(at)), "whole_number", "应为整数", "It must be a whole number");
    return RC_OK;
}
