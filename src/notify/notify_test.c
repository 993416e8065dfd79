/* notify_test.c - choices and times, retries, what each channel is sent and what its answer means: tables of cases. */
#include "notify/message.h"

#include "base/arena.h"
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void expect(struct str got, const char *want)
{
    if (!str_is(got, want))
        fail_msg("got  %.*s\nwant %s", STR_ARG(got), want);
}

static bool has(struct str text, const char *part)
{
    return str_find(text, str_of(part), 0) >= 0;
}

/* ---- when a notice may leave ---- */

struct plan_case {
    const char *what;
    const char *now;         /* local, +08:00 */
    enum notice_kind kind;
    bool urgent;
    enum notice_digest digest;
    int quiet_from, quiet_to; /* minutes; equal: none */
    bool urgent_passes;
    const char *muted;
    const char *want;        /* NULL: not at all */
};

static const struct plan_case plans[] = {
    {"at once by day", "2026-11-23T10:05:00+08:00", NOTICE_MAIL, false, DIGEST_NOW, 1320, 450, true, "", "2026-11-23T10:05:00+08:00"},
    {"the hour's digest", "2026-11-23T10:05:00+08:00", NOTICE_MAIL, false, DIGEST_HOURLY, 1320, 450, true, "", "2026-11-23T11:00:00+08:00"},
    {"on the hour waits for the next", "2026-11-23T10:00:00+08:00", NOTICE_MAIL, false, DIGEST_HOURLY, 1320, 450, true, "", "2026-11-23T11:00:00+08:00"},
    {"the day's digest, today", "2026-11-23T08:05:00+08:00", NOTICE_MAIL, false, DIGEST_DAILY, 1320, 450, true, "", "2026-11-23T08:30:00+08:00"},
    {"the day's digest, tomorrow", "2026-11-23T09:05:00+08:00", NOTICE_MAIL, false, DIGEST_DAILY, 1320, 450, true, "", "2026-11-24T08:30:00+08:00"},
    {"urgent does not wait for a digest", "2026-11-23T10:05:00+08:00", NOTICE_MAIL, true, DIGEST_DAILY, 1320, 450, true, "", "2026-11-23T10:05:00+08:00"},
    {"quiet before midnight", "2026-11-23T22:00:00+08:00", NOTICE_MAIL, false, DIGEST_NOW, 1320, 450, true, "", "2026-11-24T07:30:00+08:00"},
    {"quiet after midnight", "2026-11-23T07:29:59+08:00", NOTICE_MAIL, false, DIGEST_NOW, 1320, 450, true, "", "2026-11-23T07:30:00+08:00"},
    {"quiet is over", "2026-11-23T07:30:00+08:00", NOTICE_MAIL, false, DIGEST_NOW, 1320, 450, true, "", "2026-11-23T07:30:00+08:00"},
    {"a digest that falls into quiet hours", "2026-11-23T21:30:00+08:00", NOTICE_MAIL, false, DIGEST_HOURLY, 1320, 450, true, "", "2026-11-24T07:30:00+08:00"},
    {"urgent passes quiet hours", "2026-11-23T23:00:00+08:00", NOTICE_MAIL, true, DIGEST_NOW, 1320, 450, true, "", "2026-11-23T23:00:00+08:00"},
    {"urgent held back by choice", "2026-11-23T23:00:00+08:00", NOTICE_MAIL, true, DIGEST_NOW, 1320, 450, false, "", "2026-11-24T07:30:00+08:00"},
    {"no quiet hours", "2026-11-23T23:00:00+08:00", NOTICE_MAIL, false, DIGEST_NOW, 0, 0, true, "", "2026-11-23T23:00:00+08:00"},
    {"quiet at noon", "2026-11-23T12:30:00+08:00", NOTICE_MAIL, false, DIGEST_NOW, 720, 840, true, "", "2026-11-23T14:00:00+08:00"},
    {"short messages carry urgent things alone", "2026-11-23T10:05:00+08:00", NOTICE_SMS, false, DIGEST_NOW, 1320, 450, true, "", NULL},
    {"an urgent short message", "2026-11-23T10:05:00+08:00", NOTICE_SMS, true, DIGEST_NOW, 1320, 450, true, "", "2026-11-23T10:05:00+08:00"},
    {"muted", "2026-11-23T10:05:00+08:00", NOTICE_MAIL, true, DIGEST_NOW, 1320, 450, true, "urge dispatch", NULL},
    {"another is muted", "2026-11-23T10:05:00+08:00", NOTICE_MAIL, true, DIGEST_NOW, 1320, 450, true, "dispatched", "2026-11-23T10:05:00+08:00"},
};

static void leaves_when_it_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        const struct plan_case *c = &plans[i];
        struct notice_choice choice = notice_choice_default();
        int64_t now, at = 0;
        assert_true(civil_parse_rfc3339(str_of(c->now), &now));
        choice.digest = c->digest;
        choice.quiet_from_min = c->quiet_from;
        choice.quiet_to_min = c->quiet_to;
        choice.urgent_passes = c->urgent_passes;
        choice.muted = str_of(c->muted);
        bool leaves = notice_plan(&choice, c->kind, STR("dispatch"), c->urgent, now, ZONE_SHANGHAI_MIN, &at);
        if (leaves != (c->want != NULL))
            fail_msg("%s: leaves %d", c->what, leaves);
        if (leaves && !str_is(civil_rfc3339(&arena, at, ZONE_SHANGHAI_MIN), c->want))
            fail_msg("%s: %.*s", c->what, STR_ARG(civil_rfc3339(&arena, at, ZONE_SHANGHAI_MIN)));
    }
}

static void a_kind_not_wanted_stays_inside(void **state)
{
    struct notice_choice choice = notice_choice_default();
    int64_t at;
    (void)state;
    choice.kinds = 1u << NOTICE_FEISHU;
    assert_false(notice_plan(&choice, NOTICE_MAIL, STR("dispatch"), true, 0, 480, &at));
    assert_true(notice_plan(&choice, NOTICE_FEISHU, STR("dispatch"), true, 0, 480, &at));
}

static void waits_longer_each_time_and_gives_up(void **state)
{
    static const int64_t want_s[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600};
    (void)state;
    for (int64_t i = 1; i < NOTICE_ATTEMPTS_MAX; i++)
        assert_int_equal(notice_backoff_ms(i), want_s[i - 1] * 1000);
    assert_int_equal(notice_backoff_ms(NOTICE_ATTEMPTS_MAX), -1);
}

static void every_rule_says_whom_and_what_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; notice_rule_at(i); i++) {
        const struct notice_rule *r = notice_rule_at(i);
        assert_ptr_equal(notice_rule_of(str_of(r->event)), r); /* no event twice */
        assert_true(r->audience != 0 && r->zh[0] && r->en[0]);
    }
    assert_null(notice_rule_of(STR("accept")));
}

/* ---- what is sent ---- */

static const struct message parcel = {.id = {{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
                                      .now_ms = 1795225800000, .title = STR_INIT("销号平台通知"), .text = STR_INIT("催办")};

static void the_gateway_can_check_the_signature(void **state)
{
    struct channel c = {.kind = NOTICE_SMS, .url = STR("https://sms.example/send"), .login = STR("wm"), .secret = STR("key")};
    struct message_request rq;
    (void)state;
    message_build(&arena, &c, &parcel, STR("13800000000"), STR(""), &rq);
    expect(rq.url, "https://sms.example/send");
    expect(rq.body, "{\"id\":\"00000000-0000-7000-8000-000000000001\",\"account\":\"wm\",\"to\":\"13800000000\",\"text\":\"催办\"}");
    expect(rq.headers[1], "X-Xiaohao-Time: 1795225800000");
    expect(rq.headers[2], "X-Xiaohao-Signature: aaac901a831fd963a3f7e67836358a60bc9c47cb2649271d247b9525662d01f4");
}

static void robots_are_signed_as_their_makers_say(void **state)
{
    struct channel ding = {.kind = NOTICE_DINGTALK, .group = true, .secret = STR("tok/en"), .sign = STR("SEC000")};
    struct channel fei = {.kind = NOTICE_FEISHU, .group = true, .secret = STR("hook-1"), .sign = STR("SEC000")};
    struct channel we = {.kind = NOTICE_WECOM, .group = true, .secret = STR("k-1")};
    struct message_request rq;
    (void)state;
    message_build(&arena, &ding, &parcel, STR_NONE, STR(""), &rq);
    expect(rq.url, "https://oapi.dingtalk.com/robot/send?access_token=tok%2Fen&timestamp=1795225800000"
                   "&sign=EBGCK4dZcN0cwzjvJ0D9B4pJZY7cmJd7tgsSgQAPcV8%3D");
    expect(rq.body, "{\"msgtype\":\"text\",\"text\":{\"content\":\"催办\"}}");
    message_build(&arena, &fei, &parcel, STR_NONE, STR(""), &rq);
    expect(rq.url, "https://open.feishu.cn/open-apis/bot/v2/hook/hook-1");
    expect(rq.body, "{\"msg_type\":\"text\",\"timestamp\":\"1795225800\",\"sign\":\"FF4k+GhYNmM40Mgj5XGnwr8O/VwDjjd/Oe/qd482LAQ=\","
                    "\"content\":{\"text\":\"催办\"}}");
    message_build(&arena, &we, &parcel, STR_NONE, STR(""), &rq);
    expect(rq.url, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1");
}

static void people_are_written_to_with_a_token(void **state)
{
    struct channel we = {.kind = NOTICE_WECOM, .app_id = STR("corp"), .agent_id = STR("1000002"), .secret = STR("s&s"), .url = STR("http://127.0.0.1:9/")};
    struct channel fei = {.kind = NOTICE_FEISHU, .app_id = STR("cli_1"), .secret = STR("x"), .id_type = STR("user_id")};
    struct channel ding = {.kind = NOTICE_DINGTALK, .app_id = STR("dk"), .agent_id = STR("77"), .secret = STR("ds")};
    struct channel mail = {.kind = NOTICE_MAIL}, group = {.kind = NOTICE_FEISHU, .group = true};
    struct message_request rq;
    (void)state;
    assert_true(message_token_request(&arena, &we, &rq));
    expect(rq.url, "http://127.0.0.1:9/cgi-bin/gettoken?corpid=corp&corpsecret=s%26s");
    assert_int_equal(rq.body.n, 0);
    message_build(&arena, &we, &parcel, STR("zhangsan"), STR("T1"), &rq);
    expect(rq.url, "http://127.0.0.1:9/cgi-bin/message/send?access_token=T1");
    assert_true(has(rq.body, "\"touser\":\"zhangsan\",\"agentid\":1000002,\"enable_duplicate_check\":1"));
    assert_true(message_token_request(&arena, &fei, &rq));
    expect(rq.body, "{\"app_id\":\"cli_1\",\"app_secret\":\"x\"}");
    message_build(&arena, &fei, &parcel, STR("u-9"), STR("T2"), &rq);
    expect(rq.url, "https://open.feishu.cn/open-apis/im/v1/messages?receive_id_type=user_id");
    expect(rq.headers[1], "Authorization: Bearer T2");
    assert_true(has(rq.body, "\"content\":\"{\\\"text\\\":\\\"催办\\\"}\",\"uuid\":\"00000000-0000-7000-8000-000000000001\""));
    message_build(&arena, &ding, &parcel, STR("manager1"), STR("T3"), &rq);
    expect(rq.body, "{\"agent_id\":77,\"userid_list\":\"manager1\",\"msg\":{\"msgtype\":\"text\",\"text\":{\"content\":\"催办\"}}}");
    assert_false(message_token_request(&arena, &mail, &rq));
    assert_false(message_token_request(&arena, &group, &rq));
}

static void tokens_are_read(void **state)
{
    static const struct {
        const char *answer, *token;
        int64_t lives_s;
    } cases[] = {
        {"{\"errcode\":0,\"errmsg\":\"ok\",\"access_token\":\"abc\",\"expires_in\":7200}", "abc", 7200},
        {"{\"code\":0,\"msg\":\"ok\",\"tenant_access_token\":\"t-1\",\"expire\":5000}", "t-1", 5000},
        {"{\"access_token\":\"abc\"}", "abc", 600},
        {"{\"errcode\":40013,\"errmsg\":\"invalid corpid\"}", NULL, 0},
        {"{\"access_token\":\"\"}", NULL, 0},
        {"<html>", NULL, 0},
        {"", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str token;
        int64_t lives;
        bool ok = message_token_read(&arena, str_of(cases[i].answer), &token, &lives);
        assert_int_equal(ok, cases[i].token != NULL);
        if (ok) {
            expect(token, cases[i].token);
            assert_int_equal(lives, cases[i].lives_s);
        }
    }
}

static void answers_mean_what_the_makers_say(void **state)
{
    static const struct {
        enum notice_kind kind;
        bool group;
        int status;
        const char *answer;
        enum message_end want;
    } cases[] = {
        {NOTICE_WECOM, false, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", MESSAGE_SENT},
        {NOTICE_WECOM, false, 200, "{\"errcode\":42001}", MESSAGE_TOKEN},
        {NOTICE_WECOM, true, 200, "{\"errcode\":45009}", MESSAGE_LATER},
        {NOTICE_WECOM, true, 200, "{\"errcode\":93000}", MESSAGE_REFUSED},
        {NOTICE_WECOM, true, 200, "<html>captive portal</html>", MESSAGE_UNSURE},
        {NOTICE_DINGTALK, true, 200, "{\"errcode\":130101}", MESSAGE_LATER},
        {NOTICE_DINGTALK, true, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}", MESSAGE_REFUSED},
        {NOTICE_DINGTALK, false, 200, "{\"errcode\":88}", MESSAGE_TOKEN},
        {NOTICE_FEISHU, false, 200, "{\"code\":0}", MESSAGE_SENT},
        {NOTICE_FEISHU, false, 400, "{\"code\":99991663}", MESSAGE_TOKEN},
        {NOTICE_FEISHU, false, 401, "", MESSAGE_TOKEN},
        {NOTICE_FEISHU, true, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", MESSAGE_SENT},
        {NOTICE_FEISHU, true, 200, "{\"code\":19021}", MESSAGE_REFUSED},
        {NOTICE_SMS, false, 200, "{\"code\":0}", MESSAGE_SENT},
        {NOTICE_SMS, false, 200, "OK", MESSAGE_SENT},
        {NOTICE_SMS, false, 204, "", MESSAGE_SENT},
        {NOTICE_SMS, false, 403, "signature", MESSAGE_REFUSED},
        {NOTICE_SMS, false, 429, "", MESSAGE_LATER},
        {NOTICE_SMS, false, 502, "", MESSAGE_UNSURE},
        {NOTICE_SMS, false, 302, "", MESSAGE_REFUSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct channel c = {.kind = cases[i].kind, .group = cases[i].group};
        struct str why;
        enum message_end end = message_answer(&arena, &c, cases[i].status, str_of(cases[i].answer), &why);
        if (end != cases[i].want)
            fail_msg("case %zu: %d", i, (int)end);
        assert_int_equal(why.n == 0, end == MESSAGE_SENT);
    }
}

static void mail_is_rfc_5322(void **state)
{
    struct channel c = {.kind = NOTICE_MAIL, .from = STR("创建办 <wm@district.example>")};
    (void)state;
    struct str mail = message_mail(&arena, &c, &parcel, STR("zhang@unit.example"));
    assert_true(has(mail, "Date: Sat, 21 Nov 2026 01:50:00 +0000\r\n"));
    assert_true(has(mail, "From: =?UTF-8?B?5Yib5bu65Yqe?= <wm@district.example>\r\n"));
    assert_true(has(mail, "To: <zhang@unit.example>\r\n"));
    assert_true(has(mail, "Subject: =?UTF-8?B?6ZSA5Y+35bmz5Y+w6YCa55+l?=\r\n"));
    assert_true(has(mail, "Message-ID: <00000000-0000-7000-8000-000000000001@district.example>\r\n"));
    assert_true(str_ends(mail, STR("\r\n\r\n5YKs5Yqe\r\n")));
    struct message longer = parcel;
    char title[400];
    memset(title, 'x', sizeof title);
    longer.title = (struct str){title, sizeof title};
    mail = message_mail(&arena, &c, &longer, STR("a@b"));
    struct str rest = mail, line;
    while (str_next(&rest, '\n', &line))
        assert_true(line.n <= 79); /* 78 and the carriage return */
}

static void who_knows_repeats(void **state)
{
    (void)state;
    assert_true(message_knows_repeats(NOTICE_MAIL, false));
    assert_true(message_knows_repeats(NOTICE_SMS, false));
    assert_true(message_knows_repeats(NOTICE_WECOM, false));
    assert_true(message_knows_repeats(NOTICE_FEISHU, false));
    assert_false(message_knows_repeats(NOTICE_DINGTALK, false));
    assert_false(message_knows_repeats(NOTICE_WECOM, true));
    assert_false(message_knows_repeats(NOTICE_FEISHU, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_when_it_may),
        cmocka_unit_test(a_kind_not_wanted_stays_inside),
        cmocka_unit_test(waits_longer_each_time_and_gives_up),
        cmocka_unit_test(every_rule_says_whom_and_what_in_both_languages),
        cmocka_unit_test(the_gateway_can_check_the_signature),
        cmocka_unit_test(robots_are_signed_as_their_makers_say),
        cmocka_unit_test(people_are_written_to_with_a_token),
        cmocka_unit_test(tokens_are_read),
        cmocka_unit_test(answers_mean_what_the_makers_say),
        cmocka_unit_test(mail_is_rfc_5322),
        cmocka_unit_test(who_knows_repeats),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
