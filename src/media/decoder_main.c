/*
 * decoder_main.c - xiaohao-decoder: the process in which strangers' photographs are decoded.
 *
 * Started by media/decoder.c with nothing open but its socket and stderr. It binds itself by limits
 * before it looks at a byte, takes jobs until the other end closes, and may die at any time: the
 * server counts on it. No photograph is opened by path: files come as descriptors with the job.
 */
#include "media/picture.h"

#include "base/arena.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* AddressSanitizer reserves terabytes of address space for its shadow. */
#if defined(__SANITIZE_ADDRESS__)
enum { LIMIT_MEMORY = 0 };
#else
enum { LIMIT_MEMORY = 1 };
#endif

static bool limit(int what, rlim_t value)
{
    struct rlimit r = {value, value};
    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

/* Memory: 50 million pixels of WebP with transparency, the hungriest of the four, took 1003 MiB of
 * address space; a telephone's 12 million take 290. */
static bool bind_self(void)
{
    static const rlim_t memory_bytes = 1280u << 20, file_bytes = 64u << 20, files = 64;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           (!LIMIT_MEMORY || limit(RLIMIT_AS, memory_bytes)) && limit(RLIMIT_FSIZE, file_bytes) &&
           limit(RLIMIT_NOFILE, files) && limit(RLIMIT_CORE, 0);
}

/* Processor time counts over the whole life, so each picture moves the bound forward. The server's
 * own clock normally ends a slow picture first; this holds when the server is gone. */
static void allow_cpu(int seconds)
{
    struct rusage used;
    struct rlimit r;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &r) != 0)
        return;
    r.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2 + seconds);
    setrlimit(RLIMIT_CPU, &r);
}

/* A private copy, so that the hash is of exactly the bytes that are decoded. */
static enum wire_code read_all(int fd, int64_t max_bytes, struct str *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return WIRE_FAILED;
    if (st.st_size > max_bytes)
        return WIRE_TOO_MANY_BYTES;
    size_t want = (size_t)st.st_size, have = 0;
    char *p = xmalloc(want);
    while (have < want) {
        ssize_t n = pread(fd, p + have, want - have, (off_t)have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    *out = (struct str){p, have};
    return have == want ? WIRE_OK : WIRE_FAILED;
}

static bool write_all(int fd, const struct picture_copy *copy)
{
    size_t done = 0;
    while (done < copy->bytes) {
        ssize_t n = pwrite(fd, (char *)copy->jpeg + done, copy->bytes - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static enum wire_code work(const struct wire_job *job, const int files[WIRE_FILES],
                           struct wire_answer *answer)
{
    struct str file = STR_NONE;
    struct picture picture = {0};
    enum wire_code code = read_all(files[WIRE_ORIGINAL], job->max_bytes, &file);
    if (code == WIRE_OK)
        code = picture_make(job, file, answer, &picture);
    if (code == WIRE_OK) {
        struct sha256 sha = sha256_of(file);
        memcpy(answer->sha256, sha.b, sizeof sha.b);
        answer->bytes = (int64_t)file.n;
        if (!write_all(files[WIRE_THUMB], &picture.thumb) ||
            !write_all(files[WIRE_DISPLAY], &picture.display))
            code = WIRE_FAILED;
    }
    picture_free(&picture);
    free((void *)(uintptr_t)file.p);
    return code;
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc > 1 || fstat(WIRE_SOCKET, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        fputs("xiaohao-decoder 由 xiaohao serve 启动，不能单独运行\n"
              "xiaohao-decoder is started by xiaohao serve and does nothing by itself\n",
              stderr);
        return 2;
    }
    if (!bind_self() || !picture_init(argv[0]))
        return 1;
    struct wire_answer answer = {.version = WIRE_VERSION, .code = WIRE_READY};
    struct wire_job job;
    int files[WIRE_FILES];
    if (!wire_send_answer(WIRE_SOCKET, &answer))
        return 1;
    while (wire_receive_job(WIRE_SOCKET, &job, files)) {
        answer = (struct wire_answer){.version = WIRE_VERSION};
        allow_cpu(job.cpu_s);
        answer.code = work(&job, files, &answer);
        for (int i = 0; i < WIRE_FILES; i++)
            close(files[i]);
        if (!wire_send_answer(WIRE_SOCKET, &answer))
            return 1;
        malloc_trim(0); /* it may stay idle for long */
    }
    return 0;
}
