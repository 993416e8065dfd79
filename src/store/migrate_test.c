/*
 * migrate_test.c - migrations on both engines: applied once, in order, whole or not at all; history
 * that does not fit the program is refused; several processes may try at once.
 */
#include "store/store_fixture.h"

#include <pthread.h>

#define ONE "CREATE TABLE one (hq_id BIGINT NOT NULL PRIMARY KEY, note TEXT); -- it's; a comment\n"
#define TWO                                                                                        \
    "/* not 'for anybody */ INSERT INTO one (hq_id, note) VALUES (1, '/*pg: no */ -- no; ');\n"    \
    "/*sqlite: INSERT INTO one (hq_id, note) VALUES (2, 'lite'); */\n"                             \
    "/*pg: INSERT INTO one (hq_id, note) VALUES (2, 'pg'); */\n"
#define THREE "CREATE TABLE three (hq_id BIGINT NOT NULL PRIMARY KEY);"

static const struct migration list[] = {
    {1, "one", STR_INIT(ONE)}, {2, "two", STR_INIT(TWO)}, {3, "three", STR_INIT(THREE)}};

static int applied_of(struct fixture *x, const struct migration *m, size_t n)
{
    int applied = -1;
    assert_ok(x, store_migrate(x->store, &x->fault, m, n, &applied));
    return applied;
}

static int pending_of(struct fixture *x, const struct migration *m, size_t n)
{
    int pending = -1;
    assert_ok(x, store_pending(x->store, &x->fault, m, n, &pending));
    return pending;
}

static void assert_refused(struct fixture *x, const struct migration *m, size_t n, enum rc rc,
                           const char *code)
{
    int count;
    assert_int_equal(store_migrate(x->store, &x->fault, m, n, &count), rc);
    if (!str_is(x->fault.code, code))
        fail_msg("%.*s: %.*s", STR_ARG(x->fault.code), STR_ARG(x->fault.en));
    fault_clear(&x->fault);
}

static void each_is_applied_once(void **state)
{
    FIXTURE(x);
    x->store = fixture_store(x, NULL);
    assert_int_equal(pending_of(x, list, 3), 3);
    assert_int_equal(applied_of(x, list, 1), 1);
    assert_int_equal(pending_of(x, list, 3), 2);
    assert_int_equal(applied_of(x, list, 3), 2);
    assert_int_equal(applied_of(x, list, 3), 0);
    assert_int_equal(pending_of(x, list, 3), 0);
}

static void other_history_is_refused(void **state)
{
    FIXTURE(x);
    x->store = fixture_store(x, NULL);
    assert_int_equal(applied_of(x, list, 2), 2);
    const struct migration altered[] = {list[0], {2, "two", STR_INIT(TWO " ")}, list[2]};
    const struct migration renamed[] = {list[0], {2, "zwei", STR_INIT(TWO)}, list[2]};
    const struct migration jumped[] = {{0, "zero", STR_INIT(THREE)}, list[0], list[1]};
    assert_refused(x, altered, 3, RC_CONFLICT, "schema_altered");
    assert_refused(x, renamed, 3, RC_CONFLICT, "schema_altered");
    assert_refused(x, jumped, 3, RC_CONFLICT, "schema_unknown");
    assert_refused(x, list, 1, RC_CONFLICT, "schema_newer");
    int pending;
    assert_int_equal(store_pending(x->store, &x->fault, list, 1, &pending), RC_CONFLICT);
    assert_int_equal(applied_of(x, list, 3), 1);
}

static void a_failing_one_leaves_nothing(void **state)
{
    FIXTURE(x);
    x->store = fixture_store(x, NULL);
    const struct migration wrong[] = {list[0],
                                      {2, "wrong", STR_INIT(THREE "CREATE TABLE one (a BIGINT);")}};
    const struct migration loose[] = {
        list[0],
        {2, "loose",
         STR_INIT("CREATE TABLE two (hq_id BIGINT NOT NULL PRIMARY KEY REFERENCES one (hq_id));"
                  "INSERT INTO two (hq_id) VALUES (5);")}};
    assert_refused(x, wrong, 2, RC_INTERNAL, "migration_failed");
    assert_int_equal(pending_of(x, wrong, 2), 1);
    assert_refused(x, loose, 2, RC_INTERNAL, "migration_failed");
    assert_int_equal(applied_of(x, list, 3), 2);
    const struct migration again[] = {list[0], list[1], list[2], {4, "self", STR_INIT("COMMIT;")}};
    assert_refused(x, again, 4, RC_INTERNAL, "migration_failed");
    assert_int_equal(pending_of(x, again, 4), 1);
}

struct racer {
    struct store *store;
    pthread_t thread;
    enum rc rc;
    int applied;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    struct arena a;
    struct fault f;
    arena_init(&a);
    fault_init(&f, &a);
    r->rc = store_migrate(r->store, &f, list, 3, &r->applied);
    arena_free(&a);
    return NULL;
}

static void several_may_try_at_once(void **state)
{
    FIXTURE(x);
    struct racer racers[4] = {0};
    int applied = 0;
    x->store = fixture_store(x, NULL);
    for (int i = 0; i < 4; i++) {
        racers[i].store = x->store;
        pthread_create(&racers[i].thread, NULL, race, &racers[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(racers[i].thread, NULL);
        assert_int_equal(racers[i].rc, RC_OK);
        applied += racers[i].applied;
    }
    assert_int_equal(applied, 3);
    assert_int_equal(pending_of(x, list, 3), 0);
}

/* A table is rebuilt while others refer to it, which SQLite allows only with its references
 * switched off. */
static void a_table_can_be_rebuilt(void **state)
{
    FIXTURE(x);
    x->store = fixture_store(x, NULL);
    const struct migration rebuild[] = {
        {1, "make",
         STR_INIT("CREATE TABLE a (hq_id BIGINT NOT NULL PRIMARY KEY);"
                  "CREATE TABLE b (hq_id BIGINT NOT NULL PRIMARY KEY REFERENCES a (hq_id));"
                  "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);")},
        {2, "rebuild",
         STR_INIT("/*sqlite: CREATE TABLE a2 (hq_id BIGINT NOT NULL PRIMARY KEY, x TEXT);"
                  "INSERT INTO a2 (hq_id) SELECT hq_id FROM a; DROP TABLE a;"
                  "ALTER TABLE a2 RENAME TO a; */ /*pg: ALTER TABLE a ADD COLUMN x TEXT; */")}};
    assert_int_equal(applied_of(x, rebuild, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(each_is_applied_once, fixture_bare),
        ON_BOTH(other_history_is_refused, fixture_bare),
        ON_BOTH(a_failing_one_leaves_nothing, fixture_bare),
        ON_BOTH(several_may_try_at_once, fixture_bare),
        ON_BOTH(a_table_can_be_rebuilt, fixture_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
