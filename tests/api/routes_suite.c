/*
 * routes_suite.c - every route asked by everybody: nobody without signing in, nobody beyond what
 * their roles name, and every operation of openapi.json is there; then events, readiness, figures,
 * restarts and the command line's exit codes.
 */
#include "world.h"

#include "http/test_client.h"

enum { PUBLIC = 1, ROUTES_MAX = 1000 };

struct line {
    char method[8], pattern[120], action[40];
    unsigned flags;
};
static struct line lines[ROUTES_MAX];
static size_t nlines;

static void read_routes(void)
{
    assert_int_equal(program_run(NULL, "routes", NULL), 0);
    char *text = strdup(program_output()), *rest = text, *one;
    nlines = 0;
    while ((one = strsep(&rest, "\n")) != NULL && nlines < ROUTES_MAX) {
        struct line *l = &lines[nlines];
        if (sscanf(one, "%7s %119s %39s %u", l->method, l->pattern, l->action, &l->flags) == 4)
            nlines++;
    }
    free(text);
    assert_true(nlines > 60);
}

/* Ids of nothing, so that nothing comes of it. */
static void fill_pattern(const char *pattern, char *out, size_t room)
{
    size_t n = 0;
    for (const char *p = pattern; *p && n + SHA_BYTES + 8 < room; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        const char *value = new_id();
        char sha[SHA_BYTES];
        if (strncmp(p, "{sha256}", 8) == 0) {
            sha_text(pattern, strlen(pattern), sha);
            value = sha;
        } else if (strncmp(p, "{variant}", 9) == 0) {
            value = "thumb";
        } else if (strncmp(p, "{kind}", 6) == 0) {
            value = "units";
        }
        n += (size_t)snprintf(out + n, room - n, "%s", value);
        p = strchr(p, '}');
    }
    out[n] = '\0';
}

static void ask(const struct line *l, const struct account *who, struct reply *r)
{
    char path[400];
    fill_pattern(l->pattern, path, sizeof path);
    bool get = strcmp(l->method, "GET") == 0;
    call_make(api_port(),
              &(struct call){.method = l->method,
                             .path = path,
                             .body = get ? NULL : "{}",
                             .bytes = get ? 0 : 2,
                             .bearer = who ? who->token : NULL,
                             .if_match = get ? NULL : "\"1\""},
              r);
}

static bool is_asked(const struct line *l)
{
    return strstr(l->pattern, "/events") == NULL && strcmp(l->method, "DELETE") != 0;
}

static void nobody_without_signing_in(void **state)
{
    (void)state;
    size_t closed = 0;
    read_routes();
    for (size_t i = 0; i < nlines; i++) {
        struct reply r;
        if (lines[i].flags & PUBLIC)
            continue;
        ask(&lines[i], NULL, &r);
        if (r.status != 401)
            fail_msg("%s %s without signing in: %d %s", lines[i].method, lines[i].pattern, r.status,
                     r.body);
        reply_free(&r);
        closed++;
    }
    print_message("%zu routes closed to strangers\n", closed);
}

/* What `me.actions` says is what the routes do. */
static void nobody_beyond_their_roles(void **state)
{
    const struct account *const people[] = {
        &world.admin,   &world.security,  &world.auditor, &world.commander, &world.desk,
        &world.checker, &world.inspector, &world.joint,   &world.contact,   &world.rival,
        &world.grid,    &world.leader,    &world.station};
    (void)state;
    size_t refused = 0, let_in = 0;
    for (size_t k = 0; k < sizeof people / sizeof *people; k++) {
        json_t *actions = at(GET(people[k], "/session"), "me.actions");
        for (size_t i = 0; i < nlines; i++) {
            const struct line *l = &lines[i];
            struct reply r;
            if ((l->flags & PUBLIC) || !is_asked(l) || strcmp(l->action, "self") == 0)
                continue;
            ask(l, people[k], &r);
            bool may = has_text(actions, l->action),
                 shut = r.status == 403 && strstr(r.body, "\"code\":\"not_allowed\"");
            if (may == (shut != 0) || r.status == 401 || r.status >= 500 || r.status == 0)
                fail_msg("%s: %s %s (%s): %d %.600s", people[k]->login, l->method, l->pattern,
                         l->action, r.status, r.body ? r.body : "");
            ++*(may ? &let_in : &refused);
            reply_free(&r);
        }
    }
    print_message("%zu refused, %zu let in\n", refused, let_in);
}

static bool has_route(const char *method, const char *path)
{
    for (size_t i = 0; i < nlines; i++) {
        const char *p = lines[i].pattern + strlen("/api/v1");
        if (strncmp(lines[i].pattern, "/api/v1", 7) == 0 &&
            strcasecmp(lines[i].method, method) == 0 && strcmp(p, path) == 0)
            return true;
    }
    return false;
}

static void openapi_and_routes_agree(void **state)
{
    (void)state;
    const char *path, *method;
    json_t *item, *operation, *paths = at(GET(NULL, "/openapi.json"), "paths");
    size_t n = 0;
    json_object_foreach(paths, path, item)
    {
        json_object_foreach(item, method, operation)
        {
            if (strcmp(method, "parameters") == 0 || strcmp(path, "/openapi.json") == 0)
                continue;
            if (!has_route(method, path))
                fail_msg("openapi has %s %s, the program has not", method, path);
            n++;
        }
    }
    for (size_t i = 0; i < nlines; i++) {
        char lower[8] = "";
        if (strncmp(lines[i].pattern, "/api/v1/", 8) != 0)
            continue;
        for (size_t k = 0; lines[i].method[k]; k++)
            lower[k] = (char)(lines[i].method[k] | 0x20);
        if (!json_object_get(json_object_get(paths, lines[i].pattern + 7), lower))
            fail_msg("openapi lacks %s %s", lines[i].method, lines[i].pattern);
    }
    print_message("%zu operations\n", n);
}

static void events_arrive(void **state)
{
    (void)state;
    char head[300];
    struct buf out;
    buf_init(&out, 1 << 20);
    int fd = client_connect(api_port());
    int n = snprintf(
        head, sizeof head,
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
        world.desk.token);
    assert_true(client_send(fd, head, (size_t)n));
    assert_true(client_read(fd, &out, "text/event-stream"));
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    assert_true(client_read(fd, &out, id));
    assert_non_null(memmem(out.p, out.n, "event: problem.reported", 23));
    close(fd);
    buf_free(&out);
}

static void ready_and_measured(void **state)
{
    (void)state;
    static const char *const paths[] = {"/healthz", "/readyz", "/metrics"}, *const has[] = {
                                                                                "ok",
                                                                                "\"database\":true",
                                                                                "# TYPE"};
    for (int i = 0; i < 3; i++) {
        struct reply r;
        call_make(api_port(), &(struct call){.method = "GET", .path = paths[i]}, &r);
        if (r.status != 200 || !strstr(r.body, has[i]))
            fail_msg("%s: %d %.300s", paths[i], r.status, r.body);
        reply_free(&r);
    }
}

static void restart_keeps_sessions(void **state)
{
    (void)state;
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    server_stop(&world.server);
    server_start(&world.server);
    api_aim(world.server.port);
    expect_text(GET(&world.desk, "/problems/%s", id), "state", "registered");
}

static void command_line(void **state)
{
    (void)state;
    assert_int_equal(program_run(NULL, "version", NULL), 0);
    assert_int_equal(program_run(NULL, "--help", NULL), 0);
    assert_int_equal(program_run(NULL, "serve", "--help", NULL), 0);
    assert_int_equal(program_run(NULL, "fly", NULL), 2);
    assert_int_equal(program_run(NULL, "serve", "--colour", "red", NULL), 2);
    assert_int_equal(program_run(NULL, "serve", "--port", "99999", NULL), 2);
    assert_int_equal(
        program_run(NULL, "serve", "--data", scratch("none"), "--listen", "0.0.0.0", NULL), 2);
    assert_int_equal(program_run(NULL, "serve", "--data", scratch("none"), NULL), 1);
    assert_int_equal(program_run(NULL, "audit", "verify", "--data", scratch("none"), NULL), 1);
    assert_int_equal(program_run(&world.server, "init", NULL), 1); /* once only */
    assert_int_equal(program_run(&world.server, "user", "list", NULL), 0);
    assert_non_null(strstr(program_output(), "inspector"));
    assert_int_equal(program_run(&world.server, "user", "reset", "nobody-here", NULL), 1);
    assert_int_equal(program_run(&world.server, "score", "--group-by", "town", NULL), 0);
    assert_int_equal(program_run(&world.server, "audit", "verify", NULL), 0);
    assert_int_equal(program_run(&world.server, "audit", "verify", "--anchor", "nonsense", NULL),
                     2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nobody_without_signing_in),
        CASE(nobody_beyond_their_roles),
        CASE(openapi_and_routes_agree),
        CASE(events_arrive),
        CASE(ready_and_measured),
        CASE(restart_keeps_sessions),
        CASE(command_line),
    };
    return SUITE(tests);
}
