/* look.c - see look.h. */
#include "look.h"

/* The request's own id, in its header and as a fault's instance, is new with every request: blotted out. */
static char *without_request_id(const char *text)
{
    static const char *const before[] = {"X-Request-Id: ", "\"instance\":\"urn:uuid:"};
    char *out = strdup(text);
    for (size_t i = 0; i < 2; i++)
        for (char *at = strstr(out, before[i]); at; at = strstr(at + 1, before[i]))
            if (strlen(at) >= strlen(before[i]) + ID_BYTES - 1)
                memset(at + strlen(before[i]), '#', ID_BYTES - 1);
    return out;
}

static bool blot(char *text, const char *before_value)
{
    char *at = strstr(text, before_value);
    if (!at)
        return false;
    at += strlen(before_value);
    char *end = at + strcspn(at, "\"\r"); /* whole seconds are written shorter */
    memmove(at, end, strlen(end) + 1);
    return true;
}

/* Indicators say how far into the period they go, which is the time of asking; the body's hash goes with it. */
static void without_now(struct look *l)
{
    if (strncmp(l->url, "/api/v1/indicators", 18) != 0)
        return;
    bool to_now = !strstr(l->url, "to=") && blot(l->body, "\"to\":\"");
    if (!blot(l->body, "\"until\":\"") && !to_now)
        return;
    blot(l->head, "ETag: \"");
    blot(l->head, "Content-Length: ");
}

void look_at(const struct viewer *v, const char *url, struct look *out)
{
    struct reply r;
    call_make(api_port(), &(struct call){.method = "GET", .path = url, .bearer = v->who ? v->who->token : NULL}, &r);
    *out = (struct look){.url = strdup(url), .status = r.status, .head = without_request_id(r.head),
                         .body = without_request_id(r.body ? r.body : "")};
    without_now(out);
    if (r.status == 0 || r.status >= 500)
        fail_msg("%s: GET %s: %d %.300s", v->name, url, r.status, r.body ? r.body : "");
    reply_free(&r);
}

struct album *look_again(const struct viewer *v, const struct album *before)
{
    struct album *a = calloc(1, sizeof *a);
    for (size_t i = 0; i < before->n; i++)
        look_at(v, before->looks[i].url, &a->looks[a->n++]);
    return a;
}

void album_free(struct album *a)
{
    for (size_t i = 0; a && i < a->n; i++) {
        free(a->looks[i].url);
        free(a->looks[i].head);
        free(a->looks[i].body);
    }
    free(a);
}

/* What the server's own counters say is an operator's, behind no proxy; nothing else is let off. */
static bool is_operators(const char *url)
{
    return strcmp(url, "/metrics") == 0;
}

static bool same_look(const struct look *x, const struct look *y)
{
    return x->status == y->status && strcmp(x->head, y->head) == 0 && strcmp(x->body, y->body) == 0;
}

static size_t difference(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] && a[i] == b[i])
        i++;
    return i > 60 ? i - 60 : 0;
}

size_t first_change(const struct album *was, const struct album *is)
{
    size_t i = 0;
    while (i < was->n && (is_operators(was->looks[i].url) || same_look(&was->looks[i], &is->looks[i])))
        i++;
    return i;
}

void nothing_changed(const struct viewer *v, const struct album *was, const struct album *is)
{
    size_t i = first_change(was, is);
    if (i < was->n) {
        const struct look *x = &was->looks[i], *y = &is->looks[i];
        size_t b = difference(x->body, y->body);
        fail_msg("%s sees a trace: GET %s\nbefore %d %s...%.240s\nafter  %d %s...%.240s", v->name, x->url, x->status,
                 x->head, x->body + b, y->status, y->head, y->body + b);
    }
}
