/*
 * bare.c - see bare.h. The statements are the product's own (its generated named queries), prepared once and bound by
 * hand; the same rows and indexes, the same journal and outbox, the same WAL and synchronous=FULL, the same number of
 * inspections per commit as the server reached in the run beside it.
 */
#include "bare.h"

#include "base/uuid.h"
#include "change_sql.h"
#include "inspection_sql.h"
#include "score_sql.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire.h"

struct statement {
    sqlite3_stmt *stmt;
    const struct query *q;
};

static void must(sqlite3 *db, int rc, const char *what)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "bare loop: %s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

static struct statement prepare(sqlite3 *db, const struct query *q)
{
    struct statement s = {.q = q};
    must(db, sqlite3_prepare_v3(db, q->pieces[0].sqlite, -1, SQLITE_PREPARE_PERSISTENT, &s.stmt, NULL), q->name);
    return s;
}

/* Binds a whole in-struct by the generated table of columns, as any caller of SQLite would have to. */
static void bind(struct statement *s, const void *in)
{
    for (int i = 0; i < s->q->nin; i++) {
        const struct column *c = &s->q->in[i];
        const char *at = (const char *)in + c->offset;
        const struct str *text = (const void *)at;
        const struct opt_i64 *opt = (const void *)at;
        switch (c->type) {
        case COL_I64:
            if (!c->nullable)
                sqlite3_bind_int64(s->stmt, i + 1, *(const int64_t *)(const void *)at);
            else if (opt->has)
                sqlite3_bind_int64(s->stmt, i + 1, opt->v);
            break;
        case COL_BOOL:
            sqlite3_bind_int(s->stmt, i + 1, *(const bool *)at);
            break;
        case COL_TEXT:
            if (text->p)
                sqlite3_bind_text(s->stmt, i + 1, text->p, (int)text->n, SQLITE_STATIC);
            break;
        case COL_UUID:
            if (!c->nullable || !uuid_is_none(*(const struct uuid *)(const void *)at))
                sqlite3_bind_blob(s->stmt, i + 1, at, 16, SQLITE_STATIC);
            break;
        case COL_SHA256:
            sqlite3_bind_blob(s->stmt, i + 1, at, 32, SQLITE_STATIC);
            break;
        case COL_F64:
        case COL_BLOB:
            break;
        }
    }
}

static void put(sqlite3 *db, struct statement *s, const void *in)
{
    bind(s, in);
    must(db, sqlite3_step(s->stmt), s->q->name);
    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt);
}

static void run_sql(sqlite3 *db, sqlite3_stmt *s)
{
    must(db, sqlite3_step(s), "transaction");
    sqlite3_reset(s);
}

static sqlite3_stmt *plain(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    must(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL), sql);
    return s;
}

static struct uuid id_of(const char *text)
{
    struct uuid u = UUID_NONE;
    (void)uuid_parse(str_of(text), &u);
    return u;
}

void bare_run(struct bare_run *run)
{
    sqlite3 *db;
    if (sqlite3_open_v2(run->db_path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        exit(1);
    must(db, sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=0;"
                          "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY",
                          NULL, NULL, NULL), "pragma");
    struct statement journal = prepare(db, &Q_journal_add), inspection = prepare(db, &Q_inspection_add),
                     observation = prepare(db, &Q_observation_add), entry = prepare(db, &Q_score_entry_add),
                     outbox = prepare(db, &Q_outbox_add);
    sqlite3_stmt *begin = plain(db, "BEGIN IMMEDIATE"), *commit = plain(db, "COMMIT"), *save = plain(db, "SAVEPOINT job"),
                 *release = plain(db, "RELEASE job");
    struct uuid site = id_of(run->site_id), version = id_of(run->version_id), who = id_of(run->inspector_id);
    struct uuid criteria[64];
    int64_t now = INT64_C(1795000000000);
    for (int i = 0; i < run->ncriteria; i++)
        criteria[i] = id_of(run->criteria[i]);
    sync(); /* what the run before left to be written is not this one's to pay */
    double began = wire_now();
    for (int i = 0; i < run->total;) {
        run_sql(db, begin);
        for (int k = 0; k < run->batch && i < run->total; k++, i++) {
            struct uuid id = uuid_make(++now);
            run_sql(db, save);
            put(db, &journal, &(struct journal_add_in){.hq = 1, .id = id, .at_ms = now, .actor_id = who, .origin = STR("127.0.0.1"),
                .kind = STR("inspection.record"), .subject_kind = STR("inspection"), .subject_id = id});
            put(db, &inspection, &(struct inspection_add_in){.hq = 1, .id = id, .site_id = site, .version_id = version,
                .category_code = str_of(run->category), .area_code = str_of(run->area_code), .kind = STR("weekly"),
                .inspector_id = who, .state = STR("complete"), .visit_ms = now, .received_ms = now,
                .completed_ms = SOME(now), .earned_e4 = SOME(400000), .possible_e4 = SOME(400000)});
            for (int c = 0; c < run->ncriteria; c++)
                put(db, &observation, &(struct observation_add_in){.hq = 1, .inspection_id = id, .criterion_id = criteria[c],
                    .result = STR("not_applicable"), .device_ms = now});
            put(db, &entry, &(struct score_entry_add_in){.hq = 1, .id = uuid_make(now), .inspection_id = id, .site_id = site,
                .version_id = version, .category_code = str_of(run->category), .area_code = str_of(run->area_code),
                .visit_ms = now, .earned_e4 = 400000, .possible_e4 = 400000, .observations = run->ncriteria});
            put(db, &outbox, &(struct outbox_add_in){.hq = 1, .id = uuid_make(now), .at_ms = now, .topic = STR("inspection.completed"),
                .subject_kind = STR("inspection"), .subject_id = id});
            run_sql(db, release);
        }
        run_sql(db, commit);
    }
    run->seconds = wire_now() - began;
    sqlite3_stmt *all[] = {journal.stmt, inspection.stmt, observation.stmt, entry.stmt, outbox.stmt, begin, commit, save, release};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sqlite3_finalize(all[i]);
    sqlite3_close(db);
}
