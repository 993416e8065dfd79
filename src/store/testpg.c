/*
 * testpg.c - `testpg COMMAND ARG…`: starts a throw-away PostgreSQL cluster, runs the command with
 * its address in XIAOHAO_TEST_PG, stops and removes the cluster, and answers the command's exit
 * status. For tests.
 */
#include "store/testdb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int status = 0;
    const char *server = testdb_server();
    if (argc < 2) {
        fprintf(stderr, "usage: testpg COMMAND ARG...\n");
        return 2;
    }
    if (!server)
        return 1;
    setenv("XIAOHAO_TEST_PG", server, 1);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
