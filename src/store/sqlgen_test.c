/*
 * sqlgen_test.c - what tools/sqlgen refuses, with the line it names; and that a sound file goes
 * through. The path of the program is the first argument.
 */
#include "store/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

/* Exit status; what it said goes to `said`. */
static int generate(const char *sql, char *said, size_t bytes)
{
    char in[128], h[128], c[128];
    int pipes[2], status;
    testdb_path("q.sql", in, sizeof in);
    testdb_path("q.h", h, sizeof h);
    testdb_path("q.c", c, sizeof c);
    FILE *f = fopen(in, "w");
    assert_non_null(f);
    fputs(sql, f);
    fclose(f);
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], STDERR_FILENO);
        execl(program, program, "q", in, h, c, (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    FILE *answer = fdopen(pipes[0], "r");
    assert_non_null(answer);
    said[fread(said, 1, bytes - 1, answer)] = '\0';
    fclose(answer);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define NAMED "-- name: x :many\n-- in: hq i64, q text?\n-- out: n i64\n"

static void faults_are_named_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *said;
    } cases[] = {
        {"", ":1: error: no query"},
        {"SELECT 1;", ":1: error: text outside"},
        {"-- in: a i64\n", ":1: error: declaration outside"},
        {"-- name: x :all\n", ":1: error: the kind is missing"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq AND a = :q", "does not end in `;`"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq;",
         ":1: error: parameter 'q' of 'x' is declared but not used"},
        {NAMED "SELECT n FROM t\nWHERE a = :q AND z = :other;",
         ":5: error: parameter 'other' is used but"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq AND :q::text = '';",
         ":4: error: `::` is PostgreSQL only"},
        {NAMED "SELECT n FROM t WHERE hq_id = $1;", "write parameters as :name"},
        {NAMED "SELECT n FROM t WHERE hq_id = ?;", "write parameters as :name"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq [[hq: AND a]];", "is not nullable"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq [[q: AND a [[q! b]]]];", "`[[` inside `[[`"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq [[q: AND a;", "not closed by `]]`"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq [[q AND a]];", "is expected"},
        {NAMED "SELECT n FROM t WHERE a = 'x;\n;", "quote ' is not closed"},
        {NAMED "SELECT n /* FROM t;", "comment is not closed"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq AND a ILIKE :q;", "ilike is not the same"},
        {NAMED "SELECT n FROM t WHERE hq_id = :hq AND a < Now() AND :q = '';",
         "now() is not the same"},
        {NAMED "SELECT 1; SELECT 2;", "error: "},
        {NAMED NAMED "SELECT 1;", "'x' has no statement"},
        {"-- name: x :many\nSELECT 1;", ":many need `-- out:`"},
        {"-- name: x :exec\n-- out: n i64\nDELETE FROM t;", ":exec has none"},
        {"-- name: x :exec\n-- in: a int\nDELETE FROM t;", ":2: error: 'int' is no type"},
        {"-- name: x :exec\n-- in: a f64?\nDELETE FROM t;", "cannot be nullable"},
        {"-- name: x :exec\n-- in: a i64 b\nDELETE FROM t;", "a comma or the end"},
        {"-- name: x :exec\n-- in: a i64, a text\nDELETE FROM t;", "declared twice"},
        {"-- name: x :exec\nDELETE FROM t;\n-- name: x :exec\nDELETE FROM u;",
         ":3: error: the name 'x' is taken"},
        {"-- name: x :exec @pg\nDELETE FROM t;", "has no earlier text"},
        {"-- name: x :exec\nDELETE FROM t;\n-- name: x :exec @oracle\nDELETE FROM u;",
         "`@pg` or `@sqlite`"},
    };
    char said[1024];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (generate(cases[i].sql, said, sizeof said) != 1 || !strstr(said, cases[i].said))
            fail_msg("case %zu: '%s' is not in '%s'", i, cases[i].said, said);
    }
}

static void sound_files_go_through(void **state)
{
    (void)state;
    char said[1024];
    static const char sql[] =
        "-- a heading\n\n" NAMED
        "-- a remark\nSELECT n, 'it''s ; :not ?' /* ; :no */ FROM \"t:x\" -- ; :no\n"
        "WHERE hq_id = :hq [[q: AND a LIKE :q]] [[q! AND b]];\n-- between\n"
        "-- name: y :one\n-- in: like x\n-- out: like x\nSELECT n FROM t WHERE hq_id = :hq AND a = "
        ":q;\n"
        "-- name: y :one @pg\nSELECT n FROM t WHERE hq_id = :hq AND a ILIKE :q AND now() > b;\n"
        "-- name: z :exec\nDELETE FROM t;\n";
    if (generate(sql, said, sizeof said) != 0)
        fail_msg("%s", said);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named_with_their_line),
        cmocka_unit_test(sound_files_go_through),
    };
    program = argc > 1 ? argv[1] : "sqlgen";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
