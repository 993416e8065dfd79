/*
 * backup_test.c - backup and restore on both engines: a small installation with accounts, a sealed
 * journal and photographs is saved, restored elsewhere, and compared row by row; damaged, foreign
 * and ill-placed backups are refused before anything is changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka has a macro of this name */

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "auth/auth_ground.h"
#include "backup_sql.h"
#include "backup_test_sql.h"
#include "base/asset.h"
#include "loop/backup_inside.h"
#include "media_sql.h"
#include "privacy/privacy.h"

enum { PHOTOS = 3, PATH = 256, MIGRATIONS_MAX = 256, WRITES = 40 };

static struct ground g;
static struct sha256 photo[PHOTOS];
static char out[PATH], keys[PATH], to_dir[PATH / 2], to_media[PATH], to_keys[PATH];
static struct testdb to_db;
static struct migration migrations[MIGRATIONS_MAX];
static struct backup_result result;

/* ---- the installation ---- */

static void keep_bytes(struct str bytes, const struct media_key *key)
{
    struct media_write *w;
    assert_int_equal(media_begin(g.env.media, &g.fault, 1 << 20, &w), RC_OK);
    assert_int_equal(media_write_piece(w, &g.fault, bytes), RC_OK);
    assert_int_equal(media_commit(w, &g.fault, key), RC_OK);
}

static void add_photo(struct uuid person, int i)
{
    struct op *op = ground_op(&g);
    struct str bytes = str_fmt(OP_ARENA(op), "photograph %d", i);
    struct command c = {.id = change_new_id(op), .kind = "photo.upload", .subject_kind = "photo"};
    photo[i] = sha256_of(bytes);
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        keep_bytes(v == MEDIA_ORIGINAL ? bytes : str_fmt(OP_ARENA(op), "copy %d of %d", v, i),
                   &(struct media_key){photo[i], (enum media_variant)v});
    op->actor.person_id = person;
    assert_int_equal(change_begin(op, &c), RC_OK);
    fx_photo_add(&op->plan.fx, &(struct photo_add_in){.hq = op->hq,
                                                      .sha256 = photo[i],
                                                      .bytes = (int64_t)bytes.n,
                                                      .format = STR("jpeg"),
                                                      .width = 4,
                                                      .height = 3,
                                                      .at_ms = op->now});
    fx_photo_upload_add(&op->plan.fx,
                        &(struct photo_upload_add_in){op->hq, photo[i], person, op->now});
    ground_commit(&g);
}

static void fill(void)
{
    struct effects fx;
    struct op *op = ground_op(&g);
    int64_t sealed;
    effects_init(&fx, OP_ARENA(op));
    fx_test_headquarters_add(&fx, &(struct test_headquarters_add_in){op->hq});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    struct uuid person = ground_account(&g, "office", "office");
    for (int i = 0; i < PHOTOS; i++)
        add_photo(person, i);
    ground_pass(&g, 60000);
    assert_int_equal(seal_all(ground_operator(&g), &sealed), RC_OK);
    assert_true(sealed >= PHOTOS);
    ground_account(&g, "later", NULL); /* rows of the journal no seal covers yet */
}

static int set_up(void **state)
{
    static int times;
    char name[32], media[PATH];
    (void)state;
    ground_open(&g);
    snprintf(media, sizeof media, "%s/media", g.folder);
    snprintf(keys, sizeof keys, "%s/keys", g.folder);
    assert_int_equal(media_store_open(&g.env.media, &g.fault, media), RC_OK);
    fill();
    snprintf(name, sizeof name, "backup%d", ++times);
    testdb_path(name, out, sizeof out);
    snprintf(name, sizeof name, "target%d", times);
    testdb_path(name, to_dir, sizeof to_dir);
    snprintf(to_keys, sizeof to_keys, "%s/keys", to_dir);
    snprintf(to_media, sizeof to_media, "file:%s/media", to_dir);
    assert_true(testdb_new(ground_engine, &to_db));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    media_store_close(g.env.media);
    ground_close(&g);
    return 0;
}

/* ---- doing ---- */

static enum rc save(bool with_keys)
{
    struct backup_order order = {.out = out,
                                 .db_url = g.where.url,
                                 .keys_path = keys,
                                 .with_keys = with_keys,
                                 .version = "test"};
    return backup_create(ground_operator(&g), &order, &result);
}

static enum rc bring_back(bool force)
{
    size_t n;
    const struct asset *files = asset_list("migrations/", &n);
    for (size_t i = 0; i < n; i++)
        migrations[i] =
            (struct migration){.number = (int)i + 1, .name = files[i].name, .sql = files[i].bytes};
    struct restore_order order = {.from = out,
                                  .db_url = to_db.url,
                                  .media_url = to_media,
                                  .keys_path = to_keys,
                                  .force = force,
                                  .migrations = migrations,
                                  .nmigrations = n,
                                  .clock = &g.clock};
    struct op *op = ground_op(&g);
    return backup_restore(OP_ARENA(op), &g.fault, &order, &result);
}

static const char *in_backup(const char *name)
{
    static char path[2 * PATH];
    snprintf(path, sizeof path, "%s/%s", out, name);
    return path;
}

static const char *database_name(void)
{
    return ground_engine == ENGINE_SQLITE ? BACKUP_SQLITE : BACKUP_PGDUMP;
}

static void spoil(const char *path)
{
    char byte = 0;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && pread(fd, &byte, 1, 5) == 1);
    byte = (char)~byte;
    assert_int_equal(pwrite(fd, &byte, 1, 5), 1);
    close(fd);
}

static const char *photo_path(int i, enum media_variant v)
{
    struct op *op = ground_op(&g);
    return in_backup(str_z(&g.arena, media_name(OP_ARENA(op), &(struct media_key){photo[i], v})));
}

/* ---- comparing ---- */

static const char *put(struct arena *a, const char *text, const char *what, struct str with)
{
    ptrdiff_t at = text ? str_find(str_of(text), str_of(what), 0) : -1;
    return at < 0 ? text
                  : str_fmt(a, "%.*s%.*s%s", (int)at, text, STR_ARG(with),
                            text + (size_t)at + strlen(what))
                        .p;
}

static struct test_rows_row *rows_of(struct reader *r, struct str table, size_t *n)
{
    struct test_columns_row *columns;
    void *rows;
    size_t ncolumns;
    struct str all = STR("''");
    assert_int_equal(q_test_columns(r, &(struct test_columns_in){table}, &columns, &ncolumns),
                     RC_OK);
    assert_true(ncolumns > 0);
    for (size_t i = 0; i < ncolumns; i++)
        all =
            str_fmt(r->arena, "%.*s||'|'||quote(\"%.*s\")", STR_ARG(all), STR_ARG(columns[i].name));
    struct query *q = arena_dup(r->arena, &Q_test_rows, sizeof Q_test_rows);
    struct sql_piece *pieces = arena_dup(r->arena, q->pieces, q->npieces * sizeof *pieces);
    for (unsigned i = 0; i < q->npieces; i++) {
        pieces[i].sqlite = put(r->arena, put(r->arena, pieces[i].sqlite, "quote(hq_id)", all),
                               "headquarters", table);
        pieces[i].postgresql = put(r->arena, pieces[i].postgresql, "headquarters", table);
    }
    q->pieces = pieces;
    assert_int_equal(db_many(r, q, NULL, &rows, n), RC_OK);
    return rows;
}

static int64_t compare_table(struct reader *a, struct reader *b, struct str table)
{
    size_t na, nb;
    struct test_rows_row *ra = rows_of(a, table, &na), *rb = rows_of(b, table, &nb);
    assert_int_equal(na, nb);
    for (size_t i = 0; i < na; i++)
        assert_true(str_eq(ra[i].line, rb[i].line));
    return (int64_t)na;
}

static void compare_all(void)
{
    struct store_config cfg = {.url = str_of(to_db.url)};
    struct arena a;
    struct fault f;
    struct store *store;
    struct db *da, *db;
    struct backup_tables_row *tables;
    size_t n;
    int64_t rows = 0;
    arena_init(&a);
    fault_init(&f, &a);
    assert_int_equal(store_open(&store, &cfg, &f), RC_OK);
    assert_int_equal(db_open(store, &db, &f), RC_OK);
    assert_int_equal(db_open(g.store, &da, &f), RC_OK);
    struct reader from = {da, &a, &f}, to = {db, &a, &f};
    assert_int_equal(q_backup_tables(&from, &tables, &n), RC_OK);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++)
        rows += compare_table(&from, &to, tables[i].name);
    assert_int_equal(rows, result.rows);
    db_close(da);
    db_close(db);
    store_close(store);
    arena_free(&a);
}

/* ---- tests ---- */

static void test_there_and_back(void **state)
{
    struct stat st;
    (void)state;
    ground_expect(&g, save(false), RC_OK, NULL);
    assert_true(result.whole && result.photos == PHOTOS &&
                result.files == PHOTOS * MEDIA_VARIANTS + 1);
    assert_false(file_exists(in_backup(BACKUP_KEYS)));
    assert_false(file_exists(in_backup(BACKUP_SQLITE "-wal")));
    assert_int_equal(stat(out, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(in_backup(database_name()), &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
    ground_expect(&g, bring_back(false), RC_OK, NULL);
    assert_int_equal(result.photos, PHOTOS);
    assert_false(file_exists(to_keys));
    compare_all();
    ground_expect(&g, save(false), RC_CONFLICT, "backup_exists");
}

static void test_keys(void **state)
{
    struct keys *k;
    struct sha256 a, b;
    int64_t n;
    (void)state;
    ground_expect(&g, save(true), RC_OK, NULL);
    assert_true(result.has_keys);
    ground_expect(&g, bring_back(false), RC_OK, NULL);
    assert_int_equal(file_hash(&g.fault, keys, &a, &n), RC_OK);
    assert_int_equal(file_hash(&g.fault, to_keys, &b, &n), RC_OK);
    assert_true(sha256_eq(a, b));
    assert_int_equal(unlink(to_keys), 0);
    assert_int_equal(keys_open(&k, &g.fault, to_keys, true), RC_OK);
    keys_close(k);
    assert_true(testdb_new(ground_engine, &to_db));
    ground_expect(&g, bring_back(false), RC_CONFLICT, "keys_differ");
    ground_expect(&g, bring_back(true), RC_OK, NULL);
    assert_int_equal(file_hash(&g.fault, to_keys, &b, &n), RC_OK);
    assert_true(sha256_eq(a, b));
}

static void test_filled_target(void **state)
{
    (void)state;
    ground_expect(&g, save(false), RC_OK, NULL);
    ground_expect(&g, bring_back(false), RC_OK, NULL);
    ground_expect(&g, bring_back(false), RC_CONFLICT, "target_not_empty");
    ground_expect(&g, bring_back(true), RC_OK, NULL);
    compare_all();
}

static void test_damaged_backup(void **state)
{
    (void)state;
    ground_expect(&g, save(false), RC_OK, NULL);
    unlink(photo_path(1, MEDIA_THUMB)); /* a link: spoiling it would spoil the source */
    int fd = open(photo_path(1, MEDIA_THUMB), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "other bytes", 11), 11);
    close(fd);
    ground_expect(&g, bring_back(false), RC_INVALID, "backup_damaged");
    ground_expect(&g, bring_back(false), RC_INVALID,
                  "backup_damaged"); /* the target is still empty */
    spoil(in_backup(database_name()));
    ground_expect(&g, bring_back(false), RC_INVALID, "backup_damaged");
    spoil(in_backup(BACKUP_SUMS));
    ground_expect(&g, bring_back(false), RC_INVALID, "backup_damaged");
    spoil(in_backup(BACKUP_MANIFEST));
    ground_expect(&g, bring_back(false), RC_INVALID, "backup_damaged");
}

static void test_damaged_source(void **state)
{
    char path[2 * PATH];
    struct op *op = ground_op(&g);
    (void)state;
    struct str name = media_name(OP_ARENA(op), &(struct media_key){photo[0], MEDIA_ORIGINAL});
    snprintf(path, sizeof path, "%s/%.*s", g.folder, STR_ARG(name));
    spoil(path);
    name = media_name(OP_ARENA(op), &(struct media_key){photo[1], MEDIA_THUMB});
    snprintf(path, sizeof path, "%s/%.*s", g.folder, STR_ARG(name));
    assert_int_equal(unlink(path), 0);
    ground_expect(&g, save(false), RC_OK, NULL);
    assert_true(!result.whole && result.damaged == 2 && result.photos == PHOTOS - 2);
    ground_expect(&g, bring_back(false), RC_OK, NULL);
    compare_all();
}

static void test_other_engine(void **state)
{
    (void)state;
    ground_expect(&g, save(false), RC_OK, NULL);
    snprintf(to_db.url, sizeof to_db.url, "%s",
             ground_engine == ENGINE_SQLITE ? "postgresql://h/d" : "sqlite:/x/y");
    ground_expect(&g, bring_back(false), RC_INVALID, "backup_other_engine");
}

static void test_newer_schema(void **state)
{
    struct manifest m;
    struct str text;
    struct buf b;
    (void)state;
    ground_expect(&g, save(false), RC_OK, NULL);
    struct op *op = ground_op(&g);
    assert_int_equal(file_read(OP_ARENA(op), &g.fault, in_backup(BACKUP_MANIFEST), &text), RC_OK);
    assert_int_equal(manifest_read(OP_ARENA(op), &g.fault, text, &m), RC_OK);
    struct schema_step *steps = ARENA_MANY(OP_ARENA(op), struct schema_step, m.facts.nsteps + 1);
    memcpy(steps, m.facts.steps, m.facts.nsteps * sizeof *steps);
    steps[m.facts.nsteps] =
        (struct schema_step){(int64_t)m.facts.nsteps + 1, STR("later"), sha256_of(STR("x"))};
    m.facts.steps = steps;
    m.facts.nsteps++;
    buf_init(&b, 1 << 20);
    manifest_write(&m, 480, &b);
    unlink(in_backup(BACKUP_MANIFEST));
    assert_int_equal(file_write(&g.fault, in_backup(BACKUP_MANIFEST), buf_view(&b)), RC_OK);
    buf_free(&b);
    ground_expect(&g, bring_back(false), RC_CONFLICT, "schema_newer");
}

/* ---- while the server works ---- */

static _Atomic bool stop_writing;
static _Atomic int written;

static void *write_on(void *arg)
{
    struct arena a;
    struct fault f;
    struct db *db;
    arena_init(&a);
    fault_init(&f, &a);
    assert_int_equal(db_open(g.store, &db, &f), RC_OK);
    while (!atomic_load(&stop_writing)) {
        struct op op;
        arena_reset(&a);
        fault_init(&f, &a);
        op_init(&op, &g.env, db, &a, &f);
        struct command c = {.id = change_new_id(&op), .kind = "test", .subject_kind = "test"};
        if (change_begin(&op, &c) != RC_OK || change_commit(&op) != RC_OK)
            break;
        atomic_fetch_add(&written, 1);
    }
    db_close(db);
    arena_free(&a);
    return arg;
}

static void test_while_serving(void **state)
{
    pthread_t writer;
    (void)state;
    atomic_store(&stop_writing, false);
    atomic_store(&written, 0);
    assert_int_equal(pthread_create(&writer, NULL, write_on, NULL), 0);
    while (atomic_load(&written) < WRITES)
        sched_yield();
    enum rc rc = save(false);
    int then = atomic_load(&written);
    while (atomic_load(&written) < then + WRITES)
        sched_yield();
    atomic_store(&stop_writing, true);
    pthread_join(writer, NULL);
    ground_expect(&g, rc, RC_OK, NULL);
    assert_true(result.rows >= WRITES);
    ground_expect(&g, bring_back(false), RC_OK, NULL);
}

static void test_passwords(void **state)
{
    static const struct {
        const char *url, *clean, *password;
    } cases[] = {
        {"postgresql://u:p%40ss@h:5432/d?x=1", "postgresql://u@h:5432/d?x=1", "p@ss"},
        {"postgresql://u@h/d", "postgresql://u@h/d", NULL},
        {"postgresql://h:5432/d", "postgresql://h:5432/d", NULL},
        {"postgresql:///d?host=/tmp&password=a%26b&user=u", "postgresql:///d?host=/tmp&user=u",
         "a&b"},
        {"postgresql:///d?host=/tmp&user=u", "postgresql:///d?host=/tmp&user=u", NULL},
        {"postgresql://u:a@b@h/d", "postgresql://u@h/d", "a@b"},
    };
    struct op *op = ground_op(&g);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str clean, password;
        pg_split_password(OP_ARENA(op), str_of(cases[i].url), &clean, &password);
        assert_true(str_is(clean, cases[i].clean));
        assert_true(str_eq(password, str_of(cases[i].password)));
    }
}

static void test_names(void **state)
{
    struct op *op = ground_op(&g);
    struct media_key key;
    (void)state;
    for (int v = 0; v < MEDIA_VARIANTS; v++) {
        assert_true(media_name_read(
            media_name(OP_ARENA(op), &(struct media_key){photo[0], (enum media_variant)v}), &key));
        assert_true(sha256_eq(key.sha256, photo[0]) && (int)key.variant == v);
    }
    assert_false(media_name_read(STR("media/../../etc/passwd"), &key));
    assert_false(media_name_read(STR("keys"), &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_filled_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_backup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_engine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_newer_schema, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_while_serving, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_passwords, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
    };
    return GROUND_RUN(tests);
}
