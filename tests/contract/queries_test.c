/*
 * queries_test.c - every named query of every room is prepared on both engines, in every variant, over the schema
 * the migrations make, and its columns compared with what it declares.
 */
#include "store/testdb.h"

#include "app/process.h"
#include "headquarters.h"
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

/* Of the database as a whole. */
static bool is_of_all(const char *name)
{
    static const char *const names[] = {"backup_count", "backup_headquarters"}; /* a backup is of the database */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void each_keeps_to_its_headquarters(void **state)
{
    (void)state;
    char why[200];
    size_t loose = 0, n = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        for (size_t k = 0; k < rooms[i]->n; k++, n++) {
            const struct query *q = rooms[i]->queries[k];
            if (is_of_all(q->name) || headquarters_kept(q, why, sizeof why))
                continue;
            print_error("%s: %s: %s\n", rooms[i]->room, q->name, why);
            loose++;
        }
    print_message("%zu statements\n", n);
    assert_int_equal(loose, 0);
}

/* What it must not let pass, and what it must. */
static void loose_statements_are_found(void **state)
{
    static const struct {
        const char *sql;
        bool kept;
    } cases[] = {
        {"SELECT a FROM x WHERE hq_id = ?1", true},
        {"SELECT a FROM x WHERE ?1 = x.hq_id", true},
        {"SELECT a FROM x", false},
        {"SELECT a FROM x WHERE hq_id = ?2", false},
        {"SELECT hq_id FROM x WHERE id = ?1", false},
        {"SELECT a FROM x JOIN y ON y.id = x.y_id WHERE x.hq_id = ?1", false},
        {"SELECT a FROM x JOIN y ON y.hq_id = x.hq_id AND y.id = x.y_id WHERE x.hq_id = ?1", true},
        {"SELECT a FROM x b LEFT JOIN y AS c ON c.hq_id = b.hq_id JOIN z ON z.hq_id = c.hq_id WHERE z.hq_id = ?1", true},
        {"SELECT a FROM x, y WHERE x.hq_id = ?1", false},
        {"SELECT (SELECT 1 FROM y WHERE y.id = x.id) FROM x WHERE x.hq_id = ?1", false},
        {"SELECT (SELECT 1 FROM y WHERE y.hq_id = x.hq_id) FROM x WHERE x.hq_id = ?1", true},
        {"SELECT a FROM x WHERE hq_id = ?1 AND EXISTS (SELECT 1 FROM y WHERE id = ?2)", false},
        {"SELECT a FROM x WHERE hq_id = ?1 UNION ALL SELECT a FROM x", false},
        {"SELECT a FROM (SELECT a FROM x) z", false},
        {"SELECT a FROM (SELECT a FROM x WHERE hq_id = ?1) z", true},
        {"WITH w AS (SELECT 1 FROM x WHERE hq_id = ?1) SELECT * FROM w JOIN y ON y.id = w.id", false},
        {"SELECT a FROM x WHERE hq_id = ?1 AND a IS DISTINCT FROM b", true},
        {"INSERT INTO x (hq_id, id) VALUES (?1, ?2)", true},
        {"INSERT INTO x (hq_id, id) VALUES (?2, ?1)", false},
        {"INSERT INTO x (id) VALUES (?1)", false},
        {"INSERT INTO x (hq_id, id) SELECT y.hq_id, y.id FROM y WHERE y.hq_id = ?1", true},
        {"INSERT INTO x (hq_id, id) SELECT ?1, y.id FROM y", false},
        {"UPDATE x SET a = 1 WHERE id = ?1", false},
        {"UPDATE x SET a = 1 WHERE hq_id = ?1 AND id = ?2", true},
        {"DELETE FROM x WHERE id = ?1", false},
    };
    (void)state;
    char why[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (headquarters_kept_in(cases[i].sql, why, sizeof why) != cases[i].kept)
            fail_msg("%s: %s", cases[i].sql, cases[i].kept ? why : "let pass");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loose_statements_are_found), cmocka_unit_test(each_keeps_to_its_headquarters),
                                       cmocka_unit_test(on_sqlite), cmocka_unit_test(on_postgresql)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
