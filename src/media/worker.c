/* worker.c - see worker.h. */
#include "media/worker.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 15000 };

/* The decoder gets no secret from our environment; the sanitizers' settings are for test builds. */
static void choose_environment(char *env[], size_t room)
{
    static char fixed[][32] = {"LC_ALL=C", "VIPS_WARNING=0", "MALLOC_ARENA_MAX=2"};
    static const char *const passed[] = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS="};
    size_t n = 0;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        env[n++] = fixed[i];
    for (char **e = environ; *e && n + 1 < room; e++)
        for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
            if (strncmp(*e, passed[i], strlen(passed[i])) == 0 && n + 1 < room)
                env[n++] = *e;
    env[n] = NULL;
}

/* Only the socket and stderr stay open in the child; signals are as at start. */
static int spawn(pid_t *pid, const char *executable, int sock)
{
    char *argv[] = {(char *)(uintptr_t)executable, NULL};
    char *env[8];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    choose_environment(env, sizeof env / sizeof *env);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_adddup2(&files, sock, WIRE_SOCKET);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, WIRE_SOCKET + 1);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setpgroup(&attr, 0); /* a Ctrl-C at the terminal is the server's to handle */
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETPGROUP);
    int failed = posix_spawn(pid, executable, &files, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

/* Waits for something to read; false when the time is over. */
static bool wait_readable(int sock, int limit_ms)
{
    int64_t until_us = clock_ticks_us() + (int64_t)limit_ms * 1000;
    for (;;) {
        int64_t left_us = until_us - clock_ticks_us();
        if (left_us <= 0)
            return false;
        struct pollfd p = {.fd = sock, .events = POLLIN};
        int n = poll(&p, 1, (int)(left_us / 1000 + 1));
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

/* Kills and reaps. A process that is already dying keeps the status it dies with. */
static int end(struct worker *w)
{
    int status = 0;
    pid_t got;
    if (!w->pid)
        return 0;
    close(w->sock);
    kill(w->pid, SIGKILL);
    do
        got = waitpid(w->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    *w = (struct worker){.sock = -1};
    return status;
}

void worker_finish(struct worker *w)
{
    end(w);
}

bool worker_begin(struct worker *w, const char *executable)
{
    int pair[2];
    struct wire_answer ready;
    *w = (struct worker){.sock = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    /* dup2 onto itself would leave close-on-exec set. */
    int theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, WIRE_SOCKET + 1);
    close(pair[1]);
    int failed = theirs < 0 ? errno : spawn(&w->pid, executable, theirs);
    if (theirs >= 0)
        close(theirs);
    if (failed) {
        close(pair[0]);
        w->pid = 0;
        log_error("photograph decoder not started errno=%d", failed);
        return false;
    }
    w->sock = pair[0];
    if (wait_readable(w->sock, READY_MS) && wire_receive_answer(w->sock, &ready) &&
        ready.code == WIRE_READY)
        return true;
    int status = end(w);
    log_error("photograph decoder did not come up status=%d", status);
    return false;
}

/* A clean end is no picture's doing: the process was leaving when the job reached it. */
static enum worker_end judge(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 0 ? WORKER_ABSENT : WORKER_CRASHED;
    switch (WTERMSIG(status)) {
    case SIGXCPU:
        return WORKER_TIMEOUT;
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
        return WORKER_LOST;
    default:
        return WORKER_CRASHED;
    }
}

enum worker_end worker_ask(struct worker *w, const struct wire_job *job,
                           const int files[WIRE_FILES], int limit_ms, struct wire_answer *answer)
{
    if (!wire_send_job(w->sock, job, files)) {
        end(w);
        return WORKER_ABSENT;
    }
    if (!wait_readable(w->sock, limit_ms)) {
        end(w);
        log_warn("photograph decoder killed after %d ms", limit_ms);
        return WORKER_TIMEOUT;
    }
    /* End of file comes when the process is dead or dying; a bad length or version is a lie. */
    char peek;
    if (recv(w->sock, &peek, 1, MSG_PEEK) <= 0) {
        int status = end(w);
        log_warn("photograph decoder died status=%d", status);
        return judge(status);
    }
    if (!wire_receive_answer(w->sock, answer) || !wire_answer_ok(answer, job)) {
        end(w);
        log_error("photograph decoder answered nonsense");
        return WORKER_LIED;
    }
    w->pictures++;
    return WORKER_ANSWERED;
}
