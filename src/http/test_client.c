/* test_client.c - see test_client.h. */
#include "http/test_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "http/guard.h"

int client_connect(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

bool client_send(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool client_read(int fd, struct buf *out, const char *until)
{
    char piece[16384];
    for (;;) {
        if (until && str_find(buf_view(out), str_of(until), 0) >= 0)
            return true;
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n == 0)
            return until == NULL;
        if (n < 0)
            return errno == ECONNRESET && until == NULL;
        buf_add(out, piece, (size_t)n);
    }
}

static int status_of(const struct buf *reply)
{
    int64_t status;
    struct str s = buf_view(reply);
    return s.n > 12 && str_starts(s, STR("HTTP/1.")) &&
                   str_to_i64(str_sub(s, 9, 3), 100, 599, &status)
               ? (int)status
               : 0;
}

int client_talk(int port, const void *p, size_t n, struct buf *out)
{
    int fd = client_connect(port);
    buf_clear(out);
    if (fd < 0)
        return -1;
    client_send(fd, p, n);
    bool ended = client_read(fd, out, NULL);
    close(fd);
    return ended ? status_of(out) : -2;
}

int client_ask(int port, struct buf *out, const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return -3;
    int status = client_talk(port, text, (size_t)n, out);
    free(text);
    return status;
}

struct str client_header(const struct buf *reply, const char *name)
{
    struct str rest = buf_view(reply), line, key;
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n == 0)
            break;
        if (str_next(&line, ':', &key) && line.p && ascii_same(key, name))
            return str_trim(line);
    }
    return STR_NONE;
}

struct str client_body(const struct buf *reply)
{
    struct str s = buf_view(reply);
    ptrdiff_t at = str_find(s, STR("\r\n\r\n"), 0);
    return at < 0 ? STR("") : str_sub(s, (size_t)at + 4, s.n);
}

bool client_has(const struct buf *reply, const char *text)
{
    return str_find(buf_view(reply), str_of(text), 0) >= 0;
}
