/* client.c - see harness.h: calls through libcurl, and checks of JSON that say what came instead.
 */
#include "harness.h"

#include <curl/curl.h>
#include <pthread.h>

enum { CALL_TIMEOUT_S = 60, TRUNCATE = 3000 };

static pthread_key_t handle_key;
static pthread_once_t handle_once = PTHREAD_ONCE_INIT;
static json_t *kept;
static int aimed_port;
static struct reply last;
static struct {
    const char *if_match, *key, *type;
    const void *bytes;
    size_t n;
} next;

static void handle_free(void *h)
{
    curl_easy_cleanup(h);
}

static void handles_begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    pthread_key_create(&handle_key, handle_free);
}

static CURL *handle(void)
{
    pthread_once(&handle_once, handles_begin);
    CURL *h = pthread_getspecific(handle_key);
    if (!h) {
        h = curl_easy_init();
        pthread_setspecific(handle_key, h);
    }
    curl_easy_reset(h);
    return h;
}

static size_t take_body(char *p, size_t size, size_t n, void *user)
{
    struct reply *r = user;
    char *more = realloc(r->body, r->bytes + size * n + 1);
    if (!more)
        return 0;
    r->body = more;
    memcpy(r->body + r->bytes, p, size * n);
    r->bytes += size * n;
    r->body[r->bytes] = '\0';
    return size * n;
}

static void copy_header(const char *line, size_t n, const char *name, char *out, size_t room)
{
    size_t k = strlen(name);
    if (n <= k || strncasecmp(line, name, k) != 0)
        return;
    while (k < n && line[k] == ' ')
        k++;
    while (n > k && (line[n - 1] == '\r' || line[n - 1] == '\n'))
        n--;
    size_t len = n - k < room - 1 ? n - k : room - 1;
    memcpy(out, line + k, len);
    out[len] = '\0';
}

static size_t take_header(char *p, size_t size, size_t n, void *user)
{
    struct reply *r = user;
    size_t all = size * n;
    copy_header(p, all, "content-type:", r->type, sizeof r->type);
    copy_header(p, all, "etag:", r->etag, sizeof r->etag);
    copy_header(p, all, "set-cookie:", r->cookie, sizeof r->cookie);
    copy_header(p, all, "retry-after:", r->retry_after, sizeof r->retry_after);
    size_t had = strlen(r->head);
    if (strncasecmp(p, "date:", 5) != 0 && had + all < sizeof r->head)
        memcpy(r->head + had, p, all);
    return all;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    char line[512];
    if (!value)
        return list;
    snprintf(line, sizeof line, "%s: %s", name, value);
    return curl_slist_append(list, line);
}

static struct curl_slist *headers_of(const struct call *c)
{
    char text[256];
    struct curl_slist *list = add_header(NULL, "Expect", "");
    if (c->bearer && *c->bearer) {
        snprintf(text, sizeof text, "Bearer %s", c->bearer);
        list = add_header(list, "Authorization", text);
    }
    if (c->cookie) {
        /* a whole "name=value", or the session's value */
        snprintf(text, sizeof text, "%s%s", strchr(c->cookie, '=') ? "" : "xiaohao_session=", c->cookie);
        list = add_header(list, "Cookie", text);
    }
    list = add_header(list, "X-CSRF-Token", c->csrf);
    list = add_header(list, "If-Match", c->if_match);
    list = add_header(list, "Idempotency-Key", c->key);
    list = add_header(list, "Accept-Language", c->lang);
    list = add_header(list, "Origin", c->origin);
    if (c->body)
        list = add_header(list, "Content-Type", c->type ? c->type : "application/json");
    return list;
}

void call_make(int port, const struct call *c, struct reply *out)
{
    char url[4096];
    long status = 0;
    CURL *h = handle();
    struct curl_slist *list = headers_of(c);
    *out = (struct reply){0};
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, c->path);
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, c->method);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)CALL_TIMEOUT_S);
    curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, out);
    if (c->body) {
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, c->body);
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->bytes);
    }
    if (curl_easy_perform(h) == CURLE_OK)
        curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    curl_slist_free_all(list);
}

void reply_free(struct reply *r)
{
    free(r->body);
    r->body = NULL;
}

/* ---- calls that check ---- */

void api_aim(int port)
{
    aimed_port = port;
}

int api_port(void)
{
    return aimed_port;
}

const struct reply *api_last(void)
{
    return &last;
}

void api_if_match(const char *etag)
{
    next.if_match = etag;
}

void api_key(const char *id)
{
    next.key = id;
}

void api_bytes(const void *p, size_t n, const char *type)
{
    next.bytes = p;
    next.n = n;
    next.type = type;
}

json_t *keep(json_t *j)
{
    if (!j)
        return NULL;
    if (!kept)
        kept = json_array();
    json_array_append_new(kept, j);
    return j;
}

json_t *packed(const char *fmt, ...)
{
    json_error_t e;
    va_list ap;
    va_start(ap, fmt);
    json_t *j = json_vpack_ex(&e, 0, fmt, ap);
    va_end(ap);
    if (!j)
        fail_msg("json_pack(\"%s\"): %s", fmt, e.text);
    return j;
}

static json_t *ask(const struct account *who, int expect, const char *method, json_t *body,
                   const char *path)
{
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    struct call c = {.method = method,
                     .path = path,
                     .body = text,
                     .bytes = text ? strlen(text) : 0,
                     .bearer = who ? who->token : NULL,
                     .if_match = next.if_match,
                     .key = next.key};
    if (next.bytes) {
        c.body = next.bytes;
        c.bytes = next.n;
        c.type = next.type;
    }
    reply_free(&last);
    call_make(aimed_port, &c, &last);
    memset(&next, 0, sizeof next);
    json_decref(body);
    if (last.status != expect)
        fail_msg("%s %s by %s: %d instead of %d\nsent %.*s\ngot  %.*s", method, path,
                 who ? who->login : "nobody", last.status, expect, TRUNCATE, text ? text : "",
                 TRUNCATE, last.body ? last.body : "");
    free(text);
    return strstr(last.type, "json")
               ? keep(json_loads(last.body ? last.body : "", JSON_DECODE_ANY, NULL))
               : NULL;
}

static void full_path(char *out, size_t room, const char *fmt, va_list ap)
{
    int n = snprintf(out, room, "/api/v1");
    vsnprintf(out + n, room - (size_t)n, fmt, ap);
}

json_t *api(const struct account *who, int expect, const char *method, json_t *body,
            const char *fmt, ...)
{
    char path[4096];
    va_list ap;
    va_start(ap, fmt);
    full_path(path, sizeof path, fmt, ap);
    va_end(ap);
    return ask(who, expect, method, body, path);
}

json_t *api_fault(const struct account *who, int expect, const char *code, const char *method,
                  json_t *body, const char *fmt, ...)
{
    char path[4096];
    va_list ap;
    va_start(ap, fmt);
    full_path(path, sizeof path, fmt, ap);
    va_end(ap);
    json_t *j = ask(who, expect, method, body, path);
    if (!strstr(last.type, "application/problem+json"))
        fail_msg("%s %s: a fault as %s, not application/problem+json", method, path, last.type);
    const char *got = json_string_value(json_object_get(j, "code"));
    if (!got || (code && strcmp(got, code) != 0))
        fail_msg("%s %s: code %s instead of %s\n%.*s", method, path, got ? got : "(none)", code,
                 TRUNCATE, last.body);
    return j;
}

void account_sign_in(struct account *a, const char *login, const char *password)
{
    if (login != a->login)
        snprintf(a->login, sizeof a->login, "%s", login);
    snprintf(a->password, sizeof a->password, "%s", password);
    json_t *j =
        POST(NULL, 201, packed("{s:s,s:s}", "login", login, "password", password), "/tokens");
    snprintf(a->token, sizeof a->token, "%s", text_at(j, "token"));
    snprintf(a->person, sizeof a->person, "%s", text_at(j, "me.person_id"));
}

/* ---- JSON ---- */

json_t *at(json_t *j, const char *path)
{
    char part[128];
    while (j && *path) {
        size_t n = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)n, path);
        j = json_is_array(j) ? json_array_get(j, strtoul(part, NULL, 10))
                             : json_object_get(j, part);
        path += n + (path[n] == '.');
    }
    return j;
}

static void wrong(json_t *j, const char *path, const char *wanted)
{
    char *all = json_dumps(j, JSON_INDENT(1) | JSON_ENCODE_ANY);
    char *got = json_dumps(at(j, path), JSON_ENCODE_ANY);
    fail_msg("%s: %s instead of %s in\n%.*s", path, got ? got : "(nothing)", wanted, TRUNCATE,
             all ? all : "(no JSON)");
}

const char *text_at(json_t *j, const char *path)
{
    json_t *v = at(j, path);
    if (!json_is_string(v))
        wrong(j, path, "a text");
    return json_string_value(v);
}

json_int_t int_at(json_t *j, const char *path)
{
    json_t *v = at(j, path);
    if (!json_is_integer(v))
        wrong(j, path, "a whole number");
    return json_integer_value(v);
}

double number_at(json_t *j, const char *path)
{
    json_t *v = at(j, path);
    if (!json_is_number(v))
        wrong(j, path, "a number");
    return json_number_value(v);
}

void expect_text(json_t *j, const char *path, const char *value)
{
    if (strcmp(text_at(j, path), value) != 0)
        wrong(j, path, value);
}

void expect_int(json_t *j, const char *path, json_int_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    if (int_at(j, path) != value)
        wrong(j, path, text);
}

void expect_null(json_t *j, const char *path)
{
    json_t *v = at(j, path);
    if (v && !json_is_null(v))
        wrong(j, path, "nothing");
}

void expect_true(json_t *j, const char *path, bool value)
{
    json_t *v = at(j, path);
    if (!json_is_boolean(v) || json_is_true(v) != value)
        wrong(j, path, value ? "true" : "false");
}

void expect_count(json_t *j, const char *path, size_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%zu members", n);
    json_t *v = at(j, path);
    if (!json_is_array(v) || json_array_size(v) != n)
        wrong(j, path, text);
}

void expect_field(json_t *problem, const char *pointer, const char *code)
{
    size_t i;
    json_t *e;
    char text[256];
    json_array_foreach(at(problem, "errors"), i, e)
    {
        const char *p = json_string_value(json_object_get(e, "pointer"));
        const char *c = json_string_value(json_object_get(e, "code"));
        if (p && c && strcmp(p, pointer) == 0 && (!code || strcmp(c, code) == 0))
            return;
    }
    snprintf(text, sizeof text, "one with %s %s", pointer, code ? code : "");
    wrong(problem, "errors", text);
}

bool has_text(json_t *array, const char *value)
{
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e) if (json_is_string(e) &&
                                        strcmp(json_string_value(e), value) == 0) return true;
    return false;
}

int test_begin(void **state)
{
    (void)state;
    memset(&next, 0, sizeof next);
    return 0;
}

void client_forget(void)
{
    json_decref(kept);
    kept = NULL;
    reply_free(&last);
}

void client_close(void)
{
    client_forget();
    CURL *h = pthread_getspecific(handle_key);
    if (h)
        curl_easy_cleanup(h);
    pthread_setspecific(handle_key, NULL);
}
