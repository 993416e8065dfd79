/* store_fixture.c - see store_fixture.h. */
#include "store/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum engine fixture_sqlite = ENGINE_SQLITE, fixture_postgresql = ENGINE_POSTGRESQL;

/* `slow` delays its COMMIT on PostgreSQL, so that a test can cut the connection in the middle of
 * one. */
const struct migration test_migrations[1] = {
    {1, "test",
     STR_INIT(
         "CREATE TABLE thing (hq_id BIGINT NOT NULL, id BYTEA NOT NULL, n BIGINT NOT NULL CHECK (n "
         "<> -666),\n"
         "  f DOUBLE PRECISION NOT NULL, yes BOOLEAN NOT NULL, txt TEXT NOT NULL, raw BYTEA NOT "
         "NULL,\n"
         "  hash BYTEA NOT NULL, opt_n BIGINT, opt_yes BOOLEAN, opt_txt TEXT, opt_raw BYTEA, "
         "opt_id BYTEA,\n"
         "  opt_hash BYTEA, PRIMARY KEY (hq_id, id), UNIQUE (hq_id, txt),\n"
         "  FOREIGN KEY (hq_id, opt_id) REFERENCES thing (hq_id, id));\n"
         "CREATE TABLE counter (hq_id BIGINT NOT NULL, id BIGINT NOT NULL, value BIGINT NOT NULL,\n"
         "  version BIGINT NOT NULL, PRIMARY KEY (hq_id, id));\n"
         "CREATE TABLE slow (hq_id BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (hq_id, id));\n"
         "/*pg: CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS\n"
         "  'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';\n"
         "CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED\n"
         "  FOR EACH ROW EXECUTE FUNCTION wait(); */\n"
         "/*sqlite: CREATE INDEX slow_id ON slow (hq_id, id); */\n")}};

struct store *fixture_store(struct fixture *x, const struct store_config *like)
{
    struct store *s = NULL;
    struct store_config cfg = like ? *like : (struct store_config){.create = true};
    cfg.url = str_of(x->at.url);
    assert_ok(x, store_open(&s, &cfg, &x->fault));
    return s;
}

int fixture_bare(void **state)
{
    struct fixture *x = xcalloc(1, sizeof *x);
    x->engine = *(enum engine *)*state;
    arena_init(&x->arena);
    fault_init(&x->fault, &x->arena);
    x->absent = !testdb_new(x->engine, &x->at);
    *state = x;
    return 0;
}

int fixture_open(void **state)
{
    int applied = 0;
    fixture_bare(state);
    struct fixture *x = *state;
    if (x->absent)
        return 0;
    x->store = fixture_store(x, NULL);
    assert_ok(x, store_migrate(x->store, &x->fault, test_migrations, 1, &applied));
    assert_ok(x, db_open(x->store, &x->db, &x->fault));
    x->r = (struct reader){x->db, &x->arena, &x->fault};
    return 0;
}

static void shut(struct fixture *x)
{
    db_close(x->db);
    store_close(x->store);
    x->db = NULL;
    x->store = NULL;
}

void fixture_reopen(struct fixture *x)
{
    shut(x);
    x->store = fixture_store(x, NULL);
    assert_ok(x, db_open(x->store, &x->db, &x->fault));
    x->r.db = x->db;
}

int fixture_close(void **state)
{
    struct fixture *x = *state;
    shut(x);
    arena_free(&x->arena);
    free(x);
    return 0;
}

struct uuid fixture_id(int64_t n)
{
    struct uuid id = {{1}};
    memcpy(id.b + 8, &n, sizeof n);
    return id;
}

struct thing_add_in fixture_thing(int64_t n)
{
    static _Thread_local char name[32];
    snprintf(name, sizeof name, "thing %lld", (long long)n);
    return (struct thing_add_in){
        .hq = 1, .id = fixture_id(n), .n = n, .txt = str_of(name), .raw = STR("r")};
}

enum job_end fixture_run(struct store *s, const struct effects *fx)
{
    struct job job = {.fx = fx->list, .n = fx->n};
    store_run(s, &job);
    return job.end;
}

enum job_end fixture_add(struct store *s, int64_t n)
{
    struct arena a;
    struct effects fx;
    arena_init(&a);
    effects_init(&fx, &a);
    struct thing_add_in thing = fixture_thing(n);
    fx_thing_add(&fx, &thing);
    enum job_end end = fixture_run(s, &fx);
    arena_free(&a);
    return end;
}

int64_t fixture_count(struct fixture *x)
{
    struct thing_count_row row;
    bool found;
    assert_ok(x, q_thing_count(&x->r, &(struct thing_count_in){1}, &row, &found));
    return row.n;
}
