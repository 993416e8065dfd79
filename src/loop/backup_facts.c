/* backup_facts.c - what a database consists of, read from it and from manifest.json, and compared.
 */
#include "loop/backup_inside.h"

#include <stdarg.h>
#include <stdlib.h>

#include "backup_sql.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "store_sql.h"

enum { NAME_MAX_CHARS = 200, LIST_MAX = 100000 };
static const struct str any_table = STR_INIT("headquarters");
static const char *const engine_names[] = {
    [ENGINE_SQLITE] = "sqlite", [ENGINE_POSTGRESQL] = "postgresql", NULL};

void backup_say(FILE *to, enum lang lang, const char *zh, const char *en, ...)
{
    va_list ap;
    if (!to)
        return;
    va_start(ap, en);
    vfprintf(to, lang == LANG_EN ? en : zh, ap);
    va_end(ap);
    fputc('\n', to);
    fflush(to);
}

/* ---- from a database ---- */

static const char *put_table(struct arena *a, const char *text, struct str table)
{
    struct str s = str_of(text);
    ptrdiff_t at = s.p ? str_find(s, any_table, 0) : -1;
    if (at < 0)
        return text;
    return str_fmt(a, "%.*s\"%.*s\"%s", (int)at, text, STR_ARG(table),
                   text + (size_t)at + any_table.n)
        .p;
}

/* backup_count of another table. The connection keeps the statement under this query's address. */
static const struct query *count_of(struct arena *a, struct str table)
{
    struct query *q = arena_dup(a, &Q_backup_count, sizeof Q_backup_count);
    struct sql_piece *pieces = arena_dup(a, q->pieces, q->npieces * sizeof *pieces);
    for (unsigned i = 0; i < q->npieces; i++) {
        pieces[i].sqlite = put_table(a, pieces[i].sqlite, table);
        pieces[i].postgresql = put_table(a, pieces[i].postgresql, table);
    }
    q->pieces = pieces;
    return q;
}

static enum rc read_tables(struct reader *r, struct db_facts *out)
{
    struct backup_tables_row *rows;
    struct backup_count_row count;
    bool found;
    RETURN_IF(q_backup_tables(r, &rows, &out->ntables));
    out->tables = ARENA_MANY(r->arena, struct table_rows, out->ntables);
    for (size_t i = 0; i < out->ntables; i++) {
        RETURN_IF(db_one(r, count_of(r->arena, rows[i].name), NULL, &count, &found));
        out->tables[i] = (struct table_rows){rows[i].name, count.n};
    }
    return RC_OK;
}

static enum rc read_heads(struct reader *r, struct db_facts *out)
{
    struct backup_headquarters_row *rows;
    struct backup_journal_head_row head;
    bool found;
    RETURN_IF(q_backup_headquarters(r, &rows, &out->nheads));
    out->heads = ARENA_MANY(r->arena, struct journal_head, out->nheads);
    for (size_t i = 0; i < out->nheads; i++) {
        struct backup_journal_head_in in = {.hq = rows[i].hq_id};
        RETURN_IF(q_backup_journal_head(r, &in, &head, &found));
        out->heads[i] = (struct journal_head){.hq = in.hq};
        if (found) {
            out->heads[i].seq = head.seq;
            out->heads[i].hash = head.hash;
        }
    }
    return RC_OK;
}

enum rc facts_read(struct reader *r, struct db_facts *out)
{
    struct migration_list_row *rows;
    *out = (struct db_facts){0};
    RETURN_IF(q_migration_list(r, &rows, &out->nsteps));
    out->steps = ARENA_MANY(r->arena, struct schema_step, out->nsteps);
    for (size_t i = 0; i < out->nsteps; i++)
        out->steps[i] = (struct schema_step){rows[i].number, rows[i].name, rows[i].sha256};
    RETURN_IF(read_tables(r, out));
    return read_heads(r, out);
}

int64_t facts_rows(const struct db_facts *d)
{
    int64_t n = 0;
    for (size_t i = 0; i < d->ntables; i++)
        n += d->tables[i].rows;
    return n;
}

/* ---- to and from the manifest ---- */

static void write_facts(struct json_out *j, const struct db_facts *d)
{
    jo_arr(j, "schema");
    for (size_t i = 0; i < d->nsteps; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "number", d->steps[i].number);
        jo_str(j, "name", d->steps[i].name);
        jo_sha256(j, "sha256", d->steps[i].sha256);
        jo_end(j);
    }
    jo_end(j);
    jo_arr(j, "tables");
    for (size_t i = 0; i < d->ntables; i++) {
        jo_obj(j, NULL);
        jo_str(j, "name", d->tables[i].name);
        jo_i64(j, "rows", d->tables[i].rows);
        jo_end(j);
    }
    jo_end(j);
    jo_arr(j, "journal");
    for (size_t i = 0; i < d->nheads; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "hq", d->heads[i].hq);
        jo_i64(j, "seq", d->heads[i].seq);
        jo_sha256(j, "hash", d->heads[i].hash);
        jo_end(j);
    }
    jo_end(j);
}

void manifest_write(const struct manifest *m, int zone_min, struct buf *out)
{
    struct json_out j;
    jo_begin(&j, out, zone_min);
    jo_obj(&j, NULL);
    jo_i64(&j, "format", BACKUP_FORMAT);
    jo_str(&j, "version", m->version);
    jo_time(&j, "created_at", m->created_ms);
    jo_z(&j, "engine", engine_names[m->engine]);
    jo_i64(&j, "photos", m->photos);
    jo_i64(&j, "photos_damaged", m->damaged);
    jo_i64(&j, "files", m->files);
    jo_i64(&j, "bytes", m->bytes);
    jo_sha256(&j, "sums_sha256", m->sums);
    jo_bool(&j, "keys_included", m->has_keys);
    if (m->knows_keys)
        jo_sha256(&j, "keys_mark", m->keys_mark);
    write_facts(&j, &m->facts);
    jo_end(&j);
    buf_char(out, '\n');
}

static void read_steps(struct jin *in, struct db_facts *d)
{
    struct jin one;
    if (!jin_arr(in, "schema", JIN_REQUIRED, LIST_MAX, &d->nsteps))
        return;
    d->steps = ARENA_MANY(in->arena, struct schema_step, d->nsteps);
    for (size_t i = 0; i < d->nsteps; i++)
        if (jin_arr_obj(in, "schema", i, &one)) {
            jin_i64(&one, "number", JIN_REQUIRED, 1, INT32_MAX, &d->steps[i].number);
            jin_str(&one, "name", JIN_REQUIRED, NAME_MAX_CHARS, &d->steps[i].name);
            jin_sha256(&one, "sha256", JIN_REQUIRED, &d->steps[i].sha256);
        }
}

static void read_counts(struct jin *in, struct db_facts *d)
{
    struct jin one;
    if (!jin_arr(in, "tables", JIN_REQUIRED, LIST_MAX, &d->ntables))
        return;
    d->tables = ARENA_MANY(in->arena, struct table_rows, d->ntables);
    for (size_t i = 0; i < d->ntables; i++)
        if (jin_arr_obj(in, "tables", i, &one)) {
            jin_str(&one, "name", JIN_REQUIRED, NAME_MAX_CHARS, &d->tables[i].name);
            jin_i64(&one, "rows", JIN_REQUIRED, 0, INT64_MAX, &d->tables[i].rows);
        }
}

static void read_journal(struct jin *in, struct db_facts *d)
{
    struct jin one;
    if (!jin_arr(in, "journal", JIN_REQUIRED, LIST_MAX, &d->nheads))
        return;
    d->heads = ARENA_MANY(in->arena, struct journal_head, d->nheads);
    for (size_t i = 0; i < d->nheads; i++)
        if (jin_arr_obj(in, "journal", i, &one)) {
            jin_i64(&one, "hq", JIN_REQUIRED, 0, INT64_MAX, &d->heads[i].hq);
            jin_i64(&one, "seq", JIN_REQUIRED, 0, INT64_MAX, &d->heads[i].seq);
            jin_sha256(&one, "hash", JIN_REQUIRED, &d->heads[i].hash);
        }
}

static void read_members(struct jin *in, struct manifest *m)
{
    int64_t format = 0;
    int engine = 0;
    jin_i64(in, "format", JIN_REQUIRED, BACKUP_FORMAT, BACKUP_FORMAT, &format);
    jin_str(in, "version", JIN_REQUIRED, NAME_MAX_CHARS, &m->version);
    jin_time(in, "created_at", JIN_REQUIRED, &m->created_ms);
    jin_enum(in, "engine", JIN_REQUIRED, engine_names, &engine);
    m->engine = (enum engine)engine;
    jin_i64(in, "photos", JIN_REQUIRED, 0, INT64_MAX, &m->photos);
    jin_i64(in, "photos_damaged", JIN_REQUIRED, 0, INT64_MAX, &m->damaged);
    jin_i64(in, "files", JIN_REQUIRED, 0, INT64_MAX, &m->files);
    jin_i64(in, "bytes", JIN_REQUIRED, 0, INT64_MAX, &m->bytes);
    jin_sha256(in, "sums_sha256", JIN_REQUIRED, &m->sums);
    jin_bool(in, "keys_included", JIN_REQUIRED, &m->has_keys);
    m->knows_keys = jin_has(in, "keys_mark");
    jin_sha256(in, "keys_mark", JIN_OPTIONAL, &m->keys_mark);
    read_steps(in, &m->facts);
    read_counts(in, &m->facts);
    read_journal(in, &m->facts);
}

enum rc manifest_read(struct arena *a, struct fault *f, struct str text, struct manifest *out)
{
    struct jin in;
    *out = (struct manifest){0};
    if (jin_parse(&in, a, f, text) == RC_OK) {
        read_members(&in, out);
        enum rc rc = jin_done(&in);
        jin_free(&in);
        if (rc == RC_OK)
            return RC_OK;
    }
    fault_clear(f);
    return fail(f, RC_INVALID, "backup_damaged", "备份的 %s 无法读取",
                "The backup's %s cannot be read", BACKUP_MANIFEST);
}

/* ---- comparing ---- */

static const char *tables_differ(struct arena *a, const struct db_facts *want,
                                 const struct db_facts *got)
{
    for (size_t i = 0; i < want->ntables || i < got->ntables; i++) {
        struct table_rows none = {STR("-"), -1};
        const struct table_rows *w = i < want->ntables ? &want->tables[i] : &none;
        const struct table_rows *g = i < got->ntables ? &got->tables[i] : &none;
        if (!str_eq(w->name, g->name) || w->rows != g->rows)
            return str_fmt(a, "%.*s: %lld, %.*s: %lld", STR_ARG(w->name), (long long)w->rows,
                           STR_ARG(g->name), (long long)g->rows)
                .p;
    }
    return NULL;
}

const char *facts_differ(struct arena *a, const struct db_facts *want, const struct db_facts *got)
{
    if (want->nsteps != got->nsteps || want->nheads != got->nheads)
        return "schema_migration, headquarters";
    for (size_t i = 0; i < want->nsteps; i++)
        if (want->steps[i].number != got->steps[i].number ||
            !sha256_eq(want->steps[i].sha256, got->steps[i].sha256))
            return "schema_migration";
    for (size_t i = 0; i < want->nheads; i++)
        if (want->heads[i].hq != got->heads[i].hq || want->heads[i].seq != got->heads[i].seq ||
            !sha256_eq(want->heads[i].hash, got->heads[i].hash))
            return "journal_seal";
    return tables_differ(a, want, got);
}
