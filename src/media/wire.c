/* wire.c - see wire.h. */
#include "media/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control {
    char space[CMSG_SPACE(sizeof(int) * WIRE_FILES)];
    struct cmsghdr align;
};

bool wire_send_job(int sock, const struct wire_job *job, const int files[WIRE_FILES])
{
    struct wire_job copy = *job;
    struct iovec part = {&copy, sizeof copy};
    union control control = {{0}};
    struct msghdr msg = {.msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = control.space,
                         .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * WIRE_FILES);
    memcpy(CMSG_DATA(c), files, sizeof(int) * WIRE_FILES);
    ssize_t n;
    do
        n = sendmsg(sock, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof copy;
}

static size_t take_files(struct msghdr *msg, int files[WIRE_FILES])
{
    size_t count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(files, CMSG_DATA(c), count * sizeof(int));
    }
    return count;
}

bool wire_receive_job(int sock, struct wire_job *job, int files[WIRE_FILES])
{
    struct iovec part = {job, sizeof *job};
    union control control;
    struct msghdr msg = {.msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = control.space,
                         .msg_controllen = sizeof control.space};
    ssize_t n;
    do
        n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return false;
    size_t count = take_files(&msg, files);
    if (n == (ssize_t)sizeof *job && count == WIRE_FILES && job->version == WIRE_VERSION)
        return true;
    for (size_t i = 0; i < count; i++)
        close(files[i]);
    return false;
}

bool wire_send_answer(int sock, const struct wire_answer *answer)
{
    ssize_t n;
    do
        n = send(sock, answer, sizeof *answer, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *answer;
}

bool wire_receive_answer(int sock, struct wire_answer *answer)
{
    ssize_t n;
    do
        n = recv(sock, answer, sizeof *answer, MSG_TRUNC);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *answer && answer->version == WIRE_VERSION &&
           answer->code < WIRE_CODES;
}

static bool text_ok(const char *p)
{
    struct str s = {p, strnlen(p, PHOTO_CAMERA_MAX)};
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return utf8_valid(s);
}

static bool box_ok(int32_t width, int32_t height, int32_t longest)
{
    return width >= 1 && height >= 1 && width <= longest && height <= longest;
}

bool wire_answer_ok(const struct wire_answer *a, const struct wire_job *job)
{
    if (a->code != WIRE_OK)
        return a->code > WIRE_OK && a->code < WIRE_CODES;
    return a->format > PHOTO_NONE && a->format < PHOTO_FORMATS && a->width >= 1 && a->height >= 1 &&
           (int64_t)a->width * a->height <= job->max_pixels && a->orientation >= 1 &&
           a->orientation <= 8 && box_ok(a->display_width, a->display_height, job->display_px) &&
           box_ok(a->thumb_width, a->thumb_height, job->thumb_px) && a->bytes >= 1 &&
           a->bytes <= job->max_bytes && a->lat_e7 >= -900000000 && a->lat_e7 <= 900000000 &&
           a->lon_e7 >= -1800000000 && a->lon_e7 <= 1800000000 && a->has_taken <= 1 &&
           a->zone_known <= 1 && a->has_place <= 1 && a->taken_ms >= 0 &&
           a->taken_ms < INT64_C(253402300800000) && text_ok(a->make) && text_ok(a->model) && print_ok(&a->print);
}
