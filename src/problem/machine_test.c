/*
 * machine_test.c - the machine walked exhaustively: every state, every event, every role with every set of grants, own
 * and other unit; what is expected is written down here by hand and nowhere derived from the table or the policy.
 */
#include "problem/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define NOW INT64_C(1763946000000) /* 2025-11-24 09:00 +08:00, a Monday */

static const struct uuid own_unit = {{1}}, other_unit = {{2}}, somebody = {{3}}, another = {{4}};
static const struct sha256 photo = {{9}};
static struct arena arena;
static struct fault fault;
static struct calendar calendar;
static struct limits limits;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    fault_init(&fault, &arena);
    calendar_init(&calendar);
    limits = limits_shipped(&calendar);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* By state in the order of enum problem_state: where the event leads, '.' nowhere. A letter names the state:
 * r reported, v verified, g registered, d dispatched, a accepted, f rectified, s struck off, j rejected,
 * m mended on the spot, M merged, V void, D disputed.
 * `who`: 'V' 'G' 'D' 'C' 'S' an office worker with the grant verify, register, dispatch, recheck, strike; 'c' and 's'
 * the same of office and inspectors alike; 'B' register or dispatch; 'u' the unit it is with; 'w' that and its grid
 * workers; 'L' a leader of the headquarters; 'l' office and inspectors, who look back. `direct`: a step of its own. */
static const struct {
    const char *event;
    const char *to; /* rvgdafsjmMVD */
    char who;
    bool direct;
} matrix[] = {
    {"verify",       "v...........", 'V', true},
    {"register",     ".g..........", 'G', true},
    {"reject",       "jj..........", 'G', true},
    {"dispatch",     "..d.........", 'D', true},
    {"mend_on_spot", "..m.........", 'G', true},
    {"accept",       "...a........", 'u', true},
    {"send_back",    "...g........", 'u', true},
    {"rectify",      "....f.......", 'w', true},
    {"return",       ".....a......", 'c', true},
    {"strike_off",   ".....s......", 's', true},
    {"void",         "..VVV.......", 'G', true},
    {"merge",        "MMMMM.......", 'B', false},
    {"unmerge",      ".........g..", 'B', false},
    {"dispute",      "...D........", 'u', true},
    {"settle",       "...........d", 'L', true},
    {"extend",       "...da.......", 'D', false},
    {"postpone",     "....a.......", 'L', false},
    {"resume",       "....a.......", 'p', true},
    {"stop",         "...da.......", 'D', true},
    {"restart",      "...da.......", 'D', true},
    {"exempt",       "......s.....", 'L', false},
    {"hold",         "......s.m...", 'l', false},
    {"rebound",      "......s.m...", 'l', false},
};
enum { EVENTS = sizeof matrix / sizeof *matrix };
static const char state_letters[] = "rvgdafsjmMVD";

static const struct {
    uint32_t bit;
    const char *name;
} roles[] = {
    {1 << 0, "commander"},    {1 << 1, "office"},      {1 << 2, "inspector"}, {1 << 3, "joint_inspector"},
    {1 << 4, "unit_contact"}, {1 << 5, "grid_worker"}, {1 << 6, "leader"},    {1 << 7, "station_manager"},
    {1 << 8, "system_admin"}, {1 << 9, "security_admin"}, {1 << 10, "audit_admin"},
};
enum { ROLES = sizeof roles / sizeof *roles, GRANT_SETS = 32, V = 1, G = 2, D = 4, C = 8, S = 16 };

static bool is(const char *role, const char *name)
{
    return strcmp(role, name) == 0;
}

/* May somebody with this one role and these grants, in or out of the unit it is with? */
static bool expected(char who, const char *role, unsigned grants, bool own)
{
    bool office = is(role, "office"), inspects = is(role, "inspector") || is(role, "joint_inspector");
    bool contact = is(role, "unit_contact") || is(role, "station_manager");
    switch (who) {
    case 'V': return office && (grants & V);
    case 'G': return office && (grants & G);
    case 'D': return office && (grants & D);
    case 'B': return office && (grants & (G | D));
    case 'c': return (office || inspects) && (grants & C);
    case 's': return (office || inspects) && (grants & S);
    case 'l': return office || inspects;
    case 'L': return is(role, "commander");
    case 'u':
    case 'p': return contact && own;
    case 'w': return (contact || is(role, "grid_worker")) && own;
    default:
        fail_msg("no such letter %c", who);
        return false;
    }
}

/* A case for which nothing but the state stands in the way of this event. */
static struct problem_case willing(int state, const char *event)
{
    struct problem_case c = {.state = (enum problem_state)state, .unit_id = own_unit, .limit_amount = 8};
    c.handling = (struct problem_clock){.kind = LIMIT_WORKING_HOURS, .total_ms = 8 * HOUR_MS, .due_ms = SOME(NOW + DAY_MS)};
    c.sent_back_count = is(event, "dispute");
    c.overdue = is(event, "exempt");
    if (is(event, "restart")) {
        c.stopped_ms = SOME(NOW - HOUR_MS);
        c.handling.due_ms = NONE_I64;
        c.handling.left_ms = SOME(HOUR_MS);
    }
    if (is(event, "resume"))
        c.postponed_until_ms = SOME(NOW + HOUR_MS);
    return c;
}

static struct problem_act complete(int event)
{
    return (struct problem_act){.event = (enum problem_event)event, .note = STR("理由"), .photos = &photo, .nphotos = 1,
                                .unit_id = own_unit, .target_id = another, .until_ms = SOME(NOW + 30 * (int64_t)DAY_MS),
                                .actor_id = somebody, .actor_unit_id = other_unit, .via_room = true, .at_ms = NOW};
}

static bool permitted(int event, uint32_t role, unsigned grants, bool own)
{
    struct actor who = {.person_id = somebody, .unit_id = own ? own_unit : other_unit, .roles = role, .grants = grants};
    struct subject subject = {.unit_id = own_unit, .area_code = STR("990101"), .owner_id = another};
    fault_clear(&fault);
    return policy_check(&fault, &who, problem_event_action((enum problem_event)event), &subject) == RC_OK;
}

static void every_state_event_and_role(void **state)
{
    (void)state;
    long walked = 0, allowed = 0;
    assert_int_equal(EVENTS, PROBLEM_EVENTS);
    for (int e = 0; e < EVENTS; e++) {
        assert_string_equal(problem_event_names[e], matrix[e].event);
        for (int s = 0; s < PROBLEM_STATES; s++) {
            struct problem_case c = willing(s, matrix[e].event), after;
            struct problem_act act = complete(e);
            bool leads = matrix[e].to[s] != '.';
            fault_clear(&fault);
            enum rc rc = problem_decide(&fault, &limits, &c, &act, &after);
            if ((rc == RC_OK) != leads)
                fail_msg("%s in %s", matrix[e].event, problem_state_names[s]);
            if (leads)
                assert_int_equal(state_letters[after.state], matrix[e].to[s]);
            else
                assert_string_equal(fault.code.p, "state_forbids");
            for (int r = 0; r < ROLES; r++)
                for (unsigned g = 0; g < GRANT_SETS; g++)
                    for (int own = 0; own < 2; own++) {
                        bool may = permitted(e, roles[r].bit, g, own) && rc == RC_OK;
                        bool wanted = leads && expected(matrix[e].who, roles[r].name, g, own);
                        if (may != wanted)
                            fail_msg("%s in %s by %s, grants %u, %s unit: %s", matrix[e].event, problem_state_names[s],
                                     roles[r].name, g, own ? "own" : "other", may ? "allowed" : "refused");
                        walked++;
                        allowed += may;
                    }
        }
    }
    assert_int_equal(walked, 23L * 12 * 11 * 32 * 2);
    assert_true(allowed > 0);
}

/* No step of its own: refused unless it comes from the room that owns it. */
static void what_is_no_step_of_its_own(void **state)
{
    (void)state;
    for (int e = 0; e < EVENTS; e++)
        for (int s = 0; s < PROBLEM_STATES; s++) {
            struct problem_case c = willing(s, matrix[e].event), after;
            struct problem_act act = complete(e);
            act.via_room = false;
            if (matrix[e].to[s] == '.')
                continue;
            fault_clear(&fault);
            assert_int_equal(problem_decide(&fault, &limits, &c, &act, &after) == RC_OK, matrix[e].direct);
            if (!matrix[e].direct)
                assert_string_equal(fault.code.p, "not_direct");
        }
}

enum { SETTLED = 1, RETURNED = 2, NEVER_BACK = 4, STOPPED = 8, LATE = 16, TWICE = 32, POSTPONED = 64, RUNNING = 128,
       REBOUNDED = 256, EXEMPT = 512, IN_TIME = 1024, BEEN_LATE = 2048 };

static void spoil(struct problem_case *c, unsigned how)
{
    c->settled = how & SETTLED;
    c->returned = how & RETURNED;
    if (how & NEVER_BACK)
        c->sent_back_count = 0;
    if (how & STOPPED)
        c->stopped_ms = SOME(NOW);
    if (how & LATE)
        c->handling.due_ms = SOME(NOW - 1);
    c->overdue = (c->overdue || (how & BEEN_LATE)) && !(how & IN_TIME);
    c->extension_count = how & TWICE ? 2 : 0;
    c->postponed_count = how & POSTPONED ? 1 : 0;
    if (how & RUNNING) {
        c->stopped_ms = c->postponed_until_ms = NONE_I64;
    }
    c->rebounded = how & REBOUNDED;
    c->exempt = how & EXEMPT;
}

static void guards_on_the_case(void **state)
{
    (void)state;
    static const struct {
        enum problem_state from;
        enum problem_event event;
        unsigned how;
        const char *code;
    } cases[] = {
        {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, SETTLED, "settled"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, RETURNED, "sent_back_before"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, STOPPED, "clock_stopped"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_DISPUTE, SETTLED, "settled"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_DISPUTE, NEVER_BACK, "never_sent_back"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_DISPUTE, STOPPED, "clock_stopped"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_EXTEND, LATE, "overdue"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_EXTEND, LATE, "overdue"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_EXTEND, BEEN_LATE, "overdue"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_EXTEND, TWICE, "extended_twice"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_EXTEND, STOPPED, "clock_stopped"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_POSTPONE, POSTPONED, "postponed_before"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_POSTPONE, STOPPED, "clock_stopped"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_RESUME, RUNNING, "not_postponed"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_STOP, STOPPED, "clock_stopped"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_RESTART, RUNNING, "clock_not_stopped"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_RESTART, RUNNING, "clock_not_stopped"},
        {PROBLEM_STRUCK_OFF, PROBLEM_EV_EXEMPT, IN_TIME, "not_overdue"},
        {PROBLEM_STRUCK_OFF, PROBLEM_EV_EXEMPT, EXEMPT, "not_overdue"},
        {PROBLEM_STRUCK_OFF, PROBLEM_EV_HOLD, REBOUNDED, "rebounded_before"},
        {PROBLEM_MENDED_ON_SPOT, PROBLEM_EV_REBOUND, REBOUNDED, "rebounded_before"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = willing((int)cases[i].from, problem_event_names[cases[i].event]), after;
        struct problem_act act = complete((int)cases[i].event);
        fault_clear(&fault);
        assert_int_equal(problem_decide(&fault, &limits, &c, &act, &after), RC_OK);
        spoil(&c, cases[i].how);
        assert_int_equal(problem_decide(&fault, &limits, &c, &act, &after), RC_CONFLICT);
        assert_string_equal(fault.code.p, cases[i].code);
    }
}

static void guards_on_the_act(void **state)
{
    (void)state;
    static const struct {
        enum problem_state from;
        enum problem_event event;
        const char *pointers; /* in this order */
    } cases[] = {
        {PROBLEM_REPORTED, PROBLEM_EV_REJECT, "/note"},          {PROBLEM_VERIFIED, PROBLEM_EV_REJECT, "/note"},
        {PROBLEM_REGISTERED, PROBLEM_EV_DISPATCH, "/unit_id"},   {PROBLEM_REGISTERED, PROBLEM_EV_MEND_ON_SPOT, "/photos"},
        {PROBLEM_REGISTERED, PROBLEM_EV_VOID, "/note"},          {PROBLEM_DISPATCHED, PROBLEM_EV_VOID, "/note"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_VOID, "/note"},            {PROBLEM_DISPATCHED, PROBLEM_EV_SEND_BACK, "/note"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_DISPUTE, "/note"},       {PROBLEM_DISPUTED, PROBLEM_EV_SETTLE, "/note/unit_id"},
        {PROBLEM_DISPATCHED, PROBLEM_EV_STOP, "/note"},          {PROBLEM_ACCEPTED, PROBLEM_EV_STOP, "/note"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_RECTIFY, "/photos"},       {PROBLEM_RECTIFIED, PROBLEM_EV_RETURN, "/note"},
        {PROBLEM_REPORTED, PROBLEM_EV_MERGE, "/target_id"},      {PROBLEM_ACCEPTED, PROBLEM_EV_MERGE, "/target_id"},
        {PROBLEM_ACCEPTED, PROBLEM_EV_POSTPONE, "/until"},       {PROBLEM_ACCEPTED, PROBLEM_EV_EXTEND, ""},
        {PROBLEM_RECTIFIED, PROBLEM_EV_STRIKE_OFF, ""},          {PROBLEM_DISPATCHED, PROBLEM_EV_ACCEPT, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = willing((int)cases[i].from, problem_event_names[cases[i].event]), after;
        struct problem_act bare = {.event = cases[i].event, .note = STR(" \n"), .via_room = true, .at_ms = NOW};
        char got[100] = "";
        size_t n = 0;
        fault_clear(&fault);
        enum rc rc = problem_decide(&fault, &limits, &c, &bare, &after);
        for (size_t k = 0; k < fault.nfields; k++)
            n += (size_t)snprintf(got + n, sizeof got - n, "%.*s", STR_ARG(fault.fields[k].pointer));
        assert_string_equal(got, cases[i].pointers);
        assert_int_equal(rc, cases[i].pointers[0] ? RC_INVALID : RC_OK);
    }
}

/* A year at most: until the same date of the next year. */
static void postponed_for_a_year_at_most(void **state)
{
    (void)state;
    static const struct {
        int64_t days;
        bool allowed;
    } cases[] = {{-1, false}, {0, false}, {1, true}, {364, true}, {365, true}, {366, false}, {4000, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem_case c = willing(PROBLEM_ACCEPTED, "postpone"), after;
        struct problem_act act = complete(PROBLEM_EV_POSTPONE);
        act.until_ms = SOME(NOW + cases[i].days * DAY_MS);
        fault_clear(&fault);
        assert_int_equal(problem_decide(&fault, &limits, &c, &act, &after) == RC_OK, cases[i].allowed);
    }
}

/* What is listed as data is the same as what is written down above. */
static void the_table_as_data(void **state)
{
    (void)state;
    size_t n, wanted = 0;
    const struct problem_transition *t = problem_transitions(&n);
    for (int e = 0; e < EVENTS; e++)
        for (const char *p = matrix[e].to; *p; p++)
            wanted += *p != '.';
    assert_int_equal(n, wanted);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(matrix[t[i].event].to[t[i].from], state_letters[t[i].to]);
        assert_int_equal(!(t[i].guards & VIA_ROOM), matrix[t[i].event].direct);
    }
    for (int s = 0; s < PROBLEM_STATES; s++)
        assert_true(problem_state_words[s].zh && problem_state_words[s].en && problem_state_names[s]);
    for (int e = 0; e < PROBLEM_EVENTS; e++)
        assert_true(problem_event_words[e].zh && problem_event_words[e].en);
    assert_null(problem_state_names[PROBLEM_STATES]);
    assert_null(problem_event_names[PROBLEM_EVENTS]);
    assert_null(problem_guard_names[17]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_event_and_role), cmocka_unit_test(what_is_no_step_of_its_own),
        cmocka_unit_test(guards_on_the_case),         cmocka_unit_test(guards_on_the_act),
        cmocka_unit_test(postponed_for_a_year_at_most), cmocka_unit_test(the_table_as_data),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
