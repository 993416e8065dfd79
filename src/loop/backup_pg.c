/* backup_pg.c - runs pg_dump and pg_restore, without a shell and without a password among the
 * arguments. */
#include "loop/backup_inside.h"

#include <errno.h>
#include <glob.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "http/guard.h"

extern char **environ;

enum { ENV_MAX = 1024 };

/* ---- the password ---- */

static struct str decoded(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    return percent_decode(s, false, out, &n) ? (struct str){out, n} : s;
}

/* postgresql://user:PASSWORD@host/… */
static struct str without_userinfo(struct arena *a, struct str url, struct str *password)
{
    ptrdiff_t begin = str_find(url, STR("://"), 0);
    if (begin < 0)
        return url;
    size_t from = (size_t)begin + 3, end = from;
    while (end < url.n && url.p[end] != '/' && url.p[end] != '?')
        end++;
    struct str authority = str_sub(url, from, end - from);
    ptrdiff_t at = -1, colon = str_find(authority, STR(":"), 0);
    for (ptrdiff_t i = str_find(authority, STR("@"), 0); i >= 0;
         i = str_find(authority, STR("@"), (size_t)i + 1))
        at = i;
    if (at < 0 || colon < 0 || colon > at)
        return url;
    *password = decoded(a, str_sub(authority, (size_t)colon + 1, (size_t)(at - colon - 1)));
    return str_fmt(a, "%.*s%.*s", (int)(from + (size_t)colon), url.p,
                   (int)(url.n - from - (size_t)at), url.p + from + (size_t)at);
}

void pg_split_password(struct arena *a, struct str url, struct str *clean, struct str *password)
{
    struct str base, part, rest = url;
    *password = STR_NONE;
    str_next(&rest, '?', &base);
    *clean = without_userinfo(a, base, password);
    const char *join = "?";
    while (rest.p && str_next(&rest, '&', &part)) {
        if (str_starts(part, STR("password="))) {
            *password = decoded(a, str_sub(part, sizeof "password=" - 1, part.n));
            continue;
        }
        *clean = str_fmt(a, "%.*s%s%.*s", STR_ARG(*clean), join, STR_ARG(part));
        join = "&";
    }
}

/* ---- running ---- */

/* The newest of Debian's versions, for pg_dump refuses servers newer than itself; else by PATH. */
static char *find_program(struct arena *a, const char *name)
{
    glob_t found;
    char *best = str_z(a, str_of(name));
    int64_t best_version = 0, version;
    const struct str pattern = str_fmt(a, "/usr/lib/postgresql/*/bin/%s", name);
    if (glob(pattern.p, 0, NULL, &found) != 0)
        return best;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct str rest = str_of(found.gl_pathv[i] + sizeof "/usr/lib/postgresql/" - 1), word;
        if (str_next(&rest, '/', &word) && str_to_i64(word, 1, 999, &version) &&
            version > best_version) {
            best_version = version;
            best = str_z(a, str_of(found.gl_pathv[i]));
        }
    }
    globfree(&found);
    return best;
}

static char **with_password(struct arena *a, struct str password)
{
    char **env = ARENA_MANY(a, char *, ENV_MAX);
    size_t n = 0;
    for (size_t i = 0; environ[i] && n < ENV_MAX - 2; i++)
        if (!password.p || !str_starts(str_of(environ[i]), STR("PGPASSWORD=")))
            env[n++] = environ[i];
    if (password.p)
        env[n++] = str_z(a, str_fmt(a, "PGPASSWORD=%.*s", STR_ARG(password)));
    return env;
}

static enum rc run(struct arena *a, struct fault *f, char **args, struct str password)
{
    pid_t pid;
    int status = 0;
    int error = posix_spawnp(&pid, args[0], NULL, NULL, args, with_password(a, password));
    if (error) {
        log_error("backup: cannot run %s: %s", args[0], strerror(error));
        return fail(f, RC_INTERNAL, "backup_tool_missing", "找不到 %s，请安装 postgresql-client",
                    "%s was not found; install postgresql-client", args[0]);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            break;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return RC_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(f, RC_INTERNAL, "backup_tool_missing", "找不到 %s，请安装 postgresql-client",
                    "%s was not found; install postgresql-client", args[0]);
    return fail(f, RC_INTERNAL, "backup_tool_failed", "%s 执行失败，原因见其输出",
                "%s failed; it says why above", args[0]);
}

static char *database_arg(struct arena *a, const char *url, struct str *password)
{
    struct str clean;
    pg_split_password(a, str_of(url), &clean, password);
    return str_z(a, str_fmt(a, "--dbname=%.*s", STR_ARG(clean)));
}

enum rc pg_dump_run(struct arena *a, struct fault *f, const char *url, struct str snapshot,
                    const char *file)
{
    struct str password;
    char *args[] = {find_program(a, "pg_dump"),
                    "--format=custom",
                    "--no-owner",
                    "--no-privileges",
                    "--no-password",
                    str_z(a, str_fmt(a, "--snapshot=%.*s", STR_ARG(snapshot))),
                    str_z(a, str_fmt(a, "--file=%s", file)),
                    database_arg(a, url, &password),
                    NULL};
    return run(a, f, args, password);
}

enum rc pg_restore_run(struct arena *a, struct fault *f, const char *url, const char *file,
                       bool replace)
{
    struct str password;
    char *target = database_arg(a, url, &password), *dump = str_z(a, str_of(file));
    char *args[] = {find_program(a, "pg_restore"),
                    "--single-transaction",
                    "--exit-on-error",
                    "--no-owner",
                    "--no-privileges",
                    "--no-password",
                    target,
                    dump,
                    NULL,
                    NULL,
                    NULL};
    if (replace) {
        args[7] = "--clean";
        args[8] = "--if-exists";
        args[9] = dump;
    }
    return run(a, f, args, password);
}
