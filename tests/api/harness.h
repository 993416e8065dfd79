/*
 * harness.h - what the black-box suites share: the server as a process of its own, its command
 * line, a client, and checks that say what was expected and what came.
 *
 * Nothing of the product is linked but base/ (ids, hashes, time): all that is known here is
 * openapi.yaml and the command line. The engine is named by XIAOHAO_TEST_ENGINE (sqlite,
 * postgresql), the program by XIAOHAO_PROGRAM. A crash, a sanitizer's report or an unclean end of
 * any process started here fails the suite.
 *
 * JSON values handed out belong to the harness and live until the test ends. Checks end the test in
 * hand; only call_make() and what is marked so may be used on other threads.
 */
#ifndef XH_TESTS_API_HARNESS_H
#define XH_TESTS_API_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/hash.h"
#include "base/str.h"

enum { ID_BYTES = 37, SHA_BYTES = 65, PATH_BYTES = 512, TOKEN_BYTES = 128, READY_MS = 20000 };

/* ---- the server ---- */

struct server {
    char data[PATH_BYTES];
    char db[PATH_BYTES];
    char log[PATH_BYTES];
    char admin_password[64]; /* as `init` printed it */
    int port;
    pid_t pid; /* 0: not running */
};

bool engine_is_postgresql(void);
/* An empty database and data folder of their own, under the process's temporary folder; false: no
 * PostgreSQL. */
bool server_place(struct server *s);
/* `xiaohao init`. */
void server_init(struct server *s);
/* Starts and waits until /healthz answers. */
void server_start(struct server *s);
/* SIGTERM, and the end must be clean: status 0, no sanitizer's report. */
void server_stop(struct server *s);
/* SIGKILL; only reports are looked for. */
void server_kill(struct server *s);
bool server_answers(const struct server *s);
/* Still the process that was started? */
bool server_lives(struct server *s);
/* A second process on the same database and data folder. */
void server_beside(const struct server *first, struct server *second);

/* `xiaohao …` with --data and --db of `s` added; arguments end with NULL. Answers the exit status;
 * what it printed on both streams is in program_output() until the next call. */
int program_run(const struct server *s, const char *first, ...) __attribute__((sentinel));
const char *program_output(void);

/* ---- the client ---- */

struct call {
    const char *method;
    const char *path; /* "/api/v1/…" */
    const void *body;
    size_t bytes;
    const char *type; /* NULL: application/json when there is a body */
    const char *bearer, *cookie, *csrf, *if_match, *key, *lang, *origin;
};
struct reply {
    int status; /* 0: no reply */
    char *body; /* ended by NUL */
    size_t bytes;
    char type[80], etag[80], cookie[160], retry_after[16];
    char head[2048]; /* all header lines as they came, without Date, ended by NUL */
};
/* On any thread. Free with reply_free(). */
void call_make(int port, const struct call *c, struct reply *out);
void reply_free(struct reply *r);

/* Who asks. An empty token: nobody. */
struct account {
    char login[40];
    char password[40];
    char person[ID_BYTES];
    char token[TOKEN_BYTES];
};

/* The port the calls below go to. */
void api_aim(int port);
int api_port(void);
/* One call to /api/v1 + path; takes over `body` (NULL: none). The status must be `expect`; the
 * answer's JSON, or NULL when it has none. */
json_t *api(const struct account *who, int expect, const char *method, json_t *body,
            const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* As api(), and it must be a problem with that code. */
json_t *api_fault(const struct account *who, int expect, const char *code, const char *method,
                  json_t *body, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
#define GET(who, ...) api(who, 200, "GET", NULL, __VA_ARGS__)
#define POST(who, expect, body, ...) api(who, expect, "POST", body, __VA_ARGS__)
/* Headers of the last api() reply. */
const struct reply *api_last(void);
/* The next api() call carries this If-Match or Idempotency-Key. */
void api_if_match(const char *etag);
void api_key(const char *id);
/* The next api() call carries these bytes instead of JSON. */
void api_bytes(const void *p, size_t n, const char *type);

void account_sign_in(struct account *a, const char *login, const char *password);

/* ---- JSON ---- */

/* "items.0.id"; NULL when it is not there. */
json_t *at(json_t *j, const char *path);
/* These fail the test when it is not there or of another kind. */
const char *text_at(json_t *j, const char *path);
json_int_t int_at(json_t *j, const char *path);
double number_at(json_t *j, const char *path);
void expect_text(json_t *j, const char *path, const char *value);
void expect_int(json_t *j, const char *path, json_int_t value);
void expect_null(json_t *j, const char *path);
void expect_true(json_t *j, const char *path, bool value);
void expect_count(json_t *j, const char *path, size_t n);
/* A problem's errors[] holds this pointer with this code. */
void expect_field(json_t *problem, const char *pointer, const char *code);
bool has_text(json_t *array, const char *value);
/* Keeps a value until the test ends and answers it. */
json_t *keep(json_t *j);
json_t *packed(const char *fmt, ...);

/* ---- makings ---- */

/* A fresh UUIDv7; the text lives for the next 255 calls. */
const char *new_id(void);
void id_write(char out[ID_BYTES]); /* on any thread */
int64_t now_ms(void);
/* RFC 3339, in one of 16 turns. */
const char *time_text(int64_t ms);
/* A PNG of w×h pixels coloured by `seed`; malloc'd. */
char *picture_png(unsigned w, unsigned h, unsigned seed, size_t *bytes);
/* A PNG of these pixels, 3 bytes each; malloc'd. */
char *pixels_png(const unsigned char *rgb, unsigned w, unsigned h, size_t *bytes);
void sha_text(const void *p, size_t n, char out[SHA_BYTES]);
/* Uploads a PNG of its own; answers its SHA-256. */
const char *upload_picture(const struct account *who, unsigned seed);
/* A file of the shared data ("6_forms/…"); NULL when it is missing. Answers a static text of four
 * turns. */
const char *shared_path(const char *name);
char *file_read(const char *path, size_t *bytes); /* malloc'd, NUL behind; NULL when unreadable */
void file_write(const char *path, const void *p, size_t n);
/* A path in the process's temporary folder. */
const char *scratch(const char *name);

/* Ends the test as skipped when the shared data are not there. */
#define NEEDS_SHARED(name)                                                                         \
    do {                                                                                           \
        if (!shared_path(name)) {                                                                  \
            print_message("skipped: no shared data (%s)\n", name);                                 \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

/* ---- running ---- */

int test_begin(void **state);
/* Frees the JSON; the server must still be the same process and answer. */
int test_end(void **state);
#define CASE(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)

#endif
