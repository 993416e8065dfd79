/* audit_test.c - the chain holds, shows what was touched, and does not fork when several seal at
 * once. */
#include "audit/audit.h"
#include "audit/internal.h"
#include "audit_sql.h"
#include "audit_test_sql.h"
#include "auth/auth_ground.h"
#include "change_sql.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { HQ = 1, SECOND = 1000 };
/* Worked out by another program from the description in journal_hash.c. */
#define ROW_HASH "2367dd14e8ab513f699451863f16ad13e42b877c3bcb7237e43324b6cd19c29f"
#define SEAL_HASH "896078cca77ca8b7ff82c3b5c8d748f355ce694a999b98fb89837a892c53d210"

static int begin(void **state)
{
    struct ground *g = calloc(1, sizeof *g);
    *state = g;
    ground_open(g);
    return 0;
}

static int end(void **state)
{
    ground_close(*state);
    free(*state);
    return 0;
}

/* ---- helpers ---- */

static void add_rows(struct op *op, int n)
{
    struct effects fx;
    effects_init(&fx, OP_ARENA(op));
    for (int i = 0; i < n; i++)
        fx_journal_add(
            &fx, &(struct journal_add_in){.hq = HQ,
                                          .id = uuid_make(op->now),
                                          .at_ms = op->now,
                                          .origin = STR("test"),
                                          .kind = STR("test.note"),
                                          .content = sha256_of(STR("x")),
                                          .subject_kind = STR("test"),
                                          .detail = i % 2 ? STR("{\"note\":\"记录\"}") : STR_NONE});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
}

static void write_rows(struct ground *g, int n)
{
    add_rows(ground_op(g), n);
    ground_pass(g, SECOND);
}

static int64_t seal_now(struct ground *g)
{
    int64_t sealed;
    struct op *op = ground_op(g);
    ground_expect(g, seal_all(op, &sealed), RC_OK, NULL);
    return sealed;
}

static struct audit_report *verify(struct ground *g, struct audit_anchor anchor)
{
    struct audit_report *r = ARENA_NEW(&g->arena, struct audit_report);
    ground_expect(g, audit_verify(ground_op(g), anchor, r), RC_OK, NULL);
    return r;
}

static const struct audit_anchor no_anchor;

/* ---- hashing ---- */

/* A change of the spelling would make every chain in use look broken. */
static void the_spelling_never_changes(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct journal_entry e = {.hq = 1,
                              .id = {{1}},
                              .at_ms = GROUND_NOW,
                              .actor_id = {{2}},
                              .origin = STR("test"),
                              .kind = STR("problem.dispatch"),
                              .content = sha256_of(STR("content")),
                              .subject_kind = STR("problem"),
                              .subject_id = {{3}},
                              .detail = STR("{}")};
    struct sha256 one = journal_hash(&e);
    struct seal s = {.hq = 1,
                     .seq = 1,
                     .entries = 1,
                     .leaves = {(const char *)one.b, 32},
                     .epoch = 1,
                     .at_ms = 5};
    struct str row = str_hex(&a, one.b, 32), seal = str_hex(&a, seal_hash(&s).b, 32);
    if (!str_is(row, ROW_HASH) || !str_is(seal, SEAL_HASH))
        fail_msg("row %.*s seal %.*s", STR_ARG(row), STR_ARG(seal));
    e.detail = STR_NONE;
    struct sha256 none = journal_hash(&e);
    e.detail = STR("");
    struct sha256 empty = journal_hash(&e);
    assert_false(sha256_eq(none, empty) || sha256_eq(none, one));
    arena_free(&a);
}

/* ---- the chain ---- */

static void a_whole_chain_verifies(void **state)
{
    struct ground *g = *state;
    assert_int_equal(seal_now(g), 0);
    struct audit_report *r = verify(g, no_anchor);
    assert_true(r->seals == 0 && r->nfindings == 0);
    write_rows(g, 3);
    r = verify(g, no_anchor);
    assert_true(r->unsealed == 3 && r->unsealed_since_ms.has &&
                r->unsealed_since_ms.v == GROUND_NOW);
    assert_int_equal(seal_now(g), 3);
    for (int i = 0; i < 3; i++)
        write_rows(g, 700); /* over two batches */
    assert_int_equal(seal_now(g), 2100);
    write_rows(g, 1);
    r = verify(g, no_anchor);
    assert_true(r->seals == 4 && r->rows == 2103 && r->unsealed == 1 && r->nfindings == 0 &&
                r->head_seq == 4);
    /* An anchor noted now is found later; one that never was is not. */
    struct audit_anchor anchor = {r->head_seq, r->head};
    seal_now(g);
    assert_int_equal(verify(g, anchor)->nfindings, 0);
    anchor.hash.b[0] ^= 1;
    r = verify(g, anchor);
    assert_true(r->nfindings == 1 && r->findings[0].what == AUDIT_ANCHOR_MISSING);
}

static void only_rows_of_age_are_sealed(void **state)
{
    struct ground *g = *state;
    struct lease lease = {.name = SEAL_LEASE};
    int64_t sealed;
    write_rows(g, 2);
    add_rows(ground_op(g), 1);
    struct op *op = ground_op(g);
    ground_expect(g, seal_round(op, &lease, op->now, &sealed), RC_OK, NULL);
    assert_int_equal(sealed, 2);
    assert_int_equal(verify(g, no_anchor)->unsealed, 1);
}

/* ---- what somebody did to it ---- */

enum tampering {
    T_DETAIL,
    T_ACTOR,
    T_TIME,
    T_DELETE,
    T_MOVE,
    T_UNMARK,
    T_STRAY,
    T_INSERT,
    T_SEAL,
    T_SEAL_DELETE,
    T_CUT
};

static void tamper(struct effects *fx, enum tampering t, struct uuid id)
{
    static const struct uuid somebody = {{9}};
    switch (t) {
    case T_DETAIL:
        fx_tamper_detail(fx, &(struct tamper_detail_in){
                                 .hq = HQ, .id = id, .detail = STR("{\"note\":\"别的\"}")});
        break;
    case T_ACTOR:
        fx_tamper_actor(fx, &(struct tamper_actor_in){.hq = HQ, .id = id, .actor_id = somebody});
        break;
    case T_TIME:
        fx_tamper_time(fx, &(struct tamper_time_in){.hq = HQ, .id = id, .at_ms = GROUND_NOW + 77});
        break;
    case T_DELETE:
        fx_tamper_delete(fx, &(struct tamper_delete_in){.hq = HQ, .id = id});
        break;
    case T_MOVE:
        fx_tamper_move(fx, &(struct tamper_move_in){.hq = HQ, .id = id, .seq = SOME(3)});
        break;
    case T_UNMARK:
        fx_tamper_move(fx, &(struct tamper_move_in){.hq = HQ, .id = id});
        break;
    case T_STRAY:
        fx_tamper_insert(
            fx, &(struct tamper_insert_in){.hq = HQ, .id = somebody, .at_ms = 5, .seq = SOME(99)});
        break;
    case T_INSERT:
        fx_tamper_insert(
            fx, &(struct tamper_insert_in){.hq = HQ, .id = somebody, .at_ms = 5, .seq = SOME(2)});
        break;
    case T_SEAL:
        fx_tamper_seal(
            fx, &(struct tamper_seal_in){.hq = HQ, .seq = 2, .hash = sha256_of(STR("forged"))});
        break;
    case T_SEAL_DELETE:
        fx_tamper_seal_delete(fx, &(struct tamper_seal_delete_in){.hq = HQ, .seq = 2});
        break;
    case T_CUT: /* the end of the chain and its rows go together: only an anchor shows it */
        fx_tamper_unseal(fx, &(struct tamper_unseal_in){.hq = HQ, .seq = 3})->max = INT64_MAX;
        fx_tamper_seal_delete(fx, &(struct tamper_seal_delete_in){.hq = HQ, .seq = 3});
        break;
    }
}

static const struct {
    enum tampering what;
    int64_t first_broken;
    int64_t nfindings;
    enum audit_fault first;
    bool names_row;
} tamperings[] = {
    {T_DETAIL, 2, 1, AUDIT_ROW_ALTERED, true},
    {T_ACTOR, 2, 1, AUDIT_ROW_ALTERED, true},
    {T_TIME, 2, 1, AUDIT_ROW_ALTERED, true},
    {T_DELETE, 2, 1, AUDIT_ROW_MISSING, true},
    {T_MOVE, 2, 2, AUDIT_ROW_MISSING, true}, /* and extra in the other */
    {T_UNMARK, 2, 1, AUDIT_ROW_MISSING, true},
    {T_STRAY, 99, 1, AUDIT_ROW_EXTRA, false},
    {T_INSERT, 2, 1, AUDIT_ROW_EXTRA, false},
    {T_SEAL, 2, 2, AUDIT_SEAL_BROKEN, false},         /* and the next does not follow from it */
    {T_SEAL_DELETE, 2, 6, AUDIT_SEAL_MISSING, false}, /* and its five rows point nowhere */
    {T_CUT, 3, 1, AUDIT_ANCHOR_MISSING, false},
};

static void what_was_touched_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
        struct ground *g = calloc(1, sizeof *g);
        struct sealed_ids_row *rows;
        struct effects fx;
        size_t n;
        ground_open(g);
        for (int k = 0; k < 3; k++) {
            write_rows(g, 5);
            seal_now(g);
        }
        struct audit_report *whole = verify(g, no_anchor);
        assert_true(whole->nfindings == 0 && whole->seals == 3);
        struct op *op = ground_op(g);
        ground_expect(g,
                      q_sealed_ids(&op->rd, &(struct sealed_ids_in){.hq = HQ, .seq = 2}, &rows, &n),
                      RC_OK, NULL);
        assert_int_equal(n, 5);
        struct uuid id = rows[1].id;
        effects_init(&fx, OP_ARENA(op));
        tamper(&fx, tamperings[i].what, id);
        ground_expect(g, change_run_effects(op, &fx), RC_OK, NULL);
        struct audit_report *r = verify(g, (struct audit_anchor){whole->head_seq, whole->head});
        bool named = !tamperings[i].names_row || uuid_eq(r->findings[0].row_id, id);
        if (r->first_broken != tamperings[i].first_broken ||
            r->nfindings != tamperings[i].nfindings || r->findings[0].what != tamperings[i].first ||
            !named)
            fail_msg("tampering %zu: broken %lld, findings %lld, first %d, named %d", i,
                     (long long)r->first_broken, (long long)r->nfindings, r->findings[0].what,
                     named);
        ground_close(g);
        free(g);
    }
}

/* ---- several sealers ---- */

/* A holder that slept through the end of its lease finds its epoch gone and seals nothing. */
static void a_stale_holder_is_fenced_off(void **state)
{
    struct ground *g = *state;
    struct env other = g->env;
    struct lease mine = {.name = SEAL_LEASE}, theirs = {.name = SEAL_LEASE};
    int64_t sealed;
    other.process_id = uuid_make(GROUND_NOW);
    write_rows(g, 3);
    ground_expect(g, seal_round(ground_op(g), &mine, INT64_MAX, &sealed), RC_OK, NULL);
    assert_true(sealed == 3 && mine.epoch == 1);
    write_rows(g, 3);
    struct op *op = ground_op(g);
    op->env = &other;
    ground_expect(g, seal_round(op, &theirs, INT64_MAX, &sealed), RC_OK, NULL);
    assert_true(sealed == 0 && theirs.epoch == 0); /* not its turn */
    ground_pass(g, LEASE_MS);
    op = ground_op(g);
    op->env = &other;
    ground_expect(g, seal_round(op, &theirs, INT64_MAX, &sealed), RC_OK, NULL);
    assert_true(sealed == 3 && theirs.epoch == 2);
    write_rows(g, 3);
    mine.until_ms = INT64_MAX; /* it believes it still holds it */
    ground_expect(g, seal_round(ground_op(g), &mine, INT64_MAX, &sealed), RC_STALE,
                  "changed_meanwhile");
    assert_true(sealed == 0 && mine.epoch == 0);
    struct audit_report *r = verify(g, no_anchor);
    assert_true(r->nfindings == 0 && r->seals == 2 && r->unsealed == 3);
}

struct rival {
    struct ground *g;
    struct env env;
    int batches;
    int64_t sealed;
    bool writes;
    pthread_t thread;
    _Atomic bool *stop;
};

static void *compete(void *arg)
{
    struct rival *r = arg;
    struct arena a;
    struct fault f;
    struct op op;
    struct db *db = NULL;
    struct lease lease = {.name = SEAL_LEASE};
    arena_init(&a);
    fault_init(&f, &a);
    if (db_open(r->env.store, &db, &f) != RC_OK)
        abort();
    for (int i = 0; r->writes ? i < r->batches : !*r->stop; i++) {
        int64_t sealed = 0;
        arena_reset(&a);
        fault_init(&f, &a);
        op_init(&op, &r->env, db, &a, &f);
        if (r->writes) {
            add_rows(&op, 20);
            continue;
        }
        /* As rough as can be: everything at once, and the other's lease not respected now and then.
         */
        if (i % 3 == 0 && lease.epoch > 0)
            lease.until_ms = INT64_MAX;
        clock_set(&r->g->clock, clock_now(&r->g->clock) + LEASE_MS / 3);
        enum rc rc = seal_round(&op, &lease, INT64_MAX, &sealed);
        if (rc != RC_OK && rc != RC_STALE && rc != RC_CONFLICT && rc != RC_BUSY)
            abort();
        r->sealed += sealed;
    }
    db_close(db);
    arena_free(&a);
    return NULL;
}

static void rivals_do_not_fork_the_chain(void **state)
{
    struct ground *g = *state;
    enum { RIVALS = 4, BATCHES = 100 };
    struct rival rivals[RIVALS];
    struct store *second = g->store;
    /* On PostgreSQL a second store stands for a second process. */
    if (ground_engine == ENGINE_POSTGRESQL) {
        struct store_config cfg = {.url = str_of(g->where.url)};
        ground_expect(g, store_open(&second, &cfg, &g->fault), RC_OK, NULL);
    }
    _Atomic bool stop = false;
    for (int i = 0; i < RIVALS; i++) {
        rivals[i] = (struct rival){
            .g = g, .env = g->env, .batches = BATCHES, .writes = i < 2, .stop = &stop};
        rivals[i].env.process_id = uuid_make(GROUND_NOW);
        rivals[i].env.store = i % 2 ? second : g->store;
        assert_int_equal(pthread_create(&rivals[i].thread, NULL, compete, &rivals[i]), 0);
    }
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        stop = i >= 1; /* both writers are done */
    }
    if (second != g->store)
        store_close(second);
    ground_pass(g, 2 * LEASE_MS);
    int64_t rest = seal_now(g);
    struct audit_report *r = verify(g, no_anchor);
    assert_int_equal(r->nfindings, 0);
    assert_int_equal(r->rows, 2 * BATCHES * 20);
    assert_int_equal(rivals[2].sealed + rivals[3].sealed + rest, r->rows);
    assert_int_equal(r->unsealed, 0);
}

/* The thread seals what is due, and the rest when it stops. */
static void the_sealer_leaves_no_tail(void **state)
{
    struct ground *g = *state;
    struct sealer *s = NULL;
    write_rows(g, 5);
    ground_op(g);
    assert_int_equal(sealer_start(&s, &g->env, &g->fault), RC_OK);
    add_rows(ground_op(g), 2);
    sealer_stop(s);
    struct audit_report *r = verify(g, no_anchor);
    assert_true(r->nfindings == 0 && r->rows == 7 && r->unsealed == 0);
    FILE *out = tmpfile();
    char text[400] = {0};
    struct op *op = ground_op(g);
    op->lang = LANG_ZH;
    assert_int_equal(audit_cli(op, STR_NONE, out), 0);
    rewind(out);
    assert_true(fread(text, 1, sizeof text - 1, out) > 0);
    assert_non_null(strstr(text, "日志链完整"));
    fclose(out);
    assert_int_equal(audit_cli(ground_op(g), STR("nonsense"), stdout), 2);
}

/* Every variant of every query is understood by this engine and gives the columns it says. */
static void queries_are_understood(void **state)
{
    struct ground *g = *state;
    struct op *op = ground_op(g);
    ground_expect(g, db_check_queries(&op->rd, &audit_queries), RC_OK, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(queries_are_understood, begin, end),
        cmocka_unit_test(the_spelling_never_changes),
        cmocka_unit_test_setup_teardown(a_whole_chain_verifies, begin, end),
        cmocka_unit_test_setup_teardown(only_rows_of_age_are_sealed, begin, end),
        cmocka_unit_test(what_was_touched_is_named),
        cmocka_unit_test_setup_teardown(a_stale_holder_is_fenced_off, begin, end),
        cmocka_unit_test_setup_teardown(rivals_do_not_fork_the_chain, begin, end),
        cmocka_unit_test_setup_teardown(the_sealer_leaves_no_tail, begin, end),
    };
    return GROUND_RUN(tests);
}
