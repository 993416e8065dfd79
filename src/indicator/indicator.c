/* indicator.c - see indicator.h: the table of indicators and the composite. Pure. */
#include "indicator/indicator.h"

#include "base/json_in.h"

const char *const indicator_group_names[GROUP_BYS + 1] = {"total", "unit", "area", "category", NULL};

const struct indicator_def indicator_defs[INDICATORS] = {
    [IND_ACCURATE_FILING] = {"accurate_filing", "准确立案率", "Accurate filing",
        {{"filed", M_KEPT, M_FILED, "（本期立案数－其中作废数）÷本期立案数", "(filed in the period - of these voided) / filed"}}},
    [IND_TIMELY_FILING] = {"timely_filing", "按时立案率", "Filing in time",
        {{"timed", M_REGISTER_IN_TIME, M_REGISTER_ENDED, "本期按时立案数÷本期受理计时的立案数", "filed in time / filed with a clock running"},
         {"filed", M_REGISTER_IN_TIME, M_FILED, "本期按时立案数÷本期立案数", "filed in time / filed in the period"}}},
    [IND_VALID_REPORT] = {"valid_report", "有效上报率", "Valid reports",
        {{"reported", M_VALID, M_REPORTED, "本期上报中已立案且未作废、未并案数÷本期上报数", "of those reported, filed and neither voided nor merged / reported"},
         {"decided", M_VALID, M_DECIDED, "本期上报中已立案且未作废、未并案数÷本期上报中已作处理决定数", "of those reported, filed and neither voided nor merged / decided"}}},
    [IND_MISSED_REPORT] = {"missed_report", "漏报率", "Missed",
        {{"filed", M_MISSED, M_FILED, "本期立案中上级发现（本级漏报）数÷本期立案数", "found by the superior / filed in the period"}}},
    [IND_TIMELY_VERIFY] = {"timely_verify", "按时核实率", "Verified in time",
        {{"ended", M_VERIFY_IN_TIME, M_VERIFY_ENDED, "按时核实数÷本期完成核实数", "verified in time / verified in the period"}}},
    [IND_TIMELY_RECHECK] = {"timely_recheck", "按时核查率", "Re-checked in time",
        {{"ended", M_RECHECK_IN_TIME, M_RECHECK_ENDED, "按时核查数÷本期完成核查数", "re-checked in time / re-checked in the period"}}},
    [IND_PUBLIC_REPORT] = {"public_report", "监督举报率", "Reported by others",
        {{"filed", M_PUBLIC, M_FILED, "本期立案中监督举报并经核实数÷本期立案数", "reported by others and verified / filed in the period"}}},
    [IND_TIMELY_DISPATCH] = {"timely_dispatch", "按时派遣率", "Dispatched in time",
        {{"ended", M_DISPATCH_IN_TIME, M_DISPATCH_ENDED, "按时派遣数÷本期派遣数", "dispatched in time / dispatched in the period"}}},
    [IND_ACCURATE_DISPATCH] = {"accurate_dispatch", "准确派遣率", "Dispatched to the right unit",
        {{"dispatched", M_ACCURATE, M_DISPATCHED, "（本期派遣数－本期被退回数）÷本期派遣数", "(dispatched - sent back in the period) / dispatched"}}},
    [IND_HANDLING] = {"handling", "处置率", "Handled",
        {{"due", M_HANDLED, M_HANDLE_DUE, "本期应处置中已处置数÷本期应处置数", "handled / handling due in the period"}}},
    [IND_TIMELY_HANDLING] = {"timely_handling", "按期处置率", "Handled in time",
        {{"due", M_HANDLED_IN_TIME, M_HANDLE_JUDGED, "本期应处置中按期处置数÷本期应处置数（申诉成立的剔除）",
          "handled in time / handling due in the period (without upheld appeals)"}}},
    [IND_CLOSING] = {"closing", "结案率", "Closed",
        {{"due", M_CLOSED, M_CLOSE_DUE, "本期应结案中已结案数÷本期应结案数", "closed / due to be closed in the period"}}},
    [IND_TIMELY_CLOSING] = {"timely_closing", "按期结案率", "Closed in time",
        {{"due", M_CLOSED_IN_TIME, M_CLOSE_JUDGED, "本期应结案中按期结案数÷本期应结案数（申诉成立的剔除）",
          "closed in time / due to be closed in the period (without upheld appeals)"},
         {"closed", M_ENDED_IN_TIME, M_ENDED, "本期结案中按期结案数÷本期有时限的结案数（申诉成立的剔除）",
          "closed in time / closed in the period with a limit (without upheld appeals)"}}},
    [IND_REWORK] = {"rework", "返工率", "Returned for rework",
        {{"handled", M_HANDLED_AGAIN, M_HANDLED, "本期应处置且已处置中返工数÷本期应处置且已处置数", "returned at least once / handled"},
         {"due", M_DUE_AGAIN, M_CLOSE_DUE, "本期应结案中返工数÷本期应结案数", "returned at least once / due to be closed in the period"}}},
    [IND_RESPONSE] = {"response", "响应率", "Answered in time",
        {{"accepted", M_ACCEPT_IN_TIME, M_ACCEPT_ENDED, "监督举报案卷按时签收数÷本期签收数（以责任单位签收计）",
          "reports by others signed for in time / signed for in the period"}}},
    [IND_SOLVED] = {"solved", "解决率", "Solved",
        {{"called_back", M_NONE, M_NONE, "回访答复解决数÷成功回访数（尚无回访记录）", "solved as told / called back (no calls are recorded yet)"}}},
    [IND_SATISFIED] = {"satisfied", "满意率", "Satisfied",
        {{"called_back", M_NONE, M_NONE, "回访答复满意数÷成功回访数（尚无回访记录）", "satisfied as told / called back (no calls are recorded yet)"}}},
};

const struct indicator_count_def indicator_counts[] = {
    {"filed", M_FILED, "本期立案数（已并入他案的除外）", "Filed, without those merged into others"},
    {"raw_overdue", M_RAW_OVERDUE, "应处置中超期数（原始）", "Overdue, raw"},
    {"exempt", M_EXEMPT, "其中申诉成立不计超期数", "of these exempted"},
    {"carried_in", M_CARRIED_IN, "上期结转", "Carried in"},
    {"carried_out", M_CARRIED_OUT, "结转下期", "Carried out"},
};

int indicator_by_code(struct str code)
{
    for (int i = 0; i < INDICATORS; i++)
        if (str_is(code, indicator_defs[i].code))
            return i;
    return -1;
}

const struct formula *indicator_formula(enum indicator i, struct str choice)
{
    for (const struct formula *f = indicator_defs[i].formulas; f->choice; f++)
        if (str_is(choice, f->choice))
            return f;
    return NULL;
}

struct rate indicator_rate(const struct indicator_group *g, const struct formula *f)
{
    return (struct rate){g->m[f->num], g->m[f->den]};
}

/* ---- composite ---- */

const struct composite composite_default = {
    .bands = {{50, 1000}, {100, 900}, {200, 750}, {500, 600}, {1000, 400}}, .nbands = 5, .beyond_e2 = 0,
    .closing = 30, .timely_handling = 30, .rework = 30,
};

/* Hundredths of a point a rate earns. */
static int64_t earned(int64_t weight, struct rate r)
{
    return score_mul_div(weight * 100, r.num, r.den);
}

struct rate composite_points(const struct composite *c, int64_t filed, struct rate closing, struct rate timely_handling,
                             struct rate rework)
{
    const struct {
        int64_t weight;
        struct rate rate;
    } parts[] = {{c->closing, closing}, {c->timely_handling, timely_handling}, {c->rework, {rework.den - rework.num, rework.den}}};
    struct rate sum = {0};
    int64_t most = c->beyond_e2, got = c->beyond_e2;
    for (size_t i = c->nbands; i-- > 0;) {
        most = c->bands[i].points_e2 > most ? c->bands[i].points_e2 : most;
        got = filed <= c->bands[i].most ? c->bands[i].points_e2 : got;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].rate.den <= 0)
            continue;
        sum.num += earned(parts[i].weight, parts[i].rate);
        sum.den += parts[i].weight * 100;
    }
    /* Who had nothing to do has no score. */
    if (sum.den == 0)
        return sum;
    return (struct rate){sum.num + got, sum.den + most};
}

void composite_read(struct jin *in, struct composite *out)
{
    *out = (struct composite){0};
    jin_i64(in, "closing", JIN_REQUIRED, 0, 100, &out->closing);
    jin_i64(in, "timely_handling", JIN_REQUIRED, 0, 100, &out->timely_handling);
    jin_i64(in, "rework", JIN_REQUIRED, 0, 100, &out->rework);
    jin_scaled(in, "beyond", JIN_REQUIRED, 2, 0, 10000, &out->beyond_e2);
    jin_arr(in, "bands", JIN_REQUIRED, COMPOSITE_BANDS_MAX, &out->nbands);
    for (size_t i = 0; i < out->nbands; i++) {
        struct jin band;
        if (!jin_arr_obj(in, "bands", i, &band))
            continue;
        jin_i64(&band, "most", JIN_REQUIRED, 0, INT32_MAX, &out->bands[i].most);
        jin_scaled(&band, "points", JIN_REQUIRED, 2, 0, 10000, &out->bands[i].points_e2);
        if (i && out->bands[i].most <= out->bands[i - 1].most)
            fail_field(in->fault, STR("/bands"), "not_rising", "各档的案卷数应逐档递增", "The bands must rise");
    }
    if (out->closing + out->timely_handling + out->rework == 0)
        fail_field(in->fault, STR("/closing"), "no_weight", "权重不能全部为零", "Not all weights may be zero");
}

enum rc composite_parse(struct arena *a, struct fault *f, struct str json, struct composite *out)
{
    struct jin in;
    RETURN_IF(jin_parse(&in, a, f, json));
    composite_read(&in, out);
    enum rc rc = jin_done(&in);
    jin_free(&in);
    return rc;
}

void composite_json(struct json_out *j, const char *key, const struct composite *c)
{
    jo_obj(j, key);
    jo_i64(j, "closing", c->closing);
    jo_i64(j, "timely_handling", c->timely_handling);
    jo_i64(j, "rework", c->rework);
    jo_scaled(j, "beyond", c->beyond_e2, 2);
    jo_arr(j, "bands");
    for (size_t i = 0; i < c->nbands; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "most", c->bands[i].most);
        jo_scaled(j, "points", c->bands[i].points_e2, 2);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
}
