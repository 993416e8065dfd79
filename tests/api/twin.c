/* twin.c - see twin.h. The statements are made from the schema itself, so that a new table is copied by itself. */
#include "twin.h"

#include "store/store.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { TABLES_MAX = 250, NAME_BYTES = 64, TEXT_BYTES = 4000 };

struct name_row {
    struct str table, column;
};
struct count_row {
    int64_t n;
};
static const struct column name_columns[] = {{"t", COL_TEXT, false, offsetof(struct name_row, table)},
                                             {"c", COL_TEXT, false, offsetof(struct name_row, column)}};
static const struct column count_columns[] = {{"n", COL_I64, false, offsetof(struct count_row, n)}};

/* A table that begins with hq_id, and its other columns, each behind a comma. */
struct table {
    char name[NAME_BYTES], columns[TEXT_BYTES];
};
struct ground {
    struct arena arena;
    struct fault fault;
    struct store *store;
    struct reader r;
    struct table tables[TABLES_MAX];
    size_t n;
    struct effects fx;
};
static struct ground g;

static const struct query *query_of(enum query_kind kind, const char *sql, const struct column *out, uint16_t nout)
{
    struct query *q = arena_alloc(&g.arena, sizeof *q);
    struct sql_piece *piece = arena_alloc(&g.arena, sizeof *piece);
    char *text = str_z(&g.arena, str_of(sql));
    *piece = (struct sql_piece){text, text, -1, false};
    *q = (struct query){.name = "twin", .kind = kind, .pieces = piece, .npieces = 1, .out = out, .nout = nout,
                        .row_bytes = nout == 2 ? sizeof(struct name_row) : nout ? sizeof(struct count_row) : 0};
    return q;
}

static bool read_tables(void)
{
    static const char sqlite[] = "SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p "
                                 "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid",
                      pg[] = "SELECT CAST(table_name AS TEXT) AS t, CAST(column_name AS TEXT) AS c FROM information_schema.columns "
                             "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
    void *found;
    size_t n;
    const char *sql = store_engine(g.store) == ENGINE_SQLITE ? sqlite : pg;
    if (db_many(&g.r, query_of(QUERY_MANY, sql, name_columns, 2), NULL, &found, &n) != RC_OK)
        return false;
    struct name_row *rows = found;
    g.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct table *t = g.n ? &g.tables[g.n - 1] : NULL;
        if (str_is(rows[i].column, "hq_id")) {
            if (g.n == TABLES_MAX)
                return false;
            t = &g.tables[g.n++];
            snprintf(t->name, NAME_BYTES, "%.*s", STR_ARG(rows[i].table));
            t->columns[0] = '\0';
        } else if (t && str_is(rows[i].table, t->name)) {
            size_t had = strlen(t->columns);
            snprintf(t->columns + had, TEXT_BYTES - had, ", %.*s", STR_ARG(rows[i].column));
        }
    }
    return g.n > 40;
}

static bool open_ground(const char *db_url, char *why, size_t room)
{
    memset(&g, 0, sizeof g);
    arena_init(&g.arena);
    fault_init(&g.fault, &g.arena);
    effects_init(&g.fx, &g.arena);
    g.r = (struct reader){.arena = &g.arena, .fault = &g.fault};
    struct store_config cfg = {.url = str_of(db_url)};
    bool good = store_open(&g.store, &cfg, &g.fault) == RC_OK && db_open(g.store, &g.r.db, &g.fault) == RC_OK && read_tables();
    if (!good)
        snprintf(why, room, "%.*s", STR_ARG(g.fault.en));
    return good;
}

static void close_ground(void)
{
    if (g.r.db)
        db_close(g.r.db);
    if (g.store)
        store_close(g.store);
    arena_free(&g.arena);
}

static void add(const char *sql)
{
    struct effect *e = effects_add(&g.fx, query_of(QUERY_EXEC, sql, NULL, 0), NULL);
    e->min = 0;
    e->max = INT64_MAX;
}

static bool run(char *why, size_t room)
{
    struct job job = {.fx = g.fx.list, .n = g.fx.n};
    store_run(g.store, &job);
    if (job.end != JOB_DONE)
        snprintf(why, room, "%d at %s", (int)job.end, g.fx.list[job.at].q->pieces[0].sqlite);
    effects_init(&g.fx, &g.arena);
    return job.end == JOB_DONE;
}

/* Its login in the first headquarters is another, its sessions there are gone. */
static void leave_in_second(const char *person_id)
{
    char hex[33], sql[300];
    size_t n = 0;
    for (const char *p = person_id; *p && n < 32; p++)
        if (*p != '-')
            hex[n++] = *p;
    hex[n] = '\0';
    const char *start = store_engine(g.store) == ENGINE_SQLITE ? "X'" : "'\\x";
    snprintf(sql, sizeof sql, "DELETE FROM session WHERE hq_id = 1 AND person_id = %s%s'", start, hex);
    add(sql);
    snprintf(sql, sizeof sql, "UPDATE account SET login = 'left-behind' WHERE hq_id = 1 AND person_id = %s%s'", start, hex);
    add(sql);
}

bool twin_make(const char *db_url, const char *person_id, char *why, size_t room)
{
    char sql[2 * TEXT_BYTES + 400];
    bool good = open_ground(db_url, why, room);
    if (good) {
        /* Rows refer to one another in no order: looked at when all are there. */
        add(store_engine(g.store) == ENGINE_SQLITE ? "PRAGMA defer_foreign_keys = ON" : "SET LOCAL session_replication_role = replica");
        for (size_t i = 0; i < g.n; i++) {
            const struct table *t = &g.tables[i];
            snprintf(sql, sizeof sql, "INSERT INTO %s (hq_id%s) SELECT 2%s FROM %s WHERE hq_id = 1", t->name, t->columns, t->columns, t->name);
            add(sql);
            snprintf(sql, sizeof sql, "CREATE TABLE twin_%s AS SELECT * FROM %s WHERE hq_id = 2", t->name, t->name);
            add(sql);
        }
        leave_in_second(person_id);
        good = run(why, room);
    }
    close_ground();
    return good;
}

static bool count(const char *sql, int64_t *n)
{
    struct count_row row = {0};
    bool found = false;
    if (db_one(&g.r, query_of(QUERY_ONE, sql, count_columns, 1), NULL, &row, &found) != RC_OK || !found)
        return false;
    *n = row.n;
    return true;
}

static bool unchanged(const struct table *t, long long *rows, char *why, size_t room)
{
    char sql[600], beside[NAME_BYTES + 8];
    int64_t gone = -1, came = -1, all = 0;
    snprintf(beside, sizeof beside, "twin_%s", t->name);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) AS n FROM (SELECT * FROM %s EXCEPT SELECT * FROM %s WHERE hq_id = 2) x", beside, t->name);
    bool good = count(sql, &gone);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) AS n FROM (SELECT * FROM %s WHERE hq_id = 2 EXCEPT SELECT * FROM %s) x", t->name, beside);
    good = good && count(sql, &came);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) AS n FROM %s", beside);
    good = good && count(sql, &all);
    *rows += all;
    if (good && gone == 0 && came == 0)
        return true;
    snprintf(why, room, "%s: %lld rows of the other headquarters are gone or changed, %lld are new. %.*s", t->name, (long long)gone,
             (long long)came, STR_ARG(g.fault.en));
    return false;
}

bool twin_unchanged(const char *db_url, long long *rows, char *why, size_t room)
{
    bool good = open_ground(db_url, why, room);
    *rows = 0;
    for (size_t i = 0; good && i < g.n; i++)
        if (strncmp(g.tables[i].name, "twin_", 5) != 0)
            good = unchanged(&g.tables[i], rows, why, room);
    close_ground();
    return good;
}
