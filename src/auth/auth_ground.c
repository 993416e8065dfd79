/* auth_ground.c - see auth_ground.h. */
#include "auth/auth_ground.h"

#include "auth/password.h"
#include "auth_sql.h"
#include "base/asset.h"
#include "base/log.h"
#include "privacy/privacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { HQ = 1, MIGRATIONS_MAX = 64 };

enum engine ground_engine;

bool ground_begin(enum engine e)
{
    struct testdb probe;
    ground_engine = e;
    if (e == ENGINE_SQLITE || testdb_new(e, &probe))
        return true;
    fputs("skipped: PostgreSQL is not there\n", stderr);
    return false;
}

static void migrate(struct ground *g)
{
    struct migration list[MIGRATIONS_MAX];
    size_t n;
    int applied;
    const struct asset *files = asset_list("migrations/", &n);
    assert_true(n > 0 && n <= MIGRATIONS_MAX);
    for (size_t i = 0; i < n; i++)
        list[i] =
            (struct migration){.number = (int)i + 1, .name = files[i].name, .sql = files[i].bytes};
    if (store_migrate(g->store, &g->fault, list, n, &applied) != RC_OK)
        fail_msg("migrate: %.*s", STR_ARG(g->fault.en));
}

void ground_open(struct ground *g)
{
    *g = (struct ground){0};
    arena_init(&g->arena);
    arena_init(&g->op_arena);
    fault_init(&g->fault, &g->arena);
    log_set_level(LOG_WARN);
    clock_fix(&g->clock, GROUND_NOW);
    static int grounds;
    char name[32];
    snprintf(name, sizeof name, "ground%d", ++grounds);
    testdb_path(name, g->folder, sizeof g->folder);
    assert_int_equal(mkdir(g->folder, 0700), 0);
    assert_true(testdb_new(ground_engine, &g->where));
    struct store_config cfg = {.url = str_of(g->where.url), .create = true};
    if (store_open(&g->store, &cfg, &g->fault) != RC_OK)
        fail_msg("store: %.*s", STR_ARG(g->fault.en));
    migrate(g);
    assert_int_equal(db_open(g->store, &g->db, &g->fault), RC_OK);
    g->env = (struct env){.store = g->store,
                          .clock = &g->clock,
                          .hq = HQ,
                          .zone_min = 480,
                          .data_dir = str_of(g->folder),
                          .process_id = uuid_make(GROUND_NOW)};
    const char *keys = str_z(&g->arena, str_fmt(&g->arena, "%s/keys", g->folder));
    assert_int_equal(keys_open(&g->env.keys, &g->fault, keys, true), RC_OK);
    auth_open(&g->env.auth, NULL);
    struct effects fx;
    struct op *op = ground_op(g);
    effects_init(&fx, OP_ARENA(op));
    g->unit_id = uuid_make(op->now);
    fx_bootstrap_unit_add(&fx, &(struct bootstrap_unit_add_in){.hq = HQ,
                                                               .id = g->unit_id,
                                                               .code = STR("D01"),
                                                               .name = STR("创建办"),
                                                               .search_text = STR("d01 创建办")});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
}

void ground_close(struct ground *g)
{
    auth_close(g->env.auth);
    keys_close(g->env.keys);
    db_close(g->db);
    store_close(g->store);
    arena_free(&g->op_arena);
    arena_free(&g->arena);
}

struct op *ground_op(struct ground *g)
{
    arena_reset(&g->op_arena);
    fault_init(&g->fault, &g->op_arena);
    op_init(&g->op, &g->env, g->db, &g->op_arena, &g->fault);
    g->op.origin = STR("test");
    return &g->op;
}

struct op *ground_operator(struct ground *g)
{
    ground_op(g);
    g->op.actor = auth_operator();
    return &g->op;
}

void ground_pass(struct ground *g, int64_t ms)
{
    clock_set(&g->clock, clock_now(&g->clock) + ms);
}

void ground_commit(struct ground *g)
{
    if (change_commit(&g->op) != RC_OK)
        fail_msg("commit: %.*s %.*s", STR_ARG(g->fault.code), STR_ARG(g->fault.en));
    auth_forget(&g->env);
}

struct uuid ground_person(struct ground *g, const char *name)
{
    struct effects fx;
    struct op *op = ground_op(g);
    struct uuid id = uuid_make(op->now);
    effects_init(&fx, OP_ARENA(op));
    fx_bootstrap_person_add(&fx, &(struct bootstrap_person_add_in){.hq = HQ,
                                                                   .id = id,
                                                                   .unit_id = g->unit_id,
                                                                   .name = str_of(name),
                                                                   .title = STR(""),
                                                                   .search_text = str_of(name)});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    return id;
}

struct uuid ground_account(struct ground *g, const char *login, const char *role)
{
    struct uuid id = ground_person(g, login);
    struct op *op = ground_operator(g);
    struct command c = auth_command(op, "account.install", id);
    struct account_install in = {.person_id = id, .login = str_of(login)};
    struct str password = str_fmt(OP_ARENA(op), "%s Passw0rd!", login);
    assert_int_equal(password_hash(OP_ARENA(op), &g->fault, PASSWORD_GENERATED, password, &in.hash),
                     RC_OK);
    ground_expect(g, account_install(op, &c, &in), RC_OK, NULL);
    ground_commit(g);
    if (!role)
        return id;
    op = ground_operator(g);
    c = auth_command(op, "role.grant", id);
    struct role_grant grant = {
        .id = c.id, .person_id = id, .role = str_of(role), .from_ms = op->now};
    ground_expect(g, role_grant_new(op, &c, &grant), RC_OK, NULL);
    ground_commit(g);
    return id;
}

void ground_expect(struct ground *g, enum rc rc, enum rc want, const char *code)
{
    struct str got = rc == RC_OK        ? STR("ok")
                     : g->fault.nfields ? g->fault.fields[0].code
                                        : g->fault.code;
    if (rc != want || (code && !str_is(got, code)))
        fail_msg("rc %d %.*s (%.*s) instead of %d %s", rc, STR_ARG(got), STR_ARG(g->fault.en), want,
                 code ? code : "");
}
