/*
 * migrate.c - brings a database to the schema of this program: numbered files, forward only, each
 * in a transaction of its own that also records it in schema_migration.
 *
 * What was applied is compared by SHA-256 first: a file that was altered afterwards, is missing
 * from this program, or was jumped over is refused. Several processes may try at once; each step
 * looks again at what has been applied after it got its turn.
 *
 * Both engines read the same file; comments that begin `sqlite:` or `pg:` hold text for one engine
 * alone.
 */
#include "store/store_engine.h"

#include "store_sql.h"

#include "base/log.h"

#include <stdlib.h>

struct migrator {
    struct db db;
    struct reader r;
    const struct migration *list;
    size_t n;
    size_t applied; /* how many of the list the database has */
};

/* ---- text for one engine ---- */

static size_t past_quoted(struct str s, size_t i)
{
    char quote = s.p[i++];
    while (i < s.n && s.p[i] != quote)
        i++;
    return i < s.n ? i + 1 : i;
}

static size_t past_comment(struct str s, size_t i)
{
    ptrdiff_t end = s.p[i] == '-' ? str_find(s, STR("\n"), i) : str_find(s, STR("*/"), i + 2);
    if (end < 0)
        return s.n;
    return s.p[i] == '-' ? (size_t)end : (size_t)end + 2;
}

/* Uncovers the comments meant for this engine by blanking their marks. */
static char *text_for(struct arena *a, struct str sql, enum engine e)
{
    struct str mark = e == ENGINE_SQLITE ? STR("/*sqlite:") : STR("/*pg:");
    char *out = str_z(a, sql);
    for (size_t i = 0; i < sql.n;) {
        struct str rest = str_sub(sql, i, sql.n - i);
        if (sql.p[i] == '\'' || sql.p[i] == '"') {
            i = past_quoted(sql, i);
        } else if (str_starts(rest, mark)) {
            size_t end = past_comment(sql, i);
            memset(out + i, ' ', mark.n);
            memset(out + end - 2, ' ', 2);
            i = end;
        } else if (str_starts(rest, STR("--")) || str_starts(rest, STR("/*"))) {
            i = past_comment(sql, i);
        } else {
            i++;
        }
    }
    return out;
}

/* ---- history ---- */

static enum rc refuse(struct migrator *m, const char *code, const char *zh, const char *en,
                      int64_t number)
{
    return fail(m->r.fault, RC_CONFLICT, code, zh, en, (long long)number);
}

static enum rc compare(struct migrator *m, const struct migration_list_row *row, size_t i)
{
    if (i >= m->n)
        return refuse(m, "schema_newer", "数据库由更新的版本升级过（第 %lld 步），请使用新版本程序",
                      "the database was upgraded by a newer version (step %lld); use that",
                      row->number);
    const struct migration *have = &m->list[i];
    if (row->number != have->number)
        return refuse(m, "schema_unknown", "数据库的升级历史与本程序不一致（第 %lld 步），拒绝使用",
                      "the database has another history than this program (step %lld); refused",
                      row->number);
    if (!str_is(row->name, have->name) || !sha256_eq(row->sha256, sha256_of(have->sql)))
        return refuse(m, "schema_altered", "升级脚本第 %lld 步在使用后被改动，拒绝使用",
                      "migration %lld was altered after it had been applied; refused", row->number);
    return RC_OK;
}

static enum rc read_history(struct migrator *m)
{
    struct migration_list_row *rows;
    size_t n;
    RETURN_IF(q_migration_list(&m->r, &rows, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(compare(m, &rows[i], i));
    m->applied = n;
    return RC_OK;
}

/* ---- steps ---- */

static enum rc open_migrator(struct migrator *m, struct store *s, struct arena *a, struct fault *f)
{
    struct conn_options o = {.target = s->target, .role = CONN_MIGRATOR};
    m->db = (struct db){.store = s};
    m->r = (struct reader){&m->db, a, f};
    return s->ops->open(&m->db.conn, &o, f);
}

/* The next missing one, if any, inside the transaction the caller has begun. */
static enum rc apply_next(struct migrator *m)
{
    struct conn *c = m->db.conn;
    struct fault *f = m->r.fault;
    RETURN_IF(c->ops->migration_exec(c, &Q_migration_table_make, NULL, f));
    RETURN_IF(read_history(m));
    if (m->applied == m->n)
        return RC_OK;
    const struct migration *next = &m->list[m->applied];
    struct migration_add_in row = {next->number, str_of(next->name), sha256_of(next->sql)};
    RETURN_IF(c->ops->migration_script(c, text_for(m->r.arena, next->sql, c->ops->engine), f));
    return c->ops->migration_exec(c, &Q_migration_add, &row, f);
}

static enum rc step(struct migrator *m, bool *more)
{
    struct conn *c = m->db.conn;
    RETURN_IF(c->ops->migration_begin(c, m->r.fault));
    enum rc rc = apply_next(m);
    *more = m->applied < m->n;
    if (rc == RC_OK)
        rc = c->ops->migration_commit(c, m->r.fault);
    if (rc != RC_OK)
        c->ops->migration_rollback(c);
    else if (*more)
        log_info("store: migration %d %s applied", m->list[m->applied].number,
                 m->list[m->applied].name);
    return rc;
}

static void close_migrator(struct migrator *m)
{
    m->db.conn->ops->close(m->db.conn);
    free(m->db.scratch);
}

enum rc store_migrate(struct store *s, struct fault *f, const struct migration *list, size_t n,
                      int *applied)
{
    struct arena arena;
    struct migrator m = {.list = list, .n = n};
    bool more = true;
    *applied = 0;
    arena_init(&arena);
    enum rc rc = open_migrator(&m, s, &arena, f);
    if (rc != RC_OK) {
        arena_free(&arena);
        return rc;
    }
    while (rc == RC_OK && more) {
        rc = step(&m, &more);
        if (rc == RC_OK && more)
            ++*applied;
    }
    close_migrator(&m);
    arena_free(&arena);
    return rc;
}

static enum rc read_pending(struct migrator *m)
{
    struct migration_table_there_row there;
    bool found;
    RETURN_IF(q_migration_table_there(&m->r, &there, &found));
    return found && there.n ? read_history(m) : RC_OK;
}

enum rc store_pending(struct store *s, struct fault *f, const struct migration *list, size_t n,
                      int *pending)
{
    struct arena arena;
    struct migrator m = {.list = list, .n = n};
    *pending = 0;
    arena_init(&arena);
    enum rc rc = open_migrator(&m, s, &arena, f);
    if (rc == RC_OK) {
        rc = read_pending(&m);
        *pending = (int)(m.n - m.applied);
        close_migrator(&m);
    }
    arena_free(&arena);
    return rc;
}
