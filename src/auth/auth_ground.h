/*
 * auth_ground.h - for tests: a fresh database with the schema, a fixed clock, keys, and operations
 * on them.
 */
#ifndef XH_AUTH_AUTH_GROUND_H
#define XH_AUTH_AUTH_GROUND_H

#include "auth/account.h"
#include "auth/auth.h"
#include "base/arena.h"
#include "base/clock.h"
#include "store/testdb.h"

#define GROUND_NOW 1795225800000LL /* 2026-11-21 09:30 +08:00 */
enum { GROUND_PATH = 128 };

/* The engine the next ground_open() uses. */
extern enum engine ground_engine;

struct ground {
    struct arena arena;    /* of the whole test */
    struct arena op_arena; /* of the operation in hand */
    struct fault fault;
    struct clock clock;
    struct testdb where;
    struct store *store;
    struct db *db;
    struct env env;
    struct op op;
    char folder[GROUND_PATH];
    struct uuid unit_id;
};

/* Runs `tests` once per engine; answers the number of failures. Where PostgreSQL is not there, says
 * so. */
#define GROUND_RUN(tests)                                                                          \
    (ground_begin(ENGINE_SQLITE) && cmocka_run_group_tests_name("sqlite", tests, NULL, NULL)) +    \
        (ground_begin(ENGINE_POSTGRESQL) &&                                                        \
         cmocka_run_group_tests_name("postgresql", tests, NULL, NULL))
bool ground_begin(enum engine e);
/* Opens an empty database with the schema. */
void ground_open(struct ground *g);
void ground_close(struct ground *g);
/* A fresh operation by nobody, at the clock's time. */
struct op *ground_op(struct ground *g);
/* The same by the operator. */
struct op *ground_operator(struct ground *g);
void ground_pass(struct ground *g, int64_t ms);
/* Commits the operation in hand; fails the test when it fails. */
void ground_commit(struct ground *g);
struct uuid ground_person(struct ground *g, const char *name);
/* A person with an account, password "<login> Passw0rd!", and a role (NULL: none). */
struct uuid ground_account(struct ground *g, const char *login, const char *role);
/* Fails the test unless `rc` is `want` and the fault's code is `code`. */
void ground_expect(struct ground *g, enum rc rc, enum rc want, const char *code);

#endif
