/*
 * kind_shipped.c - the kinds this program ships; a headquarters' own versions go over them. Limits of illegal
 * structures follow FACTS.md §3.2 (stop 4 working hours, demolish 20 working days; forced demolition waits out the
 * appeal period, 行政强制法 44: the clock stands while law enforcement has it).
 */
#include "problem/kind.h"

static const struct kind_stage illegal_stages[] = {
    {.code = STR_INIT("persuade"), .name_zh = STR_INIT("劝导自拆"), .name_en = STR_INIT("Persuasion"), .has_limit = true,
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 5, .compulsory = true},
    {.code = STR_INIT("notice"), .name_zh = STR_INIT("下达通知"), .name_en = STR_INIT("Notice"), .has_limit = true,
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 2, .proof = true},
    {.code = STR_INIT("stop"), .name_zh = STR_INIT("责令停止"), .name_en = STR_INIT("Stop of works"), .has_limit = true,
     .limit_kind = LIMIT_WORKING_HOURS, .limit_amount = 4, .proof = true},
    {.code = STR_INIT("enforce"), .name_zh = STR_INIT("移送执法"), .name_en = STR_INIT("With law enforcement"), .stops_clock = true},
    {.code = STR_INIT("clear"), .name_zh = STR_INIT("拆除清理"), .name_en = STR_INIT("Clearing"), .has_limit = true,
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 20, .compulsory = true, .proof = true},
    {.code = STR_INIT("verify"), .name_zh = STR_INIT("现场核验"), .name_en = STR_INIT("Check on the spot"), .has_limit = true,
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 2, .compulsory = true, .proof = true},
};

static const struct kind_output illegal_outputs[] = {
    {.code = STR_INIT("persuaded"), .stage = STR_INIT("persuade"), .name_zh = STR_INIT("劝导户数"), .name_en = STR_INIT("Households persuaded"),
     .unit_zh = STR_INIT("户"), .unit_en = STR_INIT("households"), .measure = KIND_COUNT},
    {.code = STR_INIT("self_cleared"), .name_zh = STR_INIT("自行拆除面积"), .name_en = STR_INIT("Cleared by owners"),
     .unit_zh = STR_INIT("平方米"), .unit_en = STR_INIT("m²"), .measure = KIND_AMOUNT},
    {.code = STR_INIT("cleared"), .stage = STR_INIT("clear"), .name_zh = STR_INIT("拆除面积"), .name_en = STR_INIT("Area cleared"),
     .unit_zh = STR_INIT("平方米"), .unit_en = STR_INIT("m²"), .measure = KIND_AMOUNT},
    {.code = STR_INIT("people"), .name_zh = STR_INIT("出动人数"), .name_en = STR_INIT("People sent"), .unit_zh = STR_INIT("人"),
     .unit_en = STR_INIT("people"), .measure = KIND_PEOPLE},
    {.code = STR_INIT("person_times"), .name_zh = STR_INIT("出动人次"), .name_en = STR_INIT("Person-times sent"),
     .unit_zh = STR_INIT("人次"), .unit_en = STR_INIT("person-times"), .measure = KIND_PERSON_TIMES},
};

static const struct kind_stage vendor_stages[] = {
    {.code = STR_INIT("guide"), .name_zh = STR_INIT("引导规范"), .name_en = STR_INIT("Guidance"), .compulsory = true},
    {.code = STR_INIT("settle"), .name_zh = STR_INIT("疏导安置"), .name_en = STR_INIT("A place to trade")},
};

static const struct kind_output vendor_outputs[] = {
    {.code = STR_INIT("guided"), .name_zh = STR_INIT("引导摊点"), .name_en = STR_INIT("Stalls guided"), .unit_zh = STR_INIT("个"),
     .unit_en = STR_INIT("stalls"), .measure = KIND_COUNT},
    {.code = STR_INIT("settled"), .stage = STR_INIT("settle"), .name_zh = STR_INIT("安置摊点"), .name_en = STR_INIT("Stalls given a place"),
     .unit_zh = STR_INIT("个"), .unit_en = STR_INIT("stalls"), .measure = KIND_COUNT},
};

#define LIST(a) (a), sizeof(a) / sizeof *(a)

static const struct kind shipped[] = {
    {.code = STR_INIT("general"), .name_zh = STR_INIT("一般问题"), .name_en = STR_INIT("General"), .enabled = true, .order_no = 1},
    {STR_INIT("illegal_structure"), 0, STR_INIT("违法建设"), STR_INIT("Illegal structure"),
     STR_INIT("先劝导业主自行拆除；确需强制拆除的，移送执法部门依法办理，期间停止计时。"),
     STR_INIT("Persuade the owner to clear it first. Where force is needed law enforcement has it, and the clock stands."), true, 2, 0,
     LIST(illegal_stages), LIST(illegal_outputs)},
    {STR_INIT("street_vendor"), 0, STR_INIT("流动摊点引导"), STR_INIT("Street vendors: guidance"),
     STR_INIT("不作为扣分和考核事项，以引导、疏导、安置为主。"),
     STR_INIT("Neither deduction nor examination: guide, and find a place to trade."), false, 3, 0, LIST(vendor_stages),
     LIST(vendor_outputs)},
};

const struct kind *kind_shipped(size_t *n)
{
    *n = sizeof shipped / sizeof *shipped;
    return shipped;
}

const struct kind *kind_shipped_by_code(struct str code)
{
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        if (str_eq(shipped[i].code, code))
            return &shipped[i];
    return NULL;
}
