/*
 * queries_test.c - every named query of every room is prepared on both engines, in every variant, over the schema
 * the migrations make, and its columns compared with what it declares.
 */
#include "store/testdb.h"

#include "app/process.h"
#include "audit_sql.h"
#include "works_sql.h"
#include "self_check_sql.h"
#include "lookback_sql.h"
#include "consequence_sql.h"
#include "alike_sql.h"
#include "auth_sql.h"
#include "backup_sql.h"
#include "change_sql.h"
#include "cli_sql.h"
#include "contest_sql.h"
#include "hand_over_sql.h"
#include "doubt_sql.h"
#include "evidence_sql.h"
#include "export_sql.h"
#include "edition_sql.h"
#include "facility_sql.h"
#include "http_sql.h"
#include "import_sql.h"
#include "indicator_sql.h"
#include "inspection_sql.h"
#include "limits_sql.h"
#include "matrix_sql.h"
#include "media_sql.h"
#include "notify_sql.h"
#include "org_sql.h"
#include "overview_sql.h"
#include "period_sql.h"
#include "problem_import_sql.h"
#include "problem_list_sql.h"
#include "kind_sql.h"
#include "level_sql.h"
#include "link_sql.h"
#include "problem_sql.h"
#include "reply_sql.h"
#include "request_sql.h"
#include "superior_sql.h"
#include "photo_shown_sql.h"
#include "publish_sql.h"
#include "round_sql.h"
#include "score_sql.h"
#include "site_sql.h"
#include "standard_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static const struct query_set *const rooms[] = {
    &change_queries,  &http_queries,  &auth_queries,       &audit_queries,   &media_queries, &org_queries,    &standard_queries,
    &site_queries, &matrix_queries, &facility_queries, &edition_queries,    &import_queries, &inspection_queries, &problem_queries, &problem_list_queries, &round_queries, &publish_queries, &photo_shown_queries, &score_queries, &overview_queries, &backup_queries,
    &lookback_queries, &alike_queries, &self_check_queries, &works_queries, &consequence_queries,
    &cli_queries,   &notify_queries, &reply_queries,
    &limits_queries, &request_queries,
    &level_queries, &link_queries, &kind_queries, &superior_queries, &contest_queries, &hand_over_queries,
    &evidence_queries, &doubt_queries,
    &indicator_queries, &period_queries,
    &export_queries, &problem_import_queries,
};

static void check(enum engine engine)
{
    struct testdb at;
    struct store *store;
    struct arena arena;
    struct fault fault;
    struct reader r = {.arena = &arena, .fault = &fault};
    size_t nmigrations;
    int applied;
    if (!testdb_new(engine, &at))
        skip();
    arena_init(&arena);
    fault_init(&fault, &arena);
    struct store_config cfg = {.url = str_of(at.url), .create = true};
    assert_int_equal(store_open(&store, &cfg, &fault), RC_OK);
    const struct migration *list = process_migrations(&nmigrations);
    assert_true(nmigrations >= 9);
    assert_int_equal(store_migrate(store, &fault, list, nmigrations, &applied), RC_OK);
    assert_int_equal(applied, nmigrations);
    assert_int_equal(db_open(store, &r.db, &fault), RC_OK);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        if (db_check_queries(&r, rooms[i]) != RC_OK)
            fail_msg("%s: %.*s", rooms[i]->room, STR_ARG(fault.en));
    }
    db_close(r.db);
    store_close(store);
    arena_free(&arena);
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
