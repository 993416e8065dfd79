/* wire.c - see wire.h. */
#include "notify/wire.h"

#include <curl/curl.h>
#include <stdlib.h>

enum { CONNECT_S = 10, WHOLE_S = 30, ANSWER_BYTES = 64 * 1024 };

struct wire {
    CURL *curl;
};

/* What libcurl is given to send or fills. */
struct flow {
    struct str out;
    size_t at;
    struct buf in;
};

void wire_setup(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct wire *wire_new(void)
{
    struct wire *w = xcalloc(1, sizeof *w);
    w->curl = curl_easy_init();
    if (!w->curl)
        abort(); /* out of memory */
    return w;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    curl_easy_cleanup(w->curl);
    free(w);
}

static size_t take_answer(char *p, size_t size, size_t n, void *arg)
{
    struct flow *f = arg;
    buf_add(&f->in, p, size * n);
    return f->in.full ? 0 : size * n;
}

static size_t give_body(char *p, size_t size, size_t n, void *arg)
{
    struct flow *f = arg;
    size_t room = size * n, left = f->out.n - f->at, k = left < room ? left : room;
    memcpy(p, f->out.p + f->at, k);
    f->at += k;
    return k;
}

static void prepare(struct wire *w, const char *url, struct flow *f, char error[CURL_ERROR_SIZE])
{
    curl_easy_reset(w->curl);
    error[0] = 0;
    curl_easy_setopt(w->curl, CURLOPT_URL, url);
    curl_easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(w->curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
    curl_easy_setopt(w->curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(w->curl, CURLOPT_FORBID_REUSE, 1L); /* a kept connection that died looks like a lost answer */
}

/* Failures before anything of ours was sent. */
static bool is_before_sending(CURLcode rc)
{
    switch (rc) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
    case CURLE_LOGIN_DENIED:
        return true;
    default:
        return false;
    }
}

static struct str reason(struct arena *a, CURLcode rc, const char *error)
{
    return str_fmt(a, "%s", error[0] ? error : curl_easy_strerror(rc));
}

enum message_end wire_http(struct wire *w, struct arena *a, const struct message_request *rq, int *status, struct str *answer,
                           struct str *why)
{
    struct flow f = {.out = rq->body};
    struct curl_slist *headers = NULL;
    char error[CURL_ERROR_SIZE];
    long code = 0, sent = 0;
    buf_init(&f.in, ANSWER_BYTES);
    prepare(w, str_z(a, rq->url), &f, error);
    for (size_t i = 0; i < sizeof rq->headers / sizeof *rq->headers && rq->headers[i].n; i++)
        headers = curl_slist_append(headers, str_z(a, rq->headers[i]));
    curl_easy_setopt(w->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, headers);
    if (rq->body.n) {
        curl_easy_setopt(w->curl, CURLOPT_POSTFIELDSIZE, (long)rq->body.n);
        curl_easy_setopt(w->curl, CURLOPT_COPYPOSTFIELDS, str_z(a, rq->body));
    }
    CURLcode rc = curl_easy_perform(w->curl);
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(w->curl, CURLINFO_REQUEST_SIZE, &sent);
    curl_slist_free_all(headers);
    *status = (int)code;
    *answer = str_copy(a, buf_view(&f.in));
    buf_free(&f.in);
    *why = rc == CURLE_OK ? STR_NONE : reason(a, rc, error);
    if (rc == CURLE_OK)
        return MESSAGE_SENT;
    return is_before_sending(rc) || sent == 0 ? MESSAGE_LATER : MESSAGE_UNSURE;
}

static CURLcode send_mail(struct wire *w, struct arena *a, const struct channel *c, struct str to, struct flow *f)
{
    struct curl_slist *rcpt = curl_slist_append(NULL, str_z(a, str_fmt(a, "<%.*s>", STR_ARG(to))));
    curl_easy_setopt(w->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(w->curl, CURLOPT_USE_SSL, c->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(w->curl, CURLOPT_MAIL_FROM, str_z(a, str_fmt(a, "<%.*s>", STR_ARG(message_mail_address(c->from)))));
    curl_easy_setopt(w->curl, CURLOPT_MAIL_RCPT, rcpt);
    if (c->login.n) {
        curl_easy_setopt(w->curl, CURLOPT_USERNAME, str_z(a, c->login));
        curl_easy_setopt(w->curl, CURLOPT_PASSWORD, str_z(a, c->secret));
    }
    curl_easy_setopt(w->curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(w->curl, CURLOPT_READDATA, f);
    curl_easy_setopt(w->curl, CURLOPT_UPLOAD, 1L);
    CURLcode rc = curl_easy_perform(w->curl);
    curl_slist_free_all(rcpt);
    return rc;
}

enum message_end wire_mail(struct wire *w, struct arena *a, const struct channel *c, struct str to, struct str mail,
                           struct str *why)
{
    struct flow f = {.out = mail};
    char error[CURL_ERROR_SIZE];
    long code = 0;
    buf_init(&f.in, ANSWER_BYTES);
    prepare(w, str_z(a, c->url), &f, error);
    CURLcode rc = send_mail(w, a, c, to, &f);
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &code);
    buf_free(&f.in);
    *why = rc == CURLE_OK ? STR_NONE : reason(a, rc, error);
    if (rc == CURLE_OK)
        return MESSAGE_SENT;
    if (code >= 500 && rc != CURLE_LOGIN_DENIED)
        return MESSAGE_REFUSED;
    /* Until the whole text is handed over nothing was taken. */
    return is_before_sending(rc) || code >= 400 || f.at < f.out.n ? MESSAGE_LATER : MESSAGE_UNSURE;
}
