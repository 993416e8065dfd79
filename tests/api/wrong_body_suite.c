/*
 * wrong_body_suite.c - every POST, PUT and PATCH of `xiaohao routes`, on records that are there, by somebody who may:
 * each member of the body openapi.json describes is left out, of every other type, too large and naughty text; then
 * bodies that are no JSON, in wrong encodings and content types; then every query parameter of every GET. The answer is
 * right or a 4xx with a code. A new route is taken in by itself: paths, bodies and parameters come from openapi.json, who
 * asks and about which record from permission_table.txt.
 */
#include <dirent.h>

#include "permission_makings.h"

enum { LINES_MAX = 600, PATTERN_BYTES = 120, PATH_MAX_BYTES = 4096, NAUGHTY_EACH = 2, FILES_EACH = 4, FILES_MAX = 400, DEPTH = 3 };

struct line {
    char method[8], pattern[PATTERN_BYTES], subject[24];
    const struct account *who;
};
static struct line table[LINES_MAX];
static size_t nlines, asked, taken;
static json_t *doc, *naughty;
static struct {
    char name[80], *text;
    size_t n;
} files[FILES_MAX];
static size_t nfiles, next_file, next_naughty;

/* ---- who asks what ---- */

/* The office first: it may do most. Who changes one's own account is somebody the others do not need. */
static const struct account *who_may(const char *row)
{
    static const struct account *const roles[] = {
        &world.commander,    &more_people.plain, &world.desk,          &world.checker, &world.inspector,
        &more_people.judge,  &world.joint,       &world.contact,       &more_people.station, &world.grid,
        &world.leader,       &world.admin,       &world.security,      &world.auditor, &more_people.spare,
    };
    char marks[sizeof roles / sizeof *roles + 1] = "";
    size_t n = 0;
    for (; *row && n < sizeof roles / sizeof *roles; row++)
        if (*row != '.')
            marks[n++] = *row;
    if (n > 2 && marks[2] == '+')
        return &world.desk;
    for (size_t i = 0; i < n; i++)
        if (marks[i] == '+')
            return roles[i];
    return &world.desk;
}

static void read_table(void)
{
    char path[PATH_BYTES], row[40], *one;
    size_t bytes;
    snprintf(path, sizeof path, "%s/tests/api/permission_table.txt", getenv("SOURCE_ROOT") ? getenv("SOURCE_ROOT") : ".");
    char *text = file_read(path, &bytes), *rest = text;
    assert_non_null(text);
    while ((one = strsep(&rest, "\n")) != NULL) {
        struct line *l = &table[nlines];
        if (*one == '#' || nlines == LINES_MAX ||
            sscanf(one, "%7s %119s %23s %39s", l->method, l->pattern, l->subject, row) != 4)
            continue;
        bool again = nlines > 0 && strcmp(l[-1].method, l->method) == 0 && strcmp(l[-1].pattern, l->pattern) == 0;
        l->who = strstr(l->pattern, "/me/") ? &more_people.spare : who_may(row);
        nlines += !again;
    }
    free(text);
    assert_true(nlines > 250);
}

/* ---- samples ---- */

static json_t *resolve(json_t *schema);

/* One object of all the parts. */
static json_t *whole_of(json_t *parts)
{
    json_t *all = keep(packed("{s:s,s:{}}", "type", "object", "properties")), *part;
    size_t i;
    json_array_foreach(parts, i, part)
        json_object_update(json_object_get(all, "properties"), json_object_get(resolve(part), "properties"));
    return all;
}

static json_t *resolve(json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    json_t *parts = json_object_get(schema, "allOf");
    char path[200];
    if (!ref)
        return json_array_size(parts) > 1 ? whole_of(parts) : parts ? resolve(json_array_get(parts, 0)) : schema;
    snprintf(path, sizeof path, "%s", ref + 2);
    for (char *p = path; *p; p++)
        if (*p == '/')
            *p = '.';
    return resolve(at(doc, path));
}

static bool allows(json_t *schema, const char *type)
{
    size_t i;
    json_t *one, *t = json_object_get(schema, "type");
    json_array_foreach(json_object_get(schema, "anyOf"), i, one) if (allows(resolve(one), type)) return true;
    if (json_is_array(t))
        return has_text(t, type) || (strcmp(type, "integer") == 0 && has_text(t, "number"));
    if (!json_is_string(t))
        return !json_object_get(schema, "anyOf") && !json_object_get(schema, "enum");
    return strcmp(json_string_value(t), type) == 0 || (strcmp(type, "integer") == 0 && strcmp(json_string_value(t), "number") == 0);
}

/* What is there under a member's name: "site_id", "unit_ids", "area_code". */
static const char *record_of(const char *name)
{
    size_t n = name ? strlen(name) : 0;
    if (n > 5 && strcmp(name + n - 5, "_code") == 0)
        return strcmp(name, "area_code") == 0 ? "990100" : NULL;
    if (n > 4 && strcmp(name + n - 4, "_ids") == 0)
        return made_called(name, n - 4, OWN);
    return n > 3 && strcmp(name + n - 3, "_id") == 0 ? made_called(name, n - 3, OWN) : NULL;
}

static json_t *sample_text(json_t *schema, const char *name)
{
    const char *format = json_string_value(json_object_get(schema, "format")), *record = record_of(name);
    if (record)
        return json_string(record);
    if (format && strcmp(format, "uuid") == 0)
        return json_string(new_id());
    if (format && strcmp(format, "date-time") == 0)
        return json_string(time_text(now_ms()));
    if (format && strcmp(format, "date") == 0)
        return json_string("2026-03-02");
    if (json_object_get(schema, "pattern") && allows(schema, "string") && name && strstr(name, "photo"))
        return json_string(made_called("photo", 5, OWN));
    return json_string("文字");
}

/* Something the schema takes. */
static json_t *sample(json_t *schema, const char *name, int depth)
{
    schema = resolve(schema);
    json_t *any = json_object_get(schema, "anyOf"), *values = json_object_get(schema, "enum"), *v;
    const char *key;
    if (any)
        return sample(json_array_get(any, 0), name, depth);
    if (values)
        return json_incref(json_array_get(values, 0));
    if (json_object_get(schema, "properties")) {
        json_t *o = json_object();
        json_object_foreach(json_object_get(schema, "properties"), key, v) if (depth <= DEPTH)
            json_object_set_new(o, key, sample(v, key, depth + 1));
        return o;
    }
    if (json_object_get(schema, "items"))
        return packed("[o]", sample(json_object_get(schema, "items"), name, depth + 1));
    if (allows(schema, "string"))
        return sample_text(schema, name);
    if (allows(schema, "object"))
        return json_object();
    return allows(schema, "boolean") ? json_true() : json_integer(1);
}

/* ---- asking ---- */

static void fill_path(const struct line *l, char *out, size_t room)
{
    size_t n = 0;
    bool first = true;
    for (const char *p = l->pattern; *p && n + SHA_BYTES < room; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        const char *end = strchr(p, '}'), *value = first ? made_called(l->subject, strlen(l->subject), OWN) : NULL;
        char beside[64];
        int k = snprintf(beside, sizeof beside, "%s.%.*s", l->subject, (int)(end - p - 1), p + 1);
        value = value ? value : made_called(beside, (size_t)k, OWN);
        value = !value && memcmp(p, "{code}", 6) == 0 ? "bin" : !value && memcmp(p, "{kind}", 6) == 0 ? "units" : value;
        n += (size_t)snprintf(out + n, room - n, "%s", value ? value : new_id());
        first = false;
        p = end;
    }
    out[n] = '\0';
}

/* The answer is right or a clear refusal; pages answer people, not programs. */
static void judge(const struct call *c, const char *what)
{
    struct reply r;
    call_make(api_port(), c, &r);
    asked++;
    taken += r.status < 300;
    bool page = strncmp(c->path, "/p/r/", 5) == 0 || strncmp(c->path, "/s/", 3) == 0;
    bool refused = r.status >= 400 && r.status < 500 && (page || (strstr(r.type, "problem+json") && strstr(r.body, "\"code\":\"")));
    if (!refused && (r.status < 200 || r.status > 399))
        fail_msg("%s %s with %s: %d %.800s\nsent %.2000s", c->method, c->path, what, r.status, r.body ? r.body : "",
                 c->body ? (const char *)c->body : "");
    reply_free(&r);
}

struct ask {
    const struct line *line;
    char path[PATH_MAX_BYTES], match[80];
    json_t *whole; /* NULL: the body is no JSON */
};

/* The version the record has at the moment. */
static void read_match(struct ask *a)
{
    struct reply r;
    call_make(api_port(), &(struct call){.method = "GET", .path = a->path, .bearer = a->line->who->token}, &r);
    snprintf(a->match, sizeof a->match, "%s", r.status == 200 && r.etag[0] ? r.etag : "\"1\"");
    reply_free(&r);
}

static struct call call_of(const struct ask *a, const void *body, size_t n)
{
    return (struct call){.method = a->line->method,
                         .path = a->path,
                         .body = body,
                         .bytes = n,
                         .bearer = a->line->who->token,
                         .if_match = strcmp(a->line->method, "POST") == 0 ? NULL : a->match};
}

/* Under a new id: else only the first would be looked at. */
static void ask_body(struct ask *a, const char *what)
{
    if (json_is_string(json_object_get(a->whole, "id")) && strcmp(what, "id") != 0)
        json_object_set_new(a->whole, "id", json_string(new_id()));
    char *text = json_dumps(a->whole, JSON_COMPACT | JSON_ENCODE_ANY);
    struct call c = call_of(a, text, strlen(text));
    judge(&c, what);
    free(text);
}

static const char *naughty_next(void)
{
    return naughty ? json_string_value(json_array_get(naughty, next_naughty++ % json_array_size(naughty))) : "\xef\xbf\xbd'\"\\";
}

static void wrong_values(struct ask *a, json_t *holder, const char *key, json_t *schema)
{
    json_t *wrong[] = {json_string("\xf0\x9f\x92\xa5 wrong"), json_integer(INT64_MAX), json_integer(INT64_MIN), json_integer(-1),
                       json_true(), json_array(), json_object(), json_null(), json_real(-1.5e300), json_string("")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_object_set_new(holder, key, wrong[i]);
        ask_body(a, key);
    }
    for (int i = 0; i < NAUGHTY_EACH && allows(schema, "string"); i++) {
        json_object_set_new(holder, key, json_string(naughty_next()));
        ask_body(a, key);
    }
    json_object_del(holder, key);
    ask_body(a, key);
}

static void walk(struct ask *a, json_t *schema, json_t *value, int depth)
{
    const char *key;
    json_t *v;
    schema = resolve(schema);
    if (json_object_get(schema, "anyOf"))
        schema = resolve(json_array_get(json_object_get(schema, "anyOf"), 0));
    json_object_foreach(json_object_get(schema, "properties"), key, v)
    {
        json_t *right = json_incref(json_object_get(value, key)), *property = resolve(v);
        if (!right)
            continue;
        wrong_values(a, value, key, property);
        json_object_set(value, key, right);
        bool list = json_is_array(right);
        json_t *inner = list ? json_array_get(right, 0) : right;
        if (json_is_object(inner) && depth < DEPTH)
            walk(a, list ? json_object_get(property, "items") : property, inner, depth + 1);
        json_decref(right);
    }
}

/* ---- bodies that are none ---- */

static void ask_bytes(struct ask *a, const void *p, size_t n, const char *type)
{
    struct call c = call_of(a, p, n);
    c.type = type;
    judge(&c, type ? type : "bytes");
}

static void wrong_shapes(struct ask *a)
{
    static const char *const bodies[] = {"", " ", "null", "[]", "\"x\"", "1e999", "{", "{\"id\":NaN}", "\xef\xbb\xbf{}",
                                         "{\"id\":\"\\ud800\"}", "{\"note\":\"\xff\xfe\"}", "{\"reason\":\"\xc0\xaf\"}",
                                         "{\"id\":1,\"id\":2}", "{\"no_such_member\":{\"a\":[1,2,{}]}}", "{\"id\":1e400}"};
    static const char *const types[] = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                                        "application/json; charset=gbk", "image/png", "a/b/c;;;=\"", "text/csv"};
    static const char mixed[] = "{\"id\":\"x\"}\r\n--x\r\n,;\t";
    static char deep[40001];
    memset(deep, '[', sizeof deep - 1);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        ask_bytes(a, bodies[i], strlen(bodies[i]), NULL);
    ask_bytes(a, deep, sizeof deep - 1, NULL);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        ask_bytes(a, mixed, sizeof mixed - 1, types[i]);
    for (int i = 0; i < FILES_EACH && nfiles > 0; i++, next_file++)
        ask_bytes(a, files[next_file % nfiles].text, files[next_file % nfiles].n, NULL);
}

/* Headers and names in the path that no client of ours would send. */
static void wrong_surroundings(struct ask *a)
{
    static const char *const values[] = {"", "\"", "W/\"1\"", "\"999999999999999999999\"", "*", "\"-1\"", "\"1\",\"2\""},
                             *const ids[] = {"x", "%00", "%ff%fe", "%2e%2e", "00000000-0000-0000-0000-000000000000", "'"};
    char *text = a->whole ? json_dumps(a->whole, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("{}");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct call c = call_of(a, text, strlen(text));
        c.if_match = values[i];
        c.key = values[i];
        judge(&c, values[i]);
    }
    const char *open = strchr(a->line->pattern, '{');
    for (size_t i = 0; open && i < sizeof ids / sizeof *ids; i++) {
        const char *rest = strchr(a->path + (open - a->line->pattern), '/');
        char path[PATH_MAX_BYTES];
        snprintf(path, sizeof path, "%.*s%s%s", (int)(open - a->line->pattern), a->path, ids[i], rest ? rest : "");
        struct call c = call_of(a, text, strlen(text));
        c.path = path;
        judge(&c, ids[i]);
    }
    free(text);
}

/* ---- all routes ---- */

static json_t *operation_of(const struct line *l)
{
    char lower[8];
    size_t n = strlen(l->method);
    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)(l->method[i] | (l->method[i] ? 0x20 : 0));
    const char *path = strncmp(l->pattern, "/api/v1", 7) == 0 ? l->pattern + 7 : l->pattern;
    return json_object_get(json_object_get(json_object_get(doc, "paths"), path), lower);
}

static void ask_route(const struct line *l)
{
    struct ask a = {.line = l};
    json_t *body = resolve(json_object_get(operation_of(l), "requestBody"));
    json_t *schema = json_object_get(json_object_get(json_object_get(body, "content"), "application/json"), "schema");
    fill_path(l, a.path, sizeof a.path);
    read_match(&a);
    a.whole = schema ? sample(schema, NULL, 0) : NULL;
    wrong_shapes(&a);
    wrong_surroundings(&a);
    if (a.whole) {
        walk(&a, schema, a.whole, 0);
        json_object_set_new(a.whole, "no_such_member", json_integer(1));
        ask_body(&a, "an unknown member");
        json_object_del(a.whole, "no_such_member");
        read_match(&a);
        ask_body(&a, "nothing");
    }
    json_decref(a.whole);
}

static void read_files(void)
{
    const char *strings = shared_path("6_forms/strings/blns.json"), *folder = shared_path("6_forms/json-test-suite");
    char path[PATH_BYTES * 2];
    size_t n;
    char *text = strings ? file_read(strings, &n) : NULL;
    naughty = text ? json_loadb(text, n, JSON_ALLOW_NUL, NULL) : NULL;
    free(text);
    DIR *d = folder ? opendir(folder) : NULL;
    for (struct dirent *e; d && nfiles < FILES_MAX && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        files[nfiles].text = e->d_name[0] == '.' ? NULL : file_read(path, &files[nfiles].n);
        nfiles += files[nfiles].text != NULL;
    }
    if (d)
        closedir(d);
    print_message("%zu naughty strings, %zu JSON files\n", json_array_size(naughty), nfiles);
}

static bool writes(const struct line *l)
{
    return strcmp(l->method, "POST") == 0 || strcmp(l->method, "PUT") == 0 || strcmp(l->method, "PATCH") == 0;
}

/* Signing in is limited by itself: bad_input_suite.c asks it. */
static void every_member_of_every_body(void **state)
{
    (void)state;
    size_t routes = 0;
    permission_makings();
    read_files();
    for (size_t i = 0; i < nlines; i++)
        if (writes(&table[i]) && !strstr(table[i].pattern, "/session")) {
            ask_route(&table[i]);
            routes++;
        }
    print_message("%zu routes, %zu bodies, %zu taken\n", routes, asked, taken);
    assert_true(routes > 150 && taken > 100);
}

/* ---- what is asked for ---- */

static void ask_parameter(const struct line *l, const char *path, const char *name)
{
    static const char *const values[] = {"", "%00", "%ff%fe", "-1", "0", "1e9", "99999999999999999999", "9223372036854775807",
                                         "-9223372036854775808", "%27%3B--", "a%0d%0ab", "2026-02-30", "2026-13-01T00:00:00Z",
                                         "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "null", "%5B%5D", "true", "NaN,NaN,NaN,NaN"};
    char asked_path[PATH_MAX_BYTES];
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(asked_path, sizeof asked_path, "%.1000s?%.100s=%s", path, name, values[i]);
        judge(&(struct call){.method = "GET", .path = asked_path, .bearer = l->who->token}, name);
    }
    snprintf(asked_path, sizeof asked_path, "%.1000s?%.100s=%01500d&%.100s=2", path, name, 7, name);
    judge(&(struct call){.method = "GET", .path = asked_path, .bearer = l->who->token}, name);
}

static void every_parameter_of_every_list(void **state)
{
    (void)state;
    size_t parameters = 0, i;
    json_t *p;
    asked = taken = 0;
    for (const struct line *l = table; l < table + nlines; l++) {
        char path[PATH_MAX_BYTES];
        if (strcmp(l->method, "GET") != 0 || strstr(l->pattern, "/events"))
            continue;
        fill_path(l, path, sizeof path);
        json_array_foreach(json_object_get(operation_of(l), "parameters"), i, p)
        {
            p = resolve(p);
            if (strcmp(json_string_value(json_object_get(p, "in")), "query") == 0) {
                ask_parameter(l, path, text_at(p, "name"));
                parameters++;
            }
        }
    }
    print_message("%zu parameters, %zu questions, %zu answered\n", parameters, asked, taken);
    assert_true(parameters > 100);
}

static int suite_open(void **state)
{
    int rc = world_open(state);
    read_table();
    doc = json_incref(GET(NULL, "/openapi.json"));
    return rc;
}

static int suite_close(void **state)
{
    json_decref(doc);
    json_decref(naughty);
    for (size_t i = 0; i < nfiles; i++)
        free(files[i].text);
    return world_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(every_member_of_every_body), CASE(every_parameter_of_every_list)};
    return cmocka_run_group_tests_name(SUITE_NAME, tests, suite_open, suite_close);
}
