/*
 * testdb.h - empty databases for tests, on SQLite and on PostgreSQL.
 *
 * PostgreSQL is a throw-away cluster (own folder, unix socket only, flushes on) that the first call starts and
 * the end of the process removes; with XIAOHAO_TEST_PG=postgresql://… in the environment that server is used
 * instead. `testpg COMMAND…` starts one cluster for a whole command. For tests only; not thread-safe.
 */
#ifndef XH_STORE_TESTDB_H
#define XH_STORE_TESTDB_H

#include "store/store.h"

struct testdb {
    char url[512];
};

/* A new empty database. False: PostgreSQL is not there; the reason was printed, and the test is to be skipped. */
bool testdb_new(enum engine e, struct testdb *out);
/* The server's URL, or NULL with the reason printed. */
const char *testdb_server(void);
/* Kills the cluster as a power cut would and starts it again; false when the server is not our own. */
bool testdb_crash_server(void);
/* A path in this process's temporary folder. */
void testdb_path(const char *name, char *out, size_t bytes);

#endif
