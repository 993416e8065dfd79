/*
 * indicator_loop_test.c - the counts of every measure against a plain model on both engines: random cases and steps, the
 * whole and every line by unit, town and category, and the cases behind each count, paged. Lianyungang's month of
 * 24,932 cases through the same queries. A period closed, what arrives later, its marked revision, its check.
 */
#include "indicator/indicator_store.h"
#include "indicator/period.h"
#include "indicator_test_sql.h"
#include "loop/loop_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { CASES = 500, STEPS_MAX = 5, DAYS = 40 };

struct step {
    const char *event, *stage;
    int64_t at_ms;
    bool late;
};
struct made {
    struct indicator_test_add_in p;
    struct step steps[STEPS_MAX];
    int nsteps;
};

static struct stage s;
static struct made cases[CASES];
static int64_t base, from, to;
static uint64_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static struct opt_i64 some_day(uint32_t absent)
{
    return roll(absent) == 0 ? NONE_I64 : SOME(base + (int64_t)roll(DAYS) * DAY_MS + (int64_t)roll(3) * HOUR_MS);
}

static void make(int i)
{
    static const char *const states[] = {"reported", "verified", "registered", "dispatched", "accepted", "rectified", "struck_off",
                                         "struck_off", "struck_off", "rejected", "mended_on_spot", "merged", "voided", "disputed"};
    static const char *const areas[] = {"990101001001", "990101001", "990101002001", "990101"};
    static const char *const sources[] = {"inspection", "report", "superior", "import"};
    static const char *const stages[] = {"verify", "register", "dispatch", "accept", "recheck", "handle"};
    char name[24];
    struct made *m = &cases[i];
    snprintf(name, sizeof name, "case %d", i);
    const char *state = states[roll(14)];
    bool open = strcmp(state, "struck_off") && strcmp(state, "rejected") && strcmp(state, "mended_on_spot") && strcmp(state, "merged") &&
                strcmp(state, "voided");
    m->p = (struct indicator_test_add_in){
        .hq = s.g.env.hq, .id = stage_id(name), .year = 2026, .number = i + 1, .state = str_of(state), .source = str_of(sources[roll(4)]),
        .site_id = roll(2) ? s.site : UUID_NONE, .area_code = str_of(areas[roll(4)]),
        .category_code = roll(4) ? STR("SC") : roll(2) ? STR("SQ") : STR_NONE, .reporter_id = s.inspector.person_id,
        .unit_id = roll(4) == 0 ? UUID_NONE : roll(3) ? s.unit : s.other_unit,
        .reported_ms = base + (int64_t)roll(DAYS) * DAY_MS, .verified_ms = some_day(2), .registered_ms = some_day(4),
        .due_ms = some_day(4), .left_ms = roll(4) ? NONE_I64 : SOME(7), .case_due_ms = some_day(2), .rectified_ms = some_day(3),
        .closed_ms = open ? NONE_I64 : SOME(base + (int64_t)roll(DAYS) * DAY_MS), .overdue = roll(3) == 0, .case_overdue = roll(4) == 0,
        .exempt = roll(6) == 0, .held = roll(9) == 0, .rework_count = roll(3) ? 0 : 1 + roll(2)};
    m->nsteps = (int)roll(STEPS_MAX + 1);
    for (int k = 0; k < m->nsteps; k++) {
        bool staged = roll(2);
        m->steps[k] = (struct step){staged ? (roll(4) ? "x" : roll(2) ? "merge" : "void") : roll(2) ? "dispatch" : "send_back", staged ? stages[roll(6)] : NULL,
                                    base + (int64_t)roll(DAYS) * DAY_MS, roll(3) == 0};
    }
}

static void store(const struct made *list, size_t n)
{
    for (size_t at = 0; at < n; at += 1000) {
        struct effects fx;
        struct op *op = ground_op(&s.g);
        effects_init(&fx, OP_ARENA(op));
        for (size_t i = at; i < n && i < at + 1000; i++) {
            const struct made *m = &list[i];
            fx_indicator_test_add(&fx, &m->p);
            for (int k = 0; k < m->nsteps; k++)
                fx_indicator_test_step(&fx, &(struct indicator_test_step_in){
                    m->p.hq, m->p.id, k + 1, str_of(m->steps[k].event), s.inspector.person_id, m->steps[k].at_ms,
                    str_of(m->steps[k].stage), m->steps[k].stage ? SOME_BOOL(m->steps[k].late) : (struct opt_bool){0}});
        }
        ground_expect(&s.g, change_run_effects(op, &fx), RC_OK, NULL);
    }
}

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    base = civil_midnight(clock_now(&s.g.clock), 480);
    from = base + 5 * (int64_t)DAY_MS;
    to = base + 35 * (int64_t)DAY_MS;
    seed = 97;
    ground_pass(&s.g, (int64_t)(DAYS + 2) * DAY_MS);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

/* ---- the model ---- */

static bool in_period(struct opt_i64 t)
{
    return t.has && t.v >= from && t.v < to;
}

static bool is_one_of(struct str state, const char *a, const char *b, const char *c, const char *d)
{
    return str_is(state, a) || str_is(state, b) || (c && str_is(state, c)) || (d && str_is(state, d));
}

static int steps_of(const struct made *m, const char *event, const char *stage, bool late_only)
{
    int n = 0;
    for (int k = 0; k < m->nsteps; k++) {
        const struct step *x = &m->steps[k];
        bool done = strcmp(x->event, "merge") != 0 && strcmp(x->event, "void") != 0;
        bool same = event ? strcmp(x->event, event) == 0 : done && x->stage && strcmp(x->stage, stage) == 0;
        n += same && x->at_ms >= from && x->at_ms < to && (!late_only || x->late);
    }
    return n;
}

static bool stage_counts(const struct made *m, const char *stage, bool in_time)
{
    return steps_of(m, NULL, stage, false) && (!in_time || !steps_of(m, NULL, stage, true));
}

static bool still_counts(const struct made *m)
{
    bool stands = m->p.left_ms.has && is_one_of(m->p.state, "dispatched", "accepted", NULL, NULL);
    return !is_one_of(m->p.state, "voided", "merged", "rejected", "disputed") && !stands;
}

static int64_t answered_ms(const struct made *m)
{
    return m->p.rectified_ms.has ? m->p.rectified_ms.v : m->p.closed_ms.has ? m->p.closed_ms.v : INT64_MAX;
}

static bool handled(const struct made *m)
{
    return is_one_of(m->p.state, "rectified", "struck_off", "mended_on_spot", NULL) && answered_ms(m) < to;
}

static bool closed_in_time(const struct made *m)
{
    if (m->p.case_due_ms.has)
        return !m->p.case_overdue && m->p.closed_ms.has && m->p.closed_ms.v <= m->p.case_due_ms.v;
    return !m->p.overdue && m->p.due_ms.has && answered_ms(m) <= m->p.due_ms.v;
}

static bool handling_counts(const struct made *m, enum measure what)
{
    bool due = in_period(m->p.due_ms) && still_counts(m);
    bool late = m->p.overdue || answered_ms(m) > m->p.due_ms.v;
    switch (what) {
    case M_HANDLE_DUE: return due;
    case M_HANDLE_JUDGED: return due && !m->p.exempt;
    case M_HANDLED: return due && handled(m);
    case M_HANDLED_IN_TIME: return due && !m->p.exempt && handled(m) && !late;
    case M_HANDLED_AGAIN: return due && handled(m) && m->p.rework_count;
    case M_RAW_OVERDUE: return due && (m->p.overdue || (answered_ms(m) == INT64_MAX ? to > m->p.due_ms.v : answered_ms(m) > m->p.due_ms.v));
    case M_EXEMPT: return due && m->p.exempt;
    default: return false;
    }
}

static bool closing_counts(const struct made *m, enum measure what)
{
    bool due = in_period(m->p.case_due_ms.has ? m->p.case_due_ms : m->p.due_ms) && still_counts(m);
    bool closed = m->p.closed_ms.has && m->p.closed_ms.v < to;
    bool ended = in_period(m->p.closed_ms) && !m->p.exempt && (m->p.case_due_ms.has || m->p.due_ms.has) &&
                 !is_one_of(m->p.state, "voided", "merged", "rejected", NULL);
    switch (what) {
    case M_CLOSE_DUE: return due;
    case M_CLOSE_JUDGED: return due && !m->p.exempt;
    case M_CLOSED: return due && closed;
    case M_CLOSED_IN_TIME: return due && !m->p.exempt && closed && closed_in_time(m);
    case M_DUE_AGAIN: return due && m->p.rework_count;
    case M_ENDED: return ended;
    case M_ENDED_IN_TIME: return ended && closed_in_time(m);
    default: return false;
    }
}

static bool counts(const struct made *m, enum measure what)
{
    const struct indicator_test_add_in *p = &m->p;
    bool merged = str_is(p->state, "merged"), reported = p->reported_ms >= from && p->reported_ms < to;
    bool filed = in_period(p->registered_ms) && !merged;
    bool by_public = str_is(p->source, "report");
    int64_t edge = what == M_CARRIED_IN ? from : to;
    if (p->held)
        return false;
    switch (what) {
    case M_REPORTED: return reported;
    case M_VALID: return reported && p->registered_ms.has && !merged && !str_is(p->state, "voided");
    case M_DECIDED: return reported && !is_one_of(p->state, "reported", "verified", NULL, NULL);
    case M_FILED: return filed;
    case M_KEPT: return filed && !str_is(p->state, "voided");
    case M_MISSED: return filed && str_is(p->source, "superior");
    case M_PUBLIC: return filed && by_public && p->verified_ms.has;
    case M_REGISTER_ENDED: return stage_counts(m, "register", false);
    case M_REGISTER_IN_TIME: return stage_counts(m, "register", true);
    case M_VERIFY_ENDED: return stage_counts(m, "verify", false);
    case M_VERIFY_IN_TIME: return stage_counts(m, "verify", true);
    case M_RECHECK_ENDED: return stage_counts(m, "recheck", false);
    case M_RECHECK_IN_TIME: return stage_counts(m, "recheck", true);
    case M_DISPATCH_ENDED: return stage_counts(m, "dispatch", false);
    case M_DISPATCH_IN_TIME: return stage_counts(m, "dispatch", true);
    case M_ACCEPT_ENDED: return by_public && stage_counts(m, "accept", false);
    case M_ACCEPT_IN_TIME: return by_public && stage_counts(m, "accept", true);
    case M_DISPATCHED: return steps_of(m, "dispatch", NULL, false);
    case M_ACCURATE: return steps_of(m, "dispatch", NULL, false) && !steps_of(m, "send_back", NULL, false);
    case M_CARRIED_IN:
    case M_CARRIED_OUT: return p->registered_ms.has && p->registered_ms.v < edge && (!p->closed_ms.has || p->closed_ms.v >= edge);
    default: return handling_counts(m, what) || closing_counts(m, what);
    }
}

static bool on_line(const struct made *m, enum indicator_group_by by, struct str key)
{
    if (by == GROUP_UNIT)
        return uuid_is_none(m->p.unit_id) ? str_is(key, "-") : str_eq(key, uuid_str(&s.g.arena, m->p.unit_id));
    if (by == GROUP_AREA)
        return str_eq(str_sub(m->p.area_code, 0, 9), key);
    if (by == GROUP_CATEGORY)
        return m->p.category_code.p ? str_eq(m->p.category_code, key) : str_is(key, "-");
    return true;
}

/* ---- comparing ---- */

static void compare_cases(struct op *op, enum indicator_group_by by, const struct indicator_group *g, enum measure what)
{
    struct indicator_filter f = {.from_ms = from, .to_ms = to};
    struct indicator_cases_in in;
    struct uuid unit = UUID_NONE;
    int64_t seen = 0;
    size_t n;
    (void)uuid_parse(g->key, &unit);
    assert_true(indicator_cases_in(op, what, &f, &in));
    indicator_cases_of(&in, by, g->key, unit);
    in.row_limit = 40;
    do {
        struct indicator_cases_row *rows;
        ground_expect(&s.g, q_indicator_cases(&op->rd, &in, &rows, &n), RC_OK, NULL);
        for (size_t i = 0; i < n; i++) {
            const struct made *m = &cases[rows[i].number - 1];
            assert_true(uuid_eq(m->p.id, rows[i].id));
            if (!counts(m, what) || !on_line(m, by, g->key))
                fail_msg("measure %d, %s %.*s: case %d is no part of it", what, indicator_group_names[by], STR_ARG(g->key), (int)rows[i].number);
            in.key_ms = SOME(rows[i].reported_ms);
            in.key_id = rows[i].id;
        }
        seen += (int64_t)n;
    } while (n == 40);
    assert_int_equal(seen, g->m[what]);
}

static void compare_line(struct op *op, enum indicator_group_by by, const struct indicator_group *g)
{
    for (int what = 0; what < M_NONE; what++) {
        int64_t expected = 0;
        for (int i = 0; i < CASES; i++)
            expected += counts(&cases[i], (enum measure)what) && on_line(&cases[i], by, g->key);
        if (g->m[what] != expected)
            fail_msg("measure %d, %s %.*s: %lld, not %lld", what, indicator_group_names[by], STR_ARG(g->key), (long long)g->m[what],
                     (long long)expected);
        compare_cases(op, by, g, (enum measure)what);
    }
}

static void counts_as_the_model(void **state)
{
    (void)state;
    static const size_t lines[GROUP_BYS] = {1, 3, 3, 3};
    struct indicator_filter f = {.from_ms = from, .to_ms = to};
    for (int i = 0; i < CASES; i++)
        make(i);
    store(cases, CASES);
    for (int by = 0; by < GROUP_BYS; by++) {
        struct indicator_group *list;
        size_t n;
        struct op *op = ground_op(&s.g);
        ground_expect(&s.g, indicator_count(op, (enum indicator_group_by)by, &f, &list, &n), RC_OK, NULL);
        assert_int_equal(n, lines[by]);
        for (size_t i = 0; i < n; i++)
            compare_line(op, (enum indicator_group_by)by, &list[i]);
    }
    for (int what = 0; what < M_NONE; what++) {
        int64_t n = 0;
        for (int i = 0; i < CASES; i++)
            n += counts(&cases[i], (enum measure)what);
        assert_true(n > 0); /* or the comparison says nothing */
    }
}

/* 2017-04, Lianyungang: 24,932 due, 23,974 closed, 22,345 of them in time. */
static void lianyungang(void **state)
{
    (void)state;
    enum { DUE = 24932, CLOSED = 23974, IN_TIME = 22345 };
    struct made *list = calloc(DUE, sizeof *list);
    struct indicator_filter f = {.from_ms = from, .to_ms = to};
    struct indicator_group *g;
    size_t n;
    char name[24];
    for (int i = 0; i < DUE; i++) {
        int64_t due = from + (int64_t)(i % 29) * DAY_MS;
        bool closed = i < CLOSED, in_time = i < IN_TIME;
        snprintf(name, sizeof name, "lyg %d", i);
        list[i].p = (struct indicator_test_add_in){
            .hq = s.g.env.hq, .id = stage_id(name), .year = 2026, .number = i + 1, .state = closed ? STR("struck_off") : STR("accepted"),
            .source = STR("import"), .area_code = STR("990101001"), .reporter_id = s.inspector.person_id, .unit_id = s.unit,
            .reported_ms = due - 2 * (int64_t)DAY_MS, .registered_ms = SOME(due - 2 * (int64_t)DAY_MS), .due_ms = SOME(due),
            .closed_ms = closed ? SOME(in_time ? due : due + 1) : NONE_I64, .overdue = !in_time};
    }
    store(list, DUE);
    free(list);
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, indicator_count(op, GROUP_UNIT, &f, &g, &n), RC_OK, NULL);
    assert_int_equal(n, 1);
    const struct formula *closing = indicator_formula(IND_CLOSING, STR("due")), *timely = indicator_formula(IND_TIMELY_CLOSING, STR("due"));
    struct rate a = indicator_rate(g, closing), b = indicator_rate(g, timely);
    assert_true(a.num == CLOSED && a.den == DUE && b.num == IN_TIME && b.den == DUE);
    assert_true(str_is(rate_text(OP_ARENA(op), a), "96.16%") && str_is(rate_text(OP_ARENA(op), b), "89.62%"));
}

/* ---- closing ---- */

static void sign(const char *name, enum rc rc, const char *code)
{
    struct op *op = stage_begin(&s, &s.office, "period.close", name);
    struct figures figures;
    op->actor.roles = ROLE_COMMANDER;
    struct period_new p = {.id = stage_id(name), .kind = PERIOD_CUSTOM, .name = STR("创建攻坚期"), .from_ms = from, .to_ms = to};
    ground_expect(&s.g, period_recount(op, from, to, &figures), RC_OK, NULL);
    ground_expect(&s.g, period_prepare_close(op, &p, &figures), rc, code);
    if (rc == RC_OK)
        ground_commit(&s.g);
}

static struct period_by_id_row loaded(const char *name)
{
    struct period_by_id_row row;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, period_load(op, stage_id(name), &row), RC_OK, NULL);
    return row;
}

static void revise(const char *name, enum rc rc, const char *code)
{
    struct period_by_id_row row = loaded("period");
    struct op *op = stage_begin(&s, &s.office, "period.revise", name);
    struct figures figures;
    op->actor.roles = ROLE_COMMANDER;
    ground_expect(&s.g, period_recount(op, from, to, &figures), RC_OK, NULL);
    ground_expect(&s.g, period_prepare_revise(op, &row, STR("迟到数据补录"), &figures), rc, code);
    if (rc == RC_OK)
        ground_commit(&s.g);
}

static void check_all(void)
{
    bool more = true;
    while (more) {
        struct op *op = ground_op(&s.g);
        ground_expect(&s.g, period_chore(op, &more), RC_OK, NULL);
    }
}

static bool hash_holds(int64_t revision)
{
    struct figures f;
    struct period_revisions_row *list;
    size_t n;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, period_frozen(op, stage_id("period"), revision, &f), RC_OK, NULL);
    ground_expect(&s.g, q_period_revisions(&op->rd, &(struct period_revisions_in){op->hq, stage_id("period")}, &list, &n), RC_OK, NULL);
    assert_int_equal(list[revision].figures, f.n);
    return sha256_eq(figures_hash(OP_ARENA(op), &f, from, to, revision), list[revision].hash);
}

static void closed_and_revised(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        make(i);
    /* One comes late. */
    cases[CASES - 1].p.held = false;
    cases[CASES - 1].p.registered_ms = SOME(from + HOUR_MS);
    store(cases, CASES - 1);
    sign("period", RC_OK, NULL);
    sign("again", RC_CONFLICT, "period_closed");
    revise("nothing", RC_CONFLICT, "nothing_changed");
    check_all();
    assert_true(loaded("period").checked_ms.has && loaded("period").differing.v == 0);
    store(&cases[CASES - 1], 1);
    ground_pass(&s.g, DAY_MS);
    check_all();
    assert_true(loaded("period").differing.v > 0);
    revise("late", RC_OK, NULL);
    assert_int_equal(loaded("period").revision, 1);
    assert_false(loaded("period").differing.has);
    revise("late again", RC_CONFLICT, "nothing_changed");
    assert_true(hash_holds(0) && hash_holds(1));
    struct figures before, after;
    struct figure_change *list;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, period_frozen(op, stage_id("period"), 0, &before), RC_OK, NULL);
    ground_expect(&s.g, period_frozen(op, stage_id("period"), 1, &after), RC_OK, NULL);
    size_t n = figures_compare(OP_ARENA(op), &before, &after, &list);
    bool filed = false;
    for (size_t i = 0; i < n; i++)
        filed = filed || (str_is(list[i].before.part, "total") && str_is(list[i].before.item, "filed") &&
                          list[i].after.num == list[i].before.num + 1);
    assert_true(filed);
    check_all();
    assert_int_equal(loaded("period").differing.v, 0);
}

/* A rule counts for periods that end after it was set. */
static void formulas_by_date(void **state)
{
    (void)state;
    struct effects fx;
    struct indicator_rules rules;
    struct op *op = ground_op(&s.g);
    effects_init(&fx, OP_ARENA(op));
    const struct indicator_rule_add_in rule = {.hq = op->hq, .id = stage_id("rule"), .indicator = STR("rework"), .choice = STR("due"),
                                               .from_ms = from, .note = STR("依文件"), .set_by = s.office.person_id, .set_ms = op->now};
    struct indicator_rule_add_in back = rule;
    back.id = stage_id("back");
    back.choice = STR("handled");
    back.from_ms = to;
    fx_indicator_rule_add(&fx, &rule);
    fx_indicator_rule_add(&fx, &back);
    ground_expect(&s.g, change_run_effects(op, &fx), RC_OK, NULL);
    const struct {
        int64_t at;
        const char *choice;
    } expected[] = {{from - 1, "handled"}, {from, "handled"}, {from + 1, "due"}, {to, "due"}, {to + 1, "handled"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ground_expect(&s.g, indicator_rules_at(op, expected[i].at, &rules), RC_OK, NULL);
        assert_string_equal(rules.formulas[IND_REWORK]->choice, expected[i].choice);
        assert_string_equal(rules.formulas[IND_CLOSING]->choice, "due");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_as_the_model, begin, end),
        cmocka_unit_test_setup_teardown(lianyungang, begin, end),
        cmocka_unit_test_setup_teardown(closed_and_revised, begin, end),
        cmocka_unit_test_setup_teardown(formulas_by_date, begin, end),
    };
    return GROUND_RUN(tests);
}
