/*
 * store_fixture.h - what the store's tests share: an open store on either engine with the test schema, and
 * the tables that run each test on both.
 */
#ifndef XH_STORE_STORE_FIXTURE_H
#define XH_STORE_STORE_FIXTURE_H

#include "store/store.h"
#include "store/testdb.h"

#include "store_test_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct fixture {
    enum engine engine;
    bool absent; /* no PostgreSQL here */
    struct testdb at;
    struct store *store;
    struct db *db;
    struct arena arena;
    struct fault fault;
    struct reader r;
};

extern const struct migration test_migrations[1];

int fixture_open(void **state);
/* The database is there and empty; no store is open. */
int fixture_bare(void **state);
int fixture_close(void **state);
/* Another store on the same database. */
struct store *fixture_store(struct fixture *x, const struct store_config *like);
void fixture_reopen(struct fixture *x);

extern enum engine fixture_sqlite, fixture_postgresql;

#define ON_SQLITE(test, open) {#test " (sqlite)", test, open, fixture_close, &fixture_sqlite}
#define ON_POSTGRESQL(test, open) {#test " (postgresql)", test, open, fixture_close, &fixture_postgresql}
#define ON_BOTH(test, open) ON_SQLITE(test, open), ON_POSTGRESQL(test, open)

/* First line of every test. */
#define FIXTURE(x)                                                                                 \
    struct fixture *x = *state;                                                                    \
    if (x->absent)                                                                                 \
    skip()

/* A thing that differs in id, text and n. */
struct thing_add_in fixture_thing(int64_t n);
struct uuid fixture_id(int64_t n);
enum job_end fixture_run(struct store *s, const struct effects *fx);
/* Adds thing `n` and waits. Safe from any thread. */
enum job_end fixture_add(struct store *s, int64_t n);
int64_t fixture_count(struct fixture *x);

#define assert_ok(x, expr)                                                                         \
    do {                                                                                           \
        if ((expr) != RC_OK)                                                                       \
            fail_msg("%s: %.*s", #expr, STR_ARG((x)->fault.en));                                   \
    } while (0)

#endif
