/* peer_double.c - see peer_double.h. */
#include "notify/peer_double.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MESSAGES_MAX = 200, MESSAGE_BYTES = 64 * 1024 };

struct peer {
    bool smtp;
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock;
    enum peer_mood mood;
    char *messages[MESSAGES_MAX];
    size_t n;
};

static enum peer_mood mood_of(struct peer *p)
{
    pthread_mutex_lock(&p->lock);
    enum peer_mood m = p->mood;
    pthread_mutex_unlock(&p->lock);
    return m;
}

static void keep(struct peer *p, const char *text)
{
    pthread_mutex_lock(&p->lock);
    if (p->n < MESSAGES_MAX)
        p->messages[p->n++] = xstrdup(text);
    pthread_mutex_unlock(&p->lock);
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* Reads until `end` is in what came since `from`; false when the line is gone. */
static bool hear(int fd, char *text, size_t *n, size_t from, const char *end)
{
    while (!strstr(text + from, end)) {
        ssize_t k = *n + 1 < MESSAGE_BYTES ? recv(fd, text + *n, MESSAGE_BYTES - 1 - *n, 0) : 0;
        if (k <= 0)
            return false;
        *n += (size_t)k;
        text[*n] = 0;
    }
    return true;
}

/* ---- HTTP: one request a connection ---- */

static void answer_http(int fd, enum peer_mood mood)
{
    const char *body = mood == PEER_REFUSES ? "{\"code\":19001,\"errcode\":93000}"
                                            : "{\"code\":0,\"errcode\":0,\"access_token\":\"T\",\"tenant_access_token\":\"T\"}";
    char head[200];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", mood == PEER_BUSY ? "429 Busy" : "200 OK",
             strlen(body));
    say(fd, head);
    say(fd, body);
}

static void serve_http(struct peer *p, int fd, char *text)
{
    size_t n = 0, length = 0;
    if (!hear(fd, text, &n, 0, "\r\n\r\n"))
        return;
    const char *has = strstr(text, "Content-Length: ");
    size_t head = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;
    if (has)
        length = strtoul(has + 16, NULL, 10);
    while (n < head + length) {
        ssize_t k = recv(fd, text + n, MESSAGE_BYTES - 1 - n, 0);
        if (k <= 0)
            return;
        n += (size_t)k;
        text[n] = 0;
    }
    enum peer_mood mood = mood_of(p);
    bool token = strstr(text, "token/internal") || strstr(text, "gettoken");
    if (!token && (mood == PEER_TAKES || mood == PEER_TAKES_SILENT))
        keep(p, text);
    if (token || mood != PEER_TAKES_SILENT)
        answer_http(fd, token ? PEER_TAKES : mood);
}

/* ---- SMTP, as little as RFC 5321 lets ---- */

static void serve_smtp(struct peer *p, int fd, char *text)
{
    size_t n = 0, from = 0;
    say(fd, "220 double\r\n");
    while (hear(fd, text, &n, from, "\r\n")) {
        char *line = text + from;
        enum peer_mood mood = mood_of(p);
        from = (size_t)(strstr(line, "\r\n") - text) + 2;
        if (strncmp(line, "QUIT", 4) == 0) {
            say(fd, "221 bye\r\n");
            return;
        }
        if (strncmp(line, "RCPT", 4) == 0 && mood == PEER_REFUSES) {
            say(fd, "550 no such user\r\n");
        } else if (strncmp(line, "RCPT", 4) == 0 && mood == PEER_BUSY) {
            say(fd, "451 later\r\n");
        } else if (strncmp(line, "DATA", 4) == 0) {
            size_t begins = from;
            say(fd, "354 go on\r\n");
            if (!hear(fd, text, &n, from, "\r\n.\r\n"))
                return;
            from = n;
            keep(p, text + begins);
            if (mood == PEER_TAKES_SILENT)
                return;
            say(fd, "250 taken\r\n");
        } else {
            say(fd, "250 ok\r\n");
        }
    }
}

static void *serve(void *arg)
{
    struct peer *p = arg;
    char *text = xmalloc(MESSAGE_BYTES);
    for (;;) {
        int fd = accept(p->fd, NULL, NULL);
        struct timeval limit = {.tv_sec = 5};
        if (fd < 0)
            break;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        text[0] = 0;
        if (p->smtp)
            serve_smtp(p, fd, text);
        else
            serve_http(p, fd, text);
        close(fd);
    }
    free(text);
    return NULL;
}

struct peer *peer_start(bool smtp)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct peer *p = xcalloc(1, sizeof *p);
    p->smtp = smtp;
    p->fd = socket(AF_INET, SOCK_STREAM, 0);
    pthread_mutex_init(&p->lock, NULL);
    if (bind(p->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(p->fd, 16) != 0 ||
        getsockname(p->fd, (struct sockaddr *)&at, &size) != 0)
        abort();
    p->port = ntohs(at.sin_port);
    if (pthread_create(&p->thread, NULL, serve, p) != 0)
        abort();
    return p;
}

void peer_stop(struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->fd);
    for (size_t i = 0; i < p->n; i++)
        free(p->messages[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

int peer_port(const struct peer *p)
{
    return p->port;
}

void peer_mood(struct peer *p, enum peer_mood mood)
{
    pthread_mutex_lock(&p->lock);
    p->mood = mood;
    pthread_mutex_unlock(&p->lock);
}

size_t peer_count(struct peer *p)
{
    pthread_mutex_lock(&p->lock);
    size_t n = p->n;
    pthread_mutex_unlock(&p->lock);
    return n;
}

struct str peer_message(struct peer *p, size_t n)
{
    pthread_mutex_lock(&p->lock);
    struct str s = n < p->n ? str_of(p->messages[n]) : STR_NONE;
    pthread_mutex_unlock(&p->lock);
    return s;
}
