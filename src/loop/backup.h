/*
 * backup.h - backup (备份) and restore (恢复) of everything one installation holds.
 *
 * A backup is a folder, made beside its place and renamed when it is whole:
 *
 *   manifest.json     engine, schema, rows per table, heads of the journal's chain, hashes
 *   SHA256SUMS        every other file, as `sha256sum -c` reads it
 *   database.sqlite   or database.pgdump (pg_dump -Fc, of one exported snapshot)
 *   media/aa/bb/…     the photographs the snapshot names, with their copies; hard links where the
 * disk allows keys              only when asked for
 *
 * It may be made while the server works: photographs never change and are on disk before their row,
 * so the snapshot is taken first and its photographs afterwards. It writes nothing to the database.
 * All files are read and hashed; a photograph found damaged or missing is named and counted, and
 * does not keep the rest from being saved.
 *
 * The key file stays out unless asked for: whoever has database and keys together has all telephone
 * numbers and addresses in clear. Without it they cannot be opened again, so it must be kept
 * elsewhere; both are said.
 *
 * A restore checks before it changes anything, puts photographs and keys first and the database
 * last, and then compares schema, rows per table, photographs and the journal's chain with the
 * manifest. Refusals, by code: backup_exists, backup_damaged, backup_other_engine, schema_newer,
 * target_not_empty, keys_differ, backup_tool_missing, backup_tool_failed, backup_io,
 * restore_differs.
 */
#ifndef XH_LOOP_BACKUP_H
#define XH_LOOP_BACKUP_H

#include "change/change.h"

#include <stdio.h>

struct backup_order {
    const char *out;       /* the folder to make; must not exist, or be empty */
    const char *db_url;    /* as the store was opened with; pg_dump needs it */
    const char *keys_path; /* the key file */
    bool with_keys;
    const char *version; /* of this program */
    FILE *progress;      /* one line per step for people, in op->lang; NULL: quiet */
};

struct backup_result {
    int64_t tables, rows;
    int64_t photos;  /* whole ones */
    int64_t damaged; /* photographs the snapshot names that could not be read whole */
    int64_t files, bytes;
    bool has_keys;
    bool whole; /* restore: everything compared equal */
};

/* env needs store and media. RC_OK also with damaged photographs: then the backup is there and
 * result->damaged says that something must be looked at (the command line answers 1). */
enum rc backup_create(struct op *op, const struct backup_order *order,
                      struct backup_result *result) MUST_CHECK;

struct restore_order {
    const char *from;
    const char *db_url;
    const char *media_url;
    const char *keys_path;
    bool force; /* a filled target: the SQLite file and differing keys are put aside, never deleted;
                   PostgreSQL tables are replaced in one transaction */
    const struct migration *migrations; /* of this program */
    size_t nmigrations;
    const struct clock *clock;
    enum lang lang;
    FILE *progress;
};

/* The server must not be running on the target. RC_OK with result->whole false never happens: what
 * does not compare equal is "restore_differs". */
enum rc backup_restore(struct arena *a, struct fault *f, const struct restore_order *order,
                       struct backup_result *result) MUST_CHECK;

#endif
