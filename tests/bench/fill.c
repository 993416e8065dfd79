/* fill.c - see fill.h. Indexes are taken away before and made again afterwards, as they were. */
#include "fill.h"

#include "base/uuid.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SITES_MAX = 2048, UNITS_MAX = 128, PEOPLE_MAX = 256, INDEXES_MAX = 64 };
#define DAY INT64_C(86400000)

struct place {
    unsigned char id[16];
    char area[24], category[16];
};
struct ground {
    struct place sites[SITES_MAX];
    unsigned char units[UNITS_MAX][16], people[PEOPLE_MAX][16], version[16];
    int nsites, nunits, npeople;
    int64_t now;
};

static void must(sqlite3 *db, bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench: %s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

static void run(sqlite3 *db, const char *sql)
{
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    must(db, sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, sql);
    return s;
}

static int ids_of(sqlite3 *db, const char *sql, unsigned char (*out)[16], int most)
{
    sqlite3_stmt *s = prepared(db, sql);
    int n = 0;
    while (n < most && sqlite3_step(s) == SQLITE_ROW)
        memcpy(out[n++], sqlite3_column_blob(s, 0), 16);
    sqlite3_finalize(s);
    return n;
}

static void read_ground(sqlite3 *db, struct ground *g)
{
    sqlite3_stmt *s = prepared(db, "SELECT id, area_code, category_code FROM site WHERE state = 'active' ORDER BY code");
    while (g->nsites < SITES_MAX && sqlite3_step(s) == SQLITE_ROW) {
        struct place *p = &g->sites[g->nsites++];
        memcpy(p->id, sqlite3_column_blob(s, 0), 16);
        snprintf(p->area, sizeof p->area, "%s", (const char *)sqlite3_column_text(s, 1));
        snprintf(p->category, sizeof p->category, "%s", (const char *)sqlite3_column_text(s, 2));
    }
    sqlite3_finalize(s);
    g->nunits = ids_of(db, "SELECT id FROM unit ORDER BY code <> 'CGJ', code", g->units, UNITS_MAX);
    g->npeople = ids_of(db, "SELECT DISTINCT inspector_id FROM inspection ORDER BY 1", g->people, PEOPLE_MAX);
    (void)ids_of(db, "SELECT version_id FROM inspection WHERE state = 'complete' LIMIT 1", &g->version, 1);
    g->now = (int64_t)time(NULL) * 1000;
    must(db, g->nsites > FILL_BUSY_SITES && g->nunits > 2 && g->npeople > 0, "an empty district");
}

/* splitmix64: the n-th number, whatever came before. */
static uint64_t mixed(uint64_t n)
{
    uint64_t z = n * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void id_of(uint64_t n, int64_t ms, unsigned char out[16])
{
    uint64_t a = mixed(n * 2 + 1000001), b = mixed(n * 2 + 1);
    for (int i = 0; i < 6; i++)
        out[i] = (unsigned char)(ms >> (40 - 8 * i));
    memcpy(out + 6, &a, 2);
    memcpy(out + 8, &b, 8);
    out[6] = (out[6] & 0x0f) | 0x70;
    out[8] = (out[8] & 0x3f) | 0x80;
}

static const struct place *site_of(const struct ground *g, uint64_t r)
{
    return &g->sites[r % 100 < 12 ? (r >> 32) % FILL_BUSY_SITES : (r >> 32) % (uint64_t)g->nsites];
}

static const char *state_of(uint64_t r, bool open)
{
    static const char *const opens[20] = {"reported",   "reported",   "verified",   "registered", "registered", "dispatched", "dispatched",
                                          "dispatched", "dispatched", "accepted",   "accepted",   "accepted",   "accepted",   "accepted",
                                          "accepted",   "accepted",   "accepted",   "rectified",  "rectified",  "rectified"};
    static const char *const ends[20] = {"rejected", "mended_on_spot"};
    const char *end = ends[r % 20];
    return open ? opens[r % 20] : end ? end : "struck_off";
}

struct writer {
    sqlite3_stmt *problem, *event, *visit;
};

/* They come as they do in life, one after the other; of the last tenth half are open. */
static void put_problem(sqlite3 *db, struct writer *w, const struct ground *g, int64_t i, int64_t n)
{
    uint64_t r = mixed((uint64_t)i), r2 = mixed((uint64_t)i + (UINT64_C(1) << 40));
    bool open = i > n - n / 10 && r2 % 2 == 0;
    const struct place *at = site_of(g, r);
    const char *state = state_of(r2 >> 8, open);
    int64_t reported = g->now - 1095 * DAY / n * (n - i);
    bool with_unit = strcmp(state, "dispatched") == 0 || strcmp(state, "accepted") == 0 || strcmp(state, "rectified") == 0 ||
                     strcmp(state, "struck_off") == 0;
    unsigned char id[16];
    char text[200];
    id_of((uint64_t)i, reported, id);
    snprintf(text, sizeof text, "第 %lld 处：宣传栏破损、垃圾未及时清运，影响环境秩序", (long long)i);
    sqlite3_stmt *s = w->problem;
    sqlite3_bind_blob(s, 1, id, 16, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, 2023 + i * 4 / n);
    sqlite3_bind_int64(s, 3, i % (n / 4) + 1);
    sqlite3_bind_text(s, 4, state, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 5, at->id, 16, SQLITE_STATIC);
    sqlite3_bind_text(s, 6, at->area, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 7, at->category, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 8, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 9, (r2 >> 16) % 100 < 15 ? "key" : "general", -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 10, g->people[(r2 >> 24) % (uint64_t)g->npeople], 16, SQLITE_STATIC);
    uint64_t unit = (r2 >> 32) % 4 == 0 ? 0 : 1 + (r2 >> 40) % (uint64_t)(g->nunits - 1);
    sqlite3_bind_null(s, 11);
    sqlite3_bind_null(s, 13);
    sqlite3_bind_null(s, 14);
    sqlite3_bind_null(s, 15);
    if (with_unit) {
        sqlite3_bind_blob(s, 11, g->units[unit], 16, SQLITE_STATIC);
        sqlite3_bind_int64(s, 13, reported + DAY / 4);
        sqlite3_bind_int64(s, 14, reported + (int64_t)(mixed(r2) % (uint64_t)(8 * DAY)));
    }
    sqlite3_bind_int64(s, 12, reported);
    if (!open)
        sqlite3_bind_int64(s, 15, reported + (int64_t)(r2 % (uint64_t)(6 * DAY)));
    must(db, sqlite3_step(s) == SQLITE_DONE, "problem");
    sqlite3_reset(s);
    sqlite3_bind_blob(w->event, 1, id, 16, SQLITE_STATIC);
    sqlite3_bind_text(w->event, 2, state, -1, SQLITE_STATIC);
    sqlite3_bind_blob(w->event, 3, g->people[0], 16, SQLITE_STATIC);
    sqlite3_bind_int64(w->event, 4, reported);
    must(db, sqlite3_step(w->event) == SQLITE_DONE, "event");
    sqlite3_reset(w->event);
}

static void put_visit(sqlite3 *db, struct writer *w, const struct ground *g, int64_t i, int64_t n)
{
    uint64_t r = mixed((uint64_t)i + (UINT64_C(1) << 41)), r2 = mixed(r);
    const struct place *at = r2 % 2 ? &g->sites[r % FILL_BUSY_SITES] : site_of(g, r);
    int64_t visit = g->now - 1095 * DAY / n * (n - i);
    unsigned char id[16];
    id_of((uint64_t)i + (UINT64_C(1) << 42), visit, id);
    sqlite3_stmt *s = w->visit;
    sqlite3_bind_blob(s, 1, id, 16, SQLITE_STATIC);
    sqlite3_bind_blob(s, 2, at->id, 16, SQLITE_STATIC);
    sqlite3_bind_blob(s, 3, g->version, 16, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, at->category, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, at->area, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 6, g->units[r2 % (uint64_t)g->nunits], 16, SQLITE_STATIC);
    sqlite3_bind_blob(s, 7, g->people[(r2 >> 24) % (uint64_t)g->npeople], 16, SQLITE_STATIC);
    sqlite3_bind_int64(s, 8, visit);
    must(db, sqlite3_step(s) == SQLITE_DONE, "visit");
    sqlite3_reset(s);
}

/* What makes the indexes of these tables again. */
static int take_indexes(sqlite3 *db, char *made[INDEXES_MAX])
{
    char drop[512];
    int n = 0;
    sqlite3_stmt *s = prepared(db, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND "
                                   "tbl_name IN ('problem', 'problem_event', 'inspection')");
    char *drops[INDEXES_MAX];
    while (n < INDEXES_MAX && sqlite3_step(s) == SQLITE_ROW) {
        snprintf(drop, sizeof drop, "DROP INDEX %s", (const char *)sqlite3_column_text(s, 0));
        drops[n] = strdup(drop);
        made[n++] = strdup((const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_finalize(s);
    for (int i = 0; i < n; i++) {
        run(db, drops[i]);
        free(drops[i]);
    }
    return n;
}

static void describe(sqlite3 *db, const struct ground *g, struct fill *out)
{
    for (int i = 0; i < FILL_BUSY_SITES; i++) {
        struct uuid id;
        memcpy(id.b, g->sites[i].id, 16);
        uuid_format(id, out->busy_site[i]);
        out->busy_site[i][36] = '\0';
    }
    struct uuid unit;
    memcpy(unit.b, g->units[0], 16);
    uuid_format(unit, out->busy_unit);
    out->busy_unit[36] = '\0';
    snprintf(out->category, sizeof out->category, "%s", g->sites[0].category);
    snprintf(out->town, sizeof out->town, "%.9s", g->sites[0].area);
    snprintf(out->village, sizeof out->village, "%.12s", g->sites[0].area);
    must(db, strlen(out->village) == 12, "a site without a village");
}

void fill_problems(const char *path, int64_t n, struct fill *out)
{
    static struct ground ground;
    sqlite3 *db;
    char *indexes[INDEXES_MAX];
    struct writer w;
    must(NULL, sqlite3_open(path, &db) == SQLITE_OK, path);
    ground = (struct ground){0};
    read_ground(db, &ground);
    run(db, "PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY");
    run(db, "BEGIN; DELETE FROM problem_photo; DELETE FROM problem_event; UPDATE observation SET problem_id = NULL; DELETE FROM problem");
    int nindexes = take_indexes(db, indexes);
    w.problem = prepared(db, "INSERT INTO problem (hq_id, id, year, number, state, source, site_id, area_code, category_code, description, "
                             "severity, reporter_id, unit_id, limit_kind, limit_amount, reported_ms, dispatched_ms, due_ms, closed_ms, "
                             "event_count, search_text) VALUES (1, ?1, ?2, ?3, ?4, 'inspection', ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                             "'working_days', 3, ?12, ?13, ?14, ?15, 1, ?8)");
    w.event = prepared(db, "INSERT INTO problem_event (hq_id, problem_id, seq, event, to_state, actor_id, at_ms, command_id) "
                           "VALUES (1, ?1, 1, 'report', ?2, ?3, ?4, ?1)");
    w.visit = prepared(db, "INSERT INTO inspection (hq_id, id, site_id, version_id, category_code, area_code, subject_unit_id, kind, "
                           "inspector_id, state, visit_ms, received_ms, completed_ms, earned_e4, possible_e4) VALUES (1, ?1, ?2, ?3, ?4, "
                           "?5, ?6, 'weekly', ?7, 'complete', ?8, ?8, ?8, 90000, 100000)");
    for (int64_t i = 0; i < n; i++)
        put_problem(db, &w, &ground, i, n);
    for (int64_t i = 0; i < n / 4; i++)
        put_visit(db, &w, &ground, i, n / 4);
    sqlite3_finalize(w.problem);
    sqlite3_finalize(w.event);
    sqlite3_finalize(w.visit);
    for (int i = 0; i < nindexes; i++) {
        run(db, indexes[i]);
        free(indexes[i]);
    }
    run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    describe(db, &ground, out);
    sqlite3_close(db);
}
