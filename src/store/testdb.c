/* testdb.c - see testdb.h. Clusters are driven through PostgreSQL's own programs, so no driver is
 * needed. */
#include "store/testdb.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 512, ARGS_MAX = 24, READY_TRIES = 600, READY_WAIT_MS = 50 };

static struct {
    pid_t owner;
    char dir[64];
    char bin[PATH_BYTES];
    char url[PATH_BYTES];
    pid_t server;
    uid_t uid;
    gid_t gid;
    bool foreign; /* XIAOHAO_TEST_PG */
    bool failed;
    int made;
} self;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

/* Runs a program as the cluster's user and waits, or (with *server) leaves it running. */
static bool run(const char *const *args, pid_t *server)
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        if (self.uid && getuid() == 0 &&
            (setgroups(1, &self.gid) || setgid(self.gid) || setuid(self.uid)))
            _exit(126);
        /* The cluster must not outlive a test that crashed. */
        if (server)
            prctl(PR_SET_PDEATHSIG, SIGINT);
        execv(args[0], (char *const *)args);
        _exit(127);
    }
    if (server) {
        *server = pid;
        return pid > 0;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char *tool(const char *name)
{
    static char path[4][PATH_BYTES + 32];
    static unsigned next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", self.bin, name);
    return p;
}

static void stop_server(int how)
{
    if (!self.server)
        return;
    kill(self.server, how);
    while (waitpid(self.server, NULL, 0) < 0 && errno == EINTR)
        ;
    self.server = 0;
}

static void drop_foreign(void)
{
    for (int i = 1; self.foreign && i <= self.made; i++) {
        char name[64];
        snprintf(name, sizeof name, "t_%d_%d", (int)self.owner, i);
        const char *args[] = {tool("dropdb"), "--if-exists", "--force", "--maintenance-db",
                              self.url,       name,          NULL};
        run(args, NULL);
    }
}

static void clean_up(void)
{
    if (getpid() != self.owner)
        return;
    drop_foreign();
    stop_server(SIGINT);
    nftw(self.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_dir(void)
{
    if (self.owner == getpid())
        return true;
    memset(&self, 0, sizeof self);
    snprintf(self.dir, sizeof self.dir, "/tmp/xhtest-XXXXXX");
    if (!mkdtemp(self.dir))
        return false;
    self.owner = getpid();
    atexit(clean_up);
    return true;
}

void testdb_path(const char *name, char *out, size_t bytes)
{
    make_dir();
    snprintf(out, bytes, "%s/%s", self.dir, name);
}

static const char *skip(const char *reason)
{
    fprintf(stderr, "skipped: no PostgreSQL for tests: %s\n", reason);
    self.failed = true;
    return NULL;
}

static bool find_programs(void)
{
    glob_t found;
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) != 0)
        return false;
    snprintf(self.bin, sizeof self.bin, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return access(tool("createdb"), X_OK) == 0;
}

static bool start_server(void)
{
    char data[PATH_BYTES];
    snprintf(data, sizeof data, "%s/pg", self.dir);
    const char *args[] = {tool("postgres"),
                          "-D",
                          data,
                          "-k",
                          self.dir,
                          "-c",
                          "listen_addresses=",
                          "-c",
                          "max_connections=60",
                          "-c",
                          "max_prepared_transactions=0",
                          NULL};
    const char *ready[] = {tool("pg_isready"), "-h", self.dir, NULL};
    if (!run(args, &self.server))
        return false;
    for (int i = 0; i < READY_TRIES; i++) {
        if (run(ready, NULL))
            return true;
        nanosleep(&(struct timespec){0, READY_WAIT_MS * 1000000L}, NULL);
    }
    return false;
}

static const char *start_cluster(void)
{
    char data[PATH_BYTES];
    snprintf(data, sizeof data, "%s/pg", self.dir);
    if (getuid() == 0) {
        const struct passwd *pw = getpwnam("postgres");
        if (!pw)
            return skip("root may not run it and there is no user postgres");
        self.uid = pw->pw_uid;
        self.gid = pw->pw_gid;
        if (chmod(self.dir, 0711) != 0 || mkdir(data, 0700) != 0 ||
            chown(data, self.uid, self.gid) != 0 || chown(self.dir, self.uid, self.gid) != 0)
            return skip("its folder cannot be made");
    }
    const char *init[] = {tool("initdb"), "-D",    data, "-U",   "postgres",
                          "-A",           "trust", "-E", "UTF8", "--locale=C.UTF-8",
                          "-N",           NULL};
    if (!run(init, NULL))
        return skip("initdb failed");
    if (!start_server())
        return skip("the server does not start");
    snprintf(self.url, sizeof self.url, "postgresql:///postgres?host=%s&user=postgres", self.dir);
    return self.url;
}

const char *testdb_server(void)
{
    const char *given = getenv("XIAOHAO_TEST_PG");
    if (!make_dir() || self.failed)
        return NULL;
    if (self.url[0])
        return self.url;
    if (!find_programs())
        return skip("its programs are not installed under /usr/lib/postgresql");
    if (!given || !*given)
        return start_cluster();
    snprintf(self.url, sizeof self.url, "%s", given);
    self.foreign = true;
    return self.url;
}

bool testdb_crash_server(void)
{
    if (!testdb_server() || self.foreign)
        return false;
    stop_server(SIGQUIT);
    return start_server();
}

/* postgresql://host/OLD?x -> postgresql://host/NAME?x */
static void with_name(const char *url, const char *name, struct testdb *out)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *query = strchr(host, '?');
    const char *path = strchr(host, '/');
    size_t n = path && (!query || path < query) ? (size_t)(path - url)
               : query                          ? (size_t)(query - url)
                                                : strlen(url);
    snprintf(out->url, sizeof out->url, "%.*s/%s%s", (int)n, url, name, query ? query : "");
}

bool testdb_new(enum engine e, struct testdb *out)
{
    char name[64];
    if (!make_dir())
        return false;
    if (e == ENGINE_SQLITE) {
        snprintf(out->url, sizeof out->url, "sqlite:%s/t%d.db", self.dir, ++self.made);
        return true;
    }
    const char *server = testdb_server();
    if (!server)
        return false;
    snprintf(name, sizeof name, "t_%d_%d", (int)self.owner, ++self.made);
    const char *args[] = {tool("createdb"),   "-T",   "template0", "-E", "UTF8", "-l", "C.UTF-8",
                          "--maintenance-db", server, name,        NULL};
    if (!run(args, NULL)) {
        skip("createdb failed");
        return false;
    }
    with_name(server, name, out);
    return true;
}
