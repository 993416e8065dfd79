/*
 * decoder_double.c - stands in for xiaohao-decoder in tests: does what the first bytes of the
 * "photograph" say, so that time limits, crashes and lies can be had at will. Never installed.
 */
#include "media/wire.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct wire_answer sound_answer(void)
{
    return (struct wire_answer){.version = WIRE_VERSION,
                                .code = WIRE_OK,
                                .format = PHOTO_JPEG,
                                .width = 4,
                                .height = 3,
                                .orientation = 1,
                                .display_width = 4,
                                .display_height = 3,
                                .thumb_width = 4,
                                .thumb_height = 3,
                                .print = {.width = 4, .height = 3},
                                .bytes = getpid()};
}

static void send_short(const struct wire_answer *answer)
{
    send(WIRE_SOCKET, answer, 10, MSG_NOSIGNAL);
}

static void burn(void)
{
    setrlimit(RLIMIT_CPU, &(struct rlimit){1, 2});
    for (volatile unsigned i = 0;; i++)
        ;
}

static void misbehave(struct str asked, struct wire_answer *answer)
{
    if (str_starts(asked, STR("hang")))
        pause();
    else if (str_starts(asked, STR("burn")))
        burn();
    else if (str_starts(asked, STR("crash")))
        raise(SIGSEGV);
    else if (str_starts(asked, STR("killed")))
        raise(SIGKILL);
    else if (str_starts(asked, STR("exit")))
        exit(3);
    else if (str_starts(asked, STR("huge")))
        answer->width = answer->height = 60000;
    else if (str_starts(asked, STR("place")))
        answer->lat_e7 = INT64_MAX;
    else if (str_starts(asked, STR("text")))
        answer->make[0] = '\xff';
    else if (str_starts(asked, STR("print")))
        answer->print.n = PRINT_MARKS + 1;
    else if (str_starts(asked, STR("marks")))
        answer->print.n = 1; /* whose weak bits are none of those searched by */
    else if (str_starts(asked, STR("code")))
        answer->code = 77;
    else if (str_starts(asked, STR("ready")))
        answer->code = WIRE_READY;
}

int main(void)
{
    struct wire_answer answer = {.version = WIRE_VERSION, .code = WIRE_READY};
    struct wire_job job;
    int files[WIRE_FILES];
    wire_send_answer(WIRE_SOCKET, &answer);
    while (wire_receive_job(WIRE_SOCKET, &job, files)) {
        char head[16];
        ssize_t n = pread(files[WIRE_ORIGINAL], head, sizeof head, 0);
        struct str asked = {head, n > 0 ? (size_t)n : 0};
        answer = sound_answer();
        misbehave(asked, &answer);
        struct str copy = str_starts(asked, STR("html")) ? STR("<html>") : STR("\xff\xd8\xff\xe0");
        for (int i = WIRE_THUMB; i < WIRE_FILES && !str_starts(asked, STR("empty")); i++)
            if (pwrite(files[i], copy.p, copy.n, 0) != (ssize_t)copy.n)
                return 1;
        for (int i = 0; i < WIRE_FILES; i++)
            close(files[i]);
        if (str_starts(asked, STR("short")))
            send_short(&answer);
        else
            wire_send_answer(WIRE_SOCKET, &answer);
        /* Answers well, then dies before the next job. */
        if (str_starts(asked, STR("last")))
            return 0;
    }
    return 0;
}
