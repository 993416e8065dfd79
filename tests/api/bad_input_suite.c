/*
 * bad_input_suite.c - what no client of ours would send: the JSON conformance files as bodies,
 * nesting, huge numbers, naughty strings, and every field of every operation in openapi.json with
 * values of the wrong type. The answer is right or a 4xx with a code; nothing is stored by halves.
 */
#include "world.h"

#include <dirent.h>

#include "base/arena.h"

static const char *const routes[] = {
    "/api/v1/session",     "/api/v1/units",     "/api/v1/sites",
    "/api/v1/inspections", "/api/v1/problems",  "/api/v1/people",
    "/api/v1/roles",       "/api/v1/standards", "/api/v1/invitations/accept"};
enum { ROUTES = sizeof routes / sizeof *routes };

/* A clear refusal: 4xx, problem+json, a code. */
static void refused(const char *what, const char *path, const struct reply *r)
{
    if (r->status < 400 || r->status > 499 || !strstr(r->type, "application/problem+json") ||
        !strstr(r->body, "\"code\":\""))
        fail_msg("%s to %s: %d %s\n%.1500s", what, path, r->status, r->type,
                 r->body ? r->body : "");
}

static void send_raw(const char *path, const void *p, size_t n, struct reply *r)
{
    const struct account *who = strstr(path, "roles")         ? &world.security
                                : strstr(path, "inspections") ? &world.inspector
                                                              : &world.desk;
    call_make(
        api_port(),
        &(struct call){.method = "POST", .path = path, .body = p, .bytes = n, .bearer = who->token},
        r);
}

static void json_conformance(void **state)
{
    (void)state;
    NEEDS_SHARED("6_forms/json-test-suite");
    char dir[PATH_BYTES], path[PATH_BYTES * 2];
    size_t files = 0, n;
    snprintf(dir, sizeof dir, "%s", shared_path("6_forms/json-test-suite"));
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        char *text = e->d_name[0] == '.' ? NULL : file_read(path, &n);
        for (int i = 0; text && i < ROUTES; i++) {
            struct reply r;
            send_raw(routes[i], text, n, &r);
            refused(e->d_name, routes[i], &r);
            if (e->d_name[0] == 'n' && r.status != 400 && !(r.status == 413 && n > 4096))
                fail_msg("%s to %s: %d %s", e->d_name, routes[i], r.status, r.body);
            if (e->d_name[0] == 'y' &&
                (strstr(r.body, "json_malformed") && !strstr(e->d_name, "duplicated") &&
                 !strstr(e->d_name, "nul") && !strstr(e->d_name, "escaped_null")))
                fail_msg("%s is good JSON, but %s", e->d_name, r.body);
            reply_free(&r);
        }
        files += text != NULL;
        free(text);
    }
    closedir(d);
    print_message("%zu JSON files to %d routes\n", files, ROUTES);
    assert_true(files > 150);
}

static char *repeated(const char *head, const char *piece, size_t times, const char *tail,
                      size_t *n)
{
    size_t a = strlen(head), b = strlen(piece), c = strlen(tail);
    char *p = malloc(a + b * times + c + 1), *to = p;
    to = (char *)memcpy(to, head, a) + a;
    for (size_t i = 0; i < times; i++)
        to = (char *)memcpy(to, piece, b) + b;
    memcpy(to, tail, c + 1);
    *n = a + b * times + c;
    return p;
}

static void shapes(void **state)
{
    (void)state;
    static const struct {
        const char *head, *piece, *tail;
        size_t times;
    } table[] = {
        {"", "[", "", 100000},
        {"", "{\"a\":", "1", 20000},
        {"{\"id\":", "[", "]}", 5000},
        {"{\"name\":\"", "字", "\"}", 20000},
        {"{\"order_no\":", "9", "}", 5000},
        {"{\"order_no\":1e", "9", "}", 400},
        {"{", "\"a\":1,", "\"b\":1}", 5000},
        {"{\"observations\":[", "{},", "{}]}", 3000},
        {"\xef\xbb\xbf{", "", "}", 0},
        {"", " ", "", 1000},
        {"{\"name\":\"\\ud800\"", "", "}", 0},
        {"{\"name\":\"\\u0000\"", "", "}", 0},
        {"{\"name\":\"\xff\xfe\"", "", "}", 0},
        {"{\"name\":\"\xc0\xaf\"", "", "}", 0},
        {"{\"id\":1,\"id\":2", "", "}", 0},
        {"{\"a\":NaN", "", "}", 0},
        {"{\"a\":-Infinity", "", "}", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int k = 0; k < ROUTES; k++) {
            size_t n;
            struct reply r;
            char *p = repeated(table[i].head, table[i].piece, table[i].times, table[i].tail, &n);
            send_raw(routes[k], p, n, &r);
            refused(table[i].head, routes[k], &r);
            reply_free(&r);
            free(p);
        }
}

/* ---- naughty strings ---- */

static bool stays_whole(struct arena *a, const char *s)
{
    struct str in = str_of(s), nfc = utf8_nfc(a, in);
    for (size_t i = 0; i < in.n; i++)
        if (((unsigned char)s[i] < 32 && s[i] != '\n' && s[i] != '\t') || s[i] == 127)
            return false;
    return str_eq(nfc, in) && str_eq(str_trim(in), in);
}

static void one_string(struct arena *a, const char *s, size_t *kept_whole, size_t *turned_away)
{
    char etag[80];
    struct reply r;
    json_t *body = packed("{s:s}", "note", s);
    char *text = json_dumps(body, JSON_COMPACT), path[120];
    GET(&world.desk, "/sites/%s", world.site[0]);
    snprintf(etag, sizeof etag, "%s", api_last()->etag);
    snprintf(path, sizeof path, "/api/v1/sites/%s", world.site[0]);
    call_make(api_port(),
              &(struct call){.method = "PATCH",
                             .path = path,
                             .body = text,
                             .bytes = strlen(text),
                             .bearer = world.desk.token,
                             .if_match = etag},
              &r);
    free(text);
    json_decref(body);
    if (r.status != 200) {
        refused(s, path, &r);
        ++*turned_away;
        if (*s && stays_whole(a, s) && strlen(s) < 1900)
            fail_msg("turned away: %s\n%s", s, r.body);
    } else {
        json_t *got = at(GET(&world.desk, "/sites/%s", world.site[0]), "note");
        if (*s && stays_whole(a, s) &&
            (!json_is_string(got) || strcmp(json_string_value(got), s) != 0))
            fail_msg("\"%s\" came back as \"%s\"", s,
                     json_is_string(got) ? json_string_value(got) : "nothing");
        ++*kept_whole;
    }
    reply_free(&r);
}

static void naughty_strings(void **state)
{
    (void)state;
    NEEDS_SHARED("6_forms/strings/blns.json");
    struct arena a;
    size_t i, n, whole = 0, away = 0;
    char *text = file_read(shared_path("6_forms/strings/blns.json"), &n);
    json_t *list = keep(json_loadb(text, n, JSON_ALLOW_NUL, NULL)), *s;
    free(text);
    assert_true(json_array_size(list) > 400);
    arena_init(&a);
    json_array_foreach(list, i, s) one_string(&a, json_string_value(s), &whole, &away);
    arena_free(&a);
    print_message("naughty strings: %zu kept, %zu turned away\n", whole, away);
    /* in search, names and codes too */
    json_array_foreach(list, i, s)
    {
        struct reply r;
        json_t *unit = packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "code", json_string_value(s),
                              "name", json_string_value(s), "kind", json_string_value(s));
        char *body = json_dumps(unit, 0);
        send_raw("/api/v1/units", body, strlen(body), &r);
        refused(json_string_value(s), "/units", &r); /* no such kind */
        reply_free(&r);
        free(body);
        json_decref(unit);
    }
}

/* ---- every field of the description with values of the wrong type ---- */

static json_t *doc;

static json_t *resolve(json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    char path[200];
    if (!ref)
        return schema;
    snprintf(path, sizeof path, "%s", ref + 2);
    for (char *p = path; *p; p++)
        if (*p == '/')
            *p = '.';
    return at(doc, path);
}

static bool allows(json_t *schema, const char *type)
{
    size_t i;
    json_t *one, *any = json_object_get(schema, "anyOf"), *t = json_object_get(schema, "type");
    json_array_foreach(any, i, one) if (allows(resolve(one), type)) return true;
    if (json_is_array(t))
        return has_text(t, type);
    if (strcmp(type, "integer") == 0 && json_is_string(t) &&
        strcmp(json_string_value(t), "number") == 0)
        return true;
    return json_is_string(t) && strcmp(json_string_value(t), type) == 0;
}

/* Something the schema takes. */
static json_t *sample(json_t *schema, int depth)
{
    schema = resolve(schema);
    json_t *any = json_object_get(schema, "anyOf"), *values = json_object_get(schema, "enum"), *v;
    const char *format = json_string_value(json_object_get(schema, "format")), *key;
    if (any)
        return sample(json_array_get(any, 0), depth);
    if (values)
        return json_incref(json_array_get(values, 0));
    if (allows(schema, "object")) {
        json_t *o = json_object();
        json_object_foreach(json_object_get(schema, "properties"), key, v) if (depth < 4)
            json_object_set_new(o, key, sample(v, depth + 1));
        return o;
    }
    if (allows(schema, "array"))
        return packed("[o]", sample(json_object_get(schema, "items"), depth + 1));
    if (allows(schema, "boolean"))
        return json_true();
    if (allows(schema, "integer"))
        return json_integer(1);
    if (format && strcmp(format, "uuid") == 0)
        return json_string(new_id());
    if (format && strcmp(format, "date-time") == 0)
        return json_string(time_text(now_ms()));
    return json_string("文字");
}

struct walk {
    const char *method, *path;
    const struct account *who;
    json_t *whole;
    size_t asked;
};

static void ask_wrong(struct walk *w, const char *name, bool must_refuse)
{
    struct reply r;
    char *text = json_dumps(w->whole, JSON_COMPACT);
    call_make(api_port(),
              &(struct call){.method = w->method,
                             .path = w->path,
                             .body = text,
                             .bytes = strlen(text),
                             .bearer = w->who->token,
                             .if_match = "\"1\""},
              &r);
    w->asked++;
    if (must_refuse || r.status >= 400 || r.status == 0)
        if (r.status < 400 || r.status > 499 || !strstr(r.type, "problem+json"))
            fail_msg("%s %s with %s wrong: %d %.800s\nsent %.2000s", w->method, w->path, name,
                     r.status, r.body ? r.body : "", text);
    reply_free(&r);
    free(text);
}

static void walk_object(struct walk *w, json_t *schema, json_t *value, int depth)
{
    static const char *const types[] = {"string", "integer", "boolean", "array", "object", "null"};
    const char *key;
    json_t *v;
    schema = resolve(schema);
    json_object_foreach(json_object_get(schema, "properties"), key, v)
    {
        json_t *prop = resolve(v), *right = json_incref(json_object_get(value, key));
        json_t *const wrong[] = {json_string("\xf0\x9f\x92\xa5 wrong"),
                                 json_integer(INT64_MAX),
                                 json_true(),
                                 json_array(),
                                 json_object(),
                                 json_null()};
        for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
            json_object_set_new(value, key, wrong[t]);
            ask_wrong(w, key, !allows(prop, types[t]) && t != 5 && strcmp(key, "mode_params") != 0);
        }
        json_object_set_new(value, key, json_real(-1.5e300));
        ask_wrong(w, key, true && strcmp(key, "mode_params") != 0);
        json_object_del(value, key);
        ask_wrong(w, key, false);
        json_object_set(value, key, right);
        json_t *inner = json_is_array(right) ? json_array_get(right, 0) : right;
        json_t *inner_schema =
            json_is_array(right) ? resolve(json_object_get(prop, "items")) : prop;
        if (json_object_get(inner_schema, "anyOf"))
            inner_schema = resolve(json_array_get(json_object_get(inner_schema, "anyOf"), 0));
        if (json_is_object(inner) && depth < 3)
            walk_object(w, inner_schema, inner, depth + 1);
        json_decref(right);
    }
}

static const struct account *actor_for(const char *path)
{
    if (strncmp(path, "/accounts", 9) == 0)
        return &world.admin;
    if (strncmp(path, "/roles", 6) == 0)
        return &world.security;
    if (strncmp(path, "/inspections", 12) == 0 && !strstr(path, "judge"))
        return &world.inspector;
    return &world.desk;
}

static void fill_path(const char *pattern, char *out, size_t room)
{
    size_t n = (size_t)snprintf(out, room, "/api/v1");
    for (const char *p = pattern; *p && n + ID_BYTES < room; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        n += (size_t)snprintf(out + n, room - n, "%s",
                              strncmp(pattern, "/sites", 6) == 0 ? world.site[2] : new_id());
        p = strchr(p, '}');
    }
    out[n] = '\0';
}

static void every_field(void **state)
{
    static const char *const methods[] = {"post", "patch", "put"}, *const upper[] = {
                                                                       "POST", "PATCH", "PUT"};
    (void)state;
    const char *pattern;
    json_t *item;
    size_t operations = 0, asked = 0;
    doc = json_incref(GET(NULL, "/openapi.json"));
    json_object_foreach(json_object_get(doc, "paths"), pattern, item)
    {
        for (int m = 0; m < 3; m++) {
            json_t *body =
                resolve(json_object_get(json_object_get(item, methods[m]), "requestBody"));
            json_t *media = json_object_get(json_object_get(body, "content"), "application/json");
            char path[400];
            /* signing in is limited by itself, and one's password is needed further on */
            if (!media || strstr(pattern, "/session") || strstr(pattern, "/tokens") ||
                strstr(pattern, "/me/"))
                continue;
            json_t *schema = json_object_get(media, "schema"), *whole = sample(schema, 0);
            fill_path(pattern, path, sizeof path);
            struct walk w = {upper[m], path, actor_for(pattern), whole, 0};
            walk_object(&w, schema, whole, 0);
            asked += w.asked;
            operations++;
            json_decref(whole);
        }
    }
    json_decref(doc);
    print_message("%zu operations, %zu wrong bodies\n", operations, asked);
    assert_true(operations >= 25);
}

/* What was refused has left nothing behind. */
static void nothing_by_halves(void **state)
{
    (void)state;
    json_t *sites = GET(&world.desk, "/sites?limit=200");
    expect_count(sites, "items", WORLD_SITES);
    json_t *list = GET(&world.desk, "/inspections?limit=200");
    expect_count(list, "items", 0);
    expect_count(GET(&world.desk, "/problems?limit=200"), "items", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(json_conformance), CASE(shapes), CASE(naughty_strings),
                                       CASE(every_field), CASE(nothing_by_halves)};
    return SUITE(tests);
}
