/* backup.c - see backup.h: snapshot first, its photographs afterwards, the manifest last, then the
 * name. */
#include "loop/backup_inside.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_sql.h"

enum {
    SUMS_MAX_BYTES = 1 << 30,
    MANIFEST_MAX_BYTES = 16 << 20,
    SAID_EVERY = 1000,
    DAMAGED_NAMED_MAX = 100
};

/* One backup under way. `rd` sees the snapshot: of the copied file (SQLite) or of the server
 * (PostgreSQL). */
struct making {
    struct op *op;
    const struct backup_order *order;
    struct arena *a;
    struct fault *f;
    struct str folder; /* <out>.partial */
    struct store *copy;
    struct db *db;
    struct reader rd;
    struct manifest manifest;
    struct buf sums;
    FILE *to;
    enum lang lang;
};

static const char *inside(struct making *m, const char *name)
{
    return str_fmt(m->a, "%.*s/%s", STR_ARG(m->folder), name).p;
}

/* ---- the database ---- */

static const char *database_name(const struct making *m)
{
    return m->manifest.engine == ENGINE_SQLITE ? BACKUP_SQLITE : BACKUP_PGDUMP;
}

/* The copy is opened for its facts; closing it leaves one file without a log beside it. */
static enum rc snapshot_sqlite(struct making *m)
{
    const char *path = inside(m, BACKUP_SQLITE);
    struct store_config cfg = {.url = str_fmt(m->a, "sqlite:%s", path)};
    RETURN_IF(db_copy_to(m->op->env->store, m->f, path));
    RETURN_IF(store_open(&m->copy, &cfg, m->f));
    RETURN_IF(db_open(m->copy, &m->db, m->f));
    m->rd = (struct reader){m->db, m->a, m->f};
    return facts_read(&m->rd, &m->manifest.facts);
}

static enum rc snapshot_postgresql(struct making *m)
{
    struct backup_snapshot_row snapshot;
    bool found;
    RETURN_IF(db_open(m->op->env->store, &m->db, m->f));
    m->rd = (struct reader){m->db, m->a, m->f};
    RETURN_IF(db_snapshot_begin(&m->rd));
    RETURN_IF(q_backup_snapshot(&m->rd, &snapshot, &found));
    RETURN_IF(facts_read(&m->rd, &m->manifest.facts));
    RETURN_IF(
        file_write(m->f, inside(m, BACKUP_PGDUMP), STR(""))); /* with our mode, not the program's */
    return pg_dump_run(m->a, m->f, m->order->db_url, snapshot.name, inside(m, BACKUP_PGDUMP));
}

static enum rc snapshot(struct making *m)
{
    m->manifest.engine = store_engine(m->op->env->store);
    backup_say(m->to, m->lang, "正在复制数据库…", "Copying the database…");
    RETURN_IF(m->manifest.engine == ENGINE_SQLITE ? snapshot_sqlite(m) : snapshot_postgresql(m));
    backup_say(m->to, m->lang, "  %zu 张表，%lld 行", "  %zu tables, %lld rows",
               m->manifest.facts.ntables, (long long)facts_rows(&m->manifest.facts));
    return RC_OK;
}

static void snapshot_close(struct making *m)
{
    if (m->db && !m->copy)
        db_snapshot_end(&m->rd);
    db_close(m->db);
    store_close(m->copy);
    m->db = NULL;
    m->copy = NULL;
}

/* ---- sums ---- */

static void add_sum(struct making *m, struct str name, struct sha256 hash, int64_t bytes)
{
    struct str hex = str_hex(m->a, hash.b, sizeof hash.b);
    buf_fmt(&m->sums, "%.*s  %.*s\n", STR_ARG(hex), STR_ARG(name));
    m->manifest.files++;
    m->manifest.bytes += bytes;
}

static enum rc add_file(struct making *m, const char *name)
{
    struct sha256 hash;
    int64_t bytes;
    RETURN_IF(file_hash(m->f, inside(m, name), &hash, &bytes));
    add_sum(m, str_of(name), hash, bytes);
    return RC_OK;
}

/* ---- photographs ---- */

static void name_damaged(struct making *m, struct str name)
{
    if (m->manifest.damaged < DAMAGED_NAMED_MAX)
        backup_say(m->to, m->lang, "  缺失或已损坏：%.*s", "  missing or damaged: %.*s",
                   STR_ARG(name));
}

/* *whole stays as it is unless the file is missing, unreadable or not what its name says. */
static enum rc save_variant(struct making *m, const struct media_key *key, bool *whole)
{
    struct str name = media_name(m->a, key);
    const char *to = inside(m, name.p);
    struct media_file file;
    struct sha256 hash;
    int64_t bytes;
    if (file_exists(to)) /* two headquarters may have the same photograph */
        return RC_OK;
    if (media_open(m->op->env->media, m->f, key, &file) != RC_OK) {
        fault_clear(m->f);
        name_damaged(m, name);
        *whole = false;
        return RC_OK;
    }
    enum rc rc = file_bring(m->f, file.fd, to, &hash, &bytes);
    close(file.fd);
    RETURN_IF(rc);
    if (key->variant == MEDIA_ORIGINAL && !sha256_eq(hash, key->sha256)) {
        unlink(to);
        name_damaged(m, name);
        *whole = false;
        return RC_OK;
    }
    add_sum(m, name, hash, bytes);
    return RC_OK;
}

static enum rc save_photo(struct making *m, struct sha256 sha)
{
    bool whole = true;
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        RETURN_IF(save_variant(m, &(struct media_key){sha, (enum media_variant)v}, &whole));
    if (whole)
        m->manifest.photos++;
    else
        m->manifest.damaged++;
    if ((m->manifest.photos + m->manifest.damaged) % SAID_EVERY == 0)
        backup_say(m->to, m->lang, "  %lld 张…", "  %lld…", (long long)m->manifest.photos);
    return RC_OK;
}

static enum rc save_page(struct making *m, struct backup_photos_in *in, size_t *n)
{
    struct backup_photos_row *rows;
    struct arena *outer = m->a, page;
    arena_init(&page);
    m->a = m->rd.arena = &page;
    enum rc rc = q_backup_photos(&m->rd, in, &rows, n);
    for (size_t i = 0; rc == RC_OK && i < *n; i++) {
        in->after = rows[i].sha256;
        rc = save_photo(m, rows[i].sha256);
    }
    m->a = m->rd.arena = outer;
    arena_free(&page);
    return rc;
}

static enum rc save_photos(struct making *m)
{
    backup_say(m->to, m->lang, "正在保存照片…", "Saving photographs…");
    for (size_t i = 0; i < m->manifest.facts.nheads; i++) {
        struct backup_photos_in in = {.hq = m->manifest.facts.heads[i].hq, .row_limit = PHOTO_PAGE};
        size_t n = PHOTO_PAGE;
        while (n == PHOTO_PAGE)
            RETURN_IF(save_page(m, &in, &n));
    }
    backup_say(m->to, m->lang, "  完好 %lld 张，缺失或损坏 %lld 张",
               "  %lld whole, %lld missing or damaged", (long long)m->manifest.photos,
               (long long)m->manifest.damaged);
    return RC_OK;
}

/* ---- keys ---- */

static enum rc save_keys(struct making *m)
{
    const char *path = m->order->keys_path;
    m->manifest.knows_keys = file_exists(path);
    if (m->manifest.knows_keys)
        RETURN_IF(keys_mark(m->a, m->f, path, &m->manifest.keys_mark));
    if (!m->order->with_keys) {
        backup_say(m->to, m->lang,
                   "注意：备份不含密钥文件 "
                   "%s。电话、地址等加密内容没有它便无法恢复，请另行妥善保管，不要与备份放在一起。",
                   "Note: the key file %s is not in this backup. Without it telephone numbers and "
                   "addresses cannot be "
                   "opened again: keep a copy of it, and keep it apart from the backup.",
                   path);
        return RC_OK;
    }
    RETURN_IF(file_copy(m->f, path, inside(m, BACKUP_KEYS)));
    m->manifest.has_keys = true;
    backup_say(m->to, m->lang,
               "注意：备份含密钥文件，得到备份的人即可读取全部个人信息，请按密件保管。",
               "Note: this backup holds the key file. Whoever gets it can read all personal data: "
               "guard it accordingly.");
    return add_file(m, BACKUP_KEYS);
}

/* ---- the whole ---- */

static enum rc seal_folder(struct making *m)
{
    struct str text;
    struct buf json;
    if (m->sums.full)
        return fail(m->f, RC_TOO_LARGE, "backup_too_large", "文件过多", "There are too many files");
    text = buf_view(&m->sums);
    m->manifest.sums = sha256_of(text);
    m->manifest.version = str_of(m->order->version);
    m->manifest.created_ms = m->op->now;
    RETURN_IF(file_write(m->f, inside(m, BACKUP_SUMS), text));
    RETURN_IF(folder_sync(m->f, m->folder.p));
    buf_init(&json, MANIFEST_MAX_BYTES);
    manifest_write(&m->manifest, m->op->zone_min, &json);
    enum rc rc = json.full ? fail(m->f, RC_TOO_LARGE, "backup_too_large", "清单过大",
                                  "The manifest is too large")
                           : file_write(m->f, inside(m, BACKUP_MANIFEST), buf_view(&json));
    buf_free(&json);
    RETURN_IF(rc);
    if (rename(m->folder.p, m->order->out) != 0)
        return backup_io_fault(m->f, m->order->out);
    return folder_sync(m->f, m->order->out);
}

static enum rc make(struct making *m)
{
    RETURN_IF(snapshot(m));
    RETURN_IF(save_photos(m));
    snapshot_close(m);
    RETURN_IF(add_file(m, database_name(m)));
    RETURN_IF(save_keys(m));
    return seal_folder(m);
}

static enum rc prepare_folder(struct making *m)
{
    size_t n = strlen(m->order->out);
    while (n > 1 && m->order->out[n - 1] == '/')
        n--;
    m->folder = str_fmt(m->a, "%.*s.partial", (int)n, m->order->out);
    if (!folder_is_free(m->order->out))
        return fail(m->f, RC_CONFLICT, "backup_exists", "%s 已存在，请另选目录",
                    "%s exists already; choose another folder", m->order->out);
    folder_remove(m->folder.p); /* of a backup that was interrupted */
    return mkdir(m->folder.p, 0700) == 0 ? RC_OK : backup_io_fault(m->f, m->folder.p);
}

enum rc backup_create(struct op *op, const struct backup_order *order, struct backup_result *result)
{
    struct making m = {.op = op,
                       .order = order,
                       .a = OP_ARENA(op),
                       .f = op->rd.fault,
                       .to = order->progress,
                       .lang = op->lang};
    *result = (struct backup_result){0};
    RETURN_IF(prepare_folder(&m));
    buf_init(&m.sums, SUMS_MAX_BYTES);
    enum rc rc = make(&m);
    snapshot_close(&m);
    buf_free(&m.sums);
    if (rc != RC_OK) {
        folder_remove(m.folder.p);
        return rc;
    }
    *result = (struct backup_result){.tables = (int64_t)m.manifest.facts.ntables,
                                     .rows = facts_rows(&m.manifest.facts),
                                     .photos = m.manifest.photos,
                                     .damaged = m.manifest.damaged,
                                     .files = m.manifest.files,
                                     .bytes = m.manifest.bytes,
                                     .has_keys = m.manifest.has_keys,
                                     .whole = m.manifest.damaged == 0};
    backup_say(m.to, m.lang, "备份完成：%s，%lld 个文件，%lld 字节",
               "Backup done: %s, %lld files, %lld bytes", order->out, (long long)result->files,
               (long long)result->bytes);
    return RC_OK;
}
