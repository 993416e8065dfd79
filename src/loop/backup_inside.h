/*
 * backup_inside.h - what the files of backup and restore share: the facts of a database and their
 * place in manifest.json (backup_facts.c), files with their hashes (backup_files.c), PostgreSQL's
 * programs (backup_pg.c).
 */
#ifndef XH_LOOP_BACKUP_INSIDE_H
#define XH_LOOP_BACKUP_INSIDE_H

#include "base/buf.h"
#include "loop/backup.h"
#include "media/media_store.h"

enum { BACKUP_FORMAT = 1, PATH_BYTES = 4096, PHOTO_PAGE = 500 };

#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_SUMS "SHA256SUMS"
#define BACKUP_SQLITE "database.sqlite"
#define BACKUP_PGDUMP "database.pgdump"
#define BACKUP_KEYS "keys"

/* ---- facts of a database, and of a backup ---- */

struct schema_step {
    int64_t number;
    struct str name;
    struct sha256 sha256;
};
struct table_rows {
    struct str name;
    int64_t rows;
};
struct journal_head {
    int64_t hq;
    int64_t seq; /* 0: nothing sealed yet */
    struct sha256 hash;
};

struct db_facts {
    struct schema_step *steps;
    size_t nsteps;
    struct table_rows *tables;
    size_t ntables;
    struct journal_head *heads; /* one per headquarters */
    size_t nheads;
};

struct manifest {
    struct db_facts facts;
    enum engine engine;
    struct str version;
    int64_t created_ms;
    int64_t photos, damaged, files, bytes;
    struct sha256 sums;
    bool has_keys;
    bool knows_keys;
    struct sha256
        keys_mark; /* tells whether a key file is the one of this backup, and nothing more */
};

/* The reader's connection must be closed before its arena is freed. */
enum rc facts_read(struct reader *r, struct db_facts *out) MUST_CHECK;
int64_t facts_rows(const struct db_facts *d);
void manifest_write(const struct manifest *m, int zone_min, struct buf *out);
enum rc manifest_read(struct arena *a, struct fault *f, struct str text,
                      struct manifest *out) MUST_CHECK;
/* Names the first difference; answers NULL when there is none. */
const char *facts_differ(struct arena *a, const struct db_facts *want, const struct db_facts *got);

/* ---- files ---- */

enum rc backup_io_fault(struct fault *f, const char *path) MUST_CHECK;
/* Hash of a whole file. */
enum rc file_hash(struct fault *f, const char *path, struct sha256 *out, int64_t *bytes) MUST_CHECK;
/* A hard link of an open file where possible, else a copy; hashed on the way. Makes the folders
 * above. */
enum rc file_bring(struct fault *f, int from, const char *to, struct sha256 *out,
                   int64_t *bytes) MUST_CHECK;
/* A copy of its own, mode 0600, on disk when it returns. */
enum rc file_copy(struct fault *f, const char *from, const char *to) MUST_CHECK;
enum rc file_write(struct fault *f, const char *path, struct str text) MUST_CHECK;
enum rc file_read(struct arena *a, struct fault *f, const char *path, struct str *out) MUST_CHECK;
/* Renames `path` to "<path>.before-restore-<time>" when it exists. */
enum rc file_put_aside(struct arena *a, struct fault *f, const char *path,
                       const struct clock *clock) MUST_CHECK;
bool file_exists(const char *path);
/* Makes the folders a file's path names. */
enum rc folders_above(struct fault *f, const char *path) MUST_CHECK;
void folder_remove(const char *path);
/* Does not exist, or is an empty folder (which is removed). */
bool folder_is_free(const char *path);
/* Everything below is on disk. */
enum rc folder_sync(struct fault *f, const char *path) MUST_CHECK;
enum rc keys_mark(struct arena *a, struct fault *f, const char *path,
                  struct sha256 *out) MUST_CHECK;

/* "media/aa/bb/<sha256>.thumb.jpg" */
struct str media_name(struct arena *a, const struct media_key *key);
/* The key such a name stands for; false for any other name. */
bool media_name_read(struct str name, struct media_key *out);

/* ---- PostgreSQL's own programs ---- */

enum rc pg_dump_run(struct arena *a, struct fault *f, const char *url, struct str snapshot,
                    const char *file) MUST_CHECK;
/* All or nothing; `replace`: drops what the backup holds first. */
enum rc pg_restore_run(struct arena *a, struct fault *f, const char *url, const char *file,
                       bool replace) MUST_CHECK;
/* The address without its password, which goes to the program by its environment: arguments can be
 * seen by every user of the machine. `password` is absent where there was none. */
void pg_split_password(struct arena *a, struct str url, struct str *clean, struct str *password);

/* ---- words ---- */

/* One line of progress; `zh` and `en` take the same arguments. */
void backup_say(FILE *to, enum lang lang, const char *zh, const char *en, ...);

#endif
