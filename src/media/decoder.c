/* decoder.c - see decoder.h: the pool of workers, the files of a job, and refusals in people's
 * words. */
#include "media/decoder.h"

#include "base/log.h"
#include "media/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct slot {
    struct worker worker;
    bool taken;
};

/* Shared by all threads; `lock` guards `taken` and `stopping` only, a taken slot is its taker's. */
struct decoder {
    struct decoder_config config;
    char executable[PATH_MAX];
    pthread_mutex_t lock;
    pthread_cond_t freed;
    bool stopping;
    struct slot *slots;
};

struct decoder_config decoder_defaults(void)
{
    return (struct decoder_config){
        .workers = 1,
        .limit_ms = 10000,
        .wait_ms = 60000,
        .pictures_per_worker = 500,
        .max_bytes = INT64_C(32) << 20,
        .max_pixels = 50000000,
        .display_px = 2048,
        .thumb_px = 480,
    };
}

static bool find_executable(const char *asked, char out[PATH_MAX])
{
    if (!asked)
        asked = getenv("XIAOHAO_DECODER");
    if (asked && *asked)
        return (size_t)snprintf(out, PATH_MAX, "%s", asked) < PATH_MAX;
    static const char name[] = "xiaohao-decoder";
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - sizeof name);
    if (n <= 0)
        return false;
    while (n > 0 && out[n - 1] != '/')
        n--;
    memcpy(out + n, name, sizeof name);
    return true;
}

enum rc decoder_start(struct decoder **out, struct fault *f, const struct decoder_config *config)
{
    struct decoder *d = xcalloc(1, sizeof *d);
    *out = NULL;
    if (!find_executable(config->executable, d->executable) || access(d->executable, X_OK) != 0) {
        free(d);
        return fail(f, RC_INTERNAL, "photo_decoder_missing",
                    "找不到照片处理程序 xiaohao-decoder，请检查安装",
                    "The program xiaohao-decoder was not found; check the installation");
    }
    d->config = *config;
    d->config.executable = NULL;
    if (d->config.workers < 1)
        d->config.workers = 1;
    d->slots = xcalloc((size_t)d->config.workers, sizeof *d->slots);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->freed, NULL);
    *out = d;
    return RC_OK;
}

static struct slot *free_slot(struct decoder *d)
{
    struct slot *cold = NULL;
    for (int i = 0; i < d->config.workers; i++) {
        if (d->slots[i].taken)
            continue;
        if (d->slots[i].worker.pid)
            return &d->slots[i]; /* a running one first: fewer processes while it is quiet */
        if (!cold)
            cold = &d->slots[i];
    }
    return cold;
}

static struct slot *take_slot(struct decoder *d)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += d->config.wait_ms / 1000;
    until.tv_nsec += (long)(d->config.wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&d->lock);
    struct slot *s = NULL;
    int late = 0;
    while (!d->stopping && !(s = free_slot(d)) && !late)
        late = pthread_cond_clockwait(&d->freed, &d->lock, CLOCK_MONOTONIC, &until);
    if (s)
        s->taken = true;
    pthread_mutex_unlock(&d->lock);
    return s;
}

static void give_back(struct decoder *d, struct slot *s)
{
    if (s->worker.pid && s->worker.pictures >= d->config.pictures_per_worker)
        worker_finish(&s->worker);
    pthread_mutex_lock(&d->lock);
    s->taken = false;
    pthread_cond_broadcast(&d->freed);
    pthread_mutex_unlock(&d->lock);
}

void decoder_stop(struct decoder *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_broadcast(&d->freed);
    for (int i = 0; i < d->config.workers; i++) {
        while (d->slots[i].taken)
            pthread_cond_wait(&d->freed, &d->lock);
        worker_finish(&d->slots[i].worker);
    }
    pthread_mutex_unlock(&d->lock);
    pthread_cond_destroy(&d->freed);
    pthread_mutex_destroy(&d->lock);
    free(d->slots);
    free(d);
}

static enum rc refuse_damaged(struct fault *f)
{
    return fail(
        f, RC_INVALID, "photo_damaged", "照片文件已损坏或不完整，无法读取，请重新拍摄或重新上传",
        "The photograph is damaged or incomplete and cannot be read; take or upload it again");
}

static enum rc refuse_files(struct fault *f)
{
    log_error("photograph files not read or written errno=%d", errno);
    return fail(f, RC_INTERNAL, "photo_decoder_failed", "照片处理失败，文件无法读写",
                "The photograph's files could not be read or written");
}

static void close_files(const int files[WIRE_FILES])
{
    for (int i = 0; i < WIRE_FILES; i++)
        if (files[i] >= 0)
            close(files[i]);
}

/* The copies are written to memory of the job's own and moved from there: a decoder gone bad could
 * keep descriptors and must not reach what was stored before. */
static bool open_files(const struct decode_job *job, int files[WIRE_FILES])
{
    files[WIRE_ORIGINAL] = open(job->original, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    files[WIRE_THUMB] = memfd_create("thumb", MFD_CLOEXEC);
    files[WIRE_DISPLAY] = memfd_create("display", MFD_CLOEXEC);
    return files[WIRE_ORIGINAL] >= 0 && files[WIRE_THUMB] >= 0 && files[WIRE_DISPLAY] >= 0;
}

static bool is_jpeg_copy(int fd)
{
    enum { COPY_MAX = 16 << 20 };
    char head[PHOTO_SNIFF_BYTES];
    struct stat st;
    ssize_t n = pread(fd, head, sizeof head, 0);
    return fstat(fd, &st) == 0 && st.st_size <= COPY_MAX && n > 0 &&
           photo_sniff((struct str){head, (size_t)n}) == PHOTO_JPEG;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool save(int from, const char *path)
{
    char piece[16 * 1024];
    off_t at = 0;
    ssize_t n = -1;
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return false;
    while ((n = pread(from, piece, sizeof piece, at)) > 0 && write_all(to, piece, (size_t)n))
        at += n;
    return close(to) == 0 && n == 0;
}

static enum rc keep_copies(struct fault *f, const struct decode_job *job,
                           const int files[WIRE_FILES])
{
    if (!is_jpeg_copy(files[WIRE_THUMB]) || !is_jpeg_copy(files[WIRE_DISPLAY])) {
        log_error("photograph decoder wrote no picture");
        return refuse_damaged(f);
    }
    if (save(files[WIRE_THUMB], job->thumb) && save(files[WIRE_DISPLAY], job->display))
        return RC_OK;
    return refuse_files(f);
}

/* A worker that died between pictures is no picture's fault: one fresh one is tried. */
static enum worker_end ask(struct decoder *d, struct slot *s, const struct wire_job *job,
                           const int files[WIRE_FILES], struct wire_answer *answer)
{
    enum worker_end end = WORKER_ABSENT;
    for (int turn = 0; turn < 2 && end == WORKER_ABSENT; turn++) {
        if (!s->worker.pid && !worker_begin(&s->worker, d->executable))
            return WORKER_ABSENT;
        end = worker_ask(&s->worker, job, files, d->config.limit_ms, answer);
    }
    return end;
}

static enum rc refuse_busy(struct fault *f)
{
    f->retry_s = 10;
    return fail(f, RC_BUSY, "photo_busy", "照片处理繁忙，请稍后重试",
                "Too many photographs are waiting; try again shortly");
}

static enum rc refuse_ended(struct fault *f, enum worker_end end)
{
    switch (end) {
    case WORKER_TIMEOUT:
        return fail(f, RC_INVALID, "photo_timeout", "照片处理超过时限，未予接收，请重新拍摄",
                    "Reading the photograph took too long; it was not accepted, take it again");
    case WORKER_LOST:
        f->retry_s = 5;
        return fail(f, RC_BUSY, "photo_decoder_lost", "照片处理被中断，请稍后重试",
                    "Reading the photograph was interrupted; try again shortly");
    case WORKER_ABSENT:
        return fail(f, RC_INTERNAL, "photo_decoder_failed", "照片处理程序无法启动",
                    "The photograph decoder could not be started");
    default:
        return refuse_damaged(f);
    }
}

static enum rc refuse_coded(struct fault *f, enum wire_code code, const struct decoder_config *c)
{
    switch (code) {
    case WIRE_UNSUPPORTED:
        return fail(f, RC_MEDIA_TYPE, "photo_unsupported",
                    "不支持的照片格式，仅接受 JPEG、PNG、WebP、HEIC",
                    "Not a supported photograph; JPEG, PNG, WebP and HEIC are accepted");
    case WIRE_TOO_MANY_BYTES:
        return fail(f, RC_TOO_LARGE, "photo_too_large", "照片文件超过 %lld MB 上限",
                    "The photograph is larger than %lld MB", (long long)(c->max_bytes >> 20));
    case WIRE_TOO_MANY_PIXELS:
        return fail(f, RC_TOO_LARGE, "photo_too_large", "照片超过 %lld 万像素上限",
                    "The photograph has more than %lld0 thousand pixels",
                    (long long)(c->max_pixels / 10000));
    case WIRE_FAILED:
        return refuse_files(f);
    default:
        return refuse_damaged(f);
    }
}

static struct str camera_text(struct arena *a, const char text[PHOTO_CAMERA_MAX])
{
    struct str s = {text, strnlen(text, PHOTO_CAMERA_MAX)};
    return s.n ? utf8_nfc(a, str_copy(a, s)) : STR_NONE;
}

static void take_facts(struct arena *a, const struct wire_answer *w, struct photo_facts *out)
{
    *out = (struct photo_facts){
        .format = (enum photo_format)w->format,
        .width = w->width,
        .height = w->height,
        .orientation = w->orientation,
        .bytes = w->bytes,
        .fingerprint = w->fingerprint,
        .has_taken = w->has_taken,
        .zone_known = w->zone_known,
        .taken_ms = w->taken_ms,
        .has_place = w->has_place,
        .lat_e7 = w->lat_e7,
        .lon_e7 = w->lon_e7,
        .make = camera_text(a, w->make),
        .model = camera_text(a, w->model),
        .display_width = w->display_width,
        .display_height = w->display_height,
        .thumb_width = w->thumb_width,
        .thumb_height = w->thumb_height,
    };
    memcpy(out->sha256.b, w->sha256, sizeof out->sha256.b);
    struct print *print = ARENA_NEW(a, struct print);
    *print = w->print;
    out->print = print;
}

static enum rc run(struct decoder *d, struct fault *f, const struct decode_job *job,
                   struct wire_answer *answer)
{
    const struct decoder_config *c = &d->config;
    const struct wire_job wire = {.version = WIRE_VERSION,
                                  .zone_min = job->zone_min,
                                  .max_bytes = c->max_bytes,
                                  .max_pixels = c->max_pixels,
                                  .cpu_s = c->limit_ms / 1000 + 1,
                                  .thumb_px = c->thumb_px,
                                  .display_px = c->display_px};
    int files[WIRE_FILES];
    enum worker_end end = WORKER_LOST;
    if (!open_files(job, files)) {
        enum rc failed = refuse_files(f);
        close_files(files);
        return failed;
    }
    struct slot *s = take_slot(d);
    if (s) {
        end = ask(d, s, &wire, files, answer);
        give_back(d, s);
    }
    enum rc rc;
    if (!s)
        rc = refuse_busy(f);
    else if (end != WORKER_ANSWERED)
        rc = refuse_ended(f, end);
    else if (answer->code != WIRE_OK)
        rc = refuse_coded(f, (enum wire_code)answer->code, c);
    else
        rc = keep_copies(f, job, files);
    close_files(files);
    return rc;
}

enum rc decoder_run(struct decoder *d, struct arena *a, struct fault *f,
                    const struct decode_job *job, struct photo_facts *out)
{
    struct wire_answer answer = {0};
    enum rc rc = run(d, f, job, &answer);
    if (rc != RC_OK) {
        unlink(job->thumb);
        unlink(job->display);
        return rc;
    }
    take_facts(a, &answer, out);
    return RC_OK;
}
