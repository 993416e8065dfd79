/*
 * permission_suite.c - the table of permissions (permission_table.txt) asked of the program line by line: every route,
 * every role, one's own, another unit's, held and published records. A route that is not in the table fails, and a line
 * that no route answers. All the while a second headquarters lies in the same database, a twin of the first with the same
 * ids and codes: no answer changes by it, nobody of it gets in, and nothing that is done touches it.
 */
#include "permission_makings.h"

#include "http/test_client.h"
#include "twin.h"

enum { LINES_MAX = 600, PATTERN_BYTES = 120, BODY_BYTES = 400, FILLED_BYTES = 900, ROLES = 15, WRONG_MAX = 400 };

struct line {
    char method[8], pattern[PATTERN_BYTES], subject[24], expected[RELATIONS][ROLES + 1], body[BODY_BYTES];
};
static struct line table[LINES_MAX];
static size_t nlines;
static const struct account nobody;
static const struct account *const roles[ROLES] = {
    &world.commander,    &more_people.plain, &world.desk,           &world.checker, &world.inspector,
    &more_people.judge,  &world.joint,       &world.contact,        &more_people.station, &world.grid,
    &world.leader,       &world.admin,       &world.security,       &world.auditor, &nobody,
};

/* ---- reading ---- */

static void fail_line(const struct line *l, const char *why)
{
    fail_msg("permission_table.txt: %s %s: %s", l->method, l->pattern, why);
}

/* "++++.+++.++.++.333.1" without its dots; "-": not asked. */
static void read_row(struct line *l, enum relation r, const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p && strcmp(text, "-") != 0; p++) {
        if (*p == '.')
            continue;
        if (n == ROLES || !strchr("+1234", *p))
            fail_line(l, text);
        l->expected[r][n++] = *p;
    }
    if (n != 0 && n != ROLES)
        fail_line(l, text);
}

static void read_line(char *text)
{
    char rows[RELATIONS][40];
    int body = 0;
    struct line *l = &table[nlines];
    if (*text == '#' || *text == '\0')
        return;
    assert_true(nlines < LINES_MAX);
    if (sscanf(text, "%7s %119s %23s %39s %39s %39s %39s %n", l->method, l->pattern, l->subject, rows[OWN], rows[OTHER],
               rows[HELD], rows[PUBLISHED], &body) < 7 || body == 0)
        fail_msg("permission_table.txt: not a line: %s", text);
    for (enum relation r = OWN; r < RELATIONS; r++)
        read_row(l, r, rows[r]);
    assert_true(strlen(text + body) < BODY_BYTES);
    snprintf(l->body, BODY_BYTES, "%s", text + body);
    nlines++;
}

static void read_table(void)
{
    char path[PATH_BYTES], *one;
    size_t bytes;
    snprintf(path, sizeof path, "%s/tests/api/permission_table.txt", getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : ".");
    char *text = file_read(path, &bytes), *rest = text;
    assert_non_null(text);
    while ((one = strsep(&rest, "\n")) != NULL)
        read_line(one);
    free(text);
    assert_true(nlines > 250);
}

/* ---- the table and the program name the same routes ---- */

static bool is_route(const char *list, const char *method, const char *pattern)
{
    /* The ground floor's own, which `xiaohao routes` does not list. */
    static const char *const ground[] = {"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"};
    char start[PATTERN_BYTES + 16];
    for (size_t i = 0; i < sizeof ground / sizeof *ground; i++)
        if (strcmp(pattern, ground[i]) == 0)
            return strcmp(method, "GET") == 0;
    snprintf(start, sizeof start, "%s %s ", method, pattern);
    for (const char *p = strstr(list, start); p; p = strstr(p + 1, start))
        if (p == list || p[-1] == '\n')
            return true;
    return false;
}

static bool has_line(const char *method, const char *pattern)
{
    for (size_t i = 0; i < nlines; i++)
        if (strcmp(table[i].method, method) == 0 && strcmp(table[i].pattern, pattern) == 0)
            return true;
    return false;
}

static void every_route_has_its_line(void **state)
{
    (void)state;
    assert_int_equal(program_run(NULL, "routes", NULL), 0);
    char *list = strdup(program_output()), *text = strdup(list), *rest = text, *one;
    size_t n = 0;
    while ((one = strsep(&rest, "\n")) != NULL) {
        char method[8], pattern[PATTERN_BYTES];
        if (sscanf(one, "%7s %119s", method, pattern) != 2)
            continue;
        if (!has_line(method, pattern))
            fail_msg("permission_table.txt lacks %s %s", method, pattern);
        n++;
    }
    for (size_t i = 0; i < nlines; i++)
        if (!is_route(list, table[i].method, table[i].pattern))
            fail_line(&table[i], "there is no such route");
    free(text);
    free(list);
    print_message("%zu routes in %zu lines\n", n, nlines);
}

/* ---- asking ---- */

struct filled {
    char path[FILLED_BYTES], body[FILLED_BYTES];
};

static const char *nothing_sha(void)
{
    static char sha[SHA_BYTES];
    sha_text("no such photograph", 18, sha);
    return sha;
}

static const char *value_of(const struct line *l, enum relation r, const char *name, size_t n, bool first)
{
    static const struct {
        const char *name, *value;
    } fixed[] = {{"kind", "units"}, {"code", "general"}, {"variant", "thumb"}};
    char beside[64];
    snprintf(beside, sizeof beside, "%s.%.*s", l->subject, (int)n, name);
    const char *value = first ? NULL : made_called(beside, strlen(beside), r);
    if (first && strcmp(l->subject, "-") != 0)
        value = made_called(l->subject, strlen(l->subject), r);
    for (size_t i = 0; !value && i < sizeof fixed / sizeof *fixed; i++)
        if (strlen(fixed[i].name) == n && memcmp(fixed[i].name, name, n) == 0)
            value = fixed[i].value;
    if (first && strcmp(l->subject, "-") != 0 && !value)
        fail_line(l, "no such subject");
    if (value)
        return value;
    bool hash = (n == 6 && memcmp(name, "sha256", n) == 0) || (n == 5 && memcmp(name, "token", n) == 0);
    return hash ? nothing_sha() : new_id();
}

static void fill_path(const struct line *l, enum relation r, char *out)
{
    size_t n = 0;
    bool first = true;
    for (const char *p = l->pattern; *p; p++) {
        assert_true(n + SHA_BYTES < FILLED_BYTES);
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        const char *end = strchr(p, '}');
        n += (size_t)snprintf(out + n, FILLED_BYTES - n, "%s", value_of(l, r, p + 1, (size_t)(end - p - 1), first));
        first = false;
        p = end;
    }
    out[n] = '\0';
}

static void fill_body(const struct line *l, enum relation r, char *out)
{
    size_t n = 0;
    for (const char *p = l->body; *p;) {
        assert_true(n + SHA_BYTES < FILLED_BYTES);
        if (*p != '$') {
            out[n++] = *p++;
            continue;
        }
        size_t k = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_.0123456789");
        bool fresh = (k == 2 && memcmp(p + 1, "id", 2) == 0) || (k == 7 && memcmp(p + 1, "nothing", 7) == 0);
        const char *value = fresh ? new_id() : k == 11 && memcmp(p + 1, "nothing_sha", 11) == 0 ? nothing_sha() : made_called(p + 1, k, r);
        if (!value)
            fail_line(l, p);
        n += (size_t)snprintf(out + n, FILLED_BYTES - n, "%s", value);
        p += k + 1;
    }
    out[n] = '\0';
}

/* A stream never ends: only its first line is read. */
static int status_of_stream(const char *path, const struct account *who)
{
    char head[FILLED_BYTES];
    int status = 0;
    struct buf out;
    buf_init(&out, 1 << 16);
    int n = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s%sConnection: close\r\n\r\n", path,
                     who->token[0] ? "Authorization: Bearer " : "", who->token, who->token[0] ? "\r\n" : "");
    int fd = client_connect(api_port());
    assert_true(client_send(fd, head, (size_t)n) && client_read(fd, &out, "\r\n"));
    assert_int_equal(sscanf((const char *)out.p, "HTTP/1.1 %d", &status), 1);
    close(fd);
    buf_free(&out);
    return status;
}

static int ask(const struct line *l, enum relation r, const struct account *who, char *said, size_t room)
{
    struct filled f;
    struct reply reply;
    bool get = strcmp(l->method, "GET") == 0, match = strcmp(l->method, "PATCH") == 0 || strcmp(l->method, "PUT") == 0;
    fill_path(l, r, f.path);
    fill_body(l, r, f.body);
    if (get)
        snprintf(f.path + strlen(f.path), sizeof f.path - strlen(f.path), "%s", f.body);
    *said = '\0';
    if (strcmp(l->pattern, "/api/v1/events") == 0)
        return status_of_stream(f.path, who);
    const char *body = f.body[0] ? f.body : "{}";
    call_make(api_port(),
              &(struct call){.method = l->method, .path = f.path, .body = get ? NULL : body, .bytes = get ? 0 : strlen(body),
                             .bearer = who->token, .if_match = match ? "\"99\"" : NULL},
              &reply);
    const char *code = reply.body ? strstr(reply.body, "\"code\":") : NULL;
    snprintf(said, room, "%.60s", code ? code : "");
    int status = reply.status;
    reply_free(&reply);
    return status;
}

static char class_of(int status)
{
    return status == 401 ? '1' : status == 403 ? '3' : status == 404 ? '4' : status >= 200 && status < 500 && status != 405 ? '+' : '!';
}

static void ask_line(const struct line *l, size_t *asked, size_t *wrong)
{
    static const char *const relations[] = {"own", "other's", "held", "published"};
    char said[100];
    for (enum relation r = OWN; r < RELATIONS; r++)
        for (size_t k = ROLES; l->expected[r][0] && k-- > 0;) {
            int status = ask(l, r, roles[k], said, sizeof said);
            ++*asked;
            char expected = l->expected[r][k];
            bool read = expected == '+' && strcmp(l->method, "GET") == 0; /* what may be read is read */
            if (expected == '2' ? status == 422 : class_of(status) == expected && (!read || status < 400))
                continue;
            ++*wrong;
            print_error("%s %s %s (%s) by %s: %d %s, not %c\n", l->method, l->pattern, relations[r],
                        strstr(l->body, "\"action\"") ? strstr(l->body, "\"action\"") : l->subject,
                        roles[k]->login[0] ? roles[k]->login : "nobody", status, said, expected);
        }
}

static void the_table_holds(void **state)
{
    (void)state;
    size_t asked = 0, wrong = 0;
    for (size_t i = 0; i < nlines && wrong < WRONG_MAX; i++)
        ask_line(&table[i], &asked, &wrong);
    print_message("%zu questions\n", asked);
    if (wrong)
        fail_msg("%zu of %zu answers are not the table's", wrong, asked);
}

/* ---- another headquarters ---- */

static const struct account *const readers[] = {&world.commander, &world.desk,  &world.inspector, &world.contact,
                                                &world.grid,      &world.admin, &world.auditor};
enum { READERS = sizeof readers / sizeof *readers, LOOKS_MAX = LINES_MAX * RELATIONS * READERS, PATIENCE_MS = 5000 };

/* What somebody was answered. */
struct look {
    const struct line *line;
    enum relation relation;
    const struct account *who;
    char seen[SHA_BYTES + 8];
};
static struct look looks[LOOKS_MAX];
static size_t nlooks;

/* Moves by itself, whoever lies beside: attempts to send, the server's own counters, the stream, when a period was last
 * looked over; and the accounts, of which one is taken away. */
static bool is_still(const struct line *l)
{
    static const char *const moving[] = {"/metrics", "/api/v1/notice-parcels", "/api/v1/events", "/api/v1/periods",
                                         "/api/v1/periods/{id}", "/api/v1/accounts"};
    for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
        if (strcmp(l->pattern, moving[i]) == 0)
            return false;
    return strcmp(l->method, "GET") == 0;
}

static void look(const struct look *at_what, char out[SHA_BYTES + 8])
{
    struct filled f;
    struct reply reply;
    char sha[SHA_BYTES];
    fill_path(at_what->line, at_what->relation, f.path);
    fill_body(at_what->line, at_what->relation, f.body);
    snprintf(f.path + strlen(f.path), sizeof f.path - strlen(f.path), "%s", f.body);
    call_make(api_port(), &(struct call){.method = "GET", .path = f.path, .bearer = at_what->who->token}, &reply);
    bool good = reply.status < 400; /* a refusal names its own request */
    sha_text(good ? reply.body : "", good ? reply.bytes : 0, sha);
    snprintf(out, SHA_BYTES + 8, "%d %s", reply.status, sha);
    reply_free(&reply);
}

static void look_at_all(void)
{
    for (size_t i = 0; i < nlines; i++)
        for (enum relation r = OWN; r < RELATIONS; r++)
            for (size_t k = 0; k < READERS && table[i].expected[r][0] && is_still(&table[i]); k++) {
                looks[nlooks] = (struct look){.line = &table[i], .relation = r, .who = readers[k]};
                look(&looks[nlooks], looks[nlooks].seen);
                nlooks++;
            }
}

/* Only what stays as it is while nothing happens can tell something: the rest is left out. */
static void leave_out_what_moves(void)
{
    size_t kept = 0;
    char now[SHA_BYTES + 8];
    for (size_t i = 0; i < nlooks; i++) {
        look(&looks[i], now);
        if (strcmp(now, looks[i].seen) == 0)
            looks[kept++] = looks[i];
    }
    print_message("%zu answers, %zu of them move by themselves\n", nlooks, nlooks - kept);
    assert_true(kept * 10 > nlooks * 8);
    nlooks = kept;
}

/* A server just started still reads itself in: it is given a while to say the same. */
static void nothing_looks_otherwise(void)
{
    char now[SHA_BYTES + 8];
    size_t wrong = 0;
    int64_t until = now_ms() + PATIENCE_MS;
    for (size_t i = 0; i < nlooks; i++) {
        look(&looks[i], now);
        while (strcmp(now, looks[i].seen) != 0 && now_ms() < until) {
            usleep(100000);
            look(&looks[i], now);
        }
        if (strcmp(now, looks[i].seen) == 0)
            continue;
        print_error("GET %s by %s: %.12s, was %.12s\n", looks[i].line->pattern, looks[i].who->login, now, looks[i].seen);
        wrong++;
    }
    if (wrong)
        fail_msg("%zu answers changed when another headquarters came into the database", wrong);
}

static void start_again(void)
{
    server_start(&world.server);
    api_aim(world.server.port);
}

static void another_headquarters_is_not_seen(void **state)
{
    (void)state;
    char why[400] = "";
    permission_makings();
    look_at_all();
    server_stop(&world.server);
    start_again();
    leave_out_what_moves();
    GET(&more_people.spare, "/session");
    server_stop(&world.server);
    bool made = twin_make(world.server.db, more_people.spare.person, why, sizeof why);
    start_again();
    if (!made)
        fail_msg("%s", why);
    nothing_looks_otherwise();
}

/* Its session, its login and its password are rows of the other headquarters now. */
static void its_people_do_not_get_in(void **state)
{
    (void)state;
    const struct account *a = &more_people.spare;
    api_fault(a, 401, NULL, "GET", NULL, "/session");
    api_fault(a, 401, NULL, "GET", NULL, "/units");
    api_fault(NULL, 401, NULL, "POST", packed("{s:s,s:s}", "login", a->login, "password", a->password), "/tokens");
    api_fault(NULL, 401, NULL, "POST", packed("{s:s,s:s}", "login", a->login, "password", a->password), "/session");
}

static void nothing_done_here_touched_it(void **state)
{
    (void)state;
    char why[400] = "";
    long long rows = 0;
    server_stop(&world.server);
    bool same = twin_unchanged(world.server.db, &rows, why, sizeof why);
    start_again();
    if (!same)
        fail_msg("%s", why);
    print_message("%lld rows of the other headquarters as they were\n", rows);
    assert_true(rows > 1000);
}

static int suite_open(void **state)
{
    read_table();
    return world_open(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_route_has_its_line), CASE(another_headquarters_is_not_seen), CASE(its_people_do_not_get_in),
        CASE(the_table_holds),          CASE(nothing_done_here_touched_it),
    };
    return cmocka_run_group_tests_name(SUITE_NAME, tests, suite_open, world_close);
}
