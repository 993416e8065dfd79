/*
 * upgrade_test.c - a filled database of an earlier version is brought up to date on both engines: nothing is lost, and
 * every case goes on from where it stood.
 *
 * filled_0009.sql holds rows of a demonstration district (invented) as the program of schema 9 left them; @hex@ stands
 * for bytes. A later version adds its own file and line in `versions`.
 */
#include "store/testdb.h"

#include "app/process.h"
#include "auth/policy.h"
#include "problem/problem_store.h"
#include "score/score.h"
#include "upgrade_test_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { FILLING = 5000, HQ = 1 };
#define NOW 1795225800000LL /* 2026-11-21 09:30 +08:00 */

struct version {
    int schema;
    const char *file;
    int64_t problems, events, visits, people;
};
static const struct version versions[] = {{9, "filled_0009.sql", 18, 52, 15, 26}};

struct ground {
    struct arena arena;
    struct fault fault;
    struct clock clock;
    struct calendar calendar;
    struct env env;
    struct store *store;
    struct op op;
};

static void ok(struct ground *g, enum rc rc)
{
    if (rc != RC_OK)
        fail_msg("%.*s [%.*s]", STR_ARG(g->op.rd.fault ? g->op.rd.fault->en : g->fault.en), STR_ARG(g->fault.code));
}

/* The file with its bytes as the engine spells them. */
static struct str filling(struct ground *g, const char *name, enum engine engine)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/contract/%s", getenv("SOURCE_ROOT"), name);
    FILE *f = fopen(path, "re");
    struct buf b;
    int c;
    bool inside = false;
    assert_non_null(f);
    buf_init(&b, 4 << 20);
    while ((c = fgetc(f)) != EOF) {
        if (c != '@')
            buf_char(&b, (char)c);
        else if ((inside = !inside))
            buf_z(&b, engine == ENGINE_SQLITE ? "X'" : "'\\x");
        else
            buf_char(&b, '\'');
    }
    fclose(f);
    struct str out = str_copy(&g->arena, buf_view(&b));
    buf_free(&b);
    return out;
}

static struct op *fresh(struct ground *g)
{
    struct db *db = g->op.rd.db;
    arena_reset(&g->arena);
    fault_init(&g->fault, &g->arena);
    op_init(&g->op, &g->env, db, &g->arena, &g->fault);
    return &g->op;
}

static void forget_filling(struct ground *g)
{
    struct effects fx;
    effects_init(&fx, &g->arena);
    fx_upgrade_forget_filling(&fx, &(struct upgrade_forget_filling_in){FILLING});
    struct job job = {.fx = fx.list, .n = fx.n};
    store_run(g->store, &job);
    assert_int_equal(job.end, JOB_DONE);
}

/* The schema as it was, its rows, then the migrations since. */
static void open_upgraded(struct ground *g, enum engine engine, const struct version *v)
{
    struct migration old[64];
    struct testdb at;
    struct db *db;
    size_t n, all;
    int applied;
    *g = (struct ground){0};
    if (!testdb_new(engine, &at))
        skip();
    arena_init(&g->arena);
    fault_init(&g->fault, &g->arena);
    clock_fix(&g->clock, NOW);
    calendar_init(&g->calendar);
    struct store_config cfg = {.url = str_of(at.url), .create = true};
    ok(g, store_open(&g->store, &cfg, &g->fault));
    const struct migration *list = process_migrations(&all);
    for (n = 0; n < all && list[n].number <= v->schema; n++)
        old[n] = list[n];
    old[n++] = (struct migration){.number = FILLING, .name = "filling", .sql = filling(g, v->file, engine)};
    ok(g, store_migrate(g->store, &g->fault, old, n, &applied));
    forget_filling(g);
    ok(g, store_migrate(g->store, &g->fault, list, all, &applied));
    assert_int_equal(applied, (int)all - (int)n + 1);
    ok(g, db_open(g->store, &db, &g->fault));
    g->op.rd.db = db;
    g->env = (struct env){.store = g->store, .clock = &g->clock, .hq = HQ, .zone_min = 480, .calendar = &g->calendar,
                          .process_id = uuid_make(NOW)};
    fresh(g);
}

static void close_upgraded(struct ground *g)
{
    db_close(g->op.rd.db);
    store_close(g->store);
    arena_free(&g->arena);
}

static void nothing_is_lost(struct ground *g, const struct version *v)
{
    struct upgrade_counts_row n;
    struct score *scores, total;
    size_t nscores;
    bool found;
    struct op *op = fresh(g);
    ok(g, q_upgrade_counts(&op->rd, &(struct upgrade_counts_in){HQ}, &n, &found));
    assert_int_equal(n.problems, v->problems);
    assert_int_equal(n.events, v->events);
    assert_int_equal(n.visits, v->visits);
    assert_int_equal(n.people, v->people);
    assert_int_equal(n.held, 0); /* nothing old is hidden */
    struct score_filter all = {.from_ms = 0, .to_ms = NOW};
    ok(g, score_list(op, SCORE_BY_DISTRICT, &all, &scores, &nscores, &total));
    assert_int_equal(total.sum.earned_e4, n.scores);
}

/* What somebody would do next with a case in this state. */
static const struct {
    const char *state;
    enum problem_event event;
    uint32_t role, grants;
} next_steps[] = {
    {"reported", PROBLEM_EV_VERIFY, ROLE_OFFICE, GRANT_VERIFY},       {"verified", PROBLEM_EV_REGISTER, ROLE_OFFICE, GRANT_REGISTER},
    {"registered", PROBLEM_EV_DISPATCH, ROLE_OFFICE, GRANT_DISPATCH}, {"dispatched", PROBLEM_EV_ACCEPT, ROLE_UNIT_CONTACT, 0},
    {"accepted", PROBLEM_EV_RECTIFY, ROLE_UNIT_CONTACT, 0},           {"rectified", PROBLEM_EV_STRIKE_OFF, ROLE_OFFICE, GRANT_STRIKE},
};
enum { STEPS = sizeof next_steps / sizeof *next_steps };

static void go_on(struct ground *g, const struct upgrade_problems_row *p, size_t step, struct uuid person, struct uuid unit)
{
    struct op *op = fresh(g);
    struct upgrade_photo_row photo;
    bool found;
    ok(g, q_upgrade_photo(&op->rd, &(struct upgrade_photo_in){HQ, NOW}, &photo, &found));
    op->actor = (struct actor){.person_id = person, .unit_id = next_steps[step].role == ROLE_OFFICE ? UUID_NONE : p->unit_id,
                               .roles = next_steps[step].role, .grants = next_steps[step].grants};
    struct problem_act act = {.event = next_steps[step].event, .note = STR("继续办理"), .unit_id = unit, .photos = &photo.sha256,
                              .nphotos = next_steps[step].event == PROBLEM_EV_RECTIFY ? 1 : 0};
    struct command c = {.id = uuid_make(NOW), .kind = "problem.test", .subject_kind = "problem", .subject_id = p->id};
    ok(g, change_begin(op, &c));
    ok(g, problem_prepare_act(op, p->id, &act));
    ok(g, change_commit(op));
}

static void every_case_goes_on(struct ground *g)
{
    struct upgrade_problems_row *rows, *kept;
    struct upgrade_person_row person;
    struct uuid unit = UUID_NONE;
    bool found;
    size_t n, moved = 0;
    struct op *op = fresh(g);
    ok(g, q_upgrade_person(&op->rd, &(struct upgrade_person_in){HQ, NOW}, &person, &found));
    ok(g, q_upgrade_problems(&op->rd, &(struct upgrade_problems_in){HQ}, &rows, &n));
    kept = calloc(n, sizeof *kept);
    memcpy(kept, rows, n * sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        static const char *const states[] = {"reported", "verified", "registered", "dispatched", "accepted", "rectified"};
        kept[i].state = STR("ended");
        for (size_t s = 0; s < sizeof states / sizeof *states; s++)
            if (str_is(rows[i].state, states[s]))
                kept[i].state = str_of(states[s]);
        assert_true(kept[i].number > 0 && !kept[i].held && str_is(rows[i].kind, "general") && kept[i].events > 0);
        if (!uuid_is_none(kept[i].unit_id))
            unit = kept[i].unit_id;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; s < STEPS; s++)
            if (str_is(kept[i].state, next_steps[s].state)) {
                go_on(g, &kept[i], s, person.id, unit);
                moved++;
            }
    assert_true(moved >= 10);
    free(kept);
}

static void check(enum engine engine)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct ground g;
        open_upgraded(&g, engine, &versions[i]);
        nothing_is_lost(&g, &versions[i]);
        every_case_goes_on(&g);
        close_upgraded(&g);
    }
}

static void on_sqlite(void **state)
{
    (void)state;
    check(ENGINE_SQLITE);
}

static void on_postgresql(void **state)
{
    (void)state;
    check(ENGINE_POSTGRESQL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(on_sqlite), cmocka_unit_test(on_postgresql)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
