/*
 * served.h - a demonstration district in a folder of its own and the server on it, as benchmarks need them. Whatever
 * goes wrong here ends the process.
 */
#ifndef XH_BENCH_SERVED_H
#define XH_BENCH_SERVED_H

#include <jansson.h>
#include <sys/types.h>

/* `xiaohao demo` into a new folder `dir`. */
void served_make_demo(const char *program, const char *dir);
void served_copy(const char *from, const char *to);
void served_remove(const char *dir);
/* `xiaohao serve` on it; waits for the first answer. `db` may be NULL: the folder's own. */
pid_t served_start(const char *program, const char *dir, const char *db, int port, double *first_answer_ms);
void served_stop(pid_t pid);
/* A bearer token (64 bytes' room) for a login of accounts.txt; answers `me`, or NULL. Free with json_decref(). */
json_t *served_sign_in(int port, const char *dir, const char *login, char token[64]);
/* A GET that must answer 200. */
json_t *served_get(int port, const char *path, const char *token);
const char *served_text(json_t *doc, const char *key);

#endif
