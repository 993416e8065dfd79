/* facility.c - rules of facilities, editions and frontages, and the kinds that ship. Pure. */
#include "facility/facility.h"

#include "site/site.h"

const char *const facility_condition_names[FACILITY_CONDITIONS + 1] = {
    "good", "faded", "damaged", "dirty", "covered", "wrong", "not_open", "faulty", "missing", NULL};
const char *const facility_class_names[FACILITY_CLASSES + 1] = {"facility", "publicity", "frontage", NULL};
const char *const edition_state_names[] = {"upcoming", "current", "superseded", "withdrawn", NULL};
const char *const frontage_state_names[FRONTAGE_STATES + 1] = {"waiting", "mended", "raised", "advised", NULL};

struct str facility_condition_word(enum facility_condition c, enum lang lang)
{
    static const char *const words[FACILITY_CONDITIONS][2] = {
        [FACILITY_GOOD] = {"完好", "in order"},
        [FACILITY_FADED] = {"褪色", "faded"},
        [FACILITY_DAMAGED] = {"破损", "damaged"},
        [FACILITY_DIRTY] = {"污损", "dirty"},
        [FACILITY_COVERED] = {"被遮挡或占用", "covered or obstructed"},
        [FACILITY_WRONG] = {"文字或画面有误", "wrong words or pictures"},
        [FACILITY_NOT_OPEN] = {"未开放使用", "not open for use"},
        [FACILITY_FAULTY] = {"故障停用", "out of order"},
        [FACILITY_MISSING] = {"缺失", "missing"},
    };
    return str_of(words[c][lang == LANG_EN]);
}

#define PLAIN(c, zh, en, no)                                                                                           \
    {.code = STR_INIT(c), .class = FACILITY_PLAIN, .name_zh = STR_INIT(zh), .name_en = STR_INIT(en), .order_no = (no), \
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = FACILITY_DEFAULT_DAYS, .active = true}
#define BOARD(c, zh, en, no, days)                                                                                         \
    {.code = STR_INIT(c), .class = FACILITY_PUBLICITY, .name_zh = STR_INIT(zh), .name_en = STR_INIT(en), .order_no = (no), \
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = (days), .active = true}
#define ITEM(c, zh, en, no, hours, days)                                                                                  \
    {.code = STR_INIT(c), .class = FACILITY_FRONTAGE, .name_zh = STR_INIT(zh), .name_en = STR_INIT(en), .order_no = (no), \
     .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = (days), .mend_hours = (hours), .active = true}

/* Codes stay; the rest is a headquarters' to change. Days of hoardings after the same published list (围挡：3天); the hours a
 * shop has for itself are this project's own default. Vendors' order has been dropped from the examination (2020): it
 * ships switched off, as guidance. */
static const struct facility_kind shipped[] = {
    PLAIN("nursing_room", "母婴室", "Nursing room", 10),
    PLAIN("barrier_free_toilet", "无障碍卫生间", "Barrier-free toilet", 20),
    PLAIN("ramp", "无障碍坡道、扶手", "Ramp and handrail", 30),
    PLAIN("volunteer_stand", "志愿服务台（岗）", "Volunteer stand", 40),
    PLAIN("motor_parking", "机动车停车位", "Car parking", 50),
    PLAIN("cycle_parking", "非机动车停放点", "Cycle parking", 60),
    PLAIN("bin", "分类垃圾桶（果皮箱）", "Waste bin", 70),
    PLAIN("notice", "公示牌、便民信息牌", "Public notice", 80),
    PLAIN("toilet_sign", "公厕指示牌", "Toilet sign", 90),
    PLAIN("fitness", "健身器材", "Exercise equipment", 100),
    BOARD("board", "宣传栏", "Notice board", 210, FACILITY_DEFAULT_DAYS),
    BOARD("poster", "公益广告（固定式）", "Public-interest poster", 220, FACILITY_DEFAULT_DAYS),
    BOARD("screen", "电子屏", "Screen", 230, FACILITY_DEFAULT_DAYS),
    BOARD("landscape", "景观小品", "Landscape piece", 240, FACILITY_DEFAULT_DAYS),
    BOARD("hoarding", "工地围挡公益广告", "Publicity on hoardings", 250, 3),
    ITEM("hygiene", "包卫生", "Clean frontage", 310, 24, 1),
    ITEM("greening", "包绿化", "Plants tended", 320, 72, 2),
    ITEM("order", "包秩序", "Orderly frontage", 330, 24, 1),
    ITEM("equipment", "包设施", "Fixtures intact", 340, 72, 3),
    {.code = STR_INIT("vendors"), .class = FACILITY_FRONTAGE, .name_zh = STR_INIT("引导流动经营规范有序（引导事项，不扣分）"),
     .name_en = STR_INIT("Guiding street vending (advice, no points)"), .order_no = 390, .limit_kind = LIMIT_WORKING_DAYS,
     .limit_amount = 1, .guidance = true},
};

const struct facility_kind *facility_shipped_kinds(size_t *n)
{
    *n = sizeof shipped / sizeof *shipped;
    return shipped;
}

/* ---- editions ---- */

enum edition_state edition_state_at(const struct edition_times *e, int64_t now_ms)
{
    if (e->withdrawn_ms.has)
        return EDITION_WITHDRAWN;
    if (e->superseded_ms.has && e->superseded_ms.v <= now_ms)
        return EDITION_SUPERSEDED;
    return now_ms < e->from_ms ? EDITION_UPCOMING : EDITION_CURRENT;
}

bool edition_outdated(const struct edition_times *e, int64_t now_ms)
{
    enum edition_state s = edition_state_at(e, now_ms);
    return s == EDITION_WITHDRAWN || (s == EDITION_SUPERSEDED && e->replace_by_ms.has && e->replace_by_ms.v <= now_ms);
}

/* ---- frontages ---- */

int64_t frontage_mend_by(int64_t found_ms, int64_t hours)
{
    return found_ms + hours * HOUR_MS;
}

enum frontage_state frontage_first(const struct facility_kind *item)
{
    if (item->guidance)
        return FRONTAGE_ADVISED;
    return item->mend_hours > 0 ? FRONTAGE_WAITING : FRONTAGE_RAISED;
}

enum rc frontage_decide(struct fault *f, enum frontage_state now, int64_t mend_by_ms, enum frontage_act act, size_t nphotos,
                        int64_t at_ms, enum frontage_state *after)
{
    if (now != FRONTAGE_WAITING)
        return fail(f, RC_CONFLICT, "finding_settled", "这一问题已经自改或转办，不能再作此操作",
                    "This finding has been settled already");
    if (act == FRONTAGE_MEND && at_ms > mend_by_ms)
        return fail(f, RC_CONFLICT, "self_mend_over", "自改期已过，转为问题办理", "The shop's own time is over; it becomes a problem");
    if (act == FRONTAGE_RAISE && at_ms <= mend_by_ms)
        return fail(f, RC_CONFLICT, "self_mend_running", "自改期未满，先由商户自行整改",
                    "The shop still has time to mend it itself");
    if (act == FRONTAGE_MEND && nphotos == 0)
        return fail_field(f, STR("/photos"), "evidence_required", "请附自改后的照片", "Attach a photograph taken afterwards");
    *after = act == FRONTAGE_MEND ? FRONTAGE_MENDED : FRONTAGE_RAISED;
    return RC_OK;
}

struct subject facility_subject(const struct actor *actor, const struct uuid *units, size_t n, struct str area_code)
{
    struct subject s = {.unit_id = units[0], .area_code = area_code};
    for (size_t i = 0; i < n; i++)
        if (!uuid_is_none(units[i]) && uuid_eq(units[i], actor->unit_id))
            s.unit_id = units[i];
    return s;
}
