/* notify.c - see notify.h: choices, times, the table of who hears of which step. Pure. */
#include "notify/notify.h"

#include "base/civil.h"

const char *const notice_kind_names[NOTICE_KINDS + 1] = {"mail", "sms", "wecom", "dingtalk", "feishu", NULL};
const char *const notice_digest_names[] = {"now", "hourly", "daily", NULL};

enum { DAY_MIN = 24 * 60 };

static const struct notice_rule rules[] = {
    {"report", HEAR_VERIFIERS, false, false, "有新上报的问题待核实：", "A reported problem waits to be verified: "},
    {"verify", HEAR_REGISTRARS, false, false, "有问题已核实，待登记：", "A verified problem waits to be registered: "},
    {"found", HEAR_DISPATCHERS, false, false, "检查发现的问题待交办：", "A problem found on inspection waits to be dispatched: "},
    {"register", HEAR_DISPATCHERS, false, false, "已登记的问题待交办：", "A registered problem waits to be dispatched: "},
    {"dispatch", HEAR_UNIT, false, true, "问题已交办你单位，请及时签收整改：", "A problem was dispatched to your unit: "},
    {"settle", HEAR_UNIT, false, true, "经裁定，问题由你单位负责整改：", "It was decided that your unit mends this problem: "},
    {"send_back", HEAR_DISPATCHERS, false, false, "问题被责任单位退回：", "The unit sent a problem back: "},
    {"dispute", HEAR_COMMANDERS, true, false, "责任归属有争议，请裁定：", "Whose problem this is needs your decision: "},
    {"rectify", HEAR_CHECKERS, false, false, "整改已反馈，待复核：", "A problem was rectified and waits for the re-check: "},
    {"return", HEAR_UNIT, true, true, "复核未通过，退回重改：", "The re-check failed; mend it again: "},
    {"strike_off", HEAR_UNIT, false, false, "问题已销号：", "A problem was struck off: "},
    {"extend", HEAR_UNIT, false, true, "延期申请已批准：", "More time was granted: "},
    {"postpone", HEAR_UNIT, false, true, "暂缓整改已批准：", "Postponement was granted: "},
    {"resume", HEAR_UNIT, false, true, "暂缓整改结束，恢复计时：", "The postponement is over: "},
    {"restart", HEAR_UNIT, false, true, "执法环节结束，恢复计时：", "The matter is back from law enforcement: "},
    {"void", HEAR_UNIT, false, false, "问题已作废：", "A problem was voided: "},
    {"rebound", HEAR_UNIT, true, false, "“回头看”发现问题反弹：", "The look-back found that a problem came back: "},
    {"hand_on", HEAR_STEP_UNIT, false, true, "上级单位转办问题：", "A problem was handed on to your unit: "},
    {"hand_return", HEAR_STEP_UNIT, true, true, "办理结果被退回，请重新办理：", "Your answer was returned: "},
    {"hand_answer", HEAR_UNIT, false, false, "下级单位已办结，待核对：", "The unit below has answered: "},
    {"hand_back", HEAR_UNIT, false, false, "下级单位退回转办问题：", "The unit below handed a problem back: "},
    {"urge", HEAR_UNIT, true, true, "催办：", "Reminder: "},
    {"supervise", HEAR_UNIT | HEAR_LEADERS, true, true, "督办：", "Supervision order: "},
    {"circulate", HEAR_UNIT | HEAR_LEADERS, true, false, "通报批评：", "Criticised in circulation: "},
    {"publish", HEAR_UNIT | HEAR_LEADERS, true, false, "公开曝光：", "Published: "},
    {"refer", HEAR_UNIT | HEAR_LEADERS, true, false, "问题线索已移送：", "A clue was referred: "},
    {"light_yellow", HEAR_UNIT, false, true, "整改时限将至：", "The time limit is near: "},
    {"light_red", HEAR_UNIT | HEAR_LEADERS, true, true, "整改已超期：", "Overdue: "},
};
enum { RULES = sizeof rules / sizeof *rules };

const struct notice_rule *notice_rule_of(struct str event)
{
    for (size_t i = 0; i < RULES; i++)
        if (str_is(event, rules[i].event))
            return &rules[i];
    return NULL;
}

const struct notice_rule *notice_rule_at(size_t i)
{
    return i < RULES ? &rules[i] : NULL;
}

struct notice_choice notice_choice_default(void)
{
    return (struct notice_choice){.kinds = (1u << NOTICE_KINDS) - 1, .muted = STR(""), .digest = DIGEST_HOURLY,
                                  .daily_min = 8 * 60 + 30, .quiet_from_min = 22 * 60, .quiet_to_min = 7 * 60 + 30,
                                  .urgent_passes = true, .lang = LANG_ZH};
}

bool notice_word_in(struct str list, struct str word)
{
    struct str part;
    while (str_next(&list, ' ', &part))
        if (str_eq(part, word))
            return true;
    return false;
}

/* The moment of `minute` on the day of `ms`, or on the next when that is over. */
static int64_t next_minute(int64_t ms, int minute, int zone_min)
{
    int64_t at = civil_midnight(ms, zone_min) + (int64_t)minute * MINUTE_MS;
    return at >= ms ? at : at + DAY_MS;
}

static bool is_quiet(const struct notice_choice *c, int64_t ms, int zone_min)
{
    int minute = (int)((ms - civil_midnight(ms, zone_min)) / MINUTE_MS);
    if (c->quiet_from_min == c->quiet_to_min)
        return false;
    if (c->quiet_from_min < c->quiet_to_min)
        return minute >= c->quiet_from_min && minute < c->quiet_to_min;
    return minute >= c->quiet_from_min || minute < c->quiet_to_min;
}

/* The end of the hour, so that what comes together leaves together. */
static int64_t digest_ms(const struct notice_choice *c, int64_t now_ms, int zone_min)
{
    switch (c->digest) {
    case DIGEST_HOURLY:
        return (now_ms / HOUR_MS + 1) * HOUR_MS;
    case DIGEST_DAILY:
        return next_minute(now_ms, c->daily_min % DAY_MIN, zone_min);
    case DIGEST_NOW:
        break;
    }
    return now_ms;
}

bool notice_plan(const struct notice_choice *c, enum notice_kind kind, struct str rule, bool urgent, int64_t now_ms,
                 int zone_min, int64_t *not_before_ms)
{
    if (!(c->kinds & (1u << kind)) || notice_word_in(c->muted, rule))
        return false;
    if (kind == NOTICE_SMS && !urgent)
        return false; /* short messages cost money and attention */
    int64_t at = urgent ? now_ms : digest_ms(c, now_ms, zone_min);
    if (!(urgent && c->urgent_passes) && is_quiet(c, at, zone_min))
        at = next_minute(at, c->quiet_to_min, zone_min);
    *not_before_ms = at;
    return true;
}

int64_t notice_backoff_ms(int64_t attempts)
{
    int64_t wait = 30 * 1000;
    if (attempts >= NOTICE_ATTEMPTS_MAX)
        return -1;
    for (int64_t i = 1; i < attempts && wait < HOUR_MS; i++)
        wait *= 2;
    return wait < HOUR_MS ? wait : HOUR_MS;
}
