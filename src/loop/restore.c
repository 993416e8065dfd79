/* restore.c - see backup.h: everything is checked first, the database comes last, and the outcome
 * is compared. */
#include "loop/backup_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit.h"
#include "backup_sql.h"

enum { PIECE_BYTES = 64 * 1024, SAID_EVERY = 1000 };

struct restoring {
    const struct restore_order *order;
    struct arena *a;
    struct fault *f;
    struct manifest manifest;
    struct str sums;
    struct media_store *media;
    struct store *store;
    struct db *db;
    struct reader rd;
    int64_t files;
    FILE *to;
    enum lang lang;
};

static const char *inside(struct restoring *r, const char *name)
{
    return str_fmt(r->a, "%s/%s", r->order->from, name).p;
}

static enum rc damaged(struct restoring *r, struct str name)
{
    return fail(r->f, RC_INVALID, "backup_damaged", "备份已损坏：%.*s",
                "The backup is damaged: %.*s", STR_ARG(name));
}

/* ---- the backup itself ---- */

static enum rc read_folder(struct restoring *r)
{
    struct str text;
    RETURN_IF(file_read(r->a, r->f, inside(r, BACKUP_MANIFEST), &text));
    RETURN_IF(manifest_read(r->a, r->f, text, &r->manifest));
    RETURN_IF(file_read(r->a, r->f, inside(r, BACKUP_SUMS), &r->sums));
    return sha256_eq(sha256_of(r->sums), r->manifest.sums) ? RC_OK : damaged(r, STR(BACKUP_SUMS));
}

/* The next line of SHA256SUMS; false at the end. */
static bool next_sum(struct str *rest, struct sha256 *hash, struct str *name)
{
    enum { HEX = 64 };
    struct str line;
    if (!str_next(rest, '\n', &line) || line.n <= HEX + 2 ||
        !str_unhex(str_sub(line, 0, HEX), hash->b, sizeof hash->b))
        return false;
    *name = str_sub(line, HEX + 2, line.n);
    return true;
}

/* The database and the keys; photographs are checked while they are taken in. */
static enum rc check_files(struct restoring *r)
{
    struct str rest = r->sums, name;
    struct sha256 want, got;
    struct media_key key;
    int64_t bytes, n = 0;
    for (; next_sum(&rest, &want, &name); n++) {
        if (media_name_read(name, &key))
            continue;
        if (!str_is(name, BACKUP_SQLITE) && !str_is(name, BACKUP_PGDUMP) &&
            !str_is(name, BACKUP_KEYS))
            return damaged(r, name);
        RETURN_IF(file_hash(r->f, inside(r, str_z(r->a, name)), &got, &bytes));
        if (!sha256_eq(want, got))
            return damaged(r, name);
    }
    return n == r->manifest.files ? RC_OK : damaged(r, STR(BACKUP_SUMS));
}

static enum rc check_schema(struct restoring *r)
{
    const struct restore_order *o = r->order;
    const struct db_facts *d = &r->manifest.facts;
    for (size_t i = 0; i < d->nsteps; i++) {
        if (i >= o->nmigrations)
            return fail(
                r->f, RC_CONFLICT, "schema_newer",
                "备份来自更新的版本（%.*s），请使用该版本或更新的程序恢复",
                "The backup comes from a newer version (%.*s); restore it with that or a later one",
                STR_ARG(r->manifest.version));
        if (d->steps[i].number != o->migrations[i].number ||
            !sha256_eq(d->steps[i].sha256, sha256_of(o->migrations[i].sql)))
            return fail(r->f, RC_CONFLICT, "schema_unknown",
                        "备份的升级历史与本程序不一致（第 %lld 步），拒绝使用",
                        "the backup has another history than this program (step %lld); refused",
                        (long long)d->steps[i].number);
    }
    return RC_OK;
}

/* ---- the target ---- */

static const char *sqlite_path(const struct restoring *r)
{
    return r->order->db_url + sizeof "sqlite:" - 1;
}

static enum rc check_engine(struct restoring *r)
{
    bool lite = str_starts(str_of(r->order->db_url), STR("sqlite:"));
    if (lite == (r->manifest.engine == ENGINE_SQLITE))
        return RC_OK;
    return fail(r->f, RC_INVALID, "backup_other_engine",
                "备份与目标数据库类型不同（SQLite、PostgreSQL 之间请用导出、导入）",
                "The backup is of the other kind of database (between SQLite and PostgreSQL use "
                "export and import)");
}

static enum rc not_empty(struct restoring *r)
{
    return fail(
        r->f, RC_CONFLICT, "target_not_empty",
        "目标数据库已有数据；确认后请先停止服务，再加 --force 恢复",
        "The target database is not empty; if you mean it, stop the server and say --force");
}

static enum rc open_target(struct restoring *r)
{
    struct store_config cfg = {.url = str_of(r->order->db_url)};
    RETURN_IF(store_open(&r->store, &cfg, r->f));
    RETURN_IF(db_open(r->store, &r->db, r->f));
    r->rd = (struct reader){r->db, r->a, r->f};
    return RC_OK;
}

static void close_target(struct restoring *r)
{
    db_close(r->db);
    store_close(r->store);
    r->db = NULL;
    r->store = NULL;
}

static enum rc check_target(struct restoring *r)
{
    struct backup_tables_row *rows;
    size_t n = 0;
    RETURN_IF(check_engine(r));
    if (r->order->force)
        return RC_OK;
    if (r->manifest.engine == ENGINE_SQLITE)
        return file_exists(sqlite_path(r)) ? not_empty(r) : RC_OK;
    enum rc rc = open_target(r);
    if (rc == RC_OK)
        rc = q_backup_tables(&r->rd, &rows, &n);
    close_target(r);
    RETURN_IF(rc);
    return n ? not_empty(r) : RC_OK;
}

/* ---- keys ---- */

static enum rc same_keys(struct restoring *r, bool *same)
{
    struct sha256 mark;
    *same = true;
    if (!r->manifest.knows_keys)
        return RC_OK;
    RETURN_IF(keys_mark(r->a, r->f, r->order->keys_path, &mark));
    *same = sha256_eq(mark, r->manifest.keys_mark);
    return RC_OK;
}

static enum rc keys_differ(struct restoring *r)
{
    return fail(r->f, RC_CONFLICT, "keys_differ", "%s 不是该备份所用的密钥文件；确认后请加 --force",
                "%s is not the key file of this backup; if you mean it, say --force",
                r->order->keys_path);
}

/* Asked before anything is changed. */
static enum rc check_keys(struct restoring *r)
{
    bool same = true;
    if (!file_exists(r->order->keys_path) || r->order->force)
        return RC_OK;
    RETURN_IF(same_keys(r, &same));
    return same ? RC_OK : keys_differ(r);
}

static enum rc put_keys(struct restoring *r)
{
    const char *path = r->order->keys_path;
    bool same = false;
    if (file_exists(path))
        RETURN_IF(same_keys(r, &same));
    if (same)
        return RC_OK;
    if (r->manifest.has_keys) {
        RETURN_IF(file_put_aside(r->a, r->f, path, r->order->clock));
        return file_copy(r->f, inside(r, BACKUP_KEYS), path);
    }
    backup_say(r->to, r->lang,
               "注意：备份不含密钥文件。请将原密钥文件放到 %s "
               "后再启动服务，否则电话、地址等加密内容无法读取。",
               "Note: the backup holds no keys. Put the original key file at %s before serving, or "
               "telephone numbers and "
               "addresses cannot be opened.",
               path);
    return RC_OK;
}

/* ---- photographs ---- */

static enum rc pour(struct restoring *r, int fd, struct media_write *w)
{
    char *piece = xmalloc(PIECE_BYTES);
    enum rc rc = RC_OK;
    ssize_t n = 0;
    while (rc == RC_OK && (n = read(fd, piece, PIECE_BYTES)) > 0)
        rc = media_write_piece(w, r->f, (struct str){piece, (size_t)n});
    free(piece);
    return rc == RC_OK && n < 0 ? backup_io_fault(r->f, r->order->from) : rc;
}

static enum rc take_photo(struct restoring *r, struct str name, const struct media_key *key,
                          struct sha256 want)
{
    struct media_write *w;
    const char *path = inside(r, str_z(r->a, name));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return damaged(r, name);
    enum rc rc = media_begin(r->media, r->f, INT64_MAX, &w);
    if (rc == RC_OK) {
        rc = pour(r, fd, w);
        if (rc == RC_OK && !sha256_eq(media_written(w), want))
            rc = damaged(r, name);
        if (rc == RC_OK)
            rc = media_commit(w, r->f, key);
        else
            media_abort(w);
    }
    close(fd);
    return rc;
}

static enum rc take_photos(struct restoring *r)
{
    struct str rest = r->sums, name;
    struct arena *outer = r->a, one;
    struct sha256 want;
    struct media_key key;
    enum rc rc = RC_OK;
    backup_say(r->to, r->lang, "正在恢复照片…", "Restoring photographs…");
    RETURN_IF(media_store_open(&r->media, r->f, r->order->media_url));
    arena_init(&one);
    r->a = &one;
    while (rc == RC_OK && next_sum(&rest, &want, &name)) {
        if (!media_name_read(name, &key))
            continue;
        rc = take_photo(r, name, &key, want);
        arena_reset(&one);
        if (++r->files % SAID_EVERY == 0)
            backup_say(r->to, r->lang, "  %lld 个文件…", "  %lld files…", (long long)r->files);
    }
    r->a = outer;
    arena_free(&one);
    return rc;
}

/* ---- the database ---- */

static enum rc put_sqlite(struct restoring *r)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    const char *path = sqlite_path(r), *fresh = str_fmt(r->a, "%s.restoring", path).p;
    RETURN_IF(folders_above(r->f, path));
    unlink(fresh); /* of a restore that was interrupted */
    RETURN_IF(file_copy(r->f, inside(r, BACKUP_SQLITE), fresh));
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        RETURN_IF(
            file_put_aside(r->a, r->f, str_fmt(r->a, "%s%s", path, tails[i]).p, r->order->clock));
    return rename(fresh, path) == 0 ? RC_OK : backup_io_fault(r->f, path);
}

static enum rc put_database(struct restoring *r)
{
    backup_say(r->to, r->lang, "正在恢复数据库…", "Restoring the database…");
    if (r->manifest.engine == ENGINE_SQLITE)
        return put_sqlite(r);
    return pg_restore_run(r->a, r->f, r->order->db_url, inside(r, BACKUP_PGDUMP), r->order->force);
}

/* ---- comparing ---- */

static enum rc differs(struct restoring *r, const char *what)
{
    return fail(r->f, RC_INTERNAL, "restore_differs", "恢复后与备份清单不符：%s",
                "What was restored differs from the manifest: %s", what);
}

static enum rc count_photos(struct restoring *r, int64_t hq, int64_t *missing)
{
    struct backup_photos_in in = {.hq = hq, .row_limit = PHOTO_PAGE};
    struct backup_photos_row *rows;
    size_t n = PHOTO_PAGE;
    while (n == PHOTO_PAGE) {
        RETURN_IF(q_backup_photos(&r->rd, &in, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            in.after = rows[i].sha256;
            bool whole = true;
            for (int v = 0; v < MEDIA_VARIANTS; v++)
                whole = whole && media_has(r->media, &(struct media_key){rows[i].sha256,
                                                                         (enum media_variant)v});
            *missing += !whole;
        }
    }
    return RC_OK;
}

static enum rc verify_journal(struct restoring *r, const struct journal_head *head)
{
    struct env env = {
        .store = r->store, .clock = (struct clock *)(uintptr_t)r->order->clock, .hq = head->hq};
    struct audit_report *report = ARENA_NEW(r->a, struct audit_report);
    struct op op;
    op_init(&op, &env, r->db, r->a, r->f);
    RETURN_IF(audit_verify(&op, (struct audit_anchor){head->seq, head->hash}, report));
    backup_say(r->to, r->lang,
               "  操作日志：封存 %lld 个，核对 %lld 条，未封存 %lld 条，问题 %lld 处",
               "  journal: %lld seals, %lld rows compared, %lld not sealed yet, %lld faults",
               (long long)report->seals, (long long)report->rows, (long long)report->unsealed,
               (long long)report->nfindings);
    return report->nfindings ? differs(r, "journal_seal (xiaohao audit verify)") : RC_OK;
}

static enum rc compare(struct restoring *r)
{
    struct db_facts got;
    int64_t missing = 0;
    backup_say(r->to, r->lang, "正在核对…", "Comparing…");
    RETURN_IF(open_target(r));
    RETURN_IF(facts_read(&r->rd, &got));
    const char *what = facts_differ(r->a, &r->manifest.facts, &got);
    if (what)
        return differs(r, what);
    for (size_t i = 0; i < got.nheads; i++) {
        RETURN_IF(count_photos(r, got.heads[i].hq, &missing));
        RETURN_IF(verify_journal(r, &got.heads[i]));
    }
    if (missing > r->manifest.damaged)
        return differs(r, "photo");
    if (missing)
        backup_say(r->to, r->lang, "  备份时已有 %lld 张照片缺失或损坏",
                   "  %lld photographs were missing or damaged already when the backup was made",
                   (long long)missing);
    return RC_OK;
}

/* ---- the whole ---- */

static enum rc restore(struct restoring *r)
{
    backup_say(r->to, r->lang, "正在检查备份…", "Checking the backup…");
    RETURN_IF(read_folder(r));
    RETURN_IF(check_schema(r));
    RETURN_IF(check_target(r));
    RETURN_IF(check_keys(r));
    RETURN_IF(check_files(r));
    RETURN_IF(folders_above(r->f, r->order->keys_path));
    RETURN_IF(take_photos(r));
    RETURN_IF(put_keys(r));
    RETURN_IF(put_database(r));
    return compare(r);
}

enum rc backup_restore(struct arena *a, struct fault *f, const struct restore_order *order,
                       struct backup_result *result)
{
    struct restoring r = {
        .order = order, .a = a, .f = f, .to = order->progress, .lang = order->lang};
    *result = (struct backup_result){0};
    enum rc rc = restore(&r);
    close_target(&r);
    media_store_close(r.media);
    RETURN_IF(rc);
    const struct manifest *m = &r.manifest;
    *result = (struct backup_result){.tables = (int64_t)m->facts.ntables,
                                     .rows = facts_rows(&m->facts),
                                     .photos = m->photos,
                                     .damaged = m->damaged,
                                     .files = m->files,
                                     .bytes = m->bytes,
                                     .has_keys = m->has_keys,
                                     .whole = true};
    backup_say(r.to, r.lang, "恢复完成：%lld 张表，%lld 行，照片 %lld 张",
               "Restore done: %lld tables, %lld rows, %lld photographs", (long long)result->tables,
               (long long)result->rows, (long long)result->photos);
    if (m->facts.nsteps < order->nmigrations)
        backup_say(r.to, r.lang, "备份来自较早的版本；启动服务时将升级数据库",
                   "The backup is of an earlier version; serving will upgrade the database");
    return RC_OK;
}
