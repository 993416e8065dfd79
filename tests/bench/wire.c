/* wire.c - see wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 64 * 1024 };

struct connection {
    int fd;
    char out[ROOM], in[ROOM];
    size_t out_n, out_at, in_n;
    double sent_at;
};

double wire_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* Length of a whole reply in `in`, 0 while incomplete. */
static size_t whole_reply(const char *in, size_t n)
{
    const char *end = memmem(in, n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - in) + 4, body = 0;
    for (const char *p = in; p < end; p++) {
        if (*p == '\n' && strncasecmp(p + 1, "content-length:", 15) == 0) {
            body = (size_t)strtoul(p + 16, NULL, 10);
            break;
        }
    }
    return n >= head + body ? head + body : 0;
}

char *wire_call(int port, const char *method, const char *path, const char *token, const char *body, int *status)
{
    size_t room = 1 << 16, n = 0, whole = 0;
    char head[2048], *in = malloc(room);
    int fd = dial(port);
    if (fd < 0) {
        perror("bench: connect");
        exit(1);
    }
    int len = snprintf(head, sizeof head,
                       "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                       method, path, port, token ? "Authorization: Bearer " : "", token ? token : "",
                       token ? "\r\n" : "", body ? strlen(body) : 0);
    if (write(fd, head, (size_t)len) != len || (body && write(fd, body, strlen(body)) != (ssize_t)strlen(body)))
        exit(1);
    while (!(whole = whole_reply(in, n))) {
        if (n + 1 >= room)
            in = realloc(in, room *= 2);
        ssize_t got = read(fd, in + n, room - n - 1);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(fd);
    in[n] = '\0';
    *status = n > 12 ? atoi(in + 9) : 0;
    const char *content = strstr(in, "\r\n\r\n");
    char *copy = strdup(content ? content + 4 : "");
    free(in);
    return copy;
}

double wire_wait(int port)
{
    double began = wire_now();
    while (wire_now() - began < 20) {
        int fd = dial(port);
        if (fd >= 0) {
            int status;
            close(fd);
            free(wire_call(port, "GET", "/healthz", NULL, NULL, &status));
            if (status == 200)
                return (wire_now() - began) * 1000;
        }
        struct timespec pause = {0, 500000};
        nanosleep(&pause, NULL);
    }
    return -1;
}

static void push(struct connection *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n = write(c->fd, c->out + c->out_at, c->out_n - c->out_at);
        if (n <= 0)
            return;
        c->out_at += (size_t)n;
    }
}

static bool ask(struct wire_load *load, struct connection *c, int *next)
{
    if (*next == load->total)
        return false;
    c->out_n = load->make(load->user, (*next)++, c->out, sizeof c->out);
    c->out_at = c->in_n = 0;
    c->sent_at = wire_now();
    push(c);
    return true;
}

static void take(struct wire_load *load, struct connection *c, double *times, int *next)
{
    ssize_t n = read(c->fd, c->in + c->in_n, sizeof c->in - c->in_n);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        fprintf(stderr, "bench: the server closed a connection\n");
        exit(1);
    }
    if (n > 0)
        c->in_n += (size_t)n;
    if (!whole_reply(c->in, c->in_n))
        return;
    if (c->in[9] != '2' && load->failed++ == 0)
        fprintf(stderr, "bench: %.*s\n", (int)c->in_n, c->in);
    times[load->answered++] = (wire_now() - c->sent_at) * 1000;
    (void)ask(load, c, next);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void wire_run(struct wire_load *load)
{
    struct connection *all = calloc((size_t)load->connections, sizeof *all);
    double *times = calloc((size_t)load->total, sizeof *times);
    int next = 0, epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < load->connections; i++) {
        all[i].fd = dial(load->port);
        fcntl(all[i].fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &(struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &all[i]});
    }
    double began = wire_now();
    for (int i = 0; i < load->connections; i++)
        (void)ask(load, &all[i], &next);
    while (load->answered < load->total) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, 10000);
        if (n == 0) {
            fprintf(stderr, "bench: no answer for ten seconds\n");
            exit(1);
        }
        for (int i = 0; i < n; i++) {
            push(events[i].data.ptr);
            if (events[i].events & EPOLLIN)
                take(load, events[i].data.ptr, times, &next);
        }
    }
    load->seconds = wire_now() - began;
    qsort(times, (size_t)load->answered, sizeof *times, by_size);
    load->p50_ms = times[load->answered / 2];
    load->p99_ms = times[load->answered * 99 / 100];
    for (int i = 0; i < load->connections; i++)
        close(all[i].fd);
    close(epoll);
    free(all);
    free(times);
}
