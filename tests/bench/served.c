/* served.c - see served.h. */
#include "served.h"

#include "wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

json_t *served_get(int port, const char *path, const char *token)
{
    int status;
    char *body = wire_call(port, "GET", path, token, NULL, &status);
    json_t *doc = json_loads(body, 0, NULL);
    if (status != 200 || !doc) {
        fprintf(stderr, "bench: GET %s: %d %s\n", path, status, body);
        exit(1);
    }
    free(body);
    return doc;
}

const char *served_text(json_t *doc, const char *key)
{
    return json_string_value(json_object_get(doc, key));
}

json_t *served_sign_in(int port, const char *dir, const char *wanted, char token[64])
{
    char path[4096], line[512], login[64] = "", password[64] = "", body[256];
    snprintf(path, sizeof path, "%s/accounts.txt", dir);
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f))
        found = sscanf(line, "%63s %63s", login, password) == 2 && strcmp(login, wanted) == 0;
    if (f)
        fclose(f);
    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"%s\"}", login, found ? password : "");
    int status;
    char *answer = wire_call(port, "POST", "/api/v1/tokens", NULL, body, &status);
    json_t *doc = json_loads(answer, 0, NULL), *me = json_incref(json_object_get(doc, "me"));
    const char *text = served_text(doc, "token");
    if (!text || !me) {
        fprintf(stderr, "bench: %s cannot sign in: %d %s\n", wanted, status, answer);
        exit(1);
    }
    snprintf(token, 64, "%s", text);
    json_decref(doc);
    free(answer);
    return me;
}

pid_t served_start(const char *program, const char *dir, const char *db, int port, double *first_answer_ms)
{
    char number[16];
    snprintf(number, sizeof number, "%d", port);
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        if (db)
            execl(program, program, "serve", "--data", dir, "--port", number, "--db", db, (char *)NULL);
        else
            execl(program, program, "serve", "--data", dir, "--port", number, (char *)NULL);
        _exit(127);
    }
    *first_answer_ms = wire_wait(port);
    if (*first_answer_ms < 0)
        exit(1);
    return pid;
}

void served_stop(pid_t pid)
{
    int status;
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
}

static int run(const char *const argv[])
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return status;
}

void served_copy(const char *from, const char *to)
{
    char all[4096];
    snprintf(all, sizeof all, "%s/.", from);
    if (run((const char *const[]){"cp", "-a", all, to, NULL}) != 0)
        exit(1);
}

void served_remove(const char *dir)
{
    (void)run((const char *const[]){"rm", "-rf", dir, NULL});
}

void served_make_demo(const char *program, const char *dir)
{
    if (run((const char *const[]){program, "demo", "--data", dir, NULL}) != 0) {
        fprintf(stderr, "bench: %s demo failed\n", program);
        exit(1);
    }
}
