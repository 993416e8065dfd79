/*
 * notify_room_test.c - from an announcement to what a peer received, on both engines: nothing lost, nothing twice, in
 * order, when the peer is busy, refuses, or hangs up after it has taken the message.
 */
#include "auth/auth_ground.h"
#include "base/civil.h"
#include "notify/internal.h"
#include "notify/peer_double.h"
#include "notify/wire.h"
#include "privacy/privacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct room {
    struct ground g;
    struct peer *peer;
    struct postman *postman;
    struct uuid person, other, channel;
    int said;
};

static int begin(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    bool more = false;
    *state = r;
    ground_open(&r->g);
    r->person = ground_account(&r->g, "zhang", "unit_contact");
    r->other = ground_account(&r->g, "li", "unit_contact");
    r->postman = postman_new(&r->g.env);
    assert_int_equal(notify_gather(ground_op(&r->g), &more), RC_OK); /* from here on */
    ground_pass(&r->g, 1000);
    return 0;
}

static int end(void **state)
{
    struct room *r = *state;
    postman_free(r->postman);
    if (r->peer)
        peer_stop(r->peer);
    ground_close(&r->g);
    free(r);
    return 0;
}

static void run(struct op *op, struct effects *fx)
{
    if (change_run_effects(op, fx) != RC_OK)
        fail_msg("%.*s", STR_ARG(op->rd.fault->en));
}

static void open_channel(struct room *r, enum notice_kind kind, bool group, const char *rules)
{
    struct op *op = ground_op(&r->g);
    struct effects fx;
    struct arena *a = OP_ARENA(op);
    r->channel = uuid_make(op->now);
    r->peer = peer_start(kind == NOTICE_MAIL);
    struct privacy_place place = channel_secret_place(op, r->channel);
    effects_init(&fx, a);
    fx_notice_channel_add(&fx, &(struct notice_channel_add_in){
        .hq = op->hq, .id = r->channel, .kind = str_of(notice_kind_names[kind]), .target = group ? STR("group") : STR("people"),
        .name = STR("试用"), .rules = str_of(rules), .enabled = true,
        .secret_sealed = privacy_seal(op->env->keys, a, &place, STR("{\"secret\":\"k\",\"sign\":\"s\"}")),
        .settings = str_fmt(a, "{\"url\":\"%s://127.0.0.1:%d\",\"from\":\"创建办 <wm@d.example>\",\"app_id\":\"app\",\"agent_id\":\"7\",\"plain\":true}",
                            kind == NOTICE_MAIL ? "smtp" : "http", peer_port(r->peer))});
    run(op, &fx);
}

static void give_address(struct room *r, struct uuid person, enum notice_kind kind, const char *address)
{
    struct op *op = ground_op(&r->g);
    struct privacy_place place = address_place(op, person);
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    fx_notice_address_set(&fx, &(struct notice_address_set_in){
        .hq = op->hq, .person_id = person, .kind = str_of(notice_kind_names[kind]), .address_masked = STR("z***"), .at_ms = op->now,
        .address_sealed = privacy_seal(op->env->keys, OP_ARENA(op), &place, str_of(address))});
    run(op, &fx);
}

static void announce(struct room *r, struct uuid to, bool urgent, const char *text)
{
    struct op *op = ground_op(&r->g);
    struct command c = {.id = uuid_make(op->now), .kind = "test.say", .subject_kind = "test"};
    assert_int_equal(change_begin(op, &c), RC_OK);
    change_announce(op, &(struct announcement){.rule = "round_assigned", .urgent = urgent, .subject_kind = "test", .people = &to,
                                               .npeople = 1, .zh = str_of(text), .en = STR("text")});
    ground_commit(&r->g);
    ground_pass(&r->g, 10);
}

static void gather(struct room *r)
{
    bool more = true;
    while (more) {
        more = false;
        struct op *op = ground_op(&r->g);
        if (notify_gather(op, &more) != RC_OK)
            fail_msg("%.*s", STR_ARG(op->rd.fault->en));
    }
}

static int post(struct room *r)
{
    struct op *op = ground_op(&r->g);
    int sent;
    if (postman_round(r->postman, op, &sent) != RC_OK)
        fail_msg("%.*s", STR_ARG(op->rd.fault->en));
    return sent;
}

static size_t inside(struct room *r, struct uuid person)
{
    struct notice_list_row *rows;
    size_t n;
    struct op *op = ground_op(&r->g);
    assert_int_equal(q_notice_list(&op->rd, &(struct notice_list_in){.hq = op->hq, .person_id = person, .row_limit = 100}, &rows, &n), RC_OK);
    return n;
}

/* How many parcels are in a state. */
static size_t parcels(struct room *r, const char *state)
{
    struct notice_parcel_get_row *rows;
    size_t n;
    struct op *op = ground_op(&r->g);
    struct notice_parcel_list_in in = {.hq = op->hq, .state = str_of(state), .row_limit = 100};
    assert_int_equal(q_notice_parcel_list(&op->rd, &in, &rows, &n), RC_OK);
    return n;
}

static bool message_has(struct room *r, size_t n, const char *text)
{
    return str_find(peer_message(r->peer, n), str_of(text), 0) >= 0;
}

/* ---- tests ---- */

static void told_once_however_often_it_is_gathered(void **state)
{
    struct room *r = *state;
    announce(r, r->person, false, "第一条");
    announce(r, r->person, false, "第二条");
    announce(r, r->other, false, "第三条");
    for (int i = 0; i < 3; i++)
        gather(r);
    assert_int_equal(inside(r, r->person), 2);
    assert_int_equal(inside(r, r->other), 1);
    assert_false(notify_waits(ground_op(&r->g)));
}

/* An event whose commit was slow bears an older time than what was gathered already. */
static void a_late_event_is_told_too(void **state)
{
    struct room *r = *state;
    announce(r, r->person, false, "先到");
    gather(r);
    int64_t now = clock_now(&r->g.clock);
    clock_set(&r->g.clock, now - 30 * 1000);
    announce(r, r->person, false, "迟到");
    clock_set(&r->g.clock, now);
    gather(r);
    gather(r);
    assert_int_equal(inside(r, r->person), 2);
}

static void digest_is_one_message(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_FEISHU, false, "");
    give_address(r, r->person, NOTICE_FEISHU, "ou_1");
    announce(r, r->person, false, "甲事");
    announce(r, r->person, false, "乙事");
    gather(r);
    assert_int_equal(post(r), 0); /* not before the hour is full */
    ground_pass(&r->g, HOUR_MS);
    assert_int_equal(post(r), 1);
    assert_int_equal(peer_count(r->peer), 1);
    assert_true(message_has(r, 0, "1. 甲事\\\\n2. 乙事"));
    assert_true(message_has(r, 0, "\"receive_id\":\"ou_1\""));
    assert_true(message_has(r, 0, "Authorization: Bearer T"));
    assert_int_equal(post(r), 0);
}

static void busy_is_tried_again_under_the_same_id_and_in_order(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_FEISHU, false, "");
    give_address(r, r->person, NOTICE_FEISHU, "ou_1");
    peer_mood(r->peer, PEER_BUSY);
    announce(r, r->person, true, "先办");
    gather(r);
    assert_int_equal(post(r), 1);
    announce(r, r->person, true, "后办");
    gather(r);
    assert_int_equal(post(r), 0); /* the first is not over: the second waits behind it */
    peer_mood(r->peer, PEER_TAKES);
    ground_pass(&r->g, 30 * 1000);
    assert_int_equal(post(r), 1);
    assert_int_equal(post(r), 1);
    assert_int_equal(peer_count(r->peer), 2);
    assert_true(message_has(r, 0, "先办"));
    assert_true(message_has(r, 1, "后办"));
    assert_int_equal(parcels(r, "sent"), 2);
}

/* The peer took it and the answer was lost: again under the same id, which it can tell. */
static void a_lost_answer_repeats_the_id(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_FEISHU, false, "");
    give_address(r, r->person, NOTICE_FEISHU, "ou_1");
    peer_mood(r->peer, PEER_TAKES_SILENT);
    announce(r, r->person, true, "急");
    gather(r);
    assert_int_equal(post(r), 1);
    peer_mood(r->peer, PEER_TAKES);
    ground_pass(&r->g, 60 * 1000);
    assert_int_equal(post(r), 1);
    assert_int_equal(peer_count(r->peer), 2);
    struct str first = peer_message(r->peer, 0), second = peer_message(r->peer, 1);
    struct str id = str_sub(first, (size_t)str_find(first, STR("\"uuid\":\""), 0), 45);
    assert_true(str_find(second, id, 0) > 0);
    assert_int_equal(parcels(r, "sent"), 1);
}

/* A robot cannot tell a repeat: it is not sent twice, a person decides. */
static void a_robot_is_never_told_twice(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_DINGTALK, true, "urge");
    struct op *op = ground_op(&r->g);
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    struct channels ch;
    assert_int_equal(q_notice_channel_list(&op->rd, &(struct notice_channel_list_in){.hq = op->hq}, &ch.list, &ch.n), RC_OK);
    struct telling t = {.event_id = uuid_make(op->now), .rule = STR("urge"), .urgent = true, .subject_kind = STR("problem"),
                        .zh = STR("催办"), .en = STR("urged"), .at_ms = op->now, .for_groups = true};
    assert_int_equal(tell(op, &fx, &ch, &t, &(struct people){0}), RC_OK);
    t.rule = STR("dispatch"); /* not asked for */
    assert_int_equal(tell(op, &fx, &ch, &t, &(struct people){0}), RC_OK);
    assert_int_equal(fx.n, 1);
    run(op, &fx);
    peer_mood(r->peer, PEER_TAKES_SILENT);
    assert_int_equal(post(r), 1);
    ground_pass(&r->g, DAY_MS);
    assert_int_equal(post(r), 0);
    assert_int_equal(peer_count(r->peer), 1);
    assert_int_equal(parcels(r, "unsure"), 1);
}

/* A process dies between marking a parcel and hearing the answer. */
static void what_a_dead_process_was_sending(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_MAIL, false, "");
    give_address(r, r->person, NOTICE_MAIL, "zhang@u.example");
    announce(r, r->person, true, "急件");
    gather(r);
    peer_mood(r->peer, PEER_BUSY);
    assert_int_equal(post(r), 1);
    struct op *op = ground_op(&r->g);
    struct notice_parcels_ready_row *rows;
    struct effects fx;
    size_t n;
    ground_pass(&r->g, 60 * 1000);
    op = ground_op(&r->g);
    struct notice_parcels_ready_in in = {.hq = op->hq, .now = op->now, .row_limit = 5};
    assert_int_equal(q_notice_parcels_ready(&op->rd, &in, &rows, &n), RC_OK);
    assert_int_equal(n, 1);
    effects_init(&fx, OP_ARENA(op));
    fx_notice_parcel_begin(&fx, &(struct notice_parcel_begin_in){.hq = op->hq, .id = rows[0].id, .version = rows[0].version, .now = op->now});
    run(op, &fx);
    peer_mood(r->peer, PEER_TAKES);
    assert_int_equal(post(r), 0); /* perhaps it is still at it */
    ground_pass(&r->g, 6 * 60 * 1000);
    assert_int_equal(post(r), 0); /* found, to be tried again after its wait */
    ground_pass(&r->g, HOUR_MS);
    assert_int_equal(post(r), 1);
    assert_int_equal(peer_count(r->peer), 1);
    assert_true(message_has(r, 0, "To: <zhang@u.example>"));
    assert_int_equal(parcels(r, "sent"), 1);
}

static void refused_is_shown_and_holds_nobody_up(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_MAIL, false, "");
    give_address(r, r->person, NOTICE_MAIL, "nobody@u.example");
    peer_mood(r->peer, PEER_REFUSES);
    announce(r, r->person, true, "一");
    gather(r);
    assert_int_equal(post(r), 1);
    assert_int_equal(parcels(r, "failed"), 1);
    peer_mood(r->peer, PEER_TAKES);
    announce(r, r->person, true, "二");
    gather(r);
    assert_int_equal(post(r), 1);
    assert_int_equal(peer_count(r->peer), 1);
}

static void given_up_after_a_day_of_trying(void **state)
{
    struct room *r = *state;
    open_channel(r, NOTICE_MAIL, false, "");
    give_address(r, r->person, NOTICE_MAIL, "zhang@u.example");
    peer_mood(r->peer, PEER_BUSY);
    announce(r, r->person, true, "急件");
    gather(r);
    int tries = 0;
    for (int i = 0; i < 30; i++, ground_pass(&r->g, HOUR_MS))
        tries += post(r);
    assert_int_equal(tries, NOTICE_ATTEMPTS_MAX);
    assert_int_equal(parcels(r, "failed"), 1);
    assert_int_equal(inside(r, r->person), 1); /* it was there to be read all the time */
}

static void who_has_left_is_written_to_no_more(void **state)
{
    struct room *r = *state;
    unsigned kinds;
    give_address(r, r->person, NOTICE_MAIL, "zhang@u.example");
    struct op *op = ground_op(&r->g);
    assert_int_equal(has_address(op, r->person, &kinds), RC_OK);
    assert_int_equal(kinds, 1u << NOTICE_MAIL);
    assert_int_equal(has_address(op, uuid_make(op->now), &kinds), RC_OK);
    assert_int_equal(kinds, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(told_once_however_often_it_is_gathered, begin, end),
        cmocka_unit_test_setup_teardown(a_late_event_is_told_too, begin, end),
        cmocka_unit_test_setup_teardown(digest_is_one_message, begin, end),
        cmocka_unit_test_setup_teardown(busy_is_tried_again_under_the_same_id_and_in_order, begin, end),
        cmocka_unit_test_setup_teardown(a_lost_answer_repeats_the_id, begin, end),
        cmocka_unit_test_setup_teardown(a_robot_is_never_told_twice, begin, end),
        cmocka_unit_test_setup_teardown(what_a_dead_process_was_sending, begin, end),
        cmocka_unit_test_setup_teardown(refused_is_shown_and_holds_nobody_up, begin, end),
        cmocka_unit_test_setup_teardown(given_up_after_a_day_of_trying, begin, end),
        cmocka_unit_test_setup_teardown(who_has_left_is_written_to_no_more, begin, end),
    };
    wire_setup();
    return GROUND_RUN(tests);
}
