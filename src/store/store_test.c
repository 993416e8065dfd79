/*
 * store_test.c - what both engines promise alike: every type and NULL comes back as it went,
 * optional pieces, effects that happen together or not at all, verdicts, snapshots, the contract
 * check of queries.
 */
#include "store/store_fixture.h"

#include "store_bad_test_sql.h"
#include "store_sql.h"

#include <float.h>
#include <sys/stat.h>

static void must_add(struct fixture *x, const struct thing_add_in *in)
{
    struct effects fx;
    effects_init(&fx, &x->arena);
    fx_thing_add(&fx, in);
    assert_int_equal(fixture_run(x->store, &fx), JOB_DONE);
}

static struct thing_by_id_row get(struct fixture *x, struct uuid id)
{
    struct thing_by_id_row row;
    bool found = false;
    assert_ok(x, q_thing_by_id(&x->r, &(struct thing_by_id_in){1, id}, &row, &found));
    assert_true(found);
    return row;
}

static void assert_same(struct str a, struct str b)
{
    assert_int_equal(a.p == NULL, b.p == NULL);
    assert_true(str_eq(a, b));
}

static void assert_same_thing(const struct thing_by_id_row *row, const struct thing_add_in *in)
{
    assert_true(uuid_eq(row->id, in->id));
    assert_true(row->n == in->n && row->yes == in->yes);
    assert_memory_equal(&row->f, &in->f, sizeof row->f);
    assert_same(row->txt, in->txt);
    assert_same(row->raw, in->raw);
    assert_true(sha256_eq(row->hash, in->hash) && sha256_eq(row->opt_hash, in->opt_hash));
    assert_int_equal(row->opt_n.has, in->opt_n.has);
    assert_true(!in->opt_n.has || row->opt_n.v == in->opt_n.v);
    assert_int_equal(row->opt_yes.has, in->opt_yes.has);
    assert_true(!in->opt_yes.has || row->opt_yes.v == in->opt_yes.v);
    assert_same(row->opt_txt, in->opt_txt);
    assert_same(row->opt_raw, in->opt_raw);
    assert_true(uuid_eq(row->opt_id, in->opt_id));
}

static void every_type_comes_back_as_it_went(void **state)
{
    FIXTURE(x);
    struct sha256 hash = sha256_of(STR("x"));
    struct thing_add_in plain = {1,
                                 fixture_id(1),
                                 INT64_MIN,
                                 -DBL_MIN,
                                 true,
                                 STR(""),
                                 STR(""),
                                 hash,
                                 .opt_yes = {true, false},
                                 .opt_n = SOME(0),
                                 .opt_txt = STR(""),
                                 .opt_raw = STR("\0\1"),
                                 .opt_id = fixture_id(1),
                                 .opt_hash = hash};
    struct thing_add_in nulls = {1,
                                 fixture_id(2),
                                 INT64_MAX,
                                 DBL_MAX,
                                 false,
                                 STR("文明城市 'x' \"y\" \\ % ? $1 :a"),
                                 STR("\xff\x00\x80"),
                                 .hash = {{0}}};
    struct thing_add_in more = {1,
                                fixture_id(3),
                                -1,
                                0.1,
                                true,
                                STR("𠮷\n\t"),
                                STR("\0"),
                                hash,
                                .opt_n = SOME(INT64_MIN),
                                .opt_yes = {true, true},
                                .opt_txt = STR("é")};
    const struct thing_add_in *all[] = {&plain, &nulls, &more};
    for (size_t i = 0; i < 3; i++)
        must_add(x, all[i]);
    for (size_t i = 0; i < 3; i++) {
        struct thing_by_id_row row = get(x, all[i]->id);
        assert_same_thing(&row, all[i]);
    }
    struct thing_by_id_row row;
    bool found = true;
    assert_ok(x, q_thing_by_id(&x->r, &(struct thing_by_id_in){2, fixture_id(1)}, &row, &found));
    assert_false(found);
}

static size_t search(struct fixture *x, struct thing_search_in in)
{
    struct thing_by_id_row *rows;
    size_t n;
    in.hq = 1;
    if (!in.lim)
        in.lim = 1000;
    assert_ok(x, q_thing_search(&x->r, &in, &rows, &n));
    for (size_t i = 1; i < n; i++)
        assert_true(rows[i - 1].n <= rows[i].n);
    return n;
}

static void optional_pieces_follow_their_parameters(void **state)
{
    FIXTURE(x);
    for (int i = 0; i < 100; i++) {
        struct thing_add_in thing = fixture_thing(i);
        thing.yes = i % 2;
        if (i >= 90)
            thing.opt_id = fixture_id(0);
        must_add(x, &thing);
    }
    struct opt_bool yes = {true, true};
    for (int again = 0; again < 3; again++) {
        assert_int_equal(search(x, (struct thing_search_in){0}), 90);
        assert_int_equal(search(x, (struct thing_search_in){.lim = 7}), 7);
        assert_int_equal(search(x, (struct thing_search_in){.least = SOME(50)}), 40);
        assert_int_equal(search(x, (struct thing_search_in){.word = STR("thing 1%")}), 11);
        assert_int_equal(search(x, (struct thing_search_in){.word = STR("THING 1%")}), 0);
        assert_int_equal(search(x, (struct thing_search_in){.opt_id = fixture_id(0)}), 10);
        assert_int_equal(
            search(x, (struct thing_search_in){.least = SOME(95), .opt_id = fixture_id(0)}), 5);
        assert_int_equal(
            search(x, (struct thing_search_in){.least = SOME(10), .word = STR("%5"), .done = yes}),
            8);
    }
}

static void texts_are_in_byte_order(void **state)
{
    FIXTURE(x);
    static const struct str names[] = {STR_INIT("中"), STR_INIT("a"),  STR_INIT("B"),
                                       STR_INIT("é"),  STR_INIT("_"),  STR_INIT("Z"),
                                       STR_INIT("一"), STR_INIT("10"), STR_INIT("9")};
    struct thing_names_row *rows;
    size_t n;
    for (size_t i = 0; i < 9; i++) {
        struct thing_add_in thing = fixture_thing((int64_t)i);
        thing.txt = names[i];
        must_add(x, &thing);
    }
    assert_ok(x, q_thing_names(&x->r, &(struct thing_names_in){1}, &rows, &n));
    assert_int_equal(n, 9);
    for (size_t i = 1; i < n; i++)
        assert_true(str_cmp(rows[i - 1].txt, rows[i].txt) < 0);
}

static void what_was_not_declared_is_refused(void **state)
{
    FIXTURE(x);
    struct thing_one_of_many_row one;
    struct thing_null_as_text_row *rows;
    struct thing_count_row count;
    bool found;
    size_t n;
    assert_ok(x, q_thing_count(&x->r, &(struct thing_count_in){1}, &count, &found));
    assert_true(found && count.n == 0 && !count.largest.has);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(fixture_add(x->store, i), JOB_DONE);
    assert_int_equal(q_thing_one_of_many(&x->r, &(struct thing_one_of_many_in){1}, &one, &found),
                     RC_INTERNAL);
    assert_true(str_is(x->fault.code, "too_many_rows"));
    assert_int_equal(q_thing_null_as_text(&x->r, &(struct thing_null_as_text_in){1}, &rows, &n),
                     RC_INTERNAL);
    assert_true(str_is(x->fault.code, "column_mismatch"));
    assert_int_equal(fixture_count(x), 2);
}

static void queries_are_checked_against_their_declaration(void **state)
{
    FIXTURE(x);
    assert_ok(x, db_check_queries(&x->r, &store_queries));
    assert_ok(x, db_check_queries(&x->r, &store_test_queries));
    for (size_t i = 0; i < store_bad_test_queries.n; i++) {
        struct query_set alone = {"bad", &store_bad_test_queries.queries[i], 1};
        assert_int_equal(db_check_queries(&x->r, &alone), RC_INTERNAL);
    }
    assert_int_equal(fixture_count(x), 0);
}

/* ---- verdicts ---- */

static void assert_end(struct fixture *x, const struct effects *fx, enum job_end end, size_t at)
{
    struct job job = {.fx = fx->list, .n = fx->n};
    int64_t before = fixture_count(x);
    store_run(x->store, &job);
    assert_int_equal(job.end, end);
    assert_int_equal(job.at, at);
    if (end != JOB_DONE)
        assert_int_equal(fixture_count(x), before);
}

static struct effects begin_with(struct fixture *x, int64_t first, int64_t n)
{
    struct effects fx;
    effects_init(&fx, &x->arena);
    for (int64_t i = first; i < first + n; i++) {
        struct thing_add_in thing = fixture_thing(i);
        thing.txt = str_copy(&x->arena, thing.txt);
        fx_thing_add(&fx, &thing);
    }
    return fx;
}

static void a_miss_undoes_everything(void **state)
{
    FIXTURE(x);
    struct effects fx = begin_with(x, 1, 20);
    fx_counter_bump(&fx, &(struct counter_bump_in){1, 77});
    assert_end(x, &fx, JOB_MISS, 20);
    fx.list[20].min = 0;
    assert_end(x, &fx, JOB_DONE, 0);
    /* One statement that touches more than it may is undone too, alone or in company. */
    effects_init(&fx, &x->arena);
    fx_thing_set_all(&fx, &(struct thing_set_all_in){1, 1234});
    assert_end(x, &fx, JOB_MISS, 0);
    assert_int_equal(get(x, fixture_id(3)).n, 3);
    fx.list[0].max = INT64_MAX;
    assert_end(x, &fx, JOB_DONE, 0);
    assert_int_equal(get(x, fixture_id(3)).n, 1234);
}

static void upserts_and_checks_count_rows(void **state)
{
    FIXTURE(x);
    struct effects fx;
    effects_init(&fx, &x->arena);
    fx_counter_add_if_absent(&fx, &(struct counter_add_if_absent_in){1, 5});
    assert_end(x, &fx, JOB_DONE, 0);
    assert_end(x, &fx, JOB_MISS, 0);
    effects_init(&fx, &x->arena);
    fx_thing_must_be(&fx, &(struct thing_must_be_in){1, fixture_id(9)});
    assert_end(x, &fx, JOB_MISS, 0);
    assert_int_equal(fixture_add(x->store, 9), JOB_DONE);
    assert_end(x, &fx, JOB_DONE, 0);
    assert_end(x, &(struct effects){0}, JOB_DONE, 0);
}

static void faults_are_told_apart(void **state)
{
    FIXTURE(x);
    assert_int_equal(fixture_add(x->store, 1), JOB_DONE);
    static const struct {
        enum job_end end;
        int64_t id, n, ref;
        struct str txt;
    } cases[] = {
        {JOB_CLASH, 1, 5, 0, STR_INIT("new")},
        {JOB_CLASH, 2, 5, 0, STR_INIT("thing 1")},
        {JOB_REFERENCE, 2, 5, 99, STR_INIT("new")},
        {JOB_CHECK, 2, -666, 0, STR_INIT("new")},
        {JOB_CHECK, 2, 5, 0, {NULL, 0}},
        {JOB_DONE, 2, 5, 1, STR_INIT("new")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effects fx = begin_with(x, 100, i % 2 ? 3 : 0);
        struct thing_add_in thing = fixture_thing(cases[i].id);
        thing.n = cases[i].n;
        thing.txt = cases[i].txt;
        thing.opt_id = cases[i].ref ? fixture_id(cases[i].ref) : UUID_NONE;
        fx_thing_add(&fx, &thing);
        assert_end(x, &fx, cases[i].end, cases[i].end ? fx.n - 1 : 0);
    }
    struct effects broken;
    effects_init(&broken, &x->arena);
    effects_add(&broken, &Q_bad_table, &(struct bad_table_in){1});
    assert_end(x, &broken, JOB_BROKEN, 0);
    assert_int_equal(fixture_add(x->store, 50), JOB_DONE);
}

/* ---- states ---- */

static void a_snapshot_stands_still(void **state)
{
    FIXTURE(x);
    assert_int_equal(fixture_add(x->store, 1), JOB_DONE);
    assert_ok(x, db_snapshot_begin(&x->r));
    assert_int_equal(fixture_add(x->store, 2), JOB_DONE);
    assert_int_equal(fixture_count(x), 1);
    db_snapshot_end(&x->r);
    assert_int_equal(fixture_count(x), 2);
}

static void readers_cannot_write(void **state)
{
    FIXTURE(x);
    struct counter_add_in in = {1, 1};
    struct query as_read = Q_counter_add;
    void *rows;
    size_t n;
    static const struct column none = {"n", COL_I64, false, 0};
    as_read.out = &none;
    as_read.row_bytes = 8;
    assert_int_equal(db_many(&x->r, &as_read, &in, &rows, &n), RC_INTERNAL);
    assert_int_equal(fixture_count(x), 0);
}

static void relaxed_until_flushed(void **state)
{
    FIXTURE(x);
    db_close(x->db);
    store_close(x->store);
    x->store = fixture_store(x, &(struct store_config){.relaxed = true});
    assert_ok(x, db_open(x->store, &x->db, &x->fault));
    x->r.db = x->db;
    for (int i = 0; i < 50; i++)
        assert_int_equal(fixture_add(x->store, i), JOB_DONE);
    assert_ok(x, store_flush(x->store, &x->fault));
    assert_int_equal(fixture_add(x->store, 50), JOB_DONE);
    assert_true(store_alive(x->store));
    fixture_reopen(x);
    assert_int_equal(fixture_count(x), 51);
}

static void a_copy_opens_by_itself(void **state)
{
    FIXTURE(x);
    struct testdb whole = x->at;
    char path[200];
    for (int i = 0; i < 300; i++)
        assert_int_equal(fixture_add(x->store, i), JOB_DONE);
    testdb_path("copy.db", path, sizeof path);
    assert_ok(x, db_copy_to(x->store, &x->fault, path));
    assert_int_equal(db_copy_to(x->store, &x->fault, path), RC_CONFLICT);
    x->at.url[0] = '\0';
    strncat(x->at.url, "sqlite:", 8);
    strncat(x->at.url, path, sizeof x->at.url - 8);
    fixture_reopen(x);
    assert_int_equal(fixture_count(x), 300);
    x->at = whole;
}

static void opening_says_what_is_wrong(void **state)
{
    FIXTURE(x);
    static const struct {
        struct str url;
        enum rc rc;
    } cases[] = {
        {STR_INIT("mysql://x"), RC_INVALID},
        {STR_INIT("sqlite:"), RC_INVALID},
        {STR_INIT(""), RC_INVALID},
        {STR_INIT("sqlite:/nonexistent/a.db"), RC_NOT_FOUND},
        {STR_INIT("postgresql:///x?host=/nonexistent"), RC_BUSY},
    };
    struct store *s;
    struct stat st;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(store_open(&s, &(struct store_config){.url = cases[i].url}, &x->fault),
                         cases[i].rc);
    assert_int_equal(stat(x->at.url + strlen("sqlite:"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_type_comes_back_as_it_went, fixture_open),
        ON_BOTH(optional_pieces_follow_their_parameters, fixture_open),
        ON_BOTH(texts_are_in_byte_order, fixture_open),
        ON_BOTH(what_was_not_declared_is_refused, fixture_open),
        ON_BOTH(queries_are_checked_against_their_declaration, fixture_open),
        ON_BOTH(a_miss_undoes_everything, fixture_open),
        ON_BOTH(upserts_and_checks_count_rows, fixture_open),
        ON_BOTH(faults_are_told_apart, fixture_open),
        ON_BOTH(a_snapshot_stands_still, fixture_open),
        ON_BOTH(readers_cannot_write, fixture_open),
        ON_BOTH(relaxed_until_flushed, fixture_open),
        ON_SQLITE(a_copy_opens_by_itself, fixture_open),
        ON_SQLITE(opening_says_what_is_wrong, fixture_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
