/* server_process.c - see harness.h: the server and the command line as processes of their own. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#undef fail /* base's has the name of cmocka's, which fail_msg() needs */
#include "store/testdb.h"
#undef fail
#define fail() _fail(__FILE__, __LINE__)

enum { PORT_FIRST = 22000, PORT_COUNT = 1000, ARGS_MAX = 32, STOP_MS = 30000, REPORT_EXIT = 99 };

static char *output;
static unsigned places;

bool engine_is_postgresql(void)
{
    const char *e = getenv("XIAOHAO_TEST_ENGINE");
    return e && strcmp(e, "postgresql") == 0;
}

static void nap(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * 1000000L}, NULL);
}

static bool port_is_free(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool free_now = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
    close(fd);
    return free_now;
}

static int port_choose(void)
{
    static int next = -1;
    if (next < 0)
        next = (int)getpid() * 7 % PORT_COUNT;
    for (int i = 0; i < PORT_COUNT; i++) {
        next = (next + 1) % PORT_COUNT;
        if (port_is_free(PORT_FIRST + next))
            return PORT_FIRST + next;
    }
    fail_msg("no free port between %d and %d", PORT_FIRST, PORT_FIRST + PORT_COUNT);
    return 0;
}

const char *scratch(const char *name)
{
    static char turns[8][PATH_BYTES];
    static unsigned turn;
    char *p = turns[turn++ % 8];
    testdb_path(name, p, PATH_BYTES);
    return p;
}

bool server_place(struct server *s)
{
    struct testdb db;
    char name[32];
    *s = (struct server){0};
    if (!testdb_new(engine_is_postgresql() ? ENGINE_POSTGRESQL : ENGINE_SQLITE, &db))
        return false;
    snprintf(name, sizeof name, "data%u", ++places);
    snprintf(s->data, sizeof s->data, "%s", scratch(name));
    snprintf(s->db, sizeof s->db, "%s", db.url);
    snprintf(name, sizeof name, "log%u", places);
    snprintf(s->log, sizeof s->log, "%s", scratch(name));
    return true;
}

/* In the child: streams, and what sanitizers do. */
static void child_begin(int out, int err)
{
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("ASAN_OPTIONS",
           "exitcode=99:detect_leaks=1:abort_on_error=0:allocator_may_return_null=1", 1);
    setenv("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1:exitcode=99", 1);
}

static const char *program(void)
{
    const char *p = getenv("XIAOHAO_PROGRAM");
    if (!p || access(p, X_OK) != 0)
        fail_msg("XIAOHAO_PROGRAM does not name the program");
    return p;
}

/* Fails when a sanitizer has written into the log. */
static void check_log(const char *path)
{
    static const char *const signs[] = {"AddressSanitizer", "LeakSanitizer",
                                        "runtime error:", "ThreadSanitizer", "stack smashing"};
    size_t n;
    char *text = file_read(path, &n);
    for (size_t i = 0; text && i < sizeof signs / sizeof *signs; i++) {
        char *found = strstr(text, signs[i]);
        if (!found)
            continue;
        char *from = found - text > 200 ? found - 200 : text;
        fail_msg("%s reports:\n%.6000s", path, from);
    }
    free(text);
}

void server_start(struct server *s)
{
    char port[16];
    s->port = port_choose();
    snprintf(port, sizeof port, "%d", s->port);
    const char *path = program();
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        int log = open(s->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        child_begin(log, log);
        execl(path, path, "serve", "--data", s->data, "--db", s->db, "--port", port, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < READY_MS / 20; i++) {
        if (server_answers(s))
            return;
        if (!server_lives(s))
            break;
        nap(20);
    }
    size_t n;
    char *text = file_read(s->log, &n);
    fail_msg("the server does not start:\n%s", text ? text : "");
}

bool server_lives(struct server *s)
{
    int status;
    if (s->pid <= 0)
        return false;
    if (waitpid(s->pid, &status, WNOHANG) == 0)
        return true;
    print_message("the server ended: status %x\n", (unsigned)status);
    s->pid = 0;
    return false;
}

bool server_answers(const struct server *s)
{
    struct reply r;
    call_make(s->port, &(struct call){.method = "GET", .path = "/healthz"}, &r);
    bool ok = r.status == 200;
    reply_free(&r);
    return ok;
}

static bool wait_end(pid_t pid, int ms, int *status)
{
    for (int i = 0; i < ms / 10; i++) {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        nap(10);
    }
    return false;
}

void server_stop(struct server *s)
{
    int status = 0;
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGTERM);
    bool ended = wait_end(s->pid, STOP_MS, &status);
    if (!ended) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, &status, 0);
    }
    s->pid = 0;
    check_log(s->log);
    if (!ended)
        fail_msg("the server did not stop within %d ms", STOP_MS);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the server ended with status %x; see its log", (unsigned)status);
}

void server_kill(struct server *s)
{
    int status;
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGKILL);
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
    check_log(s->log);
}

void server_beside(const struct server *first, struct server *second)
{
    *second = *first;
    second->pid = 0;
    snprintf(second->log, sizeof second->log, "%.500s.2", first->log);
}

/* ---- the command line ---- */

static int run(char *const *args, const char *to)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
        child_begin(out, out);
        execv(args[0], args);
        _exit(127);
    }
    if (!wait_end(pid, 180000, &status)) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        fail_msg("xiaohao %s does not end", args[1]);
    }
    free(output);
    size_t n;
    output = file_read(to, &n);
    check_log(to);
    if (!WIFEXITED(status))
        fail_msg("xiaohao %s ended by signal %d:\n%s", args[1], WTERMSIG(status), program_output());
    return WEXITSTATUS(status);
}

int program_run(const struct server *s, const char *first, ...)
{
    char *args[ARGS_MAX] = {NULL};
    size_t n = 0;
    va_list ap;
    args[n++] = (char *)(uintptr_t)program();
    va_start(ap, first);
    for (const char *a = first; a && n < ARGS_MAX - 5; a = va_arg(ap, const char *))
        args[n++] = (char *)(uintptr_t)a;
    va_end(ap);
    if (s) {
        args[n++] = (char *)(uintptr_t) "--data";
        args[n++] = (char *)(uintptr_t)s->data;
        args[n++] = (char *)(uintptr_t) "--db";
        args[n++] = (char *)(uintptr_t)s->db;
    }
    return run(args, scratch("program"));
}

const char *program_output(void)
{
    return output ? output : "";
}

void server_init(struct server *s)
{
    if (program_run(s, "init", "--code", "990100", "--name", "演示区文明城市创建指挥部", NULL) != 0)
        fail_msg("init failed:\n%s", program_output());
    const char *p = strstr(program_output(), "password: ");
    assert_non_null(p);
    if (sscanf(p, "password: %60s", s->admin_password) != 1)
        fail_msg("init printed no password");
}
