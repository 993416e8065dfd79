/* export_words.c - the words lists carry for stored codes (数据字典): ours, and GB/T 30428's beside them. Data only. */
#include "export_internal.h"

struct word {
    const char *code, *zh, *gbt; /* gbt NULL: the standard has none */
};

static const struct word states[] = {
    {"reported", "已上报", "上报"},       {"verified", "已核实", "核实"},     {"registered", "已登记", "立案"},
    {"dispatched", "已交办", "派遣"},     {"accepted", "已签收", "处置"},     {"rectified", "已反馈", "处置反馈"},
    {"struck_off", "已销号", "结案"},     {"rejected", "不予登记", "不予立案"}, {"mended_on_spot", "立行立改", "自处置"},
    {"merged", "已合并", NULL},           {"voided", "作废", "作废"},         {"disputed", "争议待裁", NULL}};

static const struct word events[] = {
    {"report", "上报", NULL},       {"found", "发现登记", NULL},   {"verify", "核实", NULL},       {"register", "登记", NULL},
    {"reject", "不予登记", NULL},   {"dispatch", "交办", NULL},    {"mend_on_spot", "立行立改", NULL}, {"accept", "签收", NULL},
    {"send_back", "退回", NULL},    {"rectify", "反馈整改", NULL}, {"return", "退回重改", NULL},   {"strike_off", "销号", NULL},
    {"void", "作废", NULL},         {"merge", "合并", NULL},       {"unmerge", "撤销合并", NULL},  {"dispute", "提请裁定", NULL},
    {"settle", "裁定", NULL},       {"extend", "延期", NULL},      {"postpone", "暂缓整改", NULL}, {"resume", "恢复整改", NULL},
    {"stop", "移送执法停表", NULL}, {"restart", "恢复计时", NULL}, {"hold", "回头看保持", NULL},   {"rebound", "反弹", NULL},
    {"hand_on", "交办下级", NULL},  {"hand_accept", "下级签收", NULL}, {"hand_back", "下级退回", NULL},
    {"hand_answer", "下级反馈", NULL}, {"hand_return", "退回下级重办", NULL}, {"hand_take_back", "收回自办", NULL},
    {"urge", "催办", NULL},         {"supervise", "督办", NULL},   {"circulate", "通报", NULL},    {"publish", "曝光", NULL},
    {"refer", "线索移送", NULL},    {"appeal", "申诉", NULL},      {"import", "导入", NULL}};

static const struct word sources[] = {
    {"inspection", "督查发现", NULL}, {"report", "上报", NULL},       {"patrol", "巡查", NULL},
    {"superior", "上级交办", NULL},   {"lookback", "回头看", NULL},   {"alike", "举一反三", NULL},
    {"self_check", "自查自改", NULL}, {"asset", "设施巡检", NULL},    {"import", "导入", NULL}};

/* A code nobody has a word for stands for itself. */
static struct str word_of(const struct word *words, size_t n, struct str code, bool gbt)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(code, words[i].code))
            return str_of(gbt && words[i].gbt ? words[i].gbt : words[i].zh);
    return code;
}

struct str export_state_word(const struct export *ex, struct str state)
{
    return word_of(states, sizeof states / sizeof *states, state, ex->in->gbt_words);
}

struct str export_event_word(struct str event)
{
    return word_of(events, sizeof events / sizeof *events, event, false);
}

struct str export_source_word(struct str source)
{
    return word_of(sources, sizeof sources / sizeof *sources, source, false);
}
